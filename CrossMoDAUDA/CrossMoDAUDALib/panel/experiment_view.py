"""How an experiment goes: steps, curves, the latest sample, scores and the log, shown from its folder."""

import csv
import time

import qt
from slicer.i18n import tr as _

from ..errors import CrossModaError
from ..monitor import Monitor
from . import wording
from .curves import drawCurves

POLL_MS = 500


class ExperimentView:
    """Follows one experiment folder with a timer; reading is cut into pieces so that the window never waits.

    Args:
        ui: the section's widgets.
        onState: called after every look at the folder that found something new.
    """

    def __init__(self, ui, onState):
        self._ui, self._onState = ui, onState
        self.monitor = None
        self.problem = ""
        self._shown = {}  # what each part shows, so that only what has changed is drawn again
        self._timer = qt.QTimer()
        self._timer.interval = POLL_MS
        self._timer.connect("timeout()", self.poll)
        for table, titles in ((ui.adaptStages, [_("Step"), _("State"), _("Time")]), (ui.adaptScores, [])):
            table.columnCount = len(titles)
            table.setHorizontalHeaderLabels(titles)
            table.verticalHeader().visible = False
            table.verticalHeader().setDefaultSectionSize(_rowHeight(table))
        ui.adaptStages.horizontalHeader().setSectionResizeMode(0, qt.QHeaderView.Stretch)
        ui.adaptCurveChoice.connect("currentIndexChanged(int)", lambda _index: self._showCurves())
        ui.adaptTabs.connect("currentChanged(int)", lambda _index: self._showOpenTab())

    def open(self, folder):
        """Follow an experiment folder, or none."""
        self._timer.stop()
        self.monitor = Monitor(folder) if folder is not None else None
        self.problem, self._shown = "", {}
        wasBlocked = self._ui.adaptCurveChoice.blockSignals(True)
        self._ui.adaptCurveChoice.clear()
        self._ui.adaptCurveChoice.blockSignals(wasBlocked)
        self._ui.adaptLog.setPlainText("")
        self.poll()
        if self.monitor is not None:
            self._timer.start()

    def close(self):
        """Stop following; whatever works goes on."""
        self._timer.stop()

    def poll(self):
        """Look at the folder once."""
        if self.monitor is None:
            return
        before = (self.monitor.state, self.problem)
        try:
            hasNews = self.monitor.poll()
            self.problem = ""
        except CrossModaError as error:
            self.problem, hasNews = str(error), False
        if hasNews or before != (self.monitor.state, self.problem) or "state" not in self._shown:
            self._shown["state"] = True
            self._showProgress()
            self._showOpenTab()
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
        parts = [wording.stageTitle(stage.name)]
        if stage.total:
            parts.append(_("{step} of {total}").format(step=stage.step, total=stage.total))
        if isOn and stage.remaining is not None:
            parts.append(_("about {time} left in this step").format(time=wording.duration(stage.remaining)))
        ui.adaptStageText.text = ", ".join(parts)

    def _showOpenTab(self):
        if self.monitor is None:
            return
        shows = [self._showStages, self._showCurves, self._showSample, self._showScores, self._showLog]
        shows[self._ui.adaptTabs.currentIndex]()

    def _isNew(self, part, content):
        """Whether a part shows something else than this content, which it is then taken to show."""
        isNew = self._shown.get(part) != content
        self._shown[part] = content
        return isNew

    def _showStages(self):
        rows = [
            (wording.stageTitle(stage.name), wording.stageState(stage), wording.duration(stage.seconds) if stage.seconds else "")
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
                table.setItem(row, column, qt.QTableWidgetItem(text))
        for column in (1, 2):
            table.resizeColumnToContents(column)

    def _showCurves(self):
        if self.monitor is None:
            return
        combo, label = self._ui.adaptCurveChoice, self._ui.adaptCurves
        charts = list(dict.fromkeys((stage, wording.chartOf(name)) for stage, name in self.monitor.curves))
        if combo.count < len(charts):
            wasBlocked = combo.blockSignals(True)
            for stage, chart in charts[combo.count :]:
                combo.addItem(_("{stage} ({chart})").format(stage=wording.stageTitle(stage), chart=wording.chartTitle(chart)))
            combo.currentIndex = combo.count - 1  # the training that runs
            combo.blockSignals(wasBlocked)
        combo.visible = bool(charts)
        if not charts:
            label.text = _("Curves come with the first steps of a training.")
            return
        stage, chart = charts[max(combo.currentIndex, 0)]
        curves = {
            wording.quantityTitle(name): (curve.steps, curve.values)
            for (of, name), curve in self.monitor.curves.items()
            if of == stage and wording.chartOf(name) == chart
        }
        size = (label.width, label.height)
        ends = [(len(steps), steps[-1]) for steps, _values in curves.values() if steps]
        if self._isNew("curves", (stage, chart, size, ends)):
            label.setPixmap(drawCurves(curves, *size, label.devicePixelRatioF(), label.palette, label.font))

    def _showSample(self):
        path, label = self.monitor.folder / "translation" / "samples" / "latest.png", self._ui.adaptSamplePicture
        if not path.is_file():
            label.text = _("Samples come with the first epoch of the translation's training.")
            return
        if self._isNew("sample", (path.stat().st_mtime_ns, label.width)):
            picture = qt.QPixmap(str(path))
            if not picture.isNull():
                ratio = label.devicePixelRatioF()
                picture = picture.scaledToWidth(max(int(label.width * ratio), 1), qt.Qt.SmoothTransformation)
                picture.setDevicePixelRatio(ratio)
                label.setPixmap(picture)

    def _showScores(self):
        path, table = self.monitor.folder / "evaluation" / "table.csv", self._ui.adaptScores
        if not path.is_file():
            table.rowCount = table.columnCount = 0
            return
        if not self._isNew("scores", path.stat().st_mtime_ns):
            return
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        # A mean and, beside it, its standard deviation become one column.
        columns = [(index, name) for index, name in enumerate(header) if not name.endswith("_std")]
        table.rowCount, table.columnCount = len(rows), len(columns)
        table.setHorizontalHeaderLabels([_scoreTitle(name) for _index, name in columns])
        for row, texts in enumerate(rows):
            for column, (index, name) in enumerate(columns):
                text = texts[index] if index else _rowTitle(texts[index])
                if f"{name}_std" in header and text:
                    text = f"{float(text):.3g} ± {float(texts[header.index(name + '_std')]):.2g}"
                table.setItem(row, column, qt.QTableWidgetItem(text))
        table.resizeColumnsToContents()

    def _showLog(self):
        lines = [_logLine(*message) for message in self.monitor.messages]
        before = self._shown.get("log", [])
        if not self._isNew("log", lines):
            return
        if lines[: len(before)] == before:
            for line in lines[len(before) :]:
                self._ui.adaptLog.appendPlainText(line)
        else:
            self._ui.adaptLog.setPlainText("\n".join(lines))


def _rowHeight(table):
    return qt.QFontMetrics(table.font).height() + 8


def _rowTitle(name):
    """A training's name in the table of scores, in the panel's words."""
    number = name.removeprefix("iteration ")
    if number == name:
        return _("Source only") if name == "source only" else name
    return _("Self-training {round}").format(round=number) if number != "0" else _("Before self-training")


def _logLine(when, kind, text):
    words = {"started": _("Started"), "finished": _("Finished"), "failed": _("Failed"), "interrupted": _("Stopped")}
    if kind == "run":
        text = words.get(text, text)
    elif kind == "done":
        text = _("Done: {step}").format(step=wording.stageTitle(text))
    elif kind == "warning":
        text = _("Note: {text}").format(text=text)
    elif kind == "error":
        text = _("Error: {text}").format(text=text)
    return f"{time.strftime('%d %b %H:%M:%S', time.localtime(when))}  {text}"


def _scoreTitle(name):
    if name.startswith("dice_mean"):
        return _("DSC, mean")
    for prefix, title in (("dice_", _("DSC, {structure}")), ("assd_mm_", _("ASSD, {structure} (mm)"))):
        if name.startswith(prefix):
            return title.format(structure=name.removeprefix(prefix))
    return {"method": _("Training"), "cases": _("Scans")}.get(name, name)
