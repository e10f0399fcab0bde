"""No list and no table of the panel cuts a row in half at its lower edge, however many there are, at any width and with large letters."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtWidgets
from test_panel_follow_up import add_visit
from test_panel_width import measurements, resize, segment_results

if TYPE_CHECKING:
    from Testing.Host import Host

WIDTHS = [300, 400, 700]
SCALES = [1.0, 2.0]


def assert_rows_are_whole(table: Any, name: str = "") -> None:
    """Of a table that is scrolled to its beginning."""
    model, header = table.model(), table.verticalHeader()
    bottoms = list(itertools.accumulate(header.sectionSize(row) for row in range(model.rowCount())))
    room = table.viewport().height()
    name = name or table.objectName()
    assert room in bottoms or room > bottoms[-1] or room < bottoms[0] > 8 * table.fontMetrics().height(), (name, room, bottoms)


def fill(host: Host, experiment: Path) -> None:
    """Fill every list and table with more rows than it shows."""
    from CrossMoDAUDALib.panel import tables
    from CrossMoDAUDALib.panel.scores_table import showScores

    panel = host.widget.panel
    panel.parameters.experiment = str(experiment)
    shown = panel.trainings.table
    state = "Training 12 %, about 49 min left in this stage, stage 3 of 26: Translation: train"
    for number in range(12):
        said_of = state if number % 3 else "Finished"
        shown.show(Path(f"t{number}"), (f"t{number}", said_of, said_of[:13], "0.785 (iteration 1)", "0.785", "yesterday"), said_of)
    host.find("trainingsTable").visible = True
    structures = [f"Structure of a name {number}" for number in range(25)]
    row = {"method": "iteration 0", "cases": "5", **{f"dice_{one}": "0.5" for one in structures}}
    rows = [row, {**row, "method": "iteration 1"}]
    scores = host.find("adaptScores")
    most = 18 * scores.parentWidget().fontMetrics().height()
    scores.setFixedHeight(showScores(scores, rows, most))
    found = [measurements("", structure) for _number in range(14) for structure in ("Vestibular schwannoma", "Cochlea")]
    table = segment_results().measurementTable(found)
    host.process(0.8)  # until what has come has been looked at
    for view in ("segmentTable", "evaluateTable", "followUpTable"):
        tables.show(host.find(view), table)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_row_is_cut(host: Host, tiny_experiment: Path, font_scale: Callable[[float], None], width: int, scale: float) -> None:
    font_scale(scale)
    open_section(host, "segment", "evaluate", "adapt", "trainings", "followUp")
    for number in range(10):
        add_visit(f"sub-01_ses-20{10 + number}0301_acq-withaverylongname_T2w", 3)
    resize(host, width)
    fill(host, tiny_experiment)
    host.process(0.1)
    seen = [table for table in host.module_frame().findChildren(QtWidgets.QTableView) if table.isVisible() and table.model().rowCount()]
    names = {table.objectName() for table in seen}
    assert names >= {"segmentTable", "evaluateTable", "followUpTable", "trainingsTable", "followUpScans", "adaptStages"}, names
    for table in seen:
        assert_rows_are_whole(table)
    assert_rows_are_whole(host.find("adaptScores")._real)


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_case_of_the_check_is_cut(host: Host, tmp_path: Path, font_scale: Callable[[float], None], width: int, scale: float) -> None:
    font_scale(scale)
    open_section(host, "adapt")
    resize(host, width)
    host.widget.panel.parameters.experiment = str(tmp_path / "new")
    case = {"domain": "source", "size": "40 x 36 x 16", "spacing": "1 x 1 x 1"}
    for number in range(12):
        said = [f"Its header is damaged in place {number}, so that nothing more can be told; export it again."] * (number % 4)
        host.widget.panel.adapt.cases.add({**case, "case": f"case {number}", "problems": said})
    host.widget.panel.adapt.cases.finish()
    host.process(0.8)
    table = host.find("adaptCases")._real
    assert table.isVisible()
    assert_rows_are_whole(table)
