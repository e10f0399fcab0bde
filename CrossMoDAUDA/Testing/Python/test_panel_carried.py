"""What a new scene takes over from the last one: the folders and ways of working that the user chose, and nothing of the patient."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import add_scan, choose, drop, open_section

if TYPE_CHECKING:
    from Testing.Host import Host


@pytest.fixture
def models(tmp_path: Path, tiny_experiment: Path) -> tuple[Path, Path]:
    """Two models."""
    old, new = (Path(shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / name)) for name in ("M_old", "M_new"))
    return old, new


def by_field(host: Host, model: Path) -> None:
    host.find("segmentModelPath").currentPath = str(model)


def by_other_section(host: Host, model: Path) -> None:
    host.find("translateModelPath").currentPath = str(model)


def by_import(host: Host, model: Path) -> None:
    host.widget.panel.segment.onImported(model)


WAYS: list[Callable[[Any, Path], None]] = [by_field, by_other_section, by_import]


@pytest.mark.parametrize("way", WAYS)
def test_the_next_patient_is_segmented_with_the_model_that_was_chosen_last(
    host: Host, models: tuple[Path, Path], way: Callable[[Any, Path], None]
) -> None:
    old, new = models
    add_scan("Patient A")
    by_field(host, old)
    way(host, new)
    host.close_scene()
    add_scan("Patient B")
    assert host.find("segmentModelPath").currentPath == host.widget.panel.parameters.model == str(new)
    assert host.find("statusModel").text == "Model: M_new" and host.find("segmentApply").enabled
    shutil.rmtree(new)
    host.close_scene()
    assert host.find("segmentModelPath").currentPath == "", "it is gone, and no other takes its place unasked"


def test_a_dropped_or_adapted_model_is_the_next_patients_too(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(tiny_experiment, tmp_path / "other"))
    assert drop(host, None, other) == "panel"
    host.process(1, lambda: host.widget.panel.parameters.model == str(other))
    host.close_scene()
    assert host.find("segmentModelPath").currentPath == str(other)
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptUseModel").enabled)
    host.click("adaptUseModel")
    host.close_scene()
    assert host.find("segmentModelPath").currentPath == host.find("adaptExperimentPath").currentPath == str(tiny_experiment)


def test_how_the_work_is_done_stays_and_a_loaded_scene_has_its_own(host: Host, models: tuple[Path, Path], tmp_path: Path) -> None:
    by_field(host, models[1])
    add_scan("Patient A")
    choose(host, "segmentDevice", "cpu")
    choose(host, "evaluateConvention", "medpy")
    host.save_and_load_scene(tmp_path / "A.mrml")
    assert host.widget.panel.parameters.largestComponent == ""
    choose(host, "segmentLargestComponent", "Cochlea")
    choose(host, "segmentInputKind", "scene")
    host.close_scene()
    parameters, combo = host.widget.panel.parameters, host.find("segmentLargestComponent")
    assert (parameters.device, parameters.convention, parameters.largestComponent) == ("cpu", "medpy", "Cochlea")
    assert combo.itemData(combo.currentIndex) == "Cochlea" and parameters.inputKind == "volume"
    import slicer

    slicer.mrmlScene.SetURL(str(tmp_path / "A.mrml"))
    assert slicer.mrmlScene.Connect()
    host.process(0.1)
    assert host.widget.panel.parameters.largestComponent == ""
    assert combo.itemData(combo.currentIndex) == "", "what is shown is what is used"
