"""Where in a phantom's head a structure may be: the posterior fossa, in which vestibular schwannomas grow."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..images.volumes import Geometry, Volume
from . import phantom

# In mm, as phantom.py paints them: the skull's inner surface; the petrous bones, by a point of their axis and its angle; how far in
# front of that axis the internal auditory canals, which belong to the fossa, may reach with a voxel's width; the clivus's back; the
# tentorium, which it does not paint.
_SKULL_MIDDLE, _SKULL_RADII = (0.0, 8.0, 5.0), (49.3, 54.8, 64.8)
_PETROUS_BONE, _PETROUS_ANGLE, _CANAL = (32.0, 3.0), 38.0, 2.5
_CLIVUS, _TENTORIUM = -12.0, 20.0


def posterior_fossa(patient: int, geometry: Geometry) -> npt.NDArray[np.bool_]:
    """Which voxels of a patient's scan lie in the posterior fossa or in the internal auditory canals, (z, y, x).

    Args:
        patient: the seed of :func:`.phantom.make_case`.
        geometry: of any scan of that patient.
    """
    x, y, z = phantom.head_coordinates(patient, geometry)
    parts = zip((x, y, z), _SKULL_MIDDLE, _SKULL_RADII, strict=True)
    in_skull = sum(((axis - middle) / radius) ** 2 for axis, middle, radius in parts) < 1
    angle, (aside, behind) = np.radians(_PETROUS_ANGLE), _PETROUS_BONE
    from_bone = np.cos(angle) * (y - behind) - np.sin(angle) * (np.abs(x) - aside)
    found: npt.NDArray[np.bool_] = in_skull & (from_bone > -_CANAL) & (y > _CLIVUS) & (z < _TENTORIUM)
    return found


def tumour_outside_fossa(patient: int, label: Volume) -> int:
    """How many voxels of a label map's tumour lie elsewhere than a patient's tumour can be.

    Args:
        label: a label map (values: ``LABELS``) on the grid of any scan of that patient.
    """
    tumour = label.array == phantom.LABELS["Vestibular schwannoma"]
    return int((tumour & ~posterior_fossa(patient, label.geometry)).sum())
