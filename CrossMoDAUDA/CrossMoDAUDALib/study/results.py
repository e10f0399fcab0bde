"""What a study has found so far: a row for each method and iteration, with its share of the gap and its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError
from ..core.layout import iteration_name
from ..core.settings import with_values
from ..experiment.sharing import stage_keys
from ..method.titles import SOURCE_ONLY_TITLE, SUPERVISED_TITLE, read_scores, row_title
from ..scoring.comparison import FEWEST_TESTED, GapClosed, PairedTest, Verdict, case_dice, gap_closed, paired_tests, verdict
from ..scoring.evaluation import CaseScore, TableRow, summary_rows
from .failures import failures
from .request import SOURCE_ONLY, SUPERVISED, Method, Part, Study

if TYPE_CHECKING:
    from .trust import Trust

_TITLES = {SOURCE_ONLY: SOURCE_ONLY_TITLE, SUPERVISED: SUPERVISED_TITLE}


@dataclass(frozen=True)
class Row:
    """One line of a study's table.

    Attributes:
        method: what it is a result of.
        iteration: of the self-training.
        title: what people call it.
        by_seed: the scores of every seed that has come so far.
        seeds: those that the row is the mean over: they have come to the method's last iteration so far, so that all of its rows are of
            the same trainings, and a difference between iterations is not one between seeds.
        scores: the mean over these seeds, for each case and structure.
        table: mean and standard deviation over the cases.
        dice: mean DSC of each case over the structures that were drawn.
        is_source_only: whether it is trained as source only is: source only itself, or a method without translator before it trains
            itself, unless its settings differ.
        gap: the share of the gap that it closes; None without floor or ceiling, and for what is no adaptation.
        verdict: against source only; None for what is no adaptation, and where there is no floor yet.
    """

    method: Method
    iteration: int
    title: str
    by_seed: Mapping[int, Sequence[CaseScore]]
    seeds: Sequence[int]
    scores: Sequence[CaseScore]
    table: TableRow
    dice: Mapping[str, float]
    is_source_only: bool = False
    gap: GapClosed | None = None
    verdict: Verdict | None = None

    @property
    def is_adapted(self) -> bool:
        """Whether it is a result of adapting, neither the floor, by whatever name, nor the ceiling."""
        return self.method.adapts and not self.is_source_only


@dataclass(frozen=True)
class Results:
    """A study's results.

    Attributes:
        rows: in the order of the table: source only, the methods with their iterations, target-supervised.
        tests: paired tests between source only and the methods, each after its last iteration so far; None where there are too few
            cases for any.
        structures: names of the structures.
        convention: how the scores count empty masks.
        errors: by experiment, why its scores cannot be read.
        failures: by experiment, why it failed, unless it has been started again since.
        trust: what is known without labels; None where nothing was measured.
    """

    study: Study
    rows: Sequence[Row]
    tests: Sequence[PairedTest] | None
    structures: Sequence[str]
    convention: str
    errors: Mapping[str, str] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    trust: Trust | None = None

    def last_rows(self) -> list[Row]:
        """Each method's row after its last iteration so far, floor and ceiling included."""
        return list({row.method.name: row for row in self.rows}.values())

    def row(self, name: str) -> Row | None:
        """The last row of a method."""
        return next((row for row in self.last_rows() if row.method.name == name), None)

    def best(self) -> Row | None:
        """The row of a method with the highest mean DSC; None while there is none."""
        adapted = [row for row in self.rows if row.is_adapted and row.table.mean_dice]
        return max(adapted, key=lambda row: row.table.mean_dice.mean if row.table.mean_dice else 0.0, default=None)


def read_results(study: Study) -> Results:
    """What the experiments have scored so far."""
    parts, errors = study.parts(), dict[str, str]()
    found: dict[str, dict[int, dict[int, list[CaseScore]]]] = {}  # scores by method, iteration and seed
    for part in parts:
        try:
            scores = _scores(part)
        except InputError as error:
            errors[part.name] = str(error)
            continue
        for iteration, listed in scores.items():
            found.setdefault(part.method.name, {}).setdefault(iteration, {})[part.seed] = listed
    settings = parts[0].settings
    structures = list(settings.labels)
    rows = []
    for method in study.rows:
        of_method = found.get(method.name, {})
        is_floor = _is_trained_as_the_floor(study, method)
        seeds = set[int].intersection(*map(set, of_method.values())) if of_method else set[int]()
        for iteration, by_seed in sorted(of_method.items()):
            row = _row(method, iteration, by_seed, sorted(seeds or by_seed), structures)
            rows.append(replace(row, is_source_only=is_floor and iteration == 0))
    rows = _compared(rows)
    tested = {
        row.title: list(row.dice.values())
        for row in Results(study, rows, (), structures, "").last_rows()
        if row.is_adapted or row.method.name == SOURCE_ONLY
    }
    tests: list[PairedTest] | None = None
    if len(tested) < 2 or not all(tested.values()):
        tests = []
    elif min(map(len, tested.values())) >= FEWEST_TESTED:
        tests = paired_tests(tested)
    return Results(study, rows, tests, structures, settings.evaluation.convention, errors, failures(study))


def _is_trained_as_the_floor(study: Study, method: Method) -> bool:
    """Whether a method's first training is source only but for its seed, by all that decides what comes out of it."""
    if method.translator != "none" or method.name == SUPERVISED:
        return False
    first = f"{iteration_name(0)}/train"
    parts = {part.method.name: part for part in reversed(study.parts())}  # each with its first seed
    floor, own = parts[SOURCE_ONLY], parts[method.name]
    settings = with_values(own.settings, {"seed": floor.seed})
    keys = [
        stage_keys(known, part.cohort, study.digests, part.stages())[first] for known, part in ((floor.settings, floor), (settings, own))
    ]
    return keys[0] == keys[1]


def _scores(part: Part) -> dict[int, list[CaseScore]]:
    """A part's scores by iteration; none before the first."""
    scores, numbers = read_scores(part.folder, part.settings, part.cohort), range(part.settings.self_training.iterations + 1)
    titles = {row_title(iteration_name(number), part.settings, part.cohort): number for number in numbers}
    return {number: scores[title] for title, number in titles.items() if title in scores}


def _row(method: Method, iteration: int, by_seed: Mapping[int, list[CaseScore]], seeds: Sequence[int], structures: Sequence[str]) -> Row:
    title = _TITLES.get(method.name, f"{method.name}, iteration {iteration}")
    scores = mean_over_seeds({seed: by_seed[seed] for seed in seeds})
    (table,) = summary_rows({title: scores}, structures)
    return Row(method, iteration, title, by_seed, seeds, scores, table, case_dice(scores))


def mean_over_seeds(by_seed: Mapping[int, Sequence[CaseScore]]) -> list[CaseScore]:
    """The mean of each case's and structure's scores over the seeds."""
    together: dict[tuple[str, str], list[CaseScore]] = {}
    for scores in by_seed.values():
        for score in scores:
            together.setdefault((score.case, score.structure), []).append(score)
    measures = ("dice", "assd", "volume_ml", "reference_ml", "hd95")
    return [
        CaseScore(*of, *(float(np.mean([getattr(one, name) for one in scores])) for name in measures)) for of, scores in together.items()
    ]


def _compared(rows: Sequence[Row]) -> list[Row]:
    """The rows with their gaps and verdicts, as far as the floor and the ceiling are there."""
    named = {row.method.name: row for row in rows}
    floor, ceiling = named.get(SOURCE_ONLY), named.get(SUPERVISED)
    done = []
    for row in rows:
        if row.is_adapted and floor and row.dice and list(row.dice) == list(floor.dice):
            own, lowest = list(row.dice.values()), list(floor.dice.values())
            gap = gap_closed(own, lowest, list(ceiling.dice.values())) if ceiling and list(ceiling.dice) == list(row.dice) else None
            row = replace(row, gap=gap, verdict=verdict(own, lowest))
        done.append(row)
    return done
