"""The table of a cohort's cases: a small picture of each, what it is, and what was found wrong with it."""

import base64
import bisect
import math
import os
import re
from pathlib import Path

import qt
from slicer.i18n import tr as _

from . import tables
from .fitting import OnResize, breakable
from .wording import inThePanel

NAME_SHARE = 0.4  # of the table's width that the scans' names may take
LINES, MOST_LINES = 10, 20  # of text that the table is high; more than the first only for a scan of which much is told
PICTURE = 48  # points of the screen
REMARK = 26  # characters; what other columns must leave for the remarks, which else stand in the first one, too
SCAN, DOMAIN, SIZE, SPACING, REMARKS = range(5)
EXTRA = (DOMAIN, SIZE, SPACING)  # shown in the first column where there is no room for them


class CasesTable:
    """Fills a QTableWidget case by case; problems come first, and in words, not only in colour.

    A click on a column's title sorts by it, another one backwards; so does the list above the table, for the keyboard.

    Args:
        ui: the section's widgets.
        show: shows or hides one of them.
    """

    def __init__(self, ui, show):
        self._show = show
        self._table, self._choice = ui.adaptCases, ui.adaptCasesSort
        self._around = (ui.adaptCasesSortLabel, ui.adaptCasesSort, ui.adaptCases)
        table = self._table
        titles = [_("Scan"), _("Domain"), _("Size"), _("Spacing (mm)"), _("Problem or note")]
        table.columnCount = len(titles)
        table.setHorizontalHeaderLabels(titles)
        tips = [
            _("The scan's file, without what says of which kind it is."),
            _("What the scan is for."),
            _("Voxels along x, y and z."),
            _("Distance between voxels along x, y and z."),
            _("What to look at."),
        ]
        tables.explainHeaders(table, [_("{what} Press to sort.").format(what=tip) for tip in tips])
        table.verticalHeader().visible = False
        table.verticalHeader().setDefaultSectionSize(PICTURE + 4)
        table.iconSize = qt.QSize(PICTURE, PICTURE)
        table.textElideMode = qt.Qt.ElideMiddle
        header = table.horizontalHeader()
        header.setSectionResizeMode(REMARKS, qt.QHeaderView.Stretch)
        header.setSortIndicatorShown(True)
        for text, column in (
            (_("Problems first"), REMARKS),
            (_("Name"), SCAN),
            (_("Domain"), DOMAIN),
            (_("Size"), SIZE),
            (_("Spacing"), SPACING),
        ):
            self._choice.addItem(text, column)
        self._sorting = (REMARKS, False)  # the column, and whether backwards
        self._cases = []  # (event, picture) as in the rows
        self._told = None  # the columns that the first one tells of
        self._watch = OnResize(table, self._fit)
        self._choice.connect("currentIndexChanged(int)", self._onChoice)
        header.connect("sectionClicked(int)", self._onHeader)
        self._indicate()

    def clear(self):
        """Forget all cases."""
        self._cases = []
        self._table.rowCount = 0
        for widget in self._around:
            self._show(widget, False)

    @property
    def cases(self):
        """How many there are."""
        return len(self._cases)

    def count(self, kind):
        """How many have something of a kind: ``problems`` or ``warnings``."""
        return sum(bool(event.get(kind)) for event, _icon in self._cases)

    def add(self, event):
        """Add a case as the check tells of it (an event of kind case) where its place is; they come as they are read."""
        column, isBackwards = self._sorting
        keys = [_order(other, column) for other, _icon in self._cases]
        if isBackwards:
            row = len(keys) - bisect.bisect_left(keys[::-1], _order(event, column))
        else:
            row = bisect.bisect_right(keys, _order(event, column))
        self._cases.insert(row, (event, _icon(event)))
        self._table.insertRow(row)
        self._fillRow(row)
        for widget in self._around:
            self._show(widget, True)

    def finish(self):
        """Give the rows the heights that their texts need."""
        self._fit()

    # Order --------------------------------------------------------------------------------------------------------------

    def sort(self, column, isBackwards=False):
        """Put the cases in another order."""
        self._sorting = (column, isBackwards)
        chosen = self._table.currentRow()
        chosen = self._cases[chosen][0] if 0 <= chosen < len(self._cases) else None
        self._cases.sort(key=lambda case: _order(case[0], column), reverse=isBackwards)
        for row, (event, _icon) in enumerate(self._cases):
            self._fillRow(row)
            if event is chosen:
                self._table.setCurrentCell(row, max(self._table.currentColumn(), 0))
        self._indicate()
        self._table.resizeRowsToContents()
        self._fitHeight()

    def _onChoice(self, index):
        self.sort(self._choice.itemData(index))

    def _onHeader(self, column):
        before, wasBackwards = self._sorting
        wasBlocked = self._choice.blockSignals(True)
        self._choice.currentIndex = self._choice.findData(column)
        self._choice.blockSignals(wasBlocked)
        self.sort(column, column == before and not wasBackwards)

    def _indicate(self):
        column, isBackwards = self._sorting
        order = qt.Qt.DescendingOrder if isBackwards else qt.Qt.AscendingOrder
        self._table.horizontalHeader().setSortIndicator(column, order)

    # Rows ---------------------------------------------------------------------------------------------------------------

    def _fit(self):
        """Show the columns that there is room for, leave the remarks the room that they need, and give the rows their heights."""
        table = self._table
        metrics = qt.QFontMetrics(table.font)
        told = self._toldIn(table.width, metrics)
        for column in (*EXTRA, REMARKS):
            table.setColumnHidden(column, column in told)
        isAlone = REMARKS in told
        table.horizontalHeader().setSectionResizeMode(SCAN, qt.QHeaderView.Stretch if isAlone else qt.QHeaderView.Interactive)
        room = table.viewport().width - PICTURE - 2 * tables.MARGIN if isAlone else 0
        if (told, room) != self._told:
            self._told = (told, room)
            for row in range(len(self._cases)):
                self._fillScan(row)
        for column in EXTRA if isAlone else (SCAN, *EXTRA):
            table.resizeColumnToContents(column)
        if not isAlone:
            table.setColumnWidth(SCAN, min(table.columnWidth(SCAN), int(NAME_SHARE * table.width)))
            self._breakRemarks()
        table.resizeRowsToContents()
        self._fitHeight()

    def _breakRemarks(self):
        """Let lines of the remarks end within names of files; Qt would put an ellipsis into them."""
        room = self._table.columnWidth(REMARKS) - tables.MARGIN
        for row, (event, _icon) in enumerate(self._cases):
            item = self._table.item(row, REMARKS)
            text = breakable(_text(event, REMARKS), qt.QFontMetrics(self._font(event)), room)
            if item.text() != text:
                item.setText(text)

    def _fitHeight(self):
        """Show some whole rows; the others are scrolled to."""
        table, line = self._table, qt.QFontMetrics(self._table.font).height()
        header = table.horizontalHeader().sizeHint.height() + 2 * table.frameWidth
        rows = tables.wholeRows(table, LINES * line - header, LINES * line - header)
        height = header + min(rows, MOST_LINES * line)
        if table.minimumHeight != height:
            table.setFixedHeight(height)

    def _toldIn(self, width, metrics):
        """Which columns have no room beside the names and the remarks, so that the first one must tell what is in them."""
        room = (1 - NAME_SHARE) * width - REMARK * metrics.averageCharWidth()
        wanted = [self._wanted(column, metrics) for column in EXTRA]
        shown = sum(sum(wanted[: number + 1]) <= room for number in range(len(EXTRA)))
        told = EXTRA[shown:]
        names = PICTURE + max(self._wanted(column, metrics) for column in (SCAN, *told))
        return told if names <= NAME_SHARE * width and room >= 0 else (*EXTRA, REMARKS)

    def _wanted(self, column, metrics):
        """The width of a column's texts."""
        texts = [self._table.horizontalHeaderItem(column).text(), *{_text(event, column) for event, _icon in self._cases}]
        return max(tables.width(text, metrics) for text in texts) + 2 * tables.MARGIN

    def _fillRow(self, row):
        event, icon = self._cases[row]
        details = [
            event.get("image", ""),
            _text(event, DOMAIN),
            _("{size} voxels of {spacing} mm").format(**event) if "size" in event else "",
        ]
        tip = "\n".join(text for text in (*details, _remark(event)) if text)
        font = self._font(event)
        for column in (SCAN, *EXTRA, REMARKS):
            item = qt.QTableWidgetItem(_text(event, column))
            item.setToolTip(tip)
            item.setFont(font)
            if column == SCAN and icon is not None:
                item.setIcon(icon)
            self._table.setItem(row, column, item)
        self._fillScan(row)

    def _fillScan(self, row):
        """Write into the first column what the hidden ones would tell."""
        event, _icon = self._cases[row]
        told, room = self._told or ((), 0)
        texts = {column: _text(event, column) for column in (SCAN, *told)}
        if texts.get(SPACING):
            texts[SPACING] = _("{spacing} mm").format(spacing=texts[SPACING])
        text = "\n".join(text for text in texts.values() if text)
        self._table.item(row, SCAN).setText(breakable(text, qt.QFontMetrics(self._font(event)), room) if room else text)

    def _font(self, event):
        font = qt.QFont(self._table.font)
        font.setBold(bool(event.get("problems")))
        return font


def _icon(event):
    """The small picture of a scan; None where it could not be read."""
    picture = qt.QPixmap()
    if not event.get("thumbnail") or not picture.loadFromData(qt.QByteArray(base64.b64decode(event["thumbnail"]))):
        return None
    return qt.QIcon(picture)


def _text(event, column):
    """What a cell shows."""
    if column == SCAN:
        return str(event["case"])
    if column == DOMAIN:
        return {"source": _("source"), "target": _("target"), "evaluation": _("evaluation")}[event["domain"]]
    if column == REMARKS:
        return _remark(event) or _("fine")
    return event.get({SIZE: "size", SPACING: "spacing"}[column], "")


def _remark(event):
    """What was found wrong, without the folders of files."""
    problems = [_("Problem: {text}").format(text=inThePanel(text)) for text in event.get("problems", [])]
    warnings = [_("Note: {text}").format(text=inThePanel(text)) for text in event.get("warnings", [])]
    remark = "\n".join([*problems, *warnings])
    for folder in {str(Path(path).parent) + os.sep for path in (event.get("image"), event.get("label")) if path}:
        remark = remark.replace(folder, "")
    return remark


def _order(event, column):
    """What cases are sorted by; of equals the usual order: by domain, and by name with its numbers in counting order."""
    name = [(not part.isdecimal(), int(part) if part.isdecimal() else part) for part in re.split(r"(\d+)", str(event["case"]))]
    domain = ("source", "target", "evaluation").index(event["domain"])
    numbers = [float(part) for part in event.get({SIZE: "size", SPACING: "spacing"}.get(column, ""), "").split(" x ") if part]
    volume = (math.prod(numbers) if numbers else 0, numbers)
    own = {
        SCAN: name,
        DOMAIN: domain,
        SIZE: volume,
        SPACING: volume,
        REMARKS: 0 if event.get("problems") else 1 if event.get("warnings") else 2,
    }
    return own[column], domain, name
