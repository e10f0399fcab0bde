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


def standing() -> dict[str, object]:
    """How everything stands that is shown."""
    import slicer

    found: dict[str, object] = {"layout": slicer.app.layoutManager().layout}
    for node in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        place = node.GetSliceToRAS()
        numbers = [round(place.GetElement(row, column), 6) for row in range(4) for column in range(4)]
        found[node.GetName()] = (node.GetOrientation(), numbers, node.GetFieldOfView(), node.GetAttribute("CrossMoDAUDA.Turned"))
    for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
        found[node.GetID()] = (node.GetBackgroundVolumeID(), node.GetForegroundVolumeID(), node.GetLabelVolumeID(), node.GetLinkedControl())
    for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        views = tuple(node.GetDisplayNode().GetViewNodeIDs() or ())
        found[node.GetName()] = (bool(node.GetDisplayVisibility()), views, node.GetAttribute("CrossMoDAUDA.Apart"))
    return found


@pytest.mark.parametrize(
    ("before", "after"), [("four", 1), ("four", 2), ("four", 5), ("four", 7), ("side by side", 2), ("side by side", 6)]
)
def test_views_that_are_given_up_midway_stand_as_before(host: Host, before: str, after: int) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    (old, labels), (new, more) = add_scan("Old"), add_scan("New", seed=4)
    earlier = [mrml.segmentation_node(labels, phantom.LABELS, old, name) for name in ("Old reference", "Old prediction")]
    pair = [mrml.segmentation_node(more, phantom.LABELS, new, name) for name in ("Reference", "Prediction")]
    for node in pair:
        node.SetDisplayVisibility(False)
    manager = slicer.app.layoutManager()
    manager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView)
    slicer.util.setSliceViewerLayers(background=old, foreground=new, fit=True)
    if before == "four":
        manager.sliceWidget("Yellow").mrmlSliceNode().SetOrientation("Coronal")
        manager.sliceWidget("Green").mrmlSliceNode().JumpSlice(3.0, 4.0, 5.0)
        manager.sliceWidget("Red").mrmlSliceCompositeNode().SetLinkedControl(True)
    else:
        views.showSideBySide(old, old, earlier)
    stood = standing()
    steps = views.sideBySide(new, new, pair, (1.0, 2.0, 3.0))
    for _number in range(after):
        assert next(steps) == "draw"
    assert standing() != stood
    steps.close()
    assert standing() == stood


def test_views_that_are_given_up_stand_as_before_but_for_what_is_gone_or_newly_chosen(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    (old, _labels), (new, _more) = add_scan("Old"), add_scan("New", seed=4)
    manager, layouts = slicer.app.layoutManager(), slicer.vtkMRMLLayoutNode
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    slicer.util.setSliceViewerLayers(background=old)
    steps = views.sideBySide(new, new)
    for _number in range(4):
        next(steps)
    slicer.mrmlScene.RemoveNode(old)
    manager.setLayout(layouts.SlicerLayoutConventionalView)
    steps.close()
    assert manager.layout == layouts.SlicerLayoutConventionalView, "the user's choice"
    shown = [manager.sliceWidget(name).mrmlSliceCompositeNode().GetBackgroundVolumeID() for name in manager.sliceViewNames()]
    assert not any(shown) and not host.errors
