"""What is to be said of structures that some references do not show: how these cases are scored, which nobody sees in a mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .evaluation import CaseScore
from .metrics import EMPTY_DISTANCE_MM

# Of such a case, by convention (metrics.py).
_COUNTED = {
    "challenge2022": f"DSC 0, ASSD and HD95 {EMPTY_DISTANCE_MM:g} mm, whatever is predicted",
    "medpy": f"DSC 1, ASSD and HD95 0 mm where nothing is predicted either, and DSC 0 and {EMPTY_DISTANCE_MM:g} mm where anything is",
}


def absent_notes(scores: Iterable[CaseScore], structures: Sequence[str], convention: str) -> list[str]:
    """How cases are scored whose reference lacks a structure that others show, a sentence for each structure; none without such.

    Args:
        scores: of one method, all cases.
        convention: the one that they were scored by.

    >>> scores = [CaseScore("a", "Cochlea", 0.6, 1.0, 0.1, 0.1), CaseScore("b", "Cochlea", 0.0, 350.0, 0.1, 0.0)]
    >>> absent_notes(scores, ["Cochlea"], "medpy")[0].partition(":")[0]
    'Cochlea is missing in 1 of 2 references'
    """
    shown: dict[str, list[bool]] = {}
    for score in scores:
        shown.setdefault(score.structure, []).append(score.reference_ml > 0)
    said = []
    for name in structures:
        found = shown.get(name, [])
        if absent := len(found) - sum(found) if any(found) else 0:
            other = "" if convention == "medpy" else f" Started with evaluation.convention=medpy, it would be {_COUNTED['medpy']}."
            said.append(
                f"{name} is missing in {absent} of {len(found)} references: there it is scored by {_COUNTED[convention]}"
                f" (convention {convention}). So the means hold cases that tell nothing of how well it is outlined.{other}"
            )
    return said
