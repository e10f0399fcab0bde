"""Trainings that go on without being shown: the panel's top tells of them, and their scans are not removed under them."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from conftest import MODULE
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.lock import is_running
from test_panel_access import cut_off
from test_panel_hidden import looks_at
from test_panel_trainings import WORKER
from test_panel_width import LONG_NAME
from Testing.Host import Host
from trainings_bench import copies

assert copies  # a fixture


@contextlib.contextmanager
def working(host: Host, *folders: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Workers on experiments, that somebody else has started."""
    workers = [subprocess.Popen([sys.executable, "-c", WORKER, str(folder)]) for folder in folders]
    try:
        host.process(20, lambda: all(is_running(folder) for folder in folders))
        yield workers
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()


def told(host: Host) -> str:
    return str(host.find("statusTraining").text).replace("\u200b", "") if host.find("statusTraining").visible else ""


def test_what_goes_on_is_told_whatever_is_shown(copies: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, over = copies("one"), copies("two"), copies("over", "finished")
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        for folder in (one, two, over):  # the last is shown in the next session, too
            host.find("adaptExperimentPath").currentPath = str(folder)
            host.process(0.1)
        assert told(host) == ""
    with Host(MODULE, folder=tmp_path / "slicer") as host, working(host, one, two) as workers:
        from CrossMoDAUDALib.panel import under_way

        monkeypatch.setattr(under_way, "LOOK_MS", 100)
        host.find("adaptExperimentPath").currentPath = str(over)
        host.process(10, lambda: sorted(told(host).removeprefix("Training: ")[:-1].split(", ")) == ["one", "two"])
        workers[0].kill()
        host.process(5, lambda: told(host) == "Training: two.")
        host.click("statusShowTraining")
        assert host.find("adaptExperimentPath").currentPath == str(two) and not host.find("adaptButton").collapsed
        host.process(5, lambda: told(host).startswith("Training two: "))
        workers[1].kill()
        host.process(5, lambda: told(host) == "The training two ended unexpectedly.")


def test_nobody_is_asked_while_the_module_is_hidden(host: Host, copies: Any) -> None:
    folder = copies("one")
    host.find("adaptExperimentPath").currentPath = str(folder)
    host.find("adaptExperimentPath").currentPath = str(copies.top / "none")
    host.leave_module()
    with looks_at(copies.top) as seen:
        host.process(2.5)
    assert seen == []


@pytest.mark.parametrize("shown", ["another", "nothing"])
def test_scans_of_a_training_that_is_not_shown_are_not_removed(host: Host, copies: Any, started: Experiment, shown: str) -> None:
    scans = {Path(file).parent for file in started.scan_digests()}.pop()
    folder = copies("one")
    host.find("adaptExperimentPath").currentPath = str(folder)
    host.process(0.1)
    host.find("adaptExperimentPath").currentPath = str(copies("another", "finished")) if shown == "another" else ""
    adapt = host.widget.panel.adapt
    assert not adapt._isRead(scans)
    with working(host, folder):
        assert adapt._isRead(scans) and not adapt._isRead(copies.top)
    assert not adapt._isRead(scans)


@pytest.mark.parametrize("scale", [1, 2])
def test_a_long_name_is_whole_at_the_panels_top(host: Host, copies: Any, font_scale: Callable[[float], None], scale: int) -> None:
    font_scale(scale)
    folder = copies(LONG_NAME, "failed")
    host.find("segmentModelPath").currentPath = str(folder)
    host.find("adaptExperimentPath").currentPath = str(folder)
    host.process(5, lambda: told(host) == f"The training {LONG_NAME} has failed.")
    top = host.find("statusWidget")._real
    for width in (300, 700, 300):
        host.module_frame().window().resize(width, 900)
        with contextlib.suppress(TimeoutError):
            host.process(3, lambda width=width: host.module_frame().window().width() == width and not cut_off(top))
        assert cut_off(top) == [] and host.module_frame().window().width() == width
    assert host.find("statusTraining").toolTip == str(folder) and told(host) == f"The training {LONG_NAME} has failed."
