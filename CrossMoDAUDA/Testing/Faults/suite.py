"""Which faults are tried how often in the short and in the long form, and the table of how they were survived."""

from __future__ import annotations

import importlib.util
import random
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from . import damage, disks, kills, memory
from .reference import SEGMENTER_CHECKPOINT, TRANSLATOR_CHECKPOINT, Reference, undisturbed
from .runs import NotSurvivedError

# Tries a fault in a folder of its own, with its own random draws; how often it came about.
Trial = Callable[[Reference, Path, random.Random], int]


@dataclass
class Row:
    """A fault, and what came of trying it.

    Attributes:
        skipped: why it is not tried here.
    """

    fault: str
    trials: list[Trial]
    skipped: str = ""
    tried: int = 0
    survived: int = 0
    seconds: float = 0.0
    failures: list[str] = field(default_factory=list)


def rows(is_long: bool) -> list[Row]:
    """All faults; those that take longest first, so that none of two lanes is left alone with them at the end."""

    def some(short: int, long: int) -> int:
        return long if is_long else short

    def each(trial: Callable[..., int], *choices: tuple[object, ...]) -> list[Trial]:
        """A trial for every choice in the long form, for the first in the short one."""
        return [partial(_with, trial, choice) for choice in (choices if is_long else choices[:1])]

    late = "" if is_long else "iteration_1/prepare"  # a short suite tries some faults in the second half of a run
    no_disk, no_segment = disks.why_no_disk(), "" if importlib.util.find_spec("slicer") else "needs slicer-core"
    stages = ["translation/source_slices", "translation/train", "pseudo_target", "export/Dataset001_PseudoTarget"]
    stages += [f"iteration_0/{step}" for step in ("prepare", "train", "predict", "evaluate")]
    stages += [f"iteration_{number}/{step}" for number in (1, 2) for step in ("export", "prepare", "train", "predict", "evaluate")]
    helpers = [("iteration_2/prepare",), ("iteration_2/train",)]
    helpers += [(f"iteration_{number}/{step}",) for number in (0, 1) for step in ("prepare", "train")] if is_long else []
    checkpoints = [(SEGMENTER_CHECKPOINT, "cut"), (TRANSLATOR_CHECKPOINT, "flip")]
    checkpoints += [(name, kind) for name in (TRANSLATOR_CHECKPOINT, SEGMENTER_CHECKPOINT) for kind in ("cut", "flip", "overwrite")]
    outputs = [(*damage.FINISHED[-5], "flip"), (*damage.FINISHED[-4], "remove"), (*damage.FINISHED[-1], "remove")]
    outputs += [(*finished, kind) for kind in ("cut", "overwrite", "flip", "remove") for finished in damage.FINISHED]
    segmenting, translating = partial(kills.killed_command, words="segment"), partial(kills.killed_command, words="translate")
    return [
        Row("SIGKILL at a random moment of a run", [
            partial(kills.interrupted_round, count=count, number=signal.SIGKILL) for count in ([17, 17, 16] if is_long else [6])
        ]),
        Row("SIGTERM at a random moment", [partial(kills.interrupted_round, count=some(2, 10), number=signal.SIGTERM, snapshot=late)]),
        Row("Ctrl-C at a random moment", [partial(kills.interrupted_round, count=some(2, 10), number=signal.SIGINT, snapshot=late)]),
        Row("disk full: too small for a write", [partial(disks.full_disk, most=some(3, 120), snapshot=late)], no_disk),
        Row("disk full: filled in a stage", [partial(disks.full_disk_in_stage, stages=stages)] if is_long else [], no_disk),
        Row("output folder deleted", [disks.deleted]),
        Row("output folder moved away", each(
            disks.moved_away, ("iteration_2/prepare", "iteration_2/prepare"), ("translation/train", "translation/train"),
            ("iteration_0/predict", "iteration_0/predict"), ("pseudo_target", "pseudo_target"),
            ("iteration_0/prepare", "iteration_0/prepare"), ("iteration_1/train", "iteration_1/train"),
        )),
        Row("scan changed between stages", each(
            damage.damaged_scan, ("iteration_1/prepare", ["iteration_1/train", "iteration_2/train"], "overwrite"),
            ("", stages[1::2], "cut"), ("", stages[::2], "overwrite"), ("", stages[::3], "flip"),
        )),
        Row("scan removed between stages", each(
            damage.damaged_scan, ("iteration_2/export", ["iteration_2/train"], "remove"), ("", stages[::3], "remove"),
        )),
        Row("scan changed during a stage", each(
            damage.scan_changed_while_running, ("", "translation/train", "training_source/*_Label.nii.gz"),
            ("iteration_0/train", "iteration_0/train", "training_target/*_hrT2.nii.gz"),
            ("", "translation/train", "training_source/*_ceT1.nii.gz"),
        )),
        Row("nnU-Net's helper process killed", [partial(_with, memory.killed_helper, choice) for choice in helpers * some(1, 3)]),
        Row("memory limit of nnU-Net's helpers", [partial(_with, memory.limited_helpers, choice) for choice in helpers * some(1, 4)],
            "" if sys.platform == "linux" else "needs Linux's memory limits"),
        Row("clock goes back a day, twice", [damage.wrong_clock] * some(1, 2)),
        Row("checkpoint damaged", [partial(_with, damage.damaged_checkpoint, choice) for choice in checkpoints[: some(2, 99)]]),
        Row("finished file damaged or removed", [partial(_with, damage.damaged_output, choice) for choice in outputs[: some(3, 99)]]),
        Row("two workers at once", [kills.two_workers] * some(1, 4)),
        Row("lock left by a dead host", [damage.dead_host] * some(1, 2)),
        Row("event log cut in a line", [damage.cut_events] * some(1, 4)),
        Row("experiment.json damaged", each(damage.damaged_record, ("cut",), ("overwrite",))),
        Row("SIGKILL during segment", [partial(segmenting, count=some(2, 12))], no_segment),
        Row("SIGKILL during translate", [partial(translating, count=some(2, 12))]),
        Row("memory grows over many scans", [partial(memory.growth, scans=some(12, 50))], no_segment),
    ]  # fmt: skip


def _with(trial: Callable[..., int], choice: tuple[object, ...], reference: Reference, folder: Path, draws: random.Random) -> int:
    return trial(reference, folder, draws, *choice)


def run(base: Path, seed: int, is_long: bool, lanes: int, only: str = "") -> int:
    """Try everything in folders under ``base``, print the table; 1 if something was not survived."""
    began = time.monotonic()
    chosen = [row for row in rows(is_long) if only.casefold() in row.fault.casefold()]
    say(f"Faults, {'long' if is_long else 'short'} form, seed {seed}; {lanes} at a time. The undisturbed run first.")
    try:
        reference = undisturbed(base)
    except NotSurvivedError as error:
        say(f"The undisturbed run did not succeed: {error}; its folder is {base}.")
        return 1
    say(f"The undisturbed run took {time.monotonic() - began:.0f} s.")
    with ThreadPoolExecutor(lanes) as pool:
        for number, row in enumerate(chosen):
            for index, trial in enumerate([] if row.skipped else row.trials):
                pool.submit(_try, reference, row, trial, base / f"{number:02d}_{index}", f"{seed}/{row.fault}/{index}")
    say("")
    for line in table(chosen):
        say(line)
    failures = [failure for row in chosen for failure in row.failures]
    for failure in failures:
        say(f"NOT SURVIVED {failure}")
    say(f"{time.monotonic() - began:.0f} s in all, seed {seed}.")
    if not failures:
        shutil.rmtree(base, ignore_errors=True)
    return 1 if failures else 0


_lock = threading.Lock()


def _try(reference: Reference, row: Row, trial: Trial, folder: Path, seed: str) -> None:
    folder.mkdir()
    began = time.monotonic()
    tried, failure = 1, ""
    try:
        tried = trial(reference, folder, random.Random(seed))
    except NotSurvivedError as error:
        failure = f"{row.fault}: {error} (in {folder})"
    except Exception:
        failure = f"{row.fault}: the suite itself failed (in {folder})\n{traceback.format_exc()}"
    took = time.monotonic() - began
    with _lock:
        row.tried += tried
        row.survived += 0 if failure else tried
        row.seconds += took
        if failure:
            row.failures.append(failure)
        say(f"  {'NOT SURVIVED' if failure else 'survived':<12} {tried:>3} x {row.fault} ({took:.0f} s)")
    if not failure:
        shutil.rmtree(folder, ignore_errors=True)


def table(found: list[Row]) -> list[str]:
    """Fault, times tried, survived, seconds."""
    lines = [f"{'fault':<40}{'tried':>7}{'survived':>10}{'seconds':>9}"]
    for row in found:
        if row.skipped:
            lines.append(f"{row.fault:<40}  skipped ({row.skipped})")
        elif row.trials:
            lines.append(f"{row.fault:<40}{row.tried:>7}{row.survived:>10}{row.seconds:>9.0f}")
    tried, survived = (sum(getattr(row, name) for row in found) for name in ("tried", "survived"))
    return [*lines, f"{'all':<40}{tried:>7}{survived:>10}{sum(row.seconds for row in found):>9.0f}"]


def say(text: str) -> None:
    """Print a line at once."""
    print(text, file=sys.stdout, flush=True)
