"""Whether everybody can work with the panel: in any language, by keyboard, with large letters in a narrow panel."""

from __future__ import annotations

import contextlib
import itertools
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from panel_actions import add_scan, choose

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from CrossMoDAUDALib.core.settings import setting_fields
from CrossMoDAUDALib.translation.registry import registrations
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from Testing.Host import Host

MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"
SECTIONS = ("dependencies", "segment", "translate", "adapt", "trainings", "evaluate", "followUp")


def open_all(host: Host) -> None:
    """Open every section and every group in it."""
    for section in SECTIONS:
        host.find(f"{section}Button").collapsed = False
    for group in host.module_frame().findChildren(QtWidgets.QGroupBox):
        group.setChecked(True)
    host.process(0.05)


def panel(host: Host) -> Any:
    """The panel that is open now; another one after a reload."""
    return host.widget.panel


# Texts -----------------------------------------------------------------------------------------------------------------

# What needs no translation: numbers, file names, the names of packages, structures, settings' values and log lines' times.
PACKAGE_NAMES = {"torch", "nnunetv2", "numpy", "SimpleITK", "scipy", "safetensors", "tqdm", "pillow", "psutil", "platformdirs"}
VALUES = {"3d_fullres", "nnUNetTrainer", "challenge2022", "medpy", "all", "none", "Vestibular schwannoma:1,Cochlea:2", "..."}
VALUES |= {"SGD", "AdamW"}  # names
VALUES |= {choice for declared, _ in setting_fields().values() for choice in declared.metadata.get("choices") or ()}
STRUCTURES = {"Vestibular schwannoma", "Cochlea"}
NODES = {"Scan A", "prediction", "reference"}
NUMBER = re.compile(r"-?\d+(\.\d+)?%?")
COUNTED = re.compile(r"\d+ (?=⟦)")  # a number with what it counts


def is_data(text: str) -> bool:
    sections = {known.title.partition(",")[0] for known in registrations()}  # names, as those of their settings' groups
    known = PACKAGE_NAMES | VALUES | STRUCTURES | NODES | sections
    return text in known or bool(NUMBER.fullmatch(text)) or (len(text) < 200 and Path(text).exists())


def is_translated(text: str) -> bool:
    """Whether nothing but punctuation is outside the marks."""
    return "⟦" in text and not re.search(r"\w", re.sub(r"⟦.*⟧", "", COUNTED.sub("", text, count=1), flags=re.DOTALL))


def test_every_text_is_translated(tiny_experiment: Path) -> None:
    with Host(MODULE, mark_translated=True) as host:
        seen = set(host.texts())
        add_scan()
        panel(host).parameters.model = panel(host).parameters.experiment = str(tiny_experiment)
        host.process(0.1)
        seen |= set(host.texts())
        for tab in range(host.find("adaptTabs").count):
            host.find("adaptTabs").currentIndex = tab
            host.process(0.05)
        seen |= set(host.texts())
        for kind in ("scene", "folder"):
            choose(host, "segmentInputKind", kind)
            seen |= set(host.texts())
        choose(host, "adaptScansKind", "folders")
        panel(host).parameters.experiment = ""
        host.process(0.05)
        seen |= set(host.texts())
    assert len(seen) > 200
    # A field's tool tip begins with its text.
    untold = [text for text in seen if not all(is_data(part) or is_translated(part) for part in text.split("\n", text[:1] != "⟦"))]
    assert sorted(text for text in untold if not is_translated(text)) == []


def test_what_slicer_lists_is_translated() -> None:
    import slicer

    with Host(MODULE, mark_translated=True):
        listed = slicer.modules.crossmodauda
        assert is_translated(listed.title) and is_translated(listed.helpText) and is_translated(listed.acknowledgementText)
        assert list(listed.categories) == ["⟦Segmentation⟧"]
        assert not listed.icon.isNull()


# Keyboard --------------------------------------------------------------------------------------------------------------

INTERACTIVE = (
    QtWidgets.QAbstractButton,
    QtWidgets.QComboBox,
    QtWidgets.QLineEdit,
    QtWidgets.QAbstractSpinBox,
    QtWidgets.QAbstractItemView,
    QtWidgets.QPlainTextEdit,
    QtWidgets.QTabBar,
    QtWidgets.QGroupBox,
    QtWidgets.QSlider,
)


def named(widget: Any) -> tuple[str, Any]:
    """The widget of the form that a widget inside it belongs to, with its name; a group of settings has only a title."""
    own = widget
    while not own.objectName() or own.objectName().startswith("qt_"):
        if isinstance(own, QtWidgets.QGroupBox):
            return own.title(), own
        own = own.parentWidget()
    return own.objectName(), own


def interactive(host: Host) -> dict[str, Any]:
    """What can be worked with and is visible now, by name, with its place from the panel's top."""
    found = {}
    for widget in host.module_frame().findChildren(QtWidgets.QWidget):
        if isinstance(widget, INTERACTIVE) and widget.isVisible() and widget.focusPolicy() & QtCore.Qt.FocusPolicy.TabFocus:
            name, own = named(widget)
            found[name] = own
    return found


def tabbed(host: Host, window: Any) -> list[str]:
    """Where the focus goes with the Tab key, from the panel's first widget until it comes back or leaves the panel."""
    frame = host.module_frame()
    first = host.find("dependenciesButton")._real
    window.activateWindow()
    first.setFocus()
    host.process(0.05)
    order: list[str] = []
    for _ in range(200):
        focused = QtWidgets.QApplication.focusWidget()
        if focused is None or not frame.isAncestorOf(focused) or (focused is first and order):
            break
        name, _own = named(focused)
        order += [name] if not order or order[-1] != name else []
        QtTest.QTest.keyClick(focused, QtCore.Qt.Key.Key_Tab)
    return order


@pytest.fixture
def full_panel(host: Host, tiny_experiment: Path, tiny_cohort: Path) -> Host:
    """The panel with everything open, its tables filled and all that can be enabled."""
    return filled(host, tiny_experiment, tiny_cohort)


@pytest.fixture
def german_panel(tiny_experiment: Path, tiny_cohort: Path) -> Iterator[Host]:
    """The same in German, whose words are longer."""
    with Host(MODULE, language="de_DE") as host:
        yield filled(host, tiny_experiment, tiny_cohort)


def filled(host: Host, experiment: Path, cohort: Path) -> Host:
    """The panel with all that it can show."""
    scan, _ = add_scan()
    parameters = panel(host).parameters
    parameters.model, parameters.crossmoda, parameters.inputVolume = str(experiment), str(cohort), scan
    parameters.experiment = str(experiment.parent / "another")
    cases = panel(host).adapt.cases
    for number in range(3):
        cases.add({"case": f"case {number}", "domain": "source", "size": "40 x 36 x 16", "spacing": "1 x 1 x 1", "problems": []})
    open_all(host)
    return host


STATES = ["new", "folders", "experiment", "messages"]


def show(host: Host, name: str, experiment: Path) -> None:
    """Bring the panel into one of the states in which it shows different things."""
    parameters = panel(host).parameters
    if name == "folders":
        parameters.inputKind, parameters.scansKind = "folder", "folders"
    if name == "experiment":
        parameters.experiment = str(experiment)
    if name == "messages":
        for section in panel(host).sections:
            section.say(getattr(section.ui, section.widget.objectName.removesuffix("Widget") + "Status"), "A rather long sentence. " * 9)
    host.process(0.05)


@pytest.mark.parametrize("shown", STATES)
def test_tab_goes_through_everything_from_top_to_bottom(full_panel: Host, shown: str, tiny_experiment: Path) -> None:
    host = full_panel
    show(host, shown, tiny_experiment)
    frame = host.module_frame()
    order = tabbed(host, frame.window())
    wanted = interactive(host)
    enabled = {name for name, widget in wanted.items() if widget.isEnabled()}
    assert enabled - set(order) == set()
    assert len(order) == len(set(order)), order
    places = [(name, wanted[name].mapTo(frame, QtCore.QPoint())) for name in order]
    for (name, place), (following, below) in itertools.pairwise(places):
        is_beside = abs(below.y() - place.y()) < 12 and below.x() > place.x()
        assert below.y() > place.y() or is_beside, f"{name} to {following}"


TABS = (QtWidgets.QTabWidget, QtWidgets.QTabBar)  # each tab has its own tool tip
RESULTS = ("segmentTable", "evaluateTable")  # a table of the scene has one for the whole


@pytest.mark.parametrize("shown", STATES)
def test_everything_explains_itself(full_panel: Host, shown: str, tiny_experiment: Path) -> None:
    show(full_panel, shown, tiny_experiment)
    frame = full_panel.module_frame()
    silent = {name: widget for name, widget in interactive(full_panel).items() if not widget.toolTip() and not isinstance(widget, TABS)}
    assert [name for name, widget in silent.items() if widget.objectName()] == []  # a group of settings has only a title
    assert [bar.objectName() for bar in frame.findChildren(QtWidgets.QProgressBar) if not bar.toolTip()] == []
    for tabs in frame.findChildren(QtWidgets.QTabWidget):
        assert [tabs.tabText(index) for index in range(tabs.count()) if not tabs.tabToolTip(index)] == []
    for table in frame.findChildren(QtWidgets.QTableWidget):
        items = [table.horizontalHeaderItem(column) for column in range(table.columnCount())]
        assert [item.text() for item in items if not item.toolTip()] == [] or table.objectName() in RESULTS
    for label in frame.findChildren(QtWidgets.QLabel):
        field = label.objectName().removesuffix("Label")
        if label.objectName().endswith("Label") and field:
            assert label.buddy() is not None and label.buddy().objectName() == field
    assert sum(label.buddy() is not None for label in frame.findChildren(QtWidgets.QLabel)) > 30


@pytest.mark.parametrize("shown", ["new", "folders", "experiment"])
def test_every_label_and_button_has_its_own_letter(full_panel: Host, shown: str, tiny_experiment: Path) -> None:
    show(full_panel, shown, tiny_experiment)
    assert_own_letters(full_panel)


@pytest.mark.parametrize("shown", ["new", "folders", "experiment"])
def test_every_label_and_button_has_its_own_letter_in_german(german_panel: Host, shown: str, tiny_experiment: Path) -> None:
    show(german_panel, shown, tiny_experiment)
    assert_own_letters(german_panel)


def assert_own_letters(host: Host) -> None:
    """In each section no two visible labels or buttons have one letter."""
    panel(host).segment.results.showWarnings([("Scan", ["Odd."])])
    host.process(0.05)
    for section in ("status", *SECTIONS):
        root, letters = host.find(f"{section}Widget")._real, dict.fromkeys("FEVH", "Slicer's menus")
        for widget in [*root.findChildren(QtWidgets.QLabel), *root.findChildren(QtWidgets.QPushButton)]:
            is_settings = "setting_" in (widget.buddy().objectName() if isinstance(widget, QtWidgets.QLabel) and widget.buddy() else "")
            if not widget.isVisible() or is_settings or (isinstance(widget, QtWidgets.QLabel) and widget.buddy() is None):
                continue
            marked = re.findall(r"&(\w)", widget.text())
            assert len(marked) == 1, widget.text()
            assert marked[0].upper() not in letters, f"{widget.text()} and {letters[marked[0].upper()]}"
            letters[marked[0].upper()] = widget.text()


@pytest.mark.parametrize(
    "inside",
    [
        ["adaptStages"],
        ["adaptCurveChoice", "adaptCurvesView"],
        ["adaptSampleEpoch", "adaptSampleOutline"],
        ["adaptScores", "adaptScoresView"],
        ["adaptLog"],
    ],
)
def test_tab_goes_through_the_tabs_and_on(full_panel: Host, inside: list[str], tiny_experiment: Path) -> None:
    show(full_panel, "experiment", tiny_experiment)
    tabs = full_panel.find("adaptTabs")._real
    tabs.setCurrentIndex(next(index for index in range(tabs.count()) if tabs.widget(index).findChild(QtWidgets.QWidget, inside[0])))
    full_panel.process(0.05)
    order = tabbed(full_panel, full_panel.module_frame().window())
    after = order[order.index("adaptTabs") :][: len(inside) + 8]
    buttons = ["adaptShowCaseChoice", "adaptShowCase", "adaptUseModel", "adaptReport", "adaptOpenFolder", "adaptPackage", "adaptExport"]
    assert after == ["adaptTabs", *inside, *buttons]


# Sizes -----------------------------------------------------------------------------------------------------------------


def cut_off(frame: Any) -> list[str]:
    """The labels and buttons whose text has not the room that it needs."""
    found = []
    for widget in frame.findChildren(QtWidgets.QWidget):
        if not widget.isVisible() or not isinstance(widget, QtWidgets.QLabel | QtWidgets.QAbstractButton) or not widget.text():
            continue
        metrics = QtGui.QFontMetrics(widget.font())
        if isinstance(widget, QtWidgets.QLabel):
            text = widget.text().replace("&", "") if widget.buddy() is not None else widget.text()
            needed = widget.heightForWidth(widget.width()) if widget.wordWrap() else widget.sizeHint().height()
            words = text.replace("\u200b", " ").split() if widget.wordWrap() else [text]
            wide = max(metrics.horizontalAdvance(word) for word in words)
            if not any("/" in word or "\\" in word for word in words) and widget.width() < wide:
                found.append(f"too narrow: {widget.text()}")
            if widget.height() < needed:
                found.append(f"too low: {widget.text()}")
        elif widget.width() < metrics.horizontalAdvance(widget.text().replace("&", "")):
            found.append(f"too narrow: {widget.text()}")
        elif widget.height() < metrics.height():
            found.append(f"too low: {widget.text()}")
        if widget.mapTo(frame, QtCore.QPoint(widget.width(), 0)).x() > frame.parentWidget().width():
            found.append(f"outside: {widget.text()}")
    return found + cut_titles(frame)


def cut_titles(frame: Any) -> list[str]:
    """The columns' titles that have not the room that they need, of tables whose letters fit into the panel."""
    found = []
    for header in frame.findChildren(QtWidgets.QHeaderView):
        if not header.isVisible() or header.orientation() != QtCore.Qt.Orientation.Horizontal:
            continue
        metrics = QtGui.QFontMetrics(header.font())
        for column in (place for place in range(header.count()) if not header.isSectionHidden(place)):
            title = str(header.model().headerData(column, header.orientation()) or "")
            if header.sectionSize(column) < max(map(metrics.horizontalAdvance, title.split("\n"))):
                found.append(f"title too narrow: {title}")
    return found


def squeezed(frame: Any) -> list[str]:
    """The fields and groups that are lower than they need to be."""
    kinds = QtWidgets.QGroupBox | QtWidgets.QComboBox | QtWidgets.QPushButton | QtWidgets.QAbstractSpinBox
    found = [widget for widget in frame.findChildren(QtWidgets.QWidget) if widget.isVisible() and isinstance(widget, kinds)]
    return [widget.objectName() for widget in found if widget.height() < widget.minimumSizeHint().height()]


def test_messages_take_no_room_from_others(host: Host) -> None:
    open_all(host)
    frame, ui = host.module_frame(), panel(host).segment.ui
    adapt, evaluate = panel(host).adapt.ui, panel(host).evaluate.ui
    for words in (48, 88, 2, 48):
        for label in (ui.segmentModelInfo, ui.segmentStatus, adapt.adaptCheckStatus, adapt.adaptStatus, evaluate.evaluateStatus):
            panel(host).segment.say(label, "short words " * (words // 2))
            host.process(0.05)
            with contextlib.suppress(TimeoutError):  # what is arranged anew takes several turns of the event loop
                host.process(5, lambda: not cut_off(frame) and not squeezed(frame))
            assert (cut_off(frame), squeezed(frame)) == ([], []), label.objectName


@pytest.mark.parametrize("shown", STATES)
@pytest.mark.parametrize("scale", [1, 2])
def test_no_text_is_cut_off(full_panel: Host, font_scale: Callable[[float], None], scale: int, shown: str, tiny_experiment: Path) -> None:
    font_scale(scale)
    show(full_panel, shown, tiny_experiment)
    for width in (300, 400, 700):
        assert_nothing_is_cut_off(full_panel, width)


@pytest.mark.parametrize(("width", "scale", "shown"), [(300, 1, "folders"), (300, 2, "folders"), (300, 2, "experiment"), (400, 2, "new")])
def test_no_german_text_is_cut_off(
    german_panel: Host, font_scale: Callable[[float], None], width: int, scale: int, shown: str, tiny_experiment: Path
) -> None:
    font_scale(scale)
    show(german_panel, shown, tiny_experiment)
    assert_nothing_is_cut_off(german_panel, width)


def assert_nothing_is_cut_off(host: Host, width: int) -> None:
    """At a width, in the light and in the dark style."""
    from Testing.Host import appearance

    frame = host.module_frame()
    for dark in (False, True):
        appearance.dress(QtWidgets.QApplication.instance(), dark)
        frame.window().resize(width, 900)
        with contextlib.suppress(TimeoutError):  # what is arranged anew takes several turns of the event loop
            host.process(5, lambda: frame.window().width() == width and not cut_off(frame))
        assert frame.window().width() == width  # not wider than its panel
        assert cut_off(frame) == []
    appearance.dress(QtWidgets.QApplication.instance())
