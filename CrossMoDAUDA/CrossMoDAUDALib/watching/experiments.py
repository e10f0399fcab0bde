"""How each of many experiments stands, for a list of them: told from little of each folder, which is read again only where it changed."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.layout import iteration_number
from ..experiment.elsewhere import Elsewhere, ElsewhereReader
from ..experiment.events import Event
from ..experiment.folder import Experiment
from ..experiment.last_run import LastRun, read_tail
from ..experiment.lock import is_running
from ..experiment.stages import Title
from ..method.plan import BEFOREHAND, plan
from .monitor import StageProgress

Stamp = tuple[int, int] | None  # size and time of a file; None where there is none


@dataclass(frozen=True)
class Score:
    """The last round's mean DSC.

    Attributes:
        mean, deviation: over the scored cases; no deviation where it is not known.
        cases: how many.
        round: the row of the table of scores, as ``iteration 1`` or ``source only``; of a study, the best method.
    """

    mean: float
    deviation: float | None
    cases: int
    round: str

    @property
    def iteration(self) -> int | None:
        """The self-training iteration that was scored; None for another round."""
        return iteration_number(self.round.replace(" ", "_"))


@dataclass(frozen=True)
class Standing:
    """How an experiment or a study stands.

    Attributes:
        folder: where it lies.
        state: as :meth:`.experiment.last_run.LastRun.state` tells it, or ``gone`` (there is no such folder) or ``unreadable``.
        problem: why it failed or cannot be read, in a sentence.
        is_cohort_refused: whether it failed because the check found problems with the scans.
        stage: what is being worked on, or was when the work ended; None in between, and when all is done.
        number, stages: which stage that is, of how many; of a study, how many of its experiments are finished. 0 while unknown.
        score: of the last round; None before the first.
        when: seconds since 1970 of the last thing that happened; 0 while unknown.
        is_study: whether it is a study.
        elsewhere: where its worker runs; None where that is this computer.
        is_followed: whether a process here works on it, or follows its worker.
    """

    folder: Path
    state: str = "none"
    problem: str = ""
    is_cohort_refused: bool = False
    stage: StageProgress | None = None
    number: int = 0
    stages: int = 0
    score: Score | None = None
    when: float = 0.0
    is_study: bool = False
    elsewhere: Elsewhere | None = None
    is_followed: bool = False

    @property
    def is_on(self) -> bool:
        """Whether a worker is at it."""
        return self.state in ("running", "checking")


@dataclass
class _Known:
    """What was found in a folder, and by what it is known that nothing has changed since."""

    place: ElsewhereReader
    # Whether a process holds it; where it runs; log, record and table of scores.
    sign: tuple[bool, Elsewhere | None, Stamp, Stamp, Stamp] | None = None
    standing: Standing | None = None
    record: Stamp = None
    titles: dict[str, Title] = field(default_factory=dict)


class Lookout:
    """Looks at experiment folders, one a call, and reads again only what has changed since the call before.

    >>> Lookout().look(Path("EXPERIMENT")).state
    'finished'
    """

    def __init__(self) -> None:
        self._known: dict[Path, _Known] = {}

    def forget(self, folder: Path) -> None:
        """Keep nothing of a folder."""
        self._known.pop(folder, None)

    def look(self, folder: Path) -> Standing:
        """How an experiment stands; never raises for what is wrong with its folder."""
        try:
            return self._look(folder, self._known.setdefault(folder, _Known(ElsewhereReader(folder))))
        except (FileNotFoundError, NotADirectoryError):
            self.forget(folder)
            return Standing(folder, "gone")
        except (CrossModaError, OSError) as error:
            self.forget(folder)
            return Standing(folder, "unreadable", explain(error)[0])

    def _look(self, folder: Path, known: _Known) -> Standing:
        changed = folder.stat().st_mtime
        followed = is_running(folder)  # before reading: what it wrote before its end is then read below
        elsewhere = known.place.read()
        running = followed or (elsewhere is not None and elsewhere.is_alive)
        table = folder / "evaluation" / "table.csv"
        sign = (followed, elsewhere, _stamp(folder / "events.jsonl"), record := _stamp(folder / "experiment.json"), _stamp(table))
        if sign == known.sign and known.standing is not None:
            return known.standing
        events, is_cut = read_tail(folder)
        last, stage = LastRun.told_by(events, is_cut), _stage(events, running)
        found = Standing(
            folder,
            last.state(running, record is not None),
            last.error if last.said == "failed" and not running else "",
            last.is_cohort_refused,
            stage,
            score=read_score(table),
            when=float(events[-1].get("time", changed)) if events else changed,
            elsewhere=elsewhere,
            is_followed=followed,
        )
        try:
            self._read_record(folder, known, record)
        except (CrossModaError, OSError) as error:  # one that is at work shows that, whatever is wrong with its record
            return replace(found, state=found.state if running else "unreadable", problem=explain(error)[0])
        names = list(known.titles)
        if stage is not None:
            stage.title = known.titles.get(stage.name) or BEFOREHAND.get(stage.name)
            found = replace(found, number=names.index(stage.name) + 1 if stage.name in names else 0)
        known.sign, known.standing = sign, replace(found, stages=len(names))
        return known.standing

    def _read_record(self, folder: Path, known: _Known, stamp: Stamp) -> None:
        if stamp == known.record:
            return
        known.titles, known.record = {}, None
        if stamp is not None:
            experiment = Experiment.load(folder)
            known.titles = {stage.name: stage.title for stage in plan(experiment.settings, experiment.cohort)}
        known.record = stamp


def read_score(table: Path) -> Score | None:
    """The last line's mean DSC in an experiment's ``evaluation/table.csv``; None where it has none or is damaged."""
    rows = read_table(table)
    return _score(rows[-1], str(rows[-1].get("method"))) if rows else None


def read_table(table: Path) -> list[dict[str, str]]:
    """The lines of a table of scores; none where it is missing or damaged."""
    try:
        with table.open(encoding="utf-8", newline="") as file:
            return [dict(line) for line in csv.DictReader(file)]
    except (OSError, ValueError, csv.Error):
        return []


def _score(row: dict[str, str], round_: str) -> Score | None:
    mean, deviation = number(row, "dice_mean"), number(row, "dice_mean_std")
    return None if mean is None else Score(mean, deviation, int(number(row, "cases") or 0), round_)


def best_score(rows: Sequence[dict[str, str]], left_out: Sequence[str]) -> Score | None:
    """The highest mean DSC of a study's table, of the methods that are not left out; newer ones mark source only by another name."""
    rows = [row for row in rows if row.get("method") not in left_out and row.get("is_source_only") != "1"]
    found = [score for row in rows if (score := _score(row, str(row.get("method"))))]
    return max(found, key=lambda score: score.mean, default=None)


def number(row: dict[str, str], column: str) -> float | None:
    """A number of a table's line; None where it is empty or none."""
    try:
        return float(row.get(column) or "")
    except (TypeError, ValueError):
        return None


def _stage(events: Sequence[Event], running: bool) -> StageProgress | None:
    """The stage that the last events are about, with the time that it still takes by these; None if it is finished."""
    stage: StageProgress | None = None
    for event in events:
        if event["kind"] == "run" and event.get("state") in ("started", "finished"):
            stage = None
        elif event["kind"] in ("stage", "progress"):
            if stage is None or stage.name != event["stage"]:
                stage = StageProgress(event["stage"])
            stage.state = "running" if stage.state == "waiting" else stage.state
            stage.follow({"time": 0.0, **event})
    if stage is None or stage.state == "done":
        return None
    if not running:
        stage.state, stage.remaining = "stopped", None
    return stage


def _stamp(path: Path) -> Stamp:
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_size, status.st_mtime_ns
