"""View case: one case of an experiment with its translation, or with its reference and prediction, in views that move together."""

from dataclasses import dataclass
from pathlib import Path

import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError, InputError
from ..core.failures import explain
from ..core.layout import ITERATIONS, iteration_number
from ..core.parsing import labels_text
from ..experiment.folder import Experiment
from ..images.raw_nrrd import read_in_pieces
from ..slicer_nodes import mrml
from . import views
from .command_runner import CommandRunner
from .section import FOR_SCANS
from .wording import inThePanel

FILE = "CrossMoDAUDA.File"  # an attribute of nodes: the file that they were read from, which is not read again


@dataclass(frozen=True)
class _Part:
    """One file of a case, and the name of its node."""

    path: Path
    name: str
    isLabelMap: bool = False


class ShowCase:
    """A list of an experiment's cases and a button that shows the chosen one.

    Files are read by a command beside the window. Until all are, the scene stays as it is; pressed again, the button gives that up,
    or loads the case that was chosen meanwhile instead.

    Args:
        choice, button: the list and the button.
        say: called with a sentence for the user.
        isReady: told the Python packages that it needs; whether they are there.
    """

    def __init__(self, choice, button, say, isReady):
        self._choice, self._button, self._say, self._isReady = choice, button, say, isReady
        self._text, self._tip = button.text, button.toolTip
        self._experiment = None
        self._shown = []  # the nodes of which something is said
        self.runner = CommandRunner(self._onEvent, self._onEnd)
        self._forget()
        button.connect("clicked(bool)", self.onShow)
        choice.connect("currentIndexChanged(int)", lambda _index: self._showButton())
        self._fill()

    def _forget(self):
        self._key = ""  # of the case that is loaded, as the list has it
        self._case = self._domain = self._labels = None
        self._lacking = 0  # files that are to be read
        self._parts, self._volumes, self._made, self._folder, self._done = [], {}, [], 0, ""
        self._showing = None  # the steps in which what is loaded is shown

    def follow(self, folder):
        """Offer the cases of an experiment folder; None: of none."""
        if folder == (self._experiment.folder if self._experiment is not None else None):
            return
        self.cancel()
        try:
            self._experiment = Experiment.load(folder) if folder is not None else None
        except (CrossModaError, OSError):  # the section says why
            self._experiment = None
        self._fill()

    def look(self):
        """What was said of a case goes with its nodes, and once the views show another scan."""
        isThere = all(node.GetScene() is not None for node in self._shown) and views.shownScan() in self._shown
        if self._shown and not isThere and not self.runner.running:
            self._shown = []
            self._say("")

    def cancel(self):
        """Load nothing more."""
        self.runner.cancel()

    def cleanup(self):
        """Load nothing more; views that are half changed go back, as they and their scene may stay."""
        self._giveUp()
        self.runner.cleanup()

    def _giveUp(self):
        """Show nothing of what is being shown."""
        if self._showing is not None:
            self._showing.close()  # which leads the views back
            self._showing = None

    def _fill(self):
        self._choice.clear()
        cohort = self._experiment.cohort if self._experiment is not None else None
        titles = {"source": _("{case} (source)"), "evaluation": _("{case} (evaluation)"), "target": _("{case} (target)")}
        for domain, title in titles.items() if cohort is not None else ():
            for number, case in enumerate(getattr(cohort, domain)):
                self._choice.addItem(title.format(case=case.id), f"{domain} {number}")
        self._choice.visible = self._button.visible = cohort is not None

    def _chosen(self):
        return str(self._choice.itemData(self._choice.currentIndex) or "")

    def _showButton(self):
        isCancel = self.runner.running and self._chosen() == self._key
        self._button.text = _("&Cancel") if isCancel else self._text
        self._button.toolTip = _("Load nothing; the scene stays as it is.") if isCancel else self._tip

    def onShow(self, _checked=False):
        """Load the chosen case and show it; what is being loaded is given up."""
        chosen, before = self._chosen(), self._key
        self.cancel()
        if chosen and chosen != before:
            try:
                self._start(chosen)
            except (CrossModaError, OSError) as error:
                self._forget()
                self._say(inThePanel(explain(error)[0]))

    def _start(self, chosen):
        domain, _space, number = chosen.partition(" ")
        case = getattr(self._experiment.cohort, domain)[int(number)]
        self._case, self._domain, self._labels = case, domain, self._experiment.settings.labels
        self._parts = list(self._partsOf(self._experiment, domain, case))
        lacking = [part for part in self._parts if _found(part.path) is None]
        if not lacking:
            self._key = chosen
            self.runner.work(self._take())
            self._showButton()
            return
        if not self._isReady(*FOR_SCANS):
            self._forget()
            return
        images, labelMaps = ([str(part.path) for part in lacking if part.isLabelMap is kind] for kind in (False, True))
        settings = self._experiment.settings
        merged, header = settings.reading.merged_values, settings.reading.header
        reading = {"labels": labels_text(settings.labels), "reading.merged_values": labels_text(merged), "reading.header": header}
        words = ["unpack", *images, *(word for path in labelMaps for word in ("--label-map", path))]
        words += [word for key, value in reading.items() for word in ("--set", f"{key}={value}")]
        self._key, self._lacking = chosen, len(lacking)
        self._say(_("Loading {case}...").format(case=case.id))
        self.runner.start(lambda _folder: (), lambda folder: [*words, "-o", str(folder)])
        self._showButton()

    def _partsOf(self, experiment, domain, case):
        yield _Part(case.image, case.id)
        if domain == "source" and (path := experiment.pseudo_target(case)).is_file():
            yield _Part(path, _("{case} translated").format(case=case.id))
        if case.label is not None:
            yield _Part(case.label, _("{case} label").format(case=case.id), isLabelMap=True)
        if domain != "source":
            yield from self._predictions(experiment, domain, case)

    def _predictions(self, experiment, domain, case):
        """The latest round's segmentation of a target scan."""
        kind = "evaluation" if domain == "evaluation" else "pseudo_labels"
        rounds = sorted(
            (number, path) for path in experiment.folder.glob(ITERATIONS) if (number := iteration_number(path.name)) is not None
        )
        found = [(path / kind / f"{case.id}.nii.gz", number) for number, path in rounds]
        for path, number in [entry for entry in found if entry[0].is_file()][-1:]:
            yield _Part(path, _("{case} predicted, round {number}").format(case=case.id, number=number), isLabelMap=True)

    def _onEvent(self, event):
        return self._read(event) if event["kind"] == "result" else ()

    def _read(self, event):
        """Take over what the command has read; the last file's result brings all into the scene. In steps."""
        self._volumes[event["input"]] = yield from read_in_pieces(Path(event["outputs"][0]))
        if len(self._volumes) == self._lacking:
            yield
            yield from self._take()

    def _take(self):
        """Make the nodes that there are not yet, one a step, and show all."""
        scan, others, segmentations = None, [], []
        for part in self._parts:
            node = _found(part.path)
            if node is None and str(part.path) not in self._volumes:  # it was in the scene, and was removed
                raise InputError(_("The scan was removed meanwhile; nothing was added."))
            if node is None:
                node = yield from self._make(part, scan)
            scan = scan or node
            if node is not scan:
                (segmentations if part.isLabelMap else others).append(node)
            yield from _goneOn(scan)
        for segmentation in segmentations:
            mrml.mark_made(segmentation, mrml.warnings_of(segmentation))
        place = views.placeIn(segmentations[0]) if segmentations else None
        yield from _goneOn(scan)
        # A prediction stands beside its reference, so each has a view of its own; a label lies over scan and translation.
        self._shown = [scan, *others, *segmentations]
        self._showing = views.sideBySide(scan, (others or [scan])[0], segmentations, place)
        self._done = self._told(self._case, others, segmentations, self._domain)
        for step in self._showing:
            yield step
            if any(node.GetScene() is None for node in (scan, *others, *segmentations)):
                self._giveUp()
                self._done = ""
                raise InputError(_("The scan was removed meanwhile; nothing was added."))
        self._showing = None

    def _make(self, part, scan):
        """The node of a part that was read, in steps."""
        volume = self._volumes.pop(str(part.path))
        if part.isLabelMap:
            node = mrml.segmentation_node(volume, self._labels, scan, part.name, is_shown=False)  # until its scan is
        else:
            image = yield from mrml.image_in_pieces(volume.array)
            node = mrml.volume_node(volume, part.name, None, scan, image)
        self._made.append(node)
        node.SetAttribute(FILE, _stamp(part.path))
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        item = hierarchy.GetItemByDataNode(node)
        if scan is None and item:  # a folder of its own in the Data module, into which the others follow it
            self._folder = hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), self._case.id)
            hierarchy.SetItemParent(item, self._folder)
        return node

    def _onEnd(self, outcome, message):
        problem = message if outcome == "failed" and self._showing is not None else ""  # all is there, but could not be shown
        if self._done and self._showing is not None and not problem and not slicer.mrmlScene.IsClosing():
            problem = views.atOnce(self._showing)  # all is there, so it is shown at once
        self._giveUp()
        if self._done and problem:
            self._done = views.notShownText().format(name=self._case.id, problem=problem)
        elif not self._done:
            self._removeMade()
        isGivenUp = outcome == "cancelled"
        self._shown = self._shown if self._done else []
        self._say(self._done or message or (_("Cancelled.") if isGivenUp else ""))
        self._forget()
        self._showButton()

    def _removeMade(self):
        """Take what was made of a case out of the scene again."""
        if slicer.mrmlScene.IsClosing():
            return
        for node in self._made:
            mrml.remove_node(node)
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        if self._folder and not hierarchy.GetNumberOfItemChildren(self._folder):
            hierarchy.RemoveItem(self._folder)

    def _told(self, case, others, segmentations, domain):
        if others:
            return _("{case}: left the scan, right its translation, a synthetic image, not a scan.").format(case=case.id)
        if len(segmentations) == 2:
            return _("{case}: left the reference, right the prediction. Not for clinical use.").format(case=case.id)
        if segmentations:
            return _("{case}, with '{name}'.").format(case=case.id, name=segmentations[0].GetName())
        lacks = {"source": _("no translation yet"), "evaluation": _("no prediction yet"), "target": _("no prediction yet")}
        return _("{case}: {lacks}.").format(case=case.id, lacks=lacks[domain])


def _goneOn(scan):
    """A step's end: let the window work, and refuse to go on without the scan."""
    yield
    if scan.GetScene() is None:
        raise InputError(_("The scan was removed meanwhile; nothing was added."))


def _found(path):
    """The scene's node that was read from a file and has not been changed since then on disk."""
    return next((node for node in slicer.util.getNodesByClass("vtkMRMLDisplayableNode") if node.GetAttribute(FILE) == _stamp(path)), None)


def _stamp(path):
    return f"{path} {path.stat().st_mtime_ns}"
