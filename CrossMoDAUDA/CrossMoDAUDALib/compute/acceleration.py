"""How networks are run: precision, memory format, compilation. Speed is decided here, what is computed is written elsewhere.

The choices for the CPU are those that ``Scripts/benchmark.py`` shows to pay; those for GPUs await being measured.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.util
import os
import shutil
import sysconfig
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from ..core.errors import InputError
from ..core.files import read_json, write_json
from .distributed import Synchronised, rank_count

if TYPE_CHECKING:
    from ..core.settings import Settings


@dataclass(frozen=True)
class Acceleration:
    """How networks run on a device.

    Attributes:
        device: where.
        bf16: whether convolutions compute in bfloat16 (weights, losses and optimisers stay in float32).
        compiled: whether torch.compile fuses what lies between convolutions.
    """

    device: torch.device
    bf16: bool = False
    compiled: bool = False

    @classmethod
    def choose(cls, settings: Settings, device: torch.device) -> Acceleration:
        """What ``settings.precision`` and ``settings.compile`` mean for a training on a device.

        ``auto`` is what is faster there. A training that goes on elsewhere keeps its precision (:func:`keep_precision`). Whether
        it is compiled is chosen anew: that changes speed and rounding only.

        Raises:
            InputError: compilation is asked for and cannot work, or the device cannot compute in bfloat16.
        """
        return cls(device, use_bf16(settings.precision, device), _compiles(settings.compile, device))

    @property
    def precision(self) -> str:
        """The precision's name as the setting has it."""
        return "bf16" if self.bf16 else "fp32"

    @property
    def channels_last(self) -> bool:
        """Whether images lie in memory pixel by pixel: what tensor cores want, if nothing between convolutions undoes it."""
        return self.device.type == "cuda" and self.compiled

    def place(self, network: nn.Module) -> nn.Module:
        """Move a network to the device, its weights in the memory format that suits."""
        network.to(self.device)
        if self.channels_last:
            network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network

    def faster(self, network: nn.Module) -> Accelerated:
        """Something that computes what the network (already placed) does, called with and giving float32 images.

        Where several processes train, each calls it with its share of the images and gets gradients of them all.
        """
        run: Any = torch.compile(network, dynamic=False) if self.compiled else network
        return Accelerated(Synchronised(run) if rank_count() > 1 else run, self)

    def autocast(self) -> AbstractContextManager[object]:
        """A context in which convolutions compute in the chosen precision."""
        if not self.bf16:
            return contextlib.nullcontext()
        return torch.autocast(self.device.type, torch.bfloat16)

    def kernels(self, timed: bool = True) -> AbstractContextManager[object]:
        """A context in which cuDNN computes in full float32 where that is the precision.

        Args:
            timed: whether it times its algorithms and takes the fastest.
        """
        return torch.backends.cudnn.flags(enabled=True, benchmark=timed, allow_tf32=self.bf16)

    def __str__(self) -> str:
        return f"{self.precision}{', compiled' if self.compiled else ''}"


class Accelerated:
    """A network as :class:`Acceleration` runs it: float32 in, float32 out.

    Images (n, c, h, w), or whatever else of tensors, tuples and lists the network takes and gives.
    """

    def __init__(self, run: Callable[..., Any], acceleration: Acceleration) -> None:
        self._run = run
        self._acceleration = acceleration

    def __call__(self, *inputs: Any) -> Any:
        if self._acceleration.channels_last:
            inputs = _each(inputs, lambda one: one.contiguous(memory_format=torch.channels_last) if one.ndim == 4 else one)
        with self._acceleration.autocast():
            return _each(self._run(*inputs), Tensor.float)


def _each(value: Any, change: Callable[[Tensor], Tensor]) -> Any:
    """A tensor changed, or every tensor in tuples and lists."""
    if isinstance(value, tuple | list):
        return type(value)(_each(one, change) for one in value)
    return change(value) if isinstance(value, Tensor) else value


def keep_precision(settings: Settings, device: torch.device, record: Path, begun: str | None = None) -> Settings:
    """The settings with the precision in which a training began, whatever device it goes on with.

    ``auto`` means another one on another device. The first call chooses and writes it down.

    Args:
        record: the JSON file in which it stands from then on.
        begun: what is written if there is no record; None for what the translator's training takes.

    Raises:
        InputError: the device cannot compute in it, or the record is damaged.
    """
    if not record.is_file():
        precision = begun or Acceleration.choose(settings, device).precision
        write_json(record, {"precision": precision, "device": str(device)})
        return replace(settings, precision=precision)
    try:
        known = read_json(record)
        precision = str(known["precision"])
        if precision not in ("bf16", "fp32"):
            raise ValueError
    except (ValueError, KeyError, TypeError):
        raise InputError(
            f'{record} is damaged; restore it, or write {{"precision": "bf16"}} or {{"precision": "fp32"}} there, as the training began.'
        ) from None
    if precision == "bf16" and device.type == "mps":
        raise InputError(
            f"The translator's training began in bf16 on {known.get('device', 'another device')} ({record}), in which Apple's GPU does not"
            " compute; go on with --device cpu or on the machine it began on, or start a new experiment."
        )
    return replace(settings, precision=precision)


def use_bf16(precision: str, device: torch.device) -> bool:
    """Whether a precision (auto, bf16 or fp32) means bfloat16 on a device.

    Raises:
        InputError: the device cannot compute so.
    """
    if precision == "bf16" and device.type == "mps":
        raise InputError("precision=bf16 is not supported on Apple's GPU; use fp32 or auto.")
    return has_bf16_units(device) if precision == "auto" else precision == "bf16"


def has_bf16_units(device: torch.device) -> bool:
    """Whether the device multiplies bfloat16 in hardware; elsewhere it is emulated and slower than float32."""
    if device.type == "cuda" and torch.version.hip is None:  # AMD's numbers mean something else, and are not known here
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        # Not public, and absent from older PyTorch: then there is none.
        tests = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
        return any(bool(getattr(torch.cpu, test, bool)()) for test in tests)
    return False


def _compiles(wanted: str, device: torch.device) -> bool:
    """Whether to compile. On the CPU it costs minutes at each start, and what it gains has not been measured: only on demand."""
    if wanted == "off" or (wanted == "auto" and device.type != "cuda"):
        return False
    problem = compile_problem(device)
    if problem and wanted == "on":
        raise InputError(f"compile=on: torch.compile does not work here ({problem}); set compile=off.")
    return not problem


@functools.cache
def compile_problem(device: torch.device) -> str:
    """Why torch.compile does not work on this machine; empty if it does, which is tried once."""
    if not has_compiler():
        return "there is no C compiler, or no headers of Python"
    if device.type == "cuda" and importlib.util.find_spec("triton") is None:
        return "the package triton is missing"
    try:
        probe = nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU()).to(device)
        torch.compile(probe, dynamic=False)(torch.zeros(1, 1, 4, 4, device=device)).sum().backward()
    except Exception as error:  # whatever a compiler, a driver or a version that does not fit may raise
        return (str(error).strip() or type(error).__name__).splitlines()[0]
    return ""


def has_compiler() -> bool:
    """Whether torch.compile finds what it calls at run time: a C compiler and Python's headers."""
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang", "cl"))), None)
    return compiler is not None and (Path(sysconfig.get_path("include")) / "Python.h").is_file()
