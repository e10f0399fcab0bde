"""Tables of results as nodes of the scene, and how tables fit into a narrow panel."""

import csv
import re

import qt
import slicer
import vtk

from ..slicer_nodes import mrml

FEW_ROWS = 3
MOST_STACKED = 6  # rows that stand below each other where they have no room side by side
TABLE, STACKED = "CrossMoDAUDA.Table", "CrossMoDAUDA.Stacked"  # a view's property and a node's attribute: the table that is shown so
MAY_STACK = "CrossMoDAUDA.MayStack"  # a view's property
BEGINS = "\N{BLACK RIGHT-POINTING SMALL TRIANGLE} "  # before the first measure of each row of a stacked table
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
    node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTableNode", mrml.free_name(slicer.mrmlScene, name))
    for key, title in columns.items():
        node.AddColumn(_column(title, [row.get(key, "") for row in rows], key in TEXTS))
    node.SetUseColumnTitleAsColumnHeader(True)
    node.SetUseFirstColumnAsRowHeader(True)
    node.SetLocked(True)
    return node


def wholeRows(table, least, most):
    """How high the rows of a QTableWidget are that it should show at once, none of them cut.

    Args:
        least: what it takes where all rows need less, in points of the screen.
        most: about what it takes where they need more.
    """
    heights = [table.rowHeight(row) for row in range(table.rowCount)]
    height = _whole(heights, most)
    return height if height < sum(heights) else max(height, least)


def _whole(heights, most):
    """How high so many rows are, none of them cut, that they take about as much as is given; only a first one may be higher."""
    height = 0
    for row in heights:
        if (height > most // 2 and height + row - most > most - height) or (height and height + row > 2 * most):
            break
        height += row
    return height


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


def show(view, node, mayStack=False):
    """Show a table node in a narrow panel, or nothing: a few rows stand side by side, under each other's measures.

    Args:
        mayStack: let them stand below each other, each with its measures under it, where they have no room side by side.
    """
    view.setProperty(TABLE, node.GetID() if node is not None else "")
    view.setProperty(MAY_STACK, mayStack)
    view.visible = node is not None
    if node is None:
        view.setMRMLTableNode(None)
    fit(view)  # which sets the node, or the stacked one that is shown already


def fit(view):
    """Fit a qMRMLTableView to its width: long texts take several lines, not their neighbours' room; its height is what the rows need.

    Where the columns of a small table that may be stacked have no room side by side, its rows stand below each other.
    """
    node = slicer.mrmlScene.GetNodeByID(view.property(TABLE) or "")
    if node is None:
        return
    metrics, room = qt.QFontMetrics(view.font), view.width - 2 * view.frameWidth
    isFew, rows = node.GetNumberOfRows() <= FEW_ROWS, node.GetNumberOfRows()
    across, titles, wide, columns = _layout(view, node, isFew, metrics, room)
    isStacked = view.property(MAY_STACK) and wide + sum(columns) > room and 1 < rows <= MOST_STACKED and node.GetUseFirstColumnAsRowHeader()
    if isStacked:
        node = _stacked(view, node)
        across, titles, wide, columns = _layout(view, node, False, metrics, room)
    if view.mrmlTableNode() is not node:
        view.setMRMLTableNode(node)
    isTransposed = isFew and not isStacked
    if view.transposed != isTransposed:  # set anew, it would lose what is chosen
        view.transposed = isTransposed
    around, heights = _arrange(view, (across, titles, wide, columns), room, isStacked)
    most = MOST_LINES * metrics.height()
    if not isStacked and around + sum(heights) > most:  # it scrolls, by a bar that takes room
        room -= view.verticalScrollBar().sizeHint.width()
        around, heights = _arrange(view, _layout(view, node, isTransposed, metrics, room), room, isStacked)
    view.setFixedHeight(around + (sum(heights) if isStacked else _whole(heights, most - around)))


def _arrange(view, layout, room, isStacked):
    """Give rows and columns their sizes; what else the view needs in height, and the heights of the rows."""
    across, titles, wide, columns = layout
    metrics, aside, above = qt.QFontMetrics(view.font), view.verticalHeader(), view.horizontalHeader()
    for header in (aside, above):
        header.setDefaultAlignment(qt.Qt.AlignCenter | qt.Qt.TextWordWrap)
    most = room // 2 if wide > MOST_SHARE * room else wide
    aside.textElideMode = qt.Qt.ElideMiddle if wide > most else qt.Qt.ElideNone  # names of files cannot be broken
    aside.setFixedWidth(most)
    for column, width_ in enumerate(columns):
        view.setColumnWidth(column, width_)
    heads = [broken(title, metrics, width_ - MARGIN) for title, width_ in zip(across, columns, strict=True)]
    above.visible = not isStacked  # there is nothing to tell apart
    above.setFixedHeight(titleHeight(heads, metrics))
    view.resizeRowsToContents()
    for row, title in enumerate(titles):
        view.setRowHeight(row, max(view.rowHeight(row), titleHeight([title], metrics)))
    around = 2 * view.frameWidth + (0 if isStacked else above.height)
    if aside.width + sum(columns) > room:
        around += view.horizontalScrollBar().sizeHint.height()
    return around, [view.rowHeight(row) for row in range(len(titles))]


def _layout(view, node, isTransposed, metrics, room):
    """The columns' titles, the rows' titles in lines, the width of these and the widths of the columns."""
    names = [node.GetCellText(row, 0) for row in range(node.GetNumberOfRows())]
    measures = [node.GetColumnName(column) for column in range(1, node.GetNumberOfColumns())]
    across, down = (names, measures) if isTransposed else (measures, names)
    for share in (TITLE_SHARE, 0):  # 0: the rows' titles take a line for each word
        titles = [broken(title, metrics, int(share * room) - MARGIN) for title in down]
        wide = MARGIN + max((width(title, metrics) for title in titles), default=0)
        columns = _columns(view, node, isTransposed, across, metrics, room - min(wide, room // 2))
        if wide + sum(columns) <= room:
            break
    return across, titles, wide, columns


def _stacked(view, node):
    """A table node, in no scene, with all that a table holds in two columns: measure and value, row after row, which begin visibly."""
    mark, shown = f"{node.GetID()} {node.GetMTime()}", view.mrmlTableNode()
    if shown is not None and shown.GetAttribute(STACKED) == mark:
        return shown
    columns = range(node.GetNumberOfColumns())
    titles = [("" if column else BEGINS) + node.GetColumnName(column) for column in columns]
    lines = [(titles[column], node.GetCellText(row, column)) for row in range(node.GetNumberOfRows()) for column in columns]
    made = slicer.vtkMRMLTableNode()
    for name, texts in zip(("measure", "value"), zip(*lines, strict=True), strict=True):
        values = vtk.vtkStringArray()
        values.SetName(name)
        for text in texts:
            values.InsertNextValue(text)
        made.AddColumn(values)
    made.SetUseColumnTitleAsColumnHeader(True)
    made.SetUseFirstColumnAsRowHeader(True)
    made.SetLocked(True)
    made.SetAttribute(STACKED, mark)
    return made


def _columns(view, node, isTransposed, titles, metrics, room):
    """The widths of a view's columns: all of the room, and for each at least the words in it, of which a longer text is made of lines."""
    texts = [[node.GetCellText(row, column) for row in range(node.GetNumberOfRows())] for column in range(1, node.GetNumberOfColumns())]
    cells = list(zip(*texts, strict=True)) if isTransposed else texts
    wanted, least = [], []
    for title, column in zip(titles, cells, strict=True):
        wanted.append(MARGIN + max(width(text, metrics) for text in (title, *column)))
        least.append(min(MARGIN + max(_longestWord(text, metrics) for text in (title, *column)), view.width))
    spare = room - sum(least)
    if spare <= 0:  # there is a scroll bar
        return least if isTransposed else [max(small, min(wide, room // 3)) for small, wide in zip(least, wanted, strict=True)]
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
