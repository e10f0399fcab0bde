"""What nnU-Net is given, and that it plans and preprocesses as it does alone."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.progress import silent
from CrossMoDAUDALib.core.settings import IntensitySettings, Settings
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.segmentation import dataset, preparation
from CrossMoDAUDALib.segmentation.dataset import TrainingCase
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session
from turned_scans import some_volume, turned

PSEUDO_TARGET, SELF_TRAINING = "Dataset001_PseudoTarget", "Dataset002_SelfTraining"


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
    image = dataset.scaled_scan(some_volume(array), IntensitySettings()).array
    assert image.dtype == np.int16
    assert not image[:, :2].any()
    assert image[:, 2:].min() == 1
    assert image.max() == 2001


def test_water_in_a_ct_keeps_its_intensity() -> None:
    array = np.full((8, 9, 10), -1000, np.int16)
    array[2:6, 2:7, 2:8] = 40
    array[3:5, 4:6, 4:6] = 0
    image = dataset.scaled_scan(some_volume(array), IntensitySettings()).array
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
        preparation.plan_network(raw, tmp_path / "ours", name, Settings().segmentation, 0, silent)
    for file in ("dataset_fingerprint.json", "nnUNetPlans.json", "dataset.json"):
        theirs, ours = (json.loads((tmp_path / whose / name / file).read_text(encoding="utf-8")) for whose in ("theirs", "ours"))
        assert ours == theirs, file
        assert ours


def test_small_scans_are_not_drawn_from_for_seconds(copied: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    labels = [case.label for case in cases_of(copied / "raw", PSEUDO_TARGET)]
    assert preparation.samples_per_case(labels) == 10 * 32 * 32 * 16
    with monkeypatch.context() as patched:
        patched.setattr(preparation, "FOREGROUND_SAMPLES", 1000)  # as where the scans are large
        assert preparation.samples_per_case(labels) == 1000 // len(labels)
    with nnunet_session(copied / "raw", tmp_path / "planned", tmp_path):
        preparation.plan_network(copied / "raw", tmp_path / "planned", PSEUDO_TARGET, Settings().segmentation, 0, silent)
    told = json.loads((tmp_path / "planned" / PSEUDO_TARGET / "dataset_fingerprint.json").read_text(encoding="utf-8"))
    told = told["foreground_intensity_properties_per_channel"]["0"]
    inside = []
    for case in cases_of(copied / "raw", PSEUDO_TARGET):
        voxels = volumes.read_volume(case.image).array[volumes.read_label_map(case.label).array > 0]
        inside.append(np.resize(np.sort(voxels), 100_000) if voxels.size else voxels)  # all cases count alike
    every = np.concatenate(inside).astype(np.float64)
    assert told["mean"] == pytest.approx(every.mean(), abs=0.02 * every.std())
    assert told["std"] == pytest.approx(every.std(), rel=0.02)
    low, median, high = np.percentile(every, (0.5, 50, 99.5))
    spread = high - low
    for name, value in {"percentile_00_5": low, "median": median, "percentile_99_5": high}.items():
        assert told[name] == pytest.approx(value, abs=0.03 * spread), name


def test_a_data_set_without_any_structure_is_refused(copied: Path, tmp_path: Path) -> None:
    for case in cases_of(copied / "raw", PSEUDO_TARGET):
        label = volumes.read_label_map(case.label)
        volumes.write_volume(label.with_array(np.zeros_like(label.array)), case.label)
    with nnunet_session(copied / "raw", tmp_path / "planned", tmp_path), pytest.raises(InputError, match="holds a structure"):
        preparation.plan_network(copied / "raw", tmp_path / "planned", PSEUDO_TARGET, Settings().segmentation, 0, silent)
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
