"""A remark in a label map's header that is bound to the voxels: what somebody has painted since, with a program that keeps the header,
is no more what the remark tells of."""

from __future__ import annotations

import hashlib
from pathlib import Path

from .grids import Array
from .volumes import own_voxels
from .voxels import whole_numbers

LETTERS = 16


def marked(remark: str, labels: Array) -> str:
    """A remark with the digest of a label map's voxels, for :func:`.volumes.write_volume`.

    Args:
        remark: at most 62 ASCII letters.
        labels: whole numbers from 0 to 65535, shape (z, y, x), on the file's own grid.
    """
    return f"{remark} {_digest(labels)}"


def is_as_marked(path: Path, mark: str) -> bool:
    """Whether a label map's file still holds the voxels that its mark was made of.

    Raises:
        InputError: it cannot be read, or is no label map.
    """
    labels, _ = whole_numbers(own_voxels(path), path)
    return mark.rpartition(" ")[2] == _digest(labels)


def _digest(labels: Array) -> str:
    """The same whatever type of whole numbers the voxels have."""
    return hashlib.sha256(labels.astype("<u2").tobytes()).hexdigest()[:LETTERS]
