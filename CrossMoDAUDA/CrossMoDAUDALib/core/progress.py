"""The one shape in which work reports how far it is; the worker turns it into events."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Called by long work after each step.

    Args:
        step, total: how many steps are done, of how many.
        message: what was just done, for a person.
        metrics: numbers worth a curve (losses, scores, rates).
    """

    def __call__(self, step: int, total: int, message: str = "", **metrics: float) -> None: ...


def silent(step: int, total: int, message: str = "", **metrics: float) -> None:
    """A :class:`Progress` that tells nobody."""


def both(first: Progress, second: Progress) -> Progress:
    """Progress that is told to two."""

    def report(step: int, total: int, message: str = "", **metrics: float) -> None:
        first(step, total, message, **metrics)
        second(step, total, message, **metrics)

    return report


class PercentOf:
    """Turns pieces of work of known sizes, such as bytes, into a :class:`Progress` in percent.

    >>> told = []
    >>> work = PercentOf(200, lambda step, total, *_: told.append((step, total)))
    >>> work(50), work(150), told
    (None, None, [(25, 100), (100, 100)])
    """

    def __init__(self, total: int, progress: Progress) -> None:
        self._total, self._progress, self._done = max(total, 1), progress, 0

    def __call__(self, size: int) -> None:
        """So much more is done."""
        self._done += size
        self._progress(min(100 * self._done // self._total, 100), 100)


class TimeLeft:
    """Estimates how long work still takes; steps of an earlier start, which took no time in this one, do not count.

    >>> left = TimeLeft()
    >>> left.after(10, 40, now=0.0), left.after(20, 40, now=5.0)
    (None, 10.0)
    """

    def __init__(self) -> None:
        self._first: tuple[float, int] | None = None

    def after(self, step: int, total: int, now: float) -> float | None:
        """The estimate in seconds, once a step has been made since the first call; None before.

        Args:
            step, total: how many steps are done, of how many.
            now: the time in seconds, by any clock.
        """
        if self._first is None:
            self._first = (now, step)
        began, first = self._first
        if step <= first:
            return None
        return max(now - began, 0.0) / (step - first) * (total - step)  # a clock may be set back


def duration(seconds: float) -> str:
    """A time in words that stay short, with the units' international symbols.

    >>> [duration(seconds) for seconds in (4.24, 200, 90420)]
    ['4.2 s', '3 min 20 s', '25 h 07 min']
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
