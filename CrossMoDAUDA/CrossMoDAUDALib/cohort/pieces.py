"""Which structures a patient has in one piece, told by the label maps of the source domain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ..core.structures import is_lesion
from ..images.labels import read_labels
from ..images.volumes import Array, read_geometry
from .finding import Case

# Fewer label maps that show a structure do not tell that patients have it in one piece.
FEWEST_LABELS = 10
# A part that is smaller than this share of its structure is a slip of the pen.
_LEAST_SHARE = 0.01


def structures_in_one_piece(
    cases: Sequence[Case],
    labels: Mapping[str, int],
    merged: Mapping[str, int] | None = None,
    progress: Callable[..., None] = lambda *_: None,
) -> tuple[str, ...]:
    """The structures that every label map shows in one piece, if it shows them; at least ten must.

    How many tumours or lesions a patient has, other patients do not tell: structures whose names say such are none of them.

    Args:
        cases: checked, with label maps.
        labels: structures and their values.
        merged: further values in label maps, as for :func:`.images.labels.read_labels`.
        progress: called after each label map.
    """
    shown = {name: 0 for name in labels if not is_lesion(name)}
    for done, case in enumerate(cases, 1):
        if not shown:
            break
        if case.label:
            array = _array(case.label, case.image, labels, merged)
            for name in list(shown):
                pieces = _pieces(array == labels[name])
                shown[name] += bool(pieces)
                if pieces > 1:
                    del shown[name]
        progress(done, len(cases), f"looked at the label map of {case.id}")
    return tuple(name for name, count in shown.items() if count >= FEWEST_LABELS)


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
