"""What a segmentation on another computer is made of: the share of the scans that each worker has, the model, what stays at a break."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.errors import CrossModaError, InputError
from ..core.files import sha256
from ..core.interrupts import raise_swallowed
from ..experiment.elsewhere import read_elsewhere
from ..experiment.events import Event
from ..images.fingerprint import scan_stamp, travels_as_it_is
from ..models.model_folder import MODEL_FILES, WEIGHTS, ModelInfo
from .connection import GoneError, RefusedBySshError, UnreachableError
from .known import known_place
from .remote import Remote
from .sending import as_one_file
from .unfinished import STAYS, Unfinished, key, left_over

NAMES_TOLD = 5


@dataclass
class Share:
    """The scans of one worker.

    Attributes:
        folder: where it works there.
        prefix: of its files' names below the folder of all.
        scans: that it was given.
        seen: how it stood when it was last looked at.
        is_over: it has ended, and nothing more comes; ``is_told`` once that has been said.
        offset, events: of its log of events, how far it was read, and what is still of use.
    """

    folder: str
    prefix: str
    scans: list[Path]
    seen: dict[str, Any] = field(default_factory=dict)
    is_over: bool = False
    is_told: bool = False
    offset: int = 0
    events: list[Event] = field(default_factory=list)


def names_of(scans: Sequence[Path]) -> str:
    """The first scans' names, and how many more there are."""
    more = len(scans) - NAMES_TOLD
    return ", ".join(scan.name for scan in scans[:NAMES_TOLD]) + (f" and {more} more" if more > 0 else "")


def wait(seconds: float) -> None:
    """Wait, and notice Ctrl-C within it."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        raise_swallowed()
        time.sleep(0.1)


def same_model(remote: Remote, model: ModelInfo) -> str:
    """The folder there of a model that was trained there, so that it need not travel; empty where no such model is there, or another."""
    name = remote.place.name
    for folder in model.folder.parents[:2]:
        elsewhere = read_elsewhere(folder)
        if elsewhere is not None and elsewhere.place == name:
            there = f"{elsewhere.folder}/{model.folder.relative_to(folder).as_posix()}"
            found = remote.connection.ask("digests", folder=there, names=list(MODEL_FILES))
            is_same = found.keys() == set(MODEL_FILES) and found[WEIGHTS] == sha256(model.folder / WEIGHTS)
            return there if is_same else ""
    return ""


def unreadable_ones(scans: Sequence[Path]) -> dict[Path, InputError]:
    """What has to be read before it can travel, and cannot be read: it costs the others nothing."""
    found = {}
    for scan in scans:
        try:
            if not travels_as_it_is(scan):
                as_one_file(scan)
                scan_stamp(scan)
        except InputError as error:
            found[scan] = error
    return found


def may_stay(error: BaseException, record: Unfinished | None, there: str, is_first: bool) -> bool:
    """Whether, after an error, what is in a folder there stays for the same command, which goes on with it.

    Args:
        is_first: nothing had been started there before; what only half began is of no use, unless it was the way that was lost.
    """
    if record is None or record.folder != there or record.has_ended:
        return False
    lasting = (UnreachableError, RefusedBySshError) if is_first else (CrossModaError, OSError)
    return isinstance(error, (KeyboardInterrupt, *lasting))


def tell_that_it_stays(error: BaseException | None, place: str, warn: Callable[[str], None]) -> None:
    """Say so; whoever was interrupted is told by :meth:`.unfinished.Unfinished.held`."""
    if not isinstance(error, KeyboardInterrupt):
        warn(STAYS.format(place=place))


def staying(error: CrossModaError, place: str) -> CrossModaError:
    """An error of the way there that has stopped nothing there."""
    return type(error)(f"{error} {STAYS.format(place=place)}")


def same_as_sent(scan: Path, stamp: dict[str, int]) -> bool:
    """Whether a scan is there as it was when it was sent."""
    try:
        return scan_stamp(scan) == stamp
    except (InputError, OSError):
        return False


def remove_left_over(remote: Remote) -> None:
    """Delete what this computer has left there and nothing needs any more; what cannot be deleted now is tried the next time."""
    for begun in left_over(remote.place):
        try:
            remote.connection.ask("kill", experiment=begun.folder)
            remote.connection.ask("remove", experiment=begun.folder)
            begun.forget()
        except (UnreachableError, RefusedBySshError):  # nor would the next one be
            return
        except CrossModaError:
            continue


def end_on(known: Unfinished, warn: Callable[[str], None]) -> None:
    """End what is under way on another place than is asked for now."""
    try:
        connection = Remote(known_place(known.place)).connection
        connection.ask("kill", experiment=known.folder)
        connection.ask("remove", experiment=known.folder)
    except CrossModaError as error:
        warn(f"{error} What was begun on {known.place}, in {known.folder}, may go on there.")


def taken_up(remote: Remote, known: Unfinished | None, scans: Sequence[Path], warn: Callable[[str], None]) -> Unfinished | None:
    """What is under way there for these scans since an earlier start; what is of no use any more is ended."""
    if known is None or not known.folder:
        return None
    if known.place != remote.place.name:
        end_on(known, warn)
        return None
    try:
        remote.connection.ask("look_tasks", experiment=known.folder)
        if all(known.sent.get(key(scan)) == scan_stamp(scan) for scan in scans):
            return known
        remote.connection.ask("kill", experiment=known.folder)
        remote.connection.ask("remove", experiment=known.folder)
    except (UnreachableError, RefusedBySshError) as error:
        raise staying(error, known.place) from None
    except GoneError:
        pass
    return None
