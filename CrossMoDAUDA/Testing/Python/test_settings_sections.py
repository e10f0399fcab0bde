"""A translator brings its own section of settings; what older versions called them is still understood."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.core import sections
from CrossMoDAUDALib.core import settings as config
from CrossMoDAUDALib.core.declaring import setting
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings, preset_settings, with_values
from CrossMoDAUDALib.models.model_folder import describe_translator, parse_translator
from CrossMoDAUDALib.translation.cyclegan import CycleGANSettings
from CrossMoDAUDALib.translation.registry import registration

RECORDS = Path(__file__).resolve().parent / "data" / "experiments_of_0.1.0.zip"


@dataclass(frozen=True)
class OtherSettings:
    """Those of a translator that only these tests have."""

    gain: float = setting(1.0, "A factor of nothing.", low=0, high=10, architecture=True)

    def check(self, settings: Settings) -> None:
        """Refuse what does not go together."""
        if self.gain > 5 and settings.translation.image_size > 64:
            raise InputError("other.gain must not be so large for so large slices.")


@pytest.fixture
def other(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second kind of translator, forgotten after the test."""
    monkeypatch.setattr(config, "_REGISTERED", dict(config._REGISTERED))
    before = list(sections.TRANSLATORS)
    presets = {"paper": {"translation.learning_rate": 0.002}, "smoke": {"other.gain": 3}}
    config.register_translator("other", "other", OtherSettings, presets)
    yield
    sections.TRANSLATORS[:] = before


def test_only_the_chosen_translators_section_is_there_and_recorded(other: None) -> None:
    cyclegan, chosen, none = (with_values(Settings(), {"translation.translator": name}) for name in ("cyclegan-unet", "other", "none"))
    assert "cyclegan" in cyclegan.to_json() and "other" not in cyclegan.to_json()
    assert chosen.to_json()["other"] == {"gain": 1.0} and "cyclegan" not in chosen.to_json()
    assert not {"cyclegan", "other"} & none.to_json().keys() and none.translator_section is None
    for settings in (cyclegan, chosen, none):
        assert Settings.from_json(json.loads(json.dumps(settings.to_json()))) == settings
    assert chosen.of(OtherSettings).gain == 1
    with pytest.raises(TypeError):
        chosen.of(CycleGANSettings)


def test_what_a_preset_has_for_a_translator_follows_the_translator(other: None) -> None:
    smoke = preset_settings("smoke")
    changed = with_values(smoke, {"translation.translator": "other"})
    assert changed == preset_settings("smoke", "other")
    assert (changed.of(OtherSettings).gain, changed.translation.learning_rate) == (3, 0.002)
    assert preset_settings("sample", "other").translation.learning_rate == 0.002 == preset_settings("sample").translation.learning_rate
    assert with_values(changed, {"translation.translator": "cyclegan-resnet"}) == smoke
    own = with_values(with_values(smoke, {"translation.learning_rate": 0.5}), {"translation.translator": "other"})
    assert own.translation.learning_rate == 0.5, "what was changed by hand stays"
    wider = with_values(smoke, {"cyclegan.generator_features": 32})
    assert with_values(wider, {"translation.translator": "cyclegan-unet", "translation.image_size": 128}).of(CycleGANSettings) == wider.of(
        CycleGANSettings
    ), "they share a section"


def test_settings_of_another_translator_are_refused(other: None) -> None:
    with pytest.raises(InputError, match=r"cyclegan\.pool_size belongs to cyclegan-resnet and cyclegan-unet, not to the translator other"):
        with_values(Settings(), {"translation.translator": "other", "cyclegan.pool_size": 3})
    with pytest.raises(InputError, match=r"other\.gain belongs to other, not to the translator cyclegan-resnet"):
        with_values(Settings(), {"other.gain": 2})
    baseline = with_values(Settings(), {"translation.translator": "none", "cyclegan.pool_size": 3})
    assert baseline == with_values(Settings(), {"translation.translator": "none"}), "the same command without a translator"
    with pytest.raises(InputError, match="outside 0 to 10"):
        with_values(Settings(), {"translation.translator": "other", "other.gain": 11})


def test_a_translator_checks_what_goes_together(other: None) -> None:
    values = {"translation.translator": "other", "other.gain": 9}
    with pytest.raises(InputError, match="so large slices"):
        with_values(Settings(), values)
    assert with_values(Settings(), {**values, "translation.image_size": 64}).of(OtherSettings).gain == 9


def test_a_trained_network_is_described_by_its_architecture(other: None) -> None:
    chosen = with_values(Settings(), {"translation.translator": "other", "other.gain": 2, "translation.image_size": 64})
    described = describe_translator(chosen)
    assert list(described) == ["format", "translator", "image_size", "gain", "lower_percentile", "upper_percentile"]
    read = parse_translator(described, "translator.json")
    assert (read.of(OtherSettings).gain, read.translation.image_size) == (2, 64)
    with pytest.raises(InputError, match="damaged"):
        parse_translator({key: value for key, value in described.items() if key != "gain"}, "translator.json")


def test_a_network_older_than_a_setting_of_its_architecture_has_its_default() -> None:
    described = describe_translator(with_values(Settings(), {"cyclegan.generator_downsamplings": 1}))
    assert parse_translator(described, "translator.json").of(CycleGANSettings).generator_downsamplings == 1
    del described["generator_downsamplings"]
    assert parse_translator(described, "translator.json").of(CycleGANSettings).generator_downsamplings == 2


@pytest.mark.parametrize(
    ("old", "new", "value"),
    [
        ("translation.cycle_weight", "cyclegan.cycle_weight", 9),
        ("translation.generator_blocks", "cyclegan.generator_blocks", 2),
        ("translation.adam_beta1", "cyclegan.adam_beta1", 0.25),
        ("translation.lower_percentile", "intensity.lower_percentile", 1),
        ("workers", "helper_processes", 3),
    ],
)
def test_former_keys_mean_the_present_ones(old: str, new: str, value: Any) -> None:
    assert with_values(Settings(), {old: value}) == with_values(Settings(), {new: value}) != Settings()
    section, _, name = old.rpartition(".")
    assert Settings.from_json({section: {name: value}} if section else {name: value}) == with_values(Settings(), {new: value})
    with pytest.raises(InputError, match=old.replace(".", r"\.")):
        with_values(Settings(), {old: "much"})
    assert with_values(Settings(), {"translation.translator": "none", "translation.cycle_weight": 9}).translator_section is None


def test_what_version_0_1_0_recorded_loads_without_and_with_a_translator() -> None:
    with zipfile.ZipFile(RECORDS) as archive:
        name = next(name for name in archive.namelist() if name.endswith("experiment.json"))
        recorded = json.loads(archive.read(name))["settings"]
    settings = Settings.from_json(recorded)
    assert settings.of(CycleGANSettings).generator_features == recorded["translation"]["generator_features"]
    assert settings.intensity.upper_percentile == recorded["translation"]["upper_percentile"]
    assert recorded["segmentation"]["fold"] == "all"
    without = {**recorded, "translation": {**recorded["translation"], "translator": "none"}}
    assert Settings.from_json(without).translator_section is None


@pytest.mark.parametrize("key", ["segmentation.configuration", "segmentation.fold"])
def test_a_setting_with_one_choice_is_none_any_more(key: str) -> None:
    assert key not in config.setting_fields()
    assert with_values(Settings(), {key: {"configuration": "3d_fullres", "fold": "all"}[key.partition(".")[2]]}) == Settings()
    with pytest.raises(InputError, match=f"{key} is no setting any more and always"):
        with_values(Settings(), {key: "2d"})


def test_an_unknown_translator_is_refused_everywhere() -> None:
    unknown = "cyclegan-resnt"
    for make in (
        lambda: Settings(translation=TranslationSettings(translator=unknown)),
        lambda: replace(Settings(), translation=TranslationSettings(translator=unknown)),
        lambda: with_values(Settings(), {"translation.translator": unknown}),
        lambda: Settings.from_json({"translation": {"translator": unknown}}),
        lambda: preset_settings("smoke", unknown),
    ):
        with pytest.raises(InputError, match="did you mean 'cyclegan-resnet'"):
            make()
    with pytest.raises(InputError, match="no image translator 'cyclegan-resnt'; choose one of cyclegan-resnet"):
        registration(unknown)
    described = {**describe_translator(Settings()), "translator": unknown}
    with pytest.raises(InputError, match=r"translator\.json is not usable: translation\.translator cannot be 'cyclegan-resnt'"):
        parse_translator(described, "translator.json")


def test_a_preset_is_the_start_of_all_settings_and_no_single_one() -> None:
    with pytest.raises(InputError, match="use --preset smoke"):
        with_values(Settings(), {"preset": "smoke"})
    for make in (lambda: with_values(Settings(), {"preset": "nonsense"}), lambda: Settings.from_json({"preset": "nonsense"})):
        with pytest.raises(InputError, match="preset cannot be 'nonsense'; choose one of paper"):
            make()
    assert with_values(preset_settings("quick"), {"preset": "quick"}) == preset_settings("quick")
