"""One training step of nnU-Net and the prediction of one patch, both on the CPU, against nnU-Net as it comes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from . import measuring
from .measuring import Bench, Row

# Patch (z, y, x), feature maps of the first layer, resolutions.
SIZES = {"48 x 64 x 64, 12 features": ((48, 64, 64), 12, 4), "48 x 64 x 64, 16 features": ((48, 64, 64), 16, 4)}
QUICK_SIZES = {"16 x 16 x 16, 12 features": ((16, 16, 16), 12, 3)}
CLASSES, BATCH = 4, 2
STOCK = "reference"
LEAST_RATIO, LARGEST_DIFFERENCE = {"fp32": 1.3, "bf16": 2.0}, {"fp32": 1e-4, "bf16": 1e-3}


def measure(bench: Bench) -> list[Row]:
    """A row for each size, precision and use; none on GPUs, where nnU-Net is as it comes."""
    if bench.on_gpu:
        return []
    rows = []
    for label, (patch, features, stages) in (QUICK_SIZES if bench.quick else SIZES).items():
        measuring.say(f"  segmenter: {label}")
        rows += _size(bench, label, patch, features, stages)
    return rows


def precisions(bench: Bench) -> tuple[str, ...]:
    """What auto chooses here, and the other where it is of use."""
    from CrossMoDAUDALib.segmentation.on_cpu import precision_of

    return ("bf16", "fp32") if precision_of("auto", bench.device) == "bf16" else ("fp32",)


def network(features: int, stages: int) -> Any:
    """nnU-Net's plain U-Net as it plans it, with weights that are always the same."""
    import torch
    from dynamic_network_architectures.architectures.unet import PlainConvUNet
    from torch import nn

    torch.manual_seed(0)
    widths = [features * 2**stage for stage in range(stages)]
    norm: dict[str, Any] = {"eps": 1e-5, "affine": True}
    strides = [1] + [2] * (stages - 1)
    return PlainConvUNet(
        1, stages, widths, nn.Conv3d, 3, strides, 2, CLASSES, 2, True, nn.InstanceNorm3d, norm, None, None, nn.LeakyReLU, {"inplace": True},
        deep_supervision=True,
    )  # fmt: skip


def batch(patch: tuple[int, int, int], stages: int) -> dict[str, Any]:
    """A batch as nnU-Net's loaders give it: noise, and labels at every resolution."""
    import torch
    from torch.nn.functional import interpolate

    draws = torch.Generator().manual_seed(1)
    coarse = torch.randint(CLASSES, (BATCH, 1, *(length // 8 for length in patch)), generator=draws).float()
    labels = [interpolate(coarse, size=tuple(length // 2**stage for length in patch)) for stage in range(stages - 1)]
    return {"data": labels[0] + torch.randn((BATCH, 1, *patch), generator=draws), "target": labels}


def trainer(net: Any, stages: int) -> Any:
    """What ``nnUNetTrainer.train_step`` needs of its trainer, with nnU-Net's loss and optimiser."""
    import numpy as np
    import torch
    from nnunetv2.training.loss.compound_losses import DC_and_CE_loss
    from nnunetv2.training.loss.deep_supervision import DeepSupervisionWrapper
    from nnunetv2.training.loss.dice import MemoryEfficientSoftDiceLoss

    dice = {"batch_dice": False, "smooth": 1e-5, "do_bg": False, "ddp": False}
    loss = DC_and_CE_loss(dice, {}, weight_ce=1, weight_dice=1, ignore_label=None, dice_class=MemoryEfficientSoftDiceLoss)
    weights = np.array([*(1 / 2**level for level in range(stages - 2)), 0.0])  # the coarsest counts for nothing, as nnU-Net has it
    optimizer = torch.optim.SGD(net.parameters(), 1e-2, weight_decay=3e-5, momentum=0.99, nesterov=True)
    supervised = DeepSupervisionWrapper(loss, weights / weights.sum())
    return SimpleNamespace(network=net, loss=supervised, optimizer=optimizer, grad_scaler=None, device=torch.device("cpu"))


def _size(bench: Bench, label: str, patch: tuple[int, int, int], features: int, stages: int) -> list[Row]:
    import torch
    from CrossMoDAUDALib.segmentation.on_cpu import hasten

    stock, given = network(features, stages), batch(patch, stages)
    contenders = {STOCK: stock}
    for precision in precisions(bench):
        contenders[precision] = copy.deepcopy(stock)
        hasten(contenders[precision], precision)
    train_step = _train_step()
    trainers = {name: trainer(net, stages) for name, net in contenders.items()}
    losses = {name: float(train_step(one, given)["loss"]) for name, one in trainers.items()}
    steps: dict[str, Callable[[], Any]] = {name: lambda one=one: train_step(one, given) for name, one in trainers.items()}
    stepping = measuring.interleaved(steps, bench.repeats, bench.device)

    def predicting(net: Any) -> Callable[[], None]:
        def run() -> None:
            with torch.inference_mode():
                net(given["data"][:1])

        return run

    for net in contenders.values():
        net.eval()
        net.decoder.deep_supervision = False
    patches = measuring.interleaved({name: predicting(net) for name, net in contenders.items()}, bench.repeats, bench.device)
    rows = []
    for precision in precisions(bench):
        difference = abs(losses[precision] / losses[STOCK] - 1)
        row = Row(f"loss of a first step, {label}, {precision}: relative difference", difference, unit="")
        rows.append(row.demand(difference, "difference", at_most=LARGEST_DIFFERENCE[precision]))
        for what, times in (("training step", stepping), ("prediction of a patch", patches)):
            row = measuring.compared(f"nnU-Net's {what}, {label}, {precision}", times[precision], times[STOCK], note=_threads())
            assert row.ratio
            row.demand(row.ratio[0], "ratio", at_least=LEAST_RATIO[precision], judged=not bench.quick)
            rows.append(row)
    return rows


def _train_step() -> Callable[[Any, dict[str, Any]], dict[str, Any]]:
    from CrossMoDAUDALib.segmentation.nnunet import find_trainer

    step: Callable[[Any, dict[str, Any]], dict[str, Any]] = find_trainer("nnUNetTrainer").train_step
    return step


def _threads() -> str:
    import torch

    return f"{torch.get_num_threads()} threads"
