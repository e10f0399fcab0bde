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
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from ..core.errors import InputError
from .gzip_stream import gunzipped
from .header_checks import (
    LONGEST_HEADER,
    LONGEST_TEXT,
    MOST_VOXELS,
    Header,
    by_axes,
    check_geometry,
    check_sizes,
    check_spacing,
    damaged,
    geometry_fault,
    is_complex,
)
from .other_contents import renamed, what_it_is
from .text_headers import lies_unsaid, read_meta, read_nrrd

__all__ = ["MOST_VOXELS", "Header", "by_axes", "check_geometry", "read_header"]


def read_header(path: Path) -> Header:
    """Check a scan's header, whatever the file's name.

    Raises:
        InputError: the file is no NIfTI, NRRD or MetaImage file, or its header is damaged.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(LONGEST_HEADER)
        if start[:4] == b"NRRD" and len(start) == LONGEST_HEADER and not re.search(rb"\r?\n\r?\n", start):
            start += file.read(LONGEST_TEXT - LONGEST_HEADER)
    content, packed = start[:512], start[:2] == b"\x1f\x8b"
    if start[:4] == b"NRRD":
        return read_nrrd(path, start)
    if packed:
        try:
            start = b""
            for chunk in gunzipped(path):
                start += chunk
                if len(start) >= _NIFTI_BYTES:
                    break
            content, start = start[:512], start[:_NIFTI_BYTES]
        except (EOFError, zlib.error):
            raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.") from None
    elif re.search(rb"^\s*(NDims|ObjectType)\s*[=:]", start[:4096], re.MULTILINE) and b"\0" not in start[:64]:
        return read_meta(path, start)
    if start[:4] in (b"\x5c\x01\0\0", b"\0\0\x01\x5c", b"\x1c\x02\0\0", b"\0\0\x02\x1c"):
        return _nifti(path, start, packed)
    if path.name.lower().endswith((".nii", ".nii.gz")) and len(start) >= 348 and start[344:347] in (b"n+1", b"ni1"):
        raise damaged(path, f"it says that it has {struct.unpack('<i', start[:4])[0]} bytes, not 348")
    if known := what_it_is(content, path, packed):
        raise InputError(f"{path} {known}.")
    if _is_cutshort(start):
        raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.")
    raise InputError(f"{path} is not a NIfTI, NRRD or MetaImage file, whatever its name says; convert it or remove it.")


def _is_cutshort(start: bytes) -> bool:
    """Whether these are the first bytes of a format, but too few to be more."""
    return any(beginning.startswith(start) for beginning in (b"NRRD", b"\x1f\x8b", b"\x5c\x01\0\0", b"ObjectType", b"NDims"))


# NIfTI ---------------------------------------------------------------------------------------------------------------------

# The voxel types that ITK knows, as NumPy's; those with several values a voxel (c, V) are refused when the grid is read.
_NIFTI_KINDS = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 128: "V3", 256: "i1", 512: "u2", 768: "u4", 1024: "i8",
                1280: "u8", 2304: "V4"}  # fmt: skip
_COMPLEX = (32, 1792, 2048)
_NIFTI_BYTES = 348
_FURTHEST_VOXELS = 1 << 28  # byte: what other programs keep in a header may be some megabytes
# How many mm a unit of the header's lengths has, by its field xyzt_units; the others are mm, or unknown.
_UNITS = {1: 1000.0, 3: 0.001}
_LEAST_SLOPE = sys.float_info.epsilon  # less stands for none, as 0 does; ITK takes it so


def _nifti(path: Path, start: bytes, packed: bool) -> Header:
    order = "<" if start[0] else ">"
    if struct.unpack(order + "i", start[:4])[0] == 540:
        name = renamed(path, ".nii.gz" if packed else ".nii")
        raise InputError(f'{path} is a NIfTI-2 file, whatever its name says; rename it to "{name}".')
    if len(start) < _NIFTI_BYTES:
        raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.")

    def field(offset: int, code: str) -> tuple[float, ...]:
        return struct.unpack_from(order + code, start, offset)

    if start[344:348] != b"n+1\0":
        raise damaged(path, "it lacks the mark of a NIfTI file that holds its own voxels")
    count, *sizes = (int(size) for size in field(40, "8h"))
    if not 1 <= count <= 7:
        raise damaged(path, f"it gives {count} dimension{'' if count == 1 else 's'}")
    sizes = [size or 1 if axis > 2 else size for axis, size in enumerate(sizes[:count])]  # some leave what they do not use at 0
    check_sizes(path, sizes)
    code, bits = (int(value) for value in field(70, "2h"))
    if code not in _NIFTI_KINDS:
        if code in _COMPLEX:
            raise is_complex(path)
        raise InputError(f"{path} has voxels of a type (NIfTI's {code}) that is not supported; convert it to numbers of 16 bits.")
    voxel_bytes = int(_NIFTI_KINDS[code][1])
    if bits not in (0, voxel_bytes * 8):  # 0 says nothing, and the type says it all
        raise damaged(path, f"it gives {bits} bits a voxel of {voxel_bytes * 8}")
    offset, slope, shift = field(108, "3f")
    if not (offset == 0 or (_NIFTI_BYTES + 4 <= offset < _FURTHEST_VOXELS and offset == int(offset))):  # 0 as much as the least
        raise damaged(path, f"it says that the voxels begin at byte {by_axes([int(offset) if math.isfinite(offset) else offset])}")
    if math.isinf(slope) or (slope and not math.isnan(slope) and not math.isfinite(shift)):  # NaN stands for none
        raise damaged(path, f"it scales the voxels by {slope:g} and {shift:g}")
    readings, faults = _nifti_readings(path, field, min(count, 3))
    if not abs(slope) > _LEAST_SLOPE:  # so for NaN
        slope, shift = 1.0, 0.0
    begin = max(int(offset), _NIFTI_BYTES + 4)
    kind = order + _NIFTI_KINDS[code]
    header = Header("NiftiImageIO", tuple(sizes), voxel_bytes, path, begin, kind=kind, slope=slope, shift=shift, faults=faults)
    notes = (lies_unsaid(path, "it has neither a sform nor a qform"),) if count >= 3 and not readings else ()
    return replace(header, readings=readings, notes=notes)


def _nifti_readings(
    path: Path, field: Callable[[int, str], tuple[float, ...]], count: int
) -> tuple[dict[str, tuple[tuple[float, ...], ...]], dict[str, str]]:
    """The places that the header gives the grid, and why others are none (:class:`.header_checks.Header`).

    Raises:
        InputError: it gives none that can be used.
    """
    factor, *lengths = field(76, "8f")
    unit = _UNITS.get(int(field(123, "B")[0]) & 7, 1.0)
    spacing = [length * unit for length in lengths[:count]]
    qform, sform = field(252, "2h")
    if count < 3 or (qform <= 0 and sform <= 0):
        check_spacing(path, spacing)
    readings: dict[str, tuple[tuple[float, ...], ...]] = {}
    faults: dict[str, str] = {}
    if sform > 0:
        rows = tuple(tuple(value * unit for value in field(280 + 16 * row, "4f")) for row in range(3))
        columns = [tuple(row[column] for row in rows) for column in range(3)]
        if fault := geometry_fault([math.hypot(*column) for column in columns], [row[3] for row in rows], columns):
            faults["sform"] = fault
        else:
            readings["sform"] = rows
    if qform > 0:
        *quaternion, x, y, z = field(256, "6f")
        x, y, z = x * unit, y * unit, z * unit
        rest = 1 - sum(value * value for value in quaternion)
        if fault := geometry_fault(spacing, (x, y, z), []):
            faults["qform"] = fault
        elif not rest >= -0.001:  # false for NaN
            faults["qform"] = f"it turns the scan by the quaternion {', '.join(f'{value:g}' for value in quaternion)}"
        else:
            turned = _turned(math.sqrt(max(rest, 0)), quaternion, (*spacing, 1, 1)[:3], -1 if factor < 0 else 1)
            readings["qform"] = tuple((*row, place) for row, place in zip(turned, (x, y, z), strict=True))
    elif "sform" in readings and count == 3:  # then the spacing is all that is left of it
        if fault := geometry_fault(spacing, [], []):
            faults["pixdim"] = fault
        else:
            rows = readings["sform"]
            scales = [length / math.hypot(*column) for length, column in zip(spacing, columns, strict=True)]
            if not all(math.isclose(scale, 1, rel_tol=0.01) for scale in scales):
                readings["pixdim"] = tuple((*(row[axis] * scales[axis] for axis in range(3)), row[3]) for row in rows)
    if faults and not readings:
        raise damaged(path, next(iter(faults.values())))
    return readings, faults


def _turned(a: float, quaternion: Sequence[float], spacing: Sequence[float], factor: int) -> list[tuple[float, ...]]:
    """The rows of a qform's matrix: https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h, method 2."""
    b, c, d = (value / max(math.hypot(a, *quaternion), sys.float_info.min) for value in quaternion)
    rows = (
        (a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)),
        (2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)),
        (2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b),
    )
    x, y, z = spacing[0], spacing[1], spacing[2] * factor
    return [(row[0] * x, row[1] * y, row[2] * z) for row in rows]
