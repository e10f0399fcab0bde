"""The section Adapt before anything is started: scans, their check, settings, the folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import ROOT
from panel_actions import (
    choose,
    choose_training,
    nodes,
    open_section,
    our_processes,
    type_setting,
    wait_for_state,
)

if TYPE_CHECKING:
    from Testing.Host import Host

MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"


def test_check_shows_the_scans_as_they_are_read(host: Host, tiny_cohort: Path) -> None:
    open_section(host, "adapt")
    assert not host.find("adaptCheck").enabled
    host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
    host.click("adaptCheck")
    assert host.find("adaptCheck").text == "Cancel check"
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    table = host.find("adaptCases")
    assert (table.rowCount, host.find("adaptCheckStatus").text) == (5, "5 scans read, 0 with problems, 0 with notes.")
    assert sorted(table.item(row, 1).text() for row in range(5)) == ["source", "source", "target", "target", "test"]
    assert all("32 x 32 x 16 voxels of" in table.item(row, 0).toolTip() for row in range(5))
    assert not nodes("vtkMRMLScalarVolumeNode") and not our_processes()


def test_check_of_a_bad_cohort_shows_the_problems(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    cohort = tmp_path / "cohort"
    shutil.copytree(tiny_cohort, cohort)
    label = sorted((cohort / "training_source").glob("*_Label.nii.gz"))[0]
    label.unlink()
    image = sorted((cohort / "training_target").glob("*_hrT2.nii.gz"))[0]
    image.write_bytes(image.read_bytes()[:2000])
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(cohort)
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    table, said = host.find("adaptCases"), host.find("adaptCheckStatus").text
    assert table.rowCount == 5 and said.startswith("5 scans read, 2 with problems"), said
    remarks = [table.item(row, 2).text() for row in range(5)]
    assert all("Problem" in text for text in remarks[:2]) and not any("Problem" in text for text in remarks[2:])  # problems come first
    assert "Traceback" not in said and "|" not in said  # a sentence, no table

    # Starting it all the same is refused with the same problems, and the panel stays usable.
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "experiment")
    choose(host, "adaptPreset", "smoke")
    choose(host, "adaptDevice", "cpu")
    host.click("adaptStart")
    wait_for_state(host, "failed")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert label.name.partition("_Label")[0] in host.find("adaptStatus").text or "problem" in host.find("adaptStatus").text


def test_check_can_be_cancelled(host: Host, tiny_cohort: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
    host.click("adaptCheck")
    host.process(30, lambda: host.widget.panel.adapt.checker._process is not None)
    host.click("adaptCheck")
    assert "cancelled" in host.find("adaptCheckStatus").text and not our_processes()


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
