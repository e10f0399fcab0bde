"""Improving pseudo-labels before they are learned from; the paper does none of this, so it is off by default."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt


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
