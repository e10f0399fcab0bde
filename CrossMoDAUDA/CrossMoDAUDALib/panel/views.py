"""Show results in Slicer's slice and 3-D views; does nothing where there are none, as without a main window."""

import logging

import qt
import slicer
from slicer.i18n import tr as _

from ..core.failures import explain
from ..slicer_nodes import mrml
from . import apart
from .command_runner import DRAW
from .standing import Standing
from .wording import inThePanel


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


def scansInViews():
    """The scans that the slice views of the layout show, the first view's first; none where there are no views."""
    scans, layoutManager, found = mrml.scan_nodes(slicer.mrmlScene), slicer.app.layoutManager(), []
    if layoutManager is None:
        return []
    widgets = [layoutManager.sliceWidget(name) for name in layoutManager.sliceViewNames()]
    inLayout = [widget for widget in widgets if widget.mrmlSliceNode().IsMappedInLayout()] or widgets
    for widget in inLayout:
        shown = widget.mrmlSliceCompositeNode().GetBackgroundVolumeID()
        found += [scan for scan in scans if shown and scan.GetID() == shown and scan not in found]
    return found


def hideOthers(*scans, shown=None):
    """Hide the segmentations of all other scans, in slices and in 3-D; those from files tell it by their grid.

    Args:
        shown: segmentations of the scans that alone are to be shown of those that this extension has made of them: another model's or
            an earlier result would lie over them in the same colours. What the user has painted or loaded stays as it is.
    """
    apart.free()
    for segmentation in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        isEarlier = shown is not None and segmentation not in shown and mrml.is_made(segmentation)
        if isEarlier or not any(mrml.lies_on(segmentation, scan) for scan in scans):
            segmentation.SetDisplayVisibility(False)


def showScan(volume, shown=None):
    """Show a scan in all slice views, and nothing of another over it; ``shown`` as for :func:`hideOthers`."""
    hideOthers(volume, shown=shown)
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=volume, foreground=None, label=None, fit=True)


def showEverywhere(segmentation):
    """Show a segmentation in all views, also where somebody has bound it to some."""
    segmentation.SetDisplayVisibility(True)
    if segmentation.GetDisplayNode() is not None:
        segmentation.GetDisplayNode().RemoveAllViewNodeIDs()


def showSegmentation(segmentation, volume):
    """Show a scan and its segmentation: slices through the first structure that was found, and 3-D from near it.

    Earlier results of the scan are hidden; they stay in the scene, where the user can show them.
    """
    for _step in segmentationInViews(segmentation, volume):
        pass


def segmentationInViews(segmentation, volume):
    """As :func:`showSegmentation`, in steps: each changes what one view shows, which is drawn before the next (as :func:`sideBySide`).

    It ends early where somebody removes the scan or the segmentation meanwhile. Given up or ended early, it leaves the views and the
    other segmentations as they were before.
    """
    before, isDone = Standing(), False
    try:
        yield from _stepsIntoViews(segmentation, volume)
        isDone = _areThere(segmentation, volume)
    finally:
        if not isDone and not slicer.mrmlScene.IsClosing():
            before.goBack()
            if segmentation.GetScene() is not None and volume is shownScan():
                _hideEarlier(segmentation, volume)
                showEverywhere(segmentation)  # it is there, and its scan is shown


def _hideEarlier(segmentation, volume):
    """Hide the earlier results of a scan, which would lie over the new one in the same colours."""
    for other in slicer.util.getNodesByClass("vtkMRMLSegmentationNode"):
        if other is not segmentation and mrml.is_made(other) and mrml.scan_of(other) is volume:
            other.SetDisplayVisibility(False)


def _stepsIntoViews(segmentation, volume):
    apart.free()
    layoutManager = slicer.app.layoutManager()
    if layoutManager is None:
        showEverywhere(segmentation)
        hideOthers(volume, shown=[segmentation])
        return
    segmentation.SetDisplayVisibility(False)  # until its scan is shown
    segmentation.CreateClosedSurfaceRepresentation()
    yield
    if not _areThere(segmentation, volume):
        return
    place = placeIn(segmentation)
    yield
    names = layoutManager.sliceViewNames()
    if not _areThere(segmentation, volume):
        return
    hideOthers(volume, shown=[segmentation])
    for name in names:
        if not _areThere(segmentation, volume):
            return
        _fill(layoutManager.sliceWidget(name), volume, place)
        yield DRAW
    if not _areThere(segmentation, volume):
        return
    bounds = mrml.voxel_bounds(segmentation) if place is not None else None
    threeDWidgets = [layoutManager.threeDWidget(index) for index in range(layoutManager.threeDViewCount)]
    display = segmentation.GetDisplayNode()
    # Each view draws it for the first time, which takes long, so that they do it one after another.
    shownIn = []
    try:
        for widget in (*(layoutManager.sliceWidget(name) for name in names), *threeDWidgets):
            viewNode = widget.mrmlSliceNode() if widget not in threeDWidgets else widget.mrmlViewNode()
            shownIn.append(viewNode.GetID())
            display.SetViewNodeIDs(shownIn)
            segmentation.SetDisplayVisibility(True)
            if widget in threeDWidgets and bounds is not None:
                renderer = widget.threeDView().renderWindow().GetRenderers().GetFirstRenderer()
                renderer.ResetCamera(bounds)  # resetFocalPoint turns to everything that is shown, and does not go nearer
                renderer.ResetCameraClippingRange()
            yield DRAW
            if not _areThere(segmentation, volume):
                return
    finally:  # given up, it would be shown in some views alone, whatever the user does
        if not apart.isBound(segmentation):
            display.RemoveAllViewNodeIDs()
    showEverywhere(segmentation)


def notShownText():
    """What is said where what was made could not be shown."""
    return _("{name} is in the scene, but could not be shown. {problem}")


def atOnce(steps):
    """Do what is left of steps; what fails there is logged and returned in a sentence, as what is in the scene can be used all the same."""
    try:
        for _step in steps:
            pass
    except Exception as error:
        logging.exception("CrossMoDAUDA could not show what was made.")
        return inThePanel(explain(error)[0])
    return ""


def _areThere(*nodes):
    return all(node.GetScene() is not None for node in nodes)


def placeIn(segmentation):
    """A place (RAS, mm) in the first structure that has a voxel, which takes a while to find; None without one."""
    found = mrml.filled_segments(segmentation)
    return mrml.inner_point(segmentation, found[0]) if found else None


def openInSegmentEditor(segmentation):
    """Open Slicer's Segment Editor on a segmentation, with the scan that it was made from to draw on."""
    scan = mrml.scan_of(segmentation)
    slicer.util.selectModule("SegmentEditor")
    chosen = slicer.modules.segmenteditor.widgetRepresentation().self().parameterSetNode
    chosen.SetAndObserveSegmentationNode(segmentation)
    if scan is not None:
        chosen.SetAndObserveSourceVolumeNode(scan)  # which the editor shows, if it is not shown
        hideOthers(scan, shown=[segmentation])
    showEverywhere(segmentation)


def saveForUndo(segmentation):
    """Let Undo in the Segment Editor lead back to what a segmentation holds now, if it is open there."""
    opened = getattr(slicer.modules, "SegmentEditorWidget", None)  # once the module was opened
    if opened is not None and opened.editor is not None and opened.editor.segmentationNode() is segmentation:
        opened.editor.saveStateForUndo()


def showSideBySide(first, second, segmentations=None):
    """Show two volumes beside each other in axial slices that move together, and no other scan's segmentations.

    Args:
        segmentations: what to show of the volumes' own, as for :func:`hideOthers`; of two, each is shown in its own of the two views,
            and nowhere else as long as the views lie so.
    """
    for _step in sideBySide(first, second, segmentations):
        pass


def sideBySide(first, second, segmentations=None, place=None):
    """As :func:`showSideBySide`, in steps: each changes what one view shows, which is drawn before the next (:data:`.command_runner.DRAW`).

    Nothing lies over another's scan meanwhile: what does not belong is hidden first, and what belongs is shown last.
    Given up midway, it leaves views and segmentations as they were before.

    Args:
        place: RAS, mm, that the two views are to show.
    """
    before, isDone = Standing(), False
    try:
        yield from _stepsSideBySide(first, second, segmentations, place)
        isDone = True
    finally:
        if not isDone:
            before.goBack()


def _stepsSideBySide(first, second, segmentations, place):
    hideOthers(first, second, shown=segmentations)
    layoutManager = slicer.app.layoutManager()
    if layoutManager is None:
        for segmentation in segmentations or ():
            showEverywhere(segmentation)
        return
    if not apart.isSideBySide():
        yield DRAW
        layoutManager.setLayout(slicer.vtkMRMLLayoutNode.SlicerLayoutSideBySideView)
    yield DRAW
    slicer.app.sendPostedEvents(None, qt.QEvent.LayoutRequest)  # shown at once, slices would be fitted to the views' earlier sizes
    sides = {"Red": first, "Yellow": second}
    views = {name: layoutManager.sliceWidget(name) for name in layoutManager.sliceViewNames()}
    for view in views.values():  # or each would change the others, too
        view.mrmlSliceCompositeNode().SetLinkedControl(False)
    # The others come again with another layout; nobody sees them now.
    for name in sorted(views, key=lambda name: name not in sides):
        if name in sides and apart.isSideBySide():  # the user may have chosen another layout meanwhile
            apart.turn(views[name].mrmlSliceNode())
        _fill(views[name], sides.get(name, first), place if name in sides else None)
        yield DRAW
    isEachInItsOwn = segmentations is not None and len(segmentations) == len(sides)
    for segmentation in () if isEachInItsOwn else segmentations or ():
        showEverywhere(segmentation)
        yield DRAW
    if isEachInItsOwn:
        apart.bind(segmentations, [views[name].mrmlSliceNode() for name in sides])
        for segmentation in segmentations:
            segmentation.SetDisplayVisibility(True)
            yield DRAW
    if not apart.isSideBySide():
        apart.free()
        apart.turnBack()
    for name in sides:
        views[name].mrmlSliceCompositeNode().SetLinkedControl(True)


def _fill(view, volume, place):
    """Show a volume in a slice view, and nothing but that."""
    composite, sliceNode = view.mrmlSliceCompositeNode(), view.mrmlSliceNode()
    composite.SetBackgroundVolumeID(volume.GetID())
    composite.SetForegroundVolumeID(None)
    composite.SetLabelVolumeID(None)
    view.fitSliceToBackground()
    if place is not None:
        sliceNode.JumpSlice(*place)
