"""How folders and files of an experiment are called that several rooms need to know: those of self-training iterations above all."""

from __future__ import annotations

NODES = "nodes.json"  # where the first of several nodes that train together is found
_ITERATION = "iteration_"
ITERATIONS = f"{_ITERATION}*"  # as a pattern


def iteration_name(number: int) -> str:
    """The folder of a self-training iteration; 0 is the training before self-training."""
    return f"{_ITERATION}{number}"


def iteration_number(name: str) -> int | None:
    """The self-training iteration that a folder's name tells; None where it tells none."""
    number = name.removeprefix(_ITERATION)
    return int(number) if name.startswith(_ITERATION) and number.isdecimal() else None
