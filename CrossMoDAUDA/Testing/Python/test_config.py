"""The settings: the paper's numbers, and refusals that say what to write instead."""

from __future__ import annotations

import json
import math
from typing import Any, get_origin

import pytest
from conftest import its_translator
from CrossMoDAUDALib.core import errors
from CrossMoDAUDALib.core import settings as config
from CrossMoDAUDALib.core.parsing import labels_text
from CrossMoDAUDALib.models.plans import CONFIGURATION, FOLD
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings


def changed(**values: Any) -> config.Settings:
    """The paper's settings with ``section__name`` replaced."""
    return config.with_values(config.Settings(), {key.replace("__", "."): value for key, value in values.items()})


def refusal(key: str, value: Any) -> str:
    with pytest.raises(errors.InputError) as raised:
        config.with_values(config.Settings(), {key: value})
    return str(raised.value)


def test_paper_preset_is_the_paper() -> None:
    """Yang and Wang, sections 2.1 and 2.2; what they call default is the CycleGAN reference code's and nnU-Net's."""
    settings = config.preset_settings("paper")
    translation = settings.translation
    assert translation.translator == "cyclegan-resnet"
    assert translation.image_size == 256
    own = settings.of(CycleGANSettings)
    assert (own.adversarial_weight, own.cycle_weight, own.identity_weight) == (1, 10, 5)
    assert (translation.epochs, translation.decay_epochs) == (100, 100)
    assert translation.learning_rate == 0.00015
    assert translation.batch_size == 10
    assert (own.adam_beta1, own.adam_beta2) == (0.5, 0.999)
    assert (own.generator_features, own.generator_blocks, own.discriminator_features) == (64, 9, 64)
    assert own.pool_size == 50
    assert translation.steps_per_epoch == 0, "whole epochs"
    segmentation = settings.segmentation
    assert (segmentation.trainer, CONFIGURATION, FOLD) == ("nnUNetTrainer", "3d_fullres", "all")
    assert not translation.check_agreement, "the paper looks at no translation"
    assert (segmentation.epochs, segmentation.iterations_per_epoch, segmentation.validation_iterations_per_epoch) == (1000, 250, 50)
    assert (segmentation.initial_learning_rate, segmentation.memory_gb, segmentation.base_features) == (0.01, 8, 32)
    assert (segmentation.mirroring, segmentation.tile_step, segmentation.checkpoint_every) == (True, 0.5, 50)
    assert settings.self_training.iterations == 3
    assert (settings.self_training.largest_component, settings.self_training.warm_start) == ((), False)
    assert settings.labels == {"Vestibular schwannoma": 1, "Cochlea": 2}
    assert settings.evaluation.convention == "challenge2022"


@pytest.mark.parametrize("name", config.PRESETS)
def test_presets_survive_json(name: str) -> None:
    settings = config.preset_settings(name)
    assert settings.preset == name
    text = json.dumps(settings.to_json())
    assert config.Settings.from_json(json.loads(text)) == settings


def test_changed_settings_survive_json() -> None:
    settings = changed(
        labels="Extra-meatal:1,Intra-meatal:2,Cochlea:3",
        self_training__largest_component="Extra-meatal, Intra-meatal",
        device="CUDA:1",
        translation__learning_rate="2e-4",
        segmentation__mirroring="no",
        evaluation__convention="medpy",
    )
    assert settings.labels == {"Extra-meatal": 1, "Intra-meatal": 2, "Cochlea": 3}
    assert settings.self_training.largest_component == ("Extra-meatal", "Intra-meatal")
    assert settings.device == "cuda:1"
    assert settings.translation.learning_rate == 0.0002
    assert settings.segmentation.mirroring is False
    assert config.Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_presets_differ_from_the_paper_only_where_they_say() -> None:
    paper = config.preset_settings("paper").values()
    for name in config.PRESETS:
        values = config.preset_values(name)
        for key, mine in config.preset_settings(name).values().items():
            assert (mine != paper[key]) == (key in values or (key == "preset" and name != "paper")), key


def test_structures_that_only_the_preset_names_go_with_other_labels() -> None:
    sample, key = config.preset_settings("sample"), "self_training.largest_component"
    assert sample.self_training.largest_component == ("Vestibular schwannoma",)
    other = config.with_values(sample, {"labels": "Tumour:1"})
    assert other.self_training.largest_component == () == other.segmentation.bright_in_target
    chosen = {"labels": "Tumour:1", "segmentation.bright_in_target": "Tumour"}
    assert config.with_values(sample, chosen).segmentation.bright_in_target == ("Tumour",)
    kept = config.with_values(sample, {"labels": "Vestibular schwannoma:2"})
    assert kept.self_training.largest_component == ("Vestibular schwannoma",)
    chosen = config.with_values(sample, {key: "Cochlea"})
    with pytest.raises(errors.InputError, match="names 'Cochlea', which is not a structure"):
        config.with_values(chosen, {"labels": "Tumour:1"})


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(errors.InputError, match="no preset 'quik'; did you mean 'quick'"):
        config.preset_settings("quik")


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("translation.epoch", "translation.epochs"),
        ("traslation.batch_size", "translation.batch_size"),
        ("image_size", "translation.image_size"),
        ("tile_step", "segmentation.tile_step"),
        ("sede", "seed"),
        ("selftraining.iterations", "self_training.iterations"),
    ],
)
def test_unknown_key_names_the_nearest(key: str, nearest: str) -> None:
    assert refusal(key, "1") == f"There is no setting '{key}'; did you mean '{nearest}'."


def test_unknown_key_without_a_neighbour_lists_all() -> None:
    assert "choose one of preset, labels, seed" in refusal("xyzzy", "1")


@pytest.mark.parametrize(
    ("key", "value", "nearest"),
    [
        ("translation.image_size", 8, "32"),
        ("translation.image_size", 4096, "1024"),
        ("translation.image_size", 102, "104"),
        ("translation.batch_size", 0, "1"),
        ("translation.batch_size", "-3", "1"),
        ("intensity.lower_percentile", -0.1, "0"),
        ("intensity.upper_percentile", 100.1, "100"),
        ("translation.learning_rate", 0, "1e-08"),
        ("segmentation.tile_step", "1.5", "1"),
        ("self_training.iterations", -1, "0"),
        ("seed", 2**31, str(2**31 - 1)),
        ("helper_processes", -2, "-1"),
    ],
)
def test_out_of_range_names_the_nearest_allowed_value(key: str, value: Any, nearest: str) -> None:
    message = refusal(key, value)
    assert message.startswith(f"{key}={value}")
    assert message.endswith(f"the nearest allowed value is {nearest}.")
    config.with_values(config.Settings(), {key: nearest})


@pytest.mark.parametrize("key", [key for key, (field, _) in config.setting_fields().items() if field.metadata["low"] is not None])
def test_limits_themselves_are_allowed(key: str) -> None:
    declared, kind = config.setting_fields()[key]
    limits, is_of_structures = declared.metadata, get_origin(kind) is dict
    for limit in (limits["low"], limits["high"]):
        value = {"Cochlea": limit} if is_of_structures else limit
        settings = config.with_values(config.Settings(), {**its_translator(key), key: value, **_company(key)})
        assert settings.values()[key] == value
    for value in (math.nan, math.inf, -math.inf, "nan"):
        said = f"{key} of 'Cochlea'={value}" if is_of_structures else f"{key}={value}"
        assert refusal(key, {"Cochlea": value} if is_of_structures else value).startswith(said)


def test_numbers_of_structures_are_text_or_json() -> None:
    key = "segmentation__scaled_copies"
    assert changed(**{key: "Vestibular schwannoma:0.5, Cochlea:2"}).segmentation.scaled_copies == {
        "Vestibular schwannoma": 0.5,
        "Cochlea": 2,
    }
    comma = changed(labels='{"Tumour, left": 1}', **{key: '{"Tumour, left": 0.5}'})
    assert comma.segmentation.scaled_copies == {"Tumour, left": 0.5} and changed(**{key: ""}).segmentation.scaled_copies == {}
    assert config.Settings.from_json(json.loads(json.dumps(comma.to_json()))) == comma
    for numbers in ({"Tumour, left": 0.5}, {"Cochlea": 0.25, "Tumour, left": 2.0}, {}):
        settings = changed(labels={"Tumour, left": 1, "Cochlea": 2}, **{key: labels_text(numbers)})
        assert settings.segmentation.scaled_copies == numbers
    key = key.replace("__", ".")
    assert refusal(key, "Nose:0.5") == f"{key} names 'Nose', which is not a structure; choose one of Vestibular schwannoma, Cochlea."
    assert refusal(key, "Cochlea:40") == f"{key} of 'Cochlea'=40.0 is outside 0.05 to 20; the nearest allowed value is 20."
    for wrong in ("Cochlea", "Cochlea:half", "Cochlea:1,Cochlea:2", '{"Cochlea": true}'):
        assert "is not NAME:NUMBER,NAME:NUMBER" in refusal(key, wrong)


def _company(key: str) -> dict[str, Any]:
    """The other end of a range, out of the way of the one at its limit."""
    return {
        "intensity.lower_percentile": {"intensity.upper_percentile": 100},
        "intensity.upper_percentile": {"intensity.lower_percentile": 0},
        "segmentation.structure_scaling_lowest": {"segmentation.structure_scaling_highest": 20},
        "segmentation.structure_scaling_highest": {"segmentation.structure_scaling_lowest": 0.05},
    }.get(key, {})


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [
        ("seed", "one", "a whole number"),
        ("seed", 1.5, "a whole number"),
        ("seed", True, "a whole number"),
        ("seed", None, "a whole number"),
        ("translation.learning_rate", "fast", "a number"),
        ("translation.learning_rate", False, "a number"),
        ("translation.learning_rate", [1], "a number"),
        ("segmentation.mirroring", "perhaps", "true or false"),
        ("segmentation.mirroring", 2, "true or false"),
        ("labels", "Tumour", "NAME:VALUE"),
        ("labels", "Tumour:x", "NAME:VALUE"),
        ("labels", 1, "NAME:VALUE"),
        ("self_training.largest_component", 1, "a list"),
    ],
)
def test_wrong_type_says_what_is_wanted(key: str, value: Any, wanted: str) -> None:
    message = refusal(key, value)
    assert message.startswith(f"{key}={value} is not ")
    assert wanted in message


@pytest.mark.parametrize(
    ("key", "value", "meant"),
    [
        ("translation.translator", "cyclegan-resnt", "did you mean 'cyclegan-resnet'"),
        ("translation.translator", "xyz", f"choose one of {', '.join(config.TRANSLATORS)}."),
        ("evaluation.convention", "challenge2021", "did you mean 'challenge2022'"),
    ],
)
def test_choices(key: str, value: str, meant: str) -> None:
    assert meant in refusal(key, value)


@pytest.mark.parametrize("value", ["true", "True", "1", "yes", "on", True])
def test_true_in_many_words(value: Any) -> None:
    assert changed(evaluation__source_only=value).evaluation.source_only is True


@pytest.mark.parametrize("value", ["false", "FALSE", "0", "no", "off", False])
def test_false_in_many_words(value: Any) -> None:
    assert changed(segmentation__mirroring=value).segmentation.mirroring is False


@pytest.mark.parametrize("value", ["Tumour:1", " Tumour : 1 ,", {"Tumour": 1}, {"Tumour": "1"}])
def test_labels(value: Any) -> None:
    assert changed(labels=value).labels == {"Tumour": 1}


def test_label_names_may_hold_colons_and_spaces() -> None:
    assert changed(labels="VS: extra-meatal:1,VS: intra-meatal:2").labels == {"VS: extra-meatal": 1, "VS: intra-meatal": 2}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "labels is empty"),
        ({}, "labels is empty"),
        ("Tumour:0", "'Tumour:0'"),
        ("Tumour:65536", "'Tumour:65536'"),
        (":1", "':1'"),
        ("Tumour:1,Cochlea:1", "share one value"),
    ],
)
def test_unusable_labels(value: Any, words: str) -> None:
    assert words in refusal("labels", value)


def test_largest_component_must_name_structures() -> None:
    assert "did you mean 'Cochlea'" in refusal("self_training.largest_component", "Cochlae")
    assert changed(self_training__largest_component="").self_training.largest_component == ()


def test_u_net_needs_a_power_of_two() -> None:
    assert changed(translation__translator="cyclegan-unet").translation.image_size == 256
    for size, nearest in ((64, 128), (192, 128), (260, 256), (640, 512)):
        with pytest.raises(errors.InputError, match=rf"image_size={size} does not suit the U-Net generator.*as {nearest}\."):
            changed(translation__translator="cyclegan-unet", translation__image_size=size)
        changed(translation__translator="cyclegan-unet", translation__image_size=nearest)
        assert changed(translation__image_size=size).translation.image_size == size


def test_percentiles_must_be_in_order() -> None:
    with pytest.raises(errors.InputError, match="lower_percentile must be below"):
        changed(intensity__lower_percentile=50, intensity__upper_percentile=50)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("auto", "auto"),
        (" CPU ", "cpu"),
        ("mps", "mps"),
        ("cuda", "cuda"),
        ("CUDA:12", "cuda:12"),
        ("cuda:0,1", "cuda:0,1"),
        (" CUDA:3, 0,12 ", "cuda:3,0,12"),
    ],
)
def test_devices(text: str, name: str) -> None:
    assert config.parse_device(text) == name
    assert changed(device=text).device == name


@pytest.mark.parametrize("text", ["", "gpu", "cuda:", "cuda:x", "cuda:-1", "mps:0", "cpu:0", "cuda:0,", "cuda:0,cuda:1", "cpu,cpu"])
def test_no_devices(text: str) -> None:
    with pytest.raises(errors.InputError) as raised:
        config.parse_device(text)
    assert f"no device '{text}'" in str(raised.value)
    assert "cuda:N" in str(raised.value)
    assert refusal("device", text) == str(raised.value)


@pytest.mark.parametrize("text", ["cuda:1,1", "cuda:0,1,00"])
def test_a_gpu_is_named_once(text: str) -> None:
    assert refusal("device", text) == f"The device '{text}' names a GPU twice; name each once, such as cuda:0,1."


def test_assignments() -> None:
    assert config.parse_assignments(["seed=1", " labels = A=B:1 ", "device="]) == {"seed": "1", "labels": "A=B:1", "device": ""}
    with pytest.raises(errors.InputError, match="--set seed is not KEY=VALUE"):
        config.parse_assignments(["seed"])


def test_with_values_leaves_the_original_alone() -> None:
    settings = config.Settings()
    other = config.with_values(settings, {"labels": "Tumour:1", "translation.epochs": 5})
    assert settings == config.Settings()
    assert other.translation.epochs == 5
    other.labels["Tumour"] = 9
    assert settings.labels == {"Vestibular schwannoma": 1, "Cochlea": 2}


def test_from_json_refuses_what_with_values_refuses() -> None:
    with pytest.raises(errors.InputError, match=r"translation\.epochs=0 is outside"):
        config.Settings.from_json({"translation": {"epochs": 0}})
    with pytest.raises(errors.InputError, match=r"no setting 'translation\.speed'"):
        config.Settings.from_json({"translation": {"speed": 1}})
    assert config.Settings.from_json({}) == config.Settings()


def test_every_setting_says_what_it_is() -> None:
    for key, (field, _) in config.setting_fields().items():
        text = field.metadata["text"]
        assert text.endswith("."), key
        assert len(text) > 10, key
        low, high = field.metadata["low"], field.metadata["high"]
        assert (low is None) == (high is None), key
