"""The trainings that this panel has started or is stopping, each with its folder, whatever folder is shown."""

import time

import qt

from ..core.errors import CrossModaError
from ..experiment.lock import REQUEST, is_running, read_worker, request_stop
from ..places.processes import Process, kill_worker

LOOK_MS = 500
SECONDS_TO_BEGIN = 2  # from a worker's record of itself until it follows requests, with a margin
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
        self._begun = set()  # folders of processes that have been seen to hold them
        self._forced = set()  # folders
        self._timer = qt.QTimer()
        self._timer.interval = LOOK_MS
        self._timer.connect("timeout()", self._look)

    def start(self, folder, words):
        """Start a worker on an experiment folder; it outlives Slicer.

        Raises:
            CrossModaError: it cannot be started.
        """
        self._processes[folder] = Process.start(words, folder / "worker.log", detached=True)
        self._begun.discard(folder)
        self._forced.discard(folder)
        self._timer.start()

    def has(self, folder):
        """Whether a worker that was started here has not ended yet."""
        return folder in self._processes

    def isStarting(self, folder):
        """Whether a worker that was started here has not taken its folder yet."""
        return folder in self._processes and folder not in self._begun

    def folders(self):
        """The folders of the workers that were started here and have not ended."""
        return list(self._processes)

    def isStopping(self, folder):
        """Whether a worker was asked to stop and has not yet."""
        return folder in self._stopping

    def wasForced(self, folder):
        """Whether a worker had to be ended by force and has not been started here again."""
        return folder in self._forced

    def stop(self, folder):
        """Ask a worker to stop, wherever it was started; one that has not begun yet has nothing to bring to an end.

        Raises:
            OSError: the folder cannot be written.
        """
        if self.isStarting(folder) and not is_running(folder):
            self._processes.pop(folder).kill()
            self._onChange(folder, "")
            return
        request_stop(folder)
        self._stopping[folder] = time.monotonic()
        self._timer.start()

    def cleanup(self):
        """Look no more; what works goes on."""
        self._timer.stop()

    def _look(self):
        for folder, process in list(self._processes.items()):
            status = process.poll()
            if status is None and folder not in self._begun and is_running(folder):
                self._begun.add(folder)
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
            elif self._cameTooEarly(folder, since):
                request_stop(folder)
        if not self._processes and not self._stopping:
            self._timer.stop()

    def _cameTooEarly(self, folder, since):
        """Whether a worker that had just begun took the request for one from before its time."""
        worker = read_worker(folder)
        if worker is None or (folder / REQUEST).exists():
            return False
        asked = time.time() - (time.monotonic() - since)
        return abs(worker.get("started", 0) - asked) < SECONDS_TO_BEGIN and time.monotonic() - since < 2 * SECONDS_TO_BEGIN

    def _kill(self, folder):
        """End a worker by force; a sentence if that cannot be done from here."""
        try:
            kill_worker(folder)
        except CrossModaError as error:
            return str(error)
        self._forced.add(folder)
        return ""
