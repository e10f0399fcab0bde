"""What the command line shows: sentences, progress bars, and an experiment's events as they come."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path
from typing import Any

from ..core.errors import printable
from ..experiment.events import CHECK, Event


def program() -> str:
    """The name under which the command line was started: the command of an installed package, or the script."""
    started = Path(sys.argv[0] if sys.argv else "")
    installed = started.stem == "crossmoda-uda" or (started.name == "__main__.py" and started.parent.name == "CrossMoDAUDALib")
    return "crossmoda-uda" if installed else "crossmoda_uda.py"


def complain(message: str) -> None:
    """One sentence on standard error."""
    print(f"{program().removesuffix('.py')}: {printable(message)}", file=sys.stderr, flush=True)


def say(text: str) -> None:
    """Print a result at once, also into a pipe; not at all once its reader, as head, has seen enough."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Bar:
    """A progress bar on a terminal, nothing elsewhere; itself a Progress."""

    def __init__(self, label: str = "") -> None:
        self._label = label
        self._shown: Any = None

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._shown is not None:
            self._shown.close()

    def __call__(self, step: int, total: int, message: str = "", **metrics: float) -> None:
        if self._shown is None:
            if not _is_terminal(sys.stderr) or importlib.util.find_spec("tqdm") is None:
                return
            from tqdm import tqdm

            self._shown = tqdm(  # what may be cut off at the terminal's edge comes last
                total=total,
                initial=max(step - 1, 0),  # continued work took no time here
                desc=f"{self._label:<31}" if self._label else None,
                leave=bool(self._label),
                dynamic_ncols=True,
                bar_format="{desc}{percentage:3.0f}% |{bar:16}| {n_fmt}/{total_fmt} [{elapsed}<{remaining}]{postfix}",
            )
        self._shown.total = total
        self._shown.postfix = " ".join([message, *(f"{name} {value:.3g}" for name, value in metrics.items())])
        self._shown.update(step - self._shown.n)
        if step >= total:
            self._shown.refresh()


class Display:
    """What a terminal shows of an experiment's events: a bar for each stage; a log gets a line for each. Warnings to both."""

    def __init__(self) -> None:
        self._bar: Bar | None = None

    def __enter__(self) -> Display:
        return self

    def __exit__(self, *_: object) -> None:
        self._end_bar()

    def __call__(self, event: Event) -> None:
        kind, stage, state = event["kind"], event.get("stage", ""), event.get("state", "")
        if kind == "progress" and self._bar is not None:
            self._bar(event["step"], event["total"], event.get("message", ""), **event.get("metrics", {}))
            return
        self._end_bar()
        if kind == "stage" and state == "started":
            self._bar = Bar("checking the scans" if stage == CHECK else stage)
        elif kind == "stage" and state == "finished" and not _is_terminal(sys.stderr):
            say(f"{stage} done in {event['metrics']['seconds']} s")
        elif kind == "warning":
            complain(f"warning: {event['message']}")

    def _end_bar(self) -> None:
        if self._bar is not None:
            self._bar.__exit__()
            self._bar = None


def _is_terminal(stream: Any) -> bool:
    return hasattr(stream, "isatty") and bool(stream.isatty())  # in Slicer's console it has none
