"""The module that Slicer's Python knows as ``qt``: Qt's classes as PythonQt wraps them, on PySide6."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import shiboken6
from PySide6 import QtCore, QtWidgets

from . import convert, dialogs, facts, proxy, signals
from .proxy import OVERRIDES, Proxy, wrap

# Enumerations that Qt 6 added to the namespace Qt.
_NEW_IN_QT6 = {"ColorScheme", "PermissionStatus", "ContextMenuTrigger", "TimerId"}


def _find(parent: Proxy, *criteria: Any) -> list[Any]:
    """Children by class (or its name) and object name, as PythonQt's findChildren(type, name)."""
    wanted, name = (*criteria, "")[:2] if criteria else ("QObject", "")
    label = wanted if isinstance(wanted, str) else wanted.__name__
    found = parent._real.findChildren(QtCore.QObject, name) if name else parent._real.findChildren(QtCore.QObject)
    return [wrap(child) for child in found if any(kind.__name__ == label for kind in type(child).__mro__)]


def _delete(owner: Proxy) -> None:
    shiboken6.delete(owner._real)


def _class_name(owner: Proxy) -> str:
    return proxy._plain(type(owner)).__name__


def _inherits(owner: Proxy, name: str) -> bool:
    return any(kind.__name__ == name for kind in type(owner).__mro__) or any(kind.__name__ == name for kind in type(owner._real).__mro__)


def _property(owner: Proxy, name: str) -> Any:
    real = owner._real
    if name in facts.attributes(type(owner)._facts, "properties") and name not in convert.qt_properties(real):
        return getattr(owner, name)
    return wrap(real.property(name))


def _set_property(owner: Proxy, name: str, value: Any) -> bool:
    if name in facts.attributes(type(owner)._facts, "properties"):
        setattr(owner, name, value)
        return True
    return bool(owner._real.setProperty(name, convert.to_qt(value, name)))


def _single_shot(_owner: Proxy | None, milliseconds: int, function: Callable[..., Any]) -> None:
    QtCore.QTimer.singleShot(milliseconds, signals.guarded(function, "qt.QTimer.singleShot"))


def _no_callables(name: str) -> Callable[..., Any]:
    """For addAction and the like, which take a callable in PySide but not in PythonQt (to_qt refuses it)."""

    def add(owner: Proxy, *arguments: Any) -> Any:
        return wrap(convert.call(getattr(owner._real, name), [convert.to_qt(argument, name) for argument in arguments]))

    return add


OVERRIDES.update(
    {
        ("qt.QObject", "connect"): signals.connect,
        ("qt.QObject", "disconnect"): signals.disconnect,
        ("qt.QObject", "findChildren"): lambda owner, *criteria: tuple(_find(owner, *criteria)),
        ("qt.QObject", "findChild"): lambda owner, *criteria: next(iter(_find(owner, *criteria)), None),
        ("qt.QObject", "delete"): _delete,
        ("qt.QObject", "className"): _class_name,
        ("qt.QObject", "inherits"): _inherits,
        ("qt.QObject", "property"): _property,
        ("qt.QObject", "setProperty"): _set_property,
        ("qt.QTimer", "singleShot"): _single_shot,
        ("qt.QMenu", "addAction"): _no_callables("addAction"),
        ("qt.QWidget", "addAction"): _no_callables("addAction"),
        ("qt.QDialog", "exec"): dialogs.run_dialog,
        ("qt.QMessageBox", "exec"): dialogs.run_message_box,
        ("qt.QMenu", "exec"): dialogs.run_menu,
        **{("qt.QMessageBox", kind): dialogs.message_box(kind) for kind in ("information", "question", "warning", "critical", "about")},
        **{
            ("qt.QFileDialog", kind): dialogs.file_dialog(kind)
            for kind in ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory")
        },
        **{("qt.QInputDialog", kind): dialogs.file_dialog(kind) for kind in ("getText", "getInt", "getDouble", "getItem")},
        ("qt.QDesktopServices", "openUrl"): dialogs.open_url,
    }
)


class _Namespace:
    """``qt.Qt``: every enumerator of the namespace, flat."""

    def __init__(self) -> None:
        known = convert.enumerators(QtCore.Qt)
        self.__dict__.update({name: value for name, value in known.items() if value.kind.__name__ not in _NEW_IN_QT6})

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError("qt.Qt cannot be changed")


class QtModule(types.ModuleType):
    """Makes a class when it is first asked for; what PythonQt's ``qt`` lacks is an AttributeError."""

    place = "qt"

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if f"{self.place}.{name}" not in facts.classes():
            raise AttributeError(f"module {self.place!r} has no attribute {name!r} that the stand-in knows")
        made = proxy.proxy_class(f"{self.place}.{name}")
        setattr(self, name, made)
        return made


class CtkModule(QtModule):
    """The same for ``ctk``; a class that the stand-in does not make refuses when it is constructed."""

    place = "ctk"


qt = QtModule("qt", "Qt's classes as PythonQt wraps them")
qt.Qt = _Namespace()  # type: ignore[attr-defined]
ctk = CtkModule("ctk", "CTK's widgets")


def application() -> QtWidgets.QApplication:
    """The one QApplication of the process."""
    found = QtWidgets.QApplication.instance()
    return found if isinstance(found, QtWidgets.QApplication) else QtWidgets.QApplication(["Slicer"])
