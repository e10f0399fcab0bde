"""A study's page and table say how what stands first was chosen, what their words mean, and which criteria counted."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import matplotlib
import pytest
import seaborn
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.core.settings import with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.method.evidence import evidence_lines, in_sentences
from CrossMoDAUDALib.method.report import write_report
from CrossMoDAUDALib.method.report_page import write_page
from CrossMoDAUDALib.pages import follow_up_plot, plots
from CrossMoDAUDALib.scoring.recommendation import Candidate, rank_criteria, recommend
from CrossMoDAUDALib.study.page import page
from CrossMoDAUDALib.study.results import Results, read_results
from CrossMoDAUDALib.study.tables import markdown
from CrossMoDAUDALib.study.trust import Trust
from study_files import Scored, scored_study

FLOOR, CEILING = [[0.2, 0.3, 0.25, 0.2, 0.3, 0.25]], [[0.8, 0.9, 0.85, 0.8, 0.9, 0.85]]
LOW, HIGH = [0.4, 0.5, 0.3, 0.45, 0.5, 0.4], [0.6, 0.7, 0.5, 0.65, 0.7, 0.6]


@pytest.fixture
def scored(tmp_path: Path, cohort: Cohort) -> Scored:
    """Makes a study's results of the cases' DSC, by method and iteration."""
    return functools.partial(scored_study, tmp_path / "study", cohort)


def read(text: str) -> str:
    """What is read of a page or of Markdown."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).replace("**", "").split())


@pytest.mark.parametrize("shown", [page, markdown])
def test_the_first_is_said_to_be_chosen_by_these_cases(scored: Scored, shown: Callable[[Results], str]) -> None:
    said = read(shown(scored({"source-only": FLOOR, "cut": [LOW, HIGH], "fast": [LOW, LOW], "supervised": CEILING})))
    assert "cut, iteration 1 is named first because its mean DSC is the highest of 4 on these same cases" in said
    assert "The interval is over the cases, for this method as trained: it says nothing of the choice, or of another training." in said


@pytest.mark.parametrize(
    ("dice", "is_choice", "has_interval"),
    [
        ({"source-only": FLOOR, "cut": [HIGH, HIGH]}, True, False),
        ({"source-only": FLOOR, "cut": [HIGH], "supervised": CEILING}, False, True),
        ({"source-only": FLOOR, "cut": []}, False, False),
    ],
)
def test_no_more_is_said_than_there_is(scored: Scored, dice: dict[str, list[list[float]]], is_choice: bool, has_interval: bool) -> None:
    said = read(page(scored(dice)))
    assert ("is named first" in said, "The interval is over the cases" in said) == (is_choice, has_interval)


@pytest.mark.parametrize("shown", [page, markdown])
def test_what_better_means_is_said(scored: Scored, shown: Callable[[Results], str]) -> None:
    said = read(shown(scored({"source-only": FLOOR, "cut": [HIGH, HIGH]})))
    assert "Better: by more than one, which is no test" in said


@pytest.mark.parametrize("shown", [page, markdown])
def test_a_criterion_that_did_not_count_is_not_said_to_have_a_say(scored: Scored, shown: Callable[[Results], str]) -> None:
    def candidate(name: str, **values: float) -> Candidate:
        return Candidate(name, {criterion: {"Cochlea": value} for criterion, value in values.items()})

    listed = [
        candidate("source-only, seed 0, iteration 0", stability=0.9, volume=0.8),
        candidate("cut, seed 0, iteration 0", stability=0.8, volume=0.7, iterations=0.9),
        candidate("cut, seed 0, iteration 1", stability=0.7, volume=0.9, iterations=0.9),
    ]
    judged = rank_criteria(listed, {one.name: 0.1 * place for place, one in enumerate(listed)})
    trust = Trust(in_sentences(recommend(listed)), evidence_lines(listed), {}, judged)
    said = read(shown(replace(scored({"source-only": FLOOR, "cut": [LOW, HIGH]}), trust=trust)))
    assert "over 2 criteria" in said and "Not counted, because they are not known of all: iterations agree." in said
    assert re.search(r"iterations agree \W*no: not known of all", said) and re.search(r"stability \W*yes", said)
    assert "Bold: the best of a column, where at least two have a value" in said


def test_settings_are_those_that_experiments_were_begun_with(scored: Scored, tmp_path: Path) -> None:
    """An older study measured evidence of its ceiling, too."""
    study = replace(scored({"source-only": FLOOR, "cut": [HIGH], "supervised": CEILING}).study, values={"evaluation.evidence": "true"})

    def evidence() -> list[str]:
        found = re.search(r"evaluation\.evidence ((?:True |False )*)", read(page(read_results(replace(study)))))
        return found[1].split() if found else []

    assert evidence() == ["True", "True", "False"]
    ceiling = next(part for part in study.parts() if part.method.name == "supervised")
    begun = Experiment.create(tmp_path / "begun", with_values(ceiling.settings, {"evaluation.evidence": True}), ceiling.cohort, {})
    (begun.folder / "experiment.json").rename(ceiling.folder / "experiment.json")
    assert evidence() == [], "all have the same"


def known_of(*listed: Candidate, dice: dict[str, float] | None = None, place: str = "") -> Trust:
    found = recommend(listed)
    return Trust(in_sentences(found), evidence_lines(listed), {}, rank_criteria(listed, dice or {}), found, place)


CUT = Candidate("cut, seed 1, iteration 2", {"stability": {"Cochlea": 0.8}, "volume": {"Cochlea": 0.9}})
FLOOR_CANDIDATE = Candidate("source-only, seed 0, iteration 0", {"stability": {"Cochlea": 0.7}}, translates=False, adapts=False)


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ([FLOOR_CANDIDATE, CUT], ["By what is known without labels, cut, seed 1, iteration 2 is recommended."]),
        (
            [replace(FLOOR_CANDIDATE, values={"stability": {"Cochlea": 0.9}}), CUT],
            ["source-only, seed 0, iteration 0 is recommended. It has not adapted at all, so adapting has probably failed here."],
        ),
        (
            [replace(CUT, values={"stability": {"Cochlea": 0.4}})],
            ["iteration 2 is recommended. Do not trust this: Cochlea: small changes of a scan change the result (DSC 0.40)"],
        ),
        ([Candidate("cut, seed 1, iteration 2", {})], ["Nothing could be measured; no recommendation."]),
    ],
)
def test_without_labels_the_top_says_what_is_recommended_or_not_to_trust_it(
    scored: Scored, listed: list[Candidate], said: list[str]
) -> None:
    found = scored({"source-only": FLOOR, "cut": [LOW, HIGH]})
    study = replace(found.study, cohort=replace(found.study.cohort, evaluation=()))
    top = read(page(replace(found, study=study, rows=(), tests=[], trust=known_of(*listed))).partition("</header>")[0])
    assert "so nothing is scored. " in top and all(text in top for text in said)
    assert ("Do not trust" in top) is ("Do not trust" in str(said)) and ("has probably failed" in top) is ("failed" in str(said))


@pytest.mark.parametrize(
    ("dice", "said"),
    [
        ({CUT.name: 0.5, FLOOR_CANDIDATE.name: 0.6}, "Without labels, cut, seed 1, iteration 2 would have been chosen, which costs 0.100"),
        (
            {CUT.name: 0.6, FLOOR_CANDIDATE.name: 0.5},
            "Without labels, cut, seed 1, iteration 2 would have been chosen, which costs nothing.",
        ),
    ],
)
def test_with_labels_the_top_says_what_choosing_without_them_would_have_cost(scored: Scored, dice: dict[str, float], said: str) -> None:
    found = replace(scored({"source-only": FLOOR, "cut": [LOW, HIGH]}), trust=known_of(FLOOR_CANDIDATE, CUT, dice=dice))
    assert said in read(page(found).partition("</header>")[0])
    assert "Without labels" not in read(page(replace(found, trust=known_of(FLOOR_CANDIDATE, CUT))).partition("</header>")[0])


@pytest.mark.parametrize("shown", [page, markdown])
def test_what_is_named_can_be_found_and_used(scored: Scored, shown: Callable[[Results], str]) -> None:
    place = "experiments/cut/seed_1/iteration_2"
    found = scored({"source-only": FLOOR, ("cut", 0): [LOW, HIGH], ("cut", 1): [LOW, HIGH]})
    said = read(shown(replace(found, trust=known_of(FLOOR_CANDIDATE, CUT, place=place)))).replace("`", "").replace(" ,", ",")
    assert "cut, iteration 1 lies in experiments/cut/seed_0/iteration_1, experiments/cut/seed_1/iteration_1 of the study's folder." in said
    assert f"It lies in {place} of the study's folder." in said
    for command in (f"segment STUDY/{place} SCAN -o RESULTS", f"package STUDY/{place} -o MODEL.zip"):
        assert f"crossmoda-uda {command}" in said
    assert str(found.study.folder) not in said

    doubted = replace(CUT, values={"stability": {"Cochlea": 0.4}})
    said = read(shown(replace(found, trust=known_of(doubted, place=place)))).replace("`", "")
    assert f"It lies in {place} of the study's folder." in said and "crossmoda-uda segment" not in said, "that is not to be used"
    assert "It lies in" not in read(shown(replace(found, trust=known_of(Candidate(CUT.name, {}))))), "nothing is recommended"


def test_an_experiment_of_a_study_says_where_it_is_compared(started: Experiment, tmp_path: Path) -> None:
    def said(folder: Path) -> list[bool]:
        experiment = Experiment.load(folder)
        write_report(experiment)
        texts = [(folder / "report.md").read_text(encoding="utf-8"), write_page(experiment).read_text(encoding="utf-8")]
        return ["Part of the study A & ü: its study.html compares it with the others and with source only." in read(text) for text in texts]

    alone = tmp_path / "A & ü" / "experiments" / "cut" / "seed_0"
    alone.parent.mkdir(parents=True)
    started.folder.rename(alone)
    assert said(alone) == [False, False], "a folder of that name is no study"
    (tmp_path / "A & ü" / "study.json").write_text("{}", encoding="utf-8")
    assert said(alone) == [True, True]


def test_plots_look_the_same_whatever_others_have_set_for_matplotlib(scored: Scored) -> None:
    """nnU-Net's logger sets Seaborn's theme with letters 2.5 times as large, for the whole process; reports are written there, too."""
    results = scored({"source-only": FLOOR, "cut": [LOW, HIGH], "supervised": CEILING})
    curve = plots.Curve([1, 2, 3], [0.5, 0.4, 0.3], plots.SERIES[0])

    def drawn() -> list[str]:
        with plots.drawing(follow_up_plot._STYLE):
            sizes = f"{matplotlib.rcParams['axes.labelsize']} {matplotlib.rcParams['axes.facecolor']}"
        return [page(results), plots.curves_plot({"loss": curve}, "Loss", "step", "loss"), sizes]

    before, known = drawn(), dict(matplotlib.rcParams)
    assert before[0].count("<svg") == 3 and before[1].startswith("<svg")
    with matplotlib.rc_context():
        seaborn.set_theme(font_scale=2.5)
        assert drawn() == before
        assert matplotlib.rcParams["axes.labelsize"] == 30, "what others have set stays"
    assert dict(matplotlib.rcParams) == known
