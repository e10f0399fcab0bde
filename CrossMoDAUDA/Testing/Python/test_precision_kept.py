"""The translator's arithmetic is that in which its training began, whatever device it goes on with and translates on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import find_crossmoda
from CrossMoDAUDALib.compute import acceleration
from CrossMoDAUDALib.compute.acceleration import has_bf16_units, keep_precision
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.method import adaptation
from CrossMoDAUDALib.translation.trained import TrainedTranslator

CPU, CUDA, APPLE = (torch.device(name) for name in ("cpu", "cuda", "mps"))


@pytest.fixture
def with_bf16_units(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if every CUDA device had them: no test machine has all devices."""
    monkeypatch.setattr(acceleration, "has_bf16_units", lambda device: device.type == "cuda")


@pytest.mark.usefixtures("with_bf16_units")
@pytest.mark.parametrize(("first", "then", "precision"), [(CUDA, CPU, "bf16"), (CPU, CUDA, "fp32"), (APPLE, CUDA, "fp32")])
def test_auto_is_chosen_once(tmp_path: Path, first: torch.device, then: torch.device, precision: str) -> None:
    settings, record = Settings(precision="auto", compile="off"), tmp_path / "precision.json"
    assert keep_precision(settings, first, record).precision == precision
    assert acceleration.Acceleration.choose(settings, then).precision != precision, "the device alone would have chosen otherwise"
    for device in (then, first, then):
        assert keep_precision(settings, device, record).precision == precision
    assert json.loads(record.read_text(encoding="utf-8")) == {"precision": precision, "device": str(first)}


@pytest.mark.usefixtures("with_bf16_units")
def test_a_device_that_cannot_go_on_says_so(tmp_path: Path) -> None:
    settings, record = Settings(precision="auto", compile="off"), tmp_path / "precision.json"
    keep_precision(settings, CUDA, record)
    with pytest.raises(InputError, match=r"began in bf16 on cuda .*Apple's GPU does not compute; go on with --device cpu") as caught:
        keep_precision(settings, APPLE, record)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"precision": "fp16"}'])
def test_a_damaged_record_is_named(tmp_path: Path, content: str) -> None:
    record = tmp_path / "precision.json"
    record.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=r"precision\.json is damaged"):
        keep_precision(Settings(), CPU, record)
    assert record.read_text(encoding="utf-8") == content


def test_an_experiment_goes_on_and_translates_in_it(tiny_cohort: Path, tmp_path: Path) -> None:
    """Begun where auto means the other one, which here a record says."""
    begun, other = ("fp32", "bf16") if has_bf16_units(CPU) else ("bf16", "fp32")
    values: dict[str, Any] = {name: value for name, value in TINY.items() if name.startswith(("translation.", "cyclegan."))}
    settings = with_values(preset_settings("smoke"), {**values, "device": "cpu", "precision": "auto"})
    experiment = Experiment.create(tmp_path / "experiment", settings, find_crossmoda(tiny_cohort), {})
    record = experiment.folder / "translation" / "precision.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"precision": begun, "device": "cuda:0"}), encoding="utf-8")
    for domain in ("source", "target"):
        adaptation.cut_slices(experiment, f"translation/{domain}_slices", domain)
    adaptation.train_translation(experiment, "translation/train")
    adaptation.translate_source(experiment, "pseudo_target")
    said = [event["message"] for event in read_events(experiment.folder / "events.jsonl")[0] if event["kind"] == "message"]
    assert said == [f"Training the translator in {begun} on the CPU."]
    case = experiment.cohort.source[0]
    written, scan = read_volume(experiment.pseudo_target(case)).array, read_volume(case.image)
    translated = {kind: TrainedTranslator.load(experiment.folder, "cpu", kind).translate(scan).array for kind in ("bf16", "fp32")}
    assert np.array_equal(written, translated[begun]) and not np.array_equal(written, translated[other])


def test_a_translator_begun_before_there_was_a_record_goes_on_in_fp32(tiny_cohort: Path, tmp_path: Path) -> None:
    values: dict[str, Any] = {name: value for name, value in TINY.items() if name.startswith(("translation.", "cyclegan."))}
    settings = with_values(preset_settings("smoke"), {**values, "device": "cpu", "precision": "auto"})
    experiment = Experiment.create(tmp_path / "experiment", settings, find_crossmoda(tiny_cohort), {})
    for domain in ("source", "target"):
        adaptation.cut_slices(experiment, f"translation/{domain}_slices", domain)
    adaptation.train_translation(experiment, "translation/train")
    record = experiment.folder / "translation" / "precision.json"
    record.unlink()
    adaptation.train_translation(experiment, "translation/train")
    assert json.loads(record.read_text(encoding="utf-8"))["precision"] == "fp32"


def test_what_an_experiment_begins_in_is_written_down(tiny_experiment: Path) -> None:
    recorded = json.loads((tiny_experiment / "translation" / "precision.json").read_text(encoding="utf-8"))
    assert recorded == {"precision": "bf16" if has_bf16_units(torch.device("cpu")) else "fp32", "device": "cpu"}
