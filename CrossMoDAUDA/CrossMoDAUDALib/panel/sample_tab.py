"""The tab of a translator's samples: source, translation and target beside each other, epoch by epoch."""

import re

import qt
from slicer.i18n import tr as _

from ..core.errors import InputError
from ..translation.protocol import SAMPLE_BORDER, SAMPLE_ROWS
from ..translation.registry import registration
from .curves import painted
from .curves_tab import SCROLL_BAR

MOST_LINES = 30  # height of the picture at most, in lines of text
GAP = 4  # between tiles, in points of the screen
SHOWN = ("source", "translation", "target")


class SampleTab:
    """Shows the sample pictures in an experiment's folder; the newest until another epoch is chosen.

    Args:
        ui: the section's widgets.
    """

    def __init__(self, ui):
        self._label, self._slider, self._epochText = ui.adaptSamplePicture, ui.adaptSampleEpoch, ui.adaptSampleEpochLabel
        self._outline, self._caption = ui.adaptSampleOutline, ui.adaptSampleCaption
        self._monitor = None
        self.forget()
        self._slider.connect("valueChanged(int)", lambda _place: self._draw())
        self._outline.connect("toggled(bool)", lambda _isOn: self._draw())

    def forget(self):
        """Show nothing of the experiment before."""
        self._epochs, self._hasOutlines = [], False  # (epoch, path), the oldest first
        self._listed = self._drawn = self._fitted = None

    def show(self, monitor):
        """Show the samples of the experiment that a :class:`.monitor.Monitor` follows."""
        self._monitor, folder = monitor, monitor.folder / "translation" / "samples"
        when = folder.stat().st_mtime_ns if folder.is_dir() else 0
        if when != self._listed:
            self._listed = when
            self._list(folder)
        self._draw()

    def _list(self, folder):
        isNewest = self._slider.value >= len(self._epochs) - 1
        found = [(int(match[1]), path) for path in folder.glob("epoch_*.png") if (match := re.fullmatch(r"epoch_(\d+)", path.stem))]
        self._epochs = sorted(found)
        wasBlocked = self._slider.blockSignals(True)
        self._slider.setRange(0, max(len(self._epochs) - 1, 0))
        if isNewest:
            self._slider.value = self._slider.maximum
        self._slider.blockSignals(wasBlocked)
        for widget in (self._slider, self._epochText, self._caption):
            widget.visible = bool(self._epochs)
        self._hasOutlines = bool(self._epochs) and (folder / "outlines.png").is_file()  # older experiments have none
        self._outline.visible = self._hasOutlines
        if not self._epochs:
            self._drawn = None
            self._label.setFixedHeight(3 * qt.QFontMetrics(self._label.font).height())
            self._label.text = _("Samples come with the first epoch of the translation's training.")

    def _draw(self):
        """Draw the chosen epoch, if that would change anything."""
        label = self._label
        if not self._epochs:
            return
        epoch, path = self._epochs[min(self._slider.value, len(self._epochs) - 1)]
        outlines = path.with_name("outlines.png") if self._hasOutlines and self._outline.checked else None
        colour = label.palette.color(qt.QPalette.Base).name()
        drawn = (path, path.stat().st_mtime_ns if path.is_file() else 0, outlines, label.width, label.minimumHeight, colour)
        if drawn == self._drawn:
            return
        picture = qt.QPixmap(str(path))
        tile = picture.height() // SAMPLE_ROWS
        if picture.isNull() or tile == 0:
            return
        self._tellEpoch(epoch)
        columns = self._columns(picture.width() // tile)
        groups, side = self._arrange(len(columns))
        drawnOver = qt.QPixmap(str(outlines)) if outlines else None

        def draw(painter):
            painter.setRenderHint(qt.QPainter.SmoothPixmapTransform)
            painter.setPen(label.palette.color(qt.QPalette.Text))
            head = qt.QFontMetrics(label.font).height() + GAP
            for row in range(SAMPLE_ROWS):
                group, below = divmod(row, SAMPLE_ROWS // groups)
                for place, (name, column) in enumerate(columns):
                    left, top = (group * len(columns) + place) * (side + GAP) + group * GAP, head + below * (side + GAP)
                    if below == 0:
                        _writeHead(painter, columnTitle(name), left, side, label.font)
                    painter.drawPixmap(left, top, side, side, self._slice(picture, column, row))
                    if drawnOver is not None and not drawnOver.isNull() and name in ("source", "translation"):
                        painter.drawPixmap(left, top, side, side, self._slice(drawnOver, 0, row))

        label.setPixmap(painted(label.width, label.minimumHeight, label.devicePixelRatioF(), label.palette, label.font, draw))
        self._drawn = (*drawn[:4], label.minimumHeight, colour)

    def _slice(self, picture, column, row):
        """A slice in a picture, without the white border that would frame it on dark ground."""
        tile = picture.height() // SAMPLE_ROWS
        size = self._monitor.settings.translation.image_size if self._monitor.settings else 0
        border = tile * SAMPLE_BORDER // (size + 2 * SAMPLE_BORDER) if size else 0
        return picture.copy(column * tile + border, row * tile + border, tile - 2 * border, tile - 2 * border)

    def _tellEpoch(self, epoch):
        settings = self._monitor.settings
        epochs = settings.translation.epochs + settings.translation.decay_epochs if settings else 0
        text = _("Trai&ning epoch {epoch} of {epochs}:") if epoch <= epochs else _("Trai&ning epoch {epoch}:")
        self._epochText.text = text.format(epoch=epoch, epochs=epochs)

    def _columns(self, count):
        """Names and places of the columns to show, of so many in the picture."""
        settings = self._monitor.settings
        try:
            names = registration(settings.translation.translator if settings else "").columns
        except InputError:  # of another version
            names = SHOWN
        return [(name, names.index(name)) for name in SHOWN if name in names[:count]]

    def _arrange(self, columns):
        """Give the picture its height; how many groups of rows stand side by side, so that slices are as large as possible, and how large.

        The height follows the width, but not small changes: where a scroll bar comes or goes with the height, it would do so for ever.
        """
        label, line = self._label, qt.QFontMetrics(self._label.font).height()
        head, most = line + GAP, MOST_LINES * line

        def side(groups, width, height):
            rows = SAMPLE_ROWS // groups
            across = (width - GAP * (groups - 1)) / (groups * columns) - GAP
            return max(int(min(across, (height - head) / rows - GAP)), 1)

        if self._fitted is None or self._fitted[0] != (columns, line) or abs(label.width - self._fitted[1]) > SCROLL_BAR:
            groups = max((1, 2, 4), key=lambda groups: side(groups, label.width, most))
            height = head + SAMPLE_ROWS // groups * (side(groups, label.width, most) + GAP)
            self._fitted = ((columns, line), label.width, groups)
            label.setFixedHeight(height)
        groups = self._fitted[2]
        return groups, side(groups, label.width, label.minimumHeight)


def columnTitle(name):
    """What is written above a column."""
    return {"source": _("Source"), "translation": _("Translated"), "target": _("Target")}[name]


def _writeHead(painter, title, left, room, font):
    """Write a column's title, in smaller letters where it has little room."""
    metrics, used = qt.QFontMetrics(font), qt.QFont(font)
    if metrics.horizontalAdvance(title) > room:
        used.setPointSizeF(font.pointSizeF() * room / metrics.horizontalAdvance(title))
    painter.setFont(used)
    painter.drawText(int(left + (room - qt.QFontMetrics(used).horizontalAdvance(title)) / 2), metrics.ascent(), title)
