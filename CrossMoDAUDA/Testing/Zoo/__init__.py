"""A zoo of bad inputs: malformed scans, label maps, settings, experiments, models and packages, each to be refused in one sentence.

``specimens()`` lists all of them. A specimen (``specimen.py``) writes its files into surroundings of its own and names a
command line; the keeper (``keeper.py``) gives that to a real child process (``cage.py``) and judges what came of it. To add
specimens of a kind, add to that kind's file: a function ``specimens(every_door)`` that returns them.
"""  # noqa: N999

from __future__ import annotations

from . import experiments, label_maps, models, packages, scans, settings
from .specimen import Pantry, Place, Specimen

KINDS = (scans, label_maps, settings, experiments, models, packages)

__all__ = ["KINDS", "Pantry", "Place", "Specimen", "specimens"]


def specimens(every_door: bool = False) -> list[Specimen]:
    """All specimens, the same ones in the same order every time.

    Args:
        every_door: give each bad file to every command that reads such files, not to one of them in turn.
    """
    found = [specimen for kind in KINDS for specimen in kind.specimens(every_door)]
    names = [specimen.name for specimen in found]
    assert len(set(names)) == len(names), "two specimens share a name"
    return found
