"""What the command line shows: sentences, how far work is, and an experiment's events as they come.

On a terminal work is a progress bar, which ends with the work; sentences go above it. Elsewhere, such as in a cluster's log, in
a pipe or in Slicer's console, it is a line when it begins and about once a minute.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..core.errors import printable
from ..core.progress import TimeLeft, duration
from ..experiment.events import BEING_DONE, Event

SECONDS_BETWEEN_LINES = 60.0


def program() -> str:
    """The name under which the command line was started: the command of an installed package, or the script."""
    started = Path(sys.argv[0] if sys.argv else "")
    installed = started.stem == "crossmoda-uda" or (started.name == "__main__.py" and started.parent.name == "CrossMoDAUDALib")
    return "crossmoda-uda" if installed else "crossmoda_uda.py"


def complain(message: str) -> None:
    """One sentence on standard error."""
    print(f"{program().removesuffix('.py')}: {printable(message)}", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print a result at once. A pipe whose reader has left, as ``head`` does, is no error."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def note(text: str) -> None:
    """Print a line about work that goes on to standard error, beside the results."""
    print(printable(text), file=sys.stderr, flush=True)


class Bar:
    """How far one piece of work is: a bar on a terminal, lines elsewhere; itself a Progress.

    Args:
        label: what the work is.
        keep: whether the bar stays on the terminal when the work has ended.
        tell: prints a line where there is no terminal.
    """

    def __init__(self, label: str = "", keep: bool = False, tell: Callable[[str], None] = note) -> None:
        self._label, self._keep, self._tell = label, keep, tell
        self._shown: Any = None
        self._numbers: dict[str, float] = {}
        self._left = TimeLeft()
        self._told = time.monotonic()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.close()

    def __call__(self, step: int, total: int, message: str = "", **metrics: float) -> None:
        self._numbers.update(metrics)  # an epoch's losses come once, many steps without follow
        now = time.monotonic()
        left = self._left.after(step, total, now)
        if draws_bars():
            self._draw(step, total, message)
        elif now - self._told >= SECONDS_BETWEEN_LINES:
            self._told = now
            rest = f"about {duration(left)} left" if left else ""
            parts = [f"{step} of {total}", message, *self._losses(), rest]
            self._tell(": ".join(filter(None, [self._label, ", ".join(filter(None, parts))])))

    def _losses(self) -> list[str]:
        return [f"{name} {value:.3g}" for name, value in self._numbers.items() if name != "learning_rate"]

    def _draw(self, step: int, total: int, message: str) -> None:
        from tqdm import tqdm

        if self._shown is None:
            self._shown = tqdm(  # what may be cut off at the terminal's edge comes last
                total=total,
                initial=max(step - 1, 0),  # continued work took no time here
                desc=f"{self._label:<31}" if self._label else None,
                leave=self._keep,
                dynamic_ncols=True,
                bar_format="{desc}{percentage:3.0f}% |{bar:16}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]{postfix}",
            )
        self._shown.total = total
        self._shown.postfix = " ".join([message, *self._losses()])
        self._shown.update(step - self._shown.n)
        if step >= total:
            self._shown.refresh()


class Display:
    """What is shown of an experiment's events as they come: a bar or lines for each stage, messages and warnings above them."""

    def __init__(self) -> None:
        self._bar: Bar | None = None
        self._stage = ""

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bar()

    def __call__(self, event: Event) -> None:
        kind, stage, state = event["kind"], event.get("stage", ""), event.get("state", "")
        if kind == "progress" and self._bar is not None and stage == self._stage:
            self._bar(event["step"], event["total"], event.get("message", ""), **event.get("metrics", {}))
        elif kind == "stage":
            self._end_bar()
            if state == "started":
                self._begin_bar(stage)
            elif state == "finished" and not draws_bars():
                say(f"{_title(stage)}: done in {duration(event['metrics']['seconds'])}")
        elif kind == "message":
            with _above_bars():
                say(printable(event["message"]))
        elif kind == "warning":
            with _above_bars():
                complain(f"warning: {event['message']}")

    def _begin_bar(self, stage: str) -> None:
        self._stage, title = stage, _title(stage)
        self._bar = Bar(title, keep=True, tell=say)
        if not draws_bars():
            say(f"{title}: started")

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.__exit__()
            self._bar = None


def draws_bars() -> bool:
    """Whether standard error is a terminal on which bars can be drawn."""
    stream = sys.stderr
    is_terminal = hasattr(stream, "isatty") and bool(stream.isatty())  # in Slicer's console it has none
    return is_terminal and importlib.util.find_spec("tqdm") is not None


def _title(stage: str) -> str:
    return BEING_DONE.get(stage, stage)


def _above_bars() -> contextlib.AbstractContextManager[None]:
    """Takes the bars away while something is printed, and draws them again below it."""
    if not draws_bars():
        return contextlib.nullcontext()
    from tqdm import tqdm

    manager: contextlib.AbstractContextManager[None] = tqdm.external_write_mode(file=sys.stderr)
    return manager
