"""What the network gets of one scan, and what becomes of its answer: here and, with an exported model, in nnU-Net's own commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from ..images.volumes import Array, Geometry, Volume, from_canonical, refuse_blank, to_canonical
from .dataset import from_network_labels, scaled_scan
from .postprocessing import keep_largest_component

if TYPE_CHECKING:
    from ..core.settings import IntensitySettings

# Where nnU-Net's plans hold what an exported model needs, and its properties of a scan the scan's own grid.
KEY = "crossmoda_uda"


def as_the_network_sees(scan: Volume, intensity: IntensitySettings) -> Volume:
    """A scan with its intensities scaled by its own percentiles and its axes in canonical order, float32.

    Raises:
        InputError: the scan is blank.
    """
    refuse_blank(scan)
    canonical = to_canonical(scaled_scan(scan, intensity))
    return canonical.with_array(np.ascontiguousarray(canonical.array, dtype=np.float32))


def as_the_user_knows(predicted: Array, geometry: Geometry, labels: dict[str, int], single: Sequence[int]) -> Volume:
    """The label map of a scan, uint8, with the user's values, on the scan's own grid.

    Args:
        predicted: nnU-Net's values, shape (z, y, x), in the canonical orientation of the scan.
        geometry: the scan's own grid.
        labels: structure names and their values.
        single: values of which only the largest component is kept.
    """
    label = from_canonical(from_network_labels(predicted, labels), geometry)
    return label.with_array(keep_largest_component(label.array, single)) if single else label
