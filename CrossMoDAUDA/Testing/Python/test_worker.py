"""A worker from its first moment: it holds its folder while it checks the scans, stops when asked, goes on as recorded."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest
from cohort_files import label_array, save, save_crossmoda
from CrossMoDAUDALib.commands import cli, running
from CrossMoDAUDALib.core.interrupts import interruptible
from CrossMoDAUDALib.experiment import lock as locking
from CrossMoDAUDALib.experiment.folder import Experiment, is_running, read_worker, request_stop
from CrossMoDAUDALib.places import place
from long_runs import ENDLESS, events_of, many_scans, run, start, wait_until


def told(folder: Path) -> list[str]:
    """What the events say, but for progress and messages."""
    return [f"{event.get('stage', event['kind'])} {event['state']}" for event in events_of(folder) if "state" in event]


def test_a_folder_is_held_while_its_scans_are_checked(tmp_path: Path) -> None:
    scans, folder = many_scans(tmp_path / "scans"), tmp_path / "experiment ü"
    words = ["run", "--crossmoda", scans, "-o", folder, *ENDLESS]
    first = start(*words)
    try:
        wait_until(lambda: any(event["kind"] == "progress" for event in events_of(folder)), first)
        worker = read_worker(folder)
        assert worker and (worker["pid"], worker["host"]) == (first.pid, socket.gethostname())
        began = time.monotonic()
        status, output, _ = run("status", folder)
        reads = time.monotonic() - began
        began = time.monotonic()
        refused, _, errors = run(*words)
        assert time.monotonic() - began < max(5, 3 * reads), "it waits for the first, or looks for the scans"
        assert (refused, f"is being worked on by process {first.pid} on " in errors) == (1, True), errors
        assert status == 0
        assert f"State       running (process {first.pid} on {socket.gethostname()}): checking the scans" in output

        status, output, errors = run("stop", folder)
        assert (status, errors) == (0, ""), "still in the check, or the cohort is too small"
        assert output.splitlines()[0].startswith(f"Asked process {first.pid} on ")
        assert output.splitlines()[1] == "Stopped; the same `run` begins again."
        _, errors = first.communicate(timeout=20)
    finally:
        first.kill()
    assert first.returncode == 130
    assert errors == "crossmoda_uda: Interrupted; run the same command to continue where it stopped.\n"
    assert told(folder) == ["run started", "check started", "run interrupted"]
    assert {path.name for path in folder.iterdir()} == {"events.jsonl", "worker.lock"}
    assert "State       interrupted; the same `run` begins again" in run("status", folder)[1]


def test_from_a_failed_check_to_a_run_that_goes_on_as_recorded(tmp_path: Path) -> None:
    scans, folder = save_crossmoda(tmp_path / "scans", "training_source", "training_target", "validation"), tmp_path / "out"
    label = scans / "training_source" / "crossmoda_1_Label.nii.gz"
    label.rename(tmp_path / label.name)
    words = ["run", "--crossmoda", scans, "-o", folder, *ENDLESS]
    status, _, errors = run(*words)
    assert (status, "has no label map" in errors) == (2, True)
    status, output, _ = run("status", folder)
    assert (status, output.splitlines()[1]) == (0, "State       failed")
    assert "Error       " in output and "has no label map" in output
    assert "Name the scans" in run("run", "-o", folder)[2], "there is nothing to continue as recorded"

    (tmp_path / label.name).rename(label)
    request_stop(folder)  # of somebody who came too late

    def trained(since: int) -> bool:
        return any(event["kind"] == "progress" and event["stage"] == "translation/train" for event in events_of(folder)[since:])

    before = len(events_of(folder))
    for arguments, stages in (
        (words, ["check started", "check finished"]),
        (["run", "-o", folder, "--device", "cpu", "--set=helper_processes=0"], []),
    ):
        worker = start(*arguments)
        try:
            wait_until(lambda: trained(before), worker)  # noqa: B023
            request_stop(folder)
            _, errors = worker.communicate(timeout=30)
        finally:
            worker.kill()
        assert (worker.returncode, errors.count("\n")) == (130, 1), errors
        assert [entry for entry in told(folder)[-20:] if entry.startswith("check")][-2:] == ["check started", "check finished"]
        again = [event for event in events_of(folder)[before:] if event.get("stage") == "check" and "state" in event]
        assert [f"check {event['state']}" for event in again] == stages
        assert told(folder)[-1] == "run interrupted"
        assert not (folder / "stop.request").exists()
        assert not is_running(folder)
        before = len(events_of(folder))

    for arguments, said in (
        (["--preset", "paper"], "preset=smoke, not paper"),
        (["--translator", "none"], "translation.translator=cyclegan-resnet, not none"),
        (["--iterations", "7"], "self_training.iterations=1, not 7"),
        (["--set", "seed=5"], "seed=0, not 5"),
        (["--set", "sed=5"], "'seed'"),
    ):
        status, _, errors = run("run", "-o", folder, *arguments)
        assert (status, said in errors) == (2, True), errors
    save(label, label_array(2, 1))
    assert f"{label} has changed since" in run("run", "-o", folder)[2]
    assert len(events_of(folder)) == before, "what is refused leaves no trace"
    assert run("run", "-o", folder, "--dry-run")[0] == 0, "the recorded scans"


def test_recorded_is_what_device_and_workers_are_by_default(tiny_experiment: Path) -> None:
    recorded = Experiment.load(tiny_experiment).settings
    assert recorded.device == "cpu"
    options = cli._parser().parse_args(["run", "-o", str(tiny_experiment)])
    assert running.given(options) == {}
    options = cli._parser().parse_args(["run", "-o", str(tiny_experiment), "--device", "auto", "--set", "helper_processes=3"])
    assert running.given(options) == {"device": "auto", "helper_processes": "3"}
    status, output, errors = run("run", "-o", tiny_experiment)
    assert (status, errors, "| iteration 1 |" in output) == (0, "", True)


# Stopping -----------------------------------------------------------------------------------------------------------------


def test_there_is_nobody_to_stop(tiny_experiment: Path, tmp_path: Path) -> None:
    assert run("stop", tiny_experiment) == (0, f"Nobody is working on {tiny_experiment}.\n", "")
    assert not (tiny_experiment / "stop.request").exists()
    status, _, errors = run("stop", tmp_path / "missing")
    assert (status, "is no experiment folder, study folder or output folder" in errors) == (2, True)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="needs a process that does not answer")
def test_a_worker_that_does_not_answer_is_killed_only_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(place, "SECONDS_TO_STOP", 1.0)
    scans, folder = many_scans(tmp_path / "scans"), tmp_path / "experiment"
    worker = start("run", "--crossmoda", scans, "-o", folder, *ENDLESS)
    try:
        wait_until(lambda: read_worker(folder) and told(folder), worker)
        os.kill(worker.pid, signal.SIGSTOP)
        assert cli.main(["stop", str(folder)]) == 1
        assert "has not stopped yet" in capsys.readouterr().err
        assert is_running(folder)
        assert cli.main(["stop", str(folder), "--force"]) == 0
        assert capsys.readouterr().out.splitlines()[-1].startswith("Stopped")
        assert worker.wait(5) == -signal.SIGKILL
    finally:
        worker.kill()
        worker.communicate()
    assert not is_running(folder)
    assert not (folder / "stop.request").exists()
    assert "stopped without a word" in run("status", folder)[1]


def test_a_request_ends_a_blocking_call_and_one_from_before_is_void(tmp_path: Path) -> None:
    request_stop(tmp_path)
    with locking.stopping_on_request(tmp_path):
        assert list(tmp_path.iterdir()) == []
        time.sleep(2.5 * locking.SECONDS_BETWEEN_LOOKS)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), locking.stopping_on_request(tmp_path):
        threading.Timer(0.2, request_stop, [tmp_path]).start()
        time.sleep(60)
    assert time.monotonic() - began < 10
    assert list(tmp_path.iterdir()) == []
    request_stop(tmp_path)
    time.sleep(2.5 * locking.SECONDS_BETWEEN_LOOKS)
    assert [path.name for path in tmp_path.iterdir()] == ["stop.request"], "nobody looks any more"


def test_a_second_request_does_not_interrupt_the_cleaning_up(tmp_path: Path) -> None:
    with interruptible(), locking.stopping_on_request(tmp_path):
        request_stop(tmp_path)
        with pytest.raises(KeyboardInterrupt):
            time.sleep(60)
        try:
            request_stop(tmp_path)
            wait_until(lambda: list(tmp_path.iterdir()) == [])
            time.sleep(0.2)  # the request is taken away just before it is followed
        except KeyboardInterrupt:
            pytest.fail("it was interrupted once more")


def test_outside_the_main_thread_nothing_is_interrupted(tmp_path: Path) -> None:
    def hold() -> None:
        with locking.stopping_on_request(tmp_path):
            request_stop(tmp_path)
            time.sleep(2.5 * locking.SECONDS_BETWEEN_LOOKS)

    thread = threading.Thread(target=hold)
    thread.start()
    thread.join()
    assert (tmp_path / "stop.request").is_file()
