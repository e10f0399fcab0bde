"""Nodes that come into the scene or are renamed, in whatever module: what the panel lists and names is looked at again."""

import qt
import slicer
import vtk

# What the panel lists, names or shows.
KINDS = ("vtkMRMLSegmentationNode", "vtkMRMLScalarVolumeNode", "vtkMRMLTableNode")


class Arrivals:
    """Tells of nodes that have come or were renamed, of all within a turn of the event loop at once.

    Args:
        tell: called without arguments.
    """

    def __init__(self, tell):
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", tell)
        self._followed = {}  # node, its observer and its name, by its ID
        self._tag = slicer.mrmlScene.AddObserver(slicer.mrmlScene.NodeAddedEvent, self._added())

    def _added(self):
        @vtk.calldata_type(vtk.VTK_OBJECT)
        def heard(_scene, _event, node):
            if node is not None and any(node.IsA(kind) for kind in KINDS):
                self._follow(node)
                self.look()

        return heard

    def look(self):
        """Tell soon; a file's data may come after its node."""
        if not (slicer.mrmlScene.IsImporting() or slicer.mrmlScene.IsClosing()):
            self._timer.start(0)

    def followAll(self):
        """Follow the names of all nodes that are there, such as those of a scene that was loaded."""
        for kind in KINDS:
            for node in slicer.util.getNodesByClass(kind):
                self._follow(node)

    def _follow(self, node):
        if node.GetID() not in self._followed:
            tag = node.AddObserver(vtk.vtkCommand.ModifiedEvent, self._modified)
            self._followed[node.GetID()] = (node, tag, node.GetName())

    def _modified(self, node, _event):
        known = self._followed.get(node.GetID())
        if known is not None and known[2] != node.GetName():
            self._followed[node.GetID()] = (*known[:2], node.GetName())
            self.look()

    def forget(self, node=None):
        """Follow a node no more, because it has gone; without one all."""
        gone = list(self._followed) if node is None else [key for key, known in self._followed.items() if known[0] is node]
        for key in gone:
            known, tag, _name = self._followed.pop(key)
            known.RemoveObserver(tag)

    def cleanup(self):
        """Tell nothing more."""
        self._timer.stop()
        slicer.mrmlScene.RemoveObserver(self._tag)
        self.forget()
