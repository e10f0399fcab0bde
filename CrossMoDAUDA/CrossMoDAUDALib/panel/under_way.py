"""Which of the trainings that a user opened or started are under way, whoever started them, and whatever is shown."""

import contextlib
import time

import qt

from ..core.errors import CrossModaError
from .remembered_trainings import rememberedTrainings

FIRST_MS, LOOK_MS = 50, 2000  # between two looks, each at one folder: in the first round, and later
SHARE = 0.02  # of the time that one slow folder, as on a network, may take


class UnderWay:
    """Asks the folders one a turn, only while the module is shown; those that are under way at every turn, so that their end is seen.

    Args:
        isAlive: whether a worker is at a folder.
        onChange: called when other folders are under way than before.

    Attributes:
        folders: those that are.
    """

    def __init__(self, isAlive, onChange):
        self._isAlive, self._onChange = isAlive, onChange
        self.folders = []
        self._next = None  # the folders that are to be asked in this round
        self._due = {}  # when a slow folder may be asked again
        self._timer = qt.QTimer()
        self._timer.connect("timeout()", self.look)

    def show(self):
        """The module is shown: ask all."""
        self._next = rememberedTrainings()
        self._timer.start(FIRST_MS)

    def hide(self):
        """Ask nobody."""
        self._timer.stop()

    def look(self):
        """Ask the next folder, and those that were under way."""
        if not self._next:
            self._next = rememberedTrainings()
            self._timer.interval = LOOK_MS
        asked = [*self.folders, *self._next[:1]]
        self._next = self._next[1:]
        found = [folder for folder in dict.fromkeys(asked) if self._isOnNow(folder)]
        if found != self.folders:
            self.folders = found
            self._onChange()

    def _isOnNow(self, folder):
        """Whether it is under way; of a slow folder as it was when it was last asked."""
        begun = time.monotonic()
        if begun < self._due.get(folder, 0.0):
            return folder in self.folders
        isOn = self._isOn(folder)
        now = time.monotonic()
        self._due[folder] = now + (now - begun) / SHARE
        return isOn

    def all(self):
        """Ask all now; those that are under way."""
        return [folder for folder in rememberedTrainings() if self._isOn(folder)]

    def _isOn(self, folder):
        with contextlib.suppress(CrossModaError, OSError):
            return self._isAlive(folder)
        return False
