"""The 3D Slicer module: the classes that Slicer looks for. What they do is in CrossMoDAUDALib."""

import contextlib
import functools
import sys
from pathlib import Path

import slicer
from CrossMoDAUDALib.panel.self_test import SelfTest
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)


class CrossMoDAUDA(ScriptedLoadableModule):
    """What Slicer lists and shows of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        # Before the first text. By itself Slicer loads only the translations in its own folders; in English it loads nothing.
        with contextlib.suppress(AttributeError):  # a Slicer without translations
            slicer.app.loadTranslations(str(Path(self.parent.path).parent / "Resources" / "Translations"))
        self.parent.title = _("CrossMoDA UDA")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Segmentations", "SubjectHierarchy", "Terminologies"]
        self.parent.contributors = ["CrossMoDAUDA contributors"]
        self.parent.helpText = _(
            "Segments scans of a modality without labels (such as hrT2) by learning from labelled scans of another (such as ceT1):"
            " CycleGAN image translation, nnU-Net and self-training. Not for clinical use."
        )
        self.parent.acknowledgementText = _(
            "The method is that of Yang T., Wang L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for"
            " Medical Image Segmentation. crossMoDA 2022. Please cite it, and nnU-Net and CycleGAN, which it builds on."
        )
        slicer.app.connect("startupCompleted()", self.onStartupCompleted)

    def onStartupCompleted(self):
        """Offer the segments' names and codes, the sample scans and the Data module's entry, wherever Slicer lets the user choose."""
        from CrossMoDAUDALib.panel import sample_data

        slicer.modules.terminologies.logic().LoadTerminologyFromFile(self.resourcePath("CrossMoDAUDA.term.json"))
        sample_data.register(self.resourcePath, CrossMoDAUDALogic().getParameterNode)
        plugin = slicer.qSlicerSubjectHierarchyScriptedPlugin(None)
        plugin.setPythonSource(self.resourcePath("../CrossMoDAUDALib/panel/CrossMoDAUDASubjectHierarchyPlugin.py"))


class CrossMoDAUDAWidget(ScriptedLoadableModuleWidget):
    """Puts the panel into Slicer."""

    scenePanel = panel = None  # until it is set up

    def setup(self):
        from CrossMoDAUDALib.panel.scene_panel import ScenePanel

        ScriptedLoadableModuleWidget.setup(self)
        self.logic = CrossMoDAUDALogic()
        self.scenePanel = ScenePanel(self)
        self.panel = self.scenePanel.panel

    def enter(self):
        """The module is shown."""
        self.scenePanel.show()

    def exit(self):
        """Another module is shown."""
        self.scenePanel.hide()

    def cleanup(self):
        """The panel goes; training goes on, everything else is ended."""
        if self.scenePanel is not None:
            self.scenePanel.cleanup()

    def onReload(self):
        """Reload the library with the module."""
        for name in [name for name in sys.modules if name.partition(".")[0] == "CrossMoDAUDALib"]:
            del sys.modules[name]
        ScriptedLoadableModuleWidget.onReload(self)


class CrossMoDAUDALogic(ScriptedLoadableModuleLogic):
    """The library's work on nodes, under the name by which Slicer's scripts look for it."""

    @functools.cached_property
    def inference(self):
        """The library's InferenceLogic, which keeps loaded models between two scans."""
        from CrossMoDAUDALib.logic import InferenceLogic

        return InferenceLogic()

    def getParameterNode(self):
        """The scene's parameters, typed; see CrossMoDAUDALib.panel.parameters."""
        from CrossMoDAUDALib.panel.parameters import Parameters

        return Parameters(super().getParameterNode())

    def segment(self, volumeNode, model, outputNode=None, **options):
        """Segment a scan of the target domain; see CrossMoDAUDALib.logic.InferenceLogic.segment."""
        return self.inference.segment(volumeNode, model, outputNode, **options)

    def translate(self, volumeNode, model, outputNode=None, **options):
        """Translate a scan of the source domain; see CrossMoDAUDALib.logic.InferenceLogic.translate."""
        return self.inference.translate(volumeNode, model, outputNode, **options)


class CrossMoDAUDATest(SelfTest, ScriptedLoadableModuleTest):
    """The tests that Slicer's ctest and its button "Reload and Test" find."""
