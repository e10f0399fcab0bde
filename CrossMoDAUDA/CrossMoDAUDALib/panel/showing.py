"""Scans that come into the views because the user asks for them, and what follows where others come there by other ways."""

import qt
import slicer
import vtk

from ..slicer_nodes import mrml, visits
from . import views
from .command_runner import CommandRunner


class Showing:
    """Shows something in steps; asked for something else meanwhile, it gives that up.

    Args:
        end: called with what went wrong in a sentence, empty when all went well; not when it was given up.
    """

    def __init__(self, end):
        self._end, self._steps = end, None
        self._runner = CommandRunner(lambda _event: (), self._onEnd)

    @property
    def running(self):
        """Whether it is at it."""
        return self._runner.running

    def show(self, steps):
        """Show something instead of what is being shown.

        Args:
            steps: a generator of :mod:`.views`.
        """
        self.cancel()
        self._steps = steps
        self._runner.work(steps)

    def cancel(self):
        """Show nothing more; views that are half changed go back."""
        steps, self._steps = self._steps, None
        if steps is not None:
            steps.close()
        self._runner.cancel()

    def _onEnd(self, outcome, message):
        self._steps = None
        if outcome != "cancelled":
            self._end(message)


class ShownScans:
    """Follows which scans the slice views show.

    Where the user shows another scan by whatever way, as *Add Data* does, results of scans that are shown no more would lie over it: they
    are hidden, once, so that a user who shows one of them again has it. Those of the same patient stay.

    Args:
        isBusy: whether views are being changed by the panel, which then hides by itself what does not belong.
        tell: called without arguments once other scans are shown.
    """

    def __init__(self, isBusy, tell):
        self._isBusy, self._tell = isBusy, tell
        self._followed = {}  # slice composite node and its observer, by its ID
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._look)
        self._layoutManager = slicer.app.layoutManager()
        if self._layoutManager is not None:
            self._layoutManager.connect("layoutChanged(int)", self.follow)
        self.follow()
        self._known = views.scansInViews()

    def follow(self, _layout=None):
        """Follow the views that there are now."""
        for composite in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode"):
            followed = self._followed.get(composite.GetID())
            if followed is None or followed[0] is not composite:
                tag = composite.AddObserver(vtk.vtkCommand.ModifiedEvent, lambda _node, _event: self._timer.start(0))
                self._followed[composite.GetID()] = (composite, tag)
        self._timer.start(0)

    def settle(self):
        """A scene was loaded: what its views show is as it was saved."""
        self.follow()
        self._timer.stop()
        self._known = views.scansInViews()

    def _look(self):
        if slicer.mrmlScene.IsImporting() or slicer.mrmlScene.IsClosing():
            return
        before, self._known = self._known, views.scansInViews()
        if self._known == before:
            return
        if not self._isBusy() and any(scan not in before for scan in self._known):
            _hideResultsOfOthers(self._known)
        self._tell()

    def cleanup(self):
        """Follow nothing more."""
        self._timer.stop()
        if self._layoutManager is not None:
            self._layoutManager.disconnect("layoutChanged(int)", self.follow)
        for composite, tag in self._followed.values():
            composite.RemoveObserver(tag)
        self._followed, self._known = {}, []


def _hideResultsOfOthers(scans):
    patients = {visits.patient_of(scan) for scan in scans} - {""}
    for segmentation in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        isShown = any(mrml.lies_on(segmentation, scan) for scan in scans) or visits.patient_of(segmentation) in patients
        if not isShown and mrml.is_made(segmentation) and segmentation.GetDisplayVisibility():
            segmentation.SetDisplayVisibility(False)
