"""The module's self-test: what can be tested inside any Slicer; the whole method only where PyTorch and nnU-Net are installed.

Slicer looks for it in the module's own file, which imports this when Slicer starts; so nothing else is imported before a test runs.
"""

import importlib.util
import time
from pathlib import Path

import qt
import slicer


class SelfTest:
    """The tests, for a class that also is a ScriptedLoadableModuleTest."""

    def setUp(self):
        """Begin with an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Slicer's "Reload and Test" button; with unittest's runner, so that a skipped test is no error."""
        import unittest

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
        from ..cohort import phantom
        from ..slicer_nodes import mrml

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
        from ..slicer_nodes import mrml

        node, image, _labels = self.phantom()
        found = mrml.volume_from_node(node)
        self.assertTrue((found.array == image.array).all())
        self.assertEqual(found.geometry.differences(image.geometry), [])

    def test_segmentation_round_trip(self):
        from ..cohort import phantom
        from ..slicer_nodes import mrml

        node, _image, labels = self.phantom()
        segmentation = mrml.segmentation_node(labels, phantom.LABELS, node, "Phantom segmentation")
        found = mrml.label_volume_from_segmentation(segmentation, phantom.LABELS)
        self.assertTrue((found.array == labels.array).all())
        self.assertEqual(found.geometry.differences(labels.geometry), [])
        self.assertEqual(list(segmentation.GetSegmentation().GetSegmentIDs()), list(phantom.LABELS))

    def test_unusable_model_is_refused_without_a_trace(self):
        from ..core.errors import CrossModaError

        node, _image, _labels = self.phantom()
        before = slicer.mrmlScene.GetNumberOfNodes()
        with self.assertRaises(CrossModaError):
            slicer.util.getModuleLogic("CrossMoDAUDA").segment(node, slicer.app.temporaryPath + "/no experiment here")
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
        from ..cohort import phantom
        from ..slicer_nodes import mrml

        panel = self.panel()
        node, _image, labels = self.phantom()
        for name in ("prediction", "reference"):
            setattr(panel.parameters, name, mrml.segmentation_node(labels, phantom.LABELS, node, name))
        panel.evaluate.ui.evaluateApply.click()
        self.waitFor(lambda: not panel.evaluate.runner.running, 60)
        table = slicer.util.getNodesByClass("vtkMRMLTableNode")[-1].GetTable()
        self.assertEqual([table.GetValueByName(row, "DSC").ToDouble() for row in range(2)], [1.0, 1.0])

    def test_whole_method_in_the_panel(self):
        self.needs("torch", "nnunetv2", "safetensors", "scipy", "psutil")
        import tempfile

        from ..cohort import phantom
        from ..slicer_nodes import mrml
        from . import sample_data

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
