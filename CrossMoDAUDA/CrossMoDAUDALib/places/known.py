"""The places that a user has named: SSH hosts and clusters, in a file of the user's own. It holds no secret: ``ssh`` asks, or its agent."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from ..core.errors import InputError, printable, short, unreadable
from ..core.files import write_text
from .place import THIS_COMPUTER

FILE_VARIABLE = "CROSSMODA_PLACES"
FOLDER = "crossmoda-uda"  # in the user's home folder there
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_HOST = re.compile(r"[A-Za-z0-9_][^\s:/@]*(@[A-Za-z0-9_][^\s:/@-]*[^\s:/@]*)?")
LEAST_SECONDS = 120  # of a job: Slurm's signal ahead of its limit comes up to a minute early, and starting takes some seconds
_TIME = re.compile(r"(\d+-)?\d{1,3}(:\d\d){0,2}")


@dataclass(frozen=True)
class Slurm:
    """What is asked of a cluster for each job; what is empty is the cluster's own choice.

    Attributes:
        partition, account: their names there.
        gpus: a node.
        nodes: how many take part in a training.
        time: limit as Slurm writes it, such as ``24:00:00`` or ``2-00:00:00``. A longer training goes on in the next job.
        extra: further options of ``sbatch``, such as ``--constraint=a100``.
    """

    partition: str = ""
    account: str = ""
    gpus: int = 0
    nodes: int = 1
    time: str = ""
    extra: tuple[str, ...] = ()

    def check(self) -> None:
        """Refuse what ``sbatch`` would take for something else.

        Raises:
            InputError: it names the option.
        """
        for option in ("partition", "account"):
            value = getattr(self, option)
            if value and not re.fullmatch(r"[A-Za-z0-9_][\w.,-]*", value):
                raise InputError(f"--{option} '{short(value)}' is no name of Slurm's; letters, digits, '_', '-', '.' and ',' are.")
        if self.time and not _TIME.fullmatch(self.time):
            raise InputError(f"--time '{short(self.time)}' is no time limit of Slurm's; write it as 24:00:00 or 2-00:00:00.")
        if 0 < seconds(self.time) < LEAST_SECONDS:
            raise InputError(f"--time '{self.time}' is too short; give two minutes or more, so that the work goes on from job to job.")
        if self.gpus < 0 or self.nodes < 1:
            raise InputError("--gpus must be 0 or more and --nodes 1 or more.")
        for option in self.extra:
            if not option.startswith("-") or printable(option) != option:
                raise InputError(f"--extra '{short(option)}' is no option of sbatch's; write it in one word, as --extra=--constraint=a100.")


@dataclass(frozen=True)
class KnownPlace:
    """A place that the user has named.

    Attributes:
        name: what the user calls it.
        ssh: the host as ``ssh`` knows it: a name of ~/.ssh/config, or USER@HOST.
        folder: where everything of ours lies there; relative to the home folder there.
        python: the Python there that has the packages; empty for the environment that ``place install`` makes.
        ssh_config: a configuration file for ``ssh`` instead of the user's own.
        slurm: what to ask a cluster for; None where a worker simply starts.
    """

    name: str
    ssh: str
    folder: str = FOLDER
    python: str = ""
    ssh_config: str = ""
    slurm: Slurm | None = field(default=None)

    def check(self) -> None:
        """Refuse what cannot be a place.

        Raises:
            InputError: it names the option.
        """
        if not _NAME.fullmatch(self.name) or self.name == THIS_COMPUTER:
            raise InputError(f"'{short(self.name)}' cannot name a place; use letters, digits, '_', '-' and '.'.")
        if not _HOST.fullmatch(self.ssh):
            raise InputError(
                f"--ssh '{short(self.ssh)}' is no host; give HOST or USER@HOST. Its port, key and jump host belong into ~/.ssh/config."
            )
        for option in ("folder", "python", "ssh_config"):
            if printable(value := getattr(self, option)) != value:
                raise InputError(f"--{option.replace('_', '-')} '{short(value)}' holds control characters; give another.")
        if not self.folder or self.folder in ("/", "~", "."):
            raise InputError("--folder must name a folder of its own on that computer.")
        if self.slurm is not None:
            self.slurm.check()


def seconds(limit: str) -> int:
    """A time limit of Slurm's in seconds, 0 for none: minutes, minutes:seconds, hours:minutes:seconds, days-hours and so on.

    >>> seconds("2:00"), seconds("1-00:00:00"), seconds("90")
    (120, 86400, 5400)
    """
    days, dash, rest = limit.rpartition("-")
    parts = [int(part) for part in rest.split(":")] if rest else [0]
    units = (3600, 60, 1) if dash or len(parts) == 3 else (60, 1)
    return int(days or 0) * 86400 + sum(part * unit for part, unit in zip(parts, units, strict=False))


def places_file() -> Path:
    """The file of the user's places: what ``CROSSMODA_PLACES`` names, or ``places.toml`` in the user's configuration folder."""
    named = os.environ.get(FILE_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return Path(user_config_path("CrossMoDAUDA", appauthor=False)) / "places.toml"


def known_places() -> dict[str, KnownPlace]:
    """The user's places by name, in the file's order.

    Raises:
        InputError: the file is damaged or cannot be read.
    """
    path = places_file()
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError as error:
        raise InputError(f"{path} is damaged ({short(error)}); correct or delete it.") from None
    found = {}
    for name, table in tables.items():
        try:
            found[name] = _place(name, table)
            found[name].check()
        except (TypeError, ValueError, AttributeError):
            raise InputError(f"{path} is damaged at [{short(name)}]; correct it, or remove the place and add it again.") from None
        except InputError as error:
            raise InputError(f"{path}, [{short(name)}]: {error}") from None
    return found


def known_place(name: str) -> KnownPlace:
    """The user's place of a name.

    Raises:
        InputError: there is none.
    """
    places = known_places()
    if name not in places:
        there = f"known are {', '.join(places)}" if places else "none is known yet"
        raise InputError(f"'{short(name)}' is no place where a worker can run; {there}; `place add` adds one.")
    return places[name]


def add_place(place: KnownPlace, overwrite: bool = False) -> None:
    """Keep a place.

    Args:
        overwrite: replace one of the same name.

    Raises:
        InputError: it cannot be one, or the name is taken.
    """
    place.check()
    places = known_places()
    if place.name in places and not overwrite:
        raise InputError(f"There is a place '{place.name}' already; choose another name, or replace it with --overwrite.")
    _write({**places, place.name: place})


def remove_place(name: str) -> None:
    """Forget a place. What lies there stays.

    Raises:
        InputError: there is none of that name.
    """
    known_place(name)
    _write({other: place for other, place in known_places().items() if other != name})


def _place(name: str, table: dict[str, Any]) -> KnownPlace:
    values = dict(table)
    slurm = values.pop("slurm", None)
    for kind, given in ((KnownPlace, values), (Slurm, slurm or {})):
        types = {one.name: one.type for one in fields(kind)}
        for key, value in given.items():
            wanted: type = {"str": str, "int": int}.get(str(types[key]) if key in types else "", list)
            if key not in types or key == "name" or type(value) is not wanted or (wanted is list and not _are_texts(value)):
                raise ValueError(key)
    if slurm is not None:
        slurm = Slurm(**{**slurm, "extra": tuple(slurm.get("extra", ()))})
    return KnownPlace(name=name, **values, slurm=slurm)


def _are_texts(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)


def _write(places: dict[str, KnownPlace]) -> None:
    lines = ["# Places where CrossMoDAUDA's work runs; `crossmoda-uda place` writes this file. No passwords: ssh asks for them."]
    for name, place in places.items():
        values = asdict(place)
        del values["name"]
        slurm = values.pop("slurm")
        lines += ["", f"[{_text(name)}]", *_lines(values)]
        if slurm is not None:
            lines += ["", f"[{_text(name)}.slurm]", *_lines(slurm)]
    write_text(places_file(), "\n".join(lines) + "\n")


def _lines(values: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in values.items() if value not in ("", ())]


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_text(item) for item in value)}]"
    return str(value) if isinstance(value, int) else _text(value)


def _text(value: str) -> str:
    """A basic string of TOML's. What has no printable form is refused before, and a lone half of a surrogate cannot be written."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
