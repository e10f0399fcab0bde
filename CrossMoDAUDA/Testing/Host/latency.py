"""How long the window keeps a user waiting, and what it is then at."""

from __future__ import annotations

import faulthandler
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6 import QtCore

SECONDS_BETWEEN_LOOKS = 0.01
LONG_MS = 40.0


def measure(process: Callable[[float, Callable[[], Any] | None], None], seconds: float, until: Callable[[], Any] | None) -> dict[str, Any]:
    """Let the window work and time its turns, in ms.

    What the system gave to other processes does not count where it tells that (Linux): the panel cannot help it.

    Args:
        process: runs the event loop for so many seconds or until something holds.

    Returns:
        ``max``: the longest turn; ``p50``, ``p95``, ``p99``: how long a press of a key waits, of presses at any moment; ``ticks``: the
        number of turns; ``wall`` and ``wall_p99``: the longest turn and that wait by the clock on the wall; ``others``: the share of the
        time that went to other processes; ``where``: what the longest turn was at, innermost call first.
    """
    turns: list[float] = []
    on_the_wall: list[float] = []
    clock, watch = _Clock(), _Watch()

    def tick() -> None:
        length, by_the_wall = clock.lap()
        on_the_wall.append(by_the_wall)
        watch.turn(length, is_longest=length > max(turns, default=0.0))
        turns.append(length)

    timer = QtCore.QTimer()
    timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    timer.start(1)
    with watch:
        clock.lap()
        try:
            process(seconds, until)
        finally:
            tick()  # the last turn may have ended the wait
            timer.stop()
    return {
        "max": max(turns),
        **{f"p{share}": waiting(turns, share) for share in (50, 95, 99)},
        "ticks": len(turns),
        "wall": max(on_the_wall),
        "wall_p99": waiting(on_the_wall, 99),
        "others": 1 - sum(turns) / max(sum(on_the_wall), 1e-9),
        "where": watch.where,
    }


def waiting(turns: Sequence[float], share: int) -> float:
    """How long at most so many of a hundred presses wait that come at any moment, where each waits for the end of a turn.

    >>> waiting([10.0] * 100, 50)
    5.0
    """
    late = sum(turns) * (100 - share) / 100  # the time in which a press waits longer than the answer
    low, high = 0.0, max(turns)
    for _step in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if sum(max(turn - middle, 0.0) for turn in turns) > late else (low, middle)
    return round(high, 6)


def slowness() -> float:
    """How much slower this machine is than the one that the limits were set on: 1 at least, and 2 at most, as limits must bound."""
    began = time.thread_time()
    total = 0
    for number in range(1_000_000):
        total += number % 7
    return min(max((time.thread_time() - began) / 0.08, 1.0), 2.0)


class _Clock:
    """Times this thread's turns."""

    def __init__(self) -> None:
        told = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._told = told if told.is_file() else None
        self._before = self._now()

    def _now(self) -> tuple[float, float]:
        waited = int(self._told.read_text().split()[1]) / 1e9 if self._told else 0.0  # ready to run, while others ran
        return time.perf_counter(), waited

    def lap(self) -> tuple[float, float]:
        """How long it is since the last one in ms: without what others were given, and with it."""
        before, self._before = self._before, self._now()
        wall, others = (1000 * (now - then) for now, then in zip(self._before, before, strict=True))
        return max(wall - others, 0.0), wall


class _Watch:
    """Looks from another thread what a long turn is at."""

    def __init__(self) -> None:
        self.where = ""
        self._seen = ""
        self._began = time.monotonic()
        self._of = f"0x{threading.get_ident():016x} "
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watches the window", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()

    def turn(self, length: float, is_longest: bool) -> None:
        """A turn has ended."""
        if is_longest and length > LONG_MS:
            self.where = self._seen
        self._seen, self._began = "", time.monotonic()

    def _look(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            if 1000 * (time.monotonic() - self._began) > LONG_MS:
                self._seen = self._stack()

    def _stack(self) -> str:
        """The innermost calls of the window's thread; a frame object would keep what is in it alive, such as a painter."""
        with tempfile.TemporaryFile() as file:
            faulthandler.dump_traceback(file)
            file.seek(0)
            threads = file.read().decode("utf-8", "replace").split("hread ")
        own = next((thread for thread in threads if thread.startswith(self._of)), "")
        return "\n".join(own.splitlines()[1:9])
