"""What is chosen in the section Adapt before a training: folders, settings, sample scans."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import ROOT
from panel_actions import (
    choose,
    choose_training,
    open_section,
    type_setting,
)

if TYPE_CHECKING:
    from Testing.Host import Host

MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"
COMMAND = [sys.executable, str(ROOT / "Scripts" / "crossmoda_uda.py")]


def test_optional_folders_can_be_taken_back(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    choose_training(host, tiny_cohort, tmp_path / "experiment", {})
    host.find("adaptEvaluateImages").currentPath = str(tiny_cohort / "validation")
    assert not host.find("adaptStart").enabled and "belong together" in host.find("adaptStart").toolTip
    host.find("adaptEvaluateImages").currentPath = ""
    assert host.widget.panel.parameters.evaluateImages == "" and host.find("adaptStart").enabled


def test_folders_are_remembered_and_offered(tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path) -> None:
    from Testing.Host import Host

    settings = tmp_path / "settings"
    for _ in range(2):
        with Host(MODULE, folder=settings) as before:
            open_section(before, "adapt")
            for folder in (tmp_path, tiny_cohort):
                before.find("adaptCrossmoda").currentPath = str(folder)
                before.click("adaptCheck")
                assert before.find("adaptCrossmoda").currentPath == str(folder)
                before.click("adaptCheck")
                assert "cancelled" in before.find("adaptCheckStatus").text
    with Host(MODULE, folder=settings) as after:
        assert after.find("adaptCrossmoda").currentPath == ""  # offered in the list, not chosen
        assert after.find("adaptCrossmoda").comboBox().count == 2


def test_settings_come_from_the_typed_settings(host: Host, tmp_path: Path, tiny_cohort: Path) -> None:
    from CrossMoDAUDALib.core.settings import preset_settings

    choose_training(host, tiny_cohort, tmp_path / "experiment", {})
    form = host.widget.panel.adapt.settingsForm
    assert form.changed() == {} and host.find("adaptStart").enabled
    image_size = preset_settings("smoke").translation.image_size
    assert host.find("setting_translation_image_size").text == str(image_size)
    type_setting(host, "translation.image_size", 62)
    assert "multiple of 4" in host.find("adaptAdvancedNote").text and not host.find("adaptStart").enabled
    assert "multiple of 4" in host.find("adaptStart").toolTip
    type_setting(host, "translation.image_size", 128)
    assert host.find("adaptStart").enabled and form.changed() == {"translation.image_size": "128"}
    host.find("setting_self_training_warm_start").checked = True
    assert form.changed() == {"translation.image_size": "128", "self_training.warm_start": "true"}
    choose(host, "adaptPreset", "quick")
    assert host.find("adaptIterations").value == preset_settings("quick").self_training.iterations


def test_a_folder_of_something_else_is_refused(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("precious", encoding="utf-8")
    choose_training(host, tiny_cohort, tmp_path, {})
    assert not host.find("adaptStart").enabled and "thesis.txt" in host.find("adaptStatus").text
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_damaged_experiment_says_so(host: Host, tmp_path: Path) -> None:
    (tmp_path / "experiment.json").write_text("{", encoding="utf-8")
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tmp_path)
    host.process(0.5)
    assert "experiment.json is damaged" in host.find("adaptExperimentInfo").text and not host.find("adaptStart").enabled


def test_sample_scans_are_written_and_chosen(host: Host, tmp_path: Path) -> None:
    open_section(host, "adapt")
    host.answers += [str(tmp_path)]
    host.click("adaptSample")
    folder = Path(host.find("adaptCrossmoda").currentPath)
    assert folder.parent == tmp_path and len(list(folder.rglob("*_ceT1.nii.gz"))) == 10
    host.answers += [""]  # the dialog is cancelled
    host.click("adaptSample")
    assert host.find("adaptCrossmoda").currentPath == str(folder)
