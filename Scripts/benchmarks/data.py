"""Whether reading slices ever keeps a training step waiting."""

from __future__ import annotations

import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import measuring, step
from .measuring import MORE, Bench, Row

SLICES = 2000
BATCHES_AT_ONCE = 20


def measure(bench: Bench) -> list[Row]:
    """Slices a second that are delivered, against what a step of the same device takes."""
    from CrossMoDAUDALib.core.settings import Settings, TranslationSettings
    from CrossMoDAUDALib.translation.slices import SliceSampler

    settings: TranslationSettings = Settings().translation
    consumed, label = _consumption(bench)
    rows = []
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_", ignore_cleanup_errors=True) as name:
        files = [_random_slices(Path(name) / f"{domain}.npy", settings.image_size, bench.quick) for domain in ("source", "target")]
        kinds = ("resident", "streamed") if bench.on_gpu else ("from the disk's cache",)
        for kind in kinds:
            sampler = SliceSampler(files[0], files[1], settings, 0, bench.device)
            if kind == "streamed":
                sampler._resident = []  # what it does where the slices do not fit the GPU
            draw = _drawing(sampler)
            times = measuring.interleaved({kind: draw}, bench.repeats, bench.device)[kind]
            delivered = [2 * settings.batch_size * BATCHES_AT_ONCE / value for value in times]
            ratio = measuring.ratios(delivered, [consumed] * len(delivered))
            size = f"{settings.image_size} x {settings.image_size}"
            note = f"delivered: slices of {size}, batch {settings.batch_size}; reference: what our step takes at {label}"
            timings = {"delivered": delivered, "consumed": [consumed]}
            row = Row(f"slices delivered, {kind}", statistics.median(delivered), consumed, "slices/s", ratio, MORE, note, timings=timings)
            rows.append(row.demand(ratio[0], "ratio", at_least=1, judged=not bench.quick))
            del sampler, draw  # a mapped file cannot be removed on Windows
    return rows


def _consumption(bench: Bench) -> tuple[float, str]:
    """Slices a second that our step takes: at the paper's size where that was or can be measured, else at the CPU's."""
    label, values = next(iter(reversed(step.sizes(bench).items())))
    if not bench.on_gpu and not bench.paper:
        label, values = next(iter(step.sizes(bench).items()))
    found = bench.found.get("steps", {}).get(label)
    batch = step.settings_of(values).translation.batch_size
    if found:
        return 2 * batch / found["seconds"], label
    pairs = step.batches(step.settings_of(values).translation, 2, 2, bench.device)
    count = 10 if bench.on_gpu else 1
    block = step._block(*step.build(step.OURS, values, bench.device), pairs, count)
    times = measuring.interleaved({"step": block}, 3, bench.device)["step"]
    return 2 * batch * count / statistics.median(times), label


def _drawing(sampler: Any) -> Callable[[], None]:
    position = 0

    def draw() -> None:
        nonlocal position
        for _ in range(BATCHES_AT_ONCE):
            epoch, place = divmod(position, sampler.steps)
            sampler.batch(epoch, place)
            position += 1

    return draw


def _random_slices(path: Path, size: int, quick: bool) -> Path:
    import numpy as np

    count = SLICES // 10 if quick else SLICES
    np.save(path, np.random.default_rng(0).integers(-32767, 32768, (count, size, size), dtype=np.int16))
    return path
