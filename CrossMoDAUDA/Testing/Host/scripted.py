"""Stand-ins for the Python modules that Slicer brings: ScriptedLoadableModule, i18n, packaging, SampleData."""

from __future__ import annotations

import functools
import importlib
import inspect
import os
import re
import sys
import types
import unittest
from collections.abc import Callable
from pathlib import Path
from typing import Any

import slicer

from . import ui
from .qt import qt

_ICON_FOLDER = "Resources/Icons"


class ScriptedLoadableModule:
    """Base of what a module says about itself; ``parent`` is what Slicer lists."""

    def __init__(self, parent: Any) -> None:
        super().__init__()
        self.parent = parent
        self.moduleName = type(self).__name__
        parent.title, parent.helpText, parent.acknowledgementText = "", "", ""
        parent.categories, parent.dependencies, parent.contributors = [], [], []
        folder = Path(parent.path).parent
        icons = [folder / _ICON_FOLDER / (self.moduleName + ending) for ending in (".svg", ".png")]
        if found := [icon for icon in icons if icon.is_file()]:
            parent.icon = qt.QIcon(str(found[0]))
        if not hasattr(slicer, "selfTests"):
            slicer.selfTests = {}
        slicer.selfTests[self.moduleName] = self.runTest

    def resourcePath(self, filename: str) -> str:
        return str(Path(self.parent.path).parent / "Resources" / filename)

    def getDefaultModuleDocumentationLink(self, docPage: str | None = None) -> str:
        url = slicer.app.documentationBaseUrl + docPage if docPage else slicer.app.moduleDocumentationUrl(self.moduleName)
        return f'<p><a href="{url}">{url}</a></p>'

    def runTest(self, msec: int = 100, **keywords: Any) -> None:
        module = importlib.import_module(self.__module__)
        case = getattr(module, self.moduleName + "Test")()
        case.messageDelay = msec
        case.runTest(**keywords)


class ScriptedLoadableModuleWidget:
    """Base of a module's panel; ``layout`` is the layout of its parent widget."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Widget")
        self.developerMode = slicer.util.settingsValue("Developer/DeveloperMode", False, converter=slicer.util.toBool)
        self.parent = parent
        if not parent:
            self.parent = slicer.qMRMLWidget()
            self.parent.setLayout(qt.QVBoxLayout())
            self.parent.setMRMLScene(slicer.mrmlScene)
        self.layout = self.parent.layout()
        if not parent:
            self.setup()
            self.parent.show()
        slicer.app.moduleManager().connect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def resourcePath(self, filename: str) -> str:
        return str(Path(slicer.util.modulePath(self.moduleName)).parent / "Resources" / filename)

    def cleanup(self) -> None:
        return

    def _onModuleAboutToBeUnloaded(self, moduleName: str) -> None:
        if moduleName == self.moduleName:
            self.cleanup()
            slicer.app.moduleManager().disconnect("moduleAboutToBeUnloaded(QString)", self._onModuleAboutToBeUnloaded)

    def setupDeveloperSection(self) -> None:
        return

    def setup(self) -> None:
        self.setupDeveloperSection()

    def onReload(self) -> None:
        slicer.util.reloadScriptedModule(self.moduleName)


class ScriptedLoadableModuleLogic:
    """Base of a module's logic: finds or makes its parameter node."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__()
        self.moduleName = type(self).__name__.removesuffix("Logic")
        self.isSingletonParameterNode = True

    def getParameterNode(self) -> Any:
        if self.isSingletonParameterNode:
            node = slicer.mrmlScene.GetSingletonNode(self.moduleName, "vtkMRMLScriptedModuleNode")
            if node:
                node.SetAttribute("ModuleName", self.moduleName)
                return node
        elif nodes := self.getAllParameterNodes():
            return nodes[0]
        return slicer.mrmlScene.AddNode(self.createParameterNode())

    def getAllParameterNodes(self) -> list[Any]:
        nodes = slicer.util.getNodesByClass("vtkMRMLScriptedModuleNode")
        return [node for node in nodes if node.GetAttribute("ModuleName") == self.moduleName]

    def createParameterNode(self) -> Any:
        node = slicer.mrmlScene.CreateNodeByClass("vtkMRMLScriptedModuleNode")
        node.UnRegister(None)
        if self.isSingletonParameterNode:
            node.SetSingletonTag(self.moduleName)
        node.SetAttribute("ModuleName", self.moduleName)
        node.SetName(slicer.mrmlScene.GenerateUniqueName(self.moduleName))
        return node


class ScriptedLoadableModuleTest(unittest.TestCase):
    """Base of a module's self-test."""

    messageDelay = 0

    def delayDisplay(self, message: str, requestedDelay: int | None = None, msec: int | None = None) -> None:
        slicer.util.delayDisplay(message, msec or requestedDelay or self.messageDelay)

    def runTest(self) -> None:
        for name in (name for name in dir(self) if name.startswith("test") and callable(getattr(self, name))):
            self.setUp()
            getattr(self, name)()
            self.tearDown()


def translate(context: str, text: str) -> str:
    """A text in the language of the application."""
    return ui.TRANSLATE[0](context, text)


@functools.cache
def get_context(file: str) -> str:
    """What texts of a source file are translated as: of a file in a package, the package's name and its own."""
    path = Path(file)
    return f"{path.parent.name}.{path.stem}" if (path.parent / "__init__.py").is_file() else path.stem


def tr(text: str) -> str:
    """The same, with the caller's file as context; an f-string is caught where it shows."""
    if not isinstance(text, str):
        raise TypeError(f"tr takes a string, not {text!r}")
    frame = inspect.currentframe()
    translated = translate(get_context(frame.f_back.f_code.co_filename) if frame and frame.f_back else "", text)
    fields = re.compile(r"(?<!\{)\{([^{}]+)\}(?!\})")
    return translated if set(fields.findall(text)) == set(fields.findall(translated)) else text


class Installer:
    """pip, recorded: an install is refused unless the test gives a function that stands for it."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Any, dict[str, Any]]] = []
        self.function: Callable[..., Any] | None = None

    def __call__(self, name: str, requirements: Any, keywords: dict[str, Any]) -> Any:
        self.calls.append((name, requirements, keywords))
        if self.function is None:
            raise RuntimeError(f"{name}({requirements!r}) was called, and the test gave no host.installer.function")
        return self.function(requirements, **keywords)


INSTALLER = [Installer()]


def _given(**keywords: Any) -> dict[str, Any]:
    """The keyword arguments that differ from pip_install's and pip_ensure's defaults."""
    return {name: value for name, value in keywords.items() if value is not None and value is not True}


def pip_install(
    requirements: str | list[str],
    constraints: Any = None,
    no_deps_requirements: Any = None,
    skip_packages: list[str] | None = None,
    blocking: bool = True,
    show_progress: bool = True,
    requester: str | None = None,
    logCallback: Callable[[str], None] | None = None,
    completedCallback: Callable[[int], None] | None = None,
) -> Any:
    """Recorded; see Installer."""
    given = _given(constraints=constraints, no_deps_requirements=no_deps_requirements, skip_packages=skip_packages, blocking=blocking)
    given |= _given(show_progress=show_progress, requester=requester, logCallback=logCallback, completedCallback=completedCallback)
    return INSTALLER[0]("pip_install", requirements, given)


def pip_install_of_5_10(requirements: str | list[str]) -> Any:
    """slicer.util.pip_install as Slicer 5.10 has it; recorded."""
    return INSTALLER[0]("pip_install", requirements, {})


def pip_ensure(
    requirements: Any,
    constraints: Any = None,
    skip_packages: list[str] | None = None,
    prompt_install: bool = True,
    prompt_restart: bool = True,
    requester: str | None = None,
    skip_in_testing: bool = True,
    show_progress: bool = True,
) -> Any:
    """Recorded; see Installer. Does nothing under --testing, as Slicer's."""
    if skip_in_testing and slicer.app.testingEnabled():
        return []
    given = _given(constraints=constraints, skip_packages=skip_packages, prompt_install=prompt_install, prompt_restart=prompt_restart)
    return INSTALLER[0]("pip_ensure", requirements, given | _given(requester=requester, show_progress=show_progress))


class SampleDataLogic:
    """Where modules register the data sets of the Sample Data module."""

    @staticmethod
    def registerCustomSampleDataSource(
        category: str = "Custom",
        sampleName: Any = None,
        uris: Any = None,
        fileNames: Any = None,
        nodeNames: Any = None,
        customDownloader: Any = None,
        thumbnailFileName: Any = None,
        loadFileTypes: Any = None,
        loadFiles: Any = None,
        loadFileProperties: Any = None,
        checksums: Any = None,
        loadFileType: Any = None,
    ) -> None:
        """Note a data set; a thumbnail that is missing is an error."""
        if thumbnailFileName is not None and not Path(thumbnailFileName).is_file():
            raise FileNotFoundError(f"the thumbnail {thumbnailFileName} is missing")
        source = types.SimpleNamespace(
            category=category, sampleName=sampleName, uris=uris, fileNames=fileNames, nodeNames=nodeNames,
            customDownloader=customDownloader, thumbnailFileName=thumbnailFileName, loadFileTypes=loadFileTypes or loadFileType,
            loadFiles=loadFiles, loadFileProperties=loadFileProperties, checksums=checksums,
        )  # fmt: skip
        counts = {len([given] if isinstance(given, str) else given) for given in (uris, fileNames, nodeNames)}
        if len(counts) != 1:
            raise ValueError("uris, fileNames and nodeNames are not equally many")
        if not hasattr(slicer.modules, "sampleDataSources"):
            slicer.modules.sampleDataSources = {}
        slicer.modules.sampleDataSources.setdefault(category, []).append(source)

    def logMessage(self, message: str, logLevel: int = 0) -> None:
        return


def was_opened_before() -> None:
    """Leave in Slicer's settings that the module has found its packages good: trying them takes each test seconds."""
    from PySide6 import QtCore

    try:
        from CrossMoDAUDALib.commands.dependencies import fingerprint
    except ModuleNotFoundError:  # another module is opened
        return
    QtCore.QSettings().setValue("CrossMoDAUDA/PackagesTried", fingerprint())


def press_sample_data(sample: str) -> Any:
    """Press a data set's button in the Sample Data module: calls its customDownloader with the source, as Slicer does."""
    for sources in getattr(slicer.modules, "sampleDataSources", {}).values():
        for source in sources:
            if source.sampleName == sample:
                if source.customDownloader is None:
                    raise RuntimeError(f"{sample} would be downloaded; only customDownloader is in the stand-in")
                return source.customDownloader(source)
    raise RuntimeError(f"no sample data set {sample!r}")


def _module(name: str, members: dict[str, Any]) -> types.ModuleType:
    made = types.ModuleType(name)
    made.__dict__.update(members)
    return made


def modules() -> dict[str, types.ModuleType]:
    """The Python modules by name, to be put into sys.modules."""
    from . import parameter_node, subject_hierarchy
    from .qt import ctk

    parameter_names = ["parameterNodeWrapper", "isParameterNodeWrapper", "Default", "Choice", "WithinRange", "Minimum", "Maximum"]
    parameter_names += ["Validator", "Decimals", "SingleStep"]
    bases = (ScriptedLoadableModule, ScriptedLoadableModuleWidget, ScriptedLoadableModuleLogic, ScriptedLoadableModuleTest)
    return {
        "qt": qt,
        "ctk": ctk,
        "slicer.i18n": _module("slicer.i18n", {"getContext": get_context, "tr": tr, "translate": translate}),
        "slicer.ScriptedLoadableModule": _module(
            "slicer.ScriptedLoadableModule", {"__all__": [base.__name__ for base in bases], **{base.__name__: base for base in bases}}
        ),
        "slicer.parameterNodeWrapper": _module(
            "slicer.parameterNodeWrapper", {"__all__": parameter_names, **{name: getattr(parameter_node, name) for name in parameter_names}}
        ),
        "slicer.packaging": _module("slicer.packaging", {"pip_install": pip_install, "pip_ensure": pip_ensure}),
        "SubjectHierarchyPlugins": subject_hierarchy.module(),
        "SampleData": _module("SampleData", {"SampleDataLogic": SampleDataLogic}),
    }


def _library(modules: dict[str, types.ModuleType], folder: Path) -> dict[str, types.ModuleType]:
    """Those of the modules that were imported from below a folder, the tests themselves left out."""
    found, below = {}, f"{folder}{os.sep}"
    for name, module in list(modules.items()):
        file = getattr(module, "__file__", None)
        if file and str(file).startswith(below) and "Testing" not in Path(file).relative_to(folder).parts:
            found[name] = module
    return found


def restore(before: dict[str, types.ModuleType], folder: Path) -> None:
    """Put a library that was reloaded back as it was, because others hold its classes.

    Args:
        before: all modules that were loaded then.
        folder: the library's modules lie below it.
    """
    before, now = _library(before, folder), _library(sys.modules, folder)
    if all(now.get(name) is module for name, module in before.items()):
        return
    for name in now:
        sys.modules.pop(name, None)
    sys.modules.update(before)


def forget(modules_before: set[str], folder: Path) -> None:
    """Forget modules that were imported since and hold the stand-in's ``qt``, ``ctk`` or translations, and the module's own file."""
    for name in set(sys.modules) - modules_before:
        module = sys.modules[name]
        names = vars(module) if module is not None else {}
        file = getattr(module, "__file__", None) or ""
        ours = names.get("qt") is qt or any(value is tr for value in names.values())
        if ours or ".panel" in name or (file and Path(file).parent == folder):
            _drop(name)


def forget_panel() -> None:
    """Forget the panel's modules that were imported without an application, so that the next gets its own."""
    for name in [name for name in sys.modules if name.startswith("CrossMoDAUDALib.panel")]:
        _drop(name)


def _drop(name: str) -> None:
    """Also as its package's attribute, which ``from package import module`` would find."""
    module = sys.modules.pop(name, None)
    parent, _dot, short = name.rpartition(".")
    if parent in sys.modules and getattr(sys.modules[parent], short, None) is module:
        delattr(sys.modules[parent], short)
