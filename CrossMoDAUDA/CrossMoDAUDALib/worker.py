"""The worker: holds an experiment, fills it, and leaves a clear last word whatever happens."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .cohort import Cohort
from .config import Settings
from .events import Event
from .experiment import Experiment
from .failures import INTERRUPTED, explain


def work(folder: Path, settings: Settings, cohort: Cohort, hashes: dict[str, str], make_bar: Callable[[str], Any]) -> int:
    """Create or continue the experiment in ``folder`` and run it to its end.

    Args:
        hashes: SHA-256 of every scan, for a new experiment.
        make_bar: makes a progress bar (a context manager and a Progress) for a stage.

    Returns:
        Exit status 0; every failure is raised after it has been recorded.
    """
    if Experiment.exists(folder):
        experiment = Experiment.resume(folder, settings, cohort)
    else:
        experiment = Experiment.create(folder, settings, cohort, hashes)
    with experiment.locked():
        experiment.events.listeners.append(_Bars(make_bar))
        experiment.events.write("run", state="started")
        try:
            from .adaptation import adapt

            adapt(experiment)
        except BaseException as error:
            _record(experiment, error)
            raise
        experiment.events.write("run", state="finished")
    return 0


def _record(experiment: Experiment, error: BaseException) -> None:
    """Put the last word into the events and the details into ``worker.log``, as far as the disk still takes them."""
    message, status = explain(error)
    try:
        if status != INTERRUPTED:
            with (experiment.folder / "worker.log").open("a", encoding="utf-8") as log:
                log.write("".join(traceback.format_exception(error)))
            experiment.events.write("error", message=message)
        experiment.events.write("run", state="interrupted" if status == INTERRUPTED else "failed")
    except OSError:
        pass


class _Bars:
    """One progress bar a stage, from the events."""

    def __init__(self, make_bar: Callable[[str], Any]) -> None:
        self._make = make_bar
        self._bar: Any = None

    def __call__(self, event: Event) -> None:
        if event["kind"] == "stage" and event["state"] == "started":
            self._bar = self._make(event["stage"])
        elif event["kind"] == "progress" and self._bar is not None:
            self._bar(event["step"], event["total"], event.get("message", ""), **event.get("metrics", {}))
        elif event["kind"] in ("stage", "run", "error") and self._bar is not None:
            self._bar.__exit__(None, None, None)
            self._bar = None
