"""The scripts that a cluster runs: written to be read, kept and submitted by hand."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .known import Slurm, seconds
from .there_common import JOB_LOG, STARTED, STATUS
from .there_slurm import job_name

SECONDS_AHEAD = 120  # of the time limit, at most; a step of training and writing its checkpoint end in less
_SCRIPT = """\
#!/bin/bash
# {about}
# It goes on where it stopped: ahead of the time limit the worker is asked to stop, and the job is queued again until {until}.
{options}

{work}
rm -f {status}
echo "Job $job on $(hostname), $(date)"
# A job that was submitted by hand tells its number.
grep -qs "\\"$job\\"" {started} || printf '{{"job": "%s"}}' "$job" > {started}

at_the_limit=
trap 'at_the_limit=yes; {stop}' USR1
trap : TERM  # cancelled, or pushed aside: Slurm tells the worker too, and this script waits for it

{start} >> worker.log 2>&1 &
worker=$!
while wait "$worker"; result=$?; kill -0 "$worker" 2>/dev/null; do  # a signal ends a wait, not the worker
    :
done

if [ -n "$at_the_limit" ] && [ "$result" -ne 0 ]; then
    trap 'exit "$result"' TERM
    scontrol requeue "$job" && sleep 60  # until Slurm takes the job away
fi
echo "$result" > {status}
exit "$result"
"""
# One worker a node, of which the first does the work (`run --nodes`). Slurm 22.05 and later do not hand a step the job's processors.
# srun itself would end them at once when it is told to stop; scancel tells what it has started.
_STOP, _STOP_NODES = 'kill -TERM "$worker"', 'scancel --signal=TERM "$job"'
_SRUN = 'srun --ntasks-per-node=1 --kill-on-bad-exit=1 ${SLURM_CPUS_PER_TASK:+--cpus-per-task="$SLURM_CPUS_PER_TASK"} '


@dataclass(frozen=True)
class Task:
    """One task of an array.

    Attributes:
        folder: there, where it works.
        words: the worker, program first.
    """

    folder: str
    words: tuple[str, ...]


def script(slurm: Slurm, folder: str, words: Sequence[str], environment: Mapping[str, str]) -> str:
    """A script for ``sbatch``.

    Args:
        slurm: what to ask the cluster for.
        folder: the experiment folder on the cluster's disk.
        words: the worker, program first.
        environment: what it finds besides the job's own.
    """
    nodes = _nodes(slurm, words)
    asked = {"job-name": "crossmoda-uda", "output": JOB_LOG, "chdir": folder}
    work = f"job=$SLURM_JOB_ID\ncd {shlex.quote(folder)} || exit\ncommand=(\n{_listed(words, environment, nodes)}\n)"
    about = "An experiment of CrossMoDA UDA: `sbatch worker.sbatch` in its folder."
    return _written(about, "the experiment is finished", _options(slurm, nodes, asked), work, nodes)


def array_script(slurm: Slurm, folder: str, name: str, tasks: Sequence[Task], environment: Mapping[str, str], at_once: int = 0) -> str:
    """A script for ``sbatch`` whose tasks work side by side, each in a folder of its own.

    Args:
        folder: where the script lies on the cluster's disk.
        name: of the array; its script is ``NAME.sbatch``.
        at_once: how many tasks may run at a time; 0 for as many as the cluster lets.
    """
    nodes = max(_nodes(slurm, task.words) for task in tasks)
    asked = {"job-name": job_name(name), "output": f"{JOB_LOG}-{name}-%a", "chdir": folder}
    asked |= {"array": f"0-{len(tasks) - 1}{f'%{at_once}' if at_once else ''}"}
    # SLURM_JOB_ID of an array's last task is the number of the whole array, of which this task alone is to be queued again.
    lines = ["job=${SLURM_ARRAY_JOB_ID}_$SLURM_ARRAY_TASK_ID", 'case "$SLURM_ARRAY_TASK_ID" in']
    for number, task in enumerate(tasks):
        lines += [f"{number})", f"    cd {shlex.quote(task.folder)} || exit", "    command=("]
        lines += [_listed(task.words, environment, nodes, " " * 8), "    )", "    ;;"]
    about = f"Work of CrossMoDA UDA as a job array: `sbatch {name}.sbatch` in its folder."
    return _written(about, "the task is finished", _options(slurm, nodes, asked), "\n".join([*lines, "esac"]), nodes)


def _nodes(slurm: Slurm, words: Sequence[str]) -> int:
    return slurm.nodes if "run" in words[:3] else 1  # all else is one worker's work


def _options(slurm: Slurm, nodes: int, asked: Mapping[str, str]) -> str:
    every = {
        **asked,
        "open-mode": "append",
        "signal": f"B:USR1@{min(SECONDS_AHEAD, seconds(slurm.time) // 4) or SECONDS_AHEAD}",
        "partition": slurm.partition,
        "account": slurm.account,
        "time": slurm.time,
        "nodes": str(nodes) if nodes > 1 else "",
        "gpus-per-node": str(slurm.gpus) if slurm.gpus else "",
    }
    options = [f"#SBATCH --{name}={shlex.quote(value)}" for name, value in every.items() if value]
    options += ["#SBATCH --ntasks-per-node=1", "#SBATCH --requeue", *(f"#SBATCH {shlex.quote(option)}" for option in slurm.extra)]
    return "\n".join(options)


def _listed(words: Sequence[str], environment: Mapping[str, str], nodes: int, indent: str = " " * 4) -> str:
    """A command's words, an option a line."""
    lines = [shlex.join(["env", *(f"{name}={value}" for name, value in environment.items())])]
    for word in (*words, *(["--nodes", str(nodes)] if nodes > 1 else [])):
        lines += [shlex.quote(word)] if word.startswith("-") else []
        lines[-1] += "" if word.startswith("-") else f" {shlex.quote(word)}"
    return "\n".join(f"{indent}{line}" for line in lines)


def _written(about: str, until: str, options: str, work: str, nodes: int) -> str:
    return _SCRIPT.format(
        about=about,
        until=until,
        options=options,
        work=work,
        start=f'{_SRUN if nodes > 1 else ""}"${{command[@]}}"',
        stop=_STOP_NODES if nodes > 1 else _STOP,
        status=STATUS,
        started=STARTED,
    )
