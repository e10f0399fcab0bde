"""How a study is sized: once, for a method that translates, and with what that takes told before it starts."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.budget import SIZED, left_open
from CrossMoDAUDALib.core.progress import duration
from CrossMoDAUDALib.core.settings import Settings
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.method import sizing
from CrossMoDAUDALib.method.rehearsal import Costs
from CrossMoDAUDALib.study.request import Method, Study
from CrossMoDAUDALib.study.running import sized
from test_sizing import scans

CASE = Case("a", Path("a"), None)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is told while a study is sized; the costs of steps and scans are given, and not measured."""
    costs = Costs(translator_step=1.0, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
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


def test_slices_suit_every_method_of_a_study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    costs = Costs(translator_step=1.0, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    monkeypatch.setattr(sizing, "rehearse", lambda *_: costs)
    cohort = Cohort(cases := scans(tmp_path, (100, 100, 4)), cases)
    resnet, unet = Method("resnet", "cyclegan-resnet"), Method("unet", "cyclegan-unet")

    def size(*methods: Method) -> str:
        study = Study(tmp_path, "laptop", {"segmentation.finest_spacing": "3"}, methods, (0,), cohort)
        return sized(study, "cpu", EventLog(None)).values["translation.image_size"]

    assert (size(resnet), size(resnet, unet), size(unet, resnet)) == ("112", "128", "128")
    assert size(resnet, replace(unet, values={"translation.image_size": "128"})) == "112", "it has its own"


def test_how_long_the_whole_study_takes_is_told_before_it_starts(told: list[str]) -> None:
    found = sized_study(told, Method("plain", "none"), Method("cut", "cut"))
    said = told[-1]
    assert said.startswith("8 experiments, one after another: about ") and "as long as cut;" in said, "two seeds, floor and ceiling"
    costs = sizing.rehearse(Settings(), found.cohort, Path(), print)
    seconds = [sizing.expected_seconds(part.settings, part.cohort, costs) for part in found.parts()]
    assert duration(sum(seconds)) in said and max(seconds) < 75 * 60 < sum(seconds)
