"""A trained translator on scans: geometry untouched, nothing foreign loaded."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.images import intensity
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.translation.slices import build_slices
from CrossMoDAUDALib.translation.trained import TrainedTranslator
from CrossMoDAUDALib.translation.training import train
from torch import nn
from translation_files import CPU, GRIDS, SETTINGS, changed, scan, sliced_domains, written


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def sliced(tmp_path: Path) -> tuple[Path, Path]:
    return sliced_domains(tmp_path)


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
def test_a_generator_that_changes_nothing_gives_the_scaled_scan_on_its_own_grid(direction: tuple[float, ...]) -> None:
    volume = scan((32, 32, 32), direction)
    told: list[tuple[int, int]] = []
    how = Acceleration(CPU)
    translated = TrainedTranslator(nn.Identity(), SETTINGS, how).translate(volume, lambda step, total, *_, **__: told.append((step, total)))
    scaled = intensity.scale_intensity(volume.array, SETTINGS.intensity.lower_percentile, SETTINGS.intensity.upper_percentile)
    assert np.array_equal(translated.array, intensity.to_stored(scaled))
    assert translated.geometry == volume.geometry
    assert told[-1] == (32, 32)


def test_slices_that_show_nothing_stay_as_they_are() -> None:
    """A network has not learned what to make of them; air must not come out grey."""

    class Brightening(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return images * 0 + 0.5

    volume = scan((32, 32, 6))
    volume.array[[0, 1, 5]] = volume.array.min()
    translated = TrainedTranslator(Brightening(), SETTINGS, Acceleration(CPU)).translate(volume).array
    assert (translated[[0, 1, 5]] == -1000).all()
    assert (translated[2:5] == 500).all()


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
@pytest.mark.parametrize("size", [(48, 20, 9), (27, 64, 2)])
def test_a_translated_scan_lies_exactly_where_the_scan_does(size: tuple[int, int, int], direction: tuple[float, ...]) -> None:
    """A bright block stays where it is, on every grid, when slices are resized there and back."""
    grid = Geometry(size, (0.4, 0.5, 1.5), (-31.25, 7.5, 102.0), tuple(float(d) for d in direction))
    array = np.zeros(size[::-1], np.int16)
    block = tuple(slice(length // 4, max(length // 4 + 1, length // 2)) for length in array.shape)
    array[block] = 100
    translated = TrainedTranslator(nn.Identity(), SETTINGS, Acceleration(CPU)).translate(Volume(array, grid))
    assert translated.geometry == grid
    assert translated.array.shape == array.shape
    assert translated.array.dtype == np.int16
    weights = [np.clip(values.astype(float) - values.min(), 0, None) for values in (array, translated.array)]
    before, after = (np.array([np.average(axis, weights=weight) for axis in np.indices(array.shape)]) for weight in weights)
    np.testing.assert_allclose(after, before, atol=0.35)
    assert np.all(np.abs(translated.array) <= 1000)


@pytest.mark.parametrize("kind", ["cyclegan-resnet", "cyclegan-unet"])
def test_a_loaded_translator_is_the_trained_one(tmp_path: Path, kind: str) -> None:
    size = 128 if kind == "cyclegan-unet" else 32
    settings = changed(translator=kind, image_size=size, epochs=1, decay_epochs=0, steps_per_epoch=1)
    volume = scan((40, 36, 3))
    build_slices(written(tmp_path, volume), tmp_path / "slices.npy", settings)
    experiment = tmp_path / "experiment"
    train(tmp_path / "slices.npy", tmp_path / "slices.npy", experiment / "translation", settings, CPU, silent)
    models = (experiment, experiment / "translation")
    translated = [TrainedTranslator.load(model, "cpu", "fp32").translate(volume) for model in models]
    assert np.array_equal(translated[0].array, translated[1].array)

    from CrossMoDAUDALib.translation.cyclegan import build_generator

    state = torch.load(experiment / "translation" / "checkpoint.pt", weights_only=True)
    generator = build_generator(settings)
    generator.load_state_dict(state["model"]["to_target"])
    again = TrainedTranslator(generator, settings, Acceleration(CPU)).translate(volume)
    assert np.array_equal(again.array, translated[0].array)
    assert translated[0].array.std() > 1


def test_what_is_no_trained_translator_is_refused(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trained image translator"):
        TrainedTranslator.load(tmp_path, "cpu")
    once = changed(epochs=1, decay_epochs=0, steps_per_epoch=1)
    train(*sliced, tmp_path / "translation", once, CPU, silent)
    description, weights = tmp_path / "translation" / "translator.json", tmp_path / "translation" / "generator.safetensors"
    whole = json.loads(description.read_text(encoding="utf-8"))
    for change, message in (
        ({"format": 2}, "has format 2"),
        ({"image_size": -1}, r"translator\.json is not usable: translation\.image_size"),
        ({"generator_blocks": 64, "generator_features": 512}, r"generator\.safetensors does not fit translator\.json"),
    ):
        description.write_text(json.dumps({**whole, **change}), encoding="utf-8")
        with pytest.raises(InputError, match=message):
            TrainedTranslator.load(tmp_path, "cpu")
    description.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"translator\.json is damaged"):
        TrainedTranslator.load(tmp_path, "cpu")
    description.write_text(json.dumps(whole), encoding="utf-8")
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"generator\.safetensors is damaged"):
        TrainedTranslator.load(tmp_path, "cpu")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is POSIX's")
def test_a_full_size_scan_is_sliced_and_translated_in_under_4_gb(tmp_path: Path, project_root: Path) -> None:
    program = textwrap.dedent(f"""
        import resource, sys
        sys.path.insert(0, {str(project_root / "CrossMoDAUDA")!r})
        from pathlib import Path
        import numpy as np, torch
        from CrossMoDAUDALib.images import volumes
        from CrossMoDAUDALib.compute.acceleration import Acceleration
        from CrossMoDAUDALib.core.settings import Settings
        from CrossMoDAUDALib.translation.networks import ResnetGenerator
        from CrossMoDAUDALib.translation.slices import build_slices
        from CrossMoDAUDALib.translation.trained import TrainedTranslator
        torch.set_num_threads(1)
        grid = volumes.Geometry((512, 512, 120), (0.4, 0.4, 1.0), (0.0, 0.0, 0.0), (-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0))
        values = np.random.default_rng(0).integers(0, 1000, (120, 512, 512)).astype(np.int16)
        volume, settings = volumes.Volume(values, grid), Settings()
        translated = TrainedTranslator(ResnetGenerator(4, 1), settings, Acceleration(torch.device('cpu'), True)).translate(volume)
        assert translated.array.shape == values.shape and translated.geometry == grid
        path = Path({str(tmp_path / "scan.nii")!r})
        volumes.write_volume(volume, path)
        build_slices([path], path.with_name("slices.npy"), settings)
        if sys.platform == "darwin":
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        else:  # which would also count what the process that started this one used
            print(1024 * next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")))
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4 * 2**30
