"""The layout of Slicer's views: its node in the scene, with MRML's own logic, which makes the nodes of the views that a layout has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk
from PySide6 import QtCore

from .mrml_widgets import observe

# Columns and rows of the slice views that a layout shows, as in a main window of 1500 x 1000 points; the others keep what they have.
_LAYOUTS = slicer.vtkMRMLLayoutNode
SIZES = {
    _LAYOUTS.SlicerLayoutConventionalView: dict.fromkeys(("Red", "Yellow", "Green"), (399, 418)),
    _LAYOUTS.SlicerLayoutFourUpView: dict.fromkeys(("Red", "Yellow", "Green"), (599, 420)),
    _LAYOUTS.SlicerLayoutSideBySideView: dict.fromkeys(("Red", "Yellow"), (599, 871)),
}


class ViewSizes(QtCore.QObject):
    """Gives the slice views the sizes of a layout once the window lays itself out, which it does with its events and not at once."""

    def __init__(self, views: dict[str, Any]) -> None:
        super().__init__()
        self._views, self._layout = views, -1

    def follow(self, layout: int) -> None:
        """Take over another layout's sizes with the next events."""
        self._layout = layout
        QtCore.QCoreApplication.postEvent(self, QtCore.QEvent(QtCore.QEvent.Type.LayoutRequest))

    def event(self, event: QtCore.QEvent) -> bool:
        if event.type() != QtCore.QEvent.Type.LayoutRequest:
            return super().event(event)
        for name, size in SIZES.get(self._layout, {}).items():
            self._views[name].sliceLogic().ResizeSliceNode(*size)
        return True


class Layout:
    """The scene's layout node, as qMRMLLayoutManager.cxx follows it: whoever sets the arrangement there has set the layout.

    The layout is told with each change of the node, also of another of its values; while the scene is worked on as a batch, such as when
    it is loaded, not before the end, and then in any case.

    Args:
        scene: has the slice views' nodes already.
        changed: called with the number of the layout.
        views: the slice views by name.
    """

    def __init__(self, scene: Any, changed: Callable[[int], None], views: dict[str, Any]) -> None:
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(scene)
        self._node, self._changed, self._sizes = self._logic.GetLayoutNode(), changed, ViewSizes(views)
        self._node.SetViewArrangement(int(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView))
        self._scene, self._known = scene, self.number
        self._observers = [
            observe(self._node, vtk.vtkCommand.ModifiedEvent, self._look),
            observe(scene, slicer.vtkMRMLScene.EndBatchProcessEvent, self._look),
            observe(scene, slicer.vtkMRMLScene.EndCloseEvent, self._look, priority=10.0),  # before MRML's logic sets the layout back
        ]

    @property
    def number(self) -> int:
        """The layout that is shown."""
        return int(self._node.GetViewArrangement())

    def set(self, number: int) -> None:
        """Show another layout."""
        self._node.SetViewArrangement(number)

    def _look(self) -> None:
        if self._scene.IsBatchProcessing():
            return
        if self.number != self._known:
            self._known = self.number
            self._sizes.follow(self._known)
        self._changed(self.number)
