"""Small scans that are oblique, and the same scans stored along other axes."""

from __future__ import annotations

import numpy as np
from CrossMoDAUDALib.images.volumes import Geometry, Volume


def turned(volume: Volume) -> Volume:
    """The same scan in space with its axes swapped and two of them flipped in the file."""
    old = volume.geometry
    matrix, size = old.matrix, np.array(old.size)
    array = volume.array[::-1, :, ::-1].transpose(1, 2, 0)  # the new index axes x, y, z are the old z, x, y
    corner = np.array(old.origin) + matrix @ (np.array(old.spacing) * (size - 1) * [1, 0, 1])
    directions = np.stack([-matrix[:, 2], -matrix[:, 0], matrix[:, 1]], axis=1)
    order = [2, 0, 1]
    geometry = Geometry(
        tuple(int(size[axis]) for axis in order),
        tuple(old.spacing[axis] for axis in order),
        tuple(float(value) for value in corner),
        tuple(float(value) for value in directions.ravel()),
    )
    return Volume(np.ascontiguousarray(array), geometry)


def some_volume(array: np.ndarray) -> Volume:
    cosine, sine = np.cos(0.3), np.sin(0.3)
    direction = (cosine, -sine, 0.0, sine, cosine, 0.0, 0.0, 0.0, 1.0)
    return Volume(array, Geometry(array.shape[::-1], (0.5, 0.75, 1.5), (-10.0, 20.0, 30.0), direction))
