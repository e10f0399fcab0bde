"""Scans from DICOM: a series in a folder, or a multi-frame file, as an array with its place in space.

Slices are put in order by their places along their normal, never by their numbers or file names. pydicom unpacks the voxels;
what it cannot, GDCM does, which SimpleITK brings along.
"""

from __future__ import annotations

import functools
import math
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from ..core.failures import missing_packages
from .dicom_index import CHOICE, SEG, Index, Stack, choosing, index_of, is_dicom_file, label_kind, split_choice
from .dicom_slices import TAGS, Slice, read_dataset, slices_of, why_no_slice
from .grids import Geometry
from .listing import files_in, folders_in

Array = npt.NDArray[Any]

# Of a pixel: as far as this a slice may lie beside the straight line through all slices, so that nobody could see it.
_NO_SHIFT = 0.1
# Of the distance of slices: as far as this a slice may lie from its place, unsaid, and at all.
_NO_JITTER, _MOST_JITTER = 0.01, 0.1
_MOST_LISTED = 12
_MOST_FOLDERS, _MOST_LOOKED_AT = 50, 200  # folders, and files in each, that are looked at for the rest of a series
_A_COPY = 0.01  # mm; nearer to another, a slice is that


@dataclass(frozen=True)
class Series:
    """A scan's slices on a regular grid.

    Attributes:
        size: voxels along x, y, z.
        spacing: mm along x, y, z.
        origin: mm, LPS.
        direction: 3 x 3, row by row; column n is the direction of index axis n.
        shifts: for each slice, columns and rows by which its first pixel lies from the grid's first; None where all are 0.
        notes: sentences on what was left out or changed.
    """

    stack: Stack
    size: tuple[int, int, int]
    spacing: tuple[float, float, float]
    origin: tuple[float, float, float]
    direction: tuple[float, ...]
    shifts: Array | None
    notes: tuple[str, ...]

    @property
    def grid(self) -> Geometry:
        """Where its voxels lie."""
        shifts = () if self.shifts is None else tuple((float(right), float(down)) for right, down in self.shifts)
        return Geometry(self.size, self.spacing, self.origin, self.direction, shifts)


def find_series(path: Path) -> Series:
    """The one scan that a path names.

    Args:
        path: a folder of a series, a multi-frame file, or either with ``#`` and the scan's number.

    Raises:
        InputError: it holds none or several, its slices make no volume, or pydicom is not installed.
    """
    place, choice = split_choice(path)
    index = find_index(place)
    stack = _chosen(place, index, choice)
    told = tuple(f"{place}: {note}" for note in index.notes)
    if stack.mosaic:
        from .dicom_mosaic import mosaic_series

        return mosaic_series(stack, told)
    _refuse_halves(place, stack)
    return _on_grid(path, stack, index.notes, told)


def _refuse_halves(place: Path, stack: Stack) -> None:
    """A folder's own files are its scan; further slices of the series in folders below would be missing without a word."""
    if not place.is_dir() or not stack.series or any(file.parent != place for file in stack.files):
        return
    for folder in folders_in(place)[:_MOST_FOLDERS]:
        for file in filter(is_dicom_file, files_in(folder)[:_MOST_LOOKED_AT]):
            try:
                head = read_dataset(file, TAGS)
                if (series := str(head.get("SeriesInstanceUID", ""))) not in ("", stack.series):
                    break  # that folder is another scan's
                is_slice = bool(series) and not why_no_slice(head)
                is_missing = is_slice and any(_belongs_to(each, stack) for each in slices_of(file, head))
            except Exception:  # what is damaged there is nothing of the scan here
                continue
            if is_missing:
                raise InputError(
                    f"{place} holds a part of a series, and {folder.name} in it another; put all of its files into one folder."
                )


def _belongs_to(other: Slice, stack: Stack) -> bool:
    """Whether a slice fits a stack, at a place where that has none; a copy does not."""
    first = stack.slices[0]
    one, another = (np.array([*each.shape, *each.spacing, *each.row, *each.column]) for each in (other, first))
    places = np.array([each.position for each in stack.slices])
    return bool(np.allclose(one, another, atol=1e-3) and np.linalg.norm(places - other.position, axis=1).min() > _A_COPY)


def find_index(place: Path) -> Index:
    """As :func:`.dicom_index.index_of`; where pydicom is missing, the error says what to install."""
    try:
        import pydicom  # noqa: F401
    except ImportError:
        raise InputError(f"{place} is DICOM. {missing_packages(['pydicom'])}") from None
    return index_of(place)


def is_multi_frame(path: Path) -> bool:
    """Whether a DICOM file holds a scan of its own; one that pydicom cannot tell of, because it is missing, may."""
    if not is_dicom_file(path):
        return False
    try:
        return bool(find_index(path).stacks)
    except InputError:
        return False


def _chosen(place: Path, index: Index, choice: str) -> Stack:
    stacks = index.stacks
    if choice:
        stacks = tuple(each for each in stacks if choice in (each.number, each.series))
        stacks = stacks or tuple(each for each in index.stacks if each.number.partition(".")[0] == choice)
    if len(stacks) == 1:
        return stacks[0]
    if not index.stacks:
        if label_kind(place):
            what = "segmentation" if label_kind(place) == SEG else "structure set"
            raise InputError(f"{place} is a DICOM {what}, not a scan; give the folder of the series that it was drawn on.")
        if place.is_file():
            raise InputError(f"{place} is one slice or no scan at all; give the folder that holds the series.")
        told = f": {' '.join(index.notes)}" if index.notes else "."
        if any("single slices" in note for note in index.notes):
            raise InputError(
                f"{place} holds no DICOM series that is a volume; the slices of a scan need one series, and places above one another{told}"
            )
        raise InputError(f"{place} holds no DICOM series that is a volume; give the folder of one{told}")
    listed = stacks or index.stacks
    names = ", ".join(each.words for each in listed[:_MOST_LISTED])
    if len(listed) > _MOST_LISTED:
        names += f" and {len(listed) - _MOST_LISTED} more"
    example = choosing(place, listed[0].number)
    if choice and not stacks:
        raise InputError(f"{place} holds no scan {CHOICE}{choice}, but {names}; give one of these, as {example}.")
    raise InputError(f"{place} holds {len(listed)} scans: {names}; choose one, as {example}, or give each a folder of its own.")


def _on_grid(path: Path, stack: Stack, notes: tuple[str, ...], named: tuple[str, ...]) -> Series:
    """A stack's grid.

    Args:
        notes, named: on what else is in its folder, without and with that folder's name.
    """
    slices, first = stack.slices, _typical(stack.slices)
    positions = np.array([each.position for each in slices])
    heights = positions @ first.normal
    distance = float(heights[-1] - heights[0]) / (len(slices) - 1)
    told = list(named)
    try:
        jitter = _unevenness(path, slices, heights, distance)
    except InputError as error:
        if not notes:
            raise
        reason, besides = str(error).removesuffix("."), " ".join(notes)
        raise InputError(f"{reason} (what is in that folder besides: {besides})") from None
    if any(each.inverted for each in slices):
        told.append(f"{path} means its lowest values to be white (MONOCHROME1); they are read as they are, so what looks bright is low.")
    if jitter > _NO_JITTER:
        told.append(f"The slices of {path} lie up to {jitter * distance:.2g} mm beside their places, {distance:.4g} mm apart.")
    beside = (positions - positions[0]) @ np.array([first.row, first.column]).T  # mm in the slices' plane
    shifts = beside / first.spacing[::-1]  # columns, rows
    rows, columns = first.shape
    shift: Array | None = None
    origin = positions[0]
    if np.abs(shifts).max() > _NO_SHIFT:
        angle = math.degrees(math.atan2(np.linalg.norm(beside[-1]), heights[-1] - heights[0]))
        told.append(
            f"The slices of {path} do not lie straight above one another (tilted by {angle:.3g} degrees, as with a tilted gantry):"
            " they were resampled to a regular grid, on which label maps and translations of it lie; results as DICOM lie on the slices."
        )
        least = np.minimum(shifts.min(axis=0), 0)
        shift = shifts - least
        columns, rows = (int(count + math.ceil(more - 1e-6)) for count, more in zip((columns, rows), shift.max(axis=0), strict=True))
        origin = origin + least[0] * first.spacing[1] * np.array(first.row) + least[1] * first.spacing[0] * np.array(first.column)
    direction = np.stack([first.row, first.column, first.normal], axis=1)
    return Series(
        stack,
        (columns, rows, len(slices)),
        (first.spacing[1], first.spacing[0], distance),
        tuple(origin.tolist()),
        tuple(direction.ravel().tolist()),
        shift,
        tuple(told),
    )


def _typical(slices: tuple[Slice, ...]) -> Slice:
    """The slice whose directions and pixel sizes are nearest to the median of all, which may differ in their last digits."""
    axes = np.array([[*each.row, *each.column, *each.spacing] for each in slices])
    return slices[int(np.abs(axes - np.median(axes, axis=0)).max(axis=1).argmin())]


def _unevenness(path: Path, slices: tuple[Slice, ...], heights: Array, distance: float) -> float:
    """How far a slice lies from its place at most, as a part of the slices' distance.

    Raises:
        InputError: two slices lie at one place, some are missing, or they are not evenly spaced.
    """
    steps = np.diff(heights)
    same = np.flatnonzero(steps < 1e-3)
    if len(same):
        names = " and ".join(_name(slices[number]) for number in (same[0], same[0] + 1))
        raise InputError(
            f"{path} has {len(same)} place{'' if len(same) == 1 else 's'} with more than one slice (such as {names}),"
            " which nothing in them tells apart;"
            " remove those that do not belong to the scan, or export it again."
        )
    usual = float(np.median(steps))
    wide = steps[steps > 1.5 * usual] / usual
    is_moved = steps.min() < (1 - 2 * _MOST_JITTER) * usual  # a slice that comes too far after one comes too near before the next
    if len(steps) > 1 and len(wide) and not is_moved and (np.abs(wide - np.rint(wide)) < 2 * _MOST_JITTER).any():
        gap = int(np.argmax(steps))
        lost = int(np.rint(wide - 1).sum())
        raise InputError(
            f"{path} lacks {lost} slice{'s' if lost > 1 else ''}: after {_name(slices[gap])} the next is {steps[gap]:.4g} mm away,"
            f" where {usual:.4g} mm is usual; export the whole series again."
        )
    jitter = float(np.abs(heights - heights[0] - distance * np.arange(len(heights))).max()) / distance
    if jitter > _MOST_JITTER:
        raise InputError(
            f"{path} has slices at uneven distances ({steps.min():.4g} to {steps.max():.4g} mm, the widest after"
            f" {_name(slices[int(np.argmax(steps))])}); resample it to a regular grid first."
        )
    return jitter


def _name(each: Slice) -> str:
    return f"frame {each.frame + 1} of {each.file.name}" if each.frame else each.file.name


def read_voxels(series: Series) -> Array:
    """The voxels of a scan, shape (z, y, x), in the patient's units: stored numbers with each slice's own slope and shift.

    Whole numbers stay whole; where a slope or a shift is not, all become float32.

    Raises:
        InputError: a file is damaged, or compressed in a way that neither pydicom nor GDCM reads.
    """
    if series.stack.mosaic:
        from .dicom_mosaic import mosaic_voxels

        return mosaic_voxels(series)
    slices = series.stack.slices
    stored: dict[Path, Array] = {}
    places: dict[Path, list[int]] = {}
    for number, each in enumerate(slices):
        places.setdefault(each.file, []).append(number)
    kind = np.dtype(np.float32)
    is_whole = all(each.slope == int(each.slope) and each.shift == int(each.shift) for each in slices)
    planes: list[Array] = [np.empty(0)] * len(slices)
    for file, numbers in places.items():
        stored[file] = frames = _stored(file, slices[numbers[0]])
        for number in numbers:
            each = slices[number]
            if each.frame >= len(frames) or frames.shape[1:] != each.shape:
                raise _cut_short(file)
            plane = frames[each.frame]
            if (each.slope, each.shift) == (1, 0):
                planes[number] = plane
            elif is_whole:
                planes[number] = plane.astype(np.int64) * int(each.slope) + int(each.shift)
            else:
                planes[number] = (plane.astype(np.float64) * each.slope + each.shift).astype(np.float32)
        del stored[file]
    if is_whole:
        kind = _least_kind(planes)
    array = np.stack([plane.astype(kind, copy=False) for plane in planes])
    return array if series.shifts is None else _straightened(array, series)


def _least_kind(planes: list[Array]) -> np.dtype[Any]:
    """The smallest type of whole numbers, but not of 8 bits where the file has none, that holds all."""
    kinds = {plane.dtype for plane in planes}
    if len(kinds) == 1 and np.dtype(np.int64) not in kinds:
        return kinds.pop()
    low, high = min(int(plane.min()) for plane in planes), max(int(plane.max()) for plane in planes)
    for name in ("int16", "uint16", "int32", "uint32"):
        if np.iinfo(name).min <= low and high <= np.iinfo(name).max:
            return np.dtype(name)
    return np.dtype(np.int64)


def _straightened(array: Array, series: Series) -> Array:
    """Slices shifted within their planes onto the regular grid, by linear interpolation; the lowest value is around them."""
    from scipy import ndimage

    assert series.shifts is not None
    columns, rows, count = series.size
    lowest = array.min()
    result = np.full((count, rows, columns), lowest, np.float64)
    for number, (right, down) in enumerate(series.shifts):
        padded = np.full((rows, columns), lowest, np.float64)
        padded[: array.shape[1], : array.shape[2]] = array[number]
        result[number] = ndimage.shift(padded, (down, right), order=1, mode="constant", cval=float(lowest))
    if array.dtype.kind in "iu":
        result = np.rint(result)
    return result.astype(array.dtype)


def _stored(file: Path, example: Slice) -> Array:
    """A file's stored numbers, shape (frames, rows, columns)."""
    from pydicom import dcmread

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = dcmread(file, force=True)
            if "TransferSyntaxUID" not in data.file_meta:  # of very old files
                data.file_meta.TransferSyntaxUID = _guessed_syntax(data)
            array = _unpacked(data, file, example)
    except MemoryError:
        raise
    except InputError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, EOFError, NotImplementedError):
        raise _cut_short(file) from None
    return array.reshape(-1, *array.shape[-2:])


def _unpacked(data: Any, file: Path, example: Slice) -> Array:
    syntax = data.file_meta.TransferSyntaxUID
    if not syntax.is_compressed or _pydicom_unpacks(str(syntax)):
        array: Array = data.pixel_array
        return array
    import SimpleITK as sitk

    try:
        image = sitk.ReadImage(str(file), imageIO="GDCMImageIO")
    except RuntimeError:
        raise InputError(
            f"{file} is compressed in a way that cannot be read ({syntax.name}), or damaged; export it uncompressed"
            " (Explicit VR Little Endian), or install a decoder with: pip install pylibjpeg pylibjpeg-libjpeg pylibjpeg-openjpeg"
        ) from None
    scaled = sitk.GetArrayFromImage(image)  # GDCM has applied the first frame's slope and shift
    if (example.slope, example.shift) == (1, 0):
        return scaled
    return np.rint((scaled.astype(np.float64) - example.shift) / example.slope).astype(np.int32)


@functools.cache
def _pydicom_unpacks(syntax: str) -> bool:
    from pydicom import pixels

    try:
        return bool(pixels.get_decoder(syntax).is_available)  # type: ignore[attr-defined]
    except NotImplementedError:
        return False


def _guessed_syntax(data: Any) -> Any:
    from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

    implicit, little = data.original_encoding
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian if little else ExplicitVRBigEndian


def _cut_short(file: Path) -> InputError:
    return InputError(f"{file} cannot be read: it is damaged or cut short; copy it again from its source.")
