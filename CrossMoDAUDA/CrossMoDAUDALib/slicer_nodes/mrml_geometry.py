"""Grids and voxels between VTK's images (RAS) and this library's volumes (LPS)."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.errors import InputError
from ..images.raw_nrrd import PIECE_BYTES
from ..images.volumes import Array, Geometry
from .scenes import Node


def filled_image(image: Any, array: Array) -> Any:
    """VTK image data given a copy of an array [z, y, x] as its voxels; its place in space is left to the caller."""
    from vtk.util import numpy_support

    scalars = numpy_support.numpy_to_vtk(np.ascontiguousarray(storable(array)).ravel(), deep=True)
    scalars.SetName("ImageScalars")
    image.SetDimensions(array.shape[::-1])
    image.GetPointData().SetScalars(scalars)
    return image


def image_in_pieces(array: Array) -> Generator[None, None, Any]:
    """As :func:`filled_image` with a new ``vtkImageData``, in steps that take milliseconds; gives the image at the end."""
    import vtk
    from vtk.util import numpy_support

    values = np.ascontiguousarray(storable(array)).reshape(-1)
    scalars = vtk.vtkDataArray.CreateDataArray(numpy_support.get_vtk_array_type(values.dtype))
    scalars.SetName("ImageScalars")
    scalars.SetNumberOfTuples(values.size)
    filled = numpy_support.vtk_to_numpy(scalars)
    step = max(PIECE_BYTES // values.itemsize, 1)
    for start in range(0, values.size, step):
        filled[start : start + step] = values[start : start + step]
        yield
    image = vtk.vtkImageData()
    image.SetDimensions(array.shape[::-1])
    image.GetPointData().SetScalars(scalars)
    return image


def storable(array: Array) -> Array:
    """The same values in a type that Slicer displays: it has no bool and no float16, and draws 64-bit integers wrongly."""
    native = array.astype(array.dtype.newbyteorder("="), copy=False)
    if native.dtype == np.bool_:
        return native.astype(np.uint8)
    if native.dtype == np.float16:
        return native.astype(np.float32)
    if native.dtype.kind in "iu" and native.dtype.itemsize == 8:
        fits = bool(native.min() >= np.iinfo(np.int32).min and native.max() <= np.iinfo(np.int32).max)
        return native.astype(np.int32 if fits else np.float64)
    return native


def node_geometry(node: Node) -> Geometry:
    """The grid of a volume node, parent transform not applied.

    Raises:
        InputError: the node has no image.
    """
    import vtk

    if node.GetImageData() is None:
        raise InputError(f"Volume '{node.GetName()}' has no image data; load it again or choose another volume.")
    directions = vtk.vtkMatrix4x4()
    node.GetIJKToRASDirectionMatrix(directions)
    return geometry_of(node.GetImageData().GetDimensions(), node.GetSpacing(), node.GetOrigin(), directions)


def geometry_of(size: tuple[int, ...], spacing: tuple[float, ...], origin_ras: tuple[float, ...], directions: Any) -> Geometry:
    """A grid in this library's LPS from Slicer's RAS origin and direction matrix; spacing in mm."""
    rows = np.array([[directions.GetElement(row, column) for column in range(3)] for row in range(3)])
    return Geometry(
        tuple(int(n) for n in size),  # type: ignore[arg-type]
        tuple(float(s) for s in spacing),  # type: ignore[arg-type]
        swapped(origin_ras),
        tuple(float(value) for value in to_other_convention(rows).ravel()),
    )


def image_to_ras(geometry: Geometry) -> Any:
    """The matrix from voxel indices (x, y, z) to RAS, in mm."""
    return matrix(to_other_convention(geometry.matrix) * np.array(geometry.spacing), swapped(geometry.origin))


def matrix(rows: npt.NDArray[np.float64], translation: tuple[float, ...] = (0.0, 0.0, 0.0)) -> Any:
    """A vtkMatrix4x4 of a 3 x 3 matrix and a translation."""
    import vtk

    matrix = vtk.vtkMatrix4x4()
    for row in range(3):
        for column in range(3):
            matrix.SetElement(row, column, float(rows[row, column]))
        matrix.SetElement(row, 3, translation[row])
    return matrix


def to_other_convention(rows: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """LPS to RAS and back: the first two coordinates change sign (adding 0 turns -0 into 0)."""
    swapped: npt.NDArray[np.float64] = rows * np.array([[-1.0], [-1.0], [1.0]]) + 0.0
    return swapped


def swapped(point: tuple[float, ...]) -> tuple[float, float, float]:
    """A point of LPS in RAS, or the other way round."""
    return (-point[0] + 0.0, -point[1] + 0.0, float(point[2]))
