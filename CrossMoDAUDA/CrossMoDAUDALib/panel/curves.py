"""Curves drawn into a picture: few lines, direct labels, the theme's own colours."""

import math

import qt

from . import tables

# Told apart also by people with colour vision deficiency (after Okabe and Ito); darker on light ground, lighter on dark.
ON_LIGHT = ((0, 114, 178), (213, 94, 0), (0, 130, 95), (176, 80, 135))
ON_DARK = ((86, 180, 233), (240, 150, 60), (60, 200, 150), (224, 150, 195))
RIGHT, TOP, GAP = 10, 8, 6  # margins in points of the screen; those at the left and below hold numbers
DOT = 1.5  # radius of a point that has no neighbours
KEY = 24  # of a line's title, for a piece of the line


def drawCurves(curves, width, height, ratio, palette, font, limits=None, note=""):
    """A chart as a pixmap.

    Args:
        curves: title: (steps, values), each drawn as a line against the steps.
        width, height: in points of the screen.
        ratio: pixels a point, for high-resolution screens.
        palette, font: of the widget that will show it.
        limits: the values' range, if it is known; else theirs.
        note: a few words above the curves.
    """

    def draw(painter):
        _draw(painter, curves, width, height, palette.color(qt.QPalette.Text), font, limits, note)

    return painted(width, height, ratio, palette, font, draw)


def painted(width, height, ratio, palette, font, draw):
    """A pixmap in a widget's colours that a function draws into.

    Args:
        width, height: in points of the screen.
        ratio: pixels a point, for high-resolution screens.
        palette, font: of the widget that will show it.
        draw: called with a QPainter.
    """
    pixmap = qt.QPixmap(max(int(width * ratio), 1), max(int(height * ratio), 1))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(palette.color(qt.QPalette.Base))
    painter = qt.QPainter()
    painter.begin(pixmap)
    try:
        painter.setRenderHint(qt.QPainter.Antialiasing)
        painter.setFont(font)
        draw(painter)
    finally:
        painter.end()
    return pixmap


def legendHeight(titles, note, width, font):
    """How much of a chart's height what is written above the curves takes."""
    metrics = qt.QFontMetrics(font)
    texts = [(note, width - GAP - RIGHT), *((title, width - GAP - RIGHT - KEY) for title in titles)]
    return TOP + GAP + metrics.height() * sum(tables.broken(text, metrics, room).count("\n") + 1 for text, room in texts if text)


def coloursOn(ink):
    """The colours of lines on the ground on which text has this colour."""
    return ON_DARK if ink.lightness() > 127 else ON_LIGHT


def _draw(painter, curves, width, height, ink, font, limits, note):
    metrics = qt.QFontMetrics(font)
    line = metrics.height()
    values = [value for _steps, values in curves.values() for value in values if math.isfinite(value)]
    if not values:
        return
    ticks = niceTicks(*(limits or (min(values), max(values))))
    left = max(metrics.horizontalAdvance(f"{tick:g}") for tick in ticks) + 2 * GAP
    colours = coloursOn(ink)
    top, bottom = drawLegend(painter, curves, note, width, ink, metrics), height - line - GAP
    low, high = min(ticks[0], min(values)), max(ticks[-1], max(values))
    last = max(max(steps[-1] for steps, _values in curves.values()), 1)

    def x(step):
        return left + (width - left - RIGHT) * step / last

    def y(value):
        return bottom - (bottom - top) * (value - low) / (high - low)

    drawTicks(painter, ticks, y, left, width - RIGHT, ink, line)
    foot = int(height - metrics.descent() - 1)
    painter.drawText(left, foot, "0")
    text = f"{last}"
    painter.drawText(int(width - RIGHT - metrics.horizontalAdvance(text)), foot, text)
    for number, (steps, points) in enumerate(curves.values()):
        colour = colours[number % len(colours)]
        painter.setPen(pen(colour))
        painter.setBrush(qt.QBrush(qt.QColor(*colour)))
        places = [(int(x(step)), int(y(value))) if math.isfinite(value) else None for step, value in zip(steps, points, strict=True)]
        for before, place, after in zip([None, *places], places, [*places[1:], None], strict=False):
            if place is not None and before is not None:
                painter.drawLine(*before, *place)
            elif place is not None and after is None:  # alone: a line to itself is not seen
                painter.drawEllipse(qt.QRectF(place[0] - DOT, place[1] - DOT, 2 * DOT, 2 * DOT))


def pen(colour):
    """What lines are drawn with.

    Args:
        colour: red, green, blue, 0 to 255.
    """
    made = qt.QPen(qt.QColor(*colour))
    made.setWidth(2)
    made.setCapStyle(qt.Qt.RoundCap)
    return made


def drawLegend(painter, titles, note, width, ink, metrics):
    """Write what is above a chart: a note, and what each line is. Where the chart may begin."""
    top, colours = TOP, coloursOn(ink)
    painter.setPen(ink)
    if note:
        top = _write(painter, note, GAP, top, width - GAP - RIGHT, metrics)
    for number, title in enumerate(titles):
        painter.setPen(pen(colours[number % len(colours)]))
        middle = int(top + metrics.height() / 2)
        painter.drawLine(GAP, middle, GAP + KEY - 6, middle)
        painter.setPen(ink)
        top = _write(painter, title, GAP + KEY, top, width - GAP - RIGHT - KEY, metrics)
    return top + GAP


def _write(painter, text, left, top, room, metrics):
    """Write a text in as many lines as it needs; where the next one may begin."""
    for part in tables.broken(text, metrics, room).split("\n"):
        painter.drawText(int(left), int(top + metrics.ascent()), metrics.elidedText(part, qt.Qt.ElideRight, int(room)))
        top += metrics.height()
    return top


def drawTicks(painter, ticks, y, left, right, ink, line):
    """Draw faint lines across a chart with their numbers at the left.

    Args:
        y: tells how far down a value is.
        left, right: ends of the lines.
        ink: colour of the numbers.
        line: height of a line of text.
    """
    faint = qt.QColor(ink)
    faint.setAlpha(50)
    for tick in ticks:
        painter.setPen(faint)
        painter.drawLine(int(left), int(y(tick)), int(right), int(y(tick)))
        painter.setPen(ink)
        painter.drawText(GAP, int(y(tick) + line / 3), f"{tick:g}")


def niceTicks(low, high, count=4):
    """Round numbers that span a range, about ``count`` of them."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.floor(low / step)
    return [round(number * step, 10) for number in range(first, math.ceil(high / step) + 1)]
