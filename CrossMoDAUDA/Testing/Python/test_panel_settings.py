"""The form of settings in the section Adapt, and scenes that another version has saved."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import TYPE_CHECKING

from panel_actions import choose, choose_training, open_section, type_setting

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


def test_start_takes_what_is_typed_in_a_field_that_was_not_left(host: Host, tmp_path: Path, tiny_cohort: Path) -> None:
    """A button that is pressed by its letter, or by the mouse on macOS, takes no focus: no field tells that its text is finished."""
    choose_training(host, tiny_cohort, tmp_path / "new ü", {})
    adapt, started = host.widget.panel.adapt, []
    adapt.start = lambda folder, words: started.append(words)
    before = host.find("setting_labels").text
    host.find("setting_labels").text = "Tumour, left:1"
    host.click("adaptStart")
    assert started == [] and "JSON" in adapt.settingsForm.problem
    assert not host.find("adaptStart").enabled and "JSON" in host.find("adaptStatus").text
    type_setting(host, "labels", before)
    host.find("setting_segmentation_epochs").text = "7"
    host.find("adaptPlaceDevice").text = " cuda:1 "
    assert "7" not in host.widget.panel.parameters.settings
    host.click("adaptStart")
    assert "segmentation.epochs=7" in started[0]
    assert json.loads(host.widget.panel.parameters.settings)["segmentation.epochs"] == "7"
    assert host.widget.panel.parameters.placeDevice == "cuda:1"


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


def test_choices_and_days_are_in_the_panels_language(tmp_path: Path) -> None:
    import time

    from conftest import MODULE
    from Testing.Host import Host

    with Host(MODULE, language="de_DE") as host:
        from CrossMoDAUDALib.panel import trainings_texts, wording
        from CrossMoDAUDALib.watching.experiments import Standing

        open_section(host, "adapt")
        refinement = host.find("setting_self_training_refinement")
        assert [refinement.itemText(place) for place in range(refinement.count)] == ["aus", "hinzufügen", "entfernen", "beides"]
        assert given_settings(host) == []
        choose(host, "setting_self_training_refinement", "both")
        choose(host, "setting_reading_header", "qform")
        assert given_settings(host) == ["reading.header=qform", "self_training.refinement=both"]
        for month, word in ((3, "März"), (5, "Mai"), (10, "Okt."), (12, "Dez.")):
            when = time.mktime((2023, month, 7, 12, 34, 0, 0, 0, -1))
            assert wording.clock(when).startswith(f"07. {word} 1")
            assert trainings_texts.whenText(Standing(tmp_path, when=when)).startswith(f"07. {word} 2023 1")


def test_a_check_goes_with_the_settings_that_it_has_read_the_scans_by(host: Host, tiny_cohort: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
    checker, table = host.widget.panel.adapt.checker, host.find("adaptCases")
    for change in (("reading.header", "qform"), ("labels", "Vestibular schwannoma:1"), None):
        host.click("adaptCheck")
        host.process(60, lambda: not checker.running)
        rows = table.rowCount
        assert rows and "scans read" in host.find("adaptCheckStatus").text
        type_setting(host, "translation.epochs", 3)
        assert table.rowCount == rows, "that is nothing to the check"
        if change is None:
            break
        if change[0] == "labels":
            type_setting(host, *change)
        else:
            choose(host, "setting_" + change[0].replace(".", "_"), change[1])
        assert table.rowCount == 0 and "scans read" not in host.find("adaptCheckStatus").text
