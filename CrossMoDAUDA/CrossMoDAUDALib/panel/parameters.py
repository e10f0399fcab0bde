"""What the user chose, kept in the scene's parameter node, so that it is saved and restored with the scene."""

import slicer
from slicer.parameterNodeWrapper import parameterNodeWrapper

from ..core.settings import preset_settings

_START = preset_settings("quick")  # what a new user most likely wants: a result within a day


@parameterNodeWrapper
class Parameters:
    """Every choice of the panel; paths and choices are text, as the command line takes them.

    Attributes:
        settings: advanced settings that differ from the preset, as JSON by their key.
    """

    # Segment and Translate
    model: str = ""
    inputKind: str = "volume"
    inputVolume: slicer.vtkMRMLScalarVolumeNode
    outputSegmentation: slicer.vtkMRMLSegmentationNode
    inputFolder: str = ""
    outputFolder: str = ""
    device: str = "auto"
    largestComponent: str = ""
    translateInput: slicer.vtkMRMLScalarVolumeNode
    translateOutput: slicer.vtkMRMLScalarVolumeNode
    translateDevice: str = "auto"

    # Evaluate
    prediction: slicer.vtkMRMLDisplayableNode  # a segmentation or a label map
    reference: slicer.vtkMRMLDisplayableNode
    convention: str = _START.evaluation.convention

    # Adapt
    experiment: str = ""
    scansKind: str = "crossmoda"
    crossmoda: str = ""
    sourceImages: str = ""
    sourceLabels: str = ""
    targetImages: str = ""
    evaluateImages: str = ""
    evaluateLabels: str = ""
    sourceKind: str = ""  # which scans of a data set: a channel of nnU-Net's, or a suffix of BIDS's
    targetKind: str = ""
    evaluateKind: str = ""
    preset: str = _START.preset
    translator: str = _START.translation.translator
    iterations: int = _START.self_training.iterations
    trainingDevice: str = "auto"
    place: str = ""  # the name of another computer; empty for this one
    placeDevice: str = ""
    settings: str = ""


def ofPreset(preset):
    """The translator and the number of self-training iterations that a preset has."""
    settings = preset_settings(preset)
    return settings.translation.translator, settings.self_training.iterations


def changePreset(parameters, before, now):
    """Choose a preset in place of another, unless the user has chosen one or changed anything of it."""
    chosen = (parameters.preset, parameters.translator, parameters.iterations)
    if chosen == (before, *ofPreset(before)) and parameters.settings in ("", "{}"):
        parameters.preset = now
        parameters.translator, parameters.iterations = ofPreset(now)
