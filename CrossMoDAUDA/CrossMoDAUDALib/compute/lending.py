"""What every node but the first does: it waits for the first one's trainings and takes part in them with its own devices.

See :mod:`.nodes` for how the nodes find each other.
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing.connection
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch

from .. import __version__
from ..core.errors import CrossModaError, InputError
from ..core.failures import INTERRUPTED
from ..core.layout import NODES
from ..core.parallel import portable
from . import nodes
from .devices import resolve_every
from .distributed import SECONDS_BETWEEN_LOOKS, SECONDS_TO_THE_CAUSE, Group, Ranks, started
from .nodes import Line

_SECONDS_BETWEEN_TRIES = 1.0
# What the first node may take to end once this one was told to stop, before this one ends by itself.
_SECONDS_TO_END = 60.0


def lend(folder: Path, number: int, count: int, tell: Callable[[str], None]) -> None:
    """Take part in the trainings of an experiment until the first node has done its work.

    Being told to stop (by Ctrl-C or SIGTERM), it asks the first node to, which ends all of them.

    Args:
        folder: the experiment's, which the first node may still have to make.
        number: of this node, from 1.
        count: of all nodes.
        tell: told where this node takes part.

    Raises:
        CrossModaError: the first node did not come, was lost, or failed.
        InputError: the first node refused this one, or failed over bad input.
        KeyboardInterrupt: it was stopped.
    """
    line = _reach(folder, time.monotonic() + nodes.SECONDS_TO_COME)
    asked = threading.Event()
    try:
        with _noting_signals(asked):
            tell(f"Node {number} takes part in the work of {line.there}.")
            _Lender(line, number, asked).serve()
    except (EOFError, OSError) as error:
        if asked.is_set():
            raise KeyboardInterrupt from None
        raise CrossModaError(
            f"The first node ({line.there}) is lost: see what it said, then run the same command on all nodes to go on."
        ) from error
    finally:
        line.close()


def _reach(folder: Path, deadline: float) -> Line:
    """Find the first node: where the file in the folder says, once it is one of this start and not a killed one's."""
    while True:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            found = json.loads((folder / NODES).read_text(encoding="utf-8"))
            if found["job"] == nodes.job():
                for address in found["addresses"]:
                    line = Line.to(address, found["port"], bytes.fromhex(found["key"]))
                    if line is not None:
                        return line
        if time.monotonic() > deadline:
            raise CrossModaError(
                f"The first node did not come to {folder} within {nodes.SECONDS_TO_COME / 60:.0f} minutes, or cannot be reached;"
                " see what it said, and that all nodes see this folder and each other."
            )
        time.sleep(_SECONDS_BETWEEN_TRIES)


@contextlib.contextmanager
def _noting_signals(asked: threading.Event) -> Iterator[None]:
    """Let Ctrl-C and a polite kill only be noted, where they would interrupt."""
    before = {}
    if threading.current_thread() is threading.main_thread():
        numbers = [number for number in (signal.SIGINT, signal.SIGTERM) if callable(signal.getsignal(number))]
        before = {number: signal.signal(number, lambda *_: asked.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Lender:
    """This node's part, from the first message to the last."""

    def __init__(self, line: Line, number: int, asked: threading.Event) -> None:
        self._line, self._number, self._asked = line, number, asked
        self._devices: list[torch.device] = []
        self._training = contextlib.ExitStack()
        self._ranks: Ranks | None = None
        self._error: Exception | None = None
        self._tell_at = 0.0

    def serve(self) -> None:
        """Do what the first node says, until it says that it is over; errors as :func:`lend`, EOFError and OSError if it is lost."""
        give_up = 0.0
        with self._training:
            while True:
                waited_for: list[Any] = [self._line.connection, *(self._ranks.reports if self._ranks else [])]
                ready: list[Any] = multiprocessing.connection.wait(waited_for, SECONDS_BETWEEN_LOOKS)
                if self._asked.is_set() and not give_up:
                    give_up = time.monotonic() + _SECONDS_TO_END
                    self._line.send("asked")
                if give_up and time.monotonic() > give_up:
                    raise KeyboardInterrupt
                if self._line.connection in ready:
                    if self._is_over(*self._line.receive()):
                        return
                elif self._ranks:
                    self._look(self._ranks, [one.recv() for one in ready])

    def _is_over(self, kind: str, *content: Any) -> bool:
        """Do one thing that the first node says; whether it was the last."""
        if kind == "welcome":
            self._join(*content)
        elif kind == "train":
            self._train(*content)
        elif kind == "stop":
            self._stop()
        elif kind == "end":
            self._stop()
            _end_as(*content)
        return kind == "end"

    def _join(self, device: str, where: str) -> None:
        """Say what this node has to lend."""
        trouble = ""
        try:
            os.chdir(where)  # the first node's paths may be relative
            self._devices = resolve_every(device)
        except (OSError, CrossModaError) as error:
            trouble = str(error)
        kind = self._devices[0].type if self._devices else ""
        self._line.send("here", self._number, socket.gethostname(), __version__, kind, list(map(str, self._devices)), trouble)

    def _train(self, function: Callable[..., Any], arguments: tuple[Any, ...], count: int, group: Group) -> None:
        group = replace(group, host=self._line.there, interface=self._line.interface)
        self._ranks = self._training.enter_context(started(function, arguments, self._devices[:count], group))
        self._error = None

    def _look(self, ranks: Ranks, reports: list[Any]) -> None:
        """Tell the first node how the ranks here have ended; an error a little later than that this node was told to stop."""
        errors = [report for report in reports if isinstance(report, Exception)]
        if not reports and not self._error and not ranks.are_running():
            try:
                ranks.result()
            except Exception as error:
                errors.append(portable(error))
            else:
                self._stop()
                self._line.send("done")
                return
        if errors and not self._error:
            self._error, self._tell_at = errors[0], time.monotonic() + SECONDS_TO_THE_CAUSE
        if self._error and time.monotonic() > self._tell_at and not self._asked.is_set():
            self._tell_at = float("inf")  # the first node will say what is to be done
            self._line.send("error", self._error)

    def _stop(self) -> None:
        self._training.close()
        self._ranks = None


def _end_as(status: int, message: str) -> None:
    """Raise what the first node has ended with, if it has failed."""
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        raise (InputError if status == InputError.exit_status else CrossModaError)(f"The first node ended: {message}")
