"""How folders and files are called that several rooms need to know: those of self-training iterations above all."""

from __future__ import annotations

from pathlib import Path

NODES = "nodes.json"  # where the first of several nodes that train together is found
_ITERATION = "iteration_"
ITERATIONS = f"{_ITERATION}*"  # as a pattern
# Of a study, which has each of its experiments in EXPERIMENTS/METHOD/seed_K.
STUDY_RECORD, EXPERIMENTS = "study.json", "experiments"


def iteration_name(number: int) -> str:
    """The folder of a self-training iteration; 0 is the training before self-training."""
    return f"{_ITERATION}{number}"


def iteration_number(name: str) -> int | None:
    """The self-training iteration that a folder's name tells; None where it tells none."""
    number = name.removeprefix(_ITERATION)
    return int(number) if name.startswith(_ITERATION) and number.isdecimal() else None


def study_of(experiment: Path) -> Path | None:
    """The folder of the study that an experiment's folder lies in as one of its own; None where there is none."""
    above = experiment.absolute().parents
    is_its_own = len(above) > 2 and above[1].name == EXPERIMENTS and (above[2] / STUDY_RECORD).is_file()
    return above[2] if is_its_own else None
