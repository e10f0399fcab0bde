"""Stand-in for slicer.parameterNodeWrapper: typed attributes kept in a script node, and tied to widgets."""

from __future__ import annotations

import ast
import enum
import pathlib
import types
import typing
from collections.abc import Callable
from typing import Annotated, Any, get_args, get_origin

import slicer
import vtk

from .parameter_cache import Cached, Plain
from .parameter_rules import Choice, Decimals, Default, Maximum, Minimum, SingleStep, Validator, WithinRange
from .proxy import Proxy, proxy_class


def _is_node(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, slicer.vtkMRMLNode)


class Parameter:
    """One typed attribute: its type, default and rules."""

    def __init__(self, name: str, annotation: Any) -> None:
        self.name = name
        self.kind, *extras = get_args(annotation) if get_origin(annotation) is Annotated else (annotation,)
        self.nodes: tuple[Any, ...] = (self.kind,) if _is_node(self.kind) else ()
        self.base = get_origin(self.kind) or self.kind
        if self.base in (typing.Union, types.UnionType):  # the wrapper knows Union[NodeA, NodeB, None]
            parts = get_args(self.kind)
            self.nodes = tuple(part for part in parts if _is_node(part))
            if type(None) not in parts or len(self.nodes) != len(parts) - 1:
                raise TypeError(f"{name}: of unions, only those of nodes and None are in the stand-in")
            self.base = slicer.vtkMRMLNode
        simple = self.base in (str, int, float, bool, list, dict) or (isinstance(self.base, type) and issubclass(self.base, enum.Enum))
        if not (simple or _is_node(self.base) or self.base is pathlib.Path):
            raise TypeError(f"{name}: type {self.kind} is not in the stand-in")
        if self.base in (list, dict) and not get_args(self.kind):
            raise TypeError(f"{name}: say what the {self.base.__name__} holds")
        self.extras = extras

    def find(self, kind: type) -> Any:
        """The annotation of one kind, or None."""
        return next((extra for extra in self.extras if isinstance(extra, kind)), None)

    def default(self) -> Any:
        """The value before any was set."""
        given = self.find(Default)
        if given is not None:
            return given.value
        choice = self.find(Choice)
        if choice is not None:
            return choice.choices[0]
        if _is_node(self.base):
            return None
        if isinstance(self.base, type) and issubclass(self.base, enum.Enum):
            return next(iter(self.base))
        within = self.find(WithinRange)
        return within.minimum if within is not None and not within.minimum <= 0 <= within.maximum else self.base()

    def write(self, node: Any, value: Any) -> None:
        """Check a value and store it."""
        self._check(value)
        if _is_node(self.base):
            node.SetParameter(self.name, "")
            node.SetNodeReferenceID(self.name, value.GetID() if value is not None else None)
        elif isinstance(value, enum.Enum):
            node.SetParameter(self.name, value.name)
        elif self.base in (list, dict):
            node.SetParameter(self.name, repr(self.base(value)))
        else:
            node.SetParameter(self.name, str(value))

    def _check(self, value: Any) -> None:
        allowed: Any = self.nodes or ((int, float) if self.base is float else self.base)
        if not isinstance(value, allowed) and not (_is_node(self.base) and value is None):
            raise TypeError(f"{self.name} is a {self.kind}, not {type(value).__name__}")
        inside = get_args(self.kind)
        if self.base is list and not all(isinstance(item, inside[0]) for item in value):
            raise TypeError(f"{self.name} holds {inside[0]}")
        if self.base is dict and not all(isinstance(key, inside[0]) and isinstance(item, inside[1]) for key, item in value.items()):
            raise TypeError(f"{self.name} holds {inside}")
        for rule in self.extras:
            if isinstance(rule, Validator):
                rule.validate(value)

    def read(self, node: Any) -> Any:
        """The stored value; lists and dicts write themselves back when they are changed."""
        if not node.HasParameter(self.name):
            self.write(node, self.default())
        if _is_node(self.base):
            return node.GetNodeReference(self.name)
        text = node.GetParameter(self.name)
        if self.base is bool:
            return text == "True"
        if self.base is list:
            return _ObservedList(self, node, ast.literal_eval(text))
        if self.base is dict:
            return _ObservedDict(self, node, ast.literal_eval(text))
        if issubclass(self.base, enum.Enum):
            return self.base[text]
        return self.base(text)


def _writing(kind: type, methods: str) -> Callable[[type], type]:
    def decorate(made: type) -> type:
        def make(name: str) -> Callable[..., Any]:
            def method(self: Any, *arguments: Any, **keywords: Any) -> Any:
                result = getattr(kind, name)(self, *arguments, **keywords)
                self._parameter.write(self._node, kind(self))
                return result

            return method

        for name in methods.split():
            setattr(made, name, make(name))
        return made

    return decorate


@_writing(list, "append extend insert remove pop clear __setitem__ __delitem__ __iadd__")
class _ObservedList(list):  # type: ignore[type-arg]
    def __init__(self, parameter: Parameter, node: Any, values: list[Any]) -> None:
        super().__init__(values)
        self._parameter, self._node = parameter, node


@_writing(dict, "__setitem__ __delitem__ pop clear update setdefault popitem")
class _ObservedDict(dict):  # type: ignore[type-arg]
    def __init__(self, parameter: Parameter, node: Any, values: dict[Any, Any]) -> None:
        super().__init__(values)
        self._parameter, self._node = parameter, node


class Connector:
    """Ties one parameter to one widget, by the exact classes that Slicer knows."""

    def __init__(self, widget: Proxy, parameter: Parameter) -> None:
        self.widget, self.parameter = widget, parameter
        self.label = getattr(type(widget), "_facts", "")
        self.choices: list[Any] = []
        base = parameter.base
        if self.label in ("qt.QCheckBox", "ctk.ctkCheckBox") and base is bool:
            self.signal, self.attribute = "stateChanged", "checked"
        elif self.label == "qt.QPushButton" and base is bool:
            widget.checkable = True
            self.signal, self.attribute = "toggled", "checked"
        elif self.label in ("qt.QSpinBox", "qt.QSlider") and base is int:
            self._limits(integer=True)
            self.signal, self.attribute = "valueChanged", "value"
        elif self.label in ("qt.QDoubleSpinBox", "ctk.ctkSliderWidget", "ctk.ctkDoubleSpinBox") and base in (int, float):
            self._limits(integer=False)
            self.signal, self.attribute = "valueChanged", "value"
        elif self.label in ("qt.QComboBox", "ctk.ctkComboBox") and base in (int, float, str, bool):
            choice = parameter.find(Choice)
            if choice is None:
                raise RuntimeError(f"{parameter.name}: a combo box needs the annotation Choice")
            self.choices = list(choice.choices)
            widget.clear()
            for item in self.choices:
                widget.addItem(str(item))
            self.signal, self.attribute = "currentIndexChanged", "currentIndex"
        elif self.label == "qt.QLineEdit" and base is str:
            self.signal, self.attribute = "textChanged", "text"
        elif self.label == "qt.QLabel" and base is str:
            self.signal, self.attribute = "", "text"
        elif self.label == "qt.QTextEdit" and base is str:
            self.signal, self.attribute = "textChanged", "plainText"
        elif self.label == "ctk.ctkPathLineEdit" and base is pathlib.Path:
            self.signal, self.attribute = "currentPathChanged", "currentPath"
        elif type(widget) is proxy_class("slicer.qMRMLNodeComboBox") and _is_node(base):
            widget.nodeTypes = [kind.__name__ for kind in parameter.nodes]
            self.signal, self.attribute = "currentNodeChanged", ""
        else:
            raise RuntimeError(f"Slicer cannot tie {parameter.name} ({parameter.kind}) to a {self.label}")

    def _limits(self, integer: bool) -> None:
        within, low, high = (self.parameter.find(kind) for kind in (WithinRange, Minimum, Maximum))
        bounded = within or (low and high)
        if self.label in ("qt.QSlider", "ctk.ctkSliderWidget") and not bounded:
            raise RuntimeError(f"{self.parameter.name}: a slider needs the annotation WithinRange")
        if not integer:
            decimals = self.parameter.find(Decimals)
            if self.parameter.base is int:
                self.widget.decimals = 0
            elif decimals is not None:
                self.widget.decimals = decimals.value
        step = self.parameter.find(SingleStep)
        if step is not None:
            self.widget.singleStep = step.value
        edges = (-(2**31), 2**31 - 1) if integer else (float("-inf"), float("inf"))
        self.widget.minimum = within.minimum if within else low.minimum if low else edges[0]
        self.widget.maximum = within.maximum if within else high.maximum if high else edges[1]

    def read(self) -> Any:
        """The value that the widget shows."""
        if self.choices:
            return self.choices[self.widget.currentIndex]
        if self.label == "qt.QTextEdit":
            return self.widget.toPlainText()
        value = getattr(self.widget, self.attribute) if self.attribute else self.widget.currentNode()
        return self.parameter.base(value) if self.parameter.base in (pathlib.Path, int, float, bool) else value

    def write(self, value: Any) -> None:
        """Show a value."""
        if self.choices:
            self.widget.currentIndex = self.choices.index(value)
        elif self.label == "qt.QTextEdit":
            self.widget.setPlainText(value)
        elif not self.attribute:
            self.widget.setCurrentNode(value)
        elif self.label != "qt.QLineEdit" or self.widget.text != value:
            setattr(self.widget, self.attribute, str(value) if isinstance(value, pathlib.Path) else value)


class _Wrapper:
    """What the decorator adds to the class that lists the parameters."""

    allParameters: dict[str, Parameter]

    def __init__(self, parameterNode: Any) -> None:
        self.parameterNode = parameterNode
        self._guis: dict[int, tuple[list[tuple[Connector, Any]], int]] = {}
        self._updating = False
        self._kept: dict[str, Cached | Plain] = {
            name: (Plain if parameter.base in (list, dict) else Cached)(parameter, parameterNode)
            for name, parameter in self.allParameters.items()
        }

    def getValue(self, name: str) -> Any:
        self._parameter(name)
        return self._kept[name].read()

    def setValue(self, name: str, value: Any) -> None:
        self._parameter(name)
        self._kept[name].write(value)

    def isCached(self, name: str) -> bool:
        self._parameter(name)
        return isinstance(self._kept[name], Cached)

    def default(self, name: str) -> Default:
        return Default(self._parameter(name).default())

    def dataType(self, name: str) -> Any:
        return self._parameter(name).kind

    def _parameter(self, name: str) -> Parameter:
        if name not in self.allParameters:
            raise ValueError(f"Cannot find a param with the given name: {name}")
        return self.allParameters[name]

    def connectGui(self, gui: Any) -> int:
        widgets = gui.findChildren("QWidget") if isinstance(gui, Proxy) else list(vars(gui).values())
        named = {widget.property("SlicerParameterName"): widget for widget in widgets if widget.property("SlicerParameterName")}
        return self.connectParametersToGui(named)

    def connectParametersToGui(self, mapping: dict[str, Any]) -> int:
        tied: list[tuple[Connector, Any]] = []
        for name, widget in mapping.items():
            tied.append((Connector(widget, self._parameter(name)), None))
        for index, (connector, _none) in enumerate(tied):
            connector.write(self.getValue(connector.parameter.name))
            changed = self._changed(connector)
            if connector.signal:
                getattr(connector.widget, connector.signal).connect(changed)
            tied[index] = (connector, changed)
        tag = max(self._guis, default=-1) + 1
        observer = self.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda *_event: self._update())
        self._guis[tag] = (tied, observer)
        return tag

    def disconnectGui(self, guiTag: int) -> None:
        tied, observer = self._guis.pop(guiTag, ([], None))
        for connector, changed in tied:
            if connector.signal:
                getattr(connector.widget, connector.signal).disconnect(changed)
        if observer is not None:
            self.RemoveObserver(observer)

    def _changed(self, connector: Connector) -> Callable[[], None]:
        def changed() -> None:
            with slicer.util.NodeModify(self):
                if not self._updating:
                    self.setValue(connector.parameter.name, connector.read())

        return changed

    def _update(self) -> None:
        if self._updating:
            return
        self._updating = True
        try:
            with slicer.util.NodeModify(self):
                for tied, _observer in self._guis.values():
                    for connector, _changed in tied:
                        connector.write(self.getValue(connector.parameter.name))
        finally:
            self._updating = False

    def AddObserver(self, event: Any, callback: Any, priority: float = 0.0) -> int:
        return int(self.parameterNode.AddObserver(event, callback, priority))

    def RemoveObserver(self, tag: int) -> None:
        self.parameterNode.RemoveObserver(tag)

    def StartModify(self) -> int:
        return int(self.parameterNode.StartModify())

    def EndModify(self, wasModified: int) -> int:
        return int(self.parameterNode.EndModify(wasModified))

    def Modified(self) -> None:
        self.parameterNode.Modified()


def parameterNodeWrapper(classtype: Any = None) -> Any:
    """Class decorator: every annotated name becomes a parameter kept in the node given to the constructor."""
    if classtype is None:
        return parameterNodeWrapper
    parameters = {}
    for name, annotation in typing.get_type_hints(classtype, include_extras=True).items():
        if hasattr(classtype, name):
            annotation = Annotated[annotation, Default(getattr(classtype, name))]
        parameters[name] = Parameter(name, annotation)
    for name in vars(_Wrapper):
        if not name.startswith("__") and name != "allParameters" and (name in parameters or name in vars(classtype)):
            raise ValueError(f"Cannot use reserved name '{name}' in a parameterNodeWrapper")
    members = {name: property(_getter(name), _setter(name)) for name in parameters}
    methods = {name: value for name, value in vars(classtype).items() if name not in parameters and name not in ("__dict__", "__weakref__")}
    return type(classtype.__name__, (_Wrapper,), {**methods, **members, "allParameters": parameters})


def _getter(name: str) -> Callable[[_Wrapper], Any]:
    return lambda self: self.getValue(name)


def _setter(name: str) -> Callable[[_Wrapper, Any], None]:
    return lambda self, value: self.setValue(name, value)


def isParameterNodeWrapper(thing: Any) -> bool:
    """Whether a class or object was made by the decorator."""
    return issubclass(thing if isinstance(thing, type) else type(thing), _Wrapper)
