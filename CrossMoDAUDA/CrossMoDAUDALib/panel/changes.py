"""Whether somebody has changed a segmentation since something was said of it: measurements, warnings, scores, comparisons."""

import time

import qt
import slicer
from slicer.i18n import tr as _

from ..slicer_nodes import mrml

VOXELS = "CrossMoDAUDA.Voxels"  # an attribute of tables: the fingerprints of what they tell of, in any order
TURN_MS = 8  # that looking at voxels may take of each turn of the event loop


class Changes:
    """Compares fingerprints of voxels, which it finds out beside the window's own work, and again only once something was drawn.

    Args:
        tell: called once fingerprints are known that were asked for.
    """

    def __init__(self, tell):
        self._tell, self._known = tell, {}  # the drawn state and its fingerprint, by the node's ID
        self._waiting, self._steps = {}, None  # nodes by ID, what is looked at now
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._turn)

    @property
    def isLooking(self):
        """Whether it is finding out."""
        return bool(self._waiting) or self._steps is not None

    def keepMeasured(self, node):
        """Keep with a segmentation that it was measured as it is now, in steps."""
        fingerprint, state = yield from mrml.taken_with_fingerprint(node, lambda: _state(node))
        mrml.set_measured(node, fingerprint)
        self._known[node.GetID()] = (state, fingerprint)

    def isChanged(self, node, told):
        """Whether a node has other voxels than those of which something is told.

        Of one that is seen for the first time this is known after a while, when ``tell`` is called; of one in which was drawn since it
        was looked at, it is taken to be so until then.

        Args:
            told: fingerprints; of none nobody knows.
        """
        if not told:
            return False
        state, fingerprint = self._known.get(node.GetID(), (None, None))
        if state == _state(node):
            return bool(fingerprint) and fingerprint not in told
        self._waiting[node.GetID()] = node
        self._timer.start(0)
        return state is not None

    def changedOf(self, table, nodes):
        """Of the nodes that a table tells of those that were changed since then."""
        told = (table.GetAttribute(VOXELS) or "").split() if table is not None else []
        return [node for node in nodes if self.isChanged(node, told)]

    def _turn(self):
        end = time.monotonic() + TURN_MS / 1000
        while time.monotonic() < end:
            if self._steps is None:
                if not self._waiting:
                    self._timer.stop()
                    self._tell()
                    return
                self._steps = self._look(self._waiting.pop(next(iter(self._waiting))))
            try:
                next(self._steps)
            except StopIteration:
                self._steps = None

    def _look(self, node):
        if node.GetScene() is not None:
            fingerprint, state = yield from mrml.taken_with_fingerprint(node, lambda: _state(node))
            self._known[node.GetID()] = (state, fingerprint)

    def forget(self):
        """The scene closes."""
        self._timer.stop()
        self._known, self._waiting, self._steps = {}, {}, None

    cleanup = forget


def keep(table, fingerprints):
    """Keep with a table the fingerprints of what it tells of."""
    table.SetAttribute(VOXELS, " ".join(filter(None, fingerprints)))


def titled(title, changed, nodes):
    """A table's title, with what of its nodes was changed since."""
    if not changed:
        return title
    if len(nodes) < 2:
        return _("{title} (before it was changed)").format(title=title)
    names = ", ".join(mrml.name_with_scan(node) for node in changed)
    return _("{title} (before this was changed: {names})").format(title=title, names=names)


def _state(node):
    """What changes when somebody draws in a node, without its voxels, which would be kept."""
    if not node.IsA("vtkMRMLSegmentationNode"):
        image = node.GetImageData()
        return image.GetMTime() if image is not None else 0
    return tuple((identifier, time) for identifier, _voxels, time in mrml.drawn_state(node))


def nodesOf(table, role):
    """The nodes that a table refers to, those that are gone left out."""
    nodes = (table.GetNthNodeReference(role, number) for number in range(table.GetNumberOfNodeReferences(role)))
    return [node for node in nodes if node is not None and node.GetScene() is slicer.mrmlScene]
