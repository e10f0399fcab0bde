"""A volume translated by the project against a plain loop over its slices, with a generator of the paper's size."""

from __future__ import annotations

import inspect
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row

SIZE, QUICK_SIZE = (512, 512, 120), (128, 128, 24)
# A volume that would take longer than this on the CPU is cut to fewer slices, as the row then says.
MOST_SECONDS = 25
PRECISE = "ours in fp32"


def measure(bench: Bench) -> list[Row]:
    """Seconds, peak memory, and how much the results differ (in the stored thousandths of [-1, 1])."""
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_") as name:
        model = write_generator(Path(name))
        volume, told = _volume(bench, model)
        functions = contenders(model, bench.device)
        results: dict[str, Any] = {}
        calls = {which: _keeping(results, which, function, volume) for which, function in functions.items()}
        repeats = min(bench.repeats, 5 if bench.on_gpu else 2)
        times = measuring.interleaved(calls, repeats, bench.device, warm_up=1 if bench.on_gpu else 0)
        ours = [which for which in functions if which != "reference"]
        rows = [measuring.compared(f"translate {told}: {which}", times[which], times["reference"]) for which in ours]
        rows += [_difference(f"translate {told}: {which}", results[which], results["reference"]) for which in ours]
        memory = {which: _memory(bench, model, which, functions[which], volume) for which in ("ours", "reference")}
        note = "allocated on the GPU" if bench.on_gpu else "of the whole process, PyTorch and the volume included"
        rows.append(measuring.compared(f"memory to translate {told}", [memory["ours"]], [memory["reference"]], "MiB", note))
    bench.found["translate"] = {"seconds": rows[0].ours, "slices": volume.array.shape[0]}
    return rows


def write_generator(folder: Path) -> Path:
    """A model folder with a generator of the paper's size and random weights."""
    import torch
    from CrossMoDAUDALib.core.files import write_json
    from CrossMoDAUDALib.core.settings import Settings
    from CrossMoDAUDALib.models.model_folder import TRANSLATOR_FILES, describe_translator
    from CrossMoDAUDALib.translation.cyclegan import build_generator
    from CrossMoDAUDALib.translation.networks import initialize
    from safetensors.torch import save_file

    settings = Settings()
    generator = build_generator(settings)
    initialize(generator, torch.Generator().manual_seed(0))
    save_file({name: tensor.contiguous() for name, tensor in generator.state_dict().items()}, folder / TRANSLATOR_FILES[1])
    write_json(folder / TRANSLATOR_FILES[0], describe_translator(settings))
    return folder


def contenders(model: Path, device: Any) -> dict[str, Callable[[Any], Any]]:
    """Functions from a volume to its pseudo-target image."""
    from CrossMoDAUDALib.translation.trained import TrainedTranslator

    found: dict[str, Callable[[Any], Any]] = {"ours": TrainedTranslator.load(model, str(device)).translate}
    if "precision" in inspect.signature(TrainedTranslator.load).parameters:
        found[PRECISE] = TrainedTranslator.load(model, str(device), precision="fp32").translate
    found["reference"] = slice_loop(model, device)
    return found


def slice_loop(model: Path, device: Any) -> Callable[[Any], Any]:
    """One slice at a time: resized, translated in float32, resized back, collected."""
    import numpy as np
    import torch
    from CrossMoDAUDALib.core.settings import Settings
    from CrossMoDAUDALib.images import intensity, volumes
    from CrossMoDAUDALib.translation.cyclegan import build_generator
    from CrossMoDAUDALib.translation.slices import prepare
    from CrossMoDAUDALib.translation.trained import WEIGHTS
    from safetensors.torch import load_file

    settings = Settings()
    generator = build_generator(settings)
    generator.load_state_dict(load_file(model / WEIGHTS))
    generator.to(device).eval()
    size = (settings.translation.image_size, settings.translation.image_size)

    @torch.inference_mode()
    def translate(volume: Any) -> Any:
        collected = []
        for image in prepare(volume, settings.intensity):
            resized = volumes.resize_slices(torch.from_numpy(image)[None, None], size)
            fake = generator(resized.to(device)).cpu()
            collected.append(intensity.to_stored(volumes.resize_slices(fake, image.shape)[0, 0].numpy()))
        return volumes.from_canonical(np.stack(collected), volume.geometry)

    return translate


def synthetic(size: tuple[int, int, int]) -> Any:
    """A phantom drawn coarsely and enlarged to a size (x, y, z) by repetition, with fine noise."""
    import numpy as np
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.images.volumes import Geometry, Volume

    factor = 4 if min(size[:2]) >= 256 else 1
    coarse = phantom.make_case(7, "ceT1", tuple(-(-count // factor) for count in size))[0]
    array = coarse.array
    for axis in range(3):
        array = array.repeat(factor, axis)
    array = array[: size[2], : size[1], : size[0]]
    noise = np.random.default_rng(0).integers(-20, 21, array.shape, dtype=np.int16)
    grid = coarse.geometry
    spacing = tuple(step / factor for step in grid.spacing)
    return Volume(np.maximum(array + noise, 0).astype(np.int16), Geometry(size, spacing, grid.origin, grid.direction))


def _volume(bench: Bench, model: Path) -> tuple[Any, str]:
    """The volume to measure with, and what the table calls it."""
    size = QUICK_SIZE if bench.quick else SIZE
    if not bench.on_gpu:
        reference = slice_loop(model, bench.device)
        probe = synthetic((size[0], size[1], 2))
        reference(probe)
        began = time.perf_counter()
        reference(probe)
        most = max(2, math.floor((MOST_SECONDS / (5 if bench.quick else 1)) / ((time.perf_counter() - began) / 2)))
        size = (*size[:2], min(size[2], most))
    volume = synthetic(size)
    told = " x ".join(map(str, size))
    whole = (QUICK_SIZE if bench.quick else SIZE)[2]
    return volume, told if size[2] == whole else f"{told} ({size[2]} of {whole} slices)"


def _keeping(results: dict[str, Any], name: str, function: Callable[[Any], Any], volume: Any) -> Callable[[], None]:
    def call() -> None:
        results[name] = function(volume).array

    return call


def _difference(name: str, ours: Any, reference: Any) -> Row:
    import numpy as np

    difference = np.abs(ours.astype(np.int32) - reference)
    largest, mean = int(difference.max()), float(difference.mean())
    note = f"largest of all voxels; mean {mean:.3g}; the image's range is 2000, its own largest value {int(np.abs(reference).max())}"
    return Row(f"{name}, difference", largest, None, "thousandths", note=note, timings={"largest": [largest], "mean": [mean]})


def _memory(bench: Bench, model: Path, which: str, function: Callable[[Any], Any], volume: Any) -> float:
    if not bench.on_gpu:
        return float(measuring.in_child(_peak, model, which, volume.geometry.size))
    import torch

    torch.cuda.reset_peak_memory_stats(bench.device)
    before = torch.cuda.memory_allocated(bench.device)
    function(volume)
    return (torch.cuda.max_memory_allocated(bench.device) - before) / 2**20


def _peak(model: Path, which: str, size: tuple[int, int, int]) -> float:
    """Peak memory (MiB) of a process that translates one volume on the CPU."""
    import torch

    contenders(model, torch.device("cpu"))[which](synthetic(size))
    return measuring.peak_memory()
