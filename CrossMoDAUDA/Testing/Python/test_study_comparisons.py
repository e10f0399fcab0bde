"""What a study compares is like with like, and what cannot be compared or told apart is said to be so."""

from __future__ import annotations

import csv
import functools
import html
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.scoring.absent import absent_notes
from CrossMoDAUDALib.scoring.comparison import GapClosed
from CrossMoDAUDALib.scoring.evaluation import CaseScore
from CrossMoDAUDALib.scoring.metrics import dice, distances
from CrossMoDAUDALib.study import plots
from CrossMoDAUDALib.study.page import headline, page
from CrossMoDAUDALib.study.request import Method
from CrossMoDAUDALib.study.results import Results, read_results
from CrossMoDAUDALib.study.status import describe
from CrossMoDAUDALib.study.tables import gap_text, markdown, write_tables
from CrossMoDAUDALib.watching.experiments import best_score, read_table
from study_files import Scored, scored_study

FLOOR, CEILING = [[0.2, 0.3, 0.25, 0.2, 0.3, 0.25]], [[0.8, 0.9, 0.85, 0.8, 0.9, 0.85]]
SHOWN = pytest.mark.parametrize("shown", [page, markdown])


@pytest.fixture
def scored(tmp_path: Path, cohort: Cohort) -> Scored:
    """Makes a study's results of the cases' DSC, by method and iteration."""
    return functools.partial(scored_study, tmp_path / "study", cohort)


def read(text: str) -> str:
    """What is read of a page or of Markdown."""
    return " ".join(html.unescape(re.sub("<[^>]*>", " ", text)).replace("**", "").split())


def same(value: float, cases: int = 6) -> list[float]:
    return [value] * cases


# Verdicts -----------------------------------------------------------------------------------------------------------------------


@SHOWN
def test_what_is_trained_as_source_only_is_no_failure_and_not_the_best(scored: Scored, shown: Callable[[Results], str]) -> None:
    dice = {"source-only": [same(0.5)], "plain": [same(0.5), same(0.4)], "cut": [same(0.3)], "supervised": [same(0.9)]}
    results = scored(dice, translators={"plain": "none"})
    assert [row.title for row in results.rows if row.verdict] == ["plain, iteration 1", "cut, iteration 0"]
    first = results.rows[1]
    assert first.is_source_only and first.gap is first.verdict is None and results.best() is results.rows[2]
    assert "plain, iteration 0 has no translator and is trained as source only is" in read(shown(results))
    write_tables(results)
    best = best_score(read_table(results.study.folder / "table.csv"), ("source-only", "supervised"))
    assert best and best.mean == pytest.approx(0.4), "as on the page"


def test_a_method_without_translator_and_with_settings_of_its_own_is_judged(scored: Scored) -> None:
    results = scored({"source-only": [same(0.5)], "plain": [same(0.5)]}, translators={"plain": "none"})
    study = replace(results.study, methods=(Method("plain", "none", {"segmentation.epochs": "7"}, (0,)),))
    assert [row.is_source_only for row in read_results(study).rows] == [True, False]
    other_seed = replace(results.study, methods=(Method("plain", "none", {}, (0, 1)),), seeds=(0, 1))
    assert [row.is_source_only for row in read_results(other_seed).rows] == [True, True]
    assert results.best() is None and "What has been scored so far is source only itself." in read(page(results))
    assert results.tests == []


@SHOWN
@pytest.mark.parametrize(("cases", "tests"), [(1, 0), (4, 0), (5, 1)])
def test_too_few_cases_are_not_tested(scored: Scored, shown: Callable[[Results], str], cases: int, tests: int) -> None:
    said = read(shown(scored({"source-only": [same(0.2, cases)], "cut": [same(0.5, cases)]})))
    assert (said.count("Wilcoxon's signed-rank test"), said.count("There are no paired tests")) == (tests, 1 - tests)
    assert tests or f"with {cases} case{'' if cases == 1 else 's'} no p can be below {1 if cases == 1 else 0.125}" in said


# The gap ------------------------------------------------------------------------------------------------------------------------


@SHOWN
@pytest.mark.parametrize(
    ("ceiling", "said"),
    [
        (0.4, "The ceiling itself fails: target-supervised does not beat source only (mean DSC -0.100), so that there is no gap to close."),
        (0.4999, "The ceiling itself fails: target-supervised does not beat source only (mean DSC +0.000), so that there is no gap to"),
        (0.51, "Target-supervised is only 0.010 above source only in mean DSC: too little"),
        (0.5194, "Target-supervised is only 0.019 above source only in mean DSC: too little"),
        (0.5196, "Target-supervised is 0.020 above source only in mean DSC: small differences are large shares of a small gap"),
        (0.53, "Target-supervised is 0.030 above source only in mean DSC: small differences are large shares of a small gap"),
    ],
)
def test_a_gap_that_means_nothing_is_said_to(scored: Scored, shown: Callable[[Results], str], ceiling: float, said: str) -> None:
    text = read(shown(scored({"source-only": [same(0.5)], "cut": [same(0.05)], "supervised": [same(ceiling)]})))
    assert said in text and "1500" not in text
    assert ("< -100 %" in text) == (ceiling in (0.5196, 0.53))


@SHOWN
def test_a_method_far_below_the_floor_makes_no_gap_small(scored: Scored, shown: Callable[[Results], str]) -> None:
    text = read(shown(scored({"source-only": [same(0.46)], "cut": [same(0.11)], "supervised": [same(0.76)]})))
    assert "Shares of the gap below -100 % and above 200 % are not told; read the DSC." in text and "small gap" not in text


@SHOWN
def test_of_a_gap_that_means_something_nothing_more_is_said(scored: Scored, shown: Callable[[Results], str]) -> None:
    text = read(shown(scored({"source-only": FLOOR, "cut": [same(0.6)], "supervised": CEILING})))
    assert "above source only in mean DSC" not in text and "58 %" in text


@SHOWN
def test_of_a_ceiling_that_is_left_out_nothing_is_said(scored: Scored, shown: Callable[[Results], str]) -> None:
    study = scored({"source-only": FLOOR, "cut": [same(0.6)], "supervised": CEILING}).study
    for without, told in (((), True), (("supervised",), False)):
        text = read(shown(read_results(replace(study, without=without))))
        assert ("it is the ceiling" in text, "Gap closed:" in text) == (told, told)
        replace(study, without=without).save()
        assert ("for the ceiling" in describe(study.folder)) == told
        assert shown is not page or ("(for the ceiling)" in text) == told


@pytest.mark.parametrize(
    ("dice", "ceiling", "said"),
    [
        (0.05, 0.53, "(source only 0.500, target-supervised 0.530) and closes nothing of the gap: adapting FAILS here."),
        (0.9, 0.53, "(source only 0.500, target-supervised 0.530), above target-supervised."),
        (0.545, 0.521, "(source only 0.500, target-supervised 0.521), above target-supervised."),
        (0.5004, 0.55, "(source only 0.500, target-supervised 0.550) and closes nothing of the gap: adapting FAILS here."),
        (0.7, 0.9, "and closes 50 % (95 % interval 50 to 50) of the gap."),
        (0.4, 0.3, "(source only 0.500, target-supervised 0.300): adapting FAILS here."),
    ],
)
def test_the_headline_names_shares_that_mean_something(scored: Scored, dice: float, ceiling: float, said: str) -> None:
    assert headline(scored({"source-only": [same(0.5)], "cut": [same(dice)], "supervised": [same(ceiling)]})).endswith(said)


@SHOWN
@pytest.mark.parametrize("dice", [0.5004, 0.4996, 0.499])
def test_what_fails_closes_nothing_in_its_cell_too(scored: Scored, shown: Callable[[Results], str], dice: float) -> None:
    """Four ten-thousandths above a floor that is 0.02 below the ceiling are 2 % of the gap, and a failure by three decimals."""
    results = scored({"source-only": [same(0.5)], "cut": [same(dice)], "supervised": [same(0.52)]})
    (row,) = [row for row in results.rows if row.verdict]
    assert row.verdict and row.verdict.fails
    expected = "-5 % (-5 to -5)" if dice == 0.499 else "0 % (0 to 0)"
    assert gap_text(row.gap) == expected and expected in read(shown(results)).replace("( ", "(").replace(" )", ")")
    assert gap_text(GapClosed(-0.002)) == "0 %", "no share is -0 %"


def test_the_plot_of_shares_is_cut(scored: Scored, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[Any] = []
    monkeypatch.setattr(plots, "as_svg", lambda _figure, axes, _title: drawn.append(axes))
    dice = {"source-only": [same(0.5)], "bad": [same(0.05)], "good": [same(0.95)], "supervised": [same(0.53)]}
    plots.gap_plot(scored(dice))
    (axes,) = drawn
    assert axes.get_xlim() == (-105, 205) and [bar.get_width() for bar in axes.patches] == [-100, 200]
    assert {line.get_marker() for line in axes.lines} >= {"<", ">"}, "what lies beyond"


# Structures that references lack -------------------------------------------------------------------------------------------------


def test_what_is_said_of_absent_structures_is_how_they_are_scored() -> None:
    nothing, something = np.zeros((2, 4, 4), dtype=bool), np.ones((2, 4, 4), dtype=bool)
    found = {
        (convention, bool(prediction.any())): (
            dice(prediction, nothing, convention),
            *distances(prediction, nothing, (1.0, 1.0, 1.0), convention),
        )
        for convention in ("challenge2022", "medpy")
        for prediction in (nothing, something)
    }
    worst = (0.0, 350.0, 350.0)
    assert found == {
        ("challenge2022", False): worst,
        ("challenge2022", True): worst,
        ("medpy", False): (1.0, 0.0, 0.0),
        ("medpy", True): worst,
    }
    scores = [CaseScore(case, "Cochlea", 0.0, 350.0, 0.1, ml) for case, ml in (("a", 0.1), ("b", 0.0), ("c", 0.0))]
    (challenge,), (medpy,) = (absent_notes(scores, ["Cochlea"], convention) for convention in ("challenge2022", "medpy"))
    assert "In 2 of 3 references, Cochlea is missing. There it is scored by DSC 0 and 350 mm, whatever is predicted" in challenge
    assert "scored by DSC 1 and 0 mm where nothing is predicted either, and by DSC 0 and 350 mm where anything is" in medpy
    assert "evaluation.convention=medpy" in challenge and "evaluation.convention" not in medpy
    (at_once,) = absent_notes(scores, ["Cochlea"], "challenge2022", is_recorded=False)
    assert "alike. Begun anew with evaluation.convention" in challenge and "alike. With evaluation.convention" in at_once
    assert absent_notes(scores[:1], ["Cochlea"], "medpy") == absent_notes(scores[1:], ["Cochlea"], "medpy") == []


@SHOWN
def test_a_study_says_which_structures_references_lack(scored: Scored, shown: Callable[[Results], str]) -> None:
    def changed(score: CaseScore) -> CaseScore:
        return replace(score, reference_ml=0.0) if (score.case, score.structure) == ("case 1", "Cochlea") else score

    said = read(shown(scored({"source-only": FLOOR, "cut": CEILING}, changed)))
    assert said.count("references, ") == 1 and "In 1 of 6 references, Cochlea is missing." in said


# Iterations ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def behind(scored: Scored) -> Results:
    """Of three seeds, the worst at iteration 0 alone has come to iteration 1, and got no better."""
    cut = {("cut", 0): [same(0.4), same(0.4)], ("cut", 1): [same(0.7)], ("cut", 2): [same(0.7)]}
    return scored({"source-only": FLOOR, **cut, "supervised": CEILING})


def test_iterations_are_compared_over_the_same_seeds(behind: Results) -> None:
    before, after = behind.rows[1:3]
    assert before.seeds == after.seeds == [0] and list(before.by_seed) == [0, 1, 2]
    assert before.dice == after.dice and before.gap == after.gap and before.verdict == after.verdict
    with_all = np.mean([0.4, 0.7, 0.7])
    assert before.table.mean_dice is not None and before.table.mean_dice.mean == pytest.approx(0.4) != with_all


@SHOWN
def test_seeds_that_are_left_out_are_named(behind: Results, shown: Callable[[Results], str]) -> None:
    assert "All rows of cut are of seed 0: seeds 1, 2 have no score of iteration 1, and" in read(shown(behind))


def test_no_score_is_lost_and_the_columns_of_seeds_are_of_those_that_count(behind: Results) -> None:
    folder = behind.study.folder
    write_tables(behind)
    with (folder / "table.csv").open(encoding="utf-8", newline="") as file:
        assert [line["seeds"] for line in csv.DictReader(file)] == ["1", "1", "1", "1"]
    with (folder / "per_case.csv").open(encoding="utf-8", newline="") as file:
        found = {(line["seed"], line["iteration"]) for line in csv.DictReader(file) if line["method"] == "cut"}
    assert found == {("0", "0"), ("1", "0"), ("2", "0"), ("0", "1")}
    assert plots.self_training_plot(behind)


def test_seeds_that_have_come_as_far_all_count(scored: Scored) -> None:
    results = scored({"source-only": FLOOR, ("cut", 0): [same(0.4), same(0.5)], ("cut", 1): [same(0.6), same(0.7)]})
    assert [list(row.seeds) for row in results.rows] == [[0], [0, 1], [0, 1]]
    assert list(results.rows[1].dice.values()) == pytest.approx(same(0.5)) and "All rows of" not in read(page(results))


@SHOWN
def test_rows_of_different_seeds_are_said_to_be(scored: Scored, shown: Callable[[Results], str]) -> None:
    results = scored({"source-only": FLOOR, ("cut", 0): [same(0.4)], ("cut", 1): [same(0.6), same(0.7)]})
    table = results.study.parts()[2].folder / "evaluation" / "per_case.csv"
    head, *lines = table.read_text(encoding="utf-8").splitlines()
    table.write_text("\n".join([head, *(line for line in lines if "iteration 1" in line)]) + "\n", encoding="utf-8")
    results = read_results(results.study)
    assert [list(row.seeds) for row in results.rows[1:]] == [[0], [1]]
    said = read(shown(results))
    assert "No seed of cut has a score of every iteration: its rows are of different seeds" in said and "All rows of" not in said
