"""Model packages in the panel: saved in Adapt, imported in Segment, as two hospitals would."""

from __future__ import annotations

import platform
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import read_label_map, write_volume
from CrossMoDAUDALib.method.packing import write_package
from CrossMoDAUDALib.models import library as installed_models
from CrossMoDAUDALib.models import package as packages
from CrossMoDAUDALib.slicer_nodes import mrml
from panel_actions import add_scan, choose, nodes, open_section, our_processes, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host


@pytest.fixture(autouse=True)
def own_models_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "models"
    monkeypatch.setenv(installed_models.FOLDER_VARIABLE, str(folder))
    return folder


def followed(host: Host, bar: str) -> list[int]:
    """What a progress bar shows from now on."""
    values: list[int] = []
    host.find(bar)._real.valueChanged.connect(values.append)
    return values


def test_a_bar_shows_how_far_all_are_that_work(host: Host) -> None:
    from CrossMoDAUDALib.panel.model_packages import WorkBar

    open_section(host, "segment")
    bar = host.find("segmentProgress")
    shown = WorkBar(bar, host.widget.panel.segment.show)
    shown.tell("one", 20, 100)
    assert (bar.visible, bar.value, bar.maximum) == (True, 20, 100)
    shown.tell("other")
    assert bar.maximum == 0, "nobody knows how far that is"
    shown.tell("other", 50, 100)
    assert (bar.value, bar.maximum) == (70, 200)
    shown.end("one")
    assert (bar.visible, bar.value, bar.maximum) == (True, 50, 100)
    shown.end("other")
    assert not bar.visible


def test_a_model_goes_from_one_panel_to_another(host: Host, tiny_experiment: Path, tmp_path: Path, own_models_folder: Path) -> None:
    open_section(host, "adapt")
    assert not host.find("adaptPackage").enabled
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptPackage").enabled)
    host.answers += [""]  # the dialog is cancelled
    host.click("adaptPackage")
    assert not host.widget.panel.adapt.package.runner.running and host.find("adaptPackageStatus").text == ""
    host.answers += [str(tmp_path / "To a colleague")]  # this system's dialog adds no ending
    bar, far = host.find("adaptPackageProgress"), followed(host, "adaptPackageProgress")
    assert not bar.visible
    host.click("adaptPackage")
    assert bar.visible and bar.maximum == 0, "nobody knows yet how far it is"
    assert host.find("adaptPackage").text == "Cance&l" and "Saving To a colleague.zip" in host.find("adaptPackageStatus").text
    host.process(60, lambda: not host.widget.panel.adapt.package.runner.running)
    assert host.find("adaptPackage").text == "Save &model..."
    assert not bar.visible and 100 in far
    saved = tmp_path / "To a colleague.zip"
    assert str(saved) in host.find("adaptPackageStatus").text and host.find("adaptPackage").enabled
    package = packages.check_package(saved)

    open_section(host, "segment")
    host.answers += [str(saved)]
    bar, far = host.find("segmentImportProgress"), followed(host, "segmentImportProgress")
    host.click("segmentImport")
    assert host.find("segmentImport").text == "Cance&l" and bar.visible
    host.process(60, lambda: not host.widget.panel.segment.importer.runner.running)
    assert not bar.visible and 100 in far
    folder = own_models_folder / f"To-a-colleague-{package.key}"
    assert host.find("segmentModelPath").currentPath == str(folder) and host.find("segmentImport").text == "&Import..."
    assert "Imported: To-a-colleague" in host.find("segmentStatus").text
    info = host.find("segmentModelInfo").text
    assert "Vestibular schwannoma, Cochlea" in info and "iteration 1" in info

    volume, _truth = add_scan()
    host.process(0.1)
    choose(host, "segmentDevice", "cpu")
    host.click("segmentApply")
    host.process(120, lambda: not host.widget.panel.segment.runner.running)
    assert host.find("segmentStatus").text.startswith("Done"), host.find("segmentStatus").text
    write_volume(mrml.volume_from_node(volume), tmp_path / "scan.nrrd")
    assert cli.main(["segment", str(tiny_experiment), str(tmp_path / "scan.nrrd"), "-o", str(tmp_path / "out"), "--device", "cpu"]) == 0
    expected = read_label_map(tmp_path / "out" / "scan_Label.nii.gz").array
    made = mrml.label_volume_from_segmentation(nodes("vtkMRMLSegmentationNode")["Scan A segmentation"], package.labels)
    assert np.array_equal(made.array, expected)
    assert not our_processes()


def test_a_model_is_exported_for_nnunet(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    open_section(host, "adapt")
    assert not host.find("adaptExport").enabled
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptExport").enabled)
    export = host.widget.panel.adapt.export.runner
    (tmp_path / "theirs.zip").write_text("mine", encoding="utf-8")
    host.answers += [str(tmp_path / "theirs")]  # a name that the dialog did not ask about
    host.click("adaptExport")
    assert export.running and host.find("adaptExport").text == "Cancel nn&U-Net" and host.find("adaptPackage").enabled
    host.process(60, lambda: not export.running)
    said = host.find("adaptPackageStatus").text
    assert "exists already; choose another name, or start again and agree" in said and "--" not in said
    assert (tmp_path / "theirs.zip").read_text(encoding="utf-8") == "mine"
    host.answers += [str(tmp_path / "mit Ümlaut.zip")]
    host.click("adaptExport")
    host.process(60, lambda: not export.running)
    assert "README.md in it tells how" in host.find("adaptPackageStatus").text and host.find("adaptExport").enabled
    with zipfile.ZipFile(tmp_path / "mit Ümlaut.zip") as file:
        names = file.namelist()
    assert any(name.endswith("/fold_0/checkpoint_final.pth") for name in names) and any(name.endswith("/README.md") for name in names)


def test_a_bad_package_is_refused_in_a_sentence(host: Host, tmp_path: Path, own_models_folder: Path) -> None:
    bad = tmp_path / "bad.zip"
    bad.write_bytes(b"PK but no more")
    open_section(host, "segment")
    before = host.find("segmentModelPath").currentPath
    host.answers += [str(bad)]
    host.click("segmentImport")
    host.process(60, lambda: not host.widget.panel.segment.importer.runner.running)
    said = host.find("segmentStatus").text
    assert said == f"{bad} is damaged or no model package; get it again."
    assert host.find("segmentModelPath").currentPath == before and not own_models_folder.exists() and not our_processes()


def test_an_import_can_be_cancelled(host: Host, tiny_experiment: Path, tmp_path: Path, own_models_folder: Path) -> None:
    path = write_package(tiny_experiment, tmp_path / "model.zip").path
    open_section(host, "segment")
    host.answers += [str(path)]
    host.click("segmentImport")
    host.click("segmentImport")
    assert host.find("segmentStatus").text == "Nothing was imported." and not host.widget.panel.segment.importer.runner.running
    host.process(5, lambda: not our_processes())
    assert not installed_models.installed_models()

    host.answers += [str(path)]
    host.click("segmentImport")
    wait_for_process(host, host.widget.panel.segment.importer.runner)
    half_made = (
        own_models_folder / f".{installed_models._plain(platform.node())}-999999999-0.partial"
    )  # of a process that was killed before
    half_made.mkdir(parents=True)
    host.click("segmentImport")
    assert host.find("segmentStatus").text == "Nothing was imported."
    host.process(5, lambda: not (our_processes() or list(own_models_folder.iterdir())))


def test_a_scene_is_closed_while_a_model_is_imported(host: Host, tiny_experiment: Path, tmp_path: Path, own_models_folder: Path) -> None:
    path = write_package(tiny_experiment, tmp_path / "model.zip").path
    open_section(host, "segment")
    host.answers += [str(path)]
    host.click("segmentImport")
    host.leave_module()
    host.close_scene()
    assert host.widget.panel.parameters is None
    host.process(60, lambda: not host.widget.panel.segment.importer.runner.running)
    assert host.find("segmentImport").text == "&Import..." and host.find("segmentStatus").text.startswith("Imported")
    host.select_module("CrossMoDAUDA")
    (model,) = installed_models.installed_models()
    assert host.find("segmentModelPath").currentPath == str(model.folder) == host.widget.panel.parameters.model


def test_saving_can_be_cancelled_whatever_is_shown_and_says_so_beside_others(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptPackage").enabled)
    adapt, target = host.widget.panel.adapt, tmp_path / "out"
    target.mkdir()
    (kept := target / ".0123.partial.zip").touch()  # somebody else's
    host.answers += [str(target / "model.zip")]
    host.click("adaptPackage")
    wait_for_process(host, adapt.package.runner)
    (target / f".{'0' * 32}.partial.zip").touch()  # as a command leaves it that is ended
    adapt.toolTexts.of("case")("Loading case_3...")
    adapt.toolTexts.of("report")("")
    said = host.find("adaptPackageStatus").text
    assert "Saving model.zip..." in said and "Loading case_3..." in said
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "another")
    assert host.find("adaptPackage").text == "Cance&l" and "Saving model.zip..." in host.find("adaptPackageStatus").text
    host.click("adaptPackage")
    assert host.find("adaptPackageStatus").text == "Nothing was saved." and not host.find("adaptPackage").enabled
    host.process(5, lambda: list(target.iterdir()) == [kept])
