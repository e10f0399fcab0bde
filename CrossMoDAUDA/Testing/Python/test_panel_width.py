"""How wide the panel is: nothing that it shows makes Slicer's window wider, and in a narrow panel everything can still be read."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path
from typing import Any

import pytest
from panel_actions import add_scan, open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtCore, QtGui, QtWidgets
from Testing.Host import Host, sizes, ui

MODULE = Path(__file__).parents[2] / "CrossMoDAUDA.py"
LONG_NAME = "crossmoda2023_etz_103_hrT2_with_a_really_long_description_of_the_series_0001"
SECTIONS = ("dependencies", "segment", "translate", "adapt", "trainings", "evaluate", "followUp")


def window(host: Host) -> Any:
    return host.module_frame().window()


def resize(host: Host, width: int) -> None:
    """Give Slicer's module panel a width, as a user drags it."""
    window(host).resize(width, 900)
    host.process(0.2)
    assert window(host).width() == width


def show_measurements(host: Host, rows: list[Any]) -> None:
    """Show a table of measurements once what has come is looked at."""
    table = segment_results().measurementTable(rows)
    host.process(0.1)
    host.widget.panel.segment.results.showTable(table)


def narrowest(host: Host) -> int:
    """The width that the module panel cannot be dragged below."""
    host.process(0.1)
    return int(host._application.main_window.panel.minimumSizeHint().width())


# The stand-in is as strict as Slicer -----------------------------------------------------------------------------------


def test_a_picture_as_wide_as_its_label_makes_the_stand_ins_window_grow(host: Host) -> None:
    label = QtWidgets.QLabel()
    host.module_frame().layout().addWidget(label)
    host.process(0.1)
    widths = []
    for _ in range(4):
        label.setPixmap(QtGui.QPixmap(label.width(), 20))
        host.process(0.1)
        widths.append(window(host).width())
    assert all(before < after for before, after in itertools.pairwise(widths)), widths


def test_the_stand_in_asks_for_the_width_that_a_long_text_would_like(host: Host) -> None:
    label = QtWidgets.QLabel("a long warning " * 30)
    label.setWordWrap(True)
    before = narrowest(host)
    host.module_frame().layout().addWidget(label)
    assert label.minimumSizeHint().width() < 200 < before < narrowest(host)


def test_a_list_of_nodes_is_as_wide_as_its_longest_name(host: Host) -> None:
    made = sizes.node_list(host.module_frame())
    made.addItem(LONG_NAME)
    assert made.minimumSizeHint().width() > made.fontMetrics().horizontalAdvance(LONG_NAME)
    made.addItem(2 * LONG_NAME)
    width = made.minimumSizeHint().width()
    assert width < made.fontMetrics().horizontalAdvance(2 * LONG_NAME)  # CTK keeps what it has asked for first


def test_tab_stops_of_tabs_and_of_what_is_in_them_are_refused() -> None:
    page = '<widget class="QWidget" name="page"><widget class="QPushButton" name="inside"/></widget>'
    tabs = f'<widget class="QTabWidget" name="tabs">{page}</widget>'
    text = f'<ui version="4.0"><class>w</class><widget class="QWidget" name="w">{tabs}</widget><tabstops>%s</tabstops></ui>'
    with pytest.raises(ui.UiError, match="tabs"):
        ui.load_text(text % "<tabstop>tabs</tabstop><tabstop>inside</tabstop>")
    assert ui.load_text(text % "<tabstop>inside</tabstop>")


# The window's width ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tab", ["curves", "sample"])
def test_curves_and_samples_leave_slicers_window_as_it_is(host: Host, tiny_experiment: Path, tab: str) -> None:
    open_section(host, "adapt")
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    host.find("adaptTabs").currentIndex = ("stages", "curves", "sample").index(tab)
    label = host.find({"curves": "adaptCurves", "sample": "adaptSamplePicture"}[tab])
    host.process(5, lambda: not label.pixmap.isNull())
    for width in (400, 700, 320):
        resize(host, width)
        heights = set()
        for _ in range(8):
            host.widget.panel.adapt.view.poll()
            host.process(0.1)
            heights.add(label.height)
            assert window(host).width() == width
        shown = label.pixmap.width() / label.pixmap.devicePixelRatio()
        assert len(heights) == 1 and 0.7 * min(label.width, label.height) < shown <= label.width


@pytest.mark.parametrize("scale", [1, 2])
def test_nothing_that_is_shown_widens_the_panel(host: Host, font_scale: Any, tiny_experiment: Path, scale: int) -> None:
    font_scale(scale)
    scan, _ = add_scan(LONG_NAME)
    panel = host.widget.panel
    for section in SECTIONS:
        host.find(f"{section}Button").collapsed = False
    before = narrowest(host)
    assert before <= 300
    resize(host, 300)
    panel.parameters.experiment = panel.parameters.model = str(tiny_experiment)
    panel.parameters.crossmoda, panel.parameters.inputVolume = "/" + "a/long/way/to" * 30, scan
    for section in panel.sections:
        name = section.widget.objectName.removesuffix("Widget")
        section.say(getattr(section.ui, f"{name}Status"), f"{LONG_NAME}: " + "a rather long warning " * 20)
    panel.segment.results.showWarnings([(LONG_NAME, ["Very_long_word" * 20, "a rather long warning " * 20])])
    show_measurements(host, [measurements("unusual volume, " * 9), measurements("", "Cochlea")])
    host.find("adaptCurveChoice").addItem("A long title of a training " * 9)
    for tab in range(host.find("adaptTabs").count):
        host.find("adaptTabs").currentIndex = tab
        host.process(0.2)
    assert narrowest(host) == before and window(host).width() == 300


# Tables ----------------------------------------------------------------------------------------------------------------


def segment_results() -> Any:
    """The panel's module, which can be imported while a host is on."""
    from CrossMoDAUDALib.panel import segment_results

    return segment_results


def measurements(warnings: str, structure: str = "Vestibular schwannoma") -> dict[str, str]:
    sizes_of_it = {"volume_ml": "1.2", "largest_axial_diameter_mm": "14.2", "distance_mm to a": "2.1", "distance_mm to b": ""}
    return {"scan": "a", "structure": structure, **sizes_of_it, "warnings": warnings}


@pytest.mark.parametrize(("width", "scale"), [(300, 1), (400, 1), (700, 1), (700, 2)])
def test_a_long_warning_leaves_the_other_structure_in_sight(host: Host, font_scale: Any, width: int, scale: int) -> None:
    font_scale(scale)
    open_section(host, "segment")
    resize(host, width)
    show_measurements(host, [measurements("unusual volume, touches the edge, on both sides"), measurements("", "Cochlea")])
    host.process(0.3)
    table = host.find("segmentTable")._real
    assert not table.horizontalScrollBar().isVisible() and not table.verticalScrollBar().isVisible()
    room = table.viewport().size()
    assert table.columnCount() == 2 and all(table.columnWidth(column) > 20 for column in range(2))
    assert sum(table.columnWidth(column) for column in range(2)) <= room.width()
    rows = sum(table.rowHeight(row) for row in range(table.rowCount()))
    assert rows <= room.height() < rows + 10, "no empty rows, and none out of sight"
    for row, column in itertools.product(range(table.rowCount()), range(2)):
        item, metrics = table.item(row, column), QtGui.QFontMetrics(table.font())
        box = QtCore.QRect(0, 0, table.columnWidth(column) - 8, 1000)
        needed = metrics.boundingRect(box, QtCore.Qt.TextFlag.TextWordWrap, item.text())
        assert needed.width() <= box.width() and needed.height() <= table.rowHeight(row), item.text()


def test_of_many_scans_the_names_leave_room_for_the_numbers(host: Host) -> None:
    open_section(host, "segment")
    resize(host, 400)
    rows = [
        {**measurements("unusual volume", structure), "scan": f"{LONG_NAME}_{scan}"} for scan in range(5) for structure in ("VS", "Cochlea")
    ]
    show_measurements(host, rows)
    host.process(0.3)
    table = host.find("segmentTable")._real
    assert table.verticalHeader().width() <= table.width() // 2
    assert table.height() < 20 * table.fontMetrics().height() + 2, "the rest is scrolled to"


def write_scores(folder: Path, trainings: int) -> None:
    """The table of scores of an experiment: source only, then each iteration."""
    names = ["dice_mean", "dice_Vestibular schwannoma", "dice_Cochlea", "assd_mm_Vestibular schwannoma", "assd_mm_Cochlea"]
    header = ["method", "cases", *(column for name in names for column in (name, f"{name}_std"))]
    methods = ["source only", *(f"iteration {number}" for number in range(trainings - 1))]
    with (folder / "evaluation" / "table.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(
            [header, *([method, 12, *("0.81234" if i % 2 == 0 else "0.0344" for i in range(10))] for method in methods)]
        )


@pytest.mark.parametrize(("width", "trainings", "scale"), [(300, 2, 1), (400, 5, 1), (700, 5, 1), (300, 3, 2)])
def test_scores_of_all_trainings_are_seen_at_once(
    host: Host, started: Any, font_scale: Any, width: int, trainings: int, scale: int
) -> None:
    font_scale(scale)
    (started.folder / "evaluation").mkdir()
    write_scores(started.folder, trainings)
    open_section(host, "adapt")
    host.widget.panel.parameters.experiment = str(started.folder)
    host.find("adaptTabs").currentIndex = 3
    resize(host, width)
    host.process(0.3)
    table = host.find("adaptScores")._real
    assert (table.rowCount(), table.columnCount()) == (6, trainings)
    assert not table.horizontalScrollBar().isVisible()
    metrics = table.fontMetrics()
    for row, column in itertools.product(range(6), range(trainings)):
        item = table.item(row, column)
        assert max(metrics.horizontalAdvance(line) for line in item.text().split("\n")) < table.columnWidth(column) - 6
        assert row == 0 or "0.812 ± 0.034" in item.toolTip()
    assert table.horizontalHeaderItem(0).text().split()[-1] == str(trainings - 2) and table.horizontalHeaderItem(0).toolTip()
    assert table.verticalHeaderItem(2).text().split() == ["DSC,", "Vestibular", "schwannoma"]
    if width == 700:
        assert table.item(1, 0).text() == "0.812 ± 0.034"


# Columns and texts -----------------------------------------------------------------------------------------------------


def fields(host: Host) -> dict[str, tuple[QtCore.QPoint, QtCore.QPoint]]:
    """Where the visible fields that have labels lie, and their labels, by the fields' names."""
    frame, found = host.module_frame(), {}
    for label in frame.findChildren(QtWidgets.QLabel):
        if label.buddy() is not None and label.isVisible() and label.objectName():
            found[label.buddy().objectName()] = (label.buddy().mapTo(frame, QtCore.QPoint()), label.mapTo(frame, QtCore.QPoint()))
    return found


@pytest.mark.parametrize(
    ("width", "scale", "is_beside"), [(300, 1, False), (400, 1, True), (700, 1, True), (400, 2, False), (700, 2, True)]
)
def test_the_fields_of_all_sections_begin_at_one_place(host: Host, font_scale: Any, width: int, scale: int, is_beside: bool) -> None:
    font_scale(scale)
    open_section(host, "segment", "translate", "adapt", "trainings", "evaluate")
    resize(host, width)
    host.process(0.3)
    found = fields(host)
    assert len(found) > 12
    if is_beside:
        starts = {name: place.x() for name, (place, _label) in found.items() if name != "segmentModelPath"}
        assert max(starts.values()) - min(starts.values()) <= 1, starts
    for name, (place, label) in found.items():
        assert (place.x() > label.x() and abs(place.y() - label.y()) < 10 * scale) if is_beside else place.y() > label.y(), name


@pytest.mark.parametrize("width", [300, 400])
def test_rows_that_come_later_are_aligned_and_those_that_go_take_their_space_with_them(host: Host, width: int) -> None:
    """Slicer's Qt 5 keeps the space around hidden rows of a form (QFormLayout), so these are taken out of it."""
    open_section(host, "adapt")
    resize(host, width)
    host.process(0.3)
    scans, form = host.find("adaptScansKind"), host.find("adaptScansLayout")
    for kind, there, gone in (("folders", "adaptSourceImages", "adaptCrossmoda"), ("crossmoda", "adaptCrossmoda", "adaptSourceImages")):
        scans.currentIndex = scans.findData(kind)
        host.process(0.3)
        assert form.indexOf(host.find(there)) >= 0 and form.indexOf(host.find(gone)) < 0
        assert form.indexOf(host.find(f"{gone}Label")) < 0 and not host.find(gone).visible
        held = [form.itemAt(index).widget() for index in range(form.count())]
        assert [widget.objectName for widget in held if widget is not None and not widget.visible] == [], "nothing hidden, of any kind"
        found = fields(host)
        order = sorted((place.y(), name) for name, (place, _label) in found.items())
        names = [name for _y, name in order]
        assert names.index("adaptScansKind") < names.index(there) < names.index("adaptEvaluateImages"), names
        if width == 400:
            starts = {name: place.x() for name, (place, _label) in found.items()}
            assert max(starts.values()) - min(starts.values()) <= 1, starts


@pytest.mark.parametrize("language", ["en_US", "de_DE"])
def test_what_a_new_user_chooses_among_is_whole_in_a_panel_of_slicers_width(language: str) -> None:
    with Host(MODULE, language=language) as host:
        open_section(host, "segment", "adapt")
        resize(host, 420)
        host.process(0.3)
        for name in ("adaptScansKind", "adaptPreset", "segmentInputKind"):
            choice = host.module_frame().findChild(QtWidgets.QComboBox, name)
            option = QtWidgets.QStyleOptionComboBox()
            choice.initStyleOption(option)
            part = QtWidgets.QStyle.SubControl.SC_ComboBoxEditField
            room = choice.style().subControlRect(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option, part, choice).width()
            texts = [choice.itemText(index) for index in range(choice.count())]
            wide = {text: choice.fontMetrics().horizontalAdvance(text) - room for text in texts}
            assert max(wide.values()) <= 0, wide


@pytest.mark.parametrize("width", [300, 400])
def test_long_names_are_broken_and_copied_whole(host: Host, width: int) -> None:
    open_section(host, "segment")
    resize(host, 700)
    panel, text = host.widget.panel, f"Done: {LONG_NAME} segmentation."
    label = panel.segment.ui.segmentStatus
    panel.segment.say(label, text)
    host.process(0.1)
    assert label.text == text, "there is room"
    resize(host, width)
    host.process(0.3)
    metrics = QtGui.QFontMetrics(label._real.font())
    box = QtCore.QRect(0, 0, label.width, 1000)
    needed = metrics.boundingRect(box, QtCore.Qt.TextFlag.TextWordWrap, label.text)
    assert needed.width() <= label.width and needed.height() <= label.height
    assert label.text != text
    label._real.setSelection(0, len(label.text))
    QtWidgets.QApplication.clipboard().setText(label._real.selectedText())
    assert QtWidgets.QApplication.clipboard().text() == text


class OtherProgram:
    """A clipboard whose text has to be fetched from another program, which may take long."""

    asked = 0

    def text(self) -> str:
        self.asked += 1
        return "from elsewhere"


@pytest.mark.parametrize("scale", [1, 2])
def test_no_scroll_bar_lies_over_the_scores(host: Host, tiny_experiment: Path, font_scale: Any, scale: int) -> None:
    font_scale(scale)
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    host.find("adaptTabs").currentIndex = 3
    table = host.find("adaptScores")._real
    for width in (700, 300, 420, 400):
        resize(host, width)
        host.process(0.3)
        assert table.rowCount() == 6 and not table.verticalScrollBar().isVisible(), width
        bar = table.horizontalScrollBar()
        high = table.horizontalHeader().height() + table.verticalHeader().length() + (bar.height() if bar.isVisible() else 0)
        assert high + 2 * table.frameWidth() <= table.height(), width
        assert scale == 2 or not bar.isVisible(), width


def test_a_narrow_field_tells_its_whole_text(host: Host) -> None:
    for name, text in (("adaptCrossmoda", "/a/long/way/to/the scans"), ("adaptPreset", "Laptop (about 75 minutes)")):
        field = host.find(name)
        tip = field.toolTip.split("\n")[-1]
        if name == "adaptPreset":
            field.currentIndex = field.findText(text)
        else:
            field.currentPath = text
        assert field.toolTip.split("\n") == [text, tip] and tip


def overlapping(frame: Any) -> list[tuple[str, str, int]]:
    """The visible neighbours in a layout that are drawn over each other, and by how many points."""
    found = []
    for parent in (each for each in frame.findChildren(QtWidgets.QWidget) if each.layout() is not None and each.isVisible()):
        children = parent.findChildren(QtWidgets.QWidget, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly)
        laid = [widget for widget in children if widget.isVisible() and parent.layout().indexOf(widget) >= 0]
        for one, other in itertools.combinations(laid, 2):
            common = one.geometry().intersected(other.geometry())
            if common.width() > 1 and common.height() > 1:
                found.append((one.objectName(), other.objectName(), common.height()))
    return found


@pytest.mark.parametrize("width", [295, 420])
@pytest.mark.parametrize("tab", ["stages", "curves", "sample", "scores"])
def test_nothing_lies_over_its_neighbour_at_the_height_that_is_asked_for(host: Host, tiny_experiment: Path, width: int, tab: str) -> None:
    """Slicer at times gives a module just that; texts in several lines ask for less than they take unless they are told to."""
    open_section(host, "adapt")
    resize(host, width)
    host.widget.panel.parameters.experiment = str(tiny_experiment)
    host.find("adaptTabs").currentIndex = ("stages", "curves", "sample", "scores").index(tab)
    host.process(1.0)
    section = host.find("adaptWidget")._real
    for _time in range(2):  # what is arranged anew at that height may ask for another
        section.setMaximumHeight(section.minimumSizeHint().height())
        host.process(0.2)
    assert overlapping(section) == []


@pytest.mark.parametrize(("width", "scale", "is_whole"), [(295, 1, True), (295, 2, False), (700, 2, True)])
def test_a_section_drops_the_end_of_its_title_where_that_would_be_cut(
    host: Host, font_scale: Any, width: int, scale: int, is_whole: bool
) -> None:
    font_scale(scale)
    button = host.find("adaptButton")
    resize(host, width)
    metrics = QtGui.QFontMetrics(button._real.font())
    whole = "Adapt (train)"
    fits = metrics.horizontalAdvance(whole) + 2 * metrics.height() <= host.find("adaptWidget").width
    assert button.text == (whole if fits else "Adapt")
    assert fits == is_whole or scale == 2, "letters differ from system to system"
    resize(host, 900)
    assert button.text == whole
