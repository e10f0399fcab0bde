"""Scans as arrays with their place in space: read, write and resize. What a grid is and how it is turned is in :mod:`.grids`."""

from __future__ import annotations

import contextlib
import math
import tempfile
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import CrossModaError, InputError, missing
from ..core.failures import is_out_of_memory
from ..core.files import check_path, replacing, with_a_name
from . import readings, shear
from .grids import Array, Geometry, Volume, canonical_grid, from_canonical, to_canonical
from .gzip_stream import gunzipped
from .header_checks import HEADER_ENDINGS, check_shape
from .headers import Header, check_geometry, read_header
from .other_formats import OTHER_ENDINGS, is_other, open_other, other_stem
from .voxels import is_whole, nifti_voxels, whole_numbers, without_nan

if TYPE_CHECKING:
    import SimpleITK
    import torch

__all__ = [
    "FILE_ENDINGS",
    "Array",
    "BackgroundWriter",
    "Geometry",
    "Volume",
    "canonical_grid",
    "check_header",
    "file_stem",
    "from_canonical",
    "is_scan",
    "other_places",
    "own_voxels",
    "read_geometry",
    "read_label_map",
    "read_layers",
    "read_volume",
    "refuse_blank",
    "resize_slices",
    "to_canonical",
    "write_volume",
]

FILE_ENDINGS = (*HEADER_ENDINGS, *OTHER_ENDINGS)


def file_stem(path: Path) -> str:
    """A scan's file name without its ending (``.nii.gz`` counts as one ending), or the name of its folder."""
    path = with_a_name(path)
    ending = next((ending for ending in FILE_ENDINGS if path.name.lower().endswith(ending)), "")
    return path.name[: -len(ending)] if ending else other_stem(path)


def is_scan(path: Path) -> bool:
    """Whether a file's name ends as one of the supported formats, or a folder holds DICOM files."""
    return (path.name.lower().endswith(FILE_ENDINGS) and not path.name.startswith(".")) or is_other(path)


def read_geometry(path: Path) -> Geometry:
    """A scan's grid from its header alone; the one of :func:`read_volume`, so a regular one.

    Raises:
        InputError: the file is missing, not a scan, or not a 3-D scalar image.
    """
    if other := open_other(path):
        return shear.regular_grid(path, Geometry(*other.grid), other.notes).geometry
    return _grid(path, check_header(path)).geometry


def _grid(path: Path, header: Header, layers: bool = False, is_label: bool = False) -> shear.RegularGrid:
    """A scan's grid as ITK reads it, which knows best what a checked header means, or as a NIfTI header says otherwise.

    Args:
        layers: whether each voxel may have several values, one of each layer.
        is_label: whether it is a label map. One that names its segments may be cropped to a single slice of its scan.
    """
    try:
        with _itk_works(), _named_for_itk(path, header) as named:
            reader = _reader(named, header)
            reader.ReadImageInformation()
    except OSError as error:
        raise _cannot_be_opened(path, error) from None
    except RuntimeError as error:
        if not header.readings or "orthonormal" not in str(error):
            raise InputError(_why_unreadable(path, error)) from None
        dimension, components, size, itk = len(header.sizes), 1 if header.kind[1] in "iuf" else 2, header.sizes, None
    else:
        dimension, components, size = reader.GetDimension(), reader.GetNumberOfComponents(), reader.GetSize()
        itk = _of_itk(reader) if dimension >= 3 else None
    if dimension == 4 and size[3] == 1:  # a 3-D scan in a 4-D file
        size = size[:3]
    is_cropped = is_label and any(key.startswith("Segment") for key in header.pairs)
    check_shape(path, size, 1 if layers else components, layers or is_cropped, is_label)
    if math.prod(size) * (components if layers else 1) != math.prod(header.sizes):
        raise InputError(_DAMAGED.format(path=path))
    _, place, notes = readings.chosen(path, readings.places(header), header.faults, itk)
    geometry = place or itk
    assert geometry is not None  # ITK's, or one of the header's readings, without which ITK's error was raised
    check_geometry(path, geometry.spacing, geometry.origin, [tuple(column) for column in geometry.matrix.T.tolist()])
    return shear.regular_grid(path, geometry, (*header.notes, *notes))


def _of_itk(reader: SimpleITK.ImageFileReader) -> Geometry:
    direction = np.array(reader.GetDirection()).reshape(reader.GetDimension(), -1)[:3, :3]
    return Geometry(
        tuple(int(n) for n in reader.GetSize()[:3]),  # type: ignore[arg-type]
        tuple(float(s) for s in reader.GetSpacing()[:3]),  # type: ignore[arg-type]
        tuple(float(o) for o in reader.GetOrigin()[:3]),  # type: ignore[arg-type]
        tuple(float(d) for d in direction.ravel()),
    )


def read_volume(path: Path, is_label: bool = False) -> Volume:
    """A scan with its own voxel type, on a regular grid.

    Voxels that are NaN as far as the scan's border are background: they become 0, or the least value where that is below 0.

    Args:
        is_label: whether it is a label map; where one has to be resampled, the nearest voxel counts.

    Returns:
        The scan, with notes on what was unusual.

    Raises:
        InputError: the file is missing, damaged, not a 3-D scalar image, or holds infinity, or NaN elsewhere.

    >>> scan = read_volume(Path("scan_hrT2.nii.gz"))
    >>> scan.geometry.size, scan.array.shape, scan.array.dtype
    ((32, 32, 16), (16, 32, 32), dtype('int16'))
    """
    if other := open_other(path):
        grid, array = shear.regular_grid(path, Geometry(*other.grid), other.notes), other.read()
    else:
        header = check_header(path)
        grid, array = _grid(path, header, is_label=is_label), _voxels(path, header)
    array, notes = without_nan(array.reshape((grid.own or grid.geometry).size[::-1]), path)
    if grid.own is not None:
        array = shear.resampled(Volume(array, grid.own), grid.geometry, nearest=is_label)
    return Volume(array, grid.geometry, (*grid.notes, *notes), grid.own)


def read_layers(path: Path) -> tuple[Volume, Array]:
    """A label map of several layers, as Slicer writes segments that overlap.

    Returns:
        The first layer, and all of them: whole numbers, shape (z, y, x, layers).

    Raises:
        InputError: as :func:`read_label_map`.
    """
    header = check_header(path)
    grid = _grid(path, header, layers=True)
    own = grid.own or grid.geometry
    array, note = whole_numbers(_voxels(path, header), path)
    array = array.reshape(*own.size[::-1], -1)
    if grid.own is not None:
        layers = [shear.resampled(Volume(layer, own), grid.geometry, nearest=True) for layer in np.moveaxis(array, -1, 0)]
        array = np.stack(layers, axis=-1)
    return Volume(array[..., 0], grid.geometry, (*grid.notes, *note), grid.own), array


def other_places(path: Path, taken: Geometry) -> dict[str, Geometry]:
    """Where else a NIfTI file's header says that the scan lies, by ``sform`` or ``qform`` (:func:`.readings.others`)."""
    other = open_other(path)
    return readings.others(other.places if other else readings.places(check_header(path)), taken)


def own_voxels(path: Path) -> Array:
    """All voxels of a file as they lie in it, in any shape.

    Raises:
        InputError: as :func:`read_volume`.
    """
    return _voxels(path, check_header(path))


def _voxels(path: Path, header: Header) -> Array:
    """All voxels of a file, in any shape."""
    try:
        return nifti_voxels(header) if header.kind else _itk_voxels(path, header)
    except (EOFError, zlib.error):
        raise InputError(_DAMAGED.format(path=path)) from None
    except RuntimeError as error:
        raise InputError(_why_unreadable(path, error)) from None
    except OSError as error:
        raise _cannot_be_opened(path, error) from None


def _itk_voxels(path: Path, header: Header) -> Array:
    """The voxels as ITK reads them, from a file that has them all.

    Raises:
        EOFError: it has not.
        RuntimeError: ITK cannot read it.
    """
    import SimpleITK as sitk

    if not is_whole(header):
        raise EOFError("it is cut short")
    with _itk_works():
        image = _reader(path, header).Execute()
    return sitk.GetArrayFromImage(image)


def read_label_map(path: Path) -> Volume:
    """A label map as unsigned whole numbers of 8 bits, or 16 where they need it; files of floating-point type are accepted.

    This is what the numbers are. What they mean in a file of the user's is told by :func:`.labels.read_labels`.

    Raises:
        InputError: as :func:`read_volume`, or a value is not a whole number from 0 to 65535.
    """
    volume = read_volume(path, is_label=True)
    labels, note = whole_numbers(volume.array, path)
    return Volume(labels, volume.geometry, (*volume.notes, *note), volume.own)


def write_volume(volume: Volume, path: Path, compressed: bool = True, remark: str = "") -> None:
    """Write a volume so that ``path`` is either the old file or the whole new one, never half of it.

    Args:
        compressed: smaller, and slower to write and read; a ``.nii`` never is and a ``.nii.gz`` always.
        remark: at most 79 ASCII letters for the file's header (NIfTI's ``descrip``), which :func:`read_remark` reads.

    Raises:
        CrossModaError: the file cannot be written, or its name is not UTF-8.
    """
    import SimpleITK as sitk

    check_path(path)
    image = sitk.GetImageFromArray(volume.array)
    image.SetSpacing(volume.geometry.spacing)
    image.SetOrigin(volume.geometry.origin)
    image.SetDirection(volume.geometry.direction)
    if remark:
        image.SetMetaData(_REMARK, remark)
    try:
        with replacing(path) as partial:
            if path.name.lower().endswith((".nii", ".nii.gz")) and not shear.is_regular(volume.geometry):
                with _itk_works():
                    shear.write_nifti(image, partial, volume.geometry)
            else:
                sitk.WriteImage(image, str(partial), useCompression=compressed and not path.name.lower().endswith(".nii"))
            if not is_whole(read_header(partial)):  # on a full disk ITK writes as much NIfTI as fits and says nothing
                raise OSError("the file is cut short")
    except (RuntimeError, OSError, InputError) as error:
        raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error


_REMARK = "ITK_FileNotes"  # what ITK calls NIfTI's descrip


def read_remark(path: Path) -> str:
    """What :func:`write_volume` was given as a remark; empty where there is none.

    Raises:
        InputError: it is no scan.
    """
    header = check_header(path)
    if not header.kind:
        return header.pairs.get(_REMARK, "")
    return next(gunzipped(path))[148:228].partition(b"\0")[0].decode("ascii", "replace")


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


def check_header(path: Path) -> Header:
    """The checked header of what must be a file."""
    check_path(path)
    if path.is_dir():
        raise InputError(f"{path} is a folder without a DICOM series, not a scan; give a scan's file, or the folder of a series.")
    if not path.exists():
        raise missing(path)
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


@contextlib.contextmanager
def _named_for_itk(path: Path, header: Header) -> Iterator[Path]:
    """The file, or, where ITK would be misled by its name, its header in a file of another: a NIfTI that is not named as it is packed."""
    with path.open("rb") as file:
        is_packed = file.read(2) == b"\x1f\x8b"
    ending = (".nii.gz",) if is_packed else (".nii", ".nii.gz")
    if header.reader != "NiftiImageIO" or path.name.lower().endswith(ending):
        yield path
        return
    with tempfile.TemporaryDirectory() as folder:
        named = Path(folder) / "header.nii"
        named.write_bytes(next(gunzipped(path))[: header.offset])
        yield named


_reading = threading.Lock()


@contextlib.contextmanager
def _itk_works() -> Iterator[None]:
    """Let ITK read, or write what it warns of: without warnings on standard error, which are no sentences, and in one thread at a time.

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
    return _DAMAGED.format(path=path)
