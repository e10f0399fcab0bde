"""Volumes as uncompressed NRRD, written and read piece by piece for a window that must not wait meanwhile."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from pathlib import Path

import numpy as np

from ..core.errors import CrossModaError, InputError
from .volumes import Volume, read_geometry, read_volume

PIECE_BYTES = 8 << 20
_TYPES = {"f4": "float", "f8": "double"}
# As ITK writes them.
_KINDS = {"unsigned char": "u1", "signed char": "i1", "short": "i2", "unsigned short": "u2", "int": "i4", "unsigned int": "u4"}
_KINDS |= {"float": "f4", "double": "f8"}


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


def read_in_pieces(path: Path) -> Generator[None, None, Volume]:
    """As :func:`.volumes.read_volume`, of an uncompressed NRRD file, in steps that take milliseconds; gives the volume at the end.

    Another file is read in one step.

    Raises:
        InputError: as :func:`.volumes.read_volume`.
    """
    geometry = read_geometry(path)
    yield
    with path.open("rb") as file:
        lines = []
        while line := file.readline(1000).strip():  # the header ends with an empty one
            lines.append(line.decode("utf-8", "replace"))
        fields = dict(line.split(": ", 1) for line in lines if ": " in line)
        kind = _KINDS.get(fields.get("type", ""), "")
        is_plain = fields.get("encoding") == "raw" and fields.get("endian", "little") == "little"
        if not (lines and lines[0].startswith("NRRD") and kind and is_plain):
            return read_volume(path)
        array = np.empty(geometry.size[::-1], f"<{kind}")
        data = array.reshape(-1).view(np.uint8)
        for start in range(0, len(data), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES]
            if file.readinto(piece.data) < len(piece):
                raise InputError(f"{path} cannot be read: it is damaged or cut short; copy it again from its source.")
            if kind[0] == "f" and not np.isfinite(piece.view(array.dtype)).all():
                raise InputError(f"{path} holds voxels that are not finite numbers; replace them, for example by 0.")
            yield
    return Volume(array, geometry)


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
