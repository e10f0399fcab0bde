"""What a page for others tells of the files of this machine: their last names, and not where they lie."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable
from pathlib import Path


class Paths:
    """Knows the folders that texts may name.

    Args:
        files: scans and label maps; the folders that they lie in, and those above, are known.
        folders: further ones, with those above.

    >>> Paths([Path("/data/Doe Jane/scan.nii.gz")], []).without("/data/Doe Jane/scan.nii.gz is damaged.")
    'scan.nii.gz is damaged.'
    """

    def __init__(self, files: Iterable[Path], folders: Iterable[Path]) -> None:
        inner = {path.parent for path in files} | {folder for one in folders for folder in (one, one.absolute())}
        with contextlib.suppress(RuntimeError):  # there is none
            inner.add(Path.home().absolute())
        every = {str(folder) for one in inner for folder in (one, *one.parents) if folder.name}
        known = "|".join(map(re.escape, sorted(every, key=lambda path: (-len(path), path))))  # the innermost first
        self._pattern = re.compile(rf"(?<![\w/\\])({known})(?:([/\\])|(?!\w))")

    def without(self, text: str) -> str:
        """A text in which only the last names are left of the paths that it names."""
        return self._pattern.sub(lambda match: "" if match.group(2) else Path(match.group(1)).name, text)


def command_without_paths(command: str) -> str:
    """A command line in which only the last names are left of all paths, wherever they lie or lay; settings stay as they are.

    >>> command_without_paths("crossmoda-uda study --source-images '/data/Doe Jane/ct' -o /results/STUDY --set labels=a/b:1")
    'crossmoda-uda study --source-images ct -o STUDY --set labels=a/b:1'
    """
    words = shlex.split(command)
    return shlex.join(word if before == "--set" else _last_name(word) for before, word in zip(["", *words], words, strict=False))


def _last_name(word: str) -> str:
    return re.split(r"[/\\]", word.rstrip("/\\"))[-1] or word
