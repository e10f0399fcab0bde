"""nnU-Net's plans in a model: what they may name and how large they may be.

nnU-Net finds classes and functions by the names in its plans and calls whatever it finds. A model can come from a stranger,
so the plans may hold what nnU-Net's planner writes, and nothing else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from ..core.errors import InputError, short

# Far beyond any plan of nnU-Net's, and few enough that a made-up plan cannot take the machine's memory or hours.
MOST_STAGES, MOST_BLOCKS, MOST_FEATURES, MOST_KERNEL = 16, 100, 4096, 31
MOST_PATCH_VOXELS, MOST_NUMBERS = 1 << 27, 1 << 32  # the numbers of a layer: its features times its voxels
LEAST_SPACING, MOST_SPACING = 1e-3, 1e3

_UNET = "dynamic_network_architectures.architectures.unet."
_PARTS: dict[str, tuple[str | None, ...]] = {
    "conv_op": ("torch.nn.modules.conv.Conv3d",),
    "norm_op": ("torch.nn.modules.instancenorm.InstanceNorm3d", "torch.nn.modules.batchnorm.BatchNorm3d"),
    "dropout_op": (None, "torch.nn.modules.dropout.Dropout3d"),
    "nonlin": ("torch.nn.LeakyReLU", "torch.nn.ReLU"),
}
# A number of convolutions for each stage of the encoder: of blocks in the residual kind.
_NETWORKS = {f"{_UNET}PlainConvUNet": "n_conv_per_stage", f"{_UNET}ResidualEncoderUNet": "n_blocks_per_stage"}
_SIZES = {"n_stages", "features_per_stage", "kernel_sizes", "strides", "n_conv_per_stage_decoder", "conv_bias"}
_RESAMPLING = ("resampling_fn_data", "resampling_fn_seg", "resampling_fn_probabilities")
_NAMES = {"preprocessor_name": ("DefaultPreprocessor",), **dict.fromkeys(_RESAMPLING, ("resample_data_or_seg_to_shape",))}
_NORMALISATIONS = ("ZScoreNormalization", "CTNormalization", "NoNormalization", "RescaleTo01Normalization")


def check_plans(plans: dict[str, Any], configuration: str, place: str) -> None:
    """Make sure that plans are such as nnU-Net writes for one channel in 3-D.

    Args:
        configuration: the one that is used.
        place: what the file is called in a refusal.

    Raises:
        InputError: they are not.
    """
    try:
        plan = plans["configurations"][configuration]
        foreign = _foreign_names(plans, plan)
        sane = not foreign and _has_sane_sizes(plans, plan) and _has_sane_options(plans, plan)
    except (KeyError, TypeError, AttributeError, IndexError, ValueError, ZeroDivisionError, OverflowError):
        foreign, sane = [], False
    if foreign:
        raise InputError(
            f"{place} names {short(foreign[0])}, which is no part of a network of nnU-Net's; use a model from a source you trust."
        )
    if not sane:
        raise InputError(f"{place} describes no network that nnU-Net would plan; copy the model again.")


def _foreign_names(plans: dict[str, Any], plan: dict[str, Any]) -> list[Any]:
    """What is named that nnU-Net's planner does not name."""
    architecture = plan["architecture"]
    named: list[tuple[Any, tuple[str | None, ...]]] = [
        (architecture["network_class_name"], tuple(_NETWORKS)),
        (plans["label_manager"], ("LabelManager",)),
    ]
    named += [(architecture["arch_kwargs"][key], known) for key, known in _PARTS.items()]
    named += [(plan[key], known) for key, known in _NAMES.items()]
    named += [(scheme, _NORMALISATIONS) for scheme in plan["normalization_schemes"]]
    return [name for name, known in named if not (name is None or isinstance(name, str)) or name not in known]


def _has_sane_sizes(plans: dict[str, Any], plan: dict[str, Any]) -> bool:
    network = plan["architecture"]["arch_kwargs"]
    patch, spacing, stages, features = plan["patch_size"], plan["spacing"], network["n_stages"], network["features_per_stage"]
    encoder, decoder = network[_NETWORKS[plan["architecture"]["network_class_name"]]], network["n_conv_per_stage_decoder"]
    return (
        sorted(plans["transpose_forward"]) == [0, 1, 2]
        and [plans["transpose_forward"][axis] for axis in plans["transpose_backward"]] == [0, 1, 2]
        and len(patch) == len(spacing) == 3
        and all(_is_count(length, 1 << 20) for length in patch)
        and all(LEAST_SPACING <= length <= MOST_SPACING for length in spacing)
        and _is_count(stages, MOST_STAGES)
        and all(_is_count(number, MOST_FEATURES) for number in features)
        and math.prod(patch) <= MOST_PATCH_VOXELS
        and all(_is_count(number, MOST_BLOCKS) for number in [*encoder, *decoder])
        and all(len(sizes) == 3 and all(_is_count(size, MOST_KERNEL) for size in sizes) for sizes in network["kernel_sizes"])
        and all(len(steps) == 3 and all(_is_count(step, MOST_KERNEL) for step in steps) for steps in network["strides"])
        and len(features) == len(encoder) == len(network["kernel_sizes"]) == len(network["strides"]) == stages == len(decoder) + 1
        and all(patch[axis] % math.prod(steps[axis] for steps in network["strides"]) == 0 for axis in range(3))
        and max(_layers(patch, features, network["strides"])) <= MOST_NUMBERS
    )


def _layers(patch: list[int], features: list[int], strides: list[list[int]]) -> Iterator[float]:
    """How many numbers a layer of each stage has."""
    voxels = float(math.prod(patch))
    for maps, steps in zip(features, strides, strict=True):
        voxels /= math.prod(steps)
        yield voxels * maps


def _has_sane_options(plans: dict[str, Any], plan: dict[str, Any]) -> bool:
    architecture = plan["architecture"]
    network = architecture["arch_kwargs"]
    options = {f"{part}_kwargs" for part in ("norm_op", "dropout_op", "nonlin")}
    encoder = _NETWORKS[architecture["network_class_name"]]
    properties = plans["foreground_intensity_properties_per_channel"]["0"]
    order = {
        "order": _is_order,
        "order_z": _is_order,
        "is_seg": _is_flag,
        "force_separate_z": lambda value: value is None or _is_flag(value),
    }
    return (
        set(network) == {*_SIZES, *_PARTS, *options, encoder}
        and set(architecture["_kw_requires_import"]) == set(_PARTS)
        and _is_flag(network["conv_bias"])
        and _are(network["norm_op_kwargs"], {"eps": _is_share, "affine": _is_flag, "momentum": _is_share})
        and _are(network["dropout_op_kwargs"], {"p": _is_share, "inplace": _is_flag})
        and _are(network["nonlin_kwargs"], {"inplace": _is_flag, "negative_slope": _is_share})
        and len(plan["normalization_schemes"]) == len(plan["use_mask_for_norm"]) == 1
        and _is_flag(plan["use_mask_for_norm"][0])
        and all(_are(plan[f"{name}_kwargs"], order) for name in _RESAMPLING)
        and all(isinstance(number, int | float) and math.isfinite(number) for number in properties.values())
        and {"mean", "std", "percentile_00_5", "percentile_99_5"} <= set(properties)
        and not {"inherits_from", "previous_stage"} & {key for key, value in plan.items() if value is not None}
    )


def _are(options: Any, kinds: dict[str, Callable[[Any], bool]]) -> bool:
    return options is None or (isinstance(options, dict) and all(name in kinds and kinds[name](value) for name, value in options.items()))


def _is_count(value: Any, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= most


def _is_order(value: Any) -> bool:
    """Of a spline."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 5


def _is_flag(value: Any) -> bool:
    return isinstance(value, bool)


def _is_share(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1
