"""Slicer's scene and this library's volumes: volume nodes to images and back, label maps to segmentation nodes and files.

Works inside the Slicer application, in its PythonSlicer, and in any Python with the package ``slicer-core``, which holds
the same MRML classes. MRML positions are RAS, this library's are LPS; nothing is ever resampled.

A node under a linear transform keeps it: its voxels are taken on its own grid, and what is made from it is put under the
same transform, so both move together and nothing has to be hardened first.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import CrossModaError, InputError
from ..core.files import replacing
from ..core.structures import STRUCTURES, plain_name, structure_of
from ..images.volumes import Volume
from .mrml_geometry import filled_image, geometry_of, image_to_ras, matrix, node_geometry, swapped, to_other_convention

Node = Any  # a vtkMRMLNode; the classes exist only once ``slicer`` is imported

FILE_ENDING = ".seg.nrrd"
WARNINGS = "CrossMoDAUDA.Warnings"  # an attribute of segmentation nodes, saved with the scene


def scene() -> Node:
    """The application's scene; outside the application one scene that this module keeps.

    Raises:
        CrossModaError: this Python has no MRML classes.
    """
    application_scene = getattr(_slicer(), "mrmlScene", None)
    return application_scene if application_scene is not None else _own_scene()


def volume_from_node(node: Node) -> Volume:
    """A copy of a volume node's voxels, in their own type, on the node's own grid (parent transform not applied).

    Raises:
        InputError: there is no node or no image in it, it is not a 3-D scalar image, it holds NaN or infinity, its axes
            are skewed, or it is under a non-linear transform.
    """
    _slicer()
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
    array = numpy_support.vtk_to_numpy(scalars).reshape(geometry.size[::-1])
    if not np.isfinite([array.min(), array.max()]).all():  # NaN anywhere makes both NaN
        raise InputError(f"{name} holds voxels that are not finite numbers; replace them, for example by 0.")
    return Volume(array.copy(), geometry)


def volume_node(volume: Volume, name: str, node: Node = None, reference_node: Node = None) -> Node:
    """A scalar volume node with a copy of the volume.

    Args:
        name: of a new node; made unique in the scene.
        node: filled instead of a new one; keeps its name.
        reference_node: the scan that the volume was made from; the node is put under its transform and beside it.

    Raises:
        CrossModaError: this Python has no MRML classes.
    """
    slicer = _slicer()
    import vtk  # comes with slicer

    image = filled_image(vtk.vtkImageData(), volume.array)
    filled = node if node is not None else slicer.vtkMRMLScalarVolumeNode()
    modifying = filled.StartModify()
    try:
        filled.SetSpacing(volume.geometry.spacing)
        filled.SetOrigin(swapped(volume.geometry.origin))
        filled.SetIJKToRASDirectionMatrix(matrix(to_other_convention(volume.geometry.matrix)))
        filled.SetAndObserveImageData(image)
    finally:
        filled.EndModify(modifying)
    if node is None:
        target = _scene_of(reference_node)
        filled.SetName(_free_name(target, name))
        target.AddNode(filled)
    if filled.GetScene() is not None and filled.GetDisplayNode() is None:
        filled.CreateDefaultDisplayNodes()
    if reference_node is not None:
        _put_beside(filled, reference_node, is_new=node is None)
    return filled


def segmentation_node(
    label_volume: Volume,
    structures: dict[str, int],
    reference_node: Node = None,
    name: str = "Segmentation",
    node: Node = None,
) -> Node:
    """A segmentation node with one named, coloured segment a structure, on the label map's own grid.

    A structure's name is also its segment's id, and a structure without a voxel has an empty segment, so scripts find
    the same segments after every prediction.

    Args:
        label_volume: whole numbers; 0 is background.
        structures: value in the label map by structure name.
        reference_node: the scan that was segmented; its grid is the label map's. Becomes the segmentation's reference
            geometry, and the node is put under its transform and beside it.
        name: of a new node; made unique in the scene.
        node: an existing segmentation whose segments are replaced; keeps its name. No other node is touched.

    Raises:
        InputError: the label map holds other values than the structures', or the reference node has another grid.
        CrossModaError: this Python has no MRML classes.
    """
    labels = _checked_labels(label_volume, structures)
    if reference_node is not None:
        differences = label_volume.geometry.differences(node_geometry(reference_node))
        if differences:
            raise InputError(
                f"Volume '{reference_node.GetName()}' is not on the grid of its label map ({differences[0]}); "
                "segment the volume again as it is now."
            )
    if node is not None:
        if reference_node is not None:
            _put_beside(node, reference_node, is_new=False)
        _fill(node, labels, structures, reference_node)
        return node
    target = _scene_of(reference_node)
    created = target.AddNewNodeByClass("vtkMRMLSegmentationNode", _free_name(target, name))
    try:
        created.CreateDefaultDisplayNodes()
        if reference_node is not None:
            _put_beside(created, reference_node, is_new=True)
        _fill(created, labels, structures, reference_node)
    except BaseException:
        remove_node(created)
        raise
    return created


def label_volume_from_segmentation(node: Node, structures: dict[str, int]) -> Volume:
    """A segmentation's segments as one label map (unsigned 8-bit) on the segmentation's reference geometry.

    A structure's segment is the one with its name as id, else as name, else one that :data:`.core.structures.STRUCTURES` knows as the same
    structure. Where segments overlap, the structure named last wins.

    Raises:
        InputError: a structure has no segment, or the segmentation has no reference geometry or no labelmap.
    """
    import vtk
    from vtk.util import numpy_support

    slicer = _slicer()
    title = f"Segmentation '{node.GetName()}'"
    segmentation = node.GetSegmentation()
    if not segmentation.ContainsRepresentation(slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()):
        raise InputError(f"{title} has no binary labelmap; create that representation in the module Segmentations.")
    grid = slicer.vtkOrientedImageData()
    serialized = segmentation.GetConversionParameter(slicer.vtkSegmentationConverter.GetReferenceImageGeometryParameterName())
    if not serialized or not slicer.vtkSegmentationConverter.DeserializeImageGeometry(serialized, grid, False):
        raise InputError(f"{title} has no reference geometry; choose its source volume in the module Segment Editor.")
    ids, values = vtk.vtkStringArray(), vtk.vtkIntArray()
    for name, value in structures.items():
        ids.InsertNextValue(_segment_id(node, name))
        values.InsertNextValue(value)
    merged = slicer.vtkOrientedImageData()
    mode = slicer.vtkSegmentation.EXTENT_REFERENCE_GEOMETRY
    if not node.GenerateMergedLabelmapForAllSegments(merged, mode, grid, ids, values):
        raise CrossModaError(f"{title} could not be merged into one label map; check its segments in the module Segmentations.")
    size = merged.GetDimensions()
    array = numpy_support.vtk_to_numpy(merged.GetPointData().GetScalars()).reshape(size[::-1])
    to_ras = vtk.vtkMatrix4x4()
    merged.GetImageToWorldMatrix(to_ras)
    extent = merged.GetExtent()
    origin = to_ras.MultiplyPoint((extent[0], extent[2], extent[4], 1.0))[:3]
    directions = vtk.vtkMatrix4x4()
    merged.GetDirectionMatrix(directions)
    return Volume(array.astype(np.uint8), geometry_of(size, merged.GetSpacing(), origin, directions))


def label_volume_from_node(node: Node, structures: dict[str, int]) -> Volume:
    """A segmentation, or a volume node that holds a label map, as one label map (unsigned 8-bit) with the structures' values.

    Raises:
        InputError: as :func:`label_volume_from_segmentation` and :func:`volume_from_node`; a label map with other values.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        return label_volume_from_segmentation(node, structures)
    return _checked_labels(volume_from_node(node), structures)


def shared_structures(first: Node, second: Node, known: dict[str, int]) -> dict[str, int]:
    """Which structures two segmentations or label maps have in common, with the value that each has as a label map.

    Args:
        known: values by structure name, for label maps, which carry no names.

    Raises:
        InputError: they have none in common, or a node holds no labels.
    """
    segmentations = [node for node in (first, second) if node.IsA("vtkMRMLSegmentationNode")]
    if not segmentations:
        values = {int(value) for node in (first, second) for value in np.unique(volume_from_node(node).array)} - {0}
        names = {value: name for name, value in known.items()}
        shared = {names.get(value, f"Label {value}"): value for value in sorted(values)}
    else:
        shared = {}
        for name, segment in _segments(segmentations[0]).items():
            if not all(_has_segment(node, name) for node in segmentations):
                continue
            like = next((other for other in known if plain_name(other) == plain_name(name)), None)
            value = known[like] if like is not None else segment.GetLabelValue()
            if value in shared.values() and len(segmentations) == 2:  # as of segments in layers of their own
                value = next(free for free in range(1, 256) if free not in shared.values())
            if value not in shared.values():
                shared[name] = value
    if not shared:
        raise InputError(f"'{first.GetName()}' and '{second.GetName()}' have no structure in common; give their segments the same names.")
    return shared


def scan_nodes(holder: Node) -> list[Node]:
    """The volume nodes of a scene that may be scans: scalar, no label maps, not hidden."""
    kind = "vtkMRMLScalarVolumeNode"
    nodes = [holder.GetNthNodeByClass(n, kind) for n in range(holder.GetNumberOfNodesByClass(kind))]
    others = ("vtkMRMLLabelMapVolumeNode", "vtkMRMLVectorVolumeNode", "vtkMRMLDiffusionTensorVolumeNode")
    return [node for node in nodes if not node.GetHideFromEditors() and not any(node.IsA(other) for other in others)]


def structure_names(node: Node) -> list[str]:
    """The names of a segmentation's segments; none of a label map, which has values only."""
    return list(_segments(node)) if node.IsA("vtkMRMLSegmentationNode") else []


def write_segmentation(node: Node, path: Path) -> None:
    """Write a segmentation as ``.seg.nrrd``: the old file stays until the new one is whole. The scene is left as it is.

    Raises:
        InputError: the file name does not end in ``.seg.nrrd``.
        CrossModaError: the file cannot be written.
    """
    if not path.name.lower().endswith(FILE_ENDING):
        raise InputError(f"{path} does not end in {FILE_ENDING}; name a segmentation file so.")
    storage = _slicer().vtkMRMLSegmentationStorageNode()  # not the node's own: its file name stays the user's
    try:
        with replacing(path.absolute()) as partial:
            storage.SetFileName(str(partial))
            if not storage.WriteData(node):
                raise OSError("Slicer's writer failed")
    except OSError as error:
        raise CrossModaError(f"{path} could not be written; check the free space and the permissions of its folder.") from error


def read_segmentation(path: Path) -> Node:
    """A new segmentation node from a ``.seg.nrrd`` file, named as the file.

    Raises:
        InputError: the file is missing or not a segmentation.
    """
    target = scene()
    _check_readable(path)
    stem = path.name[: -len(FILE_ENDING)] if path.name.lower().endswith(FILE_ENDING) else path.stem
    node = target.AddNewNodeByClass("vtkMRMLSegmentationNode", _free_name(target, stem))
    node.CreateDefaultDisplayNodes()
    node.AddDefaultStorageNode(str(path.absolute()))
    if not node.GetStorageNode().ReadData(node):
        remove_node(node)
        raise InputError(_not_a_segmentation(path))
    return node


def write_segmentation_file(label_volume: Volume, structures: dict[str, int], path: Path, name: str = "Segmentation") -> None:
    """Write a label map as ``.seg.nrrd`` with names, colours and terminology; no scene takes part, so none grows.

    Args:
        label_volume, structures: as for :func:`segmentation_node`.
        name: what messages call the segmentation; the file format has no place for it.

    Raises:
        InputError: as :func:`segmentation_node` and :func:`write_segmentation`.
        CrossModaError: the file cannot be written, or this Python has no MRML classes.
    """
    labels = _checked_labels(label_volume, structures)
    node = _slicer().vtkMRMLSegmentationNode()
    node.SetName(name)
    _fill(node, labels, structures, None)
    write_segmentation(node, path)


def set_warnings(node: Node, warnings: Sequence[str]) -> None:
    """Keep with a segmentation node what is odd about it, in sentences; without any, forget those of an earlier result."""
    if warnings:
        node.SetAttribute(WARNINGS, " ".join(warnings))
    else:
        node.RemoveAttribute(WARNINGS)


def remove_node(node: Node) -> None:
    """Take a node out of its scene together with its display and storage nodes, which the scene would keep."""
    holder = node.GetScene()
    if holder is None:
        return
    belongings = [node.GetNthDisplayNode(n) for n in range(node.GetNumberOfDisplayNodes())]
    belongings += [node.GetNthStorageNode(n) for n in range(node.GetNumberOfStorageNodes())]
    for each in (node, *belongings):
        if each is not None:
            holder.RemoveNode(each)


# The segmentation's contents --------------------------------------------------------------------------------------------


def _check_readable(path: Path) -> None:
    """Read the file once with SimpleITK: at a damaged one it raises, where Slicer's reader ends the whole process."""
    import SimpleITK as sitk

    if not path.is_file():
        raise InputError(f"{path} does not exist; check the path.")
    try:
        sitk.ReadImage(str(path))
    except RuntimeError:
        raise InputError(_not_a_segmentation(path)) from None


def _not_a_segmentation(path: Path) -> str:
    return f"{path} cannot be read as a segmentation; expected a whole {FILE_ENDING} file."


def _fill(node: Node, labels: Volume, structures: dict[str, int], reference_node: Node) -> None:
    """Replace a segmentation's segments; all new ones share one labelmap, as Slicer does with segments without overlap."""
    slicer = _slicer()
    converter = slicer.vtkSegmentationConverter
    labelmap = filled_image(slicer.vtkOrientedImageData(), labels.array)
    labelmap.SetImageToWorldMatrix(image_to_ras(labels.geometry))
    modifying = node.StartModify()
    try:
        segmentation = node.GetSegmentation()
        has_surface = segmentation.ContainsRepresentation(converter.GetClosedSurfaceRepresentationName())
        segmentation.RemoveAllSegments()
        segmentation.SetSourceRepresentationName(converter.GetBinaryLabelmapRepresentationName())
        if reference_node is not None:
            node.SetReferenceImageGeometryParameterFromVolumeNode(reference_node)
        else:
            node.SetNodeReferenceID(node.GetReferenceImageGeometryReferenceRole(), None)
            serialized = converter.SerializeImageGeometry(labelmap)
            segmentation.SetConversionParameter(converter.GetReferenceImageGeometryParameterName(), serialized)
        for name, label in structures.items():
            structure = structure_of(name, label)
            segment = slicer.vtkSegment()
            segment.SetName(name)
            segment.SetNameAutoGenerated(False)
            segment.SetColor(*(part / 255 for part in structure.colour))
            segment.SetColorAutoGenerated(False)
            segment.SetTerminology(structure.terminology)
            segment.SetLabelValue(label)
            segment.AddRepresentation(converter.GetBinaryLabelmapRepresentationName(), labelmap)
            if not segmentation.AddSegment(segment, name):
                raise CrossModaError(f"Segment '{name}' could not be added to segmentation '{node.GetName()}'; see Slicer's log.")
        if has_surface:  # the user looked at the old segments in 3-D
            node.CreateClosedSurfaceRepresentation()
    finally:
        node.EndModify(modifying)


def _checked_labels(volume: Volume, structures: dict[str, int]) -> Volume:
    """The label map as uint8; a value without a segment would turn up in whatever segment the user adds next."""
    values = np.unique(volume.array)
    strange = sorted(set(values.tolist()) - {0, *structures.values()})
    if strange:
        known = ", ".join(f"{name} {value}" for name, value in structures.items())
        raise InputError(f"The label map holds the value {strange[0]:g}, which no structure has ({known}); check the labels setting.")
    return volume.with_array(volume.array.astype(np.uint8))


def _segments(node: Node) -> dict[str, Any]:
    """The segments of a segmentation by name."""
    segmentation = node.GetSegmentation()
    found = [segmentation.GetSegment(identifier) for identifier in segmentation.GetSegmentIDs()]
    return {segment.GetName(): segment for segment in found}


def _has_segment(node: Node, name: str) -> bool:
    try:
        return bool(_segment_id(node, name))
    except InputError:
        return False


def _segment_id(node: Node, name: str) -> str:
    segmentation = node.GetSegmentation()
    names: dict[str, str] = {identifier: segmentation.GetSegment(identifier).GetName() for identifier in segmentation.GetSegmentIDs()}
    if name in names:
        return name
    known = STRUCTURES.get(plain_name(name))
    same_name = [identifier for identifier, other in names.items() if plain_name(other) == plain_name(name)]
    synonyms = [identifier for identifier, other in names.items() if known is not None and STRUCTURES.get(plain_name(other)) is known]
    found = same_name or synonyms
    if not found:
        there = ", ".join(f"'{other}'" for other in names.values()) or "none"
        raise InputError(f"Segmentation '{node.GetName()}' has no segment '{name}' (it has {there}); rename the segment.")
    return found[0]


# Scenes and places in them ----------------------------------------------------------------------------------------------


def _slicer() -> Any:
    try:
        import slicer
    except ImportError:
        slicer = None
    if not hasattr(slicer, "vtkMRMLScene"):
        raise CrossModaError("Segmentation nodes and .seg.nrrd files need Slicer's MRML classes; run inside Slicer or install slicer-core.")
    return slicer


@functools.cache
def _own_scene() -> Node:
    slicer = _slicer()
    created = slicer.vtkMRMLScene()
    # What the application's module Segmentations does at startup. Without it empty segments cannot be made or read.
    factory = slicer.vtkSegmentationConverterFactory.GetInstance()
    factory.RegisterConverterRule(slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule())
    factory.RegisterConverterRule(slicer.vtkClosedSurfaceToBinaryLabelmapConversionRule())
    return created


def _scene_of(reference_node: Node) -> Node:
    holder = reference_node.GetScene() if reference_node is not None else None
    return holder if holder is not None else scene()


def _free_name(holder: Node, name: str) -> str:
    """The name itself when no node has it now; the scene's own GenerateUniqueName also avoids names of removed nodes."""
    candidates = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
    return next(candidate for candidate in candidates if holder.GetFirstNodeByName(candidate) is None)


def _put_beside(node: Node, reference_node: Node, is_new: bool) -> None:
    """Under the same transform and, when new, into the same folder (or patient's study) of the subject hierarchy."""
    node.SetAndObserveTransformNodeID(reference_node.GetTransformNodeID())
    holder = node.GetScene()
    hierarchy = holder.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode") if holder is not None else None
    if not is_new or hierarchy is None:
        return
    item, reference_item = hierarchy.GetItemByDataNode(node), hierarchy.GetItemByDataNode(reference_node)
    if item and reference_item:  # 0: not in the hierarchy
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(reference_item))
