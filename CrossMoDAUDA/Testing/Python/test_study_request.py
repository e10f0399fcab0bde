"""What a study is asked for: seeds and methods that are added later, and what the floor and the ceiling are spared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.study.request import Method, Study

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
