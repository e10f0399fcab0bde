"""What label maps and class probabilities tell of a segmentation where there is no reference to score it by.

Each measure is of one structure, from 0 to 1, and higher is better; None says that there is nothing to measure it on. None of
them says that a segmentation is right: a segmenter can be sure, steady and of the usual volume in the wrong place.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ..images.volumes import Array, Volume, to_canonical
from .metrics import Mask, dice

# How far from a structure's outline (mm) its probabilities are looked at, on both sides.
AROUND_MM = 3.0
# A probability below this is no sign of a structure: over a whole scan such crumbs would add up to more than a small one has.
LEAST_PROBABILITY = 0.05
# A connected part that is smaller than this share of its structure does not count as one.
PART_SHARE = 0.01
# Source labels that are all alike have a spread of zero, and any difference from them would count as large. So spreads are at
# least these: a tenth of a volume (as a logarithm), half a part, a twentieth of a compactness and of the body's length.
LEAST_SPREAD = {"volume": 0.1, "parts": 0.5, "compactness": 0.05, "position": 0.05}

Point = tuple[float, float, float]
Agreement = dict[str, float | None]  # DSC by structure


# Probabilities -----------------------------------------------------------------------------------------------------------------


def certainty(probability: Array, mask: Mask, spacing_zyx: Sequence[float]) -> float | None:
    """How sure a segmenter is in and around a structure: 1 minus the entropy within 3 mm of its outline.

    The entropy is that of the structure's own probability p, in bits: -p log2 p - (1 - p) log2 (1 - p). It is 0 where p is 0 or 1
    and 1 where it is a half. It is the mean of two means, over the voxels inside and outside of the outline. So a large structure
    does not seem surer than a small one: neither the size of its inside counts, which is easy, nor that of its surroundings.

    Args:
        probability: of the structure, shape (z, y, x).
        mask: where the segmenter has found it.
        spacing_zyx: voxel spacing in mm along the arrays' axes.

    Returns:
        None where it has not been found.

    >>> probability = np.array([[[0.0, 0.5, 1.0, 1.0]]])
    >>> certainty(probability, probability > 0.5, (1.0, 1.0, 1.0))  # 0 bits inside, 0.5 outside
    0.75
    """
    from scipy import ndimage

    if not mask.any():
        return None
    reach = [math.ceil(AROUND_MM / step) for step in spacing_zyx]
    (box,) = ndimage.find_objects(mask.astype(np.uint8))
    wide = tuple(slice(max(side.start - more, 0), side.stop + more) for side, more in zip(box, reach, strict=True))
    inside, p = mask[wide], probability[wide].astype(np.float64)
    sides = []
    for side in (inside, ~inside):
        # Where a structure touches the scan's edge, that is its outline, too; what is around it ends there.
        padded = np.pad(side, 1, constant_values=side is not inside)
        near = side & (ndimage.distance_transform_edt(padded, spacing_zyx)[1:-1, 1:-1, 1:-1] <= AROUND_MM)
        if near.any():
            sides.append(float(np.mean(_entropy(p[near]))))
    return 1.0 - float(np.mean(sides))


def _entropy(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Of a yes or no with probability p, in bits."""
    one, other = (-share * np.log2(share, where=share > 0, out=np.zeros_like(share)) for share in (p, 1 - p))
    entropy: npt.NDArray[np.float64] = one + other
    return entropy


def expected_dice(probability: Array, mask: Mask) -> float | None:
    """The DSC that a segmenter's own probabilities make one expect: that of the label map with the probabilities as a soft mask.

    Unlike :func:`certainty` it also falls where a structure is half expected and not found.

    Args:
        probability: of the structure; what is below 0.05 counts as 0.
        mask: where the segmenter has found it; of the same shape.

    Returns:
        None where neither shows it.

    >>> expected_dice(np.array([1.0, 0.6, 0.4, 0.04]), np.array([True, True, False, False]))
    0.8
    """
    likely = np.where(probability < LEAST_PROBABILITY, 0, probability)
    whole = float(likely.sum(dtype=np.float64)) + int(np.count_nonzero(mask))
    return 2 * float(likely[mask].sum(dtype=np.float64)) / whole if whole else None


def expected_dices(label: Volume, probabilities: Array, labels: Mapping[str, int]) -> Agreement:
    """:func:`expected_dice` of every structure.

    Args:
        label: the label map, on the scan's grid.
        probabilities: of background and of each structure in ascending order of its value, (1 + structures, z, y, x), in the
            canonical orientation of the scan.
    """
    array = to_canonical(label).array
    ordered = sorted(labels.items(), key=lambda one: one[1])
    return {name: expected_dice(probabilities[channel], array == value) for channel, (name, value) in enumerate(ordered, 1)}


# Two results for one scan ------------------------------------------------------------------------------------------------------


def agreement(one: Array, other: Array, labels: dict[str, int]) -> Agreement:
    """DSC of two label maps of one scan by structure; None for a structure that neither shows."""
    found = {structure: (one == value, other == value) for structure, value in labels.items()}
    return {structure: dice(*masks) if masks[0].any() or masks[1].any() else None for structure, masks in found.items()}


def mean_by_structure(agreements: Iterable[Agreement]) -> Agreement:
    """The mean over scans (or pairs) by structure, without those where there is nothing to measure; None where that is all.

    >>> mean_by_structure([{"Liver": 0.5, "Spleen": None}, {"Liver": 1.0, "Spleen": None}])
    {'Liver': 0.75, 'Spleen': None}
    """
    collected: dict[str, list[float]] = {}
    for found in agreements:
        for structure, value in found.items():
            collected.setdefault(structure, []).extend([] if value is None else [value])
    return {structure: float(np.mean(values)) if values else None for structure, values in collected.items()}


# Volumes and shapes ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shape:
    """One structure of one label map in a few numbers.

    Attributes:
        volume_ml: its volume.
        parts: its connected parts (voxels that share a corner are connected) of at least a hundredth of it.
        compactness: its volume over that of the ball whose voxels are as far from their centre (root mean square); 1 for a ball,
            less for what is long, hollow or scattered.
        position: of its centre in the box around the body, from 0 to 1 along z, y, x in canonical orientation.
    """

    volume_ml: float
    parts: int
    compactness: float
    position: Point

    def to_json(self) -> dict[str, Any]:
        """As plain JSON types."""
        return {**asdict(self), "position": list(self.position)}

    @classmethod
    def from_json(cls, data: Any) -> Shape:
        """From :meth:`to_json`'s dictionary."""
        z, y, x = map(float, data["position"])
        return cls(float(data["volume_ml"]), int(data["parts"]), float(data["compactness"]), (z, y, x))


Shapes = dict[str, Shape]  # by structure; those that a label map does not show are left out


def body_box(scan: Volume) -> tuple[Point, Point]:
    """The box around the body: along each axis, where the first 2 % and the last 2 % of the voxels above the mean lie.

    Returns:
        Its first and last corner in voxels along z, y, x in canonical orientation.
    """
    array = to_canonical(scan).array
    bright = array > array.mean(dtype=np.float64)
    ends: list[tuple[int, int]] = []
    for axis in range(3):
        share = np.cumsum(bright.sum(axis=tuple(other for other in range(3) if other != axis), dtype=np.int64))
        first, last = (int(np.searchsorted(share, part * share[-1])) for part in (0.02, 0.98))
        ends.append((first, last))
    (z, a), (y, b), (x, c) = ends
    return (z, y, x), (a, b, c)


def shapes(label_map: Volume, labels: dict[str, int], body: tuple[Point, Point]) -> Shapes:
    """The shapes of the structures that a label map shows.

    Args:
        label_map: whole numbers, any orientation.
        labels: structures and their values.
        body: of the scan, by :func:`body_box`.
    """
    from scipy import ndimage

    oriented = to_canonical(label_map)
    spacing = np.array(oriented.geometry.spacing[::-1])
    lowest, extent = np.array(body[0]), np.maximum(np.subtract(body[1], body[0]), 1)
    found = {}
    for (structure, value), box in zip(labels.items(), _boxes(oriented.array, labels), strict=True):
        if box is None:
            continue
        mask = oriented.array[box] == value
        points = np.argwhere(mask)
        centre = points.mean(axis=0)
        parts, count = ndimage.label(mask, np.ones((3, 3, 3)))
        sizes = np.bincount(parts.ravel(), minlength=count + 1)[1:]
        z, y, x = (centre + [side.start for side in box] - lowest) / extent
        found[structure] = Shape(
            len(points) * float(spacing.prod()) / 1000,
            int(np.count_nonzero(sizes >= PART_SHARE * len(points))),
            _compactness(points, spacing),
            (float(z), float(y), float(x)),
        )
    return found


def _boxes(array: Array, labels: dict[str, int]) -> list[tuple[slice, ...] | None]:
    from scipy import ndimage

    boxes = ndimage.find_objects(array, max_label=max(labels.values()))
    return [boxes[value - 1] for value in labels.values()]


def _compactness(points: npt.NDArray[np.intp], spacing: npt.NDArray[np.float64]) -> float:
    # A voxel is no point: along each axis its own mean square distance from its centre is a twelfth of its squared length.
    square = float(((points.var(axis=0) + 1 / 12) * spacing**2).sum())
    radius = math.sqrt(square * 5 / 3)  # the mean square distance in a ball is 3/5 of its squared radius
    return len(points) * float(spacing.prod()) / (4 / 3 * math.pi * radius**3)


def likeness(found: Sequence[float], expected: Sequence[float], least_spread: float) -> float | None:
    """How like two sets of numbers are: 1 / (1 + d), d the distance of their distributions in spreads of what is expected.

    The distance is Wasserstein's (of order 1), how far the numbers of one set have to be moved, on average, to become the other.
    Two sets that differ only in their mean, by one standard deviation, have d = 1 and a likeness of a half.

    Args:
        found: of the segmentations.
        expected: of the source labels.
        least_spread: what the standard deviation of the expected counts for at least.

    Returns:
        None where either is empty.

    >>> likeness([1, 3], [0, 2], least_spread=0.1), likeness([0, 2, 0, 2], [2, 0], least_spread=0.1)
    (0.5, 1.0)
    """
    from scipy.stats import wasserstein_distance

    if not len(found) or not len(expected):
        return None
    spread = max(float(np.std(expected)), least_spread)
    return 1 / (1 + float(wasserstein_distance(found, expected)) / spread)


def likenesses(found: Sequence[Shape], expected: Sequence[Shape]) -> dict[str, float | None]:
    """Likeness of ``volume`` (as a logarithm), ``shape`` (parts and compactness) and ``position`` (three axes) of one structure."""
    if not found or not expected:
        return {"volume": None, "shape": None, "position": None}

    def of(number: Callable[[Shape], float], least_spread: float) -> float:
        value = likeness([number(shape) for shape in found], [number(shape) for shape in expected], least_spread)
        assert value is not None  # both have shapes
        return value

    parts = of(lambda shape: shape.parts, LEAST_SPREAD["parts"])
    compactness = of(lambda shape: shape.compactness, LEAST_SPREAD["compactness"])
    z = of(lambda shape: shape.position[0], LEAST_SPREAD["position"])
    y = of(lambda shape: shape.position[1], LEAST_SPREAD["position"])
    x = of(lambda shape: shape.position[2], LEAST_SPREAD["position"])
    return {
        "volume": of(lambda shape: math.log(shape.volume_ml), LEAST_SPREAD["volume"]),
        "shape": (parts + compactness) / 2,
        "position": (z + y + x) / 3,
    }


def completeness(found: Sequence[Shapes], expected: Sequence[Shapes], structure: str) -> float:
    """The share of scans in which a structure is found over the share of the source labels that show it; at most 1.

    >>> some = Shape(1.0, 1, 1.0, (0.5, 0.5, 0.5))
    >>> completeness([{"Liver": some}, {}], [{"Liver": some}] * 3, "Liver")
    0.5
    """
    shown, usual = (sum(structure in shapes for shapes in group) / max(len(group), 1) for group in (found, expected))
    return min(shown / usual, 1.0) if usual else 1.0
