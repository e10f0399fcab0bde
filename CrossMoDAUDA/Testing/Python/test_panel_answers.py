"""Presses of the user that end or begin work are answered at once, however long the work takes to end or to begin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from panel_actions import add_scan, choose_model, nodes, open_section, our_processes, wait_for_process

if TYPE_CHECKING:
    from Testing.Host import Host

SECONDS_TO_GO = 0.8
AT_ONCE = 0.4  # seconds; a press starts or ends a process and draws the section


def dies_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every process that is ended take a while to go, as one that frees a graphics card does."""
    from CrossMoDAUDALib.panel import command_runner
    from CrossMoDAUDALib.places import processes

    first: list[float] = []

    def are_gone(tree: Any) -> bool:
        first.append(time.monotonic())
        return time.monotonic() > first[0] + SECONDS_TO_GO and real(tree)

    real = processes.are_gone
    for module in (processes, command_runner):
        monkeypatch.setattr(module, "are_gone", are_gone, raising=False)


def seconds_of(press: Callable[[], object]) -> float:
    """How long a press keeps the window."""
    began = time.monotonic()
    press()
    return time.monotonic() - began


@pytest.mark.parametrize("way", ["cancel", "scene", "other scans"])
def test_nobody_waits_for_a_process_that_is_ended(
    host: Host, tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    panel = host.widget.panel
    if way == "other scans":
        runner, press = panel.adapt.checker, lambda: setattr(host.find("adaptCrossmoda"), "currentPath", str(tmp_path))
        open_section(host, "adapt")
        host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
        host.click("adaptCheck")
    else:
        runner, press = panel.segment.runner, host.close_scene if way == "scene" else lambda: host.click("segmentApply")
        add_scan()
        choose_model(host, tiny_experiment)
        host.click("segmentApply")
    process, folder = wait_for_process(host, runner), runner.folder
    dies_slowly(monkeypatch)
    assert seconds_of(press) < AT_ONCE and not runner.running
    assert folder.exists(), "its process may still write"
    host.process(5, lambda: not folder.exists())
    assert not process.is_running() and not our_processes() and not nodes("vtkMRMLSegmentationNode")


def test_a_panel_that_goes_waits_for_its_processes(host: Host, tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_scan()
    choose_model(host, tiny_experiment)
    host.click("segmentApply")
    runner = host.widget.panel.segment.runner
    process, folder = wait_for_process(host, runner), runner.folder
    dies_slowly(monkeypatch)
    assert SECONDS_TO_GO < seconds_of(runner.cleanup) < SECONDS_TO_GO + 2
    assert not process.is_running() and not folder.exists()
