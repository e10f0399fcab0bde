"""nnU-Net's networks on the CPU: in bfloat16 where there are units for it, in the memory format that is faster.

nnU-Net itself computes there in float32, image by image of a feature map; on GPUs it has a mixed precision of its own, which stays.
What is computed is the same, up to rounding. ``Scripts/benchmark.py`` shows what it gains.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from ..compute.acceleration import use_bf16
from ..core.settings import Settings

# Narrower layers, and those of another width, oneDNN has to rearrange anyhow.
_BLOCK = 16


def precision_of(settings: Settings, device: torch.device) -> str:
    """What ``settings.precision`` means for a segmenter on a device: bf16 or fp32; auto is bf16 where a CPU has units for it."""
    return "bf16" if device.type == "cpu" and use_bf16(settings.precision, device) else "fp32"


def hasten(network: nn.Module, precision: str) -> None:
    """Make a network compute faster on the CPU. It stays the same object, with the same weights; it gives float32.

    Weights and the layers that make logits stay in float32: bfloat16 leaves 256 steps between a logit and its double.

    Args:
        network: one of nnU-Net's, (n, c, z, y, x) to logits or, under deep supervision, to a list of them.
        precision: bf16 or fp32.
    """
    bf16 = precision == "bf16"
    if bf16:
        for layer in getattr(getattr(network, "decoder", None), "seg_layers", ()):
            layer.forward = _outside_autocast(layer.forward)
    elif next(iter(network.parameters())).shape[0] % _BLOCK == 0:
        return
    network.to(memory_format=torch.channels_last_3d)  # type: ignore[call-overload]
    network.forward = _hastened(network.forward, bf16)


def _outside_autocast(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def in_float32(features: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            return forward(features.float())

    return in_float32


def _hastened(forward: Callable[[Tensor], Any], bf16: bool) -> Callable[[Tensor], Any]:
    def run(images: Tensor) -> Any:
        images = images.contiguous(memory_format=torch.channels_last_3d) if images.ndim == 5 else images
        with torch.autocast("cpu", torch.bfloat16, enabled=bf16):
            found = forward(images)
        return [one.float() for one in found] if isinstance(found, list | tuple) else found.float()

    return run
