"""nnU-Net does what we say, whatever the user's environment says; and the process that it runs in is afterwards as it was."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from conftest import ROOT
from CrossMoDAUDALib.compute import distributed
from CrossMoDAUDALib.core.progress import Progress, silent
from CrossMoDAUDALib.core.settings import with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import Volume, read_volume
from CrossMoDAUDALib.segmentation import training
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session, prediction_session
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from Testing.Host.measuring import unmeasured
from torch.backends import cudnn

CPU = torch.device("cpu")
PSEUDO_TARGET = "Dataset001_PseudoTarget"
# Every variable that nnU-Net 2.8 and Blosc2's compressor read, with a value that would change or break something.
ORDERS = {
    "nnUNet_raw": "/somebody/raw",
    "nnUNet_preprocessed": "/somebody/preprocessed",
    "nnUNet_results": "/somebody/results",
    "nnUNet_compile": "t",
    "nnUNet_n_proc_DA": "many",
    "nnUNet_def_n_proc": "many",
    "nnUNet_wandb_enabled": "1",
    "nnUNet_wandb_project": "theirs",
    "nnUNet_wandb_mode": "online",
    "BLOSC_COMPRESSOR": "zlib",
    "BLOSC_CLEVEL": "9",
    "BLOSC_SHUFFLE": "NOSHUFFLE",
    "BLOSC_BLOCKSIZE": "512",
    "BLOSC_SPLITMODE": "NEVER",
    "BLOSC_TYPESIZE": "1",
    "BLOSC_DELTA": "1",
    "BLOSC_NTHREADS": "3",
    "BLOSC_INFO": "1",
    "BTUNE_TRADEOFF": "0.9",
}
# A package that tells a file what is asked of it, where wandb would send it to a server; and a program that runs our commands.
WANDB = """\
def init(**options):
    raise SystemExit(f"wandb was told {options}")
"""
PROGRAM = """\
import json, sys
from pathlib import Path
import torch
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.segmentation import preparation, training
from CrossMoDAUDALib.segmentation.dataset import TrainingCase
from CrossMoDAUDALib.segmentation.nnunet import nnunet_session
from CrossMoDAUDALib.segmentation.predictor import Segmenter

if __name__ == "__main__":
    experiment, results, name = Path(sys.argv[1]), Path(sys.argv[2]), "Dataset001_PseudoTarget"
    raw, preprocessed, settings = experiment / "nnunet" / "raw", results / "preprocessed", Experiment.load(experiment).settings
    folder = raw / name
    cases = [TrainingCase(path.name.removesuffix(".nii.gz"), folder / "imagesTr" / path.name.replace(".nii", "_0000.nii"), path)
             for path in sorted((folder / "labelsTr").glob("*.nii.gz"))]
    with nnunet_session(raw, preprocessed, results, results / "nnunet.log"):
        preparation.plan_network(raw, preprocessed, name, settings.segmentation, int(sys.argv[3]), lambda *_, **__: None)
        preparation.preprocess(preprocessed, name, cases, "3d_fullres", int(sys.argv[3]), lambda *_, **__: None)
    folders = (raw, preprocessed, results)
    training.train_in_session(folders, results / "nnunet.log", int(sys.argv[3]), name, results / "model", settings, 0, None,
                              torch.device("cpu"), lambda *_, **__: None)
    scan = read_volume(Experiment.load(experiment).cohort.target[0].image)
    (results / "label").write_bytes(Segmenter(results / "model", "cpu").segment(scan).array.tobytes())
    (results / "compiled").write_text(json.dumps("torch._dynamo.convert_frame" in sys.modules))
"""


def run_with(variables: dict[str, str], experiment: Path, results: Path, workers: int = 0) -> dict[str, bytes]:
    """Plan, preprocess, train and segment in a process with these variables and without a compiler; the files of note."""
    results.mkdir(parents=True)
    (results / "wandb.py").write_text(WANDB, encoding="utf-8")
    (results / "program.py").write_text(textwrap.dedent(PROGRAM), encoding="utf-8")
    kept = {name: value for name, value in unmeasured().items() if name not in ORDERS}
    paths = os.pathsep.join([str(results), str(ROOT / "CrossMoDAUDA")])
    environment = {**kept, "OMP_NUM_THREADS": "1", **variables, "PYTHONPATH": paths, "CC": "/no/compiler"}
    command = [sys.executable, str(results / "program.py"), str(experiment), str(results), str(workers)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == "", "what nnU-Net prints goes to its log"
    wanted = [*results.glob("preprocessed/*/*_3d_fullres/*.b2nd"), *results.glob("preprocessed/*/*.json"), *results.glob("model/*")]
    return {path.name: path.read_bytes() for path in [*wanted, results / "label"]}


@pytest.fixture(scope="module")
def plain(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return run_with({}, tiny_experiment, tmp_path_factory.mktemp("plain") / "results")


def test_no_variable_changes_what_is_planned_trained_segmented_or_sent(
    tiny_experiment: Path, plain: dict[str, bytes], tmp_path: Path
) -> None:
    assert run_with(ORDERS, tiny_experiment, tmp_path / "results") == plain
    assert {"segmenter.safetensors", "label"} <= plain.keys() and any(name.endswith("_seg.b2nd") for name in plain)


def test_helper_processes_find_none_of_them_either(tiny_experiment: Path, plain: dict[str, bytes], tmp_path: Path) -> None:
    found = run_with(ORDERS, tiny_experiment, tmp_path / "results", workers=2)
    assert {name: found[name] for name in plain if name.endswith(".b2nd")} == {
        name: content for name, content in plain.items() if name.endswith(".b2nd")
    }


@pytest.mark.parametrize("name", ORDERS)
def test_each_comes_back(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = dict(os.environ)
    sessions: list[Callable[[], Any]] = [prediction_session, lambda: nnunet_session(tmp_path, tmp_path, tmp_path, tmp_path / "log")]
    for session in sessions:
        with session():
            assert os.environ.get("nnUNet_wandb_enabled") == "0" and "nnUNet_compile" not in os.environ  # noqa: SIM112
        assert dict(os.environ) == before, "what was not there is gone again"
        with monkeypatch.context() as patch:
            patch.setenv(name, ORDERS[name])
            with pytest.raises(KeyError), session():
                assert os.environ.get(name) != ORDERS[name]
                with prediction_session():
                    assert os.environ.get(name) != ORDERS[name]
                raise KeyError
            assert os.environ[name] == ORDERS[name]


def test_where_a_trainer_of_the_users_own_lies_is_still_said_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "nnUNet_extTrainer"
    monkeypatch.setenv(name, str(tmp_path))
    with prediction_session(), nnunet_session(tmp_path, tmp_path, tmp_path):
        assert os.environ.get(name) == str(tmp_path)
    assert os.environ.get(name) == str(tmp_path)


# cuDNN, which on the CPU does nothing but remembers how it is set


def train_and_note(
    folders: tuple[Path, Path, Path], log: Path, name: str, model: Path, settings: Any, device: torch.device, progress: Progress
) -> list[tuple[bool, bool]]:
    noted = []

    def note(step: int, total: int, message: str = "", **metrics: float) -> None:
        noted.append((cudnn.benchmark, cudnn.deterministic))
        progress(step, total, message, **metrics)

    training.train_in_session(folders, log, 0, name, model, settings, 0, None, device, note)
    return [*noted, (cudnn.benchmark, cudnn.deterministic)]


def in_ranks(*arguments: Any) -> list[list[tuple[bool, bool]]]:
    from nnunetv2.training.nnUNetTrainer import nnUNetTrainer

    wrap = nnUNetTrainer.DDP
    nnUNetTrainer.DDP = lambda network, device_ids: wrap(network)
    noted = train_and_note(*arguments)
    everybodys: list[Any] = [None] * distributed.rank_count()
    torch.distributed.all_gather_object(everybodys, noted)
    return everybodys


@pytest.mark.parametrize(("ranks", "before"), [(1, (False, False)), (1, (False, True)), (1, (True, False)), (2, (False, False))])
def test_kernels_are_timed_in_every_training_and_only_there(
    tiny_experiment: Path, tmp_path: Path, ranks: int, before: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    if ranks == 2 and sys.platform != "linux":
        pytest.skip("only Linux has NCCL, without which several devices are refused")
    settings = with_values(Experiment.load(tiny_experiment).settings, {"segmentation.epochs": 1})
    nnunet = tiny_experiment / "nnunet"
    arguments = ((nnunet / "raw", nnunet / "preprocessed", tmp_path), tmp_path / "log", PSEUDO_TARGET, tmp_path / "model", settings)
    with cudnn.flags(enabled=True, benchmark=before[0], deterministic=before[1]):
        noted = distributed.run(in_ranks if ranks == 2 else train_and_note, arguments, [CPU] * ranks, silent)
        assert (cudnn.benchmark, cudnn.deterministic) == before
    for of_rank in noted if ranks == 2 else [noted]:
        assert len(of_rank) > 2
        assert of_rank[:-1] == [(True, False)] * (len(of_rank) - 1) and of_rank[-1] == before


@pytest.fixture(scope="module")
def scan(tiny_experiment: Path) -> Volume:
    return read_volume(Experiment.load(tiny_experiment).cohort.target[0].image)


def test_kernels_are_timed_in_prediction_and_only_there(tiny_experiment: Path, scan: Volume) -> None:
    noted = []
    with cudnn.flags(enabled=True, benchmark=False, deterministic=True):
        segmenter = Segmenter.load(tiny_experiment, "cpu")
        assert (cudnn.benchmark, cudnn.deterministic) == (False, True)
        segmenter.segment(scan, lambda *_, **__: noted.append((cudnn.benchmark, cudnn.deterministic)))
        assert (cudnn.benchmark, cudnn.deterministic) == (False, True)
    assert set(noted) == {(True, False)}


# Prints and threads


def test_what_a_caller_prints_is_seen_and_what_nnunet_prints_is_not(
    tiny_experiment: Path, scan: Volume, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Segmenter.load(tiny_experiment, "cpu").segment(scan, lambda *_, **__: print("our own word"))
    assert set(capsys.readouterr().out.splitlines()) == {"our own word"}
    nnunet, log = tiny_experiment / "nnunet", tmp_path / "nnunet.log"
    settings = with_values(Experiment.load(tiny_experiment).settings, {"segmentation.epochs": 1})
    folders, tell = (nnunet / "raw", nnunet / "preprocessed", tmp_path), lambda *_, **__: print("our own word")
    training.train_in_session(folders, log, 0, PSEUDO_TARGET, tmp_path / "model", settings, 0, None, CPU, tell)
    assert set(capsys.readouterr().out.splitlines()) == {"our own word"}
    text = log.read_text(encoding="utf-8")
    assert "Epoch 0" in text and "our own word" not in text


def test_two_threads_segment_at_once_and_leave_everything_as_it_was(
    tiny_experiment: Path, scan: Volume, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, stream, found = dict(os.environ), sys.stdout, {}
    models = [tiny_experiment, Path(shutil.copytree(tiny_experiment / "iteration_0" / "model", tmp_path / "model"))]
    segmenters = [Segmenter.load(model, "cpu") for model in models]
    alone = [segmenter.segment(scan).array for segmenter in segmenters]

    def segment(index: int) -> None:
        found[index] = segmenters[index].segment(scan, lambda *_, **__: print(f"thread {index}")).array

    threads = [threading.Thread(target=segment, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[index], alone[index]) for index in range(2))
    assert sys.stdout is stream and dict(os.environ) == before
    print("still open")
    assert {"thread 0", "thread 1", "still open"} == set(capsys.readouterr().out.splitlines())
