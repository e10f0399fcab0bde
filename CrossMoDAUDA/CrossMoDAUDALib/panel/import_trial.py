"""Imports what training and inference import, in a process of its own, so that the window neither waits nor holds their files."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
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
        self._process = self._output = None
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
            _kill(self._process)
            self._output.close()
        self._process = self._output = None

    def _look(self):
        if self._process is None:
            try:
                self._begin()
            except OSError:  # no memory or no disk for it now, which says nothing of the packages
                self._timer.stop()
                if self._output is not None:
                    self._output.close()
                self._output = None
                return
            self._timer.start(POLL_MS)
        elif self._process.poll() is not None:
            self._output.seek(0)
            said, status = self._output.read().decode("utf-8", "replace"), self._process.returncode
            self._output.close()
            self._process = self._output = None
            self._timer.stop()
            self._onEnd(_result(said, status))

    def _begin(self):
        library = Path(__file__).resolve().parents[2]
        self._output = tempfile.TemporaryFile()  # noqa: SIM115  not a pipe, which could be full, and stay open in what the process starts
        # Not a place's process, which needs psutil.
        self._process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-c", _CODE, str(library)],
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            start_new_session=True,
        )


def _kill(process):
    """End a process and what it has started: Slicer's Python is started by another program, which waits for it."""
    if process.poll() is not None:
        return
    if os.name == "nt":
        words = ["taskkill", "/F", "/T", "/PID", str(process.pid)]
        subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, creationflags=subprocess.CREATE_NO_WINDOW, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says the latter of one that has just ended
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _result(said, status):
    try:
        found = json.loads(said.strip().splitlines()[-1])
        return None if found is None else Unfit(**found)
    except (IndexError, TypeError, ValueError):  # a library has ended the process
        return Unfit("torch", "torch", "", _("the process that imported it ended with status {status}").format(status=status))
