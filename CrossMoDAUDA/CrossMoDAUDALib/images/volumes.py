"""Scans as arrays with their place in space: read, write, orient, resize and put back. Only here is geometry touched.

Arrays are indexed ``[z, y, x]`` (slice, row, column), as SimpleITK gives
them; geometry is in ITK's convention: millimetres, LPS, index order x, y, z.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..core.errors import CrossModaError, InputError
from ..core.failures import is_out_of_memory
from ..core.files import check_path, replacing
from .headers import Header, by_axes, check_geometry, read_header
from .other_formats import OTHER_ENDINGS, is_other, open_other, other_stem
from .voxels import is_whole, nifti_voxels

if TYPE_CHECKING:
    import SimpleITK
    import torch

Array = npt.NDArray[Any]

FILE_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd", *OTHER_ENDINGS)


@dataclass(frozen=True)
class Geometry:
    """A voxel grid in space.

    Attributes:
        size: voxels along x, y, z.
        spacing: mm along x, y, z.
        origin: position of the first voxel's centre, mm, LPS.
        direction: 3 x 3 matrix row by row; column n is the direction of index axis n.
    """

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...]

    @property
    def matrix(self) -> npt.NDArray[np.float64]:
        """The direction as a 3 x 3 array."""
        return np.array(self.direction, dtype=np.float64).reshape(3, 3)

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
    """A scalar image or label map: ``array`` of shape (z, y, x) on ``geometry``."""

    array: Array
    geometry: Geometry

    def __post_init__(self) -> None:
        if self.array.shape != self.geometry.size[::-1]:
            raise ValueError(f"array of shape {self.array.shape} on a grid of size {self.geometry.size}")

    def with_array(self, array: Array) -> Volume:
        """Other values on the same grid."""
        return Volume(array, self.geometry)


def file_stem(path: Path) -> str:
    """A scan's file name without its ending (``.nii.gz`` counts as one ending), or the name of its folder."""
    ending = next((ending for ending in FILE_ENDINGS if path.name.lower().endswith(ending)), "")
    return path.name[: -len(ending)] if ending else other_stem(path)


def is_scan(path: Path) -> bool:
    """Whether a file's name ends as one of the supported formats, or a folder holds DICOM files."""
    return (path.name.lower().endswith(FILE_ENDINGS) and not path.name.startswith(".")) or is_other(path)


def read_geometry(path: Path) -> Geometry:
    """A scan's grid from its header alone; raises as :func:`read_volume`."""
    if other := open_other(path):
        return Geometry(*other.grid)
    return _geometry(path, _header(path))


def _geometry(path: Path, header: Header) -> Geometry:
    """A scan's grid as ITK reads it, which knows best what a checked header means."""
    reader = _reader(path, header)
    try:
        with _itk_reads():
            reader.ReadImageInformation()
    except RuntimeError as error:
        raise InputError(_why_unreadable(path, error)) from None
    dimension, components = reader.GetDimension(), reader.GetNumberOfComponents()
    size = reader.GetSize()
    if components != 1:
        raise InputError(f"{path} has {components} values a voxel (RGB or vector); expected a scalar image.")
    if dimension == 4 and size[3] == 1:  # a 3-D scan in a 4-D file
        dimension = 3
    if dimension != 3:
        raise InputError(f"{path} is {dimension}-D ({by_axes(size)}); expected a 3-D scan.")
    if dimension == 3 and reader.GetDimension() == 3 and min(size) < 2:
        raise InputError(f"{path} is a single slice ({by_axes(size)}); expected a 3-D scan.")
    if components == 1 and math.prod(size) != math.prod(header.sizes):
        raise InputError(_DAMAGED.format(path=path))
    direction = np.array(reader.GetDirection()).reshape(reader.GetDimension(), -1)[:3, :3]
    check_geometry(path, reader.GetSpacing()[:3], reader.GetOrigin()[:3], [tuple(column) for column in direction.T.tolist()])
    return Geometry(
        tuple(int(n) for n in size[:3]),  # type: ignore[arg-type]
        tuple(float(s) for s in reader.GetSpacing()[:3]),  # type: ignore[arg-type]
        tuple(float(o) for o in reader.GetOrigin()[:3]),  # type: ignore[arg-type]
        tuple(float(d) for d in direction.ravel()),
    )


def read_volume(path: Path) -> Volume:
    """A scan with its own voxel type.

    Raises:
        InputError: the file is missing, damaged, not a 3-D scalar image, or holds NaN or infinity.

    >>> scan = read_volume(Path("scan_hrT2.nii.gz"))
    >>> scan.geometry.size, scan.array.shape, scan.array.dtype
    ((32, 32, 16), (16, 32, 32), dtype('int16'))
    """
    if other := open_other(path):
        return _finite(path, Volume(other.read(), Geometry(*other.grid)))
    geometry = _geometry(path, header := _header(path))
    try:
        array = nifti_voxels(header) if header.kind else _itk_voxels(path, header)
    except (EOFError, zlib.error):
        raise InputError(_DAMAGED.format(path=path)) from None
    except RuntimeError as error:
        raise InputError(_why_unreadable(path, error)) from None
    except OSError as error:
        raise _cannot_be_opened(path, error) from None
    return _finite(path, Volume(array.reshape(geometry.size[::-1]), geometry))


def _finite(path: Path, volume: Volume) -> Volume:
    if np.isfinite([volume.array.min(), volume.array.max()]).all():  # NaN anywhere makes both NaN
        return volume
    raise InputError(f"{path} holds voxels that are not finite numbers; replace them, for example by 0.")


def _itk_voxels(path: Path, header: Header) -> Array:
    """The voxels as ITK reads them, from a file that has them all.

    Raises:
        EOFError: it has not.
        RuntimeError: ITK cannot read it.
    """
    import SimpleITK as sitk

    if not is_whole(header):
        raise EOFError("it is cut short")
    with _itk_reads():
        image = _reader(path, header).Execute()
    return sitk.GetArrayFromImage(image)


def read_label_map(path: Path) -> Volume:
    """A label map as unsigned 8-bit whole numbers; label files of floating-point type are common and accepted.

    Raises:
        InputError: as :func:`read_volume`, or a value is not a whole number from 0 to 255.
    """
    volume = read_volume(path)
    values = volume.array
    with np.errstate(invalid="ignore"):
        labels = values.astype(np.uint8)
    if not np.array_equal(labels, values):
        raise InputError(f"{path} is not a label map: it holds values that are not whole numbers from 0 to 255.")
    return volume.with_array(labels)


def write_volume(volume: Volume, path: Path, compressed: bool = True) -> None:
    """Write a volume so that ``path`` is either the old file or the whole new one, never half of it.

    Args:
        compressed: smaller, and slower to write and read; a ``.nii`` never is and a ``.nii.gz`` always.

    Raises:
        CrossModaError: the file cannot be written, or its name is not UTF-8.
    """
    import SimpleITK as sitk

    check_path(path)
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.geometry.spacing)
    image.SetOrigin(volume.geometry.origin)
    image.SetDirection(volume.geometry.direction)
    try:
        with replacing(path) as partial:
            sitk.WriteImage(image, str(partial), useCompression=compressed and not path.name.lower().endswith(".nii"))
            if not is_whole(read_header(partial)):  # on a full disk ITK writes as much NIfTI as fits and says nothing
                raise OSError("the file is cut short")
    except (RuntimeError, OSError, InputError) as error:
        raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error


class BackgroundWriter:
    """Writes volumes one after the other while the next ones are computed; at the end of its ``with`` block all are written.

    A volume waits until the one before it is written, so that no more than two are held.
    """

    def __enter__(self) -> BackgroundWriter:
        self._thread = ThreadPoolExecutor(1, "writes volumes")
        self._pending: Future[None] | None = None
        return self

    def write(self, volume: Volume, path: Path) -> None:
        """As :func:`write_volume`, whose error is raised by the next call or at the end of the block.

        Where the block fails of itself, its error is raised, with that of the writing in its notes.
        """
        self._finish()
        self._pending = self._thread.submit(write_volume, volume, path)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        self._thread.shutdown()
        if error is None:
            self._finish()
        elif self._pending is not None and (also := self._pending.exception()):
            error.add_note(f"Meanwhile: {also}")

    def _finish(self) -> None:
        pending, self._pending = self._pending, None
        if pending is not None:
            pending.result()


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


def refuse_blank(volume: Volume) -> None:
    """Raise InputError for a scan in which every voxel is the same: networks would make something up from it."""
    low, high = volume.array.min(), volume.array.max()
    if low == high:
        raise InputError(f"The scan is blank: every voxel is {low:g}; export or load it again.")


def resize_slices(slices: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Whole slices resized by bicubic interpolation, antialiased when they shrink; unchanged where nothing is to be done.

    Args:
        slices: shape (n, 1, rows, columns).
        size: rows, columns.
    """
    import torch.nn.functional as functional

    if tuple(slices.shape[-2:]) == tuple(size):
        return slices
    return functional.interpolate(slices, size=size, mode="bicubic", align_corners=False, antialias=True).clamp_(-1, 1)


_DAMAGED = "{path} cannot be read: it is damaged or cut short; copy it again from its source."


def _header(path: Path) -> Header:
    """The checked header of what must be a file."""
    check_path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder, not a scan; give the file itself.")
    if not path.exists():
        raise InputError(f"{path} does not exist; check the path.")
    if not path.is_file():  # a pipe would be waited for
        raise InputError(f"{path} is no regular file; give a file.")
    try:
        if not path.stat().st_size:
            raise InputError(f"{path} is empty (0 bytes); copy it again from its source.")
        return read_header(path)
    except OSError as error:
        raise _cannot_be_opened(path, error) from None


def _cannot_be_opened(path: Path, error: OSError) -> InputError:
    return InputError(f"{path} cannot be opened ({error.strerror}); check its permissions and its disk.")


def _reader(path: Path, header: Header) -> SimpleITK.ImageFileReader:
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetImageIO(header.reader)  # by what the file holds: ITK also asks other formats' readers, which print what they think of it
    reader.SetFileName(str(path))
    return reader


_reading = threading.Lock()


@contextlib.contextmanager
def _itk_reads() -> Iterator[None]:
    """Let ITK read: without warnings on standard error, which are no sentences, and in one thread at a time.

    Two threads in its NIfTI reader share a string, which now and then ends the process (SimpleITK's issue 74).
    """
    import SimpleITK as sitk

    with _reading:
        shows_warnings = sitk.ProcessObject.GetGlobalWarningDisplay()
        sitk.ProcessObject.SetGlobalWarningDisplay(False)
        try:
            yield
        finally:
            sitk.ProcessObject.SetGlobalWarningDisplay(shows_warnings)


def _why_unreadable(path: Path, error: RuntimeError) -> str:
    if is_out_of_memory(error):  # nothing against the file
        raise MemoryError(f"{path} needs more memory than there is") from error
    if "orthonormal" in str(error):
        return f"{path} has skewed axes (a sheared affine), which cannot be read; resample it to a regular grid first."
    return _DAMAGED.format(path=path)
