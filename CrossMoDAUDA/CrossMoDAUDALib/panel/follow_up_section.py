"""The section Follow-up: one patient's segmentations of several dates, compared."""

import csv
import datetime
import functools
import html
import shutil

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError, InputError
from ..core.parsing import labels_text
from ..images.names import uncertainty_file
from ..images.raw_nrrd import write_in_pieces
from ..scoring.extent import tumour_of
from ..slicer_nodes import mrml, visits
from . import changes, follow_up_doubt, follow_up_patients, follow_up_results, tables
from .command_runner import CommandRunner
from .fitting import TICK, OnResize, WrappedColumns
from .page_buttons import PageButtons
from .section import FOR_SCANS, Section
from .wording import inThePanel

NAME, DATE = range(2)
PAGE = "follow_up.html"  # as the command names it
MOST_ROWS = 8  # that the list is high


class FollowUpSection(Section):
    """Compares segmentations of the scene.

    Dates are found, or typed into the list, which keeps them with the segmentations.
    """

    def __init__(self, panel):
        super().__init__(panel, "FollowUpSection.ui")
        ui = self.ui
        self.runner = CommandRunner(self.onEvent, self.onEnd)
        self._cells = tables.dress(ui.followUpTable)
        self._nodes = []  # in the rows' order
        self._ticked = {}  # by node ID, as the user chose
        self._listed = None
        self._wrong = ""  # what was typed and is no date
        self._structures = ()
        self._patients = {}  # by node ID; empty where nothing tells
        self._running = ((), "", "", ())  # the segmentations that are compared, the patient, the structure, the days
        self._fingerprints = []  # of their voxels
        self._table = None  # that is shown
        self._said = None  # what the scene's segmentations led to when it was last said
        self._rows, self._patient = [], ""  # what the charts show
        self._remarks = []  # on what is compared, beside the command's
        self._told = set()  # the same as the command tells it on its page, where it is told of them
        self._filling = False
        ui.followUpScans.columnCount = 2
        ui.followUpScans.setHorizontalHeaderLabels([_("Scan"), _("Date")])
        tips = [_("A tick: it is compared."), _("When the scan was made; a double click changes it.")]
        tables.explainHeaders(ui.followUpScans, tips)
        ui.followUpScans.horizontalHeader().setSectionResizeMode(NAME, qt.QHeaderView.Stretch)
        ui.followUpScans.verticalHeader().visible = False
        self._names = WrappedColumns(ui.followUpScans, {NAME: TICK})
        self._watch = OnResize(ui.followUpScans, self._fitList)
        ui.followUpScans.connect("cellChanged(int,int)", self.onCell)
        ui.followUpStructure.addItem(_("The tumour"), "")
        ui.followUpStructure.connect("currentIndexChanged(int)", lambda _index: self._showChosen())
        ui.followUpApply.connect("clicked(bool)", self.onApply)
        plots = follow_up_results.showVolumes, follow_up_results.showDiameters
        for button, plot in zip((ui.followUpPlotVolumes, ui.followUpPlotDiameters), plots, strict=True):
            button.connect("clicked(bool)", lambda _checked, plot=plot: plot(self._rows, self._patient, self._table))
        self._page = PageButtons(ui.followUpOpenPage, ui.followUpSavePage, self.show, functools.partial(self.say, ui.followUpPageStatus))
        ui.followUpButton.connect("contentsCollapsed(bool)", lambda _isCollapsed: self.showResults())

    # The list -----------------------------------------------------------------------------------------------------------

    def showResults(self):
        """List the scene's segmentations anew."""
        self._nodes = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if not node.GetHideFromEditors()]
        self._patients = {node.GetID(): visits.patient_of(node) for node in self._nodes}
        found = [(node, visits.date_of(node)) for node in self._nodes]
        listed = [(node.GetID(), mrml.name_with_scan(node), str(date.day) if date else "", _contradiction(date)) for node, date in found]
        if listed != self._listed:
            self._listed = listed
            self._fill(listed)
        self._showTicks()
        self._listStructures()
        if not self.runner.running:
            self._showComparison()
        follow_up_results.showChartsOf(self._table)
        if not self._rows and not self.runner.running:
            chosen = self._chosen()
            strangers = self._strangers(chosen) if len(chosen) > 1 else []
            self._sayNew(" ".join(filter(None, [self._problem(), *self._contradictions(), *strangers])))
        self.update()

    def _showChosen(self):
        """The user has chosen something else: what was said of the work before goes."""
        self._said = None
        self.showResults()

    def _sayNew(self, text):
        """Say what the scene's segmentations lead to, unless that was the last of this kind: what was said since, as a failure, stays."""
        if text != self._said:
            self._said = text
            self.say(self.ui.followUpStatus, text)

    def _showTicks(self):
        """Tick what is compared; what nothing ties to the others' patient only where the user has ticked it."""
        ticked, table = {node.GetID() for node in self._chosen()}, self.ui.followUpScans
        self._filling = True
        for row, node in enumerate(self._nodes):
            state = qt.Qt.Checked if node.GetID() in ticked else qt.Qt.Unchecked
            if table.item(row, NAME).checkState() != state:
                table.item(row, NAME).setCheckState(state)
        self._filling = False

    def _showComparison(self):
        """Show what was found of just the ticked segmentations as they are now; nothing of others."""
        chosen = self._chosen()
        days = [str(visits.day_of(node)) for node in chosen]
        found = follow_up_results.find(slicer.util.getNodesByClass("vtkMRMLTableNode"), chosen, self._structure(), days)
        if found is None:
            if self._table is not None:
                self._clearResults()
            return
        if found is not self._table:
            self._clearResults()
            kept = follow_up_results.Comparison.of(found)
            self._table, self._rows, self._patient = found, kept.rows, kept.patient
            tables.show(self.ui.followUpTable, found, mayStack=True)
        named = _("{title}: {names}").format(title=found.GetName(), names=", ".join(mrml.name_with_scan(node) for node in chosen))
        changed = self.panel.changes.changedOf(found, chosen)
        self.say(self.ui.followUpTableTitle, changes.titled(named, changed, chosen))
        if not self._wrong:
            text = follow_up_results.Comparison.of(found).text
            again = [_("This was found before a segmentation was changed; press Apply to compare them as they are now.")] if changed else []
            self._sayNew("\n".join([*again, text]))

    def _structure(self):
        return self.ui.followUpStructure.itemData(self.ui.followUpStructure.currentIndex) or ""

    def _fill(self, listed):
        table = self.ui.followUpScans
        self._filling = True
        table.rowCount = len(listed)
        icon = table.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        for row, (_identifier, name, day, contradiction) in enumerate(listed):
            tick = qt.QTableWidgetItem(name)
            tick.setToolTip(name)
            tick.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsUserCheckable)
            tick.setCheckState(qt.Qt.Unchecked)
            table.setItem(row, NAME, tick)
            date = qt.QTableWidgetItem(day)
            date.setFlags(qt.Qt.ItemIsEnabled | qt.Qt.ItemIsEditable)
            tip = _("When the scan was made, as 2024-03-01; a double click changes it.")
            date.setToolTip("\n".join(filter(None, [contradiction, tip])))
            if contradiction:
                date.setIcon(icon)
            table.setItem(row, DATE, date)
        self._filling = False
        self.show(table, bool(listed))
        self._fitList()

    def _fitList(self):
        """Give each scan as many lines as its name takes."""
        table = self.ui.followUpScans
        table.resizeColumnToContents(DATE)
        table.setColumnWidth(
            DATE, max(table.columnWidth(DATE), qt.QFontMetrics(table.font).horizontalAdvance("2024-03-01 ") + tables.MARGIN)
        )
        self._names.fit(table.verticalHeader().defaultSectionSize)
        rows = min(table.rowCount, MOST_ROWS)
        height = table.horizontalHeader().sizeHint.height() + sum(table.rowHeight(row) for row in range(rows)) + 2 * table.frameWidth
        if table.minimumHeight != height:
            table.setFixedHeight(height)

    def onCell(self, row, column):
        """A segmentation was ticked, or a date was typed."""
        if self._filling or row >= len(self._nodes):
            return
        self._said = None
        node, item = self._nodes[row], self.ui.followUpScans.item(row, column)
        if column == NAME:
            ticked = set(self._chosen())
            self._ticked = {each.GetID(): each in ticked for each in self._nodes}  # a tick changes no other
            self._ticked[node.GetID()] = item.checkState() == qt.Qt.Checked
        else:
            try:
                visits.set_day(node, item.text())
                self._wrong = ""
            except ValueError:
                self._wrong = _("'{text}' is no date; write it as 2024-03-01.").format(text=item.text())
                self.say(self.ui.followUpStatus, self._wrong)
                self.update()
                return
        self.showResults()

    def _listStructures(self):
        """Offer the segments that the scene's segmentations have."""
        names = tuple(dict.fromkeys(name for node in self._nodes for name in mrml.structure_names(node)))
        if names == self._structures:
            return
        self._structures, combo = names, self.ui.followUpStructure
        chosen, wasBlocked = combo.itemData(combo.currentIndex), combo.blockSignals(True)
        combo.clear()
        combo.addItem(_("The tumour"), "")
        for name in names:
            combo.addItem(name, name)
        combo.currentIndex = max(combo.findData(chosen), 0)
        combo.blockSignals(wasBlocked)

    def _chosen(self):
        return follow_up_patients.ticked(self._nodes, self._patients, self._ticked)

    def _strangers(self, chosen):
        """What must be known about whose scans the chosen are."""
        unknown = [mrml.name_with_scan(node) for node in follow_up_patients.unknown(chosen, self._patients)]
        return follow_up_patients.told(unknown, len(chosen))

    def _contradictions(self):
        """What must be known about the dates of the chosen."""
        said = [(node, _contradiction(visits.date_of(node))) for node in self._chosen()]
        return [f"'{mrml.name_with_scan(node)}': {sentence}" for node, sentence in said if sentence]

    def update(self):
        ui, isRunning = self.ui, self.runner.running
        problem = self._problem()
        ui.followUpApply.text = _("&Cancel") if isRunning else _("&Apply")
        ui.followUpApply.enabled = isRunning or not problem
        ui.followUpApply.toolTip = _("End the work.") if isRunning else problem or _("Measure and compare the ticked segmentations.")
        self.show(ui.followUpProgress, isRunning)
        for button in (ui.followUpPlotVolumes, ui.followUpPlotDiameters):
            self.show(button, bool(self._rows) and not isRunning)

    def _problem(self):
        """Why the comparison cannot begin; empty if it can."""
        chosen = self._chosen()
        if self._wrong:
            return self._wrong
        if len(chosen) < 2:
            return _("Load or make segmentations of two dates or more, and tick them.")
        lacking = [node for node in chosen if visits.day_of(node) is None]
        if lacking:
            return _("Type the date of '{name}', as 2024-03-01.").format(name=mrml.name_with_scan(lacking[0]))
        days = [visits.day_of(node) for node in chosen]
        late = [node for node, day in zip(chosen, days, strict=True) if day > datetime.date.today()]
        if late:
            return _("The date of '{name}' is in the future; type the right one.").format(name=mrml.name_with_scan(late[0]))
        twice = [node for number, node in enumerate(chosen) if days[number] in days[:number]]
        if twice:
            told = _("Two of the ticked segmentations are of {date}; untick '{name}', or type its right date.")
            return told.format(date=visits.day_of(twice[0]), name=mrml.name_with_scan(twice[0]))
        patients = sorted({self._patients[node.GetID()] for node in chosen} - {""})
        if len(patients) > 1:
            told = _("The ticked segmentations are of different patients ({patients}); tick those of one.")
            return told.format(patients=", ".join(patients))
        return ""

    # The work -----------------------------------------------------------------------------------------------------------

    def onApply(self, _checked=False):
        """Start, or cancel what runs."""
        if self.runner.running:
            self.runner.cancel()
            return
        self.showResults()  # names may have changed
        if self._problem() or not self.panel.checkDependencies(self, self.ui.followUpStatus, *FOR_SCANS):
            return
        chosen = self._chosen()
        structure = self._structure() or None
        values, doubts, lost = follow_up_doubt.values_and_doubts(chosen)
        try:
            tumour = tumour_of(values, structure)
        except CrossModaError:
            self.say(self.ui.followUpStatus, _("Choose the structure to follow."))
            return
        followed = {name: value for name, value in values.items() if value in tumour.values}
        labels = values if doubts else followed
        left_out = [follow_up_doubt.lostText().format(name=mrml.name_with_scan(node)) for node in lost]
        remarks = [*self._strangers(chosen), *self._contradictions(), *left_out]
        dates = [visits.date_of(node) for node in chosen]
        losses = dict.fromkeys(lost, follow_up_doubt.LOST)
        strange = dict.fromkeys(follow_up_patients.unknown(chosen, self._patients), follow_up_patients.UNKNOWN)
        notes = [(date.contradiction, losses.get(node), strange.get(node)) for node, date in zip(chosen, dates, strict=True)]
        told = [list(filter(None, each)) for each in notes]
        patient = next(filter(None, (self._patients[node.GetID()] for node in chosen)), "")
        self._running = (chosen, patient, structure or "", [str(date.day) for date in dates])
        self._fingerprints, self._remarks, self._told = [], remarks, {note for notes in told for note in notes}

        def prepare(folder):
            rows = [["patient", "date", "date_from", "file", "remarks"]]
            for number, (node, date) in enumerate(zip(chosen, dates, strict=True), 1):
                there = mrml.structure_names(node)
                own = {name: value for name, value in followed.items() if name in there}
                if not own:
                    raise InputError(
                        _("'{name}' has no segment {structure}; untick it.").format(name=node.GetName(), structure=tumour.name)
                    )
                name = f"scan_{number:04d}.nrrd"
                if node in doubts:  # which are of the whole label map; of segments that overlap the last counts
                    own = {**{other: value for other, value in labels.items() if other in there and other not in own}, **own}
                    shutil.copyfile(doubts[node], uncertainty_file(folder / name))
                fingerprint, label_map = yield from mrml.label_volume_with_fingerprint(node, own)
                self._fingerprints.append(fingerprint)
                yield from write_in_pieces(label_map, folder / name)
                rows.append([patient or _("the patient"), str(date.day), date.source, name, "; ".join(told[number - 1])])
            with (folder / "scans.csv").open("w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(rows)

        def arguments(folder):
            words = ["follow-up", str(folder / "scans.csv"), "-o", str(folder / "results"), "--set", f"labels={labels_text(labels)}"]
            return [*words, "--structure", structure] if structure else words

        self._clearResults()
        self._said = None  # the same may be found again
        self.say(self.ui.followUpStatus, _("Measuring..."))
        self.ui.followUpProgress.setRange(0, 0)
        self.runner.start(prepare, arguments)
        self.update()

    def onEvent(self, event):
        """Show progress."""
        if event["kind"] == "progress":
            self.ui.followUpProgress.setRange(0, event["total"])
            self.ui.followUpProgress.value = event["step"]

    def onEnd(self, outcome, message):
        """Show the comparison, or why there is none."""
        chosen, patient, structure, days = self._running
        text = {"failed": self._withNames(message), "cancelled": _("Cancelled."), "finished": ""}[outcome]
        if outcome == "finished":
            results = self.runner.folder / "results"
            self._rows, self._patient = tables.readCsv(results / "follow_up.csv"), patient
            there = [node for node in chosen if node.GetScene() is not None]
            node = follow_up_results.comparisonTable(self._rows, patient, there, structure)
            changes.keep(node, self._fingerprints)
            growth = tables.readCsv(results / "growth.csv")
            said = dict.fromkeys([*(row["notes"] for row in growth), *self._scanNotes()])
            notes = [f"\N{BULLET} {note}" for note in (*(inThePanel(note) for note in said if note), *self._remarks)]
            self._page.keep(self._withNames((results / PAGE).read_text(encoding="utf-8"), html.escape), node.GetName())
            text = "\n".join([follow_up_results.growthText(growth), *notes, _("Not for clinical use.")])
            follow_up_results.Comparison(self._rows, patient, structure, days, text).keepWith(node)
            self._table = node
            tables.show(self.ui.followUpTable, node, mayStack=True)
        self.showResults()  # other segmentations may be ticked by now, or these may be gone or changed
        if outcome != "finished":
            self.say(self.ui.followUpStatus, text)

    def _scanNotes(self):
        notes = [(row["date"], note) for row in self._rows for note in row["notes"].split("; ") if note and note not in self._told]
        return [f"{date}: {inThePanel(note)}." for date, note in notes]

    def _withNames(self, text, written=str):
        """A text of the command's, with the segmentations' names for those of the files that it was given.

        Args:
            written: how a name is written in such a text.
        """
        for number, node in enumerate(self._running[0], 1):
            file = self.runner.folder / f"scan_{number:04d}.nrrd" if self.runner.folder else None
            name = written(node.GetName())
            text = text.replace(str(file), name).replace(f"scan_{number:04d}.nrrd", name)
        return text

    def _clearResults(self):
        """Show nothing of a comparison."""
        self._rows, self._table = [], None
        tables.show(self.ui.followUpTable, None)
        for label in (self.ui.followUpTableTitle, self.ui.followUpPageStatus):
            self.say(label, "")
        self._page.forget()

    def setParameters(self, parameters):
        super().setParameters(parameters)
        if parameters is not None:
            self.showResults()

    def onSceneClosing(self):
        self.runner.cancel()
        self._nodes, self._listed, self._ticked, self._wrong = [], None, {}, ""
        self._running, self._patients = ((), "", "", ()), {}
        self._structures, self._said = (), None
        self.ui.followUpScans.rowCount = 0
        self.show(self.ui.followUpScans, False)
        self._clearResults()
        self.say(self.ui.followUpStatus, "")

    def cleanup(self):
        self.runner.cleanup()
        self._page.forget()


def _contradiction(date):
    """That what tells a scan's date does not agree, in a sentence; empty where it does."""
    if date is None or not date.others:
        return ""
    others = ", ".join(f"{other.day} ({inThePanel(other.source)})" for other in date.others)
    text = _("{date} ({source}) counts, but there is also {others}; type the right date.")
    return text.format(date=date.day, source=inThePanel(date.source), others=others)
