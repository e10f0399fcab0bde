"""The trainings that this panel has started or is stopping, each with its folder, whatever folder is shown."""

import qt

from ..core.errors import CrossModaError
from ..experiment.elsewhere import has_begun_elsewhere
from ..places.place import find_place

LOOK_MS = 500


class Workers:
    """Lets a timer look at workers and stops; what a worker is and how it is stopped, its place knows.

    The timer also runs while the module is hidden, so that an end is noticed; it only runs while there is one to wait for.

    Args:
        onEnd: called with the folder, the exit status and the last words of a worker that was started here.
        onChange: called with the folder when a worker stopped, or with a sentence when it cannot be started or stopped from here.
    """

    def __init__(self, onEnd, onChange):
        self._onEnd, self._onChange = onEnd, onChange
        self.place = find_place()
        self._sending, self._workers, self._stops = {}, {}, {}  # by folder
        self._forced = set()  # folders
        self._timer = qt.QTimer()
        self._timer.interval = LOOK_MS
        self._timer.connect("timeout()", self._look)

    def start(self, folder, words):
        """Start a worker on an experiment folder; it outlives Slicer.

        Raises:
            CrossModaError: it cannot be started.
        """
        self._forced.discard(folder)
        self._sending[folder] = self.place.send(words)
        self._send(folder)  # at once where nothing has to be sent
        self._timer.start()

    def follow(self, folder):
        """Keep the copy of an experiment up to date whose worker elsewhere nobody follows; nothing is started there.

        Raises:
            CrossModaError: it cannot be started.
        """
        self.start(folder, ["status", str(folder), "--follow"])

    def _send(self, folder):
        try:
            next(self._sending[folder])
        except StopIteration as end:
            del self._sending[folder]
            self._workers[folder] = self.place.start(folder, end.value, gently=True)
        except CrossModaError:
            del self._sending[folder]
            raise

    def has(self, folder):
        """Whether a worker that was started here has not ended yet, or one is being stopped from here."""
        return folder in self._workers or folder in self._sending or folder in self._stops

    def isStarting(self, folder):
        """Whether a worker that was started here has not taken its folder yet."""
        return folder in self._sending or (folder in self._workers and not self._workers[folder].has_begun())

    def folders(self):
        """The folders of the workers that were started here and have not ended."""
        return [*self._workers, *self._sending]

    def stopping(self):
        """The folders of the workers that were asked to stop from here and have not yet."""
        return list(self._stops)

    def isStopping(self, folder):
        """Whether a worker was asked to stop and has not yet."""
        return folder in self._stops

    def wasForced(self, folder):
        """Whether a worker had to be ended by force and has not been started here again."""
        return folder in self._forced

    def stop(self, folder):
        """Ask a worker to stop, wherever it was started; one that does not is ended by force.

        Raises:
            CrossModaError: it runs elsewhere, and no process here can be started that follows it.
            OSError: the folder cannot be written.
        """
        if self._sending.pop(folder, None) is not None:
            self._onChange(folder, "")
            return
        isElsewhere = has_begun_elsewhere(folder)
        if isElsewhere and not (self.place.is_alive(folder) or folder in self._workers):
            self.follow(folder)  # who follows a worker can stop it
        isStarting = self.isStarting(folder) and not isElsewhere
        self._stops[folder] = self.place.stop(folder, self._workers.get(folder))
        if isStarting:
            del self._workers[folder]  # its status tells nothing
        self._timer.start()

    def cleanup(self):
        """Look no more; what works goes on."""
        self._timer.stop()

    def _look(self):
        for folder in list(self._sending):
            try:
                self._send(folder)
            except CrossModaError as error:
                self._onChange(folder, str(error))
        for folder, worker in list(self._workers.items()):
            status = worker.poll()
            if status is not None:
                del self._workers[folder]
                self._onEnd(folder, status, worker.last_words(2).replace("crossmoda_uda: ", ""))
        for folder, stop in list(self._stops.items()):
            stop.poll()
            if stop.is_over:
                del self._stops[folder]
                if stop.was_forced and not stop.problem:
                    self._forced.add(folder)
                self._onChange(folder, stop.problem)
        if not (self._sending or self._workers or self._stops):
            self._timer.stop()
