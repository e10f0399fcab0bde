"""Measure again: segmentations that somebody has changed since they were measured get new measurements and warnings."""

import qt
from slicer.i18n import tr as _

from ..core.parsing import labels_text
from ..images.raw_nrrd import write_in_pieces
from ..slicer_nodes import mrml
from . import tables, wording
from .command_runner import CommandRunner
from .known_models import isUsable, modelNamed
from .section import FOR_SCANS


class MeasureAgain:
    """The button of that.

    Args:
        section: the section Segment.
        done: called with the rows of the table and the segmentations that were measured.
    """

    def __init__(self, section, done):
        self._section, self._ui, self._done = section, section.ui, done
        self._nodes = []  # what can be measured
        self._running, self._fingerprints = [], {}  # what is measured, and its voxels by the node's ID
        self._warnings, self._findings = {}, {}
        self._waiting = []  # models, each with its segmentations, that are still to be measured
        self._measured, self._lacking = [], {}  # what was found, for the end; segmentations by the name of a model that is not known here
        self.runner = CommandRunner(self._onEvent, self._onEnd)
        self._ui.segmentMeasure.connect("clicked(bool)", self.onMeasure)

    def offer(self, nodes):
        """Offer to measure segmentations; none: nothing."""
        self._nodes = list(nodes)
        self._update()

    @property
    def running(self):
        """Whether it is at it, also between the segmentations of one model and the next."""
        return self.runner.running or bool(self._waiting)

    def _update(self):
        ui = self._ui
        ui.segmentMeasure.text = _("Cancel meas&uring") if self.running else _("Meas&ure again")
        self._section.show(ui.segmentMeasure, bool(self._nodes) or self.running)

    def onMeasure(self, _checked=False):
        """Start, or cancel what runs."""
        section, ui = self._section, self._ui
        if self.running:
            self.cancel()
            return
        if section.parameters is None or not section.panel.checkDependencies(section, ui.segmentStatus, *FOR_SCANS):
            return
        nodes = [node for node in self._nodes if node.GetScene() is not None and mrml.structure_names(node)]
        if not nodes:
            return
        self._measured, self._lacking = [], {}
        byModel = {}
        for node in nodes:
            byModel.setdefault(self._modelOf(node), []).append(node)
        self._waiting = list(byModel.items())
        section.say(ui.segmentStatus, _("Measuring..."))
        self._next()

    def cancel(self):
        """Measure nothing more."""
        isBetween, self._waiting = self.running and not self.runner.running, []
        self.runner.cancel()
        if isBetween:
            self._end("cancelled", "")

    def _modelOf(self, node):
        """The model whose warnings a segmentation gets: the one that made it, or if none is kept with it the one that is chosen."""
        name, chosen = mrml.model_of(node), self._section.parameters.model
        if not name:
            return chosen if isUsable(chosen) else ""
        found = modelNamed(name, chosen)
        if not found:
            self._lacking.setdefault(name, []).append(node.GetName())
        return found

    def _next(self):
        """Measure the segmentations of the next model, those that have gone meanwhile left out."""
        model, nodes = self._waiting.pop(0)
        nodes = [node for node in nodes if node.GetScene() is not None and mrml.structure_names(node)]
        if not nodes:
            self._next() if self._waiting else self._end("finished", "")
            return
        names = dict.fromkeys(name for node in nodes for name in mrml.structure_names(node))
        values = {name: value for value, name in enumerate(names, 1)}
        self._running, self._fingerprints, self._warnings, self._findings = nodes, {}, {}, {}

        def prepare(folder):
            for number, node in enumerate(nodes, 1):
                there = {name: values[name] for name in mrml.structure_names(node)}
                self._fingerprints[node.GetID()], labels = yield from mrml.label_volume_with_fingerprint(node, there)
                yield
                yield from write_in_pieces(labels, folder / "scans" / f"scan_{number:04d}.nrrd")

        def arguments(folder):
            files = [str(folder / "scans" / f"scan_{number:04d}.nrrd") for number in range(1, len(nodes) + 1)]
            words = ["measure", *files, "-o", str(folder / "measurements.csv"), "--set", f"labels={labels_text(values)}"]
            return [*words, "--model", model] if model else words

        self.runner.start(prepare, arguments)
        self._update()

    def _onEvent(self, event):
        if event["kind"] == "warning" and "scan" in event:
            self._warnings.setdefault(event["scan"], []).append((event["structure"], event["message"]))
            self._findings.setdefault((event["scan"], event["structure"]), []).append(event["finding"])
        return ()

    def _onEnd(self, outcome, message):
        if outcome == "finished":
            self._measured += self._found()
            if self._waiting:
                qt.QTimer.singleShot(0, self._goOn)  # once the runner is free
                return
        self._end(outcome, message)

    def _end(self, outcome, message):
        if outcome != "cancelled":  # what was measured before another model's failed is kept
            self._finish(self._measured)
        section, self._running, self._waiting = self._section, [], []
        texts = {"finished": self._doneText(), "failed": message, "cancelled": _("Cancelled.")}
        section.say(self._ui.segmentStatus, texts[outcome])
        self._update()
        section.results.again()

    def _goOn(self):
        if self._waiting and not self.runner.running:
            self._next()

    def _found(self):
        """Of each segmentation that is still there: the node, its rows of the table, its warnings and its fingerprint."""
        jobs = {f"scan_{number:04d}": node for number, node in enumerate(self._running, 1)}
        rows = tables.readCsv(self.runner.folder / "measurements.csv")
        found = []
        for job, node in jobs.items():
            if node.GetScene() is None:
                continue
            names = mrml.structure_names(node)
            own = [row for row in rows if row["case"] == job and row["structure"] in names]
            for row in own:
                kinds = self._findings.get((job, row["structure"]), [])
                row["warnings"] = ", ".join(wording.findingText(kind) for kind in kinds)
                scan = mrml.scan_of(node)
                row["scan"] = mrml.telling_name(scan) if scan is not None else node.GetName()
            said = [text for structure, text in self._warnings.get(job, []) if structure in names]
            found.append((node, own, said, self._fingerprints[node.GetID()]))
        return found

    def _finish(self, found):
        measured = []
        for node, own, said, fingerprint in found:
            # Where its segments were renamed meanwhile, what was said of it stays as outdated as it was.
            if own and node.GetScene() is not None:
                mrml.set_warnings(node, said)
                mrml.set_measured(node, fingerprint)
                measured.append((node, own))
        if measured:
            models = {mrml.model_of(node) for node, _own in measured}
            rows = _alike([row for _node, own in measured for row in own])
            self._done(rows, [node for node, _own in measured], model=models.pop() if len(models) == 1 else "")

    def _doneText(self):
        texts = [_("Measured again. Not for clinical use.")]
        lacking = _("The model {name}, which made {segmentations}, is not known here: nothing was compared with its training data.")
        texts += [lacking.format(name=name, segmentations=", ".join(made)) for name, made in self._lacking.items()]
        return "\n".join(texts)


def _alike(rows):
    """Rows with the same columns; what one lacks is empty."""
    columns = dict.fromkeys(key for row in rows for key in row)
    return [{key: row.get(key, "") for key in columns} for row in rows]
