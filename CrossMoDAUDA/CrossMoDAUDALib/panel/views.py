"""Show results in Slicer's slice and 3-D views; does nothing where there are none, as without a main window."""

import slicer

from ..slicer_nodes import mrml


def shownScan():
    """The scan that the slice views show; the scene's first where they show none, None where there is none."""
    scans = mrml.scan_nodes(slicer.mrmlScene)
    layoutManager = slicer.app.layoutManager()
    if layoutManager is not None:
        for name in layoutManager.sliceViewNames():
            shown = layoutManager.sliceWidget(name).mrmlSliceCompositeNode().GetBackgroundVolumeID()
            found = next((scan for scan in scans if shown and scan.GetID() == shown), None)
            if found is not None:
                return found
    return next(iter(scans), None)


def hideOthers(*scans):
    """Hide the segmentations of all other scans, in slices and in 3-D; those that tell of no scan stay as they are."""
    for segmentation in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        scan = mrml.scan_of(segmentation)
        if scan is not None and scan not in scans:
            segmentation.SetDisplayVisibility(False)


def showScan(volume):
    """Show a scan in all slice views, and nothing of another over it."""
    hideOthers(volume)
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=volume, foreground=None, label=None, fit=True)


def showEverywhere(segmentation):
    """Show a segmentation in all views, also one that :func:`showSideBySide` has bound to one of them."""
    segmentation.SetDisplayVisibility(True)
    if segmentation.GetDisplayNode() is not None:
        segmentation.GetDisplayNode().RemoveAllViewNodeIDs()


def showSegmentation(segmentation, volume):
    """Show a scan and its segmentation: slices through the first structure that was found, and 3-D from near it."""
    showEverywhere(segmentation)
    layoutManager = slicer.app.layoutManager()
    if layoutManager is not None:
        segmentation.CreateClosedSurfaceRepresentation()
    showScan(volume)
    if layoutManager is None:
        return
    if not jumpTo(segmentation):
        return
    bounds = mrml.voxel_bounds(segmentation)
    for index in range(layoutManager.threeDViewCount):
        renderer = layoutManager.threeDWidget(index).threeDView().renderWindow().GetRenderers().GetFirstRenderer()
        renderer.ResetCamera(bounds)  # resetFocalPoint turns to everything that is shown, and does not go nearer
        renderer.ResetCameraClippingRange()


def jumpTo(segmentation):
    """Show slices through the first structure that has a voxel; whether there is one."""
    found = mrml.filled_segments(segmentation)
    if found:
        slicer.vtkMRMLSliceNode.JumpAllSlices(slicer.mrmlScene, *mrml.inner_point(segmentation, found[0]))
    return bool(found)


def openInSegmentEditor(segmentation):
    """Open Slicer's Segment Editor on a segmentation, with the scan that it was made from to draw on."""
    scan = mrml.scan_of(segmentation)
    slicer.util.selectModule("SegmentEditor")
    chosen = slicer.modules.segmenteditor.widgetRepresentation().self().parameterSetNode
    chosen.SetAndObserveSegmentationNode(segmentation)
    if scan is not None:
        chosen.SetAndObserveSourceVolumeNode(scan)  # which the editor shows, if it is not shown
        hideOthers(scan)
    showEverywhere(segmentation)


def saveForUndo(segmentation):
    """Let Undo in the Segment Editor lead back to what a segmentation holds now, if it is open there."""
    opened = getattr(slicer.modules, "SegmentEditorWidget", None)  # once the module was opened
    if opened is not None and opened.editor is not None and opened.editor.segmentationNode() is segmentation:
        opened.editor.saveStateForUndo()


def showSideBySide(first, second, apart=()):
    """Show two volumes beside each other in axial slices that move together, and no other scan's segmentations.

    Args:
        apart: two segmentations, of which each is shown in its own of the two views, and nowhere else.
    """
    hideOthers(first, second)
    layoutManager = slicer.app.layoutManager()
    if layoutManager is None:
        return
    layoutManager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView)
    for number, (name, volume) in enumerate((("Red", first), ("Yellow", second))):
        view = layoutManager.sliceWidget(name)
        view.mrmlSliceNode().SetOrientation("Axial")
        composite = view.mrmlSliceCompositeNode()
        composite.SetBackgroundVolumeID(volume.GetID())
        composite.SetForegroundVolumeID(None)
        composite.SetLabelVolumeID(None)
        composite.SetLinkedControl(True)
        view.fitSliceToBackground()
        for segmentation in apart[number : number + 1]:
            segmentation.GetDisplayNode().SetViewNodeIDs([view.mrmlSliceNode().GetID()])
