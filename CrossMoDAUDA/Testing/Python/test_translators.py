"""What every registered translator must do: tell its losses, learn, go on after being killed, share its work, travel in a package."""

from __future__ import annotations

import contextlib
import copy
import multiprocessing
import pickle
import shutil
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from CrossMoDAUDALib.cohort.finding import find_crossmoda
from CrossMoDAUDALib.compute import distributed
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.progress import Progress, silent
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.method.packing import write_package
from CrossMoDAUDALib.method.plan import plan
from CrossMoDAUDALib.models.package import check_package, unpack
from CrossMoDAUDALib.translation import training
from CrossMoDAUDALib.translation.registry import registration, registrations
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler
from CrossMoDAUDALib.translation.trained import TrainedTranslator
from CrossMoDAUDALib.translation.training import train
from float64 import in_float64
from PIL import Image
from Testing.Host.measuring import hold_back
from torch import Tensor

CPU = torch.device("cpu")
NAMES = [one.name for one in registrations()]
CONTRASTIVE = ("cut", "fastcut")
Files = tuple[Path, Path, Path]


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def tiny(name: str, **values: Any) -> Settings:
    """A translator's smallest networks on the smallest slices that it accepts."""
    own = registration(name)
    narrow = {
        f"{own.section}.{one.name}": 4 for one in fields(own.settings) if one.name in ("generator_features", "discriminator_features")
    }
    few = {f"{own.section}.{one.name}": 2 for one in fields(own.settings) if one.name.endswith("_blocks")}
    shortest = {"epochs": 2, "decay_epochs": 1, "steps_per_epoch": 2, "batch_size": 2, "learning_rate": 0.002, **values}
    common = {"seed": 5, "precision": "fp32", "device": "cpu", **{f"translation.{key}": value for key, value in shortest.items()}}
    for size in (32, 64, 96, 128):
        try:
            return with_values(preset_settings("smoke", name), {**common, **narrow, **few, "translation.image_size": size})
        except InputError as error:
            assert "image_size" in str(error), error
    raise AssertionError(f"{name} accepts no size")


def sliced(folder: Path, settings: Settings, count: int = 6) -> Files:
    """Files of slices of bright and of dark squares on uneven ground, and of their labels."""
    size = settings.translation.image_size
    rows, columns = np.mgrid[0:size, 0:size]
    squares = np.stack([(abs(rows - size // 3 - i) < size // 4) & (abs(columns - size // 2 + i) < size // 5) for i in range(count)])
    files = folder / FILES[0], folder / FILES[1], folder / FILES[2]
    for number, (path, contrast) in enumerate(zip(files, (1.4, -1.4), strict=False)):
        coarse = torch.from_numpy(np.random.default_rng(number).uniform(-0.4, 0.4, (1, count, 8, 8)))
        ground = torch.nn.functional.interpolate(coarse, size=(size, size), mode="bilinear")[0].numpy()
        np.save(path, (((squares - 0.5) * contrast + ground).clip(-1, 1) * FULL_SCALE).astype(np.int16))
    np.save(files[2], squares.astype(np.uint8))
    return files


def labels_for(name: str, files: Files) -> Path | None:
    return files[2] if registration(name).uses_labels else None


def trained(name: str, files: Files, out: Path, settings: Settings, progress: Progress = silent) -> Path:
    train(*files[:2], out, settings, CPU, progress, labels_for(name, files))
    return out


def tensors(state: Any) -> Iterator[Tensor]:
    """Every tensor in a state, in its order."""
    if isinstance(state, Tensor):
        yield state
    elif isinstance(state, dict | list | tuple):
        for one in state.values() if isinstance(state, dict) else state:
            yield from tensors(one)


@pytest.mark.parametrize("name", NAMES)
def test_it_learns_two_slices_and_tells_its_losses_by_their_titles(name: str, tmp_path: Path) -> None:
    settings, losses = tiny(name, learning_rate=0.01), registration(name).losses
    files = sliced(tmp_path, settings, 2)
    sampler = SliceSampler(*files[:2], settings.translation, 0, CPU, labels_for(name, files))
    translator = registration(name).make(settings, Acceleration(CPU))
    told = [translator.step(*sampler.batch(0, 0)) for _ in range(25)]
    assert told[0].keys() == told[-1].keys() and told[0].keys() <= losses.keys()
    assert all(loss.shape == () and not loss.requires_grad and loss.isfinite() for one in told for loss in one.values())
    # Adversarial losses rise and fall as either side gains; what else there is must fall.
    lasting = [key for key in told[0] if losses[key].chart != "adversarial losses"]
    first, last = (sum(float(one[key]) for one in some for key in lasting) for some in (told[:5], told[-5:]))
    # Patches that look alike cannot be told apart, so contrast falls less; test_cut.py judges what those two learn.
    assert lasting and last < (0.9 if name in CONTRASTIVE else 0.65) * first
    with torch.no_grad():
        source, target, _ = sampler.batch(0, 0)
        columns = translator.sample_columns(source, target)
        assert all(column.shape == source.shape and column.abs().max() <= 1 for column in columns)
        assert torch.equal(columns[0], source) and torch.equal(columns[1], translator.trained_network()(source))


WAITS_AT = 5  # a step of the third epoch: in its middle, after two checkpoints
FILES = ("source.npy", "target.npy", "labels.npy")


def train_until_killed(folder: Path, names: list[str], ready: Any) -> None:
    """Train the first translator, in the middle of an epoch the next one, and so on; in that of the last wait to be killed."""
    torch.set_num_threads(1)
    training._SECONDS_BETWEEN_REPORTS = 0  # so that every step is told
    name, *others = names
    source, target, labels = (folder / name / file for file in FILES)

    def progress(step: int, total: int, message: str = "", **metrics: float) -> None:
        if step == WAITS_AT and others:
            train_until_killed(folder, others, ready)
        elif step == WAITS_AT:
            ready.send(step)
            time.sleep(600)

    trained(name, (source, target, labels), folder / name / "killed", tiny(name), progress)


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A training of every translator that was under way in a process when that was killed."""
    folder = tmp_path_factory.mktemp("killed ü")
    for name in NAMES:
        (folder / name).mkdir()
        sliced(folder / name, tiny(name))
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=train_until_killed, args=(folder, NAMES, there))
    measure_again = hold_back()
    process.start()
    measure_again()
    there.close()
    try:
        with contextlib.suppress(EOFError):  # it has ended by itself
            assert here.poll(300) and here.recv() == WAITS_AT
    finally:
        process.kill()
        process.join()
    assert process.exitcode == (-signal.SIGKILL if sys.platform != "win32" else 1), "it was not killed"
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_killed_training_ends_as_one_that_was_not(name: str, killed: Path) -> None:
    folder, settings = killed / name, tiny(name)
    source, target, labels = (folder / file for file in FILES)
    left = folder / "killed"
    state = torch.load(left / "checkpoint.pt", weights_only=True)
    assert len(state["history"]) == 2 and not (left / "translator.json").exists(), "it was killed between checkpoints"
    torch.rand(7)  # the process's own random numbers play no part
    steps: list[int] = []
    trained(name, (source, target, labels), left, settings, lambda step, *_, **__: steps.append(step))
    assert min(steps) == WAITS_AT, "it went on with the epoch that was cut short"
    trained(name, (source, target, labels), folder / "whole", settings)
    for file in ("generator.safetensors", "losses.csv", "samples/latest.png"):
        assert (left / file).read_bytes() == (folder / "whole" / file).read_bytes()
    states = [torch.load(folder / run / "checkpoint.pt", weights_only=True)["model"] for run in ("killed", "whole")]
    assert all(torch.equal(one, other) for one, other in zip(*map(tensors, states), strict=True))
    picture = Image.open(folder / "whole" / "samples" / "latest.png")
    tile = settings.translation.image_size + 2
    assert picture.height % (4 * tile) == 0 and picture.width * 4 % picture.height == 0, "four rows of whole columns"


def steps_of_all(folder: Path, device: torch.device, progress: Progress) -> None:
    """Some steps of every translator in either precision; the first rank writes what each has come to, or its error."""
    torch.set_num_threads(1)
    for name in NAMES:
        for precision, context in (("fp32", contextlib.nullcontext), ("fp64", in_float64)):
            try:
                with context():
                    found: Any = steps_of(name, folder / name, device, precision)
            except Exception:
                found = traceback.format_exc()
            if distributed.rank_number() == 0:
                torch.save(found, folder / name / f"{precision}_{distributed.rank_count()}.pt")


def steps_of(name: str, folder: Path, device: torch.device, precision: str) -> dict[str, Any]:
    settings = tiny(name, batch_size=4, learning_rate=RATE)
    files = folder / FILES[0], folder / FILES[1], folder / FILES[2]
    sampler = SliceSampler(*files[:2], settings.translation, 5, device, labels_for(name, files))
    translator = registration(name).make(settings, Acceleration(device))
    before = copy.deepcopy({key: part for key, part in translator.state_dict().items() if is_network(part)})
    for optimizer in (one for one in vars(translator).values() if isinstance(one, torch.optim.Optimizer) and precision == "fp32"):
        # Biases before a normalisation have no gradient but rounding, which Adam would blow up to a full step.
        optimizer.param_groups[0]["eps"] = 0.01
    losses = [distributed.means(translator.step(*sampler.batch(0, step))) for step in range(sampler.steps)]
    return {"state": translator.state_dict(), "losses": losses, "before": before}


def is_network(part: Any) -> bool:
    """Whether a part of a translator's state is a network's; else it is an optimiser's, a pool's, or random numbers."""
    return isinstance(part, dict) and "param_groups" not in part


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every translator has come to in one process and in two."""
    folder = tmp_path_factory.mktemp("shared")
    for name in NAMES:
        (folder / name).mkdir()
        sliced(folder / name, tiny(name), 8)
    for count in (1, 2):
        distributed.run(steps_of_all, (folder,), [CPU] * count, silent)
    return folder


RATE = 0.0005
# By what part of the learning rate, which is about what a step moves a weight, weights may differ after two steps: about
# five times what they do. Float32 rounds the gradients of CUT and FastCUT most. In float64 Adam is as it comes.
APART = {"fp64": dict.fromkeys(NAMES, 2e-5), "fp32": dict.fromkeys(NAMES, 0.004) | {"cut": 0.03, "fastcut": 0.1}}
EXACT = {"fp64": {"rtol": 1e-12, "atol": 1e-12}, "fp32": {"rtol": 1e-5, "atol": 5e-6}}  # losses and pools


@pytest.mark.parametrize("precision", APART)
@pytest.mark.parametrize("name", NAMES)
def test_two_processes_train_what_one_does(name: str, precision: str, shared: Path) -> None:
    alone, together = (torch.load(shared / name / f"{precision}_{count}.pt", weights_only=True) for count in (1, 2))
    assert not isinstance(alone, str), alone
    assert not isinstance(together, str), together
    for one, other in zip(alone["losses"], together["losses"], strict=True):
        torch.testing.assert_close(one, other, **EXACT[precision])
    networks = [{key: part for key, part in run["state"].items() if is_network(part)} for run in (alone, together)]
    differ = max(float((one - other).abs().max()) for one, other in zip(*map(tensors, networks), strict=True))
    moved = max(float((one - was).abs().max()) for one, was in zip(*(tensors(run) for run in (networks[0], alone["before"])), strict=True))
    assert moved > RATE and differ < APART[precision][name] * RATE, (differ, moved)
    rest = [[part for part in run["state"].values() if not isinstance(part, dict)] for run in (alone, together)]
    for one, other in zip(*map(tensors, rest), strict=True):  # pools of images, and random numbers, which are whole
        torch.testing.assert_close(one, other, **EXACT[precision])


@pytest.mark.parametrize("name", NAMES)
def test_it_travels_in_a_package_and_nothing_is_unpickled(
    name: str, tiny_cohort: Path, tiny_experiment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = find_crossmoda(tiny_cohort)
    settings = with_values(tiny(name, epochs=1, decay_epochs=0), {"helper_processes": 0})
    experiment = Experiment.create(tmp_path / "experiment", settings, cohort, {})
    experiment.carry_out([stage for stage in plan(settings, cohort) if stage.name.startswith("translation/")])
    shutil.copytree(tiny_experiment / "iteration_0" / "model", experiment.folder / "iteration_0" / "model")

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("something was unpickled")

    for module, function in ((torch, "load"), (pickle, "load"), (pickle, "loads"), (pickle, "Unpickler")):
        monkeypatch.setattr(module, function, refuse)
    package = check_package(write_package(experiment.folder, tmp_path / "model.zip").path)
    assert package.description["method"]["translator"] == name
    unpack(package, tmp_path)
    scan = read_volume(cohort.source[0].image)
    here, there = (TrainedTranslator.load(model, "cpu", "fp32").translate(scan).array for model in (experiment.folder, tmp_path))
    assert np.array_equal(here, there) and here.any()
