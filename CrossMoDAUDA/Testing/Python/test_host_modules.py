"""The stand-in for Slicer: its forms, parameter nodes and modules are as Slicer's."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest

pytest.importorskip("PySide6")
slicer: Any = pytest.importorskip("slicer")

from Testing.Host import Host  # noqa: E402


@pytest.fixture
def host() -> Iterator[Host]:
    """The application without a module."""
    with Host() as made:
        yield made


def test_parameters_keep_what_they_read_when_their_node_last_changed(host: Host) -> None:
    """_CachedParameterWrapper of Slicer's wrapper.py."""
    from slicer.parameterNodeWrapper import parameterNodeWrapper

    kinds = {"volume": slicer.vtkMRMLScalarVolumeNode, "names": list[str]}
    parameters = parameterNodeWrapper(type("Parameters", (), {"__annotations__": kinds}))(
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "parameters")
    )
    assert parameters.isCached("volume") and not parameters.isCached("names")
    node = parameters.parameterNode
    node.SetNodeReferenceID("volume", "vtkMRMLScalarVolumeNode1")
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    assert node.GetNodeReference("volume") is volume and parameters.volume is None, "as while a scene is imported"
    node.Modified()
    assert parameters.volume is volume
    seen = []
    parameters.AddObserver("ModifiedEvent", lambda *_event: seen.append(parameters.volume))
    parameters.volume = None
    assert seen == [None], "whoever hears of a change reads the new value"


def test_parameters_survive_in_the_scene_and_follow_their_widgets(host: Host, tmp_path: Path) -> None:
    import ctk
    import qt
    from slicer.parameterNodeWrapper import Choice, WithinRange, parameterNodeWrapper

    kinds = {
        "volume": slicer.vtkMRMLScalarVolumeNode,
        "folder": Path,
        "device": Annotated[str, Choice(["auto", "cpu"])],
        "epochs": Annotated[int, WithinRange(1, 9)],
        "ticked": bool,
        "names": list[str],
    }
    Parameters = parameterNodeWrapper(type("Parameters", (), {"__annotations__": kinds, "device": "auto", "epochs": 2}))
    logic_node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScriptedModuleNode", "parameters")
    parameters = Parameters(logic_node)
    assert (parameters.volume, parameters.device, parameters.epochs, parameters.ticked, parameters.names) == (None, "auto", 2, False, [])
    for name, value, error in (
        ("epochs", 10, ValueError),
        ("epochs", "2", TypeError),
        ("device", "tpu", ValueError),
        ("volume", logic_node, TypeError),
    ):
        with pytest.raises(error):
            setattr(parameters, name, value)
    frame = qt.QWidget()
    widgets = {
        "device": qt.QComboBox(frame),
        "epochs": qt.QSpinBox(frame),
        "ticked": qt.QCheckBox(frame),
        "folder": ctk.ctkPathLineEdit(frame),
    }
    widgets["volume"] = slicer.qMRMLNodeComboBox(frame)
    widgets["volume"].noneEnabled = True
    widgets["volume"].setMRMLScene(slicer.mrmlScene)
    for name, widget in widgets.items():
        widget.setProperty("SlicerParameterName", name)
    tag = parameters.connectGui(frame)
    widgets["epochs"].value = 7
    widgets["device"].currentIndex = 1
    widgets["ticked"].checked = True
    widgets["folder"].currentPath = str(tmp_path)
    volume = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode")
    widgets["volume"].setCurrentNode(volume)
    parameters.names.append("a")
    assert (parameters.epochs, parameters.device, parameters.ticked, parameters.folder) == (7, "cpu", True, tmp_path)
    assert parameters.volume is volume
    parameters.epochs = 3
    assert widgets["epochs"].value == 3
    parameters.disconnectGui(tag)
    widgets["epochs"].value = 5
    assert parameters.epochs == 3
    host.save_and_load_scene(tmp_path / "scene.mrml")
    loaded = Parameters(slicer.mrmlScene.GetFirstNodeByName("parameters"))
    assert (loaded.epochs, loaded.device, loaded.ticked, loaded.folder, list(loaded.names)) == (3, "cpu", True, tmp_path, ["a"])
    assert loaded.volume is not None
    label = qt.QLineEdit()
    with pytest.raises(RuntimeError, match="cannot tie"):
        parameters.connectParametersToGui({"epochs": label})
    with pytest.raises(ValueError, match="Cannot find"):
        parameters.connectParametersToGui({"steps": label})


UI = """<?xml version="1.0" encoding="UTF-8"?>
<ui version="4.0"><class>Form</class><widget class="qMRMLWidget" name="Form"><layout class="QFormLayout" name="form">
<item row="0" column="0"><widget class="{kind}" name="selector"><property name="{attribute}"><bool>true</bool></property>
<property name="SlicerParameterName" stdset="0"><string>volume</string></property></widget></item>
<item row="1" column="0"><widget class="ctkPathLineEdit" name="path">
<property name="filters"><set>ctkPathLineEdit::{flag}|ctkPathLineEdit::Files</set></property></widget></item>
<item row="2" column="0"><widget class="QLabel" name="words"><property name="text"><string>Words</string></property></widget></item>
</layout></widget>
<connections><connection><sender>Form</sender><signal>mrmlSceneChanged({scene})</signal><receiver>selector</receiver><slot>{slot}</slot></connection>
</connections></ui>"""
GOOD = {
    "kind": "qMRMLNodeComboBox",
    "attribute": "noneEnabled",
    "flag": "Dirs",
    "scene": "vtkMRMLScene*",
    "slot": "setMRMLScene(vtkMRMLScene*)",
}


def test_a_ui_file_is_loaded_and_connected(tmp_path: Path) -> None:
    file = tmp_path / "form.ui"
    file.write_text(UI.format(**GOOD), encoding="utf-8")
    with Host(mark_translated=True):
        import ctk

        widget = slicer.util.loadUI(str(file))
        ui = slicer.util.childWidgetVariables(widget)
        assert type(ui.selector) is slicer.qMRMLNodeComboBox
        assert ui.selector.noneEnabled is True
        assert ui.selector.property("SlicerParameterName") == "volume"
        assert ui.path.filters == ctk.ctkPathLineEdit.Dirs | ctk.ctkPathLineEdit.Files
        assert ui.words.text == "⟦Words⟧"
        widget.setMRMLScene(slicer.mrmlScene)
        assert ui.selector.mrmlScene() is slicer.mrmlScene


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "qMRMLNodeCombobox"},
        {"kind": "qMRMLROIWidget"},
        {"attribute": "noneAllowed"},
        {"flag": "Folders"},
        {"scene": "vtkMRMLNode*"},
        {"slot": "takeScene(vtkMRMLScene*)"},
    ],
)
def test_a_wrong_ui_file_is_refused(host: Host, tmp_path: Path, wrong: dict[str, str]) -> None:
    file = tmp_path / "form.ui"
    file.write_text(UI.format(**{**GOOD, **wrong}), encoding="utf-8")
    with pytest.raises(RuntimeError):
        slicer.util.loadUI(str(file))


MODULE = """
import qt, ctk, slicer
from slicer.i18n import tr as _
from slicer.ScriptedLoadableModule import *
import SampleData
log = []
class Sample(ScriptedLoadableModule):
    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("Sample")
        self.parent.dependencies = ["Segmentations"]
        slicer.app.connect("startupCompleted()", self.started)
    def started(self):
        log.append("started")
        register = SampleData.SampleDataLogic.registerCustomSampleDataSource
        files = {"uris": "", "fileNames": "f", "nodeNames": "n"}
        register(category="C", sampleName="S", **files, customDownloader=lambda source: log.append(source.sampleName))
class SampleWidget(ScriptedLoadableModuleWidget):
    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = SampleLogic()
        self.button = qt.QPushButton(_("Go"))
        self.button.name = "go"
        self.layout.addWidget(self.button)
        self.button.clicked.connect(lambda: log.append("clicked"))
    def enter(self): log.append("enter")
    def exit(self): log.append("exit")
    def cleanup(self): log.append("cleanup")
class SampleLogic(ScriptedLoadableModuleLogic):
    pass
"""


def test_a_module_is_opened_worked_and_taken_off_again(tmp_path: Path) -> None:
    file = tmp_path / "Sample.py"
    file.write_text(MODULE, encoding="utf-8")
    before = {name: getattr(slicer, name, None) for name in dir(slicer)}
    with Host(file) as host:
        log = sys.modules["Sample"].log
        assert log == ["started", "enter"]
        assert slicer.modules.sample.title == "Sample"
        assert slicer.util.getModuleLogic("Sample") is host.widget.logic
        assert Path(slicer.util.modulePath("Sample")) == file
        assert slicer.util.getModuleWidget("Sample") is host.widget
        assert host.widget.logic.getParameterNode() is host.widget.logic.getParameterNode()
        host.click("go")
        with pytest.raises(AssertionError, match="no widget"):
            host.find("stop")
        host.press_sample_data("S")
        picture = host.grab(None, tmp_path / "panel.png", scale=2.0, dark=True)
        assert picture.stat().st_size > 500
        host.leave_module()
        assert log == ["started", "enter", "clicked", "S", "exit"]
        slicer.util.reloadScriptedModule("Sample")
    assert log[-1] == "cleanup"
    assert {name: getattr(slicer, name, None) for name in dir(slicer)} == before
    assert "qt" not in sys.modules
    assert "Sample" not in sys.modules
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("slicer.i18n")
