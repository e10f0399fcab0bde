"""Arrays of Slurm's: several workers side by side, each task in a folder of its own; sent there with the requests (:mod:`.there`).

The folder of the arrays holds their scripts. A task's folder tells of which arrays it is a task, so that it is found in the queue, and
is looked at, stopped and killed, as one whose job is its own.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from .there_common import ARRAY, ENDED, SCRIPT, STARTED, STATUS, RefusedError, boot, read, starting, was_killed, write
from .there_reasons import why_not
from .there_slurm import SECONDS_TO_SUBMIT, ask_slurm, cancel, ended, in_queue, job_name, queued, queued_jobs, told


def start_arrays(folder: str, token: str, arrays: list[dict[str, Any]]) -> dict[str, Any]:
    """Submit arrays, once for each token; each waits for the one before it.

    Args:
        folder: where their scripts lie.
        arrays: of each its ``name``, its ``script``, the folders of its ``tasks``, and ``after``: ``ok`` if the one before it must have
            succeeded, ``any`` if it need only have ended.
    """
    parent = Path(folder)
    known = read(parent / STARTED)
    if known.get("token") == token:
        return known
    _lay_out(parent, arrays)
    numbers: list[str] = []
    seen = set[str]()
    for array in arrays:
        try:
            with starting(parent):
                numbers.append(_in_queue(parent, array["name"]) or _submitted(parent, array, numbers))
                if was_killed(parent):  # who asked for it was broken off meanwhile, and has ended it by `stop`
                    raise RefusedError(ENDED)
            for number, task in enumerate(array["tasks"]):
                if task not in seen:  # it is found in the queue when its first job has ended
                    log = Path(task) / "worker.log"
                    offset = log.stat().st_size if log.is_file() else 0
                    write(Path(task) / STARTED, {"token": token, "boot": boot(), "offset": offset, "job": f"{numbers[-1]}_{number}"})
        except BaseException:  # a folder may have been removed meanwhile by who was interrupted
            with contextlib.suppress(RefusedError):
                cancel(numbers)
            raise
        seen.update(array["tasks"])
    earlier = [str(known["job"])] if "job" in known else []
    tasks = [*known.get("tasks", []), *(task for array in arrays for task in array["tasks"])]
    known = {"token": token, "job": ",".join([*earlier, *numbers]), "tasks": list(dict.fromkeys(tasks)), "arrays": numbers}
    write(parent / STARTED, known)
    return known


def keep_arrays(folder: str, arrays: list[dict[str, Any]]) -> None:
    """Keep scripts of arrays that the user submits by hand; their tasks tell their numbers when they run."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    _lay_out(Path(folder), arrays)


def _lay_out(parent: Path, arrays: list[dict[str, Any]]) -> None:
    """Write the scripts, and what each task's folder has to know; what an earlier job left there goes."""
    parent.mkdir(parents=True, exist_ok=True)
    parts: dict[str, list[dict[str, Any]]] = {}
    for array in arrays:
        (parent / f"{array['name']}.sbatch").write_text(array["script"], encoding="utf-8")
        for number, task in enumerate(array["tasks"]):
            parts.setdefault(task, []).append({"folder": str(parent), "name": array["name"], "task": number})
    for task, listed in parts.items():
        place = Path(task)
        place.mkdir(parents=True, exist_ok=True)
        if read(place / ARRAY).get("tasks") != listed:  # else it was asked before, and its job may be there
            for left in (STATUS, STARTED, SCRIPT, "stop.request"):
                (place / left).unlink(missing_ok=True)
            write(place / ARRAY, {"tasks": listed})


def _in_queue(parent: Path, name: str) -> str:
    """The number of an array that has been submitted: a connection may break off before that is told."""
    asked, found = [job_name(name), str(parent)], in_queue("--format=%i|%j|%Z")
    return next((number.partition("_")[0] for number, *where in found if where == asked), "")


def _submitted(parent: Path, array: dict[str, Any], before: list[str]) -> str:
    after = [f"--dependency=after{array['after']}:{before[-1]}"] if before else []
    words = ["sbatch", "--parsable", *after, f"{array['name']}.sbatch"]
    submitted = ask_slurm(words, parent, SECONDS_TO_SUBMIT)
    if submitted.returncode:
        raise why_not(submitted.stderr)
    return submitted.stdout.strip().splitlines()[-1].partition(";")[0]


def stand_of(known: dict[str, Any]) -> list[dict[str, Any]]:
    """How the tasks of arrays stand, by one question to Slurm.

    Args:
        known: what was recorded when they were submitted.

    Returns:
        Of each task ``folder``, ``job``, ``is_alive``, ``state`` and ``status`` (its exit status, None while it has none).
    """
    rows, silence = queued(str(known["job"]).split(","))
    found = []
    for place in known["tasks"]:
        folder = Path(place)
        number = str(read(folder / STARTED).get("job", ""))
        row, status = rows.get(number), _status(folder)
        if row is not None or silence:
            state, is_alive = (told(number, row) if row is not None else silence), True
        else:
            state, is_alive = ("" if status == 0 else ended(number, folder)), False
        status = None if is_alive else 1 if status is None else status
        found.append({"folder": place, "job": number, "is_alive": is_alive, "state": state, "status": status})
    return found


def _status(folder: Path) -> int | None:
    try:
        return int((folder / STATUS).read_text())
    except (OSError, ValueError):
        return None


def cancel_others(folder: Path, number: str) -> None:
    """Cancel the jobs of a folder that are in the queue beside the one that is its present one."""
    cancel([one for one in queued_jobs(folder) if one != number])
