"""The sections Translate and Evaluate, driven as a user drives them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import add_scan, choose, choose_model, nodes, open_section, our_processes, wait, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host


def cells(table: Any) -> dict[str, dict[str, str]]:
    """A table node's texts by the first column and the title."""
    titles = [table.GetColumnName(column) for column in range(table.GetNumberOfColumns())]
    rows = [[table.GetCellText(row, column) for column in range(len(titles))] for row in range(table.GetNumberOfRows())]
    return {row[0]: dict(zip(titles[1:], row[1:], strict=True)) for row in rows}


# Translate --------------------------------------------------------------------------------------------------------------


def test_translated_volume_lies_beside_its_input(host: Host, tiny_experiment: Path) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan("ceT1")
    own = mrml.segmentation_node(labels, phantom.LABELS, scan, "Of ceT1")
    other_scan, other_labels = add_scan("Another patient", seed=10)
    others = mrml.segmentation_node(other_labels, phantom.LABELS, other_scan, "Of another patient")
    choose_model(host, tiny_experiment)
    open_section(host, "translate")
    host.find("translateInputVolume").setCurrentNode(scan)
    assert host.find("translateModelPath").currentPath == str(tiny_experiment)  # one model for the whole panel
    host.click("translateApply")
    assert host.find("translateApply").text == "&Cancel"
    assert "synthetic image" in wait(host, "translate")
    made = nodes("vtkMRMLScalarVolumeNode")["ceT1 pseudo-hrT2"]
    found, original = mrml.volume_from_node(made), mrml.volume_from_node(scan)
    assert found.geometry.differences(original.geometry) == [] and not np.array_equal(found.array, original.array)

    manager = slicer.app.layoutManager()
    assert manager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView
    for name, node in (("Red", scan), ("Yellow", made)):
        view = manager.sliceWidget(name)
        assert view.mrmlSliceCompositeNode().GetBackgroundVolumeID() == node.GetID()
        assert view.mrmlSliceCompositeNode().GetLinkedControl() and view.mrmlSliceNode().GetOrientation() == "Axial"
    assert own.GetDisplayVisibility() and not others.GetDisplayVisibility(), "no other patient's findings lie over them"
    host.find("translateInputVolume").setCurrentNode(other_scan)
    assert host.find("translateStatus").text == ""
    host.find("translateInputVolume").setCurrentNode(scan)
    assert "synthetic image" in host.find("translateStatus").text
    slicer.mrmlScene.RemoveNode(made)
    assert host.find("translateStatus").text == "", "it goes with its result"


@pytest.mark.parametrize("what", ["cancelled", "scan removed"])
def test_what_comes_when_a_translation_is_done_takes_nothing_away(
    host: Host, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The volume is in the scene, but its process has not been seen to end."""
    import slicer

    section, is_over = host.widget.panel.translate, threading.Event()
    take = section._takeResult

    def lingering(path: Path) -> Iterator[None]:
        yield from take(path)
        while not is_over.is_set():
            yield

    monkeypatch.setattr(section, "_takeResult", lingering)
    scan, _ = add_scan("ceT1")
    choose_model(host, tiny_experiment)
    open_section(host, "translate")
    host.find("translateInputVolume").setCurrentNode(scan)
    host.click("translateApply")
    host.process(90, lambda: section._made is not None)
    if what == "cancelled":
        host.click("translateApply")
        assert not section.runner.running
        assert host.find("translateStatus").text == "Cancelled when it was done: ceT1 pseudo-hrT2 is there."
    else:
        slicer.mrmlScene.RemoveNode(scan)
        is_over.set()
        host.process(30, lambda: not section.runner.running)
        assert next(text for text, _made in section._texts.values()).startswith("Done: ceT1 pseudo-hrT2")
    assert "ceT1 pseudo-hrT2" in nodes("vtkMRMLScalarVolumeNode")


def test_translation_into_a_chosen_volume(host: Host, tiny_experiment: Path) -> None:
    scan, _ = add_scan("ceT1", seed=5)
    other, _ = add_scan("Other", seed=6)
    choose_model(host, tiny_experiment)
    open_section(host, "translate")
    host.find("translateInputVolume").setCurrentNode(scan)
    host.find("translateOutputVolume").setCurrentNode(scan)
    host.click("translateApply")
    assert "same volume" in host.find("translateStatus").text
    host.find("translateOutputVolume").setCurrentNode(other)
    host.answers += [False]
    host.click("translateApply")
    assert "Nothing was done" in host.find("translateStatus").text
    host.answers += [True]
    host.click("translateApply")
    assert "Other" in wait(host, "translate")
    assert sorted(nodes("vtkMRMLScalarVolumeNode")) == ["Other", "ceT1"]


def test_translation_cancelled(host: Host, tiny_experiment: Path) -> None:
    add_scan("ceT1")
    choose_model(host, tiny_experiment)
    open_section(host, "translate")
    host.click("translateApply")
    wait_for_process(host, host.widget.panel.translate.runner)
    host.click("translateApply")
    assert host.find("translateStatus").text == "Cancelled."
    host.process(5, lambda: not our_processes())
    assert list(nodes("vtkMRMLScalarVolumeNode")) == ["ceT1"]


def test_model_without_translation_says_so(host: Host, tiny_experiment: Path) -> None:
    add_scan("ceT1")
    host.find("segmentModelPath").currentPath = str(tiny_experiment / "iteration_0")
    open_section(host, "translate")
    assert "no trained image translator" in host.find("translateModelInfo").text and not host.find("translateApply").enabled


# Evaluate ---------------------------------------------------------------------------------------------------------------


def test_scores_are_the_librarys(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.scoring import evaluation
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    moved = labels.with_array(np.roll(labels.array, 1, axis=2))
    prediction = mrml.segmentation_node(moved, phantom.LABELS, scan, "Mine")
    reference = mrml.segmentation_node(labels, phantom.LABELS, scan, "By hand")
    open_section(host, "evaluate")
    assert not host.find("evaluateApply").enabled
    host.find("evaluatePrediction").setCurrentNode(prediction)
    host.find("evaluateReference").setCurrentNode(reference)
    host.click("evaluateApply")
    assert wait(host, "evaluate") == "Done."
    found = cells(nodes("vtkMRMLTableNode")["Scores of Mine (Scan A) by crossMoDA 2022"])
    for score in evaluation.score_case("case", moved, labels, phantom.LABELS, "challenge2022"):
        assert float(found[score.structure]["DSC"]) == pytest.approx(score.dice, rel=0.001)
        assert float(found[score.structure]["ASSD (mm)"]) == pytest.approx(score.assd, rel=0.001)
    assert list(found) == list(phantom.LABELS)
    assert host.find("evaluateTableTitle").text == "Scores of Mine (Scan A) by crossMoDA 2022, compared with By hand"
    host.find("evaluatePrediction").setCurrentNode(None)
    assert not host.find("evaluateTable").visible and not host.find("evaluateTableTitle").visible
    assert host.find("evaluateStatus").text == "", "the scores are of others"
    host.find("evaluatePrediction").setCurrentNode(prediction)
    assert host.find("evaluateTable").visible and host.find("evaluateStatus").text == "Done."
    slicer.mrmlScene.RemoveNode(nodes("vtkMRMLTableNode")["Scores of Mine (Scan A) by crossMoDA 2022"])
    assert not host.find("evaluateTable").visible


def test_scores_tell_by_which_convention_they_are(host: Host) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.panel.evaluate_section import CONVENTION
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    moved = labels.with_array(np.roll(labels.array, 1, axis=2))
    for name, found in (("Prediction", moved), ("Reference", labels)):
        host.find(f"evaluate{name}").setCurrentNode(mrml.segmentation_node(found, phantom.LABELS, scan, name))
    open_section(host, "evaluate")
    titles = {
        "challenge2022": "Scores of Prediction (Scan A) by crossMoDA 2022",
        "medpy": "Scores of Prediction (Scan A) by medpy (package)",
    }
    for convention in ("medpy", "challenge2022"):
        choose(host, "evaluateConvention", convention)
        assert not host.find("evaluateTable").visible and host.find("evaluateStatus").text == "", "not the other's"
        host.click("evaluateApply")
        assert wait(host, "evaluate") == "Done."
    assert sorted(nodes("vtkMRMLTableNode")) == sorted(titles.values())
    for convention in ("medpy", "challenge2022"):
        choose(host, "evaluateConvention", convention)
        assert host.find("evaluateTableTitle").text == f"{titles[convention]}, compared with Reference"
        assert host.find("evaluateTable").mrmlTableNode() is nodes("vtkMRMLTableNode")[titles[convention]]
    nodes("vtkMRMLTableNode")[titles["medpy"]].RemoveAttribute(CONVENTION)  # as earlier versions saved it
    choose(host, "evaluateConvention", "medpy")
    assert "not recorded" in host.find("evaluateTableTitle").text


def test_label_map_against_segmentation(host: Host) -> None:
    import slicer
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    label_map = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Label map")
    mrml.volume_node(labels, "", label_map, scan)
    segmentation = mrml.segmentation_node(labels, phantom.LABELS, scan, "Segmentation")
    open_section(host, "evaluate")
    host.find("evaluatePrediction").setCurrentNode(label_map)
    host.find("evaluateReference").setCurrentNode(segmentation)
    host.click("evaluateApply")
    wait(host, "evaluate")
    found = cells(nodes("vtkMRMLTableNode")["Scores of Label map (Scan A) by crossMoDA 2022"])
    assert {name: row["DSC"] for name, row in found.items()} == {"Vestibular schwannoma": "1", "Cochlea": "1"}


def test_segments_in_layers_of_their_own_are_all_compared(host: Host) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    both = [mrml.segmentation_node(labels, {"Nerve": 1, "Vessel": 2}, scan, name) for name in ("Mine", "Theirs")]
    for node in both:
        for name in ("Nerve", "Vessel"):
            node.GetSegmentation().GetSegment(name).SetLabelValue(1)
    assert mrml.shared_structures(*both, {}) == {"Nerve": 1, "Vessel": 2}
    both[0].GetSegmentation().RemoveSegment("Vessel")
    assert mrml.shared_structures(*both, {}) == {"Nerve": 1}


def test_nothing_in_common_is_one_sentence(host: Host) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, labels = add_scan()
    names = ({"Vestibular schwannoma": 1, "Cochlea": 2}, {"Liver": 1, "Spleen": 2})
    mine, theirs = (mrml.segmentation_node(labels, chosen, scan, "Node") for chosen in names)
    open_section(host, "evaluate")
    host.find("evaluatePrediction").setCurrentNode(mine)
    host.find("evaluateReference").setCurrentNode(theirs)
    host.click("evaluateApply")
    assert "no structure in common" in wait(host, "evaluate") and not nodes("vtkMRMLTableNode")


def test_grids_that_differ_are_refused(host: Host) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.slicer_nodes import mrml

    both = []
    for seed in (9, 10):
        scan, labels = add_scan(f"Scan {seed}", seed)
        both.append(mrml.segmentation_node(labels, phantom.LABELS, scan, f"Segmentation {seed}"))
    open_section(host, "evaluate")
    host.find("evaluatePrediction").setCurrentNode(both[0])
    host.find("evaluateReference").setCurrentNode(both[1])
    choose(host, "evaluateConvention", "medpy")
    host.click("evaluateApply")
    said = wait(host, "evaluate")
    assert "Traceback" not in said and "/tmp" not in said and "'Segmentation 9' and 'Segmentation 10'" in said
    assert not nodes("vtkMRMLTableNode") and host.find("evaluateApply").enabled
