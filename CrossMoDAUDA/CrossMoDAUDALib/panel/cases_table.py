"""The table of a cohort's cases with what was found wrong with each."""

import os
import re
from pathlib import Path

import qt
from slicer.i18n import tr as _

from . import tables
from .fitting import OnResize
from .wording import inThePanel

NAME_SHARE = 0.4  # of the table's width that the scans' names may take
LINES = 10  # of text that the table is high at least
NARROW = 45  # characters; with less room, only the tool tips name the domain


class CasesTable:
    """Fills a QTableWidget case by case; problems come first, and in words, not only in colour."""

    def __init__(self, table):
        self._table = table
        titles = [_("Scan"), _("Domain"), _("Problem or note")]
        table.columnCount = len(titles)
        table.setHorizontalHeaderLabels(titles)
        tips = [_("The scan's file, without what says of which kind it is."), _("What the scan is for."), _("What to look at.")]
        tables.explainHeaders(table, tips)
        table.verticalHeader().visible = False
        table.textElideMode = qt.Qt.ElideMiddle
        table.horizontalHeader().setSectionResizeMode(2, qt.QHeaderView.Stretch)
        self._events = []
        self._watch = OnResize(table, self._fit)

    def clear(self):
        """Forget all cases."""
        self._events = []
        self._table.rowCount = 0
        self._table.visible = False

    @property
    def cases(self):
        """How many there are."""
        return len(self._events)

    def count(self, kind):
        """How many have something of a kind: ``problems`` or ``warnings``."""
        return sum(bool(event.get(kind)) for event in self._events)

    def add(self, event):
        """Add a case as the check tells of it (an event of kind case); they come as they are read."""
        self._events.append(event)
        self._insert(self._table.rowCount, event)
        self._table.visible = True

    def finish(self):
        """Put the cases in order, those with problems first, and give the rows the heights that their texts need."""
        self._table.rowCount = 0
        for event in sorted(self._events, key=_order):
            self._insert(self._table.rowCount, event)
        self._fit()

    def _fit(self):
        """Leave the remarks the room that they need, and give the rows the heights that these need then."""
        metrics = qt.QFontMetrics(self._table.font)
        self._table.setMinimumHeight(LINES * metrics.height())
        self._table.setColumnHidden(1, self._table.width < NARROW * metrics.averageCharWidth())
        for column in (0, 1):
            self._table.resizeColumnToContents(column)
        self._table.setColumnWidth(0, min(self._table.columnWidth(0), int(NAME_SHARE * self._table.width)))
        self._table.resizeRowsToContents()

    def _insert(self, row, event):
        domains = {"source": _("source"), "target": _("target"), "evaluation": _("evaluation")}
        problems = [_("Problem: {text}").format(text=inThePanel(text)) for text in event.get("problems", [])]
        warnings = [_("Note: {text}").format(text=inThePanel(text)) for text in event.get("warnings", [])]
        remark = "\n".join([*problems, *warnings])
        for folder in {str(Path(path).parent) + os.sep for path in (event.get("image"), event.get("label")) if path}:
            remark = remark.replace(folder, "")
        cells = [event["case"], domains[event["domain"]], remark or _("fine")]
        details = [
            event.get("image", ""),
            domains[event["domain"]],
            _("{size} voxels of {spacing} mm").format(**event) if "size" in event else "",
            remark,
        ]
        self._table.insertRow(row)
        for column, text in enumerate(cells):
            item = qt.QTableWidgetItem(str(text))
            item.setToolTip("\n".join(str(text) for text in details if text))
            if problems:
                font = qt.QFont(self._table.font)
                font.setBold(True)
                item.setFont(font)
            self._table.setItem(row, column, item)


def _order(event):
    """Problems first; then by domain, and by name with its numbers in counting order."""
    name = [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", str(event["case"]))]
    return not event.get("problems"), ("source", "target", "evaluation").index(event["domain"]), name
