"""What the section Segment offers to do with its results: to show one in the views, or to go on with it by hand."""

import qt
from slicer.i18n import tr as _

from ..slicer_nodes import mrml
from . import views
from .picks import Picks
from .showing import Showing


class ResultViews:
    """A list of scans with results, where there are several, *Show* and *Edit...*, and a word where the views show another scan.

    Args:
        section: the section Segment.
    """

    def __init__(self, section):
        self._section, self._ui = section, section.ui
        self._scan, self._results = None, []  # the chosen scan, if it is one; scan and segmentations each
        self._isFilling = False
        self.showing = Showing(self._onEnd)
        ui = self._ui
        ui.segmentShow.connect("clicked(bool)", self.onShow)
        ui.segmentEdit.connect("clicked(bool)", self.onEdit)
        ui.segmentShown.connect("currentIndexChanged(int)", self.onChosen)
        self._picks = Picks(ui.segmentInputVolume, self.onPicked)

    def offer(self, scan, results, changed=()):
        """Offer what is chosen.

        Args:
            scan: the one that is chosen; None where all are, or none is.
            results: scan and its segmentations each, the newest last; only scans that have some.
            changed: segmentations that were changed since their warnings were said.
        """
        ui, self._scan, self._results = self._ui, scan, results
        names = [mrml.telling_name(each) for each, _segmentations in results]
        self._isFilling = True
        if names != [ui.segmentShown.itemText(index) for index in range(ui.segmentShown.count)]:
            ui.segmentShown.clear()
            ui.segmentShown.addItems(names)
        odd = ui.segmentShown.style().standardIcon(qt.QStyle.SP_MessageBoxWarning)
        for index, (_scan, segmentations) in enumerate(results):
            hasWarnings = any(mrml.warnings_of(each) for each in segmentations if each not in changed)
            ui.segmentShown.setItemIcon(index, odd if hasWarnings else qt.QIcon())
        self._isFilling = False
        self._section.show(ui.segmentShown, len(results) > 1)
        self._section.show(ui.segmentEdit, bool(results))
        self.look()

    def look(self):
        """Look again at which scans the views show."""
        ui, inViews = self._ui, views.scansInViews()
        chosen = [self._scan] if self._scan is not None else [scan for scan, _segmentations in self._results]
        isElsewhere = bool(chosen and inViews) and not any(scan in inViews for scan in chosen)
        text = _("The views show '{scan}'.").format(scan=mrml.telling_name(inViews[0])) if isElsewhere else ""
        self._section.say(ui.segmentViews, text)
        self._section.show(ui.segmentShow, bool(self._results) or isElsewhere)
        ui.segmentShow.enabled = not self._section.runner.running
        place = next((index for index, (scan, _own) in enumerate(self._results) if scan in inViews), None)
        if place is not None and not self.showing.running and place != ui.segmentShown.currentIndex:
            self._isFilling = True
            ui.segmentShown.currentIndex = place
            self._isFilling = False

    def _current(self):
        """The scan that the list shows, or that is chosen, and its segmentations."""
        if self._results:
            return self._results[max(self._ui.segmentShown.currentIndex, 0)]
        return self._scan, []

    def onShow(self, _checked=False):
        """Show the scan with its newest result."""
        self._show(*self._current())

    def onChosen(self, _index):
        """Show the scan that was chosen in the list."""
        if not self._isFilling:
            self._show(*self._current())

    def onPicked(self):
        """The user has chosen a scan: show it, unless the views show it already."""
        scan, segmentations = self._scan, self._results[0][1] if self._results else []
        isShown = views.scansInViews() == [scan] and all(node.GetDisplayVisibility() for node in segmentations[-1:])
        if scan is not None and not isShown:
            self._show(scan, segmentations)

    def _show(self, scan, segmentations):
        if scan is None or scan.GetScene() is None or self._section.runner.running:
            return
        if segmentations:
            self.showing.show(views.segmentationInViews(segmentations[-1], scan))
        else:
            self.showing.cancel()
            views.showScan(scan)
        self.look()

    def _onEnd(self, problem):
        if problem:
            self._section.say(self._ui.segmentStatus, problem)
        self.look()

    def onEdit(self, _checked=False):
        """Go on with the result of the scan that is shown, or else with the latest."""
        self.showing.cancel()
        self.look()
        inViews = views.scansInViews()
        shown = [nodes for scan, nodes in self._results if scan in inViews]
        views.openInSegmentEditor((shown[0] if shown else self._current()[1])[-1])

    def cleanup(self):
        """Show nothing more; while the scene closes nothing goes back, as all goes."""
        self.showing.cancel()
        self._picks.forget()

    def end(self):
        """The panel goes."""
        self._picks.cleanup()
