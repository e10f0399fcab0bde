"""An experiment as somebody watching it sees it: its state, its stages, its curves; read from the folder, step by step."""

from __future__ import annotations

import contextlib
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.progress import TimeLeft
from ..core.settings import Settings
from ..experiment.elsewhere import Elsewhere, ElsewhereReader
from ..experiment.events import Event, read_events
from ..experiment.folder import Experiment
from ..experiment.last_run import LastRun
from ..experiment.lock import is_running, read_worker
from ..experiment.stages import Title
from ..method.plan import BEFOREHAND, plan

BYTES_AT_ONCE = 100_000  # of events, about 700; more would make a window wait that opens on days of training
POINTS = 1000  # of a curve
MESSAGES = 1000


@dataclass
class StageProgress:
    """How far a stage is.

    Attributes:
        name: the stage's.
        title: what people call it; None for one that this version does not know.
        state: waiting, running, stopped (begun and not finished), done.
        step, total: of its work; 0 while unknown.
        seconds: it took, or has taken since it was last started.
        remaining: estimated seconds to its end; None while unknown.
    """

    name: str
    title: Title | None = None
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
        state: as :meth:`.experiment.last_run.LastRun.state` tells it, or ``reading`` (a long log, from its beginning).
        stages: all stages, those to come included, in order.
        curves: by stage and quantity.
        messages: texts of warnings, errors and starts, with their times.
        last_run: how the worker's last start went, with the sentence of its failure.
        worker: pid, host and start of who works on it; of one elsewhere, who follows it from here.
        elsewhere: where its worker runs and how it stood when that place was last asked; None where that is this computer.
        is_followed: whether a process works on it, or follows its worker, now.
        is_behind: whether there is more to read than one poll took.
        generation: counts the experiments that were followed in this folder, one after the other.

    >>> monitor = Monitor(Path("EXPERIMENT"))
    >>> while monitor.poll():
    ...     pass
    >>> monitor.state
    'finished'
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = "none"
        self.stages: list[StageProgress] = []
        self.curves: dict[tuple[str, str], Curve] = {}
        self.messages: deque[tuple[float, str, str]] = deque(maxlen=MESSAGES)
        self.last_run = LastRun()
        self.worker: dict[str, Any] | None = None
        self.elsewhere: Elsewhere | None = None
        self.is_followed = False
        self._place = ElsewhereReader(folder)
        self.is_behind = True
        self.settings: Settings | None = None
        self.generation = 0
        self._offset = 0

    @property
    def current(self) -> StageProgress | None:
        """The stage that is being worked on, or was when the work ended."""
        return next((stage for stage in reversed(self.stages) if stage.state in ("running", "stopped")), None)

    def title(self, stage: str) -> Title | None:
        """What people call a stage; None for one that this version does not know."""
        return next((known.title for known in self.stages if known.name == stage), None)

    def poll(self) -> bool:
        """Read what is new in the folder; returns whether anything has changed."""
        before = (self.state, self._offset, self.worker, self.elsewhere)
        log = self.folder / "events.jsonl"
        if self.settings is None and Experiment.exists(self.folder):
            experiment = Experiment.load(self.folder)
            self.settings = experiment.settings
            for planned in plan(experiment.settings, experiment.cohort):
                self._stage(planned.name).title = planned.title
        self.is_followed = is_running(self.folder)  # before reading: what it wrote before its end is then read below
        self.elsewhere = self._place.read()
        running = self.is_followed or (self.elsewhere is not None and self.elsewhere.is_alive)
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
        self.worker = read_worker(self.folder) if self.is_followed else None
        # A log that has not been read to its end may end in an earlier session's word.
        self.state = "reading" if self.is_behind and not running else self.last_run.state(running, self.settings is not None)
        if not running:
            for stage in self.stages:
                if stage.state == "running":
                    stage.state, stage.remaining = "stopped", None
        return before != (self.state, self._offset, self.worker, self.elsewhere)

    def _stage(self, name: str) -> StageProgress:
        found = next((stage for stage in self.stages if stage.name == name), None)
        if found is None:
            found = StageProgress(name, BEFOREHAND.get(name))
            there = [stage.name for stage in self.stages]
            earlier = list(BEFOREHAND)[: list(BEFOREHAND).index(name)] if name in BEFOREHAND else there
            self.stages.insert(sum(other in earlier for other in there), found)
        return found

    def _follow(self, event: Event) -> None:
        kind, when = event["kind"], float(event["time"])
        self.last_run.follow(event)
        if kind == "run":
            self.messages.append((when, kind, self.last_run.said))
        elif kind in ("stage", "progress"):
            stage = self._stage(event["stage"])
            stage.follow(event)
            if kind == "stage" and event.get("state") == "finished":
                self.messages.append((when, "done", stage.name))
            for name, value in event.get("metrics", {}).items() if kind == "progress" else ():
                self.curves.setdefault((stage.name, name), Curve()).add(int(event["step"]), float(value))
        elif kind in ("warning", "error", "message"):
            self.messages.append((when, kind, str(event.get("message", ""))))
