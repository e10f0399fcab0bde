"""Scans to slices to a trained translator and back to scans: deterministic, resumable, geometry untouched."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler, build_slices, open_slices, steps_per_epoch, to_unit
from CrossMoDAUDALib.translation.training import train
from CrossMoDAUDALib.translation.translator import Translator
from torch import nn

CPU = torch.device("cpu")
TINY = TranslationSettings(
    image_size=32,
    generator_features=2,
    generator_blocks=1,
    discriminator_features=2,
    batch_size=2,
    epochs=2,
    decay_epochs=2,
    steps_per_epoch=3,
    pool_size=3,
    learning_rate=0.002,
)
SETTINGS = Settings(translation=TINY, seed=5)
COS, SIN = np.cos(0.3), np.sin(0.3)
GRIDS = {
    "axial": (1, 0, 0, 0, 1, 0, 0, 0, 1),
    "flipped": (-1, 0, 0, 0, -1, 0, 0, 0, 1),
    "sagittal": (0, 0, 1, 1, 0, 0, 0, -1, 0),
    "oblique": (COS, -SIN, 0, SIN, COS, 0, 0, 0, -1),
}


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def scan(size: tuple[int, int, int] = (32, 32, 5), direction: tuple[float, ...] = GRIDS["axial"], seed: int = 0) -> Volume:
    """Noise on an anisotropic grid of ``size`` (x, y, z)."""
    values = np.random.default_rng(seed).integers(-50, 1200, size[::-1]).astype(np.int16)
    return Volume(values, Geometry(size, (0.4, 0.5, 1.5), (-31.25, 7.5, 102.0), tuple(float(d) for d in direction)))


def written(folder: Path, *scans: Volume) -> list[Path]:
    paths = [folder / f"scan {number}.nii.gz" for number in range(len(scans))]
    for path, volume in zip(paths, scans, strict=True):
        volumes.write_volume(volume, path)
    return paths


@pytest.fixture
def sliced(tmp_path: Path) -> tuple[Path, Path]:
    """Files of slices of two tiny domains whose scans are gone."""
    outs = tmp_path / "source.npy", tmp_path / "target.npy"
    for seed, out in enumerate(outs):
        paths = written(tmp_path, scan(seed=seed), scan((40, 28, 4), seed=seed + 10))
        build_slices(paths, out, TINY, silent)
        for path in paths:
            path.unlink()
    return outs


# Slices


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
def test_slices_are_the_axial_slices_of_the_scaled_scan(tmp_path: Path, direction: tuple[float, ...]) -> None:
    volume = scan((32, 32, 32), direction)
    build_slices(written(tmp_path, volume), tmp_path / "slices.npy", TINY)
    canonical = volumes.to_canonical(volume)
    assert canonical.geometry.matrix[2, 2] > 0.9  # the first array axis is axial
    expected = volumes.scale_intensity(canonical.array, TINY.lower_percentile, TINY.upper_percentile)
    slices = open_slices(tmp_path / "slices.npy")
    assert slices.dtype == np.int16
    np.testing.assert_allclose(to_unit(torch.from_numpy(np.array(slices)))[:, 0], expected, atol=1 / FULL_SCALE)


def test_slices_of_all_scans_follow_one_another_and_are_resized(tmp_path: Path) -> None:
    one, two = scan((32, 32, 5)), scan((48, 40, 3), seed=1)
    reports: list[tuple[int, int]] = []
    build_slices(written(tmp_path, one, two), tmp_path / "both.npy", TINY, lambda step, total, *_, **__: reports.append((step, total)))
    build_slices(written(tmp_path, two), tmp_path / "second.npy", TINY)
    both = open_slices(tmp_path / "both.npy")
    assert both.shape == (8, 32, 32)
    assert np.array_equal(both[5:], open_slices(tmp_path / "second.npy"))
    assert reports == [(1, 2), (2, 2)]


def test_a_damaged_scan_leaves_no_slices_behind(tmp_path: Path) -> None:
    paths = written(tmp_path, scan(), scan())
    paths[1].write_bytes(paths[1].read_bytes()[:-200])
    with pytest.raises(InputError, match="scan 1"):
        build_slices(paths, tmp_path / "slices.npy", TINY)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


def test_no_scans_and_no_slices_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scans"):
        build_slices([], tmp_path / "slices.npy", TINY)
    with pytest.raises(CrossModaError, match=r"slices\.npy is missing or damaged"):
        open_slices(tmp_path / "slices.npy")


# Sampler


@pytest.fixture
def numbered(tmp_path: Path) -> tuple[Path, Path]:
    """Seven source and three target slices, each filled with its own number."""
    paths = tmp_path / "seven.npy", tmp_path / "three.npy"
    for path, count in zip(paths, (7, 3), strict=True):
        np.save(path, np.broadcast_to(np.arange(count, dtype=np.int16)[:, None, None], (count, 32, 32)))
    return paths


def drawn(sampler: SliceSampler, epoch: int) -> tuple[list[int], list[int]]:
    batches = [sampler.batch(epoch, step) for step in range(sampler.steps)]
    source, target = ([round(value * FULL_SCALE) for pair in batches for value in pair[i][:, 0, 0, 0].tolist()] for i in (0, 1))
    return source, target


def test_an_epoch_is_one_pass_over_the_larger_domain(numbered: tuple[Path, Path]) -> None:
    settings = replace(TINY, steps_per_epoch=0)
    sampler = SliceSampler(*numbered, settings, 0, CPU)
    assert sampler.counts == (7, 3)
    assert sampler.steps == steps_per_epoch(settings, 7, 3) == 4
    source, target = drawn(sampler, 0)
    assert sorted(source[:7]) == list(range(7))
    assert sorted(target[:3]) == sorted(target[3:6]) == [0, 1, 2]
    images, _ = sampler.batch(0, 0)
    assert images.shape == (2, 1, 32, 32)
    assert images.dtype == torch.float32


def test_a_batch_depends_on_seed_epoch_and_step_only(numbered: tuple[Path, Path]) -> None:
    sampler = SliceSampler(*numbered, TINY, 0, CPU)
    first = drawn(sampler, 4)
    drawn(sampler, 0)
    assert drawn(sampler, 4) == first == drawn(SliceSampler(*numbered, TINY, 0, CPU), 4)
    assert torch.equal(SliceSampler(*numbered, TINY, 0, CPU).batch(4, 2)[0], sampler.batch(4, 2)[0])
    assert drawn(sampler, 5) != first
    assert drawn(SliceSampler(*numbered, TINY, 1, CPU), 4) != first


def test_a_set_number_of_steps_is_kept() -> None:
    assert steps_per_epoch(replace(TINY, steps_per_epoch=500), 7, 3) == 500


# Training


def test_training_needs_no_scans_and_leaves_what_it_says(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    told: list[tuple[int, int, str, dict[str, float]]] = []
    out = tmp_path / "translation"
    train(*sliced, out, SETTINGS, CPU, lambda step, total, message="", **metrics: told.append((step, total, message, metrics)))
    names = {str(path.relative_to(out).as_posix()) for path in out.rglob("*") if path.is_file()}
    pictures = {f"samples/{name}.png" for name in ("epoch_0001", "epoch_0002", "epoch_0003", "epoch_0004", "latest")}
    checkpoints = {"checkpoint.pt", "checkpoint_previous.pt", "checkpoints.json"}
    assert names == {"losses.csv", "generator.safetensors", "translator.json"} | checkpoints | pictures
    assert [(step, total, message) for step, total, message, _ in told if step % 3 == 0] == [
        (3 * epoch, 12, f"epoch {epoch} of 4") for epoch in (1, 2, 3, 4)
    ]
    rows = [line.split(",") for line in (out / "losses.csv").read_text(encoding="utf-8").splitlines()]
    assert [row[0] for row in rows] == ["epoch", "1", "2", "3", "4"]
    rates = [float(row[rows[0].index("learning_rate")]) for row in rows[1:]]
    assert rates == pytest.approx([0.002, 0.002, 0.002 * 2 / 3, 0.002 / 3])
    assert told[-1][3] == {name: float(value) for name, value in zip(rows[0][1:], rows[-1][1:], strict=True)}
    described = json.loads((out / "translator.json").read_text(encoding="utf-8"))
    assert described["format"] == 1
    assert (described["image_size"], described["translator"]) == (32, "cyclegan-resnet")


def test_training_teaches_the_generators_their_cycle(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:32, 0:32]
    squares = np.stack([(abs(rows - 10 - i) < 8) & (abs(columns - 20 + i) < 6) for i in range(8)]) * 1.4 - 0.7
    files = tmp_path / "source.npy", tmp_path / "target.npy"
    for path, contrast in zip(files, (1, -1), strict=True):
        np.save(path, (contrast * squares * FULL_SCALE).astype(np.int16))
    changes = {"epochs": 4, "decay_epochs": 0, "steps_per_epoch": 12, "generator_features": 8, "checkpoint_every": 4}
    train(*files, tmp_path / "out", replace(SETTINGS, translation=replace(TINY, **changes)), CPU, silent)
    lines = (tmp_path / "out" / "losses.csv").read_text(encoding="utf-8").splitlines()
    column = lines[0].split(",").index("cycle_source")
    losses = [float(line.split(",")[column]) for line in lines[1:]]
    assert losses[-1] < 0.5 * losses[0]


def result(folder: Path) -> tuple[str, bytes, bytes]:
    names = ("generator.safetensors", "samples/latest.png")
    one, two = ((folder / name).read_bytes() for name in names)
    return (folder / "losses.csv").read_text(encoding="utf-8"), one, two


class Killed(BaseException):
    """Stands for the end of the process."""


def test_without_its_newest_checkpoint_a_training_goes_on_from_the_one_before(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    whole, told = result(tmp_path / "out"), []
    (tmp_path / "out" / "checkpoint.pt").unlink()
    train(*sliced, tmp_path / "out", SETTINGS, CPU, lambda step, total, *_, **__: told.append((step, total)))
    total = told[0][1]
    assert total * (TINY.epochs + TINY.decay_epochs - 1) // (TINY.epochs + TINY.decay_epochs) < min(step for step, _ in told) <= total
    assert result(tmp_path / "out") == whole


@pytest.mark.parametrize(("every", "stop"), [(1, 6), (1, 7), (2, 9)], ids=["after an epoch", "within an epoch", "between checkpoints"])
def test_a_killed_training_ends_as_one_that_was_not(sliced: tuple[Path, Path], tmp_path: Path, every: int, stop: int) -> None:
    settings = replace(SETTINGS, translation=replace(TINY, checkpoint_every=every))
    train(*sliced, tmp_path / "whole", settings, CPU, silent)
    steps: list[int] = []

    def kill(step: int, total: int, message: str = "", **metrics: float) -> None:
        if step >= stop:
            raise Killed

    with pytest.raises(Killed):
        train(*sliced, tmp_path / "killed", settings, CPU, kill)
    assert not (tmp_path / "killed" / "translator.json").exists()
    torch.rand(7)  # the process's own random numbers play no part
    train(*sliced, tmp_path / "killed", settings, CPU, lambda step, *_, **__: steps.append(step))
    assert min(steps) > 3  # it did not start over
    assert result(tmp_path / "killed") == result(tmp_path / "whole")


def test_the_same_seed_trains_the_same_translator(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    for name, seed in (("one", 5), ("two", 5), ("other", 6)):
        train(*sliced, tmp_path / name, replace(SETTINGS, seed=seed), CPU, silent)
    assert result(tmp_path / "one") == result(tmp_path / "two")
    assert result(tmp_path / "one")[1] != result(tmp_path / "other")[1]


def test_a_finished_training_is_not_trained_further(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    train(*sliced, tmp_path / "out", SETTINGS, CPU, silent)
    before = result(tmp_path / "out")
    told: list[int] = []
    train(*sliced, tmp_path / "out", SETTINGS, CPU, lambda step, *_, **__: told.append(step))
    assert not told
    assert result(tmp_path / "out") == before


def test_a_diverging_training_names_the_learning_rate(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    wild = replace(SETTINGS, translation=replace(TINY, learning_rate=1e30))
    with pytest.raises(CrossModaError, match=r"translation\.learning_rate") as caught:
        train(*sliced, tmp_path / "out", wild, CPU, silent)
    assert not isinstance(caught.value, InputError)
    assert not (tmp_path / "out" / "checkpoint.pt").exists()


def test_a_checkpoint_of_other_settings_or_a_damaged_one_is_refused(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    once = replace(SETTINGS, translation=replace(TINY, epochs=1, decay_epochs=0, steps_per_epoch=1))
    train(*sliced, tmp_path / "out", once, CPU, silent)
    with pytest.raises(CrossModaError, match=r"another seed \(5, now 6\)"):
        train(*sliced, tmp_path / "out", replace(once, seed=6), CPU, silent)
    checkpoint = tmp_path / "out" / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    with pytest.raises(CrossModaError, match="is damaged; delete it"):
        train(*sliced, tmp_path / "out", once, CPU, silent)


def test_the_sample_picture_shows_each_domain_and_its_translation(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    from PIL import Image

    once = replace(SETTINGS, translation=replace(TINY, epochs=1, decay_epochs=0, steps_per_epoch=1))
    train(*sliced, tmp_path / "out", once, CPU, silent)
    picture = np.asarray(Image.open(tmp_path / "out" / "samples" / "latest.png"))
    assert picture.shape == (4 * 34 * 8, 4 * 34 * 8)
    source, target = SliceSampler(*sliced, TINY, 5, CPU).spread(4)
    for column, images in ((0, source), (2, target)):
        shown = picture[8 : 33 * 8 : 8, (34 * column + 1) * 8 : (34 * column + 33) * 8 : 8].astype(float) / 127.5 - 1
        np.testing.assert_allclose(shown, images[0, 0], atol=0.005)


# Translation of volumes


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
def test_a_generator_that_changes_nothing_gives_the_scaled_scan_on_its_own_grid(direction: tuple[float, ...]) -> None:
    volume = scan((32, 32, 32), direction)
    told: list[tuple[int, int]] = []
    how = Acceleration(CPU)
    translated = Translator(nn.Identity(), TINY, how).translate(volume, lambda step, total, *_, **__: told.append((step, total)))
    scaled = volumes.scale_intensity(volume.array, TINY.lower_percentile, TINY.upper_percentile)
    assert np.array_equal(translated.array, volumes.to_stored(scaled))
    assert translated.geometry == volume.geometry
    assert told[-1] == (32, 32)


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
@pytest.mark.parametrize("size", [(48, 20, 9), (27, 64, 2)])
def test_a_translated_scan_lies_exactly_where_the_scan_does(size: tuple[int, int, int], direction: tuple[float, ...]) -> None:
    """A bright block stays where it is, on every grid, when slices are resized there and back."""
    grid = Geometry(size, (0.4, 0.5, 1.5), (-31.25, 7.5, 102.0), tuple(float(d) for d in direction))
    array = np.zeros(size[::-1], np.int16)
    block = tuple(slice(length // 4, max(length // 4 + 1, length // 2)) for length in array.shape)
    array[block] = 100
    translated = Translator(nn.Identity(), TINY, Acceleration(CPU)).translate(Volume(array, grid))
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
    settings = replace(TINY, translator=kind, image_size=size, epochs=1, decay_epochs=0, steps_per_epoch=1)
    volume = scan((40, 36, 3))
    build_slices(written(tmp_path, volume), tmp_path / "slices.npy", settings)
    experiment = tmp_path / "experiment"
    everything = Settings(translation=settings)
    train(tmp_path / "slices.npy", tmp_path / "slices.npy", experiment / "translation", everything, CPU, silent)
    models = (experiment, experiment / "translation")
    translated = [Translator.load(model, "cpu", "fp32").translate(volume) for model in models]
    assert np.array_equal(translated[0].array, translated[1].array)

    from CrossMoDAUDALib.translation.networks import build_generator

    state = torch.load(experiment / "translation" / "checkpoint.pt", weights_only=True)
    generator = build_generator(settings)
    generator.load_state_dict(state["model"]["to_target"])
    again = Translator(generator, settings, Acceleration(CPU)).translate(volume)
    assert np.array_equal(again.array, translated[0].array)
    assert translated[0].array.std() > 1


def test_what_is_no_trained_translator_is_refused(sliced: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no trained image translator"):
        Translator.load(tmp_path, "cpu")
    once = replace(SETTINGS, translation=replace(TINY, epochs=1, decay_epochs=0, steps_per_epoch=1))
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
            Translator.load(tmp_path, "cpu")
    description.write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"translator\.json is damaged"):
        Translator.load(tmp_path, "cpu")
    description.write_text(json.dumps(whole), encoding="utf-8")
    weights.write_bytes(weights.read_bytes()[:-10])
    with pytest.raises(InputError, match=r"generator\.safetensors is missing, damaged"):
        Translator.load(tmp_path, "cpu")


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
        from CrossMoDAUDALib.core.settings import TranslationSettings
        from CrossMoDAUDALib.translation.networks import ResnetGenerator
        from CrossMoDAUDALib.translation.slices import build_slices
        from CrossMoDAUDALib.translation.translator import Translator
        torch.set_num_threads(1)
        grid = volumes.Geometry((512, 512, 120), (0.4, 0.4, 1.0), (0.0, 0.0, 0.0), (-1.0, 0, 0, 0, -1.0, 0, 0, 0, 1.0))
        values = np.random.default_rng(0).integers(0, 1000, (120, 512, 512)).astype(np.int16)
        volume, settings = volumes.Volume(values, grid), TranslationSettings()
        translated = Translator(ResnetGenerator(4, 1), settings, Acceleration(torch.device('cpu'), True)).translate(volume)
        assert translated.array.shape == values.shape and translated.geometry == grid
        path = Path({str(tmp_path / "scan.nii")!r})
        volumes.write_volume(volume, path)
        build_slices([path], path.with_name("slices.npy"), settings)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(peak * (1 if sys.platform == "darwin" else 1024))
    """)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 4 * 2**30
