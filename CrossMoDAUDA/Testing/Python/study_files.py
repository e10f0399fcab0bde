"""A study's folder with scores and no trainings, for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.layout import iteration_name
from CrossMoDAUDALib.method.titles import row_title
from CrossMoDAUDALib.scoring.evaluation import CaseScore, write_per_case_csv
from CrossMoDAUDALib.study.request import Method, Study
from CrossMoDAUDALib.study.results import Results, read_results

BOUNDS = ("source-only", "supervised")
Dice = Mapping[str | tuple[str, int], Sequence[Sequence[float]]]
Scored = Callable[..., Results]


def scored_study(
    folder: Path,
    cohort: Cohort,
    dice: Dice,
    changed: Callable[[CaseScore], CaseScore] = lambda score: score,
    translators: Mapping[str, str] | None = None,
) -> Results:
    """Write the scores of a study's experiments and read them.

    Args:
        dice: by method, or method and seed, the cases' DSC after each iteration.
        changed: makes of a score what is written.
        translators: by method, where it is not cut.
    """
    by_part = {key if isinstance(key, tuple) else (key, 0): values for key, values in dice.items()}
    count = max(len(values) for iterations in by_part.values() for values in iterations)
    evaluation = tuple(Case(f"case {number}", cohort.target[0].image, cohort.source[0].label) for number in range(count))
    names = list(dict.fromkeys(name for name, _ in by_part if name not in BOUNDS))
    methods = tuple(
        Method(name, (translators or {}).get(name, "cut"), {}, tuple(seed for known, seed in by_part if known == name)) for name in names
    )
    ceiling = (Case("e", cohort.source[0].image, cohort.source[0].label),) if ("supervised", 0) in by_part else ()
    study = Study(folder, "smoke", {}, methods, (0,), replace(cohort, evaluation=evaluation), ceiling)
    for part in study.parts():
        scores = {
            row_title(iteration_name(number), part.settings, part.cohort): [
                changed(CaseScore(case.id, name, dsc, 1.0, 2.0, 2.0, 3.0))
                for case, dsc in zip(evaluation, values, strict=True)
                for name in part.settings.labels
            ]
            for number, values in enumerate(by_part[part.method.name, part.seed])
        }
        (part.folder / "evaluation").mkdir(parents=True)
        write_per_case_csv(part.folder / "evaluation" / "per_case.csv", scores)
    return read_results(study)
