"""The section Adapt: check the scans, choose the settings, start, watch, stop and resume training."""

import functools
from pathlib import Path

import qt
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.layout import ITERATIONS
from ..core.settings import preset_settings
from ..experiment.folder import Experiment, check_folder
from . import sample_data, wording
from .adapt_workers import AdaptWorkers
from .cases_table import CasesTable
from .command_runner import CommandRunner
from .experiment_view import ExperimentView
from .model_packages import NnUNetExport, PackageExport, WorkBar
from .moved_scans import MovedScans
from .parameters import changePreset, ofPreset
from .places_row import PlacesRow
from .refusals import Refusals
from .report_button import ReportButton
from .scan_folders import EVALUATION_SCANS, SCANS, ScanFolders, ScanKinds
from .section import FOR_PLACES, FOR_SCANS, ON, Section
from .settings_form import SettingsForm
from .show_case import ShowCase
from .tool_texts import ToolTexts
from .under_way import UnderWay
from .workers import Workers

READ_BY = ("labels", "reading")  # settings, by themselves or by their section, that the check of the scans takes


class AdaptSection(AdaptWorkers, Section):
    """Trains in a process of its own, which goes on when Slicer is closed; the folder tells how it stands."""

    def __init__(self, panel):
        super().__init__(panel, "AdaptSection.ui")
        ui = self.ui
        self.bindPath("experiment", ui.adaptExperimentPath, isRemembered=True)
        names = [name for options in (*SCANS.values(), EVALUATION_SCANS) for name in options]
        paths = {name: getattr(ui, "adapt" + name[0].upper() + name[1:]) for name in names}
        self._scanEdits = paths
        for name, edit in paths.items():
            self.bindPath(name, edit)
        self.bindChoice(
            "scansKind",
            ui.adaptScansKind,
            [
                ("crossmoda", _("One folder, crossMoDA's names"), _("Files named *_ceT1, *_hrT2 or *_T2, and *_Label.")),
                ("folders", _("Folders of images and labels"), _("One folder for each kind of file; any file names.")),
            ],
        )
        self.bindChoice("preset", ui.adaptPreset, wording.presetTitles())
        self.bindChoice("translator", ui.adaptTranslator, wording.translatorTitles())
        self.bindChoice("trainingDevice", ui.adaptDevice, self.deviceChoices())
        self._bound.append(("iterations", lambda: ui.adaptIterations.value, lambda value: setattr(ui.adaptIterations, "value", value)))
        ui.adaptIterations.connect("valueChanged(int)", self.onIterations)
        self.onIterations(ui.adaptIterations.value)
        ui.adaptPreset.connect("currentIndexChanged(int)", self.onPreset)
        ui.adaptTranslator.connect("currentIndexChanged(int)", self.onTranslator)
        self.scanFolders = ScanFolders()
        self.scanKinds = ScanKinds(self, self.scanFolders)
        self.settingsForm = SettingsForm(ui.adaptAdvanced.layout(), lambda changed: self._take("settings", changed))
        self.cases = CasesTable(ui, self.show)
        self.checker = CommandRunner(self.onCheckEvent, self.onCheckEnd)
        self.view = ExperimentView(ui, self.update)
        ui.adaptCheck.connect("clicked(bool)", self.onCheck)
        say = functools.partial(self.say, ui.adaptCheckStatus)
        self.samples = sample_data.SampleScans(ui.adaptSample, ui.adaptCheckProgress, say, self._isRead, self.onSampleChanged)
        ui.adaptStart.connect("clicked(bool)", lambda _checked: self._startTraining())
        self.moved = MovedScans(ui.adaptScansMoved, self.show, self._startTraining)
        ui.adaptStop.connect("clicked(bool)", self.onStop)
        ui.adaptUseModel.connect("clicked(bool)", self.onUseModel)
        isReady = functools.partial(panel.checkDependencies, self, ui.adaptPackageStatus)
        self.toolTexts = ToolTexts(self._sayOfTools)
        bar = WorkBar(ui.adaptPackageProgress, self.show)
        self.package = PackageExport(ui.adaptPackage, self.toolTexts.of("package"), isReady, bar)
        self.showCase = ShowCase(ui.adaptShowCaseChoice, ui.adaptShowCase, self.toolTexts.of("case"), isReady)
        ui.adaptPackage.connect("clicked(bool)", lambda _checked: self.package.save(self._watched))
        self.export = NnUNetExport(ui.adaptExport, self.toolTexts.of("export"), isReady, bar)
        ui.adaptExport.connect("clicked(bool)", lambda _checked: self.export.save(self._watched))
        ui.adaptOpenFolder.connect("clicked(bool)", self.onOpenFolder)
        self.report = ReportButton(ui.adaptReport, self.toolTexts.of("report"), isReady)
        ui.adaptReport.connect("clicked(bool)", lambda _checked: self.report.open(self._watched))
        self.workers = Workers(self.onWorkerEnd, self.onWorkerStop)
        self.underWay = UnderWay(self.workers.place.is_alive, panel.showStatus)
        self.refusals = Refusals(self.update)
        self.places = PlacesRow(self, self._take)
        self.cases.clear()
        self.say(ui.adaptCheckStatus, "")
        self._followed = set()  # folders whose workers elsewhere were followed again from here
        self._lastWords = {}  # by folder, of workers that were started here
        self._watched = None
        self._recognised = ""  # what was last said of the chosen folders
        self._checkedScans = None  # what the table of cases is about
        self._notes = []  # of the check on the cohort as a whole

    # What is shown ------------------------------------------------------------------------------------------------------

    def setParameters(self, parameters):
        if parameters is not None and not parameters.experiment and self.workers.folders():
            parameters.experiment = str(self.workers.folders()[-1])  # the scene was closed, the training goes on
        super().setParameters(parameters)

    def showParameters(self):
        super().showParameters()
        if self.parameters is not None:
            self._showSettings()
            self._watch()
            self.update()

    def _showSettings(self):
        self.settingsForm.show(self.parameters.preset, self.parameters.translator, self.parameters.settings)

    def _watch(self):
        """Follow the chosen experiment folder."""
        folder = Path(self.parameters.experiment) if self.parameters.experiment else None
        if folder != self._watched:
            self._watched = folder
            self._followed.discard(folder)
            self.view.open(folder)
            tools = {"package": self.package, "export": self.export, "report": self.report}
            self.toolTexts.forget("case", *(name for name, tool in tools.items() if not tool.runner.running))

    def update(self):
        ui, parameters = self.ui, self.parameters
        if parameters is None:
            return
        monitor = self.view.monitor
        state = monitor.state if monitor is not None else "none"
        isNew = not self._isExperiment()
        if self._checkedScans not in (None, self._checkWords()):  # the table tells of other scans, or of these read otherwise
            self._checkedScans = None
            self.checker.cancel()
            self.cases.clear()
            self.say(ui.adaptCheckStatus, "")
        self.setRowVisible(self._scanEdits["evaluateLabels"], self.scanFolders.takesLabels(parameters, "evaluateLabels"))
        if self._checkedScans is None and (text := self.scanFolders.text(parameters)) != self._recognised:
            self._recognised = text
            self.say(ui.adaptCheckStatus, text)
        isOn = state in ON or self.workers.isStarting(self._watched)
        for group in (ui.adaptScans, ui.adaptSettings):
            self.show(group, isNew)
        self.places.show(isNew, self._elsewhere(), isOn)
        self.followAgain(self._watched, monitor)
        for kind, names in SCANS.items():
            for name in names:
                self.setRowVisible(self._scanEdits[name], kind == parameters.scansKind and self.scanFolders.takesLabels(parameters, name))
        self.scanKinds.show(parameters)
        problem = self.view.problem or self._problem(isNew)
        self.say(ui.adaptExperimentInfo, self._experimentText(isNew))
        for group in (ui.adaptScans, ui.adaptSettings):
            group.enabled = not isOn
        ui.adaptCheck.text = _("&Cancel check") if self.checker.running else _("&Check scans")
        ui.adaptCheck.enabled = self.checker.running or not (self._missingScans() or self.samples.running)
        isCrossmoda = parameters.scansKind == "crossmoda"
        self.samples.show(parameters.crossmoda if isCrossmoda else "", not self.checker.running)
        self.show(ui.adaptSample, isCrossmoda or self.samples.running)  # what is made lies as there
        self.show(ui.adaptCheckProgress, self.checker.running or self.samples.running)
        ui.adaptAdvancedNote.text = self.settingsForm.problem or _("Settings in bold differ from the preset.")
        ui.adaptStart.text = _("Re&sume") if not isNew and state in ("idle", "interrupted", "failed", "died") else _("&Start")
        ui.adaptStart.enabled = not problem and not isOn and not self.workers.has(self._watched) and state not in ("finished", "reading")
        ui.adaptStart.toolTip = problem or _("Training goes on when Slicer is closed.")
        said = (monitor.last_run.error, self._lastWords.get(self._watched, "")) if ui.adaptStart.enabled and not isNew else ()
        self.moved.follow(self._watched, " ".join(said))
        self.show(ui.adaptStop, isOn or not isNew)
        ui.adaptStop.enabled = isOn and not self.workers.isStopping(self._watched)
        self.say(ui.adaptStatus, self._statusText(problem, state))
        ui.adaptStatus.toolTip = wording.workerText(monitor) if monitor is not None else ""
        self.showCase.follow(None if isNew else self._watched)
        isAtWork = any(tool.runner.running for tool in (self.package, self.export, self.report))  # which can be cancelled
        self.show(ui.adaptProgressPanel, state != "none" or isOn or isAtWork)
        hasModel = self._watched is not None and any(self._watched.glob(f"{ITERATIONS}/model/model.json"))
        ui.adaptUseModel.enabled = hasModel
        # What works can be cancelled, whatever folder is shown meanwhile.
        ui.adaptPackage.enabled = hasModel or self.package.runner.running
        ui.adaptExport.enabled = hasModel or self.export.runner.running
        ui.adaptReport.enabled = not isNew or self.report.runner.running
        self.panel.showStatus()

    def _sayOfTools(self, text):
        self.say(self.ui.adaptPackageStatus, text)
        self.update()  # one may have ended

    def _isExperiment(self):
        """Whether the chosen folder holds an experiment; not if it cannot be read, which :meth:`_problem` then tells."""
        try:
            return self._watched is not None and Experiment.exists(self._watched)
        except OSError:
            return False

    def _elsewhere(self):
        """Where the experiment runs; None for this computer, and for one that has not begun."""
        return self.view.monitor.elsewhere if self.view.monitor is not None else None

    def _problem(self, isNew):
        """Why training cannot be started; empty when it can."""
        if self._watched is None:
            return _("Choose a folder for the experiment.")
        if self.places.problem or not isNew:
            return self.places.problem
        try:
            check_folder(self._watched)
        except (CrossModaError, OSError) as error:
            return wording.inThePanel(explain(error)[0])
        return self._missingScans() or self.settingsForm.problem

    def _missingScans(self):
        return self.scanFolders.missing(self.parameters)

    def _experimentText(self, isNew):
        settings = self.view.monitor.settings if self.view.monitor is not None else None
        if isNew or settings is None:
            return self.view.problem
        return wording.settingsSummary(settings, self._elsewhere())

    def _statusText(self, problem, state):
        if refusal := self.refusals.text(self._watched, state):
            return refusal
        if self.workers.isStopping(self._watched):
            return _("Stopping after the current training step...")
        if self.workers.isStarting(self._watched) and state not in ON:
            return _("Starting...")
        if self.workers.wasForced(self._watched) and state == "died":
            return _("Stopped by force, because it did not answer. Resume goes on from the last checkpoint.")
        text = wording.experimentState(self.view.monitor) if state != "none" else problem
        if state == "failed" and self.view.monitor.last_run.is_cohort_refused:
            return text
        if state == "died" and (said := self._lastWords.get(self._watched)):
            text += " " + _("Its last words: {words}").format(words=wording.inThePanel(said))
        if state in ("failed", "died") and (log := self._watched / "worker.log").is_file():
            text += " " + _("Details are in {log}.").format(log=log)
        return text

    # Scans --------------------------------------------------------------------------------------------------------------

    def _scanWords(self):
        return self.scanFolders.words(self.parameters)

    def _checkWords(self):
        """What a check of the scans depends on."""
        changed = self.settingsForm.changed()
        return [*self._scanWords(), *(f"{key}={value}" for key, value in changed.items() if key.partition(".")[0] in READ_BY)]

    def _settingWords(self):
        parameters = self.parameters
        changed = self.settingsForm.changed()
        words = ["--preset", parameters.preset, "--translator", parameters.translator, "--iterations", str(parameters.iterations)]
        return words + [word for key, value in changed.items() for word in ("--set", f"{key}={value}")]

    def onCheck(self, _checked=False):
        """Read every scan and list what does not fit; or cancel that."""
        if self.checker.running:
            self.checker.cancel()
            return
        self.settingsForm.takeTyped()  # which the form itself says the problem of
        if self.settingsForm.problem or not self.panel.checkDependencies(self, self.ui.adaptCheckStatus, *FOR_SCANS):
            return
        self.cases.clear()
        self.scanFolders.forget()
        self._rememberFolders()
        self._checkedScans, self._notes = self._checkWords(), []
        self.say(self.ui.adaptCheckStatus, _("Reading the scans..."))
        self.ui.adaptCheckProgress.setRange(0, 0)
        words = [*self._scanWords(), *self._settingWords()]
        self.checker.start(lambda _folder: (), lambda folder: ["run", "--dry-run", "-o", str(folder / "none"), *words])
        self.update()

    def onCheckEvent(self, event):
        """Add a case to the table, or move the bar."""
        if event["kind"] == "case":
            self.cases.add(event)
        elif event["kind"] == "warning":
            self._notes.append(wording.inThePanel(event["message"]))
        elif event["kind"] == "progress":
            self.ui.adaptCheckProgress.setRange(0, event["total"])
            self.ui.adaptCheckProgress.value = event["step"]

    def onCheckEnd(self, outcome, message):
        """Say what was found."""
        self.cases.finish()
        several = _("{cases} scans read, {problems} with problems, {notes} with notes.")
        found = (_("One scan read, {problems} with problems, {notes} with notes.") if self.cases.cases == 1 else several).format(
            cases=self.cases.cases, problems=self.cases.count("problems"), notes=self.cases.count("warnings")
        )
        texts = {
            "finished": " ".join(filter(None, [found, message, *self._notes])),
            "failed": message,
            "cancelled": _("The check was cancelled."),
        }
        self.say(self.ui.adaptCheckStatus, texts[outcome])
        self.update()

    def onSampleChanged(self, cohort):
        """Choose sample scans that were made, with their preset, none where they were removed, and show what can be pressed."""
        if self.parameters is not None and cohort is not None:
            self.useCohort(cohort)
            changePreset(self.parameters, *(("quick", "sample") if cohort else ("sample", "quick")))
            self.showParameters()
        self.update()

    def _isRead(self, cohort):
        """Whether a training that was started here, is shown or is remembered reads scans of a folder, by whatever link."""
        monitor = self.view.monitor
        isShownOn = monitor is not None and monitor.state in ON
        for folder in {*self.workers.folders(), *([self._watched] if isShownOn else []), *self.underWay.all()}:
            try:
                files = Experiment.load(folder).scan_digests()
            except (CrossModaError, OSError):  # a study, or one that is just being made: it may read them
                return True
            if any(Path(file).resolve().is_relative_to(Path(cohort).resolve()) for file in files):
                return True
        return False

    def useCohort(self, folder):
        """Choose a folder of scans in crossMoDA's layout."""
        self.parameters.scansKind = "crossmoda"
        self.parameters.crossmoda = str(folder)
        self.showParameters()

    def onPreset(self, _index):
        """A preset brings its own translator and number of self-training iterations."""
        if self.parameters is not None and not self._showing:
            self.parameters.translator, self.parameters.iterations = ofPreset(self.parameters.preset)
            self._showSettings()
            self.showParameters()

    def onIterations(self, count):
        """Name the number in its field, whose label is short so that the fields beside it are wide."""
        self.ui.adaptIterations.suffix = " " + (_("iteration") if count == 1 else _("iterations"))
        self._take("iterations", count)

    def onTranslator(self, _index):
        """Without translation there is nothing to self-train on by default, as on the command line."""
        if self.parameters is not None and not self._showing:
            settings = preset_settings(self.parameters.preset)
            isNone = self.parameters.translator == "none"
            self.parameters.iterations = 0 if isNone else settings.self_training.iterations
            self._showSettings()

    def _rememberFolders(self):
        for edit in self._scanEdits.values():
            self.remember(edit)

    # Training -----------------------------------------------------------------------------------------------------------

    def _startTraining(self, *more):
        """Start or resume training in a process of its own.

        Args:
            more: further words for the command.
        """
        # A button that is pressed by its letter, or by the mouse on macOS, leaves the focus in the field where something was typed.
        if not self._isExperiment():
            self.places.takeTyped()
            self.settingsForm.takeTyped()
            if self.settingsForm.problem:
                return
        needed = (*FOR_SCANS, *FOR_PLACES) if self.places.name() else ()  # elsewhere that place has the others
        if not self.panel.checkDependencies(self, self.ui.adaptStatus, *needed):
            return
        folder = self._watched
        words = ["run", "-o", str(folder), *more]
        if not self._isExperiment():  # else everything is as it was recorded
            words += [*self._scanWords(), *self._settingWords(), *self.places.words()]
            self._rememberFolders()
        self.remember(self.ui.adaptExperimentPath)
        self.panel.choose("experiment", str(folder))
        self.places.forget()
        self.start(folder, words)

    def onStop(self, _checked=False):
        """Ask the worker, wherever it was started, to stop; one that does not is ended by force."""
        self.stop(self._watched)

    def onUseModel(self, _checked=False):
        """Choose this experiment as the model of the other sections."""
        self.panel.choose("model", str(self._watched))
        self.panel.showSegment()

    def onOpenFolder(self, _checked=False):
        """Show the folder in the file browser."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._watched)))

    def cleanup(self):
        self.samples.cancel()
        self.checker.cleanup()
        self.package.runner.cleanup()
        self.export.runner.cleanup()
        self.report.runner.cleanup()
        self.showCase.cleanup()
        self.view.hide()
        self.underWay.hide()
        self.places.cleanup()
        self.refusals.cleanup()
        self.workers.cleanup()
