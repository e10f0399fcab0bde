"""What a user draws in while the panel works on it is never replaced."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import add_scan, choose_model, nodes, open_section, wait, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}


def paint(node: Any) -> None:
    """Draw a voxel into a segmentation's first segment, as Slicer's segment editor does."""
    import slicer

    segmentation = node.GetSegmentation()
    name = segmentation.GetSegmentIDs()[0]
    drawn = slicer.vtkOrientedImageData()
    drawn.DeepCopy(segmentation.GetSegment(name).GetRepresentation("Binary labelmap"))
    drawn.SetScalarComponentFromDouble(3, 3, 3, 0, 1)
    slicer.vtkSlicerSegmentationsModuleLogic.SetBinaryLabelmapToSegment(drawn, node, name)


@pytest.mark.parametrize("was_empty", [True, False])
def test_a_segmentation_that_is_painted_meanwhile_is_kept(host: Host, tiny_experiment: Path, was_empty: bool) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    if was_empty:
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "By hand")
        node.CreateDefaultDisplayNodes()
        node.SetReferenceImageGeometryParameterFromVolumeNode(scan)
    else:
        node = mrml.segmentation_node(labels, LABELS, scan, "By hand")
        host.answers += [True]
    choose_model(host, tiny_experiment)
    host.find("segmentOutput").setCurrentNode(node)
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    if was_empty:
        mrml.segmentation_node(labels, LABELS, scan, node=node)  # as a user who adds segments
    paint(node)
    by_hand = mrml.label_volume_from_segmentation(node, LABELS).array
    said = wait(host, "segment")
    assert np.array_equal(mrml.label_volume_from_segmentation(node, LABELS).array, by_hand)
    assert sorted(nodes("vtkMRMLSegmentationNode")) == ["By hand", "Scan A segmentation"]
    assert "'By hand' was changed meanwhile and is kept" in said and "Scan A segmentation" in said


def test_looking_at_a_segmentation_meanwhile_is_no_painting(host: Host, tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    node = mrml.segmentation_node(labels, LABELS, scan, "By hand")
    choose_model(host, tiny_experiment)
    host.find("segmentOutput").setCurrentNode(node)
    host.answers += [True]
    host.click("segmentApply")
    wait_for_process(host, host.widget.panel.segment.runner)
    node.CreateClosedSurfaceRepresentation()
    node.GetSegmentation().GetSegment("Cochlea").SetColor(1, 1, 1)
    assert "changed" not in wait(host, "segment")
    assert list(nodes("vtkMRMLSegmentationNode")) == ["By hand"]


@pytest.mark.parametrize("is_changed", [True, False])
def test_a_volume_that_is_changed_meanwhile_is_kept(host: Host, tiny_experiment: Path, is_changed: bool) -> None:
    import slicer

    scan, _labels = add_scan()
    output, _labels = add_scan("Filtered", seed=10)
    open_section(host, "translate")
    choose_model(host, tiny_experiment)
    host.find("translateInputVolume").setCurrentNode(scan)
    host.find("translateOutputVolume").setCurrentNode(output)
    host.answers += [True]
    host.click("translateApply")
    wait_for_process(host, host.widget.panel.translate.runner)
    if is_changed:
        slicer.util.updateVolumeFromArray(output, np.full((16, 36, 40), 7, np.int16))
    said = wait(host, "translate")
    assert ("'Filtered' was changed meanwhile and is kept" in said) == is_changed
    assert len(nodes("vtkMRMLScalarVolumeNode")) == (3 if is_changed else 2)
    if is_changed:
        assert (slicer.util.arrayFromVolume(output) == 7).all()


def test_a_script_that_lets_the_window_work_keeps_it_too(clean_scene: Any) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.logic import InferenceLogic
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = phantom.make_case(9, "hrT2", size=(40, 36, 16))
    node = mrml.volume_node(scan, "scan")
    output = mrml.segmentation_node(labels, LABELS, node, "By hand")

    class Model:
        labels, trained_on = LABELS, None

        def segment(self, volume: Any, progress: Any = None) -> Any:
            paint(output)
            return labels

    made = InferenceLogic(load_segmenter=lambda _folder, _device: Model()).segment(node, Path(__file__).parent, output)
    assert made is not output and made.GetName() == "scan segmentation"
