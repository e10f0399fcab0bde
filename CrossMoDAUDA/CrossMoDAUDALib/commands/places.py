"""``place`` and ``--on``: the computers where work runs, and work on them."""

from __future__ import annotations

import argparse
import contextlib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import CrossModaError, InputError, printable
from ..core.progress import Progress
from .terminal import Display, complain, note, say

if TYPE_CHECKING:
    from ..cohort.finding import Cohort
    from ..core.settings import Settings
    from ..experiment.events import EventLog
    from ..models.model_folder import ModelInfo
    from ..places.following import Follower
    from ..places.segmenting import RemoteSegmenter
    from ..places.unfinished import Unfinished


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser(
        "place", help="other computers to work on: SSH hosts, clusters", description="SSH hosts and Slurm clusters."
    )
    does = parser.add_subparsers(title="what to do", required=True, metavar="WHAT")

    add = does.add_parser("add", help="name an SSH host or a cluster's login node", description="Name another computer to work on.")
    _add_name(add)
    add.add_argument("--ssh", required=True, metavar="HOST", help="as ssh knows it: a name of ~/.ssh/config, or USER@HOST")
    add.add_argument("--folder", metavar="DIR", help="where everything of ours lies there (default: crossmoda-uda in the home folder)")
    add.add_argument(
        "--python", metavar="PYTHON", help="the Python there (default: python3, and the environment that `place install` makes)"
    )
    add.add_argument("--ssh-config", metavar="FILE", help="a configuration file for ssh instead of your own")
    add.add_argument("--slurm", action="store_true", help="submit work as jobs of Slurm; the options below belong to it")
    add.add_argument("--partition", metavar="P", help="where jobs are queued")
    add.add_argument("--gpus", type=int, metavar="N", help="GPUs of each node")
    add.add_argument("--nodes", type=int, metavar="N", help="nodes that train together (default: 1)")
    add.add_argument("--time", metavar="HH:MM:SS", help="time limit of a job; a longer training goes on in the next one by itself")
    add.add_argument("--account", metavar="A", help="who pays")
    add.add_argument(
        "--extra", action="append", default=[], metavar="OPTION", help="a further option of sbatch, as --extra=--mem=32G; may be repeated"
    )
    add.add_argument("--overwrite", action="store_true", help="replace a place of this name")
    add.set_defaults(command=_add)

    check = does.add_parser(
        "check", help="see whether work can run there", description="Connection, Python, packages, GPU, disk, scheduler."
    )
    _add_name(check)
    _add_events(check)
    check.set_defaults(command=_check)

    install = does.add_parser("install", help="put our packages there", description="Make an environment there with our packages.")
    _add_name(install)
    install.add_argument("--offline", action="store_true", help="send the packages from here (default: if there is no internet there)")
    install.add_argument(
        "--pip",
        action="append",
        default=[],
        metavar="OPTION",
        help="a further option of pip, as --pip=--index-url=..., or a package's version, as --pip=torch==2.13.0; may be repeated",
    )
    _add_events(install)
    install.set_defaults(command=_install)

    listed = does.add_parser("list", help="the places that are known", description="List the known places.")
    listed.set_defaults(command=_list)
    remove = does.add_parser("remove", help="forget a place", description="Forget a place; what lies there stays.")
    _add_name(remove)
    remove.set_defaults(command=_remove)


def _add_name(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what you call it")


def _add_events(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--events", type=Path, metavar="FILE.jsonl", help="also append what is found or done to a file")


def add_on(parser: argparse.ArgumentParser) -> None:
    """Add ``--on`` to a command."""
    parser.add_argument(
        "--on", metavar="PLACE", help="run on this place (see `place`); an experiment that runs there goes on there by itself"
    )
    parser.add_argument(
        "--script-only", action="store_true", help="with --on a cluster: send everything and write the job's script, submit nothing"
    )


def _add(options: argparse.Namespace, _log: EventLog) -> int:
    from ..places.known import FOLDER, KnownPlace, Slurm, add_place

    asked = {name: getattr(options, name) for name in ("partition", "gpus", "nodes", "time", "account")}
    given = {name: value for name, value in asked.items() if value is not None}
    if (given or options.extra) and not options.slurm:
        name = next(iter(given), "extra")
        raise InputError(f"--{name} is for clusters; give --slurm too, or leave it out.")
    slurm = Slurm(**given, extra=tuple(options.extra)) if options.slurm else None
    place = KnownPlace(options.name, options.ssh, options.folder or FOLDER, options.python or "", options.ssh_config or "", slurm)
    add_place(place, options.overwrite)
    say(f"Added {place.name}. `place check {place.name}` tells whether work can run there.")
    return 0


def _check(options: argparse.Namespace, log: EventLog) -> int:
    from ..places.known import known_place
    from ..places.remote import Remote

    found = Remote(known_place(options.name)).check()
    for one in found:
        log.write("finding", title=one.title, message=one.text, is_good=one.is_good)
        say(f"{ {True: 'ok', False: 'NO', None: 'note'}[one.is_good]:<6}{one.title:<12}{one.text}")
    return CrossModaError.exit_status if any(one.is_good is False for one in found) else 0


def _install(options: argparse.Namespace, log: EventLog) -> int:
    from ..places.known import known_place
    from ..places.remote import Remote

    def tell(line: str) -> None:
        note(line)
        log.write("message", message=printable(line))

    refuse_split(options.pip)
    remote = Remote(known_place(options.name))
    remote.install(tell, options.pip, True if options.offline else None)
    say(f"{options.name} has our packages. `place check {options.name}` tells the rest.")
    return 0


_WITH_VALUES = "-[icrfe]|--([a-z-]*(index-url|host|timeout|retries|proxy|cert|links|constraint|requirement|platform|version))"


def refuse_split(options: Sequence[str]) -> None:
    """Make sure that options of pip's have their values with them: apart, these look like packages.

    Raises:
        InputError: one has not.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    for before, word in zip(("", *options), options, strict=False):
        try:
            is_fine = word.startswith("-") or (bool(Requirement(word)) and not re.fullmatch(_WITH_VALUES, before))
        except InvalidRequirement:
            is_fine = False
        if not is_fine:
            option = before if before.startswith("--") else "--index-url"
            raise InputError(
                f"--pip={word} is neither an option of pip's nor a package; give an option and its value as one, as --pip={option}={word}."
            )


def _list(_options: argparse.Namespace, _log: EventLog) -> int:
    from ..places.known import known_places, places_file

    places = known_places()
    say(f"{places_file()} holds {len(places)} place{'' if len(places) == 1 else 's'}.")
    for place in places.values():
        slurm = place.slurm
        jobs = f", Slurm{f' partition {slurm.partition}' if slurm.partition else ''}" if slurm else ""
        say(f"  {place.name}: {place.ssh}{jobs}, folder {place.folder}")
    return 0


def _remove(options: argparse.Namespace, _log: EventLog) -> int:
    from ..places.known import remove_place

    remove_place(options.name)
    say(f"Forgot {options.name}. What lies there stays.")
    return 0


# An experiment elsewhere ------------------------------------------------------------------------------------------------------


def segmenter_on(
    options: argparse.Namespace, model: ModelInfo, scans: Sequence[Path], tell: Progress, record: Unfinished
) -> RemoteSegmenter:
    """What ``segment --on`` segments with."""
    from ..places.known import known_place
    from ..places.remote import Remote
    from ..places.segmenting import RemoteSegmenter

    remote = Remote(known_place(options.on))
    if options.jobs is not None and remote.place.slurm is None:
        raise InputError(f"--jobs is for clusters, and {options.on} is none; leave it out.")
    return RemoteSegmenter(remote, model, scans, _segmenting(options), tell, complain, record, options.jobs or 0)


def unfinished(options: argparse.Namespace, model: ModelInfo) -> Unfinished:
    """What an earlier start of the same ``segment --on`` has left to do."""
    from ..places.unfinished import Unfinished

    more = [options.format, str(options.surfaces), str(options.measurements)]
    return Unfinished.of(options.output, model, [*_segmenting(options), *more])


def _segmenting(options: argparse.Namespace) -> list[str]:
    from ..images import readings

    words = ["--device", options.device, "--precision", options.precision]
    if readings.preferred() != "auto":
        words += ["--header", readings.preferred()]
    return words + [word for name in options.largest_component for word in ("--largest-component", name)]


def place_of(options: argparse.Namespace) -> str | None:
    """Where a ``run`` is to work, by ``--on`` or by what its experiment has recorded; None for this computer."""
    from ..experiment.elsewhere import read_elsewhere

    elsewhere = read_elsewhere(options.output)
    on: str | None = options.on
    return on or (elsewhere.place if elsewhere else None)


def recalled(options: argparse.Namespace, parser: argparse.ArgumentParser) -> Cohort | None:
    """Complete a ``run`` by what its experiment was begun with elsewhere; its scans.

    Until its worker there has recorded the experiment, as while its job waits in a queue, only the folder here knows them.

    Returns:
        None for an experiment that was not begun elsewhere.
    """
    from ..experiment.elsewhere import read_elsewhere

    elsewhere = read_elsewhere(options.output)
    if elsewhere is None:
        return None
    begun = parser.parse_args(["run", "-o", str(options.output), *elsewhere.words, *_words(options)])
    for name in ("preset", "translator", "iterations", "device", "assignments"):
        setattr(options, name, getattr(begun, name))
    return elsewhere.cohort


def run_on(options: argparse.Namespace, name: str, settings: Settings, cohort: Cohort) -> int:
    """Run or continue an experiment on a place; exit status."""
    from ..places.following import run_elsewhere
    from ..places.known import known_place
    from ..places.place import DetachedError
    from ..places.remote import Remote

    remote = Remote(known_place(name))
    if options.script_only and remote.place.slurm is None:
        raise InputError(f"--script-only is for clusters, and {name} is none; leave it out, or add the place with --slurm.")
    try:
        with Display() as display:
            status = run_elsewhere(options.output, remote, _words(options), settings, cohort, display, options.script_only)
    except DetachedError as detached:
        complain(str(detached))
        return detached.exit_status
    return status


def _words(options: argparse.Namespace) -> list[str]:
    """What a ``run`` was given beside its folder, its scans and its place."""
    named = {"--preset": options.preset, "--translator": options.translator, "--iterations": options.iterations, "--device": options.device}
    words = [f"{option}={value}" for option, value in named.items() if value is not None]
    return words + [f"--set={assignment}" for assignment in options.assignments]


@contextlib.contextmanager
def _held(folder: Path) -> Iterator[Follower | None]:
    """Who can ask the place of an experiment and change its copy here; None where another process follows it, or it runs here."""
    from ..experiment.elsewhere import read_elsewhere
    from ..experiment.events import EventLog
    from ..experiment.lock import is_running, locked
    from ..places.following import Follower
    from ..places.known import known_place
    from ..places.remote import Remote

    elsewhere = read_elsewhere(folder)
    if elsewhere is None or not elsewhere.has_begun or is_running(folder):
        yield None
        return
    remote = Remote(known_place(elsewhere.place))
    with locked(folder):
        yield Follower(folder, remote, EventLog(folder / "events.jsonl"))


def renew(folder: Path) -> None:
    """Bring the copy of an experiment that runs elsewhere up to date, if there is a way there."""
    from ..experiment.elsewhere import read_elsewhere
    from ..experiment.last_run import read_last_run

    elsewhere = read_elsewhere(folder)
    if elsewhere is not None and not elsewhere.is_alive and read_last_run(folder).said == "finished":
        return  # there is nothing more to come, and its place may be gone
    try:
        with _held(folder) as follower:
            if follower is not None:
                follower.update()
    except (CrossModaError, OSError) as error:
        complain(f"{str(error).rstrip('.')}. What follows is as it was last known.")


def follow(folder: Path) -> int:
    """Keep the copy of an experiment that runs elsewhere up to date until its worker has ended; the worker's exit status."""
    from ..experiment.elsewhere import read_elsewhere
    from ..experiment.events import EventLog
    from ..places.following import follow_elsewhere
    from ..places.known import known_place
    from ..places.remote import Remote

    elsewhere = read_elsewhere(folder)
    if elsewhere is None or not elsewhere.has_begun:
        raise InputError(f"{folder} has no worker elsewhere that could be followed; leave --follow out.")
    log = EventLog(folder / "events.jsonl")
    with Display() as display:
        log.listeners.append(display)
        return follow_elsewhere(folder, Remote(known_place(elsewhere.place)), log)


def stop(folder: Path, force: bool) -> bool:
    """Stop a worker elsewhere that nobody follows; whether there was such a one."""
    with _held(folder) as follower:
        if follower is None:
            return False
        if not follower.update()["is_alive"]:
            return False
        say(f"Asked the worker on {follower.remote.place.name} to stop; waiting up to 30 seconds.")
        follower.stop(force)
        while (seen := follower.update())["is_alive"] or seen["changed"]:
            follower.pause(seen["is_alive"])
        return True
