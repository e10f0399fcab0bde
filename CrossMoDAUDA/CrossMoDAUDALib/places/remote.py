"""An SSH host or a cluster as a place: what it has, sending an experiment there, its worker, and the copy of its folder here."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

from ..core.errors import CrossModaError, InputError
from ..core.files import read_json, write_json
from ..core.progress import Progress
from ..core.resources import resource
from ..experiment.elsewhere import COPY, Elsewhere
from ..experiment.events import EventLog
from ..experiment.folder import Experiment
from ..experiment.lock import KEEPS_REQUESTS
from . import slurm
from .connection import Connection, UnreachableError, has_rsync_here
from .fetching import Copy
from .known import KnownPlace
from .naming import Names
from .sending import SCRIPT, send_library, send_scans

LEAST_FREE = 5 << 30  # bytes, for an experiment of usual size and its environment
LARGEST_SKEW = 300.0  # seconds between the clocks; times that are shown are off by it
NEWEST_PYTHON = (3, 13)
COMPLAINS = "crossmoda_uda: "  # before each sentence of a worker's on its errors
Array = tuple[str, Sequence[slurm.Task], str]
_ENVIRONMENT = {"PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1", KEEPS_REQUESTS: "1"}


@dataclass(frozen=True)
class Finding:
    """What a check has found of one thing.

    Attributes:
        title: what was looked at.
        is_good: False where work cannot run there; None for what is worth knowing.
        text: what there is and, if need be, what to do.
    """

    title: str
    is_good: bool | None
    text: str


class Remote:
    """A place elsewhere.

    Args:
        place: what the user has named.
        asks: whether ``ssh`` may ask for a password, on the terminal.

    Attributes:
        is_fit: whether a worker can run there, as far as it has been looked at.
    """

    def __init__(self, place: KnownPlace, asks: bool | None = None) -> None:
        self.place = place
        self._asks = asks
        self.connection = self._by(place.python or "python3")
        self._folder = ""
        self.is_fit = False

    def _by(self, python: str, shared: str = "") -> Connection:
        return Connection(self.place, python, self._asks, shared)

    # What is there ----------------------------------------------------------------------------------------------------------

    def folder(self) -> str:
        """Our folder there, absolute.

        Raises:
            CrossModaError: there is no way there, or it cannot be written.
        """
        if not self._folder:
            self._folder = str(self.connection.ask("probe", folder=self.place.folder, wanted=[])["folder"])
        return self._folder

    def python(self) -> tuple[str, dict[str, Any]]:
        """The Python that has the packages, and what it found there: the one that the user has named, else that of our environment.

        Raises:
            CrossModaError: there is none of a fitting version.
        """
        return self._python_by("")

    def _python_by(self, shared: str) -> tuple[str, dict[str, Any]]:
        wanted = [requirement.name for requirement in _requirements()]

        def probe(python: str) -> tuple[str, dict[str, Any]]:
            found = self._by(python, shared).ask("probe", folder=self.place.folder, wanted=wanted)
            return found["executable"] if python.startswith("~") else python, found  # a worker's words are read by no shell

        named = probe(self.place.python) if self.place.python else None
        if named is not None and not _lacking(named[1]["versions"]):
            return named
        try:
            folder = named[1]["folder"] if named is not None else self.folder()
            own = probe(f"{folder}/environment/bin/python")
        except UnreachableError:
            raise
        except CrossModaError:  # there is none of ours
            return named or probe(self.connection.python)
        return own if named is None else min(named, own, key=lambda one: len(_lacking(one[1]["versions"])))

    def check(self) -> list[Finding]:
        """What the place has and lacks, most basic first, by a connection made for this: one that is kept would say nothing of now.

        Raises:
            CrossModaError: there is no way there.
        """
        shared = uuid.uuid4().hex
        self._folder = str(self._by(self.connection.python, shared).ask("probe", folder=self.place.folder, wanted=[])["folder"])
        return self._findings(shared)

    def _findings(self, shared: str = "") -> list[Finding]:
        python, found = self._python_by(shared)
        version = tuple(int(part) for part in found["python"].split(".")[:2])
        lacking = _lacking(found["versions"])
        skew = found["time"] - time.time()
        by_rsync = bool(found["tools"]["rsync"]) and has_rsync_here()
        wants_gpu, cores = self.place.slurm is None, found["cores"]
        listed = [
            Finding("connection", True, f"{self.place.ssh} answers ({found['system']}, {cores} processor{'' if cores == 1 else 's'})"),
            Finding("folder", True, f"{found['folder']} can be written"),
            Finding(
                "disk",
                found["free"] >= LEAST_FREE or None,
                f"{found['free'] / (1 << 30):.0f} GB free" + ("" if found["free"] >= LEAST_FREE else "; make room before a long training"),
            ),
            Finding(
                "Python",
                version <= NEWEST_PYTHON,
                f"{found['python']} ({python})"
                + ("" if version <= NEWEST_PYTHON else "; 3.11 to 3.13 is needed: name one with `place add --python`"),
            ),
            Finding(
                "packages",
                not lacking,
                "all there" if not lacking else f"{', '.join(lacking)}: missing or unfit; run `place install {self.place.name}`",
            ),
        ]
        if wants_gpu:
            gpus = "; ".join(found["gpus"]) or "none found: training runs on its processors and takes long"
            listed.append(Finding("GPU", True if found["gpus"] else None, gpus))
        else:
            listed.append(self._scheduler(found))
        listed.append(
            Finding(
                "copying",
                by_rsync or None,
                "by rsync" if by_rsync else "by sftp, as there is no rsync of version 3 or newer on both sides",
            )
        )
        if abs(skew) > LARGEST_SKEW:
            apart = round(abs(skew) / 60)
            minutes = f"{apart} minute{'' if apart == 1 else 's'} {'ahead' if skew > 0 else 'behind'}"
            listed.append(Finding("clock", None, f"{minutes}; times that are shown are its own"))
        return listed

    def _scheduler(self, found: dict[str, Any]) -> Finding:
        assert self.place.slurm is not None
        missing = [name for name in ("sbatch", "squeue", "scontrol", "scancel", "sinfo") if not found["tools"][name]]
        if missing:
            return Finding("Slurm", False, f"{', '.join(missing)} not found there; name the cluster's login node, or leave --slurm out")
        wanted, known = self.place.slurm.partition, found["partitions"]
        if not known:
            return Finding("Slurm", False, "its controller does not answer; try again later")
        if wanted and not set(wanted.split(",")) <= set(known):
            return Finding("Slurm", False, f"there is no partition '{wanted}'; there are {', '.join(known)}")
        return Finding("Slurm", True, f"partition {wanted or 'of its own choice'}; there are {', '.join(known)}")

    def refuse_unfit(self) -> None:
        """Make sure, before anything is sent, that a worker can run there.

        Raises:
            CrossModaError: it cannot, with what to do.
        """
        if self.is_fit:  # as it was a moment ago, for another of several experiments
            return
        for finding in self._findings():
            if finding.is_good is False:
                raise InputError(f"{self.place.name}: {finding.title}: {finding.text}.")
        self.is_fit = True

    def install(self, tell: Callable[[str], None], options: Sequence[str] = (), offline: bool | None = None) -> None:
        """Put our packages into an environment there.

        Args:
            tell: is told what pip says.
            options: further ones of pip's, such as ``--extra-index-url=...``, or packages with a version.
            offline: send the packages from here; None: if there is no way to the internet from there.

        Raises:
            CrossModaError: it failed.
        """
        folder, requirements = self.folder(), resource("requirements.txt").read_text(encoding="utf-8")
        send_library(self.connection, folder)
        if not offline:
            try:
                self.connection.ask("install", tell=tell, folder=folder, requirements=requirements, options=list(options), has_wheels=False)
                return
            except CrossModaError as error:
                if offline is False or not any(sign in str(error) for sign in _NO_INTERNET):
                    raise
                tell(f"{self.place.name} has no way to the packages; they are sent from here.")
        self._send_wheels(folder, tell, options)
        self.connection.ask("install", tell=tell, folder=folder, requirements=requirements, options=list(options), has_wheels=True)

    def _send_wheels(self, folder: str, tell: Callable[[str], None], options: Sequence[str]) -> None:
        version, *platforms = self.connection.ask("tags")
        with tempfile.TemporaryDirectory(prefix="crossmoda-uda-") as name:
            target = ["--python-version", version, *(word for one in platforms for word in ("--platform", one))]
            self._download(Path(name), ["--requirement", str(resource("requirements.txt")), *target], tell, options)
            wheels = sorted(path.name for path in Path(name).glob("*.whl"))
            self.connection.ask("make_folder", path=f"{folder}/wheels")
            for number, wheel in enumerate(wheels):
                tell(f"Sending {wheel} ({number + 1} of {len(wheels)}).")
                self.connection.send(Path(name), [wheel], f"{folder}/wheels")

    def _download(self, folder: Path, wanted: Sequence[str], tell: Callable[[str], None], options: Sequence[str]) -> None:
        """Download wheels for there. What comes as source alone (acvl-utils does) is made into a wheel here, if it needs no compiler."""
        made: set[str] = set()
        while True:
            links = ["--only-binary=:all:", "--find-links", str(folder / "made"), "--dest", str(folder)]
            (folder / "made").mkdir(exist_ok=True)
            failed = _pip(["download", *links, *wanted, *options], tell)
            if not failed:
                return
            lacking = next((found.group(1) for line in failed if (found := _LACKING.search(line))), "")
            try:
                one = Requirement(lacking)
            except InvalidRequirement:
                one = None
            if one is None or lacking in made:
                raise CrossModaError(f"The packages for {self.place.name} could not be downloaded here ({failed[-1]}).")
            made.add(lacking)
            how = [option for option in options if option.startswith("-")]  # and no further package
            if failed := _pip(["wheel", "--no-deps", "--wheel-dir", str(folder / "made"), f"{one.name}{one.specifier}", *how], tell):
                raise CrossModaError(f"{lacking} for {self.place.name} could not be made here ({failed[-1]}).")
            if any(not wheel.name.endswith("-none-any.whl") for wheel in (folder / "made").iterdir()):
                raise CrossModaError(
                    f"{lacking} has to be compiled on {self.place.name}, which needs a way to the internet; name a Python there that has"
                    " the packages with `place add --python`."
                )

    # An experiment ------------------------------------------------------------------------------------------------------------

    def new_folder(self) -> str:
        """A name for an experiment folder there, which tells nothing of the one here."""
        return f"{self.folder()}/experiments/{uuid.uuid4().hex[:12]}"

    def send(self, elsewhere: Elsewhere, here: Path, progress: Progress) -> list[str]:
        """Send the library and the scans of an experiment.

        Returns:
            The words that start its worker there.

        Raises:
            UnreachableError: the connection broke off; the next call goes on.
            CrossModaError: it could not be sent.
        """
        folder, python = self.folder(), self.python()[0]
        library = send_library(self.connection, folder)
        names = Names(elsewhere.cohort, here, elsewhere.folder)
        record = here / COPY / "scans.json"
        known = _known(record)
        try:
            sender = elsewhere.folder.rpartition("/")[2]
            stored = send_scans(self.connection, folder, sender, names.scans, progress, known, names.drawn_on)
        finally:
            write_json(record, known)
        self.connection.ask("lay_out", folder=folder, experiment=elsewhere.folder, scans=stored)
        if Experiment.exists(here) and not elsewhere.has_begun:
            recorded = names.record_there(read_json(here / "experiment.json"), stored)
            self.connection.ask("put_record", experiment=elsewhere.folder, record=recorded)
        # One that has been recorded goes on as it was: its settings and its scans are there.
        scans = [] if Experiment.exists(here) else names.options()
        return [python, f"{library}/{SCRIPT}", "run", "-o", elsewhere.folder, *scans, *elsewhere.words]

    def script(self, elsewhere: Elsewhere, words: Sequence[str]) -> str:
        """The script for ``sbatch``; empty where a worker simply starts."""
        return slurm.script(self.place.slurm, elsewhere.folder, words, _ENVIRONMENT) if self.place.slurm else ""

    def start(self, elsewhere: Elsewhere, words: Sequence[str], token: str) -> dict[str, Any]:
        """Start the worker, or submit its job; asked twice with one token, it is started once.

        Raises:
            CrossModaError: it cannot be started.
        """
        script = self.script(elsewhere, words)
        found: dict[str, Any] = self.connection.ask(
            "start", experiment=elsewhere.folder, token=token, words=list(words), environment=_ENVIRONMENT, script=script
        )
        return found

    def array_scripts(self, folder: str, arrays: Sequence[Array], at_once: int = 0) -> list[dict[str, Any]]:
        """Arrays as :func:`.there_array.start_arrays` takes them.

        Args:
            folder: where their scripts are to lie there.
            arrays: of each its name, its tasks, and whether the one before it must have succeeded (``ok``) or only ended (``any``).
            at_once: how many of an array's tasks may run at a time; 0 for as many as the cluster lets.
        """
        assert self.place.slurm is not None
        return [
            {
                "name": name,
                "script": slurm.array_script(self.place.slurm, folder, name, tasks, _ENVIRONMENT, at_once),
                "tasks": [task.folder for task in tasks],
                "after": after,
            }
            for name, tasks, after in arrays
        ]

    def start_arrays(self, folder: str, arrays: Sequence[Array], at_once: int = 0, token: str = "") -> dict[str, Any]:
        """Submit arrays, each of which waits for the one before it; asked twice with one token, they are submitted once.

        Args:
            folder, arrays, at_once: as for :meth:`array_scripts`.

        Raises:
            CrossModaError: they cannot be submitted.
        """
        scripts = self.array_scripts(folder, arrays, at_once)
        found: dict[str, Any] = self.connection.ask("start_arrays", folder=folder, token=token or uuid.uuid4().hex, arrays=scripts)
        return found

    def look(self, elsewhere: Elsewhere, offset: int = 0) -> dict[str, Any]:
        """How the worker stands (:func:`.there.look`), with the events from an offset on."""
        found: dict[str, Any] = self.connection.ask("look", experiment=elsewhere.folder, offset=offset)
        return found

    def copy(self, elsewhere: Elsewhere, here: Path, log: EventLog) -> Copy:
        """What brings the folder there into the one here."""
        return Copy(self.connection, here, elsewhere.folder, Names(elsewhere.cohort, here, elsewhere.folder), log)


_NO_INTERNET = ("Could not find a version", "No matching distribution", "ConnectionError", "NewConnectionError", "Max retries exceeded")


_LACKING = re.compile(r"No matching distribution found for ([^;(]*[^;(\s])")


def _pip(words: Sequence[str], tell: Callable[[str], None]) -> list[str]:
    """Run pip here; what it said if it failed, else nothing."""
    command = [sys.executable, "-m", "pip", words[0], "--disable-pip-version-check", *words[1:]]
    said = [""]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace") as pip:
        for line in pip.stdout or ():
            said.append(line.rstrip())
            tell(said[-1])
    return said if pip.returncode else []


def _requirements() -> list[Requirement]:
    lines = resource("requirements.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def _lacking(versions: dict[str, str]) -> list[str]:
    """The packages that are missing or of another version than we need."""
    return [
        f"{one.name} {versions[one.name]}".strip()
        for one in _requirements()
        if not versions.get(one.name) or not one.specifier.contains(versions[one.name], prereleases=True)
    ]


def _known(record: Path) -> dict[str, dict[str, object]]:
    try:
        found: dict[str, dict[str, object]] = read_json(record)
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
