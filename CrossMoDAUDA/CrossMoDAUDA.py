"""The 3D Slicer module: what Slicer shows of it, a form for one scan, and its self-test. The work is in CrossMoDAUDALib."""

import functools
import importlib.util
import logging
import unittest
from pathlib import Path

import ctk
import qt
import slicer
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
        slicer.app.connect("startupCompleted()", self.loadTerminology)

    def loadTerminology(self):
        """Offer the segments' names and codes wherever Slicer lets the user choose a terminology."""
        slicer.modules.terminologies.logic().LoadTerminologyFromFile(self.resourcePath("CrossMoDAUDA.term.json"))


class CrossMoDAUDAWidget(ScriptedLoadableModuleWidget):
    """A form that segments one scan, and the command that does everything else."""

    def setup(self):
        ScriptedLoadableModuleWidget.setup(self)
        self.logic = CrossMoDAUDALogic()
        section = ctk.ctkCollapsibleButton()
        section.text = _("Segment a scan")
        self.layout.addWidget(section)
        form = qt.QFormLayout(section)

        self.modelEdit = ctk.ctkPathLineEdit()
        self.modelEdit.filters = ctk.ctkPathLineEdit.Dirs
        self.modelEdit.settingKey = "CrossMoDAUDA/Experiment"
        self.modelEdit.toolTip = _("Folder of a finished experiment; its last self-training iteration is used.")
        form.addRow(_("Experiment:"), self.modelEdit)

        self.inputSelector = slicer.qMRMLNodeComboBox()
        self.inputSelector.nodeTypes = ["vtkMRMLScalarVolumeNode"]
        self.inputSelector.showChildNodeTypes = False
        self.inputSelector.addEnabled = self.inputSelector.removeEnabled = False
        self.inputSelector.setMRMLScene(slicer.mrmlScene)
        self.inputSelector.toolTip = _("Scan of the target domain, as hrT2.")
        form.addRow(_("Input volume:"), self.inputSelector)

        self.applyButton = qt.QPushButton(_("Apply"))
        self.applyButton.toolTip = _("Makes a new segmentation. Slicer is busy until it is done.")
        form.addRow(self.applyButton)
        self.statusLabel = qt.QLabel()
        self.statusLabel.wordWrap = True
        form.addRow(self.statusLabel)

        note = qt.QLabel(_("Training, folders of scans, translation and scores: run this in a terminal. Not for clinical use."))
        note.wordWrap = True
        self.layout.addWidget(note)
        command = qt.QLineEdit(self.logic.batchCommand())  # can be copied from, and does not widen the panel
        command.readOnly = True
        self.layout.addWidget(command)
        self.layout.addStretch(1)

        self.modelEdit.connect("currentPathChanged(QString)", self.updateApplyButton)
        self.inputSelector.connect("currentNodeChanged(vtkMRMLNode*)", self.updateApplyButton)
        self.applyButton.connect("clicked(bool)", self.onApplyButton)
        self.updateApplyButton()

    def updateApplyButton(self, _changed=None):
        """Apply can be pressed once both inputs are chosen."""
        self.applyButton.enabled = bool(self.modelEdit.currentPath) and self.inputSelector.currentNode() is not None

    def onApplyButton(self, _checked=False):
        """Segment the chosen scan into a new segmentation node; a failure is one sentence in a dialog."""
        from CrossMoDAUDALib.errors import CrossModaError
        from CrossMoDAUDALib.failures import explain

        problem = self.logic.missingDependency()
        if problem:
            slicer.util.errorDisplay(problem)
            return
        self.applyButton.enabled = False
        try:
            with slicer.util.WaitCursor():
                node = self.logic.segment(self.inputSelector.currentNode(), self.modelEdit.currentPath, progress=self.showProgress)
            self.modelEdit.addCurrentPathToHistory()
            self.statusLabel.text = _("Done: {name}").format(name=node.GetName())
        except Exception as error:
            if not isinstance(error, CrossModaError):
                logging.exception("CrossMoDAUDA could not segment the scan.")
            self.statusLabel.text = ""
            slicer.util.errorDisplay(explain(error)[0])
        finally:
            self.updateApplyButton()

    def showProgress(self, step, total, message="", **_metrics):
        """Show how far the work is, and let Slicer redraw itself."""
        self.statusLabel.text = _("{message} ({step} of {total})").format(message=message, step=step, total=total)
        slicer.app.processEvents()


class CrossMoDAUDALogic(ScriptedLoadableModuleLogic):
    """The library's work on nodes, under the name by which Slicer's scripts look for it."""

    @functools.cached_property
    def inference(self):
        """The library's InferenceLogic, which keeps loaded models between two scans."""
        from CrossMoDAUDALib.logic import InferenceLogic

        return InferenceLogic()

    def segment(self, volumeNode, model, outputNode=None, **options):
        """Segment a scan of the target domain; see CrossMoDAUDALib.logic.InferenceLogic.segment."""
        return self.inference.segment(volumeNode, model, outputNode, **options)

    def translate(self, volumeNode, model, outputNode=None, **options):
        """Translate a scan of the source domain; see CrossMoDAUDALib.logic.InferenceLogic.translate."""
        return self.inference.translate(volumeNode, model, outputNode, **options)

    def missingDependency(self):
        """One sentence on the first package that is not installed and how to get it; empty if nothing is missing."""
        remedies = {
            "torch": _("PyTorch is missing: install the extension PyTorch, then press Install PyTorch in its module PyTorch Utils."),
            "nnunetv2": _("nnU-Net is missing: install the extension NNUNet, then press Install in its module nnUNet."),
            "safetensors": _("safetensors is missing: run slicer.util.pip_install('safetensors') in Slicer's Python console."),
        }
        return next((remedy for package, remedy in remedies.items() if importlib.util.find_spec(package) is None), "")

    def batchCommand(self):
        """The command that starts an experiment in a terminal, with this Slicer and this installation."""
        folder = Path(slicer.util.modulePath("CrossMoDAUDA")).parent
        installed = folder / "CrossMoDAUDAScripts" / "crossmoda_uda.py"
        script = installed if installed.is_file() else folder.parent / "Scripts" / "crossmoda_uda.py"
        application = slicer.app.launcherExecutableFilePath or slicer.app.applicationFilePath()  # macOS has no launcher
        return f'"{application}" --no-splash --no-main-window --python-script "{script}" run --crossmoda DATA -o EXPERIMENT'


class CrossMoDAUDATest(ScriptedLoadableModuleTest):
    """What can be tested inside any Slicer: the scene's side of the library. The rest is tested outside, with pytest."""

    def setUp(self):
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Slicer's "Reload and Test" button; with unittest's runner, so that a skipped test is no error."""
        tests = unittest.defaultTestLoader.loadTestsFromTestCase(type(self))
        if not unittest.TextTestRunner(verbosity=2).run(tests).wasSuccessful():
            raise AssertionError("CrossMoDAUDA's self-test failed; the Python console says where.")

    def phantom(self):
        """A synthetic scan's node, image and label map, on an oblique grid."""
        if importlib.util.find_spec("scipy") is None:
            self.skipTest("the phantom needs scipy")
        from CrossMoDAUDALib import mrml, phantom

        image, labels = phantom.make_case(1, "hrT2", size=(40, 36, 16))
        return mrml.volume_node(image, "Phantom"), image, labels

    def test_volume_round_trip(self):
        from CrossMoDAUDALib import mrml

        node, image, _labels = self.phantom()
        found = mrml.volume_from_node(node)
        self.assertTrue((found.array == image.array).all())
        self.assertEqual(found.geometry.differences(image.geometry), [])

    def test_segmentation_round_trip(self):
        from CrossMoDAUDALib import mrml, phantom

        node, _image, labels = self.phantom()
        segmentation = mrml.segmentation_node(labels, phantom.LABELS, node, "Phantom segmentation")
        found = mrml.label_volume_from_segmentation(segmentation, phantom.LABELS)
        self.assertTrue((found.array == labels.array).all())
        self.assertEqual(found.geometry.differences(labels.geometry), [])
        self.assertEqual(list(segmentation.GetSegmentation().GetSegmentIDs()), list(phantom.LABELS))

    def test_unusable_model_is_refused_without_a_trace(self):
        from CrossMoDAUDALib.errors import CrossModaError

        node, _image, _labels = self.phantom()
        before = slicer.mrmlScene.GetNumberOfNodes()
        with self.assertRaises(CrossModaError):
            CrossMoDAUDALogic().segment(node, slicer.app.temporaryPath + "/no experiment here")
        self.assertEqual(slicer.mrmlScene.GetNumberOfNodes(), before)
