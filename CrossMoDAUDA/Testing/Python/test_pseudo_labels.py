"""Which pseudo-labels are learned from, what is told of the others, and what an experiment does with them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import Case, Cohort, find_crossmoda
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import Event, read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.images.volumes import read_label_map, to_canonical, write_volume
from CrossMoDAUDALib.method.adaptation import adapt
from CrossMoDAUDALib.method.pseudo_labels import Choice, choose, left_out, missing_structures
from CrossMoDAUDALib.segmentation import preparation

SELF_TRAINING = "Dataset002_SelfTraining"
LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}


def new_experiment(folder: Path, cohort: Cohort, **values: Any) -> Experiment:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return Experiment.create(folder, with_values(preset_settings("smoke"), {**TINY, "device": "cpu", **changed}), cohort, {})


def told(experiment: Experiment, kind: str) -> list[str]:
    events, _ = read_events(experiment.folder / "events.jsonl")
    return [event["message"] for event in events if event["kind"] == kind and event.get("stage") == "the stage"]


def test_a_structure_is_missing_where_no_voxel_has_its_value() -> None:
    label = np.zeros((2, 3, 4), np.uint8)
    assert missing_structures(label, LABELS) == ["Vestibular schwannoma", "Cochlea"]
    label[1, 2, 3] = 2
    assert missing_structures(label, LABELS) == ["Vestibular schwannoma"]
    label[0, 0, 0] = 1
    assert missing_structures(label, LABELS) == []


def test_incomplete_cases_are_left_out_only_where_that_is_asked_for(tmp_path: Path, cohort: Cohort) -> None:
    missing = {"a": ["Cochlea"], "b": [], "c": []}
    plain, dropping = (new_experiment(tmp_path / str(drop), cohort, self_training__drop_incomplete=drop) for drop in (False, True))
    assert choose(plain, "the stage", missing) == Choice(missing, ())
    assert choose(dropping, "the stage", missing) == Choice(missing, ("a",))
    assert told(dropping, "message") == ["A structure is missing in the pseudo-labels of 1 of 3 target cases, which are left out: a."]
    assert told(dropping, "warning") == told(plain, "warning") == told(plain, "message") == []


def test_more_than_half_left_out_is_a_warning_and_all_are_kept(tmp_path: Path, cohort: Cohort) -> None:
    experiment = new_experiment(tmp_path / "experiment", cohort, self_training__drop_incomplete=True)
    assert choose(experiment, "the stage", {"a": ["Cochlea"], "b": [], "c": ["Cochlea"]}).left_out == ("a", "c")
    assert choose(experiment, "the stage", {"a": ["Cochlea"], "b": ["Vestibular schwannoma"]}).left_out == ()
    most, every = told(experiment, "warning")
    assert "of 2 of 3 target cases, which are left out" in most and "all target cases: none is left out" in every


def test_a_choice_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "choice.json"
    assert Choice.read(path) is None and left_out(path) == ()
    choice = Choice({"a": ["Cochlea"], "b": []}, ("a",))
    choice.write(path)
    assert Choice.read(path) == choice and left_out(path) == ("a",)
    for damage in ("", "[]", '{"missing": [], "left_out": []}', '{"missing": {}}'):
        path.write_text(damage, encoding="utf-8")
        with pytest.raises(InputError, match=r"choice\.json is damaged; start in a new folder"):
            Choice.read(path)


# An experiment with everything on --------------------------------------------------------------------------------------------


class KilledError(Exception):
    """Ends a run as a kill does: nothing is written after it."""


# Where the run ends and is started again.
KILLS = {"iteration_1/export", "iteration_1/train", "iteration_2/prepare"}


@pytest.fixture(scope="module")
def everything(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Experiment, dict[str, set[str]]]]:
    """A finished experiment, killed on its way, and which cases each of its trainings has loaded.

    Of the first target case the pseudo-label of iteration 1 lacks the schwannoma, of the second one that of iteration 0 the cochlea.
    """
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    base = tmp_path_factory.mktemp("everything")
    found = find_crossmoda(tiny_cohort)
    experiment = new_experiment(
        base / "experiment", Cohort(found.source, found.target, ()), translation__translator="none",
        self_training__iterations=2, self_training__drop_incomplete=True, self_training__pseudo_label_weight=2,
    )  # fmt: skip
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
        array = np.zeros_like(label.array)
        array[4:8, 10 + number : 14, 10:14], array[4:8, 20:24, 20:24] = 1, 2
        if index == place:
            array[array == missing] = 0
        write_volume(label.with_array(array), folder / "pseudo_labels" / f"{case.id}.nii.gz")
    write_marker(experiment.folder, f"iteration_{number}/predict", (folder / "pseudo_labels").iterdir())


def test_an_iteration_learns_from_the_complete_pseudo_labels_only(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, loaded = everything
    source = {"source_0000", "source_0001"}
    assert loaded["iteration_0/train"] <= source
    assert "target_0000" in loaded["iteration_1/train"] <= source | {"target_0000"}
    assert "target_0001" in loaded["iteration_2/train"] <= source | {"target_0001"}
    preprocessed = experiment.folder / "nnunet" / "preprocessed" / SELF_TRAINING / "nnUNetPlans_3d_fullres"
    assert {path.stem for path in preprocessed.glob("*.pkl")} == source | {"target_0000", "target_0001"}
    label = read_label_map(experiment.folder / "nnunet" / "raw" / SELF_TRAINING / "labelsTr" / "target_0001.nii.gz").array
    case: Case = experiment.cohort.target[1]
    pseudo_label = read_label_map(experiment.folder / "iteration_1" / "pseudo_labels" / f"{case.id}.nii.gz")
    np.testing.assert_array_equal(label, to_canonical(pseudo_label).array)


def test_the_report_tells_of_every_pseudo_label(everything: tuple[Experiment, dict[str, set[str]]]) -> None:
    experiment, _ = everything
    one, other = (case.id for case in experiment.cohort.target)
    report = (experiment.folder / "report.md").read_text(encoding="utf-8")
    assert report.partition("## Pseudo-labels\n\n")[2].splitlines()[2:6] == [
        f"| 1 | {one} |  | no |",
        f"| 1 | {other} | Cochlea | yes |",
        f"| 2 | {one} | Vestibular schwannoma | yes |",
        f"| 2 | {other} |  | no |",
    ]
