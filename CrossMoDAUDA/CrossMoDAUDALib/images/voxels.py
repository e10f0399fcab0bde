"""What ITK passes over in a scan file: missing voxels, which it makes up, and in NIfTI NaN, which it turns into zero.

So the voxels of a NIfTI file are read here, which also unpacks it only once. Those of the other formats are counted here and
read by ITK.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from .gzip_stream import gunzipped
from .headers import Header

Array = npt.NDArray[Any]

_CHUNK = 1 << 20
# One compressed byte stands for this many at most. A file that is too short for its voxels is refused without unpacking it.
_DEFLATE = 1032
# So many bytes after the voxels are read, to reach the checksum at the file's end. A file that goes on is read no further.
_REST = 64 << 20


def is_whole(header: Header) -> bool:
    """Whether a scan's file holds all its voxels, undamaged. NRRD's compressed voxels are left to ITK, which checks them itself.

    Raises:
        OSError: it cannot be read, which is no damage.
    """
    expected, size = header.expected_bytes, header.data.stat().st_size
    if header.reader == "NiftiImageIO":
        try:
            return all(True for _ in _nifti_pieces(header))
        except (EOFError, zlib.error):
            return False
    if header.packing == "raw":
        return size >= header.offset + expected
    if header.packing == "text":
        fits = size - header.offset >= 2 * (expected // header.voxel_bytes) - 1  # a digit and a gap for each voxel
        return fits and (header.reader == "NrrdImageIO" or _is_text_whole(header))
    if header.packing == "other":
        return True
    return size * _DEFLATE >= expected and (header.packing == "gzip" or _inflates(header, expected))


def nifti_voxels(header: Header) -> Array:
    """The voxels of a NIfTI file as ITK gives them, shape (..., z, y, x); only NaN, which ITK makes zero, stays NaN.

    Scaled whole numbers become float32. The file is unpacked once, and to its end, where its checksum is.

    Raises:
        EOFError, zlib.error: voxels are missing, or the file is damaged.
        OSError: it cannot be read.
    """
    if header.data.stat().st_size * _DEFLATE < header.offset + header.expected_bytes:
        raise EOFError("it is cut short")
    content = np.empty(header.expected_bytes, np.uint8)
    for start, piece in _nifti_pieces(header):
        content[start : start + len(piece)] = piece
    voxels = content.view(header.kind).reshape(header.sizes[::-1])
    voxels = voxels.astype(voxels.dtype.newbyteorder("="), copy=False)
    if (header.slope, header.shift) == (1, 0):
        return voxels
    kind = voxels.dtype if voxels.dtype.kind == "f" else np.dtype(np.float32)
    scaled = voxels.astype(kind).astype(np.float64)
    scaled *= header.slope
    scaled += header.shift
    with np.errstate(over="ignore"):  # beyond float32 is infinity, which the caller refuses
        return scaled.astype(kind)


def _nifti_pieces(header: Header) -> Iterator[tuple[int, Array]]:
    """Pieces of the voxels' bytes and where each begins among them; raises as :func:`nifti_voxels`."""
    expected, place = header.expected_bytes, -header.offset
    for chunk in gunzipped(header.data):
        start, end = max(place, 0), min(place + len(chunk), expected)
        if start < end:
            yield start, np.frombuffer(chunk, np.uint8)[start - place : end - place]
        place += len(chunk)
        if place > expected + _REST:
            break
    if place < expected:
        raise EOFError("it is cut short")


def _inflates(header: Header, expected: int) -> bool:
    """Whether a MetaImage's compressed voxels are all there."""
    inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)  # zlib or gzip
    found = 0
    try:
        with header.data.open("rb") as file:
            file.seek(header.offset)
            while not inflater.eof and (chunk := inflater.unconsumed_tail or file.read(_CHUNK)):
                found += len(inflater.decompress(chunk, _CHUNK))
                if found > expected:
                    return False
    except zlib.error:
        return False
    return inflater.eof and found == expected


def _is_text_whole(header: Header) -> bool:
    """Whether as many numbers are written out as there are voxels."""
    with header.data.open("rb") as file:
        file.seek(header.offset)
        words = file.read().split()
    return len(words) * header.voxel_bytes >= header.expected_bytes
