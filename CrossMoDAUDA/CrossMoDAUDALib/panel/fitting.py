"""The panel at any width and font size: the fields of all sections are aligned; what does not fit side by side goes one under another."""

import functools
import re

import qt

from . import tables

BREAK = "\u200b"  # shows nothing; a line may end there
PIECE = 8  # characters of a word without punctuation that stay together where it must be broken, if they have room
WIDE_LETTER = 1.5  # of the average's width
FURTHER_APART = 1 / 7  # of a line's height: by so much more the lines of a table are apart (Slicer's Qt 5: 17 points and not 15)
ROUNDED = 2  # points of the screen
NO_END = 10_000  # points of the screen: a line that nothing ends
CELL = 7  # points of the screen that lie beside a cell's text
TICK = 32  # and beside one with a tick
BESIDE = 50  # points of the screen that texts in the panel leave at its sides
FIELD_CHARACTERS = 30  # what a field beside its label should show at least
SLACK = 1.15  # a button's other text may be longer
NEIGHBOUR = "beside"  # a label's property: the name of the button that lies beside it
FORM = "CrossMoDAUDA.Form"  # a label's property: the name of the form that it lies in, also while it is hidden
MOST_MEASURED = 500  # texts whose heights are kept


class OnResize(qt.QObject):
    """Calls a function after a widget got another size; one call for several changes.

    Args:
        widget: its events are followed for as long as this object lives.
        function: called without arguments.
        isOfLayout: also after something in the widget wants another size.
    """

    def __init__(self, widget, function, isOfLayout=False):
        qt.QObject.__init__(self)
        self._kinds = (qt.QEvent.Resize, qt.QEvent.LayoutRequest) if isOfLayout else (qt.QEvent.Resize,)
        self._timer = qt.QTimer(widget)  # which goes with the widget
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.connect("timeout()", function)
        widget.installEventFilter(self)

    def eventFilter(self, _widget, event):
        """Let every event pass."""
        if event.type() in self._kinds:
            self._timer.start()
        return False


def breakable(text, metrics, width):
    """A text in which lines may end within words that are wider than a line, such as names of files and folders.

    Args:
        text: plain; what was broken before for another width is whole again.
        metrics: of the font, a QFontMetrics.
        width: of a line, in points of the screen.
    """

    def broken(match):
        if metrics.horizontalAdvance(match.group()) <= width:
            return match.group()
        pieces = re.sub(r"([\W_])(?=[^\W_])", rf"\1{BREAK}", match.group()).split(BREAK)
        return BREAK.join(cut(piece) if metrics.horizontalAdvance(piece) > width else piece for piece in pieces)

    def cut(piece):
        together = max(min(PIECE, int(width / (WIDE_LETTER * metrics.averageCharWidth()))), 1)
        return re.sub(rf"(.{{{together}}})(?=.)", rf"\1{BREAK}", piece)

    return re.sub(r"[^\s/]+", broken, text.replace(BREAK, ""))  # after a slash Qt breaks lines by itself


class Ruler:
    """Tells how high a label's text is in lines of a width, in points of the screen.

    The label itself never says less than the least height that it was given before (Qt's ``QLabelPrivate::sizeForWidth``).

    Args:
        parent: gives the style; nothing of the ruler is seen.
    """

    def __init__(self, parent):
        self._label = qt.QLabel(parent)
        self._label.wordWrap = True
        self._label.visible = False
        self._known = {}

    def height(self, label, width):
        """The height that a label needs at a width; 0 without a text."""
        text = label.text if label.buddy() is None else label.text.replace("&", "")
        return self.textHeight(text, label.font, width, label.textFormat)

    def textHeight(self, text, font, width, textFormat=qt.Qt.PlainText):
        """The height of a text in a font at a width; 0 of none."""
        key = (text, font.toString(), str(textFormat), width)
        if key not in self._known:
            self._known = {} if len(self._known) > MOST_MEASURED else self._known
            self._label.font, self._label.textFormat, self._label.text = font, textFormat, text
            self._known[key] = max(self._label.heightForWidth(width), 0) if text else 0
        return self._known[key]


class _LongTexts(qt.QStyledItemDelegate):
    """Lets the words of a column that are wider than it take several lines."""

    broken = None

    def displayText(self, value, _locale):
        """A cell's text, in which lines may end where they must."""
        return self.broken(str(value))


class WrappedColumns:
    """Columns of a QTableWidget in which a long text takes several lines, also within a word.

    Args:
        table: its rows get the heights that these need.
        besides: what lies beside a column's texts, in points of the screen, by the column's number.
    """

    def __init__(self, table, besides):
        self._table, self._ruler, self._besides, self._cells = table, Ruler(table), besides, []
        self._known = {}  # heights of texts
        for column in besides:
            cells = _LongTexts(table)
            cells.broken = functools.partial(self.broken, column)
            table.setItemDelegateForColumn(column, cells)
            self._cells.append(cells)

    def room(self, column):
        """How wide the texts of a column may be."""
        return max(self._table.columnWidth(column) - self._besides[column], 1)

    def broken(self, column, text):
        """A text in which lines may end where they must."""
        return breakable(text, qt.QFontMetrics(self._table.font), self.room(column))

    def _height(self, column, text):
        """How high a cell's text is; a table's lines are further apart than a label's, and it cuts a text whose last one has no room."""
        font = self._table.font
        needed, line = self._ruler.textHeight(self.broken(column, text), font, self.room(column)), self._ruler.textHeight("x", font, NO_END)
        return needed + (round(needed / line) - 1) * round(line * FURTHER_APART)

    def fit(self, least=0, rows=None):
        """Make rows as high as the texts are, and at least so high; Qt by itself forgets the width of ticks.

        Args:
            rows: their numbers; all if None.
        """
        table = self._table
        font, rooms = table.font.toString(), {column: self.room(column) for column in self._besides}

        def tall(row, column):
            text = table.item(row, column).text()
            key = column, text, rooms[column], font
            if key not in self._known:
                self._known = {} if len(self._known) > MOST_MEASURED else self._known
                self._known[key] = self._height(column, text)
            return self._known[key]

        for row in range(table.rowCount) if rows is None else rows:
            heights = [tall(row, column) for column in self._besides]
            height = max(least, *(tables.MARGIN // 2 + needed for needed in heights))
            if table.rowHeight(row) != height:
                table.setRowHeight(row, height)


def lineWidth(root, label=None):
    """How wide a line of text may be in a section with this widget.

    Args:
        label: that of the line; what its property ``beside`` names takes room from it.
    """
    name = label.property(NEIGHBOUR) if label is not None else None
    beside = [button for button in label.parentWidget().findChildren("QPushButton") if button.objectName == name] if name else []
    return max(root.width - BESIDE - sum(button.sizeHint.width() for button in beside), 1)


def tellWhole(field, text):
    """Begin the tool tip of a field with its text, of which a narrow field shows a part."""
    tip = field.property("tip") or field.toolTip
    field.setProperty("tip", tip)
    field.toolTip = "\n".join(filter(None, [text, tip]))


class Fitting:
    """Fits the forms and the rows of buttons of the sections to the panel's width, again whenever that or the font changes.

    Slicer's module panel grows to whatever width its module asks for. Therefore the sections ask for none (their size policy in
    Resources/UI), and what they show is arranged in the width that there is.

    Args:
        roots: the sections' widgets, which lie under each other and are equally wide.
    """

    def __init__(self, roots):
        self._roots = roots
        self._forms = [form for root in roots for form in root.findChildren("QFormLayout")]
        self._rows = [row for root in roots for row in root.findChildren("QHBoxLayout") if len(_buttons(row)) > 0]
        self._labels = [label for root in roots for label in root.findChildren("QLabel") if label.buddy() is not None]
        for label in self._labels:
            label.toolTip = label.toolTip or label.buddy().toolTip
        self._texts = [label for root in roots for label in root.findChildren("QLabel") if label.wordWrap and label.buddy() is None]
        self._titles = [
            (button, button.text) for root in roots for button in root.findChildren("ctkCollapsibleButton") if " (" in button.text
        ]
        self._paths = [edit for root in roots for edit in root.findChildren("ctkPathLineEdit")]
        self._fitted, self._ruler = None, Ruler(roots[0])
        self._inForms = set()  # names of texts that lie in a form
        self._watches = [OnResize(roots[0], self.fit), *(OnResize(root, self._giveHeights, isOfLayout=True) for root in roots)]
        for table in (table for root in roots for table in root.findChildren("qMRMLTableView")):
            self._watches.append(OnResize(table, functools.partial(tables.fit, table)))
        self._clipboard = qt.QApplication.clipboard()
        self._clipboard.connect("dataChanged()", self._cleanClipboard)

    def cleanup(self):
        """Follow nothing any more."""
        self._clipboard.disconnect("dataChanged()", self._cleanClipboard)

    def _cleanClipboard(self):
        """Make what was copied from the panel whole."""
        selected = {label.selectedText.replace("\u2029", "\n") for label in self._texts if BREAK in label.selectedText}
        # Of what another program has copied the text is not fetched: that can take long.
        if selected and (text := self._clipboard.text()) in selected:
            self._clipboard.setText(text.replace(BREAK, ""))

    def fit(self):
        """Fit to the width that the panel has now."""
        width, metrics = self._roots[0].width, qt.QFontMetrics(self._roots[0].font)
        if (width, metrics.averageCharWidth(), metrics.height()) == self._fitted:
            return
        before, self._fitted = self._fitted, (width, metrics.averageCharWidth(), metrics.height())
        if before is not None and before[1:] != self._fitted[1:]:
            self._giveHeightsOfPaths()
        field = FIELD_CHARACTERS * metrics.averageCharWidth()
        # The forms of single settings, in groups without a name, have longer labels than the others.
        for isOfSettings in (False, True):
            self._align([form for form in self._forms if isOfSettings != bool(form.parentWidget().objectName)], width, field)
        for row in self._rows:
            isWide = SLACK * _wanted(row) <= width - 2 * self._indent(row)
            row.setDirection(qt.QHBoxLayout.LeftToRight if isWide else qt.QHBoxLayout.TopToBottom)
        for button, title in self._titles:
            isWide = metrics.horizontalAdvance(title) + 2 * metrics.height() <= width  # beside the arrow
            button.text = title if isWide else title.partition(" (")[0]
        for label in self._texts:
            if label.textFormat == qt.Qt.PlainText and label.text:
                label.text = breakable(label.text, qt.QFontMetrics(label.font), lineWidth(self._roots[0], label))

    def _giveHeightsOfPaths(self):
        """Make the fields of paths as high as the font that they have now; CTK keeps that of the first (ctkPathLineEdit.cpp)."""
        for edit in self._paths:
            edit.setFixedHeight(edit.findChildren("QComboBox")[0].sizeHint.height())

    def _giveHeights(self):
        """Let every text have as many lines as it takes.

        Slicer's module panel is as high as its widgets ask for at least, and a text in lines asks for fewer than it takes in a narrow
        panel. What lies under it would be drawn over its neighbours.
        """
        for label in self._texts:
            if label.isVisible() and not self._isPicture(label):  # most are not visible, and this is asked often
                needed = self._ruler.height(label, label.width)
                if label.minimumHeight != needed:
                    label.minimumHeight = needed
                # A form gives a text over both its columns the lines that it would take in the second one (Qt 5's QFormLayout).
                if label.maximumHeight != needed and any(form.indexOf(label) >= 0 for form in self._forms):
                    self._inForms.add(label.objectName)
                    label.maximumHeight = needed
        for label in self._labels:  # those over their fields; a group that has just been opened may be narrower than it was
            if label.wordWrap and label.isVisible():
                label.minimumHeight = max(label.minimumHeight, self._ruler.height(label, label.width))

    def _isPicture(self, label):
        """Whether a label has a height that no text gives it."""
        isFixed = label.minimumHeight == label.maximumHeight and label.objectName not in self._inForms
        return isFixed or label.sizePolicy.verticalPolicy() == qt.QSizePolicy.Ignored

    def _align(self, forms, width, field):
        """Begin the fields of all forms at one place, or put them under their labels where that leaves less room than a field needs."""
        labels = [(label, self._indent(form)) for form in forms for label in self._labels if _isIn(form, label)]
        for label, _indent in labels:
            label.wordWrap = False
            label.minimumWidth = 0  # a label asks for no less than what it was given before
        # What a label asks for is rounded; in lines, it would put its last word into one that it has no height for.
        wanted = [label.sizeHint.width() + ROUNDED for label, _indent in labels]
        column = max((indent + one for (_label, indent), one in zip(labels, wanted, strict=True)), default=0)
        isNarrow = width - column - max((indent for _label, indent in labels), default=0) < field
        for (label, indent), one in zip(labels, wanted, strict=True):
            label.wordWrap = isNarrow
            room = max(width - 2 * indent, 1)
            # A label of two short words would take two lines in a wide row.
            label.minimumWidth = (one if one <= room else 0) if isNarrow else column - indent
            # Of labels in several lines a form's own height does not take notice.
            label.minimumHeight = self._ruler.height(label, room) if isNarrow else 0
        for form in forms:
            form.setRowWrapPolicy(qt.QFormLayout.WrapAllRows if isNarrow else qt.QFormLayout.DontWrapRows)

    def _indent(self, layout):
        """How far from its section's edge a layout begins."""
        widget, indent = layout.parentWidget(), 0
        while widget not in self._roots:
            margins = widget.layout().contentsMargins
            margins = margins() if callable(margins) else margins  # Qt 6 has it as a property
            indent += widget.contentsMargins().left() + margins.left()
            widget = widget.parentWidget()
        return indent


def _isIn(form, label):
    return form.indexOf(label) >= 0 or (bool(form.objectName) and label.property(FORM) == form.objectName)


def _widgets(row):
    return [item.widget() for item in (row.itemAt(place) for place in range(row.count())) if item.widget() is not None]


def _buttons(row):
    return [widget for widget in _widgets(row) if widget.inherits("QPushButton")]


def _wanted(row):
    """The width in which the widgets of a row have room side by side."""
    return sum(widget.sizeHint.width() for widget in _widgets(row)) + row.spacing * (row.count() - 1)
