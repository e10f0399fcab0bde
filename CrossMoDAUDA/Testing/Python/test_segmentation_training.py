"""nnU-Net's training as the experiment runs it: continued, started warm, cancelled, and with helper processes that die."""

from __future__ import annotations

import dataclasses
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.parallel import end_with_parent
from CrossMoDAUDALib.core.progress import Progress, silent
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.segmentation import training
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session

PSEUDO_TARGET, SELF_TRAINING = "Dataset001_PseudoTarget", "Dataset002_SelfTraining"
FOLD = Path("nnUNetTrainer__nnUNetPlans__3d_fullres") / "fold_all"


def settings_of(experiment: Path, **values: Any) -> Settings:
    return with_values(Experiment.load(experiment).settings, {f"segmentation.{name}": value for name, value in values.items()})


def train(
    experiment: Path,
    results: Path,
    settings: Settings,
    progress: Progress = silent,
    start_from: Path | None = None,
    dataset: str = PSEUDO_TARGET,
    workers: int = 0,
) -> bool:
    """Train on the tiny experiment's data, leaving everything in ``results``."""
    import torch

    raw, preprocessed = experiment / "nnunet" / "raw", experiment / "nnunet" / "preprocessed"
    with nnunet_session(raw, preprocessed, results, results / "nnunet.log", workers):
        return training.train(preprocessed, dataset, results / "model", settings, 0, torch.device("cpu"), progress, start_from)


def weights(model: Path) -> dict[str, Any]:
    from safetensors.torch import load_file

    return dict(load_file(model / "segmenter.safetensors"))


class StopError(Exception):
    """Raised by a progress to cancel."""


@pytest.fixture(scope="module")
def uninterrupted(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of three short epochs."""
    results = tmp_path_factory.mktemp("uninterrupted")
    train(tiny_experiment, results, settings_of(tiny_experiment, epochs=3))
    return results


@pytest.mark.parametrize("checkpoint_every", [1, 50])
def test_a_cancelled_training_goes_on_to_the_same_weights(
    tiny_experiment: Path, uninterrupted: Path, tmp_path: Path, checkpoint_every: int
) -> None:
    settings = settings_of(tiny_experiment, epochs=3, checkpoint_every=checkpoint_every)
    steps: list[int] = []

    def cancel(step: int, total: int, message: str = "", **_: float) -> None:
        assert total == 6
        steps.append(step)
        if step == 5:
            raise StopError

    with pytest.raises(StopError):
        train(tiny_experiment, tmp_path, settings, cancel)
    assert steps == [1, 2, 2, 3, 4, 4, 5]
    assert not (tmp_path / "model").exists()
    if checkpoint_every == 1:
        assert (tmp_path / PSEUDO_TARGET / FOLD / "checkpoint_latest.pth").is_file()
    steps.clear()
    train(tiny_experiment, tmp_path, settings, lambda step, *_, **__: steps.append(step))
    assert steps[0] > 1, "the first epoch was trained again"
    assert (tmp_path / "model" / "segmenter.safetensors").read_bytes() == (uninterrupted / "model" / "segmenter.safetensors").read_bytes()


def test_adamw_trains_otherwise_than_sgd_and_goes_on_as_well(tiny_experiment: Path, uninterrupted: Path, tmp_path: Path) -> None:
    settings = settings_of(tiny_experiment, epochs=3, optimizer="adamw", initial_learning_rate=0.001)

    def cancel(step: int, *_: object, **__: float) -> None:
        if step == 5:
            raise StopError

    train(tiny_experiment, tmp_path / "whole", settings)
    with pytest.raises(StopError):
        train(tiny_experiment, tmp_path / "cancelled", settings, cancel)
    train(tiny_experiment, tmp_path / "cancelled", settings)
    whole, cancelled, sgd = (weights(path / "model") for path in (tmp_path / "whole", tmp_path / "cancelled", uninterrupted))
    assert all((whole[name] == cancelled[name]).all() for name in whole)
    assert any((whole[name] != sgd[name]).any() for name in whole)


def test_the_newest_checkpoint_is_that_of_the_latest_epoch_whatever_the_clock_said(tmp_path: Path) -> None:
    def saved(name: str, epoch: int, age: int) -> Path:
        torch.save({"current_epoch": epoch, "network_weights": {}}, tmp_path / name)
        os.utime(tmp_path / name, ns=(10**18 - age, 10**18 - age))
        return tmp_path / name

    assert training._newest_checkpoint(tmp_path) is None
    best = saved("checkpoint_best.pth", 3, age=0)
    latest = saved("checkpoint_latest.pth", 4, age=10)
    assert training._newest_checkpoint(tmp_path) == latest
    for epoch in (2, 3):  # of one epoch, the best is written last
        saved("checkpoint_latest.pth", epoch, age=-10)
        assert training._newest_checkpoint(tmp_path) == best
    final = saved("checkpoint_final.pth", 1, age=20)
    assert training._newest_checkpoint(tmp_path) == final


def test_a_finished_training_is_only_exported_again(tiny_experiment: Path, uninterrupted: Path, tmp_path: Path) -> None:
    shutil.copytree(uninterrupted, tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "model")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("trained again")

    train(tiny_experiment, tmp_path / "copy", settings_of(tiny_experiment, epochs=3), refuse)
    for name in ("segmenter.safetensors", "model.json", "plans.json", "dataset.json"):
        assert (tmp_path / "copy" / "model" / name).read_bytes() == (uninterrupted / "model" / name).read_bytes()


def test_losses_and_dice_are_told_after_each_epoch(tiny_experiment: Path, tmp_path: Path) -> None:
    told: list[dict[str, float]] = []

    def note(step: int, total: int, message: str = "", **metrics: float) -> None:
        if metrics:
            told.append(metrics)

    train(tiny_experiment, tmp_path, settings_of(tiny_experiment), note)
    assert len(told) == 2
    for metrics in told:
        assert {"train_loss", "validation_loss"} <= metrics.keys() <= {"train_loss", "validation_loss", "pseudo_dice"}
        assert np.isfinite(list(metrics.values())).all()
    assert told[0] != told[1]
    json.loads((tmp_path / "model" / "model.json").read_text(encoding="utf-8"))


def test_a_warm_start_begins_with_the_given_weights(tiny_experiment: Path, tmp_path: Path) -> None:
    start = tiny_experiment / "iteration_0" / "model"
    # So slow that the weights stay where they began.
    still = settings_of(tiny_experiment, epochs=1, iterations_per_epoch=1, initial_learning_rate=1e-8)
    assert train(tiny_experiment, tmp_path / "warm", still, start_from=start, dataset=SELF_TRAINING) is True
    assert train(tiny_experiment, tmp_path / "cold", still, dataset=SELF_TRAINING) is False
    given, warm, cold = weights(start), weights(tmp_path / "warm" / "model"), weights(tmp_path / "cold" / "model")
    assert given.keys() == warm.keys() == cold.keys()
    for name, tensor in given.items():
        np.testing.assert_allclose(warm[name], tensor, rtol=0, atol=1e-6)
    assert max(float((cold[name] - tensor).abs().max()) for name, tensor in given.items()) > 0.01


def test_a_warm_start_that_goes_on_is_still_one(tiny_experiment: Path, tmp_path: Path) -> None:
    start, settings = tiny_experiment / "iteration_0" / "model", settings_of(tiny_experiment)

    def cancel(step: int, *_: Any, **__: Any) -> None:
        if step == 3:
            raise StopError

    with pytest.raises(StopError):
        train(tiny_experiment, tmp_path, settings, cancel, start)
    assert train(tiny_experiment, tmp_path, settings, start_from=start) is True


def test_another_network_is_trained_anew(tiny_experiment: Path, tmp_path: Path) -> None:
    start = Path(shutil.copytree(tiny_experiment / "iteration_0" / "model", tmp_path / "start"))
    plans = json.loads((start / "plans.json").read_text(encoding="utf-8"))
    plans["configurations"]["3d_fullres"]["architecture"]["arch_kwargs"]["n_stages"] += 1
    (start / "plans.json").write_text(json.dumps(plans), encoding="utf-8")
    settings = settings_of(tiny_experiment, epochs=1, iterations_per_epoch=1)
    assert train(tiny_experiment, tmp_path / "warm", settings, start_from=start) is False
    train(tiny_experiment, tmp_path / "cold", settings)
    one, other = ((tmp_path / name / "model" / "segmenter.safetensors").read_bytes() for name in ("warm", "cold"))
    assert one == other


def test_a_training_that_diverges_says_so(tiny_experiment: Path, tmp_path: Path) -> None:
    settings = settings_of(tiny_experiment, epochs=5)
    wild = dataclasses.replace(settings, segmentation=dataclasses.replace(settings.segmentation, initial_learning_rate=1e30))
    with pytest.raises(CrossModaError, match=r"no longer a number in epoch \d; lower segmentation\.initial_learning_rate"):
        train(tiny_experiment, tmp_path, wild)


def test_a_trainer_that_nnunet_lacks_is_refused(tiny_experiment: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"segmentation\.trainer=Mine"):
        train(tiny_experiment, tmp_path, settings_of(tiny_experiment, trainer="Mine"))


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process as POSIX does")
def test_a_killed_augmentation_process_ends_the_training_with_a_sentence(tiny_experiment: Path, tmp_path: Path) -> None:
    killed: list[float] = []

    def kill(step: int, *_: Any, **__: Any) -> None:
        if not killed:
            killed.append(time.monotonic())
            multiprocessing.active_children()[0].kill()

    settings = settings_of(tiny_experiment, epochs=1000)
    with pytest.raises(CrossModaError, match=r"augmentation processes died.*run again with --set helper_processes=0"):
        train(tiny_experiment, tmp_path, settings, kill, workers=1)
    assert time.monotonic() - killed[0] < 30
    assert not multiprocessing.active_children()


def test_a_cancelled_training_leaves_no_augmentation_processes(tiny_experiment: Path, tmp_path: Path) -> None:
    seen: list[int] = []

    def cancel(step: int, *_: Any, **__: Any) -> None:
        seen.append(len(multiprocessing.active_children()))
        raise StopError

    with pytest.raises(StopError):
        train(tiny_experiment, tmp_path, settings_of(tiny_experiment), cancel, workers=1)
    assert seen == [2]  # one for training, one for validation
    assert not multiprocessing.active_children()


def test_augmentation_processes_end_with_a_killed_training(tiny_experiment: Path, tmp_path: Path) -> None:
    script = """
import multiprocessing, sys, time
from pathlib import Path
sys.path[:0] = sys.argv[3:]
import test_segmentation_training as tests

def wait(*_, **__):
    print(len(multiprocessing.active_children()), file=sys.__stdout__, flush=True)
    time.sleep(600)

if __name__ == "__main__":
    experiment = Path(sys.argv[1])
    tests.train(experiment, Path(sys.argv[2]), tests.settings_of(experiment), wait, workers=1)
"""
    here = Path(__file__).resolve().parent
    command = [sys.executable, "-c", script, str(tiny_experiment), str(tmp_path), str(here), str(here.parents[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        impatience = threading.Timer(100, process.kill)
        impatience.start()
        helpers = process.stdout.readline().strip()
        process.kill()
        impatience.cancel()
        # The helpers hold the same pipe: it ends when the last of them does.
        out, _ = process.communicate(timeout=20)
    assert (helpers, out) == ("2", "")


def test_only_a_helper_process_ends_with_its_parent() -> None:
    before = threading.active_count()
    end_with_parent()
    assert threading.active_count() == before
