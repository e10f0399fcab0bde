"""The table of the scans that were checked: their pictures, their order, and what it shows in whatever room it has."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from Testing.Host import Host

NAME, DOMAIN, SIZE, SPACING, REMARK = range(5)
CASES = [
    {"case": "case 10", "domain": "source", "size": "64 x 64 x 100", "spacing": "1 x 1 x 1"},
    {"case": "case 9", "domain": "target", "size": "512 x 512 x 9", "spacing": "0.5 x 0.5 x 1.5", "warnings": ["It is empty."]},
    {"case": "case 2", "domain": "target", "problems": ["/a/b/case_2.nii.gz cannot be read."], "image": "/a/b/case_2.nii.gz"},
    {"case": "case 3", "domain": "evaluation", "size": "64 x 64 x 20", "spacing": "10 x 1 x 1"},
    {"case": "case 1", "domain": "source", "size": "64 x 64 x 20", "spacing": "1 x 1 x 3"},
]


def numbers(host: Host) -> list[int]:
    """The cases' numbers in the rows of the check's table."""
    table = host.find("adaptCases")
    return [int(table.item(row, NAME).text().split("\n")[0].split()[-1]) for row in range(table.rowCount)]


def show_cases(host: Host, width: int) -> Any:
    """The check's table with cases that came in some order."""
    open_section(host, "adapt")
    host.module_frame().window().resize(width, 900)
    cases = host.widget.panel.adapt.cases
    for case in CASES:
        cases.add(case)
    host.process(0.1)
    cases.finish()
    host.process(0.2)
    assert host.module_frame().window().width() == width
    return host.find("adaptCases")._real


def test_problems_stand_first_while_the_scans_are_being_read(host: Host) -> None:
    open_section(host, "adapt")
    orders = []
    for case in CASES:
        host.widget.panel.adapt.cases.add(case)
        orders.append(numbers(host))
    assert orders == [[10], [9, 10], [2, 9, 10], [2, 9, 10, 3], [2, 9, 1, 10, 3]]
    host.widget.panel.adapt.cases.finish()
    assert numbers(host) == orders[-1]


def test_the_scans_are_sorted_by_any_column(host: Host) -> None:
    table = show_cases(host, 1000)
    header = table.horizontalHeader()
    wanted = {NAME: [1, 2, 3, 9, 10], DOMAIN: [1, 10, 2, 9, 3], SIZE: [2, 1, 3, 10, 9], SPACING: [2, 9, 10, 1, 3], REMARK: [2, 9, 1, 10, 3]}
    chosen = host.find("adaptCasesSort")
    for column, order in wanted.items():
        header.sectionClicked.emit(column)
        assert (numbers(host), header.sortIndicatorSection()) == (order, column)
        assert chosen.itemData(chosen.currentIndex) == column
        header.sectionClicked.emit(column)
        if column != REMARK:  # of equals the order is turned as well
            assert numbers(host) == order[::-1]
        header.sectionClicked.emit(column)
        assert numbers(host) == order
    table.setCurrentCell(4, 0)
    chosen._real.setFocus()
    QtTest.QTest.keyClick(chosen._real, QtCore.Qt.Key.Key_Down)
    assert numbers(host) == wanted[NAME] and table.currentRow() == 2, "the row that was chosen stays chosen"
    host.widget.panel.adapt.cases.add({"case": "case 5", "domain": "source"})
    assert numbers(host) == [1, 2, 3, 5, 9, 10]


@pytest.mark.parametrize(("width", "shown"), [(300, [NAME]), (1000, [NAME, DOMAIN, SIZE, SPACING, REMARK])])
def test_what_has_no_column_stands_beside_the_picture(host: Host, width: int, shown: list[int]) -> None:
    table = show_cases(host, width)
    assert [column for column in range(5) if not table.isColumnHidden(column)] == shown
    assert not table.horizontalScrollBar().isVisible()
    first, last = table.item(0, NAME).text().replace("\u200b", ""), table.item(4, NAME).text()
    if width == 300:
        assert first == "case 2\ntarget\nProblem: case_2.nii.gz cannot be read."
        assert last == "case 3\nevaluation\n64 x 64 x 20\n10 x 1 x 1 mm\nfine"
    else:
        assert (first, last) == ("case 2", "case 3")
        assert [table.item(4, column).text() for column in shown[1:]] == ["evaluation", "64 x 64 x 20", "10 x 1 x 1", "fine"]


def test_a_scan_that_cannot_be_read_has_no_picture(host: Host) -> None:
    cases = host.widget.panel.adapt.cases
    open_section(host, "adapt")
    picture = base64.b64encode(b"P5 2 3 255\n" + bytes(range(0, 240, 40))).decode()
    for number, thumbnail in enumerate(["", "bm90aGluZw==", picture]):
        cases.add({"case": f"case {number}", "domain": "source", "thumbnail": thumbnail})
    table = host.find("adaptCases")._real
    assert [table.item(row, NAME).icon().isNull() for row in range(3)] == [True, True, False]
    shown = table.item(2, NAME).icon().pixmap(48, 48).toImage()
    assert (shown.width(), shown.height()) == (2, 3) and shown.pixelColor(1, 2).red() == 200


LONG = {
    "case": "case 11",
    "domain": "source",
    "size": "64 x 64 x 100",
    "spacing": "1 x 1 x 1",
    "image": "/a/b/a_file_of_some_hospital_11_Label_of_both_structures.nii.gz",
    "problems": ["/a/b/a_file_of_some_hospital_11_Label_of_both_structures.nii.gz holds " + "an unknown value; name the structure. " * 9],
}


@pytest.mark.parametrize("width", [300, 700])
def test_a_long_problem_is_whole_and_can_be_read_to_its_end(host: Host, width: int) -> None:
    """By whole rows, a row that is higher than its table could not be scrolled through."""
    table = show_cases(host, width)
    cases = host.widget.panel.adapt.cases
    cases.add(LONG)
    cases.finish()
    host.process(0.2)
    told = NAME if width == 300 else REMARK
    row = next(row for row in range(6) if "case 11" in table.item(row, NAME).text())
    item, metrics = table.item(row, told), QtGui.QFontMetrics(table.item(row, told).font())
    room = table.columnWidth(told) - (48 if width == 300 else 0) - 6
    assert max(metrics.horizontalAdvance(word) for word in re.split("[\\s\u200b]+", item.text())) <= room
    assert item.text().replace("\u200b", "").strip().endswith("name the structure.") and "\N{HORIZONTAL ELLIPSIS}" not in item.text()
    rows, bar = sum(table.rowHeight(row) for row in range(6)), table.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert bar.maximum() == rows - table.viewport().height() > 0
    cases.sort(NAME)
    bar.setValue(0)
    host.process(0.1)
    bottoms = [table.rowViewportPosition(row) + table.rowHeight(row) for row in range(6)]
    assert table.viewport().height() in bottoms, "no row is cut at the table's lower edge"


def test_every_table_is_scrolled_by_points(host: Host) -> None:
    tables = host.module_frame().findChildren(QtWidgets.QTableView)
    by_rows = [table.objectName() for table in tables if table.verticalScrollMode() != table.ScrollMode.ScrollPerPixel]
    assert len(tables) > 7 and by_rows == []
