"""Structures that the source labels show in one piece: found when an experiment begins, kept single from then on."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.cohort.pieces import FEWEST_LABELS, structures_in_one_piece
from CrossMoDAUDALib.commands.listing import _state
from CrossMoDAUDALib.core.budget import left_to_labels
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.events import Event, EventLog
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import Geometry, Volume, write_volume
from CrossMoDAUDALib.method.worker import work
from CrossMoDAUDALib.segmentation.dataset import drawn_by_weight
from CrossMoDAUDALib.study.request import SUPERVISED, Method, Study
from CrossMoDAUDALib.study.running import check_scans, sized
from CrossMoDAUDALib.watching.experiments import Lookout
from CrossMoDAUDALib.watching.monitor import Monitor
from CrossMoDAUDALib.watching.status import describe

LABELS = {"Liver": 1, "Kidneys": 2}
GEOMETRY = Geometry((24, 20, 16), (2.0, 2.0, 2.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
Array = npt.NDArray[Any]


def usual() -> Array:
    """One liver, two kidneys."""
    array = np.zeros((16, 20, 24), np.uint8)
    array[2:12, 2:12, 2:12] = 1
    array[4:8, 14:18, 2:6] = array[4:8, 14:18, 16:20] = 2
    return array


def cases(folder: Path, *labels: Array) -> tuple[Case, ...]:
    """A case for each label map."""
    folder.mkdir(exist_ok=True)
    found = []
    for number, label in enumerate(labels):
        image, path = folder / f"{number}.nii.gz", folder / f"{number}_label.nii.gz"
        noise = np.random.default_rng(number).normal(100, 5, label.shape)
        write_volume(Volume((noise + 40.0 * label).astype(np.float32), GEOMETRY), image)
        write_volume(Volume(label, GEOMETRY), path)
        found.append(Case(str(number), image, path))
    return tuple(found)


def unlabelled(labelled: tuple[Case, ...]) -> tuple[Case, ...]:
    return tuple(Case(case.id, case.image, None) for case in labelled)


def changed(where: tuple[Any, ...], value: int) -> Array:
    array = usual()
    array[where] = value
    return array


@pytest.mark.parametrize(
    ("odd", "expected"),
    [
        (usual(), ("Liver",)),
        (changed((0, 0, 0), 1), ("Liver",)),  # a slip of the pen
        (changed((12, 12, 12), 1), ("Liver",)),  # touches at a corner
        (changed((slice(12, 15), slice(14, 18), slice(18, 24)), 1), ()),  # 72 of 1,072 voxels, a second piece
        (np.where(usual() == 1, 0, usual()), ("Liver",)),  # does not show it
        (changed((slice(4, 8), slice(14, 18), slice(2, 20)), 2), ("Liver",)),  # a horseshoe kidney: the others have two
        (np.zeros_like(usual()), ("Liver",)),
    ],
    ids=("as usual", "a stray voxel", "corner to corner", "two pieces", "absent", "grown together", "empty"),
)
def test_what_every_label_map_shows_in_one_piece(tmp_path: Path, odd: Array, expected: tuple[str, ...]) -> None:
    others = cases(tmp_path, *[usual()] * FEWEST_LABELS)
    assert structures_in_one_piece([*others, *cases(tmp_path / "odd", odd)], LABELS) == expected


def test_few_label_maps_tell_nothing(tmp_path: Path) -> None:
    few = cases(tmp_path, *[usual()] * (FEWEST_LABELS - 1), np.where(usual() == 1, 0, usual()))
    assert structures_in_one_piece(few, LABELS) == ()


@pytest.mark.parametrize(
    ("name", "single"),
    [
        ("Liver", True), ("Pons", True), ("Stomach", True), ("Thalamus_L", True), ("Gallbladder", True),
        ("Masseter", True), ("Neuromelanin", True), ("Nodulus", True), ("Mass 2", False), ("Acoustic neuroma right", False),
        ("VS", False), ("Tumor", False), ("Extra-meatal", False), ("Liver tumour", False), ("TumourCore", False),
        ("Vestibular schwannoma left", False), ("Glioma", False), ("Lesion 1", False), ("Metastases", False), ("GTVp", False),
        ("Renal Cyst", False), ("Melanome", False), ("Hirninfarkt", False),
        ("L\u00e4sion", False), ("white_matter_hyperintensities", False),
    ],
)  # fmt: skip
def test_other_patients_do_not_tell_how_many_tumours_or_lesions_one_has(tmp_path: Path, name: str, single: bool) -> None:
    found = structures_in_one_piece(cases(tmp_path, *[usual()] * FEWEST_LABELS), {name: 1, "Kidneys": 2})
    assert found == ((name,) if single else ())


def test_no_more_label_maps_are_read_than_needed(tmp_path: Path) -> None:
    told: list[str] = []
    broken = cases(tmp_path, *[usual()] * 12)
    assert structures_in_one_piece(broken, {"Kidneys": 2}, progress=lambda done, total, text: told.append(f"{done}/{total}")) == ()
    assert told == ["1/12"]


def test_several_values_of_one_structure_are_one_piece(tmp_path: Path) -> None:
    parts = usual()
    parts[2:6, 2:12, 2:12] = 7  # within the liver
    many = cases(tmp_path, *[parts] * FEWEST_LABELS)
    assert structures_in_one_piece(many, LABELS, merged_seven()) == ("Liver",)


def merged_seven() -> dict[str, int]:
    """Value 7 is the liver, too."""
    return dict(with_values(Settings(), {"labels": "Liver:1+7,Kidneys:2"}).reading.merged_values)


def settings_for_labels(**values: Any) -> Settings:
    given = {key.replace("__", "."): value for key, value in values.items()}
    return with_values(preset_settings("smoke"), {"labels": LABELS, "device": "cpu", "self_training.single_by_labels": True, **given})


def test_an_experiment_begins_with_them_and_goes_on_with_them(tmp_path: Path) -> None:
    cohort = Cohort(cases(tmp_path / "source", *[usual()] * FEWEST_LABELS), unlabelled(cases(tmp_path / "target", usual())))
    told: list[Event] = []
    seen: list[tuple[str, str, str, str]] = []

    def look(event: Event) -> None:
        told.append(event)
        if event["kind"] == "progress" and "looked at the label map" in event.get("message", ""):
            monitor = Monitor(tmp_path / "experiment")
            monitor.poll()
            current = monitor.current
            assert current is not None and current.title is not None
            standing = Lookout().look(tmp_path / "experiment")
            seen.append((event["stage"], current.title.words(), describe(tmp_path / "experiment").splitlines()[1], _state(standing)))

    for _ in range(2):
        work(tmp_path / "experiment", settings_for_labels(), cohort, look, only=["translation/source_slices"])
    assert seen, "it is told for what it is, not as the check of the scans"
    for stage, title, state, listed in seen:
        assert (stage, title, listed) == (
            "structures",
            "Find out which structures lie in one piece",
            "finding out which structures lie in one piece",
        )
        assert state.startswith("State ") and state.endswith(": finding out which structures lie in one piece")
    assert Experiment.load(tmp_path / "experiment").settings.self_training.largest_component == ("Liver",)
    sentences = [event["message"] for event in told if "in one piece" in event.get("message", "")]
    assert len(sentences) == 1 and "connected component: Liver." in sentences[0]
    with pytest.raises(InputError, match="largest_component"):
        other = settings_for_labels(self_training__largest_component="Kidneys")
        work(tmp_path / "experiment", other, cohort, told.append, only=["translation/source_slices"])


@pytest.mark.parametrize(
    ("values", "left"),
    [
        ({}, ("self_training.largest_component",)),
        ({"self_training__largest_component": "Kidneys"}, ()),
        ({"self_training__largest_component": ""}, ()),  # none, as somebody said
        ({"self_training__single_by_labels": False}, ()),
    ],
)
def test_the_labels_decide_only_what_nobody_has(values: dict[str, Any], left: tuple[str, ...]) -> None:
    assert left_to_labels(settings_for_labels(**values)) == left


def study_of(tmp_path: Path, values: dict[str, str], *methods: Method) -> Study:
    """A study whose source labels show the liver in one piece, and whose target labels show nothing else."""
    source = cases(tmp_path / "source", *[usual()] * FEWEST_LABELS)
    target = cases(tmp_path / "target", *[np.where(usual() == 2, 0, usual())] * 3)
    target = tuple(Case(f"target_{case.id}", case.image, case.label) for case in target)
    values = {"labels": "Liver:1,Kidneys:2", **values}
    asked = Study(tmp_path / "study", "smoke", values, methods, (0,), Cohort(source, unlabelled(target)), target)
    return sized(check_scans(asked, EventLog(None))[0], "cpu", EventLog(None))


def singles(study: Study) -> dict[str, tuple[str, ...]]:
    return {part.method.name: part.settings.self_training.largest_component for part in study.parts()}


KEY = "self_training.single_by_labels"


def test_a_study_looks_once_for_all_its_methods(tmp_path: Path) -> None:
    study = study_of(tmp_path, {KEY: "true"}, Method("one", "cyclegan-resnet"), Method("off", "cut", {KEY: "false"}))
    assert singles(study) == {"source-only": ("Liver",), "one": ("Liver",), "off": (), SUPERVISED: ("Liver",)}
    study.folder.mkdir()
    study.save()
    assert singles(Study.load(study.folder)) == singles(study)


def test_a_method_has_its_own_way(tmp_path: Path) -> None:
    first = Method("first", "cyclegan-resnet", {"self_training.largest_component": "Kidneys"})
    study = study_of(tmp_path, {}, first, Method("second", "cut", {KEY: "true"}))
    assert singles(study) == {"source-only": (), "first": ("Kidneys",), "second": ("Liver",), SUPERVISED: ()}


@pytest.mark.parametrize(
    ("names", "weight", "share"),
    [
        (["source_0000", "source_pooled1_0000", "source_pooled2_0000", "target_0000"], 1, (3, 3)),
        (["source_0000", "source_scaled1_0000", "source_0001", "source_scaled1_0001", "target_0000"], 0.5, (4, 1)),
        (["source_0000", "source_0001", "target_0000", "target_0001"], 0.25, (8, 2)),
    ],
)
def test_copies_may_share_a_scans_weight(names: list[str], weight: float, share: tuple[int, int]) -> None:
    drawn = drawn_by_weight(names, weight, copies_share=True)
    assert (sum(name.startswith("source") for name in drawn), sum(name.startswith("target") for name in drawn)) == share
    assert drawn_by_weight(names, 1) == names, "else each image has a weight of its own"


def old_record(folder: Path, *keys: str) -> None:
    """Make an experiment one of a version that had no such settings."""
    path = folder / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    for key in keys:
        section, name = key.split(".")
        del record["settings"][section][name]
    path.write_text(json.dumps(record), encoding="utf-8")


NEW = (KEY, "self_training.copies_share_weight")


def test_an_experiment_of_an_older_version_goes_on_as_it_was_begun(tmp_path: Path) -> None:
    cohort = Cohort(cases(tmp_path / "source", usual()), unlabelled(cases(tmp_path / "target", usual())))
    laptop = with_values(preset_settings("laptop"), {"labels": LABELS, "budget_minutes": 0})
    Experiment.create(tmp_path / "old", with_values(laptop, dict.fromkeys(NEW, False)), cohort, {})
    old_record(tmp_path / "old", *NEW)
    goes_on = Experiment.resume(tmp_path / "old", laptop, cohort).settings.self_training
    assert not goes_on.single_by_labels and not goes_on.copies_share_weight and goes_on.warm_start
    with pytest.raises(InputError, match="single_by_labels=False, not True"):
        Experiment.resume(tmp_path / "old", with_values(laptop, {KEY: True}), cohort)
    with pytest.raises(InputError, match="warm_start=True, not False"):
        Experiment.resume(tmp_path / "old", with_values(laptop, {"self_training.warm_start": False}), cohort)


def test_other_labels_are_named_as_what_differs(tmp_path: Path) -> None:
    cohort = Cohort(cases(tmp_path / "source", usual()), unlabelled(cases(tmp_path / "target", usual())))
    begun = settings_for_labels(self_training__largest_component="Liver")
    Experiment.create(tmp_path / "experiment", begun, cohort, {})
    with pytest.raises(InputError, match="labels="):
        Experiment.resume(tmp_path / "experiment", with_values(preset_settings("smoke"), {KEY: True}), cohort)


def test_a_studys_experiments_of_an_older_version_go_on(tmp_path: Path) -> None:
    study = study_of(tmp_path, {}, Method("one", "cyclegan-resnet"))
    part = study.parts()[1]
    Experiment.create(part.folder, part.settings, part.cohort, {})
    old_record(part.folder, *NEW)
    later = replace(study, preset="smoke", values={**study.values})
    later.refuse_other()
    assert not later.parts()[1].settings.self_training.copies_share_weight
