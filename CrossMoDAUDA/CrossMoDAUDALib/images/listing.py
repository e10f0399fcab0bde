"""What lies in a folder, without what is hidden: in order of the names, and nothing where a folder cannot be listed or entered."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

Entry = os.DirEntry[str]


def files_in(folder: Path) -> list[Path]:
    """The files directly in a folder, linked ones too."""
    return [Path(entry.path) for entry in _inside(folder) if _is(entry.is_file)]


def folders_in(folder: Path) -> list[Path]:
    """The folders directly in a folder, linked ones too."""
    return [Path(entry.path) for entry in _inside(folder) if _is(entry.is_dir)]


def files_below(folder: Path) -> Iterator[Path]:
    """The files in a folder and in all folders below it, a folder after the other. Linked files count; linked folders are not entered."""
    left = [os.fspath(folder)]
    while left:
        inside = _inside(left.pop())
        yield from (Path(entry.path) for entry in inside if _is(entry.is_file))
        left += [entry.path for entry in reversed(inside) if _is(partial(entry.is_dir, follow_symlinks=False))]


def _inside(folder: str | Path) -> list[Entry]:
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if not entry.name.startswith(".")), key=lambda entry: os.path.normcase(entry.name))
    except OSError:
        return []


def _is(ask: Callable[[], bool]) -> bool:
    """The answer of the disk; no where it gives none, as for what lies in a folder that may be listed and not entered."""
    try:
        return ask()
    except OSError:
        return False
