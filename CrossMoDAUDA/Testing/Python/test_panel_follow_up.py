"""The section Follow-up, driven as a user drives it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from panel_actions import nodes, open_section, wait

if TYPE_CHECKING:
    from Testing.Host import Host

VS = "Vestibular schwannoma"


def add_visit(name: str, radius: float, labels: dict[str, int] | None = None) -> Any:
    """A ball of a tumour in a scan of its own: a segmentation node."""
    from CrossMoDAUDALib.images.volumes import Geometry, Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    labels = labels or {VS: 1}
    z, y, x = np.indices((30, 32, 34)) - 15.0
    mask = (x * x + y * y + z * z <= radius * radius).astype(np.uint8)
    if len(labels) > 1:
        mask[(mask == 1) & (x > 0)] = 2
    grid = Geometry((34, 32, 30), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    scan = mrml.volume_node(Volume(mask.astype(np.int16), grid), name)
    return mrml.segmentation_node(Volume(mask, grid), labels, scan, f"{name} segmentation")


def add_pair(name: str, left: int, right: int) -> Any:
    """Cubes with these edges on both sides."""
    from CrossMoDAUDALib.images.volumes import Geometry, Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    mask = np.zeros((16, 20, 60), np.uint8)
    mask[4 : 4 + left, 5 : 5 + left, 40 : 40 + left] = 1
    mask[4 : 4 + right, 5 : 5 + right, 10 : 10 + right] = 1
    grid = Geometry((60, 20, 16), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    scan = mrml.volume_node(Volume(mask.astype(np.int16), grid), name)
    return mrml.segmentation_node(Volume(mask, grid), {VS: 1}, scan, f"{name} segmentation")


def rows_of(host: Host) -> list[tuple[str, str]]:
    """The list's names and dates."""
    table = host.find("followUpScans")
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount)]


def type_date(host: Host, row: int, text: str) -> None:
    """Type a date into the list."""
    host.find("followUpScans").item(row, 1).setText(text)


def ticks(host: Host) -> list[bool]:
    """Which rows are ticked."""
    from PySide6 import QtCore

    table = host.find("followUpScans")
    return [table.item(row, 0)._real.checkState() == QtCore.Qt.CheckState.Checked for row in range(table.rowCount)]


def tick(host: Host, row: int, is_on: bool) -> None:
    """Tick a row, or untick it."""
    from PySide6 import QtCore

    state = QtCore.Qt.CheckState.Checked if is_on else QtCore.Qt.CheckState.Unchecked
    host.find("followUpScans").item(row, 0)._real.setCheckState(state)


def test_dates_are_found_or_typed_and_the_scans_compared(host: Host) -> None:
    import slicer

    add_visit("sub-07_ses-20220301_T2w", 8)
    typed = add_visit("sub-07_T2w", 10)
    add_visit("sub-07_ses-20200301_T2w", 6)
    open_section(host, "followUp")
    assert [day for _name, day in rows_of(host)] == ["2022-03-01", "", "2020-03-01"]
    apply = host.find("followUpApply")
    assert not apply.enabled and "Type the date of 'sub-07_T2w" in host.find("followUpStatus").text
    type_date(host, 1, "next year")
    assert "is no date" in host.find("followUpStatus").text and not apply.enabled
    for wrong, said in (("2999-01-01", "in the future"), ("20220301", "Two of the ticked segmentations are of 2022-03-01")):
        type_date(host, 1, wrong)
        assert said in apply.toolTip and not apply.enabled
    type_date(host, 1, "2024-03-01")
    assert typed.GetAttribute("CrossMoDAUDA.Date") == "2024-03-01" and apply.enabled
    host.click("followUpApply")
    said = wait(host, "followUp")
    assert said.startswith("Growing") and "Not for clinical use." in said and "extrameatal" in said
    table = nodes("vtkMRMLTableNode")["Follow-up of sub-07"]
    assert [table.GetCellText(row, 0) for row in range(3)] == ["2020-03-01", "2022-03-01", "2024-03-01"]
    assert [table.GetCellText(row, 4) for row in range(3)] == ["-", "grown +128 %", "grown +351 %"]
    host.click("followUpPlotVolumes")
    (chart,) = (node for node in slicer.util.getNodesByClass("vtkMRMLPlotChartNode") if node.GetTitle() == "sub-07: volume")
    series = chart.GetNthPlotSeriesNode(0)
    column = series.GetTableNode().GetTable().GetColumnByName(series.GetYColumnName())
    assert [column.GetValue(row) for row in range(3)] == pytest.approx([0.925, 2.109, 4.169])
    assert series.GetTableNode().GetTable().GetColumnByName("x").GetValue(2) == pytest.approx(4, abs=0.01)
    assert chart.GetSaveWithScene(), "it is of the scene"
    bounds = chart.GetNthPlotSeriesNode(1).GetTableNode().GetTable().GetColumn(1)
    highest = max(bounds.GetValue(row) for row in range(bounds.GetNumberOfValues()))
    low, high = chart.GetYAxisRange()
    assert not chart.GetYAxisRangeAuto() and 0 <= low < 0.925 and high > 1.2 * highest, "the legend lies over no point"
    host.click("followUpPlotDiameters")
    slicer.mrmlScene.Clear(0)
    assert host.find("followUpScans").rowCount == 0 and "two dates or more" in host.find("followUpStatus").text


def test_patients_are_not_mixed_and_one_scan_is_told(host: Host) -> None:
    add_visit("sub-01_ses-20200301_T2w", 6)
    open_section(host, "followUp")
    assert "two dates or more" in host.find("followUpApply").toolTip
    add_visit("sub-02_ses-20210301_T2w", 7)
    add_visit("sub-01_ses-20230301_T2w", 6)
    host.process(0.05)
    assert ticks(host) == [True, False, True] and host.find("followUpApply").enabled, "those of the patient who was there first"
    tick(host, 1, True)
    assert "different patients (sub-01, sub-02)" in host.find("followUpApply").toolTip
    tick(host, 1, False)
    assert host.find("followUpApply").enabled
    host.click("followUpApply")
    assert "the limits hold 0" in wait(host, "followUp")
    (table,) = nodes("vtkMRMLTableNode").values()
    assert table.GetCellText(1, 4).startswith("cannot be told: \N{MINUS SIGN}"), "voxels of 1 mm tell no change of 20 %"


def test_parts_inside_and_outside_the_canal_give_the_extrameatal_diameter(host: Host) -> None:
    parts = {"Intrameatal": 1, "Extrameatal": 2}
    for name, radius in (("a_2020-01-01", 6), ("a_2020-12-31", 6), ("a_2022-01-01", 9)):
        add_visit(name, radius, parts)
    open_section(host, "followUp")
    host.click("followUpApply")
    assert "cannot be told" not in wait(host, "followUp")
    (table,) = (node for name, node in nodes("vtkMRMLTableNode").items() if name.startswith("Follow-up"))
    assert table.GetColumnName(4) == "Extrameatal diameter (mm)"
    assert [float(table.GetCellText(row, 4)) > 5 for row in range(3)] == [True] * 3


def load_visit(folder: Path, name: str, radius: float, doubt: tuple[float, float] | None, value: int = 1, unsure: int = 0) -> Any:
    """As ``segment --uncertainty`` leaves it and Slicer loads it: a segmentation node with its file.

    Args:
        doubt: probabilities in the ball, and of a shell around it of so many voxels.
    """
    from CrossMoDAUDALib.core.files import write_json
    from CrossMoDAUDALib.scoring.extent import doubt_of
    from CrossMoDAUDALib.slicer_nodes import mrml

    labels = {VS: value, "Cochlea": 3 - value}
    made = add_visit("made", radius)
    label = mrml.label_volume_from_segmentation(made, {VS: value})
    label.array[1, 1, 1] = 3 - value
    mrml.remove_node(mrml.scan_of(made))
    mrml.remove_node(made)
    file = folder / f"{name}.seg.nrrd"
    folder.mkdir(exist_ok=True)
    mrml.write_segmentation_file(label, labels, file, name)
    if doubt is not None:
        z, y, x = np.indices((30, 32, 34)) - 15.0
        distance = np.sqrt(x * x + y * y + z * z)
        likely = np.where(distance <= radius, doubt[0], np.where(distance <= radius + unsure, doubt[1], 0)).astype(np.float32)
        both = [likely, likely * 0] if value == 1 else [likely * 0, likely]
        write_json(folder / f"{name}_Uncertainty.json", doubt_of(label, np.stack([1 - likely, *both]), labels))
    return mrml.read_segmentation(file)


@pytest.mark.parametrize("value", [1, 2])
def test_the_networks_doubt_counts_where_it_lies_beside_the_file(host: Host, tmp_path: Path, value: int) -> None:
    import slicer

    load_visit(tmp_path / "ü", "sub-07_ses-20200301", 6, (0.99, 0.1), value, unsure=3)
    load_visit(tmp_path / "ü", "sub-07_ses-20220301", 6, None, value)
    open_section(host, "followUp")
    host.click("followUpApply")
    assert "left out" not in wait(host, "followUp")
    (table,) = nodes("vtkMRMLTableNode").values()
    (wide, narrow) = (table.GetCellText(row, 2).split("\N{EN DASH}") for row in range(2))
    ball = 4 / 3 * np.pi * 9**3 / 1000
    assert float(wide[1]) == pytest.approx(ball, rel=0.05), "what is not ruled out"
    assert float(wide[1]) > 2 * float(narrow[1])
    first = slicer.util.getNode("sub-07_ses-20200301*")
    slicer.util.arrayFromSegmentInternalBinaryLabelmap(first, VS)[12:16, 12:16, 12:16] = 0  # somebody has drawn in it
    host.click("followUpApply")
    assert "was changed after" in wait(host, "followUp")


def test_doubts_of_models_with_other_values_are_left_out_and_told(host: Host, tmp_path: Path) -> None:
    load_visit(tmp_path, "sub-07_ses-20200301", 6, (0.99, 0.1), 1, unsure=3)
    load_visit(tmp_path, "sub-07_ses-20220301", 9, (0.99, 0.1), 2)
    open_section(host, "followUp")
    host.click("followUpApply")
    said = wait(host, "followUp")
    assert "Growing" in said and said.count("other label values") == 2


def test_contradicting_dates_are_told_before_and_after(host: Host, tmp_path: Path) -> None:
    (tmp_path / "sub-07_ses-20220301.json").write_text('{"AcquisitionDate": "20220301", "StudyDate": "20230405"}', encoding="utf-8")
    load_visit(tmp_path, "sub-07_ses-20200301", 6, None)
    load_visit(tmp_path, "sub-07_ses-20220301", 9, None)
    open_section(host, "followUp")
    item = host.find("followUpScans").item(1, 1)
    assert "2023-04-05" in item.toolTip() and not item.icon().isNull() and host.find("followUpScans").item(0, 1).icon().isNull()
    told = "2022-03-01 (sub-07_ses-20220301.json (AcquisitionDate)) counts, but there is also 2023-04-05"
    assert told in host.find("followUpStatus").text and host.find("followUpApply").enabled
    host.click("followUpApply")
    assert told in wait(host, "followUp")
    type_date(host, 1, "2023-04-05")
    assert "2022-03-01" not in host.find("followUpStatus").text
    host.click("followUpApply")
    assert "counts, but" not in wait(host, "followUp")


def test_sides_and_what_is_not_found_any_more(host: Host) -> None:
    import slicer

    for name, left, right in (("a_2020-01-01", 5, 4), ("a_2021-01-01", 7, 4), ("a_2022-01-01", 8, 0)):
        add_pair(name, left, right)
    open_section(host, "followUp")
    host.click("followUpApply")
    said = wait(host, "followUp")
    assert "Left: Growing" in said and "Right: " in said and "Both sides have a tumour" in said and "it is gone, or it was missed" in said
    (table,) = nodes("vtkMRMLTableNode").values()
    assert [table.GetCellText(row, 0) for row in (0, 5)] == ["2020-01-01, left", "2022-01-01, right"]
    assert table.GetCellText(5, 4) == "not found"
    host.click("followUpPlotVolumes")
    (chart,) = slicer.util.getNodesByClass("vtkMRMLPlotChartNode")
    assert {chart.GetNthPlotSeriesNode(number).GetName() for number in (0, 2)} == {"Volume, left", "Volume, right"}


def test_what_comes_or_is_renamed_while_the_section_is_open_is_listed(host: Host, tmp_path: Path) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    open_section(host, "followUp")
    asked = list[None]()
    show_results = host.widget.panel.showResults
    host.widget.panel.showResults = lambda: (asked.append(None), show_results())
    node = load_visit(tmp_path, "sub-07_ses-20200301", 6, None)
    host.process(0.05)
    assert rows_of(host) == [("sub-07_ses-20200301", "2020-03-01")] and len(asked) < 5, "not for every node"
    node.SetName("sub-07_ses-20210405")
    host.process(0.05)
    assert rows_of(host)[0][0] == "sub-07_ses-20210405"
    visit = add_visit("sub-07_ses-20230301_T2w", 6)
    mrml.scan_of(visit).SetName("Another scan")
    host.process(0.05)
    assert rows_of(host)[1][0] == "sub-07_ses-20230301_T2w segmentation (Another scan)"
    asked.clear()
    node.Modified()
    host.process(0.05)
    assert not asked
    host.close_scene()
    host.process(0.05)
    assert rows_of(host) == []


def test_a_scan_that_comes_can_be_segmented_with_the_others(host: Host, tiny_experiment: Path) -> None:
    from panel_actions import add_scan, choose, choose_model

    choose_model(host, tiny_experiment)
    choose(host, "segmentInputKind", "scene")
    assert "Load a volume first" in host.find("segmentApply").toolTip
    add_scan()
    host.process(0.05)
    assert host.find("segmentApply").enabled


def test_what_nothing_ties_to_the_patient_is_compared_only_if_somebody_ticks_it(host: Host) -> None:
    add_visit("Smith 2023-05-01", 9)
    add_visit("sub-01_ses-20200301_T2w", 6)
    add_visit("sub-01_ses-20210301_T2w", 7)
    open_section(host, "followUp")
    assert ticks(host) == [False, True, True] and host.find("followUpApply").enabled
    add_visit("Jones 2024-05-01", 9)
    host.process(0.05)
    assert ticks(host) == [False, True, True, False]
    host.click("followUpApply")
    assert "Nothing tells" not in wait(host, "followUp")
    tick(host, 0, True)
    assert "Nothing tells whose scan 'Smith 2023-05-01 segmentation' is." in host.find("followUpStatus").text
    assert not host.find("followUpTable").visible, "it tells of others"
    host.click("followUpApply")
    assert "Nothing tells whose scan 'Smith 2023-05-01 segmentation' is." in wait(host, "followUp")
    tick(host, 0, False)
    assert host.find("followUpTable").visible and "Nothing tells" not in host.find("followUpStatus").text


def test_where_nothing_tells_a_patient_that_is_said(host: Host) -> None:
    for name in ("Smith 2023-05-01", "Jones 2024-05-01"):
        add_visit(name, 6)
    open_section(host, "followUp")
    assert ticks(host) == [True, True] and "Nothing tells whose scans these are." in host.find("followUpStatus").text
    host.click("followUpApply")
    assert "Nothing tells whose scans these are." in wait(host, "followUp")
    title = host.find("followUpTableTitle").text
    assert "nothing tells whose scans these are" in title and "Smith 2023-05-01 segmentation, Jones 2024-05-01 segmentation" in title


def plot_views() -> list[Any]:
    import slicer

    return list(slicer.util.getNodesByClass("vtkMRMLPlotViewNode"))


@pytest.mark.parametrize("what", ["removed", "changed", "another patient", "another date", "another structure", "table removed"])
def test_a_comparison_goes_with_what_it_compares(host: Host, what: str) -> None:
    import slicer
    from CrossMoDAUDALib.slicer_nodes import mrml
    from test_panel_changed import draw, look_again

    first = add_visit("sub-01_ses-20200301_T2w", 6)
    add_visit("sub-01_ses-20210301_T2w", 8)
    open_section(host, "followUp")
    host.click("followUpApply")
    assert "Growing" in wait(host, "followUp") and host.find("followUpOpenPage").visible and host.find("followUpPlotVolumes").visible
    assert "sub-01_ses-20200301_T2w segmentation" in host.find("followUpTableTitle").text
    for button in ("followUpPlotDiameters", "followUpPlotVolumes"):
        host.click(button)
    view = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotViewNode") if not plot_views() else plot_views()[0]
    view.SetPlotChartNodeID(next(iter(nodes("vtkMRMLPlotChartNode").values())).GetID())
    if what == "changed":
        draw(first, VS)
        look_again(host)
        assert "(before this was changed: sub-01_ses-20200301_T2w segmentation)" in host.find("followUpTableTitle").text
        assert host.find("followUpStatus").text.startswith("This was found before")
        host.click("followUpApply")
        assert wait(host, "followUp").startswith(("Growing", "Shrinking", "+")) and "before" not in host.find("followUpTableTitle").text
        return
    if what == "table removed":
        slicer.mrmlScene.RemoveNode(nodes("vtkMRMLTableNode")["Follow-up of sub-01"])
        assert not nodes("vtkMRMLPlotChartNode") and not nodes("vtkMRMLPlotSeriesNode") and not nodes("vtkMRMLTableNode")
    elif what == "removed":
        mrml.remove_node(first)
    elif what == "another patient":
        add_visit("sub-02_ses-20200301_T2w", 6)
        host.process(0.05)
        assert host.find("followUpTable").visible, "it is not ticked"
        for row, is_on in ((0, False), (1, False), (2, True)):
            tick(host, row, is_on)
        assert ticks(host) == [False, False, True]
    elif what == "another date":
        type_date(host, 0, "2019-03-01")
    else:
        combo = host.find("followUpStructure")
        combo.currentIndex = combo.findData(VS)
    for name in ("followUpTable", "followUpTableTitle", "followUpOpenPage", "followUpPlotVolumes"):
        assert not host.find(name).visible, name
    assert "Growing" not in host.find("followUpStatus").text
    assert [each.GetPlotChartNodeID() for each in plot_views() if each.GetPlotChartNodeID()] == [], "what is shown is what is chosen"
    slicer.app.processEvents()


def test_a_comparison_is_found_again_in_a_saved_scene(host: Host, tmp_path: Path) -> None:
    import slicer

    for name, radius in (("sub-01_ses-20200301_T2w", 6), ("sub-01_ses-20210301_T2w", 8)):
        add_visit(name, radius)
    open_section(host, "followUp")
    host.click("followUpApply")
    said, title = wait(host, "followUp"), host.find("followUpTableTitle").text
    for number, node in enumerate(nodes("vtkMRMLSegmentationNode").values()):
        node.AddDefaultStorageNode(str(tmp_path / f"{number}.seg.nrrd"))
        assert node.GetStorageNode().WriteData(node)
    host.save_and_load_scene(tmp_path / "scene.mrml")
    host.process(0.1)
    host.process(10, lambda: not host.widget.panel.changes.isLooking)
    assert host.find("followUpStatus").text == said and host.find("followUpTable").visible
    assert host.find("followUpTableTitle").text == title
    assert not host.find("followUpOpenPage").visible, "it went with the session"
    host.click("followUpPlotVolumes")
    (chart,) = nodes("vtkMRMLPlotChartNode").values()
    view = plot_views()[0] if plot_views() else slicer.mrmlScene.AddNewNodeByClass("vtkMRMLPlotViewNode")
    view.SetPlotChartNodeID(chart.GetID())
    host.widget.panel.showResults()
    assert view.GetPlotChartNodeID() == chart.GetID(), "it is of what is chosen"
