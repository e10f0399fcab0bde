"""The panel's place in Slicer: it follows the scene, and whether the module is shown."""

import slicer
import vtk
from slicer.util import VTKObservationMixin

from ..slicer_nodes.mrml import scan_nodes
from .panel import Panel


class ScenePanel(VTKObservationMixin):
    """The panel of a module's widget, with the parameters of the scene that is open.

    Args:
        widget: the module's widget; its layout gets the panel.

    Attributes:
        panel: the panel.
        parameters: the scene's parameters; None while a scene closes.
    """

    def __init__(self, widget):
        VTKObservationMixin.__init__(self)
        self._widget = widget
        self._parametersTag = None
        self.parameters = None
        self.panel = Panel(widget.layout, widget.resourcePath)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndImport)
        self._followParameters()
        if self._isShown():  # as after a reload
            self.panel.show()

    def _isShown(self):
        return getattr(self._widget.parent, "isEntered", True)  # a window of its own is always shown

    def show(self):
        """The module is shown."""
        self._followParameters()
        self.panel.show()

    def hide(self):
        """Another module is shown."""
        self.panel.hide()

    def cleanup(self):
        """The panel goes; training goes on, everything else is ended."""
        self.removeObservers()
        self._unfollowParameters()
        self.panel.setParameters(None)
        self.panel.cleanup()

    def onSceneStartClose(self, _caller, _event):
        """The scene's nodes are about to go."""
        self._unfollowParameters()
        self.panel.onSceneClosing()

    def onSceneEndClose(self, _caller, _event):
        """An empty or another scene is there; a panel that is not shown waits until it is."""
        if self._isShown():
            self._followParameters()

    def onSceneEndImport(self, caller, event):
        """A file's nodes are in the scene."""
        self.onSceneEndClose(caller, event)
        if self._isShown():
            self.panel.onSceneLoaded()

    def _followParameters(self):
        """Follow the scene's parameters, unless it is they that are followed."""
        parameters = self._widget.logic.getParameterNode()
        if self.parameters is not None and parameters.parameterNode is self.parameters.parameterNode:
            return
        self._unfollowParameters()
        for name in ("inputVolume", "translateInput"):
            if getattr(parameters, name) is None:
                setattr(parameters, name, next(iter(scan_nodes(slicer.mrmlScene)), None))
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
