"""The table of a cohort's cases with what was found wrong with each."""

from pathlib import Path

import qt
from slicer.i18n import tr as _


class CasesTable:
    """Fills a QTableWidget case by case; problems come first, and in words, not only in colour."""

    def __init__(self, table):
        self._table = table
        titles = [_("Scan"), _("Domain"), _("Problem or note"), _("Size"), _("Spacing (mm)")]
        table.columnCount = len(titles)
        table.setHorizontalHeaderLabels(titles)
        table.verticalHeader().visible = False
        table.horizontalHeader().setStretchLastSection(True)
        self.problems = self.warnings = self.cases = 0

    def clear(self):
        """Forget all cases."""
        self._table.rowCount = 0
        self.problems = self.warnings = self.cases = 0
        self._table.visible = False

    def add(self, event):
        """Add a case as the check tells of it (an event of kind case)."""
        domains = {"source": _("source"), "target": _("target"), "evaluation": _("test")}
        problems, warnings = event.get("problems", []), event.get("warnings", [])
        self.cases += 1
        self.problems += bool(problems)
        self.warnings += bool(warnings)
        remark = "\n".join([*(_("Problem: {text}").format(text=text) for text in problems), *(_("Note: {text}").format(text=text) for text in warnings)])
        name = str(event.get("image") or event["case"])
        cells = [event["case"], domains[event["domain"]], remark or _("fine"), event.get("size", ""), event.get("spacing", "")]
        row = self.problems - 1 if problems else self._table.rowCount
        self._table.insertRow(row)
        for column, text in enumerate(cells):
            item = qt.QTableWidgetItem(str(text))
            item.setToolTip(f"{Path(name)}\n{remark}".strip())
            if problems:
                font = qt.QFont(self._table.font)
                font.setBold(True)
                item.setFont(font)
            self._table.setItem(row, column, item)
        self._table.visible = True

    def finish(self):
        """Give the columns the widths that their texts need."""
        self._table.resizeColumnsToContents()
        self._table.resizeRowsToContents()
