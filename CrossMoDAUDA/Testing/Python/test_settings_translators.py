"""What a translator brings to the settings: names that are not taken, presets that build on one another, settings it once had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from CrossMoDAUDALib.core import sections
from CrossMoDAUDALib.core import settings as config
from CrossMoDAUDALib.core.declaring import setting
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.models.model_folder import describe_translator
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings
from CrossMoDAUDALib.translation.registry import registration


@dataclass(frozen=True)
class ToySettings:
    """Those of a translator that only these tests have."""

    retired: ClassVar[Mapping[str, str]] = {"depth": "3"}
    gain: float = setting(1.0, "A factor of nothing.", low=0, high=10, architecture=True)


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Forget after each test the translators that it has registered."""
    monkeypatch.setattr(config, "_REGISTERED", dict(config._REGISTERED))
    before = list(sections.TRANSLATORS)
    yield
    sections.TRANSLATORS[:] = before


@pytest.mark.parametrize("name", ["cyclegan-resnet", "none"])
def test_a_translator_does_not_take_the_name_of_another(name: str) -> None:
    with pytest.raises(ValueError, match=f"an image translator '{name}' already"):
        config.register_translator(name, "toy", ToySettings, {})
    assert "toy" not in config.section_classes() and sections.TRANSLATORS[-1] == "none"


@pytest.mark.parametrize("section", ["translation", "segmentation", "cyclegan", "labels", "translator_section"])
def test_a_section_that_is_taken_is_refused(section: str) -> None:
    with pytest.raises(ValueError, match=f"section '{section}' of the translator 'toy' is taken"):
        config.register_translator("toy", section, ToySettings, {})
    assert "toy" not in sections.TRANSLATORS


def test_translators_share_a_section_of_one_class() -> None:
    config.register_translator("cyclegan-toy", "cyclegan", CycleGANSettings, {})
    assert with_values(Settings(), {"translation.translator": "cyclegan-toy", "cyclegan.pool_size": 3}).of(CycleGANSettings).pool_size == 3


@pytest.mark.parametrize("name", config.DESCRIBED)
def test_an_architecture_setting_does_not_overwrite_another_entry_of_the_description(name: str) -> None:
    def kind(architecture: bool) -> type[Any]:
        body = {"__annotations__": {name: float}, name: setting(1.0, "Nothing.", low=0, high=10, architecture=architecture)}
        return dataclass(frozen=True)(type("Kind", (), body))

    with pytest.raises(ValueError, match=rf"toy\.{name} of the translator 'toy'"):
        config.register_translator("toy", "toy", kind(True), {})
    config.register_translator("toy", "toy", kind(False), {})


def test_the_entries_of_every_description_are_known() -> None:
    own = {"generator_features", "generator_blocks", "generator_downsamplings"}
    assert set(config.DESCRIBED) == describe_translator(Settings()).keys() - own


def test_the_preset_sample_builds_on_what_smoke_has_for_the_translator() -> None:
    smoke = {"translation.image_size": 128, "translation.epochs": 2, "toy.gain": 3}
    config.register_translator("toy", "toy", ToySettings, {"paper": {"toy.gain": 2}, "smoke": smoke})
    sample = preset_settings("sample", "toy")
    assert (sample.of(ToySettings).gain, sample.translation.image_size) == (3, 128)
    assert sample.translation.epochs == preset_settings("sample").translation.epochs == 4, "what sample itself says comes last"
    assert preset_settings("quick", "toy").of(ToySettings).gain == 2
    config.register_translator("toy2", "toy", ToySettings, {"smoke": smoke, "sample": {"toy.gain": 4}})
    assert preset_settings("sample", "toy2").of(ToySettings).gain == 4


def test_the_sample_of_the_registered_translators_is_what_it_was() -> None:
    own = preset_settings("sample").of(CycleGANSettings)
    assert (own.identity_weight, own.generator_features, own.generator_blocks, own.discriminator_features) == (0, 16, 4, 16)
    common = preset_settings("sample")
    assert (common.translation.image_size, common.translation.batch_size, common.segmentation.base_features) == (64, 1, 16)
    assert (common.helper_processes, common.self_training.iterations, common.segmentation.mirroring) == (0, 2, False)
    assert registration("cyclegan-resnet").presets["smoke"].keys() <= registration("cyclegan-resnet").presets["sample"].keys()


def test_a_setting_that_a_translator_once_had_is_accepted_with_its_only_value() -> None:
    config.register_translator("toy", "toy", ToySettings, {})
    recorded = {"translation": {"translator": "toy"}, "toy": {"gain": 2, "depth": 3}}
    assert Settings.from_json(recorded).of(ToySettings).gain == 2
    with pytest.raises(InputError, match=r"toy\.depth is no setting any more and always '3'"):
        with_values(Settings(), {"translation.translator": "toy", "toy.depth": "4"})


@pytest.mark.parametrize("key", ["translation.learning_rate", "cyclegan.cycle_weight", "segmentation.memory_gb"])
def test_a_number_beyond_all_floats_is_refused(key: str) -> None:
    section, _, name = key.partition(".")
    with pytest.raises(InputError, match=f"{key}=.* is not a number"):
        Settings.from_json({section: {name: 10**400}})
