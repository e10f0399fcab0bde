"""The experiment folder: what was asked for, what is done, who works on it. It is the only truth; see README.md."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .cohort import Case, Cohort
from .cohort_check import scan_sha256
from .config import Settings, setting_fields
from .errors import CrossModaError, InputError
from .events import EventLog, read_events
from .files import read_json, write_json

FORMAT = 1
# These say which machine does the work, not what the result is, so they may change from one start to the next.
MACHINE_SETTINGS = ("device", "workers")
PACKAGES = ("torch", "nnunetv2", "numpy", "SimpleITK", "scipy")


class Experiment:
    """One experiment folder, created or continued.

    Attributes:
        folder: where it lies.
        settings: every setting; ``device`` and ``workers`` as given for this start.
        cohort: the scans.
        events: its event log.
    """

    def __init__(self, folder: Path, settings: Settings, cohort: Cohort) -> None:
        self.folder = folder
        self.settings = settings
        self.cohort = cohort
        self.events = EventLog(folder / "events.jsonl")

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds an experiment already."""
        return (folder / "experiment.json").is_file()

    @classmethod
    def create(cls, folder: Path, settings: Settings, cohort: Cohort, hashes: dict[str, str]) -> Experiment:
        """Start an experiment in a new or empty folder.

        Args:
            hashes: SHA-256 of every scan by its path, so that a scan that changes later is noticed.

        Raises:
            InputError: the folder holds other files or cannot be written.
        """
        prepare_folder(folder)
        record = {
            "format": FORMAT,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "settings": settings.to_json(),
            "cohort": cohort.to_json(),
            "files": {path: {"sha256": digest, **_stamp(Path(path))} for path, digest in sorted(hashes.items())},
            "versions": package_versions(),
        }
        write_json(folder / "experiment.json", record)
        return cls(folder, settings, cohort)

    @classmethod
    def load(cls, folder: Path) -> Experiment:
        """Open an experiment as it was recorded.

        Raises:
            InputError: there is none, or ``experiment.json`` is damaged or newer than this program.
        """
        record = _record(folder)
        try:
            return cls(folder, Settings.from_json(record["settings"]), Cohort.from_json(record["cohort"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{folder / 'experiment.json'} is damaged ({error!r}); restore it or start in a new folder.") from None

    @classmethod
    def resume(cls, folder: Path, settings: Settings, cohort: Cohort) -> Experiment:
        """Continue an experiment with the command that started it.

        Raises:
            InputError: a setting or the cohort differs from what was recorded, or a scan has changed since.
        """
        recorded = cls.load(folder)
        difference = _difference(recorded, settings, cohort)
        if difference:
            raise InputError(f"{folder} is another experiment: {difference}; give the same again, or another output folder.")
        _verify_files(_record(folder).get("files", {}))
        return cls(folder, settings, cohort)

    # Stages -------------------------------------------------------------------------------------------------------------

    def is_complete(self, stage: str) -> bool:
        """Whether a stage's marker, written last, is there."""
        return self._marker(stage).is_file()

    @contextlib.contextmanager
    def stage(self, name: str) -> Iterator[bool]:
        """Run a stage unless it is complete: yields whether there is work to do, and marks it complete afterwards."""
        if self.is_complete(name):
            self.events.write("stage", stage=name, state="skipped")
            yield False
            return
        self.events.write("stage", stage=name, state="started")
        began = time.monotonic()
        yield True
        seconds = round(time.monotonic() - began, 1)
        write_json(self._marker(name), {"stage": name, "seconds": seconds, "versions": package_versions()})
        self.events.write("stage", stage=name, state="finished", metrics={"seconds": seconds})

    def completed_stages(self) -> list[str]:
        """Names of the complete stages, oldest first."""
        markers = sorted((self.folder / "stages").glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
        return [path.stem.replace("--", "/") for path in markers]

    def _marker(self, stage: str) -> Path:
        return self.folder / "stages" / (stage.replace("/", "--") + ".json")

    # One worker at a time -----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the experiment for this process.

        The operating system's file lock is the truth: it falls with its process, so a dead worker never has to be
        cleaned up after. ``worker.json`` beside it says who holds it.

        Raises:
            CrossModaError: another worker is at it.
        """
        from filelock import FileLock, Timeout

        lock = FileLock(self.folder / "worker.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = read_worker(self.folder)
            who = f"process {holder['pid']} on {holder['host']}" if holder else "another process"
            raise CrossModaError(f"{self.folder} is being worked on by {who}; wait for it or stop it first.") from None
        try:
            write_json(self.folder / "worker.json", {"pid": os.getpid(), "host": socket.gethostname(), "started": round(time.time(), 3)})
            yield
        finally:
            (self.folder / "worker.json").unlink(missing_ok=True)
            lock.release()


def prepare_folder(folder: Path) -> None:
    """Make an output folder and make sure that it is ours to fill.

    Raises:
        InputError: it is a file, holds other files, or cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise InputError(f"{folder} is a file; name a folder for the experiment.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        foreign = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        if foreign:
            raise InputError(f"{folder} holds other files ({sorted(foreign)[0]}, ...) and no experiment; name a new or empty folder.")
        probe = folder / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror}); choose another output folder or change its permissions."
        ) from None


def read_worker(folder: Path) -> dict[str, Any] | None:
    """Who works on the experiment, as its own record says; None when nobody does."""
    try:
        worker = read_json(folder / "worker.json")
    except (OSError, ValueError):
        return None
    return worker if isinstance(worker, dict) and {"pid", "host"} <= worker.keys() else None


def is_running(folder: Path) -> bool:
    """Whether a live worker holds the experiment's lock."""
    from filelock import FileLock, Timeout

    if not (folder / "worker.lock").is_file():
        return False
    try:
        with FileLock(folder / "worker.lock", timeout=0):
            return False
    except (Timeout, OSError):
        return True


def describe(folder: Path) -> str:
    """What ``status`` prints: the stages, the last progress, the last error.

    Raises:
        InputError: there is no experiment.
    """
    experiment = Experiment.load(folder)
    events, _ = read_events(folder / "events.jsonl")
    settings, cohort = experiment.settings, experiment.cohort
    lines = [
        f"Experiment  {folder}",
        f"Settings    preset {settings.preset}, translator {settings.translation.translator}, "
        f"{settings.self_training.iterations} self-training iterations, seed {settings.seed}",
        f"Cohort      {len(cohort.source)} source, {len(cohort.target)} target, {len(cohort.evaluation)} evaluation cases",
    ]
    running = is_running(folder)
    worker = read_worker(folder) if running else None
    runs = [event for event in events if event["kind"] == "run"]
    state = runs[-1].get("state", "") if runs else "not started"
    if running:
        state = f"running (process {worker['pid']} on {worker['host']})" if worker else "running"
    elif state == "started":
        state = "stopped without a word (killed, or the machine went down); run the same command to continue"
    lines.append(f"State       {state}")
    durations = {event["stage"]: event["metrics"]["seconds"] for event in events if event.get("state") == "finished" and "stage" in event}
    for stage in experiment.completed_stages():
        lines.append(f"  done      {stage:<28}{durations.get(stage, 0):>10.1f} s")
    latest = next((event for event in reversed(events) if event["kind"] == "progress"), None)
    if latest and not experiment.is_complete(latest["stage"]):
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in latest.get("metrics", {}).items())
        word = "now" if running else "last"
        lines.append(f"  {word:<10}{latest['stage']:<28}{latest['step']:>6} of {latest['total']}  {numbers}".rstrip())
    failure = next((event for event in reversed(events) if event["kind"] in ("error", "run")), None)
    if failure and failure["kind"] == "error":
        lines.append(f"Error       {failure['message']}")
    table = folder / "evaluation" / "table.md"
    if table.is_file():
        lines += ["", table.read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines)


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the results."""
    from . import __version__

    versions = {"crossmodauda": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return versions


def _record(folder: Path) -> dict[str, Any]:
    path = folder / "experiment.json"
    if not path.is_file():
        raise InputError(f"{folder} is not an experiment folder: it has no experiment.json; check the path.")
    try:
        record = read_json(path)
        version = int(record["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{path} is damaged; restore it or start in a new folder.") from None
    if version > FORMAT:
        raise InputError(f"{path} was written by a newer version of CrossMoDAUDA (format {version}); update to read it.")
    return dict(record)


def _stamp(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"size": status.st_size, "modified_ns": status.st_mtime_ns}


def _difference(recorded: Experiment, settings: Settings, cohort: Cohort) -> str:
    """The first thing that differs, in words; empty when nothing does."""
    for key in setting_fields():
        before, now = _value(recorded.settings, key), _value(settings, key)
        if key not in MACHINE_SETTINGS and before != now:
            return f"it was started with {key}={before}, not {now}"
    for domain in ("source", "target", "evaluation"):
        before_cases: tuple[Case, ...] = getattr(recorded.cohort, domain)
        now_cases: tuple[Case, ...] = getattr(cohort, domain)
        if before_cases != now_cases:
            odd = sorted({case.id for case in before_cases} ^ {case.id for case in now_cases})
            return f"its {domain} cases differ" + (f" (case {odd[0]})" if odd else " in their files")
    return ""


def _value(settings: Settings, key: str) -> Any:
    section, _, name = key.rpartition(".")
    return getattr(getattr(settings, section) if section else settings, name)


def _verify_files(files: dict[str, Any]) -> None:
    """Make sure that no scan has changed; only one whose time stamp differs is read again."""
    for name, known in files.items():
        path = Path(name)
        if not path.is_file():
            raise InputError(f"{path} has been removed since the experiment began; put it back or start in a new folder.")
        if _stamp(path) != {"size": known["size"], "modified_ns": known["modified_ns"]} and scan_sha256(path) != known["sha256"]:
            raise InputError(f"{path} has changed since the experiment began; put the old file back or start in a new folder.")
