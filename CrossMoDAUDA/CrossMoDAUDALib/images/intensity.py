"""Intensities scaled to [-1, 1], and the three kinds of whole numbers that stand for them in files.

Each is as fine as its reader needs: what one kind would save in code, rounding twice would cost in accuracy, and experiments
that were begun with it could not go on.

==================  ==========================  ==============================================================
file                -1 ... 1                    why
==================  ==========================  ==============================================================
slices              -32767 ... 32767            the translator learns from them: as fine as 16 bits are
pseudo-target scan  -1000 ... 1000              a third of float32's size once compressed; finer than MRI's noise
nnU-Net's images    1 ... 2001                  pseudo-target values, moved: nnU-Net takes 0 for outside the patient
==================  ==========================  ==============================================================
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

FULL_SCALE = 32767
# With values greater than this many ranges, float32 has fewer steps within the range than the slices' file.
_COARSEST = 100.0
_LEAST_RANGE, _MOST_RANGE = 1e-30, 1e37  # beyond, float32 over- or underflows
# The part of the border that padding fills at least, and its distance from all other values, in their range.
_PADDED_BORDER, _FAR, _FAR_ZERO = 0.02, 1.0, 10.0
_AIR, _MOST_HU = (-1024, -1000), 4095  # of CT, whose air is no padding however little else there is
# Voxels that are looked at to find padding: about so many, of which at least some must be no padding.
_SAMPLED, _FEWEST = 1_000_000, 100
STORED_UNIT = 1000


def scale_intensity(array: npt.NDArray[Any], lower: float, upper: float) -> npt.NDArray[np.float32]:
    """Intensities of one volume scaled linearly so that two percentiles become -1 and +1, clipped there.

    Percentiles rather than the extremes: single hot voxels must not squeeze everything else together.

    Padding (:func:`padding`) does not count, and becomes -1. Where float32 would be too coarse for the values, or overflow, all is
    computed in float64.

    Args:
        array: any shape, finite.
        lower, upper: percentiles, 0 to 100.

    Returns:
        Finite values in [-1, 1].

    >>> scale_intensity(np.array([0, 10, 20, 30, 40, 4000]), 0, 80)
    array([-1. , -0.5,  0. ,  0.5,  1. ,  1. ], dtype=float32)
    """
    filled = padding(array)
    if filled is not None:
        outside = array == filled
        scaled = np.full(array.shape, -1, np.float32)
        scaled[~outside] = _scaled(array[~outside], lower, upper)
        return scaled
    return _scaled(array, lower, upper)


def _scaled(array: npt.NDArray[Any], lower: float, upper: float) -> npt.NDArray[np.float32]:
    low, high = (float(value) for value in np.percentile(_percentiles_of(array), (lower, upper)))
    if high <= low:  # nearly all voxels are alike: fall back to the extremes
        low, high = float(array.min()), float(array.max())
    if high <= low:
        return np.full(array.shape, -1, np.float32)
    if max(abs(low), abs(high)) > _COARSEST * (high - low) or not _LEAST_RANGE < high - low < _MOST_RANGE:
        # Halves, because the range of finite values may be infinite; clipped first, because their distances may be, too.
        exact = np.clip(array.astype(np.float64), low, high) * 0.5
        exact -= low * 0.5
        exact /= (high * 0.5 - low * 0.5) * 0.5
        exact -= 1.0
        return np.clip(exact, -1.0, 1.0, out=exact).astype(np.float32)
    scaled = (np.clip(array, low, high) if _exceeds_float32(array) else array).astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(2.0 / (high - low))
    scaled -= np.float32(1.0)
    return np.clip(scaled, -1.0, 1.0, out=scaled)


def _percentiles_of(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The values in a type in which differences of neighbours cannot overflow where percentiles are interpolated."""
    return array.astype(np.float64) if array.dtype.kind == "f" and array.dtype.itemsize < 4 else array


def _exceeds_float32(array: npt.NDArray[Any]) -> bool:
    return array.dtype.itemsize >= 8 and max(abs(float(array.min())), abs(float(array.max()))) > _MOST_RANGE


def padding(array: npt.NDArray[Any]) -> float | None:
    """The value with which a scan was padded, if it lies so far from all others that it says nothing of the patient; else None.

    That is its least or greatest value where this fills a part of the border, and where the gap to the other values is as wide as
    their own range; a hundredth of them at each end, as interpolation leaves beside padding, does not count. Zero is what outside
    mostly is: it has to be ten times as far away. Air in CT is none.

    Args:
        array: intensities, shape (z, y, x).

    >>> scan = np.arange(1000.0).reshape(10, 10, 10)
    >>> scan[:, :3] = -32768
    >>> padding(scan)
    -32768.0
    """
    low, high = array.min(), array.max()
    if array.ndim != 3 or low == high:
        return None
    sides = border(array)
    for value, sign in ((low, 1), (high, -1)):
        if sum(np.count_nonzero(side == value) for side in sides) < _PADDED_BORDER * sum(side.size for side in sides):
            continue
        some = _sample(array)
        rest = some[some != value]
        if rest.size < _FEWEST:
            rest = array[array != value]
        least, most = (float(end) * 0.5 for end in np.percentile(_percentiles_of(rest), (1, 99)))  # halves: the range may overflow
        if _AIR[0] <= value <= _AIR[1] and value == low and high <= _MOST_HU:
            continue
        gap = sign * ((least if sign > 0 else most) - float(value) * 0.5)
        if most > least and gap >= (most - least) * (_FAR if value else _FAR_ZERO):
            return float(value)
    return None


def border(array: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """The six sides of an array of shape (z, y, x)."""
    return [np.take(array, end, axis) for axis in range(3) for end in (0, -1)]


def _sample(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Every so many rows and columns of a scan, so that there are about as many voxels as in a small one."""
    step = max(int((array.size / _SAMPLED) ** 0.5), 1)
    return array[:, ::step, ::step]


def oddities(array: npt.NDArray[Any], lower: float = 0.1, upper: float = 99.9) -> list[str]:
    """What is unusual about a scan's intensities and how they are scaled, in sentences without the scan's name.

    Args:
        array: intensities, shape (z, y, x), finite.
        lower, upper: percentiles of the scaling.
    """
    found, inside = list[str](), array
    filled = padding(array)
    if filled is not None:
        outside = array == filled
        share = 100 * np.count_nonzero(outside) / array.size
        found.append(f"{share:.2g} % of the voxels have the value {filled:g}, far from all others; it is taken as padding.")
        inside = array[~outside]
    low, high = np.percentile(_percentiles_of(_sample(inside) if inside.ndim == 3 else inside), (lower, upper))
    if high <= low:
        low, high = np.percentile(_percentiles_of(inside), (lower, upper))
    if high <= low and inside.min() < inside.max():
        found.append(
            f"nearly all voxels have one value ({low:g}), so that the scaled scan shows little; if it should show more, set"
            f" intensity.lower_percentile and intensity.upper_percentile further apart than {lower:g} and {upper:g}."
        )
    return found


def to_slices(scaled: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Intensities in [-1, 1] as the slices' file has them."""
    stored: npt.NDArray[np.int16] = np.rint(scaled * np.float32(FULL_SCALE)).astype("<i2")
    return stored


def to_stored(scaled: npt.NDArray[np.float32]) -> npt.NDArray[np.int16]:
    """Intensities in [-1, 1] as int16 thousandths."""
    stored: npt.NDArray[np.int16] = np.rint(scaled * np.float32(STORED_UNIT)).astype(np.int16)
    return stored


def scaled_signal(image: npt.NDArray[np.int16], inside: npt.NDArray[np.bool_], factor: float) -> npt.NDArray[np.int16]:
    """A network image whose signal is scaled within a region: counted from the darkest intensity, 1, and ending at the brightest, 2001.

    The region's outline is softened over a voxel (the factor's exponent is the region's share of the voxels around).

    Args:
        image: of :func:`network_image`; what is outside the patient stays so.
        inside: where, of the same shape.

    >>> inside = np.array([False, False, True, True, True])
    >>> scaled_signal(np.array([0, 401, 401, 401, 2001], np.int16), inside, 0.5)
    array([   0,  318,  253,  201, 1001], dtype=int16)
    """
    from scipy import ndimage

    share = ndimage.uniform_filter(inside.astype(np.float32), 3, mode="nearest")
    signal = np.rint((image - 1) * factor**share).clip(0, 2 * STORED_UNIT)
    scaled: npt.NDArray[np.int16] = np.where(image > 0, signal + 1, image).astype(np.int16)
    return scaled


def network_image(stored: npt.NDArray[np.int16], outside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int16]:
    """Scaled intensities as nnU-Net gets them: 1 to 2001 inside, 0 outside.

    nnU-Net takes zero for "outside the patient" (as in skull-stripped scans), so nothing else may be zero.

    Args:
        stored: int16 thousandths of [-1, 1], any shape.
        outside: :func:`.segmentation.dataset.outside_patient` of the scan itself.
    """
    image: npt.NDArray[np.int16] = np.where(outside, np.int16(0), stored + np.int16(STORED_UNIT + 1))
    return image
