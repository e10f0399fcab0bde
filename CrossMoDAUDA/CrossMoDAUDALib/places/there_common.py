"""What the requests on the computer of a place share; sent there with them (:mod:`.there`)."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Names with a point leave the folder as good as empty for an experiment.
STATUS, STARTED, SCRIPT, JOB_LOG = ".worker.status", ".worker.started", "worker.sbatch", ".worker.job"
ARRAY = ".worker.array"  # which arrays' task a folder's work is
SCANS = ".scans"
STARTING, KILLED = ".starting", ".killed"  # held while jobs are being submitted, and there if they were to be ended meanwhile
ENDED = "It was ended while it was being submitted; run the same command again."
TAIL_BYTES = 1 << 14
EVENTS_AT_ONCE = 1 << 20
# What only the worker there needs. Of the rest a copy is kept where the work was asked for.
HEAVY = re.compile(
    r"nnunet/.*|translation/[^/]*slices.*|(.*/)?checkpoint[^/]*|.*/fold_[^/]*/.*|(.*/)?Dataset\d+_.*"
    r"|(.*/)?\.[^/]*/?|worker\.(lock|json|sbatch)|stop\.request|pseudo_target/.*\.nii\.gz|pseudo_target/epoch_.*|.*\.(pt|pth)"
)


class RefusedError(Exception):
    """Something that cannot be done there, in a sentence."""


class GoneError(RefusedError):
    """The folder that was asked about is not there any more."""


class TooManyError(RefusedError):
    """More jobs, or more tasks of an array, than the cluster lets this user have; fewer may do."""


class LimitError(TooManyError):
    """Slurm names no limit: fewer jobs may do, or it may be another limit, such as one of time, which fewer would not mend."""


class SilentError(RefusedError):
    """Slurm does not answer: as good as a broken connection, and no word on what it knows.

    Args:
        state: that, and why.
    """

    def __init__(self, state: str) -> None:
        super().__init__(f"{state}; try again later.")
        self.state = state


def output_of(words: list[str]) -> str:
    """What a program says on its output; nothing where there is none, or where it takes half a minute."""
    try:
        return subprocess.run(words, capture_output=True, text=True, errors="replace", timeout=30).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def last_line(said: str) -> str:
    """The last line with something in it, for a sentence."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"


def sha256(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read(path: Path) -> dict[str, Any]:
    """What a small file of ours holds; nothing where it is missing or damaged."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write(path: Path, data: dict[str, Any]) -> None:
    """Write it whole or not at all."""
    partial = path.with_name(f".{path.name}-{os.getpid()}")
    partial.write_text(json.dumps(data), encoding="utf-8")
    partial.replace(path)


def is_locked(path: Path) -> bool:
    """Whether a worker holds an experiment's lock (as ``experiment/lock.py`` takes it)."""
    import fcntl

    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(descriptor)
    return False


def boot() -> str:
    """Which start of this computer this is: process numbers begin anew with each."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def session(number: int) -> list[int]:
    """The processes of a session that have not ended, the leader last."""
    found = []
    proc = Path("/proc")
    if not (proc / "self" / "stat").is_file():
        listed = output_of(["ps", "-A", "-o", "pid=,pgid=,stat="]).splitlines()
        parts = [line.split() for line in listed]
        return [int(part[0]) for part in parts if len(part) > 2 and part[1] == str(number) and not part[2].startswith("Z")]
    for entry in proc.iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[3]) == number and fields[0] not in "ZX":
                found.append(int(entry.name))
    return sorted(found, key=lambda process: process == number)


def tail(path: Path, offset: int, lines: int) -> list[str]:
    """The last lines of a log after an offset; of a progress bar, which overwrites itself, what it showed last."""
    try:
        with path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(offset, end - TAIL_BYTES))
            said = log.read().decode("utf-8", "replace")
    except OSError:
        return []
    return [line.rpartition("\r")[2] for line in said.replace("\r\n", "\n").rstrip().split("\n")][-lines:]


def events_of(path: Path, offset: int) -> bytes:
    """Whole lines of a log of events from an offset, a megabyte at most."""
    try:
        with path.open("rb") as log:
            log.seek(offset)
            data = log.read(EVENTS_AT_ONCE)
    except OSError:
        return b""
    return data[: data.rfind(b"\n") + 1]


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    """Size and time of each file of which a copy is kept, by its name."""
    found = {}
    for here, folders, names in os.walk(folder):
        inside = Path(here).relative_to(folder).as_posix()
        base = "" if inside == "." else f"{inside}/"
        folders[:] = [name for name in folders if not HEAVY.fullmatch(f"{base}{name}/")]
        for name in names:
            if not HEAVY.fullmatch(base + name):
                try:
                    status = (Path(here) / name).stat()
                except OSError:  # it has just been replaced
                    continue
                found[base + name] = (status.st_size, status.st_mtime_ns)
    return found


@contextlib.contextmanager
def starting(folder: Path) -> Iterator[None]:
    """Submit jobs of a folder inside. Who asked for it may be gone before Slurm answers, and somebody else may want it ended."""
    import fcntl

    descriptor = os.open(folder / STARTING, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        with contextlib.suppress(OSError):  # a disk without file locks
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        (folder / KILLED).unlink(missing_ok=True)
        yield
    finally:
        os.close(descriptor)


def note_kill(folder: Path) -> None:
    """Let who submits jobs of a folder at the moment cancel them at once."""
    if is_locked(folder / STARTING):
        (folder / KILLED).touch()


def was_killed(folder: Path) -> bool:
    """Whether that has been asked since jobs of a folder began to be submitted."""
    return (folder / KILLED).exists()
