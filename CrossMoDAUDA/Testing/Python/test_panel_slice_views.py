"""How results and cases come into Slicer's slice and 3-D views, a view a step, and what is left there when that is given up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from panel_actions import add_scan, choose_model, open_section

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
        wide, high, _deep = node.GetFieldOfView()  # how deep, Slicer sets with the size of the window
        seen = [round(number, 6) for number in (wide, high, *node.GetXYZOrigin())]
        found[node.GetName()] = (node.GetOrientation(), numbers, seen, node.GetAttribute("CrossMoDAUDA.Turned"))
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
    host.process(0.02)  # a window gives the views of a layout their sizes with its events
    slicer.util.setSliceViewerLayers(background=old, foreground=new, fit=True)
    if before == "four":
        manager.sliceWidget("Yellow").mrmlSliceNode().SetOrientation("Coronal")
        manager.sliceWidget("Green").mrmlSliceNode().JumpSlice(3.0, 4.0, 5.0)
        manager.sliceWidget("Red").mrmlSliceNode().SetSliceOrigin(7.0, -5.0, 0.0)  # as the user pans it
        manager.sliceWidget("Red").mrmlSliceCompositeNode().SetLinkedControl(True)
    else:
        views.showSideBySide(old, old, earlier)
    host.process(0.02)
    stood = standing()
    steps = views.sideBySide(new, new, pair, (1.0, 2.0, 3.0))
    for _number in range(after):
        assert next(steps) == "draw"
    assert standing() != stood
    steps.close()
    host.process(0.02)
    assert standing() == stood


@pytest.mark.parametrize("after", [0, 2, 4])
@pytest.mark.parametrize("before", ["SlicerLayoutFourUpView", "SlicerLayoutConventionalView"])
def test_volumes_that_are_shown_at_once_fill_the_views_that_they_come_into(host: Host, before: str, after: int) -> None:
    """As where the button is pressed again: the window has not laid the views out anew yet."""
    import slicer
    from CrossMoDAUDALib.panel import views

    scan, _labels = add_scan("Scan")
    manager = slicer.app.layoutManager()
    manager.setLayout(getattr(slicer.vtkMRMLLayoutNode, before))
    host.process(0.05)
    steps = views.sideBySide(scan, scan, None, (1.0, 2.0, 3.0))
    for _number in range(after):
        next(steps)
    assert views.atOnce(steps) == ""
    host.process(0.05)
    for name in ("Red", "Yellow"):
        view = manager.sliceWidget(name)
        wide, high, _deep = view.mrmlSliceNode().GetFieldOfView()
        assert (high / wide) == pytest.approx(871 / 599, rel=1e-3), "the view's own shape"
        assert view.mrmlSliceNode().GetSliceToRAS().GetElement(2, 3) == pytest.approx(3.0, abs=1), "the slice with the place"
        view.fitSliceToBackground()
        assert view.mrmlSliceNode().GetFieldOfView()[:2] == pytest.approx((wide, high)), "all of the slice is seen, and no less near"


@pytest.mark.parametrize("before", ["four", "side by side"])
def test_views_that_are_given_up_stand_as_before_but_for_what_is_gone_or_newly_chosen(host: Host, before: str) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    (old, labels), (new, _more) = add_scan("Old"), add_scan("New", seed=4)
    manager, layouts = slicer.app.layoutManager(), slicer.vtkMRMLLayoutNode
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    lay = {name: manager.sliceWidget(name).mrmlSliceNode().GetOrientation() for name in manager.sliceViewNames()}
    slicer.util.setSliceViewerLayers(background=old)
    pair = [mrml.segmentation_node(labels, phantom.LABELS, old, name) for name in ("Reference", "Prediction")]
    if before == "side by side":
        views.showSideBySide(old, old, pair)
    steps = views.sideBySide(new, new)
    for _number in range(4 if before == "four" else 3):
        next(steps)
    slicer.mrmlScene.RemoveNode(old)
    manager.setLayout(layouts.SlicerLayoutConventionalView)
    steps.close()
    assert manager.layout == layouts.SlicerLayoutConventionalView, "the user's choice"
    shown = [manager.sliceWidget(name).mrmlSliceCompositeNode().GetBackgroundVolumeID() for name in manager.sliceViewNames()]
    assert not any(shown) and not host.errors
    assert [node.GetDisplayNode().GetNumberOfViewNodeIDs() for node in pair] == [0, 0], "bound to a view only side by side"
    assert {name: manager.sliceWidget(name).mrmlSliceNode().GetOrientation() for name in lay} == lay


def test_views_whose_window_changes_while_they_change_show_no_stretched_image(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    (old, _labels), (new, _more) = add_scan("Old"), add_scan("New", seed=4)
    slicer.util.setSliceViewerLayers(background=old, fit=True)
    red = slicer.app.layoutManager().sliceWidget("Red").mrmlSliceNode()
    columns, rows, slices = red.GetDimensions()
    high = red.GetFieldOfView()[1]
    steps = views.sideBySide(new, new)
    for _number in range(4):
        next(steps)
    red.SetDimensions(2 * columns, rows, slices)
    steps.close()
    assert red.GetFieldOfView()[1] == pytest.approx(high)
    assert red.GetFieldOfView()[0] / red.GetFieldOfView()[1] == pytest.approx(2 * columns / rows), "as its window"


@pytest.mark.parametrize("after", [1, 3, 5])
@pytest.mark.parametrize("shows", ["its scan", "another"])
def test_a_result_that_is_given_up_on_its_way_leaves_views_and_findings_as_before(host: Host, after: int, shows: str) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    (old, labels), (new, more) = add_scan("Old"), add_scan("New", seed=4)
    mrml.segmentation_node(labels, phantom.LABELS, old, "Finding")
    slicer.util.setSliceViewerLayers(background=new if shows == "its scan" else old, fit=True)
    result = mrml.segmentation_node(more, phantom.LABELS, new, "Result", is_shown=False)
    stood = standing()
    steps = views.segmentationInViews(result, new)
    for _number in range(after):
        next(steps)
    steps.close()
    if shows == "its scan":
        stood["Result"] = (True, (), None)
    assert standing() == stood


@pytest.mark.parametrize("section", ["translate", "case", "segment"])
def test_what_could_not_be_shown_is_said_to_be_in_the_scene_and_why(
    host: Host, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, section: str
) -> None:
    from CrossMoDAUDALib.core.errors import InputError
    from CrossMoDAUDALib.panel import views

    def failing(*_arguments: object) -> Iterator[None]:
        yield
        raise InputError("The views are broken.")

    for name in ("sideBySide", "segmentationInViews"):
        monkeypatch.setattr(views, name, failing)
    assert "The views are broken." in begin(host, tiny_experiment, section)
    if section != "segment":
        assert "is in the scene" in said(host, section) and "left the scan" not in said(host, section)
    assert not host.errors


def test_a_result_that_is_removed_while_it_comes_into_the_views_is_not_told_as_done(host: Host, tiny_experiment: Path) -> None:
    import slicer

    segment = host.widget.panel.segment
    begin(host, tiny_experiment, "segment", lambda: segment._arriving is not None)
    slicer.mrmlScene.RemoveNode(segment._made[-1][0])
    host.process(20, lambda: not segment.runner.running)
    assert said(host, "segment") == "" and not host.errors


@pytest.mark.parametrize("section", ["translate", "case", "segment"])
@pytest.mark.parametrize("how", ["cleanup", "scene"])
def test_views_go_back_where_the_panel_goes_midway_but_not_while_a_scene_closes(
    host: Host, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, section: str, how: str
) -> None:
    """With what really changes the views."""
    from CrossMoDAUDALib.panel import standing as module

    add_scan("Old")
    went = []
    real = module._Slice.goBack
    monkeypatch.setattr(module._Slice, "goBack", lambda self: (went.append(1), real(self)))
    stood: dict[str, object] = {}
    part = part_of(host, section)
    steps = 0

    def is_midway() -> bool:
        nonlocal steps
        if getattr(part, "_showing" if section == "case" else "_arriving") is None:
            stood.update(standing() if not steps else {})
            return not part.runner.running
        steps += 1
        return steps > 3

    begin(host, tiny_experiment, section, is_midway)
    assert part.runner.running and steps > 3
    if how == "cleanup":
        part.cleanup()
        assert went and standing()["layout"] == stood["layout"]
    else:
        host.close_scene()
        assert not went
    assert not part.runner.running and not host.errors


def part_of(host: Host, section: str) -> Any:
    panel = host.widget.panel
    return panel.adapt.showCase if section == "case" else getattr(panel, section)


def said(host: Host, section: str) -> str:
    return str(host.find("adaptPackageStatus" if section == "case" else f"{section}Status").text)


def begin(host: Host, experiment: Path, section: str, until: Callable[[], bool] | None = None) -> str:
    """Begin what shows something, and wait for its end, or another; what is said then."""
    if section == "case":
        open_section(host, "adapt")
        host.widget.panel.parameters.experiment = str(experiment)
        host.process(20, lambda: host.find("adaptShowCase").visible)
        host.click("adaptShowCase")
    else:
        scan, _labels = add_scan("ceT1")
        choose_model(host, experiment)
        open_section(host, section)
        host.find(f"{section}InputVolume").setCurrentNode(scan)
        host.click(f"{section}Apply")
    part = part_of(host, section)
    host.process(90, until or (lambda: not part.runner.running))
    return said(host, section)
