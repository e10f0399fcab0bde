"""Improving pseudo-labels before they are learned from; the paper does none of this, so it is off by default."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

# What surrounds a part of a structure: how far from it (mm); what is darker is air.
_SURROUNDINGS_MM, _AIR = (2.0, 10.0), 0.05
# So many times as bright as that (or as that is) a part must be. In 12 FLAIR, parts that lay on the tumour had at least 1.34,
# others at most 1.2.
LEAST_CONTRAST = 1.25
_SLICES = 8  # at a time, so that doubts take hardly more memory than the probabilities


def keep_largest_component(array: npt.NDArray[np.uint8], values: Iterable[int]) -> npt.NDArray[np.uint8]:
    """Keep, of each given label value, only the largest 26-connected component.

    Meant for structures of which a patient has one (a vestibular schwannoma), not for pairs (the cochleas): far false
    positives are what costs the paper's method most of its surface distance.

    Args:
        array: label map, shape (z, y, x).
        values: label values to treat; of equally large components the first in memory order stays.

    >>> keep_largest_component(np.array([[[1, 1, 0, 1, 0, 2, 0, 2]]], dtype=np.uint8), values=[1])
    array([[[1, 1, 0, 0, 0, 2, 0, 2]]], dtype=uint8)
    """
    from scipy import ndimage

    result = array.copy()
    for value in values:
        components, count = ndimage.label(array == value, structure=np.ones((3, 3, 3)))
        if count > 1:
            sizes = np.bincount(components.ravel())
            sizes[0] = 0
            result[(components != 0) & (components != sizes.argmax())] = 0
    return result


def doubtful_structures(probabilities: npt.NDArray[np.float32], entropy: float) -> npt.NDArray[np.uint8]:
    """Where it is in doubt whether a voxel belongs to a structure, and to which.

    Of each voxel the most probable structure counts. Its probability p says nothing for sure where the entropy of the question
    "does the voxel belong to it?", -p ln p - (1 - p) ln (1 - p), exceeds a bound; at .3 that is where p is from .09 to .91.

    Args:
        probabilities: of background and of each structure, shape (1 + structures, z, y, x).
        entropy: the bound, in nats.

    Returns:
        The number (1, 2, ...) of the structure that is in doubt, 0 where none is; shape (z, y, x).

    >>> three_voxels = np.array([[0.5, 0.97, 0.05], [0.5, 0.02, 0.3], [0.0, 0.01, 0.65]], np.float32)
    >>> doubtful_structures(three_voxels.reshape(3, 1, 1, 3), 0.3)
    array([[[1, 0, 2]]], dtype=uint8)
    """
    doubtful = np.zeros(probabilities.shape[1:], np.uint8)
    for first in range(0, len(doubtful), _SLICES):
        some = probabilities[1:, first : first + _SLICES]
        p = some.max(axis=0).clip(1e-7, 1 - 1e-7)
        unsure = -p * np.log(p) - (1 - p) * np.log1p(-p) > entropy
        doubtful[first : first + _SLICES] = np.where(unsure, some.argmax(axis=0) + 1, 0)
    return doubtful


def drop_unlike_parts(
    label: npt.NDArray[np.uint8], image: npt.NDArray[Any], spacing: Sequence[float], brighter: Mapping[int, bool]
) -> tuple[npt.NDArray[np.uint8], dict[int, int]]:
    """Take out connected parts of structures that are not as bright, or as dark, beside what surrounds them as they should be.

    A part's mean intensity is compared with that of what lies 2 to 10 mm from it, without other labelled voxels and air. Where
    nothing is there to compare with, a part stays.

    Args:
        label: label map, shape (z, y, x).
        image: intensities from 0, air, to 1.
        spacing: of the voxels in mm, (z, y, x).
        brighter: by label value, whether the structure is brighter than its surroundings, or else darker; others are left alone.

    Returns:
        The label map without them, and how many voxels were taken out by value.

    >>> label, image = np.zeros((1, 9, 40), np.uint8), np.full((1, 9, 40), 0.4)
    >>> label[0, 3:6, 5:8], label[0, 3:6, 30:33], image[0, 3:6, 5:8] = 1, 1, 0.8
    >>> kept, taken = drop_unlike_parts(label, image, (1, 1, 1), {1: True})
    >>> taken, int(kept[0, 4, 6]), int(kept[0, 4, 31])
    ({1: 9}, 1, 0)
    """
    from scipy import ndimage

    kept, taken = label.copy(), {}
    margin = [math.ceil(_SURROUNDINGS_MM[1] / step) for step in spacing]
    for value, is_brighter in brighter.items():
        parts, _ = ndimage.label(label == value, structure=np.ones((3, 3, 3)))
        taken[value] = 0
        for number, box in enumerate(ndimage.find_objects(parts), 1):
            around = tuple(slice(max(of.start - more, 0), of.stop + more) for of, more in zip(box, margin, strict=True))
            part, seen = parts[around] == number, image[around]
            away = ndimage.distance_transform_edt(~part, sampling=spacing)
            near = (away > _SURROUNDINGS_MM[0]) & (away <= _SURROUNDINGS_MM[1]) & (label[around] == 0) & (seen > _AIR)
            if not near.any():
                continue
            inside, outside = float(seen[part].mean(dtype=np.float64)), float(seen[near].mean(dtype=np.float64))
            if (inside < LEAST_CONTRAST * outside) if is_brighter else (inside * LEAST_CONTRAST > outside):
                kept[around][part] = 0
                taken[value] += int(np.count_nonzero(part))
    return kept, taken


def refine_by_intensity(
    label: npt.NDArray[np.uint8],
    doubtful: npt.NDArray[np.uint8],
    image: npt.NDArray[Any],
    values: Iterable[int],
    fitting: tuple[float, float],
    add: bool,
    remove: bool,
    kept: Collection[int] = (),
) -> tuple[npt.NDArray[np.uint8], dict[int, tuple[int, int]]]:
    """Decide doubtful voxels by their intensity, as SDC-UDA does (Shin et al., CVPR 2023), adding only at a structure's edge.

    Voxels of the pseudo-label in doubt become background where their intensity does not fit the pseudo-label's; background in
    doubt that shares a face with what is left becomes the structure where it does. No voxel goes from one structure to another.
    SDC-UDA also adds what lies apart: that tells where else a structure may be, and not where its edge is.

    Args:
        label: pseudo-label, shape (z, y, x).
        doubtful: the value of the structure that a voxel is in doubt of (:func:`doubtful_structures`), 0 elsewhere.
        image: intensities that begin at 0.
        values: label values to treat; one that the pseudo-label lacks is left so.
        fitting: the range of intensities that fit, relative to the mean inside the pseudo-label.
        add, remove: which of the two is done.
        kept: values of which nothing is removed all the same.

    Returns:
        The refined label map, and how many voxels were added and removed by value.

    >>> label, doubtful = np.array([[[1, 1, 1, 0, 0]]], np.uint8), np.array([[[1, 0, 0, 1, 1]]], np.uint8)
    >>> refine_by_intensity(label, doubtful, np.array([[[1, 10, 10, 9, 9]]]), [1], (0.6, 1.4), add=True, remove=True)
    (array([[[0, 1, 1, 1, 0]]], dtype=uint8), {1: (1, 1)})
    """
    from scipy import ndimage

    refined, changed = label.copy(), {}
    for value in values:
        inside, doubt = label == value, doubtful == value
        if not inside.any():
            continue
        mean = float(image[inside].mean(dtype=np.float64))
        fits = (image >= fitting[0] * mean) & (image <= fitting[1] * mean)
        removed = doubt & inside & ~fits if remove and value not in kept else np.zeros_like(inside)
        beside = ndimage.binary_dilation(inside & ~removed)
        added = doubt & (label == 0) & fits & beside if add else np.zeros_like(inside)
        refined[added], refined[removed] = value, 0
        changed[value] = int(added.sum()), int(removed.sum())
    return refined, changed
