"""Slices of label maps lie on the slices of their images, and reach the translators that use labels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Volume
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler, build_label_slices, build_slices, open_slices
from translation_files import CPU, GRIDS, SETTINGS, changed, scan
from turned_scans import turned

LABELS = {"Cochlea": 2, "Vestibular schwannoma": 1}


def cut(folder: Path, cases: list[tuple[Path, Path]], settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    build_slices([image for image, _ in cases], folder / "images.npy", settings)
    build_label_slices(cases, folder / "labels.npy", settings)
    return open_slices(folder / "images.npy"), open_slices(folder / "labels.npy")


@pytest.mark.parametrize("size", [(32, 32, 9), (48, 20, 5), (27, 64, 3)])
@pytest.mark.parametrize("direction", GRIDS.values(), ids=GRIDS.keys())
def test_a_label_lies_on_what_it_labels(tmp_path: Path, size: tuple[int, int, int], direction: tuple[float, ...]) -> None:
    """The image is bright exactly where its label is, on every grid and through every resizing."""
    grid = replace(scan(size, direction).geometry)
    label = np.zeros(size[::-1], np.uint8)
    block = tuple(slice(length // 4, max(length // 4 + 2, length // 2)) for length in label.shape)
    label[block] = 2
    image, mask = tmp_path / "image.nii.gz", tmp_path / "label.nii.gz"
    volumes.write_volume(Volume((label > 0).astype(np.int16) * 100, grid), image)
    volumes.write_volume(Volume(label, grid), mask)
    images, labels = cut(tmp_path, [(image, mask)], replace(SETTINGS, labels=LABELS))
    assert images.shape == labels.shape and labels.dtype == np.uint8
    assert set(np.unique(labels)) == {0, 1}, "the number of the structure in the settings, not the value in the file"
    bright = images > 0.3 * FULL_SCALE
    overlap = 2 * (bright & (labels > 0)).sum() / (bright.sum() + (labels > 0).sum())
    assert overlap > 0.9


def test_labels_of_real_anatomy_lie_on_their_slices_also_after_turning(tmp_path: Path) -> None:
    """A phantom's tumour, saved in two orientations: label slices are the same, and brighter than what surrounds them in ceT1."""
    image, label = phantom.make_case(4, "ceT1", (48, 40, 12))
    found = []
    for name, change in (("as it is", lambda volume: volume), ("turned", turned)):
        folder = tmp_path / name
        folder.mkdir()
        files = folder / "image.nii.gz", folder / "label.nii.gz"
        for path, volume in zip(files, (image, label), strict=True):
            volumes.write_volume(change(volume), path)
        images, labels = cut(folder, [files], replace(SETTINGS, labels=phantom.LABELS))
        found.append(np.array(labels))
        tumour = labels == 1 + list(phantom.LABELS).index("Vestibular schwannoma")
        assert tumour.sum() > 5
        near = np.array(images)[tumour.any(axis=(1, 2))]
        assert np.array(images)[tumour].mean() > near.mean(), "it takes up contrast agent"
    np.testing.assert_array_equal(*found)


def test_labels_of_all_scans_follow_one_another(tmp_path: Path) -> None:
    cases = []
    for number, size in enumerate(((32, 32, 5), (48, 40, 3))):
        volume = scan(size, seed=number)
        cases.append((tmp_path / f"{number}.nii.gz", tmp_path / f"{number}_label.nii.gz"))
        volumes.write_volume(volume, cases[-1][0])
        values = np.full(volume.array.shape, 1 + number, np.uint8)
        volumes.write_volume(volume.with_array(values), cases[-1][1])
    images, labels = cut(tmp_path, cases, SETTINGS)
    assert len(images) == len(labels) == 8
    assert [int(one.max()) for one in labels] == [1] * 5 + [2] * 3
    cases[1][1].write_bytes(cases[1][1].read_bytes()[:-20])
    with pytest.raises(InputError, match="1_label"):
        build_label_slices(cases, tmp_path / "again.npy", SETTINGS)
    assert not (tmp_path / "again.npy").exists()


def test_a_batch_has_the_labels_of_its_own_source_slices(tmp_path: Path) -> None:
    for name, kind, count in (("source", np.int16, 7), ("target", np.int16, 5), ("labels", np.uint8, 7), ("short", np.uint8, 6)):
        np.save(tmp_path / f"{name}.npy", np.broadcast_to(np.arange(count, dtype=kind)[:, None, None], (count, 32, 32)))
    files = tmp_path / "source.npy", tmp_path / "target.npy"
    with_labels = SliceSampler(*files, SETTINGS.translation, 0, CPU, tmp_path / "labels.npy")
    without = SliceSampler(*files, SETTINGS.translation, 0, CPU)
    for step in range(with_labels.steps):
        source, target, labels = with_labels.batch(1, step)
        assert labels is not None and labels.dtype == torch.int64 and labels.shape == (2, 32, 32)
        assert torch.equal((source[:, 0] * FULL_SCALE).round().long(), labels)
        plain = without.batch(1, step)
        assert torch.equal(source, plain[0]) and torch.equal(target, plain[1]) and plain[2] is None
    with pytest.raises(CrossModaError, match=r"short\.npy does not lie on .*source\.npy"):
        SliceSampler(*files, SETTINGS.translation, 0, CPU, tmp_path / "short.npy")


def test_only_a_translator_that_uses_labels_has_them_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    from CrossMoDAUDALib.cohort.finding import Cohort
    from CrossMoDAUDALib.method.plan import LABEL_SLICES, plan
    from CrossMoDAUDALib.translation import registry

    def stages() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
        return {stage.name: (stage.reads, stage.writes) for stage in plan(changed(), Cohort((), (), ()))}

    assert not any(LABEL_SLICES in files for both in stages().values() for files in both)
    found = dict(registry._REGISTRATIONS)
    monkeypatch.setattr(registry, "_REGISTRATIONS", {**found, "cyclegan-resnet": replace(found["cyclegan-resnet"], uses_labels=True)})
    assert LABEL_SLICES in stages()["translation/source_slices"][1]
    assert LABEL_SLICES not in stages()["translation/target_slices"][1]
    assert LABEL_SLICES in stages()["translation/train"][0]
    assert plan(with_values(changed(), {"translation.translator": "none"}), Cohort((), (), ())), "without a translator too"


def test_an_experiment_trains_with_labels(tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stages of a real experiment hand the labels of its cases to the translator."""
    from CrossMoDAUDALib.cohort.finding import find_crossmoda
    from CrossMoDAUDALib.experiment.folder import Experiment
    from CrossMoDAUDALib.method import plan
    from CrossMoDAUDALib.translation import registry
    from CrossMoDAUDALib.translation.cyclegan import CycleGAN

    class Watching(CycleGAN):
        seen: list[torch.Tensor | None] = []

        def step(self, source: torch.Tensor, target: torch.Tensor, labels: torch.Tensor | None = None) -> dict[str, torch.Tensor]:
            self.seen.append(labels)
            return super().step(source, target, labels)

    found = registry._REGISTRATIONS["cyclegan-resnet"]
    monkeypatch.setitem(registry._REGISTRATIONS, "cyclegan-resnet", replace(found, make=Watching, uses_labels=True))
    settings = with_values(SETTINGS, {"device": "cpu", "helper_processes": 0, "translation.epochs": 1, "translation.decay_epochs": 0})
    experiment = Experiment.create(tmp_path / "experiment", settings, find_crossmoda(tiny_cohort), {})
    experiment.carry_out([stage for stage in plan.plan(settings, experiment.cohort) if stage.name.startswith("translation/")])
    assert len(Watching.seen) == settings.translation.steps_per_epoch and all(labels is not None for labels in Watching.seen)
    assert set(torch.unique(torch.stack([labels for labels in Watching.seen if labels is not None])).tolist()) <= {0, 1, 2}
    assert open_slices(experiment.folder / plan.LABEL_SLICES).any()


def test_outlines_of_sample_slices_lie_on_their_labels(tmp_path: Path) -> None:
    from CrossMoDAUDALib.core.structures import structure_of
    from CrossMoDAUDALib.translation.samples import write_outlines
    from CrossMoDAUDALib.translation.slices import labels_of_slices, spread_places
    from PIL import Image

    cases = []
    for number, change in enumerate((lambda volume: volume, turned)):
        files = tmp_path / f"image {number}.nii.gz", tmp_path / f"label {number}.nii.gz"
        for path, volume in zip(files, phantom.make_case(number, "ceT1", (40, 40, 12)), strict=True):
            volumes.write_volume(change(volume), path)
        cases.append(files)
    settings = replace(SETTINGS, labels=phantom.LABELS)
    _images, labels = cut(tmp_path, cases, settings)
    places = spread_places(open_slices(tmp_path / "images.npy"), 4)
    assert places[1] < 12 <= places[2], "slices of both cases"
    found = labels_of_slices(cases, places.tolist(), 32, settings)
    numbers = np.zeros(256, np.uint8)
    numbers[list(phantom.LABELS.values())] = np.arange(1, 3)
    np.testing.assert_array_equal(numbers[found], np.array(labels)[places])
    write_outlines(tmp_path / "samples", tmp_path / "images.npy", cases, settings)
    picture = np.asarray(Image.open(tmp_path / "samples" / "outlines.png"))
    assert picture.shape == (4 * 34 * 8, 34 * 8, 4)
    tiles = picture.reshape(4, 34 * 8, 34 * 8, 4)[:, 8:-8, 8:-8]
    enlarged = found.repeat(8, 1).repeat(8, 2)
    for name, value in phantom.LABELS.items():
        drawn = (tiles[..., 3] == 255) & (tiles[..., :3] == structure_of(name, value).colour).all(axis=-1)
        assert drawn.any() and not drawn[enlarged != value].any()
        wanted = [(label == value).any() for label in found]
        assert [tile.any() for tile in drawn] == wanted
        assert drawn.sum() < 0.8 * (enlarged == value).sum(), "the inside is left open"
    assert not tiles[enlarged == 0].any()
