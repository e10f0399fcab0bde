"""How long a study's experiments took, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..core.layout import iteration_number
from ..experiment.markers import read_markers
from ..experiment.stages import due
from .request import Part

BEFORE = "Translation, data"


@dataclass
class Cost:
    """The time of one experiment in seconds.

    Attributes:
        seconds: of what comes before iteration 0, and of each iteration's stages.
        whole: of all finished stages.
        own: without the stages that were taken over from another experiment.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    whole: float = 0.0
    own: float = 0.0


def cost(part: Part) -> Cost:
    """What an experiment has taken so far."""
    found = Cost()
    for stage, marker in read_markers(part.folder).items():
        number = iteration_number(stage.partition("/")[0])
        group = BEFORE if number is None else f"Iteration {number}"
        found.seconds[group] = found.seconds.get(group, 0.0) + marker.seconds
        found.whole += marker.seconds
        found.own += 0.0 if marker.shared_from else marker.seconds
    return found


def is_finished(part: Part) -> bool:
    """Whether no stage of an experiment has work to do."""
    return not due(part.stages(), read_markers(part.folder), part.folder)
