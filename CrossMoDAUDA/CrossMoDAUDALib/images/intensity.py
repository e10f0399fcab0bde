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
STORED_UNIT = 1000


def scale_intensity(array: npt.NDArray[Any], lower: float, upper: float) -> npt.NDArray[np.float32]:
    """Intensities of one volume scaled linearly so that two percentiles become -1 and +1, clipped there.

    Percentiles rather than the extremes: single hot voxels must not squeeze everything else together.

    Args:
        array: any shape, finite.
        lower, upper: percentiles, 0 to 100.

    >>> scale_intensity(np.array([0, 10, 20, 30, 40, 4000]), 0, 80)
    array([-1. , -0.5,  0. ,  0.5,  1. ,  1. ], dtype=float32)
    """
    low, high = (float(value) for value in np.percentile(array, (lower, upper)))
    if high <= low:  # nearly all voxels are alike: fall back to the extremes
        low, high = float(array.min()), float(array.max())
    scaled = array.astype(np.float32)
    scaled -= np.float32(low)
    scaled *= np.float32(2.0 / max(high - low, 1e-12))
    scaled -= np.float32(1.0)
    return np.clip(scaled, -1.0, 1.0, out=scaled)


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
