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
