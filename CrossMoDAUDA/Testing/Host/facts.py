"""What exists in Slicer's Python: the facts read off a real Slicer, and a short list for small Qt classes that are not among them."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any


class NotInStandInError(AttributeError):
    """Slicer has it, the stand-in does not: extend the stand-in, or do without (Qt 6 may have dropped it)."""


_RECT = "x y width height left right top bottom center size topLeft bottomRight adjusted contains isNull isEmpty translated"
# Qt classes that PythonQt wraps but the facts file does not describe: only these callables of theirs are let through.
_SMALL: dict[str, tuple[str, str]] = {
    "QPoint": ("", "x y setX setY isNull manhattanLength"),
    "QPointF": ("", "x y setX setY isNull toPoint"),
    "QSizeF": ("", "width height setWidth setHeight"),
    "QRect": ("", _RECT + " intersected"),
    "QRectF": ("", _RECT + " setWidth"),
    "QMargins": ("", "left right top bottom"),
    "QPolygonF": ("", "append size isEmpty boundingRect"),
    "QPen": ("", "setWidth setWidthF width widthF setColor color setStyle style setCosmetic setCapStyle setJoinStyle"),
    "QBrush": ("", "setColor color setStyle style"),
    "QLinearGradient": ("", "setColorAt"),
    "QPainterPath": ("", "moveTo lineTo closeSubpath addRect addEllipse addRoundedRect isEmpty"),
    "QPainter": (
        "",
        "begin end save restore setPen setBrush setFont setRenderHint setClipRect setOpacity translate scale rotate drawLine drawRect"
        " drawEllipse drawPolyline drawPolygon drawPath drawText drawPixmap drawImage fillRect drawPoint drawRoundedRect isActive",
    ),
    "QFontMetrics": ("", "horizontalAdvance height ascent descent boundingRect elidedText lineSpacing averageCharWidth"),
    "QFontMetricsF": ("", "horizontalAdvance height ascent descent boundingRect elidedText lineSpacing"),
    "QByteArray": ("", "data size isEmpty length toBase64 append"),
    "QModelIndex": ("", "row column isValid data parent"),
    "QTableWidgetSelectionRange": ("", "topRow bottomRow leftColumn rightColumn rowCount columnCount"),
    "QEvent": ("", "type accept ignore isAccepted setAccepted spontaneous"),
    "QSpacerItem": ("", "changeSize sizeHint"),
    "QLayoutItem": ("", "widget layout spacerItem"),
    "QWidgetItem": ("", "widget layout spacerItem"),
    "QTransform": ("", "scale rotate translate"),
    "QLocale": ("", "name toString"),
    "QRegularExpression": ("", "pattern isValid"),
    "QStandardPaths": ("", "writableLocation standardLocations"),
    "QToolTip": ("", "showText hideText"),
    "QMimeData": ("qt.QObject", "urls setUrls hasUrls text setText hasText formats hasFormat"),
    "QScreen": ("qt.QObject", ""),
    "QStyle": ("qt.QObject", "standardIcon standardPixmap pixelMetric"),
    "QCompleter": ("qt.QObject", "setModel model"),
    "QIntValidator": ("qt.QObject", "setRange"),
    "QDoubleValidator": ("qt.QObject", "setRange"),
    "QRegularExpressionValidator": ("qt.QObject", "setRegularExpression"),
    "QAbstractItemModel": ("qt.QObject", "index data rowCount columnCount headerData setData"),
    "QShortcut": ("qt.QObject", "setKey setContext"),
    "QStyledItemDelegate": ("qt.QObject", "paint sizeHint createEditor displayText"),
    "QScrollBar": ("qt.QWidget", "setValue setRange"),
    "QAbstractScrollArea": ("qt.QWidget", "viewport verticalScrollBar horizontalScrollBar"),
    "QHeaderView": (
        "qt.QWidget",
        "setSectionResizeMode sectionResizeMode resizeSection sectionSize setSectionHidden isSectionHidden hideSection showSection count"
        " setStretchLastSection setDefaultSectionSize setMinimumSectionSize setSortIndicatorShown setSortIndicator setDefaultAlignment"
        " sectionSizeHint sortIndicatorSection",
    ),
    "QTabBar": ("qt.QWidget", "tabText count setTabToolTip setCurrentIndex"),
}
_SMALL_PROPERTIES: dict[str, dict[str, str]] = {
    "QScrollBar": {"value": "int", "minimum": "int", "maximum": "int", "singleStep": "int", "pageStep": "int"},
    "QHeaderView": {
        **{"stretchLastSection": "bool", "defaultSectionSize": "int", "minimumSectionSize": "int", "highlightSections": "bool"},
        "textElideMode": "Qt::TextElideMode",
    },
    "QTabBar": {"currentIndex": "int", "count": "int (read-only)"},
    "QScreen": {
        "name": "QString (read-only)",
        "size": "QSize (read-only)",
        "geometry": "QRect (read-only)",
        "availableGeometry": "QRect (read-only)",
        "availableSize": "QSize (read-only)",
    },
    "QShortcut": {"key": "QKeySequence", "enabled": "bool"},
}
_SMALL_SIGNALS = {
    "QScrollBar": ["valueChanged", "rangeChanged"],
    "QHeaderView": ["sectionClicked", "sectionResized"],
    "QShortcut": ["activated"],
    "QTabBar": ["currentChanged"],
    "QAbstractItemModel": ["dataChanged", "modelReset", "rowsInserted", "rowsRemoved"],
}
_SMALL_ENUMS = {
    "QPainter": ["Antialiasing", "TextAntialiasing", "SmoothPixmapTransform"],
    "QHeaderView": ["Interactive", "Stretch", "Fixed", "ResizeToContents"],
    "QStyle": [f"SP_{icon}" for icon in ("DialogOpenButton", "DirIcon", "FileIcon", "MessageBoxWarning", "MessageBoxInformation")],
    "QEvent": [
        *(
            "Paint",
            "Resize",
            "LayoutRequest",
            "Show",
            "Hide",
            "MouseMove",
            "MouseButtonPress",
            "MouseButtonRelease",
            "Leave",
            "Enter",
            "ToolTip",
            "KeyPress",
        ),
        *("DragEnter", "DragMove", "DragLeave", "Drop"),
        *("PaletteChange", "StyleChange", "FontChange", "Wheel", "LanguageChange", "FocusIn", "FocusOut"),
    ],
    "QStandardPaths": ["HomeLocation", "DocumentsLocation", "TempLocation", "DownloadLocation", "GenericDataLocation"],
}
for _name, _base, _callables, _enums in (
    ("QMouseEvent", "QEvent", "x y pos globalPos button buttons modifiers", []),
    ("QWheelEvent", "QEvent", "angleDelta modifiers", []),
    ("QKeyEvent", "QEvent", "key text modifiers", []),
    ("QHelpEvent", "QEvent", "x y pos globalPos", []),
    ("QPaintEvent", "QEvent", "rect", []),
    ("QDropEvent", "QEvent", "mimeData pos dropAction setDropAction proposedAction acceptProposedAction possibleActions", []),
    ("QDragMoveEvent", "QDropEvent", "answerRect", []),
    ("QDragEnterEvent", "QDragMoveEvent", "", []),
    ("QResizeEvent", "QEvent", "size oldSize", []),
):
    _SMALL[_name] = ("qt." + _base, _callables)


@functools.cache
def classes() -> dict[str, dict[str, Any]]:
    """Facts of every class by its dotted name, such as ``qt.QLabel``: base, properties, signals, callables, enums."""
    known: dict[str, dict[str, Any]] = json.loads(Path(__file__).with_name("slicer_api.json").read_text(encoding="utf-8"))["classes"]
    for name, (base, callables) in _SMALL.items():
        known.setdefault(
            "qt." + name,
            {
                "base": base or None,
                "properties": _SMALL_PROPERTIES.get(name, {}),
                "signals": _SMALL_SIGNALS.get(name, []),
                "callables": callables.split(),
                "enums": _SMALL_ENUMS.get(name, []),
            },
        )
    # qSlicerSubjectHierarchyAbstractPlugin.h and qSlicerSubjectHierarchyScriptedPlugin.h
    known["slicer.qSlicerSubjectHierarchyAbstractPlugin"] = {
        "base": "qt.QObject",
        "properties": {"name": "QString", "helpText": "QString (read-only)"},
        "callables": ["canOwnSubjectHierarchyItem", "itemContextMenuActions", "showContextMenuActionsForItem", "switchToModule"],
    }
    known["slicer.qSlicerSubjectHierarchyScriptedPlugin"] = {
        "base": "slicer.qSlicerSubjectHierarchyAbstractPlugin",
        "callables": ["pythonSource", "self", "setPythonSource"],
    }
    known["slicer.qSlicerMainWindow"] = {"base": "qt.QMainWindow", "callables": ["moduleSelector"]}
    return known


@functools.cache
def attributes(name: str, kind: str) -> frozenset[str]:
    """Names of one kind (``properties``, ``signals``, ``callables``, ``enums``) of a class and of its bases."""
    facts = classes()[name]
    own = frozenset(facts.get(kind) or ())
    return own | attributes(facts["base"], kind) if facts.get("base") else own


def property_type(name: str, attribute: str) -> str:
    """The C++ type of a property, with `` (read-only)`` where it cannot be set."""
    facts: dict[str, Any] | None = classes()[name]
    while facts is not None:
        if attribute in (facts.get("properties") or {}):
            return str(facts["properties"][attribute])
        facts = classes().get(facts.get("base") or "")
    raise KeyError(attribute)
