"""Whether a process that works for long grows: resident memory over many training steps, translations, segmentations."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row

TINY = {
    "translation.image_size": 32,
    "translation.batch_size": 2,
    "cyclegan.generator_features": 4,
    "cyclegan.generator_blocks": 1,
    "cyclegan.discriminator_features": 4,
}
STEPS, STEPS_TO_WARM_UP = 1000, 100
SCANS, SCANS_TO_WARM_UP = 50, 5
MOST_PERCENT = 5.0


def measure(bench: Bench) -> list[Row]:
    """Growth from after the warm-up to the end, each in a process of its own."""
    steps, scans = (200, 10) if bench.quick else (STEPS, SCANS)
    rows = []
    measuring.say("  memory: training steps")
    rows += _rows(bench, f"{steps} training steps", measuring.in_child(_steps, str(bench.device), steps), STEPS_TO_WARM_UP)
    model = tiny_experiment(bench)
    for what, function in (("translations", _translations), ("segmentations", _segmentations)):
        measuring.say(f"  memory: {what}")
        readings = measuring.in_child(function, model, str(bench.device), scans)
        rows += _rows(bench, f"{scans} {what} of a tiny scan", readings, SCANS_TO_WARM_UP)
    return rows


def tiny_experiment(bench: Bench) -> Path:
    """An experiment with a translator and a segmenter that learnt nothing, kept in the output folder from run to run."""
    from CrossMoDAUDALib.cohort import phantom

    folder = bench.output / "tiny"
    if not (folder / "cohort").is_dir():
        partial = folder / "cohort.partial"
        shutil.rmtree(partial, ignore_errors=True)
        phantom.write_cohort(partial, source_cases=2, target_cases=2, evaluation_cases=1, seed=3, size=(32, 32, 16))
        partial.rename(folder / "cohort")
    values = {**TINY, "translation.epochs": 1, "translation.decay_epochs": 0, "translation.steps_per_epoch": 2}
    values |= {"segmentation.epochs": 1, "segmentation.iterations_per_epoch": 1}
    values |= {"segmentation.base_features": 4, "segmentation.memory_gb": 0.02}
    settings = [f"--set={key}={value}" for key, value in values.items()]
    options = ("--preset", "smoke", "--iterations", "0", "--device", "cpu", *settings)
    measuring.run(measuring.command_line("run", "--crossmoda", folder / "cohort", "-o", folder / "experiment", *options))
    return folder / "experiment"


def growth(readings: list[float], warm_up: int) -> float:
    """Percent from the reading after ``warm_up`` to the median of the last tenth."""
    last = sorted(readings[-max(1, len(readings) // 10) :])
    return 100 * (last[len(last) // 2] / readings[warm_up - 1] - 1)


def _rows(bench: Bench, what: str, readings: dict[str, list[float]], warm_up: int) -> list[Row]:
    rows = []
    for kind, values in readings.items():
        if not values:
            continue
        grown = growth(values, warm_up)
        row = Row(f"growth over {what}, {kind}", grown, None, "%", timings={"MiB": values})
        row.note = f"from {values[warm_up - 1]:.1f} MiB after {warm_up} to {values[-1]:.1f} MiB at the end"
        rows.append(row.demand(grown, "percent", at_most=MOST_PERCENT, judged=not bench.quick))
    return rows


class _Readings:
    """What is in use after each call of something."""

    def __init__(self, device: Any) -> None:
        import psutil

        self._process, self._device = psutil.Process(), device
        self.found: dict[str, list[float]] = {"resident": [], "allocated on the GPU": []}

    def after_each(self, function: Callable[[], Any], count: int) -> dict[str, list[float]]:
        import torch

        for _ in range(count):
            function()
            self.found["resident"].append(self._process.memory_info().rss / 2**20)
            if self._device.type == "cuda":
                self.found["allocated on the GPU"].append(torch.cuda.memory_allocated(self._device) / 2**20)
        return self.found


def _steps(device_name: str, count: int) -> dict[str, list[float]]:
    from CrossMoDAUDALib.compute import devices
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.core.settings import Settings, with_values
    from CrossMoDAUDALib.translation.cyclegan import CycleGAN

    from . import step

    device = devices.resolve(device_name)
    settings = with_values(Settings(), TINY)
    how = Acceleration.choose(settings, device)
    model = CycleGAN(settings, how)
    pairs = step.batches(settings.translation, 4, 0, device)
    with how.kernels():
        return _Readings(device).after_each(lambda: model.step(*pairs[0]), count)


def _translations(model: Path, device_name: str, count: int) -> dict[str, list[float]]:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.compute import devices
    from CrossMoDAUDALib.translation.trained import TrainedTranslator

    translator = TrainedTranslator.load(model, device_name)
    scan = phantom.make_case(5, "ceT1", (32, 32, 16))[0]
    return _Readings(devices.resolve(device_name)).after_each(lambda: translator.translate(scan), count)


def _segmentations(model: Path, device_name: str, count: int) -> dict[str, list[float]]:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.compute import devices
    from CrossMoDAUDALib.segmentation.predictor import Segmenter

    segmenter = Segmenter.load(model, device_name)
    scan = phantom.make_case(5, "hrT2", (32, 32, 16))[0]
    return _Readings(devices.resolve(device_name)).after_each(lambda: segmenter.segment(scan), count)
