"""Volume nodes to this library's volumes and back."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..images.raw_nrrd import PIECE_BYTES
from ..images.volumes import Array, Geometry, Volume
from .mrml_geometry import filled_image, matrix, node_geometry, swapped, to_other_convention
from .scenes import Node, free_name, put_beside, scene_of, slicer_module

LARGE = 4_000_000  # voxels; of more, Slicer's own choice of brightness and contrast holds the window for tenths of a second
PERCENTILES = (0.1, 99.9)  # of its values, which are shown black and white, as Slicer chooses them
SAMPLE = 500_000  # voxels that a choice of ours looks at


def volume_from_node(node: Node) -> Volume:
    """A copy of a volume node's voxels, in their own type, on the node's own grid (parent transform not applied).

    Raises:
        InputError: there is no node or no image in it, it is not a 3-D scalar image, it holds NaN or infinity, its axes
            are skewed, or it is under a non-linear transform.
    """
    array, geometry = _voxels(node)
    _check_finite(array, node)
    return Volume(array.copy(), geometry)


def volume_in_pieces(node: Node) -> Generator[None, None, Volume]:
    """As :func:`volume_from_node`, in steps that take milliseconds; gives the volume at the end.

    A volume that somebody changes meanwhile is copied anew as it is then, in one step: the copy is never half of each.
    """
    array, geometry = _voxels(node)
    image, changed = node.GetImageData(), node.GetImageData().GetMTime()
    copied = np.empty_like(array)
    source, target = array.reshape(-1), copied.reshape(-1)
    step = max(PIECE_BYTES // array.itemsize, 1)
    for start in range(0, source.size, step):
        piece = source[start : start + step]
        _check_finite(piece, node)
        target[start : start + step] = piece
        yield
    if node.GetImageData() is not image or image.GetMTime() != changed or node_geometry(node).differences(geometry):
        return volume_from_node(node)
    return Volume(copied, geometry)


def _voxels(node: Node) -> tuple[Array, Geometry]:
    """A volume node's own voxels, not a copy, and its grid."""
    slicer_module()
    from vtk.util import numpy_support

    if node is None or not node.IsA("vtkMRMLVolumeNode"):
        raise InputError("No volume is chosen; choose the scan to work on.")
    name = f"Volume '{node.GetName()}'"
    image = node.GetImageData()
    scalars = image.GetPointData().GetScalars() if image is not None else None
    if scalars is None or scalars.GetNumberOfTuples() == 0:
        raise InputError(f"{name} has no image data; load it again or choose another volume.")
    if scalars.GetNumberOfComponents() != 1:
        raise InputError(f"{name} has {scalars.GetNumberOfComponents()} values a voxel; expected a scalar volume.")
    if min(image.GetDimensions()) < 2:
        raise InputError(f"{name} is a single slice; expected a 3-D scan.")
    transform = node.GetParentTransformNode()
    if transform is not None and not transform.IsTransformToWorldLinear():
        raise InputError(f"{name} is under the non-linear transform '{transform.GetName()}'; harden the transform or take it off first.")
    geometry = node_geometry(node)
    if not np.allclose(geometry.matrix.T @ geometry.matrix, np.eye(3), rtol=0, atol=1e-3):
        raise InputError(f"{name} has skewed axes; resample it to a regular grid first (module Resample Scalar/Vector/DWI Volume).")
    return numpy_support.vtk_to_numpy(scalars).reshape(geometry.size[::-1]), geometry


def _check_finite(voxels: Array, node: Node) -> None:
    if voxels.dtype.kind == "f" and not np.isfinite([voxels.min(), voxels.max()]).all():  # NaN anywhere makes both NaN
        raise InputError(f"Volume '{node.GetName()}' holds voxels that are not finite numbers; replace them, for example by 0.")


def volume_node(volume: Volume, name: str, node: Node = None, reference_node: Node = None, image: Any = None) -> Node:
    """A scalar volume node with a copy of the volume.

    Args:
        name: of a new node; made unique in the scene.
        node: filled instead of a new one; keeps its name.
        reference_node: the scan that the volume was made from; the node is put under its transform and beside it.
        image: what :func:`.mrml_geometry.image_in_pieces` has made of the volume, to be taken instead of a copy.

    Raises:
        CrossModaError: this Python has no MRML classes.

    >>> from CrossMoDAUDALib.cohort.phantom import make_case
    >>> scan, _labels = make_case(1, "hrT2", size=(32, 32, 16))
    >>> node = volume_node(scan, "hrT2 of patient 1")
    >>> node.GetImageData().GetDimensions()
    (32, 32, 16)
    >>> volume_from_node(node).geometry.differences(scan.geometry)
    []
    """
    slicer_module()
    import vtk  # comes with slicer

    image = image if image is not None else filled_image(vtk.vtkImageData(), volume.array)
    filled, target = node, scene_of(reference_node)
    if filled is None:
        filled = target.CreateNodeByClass("vtkMRMLScalarVolumeNode")  # with what the scene gives each new volume
        filled.UnRegister(None)
    is_large = volume.array.size > LARGE and filled.GetClassName() == "vtkMRMLScalarVolumeNode"
    display = filled.GetDisplayNode()
    is_ours = is_large and (display is None or bool(display.GetAutoWindowLevel()))
    if is_ours and display is not None:
        display.SetAutoWindowLevel(False)
    modifying = filled.StartModify()
    try:
        filled.SetSpacing(volume.geometry.spacing)
        filled.SetOrigin(swapped(volume.geometry.origin))
        filled.SetIJKToRASDirectionMatrix(matrix(to_other_convention(volume.geometry.matrix)))
        filled.SetAndObserveImageData(image)
    finally:
        filled.EndModify(modifying)
    if node is None:
        filled.SetName(free_name(target, name))
        target.AddNode(filled)
    if filled.GetScene() is not None and filled.GetDisplayNode() is None:
        if is_large:
            _add_display(filled)
        else:
            filled.CreateDefaultDisplayNodes()
    if is_ours and filled.GetDisplayNode() is not None:
        filled.GetDisplayNode().SetWindowLevelMinMax(*_shown_range(volume.array))
    if reference_node is not None:
        put_beside(filled, reference_node, is_new=node is None)
    return filled


def _add_display(node: Node) -> None:
    """As CreateDefaultDisplayNodes of vtkMRMLScalarVolumeNode, with brightness and contrast not automatic, whose choice takes long."""
    holder = node.GetScene()
    display = holder.CreateNodeByClass("vtkMRMLScalarVolumeDisplayNode")
    display.UnRegister(None)
    display.SetAutoWindowLevel(False)
    holder.AddNode(display)
    if not display.GetColorNodeID():
        display.SetDefaultColorMap()
    node.SetAndObserveDisplayNodeID(display.GetID())


def _shown_range(array: Array) -> tuple[float, float]:
    """The values to show black and white, from a part of the voxels."""
    step = max(array.size // SAMPLE, 1) | 1  # odd, so that it does not meet the same columns of every row
    low, high = np.percentile(array.reshape(-1)[::step], PERCENTILES)
    return float(low), float(high)
