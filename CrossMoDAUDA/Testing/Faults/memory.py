"""Memory: helper processes that meet a limit or are killed for it, and whether a long run grows."""

from __future__ import annotations

import random
import time
from pathlib import Path

import psutil
from CrossMoDAUDALib.experiment.events import read_events

from .kills import inputs
from .reference import Reference, command, goes_on
from .runs import NotSurvivedError, Run, Watch, finished, require

# From the moment it happens until the worker has said so and ended.
SECONDS_TO_TELL = 20.0
WARM_UP, MOST_PERCENT = 5, 5.0


def killed_helper(reference: Reference, folder: Path, draws: random.Random, stage: str) -> int:
    """One of nnU-Net's helper processes is killed, as the kernel does when memory runs out."""
    log, experiment = folder / "run.log", folder / "experiment"
    reference.snapshot(stage, experiment)
    run, watch = Run(*command(reference.cohort, experiment, "--set=helper_processes=2"), log=log), Watch(experiment)
    run.reaches(lambda: stage in watch.states("started") and len(run.helpers()) >= 2)
    draws.choice(run.helpers()).kill()
    _tells_memory(run)
    return _and_goes_on(reference, experiment, log, stage)


def limited_helpers(reference: Reference, folder: Path, draws: random.Random, stage: str) -> int:
    """nnU-Net's helper processes may have only so much memory (as ``ulimit -v`` or a batch system sets)."""
    log, experiment = folder / "run.log", folder / "experiment"
    reference.snapshot(stage, experiment)
    megabytes = draws.choice((150, 300, 600, 1000))
    words = command(reference.cohort, experiment, "--set=helper_processes=2")
    run, watch = Run(*words, log=log, FAULT_HELPER_MEGABYTES=str(megabytes)), Watch(experiment)
    run.reaches(lambda: stage in watch.states("started"))
    _tells_memory(run)
    return _and_goes_on(reference, experiment, log, stage)


def _tells_memory(run: Run) -> None:
    began = time.monotonic()
    status = run.wait(60)
    took = time.monotonic() - began
    require(status == 1, f"exit status {status} instead of 1: {run.sentence}")
    require("memory ran out" in run.sentence.lower() and "Traceback" not in run.sentence, f"out of memory is told as: {run.sentence}")
    require(took < SECONDS_TO_TELL, f"it took {took:.0f} s until memory was named")


def _and_goes_on(reference: Reference, experiment: Path, log: Path, stage: str) -> int:
    if stage.endswith("train") and any((experiment / stage.partition("/")[0]).glob("*/*/fold_all/checkpoint_*.pth")):
        # Augmentation in processes of their own is not the same from run to run; there is nothing to compare with.
        finished(Run(*command(reference.cohort, experiment), log=log))
    else:
        goes_on(reference, experiment, log)
    return 1


def growth(reference: Reference, folder: Path, draws: random.Random, scans: int) -> int:
    """``segment`` over many scans in one process takes after the last what it took after the fifth."""
    events = folder / "events.jsonl"
    source = inputs(reference, folder / "scans", scans)
    words = ("segment", reference.folder, source, "-o", folder / "results", "--device", "cpu", "--events", events)
    run, process, readings = Run(*words, log=folder / "run.log"), None, []
    offset = 0
    while run.process.poll() is None:
        process = process or psutil.Process(run.process.pid)
        new, offset = read_events(events, offset)
        try:
            readings += [process.memory_info().rss for event in new if event["kind"] == "result"]
        except psutil.Error:
            break
        time.sleep(0.002)
    finished(run)
    if len(readings) < scans - 1:  # the last may come too late
        raise NotSurvivedError(f"only {len(readings)} of {scans} scans were segmented")
    percent = (readings[-1] / readings[WARM_UP - 1] - 1) * 100
    require(percent <= MOST_PERCENT, f"resident memory grew by {percent:.1f} % from scan {WARM_UP} to scan {len(readings)}")
    return 1
