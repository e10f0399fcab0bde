"""The section Adapt, driven as a user drives it: start, watch, stop, resume, fail."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest
from conftest import MODULE, ROOT, TINY
from CrossMoDAUDALib.experiment.lock import locked
from panel_actions import (
    choose,
    choose_training,
    monitor_of,
    open_section,
    our_processes,
    wait_for_stage,
    wait_for_state,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from Testing.Host import Host

COMMAND = [sys.executable, str(ROOT / "Scripts" / "crossmoda_uda.py")]
# A training whose segmenter would take minutes, so that there is time to watch it.
LONG = {**TINY, "segmentation.epochs": 500, "segmentation.iterations_per_epoch": 20}


@pytest.fixture(autouse=True)
def no_training_is_left() -> Iterator[None]:
    """A worker outlives the panel, so each test must end its own."""
    yield
    _gone, left = psutil.wait_procs(our_processes(), timeout=5)  # one that has said its last word is still ending
    for process in left:
        process.kill()
    assert not left


def test_start_stop_resume_finish(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment ü"
    choose_training(host, tiny_cohort, experiment, TINY)
    choose(host, "adaptScansKind", "crossmoda")
    assert host.find("adaptIterations").value == 1  # the preset's
    host.find("adaptIterations").value = 0
    host.click("adaptStart")
    assert not host.find("adaptStart").enabled and host.find("adaptStop").enabled
    wait_for_state(host, "running")
    assert "goes on when Slicer is closed" in host.find("adaptStatus").text and not host.find("adaptScans").visible
    host.click("adaptStop")
    assert not host.find("adaptStop").enabled and "Stopping" in host.find("adaptStatus").text
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert host.find("adaptStart").text == "Re&sume" and not our_processes()

    host.click("adaptStart")
    wait_for_state(host, "finished")
    host.process(10, lambda: not host.find("adaptStop").enabled)
    assert host.find("adaptStatus").text == "Finished."
    assert not host.find("adaptStart").enabled
    table = host.find("adaptStages")
    assert {table.item(row, 1).text() for row in range(table.rowCount)} == {"done"}
    for tab in range(host.find("adaptTabs").count):
        host.find("adaptTabs").currentIndex = tab
        host.process(0.1)
    assert host.find("adaptScores").columnCount == 1 and not host.find("adaptSamplePicture").pixmap.isNull()
    assert not host.find("adaptCurves").pixmap.isNull()
    log = host.find("adaptLog").plainText
    assert [word for word in ("Started", "Stopped", "Finished") if word in log] == ["Started", "Stopped", "Finished"]

    host.click("adaptUseModel")
    assert host.find("segmentModelPath").currentPath == str(experiment) and not host.find("segmentButton").collapsed


def test_two_starts_on_one_experiment(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """A terminal that comes second is refused with the first's process, and both see the same."""
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, LONG)
    host.click("adaptStart")
    wait_for_state(host, "running")
    pid = str(monitor_of(host).worker["pid"])
    assert pid in host.find("adaptStatus").toolTip
    second = subprocess.run([*COMMAND, "run", "-o", str(experiment)], capture_output=True, text=True)
    assert second.returncode == 1 and f"process {pid}" in second.stderr
    told = subprocess.run([*COMMAND, "status", str(experiment)], capture_output=True, text=True).stdout
    assert f"running (process {pid}" in told
    subprocess.run([*COMMAND, "stop", str(experiment)], check=True, capture_output=True)  # the terminal stops what the panel began
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)


def test_panel_that_comes_second_is_refused(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """The folder is taken between the panel's last look at it and the press on Start."""
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, {})
    first = subprocess.Popen(
        [*COMMAND, "run", "-o", str(experiment), "--crossmoda", str(tiny_cohort), "--preset", "smoke", "--device", "cpu"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        host.widget.panel.adapt.view.hide()  # so that the panel does not notice before it is pressed
        while not (experiment / "worker.json").is_file():
            time.sleep(0.02)
        host.click("adaptStart")
        host.process(30, lambda: "worked on" in host.find("adaptStatus").text)
        assert f"process {first.pid}" in host.find("adaptStatus").text
        assert first.poll() is None
    finally:
        first.kill()
        first.wait()


def test_of_two_slicers_the_second_follows_the_first(
    host: Host, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both write what their workers say into one file; the second is told only of its own, and then sees the training."""
    from CrossMoDAUDALib.panel import adapt_workers
    from CrossMoDAUDALib.places.this_computer import ThisComputer

    monkeypatch.setattr(adapt_workers, "STATUS_MS", 4000)
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, LONG)
    host.widget.panel.adapt.view.hide()  # it has not looked yet when both press Start
    settings = [word for key, value in LONG.items() for word in ("--set", f"{key}={value}")]
    words = ["run", "-o", str(experiment), "--crossmoda", str(tiny_cohort), "--preset", "smoke", "--device", "cpu", *settings]
    ThisComputer().start(experiment, words)  # as the first Slicer does
    deadline = time.monotonic() + 60
    while not (experiment / "worker.json").is_file():
        assert time.monotonic() < deadline, "the first worker did not start"
        time.sleep(0.02)
    host.click("adaptStart")
    adapt = host.widget.panel.adapt
    host.process(60, lambda: not adapt.workers.folders())
    adapt.view.show()
    pid = monitor_of(host).worker["pid"]
    said = host.find("adaptStatus").text
    assert said.startswith("Not started: ") and said.endswith(". That training is shown here.") and f"process {pid} on" in said
    first_says = [line.strip() for line in (experiment / "worker.log").read_text(encoding="utf-8").splitlines() if "worked on" not in line]
    assert first_says and not any(line in said for line in first_says if line)
    assert host.find("adaptStop").enabled and not host.find("adaptStart").enabled
    host.process(20, lambda: host.find("adaptStatus").text in ("Training. It goes on when Slicer is closed.", "Checking the scans."))
    wait_for_state(host, "running")
    host.click("adaptStop")
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert host.find("adaptStatus").text == "Stopped. Resume continues where it was."


def test_a_refused_start_is_not_told_as_an_end(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """While another module is shown, Slicer's status bar says what has happened."""
    import slicer

    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, {})
    host.widget.panel.adapt.view.hide()
    experiment.mkdir()
    with locked(experiment):
        host.click("adaptStart")
        host.leave_module()
        host.process(60, lambda: not host.widget.panel.adapt.workers.folders())
        said = str(slicer.util.mainWindow().statusBar().currentMessage())
    assert said.startswith("Not started: ") and f"process {os.getpid()} on" in said


def test_worker_killed_from_outside_is_reported_within_three_seconds(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, LONG)
    host.click("adaptStart")
    wait_for_stage(host, "iteration_0/train")
    psutil.Process(monitor_of(host).worker["pid"]).kill()
    began = time.monotonic()
    wait_for_state(host, "died", seconds=3)
    host.process(3, lambda: host.find("adaptStart").enabled)
    assert time.monotonic() - began < 3
    said = host.find("adaptStatus").text
    assert "ended unexpectedly" in said and str(experiment / "worker.log") in said and "Traceback" not in said
    assert "iteration_0/train: started" in said  # its last words
    assert host.find("adaptStart").text == "Re&sume"


def test_failed_run_shows_its_sentence_and_where_the_log_is(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    cohort, experiment = tmp_path / "cohort", tmp_path / "experiment"
    shutil.copytree(tiny_cohort, cohort)
    choose_training(host, cohort, experiment, LONG)
    host.click("adaptStart")
    wait_for_state(host, "running")
    gone = sorted((cohort / "training_source").glob("*_ceT1.nii.gz"))[0]
    gone.unlink()
    wait_for_state(host, "failed")
    host.process(10, lambda: host.find("adaptStart").enabled)
    said = host.find("adaptStatus").text
    assert gone.name in said and str(experiment / "worker.log") in said and "Traceback" not in said
    host.find("adaptTabs").currentIndex = 4
    assert gone.name in host.find("adaptLog").plainText


def test_training_outlives_slicer_and_is_found_again(tiny_cohort: Path, tmp_path: Path) -> None:
    from Testing.Host import Host

    experiment = tmp_path / "experiment"
    with Host(MODULE) as first:
        choose_training(first, tiny_cohort, experiment, LONG)
        first.click("adaptStart")
        wait_for_state(first, "running")
        worker = psutil.Process(monitor_of(first).worker["pid"])
    assert worker.is_running() and worker.status() != psutil.STATUS_ZOMBIE
    with Host(MODULE) as second:
        open_section(second, "adapt")
        second.find("adaptExperimentPath").currentPath = str(experiment)
        wait_for_state(second, "running", seconds=3)
        assert str(worker.pid) in second.find("adaptStatus").toolTip and not second.find("adaptStart").enabled
        second.click("adaptStop")
        wait_for_state(second, "interrupted", seconds=60)
    worker.wait(10)


def test_worker_that_does_not_stop_is_ended_with_all_it_started(
    host: Host, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from CrossMoDAUDALib.places import place

    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, {**LONG, "helper_processes": 2})
    host.click("adaptStart")
    wait_for_stage(host, "iteration_0/train")
    worker = psutil.Process(monitor_of(host).worker["pid"])
    assert worker.children()  # they prepare batches
    worker.suspend()  # it hangs
    monkeypatch.setattr(place, "SECONDS_TO_STOP", 1)
    host.click("adaptStop")
    wait_for_state(host, "died", seconds=15)
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert not our_processes()
    assert host.find("adaptStart").text == "Re&sume" and "by force" in host.find("adaptStatus").text


def test_stop_right_after_resume(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    choose_training(host, tiny_cohort, tmp_path / "experiment", LONG)
    host.click("adaptStart")
    wait_for_stage(host, "iteration_0/train")
    host.click("adaptStop")
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)
    host.click("adaptStart")
    assert host.find("adaptStatus").text == "Starting..." and host.find("adaptStop").enabled
    host.click("adaptStop")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert not our_processes() and host.find("adaptStart").text == "Re&sume"


def test_deleted_experiment_is_forgotten(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_experiment, copy)
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(copy)
    wait_for_state(host, "finished")
    shutil.rmtree(copy)
    wait_for_state(host, "none", seconds=5)
    assert host.find("adaptScans").visible and not host.find("adaptProgressPanel").visible


def test_start_that_fails_is_told(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """A graphics card that is not there is told, also when the user looked elsewhere meanwhile."""
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, {})
    choose(host, "adaptDevice", "mps" if sys.platform != "darwin" else "cuda")
    host.click("adaptStart")
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "other")
    host.process(30, lambda: not host.widget.panel.adapt.workers.folders())
    host.find("adaptExperimentPath").currentPath = str(experiment)
    assert "device" in host.find("adaptStatus").text.lower() and "Traceback" not in host.find("adaptStatus").text


def test_stop_at_once(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    """Before the worker has taken its folder there is nothing to bring to an end."""
    choose_training(host, tiny_cohort, tmp_path / "experiment", LONG)
    host.click("adaptStart")
    host.click("adaptStop")
    host.process(5, lambda: host.find("adaptStart").enabled)
    assert not our_processes() and host.find("adaptStart").text == "&Start"
    host.click("adaptStart")
    wait_for_state(host, "running")
    host.click("adaptStop")
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)


def test_the_panel_answers_and_costs_little_while_training_runs(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, LONG)
    host.click("adaptStart")
    wait_for_stage(host, "iteration_0/train")
    me = psutil.Process()
    for tab in (0, 1, 2, 4):
        host.find("adaptTabs").currentIndex = tab
        host.process(0.5)
        busy = sum(me.cpu_times()[:2])
        began = time.monotonic()
        host.process(3)
        share = (sum(me.cpu_times()[:2]) - busy) / (time.monotonic() - began)
        idle = _idle_cost(host, me)
        assert share - idle < 0.05, f"tab {tab}: {share:.3f} of a core, {idle:.3f} of it the waiting"
        assert sorted(host.latency(1)["max"] for _time in range(3))[1] < 100, "the median"
    host.click("adaptStop")
    wait_for_state(host, "interrupted", "died")
    host.process(10, lambda: host.find("adaptStart").enabled)


def _idle_cost(host: Host, me: psutil.Process) -> float:
    """What the event loop costs without the panel's updates."""
    view = host.widget.panel.adapt.view
    view.hide()
    busy, began = sum(me.cpu_times()[:2]), time.monotonic()
    host.process(2)
    share = (sum(me.cpu_times()[:2]) - busy) / (time.monotonic() - began)
    view.show()
    return share


def test_closing_the_scene_does_not_disturb_training(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, TINY)
    host.find("adaptIterations").value = 0
    host.click("adaptStart")
    wait_for_state(host, "running")
    host.close_scene()
    assert host.find("adaptExperimentPath").currentPath == str(experiment)  # what was started here is not lost sight of
    host.leave_module()
    host.process(1.0)
    host.select_module("CrossMoDAUDA")
    wait_for_state(host, "finished")


def test_another_folder_is_chosen_while_one_trains(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    choose_training(host, tiny_cohort, first, LONG)
    host.click("adaptStart")
    wait_for_state(host, "running")
    host.find("adaptExperimentPath").currentPath = str(second)
    host.process(1.0)
    assert not host.find("adaptStop").enabled and host.find("adaptStart").enabled  # the other one is not on
    host.find("adaptExperimentPath").currentPath = ""
    host.process(1.0)
    assert not host.find("adaptStop").enabled and "Choose a folder" in host.find("adaptStatus").text
    host.find("adaptExperimentPath").currentPath = str(first)
    wait_for_state(host, "running", seconds=3)
    host.click("adaptStop")
    wait_for_state(host, "interrupted")
    assert not second.exists()
    host.process(10, lambda: host.find("adaptStart").enabled)
