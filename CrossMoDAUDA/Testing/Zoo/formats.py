"""Small scans as bytes, field by field, so that each field can be bad: NIfTI, NRRD and MetaImage."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np

SIZE = (6, 7, 8)  # x, y, z
VOXELS = np.random.default_rng(7).integers(0, 300, SIZE[::-1]).astype("<i2")

# NIfTI-1's fields: offset and struct format. https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h
NIFTI1 = {
    "sizeof_hdr": (0, "i"),
    "dim": (40, "8h"),
    "intent_code": (68, "h"),
    "datatype": (70, "h"),
    "bitpix": (72, "h"),
    "pixdim": (76, "8f"),
    "vox_offset": (108, "f"),
    "scl_slope": (112, "f"),
    "scl_inter": (116, "f"),
    "xyzt_units": (123, "b"),
    "qform_code": (252, "h"),
    "sform_code": (254, "h"),
    "quatern": (256, "3f"),
    "qoffset": (268, "3f"),
    "srow_x": (280, "4f"),
    "srow_y": (296, "4f"),
    "srow_z": (312, "4f"),
    "magic": (344, "4s"),
}
NIFTI2 = {
    "sizeof_hdr": (0, "i"),
    "magic": (4, "8s"),
    "datatype": (12, "h"),
    "bitpix": (14, "h"),
    "dim": (16, "8q"),
    "pixdim": (104, "8d"),
    "vox_offset": (168, "q"),
    "scl_slope": (176, "d"),
    "scl_inter": (184, "d"),
    "qform_code": (344, "i"),
    "sform_code": (348, "i"),
    "quatern": (352, "3d"),
    "qoffset": (376, "3d"),
    "srow_x": (400, "4d"),
    "srow_y": (432, "4d"),
    "srow_z": (464, "4d"),
    "xyzt_units": (500, "i"),
}
GOOD_NIFTI: dict[str, Any] = {
    "sizeof_hdr": 348,
    "dim": (3, *SIZE, 1, 1, 1, 1),
    "datatype": 4,
    "bitpix": 16,
    "pixdim": (1, 0.5, 0.5, 1.5, 0, 0, 0, 0),
    "vox_offset": 352,
    "scl_slope": 1,
    "scl_inter": 0,
    "xyzt_units": 2,
    "qform_code": 0,
    "sform_code": 1,
    "srow_x": (-0.5, 0, 0, 10),
    "srow_y": (0, -0.5, 0, 20),
    "srow_z": (0, 0, 1.5, 30),
    "magic": b"n+1\0",
}


def nifti(
    fields: Mapping[str, Any] | None = None, data: bytes = VOXELS.tobytes(), extension: bytes = b"\0\0\0\0", order: str = "<"
) -> bytes:
    """A NIfTI-1 file, good but for the fields given."""
    return _nifti(NIFTI1, 348, {**GOOD_NIFTI, **(fields or {})}, order) + extension + data


def nifti2(fields: Mapping[str, Any] | None = None, data: bytes = VOXELS.tobytes()) -> bytes:
    """A NIfTI-2 file, good but for the fields given."""
    good = {**GOOD_NIFTI, "sizeof_hdr": 540, "vox_offset": 544, "magic": b"n+2\0\r\n\x1a\n"}
    return _nifti(NIFTI2, 540, {**good, **(fields or {})}, "<") + bytes(4) + data


def _nifti(layout: Mapping[str, tuple[int, str]], length: int, fields: Mapping[str, Any], order: str) -> bytes:
    header = bytearray(length)
    for name, value in fields.items():
        offset, code = layout[name]
        struct.pack_into(order + code, header, offset, *(value if isinstance(value, tuple) else (value,)))
    return bytes(header)


GOOD_NRRD = {
    "type": "short",
    "dimension": "3",
    "space": "left-posterior-superior",
    "sizes": " ".join(map(str, SIZE)),
    "space directions": "(0.5,0,0) (0,0.5,0) (0,0,1.5)",
    "kinds": "domain domain domain",
    "endian": "little",
    "encoding": "raw",
    "space origin": "(1,2,3)",
}


def nrrd(fields: Mapping[str, str | None] | None = None, data: bytes = VOXELS.tobytes(), magic: str = "NRRD0004") -> bytes:
    """An NRRD file, good but for the fields given; None leaves a field out."""
    lines = [magic, *(f"{name}: {value}" for name, value in {**GOOD_NRRD, **(fields or {})}.items() if value is not None)]
    return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n\n" + data


def nrrd_gzip(fields: Mapping[str, str | None] | None = None, data: bytes = VOXELS.tobytes()) -> bytes:
    """A gzip-compressed NRRD file."""
    return nrrd({"encoding": "gzip", **(fields or {})}, gzip.compress(data))


GOOD_META = {
    "ObjectType": "Image",
    "NDims": "3",
    "BinaryData": "True",
    "BinaryDataByteOrderMSB": "False",
    "CompressedData": "False",
    "TransformMatrix": "1 0 0 0 1 0 0 0 1",
    "Offset": "1 2 3",
    "CenterOfRotation": "0 0 0",
    "AnatomicalOrientation": "RAI",
    "ElementSpacing": "0.5 0.5 1.5",
    "DimSize": " ".join(map(str, SIZE)),
    "ElementType": "MET_SHORT",
    "ElementDataFile": "LOCAL",
}


def meta(fields: Mapping[str, str | None] | None = None, data: bytes = VOXELS.tobytes()) -> bytes:
    """A MetaImage file, good but for the fields given; None leaves a field out."""
    merged = {**GOOD_META, **(fields or {})}
    last = merged.pop("ElementDataFile")
    lines = [f"{name} = {value}" for name, value in merged.items() if value is not None]
    lines += [f"ElementDataFile = {last}"] if last is not None else []
    return "\n".join(lines).encode("utf-8", "surrogateescape") + b"\n" + data
