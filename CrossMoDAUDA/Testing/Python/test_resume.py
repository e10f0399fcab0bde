"""A real worker, killed in one stage after the other and started again with the same command, ends where an undisturbed one does."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.experiment.events import Event, read_events
from CrossMoDAUDALib.images import volumes
from Testing.Host.measuring import unmeasured

pytestmark = pytest.mark.slow

SETTINGS = {**TINY, "translation.steps_per_epoch": 10, "segmentation.epochs": 3}
SECONDS = 300


def command(project_root: Path, cohort: Path, folder: Path, *more: str) -> list[str]:
    script = project_root / "Scripts" / "crossmoda_uda.py"
    settings = [f"--set={key}={value}" for key, value in SETTINGS.items()]
    return [
        *(sys.executable, str(script), "run", "--crossmoda", str(cohort), "-o", str(folder)),
        *("--preset", "smoke", "--device", "cpu", *settings, *more),
    ]


def start(arguments: list[str], measured: bool = True) -> subprocess.Popen[bytes]:
    # The number of threads decides in which order a CPU adds.
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment if measured else unmeasured(environment)
    )


def events_of(folder: Path) -> list[Event]:
    return read_events(folder / "events.jsonl")[0]


def began(stage: str) -> Callable[[Path], bool]:
    """True once a stage has been started."""

    def check(folder: Path) -> bool:
        return any(event.get("stage") == stage and event.get("state") == "started" for event in events_of(folder))

    return check


def wrote(pattern: str) -> Callable[[Path], bool]:
    """True once a file is there."""
    return lambda folder: any(not path.name.startswith(".") for path in folder.glob(pattern))


TRAINED = "nnUNetTrainer__nnUNetPlans__3d_fullres/fold_all"
# The stage to kill the worker in, and what to wait for: as far as can be, something in its middle.
KILLS: list[tuple[str, Callable[[Path], bool]]] = [
    ("translation/source_slices", began("translation/source_slices")),
    ("translation/train", wrote("translation/checkpoint.pt")),
    ("pseudo_target", wrote("pseudo_target/*.nii.gz")),
    ("export/Dataset001_PseudoTarget", began("export/Dataset001_PseudoTarget")),
    ("iteration_0/prepare", wrote("nnunet/preprocessed/Dataset001_PseudoTarget/nnUNetPlans_3d_fullres/*.pkl")),
    ("iteration_0/train", wrote(f"iteration_0/Dataset001_PseudoTarget/{TRAINED}/checkpoint_latest.pth")),
    ("iteration_0/predict", wrote("iteration_0/pseudo_labels/*.nii.gz")),
    ("iteration_1/export", began("iteration_1/export")),
    ("iteration_1/prepare", wrote("nnunet/preprocessed/Dataset002_SelfTraining/nnUNetPlans_3d_fullres/*.pkl")),
    ("iteration_1/train", wrote(f"iteration_1/Dataset002_SelfTraining/{TRAINED}/checkpoint_latest.pth")),
    ("iteration_1/evaluate", began("iteration_1/evaluate")),
]


def markers(folder: Path) -> dict[str, int]:
    return {path.stem.replace("--", "/"): path.stat().st_mtime_ns for path in (folder / "stages").glob("*.json")}


def finish(process: subprocess.Popen[bytes]) -> str:
    """Wait for the end, and for that of every helper process: they hold the same pipe."""
    output, _ = process.communicate(timeout=SECONDS)
    return output.decode(errors="replace")


@pytest.fixture(scope="module")
def folders(
    project_root: Path, tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, dict[str, dict[str, int]]]:
    """An undisturbed experiment, a killed one, and the markers of the latter at each kill."""
    base = tmp_path_factory.mktemp("resumed")
    undisturbed, killed = base / "undisturbed", base / "killed ü"
    reference = start(command(project_root, tiny_cohort, undisturbed))
    there: dict[str, dict[str, int]] = {}
    for stage, reached in KILLS:
        # How many helper processes there are is no matter of the experiment; here they are spawned, and killed with it.
        helpers = ["--set=helper_processes=2"] if stage == "iteration_0/prepare" else []
        # A killed process leaves no coverage; measuring takes it a fifth of its time.
        process = start(command(project_root, tiny_cohort, killed, *helpers), measured=False)
        deadline = time.monotonic() + SECONDS
        while not reached(killed) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        process.kill()
        output = finish(process)
        assert process.returncode != 0, f"the worker ended before it could be killed in {stage}"
        assert reached(killed), f"{stage} was not reached: {output}"
        there[stage] = markers(killed)
    last = start(command(project_root, tiny_cohort, killed))
    assert finish(last).count("Results are in") == 1 and last.returncode == 0
    output = finish(reference)
    assert reference.returncode == 0, output
    return undisturbed, killed, there


Folders = tuple[Path, Path, dict[str, dict[str, int]]]


def test_the_worker_was_killed_in_the_middle(folders: Folders) -> None:
    _, _, there = folders
    incomplete = {stage for stage, complete in there.items() if stage not in complete}
    # The others are over in milliseconds, so that a kill may come too late.
    assert {"translation/train", "iteration_0/prepare", "iteration_0/train", "iteration_1/prepare", "iteration_1/train"} <= incomplete


def test_what_was_complete_is_never_done_again(folders: Folders) -> None:
    undisturbed, killed, there = folders
    final = markers(killed)
    assert final.keys() == markers(undisturbed).keys()
    for complete in there.values():
        assert complete.items() <= final.items()
    runs: list[list[Event]] = []
    for event in events_of(killed):
        if event["kind"] == "run" and event["state"] == "started":
            runs.append([])
        runs[-1].append(event)
    assert len(runs) == len(KILLS) + 1
    for run, complete in zip(runs[1:], there.values(), strict=True):
        skipped = {event["stage"] for event in run if event.get("state") == "skipped"}
        redone = {event["stage"] for event in run if event.get("state") == "started" and "stage" in event}
        assert not redone & complete.keys()
        assert skipped == complete.keys() & (skipped | redone)
    assert {event["stage"] for event in runs[-1] if event.get("state") == "skipped"} == there["iteration_1/evaluate"].keys()


def test_a_training_goes_on_from_its_checkpoint(folders: Folders) -> None:
    _, killed, _ = folders
    for name, steps in {"translation/train": 10, "iteration_0/train": 2, "iteration_1/train": 2}.items():
        first = [
            next((event for event in events_of(killed)[index:] if event["kind"] == "progress"), None)
            for index, event in enumerate(events_of(killed))
            if event.get("stage") == name and event.get("state") == "started"
        ]
        assert len(first) == 2
        assert first[1] is not None and first[1]["stage"] == name
        assert first[1]["step"] > steps


@pytest.mark.parametrize(
    "name",
    ["translation/generator.safetensors", "iteration_0/model/segmenter.safetensors", "iteration_1/model/segmenter.safetensors"],
)
def test_the_networks_are_the_same_to_the_bit(folders: Folders, name: str) -> None:
    undisturbed, killed, _ = folders
    assert (undisturbed / name).read_bytes() == (killed / name).read_bytes()


@pytest.mark.parametrize(
    "name", ["pseudo_target", "iteration_0/agreement", "iteration_0/pseudo_labels", "iteration_1/pseudo_labels", "iteration_1/evaluation"]
)
def test_the_images_are_the_same(folders: Folders, name: str) -> None:
    undisturbed, killed, _ = folders
    names = sorted(path.name for path in (undisturbed / name).glob("*.nii.gz"))
    assert names and names == sorted(path.name for path in (killed / name).glob("*.nii.gz"))
    for file in names:
        one, other = volumes.read_volume(undisturbed / name / file), volumes.read_volume(killed / name / file)
        assert one.geometry == other.geometry
        np.testing.assert_array_equal(one.array, other.array)


@pytest.mark.parametrize(
    "name",
    [
        *("evaluation/table.csv", "evaluation/per_case.csv", "evaluation/table.md", "translation/losses.csv"),
        *("pseudo_target/contrast.json", "pseudo_target/checks.csv", "iteration_0/agreement.json", "report.md"),
    ],
)
def test_the_tables_are_the_same(folders: Folders, name: str) -> None:
    undisturbed, killed, _ = folders
    assert (undisturbed / name).read_text(encoding="utf-8") == (killed / name).read_text(encoding="utf-8")


def test_nothing_half_written_is_left(folders: Folders) -> None:
    undisturbed, killed, _ = folders

    def files(folder: Path) -> set[str]:
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        return {name for name in found if "training_log" not in name}

    assert files(killed) - files(undisturbed) == set()
    assert files(undisturbed) - files(killed) == set()
