"""Real processes of the command line: started, watched, disturbed; nothing is waited for without a deadline."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
from CrossMoDAUDALib.experiment.events import Event, read_events
from CrossMoDAUDALib.places.processes import kill_tree

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = ROOT / "Scripts" / "crossmoda_uda.py"
SHIM = Path(__file__).resolve().parent / "shim"
# Of a whole tiny experiment takes half a minute; what takes as long as this hangs.
SECONDS = 240.0
SECONDS_TO_END = 30.0


class NotSurvivedError(AssertionError):
    """A fault that was not survived; the message says what was lost, wrong or hung."""


def require(condition: object, otherwise: str) -> None:
    """Raise :class:`NotSurvivedError` unless a condition holds."""
    if not condition:
        raise NotSurvivedError(otherwise)


class Run:
    """One process of the command line with its output in a file.

    Args:
        log: the file; a second run's output is appended.
        shim: variables of ``shim/sitecustomize.py``, which brings a fault about inside the process and its helpers.
    """

    def __init__(self, *arguments: str | Path, log: Path, **shim: str) -> None:
        # The number of threads decides in which order a CPU adds.
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "PYTHONUTF8": "1", **shim}
        if shim:
            environment["PYTHONPATH"] = str(SHIM)
        self._log = log
        with log.open("ab") as output:
            self._offset = output.seek(0, os.SEEK_END)
            self.process = subprocess.Popen(
                [sys.executable, str(LAUNCHER), *map(str, arguments)],
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=environment, start_new_session=True,
            )  # fmt: skip

    @property
    def output(self) -> str:
        """What it has said so far."""
        with self._log.open("rb") as log:
            log.seek(self._offset)
            return log.read().decode("utf-8", "replace")

    @property
    def sentence(self) -> str:
        """The complaint that it ended with, or the last that it said."""
        complaints = [line for line in self.output.splitlines() if line.startswith("crossmoda_uda: ") and ": warning: " not in line]
        lines = complaints or self.output.strip().splitlines() or ["nothing"]
        return lines[-1].removeprefix("crossmoda_uda: ")

    def helpers(self) -> list[psutil.Process]:
        """The processes that it has started, and theirs, but for Python's own tracker of resources."""
        with contextlib.suppress(psutil.Error):
            return [child for child in psutil.Process(self.process.pid).children(recursive=True) if not _is_tracker(child)]
        return []

    def reaches(self, due: Callable[[], object], seconds: float = SECONDS) -> bool:
        """Wait until something is true; False if the process ends before."""
        deadline = time.monotonic() + seconds
        while not due():
            if self.process.poll() is not None:
                return bool(due())
            if time.monotonic() > deadline:
                self.kill()
                raise NotSurvivedError(f"hung: nothing happened for {seconds:.0f} s; last it said: {self.sentence}")
            time.sleep(0.005)
        return True

    def wait(self, seconds: float = SECONDS) -> int:
        """Its exit status, and the end of its helpers."""
        helpers = self.helpers()
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise NotSurvivedError(f"hung: it did not end within {seconds:.0f} s; last it said: {self.sentence}") from None
        self._all_gone(helpers)
        return status

    def kill(self) -> None:
        """SIGKILL to the process alone; its helpers have to notice."""
        helpers = self.helpers()
        self.process.kill()
        self.process.wait(SECONDS_TO_END)
        self._all_gone(helpers)

    def signal(self, number: signal.Signals) -> int:
        """A signal as the shell or the terminal sends it (Ctrl-C reaches the whole group); the exit status."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.wait(SECONDS_TO_END)

    def _all_gone(self, helpers: list[psutil.Process]) -> None:
        _, alive = psutil.wait_procs(helpers, SECONDS_TO_END)
        for helper in alive:
            kill_tree(helper.pid, None)
        require(not alive, f"hung: {len(alive)} helper processes outlived the one that started them")


def _is_tracker(process: psutil.Process) -> bool:
    return "resource_tracker" in " ".join(process.cmdline())


def finished(run: Run, seconds: float = SECONDS) -> None:
    """Wait for a run that has to succeed."""
    status = run.wait(seconds)
    require(status == 0, f"it did not go on: exit status {status}, {run.sentence}")


def refused(run: Run, *words: str, status: tuple[int, ...] = (1, 2), seconds: float = 60) -> None:
    """Wait for a run that has to end with one sentence which holds each of the words."""
    found = run.wait(seconds)
    require(found in status, f"exit status {found} instead of {' or '.join(map(str, status))}: {run.sentence}")
    require("Traceback" not in run.output, f"a traceback instead of a sentence: {run.sentence}")
    missing = [word for word in words if word not in run.sentence]
    require(not missing, f"its sentence does not say {missing}: {run.sentence}")


class Watch:
    """The events of an experiment from here on."""

    def __init__(self, folder: Path) -> None:
        self._log = folder / "events.jsonl"
        self._offset = self._log.stat().st_size if self._log.is_file() else 0
        self.events: list[Event] = []

    def look(self) -> list[Event]:
        """All events since the watch began."""
        with contextlib.suppress(FileNotFoundError):  # moved away by the fault itself
            new, self._offset = read_events(self._log, self._offset)
            self.events += new
        return self.events

    def states(self, *states: str) -> set[str]:
        """The stages of which one of these states has been told."""
        return {event["stage"] for event in self.look() if event["kind"] == "stage" and event.get("state") in states}

    def warnings(self) -> list[str]:
        """The warnings' texts."""
        return [event["message"] for event in self.look() if event["kind"] == "warning"]
