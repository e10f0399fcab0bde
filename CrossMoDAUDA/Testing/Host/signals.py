"""Signals as PythonQt connects them: by exact signature or by name, cut to what the callable takes, and no exception lost."""

from __future__ import annotations

import inspect
import sys
import traceback
import types
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from . import facts

ERRORS: list[BaseException] = []  # what slots raised; a host looks at it


_SIGNATURES: dict[type, dict[str, str]] = {}


def record(error: BaseException, where: str) -> None:
    """Print an exception that would be lost inside Qt, and keep it."""
    ERRORS.append(error)
    sys.stderr.write(f"Exception in {where}:\n{''.join(traceback.format_exception(error))}")


def accepted(function: Callable[..., Any]) -> int | None:
    """How many arguments PythonQt passes: a Python function's own count; None for all, as for a class or a partial."""
    code = getattr(function, "__code__", None) if isinstance(function, types.FunctionType | types.MethodType) else None
    if code is None or code.co_flags & inspect.CO_VARARGS:
        return None
    return int(code.co_argcount) - isinstance(function, types.MethodType)


def guarded(function: Callable[..., Any], where: str) -> Callable[..., Any]:
    """The callable as Qt calls it."""
    from .proxy import wrap

    count = accepted(function)

    def slot(*arguments: Any) -> None:
        try:
            function(*[wrap(argument) for argument in arguments][:count])
        except BaseException as error:
            record(error, where)

    return slot


def signatures(real: QtCore.QObject) -> dict[str, str]:
    """Signature -> name of every signal of an object; signals that carry VTK objects are declared by their class."""
    if type(real) in _SIGNATURES:
        return _SIGNATURES[type(real)]
    found: dict[str, str] = {}
    meta = real.metaObject()
    for index in range(meta.methodCount()):
        method = meta.method(index)
        if method.methodType() == QtCore.QMetaMethod.MethodType.Signal:
            signature = method.methodSignature().data().decode()
            if "PyObject" not in signature:
                found[signature] = signature.partition("(")[0]
    for kind in type(real).__mro__:
        found.update({signature: signature.partition("(")[0] for signature in getattr(kind, "SIGNATURES", {})})
    _SIGNATURES[type(real)] = found
    return found


def _declared(real: QtCore.QObject, signature: str) -> str | None:
    """The PySide signal behind a signature that a class of the stand-in declares; None for Qt's own."""
    return next((kind.SIGNATURES[signature] for kind in type(real).__mro__ if signature in getattr(kind, "SIGNATURES", {})), None)


def _normalized(signature: str) -> str:
    text = QtCore.QMetaObject.normalizedSignature(signature)
    return (text.data() if hasattr(text, "data") else text).decode() if not isinstance(text, str) else text


def _checked(proxy: Any, signature: str) -> str:
    """The normalized signature, which the real class has too."""
    name = type(proxy)._facts
    normalized = _normalized(signature)
    if normalized.partition("(")[0] not in facts.attributes(name, "signals") or normalized not in signatures(proxy._real):
        raise ValueError(f"{name} has no signal {signature!r}")
    return normalized


def connect(proxy: Any, signature: str, function: Callable[..., Any]) -> bool:
    """Connect by signature, such as ``clicked(bool)``; a signature that the object lacks is a ValueError."""
    if not isinstance(signature, str) or not callable(function):
        raise TypeError(f"connect takes a signature and a callable, not {signature!r} and {function!r}")
    normalized = _checked(proxy, signature)
    slot = guarded(function, f"{type(proxy)._facts}.{normalized}")
    real = proxy._real
    attribute = _declared(real, normalized)
    made = getattr(real, attribute).connect(slot) if attribute else QtCore.QObject.connect(real, QtCore.SIGNAL(normalized), slot)
    real.__dict__.setdefault("_connections", []).append((normalized, function, slot, made))
    return True


def disconnect(proxy: Any, signature: str | None = None, function: Callable[..., Any] | None = None) -> bool:
    """Take connections off: of one callable, of one signal, or all; False where there was none."""
    real = proxy._real
    wanted = None if signature is None else _checked(proxy, signature)
    kept, gone = [], []
    for entry in real.__dict__.get("_connections", []):
        (gone if wanted in (None, entry[0]) and (function is None or entry[1] == function) else kept).append(entry)
    real.__dict__["_connections"] = kept
    for entry in gone:
        QtCore.QObject.disconnect(entry[3])
    return bool(gone)


class BoundSignal:
    """``object.signal``: connect, disconnect, and a call emits it."""

    def __init__(self, proxy: Any, name: str) -> None:
        self._proxy, self._name = proxy, name
        found = [signature for signature, signal in signatures(proxy._real).items() if signal == name]
        if not found:
            raise facts.NotInStandInError(f"signal {type(proxy)._facts}.{name} is not in the stand-in (or not in Qt 6)")
        self._signature = found[0]

    def connect(self, function: Callable[..., Any]) -> bool:
        """Connect a callable to the signal's first signature."""
        return connect(self._proxy, self._signature, function)

    def disconnect(self, function: Callable[..., Any] | None = None) -> bool:
        """Take a callable off, or all of them."""
        return disconnect(self._proxy, self._signature, function)

    def __call__(self, *arguments: Any) -> None:
        from .convert import to_qt

        real = self._proxy._real
        getattr(real, _declared(real, self._signature) or self._name).emit(*[to_qt(argument, self._signature) for argument in arguments])


class SignalMember:
    """A signal among a proxy class's attributes."""

    def __init__(self, owner: str, name: str) -> None:
        self.owner, self.name = owner, name

    def __get__(self, proxy: Any, kind: type) -> Any:
        if proxy is None:
            raise AttributeError(f"{self.owner}.{self.name} is a signal of objects, not of the class")
        return BoundSignal(proxy, self.name)


_NOISE = ("This plugin does not support", "propagateSizeHints")


def qt_message(kind: QtCore.QtMsgType, _context: Any, message: str) -> None:
    """What Qt complains of is an error, such as a connection that cannot be made."""
    if kind != QtCore.QtMsgType.QtDebugMsg and not any(noise in message for noise in _NOISE):
        record(RuntimeError(message), "Qt")
