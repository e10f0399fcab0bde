"""This computer as a place: a worker is a process in the background, and its folder is where it is."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..core.errors import CrossModaError
from ..core.failures import missing_packages
from ..core.settings import Settings
from ..experiment.elsewhere import has_begun_elsewhere
from ..experiment.lock import REQUEST, is_running, read_worker, request_stop, withdraw_stop
from . import place
from .place import Steps, Stop, Worker
from .processes import SECONDS_TO_DIE, Process, are_gone, kill_now

if TYPE_CHECKING:
    import psutil

PACKAGES = ("torch", "nnunetv2", "SimpleITK", "scipy", "safetensors")
SECONDS_TO_BEGIN = 2.0  # from a worker's record of itself until it follows requests, with a margin


class ThisComputer:
    """Runs workers here; see :class:`.place.Place` for what each call does."""

    def check(self, settings: Settings) -> Steps[None]:
        """Refuse a device that is not there, missing packages, an unknown trainer."""
        missing = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
        if missing:
            raise CrossModaError(missing_packages(missing))
        if settings.device != "cpu" or settings.compile == "on":  # the CPU is always there, and importing PyTorch takes seconds
            yield "Looking for the device."
            from ..compute import devices
            from ..compute.acceleration import Acceleration

            Acceleration.choose(settings, devices.resolve_all(settings.device)[0])
        if settings.segmentation.trainer != Settings().segmentation.trainer:
            yield "Looking for the trainer."
            from ..segmentation.nnunet import find_trainer

            find_trainer(settings.segmentation.trainer)

    def send(self, words: Sequence[str]) -> Steps[list[str]]:
        """Send nothing: scans and library are here."""
        yield from ()
        return list(words)

    def start(self, folder: Path, words: Sequence[str], gently: bool = False) -> Worker:
        """Start the command line in the background; what it says goes to ``worker.log`` in its folder."""
        return _LocalWorker(folder, Process.start(words, folder / "worker.log", detached=True, gently=gently))

    def is_alive(self, folder: Path) -> bool:
        """Ask for the folder's lock, which falls with its process; so a worker of another machine on a shared disk is seen, too."""
        return is_running(folder)

    def stop(self, folder: Path, worker: Worker | None = None, force: bool = True) -> Stop:
        """Ask by a file in the folder, so that a worker of another machine on a shared disk follows, too."""
        return Stop(_stopping(folder, worker, force))

    def fetch(self, folder: Path) -> bool:
        """Fetch nothing: the folder is where it is."""
        return False


class _LocalWorker:
    """A worker process that was started here."""

    def __init__(self, folder: Path, process: Process) -> None:
        self._folder, self._process = folder, process
        self._has_begun = False

    def poll(self) -> int | None:
        """Its exit status; None while it has not ended."""
        return self._process.poll()

    def has_begun(self) -> bool:
        """Whether it has taken its folder; before that it follows no request to stop."""
        self._has_begun = self._has_begun or is_running(self._folder)
        return self._has_begun

    def last_words(self, lines: int = 2) -> str:
        """The last lines that it has said so far."""
        return self._process.last_words(lines)

    def kill(self) -> list[psutil.Process]:
        """Kill it, without waiting until it is gone; the processes that are going."""
        return self._process.kill_now()


def _stopping(folder: Path, worker: Worker | None, force: bool) -> Iterator[str]:
    """The states of a worker that is being stopped, as :class:`.place.Stop` takes them."""

    def is_there() -> bool:
        return is_running(folder) or (worker is not None and worker.poll() is None)

    if has_begun_elsewhere(folder):
        yield from _stopping_elsewhere(folder, worker, force, is_there)
    elif isinstance(worker, _LocalWorker) and not worker.has_begun():  # it has nothing to bring to an end
        yield from _until_gone(is_there, worker.kill(), "waiting")
    else:
        request_stop(folder)
        asked, deadline = time.time(), time.monotonic() + place.SECONDS_TO_STOP
        yield "asked"
        while is_there():
            if time.monotonic() <= deadline:
                if _came_too_early(folder, asked):
                    with contextlib.suppress(OSError):
                        request_stop(folder)
                yield "asked" if (folder / REQUEST).exists() else "waiting"
            elif force:
                yield from _until_gone(is_there, _kill(folder, worker), "forced")
            else:
                yield "late"
        with contextlib.suppress(OSError):
            withdraw_stop(folder)
    yield "stopped"


def _stopping_elsewhere(folder: Path, worker: Worker | None, force: bool, is_there: Callable[[], bool]) -> Iterator[str]:
    """The states where who holds the folder here only follows a worker elsewhere: it stops that one, and kills it if need be.

    Killed itself, it would leave the worker at its work; so it is waited for as long as it takes, as while there is no connection.
    """
    while is_there() and isinstance(worker, _LocalWorker) and not worker.has_begun():
        yield "asked"
    request_stop(folder, force)
    asked, deadline = time.time(), time.monotonic() + place.SECONDS_TO_STOP
    yield "asked"
    while is_there():
        if _came_too_early(folder, asked):
            with contextlib.suppress(OSError):
                request_stop(folder, force)
        if not force and time.monotonic() > deadline:
            yield "late"
        else:
            yield "asked" if (folder / REQUEST).exists() else "waiting"
    with contextlib.suppress(OSError):
        withdraw_stop(folder)


def _came_too_early(folder: Path, asked: float) -> bool:
    """Whether a worker that had just begun took the request for one from before its time."""
    worker = read_worker(folder)
    if worker is None or (folder / REQUEST).exists():
        return False
    return abs(worker.get("started", 0) - asked) < SECONDS_TO_BEGIN and time.time() - asked < 2 * SECONDS_TO_BEGIN


def _kill(folder: Path, worker: Worker | None) -> list[psutil.Process]:
    """Kill who holds a folder, with all that it has started; the processes that are going.

    Raises:
        CrossModaError: it is on another machine or not ours to kill.
    """
    if isinstance(worker, _LocalWorker) and not is_running(folder):  # it has let go of its folder and does not end
        return worker.kill()
    holder = read_worker(folder)
    if holder is None or holder["host"] != socket.gethostname():
        raise CrossModaError(f"{folder} is being worked on by another machine; kill the worker there.")
    going = kill_now(int(holder["pid"]), holder.get("started"))
    if not going and is_running(folder):
        raise CrossModaError(f"Process {holder['pid']} could not be killed; end it as the user who started it.")
    return going


def _until_gone(is_there: Callable[[], bool], going: Sequence[psutil.Process], state: str) -> Iterator[str]:
    """Wait for killed processes, in a state."""
    deadline = time.monotonic() + SECONDS_TO_DIE
    yield state
    while is_there() or not are_gone(going):
        if time.monotonic() > deadline:
            numbers = ", ".join(str(process.pid) for process in going)
            raise CrossModaError(f"Process {numbers} was killed and has not ended; end it as the user who started it.")
        yield state
