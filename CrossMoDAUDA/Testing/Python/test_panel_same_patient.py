"""The panel and the views tell of the same patient: what is chosen is shown, and no result lies over another scan."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import add_scan, choose, nodes, open_section
from test_panel_data_module import add_result
from test_panel_findings import background, put, said, visible

if TYPE_CHECKING:
    from Testing.Host import Host


def pick(host: Host, selector: str, node: Any) -> None:
    """Choose a node in a list as a user does."""
    host.process(0.05)
    host.find(selector)._real.pick(node)
    settle(host)


def settle(host: Host) -> None:
    """Wait until everything is shown."""
    panel = host.widget.panel
    host.process(0.05)
    host.process(10, lambda: not panel.isShowing())
    host.process(0.05)


def add_data(host: Host, scan: Any) -> None:
    """What Slicer does with a scan that is loaded: all slice views show it."""
    import slicer

    slicer.util.setSliceViewerLayers(background=scan)
    host.process(0.05)


def add_our_result(name: str, seed: int) -> tuple[Any, Any]:
    """A scan with what a network has made of it, and its measurements."""
    from CrossMoDAUDALib.panel.segment_results import measurementTable
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, segmentation = add_result(name, seed)
    mrml.mark_made(segmentation, ["Cochlea: odd."] if seed == 10 else [])
    segmentation.SetDisplayVisibility(False)
    row = {"scan": name, "structure": "Cochlea", "volume_ml": "1", "largest_axial_diameter_mm": "2", "warnings": ""}
    measurementTable([row], [segmentation])
    return scan, segmentation


def test_a_scan_that_is_chosen_again_is_shown_with_its_result(host: Host) -> None:
    results = [add_our_result(name, seed) for seed, name in ((9, "Scan A"), (10, "Scan B"))]
    bare, _labels = add_scan("Scan C", 11)
    for number in (0, 1, 0):
        scan, segmentation = results[number]
        pick(host, "segmentInputVolume", scan)
        assert said(host)[1] == f"{scan.GetName()} measurements"
        assert background() == scan.GetName() and visible() == [segmentation.GetName()]
        assert not host.find("segmentViews").visible and host.find("segmentShow").visible
    pick(host, "segmentInputVolume", bare)
    assert said(host)[1] == "" and background() == "Scan C" and visible() == []
    assert not host.find("segmentShow").visible


def test_views_that_were_left_as_they_are_wanted_stay(host: Host) -> None:
    import slicer

    (scan, _shown), (other, _hidden) = add_our_result("Scan A", 9), add_our_result("Scan B", 10)
    pick(host, "segmentInputVolume", scan)
    view = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    view.SetFieldOfView(7, 7, 1)
    pick(host, "segmentInputVolume", scan)
    assert view.GetFieldOfView()[0] == 7
    host.find("segmentInputVolume").setCurrentNode(other)  # not by the user, as by a loaded scene
    settle(host)
    assert background() == "Scan A" and host.find("segmentViews").text == "The views show 'Scan A'."
    host.click("segmentShow")
    settle(host)
    assert background() == "Scan B" and not host.find("segmentViews").visible and visible() == ["Scan B segmentation"]


def test_a_scan_that_lists_choose_by_themselves_changes_no_view(host: Host) -> None:
    """Neither the first that comes, nor the next where what was chosen goes."""
    import slicer
    from CrossMoDAUDALib.panel import views

    scan, _labels = add_scan("Scan A")
    host.process(0.05)
    other, _labels = add_scan("Scan B", 10)
    slicer.mrmlScene.RemoveNode(scan)
    host.process(0.05)
    assert [host.find(name).currentNode() for name in ("segmentInputVolume", "translateInputVolume")] == [other, other]
    host.widget.panel.parameters.inputVolume = add_scan("Scan C", 11)[0]
    host.process(0.05)
    assert views.scansInViews() == []


def test_a_scan_that_is_picked_again_is_shown_again(host: Host) -> None:
    scan, other = (add_scan(name, seed)[0] for seed, name in ((9, "Scan A"), (10, "Scan B")))
    for _again in range(2):
        pick(host, "segmentInputVolume", scan)
        assert background() == "Scan A"
        add_data(host, other)
        assert background() == "Scan B"


def test_every_result_of_all_volumes_can_be_shown_in_turn(host: Host) -> None:
    import slicer

    names = [f"Scan {letter}" for letter in "ABCDE"]
    for number, name in enumerate(names):
        add_our_result(name, 9 + number)
    add_scan("Without a result", 20)
    choose(host, "segmentInputKind", "scene")
    shown = host.find("segmentShown")
    assert shown.visible and host.texts_of_list(shown) == names
    marked = [not shown._real.itemIcon(index).isNull() for index in range(5)]
    assert marked == [False, True, False, False, False], "which have warnings"
    for index in (1, 4, 0):
        shown.currentIndex = index
        settle(host)
        assert background() == names[index] and visible() == [f"{names[index]} segmentation"]
    add_data(host, nodes("vtkMRMLScalarVolumeNode")["Scan D"])
    assert shown.currentIndex == 3, "the list follows the views"
    host.click("segmentEdit")
    editor = slicer.modules.segmenteditor.widgetRepresentation().self().editor
    assert editor.segmentationNode() is nodes("vtkMRMLSegmentationNode")["Scan D segmentation"]
    host.select_module("CrossMoDAUDA")
    add_data(host, nodes("vtkMRMLScalarVolumeNode")["Without a result"])
    assert "Without a result" in host.find("segmentViews").text and visible() == []
    host.click("segmentShow")
    settle(host)
    assert background() == "Scan D" and visible() == ["Scan D segmentation"]


@pytest.mark.parametrize("patient", ["another", "the same"])
@pytest.mark.parametrize("module", ["shown", "hidden"])
def test_a_scan_that_is_loaded_lies_under_no_result_of_another_patient(host: Host, module: str, patient: str) -> None:
    import slicer

    scan, segmentation = add_our_result("Scan A", 9)
    pick(host, "segmentInputVolume", scan)
    assert visible() == ["Scan A segmentation"]
    if module == "hidden":
        host.leave_module()
    other, _labels = add_scan("Scan B", 10)
    hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
    for each, name in ((scan, "P1"), (other, "P1" if patient == "the same" else "P2")):
        put(each, name)
        hierarchy.SetItemAttribute(hierarchy.GetItemParent(hierarchy.GetItemByDataNode(each)), "DICOM.PatientID", name)
    add_data(host, other)
    assert background() == "Scan B" and visible() == (["Scan A segmentation"] if patient == "the same" else [])
    if module == "hidden":
        host.select_module("CrossMoDAUDA")
    assert host.find("segmentInputVolume").currentNode() is scan and host.find("segmentViews").text == "The views show 'Scan B'."
    segmentation.SetDisplayVisibility(True)  # the eye in the module Data
    slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode().SetForegroundOpacity(0.3)
    host.process(0.05)
    assert visible() == ["Scan A segmentation"], "what the user shows stays"


def test_a_loaded_scene_stands_as_it_was_saved(host: Host, tmp_path: Path) -> None:
    add_our_result("Scan A", 9)
    other, _labels = add_scan("Scan B", 10)
    add_data(host, other)
    nodes("vtkMRMLSegmentationNode")["Scan A segmentation"].SetDisplayVisibility(True)
    host.save_and_load_scene(tmp_path / "scene.mrml")
    host.process(0.1)
    assert background() == "Scan B" and visible() == ["Scan A segmentation"]


def test_segmentations_from_files_lie_over_no_other_scan(host: Host, tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scans = []
    for seed, name in ((9, "Scan A"), (10, "Scan B")):
        scan, labels = add_scan(name, seed)
        scans.append(scan)
        mrml.write_segmentation_file(labels, phantom.LABELS, tmp_path / f"{name} file.seg.nrrd")
        mrml.read_segmentation(tmp_path / f"{name} file.seg.nrrd")
    assert visible() == ["Scan A file", "Scan B file"] and mrml.scan_of(nodes("vtkMRMLSegmentationNode")["Scan A file"]) is None
    views.showScan(scans[0])
    assert visible() == ["Scan A file"]
    views.showSideBySide(*scans)
    nodes("vtkMRMLSegmentationNode")["Scan B file"].SetDisplayVisibility(True)
    pick(host, "segmentInputVolume", scans[1])
    assert visible() == ["Scan B file"]


def test_the_data_modules_entry_shows_the_scan_that_it_chooses(host: Host) -> None:
    (scan, _segmentation), (other, _labels) = add_our_result("Scan A", 9), add_scan("Scan B", 10)
    add_data(host, other)
    host.leave_module()
    host.context_menu(scan)["Segment with CrossMoDA UDA"]()
    settle(host)
    assert background() == "Scan A" and visible() == ["Scan A segmentation"]


def test_a_scan_to_translate_is_shown_with_its_translation(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    open_section(host, "translate")
    scan, _labels = add_scan("Scan A")
    other, _labels = add_scan("Scan B", 10)
    made = mrml.volume_node(mrml.volume_from_node(scan), "Scan A pseudo-hrT2", None, scan)
    host.widget.panel.translate._texts[scan.GetID()] = ("Done: Scan A pseudo-hrT2.", made)
    pick(host, "translateInputVolume", other)
    assert background() == "Scan B" and host.find("translateStatus").text == ""
    pick(host, "translateInputVolume", scan)
    yellow = slicer.app.layoutManager().sliceWidget("Yellow").mrmlSliceCompositeNode()
    assert background() == "Scan A" and yellow.GetBackgroundVolumeID() == made.GetID()
    assert "pseudo-hrT2" in host.find("translateStatus").text
