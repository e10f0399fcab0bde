"""Errors that a user can act on. Each message is one sentence that names the file or setting and what to do."""

from __future__ import annotations

from pathlib import Path


class CrossModaError(Exception):
    """The work failed; the message says where and what to do (exit status 1)."""

    exit_status = 1


class InputError(CrossModaError):
    """The user's files, settings or arguments are not usable (exit status 2)."""

    exit_status = 2


class CohortError(InputError):
    """Several problems of a cohort at once; ``problems`` holds one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        more = f" (and {len(problems) - 1} more; --dry-run lists all)" if len(problems) > 1 else ""
        super().__init__(problems[0] + more)


def unreadable(path: Path, error: OSError) -> InputError:
    """The error to raise for a file that the system did not let be read, which says nothing against what the file holds."""
    return InputError(f"{path} cannot be read ({error.strerror or error}); check its permissions and its disk.")


def missing(path: Path) -> InputError:
    """The error to raise for a path that leads to no file, as the links of a DataLad data set do whose files were not fetched."""
    if path.exists() and not path.is_dir():
        return InputError(f"{path} is a pipe or a device, no file that can be read more than once; save the scan to a file, and give that.")
    if not path.is_symlink():
        return misspelt(path) or InputError(f"{path} does not exist; check the path.")
    is_annexed = ".git/annex" in path.readlink().as_posix()
    do = f'get it with `datalad get "{path}"`, or `git annex get`' if is_annexed else "copy that file there, or correct the link"
    return InputError(f"{path} is a link to a file that is not there; {do}.")


def misspelt(path: Path) -> InputError | None:
    """The error to raise for a path that leads nowhere and would lead somewhere without the space around it; None for any other."""
    meant = Path(str(path).strip())
    if meant == path or not meant.exists():
        return None
    return InputError(f"'{path}' does not exist, but '{meant}' does; leave out the space around its name.")


def short(value: object) -> str:
    """Something of the user's for a sentence: in one line, cut to 80 characters."""
    try:
        text = printable(str(value).strip())
    except ValueError:  # a whole number of more digits than Python writes out
        text = "a number of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."


def printable(text: str) -> str:
    """A text in one line, with escapes for what would end the line or command a terminal; file names may hold either."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode("ascii") for letter in text)
