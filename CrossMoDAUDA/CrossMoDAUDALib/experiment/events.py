"""The experiment's progress as an append-only file: one JSON object a line, for the terminal, the panel and ``status``."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from ..core.files import make_folder
from ..core.interrupts import raise_swallowed
from ..core.progress import Progress

Event = dict[str, Any]
# Often enough for a curve and a bar that moves, seldom enough that days of training stay a small file.
SECONDS_BETWEEN = 1.0
_KEPT_ENDS = 2  # events at either end of a stage's progress that are read: one may be damaged
_LONGEST_FIRST = 1 << 20  # bytes of a file's first line
# A new experiment's first stage. It has no marker: until the scans are known to be good there is no experiment.
CHECK = "check"
# The next ones, where settings are chosen: for the computer by trying it out, by what all label maps show in one piece. They have no
# markers for the same reason.
REHEARSAL, STRUCTURES = "rehearsal", "structures"
# Before these, where the work runs on another computer.
SENDING = "sending"
# What is done before the first stage, in the words of the command line.
BEING_DONE = {
    SENDING: "sending the scans",
    CHECK: "checking the scans",
    REHEARSAL: "trying out how fast this computer trains",
    STRUCTURES: "finding out which structures lie in one piece",
}
# What a command says before its first step.
LOADING = "loading the model"


class EventLog:
    """Appends events to a file and hands each to the listeners; without a file, only the latter.

    An event has ``time`` (seconds since 1970), ``kind`` (run, stage, progress, message, warning or error), ``stage``,
    ``state`` (started, finished, skipped, failed or interrupted), ``step``, ``total``, ``message`` and ``metrics``, as
    far as they apply. The commands that work on scans without an experiment also write ``result`` (``input``,
    ``outputs``), and the check of a cohort ``case`` (the fields of :class:`.cohort.checking.CaseReport`, ``thumbnail`` in
    base64; an error of theirs the exit ``status`` that it calls for), and that of a place ``finding`` (``title``, ``message``,
    ``is_good``). A warning of theirs about a segmentation also has ``scan``, ``structure`` and ``finding``
    (:class:`.scoring.plausibility.PlausibilityWarning`).
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self.listeners: list[Callable[[Event], None]] = []

    def write(self, kind: str, **fields: Any) -> None:
        """Append one event and tell the listeners."""
        event: Event = {
            "time": round(time.time(), 3),
            "kind": kind,
            **{name: value for name, value in fields.items() if value not in (None, "", {})},
        }
        self.repeat(event)

    def repeat(self, event: Event) -> None:
        """Append an event that another log has, and tell the listeners."""
        if self._path is not None:
            _append(self._path, event)
        for listener in self.listeners:
            listener(event)

    def progress(self, stage: str) -> Progress:
        """A progress reporter for a stage; calls in quick succession are thinned out, numbers are never lost for long."""
        last = 0.0
        pending: dict[str, float] = {}

        def report(step: int, total: int, message: str = "", **metrics: float) -> None:
            nonlocal last
            raise_swallowed()
            pending.update({name: float(value) for name, value in metrics.items()})
            now = time.monotonic()
            if now - last >= SECONDS_BETWEEN or step >= total:
                last = now
                self.write("progress", stage=stage, step=step, total=total, message=message, metrics=dict(pending))
                pending.clear()

        return report


def refuse_other_content(path: Path, others: Iterable[Any] = ()) -> None:
    """Events are added to what a file holds, which would damage anything else.

    Args:
        others: what else a command is given; a path among it must be another.

    Raises:
        InputError: it holds something else, or is also named for something else.
    """
    if path.is_file():
        with path.open("rb") as file:
            first = file.readline(_LONGEST_FIRST)
        if first and not any("time" in event for event in events_in(first)):
            raise InputError(f"{path} exists already and holds no events; name another file for them.")
    if path.resolve() in {other.resolve() for other in others if isinstance(other, Path)}:
        raise InputError(f"{path} is named for the events and for something else; name another file for them.")


def _append(path: Path, event: Event) -> None:
    # A file name may hold bytes that are not UTF-8; escaped, they are JSON again.
    line = json.dumps(event, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"
    make_folder(path.parent)
    with path.open("ab+") as log:
        if log.tell():
            log.seek(-1, os.SEEK_END)
            if log.read(1) != b"\n":  # a kill or a full disk left half a line
                line = b"\n" + line
        log.write(line)


def read_events(path: Path, offset: int = 0, limit: int = -1, is_thinned: bool = False) -> tuple[list[Event], int]:
    """Events written since a byte offset, and the offset to go on from; a line still being written is left for later.

    Args:
        limit: bytes to read at most, -1 for all; must hold at least one line.
        is_thinned: of progress in one stage that nothing interrupts, only the first and the last events are read, which is quicker.

    >>> log = EventLog(Path("log.jsonl"))
    >>> log.write("warning", message="The scan is small.")
    >>> events, end = read_events(Path("log.jsonl"))
    >>> [(event["kind"], event["message"]) for event in events]
    [('warning', 'The scan is small.')]
    >>> read_events(Path("log.jsonl"), end)[0]
    []
    """
    if not path.is_file():
        return [], 0
    with path.open("rb") as log:
        log.seek(offset)
        data = log.read(limit)
    end = data.rfind(b"\n") + 1
    return events_in(_thinned(data[:end]) if is_thinned else data[:end]), offset + end


def _thinned(data: bytes) -> bytes:
    """Lines of a log without those in the middle of a stage's progress."""
    lines = data.splitlines(keepends=True)
    begins = [line[line.find(b'"kind"') : line.find(b'"step"')] if b'"kind": "progress"' in line else b"" for line in lines]
    kept: list[bytes] = []
    for number, line in enumerate(lines):
        around = begins[max(number - _KEPT_ENDS, 0) : number + _KEPT_ENDS + 1]
        is_end = not begins[number] or len(around) <= 2 * _KEPT_ENDS or around.count(begins[number]) < len(around)
        kept += [line] if is_end else []
    return b"".join(kept)


def unfinished_seconds(path: Path, stage: str) -> float:
    """How long earlier starts have worked on a stage since it was last finished, each until its last word.

    >>> _ = Path("log.jsonl").write_text(
    ...     '{"kind": "stage", "stage": "a/train", "state": "started", "time": 10}\\n'
    ...     '{"kind": "progress", "stage": "a/train", "step": 1, "total": 2, "time": 14}\\n'
    ...     '{"kind": "run", "state": "started", "time": 90}\\n'
    ... )
    >>> unfinished_seconds(Path("log.jsonl"), "a/train"), unfinished_seconds(Path("log.jsonl"), "b/train")
    (4.0, 0.0)
    """
    if not path.is_file():
        return 0.0
    name = f'"stage": {json.dumps(stage, ensure_ascii=False)}'.encode()
    with path.open("rb") as log:  # of a long training, most lines are of other stages
        events = events_in(b"".join(line for line in log if name in line or b'"kind": "run"' in line))
    spent, last, began = 0.0, 0.0, None
    for event in [*events, {"kind": "run", "state": "started"}]:
        state = event.get("state")
        if state == "started":
            spent += max(last - began, 0.0) if began is not None else 0.0  # a clock may be set back
            began = float(event.get("time", last)) if event["kind"] == "stage" else None
        elif event["kind"] == "stage" and state in ("finished", "skipped"):
            spent, began = 0.0, None
        last = float(event.get("time", last))
    return spent


def events_in(data: bytes) -> list[Event]:
    """The events in some lines of a log; what is damaged is left out."""
    events = []
    for line in data.splitlines():
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):  # cut short by a kill; the next worker began a new line
            continue
        if _is_event(event):
            events.append(event)
    return events


# What must be in an event of a kind, for all who read it.
_NEEDED = {"progress": ("stage", "step", "total"), "stage": ("stage", "state"), "warning": ("message",), "error": ("message",)}
_TYPES: dict[str, type | tuple[type, ...]] = {
    **dict.fromkeys(("kind", "stage", "state", "message"), str),
    **dict.fromkeys(("step", "total", "time"), (int, float)),
    "metrics": dict,
}


def _is_event(event: Any) -> bool:
    """Whether a line of the file is an event; damage may have left something else."""
    if not isinstance(event, dict) or "kind" not in event:
        return False
    for name, value in event.items():  # plain loops: of a long training there are very many
        kind = _TYPES.get(name)
        if kind is not None and not isinstance(value, kind):
            return False
    for name in _NEEDED.get(event["kind"], ()):
        if name not in event:
            return False
    return all(isinstance(number, int | float) for number in event.get("metrics", {}).values())
