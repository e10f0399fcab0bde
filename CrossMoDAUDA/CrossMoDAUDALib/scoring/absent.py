"""What is to be said of structures that some references do not show: how these cases are scored, which nobody sees in a mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .evaluation import CaseScore
from .metrics import EMPTY_DISTANCE_MM


def absent_notes(scores: Iterable[CaseScore], structures: Sequence[str], convention: str, is_recorded: bool = True) -> list[str]:
    """How cases are scored whose reference lacks a structure that others show, a sentence for each structure; none without such.

    Args:
        scores: of one method, all cases.
        convention: the one that they were scored by; what is said of it is what :mod:`.metrics` does.
        is_recorded: whether the convention is that of an experiment or a study, which keeps it, and not chosen for each command.

    >>> scores = [CaseScore("a", "Cochlea", 0.6, 1.0, 0.1, 0.1), CaseScore("b", "Cochlea", 0.0, 350.0, 0.1, 0.0)]
    >>> absent_notes(scores, ["Cochlea"], "medpy")[0].partition(".")[0]
    'In 1 of 2 references, Cochlea is missing'
    """
    shown: dict[str, list[bool]] = {}
    for score in scores:
        shown.setdefault(score.structure, []).append(score.reference_ml > 0)
    said = []
    for name in structures:
        found = shown.get(name, [])
        count, absent, worst = len(found), found.count(False), f"{EMPTY_DISTANCE_MM:g}"
        if absent in (0, count):
            continue
        if convention == "medpy":
            said.append(
                f"In {absent} of {count} references, {name} is missing. There it is scored by DSC 1 and 0 mm where nothing is predicted"
                f" either, and by DSC 0 and {worst} mm where anything is (convention medpy), so that the means hold cases that tell nothing"
                " of its outline."
            )
        else:
            said.append(
                f"In {absent} of {count} references, {name} is missing. There it is scored by DSC 0 and {worst} mm, whatever is predicted"
                " (convention challenge2022), which lowers the mean DSC and raises the mean ASSD and HD95 of all alike."
                f" {'Begun anew with' if is_recorded else 'With'} evaluation.convention=medpy, it is scored by DSC 1 and 0 mm there where"
                " nothing is predicted."
            )
    return said
