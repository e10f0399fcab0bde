"""The signal of labelled structures scaled in training: by how much, counted from where, and in the training itself."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method.plan import SOURCE_ONLY_TRAINING, iteration
from CrossMoDAUDALib.method.training_cases import settings_for
from CrossMoDAUDALib.segmentation.dataset import drawn_by_weight
from CrossMoDAUDALib.segmentation.structure_scaling import Factors, ObservedDataset, StructureScaling, factors_of
from scipy import ndimage
from test_segmentation_training import FOLD, PSEUDO_TARGET, SELF_TRAINING, StopError, settings_of, train


def scaled(scaling: StructureScaling, image: list[float], labels: list[int]) -> list[float]:
    """A patch of one line of voxels after the transform."""
    patch = {"image": torch.tensor(image).reshape(1, 1, 1, -1), "segmentation": torch.tensor(labels).reshape(1, 1, 1, -1)}
    found: list[float] = scaling(**patch)["image"].flatten().tolist()
    return found


def test_a_signal_is_counted_from_the_scans_darkest_voxel_and_ends_at_its_brightest() -> None:
    halving, fourfold = StructureScaling([Factors(1, 0.5, 0.5)]), StructureScaling([Factors(1, 4, 4)])
    for scaling in (halving, fourfold):
        scaling.now_from(-2, 4)
    # Background, padding (-1), and signals of 1, 3 and 6 above the darkest, -2.
    image, labels = [0.0, -1.0, 0.0, 0.0, -1.0, 1.0, 4.0], [0, -1, 0, 1, 1, 1, 1]
    third, two = 0.5 ** (1 / 3), 0.5 ** (2 / 3)  # the edge: a third of the voxels around, then two thirds
    expected = [0, -1, 2 * third - 2, 2 * two - 2, -1.5, -0.5, 1]
    assert scaled(halving, image, labels) == pytest.approx(expected)
    assert scaled(fourfold, image, labels) == pytest.approx([0, -1, 2 * 4 ** (1 / 3) - 2, min(2 * 4 ** (2 / 3) - 2, 4), 2, 4, 4])


def test_the_edge_is_softened_along_every_axis_and_nothing_else_changes() -> None:
    inside = np.zeros((7, 8, 9), int)
    inside[2:5, 3:6, 3:7] = 1
    image = torch.ones(1, *inside.shape)
    doubling = StructureScaling([Factors(1, 2, 2)])
    doubling.now_from(0, 9)
    found = doubling(image=image, segmentation=torch.tensor(inside)[None])["image"][0].numpy()
    np.testing.assert_allclose(found, 2 ** ndimage.uniform_filter(inside.astype(float), 3), rtol=1e-6)
    assert found[3, 4, 4] == found.max() == 2 and (found[0] == 1).all() and (found[:, :, -1] == 1).all()


def test_a_range_above_one_makes_structures_brighter_only_and_target_scans_stay_as_they_are() -> None:
    brighter = StructureScaling([Factors(1, 1.2, 4)])
    line, labels = [1.0, 1.0, 1.0], [1, 1, 1]
    brighter.now_from(0, 100, is_source=False)
    assert scaled(brighter, line, labels) == line
    brighter.now_from(0, 100)
    factors = [scaled(brighter, line, labels)[1] for _ in range(200)]
    assert 1.2 <= min(factors) < 1.5 and 3.2 < max(factors) <= 4
    with pytest.raises(InputError, match=r"lowest=3 is above .*highest=2; set both"):
        with_values(Settings(), {"segmentation.structure_scaling_lowest": 3})


def test_what_is_known_of_a_structure_goes_before_what_is_set_for_all() -> None:
    values = {"segmentation.bright_in_target": "Cochlea", "segmentation.structure_scaling_probability": 0.3}
    settings = with_values(Settings(), values)
    assert factors_of(settings) == [Factors(0.3, 0.5, 2.0), Factors(0.9, 1.2, 4.0)]
    turned = with_values(settings, {"labels": "Cochlea:2,Vestibular schwannoma:1"})
    assert factors_of(turned) == factors_of(settings), "by their values, as nnU-Net numbers them"
    dark = with_values(settings, {"segmentation.bright_in_target": "", "segmentation.dark_in_target": "Cochlea"})
    assert factors_of(dark)[1] == Factors(0.9, 0.25, 1 / 1.2)
    torch.manual_seed(0)
    scaling = StructureScaling([Factors(0, 1, 1), Factors(0.9, 1.2, 4.0)])
    scaling.now_from(0, 100)
    found = [scaled(scaling, [1.0] * 6, [1, 1, 1, 2, 2, 2]) for _ in range(300)]
    assert {line[1] for line in found} == {1.0} and 0.05 < np.mean([line[4] == 1 for line in found]) < 0.16
    assert all(line[4] == 1 or 1.2 <= line[4] <= 4 for line in found)


def test_a_structure_is_bright_or_dark_and_one_of_the_labels() -> None:
    with pytest.raises(InputError, match="both name 'Cochlea'; name it in one"):
        with_values(Settings(), {"segmentation.bright_in_target": "Cochlea", "segmentation.dark_in_target": "Cochlea"})
    for key in ("bright_in_target", "dark_in_target"):
        with pytest.raises(InputError, match=f"segmentation.{key} names 'Choclea', which is not a structure; .*Cochlea"):
            with_values(Settings(), {f"segmentation.{key}": "Choclea"})


def test_halving_is_half_the_signal_whatever_nnunets_normalisation_did() -> None:
    stored = np.array([1, 401, 801, 1201, 2001], np.float32)  # network images: 1 is the darkest, 2001 the brightest
    mean, deviation = stored.mean(), stored.std()
    normalised = (stored - mean) / deviation
    halving = StructureScaling([Factors(1, 0.5, 0.5)])
    halving.now_from(float(normalised.min()), float(normalised.max()))
    found = np.array(scaled(halving, normalised.tolist(), [1, 1, 1, 1, 1])) * deviation + mean
    np.testing.assert_allclose(found, [1, 201, 401, 601, 1001], atol=1e-3)


def test_each_structure_has_a_draw_and_a_factor_of_its_own() -> None:
    scaling = StructureScaling([Factors(0.25, 0.5, 2)] * 2)
    scaling.now_from(0, 100)
    torch.manual_seed(1)
    line, labels = [1.0] * 9, [0, 0, 1, 1, 1, 0, 2, 2, 2]  # the middle of each structure has its factor
    factors = np.array([scaled(scaling, line, labels) for _ in range(4000)])[:, [0, 3, 7]]
    assert (factors[:, 0] == 1).all()
    changed = factors[:, 1:] != 1
    # Standard errors: .007 of a share of .25, .004 of one of .0625.
    np.testing.assert_allclose(changed.mean(axis=0), 0.25, atol=0.03)
    assert abs(changed.all(axis=1).mean() - 0.0625) < 0.016
    both = factors[changed.all(axis=1), 1:]
    assert abs(np.corrcoef(np.log(both).T)[0, 1]) < 0.25
    drawn = np.log2(factors[:, 1:][changed])
    assert drawn.min() >= -1 and drawn.max() <= 1 and abs(np.median(drawn)) < 0.1  # as often halved as doubled


def test_the_range_is_that_of_the_whole_case_also_in_another_process(tiny_experiment: Path) -> None:
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    folder = tiny_experiment / "nnunet" / "preprocessed" / SELF_TRAINING / "nnUNetPlans_3d_fullres"
    scaling = StructureScaling([Factors(1, 0.5, 0.5)])
    dataset, scaling = pickle.loads(pickle.dumps((ObservedDataset(nnUNetDatasetBlosc2(str(folder)), scaling), scaling)))
    for name in ("source_0000", "target_0001", "source_0000"):
        image = np.asarray(dataset.load_case(name)[0][:])
        ends = [float(image.max()), float(image.min())]
        expected = [(image.max() + image.min()) / 2, image.min()] if name.startswith("source") else ends
        np.testing.assert_allclose(scaled(scaling, ends, [1, 1]), expected, atol=1e-5)


def test_a_training_scales_and_goes_on_to_the_same_weights(tiny_experiment: Path, tmp_path: Path) -> None:
    def cancel(step: int, *_: Any, **__: Any) -> None:
        if step == 3:
            raise StopError

    settings = settings_of(tiny_experiment, structure_scaling_probability=1.0, checkpoint_every=1)
    train(tiny_experiment, tmp_path / "whole", settings)
    with pytest.raises(StopError):
        train(tiny_experiment, tmp_path / "resumed", settings, cancel)
    train(tiny_experiment, tmp_path / "resumed", settings)
    plain = (tiny_experiment / "iteration_0" / "model" / "segmenter.safetensors").read_bytes()
    whole, resumed = ((tmp_path / name / "model" / "segmenter.safetensors").read_bytes() for name in ("whole", "resumed"))
    assert whole == resumed != plain
    assert (tmp_path / "whole" / PSEUDO_TARGET / FOLD).is_dir()


def test_a_training_scales_in_augmentation_processes(tiny_experiment: Path, tmp_path: Path) -> None:
    train(tiny_experiment, tmp_path, settings_of(tiny_experiment, structure_scaling_probability=1.0, epochs=1), workers=1)
    assert (tmp_path / "model" / "model.json").is_file()


def test_pseudo_labels_are_drawn_by_their_weight(tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    names = ["source_0000", "source_0001", "target_0000"]
    assert drawn_by_weight(names, 1) == names
    assert drawn_by_weight(names, 0.5) == ["source_0000"] * 2 + ["source_0001"] * 2 + ["target_0000"]
    assert drawn_by_weight(names, 3) == ["source_0000", "source_0001"] + ["target_0000"] * 3
    drawn: list[str] = []
    load = nnUNetDatasetBlosc2.load_case

    def note(self: Any, name: str) -> Any:
        if len(self.identifiers) != len(set(self.identifiers)):  # not nnU-Net's validation, which draws every case alike
            drawn.append(name)
        return load(self, name)

    monkeypatch.setattr(nnUNetDatasetBlosc2, "load_case", note)
    settings = with_values(settings_of(tiny_experiment, epochs=1, iterations_per_epoch=7), {"self_training.pseudo_label_weight": 0.01})
    train(tiny_experiment, tmp_path, settings, dataset=SELF_TRAINING)
    assert len(drawn) >= 14 and sum(name.startswith("target_") for name in drawn) <= 2


def test_source_only_learns_from_the_scans_as_they_are(tmp_path: Path) -> None:
    case = Case("a", tmp_path / "a.nii.gz", None)
    values = {"segmentation.structure_scaling_probability": 0.3, "segmentation.dark_in_target": "Cochlea"}
    settings = with_values(Settings(), {**values, "evaluation.source_only": True})
    experiment = Experiment.create(tmp_path / "experiment", settings, Cohort((case,), (case,)), {})
    assert settings_for(experiment, iteration(1)) == settings
    plain = with_values(settings, {"segmentation.structure_scaling_probability": 0, "segmentation.dark_in_target": ""})
    assert settings_for(experiment, SOURCE_ONLY_TRAINING) == plain
