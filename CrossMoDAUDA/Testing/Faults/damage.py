"""Files that are cut short, altered or removed behind the worker's back."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
from pathlib import Path

from .reference import DATASETS, SEGMENTER_CHECKPOINT, Reference, command, compare, goes_on
from .runs import Run, Watch, finished, refused, require


def cut(path: Path, draws: random.Random) -> None:
    """Keep only a random part of a file."""
    os.truncate(path, draws.randrange(path.stat().st_size))


def flip(path: Path, draws: random.Random) -> None:
    """Alter one bit in the middle half of a file, leaving its size and time stamp as they are: what a bad disk does."""
    status = path.stat()
    content = bytearray(path.read_bytes())
    content[draws.randrange(len(content) // 4, len(content) * 3 // 4)] ^= 1 << draws.randrange(8)
    path.write_bytes(content)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def overwrite(path: Path, draws: random.Random) -> None:
    """Put as many other bytes into a file."""
    path.write_bytes(draws.randbytes(path.stat().st_size))


DAMAGES = {"cut": cut, "flip": flip, "overwrite": overwrite}


def damaged_checkpoint(reference: Reference, folder: Path, draws: random.Random, checkpoint: str, damage: str) -> int:
    """A checkpoint that is damaged between a kill and the next start costs time, and is told."""
    experiment = reference.snapshot(checkpoint, folder / "experiment")
    DAMAGES[damage](experiment / checkpoint, draws)
    watch = goes_on(reference, experiment, folder / "run.log")
    told = any(Path(checkpoint).name in warning and "damaged" in warning for warning in watch.warnings())
    require(told, f"nobody was told of the damaged {checkpoint}")
    return 1


_RAW, _READY = ({number: f"nnunet/{kind}/{name}" for number, name in DATASETS.items()} for kind in ("raw", "preprocessed"))
_CASES = "nnUNetPlans_3d_fullres"
# Files that a finished stage has left, by the stage that reads them next.
FINISHED = (
    ("translation/source_slices.npy", "translation/train"),
    ("translation/generator.safetensors", "pseudo_target"),
    ("pseudo_target/*.nii.gz", "export/Dataset001_PseudoTarget"),
    (f"{_RAW[1]}/imagesTr/*.nii.gz", "iteration_0/prepare"),
    (f"{_RAW[1]}/labelsTr/*.nii.gz", "iteration_0/prepare"),
    (f"{_READY[1]}/{_CASES}/*0.b2nd", "iteration_0/train"),
    (f"{_READY[1]}/{_CASES}/*_seg.b2nd", "iteration_0/train"),
    (f"{_READY[1]}/{_CASES}/*0.b2nd", "iteration_1/prepare"),
    (f"{_READY[2]}/{_CASES}/*.pkl", "iteration_1/train"),
    ("iteration_0/model/segmenter.safetensors", "iteration_0/predict"),
    ("iteration_0/model/plans.json", "iteration_0/predict"),
    ("iteration_0/pseudo_labels/*.nii.gz", "iteration_1/export"),
    ("iteration_1/model/segmenter.safetensors", "iteration_1/predict"),
    # What iteration 2 takes over from iteration 1.
    (f"{_RAW[2]}/imagesTr/*.nii.gz", "iteration_2/export"),
    (f"{_READY[2]}/{_CASES}/source_*.b2nd", "iteration_2/export"),
    (f"{_READY[2]}/{_CASES}/target_*[0-9].b2nd", "iteration_2/prepare"),
    (f"{_READY[2]}/nnUNetPlans.json", "iteration_2/prepare"),
    (f"{_READY[2]}/{_CASES}/*.pkl", "iteration_2/train"),
    ("iteration_2/model/segmenter.safetensors", "iteration_2/predict"),
)


def damaged_output(reference: Reference, folder: Path, draws: random.Random, pattern: str, snapshot: str, damage: str) -> int:
    """A finished stage's file is altered before it is read: refused by its name, and made again once it is deleted."""
    log, experiment = folder / "run.log", reference.snapshot(snapshot, folder / "experiment")
    damaged = draws.choice(sorted(experiment.glob(pattern)))
    if damage != "remove":
        DAMAGES[damage](damaged, draws)
        refused(Run(*command(reference.cohort, experiment), log=log), str(damaged), "delete it")
    damaged.unlink()
    watch = goes_on(reference, experiment, log)
    require(any(damaged.name in warning for warning in watch.warnings()), f"nobody was told that {damaged.name} was gone")
    return 1


def damaged_scan(reference: Reference, folder: Path, draws: random.Random, snapshot: str, stages: list[str], damage: str) -> int:
    """A scan is altered or removed between two stages: refused by its name until it is as it was."""
    log = folder / "run.log"
    cohort, experiment = reference.with_own_scans(snapshot, folder)
    scans = sorted(cohort.glob("*/*.nii.gz"))
    for stage in stages:
        run, watch = Run(*command(cohort, experiment), log=log), Watch(experiment)
        run.reaches(lambda stage=stage, watch=watch: stage in watch.states("started", "skipped"))  # type: ignore[misc]
        run.kill()
        scan = draws.choice(scans)
        kept = scan.with_name("kept")
        shutil.copy2(scan, kept)
        scan.unlink()
        if damage != "remove":
            shutil.copyfile(kept, scan)
            shutil.copystat(kept, scan)
            DAMAGES[damage](scan, draws)
        # Without naming the scans, it goes on with those that it knows; else a case less may be what is noticed first.
        refused(Run("run", "-o", experiment, log=log), str(scan), "since the experiment began", status=(2,))
        kept.replace(scan)
    goes_on(reference, experiment, log, cohort)
    return len(stages)


def scan_changed_while_running(reference: Reference, folder: Path, draws: random.Random, snapshot: str, stage: str, pattern: str) -> int:
    """A scan or label becomes another one while a training runs, before it is read again: refused, and nothing of it is kept."""
    log = folder / "run.log"
    cohort, experiment = reference.with_own_scans(snapshot, folder)
    run, watch = Run(*command(cohort, experiment), log=log), Watch(experiment)
    run.reaches(lambda: stage in watch.states("started"))
    one, other = sorted(cohort.glob(pattern))[:2]
    kept = folder / "kept.nii.gz"
    shutil.copy2(one, kept)
    replacement = one.with_name("replacement")
    shutil.copyfile(other, replacement)
    replacement.replace(one)
    refused(run, str(one), "has changed since the experiment began", status=(2,))
    shutil.copy2(kept, one)
    goes_on(reference, experiment, log, cohort)
    return 1


def cut_events(reference: Reference, folder: Path, draws: random.Random) -> int:
    """The event log ends in the middle of a line."""
    experiment = reference.snapshot("iteration_2/predict", folder / "experiment")
    log = experiment / "events.jsonl"
    last = log.read_bytes().rstrip(b"\n").rfind(b"\n") + 1
    os.truncate(log, draws.randrange(last + 1, log.stat().st_size - 1))
    kept = log.read_bytes()
    goes_on(reference, experiment, folder / "run.log")
    require(log.read_bytes().startswith(kept + b"\n"), "the event log was not continued on a line of its own")
    status = Run("status", experiment, log=folder / "status.log")
    finished(status)
    require("State       finished" in status.output, f"status says: {status.output[-500:]}")
    return 1


def damaged_record(reference: Reference, folder: Path, draws: random.Random, damage: str) -> int:
    """``experiment.json`` is damaged: one sentence, nothing overwritten; restored, the experiment goes on."""
    log, experiment = folder / "run.log", reference.snapshot("iteration_2/predict", folder / "experiment")
    record = experiment / "experiment.json"
    good = record.read_bytes()
    DAMAGES[damage](record, draws)
    bad = record.read_bytes()
    before = {path: path.stat().st_mtime_ns for path in experiment.rglob("*") if path.is_file()}
    for words in (command(reference.cohort, experiment), ["run", "-o", experiment], ["status", experiment]):
        refused(Run(*words, log=log), str(record), "restore it", status=(2,))
    after = {path: path.stat().st_mtime_ns for path in experiment.rglob("*") if path.is_file()}
    require(record.read_bytes() == bad and before == after, "a damaged experiment was written to")
    record.write_bytes(good)
    goes_on(reference, experiment, log)
    return 1


def wrong_clock(reference: Reference, folder: Path, draws: random.Random) -> int:
    """The clock goes back a day between two starts, and again, and forward: no older state is taken for the newest."""
    log, experiment = folder / "run.log", reference.snapshot(SEGMENTER_CHECKPOINT, folder / "experiment")
    day = 86_400
    for stage, offset in (("iteration_0/train", -day), ("iteration_2/train", -2 * day), ("iteration_2/predict", 0)):
        checkpoints = f"{stage.partition('/')[0]}/*/*/fold_all/checkpoint_*.pth"
        run, watch = Run(*command(reference.cohort, experiment), log=log, FAULT_CLOCK=str(offset)), Watch(experiment)
        run.reaches(lambda stage=stage, watch=watch: stage in watch.states("started", "skipped"))  # type: ignore[misc]
        if stage.endswith("train"):
            run.reaches(lambda checkpoints=checkpoints: any(experiment.glob(checkpoints)))  # type: ignore[misc]
        run.kill()
    finished(Run(*command(reference.cohort, experiment), log=log))
    compare(reference.folder, experiment)
    status = Run("status", experiment, log=folder / "status.log")
    finished(status)
    done = [line.split()[1] for line in status.output.splitlines() if line.startswith("  done")]
    require(done == list(reference.stages), f"status lists the stages as {done}")
    return 3


def dead_host(reference: Reference, folder: Path, draws: random.Random) -> int:
    """A lock file and the record of a worker on a machine that is no more are taken over; a lock that is held is not."""
    log, experiment = folder / "run.log", reference.snapshot("iteration_2/predict", folder / "experiment")
    record = json.dumps({"pid": draws.randrange(2, 30_000), "host": "machine-that-died", "started": 1.0})
    (experiment / "worker.lock").touch()
    (experiment / "worker.json").write_text(record, encoding="utf-8")
    with (experiment / "worker.lock").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        refused(Run(*command(reference.cohort, experiment), log=log), "is being worked on by", "machine-that-died", status=(1,))
        require((experiment / "worker.json").read_text(encoding="utf-8") == record, "the record of the worker that is there was altered")
    goes_on(reference, experiment, log)
    return 1
