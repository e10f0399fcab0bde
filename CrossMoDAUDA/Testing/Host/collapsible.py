"""CTK's sections that can be closed, on PySide, with CTK's own rules of what a closed one hides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets
from PySide6.QtCore import Signal

_Policy = QtWidgets.QSizePolicy.Policy
_KEPT = "visibilityToParent"  # CTK's property of a child: whether somebody wants it to be seen once its section is open


class _Children(QtCore.QObject):
    """Hides what is shown in a closed section, and shows it once that is open, as the two classes' ``eventFilter`` in CTK.

    Args:
        box: the section.
    """

    def __init__(self, box: QtWidgets.QWidget) -> None:
        super().__init__(box)
        self._box, self.is_own, self._is_made = box, False, False

    def event_of_box(self, event: QtCore.QEvent) -> None:
        """Follow a child from the moment it is whole, which is before it is first shown."""
        if event.type() == QtCore.QEvent.Type.ChildPolished and isinstance(event, QtCore.QChildEvent):
            child = event.child()
            if isinstance(child, QtWidgets.QWidget) and not child.isWindow():
                self._mark(child)
                child.installEventFilter(self)

    def _mark(self, child: QtWidgets.QWidget) -> None:
        kinds = QtCore.Qt.WidgetAttribute
        if child.property(_KEPT) is None and child.testAttribute(kinds.WA_WState_ExplicitShowHide) and child.isHidden():
            child.setProperty(_KEPT, False)

    def eventFilter(self, child: QtCore.QObject, event: QtCore.QEvent) -> bool:
        if not self.is_own and isinstance(child, QtWidgets.QWidget):
            if event.type() == QtCore.QEvent.Type.ShowToParent:
                child.setProperty(_KEPT, True)
                self.show(child)
            elif event.type() == QtCore.QEvent.Type.HideToParent:
                child.setProperty(_KEPT, False)
        return False

    def show(self, child: QtWidgets.QWidget) -> None:
        """Show or hide a child, as the section is open or not; one that was hidden on purpose stays hidden."""
        if not self._box.testAttribute(QtCore.Qt.WidgetAttribute.WA_WState_Created):
            return
        was_own, self.is_own = self.is_own, True
        self._mark(child)
        child.setVisible(not self._box.collapsed and child.property(_KEPT) is not False)  # type: ignore[attr-defined]
        if child.property(_KEPT) is not False:
            child.setAttribute(QtCore.Qt.WidgetAttribute.WA_WState_ExplicitShowHide, False)
        self.is_own = was_own

    def set_visible(self, show: Callable[[bool], None], visible: bool) -> None:
        """Show or hide the section; its children are shown as they should be once it is made."""
        was_own, self.is_own = self.is_own, True
        show(visible)
        self.is_own = was_own
        if not self._is_made and self._box.testAttribute(QtCore.Qt.WidgetAttribute.WA_WState_Created):
            self._is_made = True
            self.show_all()

    def show_all(self) -> None:
        """Show or hide all."""
        for child in self._box.children():
            if isinstance(child, QtWidgets.QWidget) and not child.isWindow():
                self.show(child)


class ctkCollapsibleButton(QtWidgets.QAbstractButton):  # noqa: N801
    """A header bar that hides what is laid out under it."""

    PROXY_BASE = "qt.QWidget"
    contentsCollapsed = Signal(bool)

    def __init__(self, *arguments: Any) -> None:
        title = arguments[0] if arguments and isinstance(arguments[0], str) else ""
        super().__init__(*(arguments[1:] if title else arguments))
        self._collapsed, self._flat, self._height = False, False, 14
        self._hidden = _Children(self)
        self.setCheckable(True)
        self.setChecked(True)
        self.setText(title)
        self.setSizePolicy(_Policy.Minimum, _Policy.Preferred)
        self.setContentsMargins(0, self._bar(), 0, 0)
        self.setBackgroundRole(QtGui.QPalette.ColorRole.Window)
        self.toggled.connect(lambda checked: self._collapse(not checked))

    def _bar(self) -> int:
        return self.fontMetrics().height() + 8

    def _collapse(self, collapsed: bool) -> None:
        if collapsed == self._collapsed:
            return
        self._collapsed = collapsed
        self.setMaximumHeight(self._bar() + self._height if collapsed else 16777215)
        self._hidden.show_all()
        self.updateGeometry()
        self.contentsCollapsed.emit(collapsed)

    def _get_collapsed(self) -> bool:
        return self._collapsed

    def _set_collapsed(self, collapsed: bool) -> None:
        if self.isCheckable():
            self.setChecked(not collapsed)
        else:
            self._collapse(collapsed)

    collapsed = property(_get_collapsed, _set_collapsed)

    def _get_height(self) -> int:
        return self._height

    def _set_height(self, height: int) -> None:
        self._height = height
        self.updateGeometry()

    collapsedHeight = property(_get_height, _set_height)

    def _get_flat(self) -> bool:
        return self._flat

    def _set_flat(self, flat: bool) -> None:
        self._flat = flat
        self.update()

    flat = property(_get_flat, _set_flat)

    def event(self, event: QtCore.QEvent) -> bool:
        if "_hidden" not in vars(self):  # it is being made
            return super().event(event)
        self._hidden.event_of_box(event)
        if event.type() in (QtCore.QEvent.Type.FontChange, QtCore.QEvent.Type.StyleChange):
            self.setContentsMargins(0, self._bar(), 0, 0)
            if self._collapsed:
                self.setMaximumHeight(self._bar() + self._height)
        return super().event(event)

    def setVisible(self, visible: bool) -> None:
        self._hidden.set_visible(super().setVisible, visible)

    def hitButton(self, position: QtCore.QPoint) -> bool:
        return position.y() <= self._bar()

    def sizeHint(self) -> QtCore.QSize:
        bar = QtCore.QSize(self.fontMetrics().horizontalAdvance(self.text()) + 40, self._bar())
        if self._collapsed:
            return bar + QtCore.QSize(0, self._height)
        return super(QtWidgets.QAbstractButton, self).sizeHint().expandedTo(bar)

    def minimumSizeHint(self) -> QtCore.QSize:
        bar = QtCore.QSize(self.fontMetrics().horizontalAdvance(self.text()) + 40, self._bar())
        return bar if self._collapsed or self.layout() is None else self.layout().totalMinimumSize().expandedTo(bar)

    def paintEvent(self, _event: QtGui.QPaintEvent) -> None:
        painter = QtWidgets.QStylePainter(self)
        option = QtWidgets.QStyleOptionButton()
        option.initFrom(self)
        option.state |= QtWidgets.QStyle.StateFlag.State_Sunken if self.isDown() else QtWidgets.QStyle.StateFlag.State_Raised
        option.rect.setHeight(self._bar())
        if not self._flat:
            painter.drawControl(QtWidgets.QStyle.ControlElement.CE_PushButtonBevel, option)
        arrow = QtWidgets.QStyle.PrimitiveElement
        bar, option.rect = QtCore.QRect(option.rect), QtCore.QRect(6, (self._bar() - 12) // 2, 12, 12)
        painter.drawPrimitive(arrow.PE_IndicatorArrowRight if self._collapsed else arrow.PE_IndicatorArrowDown, option)
        painter.drawItemText(
            bar.adjusted(24, 0, -4, 0),
            int(QtCore.Qt.AlignmentFlag.AlignVCenter | QtCore.Qt.AlignmentFlag.AlignLeft | QtCore.Qt.TextFlag.TextShowMnemonic),
            self.palette(),
            self.isEnabled(),
            self.text(),
            QtGui.QPalette.ColorRole.ButtonText,
        )


class _ArrowStyle(QtWidgets.QProxyStyle):
    """Draws a group box's check mark as the arrow that CTK draws."""

    def drawPrimitive(self, element: Any, option: Any, painter: Any, widget: Any = None) -> None:
        if element == QtWidgets.QStyle.PrimitiveElement.PE_IndicatorCheckBox and isinstance(widget, ctkCollapsibleGroupBox):
            arrows = QtWidgets.QStyle.PrimitiveElement
            element = arrows.PE_IndicatorArrowDown if widget.isChecked() else arrows.PE_IndicatorArrowRight
        super().drawPrimitive(element, option, painter, widget)


class ctkCollapsibleGroupBox(QtWidgets.QGroupBox):  # noqa: N801
    """A group box that hides its contents; checked means expanded."""

    PROXY_BASE = "qt.QGroupBox"

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._hidden = _Children(self)
        self._arrows = _ArrowStyle("fusion")
        self.setStyle(self._arrows)
        self.setCheckable(True)
        self.toggled.connect(self._expand)

    def _expand(self, expanded: bool) -> None:
        self._hidden.show_all()
        self.setMaximumHeight(16777215 if expanded else self.fontMetrics().height() + 8)
        self.updateGeometry()

    def event(self, event: QtCore.QEvent) -> bool:
        if "_hidden" not in vars(self):  # it is being made
            return super().event(event)
        self._hidden.event_of_box(event)
        if event.type() == QtCore.QEvent.Type.FontChange and not self.isChecked():
            self.setMaximumHeight(self.fontMetrics().height() + 8)
        return super().event(event)

    def setVisible(self, visible: bool) -> None:
        self._hidden.set_visible(super().setVisible, visible)

    collapsed = property(lambda self: not self.isChecked(), lambda self, collapsed: self.setChecked(not collapsed))
