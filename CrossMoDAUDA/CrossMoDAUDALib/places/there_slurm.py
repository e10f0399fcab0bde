"""What Slurm says of a job, in words; sent to a cluster with the requests (:mod:`.there`)."""

from __future__ import annotations

import datetime
import os
import re
import shutil
import subprocess
from pathlib import Path

from .there_common import JOB_LOG, STATUS, last_line, output_of, tail

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
    "ReqNodeNotAvail": "waiting for a node that is not available",
    "Nodes required for job are DOWN": "waiting for nodes that are down or reserved",
    "PartitionDown": "waiting until the partition is up",
    "PartitionInactive": "waiting until the partition is up",
    "JobHeldUser": "held by you; `scontrol release {number}` there lets it go",
    "JobHeldAdmin": "held by the cluster's people",
}
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
}
HOPELESS = "can never start: "
LONGEST_WAIT = datetime.timedelta(days=30)  # that is worth telling


def job(number: str, folder: Path) -> tuple[str, bool]:
    """What Slurm says of a job, and whether it is still to be reckoned with."""
    queued = subprocess.run(
        ["squeue", "--noheader", "--jobs", number, "--format=%T|%r|%S"], capture_output=True, text=True, errors="replace"
    )
    line = queued.stdout.strip().splitlines()[0] if queued.stdout.strip() else ""
    if queued.returncode and "Invalid job id" not in queued.stderr:
        return "Slurm does not answer", True  # the controller is restarted now and then
    state, _, rest = line.partition("|")
    reason, _, begin = rest.rpartition("|")
    if state in ("RUNNING", "COMPLETING", "CONFIGURING", "STAGE_OUT", "SUSPENDED"):
        return ("" if state == "RUNNING" else state.lower()), True
    if state in ("PENDING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"):
        return _waits(number, reason.strip(), begin), True
    return _ended(number, state, folder), False


def _waits(number: str, reason: str, begin: str) -> str:
    word = reason.partition(",")[0]
    if word in _SLURM_NEVER:
        return f"Slurm job {number} {HOPELESS}{_SLURM_NEVER[word]}"
    words = _SLURM_WAITS.get(word, f"waiting ({reason})" if reason not in ("", "None") else "waiting in the queue").format(number=number)
    ahead = jobs_ahead(number)
    words += f", {ahead} ahead in its partition" if ahead else ""
    return words + _expected(begin)


def _expected(begin: str) -> str:
    """When a job is to start; where jobs have no time limit Slurm reckons with a year for each, which tells nothing."""
    try:
        at = datetime.datetime.fromisoformat(begin)
    except ValueError:  # N/A
        return ""
    return f", expected to start at {at:%Y-%m-%d %H:%M}" if at - datetime.datetime.now() < LONGEST_WAIT else ""


def _ended(number: str, state: str, folder: Path) -> str:
    """Why a job has ended, if its worker cannot have said it."""
    shown = re.search(r"JobState=(\w+)", output_of(["scontrol", "show", "job", number]))
    if shown is None and shutil.which("sacct"):
        shown = re.match(r"\s*(\w+)", output_of(["sacct", "--noheader", "--allocations", "--jobs", number, "--format=State"]))
    found = shown.group(1) if shown else state
    log = tail(folder / JOB_LOG, 0, 40)
    starts = [place for place, line in enumerate(log) if line.startswith(f"Job {number} on ")]
    log = log[starts[-1] + 1 :] if starts else log
    if found in ("", "FAILED"):
        found = next((kind for line in log for sign, kind in _SLURM_LOGGED.items() if sign in line), found)
    if found not in _SLURM_ENDED or (found == "FAILED" and (folder / STATUS).is_file()):
        return ""  # the worker has ended by itself, and says why
    why = _SLURM_ENDED[found]
    if found == "FAILED" and any(line.strip() for line in log):
        why += f" ({last_line(chr(10).join(log))})"
    return f"Slurm job {number}: {why}"


def queued_job(folder: Path) -> str:
    """The number of an experiment's job that is in the queue, whoever submitted it; empty for none."""
    listed = output_of(["squeue", "--noheader", f"--user={os.getuid()}", "--format=%i|%Z"])
    found = [line.strip().partition("|") for line in listed.splitlines()]
    return next((number for number, _, place in reversed(found) if place == str(folder)), "")


def jobs_ahead(number: str) -> int:
    """How many jobs of its partition are to start before a job."""
    partition = output_of(["squeue", "--noheader", "--jobs", number, "--format=%P"]).strip()
    listed = output_of(["squeue", "--noheader", "--states=PENDING", "--sort=-p,i", f"--partition={partition}", "--format=%i"]).split()
    return listed.index(number) if partition and number in listed else 0


def why_not(said: str) -> str:
    """Why sbatch took no job, in a sentence with what to do."""
    known = {
        "invalid partition": "the partition is unknown there; `place check` lists them, and `place add --overwrite` names another",
        "Invalid account": "the account is unknown there; ask the cluster's people which one is yours, and give it with --account",
        "Memory specification": "no node there has that much memory; ask for less",
        "Invalid generic resource": "no node there has such GPUs; ask for fewer, or name another partition",
        "Invalid feature": "no node there has the features that --constraint asks for; name others",
        "Requested node configuration is not available": "no node there has that many GPUs or processors; ask for fewer",
        "Unable to contact slurm controller": "Slurm's controller does not answer; try again later",
        "Socket timed out": "Slurm's controller does not answer; try again later",
        "time limit": "the time limit is not allowed there; give a shorter --time",
    }
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.startswith("Try ")]
    last = lines[-1].removeprefix("sbatch: ").removeprefix("error: ") if lines else "sbatch said nothing"
    return f"Slurm took no job: {next((text for sign, text in known.items() if sign.lower() in said.lower()), last)}."
