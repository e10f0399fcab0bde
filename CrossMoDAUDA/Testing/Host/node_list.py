"""Slicer's list of nodes to choose from, on Qt's own combo box, so that what Qt chooses by itself is what it chooses in Slicer."""

from __future__ import annotations

from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtTest, QtWidgets
from PySide6.QtCore import Signal
from shiboken6 import isValid

from .mrml_widgets import observe
from .proxy import OWN
from .sizes import node_list

_SizePolicy = QtWidgets.QComboBox.SizeAdjustPolicy


class qMRMLNodeComboBox(QtWidgets.QWidget):  # noqa: N801  Slicer's name
    """Chooses one node of the scene; follows nodes that come, go and are renamed.

    As qMRMLSceneModel.cxx: nodes that come while a scene is imported, or go while it is closed, are not followed; at the end of
    either every node leaves the list, and those of the scene come back one by one (updateScene). The list tells whatever Qt's combo
    box chooses meanwhile (emitCurrentNodeChanged in qMRMLNodeComboBox.cxx): without "None" the first node that comes back. A list with
    entries such as "Create new" is never empty to Qt, and chooses none.
    """

    nodeChanged = Signal(object)
    validChanged = Signal(bool)
    currentNodeIDChanged = Signal(str)
    added = Signal(object)
    addedByUser = Signal(object)
    removing = Signal(object)
    activatedNode = Signal(object)
    currentNodeRenamed = Signal(str)
    SIGNATURES = {
        "currentNodeChanged(vtkMRMLNode*)": "nodeChanged",
        "currentNodeChanged(bool)": "validChanged",
        "currentNodeIDChanged(QString)": "currentNodeIDChanged",
        "nodeAdded(vtkMRMLNode*)": "added",
        "nodeAddedByUser(vtkMRMLNode*)": "addedByUser",
        "nodeAddedByUserAction(vtkMRMLNode*)": "addedByUser",
        "nodeAboutToBeRemoved(vtkMRMLNode*)": "removing",
        "nodeActivated(vtkMRMLNode*)": "activatedNode",
        "currentNodeRenamed(QString)": "currentNodeRenamed",
    }

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._scene: Any = None
        self._observers: list[tuple[Any, int]] = []
        self._names: dict[str, tuple[Any, int]] = {}  # observers of the nodes in the list
        self._attributes: list[tuple[str, str, str | None]] = []
        self._values: dict[str, Any] = {
            "nodeTypes": [],
            "hideChildNodeTypes": [],
            "showHidden": False,
            "showChildNodeTypes": True,
            "noneEnabled": False,
            "noneDisplay": "None",
            "addEnabled": True,
            "removeEnabled": True,
            "renameEnabled": False,
            "editEnabled": False,
            "selectNodeUponCreation": True,
            "baseName": "",
        }
        self._in_view: Any = None  # the node that the combo box's view is at; the view learns nothing of what the box chooses by itself
        self._combo, self._told = node_list(self), ""
        self._combo.currentIndexChanged.connect(self._index_changed)
        self._combo.currentTextChanged.connect(self._text_changed)
        self._combo.activated.connect(self._chosen)
        box = QtWidgets.QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._combo)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self._combo)
        self._combo.installEventFilter(self)
        self.setEnabled(False)

    def eventFilter(self, _combo: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """A letter is searched for in the view, which so learns of the node that it leads to."""
        if event.type() == QtCore.QEvent.Type.KeyPress and isinstance(event, QtGui.QKeyEvent) and event.text().isalnum():
            QtCore.QTimer.singleShot(0, self._look_in_view)
        return False

    def _look_in_view(self) -> None:
        if not self._is_gone():
            self._in_view = self._combo.currentData() or None

    # The scene's nodes --------------------------------------------------------------------------------------------------

    def _is_gone(self) -> bool:
        """Whether Qt has deleted the list while the scene is still being emptied."""
        if isValid(self._combo):
            return False
        self._release()
        return True

    def _release(self) -> None:
        for subject, tag in [*self._observers, *self._names.values()]:
            subject.RemoveObserver(tag)
        self._observers, self._names = [], {}

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self._release()
        self._scene = scene
        self.setEnabled(scene is not None)
        blocked = self._combo.blockSignals(True)  # SceneSwitchingInProgress
        self._combo.clear()
        if scene is not None and self._values["noneEnabled"]:
            self._combo.addItem(self._values["noneDisplay"], "")
        self._rebuild()
        self._combo.setCurrentIndex(-1)
        self._combo.blockSignals(blocked)
        if scene is not None:
            self._observers = [
                observe(scene, slicer.vtkMRMLScene.NodeAddedEvent, self._node_added, node=True, priority=10.0),
                observe(scene, slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._node_leaving, node=True, priority=-10.0),
                observe(scene, slicer.vtkMRMLScene.EndCloseEvent, self._rebuild),
                observe(scene, slicer.vtkMRMLScene.EndImportEvent, self._rebuild),
            ]
            chosen = None if self._values["noneEnabled"] else self._combo.itemData(0)
            if chosen:
                self.setCurrentNodeID(chosen)
            else:
                self._changed()  # nothing, or "None", is told too
                self._show_none()

    def _show_none(self) -> None:
        self._in_view = None
        self._combo.setCurrentIndex(self._first() - 1)

    def mrmlScene(self) -> Any:
        return self._scene

    def _shows(self, node: Any) -> bool:
        kinds = self._values["nodeTypes"]
        exact = node.GetClassName() in kinds
        if not exact and not (self._values["showChildNodeTypes"] and any(node.IsA(kind) for kind in kinds)):
            return False
        if not exact and any(node.IsA(kind) for kind in self._values["hideChildNodeTypes"]):
            return False
        if node.GetHideFromEditors() and not self._values["showHidden"]:
            return False
        for kind, name, value in self._attributes:
            if node.IsA(kind) and (node.GetAttribute(name) is None or (value is not None and node.GetAttribute(name) != value)):
                return False
        return True

    def _wanted(self) -> list[Any]:
        """The scene's nodes that the list shows, in the scene's order."""
        scene = self._scene
        found = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())] if scene is not None else []
        return [node for node in found if self._shows(node)]

    def _first(self) -> int:
        """The row of the first node, after "None"."""
        return int(self._values["noneEnabled"])

    def _rebuild(self) -> None:
        if self._is_gone():
            return
        for subject, tag in self._names.values():
            subject.RemoveObserver(tag)
        self._names = {}
        first, self._in_view = self._first(), None
        if self._combo.count() > first:
            self._combo.model().removeRows(first, self._combo.count() - first)
        for node in self._wanted():
            self._insert(node, self._combo.count())

    def _filter_anew(self) -> None:
        """Take out what is no longer to be shown, and bring what now is, each at its place."""
        wanted = self._wanted()
        known = {node.GetID() for node in wanted}
        for row in reversed(range(self._first(), self._combo.count())):
            if self._combo.itemData(row) not in known:
                self._remove(row)
        for place, node in enumerate(wanted, self._first()):
            if self._combo.itemData(place) != node.GetID():
                self._insert(node, place)

    def _insert(self, node: Any, row: int) -> None:
        self._names[node.GetID()] = observe(node, vtk.vtkCommand.ModifiedEvent, self._nodes_changed)
        is_first = not self._combo.count() and self._has_entries()
        blocked = self._combo.blockSignals(self._combo.signalsBlocked() or is_first)
        self._combo.insertItem(row, node.GetName() or "", node.GetID())
        if is_first:
            self._combo.setCurrentIndex(-1)
        self._combo.blockSignals(blocked)
        self.added.emit(node)

    def _has_entries(self) -> bool:
        """Whether there are entries under the nodes, such as "Create new"; None is above them."""
        return any(self._values[name] for name in ("addEnabled", "removeEnabled", "renameEnabled", "editEnabled"))

    def _remove(self, row: int) -> None:
        subject, tag = self._names.pop(self._combo.itemData(row), (None, 0))
        if subject is not None:
            subject.RemoveObserver(tag)
        if self._in_view == self._combo.itemData(row):  # a view whose row goes is at the next one, else at the one before
            self._in_view = (
                (self._combo.itemData(row + 1) or self._combo.itemData(row - 1) or None) if row or self._combo.count() > 1 else None
            )
        self._combo.removeItem(row)
        if self.currentNode() is None:  # refreshIfCurrentNodeHidden
            self.setCurrentNode(None)

    def _node_added(self, node: Any) -> None:
        if not self._is_gone() and node is not None and not self._scene.IsImporting() and self._shows(node):
            self._insert(node, self._combo.count())

    def _node_leaving(self, node: Any) -> None:
        if self._is_gone() or node is None or self._scene.IsClosing():
            return
        row = self._combo.findData(node.GetID())
        if row >= 0:
            self.removing.emit(node)
            self._remove(row)

    def _nodes_changed(self) -> None:
        """Follow names. A node that is to be shown no more stays until its row changes: only then Qt's filter looks at it again."""
        if self._is_gone() or self._scene is None or self._scene.IsImporting() or self._scene.IsClosing():
            return
        for row in reversed(range(self._first(), self._combo.count())):
            node = self._scene.GetNodeByID(self._combo.itemData(row))
            if node is None or self._combo.itemText(row) == (node.GetName() or ""):
                continue
            if self._shows(node):
                self._combo.setItemText(row, node.GetName() or "")
            else:
                self._remove(row)

    # The choice ---------------------------------------------------------------------------------------------------------

    def _index_changed(self, _index: int) -> None:
        """Qt 5 tells the text anew with each row, also where a node before the one that is shown has gone."""
        self._told = self._combo.currentText()
        self._changed()

    def _text_changed(self, text: str) -> None:
        if text != self._told:  # the node that is shown was renamed
            self._told = text
            self._changed()

    def _changed(self) -> None:
        node = self.currentNode()
        self.nodeChanged.emit(node)
        self.validChanged.emit(node is not None)
        self.currentNodeIDChanged.emit(node.GetID() if node is not None else "")

    def _chosen(self, _index: int) -> None:
        if self.currentNode() is not None or self._values["noneEnabled"]:
            self.activatedNode.emit(self.currentNode())

    def currentNode(self) -> Any:
        identifier = self._combo.itemData(self._combo.currentIndex())
        return self._scene.GetNodeByID(identifier) if self._scene is not None and identifier else None

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID((node.GetID() if hasattr(node, "GetID") else node) or "")

    def setCurrentNodeID(self, identifier: str) -> None:
        """Choose a node; one that is not in the list, such as while its scene is imported, becomes "None" or nothing."""
        row = self._combo.findData(identifier) if identifier else -1
        if row >= 0 and identifier != self._in_view:
            self._in_view = identifier
            self._combo.setCurrentIndex(row)
            self._combo.activated.emit(row)  # as by the press of the Enter key that Slicer's list sends to its view
        elif row < 0:
            self._show_none()

    def setCurrentNodeIndex(self, index: int) -> None:
        self._combo.setCurrentIndex((index if index < self.nodeCount() else -1) + self._first())

    def pick(self, node: Any) -> None:
        """What a user does with the mouse: open the list, and press on a node."""
        self._combo.showPopup()
        view, self._in_view = self._combo.view(), node.GetID()
        place = view.visualRect(self._combo.model().index(self._combo.findData(self._in_view), 0)).center()
        QtTest.QTest.mouseMove(view.viewport(), place)
        QtTest.QTest.qWait(QtWidgets.QApplication.doubleClickInterval() + 1)  # until then, Qt takes the press for the one that opened it
        QtTest.QTest.mouseClick(view.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=place)

    def nodeCount(self) -> int:
        return self._combo.count() - self._first() if self._scene is not None else 0

    def nodeFromIndex(self, index: int) -> Any:
        identifier = self._combo.itemData(index + self._first()) if index >= 0 else None
        return self._scene.GetNodeByID(identifier) if self._scene is not None and identifier else None

    def addAttribute(self, kind: str, name: str, value: str | None = None) -> None:
        self._attributes.append((kind, name, value))
        self._filter_anew()

    def removeAttribute(self, kind: str, name: str) -> None:
        self._attributes = [entry for entry in self._attributes if entry[:2] != (kind, name)]
        self._filter_anew()

    def addNode(self, kind: str = "") -> Any:
        """Make a node, as the list's "Create new" does."""
        if not self._values["addEnabled"]:
            raise RuntimeError("this list does not make nodes")
        kind = kind or self._values["nodeTypes"][0]
        base = self._values["baseName"] or kind.removeprefix("vtkMRML").removesuffix("Node")
        node = self._scene.AddNewNodeByClass(kind, self._scene.GenerateUniqueName(base))
        if self._values["selectNodeUponCreation"]:
            self.setCurrentNode(node)
        self.addedByUser.emit(node)
        return node

    def removeCurrentNode(self) -> None:
        if self.currentNode() is not None:
            self._scene.RemoveNode(self.currentNode())

    sizeAdjustPolicy = property(
        lambda self: self._combo.sizeAdjustPolicy(),
        lambda self, policy: self._combo.setSizeAdjustPolicy(_SizePolicy(getattr(policy, "value", policy))),
    )
    currentNodeID = property(lambda self: self._combo.itemData(self._combo.currentIndex()) or "", setCurrentNodeID)
    currentNodeId = currentNodeID

    def _set(self, name: str, value: Any) -> None:
        before, self._values[name] = self._values[name], value
        if name in ("noneEnabled", "noneDisplay") and self._scene is not None and before != value:
            had, has = (before, value) if name == "noneEnabled" else (self._values["noneEnabled"],) * 2
            if has and not had:
                self._combo.insertItem(0, self._values["noneDisplay"], "")
            elif had and not has:
                self._combo.removeItem(0)
            elif has:
                self._combo.setItemText(0, value)
        elif name in ("nodeTypes", "hideChildNodeTypes", "showHidden", "showChildNodeTypes") and before != value:
            self._filter_anew()


def _setting(name: str) -> property:
    return property(lambda widget: widget._values[name], lambda widget, value: widget._set(name, value))


for _name in (
    *("nodeTypes", "hideChildNodeTypes", "showHidden", "showChildNodeTypes", "noneEnabled", "noneDisplay", "addEnabled", "removeEnabled"),
    *("renameEnabled", "editEnabled", "selectNodeUponCreation", "baseName"),
):
    setattr(qMRMLNodeComboBox, _name, _setting(_name))

OWN["slicer.qMRMLNodeComboBox"] = qMRMLNodeComboBox
