"""Tables of results as nodes of the scene, and how tables fit into a narrow panel."""

import csv
import re

import qt
import slicer
import vtk

FEW_ROWS = 3
MARGIN = 12  # what a cell or title needs beside its text, in points of the screen
MISSING = "nan"  # what Slicer's tables say where a column of numbers has none
TEXTS = ("scan", "structure", "warnings")  # columns of words, also where these are numbers
TITLE_SHARE = 0.45  # of a table's width that the rows' titles may take
MOST_SHARE = 2 / 3  # that they may take where else their words would be cut
MOST_LINES = 20  # as many lines of text a table is high at most; then it scrolls


def readCsv(path):
    """The lines of a CSV file, each a dictionary by the file's header."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tableNode(name, columns, rows):
    """A new table node.

    Args:
        name: made unique in the scene.
        columns: title by key; only these are shown, in this order. The first names the rows.
        rows: dictionaries; a column of numbers becomes one of rounded numbers, not a number where one is missing, as Slicer's module
            Segment Statistics makes them, so that its plots and exports can use it.
    """
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", slicer.mrmlScene.GenerateUniqueName(name))
    for key, title in columns.items():
        node.AddColumn(_column(title, [row.get(key, "") for row in rows], key in TEXTS))
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetUseFirstColumnAsRowHeader(True)
    node.SetLocked(True)
    return node


class _Cells(qt.QStyledItemDelegate):
    """Shows a dash where a number is missing."""

    def displayText(self, value, _locale):
        """A cell's text, in which a number and its percent sign stay together."""
        return "\N{EN DASH}" if value == MISSING else str(value).replace(" %", "\N{NO-BREAK SPACE}%")


def dress(view):
    """Let a qMRMLTableView show missing numbers as people write them; what is returned must be kept as long as the view."""
    cells = _Cells(view)
    view.setItemDelegate(cells)
    return cells


def show(view, node):
    """Show a table node in a narrow panel, or nothing: a few rows stand side by side, under each other's measures."""
    view.setMRMLTableNode(node)
    view.visible = node is not None
    if node is None:
        return
    view.transposed = node.GetNumberOfRows() <= FEW_ROWS
    fit(view)


def fit(view):
    """Fit a qMRMLTableView to its width: long texts take several lines, not their neighbours' room; its height is what the rows need."""
    node = view.mrmlTableNode()
    if node is None:
        return
    metrics, room = qt.QFontMetrics(view.font), view.width - 2 * view.frameWidth
    names = [node.GetCellText(row, 0) for row in range(node.GetNumberOfRows())]
    measures = [node.GetColumnName(column) for column in range(1, node.GetNumberOfColumns())]
    across, down = (names, measures) if view.transposed else (measures, names)
    aside, above = view.verticalHeader(), view.horizontalHeader()
    for header in (aside, above):
        header.setDefaultAlignment(qt.Qt.AlignCenter | qt.Qt.TextWordWrap)
    for share in (TITLE_SHARE, 0):  # 0: the rows' titles take a line for each word
        titles = [broken(title, metrics, int(share * room) - MARGIN) for title in down]
        wide = MARGIN + max((width(title, metrics) for title in titles), default=0)
        columns = _columns(view, node, across, metrics, room - min(wide, room // 2))
        if wide + sum(columns) <= room:
            break
    most = room // 2 if wide > MOST_SHARE * room else wide
    aside.textElideMode = qt.Qt.ElideMiddle if wide > most else qt.Qt.ElideNone  # names of files cannot be broken
    aside.setFixedWidth(most)
    for column, wide in enumerate(columns):
        view.setColumnWidth(column, wide)
    heads = [broken(title, metrics, wide - MARGIN) for title, wide in zip(across, columns, strict=True)]
    above.setFixedHeight(titleHeight(heads, metrics))
    view.resizeRowsToContents()
    for row, title in enumerate(titles):
        view.setRowHeight(row, max(view.rowHeight(row), titleHeight([title], metrics)))
    height = above.height + sum(view.rowHeight(row) for row in range(len(titles))) + 2 * view.frameWidth
    if aside.width + sum(columns) > room:
        height += view.horizontalScrollBar().sizeHint.height()
    view.setFixedHeight(min(height, MOST_LINES * metrics.height()))


def _columns(view, node, titles, metrics, room):
    """The widths of a view's columns: all of the room, and for each at least the words in it, of which a longer text is made of lines."""
    texts = [[node.GetCellText(row, column) for row in range(node.GetNumberOfRows())] for column in range(1, node.GetNumberOfColumns())]
    cells = list(zip(*texts, strict=True)) if view.transposed else texts
    wanted, least = [], []
    for title, column in zip(titles, cells, strict=True):
        wanted.append(MARGIN + max(width(text, metrics) for text in (title, *column)))
        least.append(min(MARGIN + max(_longestWord(text, metrics) for text in (title, *column)), view.width))
    spare = room - sum(least)
    if spare <= 0:  # there is a scroll bar
        return least if view.transposed else [max(small, min(wide, room // 3)) for small, wide in zip(least, wanted, strict=True)]
    lacking = sum(wanted) - sum(least)
    if lacking <= spare:
        return [wide + (room - sum(wanted)) // len(wanted) for wide in wanted]
    return [small + spare * (wide - small) // lacking for small, wide in zip(least, wanted, strict=True)]


def broken(text, metrics, width, isWithin=False):
    """A text with line breaks for spaces, so that its lines are at most so wide where its words allow that, or also within words."""
    lines = []
    for word in text.split():
        if lines and metrics.horizontalAdvance(f"{lines[-1]} {word}") <= width:
            lines[-1] += f" {word}"
            continue
        while isWithin and len(word) > 1 and metrics.horizontalAdvance(word) > width:
            fits = max((count for count in range(1, len(word)) if metrics.horizontalAdvance(word[:count]) <= width), default=1)
            lines.append(word[:fits])
            word = word[fits:]
        lines.append(word)
    return "\n".join(lines)


def explainHeaders(table, columns, rows=()):
    """Give the titles of a QTableWidget's columns and rows their tool tips."""
    for place, tip in enumerate(columns):
        table.horizontalHeaderItem(place).setToolTip(tip)
    for place, tip in enumerate(rows):
        table.verticalHeaderItem(place).setToolTip(tip)


def width(text, metrics):
    """How wide the longest line of a text is."""
    return max(metrics.horizontalAdvance(line) for line in text.split("\n"))


def _longestWord(text, metrics):
    return max((metrics.horizontalAdvance(word) for word in re.split(r"[ \n]+", text.replace(" %", "\N{NO-BREAK SPACE}%"))), default=0)


def titleHeight(titles, metrics):
    """How high a header with these titles is, in points of the screen."""
    return metrics.lineSpacing() * max((title.count("\n") + 1 for title in titles), default=1) + MARGIN


def _rounded(value):
    """As many digits as are worth reading: 0.8124, 2.571, 77.95."""
    return float(f"{value:.4g}")


def _column(title, texts, isOfWords):
    try:
        if isOfWords:
            raise ValueError
        values, column = [_rounded(float(text or "nan")) for text in texts], vtk.vtkDoubleArray()
    except ValueError:
        values, column = [text or "-" for text in texts], vtk.vtkStringArray()
    column.SetName(title)
    for value in values:
        column.InsertNextValue(value)
    return column
