"""The command line: what a terminal, Slicer's batch mode and the panel's worker all run."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from .. import __version__
from ..core import garbage
from ..core.errors import CrossModaError, InputError
from ..core.failures import INTERRUPTED, explain, write_traceback
from ..core.interrupts import from_here_it_is_too_late, interruptible
from ..experiment.events import EventLog, refuse_other_content
from ..places.processes import end_with_owner
from . import (
    challenge,
    container,
    control,
    export,
    follow_up,
    listing,
    measuring,
    packages,
    places,
    report,
    running,
    tasks,
    trust,
    unpacking,
)
from . import study as studies
from .parsing import Parser, parsed
from .terminal import complain, program

# How long (in turns of its loop) a thread of PyTorch's keeps a core while it waits for another. GNU OpenMP's own choice makes
# training several times slower as soon as anything else runs on the machine, and no waiting at all makes it twice as slow always.
SPIN_COUNT = "10000"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 1 (failed), 2 (bad use or input) or 130 (interrupted).

    Args:
        arguments: the command's words. None: those of this program, which ends with the command: Ctrl-C is ignored afterwards.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a path may hold what the console's encoding does not
            stream.reconfigure(errors="backslashreplace")
    if "OMP_WAIT_POLICY" not in os.environ:
        os.environ.setdefault("GOMP_SPINCOUNT", SPIN_COUNT)  # read when PyTorch is first imported, also by helper processes
    end_with_owner()
    with interruptible(last=arguments is None):
        status = _carry_out(arguments)
        if arguments is None:
            garbage.leave_to_the_system()
        return status


def _carry_out(arguments: Sequence[str] | None) -> int:
    command: Callable[[argparse.Namespace, EventLog], int] | None = None
    log = EventLog(None)
    try:
        options = parsed(_parser(), arguments)
        command = options.command
        log = _event_log(options)
        log.write("run", state="started")
        status = command(options, log)
        from_here_it_is_too_late()
        # A check that found problems has done its work: they are told with the cases.
        log.write("run", state="failed" if status and command is not running.run else "finished")
        return status
    except SystemExit as stop:  # --help and --version
        return int(stop.code or 0)
    except (Exception, KeyboardInterrupt) as error:
        from_here_it_is_too_late()
        message, status = explain(error, write_traceback(error))
        if status == INTERRUPTED and not isinstance(error, CrossModaError) and command not in (running.run, studies.study):
            message = "Interrupted; results that are there already are whole."
        complain(message)
        with contextlib.suppress(OSError):
            if status != INTERRUPTED:
                log.write("error", message=message)
            log.write("run", state="interrupted" if status == INTERRUPTED else "failed")
        return status


def _event_log(options: argparse.Namespace) -> EventLog:
    """The log that ``--events`` names. An experiment has its own."""
    path: Path | None = getattr(options, "events", None)
    if path and options.command is running.run and not options.dry_run:
        raise InputError("--events belongs to --dry-run; an experiment's events are in its events.jsonl.")
    if path:
        refuse_other_content(path, (value for name, value in vars(options).items() if name != "events"))
    return EventLog(path)


def _parser() -> Parser:
    parser = Parser(
        prog=program(),
        description="Train a segmenter for scans without labels from labelled scans of another modality.",
    )
    parser.add_argument("--version", action="version", version=f"CrossMoDAUDA {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    running.add_parser(commands)
    studies.add_parser(commands)
    report.add_parser(commands)
    trust.add_parser(commands)
    tasks.add_parsers(commands)
    measuring.add_parser(commands)
    follow_up.add_parser(commands)
    packages.add_parsers(commands)
    export.add_parser(commands)
    container.add_parser(commands)
    challenge.add_parser(commands)
    listing.add_parser(commands)
    places.add_parser(commands)
    unpacking.add_parser(commands)
    control.add_parsers(commands)
    return parser
