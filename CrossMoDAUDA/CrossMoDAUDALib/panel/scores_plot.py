"""The overlap with the reference by round, drawn into a picture: a point for each scan, a bar for their mean."""

import math

import qt
from slicer.i18n import tr as _

from . import tables
from .curves import GAP, RIGHT, coloursOn, drawLegend, drawTicks, legendHeight, painted, pen

TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
RADIUS = 2.5  # of a scan's point, in points of the screen
SPREAD = 0.7  # of a round's room that its structures may take


def drawScores(rounds, short, width, height, ratio, palette, font):
    """The plot as a pixmap, in the colours of a widget.

    Args:
        rounds: title: {structure: the scans' DSC}, in the order in which they were trained; all with the same structures.
        short: the titles to write where there is no room for those.
        width, height: in points of the screen.
        ratio: pixels a point, for high-resolution screens.
        palette, font: of the widget that will show it.
    """
    ink = palette.color(qt.QPalette.Text)

    def draw(painter):
        metrics = qt.QFontMetrics(font)
        structures = list(next(iter(rounds.values())))
        top = drawLegend(painter, structures, explanation(), width, ink, metrics)
        left = max(metrics.horizontalAdvance(f"{tick:g}") for tick in TICKS) + 2 * GAP
        slot = (width - left - RIGHT) / len(rounds)
        names = [tables.broken(title, metrics, slot - GAP) for title in rounds]
        if any(tables.width(name, metrics) > slot - GAP for name in names):
            names = [tables.broken(title, metrics, slot - GAP) for title in short]
        names = [name.split("\n") for name in names]
        bottom = height - metrics.height() * max(map(len, names)) - GAP

        def y(value):
            return bottom - (bottom - top) * value

        drawTicks(painter, TICKS if bottom - top > 8 * metrics.height() else TICKS[::5], y, left, width - RIGHT, ink, metrics.height())
        for number, lines in enumerate(names):
            for below, line in enumerate(lines):
                shown = metrics.elidedText(line, qt.Qt.ElideRight, int(slot))
                middle = left + slot * (number + 0.5) - metrics.horizontalAdvance(shown) / 2
                painter.drawText(int(middle), int(bottom + GAP + metrics.ascent() + below * metrics.height()), shown)
        for place, (structure, colour) in enumerate(zip(structures, coloursOn(ink), strict=False)):
            own = SPREAD * slot / len(structures)
            centres = [left + slot * (number + 0.5 - SPREAD / 2) + own * (place + 0.5) for number in range(len(rounds))]
            _drawStructure(painter, [found[structure] for found in rounds.values()], centres, own, y, colour)

    return painted(width, height, ratio, palette, font, draw)


def plotHeight(structures, width, font, lines):
    """How high a plot is that has so many lines of text for its points and their rounds' names."""
    return legendHeight(structures, explanation(), width, font) + lines * qt.QFontMetrics(font).height()


def explanation():
    """How to read the plot."""
    return _("DSC by round. A point is a scan, a bar their mean.")


def _drawStructure(painter, values, centres, room, y, colour):
    """A structure's points, and its means with a line from round to round."""
    faint = qt.QColor(*colour)
    faint.setAlpha(130)
    before = None
    for found, centre in zip(values, centres, strict=True):
        finite = [value for value in found if math.isfinite(value)]
        painter.setPen(faint)
        painter.setBrush(qt.QBrush(faint))
        for number, value in enumerate(finite):
            x = centre + room * 0.6 * ((number + 0.5) / len(finite) - 0.5)
            painter.drawEllipse(qt.QRectF(x - RADIUS, y(value) - RADIUS, 2 * RADIUS, 2 * RADIUS))
        if not finite:
            continue
        middle = int(y(sum(finite) / len(finite)))
        painter.setPen(faint)
        if before is not None:
            painter.drawLine(*before, int(centre), middle)
        before = (int(centre), middle)
        painter.setPen(pen(colour))
        painter.drawLine(int(centre - room * 0.4), middle, int(centre + room * 0.4), middle)
