"""How the last start of an experiment's worker went, as its events tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.files import sha256
from .events import CHECK, Event, read_events
from .markers import newest, read_markers
from .stages import Stage

TAIL_BYTES = 1 << 16


@dataclass
class LastRun:
    """Follows the events of an experiment.

    Attributes:
        said: the state that the last run event told: started, finished, failed or interrupted; empty before the first.
        error: the sentence of the last failure; empty once the worker has been started again.
        is_cohort_refused: whether that is because the check found problems with the scans.
    """

    said: str = ""
    error: str = ""
    is_cohort_refused: bool = False

    def follow(self, event: Event) -> None:
        """Take over what an event says of the run."""
        if event["kind"] == "run":
            self.said = str(event.get("state", ""))
            self.error = self.error if self.said == "failed" else ""
        elif event["kind"] == "error":
            self.error = str(event.get("message", ""))
            self.is_cohort_refused = event.get("stage") == CHECK

    def state(self, is_running: bool, has_begun: bool) -> str:
        """What the experiment does.

        Args:
            is_running: whether a worker holds it.
            has_begun: whether it has been recorded, which comes after the check of the scans.

        Returns:
            ``none`` (no experiment), ``idle`` (recorded and never started, such as a copy), ``checking`` (the scans), ``running``,
            ``finished``, ``failed``, ``interrupted``, or ``died`` (the worker ended without a word).
        """
        if is_running:
            return "running" if has_begun else "checking"
        if self.said == "started":
            return "died"
        return self.said or ("idle" if has_begun else "none")

    @classmethod
    def told_by(cls, events: Sequence[Event], is_cut: bool) -> LastRun:
        """How the last start went, by the last events of an experiment.

        Args:
            is_cut: whether there are earlier ones. If none of these is of the run, it has been started before them and goes on.
        """
        found = cls()
        for event in events:
            found.follow(event)
        if is_cut and events and not found.said:
            found.said = "started"
        return found


def read_tail(folder: Path, size: int = TAIL_BYTES) -> tuple[list[Event], bool]:
    """The last events of an experiment, read from the end of its log alone, and whether there are earlier ones.

    Of a stage's progress without an interruption there are only the first and the last.
    """
    log = folder / "events.jsonl"
    start = max(log.stat().st_size - size, 0) if log.is_file() else 0
    return read_events(log, start, 2 * size, is_thinned=True)[0], start > 0


def read_last_run(folder: Path, size: int = TAIL_BYTES) -> LastRun:
    """How the last start went, read from the end of the event log alone."""
    return LastRun.told_by(*read_tail(folder, size))


def remove_half_overwritten(folder: Path, stages: Sequence[Stage]) -> None:
    """Remove what a stopped stage had begun to write over: neither the old file, which may be needed again, nor the new one.

    Args:
        stages: all stages of the experiment.
    """
    markers = read_markers(folder)
    last, begun = newest(markers), _begun(folder / "events.jsonl") - markers.keys()
    for stage in (stage for stage in stages if stage.name in begun):
        for file in (file for file in last if stage.does_write(file) and not stage.does_read(file)):
            path = folder / file
            if path.is_file() and sha256(path) != last[file].files[file]:
                path.unlink()


def _begun(events: Path) -> set[str]:
    """The stages that were begun and not finished since."""
    states: dict[str, str] = {}
    for event in read_events(events)[0] if events.is_file() else []:
        if event["kind"] == "stage":
            states[str(event.get("stage"))] = str(event.get("state"))
    return {name for name, state in states.items() if state == "started"}
