"""The trainings that this panel has started or is stopping, each with its folder, whatever folder is shown."""

import socket
import time

import qt
from slicer.i18n import tr as _

from ..locking import is_running, read_worker, request_stop
from ..processes import Process, kill_tree

LOOK_MS = 500
SECONDS_TO_STOP = 30  # a step of training and writing its checkpoint end in much less


class Workers:
    """Starts workers, waits for them, and stops them: by a request, and by force when that is not followed.

    Args:
        onEnd: called with the folder, the exit status and the last words of a worker that was started here.
        onChange: called with the folder when a worker stopped, or with a sentence when it cannot be stopped from here.
    """

    def __init__(self, onEnd, onChange):
        self._onEnd, self._onChange = onEnd, onChange
        self._processes = {}
        self._stopping = {}  # when it was asked to, by folder
        self._timer = qt.QTimer()
        self._timer.interval = LOOK_MS
        self._timer.connect("timeout()", self._look)

    def start(self, folder, words):
        """Start a worker on an experiment folder; it outlives Slicer.

        Raises:
            CrossModaError: it cannot be started.
        """
        self._processes[folder] = Process.start(words, folder / "worker.log", detached=True)
        self._timer.start()

    def has(self, folder):
        """Whether a worker that was started here has not ended yet."""
        return folder in self._processes

    def folders(self):
        """The folders of the workers that were started here and have not ended."""
        return list(self._processes)

    def isStopping(self, folder):
        """Whether a worker was asked to stop and has not yet."""
        return folder in self._stopping

    def stop(self, folder):
        """Ask a worker to stop, wherever it was started.

        Raises:
            OSError: the folder cannot be written.
        """
        request_stop(folder)
        self._stopping[folder] = time.monotonic()
        self._timer.start()

    def cleanup(self):
        """Look no more; what works goes on."""
        self._timer.stop()

    def _look(self):
        for folder, process in list(self._processes.items()):
            status = process.poll()
            if status is not None:
                del self._processes[folder]
                self._onEnd(folder, status, process.last_words(2).replace("crossmoda_uda: ", ""))
        for folder, since in list(self._stopping.items()):
            if not is_running(folder) and folder not in self._processes:
                del self._stopping[folder]
                self._onChange(folder, "")
            elif time.monotonic() - since > SECONDS_TO_STOP:
                del self._stopping[folder]
                self._onChange(folder, self._kill(folder))
        if not self._processes and not self._stopping:
            self._timer.stop()

    def _kill(self, folder):
        """End a worker and all it has started; a sentence if it is out of reach."""
        worker = read_worker(folder)
        if worker is not None and worker["host"] == socket.gethostname():
            kill_tree(int(worker["pid"]), worker.get("started"))
        elif worker is None and folder in self._processes:
            self._processes[folder].kill()
        else:
            return _("The training runs on another computer and does not answer; stop it there.")
        return ""
