"""What Slurm says of a job, in words; sent to a cluster with the requests (:mod:`.there`)."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from .there_common import ARRAY, JOB_LOG, STATUS, RefusedError, SilentError, last_line, output_of, read, tail
from .there_reasons import CANCELLED, FULL, HELD, HOPELESS, why_not, why_waiting

SECONDS_TO_ANSWER = 60  # for a question to Slurm, whose own programs wait for its controller as long as they like
SECONDS_TO_SUBMIT = 120
SILENT = "Slurm does not answer"

_SLURM_ENDED = {
    "OUT_OF_MEMORY": "it ran out of memory; ask for more (--extra=--mem=...), or make the batches smaller",
    "TIMEOUT": "its time limit came before it had stopped; give a longer --time",
    "NODE_FAIL": "its node failed",
    "CANCELLED": CANCELLED,
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
        if full := next((sign for sign in FULL if sign.encode() in (error.stderr or b"")), ""):
            raise why_not(full) from None  # sbatch tries it again by itself, for two minutes
        raise SilentError(f"{SILENT} ({words[0]} took more than {seconds:g} seconds)") from None
    if found.returncode and _NO_ANSWER.search(found.stderr):
        raise SilentError(f"{SILENT} ({last_line(found.stderr)})")
    return found


# As slurm_errno.c, the system and munge have them: of a controller, a network or a munge that is restarted now and then.
_NO_ANSWER = re.compile(
    r"unable to contact slurm controller|backup controller in standby mode|communication (connection|shutdown) failure"
    r"|message (send|receive) failure|unexpected message received|zero bytes were transmitted|socket timed out|connection refused"
    r"|connection timed out|connection reset|no route to host|network is unreachable|temporarily unavailable"
    r"|protocol authentication error|invalid authentication credential|munge|rate limit exceeded|controller is in standby mode",
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
    return why_waiting(number, row.reason)


def _with_place(number: str, said: str, row: Row) -> str:
    """How far it is in the queue, ahead of what to do; one that is held is in none."""
    if said.startswith(HELD):
        return said
    ahead = jobs_ahead(number)
    why, semicolon, advice = said.partition(";")
    if ahead:
        why = f"{why}, {ahead} ahead in its partition"
    return why + _expected(row.begin) + semicolon + advice


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


def cancel(numbers: list[str]) -> None:
    """Cancel jobs; those that have ended are left as they are.

    Raises:
        SilentError: they may go on.
        RefusedError: Slurm does not cancel some of them, which may go on, too.
    """
    if not numbers:
        return
    done = ask_slurm(["scancel", *numbers])
    # Its other errors, such as of an old option in the cluster's configuration, are of no job.
    failed = [line for line in done.stderr.splitlines() if "Kill job error" in line and not _HAS_ENDED.search(line)]
    if done.returncode and failed:
        words = re.sub(r"^(scancel: |error: )*", "", failed[-1]).rstrip(".")
        advice = f"it may go on; cancel it there with `scancel {' '.join(numbers)}`, or ask the cluster's people"
        raise RefusedError(f"Slurm did not cancel what was asked ({words}); {advice}.")


_HAS_ENDED = re.compile("Invalid job id|already (completing or completed|finished)|not running|not pending nor running")


def end_at_once(numbers: list[str]) -> None:
    """Kill what jobs have started, and cancel them.

    Raises:
        SilentError, RefusedError: as :func:`cancel`.
    """
    if numbers:
        ask_slurm(["scancel", "--signal=KILL", "--full", *numbers])  # one that waits has nothing to kill, which is no error
    cancel(numbers)


def cancel_all(folder: Path) -> None:
    """Cancel whatever was submitted in a folder, of arrays each task, though nothing there tells of it yet.

    Raises:
        SilentError: it may go on.
    """
    cancel(jobs_of(folder))


def jobs_of(folder: Path) -> list[str]:
    """The numbers of whatever was submitted in a folder and has not ended.

    Raises:
        SilentError: that cannot be told now.
    """
    return sorted({number for number, _, place in in_queue("--format=%F|%j|%Z") if place == str(folder)})


def job_name(array: str) -> str:
    """What Slurm calls an array."""
    return f"crossmoda-uda-{array}"


def jobs_ahead(number: str) -> int:
    """How many jobs of its partition are to start before a job."""
    partition = output_of(["squeue", "--noheader", "--array", "--jobs", number, "--format=%P"]).split()
    asked = ["squeue", "--noheader", "--array", "--states=PENDING", "--sort=-p,i", "--format=%i"]
    listed = output_of([*asked, f"--partition={partition[0]}"]).split() if partition else []
    return listed.index(number) if number in listed else 0
