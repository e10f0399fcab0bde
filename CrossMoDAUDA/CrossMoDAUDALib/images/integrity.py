"""What ITK passes over in a scan file: missing voxels, which it makes up, and in NIfTI NaN, which it turns into zero."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np

from .gzip_stream import gunzipped
from .headers import Header

_CHUNK = 1 << 20
# A byte of deflate's stands for this many at most; what is to hold more is told by its length alone.
_DEFLATE = 1032
# What follows the voxels is read up to here, for the checksum at its end; a stream that goes on is none of a scan's.
_REST = 64 << 20


def is_whole(header: Header) -> bool:
    """Whether a scan's file holds all its voxels, undamaged. NRRD's compressed voxels are left to ITK, which checks them itself."""
    expected, size = header.expected_bytes, header.data.stat().st_size
    if header.reader == "NiftiImageIO":
        return _holds(header.data, header.offset + expected)
    if header.packing == "raw":
        return size >= header.offset + expected
    if header.packing == "text":
        fits = size - header.offset >= 2 * (expected // header.voxel_bytes) - 1  # a digit and a gap for each voxel
        return fits and (header.reader == "NrrdImageIO" or _is_text_whole(header))
    if header.packing == "other":
        return True
    return size * _DEFLATE >= expected and (header.packing == "gzip" or _inflates(header, expected))


def is_finite(header: Header) -> bool:
    """Whether every voxel stored in a whole NIfTI file is a finite number. True for other formats, which ITK reads as they are."""
    if not header.floats:
        return True
    kind = np.dtype(header.floats)
    left, skip, rest = header.expected_bytes, header.offset, b""
    for chunk in gunzipped(header.data):
        if skip >= len(chunk):
            skip -= len(chunk)
            continue
        data = (rest + chunk[skip:])[:left]
        skip, whole = 0, len(data) // kind.itemsize * kind.itemsize
        if not np.isfinite(np.frombuffer(data[:whole], kind)).all():
            return False
        rest, left = data[whole:], left - whole
        if not left:
            return True
    return True


def _holds(path: Path, expected: int) -> bool:
    """Whether a file, once decompressed if it is gzip, holds that many bytes and is undamaged."""
    if path.stat().st_size * _DEFLATE < expected:
        return False
    found = 0
    try:
        for chunk in gunzipped(path):
            found += len(chunk)
            if found > expected + _REST:
                break
    except (EOFError, OSError, zlib.error):
        return False
    return found >= expected


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
