"""The tab of an experiment's curves: which there are, and the chosen ones as a chart in whatever room there is."""

import qt
from slicer.i18n import tr as _

from . import plot_view, wording
from .curves import drawCurves, legendHeight

CHART = "curves"  # in Slicer's plot view
CURVE_LINES = 10  # height of the curves without what is written above them, in lines of text
SCROLL_BAR = 30  # points of the screen that no scroll bar is wide


class CurvesTab:
    """Shows the curves of the training that is chosen in the list above them.

    Args:
        ui: the section's widgets.
    """

    def __init__(self, ui):
        self._combo, self._label = ui.adaptCurveChoice, ui.adaptCurves
        self._charts = []  # (stage, chart) as in the list
        self._drawn = self._fitted = self._monitor = None
        self._button = ui.adaptCurvesView
        self._button.connect("clicked(bool)", self._onOpen)

    def forget(self):
        """Show nothing of the experiment before."""
        self._charts, self._drawn, self._fitted = [], None, None
        wasBlocked = self._combo.blockSignals(True)
        self._combo.clear()
        self._combo.blockSignals(wasBlocked)

    def show(self, monitor):
        """Show what an experiment's :class:`.monitor.Monitor` knows; only what has changed is drawn again."""
        self._monitor = monitor
        self._list(monitor)
        self._combo.visible = self._button.visible = bool(self._charts)
        if not self._charts:
            self._label.minimumHeight = 3 * qt.QFontMetrics(self._label.font).height()
            self._label.text = _("Curves come with the first steps of a training.")
            return
        translator, names = _translator(monitor), self._names(monitor)
        titles = [wording.quantityTitle(translator, name) for name in names]
        (stage, chart), curves = self._chosen(), self.curves(monitor)
        label, note = self._label, wording.chartNote(chart)
        size = (label.width, self._height(titles, note))
        ends = [(len(steps), steps[-1]) for steps, _values in curves.values()]
        drawn = (stage, chart, size, ends, label.palette.color(qt.QPalette.Base).name())
        if drawn == self._drawn:
            return
        self._drawn = drawn
        label.setPixmap(drawCurves(curves, *size, label.devicePixelRatioF(), label.palette, label.font, self.limits(), note))
        terms = [wording.quantityTerm(translator, name) for name in names]
        explained = [_("{title}: {term}").format(title=title, term=term) for title, term in zip(titles, terms, strict=True)]
        label.toolTip = "\n".join([*explained, wording.chartTip(chart)])
        if plot_view.isOpen(CHART):
            self.chart(monitor)

    def chart(self, monitor):
        """Draw the chosen curves for Slicer's plot view; the chart node."""
        curves = self.curves(monitor)
        lines = [plot_view.Line(title, *curve, colour=number) for number, (title, curve) in enumerate(curves.items())]
        title = _("{experiment}: {chart}").format(experiment=monitor.folder.name, chart=self._combo.currentText)
        axes = (_("Training step"), wording.chartTerm(_translator(monitor), self._chosen()[1]))
        return plot_view.fill(CHART, title, axes, lines, self.limits())

    def _onOpen(self, _checked=False):
        if self._charts:
            plot_view.show(self.chart(self._monitor))

    def curves(self, monitor):
        """The chosen curves: title: (steps, values)."""
        if not self._charts:
            return {}
        translator, (stage, _chart) = _translator(monitor), self._chosen()
        found = {wording.quantityTitle(translator, name): monitor.curves[stage, name] for name in self._names(monitor)}
        return {title: (curve.steps, curve.values) for title, curve in found.items()}

    def limits(self):
        """The range of the chosen curves' values, if it is known."""
        return (0.0, 1.0) if self._charts and self._chosen()[1] == "overlap" else None

    def _chosen(self):
        """The stage and the chart that are chosen."""
        return self._charts[max(min(self._combo.currentIndex, len(self._charts) - 1), 0)]

    def _list(self, monitor):
        """List every chart that has curves."""
        translator = _translator(monitor)
        charts = dict.fromkeys((stage, chart) for stage, name in monitor.curves if (chart := wording.chartOf(translator, name)))
        new = [chart for chart in charts if chart not in self._charts]
        if not new:
            return
        wasBlocked = self._combo.blockSignals(True)
        for stage, chart in new:
            training = wording.stageTitle(stage, monitor.title(stage))
            self._combo.addItem(_("{stage} ({chart})").format(stage=training, chart=wording.chartTitle(translator, chart)))
            self._combo.setItemData(self._combo.count - 1, wording.chartTerm(translator, chart), qt.Qt.ToolTipRole)
        self._charts += new
        self._combo.currentIndex = self._combo.count - 1  # the training that runs
        self._combo.blockSignals(wasBlocked)

    def _names(self, monitor):
        """The quantities of the chosen chart."""
        (stage, chart), translator = self._chosen(), _translator(monitor)
        own = [(name, curve) for (of, name), curve in monitor.curves.items() if of == stage and curve.steps]
        return [name for name, _curve in own if wording.chartOf(translator, name) == chart]

    def _height(self, titles, note):
        """Give the curves a height that has room for what is written above them; how high they are.

        It follows the width, but not small changes: where a scroll bar comes or goes with the height, it would do so for ever.
        """
        label = self._label
        line = qt.QFontMetrics(label.font).height()
        above = (titles, note, line)
        if self._fitted is None or self._fitted[0] != above or abs(label.width - self._fitted[1]) > SCROLL_BAR:
            self._fitted = (above, label.width)
            label.minimumHeight = legendHeight(titles, note, label.width - SCROLL_BAR, label.font) + CURVE_LINES * line
        return max(label.height, label.minimumHeight)  # the other tabs may be higher


def _translator(monitor):
    return monitor.settings.translation.translator if monitor.settings else "none"
