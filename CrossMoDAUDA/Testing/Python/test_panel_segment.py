"""The section Segment, driven as a user drives it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from conftest import ROOT
from panel_actions import add_scan, choose, choose_model, nodes, our_processes, wait, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host


def test_scan_becomes_a_segmentation_on_its_grid(host: Host, tiny_experiment: Path) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    assert not host.find("segmentApply").enabled and "model" in host.find("segmentApply").toolTip
    scan, _ = add_scan()
    choose_model(host, tiny_experiment)
    assert "Vestibular schwannoma, Cochlea" in host.find("segmentModelInfo").text
    host.click("segmentApply")
    assert host.find("segmentApply").text == "&Cancel" and host.find("segmentProgress").visible
    said = wait(host, "segment")

    (name, node), *others = nodes("vtkMRMLSegmentationNode").items()
    assert not others and name == "Scan A segmentation" and name in said
    labels = mrml.label_volume_from_segmentation(node, {"Vestibular schwannoma": 1, "Cochlea": 2})
    volume = mrml.volume_from_node(scan)
    assert labels.geometry.differences(volume.geometry) == []
    assert node.GetSegmentation().GetSegment("Cochlea").GetColor() == pytest.approx((77 / 255, 187 / 255, 213 / 255), abs=0.01)
    assert node.GetSegmentation().ContainsRepresentation(slicer.vtkSegmentationConverter.GetClosedSurfaceRepresentationName())

    table = nodes("vtkMRMLTableNode")["Scan A measurements"]
    titles = [table.GetColumnName(column) for column in range(table.GetNumberOfColumns())]
    assert titles[:4] == ["Structure", "Volume (ml)", "Axial diameter (mm)", "Distance apart (mm)"]
    voxels = np.bincount(labels.array.ravel(), minlength=3)[1:]
    expected = voxels * np.prod(volume.geometry.spacing) / 1000
    assert [float(table.GetCellText(row, 1)) for row in range(2)] == pytest.approx(expected, rel=0.01)
    assert host.find("segmentApply").text == "&Apply" and not host.find("segmentProgress").visible
    assert host.find("segmentOutput").currentNode() is None  # the next one gets a segmentation of its own


def test_a_scan_that_was_there_before_the_panel_is_chosen() -> None:
    from Testing.Host import Host

    with Host() as host:
        host.open_module(ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py", enter=False)
        scan, _ = add_scan("First")
        add_scan("Second", seed=10)
        host.select_module("CrossMoDAUDA")
        assert host.find("segmentInputVolume").currentNode() is scan
        host.close_scene()
        assert host.find("segmentInputVolume").currentNode() is None


def test_the_panels_result_is_the_command_lines(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    from CrossMoDAUDALib.commands import cli
    from CrossMoDAUDALib.images import volumes
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, _ = add_scan()
    volumes.write_volume(mrml.volume_from_node(scan), tmp_path / "scan.nrrd")
    assert cli.main(["segment", str(tiny_experiment), str(tmp_path / "scan.nrrd"), "-o", str(tmp_path), "--device", "cpu"]) == 0
    expected = volumes.read_label_map(tmp_path / "scan_Label.nii.gz")
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    wait(host, "segment")
    (node,) = nodes("vtkMRMLSegmentationNode").values()
    found = mrml.label_volume_from_segmentation(node, {"Vestibular schwannoma": 1, "Cochlea": 2})
    assert np.array_equal(found.array, expected.array)


@pytest.fixture
def strict_model(tiny_experiment: Path, tmp_path: Path) -> Path:
    """A model that says it has learned from far larger structures than there are, so that each result is odd."""
    model = Path(shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / "strict model"))
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    for known in description["trained_on"]["structures"].values():
        known.update(least_ml=5000.0, most_ml=6000.0)
    (model / "model.json").write_text(json.dumps(description), encoding="utf-8")
    return model


def test_what_is_odd_is_plain_to_see(host: Host, strict_model: Path) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    assert not host.find("segmentWarnings").visible and "Not for clinical use" in host.find("notForClinicalUse").text
    scan, _ = add_scan("Scan <A>")
    add_scan("Scan B", seed=10)
    choose_model(host, strict_model)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.click("segmentApply")
    wait(host, "segment")
    assert host.find("segmentWarnings").visible and not host.find("segmentWarningsIcon").pixmap.isNull()
    shown = host.find("segmentWarningsText").text
    assert "Vestibular schwannoma: " in shown and "Cochlea: " in shown
    assert "<b>Scan &lt;A&gt; segmentation</b>" in shown and "Scan <A> measurements\nModel: " in host.find("segmentTableTitle").text
    (node,) = nodes("vtkMRMLSegmentationNode").values()
    table = nodes("vtkMRMLTableNode")["Scan <A> measurements"]
    column = table.GetNumberOfColumns() - 1
    odd = [table.GetCellText(row, column) for row in range(2)]
    assert table.GetColumnName(column) == "Warnings"
    told = {word for text in odd if text != "-" for word in text.split(", ")}
    assert told and told <= {"not found", "touches the edge", "on both sides", "unusual volume"}
    warnings = node.GetAttribute(mrml.WARNINGS)
    assert "Vestibular schwannoma: " in warnings and warnings.endswith((" before you use it.", " yourself."))

    choose(host, "segmentInputKind", "scene")
    host.click("segmentApply")
    assert not host.find("segmentWarnings").visible, "they were about the result before"
    wait(host, "segment")
    shown = host.find("segmentWarningsText").text
    assert shown.index("<b>Scan &lt;A&gt; segmentation_1</b>") < shown.index("<b>Scan B segmentation</b>") and "scan_0001" not in shown
    assert all(node.GetAttribute(mrml.WARNINGS) for node in nodes("vtkMRMLSegmentationNode").values())
    host.close_scene()
    assert not host.find("segmentWarnings").visible


def test_warnings_are_saved_with_the_scene(host: Host, tmp_path: Path) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    node = mrml.segmentation_node(labels, phantom.LABELS, scan, "Odd")
    said = "Tumour: 14.2 ml, more than any it was trained on (0.1 to 8.3 ml); look: \N{BULLET} ü."
    mrml.set_warnings(node, [said, "Cochlea: nothing was found; look."])
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.SetRootDirectory(str(tmp_path))
    slicer.mrmlScene.Commit()
    host.close_scene()
    assert not host.find("segmentWarnings").visible
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.Import()
    host.process(0.1)
    assert slicer.mrmlScene.GetFirstNodeByName("Odd").GetAttribute(mrml.WARNINGS) == f"{said}\nCochlea: nothing was found; look."
    assert host.find("segmentWarnings").visible, "and shown when it is loaded again"
    shown = host.find("segmentWarningsText").text
    assert "<b>Odd (Scan A)</b>" in shown and "14.2 ml" in shown and shown.count("<p") == 3, "each warning stands by itself"


def test_many_warnings_are_cut_scan_by_scan(host: Host) -> None:
    results = host.widget.panel.segment.results
    results.showWarnings([(f"Scan {number}", ["Tumour: nothing was found.", "Cochlea: nothing was found."]) for number in range(30)])
    shown = host.find("segmentWarningsText").text
    assert shown.count("nothing was found") == 20 and "Scan 9<" in shown and "Scan 10<" not in shown
    assert "And 40 more" in shown
    results.showWarnings([("Scan", ["Odd."] * 30)])
    assert host.find("segmentWarningsText").text.count("Odd.") == 30, "one scan's are never cut"
    results.showWarnings([("T2 SPACE", ["Of one patient."]), ("T2 SPACE", ["Of another."])])
    assert "Of one patient." in host.find("segmentWarningsText").text and "Of another." in host.find("segmentWarningsText").text


def test_names_of_a_foreign_model_are_shown_as_they_are(host: Host) -> None:
    section = host.widget.panel.segment
    section.say(host.find("segmentModelInfo"), "Finds: <img src='/etc/logo.png'>.")
    label = host.find("segmentModelInfo")._real
    from PySide6.QtCore import Qt

    assert label.textFormat() == Qt.TextFormat.PlainText and "<img" in label.text()


def test_an_existing_segmentation_is_replaced_only_after_asking(host: Host, tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    before = mrml.segmentation_node(labels, phantom.LABELS, scan, "By hand")
    choose_model(host, tiny_experiment)
    host.find("segmentOutput").setCurrentNode(before)
    host.answers += [False]
    host.click("segmentApply")
    assert "'By hand'" in host.dialogs[-1].text and "Nothing was done" in host.find("segmentStatus").text
    kept = mrml.label_volume_from_segmentation(before, phantom.LABELS)
    assert np.array_equal(kept.array, labels.array)
    host.answers += [True]
    host.click("segmentApply")
    wait(host, "segment")
    assert list(nodes("vtkMRMLSegmentationNode")) == ["By hand"]
    assert not np.array_equal(mrml.label_volume_from_segmentation(before, phantom.LABELS).array, labels.array)
    title, model = f"{scan.GetName()} measurements", tiny_experiment.name
    assert mrml.model_of(before) == mrml.model_of(nodes("vtkMRMLTableNode")[title]) == model
    host.find("segmentOutput").setCurrentNode(before)
    host.answers += [True]
    host.click("segmentApply")
    wait(host, "segment")
    assert list(nodes("vtkMRMLTableNode")) == [f"{title} (of a result that was replaced)", title]
    assert host.find("segmentTableTitle").text == f"{title}\nModel: {model}"


def test_cancel_leaves_no_process_no_node_no_file(host: Host, tiny_experiment: Path) -> None:
    import slicer

    add_scan()
    choose_model(host, tiny_experiment)
    count = slicer.mrmlScene.GetNumberOfNodes()
    runner = host.widget.panel.segment.runner
    host.click("segmentApply")
    process, folder = wait_for_process(host, runner), runner.folder
    host.process(1.0)  # it is loading its libraries
    host.click("segmentApply")
    assert host.find("segmentStatus").text == "Cancelled." and not runner.running
    host.process(5, lambda: not (our_processes() or folder.exists()))
    assert not process.is_running()
    assert slicer.mrmlScene.GetNumberOfNodes() == count
    host.click("segmentApply")  # and it can be started again
    assert wait(host, "segment").startswith("Done")


def test_closing_the_scene_ends_the_work(host: Host, tiny_experiment: Path) -> None:
    add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    host.close_scene()
    host.process(0.5)
    assert not our_processes() and not nodes("vtkMRMLSegmentationNode") and not nodes("vtkMRMLTableNode")
    assert not host.find("segmentApply").enabled
    add_scan("Scan B")
    choose_model(host, tiny_experiment)
    assert host.find("segmentApply").enabled


def test_leaving_the_module_does_not_disturb(host: Host, tiny_experiment: Path) -> None:
    add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    host.leave_module()
    wait(host, "segment")
    assert "Scan A segmentation" in nodes("vtkMRMLSegmentationNode")
    host.select_module("CrossMoDAUDA")
    assert host.find("segmentStatus").text.startswith("Done")


@pytest.mark.parametrize("how", ["cancelled", "panel goes"])
def test_views_that_fail_at_the_end_leave_nothing_undone(
    host: Host, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    """As where Slicer takes its views apart: a panel that goes shows nothing more, and its other work is ended."""
    from CrossMoDAUDALib.panel import views

    def failing(*_nodes: object) -> Iterator[None]:
        while True:
            yield
            if not section.runner.running:
                raise RuntimeError("The view has gone.")

    section = host.widget.panel.segment
    monkeypatch.setattr(views, "segmentationInViews", failing)
    add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    host.process(60, lambda: section._arriving is not None)
    if how == "cancelled":
        host.click("segmentApply")
        assert "The view has gone." in caplog.text
        assert host.find("segmentStatus").text == "Cancelled. One scan is done." and host.find("segmentApply").text == "&Apply"
    else:
        section.importer.runner.work(iter(lambda: None, 1))
        section.cleanup()
        assert not section.importer.runner.running and not caplog.text
    assert not section.runner.running and "Scan A segmentation" in nodes("vtkMRMLSegmentationNode")


def test_scan_removed_meanwhile(host: Host, tiny_experiment: Path) -> None:
    import slicer

    scan, _ = add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    slicer.mrmlScene.RemoveNode(scan)
    assert "removed" in wait(host, "segment")
    assert not nodes("vtkMRMLSegmentationNode")


def test_every_volume_of_the_scene(host: Host, tiny_experiment: Path) -> None:
    for number, name in enumerate(("Left", "Right")):
        add_scan(name, seed=20 + number)
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "scene")
    assert not host.find("segmentInputVolume").visible
    host.click("segmentApply")
    wait(host, "segment")
    assert sorted(nodes("vtkMRMLSegmentationNode")) == ["Left segmentation", "Right segmentation"]
    table = nodes("vtkMRMLTableNode")["Measurements"]
    assert [table.GetCellText(row, 0) for row in range(4)] == ["Left", "Left", "Right", "Right"]


def test_folder_of_scans(host: Host, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    output = tmp_path / "results ü"
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "folder")
    assert not host.find("segmentApply").enabled
    host.find("segmentInputFolder").currentPath = str(tiny_cohort / "training_target")
    host.find("segmentOutputFolder").currentPath = str(output)
    host.click("segmentApply")
    assert str(output) in wait(host, "segment")
    scans = sorted(path.name.removesuffix(".nii.gz") for path in (tiny_cohort / "training_target").iterdir())
    expected = sorted([f"{scan}{ending}" for scan in scans for ending in (".seg.nrrd", "_Label.nii.gz")] + ["measurements.csv"])
    written = [path.name for path in output.iterdir()]
    assert sorted(name for name in written if not name.endswith("_warnings.txt")) == expected
    assert not nodes("vtkMRMLSegmentationNode")
    host.answers += [False]  # keep what is there
    host.click("segmentApply")
    assert f"{len(written)} files" in host.dialogs[-1].text
    assert "Nothing was done" in host.find("segmentStatus").text and not host.widget.panel.segment.runner.running


def test_label_maps_by_hand_are_neither_segmented_nor_replaced(
    host: Host, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path
) -> None:
    for path in (tiny_cohort / "validation").iterdir():
        shutil.copy(path, tmp_path)
    (by_hand,) = tmp_path.glob("*_Label.nii.gz")
    scan = next(tmp_path.glob("*_hrT2.nii.gz"))
    precious = by_hand.rename(tmp_path / f"{scan.name.removesuffix('.nii.gz')}_Label.nii.gz")
    before = precious.read_bytes()
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "folder")
    for field in ("segmentInputFolder", "segmentOutputFolder"):
        host.find(field).currentPath = str(tmp_path)
    host.answers += [False]
    host.click("segmentApply")
    assert precious.name in host.dialogs[-1].text and precious.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([scan.name, precious.name])


def test_choosing_another_model_meanwhile_changes_nothing(host: Host, tiny_experiment: Path) -> None:
    add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    host.find("segmentModelPath").currentPath = ""
    choose(host, "segmentInputKind", "folder")
    assert wait(host, "segment").startswith("Done")
    (node,) = nodes("vtkMRMLSegmentationNode").values()
    assert list(node.GetSegmentation().GetSegmentIDs()) == ["Vestibular schwannoma", "Cochlea"]


def test_a_volume_that_is_no_scan_does_not_spoil_the_others(host: Host, tiny_experiment: Path) -> None:
    import slicer

    add_scan("Good")
    bad, _ = add_scan("Bad", seed=10)
    slicer.util.updateVolumeFromArray(bad, np.full((16, 36, 40), np.nan, np.float32))
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "scene")
    host.click("segmentApply")
    said = wait(host, "segment")
    assert list(nodes("vtkMRMLSegmentationNode")) == ["Good segmentation"] and "'Bad'" in said


def test_bad_scan_is_one_sentence(host: Host, tiny_experiment: Path) -> None:
    import slicer

    scan, _ = add_scan("Blank")
    slicer.util.updateVolumeFromArray(scan, np.zeros((16, 36, 40), np.int16))
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    said = wait(host, "segment")
    assert "Traceback" not in said and "/tmp" not in said and said.startswith("Blank")
    assert not nodes("vtkMRMLSegmentationNode") and host.find("segmentApply").enabled


def test_unusable_model_says_why(host: Host, tmp_path: Path) -> None:
    add_scan()
    host.find("segmentModelPath").currentPath = str(tmp_path)
    assert "holds no trained segmenter" in host.find("segmentModelInfo").text
    assert not host.find("segmentApply").enabled


def test_largest_component_of_a_structure(host: Host, tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml
    from scipy import ndimage

    add_scan()
    choose_model(host, tiny_experiment)
    structures = {"Vestibular schwannoma": 1, "Cochlea": 2}

    def parts() -> dict[str, int]:
        host.click("segmentApply")
        wait(host, "segment")
        labels = mrml.label_volume_from_segmentation(list(nodes("vtkMRMLSegmentationNode").values())[-1], structures)
        return {name: int(ndimage.label(labels.array == value, np.ones((3, 3, 3)))[1]) for name, value in structures.items()}

    choose(host, "segmentLargestComponent", "none")
    before = parts()
    scattered = max(structures, key=lambda name: before[name])
    assert before[scattered] > 1
    choose(host, "segmentLargestComponent", scattered)
    assert parts() == {**before, scattered: 1}
