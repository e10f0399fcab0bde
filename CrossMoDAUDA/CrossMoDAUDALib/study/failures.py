"""Which of a study's experiments have failed at last, and why, as its own events and theirs tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ..experiment.events import read_events
from ..experiment.last_run import LastRun, read_tail
from ..experiment.lock import is_running
from .request import Study


def failures(study: Study) -> dict[str, str]:
    """By experiment, the sentence that says why it failed at last; none of those that have been started again since.

    What fails before an experiment is recorded, as where its settings cannot be used here, is told by the study's events only.
    """
    told: dict[str, dict[str, Any]] = {}
    for event in read_events(study.folder / "events.jsonl", is_thinned=True)[0]:
        if event["kind"] == "stage":
            told[str(event.get("stage"))] = event
    found = {}
    for part in study.parts():
        if is_running(part.folder):
            continue
        last, when = _last_run(part.folder)
        own = last.error if last.said == "failed" else ""
        event = told.get(part.name, {})
        is_told_last = float(event.get("time", 0)) >= when
        why = (str(event.get("message", "")) or own if event.get("state") == "failed" else "") if is_told_last else own
        if why:
            found[part.name] = why
    return found


def _last_run(folder: Path) -> tuple[LastRun, float]:
    """How the last start of an experiment's worker went, and when its last word was told; 0 before the first."""
    events, is_cut = read_tail(folder)
    return LastRun.told_by(events, is_cut), float(events[-1].get("time", 0)) if events else 0.0
