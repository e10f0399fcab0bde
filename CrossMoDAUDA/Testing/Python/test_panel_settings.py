"""The form of settings in the section Adapt, and scenes that another version has saved."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from panel_actions import choose, open_section, type_setting

if TYPE_CHECKING:
    from Testing.Host import Host


def given_settings(host: Host) -> list[str]:
    """What the panel would hand to ``run --set``."""
    words = host.widget.panel.adapt._settingWords()
    return [value for option, value in itertools.pairwise(words) if option == "--set"]


def test_structures_whose_names_hold_commas_are_typed_as_json(host: Host) -> None:
    open_section(host, "adapt")
    labels = '{"Tumour, left": 1, "Cochlea": 2}'
    type_setting(host, "labels", "Tumour, left:1,Cochlea:2")
    form = host.widget.panel.adapt.settingsForm
    assert "JSON" in form.problem
    type_setting(host, "labels", labels)
    assert form.problem == ""
    assert given_settings(host) == [f"labels={labels}"]
    assert json.loads(host.widget.panel.parameters.settings) == {"labels": labels}
    type_setting(host, "self_training.largest_component", '["Tumour, left"]')
    assert form.problem == "" and 'self_training.largest_component=["Tumour, left"]' in given_settings(host)


def test_a_saved_scene_with_an_unknown_preset_gets_the_one_that_is_shown(host: Host, tmp_path: Path) -> None:
    import slicer

    open_section(host, "adapt")
    choose(host, "adaptPreset", "smoke")
    scene = tmp_path / "scene.mrml"
    host.save_and_load_scene(scene)
    assert host.widget.panel.parameters.preset == "smoke"
    saved = scene.read_text(encoding="utf-8")
    assert "smoke" in saved
    scene.write_text(saved.replace("smoke", "swift"), encoding="utf-8")
    slicer.mrmlScene.Clear(False)
    slicer.mrmlScene.SetURL(str(scene))
    assert slicer.mrmlScene.Connect()
    host.process(0.1)
    parameters, shown = host.widget.panel.parameters, host.find("adaptPreset")
    assert parameters.preset == shown.itemData(shown.currentIndex) == "paper"
    assert host.find("setting_segmentation_epochs").text == "1000", "the form shows that preset's settings"
    assert given_settings(host) == []


def test_a_scene_with_a_setting_by_its_former_name(host: Host) -> None:
    open_section(host, "adapt")
    host.widget.panel.parameters.settings = '{"workers": "2"}'
    host.process(0.1)
    assert host.find("setting_helper_processes").text == "2"
    assert given_settings(host) == ["helper_processes=2"]
