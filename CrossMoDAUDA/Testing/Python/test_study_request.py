"""What a study is asked for: seeds and methods that are added later, and what the floor and the ceiling are spared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.budget import SIZED, left_open
from CrossMoDAUDALib.core.progress import duration
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method import sizing
from CrossMoDAUDALib.method.titles import row_title
from CrossMoDAUDALib.study.request import Method, Study
from CrossMoDAUDALib.study.running import sized

CASE = Case("a", Path("a"), None)
STUDY = Study(Path("study"), "smoke", {}, (Method("cut", "cut"), Method("plain", "cyclegan-resnet")), (0,), Cohort((CASE,), (CASE,)))


def seeds(study: Study) -> dict[str, tuple[int, ...]]:
    return {method.name: study.seeds_of(method) for method in study.methods}


def test_seeds_that_are_added_to_a_method_come_after_those_it_had() -> None:
    more = STUDY.extended(replace(STUDY, methods=(Method("cut", "cut", {}, (1, 2)),), seeds=()), False, False)
    assert seeds(more) == {"cut": (0, 1, 2), "plain": (0,)}
    again = more.extended(replace(STUDY, methods=(Method("cut", "cut", {}, (2, 3)),), seeds=(5,)), False, False)
    assert seeds(again) == {"cut": (0, 1, 2, 3), "plain": (0, 5)}
    new = STUDY.extended(replace(STUDY, methods=(Method("fast", "fastcut", {}, (7,)),), seeds=()), False, False)
    assert seeds(new) == {"cut": (0,), "plain": (0,), "fast": (7,)}


def test_the_floor_and_the_ceiling_learn_from_scans_as_they_are() -> None:
    values = {"segmentation.scaled_copies": "Cochlea:0.5", "segmentation.structure_scaling_probability": "0.3"}
    study = replace(STUDY, values=values, ceiling=(CASE,))
    found = {part.method.name: part.settings.segmentation for part in study.parts()}
    assert {name: one.scaled_copies for name, one in found.items()} == {
        "source-only": {},
        "cut": {"Cochlea": 0.5},
        "plain": {"Cochlea": 0.5},
        "supervised": {},
    }
    assert {name for name, one in found.items() if one.structure_scaling_probability} == {"cut", "plain"}
    by_preset = {part.method.name: part.settings.segmentation for part in replace(study, values={}, preset="laptop").parts()}
    assert {name for name, one in by_preset.items() if one.structure_scaling_probability} == {"cut", "plain"}
    asked = replace(study, own={"supervised": {"segmentation.structure_scaling_probability": "0.2"}})
    ceiling = next(part.settings for part in asked.parts() if part.method.name == "supervised")
    assert ceiling.segmentation.structure_scaling_probability == 0.2, "where it is asked for"


def test_no_evidence_is_measured_of_the_ceiling_which_nobody_chooses() -> None:
    study = replace(STUDY, values={"evaluation.evidence": "true"}, ceiling=(CASE,))
    assert {part.method.name for part in study.parts() if part.settings.evaluation.evidence} == {"source-only", "cut", "plain"}
    asked = replace(study, own={"supervised": {"evaluation.evidence": "true"}})
    assert all(part.settings.evaluation.evidence for part in asked.parts()), "where it is asked for"


def test_a_ceiling_that_was_begun_with_evidence_goes_on_with_it(tmp_path: Path, cohort: Cohort) -> None:
    labelled = replace(cohort.target[0], label=cohort.source[0].label)
    study = replace(STUDY, folder=tmp_path / "study", values={"evaluation.evidence": "true"}, cohort=cohort, ceiling=(labelled,))
    ceiling = next(part for part in study.parts() if part.method.name == "supervised")
    Experiment.create(ceiling.folder, with_values(ceiling.settings, {"evaluation.evidence": True}), ceiling.cohort, {})
    again = replace(study)  # as the same command gives it
    again.refuse_other()
    assert "iteration_0/evidence" in [stage.name for part in again.parts() if part.method.name == "supervised" for stage in part.stages()]


# A time budget ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told while a study is sized; the costs of steps and scans are given, and not measured."""
    costs = sizing.Costs(translator_step=1.0, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    monkeypatch.setattr(sizing, "rehearse", lambda *_: costs)
    monkeypatch.setattr(sizing, "for_scans", lambda *_: {"translation.image_size": 96, "segmentation.finest_spacing": 3.0})
    return []


def sized_study(told: list[str], *methods: Method, **values: str) -> Study:
    study = Study(Path("study"), "laptop", values, methods, (0, 1), Cohort((CASE,) * 10, (CASE,) * 6), (CASE,))
    log = EventLog(None)
    log.listeners.append(lambda event: told.append(str(event.get("message", ""))))
    return sized(study, "cpu", log)


def test_a_study_is_sized_for_a_method_that_translates(told: list[str]) -> None:
    plain, cut = Method("plain", "none"), Method("cut", "cut")
    found, other = sized_study(told, plain, cut), sized_study(told, cut, plain)
    assert dict(found.values) == dict(other.values) and found.values.keys() == set(SIZED)
    assert found.values["translation.epochs"] != "15", "the preset's"
    alone = sized_study(told, plain)
    assert "segmentation.epochs" in alone.values, "where none translates"


@pytest.mark.parametrize("where", ["study", "method"])
def test_a_named_setting_is_no_part_of_what_is_sized(told: list[str], where: str) -> None:
    named = {"segmentation.epochs": "40"}  # as the preset has it
    free = sized_study(told, Method("cut", "cut"))
    values: dict[str, Any] = named if where == "study" else {}
    found = sized_study(told, Method("cut", "cut", {} if where == "study" else named), **values)
    cut = next(part.settings for part in found.parts() if part.method.name == "cut")
    assert cut.segmentation.epochs == 40 != int(free.values["segmentation.epochs"])
    assert left_open(cut) == (), "a worker does not size again"


def test_how_long_the_whole_study_takes_is_told_before_it_starts(told: list[str]) -> None:
    found = sized_study(told, Method("plain", "none"), Method("cut", "cut"))
    said = told[-1]
    assert said.startswith("8 experiments, one after another: about ") and "as long as cut;" in said, "two seeds, floor and ceiling"
    costs = sizing.rehearse(Settings(), found.cohort, Path(), print)
    seconds = [sizing.expected_seconds(part.settings, part.cohort, costs) for part in found.parts()]
    assert duration(sum(seconds)) in said and max(seconds) < 75 * 60 < sum(seconds)


def test_the_ceiling_is_known_by_its_scans_contents_where_these_lie_elsewhere(cohort: Cohort) -> None:
    # On another computer a scan lies once for each domain.
    labelled = Case("s", Path("there/source/scan_s0001.nii.gz"), Path("there/source_labels/scan_s0001_Label.nii.gz"))
    there = Cohort((labelled,), (Case("t", Path("there/target/scan_t0001.nii.gz"), None),))
    digests = dict.fromkeys((str(labelled.image), str(there.target[0].image)), "00ff")
    settings = with_values(Settings(), {"translation.translator": "none"})
    assert row_title("iteration_0", settings, there, digests) == "target-supervised"
    assert row_title("iteration_0", settings, there) == row_title("iteration_0", settings, cohort, digests) == "source only"
