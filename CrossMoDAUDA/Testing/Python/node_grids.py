"""Grids of all kinds, and scans and label maps on them, for the tests of nodes."""

from __future__ import annotations

import numpy as np
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

FEW = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def rotation(angles: tuple[float, float, float], flips: tuple[int, int, int], order: tuple[int, ...]) -> np.ndarray:
    """Axes rotated about x, y and z, some reversed, in any order (so left-handed grids occur too)."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        turn = np.eye(3)
        i, j = [(1, 2), (2, 0), (0, 1)][axis]
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return (matrix * np.array(flips))[:, list(order)]


angle = st.floats(-3.1, 3.1)
flip = st.sampled_from([-1, 1])
geometries = st.builds(
    lambda size, spacing, origin, angles, flips, order: Geometry(
        size, spacing, origin, tuple(float(v) + 0.0 for v in rotation(angles, flips, order).ravel())
    ),
    st.tuples(*[st.integers(2, 9)] * 3),
    st.tuples(*[st.floats(0.1, 7.0)] * 3),
    st.tuples(*[st.floats(-300, 300)] * 3),
    st.tuples(angle, angle, angle),
    st.tuples(flip, flip, flip),
    st.permutations(range(3)).map(tuple),
)
OBLIQUE = Geometry((7, 5, 4), (0.41, 0.47, 1.5), (-31.5, 12.25, 88.0), tuple(rotation((0.3, -0.2, 0.5), (1, 1, 1), (0, 1, 2)).ravel()))


def labels_on(geometry: Geometry, seed: int = 0, present: tuple[int, ...] = (0, 1, 2)) -> Volume:
    array = np.random.default_rng(seed).choice(present, size=geometry.size[::-1]).astype(np.uint8)
    return Volume(array, geometry)


def scan_on(geometry: Geometry, seed: int = 0) -> Volume:
    return Volume(np.random.default_rng(seed).integers(-500, 500, geometry.size[::-1]).astype(np.int16), geometry)
