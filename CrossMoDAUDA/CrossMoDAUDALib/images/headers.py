"""Headers of scan files, read and checked before ITK sees them.

Some damaged headers make ITK end the process. One that names a pipe as its data file makes it wait for ever. Elsewhere it
makes up what is missing: a spacing of 1 mm for NaN, no scaling for an infinite one. So every field that can do harm is checked
here, and what a checked header means is left to ITK.

Why not nibabel and pynrrd: with all the checks of a volume's grid and values behind them, they still took 14 of the 73 bad
NIfTI headers and 2 of the 54 bad NRRD files of Testing/Zoo for scans, nibabel stops before gzip's checksum, pynrrd unpacks
without a bound, and neither reads MetaImage.
"""

from __future__ import annotations

import math
import re
import struct
import sys
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import InputError, short
from .gzip_stream import gunzipped

# 1024 slices of 1024 x 1024: far beyond any scanner's volumes. A header that claims more is damaged, or a decompression bomb.
MOST_VOXELS = 1 << 30
_LENGTHS = (1e-6, 1e6)  # mm: every spacing lies between
_FURTHEST = 1e7  # mm
_LONGEST_HEADER = 1 << 20
# Bytes of a header's line, and of a MetaImage's name: ITK copies them into memory of a fixed size.
_LONGEST_LINE, _LONGEST_NAME = 900, 200


@dataclass(frozen=True)
class Header:
    """What a header says of its voxels.

    Attributes:
        reader: the name of ITK's reader of the format.
        sizes: voxels along each axis, as many as the header has.
        voxel_bytes: bytes of one voxel.
        data: the file of the voxels: the scan itself, or the file that a detached header names.
        offset: the byte of that file, once decompressed, at which the voxels begin; for NRRD and MetaImage a lower bound.
        packing: ``raw`` (NIfTI may be gzip besides), ``zlib``, ``gzip``, ``text`` or ``other``.
        kind: NumPy's type of the voxels in a NIfTI file, with their byte order; empty for the other formats.
        slope, shift: what a NIfTI file scales its voxels by: value = slope * voxel + shift.
    """

    reader: str
    sizes: tuple[int, ...]
    voxel_bytes: int
    data: Path
    offset: int
    packing: str = "raw"
    kind: str = ""
    slope: float = 1.0
    shift: float = 0.0

    @property
    def expected_bytes(self) -> int:
        """Bytes of all voxels."""
        return math.prod(self.sizes) * self.voxel_bytes


def read_header(path: Path) -> Header:
    """Check a scan's header, whatever the file's name.

    Raises:
        InputError: the file is no NIfTI, NRRD or MetaImage file, or its header is damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(_LONGEST_HEADER)
    if start[:4] == b"NRRD":
        return _nrrd(path, start)
    if start[:2] == b"\x1f\x8b":
        try:
            start = b""
            for chunk in gunzipped(path):
                start += chunk
                if len(start) >= _NIFTI_BYTES:
                    break
            start = start[:_NIFTI_BYTES]
        except (EOFError, zlib.error):
            raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.") from None
    elif re.search(rb"^\s*(NDims|ObjectType)\s*[=:]", start[:4096], re.MULTILINE) and b"\0" not in start[:64]:
        return _meta(path, start)
    if start[:4] in (b"\x5c\x01\0\0", b"\0\0\x01\x5c", b"\x1c\x02\0\0", b"\0\0\x02\x1c"):
        return _nifti(path, start)
    if path.name.lower().endswith((".nii", ".nii.gz")) and len(start) >= 348 and start[344:347] in (b"n+1", b"ni1"):
        raise _damaged(path, f"it says that it has {struct.unpack('<i', start[:4])[0]} bytes, not 348")
    if _is_cutshort(start):
        raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.")
    raise InputError(f"{path} is not a NIfTI, NRRD or MetaImage file, whatever its name says; convert it or remove it.")


def _is_cutshort(start: bytes) -> bool:
    """Whether these are the first bytes of a format, but too few to be more."""
    return any(beginning.startswith(start) for beginning in (b"NRRD", b"\x1f\x8b", b"\x5c\x01\0\0", b"ObjectType", b"NDims"))


def _damaged(path: Path, what: str) -> InputError:
    return InputError(f"{path} has a damaged header: {what}; copy the file again from its source, or export it again.")


def _check_sizes(path: Path, sizes: Iterable[int]) -> None:
    sizes = tuple(sizes)
    if min(sizes) < 1:
        raise _damaged(path, f"it gives {by_axes(sizes)} voxels along its axes")
    if math.prod(sizes) > MOST_VOXELS:
        raise InputError(
            f"{path} claims {by_axes(sizes)} voxels, more than the {MOST_VOXELS} of the largest volume that can be worked on;"
            " copy the file again from its source, or crop it."
        )


def _check_spacing(path: Path, spacing: Iterable[float]) -> None:
    spacing = tuple(spacing)
    if not all(_LENGTHS[0] <= length <= _LENGTHS[1] for length in spacing):  # false for NaN
        raise _damaged(path, f"it gives a spacing of {by_axes(spacing)} mm")


def check_geometry(path: Path, spacing: Iterable[float], origin: Iterable[float], columns: list[tuple[float, ...]]) -> None:
    """Make sure that a grid has spacings of a sensible length, a finite place and axes at right angles.

    Args:
        spacing, origin: mm.
        columns: the axes' directions, of any length.

    Raises:
        InputError: it has not.
    """
    _check_spacing(path, spacing)
    if not all(abs(place) <= _FURTHEST for place in origin):
        raise _damaged(path, f"it places the scan at {by_axes(origin)} mm")
    lengths = [math.hypot(*column) for column in columns]
    if not all(0 < length < math.inf for length in lengths):
        raise _damaged(path, "it gives an axis without a direction")
    axes = [[value / length for value in column] for column, length in zip(columns, lengths, strict=True)]
    for first in range(len(axes)):
        for second in range(first):
            if abs(sum(one * other for one, other in zip(axes[first], axes[second], strict=True))) > 1e-3:
                raise InputError(f"{path} has skewed axes (a sheared affine), which cannot be read; resample it to a regular grid first.")


def by_axes(numbers: Iterable[float]) -> str:
    """Numbers of the axes in words: ``512 x 512 x 60``."""
    return " x ".join(f"{number}" if isinstance(number, int) and number < 10**15 else f"{float(number):g}" for number in numbers)


# NIfTI ---------------------------------------------------------------------------------------------------------------------

# The voxel types that ITK knows, as NumPy's; those with several values a voxel (c, V) are refused when the grid is read.
_NIFTI_KINDS = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 32: "c8", 64: "f8", 128: "V3", 256: "i1", 512: "u2", 768: "u4", 1024: "i8",
                1280: "u8", 2304: "V4"}  # fmt: skip
_NIFTI_BYTES = 348
_LEAST_SLOPE = sys.float_info.epsilon  # less stands for none, as 0 does; ITK takes it so


def _nifti(path: Path, start: bytes) -> Header:
    order = "<" if start[0] else ">"
    if struct.unpack(order + "i", start[:4])[0] == 540:
        raise InputError(f"{path} is a NIfTI-2 file, which is not supported; save it as NIfTI-1 (the usual kind).")
    if len(start) < _NIFTI_BYTES:
        raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.")

    def field(offset: int, code: str) -> tuple[float, ...]:
        return struct.unpack_from(order + code, start, offset)

    if start[344:348] != b"n+1\0":
        raise _damaged(path, "it lacks the mark of a NIfTI file that holds its own voxels")
    count, *sizes = (int(size) for size in field(40, "8h"))
    if not 1 <= count <= 7:
        raise _damaged(path, f"it gives {count} dimensions")
    sizes = sizes[:count]
    _check_sizes(path, sizes)
    code, bits = (int(value) for value in field(70, "2h"))
    if code not in _NIFTI_KINDS:
        raise InputError(f"{path} has voxels of a type (NIfTI's {code}) that is not supported; convert it to numbers of 16 bits.")
    voxel_bytes = int(_NIFTI_KINDS[code][1])
    if bits != voxel_bytes * 8:
        raise _damaged(path, f"it gives {bits} bits a voxel of {voxel_bytes * 8}")
    offset, slope, shift = field(108, "3f")
    if not (offset == 0 or (_NIFTI_BYTES + 4 <= offset < 1 << 24 and offset == int(offset))):  # 0 as much as the least
        raise _damaged(path, f"it says that the voxels begin at byte {offset:g}")
    if math.isinf(slope) or (slope and not math.isnan(slope) and not math.isfinite(shift)):  # NaN stands for none
        raise _damaged(path, f"it scales the voxels by {slope:g} and {shift:g}")
    _nifti_geometry(path, field, min(count, 3))
    if not abs(slope) > _LEAST_SLOPE:  # so for NaN
        slope, shift = 1.0, 0.0
    begin = max(int(offset), _NIFTI_BYTES + 4)
    return Header("NiftiImageIO", tuple(sizes), voxel_bytes, path, begin, kind=order + _NIFTI_KINDS[code], slope=slope, shift=shift)


def _nifti_geometry(path: Path, field: Callable[[int, str], tuple[float, ...]], count: int) -> None:
    spacing = field(76, "8f")[1 : count + 1]
    _check_spacing(path, spacing)
    qform, sform = field(252, "2h")
    if qform > 0:
        *quaternion, x, y, z = field(256, "6f")
        if not sum(value * value for value in quaternion) <= 1.001:  # false for NaN
            raise _damaged(path, f"it turns the scan by the quaternion {', '.join(f'{value:g}' for value in quaternion)}")
        check_geometry(path, spacing, (x, y, z), [])
    if sform > 0:
        rows = [field(280 + 16 * row, "4f") for row in range(3)]
        columns = [tuple(row[column] for row in rows) for column in range(3)]
        scales = [math.hypot(*column) for column in columns]
        check_geometry(path, scales, [row[3] for row in rows], [] if qform > 0 else columns)  # ITK takes whichever is regular
        if qform <= 0 and not all(math.isclose(*pair, rel_tol=0.01) for pair in zip(scales, spacing, strict=False)):
            raise _damaged(path, f"it gives two spacings, {by_axes(spacing)} mm and, in its affine matrix, {by_axes(scales[:count])} mm")


# NRRD ----------------------------------------------------------------------------------------------------------------------

_NRRD_BYTES = {
    **dict.fromkeys(("signed char", "int8", "int8_t", "uchar", "unsigned char", "uint8", "uint8_t"), 1),
    **dict.fromkeys(("short", "short int", "signed short", "signed short int", "int16", "int16_t"), 2),
    **dict.fromkeys(("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"), 2),
    **dict.fromkeys(("int", "signed int", "int32", "int32_t", "uint", "unsigned int", "uint32", "uint32_t", "float"), 4),
    **dict.fromkeys(("longlong", "long long", "long long int", "signed long long", "signed long long int", "int64", "int64_t"), 8),
    **dict.fromkeys(("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t", "double"), 8),
}
_NRRD_PACKING = {"raw": "raw", "gzip": "gzip", "gz": "gzip", "ascii": "text", "text": "text", "txt": "text"}
_NRRD_PACKING |= dict.fromkeys(("bzip2", "bz2", "hex"), "other")


def _nrrd(path: Path, start: bytes) -> Header:
    if not re.match(rb"NRRD000[1-5]\r?\n", start):
        raise _damaged(path, "it lacks the mark of an NRRD file of the versions 1 to 5")
    end = re.search(rb"\r?\n\r?\n", start)
    if end is None and len(start) == _LONGEST_HEADER:
        raise _damaged(path, "it does not end")
    fields: dict[str, str] = {}
    for line in start[: end.start() if end else None].decode("utf-8", "replace").splitlines()[1:]:
        name, colon, value = line.partition(":")
        if line.startswith("#") or not colon or value.startswith("="):  # comments, and pairs of names and values of any kind
            continue
        if len(line.encode()) > _LONGEST_LINE and name != "content":
            raise _damaged(path, f"its line '{short(line)}' is too long")
        fields[name.strip().lower().replace(" ", "")] = value.strip()
    sizes = _whole_numbers(path, "sizes", fields.get("sizes", ""))
    (dimension,) = _whole_numbers(path, "dimension", fields.get("dimension", ""), 1)
    if dimension != len(sizes):
        raise _damaged(path, f"it gives {dimension} dimensions and {len(sizes)} sizes")
    _check_sizes(path, sizes)
    kind, encoding = fields.get("type", "").lower(), fields.get("encoding", "").lower()
    if kind not in _NRRD_BYTES:
        raise _damaged(path, f"it gives voxels of the type '{short(kind)}'")
    if encoding not in _NRRD_PACKING:
        raise _damaged(path, f"it gives the encoding '{short(encoding)}'")
    if dimension == 3:
        _nrrd_geometry(path, fields)
    (skipped,) = _whole_numbers(path, "byte skip", fields.get("byteskip", "0"), 1)
    (lines,) = _whole_numbers(path, "line skip", fields.get("lineskip", "0"), 1)
    if skipped < -1 or lines < 0:
        raise _damaged(path, "it skips a negative number of bytes or lines")
    named = fields.get("datafile")
    data = path if named is None else _data_file(path, named, ".nhdr")
    offset = max(skipped, 0) + (end.end() if end and named is None else 0)
    return Header("NrrdImageIO", tuple(sizes), _NRRD_BYTES[kind], data, offset, _NRRD_PACKING[encoding])


def _nrrd_geometry(path: Path, fields: dict[str, str]) -> None:
    if "spacedirections" in fields:
        columns = [_vector(path, "space directions", text) for text in re.findall(r"\([^)]*\)|none", fields["spacedirections"])]
        if len(columns) != 3 or any(len(column) != 3 for column in columns):
            raise _damaged(path, f"it gives the space directions '{short(fields['spacedirections'])}'")
        check_geometry(path, [math.hypot(*column) for column in columns], [], columns)
    elif "spacings" in fields:
        _check_spacing(path, _numbers(path, "spacings", fields["spacings"], 3))
    if "spaceorigin" in fields:
        check_geometry(path, [], _vector(path, "space origin", fields["spaceorigin"]), [])


def _vector(path: Path, name: str, text: str) -> tuple[float, ...]:
    return _numbers(path, name, text.strip("() ").replace(",", " "), 3)


# MetaImage -----------------------------------------------------------------------------------------------------------------

_META_BYTES = {
    **dict.fromkeys(("MET_CHAR", "MET_UCHAR", "MET_ASCII_CHAR"), 1),
    **dict.fromkeys(("MET_SHORT", "MET_USHORT"), 2),
    **dict.fromkeys(("MET_INT", "MET_UINT", "MET_FLOAT"), 4),
    **dict.fromkeys(("MET_LONG_LONG", "MET_ULONG_LONG", "MET_DOUBLE"), 8),
}
_META_BYTES |= dict.fromkeys(("MET_LONG", "MET_ULONG"), 4)  # as MetaIO has them, whatever the compiler's are
_META_PLACES = ("Offset", "Position", "Origin", "CenterOfRotation")
_META_MATRICES = ("TransformMatrix", "Rotation", "Orientation")
_META_NUMBERS = {"ID": 1, "ParentID": 1, "ElementMin": 1, "ElementMax": 1, "CompressedDataSize": 1, "Color": 4,
                 "ElementToIntensityFunctionSlope": 1, "ElementToIntensityFunctionOffset": 1}  # fmt: skip


def _meta(path: Path, start: bytes) -> Header:
    fields: dict[str, str] = {}
    offset = 0
    for line in start.splitlines(keepends=True):
        offset += len(line)
        name, equals, value = re.split("([=:])", line.decode("utf-8", "replace"), maxsplit=1) if re.search(rb"[=:]", line) else ("", "", "")
        name = name.strip()
        if not equals or not name or name in fields or len(line) > (_LONGEST_NAME if name == "Name" else 4 * _LONGEST_LINE):
            raise _damaged(path, f"its line '{short(line.decode('utf-8', 'replace'))}' is not a new field and its value")
        fields[name] = value.strip()
        if name == "ElementDataFile":
            break
    named = fields.get("ElementDataFile", "")
    if not named:
        raise _damaged(path, "it does not say where the voxels are (ElementDataFile)")
    if fields.get("ObjectType", "Image") != "Image":
        raise InputError(f"{path} holds a MetaIO '{short(fields['ObjectType'])}', not an image; convert it or remove it.")
    (dimension,) = _whole_numbers(path, "NDims", fields.get("NDims", ""), 1)
    if not 1 <= dimension <= 10:
        raise _damaged(path, f"it gives {dimension} dimensions")
    sizes = _whole_numbers(path, "DimSize", fields.get("DimSize", ""), dimension)
    (channels,) = _whole_numbers(path, "ElementNumberOfChannels", fields.get("ElementNumberOfChannels", "1"), 1)
    _check_sizes(path, (*sizes, channels))
    kind = fields.get("ElementType", "").removesuffix("_ARRAY")
    if kind not in _META_BYTES:
        raise _damaged(path, f"it gives voxels of the type '{short(kind)}'")
    _meta_geometry(path, fields, dimension)
    (skipped,) = _whole_numbers(path, "HeaderSize", fields.get("HeaderSize", "0"), 1)
    if skipped < -1:
        raise _damaged(path, f"it gives itself {skipped} bytes")
    local = named.upper() == "LOCAL"
    data = path if local else _data_file(path, named, ".mhd")
    packing = "zlib" if _is_true(fields.get("CompressedData")) else "raw" if _is_true(fields.get("BinaryData")) else "text"
    begin = max(skipped, offset if local else 0)
    return Header("MetaImageIO", tuple(sizes), _META_BYTES[kind] * channels, data, begin, packing)


def _meta_geometry(path: Path, fields: dict[str, str], dimension: int) -> None:
    for name, count in _META_NUMBERS.items():  # for what is missing ITK takes words of the next line
        if name in fields:
            _numbers(path, name, fields[name], count)
    for name in ("ElementSpacing", "ElementSize"):
        if name in fields:
            _check_spacing(path, _numbers(path, name, fields[name], dimension))
    for name in _META_PLACES:
        if name in fields:
            check_geometry(path, [], _numbers(path, name, fields[name], dimension), [])
    for name in _META_MATRICES:
        if name in fields:
            values = _numbers(path, name, fields[name], dimension**2)
            check_geometry(path, [], [], [values[row * dimension : (row + 1) * dimension] for row in range(dimension)])


def _is_true(value: str | None) -> bool:
    return (value or "")[:1] in ("T", "t", "1")


# Both texts ----------------------------------------------------------------------------------------------------------------


def _data_file(path: Path, named: str, ending: str) -> Path:
    """The file that a detached header names for its voxels."""
    if path.suffix.lower() != ending:
        raise InputError(f"{path} names another file for its voxels ({short(named)}); save the scan as one file.")
    if named.upper().startswith("LIST") or "%" in named:
        raise InputError(f"{path} keeps its voxels in several files, which is not supported; save the scan as one file.")
    data = path.parent / named
    if not named or len(named) > _LONGEST_LINE or not data.is_file():
        raise InputError(f"{path} names the file '{short(named)}' for its voxels, which is missing or no file; copy both files again.")
    return data


def _whole_numbers(path: Path, name: str, text: str, count: int | None = None) -> list[int]:
    if not re.fullmatch(r"-?\d{1,18}(\s+-?\d{1,18})*", text, re.ASCII) or (count is not None and len(text.split()) != count):
        raise _damaged(path, f"it gives '{short(text)}' for {name}")
    return [int(word) for word in text.split()]


def _numbers(path: Path, name: str, text: str, count: int) -> tuple[float, ...]:
    try:
        numbers = tuple(float(word) for word in text.split())
    except ValueError:
        numbers = ()
    if len(numbers) != count or not all(math.isfinite(number) for number in numbers):
        raise _damaged(path, f"it gives '{short(text)}' for {name}")
    return numbers
