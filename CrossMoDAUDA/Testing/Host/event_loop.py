"""Letting the window work for a while, as long on a slow machine as its turns need."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore

from . import signals

SECONDS_OF_A_TURN = 0.02  # what a turn counts for at most where nothing is waited for: a slow window is given as many as a fast one


def process(seconds: float, until: Callable[[], Any] | None, errors: list[BaseException]) -> None:
    """Run the event loop for a time, or until something holds (TimeoutError after ``seconds``).

    Args:
        errors: what slots raised; a KeyboardInterrupt among them ends the wait and is raised.
    """
    loop = QtCore.QEventLoop()
    poll = QtCore.QTimer()
    state = {"met": False, "left": seconds, "now": time.monotonic()}

    def is_interrupted() -> bool:
        return any(isinstance(error, KeyboardInterrupt) for error in errors)

    def look() -> None:
        state["met"] = until is not None and bool(until())
        before, state["now"] = state["now"], time.monotonic()
        passed = state["now"] - before
        state["left"] -= passed if until is not None else min(passed, SECONDS_OF_A_TURN)
        if is_interrupted() or state["met"] or state["left"] <= 0:
            loop.quit()

    poll.timeout.connect(signals.guarded(look, "host.process"))
    poll.start(5 if seconds else 0)
    loop.exec()
    poll.stop()
    QtCore.QCoreApplication.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete.value)
    if is_interrupted():  # it came while Qt ran a slot
        raise KeyboardInterrupt
    if until is not None and not state["met"]:
        raise TimeoutError(f"did not happen within {seconds} s")
