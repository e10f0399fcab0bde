"""The places that a NIfTI header gives its grid, ``sform`` and ``qform``, and which of them is taken where they disagree.

ITK takes one of them and says nothing; so does Slicer, which reads with ITK, and so does every other program, with a rule of its
own. Here the user may choose (setting ``header``), and is told of both. Without a choice ITK's is taken, so that results lie on
their scans in Slicer; but never one that is nonsense or not regular as long as the other is.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..core.errors import short
from .grids import Geometry
from .header_checks import Header, by_axes
from .shear import is_regular

FORMS = ("sform", "qform")
# Grids whose corners are nearer than this part of a voxel are one: a qform has fewer digits than a sform.
_ALIKE = 0.25
# The processes that help to read scans are spawned: they inherit it.
_VARIABLE = "CROSSMODA_HEADER"


def prefer(form: str) -> None:
    """Take ``sform`` or ``qform`` from now on, here and in helper processes, wherever a file has both; ``auto``: see above."""
    os.environ[_VARIABLE] = form


def preferred() -> str:
    """What :func:`prefer` was told last; ``auto`` before."""
    form = os.environ.get(_VARIABLE, "auto")
    return form if form in FORMS else "auto"


def places(header: Header) -> dict[str, Geometry]:
    """The grid by each form that a NIfTI header has; axes need not be at right angles."""
    return {name: place_of(header.sizes, np.array(rows)) for name, rows in header.readings.items()}


def place_of(sizes: Sequence[int], rows: np.ndarray) -> Geometry:
    """The grid of an affine, in RAS: its first three rows."""
    lps = np.diag([-1.0, -1.0, 1.0]) @ rows
    spacing = np.linalg.norm(lps[:, :3], axis=0)
    size = tuple(sizes[:3])
    origin, directions = lps[:, 3] + 0.0, (lps[:, :3] / spacing + 0.0).ravel()
    return Geometry(size, tuple(spacing.tolist()), tuple(origin.tolist()), tuple(directions.tolist()))  # type: ignore[arg-type]


def chosen(
    path: Path, found: Mapping[str, Geometry], faults: Mapping[str, str], itk: Geometry | None
) -> tuple[str, Geometry | None, tuple[str, ...]]:
    """The place to take, and what to say about it.

    Args:
        found: the grid by each form (:func:`places`).
        faults: what is wrong with a form that gives none.
        itk: the grid as ITK reads it; None where it cannot.

    Returns:
        The form that is taken, the grid by it (None: ITK's, to its last digit), and notes.
    """
    wish = preferred()
    if not found:
        return "", None, ()
    if faults:
        bad, why = next(iter(faults.items()))
        name = next(iter(found))
        return name, found[name], (f"{path}: its header's {bad} is nonsense ({short(why)}); the {name} is taken.",)
    if len(found) == 1:
        ((name, place),) = found.items()
        return name, None if itk is not None else place, ()
    sform, second = found["sform"], next(name for name in found if name != "sform")
    apart = sform.furthest_corner(found[second])
    if apart <= _ALIKE * min(*sform.spacing, *found[second].spacing):
        return "sform", None if itk is not None else next((one for one in found.values() if is_regular(one)), sform), ()
    regular = [name for name in found if is_regular(found[name])]
    if wish != "auto":
        name, why = "sform" if wish == "sform" else second, "as --header says"
    elif len(regular) == 1:
        name, why = regular[0], "whose axes are at right angles"
    elif second == "pixdim":
        name, why = "sform", "which alone says where the scan lies"
    elif itk is not None:
        name, why = min(found, key=lambda form: found[form].furthest_corner(itk)), "as Slicer takes it"
    else:
        name, why = "sform", "as most programs take it"
    other = "qform" if name == "sform" else "sform"
    note = (
        f"{path}: its header's sform and {second} disagree: {_difference(sform, found[second], apart)}. The {name} is taken, {why};"
        f" if that is wrong, choose the other for all scans with --header {other}."
    )
    return name, found[name], (note,)


def others(found: Mapping[str, Geometry], taken: Geometry) -> dict[str, Geometry]:
    """The forms (:func:`places`) by which the grid lies elsewhere than it was taken to lie, if they are regular."""
    voxel = min(taken.spacing)
    called = {"qform" if name == "pixdim" else name: place for name, place in found.items()}  # as --header calls them
    return {name: place for name, place in called.items() if is_regular(place) and place.furthest_corner(taken) > _ALIKE * voxel}


def _difference(sform: Geometry, other: Geometry, apart: float) -> str:
    """In words: ``voxels of 0.5 x 0.5 x 1.5 against 0.6 x 0.6 x 1.5 mm, volumes 44 % apart; places up to 12 mm apart``."""
    parts = []
    if not np.allclose(sform.spacing, other.spacing, rtol=1e-3):
        volumes = np.prod(other.spacing) / np.prod(sform.spacing)
        parts.append(
            f"voxels of {by_axes(_digits(sform.spacing))} mm against {by_axes(_digits(other.spacing))} mm,"
            f" so volumes differ by {abs(volumes - 1) * 100:.3g} %"
        )
    return "; ".join([*parts, f"places up to {apart:.3g} mm apart"])


def _digits(spacing: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(float(f"{length:.4g}") for length in spacing)
