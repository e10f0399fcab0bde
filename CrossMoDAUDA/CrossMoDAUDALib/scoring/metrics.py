"""Overlap and surface distances of two masks.

Three measures: the Dice similarity coefficient (DSC, 0 to 1), the average symmetric surface distance (ASSD, mm) and the 95th
percentile of the surface distances (HD95, mm). They follow one of two conventions, which differ in empty masks and in how the
surface distances are averaged:

==================  ==============================================  ===============================================
convention          DSC, ASSD and HD95 of empty masks               ASSD otherwise
==================  ==============================================  ===============================================
``challenge2022``   both empty: 0, 350 mm; one empty: 0, 350 mm     mean of the two directed mean distances
``medpy``           both empty: 1, 0 mm; one empty: 0, 350 mm       mean of all surface distances of both directions
==================  ==============================================  ===============================================

``challenge2022`` is what the challenge's evaluator did with medpy 0.4.0; ``medpy`` is what medpy 0.5.2 does, which
refuses the distances of an empty mask: leaving such cases out of a mean would reward failing, so they get the challenge's
350 mm. HD95 is medpy's in both conventions: the 95th percentile of the surface distances of both directions together.
Distances use the scan's true spacing, also where the scan is oblique.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from ..core.settings import CONVENTIONS

Mask = npt.NDArray[np.bool_]
Distances = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]

EMPTY_DISTANCE_MM = 350.0


def dice(prediction: Mask, reference: Mask, convention: str = "challenge2022") -> float:
    """Dice similarity coefficient of two masks of one shape.

    >>> prediction = np.array([[[True, True, False, False]]])
    >>> reference = np.array([[[False, True, True, False]]])
    >>> dice(prediction, reference)
    0.5
    >>> nothing = np.zeros_like(reference)
    >>> dice(nothing, nothing), dice(nothing, nothing, "medpy")
    (0.0, 1.0)
    """
    check_convention(convention)
    voxels = int(np.count_nonzero(prediction)) + int(np.count_nonzero(reference))
    if voxels == 0:
        return 1.0 if convention == "medpy" else 0.0
    return 2.0 * int(np.count_nonzero(prediction & reference)) / voxels


def assd(prediction: Mask, reference: Mask, spacing_zyx: Sequence[float], convention: str = "challenge2022") -> float:
    """Average symmetric surface distance in mm.

    Args:
        prediction, reference: masks of one shape (z, y, x).
        spacing_zyx: voxel spacing in mm along the arrays' axes.

    >>> one, other = np.zeros((2, 1, 1, 8), dtype=bool)
    >>> one[..., 1] = other[..., 4] = True
    >>> assd(one, other, spacing_zyx=(1.5, 0.5, 0.5))  # three voxels of half a millimetre apart
    1.5
    >>> assd(one, np.zeros_like(one), spacing_zyx=(1.5, 0.5, 0.5))
    350.0
    """
    return distances(prediction, reference, spacing_zyx, convention)[0]


def hd95(prediction: Mask, reference: Mask, spacing_zyx: Sequence[float], convention: str = "challenge2022") -> float:
    """95th percentile of the distances between the two surfaces in mm, both directions pooled; arguments as :func:`assd`.

    >>> one, other = np.zeros((2, 1, 1, 8), dtype=bool)
    >>> one[..., 1:3] = other[..., 1] = True  # distances of 0 and 0.5 mm one way, of 0 mm the other
    >>> round(hd95(one, other, spacing_zyx=(1.5, 0.5, 0.5)), 3)
    0.45
    """
    return distances(prediction, reference, spacing_zyx, convention)[1]


def distances(prediction: Mask, reference: Mask, spacing_zyx: Sequence[float], convention: str = "challenge2022") -> tuple[float, float]:
    """ASSD and HD95 in mm, in the time of one; arguments as :func:`assd`."""
    check_convention(convention)
    found = _surface_distances(prediction, reference, spacing_zyx)
    if found is None:
        both_empty = not prediction.any() and not reference.any()
        return (0.0, 0.0) if both_empty and convention == "medpy" else (EMPTY_DISTANCE_MM, EMPTY_DISTANCE_MM)
    forth, back = found
    pooled = np.concatenate(found)
    average = pooled.mean() if convention == "medpy" else (forth.mean() + back.mean()) / 2
    return float(average), float(np.percentile(pooled, 95))


def _surface_distances(prediction: Mask, reference: Mask, spacing_zyx: Sequence[float]) -> Distances | None:
    """From each surface voxel of either mask the distance to the other's nearest in mm, from the prediction's first.

    None where a mask is empty.
    """
    from scipy.spatial import cKDTree

    surfaces = [surface(mask) * np.asarray(spacing_zyx, dtype=np.float64) for mask in (prediction, reference)]
    if not (len(surfaces[0]) and len(surfaces[1])):
        return None
    # Nearest neighbours rather than a distance transform: the same distances, and a far false positive costs nothing.
    forth, _ = cKDTree(surfaces[1]).query(surfaces[0])
    back, _ = cKDTree(surfaces[0]).query(surfaces[1])
    return forth, back


def surface(mask: Mask) -> npt.NDArray[np.intp]:
    """Indices, shape (n, 3), of a mask's voxels that share a face with background, as is everything beyond the array."""
    box = _bounding_box(mask)
    if box is None:
        return np.empty((0, mask.ndim), dtype=np.intp)
    inside = mask[box]
    padded = np.pad(inside, 1)
    eroded = inside.copy()
    for axis in range(mask.ndim):
        for step in (0, 2):
            window = [slice(1, -1)] * mask.ndim
            window[axis] = slice(step, step + inside.shape[axis])
            eroded &= padded[tuple(window)]
    corner = np.array([side.start for side in box], dtype=np.intp)
    return np.argwhere(inside & ~eroded).astype(np.intp, copy=False) + corner


def _bounding_box(mask: Mask) -> tuple[slice, ...] | None:
    """The smallest box that holds the mask, or None if it is empty.

    Narrowed axis by axis, so that each further axis looks at fewer voxels.
    """
    box: list[slice] = []
    for axis in range(mask.ndim):
        filled = np.flatnonzero(mask.any(axis=tuple(other for other in range(mask.ndim) if other != axis)))
        if not len(filled):
            return None
        side = slice(int(filled[0]), int(filled[-1]) + 1)
        box.append(side)
        mask = mask[(slice(None),) * axis + (side,)]
    return tuple(box)


def check_convention(convention: str) -> None:
    """Raise an InputError for a convention that does not exist."""
    if convention not in CONVENTIONS:
        raise InputError(f"There is no scoring convention '{convention}'; choose one of {', '.join(CONVENTIONS)}.")
