"""Following many workers elsewhere from one process and by one connection: a thread for each, of which a few ask at a time."""

from __future__ import annotations

import threading
from pathlib import Path

from ..core.failures import explain, write_traceback
from ..experiment.events import EventLog
from ..experiment.lock import is_running
from .following import follow_elsewhere
from .place import Worker
from .remote import Remote


class Followers:
    """Follows the workers of experiments on a place (:func:`.following.follow_elsewhere`), each in a thread of this process.

    Args:
        remote: the place, whose connection they share.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote

    def start(self, folder: Path) -> Worker:
        """Follow the worker of an experiment folder until it has ended; it is stopped as one that a process follows."""
        return _Following(folder, self._remote)


class _Following:
    """A worker elsewhere, as whoever watches workers of this computer sees it."""

    def __init__(self, folder: Path, remote: Remote) -> None:
        self._folder, self._remote = folder, remote
        self._status: int | None = None
        self._said = ""
        self._has_begun = False
        threading.Thread(target=self._follow, name=f"follows {folder.name}", daemon=True).start()

    def _follow(self) -> None:
        status = 1
        try:
            status = follow_elsewhere(self._folder, self._remote, EventLog(self._folder / "events.jsonl"))
        except BaseException as error:
            self._said, status = explain(error, write_traceback(error))
        finally:
            self._status = status

    def poll(self) -> int | None:
        """Its exit status; None while it has not ended."""
        return self._status

    def has_begun(self) -> bool:
        """Whether its folder here is held."""
        self._has_begun = self._has_begun or is_running(self._folder)
        return self._has_begun

    def last_words(self, lines: int = 2) -> str:
        """Why it is followed no longer; empty where its events say that."""
        return "\n".join(self._said.splitlines()[-lines:])
