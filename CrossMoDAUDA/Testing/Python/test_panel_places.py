"""*Run on* in the section Adapt: another computer is named, checked, and trains, by a real SSH server."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from conftest import MODULE, TINY
from CrossMoDAUDALib.experiment.elsewhere import read_elsewhere
from CrossMoDAUDALib.experiment.lock import is_running, read_worker
from CrossMoDAUDALib.places.known import FILE_VARIABLE, KnownPlace, Slurm, add_place, known_places
from panel_actions import choose, choose_training, monitor_of, open_section, wait_for_stage, wait_for_state
from ssh_server import SshServer

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

if TYPE_CHECKING:
    from Testing.Host import Host

LONG = {**TINY, "translation.steps_per_epoch": 5, "translation.epochs": 100000}


def workers_in(folder: Path) -> list[psutil.Process]:
    """Every process that works on something in a folder: followers, and workers of a place, which is this computer."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if any(str(folder) in word for word in process.cmdline()[1:]) and "sshd" not in process.name():
                found.append(process)
    return found


def kill_all(folder: Path) -> None:
    """End them all."""
    for process in workers_in(folder):
        with contextlib.suppress(psutil.Error):
            process.kill()


@pytest.fixture
def box(gpu_box: KnownPlace, tmp_path: Path) -> Iterator[KnownPlace]:
    """The place, on which nothing is left running."""
    yield gpu_box
    kill_all(tmp_path)


def choose_place(host: Host, cohort: Path, experiment: Path, place: KnownPlace, settings: dict[str, object]) -> None:
    choose_training(host, cohort, experiment, settings)
    choose(host, "adaptPlace", place.name)
    host.find("adaptPlaceDevice").text = "cpu"
    host.find("adaptPlaceDevice")._real.editingFinished.emit()


def entries(host: Host) -> list[str]:
    return host.texts_of_list(host.find("adaptPlace"))


def form(host: Host) -> Any:
    return host.widget.panel.adapt.places.form._ui


def test_a_place_is_added_changed_and_removed(host: Host, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "places.toml"))
    open_section(host, "adapt")
    assert entries(host) == ["This computer", "Add a place..."] and not host.find("adaptPlaceTools").visible
    assert host.find("adaptDevice").visible and not host.find("adaptPlaceDevice").visible
    host.find("adaptPlace").currentIndex = 1
    assert host.find("adaptPlace").currentText == "This computer" and host.find("placeForm").visible
    ui = form(host)
    for field, text, said in (
        ("Name", "my box", "cannot name a place"),
        ("Ssh", "a b", "is no host"),
        ("Folder", "/", "folder of its own"),
    ):
        good = {"Name": "box", "Ssh": "me@gpu", "Folder": ""}
        getattr(ui, f"place{field}").text = text
        host.click(ui.placeSave)
        problem = getattr(ui, f"place{field}Problem")
        assert problem.visible and said in problem.text and "--" not in problem.text, problem.text
        assert not known_places()
        getattr(ui, f"place{field}").text = good[field]
    ui.placeIsCluster.checked = True
    ui.placeTime.text, ui.placeExtra.text = "soon", "--mem=32G '--comment=a b'"
    host.click(ui.placeSave)
    assert ui.placeTimeProblem.visible and not ui.placeSshProblem.visible
    ui.placeTime.text = "2:00:00"
    host.click(ui.placeSave)
    assert not ui.placeName.visible
    assert known_places() == {"box": KnownPlace("box", "me@gpu", slurm=Slurm(gpus=1, time="2:00:00", extra=("--mem=32G", "--comment=a b")))}
    assert entries(host) == ["This computer", "box", "Add a place..."] and host.find("adaptPlace").currentText == "box"
    assert host.widget.panel.parameters.place == "box" and host.find("adaptPlaceDevice").visible and not host.find("adaptDevice").visible

    host.find("adaptPlace").currentIndex = 2  # one of the same name
    ui.placeName.text, ui.placeSsh.text = "box", "other"
    host.click(ui.placeSave)
    assert "already" in ui.placeNameProblem.text and known_places()["box"].ssh == "me@gpu"
    host.click(ui.placeCancel)
    assert host.find("adaptPlace").currentText == "box"

    host.click("adaptPlaceChange")
    assert ui.placeExtra.text == "--mem=32G '--comment=a b'" and ui.placeName.readOnly
    ui.placeIsCluster.checked = False
    host.click(ui.placeSave)
    assert known_places()["box"].slurm is None
    host.click("adaptPlaceChange")
    host.answers += [False, True]
    host.click(ui.placeRemove)
    assert "box" in host.dialogs[-1].text and "box" in known_places() and ui.placeName.text == "box"
    host.click(ui.placeRemove)
    assert not known_places() and host.find("adaptPlace").currentText == "This computer" and not host.widget.panel.parameters.place


def test_a_place_that_is_not_known_keeps_start_disabled(
    host: Host, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a scene from another computer; a file that is damaged is told, too."""
    places = tmp_path / "places.toml"
    monkeypatch.setenv(FILE_VARIABLE, str(places))
    choose_training(host, tiny_cohort, tmp_path / "experiment", {})
    assert host.find("adaptStart").enabled
    host.widget.panel.parameters.place = "cluster"
    host.process(0.1)
    assert "cluster is not among the places" in host.find("adaptStatus").text and not host.find("adaptStart").enabled
    assert host.find("adaptPlace").currentText == "cluster (not known here)" and not host.find("adaptPlaceCheck").enabled
    add_place(KnownPlace("cluster", "login"))  # in a terminal
    host.process(0.1)
    host.widget.panel.adapt.update()
    assert host.find("adaptStart").enabled and host.find("adaptPlaceCheck").enabled
    places.write_text("[cluster")
    host.widget.panel.adapt.update()
    assert "damaged" in host.find("adaptStatus").text and not host.find("adaptStart").enabled
    choose(host, "adaptPlace", "")
    assert "damaged" in host.find("adaptStatus").text


def test_check_tells_what_a_place_has(box: KnownPlace, host: Host, ssh_server: SshServer) -> None:
    open_section(host, "adapt")
    choose(host, "adaptPlace", box.name)
    host.click("adaptPlaceCheck")
    runner = host.widget.panel.adapt.places.runner
    assert host.find("adaptPlaceProgress").visible and host.find("adaptPlaceCheck").text == "Cancel wor&k"
    host.process(60, lambda: not runner.running)
    told = host.find("adaptPlaceStatus").text.replace("\u200b", "").splitlines()
    assert [line.split(":")[0] for line in told][:5] == ["✓ Connection", "✓ Folder", "✓ Disk", "✓ Python", "✓ Packages"], told
    assert not host.find("adaptPlaceInstall").visible and host.find("adaptPlaceCheck").text == "Chec&k"

    add_place(KnownPlace("bare", box.ssh, box.folder, "/usr/bin/env", box.ssh_config))
    host.widget.panel.adapt.update()
    choose(host, "adaptPlace", "bare")
    assert not host.find("adaptPlaceStatus").visible, "it was about another place"
    ssh_server.stop()
    try:
        host.click("adaptPlaceCheck")
        host.process(60, lambda: not runner.running)
    finally:
        ssh_server.start()
    assert "cannot be reached" in host.find("adaptPlaceStatus").text


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="needs a Python of the system's, without our packages")
def test_what_a_place_lacks_can_be_installed_there(box: KnownPlace, host: Host, tmp_path: Path) -> None:
    """A Python without packages, whose pip does not get far: its sentence is shown, and the panel stays as it was."""
    bare = tmp_path / "bare"
    psutil.Popen([os.path.realpath("/usr/bin/python3"), "-m", "venv", "--without-pip", str(bare)]).wait()
    add_place(KnownPlace("bare", box.ssh, box.folder, str(bare / "bin" / "python"), box.ssh_config))
    open_section(host, "adapt")
    host.widget.panel.adapt.update()
    choose(host, "adaptPlace", "bare")
    host.click("adaptPlaceCheck")
    runner = host.widget.panel.adapt.places.runner
    host.process(60, lambda: not runner.running)
    told = host.find("adaptPlaceStatus").text
    assert "✗ Packages: " in told and "missing" in told, told
    host.click("adaptPlaceInstall")
    host.process(60, lambda: "Installing on bare" in host.find("adaptPlaceStatus").text)
    host.process(1)
    host.click("adaptPlaceCheck")  # cancels
    host.process(20, lambda: not runner.running)
    assert host.find("adaptPlaceStatus").text == "Cancelled."
    assert host.find("adaptPlace").enabled and host.find("adaptPlaceCheck").text == "Chec&k"


def test_training_there_is_started_watched_stopped_resumed_and_used(box: KnownPlace, host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment ü"
    choose_place(host, tiny_cohort, experiment, box, TINY)
    host.find("adaptIterations").value = 0
    host.click("adaptStart")
    seen: set[str] = set()

    def runs() -> bool:
        seen.add(host.find("adaptStatus").text)
        return host.find("adaptStatus").text == f"Training on {box.name}. It goes on when Slicer is closed."

    def is_held() -> bool:
        """Hold the worker there as soon as it has begun, or it may be done before it is stopped."""
        there = read_elsewhere(experiment)
        if there is None or not Path(there.folder, "experiment.json").exists():
            return False
        held.update({process: Path(there.folder) for process in workers_in(Path(there.folder))})
        for process in held:
            process.suspend()
        return True

    held: dict[psutil.Process, Path] = {}
    host.process(60, runs)
    host.process(60, is_held)
    assert f"Preparing the training on {box.name}." in seen, seen
    assert any(stage.name == "sending" and stage.state == "done" for stage in monitor_of(host).stages)
    assert host.find("adaptPlace").visible and not host.find("adaptPlace").enabled
    assert f"on {box.name}" in host.find("statusTraining").text
    host.process(60, lambda: f"runs on {box.name}" in host.find("adaptExperimentInfo").text)  # what it began there has come here
    host.click("adaptStop")
    assert "Stopping" in host.find("adaptStatus").text
    host.process(20, lambda: all(Path(folder, "stop.request").exists() for folder in held.values()))
    for process in held:
        process.resume()
    wait_for_state(host, "interrupted")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert held and host.find("adaptStart").text == "Re&sume" and f"runs on {box.name}" in host.find("adaptExperimentInfo").text

    host.click("adaptStart")
    wait_for_state(host, "finished")
    host.process(10, lambda: not host.find("adaptStop").enabled)
    table = host.find("adaptStages")
    assert {table.item(row, 1).text() for row in range(table.rowCount)} == {"done"}
    host.find("adaptTabs").currentIndex = 3
    host.process(0.2)
    assert host.find("adaptScores").columnCount == 1
    host.click("adaptUseModel")
    assert host.find("segmentModelPath").currentPath == str(experiment)


def test_a_training_there_outlives_slicer_and_its_follower_and_is_stopped(
    box: KnownPlace, ssh_server: SshServer, tiny_cohort: Path, tmp_path: Path
) -> None:
    from Testing.Host import Host

    experiment = tmp_path / "experiment"
    with Host(MODULE) as first:
        choose_place(first, tiny_cohort, experiment, box, LONG)
        first.click("adaptStart")
        wait_for_stage(first, "translation/train")
    follower = read_worker(experiment)
    assert follower and is_running(experiment), "it goes on without Slicer"
    os.kill(follower["pid"], signal.SIGKILL)
    deadline = time.monotonic() + 10
    while is_running(experiment):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    with Host(MODULE) as second:
        open_section(second, "adapt", "trainings")
        second.widget.panel.adapt.view.hide()
        status, table = second.find("adaptStatus"), second.find("trainingsTable")
        ssh_server.stop()
        try:
            second.find("adaptExperimentPath").currentPath = str(experiment)
            assert status.text.startswith(f"Runs on {box.name} (as of "), status.text
            assert second.find("adaptStop").enabled and not second.find("adaptStart").enabled
            second.widget.panel.adapt.view.show()
            lost = f"No connection to {box.name} since "
            second.process(40, lambda: status.text.startswith(lost))
            assert is_running(experiment), "it is followed again by itself"
            second.process(20, lambda: table.item(0, 1).text().startswith(lost))
            assert min(second.latency(1)["max"] for _try in range(3)) < 100, "what else the machine is at can only add to it"
        finally:
            ssh_server.start()
        second.process(40, lambda: status.text.startswith(f"Training on {box.name}."))
        second.click("adaptStop")
        wait_for_state(second, "interrupted", seconds=60)
        second.process(10, lambda: second.find("adaptStart").enabled)
        found = read_elsewhere(experiment)
        assert found is not None and not found.is_alive and not is_running(experiment)


def test_stop_right_after_start_leaves_nothing_running(box: KnownPlace, host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_place(host, tiny_cohort, experiment, box, LONG)
    host.click("adaptStart")
    host.process(60, lambda: host.find("adaptStop").enabled)
    host.click("adaptStop")
    host.process(60, lambda: host.find("adaptStart").enabled and not host.find("adaptStop").enabled)
    found = read_elsewhere(experiment)
    assert found is None or not found.is_alive
    assert not workers_in(Path(box.folder))
