"""Slicer's MRML widgets on PySide and on slicer-core's nodes, as far as the panel uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import shiboken6
import slicer
import vtk
from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Signal

from .proxy import OWN
from .signals import record


def observe(subject: Any, event: Any, function: Any, node: bool = False, priority: float = 0.0) -> tuple[Any, int]:
    """Observe a VTK object for a widget's method; what that raises is recorded, not lost in VTK."""

    def heard(caller: Any, _event: str, data: Any = None) -> None:
        if isinstance(function.__self__, QtCore.QObject) and not shiboken6.isValid(function.__self__):  # Qt deleted the widget
            return
        try:
            function(data) if node else function()
        except Exception as error:
            record(error, f"observer of {caller.GetClassName()}")

    if node:
        heard.CallDataType = vtk.VTK_OBJECT  # type: ignore[attr-defined]
    made = subject, subject.AddObserver(event, heard, priority)
    if subject.IsA("vtkMRMLScene"):
        _of_scenes.append(made)
    return made


_of_scenes: list[tuple[Any, int]] = []


def forget_scenes() -> None:
    """Let no widget observe a scene any more, which tells of its end when Python has taken widgets half apart."""
    while _of_scenes:
        scene, tag = _of_scenes.pop()
        scene.RemoveObserver(tag)


def hear_vtk() -> Callable[[], None]:
    """Record what VTK and MRML print on the console, where a user of Slicer would see it; returns what ends that."""
    window = vtk.vtkOutputWindow.GetInstance()

    def heard(_caller: Any, event: str, text: str) -> None:
        if "color table node" in text:  # Slicer's module Colors makes these
            return
        record(RuntimeError(text), f"VTK ({event})")

    heard.CallDataType = vtk.VTK_STRING  # type: ignore[attr-defined]
    tags = [window.AddObserver(event, heard) for event in ("WarningEvent", "ErrorEvent")]
    return lambda: [window.RemoveObserver(tag) for tag in tags] and None


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
        if scene is not self._scene:
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
        first = int(node.GetUseFirstColumnAsRowHeader() and node.GetNumberOfColumns() > 0)
        cells = [[node.GetCellText(row, column) for row in range(node.GetNumberOfRows())] for column in range(node.GetNumberOfColumns())]
        titles = [node.GetColumnName(column) for column in range(first, node.GetNumberOfColumns())]
        titles = [f"{title} [{unit}]" if (unit := node.GetColumnUnitLabel(title)) else title for title in titles]
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


class RenderWindow:
    """What a view's scripts ask its window for: the renderer, which draws nothing."""

    def __init__(self) -> None:
        self._renderers = vtk.vtkRendererCollection()
        self._renderers.AddItem(vtk.vtkRenderer())

    def GetRenderers(self) -> Any:
        return self._renderers


class qMRMLThreeDView(QtWidgets.QWidget):  # noqa: N801
    """A 3D view with a real camera; it draws nothing, and counts what is asked of it."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.focal_points_reset = 0
        self._window = RenderWindow()

    def renderWindow(self) -> RenderWindow:
        return self._window

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
        self._view, self._node = qMRMLThreeDView(self), None

    def show_scene(self, scene: Any) -> None:
        """Have a view's node in a scene, under the name that Slicer's layouts give it: it stays when the scene is closed."""
        node = slicer.vtkMRMLViewNode()
        node.SetSingletonTag("1")
        node.SetLayoutName("1")
        self._node = scene.AddNode(node)

    def mrmlViewNode(self) -> Any:
        return self._node

    def threeDView(self) -> qMRMLThreeDView:
        return self._view


OWN.update(
    {
        "slicer." + kind.__name__: kind
        for kind in (qMRMLWidget, qSlicerWidget, qMRMLTableView, qMRMLSliceWidget, qMRMLThreeDView, qMRMLThreeDWidget)
    }
)
