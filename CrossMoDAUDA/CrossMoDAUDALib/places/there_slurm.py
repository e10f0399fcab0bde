"""What Slurm says of a job, in words; sent to a cluster with the requests (:mod:`.there`)."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from .there_common import STATUS, last_line, output_of

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
_SLURM_WAITS = {
    "Resources": "waiting for resources",
    "Priority": "waiting for jobs ahead of it",
    "QOSMaxJobsPerUserLimit": "waiting for your other jobs to end (a limit of this cluster)",
    "AssocMaxJobsLimit": "waiting for your other jobs to end (a limit of this cluster)",
    "BeginTime": "waiting for its next start",
    "Dependency": "waiting for another job",
    "ReqNodeNotAvail": "waiting for a node that is not available",
    "PartitionTimeLimit": "waiting for ever: its --time is longer than the partition allows",
    "PartitionNodeLimit": "waiting for ever: the partition has too few nodes",
    "PartitionDown": "waiting until the partition is up",
}
_SLURM_NEVER = ("PartitionTimeLimit", "PartitionNodeLimit", "BadConstraints", "AccountNotAllowed", "JobHeldUser", "JobHeldAdmin")


def job(number: str, folder: Path) -> tuple[str, bool]:
    """What Slurm says of a job, and whether it is still to be reckoned with."""
    queued = subprocess.run(
        ["squeue", "--noheader", "--jobs", number, "--format=%T|%r|%S"], capture_output=True, text=True, errors="replace"
    )
    line = queued.stdout.strip().splitlines()[0] if queued.stdout.strip() else ""
    if queued.returncode and "Invalid job id" not in queued.stderr:
        return "Slurm does not answer", True  # the controller is restarted now and then
    state, _, rest = line.partition("|")
    reason, _, begin = rest.partition("|")
    if state in ("RUNNING", "COMPLETING", "CONFIGURING", "STAGE_OUT", "SUSPENDED"):
        return ("" if state == "RUNNING" else state.lower()), True
    if state in ("PENDING", "REQUEUED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"):
        words = _SLURM_WAITS.get(reason, f"waiting ({reason})" if reason not in ("", "None") else "waiting in the queue")
        if reason in _SLURM_NEVER:
            words = _SLURM_WAITS.get(reason, f"waiting for ever ({reason})")
        ahead = jobs_ahead(number)
        words += f", {ahead} ahead in its partition" if ahead else ""
        return words + (f", expected to start at {begin.replace('T', ' ')}" if begin[:2] == "20" else ""), True
    shown = output_of(["scontrol", "show", "job", number]) or ""
    ended = re.search(r"JobState=(\w+)", shown)
    if ended is None and shutil.which("sacct"):
        ended = re.match(r"\s*(\w+)", output_of(["sacct", "--noheader", "--allocations", "--jobs", number, "--format=State"]))
    why = _SLURM_ENDED.get(ended.group(1) if ended else state, "")
    if (folder / STATUS).is_file() and (ended is None or ended.group(1) in ("COMPLETED", "FAILED")):
        why = ""  # the worker has ended by itself, and says why
    return (f"Slurm job {number}: {why}" if why else ""), False


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
        "Requested node configuration is not available": "no node there has that many GPUs or processors; ask for fewer",
        "Unable to contact slurm controller": "Slurm's controller does not answer; try again later",
        "time limit": "the time limit is not allowed there; give a shorter --time",
    }
    last = last_line(said).removeprefix("sbatch: error: ")
    return f"Slurm took no job: {next((text for sign, text in known.items() if sign.lower() in said.lower()), last)}."
