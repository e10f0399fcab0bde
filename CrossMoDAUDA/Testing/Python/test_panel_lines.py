"""Texts in lines: as high as they need at every width, and no word of a list or table ends in an ellipsis."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtCore, QtGui, QtWidgets
from test_panel_follow_up import add_pair, add_visit
from test_panel_width import LONG_NAME, OtherProgram, measurements, resize, segment_results, window

if TYPE_CHECKING:
    from Testing.Host import Host


def drawn(table: Any, row: int, column: int) -> tuple[QtCore.QSize, QtCore.QSize]:
    """The size of a cell's text as it is drawn, and the room that it has there."""
    item, option = table.item(row, column), QtWidgets.QStyleOptionViewItem()
    table.initViewItemOption(option)
    index = table.model().index(row, column)
    option.rect = table.visualRect(index)
    table.itemDelegateForIndex(index).initStyleOption(option, index)
    room = table.style().subElementRect(QtWidgets.QStyle.SubElement.SE_ItemViewItemText, option, table).size()
    wrapped = QtCore.QRect(0, 0, room.width() - 6, 10000)
    assert item.text() and option.text.replace("\u200b", "") == item.text()
    return QtGui.QFontMetrics(table.font()).boundingRect(wrapped, int(QtCore.Qt.TextFlag.TextWordWrap), option.text).size(), room


def assert_readable(table: Any, columns: tuple[int, ...] = (0,)) -> None:
    for row in range(table.rowCount()):
        for column in columns:
            text, room = drawn(table, row, column)
            assert text.width() <= room.width() and text.height() <= room.height(), table.item(row, column).text()


@pytest.mark.parametrize(
    ("section", "field"), [("segment", "segmentInputKind"), ("evaluate", "evaluateConvention"), ("adapt", "adaptPreset")]
)
def test_fields_begin_where_they_did_however_often_the_panel_was_dragged(host: Host, section: str, field: str) -> None:
    """A label's size hint is never less than the least width that it was given (Qt's QLabel::minimumSizeHint)."""
    open_section(host, section)
    label, begins = getattr(getattr(host.widget.panel, section).ui, f"{field}Label"), []
    for width in (700, 698, 400, 300, 400, 698, 696, 700):
        resize(host, width)
        begins.append((label.minimumWidth, host.find(field).x) if width >= 690 else (label.minimumWidth, 0))
    assert begins[0][0] > 0 and {*begins[1:2], *begins[5:]} == {begins[0]}, begins
    assert begins[2] == begins[4], begins


@pytest.mark.parametrize(("section", "name"), [("adapt", "adaptCheckStatus"), ("segment", "segmentModelInfo")])
def test_a_text_over_both_columns_of_a_form_takes_no_lines_that_it_does_not_need(host: Host, section: str, name: str) -> None:
    """Slicer's Qt 5 gives it those that it would take in the second column (QFormLayout), unless it may not become higher."""
    open_section(host, section)
    shown = getattr(host.widget.panel, section)
    label = getattr(shown.ui, name)
    shown.say(label, "a sentence that has room in the panel but not in a field")
    real, heights = label._real, {}
    metrics = QtGui.QFontMetrics(real.font())
    whole = metrics.horizontalAdvance(label.text)
    for width in (whole + 60, 300, whole + 60):
        resize(host, width)
        host.process(0.2)
        lines = QtGui.QFontMetrics(real.font()).boundingRect(
            QtCore.QRect(0, 0, real.width(), 10000), int(QtCore.Qt.TextFlag.TextWordWrap), real.text()
        )
        heights[width] = real.height()
        assert lines.height() <= real.height() == real.maximumHeight() < lines.height() + 12, (width, real.height(), lines.height())
    assert heights[300] > heights[whole + 60] < 1.5 * metrics.height() + 8


def _height_in_lines(label: Any) -> int:
    place, flags = QtCore.QRect(0, 0, label.width(), 10000), int(QtCore.Qt.TextFlag.TextWordWrap)
    return QtGui.QFontMetrics(label.font()).boundingRect(place, flags, label.text()).height()


@pytest.mark.parametrize("section", ["segment", "evaluate", "followUp"])
def test_a_text_gives_back_the_height_that_it_took_in_a_narrow_panel(host: Host, section: str) -> None:
    open_section(host, section)
    shown = getattr(host.widget.panel, section)
    label = getattr(shown.ui, f"{section}Status")
    resize(host, 300)
    shown.say(label, "a sentence of some length, which says what was found and what is to be looked at. " * 4)
    host.process(0.2)
    real, heights = label._real, []
    for width in (300, 700, 400):
        resize(host, width)
        host.process(5, until=lambda: 0 <= real.height() - _height_in_lines(real) < 12)  # on a busy computer in some turns
        heights.append(real.height())
    assert heights[1] < heights[2] < heights[0]
    shown.say(label, "short")
    host.process(0.2)
    assert real.height() < 2 * QtGui.QFontMetrics(real.font()).height()


def test_labels_of_fields_take_one_line_again_where_they_have_room(host: Host, font_scale: Any) -> None:
    open_section(host, "segment")
    label = host.find("segmentOutputLabel")._real
    font_scale(2)
    label.setText("&Where the segmentation goes:")
    resize(host, 300)
    tall = label.height()
    font_scale(1)
    host.process(0.2)
    assert label.height() < tall / 2, "one line of small letters, not the two of large ones"


def test_what_is_shown_in_a_closed_section_is_seen_once_it_is_open(host: Host) -> None:
    """As in CTK, so that no strip of it is seen below the closed section's title."""
    section = host.widget.panel.segment
    edit = section.ui.segmentEdit
    host.find("segmentButton").collapsed = True
    section.show(edit, True)
    assert not edit._real.isVisible()
    host.find("segmentButton").collapsed = False
    assert edit._real.isVisible()
    host.find("segmentButton").collapsed = True
    section.show(edit, False)
    host.find("segmentButton").collapsed = False
    assert not edit._real.isVisible()
    box = host.find("segmentAdvanced")
    box.collapsed = True
    host.find("segmentDevice").visible = True
    assert not host.find("segmentDevice")._real.isVisible()
    box.collapsed = False
    assert host.find("segmentDevice")._real.isVisible()


def test_fields_of_paths_are_as_high_as_another_font_needs(host: Host, font_scale: Any) -> None:
    """As where Slicer's font is changed in its settings; by itself, CTK keeps the height of the first one."""
    open_section(host, "translate")
    field = host.find("translateModelPath")._real
    combo = field.comboBox()
    heights = []
    for scale in (1, 2, 3, 1):
        font_scale(scale)
        host.process(0.3)
        assert combo.height() == combo.sizeHint().height(), scale
        heights.append(combo.height())
    assert heights[0] == heights[3] < heights[1] < heights[2], heights


@pytest.mark.parametrize(("width", "scale"), [(300, 1), (400, 1), (300, 2), (700, 2)])
def test_scans_to_follow_are_told_by_their_whole_names(host: Host, font_scale: Any, width: int, scale: int) -> None:
    font_scale(scale)
    for number in range(3):
        add_visit(f"{LONG_NAME}_{number}_2020-0{number + 1}-01", 5)
    open_section(host, "followUp")
    resize(host, width)
    host.process(0.2)
    table = host.find("followUpScans")._real
    assert table.rowCount() == 3 and not table.horizontalScrollBar().isVisible()
    assert_readable(table)
    header = table.horizontalHeader()
    assert all(header.sectionSizeHint(column) <= header.sectionSize(column) for column in range(2)), "titles are whole"


@pytest.mark.parametrize("width", [300, 400])
def test_titles_of_rows_are_whole_in_large_letters(host: Host, font_scale: Any, width: int) -> None:
    from CrossMoDAUDALib.panel import follow_up_results, tables

    font_scale(2)
    nodes = [add_pair(f"a_202{year}-01-01", 5 + year, 4) for year in range(3)]
    quantities = (
        "volume_ml",
        "volume_ml_low",
        "volume_ml_high",
        "axial_mm",
        "extrameatal_mm",
        "percent_since_first",
        "percent_since_previous",
    )
    found = {**dict.fromkeys(quantities, "2.3"), "extrameatal_mm": "", "notes": ""}
    changes = {
        f"{name}_since_{other}": text for name, text in (("verdict", "grown"), ("reasons", "volume 2 %")) for other in ("first", "previous")
    }
    rows = [{**found, **changes, "date": f"202{year}-01-01", "side": side} for side in ("left", "right") for year in range(3)]
    open_section(host, "followUp")
    resize(host, width)
    table = follow_up_results.comparisonTable(rows, "", nodes)
    tables.show(host.find("followUpTable"), table)
    host.process(0.2)
    assert table.GetName().startswith("Follow-up") and table.GetCellText(0, 2) == "2.30\N{EN DASH}2.30"
    assert table.GetCellText(0, 4) == "grown +2 %", "a script finds a plain space"
    view = host.find("followUpTable")._real
    aside = view.verticalHeader()
    assert aside.textElideMode() == QtCore.Qt.TextElideMode.ElideNone and aside.width() <= 0.7 * view.width()
    metrics = QtGui.QFontMetrics(view.font())
    if width == 400:  # in less room the dates are no titles, but stand below each other
        assert metrics.horizontalAdvance("2020-01-01,") + 4 < aside.width()


def test_stages_leave_out_their_times_where_a_word_has_no_room(host: Host, font_scale: Any, tiny_experiment: Path) -> None:
    font_scale(2)
    open_section(host, "adapt")
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    host.process(1)
    table = host.find("adaptStages")._real
    seen = {}
    for width in (700, 400, 300, 700):
        resize(host, width)
        host.process(0.2)
        assert_readable(table)
        seen[width] = not table.isColumnHidden(2)
    assert seen == {700: True, 400: False, 300: False}


@pytest.mark.parametrize("width", [300, 400])
def test_a_label_over_its_field_has_room_to_spare_for_its_last_word(host: Host, font_scale: Any, width: int) -> None:
    """What a label asks for is rounded: without room to spare, Slicer's Qt 5 put the last word into a line that was not seen."""
    font_scale(2)
    open_section(host, "segment")
    resize(host, width)
    host.find("segmentAdvanced").collapsed = False
    host.process(0.3)
    labels = [label for label in host.module_frame().findChildren(QtWidgets.QLabel) if label.buddy() is not None and label.isVisible()]
    assert len(labels) > 4 and all(label.wordWrap() for label in labels)
    for label in labels:
        text, metrics = label.text().replace("&", ""), label.fontMetrics()
        lines = metrics.boundingRect(0, 0, label.width(), 10_000, QtCore.Qt.TextFlag.TextWordWrap, text).height()
        assert lines <= label.height(), text
        assert lines > metrics.height() or metrics.horizontalAdvance(text) + 2 <= label.width(), text


@pytest.mark.parametrize("scale", [1, 2])
def test_names_of_trainings_are_whole(host: Host, font_scale: Any, scale: int) -> None:
    font_scale(scale)
    open_section(host, "trainings")
    resize(host, 300)
    shown = host.widget.panel.trainings.table
    real = host.find("trainingsTable")._real
    real.setVisible(True)
    for number, name in enumerate(("short", "a new experiment", "experiment_of_2024-03-01_with_a_long_name")):
        shown.show(Path(name), (name, "Training the translator", "Training 12 %", "0.785 (iteration 1)", "0.785", "yesterday"), "")
        host.process(0.1)
        assert real.rowCount() == number + 1
        assert_readable(real, (0, 1))
    whole = real.itemDelegateForColumn(0).displayText(real.item(2, 0).text(), QtCore.QLocale())
    metrics, wrapped = real.fontMetrics(), QtCore.Qt.TextFlag.TextWordWrap
    text = metrics.boundingRect(0, 0, real.columnWidth(0) - 7, 10_000, wrapped, whole).height()
    assert text > 2 * metrics.height() and real.rowHeight(2) >= text * 8 / 7 - 2, "lines of a table are further apart in Slicer's Qt 5"
    shown.show(Path("short"), ("short", "Gone", "Gone", "", "", ""), "")
    assert real.rowHeight(0) < real.rowHeight(1), "it gives the lines back"
    assert window(host).width() == 300


def test_a_tab_is_as_high_as_what_it_holds(host: Host, tiny_experiment: Path) -> None:
    """Not as the highest of all."""
    open_section(host, "adapt")
    resize(host, 700)
    tabs = host.find("adaptTabs")
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    for name, index, last in (("scores", 3, "adaptScoresView"), ("samples", 2, "adaptSampleOutline"), ("stages", 0, "adaptStages")):
        tabs.currentIndex = index
        host.process(5, lambda last=last: host.find(last)._real.isVisible())  # type: ignore[misc]
        host.widget.panel.adapt.view.poll()
        host.process(0.3)
        real, bottom = tabs._real, host.find(last)._real.geometry().bottom()
        assert bottom <= real.widget(index).height() < bottom + 30, f"{name}: all in sight, and nothing empty"


def test_where_tabs_have_no_room_a_list_takes_their_place(host: Host, font_scale: Any, tiny_experiment: Path) -> None:
    font_scale(2)
    open_section(host, "adapt")
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    tabs, choice = host.find("adaptTabs")._real, host.find("adaptTabsChoice")._real
    for width in (300, 900, 300):
        resize(host, width)
        host.process(0.2)
        isNarrow = tabs.tabBar().sizeHint().width() > tabs.width()
        assert isNarrow == (width < 900), "as wide as the test means"
        assert (choice.isVisible(), tabs.tabBar().isVisible()) == (isNarrow, not isNarrow)
    assert [choice.itemText(index) for index in range(5)] == ["Stages", "Curves", "Sample", "Scores", "Log"]
    choice.setCurrentIndex(3)
    assert tabs.currentIndex() == 3 and host.find("adaptScores")._real.isVisible()
    tabs.setCurrentIndex(4)
    assert choice.currentText() == "Log"


@pytest.mark.parametrize("width", [300, 400, 700])
def test_the_list_of_trainings_cuts_no_row(host: Host, width: int) -> None:
    open_section(host, "trainings")
    resize(host, width)
    shown, real = host.widget.panel.trainings.table, host.find("trainingsTable")._real
    real.setVisible(True)
    state = "Training 12 %, about 49 min left in this stage, stage 3 of 26: Translation: train"
    for number in range(12):
        said = state if number % 3 else "Finished"
        shown.show(Path(f"t{number}"), (f"t{number}", said, said[:13], "0.785 (iteration 1)", "0.785", "yesterday"), said)
    host.process(0.2)
    bottoms = [real.rowViewportPosition(row) + real.rowHeight(row) for row in range(12)]
    assert real.viewport().height() in bottoms[:-1]


def test_measurements_that_have_no_room_side_by_side_stand_below_each_other(host: Host, font_scale: Any) -> None:
    font_scale(2)
    open_section(host, "segment")
    shown, table = host.widget.panel.segment.results, host.find("segmentTable")._real
    rows = [measurements("", structure) for structure in ("Vestibular schwannoma", "Cochlea")]
    table_node = segment_results().measurementTable(rows)
    host.process(0.1)  # what has come is looked at
    shown.showTable(table_node)
    for width, columns in ((300, 1), (900, 2), (300, 1)):
        resize(host, width)
        host.process(0.2)
        assert table.columnCount() == columns and not table.horizontalScrollBar().isVisible()
    assert "Cochlea" in [table.item(row, 0).text() for row in range(table.rowCount())]


def test_a_training_tells_its_state_in_few_words_where_there_is_little_room(host: Host, font_scale: Any) -> None:
    font_scale(2)
    open_section(host, "trainings")
    shown, state = host.widget.panel.trainings.table, "Training 12 %, about 49 min left in this stage, stage 3 of 26: Translation: train"
    real = host.find("trainingsTable")._real
    real.setVisible(True)
    shown.show(Path("one"), ("one", state, "Training 12 %", "0.785 (iteration 1)", "0.785", "yesterday"), state)
    seen = {}
    for width in (300, 700, 300, 400):
        resize(host, width)
        host.process(0.2)
        assert_readable(real, (0, 1))
        assert real.item(0, 1).toolTip() == state
        seen[width] = real.item(0, 1).text()
    assert seen == {300: "Training 12 %", 400: "Training 12 %", 700: state}


@pytest.mark.parametrize("values", [[0.5], [0.5, float("nan")], [float("nan"), 0.5]])
def test_a_curve_of_one_point_is_seen(host: Host, values: list[float]) -> None:
    from CrossMoDAUDALib.panel.curves import ON_LIGHT, drawCurves

    palette = QtGui.QPalette(QtGui.QColor("white"))
    steps = list(range(4, 4 + len(values)))
    label = host.find("adaptCurves")
    label._real.setPalette(palette)
    pixmap = drawCurves({"one": (steps, values)}, 300, 200, 1, label.palette, label.font, (0.0, 1.0))
    picture = getattr(pixmap, "_real", pixmap).toImage()
    wanted = QtGui.QColor(*ON_LIGHT[0])
    places = [(x, y) for x in range(60, 300) for y in range(40, 200) if picture.pixelColor(x, y) == wanted]
    assert len(places) >= 4, "below the legend"


def test_what_other_programs_copy_is_not_fetched(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    label = host.widget.panel.segment.ui.segmentStatus
    host.widget.panel.segment.say(label, LONG_NAME)
    other = OtherProgram()
    monkeypatch.setattr(host.widget.panel.fitting, "_clipboard", other)
    QtWidgets.QApplication.clipboard().setText("something new")
    assert other.asked == 0
    resize(host, 300)
    host.process(0.3)
    label._real.setSelection(0, len(label.text))
    QtWidgets.QApplication.clipboard().setText("something newer")
    assert other.asked == 1, "only what is selected in the panel is compared"
