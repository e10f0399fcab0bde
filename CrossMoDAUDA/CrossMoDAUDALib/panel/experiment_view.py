"""How an experiment goes: stages, curves, the latest sample, scores and the log, shown from its folder."""

import time

import qt
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.progress import duration
from ..experiment.events import SENDING
from ..places.place import find_place
from ..watching.monitor import Monitor
from . import plot_view, tables, wording
from .curves_tab import CurvesTab
from .fitting import CELL, OnResize, WrappedColumns
from .narrow_tabs import NarrowTabs
from .sample_tab import SampleTab
from .scores_tab import ScoresTab

POLL_MS = 500
POLL_BEHIND_MS = 10  # while a long log is read from its beginning
NO_LIMIT = 16777215  # Qt's QWIDGETSIZE_MAX
OF_FIXED_HEIGHT = (0, 2, 3)  # stages, samples and scores
FEWEST_LINES, MOST_LINES = 9, 18  # of text that the list of stages is high
FRAME = 6  # points of the screen around a tab
NARROW = 30  # characters; a narrower list of stages is without times


class ExperimentView:
    """Follows one experiment folder with a timer; reading is cut into pieces so that the window never waits.

    While the module is hidden, or no folder is chosen, nobody looks at the folder.

    Args:
        ui: the section's widgets.
        onState: called after every look at the folder that found something new.

    Attributes:
        isShown: whether the module is shown.
        monitor: what is known of the experiment; None without a folder.
        problem: why the folder cannot be read, in a sentence.
    """

    def __init__(self, ui, onState):
        self._ui, self._onState = ui, onState
        self._place = find_place()
        self.isShown = False
        self.monitor = None
        self.problem = ""
        self._shown = {}  # what each part shows, so that only what has changed is drawn again
        self._curves, self._sample, self._scores = CurvesTab(ui), SampleTab(ui), ScoresTab(ui)
        self._timer = qt.QTimer()
        self._timer.interval = POLL_MS
        self._timer.connect("timeout()", self.poll)
        ui.adaptStages.columnCount = 3
        self._titles = WrappedColumns(ui.adaptStages, {0: CELL})
        ui.adaptStages.setHorizontalHeaderLabels([_("Stage"), _("State"), _("Time")])
        ui.adaptStages.verticalHeader().visible = False
        ui.adaptStages.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
        tables.explainHeaders(
            ui.adaptStages, [_("What is done, in this order."), _("How far the stage is."), _("How long it took or has taken.")]
        )
        # What is drawn depends on the size that these are given; the last tab needs no help.
        watched = (ui.adaptCurves, ui.adaptSamplePicture, ui.adaptScores, ui.adaptScoresPlot)
        # A scroll bar that comes takes width from what is in the table, and not from the table.
        self._sizes = [OnResize(widget, self._showOpenTab) for widget in watched] + [OnResize(ui.adaptStages.viewport(), self._fitStages)]
        ui.adaptCurveChoice.connect("currentIndexChanged(int)", lambda _index: self._showCurves())
        ui.adaptTabs.connect("currentChanged(int)", lambda _index: self._showOpenTab())
        self._narrowTabs = NarrowTabs(ui.adaptTabs, ui.adaptTabsChoice)

    def open(self, folder):
        """Follow an experiment folder, or none."""
        self.monitor = Monitor(folder) if folder is not None else None
        self._forget()
        self.poll()
        self._follow()

    def _forget(self):
        """Show nothing of the experiment before."""
        self.problem, self._shown = "", {}
        for tab in (self._curves, self._sample, self._scores):
            tab.forget()
        plot_view.removeAll()
        self._ui.adaptLog.setPlainText("")

    def show(self):
        """Look at the folder at once, and go on looking."""
        self.isShown = True
        self.poll()
        self._follow()

    def hide(self):
        """Look no more until it is shown again; whatever works goes on."""
        self.isShown = False
        self._follow()

    def _follow(self):
        if self.isShown and self.monitor is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def poll(self):
        """Look at the folder once."""
        if self.monitor is None:
            return
        before = (self.monitor.state, self.problem)
        generation = self.monitor.generation
        try:
            self._place.fetch(self.monitor.folder)
            hasNews = self.monitor.poll()
            self.problem = ""
        except (CrossModaError, OSError) as error:
            self.problem, hasNews = wording.inThePanel(explain(error)[0]), False
        self._timer.interval = POLL_BEHIND_MS if self.monitor.is_behind else POLL_MS
        if self.monitor.generation != generation:
            self._forget()
        self._showOpenTab()  # also what was laid out or coloured anew meanwhile
        if hasNews or before != (self.monitor.state, self.problem) or "state" not in self._shown:
            self._shown["state"] = True
            self._showProgress()
            self._onState()

    def _showProgress(self):
        ui, stage = self._ui, self.monitor.current
        isOn = self.monitor.state in ("running", "checking") and stage is not None
        ui.adaptProgress.visible = isOn
        ui.adaptStageText.visible = stage is not None
        if stage is None:
            return
        ui.adaptProgress.setRange(0, stage.total)
        ui.adaptProgress.value = stage.step
        parts = [wording.stageTitle(stage.name, stage.title)]
        if stage.total:
            parts.append(_("{step} of {total}").format(step=stage.step, total=stage.total))
        if isOn and stage.name == SENDING and stage.message:
            parts.append(wording.inThePanel(stage.message))
        if isOn and stage.remaining is not None:
            parts.append(_("about {time} left in this stage").format(time=duration(stage.remaining)))
        ui.adaptStageText.text = ", ".join(parts)

    def _title(self, stage):
        """A stage in words, by its name."""
        return wording.stageTitle(stage, self.monitor.title(stage))

    def _showOpenTab(self):
        tabs = self._ui.adaptTabs
        for index in range(tabs.count):  # else all are as high as the highest of them
            used = qt.QSizePolicy.Preferred if index == tabs.currentIndex else qt.QSizePolicy.Ignored
            tabs.widget(index).setSizePolicy(qt.QSizePolicy.Preferred, used)
        if self.monitor is not None:
            shows = [self._showStages, self._showCurves, self._showSample, self._showScores, self._showLog]
            shows[tabs.currentIndex]()
        page = tabs.currentWidget()
        needed = max(page.heightForWidth(page.width), page.layout().minimumSize().height())  # less than nothing without texts in lines
        bar = tabs.tabBar().sizeHint.height() + FRAME
        # Lists and curves use any height. Qt asks for that of the highest tab, whatever the policies are (QTabWidget::sizeHint).
        tabs.maximumHeight = needed + bar if tabs.currentIndex in OF_FIXED_HEIGHT else NO_LIMIT

    def _isNew(self, part, content):
        """Whether a part shows something else than this content, which it is then taken to show."""
        isNew = self._shown.get(part) != content
        self._shown[part] = content
        return isNew

    def _showStages(self):
        rows = [
            (wording.stageTitle(stage.name, stage.title), wording.stageState(stage), duration(stage.seconds) if stage.seconds else "")
            for stage in self.monitor.stages
        ]
        before = self._shown.get("stages", [])
        if not self._isNew("stages", rows):
            return
        table = self._ui.adaptStages
        table.rowCount = len(rows)
        for row, texts in enumerate(rows):
            if row < len(before) and before[row] == texts:
                continue
            for column, text in enumerate(texts):
                item = qt.QTableWidgetItem(text)
                item.setToolTip(text)
                table.setItem(row, column, item)
        self._fitStages()

    def _fitStages(self):
        """Let long titles take several lines; where a line holds few words, the times make room for them."""
        table = self._ui.adaptStages
        metrics = qt.QFontMetrics(table.font)
        table.setColumnHidden(2, False)  # a hidden one has no width
        for column in (1, 2):
            table.resizeColumnToContents(column)
        words = (word for row in range(table.rowCount) for word in table.item(row, 0).text().split())
        room = table.viewport().width - table.columnWidth(1) - table.columnWidth(2) - CELL
        isNarrow = table.width < NARROW * metrics.averageCharWidth() or room < max(map(metrics.horizontalAdvance, words), default=0)
        table.setColumnHidden(2, isNarrow)
        self._titles.fit()
        line = metrics.height() + tables.MARGIN // 2
        height = tables.wholeRows(table, FEWEST_LINES * line, MOST_LINES * line)
        height += table.horizontalHeader().sizeHint.height() + 2 * table.frameWidth
        if table.minimumHeight != height:
            table.setFixedHeight(height)
            self._showOpenTab()  # which is as high as what is in it

    def _showCurves(self):
        if self.monitor is not None:
            self._curves.show(self.monitor)

    def _showSample(self):
        self._sample.show(self.monitor)

    def _showScores(self):
        self._scores.show(self.monitor.folder)

    def _showLog(self):
        lines = [_logLine(when, kind, self._title(text) if kind == "done" else text) for when, kind, text in self.monitor.messages]
        before = self._shown.get("log", [])
        if not self._isNew("log", lines):
            return
        if lines[: len(before)] == before:
            for line in lines[len(before) :]:
                self._ui.adaptLog.appendPlainText(line)
        else:
            self._ui.adaptLog.setPlainText("\n".join(lines))


def _logLine(when, kind, text):
    words = {"started": _("Started"), "finished": _("Finished"), "failed": _("Failed"), "interrupted": _("Stopped")}
    if kind == "run":
        text = words.get(text, text)
    elif kind == "done":
        text = _("Done: {stage}").format(stage=text)
    elif kind == "warning":
        text = _("Note: {text}").format(text=wording.inThePanel(text))
    elif kind == "error":
        text = _("Error: {text}").format(text=wording.inThePanel(text))
    else:
        text = wording.inThePanel(text)
    local = time.localtime(when)
    return f"{wording.day(local)} {time.strftime('%H:%M:%S', local)}  {text}"
