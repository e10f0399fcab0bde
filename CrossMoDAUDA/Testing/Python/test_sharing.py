"""A stage is taken over from another experiment exactly where what it leaves would be the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_files import hashes
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment import sharing
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import read_markers
from CrossMoDAUDALib.experiment.stages import Stage, Title
from CrossMoDAUDALib.method.plan import plan

Begin = Callable[..., Experiment]


@pytest.fixture
def begin(tmp_path: Path, cohort: Cohort) -> Begin:
    """Records an experiment of the smoke preset with two iterations, whose settings and scans may differ."""
    scored = replace(cohort, evaluation=(Case("d", cohort.target[0].image, cohort.source[0].label),))

    def record(name: str, scans: Cohort = scored, **values: object) -> Experiment:
        changes = {"self_training.iterations": 2, **{key.replace("__", "."): value for key, value in values.items()}}
        return Experiment.create(tmp_path / name, with_values(preset_settings("smoke"), changes), scans, hashes(scans))

    return record


def shared(one: Experiment, other: Experiment) -> set[str]:
    keys = [sharing._keys(experiment, plan(experiment.settings, experiment.cohort)) for experiment in (one, other)]
    return {stage for stage, key in keys[0].items() if keys[1].get(stage) == key}


SLICES = {"translation/source_slices", "translation/target_slices"}
TRANSLATED = SLICES | {"translation/train", "pseudo_target", "pseudo_target/check", "export/Dataset001_PseudoTarget"}
ITERATION_0 = {f"iteration_0/{step}" for step in ("prepare", "train", "predict", "agreement")}


def test_another_seed_shares_what_chance_does_not_touch(begin: Begin) -> None:
    first = begin("first")
    assert shared(first, begin("second", seed=1, device="cpu", helper_processes=2)) == SLICES
    bare = {"translation__translator": "none"}
    assert shared(begin("third", **bare), begin("fourth", seed=1, **bare)) == {"export/Dataset001_PseudoTarget", "iteration_0/prepare"}


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"intensity__upper_percentile": 99}, set()),
        ({"translation__image_size": 96}, set()),
        ({"translation__epochs": 3}, SLICES),
        ({"cyclegan__cycle_weight": 5}, SLICES),
        ({"translation__translator": "cyclegan-unet", "translation__image_size": 128}, set()),
        ({"segmentation__epochs": 3}, TRANSLATED - {"export/Dataset001_PseudoTarget"}),
        ({"self_training__largest_component": "Cochlea"}, TRANSLATED - {"export/Dataset001_PseudoTarget"}),
        ({"self_training__warm_start": True}, TRANSLATED | ITERATION_0),
        ({"labels": "Tumour:1,Cochlea:2"}, SLICES),
    ],
)
def test_what_differs_is_made_anew_with_all_that_follows(begin: Begin, change: dict[str, object], same: set[str]) -> None:
    assert shared(begin("first"), begin("second", **change)) == same


def test_fewer_iterations_are_the_first_of_more(begin: Begin) -> None:
    found = shared(begin("first"), begin("second", self_training__iterations=1))
    steps = ("export", "prepare", "train", "predict")
    assert found == TRANSLATED | ITERATION_0 | {f"iteration_1/{step}" for step in steps}


def test_other_scans_share_what_does_not_depend_on_them(begin: Begin, cohort: Cohort) -> None:
    first = begin("first")
    assert shared(first, begin("second", replace(first.cohort, source=cohort.source[:1]))) == {"translation/target_slices"}
    found = shared(first, begin("third", replace(first.cohort, evaluation=())))
    assert "iteration_0/train" in found and "iteration_0/predict" not in found


def toy_stages(settings: tuple[str, ...] = ("translation.epochs",)) -> tuple[Stage, ...]:
    def write(name: str) -> Callable[[Experiment, str], None]:
        return lambda experiment, _stage: (experiment.folder / name).write_text(f"{experiment.settings.translation.epochs}") and None

    one = Stage("one", Title("one"), write("one.txt"), writes=("one.txt",), settings=settings, scans=())
    other = Stage("other", Title("other"), write("other.txt"), reads=("*.txt",), writes=("other.txt",), settings=(), scans=())
    return one, other


def test_files_come_as_links_with_their_markers(begin: Begin) -> None:
    donor, taker = begin("donor"), begin("taker", seed=1)
    stages = toy_stages()
    donor.carry_out(stages)
    donors = {"donor/seed_0": (donor, stages)}
    assert sharing.shareable(taker, stages, donors) == {"one": "donor/seed_0", "other": "donor/seed_0"}
    assert not taker.completed_stages(), "asking changes nothing"
    sharing.adopt(taker, stages, donors)
    assert (taker.folder / "one.txt").stat().st_ino == (donor.folder / "one.txt").stat().st_ino
    markers = read_markers(taker.folder)
    assert list(markers) == ["one", "other"] and {marker.shared_from for marker in markers.values()} == {"donor/seed_0"}
    assert markers["one"].files == read_markers(donor.folder)["one"].files
    taker.carry_out(stages)
    assert [event for event in (taker.folder / "events.jsonl").read_text().splitlines() if "started" in event] == []


def test_a_stage_after_one_that_differs_is_not_taken_over(begin: Begin) -> None:
    donor, taker = begin("donor"), begin("taker", translation__epochs=7)
    stages = toy_stages()
    donor.carry_out(stages)
    assert sharing.adopt(taker, stages, {"donor": (donor, stages)}) == {}
    assert not (taker.folder / "other.txt").exists()


def test_what_a_worker_is_overwriting_is_not_taken_over(begin: Begin) -> None:
    stages = toy_stages()
    donor, taker = begin("donor"), begin("taker")
    donor.carry_out(stages)
    (donor.folder / "other.txt").write_text("half of the ne", encoding="utf-8")
    assert sharing.adopt(taker, stages, {"donor": (donor, stages)}) == {"one": "donor"}
    assert taker.completed_stages() == ["one"] and not (taker.folder / "other.txt").exists()
    assert (donor.folder / "other.txt").is_file()


def test_a_take_over_that_fails_leaves_what_was_there(begin: Begin) -> None:
    stages = toy_stages()
    donor, taker = begin("donor"), begin("taker")
    donor.carry_out(stages)
    (donor.folder / "other.txt").write_text("half of the ne", encoding="utf-8")
    (taker.folder / "other.txt").write_text("an earlier stage's", encoding="utf-8")
    assert sharing.adopt(taker, stages, {"donor": (donor, stages)}) == {"one": "donor"}
    assert (taker.folder / "other.txt").read_text(encoding="utf-8") == "an earlier stage's"
    assert not list(taker.folder.rglob("*.partial"))


def test_what_is_not_whole_or_of_another_version_is_not_taken_over(begin: Begin) -> None:
    stages = toy_stages()
    donor, taker = begin("donor"), begin("taker")
    donor.carry_out(stages)
    marker = donor.folder / "stages" / "other.json"
    marker.write_text(marker.read_text().replace('"crossmodauda": "', '"crossmodauda": "9.'), encoding="utf-8")
    assert list(sharing.shareable(taker, stages, {"donor": (donor, stages)})) == ["one"]
    (donor.folder / "one.txt").unlink()
    assert sharing.shareable(taker, stages, {"donor": (donor, stages)}) == {}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ("a/b.txt", "a/b.txt", True),
        ("a/*", "a/b/c.txt", True),
        ("*/evaluation/*", "iteration_0/evaluation/*", True),
        ("a/*.json", "a/*/source_*", True),  # as a/x/source_y.json
        ("a/target_*[0-9].b2nd", "a/target_1.b2nd", True),
        ("a/*.txt", "a/*.json", False),
        ("a/*", "b/*", False),
        ("a/b", "a/bc", False),
    ],
)
def test_patterns_that_may_name_one_file(one: str, other: str, meet: bool) -> None:
    assert sharing._overlap(one, other) == sharing._overlap(other, one) == meet
