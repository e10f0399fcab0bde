"""Voxel grids in space, and volumes on them: compare, orient and put back. No file is read or written here.

Arrays are indexed ``[z, y, x]`` (slice, row, column), as SimpleITK gives them; geometry is in ITK's convention: millimetres,
LPS, index order x, y, z.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .headers import by_axes

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Geometry:
    """A voxel grid in space.

    Attributes:
        size: voxels along x, y, z.
        spacing: mm along x, y, z.
        origin: position of the first voxel's centre, mm, LPS.
        direction: 3 x 3 matrix row by row; column n is the direction of index axis n.
        shifts: of a scan whose slices were straightened, for each the columns and rows by which its first pixel lies from the grid's first.
        skewed: of a scan with skewed axes, the grid of its file.
    """

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...]
    shifts: tuple[tuple[float, float], ...] = field(default=(), compare=False, repr=False)
    skewed: Geometry | None = field(default=None, compare=False, repr=False)

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """The direction as a 3 x 3 array."""
        return np.array(self.direction, dtype=np.float64).reshape(3, 3)

    def corners(self) -> npt.NDArray[np.float64]:
        """Where the centres of the corner voxels lie, shape (8, 3), mm."""
        ends = np.array(list(itertools.product(*((0, length - 1) for length in self.size))), dtype=np.float64)
        places: npt.NDArray[np.float64] = ends @ (self.matrix * np.array(self.spacing)).T + np.array(self.origin)
        return places

    def furthest_corner(self, other: Geometry) -> float:
        """How far the corners of two grids of one size are apart at most, mm."""
        return float(np.linalg.norm(self.corners() - other.corners(), axis=1).max())

    def differences(self, other: Geometry) -> list[str]:
        """What differs from another grid, in words; empty when both are one grid.

        A shift of up to a hundredth of a voxel counts as none: formats round differently.
        """
        found = []
        if self.size != other.size:
            found.append(f"size {by_axes(self.size)} against {by_axes(other.size)}")
        if not np.allclose(self.spacing, other.spacing, rtol=1e-3, atol=1e-4):
            found.append(f"spacing {by_axes(self.spacing)} against {by_axes(other.spacing)} mm")
        if not np.allclose(self.origin, other.origin, rtol=0, atol=0.01 * min(self.spacing) + 1e-4):
            found.append(f"origin {by_axes(self.origin)} against {by_axes(other.origin)} mm")
        if not np.allclose(self.direction, other.direction, rtol=0, atol=1e-3):
            found.append("axis directions")
        return found


@dataclass(frozen=True)
class Volume:
    """A scalar image or label map: ``array`` of shape (z, y, x) on ``geometry``.

    Attributes:
        notes: sentences on what was unusual about the file and what was done about it; an image computed from it has none.
        own: the file's own grid, if that is not regular and the voxels were resampled to ``geometry``.
    """

    array: Array
    geometry: Geometry
    notes: tuple[str, ...] = field(default=(), compare=False)
    own: Geometry | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        if self.array.shape != self.geometry.size[::-1]:
            raise ValueError(f"array of shape {self.array.shape} on a grid of size {self.geometry.size}")

    def with_array(self, array: Array) -> Volume:
        """Other values on the same grid."""
        return Volume(array, self.geometry)


def to_canonical(volume: Volume) -> Volume:
    """The same voxels with axes swapped and flipped so that x, y, z run nearest to left, posterior, superior.

    Nothing is resampled, so :func:`from_canonical` undoes it exactly, whatever the direction matrix.
    """
    order, flips = _canonical_axes(volume.geometry)
    geometry = volume.geometry
    matrix = geometry.matrix
    origin = np.array(geometry.origin)
    for axis in range(3):
        if flips[axis]:
            origin = origin + matrix[:, axis] * geometry.spacing[axis] * (geometry.size[axis] - 1)
    signs = np.where(flips, -1.0, 1.0)
    array = np.flip(volume.array, tuple(2 - axis for axis in range(3) if flips[axis]))
    array = array.transpose([2 - axis for axis in reversed(order)])
    return Volume(
        array,
        Geometry(
            tuple(geometry.size[axis] for axis in order),  # type: ignore[arg-type]
            tuple(geometry.spacing[axis] for axis in order),  # type: ignore[arg-type]
            tuple(float(value) for value in origin),  # type: ignore[arg-type]
            tuple(float(value) for value in (matrix * signs)[:, order].ravel()),
        ),
    )


def canonical_grid(geometry: Geometry) -> Geometry:
    """The grid of :func:`to_canonical` of a volume on ``geometry``; no voxel is needed."""
    return to_canonical(Volume(np.broadcast_to(np.uint8(0), geometry.size[::-1]), geometry)).geometry


def from_canonical(array: Array, geometry: Geometry) -> Volume:
    """Values on the canonical grid of ``geometry`` put back on ``geometry`` itself.

    Args:
        array: shape (z, y, x) of ``to_canonical(volume).array`` for a volume on ``geometry``.
        geometry: the scan's own grid.

    >>> from pathlib import Path
    >>> from CrossMoDAUDALib.images.volumes import read_volume
    >>> scan = read_volume(Path("scan_hrT2.nii.gz"))
    >>> back = from_canonical(to_canonical(scan).array, scan.geometry)
    >>> bool((back.array == scan.array).all())
    True
    """
    order, flips = _canonical_axes(geometry)
    back = [2 - axis for axis in reversed(order)]
    restored = array.transpose(np.argsort(back))
    restored = np.flip(restored, tuple(2 - axis for axis in range(3) if flips[axis]))
    return Volume(np.ascontiguousarray(restored), geometry)


def _canonical_axes(geometry: Geometry) -> tuple[list[int], list[bool]]:
    """Which index axis runs nearest to L, P and S, and for each index axis whether it runs the other way."""
    matrix = geometry.matrix
    order = max(itertools.permutations(range(3)), key=lambda axes: sum(abs(matrix[row, axis]) for row, axis in enumerate(axes)))
    flips = [False, False, False]
    for row, axis in enumerate(order):
        flips[axis] = bool(matrix[row, axis] < 0)
    return list(order), flips


def turned_onto(volume: Volume, grid: Geometry) -> Volume | None:
    """A volume with its axes in the order and direction of a grid's; the volume itself where they are.

    Returns:
        None where the axes do not run along the grid's, or the spacing differs.
    """
    along = grid.matrix.T @ volume.geometry.matrix  # row: the grid's axis; column: the volume's
    order = [int(axis) for axis in np.abs(along).argmax(axis=1)]
    if sorted(order) != [0, 1, 2]:
        return None
    signs = np.array([along[row, axis] for row, axis in enumerate(order)])
    wanted = np.zeros((3, 3))
    wanted[range(3), order] = np.sign(signs)
    spacing = [volume.geometry.spacing[axis] for axis in order]
    if not np.allclose(along, wanted, rtol=0, atol=2e-3) or not np.allclose(spacing, grid.spacing, rtol=1e-3, atol=1e-4):
        return None
    if order == [0, 1, 2] and (signs > 0).all():
        return volume
    old, origin = volume.geometry, np.array(volume.geometry.origin)
    array = volume.array.transpose([2 - axis for axis in reversed(order)])
    for row, axis in enumerate(order):
        if signs[row] < 0:
            origin = origin + old.matrix[:, axis] * old.spacing[axis] * (old.size[axis] - 1)
            array = np.flip(array, 2 - row)
    size = tuple(old.size[axis] for axis in order)
    directions = old.matrix[:, order] * np.sign(signs)
    geometry = Geometry(size, tuple(spacing), tuple(origin.tolist()), tuple(directions.ravel().tolist()))  # type: ignore[arg-type]
    return Volume(array, geometry, volume.notes, volume.own)
