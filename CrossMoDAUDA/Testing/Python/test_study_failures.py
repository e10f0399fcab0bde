"""A study tells which of its experiments failed and why, and no longer once they have been started again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.experiment import events
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.experiment.lock import locked
from CrossMoDAUDALib.study import listing, status
from CrossMoDAUDALib.study.output import write_results
from CrossMoDAUDALib.study.request import Method, Study

NAME = "odd/seed_0"


@pytest.fixture
def study(tmp_path: Path, cohort: Cohort, monkeypatch: pytest.MonkeyPatch) -> Study:
    """A study of one method, and a clock that goes on with each event."""
    clock = iter(range(1, 1000))
    monkeypatch.setattr(events.time, "time", lambda: float(next(clock)))
    found = Study(tmp_path / "study", "smoke", {}, (Method("odd", "none"),), (0,), cohort)
    found.folder.mkdir()
    found.save()
    return found


def of_the_study(study: Study) -> EventLog:
    return EventLog(study.folder / "events.jsonl")


def of_the_experiment(study: Study) -> EventLog:
    return EventLog(study.folder / "experiments" / "odd" / "seed_0" / "events.jsonl")


def fail_before_it_is_created(study: Study) -> None:
    of_the_study(study).write("stage", stage=NAME, state="started")
    of_the_study(study).write("stage", stage=NAME, state="failed", message="There is no such trainer.")
    of_the_study(study).write("run", state="failed")


def fail_by_itself(study: Study, why: str = "The disk is full.") -> None:
    of_the_experiment(study).write("run", state="started")
    of_the_experiment(study).write("error", message=why)
    of_the_experiment(study).write("run", state="failed")


def told(study: Study) -> set[str]:
    """The reasons that are told in every place: in the table, at the top of the page and in what `status` prints."""
    write_results(study)
    table, page = ((study.folder / name).read_text(encoding="utf-8") for name in ("table.md", "study.html"))
    texts = [table.partition("| Method")[0], page.partition("</header>")[0].replace("<b>", "**").replace("</b>", "**")]
    of = [{text.partition(":** ")[2] for text in found.replace("<", "\n").splitlines() if "odd, seed 0 failed:" in text} for found in texts]
    said = status.describe(study.folder).partition("# Study")[0]
    of.append({line.removeprefix("  Error     ") for line in said.splitlines() if line.startswith("  Error ")})
    assert of[0] == of[1] == of[2] and ("  failed    odd, seed 0" in said) == bool(of[0])
    return of[0]


def test_what_fails_before_the_experiment_is_created_is_told(study: Study) -> None:
    fail_before_it_is_created(study)
    assert told(study) == {"There is no such trainer."}
    standing = listing.Lookout().look(study.folder)
    assert (standing.state, standing.problem) == ("failed", "odd, seed 0 failed: There is no such trainer.")


def test_what_fails_without_the_study_is_told(study: Study) -> None:
    fail_before_it_is_created(study)
    fail_by_itself(study)
    assert told(study) == {"The disk is full."}


def test_what_failed_and_was_left_out_is_told_of(study: Study) -> None:
    fail_by_itself(study)
    fewer = replace(study, methods=(*study.methods, Method("plain", "none")), without=("odd", "plain=0"))
    fewer = replace(fewer, methods=(*fewer.methods, Method("other", "none")))
    fewer.save()
    assert told(fewer) == set()
    line = "Left out by --without: odd (failed), plain=0."
    assert line in (study.folder / "table.md").read_text(encoding="utf-8").partition("| Method")[0]
    assert line in (study.folder / "study.html").read_text(encoding="utf-8").partition("</header>")[0]
    assert "Left out    odd (failed), plain=0\n" in status.describe(study.folder)
    of_the_study(study).write("run", state="failed")
    assert listing.Lookout().look(study.folder).problem == "", "of nothing that is compared"


def test_an_error_stays_one_line_of_markdown(study: Study) -> None:
    fail_by_itself(study, "no *_0000 | a\n# b\n\n**c**")
    write_results(study)
    table, page = ((study.folder / name).read_text(encoding="utf-8") for name in ("table.md", "study.html"))
    assert "\n- **odd, seed 0 failed:** no \\*\\_0000 \\| a # b \\*\\*c\\*\\*\n" in table
    assert "<b>odd, seed 0 failed:</b> no *_0000 | a # b <b>c</b>" in page


def test_a_list_reads_the_whole_of_a_studys_events_once(study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    fail_before_it_is_created(study)
    read, whole = list[Path](), listing.told_by_study
    monkeypatch.setattr(listing, "told_by_study", lambda folder: read.append(folder) or whole(folder))
    lookout = listing.Lookout()
    assert lookout.look(study.folder) == lookout.look(study.folder) and read == [study.folder]
    of_the_study(study).write("stage", stage=NAME, state="failed", message="Another.")
    of_the_study(study).write("run", state="failed")
    assert lookout.look(study.folder).problem == "odd, seed 0 failed: Another." and len(read) == 2


def test_what_has_been_started_again_has_not_failed(study: Study) -> None:
    fail_by_itself(study)
    fail_before_it_is_created(study)
    of_the_study(study).write("stage", stage=NAME, state="started")
    assert told(study) == set()


def test_what_works_now_has_not_failed(study: Study) -> None:
    fail_before_it_is_created(study)
    folder = study.folder_of(study.methods[0], 0)
    folder.mkdir(parents=True)
    with locked(folder):
        assert told(study) == set()
    of_the_experiment(study).write("run", state="started")
    of_the_experiment(study).write("run", state="finished")
    assert told(study) == set()


def test_scores_that_cannot_be_read_are_told_of_at_the_top(study: Study) -> None:
    folder = study.folder_of(study.methods[0], 0) / "evaluation"
    folder.mkdir(parents=True)
    (folder / "per_case.csv").write_text("method,case\nsource only,a\n", encoding="utf-8")
    write_results(study)
    assert "- **odd, seed 0 is not in the table:** " in (study.folder / "table.md").read_text(encoding="utf-8")
    assert "<b>odd, seed 0 is not in the table:</b>" in (study.folder / "study.html").read_text(encoding="utf-8").partition("</header>")[0]
