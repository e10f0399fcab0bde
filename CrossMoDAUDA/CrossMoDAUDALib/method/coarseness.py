"""How coarse a segmenter may see the scans, so that a small patch shows most of the body and thin structures stay visible.

Between liver, spleen and kidneys the place tells as much as the look; a network that sees a fifth of a scan at a time takes many
more steps to learn it. nnU-Net's answer is a cascade; where time is short, one coarser network does.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

import numpy as np

from ..cohort.finding import Case
from ..cohort.label_maps import label_of
from ..core.settings import Settings
from ..images.volumes import Volume, canonical_grid, read_geometry

# nnU-Net plans a patch of 128 x 128 x 128 voxels for a network of 32 features and 8 GB.
_PLANNED_VOXELS, _PLANNED_GB, _PLANNED_FEATURES = 128**3, 8.0, 32
_SHARE_OF_SCAN = 2 / 3  # that a patch shows
_VOXELS_ACROSS = 6  # the thinnest structure
_COARSEST = 20.0  # that the setting takes
_LABEL_MAPS = 12


def finest_spacing(settings: Settings, cases: Sequence[Case]) -> float:
    """The spacing (mm) at which a patch shows two thirds of a scan, or the finer one at which the thinnest structure is 6 voxels wide.

    Args:
        cases: with label maps.

    Returns:
        For ``segmentation.finest_spacing``; 0, as nnU-Net plans, where nothing is won by a coarser one.
    """
    grids = [canonical_grid(read_geometry(case.image)) for case in cases]
    size, spacing = _median([grid.size for grid in grids]), _median([grid.spacing for grid in grids])
    extent = [voxels * along for voxels, along in zip(size, spacing, strict=True)]
    segmentation = settings.segmentation
    patch = _PLANNED_VOXELS * segmentation.memory_gb / _PLANNED_GB * _PLANNED_FEATURES / segmentation.base_features
    wanted = min(_spacing_for(patch / _SHARE_OF_SCAN, extent, spacing), _smallest_width(cases, settings) / _VOXELS_ACROSS, _COARSEST)
    chosen = math.floor(wanted * 10 + 1e-6) / 10
    return chosen if chosen > min(spacing) else 0.0


def _median(rows: Sequence[Sequence[float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*rows, strict=True)]


def _spacing_for(voxels: float, extent: Sequence[float], spacing: Sequence[float]) -> float:
    """The lower bound of the spacing with which a scan has that many voxels; axes that are coarser already stay as they are."""
    low, high = 0.0, max(extent)
    for _ in range(40):
        middle = (low + high) / 2
        some = math.prod(along / max(step, middle) for along, step in zip(extent, spacing, strict=True))
        low, high = (middle, high) if some > voxels else (low, middle)
    return high


def _smallest_width(cases: Sequence[Case], settings: Settings) -> float:
    """The width (mm) of the thinnest structure: of each the median over the cases, and of these the least."""
    widths: dict[int, list[float]] = {value: [] for value in settings.labels.values()}
    for case in [case for case in cases if case.label is not None][:_LABEL_MAPS]:
        for value, width in _widths(label_of(case, settings), list(widths)).items():
            widths[value].append(width)
    return min((statistics.median(found) for found in widths.values() if found), default=math.inf)


def _widths(label_map: Volume, values: Sequence[int]) -> dict[int, float]:
    """The diameter (mm) of the largest ball inside each structure that a label map has."""
    from scipy import ndimage

    boxes = ndimage.find_objects(label_map.array, max_label=max(values))
    sampling = label_map.geometry.spacing[::-1]
    found = {}
    for value in values:
        box = boxes[value - 1]
        if box is not None:
            inside = np.pad(label_map.array[box] == value, 1)
            found[value] = 2 * float(ndimage.distance_transform_edt(inside, sampling=sampling).max())
    return found
