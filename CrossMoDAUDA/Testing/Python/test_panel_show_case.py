"""One click that shows a case of an experiment, with all that belongs to it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import add_scan, nodes, open_section, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host


def shown(host: Host, case: str) -> str:
    """Choose a case, show it, and wait; what is said then."""
    combo = host.find("adaptShowCaseChoice")
    names = host.texts_of_list(combo)
    combo.currentIndex = next(number for number, name in enumerate(names) if name.endswith(f"({case})"))
    host.click("adaptShowCase")
    host.process(60, lambda: not host.widget.panel.adapt.showCase.runner.running)
    return str(host.find("adaptPackageStatus").text)


def view(name: str) -> tuple[Any, Any, Any]:
    """The volume, the ID and the composite node of a slice view."""
    import slicer

    widget = slicer.app.layoutManager().sliceWidget(name)
    composite = widget.mrmlSliceCompositeNode()
    return slicer.mrmlScene.GetNodeByID(composite.GetBackgroundVolumeID()), widget.mrmlSliceNode().GetID(), composite


@pytest.fixture
def watching(host: Host, tiny_experiment: Path) -> Host:
    open_section(host, "adapt")
    assert not host.find("adaptShowCase").visible
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    host.process(20, lambda: host.find("adaptShowCase").visible)
    return host


def test_a_source_case_stands_beside_its_translation_under_its_label(watching: Host, tiny_experiment: Path) -> None:
    import slicer

    text = shown(watching, "source")
    assert "left the scan, right its translation" in text
    (scan, _red, composite), (translated, _yellow, _other) = view("Red"), view("Yellow")
    assert translated.GetName() == f"{scan.GetName()} translated" and composite.GetLinkedControl()
    (label,) = nodes("vtkMRMLSegmentationNode").values()
    assert label.GetName() == f"{scan.GetName()} label" and label.GetDisplayVisibility()
    assert label.GetDisplayNode().GetNumberOfViewNodeIDs() == 0, "over both"
    tree = slicer.mrmlScene.GetSubjectHierarchyNode()
    places = {tree.GetItemName(tree.GetItemParent(tree.GetItemByDataNode(node))) for node in (scan, translated, label)}
    assert places == {scan.GetName()}, "together in the Data module"
    before = slicer.mrmlScene.GetNumberOfNodes()
    shown(watching, "source")
    assert slicer.mrmlScene.GetNumberOfNodes() == before, "nothing is loaded twice"


def test_an_evaluation_case_shows_its_reference_beside_the_prediction(watching: Host) -> None:
    shown(watching, "source")
    assert "left the reference, right the prediction" in shown(watching, "evaluation")
    (scan, red, _composite), (same, yellow, _other) = view("Red"), view("Yellow")
    assert scan is same
    own = {node.GetName(): node for node in nodes("vtkMRMLSegmentationNode").values() if node.GetDisplayVisibility()}
    reference, prediction = own.values()
    assert list(own) == [f"{scan.GetName()} label", f"{scan.GetName()} predicted, round 1"]
    assert [node.GetDisplayNode().GetNthViewNodeID(0) for node in (reference, prediction)] == [red, yellow]


def bound() -> list[str]:
    """The segmentations that not all views show, although they are visible."""
    found = nodes("vtkMRMLSegmentationNode").items()
    return [name for name, node in found if node.GetDisplayNode().GetNumberOfViewNodeIDs()]


def visible() -> list[str]:
    return [name for name, node in nodes("vtkMRMLSegmentationNode").items() if node.GetDisplayVisibility()]


def test_reference_and_prediction_are_apart_only_while_the_views_lie_so(watching: Host, tmp_path: Path) -> None:
    import slicer

    layouts, manager = slicer.vtkMRMLLayoutNode, slicer.app.layoutManager()
    shown(watching, "evaluation")
    scan = view("Red")[0]
    both = [f"{scan.GetName()} label", f"{scan.GetName()} predicted, round 1"]
    assert bound() == both == visible()
    manager.mrmlScene().GetSingletonNode("vtkMRMLLayoutNode", "vtkMRMLLayoutNode").Modified()
    assert bound() == both, "the layout is the same"
    manager.setLayout(layouts.SlicerLayoutConventionalView)
    assert bound() == [] and visible() == both[1:], "in all views, where the two would lie over each other"
    nodes("vtkMRMLSegmentationNode")[both[0]].SetDisplayVisibility(True)
    manager.setLayout(layouts.SlicerLayoutFourUpView)
    assert visible() == both, "what the user shows stays"
    shown(watching, "evaluation")
    assert bound() == both == visible()
    nodes("vtkMRMLSegmentationNode")[both[1]].SetDisplayVisibility(False)
    watching.leave_module()
    manager.setLayout(layouts.SlicerLayoutConventionalView)
    assert bound() == [] and visible() == both[:1], "also where another module is shown, and the prediction is not"


@pytest.mark.parametrize("other", ["layout", "scan"])
def test_another_scene_or_scan_leaves_nothing_bound(watching: Host, tmp_path: Path, other: str) -> None:
    import slicer
    from CrossMoDAUDALib.panel import views

    shown(watching, "evaluation")
    if other == "scan":
        scan, _labels = add_scan("Another")
        views.showScan(scan)
        assert bound() == [] and visible() == []
        return
    watching.save_and_load_scene(tmp_path / "scene.mrml")
    watching.process(0.1)
    assert len(bound()) == 2 and len(visible()) == 2, "it is shown as it was saved"
    text = (tmp_path / "scene.mrml").read_text()
    number = slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView
    assert f'currentViewArrangement="{number}"' in text
    watching.close_scene()
    (tmp_path / "scene.mrml").write_text(text.replace(f'currentViewArrangement="{number}"', 'currentViewArrangement="2"'))
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    assert slicer.mrmlScene.Import()
    watching.process(0.1)
    assert bound() == [] and len(visible()) == 1


def test_a_case_hides_the_results_that_its_scan_has(watching: Host) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    shown(watching, "evaluation")
    scan = view("Red")[0]
    image = mrml.volume_from_node(scan)
    labels = image.with_array((image.array * 0).astype("uint8"))
    result, _painted = (mrml.segmentation_node(labels, phantom.LABELS, scan, name) for name in ("Result", "By hand"))
    mrml.mark_made(result)
    views.showSegmentation(result, scan)
    assert visible() == ["Result", "By hand"], "the case's own are hidden"
    shown(watching, "evaluation")
    assert visible() == [f"{scan.GetName()} label", f"{scan.GetName()} predicted, round 1", "By hand"]


@pytest.mark.parametrize("way", ["showSegmentation", "openInSegmentEditor", "showSideBySide"])
def test_what_is_shown_is_shown_in_all_views(host: Host, way: str) -> None:
    """Also what the user has bound to one, as the module Segmentations offers."""
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    result = mrml.segmentation_node(labels, phantom.LABELS, scan, "Result")
    result.GetDisplayNode().SetViewNodeIDs([slicer.app.layoutManager().sliceWidget("Green").mrmlSliceNode().GetID()])
    assert bound() == ["Result"]
    {
        "showSegmentation": lambda: views.showSegmentation(result, scan),
        "openInSegmentEditor": lambda: views.openInSegmentEditor(result),
        "showSideBySide": lambda: views.showSideBySide(scan, scan, [result]),
    }[way]()
    assert bound() == [] and visible() == ["Result"]


def test_a_target_case_shows_its_prediction(watching: Host) -> None:
    assert "predicted, round 1" in shown(watching, "target")


def test_a_scan_that_is_gone_is_named(watching: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    show_case = watching.widget.panel.adapt.showCase
    cohort = show_case._experiment.cohort
    gone = dataclasses.replace(cohort.source[0], image=Path("/gone/a_ceT1.nii.gz"))
    show_case._experiment.cohort = dataclasses.replace(cohort, source=(gone, *cohort.source[1:]))
    assert "a_ceT1.nii.gz" in shown(watching, "source")
    assert not nodes("vtkMRMLScalarVolumeNode")


def begin(host: Host, case: str) -> Any:
    """Choose a case and press the button, nothing more."""
    combo = host.find("adaptShowCaseChoice")
    combo.currentIndex = next(number for number, name in enumerate(host.texts_of_list(combo)) if name.endswith(f"({case})"))
    host.click("adaptShowCase")
    runner = host.widget.panel.adapt.showCase.runner
    assert runner.running and host.find("adaptShowCase").text == "&Cancel"
    return runner


def folders() -> list[str]:
    """The folders in the module Data."""
    import slicer
    import vtk

    tree, items = slicer.mrmlScene.GetSubjectHierarchyNode(), vtk.vtkIdList()
    tree.GetItemChildren(tree.GetSceneItemID(), items)
    found = [items.GetId(number) for number in range(items.GetNumberOfIds())]
    return [tree.GetItemName(item) for item in found if tree.GetItemDataNode(item) is None]


def taking(host: Host) -> None:
    """Wait until the case's scan is in the scene, and let nothing more come."""
    case = host.widget.panel.adapt.showCase
    real = case._take

    def take() -> Iterator[None]:
        for _step in real():
            yield
            if nodes("vtkMRMLScalarVolumeNode"):
                break
        while True:
            time.sleep(0.005)
            yield

    case._take = take
    host.process(60, lambda: nodes("vtkMRMLScalarVolumeNode"))


@pytest.mark.parametrize("moment", ["at once", "reading", "taking"])
@pytest.mark.parametrize("how", ["button", "scene"])
def test_giving_up_leaves_nothing(watching: Host, moment: str, how: str) -> None:
    import slicer

    before = slicer.mrmlScene.GetNumberOfNodes()
    runner = begin(watching, "source")
    process = None
    if moment == "reading":
        process = wait_for_process(watching, runner)
    elif moment == "taking":
        taking(watching)
        assert len(nodes("vtkMRMLScalarVolumeNode")) == 1 and len(folders()) == 1
    if how == "scene":
        watching.close_scene()
    else:
        watching.click("adaptShowCase")
        assert watching.find("adaptPackageStatus").text == "Cancelled." and slicer.mrmlScene.GetNumberOfNodes() == before
    assert not runner.running and watching.find("adaptShowCase").text == "View &case"
    watching.process(0.5)
    assert not nodes("vtkMRMLScalarVolumeNode") and not nodes("vtkMRMLSegmentationNode") and not folders()
    assert process is None or not process.is_running()


def test_another_case_replaces_the_one_that_is_loaded(watching: Host) -> None:
    runner = begin(watching, "source")
    first = wait_for_process(watching, runner)
    combo = watching.find("adaptShowCaseChoice")
    chosen = combo.currentIndex
    combo.currentIndex = chosen + 1
    assert watching.find("adaptShowCase").text == "View &case"
    combo.currentIndex = chosen
    assert watching.find("adaptShowCase").text == "&Cancel"
    assert "predicted" in shown(watching, "target")
    assert len(nodes("vtkMRMLScalarVolumeNode")) == 1 and not first.is_running()


def test_another_experiment_ends_it(watching: Host) -> None:
    runner = begin(watching, "source")
    watching.find("adaptExperimentPath").currentPath = ""
    watching.process(1)
    assert not runner.running and not nodes("vtkMRMLScalarVolumeNode")


def test_a_scan_that_is_removed_in_the_middle_ends_it(watching: Host) -> None:
    import slicer

    shown(watching, "evaluation")
    for segmentation in nodes("vtkMRMLSegmentationNode").values():
        slicer.mrmlScene.RemoveNode(segmentation)
    runner = begin(watching, "evaluation")
    (scan,) = nodes("vtkMRMLScalarVolumeNode").values()
    slicer.mrmlScene.RemoveNode(scan)
    watching.process(60, lambda: not runner.running)
    assert not nodes("vtkMRMLScalarVolumeNode") and not nodes("vtkMRMLSegmentationNode")
    assert watching.find("adaptPackageStatus").text.startswith("The scan was removed meanwhile")


def test_a_damaged_file_is_named_and_nothing_is_loaded(watching: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import dataclasses

    (tmp_path / "b ü_ceT1.nii.gz").write_bytes(b"no scan")
    show_case = watching.widget.panel.adapt.showCase
    cohort = show_case._experiment.cohort
    bad = dataclasses.replace(cohort.source[0], image=tmp_path / "b ü_ceT1.nii.gz")
    show_case._experiment.cohort = dataclasses.replace(cohort, source=(bad, *cohort.source[1:]))
    assert "b ü_ceT1.nii.gz" in shown(watching, "source")
    assert not nodes("vtkMRMLScalarVolumeNode") and not nodes("vtkMRMLSegmentationNode")


def test_what_a_command_leaves_goes_a_file_a_turn_and_at_once_with_the_panel(watching: Host) -> None:
    """A large file takes the system long to remove, and the window waits for it."""
    import slicer

    runner, parent = watching.widget.panel.adapt.showCase.runner, Path(slicer.app.temporaryPath)
    seen: list[int] = []
    remove = runner._removeOne

    def counted() -> None:
        before = sum(path.is_file() for path in parent.rglob("*"))
        remove()
        seen.append(before - sum(path.is_file() for path in parent.rglob("*")))

    runner._remover.disconnect("timeout()")
    runner._remover.connect("timeout()", counted)
    shown(watching, "source")
    watching.process(5, lambda: not runner._left)
    assert max(seen) == 1 < sum(seen) and not any(path.is_dir() for path in parent.iterdir())
    shown(watching, "evaluation")
    runner._remover.stop()
    runner.cleanup()  # as a panel that goes does
    assert not any(path.is_dir() for path in parent.iterdir())


def test_views_change_one_a_step_and_nothing_lies_over_anothers_scan(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel import views
    from CrossMoDAUDALib.slicer_nodes import mrml

    (old, labels), (new, more) = add_scan("Old"), add_scan("New", seed=4)
    finding = mrml.segmentation_node(labels, phantom.LABELS, old, "Finding")
    label = mrml.segmentation_node(more, phantom.LABELS, new, "Label")
    views.showSegmentation(finding, old)
    label.SetDisplayVisibility(False)
    manager = slicer.app.layoutManager()
    slices = {name: manager.sliceWidget(name) for name in manager.sliceViewNames()}

    def state() -> dict[str, Any]:
        nodes = {name: (each.mrmlSliceNode(), each.mrmlSliceCompositeNode()) for name, each in slices.items()}
        return {
            name: (composite.GetBackgroundVolumeID(), place.GetOrientation(), place.GetSliceOffset())
            for name, (place, composite) in nodes.items()
        }

    before, steps = state(), 0
    for _step in views.sideBySide(new, new, [label], views.placeIn(label)):
        now, steps = state(), steps + 1
        assert sum(now[name] != before[name] for name in now) <= 1, f"step {steps}"
        assert not finding.GetDisplayVisibility(), "it was hidden first"
        assert not label.GetDisplayVisibility() or {now[name][0] for name in ("Red", "Yellow")} == {new.GetID()}
        before = now
    assert steps > len(slices) and label.GetDisplayVisibility() and {place[0] for place in state().values()} == {new.GetID()}
    assert all(slices[name].mrmlSliceCompositeNode().GetLinkedControl() for name in ("Red", "Yellow"))
    assert len({slices[name].mrmlSliceNode().GetSliceOffset() for name in ("Red", "Yellow")}) == 1, "at one place"


@pytest.mark.parametrize("moment", ["layout", "gone", "cancelled"])
def test_what_happens_while_a_case_is_being_shown(watching: Host, moment: str) -> None:
    import slicer

    shown(watching, "evaluation")
    scan = view("Red")[0]
    case = watching.widget.panel.adapt.showCase
    steps, real = [0], case.runner._step

    def step() -> None:
        real()
        steps[0] += case._showing is not None
        if steps[0] == 3 and case.runner.running:
            {
                "layout": lambda: slicer.app.layoutManager().setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutFourUpView),
                "gone": lambda: slicer.mrmlScene.RemoveNode(scan),
                "cancelled": lambda: watching.click("adaptShowCase"),
            }[moment]()

    case.runner._timer.disconnect("timeout()", real)
    case.runner._timer.connect("timeout()", step)
    said = shown(watching, "evaluation")
    assert steps[0] >= 3
    if moment == "gone":
        assert "was removed meanwhile" in said
        return
    assert "left the reference, right the prediction" in said
    assert len(visible()) == (1 if moment == "layout" else 2) and (bound() == []) == (moment == "layout")


@pytest.mark.parametrize("how", ["cancel", "cleanup"])
def test_views_that_fail_at_the_end_leave_the_case_and_a_button_that_works(
    watching: Host, how: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where Slicer takes its views apart; a panel that goes shows nothing more."""
    from CrossMoDAUDALib.panel import views

    def failing(*_nodes: object) -> Iterator[None]:
        while True:
            yield
            if not case.runner.running:
                raise RuntimeError("The view has gone.")

    case = watching.widget.panel.adapt.showCase
    monkeypatch.setattr(views, "sideBySide", failing)
    begin(watching, "source")
    watching.process(60, lambda: case._showing is not None)
    getattr(case, how)()
    assert not case.runner.running and watching.find("adaptShowCase").text == "View &case" and nodes("vtkMRMLScalarVolumeNode")
    assert ("The view has gone." in caplog.text) == (how == "cancel")
