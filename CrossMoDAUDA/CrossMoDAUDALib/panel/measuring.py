"""Measure again: segmentations that somebody has changed since they were measured get new measurements and warnings."""

from pathlib import Path

from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.parsing import labels_text
from ..images.raw_nrrd import write_in_pieces
from ..models.model_folder import describe_model
from ..slicer_nodes import mrml
from . import tables, wording
from .command_runner import CommandRunner
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
        self.runner = CommandRunner(self._onEvent, self._onEnd)
        self._ui.segmentMeasure.connect("clicked(bool)", self.onMeasure)

    def offer(self, nodes):
        """Offer to measure segmentations; none: nothing."""
        self._nodes = list(nodes)
        self._update()

    def _update(self):
        ui = self._ui
        ui.segmentMeasure.text = _("Cancel meas&uring") if self.runner.running else _("Meas&ure again")
        self._section.show(ui.segmentMeasure, bool(self._nodes) or self.runner.running)

    def onMeasure(self, _checked=False):
        """Start, or cancel what runs."""
        section, ui = self._section, self._ui
        if self.runner.running:
            self.runner.cancel()
            return
        if section.parameters is None or not section.panel.checkDependencies(section, ui.segmentStatus, *FOR_SCANS):
            return
        nodes = [node for node in self._nodes if node.GetScene() is not None]
        names = dict.fromkeys(name for node in nodes for name in mrml.structure_names(node))
        values = {name: value for value, name in enumerate(names, 1)}
        if not values:
            return
        self._running, self._fingerprints, self._warnings, self._findings = nodes, {}, {}, {}
        model = section.parameters.model

        def prepare(folder):
            for number, node in enumerate(nodes, 1):
                there = {name: values[name] for name in mrml.structure_names(node)}
                self._fingerprints[node.GetID()], labels = yield from mrml.label_volume_with_fingerprint(node, there)
                yield
                yield from write_in_pieces(labels, folder / "scans" / f"scan_{number:04d}.nrrd")

        def arguments(folder):
            files = [str(folder / "scans" / f"scan_{number:04d}.nrrd") for number in range(1, len(nodes) + 1)]
            words = ["measure", *files, "-o", str(folder / "measurements.csv"), "--set", f"labels={labels_text(values)}"]
            return [*words, "--model", model] if _isUsable(model) else words

        section.say(ui.segmentStatus, _("Measuring..."))
        self.runner.start(prepare, arguments)
        self._update()

    def _onEvent(self, event):
        if event["kind"] == "warning" and "scan" in event:
            self._warnings.setdefault(event["scan"], []).append((event["structure"], event["message"]))
            self._findings.setdefault((event["scan"], event["structure"]), []).append(event["finding"])
        return ()

    def _onEnd(self, outcome, message):
        section = self._section
        if outcome == "finished":
            jobs = {f"scan_{number:04d}": node for number, node in enumerate(self._running, 1)}
            there = {job: node for job, node in jobs.items() if node.GetScene() is not None}
            rows = []
            for row in tables.readCsv(self.runner.folder / "measurements.csv"):
                node = there.get(row["case"])
                if node is not None and row["structure"] in mrml.structure_names(node):
                    found = self._findings.get((row["case"], row["structure"]), [])
                    row["warnings"] = ", ".join(wording.findingText(kind) for kind in found)
                    scan = mrml.scan_of(node)
                    row["scan"] = mrml.telling_name(scan) if scan is not None else node.GetName()
                    rows.append(row)
            measured = {row["case"]: there[row["case"]] for row in rows}
            for job, node in there.items():
                if job not in measured:  # its segments were renamed meanwhile: what was said of it stays as outdated as it was
                    continue
                own = [text for structure, text in self._warnings.get(job, []) if structure in mrml.structure_names(node)]
                mrml.set_warnings(node, own)
                mrml.set_measured(node, self._fingerprints[node.GetID()])
            if rows:
                models = {mrml.model_of(node) for node in measured.values()}
                self._done(rows, list(measured.values()), model=models.pop() if len(models) == 1 else "")
        self._running = []
        texts = {"finished": _("Measured again. Not for clinical use."), "failed": message, "cancelled": _("Cancelled.")}
        section.say(self._ui.segmentStatus, texts[outcome])
        self._update()
        section.results.again()


def _isUsable(model):
    """Whether a model tells what it was trained on; without that only what is missing or cut off can be told."""
    try:
        return bool(model) and describe_model(Path(model)).trained_on is not None
    except (CrossModaError, OSError):
        return False
