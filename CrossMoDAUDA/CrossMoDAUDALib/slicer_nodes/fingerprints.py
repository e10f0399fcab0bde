"""What tells whether somebody has drawn in a segmentation or label map since it was measured, also after it was saved and loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator
from typing import Any, TypeVar

import numpy as np

from ..images.volumes import Volume
from .label_pieces import label_volume_in_pieces
from .scenes import Node, slicer_module
from .segmentation_nodes import drawn_state

PIECE_VOXELS = 1 << 20  # that are looked at in a step
_Taken = TypeVar("_Taken")


def fingerprint_in_pieces(node: Node) -> Generator[None, None, str]:
    """A text of 32 digits and letters that changes with the voxels of a segmentation or label map, in steps that take milliseconds.

    Names, colours, transforms and empty segments are no part of it, nor how many voxels without a label Slicer keeps around the others.
    A segmentation that has no label map gives an empty text.
    """
    found = hashlib.blake2b(digest_size=16)
    if not node.IsA("vtkMRMLSegmentationNode"):
        image = node.GetImageData()
        yield from _add(found, image, None, (0, 0, 0))
        return found.hexdigest()
    kind = slicer_module().vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    segmentation = node.GetSegmentation()
    if segmentation.GetSourceRepresentationName() != kind:
        return ""
    first = None
    for identifier in sorted(segmentation.GetSegmentIDs()):
        segment = segmentation.GetSegment(identifier)
        image = segment.GetRepresentation(kind) if segment is not None else None
        if image is None or image.GetNumberOfPoints() == 0:
            continue
        first = first if first is not None else image
        own = hashlib.blake2b(digest_size=16)
        if (yield from _add(own, image, segment.GetLabelValue(), _offset(first, image))):
            found.update(f"{identifier}\n".encode() + own.digest())
    return found.hexdigest()


def fingerprint(node: Node) -> str:
    """As :func:`fingerprint_in_pieces`, at once."""
    steps = fingerprint_in_pieces(node)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return str(end.value)


def taken_with_fingerprint(node: Node, take: Callable[[], _Taken]) -> Generator[None, None, tuple[str, _Taken]]:
    """What is taken from a node, with the fingerprint of the same voxels; both anew where somebody draws in it meanwhile."""
    while True:
        before = drawn_state(node)
        fingerprint = yield from fingerprint_in_pieces(node)
        if drawn_state(node) == before:
            return fingerprint, take()


def label_volume_with_fingerprint(node: Node, structures: dict[str, int]) -> Generator[None, None, tuple[str, Volume]]:
    """As :func:`.label_pieces.label_volume_in_pieces`, with the fingerprint of the same voxels."""
    while True:
        before = drawn_state(node)
        fingerprint = yield from fingerprint_in_pieces(node)
        volume = yield from label_volume_in_pieces(node, structures)
        if drawn_state(node) == before:
            return fingerprint, volume


def _offset(first: Any, image: Any) -> tuple[int, int, int]:
    """Where an image's voxel (0, 0, 0) lies in the voxels (x, y, z) of another, as after layers were saved with extents of their own."""
    import vtk

    if image is first:
        return (0, 0, 0)
    there, to_first = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(there)
    first.GetImageToWorldMatrix(to_first)
    to_first.Invert()
    vtk.vtkMatrix4x4.Multiply4x4(to_first, there, there)
    return tuple(round(there.GetElement(axis, 3)) for axis in range(3))  # type: ignore[return-value]


def _add(found: Any, image: Any, value: int | None, offset: tuple[int, int, int]) -> Generator[None, None, bool]:
    """Add the places of the voxels that have a value to a digest; without a value of all that have one, with these.

    Gives whether there are any.
    """
    from vtk.util import numpy_support

    scalars = image.GetPointData().GetScalars() if image is not None else None
    if scalars is None:
        return False
    array = numpy_support.vtk_to_numpy(scalars).reshape(image.GetDimensions()[::-1])
    extent = image.GetExtent()
    slices, has_some = max(PIECE_VOXELS // max(array[0].size, 1), 1), False
    for start in range(0, len(array), slices):
        piece = array[start : start + slices]
        mask = piece != 0 if value is None else piece == value
        if mask.any():
            has_some = True
            z, y, x = np.nonzero(mask)
            begin = (x + (extent[0] + offset[0]), y + (extent[2] + offset[1]), z + (extent[4] + offset[2] + start))
            for places in begin:
                found.update(places.astype("<i4").tobytes())
            if value is None:
                found.update(piece[mask].astype("<i4").tobytes())
        yield
    return has_some
