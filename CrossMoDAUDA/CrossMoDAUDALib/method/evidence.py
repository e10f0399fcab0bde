"""What an experiment knows, without reference labels, of how far its results can be trusted: the records, and candidates of them.

What is measured is in :mod:`.scoring.evidence`, what follows from it in :mod:`.scoring.recommendation`; the stages that measure
are in :mod:`.evidence_stages`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError, unreadable
from ..core.files import read_json, write_json
from ..core.layout import ITERATIONS, iteration_name, iteration_number
from ..experiment.folder import Experiment
from ..images.volumes import read_label_map
from ..scoring.evidence import Agreement, agreement, mean_by_structure
from ..scoring.recommendation import CRITERIA, Candidate, Recommendation
from ..translation.check import Check, Values
from .plan import AGREEMENT, CONTRAST, EVIDENCE

# The costly criteria are measured on so many of the target scans at most, spread evenly over all.
MOST_SCANS = 6


@dataclass(frozen=True)
class Evidence:
    """What was measured of one training.

    Attributes:
        scans: how many target scans it has segmented.
        values: by criterion and structure; higher is better.
        volume_ratio: by structure, the median volume found over that of the source labels.
        iterations: by the name of each earlier iteration, the mean DSC of its pseudo-labels with these, by structure.
    """

    scans: int
    values: Mapping[str, Mapping[str, float]]
    volume_ratio: Mapping[str, float]
    iterations: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def write(self, path: Path) -> None:
        """Keep it."""
        write_json(
            path,
            {"scans": self.scans, "values": self.values, "volume_ratio": self.volume_ratio, "iterations": self.iterations},
        )

    @classmethod
    def read(cls, path: Path) -> Evidence | None:
        """As written; None where nothing was measured.

        Raises:
            InputError: the file is damaged.
        """
        if not path.is_file():
            return None
        try:
            data: Any = read_json(path)
            values, iterations = (
                {str(name): _numbers(of_structures) for name, of_structures in data[key].items()} for key in ("values", "iterations")
            )
            return cls(int(data["scans"]), values, _numbers(data["volume_ratio"]), iterations)
        except OSError as error:
            raise unreadable(path, error) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{path} is damaged; delete it, so that it is made again.") from None


def _numbers(data: Any) -> dict[str, float]:
    return {str(name): float(value) for name, value in data.items()}


def spread_evenly(cases: Sequence[Any], most: int = MOST_SCANS) -> list[Any]:
    """At most so many of the cases, the first and the last among them.

    >>> spread_evenly(range(11), 3), spread_evenly("ab", 3)
    ([0, 5, 10], ['a', 'b'])
    """
    return [cases[int(place)] for place in np.unique(np.linspace(0, len(cases) - 1, min(len(cases), most)).round().astype(int))]


def or_zero(found: Agreement, structures: Iterable[str]) -> dict[str, float]:
    """By structure; one that is found nowhere counts as 0, because finding nothing is no way to be sure or steady."""
    return {structure: found.get(structure) or 0.0 for structure in structures}


# One experiment, and several of them -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Compared:
    """An experiment among others on the same cohort.

    Attributes:
        method: what it is called; experiments that differ only in their seed have the same.
        folder: the experiment's.
    """

    method: str
    folder: Path


def measured_iterations(folder: Path) -> list[int]:
    """The iterations of an experiment of which there is evidence, in order."""
    found = [iteration_number(path.parent.name) for path in folder.glob(f"{ITERATIONS}/{EVIDENCE}")]
    return sorted(number for number in found if number is not None)


def candidates(compared: Sequence[Compared]) -> dict[str, tuple[Compared, int, Candidate]]:
    """What may be chosen: each iteration of each experiment that has evidence, with what is known of it.

    How far seeds and methods agree is measured here, on at most six target scans, iteration by iteration.

    Returns:
        By name, such as ``cut, seed 1, iteration 2``: experiment, iteration and candidate.

    Raises:
        InputError: a record is damaged, or the experiments have other target scans or structures.
    """
    experiments = [(one, Experiment.load(one.folder)) for one in compared]
    _refuse_other_scans([experiment for _, experiment in experiments])
    found = {}
    for one, experiment in experiments:
        records = {number: Evidence.read(one.folder / iteration_name(number) / EVIDENCE) for number in measured_iterations(one.folder)}
        known = {number: record for number, record in records.items() if record}
        translated = _of_the_translations(one.folder)
        for number, record in known.items():
            structures = list(record.values["completeness"])
            values = {**record.values, **{name: {key: of[key] for key in structures if key in of} for name, of in translated.items()}}
            others = [own for other, own in _with_other_iterations(known, number)]
            if others:
                values["iterations"] = or_zero(mean_by_structure(others), structures)
            for criterion, agreeing in _with_other_experiments(one, experiment, experiments, number).items():
                values[criterion] = or_zero(agreeing, structures)
            name = f"{one.method}, seed {experiment.settings.seed}, iteration {number}"
            ordered = {criterion: values[criterion] for criterion in CRITERIA if values.get(criterion)}
            found[name] = (one, number, Candidate(name, ordered, record.volume_ratio, record.scans))
    return found


def _refuse_other_scans(experiments: Sequence[Experiment]) -> None:
    for one, other in itertools.pairwise(experiments):
        if [case.id for case in one.cohort.target] != [case.id for case in other.cohort.target]:
            raise InputError(f"{one.folder} and {other.folder} have other target scans; compare experiments on one cohort.")
        if one.settings.labels != other.settings.labels:
            raise InputError(
                f"{one.folder} and {other.folder} have other structures (the setting 'labels'); compare experiments with the same."
            )


def _of_the_translations(folder: Path) -> dict[str, dict[str, float]]:
    """What the checks of the translated cases found, as medians over the cases."""
    records = {"translated": Check.read(folder / AGREEMENT), "contrast": Check.read(folder / CONTRAST)}
    return {name: _medians(record.values) for name, record in records.items() if record}


def _medians(values: Values) -> dict[str, float]:
    structures = dict.fromkeys(structure for of_case in values.values() for structure in of_case)
    return {name: float(np.median([of_case[name] for of_case in values.values() if name in of_case])) for name in structures}


def _with_other_iterations(records: Mapping[int, Evidence], number: int) -> list[tuple[int, Agreement]]:
    """DSC with each other iteration; a later one has recorded it."""
    pairs = {other: records[max(other, number)].iterations.get(iteration_name(min(other, number))) for other in records if other != number}
    return [(other, dict(found)) for other, found in pairs.items() if found is not None]


def _with_other_experiments(
    one: Compared, experiment: Experiment, experiments: Sequence[tuple[Compared, Experiment]], number: int
) -> dict[str, Agreement]:
    found: dict[str, list[Agreement]] = {}
    for other, its_experiment in experiments:
        if other.folder == one.folder or number not in measured_iterations(other.folder):
            continue
        if other.method != one.method and its_experiment.settings.translation.translator == "none":
            continue
        found.setdefault("seeds" if other.method == one.method else "methods", []).extend(
            pseudo_labels_agree(experiment, (one.folder, number), (other.folder, number))
        )
    return {criterion: mean_by_structure(agreements) for criterion, agreements in found.items()}


def pseudo_labels_agree(
    experiment: Experiment, one: tuple[Path, int], other: tuple[Path, int], most: int | None = MOST_SCANS
) -> list[Agreement]:
    """DSC of two iterations' pseudo-labels, scan by scan.

    Args:
        experiment: with the target scans and the structures.
        one, other: folder of the experiment and iteration.
        most: at most so many scans; None for all.
    """
    cases, found = experiment.cohort.target, []
    for case in cases if most is None else spread_evenly(cases, most):
        maps = [
            read_label_map(folder / iteration_name(number) / "pseudo_labels" / f"{case.id}.nii.gz").array for folder, number in (one, other)
        ]
        found.append(agreement(maps[0], maps[1], experiment.settings.labels))
    return found


# For people --------------------------------------------------------------------------------------------------------------------


def evidence_lines(listed: Sequence[Candidate]) -> list[list[str]]:
    """A table of candidates and criteria: a line of titles, then a line each, the best of each column in ``**``."""
    criteria = [name for name in CRITERIA if any(candidate.mean(name) is not None for candidate in listed)]
    lines = [["", *(CRITERIA[name].title for name in criteria)]]
    columns = {name: [candidate.mean(name) for candidate in listed] for name in criteria}
    for place, candidate in enumerate(listed):
        line = [candidate.name]
        for values in columns.values():
            value, best = values[place], max(known for known in values if known is not None)
            text = "" if value is None else f"{value:.2f}"
            line.append(f"**{text}**" if len(listed) > 1 and value == best else text)
        lines.append(line)
    return lines


def in_sentences(recommendation: Recommendation) -> list[str]:
    """A recommendation for people, a paragraph each: what to take and why, and what is against it."""
    paragraphs = [f"Recommended: **{recommendation.chosen}**. " + " ".join(recommendation.reasons)]
    if recommendation.warnings:
        paragraphs.append("**Do not trust this.** " + " ".join(recommendation.warnings))
    else:
        paragraphs.append("Nothing is known against it, which does not say that it is right: look at its results.")
    return paragraphs
