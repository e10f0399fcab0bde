"""What a segmenter was trained on, in numbers: the key ``trained_on`` of ``model.json``. No case is named in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

Range = tuple[tuple[float, float, float], tuple[float, float, float]]


@dataclass(frozen=True)
class StructureLabels:
    """The real labels of one structure.

    Attributes:
        labels: how many label maps show it.
        least_ml, most_ml: its smallest and largest volume in them; None where none shows it.
        two_sided: whether it lies on both sides in any of them (:func:`.scoring.plausibility.is_two_sided`).
    """

    labels: int
    least_ml: float | None
    most_ml: float | None
    two_sided: bool


@dataclass(frozen=True)
class DomainScans:
    """The scans of one domain; smallest and largest spacing (mm) and size (voxels) along the axes nearest to L, P and S."""

    cases: int
    spacing_mm: Range
    size: Range


@dataclass(frozen=True)
class TrainedOn:
    """What a segmenter was trained on: the scans of both domains, and the source domain's real labels by structure."""

    source: DomainScans
    target: DomainScans
    structures: dict[str, StructureLabels]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON types."""
        structures = {
            name: {"labels": found.labels, "least_ml": found.least_ml, "most_ml": found.most_ml, "two_sided": found.two_sided}
            for name, found in self.structures.items()
        }
        return {"source": _domain_to_json(self.source), "target": _domain_to_json(self.target), "structures": structures}

    @classmethod
    def from_json(cls, data: Any) -> TrainedOn:
        """From :meth:`to_json`'s dictionary; what it does not know is left out.

        Raises:
            KeyError, TypeError, ValueError: it is damaged.
        """
        structures = {str(name): _structure(found) for name, found in dict(data["structures"]).items()}
        return cls(_domain(data["source"]), _domain(data["target"]), structures)


def _structure(data: Any) -> StructureLabels:
    labels, two_sided = _count(data["labels"]), data["two_sided"]
    if not isinstance(two_sided, bool):
        raise ValueError("two_sided is not true or false")
    if not labels:
        return StructureLabels(0, None, None, two_sided)
    least, most = _number(data["least_ml"]), _number(data["most_ml"])
    if least > most:
        raise ValueError("least_ml is more than most_ml")
    return StructureLabels(labels, least, most, two_sided)


def _domain(data: Any) -> DomainScans:
    return DomainScans(_count(data["cases"]), _range(data["spacing_mm"]), _range(data["size"]))


def _domain_to_json(scans: DomainScans) -> dict[str, Any]:
    ranges = {"spacing_mm": scans.spacing_mm, "size": scans.size}
    return {"cases": scans.cases, **{name: {"least": list(least), "most": list(most)} for name, (least, most) in ranges.items()}}


def _range(data: Any) -> Range:
    (x, y, z), (a, b, c) = (map(_number, data[end]) for end in ("least", "most"))
    return (x, y, z), (a, b, c)


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError("not a count")
    return value


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
        raise ValueError("not a number of zero or more")
    return value  # a whole number stays one, such as a size
