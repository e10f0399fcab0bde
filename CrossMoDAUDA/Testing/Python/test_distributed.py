"""One training in several processes: the same results as in one, and nothing left behind however it ends.

The ranks run on the CPU here, which users cannot choose: several devices are GPUs to them.
"""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from conftest import ROOT
from conftest import TINY as TINY_RUN
from CrossMoDAUDALib.cohort.finding import find_crossmoda
from CrossMoDAUDALib.compute import devices, distributed
from CrossMoDAUDALib.compute.acceleration import Acceleration
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.progress import Progress, silent
from CrossMoDAUDALib.core.settings import Settings, TranslationSettings, preset_settings, with_values
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method.plan import plan
from CrossMoDAUDALib.segmentation import training as segmentation_training
from CrossMoDAUDALib.segmentation.bookkeeping import network_of
from CrossMoDAUDALib.segmentation.ranks import seed_of_rank
from CrossMoDAUDALib.translation import training as translation_training
from CrossMoDAUDALib.translation.cyclegan import CycleGAN, CycleGANSettings
from CrossMoDAUDALib.translation.slices import FULL_SCALE, SliceSampler
from float64 import in_float64
from safetensors.torch import load_file
from torch.nn.parallel import DistributedDataParallel

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has NCCL, without which several devices are refused")

CPU = torch.device("cpu")
PSEUDO_TARGET = "Dataset001_PseudoTarget"
SETTINGS = Settings(
    seed=5,
    precision="fp32",
    translation=TranslationSettings(image_size=32, batch_size=4, epochs=2, decay_epochs=1, steps_per_epoch=4),
    translator_section=CycleGANSettings(generator_features=4, generator_blocks=1, discriminator_features=4, pool_size=5),
)


@pytest.fixture(autouse=True)
def _nothing_is_left() -> Any:
    torch.set_num_threads(1)
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    before = set(ranks())
    yield
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == handlers
    assert set(ranks()) <= before, "a rank has survived"


def ranks() -> list[int]:
    """Processes that this one has spawned, but for Python's own helper."""
    children = psutil.Process().children(recursive=True)
    alive = [child for child in children if child.status() != psutil.STATUS_ZOMBIE]  # what another file's test has left
    return [child.pid for child in alive if "spawn_main" in " ".join(child.cmdline())]


# Launching


def add_ranks(start: float, device: torch.device, progress: Progress) -> tuple[float, str, int, Any]:
    share = torch.tensor(1.0 + distributed.rank_number(), requires_grad=True)
    both = distributed.summed(share)
    both.square().backward()
    total = torch.tensor(start + distributed.rank_number())
    torch.distributed.all_reduce(total)
    for step in range(3):
        progress(step + 1, 3, f"on {device}", sum=float(total))
    return float(total), str(device), torch.get_num_threads(), (float(both), float(share.grad))


def fail_in_the_second(message: str, device: torch.device, progress: Progress) -> None:
    if distributed.rank_number() == 1:
        raise InputError(message) if message else ValueError("nobody expects it")
    torch.distributed.barrier()


def die_in_the_second(device: torch.device, progress: Progress) -> None:
    torch.distributed.barrier()
    if distributed.rank_number() == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    torch.distributed.barrier()


def work_for_ever(folder: str, device: torch.device, progress: Progress) -> None:
    Path(folder, str(os.getpid())).touch()
    torch.distributed.barrier()
    while True:
        progress(1, 2, "working")
        time.sleep(0.05)


def test_every_rank_takes_part_and_the_first_tells() -> None:
    told: list[Any] = []
    result = distributed.run(add_ranks, (10.0,), [CPU, CPU], lambda *step, **metrics: told.append((*step, metrics)))
    # The square of the sum, 1 + 2, has the gradient 6; a mean over the ranks halves what one gives to weights of all.
    assert result == (21.0, "cpu", max(1, len(os.sched_getaffinity(0)) // 2), (3.0, 12.0))
    assert told == [(step, 3, "on cpu", {"sum": 21.0}) for step in (1, 2, 3)]


def test_a_single_device_is_used_in_this_process() -> None:
    def function(*arguments: Any) -> tuple[Any, ...]:  # which no process could be sent
        return arguments

    assert distributed.run(function, (1, 2), [CPU], silent) == (1, 2, CPU, silent)
    assert (distributed.rank_count(), distributed.rank_number()) == (1, 0)


def test_an_error_of_a_rank_arrives_as_it_was_raised() -> None:
    with pytest.raises(InputError) as bad:
        distributed.run(fail_in_the_second, ("Case 7 is bad.",), [CPU, CPU], silent)
    assert str(bad.value) == "Case 7 is bad."
    assert "fail_in_the_second" in "".join(bad.value.__notes__)
    with pytest.raises(ValueError, match="nobody expects it"):
        distributed.run(fail_in_the_second, ("",), [CPU, CPU], silent)


def test_a_rank_that_dies_ends_the_others_with_a_sentence(capfd: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    with pytest.raises(CrossModaError, match=r"process for cpu died \(signal 9\).*fewer devices with --device\.$"):
        distributed.run(die_in_the_second, (), [CPU, CPU], silent)
    assert time.monotonic() - began < 30
    assert "Traceback" not in capfd.readouterr().err


def test_a_progress_that_raises_ends_the_ranks(tmp_path: Path) -> None:
    raised: list[float] = []

    def stop(*_: Any, **__: Any) -> None:
        raised.append(time.monotonic())
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        distributed.run(work_for_ever, (str(tmp_path),), [CPU, CPU], stop)
    assert time.monotonic() - raised[0] < 10
    assert len(list(tmp_path.iterdir())) == 2


WORKER = """
import sys
sys.path[:0] = sys.argv[2:]
import test_distributed as tests

if __name__ == "__main__":
    tests.distributed.run(tests.work_for_ever, (sys.argv[1],), [tests.CPU, tests.CPU], lambda *_, **__: print("works", flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_ranks_end_with_the_process_that_started_them(tmp_path: Path, number: signal.Signals) -> None:
    script, pids = tmp_path / "worker.py", tmp_path / "pids"
    script.write_text(WORKER, encoding="utf-8")
    pids.mkdir()
    command = [sys.executable, str(script), str(pids), str(Path(__file__).parent), str(ROOT / "CrossMoDAUDA")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "works\n"
        found = [psutil.Process(int(path.name)) for path in pids.iterdir()]
        assert len(found) == 2
        if number == signal.SIGINT:  # as a terminal sends it: to all of them
            os.killpg(worker.pid, number)
        else:
            worker.kill()
        _, errors = worker.communicate(timeout=30)  # the ranks hold the same pipes
    _, alive = psutil.wait_procs(found, timeout=10)
    assert not alive
    if number == signal.SIGINT:
        assert errors.count("Traceback") == 1, "the script's own, none of the ranks'"


# Translation


@pytest.fixture(scope="module")
def slices(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files of slices of two domains."""
    return write_slices(tmp_path_factory.mktemp("slices"))


def write_slices(folder: Path) -> tuple[Path, Path]:
    files = folder / "source.npy", folder / "target.npy"
    for seed, (path, count) in enumerate(zip(files, (13, 9), strict=True)):
        smooth = np.random.default_rng(seed).normal(size=(count, 32, 32)).cumsum(1).cumsum(2)
        np.save(path, (smooth / abs(smooth).max() * FULL_SCALE).astype(np.int16))
    return files


def steps(slices: tuple[Path, Path], settings: Settings, out: Path, device: torch.device, progress: Progress) -> None:
    """Some steps of the CycleGAN in float64; the first rank writes the state and the losses, and how far the weights have moved."""
    torch.set_num_threads(1)
    with in_float64():
        model, sampler = CycleGAN(settings, Acceleration(device)), SliceSampler(*slices, settings.translation, 5, device)
        before = copy.deepcopy(model.state_dict())
        losses = [distributed.means(model.step(*sampler.batch(0, step))) for step in range(sampler.steps)]
    if distributed.rank_number() == 0:
        torch.save({"model": model.state_dict(), "losses": losses, "moved": apart(before, model.state_dict(), NETWORKS)}, out)


NETWORKS, POOLS = ("to_target", "to_source", "target_discriminator", "source_discriminator"), ("target_pool", "source_pool")


def apart(one: dict[str, Any], other: dict[str, Any], names: tuple[str, ...]) -> float:
    """The largest difference of any number in some parts of two states of a CycleGAN."""
    found = []
    for name in names:
        pairs = zip(one[name], other[name], strict=True) if name in POOLS else ((one[name][key], other[name][key]) for key in one[name])
        found += [float((a - b).abs().max()) for a, b in pairs]
    return max(found)


def test_shares_of_a_batch_train_what_the_whole_batch_does(slices: tuple[Path, Path], tmp_path: Path) -> None:
    changed = with_values(SETTINGS, {"translation.steps_per_epoch": 5, "translation.learning_rate": 0.0005})
    runs = {"alone": (changed, 1), "shared": (changed, 2), "no pool": (with_values(changed, {"cyclegan.pool_size": 0}), 1)}
    runs["half"] = (with_values(changed, {"translation.batch_size": 2}), 1)
    for name, (settings, count) in runs.items():
        distributed.run(steps, (slices, settings, tmp_path / name), [CPU] * count, silent)
    alone, shared, no_pool, half = (torch.load(tmp_path / name) for name in runs)
    tolerance = 1e-8
    assert apart(alone["model"], shared["model"], (*NETWORKS, *POOLS)) < tolerance
    for one, other in zip(alone["losses"], shared["losses"], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
    assert torch.equal(alone["model"]["draws"], shared["model"]["draws"])
    # What would not be noticed otherwise: weights that stayed, a pool that is not used, another batch.
    assert alone["moved"] > 100 * tolerance
    assert apart(alone["model"], no_pool["model"], NETWORKS[2:]) > 10 * tolerance
    assert apart(alone["model"], half["model"], NETWORKS) > 10 * tolerance


def rows(out: Path) -> list[list[float]]:
    lines = (out / "losses.csv").read_text(encoding="utf-8").splitlines()
    return [[float(value) for value in line.split(",")] for line in lines[1:]]


def test_one_process_goes_on_where_two_were_stopped(slices: tuple[Path, Path], tmp_path: Path) -> None:
    told: list[tuple[int, dict[str, float]]] = []

    def translate(name: str, count: int, stop_at: int = 0) -> Path:
        def progress(step: int, total: int, message: str = "", **metrics: float) -> None:
            told.append((step, metrics))
            if step == stop_at:
                raise KeyboardInterrupt

        distributed.run(translation_training.train, (*slices, tmp_path / name, SETTINGS), [CPU] * count, progress)
        return tmp_path / name

    alone = translate("alone", 1)
    told.clear()
    with pytest.raises(KeyboardInterrupt):
        translate("stopped", 2, stop_at=8)
    assert set(told[-1][1]) > {"cycle_source", "learning_rate"}
    stopped = tmp_path / "stopped"
    assert not (stopped / "translator.json").exists()
    done = len(rows(stopped))
    assert done >= 2
    told.clear()
    translate("stopped", 1)
    assert min((step for step, _ in told), default=12) > 4 * done, "an epoch was trained again"
    assert {path.name for path in stopped.iterdir()} == {path.name for path in alone.iterdir()}
    # Rounding differs, and Adam makes it grow.
    np.testing.assert_allclose(rows(stopped)[0], rows(alone)[0], rtol=1e-3)
    np.testing.assert_allclose(rows(stopped), rows(alone), rtol=0.05)
    assert load_file(stopped / "generator.safetensors").keys() == load_file(alone / "generator.safetensors").keys()


def test_a_batch_that_cannot_be_shared_leaves_devices_out(tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = with_values(preset_settings("smoke"), {**TINY_RUN, "device": "cpu"})
    experiment = Experiment.create(tmp_path / "experiment", settings, find_crossmoda(tiny_cohort), {})
    monkeypatch.setattr(devices, "resolve_all", lambda name: [CPU] * 3)  # as if the machine had three GPUs
    experiment.carry_out([stage for stage in plan(settings, experiment.cohort) if stage.name.startswith("translation/")])
    events = read_events(experiment.folder / "events.jsonl")[0]
    warnings = [(event["stage"], event["message"]) for event in events if event["kind"] == "warning"]
    assert warnings == [("translation/train", "A batch of 2 slices is shared evenly: of the 3 devices only 2 train.")]
    steps_told = [event["step"] for event in events if event["kind"] == "progress" and event["stage"] == "translation/train"]
    assert steps_told[-1] == 4
    assert experiment.is_complete("translation/train")
    assert (experiment.folder / "translation" / "translator.json").is_file()


# Segmentation


def segment(*arguments: Any) -> tuple[bool, list[Any]]:
    """A training of nnU-Net's; also tells what each process seeds itself with where augmentation has processes of its own."""
    warm = segmentation_training.train_in_session(*arguments)
    os.environ["nnUNet_n_proc_DA"] = "2"  # noqa: SIM112
    trainer = SimpleNamespace(configuration_manager=SimpleNamespace(batch_size=2))
    seeds: list[Any] = [None] * distributed.rank_count()
    torch.distributed.all_gather_object(seeds, seed_of_rank(trainer))
    return warm, seeds


def test_nnunet_trains_in_two_processes_and_goes_on_in_one(tiny_experiment: Path, tmp_path: Path) -> None:
    recorded = Experiment.load(tiny_experiment).settings
    nnunet, start, model = tiny_experiment / "nnunet", tiny_experiment / "iteration_0" / "model", tmp_path / "model"
    folders, log = (nnunet / "raw", nnunet / "preprocessed", tmp_path), tmp_path / "nnunet.log"
    told: list[tuple[int, dict[str, float]]] = []

    def note(step: int, total: int, message: str = "", **metrics: float) -> None:
        told.append((step, metrics))

    arguments = (folders, log, 0, PSEUDO_TARGET, model, recorded, 0, start)
    warm, seeds = distributed.run(segment, arguments, [CPU, CPU], note)
    assert warm is True
    assert seeds[0] == 0 != seeds[1], "both processes draw the same patches"
    assert [step for step, _ in told] == [1, 2, 2, 3, 4, 4]
    assert {"train_loss", "validation_loss"} <= set(told[-1][1])
    assert [log.read_text(encoding="utf-8").count(f"Epoch {number}") for number in (0, 1, 2)] == [1, 1, 0]
    assert {path.name for path in model.iterdir()} == {path.name for path in start.iterdir()}
    ours, theirs = load_file(model / "segmenter.safetensors"), load_file(start / "segmenter.safetensors")
    assert {name: tensor.shape for name, tensor in ours.items()} == {name: tensor.shape for name, tensor in theirs.items()}
    assert max(float((ours[name] - tensor).abs().max()) for name, tensor in theirs.items()) > 1e-3
    alone = (*folders[:2], tmp_path / "alone")
    distributed.run(
        segmentation_training.train_in_session, (alone, log, 0, PSEUDO_TARGET, alone[2] / "model", *arguments[5:]), [CPU], silent
    )
    one = load_file(alone[2] / "model" / "segmenter.safetensors")
    assert max(float((ours[name] - tensor).abs().max()) for name, tensor in one.items()) < 1e-4

    told.clear()
    results = tmp_path / PSEUDO_TARGET / "nnUNetTrainer__nnUNetPlans__3d_fullres" / "fold_all"
    (results / "checkpoint_final.pth").rename(results / "checkpoint_latest.pth")
    longer = with_values(recorded, {"segmentation.epochs": 3})
    distributed.run(segmentation_training.train_in_session, (*arguments[:5], longer, 0, start), [CPU], note)
    assert [step for step, _ in told] == [5, 6, 6]
    further = load_file(model / "segmenter.safetensors")
    assert 1e-6 < max(float((further[name] - tensor).abs().max()) for name, tensor in ours.items()) < 0.1


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_network_is_found_within_its_wrappers(wrapped: bool) -> None:
    network = torch.nn.Linear(1, 1)
    compiled: Any = torch.compile(network)
    trainer = SimpleNamespace(network=compiled)
    if wrapped:
        store = torch.distributed.HashStore()
        torch.distributed.init_process_group("gloo", store=store, rank=0, world_size=1)
        try:
            for trainer.network in (DistributedDataParallel(compiled), torch.compile(DistributedDataParallel(network))):
                assert network_of(trainer) is network
        finally:
            torch.distributed.destroy_process_group()
    else:
        assert network_of(trainer) is network
