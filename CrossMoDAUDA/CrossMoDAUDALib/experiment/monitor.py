"""An experiment as somebody watching it sees it: its state, its stages, its curves; read from the folder, step by step."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.progress import TimeLeft
from ..core.settings import Settings
from .events import CHECK, Event, read_events
from .folder import Experiment
from .lock import is_running, read_worker
from .stages import planned_stages

BYTES_AT_ONCE = 500_000  # of events; more would make a window wait that opens on days of training
TAIL_BYTES = 1 << 16
POINTS = 1000  # of a curve
MESSAGES = 1000


@dataclass
class Stage:
    """A stage as far as it is known.

    Attributes:
        state: waiting, running, stopped (begun and not finished), done.
        step, total: of its work; 0 while unknown.
        seconds: it took, or has taken since it was last started.
        remaining: estimated seconds to its end; None while unknown.
    """

    name: str
    state: str = "waiting"
    step: int = 0
    total: int = 0
    message: str = ""
    seconds: float = 0.0
    remaining: float | None = None
    _started: float = 0.0
    _left: TimeLeft = field(default_factory=TimeLeft)

    def follow(self, event: Event) -> None:
        """Take over what a stage or progress event says."""
        now = float(event["time"])
        if event["kind"] == "progress":
            self.step, self.total, self.message = int(event["step"]), int(event["total"]), str(event.get("message", ""))
            self.seconds = max(now - self._started, 0.0)  # a clock may be set back
            self.remaining = self._left.after(self.step, self.total, now)
            return
        state = event.get("state", "")
        if state == "started":
            self.state, self._started, self._left, self.remaining = "running", now, TimeLeft(), None
        elif state in ("finished", "skipped"):
            self.state, self.step, self.remaining = "done", self.total, None
            self.seconds = float(event.get("metrics", {}).get("seconds", self.seconds))


@dataclass
class Curve:
    """A quantity over the steps of a stage; of a long training only every so many-th point is kept."""

    steps: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    _stride: int = 1
    _skipped: int = 0

    def add(self, step: int, value: float) -> None:
        """Add a point; one that goes back, as after a restart from a checkpoint, replaces what followed it."""
        while self.steps and self.steps[-1] >= step:
            self.steps.pop()
            self.values.pop()
        if not self.steps:
            self._stride = 1
        self._skipped += 1
        if self._skipped < self._stride:
            return
        self._skipped = 0
        self.steps.append(step)
        self.values.append(value)
        if len(self.steps) > POINTS:
            del self.steps[1::2], self.values[1::2]
            self._stride *= 2


class Monitor:
    """Follows one experiment folder; :meth:`poll` reads what is new.

    Attributes:
        state: none (no experiment there), reading (a long log, from its beginning), checking (the scans), running,
            finished, failed, interrupted, died (ended without a word), idle (made but not running, as after a copy).
        stages: all stages, those to come included, in order.
        curves: by stage and quantity.
        messages: texts of warnings, errors and starts, with their times.
        error: the last failure's sentence; empty unless state is failed.
        is_cohort_refused: whether that is because the check found problems with the scans.
        worker: pid, host and start of who works on it.
        is_behind: whether there is more to read than one poll took.
        generation: counts the experiments that were followed in this folder, one after the other.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = "none"
        self.stages: list[Stage] = []
        self.curves: dict[tuple[str, str], Curve] = {}
        self.messages: deque[tuple[float, str, str]] = deque(maxlen=MESSAGES)
        self.error = ""
        self.is_cohort_refused = False
        self.worker: dict[str, Any] | None = None
        self.is_behind = True
        self.settings: Settings | None = None
        self.generation = 0
        self._offset = 0
        self._said = ""

    @property
    def current(self) -> Stage | None:
        """The stage that is being worked on, or was when the work ended."""
        return next((stage for stage in reversed(self.stages) if stage.state in ("running", "stopped")), None)

    def poll(self) -> bool:
        """Read what is new in the folder; returns whether anything has changed."""
        before = (self.state, self._offset, self.worker)
        log = self.folder / "events.jsonl"
        if self.settings is None and Experiment.exists(self.folder):
            experiment = Experiment.load(self.folder)
            self.settings = experiment.settings
            for name in planned_stages(self.settings, has_evaluation=bool(experiment.cohort.evaluation)):
                self._stage(name)
        running = is_running(self.folder)  # before reading: what it wrote before its end is then read below
        if self._offset and (not log.is_file() or log.stat().st_size < self._offset):  # deleted, or another experiment's now
            generation = self.generation + 1
            self.__init__(self.folder)  # type: ignore[misc]
            self.generation = generation
            return True
        events, self._offset = read_events(log, self._offset, BYTES_AT_ONCE)
        self.is_behind = bool(events) and self._offset < log.stat().st_size
        for event in events:
            with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):  # a line that a newer version or a bad disk wrote
                self._follow(event)
        self.worker = read_worker(self.folder) if running else None
        self.state = self._state(running)
        if not running:
            for stage in self.stages:
                if stage.state == "running":
                    stage.state, stage.remaining = "stopped", None
        return before != (self.state, self._offset, self.worker)

    def _state(self, running: bool) -> str:
        if running:
            return "running" if self.settings is not None else "checking"
        if self.is_behind:  # what was read last may be an earlier session's word
            return "reading"
        if self._said == "started":
            return "died"
        return self._said or ("idle" if self.settings is not None else "none")

    def _stage(self, name: str) -> Stage:
        found = next((stage for stage in self.stages if stage.name == name), None)
        if found is None:
            found = Stage(name)
            self.stages.insert(0, found) if name == CHECK else self.stages.append(found)
        return found

    def _follow(self, event: Event) -> None:
        kind, when = event["kind"], float(event["time"])
        if kind == "run":
            self._said = str(event.get("state", ""))
            self.error = self.error if self._said == "failed" else ""
            self.messages.append((when, kind, self._said))
        elif kind in ("stage", "progress"):
            stage = self._stage(event["stage"])
            stage.follow(event)
            if kind == "stage" and event.get("state") == "finished":
                self.messages.append((when, "done", stage.name))
            for name, value in event.get("metrics", {}).items() if kind == "progress" else ():
                self.curves.setdefault((stage.name, name), Curve()).add(int(event["step"]), float(value))
        elif kind in ("warning", "error", "message"):
            text = str(event.get("message", ""))
            self.messages.append((when, kind, text))
            if kind == "error":
                self.error = text
                self.is_cohort_refused = event.get("stage") == CHECK


def last_word(folder: Path) -> tuple[str, str]:
    """The state that an experiment's log ends in, as a run event has it, and the last error's sentence; from its end alone."""
    log = folder / "events.jsonl"
    if not log.is_file():
        return "", ""
    events, _ = read_events(log, max(log.stat().st_size - TAIL_BYTES, 0))
    state = next((str(event.get("state", "")) for event in reversed(events) if event["kind"] == "run"), "")
    return state, next((str(event.get("message", "")) for event in reversed(events) if event["kind"] == "error"), "")
