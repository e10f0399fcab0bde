"""Disks that are full, and output folders that vanish."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from CrossMoDAUDALib.experiment.folder import Experiment

from .reference import Reference, command, compare, goes_on
from .runs import Run, Watch, finished, refused, require

_SMALLEST = 8 << 10
_LARGEST = 1 << 20


def why_no_disk() -> str:
    """Why no small disk can be mounted here; empty if one can."""
    if sys.platform != "linux" or not shutil.which("mount"):
        return "needs Linux's mount"
    return "" if os.geteuid() == 0 else "needs root, to mount a small disk"


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """A disk in memory of ``size`` bytes, mounted at ``place``."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(place)], check=True, capture_output=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def full_disk(reference: Reference, folder: Path, draws: random.Random, most: int, snapshot: str = "") -> int:
    """A disk that always has a little less room than the next write needs, ``most`` times; then it has enough.

    After each failure the disk grows: by a little where something more was written, else by twice as much as before. So
    every write that is larger than that little fails at least once, if ``most`` allows.
    """
    tried, step, before = 0, _SMALLEST, -1
    log = folder / "run.log"
    total = sum(path.stat().st_size for path in reference.folder.rglob("*") if path.is_file())
    with small_disk(folder / "disk", total * 4) as disk:
        experiment = reference.snapshot(snapshot, disk / "experiment")
        size = shutil.disk_usage(disk).used + _SMALLEST
        # What is left to write, in as many pieces as there are tries: a short suite cannot afford to fail at each write.
        least = _SMALLEST if most > 30 else (total - size) // most
        subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
        while tried < most:
            run = Run(*command(reference.cohort, experiment), log=log)
            if run.wait() == 0:
                break
            tried += 1
            full = "disk is full" in run.sentence or "check the free space" in run.sentence
            require(full, f"a full disk is told as: {run.sentence}")
            require("Traceback" not in run.output, f"a traceback instead of a sentence: {run.sentence}")
            used = shutil.disk_usage(disk).used
            step = least if used != before else min(step * 2, max(least, _LARGEST))
            size, before = max(size, used) + int(step * (0.5 + draws.random() / 2)), used
            subprocess.run(["mount", "-o", f"remount,size={size}", str(disk)], check=True)
        subprocess.run(["mount", "-o", f"remount,size={total * 4}", str(disk)], check=True)
        try:
            goes_on(reference, experiment, log)
        except AssertionError:
            shutil.copytree(disk, folder / "disk as it was")
            raise
    return tried


def full_disk_in_stage(reference: Reference, folder: Path, draws: random.Random, stages: list[str]) -> int:
    """A disk that is filled to the last byte as soon as a stage begins; each of the stages in turn."""
    log, tried = folder / "run.log", 0
    with small_disk(folder / "disk", 64 << 20) as disk:
        experiment, ballast = disk / "experiment", disk / "ballast"
        for stage in stages:
            run, watch = Run(*command(reference.cohort, experiment), log=log), Watch(experiment)
            run.reaches(lambda stage=stage, watch=watch: stage in watch.states("started", "skipped"))  # type: ignore[misc]
            _fill(ballast)
            status = run.wait()
            if status:
                tried += 1
                require("disk is full" in run.sentence or "check the free space" in run.sentence, f"a full disk is told as: {run.sentence}")
            ballast.unlink()
        try:
            goes_on(reference, experiment, log)
        except AssertionError:
            shutil.copytree(disk, folder / "disk as it was")
            raise
    return tried


def _fill(path: Path) -> None:
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))
    with contextlib.suppress(OSError), path.open("ab", buffering=0) as file:
        while True:
            file.write(b"0")


def moved_away(reference: Reference, folder: Path, draws: random.Random, snapshot: str, stage: str) -> int:
    """The output folder is moved away while a stage works, and brought back."""
    log, experiment, elsewhere = folder / "run.log", folder / "experiment", folder / "elsewhere"
    reference.snapshot(snapshot, experiment)
    run, watch = Run(*command(reference.cohort, experiment), log=log), Watch(experiment)
    run.reaches(lambda: stage in watch.states("started"))
    time.sleep(draws.random() * reference.stages[stage] / 2)
    experiment.rename(elsewhere)
    refused(run, str(experiment), "is gone")
    require(not experiment.exists(), f"a half folder was made anew: {sorted(path.name for path in experiment.rglob('*'))[:5]}")
    elsewhere.rename(experiment)
    goes_on(reference, experiment, log)
    return 1


def deleted(reference: Reference, folder: Path, draws: random.Random) -> int:
    """The output folder is deleted while a stage works; the same command begins a new one."""
    log, experiment = folder / "run.log", folder / "experiment"
    reference.snapshot("translation/train", experiment)
    run, watch = Run(*command(reference.cohort, experiment), log=log), Watch(experiment)
    run.reaches(lambda: "translation/train" in watch.states("started"))
    shutil.rmtree(experiment, ignore_errors=True)
    shutil.rmtree(experiment, ignore_errors=True)  # what was written meanwhile
    refused(run, str(experiment))
    require(not Experiment.exists(experiment), "a half experiment was made anew")
    shutil.rmtree(experiment, ignore_errors=True)
    finished(Run(*command(reference.cohort, experiment), log=log))
    compare(reference.folder, experiment)
    return 1
