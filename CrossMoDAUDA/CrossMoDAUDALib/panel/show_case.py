"""Show me: one case of an experiment with its translation, or with its reference and prediction, in views that move together."""

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.layout import ITERATIONS, iteration_number
from ..experiment.folder import Experiment
from ..images.volumes import read_label_map, read_volume
from ..slicer_nodes import mrml
from . import views
from .wording import inThePanel

FILE = "CrossMoDAUDA.File"  # an attribute of nodes: the file that they were read from, which is not read again


class ShowCase:
    """A list of an experiment's cases and a button that loads the chosen one, a file at a time.

    Args:
        choice, button: the list and the button.
        say: called with a sentence for the user.
    """

    def __init__(self, choice, button, say):
        self._choice, self._button, self._say = choice, button, say
        self._experiment = self._scan = None  # that is shown next, once it is loaded
        self._steps = iter(())
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._step)
        button.connect("clicked(bool)", self.onShow)
        self._fill()

    def follow(self, folder):
        """Offer the cases of an experiment folder; None: of none."""
        if folder == (self._experiment.folder if self._experiment is not None else None):
            return
        try:
            self._experiment = Experiment.load(folder) if folder is not None else None
        except (CrossModaError, OSError):  # the section says why
            self._experiment = None
        self._fill()

    def cancel(self):
        """Load nothing more."""
        self._timer.stop()
        self._steps, self._scan = iter(()), None
        self._button.enabled = True

    def _fill(self):
        self._choice.clear()
        cohort = self._experiment.cohort if self._experiment is not None else None
        titles = {"source": _("{case} (source)"), "evaluation": _("{case} (evaluation)"), "target": _("{case} (target)")}
        for domain, title in titles.items() if cohort is not None else ():
            for number, case in enumerate(getattr(cohort, domain)):
                self._choice.addItem(title.format(case=case.id), f"{domain} {number}")
        self._choice.visible = self._button.visible = cohort is not None

    def onShow(self, _checked=False):
        """Load the chosen case and show it."""
        domain, _space, number = str(self._choice.itemData(self._choice.currentIndex) or "").partition(" ")
        if not domain:
            return
        self.cancel()
        self._button.enabled = False
        case = getattr(self._experiment.cohort, domain)[int(number)]
        self._steps = self._show(self._experiment, domain, case)
        self._say(_("Loading {case}...").format(case=case.id))
        self._timer.start(0)

    def _step(self):
        if self._scan is not None and self._scan.GetScene() is None:  # removed meanwhile
            self._say("")
            self.cancel()
            return
        try:
            next(self._steps)
        except StopIteration:
            self.cancel()
        except Exception as error:  # a timer has nobody to raise to
            self._say(inThePanel(explain(error)[0]))
            self.cancel()
        else:
            self._timer.start(0)

    def _show(self, experiment, domain, case):
        """Load and show a case; a step for each file, so that the window is never kept for long."""
        labels = experiment.settings.labels
        self._scan = scan = _found(case.image) or _new(case.image, mrml.volume_node(read_volume(case.image), case.id), folder=case.id)
        yield
        other, segmentations = None, []
        if domain == "source" and (path := experiment.pseudo_target(case)).is_file():
            name = _("{case} translated").format(case=case.id)
            other = _found(path) or _new(path, mrml.volume_node(read_volume(path), name, None, scan))
            yield
        if case.label is not None:
            segmentations.append(_segmentation(case.label, scan, _("{case} label").format(case=case.id), labels))
            yield
        for path, name in () if domain == "source" else self._predictions(experiment, domain, case):
            segmentations.append(_segmentation(path, scan, name, labels))
            yield
        # A prediction stands beside its reference, so each has a view of its own; a label lies over scan and translation.
        views.showSideBySide(scan, other or scan, segmentations)
        if segmentations:
            views.jumpTo(segmentations[0])
        self._say(self._told(case, other, segmentations, domain))

    def _predictions(self, experiment, domain, case):
        """The latest round's segmentation of a target scan."""
        kind = "evaluation" if domain == "evaluation" else "pseudo_labels"
        rounds = sorted(
            (number, path) for path in experiment.folder.glob(ITERATIONS) if (number := iteration_number(path.name)) is not None
        )
        found = [(path / kind / f"{case.id}.nii.gz", number) for number, path in rounds]
        for path, number in [entry for entry in found if entry[0].is_file()][-1:]:
            yield path, _("{case} predicted, round {number}").format(case=case.id, number=number)

    def _told(self, case, other, segmentations, domain):
        if other is not None:
            return _("{case}: left the scan, right its translation, a synthetic image, not a scan.").format(case=case.id)
        if len(segmentations) == 2:
            return _("{case}: left the reference, right the prediction. Not for clinical use.").format(case=case.id)
        if segmentations:
            return _("{case}, with '{name}'.").format(case=case.id, name=segmentations[0].GetName())
        lacks = {"source": _("no translation yet"), "evaluation": _("no prediction yet"), "target": _("no prediction yet")}
        return _("{case}: {lacks}.").format(case=case.id, lacks=lacks[domain])


def _found(path):
    """The scene's node that was read from a file and has not been changed since then on disk."""
    return next((node for node in slicer.util.getNodesByClass("vtkMRMLDisplayableNode") if node.GetAttribute(FILE) == _stamp(path)), None)


def _stamp(path):
    return f"{path} {path.stat().st_mtime_ns}"


def _new(path, node, folder=""):
    """Note where a node is from; give a scan a folder of its own in the Data module, into which the others follow it."""
    node.SetAttribute(FILE, _stamp(path))
    if folder:
        hierarchy = slicer.mrmlScene.GetSubjectHierarchyNode()
        item = hierarchy.GetItemByDataNode(node)
        if item:
            hierarchy.SetItemParent(item, hierarchy.CreateFolderItem(hierarchy.GetSceneItemID(), folder))
    return node


def _segmentation(path, scan, name, labels):
    node = _found(path) or _new(path, mrml.segmentation_node(read_label_map(path), labels, scan, name))
    mrml.mark_made(node, mrml.warnings_of(node))
    return node
