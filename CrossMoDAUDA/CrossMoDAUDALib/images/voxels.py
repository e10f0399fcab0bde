"""What ITK passes over in a scan file: missing voxels, which it makes up, and in NIfTI NaN, which it turns into zero.

So the voxels of a NIfTI file are read here, which also unpacks it only once. Those of the other formats are counted here and
read by ITK.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from .gzip_stream import gunzipped
from .headers import Header

Array = npt.NDArray[Any]

_CHUNK = 1 << 20
# One compressed byte stands for this many at most. A file that is too short for its voxels is refused without unpacking it.
_DEFLATE = 1032
# So many bytes after the voxels are read, to reach the checksum at the file's end. A file that goes on is read no further.
_REST = 64 << 20
_FLOAT32 = np.finfo(np.float32)
# How far from a whole number a label may be.
_NEARLY = 0.01
_MOST_LABEL = 65535


def is_whole(header: Header) -> bool:
    """Whether a scan's file holds all its voxels, undamaged. NRRD's compressed voxels are left to ITK, which checks them itself.

    Raises:
        OSError: it cannot be read, which is no damage.
    """
    if header.parts:
        least = header.expected_bytes // len(header.parts)
        sizes = [part.stat().st_size for part in header.parts]
        return all(size >= header.offset + least if header.packing == "raw" else size * _DEFLATE >= least for size in sizes)
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
    with np.errstate(over="ignore"):  # beyond float64 is infinity, which the caller refuses
        scaled = voxels.astype(kind).astype(np.float64)
        scaled *= header.slope
        scaled += header.shift
        return scaled if _exceeds(scaled, kind) else scaled.astype(kind)


def _exceeds(values: npt.NDArray[np.float64], kind: np.dtype[Any]) -> bool:
    """Whether finite values are beyond a type, or too small or too close together for it."""
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all() or kind.itemsize >= 8:
        return False
    greatest = max(abs(low), abs(high))
    return bool(greatest > _FLOAT32.max or 0 < greatest < _FLOAT32.tiny or 0 < high - low < 1e-4 * greatest)


def without_nan(array: Array, path: Path) -> tuple[Array, tuple[str, ...]]:
    """A scan's voxels with NaN as far as the border, which stands for outside, as background; and a note of it.

    Raises:
        InputError: a voxel is infinite, NaN inside the scan, or all are NaN.
    """
    if array.dtype.kind != "f" or np.isfinite([array.min(), array.max()]).all():  # NaN anywhere makes both NaN
        return array, ()
    nan = np.isnan(array)
    least, most = (np.min(array, where=~nan, initial=np.inf), np.max(array, where=~nan, initial=-np.inf))
    if nan.all():
        raise InputError(f"{path} holds no numbers: every voxel is NaN; export it again.")
    if not np.isfinite([least, most]).all() or not _reaches_border(nan):
        raise InputError(f"{path} holds voxels that are not finite numbers; replace them, for example by 0.")
    value = min(0.0, float(least))
    share = 100 * float(np.count_nonzero(nan)) / nan.size
    note = f"{path}: {share:.2g} % of the voxels, as far as the border, are NaN; they are taken as background, with the value {value:g}."
    return np.where(nan, array.dtype.type(value), array), (note,)


def _reaches_border(mask: npt.NDArray[np.bool_]) -> bool:
    """Whether every part of a mask does."""
    from scipy import ndimage

    parts, count = ndimage.label(mask)
    ends = [np.unique(np.take(parts, end, axis)) for axis in range(mask.ndim) for end in (0, -1)]
    return set(range(1, count + 1)) <= set(np.concatenate(ends).tolist())


def label_type(labels: Mapping[str, int]) -> type[np.unsignedinteger[Any]]:
    """The type of label maps with some structures' values: bytes where they fit."""
    return np.uint8 if max(labels.values(), default=0) <= 255 else np.uint16


def whole_numbers(array: Array, path: Path) -> tuple[Array, tuple[str, ...]]:
    """A label map's values as unsigned whole numbers of 8 or 16 bits; what is nearly whole is rounded, and a note says so.

    Raises:
        InputError: a value is not a whole number from 0 to 65535.
    """
    if array.dtype == np.uint8:
        return array, ()
    low, high = array.min(), array.max()
    hint = ", where a probability is at least a half" if 0 <= low <= high <= 1 else ""
    refusal = (
        f"{path} is not a label map: it holds values that are not whole numbers from 0 to {_MOST_LABEL}, but lie from {low:g} to {high:g};"
        f" save it with a whole number for each structure{hint}, and 0 for the background."
    )
    if not (low > -_NEARLY and high < _MOST_LABEL + _NEARLY):  # false for NaN
        raise InputError(refusal)
    kind = np.uint8 if high < 255.5 else np.uint16
    if array.dtype.kind != "f":
        return array.astype(kind), ()
    labels: Array = np.rint(array).astype(kind)
    if np.array_equal(labels, array):
        return labels, ()
    furthest = float(np.abs(array - labels).max())
    if furthest > _NEARLY:
        raise InputError(refusal)
    return labels, (f"{path} holds values up to {furthest:.1g} beside whole numbers, as resampling leaves them; they are rounded.",)


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
            packed = file.tell() - len(inflater.unused_data) - header.offset
    except zlib.error:
        return False
    says_less = 0 < header.packed_bytes < packed  # MetaIO unpacks no more, and makes up the rest
    return inflater.eof and found == expected and not says_less


def _is_text_whole(header: Header) -> bool:
    """Whether as many numbers are written out as there are voxels."""
    with header.data.open("rb") as file:
        file.seek(header.offset)
        words = file.read().split()
    return len(words) * header.voxel_bytes >= header.expected_bytes
