"""The experiment folder: what was asked for, what is done, who works on it. It is the only truth; see README.md."""

from __future__ import annotations

import contextlib
import errno
import importlib.metadata
import os
import platform
import socket
import sys
import tempfile
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
# A look whether the experiment is running holds its lock for an instant; a worker that starts then tries again.
SECONDS_TO_LOCK = 1.0


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
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            why = str(error).rstrip(".") if isinstance(error, InputError) else repr(error)
            raise InputError(f"{folder / 'experiment.json'} is damaged ({why}); restore it or start in a new folder.") from None

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
            InputError: the disk knows no file locks.
        """
        deadline = time.monotonic() + SECONDS_TO_LOCK
        while (descriptor := self._acquire()) is None:
            if time.monotonic() > deadline:
                holder = read_worker(self.folder)
                who = f"process {holder['pid']} on {holder['host']}" if holder else "another process"
                raise CrossModaError(f"{self.folder} is being worked on by {who}; wait for it or stop it first.")
            time.sleep(0.05)
        _held.add(descriptor)
        try:
            write_json(self.folder / "worker.json", {"pid": os.getpid(), "host": socket.gethostname(), "started": round(time.time(), 3)})
            yield
        finally:
            (self.folder / "worker.json").unlink(missing_ok=True)
            _held.discard(descriptor)
            os.close(descriptor)

    def _acquire(self) -> int | None:
        try:
            return _lock(self.folder / "worker.lock", os.O_RDWR | os.O_CREAT)
        except OSError as error:
            if error.errno not in (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP):
                raise
            raise InputError(f"{self.folder} is on a disk without file locks; choose an output folder on another disk.") from None


# The locks that this process holds. A forked child (nnU-Net augments in such) closes them, or it would keep an
# experiment locked after its parent was killed.
_held: set[int] = set()


def _close_held() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_close_held)


def _lock(path: Path, flags: int) -> int | None:
    """An open descriptor that holds the operating system's lock on a file until it is closed; None if another holds it."""
    descriptor = os.open(path, flags)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if error.errno in (errno.EACCES, errno.EAGAIN, errno.EWOULDBLOCK):
            return None
        raise
    return descriptor


def check_folder(folder: Path) -> None:
    """Make sure that an output folder can be ours to fill, without making it.

    Raises:
        InputError: it is a file, holds other files, or cannot be written.
    """
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder instead.")
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        why = "no permission" if existing.is_dir() else f"{existing} is a file"
        raise InputError(f"{folder} cannot be written ({why}); choose another output folder or change its permissions.")
    if existing is folder:
        _refuse_foreign_files(folder)


def prepare_folder(folder: Path) -> None:
    """Make an output folder and make sure that it is ours to fill.

    Raises:
        InputError: it is a file, holds other files, or cannot be written.
    """
    check_folder(folder)
    make_writable_folder(folder)
    _refuse_foreign_files(folder)


def make_writable_folder(folder: Path) -> None:
    """Make a folder, if need be, and make sure that files can be written to it.

    Raises:
        InputError: it is a file or cannot be written.
    """
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder instead.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise InputError(
            f"{folder} cannot be written ({error.strerror}); choose another output folder or change its permissions."
        ) from None


def _refuse_foreign_files(folder: Path) -> None:
    foreign = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    if foreign:
        more = ", ..." if len(foreign) > 1 else ""
        raise InputError(f"{folder} holds other files ({foreign[0]}{more}) and no experiment; name a new or empty folder.")


def read_worker(folder: Path) -> dict[str, Any] | None:
    """Who works on the experiment, as its own record says; None when nobody does."""
    try:
        worker = read_json(folder / "worker.json")
    except (OSError, ValueError):
        return None
    return worker if isinstance(worker, dict) and {"pid", "host"} <= worker.keys() else None


def is_running(folder: Path) -> bool:
    """Whether a live worker holds the experiment's lock."""
    try:
        descriptor = _lock(folder / "worker.lock", os.O_RDONLY)  # read-only, for experiments that others own
    except OSError:
        return False
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def describe(folder: Path) -> str:
    """What ``status`` prints: the stages, the last progress, warnings, the last error, the scores.

    Raises:
        InputError: there is no experiment.
    """
    experiment = Experiment.load(folder)
    events, _ = read_events(folder / "events.jsonl")
    settings, cohort = experiment.settings, experiment.cohort
    iterations = settings.self_training.iterations
    lines = [
        f"Experiment  {folder}",
        f"Settings    preset {settings.preset}, translator {settings.translation.translator}, "
        f"{iterations} self-training iteration{'' if iterations == 1 else 's'}, seed {settings.seed}",
        f"Cohort      {len(cohort.source)} source, {len(cohort.target)} target, {len(cohort.evaluation)} evaluation cases",
    ]
    running = is_running(folder)
    state = next((str(event.get("state", "")) for event in reversed(events) if event["kind"] == "run"), "not started")
    if running:
        worker = read_worker(folder)
        lines.append(f"State       running (process {worker['pid']} on {worker['host']})" if worker else "State       running")
    elif state == "started":
        lines.append("State       stopped without a word (killed, or the machine went down); run the same command to continue")
    else:
        lines.append(f"State       {state}{'; run the same command to continue' if state == 'interrupted' else ''}")
    durations = {event["stage"]: event["metrics"]["seconds"] for event in events if event.get("state") == "finished" and "stage" in event}
    for stage in experiment.completed_stages():
        lines.append(f"  done      {stage:<32}{_duration(durations.get(stage, 0)):>12}")
    latest = next((event for event in reversed(events) if event["kind"] == "progress"), None)
    if latest and not experiment.is_complete(latest["stage"]):
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in latest.get("metrics", {}).items())
        steps = f"{latest['step']} of {latest['total']}"
        lines.append(f"  {'now' if running else 'last':<10}{latest['stage']:<32}{steps:>12}  {numbers}".rstrip())
    for warning in dict.fromkeys(event["message"] for event in events if event["kind"] == "warning"):
        lines.append(f"Warning     {warning}")
    if state == "failed" and not running:
        failure = next((event for event in reversed(events) if event["kind"] == "error"), None)
        lines += [f"Error       {failure['message']}"] if failure else []
    table = folder / "evaluation" / "table.md"
    if table.is_file():
        lines += ["", table.read_text(encoding="utf-8").rstrip()]
    return "\n".join(lines)


def _duration(seconds: float) -> str:
    """A time in words that stay short: ``4.2 s``, ``3 min 20 s``, ``25 h 07 min``."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02d} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"


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
        same_stamp = _stamp(path) == {"size": known["size"], "modified_ns": known["modified_ns"]}
        voxels_elsewhere = path.suffix.lower() in (".mhd", ".nhdr")  # in a file of their own, whose time stamp is not known
        if (not same_stamp or voxels_elsewhere) and scan_sha256(path) != known["sha256"]:
            raise InputError(f"{path} has changed since the experiment began; put the old file back or start in a new folder.")
