"""Model packages in the panel: a button that imports one, and a button that saves one."""

import contextlib
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..models.library import remove_half_made
from .command_runner import CommandRunner

NEEDED = ("psutil", "numpy", "safetensors")


def _filter():
    return _("Model package") + " (*.zip)"


class WorkBar:
    """A progress bar of several tools: it shows how far all of them are that work, and is hidden while none does.

    Args:
        bar: the QProgressBar.
        show: shows or hides it.
    """

    def __init__(self, bar, show):
        self._bar, self._show, self._work = bar, show, {}

    def tell(self, tool, step=0, total=0):
        """A tool works, and is so far; without a total nobody knows how far."""
        self._work[tool] = step, total
        self._draw()

    def end(self, tool):
        """A tool works no more."""
        self._work.pop(tool, None)
        self._draw()

    def _draw(self):
        isCounted = all(total for _step, total in self._work.values())
        self._bar.setRange(0, sum(total for _step, total in self._work.values()) if isCounted else 0)
        self._bar.value = sum(step for step, _total in self._work.values()) if isCounted else 0
        self._show(self._bar, bool(self._work))


class PackageImport:
    """Asks for a package, checks and keeps it beside Slicer, and hands over its folder.

    Args:
        button: starts it, and cancels while it runs.
        say: called with sentences for the user.
        isReady: told the Python packages that it needs; whether they are there.
        onImported: called with the folder that the model now has.
        bar: a :class:`WorkBar`.
    """

    def __init__(self, button, say, isReady, onImported, bar):
        self._bar = bar
        self._button, self._say, self._isReady, self._onImported = button, say, isReady, onImported
        self._text, self._tip = button.text, button.toolTip
        self._folder = None
        self.runner = CommandRunner(self._onEvent, self._onEnd, onGone=remove_half_made)  # by a process that was killed
        button.connect("clicked(bool)", self.onClicked)

    def onClicked(self, _checked=False):
        """Import, or cancel that."""
        if self.runner.running:
            self.runner.cancel()
            return
        if not self._isReady(*NEEDED, "platformdirs"):
            return
        path = qt.QFileDialog.getOpenFileName(slicer.util.mainWindow(), _("Model package"), "", _filter())
        if path:
            self._import(path)

    def start(self, path):
        """Import a package that was not asked for, such as one that was dropped."""
        if self.runner.running:
            self._say(_("Another package is being imported; wait until that is done."))
        elif self._isReady(*NEEDED, "platformdirs"):
            self._import(path)

    def _import(self, path):
        self._folder = None
        self._say(_("Checking {file}...").format(file=Path(path).name))
        self.runner.start(lambda _folder: (), lambda _folder: ["import", str(path)])
        self._show()

    def _onEvent(self, event):
        if event["kind"] == "result":
            self._folder = Path(event["outputs"][0])
        elif event["kind"] == "progress":
            self._bar.tell(self, event["step"], event["total"])

    def _onEnd(self, outcome, message):
        self._show()
        if outcome == "finished" and self._folder is not None:
            self._say(_("Imported: {name}. Not for clinical use.").format(name=self._folder.name))
            self._onImported(self._folder)
        else:
            self._say(_("Nothing was imported.") if outcome == "cancelled" else message)

    def _show(self):
        self._button.text = _("Cance&l") if self.runner.running else self._text
        self._button.toolTip = _("End the import; nothing half-made is kept.") if self.runner.running else self._tip
        (self._bar.tell if self.runner.running else self._bar.end)(self)


_saving = set()  # who writes a file, or has not cleared up after it


class SaveAs:
    """A button that asks for a zip file, which a command then writes beside Slicer; what it is about, subclasses say.

    Args:
        button: starts it, and cancels while it runs.
        say: called with sentences for the user.
        isReady: told the Python packages that it needs; whether they are there.
        bar: a :class:`WorkBar`.
    """

    needed = NEEDED
    ending = ""  # of the suggested name, before .zip

    def __init__(self, button, say, isReady, bar):
        self._bar = bar
        self._button, self._say, self._isReady = button, say, isReady
        self._text, self._tip = button.text, button.toolTip
        self._path, self._before, self._isWhole = None, set(), True
        self.runner = CommandRunner(self._onEvent, self._onEnd, onGone=self._removeHalfMade)

    def save(self, experiment):
        """Ask where to, and save; or cancel that."""
        if self.runner.running:
            self.runner.cancel()
            return
        if not self._isReady(*self.needed):
            return
        suggested = str(Path(experiment).parent / f"{Path(experiment).name}{self.ending}.zip")
        path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), self.title(), suggested, self.kind() + " (*.zip)")
        if not path:
            return
        # Not every system's dialog adds the ending; one that it did not show has not been agreed to be replaced either.
        self._path = path if path.lower().endswith(".zip") else f"{path}.zip"
        agreed = ["--overwrite"] if self._path == path else []
        self._say(_("Saving {file}...").format(file=Path(self._path).name))
        self._before, self._isWhole = self._halfMade(), False
        _saving.add(self)
        self.runner.start(lambda _folder: (), lambda _folder: [*self.words(str(experiment)), "-o", self._path, *agreed])
        self._show()

    def _show(self):
        self._button.text = self.cancelText() if self.runner.running else self._text
        self._button.toolTip = _("End the saving; nothing half-made is kept.") if self.runner.running else self._tip
        (self._bar.tell if self.runner.running else self._bar.end)(self)

    def _onEvent(self, event):
        if event["kind"] == "progress":
            self._bar.tell(self, event["step"], event["total"])

    def _halfMade(self):
        """What commands that save are writing beside the file, or have left there when they were ended."""
        try:
            return set(Path(self._path).parent.glob(".*.partial*.zip"))
        except OSError:
            return set()

    def _removeHalfMade(self):
        """Remove what a command has left that was ended; not while another saves, whose file may lie beside it."""
        _saving.discard(self)
        if self._isWhole or _saving or self.runner.running:
            return
        for file in self._halfMade() - self._before:
            with contextlib.suppress(OSError):
                file.unlink()

    def _onEnd(self, outcome, message):
        self._isWhole = outcome == "finished"
        self._show()
        done = self.done().format(file=self._path)
        self._say({"finished": done, "failed": message, "cancelled": _("Nothing was saved.")}[outcome])


class PackageExport(SaveAs):
    """Saves an experiment's model as a package."""

    def cancelText(self):
        """Of the button while it runs."""
        return _("Cance&l")

    def title(self):
        """Of the dialog."""
        return _("Save model package")

    def kind(self):
        """What the file is."""
        return _("Model package")

    def words(self, experiment):
        """The command."""
        return ["package", experiment]

    def done(self):
        """What is said of the file in the end."""
        return _("Saved: {file}, for use on other machines. It holds no patient data. Not for clinical use.")


class NnUNetExport(SaveAs):
    """Saves an experiment's segmenter for nnU-Net's own commands."""

    needed = (*NEEDED, "torch", "nnunetv2")
    ending = "_nnunet"

    def cancelText(self):
        """Of the button while it runs; another letter than the other's, as both may run."""
        return _("Cancel nn&U-Net")

    def title(self):
        """Of the dialog."""
        return _("Export for nnU-Net")

    def kind(self):
        """What the file is."""
        return _("Model for nnU-Net")

    def words(self, experiment):
        """The command."""
        return ["export", experiment, "--nnunet"]

    def done(self):
        """What is said of the file in the end."""
        return _("Saved: {file}, for nnU-Net's commands; the README.md in it tells how. It holds no patient data. Not for clinical use.")
