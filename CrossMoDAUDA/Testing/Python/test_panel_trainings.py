"""The section Trainings: the list of experiments, opening, starting and stopping them from it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import MODULE, ROOT
from panel_actions import choose, monitor_of, open_section, our_processes, wait_for_state
from test_panel_latency import answers_at_once

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.lock import locked
from PySide6 import QtCore, QtTest
from Testing.Host import Host
from trainings_bench import copies, rows, score, section, select, settle, show, text

assert copies  # a fixture

# Holds an experiment as a worker does, and ends when it is asked to; it needs no PyTorch.
WORKER = f"""
import sys, time
sys.path.insert(0, {str(ROOT / "CrossMoDAUDA")!r})
from pathlib import Path
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.experiment.lock import locked, stopping_on_request
folder = Path(sys.argv[1])
log = EventLog(folder / "events.jsonl")
with locked(folder):
    try:
        with stopping_on_request(folder):
            log.write("run", state="started")
            log.write("stage", stage="translation/train", state="started")
            for step in range(1, 2000):
                log.write("progress", stage="translation/train", step=step, total=2000)
                time.sleep(0.05)
    except KeyboardInterrupt:
        log.write("run", state="interrupted")
"""


# What is on the list ---------------------------------------------------------------------------------------------------


def test_what_was_opened_is_on_the_list_in_the_next_session_too(copies: Any, tmp_path: Path) -> None:
    first, second = copies("first", "finished"), copies("second", "interrupted")
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        open_section(host, "trainings")
        assert not host.find("trainingsTable").visible and "listed here" in text(host, "trainingsDetails")
        host.find("adaptExperimentPath").currentPath = str(first)
        host.find("adaptExperimentPath").currentPath = str(copies.top / "nothing yet")
        host.find("adaptExperimentPath").currentPath = str(second)
        settle(host)
        assert set(rows(host)) == {"first", "second"}
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        open_section(host, "trainings")
        settle(host)
        assert {name: state for name, (state, *_) in rows(host).items()} == {"first": "Finished", "second": "Stopped"}
        select(host, "first")
        host.click("trainingsRemove")
        assert set(rows(host)) == {"second"} and "Nothing was deleted" in text(host, "trainingsStatus")
    assert Experiment.exists(first)
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        open_section(host, "trainings")
        settle(host)
        assert set(rows(host)) == {"second"}


def test_adapts_recent_folders_are_on_the_list_at_the_first_time(host: Host, copies: Any) -> None:
    import slicer

    folders = [copies("one"), copies.top / "long gone", copies("two")]
    slicer.app.userSettings().setValue("ctkPathLineEdit/CrossMoDAUDA/Experiments", [str(folder) for folder in folders])
    open_section(host, "trainings")
    settle(host)
    assert set(rows(host)) == {"one", "two"}


def test_a_folder_is_searched_and_the_search_can_be_ended(host: Host, copies: Any) -> None:
    for name in ("one", "two"):
        copies(name)
    open_section(host, "trainings")
    host.answers.append(str(copies.top))
    host.click("trainingsAdd")
    assert "ancel" in host.find("trainingsAdd").text
    host.process(10, lambda: "found" in text(host, "trainingsStatus"))
    assert text(host, "trainingsStatus") == f"2 trainings found in {copies.top}, 2 of them new on the list."
    settle(host)
    assert set(rows(host)) == {"one", "two"} and "Add" in host.find("trainingsAdd").text
    host.answers.append(str(copies.top / "one" / "nowhere"))
    host.click("trainingsAdd")
    host.process(5, lambda: "No training" in text(host, "trainingsStatus"))
    host.answers += [str(copies.top), ""]
    for _again in range(2):
        host.click("trainingsAdd")
    assert text(host, "trainingsStatus").startswith(f"Searched only a part of {copies.top}: 0 trainings")
    assert section(host)._search is None and not section(host)._searcher.active
    host.click("trainingsAdd")  # no folder was chosen


def test_the_folders_are_read_one_a_turn_and_only_while_somebody_sees_it(host: Host, copies: Any) -> None:
    folders = [copies(f"experiment {number}") for number in range(6)]
    trainings, looked = section(host), []
    look = trainings._lookout.look

    def counted(folder: Path) -> Any:
        looked.append((folder, time.monotonic()))
        return look(folder)

    trainings._lookout.look = counted
    trainings.add(*folders)
    host.process(0.5)
    assert looked == [], "the section is closed"
    turns: list[int] = []
    turn = trainings.look
    trainings._timer.disconnect("timeout()")
    trainings._timer.connect("timeout()", lambda: (turns.append(len(looked)), turn(), turns.append(len(looked))))
    open_section(host, "trainings")
    settle(host)
    assert [folder for folder, _when in looked[:6]] == folders
    assert max(after - before for before, after in zip(turns[::2], turns[1::2], strict=True)) == 1
    host.leave_module()
    looked.clear()
    host.process(0.5)
    assert looked == [] and not trainings._timer.active, "another module is shown"
    host.select_module("CrossMoDAUDA")
    host.process(3, lambda: len(looked) == 6)
    open_section(host, "adapt")
    assert not trainings._timer.active


def test_what_cannot_be_read_is_shown_and_stalls_nothing(host: Host, copies: Any) -> None:
    good, damaged, gone = copies("good", "finished"), copies("damaged"), copies("gone")
    (damaged / "experiment.json").write_text("{", encoding="utf-8")
    show(host, good, damaged, gone)
    shutil.rmtree(gone)
    section(host)._due[gone] = 0
    host.process(3, lambda: rows(host)["gone"][0] == "Gone")
    assert {name: state for name, (state, *_) in rows(host).items()} == {"good": "Finished", "damaged": "Cannot be read", "gone": "Gone"}
    select(host, "damaged")
    assert "experiment.json is damaged" in text(host, "trainingsDetails") and not host.find("trainingsStart").enabled
    select(host, "gone")
    assert "moved or deleted" in text(host, "trainingsDetails") and not host.find("trainingsOpen").enabled
    select(host, "good", "damaged")
    host.click("trainingsCompare")
    assert "experiment.json is damaged" in text(host, "trainingsStatus") and not host.find("trainingsComparison").visible


# Order -----------------------------------------------------------------------------------------------------------------


def test_those_under_way_are_first_and_the_rest_as_one_wants(host: Host, copies: Any) -> None:
    old, new, b10, b9 = (
        copies("old", "finished", 1000),
        copies("new", "finished", 9000),
        copies("b10", "failed", 5000),
        copies("b9", "finished", 4000),
    )
    score(old, 0.9)
    score(b9, 0.7)
    with locked(copies("z running", "interrupted", 10)):
        show(host, old, new, b10, b9, copies.top / "z running")
        assert list(rows(host)) == ["z running", "new", "b10", "b9", "old"]
        select(host, "b9")
        for order, wanted in (
            ("NAME", ["z running", "b9", "b10", "new", "old"]),
            ("SCORE", ["z running", "old", "b9", "b10", "new"]),
            ("STATE", ["z running", "b10", "b9", "new", "old"]),
        ):
            column = ("NAME", "STATE", "SCORE", "WHEN").index(order)
            choose(host, "trainingsOrder", column)  # type: ignore[arg-type]
            assert list(rows(host)) == wanted
            assert section(host).table.chosen() == [b9], "what is chosen moves with its row"
        header = host.find("trainingsTable")._real.horizontalHeader()
        header.sectionClicked.emit(0)
        assert list(rows(host)) == ["z running", "b9", "b10", "new", "old"] and host.find("trainingsOrder").currentText == "Name"
        header.sectionClicked.emit(0)
        assert list(rows(host)) == ["z running", "old", "new", "b10", "b9"], "the other way round"
    choose(host, "trainingsOrder", 3)  # type: ignore[arg-type]
    host.process(5, lambda: list(rows(host)) == ["new", "b10", "b9", "old", "z running"])  # it runs no more


# Opening, starting, stopping -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["button", "double click", "Return", "Enter"])
def test_one_is_opened_in_adapt(host: Host, copies: Any, way: str) -> None:
    show(host, copies("one", "finished"), copies("two", "interrupted"))
    select(host, "two")
    table = host.find("trainingsTable")._real
    if way == "button":
        host.click("trainingsOpen")
    elif way == "double click":
        middle = table.visualItemRect(table.currentItem()).center()
        QtTest.QTest.mouseDClick(table.viewport(), QtCore.Qt.MouseButton.LeftButton, pos=middle)
    else:
        table.window().activateWindow()
        table.setFocus()
        QtTest.QTest.keyClick(table, getattr(QtCore.Qt.Key, f"Key_{way}"))
    host.process(1)
    assert host.find("adaptExperimentPath").currentPath == str(copies.top / "two") and not host.find("adaptButton").collapsed
    assert monitor_of(host).folder == copies.top / "two" and host.find("adaptStart").text == "Re&sume"
    import slicer

    assert str(copies.top / "two") in slicer.app.userSettings().value("ctkPathLineEdit/CrossMoDAUDA/Experiments")


def test_what_a_terminal_started_is_followed_and_stopped_and_both_views_agree(host: Host, copies: Any) -> None:
    folder = copies("from a terminal")
    worker = subprocess.Popen([sys.executable, "-c", WORKER, str(folder)])
    try:
        show(host, folder, copies("another", "finished"))
        host.process(10, lambda: rows(host)["from a terminal"][0].startswith("Training") and "left" in rows(host)["from a terminal"][0])
        assert next(iter(rows(host))) == "from a terminal"
        select(host, "from a terminal", "another")
        host.widget.panel.parameters.experiment = str(folder)
        host.process(5, lambda: monitor_of(host).state == "running" and host.find("adaptStop").enabled)
        assert host.find("trainingsStop").enabled and not host.find("trainingsStart").enabled
        host.click("trainingsStop")
        assert "Stopping" in text(host, "adaptStatus") and rows(host)["from a terminal"][0] == "Stopping..."
        assert not host.find("trainingsStop").enabled
        host.process(20, lambda: rows(host)["from a terminal"][0].startswith("Stopped"))
        wait_for_state(host, "interrupted", seconds=3)
        assert worker.wait(10) is not None
        select(host, "from a terminal")
        host.process(3, lambda: host.find("trainingsStart").enabled)
        assert "stage" in text(host, "trainingsDetails") and str(folder) in text(host, "trainingsDetails")
    finally:
        worker.kill()
        worker.wait()


def test_one_is_resumed_from_the_list_and_finishes(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    """Its last stage alone is still to do, so nothing is trained."""
    folder = tmp_path / "to be finished"
    shutil.copytree(tiny_experiment, folder)
    last = max((folder / "stages").iterdir(), key=lambda path: json.loads(path.read_text(encoding="utf-8"))["number"])
    last.unlink()
    with (folder / "events.jsonl").open("a", encoding="utf-8") as log:
        log.write(json.dumps({"time": time.time(), "kind": "run", "state": "interrupted"}) + "\n")
    show(host, folder)
    host.find("adaptExperimentPath").currentPath = str(folder)
    select(host, folder.name)
    host.click("trainingsStart")
    assert rows(host)[folder.name][0] == "Starting..." and not host.find("trainingsStart").enabled
    assert text(host, "adaptStatus") == "Starting..." and not host.find("adaptStart").enabled and host.find("adaptStop").enabled
    host.process(120, lambda: rows(host)[folder.name][0] == "Finished")
    wait_for_state(host, "finished", seconds=5)
    host.process(10, lambda: not section(host).panel.adapt.workers.folders())
    assert last.is_file() and "finished" in host.find("trainingsStart").toolTip
    assert not our_processes()


def test_a_start_that_fails_is_told_in_both_views(host: Host, copies: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from CrossMoDAUDALib.core.errors import CrossModaError

    def refuse(*_: Any, **__: Any) -> Any:
        raise CrossModaError("There are no processes left.")

    folder = copies("one", "interrupted")
    show(host, folder)
    monkeypatch.setattr(section(host).panel.adapt.workers.place, "start", refuse)
    select(host, "one")
    host.click("trainingsStart")
    assert "no processes left" in text(host, "trainingsDetails")
    host.process(0.3)
    assert "no processes left" in text(host, "trainingsDetails")
    host.click("trainingsOpen")
    host.process(0.6)
    assert text(host, "adaptStatus") == "There are no processes left."


def test_what_has_no_scans_is_opened_not_started(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "refused"
    folder.mkdir()
    lines = [{"kind": "run", "state": "started"}, {"kind": "error", "stage": "check", "message": "x"}, {"kind": "run", "state": "failed"}]
    (folder / "events.jsonl").write_text("".join(json.dumps({"time": 1.0, **line}) + "\n" for line in lines), encoding="utf-8")
    show(host, folder)
    select(host, "refused")
    assert rows(host)["refused"][0] == "Failed" and "press Check scans" in text(host, "trainingsDetails")
    assert not host.find("trainingsStart").enabled and "scans" in host.find("trainingsStart").toolTip


def test_a_study_is_listed_and_its_page_opened(host: Host, copies: Any, started: Experiment) -> None:
    from CrossMoDAUDALib.study.request import Method, Study

    folder = copies.top / "a study"
    folder.mkdir()
    Study(folder, "smoke", {}, (Method("cut", "cut"),), (0,), started.cohort).save()
    (folder / "study.html").write_text("", encoding="utf-8")
    show(host, folder, copies("one", "finished"))
    assert rows(host)["a study"][0] == "Not running, 0 of 2 trainings finished"
    select(host, "a study", "one")
    assert not host.find("trainingsCompare").enabled and "study" in host.find("trainingsCompare").toolTip
    select(host, "a study")
    assert host.find("trainingsStart").enabled
    host.click("trainingsOpen")
    assert host.dialogs[-1].kind == "openUrl" and host.dialogs[-1].text.endswith("study.html")


# Many ------------------------------------------------------------------------------------------------------------------


def test_the_window_answers_while_a_hundred_are_read(host: Host, copies: Any) -> None:
    folders = [copies(f"experiment {number}", "finished" if number % 2 else "failed", 1000.0 + number) for number in range(100)]
    for folder in folders:
        log = (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()
        lines = [
            json.dumps({"time": 999.0, "kind": "progress", "stage": "translation/train", "step": step, "total": 9000})
            for step in range(3000)
        ]
        (folder / "events.jsonl").write_text("\n".join([log[0], *lines, log[1]]) + "\n", encoding="utf-8")
        score(folder, 0.5 + len(folder.name) / 100)
    trainings, choice = section(host), host.find("trainingsOrder")._real

    def open_it() -> dict[str, Any]:
        open_section(host)
        for folder in list(trainings._standings):
            trainings.table.remove(folder)
            trainings._lookout.forget(folder)
        trainings._standings, trainings._due = {}, {}
        trainings.add(*folders)
        QtCore.QTimer.singleShot(50, lambda: setattr(host.find("trainingsButton"), "collapsed", False))
        return dict(host.latency(30, lambda: trainings._timer.active and trainings._isSorted and None not in trainings._standings.values()))

    def sort() -> dict[str, Any]:
        QtCore.QTimer.singleShot(50, lambda: choice.setCurrentIndex(1 - choice.currentIndex()))
        return dict(host.latency(1))

    answers_at_once("a list of 100 trainings, from its opening until all are read", open_it)
    assert len(rows(host)) == 100 and next(iter(rows(host))) == "experiment 99"
    answers_at_once("a list of 100 trainings, looked at again", lambda: host.latency(3))
    answers_at_once("a list of 100 trainings, sorted anew", sort)
    fitted, fit_rows, table = list[int](), trainings.table._fitRows, host.find("trainingsTable")._real
    trainings.table._fitRows = lambda few: (fitted.append(len(few)), fit_rows(few))
    assert all(table.setRowHeight(row, 1) is None for row in range(100))  # too low
    host.module_frame().window().resize(360, 900)
    host.process(20, lambda: sum(fitted) >= 100 and not trainings.table._waiting)
    tall = {row: max(trainings.table._wrapped._height(column, table.item(row, column).text()) for column in (0, 1)) for row in (0, 50, 99)}
    assert max(fitted) <= 24 and all(table.rowHeight(row) >= least for row, least in tall.items()), "never all at once, but all in the end"
    assert next(iter(rows(host))) == ("experiment 0" if choice.currentIndex() else "experiment 99")


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("width", [295, 400, 700])
def test_the_titles_of_the_columns_are_whole(host: Host, copies: Any, font_scale: Any, width: int, scale: int) -> None:
    """Whichever column the table is sorted by, which an arrow in its title shows."""
    from PySide6 import QtGui

    font_scale(scale)
    section(host).add(copies("one"))
    open_section(host, "trainings")
    host.module_frame().window().resize(width, 900)
    settle(host)
    header = host.find("trainingsTable")._real.horizontalHeader()
    for column in range(3):
        header.sectionClicked.emit(column)
        host.process(0.1)
        for place in range(3):
            title = header.model().headerData(place, header.orientation())
            arrow = header.height() // 2 if place == column else 0
            assert header.sectionSize(place) >= QtGui.QFontMetrics(header.font()).horizontalAdvance(title) + arrow, (column, title)


def test_few_words_tell_the_state_of_a_training_and_not_its_place(host: Host, copies: Any, font_scale: Any) -> None:
    from CrossMoDAUDALib.cohort.cases import Cohort
    from CrossMoDAUDALib.experiment.elsewhere import NO_CONNECTION, Elsewhere
    from CrossMoDAUDALib.panel import trainings_texts
    from CrossMoDAUDALib.watching.experiments import Standing
    from CrossMoDAUDALib.watching.monitor import StageProgress

    def words(**values: Any) -> str:
        return str(trainings_texts.shortStateText(Standing(Path("one"), **values)))

    def there(state: str) -> str:
        place = Elsewhere("Lab, room 2", "/there", Cohort((), ()), is_alive=True, state=state)
        return words(state="running", elsewhere=place, is_followed=True)

    assert there("waiting for resources") == "Waiting for resources" and there("running") == "Running"
    assert there("").startswith("Training on Lab, room 2") and there(NO_CONNECTION).startswith("No connection to Lab, room 2")
    assert words(state="running", is_study=True, number=2, stages=9) == "Study under way"
    assert [words(state="checking", stage=StageProgress(name)) for name in ("check", "rehearsal")] == ["Checking the scans", "Preparing"]
    stage = StageProgress("translation/train", step=4, total=10, remaining=60)
    assert (words(state="failed", stage=stage, number=2, stages=9), words(state="finished", stage=stage)) == ("Failed 40 %", "Finished")
    font_scale(2)
    folder = copies("one", "failed")
    show(host, folder)
    host.module_frame().window().resize(300, 900)
    settle(host)
    assert section(host).table._isTight
    assert rows(host)["one"][0] == trainings_texts.shortStateText(section(host)._standings[folder])
