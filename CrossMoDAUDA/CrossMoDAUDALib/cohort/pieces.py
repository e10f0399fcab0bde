"""Which structures a patient has in one piece, told by the label maps of the source domain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..images.labels import read_labels
from ..images.volumes import Array, read_geometry
from .finding import Case

# Fewer label maps that show a structure do not tell that every patient has it in one piece.
FEWEST_LABELS = 3
# A part that is smaller than this share of its structure is a slip of the pen.
_LEAST_SHARE = 0.01


def structures_in_one_piece(cases: Sequence[Case], labels: Mapping[str, int], merged: Mapping[str, int] | None = None) -> tuple[str, ...]:
    """The structures that every label map shows in one piece, if it shows them; at least three must.

    Args:
        cases: checked, with label maps.
        labels: structures and their values.
        merged: further values in label maps, as for :func:`.images.labels.read_labels`.
    """
    shown, broken = dict.fromkeys(labels, 0), set[str]()
    for case in cases:
        array = _array(case.label, case.image, labels, merged) if case.label else None
        for name, value in labels.items() if array is not None else ():
            if name not in broken and (pieces := _pieces(array == value)):
                shown[name] += 1
                if pieces > 1:
                    broken.add(name)
    return tuple(name for name, count in shown.items() if count >= FEWEST_LABELS and name not in broken)


def _array(label: Path, image: Path, labels: Mapping[str, int], merged: Mapping[str, int] | None) -> Array:
    return read_labels(label, dict(labels), merged or {}, read_geometry(image)).array


def _pieces(mask: npt.NDArray[np.bool_]) -> int:
    """How many 26-connected components a mask has, without tiny ones."""
    from scipy import ndimage

    boxes = ndimage.find_objects(mask.view(np.uint8))  # a structure is much smaller than its scan
    if not boxes:
        return 0
    components, count = ndimage.label(mask[boxes[0]], structure=np.ones((3, 3, 3)))
    sizes = np.bincount(components.ravel(), minlength=count + 1)[1:]
    return int((sizes >= _LEAST_SHARE * sizes.sum()).sum())
