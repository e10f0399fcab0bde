"""The content of a file, decompressed if it is gzip. The file's size bounds the memory and the time that this takes."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_CHUNK, _PIECE = 1 << 20, 1 << 16
# After so many compressed bytes that unpack to nothing the file is no scan: its name does not end, or its members are empty.
_MOST_BARREN = 1 << 20


def gunzipped(path: Path) -> Iterator[bytes]:
    """The content, a chunk at a time; whether it is compressed is told by its first bytes, not by the file's name.

    Raises:
        EOFError: it is cut short.
        OSError: it cannot be read.
        zlib.error: it is damaged.
    """
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0)
        if start == b"\x1f\x8b":
            yield from _inflated(file)
        else:
            while chunk := file.read(_CHUNK):
                yield chunk


def _inflated(file: BinaryIO) -> Iterator[bytes]:
    barren, packed = 0, file.read(_PIECE)
    while packed:  # a gzip file may have several members
        member = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not member.eof:
            chunk = member.decompress(packed, _CHUNK)
            left = member.unused_data if member.eof else member.unconsumed_tail
            barren = 0 if chunk else barren + len(packed) - len(left)
            if barren > _MOST_BARREN:
                raise EOFError("there is nothing in it")
            packed = left
            if chunk:
                yield chunk
            if not (packed or member.eof or len(chunk) == _CHUNK):  # a full chunk may not be all that it holds
                packed = file.read(_PIECE)
                if not packed:
                    raise EOFError("it is cut short")
        packed = packed.lstrip(b"\0")  # padding
        while len(packed) < 2 and (more := file.read(_PIECE)):
            packed = (packed + more).lstrip(b"\0")
        if packed[:2] != b"\x1f\x8b":  # no further member: as gzip does, what follows is left unread
            return
