"""An experiment with everything that is done to pseudo-labels: what it learns from and what it tells of that."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import Case, Cohort, find_crossmoda
from CrossMoDAUDALib.core.files import write_json
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import Event
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume, to_canonical, write_volume
from CrossMoDAUDALib.method.adaptation import adapt
from CrossMoDAUDALib.method.packing import write_package
from CrossMoDAUDALib.method.pseudo_labels import Choice
from CrossMoDAUDALib.method.report_page import write_page
from CrossMoDAUDALib.segmentation import preparation
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from CrossMoDAUDALib.translation.check import Check
from CrossMoDAUDALib.translation.pooling import kept_weights
from CrossMoDAUDALib.translation.trained import TrainedTranslator
from scipy import ndimage

PSEUDO_TARGET, SELF_TRAINING = "Dataset001_PseudoTarget", "Dataset002_SelfTraining"
LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
EVERYTHING = {
    "translation.decay_epochs": 2,
    "translation.pooled_epochs": 1,
    "self_training.iterations": 2,
    "self_training.drop_incomplete": True,
    "self_training.pseudo_label_weight": 2,
    "self_training.refinement": "both",
    "self_training.least_expected_dice": 0.25,
    "segmentation.scaled_copies": "Cochlea:0.5",
    "segmentation.structure_scaling_probability": 0.5,
}


class KilledError(Exception):
    """Ends a run as a kill does: nothing is written after it."""


SOURCE = {f"source_{kind}000{index}" for kind in ("", "scaled1_", "pooled1_") for index in range(2)}
# Where the run ends and is started again.
KILLS = {"pseudo_target", "iteration_1/export", "iteration_1/train", "iteration_2/prepare"}


@pytest.fixture(scope="module")
def everything(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Experiment, dict[str, set[str]]]]:
    """A finished experiment, killed on its way, and which cases each of its trainings has loaded.

    Of the first target case the pseudo-label of iteration 1 lacks the schwannoma, of the second one that of iteration 0 the cochlea.
    """
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    base = tmp_path_factory.mktemp("everything")
    found = find_crossmoda(tiny_cohort)
    settings = with_values(preset_settings("smoke"), {**TINY, "device": "cpu", **EVERYTHING})
    experiment = Experiment.create(base / "experiment", settings, Cohort(found.source, found.target, ()), {})
    kills, loaded, now = set(KILLS), {}, [""]
    load = nnUNetDatasetBlosc2.load_case

    def note(self: Any, name: str) -> Any:
        loaded.setdefault(now[0], set()).add(name)
        return load(self, name)

    def watch(event: Event) -> None:
        if event["kind"] == "stage" and event["state"] == "started":
            now[0] = event["stage"]
        for number, place, missing in ((0, 1, 2), (1, 0, 1)):
            if event["kind"] == "stage" and event["state"] == "finished" and event["stage"] == f"iteration_{number}/predict":
                relabel(experiment, number, place, missing)
        if event["kind"] == "progress" and event["stage"] in kills:
            kills.remove(event["stage"])
            raise KilledError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "FOREGROUND_SAMPLES", 100_000)
        patch.setattr(nnUNetDatasetBlosc2, "load_case", note)
        for _ in range(len(KILLS)):
            experiment.events.listeners[:] = [watch]
            with pytest.raises(KilledError):
                adapt(experiment)
            experiment = Experiment.load(experiment.folder)
        experiment.events.listeners[:] = [watch]
        adapt(experiment)
    yield experiment, loaded
    shutil.rmtree(base)


def relabel(experiment: Experiment, number: int, place: int, missing: int) -> None:
    """Give every target case a pseudo-label with both structures, and one of them a label that lacks one, as if predicted so."""
    folder = experiment.folder / f"iteration_{number}"
    for index, case in enumerate(experiment.cohort.target):
        label = read_label_map(folder / "pseudo_labels" / f"{case.id}.nii.gz")
        array, doubt = np.zeros_like(label.array), np.zeros_like(label.array)
        array[4:8, 10 + number : 14, 10:14], array[4:8, 20:24, 20:24] = 1, 2
        doubt[4:8, 8:16, 11:14] = 1
        if index == place:
            array[array == missing] = 0
        write_volume(label.with_array(array), folder / "pseudo_labels" / f"{case.id}.nii.gz")
        write_volume(label.with_array(doubt), folder / "doubts" / f"{case.id}.nii.gz")
        if number < 2:
            found = json.loads((folder / "expected" / f"{case.id}.json").read_text(encoding="utf-8"))
            assert list(found) == list(LABELS) and all(value is None or 0 <= value <= 1 for value in found.values())
            write_json(folder / "expected" / f"{case.id}.json", {"Vestibular schwannoma": 0.25, "Cochlea": None})
    left = [path for name in ("pseudo_labels", "doubts", "expected") if (folder / name).is_dir() for path in (folder / name).iterdir()]
    write_marker(experiment.folder, f"iteration_{number}/predict", left)


def test_an_iteration_learns_from_the_complete_pseudo_labels_only(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, loaded = everything
    source = SOURCE
    assert loaded["iteration_0/train"] <= source
    assert "target_0000" in loaded["iteration_1/train"] <= source | {"target_0000"}
    assert "target_0001" in loaded["iteration_2/train"] <= source | {"target_0001"}
    preprocessed = experiment.folder / "nnunet" / "preprocessed" / SELF_TRAINING / "nnUNetPlans_3d_fullres"
    assert {path.stem for path in preprocessed.glob("*.pkl")} == source | {"target_0000", "target_0001"}


def test_a_copy_of_each_source_case_shows_a_structure_with_half_the_signal(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, loaded = everything
    folder = experiment.folder / "nnunet" / "raw" / PSEUDO_TARGET
    listed = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["dataset"]
    assert set(listed) == SOURCE and "source_scaled1" in str(loaded)
    for index in ("0000", "0001"):
        label = read_label_map(folder / listed[f"source_{index}"]["label"]).array
        assert listed[f"source_scaled1_{index}"]["label"] == listed[f"source_{index}"]["label"]
        image, copy = (read_volume(folder / "imagesTr" / f"{name}{index}_0000.nii.gz").array for name in ("source_", "source_scaled1_"))
        patient = image > 0  # 0 is outside the patient, and 1 the darkest signal
        share = ndimage.uniform_filter((label == 2).astype(float), 3)  # the cochlea's, of the voxels around
        np.testing.assert_array_equal(copy[~patient | (share < 0.01)], image[~patient | (share < 0.01)])
        np.testing.assert_allclose(copy[patient] - 1, ((image - 1) * 0.5**share)[patient], atol=0.51)
        inside = (label == 2) & patient
        assert inside.any() and (copy[inside] < image[inside]).all()


def test_an_earlier_networks_images_are_learned_from_too(everything: tuple[Experiment, dict[str, set[str]]], tmp_path: Path) -> None:
    experiment, loaded = everything
    folder = experiment.folder / "nnunet" / "raw" / PSEUDO_TARGET
    listed = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))["dataset"]
    assert "source_pooled1" in str(loaded)
    for index, case in enumerate(experiment.cohort.source):
        name = f"source_pooled1_{index:04d}"
        assert listed[name]["label"] == listed[f"source_{index:04d}"]["label"]
        shown = read_volume(folder / "imagesTr" / f"{name}_0000.nii.gz").array
        first, last = (read_volume(experiment.pseudo_target(case, epoch)) for epoch in (2, None))  # of 1 epoch and 2 more
        inside = shown > 0
        np.testing.assert_array_equal(shown[inside], to_canonical(first).array[inside] + 1001)
        assert not np.array_equal(first.array, last.array)
        other = TrainedTranslator.load(experiment.folder, "cpu", "auto", kept_weights(experiment.folder / "translation", 2))
        assert np.abs(other.translate(read_volume(case.image)).array - first.array).max() <= 1
    agreement = Check.read(experiment.folder / "iteration_0" / "agreement.json")
    assert agreement and set(agreement.values) == {case.id for case in experiment.cohort.source}
    write_package(experiment.folder, tmp_path / "model.zip")
    with zipfile.ZipFile(tmp_path / "model.zip") as package:
        assert {name for name in package.namelist() if name.startswith("translation/")} == {
            "translation/translator.json",
            "translation/generator.safetensors",
        }


def test_the_refined_pseudo_labels_are_learned_from(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, _ = everything
    case: Case = experiment.cohort.target[1]
    pseudo_label = read_label_map(experiment.folder / "iteration_1" / "pseudo_labels" / f"{case.id}.nii.gz")
    scan = read_volume(case.image).array.astype(float)
    low, high = np.percentile(scan, (0.1, 99.9))
    shown = np.clip((scan - low) / (high - low), 0, 1)
    expected = pseudo_label.array.copy()
    mean = shown[expected == 1].mean()
    doubtful = np.zeros(expected.shape, bool)
    doubtful[4:8, 8:16, 11:14] = True
    fits = (0.6 * mean <= shown) & (shown <= 1.4 * mean)
    expected[doubtful & ~fits] = 0
    neighbours = np.pad(expected == 1, 1)
    beside = sum(np.roll(neighbours, step, axis)[1:-1, 1:-1, 1:-1] for axis in range(3) for step in (-1, 1)) > 0
    expected[doubtful & fits & beside & (pseudo_label.array == 0)] = 1
    added, removed = int((expected > pseudo_label.array).sum()), int((expected < pseudo_label.array).sum())
    assert added and removed
    label = read_label_map(experiment.folder / "nnunet" / "raw" / SELF_TRAINING / "labelsTr" / "target_0001.nii.gz").array
    np.testing.assert_array_equal(label, to_canonical(pseudo_label.with_array(expected)).array)
    choice = Choice.read(experiment.folder / "iteration_2" / "choice.json")
    assert choice and choice.changed[case.id] == {"Vestibular schwannoma": (added, removed), "Cochlea": (0, 0)}


def test_doubts_are_of_the_pass_that_made_the_pseudo_label(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, _ = everything
    assert {path.name for path in experiment.folder.glob("iteration_*/doubts")} and not (
        experiment.folder / "iteration_2" / "doubts"
    ).exists()
    segmenter, scan = Segmenter.load(experiment.folder / "iteration_1", "cpu"), read_volume(experiment.cohort.target[0].image)
    label, probabilities = segmenter.segment_with_probabilities(scan)
    doubtful = segmenter.doubts(scan, probabilities, 0.5)
    best = probabilities[1:].max(axis=0)
    entropy = -best * np.log(best) - (1 - best) * np.log(1 - best)
    expected = np.where(entropy > 0.5, 1 + probabilities[1:].argmax(axis=0), 0)
    assert 0 < np.count_nonzero(expected) < expected.size
    np.testing.assert_array_equal(to_canonical(doubtful).array, expected)
    inside = to_canonical(label).array
    assert ((expected == inside) | (expected == 0))[inside > 0].all()  # within a structure, only that one is in doubt


def test_the_report_tells_of_every_pseudo_label(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, _ = everything
    one, other = (case.id for case in experiment.cohort.target)
    report = (experiment.folder / "report.md").read_text(encoding="utf-8")
    rows = [line.strip("| ").split(" | ") for line in report.partition("## Pseudo-labels\n\n")[2].splitlines()[2:6]]
    expected = "Vestibular schwannoma 0.25; Cochlea -"
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("1", one, "", expected, "no"),
        ("1", other, "Cochlea", expected, "yes: Cochlea is missing"),
        ("2", one, "Vestibular schwannoma", expected, "yes: Vestibular schwannoma is missing"),
        ("2", other, "", expected, "no"),
    ]
    assert re.fullmatch(r"Vestibular schwannoma \+\d+ -\d+; Cochlea \+0 -0", rows[0][2])
    assert rows[2][2] == "Cochlea +0 -0"  # a structure that is missing is not refined
    page = write_page(experiment).read_text(encoding="utf-8")
    assert f"Pseudo-label of {other}: iteration 1 does not learn from it (Cochlea is missing)." in page
    assert f"Pseudo-label of {one}: iteration 2 does not learn from it (Vestibular schwannoma is missing)." in page
