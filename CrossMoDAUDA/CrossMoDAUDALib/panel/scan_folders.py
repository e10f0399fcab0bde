"""The folders of scans that were chosen: what they are, and the words that name them to the command line."""

from pathlib import Path

from slicer.i18n import tr as _

from ..cohort.data_sets import NNUNET, kinds_in, layout_of
from ..core.errors import InputError

SCANS = {
    "crossmoda": {"crossmoda": "--crossmoda"},
    "folders": {"sourceImages": "--source-images", "sourceLabels": "--source-labels", "targetImages": "--target-images"},
}
EVALUATION_SCANS = {"evaluateImages": "--evaluate-images", "evaluateLabels": "--evaluate-labels"}
# Which scans of a data set are meant.
KINDS = {"sourceImages": "sourceKind", "targetImages": "targetKind", "evaluateImages": "evaluateKind"}
_LABELS_OF = {"sourceImages": "sourceLabels", "evaluateImages": "evaluateLabels"}
_IMAGES_OF = {labels: images for images, labels in _LABELS_OF.items()}


class ScanFolders:
    """Tells a data set of nnU-Net's, and one in BIDS, from a plain folder; such a one brings its labels."""

    def __init__(self):
        self._layouts, self._kinds = {}, {}

    def forget(self):
        """Look again when a folder is next asked for: what lies there may have changed."""
        self._layouts.clear()
        self._kinds.clear()

    def layout(self, parameters, name):
        """What the folder of a field is, as :func:`..cohort.data_sets.layout_of` tells."""
        text = getattr(parameters, name)
        if not text or not name.endswith("Images"):
            return ""
        if text not in self._layouts:
            try:
                self._layouts[text] = layout_of(Path(text))
            except OSError:
                self._layouts[text] = ""
        return self._layouts[text]

    def kinds(self, parameters, name):
        """Of which kinds the scans of a field's data set are, what each is called by what the command line calls it; none to choose from
        if there is one kind only, or the target's choice holds for the evaluation too.
        """
        fields = self._fields(parameters)
        layout, ofTarget = (self.layout(parameters, one) if one in fields else "" for one in (name, "targetImages"))
        found = self._allKinds(getattr(parameters, name)) if layout and (name, layout) != ("evaluateImages", ofTarget) else {}
        return found if len(found) > 1 else {}

    def _allKinds(self, text):
        if text not in self._kinds:
            try:
                self._kinds[text] = kinds_in(Path(text))
            except (InputError, OSError):  # which the check tells
                self._kinds[text] = {}
        return self._kinds[text]

    def _fields(self, parameters):
        return {**SCANS[parameters.scansKind], **EVALUATION_SCANS}

    def takesLabels(self, parameters, name):
        """Whether a field is asked for; one for labels is not where a data set of nnU-Net's has them."""
        return self.layout(parameters, _IMAGES_OF.get(name, "")) != NNUNET if name in _IMAGES_OF else True

    def missing(self, parameters):
        """Why no cohort is named; empty when one is."""
        for name in SCANS[parameters.scansKind]:
            if not getattr(parameters, name) and not self._brings(parameters, name):
                return _("Choose where the scans are.")
        for name, kind in KINDS.items():
            if (found := self.kinds(parameters, name)) and getattr(parameters, kind) not in found:
                return _("Choose which scans of the data set are meant.")
        hasImages, hasLabels = bool(parameters.evaluateImages), bool(parameters.evaluateLabels)
        if hasImages != hasLabels and not (hasImages and self._brings(parameters, "evaluateLabels")):
            return _("Evaluation images and evaluation labels belong together; give both or neither.")
        return ""

    def _brings(self, parameters, name):
        """Whether a data set brings the labels of a field."""
        return name in _IMAGES_OF and bool(self.layout(parameters, _IMAGES_OF[name]))

    def words(self, parameters):
        """The options that name the scans."""
        words = []
        for name, option in self._fields(parameters).items():
            text = getattr(parameters, name)
            if text and self.takesLabels(parameters, name):
                layout = self.layout(parameters, name)
                words += [option.replace("-images", f"-{layout}") if layout else option, text]
                words += self._kindWords(parameters, name, "channel" if layout == NNUNET else "suffix", words) if layout else []
        return words

    def _kindWords(self, parameters, name, which, before):
        """The option that says which scans of a field's data set are meant, if that is needed after the words before."""
        option, chosen = f"--{which}" if name == "sourceImages" else f"--target-{which}", getattr(parameters, KINDS[name])
        if chosen in self.kinds(parameters, name):
            return [option, chosen]
        kinds = self._allKinds(getattr(parameters, name))
        # The source's would count for the others, too.
        return [option, *kinds] if f"--{which}" in before and option not in before and len(kinds) == 1 else []

    def text(self, parameters):
        """What was recognised, in sentences; empty for plain folders."""
        titles = {
            "sourceImages": _("source images"),
            "targetImages": _("target images"),
            "evaluateImages": _("evaluation images"),
        }
        names = [name for name in self._fields(parameters) if self.layout(parameters, name)]
        nnunet = ", ".join(titles[name] for name in names if self.layout(parameters, name) == NNUNET)
        bids = ", ".join(titles[name] for name in names if self.layout(parameters, name) != NNUNET)
        said = []
        if nnunet:
            said.append(_("Read as a data set of nnU-Net's, with its labels and structures: {fields}.").format(fields=nnunet))
        if bids:
            said.append(_("Read as a BIDS data set: {fields}.").format(fields=bids))
        return " ".join(said)


class ScanKinds:
    """The lists from which the kind of a data set's scans is chosen; shown only where there are several.

    Args:
        section: whose form has the lists.
        folders: its :class:`ScanFolders`.
    """

    def __init__(self, section, folders):
        ui = section.ui
        self._section, self._folders = section, folders
        self._combos = {"sourceImages": ui.adaptSourceKind, "targetImages": ui.adaptTargetKind, "evaluateImages": ui.adaptEvaluateKind}
        self._listed = {}
        for name, combo in self._combos.items():
            combo.connect("currentIndexChanged(int)", lambda index, name=name: self._take(name, index))

    def show(self, parameters):
        """Offer what the chosen folders hold."""
        for name, combo in self._combos.items():
            found, chosen = self._folders.kinds(parameters, name), getattr(parameters, KINDS[name])
            wasBlocked = combo.blockSignals(True)
            if found != self._listed.get(name):
                self._listed[name] = found
                combo.clear()
                combo.addItem(_("Choose..."), "")
                for value, text in found.items():
                    combo.addItem(text, value)
            combo.currentIndex = max(combo.findData(chosen), 0)
            combo.blockSignals(wasBlocked)
            self._section.setRowVisible(combo, bool(found))

    def _take(self, name, index):
        parameters = self._section.parameters
        if parameters is not None:
            setattr(parameters, KINDS[name], self._combos[name].itemData(index) or "")
