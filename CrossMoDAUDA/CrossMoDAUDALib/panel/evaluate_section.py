"""The section Evaluate: how well a segmentation agrees with a reference."""

from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError, InputError
from ..core.settings import Settings
from ..core.structures import plain_name
from ..images.raw_nrrd import write_in_pieces
from ..models.model_folder import describe_model
from ..slicer_nodes import mrml
from . import changes, tables
from .command_runner import CommandRunner
from .section import FOR_SCANS, Section

COMPARED = "CrossMoDAUDA.Compared"  # a table's references to the two nodes that were compared, saved with the scene
CONVENTION = "CrossMoDAUDA.Convention"  # a table's attribute: by which the scores were computed


class EvaluateSection(Section):
    """Scores two segmentations or label maps of the scene."""

    def __init__(self, panel):
        super().__init__(panel, "EvaluateSection.ui")
        ui = self.ui
        conventions = [
            ("challenge2022", _("crossMoDA 2022"), _("Mean of the two directions; 350 mm where only one has the structure.")),
            ("medpy", _("medpy (package)"), _("Mean of all distances together; a structure missing in both counts as perfect.")),
        ]
        self._conventions = {value: title for value, title, _tip in conventions}
        self.bindChoice("convention", ui.evaluateConvention, conventions, isRemembered=True)
        self.bindNode("prediction", ui.evaluatePrediction)
        self.bindNode("reference", ui.evaluateReference)
        ui.evaluateApply.connect("clicked(bool)", self.onApply)
        self.runner = CommandRunner(self.onEvent, self.onEnd)
        self._cells = tables.dress(ui.evaluateTable)
        self._names = {}
        self._leftOut = []
        self._title = ""
        self._fingerprints = []  # of what is compared
        self._pair = self._chosen = self._pairShown = ()  # what was compared, is chosen, is shown: the two nodes and the convention
        self._texts = {}  # by the two nodes' IDs and the convention

    def update(self):
        ui, isRunning = self.ui, self.runner.running
        prediction, reference = ui.evaluatePrediction.currentNode(), ui.evaluateReference.currentNode()
        problem = ""
        if prediction is None or reference is None:
            problem = _("Choose a segmentation and its reference.")
        elif prediction is reference:
            problem = _("Segmentation and reference are the same; choose two.")
        ui.evaluateApply.text = _("&Cancel") if isRunning else _("&Apply")
        ui.evaluateApply.enabled = isRunning or not problem
        ui.evaluateApply.toolTip = _("End the work.") if isRunning else problem or _("Compute the scores.")
        self.show(ui.evaluateProgress, isRunning)
        chosen = (prediction, reference, self.parameters.convention if self.parameters is not None else "")
        if chosen != self._chosen:
            self._chosen = chosen
            self._show(chosen)

    def showResults(self):
        self._show(self._pairShown or self._chosen, isNew=False)

    def setParameters(self, parameters):
        if parameters is None:
            self._chosen = self._pairShown = ()
        super().setParameters(parameters)

    def _show(self, chosen, isNew=True):
        """Show the scores of two nodes by a convention, or nothing if there are none.

        A text comes only when the choice is new, or one of the two is gone.
        """
        if self.runner.running:
            return
        self._pairShown = chosen
        nodes, convention = chosen[:2], chosen[2] if chosen else ""
        isThere = len(nodes) == 2 and all(node is not None and node.GetScene() is not None for node in nodes)
        ids = tuple(node.GetID() for node in nodes) if isThere else ()
        scores = slicer.util.getNodesByClass("vtkMRMLTableNode") if isThere else []
        found = [node for node in scores if tuple(node.GetNthNodeReferenceID(COMPARED, number) for number in range(2)) == ids]
        # Earlier versions did not tell the convention; what they have made is shown where there is nothing better.
        known = [[node for node in found if node.GetAttribute(CONVENTION) == told] for told in (convention, None)]
        self._showTable(next((those[-1] for those in known if those), None))
        if isNew or (chosen and not isThere):
            self.say(self.ui.evaluateStatus, self._texts.get((*ids, convention), ""))

    def _showTable(self, node):
        tables.show(self.ui.evaluateTable, node, mayStack=True)
        reference = node.GetNthNodeReference(COMPARED, 1) if node is not None else None
        title = ""
        if reference is not None:
            title = _("{scores}, compared with {reference}").format(scores=node.GetName(), reference=reference.GetName())
            if not node.GetAttribute(CONVENTION):
                title = _("{title}; by which convention is not recorded").format(title=title)
            compared = changes.nodesOf(node, COMPARED)
            title = changes.titled(title, self.panel.changes.changedOf(node, compared), compared)
        self.say(self.ui.evaluateTableTitle, title)
        self.ui.evaluateTableTitle.toolTip = title  # a long name without a space is cut

    def onApply(self, _checked=False):
        """Start, or cancel what runs."""
        if self.runner.running:
            self.runner.cancel()
            return
        if self.parameters is None or not self.panel.checkDependencies(self, self.ui.evaluateStatus, *FOR_SCANS):
            return
        prediction, reference = self.ui.evaluatePrediction.currentNode(), self.ui.evaluateReference.currentNode()
        self._leftOut, self._names, self._fingerprints = [], {}, []
        convention, known = self.parameters.convention, self._knownLabels()
        self._pair = (prediction, reference, convention)
        title = _("Scores of {name} by {convention}")
        self._title = title.format(name=mrml.name_with_scan(prediction, reference), convention=self._conventions[convention])

        def prepare(folder):
            labels = yield from mrml.shared_structures_in_pieces(prediction, reference, known)
            # Plain names, because a segment's may hold what the command line takes for something else.
            self._names = {f"structure{value}": name for name, value in labels.items()}
            named = dict.fromkeys([*mrml.structure_names(prediction), *mrml.structure_names(reference)])
            self._leftOut = [name for name in named if plain_name(name) not in {plain_name(other) for other in labels}]
            volumes = {}
            for name, node in (("prediction", prediction), ("reference", reference)):
                fingerprint, volumes[name] = yield from mrml.label_volume_with_fingerprint(node, labels)
                self._fingerprints.append(fingerprint)
                yield from write_in_pieces(volumes[name], folder / f"{name}.nrrd")
            if volumes["prediction"].geometry.differences(volumes["reference"].geometry):
                message = _("'{first}' and '{second}' lie on different grids; choose two segmentations of the same scan.")
                raise InputError(message.format(first=prediction.GetName(), second=reference.GetName()))

        def arguments(folder):
            words = ["evaluate", str(folder / "prediction.nrrd"), str(folder / "reference.nrrd"), "-o", str(folder / "scores.csv")]
            listed = ",".join(f"{name}:{name.removeprefix('structure')}" for name in self._names)
            return [*words, "--set", f"labels={listed}", "--set", f"evaluation.convention={convention}"]

        self._showTable(None)
        self.say(self.ui.evaluateStatus, _("Computing the scores..."))
        self.ui.evaluateProgress.setRange(0, 0)
        self.runner.start(prepare, arguments)
        self.update()

    def _knownLabels(self):
        """Values of structures in label maps: the chosen model's, else the standard ones."""
        try:
            return describe_model(Path(self.parameters.model)).labels
        except (CrossModaError, OSError):
            return Settings().labels

    def onEvent(self, event):
        """The work is too short for more than a moving bar."""

    def onEnd(self, outcome, message):
        """Show the scores, or why there are none."""
        if outcome == "finished":
            rows = tables.readCsv(self.runner.folder / "scores.csv")
            for row in rows:
                row["structure"] = self._names[row["structure"]]
            columns = {
                "structure": _("Structure"),
                "dice": _("DSC"),
                "assd_mm": _("ASSD (mm)"),
                "volume_ml": _("Volume (ml)"),
                "reference_ml": _("Reference volume (ml)"),
            }
            node = tables.tableNode(self._title, columns, rows)
            node.SetAttribute(CONVENTION, self._pair[2])
            changes.keep(node, self._fingerprints)
            compared = [each for each in self._pair[:2] if each.GetScene() is not None]
            for each in compared:
                node.AddNodeReferenceID(COMPARED, each.GetID())
            mrml.put_with(node, compared)
        done = _("Done.")
        if self._leftOut:
            done += " " + _("Only one of the two has these, so they are not compared: {names}.").format(names=", ".join(self._leftOut))
        text = {"finished": done, "failed": message, "cancelled": _("Cancelled.")}[outcome]
        self._texts[(*(node.GetID() for node in self._pair[:2]), self._pair[2])] = text
        self._show(self._pair)
        self.say(self.ui.evaluateStatus, text)  # also where a node was removed meanwhile
        self.update()

    def onSceneClosing(self):
        self.runner.cancel()
        self._pair, self._texts = (), {}
        self._show(())

    def cleanup(self):
        self.runner.cleanup()
