"""How results and cases come into Slicer's slice and 3-D views, a view a step, and what is left there when that is given up."""

from __future__ import annotations

import pytest
from panel_actions import add_scan

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from Testing.Host import Host


def test_a_result_comes_into_one_view_a_step_and_never_lies_over_another_scan(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    (old, labels), (new, more) = add_scan("Old"), add_scan("New", seed=4)
    before, result = (mrml.segmentation_node(each, phantom.LABELS, scan) for each, scan in ((labels, old), (more, new)))
    views.showSegmentation(before, old)
    display, manager = result.GetDisplayNode(), slicer.app.layoutManager()
    shown, counts = [manager.sliceWidget(name).mrmlSliceCompositeNode() for name in manager.sliceViewNames()], []
    for _step in views.segmentationInViews(result, new):
        scans = {composite.GetBackgroundVolumeID() for composite in shown}
        assert not result.GetDisplayVisibility() or scans == {new.GetID()}
        assert not before.GetDisplayVisibility() or new.GetID() not in scans
        counts.append(display.GetNumberOfViewNodeIDs() if result.GetDisplayVisibility() else 0)
    assert set(counts) == set(range(len(shown) + manager.threeDViewCount + 1)), "one view more at a time"
    assert result.GetDisplayVisibility() and display.GetNumberOfViewNodeIDs() == 0, "in all at last"


@pytest.mark.parametrize("gone", ["scan", "result"])
@pytest.mark.parametrize("after", [1, 3, 6, 7])
def test_a_result_that_goes_while_it_comes_into_the_views_is_no_error(host: Host, gone: str, after: int) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan")
    result = mrml.segmentation_node(labels, phantom.LABELS, scan)
    steps = views.segmentationInViews(result, scan)
    for _number in range(after):
        next(steps)
    display = result.GetDisplayNode()
    slicer.mrmlScene.RemoveNode(scan if gone == "scan" else result)
    assert list(steps) == [] and not host.errors
    assert display.GetNumberOfViewNodeIDs() == 0, "it is not bound to the views that it had come into"


def test_a_result_that_is_given_up_on_its_way_into_the_views_is_bound_to_none(host: Host) -> None:
    """As where the panel goes."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan")
    result = mrml.segmentation_node(labels, phantom.LABELS, scan)
    steps = views.segmentationInViews(result, scan)
    while not result.GetDisplayNode().GetNumberOfViewNodeIDs():
        next(steps)
    steps.close()
    assert result.GetDisplayNode().GetNumberOfViewNodeIDs() == 0


@pytest.mark.parametrize("turned", ["", "Coronal"])
def test_slices_lie_as_before_once_the_views_lie_no_more_side_by_side(host: Host, turned: str) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    scan, _labels = add_scan("Scan")
    manager, layouts = slicer.app.layoutManager(), slicer.vtkMRMLLayoutNode
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    yellow = manager.sliceWidget("Yellow").mrmlSliceNode()
    for _time in range(2):  # the second does not take the first's for the user's
        views.showSideBySide(scan, scan)
        assert yellow.GetOrientation() == "Axial"
    if turned:
        yellow.SetOrientation(turned)
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    assert yellow.GetOrientation() == (turned or "Sagittal")
    yellow.SetOrientation("Axial")
    manager.setLayout(layouts.SlicerLayoutConventionalView)
    assert yellow.GetOrientation() == "Axial", "the user wants it so"


@pytest.mark.parametrize("after", range(2, 8))  # the first comes before the layout
def test_slices_lie_as_before_though_another_layout_is_chosen_while_views_come_side_by_side(host: Host, after: int) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("Scan")
    pair = [mrml.segmentation_node(labels, phantom.LABELS, scan, name) for name in ("Reference", "Prediction")]
    manager, layouts = slicer.app.layoutManager(), slicer.vtkMRMLLayoutNode
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    lay = {name: manager.sliceWidget(name).mrmlSliceNode().GetOrientation() for name in manager.sliceViewNames()}
    steps = views.sideBySide(scan, scan, pair)
    for _number in range(after):
        next(steps)
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    assert all(step == "draw" for step in steps)
    assert {name: manager.sliceWidget(name).mrmlSliceNode().GetOrientation() for name in lay} == lay
    assert [node.GetDisplayNode().GetNumberOfViewNodeIDs() for node in pair] == [0, 0]
