"""How the stand-in for slicer.parameterNodeWrapper keeps the values of a node's parameters."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any

import slicer
import slicer.util
import vtk

if TYPE_CHECKING:
    from .parameter_node import Parameter


class Cached:
    """A parameter of one node with the value that it had when the node last changed, as wrapper.py's _CachedParameterWrapper.

    A node that is referred to before it is in the scene, as during an import, is None here until the parameter node changes again.
    """

    def __init__(self, parameter: Parameter, node: Any) -> None:
        self._parameter, self._node = parameter, node
        self._value = parameter.read(node)
        self._is_writing = False
        itself = weakref.ref(self)

        def changed(_caller: Any, _event: str) -> None:
            cached = itself()
            if cached is not None and not cached._is_writing:
                cached._value = parameter.read(node)

        self._tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, changed)

    def __del__(self) -> None:
        self._node.RemoveObserver(self._tag)

    def read(self) -> Any:
        """The value when the node last changed."""
        return self._value

    def write(self, value: Any) -> None:
        """Store a value; whoever hears of it already reads it."""
        self._is_writing = True
        try:
            with slicer.util.NodeModify(self._node):
                self._parameter.write(self._node, value)
                self._value = self._parameter.read(self._node)
        finally:
            self._is_writing = False


class Plain:
    """A parameter of one node that is read anew each time: lists and dictionaries."""

    def __init__(self, parameter: Parameter, node: Any) -> None:
        self._parameter, self._node = parameter, node
        parameter.read(node)

    def read(self) -> Any:
        """The node's value of now."""
        return self._parameter.read(self._node)

    def write(self, value: Any) -> None:
        """Store a value."""
        self._parameter.write(self._node, value)
