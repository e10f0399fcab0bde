"""Curves drawn into a picture: few lines, direct labels, the theme's own colours."""

import math

import qt

# Told apart also by people with colour vision deficiency (after Okabe and Ito); darker on light ground, lighter on dark.
ON_LIGHT = ((0, 114, 178), (213, 94, 0), (0, 130, 95), (176, 80, 135))
ON_DARK = ((86, 180, 233), (240, 150, 60), (60, 200, 150), (224, 150, 195))
RIGHT, TOP, GAP = 10, 8, 6  # margins in points of the screen; those at the left and below hold numbers


def drawCurves(curves, width, height, ratio, palette, font, limits=None):
    """A chart as a pixmap.

    Args:
        curves: title: (steps, values), each drawn as a line against the steps.
        width, height: in points of the screen.
        ratio: pixels a point, for high-resolution screens.
        palette, font: of the widget that will show it.
        limits: the values' range, if it is known; else theirs.
    """
    pixmap = qt.QPixmap(max(int(width * ratio), 1), max(int(height * ratio), 1))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(palette.color(qt.QPalette.Base))
    painter = qt.QPainter()
    painter.begin(pixmap)
    try:
        painter.setRenderHint(qt.QPainter.Antialiasing)
        painter.setFont(font)
        _draw(painter, curves, width, height, palette.color(qt.QPalette.Text), font, limits)
    finally:
        painter.end()
    return pixmap


def _draw(painter, curves, width, height, ink, font, limits):
    metrics = qt.QFontMetrics(font)
    line = metrics.height()
    values = [value for _steps, values in curves.values() for value in values if math.isfinite(value)]
    if not values:
        return
    ticks = niceTicks(*(limits or (min(values), max(values))))
    left = max(metrics.horizontalAdvance(f"{tick:g}") for tick in ticks) + 2 * GAP
    top, bottom = TOP + line * len(curves) + GAP, height - line - GAP
    colours = ON_DARK if ink.lightness() > 127 else ON_LIGHT
    low, high = min(ticks[0], min(values)), max(ticks[-1], max(values))
    last = max(max(steps[-1] for steps, _values in curves.values()), 1)

    def x(step):
        return left + (width - left - RIGHT) * step / last

    def y(value):
        return bottom - (bottom - top) * (value - low) / (high - low)

    faint = qt.QColor(ink)
    faint.setAlpha(50)
    for tick in ticks:
        painter.setPen(faint)
        painter.drawLine(left, int(y(tick)), int(width - RIGHT), int(y(tick)))
        painter.setPen(ink)
        painter.drawText(GAP, int(y(tick) + line / 3), f"{tick:g}")
    foot = int(height - metrics.descent() - 1)
    painter.drawText(left, foot, "0")
    text = f"{last}"
    painter.drawText(int(width - RIGHT - metrics.horizontalAdvance(text)), foot, text)
    for number, (title, (steps, points)) in enumerate(curves.items()):
        pen = qt.QPen(qt.QColor(*colours[number % len(colours)]))
        pen.setWidth(2)
        pen.setCapStyle(qt.Qt.RoundCap)
        painter.setPen(pen)
        before = None
        for step, value in zip(steps, points, strict=True):
            place = (int(x(step)), int(y(value))) if math.isfinite(value) else None
            if place is not None:
                painter.drawLine(*(before or place), *place)  # a point, where nothing comes before
            before = place
        middle = int(TOP + line * (number + 0.5))
        painter.drawLine(GAP, middle, GAP + 18, middle)
        painter.setPen(ink)
        shown = metrics.elidedText(title, qt.Qt.ElideRight, width - GAP - RIGHT - 24)
        painter.drawText(GAP + 24, int(middle + line / 3), shown)


def niceTicks(low, high, count=4):
    """Round numbers that span a range, about ``count`` of them."""
    if high <= low:
        low, high = low - 0.5, high + 0.5
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first = math.floor(low / step)
    return [round(number * step, 10) for number in range(first, math.ceil(high / step) + 1)]
