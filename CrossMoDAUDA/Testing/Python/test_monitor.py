"""Watching an experiment folder: state, stages, curves, from outside and step by step."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.experiment.events import EventLog, read_events
from CrossMoDAUDALib.experiment.lock import locked
from CrossMoDAUDALib.watching import monitor as monitor_module
from CrossMoDAUDALib.watching.monitor import POINTS, Curve, Monitor, StageProgress


def followed(folder: Path) -> Monitor:
    """A monitor that has read everything there is."""
    monitor = Monitor(folder)
    while monitor.poll() and monitor.is_behind:
        pass
    return monitor


def write(folder: Path, *events: dict[str, Any]) -> EventLog:
    log = EventLog(folder / "events.jsonl")
    for event in events:
        log.write(event.pop("kind"), **event)
    return log


def test_finished_experiment(tiny_experiment: Path) -> None:
    monitor = followed(tiny_experiment)
    assert (monitor.state, monitor.last_run.error, monitor.worker, monitor.current) == ("finished", "", None, None)
    assert {stage.state for stage in monitor.stages} == {"done"}
    assert monitor.settings is not None and monitor.settings.preset == "smoke"
    assert {name for stage, name in monitor.curves if stage == "iteration_0/train"} >= {"train_loss", "pseudo_dice"}
    assert any(stage == "translation/train" for stage, _ in monitor.curves)


def test_a_clock_that_is_set_back_makes_no_negative_times() -> None:
    stage = StageProgress("translation/train")
    for event in (
        {"kind": "stage", "state": "started", "time": 1000.0},
        {"kind": "progress", "step": 1, "total": 9, "time": 1010.0},
        {"kind": "progress", "step": 3, "total": 9, "time": 500.0},
    ):
        stage.follow(event)
    assert (stage.seconds, stage.remaining) == (0.0, 0.0)


def test_planned_stages_are_those_that_run(tiny_experiment: Path) -> None:
    events, _ = read_events(tiny_experiment / "events.jsonl")
    ran = [event["stage"] for event in events if event["kind"] == "stage" and event["state"] == "started"]
    monitor = followed(tiny_experiment)
    assert [stage.name for stage in monitor.stages] == ran
    assert all(stage.title is not None and stage.title == monitor.title(stage.name) for stage in monitor.stages)
    assert monitor.title("of a later version") is None


def test_reading_in_pieces_gives_the_same(tiny_experiment: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = followed(tiny_experiment)
    monkeypatch.setattr(monitor_module, "BYTES_AT_ONCE", 700)
    pieces = Monitor(tiny_experiment)
    looks = 0
    while pieces.poll() and pieces.is_behind:
        looks += 1
        assert pieces.state == "reading"  # what it has read so far may be an earlier session's word
    assert looks > 5
    assert (pieces.state, pieces.curves, pieces.messages) == (whole.state, whole.curves, whole.messages)
    assert [(stage.name, stage.state, stage.step) for stage in pieces.stages] == [
        (stage.name, stage.state, stage.step) for stage in whole.stages
    ]


def test_one_look_at_a_long_log_takes_a_thousand_events_at_most(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand take 10 ms; a window waits for each look."""
    one = json.dumps({"kind": "progress", "time": 1.0, "stage": "translation/train", "step": 1, "total": 9, "metrics": {"cycle": 0.123}})
    (tmp_path / "events.jsonl").write_text(f"{one}\n" * 5000, encoding="utf-8")
    looks: list[int] = []
    follow = Monitor._follow
    monkeypatch.setattr(Monitor, "_follow", lambda monitor, event: (looks.__setitem__(-1, looks[-1] + 1), follow(monitor, event)))
    monitor = Monitor(tmp_path)
    while monitor.is_behind:
        looks.append(0)
        monitor.poll()
    assert sum(looks) == 5000 and max(looks) <= 1000


def test_life_of_an_experiment(tmp_path: Path, tiny_experiment: Path) -> None:
    monitor = Monitor(tmp_path)
    assert not monitor.poll() and monitor.state == "none"
    with locked(tmp_path):
        log = write(tmp_path, {"kind": "run", "state": "started"}, {"kind": "stage", "stage": "check", "state": "started"})
        assert monitor.poll() and monitor.state == "checking"
        log.write("stage", stage="check", state="finished", metrics={"seconds": 2.0})
        shutil.copy(tiny_experiment / "experiment.json", tmp_path)
        log.write("stage", stage="translation/train", state="started")
        log.write("progress", stage="translation/train", step=1, total=4, metrics={"cycle_source": 0.5})
        assert monitor.poll() and monitor.state == "running"
        assert not monitor.poll()  # nothing new
        assert monitor.current is not None and (monitor.current.name, monitor.current.step) == ("translation/train", 1)
        assert [stage.name for stage in monitor.stages[:2]] == ["check", "translation/source_slices"]
    assert monitor.poll() and monitor.state == "died" and monitor.current is not None and monitor.current.state == "stopped"
    with locked(tmp_path):
        log.write("run", state="started")
        monitor.poll()
        log.write("error", message="The disk is full.")
        log.write("run", state="failed")
    assert monitor.poll() and (monitor.state, monitor.last_run.error) == ("failed", "The disk is full.")
    with locked(tmp_path):
        log.write("run", state="started")
        assert monitor.poll() and (monitor.state, monitor.last_run.error) == ("running", "")
        log.write("run", state="interrupted")
    assert monitor.poll() and monitor.state == "interrupted"


def test_folder_that_another_experiment_took(tmp_path: Path) -> None:
    write(tmp_path, {"kind": "run", "state": "started"}, {"kind": "run", "state": "finished"})
    monitor = followed(tmp_path)
    assert monitor.state == "finished"
    (tmp_path / "events.jsonl").write_text(json.dumps({"time": 1.0, "kind": "run", "state": "failed"}) + "\n", encoding="utf-8")
    assert monitor.poll()
    monitor.poll()
    assert monitor.state == "failed" and len(monitor.messages) == 1


def test_time_left_counts_only_the_steps_of_this_start() -> None:
    stage = StageProgress("iteration_0/train")
    stage.follow({"time": 100.0, "kind": "stage", "state": "started"})
    assert stage.remaining is None
    stage.follow({"time": 110.0, "kind": "progress", "step": 500, "total": 1000})  # 500 were done before
    assert stage.remaining is None
    stage.follow({"time": 120.0, "kind": "progress", "step": 510, "total": 1000})
    assert stage.remaining == pytest.approx(490.0) and stage.seconds == 20.0
    stage.follow({"time": 130.0, "kind": "stage", "state": "finished", "metrics": {"seconds": 33.0}})
    assert (stage.state, stage.remaining, stage.seconds) == ("done", None, 33.0)


def test_long_curve_keeps_its_shape_in_bounded_memory() -> None:
    curve = Curve()
    for step in range(100_000):
        curve.add(step, step * 2.0)
    assert POINTS / 4 < len(curve.steps) <= POINTS + 1
    assert curve.values == [2.0 * step for step in curve.steps] and curve.steps == sorted(curve.steps)
    assert curve.steps[-1] > 99_000 and max(b - a for a, b in zip(curve.steps, curve.steps[1:], strict=False)) < 1000


def test_curve_after_a_restart_from_a_checkpoint() -> None:
    curve = Curve()
    for step in (1, 2, 3, 2, 3, 4):
        curve.add(step, float(step))
    assert curve.steps == [1, 2, 3, 4]
