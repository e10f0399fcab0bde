"""Surfaces of structures for 3-D views, made beside Slicer's window and taken into its segments."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import CrossModaError
from ..core.files import replacing
from ..images.volumes import Array, Volume
from .mrml_geometry import filled_image, image_to_ras
from .scenes import scene, slicer_module

MOST_POLYGONS = 100_000  # of a structure: more are slow to take in and to turn, and look no better


def surface_files(stem: str, structures: Mapping[str, int]) -> dict[str, str]:
    """Names of the files of a scan's surfaces by structure; a structure's own name may hold what file names must not.

    >>> surface_files("scan", {"Vestibular schwannoma": 1, "Cochlea": 2})
    {'Vestibular schwannoma': 'scan_Surface_1.vtp', 'Cochlea': 'scan_Surface_2.vtp'}
    """
    return {name: f"{stem}_Surface_{value}.vtp" for name, value in structures.items()}


def write_surfaces(label_volume: Volume, structures: Mapping[str, int], folder: Path, stem: str) -> list[Path]:
    """Write each structure's surface as VTK's ``.vtp``, in RAS and millimetres; an empty structure has an empty surface.

    It is made as Slicer's own converter makes it, with at most about :data:`MOST_POLYGONS` polygons.

    Raises:
        CrossModaError: a file cannot be written, or this Python has no MRML classes.
    """
    scene()  # knows the rules of conversion
    import vtk

    written = []
    for name, file in surface_files(stem, structures).items():
        path = folder / file
        writer = vtk.vtkXMLPolyDataWriter()
        writer.SetInputData(_surface(label_volume, structures[name]))
        writer.SetDataModeToAppended()
        writer.EncodeAppendedDataOff()
        writer.SetCompressorTypeToNone()
        try:
            with replacing(path) as partial:
                writer.SetFileName(str(partial))
                if not writer.Write() or writer.GetErrorCode():
                    raise OSError("VTK's writer failed")
        except OSError as error:
            raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error
        written.append(path)
    return written


def read_surface(path: Path) -> Any:
    """A surface that :func:`write_surfaces` has written, as ``vtkPolyData``; None where there is none."""
    import vtk

    if not path.is_file():
        return None
    reader = vtk.vtkXMLPolyDataReader()
    reader.SetFileName(str(path))
    reader.Update()
    return reader.GetOutput() if not reader.GetErrorCode() else None


def _surface(volume: Volume, value: int) -> Any:
    """A structure's surface as Slicer's converter makes it of the part of the label map that the structure fills."""
    slicer = slicer_module()
    import vtk

    converter = slicer.vtkSegmentationConverter
    mask = volume.array == value
    if not mask.any():
        return vtk.vtkPolyData()
    part = tuple(slice(*_reach(mask.any(axis=tuple(other for other in range(3) if other != axis)))) for axis in range(3))
    inside = np.ascontiguousarray(mask[part])
    labelmap = filled_image(slicer.vtkOrientedImageData(), inside)
    z, y, x = (axis.start for axis in part)
    depth, height, width = inside.shape
    labelmap.SetExtent(x, x + width - 1, y, y + height - 1, z, z + depth - 1)
    labelmap.SetImageToWorldMatrix(image_to_ras(volume.geometry))
    segmentation = slicer.vtkSegmentation()
    segmentation.SetSourceRepresentationName(converter.GetBinaryLabelmapRepresentationName())
    many = _polygons(inside)
    if many > MOST_POLYGONS:
        factor = slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule.GetDecimationFactorParameterName()
        segmentation.SetConversionParameter(factor, f"{1 - MOST_POLYGONS / many:.4f}")
    segment = slicer.vtkSegment()
    segment.AddRepresentation(converter.GetBinaryLabelmapRepresentationName(), labelmap)
    segmentation.AddSegment(segment, "structure")
    segmentation.CreateRepresentation(converter.GetClosedSurfaceRepresentationName())
    return segment.GetRepresentation(converter.GetClosedSurfaceRepresentationName())


def _reach(filled: Array) -> tuple[int, int]:
    """Where a row of truths begins and ends to be true."""
    places = np.flatnonzero(filled)
    return int(places[0]), int(places[-1]) + 1


def _polygons(mask: Array) -> int:
    """About how many polygons the surface of a mask has: two for each face between a voxel inside and one outside."""
    padded = np.pad(mask, 1)
    return 2 * sum(int(np.count_nonzero(np.diff(padded.view(np.uint8), axis=axis))) for axis in range(3))
