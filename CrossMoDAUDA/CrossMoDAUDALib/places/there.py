"""What is done on the computer of a place. This file, and those it imports, are sent there as text with each request, so they use only
Python's own library.

A request is a function's name and its arguments, as JSON on standard input; the answer is JSON on the last line of standard output.
Whatever is started gets its words as a list: no shell ever reads a name.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .there_array import cancel_others, keep_arrays, stand_of, start_arrays
from .there_common import (
    ARRAY,
    ENDED,
    SCANS,
    SCRIPT,
    STARTED,
    STARTING,
    STATUS,
    GoneError,
    RefusedError,
    SilentError,
    boot,
    events_of,
    files_of,
    is_locked,
    note_kill,
    read,
    session,
    sha256,
    starting,
    tail,
    was_killed,
    write,
)
from .there_reasons import HOPELESS, why_not
from .there_setup import has_library, install, probe, put_library, tags
from .there_slurm import SECONDS_TO_SUBMIT, SILENT, ask_slurm, cancel, cancel_all, end_at_once, job, jobs_of, queued_jobs

MARK = "@crossmoda-uda@"


def main() -> None:
    """Carry out one request."""
    request = json.loads(sys.stdin.buffer.readline())
    answer: dict[str, Any]
    try:
        answer = {"answer": _REQUESTS[request["do"]](**request["with"])}
    except RefusedError as error:
        answer = {"refused": str(error), "kind": type(error).__name__}
    except OSError as error:
        answer = {"refused": f"{error.filename or 'A file'}: {error.strerror or error}", "errno": error.errno}
    sys.stdout.write(f"\n{MARK}{json.dumps(answer)}\n")
    sys.stdout.flush()


def missing_scans(folder: str, names: list[str], sender: str) -> list[str]:
    """Which files of the store are not there yet; those that were not sent whole wait in ``incoming``, for each sender apart."""
    store = Path(folder) / "scans"
    incoming = store / "incoming" / sender
    missing = [name for name in names if not (store / name).is_file()]
    if missing:
        incoming.mkdir(parents=True, exist_ok=True)
    else:
        shutil.rmtree(incoming, ignore_errors=True)
    return missing


def take_scans(folder: str, names: list[str], sender: str, more: bool) -> list[str]:
    """Take files that have been sent into the store, if they are what their names say; the others are deleted and named.

    Args:
        more: further files come from this sender; else its folder goes once all is well.
    """
    store = Path(folder) / "scans"
    wrong = []
    for name in names:
        arrived = store / "incoming" / sender / name
        try:
            if (store / name).is_file():
                arrived.unlink(missing_ok=True)
            elif sha256(arrived) == name.partition(".")[0]:
                arrived.replace(store / name)
            else:
                arrived.unlink(missing_ok=True)
                wrong.append(name)
        except FileNotFoundError:  # never arrived, or another has just taken it
            if not (store / name).is_file():
                wrong.append(name)
    if not more and not wrong:
        shutil.rmtree(store / "incoming" / sender, ignore_errors=True)
    return wrong


def lay_out(folder: str, experiment: str, scans: dict[str, str]) -> None:
    """Make an experiment folder whose scans are links into the store.

    Args:
        scans: the file in the store for each path below the experiment's folder of scans.
    """
    store = Path(folder) / "scans"
    for place, name in scans.items():
        link = Path(experiment) / SCANS / place
        link.parent.mkdir(parents=True, exist_ok=True)
        if not (link.exists() and link.samefile(store / name)):  # it may be of a scan that was corrected since
            link.unlink(missing_ok=True)
            try:
                os.link(store / name, link)  # a store that is tidied up later takes no scan from an experiment
            except OSError:
                link.symlink_to(store / name)


def is_recorded(experiment: str) -> bool:
    """Whether an experiment has begun there: its scans and settings are known."""
    return (Path(experiment) / "experiment.json").is_file()


def recorded(experiments: list[str]) -> list[str]:
    """Which of these experiments are there: where old files are deleted, one may be gone."""
    return [experiment for experiment in experiments if is_recorded(experiment)]


def digests(folder: str, names: list[str]) -> dict[str, str]:
    """SHA-256 of those of some files that are there."""
    return {name: sha256(Path(folder) / name) for name in names if (Path(folder) / name).is_file()}


def put_record(experiment: str, record: dict[str, Any]) -> None:
    """Record an experiment, unless it is."""
    if not is_recorded(experiment):
        write(Path(experiment) / "experiment.json", record)


def start(experiment: str, token: str, words: list[str], environment: dict[str, str], script: str = "") -> dict[str, Any]:
    """Start a worker that outlives the connection, once for each token.

    Args:
        words: the program and its arguments.
        environment: what it finds besides this process's own.
        script: for ``sbatch``; empty to start it here and now.
    """
    folder = Path(experiment)
    folder.mkdir(parents=True, exist_ok=True)
    known = read(folder / STARTED)
    if known and known.get("token") == token:
        return known
    state, is_alive = _stands(folder, known)
    if state.startswith(SILENT):  # its job may be in the queue
        raise SilentError(state)
    if is_alive:
        return known
    for left in (STATUS, STARTED, ARRAY, SCRIPT):
        (folder / left).unlink(missing_ok=True)
    (folder / "stop.request").unlink(missing_ok=True)
    log = folder / "worker.log"
    known = {"token": token, "boot": boot(), "offset": log.stat().st_size if log.is_file() else 0}
    if script:
        (folder / SCRIPT).write_text(script, encoding="utf-8")
        with starting(folder):
            submitted = ask_slurm(["sbatch", "--parsable", SCRIPT], folder, SECONDS_TO_SUBMIT)
            if submitted.returncode:
                raise why_not(submitted.stderr)
            known["job"] = submitted.stdout.strip().splitlines()[-1].partition(";")[0]
            if was_killed(folder):
                cancel([known["job"]])
                raise RefusedError(ENDED)
    else:
        command = ["sh", "-c", '"$@"; echo $? > "$0"', str(folder / STATUS), *words]
        with log.open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True, env={**os.environ, **environment}
            )
        known["pid"] = process.pid
    write(folder / STARTED, known)
    return known


def look(experiment: str, lines: int = 40, offset: int = 0) -> dict[str, Any]:
    """How a worker stands, which events are new, and which files have a copy to be kept.

    Args:
        lines: how many of the log's last are told.
        offset: bytes of the events that are known already.

    Returns:
        ``is_alive``, ``has_begun``, ``status`` (its exit status, None while it has none), ``state`` (why it waits or has ended),
        ``is_hopeless`` (it waits for what cannot come), ``said`` (the last lines of its log), ``events`` (whole lines) and
        ``offset`` (where the next begin), ``files`` (size and time of each by its name).
    """
    folder = Path(experiment)
    if not folder.is_dir():
        raise GoneError(f"{folder} is gone from that computer; start again in a new folder.")
    known = read(folder / STARTED)
    holds = is_locked(folder / "worker.lock")
    events = events_of(folder / "events.jsonl", offset)  # before the files, of which they tell
    state, is_alive = _stands(folder, known)  # before its status: one that ends now has written that before it is gone
    try:
        status: int | None = int((folder / STATUS).read_text())
    except (OSError, ValueError):
        status = None
    if is_alive or not known:
        status = None
    elif status is None:
        status = 1
    return {
        "is_alive": is_alive,
        "has_begun": holds,
        "status": status,
        "state": state,
        "is_hopeless": is_alive and HOPELESS in state,
        "job": str(known.get("job", "")),
        "token": known.get("token", ""),
        "said": tail(folder / "worker.log", int(known.get("offset", 0)), lines),
        "events": events.decode("utf-8", "replace"),
        "offset": offset + len(events),
        "files": files_of(folder),
        "time": time.time(),
    }


def look_tasks(experiment: str, lines: int = 10) -> dict[str, Any]:
    """How the tasks of arrays stand that were started from a folder, and which files have a copy to be kept.

    Returns:
        ``tasks`` (of each what :func:`.there_array.stand_of` tells, with ``is_hopeless`` and ``said``), ``is_alive`` (whether one of them
        is) and ``files`` (size and time of each by its name).
    """
    folder = Path(experiment)
    if not folder.is_dir():
        raise GoneError(f"{folder} is gone from that computer; run the same command again.")
    known = read(folder / STARTED)
    tasks = stand_of(known) if "tasks" in known else []
    for task in tasks:
        started = read(Path(task["folder"]) / STARTED)
        task["said"] = tail(Path(task["folder"]) / "worker.log", int(started.get("offset", 0)), lines)
        task["is_hopeless"] = task["is_alive"] and HOPELESS in task["state"]
    return {"tasks": tasks, "is_alive": any(task["is_alive"] for task in tasks), "files": files_of(folder)}


def _stands(folder: Path, known: dict[str, Any]) -> tuple[str, bool]:
    """What is said of a worker that was started, and whether it is still to be reckoned with. Completes what is known of its job."""
    if _is_submitted(folder, known):
        state, is_alive = job(str(known["job"]), folder) if "job" in known else ("", False)
        # One that was submitted by hand, or right before a connection broke off, tells its number only when it runs. And a task of a
        # second array begins when that of the first has ended.
        try:
            other = "" if is_alive else next(iter(queued_jobs(folder)), "")
        except SilentError as error:
            return error.state, True
        if other and other != known.get("job"):
            said, goes_on = job(other, folder)
            if state and HOPELESS in said:  # why is more than that
                return f"{said} ({state})", goes_on
            known["job"] = other
            write(folder / STARTED, known)
            return said, goes_on
        return state, is_alive
    is_there = known.get("boot") == boot() and "pid" in known and bool(session(int(known["pid"])))
    return "", is_there or is_locked(folder / "worker.lock")


def _is_submitted(folder: Path, known: dict[str, Any]) -> bool:
    """Whether Slurm is to be asked of a worker; a host may have its commands and belong to no cluster."""
    return "job" in known or (folder / SCRIPT).is_file() or (folder / ARRAY).is_file()


def ask_to_stop(experiment: str) -> None:
    """Ask the worker to stop as the same file asks one here. A job that waits in the queue is cancelled."""
    folder = Path(experiment)
    known = read(folder / STARTED)
    _stands(folder, known)
    waits = "job" in known and not is_locked(folder / "worker.lock")
    if not waits:
        (folder / "stop.request").write_text("")
    ends = []
    if _is_submitted(folder, known):
        ends.append(lambda: cancel_others(folder, str(known.get("job", ""))))
    if waits:
        ends.append(lambda: cancel(str(known["job"]).split(",")))
    _each(ends)


def kill(experiment: str) -> None:
    """End the worker with all that it has started, at once.

    Raises:
        SilentError: Slurm does not answer, so that it may go on.
        RefusedError: Slurm does not cancel it.
    """
    folder = Path(experiment)
    known = read(folder / STARTED)
    _stands(folder, known)
    note_kill(folder)
    ends = []
    if _is_submitted(folder, known):
        ends.append(lambda: cancel_others(folder, str(known.get("job", ""))))
    if "job" in known:
        ends.append(lambda: end_at_once(str(known["job"]).split(",")))
    if any(folder.glob("*.sbatch")):  # an array may have been submitted a moment ago, by a start that was broken off
        ends.append(lambda: cancel_all(folder))
    elif "pid" in known and known.get("boot") == boot() and not (folder / STATUS).is_file():  # or the number may be another's
        for number in session(int(known["pid"])):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
    (folder / "stop.request").unlink(missing_ok=True)
    _each(ends)


def _each(ends: list[Callable[[], None]]) -> None:
    """End this and that, each though another was refused; then raise the first refusal. Where Slurm is silent, it is so for all."""
    refused = None
    for end in ends:
        try:
            end()
        except SilentError:
            raise
        except RefusedError as error:
            refused = refused or error
    if refused is not None:
        raise refused


def is_at_work(experiment: str) -> bool:
    """Whether anything in a folder works, waits in the queue, or is just being submitted, though nothing there tells of it yet."""
    folder = Path(experiment)
    known = read(folder / STARTED)
    if is_locked(folder / STARTING) or (any(folder.glob("*.sbatch")) and jobs_of(folder)):
        return True
    return any(task["is_alive"] for task in stand_of(known)) if "tasks" in known else _stands(folder, known)[1]


def sizes(folder: str, names: list[str]) -> dict[str, int]:
    """Bytes of those of some files that are there."""
    return {name: (Path(folder) / name).stat().st_size for name in names if (Path(folder) / name).is_file()}


def make_folder(path: str) -> None:
    """Make a folder."""
    Path(path).mkdir(parents=True, exist_ok=True)


def keep_script(experiment: str, script: str) -> None:
    """Keep a job's script that the user submits by hand; its job tells its number when it runs."""
    folder = Path(experiment)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / SCRIPT).write_text(script, encoding="utf-8")
    for left in (STATUS, STARTED, ARRAY):
        (folder / left).unlink(missing_ok=True)


def remove(experiment: str) -> None:
    """Delete what segmenting used there. Scans stay in the store, for other work; experiments, which others may take from, stay too."""
    if Path(experiment).parent.name != "tasks":
        raise RefusedError(f"{experiment} is no folder of `segment --on`, which alone are deleted.")
    shutil.rmtree(experiment, ignore_errors=True)
    shutil.rmtree(Path(experiment).parents[1] / "scans" / "incoming" / Path(experiment).name, ignore_errors=True)  # half sent


_REQUESTS = {
    function.__name__: function
    for function in (
        *(probe, put_library, has_library, install, tags),
        *(missing_scans, take_scans, lay_out, put_record, is_recorded, make_folder, sizes, remove, recorded, digests),
        *(start, look, ask_to_stop, kill, is_at_work, keep_script),
        *(start_arrays, keep_arrays, look_tasks),
    )
}
