"""Undo in the scene and in the Segment Editor, after results were taken in: neither fails nor leaves half a result."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import add_scan, choose_model, nodes, wait

if TYPE_CHECKING:
    from Testing.Host import Host

KINDS = ("vtkMRMLSegmentationNode", "vtkMRMLSegmentationDisplayNode", "vtkMRMLTableNode", "vtkMRMLScalarVolumeNode")


def voxels(node: Any) -> np.ndarray:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    return mrml.label_volume_from_segmentation(node, phantom.LABELS).array


def segment(host: Host, scan: Any, output: Any = None) -> str:
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.find("segmentOutput").setCurrentNode(output)
    if output is not None:
        host.answers.append(True)
    host.click("segmentApply")
    return wait(host, "segment")


def follow(scene: Any, *kinds: str) -> None:
    """Let Undo follow nodes that are made from now on, as an application does that is built on Slicer."""
    for kind in kinds:
        default = scene.CreateNodeByClass(kind)
        default.UnRegister(None)
        default.UndoEnabledOn()
        scene.AddDefaultNode(default)


def counts() -> list[int]:
    return [len(nodes(kind)) for kind in KINDS]


@pytest.mark.parametrize("followed", ["by default", "all that can be"])
def test_the_scenes_undo_takes_whole_results_away_and_brings_them_back(host: Host, tiny_experiment: Path, followed: str) -> None:
    """By default, Slicer's undo follows none of these nodes; an application that is built on Slicer may let it."""
    import slicer

    scene = slicer.mrmlScene
    scene.SetUndoOn()
    follow(scene, *(KINDS if followed != "by default" else ()))
    scan, _labels = add_scan("Scan A")
    choose_model(host, tiny_experiment)
    before = counts()
    scene.SaveStateForUndo()
    assert "Scan A segmentation" in segment(host, scan)
    after, made = counts(), voxels(nodes("vtkMRMLSegmentationNode")["Scan A segmentation"])
    scene.Undo()
    host.process(0.1)
    is_followed = followed != "by default"
    assert counts() == (before if is_followed else after)
    assert host.find("segmentTable").visible != is_followed and host.find("segmentEdit").visible != is_followed
    scene.Redo()
    host.process(0.1)
    assert counts() == after and (voxels(nodes("vtkMRMLSegmentationNode")["Scan A segmentation"]) == made).all()
    assert "Scan A segmentation" in segment(host, scan), "and work goes on"


def test_the_scan_is_undone_while_it_is_segmented(host: Host, tiny_experiment: Path) -> None:
    import slicer

    scene = slicer.mrmlScene
    scene.SetUndoOn()
    follow(scene, "vtkMRMLScalarVolumeNode")
    scene.SaveStateForUndo()
    scan, _labels = add_scan("Scan A")
    choose_model(host, tiny_experiment)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.click("segmentApply")
    scene.Undo()
    assert "removed meanwhile" in wait(host, "segment")
    assert not nodes("vtkMRMLSegmentationNode") and not nodes("vtkMRMLTableNode")


def test_undo_in_the_segment_editor_leads_back_to_what_was_drawn(host: Host, tiny_experiment: Path) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan A")
    own = mrml.segmentation_node(labels, phantom.LABELS, scan, "By hand")
    for module in ("SegmentEditor", "CrossMoDAUDA"):
        slicer.util.selectModule(module)
    host.find("segmentInputVolume").setCurrentNode(scan)
    host.click("segmentEdit")
    editor = slicer.modules.SegmentEditorWidget.editor
    editor.saveStateForUndo()
    drawn = slicer.util.arrayFromSegmentInternalBinaryLabelmap(own, "Cochlea")
    drawn[drawn == phantom.LABELS["Cochlea"]] = 0  # as the eraser does
    own.GetBinaryLabelmapInternalRepresentation("Cochlea").Modified()
    erased = voxels(own)
    assert erased.any() and (erased != labels.array).any()
    slicer.util.selectModule("CrossMoDAUDA")
    choose_model(host, tiny_experiment)
    assert "By hand" in segment(host, scan, own)
    predicted = voxels(own)
    assert (predicted != erased).any()
    editor.undo()
    assert (voxels(own) == erased).all(), "what was there when the result came"
    editor.undo()
    assert (voxels(own) == labels.array).all()
    editor.redo()
    editor.redo()
    assert (voxels(own) == predicted).all()
    assert list(own.GetSegmentation().GetSegmentIDs()) == list(phantom.LABELS)
