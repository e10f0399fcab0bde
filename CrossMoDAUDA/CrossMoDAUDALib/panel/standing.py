"""How the views stand, to go back to where showing something is given up midway."""

import slicer
import vtk

from . import apart


class Standing:
    """The layout, the slice views and the segmentations over them, as they are now."""

    def __init__(self):
        layoutManager = slicer.app.layoutManager()
        self._layout = layoutManager.layout if layoutManager is not None else None
        self._slices = [_Slice(node) for node in slicer.util.getNodesByClass("vtkMRMLSliceNode")]
        self._layers = [_Layers(node) for node in slicer.util.getNodesByClass("vtkMRMLSliceCompositeNode")]
        shown = [node for node in slicer.util.getNodesByClass("vtkMRMLSegmentationNode") if node.GetDisplayNode() is not None]
        self._segmentations = [_Shown(node) for node in shown]

    def goBack(self):
        """Let everything that is still there stand so again; a layout that the user has chosen meanwhile stays.

        Nothing is done while the scene is closing, which takes everything that is shown with it.
        """
        if slicer.mrmlScene.IsClosing():
            return
        for part in (*self._segmentations, *self._layers, *self._slices):
            if part.node.GetScene() is not None:
                part.goBack()
        if apart.isSideBySide() and self._layout is not None and self._layout != slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView:
            slicer.app.layoutManager().setLayout(self._layout)
        for layers in self._layers:  # last: linked, one view changes the others
            if layers.node.GetScene() is not None:
                layers.node.SetLinkedControl(layers.isLinked)
        if not apart.isSideBySide():  # what holds only there may have been brought back
            apart.free()
            apart.turnBack()


class _Slice:
    def __init__(self, node):
        self.node, self._place = node, vtk.vtkMatrix4x4()
        self._place.DeepCopy(node.GetSliceToRAS())
        self._field, self._pan, self._turned = node.GetFieldOfView(), node.GetXYZOrigin(), node.GetAttribute(apart.TURNED)

    def goBack(self):
        modifying = self.node.StartModify()
        self.node.GetSliceToRAS().DeepCopy(self._place)
        columns, rows, _slices = self.node.GetDimensions()
        wide, high, deep = self._field
        # The view may have another shape now; as vtkMRMLSliceLogic::ResizeSliceNode, or the image would be stretched.
        self.node.SetFieldOfView(high * columns / rows if columns and rows else wide, high, deep)
        self.node.SetSliceOrigin(*self._pan)
        self.node.UpdateMatrices()
        self.node.EndModify(modifying)
        _setAttribute(self.node, apart.TURNED, self._turned)


class _Layers:
    def __init__(self, node):
        self.node, self.isLinked = node, node.GetLinkedControl()
        self._ids = (node.GetBackgroundVolumeID(), node.GetForegroundVolumeID(), node.GetLabelVolumeID())

    def goBack(self):
        self.node.SetLinkedControl(False)
        setters = (self.node.SetBackgroundVolumeID, self.node.SetForegroundVolumeID, self.node.SetLabelVolumeID)
        for setter, identifier in zip(setters, self._ids, strict=True):
            setter(identifier if identifier and slicer.mrmlScene.GetNodeByID(identifier) is not None else None)


class _Shown:
    def __init__(self, node):
        self.node, self._display, self._isVisible = node, node.GetDisplayNode(), node.GetDisplayVisibility()
        self._apart, self._views = node.GetAttribute(apart.ATTRIBUTE), self._display.GetViewNodeIDs()

    def goBack(self):
        if self._display.GetScene() is not None:
            self._display.SetViewNodeIDs(list(self._views or ()))
        self.node.SetDisplayVisibility(bool(self._isVisible))
        _setAttribute(self.node, apart.ATTRIBUTE, self._apart)


def _setAttribute(node, name, value):
    if value:
        node.SetAttribute(name, value)
    else:
        node.RemoveAttribute(name)
