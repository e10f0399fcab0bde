"""The layout of Slicer's views: its node in the scene, with MRML's own logic, which makes the nodes of the views that a layout has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import slicer
import vtk

from .mrml_widgets import observe


class Layout:
    """The scene's layout node, as qSlicerLayoutManager follows it: whoever sets the arrangement there has set the layout.

    Args:
        scene: has the slice views' nodes already.
        changed: called with the number of a new layout.
    """

    def __init__(self, scene: Any, changed: Callable[[int], None]) -> None:
        self._logic = slicer.vtkMRMLLayoutLogic()
        self._logic.SetMRMLScene(scene)
        self._node, self._changed = self._logic.GetLayoutNode(), changed
        self._node.SetViewArrangement(int(slicer.vtkMRMLLayoutNode.SlicerLayoutConventionalView))
        self._known = self.number
        self._observer = observe(self._node, vtk.vtkCommand.ModifiedEvent, self._look)

    @property
    def number(self) -> int:
        """The layout that is shown."""
        return int(self._node.GetViewArrangement())

    def set(self, number: int) -> None:
        """Show another layout."""
        self._node.SetViewArrangement(number)

    def _look(self) -> None:
        if self.number != self._known:
            self._known = self.number
            self._changed(self._known)
