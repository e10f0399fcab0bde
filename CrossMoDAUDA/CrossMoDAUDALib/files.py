"""Small files written whole or not at all, so that a killed process never leaves half of one behind."""

from __future__ import annotations

import contextlib
import json
import os
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; on success it replaces ``path``, on failure it is removed.

    The yielded name keeps the ending, for writers that choose a format by it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{uuid.uuid4().hex}.partial{''.join(path.suffixes[-2:])}")
    try:
        yield partial
        with partial.open("rb+") as written:  # on the disk before the name is, or a power cut could leave it empty
            os.fsync(written.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_json(path: Path, data: Any) -> None:
    """Write indented JSON atomically."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON.

    Raises:
        OSError, ValueError: the file is missing or damaged.
    """
    return json.loads(path.read_text(encoding="utf-8"))
