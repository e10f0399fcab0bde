"""How large the structures of a label map are and how far apart: volume, largest axial diameter, distances."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..core import files
from ..images.volumes import Array, Volume, to_canonical
from .metrics import surface


@dataclass(frozen=True)
class Measurement:
    """One structure of a label map.

    Attributes:
        structure: its name.
        voxels: how many it has.
        volume_ml: their volume.
        largest_axial_diameter_mm: the longest straight line in one axial slice between two outer voxel corners of one
            connected part (as one cochlea); NaN for an empty structure.
        distances_mm: to each other structure, the smallest distance between voxels' faces, 0 where they touch; NaN when one
            of the two is empty.
    """

    structure: str
    voxels: int
    volume_ml: float
    largest_axial_diameter_mm: float
    distances_mm: dict[str, float]


@dataclass(frozen=True)
class _Part:
    """The voxels of one structure in a box around them: ``mask`` (z, y, x) begins at voxel ``start`` of the canonical grid."""

    mask: Array
    start: tuple[int, int, int]


def measure(label_map: Volume, labels: dict[str, int]) -> list[Measurement]:
    """Measure every structure, in the order of ``labels``.

    Axial are the slices of the canonical orientation (:func:`.images.volumes.to_canonical`), so those nearest to a patient's
    axial plane on an oblique grid. Nothing is resampled.

    Args:
        label_map: whole numbers; values that no structure has are left out.
        labels: structures and their values.

    >>> from CrossMoDAUDALib.cohort.phantom import LABELS, make_case
    >>> _scan, labels = make_case(1, "hrT2", size=(48, 48, 24))
    >>> for found in measure(labels, LABELS):
    ...     print(f"{found.structure}: {found.volume_ml:.1f} ml, {found.largest_axial_diameter_mm:.0f} mm")
    Vestibular schwannoma: 1.6 ml, 22 mm
    Cochlea: 0.7 ml, 13 mm
    """
    from scipy import ndimage

    oriented = to_canonical(label_map)
    canonical, spacing = oriented.array, oriented.geometry.spacing[::-1]
    boxes = ndimage.find_objects(canonical, max_label=max(labels.values()))
    parts: dict[str, _Part] = {}
    for structure, value in labels.items():
        box = boxes[value - 1]
        if box is not None:
            parts[structure] = _Part(canonical[box] == value, (box[0].start, box[1].start, box[2].start))
    distances = {frozenset(pair): _distance(parts[pair[0]], parts[pair[1]], spacing) for pair in itertools.combinations(parts, 2)}
    found = []
    for structure in labels:
        part = parts.get(structure)
        voxels = int(np.count_nonzero(part.mask)) if part else 0
        found.append(
            Measurement(
                structure,
                voxels,
                voxels * math.prod(spacing) / 1000,
                _axial_diameter(part, spacing) if part else math.nan,
                {other: distances.get(frozenset((structure, other)), math.nan) for other in labels if other != structure},
            )
        )
    return found


def _axial_diameter(part: _Part, spacing: tuple[float, ...]) -> float:
    """The largest axial diameter of any connected part."""
    from scipy import ndimage

    labelled, _ = ndimage.label(part.mask, np.ones((3, 3, 3)))
    boxes = list(enumerate(ndimage.find_objects(labelled), 1))

    def most(box: tuple[slice, ...]) -> float:
        """The diagonal of a box, which no part in it exceeds."""
        return math.hypot(*((one.stop - one.start) * step for one, step in zip(box[1:], spacing[1:], strict=True)))

    largest = 0.0
    for number, box in sorted(boxes, key=lambda found: -most(found[1])):
        if most(box) <= largest:  # nor any of the smaller ones that follow
            break
        largest = max(largest, _slice_diameter(labelled[box] == number, spacing))
    return largest


def _slice_diameter(mask: Array, spacing: tuple[float, ...]) -> float:
    """The largest distance between voxel corners of one slice; only the ends of each row of voxels can be such corners."""
    from scipy.spatial import ConvexHull
    from scipy.spatial.distance import pdist

    largest = 0.0
    for one in mask:
        rows = np.flatnonzero(one.any(axis=1))
        if not len(rows):
            continue
        first = one[rows].argmax(axis=1)
        last = one.shape[1] - one[rows, ::-1].argmax(axis=1)
        corners = np.concatenate([np.stack([rows + edge, ends], axis=1) for edge in (0, 1) for ends in (first, last)]) * spacing[1:]
        largest = max(largest, float(pdist(corners[ConvexHull(corners).vertices]).max()))
    return largest


def _distance(one: _Part, other: _Part, spacing: tuple[float, ...]) -> float:
    """The smallest distance between the faces of a voxel of one part and of a voxel of the other.

    Along each axis the gap between two voxels is one voxel less than the distance of their centres. So the gap is the distance
    of centres once one of the parts has grown by a voxel to all sides.
    """
    from scipy import ndimage
    from scipy.spatial import KDTree

    grown = ndimage.binary_dilation(np.pad(one.mask, 1), np.ones((3, 3, 3)))
    start = np.array(one.start) - 1
    inside = np.argwhere(other.mask) + np.array(other.start) - start
    inside = inside[((inside >= 0) & (inside < grown.shape)).all(axis=1)]
    if grown[tuple(inside.T)].any():
        return 0.0
    reached = (surface(grown) + start) * spacing
    distances, _ = KDTree(reached).query((surface(other.mask) + np.array(other.start)) * spacing)
    return float(distances.min())


def write_csv(path: Path, rows: Iterable[tuple[str, Measurement]], warnings: Mapping[tuple[str, str], str] | None = None) -> None:
    """Write measurements, a line a case and structure; what does not apply is left empty.

    Args:
        rows: each measurement with its case's name.
        warnings: sentences by case's name and structure.
    """
    rows = list(rows)
    others = list(dict.fromkeys(measurement.structure for _, measurement in rows))
    measures = ["case", "structure", "voxels", "volume_ml", "largest_axial_diameter_mm"]
    lines: list[list[object]] = [[*measures, *(f"distance_mm to {other}" for other in others), "warnings"]]
    for case, measurement in rows:
        lengths = [measurement.largest_axial_diameter_mm, *(measurement.distances_mm.get(other, math.nan) for other in others)]
        lines.append(
            [
                *(case, measurement.structure, measurement.voxels, f"{measurement.volume_ml:.6g}"),
                *("" if math.isnan(length) else f"{length:.6g}" for length in lengths),
                (warnings or {}).get((case, measurement.structure), ""),
            ]
        )
    files.write_csv(path, lines)
