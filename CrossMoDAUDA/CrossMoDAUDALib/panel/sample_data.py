"""Scans to try the method with, made on the spot: a synthetic cohort, nothing is downloaded."""

import shutil
from pathlib import Path

import slicer
from slicer.i18n import tr as _

NAME = "CrossMoDAUDA sample scans"
NODES = ("CrossMoDAUDA ceT1", "CrossMoDAUDA hrT2", "CrossMoDAUDA reference")


def register(resourcePath, getParameters):
    """Offer the sample scans in Slicer's module Sample Data.

    Args:
        resourcePath: the full path of a file in Resources.
        getParameters: returns the scene's parameters, in which the scans are chosen after they were made.
    """
    import SampleData

    def make(_source):
        folder = writeCohort(Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()))
        source, target, reference = loadExamples(folder)
        parameters = getParameters()
        if not parameters.crossmoda:  # else the user trains on others
            parameters.crossmoda = str(folder)
        parameters.inputVolume, parameters.translateInput = target, source
        return [source, target, reference]

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="CrossMoDAUDA",
        sampleName="CrossMoDAUDASynthetic",
        thumbnailFileName=resourcePath("Icons/CrossMoDAUDASample.png"),
        nodeNames=list(NODES),
        uris=[""] * len(NODES),  # Slicer counts them, also where there is nothing to download
        fileNames=[None] * len(NODES),
        customDownloader=make,
    )


def writeCohort(parent):
    """Write the synthetic cohort into a folder of its own; one that is there already is kept.

    Returns:
        The cohort's folder.
    """
    from ..cohort.phantom import SAMPLE_COHORT, write_cohort

    folder = parent / NAME
    if not folder.is_dir():
        partial = folder.with_name(NAME + " (unfinished)")
        shutil.rmtree(partial, ignore_errors=True)
        with slicer.util.WaitCursor():
            write_cohort(partial, **SAMPLE_COHORT)
        partial.replace(folder)  # last, so that a folder of this name is whole
    return folder


def loadExamples(folder):
    """Load one scan of either modality and show the one to be segmented; its reference segmentation is there, but hidden.

    Returns:
        The volume nodes of a ceT1 and of an hrT2 that no training sees, and the hrT2's reference segmentation.
    """
    from ..cohort.phantom import LABELS
    from ..images.volumes import read_label_map, read_volume
    from ..slicer_nodes import mrml

    source = sorted((folder / "training_source").glob("*_ceT1.nii.gz"))[0]
    target = sorted((folder / "validation").glob("*_hrT2.nii.gz"))[0]
    nodes = [mrml.volume_node(read_volume(path), name) for path, name in zip((source, target), NODES, strict=False)]
    label_map = read_label_map(target.with_name(target.name.replace("_hrT2", "_Label")))
    reference = mrml.segmentation_node(label_map, LABELS, nodes[1], NODES[2])
    reference.GetDisplayNode().SetVisibility(False)
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=nodes[1], fit=True)
    slicer.util.showStatusMessage(_("The sample scans are in {folder}.").format(folder=folder), 10000)
    return [*nodes, reference]
