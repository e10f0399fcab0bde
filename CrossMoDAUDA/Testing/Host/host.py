"""Putting the stand-in application on and taking it off, opening a module in it, and working it as a user would."""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import slicer
import slicer.util
from PySide6 import QtCore, QtWidgets

from . import (
    appearance,
    application,
    builtin_modules,
    ctk_widgets,
    dialogs,
    event_loop,
    facts,
    latency,
    measuring,
    mrml_widgets,
    node_list,
    scripted,
    signals,
    subject_hierarchy,
    ui,
)
from .proxy import OWN, Proxy, proxy_class, wrap
from .qt import application as qapplication

__all__ = ["Host"]
assert ctk_widgets and mrml_widgets and node_list  # imported for the classes they register


class Host:
    """The application, for as long as a ``with`` lasts.

    ``errors``: what slots, observers and virtual methods raised. ``dialogs``: what was shown (kind, text, title, details, answer).
    ``answers``: what the next dialogs are answered with, in order (True/False, a button's words, a path, or a function of the dialog).
    ``version``: of Slicer; 5.10 lacks slicer.packaging. ``mark_translated``: translated text comes back as ``⟦text⟧``.
    ``language``: of Slicer, as "de_DE"; translated is what a module loads for it.
    Leaving with errors that were not taken out of ``errors``, or with unused answers, is an AssertionError.
    """

    def __init__(
        self,
        module_path: str | Path | None = None,
        *,
        testing: bool = False,
        mark_translated: bool = False,
        folder: Path | None = None,
        version: tuple[int, int] = (5, 12),
        language: str = "en_US",
    ) -> None:
        self.module_path = Path(module_path) if module_path else None
        self.errors, self.dialogs, self.answers = signals.ERRORS, dialogs.SHOWN, dialogs.ANSWERS
        self.installer = scripted.Installer()
        self.module: Any = None
        self.widget: Any = None
        self._testing, self._mark = testing, mark_translated
        self._given_folder, self._version, self._language = folder, version, language
        self._undo: list[Callable[[], None]] = []
        self._entered: Any = None

    def __enter__(self) -> Host:
        if hasattr(slicer, "app"):
            raise RuntimeError("an application is on already")
        try:
            self._put_on()
            if self.module_path is not None:
                self.open_module(self.module_path)
        except BaseException:
            self._take_off()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        try:
            self.close()
        finally:
            problems = [f"{type(one).__name__}: {one}" for one in self.errors]
            unused = list(self.answers)
            self._take_off()
        if kind is None and (problems or unused):
            raise AssertionError(f"raised in slots: {problems}" if problems else f"answers to dialogs that never came: {unused}")

    def _set(self, place: Any, name: str, value: Any) -> None:
        missing = object()
        before = place.__dict__.get(name, missing)
        self._undo.append(lambda: delattr(place, name) if before is missing else setattr(place, name, before))
        setattr(place, name, value)

    def _set_module(self, name: str, module: Any) -> None:
        before = sys.modules.get(name)
        self._undo.append(lambda: sys.modules.pop(name, None) if before is None else sys.modules.update({name: before}))
        sys.modules[name] = module

    def _module_folder(self) -> Path:
        return self.module_path.parent if self.module_path else Path("/nowhere")

    def _put_on(self) -> None:
        for kept in (self.errors, self.dialogs, self.answers):
            kept.clear()
        self._undo.append(measuring.hold_back())
        if self._given_folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="slicer-", ignore_cleanup_errors=True)
            self._undo.append(temporary.cleanup)
        self.folder = Path(self._given_folder or temporary.name)
        self._undo.append(application.set_variable("XDG_DATA_HOME", str(self.folder / "data")))  # not the data of whoever runs the tests
        qt_application = qapplication()
        appearance.dress(qt_application)
        qt_application.setOrganizationName("stand-in")
        qt_application.setApplicationName("Slicer")
        QtCore.QSettings.setDefaultFormat(QtCore.QSettings.Format.IniFormat)
        QtCore.QSettings.setPath(QtCore.QSettings.Format.IniFormat, QtCore.QSettings.Scope.UserScope, str(self.folder / "settings"))
        before = QtCore.qInstallMessageHandler(signals.qt_message)
        self._undo += [lambda: QtCore.qInstallMessageHandler(before), mrml_widgets.hear_vtk()]
        scripted.forget_panel()
        modules_before, loaded = set(sys.modules), dict(sys.modules)
        self._undo.append(lambda: scripted.restore(loaded, self._module_folder()))
        self._undo.append(lambda: scripted.forget(modules_before, self._module_folder()))
        for name, module in scripted.modules().items():
            if name == "slicer.packaging" and self._version < (5, 12):
                self._set(slicer.util, "pip_install", scripted.pip_install_of_5_10)
                self._set(slicer, "pip_install", scripted.pip_install_of_5_10)
                continue
            self._set_module(name, module)
            if name.startswith("slicer."):
                self._set(slicer, name.partition(".")[2], module)
        scripted.INSTALLER[0] = self.installer
        ui.TRANSLATE[0] = (lambda _context, text: f"⟦{text}⟧") if self._mark else QtCore.QCoreApplication.translate

        scene = slicer.vtkMRMLScene()
        logic = slicer.vtkSlicerApplicationLogic()
        logic.SetMRMLScene(scene)
        self._set(slicer, "mrmlScene", scene)
        self._undo.append(subject_hierarchy.put_on(scene))
        self._set(slicer, "modules", application.Modules())
        real = application.Application(scene, logic, self.folder, self._testing, self.select_module)
        real.version, real.language = self._version, self._language
        self._undo += [real.forget_translations, mrml_widgets.forget_scenes]
        self._application = real
        self.app = wrap(real)
        self._set(slicer, "app", self.app)
        self._set(slicer, "selfTests", {})
        for name in facts.classes():
            place, _dot, short = name.partition(".")
            if place == "slicer":
                self._set(slicer, short, proxy_class(name))
        for place in (slicer, slicer.util):
            self._set(place, "delayDisplay", self._delay_display)
        for module in builtin_modules.modules(scene, logic):
            self._add_module(module)
        real.main_window.show()

    def _take_off(self) -> None:
        while self._undo:
            self._undo.pop()()
        for kept in (self.errors, self.dialogs, self.answers):
            kept.clear()

    def _delay_display(self, message: str, autoCloseMsec: int = 1000, parent: Any = None, **_others: Any) -> None:
        dialogs.ask(dialogs.Dialog("delayDisplay", message), True)

    def _add_module(self, module: application.Module) -> None:
        name = module._fixed["name"]
        self._application.moduleManager().known[name] = module
        setattr(slicer.modules, name.lower(), wrap(module))

    # --- the module

    def open_module(self, path: str | Path, enter: bool = True) -> Any:
        """Load a scripted module as Slicer does, complete the startup, and enter its panel; the Python object of the panel."""
        path = Path(path).resolve()
        self.module_path, name = path, path.stem
        sys.path.insert(0, str(path.parent))
        self._undo.append(lambda: sys.path.remove(str(path.parent)) if str(path.parent) in sys.path else None)
        scripted.was_opened_before()
        source = self._load_source(name, path)
        module = application.Module(name, str(path), self._make_panel)
        self._add_module(module)
        self.module = getattr(source, name)(wrap(module))
        setattr(slicer.modules, name + "Instance", self.module)
        self._application.moduleManager().moduleLoaded.emit(name)
        self._application.startupCompleted.emit()
        if enter:
            slicer.util.selectModule(name)
        return self.widget

    def _load_source(self, name: str, path: Path) -> Any:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise RuntimeError(f"cannot load {path}")
        source = importlib.util.module_from_spec(spec)
        sys.modules[name] = source
        spec.loader.exec_module(source)
        return source

    def _make_panel(self, module: application.Module) -> application.ModuleWidget:
        name = module._fixed["name"]

        def make(parent: Any) -> Any:
            made = getattr(sys.modules[name], name + "Widget")(parent)
            setattr(slicer.modules, name + "Widget", made)
            self.widget = made
            return made

        panel = application.ModuleWidget(module, make)
        panel.setObjectName(name + "ModuleWidget")
        return panel

    def select_module(self, name: str) -> None:
        """Leave the module that is shown and enter another."""
        module = self._application.moduleManager().known.get(name)
        if module is None:
            raise RuntimeError(f"Could not find module with name {name!r}")
        self.leave_module()
        panel = module.widgetRepresentation()
        if panel is None:
            return
        self._application.main_window.panel.setWidget(panel)
        panel.show()
        self._entered = panel
        panel.enter()
        self.process(0.0)

    def leave_module(self) -> None:
        """What happens when the user switches to another module."""
        if self._entered is not None:
            panel, self._entered = self._entered, None
            panel.exit()
            self._application.main_window.panel.takeWidget()
            panel.setParent(None)
            panel.hide()

    def close(self) -> None:
        """Slicer quits: the module is left and cleaned up, its widgets go away, the scene is emptied."""
        if not hasattr(slicer, "app"):
            return
        self._application.aboutToQuit.emit()
        self.leave_module()
        manager = self._application.moduleManager()
        for name in list(manager.known):
            manager.moduleAboutToBeUnloaded.emit(name)
        for module in manager.known.values():
            if module._widget is not None:
                module._widget.deleteLater()
                module._widget = None
        self.process(0.0)
        slicer.mrmlScene.Clear(True)
        self._application.main_window.deleteLater()
        self.process(0.0)

    # --- the scene

    def close_scene(self) -> None:
        """File > Close Scene."""
        slicer.mrmlScene.Clear(False)
        self.process(0.0)

    def save_and_load_scene(self, path: str | Path) -> None:
        """Save the scene's nodes (not their data) as .mrml, close it, and load it again."""
        slicer.mrmlScene.SetURL(str(path))
        slicer.mrmlScene.SetRootDirectory(str(Path(path).parent))
        if not slicer.mrmlScene.Commit(str(path)):
            raise OSError(f"could not save the scene as {path}")
        slicer.mrmlScene.Clear(False)
        slicer.mrmlScene.SetURL(str(path))
        if not slicer.mrmlScene.Connect():
            raise OSError(f"could not load the scene {path}")
        self.process(0.0)

    # --- time

    def process(self, seconds: float = 0.0, until: Callable[[], Any] | None = None) -> None:
        """Run the event loop for a time, or until something holds (TimeoutError after ``seconds``)."""
        event_loop.process(seconds, until, self.errors)

    def latency(self, seconds: float, until: Callable[[], Any] | None = None) -> dict[str, Any]:
        """How long the event loop kept a user waiting, in ms, as :func:`.latency.measure` tells it."""
        return latency.measure(self.process, seconds, until)

    # --- the panel

    def find(self, name: str) -> Any:
        """A widget of the panel (or of a window it opened) by its object name."""
        frame = self.module_frame()
        found = frame.findChild(QtCore.QObject, name)
        if found is None:
            found = next((top for top in QtWidgets.QApplication.topLevelWidgets() if top.objectName() == name and top.isVisible()), None)
        if found is None:
            raise AssertionError(f"no widget {name!r} in the panel")
        return wrap(found)

    def module_frame(self) -> Any:
        """The panel's own widget, as PySide knows it."""
        if self.module is None:
            raise RuntimeError("no module is open")
        return self._application.moduleManager().known[self.module.moduleName].widgetRepresentation()

    def click(self, target: str | Proxy) -> None:
        """Click a button as a user does: it must be there to see, and enabled."""
        proxy = self.find(target) if isinstance(target, str) else target
        button = proxy._real
        if not button.isVisible():
            raise AssertionError(f"{target} cannot be seen (its section may be collapsed)")
        if not button.isEnabled():
            raise AssertionError(f"{target} is disabled: {button.toolTip()}")
        if not isinstance(button, QtWidgets.QAbstractButton):
            raise AssertionError(f"{target} is no button")
        button.click()

    def grab(
        self, widget: Any, path: str | Path, scale: float = 1.0, width: int | None = None, height: int | None = None, dark: bool = False
    ) -> Path:
        """A picture of a widget (None: the panel) at its natural height, in Slicer's light or dark style."""
        real = widget._real if isinstance(widget, Proxy) else widget or self.module_frame()
        appearance.dress(qapplication(), dark)
        window = self._application.main_window
        if real is self._entered:
            window.resize(width or 480, 300)
            self.process(0.05)
            needed = real.heightForWidth(real.width()) if real.hasHeightForWidth() else real.sizeHint().height()
            window.resize(width or 480, (height or max(needed, real.minimumSizeHint().height())) + 80)
        elif width:
            real.resize(width, height or max(real.heightForWidth(width), real.sizeHint().height()))
        try:
            # Long enough for what a module draws itself to follow another style.
            return appearance.picture(real, Path(path), scale, lambda: self.process(0.7 if dark else 0.05))
        finally:
            appearance.dress(qapplication())

    def texts(self, widget: Any = None) -> list[str]:
        """Every text that the panel shows or would show: labels, buttons, titles, tool tips, placeholders, list entries, headers."""
        real = widget._real if isinstance(widget, Proxy) else widget or self.module_frame()
        found: list[str] = []
        for item in [real, *real.findChildren(QtWidgets.QWidget)]:
            for name in ("text", "title", "toolTip", "placeholderText", "windowTitle", "statusTip", "whatsThis"):
                value = item.property(name)
                if isinstance(value, str) and value:
                    found.append(value)
            if isinstance(item, QtWidgets.QComboBox) and not isinstance(item.parent(), OWN["slicer.qMRMLNodeComboBox"]):
                found += [item.itemText(index) for index in range(item.count())]
            if isinstance(item, QtWidgets.QTableWidget):
                headers = [item.horizontalHeaderItem(column) for column in range(item.columnCount())]
                found += [header.text() for header in headers if header is not None]
        return found

    def texts_of_list(self, combo: Proxy) -> list[str]:
        """The entries of a combo box or node list."""
        real = combo._real
        box = real if isinstance(real, QtWidgets.QComboBox) else real.findChild(QtWidgets.QComboBox)
        return [box.itemText(index) for index in range(box.count())]

    def context_menu(self, *nodes: Any) -> dict[str, Callable[[], None]]:
        """What the Data module's context menu of the nodes that are selected offers by plugins, each with what choosing it does."""
        return subject_hierarchy.HANDLERS[-1].menu(*nodes)

    def press_sample_data(self, sample: str) -> Any:
        """Press a data set's button in the Sample Data module."""
        return scripted.press_sample_data(sample)

    @contextmanager
    def expected_errors(self) -> Iterator[list[BaseException]]:
        """Errors in slots that a test wants: they are handed over and do not fail it."""
        before = len(self.errors)
        seen: list[BaseException] = []
        try:
            yield seen
        finally:
            seen += self.errors[before:]
            del self.errors[before:]
