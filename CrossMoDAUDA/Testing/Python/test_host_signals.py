"""The signals of the stand-in host: what is told, in which order, as a real Slicer 5.12.3 tells it after the same steps."""

from __future__ import annotations

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


def test_the_node_list_follows_the_scene(host: Host) -> None:
    combo = slicer.qMRMLNodeComboBox()
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    combo.showChildNodeTypes = False
    combo.addEnabled = combo.removeEnabled = False
    got: list[Any] = []
    combo.connect("currentNodeChanged(vtkMRMLNode*)", got.append)
    assert not combo.enabled
    combo.setMRMLScene(slicer.mrmlScene)
    assert combo.enabled
    assert combo.currentNode() is None
    first = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "first")
    slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", "labels")
    hidden = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScalarVolumeNode")
    hidden.UnRegister(None)
    hidden.SetHideFromEditors(True)
    slicer.mrmlScene.AddNode(hidden)
    assert combo.currentNode() is first  # without "None", the first node is chosen
    assert combo.nodeCount() == 1
    second = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "second")
    assert combo.currentNode() is first
    combo.setCurrentNode(second)
    second.SetName("renamed")
    assert "renamed" in host.texts_of_list(combo)
    slicer.mrmlScene.RemoveNode(second)
    assert combo.currentNodeID == first.GetID()
    combo.noneEnabled = True
    host.close_scene()
    assert combo.currentNode() is None
    # Told of nothing in the empty scene and of a new name, too; of the first again, because "None" has moved it a row down.
    assert got == [None, first, second, second, first, first, None]
    with pytest.raises(ValueError, match="no signal"):
        combo.connect("currentNodeChanged(vtkMRMLVolumeNode*)", print)


def test_node_lists_choose_anew_when_a_scene_was_imported(host: Host, tmp_path: Path) -> None:
    """qMRMLSceneModel::updateScene: all nodes leave the list and come back one by one."""
    for name in ("first", "second"):
        slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name)
    slicer.mrmlScene.Commit(str(tmp_path / "scene.mrml"))
    got: dict[bool, list[str]] = {}
    lists = []
    for has_none in (False, True):
        combo = slicer.qMRMLNodeComboBox()
        combo.nodeTypes, combo.noneEnabled = ["vtkMRMLScalarVolumeNode"], has_none
        combo.addEnabled = combo.removeEnabled = False
        combo.setMRMLScene(slicer.mrmlScene)
        assert (combo.currentNode() is None) == has_none
        combo.setCurrentNode(slicer.util.getNode("second"))
        told = got[has_none] = []
        combo.connect("currentNodeChanged(vtkMRMLNode*)", lambda node, told=told: told.append(node.GetName() if node else ""))
        lists.append(combo)
    slicer.mrmlScene.SetURL(str(tmp_path / "scene.mrml"))
    slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAddedEvent, lambda *_event: [told.append("node added") for told in got.values()])
    slicer.mrmlScene.Import()
    news = {has_none: [said for said in told if said != "node added"] for has_none, told in got.items()}
    assert news == {False: ["", "first"], True: [""]} and all(told[-1] != "node added" for told in got.values())
    assert [combo.nodeCount() for combo in lists] == [4, 4]


def test_a_removed_choice_falls_to_its_neighbour(host: Host) -> None:
    made = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name) for name in ("first", "second", "third")]
    combo = slicer.qMRMLNodeComboBox()
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    combo.setMRMLScene(slicer.mrmlScene)
    combo.setCurrentNode(made[1])
    slicer.mrmlScene.RemoveNode(made[1])
    assert combo.currentNode() is made[2]
    made[2].SetHideFromEditors(True)
    assert combo.currentNode() is made[2]  # as qMRMLSceneModel.cxx: its row is the same, so nobody looks whether it is shown
    made[2].SetName("another")
    assert combo.currentNode() is made[0] and combo.nodeCount() == 1


def _node_list(told: list[Any], **properties: Any) -> Any:
    combo = slicer.qMRMLNodeComboBox()
    combo.nodeTypes = ["vtkMRMLScalarVolumeNode"]
    for name, value in {"addEnabled": False, "removeEnabled": False, **properties}.items():
        setattr(combo, name, value)
    combo.setMRMLScene(slicer.mrmlScene)
    combo.connect("currentNodeChanged(vtkMRMLNode*)", lambda node: told.append(node and node.GetName()))
    combo.connect("nodeActivated(vtkMRMLNode*)", lambda node: told.append(("activated", node and node.GetName())))
    return combo


def test_a_list_with_entries_chooses_no_node_that_comes(host: Host) -> None:
    """Entries such as "Create new" are rows to Qt's combo box, which chooses by itself only in an empty one."""
    told: list[Any] = []
    combo = _node_list(told, addEnabled=True)
    first = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "first")
    assert combo.currentNode() is None and told == []
    combo.setCurrentNode(first)
    assert told == ["first", ("activated", "first")]


def test_a_list_tells_of_its_node_again_when_its_row_changes(host: Host) -> None:
    """Qt 5's combo box tells its text with each row, so the list tells of its node although it is the same."""
    made = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name) for name in ("first", "second", "third")]
    told: list[Any] = []
    combo = _node_list(told)
    combo.setCurrentNode(made[1])
    del told[:]
    slicer.mrmlScene.RemoveNode(made[2])
    assert told == []
    slicer.mrmlScene.RemoveNode(made[0])
    assert told == ["second"]
    made[1].SetName("renamed")
    made[1].SetName("renamed")
    assert told == ["second", "renamed"]


def test_a_list_does_not_activate_the_node_that_its_view_is_at(host: Host) -> None:
    """The view is at the neighbour of a node that has gone, and at what a letter leads to; not at what the wheel or an arrow chose."""
    from PySide6 import QtCore, QtTest

    made = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", name) for name in ("apple", "banana", "cherry")]
    told: list[Any] = []
    combo = _node_list(told)
    combo.setCurrentNode(made[1])
    slicer.mrmlScene.RemoveNode(made[1])
    del told[:]
    combo.setCurrentNode(made[2])
    assert combo.currentNode() is made[2] and told == []
    box = combo._real._combo
    QtTest.QTest.keyClick(box, "a")
    host.process(0.02)
    del told[:]
    combo.setCurrentNode(made[0])
    assert combo.currentNode() is made[0] and told == []
    QtTest.QTest.keyClick(box, QtCore.Qt.Key.Key_Down)
    del told[:]
    combo.setCurrentNode(made[2])
    assert told == [("activated", "cherry")]


def test_the_layout_is_told_as_slicer_tells_it(host: Host, tmp_path: Path) -> None:
    """With each change of its node, but not before the end of what is done to the scene as a batch; then in any case."""
    scene, kinds = slicer.mrmlScene, slicer.vtkMRMLLayoutNode
    told: list[int] = []
    slicer.app.layoutManager().connect("layoutChanged(int)", told.append)
    node = scene.GetFirstNodeByClass("vtkMRMLLayoutNode")
    slicer.app.layoutManager().setLayout(kinds.SlicerLayoutFourUpView)
    node.AddLayoutDescription(5007, '<layout type="horizontal"></layout>')
    assert told == [kinds.SlicerLayoutFourUpView] * 2
    del told[:]
    scene.StartState(scene.BatchProcessState)
    node.Modified()
    assert told == []
    scene.EndState(scene.BatchProcessState)
    assert told == [kinds.SlicerLayoutFourUpView]
    scene.Commit(str(tmp_path / "scene.mrml"))
    slicer.app.layoutManager().setLayout(kinds.SlicerLayoutSideBySideView)
    del told[:]
    scene.SetURL(str(tmp_path / "scene.mrml"))
    scene.Connect()
    assert told == [kinds.SlicerLayoutFourUpView]  # once, at the end
    del told[:]
    scene.Clear(False)
    assert told[-1] == kinds.SlicerLayoutFourUpView and len(told) == 3  # nothing's, then what it was, and at the batch's end


def test_the_path_edit_keeps_its_history(host: Host, tmp_path: Path) -> None:
    import ctk

    edit = ctk.ctkPathLineEdit()
    edit.filters = ctk.ctkPathLineEdit.Dirs
    edit.settingKey = "Test/Path"
    got: list[str] = []
    edit.connect("currentPathChanged(QString)", got.append)
    host.answers.append(str(tmp_path))
    edit.browse()
    assert host.dialogs[-1].kind == "getExistingDirectory"
    assert got == [str(tmp_path)]
    edit.addCurrentPathToHistory()
    other = ctk.ctkPathLineEdit()
    other.settingKey = "Test/Path"
    assert other.currentPath == str(tmp_path)  # as CTK: the most recent path
    told: list[Any] = []
    for signal in ("currentPathChanged(QString)", "validInputChanged(bool)"):
        other.connect(signal, told.append)
    other.currentPath = ""
    other.retrieveHistory()
    assert other.currentPath == str(tmp_path) and told == [False]  # which it tells nobody
    other.currentPath = "two\nlines"
    other.currentPath = "one"
    assert told == [False, False, "one", True]  # no path with a line break; the path first
    with pytest.raises(TypeError):
        edit.currentPath = tmp_path


def test_an_application_that_has_ended_hears_no_scene() -> None:
    with Host() as made:
        scene, layout, told = slicer.mrmlScene, made._application.layoutManager()._layout, list[int]()
        layout._changed = told.append
        scene.StartState(scene.BatchProcessState)
        scene.EndState(scene.BatchProcessState)
        assert len(told) == 1
    told.clear()  # it told of its end
    scene.StartState(scene.BatchProcessState)
    scene.EndState(scene.BatchProcessState)
    assert told == []
