"""nnU-Net raw data sets: which images with which labels one training sees.

All images are written in one canonical orientation, because nnU-Net looks at arrays and not at directions, and all are
scaled alike, so that translated and real scans cannot be told apart by their units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..core.files import write_json
from ..images.intensity import border, network_image, scale_intensity, to_stored
from ..images.volumes import Array, Volume, from_canonical, to_canonical, write_volume
from ..images.voxels import label_type

if TYPE_CHECKING:
    from ..core.settings import IntensitySettings

FILE_ENDING = ".nii.gz"
# How nnU-Net's names of cases begin: the source domain has real labels, the target domain pseudo-labels.
SOURCE_PREFIX, TARGET_PREFIX = "source_", "target_"

# The part of the border that a region outside the patient fills at least. Padding of a scan that was turned by 1 degree fills more.
_LEAST_BORDER = 0.005


@dataclass(frozen=True)
class TrainingCase:
    """One case of a data set: nnU-Net's name for it and its two files."""

    name: str
    image: Path
    label: Path

    @property
    def index(self) -> int:
        """Its place among the cases of its domain, which is all that its name says of it."""
        return int(self.name.rpartition("_")[2])

    @property
    def is_pseudo_labelled(self) -> bool:
        """Whether it is a target scan."""
        return self.name.startswith(TARGET_PREFIX)


def drawn_by_weight(names: Sequence[str], weight: float, copies_share: bool = False) -> list[str]:
    """The cases that nnU-Net's loader draws from, all with the same probability: each as often as its weight says.

    Args:
        names: of cases, each once.
        weight: of a pseudo-labelled case, where a case with a real label has 1; taken to the nearest hundredth or simple fraction.
        copies_share: whether a scan with a real label and its copies together have 1.

    >>> drawn_by_weight(["source_0000", "target_0000"], 1.5)
    ['source_0000', 'source_0000', 'target_0000', 'target_0000', 'target_0000']
    >>> drawn_by_weight(["source_0000", "source_pooled1_0000", "target_0000"], 1, copies_share=True)
    ['source_0000', 'source_pooled1_0000', 'target_0000', 'target_0000']
    """
    source = [name for name in names if not name.startswith(TARGET_PREFIX)]
    scans = len({name.rpartition("_")[2] for name in source})
    share = Fraction(weight * len(source) / scans if copies_share and scans else weight).limit_denominator(100)
    return [name for name in names for _ in range(share.numerator if name.startswith(TARGET_PREFIX) else share.denominator)]


def outside_patient(array: Array) -> npt.NDArray[np.bool_]:
    """Where a scan is exactly zero as far as its border: what padding and skull-stripping leave.

    Zero elsewhere is an intensity like others, such as that of water in a CT. So are the specks of zeros at the border of a scan that
    is cropped inside the body: a region has to fill half a percent of the border.

    Args:
        array: intensities, shape (z, y, x).
    """
    from scipy import ndimage

    regions, count = ndimage.label(array == 0)
    sides = border(regions)
    at_border = sum((np.bincount(side.ravel(), minlength=count + 1) for side in sides), np.zeros(count + 1, np.int64))
    is_outside = at_border >= _LEAST_BORDER * sum(side.size for side in sides)
    is_outside[0] = False  # what is not zero
    outside: npt.NDArray[np.bool_] = is_outside[regions]
    return outside


def scaled_scan(volume: Volume, settings: IntensitySettings) -> Volume:
    """A scan's intensities scaled by its percentiles, as nnU-Net gets them, on its own grid."""
    scaled = to_stored(scale_intensity(volume.array, settings.lower_percentile, settings.upper_percentile))
    return volume.with_array(network_image(scaled, outside_patient(volume.array)))


def export_image(volume: Volume, path: Path) -> None:
    """Write a volume from :func:`.images.intensity.network_image` in canonical orientation."""
    write_volume(_contiguous(to_canonical(volume)), path)


def export_label(label: Volume, labels: dict[str, int], path: Path) -> None:
    """Write a label map in canonical orientation with nnU-Net's consecutive values."""
    write_volume(_contiguous(to_canonical(label.with_array(to_network_labels(label.array, labels)))), path)


def to_network_labels(array: Array, labels: dict[str, int]) -> npt.NDArray[np.uint8]:
    """The user's label values as nnU-Net's 1, 2, 3, ... in ascending order of value."""
    table = np.zeros(max(255, *labels.values(), int(array.max())) + 1, np.uint8)
    for index, value in enumerate(sorted(labels.values()), 1):
        table[value] = index
    return table[array]


def from_network_labels(array: Array, labels: dict[str, int]) -> Array:
    """nnU-Net's values as the user's, of 8 bits, or 16 where these need it."""
    return np.array([0, *sorted(labels.values())], label_type(labels))[array]


def on_scan_grid(array: Array, scan: Volume) -> Volume:
    """A label array in canonical orientation put back on the scan's own grid."""
    return from_canonical(array, scan.geometry)


def write_description(folder: Path, cases: Iterable[TrainingCase], labels: dict[str, int]) -> None:
    """Write nnU-Net's ``dataset.json``, with each case's files named relative to the folder."""
    listed = sorted(cases, key=lambda case: case.name)
    names = sorted(labels, key=lambda name: labels[name])
    write_json(
        folder / "dataset.json",
        {
            "channel_names": {"0": "MRI"},
            "labels": {"background": 0, **{name: index for index, name in enumerate(names, 1)}},
            "numTraining": len(listed),
            "file_ending": FILE_ENDING,
            "overwrite_image_reader_writer": "SimpleITKIO",
            "dataset": {case.name: {"images": [_relative(case.image, folder)], "label": _relative(case.label, folder)} for case in listed},
        },
    )


def _relative(path: Path, folder: Path) -> str:
    """A file of this or a neighbouring data set, as ``dataset.json`` names it."""
    return "../" + path.relative_to(folder.parent).as_posix()


def _contiguous(volume: Volume) -> Volume:
    return volume.with_array(np.ascontiguousarray(volume.array))
