"""Slicer's MRML widgets on PySide and on slicer-core's nodes, as far as the panel uses them."""

from __future__ import annotations

from typing import Any

import shiboken6
import slicer
import vtk
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Signal
from shiboken6 import isValid

from .proxy import OWN
from .signals import record

_SizePolicy = QtWidgets.QComboBox.SizeAdjustPolicy


def observe(subject: Any, event: Any, function: Any, node: bool = False) -> tuple[Any, int]:
    """Observe a VTK object for a widget's method; what that raises is recorded, not lost in VTK."""

    def heard(caller: Any, _event: str, data: Any = None) -> None:
        if not shiboken6.isValid(function.__self__):  # Qt deleted the widget
            return
        try:
            function(data) if node else function()
        except Exception as error:
            record(error, f"observer of {caller.GetClassName()}")

    if node:
        heard.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
    return subject, subject.AddObserver(event, heard)


class qMRMLWidget(QtWidgets.QWidget):  # noqa: N801  Slicer's names
    """A widget that passes its scene on."""

    mrmlSceneChangedSignal = Signal(object)
    SIGNATURES = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChangedSignal"}

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._scene: Any = None

    def setMRMLScene(self, scene: Any) -> None:
        if scene is not self._scene:
            self._scene = scene
            self.mrmlSceneChangedSignal.emit(scene)

    def mrmlScene(self) -> Any:
        return self._scene


class qSlicerWidget(qMRMLWidget):  # noqa: N801
    """The same, under the name that C++ modules use."""


class qMRMLNodeComboBox(QtWidgets.QWidget):  # noqa: N801
    """Chooses one node of the scene; follows nodes that come, go and are renamed."""

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
        self._named: tuple[Any, int] | None = None
        self._nodes: list[Any] = []  # what the list shows, without the "None" line
        self._current = ""
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
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setSizeAdjustPolicy(QtWidgets.QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._combo.activated.connect(self._chosen)
        box = QtWidgets.QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._combo)
        self.setSizePolicy(QtWidgets.QSizePolicy.Policy.Preferred, QtWidgets.QSizePolicy.Policy.Fixed)
        self.setFocusProxy(self._combo)
        self.setEnabled(False)

    def _release(self) -> None:
        for subject, tag in self._observers + ([self._named] if self._named else []):
            subject.RemoveObserver(tag)
        self._observers, self._named = [], None

    def setMRMLScene(self, scene: Any) -> None:
        if scene is self._scene:
            return
        self._release()
        self._scene = scene
        self.setEnabled(scene is not None)
        if scene is not None:
            self._observers = [
                observe(scene, slicer.vtkMRMLScene.NodeAddedEvent, self._node_added, node=True),
                observe(scene, slicer.vtkMRMLScene.NodeAboutToBeRemovedEvent, self._node_leaving, node=True),
                observe(scene, slicer.vtkMRMLScene.NodeRemovedEvent, self._refresh),
                observe(scene, slicer.vtkMRMLScene.EndBatchProcessEvent, self._refresh),
                observe(scene, slicer.vtkMRMLScene.EndImportEvent, self._refresh),
            ]
        self._refresh()

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

    def _node_added(self, node: Any) -> None:
        self._refresh()
        if self._scene.IsBatchProcessing() == 0 and node is not None and self._shows(node):
            self.added.emit(node)

    def _node_leaving(self, node: Any) -> None:
        if node is not None and self._shows(node):
            self.removing.emit(node)

    def _refresh(self) -> None:
        """Show the scene's nodes of now, and keep the choice; a choice that is gone falls to None, or to the first node."""
        if not isValid(self._combo):  # the widget is gone, the scene is still being emptied
            self._release()
            return
        if self._scene is not None and self._scene.IsBatchProcessing():
            return
        scene = self._scene
        found = [scene.GetNthNode(index) for index in range(scene.GetNumberOfNodes())] if scene is not None else []
        before = len(self._nodes)
        self._nodes = [node for node in found if self._shows(node)]
        blocked = self._combo.blockSignals(True)
        self._combo.clear()
        if self._values["noneEnabled"]:
            self._combo.addItem(self._values["noneDisplay"], "")
        for node in self._nodes:
            self._combo.addItem(node.GetName() or "", node.GetID())
        self._combo.blockSignals(blocked)
        known = [node.GetID() for node in self._nodes]
        wanted = self._current if self._current in known else ""
        # As Qt's combo boxes: one chooses by itself only when it was empty, or when its choice has gone.
        if not wanted and not self._values["noneEnabled"] and known and (not before or self._current):
            wanted = known[0]
        self._select(wanted)

    def _select(self, identifier: str) -> None:
        blocked = self._combo.blockSignals(True)
        self._combo.setCurrentIndex(self._combo.findData(identifier))
        self._combo.blockSignals(blocked)
        if identifier == self._current:
            return
        self._current = identifier
        if self._named:
            self._named[0].RemoveObserver(self._named[1])
            self._named = None
        node = self.currentNode()
        if node is not None:
            self._named = observe(node, vtk.vtkCommand.ModifiedEvent, self._renamed)
        self.nodeChanged.emit(node)
        self.validChanged.emit(node is not None)
        self.currentNodeIDChanged.emit(identifier)

    def _renamed(self) -> None:
        node = self.currentNode()
        index = self._combo.findData(self._current)
        if node is not None and index >= 0 and self._combo.itemText(index) != node.GetName():
            self._combo.setItemText(index, node.GetName())
            self.currentNodeRenamed.emit(node.GetName())

    def _chosen(self, index: int) -> None:
        self._select(self._combo.itemData(index) or "")
        if self.currentNode() is not None:
            self.activatedNode.emit(self.currentNode())

    def currentNode(self) -> Any:
        return self._scene.GetNodeByID(self._current) if self._scene is not None and self._current else None

    def setCurrentNode(self, node: Any) -> None:
        self.setCurrentNodeID(node.GetID() if hasattr(node, "GetID") else node or "")

    def setCurrentNodeID(self, identifier: str) -> None:
        if identifier and self._combo.findData(identifier) < 0:
            identifier = ""
        self._select(identifier)

    def setCurrentNodeIndex(self, index: int) -> None:
        self._select(self._nodes[index].GetID() if 0 <= index < len(self._nodes) else "")

    def nodeCount(self) -> int:
        return len(self._nodes)

    def nodeFromIndex(self, index: int) -> Any:
        return self._nodes[index] if 0 <= index < len(self._nodes) else None

    def addAttribute(self, kind: str, name: str, value: str | None = None) -> None:
        self._attributes.append((kind, name, value))
        self._refresh()

    def removeAttribute(self, kind: str, name: str) -> None:
        self._attributes = [entry for entry in self._attributes if entry[:2] != (kind, name)]
        self._refresh()

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
    currentNodeID = property(lambda self: self._current, setCurrentNodeID)
    currentNodeId = currentNodeID


def _setting(name: str) -> property:
    def change(widget: qMRMLNodeComboBox, value: Any) -> None:
        widget._values[name] = value
        if name not in ("addEnabled", "removeEnabled", "renameEnabled", "editEnabled", "baseName", "selectNodeUponCreation"):
            widget._refresh()

    return property(lambda widget: widget._values[name], change)


for _name in (
    *("nodeTypes", "hideChildNodeTypes", "showHidden", "showChildNodeTypes", "noneEnabled", "noneDisplay", "addEnabled", "removeEnabled"),
    *("renameEnabled", "editEnabled", "selectNodeUponCreation", "baseName"),
):
    setattr(qMRMLNodeComboBox, _name, _setting(_name))


class qMRMLTableView(QtWidgets.QTableWidget):  # noqa: N801
    """Shows a table node."""

    PROXY_BASE = "qt.QWidget"
    mrmlSceneChangedSignal = Signal(object)
    SIGNATURES = {"mrmlSceneChanged(vtkMRMLScene*)": "mrmlSceneChangedSignal"}

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._scene: Any = None
        self._node: Any = None
        self._observer: tuple[Any, int] | None = None
        self._transposed = False

    def setMRMLScene(self, scene: Any) -> None:
        self._scene = scene
        self.mrmlSceneChangedSignal.emit(scene)

    def mrmlScene(self) -> Any:
        return self._scene

    def setMRMLTableNode(self, node: Any) -> None:
        if self._observer:
            self._observer[0].RemoveObserver(self._observer[1])
        self._node = node
        self._observer = observe(node, vtk.vtkCommand.ModifiedEvent, self._fill) if node is not None else None
        self._fill()

    def mrmlTableNode(self) -> Any:
        return self._node

    def _set_transposed(self, transposed: bool) -> None:
        self._transposed = bool(transposed)
        self._fill()

    transposed = property(lambda self: self._transposed, _set_transposed)

    def _fill(self) -> None:
        """As qMRMLTableModel: titles in one header; the first column in the other where the node says so."""
        node = self._node
        self.setRowCount(0)
        self.setColumnCount(0)
        if node is None:
            return
        first = int(node.GetUseFirstColumnAsRowHeader())
        cells = [[node.GetCellText(row, column) for row in range(node.GetNumberOfRows())] for column in range(node.GetNumberOfColumns())]
        titles = [node.GetColumnName(column) for column in range(first, node.GetNumberOfColumns())]
        names = cells[0] if first else [str(row + 1) for row in range(node.GetNumberOfRows())]
        cells = cells[first:]
        across, down = (names, titles) if self._transposed else (titles, names)
        self.setColumnCount(len(across))
        self.setRowCount(len(down))
        self.setHorizontalHeaderLabels(across)
        self.setVerticalHeaderLabels(down)
        for row in range(self.rowCount()):
            for column in range(self.columnCount()):
                item = QtWidgets.QTableWidgetItem(cells[row][column] if self._transposed else cells[column][row])
                if node.GetLocked():
                    item.setFlags(item.flags() & ~QtCore.Qt.ItemFlag.ItemIsEditable)
                self.setItem(row, column, item)


class qMRMLSliceWidget(qMRMLWidget):  # noqa: N801
    """A slice view's nodes and logic; it draws nothing."""

    def __init__(self, name: str = "", logic: Any = None) -> None:
        super().__init__()
        self._name, self._logic = name, logic

    sliceViewName = property(lambda self: self._name)

    def sliceLogic(self) -> Any:
        return self._logic

    def mrmlSliceNode(self) -> Any:
        return self._logic.GetSliceNode()

    def mrmlSliceCompositeNode(self) -> Any:
        return self._logic.GetSliceCompositeNode()

    def fitSliceToBackground(self) -> None:
        self._logic.FitSliceToAll()


class qMRMLThreeDView(QtWidgets.QWidget):  # noqa: N801
    """A 3D view that only counts what is asked of it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.focal_points_reset = 0

    def resetFocalPoint(self) -> None:
        self.focal_points_reset += 1

    def resetCamera(self) -> None:
        return

    def forceRender(self) -> None:
        return


class qMRMLThreeDWidget(qMRMLWidget):  # noqa: N801
    """The frame around a 3D view."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._view = qMRMLThreeDView(self)

    def threeDView(self) -> qMRMLThreeDView:
        return self._view


OWN.update(
    {
        "slicer." + kind.__name__: kind
        for kind in (qMRMLWidget, qSlicerWidget, qMRMLNodeComboBox, qMRMLTableView, qMRMLSliceWidget, qMRMLThreeDView, qMRMLThreeDWidget)
    }
)
