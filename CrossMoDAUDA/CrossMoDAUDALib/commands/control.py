"""``status`` and ``stop``: how an experiment or a study stands, and the end of the work on it."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import CrossModaError, InputError
from . import places, segmenting_elsewhere
from .terminal import say

if TYPE_CHECKING:
    from ..experiment.events import EventLog
    from ..places.place import Place


def add_parsers(commands: Any) -> None:
    """Add both commands to the command line."""
    status = commands.add_parser("status", help="how far an experiment or a study is", description="Show progress and scores.")
    status.add_argument(
        "experiment", type=Path, metavar="EXPERIMENT", help="an experiment folder, a study folder, or the output folder of `segment --on`"
    )
    status.add_argument("--follow", action="store_true", help="of a worker elsewhere: keep the copy here up to date until it has ended")
    status.set_defaults(command=_status)
    stop = commands.add_parser("stop", help="end the work on an experiment or a study, to be continued later", description="Stop the work.")
    stop.add_argument(
        "experiment", type=Path, metavar="EXPERIMENT", help="an experiment folder, a study folder, or the output folder of `segment --on`"
    )
    stop.add_argument("--force", action="store_true", help="kill it when it has not stopped after 30 seconds")
    stop.set_defaults(command=_stop)


def _status(options: argparse.Namespace, _log: EventLog) -> int:
    from ..experiment.folder import Experiment
    from ..study.request import Study
    from ..study.status import describe as describe_study
    from ..watching.status import describe

    if Study.exists(options.experiment):
        say(describe_study(options.experiment))
        return 0
    if told := segmenting_elsewhere.describe(options.experiment):
        say(told)
        if not Experiment.exists(options.experiment):
            return 0
    status = 0
    if options.follow:
        status = places.follow(options.experiment)
    else:
        places.renew(options.experiment)
    say(describe(options.experiment))
    return status


def _stop(options: argparse.Namespace, _log: EventLog) -> int:
    from ..experiment.folder import how_to_go_on
    from ..places import place
    from ..study.request import Study

    folder, where = options.experiment, place.find_place()
    if not folder.is_dir():
        raise InputError(f"{folder} is no experiment folder, study folder or output folder of `segment --on`; check the path.")
    has_ended = segmenting_elsewhere.stop_segmenting(folder, options.force)
    is_study = Study.exists(folder)
    # A study that was killed has left its workers at their work.
    parts = Study.load(folder).whole.folders() if is_study else [folder]
    at_work = [folder] if where.is_alive(folder) else [part for part in parts if where.is_alive(part)]
    for one in at_work:
        _stop_work(where, one, options.force)
    elsewhere = [part for part in parts if places.stop(part, options.force)]  # which nobody follows here
    if not at_work and not elsewhere:
        if not has_ended:
            say(f"Nobody is working on {folder}.")
        return 0
    say(f"Stopped; {f'`study -o {folder}` goes on' if is_study else how_to_go_on(folder)}.")
    return 0


def _stop_work(where: Place, folder: Path, force: bool) -> None:
    from ..experiment.lock import read_worker
    from ..places import place

    worker = read_worker(folder)
    who = f"process {worker['pid']} on {worker['host']}" if worker else "the worker"
    stop = where.stop(folder, force=force)
    say(f"Asked {who} to stop; waiting up to {place.SECONDS_TO_STOP:.0f} seconds.")
    while not stop.is_over:
        time.sleep(place.SECONDS_BETWEEN_POLLS)
        if stop.poll() == "late":
            who = f"{who[0].upper()}{who[1:]}"
            raise CrossModaError(f"{who} has not stopped yet and does so after its current training step; wait, or kill it with --force.")
    if stop.problem:
        raise CrossModaError(stop.problem)
