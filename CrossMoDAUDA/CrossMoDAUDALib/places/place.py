"""What a window or a study needs of the place where workers run. They run here (``this_computer.py``).

A worker elsewhere is followed by a process of this computer (``following.py``), which is a worker to whoever starts, watches or
stops it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

from ..core.errors import CrossModaError, InputError
from ..core.failures import INTERRUPTED
from ..core.settings import Settings

THIS_COMPUTER = "this computer"
SECONDS_TO_STOP = 30.0  # a step of training and writing its checkpoint end in much less
SECONDS_BETWEEN_POLLS = 0.1
_Result = TypeVar("_Result")
# Work in short pieces, so that a window can do something between two: yields sentences on how far it is, returns its result.
Steps = Generator[str, None, _Result]


class DetachedError(CrossModaError):
    """Following has been interrupted; the work elsewhere goes on."""

    exit_status = INTERRUPTED


class Worker(Protocol):
    """A worker that was started from here."""

    def poll(self) -> int | None:
        """Its exit status; None while it has not ended."""

    def has_begun(self) -> bool:
        """Whether it has taken its folder; before that it follows no request to stop."""

    def last_words(self, lines: int = 2) -> str:
        """The last lines that it has said so far."""


class Place(Protocol):
    """Somewhere that workers run.

    Every call and every step returns soon, so that a window can make them. What takes long goes on in a process of its own and is
    looked at in the next step.
    """

    def check(self, settings: Settings) -> Steps[None]:
        """See before hours of work whether a worker with these settings can run there.

        Raises:
            CrossModaError: it cannot, with what to do.
        """

    def send(self, words: Sequence[str]) -> Steps[list[str]]:
        """Send what a command needs and the place lacks: its scans, and this library.

        Args:
            words: the command and its options, with paths of this computer.

        Returns:
            The same command with the paths that these files have there.

        Raises:
            CrossModaError: something could not be sent.
        """

    def start(self, folder: Path, words: Sequence[str], gently: bool = False) -> Worker:
        """Start the worker of an experiment folder; it outlives this process.

        Args:
            folder: the experiment folder here.
            words: what :meth:`send` returned.
            gently: leave this computer's processors to this process where all are busy, as for a window.

        Raises:
            CrossModaError: it cannot be started.
        """

    def is_alive(self, folder: Path) -> bool:
        """Whether a worker holds the experiment folder, whoever started it; elsewhere, as of the last fetch."""

    def stop(self, folder: Path, worker: Worker | None = None, force: bool = True) -> Stop:
        """Ask the worker of an experiment folder to stop, whoever started it.

        Args:
            worker: the one that was started from here, if it was. One that has not taken its folder yet is ended at once.
            force: kill a worker that has not stopped after :data:`SECONDS_TO_STOP`, with all that it has started.

        Returns:
            The stop under way, to be polled.

        Raises:
            OSError: the request cannot be written.
        """

    def fetch(self, folder: Path) -> bool:
        """Bring what has changed there into the folder here: events, samples, tables and finished models.

        Returns:
            Whether there is more to come; the next call then goes on.

        Raises:
            CrossModaError: the place cannot be reached, or the disk here is full.
        """


class Stop:
    """A worker on its way to its end.

    Args:
        states: yields the state as it is each time; ends when there is no more to see.

    Attributes:
        state: asked (the request waits for the worker), waiting (the worker brings its step to an end), late (it has not
            stopped in time, and force was not allowed), forced (it was killed and is not gone yet), stopped or failed.
        was_forced: whether it was killed.
        problem: why it cannot be stopped from here, in a sentence; empty unless failed.
    """

    def __init__(self, states: Iterator[str]) -> None:
        self._states = states
        self.was_forced = False
        self.problem = ""
        self.state = "asked"
        self._take(next(states))

    @property
    def is_over(self) -> bool:
        """Whether the worker has stopped, or cannot be stopped."""
        return self.state in ("stopped", "failed")

    def poll(self) -> str:
        """Look once and go on; the state."""
        if not self.is_over:
            try:
                self._take(next(self._states))
            except (CrossModaError, OSError) as error:
                self.state, self.problem = "failed", str(error)
        return self.state

    def _take(self, state: str) -> None:
        self.state = state
        self.was_forced |= state == "forced"


def finish(steps: Steps[_Result]) -> _Result:
    """Do all steps, for those who can wait; the result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            result: _Result = end.value
            return result
        time.sleep(SECONDS_BETWEEN_POLLS)


def fetch_all(place: Place, folder: Path) -> None:
    """Fetch what has changed, for those who can wait."""
    while place.fetch(folder):
        time.sleep(SECONDS_BETWEEN_POLLS)


def _this_computer(_address: str) -> Place:
    from .this_computer import ThisComputer

    return ThisComputer()


# What makes a place, by the kind of place; it gets what follows the kind in the place's name, as in "kind:user@host".
PLACES: dict[str, Callable[[str], Place]] = {THIS_COMPUTER: _this_computer}


def find_place(name: str = THIS_COMPUTER) -> Place:
    """The place of a name.

    Raises:
        InputError: there is no such kind of place.
    """
    kind, _, address = name.partition(":")
    if kind not in PLACES:
        raise InputError(f"'{name}' is no place where a worker can run; known are {', '.join(PLACES)}.")
    return PLACES[kind](address)
