"""What ITK passes over in a NIfTI file: missing voxels, which it makes up, and NaN, which it turns into zero."""

from __future__ import annotations

import gzip
import math
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import SimpleITK

_CHUNK = 1 << 20
_FLOATS = {16: "f4", 64: "f8"}  # NIfTI's codes of floating-point voxels


def is_whole(path: Path, reader: SimpleITK.ImageFileReader) -> bool:
    """Whether a NIfTI file holds all its voxels, undamaged. True for other formats, which ITK checks itself."""
    if not reader.HasMetaDataKey("vox_offset"):
        return True
    expected = _voxel_offset(reader) + math.prod(reader.GetSize()) * int(reader.GetMetaData("bitpix")) // 8
    found = content_bytes(path)
    return found is not None and found >= expected


def is_finite(path: Path, reader: SimpleITK.ImageFileReader) -> bool:
    """Whether every voxel stored in a whole NIfTI file is a finite number. True for other formats, which ITK reads as they are."""
    if not reader.HasMetaDataKey("vox_offset") or int(reader.GetMetaData("datatype")) not in _FLOATS:
        return True
    kind = np.dtype(_FLOATS[int(reader.GetMetaData("datatype"))])
    left = math.prod(reader.GetSize()) * kind.itemsize
    skip, rest = _voxel_offset(reader), b""
    for number, chunk in enumerate(_content(path)):
        if number == 0 and chunk[:4] not in (b"\x5c\x01\x00\x00", b"\x1c\x02\x00\x00"):  # the header's size tells the byte order
            kind = kind.newbyteorder(">")
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        data = (rest + chunk[skip:])[:left]
        skip, whole = 0, len(data) // kind.itemsize * kind.itemsize
        if not np.isfinite(np.frombuffer(data[:whole], kind)).all():
            return False
        rest, left = data[whole:], left - whole
    return True


def content_bytes(path: Path) -> int | None:
    """How many bytes a file holds once decompressed; None if it is gzip, and damaged."""
    try:
        return sum(len(chunk) for chunk in _content(path))
    except (EOFError, OSError, zlib.error):
        return None


def _content(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        compressed = file.read(2) == b"\x1f\x8b"  # whatever the name says
        file.seek(0)
        with gzip.GzipFile(fileobj=file) if compressed else file as stream:
            while chunk := stream.read(_CHUNK):
                yield chunk


def _voxel_offset(reader: SimpleITK.ImageFileReader) -> int:
    return int(float(reader.GetMetaData("vox_offset")))
