"""What the section Adapt does with workers: starting, following and stopping them, and telling how they ended."""

import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..experiment.last_run import read_last_run
from ..experiment.lock import read_worker
from . import wording
from .section import FOR_PLACES

STATUS_MS = 10000  # how long the status bar shows a sentence


class AdaptWorkers:
    """The part of the section that knows its workers; they go on when Slicer is closed."""

    def start(self, folder, words):
        """Start a worker on any folder; the list of trainings does so, too, so that both tell the same of it."""
        self.refusals.drop(folder)
        self._lastWords.pop(folder, None)
        try:
            self.workers.start(folder, words)
        except CrossModaError as error:
            self._refuse(folder, wording.inThePanel(str(error)))
        self.panel.trainings.add(folder)
        self.update()

    def onWorkerEnd(self, folder, status, said):
        """A worker that was started here has ended; one that was refused told nobody but us."""
        if folder == self._watched:
            self.view.poll()
        last, isAlive = read_last_run(folder), self.workers.place.is_alive(folder)
        # Another one has taken the folder first, and its words are in the same log.
        isSecond = status not in (0, 130) and (isAlive or f"{folder} is being worked on by " in said)
        if isSecond:
            text = self._refuseSecond(folder)
        elif status == 0:
            text = _("The training in {folder} has finished; see the module CrossMoDA UDA.").format(folder=folder)
        else:
            text = _("The training in {folder} has ended; see the module CrossMoDA UDA.").format(folder=folder)
        if not isSecond:
            self._lastWords[folder] = said
            isTold = last.state(isAlive, True) == "died" or (last.error and last.error in said)
            if status not in (0, 130) and not isTold:
                unsaid = _("The training could not be started (status {status}).").format(status=status)
                self._refuse(folder, wording.inThePanel(said) or unsaid)
        if not self.view.isShown:
            slicer.util.showStatusMessage(text, STATUS_MS)
        self.update()

    def _refuseSecond(self, folder):
        """Say for a while that somebody else works on a folder; then how that goes is shown."""
        worker = read_worker(folder)
        text = _("Not started: {folder} is being worked on already. That training is shown here.").format(folder=folder)
        if worker is not None:
            text = _("Not started: {folder} is being worked on by process {pid} on {host}. That training is shown here.")
            text = text.format(folder=folder, pid=worker["pid"], host=worker["host"])
        self._refuse(folder, text, STATUS_MS)
        return text

    def _refuse(self, folder, why, milliseconds=0):
        isShown = folder == self._watched and self.view.monitor is not None
        state = self.view.monitor.state if isShown else self.panel.trainings.state(folder)
        self.refusals.tell(folder, why, state, milliseconds)

    def onWorkerStop(self, folder, problem):
        """A worker that was asked to stop has stopped, or cannot be stopped from here."""
        if problem:
            self._refuse(folder, wording.inThePanel(problem))
        self.update()

    def followAgain(self, folder, seen):
        """Keep a copy up to date whose worker goes on elsewhere while nobody follows it, as after a restart of this computer; once.

        Args:
            seen: how it stands, as a :class:`.watching.monitor.Monitor` or a :class:`.watching.experiments.Standing`; None for nothing.
        """
        isLeft = seen is not None and seen.elsewhere is not None and seen.elsewhere.is_alive and not seen.is_followed
        if not isLeft or folder in self._followed or self.workers.has(folder) or self.panel.dependencies.problem(*FOR_PLACES):
            return
        self._followed.add(folder)
        try:
            self.workers.follow(folder)
        except CrossModaError as error:
            self._refuse(folder, wording.inThePanel(str(error)))

    def stop(self, folder):
        """As :meth:`start`."""
        try:
            self.workers.stop(folder)
        except CrossModaError as error:
            self._refuse(folder, wording.inThePanel(str(error)))
        except OSError as error:
            self._refuse(folder, _("{folder} cannot be written ({reason}).").format(folder=folder, reason=error.strerror))
        self.update()
