"""Presses of the user that end or begin work are answered at once, however long the work takes to end or to begin."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
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


def large_label_maps() -> list[Any]:
    import slicer
    from CrossMoDAUDALib.images.volumes import Geometry, Volume
    from CrossMoDAUDALib.slicer_nodes import mrml

    grid = Geometry((512, 512, 80), (0.5, 0.5, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    array = np.zeros(grid.size[::-1], np.int16)
    array[20:40, 100:200, 100:200], array[50:60, 300:320, 100:200] = 1, 2
    found = [slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLabelMapVolumeNode", name) for name in ("prediction", "reference")]
    return [mrml.volume_node(Volume(array, grid), "", node) for node in found]


def test_label_maps_are_counted_in_steps(host: Host) -> None:
    host.widget.panel.parameters.prediction, host.widget.panel.parameters.reference = large_label_maps()
    open_section(host, "evaluate")
    runner = host.widget.panel.evaluate.runner
    assert seconds_of(lambda: host.click("evaluateApply")) < AT_ONCE / 2
    longest = 0.0
    while runner._process is None:
        longest = max(longest, seconds_of(runner._step))
    assert longest < AT_ONCE
    host.click("evaluateApply")


def test_an_edited_segmentation_is_read_in_steps(host: Host) -> None:
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan = large_label_maps()[0]
    node = mrml.segmentation_node(mrml.volume_from_node(scan), {"Vestibular schwannoma": 1, "Cochlea": 2}, scan)
    node.GetSegmentation().SeparateSegmentLabelmap("Cochlea")
    steps, taken = mrml.label_volume_in_pieces(node, {"Vestibular schwannoma": 1, "Cochlea": 2}), []
    while not taken or taken[-1] is not None:
        began = time.monotonic()
        taken.append(time.monotonic() - began if next(steps, steps) is not steps else None)
    assert len(taken) > 10 and max(filter(None, taken)) < AT_ONCE / 4
