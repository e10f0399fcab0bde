"""The table of an experiment's scores: structures as rows, trainings as columns, in whatever width there is."""

import sys

import qt
from slicer.i18n import tr as _

from . import tables

LEAST_MARGIN = 8  # what a cell or title needs beside its text where there is no room for more, in points of the screen
LETTERS = (1, 0.9, 0.8, 0.7, 0.6)  # how large they are, beside the panel's; the first at which no column is out of sight


def showScores(table, rows, most):
    """Fill a QTableWidget with scores, as fully as its width allows: with deviations beside the means, below them or in tool tips only.

    Args:
        rows: a dictionary for each training, the columns of the experiment's ``evaluation/table.csv``.
        most: how high the table may be, in points of the screen; where it needs more it gets a scroll bar.

    Returns:
        How high it has to be.
    """
    measures = [name for name in rows[0] if name != "method" and not name.endswith("_std")]
    scores = [[(row[name], row.get(f"{name}_std", "")) for row in rows] for name in measures]
    methods = [row["method"] for row in rows]
    table.rowCount, table.columnCount = len(measures), len(methods)
    room = table.width - 2 * table.frameWidth
    mayGrow = most == sys.maxsize
    for size in LETTERS:
        font = _font(table)
        font.setPointSizeF(size * font.pointSizeF())
        table.setFont(font)
        height, isWhole = _fill(table, methods, measures, scores, room, mayGrow)
        if height > most:
            height, isWhole = _fill(table, methods, measures, scores, room - table.verticalScrollBar().sizeHint.width())
        if isWhole:
            break
    tips = [_("{training}: {explanation}").format(training=trainingTitle(name), explanation=_trainingTip(name)) for name in methods]
    tables.explainHeaders(table, tips, [_scoreTip(name) for name in measures])
    if height <= most:
        return height
    around = height - sum(table.rowHeight(row) for row in range(table.rowCount))
    return around + tables.wholeRows(table, 0, most - around)


def wantedWidth(table, rows):
    """The width in which the table would show everything side by side, in points of the screen."""
    metrics = qt.QFontMetrics(_font(table))
    measures = [name for name in rows[0] if name != "method" and not name.endswith("_std")]
    cells = [_beside(row[name], row.get(f"{name}_std", "")) for row in rows for name in measures]
    wide = max(tables.width(cell, metrics) for cell in cells)
    columns = [max(wide, tables.width(tables.broken(trainingTitle(row["method"]), metrics, wide), metrics)) for row in rows]
    aside = max(tables.width(_scoreTitle(name), metrics) for name in measures)
    frame = 2 * table.frameWidth + table.verticalScrollBar().sizeHint.width()
    return sum(columns) + aside + tables.MARGIN * (len(columns) + 1) + frame


def _font(table):
    """The panel's font; the table's own may be smaller."""
    return qt.QFont(table.parentWidget().font)


def _fill(table, methods, measures, scores, room, mayGrow=False):
    """Fill the table in a width, with the fullest of the ways that has room in it; the height that it then needs, and whether one has.

    Args:
        mayGrow: whether it may be as high as it likes, so that titles of rows are rather broken within words than a bar is shown.
    """
    metrics = qt.QFontMetrics(table.font)
    trainings, titles = [trainingTitle(name) for name in methods], [_scoreTitle(name) for name in measures]
    numbers = [shortTitle(name) for name in methods]
    wide_ways = [(text, heads, tables.MARGIN) for text, heads in ((_beside, trainings), (_below, trainings), (_below, numbers))]
    ways = [(*way, False) for way in (*wide_ways, (_alone, numbers, tables.MARGIN), (_alone, numbers, LEAST_MARGIN))]
    for text, heads, margin, isWithin in (*ways, (_alone, numbers, LEAST_MARGIN, True)) if mayGrow else ways:
        texts = [[text(*score) for score in line] for line in scores]
        wide = max(tables.width(cell, metrics) for line in texts for cell in line)
        across = [tables.broken(title, metrics, wide) for title in heads]
        columns = [margin + max(wide, tables.width(title, metrics)) for title in across]
        down = [tables.broken(title, metrics, room - sum(columns) - margin, isWithin) for title in titles]
        aside = margin + max(tables.width(title, metrics) for title in down)
        if aside + sum(columns) <= room:
            break
    table.setHorizontalHeaderLabels(across)
    table.setVerticalHeaderLabels(down)
    for row, (line, title) in enumerate(zip(scores, titles, strict=True)):
        for column, score in enumerate(line):
            item = qt.QTableWidgetItem(texts[row][column])
            item.setTextAlignment(qt.Qt.AlignCenter)
            item.setToolTip(_("{score}, {training}: {value}").format(score=title, training=trainings[column], value=_beside(*score)))
            table.setItem(row, column, item)
    above = tables.titleHeight(across, metrics)
    table.verticalHeader().setFixedWidth(aside)
    table.horizontalHeader().setFixedHeight(above)
    for column, wide in enumerate(columns):
        table.setColumnWidth(column, wide)
    table.resizeRowsToContents()
    for row, title in enumerate(down):
        table.setRowHeight(row, max(table.rowHeight(row), tables.titleHeight([title], metrics)))
    isWhole = aside + sum(columns) <= room
    bar = 0 if isWhole else table.horizontalScrollBar().sizeHint.height()
    return above + sum(table.rowHeight(row) for row in range(len(down))) + bar + 2 * table.frameWidth, isWhole


def _beside(mean, deviation):
    """A mean and its standard deviation with as many decimals as are worth reading."""
    return f"{_alone(mean, deviation)} ± {_rounded(deviation, mean)}" if mean and deviation else _alone(mean, deviation)


def _below(mean, deviation):
    return f"{_alone(mean, deviation)}\n± {_rounded(deviation, mean)}" if mean and deviation else _alone(mean, deviation)


def _alone(mean, deviation):
    return _rounded(mean, mean) if mean and deviation else mean or "-"


def _rounded(number, mean):
    return f"{float(number):.{3 if float(mean) < 1 else 1}f}"


def trainingTitle(name):
    """A training's name in the panel's words."""
    number = iterationNumber(name)
    if number is None:
        return {"source only": _("Source only"), "target-supervised": _("Target-supervised")}.get(name, name)
    return _("Iteration {number}").format(number=number)  # 0: before self-training


def shortTitle(name):
    """A training's name where there is little room: an iteration is its number."""
    return trainingTitle(name) if iterationNumber(name) is None else iterationNumber(name)


def iterationNumber(name):
    """Which self-training iteration a training is; None for another."""
    number = name.removeprefix("iteration ")
    return number if number != name and number.isdecimal() else None


def _trainingTip(name):
    if name == "source only":
        return _("Trained on the source scans as they are, for comparison.")
    if name == "target-supervised":
        return _("Trained on target scans with their real labels: no adaptation, but what it can reach at best.")
    if name == "iteration 0":
        return _("Trained on the pseudo-target images, before any self-training.")
    return _("Trained again with the results of the iteration before.")


def meanTitle():
    """What the mean DSC over the structures is called."""
    return _("DSC, mean")


def _scoreTitle(name):
    if name.startswith("dice_mean"):
        return meanTitle()
    for prefix, title in (("dice_", _("DSC, {structure}")), ("assd_mm_", _("ASSD, {structure} (mm)"))):
        if name.startswith(prefix):
            return title.format(structure=name.removeprefix(prefix))
    return {"cases": _("Scans")}.get(name, name)


def _scoreTip(name):
    if name.startswith("dice_"):
        return _("Overlap with the reference (Dice): 0 is none, 1 is perfect.")
    if name.startswith("assd_mm_"):
        return _("Average distance between the two surfaces; 0 is perfect.")
    return _("How many evaluation scans were scored.")
