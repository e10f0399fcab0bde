"""The application object and what hangs from it: layout manager, module manager, main window, modules."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer
import vtk
from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Signal

from . import ui
from .files import CoreIOManager, DropTarget
from .layouts import Layout
from .mrml_widgets import qMRMLSliceWidget, qMRMLThreeDWidget, qMRMLWidget
from .proxy import OWN, wrap
from .qt import application
from .sizes import ModulePanel
from .translations import Translations

SLICE_VIEWS = {"Red": "Axial", "Yellow": "Sagittal", "Green": "Coronal"}


def set_variable(name: str, value: str) -> Callable[[], None]:
    """Set an environment variable; what sets it back."""
    before = os.environ.get(name)
    os.environ[name] = value
    return lambda: os.environ.pop(name, None) if before is None else os.environ.update({name: before})  # type: ignore[func-returns-value]


class CommandOptions:
    """What the command line said."""

    __slots__ = ("noMainWindow", "runPythonAndExit", "testingEnabled")

    def __init__(self, testing: bool) -> None:
        self.testingEnabled, self.runPythonAndExit, self.noMainWindow = testing, False, False


class LayoutManager(QtCore.QObject):
    """Three slice views and a 3D view, with real nodes and logics."""

    layoutChanged = Signal(int)

    def __init__(self, scene: Any, logic: Any) -> None:
        super().__init__()
        self._scene = scene
        self._slices = {}
        self._logics = vtk.vtkCollection()
        for name, orientation in SLICE_VIEWS.items():
            slice_logic = slicer.vtkMRMLSliceLogic()
            slice_logic.SetMRMLApplicationLogic(logic)
            slice_logic.SetMRMLScene(scene)
            slice_logic.AddSliceNode(name)
            slice_logic.GetSliceNode().SetOrientation(orientation)
            self._slices[name] = qMRMLSliceWidget(name, slice_logic)
            self._logics.AddItem(slice_logic)
        logic.SetSliceLogics(self._logics)
        self._three_d = qMRMLThreeDWidget()
        self._three_d.show_scene(scene)
        self.slice_views_reset = 0
        self._layout = Layout(scene, self.layoutChanged.emit, self._slices)

    def sliceViewNames(self) -> list[str]:
        return list(self._slices)

    def sliceWidget(self, name: str) -> Any:
        return self._slices.get(name)

    def threeDWidget(self, index: int) -> Any:
        return self._three_d if index == 0 else None

    threeDViewCount = property(lambda self: 1)

    def mrmlSliceLogics(self) -> Any:
        return self._logics

    def mrmlScene(self) -> Any:
        return self._scene

    def setLayout(self, layout: int) -> None:
        self._layout.set(layout)

    layout = property(lambda self: self._layout.number, setLayout)

    def resetSliceViews(self) -> None:
        self.slice_views_reset += 1
        for widget in self._slices.values():
            widget.fitSliceToBackground()

    def resetThreeDViews(self) -> None:
        self._three_d.threeDView().resetFocalPoint()


class ModuleSelector(QtWidgets.QToolBar):
    """Switches between modules."""

    moduleSelected = Signal(str)

    def __init__(self, choose: Callable[[str], None]) -> None:
        super().__init__()
        self._choose, self._current = choose, ""

    def selectModule(self, name: str) -> None:
        self._choose(name)
        self._current = name
        self.moduleSelected.emit(name)

    selectedModule = property(lambda self: self._current, lambda self, name: self.selectModule(name))


class MainWindow(DropTarget):
    """The main window: a scrolled module panel, the selector, a status bar."""

    def __init__(self, choose: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("qSlicerMainWindow")
        self._selector = ModuleSelector(choose)
        self.addToolBar(self._selector)
        self.statusBar()
        self.panel = ModulePanel()
        self.setCentralWidget(self.panel)
        self.resize(480, 800)

    def moduleSelector(self) -> ModuleSelector:
        return self._selector


class Module(QtCore.QObject):
    """What Slicer lists of a scripted module, and the door to its widget."""

    def __init__(self, name: str, path: str, make_widget: Callable[[Module], Any] | None = None, logic: Any = None) -> None:
        super().__init__()
        self._fixed = {"name": name, "path": path, "isInstalled": False, "isBuiltIn": False}
        self._values: dict[str, Any] = {
            **dict.fromkeys(("title", "helpText", "acknowledgementText", "slicerWikiUrl"), ""),
            **{key: [] for key in ("categories", "dependencies", "contributors", "associatedNodeTypes")},
            **{"hidden": False, "index": -1, "icon": QtGui.QIcon(), "extensions": {}, "widgetRepresentationCreationEnabled": True},
        }
        self._make_widget, self._logic, self._widget = make_widget, logic, None

    def logic(self) -> Any:
        return self._logic

    def widgetRepresentation(self) -> Any:
        if self._widget is None and self._make_widget is not None:
            self._widget = self._make_widget(self)
        return self._widget

    def createNewWidgetRepresentation(self) -> Any:
        return self._make_widget(self) if self._make_widget else None

    def mrmlScene(self) -> Any:
        return slicer.mrmlScene


def _fixed(name: str) -> property:
    return property(lambda module: module._fixed[name])


def _kept(name: str) -> property:
    return property(lambda module: module._values[name], lambda module, value: module._values.__setitem__(name, value))


for _name in ("name", "path", "isInstalled", "isBuiltIn"):
    setattr(Module, _name, _fixed(_name))
for _name in (
    *("title", "helpText", "acknowledgementText", "slicerWikiUrl", "categories", "dependencies", "contributors", "associatedNodeTypes"),
    *("hidden", "index", "icon", "extensions", "widgetRepresentationCreationEnabled"),
):
    setattr(Module, _name, _kept(_name))


class ModuleWidget(qMRMLWidget):
    """The panel's frame; ``self()`` is the Python object of the module's widget class."""

    PROXY_BASE = "qt.QWidget"

    def __init__(self, module: Module, make: Callable[[Any], Any]) -> None:
        super().__init__()
        self._module, self._make, self._self, self._entered = module, make, None, False
        QtWidgets.QVBoxLayout(self)
        self.setMRMLScene(slicer.mrmlScene)
        self.reload()

    def reload(self) -> None:
        self._self = self._make(wrap(self))
        self._self.setup()

    def self(self) -> Any:
        return self._self

    def module(self) -> Module:
        return self._module

    isEntered = property(lambda self: self._entered)
    moduleName = property(lambda self: self._module._fixed["name"])

    def enter(self) -> None:
        self._entered = True
        if hasattr(self._self, "enter"):
            self._self.enter()

    def exit(self) -> None:
        self._entered = False
        if hasattr(self._self, "exit"):
            self._self.exit()


class ModuleManager(QtCore.QObject):
    """The modules by name."""

    moduleLoaded = Signal(str)
    moduleAboutToBeUnloaded = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, Module] = {}
        self._factory = FactoryManager(self)

    def module(self, name: str) -> Any:
        return self.known.get(name)

    def modulesNames(self) -> list[str]:
        return list(self.known)

    def factoryManager(self) -> FactoryManager:
        return self._factory


class FactoryManager(QtCore.QObject):
    """Says which modules are loaded."""

    def __init__(self, manager: ModuleManager) -> None:
        super().__init__(manager)
        self._manager = manager

    def loadedModuleNames(self) -> list[str]:
        return list(self._manager.known)

    def instantiatedModuleNames(self) -> list[str]:
        return list(self._manager.known)

    def registeredModuleNames(self) -> list[str]:
        return list(self._manager.known)

    def isLoaded(self, name: str) -> bool:
        return name in self._manager.known

    isRegistered = isInstantiated = isLoaded

    def moduleInstance(self, name: str) -> Any:
        return self._manager.known.get(name)

    loadedModule = moduleInstance


class ExtensionsManagerModel(QtCore.QObject):
    """The extensions that a test says are installed."""

    def __init__(self) -> None:
        super().__init__()
        self.extensions: list[str] = []

    def isExtensionInstalled(self, name: str) -> bool:
        return name in self.extensions

    isExtensionEnabled = isExtensionInstalled
    installedExtensions = property(lambda self: self.extensions)


class Application(Translations, QtCore.QObject):
    """``slicer.app``; what it does not define itself is the QApplication's."""

    startupCompleted = Signal()
    aboutToQuit = Signal()
    sceneChanged = Signal(object)
    SIGNATURES = {"mrmlSceneChanged(vtkMRMLScene*)": "sceneChanged"}

    def __init__(self, scene: Any, logic: Any, folder: Path, testing: bool, choose: Callable[[str], None]) -> None:
        super().__init__()
        self.delegate = application()
        self._scene, self._logic, self._folder = scene, logic, folder
        self._options = CommandOptions(testing)
        self._layouts = LayoutManager(scene, logic)
        self._modules, self._io = ModuleManager(), CoreIOManager(scene)
        self._extensions = ExtensionsManagerModel()
        self.main_window = MainWindow(choose)
        self.exited: int | None = None
        self.restarted = False
        self._temporary = str(folder / "temporary")
        Path(self._temporary).mkdir(parents=True, exist_ok=True)
        self._cache = slicer.vtkCacheManager()
        vtk.vtkObject.GlobalWarningDisplayOff()  # that it leaves a link alone it prints on the console
        self._cache.SetRemoteCacheDirectory(str(folder / "cache"))
        scene.SetCacheManager(self._cache)
        if QtCore.QSettings().value("Cache/AutoPrune", True) not in (False, "false"):
            self._cache.PruneCache()  # before any module is loaded, as qSlicerApplication.cxx does
        vtk.vtkObject.GlobalWarningDisplayOn()

    temporaryPath = property(lambda self: self._temporary, lambda self, path: setattr(self, "_temporary", path))
    slicerHome = property(lambda self: str(self._folder / "home"))
    launcherExecutableFilePath = property(lambda self: str(self._folder / "home" / "Slicer"))
    documentationBaseUrl = property(lambda self: "https://slicer.readthedocs.io/en/5.12/")
    applicationName = property(lambda self: "Slicer")
    version = (5, 12)
    applicationVersion = property(lambda self: "{}.{}.0".format(*self.version))
    majorVersion = property(lambda self: self.version[0])
    minorVersion = property(lambda self: self.version[1])
    revision = property(lambda self: "34045")
    repositoryRevision = property(lambda self: "")
    platform = property(lambda self: {"win32": "win-amd64", "darwin": "macosx-arm64"}.get(sys.platform, "linux-amd64"))
    os = property(lambda self: {"win32": "win", "darwin": "macosx"}.get(sys.platform, "linux"))
    isInstalled = property(lambda self: True)

    def applicationFilePath(self) -> str:
        return str(self._folder / "home" / "bin" / "SlicerApp-real")

    def moduleDocumentationUrl(self, name: str) -> str:
        return self.documentationBaseUrl + f"user_guide/modules/{name.lower()}.html"

    def mrmlScene(self) -> Any:
        return self._scene

    def applicationLogic(self) -> Any:
        return self._logic

    def layoutManager(self) -> LayoutManager:
        return self._layouts

    def moduleManager(self) -> ModuleManager:
        return self._modules

    def coreIOManager(self) -> CoreIOManager:
        return self._io

    def extensionsManagerModel(self) -> ExtensionsManagerModel:
        return self._extensions

    def commandOptions(self) -> CommandOptions:
        return self._options

    def testingEnabled(self) -> bool:
        return self._options.testingEnabled

    def settings(self) -> QtCore.QSettings:
        return QtCore.QSettings()

    userSettings = revisionUserSettings = settings

    def startupEnvironment(self) -> QtCore.QProcessEnvironment:
        return QtCore.QProcessEnvironment.systemEnvironment()

    environment = startupEnvironment

    def setEnvironmentVariable(self, name: str, value: str) -> None:
        os.environ[name] = value

    def translate(self, context: str, text: str) -> str:
        return ui.TRANSLATE[0](context, text)

    def exit(self, status: int = 0) -> None:
        self.exited = status

    def quit(self) -> None:
        self.exited = 0

    def restart(self) -> None:
        self.restarted = True

    def pauseRender(self) -> None:
        return

    resumeRender = pauseRender

    def setRenderPaused(self, _paused: bool) -> None:
        return


class Modules:
    """``slicer.modules``: one attribute for each module, in lower case."""


OWN.update(
    {
        "slicer.qSlicerApplication": Application,
        "slicer.qSlicerLayoutManager": LayoutManager,
        "slicer.qSlicerModuleManager": ModuleManager,
        "slicer.qSlicerModuleFactoryManager": FactoryManager,
        "slicer.qSlicerExtensionsManagerModel": ExtensionsManagerModel,
        "slicer.qSlicerScriptedLoadableModule": Module,
        "slicer.qSlicerScriptedLoadableModuleWidget": ModuleWidget,
        "slicer.qSlicerModuleSelectorToolBar": ModuleSelector,
        "slicer.qSlicerMainWindow": MainWindow,
    }
)
