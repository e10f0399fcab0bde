"""Values on their way between Python as PythonQt shows it and PySide: enumerators are ints, lists come back as tuples."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtUiTools, QtWidgets

MODULES = (QtWidgets, QtGui, QtCore, QtUiTools)


class Enumerator(int):
    """A Qt enumerator: an int that remembers its Qt type, as one combines and passes it."""

    kind: Any

    def __new__(cls, value: int, kind: Any) -> Enumerator:
        made = super().__new__(cls, value)
        made.kind = kind
        return made

    def _with(self, other: Any, value: int) -> int:
        same = isinstance(other, Enumerator) and other.kind is self.kind
        return Enumerator(value, self.kind) if same else value

    def __or__(self, other: Any) -> int:
        return self._with(other, int(self) | int(other))

    def __and__(self, other: Any) -> int:
        return self._with(other, int(self) & int(other))


_PROPERTIES: dict[type, frozenset[str]] = {}


def qt_properties(real: QtCore.QObject) -> frozenset[str]:
    """Names of an object's Qt properties, without the dynamic ones; kept by class, for PySide may drop a class's meta-object."""
    kind = type(real)
    if kind not in _PROPERTIES:
        meta = real.metaObject()
        _PROPERTIES[kind] = frozenset(str(meta.property(index).name()) for index in range(meta.propertyCount()))
    return _PROPERTIES[kind]


def qt_properties_of(kind: Any) -> frozenset[str]:
    """The same for a widget class that can be made without arguments."""
    return _PROPERTIES[kind] if kind in _PROPERTIES else qt_properties(kind())


def enumerators(real: Any) -> dict[str, Enumerator]:
    """Every enumerator that PySide has somewhere in a class or namespace, by its flat name."""
    found: dict[str, Enumerator] = {}
    for attribute in dir(real):
        kind = getattr(real, attribute, None)
        if isinstance(kind, type) and issubclass(kind, enum.Enum):
            for name, member in kind.__members__.items():
                if isinstance(member.value, int):
                    found.setdefault(name, Enumerator(member.value, kind))
    return found


def to_qt(value: Any, where: str) -> Any:
    """What PySide is given for a value; a type that PythonQt cannot convert is a TypeError."""
    if hasattr(value, "_real"):
        return value._real
    if isinstance(value, Enumerator):
        return value.kind(int(value))
    if value is None or isinstance(value, str | bytes | bool | int | float):
        return value
    if isinstance(value, list | tuple):
        return [to_qt(item, where) for item in value]
    if isinstance(value, dict):
        return {key: to_qt(item, where) for key, item in value.items()}
    if hasattr(value, "IsA"):  # a VTK object
        return value
    raise TypeError(f"{where}: PythonQt cannot convert {type(value).__name__} ({value!r}) to a Qt type")


def _resolve(dotted: str) -> Any:
    found: Any = None
    parts = dotted.split(".")
    for module in MODULES:
        found = module
        for part in parts[2:] if parts[0] == "PySide6" else parts:
            found = getattr(found, part, None)
            if found is None:
                break
        if found is not None:
            return found
    return None


def _signatures(message: str) -> list[list[Any]]:
    """The enumeration type of each argument (or None), for each signature that a PySide TypeError lists."""
    found = []
    for line in message.split("Supported signatures:")[-1].splitlines():
        inside = re.search(r"\((.*)\)\s*$", line.strip())
        if not inside:
            continue
        kinds = []
        for argument in re.findall(r"\w+: ([^,\[\]]+(?:\[[^\]]*\])?)", inside.group(1)):
            kind = _resolve(argument.split("=")[0].split("|")[0].strip())
            kinds.append(kind if isinstance(kind, type) and issubclass(kind, enum.Enum) else None)
        found.append(kinds)
    return found


def call(function: Callable[..., Any], arguments: list[Any]) -> Any:
    """Call PySide; plain ints where it wants an enumerator, or the other way round, are converted as PythonQt does."""
    try:
        return function(*arguments)
    except (TypeError, ValueError) as error:
        original = error
    attempts = [[argument.value if isinstance(argument, enum.Enum) else argument for argument in arguments]]
    for kinds in _signatures(str(original)):
        if len(kinds) >= len(arguments) and any(kinds):
            attempts.append(
                [
                    kind(int(given)) if kind and isinstance(given, int | enum.IntEnum) else given
                    for kind, given in zip(kinds, attempts[0], strict=False)
                ]
            )
    for attempt in attempts:
        if attempt != arguments or any(type(a) is not type(b) for a, b in zip(attempt, arguments, strict=True)):
            try:
                return function(*attempt)
            except (TypeError, ValueError):
                continue
    raise original
