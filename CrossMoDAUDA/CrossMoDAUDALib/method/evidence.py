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

from ..core.errors import InputError
from ..core.files import read_record, stamp, write_json
from ..core.layout import ITERATIONS, iteration_name, iteration_number
from ..experiment.folder import Experiment
from ..experiment.markers import read_marker
from ..images.volumes import read_label_map
from ..scoring.evidence import Agreement, agreement, mean_by_structure
from ..scoring.recommendation import CRITERIA, Candidate, CriterionValue, Recommendation, eligible
from ..translation.check import Check, Values
from .plan import AGREEMENT, CONTRAST, EVIDENCE

# The costly criteria are measured on so many of the target scans at most, spread evenly over all.
MOST_SCANS = 6
REPAIR = "delete it and measure with `trust`"  # a damaged record


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
        return read_record(path, cls._from_json, REPAIR)

    @classmethod
    def _from_json(cls, data: Any) -> Evidence:
        values, iterations = (
            {str(name): _numbers(of_structures) for name, of_structures in data[key].items()} for key in ("values", "iterations")
        )
        return cls(int(data["scans"]), values, _numbers(data["volume_ratio"]), iterations)


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
        records: where its evidence lies, laid out as in the experiment's folder; None if it lies there.
    """

    method: str
    folder: Path
    records: Path | None = None

    @property
    def evidence(self) -> Path:
        """The folder in which its evidence lies."""
        return self.records or self.folder


def measured_iterations(folder: Path) -> list[int]:
    """The iterations of an experiment of which there is evidence, in order.

    Args:
        folder: in which the evidence lies.
    """
    found = [iteration_number(path.parent.name) for path in folder.glob(f"{ITERATIONS}/{EVIDENCE}")]
    return sorted(number for number in found if number is not None)


def candidates(compared: Sequence[Compared]) -> dict[str, tuple[Compared, int, Candidate]]:
    """What may be chosen: each iteration of each experiment that has evidence, with what is known of it.

    How far seeds and methods agree is measured here, on at most six target scans, iteration by iteration. Results that one experiment
    has taken over from another are one candidate, that of the other.

    Returns:
        By name, such as ``cut, seed 1, iteration 2``: experiment, iteration and candidate.

    Raises:
        InputError: a record is damaged, or the experiments have other target scans or structures.
    """
    experiments = {one: Experiment.load(one.folder) for one in compared}
    _refuse_other_scans(list(experiments.values()))
    records: dict[Compared, dict[int, Evidence]] = {}
    for one in compared:
        found = {n: Evidence.read(one.evidence / iteration_name(n) / EVIDENCE) for n in measured_iterations(one.evidence)}
        records[one] = {number: record for number, record in found.items() if record}
    agreeing = _agreements(experiments, records)
    listed: dict[str, tuple[Compared, int, Candidate]] = {}
    for one, known in records.items():
        translated = _of_the_translations(one.folder)
        for number, record in known.items():
            structures = list(record.values["completeness"])
            values = {**record.values, **{name: {key: of[key] for key in structures if key in of} for name, of in translated.items()}}
            others = _with_other_iterations(known, number)
            for criterion, agreements in {**agreeing.get((one, number), {}), **({"iterations": others} if others else {})}.items():
                values[criterion] = or_zero(mean_by_structure(agreements), structures)
            name = f"{one.method}, seed {experiments[one].settings.seed}, iteration {number}"
            translates = experiments[one].settings.translation.translator != "none"
            ordered = {criterion: values[criterion] for criterion in CRITERIA if values.get(criterion)}
            found_of_it = Candidate(name, ordered, record.volume_ratio, record.scans, translates, translates or number > 0)
            listed[name] = one, number, found_of_it
    return {name: of for name, of in listed.items() if not _is_there_already(of[:2], [each[:2] for each in listed.values()])}


def _is_there_already(result: tuple[Compared, int], listed: Sequence[tuple[Compared, int]]) -> bool:
    """Whether an iteration's results were taken over from another experiment of the list, or as by one before it there."""
    one, number = result
    if not _is_taken_over(one.folder, number):
        return False
    before, same = listed[: listed.index(result)], [each for each in listed if each != result and each[1] == number]
    return any(
        _is_one_result(one.folder, other[0].folder, number) and (other in before or not _is_taken_over(other[0].folder, number))
        for other in same
    )


def _is_taken_over(folder: Path, number: int) -> bool:
    marker = read_marker(folder, f"{iteration_name(number)}/predict")
    return marker is not None and bool(marker.shared_from)


def _refuse_other_scans(experiments: Sequence[Experiment]) -> None:
    for one, other in itertools.pairwise(experiments):
        if [case.id for case in one.cohort.target] != [case.id for case in other.cohort.target]:
            raise InputError(f"{one.folder} and {other.folder} have other target scans; compare experiments on one cohort.")
        if one.settings.labels != other.settings.labels:
            raise InputError(f"{one.folder} and {other.folder} have other structures (setting 'labels'); compare experiments of one task.")


def _of_the_translations(folder: Path) -> dict[str, dict[str, float]]:
    """What the checks of the translated cases found, as medians over the cases."""
    records = {"translated": Check.read(folder / AGREEMENT), "contrast": Check.read(folder / CONTRAST)}
    return {name: _medians(record.values) for name, record in records.items() if record}


def _medians(values: Values) -> dict[str, float]:
    structures = dict.fromkeys(structure for of_case in values.values() for structure in of_case)
    return {name: float(np.median([of_case[name] for of_case in values.values() if name in of_case])) for name in structures}


def _with_other_iterations(records: Mapping[int, Evidence], number: int) -> list[Agreement]:
    """DSC with each other iteration; a later one has recorded it."""
    pairs = [records[max(other, number)].iterations.get(iteration_name(min(other, number))) for other in records if other != number]
    return [dict(found) for found in pairs if found is not None]


def _agreements(
    experiments: Mapping[Compared, Experiment], records: Mapping[Compared, Mapping[int, Evidence]]
) -> dict[tuple[Compared, int], dict[str, list[Agreement]]]:
    """By experiment and iteration: agreement with the ``seeds`` of the same method and with other ``methods``, scan by scan and pair
    by pair. A method that does not translate is no witness for others."""
    found: dict[tuple[Compared, int], dict[str, list[Agreement]]] = {}
    for one, other in itertools.combinations(experiments, 2):
        criterion = "seeds" if one.method == other.method else "methods"
        for number in sorted(records[one].keys() & records[other].keys()):
            if _is_one_result(one.folder, other.folder, number):
                continue
            labels, cases = experiments[one].settings.labels, spread_evenly(experiments[one].cohort.target)
            folders = [compared.folder / iteration_name(number) for compared in (one, other)]
            agreeing = [pseudo_labels_agree(case.id, labels, *folders) for case in cases]
            for own, witness in ((one, other), (other, one)):
                if criterion == "seeds" or experiments[witness].settings.translation.translator != "none":
                    found.setdefault((own, number), {}).setdefault(criterion, []).extend(agreeing)
    return found


# A study's page is renewed many times, with the same pairs each time: the files' stamps are the key.
_KNOWN: dict[tuple[Any, ...], Agreement] = {}


def _is_one_result(one: Path, other: Path, number: int) -> bool:
    """Whether two experiments have an iteration's results from one training, which one has taken over; that is no agreement."""
    first, second = (read_marker(folder, f"{iteration_name(number)}/predict") for folder in (one, other))
    return bool(first and second and first.files == second.files and (first.shared_from or second.shared_from))


def pseudo_labels_agree(case: str, labels: dict[str, int], one: Path, other: Path) -> Agreement:
    """DSC of two trainings' pseudo-labels of one target scan.

    Args:
        case: the scan's.
        labels: structures and their values.
        one, other: the trainings' folders.
    """
    paths = [folder / "pseudo_labels" / f"{case}.nii.gz" for folder in (one, other)]
    key = (*paths, *(tuple(stamp(path).values()) for path in paths), tuple(labels.items()))
    if key not in _KNOWN:
        _KNOWN[key] = agreement(read_label_map(paths[0]).array, read_label_map(paths[1]).array, labels)
    return _KNOWN[key]


# What stands above the table of ranking_lines.
HOW_TO_READ = (
    "From the reference labels of the evaluation scans, which nothing above has seen. Rank correlation: Spearman's, of the criterion with"
    " the mean DSC; 1 is the same order. That costs: the best mean DSC minus that of the one which the criterion chooses."
)

# For people --------------------------------------------------------------------------------------------------------------------


def evidence_lines(listed: Sequence[Candidate]) -> list[list[str]]:
    """A table of candidates and criteria: a line of titles, then a line each.

    The best of each column is in ``**``, where there are at least two to compare; what is set aside is not compared.
    """
    criteria = [name for name in CRITERIA if any(candidate.mean(name) is not None for candidate in listed)]
    lines = [["", *(CRITERIA[name].title for name in criteria)]]
    compared = eligible(listed)
    known = {name: [value for one in compared if (value := one.mean(name)) is not None] for name in criteria}
    best = {name: max(values) for name, values in known.items() if len(values) > 1}
    for candidate in listed:
        line = [candidate.name]
        for name in criteria:
            value = candidate.mean(name)
            text = "" if value is None else f"{value:.2f}"
            line.append(f"**{text}**" if candidate in compared and value is not None and value == best.get(name) else text)
        lines.append(line)
    return lines


HOW_TO_READ_EVIDENCE = (
    "Means over the structures; higher is better. Bold: the best of a column, where at least two have a value, without those set aside."
)


def meanings(listed: Sequence[Candidate]) -> str:
    """How to read that table, as a list in Markdown."""
    said = [
        f"- {criterion.title}: {criterion.meaning}"
        for name, criterion in CRITERIA.items()
        if any(one.mean(name) is not None for one in listed)
    ]
    return "\n".join([HOW_TO_READ_EVIDENCE, *said])


def csv_lines(listed: Sequence[Candidate], dice: Mapping[str, float]) -> list[list[Any]]:
    """The same by structure in full precision, with the true mean DSC where it is known."""
    lines: list[list[Any]] = [["candidate", "criterion", "structure", "value", "true_mean_dice"]]
    for candidate in listed:
        found = {**candidate.values, "volume_ratio": candidate.volume_ratio}
        lines += [
            [candidate.name, criterion, structure, value, dice.get(candidate.name, "")]
            for criterion, values in found.items()
            for structure, value in values.items()
        ]
    return lines


def in_sentences(recommendation: Recommendation) -> list[str]:
    """A recommendation for people, a paragraph each: what to take and why, and what is against it; or why there is none."""
    if not recommendation.chosen:
        return [" ".join(recommendation.reasons)]
    paragraphs = [f"Recommended: **{recommendation.chosen}**. " + " ".join(recommendation.reasons)]
    if recommendation.warnings:
        paragraphs.append("**Do not trust this.** " + " ".join(recommendation.warnings))
    else:
        paragraphs.append("Nothing is known against it, which does not say that it is right: look at its results.")
    return paragraphs


def ranking_lines(ranked: Mapping[str, CriterionValue]) -> list[list[str]]:
    """A table of how well each criterion chooses (:func:`.scoring.recommendation.rank_criteria`): a line of titles, then a line each."""
    lines = [["Criterion", "Has a say", "Rank correlation with the DSC", "It chooses", "That costs (DSC)", "Among"]]
    silent = "no: not known of all" if any(found.counted for found in ranked.values()) else "no: nothing to compare"
    for name, found in ranked.items():
        criterion = CRITERIA.get(name)
        say = "" if criterion is None else "yes" if found.counted else silent if criterion.chooses else "no"
        correlation = "" if found.correlation is None else f"{found.correlation:+.2f}"
        title = criterion.title if criterion else name
        lines.append([title, say, correlation, found.chosen, f"{found.regret:.3f}", str(found.candidates)])
    return lines
