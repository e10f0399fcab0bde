"""The harness: contenders timed in turn, ratios pair by pair, bounds, peak memory of a process that does nothing else."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

LAUNCHER = Path(__file__).resolve().parents[1] / "crossmoda_uda.py"
# Which way round a ratio is. In the first two, more than one is in the project's favour.
FASTER, MORE, SHARE = "reference / ours", "ours / reference", "share"


@dataclass
class Row:
    """One line of the table.

    Attributes:
        name: what is measured.
        ours, reference: medians, in ``unit``; None where there is none.
        ratio: median, least and most of the ratios of the pairs.
        ratio_of: which way round the ratio is.
        note: what a reader must know to read the number.
        bound: what it must be, in words; empty where nothing is demanded.
        holds: whether it is; None where it is not judged.
        timings: every single measurement, by contender.
    """

    name: str
    ours: float | None = None
    reference: float | None = None
    unit: str = "s"
    ratio: tuple[float, float, float] | None = None
    ratio_of: str = FASTER
    note: str = ""
    bound: str = ""
    holds: bool | None = None
    timings: dict[str, list[float]] = field(default_factory=dict)

    def demand(self, value: float, what: str, at_least: float | None = None, at_most: float | None = None, judged: bool = True) -> Row:
        """State a bound and whether ``value`` keeps it; a value that is not a number does not.

        Args:
            judged: False only states the bound.
        """
        limits = [f"at least {at_least:g}"] if at_least is not None else []
        limits += [f"at most {at_most:g}"] if at_most is not None else []
        self.bound = f"{what} {' and '.join(limits)}"
        if judged:
            self.holds = (at_least is None or value >= at_least) and (at_most is None or value <= at_most)
        return self


@dataclass
class Bench:
    """What was asked for, and what one measurement leaves for another.

    Attributes:
        device: a torch.device.
        output: folder for results and for what is worth keeping from run to run.
        scans: of the cohort whose check is measured.
        found: results by name, as seconds of a step.
    """

    device: Any
    output: Path
    repeats: int
    quick: bool = False
    paper: bool = False
    assignments: tuple[str, ...] = ()
    slices_per_volume: int = 120
    scan: Path | None = None
    model: Path | None = None
    scans: int = 200
    found: dict[str, Any] = field(default_factory=dict)

    @property
    def on_gpu(self) -> bool:
        return bool(self.device.type == "cuda")


def say(text: str) -> None:
    """Tell what is being done; progress goes to standard error, the table to standard output."""
    print(text, file=sys.stderr, flush=True)


def synchronise(device: Any) -> None:
    """Wait for what a device was given to do."""
    import torch

    if device is not None and device.type == "cuda":
        torch.cuda.synchronize(device)


def seconds(function: Callable[[], Any], device: Any = None) -> float:
    """How long one call takes, the device's work included."""
    synchronise(device)
    began = time.perf_counter()
    function()
    synchronise(device)
    return time.perf_counter() - began


def interleaved(contenders: Mapping[str, Callable[[], Any]], repeats: int, device: Any = None, warm_up: int = 1) -> dict[str, list[float]]:
    """Seconds of each call, the contenders taking turns, so that whatever else the machine does meets all of them alike."""
    for function in contenders.values():
        for _ in range(warm_up):
            function()
    timings: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, function in contenders.items():
            timings[name].append(seconds(function, device))
    return timings


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> tuple[float, float, float]:
    """Median, least and most of the ratios, pair by pair."""
    pairs = [above / below for above, below in zip(numerators, denominators, strict=True)]
    return statistics.median(pairs), min(pairs), max(pairs)


def compared(name: str, ours: Sequence[float], reference: Sequence[float], unit: str = "s", note: str = "") -> Row:
    """A row of two contenders of whose numbers (seconds, bytes) less is better."""
    middle = statistics.median(ours), statistics.median(reference)
    timings = {"ours": list(ours), "reference": list(reference)}
    return Row(name, *middle, unit, ratios(reference, ours), FASTER, note, timings=timings)


def peak_memory() -> float:
    """The most memory that this process has had resident at once, in MiB."""
    import psutil

    status = Path("/proc/self/status")
    if status.is_file():  # not getrusage, which on Linux counts what the parent had when it started this process
        line = next(line for line in status.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):
        return float(memory.peak_wset) / 2**20
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # bytes on macOS


def peak_of_all(function: Callable[[], Any], only_started: bool = False) -> float:
    """The most memory (MiB) that this process and those that it starts have had resident while ``function`` ran.

    Looked at 20 times a second. What processes share is counted in each of them.

    Args:
        only_started: without this process.
    """
    import psutil

    this, done, most = psutil.Process(), threading.Event(), 0

    def watch() -> None:
        nonlocal most
        while not done.wait(0.05):
            total = 0
            for process in ([] if only_started else [this]) + this.children(recursive=True):
                with contextlib.suppress(psutil.Error):  # ended meanwhile
                    total += process.memory_info().rss
            most = max(most, total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        function()
    finally:
        done.set()
        watcher.join()
    return most / 2**20


def in_child(function: Callable[..., Any], *arguments: Any) -> Any:
    """What a module-level function gives in a fresh process that does nothing else.

    Raises:
        RuntimeError: it failed there; the message holds the traceback.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_serve, args=(there, function, arguments))
    process.start()
    there.close()
    try:
        good, answer = here.recv()
    except EOFError:
        good, answer = False, "the process died, most likely because memory ran out"
    process.join()
    if not good:
        raise RuntimeError(f"{function.__name__} in a process of its own: {answer}")
    return answer


def _serve(connection: Any, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    try:
        connection.send((True, function(*arguments)))
    except BaseException:
        connection.send((False, traceback.format_exc()))


def run(command: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
    """What a command prints on standard output.

    Raises:
        RuntimeError: it failed; the message holds the last lines it said.
    """
    variables = {**os.environ, "PYTHONUTF8": "1", **(environment or {})}
    done = subprocess.run(list(command), capture_output=True, encoding="utf-8", errors="replace", env=variables)
    if done.returncode:
        last = " / ".join((done.stderr or done.stdout).strip().splitlines()[-3:])
        raise RuntimeError(f"{' '.join(command)} ended with status {done.returncode}: {last}")
    return done.stdout


def command_line(*arguments: object) -> list[str]:
    """The words that run the project's command line."""
    return [sys.executable, str(LAUNCHER), *map(str, arguments)]
