"""What lies in a folder, without what is hidden: in order of the names, and nothing where a folder cannot be listed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path


def files_in(folder: Path) -> list[Path]:
    """The files directly in a folder."""
    return [path for path in _inside(folder) if path.is_file()]


def folders_in(folder: Path) -> list[Path]:
    """The folders directly in a folder."""
    return [path for path in _inside(folder) if path.is_dir()]


def files_below(folder: Path) -> Iterator[Path]:
    """The files in a folder and in all folders below it, but those that links lead to, a folder after the other."""
    for here, folders, _ in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from files_in(Path(here))


def _inside(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError:
        return []
