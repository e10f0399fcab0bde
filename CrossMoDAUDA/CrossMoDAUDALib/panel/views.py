"""Show results in Slicer's slice and 3-D views; does nothing where there are none, as without a main window."""

import slicer


def showSegmentation(segmentation, volume):
    """Show a scan and its segmentation: slices through the first structure that was found, surfaces in 3-D."""
    layoutManager = slicer.app.layoutManager()
    if layoutManager is None:
        return
    segmentation.CreateClosedSurfaceRepresentation()
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    for segmentId in segmentation.GetSegmentation().GetSegmentIDs():
        centre = segmentation.GetSegmentCenterRAS(segmentId)
        if centre is not None:
            slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *centre)
            break
    for index in range(layoutManager.threeDViewCount):
        layoutManager.threeDWidget(index).threeDView().resetFocalPoint()


def showSideBySide(first, second):
    """Show two volumes beside each other in axial slices that move together."""
    layoutManager = slicer.app.layoutManager()
    if layoutManager is None:
        return
    layoutManager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView)
    for name, volume in (("Red", first), ("Yellow", second)):
        view = layoutManager.sliceWidget(name)
        view.mrmlSliceNode().SetOrientation("Axial")
        composite = view.mrmlSliceCompositeNode()
        composite.SetBackgroundVolumeID(volume.GetID())
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        composite.SetLinkedControl(True)
        view.fitSliceToBackground()
