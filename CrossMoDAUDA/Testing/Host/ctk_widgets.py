"""CTK's widgets on PySide, as far as the panel uses them, with CTK's own behaviour."""

from __future__ import annotations

import enum
from typing import Any

from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Signal

from . import dialogs
from .collapsible import ctkCollapsibleButton, ctkCollapsibleGroupBox
from .proxy import OVERRIDES, OWN
from .sizes import ctkComboBox, path_hint

_Policy = QtWidgets.QSizePolicy.Policy


def stored(name: str) -> property:
    """A property that a widget only keeps, in its ``_values``."""
    return property(lambda widget: widget._values[name], lambda widget, value: widget._values.__setitem__(name, value))


class ctkPushButton(QtWidgets.QPushButton):  # noqa: N801  CTK's names
    """A push button whose text can be aligned."""

    PROXY_BASE = "qt.QPushButton"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._values: dict[str, Any] = {
            "buttonTextAlignment": QtCore.Qt.AlignmentFlag.AlignCenter,
            "iconAlignment": QtCore.Qt.AlignmentFlag.AlignLeft,
            "elideMode": QtCore.Qt.TextElideMode.ElideNone,
        }


class ctkMessageBox(QtWidgets.QMessageBox):  # noqa: N801
    """A message box that can offer not to be shown again."""

    PROXY_BASE = "qt.QMessageBox"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._values: dict[str, Any] = {"dontShowAgainSettingsKey": "", "dontShowAgain": False, "dontShowAgainVisible": False}


for _kind, _names in (
    (ctkComboBox, ("defaultText", "elideMode", "forceDefault")),
    (ctkPushButton, ("buttonTextAlignment", "iconAlignment", "elideMode")),
    (ctkMessageBox, ("dontShowAgainSettingsKey", "dontShowAgain", "dontShowAgainVisible")),
):
    for _name in _names:
        setattr(_kind, _name, stored(_name))


class ctkDoubleSpinBox(QtWidgets.QWidget):  # noqa: N801
    """A double spin box, as a widget around Qt's."""

    valueChanged = Signal(float)
    editingFinished = Signal()
    decimalsChanged = Signal(int)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.delegate = QtWidgets.QDoubleSpinBox(self)
        box = QtWidgets.QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.delegate)
        self.delegate.valueChanged.connect(self.valueChanged)
        self.delegate.editingFinished.connect(self.editingFinished)
        self.setFocusProxy(self.delegate)


class ctkSliderWidget(QtWidgets.QWidget):  # noqa: N801
    """A slider with a spin box beside it."""

    valueChanged = Signal(float)
    valueIsChanging = Signal(float)
    decimalsChanged = Signal(int)

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.delegate = QtWidgets.QDoubleSpinBox(self)
        self.delegate.setRange(0.0, 99.0)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, 1000)
        box = QtWidgets.QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._slider, 1)
        box.addWidget(self.delegate)
        self.delegate.valueChanged.connect(self._changed)
        self._slider.sliderMoved.connect(lambda step: self.delegate.setValue(self._low() + step * (self._high() - self._low()) / 1000))

    def _low(self) -> float:
        return self.delegate.minimum()

    def _high(self) -> float:
        return self.delegate.maximum()

    def _changed(self, value: float) -> None:
        self._slider.setValue(round(1000 * (value - self._low()) / ((self._high() - self._low()) or 1)))
        self.valueChanged.emit(value)


class ctkPathLineEdit(QtWidgets.QWidget):  # noqa: N801
    """A path to type, choose from the last ten, or browse for."""

    currentPathChanged = Signal(str)
    validInputChanged = Signal(bool)
    Filter = QtCore.QDir.Filter
    SizeAdjustPolicy = enum.IntEnum(
        "SizeAdjustPolicy", "AdjustToContents AdjustToContentsOnFirstShow AdjustToMinimumContentsLength", start=0
    )
    Option = QtWidgets.QFileDialog.Option
    HISTORY = 10

    def __init__(self, *arguments: Any) -> None:
        labelled = bool(arguments) and isinstance(arguments[0], str)
        super().__init__(*(arguments[3:] if labelled else arguments))
        filters = QtCore.QDir.Filter
        self._label = arguments[0] if labelled else ""
        self._names = list(arguments[1]) if labelled and len(arguments) > 1 else []
        self._filters = int(arguments[2]) if labelled and len(arguments) > 2 else filters.AllEntries.value
        self._key, self._options, self._policy, self._length = "", 0, 2, 0
        self._hint: QtCore.QSize | None = None
        self._least: QtCore.QSize | None = None
        self._combo = QtWidgets.QComboBox(self)
        self._combo.setEditable(True)
        self._combo.setInsertPolicy(QtWidgets.QComboBox.InsertPolicy.NoInsert)
        self._combo.setSizePolicy(_Policy.Expanding, _Policy.Fixed)
        self._button = QtWidgets.QToolButton(self)
        self._button.setText("...")
        self._button.clicked.connect(lambda: self.browse())
        box = QtWidgets.QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._combo)
        box.addWidget(self._button)
        self.setSizePolicy(_Policy.Expanding, _Policy.Fixed)
        self.setFocusProxy(self._combo)
        self._isValid = False
        self._combo.lineEdit().textChanged.connect(self._typed)

    def _typed(self, path: str) -> None:
        """As ctkPathLineEdit.cpp: an empty field or one with a line break is no valid path; only valid ones are told of, first."""
        was_valid, self._isValid = self._isValid, bool(path) and "\n" not in path
        if self._isValid:
            self.currentPathChanged.emit(path)
        if self._isValid != was_valid:
            self.validInputChanged.emit(self._isValid)

    def comboBox(self) -> QtWidgets.QComboBox:
        return self._combo

    def setCurrentPath(self, path: str) -> None:
        self._combo.lineEdit().setText(path)

    currentPath = property(lambda self: self._combo.lineEdit().text(), setCurrentPath)

    def _set(self, name: str, value: Any) -> None:
        setattr(self, name, value)

    label = property(lambda self: self._label, lambda self, value: self._set("_label", value))
    nameFilters = property(lambda self: self._names, lambda self, value: self._set("_names", value))
    filters = property(lambda self: self._filters, lambda self, value: self._set("_filters", getattr(value, "value", value)))

    def _set_key(self, key: str) -> None:
        self._key = key
        self.retrieveHistory()

    settingKey = property(lambda self: self._key, _set_key)
    options = property(lambda self: self._options, lambda self, value: self._set("_options", getattr(value, "value", value)))
    sizeAdjustPolicy = property(lambda self: self._policy, lambda self, value: self._set_size("_policy", int(value)))
    showBrowseButton = property(lambda self: not self._button.isHidden(), lambda self, shown: self._button.setVisible(shown))
    minimumContentsLength = property(lambda self: self._length, lambda self, value: self._set_size("_length", value))

    def _set_size(self, name: str, value: int) -> None:
        self._set(name, value)
        self._hint = None

    def sizeHint(self) -> QtCore.QSize:
        """What CTK has found once, whatever the font is now; the same is so of the least size."""
        if self._hint is None or self._policy == self.SizeAdjustPolicy.AdjustToContents:
            to_contents = self._policy != self.SizeAdjustPolicy.AdjustToMinimumContentsLength
            self._hint = path_hint(self._combo, self._button, self._length, to_contents)
        return self._hint

    def minimumSizeHint(self) -> QtCore.QSize:
        if self._least is None:
            self._least = path_hint(self._combo, self._button, self._length, self._length == 0 and self._policy != 2)
        return self._least

    def _stored(self) -> tuple[str, list[str]]:
        key = "ctkPathLineEdit/" + (self._key or self.objectName())
        value = QtCore.QSettings().value(key)
        return key, [value] if isinstance(value, str) else list(value or [])

    def retrieveHistory(self) -> None:
        """Fill the list from the settings; without a path the most recent one is shown, and told nobody, as CTK does."""
        path = self._combo.lineEdit().text()
        blocked = self.blockSignals(True)
        self._combo.clear()
        self._combo.addItems(self._stored()[1][: self.HISTORY])
        if path:
            self.setCurrentPath(path)
        self.blockSignals(blocked)

    def addCurrentPathToHistory(self) -> None:
        """Remember the path under the setting key."""
        path = self._combo.lineEdit().text()
        if not path:
            return
        key, history = self._stored()
        QtCore.QSettings().setValue(key, [path, *(old for old in history if old != path)])
        if (index := self._combo.findText(path)) >= 0:
            self._combo.removeItem(index)  # as CTK: the field shows another path meanwhile, and tells so
        self._combo.insertItem(0, path)
        self._combo.setCurrentIndex(0)

    def browse(self) -> None:
        """Ask for a file or folder, by the filters."""
        filters = QtCore.QDir.Filter
        if self._filters & filters.Files.value:
            kind = "getSaveFileName" if self._filters & filters.Writable.value else "getOpenFileName"
        else:
            kind = "getExistingDirectory"
        path = dialogs.ask(dialogs.Dialog(kind, title=self._label, details={"from": self._combo.lineEdit().text(), "names": self._names}))
        if path:
            self.setCurrentPath(str(path))


OWN.update(
    {
        "ctk." + kind.__name__: kind
        for kind in (
            ctkComboBox,
            ctkPushButton,
            ctkMessageBox,
            ctkCollapsibleButton,
            ctkCollapsibleGroupBox,
            ctkDoubleSpinBox,
            ctkSliderWidget,
            ctkPathLineEdit,
        )
    }
)
OVERRIDES["ctk.ctkMessageBox", "exec"] = dialogs.run_message_box
