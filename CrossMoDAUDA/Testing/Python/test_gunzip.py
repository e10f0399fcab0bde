"""Decompression that a file's size bounds: every kind of gzip file gives its content, and what is barren ends soon."""

from __future__ import annotations

import gzip
import time
import zlib
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.images.gzip_stream import gunzipped

NOISE = np.random.default_rng(0).bytes(3_000_000)
ZEROS = bytes(40_000_000)


def content(path: Path, data: bytes) -> bytes:
    path.write_bytes(data)
    return b"".join(gunzipped(path))


@pytest.mark.parametrize("data", [b"", b"a", NOISE, ZEROS, NOISE + ZEROS], ids=["nothing", "a byte", "noise", "zeros", "both"])
def test_what_was_compressed_comes_back(data: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    packed = gzip.compress(data)
    assert content(path, packed) == data
    assert content(path, data) == data, "what is not compressed is given as it is"
    assert content(path, packed + gzip.compress(b"more") + gzip.compress(b"")) == data + b"more", "several members"
    assert content(path, packed + bytes(200_000)) == data, "padding"
    assert content(path, packed + bytes(70_000) + gzip.compress(b"more")) == data + b"more"


def test_a_large_file_comes_in_chunks(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(ZEROS))
    assert max(map(len, gunzipped(path))) <= 1 << 20


@pytest.mark.parametrize("length", [5, 20, 1_000_000, 2_999_000])
def test_what_is_cut_short_is_refused(length: int, tmp_path: Path) -> None:
    with pytest.raises(EOFError):
        content(tmp_path / "file", gzip.compress(NOISE)[:length])


def test_what_is_damaged_is_refused(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(NOISE))
    packed[-6] ^= 1  # the checksum
    with pytest.raises(zlib.error):
        content(tmp_path / "file", bytes(packed))


@pytest.mark.parametrize("rubbish", [b"rubbish", b"\x1f", b"\0\0x", b"\0" * 70_000 + b"\x1f\x00"])
def test_what_follows_the_last_member_is_left_unread_as_gzip_does(rubbish: bytes, tmp_path: Path) -> None:
    assert content(tmp_path / "file", gzip.compress(b"a") + rubbish) == b"a"
    assert content(tmp_path / "file", gzip.compress(b"a") + gzip.compress(b"b") + rubbish) == b"ab"


@pytest.mark.parametrize(
    "barren", [b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 50_000_000, gzip.compress(b"") * 2_000_000], ids=["a name", "members"]
)
def test_what_holds_nothing_ends_soon(barren: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(barren)
    began = time.monotonic()
    with pytest.raises(EOFError):
        list(gunzipped(path))
    assert time.monotonic() - began < 3
