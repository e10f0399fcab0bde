"""Segmentation: what nnU-Net is given, that it is used as it is used alone, and prediction in process."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib import volumes
from CrossMoDAUDALib.config import Settings, TranslationSettings
from CrossMoDAUDALib.errors import InputError
from CrossMoDAUDALib.experiment import Experiment
from CrossMoDAUDALib.progress import silent
from CrossMoDAUDALib.segmentation import dataset, predictor, preparation
from CrossMoDAUDALib.segmentation.dataset import TrainingCase
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session
from CrossMoDAUDALib.segmentation.postprocessing import keep_largest_component
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from CrossMoDAUDALib.volumes import Geometry, Volume

PSEUDO_TARGET, SELF_TRAINING = "Dataset001_PseudoTarget", "Dataset002_SelfTraining"
TRAINED = "nnUNetTrainer__nnUNetPlans__3d_fullres"


def turned(volume: Volume) -> Volume:
    """The same scan in space with its axes swapped and two of them flipped in the file."""
    old = volume.geometry
    matrix, size = old.matrix, np.array(old.size)
    array = volume.array[::-1, :, ::-1].transpose(1, 2, 0)  # the new index axes x, y, z are the old z, x, y
    corner = np.array(old.origin) + matrix @ (np.array(old.spacing) * (size - 1) * [1, 0, 1])
    directions = np.stack([-matrix[:, 2], -matrix[:, 0], matrix[:, 1]], axis=1)
    order = [2, 0, 1]
    geometry = Geometry(
        tuple(int(size[axis]) for axis in order),
        tuple(old.spacing[axis] for axis in order),
        tuple(float(value) for value in corner),
        tuple(float(value) for value in directions.ravel()),
    )
    return Volume(np.ascontiguousarray(array), geometry)


def some_volume(array: np.ndarray) -> Volume:
    cosine, sine = np.cos(0.3), np.sin(0.3)
    direction = (cosine, -sine, 0.0, sine, cosine, 0.0, 0.0, 0.0, 1.0)
    return Volume(array, Geometry(array.shape[::-1], (0.5, 0.75, 1.5), (-10.0, 20.0, 30.0), direction))


def target_scan(experiment: Path) -> Volume:
    return volumes.read_volume(Experiment.load(experiment).cohort.target[0].image)


def cases_of(raw: Path, name: str) -> list[TrainingCase]:
    listed = json.loads((raw / name / "dataset.json").read_text(encoding="utf-8"))["dataset"]
    return [
        TrainingCase(case, (raw / name / files["images"][0]).resolve(), (raw / name / files["label"]).resolve())
        for case, files in sorted(listed.items())
    ]


def contents(folder: Path, case: str) -> tuple[np.ndarray, np.ndarray, dict[str, Any]]:
    """A preprocessed case as nnU-Net's own data set class reads it."""
    from nnunetv2.training.dataloading.nnunet_dataset import nnUNetDatasetBlosc2

    data, seg, _, properties = nnUNetDatasetBlosc2(str(folder)).load_case(case)
    return data[:], seg[:], properties


def assert_same_case(one: tuple[Any, Any, Any], other: tuple[Any, Any, Any]) -> None:
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])
    assert one[2].keys() == other[2].keys()
    np.testing.assert_equal(one[2]["class_locations"], other[2]["class_locations"])
    assert one[2]["bbox_used_for_cropping"] == other[2]["bbox_used_for_cropping"]


@pytest.fixture
def copied(tiny_experiment: Path, tmp_path: Path) -> Path:
    """A copy of the tiny experiment's nnU-Net folders that a test may change."""
    return Path(shutil.copytree(tiny_experiment / "nnunet", tmp_path / "nnunet"))


# What nnU-Net is given -------------------------------------------------------------------------------------------------


def test_label_values_become_consecutive_and_come_back() -> None:
    labels = {"B": 7, "A": 3, "C": 254}
    array = np.array([0, 3, 7, 254, 3], np.uint8)
    inner = dataset.to_network_labels(array, labels)
    assert inner.tolist() == [0, 1, 2, 3, 1]
    assert dataset.from_network_labels(inner, labels).tolist() == array.tolist()


def test_only_what_lies_outside_the_patient_is_zero_for_nnunet() -> None:
    rng = np.random.default_rng(0)
    array = rng.integers(1, 900, (8, 9, 10)).astype(np.int16)
    array[:, :2] = 0  # padding
    array[4, 5, 5] = 0  # a dark voxel
    image = dataset.scaled_scan(some_volume(array), TranslationSettings()).array
    assert image.dtype == np.int16
    assert not image[:, :2].any()
    assert image[:, 2:].min() == 1
    assert image.max() == 2001


def test_water_in_a_ct_keeps_its_intensity() -> None:
    array = np.full((8, 9, 10), -1000, np.int16)
    array[2:6, 2:7, 2:8] = 40
    array[3:5, 4:6, 4:6] = 0
    image = dataset.scaled_scan(some_volume(array), TranslationSettings()).array
    air, tissue, water = image[0, 0, 0], image[2, 2, 2], image[4, 5, 5]
    assert air == 1 < water < tissue
    assert abs(int(water) - round(1 + 2000 * 1000 / 1040)) <= 1


def test_an_export_is_canonical_and_its_label_stays_with_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    scan = some_volume(rng.integers(1, 900, (5, 6, 7)).astype(np.int16))
    label = scan.with_array((scan.array > 450).astype(np.uint8) * 7)
    for number, (image, mask) in enumerate([(scan, label), (turned(scan), turned(label))]):
        assert (number == 0) == (not image.geometry.differences(scan.geometry))
        dataset.export_image(image, tmp_path / f"{number}.nii.gz")
        dataset.export_label(mask, {"A": 3, "B": 7}, tmp_path / f"{number}_label.nii.gz")
    first, second = (volumes.read_volume(tmp_path / f"{number}.nii.gz") for number in (0, 1))
    assert not second.geometry.differences(scan.geometry)
    np.testing.assert_array_equal(second.array, scan.array)
    np.testing.assert_array_equal(first.array, second.array)
    masks = [volumes.read_label_map(tmp_path / f"{number}_label.nii.gz") for number in (0, 1)]
    assert not masks[1].geometry.differences(second.geometry)
    np.testing.assert_array_equal(masks[1].array, 2 * (second.array > 450))
    np.testing.assert_array_equal(masks[0].array, masks[1].array)


@pytest.mark.slow
@pytest.mark.parametrize("name", [PSEUDO_TARGET, SELF_TRAINING])
def test_nnunets_own_check_passes(tiny_experiment: Path, name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from nnunetv2.experiment_planning.verify_dataset_integrity import verify_dataset_integrity

    raw = tiny_experiment / "nnunet" / "raw"
    with nnunet_session(raw, tmp_path, tmp_path):
        verify_dataset_integrity(str(raw / name), num_processes=1)
    printed = capsys.readouterr().out
    assert "Done" in printed
    assert "Error" not in printed and "Warning" not in printed


# Planning and preprocessing, against nnU-Net's own ----------------------------------------------------------------------


@pytest.mark.slow
def test_fingerprint_and_plan_are_nnunets_own(tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor
    from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner

    raw, name = tiny_experiment / "nnunet" / "raw", SELF_TRAINING
    with nnunet_session(raw, tmp_path / "theirs", tmp_path):
        extractor = DatasetFingerprintExtractor(name, num_processes=1)
        assert extractor.num_foreground_voxels_for_intensitystats == preparation.FOREGROUND_SAMPLES
        extractor.num_foreground_voxels_for_intensitystats = 100_000  # a thousandth of the default, and of its time
        extractor.run()
        ExperimentPlanner(name).plan_experiment()
    monkeypatch.setattr(preparation, "FOREGROUND_SAMPLES", 100_000)
    with nnunet_session(raw, tmp_path / "ours", tmp_path):
        preparation.plan(raw, tmp_path / "ours", name, Settings().segmentation, 0, silent)
    for file in ("dataset_fingerprint.json", "nnUNetPlans.json", "dataset.json"):
        theirs, ours = (json.loads((tmp_path / whose / name / file).read_text(encoding="utf-8")) for whose in ("theirs", "ours"))
        assert ours == theirs, file
        assert ours


def test_a_data_set_without_any_structure_is_refused(copied: Path, tmp_path: Path) -> None:
    for case in cases_of(copied / "raw", PSEUDO_TARGET):
        label = volumes.read_label_map(case.label)
        volumes.write_volume(label.with_array(np.zeros_like(label.array)), case.label)
    with nnunet_session(copied / "raw", tmp_path / "planned", tmp_path), pytest.raises(InputError, match="holds a structure"):
        preparation.plan(copied / "raw", tmp_path / "planned", PSEUDO_TARGET, Settings().segmentation, 0, silent)
    assert not (tmp_path / "planned" / PSEUDO_TARGET / "nnUNetPlans.json").exists()


@pytest.mark.parametrize("name", [PSEUDO_TARGET, SELF_TRAINING])
def test_preprocessing_is_nnunets_own(tiny_experiment: Path, name: str) -> None:
    from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
    from nnunetv2.utilities.utils import get_filenames_of_train_images_and_targets

    raw, preprocessed = (tiny_experiment / "nnunet" / part / name for part in ("raw", "preprocessed"))
    plans = PlansManager(str(preprocessed / "nnUNetPlans.json"))
    configuration = plans.get_configuration("3d_fullres")
    listed = get_filenames_of_train_images_and_targets(str(raw))
    assert len(listed) == (2 if name == PSEUDO_TARGET else 4)
    for case, files in listed.items():
        theirs = configuration.preprocessor_class(verbose=False).run_case(
            files["images"], files["label"], plans, configuration, str(raw / "dataset.json")
        )
        assert_same_case(contents(preprocessed / "nnUNetPlans_3d_fullres", case), theirs)


def test_new_labels_leave_the_preprocessed_images_alone(copied: Path) -> None:
    preprocessed = copied / "preprocessed"
    folder = preprocessed / SELF_TRAINING / "nnUNetPlans_3d_fullres"
    cases = [case for case in cases_of(copied / "raw", SELF_TRAINING) if case.name.startswith("target")]
    before = {case.name: contents(folder, case.name) for case in cases}
    for case in cases:
        label = volumes.read_label_map(case.label)
        volumes.write_volume(label.with_array(np.roll(label.array, 3, axis=1)), case.label)
    everything = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.iterdir()}
    preparation.preprocess_labels(preprocessed, SELF_TRAINING, cases, "3d_fullres", 0, silent)
    changed = {path.name for path in folder.iterdir() if everything.get(path) != (path.read_bytes(), path.stat().st_mtime_ns)}
    assert changed == {f"{case.name}{ending}" for case in cases for ending in ("_seg.b2nd", ".pkl")}
    relabelled = {case.name: contents(folder, case.name) for case in cases}
    for case in cases:
        assert not np.array_equal(relabelled[case.name][1], before[case.name][1])
        (folder / f"{case.name}.pkl").unlink()
    preparation.preprocess(preprocessed, SELF_TRAINING, cases, "3d_fullres", 0, silent)
    for case in cases:
        assert_same_case(relabelled[case.name], contents(folder, case.name))


@pytest.mark.parametrize(("spacing", "links", "shared"), [(1.0, True, True), (1.0, False, True), (2.0, True, False)])
def test_cases_are_taken_over_where_the_plans_agree(
    copied: Path, spacing: float, links: bool, shared: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    preprocessed = copied / "preprocessed"
    donor, folder = (preprocessed / name / "nnUNetPlans_3d_fullres" for name in (PSEUDO_TARGET, SELF_TRAINING))
    plans = json.loads((preprocessed / PSEUDO_TARGET / "nnUNetPlans.json").read_text(encoding="utf-8"))
    plans["configurations"]["3d_fullres"]["spacing"][0] *= spacing
    (preprocessed / SELF_TRAINING / "nnUNetPlans.json").write_text(json.dumps(plans), encoding="utf-8")
    shutil.rmtree(folder)
    if not links:

        def refuse(*_: Any) -> None:
            raise OSError("no hard links here")

        monkeypatch.setattr(os, "link", refuse)
    cases = cases_of(copied / "raw", PSEUDO_TARGET)
    preparation.preprocess(preprocessed, SELF_TRAINING, cases, "3d_fullres", 0, silent, like=PSEUDO_TARGET)
    assert {path.name for path in folder.iterdir()} == {path.name for path in donor.iterdir()}
    for path in folder.iterdir():
        assert path.samefile(donor / path.name) == (shared and links)
    for case in cases:
        there, here = contents(donor, case.name), contents(folder, case.name)
        if shared:
            assert_same_case(there, here)
        else:
            assert there[0].shape != here[0].shape


def test_a_case_whose_preprocessing_was_killed_is_done_again(copied: Path) -> None:
    preprocessed = copied / "preprocessed"
    folder = preprocessed / PSEUDO_TARGET / "nnUNetPlans_3d_fullres"
    whole = {case: contents(folder, case) for case in ("source_0000", "source_0001")}
    untouched = (folder / "source_0001.b2nd").stat().st_mtime_ns
    (folder / "source_0000.pkl").unlink()
    (folder / "source_0000.b2nd").write_bytes(b"half")
    (folder / "partial_source_0000").mkdir()
    (folder / "partial_source_0000" / "source_0000.b2nd").write_bytes(b"half")
    preparation.preprocess(preprocessed, PSEUDO_TARGET, cases_of(copied / "raw", PSEUDO_TARGET), "3d_fullres", 0, silent)
    assert (folder / "source_0001.b2nd").stat().st_mtime_ns == untouched
    assert not list(folder.glob("partial*"))
    for case, expected in whole.items():
        assert_same_case(contents(folder, case), expected)


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
    segmenter = Segmenter.load(model, "cpu")
    ours = volumes.to_canonical(segmenter.segment(target_scan(tiny_experiment)))
    assert len(np.unique(theirs.array)) > 1
    assert (dataset.to_network_labels(ours.array, segmenter.labels) == theirs.array).mean() >= 0.999


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


@pytest.mark.parametrize("axes", [None, (0, 1, 2), (1,)])
def test_mirrored_copies_are_averaged_as_nnunet_does(segmenter: Segmenter, axes: tuple[int, ...] | None) -> None:
    import torch
    from nnunetv2.inference.predict_from_raw_data import nnUNetPredictor

    inner = segmenter._predictor
    stock = nnUNetPredictor(use_mirroring=axes is not None, device=torch.device("cpu"), allow_tqdm=False)
    stock.manual_initialization(
        inner.network, inner.plans_manager, inner.configuration_manager, None, inner.dataset_json, "nnUNetTrainer", axes
    )
    patch = torch.randn(1, 1, *inner.configuration_manager.patch_size, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        ours = predictor._mean_over_mirrored(inner.network, patch, axes)
        theirs = stock._internal_maybe_mirror_and_predict(patch)
    torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)
    assert ours.std() > 0.01


def test_a_blank_scan_is_refused(segmenter: Segmenter) -> None:
    with pytest.raises(InputError, match="zero everywhere"):
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


@pytest.mark.parametrize("name", predictor.MODEL_FILES)
def test_a_model_without_one_of_its_files_is_refused(model: Path, name: str) -> None:
    (model / name).unlink()
    expected = "holds no trained segmenter" if name == "model.json" else f"{name} is missing"
    with pytest.raises(InputError, match=expected):
        Segmenter.load(model, "cpu")
    with pytest.raises(InputError, match=f"{name} is missing"):
        Segmenter(model, "cpu")


@pytest.mark.parametrize("name", predictor.MODEL_FILES)
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
    edit(model / "model.json", lambda data: data.update(format=predictor.MODEL_FORMAT + 1))
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
    with pytest.raises(InputError, match="not a part of a network"):
        Segmenter.load(model, "cpu")
    assert not (tmp_path / "planted").exists()


def test_a_trainer_that_nnunet_lacks_is_refused(model: Path) -> None:
    edit(model / "model.json", lambda data: data.update(trainer="nnUNetTrainerOfMine"))
    with pytest.raises(InputError, match=r"segmentation\.trainer=nnUNetTrainerOfMine"):
        Segmenter.load(model, "cpu")


def test_the_latest_iteration_is_the_experiments_model(tiny_experiment: Path, tmp_path: Path) -> None:
    assert predictor.model_folder(tiny_experiment) == tiny_experiment / "iteration_1" / "model"
    assert predictor.model_folder(tiny_experiment / "iteration_0") == tiny_experiment / "iteration_0" / "model"
    for number in (9, 10):
        (tmp_path / f"iteration_{number}" / "model").mkdir(parents=True)
        (tmp_path / f"iteration_{number}" / "model" / "model.json").touch()
    assert predictor.model_folder(tmp_path) == tmp_path / "iteration_10" / "model"
    with pytest.raises(InputError, match="does not exist"):
        predictor.model_folder(tmp_path / "nowhere")
    with pytest.raises(InputError, match="is not a folder"):
        predictor.model_folder(tmp_path / "iteration_9" / "model" / "model.json")
    with pytest.raises(InputError, match="holds no trained segmenter"):
        predictor.model_folder(tiny_experiment / "nnunet")


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
