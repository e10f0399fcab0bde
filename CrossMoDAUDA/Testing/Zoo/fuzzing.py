"""Scan files with any header: what Hypothesis may write into each field of each format, and what then must come of reading it."""

from __future__ import annotations

import gzip
import math
import struct
from typing import Any

from hypothesis import strategies as st

from .formats import GOOD_META, GOOD_NRRD, NIFTI1, VOXELS, meta, nifti, nrrd

_LIMITS = {"b": 7, "h": 15, "i": 31, "q": 63}
_WORDS = ["", "0", "1", "-1", "3", "nan", "inf", "-inf", "1e400", "1e-400", "True", "False", "LOCAL", "LIST", "%d", "none", "raw", "gzip"]
_NUMBERS = st.one_of(
    st.integers(-(2**65), 2**65).map(str), st.integers(-3, 12).map(str), st.floats(allow_nan=True).map(str), st.sampled_from(_WORDS)
)
_TEXTS = st.one_of(
    st.sampled_from(_WORDS),
    st.lists(_NUMBERS, min_size=1, max_size=12).map(" ".join),
    st.lists(_NUMBERS, min_size=9, max_size=9).map(lambda words: " ".join(f"({','.join(words[at : at + 3])})" for at in (0, 3, 6))),
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from(["%n" * 40, "a" * 5000, "\0", "../..", "/", ".", "/dev/null", "slice%03d.raw 1 3 1", "MET_SHORT_ARRAY", "MET_OTHER"]),
)


def _values(code: str) -> st.SearchStrategy[Any]:
    """Anything that fits a NIfTI field's type; the small and the extreme values are what breaks readers."""
    kind, count = code[-1], int(code[:-1] or 1)
    if kind == "s":
        return st.binary(min_size=count, max_size=count)
    if kind in "fd":
        one: st.SearchStrategy[Any] = st.one_of(
            st.sampled_from([0.0, 1.0, -1.0, 352.0, math.nan, math.inf, -math.inf, 1e-30, 1e30]),
            st.floats(width=32 if kind == "f" else 64),
        )
    else:
        most = 2 ** _LIMITS[kind]
        one = st.one_of(st.integers(-2, 9), st.sampled_from([0, most - 1, -most, most // 2]), st.integers(-most, most - 1))
    return st.tuples(*[one] * count) if count > 1 else one


def _fields(layout: dict[str, tuple[int, str]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional={name: _values(code) for name, (_, code) in layout.items()})


def _texts(good: dict[str, str], *more: str) -> st.SearchStrategy[dict[str, Any]]:
    """Up to three fields of a text header with anything in them, or left out."""
    return st.dictionaries(st.sampled_from([*good, *more]), st.one_of(st.none(), _TEXTS), min_size=1, max_size=3)


_DATA = st.sampled_from([VOXELS.tobytes(), VOXELS.tobytes()[:100], b"", VOXELS.tobytes() * 8])
_META_FIELDS = ("HeaderSize", "ElementNumberOfChannels", "CompressedDataSize", "ElementSize", "Rotation", "Origin", "Name", "Color")
_NRRD_FIELDS = ("spacings", "byte skip", "line skip", "data file", "block size", "space dimension", "measurement frame", "centers", "units")

FILES: dict[str, st.SearchStrategy[bytes]] = {
    ".nii": st.builds(nifti, _fields(NIFTI1), _DATA, order=st.sampled_from("<>")),
    ".nii.gz": st.builds(nifti, _fields(NIFTI1), _DATA).map(lambda content: gzip.compress(content, 1)),
    ".nrrd": st.builds(nrrd, _texts(GOOD_NRRD, *_NRRD_FIELDS), _DATA),
    ".nhdr": st.builds(lambda fields: nrrd({"data file": "data.raw", **fields}, b""), _texts(GOOD_NRRD, *_NRRD_FIELDS)),
    ".mha": st.builds(meta, _texts(GOOD_META, *_META_FIELDS), _DATA),
    ".mhd": st.builds(lambda fields: meta({"ElementDataFile": "data.raw", **fields}, b""), _texts(GOOD_META, *_META_FIELDS)),
}
# Whole headers written over with bytes, wherever they fall.
_SPLICES = st.lists(st.tuples(st.integers(0, 600), st.binary(min_size=1, max_size=16)), min_size=1, max_size=6)


def _spliced(content: bytes, splices: list[tuple[int, bytes]]) -> bytes:
    changed = bytearray(content)
    for place, data in splices:
        changed[place : place + len(data)] = data
    return bytes(changed)


for _ending, _good in ((".nii", nifti()), (".nrrd", nrrd()), (".mha", meta())):
    FILES[f".spliced{_ending}"] = st.builds(_spliced, st.just(_good), _SPLICES)


def not_a_volume(read: dict[str, Any]) -> list[str]:
    """What keeps something read from being a finite volume on a grid; nothing if it is one."""
    faults = []
    if not read["finite"]:
        faults.append("voxels that are no numbers")
    if len(read["size"]) != 3 or min(read["size"]) < 1 or math.prod(read["size"]) > 1 << 30:
        faults.append(f"size {read['size']}")
    if not all(0 < length < 1e7 for length in read["spacing"]):
        faults.append(f"spacing {read['spacing']}")
    if not all(abs(place) < 1e8 for place in read["origin"]):
        faults.append(f"origin {read['origin']}")
    rows = [read["direction"][row * 3 : row * 3 + 3] for row in range(3)]
    columns = list(zip(*rows, strict=True))
    for first in range(3):
        for second in range(3):
            product = sum(a * b for a, b in zip(columns[first], columns[second], strict=True))
            if not abs(product - (first == second)) < 2e-3:
                faults.append(f"direction {read['direction']}")
    return faults


def nifti_grids(content: bytes) -> list[tuple[tuple[int, ...] | None, tuple[float, ...]]]:
    """Size and spacing as a NIfTI-1 header states them, read byte by byte: by its pixdim, and by its sform if it has one.

    None for the size by a sform whose axes are not at right angles: it may be resampled.
    """
    header = gzip.decompress(content)[:348] if content[:2] == b"\x1f\x8b" else content[:348]
    order = "<" if struct.unpack("<i", header[:4])[0] == 348 else ">"
    dim, pixdim = struct.unpack_from(order + "8h", header, 40), struct.unpack_from(order + "8f", header, 76)
    millimetres = {1: 1000.0, 3: 0.001}.get(header[123] & 7, 1.0)
    found: list[tuple[tuple[int, ...] | None, tuple[float, ...]]] = [(dim[1:4], tuple(length * millimetres for length in pixdim[1:4]))]
    if struct.unpack_from(order + "h", header, 254)[0] > 0:
        rows = [struct.unpack_from(order + "4f", header, 280 + 16 * row) for row in range(3)]
        columns = [[row[axis] for row in rows] for axis in range(3)]
        lengths = [math.hypot(*column) for column in columns]
        products = (
            abs(sum(one * other for one, other in zip(columns[a], columns[b], strict=True))) / (lengths[a] * lengths[b] or 1)
            for a, b in ((0, 1), (0, 2), (1, 2))
        )
        is_skewed = any(not product < 1e-4 for product in products)
        found.append((None if is_skewed else dim[1:4], tuple(length * millimetres for length in lengths)))
    return found
