"""The undisturbed run: what every disturbed one has to equal, its states on the way, and how long its stages took."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.experiment.events import CHECK
from CrossMoDAUDALib.images.volumes import is_scan, read_volume

from .runs import ROOT, NotSurvivedError, Run, Watch, finished, require

sys.path.insert(0, str(ROOT / "CrossMoDAUDA" / "Testing" / "Python"))
from conftest import TINY

# Two iterations of self-training: what the first leaves, the second takes over or writes anew.
SETTINGS = {**TINY, "translation.steps_per_epoch": 10, "segmentation.epochs": 3, "self_training.iterations": 2}
TRAINED = "nnUNetTrainer__nnUNetPlans__3d_fullres/fold_all"
TRANSLATOR_CHECKPOINT = "translation/checkpoint.pt"
SEGMENTER_CHECKPOINT = f"iteration_0/Dataset001_PseudoTarget/{TRAINED}/checkpoint_latest.pth"
DATASETS = {1: "Dataset001_PseudoTarget", 2: "Dataset002_SelfTraining"}
EQUAL_FILES = (
    "translation/generator.safetensors",
    "translation/losses.csv",
    "iteration_0/model/segmenter.safetensors",
    "iteration_1/model/segmenter.safetensors",
    "iteration_2/model/segmenter.safetensors",
    "evaluation/per_case.csv",
    "evaluation/table.csv",
    "evaluation/table.md",
)
EQUAL_IMAGES = (
    "pseudo_target",
    "iteration_0/pseudo_labels",
    "iteration_0/evaluation",
    "iteration_1/pseudo_labels",
    "iteration_1/evaluation",
    "iteration_2/pseudo_labels",
    "iteration_2/evaluation",
)


@dataclass
class Reference:
    """The undisturbed experiment.

    Attributes:
        cohort: its scans, in crossMoDA's layout.
        folder: the finished experiment.
        snapshots: the folder as a kill would have left it, at the beginning of each stage (by its name), and in the middle
            of the trainings (by the checkpoint that is there).
        stages: seconds each stage took, in their order.
        starting: seconds that the check of the scans took.
    """

    cohort: Path
    folder: Path
    snapshots: dict[str, Path] = field(default_factory=dict)
    stages: dict[str, float] = field(default_factory=dict)
    starting: float = 0.0

    def snapshot(self, name: str, folder: Path) -> Path:
        """A copy of the experiment as it was at a moment, in ``folder``; with no name, none: the run is to begin there."""
        if name:
            shutil.copytree(self.snapshots[name], folder)
        return folder

    def with_own_scans(self, name: str, folder: Path) -> tuple[Path, Path]:
        """The same with a copy of the scans that may be spoilt: cohort and experiment."""
        cohort, experiment = folder / "cohort", self.snapshot(name, folder / "experiment")
        shutil.copytree(self.cohort, cohort)
        record = experiment / "experiment.json"
        if record.is_file():
            record.write_text(record.read_text(encoding="utf-8").replace(str(self.cohort), str(cohort)), encoding="utf-8")
        return cohort, experiment


def command(cohort: Path, folder: Path, *more: str) -> list[str | Path]:
    """The arguments of the one experiment that all faults disturb."""
    settings = [f"--set={key}={value}" for key, value in {"helper_processes": 0, **SETTINGS}.items()]
    return ["run", "--crossmoda", cohort, "-o", folder, "--preset", "smoke", "--device", "cpu", *settings, *more]


def undisturbed(base: Path) -> Reference:
    """Run the experiment in peace, but for being held still while its states are copied."""
    cohort = base / "cohort ü"
    phantom.write_cohort(cohort, source_cases=2, target_cases=2, evaluation_cases=1, seed=3, size=(32, 32, 16))
    reference = Reference(cohort, base / "undisturbed")
    run = Run(*command(cohort, reference.folder), log=base / "undisturbed.log")
    watch = Watch(reference.folder)
    for name, due in _moments(reference.folder, watch):
        if not run.reaches(due):
            raise NotSurvivedError(f"the undisturbed run ended before {name}: {run.output[-2000:]}")
        os.kill(run.process.pid, signal.SIGSTOP)
        reference.snapshots[name] = base / "snapshots" / name.replace("/", "--")
        shutil.copytree(reference.folder, reference.snapshots[name])
        os.kill(run.process.pid, signal.SIGCONT)
    finished(run)
    stages = [event for event in watch.look() if event["kind"] == "stage" and event["stage"] != CHECK]
    reference.starting = stages[0]["time"] - watch.events[0]["time"]
    reference.stages = {event["stage"]: event["metrics"]["seconds"] for event in stages if event["state"] == "finished"}
    return reference


def _moments(folder: Path, watch: Watch) -> Iterator[tuple[str, Callable[[], object]]]:
    def begun(stage: str) -> Callable[[], object]:
        return lambda: stage in watch.states("started")

    yield "translation/train", begun("translation/train")
    yield TRANSLATOR_CHECKPOINT, (folder / TRANSLATOR_CHECKPOINT).is_file
    yield "pseudo_target", begun("pseudo_target")
    yield "export/Dataset001_PseudoTarget", begun("export/Dataset001_PseudoTarget")
    yield "iteration_0/prepare", begun("iteration_0/prepare")
    yield "iteration_0/train", begun("iteration_0/train")
    yield SEGMENTER_CHECKPOINT, (folder / SEGMENTER_CHECKPOINT).is_file
    yield "iteration_0/predict", begun("iteration_0/predict")
    for stage in [f"iteration_{number}/{step}" for number in (1, 2) for step in ("export", "prepare", "train", "predict")]:
        yield stage, begun(stage)


def compare(reference: Path, folder: Path) -> None:
    """Raise :class:`NotSurvivedError` unless a finished experiment holds the undisturbed one's results, to the bit."""
    for name in EQUAL_FILES:
        require((folder / name).is_file(), f"lost: {name} is missing")
        require((folder / name).read_bytes() == (reference / name).read_bytes(), f"wrong: {name} is not the undisturbed run's")
    for name in EQUAL_IMAGES:
        compare_images(reference / name, folder / name)
    left = [path.name for path in folder.rglob(".*.partial*")]
    require(not left, f"half-written files are left: {left}")


def compare_images(reference: Path, folder: Path) -> None:
    """The same for a folder of volumes and what is told of them: the same names, grids, voxels and texts."""
    wanted, found = ({path.name for path in place.iterdir() if not path.name.startswith(".")} for place in (reference, folder))
    require(wanted == found, f"lost: {folder.name} holds {sorted(found)} instead of {sorted(wanted)}")
    for name in sorted(wanted):
        compare_image(reference / name, folder / name)


def compare_image(reference: Path, path: Path) -> None:
    """The same for one volume, or another file."""
    if is_scan(path):
        one, other = read_volume(reference), read_volume(path)
        same = one.geometry == other.geometry and np.array_equal(one.array, other.array)
    else:
        same = reference.read_bytes() == path.read_bytes()
    require(same, f"wrong: {path.parent.name}/{path.name} is not the undisturbed run's")


def goes_on(reference: Reference, folder: Path, log: Path, cohort: Path | None = None) -> Watch:
    """The same command again has to end with the undisturbed run's results; its events."""
    watch = Watch(folder)
    finished(Run(*command(cohort or reference.cohort, folder), log=log))
    watch.look()
    compare(reference.folder, folder)
    return watch
