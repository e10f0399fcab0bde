"""A list of many experiments: how each stands, told from little of its folder; two of them compared; the command ``list``."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.settings import with_values
from CrossMoDAUDALib.experiment import events as event_file
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.last_run import TAIL_BYTES, read_last_run
from CrossMoDAUDALib.experiment.lock import locked
from CrossMoDAUDALib.method.plan import BEFOREHAND
from CrossMoDAUDALib.study.listing import Lookout, find
from CrossMoDAUDALib.study.request import Method, Study
from CrossMoDAUDALib.watching.comparing import MISSING, compare
from CrossMoDAUDALib.watching.experiments import Standing
from CrossMoDAUDALib.watching.monitor import Monitor


def train(folder: Path, steps: int, total: int = 1000, ends: str = "", seconds: float = 2.0) -> None:
    """The log of a training that is so far, as the worker writes it; a step takes so long."""
    lines = [
        {"time": 1000.0, "kind": "run", "state": "started"},
        {"time": 1000.0, "kind": "stage", "stage": "translation/train", "state": "started"},
        *(
            {"time": 1000 + seconds * step, "kind": "progress", "stage": "translation/train", "step": step, "total": total}
            for step in range(1, steps + 1)
        ),
    ]
    if ends:
        lines.append({"time": 1000 + seconds * steps, "kind": "run", "state": ends})
    (folder / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def write_scores(folder: Path, *rows: str, structures: str = "Vestibular schwannoma", dice: float = 0.8) -> None:
    """A table of scores; each row's mean DSC is a tenth above that of the one before."""
    (folder / "evaluation").mkdir(exist_ok=True)
    lines = [f"method,cases,dice_mean,dice_mean_std,dice_{structures},dice_{structures}_std"]
    lines += [f"{row},12,{dice + number / 10},0.05,{dice},0.02" for number, row in enumerate(rows)]
    (folder / "evaluation" / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def another(started: Experiment, name: str, **values: Any) -> Experiment:
    """A copy of an experiment that was started with other settings."""
    folder = started.folder.with_name(name)
    shutil.copytree(started.folder, folder)
    record = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
    record["settings"] = with_values(started.settings, values).to_json()
    (folder / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
    return Experiment.load(folder)


# How one stands --------------------------------------------------------------------------------------------------------


def test_a_finished_experiment(tiny_experiment: Path) -> None:
    standing = Lookout().look(tiny_experiment)
    assert (standing.state, standing.stage, standing.problem, standing.is_on) == ("finished", None, "", False)
    assert standing.score is not None and standing.score.iteration == 1 and standing.score.cases == 1
    assert standing.stages == len([stage for stage in _polled(tiny_experiment).stages if stage.name not in BEFOREHAND])


def _polled(folder: Path) -> Monitor:
    monitor = Monitor(folder)
    while monitor.poll() and monitor.is_behind:
        pass
    return monitor


@pytest.mark.parametrize(("ends", "state"), [("", "died"), ("interrupted", "interrupted"), ("failed", "failed"), ("finished", "finished")])
def test_it_tells_of_a_long_log_what_the_monitor_tells(started: Experiment, ends: str, state: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a log of megabytes only the end is read, also where that holds no word of the run."""
    train(started.folder, 20_000, 30_000, ends)
    assert (started.folder / "events.jsonl").stat().st_size > 10 * TAIL_BYTES
    assert read_last_run(started.folder).state(False, True) == state
    read: list[int] = []
    whole = event_file.read_events

    def counted(path: Path, offset: int = 0, limit: int = -1, is_thinned: bool = False) -> Any:
        found = whole(path, offset, limit, is_thinned)
        read.append(found[1] - offset)
        return found

    monkeypatch.setattr("CrossMoDAUDALib.experiment.last_run.read_events", counted)
    standing = Lookout().look(started.folder)
    assert sum(read) <= 2 * TAIL_BYTES
    monitor = _polled(started.folder)
    assert standing.state == monitor.state == state
    if ends != "finished":
        assert standing.stage is not None and monitor.current is not None
        assert (standing.stage.name, standing.stage.step) == (monitor.current.name, 20_000) == ("translation/train", monitor.current.step)
        assert standing.stage.title == monitor.current.title and standing.stage.remaining is None


def test_progress_and_the_time_left_of_one_under_way(started: Experiment) -> None:
    train(started.folder, 600)
    with locked(started.folder):
        standing = Lookout().look(started.folder)
    assert standing.is_on and standing.state == "running" and standing.stage is not None
    assert (standing.stage.step, standing.stage.total) == (600, 1000)
    assert standing.stage.remaining == pytest.approx(400 * 2.0)
    assert standing.when == 1000 + 2.0 * 600 and 0 < standing.number < standing.stages


def test_what_has_changed_is_seen_and_what_has_not_is_not_read_again(started: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    lookout = Lookout()
    assert lookout.look(started.folder).state == "idle"
    train(started.folder, 3)
    assert lookout.look(started.folder).state == "died"
    write_scores(started.folder, "iteration 0")
    first = lookout.look(started.folder)
    assert first.score is not None and first.score.mean == pytest.approx(0.8)
    with monkeypatch.context() as patched:
        for name in ("read_tail", "read_score", "plan"):
            patched.setattr(f"CrossMoDAUDALib.watching.experiments.{name}", None)
        assert lookout.look(started.folder) is first
    write_scores(started.folder, "iteration 0", "iteration 1")
    score = lookout.look(started.folder).score
    assert score is not None and score.mean == pytest.approx(0.9) and score.iteration == 1


def test_a_folder_that_is_gone_damaged_or_may_not_be_read_is_told_in_a_sentence(started: Experiment, tmp_path: Path) -> None:
    lookout = Lookout()
    assert lookout.look(started.folder).state == "idle"
    record = (started.folder / "experiment.json").read_bytes()
    (started.folder / "experiment.json").write_text("{", encoding="utf-8")
    standing = lookout.look(started.folder)
    assert standing.state == "unreadable" and "experiment.json is damaged" in standing.problem
    (started.folder / "experiment.json").write_bytes(record)
    assert lookout.look(started.folder).state == "idle", "it is whole again"
    shutil.rmtree(started.folder)
    assert lookout.look(started.folder) == Standing(started.folder, "gone")
    assert lookout.look(tmp_path / "a file" / "x").state == "gone"
    assert lookout.look(tmp_path).state == "none", "there is a folder, and no experiment in it"


def test_what_the_disk_refuses_stops_nothing(started: Experiment, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, *_: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("CrossMoDAUDALib.watching.experiments.read_tail", refuse)
    standing = Lookout().look(started.folder)
    assert standing.state == "unreadable" and str(started.folder) in standing.problem and standing.problem.endswith(".")


# Studies and finding ---------------------------------------------------------------------------------------------------


def study_with(folder: Path, experiment: Experiment, finished: int) -> Study:
    """A recorded study of three experiments, of which so many are finished."""
    folder.mkdir()
    study = Study(folder, "smoke", {}, (Method("cut", "cut"),), (0, 1), experiment.cohort)
    study = replace(study, methods=(Method("cut", "cut", {}, (0, 1)),), seeds=(0,))
    study.save()
    for place, part in enumerate(study.parts()):
        if place < finished:
            shutil.copytree(experiment.folder, part.folder)
            train(part.folder, 9, 9, "finished")
    return study


def test_a_study_tells_how_many_of_its_experiments_are_finished(started: Experiment, tmp_path: Path) -> None:
    study = study_with(tmp_path / "study", started, finished=2)
    log = EventLog(study.folder / "events.jsonl")
    log.write("run", state="started")
    lookout = Lookout()
    with locked(study.folder):
        standing = lookout.look(study.folder)
        assert (standing.is_study, standing.state, standing.number, standing.stages) == (True, "running", 2, 3)
    log.write("run", state="interrupted")
    (study.folder / "table.csv").write_text(
        "method,iteration,seeds,cases,dice_mean,dice_mean_std\nsource-only,,1,5,0.3,0.1\ncut,0,2,5,0.7,0.1\ncut,1,2,5,0.6,0.1\nsupervised,,1,5,0.9,0\n",
        encoding="utf-8",
    )
    standing = lookout.look(study.folder)
    assert standing.state == "interrupted" and standing.score is not None
    assert (standing.score.mean, standing.score.round) == (0.7, "cut")
    (study.folder / "study.json").write_text("{}", encoding="utf-8")
    assert "study.json" in lookout.look(study.folder).problem


def test_every_experiment_and_study_below_a_folder_is_found(started: Experiment, tmp_path: Path) -> None:
    top = tmp_path / "all"
    shutil.copytree(started.folder, top / "deep" / "down" / "one")
    shutil.copytree(started.folder, top / "two")
    shutil.copytree(started.folder, top / "two" / "inside an experiment")
    shutil.copytree(started.folder, top / ".hidden" / "three")
    (top / "no folder").write_text("", encoding="utf-8")
    study = study_with(top / "study", started, finished=1)
    (top / "loop").symlink_to(top, target_is_directory=True)
    found = [folder for folder in find(top) if folder is not None]
    assert found == [top / "deep" / "down" / "one", top / "study", study.parts()[0].folder, top / "two"]
    assert [folder for folder in find(top / "two") if folder] == [top / "two"]
    assert [folder for folder in find(tmp_path / "nowhere") if folder] == []


def test_the_list_of_the_command_line(started: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    top = tmp_path / "all"
    for name in ("first", "second"):
        shutil.copytree(started.folder, top / name)
    train(top / "first", 400)
    train(top / "second", 9, 9, "finished")
    write_scores(top / "second", "source only", "iteration 0", dice=0.6)
    with locked(top / "first"):
        assert cli.main(["list", str(top)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["Last", "change", "State", "Mean", "DSC", "Folder"] and len(lines) == 3
    assert "running: translation/train, 40 %, 20 min 00 s left" in lines[1] and lines[1].endswith(str(top / "first"))
    assert "finished" in lines[2] and "0.700 (iteration 0)" in lines[2] and lines[2].endswith(str(top / "second"))
    assert cli.main(["list", str(tmp_path / "scans ü")]) == 0
    assert "No experiment" in capsys.readouterr().out
    assert cli.main(["list", str(tmp_path / "nowhere")]) == 2 and "nowhere" in capsys.readouterr().err


def test_a_hundred_experiments_are_looked_at_quickly(started: Experiment, tmp_path: Path) -> None:
    top = tmp_path / "many"
    for number in range(100):
        shutil.copytree(started.folder, top / f"experiment {number}")
        train(top / f"experiment {number}", 3000)
    lookout, turns = Lookout(), []
    folders = [folder for folder in find(top) if folder]
    assert len(folders) == 100
    for _round in range(2):
        for folder in folders:
            began = time.thread_time()
            assert lookout.look(folder).state == "died"
            turns.append(1000 * (time.thread_time() - began))
    first, again = sorted(turns[:100]), sorted(turns[100:])
    print(f"\nOne look: first {first[50]:.1f} ms (at most {first[-1]:.1f}), again {again[50]:.2f} ms (at most {again[-1]:.2f})")
    assert first[50] < 50 and again[50] < first[50] / 5


# Comparing -------------------------------------------------------------------------------------------------------------


def test_scores_and_settings_of_two(started: Experiment) -> None:
    other = another(started, "other", **{"segmentation.epochs": 40, "seed": 3})
    write_scores(started.folder, "source only", "iteration 0", dice=0.6)
    write_scores(other.folder, "iteration 0", "iteration 1", "iteration 2", dice=0.7)
    found = compare(started.folder, other.folder)
    assert [(side.score.round, round(side.score.mean, 3)) for side in found.sides if side.score] == [
        ("iteration 0", 0.7),
        ("iteration 2", 0.9),
    ]
    assert found.structures == ("Vestibular schwannoma", "Cochlea")
    overlaps = [side.overlaps["Vestibular schwannoma"] for side in found.sides]
    assert [(one.mean, one.deviation) for one in overlaps] == [(0.6, 0.02), (0.7, 0.02)]
    assert found.sides[0].overlaps["Cochlea"].mean is None
    assert found.settings == {"seed": (0, 3), "segmentation.epochs": (started.settings.segmentation.epochs, 40)}
    assert found.other_scans == ()


def test_settings_that_only_one_has_and_other_scans(started: Experiment) -> None:
    other = another(started, "other", **{"translation.translator": "cut"})
    found = compare(started.folder, other.folder)
    assert found.sides[0].score is None
    assert found.settings["translation.translator"] == (started.settings.translation.translator, "cut")
    lacking = {key.partition(".")[0]: values.index(MISSING) for key, values in found.settings.items() if MISSING in values}
    assert lacking["cut"] == 0 and set(lacking.values()) == {0, 1}
    case = Case("d", started.cohort.target[0].image, None)
    cohort = Cohort(started.cohort.source, (case,), started.cohort.target)
    record = json.loads((other.folder / "experiment.json").read_text(encoding="utf-8"))
    record["cohort"] = cohort.to_json()
    (other.folder / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
    assert compare(started.folder, other.folder).other_scans == ("evaluation",), "the target scan is the same file by another name"
