"""nnU-Net's training in several processes, as far as it is not nnU-Net's own: whose patches each learns from, and on which device."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import torch

from ..compute.distributed import own_share, rank_count, rank_number


def draws_whole_batches(trainer: Any) -> bool:
    """Whether each of several processes draws the whole batch, as one process does, and learns from its share of it.

    It costs what drawing costs, and gives the weights of one process beyond rounding. Where augmentation has processes of its own
    nobody could repeat what they draw, and each process draws its share alone, as nnU-Net has it.
    """
    from nnunetv2.utilities.default_n_proc_DA import get_allowed_n_proc_DA

    whole, count = trainer.configuration_manager.batch_size, rank_count()
    return count > 1 and whole % count == 0 and get_allowed_n_proc_DA() == 0


class OwnShare:
    """Batches of a loader, cut to this process's share."""

    def __init__(self, batches: Any) -> None:
        self._batches = batches

    def __iter__(self) -> Any:
        return self

    def __next__(self) -> dict[str, Any]:
        return {name: self._cut(value) for name, value in next(self._batches).items()}

    @staticmethod
    def _cut(value: Any) -> Any:
        if isinstance(value, list) and value and isinstance(value[0], torch.Tensor):  # a scale of deep supervision each
            return [one[own_share(len(one))] for one in value]
        return value[own_share(len(value))]


@contextlib.contextmanager
def shared_on(device: torch.device) -> Iterator[None]:
    """Let nnU-Net share a network between processes on the device that each has.

    It names the GPU that has the process's number among all, which is another one on every node but the first, and is none on a CPU.
    """
    from nnunetv2.training.nnUNetTrainer import nnUNetTrainer as module

    before = module.DDP
    module.DDP = lambda network, device_ids: before(network, device_ids=[device.index] if device.type == "cuda" else None)
    try:
        yield
    finally:
        module.DDP = before


def seed_of_rank(trainer: Any) -> int:
    """What makes each of several processes that train together draw other patches; nothing in the first, or the only one."""
    return 0 if draws_whole_batches(trainer) else rank_number() * 1_000_000_007
