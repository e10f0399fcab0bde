"""The section Follow-up, driven as a user drives it."""

from __future__ import annotations

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


def rows_of(host: Host) -> list[tuple[str, str]]:
    """The list's names and dates."""
    table = host.find("followUpScans")
    return [(table.item(row, 0).text(), table.item(row, 1).text()) for row in range(table.rowCount)]


def type_date(host: Host, row: int, text: str) -> None:
    """Type a date into the list."""
    host.find("followUpScans").item(row, 1).setText(text)


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
    host.click("followUpPlotDiameters")
    slicer.mrmlScene.Clear(0)
    assert host.find("followUpScans").rowCount == 0 and host.find("followUpStatus").text == ""


def test_patients_are_not_mixed_and_one_scan_is_told(host: Host) -> None:
    add_visit("sub-01_ses-20200301_T2w", 6)
    open_section(host, "followUp")
    assert "two dates or more" in host.find("followUpApply").toolTip
    add_visit("sub-02_ses-20210301_T2w", 7)
    add_visit("sub-01_ses-20230301_T2w", 6)
    host.widget.panel.showResults()
    assert "different patients (sub-01, sub-02)" in host.find("followUpApply").toolTip
    from PySide6 import QtCore

    host.find("followUpScans").item(1, 0)._real.setCheckState(QtCore.Qt.CheckState.Unchecked)
    assert host.find("followUpApply").enabled
    host.click("followUpApply")
    assert "the limits hold 0" in wait(host, "followUp")


def test_parts_inside_and_outside_the_canal_give_the_extrameatal_diameter(host: Host) -> None:
    parts = {"Intrameatal": 1, "Extrameatal": 2}
    for name, radius in (("a_2020-01-01", 6), ("a_2020-12-31", 6), ("a_2022-01-01", 9)):
        add_visit(name, radius, parts)
    open_section(host, "followUp")
    host.click("followUpApply")
    assert "cannot be told" not in wait(host, "followUp")
    (table,) = (node for name, node in nodes("vtkMRMLTableNode").items() if name.startswith("Follow-up of"))
    assert table.GetColumnName(4) == "Extrameatal diameter (mm)"
    assert [float(table.GetCellText(row, 4)) > 5 for row in range(3)] == [True] * 3
