"""What an earlier version has written goes on and loads: experiments stopped in their midst, and a model package.

``data/`` holds both as version 0.1.0 wrote them, on a cohort of its own; the experiments name their scans under
``/recorded``. Scores of trainings this short turn on a processor's rounding, so none is compared.
"""

from __future__ import annotations

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import read_label_map

DATA = Path(__file__).resolve().parent / "data"
PACKAGE = DATA / "package_of_0.1.0.zip"


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """The cohort and the experiments of version 0.1.0, with their scans where they lie now."""
    with zipfile.ZipFile(DATA / "experiments_of_0.1.0.zip") as archive:
        archive.extractall(tmp_path)
    for path in tmp_path.glob("*/experiment.json"):
        path.write_text(path.read_text(encoding="utf-8").replace("/recorded", tmp_path.as_posix()), encoding="utf-8")
    return tmp_path


def finish(experiment: Path) -> list[dict[str, str]]:
    """Run an experiment to its end and return the events of this start."""
    before = len((experiment / "events.jsonl").read_text(encoding="utf-8").splitlines())
    assert cli.main(["run", "-o", str(experiment)]) == 0
    lines = (experiment / "events.jsonl").read_text(encoding="utf-8").splitlines()[before:]
    return [json.loads(line) for line in lines]


def stages(events: list[dict[str, str]], state: str) -> set[str]:
    return {event["stage"] for event in events if event["kind"] == "stage" and event["state"] == state}


def test_an_experiment_stopped_after_iteration_0_goes_on_there(recorded: Path) -> None:
    experiment = recorded / "after_iteration_0"
    finished = {path.stem.replace("--", "/") for path in (experiment / "stages").iterdir()}
    kept = {path: path.read_bytes() for path in experiment.rglob("*.safetensors")}
    events = finish(experiment)
    # The comparison with the real labels has not been made yet, and needs iteration 0's model.
    assert finished <= stages(events, "skipped")
    assert {"iteration_1/train", "iteration_1/evaluate"} <= stages(events, "finished")
    assert len(kept) == 2 and all(path.read_bytes() == content for path, content in kept.items())
    table = (experiment / "evaluation" / "table.csv").read_text(encoding="utf-8").splitlines()
    assert [line.partition(",")[0] for line in table] == ["method", "iteration 0", "iteration 1"]


def test_a_translator_stopped_in_its_training_goes_on_from_its_checkpoint(recorded: Path) -> None:
    experiment = recorded / "in_translator"
    before = (experiment / "translation" / "losses.csv").read_text(encoding="utf-8").splitlines()
    events = finish(experiment)
    steps = [event["step"] for event in events if event["kind"] == "progress" and event["stage"] == "translation/train"]
    assert min(map(int, steps)) > 4, "two of three epochs of two steps each were done"
    after = (experiment / "translation" / "losses.csv").read_text(encoding="utf-8").splitlines()
    assert after[:3] == before[:3] and len(after) == 4
    assert "iteration_1/evaluate" in stages(events, "finished")


def test_the_same_command_goes_on_as_well(recorded: Path) -> None:
    """With the options that version 0.1.0 knew, old names of settings included."""
    from conftest import TINY

    words = ["run", "--crossmoda", str(recorded / "cohort"), "-o", str(recorded / "after_iteration_0"), "--preset", "smoke"]
    old = {"translation.generator_features": 4, "translation.generator_blocks": 1, "translation.discriminator_features": 4}
    assignments = [f"--set={key}={value}" for key, value in {**TINY, **old}.items() if not key.startswith("cyclegan.")]
    assert cli.main([*words, "--device", "cpu", "--set=workers=1", *assignments]) == 0
    changed = [*assignments, "--set=translation.cycle_weight=9"]
    assert cli.main([*words, "--device", "cpu", *changed]) == 2


def test_a_package_segments_and_translates(recorded: Path, tmp_path: Path) -> None:
    package, out = tmp_path / "old model.zip", tmp_path / "results"
    shutil.copy(PACKAGE, package)
    [scan] = sorted((recorded / "cohort").rglob("*syn_3_hrT2.nii.gz"))
    assert cli.main(["segment", str(package), str(scan), "-o", str(out), "--device", "cpu"]) == 0
    [label] = out.glob("*_Label.nii.gz")
    found, wanted = read_label_map(label), read_label_map(recorded / "segmented" / label.name)
    assert found.geometry.differences(wanted.geometry) == []
    assert (found.array == wanted.array).mean() > 0.9
    [source] = sorted((recorded / "cohort").rglob("*syn_1_ceT1.nii.gz"))
    assert cli.main(["translate", str(package), str(source), "-o", str(out), "--device", "cpu"]) == 0
    assert len(list(out.glob("*_pseudo_target.nii.gz"))) == 1
