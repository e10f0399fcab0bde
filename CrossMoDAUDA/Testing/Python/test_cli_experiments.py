"""Experiment folders on the command line: refused, interrupted, continued."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cohort_files import save_crossmoda
from command_line import (
    SOURCE,
    TARGET,
    TINY_RUN,
    VALIDATION,
    contents,
    events,
    interrupt_when,
    run,
    sentence,
)


def test_the_folder_of_another_experiment(tiny_experiment: Path, tiny_cohort: Path) -> None:
    before = contents(tiny_experiment)
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    assert "seed=0, not 5" in sentence(run(*same, "--set", "seed=5"))
    assert "preset=smoke, not paper" in sentence(run("run", "--crossmoda", tiny_cohort, "-o", tiny_experiment))
    assert contents(tiny_experiment) == before


def test_output_folders_that_cannot_be_used(tmp_path: Path, mount_disk: Callable[[str], Path]) -> None:
    scans = save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    (tmp_path / "file").touch()
    read_only = mount_disk("ro")
    for output, said in (
        (scans, "holds other files"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "inside", "cannot be written"),
        (read_only / "new", "cannot be written"),
    ):
        before = contents(tmp_path)
        message = sentence(run("run", "--crossmoda", scans, "-o", output))
        assert str(output) in message
        assert said in message
        assert contents(tmp_path) == before


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_ctrl_c_and_a_polite_kill_end_cleanly_and_the_same_command_continues(tiny_cohort: Path, tmp_path: Path) -> None:
    folder, inputs = tmp_path / "out ü", contents(tiny_cohort)
    arguments: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", folder, *TINY_RUN, "--set=translation.steps_per_epoch=5"]
    arguments += ["--set=translation.epochs=5000", "--set=helper_processes=2"]

    def trained(after: int) -> list[int]:
        found = [event for event in events(folder) if event["kind"] == "progress" and event["stage"] == "translation/train"]
        return [step for event in found if isinstance(step := event["step"], int) and step > after]

    result = interrupt_when(lambda: bool(trained(20)), signal.SIGINT, *arguments)
    assert sentence(result, 130).startswith("Interrupted; run the same command to continue")
    assert events(folder)[-1] == {**events(folder)[-1], "kind": "run", "state": "interrupted"}
    assert not (folder / "worker.json").exists()
    assert "State       interrupted" in run("status", folder).stdout
    rows = len((folder / "translation" / "losses.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert rows > 0, "finished epochs"

    reached, told = max(trained(0)), len(events(folder))
    result = interrupt_when(lambda: bool(trained(reached)), signal.SIGTERM, *arguments)
    assert sentence(result, 130).startswith("Interrupted; run the same command to continue")
    again = events(folder)[told:]
    skipped = [event["stage"] for event in again if event.get("state") == "skipped"]
    assert skipped == ["translation/source_slices", "translation/target_slices"]
    first = next(event["step"] for event in again if event["kind"] == "progress")
    assert isinstance(first, int)
    assert first > rows * 5, "it went on from the checkpoint"
    assert contents(tiny_cohort) == inputs


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_same_command_continues(tiny_cohort: Path, mount_disk: Callable[[str], Path]) -> None:
    disk = mount_disk("size=300k")
    arguments: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", disk / "out", *TINY_RUN]
    message = sentence(run(*arguments), 1)
    assert message.startswith(f"The disk is full (writing {disk / 'out'}")  # and the file
    status = run("status", disk / "out").stdout
    assert "State       finished" not in status
    subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
    if hasattr(os, "killpg"):
        done = {"kind": "stage", "stage": "pseudo_target", "state": "finished"}
        result = interrupt_when(lambda: any(event.items() >= done.items() for event in events(disk / "out")), signal.SIGTERM, *arguments)
        assert result.returncode == 130, result.stderr
    assert sorted(path.name for path in (disk / "out" / "pseudo_target").glob("*.nii.gz")) == [
        f"crossmoda2022_syn_{number}.nii.gz" for number in (1, 2)
    ]
