"""How Slicer looks: its light and dark palettes on Qt's Fusion style, and pictures of widgets."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

_COLOURS = """
Window white #323232
WindowText black white
Base white #1e1e1e
AlternateBase #e4e4fe #323232
ToolTipBase #ffffdc white
ToolTipText black #323232
Text black white
PlaceholderText darkGray lightGray
Button #fcfcfc #323232
ButtonText black white
BrightText red #ff4444
Light #c8c8c8 #828284
Midlight #e6e6e6 #5a5a5b
Dark #aaaaaa #232323
Mid #c8c8c8 #2b2b2b
Shadow #5a5a5a #141414
Highlight #308cc6 #3ca4ff
HighlightedText white white
Link #0000ff #3ca4ff
"""  # role, light, dark


def palette(dark: bool) -> QtGui.QPalette:
    """Slicer's palette."""
    made = QtGui.QPalette()
    for role, *colours in (line.split() for line in _COLOURS.split("\n") if line):
        made.setColor(getattr(QtGui.QPalette.ColorRole, role), QtGui.QColor(colours[dark]))
    grey = QtGui.QColor("#6d6d6d" if dark else "#bebebe")
    for role in ("WindowText", "Text", "ButtonText"):
        made.setColor(QtGui.QPalette.ColorGroup.Disabled, getattr(QtGui.QPalette.ColorRole, role), grey)
    return made


def dress(app: QtWidgets.QApplication, dark: bool = False) -> None:
    """Put Slicer's style on."""
    app.setStyle("Fusion")
    app.setPalette(palette(dark))


def picture(widget: QtWidgets.QWidget, path: Path, scale: float, settle: Any) -> Path:
    """Draw a widget into a PNG at ``scale`` device pixels a pixel."""
    settle()
    image = QtGui.QImage(widget.size() * scale, QtGui.QImage.Format.Format_ARGB32)
    image.setDevicePixelRatio(scale)
    image.fill(widget.palette().color(QtGui.QPalette.ColorRole.Window))
    widget.render(image, QtCore.QPoint())
    if not image.save(str(path)):
        raise OSError(f"could not write {path}")
    return path
