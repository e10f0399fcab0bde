"""The entry in the Data module's context menu of a scan.

Slicer runs this file as a module of its own and takes the class that is called like it (qSlicerSubjectHierarchyScriptedPlugin.cxx), so
there are no relative imports, and the name is Slicer's. Nothing of the library is kept here, as that may be reloaded.
"""

import qt
import slicer
from slicer.i18n import tr as _
from SubjectHierarchyPlugins import AbstractScriptedSubjectHierarchyPlugin


class CrossMoDAUDASubjectHierarchyPlugin(AbstractScriptedSubjectHierarchyPlugin):
    """Opens the module with the scan that was clicked; it starts nothing."""

    filePath = __file__

    def __init__(self, scriptedPlugin):
        scriptedPlugin.name = "CrossMoDAUDA"
        AbstractScriptedSubjectHierarchyPlugin.__init__(self, scriptedPlugin)
        self.action = qt.QAction(_("Segment with CrossMoDA UDA"), scriptedPlugin)
        self.action.connect("triggered()", self.onSegment)

    def itemContextMenuActions(self):
        """All entries there may be; Slicer hides them before it asks which to show."""
        return [self.action]

    def showContextMenuActionsForItem(self, itemID):
        """Show the entry for a scan."""
        self.action.visible = self._scan(itemID) is not None

    def onSegment(self):
        """Open the module with the scan."""
        scan = self._scan(slicer.qSlicerSubjectHierarchyPluginHandler.instance().currentItem())
        if scan is not None:
            slicer.util.selectModule("CrossMoDAUDA")
            slicer.modules.crossmodauda.widgetRepresentation().self().panel.segmentScan(scan)

    def _scan(self, itemID):
        """The scan of an item; None for what is no scan, such as a label map."""
        from CrossMoDAUDALib.slicer_nodes import mrml

        node = slicer.mrmlScene.GetSubjectHierarchyNode().GetItemDataNode(itemID) if itemID else None
        return node if node is not None and node in mrml.scan_nodes(slicer.mrmlScene) else None
