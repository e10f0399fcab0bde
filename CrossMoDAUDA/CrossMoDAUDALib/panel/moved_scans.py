"""A button for a training that does not find its scans any more: it goes on with them where they are now."""

import qt
import slicer
from slicer.i18n import tr as _

OPTION = "--scans-moved-to"
# What the library's sentences say where scans are gone, where a folder does not hold them, and where it holds others of their names.
SAID = (OPTION, " is neither where it was nor, under any name, in ", ": it has changed; put the file as it was into ")


class MovedScans:
    """Asks for the folder in which the scans are now, where they are known by their content.

    Args:
        button: asks; hidden where no scan is missing.
        show: called with the button and whether it is visible.
        resume: called with further words for the command that goes on with the training.
    """

    def __init__(self, button, show, resume):
        self._button, self._show, self._resume = button, show, resume
        self._folder = None
        button.connect("clicked(bool)", self.onClicked)

    def follow(self, folder, said):
        """Offer the button for a training that could not go on as scans were gone.

        Args:
            folder: the experiment's.
            said: why it could not, as the library said it; empty where it goes on.
        """
        self._folder = folder
        self._show(self._button, any(words in said for words in SAID))

    def onClicked(self, _checked=False):
        """Ask, and go on."""
        beside = str(self._folder.parent)
        chosen = qt.QFileDialog.getExistingDirectory(slicer.util.mainWindow(), _("Folder in which the scans are now"), beside)
        if chosen:
            self._resume(OPTION, chosen)
