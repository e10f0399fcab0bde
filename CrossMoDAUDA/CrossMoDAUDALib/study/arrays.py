"""A study on a cluster: what several experiments need is made first, then they work side by side as the tasks of a job array."""

from __future__ import annotations

import shlex
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core import layout
from ..core.errors import CrossModaError, InputError
from ..core.files import write_text
from ..experiment.elsewhere import Elsewhere, read_elsewhere
from ..experiment.events import EventLog
from ..experiment.lock import locked
from ..experiment.markers import read_markers
from ..experiment.sharing import feeds
from ..method.worker import record_failure
from ..places.connection import RefusedBySshError, UnreachableError
from ..places.following import Follower, begun_elsewhere
from ..places.remote import Array, Remote
from ..places.slurm import Task
from .request import Part, Study

SHARED, EXPERIMENTS = "shared", "experiments"  # names of the arrays; a second one of what is shared is "shared-2"
_Keys = Mapping[str, Mapping[str, str]]


@dataclass
class Shares:
    """What of several experiments is made once.

    Attributes:
        turns: one after the other, the stages that each experiment makes for others too, by its name.
        donors: by experiment, those that have made, or will have made, what it would make itself.
    """

    turns: list[dict[str, list[str]]] = field(default_factory=list)
    donors: dict[str, list[str]] = field(default_factory=dict)


def shares(parts: Sequence[Part], keys: _Keys, done: Mapping[str, str]) -> Shares:
    """Who makes what for whom.

    What needs no training, as slices and nnU-Net's plan, has the first turn; trainings that several experiments need have later ones.

    Args:
        parts: the experiments to run.
        keys: by experiment and stage, :func:`.experiment.sharing.stage_keys`.
        done: by such a key, an experiment that has made it where these will run.
    """
    wanted = Counter(key for part in parts for key in keys[part.name].values())
    turn: dict[str, int] = {}
    maker: dict[str, str] = {}
    found: list[tuple[int, str, str]] = []
    for part in parts:
        own, stages = keys[part.name], part.stages()
        for index, stage in enumerate(stages):
            key = own[stage.name]
            if wanted[key] < 2 or key in done or key in maker:
                continue
            needed = [own[other.name] for other in stages[:index] if feeds(other, stage)]
            after = [turn[one] + (maker[one] != part.name) for one in needed if one in maker]
            turn[key], maker[key] = max([*after, int(stage.name.endswith("/train"))]), part.name
            found.append((turn[key], part.name, stage.name))
    turns: dict[int, dict[str, list[str]]] = {}
    for number, name, made in sorted(found, key=lambda one: one[0]):
        turns.setdefault(number, {}).setdefault(name, []).append(made)
    givers = {**done, **maker}
    donors = {part.name: [givers[key] for key in keys[part.name].values() if key in givers] for part in parts}
    return Shares(
        [turns[number] for number in sorted(turns)],
        {name: [one for one in dict.fromkeys(listed) if one != name] for name, listed in donors.items()},
    )


def submit(
    study: Study,
    parts: Sequence[Part],
    keys: _Keys,
    remote: Remote,
    words: Sequence[str],
    at_once: int,
    script_only: bool,
    tell: Callable[[str], None],
) -> dict[str, str]:
    """Send the experiments' scans and submit the arrays, unless they are under way; or write the scripts to be submitted by hand.

    Args:
        parts: the experiments to run; the folders of those with a worker are held by whoever follows it, and are not among them.
        keys: of all experiments of the study and of what it leaves out, as for :func:`shares`.
        words: options of every worker.
        at_once: how many experiments may work at a time; 0 for as many as the cluster lets.
        tell: is told what was submitted.

    Returns:
        The experiments that cannot be run, each with the sentence that says why.

    Raises:
        CrossModaError: the place cannot be used, or takes no jobs.
    """
    tell(f"Sending what is missing on {remote.place.name} for {len(parts)} experiment{'' if len(parts) == 1 else 's'}.")
    failures: dict[str, str] = {}
    commands: dict[str, tuple[Part, Elsewhere, list[str]]] = {}
    for part in parts:
        log = EventLog(part.folder / "events.jsonl")
        with locked(part.folder):
            known = read_elsewhere(part.folder)
            try:
                if known is not None and known.has_begun and known.place == remote.place.name and remote.look(known)["is_alive"]:
                    continue
            except (RefusedBySshError, UnreachableError):
                raise
            except CrossModaError as error:  # its folder is gone there, as where old files are deleted
                record_failure(part.folder, log, error)
                failures[part.name] = str(error)
                continue
            try:
                begun_elsewhere(part.folder, remote.place.name)
                commands[part.name] = (part, *Follower(part.folder, remote, log).prepare(list(words), part.settings, part.cohort))
            except CrossModaError as error:
                record_failure(part.folder, log, error)
                if not remote.is_fit or isinstance(error, (RefusedBySshError, UnreachableError)):  # nor would any other of them
                    raise
                failures[part.name] = str(error)
            except BaseException as error:
                record_failure(part.folder, log, error)
                raise
    if not commands:
        return failures
    folder = f"{remote.folder()}/studies/{uuid.uuid4().hex[:12]}"
    arrays = _arrays(study, commands, keys, remote)
    for part, elsewhere, _ in commands.values():
        elsewhere.save(part.folder, has_begun=True, as_of=time.time() if script_only else elsewhere.as_of)  # an answer may be lost
    try:
        if script_only:
            _keep_scripts(study.folder, remote, folder, arrays, at_once, tell)
            for part, _, _ in commands.values():
                EventLog(part.folder / "events.jsonl").write("run", state="interrupted")
            return failures
        known_there = remote.start_arrays(folder, arrays, at_once, uuid.uuid4().hex)
    except BaseException as error:
        for part, _, _ in commands.values():
            record_failure(part.folder, EventLog(part.folder / "events.jsonl"), error)
        raise
    _note_start(commands, remote, arrays, known_there, tell)
    return failures


def _arrays(study: Study, commands: Mapping[str, tuple[Part, Elsewhere, list[str]]], keys: _Keys, remote: Remote) -> list[Array]:
    """The arrays in their order: what is shared, then the experiments."""
    done, folders = _done(study, keys, remote)
    folders |= {name: elsewhere.folder for name, (_, elsewhere, _) in commands.items()}
    found = shares([part for part, _, _ in commands.values()], keys, done)

    def task(name: str, stages: Sequence[str] = ()) -> Task:
        more = [word for donor in found.donors[name] for word in ("--take-from", folders[donor])]
        return Task(folders[name], (*commands[name][2], *more, *(word for stage in stages for word in ("--only", stage))))

    arrays: list[Array] = []
    trains = False  # where a training fails, those that do not need it go on; without slices or plans nobody does
    for number, turn in enumerate(found.turns):
        tasks = [task(name, stages) for name, stages in turn.items()]
        arrays.append((f"{SHARED}{f'-{number + 1}' if number else ''}", tasks, "any" if trains else "ok"))
        trains = any(stage.endswith("/train") for stages in turn.values() for stage in stages)
    return [*arrays, (EXPERIMENTS, [task(name) for name in commands], "any" if trains else "ok")]


def _done(study: Study, keys: _Keys, remote: Remote) -> tuple[dict[str, str], dict[str, str]]:
    """By key, an experiment that has finished the stage on a place; and where the experiments lie there, as far as they still do."""
    here = {name: study.folder / layout.EXPERIMENTS / name for name in keys}
    own = {part.name for part in study.parts()}
    known = dict[str, Elsewhere | None]()
    for name, folder in here.items():
        try:
            known[name] = read_elsewhere(folder)
        except InputError:
            if name in own:  # what is left out is no obstacle
                raise
    folders = {name: one.folder for name, one in known.items() if one and one.place == remote.place.name and one.has_begun}
    there = set(remote.connection.ask("recorded", experiments=list(folders.values()))) if folders else set()
    folders = {name: folder for name, folder in folders.items() if folder in there}  # others have been deleted, as old files often are
    done = dict[str, str]()
    for name in folders:
        for stage in keys[name].keys() & read_markers(here[name]).keys():
            done.setdefault(keys[name][stage], name)
    return done, folders


def _keep_scripts(here: Path, remote: Remote, folder: str, arrays: Sequence[Array], at_once: int, tell: Callable[[str], None]) -> None:
    scripts = remote.array_scripts(folder, arrays, at_once)
    remote.connection.ask("keep_arrays", folder=folder, arrays=scripts)
    for script in scripts:
        write_text(here / f"{script['name']}.sbatch", script["script"])
    lines, before = [f"cd {shlex.quote(folder)}"], ""
    for script in scripts:
        after = f'--dependency=after{script["after"]}:"$job" ' if before else ""
        lines.append(f"job=$(sbatch --parsable {after}{script['name']}.sbatch)")
        before = script["name"]
    names = ", ".join(f"{script['name']}.sbatch" for script in scripts)
    place = remote.place.name
    tell(f"Wrote {names} to {here}. On {place} these lines submit them; `study -o {here} --on {place}` then follows them:")
    for line in lines:
        tell(f"  {line}")


def _note_start(
    commands: Mapping[str, tuple[Part, Elsewhere, list[str]]],
    remote: Remote,
    arrays: Sequence[Array],
    known: Mapping[str, Any],
    tell: Callable[[str], None],
) -> None:
    jobs: dict[str, str] = {}
    for (name, tasks, _), number in zip(arrays, known["arrays"], strict=True):
        for index, task in enumerate(tasks):
            jobs.setdefault(task.folder, f"{number}_{index}")
        waits = ", after that" if name == EXPERIMENTS and len(arrays) > 1 else ""
        tell(f"Submitted to {remote.place.name} as job {number}{waits}: {name} ({len(tasks)} task{'' if len(tasks) == 1 else 's'}).")
    for part, elsewhere, _ in commands.values():
        with locked(part.folder):
            follower = Follower(part.folder, remote, EventLog(part.folder / "events.jsonl"))
            follower.note_start(elsewhere.save(part.folder, has_begun=True), jobs[elsewhere.folder])


__all__ = ["EXPERIMENTS", "SHARED", "Shares", "shares", "submit"]
