"""What a page for others tells of the files of this machine: their last names, and not where they lie."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Iterable
from pathlib import Path

# Of names in a text, which may hold spaces: a folder of up to four words, with a separator behind it.
_WORD = r"(?:[^\s/\\'\":;<>|]|(?<=\w)'(?=\w)|[:;](?=\w))+"
_FOLDER = rf"{_WORD}(?: +(?!~){_WORD}){{0,3}}[/\\]+"
_FILE = r"(?:file:/{0,2})?"
# A drive, a share or a home begins a path; a separator alone only before a folder, as in "/mnt/x", and not in "(a + b)/2".
_ROOT = rf"(?:/?[A-Za-z]:[/\\]+|\\{{2,}}|~[\w.-]*[/\\]+|[/\\]+(?={_FOLDER}))"
# Where a further path begins within what looks like one, as in "a=/mnt/x"; names of a study's own files do not end so.
_NEXT = re.compile(r"(?<=[^\w\s/\\.~)\]}-])(?=~[\w.-]*[/\\]|[/\\])")


class Paths:
    """Knows the folders that texts may name, and what else looks like an absolute path, as of another computer.

    Args:
        files: scans and label maps; the folders that they lie in, and those above, are known.
        folders: further ones, with those above. What lies within one of these keeps its place there.

    >>> paths = Paths([Path("/data/Doe Jane/scan.nii.gz")], [])
    >>> paths.without("/data/Doe Jane/scan.nii.gz is damaged."), paths.without("/mnt/other/ct, see https://pytorch.org/docs/x")
    ('scan.nii.gz is damaged.', 'ct, see https://pytorch.org/docs/x')
    """

    def __init__(self, files: Iterable[Path], folders: Iterable[Path]) -> None:
        own = {folder for one in folders for folder in (one, one.absolute())}
        self._own = {_plain(str(folder)) for folder in own}
        inner = {path.parent for path in files} | own
        with contextlib.suppress(RuntimeError):  # there is none
            inner.add(Path.home().absolute())
        every = {str(folder) for one in inner for folder in (one, *one.parents) if folder.name}
        ordered = sorted(every, key=lambda path: (-len(path), path))  # the innermost first
        known = "|".join(r"[/\\]+".join(map(re.escape, re.split(r"[/\\]+", path))) for path in ordered) or "(?!)"
        end = r"(?![\w-]|\.\w)"
        self._pattern = re.compile(
            rf"(?P<web>https?://\S+)|(?<![\w/\\.)]){_FILE}"
            rf"(?:(?:(?P<known>{known})[/\\]+|{_ROOT})(?P<rest>(?:{_FOLDER})*(?P<last>{_WORD})?)|(?:{known}){end})",
            re.IGNORECASE,
        )

    def without(self, text: str) -> str:
        """A text in which only the last names are left of the paths that it names."""
        return self._pattern.sub(self._short, text)

    def _short(self, match: re.Match[str]) -> str:
        if match["known"] and match["rest"] and _plain(match["known"]) in self._own:
            first, *others = _NEXT.split(match["rest"], maxsplit=1)
            return "".join([first, *map(self.without, others)])
        return match["web"] or match["last"] or _last_name(match[0])


def command_without_paths(command: str) -> str:
    """A command line in which only the last names are left of all paths, wherever they lie or lay; other settings stay as they are.

    Empty if it is damaged, so that nobody knows where its words end.

    >>> command_without_paths("crossmoda-uda study --source-images '/data/Doe Jane/ct' -o /results/STUDY --set labels=a/b:1")
    'crossmoda-uda study --source-images ct -o STUDY --set labels=a/b:1'
    """
    try:
        words = shlex.split(command)
    except ValueError:
        return ""
    return shlex.join(
        setting_without_path(word) if before == "--set" else _last_name(word) for before, word in zip(["", *words], words, strict=False)
    )


def setting_without_path(setting: str) -> str:
    """``KEY=VALUE`` with the last name alone of a value that is an absolute path.

    >>> setting_without_path("key=/data/Doe Jane/plans.json"), setting_without_path("labels=a/b:1")
    ('key=plans.json', 'labels=a/b:1')
    """
    key, equals, value = setting.partition("=")
    is_path = re.match(r"\s*(?:[/\\~]|file:|[A-Za-z]:[/\\])", value)
    return f"{key}{equals}{_last_name(value)}" if is_path else setting


def _plain(path: str) -> str:
    return re.sub(r"[/\\]+", "/", path).casefold()


def _last_name(word: str) -> str:
    return re.split(r"[/\\]", word.rstrip("/\\"))[-1] or word
