"""Where the segments of a segmentation node have their voxels."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from ..images.volumes import Array
from .scenes import Node, slicer_module


def filled_segments(node: Node) -> list[str]:
    """The ids of the segments that have a voxel; Slicer's own functions print a warning for each that has none."""
    boxes = _boxes(node)
    return [identifier for identifier, image, value in _labels(node) if image in boxes and (boxes[image][0] == value).any()]


def voxel_bounds(node: Node) -> tuple[float, ...] | None:
    """The box around a segmentation's voxels in the world (RAS): smallest and largest x, y and z in mm; None without a voxel."""
    corners = []
    for image, (box, first) in _boxes(node).items():
        ends = [(start - 0.5, start + size - 0.5) for start, size in zip(first, box.shape, strict=True)]
        corners += [_world(node, image, index) for index in itertools.product(*ends)]
    if not corners:
        return None
    return tuple(float(end) for axis in np.transpose(corners) for end in (axis.min(), axis.max()))


def inner_point(node: Node, identifier: str) -> tuple[float, float, float] | None:
    """A voxel's place (RAS, mm) near the middle of a segment's largest slice; None if it has no voxel."""
    image, value = next((image, value) for other, image, value in _labels(node) if other == identifier)
    box, first = _boxes(node).get(image, (np.zeros((0, 0, 0)), (0, 0, 0)))
    mask = box == value
    if not mask.any():
        return None
    number = int(mask.sum(axis=(1, 2)).argmax())
    places = np.argwhere(mask[number])
    y, x = places[np.square(places - places.mean(axis=0)).sum(axis=1).argmin()]
    return _world(node, image, (first[0] + number, first[1] + y, first[2] + x))


def _labels(node: Node) -> list[tuple[str, Any, int]]:
    """Every segment that has voxels of its own: id, its labelmap, which segments without overlap share, and its value in it."""
    name = slicer_module().vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    segments = [(identifier, node.GetSegmentation().GetSegment(identifier)) for identifier in node.GetSegmentation().GetSegmentIDs()]
    found = [(identifier, segment.GetRepresentation(name), segment.GetLabelValue()) for identifier, segment in segments]
    return [label for label in found if label[1] is not None]


def _boxes(node: Node) -> dict[Any, tuple[Array, tuple[int, int, int]]]:
    """By labelmap: the smallest box [z, y, x] that holds its voxels, and the box's first index; none of an empty labelmap."""
    from vtk.util import numpy_support

    found: dict[Any, tuple[Array, tuple[int, int, int]]] = {}
    for image in dict.fromkeys(image for _identifier, image, _value in _labels(node)):
        scalars = image.GetPointData().GetScalars()
        if scalars is None or scalars.GetNumberOfTuples() == 0:
            continue
        box, extent = numpy_support.vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1]), image.GetExtent()
        first = [extent[4], extent[2], extent[0]]
        for axis in range(3):  # slices first: what is cut off then is not read again
            filled = np.flatnonzero(box.max(axis=tuple({0, 1, 2} - {axis})))
            if not filled.size:
                break
            first[axis] += int(filled[0])
            box = box[(slice(None),) * axis + (slice(filled[0], filled[-1] + 1),)]
        else:
            found[image] = (box, (first[0], first[1], first[2]))
    return found


def _world(node: Node, image: Any, index: tuple[float, ...]) -> tuple[float, float, float]:
    """Where a voxel [z, y, x] of a labelmap lies in the world (RAS, mm), the segmentation's transform included."""
    import vtk

    to_ras, to_world = vtk.vtkMatrix4x4(), vtk.vtkGeneralTransform()
    image.GetImageToWorldMatrix(to_ras)
    slicer_module().vtkMRMLTransformNode.GetTransformBetweenNodes(node.GetParentTransformNode(), None, to_world)
    x, y, z = to_world.TransformPoint(to_ras.MultiplyPoint((*index[::-1], 1.0))[:3])
    return x, y, z
