"""nnU-Net's networks on the CPU: in bfloat16 where there are units for it, in the memory format that is faster.

nnU-Net itself computes there in float32, image by image of a feature map; on GPUs it has a mixed precision of its own, which stays.
What is computed is the same, up to rounding. ``Scripts/benchmark.py`` shows what it gains.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ..compute.acceleration import use_bf16


def precision_of(precision: str, device: torch.device) -> str:
    """What the setting ``precision`` means for a segmenter on a device: bf16 or fp32; auto is bf16 where a CPU has units for it."""
    return "bf16" if device.type == "cpu" and use_bf16(precision, device) else "fp32"


def hasten(network: nn.Module, precision: str) -> None:
    """Make a network compute faster on the CPU. It stays the same object, with the same weights; it gives float32.

    Weights, the norms' statistics and the layers that make logits stay in float32: bfloat16 leaves 256 steps between a logit and
    its double.

    Args:
        network: one of nnU-Net's, (n, c, z, y, x) to logits or, under deep supervision, to a list of them.
        precision: bf16 or fp32.
    """
    bf16 = precision == "bf16"
    mapped = set()
    for layer in getattr(getattr(network, "decoder", None), "seg_layers", ()):
        if _is_pointwise(layer):
            mapped.add(layer)
            layer.forward = functools.partial(_mapped, layer)
        if bf16:
            layer.forward = _outside_autocast(layer.forward)
    for module in network.modules():
        kind = type(module)
        if kind is nn.InstanceNorm3d and not module.track_running_stats:
            module.forward = functools.partial(_normalised, module)
        elif kind is nn.Conv3d and module not in mapped and not bf16 and module.padding_mode == "zeros" and _has_onednn():
            module.forward = functools.partial(_convolved, module, module.forward)
    for parameter in network.parameters():
        if parameter.ndim == 5:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last_3d)
    network.forward = _hastened(network.forward, bf16)


def _normalised(norm: Any, features: Tensor) -> Tensor:
    """Instance normalisation that leaves the memory format as it is; PyTorch's own rearranges it there and back."""
    images = [functional.batch_norm(image, None, None, norm.weight, norm.bias, True, 0.0, norm.eps) for image in features.split(1)]
    return torch.cat(images) if len(images) > 1 else images[0]


def _is_pointwise(layer: Any) -> bool:
    is_plain = type(layer) is nn.Conv3d and layer.padding in ((0, 0, 0), "valid")
    return is_plain and {*layer.kernel_size, *layer.stride, layer.groups} == {1}


def _mapped(layer: Any, features: Tensor) -> Tensor:
    """A convolution of single voxels, as the matrix product that it is; PyTorch goes a way that is several times slower."""
    return functional.linear(features.movedim(1, -1), layer.weight.flatten(1), layer.bias).movedim(-1, 1)


def _convolved(layer: Any, forward: Callable[[Tensor], Tensor], features: Tensor) -> Tensor:
    """A convolution by oneDNN; for a single small image PyTorch takes a path of its own that is several times slower."""
    if torch.is_grad_enabled() or isinstance(layer.padding, str):
        return forward(features)
    return torch.mkldnn_convolution(features, layer.weight, layer.bias, layer.padding, layer.stride, layer.dilation, layer.groups)


def _has_onednn() -> bool:
    return torch.backends.mkldnn.is_available() and hasattr(torch, "mkldnn_convolution")


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
