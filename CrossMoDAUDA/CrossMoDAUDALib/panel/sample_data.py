"""Scans to try the method with, made on the spot: a synthetic cohort, nothing is downloaded."""

import contextlib
import re
import shutil
import time
import uuid
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from .parameters import changePreset
from .wording import inThePanel

NAME = "CrossMoDAUDA sample scans"
NODES = ("CrossMoDAUDA ceT1", "CrossMoDAUDA hrT2", "CrossMoDAUDA reference")
_UNFINISHED = " (unfinished) "
_SCAN = r"crossmoda2022_syn_\d+_(ceT1|hrT2|Label)\.nii\.gz"
_LEFT_BEHIND_SECONDS = 3600  # what is unfinished for so long, nobody works on any more


def register(resourcePath, getParameters):
    """Offer the sample scans in Slicer's module Sample Data.

    Args:
        resourcePath: the full path of a file in Resources.
        getParameters: returns the scene's parameters, in which the scans are chosen after they were made.
    """
    import SampleData

    saveFromCache()

    def make(_source):
        try:
            folder = _makeWithDialog(keptFolder())
        except (CrossModaError, OSError) as error:
            slicer.util.errorDisplay(_sentence(error))
            return []
        if folder is None:  # cancelled
            return []
        source, target, reference = loadExamples(folder)
        parameters = getParameters()
        chosen = parameters.crossmoda
        if not chosen or (Path(chosen).name == NAME and not isSample(chosen)):  # else the user trains on others
            parameters.crossmoda = str(folder)
            changePreset(parameters, "quick", "sample")
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


# Where they are ---------------------------------------------------------------------------------------------------------


def keptFolder():
    """The folder beside the imported models, in which the module Sample Data keeps the scans.

    Not Slicer's cache: each start of Slicer prunes that to its limit (qSlicerApplication.cxx, vtkCacheManager::PruneCache).
    """
    return Path(qt.QStandardPaths.writableLocation(qt.QStandardPaths.GenericDataLocation)) / "CrossMoDAUDA"


def _inCache():
    """Where earlier versions kept the scans."""
    return Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory()) / NAME


def saveFromCache():
    """Move scans that an earlier version has left in Slicer's cache to where nothing prunes them.

    A link stays in the cache, which pruning leaves alone, so that what was trained on them finds them. Where there are no links,
    they stay where they are.
    """
    old, new = _inCache(), keptFolder() / NAME
    if old.is_symlink() or not old.is_dir() or new.exists():
        return
    with contextlib.suppress(OSError):
        new.parent.mkdir(parents=True, exist_ok=True)
        old.rename(new)
        try:
            old.symlink_to(new, target_is_directory=True)
        except OSError:  # Windows, for want of a privilege
            new.rename(old)


def isSample(folder):
    """Whether a folder is one that was made here, by its name, and still holds scans."""
    return bool(folder) and Path(folder).name == NAME and any(_scans(Path(folder)))


def _scans(folder):
    """The files in a folder that have the names of sample scans."""
    return (path for path in folder.glob("*/*.nii.gz") if re.fullmatch(_SCAN, path.name))


def remove(folder):
    """Remove the sample scans; files that somebody has put beside them stay, and their folders.

    Raises:
        OSError: a file cannot be removed.
    """
    folder, link = Path(folder).resolve(), _inCache()
    for scan in list(_scans(folder)):
        scan.unlink()
    for place in (*folder.iterdir(), folder):
        with contextlib.suppress(OSError):  # not empty
            place.rmdir()
    if link.is_symlink() and not link.exists():
        link.unlink()


# Making them ------------------------------------------------------------------------------------------------------------


def steps(parent):
    """Write the synthetic cohort into a folder of its own, in short steps; one that is there already is kept.

    Closed before its end, or failing, it leaves nothing.

    Yields:
        The steps done, and all.
    """
    from ..cohort.phantom import SAMPLE_COHORT, cohort_steps

    folder = parent / NAME
    if isSample(folder):
        return
    parent.mkdir(parents=True, exist_ok=True)
    for left in parent.glob(f"{NAME}{_UNFINISHED}*"):
        if left.stat().st_mtime < time.time() - _LEFT_BEHIND_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
    partial = parent / f"{NAME}{_UNFINISHED}{uuid.uuid4().hex}"
    try:
        yield from cohort_steps(partial, **SAMPLE_COHORT)
        if not folder.is_dir():
            partial.replace(folder)  # last, so that a folder of this name is whole
        elif not isSample(folder):  # else another Slicer was faster; here only a user's own files were left
            for scan in list(_scans(partial)):
                (folder / scan.parent.name).mkdir(exist_ok=True)
                scan.replace(folder / scan.parent.name / scan.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _sentence(error):
    """What went wrong, without the name that the folder only has while it is made."""
    return re.sub(re.escape(NAME + _UNFINISHED) + "[0-9a-f]+", NAME, inThePanel(explain(error)[0]))


def writeCohort(parent):
    """Write the synthetic cohort into a folder of its own; one that is there already is kept.

    Returns:
        The cohort's folder.
    """
    for _step in steps(parent):
        pass
    return parent / NAME


def _makeWithDialog(parent):
    """As :func:`writeCohort`, with progress; None if the user cancelled. Slicer wants the scans when its button's slot returns."""
    if not isSample(parent / NAME):
        work = steps(parent)
        dialog = slicer.util.createProgressDialog(
            labelText=_("Making sample scans..."), windowTitle=_("Sample scans"), windowModality=qt.Qt.WindowModal, autoClose=False
        )
        try:
            for done, total in work:
                dialog.maximum, dialog.value = total, done
                slicer.app.processEvents()
                if dialog.wasCanceled:
                    return None
        finally:
            work.close()
            dialog.close()
            dialog.deleteLater()
    return parent / NAME


class SampleScans:
    """A button that makes the sample scans beside the window's work, cancels that, and removes scans that were made.

    Args:
        button: starts, cancels or removes.
        bar: shows the progress; who owns it shows and hides it.
        say: called with sentences for the user.
        isUsed: called with a cohort's folder; whether a training reads it at the moment.
        onChanged: called with the folder of scans that were made, with "" for those that were removed, else with None.
    """

    def __init__(self, button, bar, say, isUsed, onChanged):
        self._button, self._bar, self._say, self._isUsed, self._onChanged = button, bar, say, isUsed, onChanged
        self._text, self._tip = button.text, button.toolTip
        self._cohort = ""
        self._steps = self._parent = None
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._step)
        button.connect("clicked(bool)", self.onClicked)

    @property
    def running(self):
        """Whether scans are being made."""
        return self._steps is not None

    def show(self, cohort, isFree):
        """Offer what can be done.

        Args:
            cohort: the folder of scans that is chosen.
            isFree: whether making scans can be begun now.
        """
        self._cohort = cohort
        text, tip = self._text, self._tip
        if self.running:
            text, tip = _("Cance&l"), _("End the making of sample scans; nothing half-made is kept.")
        elif isSample(cohort):
            text, tip = _("Remove samp&les..."), _("Remove the synthetic data set that is chosen from the disk.")
        self._button.text, self._button.toolTip, self._button.enabled = text, tip, self.running or isFree

    def onClicked(self, _checked=False):
        """Make, cancel or remove."""
        if self.running:
            self.cancel()
            self._say(_("No sample scans were made."))
            self._onChanged(None)
        elif isSample(self._cohort):
            self._remove(self._cohort)
        else:
            chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder for the sample scans"))
            if chosen:
                self._parent, self._steps = Path(chosen), steps(Path(chosen))
                self._bar.setRange(0, 0)
                self._say(_("Making sample scans..."))
                self._timer.start(0)
                self._onChanged(None)

    def cancel(self):
        """End the making, as if it had not begun."""
        self._timer.stop()
        if self._steps is not None:
            self._steps.close()
        self._steps = None

    def _step(self):
        try:
            done, total = next(self._steps)
            self._bar.setRange(0, total)
            self._bar.value = done
            return
        except StopIteration:
            said, made = "", str(self._parent / NAME)
        except Exception as error:  # a timer has nobody to raise to
            said, made = _sentence(error), None
        self.cancel()
        self._say(said)
        self._onChanged(made)

    def _remove(self, folder):
        if self._isUsed(folder):
            self._say(_("A training reads these scans; stop it before you remove them."))
            return
        question = _("Remove the sample scans in {folder}? What was trained on them stays; a training that is not finished cannot go on.")
        if slicer.util.confirmOkCancelDisplay(question.format(folder=folder), _("Remove sample scans")):
            try:
                remove(folder)
                self._say(_("The sample scans were removed."))
            except OSError as error:
                self._say(_sentence(error))
            self._onChanged("")


# Showing them -----------------------------------------------------------------------------------------------------------


def loadExamples(folder):
    """Load one scan of either modality and show the one to be segmented; its reference segmentation is there, but hidden.

    Returns:
        The volume nodes of a ceT1 and of an hrT2 that no training sees, and the hrT2's reference segmentation.
    """
    from ..cohort.phantom import LABELS
    from ..images.volumes import read_label_map, read_volume
    from ..slicer_nodes import mrml
    from . import views

    source = sorted((folder / "training_source").glob("*_ceT1.nii.gz"))[0]
    target = sorted((folder / "validation").glob("*_hrT2.nii.gz"))[0]
    nodes = [mrml.volume_node(read_volume(path), name) for path, name in zip((source, target), NODES, strict=False)]
    label_map = read_label_map(target.with_name(target.name.replace("_hrT2", "_Label")))
    reference = mrml.segmentation_node(label_map, LABELS, nodes[1], NODES[2])
    reference.GetDisplayNode().SetVisibility(False)
    views.showScan(nodes[1])
    slicer.util.showStatusMessage(_("The sample scans are in {folder}.").format(folder=folder), 10000)
    return [*nodes, reference]
