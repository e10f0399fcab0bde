"""The section Adapt: check the scans, choose the settings, start, watch, stop and resume training."""

from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..config import preset_settings
from ..errors import CrossModaError
from ..experiment import Experiment, check_folder
from ..locking import request_stop
from ..processes import Process, kill_tree
from . import sample_data, wording
from .cases_table import CasesTable
from .command_runner import CommandRunner
from .experiment_view import ExperimentView
from .section import FOR_SCANS, Section
from .settings_form import SettingsForm

SECONDS_TO_STOP = 30  # a step of training and writing its checkpoint end in much less
SCANS = {
    "crossmoda": {"crossmoda": "--crossmoda"},
    "folders": {"sourceImages": "--source-images", "sourceLabels": "--source-labels", "targetImages": "--target-images"},
}
TEST_SCANS = {"evaluateImages": "--evaluate-images", "evaluateLabels": "--evaluate-labels"}


class AdaptSection(Section):
    """Trains in a process of its own, which goes on when Slicer is closed; the folder tells how it stands."""

    def __init__(self, panel):
        super().__init__(panel, "AdaptSection.ui")
        ui = self.ui
        self.bindPath("experiment", ui.adaptExperimentPath, isRemembered=True)
        paths = {name: getattr(ui, "adapt" + name[0].upper() + name[1:]) for options in (*SCANS.values(), TEST_SCANS) for name in options}
        self._scanEdits = paths
        for name, edit in paths.items():
            self.bindPath(name, edit)
        self.bindChoice(
            "scansKind",
            ui.adaptScansKind,
            [
                ("crossmoda", _("One folder, crossMoDA's file names"), _("Files named *_ceT1, *_hrT2 or *_T2, and *_Label.")),
                ("folders", _("Folders of images and labels"), _("One folder for each kind of file; any file names.")),
            ],
        )
        self.bindChoice("preset", ui.adaptPreset, wording.presetTitles())
        self.bindChoice("translator", ui.adaptTranslator, wording.translatorTitles())
        self.bindChoice("trainingDevice", ui.adaptDevice, self.deviceChoices())
        self._bound.append(("iterations", lambda: ui.adaptIterations.value, lambda value: setattr(ui.adaptIterations, "value", value)))
        ui.adaptIterations.connect("valueChanged(int)", lambda value: self._take("iterations", value))
        ui.adaptPreset.connect("currentIndexChanged(int)", self.onPreset)
        self.settingsForm = SettingsForm(ui.adaptAdvanced.layout(), lambda changed: self._take("settings", changed))
        self.cases = CasesTable(ui.adaptCases)
        self.checker = CommandRunner(self.onCheckEvent, self.onCheckEnd)
        self.view = ExperimentView(ui, self.update)
        ui.adaptCheck.connect("clicked(bool)", self.onCheck)
        ui.adaptSample.connect("clicked(bool)", self.onSample)
        ui.adaptStart.connect("clicked(bool)", self.onStart)
        ui.adaptStop.connect("clicked(bool)", self.onStop)
        ui.adaptUseModel.connect("clicked(bool)", self.onUseModel)
        ui.adaptOpenFolder.connect("clicked(bool)", self.onOpenFolder)
        self._worker = None  # the process that was started here, to be waited for
        self._refusal = ""  # why that process ended at once
        self._stopping = None  # seconds since the user pressed Stop
        self._watched = None
        self._checkedScans = None  # what the table of cases is about
        self._waiting = qt.QTimer()
        self._waiting.interval = 500
        self._waiting.connect("timeout()", self._lookAfterWorker)

    # What is shown ------------------------------------------------------------------------------------------------------

    def showParameters(self):
        super().showParameters()
        if self.parameters is not None:
            self.settingsForm.show(self.parameters.preset, self.parameters.settings)
            self._watch()
            self.update()

    def _watch(self):
        """Follow the chosen experiment folder."""
        folder = Path(self.parameters.experiment) if self.parameters.experiment else None
        if folder != self._watched:
            self._watched, self._refusal, self._stopping = folder, "", None
            self.view.open(folder)

    def update(self):
        ui, parameters = self.ui, self.parameters
        if parameters is None:
            return
        monitor = self.view.monitor
        state = monitor.state if monitor is not None else "none"
        isNew = self._watched is None or not Experiment.exists(self._watched)
        if self._checkedScans not in (None, self._scanWords()):  # the table tells of other scans
            self._checkedScans = None
            self.checker.cancel()
            self.cases.clear()
            ui.adaptCheckStatus.text = ""
        isStarting = self._worker is not None and state not in ("finished", "failed", "interrupted", "died")
        isOn = state in ("running", "checking") or isStarting
        if not isOn:
            self._stopping = None
        ui.adaptScans.visible = ui.adaptSettings.visible = isNew
        for kind, names in SCANS.items():
            for name in names:
                self.setRowVisible(self._scanEdits[name], kind == parameters.scansKind)
        problem = self.view.problem or self._problem(isNew)
        self.say(ui.adaptExperimentInfo, self._experimentText(isNew))
        for group in (ui.adaptScans, ui.adaptSettings):
            group.enabled = not isOn
        ui.adaptCheck.text = _("Cancel check") if self.checker.running else _("Check scans")
        ui.adaptCheck.enabled = self.checker.running or not self._missingScans()
        ui.adaptCheckProgress.visible = self.checker.running
        ui.adaptCheckStatus.visible = bool(ui.adaptCheckStatus.text)
        ui.adaptAdvancedNote.text = self.settingsForm.problem or _("Settings in bold differ from the preset.")
        ui.adaptStart.text = _("Resume") if not isNew and state in ("idle", "interrupted", "failed", "died") else _("Start")
        ui.adaptStart.enabled = not problem and not isOn and self._worker is None and state != "finished"
        ui.adaptStart.toolTip = problem or _("Training goes on when Slicer is closed.")
        ui.adaptStop.enabled = isOn and self._stopping is None
        self.say(ui.adaptStatus, self._statusText(problem, state))
        ui.adaptStatus.toolTip = wording.workerText(monitor) if monitor is not None else ""
        ui.adaptProgressPanel.visible = state != "none" or isOn
        ui.adaptUseModel.enabled = self._watched is not None and any(self._watched.glob("iteration_*/model/model.json"))

    def _problem(self, isNew):
        """Why training cannot be started; empty when it can."""
        if self._watched is None:
            return _("Choose a folder for the experiment.")
        if not isNew:
            return ""
        try:
            check_folder(self._watched)
        except CrossModaError as error:
            return str(error)
        return self._missingScans() or self.settingsForm.problem

    def _missingScans(self):
        parameters = self.parameters
        if not all(getattr(parameters, name) for name in SCANS[parameters.scansKind]):
            return _("Choose where the scans are.")
        if bool(parameters.evaluateImages) != bool(parameters.evaluateLabels):
            return _("Test images and test labels belong together; give both or neither.")
        return ""

    def _experimentText(self, isNew):
        settings = self.view.monitor.settings if self.view.monitor is not None else None
        if isNew or settings is None:
            return self.view.problem
        return wording.settingsSummary(settings)

    def _statusText(self, problem, state):
        if self._refusal:
            return self._refusal
        if self._stopping is not None:
            return _("Stopping: the step in hand is brought to an end...")
        if self._worker is not None and state in ("none", "idle"):
            return _("Starting...")
        text = wording.experimentState(self.view.monitor) if state != "none" else problem
        if state == "failed" and not Experiment.exists(self._watched):
            text += " " + _("Press Check scans to see every problem.")
        if state in ("failed", "died"):
            text += " " + _("Details are in {log}.").format(log=self._watched / "worker.log")
            if state == "died" and (said := self._lastWords()):
                text += " " + _("Its last words: {words}").format(words=said)
        return text

    def _lastWords(self):
        """The end of what the worker wrote, the progress of others left out."""
        log = self._watched / "worker.log"
        try:
            lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return " ".join(line.strip() for line in lines[-2:])

    # Scans --------------------------------------------------------------------------------------------------------------

    def _scanWords(self):
        parameters = self.parameters
        options = {**SCANS[parameters.scansKind], **TEST_SCANS}
        return [word for name, option in options.items() if getattr(parameters, name) for word in (option, getattr(parameters, name))]

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
        if not self.panel.checkDependencies(self.ui.adaptCheckStatus, *FOR_SCANS):
            return
        self.cases.clear()
        self._checkedScans = self._scanWords()
        self._rememberFolders()
        self.say(self.ui.adaptCheckStatus, _("Reading the scans..."))
        self.ui.adaptCheckProgress.setRange(0, 0)
        words = [*self._scanWords(), *self._settingWords()]
        self.checker.start(lambda _folder: (), lambda folder: ["run", "--dry-run", "-o", str(folder / "none"), *words])
        self.update()

    def onCheckEvent(self, event):
        """Add a case to the table, or move the bar."""
        if event["kind"] == "case":
            self.cases.add(event)
        elif event["kind"] == "progress":
            self.ui.adaptCheckProgress.setRange(0, event["total"])
            self.ui.adaptCheckProgress.value = event["step"]

    def onCheckEnd(self, outcome, message):
        """Say what was found."""
        self.cases.finish()
        found = _("{cases} scans read, {problems} with problems, {notes} with notes.").format(
            cases=self.cases.cases, problems=self.cases.count("problems"), notes=self.cases.count("warnings")
        )
        texts = {
            "finished": f"{found} {message}".strip(),
            "failed": message,
            "cancelled": _("The check was cancelled."),
        }
        self.say(self.ui.adaptCheckStatus, texts[outcome])
        self.update()

    def onSample(self, _checked=False):
        """Write the synthetic cohort into a folder of the user's choice, and choose it."""
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the sample scans"))
        if chosen:
            self.useCohort(sample_data.writeCohort(Path(chosen)))

    def useCohort(self, folder):
        """Choose a folder of scans."""
        self.parameters.scansKind = "crossmoda"
        self.parameters.crossmoda = str(folder)
        self.showParameters()

    def onPreset(self, _index):
        """A preset brings its own number of self-training rounds."""
        if self.parameters is not None and not self._showing:
            self.parameters.iterations = preset_settings(self.parameters.preset).self_training.iterations
            self.settingsForm.show(self.parameters.preset, self.parameters.settings)
            self.showParameters()

    def _rememberFolders(self):
        for edit in self._scanEdits.values():
            edit.addCurrentPathToHistory()

    # Training -----------------------------------------------------------------------------------------------------------

    def onStart(self, _checked=False):
        """Start or resume training in a process of its own."""
        if not self.panel.checkDependencies(self.ui.adaptStatus):
            return
        folder = self._watched
        words = ["run", "-o", str(folder)]
        if not Experiment.exists(folder):
            words += [*self._scanWords(), *self._settingWords()]
            self._rememberFolders()
        self.ui.adaptExperimentPath.addCurrentPathToHistory()
        try:
            self._worker = Process.start([*words, "--device", self.parameters.trainingDevice], folder / "worker.log", detached=True)
        except CrossModaError as error:
            self._refusal = str(error)
        else:
            self._refusal = ""
            self._waiting.start()
        self.update()

    def _lookAfterWorker(self):
        """See whether the process that was started here has ended, and whether one that was asked to stop does."""
        if self._worker is not None and (status := self._worker.poll()) is not None:
            said, self._worker = self._worker.last_words(2), None
            self.view.poll()
            monitor = self.view.monitor
            isTold = monitor.state == "died" or (monitor.error and monitor.error in said)
            if status not in (0, 130) and not isTold:  # refused, so the folder does not tell of it
                unknown = _("The training could not be started (status {status}).").format(status=status)
                self._refusal = said.replace("crossmoda_uda: ", "") or unknown
            self.update()
        if self._stopping is not None:
            self._stopping += self._waiting.interval / 1000
            if self._stopping > SECONDS_TO_STOP:
                self._kill()
        if self._worker is None and self._stopping is None:
            self._waiting.stop()

    def onStop(self, _checked=False):
        """Ask the worker, wherever it was started, to stop; one that does not is ended by force."""
        try:
            request_stop(self._watched)
        except OSError as error:
            self._refusal = _("{folder} cannot be written ({reason}).").format(folder=self._watched, reason=error.strerror)
        else:
            self._stopping = 0.0
            self._waiting.start()
        self.update()

    def _kill(self):
        monitor, self._stopping = self.view.monitor, None
        if monitor is not None and monitor.worker is not None and monitor.is_local:
            kill_tree(int(monitor.worker["pid"]), monitor.worker.get("started"))
        elif self._worker is not None:
            self._worker.kill()
        else:
            self._refusal = _("The training runs on another computer and does not answer; stop it there.")
        self.update()

    def onUseModel(self, _checked=False):
        """Choose this experiment as the model of the other sections."""
        self.parameters.model = str(self._watched)
        self.panel.showSegment()

    def onOpenFolder(self, _checked=False):
        """Show the folder in the file browser."""
        qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._watched)))

    def cleanup(self):
        self.checker.cancel()
        self.view.close()
        self._waiting.stop()
