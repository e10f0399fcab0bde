"""Why workers could not be started or stopped, which their folders do not tell: kept until these experiments have gone on."""

import qt

from .section import ON


class Refusals:
    """Sentences by folder.

    Args:
        onRead: called when sentences that were told for a while are told no more.
    """

    def __init__(self, onRead):
        self._told = {}  # by folder: sentence, the experiment's state then, whether it is told for a while only
        self._onRead = onRead
        self._timer = qt.QTimer()
        self._timer.setSingleShot(True)
        self._timer.connect("timeout()", self._endOfWhile)

    def tell(self, folder, why, state, milliseconds=0):
        """Tell of a folder why.

        Args:
            state: the experiment's now.
            milliseconds: how long; 0 for as long as the experiment is in this state.
        """
        self._told[folder] = (why, state, milliseconds > 0)
        if milliseconds:
            self._timer.start(milliseconds)

    def drop(self, folder):
        """Tell nothing of a folder any more."""
        self._told.pop(folder, None)

    def text(self, folder, state):
        """What is to be told of a folder; empty for nothing.

        Args:
            state: the experiment's now. Where it has gone on since, there is nothing to tell any more.
        """
        why, before, _isForNow = self._told.get(folder, ("", state, False))
        if before not in (state, *(ON if state in ON else ())):
            self.drop(folder)
            return ""
        return why

    def _endOfWhile(self):
        self._told = {folder: told for folder, told in self._told.items() if not told[2]}
        self._onRead()

    def cleanup(self):
        """Look no more."""
        self._timer.stop()
