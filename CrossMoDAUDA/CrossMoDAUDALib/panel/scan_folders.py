"""The folders of scans that were chosen: what they are, and the words that name them to the command line."""

from pathlib import Path

from slicer.i18n import tr as _

from ..cohort.data_sets import NNUNET, layout_of

SCANS = {
    "crossmoda": {"crossmoda": "--crossmoda"},
    "folders": {"sourceImages": "--source-images", "sourceLabels": "--source-labels", "targetImages": "--target-images"},
}
EVALUATION_SCANS = {"evaluateImages": "--evaluate-images", "evaluateLabels": "--evaluate-labels"}
_LABELS_OF = {"sourceImages": "sourceLabels", "evaluateImages": "evaluateLabels"}
_IMAGES_OF = {labels: images for images, labels in _LABELS_OF.items()}


class ScanFolders:
    """Tells a data set of nnU-Net's, and one in BIDS, from a plain folder; such a one brings its labels."""

    def __init__(self):
        self._layouts = {}

    def forget(self):
        """Look again when a folder is next asked for: what lies there may have changed."""
        self._layouts.clear()

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

    def takesLabels(self, parameters, name):
        """Whether a field is asked for; one for labels is not where a data set of nnU-Net's has them."""
        return self.layout(parameters, _IMAGES_OF.get(name, "")) != NNUNET if name in _IMAGES_OF else True

    def missing(self, parameters):
        """Why no cohort is named; empty when one is."""
        for name in SCANS[parameters.scansKind]:
            if not getattr(parameters, name) and not self._brings(parameters, name):
                return _("Choose where the scans are.")
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
        for name, option in {**SCANS[parameters.scansKind], **EVALUATION_SCANS}.items():
            text = getattr(parameters, name)
            if text and self.takesLabels(parameters, name):
                layout = self.layout(parameters, name)
                words += [option.replace("-images", f"-{layout}") if layout else option, text]
        return words

    def text(self, parameters):
        """What was recognised, in sentences; empty for plain folders."""
        titles = {
            "sourceImages": _("source images"),
            "targetImages": _("target images"),
            "evaluateImages": _("evaluation images"),
        }
        names = [name for name in {**SCANS[parameters.scansKind], **EVALUATION_SCANS} if self.layout(parameters, name)]
        nnunet = ", ".join(titles[name] for name in names if self.layout(parameters, name) == NNUNET)
        bids = ", ".join(titles[name] for name in names if self.layout(parameters, name) != NNUNET)
        said = []
        if nnunet:
            said.append(_("Read as a data set of nnU-Net's, with its labels and structures: {fields}.").format(fields=nnunet))
        if bids:
            said.append(_("Read as a BIDS data set: {fields}.").format(fields=bids))
        return " ".join(said)
