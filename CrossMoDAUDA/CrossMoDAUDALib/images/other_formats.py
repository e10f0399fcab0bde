"""Scans in other formats than NIfTI-1, NRRD and MetaImage: DICOM, NIfTI-2, pairs of .hdr and .img, FreeSurfer's .mgz, GIPL.

Each is read by a library that knows it: pydicom with GDCM, nibabel, ITK.
"""

from __future__ import annotations

import glob
import gzip
import math
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError, unreadable
from ..core.failures import missing_packages
from ..core.files import check_path, name_of, with_a_name
from . import dicom_index, readings
from .dicom_series import find_index, find_series, is_multi_frame, read_voxels
from .grids import Geometry
from .gzip_stream import gunzipped
from .header_checks import check_shape, is_complex
from .headers import MOST_VOXELS, by_axes, check_geometry
from .nibabel_headers import forms_of, unit_of, what_nibabel_mends
from .other_contents import is_gipl, is_mgh, renamed
from .text_headers import lies_unsaid

Array = npt.NDArray[Any]

# Longer ones first, so that the first that fits is the whole ending.
OTHER_ENDINGS = (".gipl.gz", ".gipl", ".mgz", ".mgh", ".hdr.gz", ".hdr")
_PAIRED = {".hdr": (".img", ".img.gz"), ".hdr.gz": (".img.gz", ".img")}
_DAMAGED = "{path} cannot be read: it is damaged or cut short; copy it again from its source."
_NIFTI_2 = (b"\x1c\x02\0\0", b"\0\0\x02\x1c")
# Endings of packed and plain files of one format, and whether first bytes are that.
_PACKINGS: tuple[tuple[str, str, Callable[[bytes], bool]], ...] = (
    (".mgz", ".mgh", is_mgh),
    (".nii.gz", ".nii", lambda start: start[:4] in _NIFTI_2),
    (".gipl.gz", ".gipl", is_gipl),
)


@dataclass(frozen=True)
class OtherScan:
    """A scan in another format.

    Attributes:
        size: voxels along x, y, z.
        spacing: mm along x, y, z.
        origin: mm, LPS.
        direction: 3 x 3, row by row; column n is the direction of index axis n.
        notes: sentences on what the user should know of it.
        read: its voxels, shape (z, y, x); raises InputError.
        shifts: of straightened slices, as in :class:`.grids.Geometry`.
    """

    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...]
    notes: tuple[str, ...]
    read: Callable[[], Array]
    places: dict[str, Geometry] = field(default_factory=dict)  # by sform and qform, where its header has both or one of them
    shifts: tuple[tuple[float, float], ...] = ()

    @property
    def grid(self) -> tuple[Any, ...]:
        """Size, spacing, origin, direction and shifts."""
        return self.size, self.spacing, self.origin, self.direction, self.shifts


def is_other(path: Path) -> bool:
    """Whether a path names a scan that :func:`open_other` reads, NIfTI-2 apart: a folder that holds DICOM files counts.

    The data file of a pair counts where its header is missing, so that somebody is told.
    """
    name = path.name.lower()
    if name.startswith("."):
        return False
    if name.endswith(OTHER_ENDINGS):
        return True
    if name.endswith((".img", ".img.gz")):
        return header_of(path) is None and not any(_is_header(each) for each in path.parent.glob(f"{glob.escape(other_stem(path))}.*"))
    if path.is_dir() or dicom_index.split_choice(path)[1]:
        return dicom_index.is_dicom(path)
    if not dicom_index.may_be_dicom(path):
        return False
    return bool(dicom_index.label_kind(path)) or (name.endswith(".dcm") and path.is_file() and is_multi_frame(path))


def scans_here(folder: Path) -> list[Path]:
    """What lies directly in a folder and may be a scan: its files and folders; DICOM files are one, the folder itself.

    Multi-frame files that are a series each are scans of their own; one that lies there alone goes by its folder's name.
    Segmentations are files of their own, beside a series as well.
    """
    inside = sorted(folder.iterdir())
    if not dicom_index.is_dicom(folder):
        return inside
    dicom = [path for path in inside if not path.is_dir() and dicom_index.is_dicom_file(path)]
    labels = [path for path in dicom if dicom_index.label_kind(path)]
    others = [*labels, *(path for path in inside if path not in set(dicom))]
    if len(labels) == len(dicom):
        return others
    try:
        stacks = find_index(folder).stacks
    except InputError:  # is said when it is read
        stacks = ()
    files = [stack.files[0] for stack in stacks if len(stack.files) == 1]
    have_company = len(files) > 1 or any(path.is_dir() and dicom_index.is_dicom(path) for path in others)
    are_series = len({stack.series for stack in stacks}) == len(stacks) == len(set(files)) > 0
    return [*(sorted(files) if are_series and have_company else [folder]), *others]


def is_mere_folder(path: Path) -> bool:
    """Whether a path is a folder and no series of DICOM."""
    return path.is_dir() and not dicom_index.is_dicom(path)


def other_stem(path: Path) -> str:
    """The name of a folder, or of a file without its ending; with the number of the scan in it where the path has one."""
    place, choice = dicom_index.split_choice(path)
    if choice:
        return f"{other_stem(with_a_name(place))}_{choice}"
    return name_of(path) if path.is_dir() else path.name[: -len(".img.gz")] if path.name.lower().endswith(".img.gz") else path.stem


def files_of(path: Path) -> list[Path]:
    """The files that a scan consists of: those of a DICOM series, a header with its data file, or the one file itself."""
    place, choice = dicom_index.split_choice(path)
    if choice or place.is_dir():
        label = dicom_index.label_file(path)
        return [label] if label else find_series(path).stack.files
    if (header := _header_name(path)) is not None:
        data = _data_of(header)
        return [header, data] if data else [header]
    return [path]


def open_other(path: Path) -> OtherScan | None:
    """A scan in one of these formats; None where it is in none of them, or is not there.

    Raises:
        InputError: it is in one, and cannot be used.
    """
    check_path(path)
    name = path.name.lower()
    try:
        if dicom_index.is_dicom(path, deep=True):
            return _dicom(path)
        if not path.is_file():
            return None
        if (name.endswith((*OTHER_ENDINGS, ".img", ".img.gz"))) and _is_another(path):
            return None
        _refuse_packing(path)
        if name.endswith((".gipl", ".gipl.gz")):
            return _gipl(path)
        if name.endswith((".mgz", ".mgh")):
            return _by_nibabel(path, "FreeSurfer's format")
        if name.endswith((".img", ".img.gz")) and header_of(path) is None:
            raise InputError(
                f"{path} holds the voxels of a pair of files, whose header {other_stem(path)}.hdr is missing; copy both again."
            )
        if (header := _header_name(path)) is not None:
            return _pair(path, header)
        if name.endswith((".nii", ".nii.gz")) and _start(path, 4) in _NIFTI_2:
            return _by_nibabel(path, "NIfTI-2")
    except OSError as error:
        raise unreadable(path, error) from None
    return None


def _is_another(path: Path) -> bool:
    """Whether a file holds a whole scan of NIfTI, NRRD or MetaImage, whatever its name says."""
    start = _start(path, 4096)
    is_alone = (header := _header_name(path)) is None or _data_of(header) is None
    is_whole = start[344:347] == b"n+1" or start[4:7] == b"n+2" or start.startswith((b"ObjectType", b"NDims"))
    return start[:4] == b"NRRD" or (is_alone and is_whole)


def _refuse_packing(path: Path) -> None:
    """Refuse a good file that is compressed against its name, by which nibabel and ITK unpack it or not."""
    packed, plain, is_kind = next((each for each in _PACKINGS if path.name.lower().endswith(each[:2])), ("", "", bool))
    is_packed = bool(packed) and _start(path, 2, packed=True) == b"\x1f\x8b"
    if not packed or is_packed == path.name.lower().endswith(packed) or not is_kind(_start(path, 256)):
        return
    if not is_packed and packed == ".gipl.gz":  # ITK reads that
        return
    if is_packed:
        raise InputError(f'{path} is compressed by gzip, against its name; rename it to "{renamed(path, packed)}".')
    raise InputError(f'{path} is not compressed, against its name; rename it to "{renamed(path, plain)}".')


# DICOM ---------------------------------------------------------------------------------------------------------------------


def _dicom(path: Path) -> OtherScan:
    series = find_series(path)
    _check(path, series.size, series.spacing, series.origin, series.direction)
    place = series.size, series.spacing, series.origin, series.direction
    return OtherScan(*place, series.notes, lambda: read_voxels(series), shifts=series.grid.shifts)


# nibabel -------------------------------------------------------------------------------------------------------------------


def header_of(path: Path) -> Path | None:
    """The header of a pair's data file; None where it is missing."""
    stem = path.name[: -len(".img.gz" if path.name.lower().endswith(".gz") else ".img")]
    found = (path.with_name(stem + ending) for ending in (".hdr", ".hdr.gz", ".HDR"))
    return next((each for each in found if each.is_file()), None)


def _is_header(path: Path) -> bool:
    return path.name.lower().endswith((".mhd", ".nhdr"))


def _header_name(path: Path) -> Path | None:
    """The header of a pair, of which either file may be given; None for any other file, or without one."""
    name = path.name.lower()
    if name.endswith((".img", ".img.gz")):
        return header_of(path)
    return path if name.endswith((".hdr", ".hdr.gz")) else None


def _data_of(header: Path) -> Path | None:
    ending = ".hdr.gz" if header.name.lower().endswith(".gz") else ".hdr"
    stem = header.name[: -len(ending)]
    found = (header.with_name(stem + data) for data in (*_PAIRED[ending], ".IMG"))
    return next((each for each in found if each.is_file()), None)


def _pair(path: Path, header: Path) -> OtherScan:
    if _data_of(header) is None:
        stem = header.name[: -len(".hdr.gz" if header.name.lower().endswith(".gz") else ".hdr")]
        raise InputError(f"{path} keeps its voxels in a file beside it, {stem}.img, which is missing; copy both files again.")
    start = _start(header, 348)
    if start[344:347] in (b"ni1", b"n+1") or start[:4] in _NIFTI_2:
        return _by_nibabel(header, "a pair of NIfTI files")
    if start[:4] not in (b"\x5c\x01\0\0", b"\0\0\x01\x5c"):
        raise InputError(f"{path} is not a header of NIfTI or Analyze, whatever its name says; convert it or remove it.")
    note = (
        f"{path} is in Analyze's format, which does not say which side is left: its first column was taken as the patient's right,"
        " as SPM does. Check it at a structure of a known side, or convert the scan anew to NIfTI."
    )
    return _by_nibabel(header, "Analyze's format", note)


def _by_nibabel(path: Path, kind: str, *notes: str) -> OtherScan:
    try:
        import nibabel
        from nibabel.filebasedimages import ImageFileError
        from nibabel.spatialimages import HeaderDataError
    except ImportError:
        raise InputError(f"{path} is in {kind}. {missing_packages(['nibabel'])}") from None
    try:
        with what_nibabel_mends() as mended:
            image: Any = nibabel.load(path)
        if mended:
            raise HeaderDataError(mended[0])
        affine = np.array(image.affine, np.float64)
        shape = tuple(int(count) for count in image.shape)
    except MemoryError:
        raise
    except OSError as error:
        is_damaged = error.errno is None or isinstance(error, gzip.BadGzipFile)
        raise (InputError(_DAMAGED.format(path=path)) if is_damaged else unreadable(path, error)) from None
    except Exception:  # what readers of nibabel raise, MGHError for one, has no common class
        raise InputError(_DAMAGED.format(path=path)) from None
    affine[:3] *= unit_of(image)
    while len(shape) > 3 and shape[-1] == 1:  # a 3-D scan in a 4-D file
        shape = shape[:-1]
    voxels = image.get_data_dtype()
    if voxels.kind == "c":
        raise is_complex(path)
    check_shape(path, shape, len(voxels.fields) if voxels.fields else 1)
    places, faults = forms_of(image)
    _, chosen, told = readings.chosen(path, places, faults, None)
    if hasattr(image.header, "get_sform") and not (places or faults):  # nibabel has a rule of its own, by which y grows to the front
        affine = np.diag([-1.0, -1, 1, 1]) @ np.diag([*np.array(image.header.get_zooms()[:3]) * unit_of(image), 1.0])
        told = (lies_unsaid(path, "it has neither a sform nor a qform"),)
    if path.name.lower().endswith((".mgz", ".mgh")) and _start(path, 30)[28:30] == b"\0\0":  # its goodRASFlag
        told = (
            *told,
            f"{path} does not say how large its voxels are or how the patient lay; it was read as FreeSurfer does, coronal, 1 mm.",
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        place = chosen or readings.place_of(shape, affine[:3])
    _check(path, shape, place.spacing, place.origin, place.direction)

    def read() -> Array:
        try:
            for file in files_of(path):  # to the end, where gzip's checksum is
                if _start(file, 2, packed=True) == b"\x1f\x8b":
                    for _ in gunzipped(file):
                        pass
            array = np.asanyarray(image.dataobj).reshape(shape)
        except (ValueError, EOFError, zlib.error, gzip.BadGzipFile, HeaderDataError, ImageFileError, TypeError):
            raise InputError(_DAMAGED.format(path=path)) from None
        except OSError as error:
            raise (InputError(_DAMAGED.format(path=path)) if error.errno is None else unreadable(path, error)) from None
        if array.dtype == np.float64 and image.get_data_dtype() != np.float64:  # it is scaled
            array = array.astype(np.float32)
        return np.ascontiguousarray(array.T, array.dtype.newbyteorder("="))

    return OtherScan(
        shape,  # type: ignore[arg-type]
        place.spacing,
        place.origin,
        place.direction,
        (*notes, *told),
        read,
        places,
    )


# GIPL ----------------------------------------------------------------------------------------------------------------------

_GIPL_BYTES = {1: 1, 7: 1, 8: 1, 15: 2, 16: 2, 31: 4, 32: 4, 64: 4, 65: 8}


def _gipl(path: Path) -> OtherScan:
    start = _start(path, 256)
    if not is_gipl(start):
        raise InputError(f"{path} is not a GIPL file, whatever its name says, or is damaged; copy it again or convert it.")
    *sizes, kind = struct.unpack(">5H", start[:10])
    size = [max(count, 1) for count in sizes]
    while len(size) > 3 and size[-1] == 1:
        size.pop()
    spacing = [abs(length) for length in struct.unpack(">3f", start[10:22])]
    if kind not in _GIPL_BYTES:
        raise InputError(f"{path} has voxels of a type (GIPL's {kind}) that is not supported; convert it to numbers of 16 bits.")
    expected = 256 + math.prod(size) * _GIPL_BYTES[kind]
    _check(path, tuple(size), spacing, (0, 0, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    import SimpleITK as sitk

    reader = sitk.ImageFileReader()
    reader.SetImageIO("GiplImageIO")
    reader.SetFileName(str(path))
    try:
        if sum(len(chunk) for chunk in gunzipped(path)) < expected:
            raise EOFError("it is cut short")
        reader.ReadImageInformation()
    except (RuntimeError, EOFError, zlib.error):
        raise InputError(_DAMAGED.format(path=path)) from None
    grid = reader.GetSpacing(), reader.GetOrigin(), reader.GetDirection()

    def read() -> Array:
        try:
            array: Array = sitk.GetArrayFromImage(reader.Execute())
        except RuntimeError:
            raise InputError(_DAMAGED.format(path=path)) from None
        return array

    note = f"{path} is a GIPL file, which does not say how the patient lay: its axes were taken as left, posterior, superior, as ITK does."
    spaces, origin, direction = (tuple(float(value) for value in part) for part in grid)
    return OtherScan(tuple(size), spaces, origin, direction, (note,), read)  # type: ignore[arg-type]


# All of them ---------------------------------------------------------------------------------------------------------------


def _start(path: Path, count: int, packed: bool = False) -> bytes:
    """The first bytes of a file, unpacked where it is gzip."""
    with path.open("rb") as file:
        start = file.read(count)
    if packed or start[:2] != b"\x1f\x8b":
        return start
    try:
        return next(gunzipped(path), b"")[:count]
    except (EOFError, zlib.error):
        return b""


def _check(path: Path, size: Any, spacing: Any, origin: Any, direction: Any) -> None:
    """Refuse what is no 3-D volume, or lies nowhere."""
    check_shape(path, size)
    if math.prod(size) > MOST_VOXELS:
        raise InputError(
            f"{path} claims {by_axes(size)} voxels, more than the {MOST_VOXELS} of the largest volume; copy it again or crop it."
        )
    matrix = np.array(direction).reshape(3, 3)
    check_geometry(path, spacing, origin, [tuple(column) for column in matrix.T.tolist()])
