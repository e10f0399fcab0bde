"""Qt classes as PythonQt shows them: properties are attributes, and only what the facts list exists.

A proxy holds the PySide object (``_real``). Its class is made from the facts, one descriptor for each property, signal and
callable, so that a missing name is Python's own AttributeError, subclasses can override Qt's virtual methods, and ``super()`` works.
"""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import shiboken6
from PySide6 import QtCore

from . import convert, facts
from .facts import NotInStandInError
from .signals import SignalMember, record

# Facts name -> the PySide class behind it, for classes made by this package (ctk.*, slicer.*).
OWN: dict[str, type] = {}
# Callables whose PySide counterpart differs or would block: (facts name, callable) -> function(proxy or None, *arguments).
OVERRIDES: dict[tuple[str, str], Callable[..., Any]] = {}


class Proxy:
    """Base of everything that ``qt``, ``ctk`` and ``slicer`` offer as Qt objects."""

    _facts = ""
    _behind: type | None = None
    __slots__ = ("__dict__", "__weakref__", "_real")

    def __init__(self, *arguments: Any) -> None:
        name = type(self)._facts
        behind = type(self)._behind
        if behind is None:
            raise NotInStandInError(f"{name} is not in the stand-in")
        virtual = facts.attributes(name, "callables") | facts.attributes(name, "properties")  # sizeHint is a property to PythonQt
        overridden = {
            method: _trampoline(method)
            for kind in type(self).__mro__[: type(self).__mro__.index(_plain(type(self)))]
            for method in vars(kind)
            if callable(vars(kind)[method]) and callable(getattr(behind, method, None)) and method in virtual
        }
        if overridden:
            behind = type(behind.__name__, (behind,), {**overridden, "_shell": True})
        real = convert.call(behind, [convert.to_qt(argument, name) for argument in arguments])
        object.__setattr__(self, "_real", real)
        if isinstance(real, QtCore.QObject):
            real.__dict__["_proxy"] = self

    def __setattr__(self, attribute: str, value: Any) -> None:
        member = _member(type(self), attribute)
        if isinstance(member, PropertyMember):
            member.__set__(self, value)
        elif isinstance(member, MethodMember | SignalMember):
            raise AttributeError(f"{type(self)._facts}.{attribute} is a method or signal and cannot be overwritten")
        elif _plain(type(self)) is not type(self):
            object.__setattr__(self, attribute, value)
        else:
            raise AttributeError(f"{type(self)._facts} has no attribute {attribute!r}, and none can be added")

    def __getattr__(self, attribute: str) -> Any:
        if attribute == "_real":
            raise AttributeError(f"{type(self).__name__}.__init__ did not call its base's __init__")
        raise AttributeError(f"{type(self)._facts} has no attribute {attribute!r}")

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Proxy):
            return NotImplemented
        mine, theirs = self._real, other._real
        return mine is theirs or (not isinstance(mine, QtCore.QObject) and type(mine) is type(theirs) and bool(mine == theirs))

    def __hash__(self) -> int:
        return id(self._real) if isinstance(self._real, QtCore.QObject) else hash(type(self))

    def __bool__(self) -> bool:
        return not isinstance(self._real, QtCore.QObject) or shiboken6.isValid(self._real)

    def __repr__(self) -> str:
        return f"{_plain(type(self))._facts} (stand-in)"


_MEMBERS: weakref.WeakKeyDictionary[type, dict[str, Any]] = weakref.WeakKeyDictionary()


def _member(kind: type, attribute: str) -> Any:
    """What the facts say an attribute of a proxy's class is; None for what they do not know. Looked up once, as it takes time."""
    known = _MEMBERS.setdefault(kind, {})
    if attribute not in known:
        found = inspect.getattr_static(kind, attribute, None)
        known[attribute] = found if isinstance(found, PropertyMember | MethodMember | SignalMember) else None
    return known[attribute]


_OVERRIDING: weakref.WeakKeyDictionary[type, dict[str, Any]] = weakref.WeakKeyDictionary()


def _override(kind: type, name: str) -> Callable[..., Any] | None:
    """What is called in place of a callable of a proxy's class, if that is something of this package's."""
    known = _OVERRIDING.setdefault(kind, {})
    if name not in known:
        keys = ((vars(base).get("_facts"), name) for base in kind.__mro__)
        known[name] = next((OVERRIDES[key] for key in keys if key in OVERRIDES), None)
    found: Callable[..., Any] | None = known[name]
    return found


def _is_shell(kind: type) -> bool:
    return "_shell" in kind.__dict__


@functools.cache
def _is_property(kind: type, name: str) -> bool:
    """Whether a class of PySide's or of this package has a Python property of that name."""
    return isinstance(inspect.getattr_static(kind, name, None), property)


def _plain(kind: type) -> Any:
    """The generated class among the bases of a proxy's class."""
    return next(base for base in kind.__mro__ if "_facts" in vars(base))


def _trampoline(method: str) -> Callable[..., Any]:
    """A virtual method for PySide that calls the one a Python subclass defined."""

    def virtual(real: Any, *arguments: Any) -> Any:
        owner = real.__dict__.get("_proxy")
        base = getattr(super(type(real), real), method)
        if owner is None:  # still in the constructor
            return base(*arguments)
        try:
            return convert.to_qt(getattr(owner, method)(*[wrap(argument) for argument in arguments]), method)
        except Exception as error:
            record(error, f"{owner!r}.{method}")
            return base(*arguments)

    return virtual


def _with_delegate(real: Any) -> Iterator[Any]:
    """An object of PySide's, and what it does its work by, where it is only a shell."""
    yield real
    delegate = getattr(real, "delegate", None)
    if delegate is not None:
        yield delegate


def _base_of(real: Any, member: str) -> Any:
    """A member of the PySide object, past the methods that a Python subclass put over it."""
    if _is_shell(type(real)):
        return getattr(super(type(real), real), member)
    return getattr(real, member)


class PropertyMember:
    """A Qt property: an attribute that is checked for its type when it is set."""

    def __init__(self, owner: str, name: str, qt_name: str = "") -> None:
        self.owner, self.name, self.qt_name = owner, name, qt_name or name
        self.kind = facts.property_type(owner, self.qt_name)

    def _target(self, proxy: Proxy) -> tuple[Any, bool]:
        """The object that has the property, and whether it is a Python property."""
        for candidate in _with_delegate(proxy._real):
            if _is_property(type(candidate), self.qt_name):
                return candidate, True
            if isinstance(candidate, QtCore.QObject) and self.qt_name in convert.qt_properties(candidate):
                return candidate, False
        raise NotInStandInError(f"property {self.owner}.{self.qt_name} is not in the stand-in (or not in Qt 6)")

    def __get__(self, proxy: Proxy | None, kind: type) -> Any:
        if proxy is None:
            raise AttributeError(f"{self.owner}.{self.name} is a property of objects, not of the class")
        target, python = self._target(proxy)
        return wrap(getattr(target, self.qt_name) if python else target.property(self.qt_name))

    def __set__(self, proxy: Proxy, value: Any) -> None:
        where = f"{self.owner}.{self.name}"
        if self.kind.endswith("(read-only)"):
            raise AttributeError(f"{where} is read-only")
        self._check(value, where)
        target, python = self._target(proxy)
        given = convert.to_qt(value, where)
        if python:
            setattr(target, self.qt_name, given)
        elif not target.setProperty(self.qt_name, given):
            raise TypeError(f"{where} ({self.kind}) cannot be set to {value!r}")

    def _check(self, value: Any, where: str) -> None:
        kinds: dict[str, Any] = {"QString": str, "bool": (bool, int), "int": int, "double": (int, float), "QStringList": (list, tuple)}
        expected = kinds.get(self.kind)
        if expected is not None and not isinstance(value, expected):
            raise TypeError(f"{where} is a {self.kind}; {value!r} is not")
        if self.kind == "QStringList" and not all(isinstance(item, str) for item in value):
            raise TypeError(f"{where} is a {self.kind}; {value!r} is not")


class MethodMember:
    """A callable: a method of an object, or of the class where Qt's is static or called with the object first."""

    def __init__(self, owner: str, name: str) -> None:
        self.owner, self.name = owner, name
        self.real_name = {"raise": "raise_", "print": "print_", "del": "del_"}.get(name, name)

    def __get__(self, proxy: Proxy | None, kind: type) -> Callable[..., Any]:
        where = f"{self.owner}.{self.name}"
        override = _override(kind or type(proxy), self.name)

        def call(*arguments: Any, **keywords: Any) -> Any:
            if keywords:
                raise TypeError(f"{where} takes no keyword arguments in PythonQt")
            if override is not None:
                return override(proxy, *arguments)
            function = self._real(proxy, kind)
            return wrap(convert.call(function, [convert.to_qt(argument, where) for argument in arguments]))

        call.__name__ = self.name
        return call

    def _real(self, proxy: Proxy | None, kind: Any) -> Callable[..., Any]:
        for place in [kind._behind] if proxy is None else _with_delegate(proxy._real):
            found: Callable[..., Any] | None = getattr(place, self.real_name, None)
            if found is not None:
                return found if proxy is None else _base_of(place, self.real_name)  # type: ignore[no-any-return]
        raise NotInStandInError(f"{self.owner}.{self.name} is not in the stand-in (or not in Qt 6)")


class MissingEnumerator:
    """An enumerator that Qt 6 or the stand-in lacks."""

    def __init__(self, where: str) -> None:
        self.where = where

    def __get__(self, proxy: Proxy | None, kind: type) -> Any:
        raise NotInStandInError(f"{self.where} is not in the stand-in (or not in Qt 6)")


def behind(name: str) -> type | None:
    """The PySide class for a facts name; None where the stand-in has none."""
    if name in OWN:
        return OWN[name]
    place, _dot, short = name.partition(".")
    return next((getattr(module, short) for module in convert.MODULES if hasattr(module, short)), None) if place == "qt" else None


@functools.cache
def proxy_class(name: str) -> type[Proxy]:
    """The class that Python sees under a facts name, such as ``qt.QLabel``."""
    known = facts.classes()[name]
    real = behind(name)
    base: type[Proxy] = Proxy
    base_name = getattr(real, "PROXY_BASE", None) or known.get("base")
    if name.startswith("qt.") and real is not None:
        ancestors = ("qt." + ancestor.__name__ for ancestor in real.__mro__[1:])
        base_name = next((ancestor for ancestor in ancestors if ancestor in facts.classes()), None)
    if base_name:
        base = proxy_class(base_name)
    members: dict[str, Any] = {"_facts": name, "_behind": real, "__slots__": ()}
    constants = convert.enumerators(real) if real is not None else {}
    for enumerator in known.get("enums") or ():
        members[enumerator] = constants.get(enumerator, MissingEnumerator(f"{name}.{enumerator}"))
    for callable_name in known.get("callables") or ():
        members[callable_name] = MethodMember(name, callable_name)
        if callable_name in ("exec", "raise", "print", "del"):  # PythonQt offers Python's keywords with an underscore
            members[callable_name + "_"] = MethodMember(name, callable_name)
    for signal in known.get("signals") or ():
        members[signal] = SignalMember(name, signal)
    for attribute in known.get("properties") or ():
        members[attribute] = PropertyMember(name, attribute)
    if name == "qt.QObject":
        members["name"] = PropertyMember(name, "name", "objectName")
    elif base is Proxy:
        members.setdefault("className", MethodMember(name, "className"))
    return type(name.partition(".")[2], (base,), members)


@functools.cache
def _facts_name(kind: type) -> str | None:
    for ancestor in kind.__mro__:
        own = next((name for name, made in OWN.items() if made is ancestor), None)
        if own:
            return own
        if "qt." + ancestor.__name__ in facts.classes() and ancestor.__module__.startswith("PySide6"):
            return "qt." + ancestor.__name__
    return None


def wrap(value: Any) -> Any:
    """What Python sees of a value that comes from PySide: the same Qt object is always the same proxy."""
    if value is None or isinstance(value, str | bool | Proxy):
        return value
    if isinstance(value, QtCore.QObject) and "_proxy" in value.__dict__:
        return value.__dict__["_proxy"]
    if type(value).__name__ == "QOverrideCursorGuard":  # PySide's own; Qt returns nothing
        return None
    if isinstance(value, convert.enum.Enum):
        return convert.Enumerator(value.value, type(value)) if isinstance(value.value, int) else value.value
    if isinstance(value, int | float | bytes) or hasattr(value, "IsA"):
        return value
    if isinstance(value, dict):
        return {key: wrap(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return tuple(wrap(item) for item in value)
    if not isinstance(value, QtCore.QObject) and not type(value).__module__.startswith("PySide6"):
        return value
    kind = type(value)
    name = _facts_name(next(base for base in kind.__mro__ if not _is_shell(base)))
    if name is None:
        raise NotInStandInError(f"the stand-in does not know {kind.__name__}")
    proxy = proxy_class(name).__new__(proxy_class(name))
    object.__setattr__(proxy, "_real", value)
    if isinstance(value, QtCore.QObject):
        value.__dict__["_proxy"] = proxy
    return proxy
