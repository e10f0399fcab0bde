"""What an experiment folder knows of a worker elsewhere: where it is, and how it stood when it was last asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..cohort.finding import Cohort
from ..core.errors import InputError
from ..core.files import read_json, write_json
from .lock import is_running

RECORD = "place.json"
SCRIPT = "worker.sbatch"  # for a cluster
NO_CONNECTION = "no connection"  # what is said of a worker that cannot be asked now
COPY = ".there"  # files as they are there, before the names of scans are put back


@dataclass(frozen=True)
class Elsewhere:
    """An experiment whose worker runs elsewhere; the folder here is a copy of the one there.

    Attributes:
        place: the place's name.
        folder: the experiment folder there.
        cohort: the scans here. There they have numbers instead of names.
        words: what the worker is started with, beside its folder and its scans.
        job: the cluster's number of the job.
        is_alive: whether the worker was at work, or waiting in a queue, when it was last asked.
        state: what is said of it, as ``waiting for resources``; empty where it is plainly at work.
        as_of: seconds since 1970 of the last answer; 0 before the first.
        has_begun: whether its worker was started there, or its script is there to be submitted by hand.
    """

    place: str
    folder: str
    cohort: Cohort
    words: tuple[str, ...] = ()
    job: str = ""
    is_alive: bool = False
    state: str = ""
    as_of: float = 0.0
    has_begun: bool = False

    def save(self, folder: Path, **changes: Any) -> Elsewhere:
        """Keep it in the experiment folder, with changes."""
        changed = replace(self, **changes)
        values = {name: getattr(changed, name) for name in ("place", "folder", "words", "job", "is_alive", "state", "as_of", "has_begun")}
        write_json(folder / RECORD, {**values, "cohort": changed.cohort.to_json()})
        return changed


def read_elsewhere(folder: Path) -> Elsewhere | None:
    """Where an experiment's worker runs; None where that is this computer.

    Raises:
        InputError: the record is damaged.
    """
    try:
        data = read_json(folder / RECORD)
        cohort = Cohort.from_json(data.pop("cohort"))
        return Elsewhere(**{**data, "words": tuple(map(str, data.get("words", ()))), "cohort": cohort})
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{folder / RECORD} is damaged or cannot be read ({error}); restore it, or start in a new folder.") from None


class ElsewhereReader:
    """Reads an experiment's record of its place again only where it has changed, for those who look often."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / RECORD
        self._stamp: tuple[int, int, int] | None = None
        self._known: Elsewhere | None = None

    def read(self) -> Elsewhere | None:
        """As :func:`read_elsewhere`."""
        try:
            status = self._path.stat()
        except (FileNotFoundError, NotADirectoryError):
            self._stamp = self._known = None
            return None
        stamp = status.st_ino, status.st_size, status.st_mtime_ns
        if stamp != self._stamp:
            self._known = read_elsewhere(self._path.parent)
            self._stamp = stamp
        return self._known


def has_begun_elsewhere(folder: Path) -> bool:
    """Whether a worker of an experiment was started elsewhere."""
    try:
        elsewhere = read_elsewhere(folder)
    except InputError:
        return False
    return elsewhere is not None and elsewhere.has_begun


def is_at_work(folder: Path) -> bool:
    """Whether a worker is at an experiment: here, or elsewhere when that place was last asked."""
    if is_running(folder):
        return True
    try:
        elsewhere = read_elsewhere(folder)
    except InputError:
        return False
    return elsewhere is not None and elsewhere.is_alive
