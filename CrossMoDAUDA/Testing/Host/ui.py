"""Loading ``.ui`` files with Qt's own loader, stricter: an unknown class, property, signal or slot is an error."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtUiTools, QtWidgets

from . import convert, facts, signals
from . import qt as qt_classes
from .proxy import OVERRIDES, OWN, Proxy, proxy_class, wrap

TRANSLATE: list[Callable[[str, str], str]] = [lambda _context, text: text]
_DESIGNER_ONLY = {("qt.QFrame", "orientation"), ("qt.QLabel", "buddy")}  # Qt's loader knows what to do with them
_LAYOUT_ONLY = {"leftMargin", "topMargin", "rightMargin", "bottomMargin", "spacing", "margin"}


class UiError(RuntimeError):
    """A .ui file says something that Slicer would ignore or refuse."""


def _facts_name(kind: str) -> str:
    found = next((f"{place}.{kind}" for place in ("qt", "ctk", "slicer") if f"{place}.{kind}" in facts.classes()), "")
    if kind == "Line":
        return "qt.QFrame"
    if not found:
        raise UiError(f"no widget class {kind!r} in Slicer")
    if found in OWN or found.startswith("qt."):
        return found
    raise UiError(f"{found} is not in the stand-in")


def _value(element: ElementTree.Element, name: str) -> Any:
    """The value of a property element, for a class made by the stand-in."""
    child = element[0]
    text = child.text or ""
    if child.tag == "bool":
        return text == "true"
    if child.tag == "number":
        return int(text)
    if child.tag == "double":
        return float(text)
    if child.tag in ("string", "cstring"):
        return text
    if child.tag == "stringlist":
        return [item.text or "" for item in child]
    if child.tag in ("enum", "set"):
        total = 0
        for word in text.split("|") if text else ():
            scope, _colons, constant = word.rpartition("::")
            if scope == "Qt" and constant in vars(qt_classes.qt.Qt):
                total |= int(getattr(qt_classes.qt.Qt, constant))
                continue
            owner = f"qt.{scope}" if f"qt.{scope}" in facts.classes() else name
            if constant not in facts.attributes(owner, "enums") or (owner == name and scope not in ("", name.partition(".")[2])):
                raise UiError(f"{name} has no enumerator {word!r}")
            total |= int(getattr(proxy_class(owner), constant))
        return total
    raise UiError(f"a property of type <{child.tag}> on {name} is not in the stand-in")


class _Loader(QtUiTools.QUiLoader):
    def createWidget(self, kind: str, parent: QtWidgets.QWidget | None = None, name: str = "") -> Any:
        own = next((OWN[f"{place}.{kind}"] for place in ("ctk", "slicer") if f"{place}.{kind}" in OWN), None)
        if own is None:
            return super().createWidget(kind, parent, name)
        made = own(parent) if parent is not None else own()
        made.setObjectName(name)
        return made


def _check_widget(widget: ElementTree.Element, later: list[tuple[str, str, Any]]) -> None:
    """Refuse what the class lacks; take out the properties that Qt's loader could not set, to set them later."""
    name = _facts_name(widget.get("class", ""))
    for element in widget.findall("property"):
        attribute = element.get("name", "")
        if element.get("stdset") == "0":
            continue
        if attribute not in facts.attributes(name, "properties") and (name, attribute) not in _DESIGNER_ONLY:
            raise UiError(f"{name} ({widget.get('name')}) has no property {attribute!r}")
        own = OWN.get(name)
        if own is not None and attribute not in convert.qt_properties_of(own):
            later.append((widget.get("name", ""), attribute, _value(element, name)))
            widget.remove(element)
    for child in widget:
        if child.tag == "widget":
            _check_widget(child, later)
        elif child.tag == "layout":
            _check_layout(child, later)


def _check_layout(layout: ElementTree.Element, later: list[tuple[str, str, Any]]) -> None:
    name = "qt." + layout.get("class", "")
    if name not in facts.classes():
        raise UiError(f"no layout class {layout.get('class')!r}")
    for element in layout.findall("property"):
        if element.get("name") not in facts.attributes(name, "properties") | _LAYOUT_ONLY:
            raise UiError(f"{name} has no property {element.get('name')!r}")
    for item in layout.findall("item"):
        for child in item:
            if child.tag == "widget":
                _check_widget(child, later)
            elif child.tag == "layout":
                _check_layout(child, later)


def _check_tab_order(root: ElementTree.Element) -> None:
    """Refuse a tab stop that holds other tab stops and passes its focus on, as a QTabWidget to its tabs.

    QWidget::setTabOrder of Qt 5.15, Slicer's Qt, then ties the first of them to the tabs' last child: whatever follows is never reached.
    """
    stops = {stop.text for stop in root.iter("tabstop")}
    for tabs in root.iter("widget"):
        inside = {widget.get("name") for widget in tabs.iter("widget")} - {tabs.get("name")}
        if tabs.get("class") == "QTabWidget" and tabs.get("name") in stops and inside & stops:
            raise UiError(f"the tab stops name {tabs.get('name')!r} and {', '.join(sorted(map(str, inside & stops)))} in it")


def _translate(root: ElementTree.Element) -> None:
    context = root.findtext("class") or ""
    for holder in root.iter():
        if holder.tag in ("property", "attribute") and holder.get("stdset") != "0":
            for text in holder.findall("string"):
                if text.get("notr") != "true" and text.text:
                    text.text = TRANSLATE[0](context, text.text)


def _named(root: QtWidgets.QWidget, name: str) -> Any:
    found = root if root.objectName() == name else root.findChild(QtCore.QObject, name)
    if found is None:
        raise UiError(f"a connection names {name!r}, which is not there")
    return wrap(found)


def _connect(root: QtWidgets.QWidget, connection: ElementTree.Element) -> None:
    sender, receiver = (_named(root, connection.findtext(role) or "") for role in ("sender", "receiver"))
    slot = connection.findtext("slot") or ""
    name = slot.partition("(")[0]
    if name not in facts.attributes(type(receiver)._facts, "callables"):
        raise UiError(f"{type(receiver)._facts} has no slot {slot!r}")
    count = len([argument for argument in slot.partition("(")[2].rstrip(")").split(",") if argument])
    method = getattr(receiver, name)
    try:
        signals.connect(sender, connection.findtext("signal") or "", lambda *arguments: method(*arguments[:count]))
    except ValueError as error:
        raise UiError(str(error)) from error


def load_text(text: str) -> Any:
    """Build the widgets of a .ui file's text; the top one's proxy."""
    root = ElementTree.fromstring(text)
    top = root.find("widget")
    if top is None:
        raise UiError("the .ui file has no widget")
    later: list[tuple[str, str, Any]] = []
    _translate(root)
    _check_widget(top, later)
    _check_tab_order(root)
    connections = root.find("connections")
    if connections is not None:
        root.remove(connections)
    buffer = QtCore.QBuffer()
    buffer.setData(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    complaints: list[str] = []
    before = QtCore.qInstallMessageHandler(lambda _kind, _context, message: complaints.append(message))
    try:
        loader = _Loader()
        widget = loader.load(buffer)
    finally:
        QtCore.qInstallMessageHandler(before)
    if widget is None or complaints:
        raise UiError("; ".join(complaints) or loader.errorString())
    for name, attribute, value in later:
        setattr(_named(widget, name), attribute, value)
    for connection in connections if connections is not None else ():
        _connect(widget, connection)
    return wrap(widget)


def _load(_loader: Proxy, file: Proxy, parent: Any = None) -> Any:
    made = load_text(bytes(file._real.readAll().data()).decode("utf-8"))
    if parent is not None:
        made.setParent(parent)
    return made


OVERRIDES["qt.QUiLoader", "load"] = _load
