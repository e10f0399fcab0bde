"""A button that opens an experiment's page in the browser, made anew where it does not tell of all finished stages."""

from pathlib import Path

import qt
from slicer.i18n import tr as _

from .command_runner import CommandRunner

PAGE = "report.html"
NEEDED = ("numpy", "scipy", "SimpleITK")


class ReportButton:
    """Makes the page beside Slicer and opens it; a second press cancels.

    Args:
        button: starts it.
        say: called with sentences for the user.
        isReady: told the Python packages that it needs; whether they are there.
    """

    def __init__(self, button, say, isReady):
        self._button, self._say, self._isReady = button, say, isReady
        self._text, self._tip = button.text, button.toolTip
        self._page = None
        self.runner = CommandRunner(self._onEvent, self._onEnd)

    def open(self, experiment):
        """Make the page and open it."""
        if self.runner.running:
            self.runner.cancel()
        elif self._isReady(*NEEDED):
            self._page = None
            self._say(_("Making the report..."))
            self.runner.start(lambda _folder: (), lambda _folder: ["report", str(experiment)])
            self._show()

    def _show(self):
        isOn = self.runner.running
        self._button.text = _("Cancel repor&t") if isOn else self._text
        self._button.toolTip = _("End the making of the report.") if isOn else self._tip

    def _onEvent(self, event):
        if event["kind"] == "result":
            self._page = Path(event["outputs"][0])

    def _onEnd(self, outcome, message):
        self._show()
        self._say({"finished": "", "failed": message, "cancelled": _("Cancelled.")}[outcome])
        if outcome == "finished" and self._page is not None:
            qt.QDesktopServices.openUrl(qt.QUrl.fromLocalFile(str(self._page)))
