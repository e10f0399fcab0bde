"""Segmentation in process: as a stock nnU-Net does it, on the scan's own grid, and never with a model that cannot be trusted."""

from __future__ import annotations

import dataclasses
import json
import pickle
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.images.volumes import Volume
from CrossMoDAUDALib.models import model_folder as models
from CrossMoDAUDALib.segmentation import dataset
from CrossMoDAUDALib.segmentation.postprocessing import keep_largest_component
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from turned_scans import some_volume, turned

PSEUDO_TARGET, SELF_TRAINING = "Dataset001_PseudoTarget", "Dataset002_SelfTraining"
TRAINED = "nnUNetTrainer__nnUNetPlans__3d_fullres"


def target_scan(experiment: Path) -> Volume:
    return volumes.read_volume(Experiment.load(experiment).cohort.target[0].image)


# Prediction -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def segmenter(tiny_experiment: Path) -> Segmenter:
    return Segmenter.load(tiny_experiment / "iteration_0", "cpu")


@pytest.fixture
def model(tiny_experiment: Path, tmp_path: Path) -> Path:
    """A copy of a trained model that a test may damage."""
    return Path(shutil.copytree(tiny_experiment / "iteration_0" / "model", tmp_path / "model"))


def edit(path: Path, change: Callable[[Any], None]) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


@pytest.mark.parametrize("mirroring", [False, True])
def test_a_stock_nnunet_loads_the_training_and_predicts_the_same(
    tiny_experiment: Path, model: Path, mirroring: bool, tmp_path: Path
) -> None:
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    stock = nnUNetPredictor(use_mirroring=mirroring, device=torch.device("cpu"), allow_tqdm=False)
    stock.initialize_from_trained_model_folder(str(tiny_experiment / "iteration_0" / PSEUDO_TARGET / TRAINED), use_folds=("all",))
    image = tiny_experiment / "nnunet" / "raw" / SELF_TRAINING / "imagesTr" / "target_0000_0000.nii.gz"
    stock.predict_from_files_sequential([[str(image)]], [str(tmp_path / "theirs")])
    theirs = volumes.read_label_map(tmp_path / "theirs.nii.gz")

    edit(model / "model.json", lambda data: data.update(mirroring_axes=[0, 1, 2] if mirroring else None))
    assert len(np.unique(theirs.array)) > 1
    for precision, share in (("fp32", 0.999), ("bf16", 0.98)):
        segmenter = Segmenter.load(model, "cpu", precision=precision)
        ours = volumes.to_canonical(segmenter.segment(target_scan(tiny_experiment)))
        assert (dataset.to_network_labels(ours.array, segmenter.labels) == theirs.array).mean() >= share


def test_the_written_pseudo_label_is_the_segmenters(tiny_experiment: Path, segmenter: Segmenter) -> None:
    case = Experiment.load(tiny_experiment).cohort.target[0]
    written = volumes.read_label_map(tiny_experiment / "iteration_0" / "pseudo_labels" / f"{case.id}.nii.gz")
    np.testing.assert_array_equal(segmenter.segment(volumes.read_volume(case.image)).array, written.array)
    assert not written.geometry.differences(volumes.read_geometry(case.image))


def test_a_turned_scan_is_segmented_on_its_own_grid(tiny_experiment: Path, segmenter: Segmenter) -> None:
    scan = target_scan(tiny_experiment)
    straight, other = segmenter.segment(scan), turned(scan)
    result = segmenter.segment(other)
    assert result.geometry == other.geometry
    np.testing.assert_array_equal(result.array, turned(straight).array)


def test_the_users_label_values_come_out(tiny_experiment: Path, segmenter: Segmenter, model: Path) -> None:
    edit(model / "model.json", lambda data: data.update(labels={"VS": 9, "Cochlea": 4}))
    scan = target_scan(tiny_experiment)
    other = Segmenter.load(model, "cpu")
    assert other.labels == {"VS": 9, "Cochlea": 4}
    expected = np.array([0, 4, 9], np.uint8)[segmenter.segment(scan).array]
    result = other.segment(scan).array
    assert result.dtype == np.uint8
    np.testing.assert_array_equal(result, expected)


def test_the_model_remembers_of_which_structures_there_is_one(tiny_experiment: Path, segmenter: Segmenter, model: Path) -> None:
    edit(model / "model.json", lambda data: data.update(largest_component=["Vestibular schwannoma"]))
    scan = target_scan(tiny_experiment)
    plain = segmenter.segment(scan).array
    cleaned = Segmenter.load(model, "cpu").segment(scan).array
    np.testing.assert_array_equal(cleaned, keep_largest_component(plain, [1]))
    assert not np.array_equal(cleaned, plain)


def test_the_probabilities_are_those_that_the_label_map_is_made_of(tiny_experiment: Path, segmenter: Segmenter, model: Path) -> None:
    scan = turned(target_scan(tiny_experiment))
    label, probabilities = segmenter.segment_with_probabilities(scan)
    np.testing.assert_array_equal(label.array, segmenter.segment(scan).array)
    assert probabilities.dtype == np.float32 and probabilities.shape == (3, *volumes.to_canonical(scan).array.shape)
    np.testing.assert_allclose(probabilities.sum(axis=0), 1, atol=1e-5)
    likeliest = dataset.from_network_labels(probabilities.argmax(axis=0), segmenter.labels)
    np.testing.assert_array_equal(volumes.to_canonical(label).array, likeliest)

    edit(model / "model.json", lambda data: data.update(mirroring_axes=[0, 1, 2]))
    mirrored = Segmenter.load(model, "cpu")
    assert mirrored.is_mirrored and not segmenter.is_mirrored
    np.testing.assert_array_equal(mirrored.segment_with_probabilities(scan, mirroring=False)[1], probabilities)
    averaged = mirrored.segment_with_probabilities(scan)
    assert not np.array_equal(averaged[1], probabilities)
    np.testing.assert_array_equal(averaged[0].array, mirrored.segment(scan).array)


def test_a_blank_scan_is_refused(segmenter: Segmenter) -> None:
    with pytest.raises(InputError, match="blank"):
        segmenter.segment(some_volume(np.zeros((8, 8, 8), np.int16)))


class CancelledError(RuntimeError):
    """A RuntimeError, which nnU-Net on a GPU takes for too little memory."""


def test_a_progress_that_raises_ends_the_prediction(tiny_experiment: Path, segmenter: Segmenter) -> None:
    import torch

    scan = target_scan(tiny_experiment)
    large = Volume(
        np.tile(scan.array, (2, 3, 3)), dataclasses.replace(scan.geometry, size=tuple(np.multiply(scan.geometry.size, (3, 3, 2))))
    )
    steps: list[int] = []

    def cancel(step: int, total: int, message: str = "", **_: float) -> None:
        assert total > 10
        steps.append(step)
        if step == 2:
            raise CancelledError

    expected = segmenter.segment(scan).array
    threads_before, torch_threads = threading.active_count(), torch.get_num_threads()
    with pytest.raises(CancelledError):
        segmenter.segment(large, cancel)
    assert steps == [1, 2]
    deadline = time.monotonic() + 5
    while threading.active_count() > threads_before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() == threads_before
    assert torch.get_num_threads() == torch_threads
    np.testing.assert_array_equal(segmenter.segment(scan).array, expected)


def test_loading_and_predicting_unpickles_nothing(tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was unpickled")

    monkeypatch.setattr(torch, "load", refuse)
    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, refuse)
    segmenter = Segmenter.load(tiny_experiment, "cpu")
    assert segmenter.segment(target_scan(tiny_experiment)).array.any()


# Models that cannot be used ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", models.MODEL_FILES)
def test_a_model_without_one_of_its_files_is_refused(model: Path, name: str) -> None:
    (model / name).unlink()
    expected = "holds no trained segmenter" if name == "model.json" else f"{name} is missing"
    with pytest.raises(InputError, match=expected):
        Segmenter.load(model, "cpu")
    with pytest.raises(InputError, match=f"{name} is missing"):
        Segmenter(model, "cpu")


@pytest.mark.parametrize("name", models.MODEL_FILES)
@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_model_with_a_file_cut_short_is_refused(model: Path, name: str, share: float) -> None:
    whole = (model / name).read_bytes()
    (model / name).write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(InputError, match=f"{name}.*copy the model again"):
        Segmenter.load(model, "cpu")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data.pop("labels"),
        lambda data: data.update(labels={"VS": "one"}),
        lambda data: data.update(mirroring_axes=5),
        lambda data: data.update(tile_step=0),
        lambda data: data.update(largest_component=["Nerve"]),
        lambda data: data.update(format="first"),
    ],
)
def test_a_model_with_senseless_values_is_refused(model: Path, change: Callable[[Any], None]) -> None:
    edit(model / "model.json", change)
    with pytest.raises(InputError, match=r"model\.json is damaged"):
        Segmenter.load(model, "cpu")


@pytest.mark.parametrize("name", ["plans.json", "dataset.json", "model.json"])
def test_a_model_whose_json_holds_something_else_is_refused(model: Path, name: str) -> None:
    for text in ("[]", "{}"):
        (model / name).write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match="copy the model again"):
            Segmenter.load(model, "cpu")


def test_a_model_of_a_newer_version_is_refused(model: Path) -> None:
    edit(model / "model.json", lambda data: data.update(format=models.MODEL_FORMAT + 1))
    with pytest.raises(InputError, match="newer version"):
        Segmenter.load(model, "cpu")


def test_weights_of_another_network_are_refused(model: Path) -> None:
    def widen(data: Any) -> None:
        data["configurations"]["3d_fullres"]["architecture"]["arch_kwargs"]["features_per_stage"][0] += 1

    edit(model / "plans.json", widen)
    with pytest.raises(InputError, match="does not fit"):
        Segmenter.load(model, "cpu")


@pytest.mark.parametrize("name", ["network_class_name", "nonlin"])
@pytest.mark.parametrize("foreign", ["os.system", "torch.hub.load", "torch.nn.functional.torch.hub.load", "subprocess.Popen"])
def test_a_model_cannot_run_code_of_its_own(model: Path, name: str, foreign: str, tmp_path: Path) -> None:
    def plant(data: Any) -> None:
        architecture = data["configurations"]["3d_fullres"]["architecture"]
        if name == "nonlin":
            architecture["arch_kwargs"]["nonlin"] = foreign
            architecture["arch_kwargs"]["nonlin_kwargs"] = {"command": f'echo > "{tmp_path / "planted"}"'}
        else:
            architecture[name] = foreign

    edit(model / "plans.json", plant)
    with pytest.raises(InputError, match="no part of a network"):
        Segmenter.load(model, "cpu")
    assert not (tmp_path / "planted").exists()


def test_a_trainer_that_nnunet_lacks_is_refused(model: Path) -> None:
    edit(model / "model.json", lambda data: data.update(trainer="nnUNetTrainerOfMine"))
    with pytest.raises(InputError, match=r"segmentation\.trainer=nnUNetTrainerOfMine"):
        Segmenter.load(model, "cpu")


def test_the_latest_iteration_is_the_experiments_model(tiny_experiment: Path, tmp_path: Path) -> None:
    assert models.model_folder(tiny_experiment) == tiny_experiment / "iteration_1" / "model"
    assert models.model_folder(tiny_experiment / "iteration_0") == tiny_experiment / "iteration_0" / "model"
    for number in (9, 10):
        (tmp_path / f"iteration_{number}" / "model").mkdir(parents=True)
        (tmp_path / f"iteration_{number}" / "model" / "model.json").touch()
    assert models.model_folder(tmp_path) == tmp_path / "iteration_10" / "model"
    with pytest.raises(InputError, match="does not exist"):
        models.model_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="not a folder; import it first"):
        models.model_folder(tmp_path / "iteration_9" / "model" / "model.json")
    with pytest.raises(InputError, match="holds no trained segmenter"):
        models.model_folder(tiny_experiment / "nnunet")


# Cleaning ---------------------------------------------------------------------------------------------------------------


def test_only_the_largest_component_of_a_named_structure_stays() -> None:
    array = np.zeros((6, 6, 6), np.uint8)
    array[0, 0, 0:2] = 1
    array[1, 1, 2] = 1  # touches the first two by a corner: one component of three
    array[5, 5, 4:6] = 1
    array[3, 0, 0] = array[5, 0, 0] = 2
    before = array.copy()
    cleaned = keep_largest_component(array, [1])
    expected = before.copy()
    expected[5, 5, 4:6] = 0
    np.testing.assert_array_equal(cleaned, expected)
    np.testing.assert_array_equal(array, before)
    assert cleaned.dtype == np.uint8


def test_of_equally_large_components_the_first_stays() -> None:
    array = np.zeros((4, 4, 4), np.uint8)
    array[0, 0, 0] = array[3, 3, 3] = array[0, 3, 0] = 5
    assert np.argwhere(keep_largest_component(array, [5])).tolist() == [[0, 0, 0]]


def test_without_a_structure_there_is_nothing_to_clean() -> None:
    array = np.zeros((3, 3, 3), np.uint8)
    assert not keep_largest_component(array, [1, 2]).any()
    array[0, 0, 0] = array[2, 2, 2] = 1
    np.testing.assert_array_equal(keep_largest_component(array, []), array)
    np.testing.assert_array_equal(keep_largest_component(array, [2]), array)
