"""How the last start of an experiment's worker went, as its events tell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from .events import CHECK, Event, read_events

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


def read_last_run(folder: Path) -> LastRun:
    """How the last start went, read from the end of the event log alone."""
    log, found = folder / "events.jsonl", LastRun()
    if log.is_file():
        for event in read_events(log, max(log.stat().st_size - TAIL_BYTES, 0))[0]:
            found.follow(event)
    return found
