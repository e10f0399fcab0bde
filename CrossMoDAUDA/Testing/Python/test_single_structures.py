"""Structures that the source labels show in one piece: found when an experiment begins, kept single from then on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.cohort.pieces import structures_in_one_piece
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
    assert structures_in_one_piece(cases(tmp_path, usual(), usual(), usual(), odd), LABELS) == expected


def test_two_label_maps_tell_nothing(tmp_path: Path) -> None:
    two = cases(tmp_path, usual(), usual(), np.where(usual() == 1, 0, usual()))
    assert structures_in_one_piece(two, LABELS) == ()


def test_several_values_of_one_structure_are_one_piece(tmp_path: Path) -> None:
    parts = usual()
    parts[2:6, 2:12, 2:12] = 7  # within the liver
    three = cases(tmp_path, parts, parts, parts)
    assert structures_in_one_piece(three, LABELS, merged_seven()) == ("Liver",)


def merged_seven() -> dict[str, int]:
    """Value 7 is the liver, too."""
    return dict(with_values(Settings(), {"labels": "Liver:1+7,Kidneys:2"}).reading.merged_values)


def settings_for_labels(**values: Any) -> Settings:
    given = {key.replace("__", "."): value for key, value in values.items()}
    return with_values(preset_settings("smoke"), {"labels": LABELS, "device": "cpu", "self_training.single_by_labels": True, **given})


def test_an_experiment_begins_with_them_and_goes_on_with_them(tmp_path: Path) -> None:
    cohort = Cohort(cases(tmp_path / "source", usual(), usual(), usual()), unlabelled(cases(tmp_path / "target", usual())))
    told: list[Event] = []
    for _ in range(2):
        work(tmp_path / "experiment", settings_for_labels(), cohort, told.append, only=["translation/source_slices"])
    assert Experiment.load(tmp_path / "experiment").settings.self_training.largest_component == ("Liver",)
    sentences = [event["message"] for event in told if "one connected part" in event.get("message", "")]
    assert sentences == ["In every source label map these have one connected part; predictions keep the largest: Liver."]
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


def test_a_study_looks_once_for_all_its_methods(tmp_path: Path) -> None:
    source = cases(tmp_path / "source", usual(), usual(), usual())
    target = cases(tmp_path / "target", *[np.where(usual() == 2, 0, usual())] * 3)
    target = tuple(Case(f"target_{case.id}", case.image, case.label) for case in target)
    values = {"labels": "Liver:1,Kidneys:2", "self_training.single_by_labels": "true"}
    methods, cohort = (Method("resnet", "cyclegan-resnet"),), Cohort(source, unlabelled(target))
    asked = Study(tmp_path / "study", "smoke", values, methods, (0,), cohort, target)
    study = sized(check_scans(asked, EventLog(None))[0], "cpu", EventLog(None))
    assert {part.method.name for part in study.parts()} >= {SUPERVISED, "resnet"}
    assert {part.settings.self_training.largest_component for part in study.parts()} == {("Liver",)}


@pytest.mark.parametrize(
    ("names", "weight", "share"),
    [
        (["source_0000", "source_pooled1_0000", "source_pooled2_0000", "target_0000"], 1, (3, 3)),
        (["source_0000", "source_scaled1_0000", "source_0001", "source_scaled1_0001", "target_0000"], 0.5, (4, 1)),
        (["source_0000", "source_0001", "target_0000", "target_0001"], 0.25, (8, 2)),
    ],
)
def test_a_scan_weighs_as_one_whatever_copies_it_has(names: list[str], weight: float, share: tuple[int, int]) -> None:
    drawn = drawn_by_weight(names, weight)
    assert (sum(name.startswith("source") for name in drawn), sum(name.startswith("target") for name in drawn)) == share
