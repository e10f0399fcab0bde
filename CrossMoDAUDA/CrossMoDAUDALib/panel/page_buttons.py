"""Two buttons for a page that a command has written: one opens it in the browser, one saves it."""

import contextlib
import re
import shutil
import tempfile
import time
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.files import write_text
from .wording import inThePanel

ENDING = ".html"
PREFIX = "CrossMoDAUDA_page_"  # of the folder of a page that the browser shows
OLD = 24 * 3600  # seconds after which such a folder is taken for one that a Slicer that crashed has left


class PageButtons:
    """Keeps a page for as long as what it tells of is shown; it is hidden without one.

    Args:
        openButton, saveButton: the buttons.
        show: called with a button and whether it is visible.
        say: called with sentences for the user.
    """

    def __init__(self, openButton, saveButton, show, say):
        self._buttons, self._show, self._say = (openButton, saveButton), show, say
        self._page = self._name = ""
        self._folder = None  # of the copy that the browser shows
        openButton.connect("clicked(bool)", self.onOpen)
        saveButton.connect("clicked(bool)", self.onSave)
        self._showButtons()
        _removeOld()

    def keep(self, page, name):
        """Offer a page.

        Args:
            page: its HTML.
            name: of its file, without the ending.
        """
        self.forget()
        self._page, self._name = page, re.sub(r'[\\/:*?"<>|\x00-\x1f]+', "_", name).strip(" .")
        self._showButtons()

    def forget(self):
        """Offer no page; the copy that the browser was given goes, as it may name a patient."""
        self._page = ""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        self._showButtons()

    def _showButtons(self):
        for button in self._buttons:
            self._show(button, bool(self._page))

    def onOpen(self, _checked=False):
        """Open the page in the browser."""
        try:
            if self._folder is None or not self._folder.is_dir():  # whoever tidies up temporary files may have removed it
                self._folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=slicer.app.temporaryPath))  # for nobody else to read
            file = self._folder / f"follow_up{ENDING}"
            write_text(file, self._page)
        except (CrossModaError, OSError) as error:
            self._say(inThePanel(explain(error)[0]))
            return
        isOpened = qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(file)))
        self._say("" if isOpened else _("No browser could be opened. Press 'Save page...', and open that file."))

    def onSave(self, _checked=False):
        """Ask where to, and save the page."""
        folder = Path(slicer.mrmlScene.GetRootDirectory() or Path.home())
        suggested = str(folder / f"{self._name}{ENDING}")
        path = qt.QFileDialog.getSaveFileName(slicer.util.mainWindow(), _("Save page"), suggested, _("Web page") + f" (*{ENDING})")
        if not path:
            return
        # Not every system's dialog adds the ending; a file that it did not show has not been agreed to be replaced.
        name = path if path.lower().endswith(ENDING) else path + ENDING  # compared as text: on Windows a dialog answers with "/"
        file = Path(name)
        if name != path and file.exists():
            self._say(_("{file} is there already; choose another name.").format(file=file))
            return
        try:
            write_text(file, self._page)
        except (CrossModaError, OSError) as error:
            self._say(inThePanel(explain(error)[0]))
            return
        self._say(_("Saved: {file}. It names the patient and the scans. Not for clinical use.").format(file=file))


def _removeOld():
    """Remove pages that were left behind, as they may name patients; not a new one, which another Slicer may show."""
    for folder in Path(slicer.app.temporaryPath).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > OLD:
                shutil.rmtree(folder, ignore_errors=True)
