"""What the panel does while another module is shown: it looks at no folder, and still notices when its trainings end."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from conftest import MODULE, TINY
from panel_actions import choose_training, end_our_processes, monitor_of, open_section, our_processes, wait_for_stage, wait_for_state

if TYPE_CHECKING:
    from Testing.Host import Host

_watched: list[tuple[str, list[str]]] = []
_hook: list[bool] = []


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and _watched:
        path = os.fsdecode(arguments[0]) if isinstance(arguments[0], str | bytes | os.PathLike) else ""
        for folder, seen in _watched:
            if path.startswith(folder):
                seen.append(path)


@contextlib.contextmanager
def looks_at(folder: Path) -> Iterator[list[str]]:
    """The files and folders in a folder that this process opens."""
    if not _hook:
        sys.addaudithook(_audit)
        _hook.append(True)
    seen: list[str] = []
    _watched.append((str(folder), seen))
    try:
        yield seen
    finally:
        _watched.remove((str(folder), seen))


@pytest.fixture(autouse=True)
def no_training_is_left() -> Iterator[None]:
    yield
    end_our_processes()


def status_bar(host: Host) -> str:
    """What Slicer's status bar says."""
    import slicer

    return str(slicer.util.mainWindow().statusBar().currentMessage())


def test_a_hidden_module_looks_at_no_folder(host: Host, tiny_experiment: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    wait_for_state(host, "finished")
    with looks_at(tiny_experiment) as seen:
        host.process(1.2)
        assert seen, "it follows the experiment while it is shown"
        host.leave_module()
        seen.clear()
        host.process(1.6)
        assert seen == []
        host.select_module("CrossMoDAUDA")
        assert seen, "at once"
        seen.clear()
        host.process(1.2)
        assert seen, "and again"
        host.find("adaptExperimentPath").currentPath = ""
        seen.clear()
        host.process(1.2)
        assert {Path(path).name for path in seen} <= {"worker.lock"}, "only whether a remembered training is under way"
        host.leave_module()
        host.select_module("CrossMoDAUDA")
        host.process(1.2)
        assert {Path(path).name for path in seen} <= {"worker.lock"}, "no folder is chosen"


def test_a_reloaded_panel_follows_its_experiment(host: Host, tiny_experiment: Path) -> None:
    import slicer

    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tiny_experiment)
    wait_for_state(host, "finished")
    host.widget.onReload()
    assert slicer.modules.CrossMoDAUDAWidget is host.widget
    wait_for_state(host, "finished")
    with looks_at(tiny_experiment) as seen:
        host.process(1.2)
        assert seen


@pytest.mark.slow
def test_the_end_of_a_training_is_noticed_while_the_module_is_hidden(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, TINY)
    host.find("adaptIterations").value = 0
    host.click("adaptStart")
    wait_for_state(host, "running")
    workers = host.widget.panel.adapt.workers
    host.leave_module()
    with looks_at(experiment) as seen:
        host.process(1.6)
        assert seen == [] and workers.folders() == [experiment], "only its process is asked"
    host.process(120, lambda: not workers.folders())
    assert status_bar(host) == f"The training in {experiment} has finished; see the module CrossMoDA UDA."
    assert monitor_of(host).state == "finished"
    with looks_at(experiment) as seen:
        host.process(1.2)
        assert seen == []
    host.select_module("CrossMoDAUDA")
    assert host.find("adaptStatus").text == "Finished."


def test_a_stop_goes_on_while_the_module_is_hidden(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    experiment = tmp_path / "experiment"
    choose_training(host, tiny_cohort, experiment, {**TINY, "translation.epochs": 100_000})
    host.click("adaptStart")
    wait_for_stage(host, "translation/train")
    host.click("adaptStop")
    host.leave_module()
    workers = host.widget.panel.adapt.workers
    host.process(60, lambda: not workers.has(experiment))
    assert not our_processes()
    assert status_bar(host) == f"The training in {experiment} has ended; see the module CrossMoDA UDA."
    host.select_module("CrossMoDAUDA")
    host.process(2, lambda: host.find("adaptStart").text == "Re&sume" and host.find("adaptStart").enabled)


def test_a_training_that_goes_on_is_shown_whatever_section_is_open(tiny_cohort: Path, tmp_path: Path) -> None:
    """Slicer was closed and is there again: the panel's top says that its training goes on, and leads to it."""
    from Testing.Host import Host

    experiment = tmp_path / "experiment ü"
    with Host(MODULE, folder=tmp_path / "slicer") as first:
        assert not first.find("statusWidget").visible, "nothing is to be said"
        choose_training(first, tiny_cohort, experiment, {**TINY, "translation.epochs": 1000, "translation.steps_per_epoch": 1000})
        first.click("adaptStart")
        assert first.find("statusTraining").text == "The training experiment ü is being started."
        wait_for_stage(first, "translation/train")
    with Host(MODULE, folder=tmp_path / "slicer") as second:
        assert second.find("adaptButton").collapsed
        second.process(10, lambda: ", " in second.find("statusTraining").text)
        said, stage = second.find("statusTraining").text, monitor_of(second).current
        assert said.startswith("Training experiment ü: ") and f" of {stage.total}." in said and second.find("statusTraining").visible
        progress = second.find("statusProgress")
        assert progress.visible and (progress.value, progress.maximum) == (stage.step, stage.total)
        second.process(60, lambda: second.find("statusTraining").text not in ("", said))
        second.click("statusShowTraining")
        assert not second.find("adaptButton").collapsed
        second.click("adaptStop")
        assert second.find("statusTraining").text == "The training experiment ü is being stopped."
        wait_for_state(second, "interrupted", seconds=60)
        second.process(10, lambda: second.find("adaptStart").enabled)
        assert not second.find("statusTraining").visible and not second.find("statusWidget").visible


def test_the_panels_top_tells_of_the_model_and_of_warnings(host: Host, tiny_experiment: Path) -> None:
    host.find("segmentModelPath").currentPath = str(tiny_experiment)
    assert host.find("statusModel").text == f"Model: {tiny_experiment.name}" and host.find("statusModel").visible
    assert host.find("statusModel").toolTip == str(tiny_experiment) and not host.find("statusWarnings").visible
    section = host.widget.panel.segment
    section.results.showWarnings([("", ["Cochlea: nothing was found; look at the scan yourself."])])
    assert host.find("statusWarnings").text == "The results that are shown have a warning."
    section.results.showWarnings([("Scan A", ["One.", "Two."]), ("Scan B", ["Three."])])
    assert host.find("statusWarnings").text == "The results that are shown have 3 warnings."
    open_section(host, "evaluate")
    host.click("statusShowWarnings")
    assert not host.find("segmentButton").collapsed
    host.close_scene()
    assert not host.find("statusWarnings").visible
