"""What was said of a segmentation does not look current once somebody has changed it, and it can be measured again."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import add_scan, choose, choose_model, nodes, open_section, wait
from test_panel_data_module import add_result
from test_panel_findings import said

if TYPE_CHECKING:
    from Testing.Host import Host


def draw(node: Any, segment: str, value: int | None = None) -> None:
    """Paint a small box into a segment, as the Segment Editor changes voxels; 0 erases all that there is."""
    import slicer

    voxels = slicer.util.arrayFromSegmentInternalBinaryLabelmap(node, segment)
    label = node.GetSegmentation().GetSegment(segment).GetLabelValue()
    if value == 0:
        voxels[voxels == label] = 0
    else:
        voxels[2:4, 3:6, 3:6] = label
    node.GetSegmentation().GetSegment(segment).GetRepresentation("Binary labelmap").Modified()


def measured(name: str, seed: int, warnings: list[str]) -> tuple[Any, Any]:
    """A scan with a result, as the section Segment leaves it."""
    from CrossMoDAUDALib.panel.segment_results import measurementTable
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan, node = add_result(name, seed)
    mrml.mark_made(node, warnings)
    mrml.set_measured(node, mrml.fingerprint(node))
    row = {"scan": name, "structure": "Cochlea", "volume_ml": "1", "largest_axial_diameter_mm": "2", "warnings": ""}
    measurementTable([row], [node])
    return scan, node


def look_again(host: Host) -> None:
    """Go to another module and come back, and wait until all voxels are looked at."""
    host.leave_module()
    host.select_module("CrossMoDAUDA")
    host.process(0.1)
    changes = host.widget.panel.changes
    host.process(20, lambda: not changes.isLooking)
    host.process(0.05)


@pytest.mark.parametrize("how", ["drawn", "erased", "segment removed"])
def test_a_result_that_was_edited_is_not_told_as_current(host: Host, how: str) -> None:
    scan, node = measured("Scan A", 9, ["Cochlea: nothing was found; look at the scan yourself."])
    host.find("segmentInputVolume").setCurrentNode(scan)
    look_again(host)
    assert said(host)[1] == "Scan A measurements" and host.find("statusWarnings").visible
    assert not host.find("segmentMeasure").visible and host.find("segmentWarningsHeading").text == "Look at this before you use it"
    changed: dict[str, Callable[[], None]] = {
        "drawn": lambda: draw(node, "Cochlea"),
        "erased": lambda: draw(node, "Vestibular schwannoma", 0),
        "segment removed": lambda: node.GetSegmentation().RemoveSegment("Cochlea"),
    }
    changed[how]()
    look_again(host)
    assert said(host)[1] == "Scan A measurements (before it was changed)"
    text = host.find("segmentWarningsText").text
    assert "Scan A segmentation (before it was changed)" in text and "color: #" in text
    assert not host.find("statusWarnings").visible and "before" in host.find("segmentWarningsHeading").text
    host.click("segmentMeasure")
    host.process(30, lambda: not host.widget.panel.segment.results.measuring.runner.running)
    host.process(0.1)
    assert "Measured again" in said(host)[0] and said(host)[1] == "Scan A measurements" and not host.find("segmentMeasure").visible
    table = nodes("vtkMRMLTableNode")["Scan A measurements"]
    assert "Scan A measurements (before it was changed)" in nodes("vtkMRMLTableNode")
    from CrossMoDAUDALib.slicer_nodes import mrml

    values = {name: value for value, name in enumerate(mrml.structure_names(node), 1)}
    labels = mrml.label_volume_from_segmentation(node, values)
    expected = np.bincount(labels.array.ravel(), minlength=len(values) + 1)[1:] * np.prod(labels.geometry.spacing) / 1000
    assert [float(table.GetCellText(row, 1)) for row in range(len(values))] == pytest.approx(list(expected), rel=0.01)
    odd = host.find("segmentWarningsText").text if host.find("segmentWarnings").visible else ""
    assert ("nothing was found" in odd) == (how == "erased"), "as it is now"


def test_undoing_what_was_drawn_makes_it_current_again(host: Host, tmp_path: Path) -> None:
    scan, node = measured("Scan A", 9, [])
    host.find("segmentInputVolume").setCurrentNode(scan)
    import slicer

    before = slicer.util.arrayFromSegmentInternalBinaryLabelmap(node, "Cochlea").copy()
    draw(node, "Cochlea")
    look_again(host)
    assert "before it was changed" in said(host)[1]
    slicer.util.arrayFromSegmentInternalBinaryLabelmap(node, "Cochlea")[:] = before
    node.GetSegmentation().GetSegment("Cochlea").GetRepresentation("Binary labelmap").Modified()
    look_again(host)
    assert said(host)[1] == "Scan A measurements"
    node.GetSegmentation().GetSegment("Cochlea").SetName("Another name")
    node.GetSegmentation().GetSegment("Cochlea").SetColor(1, 0, 0)
    look_again(host)
    assert said(host)[1] == "Scan A measurements"


def test_of_several_only_the_changed_one_is_named(host: Host) -> None:
    from CrossMoDAUDALib.panel.segment_results import measurementTable
    from CrossMoDAUDALib.slicer_nodes import mrml

    rows, made = [], []
    for number, name in enumerate(("Scan A", "Scan B")):
        _scan, node = add_result(name, 9 + number)
        mrml.mark_made(node, [f"Cochlea: odd in {name}."])
        mrml.set_measured(node, mrml.fingerprint(node))
        made.append(node)
        rows.append({"scan": name, "structure": "Cochlea", "volume_ml": "1", "largest_axial_diameter_mm": "2", "warnings": ""})
    measurementTable(rows, made)
    choose(host, "segmentInputKind", "scene")
    draw(made[1], "Cochlea")
    look_again(host)
    assert said(host)[1] == "Measurements (before this was changed: Scan B segmentation)"
    assert host.find("statusWarnings").text == "The results that are shown have a warning."
    host.click("segmentMeasure")
    host.process(30, lambda: not host.widget.panel.segment.results.measuring.runner.running)
    host.process(0.1)
    table = nodes("vtkMRMLTableNode")["Measurements"]
    assert said(host)[1] == "Measurements" and sorted({table.GetCellText(row, 0) for row in range(4)}) == ["Scan A", "Scan B"]


def test_a_fingerprint_is_the_same_after_saving_and_loading(host: Host, tmp_path: Path) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    for seed in (9, 10, 11):
        _scan, node = add_result(f"Scan {seed}", seed)
        if seed == 10:  # the segments in layers of their own, cut to what is in them
            draw(node, "Cochlea")
            node.GetSegmentation().SeparateSegmentLabelmap("Cochlea")
        if seed == 11:
            draw(node, "Cochlea", 0)
        before = mrml.fingerprint(node)
        mrml.write_segmentation(node, tmp_path / f"{seed}.seg.nrrd")
        loaded = mrml.read_segmentation(tmp_path / f"{seed}.seg.nrrd")
        assert mrml.fingerprint(loaded) == before and len(before) == 32
        loaded.GetSegmentation().CollapseBinaryLabelmaps(True)
        assert mrml.fingerprint(loaded) == before
        draw(loaded, "Vestibular schwannoma")
        assert mrml.fingerprint(loaded) != before
    label_map = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "Label map")
    scan, labels = add_scan()
    mrml.volume_node(labels, "", label_map, scan)
    before = mrml.fingerprint(label_map)
    slicer.util.arrayFromVolume(label_map)[0, 0, 0] = 2
    assert mrml.fingerprint(label_map) != before


def test_scores_do_not_look_current_once_one_of_the_two_was_changed(host: Host) -> None:
    _scan, prediction = add_result("Scan A", 9)
    _scan, reference = add_result("Scan A", 9)
    host.find("evaluatePrediction").setCurrentNode(prediction)
    host.find("evaluateReference").setCurrentNode(reference)
    open_section(host, "evaluate")
    host.click("evaluateApply")
    assert wait(host, "evaluate") == "Done."
    look_again(host)
    title = host.find("evaluateTableTitle")
    assert "was changed" not in title.text
    draw(prediction, "Cochlea")
    look_again(host)
    assert title.text.endswith("(before this was changed: Scan A segmentation)")
    host.click("evaluateApply")
    wait(host, "evaluate")
    look_again(host)
    assert "was changed" not in title.text and host.find("evaluateTable").visible


def test_it_is_measured_against_the_model_that_made_it(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    """Whatever model is chosen now; of a result whose model is gone that is said, and of several each has its own."""
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml

    models = {}
    for name, most_ml in (("of giants", 1e6), ("of dwarfs", 1e-6)):
        models[name] = Path(shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / name))
        about = json.loads((models[name] / "model.json").read_text(encoding="utf-8"))
        for structure in about["trained_on"]["structures"].values():
            structure.update(least_ml=0.9 * most_ml, most_ml=most_ml)
        (models[name] / "model.json").write_text(json.dumps(about), encoding="utf-8")
    slicer.app.userSettings().setValue("ctkPathLineEdit/CrossMoDAUDA/Models", [str(models["of giants"])])
    choose_model(host, models["of dwarfs"])
    made = {}
    for number, model in enumerate(("of giants", "of dwarfs", "long gone", "")):
        _scan, made[model] = measured(f"Scan {number}", 9 + number, [])
        mrml.mark_made(made[model], [], model)
    choose(host, "segmentInputKind", "scene")
    for node in made.values():
        draw(node, "Cochlea")
    look_again(host)
    host.click("segmentMeasure")
    measuring = host.widget.panel.segment.results.measuring
    host.process(60, lambda: "Measured again" in said(host)[0])
    assert not measuring.runner.running and not host.find("segmentMeasure").visible
    told = {model: " ".join(mrml.warnings_of(node)) for model, node in made.items()}
    assert told["of giants"].count("less than any") == 2 and "more than" not in told["of giants"]
    assert told["of dwarfs"].count("more than any") == 2, "it is the model that is chosen"
    assert told["long gone"] == ""
    assert told[""].count("more than any") == 2, "nothing tells its model"
    assert "The model long gone, which made Scan 2 segmentation, is not known here" in said(host)[0] and "giants" not in said(host)[0]
    assert nodes("vtkMRMLTableNode")["Measurements"].GetNumberOfRows() == 8
