"""Scans to slices to batches: geometry untouched, deterministic."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.images import intensity, volumes
from CrossMoDAUDALib.translation.registry import registration
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler, build_slices, open_slices, steps_per_epoch, to_unit
from translation_files import CPU, GRIDS, SETTINGS, changed, scan, written


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


# Slices


@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
def test_slices_are_the_axial_slices_of_the_scaled_scan(tmp_path: Path, direction: tuple[float, ...]) -> None:
    volume = scan((32, 32, 32), direction)
    build_slices(written(tmp_path, volume), tmp_path / "slices.npy", SETTINGS)
    canonical = volumes.to_canonical(volume)
    assert canonical.geometry.matrix[2, 2] > 0.9  # the first array axis is axial
    expected = intensity.scale_intensity(canonical.array, SETTINGS.intensity.lower_percentile, SETTINGS.intensity.upper_percentile)
    slices = open_slices(tmp_path / "slices.npy")
    assert slices.dtype == np.int16
    np.testing.assert_allclose(to_unit(torch.from_numpy(np.array(slices)))[:, 0], expected, atol=1 / FULL_SCALE)


def test_slices_of_all_scans_follow_one_another_and_are_resized(tmp_path: Path) -> None:
    one, two = scan((32, 32, 5)), scan((48, 40, 3), seed=1)
    reports: list[tuple[int, int]] = []
    build_slices(written(tmp_path, one, two), tmp_path / "both.npy", SETTINGS, lambda step, total, *_, **__: reports.append((step, total)))
    build_slices(written(tmp_path, two), tmp_path / "second.npy", SETTINGS)
    both = open_slices(tmp_path / "both.npy")
    assert both.shape == (8, 32, 32)
    assert np.array_equal(both[5:], open_slices(tmp_path / "second.npy"))
    assert reports == [(1, 2), (2, 2)]


def test_a_damaged_scan_leaves_no_slices_behind(tmp_path: Path) -> None:
    paths = written(tmp_path, scan(), scan())
    paths[1].write_bytes(paths[1].read_bytes()[:-200])
    with pytest.raises(InputError, match="scan 1"):
        build_slices(paths, tmp_path / "slices.npy", SETTINGS)
    assert {path.name for path in tmp_path.iterdir()} == {path.name for path in paths}


def test_no_scans_and_no_slices_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no scans"):
        build_slices([], tmp_path / "slices.npy", SETTINGS)
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
    settings = changed(steps_per_epoch=0).translation
    sampler = SliceSampler(*numbered, settings, 0, CPU)
    assert sampler.counts == (7, 3)
    assert sampler.steps == steps_per_epoch(settings, 7, 3) == 4
    source, target = drawn(sampler, 0)
    assert sorted(source[:7]) == list(range(7))
    assert sorted(target[:3]) == sorted(target[3:6]) == [0, 1, 2]
    images, _, labels = sampler.batch(0, 0)
    assert labels is None
    assert images.shape == (2, 1, 32, 32)
    assert images.dtype == torch.float32


def test_a_batch_depends_on_seed_epoch_and_step_only(numbered: tuple[Path, Path]) -> None:
    sampler = SliceSampler(*numbered, SETTINGS.translation, 0, CPU)
    first = drawn(sampler, 4)
    drawn(sampler, 0)
    assert drawn(sampler, 4) == first == drawn(SliceSampler(*numbered, SETTINGS.translation, 0, CPU), 4)
    assert torch.equal(SliceSampler(*numbered, SETTINGS.translation, 0, CPU).batch(4, 2)[0], sampler.batch(4, 2)[0])
    assert drawn(sampler, 5) != first
    assert drawn(SliceSampler(*numbered, SETTINGS.translation, 1, CPU), 4) != first


def test_slices_that_show_nothing_are_not_learned_from(tmp_path: Path) -> None:
    """One of air, one of air and a faint spot; the labels of the others stay theirs."""
    source, target, labels = (tmp_path / f"{name}.npy" for name in ("source", "target", "labels"))
    slices = np.full((5, 32, 32), -32767, np.int16)
    slices[1, 4:6, 4:6] += 1500  # 2.3 % of the range
    slices[2:, 0, 0] = (-30000, 0, 32767)
    np.save(source, slices)
    np.save(target, slices[[0, 1, 4]])
    np.save(labels, np.broadcast_to(np.arange(5, dtype=np.uint8)[:, None, None], slices.shape))
    sampler = SliceSampler(source, target, changed(steps_per_epoch=12).translation, 0, CPU, labels)
    assert sampler.counts == (5, 3), "a checkpoint knows its files by these"
    seen = set()
    for step in range(sampler.steps):
        images, others, classes = sampler.batch(0, step)
        assert classes is not None
        seen |= {
            (round(float(image[0, 0, 0]) * FULL_SCALE), int(structure[0, 0])) for image, structure in zip(images, classes, strict=True)
        }
        assert (others[:, 0, 0, 0] == 1).all()
    assert seen == {(-30000, 2), (0, 3), (32767, 4)}


@pytest.mark.parametrize("translator", ["cyclegan-resnet", "cut"])
def test_a_slice_of_air_would_outweigh_all_others(translator: str) -> None:
    """Why they are not learned from: the larger gradients come from what the norms make of no contrast."""
    settings = with_values(preset_settings("smoke", translator), {"translation.image_size": 64, "translation.batch_size": 1})
    draws = torch.Generator().manual_seed(1)
    real, air = torch.rand((1, 1, 64, 64), generator=draws) * 2 - 1, torch.full((1, 1, 64, 64), -1.0)
    found = {}
    for name, source in (("real", real), ("air", air)):
        model: Any = registration(translator).make(settings, Acceleration(CPU))
        network = model.trained_network()
        for _ in range(3):
            model.step(source, real)
        found[name] = max(float(one.grad.norm()) for one in network.parameters() if one.grad is not None)
    assert found["air"] > 10 * found["real"]


def test_a_set_number_of_steps_is_kept() -> None:
    assert steps_per_epoch(changed(steps_per_epoch=500).translation, 7, 3) == 500
