"""Two experiments beside each other: their last rounds' scores, and what they were started with that differs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..experiment.folder import Experiment
from .experiments import Score, number, read_score, read_table

MISSING = object()


@dataclass(frozen=True)
class Overlap:
    """A structure's DSC after the last round: mean over the cases and standard deviation; None where there is none."""

    mean: float | None = None
    deviation: float | None = None


@dataclass(frozen=True)
class Side:
    """One of two experiments.

    Attributes:
        score: the last round's mean DSC; None before the first.
        overlaps: by structure.
    """

    folder: Path
    score: Score | None
    overlaps: dict[str, Overlap]


@dataclass(frozen=True)
class Comparison:
    """What two experiments have in common and what not.

    Attributes:
        sides: the two.
        structures: of either, in order.
        settings: values that differ by the setting's dotted key; :data:`MISSING` for a setting that one of them does not have.
        other_scans: the domains (source, target, evaluation) in which they have other scans or labels.
    """

    sides: tuple[Side, Side]
    structures: tuple[str, ...]
    settings: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    other_scans: tuple[str, ...] = ()


def compare(first: Path, second: Path) -> Comparison:
    """Compare two experiments, whether or not they are finished.

    Raises:
        InputError: one cannot be read.

    >>> compare(Path("EXPERIMENT"), Path("EXPERIMENT")).settings
    {}
    """
    experiments = Experiment.load(first), Experiment.load(second)
    sides = _side(experiments[0]), _side(experiments[1])
    one, other = (experiment.settings.values() for experiment in experiments)
    differing = {
        key: (one.get(key, MISSING), other.get(key, MISSING))
        for key in dict.fromkeys((*one, *other))
        if one.get(key, MISSING) != other.get(key, MISSING)
    }
    structures = tuple(dict.fromkeys(name for side in sides for name in side.overlaps))
    scans = [_scans(experiment) for experiment in experiments]
    return Comparison(sides, structures, differing, tuple(domain for domain in scans[0] if scans[0][domain] != scans[1][domain]))


def _side(experiment: Experiment) -> Side:
    table = experiment.folder / "evaluation" / "table.csv"
    last = (read_table(table) or [{}])[-1]
    overlaps = {name: Overlap(number(last, f"dice_{name}"), number(last, f"dice_{name}_std")) for name in experiment.settings.labels}
    return Side(experiment.folder, read_score(table), overlaps)


def _scans(experiment: Experiment) -> dict[str, set[tuple[str, str]]]:
    """What the cases of each domain are, by their files' contents, wherever these lie."""
    digests = experiment.scan_digests()
    return {
        domain: {tuple(digests.get(str(path), str(path)) if path else "" for path in (case.image, case.label)) for case in cases}  # type: ignore[misc]
        for domain, cases in experiment.cohort.domains().items()
    }
