"""A volume written as uncompressed NRRD piece by piece, for a window that must not wait while it writes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from ..core.errors import CrossModaError
from .volumes import Volume

PIECE_BYTES = 8 << 20
_TYPES = {"f4": "float", "f8": "double"}


def write_in_pieces(volume: Volume, path: Path) -> Iterator[None]:
    """Write a volume for a process that reads it once this has ended; each step takes milliseconds.

    Unlike :func:`.volumes.write_volume` it leaves half a file where it is given up, and does not wait for the disk: it is for
    temporary files.

    Raises:
        CrossModaError: the file cannot be written.

    >>> from CrossMoDAUDALib.cohort.phantom import make_case
    >>> from CrossMoDAUDALib.images.volumes import read_volume
    >>> scan, _labels = make_case(1, "hrT2", size=(32, 32, 16))
    >>> for _ in write_in_pieces(scan, Path("pieces.nrrd")):
    ...     pass
    >>> bool((read_volume(Path("pieces.nrrd")).array == scan.array).all())
    True
    """
    array = np.ascontiguousarray(volume.array, volume.array.dtype.newbyteorder("<"))
    data = array.reshape(-1).view(np.uint8)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(_header(volume, array.dtype))
            for start in range(0, len(data), PIECE_BYTES):
                file.write(data[start : start + PIECE_BYTES].tobytes())
                yield
    except OSError as error:
        raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error


def _header(volume: Volume, kind: np.dtype[np.generic]) -> bytes:
    geometry = volume.geometry
    axes = (geometry.matrix * np.array(geometry.spacing)).T.tolist()
    lines = [
        "NRRD0004",
        f"type: {_TYPES.get(kind.str[1:], kind.name)}",
        "dimension: 3",
        "space: left-posterior-superior",
        f"sizes: {' '.join(map(str, geometry.size))}",
        f"space directions: {' '.join(map(_vector, axes))}",
        "kinds: domain domain domain",
        "endian: little",
        "encoding: raw",
        f"space origin: {_vector(geometry.origin)}",
    ]
    return "\n".join([*lines, "", ""]).encode()


def _vector(numbers: Iterable[float]) -> str:
    return f"({','.join(repr(float(number)) for number in numbers)})"
