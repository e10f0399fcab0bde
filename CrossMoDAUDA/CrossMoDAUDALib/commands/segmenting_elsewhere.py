"""``stop`` and ``status`` for what a ``segment --on`` has under way elsewhere."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import CrossModaError
from .terminal import complain, say

if TYPE_CHECKING:
    from ..places.unfinished import Unfinished

SECONDS_BETWEEN_TRIES = 0.5


def stop_segmenting(folder: Path, force: bool) -> bool:
    """End what a ``segment --on`` has under way elsewhere for an output folder, whether somebody follows it here or not.

    What has been made there stays, and the same command goes on with the rest.

    Args:
        force: end it there though whoever follows it here does not leave it.

    Returns:
        Whether there was anything; that is then told.

    Raises:
        CrossModaError: whoever follows it does not leave it, or it has not ended there.
    """
    from ..places.known import known_place
    from ..places.place import SECONDS_TO_STOP
    from ..places.remote import Remote

    with contextlib.ExitStack() as held:
        was_asked, record = _left_for(folder, force, held)
        if record is None:
            if was_asked:
                say(f"Stopped; nothing of {folder} is elsewhere, and the same command begins anew.")
            return was_asked
        there = Remote(known_place(record.place)).connection
        was_at_work = there.ask("is_at_work", experiment=record.folder)
        there.ask("kill", experiment=record.folder)
        deadline = time.monotonic() + SECONDS_TO_STOP
        while there.ask("is_at_work", experiment=record.folder):
            if time.monotonic() > deadline:
                raise CrossModaError(
                    f"The work on {record.place} has not ended in {SECONDS_TO_STOP:.0f} seconds; wait, and give `stop {folder}` again."
                )
            time.sleep(SECONDS_BETWEEN_TRIES)
        if was_at_work:
            say(f"Stopped on {record.place}; the same command goes on with what is missing.")
        else:
            say(f"Nothing is at work on {record.place} for {folder}; the same command goes on with what is missing.")
        return True


def _left_for(folder: Path, force: bool, held: contextlib.ExitStack) -> tuple[bool, Unfinished | None]:
    """Be the one who goes on with a ``segment --on``; whoever does so now is asked once to leave it.

    Returns:
        Whether somebody was asked; what is under way elsewhere, None where nothing is.
    """
    from ..experiment.lock import is_held, request_stop, withdraw_stop
    from ..places.place import SECONDS_TO_STOP
    from ..places.unfinished import LOCK, REQUEST, Unfinished

    deadline, was_asked = time.monotonic() + SECONDS_TO_STOP, False
    while True:
        record = Unfinished.left_in(folder)
        try:
            if record is not None:
                held.enter_context(record.alone())
            elif is_held(folder / LOCK):  # it has not begun there yet
                raise CrossModaError
            withdraw_stop(folder, REQUEST)
            return was_asked, record
        except CrossModaError:
            if not was_asked:  # a second request would interrupt one that tidies up
                was_asked = True
                request_stop(folder, name=REQUEST)
                say(f"Asked the `segment --on` that works for {folder} to leave it; waiting up to {SECONDS_TO_STOP:.0f} seconds.")
        if time.monotonic() > deadline:
            break
        time.sleep(SECONDS_BETWEEN_TRIES)
    if record is None or not force:
        raise CrossModaError(
            f"The `segment --on` that works for {folder} has not left it in {SECONDS_TO_STOP:.0f} seconds; let it go on if it is paused,"
            " or end it. What it has elsewhere goes on; `stop --force` ends that all the same."
        )
    complain(f"The `segment --on` that works for {folder} has not left it; what it has elsewhere is ended all the same.")
    return was_asked, record


def describe(folder: Path) -> str:
    """How far a ``segment --on`` is that has work under way elsewhere for an output folder; empty where none has."""
    from ..places.unfinished import Unfinished

    record = Unfinished.left_in(folder)
    if record is None:
        return ""
    count = len(record.sent.keys() | record.scans.keys())
    done = sum(bool(scan["results"]) for scan in record.scans.values())
    there = f"What was begun on {record.place} is fetched from there by the same command, and `stop {folder}` ends it."
    if count == 1:
        return f"The scan of {folder} is {'done' if done else 'not done yet'}. {there}"
    return f"{done} of {count} scans of {folder} are done. {there}"
