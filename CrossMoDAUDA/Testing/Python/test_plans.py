"""What nnU-Net's plans may be: whatever its planner writes, and nothing that it would not."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.files import read_json, write_json
from CrossMoDAUDALib.core.settings import SegmentationSettings
from CrossMoDAUDALib.images.volumes import Geometry, Volume, write_volume
from CrossMoDAUDALib.models.plans import CONFIGURATION, check_plans
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session
from CrossMoDAUDALib.segmentation.preparation import PLANS, plan_network

NAME = "Dataset001_Scans"


@pytest.fixture
def plans(tiny_experiment: Path) -> dict[str, Any]:
    return dict(read_json(tiny_experiment / "iteration_1" / "model" / "plans.json"))


@pytest.mark.parametrize(
    ("spacing", "shape", "memory_gb", "base_features"),
    [
        ((1.0, 1.0, 1.0), (190, 240, 240), 80.0, 32),
        ((1.5, 0.41, 0.41), (80, 448, 448), 8.0, 8),
        ((0.5, 0.5, 0.5), (400, 500, 500), 80.0, 64),
        ((6.0, 0.4, 0.4), (24, 512, 512), 8.0, 16),
    ],
)
def test_what_the_planner_writes_is_taken(
    spacing: tuple[float, ...], shape: tuple[int, ...], memory_gb: float, base_features: int, tmp_path: Path
) -> None:
    cases = {f"case_{number}": {"images": [f"{number}.nii.gz"], "label": f"{number}.nii.gz"} for number in range(50)}
    dataset = {"channel_names": {"0": "MRI"}, "labels": {"background": 0, "a": 1}, "numTraining": 50, "file_ending": ".nii.gz"}
    write_json(tmp_path / "raw" / NAME / "dataset.json", {**dataset, "dataset": cases, "overwrite_image_reader_writer": "SimpleITKIO"})
    statistics = dict.fromkeys(("mean", "median", "std", "min", "max", "percentile_99_5", "percentile_00_5"), 1.0)
    fingerprint = {
        "spacings": [list(spacing)] * 50,
        "shapes_after_crop": [list(shape)] * 50,
        "foreground_intensity_properties_per_channel": {"0": statistics},
        "median_relative_size_after_cropping": 1.0,
    }
    write_json(tmp_path / "preprocessed" / NAME / "dataset_fingerprint.json", fingerprint)
    with nnunet_session(*(tmp_path / folder for folder in ("raw", "preprocessed", "results"))):
        from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
        from nnunetv2.utilities.json_export import recursive_fix_for_json_export

        planner = ExperimentPlanner(NAME, gpu_memory_target_in_gb=memory_gb)
        planner.UNet_base_num_features = base_features
        plans = planner.plan_experiment()
        recursive_fix_for_json_export(plans)
    plans = json.loads(json.dumps(plans))
    for configuration in {"3d_fullres", "3d_lowres"} & set(plans["configurations"]):
        check_plans(plans, configuration, "plans.json")


@pytest.mark.parametrize(("finest", "planned"), [(0.0, (2.0, 1.0, 1.0)), (1.5, (2.0, 1.5, 1.5)), (3.0, (3.0, 3.0, 3.0))])
def test_scans_can_be_seen_coarser_than_they_are(finest: float, planned: tuple[float, ...], tmp_path: Path) -> None:
    geometry = Geometry((40, 36, 20), (1.0, 1.0, 2.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    labels = np.zeros((20, 36, 40), np.uint8)
    labels[5:10, 5:15, 5:15] = 1
    folder = tmp_path / "raw" / NAME
    write_volume(Volume(labels.astype(np.float32), geometry), folder / "image.nii.gz")
    write_volume(Volume(labels, geometry), folder / "label.nii.gz")
    dataset = {"channel_names": {"0": "MRI"}, "labels": {"background": 0, "a": 1}, "numTraining": 1, "file_ending": ".nii.gz"}
    cases = {"case_0": {"images": [str(folder / "image.nii.gz")], "label": str(folder / "label.nii.gz")}}
    write_json(folder / "dataset.json", {**dataset, "dataset": cases, "overwrite_image_reader_writer": "SimpleITKIO"})
    settings = SegmentationSettings(memory_gb=0.05, base_features=8, finest_spacing=finest)
    folders = [tmp_path / folder for folder in ("raw", "preprocessed", "results")]
    with nnunet_session(*folders):
        plan_network(*folders[:2], NAME, settings, 0, lambda *_, **__: None)
    plans = read_json(tmp_path / "preprocessed" / NAME / f"{PLANS}.json")
    in_plan = [plans["configurations"][CONFIGURATION]["spacing"][plans["transpose_backward"][axis]] for axis in range(3)]
    assert tuple(in_plan) == planned


@pytest.mark.parametrize(
    ("key", "value"),
    [("features_per_stage", 4096), ("kernel_sizes", [31, 31, 32]), ("strides", [0, 1, 1]), ("n_conv_per_stage", 101)],
)
def test_what_it_would_not_write_is_refused(plans: dict[str, Any], key: str, value: Any) -> None:
    check_plans(plans, "3d_fullres", "plans.json")
    changed = copy.deepcopy(plans)
    plan = changed["configurations"]["3d_fullres"]
    plan["patch_size"] = [length * 8 for length in plan["patch_size"]] if key == "features_per_stage" else plan["patch_size"]
    network = plan["architecture"]["arch_kwargs"]
    network[key] = [value] * network["n_stages"]
    with pytest.raises(InputError, match="no network that nnU-Net would plan"):
        check_plans(changed, "3d_fullres", "plans.json")


@pytest.mark.parametrize(
    ("where", "value"),
    [
        (("architecture", "network_class_name"), "dynamic_network_architectures.architectures.unet.ResidualEncoderUNet"),
        (("architecture", "arch_kwargs", "norm_op"), "torch.nn.modules.batchnorm.BatchNorm3d"),
        (("architecture", "arch_kwargs", "dropout_op"), "torch.nn.modules.dropout.Dropout3d"),
        (("architecture", "arch_kwargs", "conv_bias"), 1),
        (("normalization_schemes",), ["CTNormalization"]),
        (("resampling_fn_data_kwargs", "order"), 5),
    ],
)
def test_what_other_planners_write_is_refused_with_its_value(plans: dict[str, Any], where: tuple[str, ...], value: Any) -> None:
    changed = copy.deepcopy(plans)
    place = changed["configurations"]["3d_fullres"]
    for key in where[:-1]:
        place = place[key]
    assert json.dumps(place[where[-1]]) != json.dumps(value)
    place[where[-1]] = value
    with pytest.raises(InputError, match="no part of a network that nnU-Net plans"):
        check_plans(changed, "3d_fullres", "plans.json")
