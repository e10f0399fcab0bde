"""What holds only as long as the views lie side by side: segmentations of one scan in a view each, and axial slices in both."""

import slicer

from ..slicer_nodes import mrml

ATTRIBUTE = "CrossMoDAUDA.Apart"  # of such a segmentation, saved with the scene as its views are: "first" or "second"

TURNED = "CrossMoDAUDA.Turned"  # of a slice view's node: how its slices lay before
AXIAL = "Axial"


def turn(sliceNode):
    """Show axial slices in a view."""
    if sliceNode.GetOrientation() != AXIAL:
        sliceNode.SetAttribute(TURNED, sliceNode.GetOrientation())
        sliceNode.SetOrientation(AXIAL)


def turnBack():
    """Show slices as they lay before, unless the user has turned them meanwhile."""
    for sliceNode in slicer.util.getNodesByClass("vtkMRMLSliceNode"):
        before = sliceNode.GetAttribute(TURNED)
        if before and sliceNode.GetOrientation() == AXIAL and sliceNode.HasSliceOrientationPreset(before):
            sliceNode.SetOrientation(before)
        sliceNode.RemoveAttribute(TURNED)


def bind(segmentations, viewNodes):
    """Show each segmentation in its own view and nowhere else."""
    for place, segmentation, viewNode in zip(("first", "second"), segmentations, viewNodes, strict=True):
        segmentation.SetAttribute(ATTRIBUTE, place)
        segmentation.GetDisplayNode().SetViewNodeIDs([viewNode.GetID()])


def isBound(segmentation):
    """Whether a segmentation is shown in a view of its own."""
    return bool(segmentation.GetAttribute(ATTRIBUTE))


def free():
    """Let each be shown in all views. There they would lie over each other, so the first is hidden where the second is shown."""
    bound = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node.GetAttribute(ATTRIBUTE)]
    covered = [mrml.scan_of(node) for node in bound if node.GetAttribute(ATTRIBUTE) == "second" and node.GetDisplayVisibility()]
    for segmentation in bound:
        if segmentation.GetAttribute(ATTRIBUTE) == "first" and mrml.scan_of(segmentation) in covered:
            segmentation.SetDisplayVisibility(False)
        segmentation.RemoveAttribute(ATTRIBUTE)
        segmentation.GetDisplayNode().RemoveAllViewNodeIDs()


def isSideBySide():
    """Whether the views lie side by side; False where there are none."""
    layoutManager = slicer.app.layoutManager()
    return layoutManager is not None and layoutManager.layout == slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView


class Freeing:
    """Ends all that once the user has another layout, or a scene with another comes."""

    def __init__(self):
        self._layoutManager = slicer.app.layoutManager()
        if self._layoutManager is not None:
            self._layoutManager.connect("layoutChanged(int)", self.look)

    def look(self, _layout=None):
        """End it unless the views lie side by side; not while a scene's nodes come or go."""
        if not (slicer.mrmlScene.IsImporting() or slicer.mrmlScene.IsClosing() or isSideBySide()):
            free()
            turnBack()

    def cleanup(self):
        """Look no more."""
        if self._layoutManager is not None:
            self._layoutManager.disconnect("layoutChanged(int)", self.look)
