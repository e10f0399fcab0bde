"""Settings on the command line: presets, structures with any name, trainers that contradict them."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import SimpleNamespace

import pytest
from cohort_files import label_array, save
from command_line import TINY_RUN, run, sentence
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.parsing import labels_text, names_text
from CrossMoDAUDALib.core.settings import SegmentationSettings, Settings, with_values
from CrossMoDAUDALib.models.model_folder import ModelInfo, chosen_components
from CrossMoDAUDALib.segmentation.schedule import apply_schedule, refuse_other_schedule

ODD_NAMES = ["Tumour, left", "Tumour: left", "a=b", 'the "core"', "two words", "Läsion", "[x]", '{"y"', "plain"]


def test_a_preset_that_is_set_is_that_preset(tiny_experiment: Path, tiny_cohort: Path) -> None:
    rest = ["--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN[2:], "--set", "evaluation.source_only=true"]
    assert TINY_RUN[:2] == ["--preset", "smoke"]
    assert run("run", *rest, "--set", "preset=smoke").returncode == 0, "it goes on with what --preset smoke began"
    assert "preset=smoke, not quick" in sentence(run("run", *rest, "--set", "preset=quick"))
    assert "preset=smoke, not quick" in sentence(run("run", "-o", tiny_experiment, "--set", "preset=quick"))
    assert "contradict one another" in sentence(run("run", *rest, "--preset", "smoke", "--set", "preset=quick"))
    assert "no preset 'nonsense'; choose one of paper" in sentence(run("run", *rest, "--set", "preset=nonsense"))


@pytest.mark.parametrize("name", ODD_NAMES)
def test_a_structure_may_have_any_name(name: str) -> None:
    labels = {name: 1, "Cochlea": 2}
    settings = with_values(Settings(), {"labels": labels_text(labels), "self_training.largest_component": names_text([name])})
    assert settings.labels == labels and settings.self_training.largest_component == (name,)
    assert Settings.from_json(settings.to_json()) == settings
    info = ModelInfo(Path("model"), labels, 0, ())
    assert chosen_components(info, [name]) == (name,)


def test_plain_names_are_written_plainly() -> None:
    assert labels_text({"Tumour": 1, "VS: extra": 2}) == "Tumour:1,VS: extra:2"
    assert labels_text({"Tumour, left": 1}) == '{"Tumour, left": 1}'
    assert names_text(["Tumour", "Cochlea"]) == "Tumour,Cochlea" and names_text([]) == ""


@pytest.mark.parametrize("text", ['{"A": 1, "A": 2}', '{"A": 1.5}', '{"A": true}', '{"A, b": 1', '["A"]'])
def test_labels_that_json_does_not_give(text: str) -> None:
    with pytest.raises(InputError, match=r'or JSON, such as \{"Tumour, left": 1\}'):
        with_values(Settings(), {"labels": text})


def test_a_name_with_a_comma_is_asked_for_as_json() -> None:
    labels = {"labels": '{"Tumour, left": 1}'}
    with pytest.raises(InputError, match="write names that hold a comma as JSON"):
        with_values(Settings(), {**labels, "self_training.largest_component": "Tumour, left"})


def test_a_structure_with_a_comma_is_scored(tmp_path: Path) -> None:
    mine = save(tmp_path / "mine.nii.gz", label_array(1))
    result = run("evaluate", mine, mine, "--set", 'labels={"Tumour, left": 1}', "-o", tmp_path / "scores.csv")
    assert (result.returncode, result.stderr) == (0, "")
    assert '"Tumour, left",1.0' in (tmp_path / "scores.csv").read_text(encoding="utf-8")
    assert "Tumour, left" in run("run", "--help").stdout
    assert "preset does not matter to evaluate" in sentence(run("evaluate", mine, mine, "--set", "preset=smoke"))


def trainer_class(file: str, name: str) -> type:
    """One of nnU-Net's trainers, imported by itself: nnU-Net's own search fails where any of its trainers lacks a package."""
    found: type = getattr(importlib.import_module(f"nnunetv2.training.nnUNetTrainer.variants.{file}"), name)
    return found


@pytest.mark.parametrize(
    ("file", "name", "setting", "own"),
    [
        ("training_length.nnUNetTrainer_Xepochs", "nnUNetTrainer_5epochs", "epochs", 5),
        ("training_length.nnUNetTrainer_Xepochs", "nnUNetTrainer_8000epochs", "epochs", 8000),
        ("optimizer.nnUNetTrainerAdam", "nnUNetTrainerAdam1en3", "initial_learning_rate", 0.001),
    ],
)
def test_what_is_recorded_is_what_is_trained(file: str, name: str, setting: str, own: float) -> None:
    """Else five epochs would be trained and a thousand recorded."""
    trainer, said = trainer_class(file, name), getattr(SegmentationSettings(), setting)
    with pytest.raises(InputError) as raised:
        refuse_other_schedule(SegmentationSettings(trainer=name), trainer)
    assert f"segmentation.{setting} is {said}, but the trainer {name} has {own}; add --set segmentation.{setting}={own}" in str(
        raised.value
    )
    for number in (own, own * 2):  # of which the second is then trained
        refuse_other_schedule(SegmentationSettings(trainer=name, **{setting: number}), trainer)
        found = SimpleNamespace()
        apply_schedule(found, SegmentationSettings(trainer=name, **{setting: number}))
        assert number in vars(found).values()


def test_a_trainer_without_numbers_of_its_own_contradicts_nothing() -> None:
    trainer = trainer_class("data_augmentation.nnUNetTrainerNoMirroring", "nnUNetTrainerNoMirroring")
    refuse_other_schedule(SegmentationSettings(trainer="nnUNetTrainerNoMirroring"), trainer)
