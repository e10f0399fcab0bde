"""A command of the command line, run beside Slicer: it is started, followed by its events, and can be cancelled."""

import logging
import shutil
import tempfile
import time
from pathlib import Path

import qt
import slicer
from slicer.i18n import tr as _

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..experiment.events import read_events
from ..places.processes import SECONDS_TO_DIE, Process, are_gone
from .wording import inThePanel

POLL_MS = 200
DRAW = "draw"  # what a step yields after which the views are to be drawn, by themselves, before the next
DYING_MS = 50  # between looks at processes that were ended
DRAW_MS = 25  # Slicer draws a view up to 17 ms after it has changed (ctkVTKAbstractView, 60 times a second)


class CommandRunner:
    """Runs one command at a time; everything here happens in short steps of a timer, so the window never waits.

    Args:
        onEvent: called with every event of the command; what takes long it returns as an iterator, whose steps are then done one by
            one, with the window's own work between them; one that yields :data:`DRAW` lets the views be drawn.
        onEnd: called once with "finished", "failed" or "cancelled" and what went wrong in sentences; empty when all went well.
        onGone: called when the processes of a command that has ended and its temporary folder are gone.

    Attributes:
        running: whether a command is being prepared or runs.
        folder: its temporary folder, which goes after onEnd.
    """

    def __init__(self, onEvent, onEnd, onGone=lambda: None):
        self._onEvent, self._onEnd, self._onGone = onEvent, onEnd, onGone
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self._step)
        self._left, self._remover = [], qt.QTimer()  # of commands that have ended
        self._remover.connect("timeout()", self._removeOne)
        self._clear()

    def _clear(self):
        self.running = False
        self.folder = None
        self._steps = self._arguments = self._process = self._taking = self._status = None
        self._offset = 0
        self._problems = []
        self._isComplete = False

    def start(self, prepare, arguments):
        """Prepare and start a command.

        Args:
            prepare: called with a new temporary folder; an iterator whose steps write what the command reads.
            arguments: called with that folder after the last step; the command's words.
        """
        try:
            self.folder = Path(tempfile.mkdtemp(prefix="CrossMoDAUDA_", dir=slicer.app.temporaryPath))
        except OSError as error:
            self._onEnd("failed", inThePanel(explain(error)[0]))
            return
        self.running = True
        self._steps, self._arguments = iter(prepare(self.folder)), arguments
        self._timer.start(0)

    def work(self, steps):
        """Do work in steps without a command; onEnd is told as of a command.

        Args:
            steps: an iterator, whose steps may yield :data:`DRAW`.
        """
        self.running = True
        self._steps = iter(steps)
        self._timer.start(0)

    def cancel(self):
        """End the command and everything it started; onEnd is told before this returns, and all is gone a little later."""
        if self.running:
            self._end("cancelled", "")

    def cleanup(self):
        """End the command, and wait until all is gone: the panel is about to go, or what is read or written is."""
        self.cancel()
        while self._left:
            if not self._left[0].isGone():
                time.sleep(DYING_MS / 1000)
            self._removeOne()

    def _step(self):
        try:
            if self._steps is not None:
                self._prepare()
            else:
                self._poll()
        except Exception as error:  # a timer has nobody to raise to
            if not isinstance(error, CrossModaError):
                logging.exception("CrossMoDAUDA could not go on.")
            if self.running:
                self._end("failed", inThePanel(explain(error)[0]))
            else:  # the results could not be shown
                slicer.util.errorDisplay(inThePanel(explain(error)[0]))

    def _prepare(self):
        try:
            self._timer.start(_pause(next(self._steps)))
        except StopIteration:
            self._steps = None
            if self._arguments is None:
                self._end("finished", "")
                return
            self._timer.start(POLL_MS)
            words = [*self._arguments(self.folder), "--events", str(self.folder / "events.jsonl")]
            self._process = Process.start(words, self.folder / "log.txt", detached=False, gently=True)

    def _poll(self):
        if self._taking is None:
            self._status = self._process.poll()  # first: whatever it wrote before its end is then read below
            events, self._offset = read_events(self.folder / "events.jsonl", self._offset)
            self._taking = self._take(events)
        pause = next(self._taking, None)
        if not self.running:  # cancelled by whoever was told
            return
        self._timer.start(POLL_MS if pause is None else pause)
        if pause is not None:
            return
        self._taking = None
        if self._status is not None:
            said = " ".join(dict.fromkeys(self._problems))
            if self._status == 0 or self._isComplete:  # a check that found problems is complete, too
                self._end("finished", said)
            else:
                self._end("failed", said or self._last_words(self._status))

    def _take(self, events):
        """Tell of events; yields where the window may work in between, and for how many ms."""
        for event in events:
            if event["kind"] == "error":
                self._problems.append(inThePanel(event["message"]))
            self._isComplete |= event["kind"] == "run" and event.get("state") == "finished"
            for step in self._onEvent(event) or ():
                yield _pause(step)
            if not self.running:
                return

    def _last_words(self, status):
        said = self._process.last_words().strip()
        if said:
            return _("The work ended unexpectedly: {lastWords}").format(lastWords=inThePanel(said))
        return _("The work was ended from outside (status {status}); memory may have run out.").format(status=status)

    def _end(self, outcome, message):
        self._timer.stop()
        self.running = False
        ended = _Ended(self._process, self.folder)
        try:
            self._onEnd(outcome, message)  # may read results from the folder
        finally:
            self._clear()
            if ended.folder is not None:
                self._left.append(ended)
                self._remover.start(0)

    def _removeOne(self):
        """Remove a file of a command that has ended, once its processes are gone; of large files the system takes long to let go."""
        if not self._left[0].isGone():
            self._remover.start(DYING_MS)
            return
        self._remover.start(0)
        file = next((path for path in self._left[0].folder.rglob("*") if not path.is_dir()), None)
        try:
            if file is not None:
                file.unlink()
                return
        except OSError:  # another program has it open
            pass
        shutil.rmtree(self._left.pop(0).folder, ignore_errors=True)
        if not self._left:
            self._remover.stop()
        self._onGone()


class _Ended:
    """A command that has ended or is ended now; its processes may take a while, as when they free much memory.

    Args:
        process: None for none.
        folder: the command's.
    """

    def __init__(self, process, folder):
        self.folder, self._process = folder, process
        self._tree = process.kill_now() if process is not None else []
        self._deadline = time.monotonic() + SECONDS_TO_DIE

    def isGone(self):
        """Whether its processes are gone; those that do not go are waited for no longer."""
        hasEnded = self._process is None or self._process.poll() is not None
        return (hasEnded and are_gone(self._tree)) or time.monotonic() > self._deadline


def _pause(step):
    """How many ms the window has for itself after a step."""
    return DRAW_MS if step == DRAW else 0
