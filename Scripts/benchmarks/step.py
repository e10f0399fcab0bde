"""One training step of CycleGAN against the textbook's: time, loss agreement, memory, share of what the device can do."""

from __future__ import annotations

import contextlib
import gc
import statistics
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from . import machine, measuring
from .measuring import Bench, Row

CPU_SIZE = {
    "translation.image_size": 80,
    "translation.batch_size": 4,
    "cyclegan.generator_features": 16,
    "cyclegan.generator_blocks": 6,
    "cyclegan.discriminator_features": 24,
}
LARGER_SIZE = {
    "translation.image_size": 128,
    "translation.batch_size": 2,
    "cyclegan.generator_features": 32,
    "cyclegan.generator_blocks": 6,
    "cyclegan.discriminator_features": 32,
}
QUICK_SIZE = {
    "translation.image_size": 48,
    "translation.batch_size": 2,
    "cyclegan.generator_features": 8,
    "cyclegan.generator_blocks": 2,
    "cyclegan.discriminator_features": 8,
}
PAPER = "paper's size"
# Rounding, which no two orders of adding share, grows some thirtyfold a step in the game of four networks.
AGREEMENT, AGREEMENT_STEPS = 1e-3, 3
TEXTBOOK = "textbook"


@dataclass(frozen=True)
class Contender:
    """One way to do a step. The textbook has neither precision nor compilation of ours; ``tf32`` is as PyTorch comes."""

    name: str
    precision: str = "auto"
    compile: str = "auto"
    tf32: bool = True

    @property
    def is_textbook(self) -> bool:
        return self.name.startswith(TEXTBOOK)


OURS, REFERENCE = Contender("ours"), Contender(TEXTBOOK)
OURS_FP32 = Contender("ours in fp32", "fp32")
GPU_CHOICES = (Contender("ours, not compiled", compile="off"), Contender("textbook without TF32", tf32=False))
CPU_COMPILED = Contender("ours, compiled", compile="on")  # what auto leaves out on a CPU


def sizes(bench: Bench) -> dict[str, dict[str, int]]:
    """The settings to measure with, by what the table calls them."""
    if bench.quick:
        return {"48 x 48, batch 2": QUICK_SIZE}
    found = {"80 x 80, batch 4": CPU_SIZE, "128 x 128, batch 2": LARGER_SIZE}
    if bench.on_gpu or bench.paper:
        found[PAPER] = {}
    return found


def measure(bench: Bench) -> list[Row]:
    """The rows of ``step``; leaves seconds of our step and its slices in ``bench.found``."""
    rows = [agreement(bench)]
    for label, values in sizes(bench).items():
        measuring.say(f"  step: {label}")
        rows += _size(bench, label, values)
    return rows


def settings_of(values: dict[str, int], contender: Contender = OURS) -> Any:
    """Settings with the given values and a contender's precision and compilation."""
    from CrossMoDAUDALib.core.settings import Settings, with_values

    return with_values(Settings(), {**values, "precision": contender.precision, "compile": contender.compile})


def batches(translation: Any, count: int, seed: int, device: Any) -> list[tuple[Any, Any]]:
    """Pairs of slices of either domain: blurred noise, in [-1, 1]."""
    import torch

    draws = torch.Generator().manual_seed(seed)
    size = translation.image_size
    coarse = torch.rand((2 * count, translation.batch_size, 1, size // 8, size // 8), generator=draws) * 2 - 1
    fine = torch.nn.functional.interpolate(coarse.flatten(0, 1), size=(size, size), mode="bilinear").unflatten(0, coarse.shape[:2])
    return [(fine[2 * place].to(device), fine[2 * place + 1].to(device)) for place in range(count)]


def build(contender: Contender, values: dict[str, int], device: Any) -> tuple[Callable[..., Any], Any]:
    """A contender's step, and the context it is to run in."""
    import torch
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.translation.cyclegan import CycleGAN

    from .textbook import TextbookCycleGAN

    settings = settings_of(values, contender)
    if contender.is_textbook:
        flags = contextlib.nullcontext if contender.tf32 else lambda: torch.backends.cudnn.flags(enabled=True, allow_tf32=False)
        return TextbookCycleGAN(settings, device).step, flags
    acceleration = Acceleration.choose(settings, device)
    return CycleGAN(settings, acceleration).step, acceleration.kernels


def agreement(bench: Bench) -> Row:
    """Losses of the first steps from equal weights, slices and draws, both in float32: they must be the textbook's."""
    import torch

    values = {
        **QUICK_SIZE,
        "translation.image_size": 64,
        "cyclegan.pool_size": 3,
    }  # a pool so small that it is full, and swaps, after two steps
    translation = settings_of(values).translation
    pairs = batches(translation, AGREEMENT_STEPS, 1, bench.device)
    results = []
    for contender in (Contender("ours in fp32", "fp32", "off"), Contender("textbook without TF32", tf32=False)):
        step, context = build(contender, values, bench.device)
        deterministic = torch.backends.cudnn.flags(enabled=True, benchmark=False, deterministic=True, allow_tf32=False)
        with context(), deterministic:  # another algorithm would only round differently
            results.append([{name: float(loss) for name, loss in step(*pair).items()} for pair in pairs])
    differences = [largest_difference(*both) for both in zip(*results, strict=True)]
    row = Row(
        f"losses of the first {AGREEMENT_STEPS} steps: largest relative difference",
        ours=max(differences),
        unit="",
        note="both in fp32 without TF32; equal weights, slices and draws, the pool full from the second step",
        timings={"difference of each step": differences},
    )
    return row.demand(max(differences), "difference", at_most=AGREEMENT)


def largest_difference(ours: dict[str, float], reference: dict[str, float]) -> float:
    """The largest relative difference between losses of one name. Infinite where the names differ."""
    if ours.keys() != reference.keys():
        return float("inf")
    return max(abs(ours[name] - value) / max(abs(value), 1e-12) for name, value in reference.items())


def _size(bench: Bench, label: str, values: dict[str, int]) -> list[Row]:
    import torch

    device, translation = bench.device, settings_of(values).translation
    mine, uncompiled = _ours(bench), "" if bench.on_gpu else not_compiled_because(bench)
    if not uncompiled:  # here one process compiles what else would be many trainings: none may be left uncompiled for that
        torch.compiler.reset()
        torch._dynamo.config.recompile_limit = 64
    contenders = (*mine, REFERENCE, *(GPU_CHOICES if bench.on_gpu else () if uncompiled else (CPU_COMPILED,)))
    pairs = batches(translation, 4, 2, device)
    at_once = 10 if bench.on_gpu else 1  # a GPU works ahead of its program; a block of steps is what a training sees
    steps: dict[str, Callable[[], None]] = {}
    memory: dict[str, float] = {}
    for contender in contenders:
        before = torch.cuda.memory_allocated(device) if bench.on_gpu else 0
        steps[contender.name] = _block(*build(contender, values, device), pairs, at_once)
        if bench.on_gpu:
            steps[contender.name]()
            torch.cuda.reset_peak_memory_stats(device)
            steps[contender.name]()
            memory[contender.name] = (torch.cuda.max_memory_allocated(device) - before) / 2**20
    repeats = bench.repeats if label != PAPER or bench.on_gpu else 2
    blocks = measuring.interleaved(steps, repeats, device)
    timings = {name: [value / at_once for value in block] for name, block in blocks.items()}
    steps.clear()
    gc.collect()
    rows = []
    for contender in contenders:
        if contender is not REFERENCE:
            name, note = f"step, {label}: {contender.name}", _how(contender, values, device)
            rows.append(measuring.compared(name, timings[contender.name], timings[REFERENCE.name], note=note))
    if uncompiled:
        rows.append(Row(f"step, {label}: {CPU_COMPILED.name}", note=f"not measured: {uncompiled}"))
    for contender, row in zip(mine, rows, strict=False):
        _demand_speed(bench, row, label, contender)
    ours = statistics.median(timings[OURS.name])
    bench.found.setdefault("steps", {})[label] = {"seconds": ours, "batch": translation.batch_size, "values": values}
    rows += _shares(bench, label, values, pairs[0], timings)
    if not bench.on_gpu:
        used = (OURS, REFERENCE) if bench.quick else (*mine, REFERENCE)
        memory = {contender.name: measuring.in_child(_peak_of_steps, contender, values) for contender in used}
    for contender in (one for one in mine if one.name in memory):
        note = "allocated on the GPU for weights, optimisers and a step" if bench.on_gpu else "of the whole process, PyTorch included"
        name = f"memory of a step, {label}: {contender.name}"
        rows.append(measuring.compared(name, [memory[contender.name]], [memory[REFERENCE.name]], "MiB", note))
    return rows


def _block(step: Callable[..., Any], context: Any, pairs: list[tuple[Any, Any]], count: int) -> Callable[[], None]:
    def run() -> None:
        with context():
            for place in range(count):
                step(*pairs[place % len(pairs)])

    return run


def _how(contender: Contender, values: dict[str, int], device: Any) -> str:
    if contender.is_textbook:
        return "against the textbook with TF32, PyTorch's default"
    from CrossMoDAUDALib.compute.acceleration import Acceleration

    tf32 = "; the textbook may use TF32, this does not" if device.type == "cuda" and contender.precision == "fp32" else ""
    return f"{Acceleration.choose(settings_of(values, contender), device)}{tf32}"


def _ours(bench: Bench) -> tuple[Contender, ...]:
    """What auto chooses for a training, and the other precision where the device has it."""
    from CrossMoDAUDALib.compute.acceleration import has_bf16_units

    return (OURS, OURS_FP32) if bench.on_gpu or has_bf16_units(bench.device) else (OURS,)


def not_compiled_because(bench: Bench) -> str:
    """Why no compiled step is measured on this CPU; empty where one is."""
    from CrossMoDAUDALib.compute.acceleration import compile_problem, has_bf16_units

    if not has_bf16_units(bench.device):
        return "this CPU has no bf16 units"
    if bench.quick:
        return "compiling takes minutes, too long for a quick look"
    problem = compile_problem(bench.device)
    return f"torch.compile does not work here ({problem})" if problem else ""


def _demand_speed(bench: Bench, row: Row, label: str, contender: Contender) -> None:
    """How much faster a step must be, which depends on what the device has."""
    assert row.ratio
    if not bench.on_gpu:
        from CrossMoDAUDALib.compute.acceleration import has_bf16_units

        narrow = contender is OURS and has_bf16_units(bench.device)
        row.demand(row.ratio[0], "ratio", at_least=1.5 if narrow else 1.0, judged=not bench.quick)
    elif label == PAPER and contender is OURS:
        row.demand(row.ratio[0], "ratio", at_least=4)


def _shares(bench: Bench, label: str, values: dict[str, int], pair: tuple[Any, Any], timings: dict[str, list[float]]) -> list[Row]:
    """What part of the rate of a large matrix product a step reaches, counting the textbook's operations for both."""
    from CrossMoDAUDALib.compute.acceleration import has_bf16_units
    from torch.utils.flop_counter import FlopCounterMode

    step, context = build(REFERENCE, values, bench.device)
    with context(), FlopCounterMode(display=False) as counter:
        step(*pair)
    operations = counter.get_total_flops()
    bf16 = has_bf16_units(bench.device)
    rates = bench.found.setdefault("rates", {})
    for narrow in {bf16, False}:
        if narrow not in rates:
            rates[narrow] = machine.matrix_product_rate(bench.device, narrow, bench.quick)
    ours = [operations / value / rates[bf16] for value in timings[OURS.name]]
    textbook = [operations / value / rates[False] for value in timings[REFERENCE.name]]
    note = f"{operations / 1e9:.3g} GFLOP a step (convolutions, transposed ones included); a matrix product reaches"
    note += f" {rates[bf16] / 1e12:.3g} TFLOP/s in {'bf16' if bf16 else 'fp32'}, and {rates[False] / 1e12:.3g} in fp32"
    note += " with TF32, by which the textbook is measured" if bench.on_gpu else ", by which the textbook is measured"
    row = Row(
        f"share of the matrix-product rate, {label}",
        100 * statistics.median(ours),
        100 * statistics.median(textbook),
        "%",
        note=note,
        timings={"ours": ours, "reference": textbook},
    )
    if bench.on_gpu and label == PAPER:
        row.demand(100 * statistics.median(ours), "percent", at_least=45)
    return [row]


def _peak_of_steps(contender: Contender, values: dict[str, int]) -> float:
    """Peak memory (MiB) of a process that does three steps on the CPU."""
    import torch

    device = torch.device("cpu")
    pairs = batches(settings_of(values).translation, 1, 2, device)
    _block(*build(contender, values, device), pairs, 3)()
    return measuring.peak_memory()
