"""Slicer's subject hierarchy: every node that a plugin knows has an item, and plugins put entries into the Data module's menus.

The items are slicer-core's own (vtkMRMLSubjectHierarchyNode); what C++ does around them is Slicer's
Modules/Loadable/SubjectHierarchy/Widgets (qSlicerSubjectHierarchyPluginLogic, ...PluginHandler, ...ScriptedPlugin).
"""

from __future__ import annotations

import importlib.util
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
import slicer.util
from PySide6 import QtCore, QtGui

from .mrml_widgets import observe
from .proxy import OVERRIDES, OWN, wrap
from .signals import record

# Who adds and owns which nodes, the surest first: canAddNodeToSubjectHierarchy in Modules/Loadable/*/SubjectHierarchyPlugins.
ROLES = {
    "Segmentations": "vtkMRMLSegmentationNode",
    "LabelMaps": "vtkMRMLLabelMapVolumeNode",
    "Volumes": "vtkMRMLScalarVolumeNode",
    "Tables": "vtkMRMLTableNode",
    "Transforms": "vtkMRMLTransformNode",
    "Models": "vtkMRMLModelNode",
}
HANDLERS: list[PluginHandler] = []  # of the application that is on


class Plugin(QtCore.QObject):
    """A plugin; one with a role owns the items of a kind of node."""

    def __init__(self, parent: Any = None, name: str = "", kind: str = "") -> None:
        super().__init__(parent)
        self._name, self._kind = name, kind

    name = property(lambda self: self._name, lambda self, name: setattr(self, "_name", name))

    def canOwnSubjectHierarchyItem(self, item: int) -> float:
        node = slicer.mrmlScene.GetSubjectHierarchyNode().GetItemDataNode(item)
        return 0.5 if self._kind and node is not None and node.IsA(self._kind) else 0.0

    def itemContextMenuActions(self) -> list[QtGui.QAction]:
        return []

    def showContextMenuActionsForItem(self, item: int) -> None:
        return

    def switchToModule(self, name: str) -> Any:
        slicer.util.selectModule(name)
        return slicer.app.moduleManager().module(name).widgetRepresentation()._real


class ScriptedPlugin(Plugin):
    """A plugin in Python: what its class defines is called, of the rest the plugin's own is."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent, "UnnamedScriptedPlugin")
        self._python: Any = None
        self._source = ""

    def setPythonSource(self, path: str) -> bool:
        """As qSlicerSubjectHierarchyScriptedPlugin::setPythonSource: the file is a module of its own, outside any package."""
        if not path.endswith((".py", ".pyc")):
            return False
        name = Path(path).name.partition(".")[0]
        class_name = name if name.endswith("SubjectHierarchyPlugin") else name + "SubjectHierarchyPlugin"
        try:
            if not hasattr(sys.modules.get(name), class_name):
                spec = importlib.util.spec_from_file_location(name, path)
                assert spec is not None and spec.loader is not None
                sys.modules[name] = importlib.util.module_from_spec(spec)
                spec.loader.exec_module(sys.modules[name])
            self._python = getattr(sys.modules[name], class_name)(wrap(self))
        except Exception as error:
            record(error, f"setPythonSource({path!r})")
            return False
        self._source = path
        HANDLERS[-1].attributes.append(class_name)
        setattr(slicer, class_name, self._python)
        return True

    def pythonSource(self) -> str:
        return self._source

    def self(self) -> Any:
        return self._python

    def _call(self, method: str, kind: Any, *arguments: Any) -> Any:
        """What the Python class answers; None where it lacks the method, raises, or answers with another type."""
        function = getattr(self._python, method, None)
        if function is None:
            return None
        try:
            answer = function(*arguments)
            if kind is not None and not isinstance(answer, kind):
                raise TypeError(f"{method} is expected to return {kind.__name__}, not {answer!r}")
        except Exception as error:
            record(error, f"{self._source}: {method}")
            return None
        return answer

    def canOwnSubjectHierarchyItem(self, item: int) -> float:
        return float(self._call("canOwnSubjectHierarchyItem", float, item) or 0.0)

    def itemContextMenuActions(self) -> list[QtGui.QAction]:
        return [action._real for action in self._call("itemContextMenuActions", list) or []]

    def showContextMenuActionsForItem(self, item: int) -> None:
        self._call("showContextMenuActionsForItem", None, item)


class PluginHandler(QtCore.QObject):
    """The plugins, the items that are selected in the Data module, and its context menu."""

    def __init__(self, scene: Any) -> None:
        super().__init__()
        self._scene = scene
        self._roles = [Plugin(self, name, kind) for name, kind in ROLES.items()]
        self._default = Plugin(self, "Default")
        self._plugins: list[Plugin] = list(self._roles)
        self._items: list[int] = []
        self.attributes: list[str] = []  # of the module slicer, that plugins were given
        self._observers = [
            observe(scene, scene.NodeAddedEvent, self._add, node=True),
            observe(scene, scene.NodeAboutToBeRemovedEvent, self._remove, node=True),
            observe(scene, scene.EndImportEvent, self._add_all, priority=10.0),
            observe(scene, scene.EndCloseEvent, self.subjectHierarchyNode),
        ]

    def close(self) -> None:
        """The application ends."""
        for subject, tag in self._observers:
            subject.RemoveObserver(tag)
        for name in self.attributes:
            if hasattr(slicer, name):
                delattr(slicer, name)

    # Items, as qSlicerSubjectHierarchyPluginLogic's onNodeAdded, onNodeAboutToBeRemoved, onSceneImportEnded and onSceneCloseEnded

    def subjectHierarchyNode(self) -> Any:
        return slicer.vtkMRMLSubjectHierarchyNode.ResolveSubjectHierarchy(self._scene)

    def _add(self, node: Any) -> None:
        if node is None or node.IsA("vtkMRMLSubjectHierarchyNode") or self._scene.IsImporting() or node.GetHideFromEditors():
            return
        role = next((role for role in self._roles if node.IsA(role._kind)), None)
        hierarchy = self.subjectHierarchyNode()
        if role is not None and not hierarchy.GetItemByDataNode(node):
            hierarchy.CreateItem(hierarchy.GetSceneItemID(), node, role.name)

    def _remove(self, node: Any) -> None:
        if self._scene.IsClosing() or node is None or node.IsA("vtkMRMLSubjectHierarchyNode"):
            return
        hierarchy = self.subjectHierarchyNode()
        if item := hierarchy.GetItemByDataNode(node):
            hierarchy.RemoveItem(item, False, False)

    def _add_all(self) -> None:
        for number in range(self._scene.GetNumberOfNodes()):
            self._add(self._scene.GetNthNode(number))

    # Plugins

    def registerPlugin(self, plugin: Plugin) -> bool:
        if not plugin.name or any(other.name == plugin.name for other in self._plugins):
            return False
        plugin.setParent(self)
        self._plugins.append(plugin)
        return True

    def allPlugins(self) -> list[Plugin]:
        return [*self._plugins, self._default]

    def pluginByName(self, name: str) -> Plugin | None:
        return next((plugin for plugin in self.allPlugins() if plugin.name == name), None)

    def setCurrentItem(self, item: int) -> None:
        self._items = [item]

    def setCurrentItems(self, items: list[int]) -> None:
        self._items = list(items)

    def currentItem(self) -> int:
        return self._items[0] if len(self._items) == 1 else 0

    def menu(self, *nodes: Any) -> dict[str, Callable[[], None]]:
        """What a right click on the last of the nodes that are selected offers, each with what choosing it does.

        As qMRMLSubjectHierarchyTreeView::populateContextMenuForItem: all is hidden, and with several nodes plugins add nothing.
        """
        hierarchy = self.subjectHierarchyNode()
        items = [hierarchy.GetItemByDataNode(node) for node in nodes]
        assert all(items), "not every node is in the subject hierarchy"
        self.setCurrentItems(items)
        actions = [action for plugin in self._plugins for action in plugin.itemContextMenuActions()]
        for action in actions:
            action.setVisible(False)
        for plugin in self._plugins if len(items) == 1 else []:
            plugin.showContextMenuActionsForItem(items[0])
        return {action.text(): action.trigger for action in actions if action.isVisible()}


class AbstractScriptedSubjectHierarchyPlugin:
    """Slicer's base class of plugins in Python, word for word what it does."""

    def __init__(self, scriptedPlugin: Any) -> None:
        self.scriptedPlugin = scriptedPlugin
        self.register()

    def register(self) -> None:
        slicer.qSlicerSubjectHierarchyPluginHandler.instance().registerPlugin(self.scriptedPlugin)


def module() -> types.ModuleType:
    """The package SubjectHierarchyPlugins, as Slicer's Python has it."""
    made = types.ModuleType("SubjectHierarchyPlugins")
    made.AbstractScriptedSubjectHierarchyPlugin = AbstractScriptedSubjectHierarchyPlugin  # type: ignore[attr-defined]
    return made


def put_on(scene: Any) -> Callable[[], None]:
    """Give a scene its subject hierarchy; returns what ends it."""
    handler = PluginHandler(scene)
    HANDLERS.append(handler)

    def take_off() -> None:
        handler.close()
        HANDLERS.remove(handler)

    return take_off


OWN.update(
    {
        "slicer.qSlicerSubjectHierarchyAbstractPlugin": Plugin,
        "slicer.qSlicerSubjectHierarchyScriptedPlugin": ScriptedPlugin,
        "slicer.qSlicerSubjectHierarchyPluginHandler": PluginHandler,
    }
)
OVERRIDES[("slicer.qSlicerSubjectHierarchyPluginHandler", "instance")] = lambda _owner: wrap(HANDLERS[-1])
