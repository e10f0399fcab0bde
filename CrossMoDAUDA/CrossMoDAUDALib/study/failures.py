"""Which of a study's experiments have failed at last, and why, as its own events and theirs tell."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ..experiment.events import Event, read_events
from ..experiment.last_run import TAIL_BYTES, LastRun, read_tail
from ..experiment.lock import is_running
from .request import Study


def told_by_study(folder: Path) -> dict[str, Event]:
    """By experiment, the last event of it among the study's own, of which the whole file is read."""
    events = read_events(folder / "events.jsonl", is_thinned=True)[0]
    return {str(event.get("stage")): event for event in events if event["kind"] == "stage"}


def failures(study: Study, told: Mapping[str, Event] | None = None, size: int = TAIL_BYTES) -> dict[str, str]:
    """By experiment, left out or not, the sentence that says why it failed at last; none of those that have been started again since.

    What fails before an experiment is recorded, as where its settings cannot be used here, is told by the study's events only.

    Args:
        told: :func:`told_by_study`, where it is known already.
        size: bytes at the end of each experiment's log that are read.
    """
    told = told_by_study(study.folder) if told is None else told
    found = {}
    every = study.whole
    for name, folder in ((f"{row.name}/seed_{seed}", every.folder_of(row, seed)) for row in every.rows for seed in every.seeds_of(row)):
        if is_running(folder):
            continue
        last, when = _last_run(folder, size)
        own = last.error if last.said == "failed" else ""
        event = told.get(name, {})
        is_told_last = float(event.get("time", 0)) >= when
        why = (str(event.get("message", "")) or own if event.get("state") == "failed" else "") if is_told_last else own
        if why:
            found[name] = why
    return found


def _last_run(folder: Path, size: int) -> tuple[LastRun, float]:
    """How the last start of an experiment's worker went, and when its last word was told; 0 before the first."""
    events, is_cut = read_tail(folder, size)
    return LastRun.told_by(events, is_cut), float(events[-1].get("time", 0)) if events else 0.0
