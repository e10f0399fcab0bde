"""Grids whose axes are not at right angles, as of a tilted gantry or an affine registration, made regular."""

from __future__ import annotations

import gzip
import math
import shutil
import struct
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from .grids import Array, Geometry, Volume
from .header_checks import MOST_VOXELS, by_axes

if TYPE_CHECKING:
    import SimpleITK

_UPRIGHT = 1e-3  # the greatest cosine between axes that ITK takes for a right angle
# A grid that differs by less than this part of a voxel everywhere is the same to whoever looks at it.
_UNSEEN = 0.1
_LIKELY = (0.005, 50.0)  # mm: lengths of voxels of scans; of other lengths one may be in metres, or in micrometres


def is_regular(grid: Geometry) -> bool:
    """Whether a grid's axes are at right angles, as far as ITK asks."""
    return _tilt(grid) <= _UPRIGHT


def _tilt(grid: Geometry) -> float:
    """The greatest cosine between two of the axes."""
    products = np.abs(grid.matrix.T @ grid.matrix)
    return float(max(products[0, 1], products[0, 2], products[1, 2]))


def regular(grid: Geometry, path: Path) -> tuple[Geometry, bool]:
    """The regular grid for one that is not, and whether its voxels have to be resampled for that.

    A shear that moves no voxel by a tenth of one is left out. Else two axes that are at right angles stay, as those of the
    slices of a tilted gantry, and the third becomes their normal.

    Raises:
        InputError: it would have more voxels than can be worked on.
    """
    nearest = _about_centre(grid, _rotation(grid.matrix), grid.size)
    moved = np.abs(np.linalg.solve(_steps(nearest), (grid.corners() - nearest.corners()).T))
    if moved.max() < _UNSEEN:
        return nearest, False
    matrix = _kept_plane(grid.matrix)
    extents = np.ptp(grid.corners() @ matrix, axis=0) / np.array(grid.spacing)
    size = tuple(math.ceil(extent - 1e-3) + 1 for extent in extents)
    if math.prod(size) > MOST_VOXELS:
        raise InputError(f"{path} has skewed axes (a sheared affine), by too much to be made regular here; resample it first.")
    return replace(_about_centre(grid, matrix, size), skewed=grid), True  # type: ignore[arg-type]


@dataclass(frozen=True)
class RegularGrid:
    """Where a file's voxels lie.

    Attributes:
        geometry: the regular grid to work on.
        own: the file's own grid, if the voxels have to be resampled.
        notes: on how its header was understood.
    """

    geometry: Geometry
    own: Geometry | None
    notes: tuple[str, ...]


def regular_grid(path: Path, geometry: Geometry, notes: tuple[str, ...]) -> RegularGrid:
    """The regular grid for a file's, with notes.

    Raises:
        InputError: as :func:`regular`.
    """
    if not _LIKELY[0] <= min(geometry.spacing) <= max(geometry.spacing) <= _LIKELY[1]:
        lengths = by_axes([float(f"{length:.4g}") for length in geometry.spacing])
        notes = (*notes, f"{path} says that its voxels have {lengths} mm; if that is another unit than mm, correct its header.")
    if is_regular(geometry):
        return RegularGrid(geometry, None, notes)
    upright, moves = regular(geometry, path)
    if not moves:
        return RegularGrid(replace(upright, shifts=geometry.shifts), None, notes)
    note = (
        f"{path} has skewed axes; it is resampled to a regular grid of {by_axes(upright.size)} voxels, and results for it are put"
        " back on its own."
    )
    return RegularGrid(upright, geometry, (*notes, note))


def resampled(volume: Volume, grid: Geometry, nearest: bool) -> Array:
    """A volume's values on another grid; beyond its own, its least value.

    Args:
        nearest: take the nearest voxel's value, as labels need it; else interpolate linearly.
    """
    import SimpleITK as sitk

    kind = volume.array.dtype
    image = sitk.GetImageFromArray(np.ascontiguousarray(volume.array))
    _place(image, volume.geometry)
    way = sitk.sitkNearestNeighbor if nearest else sitk.sitkLinear
    beyond = 0.0 if nearest else float(volume.array.min())
    result = sitk.Resample(
        *(image, list(grid.size), sitk.Transform(), way, list(grid.origin), list(grid.spacing), list(grid.direction), beyond)
    )
    array: Array = sitk.GetArrayFromImage(result).astype(kind, copy=False)
    return array


def on_own_grid(result: Volume, scan: Volume, nearest: bool) -> Volume:
    """A result for a scan that was made regular, on the grid that the scan's file has; other results as they are."""
    if scan.own is None:
        return result
    return Volume(resampled(Volume(result.array, result.geometry), scan.own, nearest), scan.own, result.notes)


def write_nifti(image: SimpleITK.Image, path: Path, grid: Geometry) -> None:
    """Write an image on a grid whose axes are not at right angles: ITK writes the nearest regular one, which is corrected here.

    Args:
        path: ends in ``.nii`` or ``.nii.gz``.

    Raises:
        OSError, RuntimeError: it cannot be written.
    """
    import SimpleITK as sitk

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        plain = Path(folder) / "plain.nii"
        sitk.WriteImage(image, str(plain))
        with plain.open("r+b") as file:
            file.seek(252)
            file.write(struct.pack("=2h", 0, 1))  # no qform, which cannot say it; the sform is a scanner's
            file.seek(280)
            ras = np.diag([-1.0, -1.0, 1.0]) @ np.column_stack([_steps(grid), grid.origin])
            file.write(ras.astype("=f4").tobytes())
        if path.name.lower().endswith(".gz"):
            with plain.open("rb") as source, path.open("wb") as packed, gzip.GzipFile("", "wb", 6, packed, mtime=0) as target:
                shutil.copyfileobj(source, target, 1 << 20)
        else:
            plain.replace(path)


def _place(image: SimpleITK.Image, grid: Geometry) -> None:
    image.SetSpacing(grid.spacing)
    image.SetOrigin(grid.origin)
    image.SetDirection(grid.direction)


def _steps(grid: Geometry) -> npt.NDArray[np.float64]:
    steps: npt.NDArray[np.float64] = grid.matrix * np.array(grid.spacing)
    return steps


def _rotation(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The nearest matrix with axes at right angles."""
    left, _, right = np.linalg.svd(matrix)
    nearest: npt.NDArray[np.float64] = left @ right
    return nearest


def _kept_plane(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Axes at right angles, of which those two stay that have been nearest to it."""
    products = np.abs(matrix.T @ matrix)
    first, second, third = min(((0, 1, 2), (0, 2, 1), (1, 2, 0)), key=lambda axes: products[axes[0], axes[1]])
    if products[first, second] > _UPRIGHT:
        return _rotation(matrix)
    plane = _rotation_of_pair(matrix[:, first], matrix[:, second])
    normal = np.cross(plane[0], plane[1])
    kept = np.empty((3, 3))
    kept[:, first], kept[:, second], kept[:, third] = *plane, normal * np.sign(normal @ matrix[:, third])
    return kept


def _rotation_of_pair(first: npt.NDArray[np.float64], second: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], ...]:
    second = second - first * (first @ second)
    return first, second / np.linalg.norm(second)


def _about_centre(grid: Geometry, matrix: npt.NDArray[np.float64], size: tuple[int, int, int]) -> Geometry:
    """A grid with other directions and the same spacing and centre."""
    centre = grid.corners().mean(axis=0)
    origin = centre - matrix * np.array(grid.spacing) @ ((np.array(size) - 1) / 2)
    return Geometry(size, grid.spacing, tuple(origin.tolist()), tuple(matrix.ravel().tolist()))
