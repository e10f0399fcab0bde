"""Small changes of a scan that must not change its segmentation, to see how steady a segmenter is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..core.settings import IntensitySettings
from ..images.volumes import Array, Volume
from .dataset import outside_patient

# The brightness v of a scan, from 0 to 1 between its percentiles, becomes v to this power: its middle is brighter by 0.07.
GAMMA = 0.8
# Standard deviation of the noise, as a share of the range between the percentiles.
NOISE = 0.03
# By so many voxels a scan is shifted along each axis, or by a tenth of its length if that is less.
SHIFT = 3


@dataclass(frozen=True)
class Changed:
    """A scan after a small change.

    Attributes:
        name: mirror, gamma, noise or shift.
        scan: what to segment instead.
        mirrored: whether it was mirrored left to right.
        shift: by how many voxels along z, y, x.
    """

    name: str
    scan: Volume
    mirrored: bool = False
    shift: tuple[int, int, int] = (0, 0, 0)

    def compared(self, before: Array, after: Array) -> tuple[Array, Array]:
        """What two label arrays, of the scan and of the changed scan, show of the same places."""
        after = after[..., ::-1] if self.mirrored else after
        kept = tuple(slice(0, length - step) for length, step in zip(before.shape, self.shift, strict=True))
        return before[kept], after[tuple(slice(step, None) for step in self.shift)]


def small_changes(scan: Volume, intensity: IntensitySettings, mirror: bool) -> Iterator[Changed]:
    """A scan brightened, with noise, shifted and, if asked for, mirrored.

    Args:
        scan: in canonical orientation. Where there is no patient, it stays as it is. The noise is the same each time.
        mirror: whether the segmenter ought to segment a mirrored scan alike.
    """
    array, outside = scan.array.astype(np.float32), outside_patient(scan.array)
    low, high = np.percentile(array, (intensity.lower_percentile, intensity.upper_percentile))
    clipped = np.clip((array - low) / max(high - low, np.finfo(np.float32).tiny), 0, 1)

    def inside(changed: Array) -> Volume:
        return scan.with_array(np.where(outside, array, low + (high - low) * changed).astype(np.float32))

    yield Changed("gamma", inside(clipped**GAMMA))
    noise = np.random.default_rng(0).standard_normal(array.shape, dtype=np.float32)
    yield Changed("noise", inside(clipped + NOISE * noise))
    z, y, x = (min(SHIFT, length // 10) for length in array.shape)
    padded = np.pad(array, ((z, 0), (y, 0), (x, 0)), mode="edge")
    yield Changed("shift", scan.with_array(padded[tuple(slice(0, length) for length in array.shape)]), shift=(z, y, x))
    if mirror:
        yield Changed("mirror", scan.with_array(np.ascontiguousarray(array[..., ::-1])), mirrored=True)
