"""Small files written whole or not at all, so that a killed process never leaves half of one behind."""

from __future__ import annotations

import contextlib
import csv
import errno
import hashlib
import io
import json
import os
import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from .errors import CrossModaError, InputError, unreadable

T = TypeVar("T")

# How the system says that a disk, or the user's share of it, is full.
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
# How work goes on after a stop, for those in the panel too.
GO_ON = "the same command, or Resume in the panel"
_PROBE = 1 << 20
# The folder that must stay; helper processes find it here too.
_MUST_STAY = "CROSSMODA_KEPT_FOLDER"
# What the user denies others on new files; there is no other way to ask for it.
_UMASK = os.umask(0o077)
os.umask(_UMASK)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a path beside ``path`` to write to; on success it replaces ``path``, on failure it is removed.

    The yielded name keeps the ending, for writers that choose a format by it.

    >>> with replacing(Path("scores.csv")) as partial:
    ...     _ = partial.write_text("case,dsc")
    >>> Path("scores.csv").read_text()
    'case,dsc'
    """
    make_folder(path.parent)
    partial = path.with_name(f".{uuid.uuid4().hex}.partial{''.join(path.suffixes[-2:])}")
    try:
        with asking_the_disk(path), _told_of(path, partial):
            yield partial
        with partial.open("rb+") as written:  # on the disk before the name is, or a power cut could leave it empty
            os.fsync(written.fileno())
        with contextlib.suppress(OSError):  # not every disk knows such rights
            if partial.stat().st_mode & 0o777 == 0o600:  # some writers' files are their owner's alone, unlike those beside them
                partial.chmod(0o666 & ~_UMASK)
        with _told_of(path, partial):
            partial.replace(path)
    finally:
        with contextlib.suppress(OSError):  # what went wrong before is what has to be told
            partial.unlink(missing_ok=True)


@contextlib.contextmanager
def _told_of(path: Path, partial: Path) -> Iterator[None]:
    """Let the system's errors name the file that is to be, not the one that stands for it."""
    try:
        yield
    except OSError as error:
        if isinstance(error.filename, str | bytes) and Path(os.fsdecode(error.filename)) == partial:
            error.filename, error.filename2 = str(path), None
        raise


@contextlib.contextmanager
def asking_the_disk(path: Path) -> Iterator[None]:
    """Raise the system's own error for a full disk where a library that writes ``path`` has only its own words for it.

    Of what else it may have meant, as PyTorch with "unexpected pos" or Blosc2 with "Error while creating the NDArray", nothing
    is known: where the disk takes more, the library's error is raised.
    """
    try:
        yield
    except CrossModaError:
        raise
    except Exception as error:
        system_has_said_it = isinstance(error, OSError) and error.errno is not None
        if not system_has_said_it and _is_full(path.parent):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path)) from error
        raise


def _is_full(folder: Path) -> bool:
    """Whether the disk, or what the user may use of it, has no room for another small file."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(_PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return error.errno in FULL
    return False


@contextlib.contextmanager
def must_stay(folder: Path) -> Iterator[None]:
    """Refuse to make folders (:func:`make_folder`) once ``folder`` is gone, here and in processes started inside the block.

    If the user moves an experiment away while it is worked on, a half one must not stand where it is to be brought back to.
    """
    before = os.environ.get(_MUST_STAY)
    os.environ[_MUST_STAY] = str(folder.absolute())
    try:
        yield
    finally:
        if before is None:
            del os.environ[_MUST_STAY]
        else:
            os.environ[_MUST_STAY] = before


def make_folder(folder: Path) -> None:
    """Make a folder with its parents.

    Raises:
        CrossModaError: the folder that :func:`must_stay` names is gone.
    """
    required = os.environ.get(_MUST_STAY)
    if required and not Path(required).is_dir():
        raise CrossModaError(folder_is_gone(Path(required)))
    folder.mkdir(parents=True, exist_ok=True)


def folder_is_gone(folder: Path) -> str:
    """What to tell of an experiment folder that was there and is gone."""
    return f"{folder} is gone: it was moved or deleted, or its disk is not there; bring it back, then go on ({GO_ON})."


def stamp(path: Path) -> dict[str, int]:
    """Size and time stamp, by which a file that nobody has touched is known without reading it."""
    status = path.stat()
    return {"size": status.st_size, "modified_ns": status.st_mtime_ns}


def sha256(path: Path) -> str:
    """A file's SHA-256."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text atomically."""
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8", newline="\n")


def write_csv(path: Path, lines: Iterable[Iterable[Any]]) -> None:
    """Write a table's lines as CSV atomically; floats in full precision."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    write_text(path, text.getvalue())


def write_json(path: Path, data: Any) -> None:
    """Write indented JSON atomically."""
    write_text(path, json.dumps(data, indent=2, ensure_ascii=False) + "\n")


def read_json(path: Path) -> Any:
    """Read JSON.

    Raises:
        OSError, ValueError: the file is missing or damaged.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8-sig"))  # editors on Windows write a mark before it
    except RecursionError:
        raise ValueError("nested too deeply") from None


def read_record(path: Path, parse: Callable[[Any], T], advice: str) -> T:
    """A JSON file that this program wrote, as ``parse`` understands it.

    Args:
        parse: makes the record of what the file holds; that it cannot shows that the file is damaged.
        advice: what to do then.

    Raises:
        InputError: the file is unreadable or damaged.
    """
    try:
        return parse(read_json(path))
    except OSError as error:
        raise unreadable(path, error) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(f"{path} is damaged; {advice}.") from None


def with_a_name(path: Path) -> Path:
    """A path whose last part is a name: ``.`` and ``..`` written out, any other as it is.

    >>> with_a_name(Path("scan.nrrd")).name, with_a_name(Path(".")) == Path.cwd().resolve()
    ('scan.nrrd', True)
    """
    return path if path.name not in ("", "..") else path.resolve()


def name_of(path: Path) -> str:
    """What a path is called (:func:`with_a_name`); a whole disc, which has no name, by its letter or the last word of its place.

    >>> name_of(Path("a/scan.nrrd")), name_of(Path("/"))
    ('scan.nrrd', 'disc')
    """
    path = with_a_name(path)
    return path.name or re.split(r"[\\/]", path.drive.rstrip(":\\/"))[-1] or "disc"


def check_path(path: Path) -> None:
    """Refuse a path that would make SimpleITK or VTK fail or end the process.

    Raises:
        InputError: the path holds bytes that are not UTF-8, or is a circle of links.
    """
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError:
        raise InputError(f"{path} has a name that is not valid text (UTF-8), which cannot be used; rename it.") from None
    try:
        path.resolve()
    except (OSError, RuntimeError):
        raise InputError(f"{path} is a link that leads to itself; name the place itself.") from None
