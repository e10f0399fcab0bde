"""Imports what training and inference import, in a process of its own, so that the window neither waits nor holds their files."""

import json
import subprocess
import sys
from pathlib import Path

import qt
from slicer.i18n import tr as _

from ..method.imports import Unfit

POLL_MS = 200
_CODE = "import sys; sys.path.insert(0, sys.argv[1]); from CrossMoDAUDALib.method import imports; imports.main()"


class ImportTrial:
    """One trial at a time; PyTorch and nnU-Net take seconds.

    Args:
        onEnd: called with what does not fit (``Unfit``), or None.
    """

    def __init__(self, onEnd):
        self._onEnd = onEnd
        self._process = None
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._look)

    @property
    def running(self):
        """Whether a trial is waiting for its begin or running."""
        return self._timer.active

    def start(self, afterMs=0):
        """Begin a trial, now or later; one that runs is given up."""
        self.cancel()
        self._timer.start(afterMs)

    def cancel(self):
        """Give the trial up."""
        self._timer.stop()
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
        self._process = None

    def _look(self):
        if self._process is None:
            self._begin()
            self._timer.start(POLL_MS)
        elif self._process.poll() is not None:
            said = self._process.communicate()[0].decode("utf-8", "replace")
            status, self._process = self._process.returncode, None
            self._timer.stop()
            self._onEnd(_result(said, status))

    def _begin(self):
        library = Path(__file__).resolve().parents[2]
        # Not a place's process, which needs psutil.
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", _CODE, str(library)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


def _result(said, status):
    try:
        found = json.loads(said.strip().splitlines()[-1])
        return None if found is None else Unfit(**found)
    except (IndexError, TypeError, ValueError):  # a library has ended the process
        return Unfit("torch", "torch", "", _("the process that imported it ended with status {status}").format(status=status))
