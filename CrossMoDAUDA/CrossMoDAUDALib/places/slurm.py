"""The script that a cluster runs: written to be read, kept and submitted by hand."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from .known import Slurm, seconds
from .there_common import JOB_LOG, STARTED, STATUS

SECONDS_AHEAD = 120  # of the time limit, at most; a step of training and writing its checkpoint end in less
_SCRIPT = """\
#!/bin/bash
# An experiment of CrossMoDA UDA: `sbatch worker.sbatch` in its folder. Every stage goes on where it stopped: ahead of the time limit
# the worker is asked to stop, and the job is queued again until the experiment is finished.
{options}

cd {folder} || exit
rm -f {status}
echo "Job $SLURM_JOB_ID on $(hostname), $(date)"
# A job that was submitted by hand tells its number.
grep -qs "\\"job\\": \\"$SLURM_JOB_ID\\"" {started} || printf '{{"job": "%s"}}' "$SLURM_JOB_ID" > {started}

at_the_limit=
trap 'at_the_limit=yes; {stop}' USR1
trap : TERM  # cancelled, or pushed aside: Slurm tells the worker too, and this script waits for it

{command} &
worker=$!
while wait "$worker"; result=$?; kill -0 "$worker" 2>/dev/null; do  # a signal ends a wait, not the worker
    :
done

if [ -n "$at_the_limit" ] && [ "$result" -ne 0 ]; then
    trap 'exit "$result"' TERM
    scontrol requeue "$SLURM_JOB_ID" && sleep 60  # until Slurm takes the job away
fi
echo "$result" > {status}
exit "$result"
"""
# One worker a node, of which the first does the work (`run --nodes`). Slurm 22.05 and later do not hand a step the job's processors.
# srun itself would end them at once when it is told to stop; scancel tells what it has started.
_STOP, _STOP_NODES = 'kill -TERM "$worker"', 'scancel --signal=TERM "$SLURM_JOB_ID"'
_SRUN = 'srun --ntasks-per-node=1 --kill-on-bad-exit=1 ${SLURM_CPUS_PER_TASK:+--cpus-per-task="$SLURM_CPUS_PER_TASK"}'


def script(slurm: Slurm, folder: str, words: Sequence[str], environment: dict[str, str]) -> str:
    """A script for ``sbatch``.

    Args:
        slurm: what to ask the cluster for.
        folder: the experiment folder on the cluster's disk.
        words: the worker, program first.
        environment: what it finds besides the job's own.
    """
    nodes = slurm.nodes if "run" in words[:3] else 1  # all else is one worker's work
    asked = {
        "job-name": "crossmoda-uda",
        "output": JOB_LOG,
        "open-mode": "append",
        "chdir": folder,
        "signal": f"B:USR1@{min(SECONDS_AHEAD, seconds(slurm.time) // 4) or SECONDS_AHEAD}",
        "partition": slurm.partition,
        "account": slurm.account,
        "time": slurm.time,
        "nodes": str(nodes) if nodes > 1 else "",
        "gpus-per-node": str(slurm.gpus) if slurm.gpus else "",
    }
    options = [f"#SBATCH --{name}={shlex.quote(value)}" for name, value in asked.items() if value]
    options += ["#SBATCH --ntasks-per-node=1", "#SBATCH --requeue", *(f"#SBATCH {shlex.quote(option)}" for option in slurm.extra)]
    lines = [_SRUN] if nodes > 1 else []
    lines += [shlex.join(["env", *(f"{name}={value}" for name, value in environment.items())])]
    for word in (*words, *(["--nodes", str(nodes)] if nodes > 1 else [])):
        lines += [shlex.quote(word)] if word.startswith("-") else []
        lines[-1] += "" if word.startswith("-") else f" {shlex.quote(word)}"
    return _SCRIPT.format(
        options="\n".join(options),
        folder=shlex.quote(folder),
        command=" \\\n    ".join([*lines, ">> worker.log 2>&1"]),
        stop=_STOP_NODES if nodes > 1 else _STOP,
        status=STATUS,
        started=STARTED,
    )
