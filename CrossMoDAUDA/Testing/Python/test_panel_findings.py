"""Whose findings the panel shows: those of the scan that is shown, under a name that tells it; and what it says of the rest."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import add_scan, choose, choose_model, nodes, wait, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host


def background() -> str:
    """The scan that the red slice view shows."""
    import slicer

    composite = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceCompositeNode()
    return str(slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID()).GetName())


def visible() -> list[str]:
    """The segmentations that the views show."""
    return [name for name, node in nodes("vtkMRMLSegmentationNode").items() if node.GetDisplayVisibility()]


def said(host: Host) -> tuple[str, str]:
    """The text and the title of the table of the section Segment."""
    assert host.find("segmentTable").visible == bool(host.find("segmentTableTitle").text)
    return host.find("segmentStatus").text, host.find("segmentTableTitle").text.partition("\n")[0]


def put(scan: Any, *folders: str) -> None:
    """Put a scan into folders of the subject hierarchy, the outermost first."""
    import slicer

    hierarchy = slicer.vtkMRMLSubjectHierarchyNode.GetSubjectHierarchyNode(slicer.mrmlScene)
    item = hierarchy.GetSceneItemID()
    for folder in folders:
        item = hierarchy.GetItemChildWithName(item, folder) or hierarchy.CreateFolderItem(item, folder)
    hierarchy.SetItemParent(hierarchy.GetItemByDataNode(scan) or hierarchy.CreateItem(item, scan), item)


def test_no_scans_findings_lie_over_another(host: Host, tiny_experiment: Path) -> None:
    import slicer

    first, _ = add_scan("Scan A")
    second, _ = add_scan("Scan B", seed=10)
    choose_model(host, tiny_experiment)
    selector = host.find("segmentInputVolume")
    selector.setCurrentNode(first)
    host.click("segmentApply")
    assert "Scan A segmentation" in wait(host, "segment") and background() == "Scan A"
    selector.setCurrentNode(second)
    assert said(host) == ("", "")
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    host.click("segmentApply")
    assert said(host) == ("Cancelled.", ""), "not with the table of another"
    for view in ("Red", "Yellow"):
        composite = slicer.app.layoutManager().sliceWidget(view).mrmlSliceCompositeNode()
        composite.SetForegroundVolumeID(first.GetID())
    host.click("segmentApply")
    assert "Scan B segmentation" in wait(host, "segment") and said(host)[1] == "Scan B measurements"
    assert background() == "Scan B" and visible() == ["Scan B segmentation"]
    assert composite.GetForegroundVolumeID() is None, "nor does the other scan itself"

    selector.setCurrentNode(first)
    assert "Scan A segmentation" in said(host)[0] and said(host)[1] == "Scan A measurements"
    slicer.mrmlScene.RemoveNode(nodes("vtkMRMLSegmentationNode")["Scan A segmentation"])
    assert said(host) == ("", ""), "they go with what they are about"
    selector.setCurrentNode(second)
    assert said(host)[1] == "Scan B measurements"
    slicer.mrmlScene.RemoveNode(nodes("vtkMRMLTableNode")["Scan B measurements"])
    assert said(host)[1] == "" and "Scan B segmentation" in said(host)[0]


def test_of_several_results_on_one_scan_the_newest_is_shown(host: Host, tiny_experiment: Path) -> None:
    """Another model's or an earlier run's stays in the scene, and a user who shows it has it until the next result."""
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan A")
    other, _labels = add_scan("Scan B", seed=10)
    painted = mrml.segmentation_node(labels, phantom.LABELS, scan, "By hand")
    choose_model(host, tiny_experiment)
    host.find("segmentInputVolume").setCurrentNode(scan)
    for number in range(2):
        host.click("segmentApply")
        assert wait(host, "segment").startswith("Done")
        assert visible() == ["By hand", ("Scan A segmentation", "Scan A segmentation_1")[number]], "the user's own is left alone"
    first = nodes("vtkMRMLSegmentationNode")["Scan A segmentation"]
    first.SetDisplayVisibility(True)  # the eye in the module Data
    host.find("segmentInputVolume").setCurrentNode(other)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.leave_module()
    host.select_module("CrossMoDAUDA")
    made = mrml.volume_node(mrml.volume_from_node(scan), "Scan A pseudo-hrT2", None, scan)
    views.showSideBySide(scan, made)
    assert len(visible()) == 3 and first.GetDisplayVisibility(), "until the next result"
    views.openInSegmentEditor(first)
    assert visible() == ["By hand", "Scan A segmentation"]
    host.select_module("CrossMoDAUDA")
    slicer.mrmlScene.RemoveNode(painted)
    host.click("segmentApply")
    host.process(60, lambda: len(host.widget.panel.segment._made) > 0)
    host.click("segmentApply")
    assert wait(host, "segment").startswith("Cancelled.") and visible() == ["Scan A segmentation_2"], "it is there"


def test_no_view_keeps_another_scan_beside_a_translation(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    (before, _), (scan, _), (made, _) = (add_scan(f"Scan {name}") for name in "ABC")
    views.showScan(before)
    views.showSideBySide(scan, made)
    slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    shown = [slicer.app.layoutManager().sliceWidget(name).mrmlSliceCompositeNode() for name in ("Red", "Yellow", "Green")]
    assert [view.GetBackgroundVolumeID() for view in shown] == [scan.GetID(), made.GetID(), scan.GetID()]


def test_measurements_and_warnings_are_found_again_with_their_scan(host: Host, tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel.segment_results import measurementTable
    from CrossMoDAUDALib.slicer_nodes import mrml

    for seed, name in ((9, "Scan A"), (10, "Scan B")):
        scan, labels = add_scan(name, seed)
        node = mrml.segmentation_node(labels, phantom.LABELS, scan, f"{name} segmentation")
        mrml.set_warnings(node, [f"Cochlea: odd in {name}."])
        row = {"scan": name, "structure": "Cochlea", "volume_ml": "1", "largest_axial_diameter_mm": "2", "warnings": ""}
        measurementTable([row], [node])
    host.save_and_load_scene(tmp_path / "scene.mrml")
    host.process(0.1)
    for name, other in (("Scan B", "Scan A"), ("Scan A", "Scan B")):
        host.find("segmentInputVolume").setCurrentNode(nodes("vtkMRMLScalarVolumeNode")[name])
        shown = host.find("segmentWarningsText").text
        assert said(host)[1] == f"{name} measurements" and f"odd in {name}" in shown and other not in shown
    choose(host, "segmentInputKind", "scene")
    shown = host.find("segmentWarningsText").text
    assert "<b>Scan A segmentation</b>" in shown and "<b>Scan B segmentation</b>" in shown
    choose(host, "segmentInputKind", "folder")
    assert said(host) == ("", "") and not host.find("segmentWarnings").visible


def test_two_scans_of_one_name_are_told_apart(host: Host, tiny_experiment: Path) -> None:
    for seed in (9, 10):
        scan, _ = add_scan("A scan", seed)
        scan.SetName("T2 SPACE")  # as files and DICOM do; add_scan makes names unique
        put(scan, f"Patient {seed}", "Study")
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "scene")
    host.click("segmentApply")
    text = wait(host, "segment")
    names = ["T2 SPACE (Patient 9)", "T2 SPACE (Patient 10)"]
    assert list(nodes("vtkMRMLSegmentationNode")) == [f"{name} segmentation" for name in names]
    assert all(name in text for name in names) and visible() == [f"{names[1]} segmentation"]
    table = nodes("vtkMRMLTableNode")["Measurements"]
    assert [table.GetCellText(row, 0) for row in range(4)] == [names[0], names[0], names[1], names[1]]


def test_what_tells_scans_apart(host: Host, tmp_path: Path) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    scans = [add_scan("A scan", seed)[0] for seed in (9, 10, 11)]
    for scan in scans:
        scan.SetName("T2")
    assert [mrml.telling_name(scan) for scan in scans] == ["T2 (1)", "T2 (2)", "T2 (3)"]
    for scan in scans:
        storage = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVolumeArchetypeStorageNode")
        storage.SetFileName(str(tmp_path / scan.GetID() / "scan.nii.gz"))
        scan.SetAndObserveStorageNodeID(storage.GetID())
    assert mrml.telling_name(scans[1]) == f"T2 ({scans[1].GetID()})", "by their folders"
    scans[0].GetStorageNode().SetFileName(str(tmp_path / "one.nii.gz"))
    scans[1].GetStorageNode().SetFileName(str(tmp_path / "two.nii.gz"))
    assert mrml.telling_name(scans[1]) == "T2 (two)"
    for scan, study in zip(scans, ("2021", "2022", "2023"), strict=True):
        put(scan, "Patient", study)
    assert mrml.telling_name(scans[1]) == "T2 (2022)"
    scans[0].SetName("T1")
    assert mrml.telling_name(scans[0]) == "T1" and mrml.telling_name(scans[1]) == "T2 (2022)"


def test_empty_segments_print_nothing_and_3d_is_near_the_others(host: Host) -> None:
    """What VTK prints would fail this test."""
    import slicer
    import vtk
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    camera = slicer.app.layoutManager().threeDWidget(0).threeDView().renderWindow().GetRenderers().GetFirstRenderer().GetActiveCamera()
    before = camera.GetDistance()
    nothing = mrml.segmentation_node(labels.with_array(labels.array * 0), phantom.LABELS, scan, "Nothing")
    views.showSegmentation(nothing, scan)
    assert mrml.voxel_bounds(nothing) is None and camera.GetDistance() == before
    tumour = mrml.segmentation_node(labels.with_array(labels.array * (labels.array == 1)), phantom.LABELS, scan, "Tumour")
    transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
    moved = np.eye(4)
    moved[:3, 3] = (100, 0, 0)
    transform.SetMatrixTransformToParent(slicer.util.vtkMatrixFromArray(moved))
    tumour.SetAndObserveTransformNodeID(transform.GetID())
    views.showSegmentation(tumour, scan)
    to_voxel = vtk.vtkMatrix4x4()
    scan.GetRASToIJKMatrix(to_voxel)
    inside = np.subtract(mrml.inner_point(tumour, "Vestibular schwannoma"), moved[:3, 3])
    x, y, z = np.rint(to_voxel.MultiplyPoint((*inside, 1.0))[:3]).astype(int)
    assert labels.array[z, y, x] == 1 and mrml.inner_point(tumour, "Cochlea") is None
    centre = tumour.GetSegmentCenterRAS("Vestibular schwannoma")
    assert np.linalg.norm(np.subtract(camera.GetFocalPoint(), centre)) < 5, "it looks at the tumour"
    size = np.ptp(np.reshape(mrml.voxel_bounds(tumour), (3, 2)), axis=1)
    assert np.linalg.norm(size) < camera.GetDistance() < 3 * np.linalg.norm(size), "from near"


def test_what_is_no_scan_is_named(host: Host, tiny_experiment: Path) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    _scan, labels = add_scan("Good")
    mrml.volume_node(labels, "", slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "By hand"))
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLVectorVolumeNode", "In colour")
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "scene")
    host.click("segmentApply")
    assert wait(host, "segment").endswith("Left out: 'By hand' (label map), 'In colour' (vector volume).")


def test_a_folder_with_a_bad_scan_says_where_the_results_are(host: Host, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    folder, output = tmp_path / "scans", tmp_path / "results ü"
    shutil.copytree(tiny_cohort / "validation", folder)
    (label_map,) = folder.glob("*_Label.nii.gz")
    (folder / "bad_hrT2.nii.gz").write_bytes(b"no scan")
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "folder")
    host.find("segmentInputFolder").currentPath = str(folder)
    host.find("segmentOutputFolder").currentPath = str(output)
    host.click("segmentApply")
    text = wait(host, "segment")
    assert f"results are in {output}" in text and "bad_hrT2.nii.gz" in text and f"Left out: '{label_map.name}' (label map)." in text
    assert said(host)[1].endswith("measurements")
    host.find("segmentOutputFolder").currentPath = str(tmp_path)
    assert said(host) == ("", ""), "they are of another folder"


def test_files_that_come_meanwhile_are_not_answered_with_options(
    host: Host, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path
) -> None:
    output = tmp_path / "results"
    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "folder")
    host.find("segmentInputFolder").currentPath = str(tiny_cohort / "training_target")
    host.find("segmentOutputFolder").currentPath = str(output)
    host.click("segmentApply")
    output.mkdir()  # another program writes there meanwhile
    (output / "measurements.csv").touch()
    text = wait(host, "segment")
    assert "measurements.csv exists already" in text and "--" not in text


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("/x/a.zip exists already; add --overwrite to replace it, or name another file.", "/x/a.zip exists already; choose another name"),
        ("The disk is full (writing /x/scans (unfinished)/a b.nii.gz); free some space.", "(writing /x/scans/a b.nii.gz)"),
        ("/x/.0123456789abcdef0123456789abcdef.partial.nii.gz: broken.", "the new file: broken."),
        ("end other programs that use it, run on another with --device, or lower x.", "choose another device, or lower x."),
        (
            "Out of memory; close other programs, or run with --set helper_processes=0 and smaller batches.",
            "memory; close other programs, then",
        ),
        ("The helpers died; run again with --set helper_processes=0 or fewer.", "died; close other programs, then try again."),
        ("It fits no GPU here; install another PyTorch, or run with --device cpu.", "or run with the device cpu."),
        ("Too little memory; end other programs, or run again on fewer devices with --device.", "or run again on fewer devices."),
        ("segmentation.epochs is 9; add --set segmentation.epochs=5, or use another trainer.", "add the setting segmentation.epochs at 5"),
        ("A is blank (and 3 more; --dry-run lists all)", "A is blank (and 3 more; Check scans lists all)"),
        (
            'a.nii.gz holds the unknown value 3; name every structure, as --set "labels=Big tumour:1,Cochlea:2", or not.',
            "as the setting labels at Big tumour:1,Cochlea:2, or not.",
        ),
        (
            """Name every structure, as --set 'labels={"A, b": 1, "C": 2}'; then go on.""",
            'as the setting labels at {"A, b": 1, "C": 2}; then go on.',
        ),
        ("The label map lies on the one by its sform: try --header sform.", "try the setting reading.header at sform."),
        (
            "The qform is taken, as --header says; if not, do it with --header sform.",
            "taken, as reading.header says; if not, do it with the setting",
        ),
        ("Any of A, B could be followed; name one, as --structure 'Big A'.", "name one, as 'Big A'."),
    ],
)
def test_messages_are_for_a_panel(host: Host, message: str, shown: str) -> None:
    from CrossMoDAUDALib.panel.wording import inThePanel

    told = inThePanel(message)
    assert shown in told and "--" not in told and "unfinished" not in told and ".partial" not in told
    assert inThePanel("Scan -- 2 is blank.") == "Scan -- 2 is blank."


def test_a_result_that_is_given_up_on_its_way_into_the_scene_is_not_said_to_be_done(host: Host, tiny_experiment: Path) -> None:
    add_scan()
    choose_model(host, tiny_experiment)
    section, add, hasBegun = host.widget.panel.segment, host.widget.panel.segment._addSegmentation, []

    def cancel_midway(event: Any) -> Any:
        steps = add(event)
        yield next(steps)
        hasBegun.append(event)
        host.click("segmentApply")
        yield from steps

    section._addSegmentation = cancel_midway
    host.click("segmentApply")
    host.process(60, lambda: not section.runner.running)
    assert hasBegun and section._results == 1
    assert not nodes("vtkMRMLSegmentationNode") and host.find("segmentStatus").text == "Cancelled."
