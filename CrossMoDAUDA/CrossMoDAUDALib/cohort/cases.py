"""Cases and cohorts: which scans there are, in which domain, with which label maps."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Case:
    """One scan and, where there is one, its label map.

    Attributes:
        id: the file name without its ending and without suffixes such as ``_ceT1``.
        image, label: absolute paths.
    """

    id: str
    image: Path
    label: Path | None


@dataclass(frozen=True)
class Cohort:
    """The cases of both domains.

    Attributes:
        source: labelled scans of the source domain; a case that lacks its label is a problem that the check reports.
        target: scans of the target domain to train on; they never carry labels.
        evaluation: scans of the target domain whose reference labels are for scoring only.
        notes: sentences on what was found and left out; they are part neither of the cohort's identity nor of its JSON.
        labels: the structures and their values, where a data set of the source names them; no part of these either.
        merged: further values of structures, as the setting ``reading.merged_values`` has them; from there, too.
    """

    source: tuple[Case, ...]
    target: tuple[Case, ...]
    evaluation: tuple[Case, ...] = ()
    notes: tuple[str, ...] = field(default=(), compare=False)
    labels: dict[str, int] = field(default_factory=dict, compare=False)
    merged: dict[str, int] = field(default_factory=dict, compare=False)

    def __post_init__(self) -> None:
        if any(case.label is not None for case in self.target):
            raise ValueError("cases of the target domain carry no labels")

    def domains(self) -> dict[str, tuple[Case, ...]]:
        """The cases by ``source``, ``target`` and ``evaluation``, in this order."""
        return {"source": self.source, "target": self.target, "evaluation": self.evaluation}

    def to_json(self) -> dict[str, Any]:
        """The cohort as plain JSON types, with absolute paths written with forward slashes."""

        def plain(case: Case) -> dict[str, str | None]:
            return {"id": case.id, "image": case.image.as_posix(), "label": case.label.as_posix() if case.label else None}

        return {domain: [plain(case) for case in cases] for domain, cases in self.domains().items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Cohort:
        """The cohort of :meth:`to_json`.

        Raises:
            ValueError: the record is damaged.
        """

        def cases(domain: str) -> tuple[Case, ...]:
            return tuple(
                Case(str(case["id"]), Path(case["image"]), Path(case["label"]) if case["label"] else None) for case in data[domain]
            )

        try:
            return cls(cases("source"), cases("target"), cases("evaluation"))
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a cohort: {error}") from error


@dataclass(frozen=True)
class Found:
    """The cases of one domain.

    Attributes:
        cases: in counting order.
        notes: as a cohort's.
        labels: the structures that the data set names, with their values; empty where it names none.
        named_in: the file that names them.
        merged: further values, as text, and the value of the structure that each counts as.
    """

    cases: tuple[Case, ...]
    notes: tuple[str, ...] = ()
    labels: dict[str, int] = field(default_factory=dict)
    named_in: Path | None = None
    merged: dict[str, int] = field(default_factory=dict)

    def names_by_value(self) -> dict[int, str]:
        """The structure of each value that the data set names."""
        names = {value: name for name, value in self.labels.items()}
        return names | {int(text): names[value] for text, value in self.merged.items()}

    def unlabelled(self) -> Found:
        """The same scans as a target domain's."""
        return replace(self, cases=tuple({case.image: replace(case, label=None) for case in self.cases}.values()))
