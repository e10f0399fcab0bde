"""Files from outside: Slicer's loading of volumes, and files that are dropped onto a window."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import slicer
from PySide6 import QtCore, QtGui, QtWidgets

from .proxy import OWN


class CoreIOManager(QtCore.QObject):
    """``slicer.app.coreIOManager()``: loads volumes with the storage node that Slicer's reader uses (qSlicerVolumesReader)."""

    def __init__(self, scene: Any) -> None:
        super().__init__()
        self._scene = scene

    def loadNodes(self, kind: str, properties: dict[str, Any], loaded: Any, messages: Any) -> bool:
        if kind != "VolumeFile":
            raise NotImplementedError(f"the stand-in loads volumes, not {kind}")
        path = Path(properties["fileName"])
        storage = slicer.vtkMRMLVolumeArchetypeStorageNode()
        storage.SetFileName(str(path))
        node = slicer.vtkMRMLScalarVolumeNode()
        shown = slicer.vtkMRMLScalarVolumeNode.GetGlobalWarningDisplay()
        slicer.vtkMRMLScalarVolumeNode.GlobalWarningDisplayOff()  # Slicer shows these in its error log
        try:
            is_read = path.is_file() and bool(storage.ReadData(node))
        finally:
            slicer.vtkMRMLScalarVolumeNode.SetGlobalWarningDisplay(shown)
        if not is_read:
            return False
        node.SetName(self._scene.GenerateUniqueName(path.name.partition(".")[0]))
        self._scene.AddNode(storage)
        self._scene.AddNode(node)
        node.SetAndObserveStorageNodeID(storage.GetID())
        node.CreateDefaultDisplayNodes()
        loaded.AddItem(node)
        return True


class DropTarget(QtWidgets.QMainWindow):
    """A window that takes every file; Slicer's hands them to its readers (qSlicerMainWindow::dropEvent)."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.dropped: list[str] = []

    def dragEnterEvent(self, event: QtGui.QDragEnterEvent) -> None:
        event.accept()

    def dropEvent(self, event: QtGui.QDropEvent) -> None:
        self.dropped += [url.toLocalFile() for url in event.mimeData().urls()]


def drop(widget: Any, window: Any, paths: Iterable[Path]) -> str:
    """Drag files onto a widget and let them go there; who took them: ``panel``, ``window`` or nobody.

    Qt sends the first event to whoever is under the mouse and on to what holds it, until one accepts; that one gets the others.
    """
    urls = [QtCore.QUrl.fromLocalFile(str(path)) for path in paths]
    data = QtCore.QMimeData()
    data.setUrls(urls)
    data.setText("\n".join(url.toString() for url in urls))  # as file managers of Linux do
    given = (QtCore.Qt.DropAction.CopyAction | QtCore.Qt.DropAction.MoveAction, data)
    pressed = (QtCore.Qt.MouseButton.LeftButton, QtCore.Qt.KeyboardModifier.NoModifier)
    enter = _event(QtGui.QDragEnterEvent, QtCore.QPoint(2, 2), *given, *pressed)
    QtWidgets.QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return ""
    before = len(window.dropped)
    move = _event(QtGui.QDragMoveEvent, QtCore.QPoint(3, 3), *given, *pressed)
    QtWidgets.QApplication.sendEvent(widget, move)
    event = QtGui.QDropEvent(QtCore.QPointF(3, 3), *given, *pressed)
    QtWidgets.QApplication.sendEvent(widget, event)
    if len(window.dropped) > before:
        return "window"
    return "panel" if event.isAccepted() else ""


def _event(kind: Any, *arguments: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Qt will make these by itself one day
        return kind(*arguments)


OWN["slicer.qSlicerCoreIOManager"] = CoreIOManager
