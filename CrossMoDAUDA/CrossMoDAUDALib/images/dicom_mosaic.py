"""Siemens' mosaics: one image holds all slices side by side, and only private fields tell their places; nibabel reads these."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from ..core.failures import missing_packages
from .dicom_index import Stack
from .dicom_series import Series


def mosaic_series(stack: Stack, notes: tuple[str, ...]) -> Series:
    """The grid of the slices in a mosaic.

    Raises:
        InputError: its private fields are missing or damaged, or nibabel is not installed.
    """
    wrapper = _wrapper(stack)
    affine = np.asarray(wrapper.affine)[:, [1, 0, 2, 3]]  # nibabel's axes are rows, columns, slices; mm, LPS
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    rows, columns, count = wrapper.image_shape
    return Series(
        stack,
        (int(columns), int(rows), int(count)),
        tuple(spacing.tolist()),
        tuple(affine[:3, 3].tolist()),
        tuple((affine[:3, :3] / spacing).ravel().tolist()),
        None,
        notes,
    )


def mosaic_voxels(series: Series) -> npt.NDArray[Any]:
    """The voxels, shape (z, y, x).

    Raises:
        InputError: as :func:`mosaic_series`.
    """
    array = np.asarray(_wrapper(series.stack, voxels=True).get_data()).transpose(2, 0, 1)
    return array.astype(np.float32) if array.dtype == np.float64 else np.ascontiguousarray(array)


def _wrapper(stack: Stack, voxels: bool = False) -> Any:
    (file,) = stack.files
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nibabel calls this part of itself experimental
            from nibabel.nicom.dicomwrappers import MosaicWrapper, wrapper_from_data
    except ImportError:
        raise InputError(f"{file} is a mosaic of Siemens'. {missing_packages(['nibabel'])}") from None
    from pydicom import dcmread

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            wrapper: Any = wrapper_from_data(dcmread(file, stop_before_pixels=not voxels))
            if isinstance(wrapper, MosaicWrapper) and np.isfinite(wrapper.affine).all() and len(wrapper.image_shape) == 3:
                return wrapper
    except MemoryError:
        raise
    except Exception:  # nibabel's own errors derive from nothing in common
        pass
    raise InputError(f"{file} is a mosaic of Siemens' whose private fields are missing or damaged; export it as single slices.")
