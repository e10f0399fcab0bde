"""The table of trainings: a row each, ordered as the user wants it, with the columns that its width has room for."""

import re
from pathlib import Path

import qt
from slicer.i18n import tr as _

from . import tables
from .fitting import CELL, OnResize, WrappedColumns

NAME, STATE, SCORE, WHEN, PLACE = range(5)
NARROW = 75  # characters; with less room, only the text below the table tells the round and the time
TIGHT = 36  # with less, the state is told in few words as well
SHARES = {NAME: 0.3, STATE: 0.4}  # of the table's width that names and states take at least
TITLES = (1, 0.9, 0.8, 0.7, 0.6)  # how large the titles' letters are, beside the table's; the first at which they have room
FEWEST_ROWS, MOST_ROWS = 3, 10  # that it is high
AT_ONCE = 12  # rows that are fitted in one turn of the window


class TrainingsTable:
    """Fills a QTableWidget. What is shown of a training is only touched where it changed, and sorting leaves the choice as it is.

    Args:
        onChosen: called when other rows were chosen.
        onOpen: called with a folder after a double click or the Enter key.
        onHeader: called with the number of a column whose title was clicked.
    """

    def __init__(self, table, onChosen, onOpen, onHeader):
        self._table, self._onOpen = table, onOpen
        self._items = {}  # by folder: the row's items
        self._texts = {}  # by folder: (name, state, short state, score, short score, when), and the tool tip
        self._places = []  # the folders in the order of the rows
        titles = [_("Training"), _("State"), _("DSC"), _("Last change"), ""]
        table.columnCount = len(titles)
        table.setHorizontalHeaderLabels(titles)
        sorts = _("Click to sort; those under way stay first.")
        tips = [
            _("The name of its folder."),
            _("What it does, and how far the present stage is."),
            _("Mean overlap with the references (Dice) after its last round: 0 is none, 1 is perfect."),
            _("When something last happened."),
        ]
        tables.explainHeaders(table, [*(f"{tip} {sorts}" for tip in tips), sorts])
        table.setColumnHidden(PLACE, True)
        table.verticalHeader().visible = False
        table.textElideMode = qt.Qt.ElideRight
        header = table.horizontalHeader()
        header.setSortIndicatorShown(True)
        header.connect("sectionClicked(int)", onHeader)
        table.connect("itemSelectionChanged()", onChosen)
        # Not itemActivated: some desktops send it at a single click, and macOS never for the Enter key (qabstractitemview.cpp).
        table.connect("cellDoubleClicked(int,int)", lambda row, _column: onOpen(self._folder(row)))
        self._keys = []
        for key in ("Return", "Enter"):
            shortcut = qt.QShortcut(qt.QKeySequence(key), table)
            shortcut.setContext(qt.Qt.WidgetShortcut)
            shortcut.connect("activated()", self._openCurrent)
            self._keys.append(shortcut)
        self._isNarrow = self._isTight = False
        self._wrapped = WrappedColumns(table, {NAME: CELL, STATE: CELL})
        self._watch = OnResize(table, self.fit)
        self._waiting, self._fitter = [], qt.QTimer(table)  # rows whose heights are still to be given
        self._fitter.connect("timeout()", self._fitNext)

    def show(self, folder, texts, tip):
        """Show what is new of a training.

        Args:
            texts: name, state, state in few words, score with its round, score, time.
        """
        if self._texts.get(folder) == (texts, tip):
            return
        self._texts[folder] = (texts, tip)
        if folder not in self._items:
            self._addRow(folder)
        self._fill(folder)
        self._fitRows([self._items[folder][NAME].row()])

    def _addRow(self, folder):
        row = self._table.rowCount
        self._table.insertRow(row)
        self._items[folder] = [qt.QTableWidgetItem("") for _column in range(PLACE + 1)]
        for column, item in enumerate(self._items[folder]):
            self._table.setItem(row, column, item)
        self._items[folder][NAME].setData(qt.Qt.UserRole, str(folder))
        self._items[folder][SCORE].setTextAlignment(qt.Qt.AlignCenter)
        self._places.append(folder)

    def _fill(self, folder):
        (name, state, shortState, score, shortScore, when), tip = self._texts[folder]  # the tip has all
        state, score = shortState if self._isTight else state, shortScore if self._isNarrow else score
        for item, text in zip(self._items[folder], (name, state, score, when), strict=False):
            if item.text() != text:
                item.setText(text)
            if item.toolTip() != tip:
                item.setToolTip(tip)

    def remove(self, folder):
        """Show a training no more."""
        if folder in self._items:
            self._table.removeRow(self._items.pop(folder)[NAME].row())
            del self._texts[folder]
            self._places.remove(folder)

    def order(self, folders, column, isDown):
        """Put the rows into the order of the folders; :meth:`fit` then gives them their heights, and the column's arrow its room.

        Args:
            column: that this is the order of, which its title shows.
            isDown: whether the largest is first.
        """
        self._table.horizontalHeader().setSortIndicator(column, qt.Qt.DescendingOrder if isDown else qt.Qt.AscendingOrder)
        if folders == self._places:
            return
        for place, folder in enumerate(folders):
            text, item = f"{place:06d}", self._items[folder][PLACE]
            if item.text() != text:
                item.setText(text)
        self._table.sortItems(PLACE, qt.Qt.AscendingOrder)  # Qt moves the rows, and what is chosen with them
        self._places = list(folders)

    def chosen(self):
        """The folders whose rows are chosen, from top to bottom."""
        return [self._folder(row) for row in sorted({item.row() for item in self._table.selectedItems()})]

    def choose(self, folder):
        """Choose one training, and show its row."""
        if folder in self._items:
            self._table.selectRow(self._items[folder][NAME].row())
            self._table.scrollToItem(self._items[folder][NAME])

    def _folder(self, row):
        return Path(self._table.item(row, NAME).data(qt.Qt.UserRole))

    def _openCurrent(self):
        if self._table.currentRow() >= 0:
            self._onOpen(self._folder(self._table.currentRow()))

    def fit(self):
        """Give the columns the widths and the table the height that suit the room."""
        table = self._table
        metrics = qt.QFontMetrics(table.font)
        isNarrow, isTight = (table.width < characters * metrics.averageCharWidth() for characters in (NARROW, TIGHT))
        if (isNarrow, isTight) != (self._isNarrow, self._isTight):
            self._isNarrow, self._isTight = isNarrow, isTight
            for folder in self._items:
                self._fill(folder)
        table.setColumnHidden(WHEN, isNarrow)
        line = metrics.height() + tables.MARGIN // 2
        table.verticalHeader().setDefaultSectionSize(line)
        for size in TITLES:
            room, least = self._room((SCORE,) if isNarrow else (SCORE, WHEN), size)
            if sum(least.values()) <= room:
                break
        name = max(int(SHARES[NAME] / sum(SHARES.values()) * room), 1)
        name = max(min(name, room - least[STATE]), least[NAME])  # a title that is cut tells less than a text that is
        table.setColumnWidth(NAME, name)
        table.setColumnWidth(STATE, max(room - name, 1))
        first = max(table.rowAt(0), 0)  # what is seen at once, the others between the window's other work
        seen = dict.fromkeys(row for begin in (0, first) for row in range(begin, min(begin + AT_ONCE, table.rowCount)))
        self._fitRows(seen)
        self._waiting = [row for row in range(table.rowCount) if row not in seen]
        if self._waiting:
            self._fitter.start(0)

    def _fitNext(self):
        rows, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        self._fitRows([row for row in rows if row < self._table.rowCount])
        if not self._waiting:
            self._fitter.stop()

    def cleanup(self):
        """Fit nothing more."""
        self._fitter.stop()

    def _fitRows(self, rows):
        """Give names and states in these rows the lines that they take, and the table the height of its rows."""
        table = self._table
        line = table.verticalHeader().defaultSectionSize
        self._wrapped.fit(line, rows)
        whole = tables.wholeRows(table, FEWEST_ROWS * line, MOST_ROWS * line)
        height = whole + table.horizontalHeader().sizeHint.height() + 2 * table.frameWidth
        if table.minimumHeight != height:
            table.setFixedHeight(height)

    def _room(self, columns, size):
        """What the other columns leave for names and states, and what the titles of these two need, in points of the screen.

        Args:
            columns: those with other things, which become as wide as what is in them.
            size: of the titles' letters, beside the table's.
        """
        table, header = self._table, self._table.horizontalHeader()
        font = qt.QFont(table.font)
        font.setPointSizeF(size * font.pointSizeF())
        header.setFont(font)
        for column in columns:
            table.resizeColumnToContents(column)
        room = table.width - 2 * table.frameWidth - table.verticalScrollBar().sizeHint.width()
        return room - sum(map(table.columnWidth, columns)), {column: header.sectionSizeHint(column) for column in SHARES}


def inOrder(standings, column, isDown):
    """The folders of trainings by a column: those under way first, those of which the column tells nothing last.

    Args:
        standings: each a :class:`.watching.experiments.Standing`.
        isDown: the largest first.
    """
    ranks = ("running", "checking", "failed", "died", "unreadable", "gone", "interrupted", "idle", "none", "finished")
    keys = {
        NAME: lambda one: _counted(one.folder.name),
        STATE: lambda one: ranks.index(one.state) if one.state in ranks else len(ranks),
        SCORE: lambda one: one.score.mean if one.score else None,
        WHEN: lambda one: one.when or None,
    }
    byName = sorted(standings, key=lambda one: (_counted(one.folder.name), str(one.folder)))
    known = [one for one in byName if keys[column](one) is not None]
    known.sort(key=keys[column], reverse=isDown)
    ordered = [*known, *(one for one in byName if keys[column](one) is None)]
    return [one.folder for one in sorted(ordered, key=lambda one: not one.is_on)]


def _counted(name):
    """A name as it is sorted, with its numbers in counting order."""
    return [part.zfill(12) if part.isdecimal() else part for part in re.split(r"(\d+)", name.casefold())]
