"""The sizes that Slicer's module panel and CTK's widgets ask for; what a module shows can make Slicer's window grow through them."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

_Policy = QtWidgets.QSizePolicy.Policy
_Adjust = QtWidgets.QComboBox.SizeAdjustPolicy


class ModulePanel(QtWidgets.QWidget):
    """The panel around a module: as wide as the module asks for, and a scroll bar.

    As qSlicerModulePanel.cxx: ``minimumSizeHint`` is that of the scrolled widget, in which the module lies with the policy Minimum. So
    Slicer's window grows to the module's ``sizeHint``, not only to its ``minimumSizeHint``, and again when that follows the new width.
    """

    def __init__(self, parent: QtWidgets.QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(_Policy.Minimum, _Policy.Preferred)
        self._area = QtWidgets.QScrollArea(self)
        self._area.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        contents = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(contents)
        column.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetMinAndMaxSize)
        column.setContentsMargins(0, 0, 0, 0)
        column.addItem(QtWidgets.QSpacerItem(0, 0, _Policy.Minimum, _Policy.MinimumExpanding))
        self._area.setWidget(contents)
        box = QtWidgets.QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._area)
        self._module: QtWidgets.QWidget | None = None

    def setWidget(self, module: QtWidgets.QWidget) -> None:
        """Take a module's widget in."""
        self._module = module
        if (own := module.layout()) is not None:
            own.setContentsMargins(0, 0, 0, 0)
        column = self._area.widget().layout()
        assert isinstance(column, QtWidgets.QVBoxLayout)
        column.insertWidget(0, module, 1)
        module.setSizePolicy(_Policy.Minimum, module.sizePolicy().verticalPolicy())
        module.installEventFilter(self)
        self.updateGeometry()

    def takeWidget(self) -> None:
        """Let the module's widget go."""
        if self._module is not None:
            self._module.removeEventFilter(self)
            self._area.widget().layout().removeWidget(self._module)
            self._module = None

    def eventFilter(self, _watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        # Slicer looks when the module is resized, as with every line of text more; here it is told at once.
        if event.type() in (QtCore.QEvent.Type.Resize, QtCore.QEvent.Type.LayoutRequest):
            self.updateGeometry()
        return False

    def minimumSizeHint(self) -> QtCore.QSize:
        bar = self._area.horizontalScrollBar().sizeHint().width()
        return QtCore.QSize(self._area.widget().minimumSizeHint().width() + bar, super().minimumSizeHint().height())


class ctkComboBox(QtWidgets.QComboBox):  # noqa: N801  CTK's names
    """A combo box that elides its text. As ctkComboBox.cpp: it keeps the width that it asked for first, its longest text's by default."""

    PROXY_BASE = "qt.QComboBox"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._values: dict[str, Any] = {"defaultText": "", "elideMode": QtCore.Qt.TextElideMode.ElideNone, "forceDefault": False}
        self._hints: dict[str, QtCore.QSize] = {}

    def _option(self) -> QtWidgets.QStyleOptionComboBox:
        option = QtWidgets.QStyleOptionComboBox()
        self.initStyleOption(option)
        parts = QtWidgets.QStyle
        room = self.style().subControlRect(parts.ComplexControl.CC_ComboBox, option, parts.SubControl.SC_ComboBoxEditField, self).width()
        mode = QtCore.Qt.TextElideMode(getattr(self._values["elideMode"], "value", self._values["elideMode"]))
        option.currentText = self.fontMetrics().elidedText(option.currentText, mode, room)
        return option

    def _hint(self, name: str) -> QtCore.QSize:
        if name in self._hints:
            return self._hints[name]
        metrics, length, width = self.fontMetrics(), self.minimumContentsLength(), 0
        follows = self.sizeAdjustPolicy() in (_Adjust.AdjustToContents, _Adjust.AdjustToContentsOnFirstShow)
        if follows and (name == "sizeHint" or length == 0):
            texts = [self.itemText(index) for index in range(self.count())] or ["x" * 7]
            width = max(metrics.boundingRect(text).width() for text in texts)
        width = max(width, length * metrics.horizontalAdvance("x"))
        kind = QtWidgets.QStyle.ContentsType.CT_ComboBox
        size = self.style().sizeFromContents(kind, self._option(), QtCore.QSize(width, max(metrics.height(), 14) + 2), self)
        self._hints[name] = size
        return size

    def sizeHint(self) -> QtCore.QSize:
        return self._hint("sizeHint")

    def minimumSizeHint(self) -> QtCore.QSize:
        return self._hint("minimumSizeHint")

    def changeEvent(self, event: QtCore.QEvent) -> None:
        if event.type() in (QtCore.QEvent.Type.FontChange, QtCore.QEvent.Type.StyleChange):
            getattr(self, "_hints", {}).clear()  # Qt tells of a style while the widget is being made, too
        super().changeEvent(event)

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter, option = QtWidgets.QStylePainter(self), self._option()
        painter.drawComplexControl(QtWidgets.QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QtWidgets.QStyle.ControlElement.CE_ComboBoxLabel, option)


def node_list(parent: QtWidgets.QWidget) -> ctkComboBox:
    """The list in a qMRMLNodeComboBox (its .cxx): as wide as the longest name that it holds when it is first asked."""
    made = ctkComboBox(parent)
    made.setSizePolicy(_Policy.Expanding, _Policy.Expanding)
    made._values["elideMode"] = QtCore.Qt.TextElideMode.ElideMiddle
    return made


def path_hint(combo: QtWidgets.QComboBox, button: QtWidgets.QToolButton, length: int, to_contents: bool) -> QtCore.QSize:
    """The size that a ctkPathLineEdit asks for, as recomputeSizeHint of ctkPathLineEdit.cpp."""
    parts, option = QtWidgets.QStyle, QtWidgets.QStyleOptionComboBox()
    arrow = combo.style().subControlRect(parts.ComplexControl.CC_ComboBox, option, parts.SubControl.SC_ComboBoxArrow, combo).width() + 2
    width = length * combo.fontMetrics().horizontalAdvance("X")
    if to_contents:
        text = combo.lineEdit().text()
        width = max(width, combo.fontMetrics().boundingRect(text or "x" * 7).width() + 8)
    browse = 0 if button.isHidden() else button.minimumSizeHint().width()
    return QtCore.QSize(7 + arrow + width + browse, combo.minimumSizeHint().height())
