"""The event log: whole lines only, read on from where one left off, and not a line for every step."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.experiment import events
from CrossMoDAUDALib.experiment.events import EventLog, read_events


def test_events_are_appended_one_json_object_a_line(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "events.jsonl"
    log = EventLog(path)
    heard: list[events.Event] = []
    log.listeners.append(heard.append)
    log.write("stage", stage="pseudo_target", state="started", message="", metrics={}, step=None)
    log.write("progress", stage="pseudo_target", step=0, total=3, message="übersetzt: Fall 1 “ü”")
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == heard == read_events(path)[0]
    assert heard[0].keys() == {"time", "kind", "stage", "state"}, "what does not apply is left out"
    assert heard[1]["step"] == 0
    assert "übersetzt" in path.read_text(encoding="utf-8")


def test_opening_a_log_leaves_no_trace(tmp_path: Path) -> None:
    EventLog(tmp_path / "none" / "events.jsonl")
    assert list(tmp_path.iterdir()) == []


def test_half_a_line_costs_only_itself(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    log = EventLog(path)
    log.write("message", message="first")
    with path.open("ab") as file:
        file.write(b'{"time": 1, "kind": "message", "message": "zerriss')
    found, offset = read_events(path)
    assert [event["message"] for event in found] == ["first"], "a line still being written is left for later"
    log.write("message", message="second")
    found, end = read_events(path, offset)
    assert [event["message"] for event in found] == ["second"]
    assert end == path.stat().st_size
    assert [event["message"] for event in read_events(path)[0]] == ["first", "second"]


@pytest.mark.parametrize("line", ["", "null", "17", '["a"]', "{}", '{"time": 1}', "\x00\x00"])
def test_lines_that_are_no_events_are_passed_over(tmp_path: Path, line: str) -> None:
    path = tmp_path / "events.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    EventLog(path).write("message", message="fine")
    assert [event["message"] for event in read_events(path)[0]] == ["fine"]


def test_a_reader_goes_on_from_its_offset(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert read_events(path) == ([], 0)
    log, offset, seen = EventLog(path), 0, []
    for number in range(5):
        log.write("message", message=f"Nummer {number} ü")
        found, offset = read_events(path, offset)
        seen += [event["message"] for event in found]
        assert read_events(path, offset) == ([], offset)
    assert seen == [f"Nummer {number} ü" for number in range(5)]


def test_a_file_name_that_is_not_utf8_is_kept(tmp_path: Path) -> None:
    name = b"scan \xff.nii".decode("utf-8", "surrogateescape")
    EventLog(tmp_path / "events.jsonl").write("message", message=name)
    assert read_events(tmp_path / "events.jsonl")[0][0]["message"] == name


def test_progress_is_thinned_but_its_end_and_its_numbers_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SECONDS_BETWEEN", 1000.0)
    log = EventLog(tmp_path / "events.jsonl")
    report = log.progress("translation/train")
    for step in range(1, 101):
        report(step, 100, f"step {step}", **({"loss": np.float32(0.5)} if step == 40 else {}))
    found = read_events(tmp_path / "events.jsonl")[0]
    assert [event["step"] for event in found] == [1, 100]
    assert found[-1]["message"] == "step 100"
    assert found[-1]["metrics"] == {"loss": 0.5}, "numbers of a step that was passed over come with the next line"
    assert {event["stage"] for event in found} == {"translation/train"}


def test_slow_progress_is_reported_step_by_step(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "SECONDS_BETWEEN", 0.0)
    report = EventLog(tmp_path / "events.jsonl").progress("pseudo_target")
    for step in (1, 2, 3):
        report(step, 3)
    assert [event["step"] for event in read_events(tmp_path / "events.jsonl")[0]] == [1, 2, 3]


def test_of_a_long_progress_only_its_ends_are_read(tmp_path: Path) -> None:
    """As a list of many trainings reads it; what it tells is the same."""
    from CrossMoDAUDALib.experiment.last_run import read_tail
    from CrossMoDAUDALib.watching.experiments import _stage

    def progress(stage: str, step: int) -> dict[str, object]:
        return {"time": float(step), "kind": "progress", "stage": stage, "step": step, "total": 9000, "metrics": {"loss": 0.5}}

    one, other = ([progress(stage, step) for step in range(200)] for stage in ("translation/train", "iteration_0/train"))
    for number, wanted in enumerate(
        (one, [*one[:99], {"time": 99.0, "kind": "message", "message": "x"}, *one[99:]], [*one, *other], one[:4])
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        log = folder / "events.jsonl"
        log.write_text("".join(json.dumps(event) + "\n" for event in wanted), encoding="utf-8")
        found, is_cut = read_tail(folder)
        assert len(found) <= 9 and not is_cut and (found[0], found[-1]) == (wanted[0], wanted[-1])
        assert [event for event in found if event["kind"] == "message"] == [event for event in wanted if event["kind"] == "message"]
        few, many = _stage(found, True), _stage(read_events(log)[0], True)
        assert few is not None and many is not None
        assert (few.name, few.step, few.remaining, few.seconds) == (many.name, many.step, many.remaining, many.seconds)
        assert read_events(log)[0] == wanted
