"""What headers say that nibabel reads, NIfTI-2 and pairs of files: what it mends in them, their unit, the places that they give."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import readings
from .grids import Geometry
from .header_checks import geometry_fault

_UNITS = {1: 1000.0, 3: 0.001}  # by the field xyzt_units; the others are mm, or unknown
_loading = threading.Lock()


@contextlib.contextmanager
def what_nibabel_mends() -> Iterator[list[str]]:
    """What nibabel finds wrong in a header, which it mends by a guess; it says so on standard error, where it is no sentence."""
    from nibabel import imageglobals

    class Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            text = record.getMessage()
            # neither of these changes what is read: SPM's wish, and a field that stands for its default
            if "not divisible by 16" not in text and "qfac" not in text:
                found.append(text)

    found: list[str] = []
    with _loading, imageglobals.LoggingOutputSuppressor():
        listener = Listener()
        imageglobals.logger.addHandler(listener)
        try:
            yield found
        finally:
            imageglobals.logger.removeHandler(listener)


def unit_of(image: Any) -> float:
    """How many mm a unit of the lengths in a header has. nibabel leaves this to its users, and knows only some codes."""
    return _UNITS.get(int(image.header["xyzt_units"]) & 7, 1.0) if hasattr(image.header, "get_xyzt_units") else 1.0


def forms_of(image: Any) -> tuple[dict[str, Geometry], dict[str, str]]:
    """The places by the sform and qform that a NIfTI header has, in mm by its unit, and what is wrong with one that cannot be used."""
    found: dict[str, Geometry] = {}
    faults: dict[str, str] = {}
    for name in readings.FORMS if hasattr(image.header, "get_sform") else ():
        try:
            affine, code = getattr(image.header, f"get_{name}")(coded=True)
        except Exception:
            faults[name] = "a damaged quaternion"
            continue
        if not code or affine is None:
            continue
        with np.errstate(invalid="ignore", divide="ignore"):
            place = readings.place_of(image.shape, np.asarray(affine, np.float64)[:3] * unit_of(image))
        if fault := geometry_fault(place.spacing, place.origin, [tuple(column) for column in place.matrix.T.tolist()]):
            faults[name] = fault
        else:
            found[name] = place
    return found, faults
