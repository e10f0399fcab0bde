"""nnU-Net's plans in a model: what they may name and how large they may be.

nnU-Net finds classes and functions by the names in its plans and calls whatever it finds. A model can come from a stranger,
so the plans may hold what nnU-Net's default planner writes, which is what trains here, and nothing else.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from ..core.errors import InputError, short

# nnU-Net's names of what the method uses (paper section 2.2): its 3-D network at full resolution, trained once on all cases.
CONFIGURATION, FOLD = "3d_fullres", "all"

# Beyond every plan that nnU-Net writes, and small enough that a made-up plan takes neither the machine's memory nor hours.
MOST_STAGES, MOST_FEATURES, MOST_KERNEL, MOST_STRIDE = 16, 320, 3, 2
MOST_PATCH_VOXELS, MOST_NUMBERS = 1 << 27, 1 << 32  # the numbers of a layer: its features times its voxels
LEAST_SPACING, MOST_SPACING = 1e-3, 1e3
CONVOLUTIONS = 2  # of each stage

# What nnU-Net's default planner writes for every data set of one channel of MRI, by where it stands.
_ARCHITECTURE = {
    "network_class_name": "dynamic_network_architectures.architectures.unet.PlainConvUNet",
    "_kw_requires_import": ["conv_op", "norm_op", "dropout_op", "nonlin"],
}
_LAYERS = {
    "conv_op": "torch.nn.modules.conv.Conv3d",
    "conv_bias": True,
    "norm_op": "torch.nn.modules.instancenorm.InstanceNorm3d",
    "norm_op_kwargs": {"eps": 1e-5, "affine": True},
    "dropout_op": None,
    "dropout_op_kwargs": None,
    "nonlin": "torch.nn.LeakyReLU",
    "nonlin_kwargs": {"inplace": True},
}
_Z = {"order_z": 0, "force_separate_z": None}
_CONFIGURATION = {
    "preprocessor_name": "DefaultPreprocessor",
    "normalization_schemes": ["ZScoreNormalization"],
    **dict.fromkeys((f"resampling_fn_{what}" for what in ("data", "seg", "probabilities")), "resample_data_or_seg_to_shape"),
    "resampling_fn_data_kwargs": {"is_seg": False, "order": 3, **_Z},
    "resampling_fn_seg_kwargs": {"is_seg": True, "order": 1, **_Z},
    "resampling_fn_probabilities_kwargs": {"is_seg": False, "order": 1, **_Z},
}
_SIZES = {"n_stages", "features_per_stage", "kernel_sizes", "strides", "n_conv_per_stage", "n_conv_per_stage_decoder"}


def check_plans(plans: dict[str, Any], configuration: str, place: str) -> None:
    """Make sure that plans are such as nnU-Net's default planner writes for one channel of MRI in 3-D.

    Args:
        configuration: the one that is used.
        place: what the file is called in a refusal.

    Raises:
        InputError: they are not.
    """
    try:
        plan = plans["configurations"][configuration]
        foreign = _foreign(plans, plan)
        sane = not foreign and _has_sane_sizes(plans, plan)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, ZeroDivisionError, OverflowError):
        foreign, sane = [], False
    if foreign:
        raise InputError(
            f"{place} holds {short(foreign[0])}, which is no part of a network that nnU-Net plans; use a model from a source you trust."
        )
    if not sane:
        raise InputError(f"{place} describes no network that nnU-Net would plan; copy the model again.")


def _foreign(plans: dict[str, Any], plan: dict[str, Any]) -> list[Any]:
    """What stands where the planner always writes something else."""
    architecture = plan["architecture"]
    written = (
        (plans, {"label_manager": "LabelManager"}),
        (plan, _CONFIGURATION),
        (architecture, _ARCHITECTURE),
        (architecture["arch_kwargs"], _LAYERS),
    )
    return [found[key] for found, always in written for key, value in always.items() if not _equal_in_json(found[key], value)]


def _has_sane_sizes(plans: dict[str, Any], plan: dict[str, Any]) -> bool:
    network = plan["architecture"]["arch_kwargs"]
    patch, spacing, stages, features = plan["patch_size"], plan["spacing"], network["n_stages"], network["features_per_stage"]
    return (
        set(network) == _SIZES | set(_LAYERS)
        and not plan.get("inherits_from")
        and not plan.get("previous_stage")
        and (_equal_in_json(plan["use_mask_for_norm"], [True]) or _equal_in_json(plan["use_mask_for_norm"], [False]))
        and isinstance(plans["foreground_intensity_properties_per_channel"]["0"], dict)
        and sorted(plans["transpose_forward"]) == [0, 1, 2]
        and [plans["transpose_forward"][axis] for axis in plans["transpose_backward"]] == [0, 1, 2]
        and len(patch) == len(spacing) == 3
        and all(_is_count(length, MOST_PATCH_VOXELS) for length in patch)
        and math.prod(patch) <= MOST_PATCH_VOXELS
        and all(LEAST_SPACING <= length <= MOST_SPACING for length in spacing)
        and _is_count(stages, MOST_STAGES)
        and _equal_in_json(network["n_conv_per_stage"], [CONVOLUTIONS] * stages)
        and _equal_in_json(network["n_conv_per_stage_decoder"], [CONVOLUTIONS] * (stages - 1))
        and all(_is_count(number, MOST_FEATURES) for number in features)
        and all(len(sizes) == 3 and all(_is_count(size, MOST_KERNEL) for size in sizes) for sizes in network["kernel_sizes"])
        and all(len(steps) == 3 and all(_is_count(step, MOST_STRIDE) for step in steps) for steps in network["strides"])
        and len(features) == len(network["kernel_sizes"]) == len(network["strides"]) == stages
        and all(patch[axis] % math.prod(steps[axis] for steps in network["strides"]) == 0 for axis in range(3))
        and max(_layers(patch, features, network["strides"])) <= MOST_NUMBERS
    )


def _layers(patch: list[int], features: list[int], strides: list[list[int]]) -> Iterator[float]:
    """How many numbers a layer of each stage has."""
    voxels = float(math.prod(patch))
    for maps, steps in zip(features, strides, strict=True):
        voxels /= math.prod(steps)
        yield voxels * maps


def _equal_in_json(found: Any, value: Any) -> bool:
    """Whether both are one in JSON, where 1, 1.0 and true are not."""
    return json.dumps(found, sort_keys=True) == json.dumps(value, sort_keys=True)


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most
