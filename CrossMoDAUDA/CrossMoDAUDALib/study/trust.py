"""Which of a study's trained segmenters to trust by what is known without labels, and, where there are labels, whether that was right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core.errors import InputError
from ..core.layout import iteration_name
from ..method.evidence import Compared, candidates, evidence_lines, in_sentences, measured_iterations
from ..scoring.comparison import case_dice
from ..scoring.recommendation import CRITERIA, CriterionValue, Recommendation, rank_criteria, recommend
from .request import SUPERVISED
from .results import Results


@dataclass(frozen=True)
class Trust:
    """What is known without labels of a study's segmenters, each a method with a seed after an iteration.

    Attributes:
        sentences: the recommendation, in Markdown.
        lines: a table of segmenters and criteria: a line of titles, then a line each, the best of a column in ``**``.
        meanings: what each criterion says, by its title.
        judged: how well each criterion would have chosen; empty without reference labels.
        recommended: what the sentences say.
        place: the folder of what is recommended, within the study's; empty where nothing is.
    """

    sentences: Sequence[str]
    lines: Sequence[Sequence[str]]
    meanings: Mapping[str, str]
    judged: Mapping[str, CriterionValue] = field(default_factory=dict)
    recommended: Recommendation | None = None
    place: str = ""


def trust(results: Results) -> Trust | None:
    """What the experiments have measured so far (setting ``evaluation.evidence``); None where there is nothing yet."""
    parts = [part for part in results.study.parts() if part.method.name != SUPERVISED and measured_iterations(part.folder)]
    try:
        known = candidates([Compared(part.method.name, part.folder) for part in parts])
    except (InputError, OSError):  # a worker is writing a record, or a file is damaged or gone; its experiment tells of it
        return None
    found = [candidate for _, _, candidate in known.values()]
    if not found:
        return None
    lines = evidence_lines(found)
    meanings = {criterion.title: criterion.meaning for criterion in CRITERIA.values() if criterion.title in lines[0]}
    recommended = recommend(found)
    place = ""
    if recommended.chosen:
        compared, number, _ = known[recommended.chosen]
        place = (compared.folder / iteration_name(number)).relative_to(results.study.folder).as_posix()
    return Trust(in_sentences(recommended), lines, meanings, rank_criteria(found, true_dice(results)), recommended, place)


def how_to_use(known: Trust) -> str:
    """Where in a study what is recommended lies, and, unless it is not to be trusted, the commands that use it, in sentences with
    Markdown's backticks; empty where nothing is recommended."""
    if not known.place:
        return ""
    lies = f"It lies in `{known.place}` of the study's folder."
    if known.recommended and known.recommended.warnings:
        return lies
    return (
        f"{lies} With STUDY for that folder, `crossmoda-uda segment STUDY/{known.place} SCAN -o RESULTS` segments scans with it, and"
        f" `crossmoda-uda package STUDY/{known.place} -o MODEL.zip` packs it to hand on."
    )


def true_dice(results: Results) -> dict[str, float]:
    """Mean DSC of each segmenter over the evaluation cases, by its name as a candidate."""
    return {
        f"{row.method.name}, seed {seed}, iteration {row.iteration}": float(np.mean(list(dice.values())))
        for row in results.rows
        for seed, scores in row.by_seed.items()
        if (dice := case_dice(scores))
    }
