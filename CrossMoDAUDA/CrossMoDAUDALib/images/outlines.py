"""A slice of a scan with the outlines of label maps, for pages: the whole slice, and the part of it that the structures are in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from .pictures import WINDOW, best_slice, outline
from .volumes import Volume, to_canonical

if TYPE_CHECKING:
    from PIL import Image

Colour = tuple[int, int, int]
# Of Okabe and Ito's colours, which the colour-blind can tell apart, two that are seen on black, grey and white.
RESULT, REFERENCE = (86, 180, 233), (255, 184, 20)
# The part around the structures is at least so wide (mm), and has so much beside them (mm).
LEAST_MM, BESIDE_MM = 40.0, 10.0
# A part that is more of the slice than this is not worth a picture of its own.
MOST_OF_IT = 0.6
_SUPERSAMPLING = 2
# So many voxels suffice for percentiles.
_SAMPLES = 1_000_000


@dataclass(frozen=True)
class Outlined:
    """A label map whose structures are outlined.

    Attributes:
        label_map: on the scan's grid.
        colour: of the outlines.
        is_dashed: told apart from others also without colours, and where they lie on another outline.
    """

    label_map: Volume
    colour: Colour
    is_dashed: bool = False


@dataclass(frozen=True)
class Slice:
    """An axial slice, seen from below as radiologists do.

    Attributes:
        number: of the slice, from 1 at the feet, and of how many.
        whole: the slice without outlines, one picture for each scan.
        near, near_outlined: the part of it that the structures are in; empty where there is none, or it is nearly all.
        whole_outlined: the slice with outlines.
    """

    number: tuple[int, int]
    whole: list[Image.Image]
    whole_outlined: list[Image.Image]
    near: list[Image.Image]
    near_outlined: list[Image.Image]


def slices(scans: Sequence[Volume], outlined: Sequence[Outlined], labels: dict[str, int], pixels: int) -> Slice:
    """The same slice of several scans on one grid: that which shows the most of the structures.

    Args:
        scans: at least one.
        outlined: what is drawn on each of them; the first with a structure decides which slice it is.
        labels: structures and their values in the label maps.
        pixels: of a picture's width.

    Raises:
        ValueError: something is not on the first scan's grid.
    """
    grid = scans[0].geometry
    for volume in (*scans[1:], *(one.label_map for one in outlined)):
        if differences := volume.geometry.differences(grid):
            raise ValueError(f"not on one grid: {'; '.join(differences)}")
    maps = [to_canonical(one.label_map).array for one in outlined]
    guide = next((label_map for label_map in maps if label_map.any()), None)
    depth = to_canonical(scans[0]).array.shape[0]
    index = best_slice(guide, labels) if guide is not None else depth // 2
    size, spacing = to_canonical(scans[0]).geometry.size, to_canonical(scans[0]).geometry.spacing
    drawn = [label_map[index] for label_map in maps]
    box = _around(np.any([label_map > 0 for label_map in drawn], axis=0), (spacing[1], spacing[0])) if drawn else None
    all_of_it = (slice(0, size[1]), slice(0, size[0]))
    pictures: dict[str, list[Image.Image]] = {"whole": [], "whole_outlined": [], "near": [], "near_outlined": []}
    for scan in scans:
        grey = _grey(scan, index)
        for name, part in (("whole", all_of_it), ("near", box)):
            if part is not None:
                plain, lined = _draw(grey[part], [one[part] for one in drawn], outlined, labels, (spacing[1], spacing[0]), pixels)
                pictures[name].append(plain)
                pictures[f"{name}_outlined"].append(lined)
    return Slice((index + 1, depth), **pictures)


def _grey(scan: Volume, index: int) -> npt.NDArray[np.float32]:
    """A slice in [0, 1], by percentiles of the whole volume, as in every other picture."""
    array = scan.array
    step = max(round((array.size / _SAMPLES) ** (1 / 3)), 1)
    low, high = (float(value) for value in np.percentile(array[::step, ::step, ::step], WINDOW))
    if high <= low:
        low, high = float(array.min()), float(array.max())
    shown = np.asarray(to_canonical(scan).array[index], dtype=np.float64)
    return np.clip((shown - low) / max(high - low, 1e-12), 0, 1).astype(np.float32)


def _around(inside: npt.NDArray[np.bool_], spacing: tuple[float, float]) -> tuple[slice, slice] | None:
    """A square (mm) around what is inside, cut off at the slice's edges; None where nothing is, or nearly all would be in it."""
    if not inside.any():
        return None
    places = [np.flatnonzero(inside.any(axis=1 - axis)) for axis in (0, 1)]
    extents = [(float(found[-1] - found[0]) + 1) * step for found, step in zip(places, spacing, strict=True)]
    side = max(LEAST_MM, max(extents) + 2 * BESIDE_MM)
    found = []
    for axis in (0, 1):
        count = inside.shape[axis]
        width = min(max(round(side / spacing[axis]), 2), count)
        middle = (int(places[axis][0]) + int(places[axis][-1]) + 1) / 2
        start = min(max(round(middle - width / 2), 0), count - width)
        found.append(slice(start, start + width))
    share = math.prod((part.stop - part.start) / count for part, count in zip(found, inside.shape, strict=True))
    return (found[0], found[1]) if share < MOST_OF_IT else None


def _draw(
    grey: npt.NDArray[np.float32],
    label_maps: Sequence[npt.NDArray[Any]],
    outlined: Sequence[Outlined],
    labels: dict[str, int],
    spacing: tuple[float, float],
    pixels: int,
) -> tuple[Image.Image, Image.Image]:
    """A part of a slice in true proportions, without and with the outlines."""
    from PIL import Image

    rows, columns = grey.shape[0] * spacing[0], grey.shape[1] * spacing[1]
    width = pixels * _SUPERSAMPLING if columns >= rows else round(pixels * _SUPERSAMPLING * columns / rows)
    height = round(width * rows / columns)
    size = (max(width, _SUPERSAMPLING), max(height, _SUPERSAMPLING))

    def resized(values: npt.NDArray[Any], how: Image.Resampling) -> npt.NDArray[np.float32]:
        return np.array(Image.fromarray(np.ascontiguousarray(values, dtype=np.float32)).resize(size, how))

    large = resized(grey, Image.Resampling.BICUBIC).clip(0, 1) * 255
    plain = np.repeat(large[..., None], 3, axis=2)
    lined = plain.copy()
    thickness = max(round(pixels * _SUPERSAMPLING / 140), 1)
    row, column = np.indices(large.shape)
    dashes = ((row + column) // (4 * thickness)) % 2 == 0
    for one, label_map in zip(outlined, label_maps, strict=True):
        for value in labels.values():
            # Interpolated, because a mask of large voxels is a staircase.
            line = outline(resized(label_map == value, Image.Resampling.BILINEAR) > 0.5, thickness)
            lined[line & dashes if one.is_dashed else line] = one.colour
    return tuple(Image.fromarray(np.rint(found).astype(np.uint8)).reduce(_SUPERSAMPLING) for found in (plain, lined))  # type: ignore[return-value]
