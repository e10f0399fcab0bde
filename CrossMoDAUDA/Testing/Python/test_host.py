"""The stand-in for Slicer that the panel's tests run in: it refuses what Slicer lacks, and loses nothing that fails."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("PySide6")
slicer: Any = pytest.importorskip("slicer")

from Testing.Host import Host  # noqa: E402


@pytest.fixture
def host() -> Iterator[Host]:
    """The application without a module."""
    with Host() as made:
        yield made


def test_properties_are_attributes_and_methods_are_called(host: Host) -> None:
    import qt

    button = qt.QPushButton("Go")
    button.enabled = False
    assert (button.text, button.enabled, button.isEnabled()) == ("Go", False, False)
    button.name = "go"
    assert button.objectName == "go"
    label = qt.QLabel()
    label.alignment = qt.Qt.AlignRight | qt.Qt.AlignTop
    label.setAlignment(int(label.alignment))
    assert label.alignment == qt.Qt.AlignRight | qt.Qt.AlignTop
    frame = qt.QWidget()
    box = qt.QVBoxLayout(frame)
    box.addWidget(button)
    assert frame.layout() is box
    assert frame.findChildren(qt.QPushButton) == (button,)
    assert frame.children() == (box, button)
    assert isinstance(button, qt.QWidget)
    assert type(frame.findChild("QPushButton", "go")) is qt.QPushButton


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (lambda qt: qt.QPushButton().caption, AttributeError),
        (lambda qt: qt.QPushButton().is_enabled(), AttributeError),  # PySide's other spelling
        (lambda qt: qt.QPushButton().text(), TypeError),  # a property is no method
        (lambda qt: setattr(qt.QPushButton(), "colour", "red"), AttributeError),
        (lambda qt: setattr(qt.QPushButton(), "click", None), AttributeError),
        (lambda qt: setattr(qt.QTimer(), "singleShot", True), AttributeError),  # PythonQt finds the static function of that name
        (lambda qt: setattr(qt.QWidget(), "width", 5), AttributeError),  # read-only
        (lambda qt: setattr(qt.QLabel(), "text", 5), TypeError),
        (lambda qt: setattr(qt.QLineEdit(), "text", Path("a")), TypeError),
        (lambda qt: qt.QPushButton(parent=None), TypeError),  # PythonQt takes no keyword arguments
        (lambda qt: qt.QLabel().setText(text="a"), TypeError),
        (lambda qt: qt.QMenu().addAction("Go", lambda: None), TypeError),  # PySide takes a callable here
        (lambda qt: qt.QCheckBox().checkStateChanged, AttributeError),  # only in Qt 6
        (lambda qt: qt.QVBoxLayout().margin, AttributeError),  # only in Qt 5
        (lambda qt: qt.QPushButton().connect("pushed()", print), ValueError),
        (lambda qt: qt.QComboBox().connect("currentIndexChanged(QString)", print), ValueError),  # not in Qt 6
        (lambda qt: qt.QCheckBox().clicked.emit(True), AttributeError),
        (lambda qt: qt.Signal, AttributeError),
        (lambda qt: qt.QRegExp, AttributeError),
        (lambda qt: qt.Qt.ColorScheme, AttributeError),
        (lambda qt: qt.QSizePolicy.Policy, AttributeError),
    ],
)
def test_what_slicer_lacks_is_refused(host: Host, action: Any, error: type[Exception]) -> None:
    import qt

    with pytest.raises(error):
        action(qt)


def test_ctk_and_slicer_widgets_refuse_too(host: Host) -> None:
    import ctk

    with pytest.raises(AttributeError, match="not in the stand-in"):
        ctk.ctkRangeWidget()
    with pytest.raises(AttributeError, match="ctkNothing"):
        _ = ctk.ctkNothing
    with pytest.raises(AttributeError, match="rowCount"):
        _ = slicer.qMRMLTableView().rowCount
    with pytest.raises(AttributeError, match="theApplication"):
        _ = slicer.app.theApplication
    with pytest.raises(AttributeError):
        _ = slicer.modules.nothing


def test_signals_give_a_callable_what_it_takes(host: Host) -> None:
    import qt

    got: list[Any] = []

    class Listener:
        def take(self, checked: bool) -> None:
            got.append(checked)

        def none(self) -> None:
            got.append("none")

    button, listener = qt.QPushButton(), Listener()
    button.checkable = True
    button.connect("clicked(bool)", listener.take)
    button.connect("clicked(bool)", listener.none)
    button.clicked.connect(lambda *arguments: got.append(arguments))
    button.click()
    assert got == [True, "none", (True,)]
    assert button.disconnect("clicked(bool)", listener.take)
    assert not button.disconnect("clicked(bool)", listener.take)
    was_blocked = button.blockSignals(True)
    button.click()
    assert button.blockSignals(was_blocked) is True
    assert len(got) == 3


def test_an_exception_in_a_slot_fails_the_test() -> None:
    def fail() -> None:
        raise KeyError("lost")

    with pytest.raises(AssertionError, match="lost"), Host():
        import qt

        button = qt.QPushButton()
        button.clicked.connect(fail)
        button.click()
    with Host() as host:
        button = qt.QPushButton()
        button.clicked.connect(fail)
        with host.expected_errors() as errors:
            button.click()
        assert isinstance(errors[0], KeyError)


def test_python_subclasses_override_virtual_methods(host: Host) -> None:
    import qt

    class Plot(qt.QWidget):
        def __init__(self) -> None:
            qt.QWidget.__init__(self)
            self.painted = 0

        def paintEvent(self, event: Any) -> None:
            super().paintEvent(event)
            painter = qt.QPainter(self)
            painter.setPen(qt.QPen(qt.QColor("#ff0000")))
            painter.drawLine(0, 0, 9, 9)
            painter.end()
            self.painted += 1

        def sizeHint(self) -> Any:
            return qt.QSize(70, 50)

    frame = qt.QWidget()
    qt.QVBoxLayout(frame).addWidget(Plot())
    frame.show()
    plot = frame.layout().itemAt(0).widget()
    assert isinstance(plot, Plot)  # the layout keeps it, with its Python side
    host.process(2.0, until=lambda: plot.painted)
    margins = frame.layout().contentsMargins()
    assert frame.sizeHint.width() == 70 + margins.left() + margins.right()
    frame.delete()


def test_what_vtk_prints_fails_the_test(host: Host) -> None:
    import vtk

    with host.expected_errors() as errors:
        vtk.vtkOutputWindow.GetInstance().DisplayWarningText("GetSegmentCenter: segment Cochlea is empty")
    assert "is empty" in str(errors[0])


def test_a_section_hides_its_contents(host: Host) -> None:
    import ctk
    import qt

    section = ctk.ctkCollapsibleButton()
    form = qt.QFormLayout(section)
    button, hidden = qt.QPushButton("in"), qt.QLabel("hidden")
    form.addRow(button)
    form.addRow(hidden)
    hidden.visible = False
    section.show()
    got: list[bool] = []
    section.contentsCollapsed.connect(got.append)
    section.collapsed = True
    assert not button.visible
    with pytest.raises(AssertionError, match="cannot be seen"):
        host.click(button)
    section.checked = True
    assert (section.collapsed, button.visible, hidden.visible) == (False, True, False)
    button.enabled = False
    with pytest.raises(AssertionError, match="disabled"):
        host.click(button)
    assert got == [True, False]
    section.delete()


def test_dialogs_are_recorded_and_answered(host: Host) -> None:
    slicer.util.errorDisplay("It failed.")
    assert host.dialogs[-1].text == "It failed."
    with pytest.raises(ZeroDivisionError), slicer.util.tryWithErrorDisplay("Worse.", waitCursor=True):
        _ = 1 / 0
    assert host.dialogs[-1].text.startswith("Worse.")
    assert "ZeroDivisionError" in host.dialogs[-1].details["detailedText"]
    host.answers += [True, False, lambda dialog: "Delete" in dialog.text]
    assert slicer.util.confirmOkCancelDisplay("Go on?") is True
    assert slicer.util.confirmYesNoDisplay("Really?") is False
    assert slicer.util.confirmYesNoDisplay("Delete it?") is True
    with pytest.raises(AssertionError, match="unanswered"):
        slicer.util.confirmYesNoDisplay("Nobody answers?")
    with pytest.raises(RuntimeError, match="pip_install"):
        slicer.util.pip_install("nothing")
    assert host.installer.calls == [("pip_install", "nothing", {})]


def test_qt_complaints_are_errors() -> None:
    import PySide6.QtWidgets as widgets

    with pytest.raises(AssertionError, match="already has a layout"), Host():
        frame = widgets.QWidget()
        for _time in range(2):
            widgets.QVBoxLayout(frame)


def test_older_slicer_has_no_packaging_module() -> None:
    with Host(version=(5, 10)) as host:
        host.installer.function = lambda requirements: requirements
        with pytest.raises(ModuleNotFoundError):
            importlib.import_module("slicer.packaging")
        with pytest.raises(TypeError):
            slicer.util.pip_install("a", requester="b")
        assert slicer.util.pip_install("a") == "a"


def test_unused_answers_fail_the_test() -> None:
    with pytest.raises(AssertionError, match="never came"), Host() as host:
        host.answers.append(True)


def test_the_event_loop_is_run_and_measured(host: Host) -> None:
    import time

    import qt

    qt.QTimer.singleShot(30, lambda: time.sleep(0.08))
    measured = host.latency(1)
    assert 75 < measured["max"] < 200
    assert measured["p50"] < 20
    with pytest.raises(TimeoutError):
        host.process(0.05, until=lambda: False)


def test_views_and_settings_are_there(host: Host) -> None:
    import qt

    manager = slicer.app.layoutManager()
    assert manager.sliceViewNames() == ("Red", "Yellow", "Green")
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    slicer.util.setSliceViewerLayers(background=volume)
    assert manager.sliceWidget("Red").sliceLogic().GetSliceCompositeNode().GetBackgroundVolumeID() == volume.GetID()
    slicer.util.resetThreeDViews()
    qt.QSettings().setValue("A/b", 3)
    assert slicer.util.settingsValue("A/b", 0, converter=int) == 3
    assert Path(slicer.app.temporaryPath).is_dir()
    assert slicer.util.startupEnvironment()["PATH"]


def test_every_application_gets_a_panel_of_its_own() -> None:
    import CrossMoDAUDALib.panel as imported_before
    from conftest import MODULE

    left = types.ModuleType("CrossMoDAUDALib.panel.core_texts")
    imported_before.core_texts = left  # type: ignore[attr-defined]
    with Host(MODULE):
        from CrossMoDAUDALib.panel import core_texts

        assert core_texts is not left
    assert not [name for name in sys.modules if name.startswith("CrossMoDAUDALib.panel")]


def test_coverage_is_held_back_wholly() -> None:
    """Also in a process that one that is measured has started, which measures twice."""
    coverage = pytest.importorskip("coverage")
    outer = coverage.Coverage.current()
    two = [coverage.Coverage(data_file=None, config_file=False) for _number in range(2)]
    for each in two:
        each.start()
    with Host():
        assert coverage.Coverage.current() is None
    for each in reversed(two):
        assert coverage.Coverage.current() is each
        each.stop()
    assert coverage.Coverage.current() is outer
