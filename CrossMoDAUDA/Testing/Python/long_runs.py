"""Runs of the command line that last until a test ends them, and waiting for what they do."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from cohort_files import save_crossmoda
from conftest import ROOT, TINY
from CrossMoDAUDALib.experiment.events import Event, read_events

LAUNCHER = ROOT / "Scripts" / "crossmoda_uda.py"
# Training that would take hours.
ENDLESS = ["--preset", "smoke", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]
ENDLESS += ["--set=translation.steps_per_epoch=5", "--set=translation.epochs=100000"]
# What varies a quicker test of other computers, or takes the real network.
TAKES_LONG = pytest.mark.skipif("CROSSMODA_LONG" not in os.environ, reason="takes long; run it with CROSSMODA_LONG=1")


def many_scans(folder: Path) -> Path:
    """A cohort in crossMoDA's layout whose check takes long: one target scan under thousands of names."""
    scans = save_crossmoda(folder, "training_source", "training_target", "validation")
    first = scans / "training_target" / "crossmoda_9_hrT2.nii.gz"
    for number in range(10_000, 25_000):
        os.link(first, first.with_name(f"crossmoda_{number}_hrT2.nii.gz"))
    return scans


def start(*arguments: str | Path) -> subprocess.Popen[str]:
    """The command line in a process, with its output in pipes."""
    command = [sys.executable, str(LAUNCHER), *map(str, arguments)]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment)


def run(*arguments: str | Path) -> tuple[int, str, str]:
    """The command line's exit status, output and errors."""
    process = start(*arguments)
    output, errors = process.communicate(timeout=120)
    return process.returncode, output, errors


def wait_until(due: Callable[[], object], process: subprocess.Popen[str] | None = None, seconds: float = 60) -> None:
    """Wait for something to come true; fails when it does not, or when the process that should do it has ended."""
    deadline = time.monotonic() + seconds
    while not due():
        assert time.monotonic() < deadline, "it did not happen"
        if process is not None and process.poll() is not None and not due():
            raise AssertionError(f"it ended: {process.communicate()}")
        time.sleep(0.02)


def events_of(folder: Path) -> list[Event]:
    """All events of an experiment so far."""
    return read_events(folder / "events.jsonl")[0]
