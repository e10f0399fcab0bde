"""Scans to try the method with, made on the spot: a synthetic cohort, nothing is downloaded."""

import shutil
from pathlib import Path

import slicer
from slicer.i18n import tr as _

NAME = "CrossMoDAUDA sample scans"


def register(resourcePath, onCohort):
    """Offer the sample scans in Slicer's module Sample Data.

    Args:
        resourcePath: the full path of a file in Resources.
        onCohort: called with the folder of the scans after they were made.
    """
    import SampleData

    def make(_source):
        folder = writeCohort(Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()))
        nodes = loadExamples(folder)
        onCohort(folder)
        return nodes

    SampleData.SampleDataLogic.registerCustomSampleDataSource(
        category="CrossMoDAUDA",
        sampleName="CrossMoDAUDASynthetic",
        thumbnailFileName=resourcePath("Icons/CrossMoDAUDASample.png"),
        nodeNames=["CrossMoDAUDA ceT1", "CrossMoDAUDA hrT2"],
        customDownloader=make,
    )


def writeCohort(parent):
    """Write the synthetic cohort into a folder of its own; one that is there already is kept.

    Returns:
        The cohort's folder.
    """
    from ..phantom import SAMPLE_COHORT, write_cohort

    folder = parent / NAME
    if not folder.is_dir():
        partial = folder.with_name(NAME + " (unfinished)")
        shutil.rmtree(partial, ignore_errors=True)
        with slicer.util.WaitCursor():
            write_cohort(partial, **SAMPLE_COHORT)
        partial.replace(folder)  # last, so that a folder of this name is whole
    return folder


def loadExamples(folder):
    """Load one scan of either modality and show the one to be segmented.

    Returns:
        Their volume nodes, ceT1 and hrT2.
    """
    from .. import mrml
    from ..volumes import read_volume

    source, target = (sorted(folder.rglob(f"*_{modality}.nii.gz"))[0] for modality in ("ceT1", "hrT2"))
    nodes = [mrml.volume_node(read_volume(source), "CrossMoDAUDA ceT1"), mrml.volume_node(read_volume(target), "CrossMoDAUDA hrT2")]
    if slicer.app.layoutManager() is not None:
        slicer.util.setSliceViewerLayers(background=nodes[1], fit=True)
    slicer.util.showStatusMessage(_("The sample scans are in {folder}.").format(folder=folder), 10000)
    return nodes
