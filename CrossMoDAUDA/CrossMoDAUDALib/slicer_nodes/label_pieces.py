"""Segmentations and label maps read in steps, for a window that must not wait."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import numpy as np

from ..images.volumes import Array, Volume
from ..images.voxels import label_type
from .scenes import Node, slicer_module
from .segmentation_nodes import (
    drawn_state,
    grid_geometry,
    label_volume_from_segmentation,
    reference_grid,
    segment_id,
    shared_structures,
    strange_value,
)
from .volume_nodes import volume_in_pieces

PIECE_VOXELS = 1 << 21  # of a step
SAME = 1e-4  # by how much the axes of a segment's own grid may differ from the segmentation's, and its places in voxels ten times that


def label_volume_in_pieces(node: Node, structures: dict[str, int]) -> Generator[None, None, Volume]:
    """As :func:`.segmentation_nodes.label_volume_from_node`, in steps that take milliseconds; gives the label map at the end.

    A segmentation in which somebody draws meanwhile is read anew as it is then, in one step, as is one whose segments have other grids
    than its own.
    """
    if not node.IsA("vtkMRMLSegmentationNode"):
        volume = yield from volume_in_pieces(node)
        return (yield from _checked(volume, structures))
    before = drawn_state(node)
    merged = yield from _merged(node, structures)
    return merged if merged is not None and drawn_state(node) == before else label_volume_from_segmentation(node, structures)


def shared_structures_in_pieces(first: Node, second: Node, known: dict[str, int]) -> Generator[None, None, dict[str, int]]:
    """As :func:`.segmentation_nodes.shared_structures`, in steps that take milliseconds; gives the structures at the end."""
    values: set[int] = set()
    if not any(node.IsA("vtkMRMLSegmentationNode") for node in (first, second)):
        for node in (first, second):
            volume = yield from volume_in_pieces(node)
            for slices in _pieces(volume.array.shape):
                values.update(int(value) for value in np.unique(volume.array[slices]))
                yield
    return shared_structures(first, second, known, values)


def _pieces(shape: tuple[int, ...]) -> Iterator[slice]:
    """The slices of an array [z, y, x], some at a time."""
    step = max(PIECE_VOXELS // max(shape[1] * shape[2], 1), 1)
    return (slice(start, start + step) for start in range(0, shape[0], step))


def _checked(volume: Volume, structures: dict[str, int]) -> Generator[None, None, Volume]:
    """As :func:`.segmentation_nodes.checked_labels`."""
    kind = label_type(structures)
    labels, strange = np.empty(volume.array.shape, kind), set()
    is_known = np.zeros(np.iinfo(kind).max + 1, bool)
    is_known[[0, *structures.values()]] = True
    for slices in _pieces(labels.shape):
        piece = volume.array[slices]
        with np.errstate(invalid="ignore"):
            labels[slices] = piece.astype(kind)
        if not (is_known[labels[slices]].all() and np.array_equal(labels[slices], piece)):
            strange |= {*np.unique(piece).tolist()} - {0, *structures.values()}
        yield
    if strange:
        raise strange_value(min(strange), structures)
    return volume.with_array(labels)


def _merged(node: Node, structures: dict[str, int]) -> Generator[None, None, Volume | None]:
    """The segments put into one label map, that of the structure named last on top; None where VTK has to resample one."""
    grid = reference_grid(node)
    segmentation, name = node.GetSegmentation(), slicer_module().vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    geometry = grid_geometry(grid)
    merged = np.zeros(geometry.size[::-1], label_type(structures))
    for structure, value in structures.items():
        segment = segmentation.GetSegment(segment_id(node, structure))
        image = segment.GetRepresentation(name)
        scalars = image.GetPointData().GetScalars() if image is not None else None
        if scalars is None or scalars.GetNumberOfTuples() == 0:
            continue
        offset = _offset(image, grid)
        if offset is None:
            return None
        for source, target in _overlapping(image, scalars, offset, merged):
            target[source == segment.GetLabelValue()] = value
            yield
    return Volume(merged, geometry)


def _offset(image: Any, grid: Any) -> tuple[int, int, int] | None:
    """Where a labelmap's first voxel lies on a grid, as [z, y, x]; None if its voxels are not the grid's."""
    import vtk

    own, there = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(own)
    grid.GetImageToWorldMatrix(there)
    there.Invert()
    vtk.vtkMatrix4x4.Multiply4x4(there, own, own)
    rows = np.array([[own.GetElement(row, column) for column in range(4)] for row in range(3)])
    places = np.round(rows[:, 3])
    if np.abs(rows[:, :3] - np.eye(3)).max() > SAME or np.abs(rows[:, 3] - places).max() > 10 * SAME:
        return None
    x, y, z = (int(places[axis]) + image.GetExtent()[2 * axis] - grid.GetExtent()[2 * axis] for axis in range(3))
    return z, y, x


def _overlapping(image: Any, scalars: Any, offset: tuple[int, int, int], merged: Array) -> Iterator[tuple[Array, Array]]:
    """A labelmap's voxels and those of the grid at the same places, some slices at a time."""
    from vtk.util import numpy_support

    array = numpy_support.vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])
    first = [max(-start, 0) for start in offset]
    last = [min(count, size - start) for count, size, start in zip(array.shape, merged.shape, offset, strict=True)]
    if any(begin >= end for begin, end in zip(first, last, strict=True)):
        return
    inside = array[tuple(slice(begin, end) for begin, end in zip(first, last, strict=True))]
    there = merged[tuple(slice(begin + start, end + start) for begin, end, start in zip(first, last, offset, strict=True))]
    for slices in _pieces(inside.shape):
        yield inside[slices], there[slices]
