"""The tab of an experiment's scores: the table of means, and beside or below it each scan's DSC by round."""

import math

import qt
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from . import plot_view, tables
from .curves import coloursOn
from .curves_tab import SCROLL_BAR
from .scores_plot import drawScores, plotHeight
from .scores_table import iterationNumber, meanTitle, shortTitle, showScores, trainingTitle, wantedWidth

MOST_LINES = 24  # as many lines of text the table is high at most; then it scrolls
CHART = "scores"  # in Slicer's plot view
PLOT_LINES = 10  # height of the plot below its legend, in lines of text
PLOT_CHARACTERS = 34  # so wide is the plot at least where it stands beside the table


class ScoresTab:
    """Shows the scores in an experiment's folder; only what has changed is drawn again.

    Args:
        ui: the section's widgets.
    """

    def __init__(self, ui):
        self._tab, self._row, self._table, self._plot = ui.adaptScoresTab, ui.adaptScoresRow, ui.adaptScores, ui.adaptScoresPlot
        # What was read and shown when, so that only changes cost time.
        self._shown = self._drawn = self._fitted = self._read = self._folder = None
        self._rows, self._found = [], {}
        self._button = ui.adaptScoresView
        self._button.connect("clicked(bool)", self._onOpen)

    def forget(self):
        """Show nothing of the experiment before."""
        self._shown = self._drawn = self._fitted = self._read = None
        self._rows, self._found = [], {}
        self._table.rowCount = self._table.columnCount = 0
        self._plot.visible = self._button.visible = False

    def show(self, folder):
        """Show the scores of an experiment."""
        table, plot = folder / "evaluation" / "table.csv", self._plot
        if not table.is_file():
            self.forget()
            return
        when, line = table.stat().st_mtime_ns, qt.QFontMetrics(self._table.font).height()
        room = self._tab.width
        if (when, room, self._table.width, line) != self._shown:
            self._rows = tables.readCsv(table)[::-1]  # the latest first
            if self._rows:
                self._arrange(room)
                self._fill((when, line))
            self._shown = (when, room, self._table.width, line)
        if when != self._read:
            self._found, self._read = scansByRound(folder), when
        found = self._found
        plot.visible = self._button.visible = bool(found)
        self._folder = folder
        size = (plot.width, plot.minimumHeight)
        drawn = (when, size, plot.palette.color(qt.QPalette.Base).name())
        if found and drawn != self._drawn:
            titled = {
                trainingTitle(name): {structure: list(scans.values()) for structure, scans in scores.items()}
                for name, scores in found.items()
            }
            short = [shortTitle(name) for name in found]
            plot.setPixmap(drawScores(titled, short, *size, plot.devicePixelRatioF(), plot.palette, plot.font))
            self._drawn = drawn
            if plot_view.isOpen(CHART):
                self.chart(folder)

    def chart(self, folder):
        """Draw the plot for Slicer's plot view; the chart node."""
        lines = []
        rounds = [roundOf(name, self._found) for name in self._found]
        for colour, structure in enumerate(next(iter(self._found.values()), {})):
            scans = [
                (number, *scan) for number, found in zip(rounds, self._found.values(), strict=True) for scan in found[structure].items()
            ]
            scans = [(number, name, value) for number, name, value in scans if math.isfinite(value)]
            numbers, names, values = ([scan[part] for scan in scans] for part in range(3))
            lines.append(plot_view.Line(_("{structure}, scans").format(structure=structure), numbers, values, names, False, colour))
            means = {number: [value for of, _name, value in scans if of == number] for number in rounds}
            means = {number: sum(found) / len(found) for number, found in means.items() if found}
            lines.append(
                plot_view.Line(_("{structure}, mean").format(structure=structure), list(means), list(means.values()), colour=colour)
            )
        axes = (_axisTitle(self._found), _("DSC"))
        return plot_view.fill(CHART, _("{experiment}: DSC by round").format(experiment=folder.name), axes, lines, (0.0, 1.0))

    def _onOpen(self, _checked=False):
        if self._folder is not None:
            plot_view.show(self.chart(self._folder))

    def _arrange(self, room):
        """Put the plot beside the table where that leaves the table all the room it wants, else below."""
        least = PLOT_CHARACTERS * qt.QFontMetrics(self._plot.font).averageCharWidth()
        wanted = wantedWidth(self._table, self._rows)
        isBeside = room - wanted >= least
        self._row.setDirection(qt.QHBoxLayout.LeftToRight if isBeside else qt.QHBoxLayout.TopToBottom)
        self._row.setStretch(0, wanted if isBeside else 1)
        self._row.setStretch(1, room - wanted if isBeside else 0)
        names = [name for name in self._rows[0] if name.startswith("dice_") and not name.endswith("_std")]
        self._plot.setFixedHeight(plotHeight(names, least if isBeside else room, self._plot.font, PLOT_LINES))

    def _fill(self, of):
        """Fill the table and make it as high as its rows need.

        The height follows the width, but not small changes: where a scroll bar comes or goes with the height, it would do so for ever.
        """
        table = self._table
        isNew = self._fitted is None or self._fitted[0] != of or abs(table.width - self._fitted[1]) > SCROLL_BAR
        most = MOST_LINES * qt.QFontMetrics(table.parentWidget().font).height()  # the table's own may be smaller
        if isNew:
            self._fitted = (of, table.width)
        wanted = showScores(table, self._rows, most)
        table.setFixedHeight(wanted if isNew else max(wanted, table.minimumHeight))


def roundOf(name, names):
    """A training's place on the axis: its iteration, or of source only and a ceiling the place before the first of these."""
    numbers = {one: int(number) for one in names if (number := iterationNumber(one)) is not None}
    return numbers.get(name, min(numbers.values(), default=1) - 1)


def _axisTitle(names):
    """What the places on the axis are."""
    others = [name for name in names if iterationNumber(name) is None]
    if not others:
        return _("Self-training iteration")
    if len(names) == len(others):  # the ceiling of a study, or source only
        return trainingTitle(others[0])
    if others == ["source only"] and roundOf("source only", names) == -1:
        return _("Self-training iteration (-1: source only)")
    return _("Self-training iteration ({number}: {training})").format(number=roundOf(others[0], names), training=trainingTitle(others[0]))


def scansByRound(folder):
    """Each evaluation scan's DSC: training: {structure: {scan: value}}; with many structures the mean of them, empty without scores."""
    from ..scoring.comparison import case_dice
    from ..scoring.evaluation import read_per_case_csv

    try:
        found = read_per_case_csv(folder / "evaluation" / "per_case.csv")
    except CrossModaError:  # an older experiment, or one that is being written
        return {}
    drawn = list(dict.fromkeys(one.structure for scores in found.values() for one in scores if one.reference_ml > 0))
    if not drawn:
        return {}
    if len(drawn) > len(coloursOn(qt.QColor(0, 0, 0))):
        return {name: {meanTitle(): case_dice(scores)} for name, scores in found.items()}
    return {
        name: {structure: {one.case: one.dice for one in scores if one.structure == structure} for structure in drawn}
        for name, scores in found.items()
    }
