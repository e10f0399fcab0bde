"""The worker: holds an experiment, fills it, and leaves a clear last word whatever happens."""

from __future__ import annotations

import contextlib
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from ..cohort.checking import check_cohort
from ..cohort.finding import Cohort
from ..compute.nodes import leading
from ..core.budget import left_open, left_to_labels
from ..core.errors import CohortError, CrossModaError, InputError
from ..core.failures import INTERRUPTED, explain, is_unexpected
from ..core.files import folder_is_gone, must_stay
from ..core.interrupts import from_here_it_is_too_late
from ..core.parallel import refuse_small_limit
from ..core.settings import Settings
from ..experiment.events import CHECK, Event, EventLog
from ..experiment.folder import Experiment, prepare_folder
from ..experiment.lock import locked, stopping_on_request
from ..experiment.markers import read_markers
from ..experiment.sharing import adopt
from ..experiment.stages import Stage, due
from ..images import readings
from .imports import refuse_unfit
from .plan import left_out_settings, plan


def work(
    folder: Path,
    settings: Settings,
    cohort: Cohort,
    listener: Callable[[Event], None],
    nodes: int = 1,
    only: Sequence[str] = (),
    donors: Sequence[Path] = (),
) -> int:
    """Create or continue the experiment in ``folder`` and run it to its end.

    A new experiment's folder is held before its scans are checked, so that a second start is refused at once; the
    experiment itself begins when they are known to be good.

    Args:
        listener: told every event, for a display.
        nodes: computers that train together, of which this is the first; see :mod:`..compute.nodes`.
        only: run these stages and no others, if any are named; the experiment is then left as one that was interrupted.
        donors: other experiments, from which finished stages that would be the same are taken over first.

    Returns:
        Exit status 0; every failure is raised after it has been recorded.

    Raises:
        InputError: the folder or the scans cannot be used, or it is another experiment's folder.
        CrossModaError: another worker holds the experiment, or the work failed.
    """
    refuse_small_limit()
    readings.prefer(settings.reading.header)
    experiment = Experiment.resume(folder, settings, cohort) if Experiment.exists(folder) else None
    if experiment is None:
        prepare_folder(folder)
    log = EventLog(folder / "events.jsonl")
    log.listeners.append(listener)
    with locked(folder):
        try:
            with must_stay(folder), stopping_on_request(folder):
                log.write("run", state="started")
                with leading(folder, nodes, settings.device, lambda text: log.write("message", message=text)):
                    is_whole = _fill(folder, settings, cohort, log, experiment, only, donors)
            from_here_it_is_too_late()
            log.write("run", state="finished" if is_whole else "interrupted")
        except BaseException as error:
            from_here_it_is_too_late()
            message, status = record_failure(folder, log, error)
            if status == INTERRUPTED or (isinstance(error, CrossModaError) and message == str(error)):
                raise
            raise (InputError if status == InputError.exit_status else CrossModaError)(message) from error
    return 0


def _fill(
    folder: Path,
    settings: Settings,
    cohort: Cohort,
    log: EventLog,
    experiment: Experiment | None,
    only: Sequence[str],
    donors: Sequence[Path],
) -> bool:
    """Begin the experiment or go on with it, to its end; whether it is there."""
    if experiment is None:
        experiment = _begin(folder, settings, cohort, log)
        stages = plan(experiment.settings, experiment.cohort)
        _take_over(experiment, stages, donors, log)
    else:
        log.write("message", message="Making sure that the scans are those that the experiment began with.")
        experiment.verify_scans()
        stages = plan(experiment.settings, experiment.cohort)
        _take_over(experiment, stages, donors, log)
        if due(stages, read_markers(folder), folder):
            _refuse_unfit(log)
    experiment.events = log
    for remark in left_out_settings(settings, cohort):
        log.write("warning", message=remark)
    from .adaptation import adapt

    adapt(experiment, [stage for stage in stages if not only or stage.name in only])
    return not due(stages, read_markers(folder), folder)


def _take_over(experiment: Experiment, stages: Sequence[Stage], donors: Sequence[Path], log: EventLog) -> None:
    """Take over what other experiments have made alike; one that is not there, or not begun, has nothing to give."""
    others = [Experiment.load(donor) for donor in donors if Experiment.exists(donor)]
    taken = adopt(experiment, stages, {other.folder.name: (other, plan(other.settings, other.cohort)) for other in others})
    for name in dict.fromkeys(taken.values()):
        listed = ", ".join(stage for stage, donor in taken.items() if donor == name)
        log.write("message", message=f"Took over from {name}: {listed}.")


def _begin(folder: Path, settings: Settings, cohort: Cohort, log: EventLog) -> Experiment:
    """Check the scans and record what is asked for."""
    if Experiment.exists(folder):  # begun by another worker in the instant before this one held the folder
        return Experiment.resume(folder, settings, cohort)
    log.write("stage", stage=CHECK, state="started")
    began = time.monotonic()
    report = check_cohort(cohort, settings.labels, log.progress(CHECK), settings.reading.merged_values)
    report.raise_for_problems()
    log.write("stage", stage=CHECK, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})
    for warning in report.warnings:
        log.write("warning", message=warning)
    _refuse_unfit(log)
    if left_open(settings):
        from .sizing import fit

        settings = fit(settings, cohort, folder, log)
    if left_to_labels(settings):
        from .sizing import for_labels

        settings = for_labels(settings, cohort, log)
    hashes = {str(row.image): row.image_sha256 for row in report.rows}
    hashes.update({str(row.label): row.label_sha256 for row in report.rows if row.label})
    return Experiment.create(folder, settings, cohort, hashes)


def _refuse_unfit(log: EventLog) -> None:
    """Now, not when the translator has been trained for hours."""
    log.write("message", message="Loading PyTorch and nnU-Net.")
    refuse_unfit()


def record_failure(folder: Path, events: EventLog, error: BaseException) -> tuple[str, int]:
    """Put the last word into the events and the details into ``worker.log``, as far as the disk still takes them.

    Returns:
        The sentence that was recorded, and the exit status.
    """
    log = folder / "worker.log"
    message, status = explain(error, log)
    if not folder.is_dir() and status != INTERRUPTED:
        return folder_is_gone(folder), CrossModaError.exit_status
    try:
        if status != INTERRUPTED:
            with log.open("a", encoding="utf-8", errors="backslashreplace") as file:
                file.write("".join(traceback.format_exception(error)))
    except OSError as also:
        if is_unexpected(error):  # what keeps the log from being written most likely is the cause
            message, status = explain(also, log)
    with contextlib.suppress(OSError, CrossModaError):
        if status != INTERRUPTED:
            events.write("error", message=message, stage=CHECK if isinstance(error, CohortError) else None)
        events.write("run", state="interrupted" if status == INTERRUPTED else "failed")
    return message, status
