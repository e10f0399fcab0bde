"""Where networks run: a device of this machine for the name a user gave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..core.errors import InputError
from ..core.settings import parse_device
from . import nodes
from .nodes import NodeDevice

if TYPE_CHECKING:
    import torch


def resolve(name: str) -> torch.device:
    """The device that a name stands for; ``auto`` is the first of CUDA, MPS and the CPU that is there.

    Args:
        name: auto, cuda, cuda:N, mps or cpu; of several (cuda:N,M,...) the first is meant.

    Raises:
        InputError: it is none of these, or this machine has no such device.
    """
    import torch

    wanted = parse_device(name).partition(",")[0]
    kind, _, index = wanted.partition(":")
    cuda_devices = torch.cuda.device_count() if torch.cuda.is_available() else 0
    has_mps = torch.backends.mps.is_available()
    if wanted == "auto":
        return _usable(torch.device("cuda" if cuda_devices else "mps" if has_mps else "cpu"))
    if (kind == "cuda" and int(index or 0) >= cuda_devices) or (kind == "mps" and not has_mps):
        there = [f"cuda:{number}" for number in range(cuda_devices)] + (["mps"] if has_mps else []) + ["cpu"]
        raise InputError(f"This machine has no device {wanted} that PyTorch can use; choose auto or one of: {', '.join(there)}.")
    return _usable(torch.device(wanted))


def resolve_all(name: str) -> list[torch.device]:
    """Every device that a name stands for, for a training: several for cuda:N,M,..., else the one of :func:`resolve`.

    Raises:
        InputError: as :func:`resolve`, for any of them; or PyTorch cannot train on several GPUs here.
    """
    import torch

    first, *others = parse_device(name).split(",")
    further = [resolve(f"cuda:{index}") for index in others]
    if others and not (torch.distributed.is_available() and torch.distributed.is_nccl_available()):
        raise InputError(f"PyTorch cannot train on several GPUs here, as it comes without NCCL; choose one of them, such as {first}.")
    return [resolve(first), *further]  # the first at last, to be CUDA's current one


def resolve_every(name: str) -> list[torch.device]:
    """The devices that a node lends where several train together: for auto and cuda all its GPUs, else as :func:`resolve_all`.

    Raises:
        InputError: as :func:`resolve_all`; or they cannot train together with those of other nodes.
    """
    import torch

    chosen = resolve_all(name)
    if chosen[0].type == "mps":
        raise InputError("Several nodes train on CUDA GPUs or on CPUs, not on mps; run with --device cpu.")
    if chosen[0].type == "cuda":
        if not torch.distributed.is_nccl_available():
            raise InputError("PyTorch cannot train on several nodes' GPUs here, as it comes without NCCL; run with --device cpu.")
        if ":" not in parse_device(name):
            chosen = [resolve(f"cuda:{index}") for index in reversed(range(torch.cuda.device_count()))][::-1]
    return chosen


def chosen_devices(name: str) -> Sequence[torch.device | NodeDevice]:
    """The devices that a training may use: this machine's, and those of the other nodes where there are some."""
    crew = nodes.crew()
    return resolve_all(name) if crew is None else [*resolve_every(name), *crew.devices()]


def _usable(device: torch.device) -> torch.device:
    """The device, made CUDA's current one if it is of its kind, after it has really worked once."""
    import torch

    try:
        if device.type == "cuda":
            torch.cuda.set_device(device.index or 0)  # pinned memory would else be taken through the first GPU
        torch.ones(1, device=device).add_(1).item()
    except RuntimeError as error:
        raise InputError(
            f"PyTorch sees the device {device} but cannot use it ({str(error).splitlines()[0]});"
            " install a PyTorch that fits it, or run with --device cpu."
        ) from None
    return device


def describe(device: torch.device) -> str:
    """A device in words, for a log."""
    import torch

    if device.type == "cuda":
        properties = torch.cuda.get_device_properties(device)
        return f"{properties.name} ({properties.total_memory / 2**30:.0f} GB, {device})"
    if device.type == "mps":
        return "Apple GPU (mps)"
    threads = torch.get_num_threads()
    return f"CPU ({threads} thread{'' if threads == 1 else 's'})"
