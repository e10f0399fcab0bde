"""Label maps from DICOM: segmentations (SEG), binary, fractional or as numbers, with their segments' names and codes.

pydicom reads and unpacks them. A structure set (RTSTRUCT) has contours and no voxels; it is refused with what to do.
"""

from __future__ import annotations

import contextlib
import warnings
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError, short
from ..core.failures import missing_packages
from .dicom_index import RTSTRUCT, choosing, label_file, label_kind
from .dicom_series import find_index, find_series
from .dicom_slices import Slice, damaged, group, read_dataset, slices_of
from .grids import Geometry, Volume
from .shear import resampled

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Array = npt.NDArray[Any]

# Of a pixel, or of the distance of slices: as far as this a frame may lie beside its place.
_NO_SHIFT = 0.1
_MOST_VOXELS = 1 << 30


class NoPlaceError(InputError):
    """A segmentation lies nowhere as long as its scan is not known."""


@dataclass(frozen=True)
class DicomSegment:
    """A segment as a DICOM segmentation describes it.

    Attributes:
        number: by which its frames refer to it.
        name: its label.
        terminology: category, type and region as Slicer's segments have them; empty codes where there are none.
    """

    number: int
    name: str
    terminology: str


@dataclass(frozen=True)
class DicomSegmentation:
    """A segmentation's voxels.

    Attributes:
        segments: in the file's order.
        layers: 1 inside, a layer for each segment; shape (z, y, x, segments).
        volume: the first layer on the segmentation's own grid, which reaches from its first frame to its last, with notes.
    """

    segments: list[DicomSegment]
    layers: Array
    volume: Volume


def read_segmentation(file: Path, path: Path, grid: Geometry | None = None) -> DicomSegmentation:
    """A segmentation, whose frames lie where their positions say; places without a frame are background.

    Args:
        file: the DICOM file.
        path: as the user named it.
        grid: of the scan that it was drawn on. Frames that are shifted against one another, as of a tilted gantry, are put onto its
            nearest voxels; others keep their own grid.

    Raises:
        NoPlaceError: it has no frame, and nothing tells where its slices would lie.
        InputError: it is a structure set, it is damaged, its frames make no grid, or pydicom is not installed.
    """
    if label_kind(file) == RTSTRUCT:
        raise InputError(
            f"{path} is a DICOM structure set (RTSTRUCT): it holds contours, not voxels. Open it in Slicer together with its scan"
            " (extension SlicerRT), save the segmentation as .seg.nrrd, and give that file."
        )
    try:
        import pydicom  # noqa: F401
    except ImportError:
        raise InputError(f"{path} is DICOM. {missing_packages(['pydicom'])}") from None
    head = read_dataset(file)
    segments = _segments(head, file)
    if not head.get("PerFrameFunctionalGroupsSequence"):
        return _without_frames(path, file, head, segments, grid)
    frames = list(slices_of(file, head))
    numbers = _segment_of_each(head, len(frames), file)
    stored = _stored(file, frames)
    inside, notes = _inside(head, stored, path)
    if on_slices := _on_skewed_slices(frames, grid):
        geometry, places, (rows_by, columns_by) = on_slices
        inside = inside[:, ::rows_by, ::columns_by]
    else:
        geometry, places, remarks = _on_grid(path, head, frames, grid)
        notes += remarks
    columns, rows, count = geometry.size
    if columns * rows * count * max(len(segments), 1) > _MOST_VOXELS:
        raise InputError(f"{path} has more voxels in its segments than can be worked on; export it as .seg.nrrd.")
    layers = np.zeros((count, rows, columns, max(len(segments), 1)), np.uint8)
    for frame, plane in enumerate(inside):
        right, down, up = places[frame]
        for layer, segment in enumerate(segments):
            if numbers[frame] is None or numbers[frame] == segment.number:
                drawn = plane == segment.number if numbers[frame] is None else plane
                height, width = min(drawn.shape[0], rows - down), min(drawn.shape[1], columns - right)
                layers[up, down : down + height, right : right + width, layer] |= drawn[:height, :width].astype(np.uint8)
    lost = _without_a_segment(inside, numbers, [segment.number for segment in segments])
    if lost:
        one = f"{path} has one voxel of a number that none of its segments has; it is taken as background."
        several = f"{path} has {lost} voxels of numbers that none of its segments has; they are taken as background."
        notes += (several if lost > 1 else one,)
    if on_slices and grid is not None:  # as the scan's own voxels were
        each = [resampled(Volume(layer, geometry), grid, nearest=True) for layer in np.moveaxis(layers, -1, 0)]
        layers, geometry = np.stack(each, axis=-1), grid
        notes += (f"{path} lies on the skewed slices of its scan, and is resampled to the nearest voxels as that is.",)
    return DicomSegmentation(segments, layers, Volume(layers[..., 0], geometry, notes))


def _on_skewed_slices(frames: list[Slice], grid: Geometry | None) -> tuple[Geometry, list[tuple[int, int, int]], tuple[int, int]] | None:
    """The skewed grid of the scan's file, if all frames lie on its pixels.

    Returns:
        The grid, the least column, the least row and the slice of each frame on it, and by which steps the frames' rows and columns run
        in its order: 1 or -1, as programs turn slices over that write NIfTI.
    """
    if grid is None or grid.skewed is None:
        return None
    own, first = grid.skewed, frames[0]
    steps = own.matrix * np.array(own.spacing)
    signs = np.sign([own.matrix[:, 0] @ first.row, own.matrix[:, 1] @ first.column]).astype(int)
    starts = []
    for frame in frames:
        pixel = np.column_stack([frame.row, frame.column]) * frame.spacing[::-1]
        if not signs.all() or np.abs(pixel * signs - steps[:, :2]).max() > 1e-3 * max(own.spacing[:2]):
            return None
        before = np.array(frame.shape[::-1]) - 1
        starts.append(frame.position + pixel @ np.where(signs < 0, before, 0))
    places = np.linalg.solve(steps, (np.array(starts) - own.origin).T).T
    whole = np.rint(places).astype(int)
    ends = whole + [(*frame.shape[::-1], 1) for frame in frames]
    if np.abs(places - whole).max() > _NO_SHIFT or whole.min() < 0 or (ends > own.size).any():
        return None
    return own, [(int(right), int(down), int(up)) for right, down, up in whole], (int(signs[1]), int(signs[0]))


def _without_frames(path: Path, file: Path, head: Dataset, segments: list[DicomSegment], grid: Geometry | None) -> DicomSegmentation:
    """What programs write that leave out slices where nothing is segmented, if nothing is."""
    says_so = "NumberOfFrames" in head or "PerFrameFunctionalGroupsSequence" in head
    if not says_so or str(head.get("NumberOfFrames", "")) not in ("0", ""):
        raise damaged(file)  # it breaks off before its frames
    grid = grid or scan_grid(path)
    if grid is None:
        raise NoPlaceError(
            f"{path} has no slices: nothing was segmented in it, and where it lies can be told only by the scan that it was drawn on;"
            " put the series of that scan into its folder, or leave the segmentation out."
        )
    note = f"{path} has no slices: nothing was segmented in it, so it is empty on its scan's grid."
    layers = np.zeros((*grid.size[::-1], max(len(segments), 1)), np.uint8)
    return DicomSegmentation(segments, layers, Volume(layers[..., 0], grid, (note,)))


def scan_grid(path: Path, folder: Path | None = None) -> Geometry | None:
    """The grid of the scan that a DICOM segmentation was drawn on; None where its series is not found.

    Args:
        path: that names the segmentation.
        folder: where the scan may lie, if not beside the segmentation.

    Raises:
        InputError: the segmentation is damaged.
    """
    file = label_file(path)
    if file is None:
        return None
    head = read_dataset(file, ["ReferencedSeriesSequence"])
    drawn_on = [str(each.get("SeriesInstanceUID", "")) for each in head.get("ReferencedSeriesSequence") or ()]
    for place in dict.fromkeys(filter(None, (folder, file.parent))):
        with contextlib.suppress(InputError):  # of other files, or of a scan that makes no volume
            stacks = [stack for stack in find_index(place).stacks if stack.series in drawn_on]
            if len(stacks) == 1:
                return find_series(choosing(place, stacks[0].number)).grid
    return None


def write_segments(path: Path, nrrd: Path, grid: Geometry | None = None) -> None:
    """Write a DICOM segmentation's segments as an NRRD file that names them as Slicer's do; of no other tag.

    Where segments overlap, the later one has the voxels, as where it is read.

    Args:
        grid: of the scan that it was drawn on, as for :func:`read_segmentation`.

    Raises:
        InputError: as :func:`read_segmentation`.
    """
    import SimpleITK as sitk

    file = label_file(path)
    if file is None:
        raise InputError(f"{path} is no DICOM segmentation; give one.")
    found = read_segmentation(file, path, grid)
    array = np.zeros(found.layers.shape[:3], np.uint16)
    for layer in range(len(found.segments)):
        array[found.layers[..., layer] > 0] = layer + 1
    image, grid = sitk.GetImageFromArray(array), found.volume.geometry
    image.SetSpacing(grid.spacing)
    image.SetOrigin(grid.origin)
    image.SetDirection(grid.direction)
    for number, segment in enumerate(found.segments):
        fields = {"ID": f"Segment_{number + 1}", "Name": segment.name, "LabelValue": str(number + 1), "Layer": "0"}
        for key, text in {**fields, "Tags": f"TerminologyEntry:{segment.terminology}|"}.items():
            image.SetMetaData(f"Segment{number}_{key}", text)
    sitk.WriteImage(image, str(nrrd), useCompression=True)


def _segments(head: Dataset, file: Path) -> list[DicomSegment]:
    try:
        return [
            DicomSegment(
                int(each.SegmentNumber), str(each.get("SegmentLabel", "") or f"Segment {each.SegmentNumber}").strip(), _terminology(each)
            )
            for each in head.SegmentSequence
            if int(each.SegmentNumber)  # of numbers as voxels 0 is the background
        ]
    except (AttributeError, TypeError, ValueError):
        raise damaged(file) from None


def _terminology(segment: Dataset) -> str:
    """Its codes in the form of :attr:`.structures.Structure.terminology`."""

    def code(name: str) -> str:
        items = segment.get(name) or ()
        return "^".join(str(items[0].get(key, "")) for key in ("CodingSchemeDesignator", "CodeValue", "CodeMeaning")) if items else "^^"

    category, kind, region = (
        code(f"{name}Sequence") for name in ("SegmentedPropertyCategoryCode", "SegmentedPropertyTypeCode", "AnatomicRegion")
    )
    return "~".join(["", category, kind, "^^", "", region, "^^"])


def _segment_of_each(head: Dataset, count: int, file: Path) -> list[int | None]:
    """The segment that each frame is of; None where its voxels are the segments' numbers."""
    if str(head.get("SegmentationType", "BINARY")) == "LABELMAP":
        return [None] * count
    try:
        items = [group(head, frame, "SegmentIdentificationSequence") for frame in range(count)]
        return [int(item.ReferencedSegmentNumber) for item in items]  # type: ignore[union-attr]
    except (AttributeError, TypeError, ValueError):
        raise damaged(file) from None


def _without_a_segment(inside: Array, numbers: list[int | None], known: list[int]) -> int:
    """How many voxels are drawn of segments that the file does not describe."""
    planes = zip(inside, numbers, strict=True)
    return sum(
        int(np.count_nonzero(~np.isin(plane, [0, *known]) if number is None else plane)) for plane, number in planes if number not in known
    )


def _stored(file: Path, frames: list[Slice]) -> Array:
    from pydicom import dcmread

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            array: Array = dcmread(file, force=True).pixel_array
        return array.reshape(len(frames), *frames[0].shape)
    except MemoryError:
        raise
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RuntimeError, EOFError, NotImplementedError, IndexError):
        raise InputError(f"{file} cannot be read: it is damaged or cut short; copy it again from its source.") from None


def _inside(head: Dataset, stored: Array, path: Path) -> tuple[Array, tuple[str, ...]]:
    """What is drawn; of fractions, what is at least half."""
    kind = str(head.get("SegmentationType", "BINARY"))
    if kind != "FRACTIONAL":  # some programs write 255 where 1 is meant
        return (stored if kind == "LABELMAP" else stored != 0), ()
    whole = float(head.get("MaximumFractionalValue", 0) or stored.max() or 1)
    note = (
        f"{path} holds fractions ({short(str(head.get('SegmentationFractionalType', 'FRACTIONAL')).lower())}); from a half on they count."
    )
    return stored >= whole / 2, (note,)


def _on_grid(
    path: Path, head: Dataset, frames: list[Slice], grid: Geometry | None
) -> tuple[Geometry, list[tuple[int, int, int]], tuple[str, ...]]:
    """A regular grid for the frames, the column, row and slice of each one's first pixel on it, and what must be known about it."""
    first = min(frames, key=lambda each: each.height)
    if any(
        each.shape != first.shape or not np.allclose([*each.row, *each.column], [*first.row, *first.column], atol=1e-3) for each in frames
    ):
        raise InputError(f"{path} has frames in several planes, which make no grid; export it as .seg.nrrd.")
    heights = np.array([each.height for each in frames]) - first.height
    distance, notes = _distance(path, head, first, heights, grid)
    up = np.rint(heights / distance).astype(int)
    spacing = (first.spacing[1], first.spacing[0], distance)
    direction = np.stack([first.row, first.column, first.normal], axis=1)
    beside = (np.array([each.position for each in frames]) - first.position) @ direction[:, :2] / spacing[:2]  # columns, rows
    rows, columns = first.shape
    own = Geometry((columns, rows, int(up.max()) + 1), spacing, first.position, tuple(direction.ravel().tolist()))
    # what a file says of the distance of its slices means nothing where it has a single one
    like = own if own.size[2] > 1 else replace(own, spacing=(*own.spacing[:2], _distance_of(grid, first) or distance))
    is_alike = grid is not None and not [what for what in like.differences(grid) if what.startswith(("spacing", "axis"))]
    if np.abs(beside).max() <= _NO_SHIFT and not (is_alike and _is_of_a_tilted_slice(own, grid)):
        return own, [(0, 0, int(each)) for each in up], notes
    if grid is not None and is_alike:
        places = (np.array([each.position for each in frames]) - grid.origin) @ grid.matrix / grid.spacing
        whole = np.rint(places).astype(int)
        ends = whole + np.array([columns, rows, 1])
        if np.abs(places - whole)[:, 2].max() <= _NO_SHIFT and whole.min() >= 0 and (ends <= grid.size).all():
            beside = float(np.abs(places - whole)[:, :2].max())
            told = (
                f"{path} lies up to {beside:.1f} voxels beside the grid of its scan, whose slices were straightened; it is put onto the"
                " nearest voxels.",
            )
            return grid, [(int(right), int(down), int(high)) for right, down, high in whole], (*notes, *(told if beside > 0.05 else ()))
    least = np.minimum(beside.min(axis=0), 0)
    shifts = np.rint(beside - least).astype(int)
    size = (columns + int(shifts[:, 0].max()), rows + int(shifts[:, 1].max()), int(up.max()) + 1)
    origin = np.array(first.position) + direction[:, :2] @ (least * spacing[:2])
    geometry = Geometry(size, spacing, tuple(origin.tolist()), tuple(direction.ravel().tolist()))
    return geometry, [(int(right), int(down), int(high)) for (right, down), high in zip(shifts, up, strict=True)], notes


def _is_of_a_tilted_slice(own: Geometry, grid: Geometry | None) -> bool:
    """Whether the frames lie on the pixels of a single slice of a scan that was straightened: these lie between the grid's voxels."""
    if grid is None or not grid.shifts or own.size[2] != 1:
        return False
    place = (np.array(own.origin) - grid.origin) @ grid.matrix / grid.spacing
    level = int(np.rint(place[2]))
    if abs(place[2] - level) > _NO_SHIFT or not 0 <= level < len(grid.shifts):
        return False
    pixels = place[:2] - grid.shifts[level]
    return bool(np.abs(pixels - np.rint(pixels)).max() <= _NO_SHIFT)


def _distance(path: Path, head: Dataset, first: Slice, heights: Array, grid: Geometry | None) -> tuple[float, tuple[str, ...]]:
    """From one slice to the next, in mm, and what must be known about it.

    The file's own distance counts, then the least that its frames have. A slice may be thinner than that: its thickness counts only
    where nothing else tells. A scan whose slices are at least as thick says where they lie.
    """
    steps = np.diff(np.unique(np.round(heights, 4)))
    steps = steps[steps > 1e-3]
    measures = group(head, 0, "PixelMeasuresSequence")
    said, thickness = (
        float(measures.get(name) or 0) if measures is not None else 0.0 for name in ("SpacingBetweenSlices", "SliceThickness")
    )
    least = float(steps.min()) if len(steps) else 0.0
    of_scan = _distance_of(grid, first)
    is_as_scan = of_scan > 0 and (not least or 0 < thickness <= of_scan * (1 + 1e-3))
    for distance in (said, of_scan if is_as_scan else 0.0, least, thickness):
        is_whole = distance > 0 and (np.abs(heights / distance - np.rint(heights / distance)) <= _NO_SHIFT).all()
        if is_whole and (not least or least > distance * (1 - _NO_SHIFT)):
            is_known = bool(said) or abs(of_scan - distance) <= 1e-3 * distance
            is_guess = not is_known and distance == least and 0 < thickness * (2 - _NO_SHIFT) < least
            told = (
                f"{path} does not say how far its slices lie apart; they are taken as {distance:.4g} mm apart, as its nearest frames lie."
            )
            return distance, (told,) if is_guess else ()
    raise InputError(f"{path} has frames at uneven distances, which make no grid; export it as .seg.nrrd.")


def _distance_of(grid: Geometry | None, first: Slice) -> float:
    """From one slice of a grid to the next along a frame's normal; 0 without a grid, or where no axis runs so."""
    along = np.abs(grid.matrix.T @ first.normal) if grid is not None else np.zeros(3)
    return float(grid.spacing[int(along.argmax())]) if grid is not None and along.max() > 1 - 1e-3 else 0.0
