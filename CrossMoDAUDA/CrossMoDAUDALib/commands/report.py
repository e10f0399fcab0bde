"""``report``: an experiment as a page to read, print and hand on."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..experiment.events import EventLog
from .parsing import add_events
from .terminal import say

_DESCRIPTION = (
    "Write report.html into an experiment folder, finished or not: one file with the cohort, translations, curves, scores, pictures,"
    " warnings and settings. `run` does it at its end."
)


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("report", help="an experiment as a page", description=_DESCRIPTION)
    parser.add_argument("experiment", type=Path, metavar="EXPERIMENT", help="an experiment folder")
    parser.set_defaults(command=report)
    add_events(parser)


def report(options: argparse.Namespace, log: EventLog) -> int:
    """Write the page anew."""
    from ..experiment.folder import Experiment
    from ..method.report_page import write_page

    path = write_page(Experiment.load(options.experiment))
    log.write("result", input=str(options.experiment), outputs=[str(path)])
    say(f"{path}\n{NOT_CLINICAL}")
    return 0
