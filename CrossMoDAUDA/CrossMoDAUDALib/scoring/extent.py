"""How large the tumour of one label map is, with limits: what half a voxel along its outline, or the network's doubt, makes of it."""

from __future__ import annotations

import contextlib
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ..core.errors import InputError, short
from ..core.structures import STRUCTURES, is_tumour, known_structure, plain_name
from ..images.labels import as_a_scan, how_to_name
from ..images.volumes import Array, Geometry, Volume, canonical_grid, to_canonical
from .measurements import measure
from .metrics import surface
from .plausibility import SIDES_APART_MM, look

# Probabilities above which, and below which, a voxel is as good as certain: what lies between is what the network doubts.
DOUBT = (0.025, 0.975)
SIDES = "left", "right"  # of the patient
EARS_APART_MM = 35.0  # two cochleas at least; no two things beside one ear are
CROSSMODA_2023 = "--set labels=Intrameatal:1,Extrameatal:2,Cochlea:3"


@dataclass(frozen=True)
class Size:
    """A measured size with its lower and upper limit, in one unit."""

    value: float
    low: float
    high: float

    def __post_init__(self) -> None:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"limits {self.low} to {self.high} around {self.value}")

    @property
    def error(self) -> float:
        """The distance to the farther limit."""
        return max(self.high - self.value, self.value - self.low)

    @property
    def log_error(self) -> float:
        """The same for the logarithm; only of what is larger than 0."""
        return max(math.log(self.high / self.value), math.log(self.value / self.low))

    def widened(self, low: float, high: float) -> Size:
        """With limits that are at least so far apart."""
        return Size(self.value, min(self.low, low), max(self.high, high))


@dataclass(frozen=True)
class Tumour:
    """What of a label map is followed.

    Attributes:
        name: for people.
        values: of the label map, which are taken as one.
        extrameatal: the values of the part outside the internal auditory canal; none where the labels do not tell it apart.
        paired: the values of what there is one of on each side, the cochlea, which tells where the patient's middle is.
    """

    name: str
    values: tuple[int, ...]
    extrameatal: tuple[int, ...] = ()
    paired: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Extent:
    """The tumour in one scan.

    Attributes:
        volume_ml: its volume.
        axial_mm: the largest axial diameter of its largest part; None where nothing was found.
        extrameatal_mm: that of the part outside the canal; None where there is none.
        tells_extrameatal: whether the labels tell that part apart.
        spacing_mm: the voxel size, along x, y and z of the canonical orientation.
        expected_ml: the sum of the network's probabilities, as a volume; None without them.
        faces: sides on which it touches the volume's edge.
        two_sided: whether it lies on both sides of the patient.
        side: ``left`` or ``right`` of the patient; empty where it is near the middle, or on both.
    """

    volume_ml: Size
    axial_mm: Size | None
    extrameatal_mm: Size | None
    tells_extrameatal: bool
    spacing_mm: tuple[float, float, float]
    expected_ml: float | None = None
    faces: tuple[str, ...] = ()
    two_sided: bool = False
    side: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was found."""
        return self.volume_ml.value == 0


def tumour_of(labels: Mapping[str, int], structure: str | None = None) -> Tumour:
    """Which structure is followed: the one that is named, else the tumour among ``labels``.

    Several labels are one tumour where they are its parts inside and outside the internal auditory canal.

    Raises:
        InputError: no structure, or several, could be meant.

    >>> tumour_of({"Vestibular schwannoma": 1, "Cochlea": 2})
    Tumour(name='Vestibular schwannoma', values=(1,), extrameatal=())
    >>> tumour_of({"Intrameatal": 1, "Extrameatal": 2, "Cochlea": 3}).extrameatal
    (2,)
    """
    paired = tuple(value for name, value in labels.items() if known_structure(name) is STRUCTURES["cochlea"] and name != structure)
    if structure is not None:
        if structure not in labels:
            raise InputError(f"--structure {short(structure)} is none of the structures; they are {', '.join(labels)}.")
        return Tumour(structure, (labels[structure],), (labels[structure],) if _is_part(structure, "extrameatal") else (), paired)
    parts = {name: value for name, value in labels.items() if _is_part(name, "intrameatal") or _is_part(name, "extrameatal")}
    tumours = {name: value for name, value in labels.items() if name not in parts and is_tumour(name)}
    if parts and not tumours:
        outside = tuple(value for name, value in parts.items() if _is_part(name, "extrameatal"))
        return Tumour(" + ".join(parts), tuple(parts.values()), outside, paired)
    if len(tumours) == 1 and not parts:
        ((name, value),) = tumours.items()
        return Tumour(name, (value,), paired=paired)
    if len(labels) == 1:
        ((name, value),) = labels.items()
        return Tumour(name, (value,))
    several = [*tumours, *parts]
    told = f"Any of {', '.join(several)} could be followed" if several else f"None of {', '.join(labels)} is known to be a tumour"
    raise InputError(f"{told}; name one, as --structure '{next(iter(several or labels))}'.")


def _is_part(name: str, part: str) -> bool:
    return part in plain_name(name)


def check_values(where: str, label_map: Volume, labels: Mapping[str, int], merged: Mapping[str, int] | None = None) -> None:
    """Refuse a label map that holds values without a name: another meaning of the values would be taken for growth.

    Raises:
        InputError: it holds such values.
    """
    found = set(np.unique(label_map.array).tolist()) - {0}
    unknown = sorted(found - set(labels.values()))
    if refusal := as_a_scan(where, unknown):
        raise InputError(refusal)
    if unknown:
        more = f" (crossMoDA 2023's are {CROSSMODA_2023})" if found == {1, 2, 3} else ""
        raise InputError(f"{where} holds the value {unknown[0]}, which no structure has; {how_to_name(unknown[0], labels, merged)}{more}.")


def measure_extent(label_map: Volume, tumour: Tumour, doubt: Mapping[str, Any] | None = None, side: str = "") -> Extent:
    """Measure the tumour.

    The limits are those of an outline that lies half a voxel further in, or out, everywhere: of the volume, half the volume of the
    voxels on its surface; of a diameter, half a voxel's diagonal in the slice at both ends. Where the network's doubt
    (:func:`doubt_of`) is known and wider, it counts.

    Args:
        label_map: whole numbers, any orientation.
        doubt: what :func:`doubt_of` found for this label map.
        side: ``left`` or ``right`` of the patient: only what lies there is measured (:func:`of_side`).
    """
    keys = _key(tumour.values), _key(tumour.extrameatal)
    label_map, inside = centred(label_map, tumour.paired)
    if side:
        both = np.isin(label_map.array, tumour.values).sum()
        label_map = of_side(label_map, tumour.values, side)
        if np.isin(label_map.array, tumour.values).sum() < both:
            keys = keys[0] + f" {side}", keys[1] + f" {side}"
    spacing = canonical_grid(label_map.geometry).spacing
    whole = label_map.with_array(np.isin(label_map.array, tumour.values).astype(np.uint8))
    volume, axial = _sizes(whole, spacing)
    extrameatal = None
    if tumour.extrameatal:
        _, extrameatal = _sizes(label_map.with_array(np.isin(label_map.array, tumour.extrameatal).astype(np.uint8)), spacing)
    two_sided = look(whole, {tumour.name: 1})[tumour.name].two_sided
    faces = look(_part_of(whole, inside), {tumour.name: 1})[tumour.name].faces
    side = side or ("" if two_sided else _side(whole))
    extent = Extent(volume, axial, extrameatal, bool(tumour.extrameatal), spacing, None, faces, two_sided, side)
    return extent if doubt is None or extent.is_empty else _with_doubt(extent, keys, doubt)


def centred(label_map: Volume, paired: Sequence[int]) -> tuple[Volume, slice]:
    """A label map whose middle is the patient's, in canonical orientation, as far as what there is one of on each side tells.

    Args:
        paired: the values of such structures. Of their parts, without those that are small beside the largest, the outermost must be
            as far apart as two ears are and at about one height, and those of one side not four times larger than those of the other;
            else the scan's middle is the best that is known.

    Returns:
        The label map, wider on one side, and which of its columns are the scan's.
    """
    from scipy import ndimage

    seen = to_canonical(label_map)
    width = seen.array.shape[2]
    there = np.isin(seen.array, paired)
    if not paired or not there.any():
        return seen, slice(0, width)
    parts, count = ndimage.label(there, np.ones((3, 3, 3)))
    sizes = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    large = sizes * 4 >= sizes.max()
    places = np.array(ndimage.center_of_mass(there, parts, np.flatnonzero(large) + 1)) * seen.geometry.spacing[::-1]  # mm; z, y, x
    sizes, centres = sizes[large], places[:, 2] / seen.geometry.spacing[0]
    is_left = centres > (centres.min() + centres.max()) / 2
    per_side = [int(sizes[one].sum()) for one in (is_left, ~is_left)]
    apart = places[centres.argmax()] - places[centres.argmin()]
    if apart[2] < EARS_APART_MM or np.abs(apart[:2]).max() > apart[2] / 2 or min(per_side) * 4 < max(per_side):
        return seen, slice(0, width)
    middle = sum(float(np.average(centres[one], weights=sizes[one])) for one in (is_left, ~is_left)) / 2
    more = round(2 * middle - (width - 1))
    before, behind = max(-more, 0), max(more, 0)
    array = np.pad(seen.array, ((0, 0), (0, 0), (before, behind)))
    return Volume(array, replace(seen.geometry, size=array.shape[::-1])), slice(before, before + width)


def _part_of(volume: Volume, columns: slice) -> Volume:
    array = volume.array[:, :, columns]
    return Volume(array, replace(volume.geometry, size=array.shape[::-1]))


def runs_across(grid: Geometry) -> bool:
    """Whether a grid's slices are nearest to sagittal, so that they are counted from one side of the patient to the other."""
    return int(np.abs(grid.matrix[:, 2]).argmax()) == 0


def without_ends(extent: Extent, grid: Geometry) -> Extent:
    """What is known where a label map reaches from its first slice with a structure to its last, and not as far as its scan.

    Its ends are not the scan's, and the middle of sagittal slices is not the scan's, either.
    """
    ends = (("right", "left"), ("anterior", "posterior"), ("inferior", "superior"))[int(np.abs(grid.matrix[:, 2]).argmax())]
    faces = tuple(face for face in extent.faces if face not in ends)
    return replace(extent, faces=faces, side="" if runs_across(grid) else extent.side)


def of_side(label_map: Volume, values: Sequence[int], side: str) -> Volume:
    """Those connected parts of a tumour whose middle lies on one side of the scan's middle, in canonical orientation; else 0.

    Args:
        label_map: whole numbers, any orientation.
        values: of the tumour, which are taken as one.
        side: ``left`` or ``right`` of the patient.
    """
    from scipy import ndimage

    seen = to_canonical(label_map)  # x runs from the patient's right to the left
    parts, count = ndimage.label(np.isin(seen.array, values), np.ones((3, 3, 3)))
    width = seen.array.shape[2]
    along_x = np.stack([np.bincount(parts[:, :, x].ravel(), minlength=count + 1)[1:] for x in range(width)])
    centres = (along_x * np.arange(width)[:, None]).sum(axis=0) / np.maximum(along_x.sum(axis=0), 1)
    is_left = centres > (width - 1) / 2
    kept = 1 + np.flatnonzero(is_left if side == "left" else ~is_left)
    return seen.with_array(np.where(np.isin(parts, kept), seen.array, 0).astype(seen.array.dtype))


def is_spread(label_map: Volume, values: Sequence[int], side: str, paired: Sequence[int] = ()) -> bool:
    """Whether parts on one side of the scan's middle are as far apart as tumours of two sides; its middle is then hardly the patient's."""
    from scipy import ndimage

    there = of_side(centred(label_map, paired)[0], values, side)
    parts, count = ndimage.label(np.isin(there.array, values), np.ones((3, 3, 3)))
    centres = [centre[2] for centre in ndimage.center_of_mass(parts > 0, parts, range(1, count + 1))]
    return count > 1 and float(np.ptp(centres)) * there.geometry.spacing[0] >= SIDES_APART_MM


def _side(mask: Volume) -> str:
    """The side of the scan's middle on which the voxels of value 1 lie, as the patient's; empty where that is not plain."""
    seen = to_canonical(mask)  # x runs from the patient's right to the left
    at = np.flatnonzero(seen.array == 1) % seen.geometry.size[0]
    away = (float(at.mean()) - (seen.geometry.size[0] - 1) / 2) * seen.geometry.spacing[0] if len(at) else 0.0
    return "" if abs(away) < SIDES_APART_MM / 2 else "left" if away > 0 else "right"


def _sizes(mask: Volume, spacing: tuple[float, float, float]) -> tuple[Size, Size | None]:
    """Volume (ml) and largest axial diameter (mm) of the voxels of value 1, with the limits of half a voxel."""
    (found,) = measure(mask, {"": 1})
    outer = len(surface(mask.array == 1)) * math.prod(spacing) / 2000
    volume = Size(found.volume_ml, found.volume_ml - outer, found.volume_ml + outer)
    if not found.voxels:
        return volume, None
    diameter, ends = found.largest_axial_diameter_mm, math.hypot(*spacing[:2])
    return volume, Size(diameter, max(diameter - ends, 0.0), diameter + ends)


def doubt_of(label_map: Volume, probabilities: Array, labels: Mapping[str, int]) -> dict[str, Any]:
    """How a network's probabilities bound each structure's size: the sizes of what it is sure of, and of what it does not rule out.

    A voxel counts below where its probability is at least 0.975, above where it is at least 0.025. These are the 2.5th and 97.5th
    percentile of the volume if all voxels err together, and so the widest limits that these probabilities allow: voxels that err
    independently would leave a spread of sqrt(sum p (1 - p)) voxels, which for whole structures is far too little to be true. Networks
    are often surer than they are right; then even these limits are too narrow. What does not touch the label map's structure is left out.

    Args:
        label_map: on the scan's grid.
        probabilities: (1 + structures, z, y, x) in canonical orientation, in ascending order of the values, as the segmenter gives them.
        labels: structures and their values in label maps.

    Returns:
        Plain JSON types: ``structures`` by value, ``1+2`` for a tumour of two labels, with `` left`` and `` right`` behind it for each
        side of what lies on both; ``label_sha256`` ties them to the label map.
    """
    from scipy import ndimage

    canonical, order = to_canonical(label_map), sorted(labels.values())
    paired: tuple[int, ...] = ()
    ml = math.prod(canonical.geometry.spacing) / 1000
    chosen: list[tuple[int, ...]] = [(value,) for value in order]
    with contextlib.suppress(InputError):
        tumour = tumour_of(labels)
        chosen, paired = chosen + ([tuple(sorted(tumour.values))] if len(tumour.values) > 1 else []), tumour.paired
    wide, inside = centred(label_map, paired)
    found: dict[str, Any] = {}
    for values in chosen:
        likely: Array = np.asarray(np.sum([probabilities[1 + order.index(value)] for value in values], axis=0, dtype=np.float32))
        drawn = np.isin(canonical.array, values)
        parts, _ = ndimage.label((likely >= DOUBT[0]) | drawn, np.ones((3, 3, 3)))
        sides = {"": drawn}
        if look(wide.with_array(np.isin(wide.array, values).astype(np.uint8)), {"": 1})[""].two_sided:
            sides |= {f" {side}": np.isin(of_side(wide, values, side).array[:, :, inside], values) for side in SIDES}
        for side, there in sides.items():
            touched = np.isin(parts, np.unique(parts[there])) & (parts > 0)
            masks = [touched & (likely >= probability) for probability in reversed(DOUBT)]
            sizes = [measure(canonical.with_array(mask.astype(np.uint8)), {"": 1})[0] for mask in masks]
            found[_key(values) + side] = {
                "expected_ml": float(likely[touched].sum()) * ml,
                "volume_ml": [size.volume_ml for size in sizes],
                "axial_mm": [0.0 if math.isnan(size.largest_axial_diameter_mm) else size.largest_axial_diameter_mm for size in sizes],
            }
    return {"label_sha256": fingerprint(label_map), "probabilities": list(reversed(DOUBT)), "structures": found}


def _key(values: Sequence[int]) -> str:
    return "+".join(map(str, sorted(values)))


def fingerprint(label_map: Volume) -> str:
    """What changes as soon as a voxel of a label map does; it is the same whatever type of whole numbers the voxels have.

    Values up to 255 count as 8 bits alone, as in what earlier versions have written beside label maps.
    """
    array = label_map.array
    if array.max(initial=0) <= 255:
        return hashlib.sha256(array.astype(np.uint8).tobytes()).hexdigest()
    return hashlib.sha256(f"<u2 {array.shape} ".encode() + array.astype("<u2").tobytes()).hexdigest()


def _with_doubt(extent: Extent, keys: tuple[str, str], doubt: Mapping[str, Any]) -> Extent:
    whole = doubt["structures"].get(keys[0])
    if whole is None:
        return extent
    half_voxel = math.prod(extent.spacing_mm) / 2000  # a logarithm needs more than 0
    volume = extent.volume_ml.widened(max(float(whole["volume_ml"][0]), half_voxel), float(whole["volume_ml"][1]))
    axial, outside = extent.axial_mm, extent.extrameatal_mm
    if axial is not None:
        axial = axial.widened(*map(float, whole["axial_mm"]))
    part = doubt["structures"].get(keys[1])
    if outside is not None and part is not None:
        outside = outside.widened(*map(float, part["axial_mm"]))
    return replace(extent, volume_ml=volume, axial_mm=axial, extrameatal_mm=outside, expected_ml=float(whole["expected_ml"]))
