"""Workers and commands that are ended at random moments: SIGKILL, SIGTERM, Ctrl-C."""

from __future__ import annotations

import os
import random
import signal
import time
from functools import partial
from pathlib import Path

from CrossMoDAUDALib.images.names import segment_results

from .reference import Reference, command, compare, compare_image
from .runs import SECONDS_TO_END, NotSurvivedError, Run, Watch, finished, require

# A worker that is asked to end does so after its step.
INTERRUPTED = 130


def interrupted_round(
    reference: Reference, folder: Path, draws: random.Random, count: int, number: signal.Signals, snapshot: str = ""
) -> int:
    """One experiment whose worker is ended ``count`` times on its way, spread over all stages to come, and compared at its end."""
    log, experiment = folder / "run.log", reference.snapshot(snapshot, folder / "experiment ü")
    coming = list(reference.stages)
    stages = ["", *coming[coming.index(snapshot) if snapshot else 0 :]]  # the first: before any stage
    first = 0 if number == signal.SIGKILL else 1  # before its first event a worker may be in the middle of Python's own start
    drawn = sorted((draws.randrange(first, len(stages)), draws.random()) for _ in range(count))
    for index, fraction in drawn:
        stage = stages[index]
        run, watch = Run(*command(reference.cohort, experiment), log=log), Watch(experiment)
        if stage:
            run.reaches(lambda stage=stage, watch=watch: stage in watch.states("started", "skipped"))  # type: ignore[misc]
        time.sleep(fraction * (reference.stages[stage] if stage else reference.starting + 2))
        if number == signal.SIGKILL:
            run.kill()
            continue
        status = run.signal(number)
        ended = any(event["kind"] == "run" and event.get("state") == "finished" for event in watch.look())
        require(status == (0 if ended else INTERRUPTED), f"exit status {status} after {number.name} in {stage}: {run.sentence}")
    finished(Run(*command(reference.cohort, experiment), log=log))
    compare(reference.folder, experiment)
    return count


def inputs(reference: Reference, folder: Path, count: int) -> Path:
    """A folder of scans for ``segment`` and ``translate``: few, under many names."""
    folder.mkdir()
    scans = sorted(reference.cohort.glob("*/*_hrT2.nii.gz"))
    for number in range(count):
        os.link(scans[number % len(scans)], folder / f"scan_{number:02d}.nii.gz")
    return folder


def killed_command(reference: Reference, folder: Path, draws: random.Random, count: int, words: str) -> int:
    """``segment`` or ``translate`` killed on its way: what lies under a result's name is whole, and another run completes it."""
    log, scans = folder / "run.log", inputs(reference, folder / "scans", 6)
    first = sorted(scans.iterdir())[0]
    names = {"segment": segment_results, "translate": lambda path: [f"{path.name[:-7]}_pseudo_target.nii.gz"]}[words]
    start = partial(Run, words, reference.folder, scans, "--device", "cpu", "--overwrite", log=log)
    whole, out = folder / "whole", folder / "results"
    began = time.monotonic()
    run = start("-o", whole)
    run.reaches((whole / names(first)[0]).exists)
    loaded = time.monotonic() - began
    finished(run)
    working = time.monotonic() - began - loaded
    wanted = {path.name for path in whole.iterdir()}
    require(len(wanted) == 6 * len(names(first)), f"lost: {words} made only {sorted(wanted)}")
    for _ in range(count):
        run = start("-o", out)
        time.sleep(loaded + (draws.random() * 1.1 - 0.1) * working)
        run.kill()
        for path in out.iterdir() if out.is_dir() else ():
            if path.name in wanted:
                compare_image(whole / path.name, path)
            else:
                require(path.name.startswith("."), f"{words} left {path.name} behind")
    finished(start("-o", out))
    for name in sorted(wanted):
        require((out / name).is_file(), f"lost: {name} is missing")
        compare_image(whole / name, out / name)
    return count


def two_workers(reference: Reference, folder: Path, draws: random.Random) -> int:
    """Two workers start at once on one experiment: one is refused in a sentence, the other is not disturbed."""
    experiment = reference.snapshot("iteration_2/predict", folder / "experiment")
    runs = [Run(*command(reference.cohort, experiment), log=folder / f"run_{number}.log") for number in (1, 2)]
    deadline = time.monotonic() + SECONDS_TO_END * 4
    while all(run.process.poll() is None for run in runs):
        if time.monotonic() > deadline:
            for run in runs:
                run.kill()
            raise NotSurvivedError("hung: neither of two workers ended")
        time.sleep(0.02)
    loser, winner = sorted(runs, key=lambda run: run.process.poll() is None)
    require(loser.wait() == 1, f"the second worker was not refused: {loser.sentence}")
    require("is being worked on by process" in loser.sentence, f"the second worker says: {loser.sentence}")
    finished(winner)
    compare(reference.folder, experiment)
    return 1
