"""The command line as its users meet it: real processes, their exit status, and one sentence on what is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cohort_files import label_array, save, save_crossmoda
from command_line import (
    LAUNCHER,
    SOURCE,
    TARGET,
    TINY_RUN,
    VALIDATION,
    command,
    contents,
    environment,
    run,
    sentence,
)
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.commands import cli, control
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.places.place import DetachedError

# Using it -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["run"], ["translate"], ["segment"], ["evaluate"], ["status"], ["stop"]])
def test_help(words: list[str]) -> None:
    result = run(*words, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: crossmoda_uda.py {words[0] if words else ''}".rstrip())
    if not words:
        assert all(name in result.stdout for name in ("run", "translate", "segment", "evaluate", "status", "stop"))
    assert result.stdout.endswith("Not for clinical use.\n")


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    seconds = []
    while not seconds or (min(seconds) >= 0.6 and len(seconds) < 5):  # another process may take the machine for a moment
        began = time.monotonic()
        assert run("--help").returncode == 0
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.6
    traced = subprocess.run([sys.executable, "-X", "importtime", str(LAUNCHER), "--help"], capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in traced.stderr.splitlines()}
    assert "CrossMoDAUDALib" in imported
    assert not imported & {"torch", "SimpleITK", "nnunetv2", "numpy", "scipy", "slicer", "vtk", "tqdm"}


def test_version() -> None:
    result = run("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"CrossMoDAUDA {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["rnu"], "'rnu'"),
        (["run", "--crossmoda", "x"], "-o/--output"),
        (["run", "--crossmoda", "x", "-o", "y", "--presett", "quick"], "--presett"),
        (["run", "--crossmoda", "x", "-o", "y", "--preset", "papper"], "'papper'"),
        (["run", "--crossmoda", "x", "-o", "y", "--translator", "cat"], "'cat'"),
        (["segment", "model"], "INPUT"),
        (["evaluate", "only one"], "REFERENCES"),
        (["status"], "EXPERIMENT"),
        (["run", "--crossmoda", "x", "-o"], "-o/--output"),
        (["segment", "model", "x.nii.gz", "-o", "y", "--format", "png"], "'png'"),
    ],
)
def test_wrong_words(arguments: list[str], said: str) -> None:
    message = sentence(run(*arguments))
    assert said in message
    assert message.endswith("--help.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "sed=1"], "'seed'"),
        (["--set", "translation.epoch=1"], "'translation.epochs'"),
        (["--set", "seed"], "KEY=VALUE"),
        (["--set", "seed=one"], "seed=one"),
        (["--set", "translation.image_size=70"], "nearest allowed value is 72"),
        (["--set", "segmentation.tile_step=2"], "nearest allowed value is 1"),
        (["--set", "evaluation.convention=medpi"], "medpy"),
        (["--set", "self_training.largest_component=Cochlear"], "Cochlea"),
        (["--iterations", "many"], "self_training.iterations=many"),
        (["--iterations", "-1"], "nearest allowed value is 0"),
        (["--device", "gpu"], "cuda:N"),
        (["--set", "device=tpu"], "'tpu'"),
    ],
)
def test_wrong_settings(tmp_path: Path, arguments: list[str], said: str) -> None:
    message = sentence(run("run", "--crossmoda", tmp_path, "-o", tmp_path / "out", *arguments))
    assert said in message
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    message = sentence(run("run", "--crossmoda", tmp_path / "scans", "-o", tmp_path / "out", "--device", "cuda:7"))
    assert "no device cuda:7" in message
    assert "auto or one of: " in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name the scans"),
        (["--source-images", "."], "--target-images"),
        (["--crossmoda", ".", "--target-images", "."], "not both"),
        (["--crossmoda", ".", "--evaluate-images", "."], "belong together"),
        (["--crossmoda", "."], "holds no scans named as crossMoDA's"),
        (["--crossmoda", "missing"], "missing does not exist"),
        (["--source-images", "missing", "--source-labels", ".", "--target-images", "."], "missing does not exist"),
    ],
)
def test_scans_that_are_not_named(tmp_path: Path, arguments: list[str], said: str) -> None:
    assert said in sentence(run("run", *arguments, "-o", "out", cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


# Scores and status --------------------------------------------------------------------------------------------------------


def test_evaluate_folders(tmp_path: Path) -> None:
    for number in (1, 2):
        save(tmp_path / "mine" / f"case_{number}_Label.nii.gz", label_array(1, 2))
        save(tmp_path / "theirs" / f"case_{number}.nii.gz", label_array(1, 2 if number == 1 else 0))
    result = run("evaluate", tmp_path / "mine", tmp_path / "theirs", "-o", tmp_path / "scores ü.csv")
    assert (result.returncode, result.stderr) == (0, "")
    row = next(line for line in result.stdout.splitlines() if line.startswith("predictions")).split()
    assert row[1] == "2"
    assert float(row[2]) == pytest.approx(0.75)
    assert "alike. With evaluation.convention=medpy, it is scored by DSC 1" in result.stdout, "nothing is begun"
    lines = (tmp_path / "scores ü.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("method,case,structure,dice,assd_mm")
    assert [line.split(",")[1:4] for line in lines[1:]] == [
        ["case_1", "Vestibular schwannoma", "1.0"],
        ["case_1", "Cochlea", "1.0"],
        ["case_2", "Vestibular schwannoma", "1.0"],
        ["case_2", "Cochlea", "0.0"],
    ]


def test_evaluate_what_cannot_be_scored(tmp_path: Path) -> None:
    save(tmp_path / "mine" / "case_1.nii.gz", label_array(1, 2))
    save(tmp_path / "theirs" / "case_1.nii.gz", label_array(1, 2))
    save(tmp_path / "theirs" / "case_2.nii.gz", label_array(1, 2))
    save(tmp_path / "other grid.nii.gz", label_array(1, 2), spacing=(1.0, 1.0, 1.0))
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    before = contents(tmp_path)
    assert "has no prediction for case_2" in sentence(run("evaluate", mine, theirs))
    assert "spacing" in sentence(run("evaluate", tmp_path / "other grid.nii.gz", theirs / "case_1.nii.gz"))
    assert "does not exist" in sentence(run("evaluate", mine, tmp_path / "none"))
    assert "seed does not matter to evaluate" in sentence(run("evaluate", mine, mine, "--set", "seed=1"))
    assert contents(tmp_path) == before


def test_status(tiny_experiment: Path, tmp_path: Path) -> None:
    result = run("status", tiny_experiment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "State       finished" in result.stdout
    assert "| iteration 1 |" in result.stdout
    assert "is not an experiment folder" in sentence(run("status", tmp_path))


def test_a_finished_experiment_tells_its_scores_again(tiny_experiment: Path, tiny_cohort: Path) -> None:
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    result = run(*same)
    assert (result.returncode, result.stderr) == (0, "")
    assert "| source only |" in result.stdout
    assert result.stdout.splitlines()[-1] == f"Results are in {tiny_experiment.resolve()}"


def test_a_second_worker_is_refused(tiny_experiment: Path, tiny_cohort: Path) -> None:
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    with Experiment.load(tiny_experiment).locked():
        assert f"is being worked on by process {os.getpid()} on " in sentence(run(*same), 1)
        assert f"State       running (process {os.getpid()} on " in run("status", tiny_experiment).stdout


def test_a_reader_that_has_seen_enough(tiny_experiment: Path) -> None:
    process = subprocess.Popen(command("status", tiny_experiment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


def test_an_error_that_an_interrupt_causes_is_told_as_that(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """PyTorch complains of the file that it could not finish. Who has left work elsewhere says more."""
    told: dict[Exception, str] = {
        RuntimeError("unexpected pos 64 vs 0"): "Interrupted; results that are there already are whole.",
        DetachedError("The work goes on on gpu."): "The work goes on on gpu.",
    }

    errors = list[Exception]()

    def fails(*_: object) -> int:
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            raise errors[0]  # noqa: B904

    monkeypatch.setattr(control, "_status", fails)
    for error, whole in told.items():
        errors[:] = [error]
        assert cli.main(["status", "E"]) == 130
        assert capsys.readouterr().err.splitlines()[-1].endswith(f": {whole}")
