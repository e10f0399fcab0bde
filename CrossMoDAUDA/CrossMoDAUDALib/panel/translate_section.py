"""The section Translate: a source scan becomes a pseudo-target image, shown beside it."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..experiment.events import LOADING
from ..images.raw_nrrd import read_in_pieces, write_in_pieces
from ..models.model_folder import translator_folder
from ..slicer_nodes import mrml
from ..slicer_nodes.logic import pseudo_target_name
from . import views
from .command_runner import CommandRunner
from .picks import Picks
from .section import Section
from .showing import Showing
from .wording import inThePanel


class TranslateSection(Section):
    """Translates one volume with a trained image translation."""

    def __init__(self, panel):
        super().__init__(panel, "TranslateSection.ui")
        ui = self.ui
        self.bindPath("model", ui.translateModelPath)
        self.bindChoice("translateDevice", ui.translateDevice, self.deviceChoices(), isRemembered=True)
        ui.translateInputVolume.connect("currentNodeChanged(vtkMRMLNode*)", lambda _node: self.update())
        ui.translateApply.connect("clicked(bool)", self.onApply)
        self.runner = CommandRunner(self.onEvent, self.onEnd)
        self.showing = Showing(lambda problem: self.say(ui.translateStatus, problem) if problem else None)
        self._picks = Picks(ui.translateInputVolume, self.onPicked)
        self._input = self._output = self._made = self._model = self._chosen = self._drawn = self._kept = None
        self._arriving = None  # the steps in which the result is shown
        self._name = ""  # of the input, told apart from others
        self._texts = {}  # text and the volume that was made, by the input's ID

    def update(self):
        ui, isRunning = self.ui, self.runner.running
        problem = self._showModel() if self.parameters is not None else _("Open a scene.")
        if not problem and ui.translateInputVolume.currentNode() is None:
            problem = _("Choose the volume to translate.")
        ui.translateApply.text = _("&Cancel") if isRunning else _("&Apply")
        ui.translateApply.enabled = isRunning or not problem
        ui.translateApply.toolTip = _("End the work; nothing half-made is kept.") if isRunning else problem or _("Translate.")
        self.show(ui.translateProgress, isRunning)
        chosen = ui.translateInputVolume.currentNode()
        if self.parameters is not None and chosen is not self._chosen:
            self._chosen = chosen
            self._showText(chosen)

    def showResults(self):
        self._showText(self._chosen, isNew=False)

    def _showText(self, volume, isNew=True):
        """Show what was said last of a volume, unless what it was about is gone; only then if something else may have been said since."""
        if not self.runner.running:
            text, made = self._texts.get(volume.GetID() if volume is not None else "", ("", None))
            isGone = made is not None and made.GetScene() is None
            if isNew or isGone:
                self.say(self.ui.translateStatus, "" if isGone else text)

    def onPicked(self):
        """The user has chosen a scan: show it, with its translation if there is one, unless the views show that already."""
        scan = self.ui.translateInputVolume.currentNode()
        if scan is None or self.parameters is None or self.runner.running:
            return
        _text, made = self._texts.get(scan.GetID(), ("", None))
        wanted = [scan, made] if made is not None and made.GetScene() is not None else [scan]
        if views.scansInViews() == wanted:
            return
        if len(wanted) > 1:
            self.showing.show(views.sideBySide(*wanted))
        else:
            self.showing.cancel()
            views.showScan(scan)

    def _showModel(self):
        """Show what the chosen model is; returns what is wrong with it."""
        if not self.parameters.model:
            problem = _("Choose an experiment folder, or train one in the section Adapt.")
        else:
            problem = ""
            try:
                translator_folder(Path(self.parameters.model))
            except (CrossModaError, OSError) as error:
                problem = inThePanel(explain(error)[0])
        self.say(self.ui.translateModelInfo, problem)
        return problem

    def onApply(self, _checked=False):
        """Start, or cancel what runs."""
        if self.runner.running:
            self.runner.cancel()
            return
        if self.parameters is None or not self.panel.checkDependencies(self, self.ui.translateStatus) or not self._mayReplace():
            return
        self.showing.cancel()
        self.panel.rememberModel(self.ui.translateModelPath)
        self._input, self._output, self._made = self.ui.translateInputVolume.currentNode(), self.parameters.translateOutput, None
        self._drawn, self._kept = mrml.drawn_state(self._output) if self._output is not None else None, None
        self._name = mrml.telling_name(self._input)
        self._model, device = Path(self.parameters.model), self.parameters.translateDevice
        model = str(self._model)

        def arguments(folder):
            words = ["translate", model, str(folder / "scan.nrrd"), "-o", str(folder / "results")]
            return [*words, "--device", device, "--format", "nrrd"]

        self.say(self.ui.translateStatus, _("Starting..."))
        self.ui.translateProgress.setRange(0, 0)
        self.runner.start(self._writeVolume, arguments)
        self.update()

    def _mayReplace(self):
        node = self.parameters.translateOutput
        if node is None or node.GetScene() is None or node.GetImageData() is None:
            return True
        if node is self.ui.translateInputVolume.currentNode():
            self.say(self.ui.translateStatus, _("Input and output are the same volume; choose another output volume."))
            return False
        if slicer.util.confirmYesNoDisplay(_("The image of '{name}' will be replaced. Go on?").format(name=node.GetName())):
            return True
        self.say(self.ui.translateStatus, _("Nothing was done. Choose 'Create new volume' to keep both."))
        return False

    def _writeVolume(self, folder):
        scan = yield from mrml.volume_in_pieces(self._input)
        yield from write_in_pieces(scan, folder / "scan.nrrd")

    def onEvent(self, event):
        """Show progress; take the result into the scene, in the steps that are returned."""
        if event["kind"] == "progress":
            # Before the first step, such as when the model is loaded, nobody knows how long it takes.
            self.ui.translateProgress.setRange(0, event["total"] if event["step"] else 0)
            self.ui.translateProgress.value = event["step"]
            self.say(self.ui.translateStatus, _("Loading the model...") if event.get("message") == LOADING else _("Translating..."))
        elif event["kind"] == "result":
            return self._takeResult(Path(event["outputs"][0]))
        return ()

    def _takeResult(self, path):
        """Take the result into the scene, in steps."""
        translated = yield from read_in_pieces(path)
        image = yield from mrml.image_in_pieces(translated.array)
        if self._input.GetScene() is None:
            return
        output = self._output if self._output is not None and self._output.GetScene() is not None else None
        if output is not None and mrml.drawn_state(output) != self._drawn:
            self._kept, output = output.GetName(), None
        name = pseudo_target_name(self._name, self._model)
        self._made = mrml.volume_node(translated, name, output, self._input, image)
        self._arriving = views.sideBySide(self._input, self._made)
        for step in self._arriving:
            yield step
            if self._input.GetScene() is None or self._made.GetScene() is None:
                break
        self._giveUp()  # what is left to show, if anything

    def _giveUp(self):
        """Show no more of the result; views that are half changed go back."""
        if self._arriving is not None:
            self._arriving.close()
            self._arriving = None

    def onEnd(self, outcome, message):
        """Show the result beside its input, or why there is none."""
        if self.runner.folder is not None:
            message = message.replace(str(self.runner.folder / "scan.nrrd"), self._name)
        isThere = self._made is not None and self._made.GetScene() is not None
        problem = message if outcome == "failed" and self._arriving is not None else ""  # it is there, but could not be shown
        mayShow = isThere and self._input.GetScene() is not None and not slicer.mrmlScene.IsClosing()
        if self._arriving is not None and not problem and mayShow:
            problem = views.atOnce(self._arriving)  # it is there, so it is shown at once
        self._giveUp()
        if isThere and problem:
            message = views.notShownText().format(name=self._made.GetName(), problem=problem)
        elif isThere and outcome == "cancelled":
            message = _("Cancelled when it was done: {name} is there.").format(name=self._made.GetName())
        elif outcome == "cancelled":
            message = _("Cancelled.")
        elif isThere:
            message = _("Done: {name}, a synthetic image, not a scan. Not for clinical use.").format(name=self._made.GetName())
            if self._kept is not None:
                message += " " + _("'{name}' was changed meanwhile and is kept; the result is another volume.").format(name=self._kept)
        elif outcome == "finished":
            message = _("The scan was removed meanwhile; nothing was added.")
        self._texts[self._input.GetID()] = (message, self._made)
        self._showText(self._input)
        self._input = self._output = self._made = None
        self.update()

    def onSceneClosing(self):
        self.runner.cancel()
        self.showing.cancel()
        self._texts, self._chosen = {}, None
        self._showText(None)

    def cleanup(self):
        self._giveUp()
        self.showing.cancel()
        self._picks.cleanup()
        self.runner.cleanup()
