"""The training step of every translator but the paper's, which ``step`` measures, against a textbook's with the same losses."""

from __future__ import annotations

import contextlib
import functools
import importlib
from collections.abc import Iterator
from typing import Any

from . import measuring, step
from .measuring import Bench, Row

# By translator, the file here and the class in it that write its step down plainly: made of settings and a device, with
# ``step(source, target)``, or ``step(source, target, labels)`` for a translator that uses labels, which gives the losses.
TEXTBOOKS = {
    "cyclegan-unet": ("textbook", "TextbookCycleGAN"),
    "cyclegan-target-aware": ("textbook_target_aware", "TextbookTargetAware"),
    "cut": ("textbook_cut", "TextbookCUT"),
    "fastcut": ("textbook_cut", "TextbookCUT"),
    "nice-gan": ("textbook_nice_gan", "TextbookNiceGAN"),
}
TEXTBOOK_SAYS = "the textbook in fp32, a pass for each term"
# Pixels of a slice that a translator needs at the least: the U-Net halves it down to one pixel.
LEAST_SIZE = {"cyclegan-unet": 128}
# What the presets for small slices have otherwise than published, as published: to be measured at their size, too.
AS_PUBLISHED = {
    "nice-gan": {"nice_gan.encoder_downsamplings": 2, "nice_gan.global_weight": 1.0, "nice_gan.adversarial_weight": 1.0},
}


def measure(bench: Bench) -> list[Row]:
    """For each translator the agreement of the first losses, and seconds of a step."""
    rows = []
    for name in TEXTBOOKS:
        measuring.say(f"  translators: {name}")
        rows += [agreement(bench, name), speed(bench, name)]
        if name in AS_PUBLISHED and not bench.on_gpu:  # there the paper's size is measured, which is as published
            measuring.say(f"  translators: {name} as published")
            rows.append(speed(bench, name, published=True))
    return rows


def settings_for(name: str, preset: str, **values: Any) -> Any:
    """A preset's settings for a translator, with values of section ``translation``, of none, or, with a dot, of any.

    Slices are no smaller than the translator needs.
    """
    from CrossMoDAUDALib.core.settings import preset_settings, with_values

    general, start = ("precision", "compile"), preset_settings(preset, name)
    size = max(values.get("image_size", start.translation.image_size), LEAST_SIZE.get(name, 0))
    values = {**values, "image_size": size}
    changes = {key if key in general or "." in key else f"translation.{key}": value for key, value in values.items()}
    return with_values(start, changes)


def batches(name: str, settings: Any, count: int, device: Any) -> list[tuple[Any, ...]]:
    """What the translator's steps are given: slices of both domains and, if it uses them, labels; bright is the first structure."""
    from CrossMoDAUDALib.translation.registry import registration

    pairs = step.batches(settings.translation, count, 2, device)
    if not registration(name).uses_labels:
        return list(pairs)
    return [(source, target, (source[:, 0] > 0.2).long() + (source[:, 0] > 0.5)) for source, target in pairs]


def ours(name: str, settings: Any, device: Any) -> tuple[Any, Any]:
    """The project's step, and the context it is to run in."""
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.translation.registry import registration

    acceleration = Acceleration.choose(settings, device)
    translator = registration(name).make(settings, acceleration)
    return lambda source, target, labels=None: translator.step(source, target, labels), acceleration.kernels


def textbook(name: str, settings: Any, device: Any) -> tuple[Any, Any]:
    """The textbook's step, and the context it is to run in."""
    file, kind = TEXTBOOKS[name]
    return getattr(importlib.import_module(f"benchmarks.{file}"), kind)(settings, device).step, contextlib.nullcontext


@contextlib.contextmanager
def gentle_adam() -> Iterator[None]:
    """Adam, made in here, moves a weight little where its gradient is small; else mere rounding may move it a whole step, either way."""
    import torch

    plain = torch.optim.Adam
    torch.optim.Adam = functools.partial(plain, eps=0.01)  # type: ignore[assignment,misc]
    try:
        yield
    finally:
        torch.optim.Adam = plain  # type: ignore[misc]


def agreement(bench: Bench, name: str) -> Row:
    """Losses of the first steps from equal weights, slices and draws, both in float32: they must be the textbook's."""
    import torch

    settings = settings_for(name, "smoke", batch_size=2, learning_rate=0.001, precision="fp32", compile="off")
    given = batches(name, settings, step.AGREEMENT_STEPS, bench.device)
    told = []
    for make in (ours, textbook):
        with gentle_adam():
            take, context = make(name, settings, bench.device)
        with context(), torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False):
            told.append([{loss: float(value) for loss, value in take(*one).items()} for one in given])
    differences = [step.largest_difference(*both) for both in zip(*told, strict=True)]
    row = Row(
        f"{name}, losses of the first {step.AGREEMENT_STEPS} steps: largest relative difference",
        ours=max(differences),
        unit="",
        note="both in fp32 without TF32; equal weights, slices and draws; Adam with eps=0.01",
        timings={"difference of each step": differences},
    )
    return row.demand(max(differences), "difference", at_most=step.AGREEMENT)


def speed(bench: Bench, name: str, published: bool = False) -> Row:
    """Seconds of a step with what ``auto`` chooses; never more than the textbook's.

    Args:
        published: with the values of :data:`AS_PUBLISHED`.
    """
    if bench.quick:
        preset, values = "smoke", {"batch_size": 2}
    elif bench.on_gpu:
        preset, values = "paper", {}
    else:
        preset, values = "sample", {"image_size": 96, "batch_size": 4, "precision": "auto"}
    settings = settings_for(name, preset, **values, **(AS_PUBLISHED[name] if published else {}))
    given, at_once = batches(name, settings, 4, bench.device), 10 if bench.on_gpu else 1
    steps = {
        which: step._block(*make(name, settings, bench.device), given, at_once) for which, make in (("ours", ours), ("textbook", textbook))
    }
    blocks = measuring.interleaved(steps, bench.repeats, bench.device)
    mine, reference = ([value / at_once for value in blocks[which]] for which in ("ours", "textbook"))
    size, batch = settings.translation.image_size, settings.translation.batch_size
    form = f"{name}{', as published' if published else ''}"
    row = measuring.compared(f"{form}, a step: {size} x {size}, batch {batch}, preset {preset}", mine, reference, note=TEXTBOOK_SAYS)
    assert row.ratio
    return row.demand(row.ratio[0], "ratio", at_least=1, judged=not bench.quick)
