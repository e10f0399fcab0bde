"""What a scan's header says of its voxels, and the checks that headers of all formats have to pass."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import InputError

# 1024 slices of 1024 x 1024: far beyond any scanner's volumes. A header that claims more is damaged, or a decompression bomb.
MOST_VOXELS = 1 << 30
_LENGTHS = (1e-6, 1e6)  # mm: every spacing lies between
_FURTHEST = 1e7  # mm
# Of the box that three axes of length one span: axes that are tilted by more than 60 degrees are no scanner's.
_LEAST_VOLUME, _MOST_COSINE = 0.5, 0.87
LONGEST_HEADER, LONGEST_TEXT = 1 << 20, 1 << 26
# How files end that ITK reads, whose headers are read here; longer ones first.
HEADER_ENDINGS = (".nii.gz", ".nii", ".nrrd", ".nhdr", ".mha", ".mhd")
# Bytes of a header's line, and of a MetaImage's name: ITK copies them into memory of a fixed size.
LONGEST_LINE, LONGEST_NAME = 900, 200


@dataclass(frozen=True)
class Header:
    """What a header says of its voxels.

    Attributes:
        reader: the name of ITK's reader of the format.
        sizes: voxels along each axis, as many as the header has.
        voxel_bytes: bytes of one voxel.
        data: the file of the voxels: the scan itself, or the file that a detached header names, or the first of several.
        offset: the byte of that file, once decompressed, at which the voxels begin; for NRRD and MetaImage a lower bound.
        packing: ``raw`` (NIfTI may be gzip besides), ``zlib``, ``gzip``, ``text`` or ``other``.
        kind: NumPy's type of the voxels in a NIfTI file, with their byte order; empty for the other formats.
        slope, shift: what a NIfTI file scales its voxels by: value = slope * voxel + shift.
        pairs: what an NRRD file says besides, by name, as Slicer's description of segments.
        readings: the places that a NIfTI file gives its grid, by ``sform`` and ``qform``: the affine's three rows, mm, RAS. By
            ``pixdim``: the sform with the spacing that this gives, where it is another and there is no qform.
        parts: the files of the voxels, where a detached header names several, with as many voxels each.
        faults: why a NIfTI file's form is none of them, though the header says that it is there.
        packed_bytes: of compressed voxels, where the header says so.
        notes: sentences on what the header does not say, and what is taken instead.
    """

    reader: str
    sizes: tuple[int, ...]
    voxel_bytes: int
    data: Path
    offset: int
    packing: str = "raw"
    kind: str = ""
    slope: float = 1.0
    shift: float = 0.0
    pairs: Mapping[str, str] = field(default_factory=dict)
    readings: Mapping[str, tuple[tuple[float, ...], ...]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    parts: tuple[Path, ...] = ()
    packed_bytes: int = 0
    notes: tuple[str, ...] = ()

    @property
    def expected_bytes(self) -> int:
        """Bytes of all voxels."""
        return math.prod(self.sizes) * self.voxel_bytes


def damaged(path: Path, what: str) -> InputError:
    """What is said of a header that cannot be right."""
    return InputError(f"{path} has a damaged header: {what}; copy the file again from its source, or export it again.")


def check_sizes(path: Path, sizes: Iterable[int]) -> None:
    """Make sure that there are voxels along every axis, and not more than can be worked on.

    Raises:
        InputError: it is not so.
    """
    sizes = tuple(sizes)
    if min(sizes) < 1:
        raise damaged(path, f"it gives {by_axes(sizes)} voxels along its axes")
    if math.prod(sizes) > MOST_VOXELS:
        raise InputError(
            f"{path} claims {by_axes(sizes)} voxels, more than the {MOST_VOXELS} of the largest volume that can be worked on;"
            " copy the file again from its source, or crop it."
        )


def check_spacing(path: Path, spacing: Iterable[float]) -> None:
    """Make sure that voxels have a sensible size, in mm.

    Raises:
        InputError: they have not.
    """
    spacing = tuple(spacing)
    if not all(_LENGTHS[0] <= length <= _LENGTHS[1] for length in spacing):  # false for NaN
        raise damaged(path, f"it gives a spacing of {by_axes(spacing)} mm")


def check_geometry(path: Path, spacing: Iterable[float], origin: Iterable[float], columns: list[tuple[float, ...]]) -> None:
    """Make sure that a grid has spacings of a sensible length, a finite place and axes that span space.

    Args:
        spacing, origin: mm.
        columns: the axes' directions, of any length.

    Raises:
        InputError: it has not.
    """
    if fault := geometry_fault(spacing, origin, columns):
        raise damaged(path, fault)


def check_shape(path: Path, sizes: Sequence[int], values: int = 1, may_be_flat: bool = False, is_label: bool = False) -> None:
    """Make sure that a file holds one scan.

    Args:
        sizes: voxels along each axis.
        values: numbers a voxel.
        may_be_flat: whether it may be a single slice.
        is_label: whether it is a label map.

    Raises:
        InputError: it holds something else.
    """
    if values != 1:
        raise InputError(
            f"{path} has {values} values a voxel (RGB or vector); expected a scalar image; give the scan itself, or one of its channels."
        )
    if len(sizes) != 3:
        do = "save the one volume of it that is meant as a file of its own" if len(sizes) > 3 else "give the file with all slices"
        if is_label and len(sizes) > 3:
            do = "join its volumes into one, with a number for each structure"
        raise InputError(f"{path} is {len(sizes)}-D ({by_axes(sizes)}); expected a 3-D scan; {do}.")
    if min(sizes) < 1:
        raise damaged(path, f"it gives {by_axes(sizes)} voxels along its axes")
    if min(sizes) < 2 and not may_be_flat:
        raise InputError(f"{path} is a single slice ({by_axes(sizes)}); expected a 3-D scan; give the file with all slices.")


def is_complex(path: Path) -> InputError:
    """What is said of a file whose voxels are complex numbers, as scanners and simulations save them."""
    return InputError(f"{path} has complex numbers as voxels; expected a scalar image; save their magnitude as a file of its own.")


def geometry_fault(spacing: Iterable[float], origin: Iterable[float], columns: list[tuple[float, ...]]) -> str:
    """What :func:`check_geometry` raises of a grid, in words; empty where there is nothing."""
    spacing, origin = tuple(spacing), tuple(origin)
    if not all(_LENGTHS[0] <= length <= _LENGTHS[1] for length in spacing):  # false for NaN
        return f"it gives a spacing of {by_axes(spacing)} mm"
    if not all(abs(place) <= _FURTHEST for place in origin):
        return f"it places the scan at {by_axes(origin)} mm"
    lengths = [math.hypot(*column) for column in columns]
    if not all(0 < length < math.inf for length in lengths):
        return "it gives an axis without a direction"
    axes = [[value / length for value in column] for column, length in zip(columns, lengths, strict=True)]
    if len(axes) == 3 and len(axes[0]) == 3:
        (a, b, c), (d, e, f), (g, h, i) = axes
        if abs(a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)) < _LEAST_VOLUME:
            return "its axes lie nearly in one plane"
    elif len(axes) == 2 and abs(sum(one * other for one, other in zip(*axes, strict=True))) > _MOST_COSINE:
        return "its axes lie nearly on one line"
    return ""


def by_axes(numbers: Iterable[float]) -> str:
    """Numbers of the axes in words: ``512 x 512 x 60``."""
    return " x ".join(f"{number}" if isinstance(number, int) and number < 10**15 else f"{float(number):g}" for number in numbers)
