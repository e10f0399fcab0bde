"""What Slurm says of a job, in words; sent to a cluster with the requests (:mod:`.there`)."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from .there_common import ARRAY, JOB_LOG, STATUS, LimitError, RefusedError, SilentError, TooManyError, last_line, output_of, read, tail

SECONDS_TO_ANSWER = 60  # for a question to Slurm, whose own programs wait for its controller as long as they like
SECONDS_TO_SUBMIT = 120
SILENT = "Slurm does not answer"

_SLURM_ENDED = {
    "OUT_OF_MEMORY": "it ran out of memory; ask for more (--extra=--mem=...), or make the batches smaller",
    "TIMEOUT": "its time limit came before it had stopped; give a longer --time",
    "NODE_FAIL": "its node failed",
    "CANCELLED": "it was cancelled",
    "PREEMPTED": "it was pushed aside by another job",
    "BOOT_FAIL": "its node did not start",
    "DEADLINE": "its deadline passed",
    "FAILED": "it failed",
}
# What Slurm writes into a job's own output. Clusters without accounting forget a job some minutes after its end, and where
# no cgroups watch the memory a job that took too much has only FAILED.
_SLURM_LOGGED = {
    "exceeded memory limit": "OUT_OF_MEMORY",
    "Exceeded job memory limit": "OUT_OF_MEMORY",
    "oom-kill": "OUT_OF_MEMORY",
    "oom_kill": "OUT_OF_MEMORY",
    "DUE TO TIME LIMIT": "TIMEOUT",
    "DUE TO NODE FAILURE": "NODE_FAIL",
    "DUE TO PREEMPTION": "PREEMPTED",
}
_SLURM_WAITS = {
    "Resources": "waiting for resources",
    "Priority": "waiting for jobs ahead of it",
    "QOSMaxJobsPerUserLimit": "waiting for your other jobs to end (a limit of this cluster)",
    "AssocMaxJobsLimit": "waiting for your other jobs to end (a limit of this cluster)",
    "BeginTime": "waiting for its next start",
    "Dependency": "waiting for another job",
    "JobArrayTaskLimit": "waiting for others of its array to end (--jobs)",
    "ReqNodeNotAvail": "waiting for a node that is not available",
    "Nodes required for job are DOWN": "waiting for nodes that are down or reserved",
    "PartitionDown": "waiting until the partition is up",
    "PartitionInactive": "waiting until the partition is up",
    "JobHeldUser": "held by you; `scontrol release {number}` there lets it go",
    "JobHeldAdmin": "held by the cluster's people",
}
NEEDED = "the job that it waits for, which makes what several of them need"
# What no waiting mends.
_SLURM_NEVER = {
    "PartitionTimeLimit": "its --time is longer than the partition allows",
    "PartitionNodeLimit": "the partition has too few nodes, or allows fewer",
    "PartitionConfig": "the partition does not offer what it asks for: so many nodes, processors or GPUs, so much memory or time",
    "BadConstraints": "no node has what it asks for",
    "AccountNotAllowed": "the partition does not take jobs of this account",
    "InvalidAccount": "its account is unknown there",
    "InvalidQOS": "its quality of service is unknown there",
    "QOSMaxWallDurationPerJobLimit": "its --time is longer than this cluster allows you",
    "AssocMaxWallDurationPerJobLimit": "its --time is longer than this cluster allows you",
    "QOSMaxNodePerJobLimit": "it asks for more nodes than this cluster allows you",
    "QOSMaxGRESPerJob": "it asks for more GPUs than this cluster allows you",
    "DependencyNeverSatisfied": f"{NEEDED}, has not succeeded",
}
HOPELESS = "can never start: "
WAITS = ("waiting ", "held ")  # so begins what is told of a job that has not begun
LONGEST_WAIT = datetime.timedelta(days=30)  # that is worth telling


def ask_slurm(words: list[str], folder: Path | None = None, seconds: float = 0) -> subprocess.CompletedProcess[str]:
    """Run a command of Slurm's; each has a limit of time.

    Args:
        folder: where it runs.
        seconds: the limit; 0 for :data:`SECONDS_TO_ANSWER`.

    Raises:
        SilentError: there was no answer in that time, or Slurm's controller gave none.
        TooManyError: Slurm takes no more jobs now.
        RefusedError: there is no such command.
    """
    seconds = seconds or SECONDS_TO_ANSWER
    if shutil.which(words[0]) is None:
        raise RefusedError(f"{words[0]} is not found there; name the cluster's login node with `place add --overwrite`.")
    try:
        found = subprocess.run(
            words, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        if full := next((sign for sign in _FULL if sign.encode() in (error.stderr or b"")), ""):
            raise why_not(full) from None  # sbatch tries it again by itself, for two minutes
        raise SilentError(f"{SILENT} ({words[0]} took more than {seconds:g} seconds)") from None
    if found.returncode and _NO_ANSWER.search(found.stderr):
        raise SilentError(f"{SILENT} ({last_line(found.stderr)})")
    return found


_FULL = ("Slurm temporarily unable to accept job", "Slurm job queue full")
# As slurm_errno.c, the system and munge have them: of a controller, a network or a munge that is restarted now and then.
_NO_ANSWER = re.compile(
    r"unable to contact slurm controller|backup controller in standby mode|communication (connection|shutdown) failure"
    r"|message (send|receive) failure|unexpected message received|zero bytes were transmitted|socket timed out|connection refused"
    r"|connection timed out|connection reset|no route to host|network is unreachable|temporarily unavailable"
    r"|protocol authentication error|invalid authentication credential|munge",
    re.IGNORECASE,
)


def job(number: str, folder: Path) -> tuple[str, bool]:
    """What Slurm says of a job, or of one of an array's, and whether it is still to be reckoned with.

    Args:
        number: as ``squeue`` writes it: ``12``, or ``12_3`` for the task 3 of an array. Of a whole array, the first that has not ended.
        folder: where it works.
    """
    rows, silence = queued([number])
    if silence:
        return silence, True
    row = rows.get(number) or (next(iter(rows.values()), None) if "_" not in number else None)
    if row is not None and row.state == "PENDING" and HOPELESS not in (said := told(number, row)):
        return _with_place(number, said, row), True
    return (told(number, row), True) if row is not None else (ended(number, folder), False)


class Row(NamedTuple):
    """What the queue says of a job: its state, why it waits, when it is to start."""

    state: str
    reason: str
    begin: str


_OVER = ("COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "BOOT_FAIL", "DEADLINE", "OUT_OF_MEMORY", "REVOKED")


def queued(numbers: list[str]) -> tuple[dict[str, Row], str]:
    """The jobs that have not ended, of an array each task, by their numbers; and that Slurm does not answer, and why, if so.

    Raises:
        RefusedError: Slurm answers that it does not tell.
    """
    asked = ["squeue", "--noheader", "--array", f"--jobs={','.join(numbers)}", "--format=%i|%T|%r|%S"]
    try:
        found = ask_slurm(asked)
    except SilentError as error:
        return {}, error.state
    if found.returncode and "Invalid job id" not in found.stderr:
        raise _untold(found.stderr)
    rows = {}
    for line in found.stdout.splitlines():
        number, state, rest = ([*line.strip().split("|", 2), "", ""])[:3]
        reason, _, begin = rest.rpartition("|")
        if state and state not in _OVER:
            rows[number] = Row("PENDING" if state in _WAIT_TOO else state, reason.strip(), begin)
    return rows, ""


def _untold(said: str) -> RefusedError:
    return RefusedError(f"Slurm does not tell of its jobs there ({last_line(said)}); what was begun goes on; ask the cluster's people.")


_WAIT_TOO = ("REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT")


def told(number: str, row: Row) -> str:
    """A job in the queue, in words; nothing of one that plainly runs."""
    if row.state != "PENDING":
        return "" if row.state in ("RUNNING", "COMPLETING") else row.state.lower()  # the latter is of its node, which tidies up
    word = row.reason.partition(",")[0]
    if word in _SLURM_NEVER:
        return f"Slurm job {number} {HOPELESS}{_SLURM_NEVER[word]}"
    other = f"waiting ({row.reason})" if row.reason not in ("", "None") else "waiting in the queue"
    return _SLURM_WAITS.get(word, other).format(number=number)


def _with_place(number: str, said: str, row: Row) -> str:
    ahead = jobs_ahead(number)
    said += f", {ahead} ahead in its partition" if ahead else ""
    return said + _expected(row.begin)


def _expected(begin: str) -> str:
    """When a job is to start; where jobs have no time limit Slurm reckons with a year for each, which tells nothing."""
    try:
        at = datetime.datetime.fromisoformat(begin)
    except ValueError:  # N/A
        return ""
    return f", expected to start at {at:%Y-%m-%d %H:%M}" if at - datetime.datetime.now() < LONGEST_WAIT else ""


def ended(number: str, folder: Path) -> str:
    """Why a job has ended, if its worker cannot have said it."""
    shown = re.search(r"JobState=(\w+)", output_of(["scontrol", "show", "job", number]))
    if shown is None and shutil.which("sacct"):
        shown = re.match(r"\s*(\w+)", output_of(["sacct", "--noheader", "--allocations", "--jobs", number, "--format=State"]))
    found = shown.group(1) if shown else ""
    log, has_begun = _log(number, folder)
    if found in ("", "FAILED"):
        found = next((kind for line in log for sign, kind in _SLURM_LOGGED.items() if sign in line), found)
    if not found and "_" in number and not has_begun:
        found = "CANCELLED"  # of an array's task that never ran nothing else is left
    if found not in _SLURM_ENDED or (found == "FAILED" and (folder / STATUS).is_file()):
        return ""  # the worker has ended by itself, and says why
    why = _SLURM_ENDED[found]
    if found == "FAILED" and any(line.strip() for line in log):
        why += f" ({last_line(chr(10).join(log))})"
    return f"Slurm job {number}: {why}"


def _log(number: str, folder: Path) -> tuple[list[str], bool]:
    """What a job and Slurm said since it last began, and whether it has."""
    own = [Path(part["folder"]) / f"{JOB_LOG}-{part['name']}-{part['task']}" for part in arrays_of(folder)]
    for path in [*reversed(own), folder / JOB_LOG]:
        log = tail(path, 0, 40)
        starts = [place for place, line in enumerate(log) if line.startswith(f"Job {number} on ")]
        if starts:
            return log[starts[-1] + 1 :], True
    return ([] if own else tail(folder / JOB_LOG, 0, 40)), False


def arrays_of(folder: Path) -> list[dict[str, Any]]:
    """The arrays that a folder's work is a task of, in their order: each with its ``folder``, its ``name`` and the ``task``."""
    return list(read(folder / ARRAY).get("tasks", []))


def queued_jobs(folder: Path) -> list[str]:
    """The numbers of a folder's jobs that are in the queue, whoever submitted them; that which comes first leads.

    Raises:
        SilentError: that cannot be told now.
    """
    found = in_queue("--array", "--format=%i|%j|%Z")
    own = [number for number, _, place in reversed(found) if place == str(folder) and "_" not in number]
    for part in arrays_of(folder):
        asked = part["folder"], job_name(part["name"])
        own += [number for number, name, place in found if (place, name) == asked and number.endswith(f"_{part['task']}")]
    return own


def in_queue(*options: str) -> list[list[str]]:
    """The user's jobs in the queue, of each what a ``--format`` of three fields tells; none where there is no Slurm.

    Raises:
        SilentError: that cannot be told now.
        RefusedError: Slurm answers that it does not tell.
    """
    if shutil.which("squeue") is None:
        return []
    listed = ask_slurm(["squeue", "--noheader", f"--user={os.getuid()}", *options])
    if listed.returncode:
        raise _untold(listed.stderr)
    return [line.strip().split("|", 2) for line in listed.stdout.splitlines() if line.count("|") >= 2]


def cancel(numbers: list[str], *options: str) -> None:
    """Cancel jobs, or send them a signal; those that have ended are left as they are.

    Raises:
        SilentError: they may go on.
    """
    if numbers:
        ask_slurm(["scancel", *options, *numbers])


def cancel_all(folder: Path) -> None:
    """Cancel whatever was submitted in a folder, of arrays each task, though nothing there tells of it yet.

    Raises:
        SilentError: it may go on.
    """
    cancel(sorted({number for number, _, place in in_queue("--format=%F|%j|%Z") if place == str(folder)}))


def job_name(array: str) -> str:
    """What Slurm calls an array."""
    return f"crossmoda-uda-{array}"


def jobs_ahead(number: str) -> int:
    """How many jobs of its partition are to start before a job."""
    partition = output_of(["squeue", "--noheader", "--array", "--jobs", number, "--format=%P"]).split()
    asked = ["squeue", "--noheader", "--array", "--states=PENDING", "--sort=-p,i", "--format=%i"]
    listed = output_of([*asked, f"--partition={partition[0]}"]).split() if partition else []
    return listed.index(number) if number in listed else 0


def why_not(said: str) -> RefusedError:
    """Why sbatch took no job, in a sentence with what to do."""
    too_many = {
        "Invalid job array": "it has more tasks than an array may have there; do less at once, as with fewer scans or seeds",
        "MaxSubmitJob": _LIMIT,
        _UNNAMED: _LIMIT,
        **dict.fromkeys(_FULL, _IS_FULL),
    }
    known = {
        **too_many,
        "invalid partition": "the partition is unknown there; `place check` lists them, and `place add --overwrite` names another",
        "Invalid account": "the account is unknown there; ask the cluster's people which one is yours, and give it with --account",
        "Memory specification": "no node there has that much memory; ask for less",
        "Invalid generic resource": "no node there has such GPUs; ask for fewer, or name another partition",
        "Invalid feature": "no node there has the features that --constraint asks for; name others",
        "Requested node configuration is not available": "no node there has that many GPUs or processors; ask for fewer",
        "time limit": "the time limit is not allowed there; give a shorter --time",
    }
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("Try ")]
    last = lines[-1].removeprefix("sbatch: ").removeprefix("error: ") if lines else "sbatch said nothing"
    sign = next((sign for sign in known if sign.lower() in said.lower()), "")
    kind = LimitError if sign == _UNNAMED else TooManyError if sign in too_many else RefusedError
    return kind(f"Slurm took no job: {known.get(sign, last)}.")


_UNNAMED = "Job violates accounting/QOS policy"
_IS_FULL = "it has as many jobs as it takes; try again when some have ended"
_LIMIT = (
    "this cluster does not let you have so many jobs at a time (each task of an array is one), or none that takes so long; wait until"
    " others have ended, or do less at once: a study may begin with fewer seeds or methods, and be given the others later"
)
