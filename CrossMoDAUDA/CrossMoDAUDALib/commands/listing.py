"""``list``: the experiments and studies below a folder, and how each stands."""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import InputError
from ..core.progress import duration
from ..experiment.events import BEING_DONE, CHECK, EventLog
from .terminal import say

if TYPE_CHECKING:
    from ..experiment.elsewhere import Elsewhere
    from ..watching.experiments import Standing


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("list", help="the experiments below a folder", description="List experiments and studies.")
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="FOLDER", help="where to look (default: here)")
    parser.set_defaults(command=list_experiments)


def list_experiments(options: argparse.Namespace, _log: EventLog) -> int:
    """Print a line for each, those under way first, then the newest first."""
    from ..study.listing import Lookout, find

    folder: Path = options.folder
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; check the path.")
    lookout = Lookout()
    found = [lookout.look(one) for one in find(folder) if one is not None]
    if not found:
        say(f"No experiment lies in or below {folder.resolve()}.")
        return 0
    found.sort(key=lambda one: (not one.is_on, -one.when))
    lines = [("Last change", "State", "Mean DSC", "Folder"), *map(_line, found)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    say("\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip() for line in lines))
    return 0


def _line(one: Standing) -> tuple[str, str, str, str]:
    when = time.strftime("%Y-%m-%d %H:%M", time.localtime(one.when)) if one.when else ""
    score = f"{one.score.mean:.3f} ({one.score.round})" if one.score else ""
    return when, f"{_state(one)}{_progress(one)}", score, str(one.folder)


def _state(one: Standing) -> str:
    from ..watching.status import STATES

    if one.is_on and one.elsewhere is not None:
        where = f"{one.state} on {one.elsewhere.place}"
        return where + (f" ({one.elsewhere.state})" if one.elsewhere.state else "") + ("" if one.is_followed else _age(one.elsewhere))
    if one.state in ("died", "idle"):
        return "stopped" if one.state == "died" else STATES["idle"]
    if one.state == "checking":
        return BEING_DONE.get(one.stage.name if one.stage is not None else CHECK, "preparing")
    return "not begun" if one.state == "none" else one.state


def _age(elsewhere: Elsewhere) -> str:
    from ..watching.status import as_of

    return f" as of {as_of(elsewhere)}"


def _progress(one: Standing) -> str:
    if one.is_study:
        return f", {one.number} of {one.stages} experiments"
    if one.stage is None:
        return ""
    parts = [one.stage.name]
    if one.stage.total:
        parts.append(f"{100 * one.stage.step // one.stage.total} %")
    if one.stage.remaining is not None:
        parts.append(f"{duration(one.stage.remaining)} left")
    return f": {', '.join(parts)}"
