"""The 3D Slicer module: what Slicer shows of it, its panel's place in Slicer, and its self-test. The work is in CrossMoDAUDALib."""

import functools
import importlib.util
import sys
import tempfile
import time
import unittest
from pathlib import Path

import qt
import slicer
import vtk
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin


class CrossMoDAUDA(ScriptedLoadableModule):
    """What Slicer lists and shows of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = _("CrossMoDA UDA")
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Segmentation")]
        self.parent.dependencies = ["Segmentations", "Terminologies"]
        self.parent.contributors = ["CrossMoDAUDA contributors"]
        self.parent.helpText = _(
            "Segments scans of a modality without labels (as hrT2) by learning from labelled scans of another (as ceT1):"
            " CycleGAN image translation, nnU-Net and self-training. Not for clinical use."
        )
        self.parent.acknowledgementText = _(
            "The method is that of Yang T., Wang L.: Image Translation-Based Unsupervised Cross-Modality Domain Adaptation for"
            " Medical Image Segmentation. crossMoDA 2022. Please cite it, and nnU-Net and CycleGAN, which it builds on."
        )
        slicer.app.connect("startupCompleted()", self.onStartupCompleted)

    def onStartupCompleted(self):
        """Offer the segments' names and codes, and the sample scans, wherever Slicer lets the user choose."""
        slicer.modules.terminologies.logic().LoadTerminologyFromFile(self.resourcePath("CrossMoDAUDA.term.json"))
        from CrossMoDAUDALib.panel import sample_data

        sample_data.register(self.resourcePath, CrossMoDAUDALogic().offerSampleData)


class CrossMoDAUDAWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """Puts the panel into Slicer and follows the scene; the panel's sections are in CrossMoDAUDALib.panel."""

    def __init__(self, parent=None):
        VTKObservationMixin.__init__(self)
        self.panel = self.parameters = self._parametersTag = None
        ScriptedLoadableModuleWidget.__init__(self, parent)  # sets the panel up at once where there is no parent

    def setup(self):
        from CrossMoDAUDALib.panel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        self.logic = CrossMoDAUDALogic()
        self.panel = Panel(self.layout, self.resourcePath)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneEndClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneEndImport)
        self.followParameters()
        if getattr(self.parent, "isEntered", True):  # as after a reload, or in a window of its own
            self.panel.show()

    def enter(self):
        """The module is shown."""
        self.followParameters()
        self.panel.show()

    def exit(self):
        """Another module is shown."""
        self.panel.hide()

    def cleanup(self):
        """The panel goes; training goes on, everything else is ended."""
        self.removeObservers()
        self.unfollowParameters()
        if self.panel is not None:
            self.panel.setParameters(None)
            self.panel.cleanup()

    def onSceneStartClose(self, _caller, _event):
        """The scene's nodes are about to go."""
        self.unfollowParameters()
        self.panel.onSceneClosing()

    def onSceneEndClose(self, _caller, _event):
        """An empty or another scene is there; a panel that is not shown waits until it is."""
        if self.parent.isEntered:
            self.followParameters()

    def onSceneEndImport(self, caller, event):
        """A file's nodes are in the scene."""
        self.onSceneEndClose(caller, event)
        if self.parent.isEntered:
            self.panel.onSceneLoaded()

    def followParameters(self):
        """Follow the scene's parameters, unless it is they that are followed."""
        parameters = self.logic.getParameterNode()
        if self.parameters is not None and parameters.parameterNode is self.parameters.parameterNode:
            return
        self.unfollowParameters()
        for name in ("inputVolume", "translateInput"):
            if getattr(parameters, name) is None:
                setattr(parameters, name, self.logic.firstVolume())
        self.parameters = parameters
        self._parametersTag = parameters.parameterNode.AddObserver(vtk.vtkCommand.ModifiedEvent, self.onParametersChanged)
        self.panel.setParameters(parameters)

    def unfollowParameters(self):
        """Let go of the parameters."""
        if self.parameters is not None:
            self.parameters.parameterNode.RemoveObserver(self._parametersTag)
            self.parameters = None

    def onParametersChanged(self, _caller, _event):
        """Somebody changed a parameter: the panel, a script or a loaded scene."""
        self.panel.showParameters()

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
        from CrossMoDAUDALib.slicer_nodes.logic import InferenceLogic

        return InferenceLogic()

    def getParameterNode(self):
        """The scene's parameters, typed; see CrossMoDAUDALib.panel.parameters."""
        from CrossMoDAUDALib.panel.parameters import Parameters

        return Parameters(super().getParameterNode())

    def segment(self, volumeNode, model, outputNode=None, **options):
        """Segment a scan of the target domain; see CrossMoDAUDALib.slicer_nodes.logic.InferenceLogic.segment."""
        return self.inference.segment(volumeNode, model, outputNode, **options)

    def translate(self, volumeNode, model, outputNode=None, **options):
        """Translate a scan of the source domain; see CrossMoDAUDALib.slicer_nodes.logic.InferenceLogic.translate."""
        return self.inference.translate(volumeNode, model, outputNode, **options)

    def firstVolume(self):
        """The scene's first volume that may be a scan, to be offered; None if there is none."""
        from CrossMoDAUDALib.slicer_nodes.mrml import scan_nodes

        return next(iter(scan_nodes(slicer.mrmlScene)), None)

    def offerSampleData(self, folder, source, target, _reference):
        """Choose the sample scans: for training, unless the user has chosen others, and as what to segment and translate."""
        parameters = self.getParameterNode()
        if not parameters.crossmoda:
            parameters.crossmoda = str(folder)
        parameters.inputVolume, parameters.translateInput = target, source


class CrossMoDAUDATest(ScriptedLoadableModuleTest):
    """What can be tested inside any Slicer; the whole method only where PyTorch and nnU-Net are installed."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Slicer's "Reload and Test" button; with unittest's runner, so that a skipped test is no error."""
        tests = unittest.defaultTestLoader.loadTestsFromTestCase(type(self))
        if not unittest.TextTestRunner(verbosity=2).run(tests).wasSuccessful():
            raise AssertionError("CrossMoDAUDA's self-test failed; the Python console says where.")

    def needs(self, *packages):
        """Skip a test where packages are missing."""
        missing = [package for package in packages if importlib.util.find_spec(package) is None]
        if missing:
            self.skipTest(f"needs {', '.join(missing)}")

    def phantom(self):
        """A synthetic scan's node, image and label map, on an oblique grid."""
        self.needs("scipy")
        from CrossMoDAUDALib.cohort import phantom
        from CrossMoDAUDALib.slicer_nodes import mrml

        image, labels = phantom.make_case(1, "hrT2", size=(40, 36, 16))
        return mrml.volume_node(image, "Phantom"), image, labels

    def panel(self):
        """The module's panel, shown if there is a main window; without one nobody enters it, so it is told that it is shown."""
        if slicer.util.mainWindow() is not None:
            slicer.util.selectModule("CrossMoDAUDA")
        widget = slicer.modules.crossmodauda.widgetRepresentation().self()
        widget.enter()
        return widget.panel

    def keepSettings(self, *names):
        """Give the user's lists of recent folders back after the test."""
        settings = qt.QSettings()
        for key in [f"ctkPathLineEdit/CrossMoDAUDA/{name}" for name in names]:
            before = settings.value(key)
            self.addCleanup(settings.remove, key) if before is None else self.addCleanup(settings.setValue, key, before)

    def waitFor(self, isDone, seconds):
        """Let Slicer work until something is done."""
        deadline = time.monotonic() + seconds
        while not isDone():
            self.assertLess(time.monotonic(), deadline, "took too long")
            slicer.app.processEvents()
            time.sleep(0.01)

    def test_volume_round_trip(self):
        from CrossMoDAUDALib.slicer_nodes import mrml

        node, image, _labels = self.phantom()
        found = mrml.volume_from_node(node)
        self.assertTrue((found.array == image.array).all())
        self.assertEqual(found.geometry.differences(image.geometry), [])

    def test_segmentation_round_trip(self):
        from CrossMoDAUDALib.cohort import phantom
        from CrossMoDAUDALib.slicer_nodes import mrml

        node, _image, labels = self.phantom()
        segmentation = mrml.segmentation_node(labels, phantom.LABELS, node, "Phantom segmentation")
        found = mrml.label_volume_from_segmentation(segmentation, phantom.LABELS)
        self.assertTrue((found.array == labels.array).all())
        self.assertEqual(found.geometry.differences(labels.geometry), [])
        self.assertEqual(list(segmentation.GetSegmentation().GetSegmentIDs()), list(phantom.LABELS))

    def test_unusable_model_is_refused_without_a_trace(self):
        from CrossMoDAUDALib.core.errors import CrossModaError

        node, _image, _labels = self.phantom()
        before = slicer.mrmlScene.GetNumberOfNodes()
        with self.assertRaises(CrossModaError):
            CrossMoDAUDALogic().segment(node, slicer.app.temporaryPath + "/no experiment here")
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)

    def test_panel_follows_the_scene(self):
        panel = self.panel()
        node, _image, _labels = self.phantom()
        panel.parameters.model = ""
        self.assertFalse(panel.segment.ui.segmentApply.enabled)
        panel.parameters.inputVolume = node
        self.assertEqual(panel.segment.ui.segmentInputVolume.currentNode().GetID(), node.GetID())
        panel.parameters.inputKind = "folder"
        self.assertTrue(panel.segment.ui.segmentOutputFolder.isVisibleTo(panel.segment.widget))
        slicer.mrmlScene.Clear()
        self.assertEqual(self.panel().parameters.inputKind, "volume")

    def test_evaluate_in_the_panel(self):
        self.needs("scipy", "psutil")
        from CrossMoDAUDALib.cohort import phantom
        from CrossMoDAUDALib.slicer_nodes import mrml

        panel = self.panel()
        node, _image, labels = self.phantom()
        for name in ("prediction", "reference"):
            setattr(panel.parameters, name, mrml.segmentation_node(labels, phantom.LABELS, node, name))
        panel.evaluate.ui.evaluateApply.click()
        self.waitFor(lambda: not panel.evaluate.runner.running, 60)
        table = slicer.util.getNode("Scores of prediction").GetTable()
        self.assertEqual([table.GetValueByName(row, "DSC").ToDouble() for row in range(2)], [1.0, 1.0])

    def test_whole_method_in_the_panel(self):
        self.needs("torch", "nnunetv2", "safetensors", "scipy", "psutil")
        from CrossMoDAUDALib.cohort import phantom
        from CrossMoDAUDALib.panel import sample_data
        from CrossMoDAUDALib.slicer_nodes import mrml

        self.keepSettings("Experiments", "Models", "Cohorts")
        panel = self.panel()
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
            experiment = Path(temporary) / "experiment"
            panel.parameters.crossmoda = str(sample_data.writeCohort(Path(temporary)))
            panel.parameters.experiment = str(experiment)
            panel.parameters.preset = "smoke"
            panel.parameters.iterations = 0
            panel.parameters.trainingDevice = panel.parameters.device = "cpu"
            panel.adapt.ui.adaptStart.click()
            self.waitFor(lambda: panel.adapt.view.monitor.state in ("finished", "failed", "died"), 1200)
            self.assertEqual(panel.adapt.view.monitor.state, "finished", panel.adapt.ui.adaptStatus.text)
            scan = sample_data.loadExamples(Path(panel.parameters.crossmoda))[1]
            panel.parameters.model, panel.parameters.inputVolume = str(experiment), scan
            panel.segment.ui.segmentApply.click()
            self.waitFor(lambda: not panel.segment.runner.running, 300)
            found = slicer.mrmlScene.GetFirstNodeByName("CrossMoDAUDA hrT2 segmentation")
            self.assertIsNotNone(found, panel.segment.ui.segmentStatus.text)
            labels = mrml.label_volume_from_segmentation(found, phantom.LABELS)
            self.assertEqual(labels.geometry.differences(mrml.volume_from_node(scan).geometry), [])
            panel.parameters.experiment = panel.parameters.model = ""
