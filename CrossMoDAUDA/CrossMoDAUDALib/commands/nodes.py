"""``run`` on several computers (nodes): every one of them is given the same command, and one of them does the experiment's work."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..core.errors import InputError
from .terminal import say

# Which of how many processes this is, as it is told by srun in each task of a job step (batch scripts do not have the second) and by
# torchrun in each process.
_LAUNCHERS = {"srun": ("SLURM_PROCID", "SLURM_STEP_NUM_TASKS"), "torchrun": ("RANK", "WORLD_SIZE")}
_MOST = 1024


def add_options(parser: Any) -> None:
    """Add the options to ``run``."""
    parser.add_argument(
        "--nodes",
        type=_number(1, _MOST),
        default=1,
        metavar="N",
        help="computers that train together, each given this command (default: 1)",
    )
    parser.add_argument(
        "--node", type=_number(0, _MOST - 1), metavar="K", help="which of them this is, from 0 (default: as srun or torchrun says)"
    )


def _number(least: int, most: int) -> Any:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
            raise argparse.ArgumentTypeError(f"'{text[:20]}' is not a whole number from {least} to {most}")
        return int(text)

    return parse


def which_node(options: argparse.Namespace, environment: Mapping[str, str] = os.environ) -> int:
    """The number of this node, from 0.

    Raises:
        InputError: nobody has told it, or it does not fit the number of nodes.
    """
    count, number = options.nodes, options.node
    if number is None and count > 1:
        number = _told_by_launcher(count, environment)
    if not 0 <= (number or 0) < count:
        raise InputError(f"--node {number} is not one of --nodes {count}; they are counted from 0.")
    if count > 1 and sys.platform != "linux":
        raise InputError("Several nodes train together on Linux only; run without --nodes.")
    return number or 0


def _told_by_launcher(count: int, environment: Mapping[str, str]) -> int:
    for launcher, names in _LAUNCHERS.items():
        values = [environment.get(name, "") for name in names]
        if all(value.isascii() and value.isdigit() for value in values):
            number, there = map(int, values)
            if there != count:
                raise InputError(
                    f"{launcher} has started {there} processes for --nodes {count}; start one on each node, or say --nodes {there}."
                )
            return number
    raise InputError(
        f"Which of the {count} nodes this is is not known; start the command with srun, or say --node 0, --node 1, ... on each."
    )


def take_part(folder: Path, number: int, count: int) -> int:
    """Lend this node's devices to the first node's trainings; exit status as the first node's."""
    from ..compute.lending import lend

    lend(folder, number, count, say)
    return 0
