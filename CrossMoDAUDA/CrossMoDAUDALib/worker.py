"""The worker: holds an experiment, fills it, and leaves a clear last word whatever happens."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from .cohort import Cohort
from .config import Settings
from .errors import CrossModaError, InputError
from .events import Event
from .experiment import Experiment
from .failures import INTERRUPTED, explain, is_unexpected


def work(
    folder: Path,
    settings: Settings,
    cohort: Cohort,
    hashes: dict[str, str],
    listener: Callable[[Event], None],
    warnings: Sequence[str] = (),
) -> int:
    """Create or continue the experiment in ``folder`` and run it to its end.

    Args:
        hashes: SHA-256 of every scan, for a new experiment.
        listener: told every event, for a display.
        warnings: what the check of a new experiment's scans found, to be recorded.

    Returns:
        Exit status 0; every failure is raised after it has been recorded.
    """
    if Experiment.exists(folder):
        experiment = Experiment.resume(folder, settings, cohort)
    else:
        experiment = Experiment.create(folder, settings, cohort, hashes)
    with experiment.locked():
        experiment.events.listeners.append(listener)
        try:
            experiment.events.write("run", state="started")
            for warning in warnings:
                experiment.events.write("warning", message=warning)
            from .adaptation import adapt

            adapt(experiment)
            experiment.events.write("run", state="finished")
        except BaseException as error:
            message, status = _record(experiment, error)
            if isinstance(error, CrossModaError) or status == INTERRUPTED:
                raise
            raise (InputError if status == InputError.exit_status else CrossModaError)(message) from error
    return 0


def _record(experiment: Experiment, error: BaseException) -> tuple[str, int]:
    """Put the last word into the events and the details into ``worker.log``, as far as the disk still takes them."""
    log = experiment.folder / "worker.log"
    message, status = explain(error, log)
    try:
        if status != INTERRUPTED:
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("".join(traceback.format_exception(error)))
    except OSError as also:
        if is_unexpected(error):  # what keeps the log from being written most likely is the cause
            message, status = explain(also, log)
    with contextlib.suppress(OSError):
        if status != INTERRUPTED:
            experiment.events.write("error", message=message)
        experiment.events.write("run", state="interrupted" if status == INTERRUPTED else "failed")
    return message, status
