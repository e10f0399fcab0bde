"""The panel's place in Slicer: it follows the scene, and whether the module is shown."""

import qt
import slicer
import vtk
from slicer.util import VTKObservationMixin

from . import apart, views
from .arrivals import Arrivals
from .panel import Panel
from .showing import ShownScans


class ScenePanel(VTKObservationMixin):
    """The panel of a module's widget, with the parameters of the scene that is open.

    Args:
        widget: the module's widget; its layout gets the panel.

    Attributes:
        panel: the panel.
        parameters: the scene's parameters; None while a scene closes or is loaded, and while another module is shown since then.
    """

    def __init__(self, widget):
        VTKObservationMixin.__init__(self)
        self._widget = widget
        self._parametersTag = None
        self.parameters = None
        self.panel = Panel(widget.layout, widget.resourcePath)
        self._settling = qt.QTimer()
        self._settling.setSingleShot(True)
        self._settling.connect("timeout()", self.onSettled)
        self._freeing = apart.Freeing()
        self._arrivals = Arrivals(self.onArrived)
        self._arrivals.followAll()
        self._shownScans = ShownScans(self.panel.isShowing, self.panel.onOtherScans)
        scene = slicer.mrmlScene
        for event, heard in (
            (scene.StartCloseEvent, self.onSceneStartClose),
            (scene.EndCloseEvent, self.onSceneEndClose),
            (scene.StartImportEvent, self.onSceneStartImport),
            (scene.EndImportEvent, self.onSceneEndImport),
            (scene.NodeRemovedEvent, self.onNodeRemoved),
        ):
            self.addObserver(scene, event, heard)
        self._followParameters()
        if self._isShown():  # as after a reload
            self.panel.show()

    def _isShown(self):
        return getattr(self._widget.parent, "isEntered", True)  # a window of its own is always shown

    def show(self):
        """The module is shown."""
        self._followParameters()
        self._freeing.look()
        self.panel.show()

    def hide(self):
        """Another module is shown."""
        self.panel.hide()

    def cleanup(self):
        """The panel goes; training goes on, everything else is ended."""
        self._settling.stop()
        self._freeing.cleanup()
        self._arrivals.cleanup()
        self._shownScans.cleanup()
        self.removeObservers()
        self._unfollowParameters()
        self.panel.setParameters(None)
        self.panel.cleanup()

    def onSceneStartClose(self, _caller, _event):
        """The scene's nodes are about to go."""
        self._arrivals.forget()
        self._unfollowParameters()
        self.panel.onSceneClosing()

    def onSceneEndClose(self, _caller, _event):
        """An empty or another scene is there; a panel that is not shown waits until it is."""
        if self._isShown():
            self._followParameters()

    def onSceneStartImport(self, _caller, _event):
        """A file's nodes are about to come.

        Until all are there, the references of the parameters lead nowhere, and each list of nodes chooses anew and would write its
        choice over the file's (qMRMLSceneModel::updateScene): nothing is written until the import has settled.
        """
        self._settling.stop()
        self._unfollowParameters()
        self.panel.setParameters(None)

    def onSceneEndImport(self, _caller, _event):
        """A file's nodes are in the scene; others who hear of it may still choose among them."""
        self._shownScans.settle()
        self._settling.start(0)

    def onSettled(self):
        """The import has settled: show the scene's parameters, unless the module is not shown or the scene changes again."""
        self._freeing.look()
        self._arrivals.followAll()
        self._shownScans.settle()
        if self._isShown():
            self._followParameters()
            self.panel.onSceneLoaded()

    def onArrived(self):
        """Nodes have come or were renamed: what is listed or named may be others; a panel that is not shown looks when it is."""
        if self._isShown() and self.parameters is not None:
            self.panel.showResults()

    @vtk.calldata_type(vtk.VTK_OBJECT)
    def onNodeRemoved(self, _caller, _event, node):
        """Somebody removed a node: what the panel shows may be about it."""
        isBusy = slicer.mrmlScene.IsClosing() or slicer.mrmlScene.IsImporting()
        if node is not None:
            self._arrivals.forget(node)
        if not isBusy and node is not None and any(node.IsA(kind) for kind in ("vtkMRMLDisplayableNode", "vtkMRMLTableNode")):
            self.panel.showResults()

    def _followParameters(self):
        """Follow the scene's parameters, unless it is they that are followed, or the scene is about to change."""
        if slicer.mrmlScene.IsClosing() or slicer.mrmlScene.IsImporting():
            return
        parameters = self._widget.logic.getParameterNode()
        if self.parameters is not None and parameters.parameterNode is self.parameters.parameterNode:
            return
        self._unfollowParameters()
        for name in ("inputVolume", "translateInput"):
            if getattr(parameters, name) is None:
                setattr(parameters, name, views.shownScan())
        self.parameters = parameters
        self._parametersTag = parameters.parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, self.onParametersChanged)
        self.panel.setParameters(parameters)

    def _unfollowParameters(self):
        if self.parameters is not None:
            self.parameters.parameterNode.RemoveObserver(self._parametersTag)
            self.parameters = None

    def onParametersChanged(self, _caller, _event):
        """Somebody changed a parameter: the panel, a script or a loaded scene."""
        self.panel.showParameters()
