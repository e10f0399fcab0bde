"""Checkpoints of trainings, with their SHA-256 beside them, so that training never continues from a damaged one."""

from __future__ import annotations

import contextlib
import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..core.files import read_json, replacing, sha256, write_json

SUMS = "checkpoints.json"
# A kill between the sums and the checkpoint leaves a sum of what is not there, and a restart then adds the next.
_SUMS_KEPT = 8


@contextlib.contextmanager
def replacing_checkpoint(path: Path, previous: Path | None = None) -> Iterator[Path]:
    """As :func:`.core.files.replacing`, for a checkpoint, whose sum is recorded before it is put in its place.

    Args:
        previous: where the checkpoint that is replaced is kept.
    """
    with replacing(path) as partial:
        yield partial
        sums = _sums(path.parent)
        before = sums.get(path.name, [])
        if previous is not None and path.is_file():
            sums[previous.name] = (before + sums.get(previous.name, []))[:_SUMS_KEPT]
        sums[path.name] = [sha256(partial), *before][:_SUMS_KEPT]
        write_json(path.parent / SUMS, sums)
        if previous is not None and path.is_file():
            path.replace(previous)


def remove_damaged(folder: Path) -> list[Path]:
    """Remove the damaged checkpoints in a folder and those below; returns what they were."""
    damaged = [path for path in sorted(folder.rglob("checkpoint*.pt*")) if path.is_file() and not is_whole(path)]
    for path in damaged:
        path.unlink()
    return damaged


def is_whole(path: Path) -> bool:
    """Whether a checkpoint is what was written.

    Raises:
        OSError: it cannot be read, which is no damage.
    """
    known = _sums(path.parent).get(path.name)
    if known:
        return sha256(path) in known
    try:  # of a version that recorded no sums; PyTorch itself passes over those in its files
        with zipfile.ZipFile(path) as archive:
            return archive.testzip() is None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, ValueError, RuntimeError):
        return False


def _sums(folder: Path) -> dict[str, Any]:
    try:
        sums = read_json(folder / SUMS)
    except (FileNotFoundError, ValueError):
        return {}
    return {name: known for name, known in sums.items() if isinstance(known, list)} if isinstance(sums, dict) else {}
