"""nnU-Net's networks on the CPU: in either precision they compute what nnU-Net's do, and a training keeps the one it began in."""

from __future__ import annotations

import copy
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method import adaptation, plan
from CrossMoDAUDALib.segmentation import on_cpu
from torch import nn

CPU = torch.device("cpu")


def network(features: int) -> Any:
    """nnU-Net's U-Net of two stages and three structures, with deep supervision."""
    from dynamic_network_architectures.architectures.unet import PlainConvUNet

    torch.manual_seed(0)
    widths = [features, 2 * features, 4 * features]
    norm: dict[str, Any] = {"eps": 1e-5, "affine": True}
    return PlainConvUNet(
        1, 3, widths, nn.Conv3d, 3, [1, 2, 2], 1, 4, 1, True, nn.InstanceNorm3d, norm, None, None, nn.LeakyReLU, None, True
    )  # fmt: skip


def step(net: nn.Module, images: torch.Tensor) -> list[torch.Tensor]:
    """The logits at both resolutions, and the whole gradient of their squares' means."""
    logits = net(images)
    torch.stack([one.square().mean() for one in logits]).sum().backward()
    slopes = [parameter.grad.flatten() for parameter in net.parameters() if parameter.grad is not None]
    return [*(one.detach() for one in logits), torch.cat(slopes)]


@pytest.mark.parametrize(("precision", "features", "agreement"), [("fp32", 12, 1e-4), ("fp32", 16, 1e-4), ("bf16", 12, 0.05)])
def test_a_hastened_network_computes_the_same(precision: str, features: int, agreement: float) -> None:
    torch.manual_seed(1)
    images = torch.randn(2, 1, 8, 16, 16)
    stock = network(features)
    ours = copy.deepcopy(stock)
    on_cpu.hasten(ours, precision)
    expected, found = step(stock, images), step(ours, images)
    for one, other in zip(found, expected, strict=True):
        assert one.dtype == torch.float32
        assert (one - other).norm() <= agreement * other.norm()
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
        ours(images)
    called = {event.name for event in profile.events()}
    assert "aten::linear" in called and not any("slow_conv" in name for name in called), "logits are a matrix product"
    kernels = [weights for weights in ours.parameters() if weights.ndim == 5 and weights.shape[2:] == (3, 3, 3) and weights.shape[1] > 1]
    assert kernels and all(weights.is_contiguous(memory_format=torch.channels_last_3d) for weights in kernels)
    assert list(ours.state_dict()) == list(stock.state_dict())
    assert all(torch.equal(ours.state_dict()[name], tensor) for name, tensor in stock.state_dict().items())


@pytest.mark.parametrize(("precision", "agreement"), [("fp32", 1e-4), ("bf16", 0.05)])
def test_a_hastened_network_predicts_the_same_of_a_single_image(precision: str, agreement: float) -> None:
    stock = network(12).eval()
    ours = copy.deepcopy(stock)
    on_cpu.hasten(ours, precision)
    image = torch.randn(1, 1, 16, 8, 8, generator=torch.Generator().manual_seed(2))
    with torch.inference_mode():
        found, expected = ours(image)[0], stock(image)[0]
    assert found.dtype == torch.float32 and (found - expected).norm() <= agreement * expected.norm()


def test_logits_are_made_in_float32() -> None:
    ours = network(8)
    on_cpu.hasten(ours, "bf16")
    layer = ours.decoder.seg_layers[-1]
    features = torch.randn(1, 8, 2, 4, 4).bfloat16()
    with torch.autocast("cpu", torch.bfloat16):
        made = layer(features)
    expected = torch.einsum("oi,nizyx->nozyx", layer.weight[:, :, 0, 0, 0], features.float()) + layer.bias[:, None, None, None]
    torch.testing.assert_close(made, expected)


@pytest.mark.parametrize(("precision", "units", "expected"), [
    ("auto", True, "bf16"), ("auto", False, "fp32"), ("fp32", True, "fp32"), ("bf16", False, "bf16"),
])  # fmt: skip
def test_auto_is_bf16_where_there_are_units(monkeypatch: pytest.MonkeyPatch, precision: str, units: bool, expected: str) -> None:
    monkeypatch.setattr("CrossMoDAUDALib.compute.acceleration.has_bf16_units", lambda device: units)  # no machine is both
    assert on_cpu.precision_of(precision, CPU) == expected
    assert on_cpu.precision_of(precision, torch.device("cuda")) == "fp32", "there nnU-Net has its own"


@pytest.mark.parametrize(("record", "has_checkpoint", "expected"), [("bf16", True, "bf16"), ("", True, "fp32"), ("fp32", False, "fp32")])
def test_a_training_keeps_the_precision_it_began_in(
    tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: str, has_checkpoint: bool, expected: str
) -> None:
    """On a machine whose auto is the other one; an older experiment has checkpoints and no record, and trained in fp32."""
    monkeypatch.setattr("CrossMoDAUDALib.compute.acceleration.has_bf16_units", lambda device: expected == "fp32")
    folder = Path(shutil.copytree(tiny_experiment, tmp_path / "experiment"))
    own, kept = folder / "iteration_0", folder / "iteration_0" / plan.PRECISION_FILE
    kept.unlink()
    if record:
        kept.write_text(json.dumps({"precision": record, "device": "cpu"}), encoding="utf-8")
    if not has_checkpoint:
        for checkpoint in own.rglob("checkpoint_*.pth"):
            checkpoint.unlink()
    experiment = Experiment.load(folder)
    adaptation.train_segmenter(experiment, "iteration_0/train", plan.iteration(0))
    assert json.loads(kept.read_text(encoding="utf-8"))["precision"] == expected
    said = [event["message"] for event in read_events(folder / "events.jsonl")[0] if event["kind"] == "message"]
    assert said[-1] == f"Training the segmenter in {expected} on the CPU."
