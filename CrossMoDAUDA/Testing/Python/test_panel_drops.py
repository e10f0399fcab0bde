"""Files that are dropped onto the panel, and what then is chosen."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import drop, nodes, open_section

if TYPE_CHECKING:
    from Testing.Host import Host


@pytest.fixture
def scan(tiny_cohort: Path) -> Path:
    return sorted((tiny_cohort / "training_target").glob("*_hrT2.nii.gz"))[0]


@pytest.mark.parametrize("target", [None, "segmentApply", "segmentStatus"])
def test_a_scan_is_loaded_and_chosen(host: Host, scan: Path, target: str | None) -> None:
    open_section(host, "adapt" if target is None else "segment")
    assert drop(host, target, scan) == "panel" and not nodes("vtkMRMLScalarVolumeNode"), "the file manager is not kept waiting"
    host.process(0.1)
    (loaded,) = nodes("vtkMRMLScalarVolumeNode").values()
    assert host.find("segmentInputVolume").currentNode() is loaded and not host.find("segmentButton").collapsed
    assert Path(loaded.GetStorageNode().GetFileName()) == scan
    assert not host.widget.panel.segment.runner.running


def test_a_scan_goes_to_the_section_that_is_open(host: Host, scan: Path) -> None:
    open_section(host, "translate")
    drop(host, "translateApply", scan, scan)
    host.process(0.1)
    first, _second = nodes("vtkMRMLScalarVolumeNode").values()
    assert host.find("translateInputVolume").currentNode() is first and host.find("segmentButton").collapsed


def line_edit(host: Host, name: str) -> Any:
    """The field in which a path is typed."""
    from PySide6 import QtWidgets

    return host.find(name)._real.findChild(QtWidgets.QLineEdit)


def test_a_package_dropped_where_its_path_would_be_typed_is_imported(
    host: Host, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from CrossMoDAUDALib.commands import cli

    monkeypatch.setenv("CROSSMODA_MODELS", str(tmp_path / "models"))
    package = tmp_path / "MODEL ü.zip"
    assert cli.main(["package", str(tiny_experiment), "-o", str(package)]) == 0
    field = line_edit(host, "segmentModelPath")
    field.setObjectName("typed")
    assert drop(host, "typed", package) == "panel" and "file:" not in field.text()
    importer = host.widget.panel.segment.importer
    host.process(60, lambda: importer.runner.running)
    host.process(0.05)
    drop(host, None, package)
    host.process(0.05)
    assert "wait" in host.find("segmentStatus").text, "one after another"
    host.process(60, lambda: not importer.runner.running)
    assert Path(host.find("segmentModelPath").currentPath).parent == tmp_path / "models"
    assert host.find("segmentStatus").text.startswith("Imported:")


def test_an_experiment_is_chosen_as_model(host: Host, tiny_experiment: Path) -> None:
    assert drop(host, None, tiny_experiment) == "panel"
    host.process(0.05)
    assert host.find("segmentModelPath").currentPath == str(tiny_experiment)


def test_what_the_panel_does_not_know_goes_to_slicers_window(host: Host, scan: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    label = sorted(tiny_cohort.rglob("*_Label.nii.gz"))[0]
    (tmp_path / "scene.mrb").touch()
    (tmp_path / "a.zip").touch()
    shutil.copy(tmp_path / "a.zip", tmp_path / "b.zip")
    for paths in ([label], [tiny_cohort], [tmp_path / "scene.mrb"], [scan, label], [tmp_path / "a.zip", tmp_path / "b.zip"]):
        assert drop(host, None, *paths) == "window", paths
    host.process(0.05)
    assert not nodes("vtkMRMLScalarVolumeNode") and not host.widget.panel.segment.importer.runner.running


def test_a_file_that_is_no_scan_is_said(host: Host, tmp_path: Path) -> None:
    open_section(host, "segment")
    (tmp_path / "broken.nii.gz").write_bytes(b"no scan")
    drop(host, None, tmp_path / "broken.nii.gz")
    host.process(0.05)
    assert "broken.nii.gz" in host.find("segmentStatus").text


def test_nothing_is_dropped_on_a_panel_that_was_reloaded_twice(host: Host, scan: Path) -> None:
    host.widget.onReload()
    drop(host, None, scan)
    host.process(0.1)
    assert len(nodes("vtkMRMLScalarVolumeNode")) == 1


@pytest.mark.parametrize("name", ["adaptCrossmoda", "adaptExperimentPath", "segmentOutputFolder"])
def test_a_folder_is_taken_by_the_field_that_it_is_dropped_on(host: Host, tmp_path: Path, name: str) -> None:
    open_section(host, "adapt", "segment")
    (folder := tmp_path / "a folder ü").mkdir()
    field = line_edit(host, name)
    field.setObjectName("typed")
    assert drop(host, "typed", folder) == "panel"
    host.process(0.05)
    assert host.find(name).currentPath == str(folder) and field.text() == str(folder)
    host.find(name).enabled = False
    assert drop(host, "typed", tmp_path) == "window"
    host.process(0.05)
    assert host.find(name).currentPath == str(folder)


def test_an_experiment_goes_to_the_field_that_it_is_dropped_on(host: Host, tiny_experiment: Path) -> None:
    line_edit(host, "adaptExperimentPath").setObjectName("typed")
    assert drop(host, "typed", tiny_experiment) == "panel"
    host.process(0.05)
    assert host.find("adaptExperimentPath").currentPath == str(tiny_experiment) and not host.find("segmentModelPath").currentPath
