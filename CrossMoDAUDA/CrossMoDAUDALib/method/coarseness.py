"""How coarse a segmenter may see the scans, so that a small patch shows most of the body and small structures stay visible.

Between liver, spleen and kidneys the place tells as much as the look; a network that sees a fifth of a scan at a time takes many
more steps to learn it. nnU-Net's answer is a cascade; where time is short, one coarser network does.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..cohort.finding import Case
from ..core.settings import Settings
from ..images.volumes import canonical_grid, read_geometry, read_label_map

# nnU-Net plans a patch of 128 x 128 x 128 voxels for a network of 32 features and 8 GB.
_PLANNED_VOXELS, _PLANNED_GB, _PLANNED_FEATURES = 128**3, 8.0, 32
_SHARE_OF_SCAN = 2 / 3  # that a patch shows
_VOXELS_ACROSS = 8  # the smallest structure
_LABEL_MAPS = 12


def finest_spacing(settings: Settings, cases: Sequence[Case]) -> float:
    """The spacing (mm) at which a patch shows two thirds of a scan, or at which the smallest structure is still 8 voxels wide.

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
    chosen = min(_spacing_for(patch / _SHARE_OF_SCAN, extent, spacing), _smallest_width(cases, settings.labels) / _VOXELS_ACROSS)
    return float(f"{chosen:.2g}") if chosen > min(spacing) else 0.0


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


def _smallest_width(cases: Sequence[Case], labels: dict[str, int]) -> float:
    """The diameter (mm) of a ball as large as the largest connected part of a structure: of the smallest structure, in a typical case."""
    widths: dict[int, list[float]] = {value: [] for value in labels.values()}
    for path in [case.label for case in cases if case.label is not None][:_LABEL_MAPS]:
        for value, width in _widths(path, list(widths)).items():
            widths[value].append(width)
    return min((statistics.median(found) for found in widths.values() if found), default=math.inf)


def _widths(path: Path, values: Sequence[int]) -> dict[int, float]:
    from scipy import ndimage

    label_map = read_label_map(path)
    found = {}
    for value in values:
        mask = label_map.array == value
        if mask.any():
            largest = np.bincount(ndimage.label(mask)[0].ravel())[1:].max()
            found[value] = 2 * (3 / (4 * math.pi) * float(largest) * math.prod(label_map.geometry.spacing)) ** (1 / 3)
    return found
