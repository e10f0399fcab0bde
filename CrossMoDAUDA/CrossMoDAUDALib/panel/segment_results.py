"""What the section Segment shows of its results: the text, the warnings and the measurements of the scans that are chosen."""

import html

import slicer
from slicer.i18n import tr as _

from ..scoring.plausibility import LOOK
from ..slicer_nodes import mrml
from . import changes, tables
from .measuring import MeasureAgain
from .result_views import ResultViews
from .wording import inThePanel

RESULT = "CrossMoDAUDA.Result"  # a table's references to the segmentations that it measures, saved with the scene
FOLDER = "CrossMoDAUDA.Folder"  # an attribute of a table of a folder's results
GREYED = "#6e6443"  # on the ground of warnings
REPLACED = "CrossMoDAUDA.Replaced"  # another, of a table whose result was replaced or measured again since
MOST_WARNINGS = 20  # sentences that are shown; with many scans the table has the others


class SegmentResults:
    """Shows results in the section's form; they are found by the scene's nodes, so that they go with their scan and their scene.

    A choice says whose results are meant: ("volume", the node's ID), ("scene", "") or ("folder", the folder of the results).

    Args:
        section: whose form it is.
    """

    def __init__(self, section):
        self._section, self._ui = section, section.ui
        self._chosen = self._shown = None
        self._texts = {}  # text and the nodes that it is about, by choice
        self._folderWarnings = {}  # (scan, sentences) each, by folder
        self.views = ResultViews(section)
        self.measuring = MeasureAgain(section, measuredAgain)
        self._cells = tables.dress(self._ui.segmentTable)
        self._heading = self._ui.segmentWarningsHeading.text

    def follow(self, choice):
        """Show the results of a choice that the user has just made."""
        if choice != self._chosen:
            self._chosen = choice
            self._show(choice)

    def again(self):
        """Look again at what the scene holds."""
        self._show(self._shown or self._chosen, isNew=False)

    def unfollow(self):
        """Another scene's parameters come: its results are found anew."""
        self._chosen = self._shown = None

    def forget(self):
        """The scene closes, and all that was said of it goes."""
        self.unfollow()
        self._texts, self._folderWarnings = {}, {}
        self._section.say(self._ui.segmentStatus, "")
        self.clear()

    def clear(self):
        """Show no warnings and no measurements, and nothing to go on with."""
        self.views.offer(None, [])
        self.measuring.offer([])
        self.showTable(None)
        self.showWarnings(())

    def cleanup(self):
        """End what goes on with results that are there."""
        self.views.cleanup()
        self.measuring.cancel()

    def end(self):
        """The panel goes."""
        self.cleanup()
        self.views.end()

    def finish(self, choice, text, segmentations=(), folderWarnings=()):
        """Show what a choice's work has led to, whatever is chosen meanwhile.

        Args:
            segmentations: what the text is about; it goes when one of these goes.
            folderWarnings: scan and sentences each, of a folder of scans.
        """
        self._texts[choice] = (text, list(segmentations))
        self._folderWarnings[choice[1]] = list(folderWarnings)
        self._show(choice)

    def _show(self, choice, isNew=True):
        """Show a choice's results; its text only when it is new, as something else may have been said since."""
        if choice is None or self._section.runner.running:
            return
        self._shown = choice
        text, about = self._texts.get(choice, ("", ()))
        isGone = any(node.GetScene() is None for node in about)
        if isNew or isGone:
            self._section.say(self._ui.segmentStatus, "" if isGone else text)
        kind, which = choice
        found = slicer.util.getNodesByClass("vtkMRMLTableNode")
        if kind == "folder":
            measured = [table for table in found if which and table.GetAttribute(FOLDER) == which]
            warned, outdated, changed = self._folderWarnings.get(which, ()), [], []
            self.views.offer(None, [])
            self.measuring.offer([])
        else:
            scan = slicer.mrmlScene.GetNodeByID(which) if kind == "volume" and which else None
            scans = mrml.scan_nodes(slicer.mrmlScene) if kind == "scene" else [scan] if scan is not None else []
            byScan = [(each, own) for each in scans if (own := self._results(each, found))]
            results = [node for _scan, own in byScan for node in own]
            measured = [table for table in found if any(node in results for node in _measured(table))]
            changed = [node for node in results if self._section.panel.changes.isChanged(node, mrml.measured_of(node))]
            told = [(node in changed, (mrml.name_with_scan(node), mrml.warnings_of(node))) for node in results]
            warned, outdated = ([found for isOutdated, found in told if isOutdated is kind] for kind in (False, True))
            self.views.offer(scan, byScan, changed)
            self.measuring.offer(results if changed else [])
        self.showTable(measured[-1] if measured else None, changed)
        self.showWarnings(warned, outdated)

    def _results(self, scan, found):
        """A scan's segmentations: those of its latest measurements, or all."""
        nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        own = [node for node in nodes if mrml.scan_of(node) is scan]
        latest = ([node for node in _measured(table) if node in own] for table in reversed(found))
        return next(filter(None, latest), own)

    def showTable(self, node, changed=()):
        """Show a table under its name, which tells whose it is, and what was changed since it was made; None for none."""
        tables.show(self._ui.segmentTable, node, mayStack=True)
        nodes = _measured(node) if node is not None else []
        since = {*changed, *self._section.panel.changes.changedOf(node, nodes)}
        title = changes.titled(node.GetName(), [each for each in nodes if each in since], nodes) if node is not None else ""
        if node is not None and (model := mrml.model_of(node)):
            title = "\n".join([title, _("Model: {name}").format(name=model)])
        self._section.say(self._ui.segmentTableTitle, title)
        self._ui.segmentTableTitle.toolTip = title  # a long name without a space is cut

    def showWarnings(self, found, outdated=()):
        """Show sentences under names, which need not differ.

        Args:
            outdated: the same, of what was changed since they were said; they are shown greyed, and do not count.
        """
        paragraphs, shown, more = [], 0, 0
        for name, sentences in found:
            shown += len(sentences)
            if shown > max(MOST_WARNINGS, len(sentences)):
                more += len(sentences)
                continue
            paragraphs += self._paragraphs(name, sentences)
        if more:
            paragraphs.append(_("And {count} more, kept with the segmentations and in the measurements.").format(count=more))
        isCurrent = bool(paragraphs) or not outdated
        for name, sentences in outdated:
            title = _("{name} (before it was changed)").format(name=name)
            paragraphs += [f'<span style="color: {GREYED}">{part}</span>' for part in self._paragraphs(title, sentences)]
        ui = self._ui
        ui.segmentWarningsText.text = "".join(f'<p style="margin: 0 0 4px 0">{paragraph}</p>' for paragraph in paragraphs)
        ui.segmentWarningsHeading.text = self._heading if isCurrent else _("Said before it was changed")
        self._section.show(ui.segmentWarnings, bool(paragraphs))
        self._section.shownWarnings = shown
        self._section.panel.showStatus()

    def _paragraphs(self, name, sentences):
        look = f"; {inThePanel(LOOK)}"  # the heading says what to do
        told = [inThePanel(sentence).replace(look, "") for sentence in sentences]
        heading = [f"<b>{html.escape(self._section.narrow(name, isBold=True))}</b>"] if sentences else []
        return heading + ["\N{BULLET} " + html.escape(self._section.narrow(sentence)) for sentence in told]


def renameReplaced(segmentations):
    """Tell the measurements of results that were replaced from those that come; Undo may bring such a result back.

    Args:
        segmentations: whose segments were replaced.
    """
    _rename(segmentations, lambda name: _("{measurements} (of a result that was replaced)").format(measurements=name))


def measuredAgain(rows, segmentations, model=""):
    """As :func:`measurementTable`, of segmentations that were changed; their earlier measurements are told from these."""
    _rename(segmentations, lambda name: _("{title} (before it was changed)").format(title=name))
    return measurementTable(rows, segmentations, model=model)


def _rename(segmentations, named):
    for table in slicer.util.getNodesByClass("vtkMRMLTableNode"):
        if any(node in segmentations for node in _measured(table)) and not table.GetAttribute(REPLACED):
            table.SetAttribute(REPLACED, "1")
            table.SetName(mrml.free_name(slicer.mrmlScene, named(table.GetName())))


def measurementTable(rows, segmentations=(), folder=None, model=""):
    """A table node of measurements, tied to what it measures.

    Args:
        rows: dictionaries of measurements.csv, with ``scan``, the name of the scan, and ``warnings``.
        segmentations: the nodes that were measured.
        folder: of the results, where they are files.
        model: the name of the one that has found them.
    """
    scans = dict.fromkeys(row["scan"] for row in rows)
    columns = {"scan": _("Scan")} if len(scans) > 1 else {}
    columns |= {
        "structure": _("Structure"),
        "volume_ml": _("Volume (ml)"),
        "largest_axial_diameter_mm": _("Axial diameter (mm)"),
    }
    distances = [key for key in rows[0] if key.startswith("distance_mm to ")]
    if len(distances) == 2:  # of two structures there is only one distance
        for row in rows:
            row["distance"] = row[distances[0]] or row[distances[1]]
        columns["distance"] = _("Distance apart (mm)")
    else:
        columns |= {key: _("Distance to {structure} (mm)").format(structure=key.removeprefix("distance_mm to ")) for key in distances}
    if any(row["warnings"] for row in rows):
        columns["warnings"] = _("Warnings")
    name = _("{scan} measurements").format(scan=next(iter(scans))) if len(scans) == 1 else _("Measurements")
    node = tables.tableNode(name, columns, rows)
    for segmentation in segmentations:
        node.AddNodeReferenceID(RESULT, segmentation.GetID())
    mrml.put_with(node, [scan for scan in map(mrml.scan_of, segmentations) if scan is not None])
    mrml.set_model(node, model)
    changes.keep(node, [fingerprint for segmentation in segmentations for fingerprint in mrml.measured_of(segmentation)])
    if folder is not None:
        node.SetAttribute(FOLDER, str(folder))
    return node


def _measured(table):
    """The segmentations that a table measures, those that are gone left out."""
    nodes = (table.GetNthNodeReference(RESULT, number) for number in range(table.GetNumberOfNodeReferences(RESULT)))
    return [node for node in nodes if node is not None]
