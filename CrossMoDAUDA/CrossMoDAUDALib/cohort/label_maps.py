"""A case's label map, as everything that learns from it reads it."""

from __future__ import annotations

from pathlib import Path

from ..core.settings import Settings
from ..images.labels import read_labels
from ..images.volumes import Volume, read_geometry
from .cases import Case


def label_of(case: Case, settings: Settings) -> Volume:
    """The label map of a case that has one, as :func:`label_on_image` reads it."""
    assert case.label is not None, case.id
    return label_on_image(case.label, case.image, settings)


def label_on_image(label: Path, image: Path, settings: Settings) -> Volume:
    """A label map with the structures' values, on its image's grid; only the image's header is read.

    Without the grid a segmentation may have no place at all: a DICOM one in which nothing is segmented has no slices.

    Args:
        settings: ``labels`` and ``reading`` are used.

    Raises:
        InputError: as :func:`.images.labels.read_labels`, or the image cannot be read.
    """
    return read_labels(label, settings.labels, settings.reading.merged_values, read_geometry(image))
