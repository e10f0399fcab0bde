"""The stages of an experiment: done once, and again where what they left is gone; what has changed is refused."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.files import make_folder, must_stay, write_json
from CrossMoDAUDALib.experiment.events import read_events, unfinished_seconds
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import read_markers
from CrossMoDAUDALib.experiment.stages import Stage, Title


def writing(name: str, *files: str, reads: tuple[str, ...] = (), writes: tuple[str, ...] = (), keeps: bool = False) -> Stage:
    """A stage that writes small files; one that keeps files writes only those that are not there."""

    def run(experiment: Experiment, stage: str) -> None:
        for file in files:
            path = experiment.folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            if not (keeps and path.is_file()):
                path.write_text(f"{stage} wrote {file}", encoding="utf-8")

    return Stage(name, Title(name), run, reads, writes)


SHARED = "shared/*"
FIRST = writing("first", "one/a.txt", "one/b c.txt", writes=("one/*",))
SECOND = writing("second/check", "shared/x.txt", "shared/y.txt", reads=("one/*",), writes=(SHARED,))
THIRD = writing("third", "three.txt", reads=(SHARED,), writes=("three.txt",))
AGAIN = writing("again", "shared/x.txt", "shared/y.txt", reads=("three.txt", "shared/y.txt"), writes=(SHARED,))
LAST = writing("last", reads=(SHARED,))
STAGES = (FIRST, SECOND, THIRD, AGAIN, LAST)


def told(experiment: Experiment, state: str) -> list[str]:
    events = read_events(experiment.folder / "events.jsonl")[0]
    return [event["stage"] for event in events if event["kind"] == "stage" and event["state"] == state]


def warnings(experiment: Experiment) -> list[str]:
    return [event["message"] for event in read_events(experiment.folder / "events.jsonl")[0] if event["kind"] == "warning"]


def first_to_run(experiment: Experiment, stages: tuple[Stage, ...] = STAGES) -> str:
    """The stage that is started next; it is stopped before it does anything."""

    class StoppedError(Exception):
        pass

    def stop(event: dict[str, str]) -> None:
        if event.get("state") == "started":
            raise StoppedError(event["stage"])

    experiment.events.listeners.append(stop)
    try:
        experiment.carry_out(stages)
    except StoppedError as stopped:
        return str(stopped)
    finally:
        experiment.events.listeners.remove(stop)
    return ""


def test_a_stage_is_done_once_and_in_its_turn(started: Experiment) -> None:
    for _ in range(2):
        started.carry_out(STAGES)
    names = [stage.name for stage in STAGES]
    assert told(started, "started") == told(started, "finished") == told(started, "skipped") == names
    assert started.completed_stages() == names
    marker = json.loads((started.folder / "stages" / "second--check.json").read_text(encoding="utf-8"))
    assert (marker["stage"], marker["number"], sorted(marker["files"])) == ("second/check", 2, ["shared/x.txt", "shared/y.txt"])


def test_a_stage_that_fails_stays_to_be_done(started: Experiment) -> None:
    def fail(_experiment: Experiment, _stage: str) -> None:
        assert not started.is_complete("fails")
        _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        started.carry_out([FIRST, Stage("fails", Title("fails"), fail)])
    assert started.completed_stages() == ["first"]
    started.carry_out([FIRST, writing("fails")])
    assert started.is_complete("fails")


def test_a_file_that_is_gone_is_made_again(started: Experiment) -> None:
    started.carry_out(STAGES[:1])
    (started.folder / "one" / "a.txt").unlink()
    started.carry_out(STAGES[:2])
    assert told(started, "started") == ["first", "first", "second/check"]
    assert warnings(started) == [f"{started.folder / 'one' / 'a.txt'} is gone and is made again."]
    assert (started.folder / "one" / "a.txt").is_file()


def test_a_file_that_is_gone_has_what_it_was_made_from_made_again_too(started: Experiment) -> None:
    started.carry_out(STAGES[:2])
    (started.folder / "one" / "a.txt").unlink()
    (started.folder / "shared" / "x.txt").unlink()
    started.carry_out(STAGES)
    assert told(started, "started")[2:] == ["first", "second/check", "third", "again", "last"]


def test_what_a_stopped_stage_has_begun_to_write_over_is_no_damage(started: Experiment) -> None:
    """Its old content may be needed again, for a file that is gone."""
    started.carry_out(STAGES[:3])
    assert first_to_run(started) == "again"
    (started.folder / "shared" / "x.txt").write_text("again wrote half of it", encoding="utf-8")
    (started.folder / "three.txt").unlink()
    started.carry_out(STAGES)
    assert told(started, "finished")[3:] == ["second/check", "third", "again", "last"]
    assert (started.folder / "shared" / "x.txt").read_text(encoding="utf-8") == "again wrote shared/x.txt"


def test_a_file_is_damaged_where_the_stage_that_writes_over_it_was_not_begun(started: Experiment) -> None:
    started.carry_out(STAGES[:3])
    (started.folder / "shared" / "x.txt").write_text("damaged", encoding="utf-8")
    (started.folder / "three.txt").unlink()
    with pytest.raises(InputError, match="has changed since stage second/check wrote it"):
        started.carry_out(STAGES)


def test_a_file_that_nobody_will_read_may_be_gone(started: Experiment) -> None:
    started.carry_out(STAGES)
    for name in ("one/a.txt", "three.txt"):
        (started.folder / name).unlink()
    started.carry_out(STAGES)
    assert told(started, "started") == [stage.name for stage in STAGES]


@pytest.mark.parametrize("content", [b"", b"first wrote one/A.txt"], ids=["cut", "altered"])
def test_a_file_that_has_changed_is_refused_while_a_stage_needs_it(started: Experiment, content: bytes) -> None:
    started.carry_out(STAGES[:1])
    path = started.folder / "one" / "a.txt"
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    with pytest.raises(InputError) as caught:
        started.carry_out(STAGES)
    assert f"{path} has changed since stage first wrote it" in str(caught.value)
    assert path.read_bytes() == content, "somebody may want to keep it"
    assert told(started, "started") == ["first"]
    path.write_text("first wrote one/a.txt", encoding="utf-8")
    started.carry_out(STAGES)
    path.write_bytes(content)
    started.carry_out(STAGES)
    assert told(started, "started") == [stage.name for stage in STAGES], "what nobody reads any more may be altered"


@pytest.mark.parametrize(
    ("done", "file", "next_stage"),
    [
        (2, "shared/x.txt", ""),  # the third reads it
        (3, "shared/x.txt", "again"),  # is written anew
        (3, "shared/y.txt", ""),  # is kept
        (4, "shared/x.txt", ""),
        (4, "three.txt", "last"),
    ],
)
def test_what_is_kept_is_compared_and_what_is_written_anew_is_not(started: Experiment, done: int, file: str, next_stage: str) -> None:
    started.carry_out(STAGES[:done])
    (started.folder / file).write_text("damaged", encoding="utf-8")
    if next_stage:
        assert first_to_run(started) == next_stage
    else:
        with pytest.raises(InputError, match="has changed since stage"):
            first_to_run(started)


def test_a_file_damaged_while_the_worker_runs_is_refused(started: Experiment) -> None:
    def damage(event: dict[str, str]) -> None:
        if event.get("stage") == "third" and event.get("state") == "finished":
            (started.folder / "shared" / "y.txt").write_text("damaged", encoding="utf-8")

    started.events.listeners.append(damage)
    with pytest.raises(InputError, match=r"y\.txt has changed since stage second/check wrote it"):
        started.carry_out(STAGES)
    assert not started.is_complete("again")


def test_a_file_that_an_earlier_stage_has_overwritten_is_made_again(started: Experiment) -> None:
    """As when a marker is damaged whose stage is not the last to write its files."""
    started.carry_out(STAGES[:4])
    (started.folder / "stages" / "second--check.json").write_bytes(b"{")
    started.carry_out(STAGES)
    assert told(started, "started")[4:] == ["second/check", "again", "last"]
    assert warnings(started) == [
        f"{started.folder / 'shared' / 'x.txt'} (and 1 more) was overwritten by an earlier stage and is made again."
    ]
    assert (started.folder / "shared" / "x.txt").read_text(encoding="utf-8") == "again wrote shared/x.txt"


def test_a_file_that_was_only_touched_or_copied_is_accepted(started: Experiment) -> None:
    started.carry_out(STAGES[:1])
    os.utime(started.folder / "one" / "a.txt", ns=(1, 1))
    assert first_to_run(started) == "second/check"


def test_a_damaged_marker_is_none(started: Experiment) -> None:
    started.carry_out(STAGES[:1])
    marker = started.folder / "stages" / "first.json"
    for content in (b"", b"{", b"\x00" * 100, b'{"stage": "another", "files": {}}'):
        marker.write_bytes(content)
        assert not started.is_complete("first")
    started.carry_out(STAGES[:1])
    assert started.is_complete("first")


def test_a_marker_of_a_version_that_kept_no_files_counts(started: Experiment) -> None:
    started.carry_out(STAGES[:1])
    (started.folder / "stages" / "first.json").write_text('{"stage": "first", "seconds": 1.0}', encoding="utf-8")
    (started.folder / "one" / "a.txt").write_text("whatever", encoding="utf-8")
    assert first_to_run(started) == "second/check"


def test_the_order_of_stages_does_not_hang_on_the_clock(started: Experiment) -> None:
    started.carry_out(STAGES)
    for age, marker in enumerate(sorted((started.folder / "stages").iterdir())):
        os.utime(marker, ns=(10**18 - age, 10**18 - age))
    assert started.completed_stages() == [stage.name for stage in STAGES]


def test_hidden_files_are_nobodys(started: Experiment) -> None:
    (started.folder / "one").mkdir()
    (started.folder / "one" / ".0.partial.txt").touch()
    started.carry_out(STAGES[:1])
    assert FIRST.files(started.folder) == [started.folder / "one" / name for name in ("a.txt", "b c.txt")]
    assert writing("none", writes=("missing/*", "missing.txt")).files(started.folder) == []


def test_titles_are_put_together_in_the_readers_language() -> None:
    german = {"Iteration {iteration}: {step}": "{step} (Iteration {iteration})", "train": "trainieren"}
    assert Title("Iteration {iteration}: {step}", "train", 2).words() == "Iteration 2: train"
    assert Title("Iteration {iteration}: {step}", "train", 2).words(german.__getitem__) == "trainieren (Iteration 2)"


# What keeps an experiment whole ---------------------------------------------------------------------------------------------


def test_a_scan_that_changes_while_a_stage_reads_it_is_refused(started: Experiment, cohort: Cohort) -> None:
    image, label = cohort.source[0].image, cohort.source[0].label
    assert label
    started.refuse_changed(image, label)
    label.write_bytes(b"another label map")
    started.refuse_changed(image)
    with pytest.raises(InputError, match="has changed since"):
        started.refuse_changed(image, label)
    image.unlink()
    with pytest.raises(InputError, match="has been removed"):
        started.refuse_changed(image)


def test_a_folder_that_is_gone_is_not_made_anew(started: Experiment) -> None:
    elsewhere = started.folder.with_name("elsewhere")
    with must_stay(started.folder):
        started.events.write("message", message="still here")
        started.folder.rename(elsewhere)
        for write in (
            lambda: write_json(started.folder / "stages" / "x.json", {}),
            lambda: started.events.write("message", message="nowhere"),
            lambda: make_folder(started.folder / "nnunet"),
        ):
            with pytest.raises(CrossModaError, match="is gone: it was moved or deleted") as caught:
                write()
            assert str(started.folder) in str(caught.value)
        assert not started.folder.exists()
    elsewhere.rename(started.folder)
    write_json(started.folder / "new" / "x.json", {})


def test_a_stage_that_was_interrupted_took_the_time_of_all_its_starts(started: Experiment) -> None:
    """As after a kill, a stop and a failure, each followed by a long pause; what another stage took is its own."""
    log = started.folder / "events.jsonl"
    told = [
        *(("run", "", "started", 0), ("stage", "first", "started", 1), ("stage", "first", "finished", 50)),
        *(("stage", "second/check", "started", 60), ("progress", "second/check", "", 70), ("run", "", "started", 1000)),
        *(("stage", "second/check", "started", 1010), ("run", "", "interrupted", 1030), ("run", "", "started", 5000)),
        *(("stage", "second/check", "started", 5000), ("error", "", "", 5004), ("run", "", "failed", 5005), ("run", "", "started", 9000)),
    ]
    events = [
        {"kind": kind, "time": now, **({"stage": stage} if stage else {}), **({"state": state} if state else {"step": 1, "total": 2})}
        for kind, stage, state, now in told
    ]
    log.write_text("".join(json.dumps({**event, "message": "x"}) + "\n" for event in events), encoding="utf-8")
    assert unfinished_seconds(log, "second/check") == 10 + 20 + 5
    assert unfinished_seconds(log, "first") == unfinished_seconds(log, "third") == 0
    started.carry_out(STAGES)
    markers = read_markers(started.folder)
    assert 35 <= markers["second/check"].seconds < 40 and markers["third"].seconds < 5
    finished = {event["stage"]: event["metrics"]["seconds"] for event in read_events(log)[0] if "metrics" in event}
    assert finished["second/check"] == markers["second/check"].seconds
    assert unfinished_seconds(log, "second/check") == 0, "it is finished, and counted"


def test_a_clock_that_was_set_back_takes_no_time_away(tmp_path: Path) -> None:
    log = tmp_path / "events.jsonl"
    assert unfinished_seconds(log, "first") == 0
    for state, now in (("started", 100), ("started", 40), ("started", 50)):
        log.open("a").write(json.dumps({"kind": "stage", "stage": "first", "state": state, "time": now}) + "\n")
    assert unfinished_seconds(log, "first") == 0
