"""The section Segment: a scan, every volume of the scene or a folder of scans becomes segmentations."""

import functools
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError, InputError
from ..core.failures import explain
from ..experiment.events import LOADING
from ..images.names import left_out_of, scans_in, segment_results
from ..images.raw_nrrd import read_in_pieces, write_in_pieces
from ..models.model_folder import describe_model, telling_name
from ..slicer_nodes import mrml
from . import tables, views, wording
from .command_runner import CommandRunner
from .model_packages import PackageImport, WorkBar
from .section import Section
from .segment_results import SegmentResults, measurementTable, renameReplaced

MOST_NAMES = 5  # of what is left out
ICON_SIZE = 32


class SegmentSection(Section):
    """Segments with a trained model; the everyday job."""

    def __init__(self, panel):
        super().__init__(panel, "SegmentSection.ui")
        ui = self.ui
        self.bindPath("model", ui.segmentModelPath, isRemembered=True)
        self.bindPath("inputFolder", ui.segmentInputFolder)
        self.bindPath("outputFolder", ui.segmentOutputFolder)
        self.bindChoice(
            "inputKind",
            ui.segmentInputKind,
            [
                ("volume", _("One volume"), _("The volume chosen below.")),
                ("scene", _("All volumes in the scene"), _("Every volume that is loaded; each gets a segmentation.")),
                ("folder", _("Folder of scans"), _("Every scan file in a folder; the results are files as well.")),
            ],
        )
        self.bindChoice("device", ui.segmentDevice, self.deviceChoices(), isRemembered=True)
        self.carryChoice("largestComponent")
        self.structures = None  # of the model that the list of structures was made for
        self._listStructures(())
        ui.segmentLargestComponent.connect("currentIndexChanged(int)", self.onLargestComponent)
        ui.segmentInputVolume.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: self.update())
        ui.segmentApply.connect("clicked(bool)", self.onApply)
        self.runner = CommandRunner(self.onEvent, self.onEnd)
        isReady, bar = functools.partial(panel.checkDependencies, self, ui.segmentStatus), WorkBar(ui.segmentImportProgress, self.show)
        self.importer = PackageImport(ui.segmentImport, functools.partial(self.say, ui.segmentStatus), isReady, self.onImported, bar)
        self.results = SegmentResults(self)
        self._choice = self._kind = self._outputFolder = None  # of the work that runs or ran last
        self._jobs = {}  # the volume, its output and its telling name by the name of the file that the command reads
        self._labels = {}
        self._drawn = None  # the output's voxels when the work began
        self._inViews = self._arriving = None  # the result that is shown, and the steps of that
        self._made, self._replaced, self._skipped, self._results, self._model = [], [], [], 0, ""
        self._warnings = {}  # sentences by the name of the file that the command reads
        self.shownWarnings = 0
        self._findings = {}  # kinds of warnings by that name and the structure
        icon = ui.segmentWarnings.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        ui.segmentWarningsIcon.setPixmap(icon.pixmap(qt.QSize(ICON_SIZE, ICON_SIZE)))

    # What can be pressed ------------------------------------------------------------------------------------------------

    def update(self):
        if self.parameters is None:
            self.ui.segmentApply.enabled = self.runner.running
            return
        ui, kind = self.ui, self.parameters.inputKind
        for field in (ui.segmentInputVolume, ui.segmentOutput):
            self.setRowVisible(field, kind == "volume")
        for field in (ui.segmentInputFolder, ui.segmentOutputFolder):
            self.setRowVisible(field, kind == "folder")
        problem = self._showModel() or self._missingInput()
        isRunning = self.runner.running
        ui.segmentApply.text = _("&Cancel") if isRunning else _("&Apply")
        ui.segmentApply.enabled = isRunning or not problem
        ui.segmentApply.toolTip = _("End the work; nothing half-made is kept.") if isRunning else problem or _("Segment.")
        self.show(ui.segmentProgress, isRunning)
        self.results.follow(self._chosen())
        self.results.views.look()

    def _chosen(self):
        """Whose results the user wants to see, as :class:`SegmentResults` takes it."""
        kind, volume = self.parameters.inputKind, self.ui.segmentInputVolume.currentNode()
        if kind == "volume":
            return kind, volume.GetID() if volume is not None else ""
        return kind, self.parameters.outputFolder if kind == "folder" else ""

    def _showModel(self):
        """Show what the chosen model is; returns what is wrong with it."""
        if not self.parameters.model:
            self.say(self.ui.segmentModelInfo, _("Choose an experiment folder, import a model, or train one in the section Adapt."))
            return _("Choose a model.")
        try:
            model = describe_model(Path(self.parameters.model))
        except (CrossModaError, OSError) as error:
            self.say(self.ui.segmentModelInfo, wording.inThePanel(explain(error)[0]))
            self._listStructures(())
            return self.ui.segmentModelInfo.text
        structures = ", ".join(model.labels)
        text = _("Finds: {structures}.") if model.iteration is None else _("Finds: {structures}. Self-training iteration {iteration}.")
        self.say(self.ui.segmentModelInfo, text.format(structures=structures, iteration=model.iteration))
        self._listStructures(tuple(model.labels))
        return ""

    def onImported(self, folder):
        """Choose a model that has just been imported."""
        self.panel.choose("model", str(folder))
        if self.parameters is None:  # the scene was closed meanwhile: the next one is offered the model
            self.ui.segmentModelPath.currentPath = str(folder)
        else:
            self.showParameters()
        self.panel.rememberModel(self.ui.segmentModelPath)

    def _listStructures(self, structures):
        """Offer the model's structures for cleaning up, and show which the scene has chosen."""
        combo = self.ui.segmentLargestComponent
        wasBlocked = combo.blockSignals(True)
        if structures != self.structures:
            self.structures = structures
            combo.clear()
            combo.addItem(_("As the model was trained"), "")
            combo.addItem(_("Nothing"), "none")
            for name in structures:
                combo.addItem(name, name)
        chosen = self.parameters.largestComponent if self.parameters is not None else ""
        combo.currentIndex = max(combo.findData(chosen), 0)
        combo.blockSignals(wasBlocked)

    def onLargestComponent(self, _index):
        """Take the user's choice."""
        combo = self.ui.segmentLargestComponent
        if self.parameters is not None:
            self.panel.choose("largestComponent", combo.itemData(combo.currentIndex))

    def _missingInput(self):
        kind = self.parameters.inputKind
        if kind == "volume":
            return "" if self.ui.segmentInputVolume.currentNode() is not None else _("Choose the volume to segment.")
        if kind == "scene":
            return "" if mrml.scan_nodes(slicer.mrmlScene) else _("Load a volume first.")
        if not self.parameters.inputFolder:
            return _("Choose the folder of scans.")
        return "" if self.parameters.outputFolder else _("Choose the folder for the results.")

    # The work -----------------------------------------------------------------------------------------------------------

    def onApply(self, _checked=False):
        """Start, or cancel what runs."""
        if self.runner.running:
            self.runner.cancel()
            return
        if self.parameters is None or not self.panel.checkDependencies(self, self.ui.segmentStatus):
            return
        parameters = self.parameters
        self._choice, self._kind, self._outputFolder = self._chosen(), parameters.inputKind, None
        self._made, self._replaced, self._skipped, self._results, self._warnings, self._findings = [], [], [], 0, {}, {}
        self._model = telling_name(Path(parameters.model))
        self._inViews = self._arriving = None
        options = ["--device", parameters.device]
        try:
            self._labels = describe_model(Path(parameters.model)).labels  # the model's of now, whatever is chosen meanwhile
            if self._kind == "folder":
                prepare, inputs, self._outputFolder = self._noPreparation, Path(parameters.inputFolder), Path(parameters.outputFolder)
                options += self._overwriting(inputs, self._outputFolder)
            else:
                if not self._mayReplace():
                    return
                isOne = self._kind == "volume"
                volumes = [self.ui.segmentInputVolume.currentNode()] if isOne else mrml.scan_nodes(slicer.mrmlScene)
                # What is chosen now: a scene may come before the first step.
                prepare, inputs = functools.partial(self._writeVolumes, volumes, parameters.outputSegmentation if isOne else None), None
                options += ["--format", "nrrd", "--surfaces"]
        except (CrossModaError, OSError) as error:
            self.say(self.ui.segmentStatus, wording.inThePanel(explain(error)[0]))
            return
        self.results.cleanup()
        self.panel.rememberModel(self.ui.segmentModelPath)
        if parameters.largestComponent in ("none", *self.structures):
            options += ["--largest-component", parameters.largestComponent]
        model, output = parameters.model, self._outputFolder

        def arguments(folder):
            words = ["segment", model, str(inputs or folder / "scans"), "-o", str(output or folder / "results")]
            return [*words, *options, "--measurements", str((output or folder) / "measurements.csv")]

        self.results.clear()
        self.say(self.ui.segmentStatus, _("Starting..."))
        self.ui.segmentProgress.setRange(0, 0)
        self.runner.start(prepare, arguments)
        self.update()

    def _overwriting(self, folder, output):
        """The option that lets results be replaced, where the user agrees that they are."""
        scans = scans_in(folder)
        if not scans:
            raise InputError(_("{folder} holds no scan files; choose the folder in which they lie.").format(folder=folder))
        self.remember(self.ui.segmentInputFolder)
        self.remember(self.ui.segmentOutputFolder)
        names = ["measurements.csv", *(name for scan in scans for name in segment_results(scan))]
        self._skipped = self._leftOut([(one.path.name, wording.leftOutKind(one.kind)) for one in left_out_of(folder)])
        existing = [name for name in names if (output / name).exists()]
        if not existing:
            return []
        several = _("{count} files in {folder} will be replaced, such as {name}. Go on?")
        question = several if len(existing) > 1 else _("{name} in {folder} will be replaced. Go on?")
        if slicer.util.confirmYesNoDisplay(question.format(count=len(existing), folder=output, name=existing[0])):
            return ["--overwrite"]
        raise InputError(_("Nothing was done. Choose another output folder to keep both."))

    def _mayReplace(self):
        node = self.parameters.outputSegmentation if self.parameters.inputKind == "volume" else None
        if node is None or node.GetScene() is None or node.GetSegmentation().GetNumberOfSegments() == 0:
            return True
        question = _("The segments of '{name}' will be replaced. Go on?").format(name=node.GetName())
        if slicer.util.confirmYesNoDisplay(question):
            return True
        self.say(self.ui.segmentStatus, _("Nothing was done. Choose 'Create new segmentation' to keep both."))
        return False

    def _leftOut(self, found):
        """What is no scan, by name and kind, in a sentence; none if there is nothing."""
        if not found:
            return []
        names = ", ".join(f"'{name}' ({kind})" for name, kind in found[:MOST_NAMES])
        if len(found) > MOST_NAMES:
            names = _("{names} and {count} more").format(names=names, count=len(found) - MOST_NAMES)
        return [_("Left out: {names}.").format(names=names)]

    def _noPreparation(self, _folder):
        self._jobs = {}
        return ()

    def _writeVolumes(self, volumes, output, folder):
        """Write the chosen volumes where the command finds them, one a step; of several, what is no scan is left out."""
        self._drawn = mrml.drawn_state(output) if output is not None else None
        self._jobs = {f"scan_{number:04d}": (volume, output, mrml.telling_name(volume)) for number, volume in enumerate(volumes, 1)}
        if self._kind == "scene":
            found = mrml.other_volumes(slicer.mrmlScene)
            self._skipped = self._leftOut([(node.GetName(), wording.volumeKind(kind)) for node, kind in found])
        isUsable = False
        for name, (volume, _output, _title) in self._jobs.items():
            try:
                scan = yield from mrml.volume_in_pieces(volume)
            except InputError as error:
                if not isUsable and volume is volumes[-1]:
                    raise
                self._skipped.append(wording.inThePanel(str(error)))
                continue
            isUsable = True
            yield from write_in_pieces(scan, folder / "scans" / f"{name}.nrrd")

    def onEvent(self, event):
        """Show progress; turn a finished label map into a segmentation at once, in the steps that are returned."""
        if event["kind"] == "progress":
            # Before the first step, such as when the model is loaded, nobody knows how long it takes.
            self.ui.segmentProgress.setRange(0, event["total"] if event["step"] else 0)
            self.ui.segmentProgress.value = event["step"]
            self.say(self.ui.segmentStatus, self._progressText(event))
        elif event["kind"] == "warning":
            self._warnings.setdefault(event["scan"], []).append(event["message"])
            self._findings.setdefault((event["scan"], event["structure"]), []).append(event["finding"])
        elif event["kind"] == "result":
            self._results += 1
            if self._jobs:
                return self._addSegmentation(event)
        return ()

    def _progressText(self, event):
        said = event.get("message", "")
        if said == LOADING:
            return _("Loading the model...")
        return self._withNames(wording.inThePanel(said)) or _("Segmenting...")

    def _withNames(self, text):
        """A text of the command's, with the volumes' names for those of the files that it was given."""
        if self.runner.folder is None:  # the command could not even begin
            return text
        for name, (_volume, _output, title) in self._jobs.items():
            for file in (str(self.runner.folder / "scans" / f"{name}.nrrd"), f"{name}.nrrd", name):
                text = text.replace(file, title)
        return text

    def _addSegmentation(self, event):
        """Take a result into the scene, in steps."""
        job = Path(event["input"]).name.removesuffix(".nrrd")
        volume, output, title = self._jobs[job]
        label_map = next(path for path in map(Path, event["outputs"]) if not path.name.endswith(mrml.FILE_ENDING))
        labels = yield from read_in_pieces(label_map)
        surfaces = {}
        for structure, file in mrml.surface_files(job, self._labels).items():
            yield
            surfaces[structure] = mrml.read_surface(label_map.with_name(file))
        yield
        if volume.GetScene() is None:  # removed meanwhile; the result would lie nowhere
            return
        if output is not None and output.GetScene() is None:
            output = None
        if output is not None and mrml.drawn_state(output) != self._drawn:
            kept = _("'{name}' was changed meanwhile and is kept; the result is another segmentation.")
            self._skipped.append(kept.format(name=output.GetName()))
            output = None
        if output is not None:
            views.saveForUndo(output)
            self._replaced.append(output)
        name = _("{volume} segmentation").format(volume=title)
        node = mrml.segmentation_node(labels, self._labels, volume, name, output, surfaces, is_shown=False)
        mrml.mark_made(node, self._warnings.get(job, []), self._model)
        self._made.append((node, volume))
        if self._results == len(self._jobs):  # the last: what is shown at the end is shown now, one view a step
            self._inViews, self._arriving = node, views.segmentationInViews(node, volume)
            yield from self._arriving
            self._arriving = None
        elif volume is views.shownScan():
            views.hideOthers(volume, shown=[node])
            node.SetDisplayVisibility(True)  # over another it stays hidden
        yield from self.panel.changes.keepMeasured(node)

    def onEnd(self, outcome, message):
        """Show the results, or why there are none."""
        if self._arriving is not None and not slicer.mrmlScene.IsClosing():  # it is there, so it is shown at once
            views.atOnce(self._arriving)
        self._arriving = None
        rows = self._measurements() if self._results and outcome != "cancelled" else []
        made = [node for node, _volume in self._made if node.GetScene() is not None]
        shown = [(node, volume) for node, volume in self._made if node in made and volume.GetScene() is not None]
        renameReplaced(self._replaced)
        if rows and (made or self._outputFolder is not None):
            measurementTable(rows, made, self._outputFolder, self._model)
        if shown and outcome != "cancelled":
            if shown[-1][0] is not self._inViews:
                views.showSegmentation(*shown[-1])
            if self.parameters is not None and self._kind == "volume":
                self.parameters.outputSegmentation = None  # the next scan gets a segmentation of its own
        failed = " ".join([*self._partText(), *self._skipped, self._withNames(message)])
        texts = {"finished": self._doneText(), "failed": failed, "cancelled": " ".join([_("Cancelled."), *self._partText()])}
        self.results.finish(self._choice, texts[outcome], [node for node, _volume in self._made], self._warnings.items())
        self.panel.followUp.showResults()
        self.update()

    def showResults(self):
        self.results.again()
        self.update()  # there may be scans now, or none

    def setParameters(self, parameters):
        if parameters is None:
            self.results.unfollow()
        super().setParameters(parameters)

    def _partText(self):
        """What is done of work that failed or was cancelled in part."""
        count = self._results if self._outputFolder is not None else len(self._made)  # a result may be on its way into the scene
        if not count:
            return []
        if self._outputFolder is not None:
            one, several = _("One scan is done; its results are in {folder}."), _("{count} scans are done; their results are in {folder}.")
        else:
            one, several = _("One scan is done."), _("{count} scans are done.")
        return [(one if count == 1 else several).format(count=count, folder=self._outputFolder)]

    def _doneText(self):
        if self._outputFolder is not None:
            done = _("Done. The results are in {folder}. Not for clinical use.").format(folder=self._outputFolder)
        elif not self._made:
            return _("The scan was removed meanwhile; nothing was added.")
        else:
            names = ", ".join(node.GetName() for node, _volume in self._made)
            done = _("Done: {names}. Not for clinical use.").format(names=names)
        return " ".join([done, *self._skipped])

    def _measurements(self):
        path = (self._outputFolder or self.runner.folder) / "measurements.csv"
        rows = tables.readCsv(path) if path.is_file() else []
        for row in rows:
            row["warnings"] = ", ".join(wording.findingText(kind) for kind in self._findings.get((row["case"], row["structure"]), []))
            row["scan"] = self._jobs[row["case"]][2] if row["case"] in self._jobs else row["case"]
        return rows

    def onSceneClosing(self):
        self.runner.cancel()
        self.results.cleanup()
        self._made, self._replaced, self._jobs, self._warnings, self._findings = [], [], {}, {}, {}
        self.results.forget()

    def cleanup(self):
        if self._arriving is not None:
            self._arriving.close()  # which leads the views back, as they and their scene may stay
            self._arriving = None
        self.results.end()
        try:
            self.runner.cleanup()
        finally:
            self.results.measuring.runner.cleanup()
            self.importer.runner.cleanup()
