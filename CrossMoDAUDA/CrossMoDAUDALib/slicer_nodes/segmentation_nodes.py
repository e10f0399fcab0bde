"""Label maps to segmentation nodes and back: one named, coloured segment a structure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from ..core.errors import CrossModaError, InputError
from ..core.structures import known_structure, plain_name, structure_of
from ..images.volumes import Array, Geometry, Volume
from ..images.voxels import label_type
from .marks import MEASURED
from .mrml_geometry import filled_image, geometry_of, image_to_ras, node_geometry
from .scenes import Node, free_name, put_beside, remove_node, scan_nodes, scan_of, scene_of, slicer_module
from .volume_nodes import volume_from_node


def segmentation_node(
    label_volume: Volume,
    structures: dict[str, int],
    reference_node: Node = None,
    name: str = "Segmentation",
    node: Node = None,
    surfaces: Mapping[str, Any] | None = None,
    is_shown: bool = True,
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
        surfaces: of every structure by its name (:func:`.surfaces.read_surface`), for 3-D views, which are then not kept waiting.
        is_shown: whether views show it; hidden first, it does not make all of them draw at once.

    Raises:
        InputError: the label map holds other values than the structures', or the reference node has another grid.
        CrossModaError: this Python has no MRML classes.

    >>> from CrossMoDAUDALib.cohort.phantom import LABELS, make_case
    >>> _scan, labels = make_case(1, "hrT2", size=(32, 32, 16))
    >>> node = segmentation_node(labels, LABELS, name="reference")
    >>> list(node.GetSegmentation().GetSegmentIDs())
    ['Vestibular schwannoma', 'Cochlea']
    >>> bool((label_volume_from_segmentation(node, LABELS).array == labels.array).all())
    True
    """
    labels = checked_labels(label_volume, structures)
    if reference_node is not None:
        differences = label_volume.geometry.differences(node_geometry(reference_node))
        if differences:
            raise InputError(
                f"Volume '{reference_node.GetName()}' is not on the grid of its label map ({differences[0]}); "
                "segment the volume again as it is now."
            )
    if node is not None:
        if not is_shown:
            node.SetDisplayVisibility(False)
        if reference_node is not None:
            put_beside(node, reference_node, is_new=False)
        fill_segmentation(node, labels, structures, reference_node, surfaces)
        return node
    target = scene_of(reference_node)
    created = target.AddNewNodeByClass("vtkMRMLSegmentationNode", free_name(target, name))
    try:
        created.CreateDefaultDisplayNodes()
        if not is_shown:
            created.SetDisplayVisibility(False)
        if reference_node is not None:
            put_beside(created, reference_node, is_new=True)
        fill_segmentation(created, labels, structures, reference_node, surfaces)
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

    slicer = slicer_module()
    title = f"Segmentation '{node.GetName()}'"
    grid = reference_grid(node)
    ids, values = vtk.vtkStringArray(), vtk.vtkIntArray()
    for name, value in structures.items():
        ids.InsertNextValue(segment_id(node, name))
        values.InsertNextValue(value)
    merged = _shared_labelmap(node, ids, values, grid)
    if merged is not None:
        return Volume(merged, grid_geometry(grid))
    merged = slicer.vtkOrientedImageData()
    mode = slicer.vtkSegmentation.EXTENT_REFERENCE_GEOMETRY
    if not node.GenerateMergedLabelmapForAllSegments(merged, mode, grid, ids, values):
        raise CrossModaError(f"{title} could not be merged into one label map; check its segments in the module Segmentations.")
    array = numpy_support.vtk_to_numpy(merged.GetPointData().GetScalars()).reshape(merged.GetDimensions()[::-1])
    return Volume(array.astype(label_type(structures)), grid_geometry(merged))


def reference_grid(node: Node) -> Any:
    """The grid of a segmentation, an image without voxels.

    Raises:
        InputError: the segmentation has no reference geometry or no labelmap.
    """
    slicer, segmentation = slicer_module(), node.GetSegmentation()
    title = f"Segmentation '{node.GetName()}'"
    if not segmentation.ContainsRepresentation(slicer.vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()):
        raise InputError(f"{title} has no binary labelmap; create that representation in the module Segmentations.")
    grid = _reference_grid(segmentation)
    if grid is None:
        raise InputError(f"{title} has no reference geometry; choose its source volume in the module Segment Editor.")
    return grid


def lies_on(node: Node, scan: Node) -> bool:
    """Whether a segmentation is a scan's: it was made from it, or, as of one from a file, its grid is the scan's.

    One without a grid is taken for a scan's that is alone in its scene.
    """
    known = scan_of(node)
    if known is not None:
        return bool(known is scan)
    grid = _reference_grid(node.GetSegmentation())
    if grid is None:
        return scan_nodes(scan.GetScene()) == [scan]
    return scan.GetImageData() is not None and not grid_geometry(grid).differences(node_geometry(scan))


def _reference_grid(segmentation: Any) -> Any:
    """The image, without voxels, on whose grid a segmentation lies; None where it has none."""
    converter, grid = slicer_module().vtkSegmentationConverter, slicer_module().vtkOrientedImageData()
    serialized = segmentation.GetConversionParameter(converter.GetReferenceImageGeometryParameterName())
    return grid if serialized and converter.DeserializeImageGeometry(serialized, grid, False) else None


def grid_geometry(image: Any) -> Geometry:
    """The grid of an oriented image."""
    import vtk

    to_ras, directions = vtk.vtkMatrix4x4(), vtk.vtkMatrix4x4()
    image.GetImageToWorldMatrix(to_ras)
    image.GetDirectionMatrix(directions)
    extent = image.GetExtent()
    origin = to_ras.MultiplyPoint((extent[0], extent[2], extent[4], 1.0))[:3]
    return geometry_of(image.GetDimensions(), image.GetSpacing(), origin, directions)


def _shared_labelmap(node: Node, ids: Any, values: Any, grid: Any) -> Array | None:
    """The structures' values where all segments share one labelmap on the whole grid, as results do until somebody edits them; else None.

    Slicer's own merging takes several times as long.
    """
    from vtk.util import numpy_support

    segmentation, name = node.GetSegmentation(), slicer_module().vtkSegmentationConverter.GetBinaryLabelmapRepresentationName()
    segments = [segmentation.GetSegment(ids.GetValue(number)) for number in range(ids.GetNumberOfValues())]
    image = segments[0].GetRepresentation(name) if segments else None
    if image is None or any(segment.GetRepresentation(name) is not image for segment in segments):
        return None
    if image.GetExtent() != grid.GetExtent() or grid_geometry(image).differences(grid_geometry(grid)):
        return None
    array = numpy_support.vtk_to_numpy(image.GetPointData().GetScalars()).reshape(image.GetDimensions()[::-1])
    if array.dtype not in (np.uint8, np.uint16):
        return None
    wanted = np.zeros(np.iinfo(array.dtype).max + 1, np.uint8 if values.GetValueRange()[1] <= 255 else np.uint16)
    for number, segment in enumerate(segments):
        wanted[segment.GetLabelValue()] = values.GetValue(number)
    found = np.arange(int(array.max()) + 1)
    merged: Array = array.copy() if np.array_equal(wanted[found], found) else wanted[array]
    return merged


def label_volume_from_node(node: Node, structures: dict[str, int]) -> Volume:
    """A segmentation, or a volume node that holds a label map, as one label map (unsigned 8-bit) with the structures' values.

    Raises:
        InputError: as :func:`label_volume_from_segmentation` and :func:`volume_from_node`; a label map with other values.
    """
    if node.IsA("vtkMRMLSegmentationNode"):
        return label_volume_from_segmentation(node, structures)
    return checked_labels(volume_from_node(node), structures)


def shared_structures(first: Node, second: Node, known: dict[str, int], found: Collection[int] = ()) -> dict[str, int]:
    """Which structures two segmentations or label maps have in common, with the value that each has as a label map.

    Args:
        known: values by structure name, for label maps, which carry no names.
        found: the values that two label maps hold, if they are known already.

    Raises:
        InputError: they have none in common, or a node holds no labels.
    """
    segmentations = [node for node in (first, second) if node.IsA("vtkMRMLSegmentationNode")]
    if not segmentations:
        values = {*found} or {int(value) for node in (first, second) for value in np.unique(volume_from_node(node).array)}
        values.discard(0)
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


def structure_names(node: Node) -> list[str]:
    """The names of a segmentation's segments; none of a label map, which has values only."""
    return list(_segments(node)) if node.IsA("vtkMRMLSegmentationNode") else []


def drawn_state(node: Node) -> object:
    """What of a segmentation or volume node changes when somebody draws in it; to compare with what it was before.

    The surfaces that Slicer makes of segments to show them, colours and transforms are no part of it.
    """
    if not node.IsA("vtkMRMLSegmentationNode"):
        image = node.GetImageData()
        return None if image is None else (image, image.GetMTime())
    segmentation = node.GetSegmentation()
    kind, state = segmentation.GetSourceRepresentationName(), []
    for identifier in segmentation.GetSegmentIDs():
        voxels = segmentation.GetSegment(identifier).GetRepresentation(kind)
        state.append((identifier, voxels, voxels.GetMTime() if voxels is not None else 0))
    return state


def fill_segmentation(
    node: Node, labels: Volume, structures: dict[str, int], reference_node: Node, surfaces: Mapping[str, Any] | None = None
) -> None:
    """Replace a segmentation's segments; all new ones share one labelmap, as Slicer does with segments without overlap.

    Args:
        surfaces: as for :func:`segmentation_node`; only used if there is one of each structure, as Slicer wants it.
    """
    slicer = slicer_module()
    converter = slicer.vtkSegmentationConverter
    labelmap = filled_image(slicer.vtkOrientedImageData(), labels.array)
    labelmap.SetImageToWorldMatrix(image_to_ras(labels.geometry))
    given = {name: surface for name in structures if surfaces is not None and (surface := surfaces.get(name)) is not None}
    modifying = node.StartModify()
    try:
        node.RemoveAttribute(MEASURED)
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
            if len(given) == len(structures):
                segment.AddRepresentation(converter.GetClosedSurfaceRepresentationName(), given[name])
            if not segmentation.AddSegment(segment, name):
                raise CrossModaError(f"Segment '{name}' could not be added to segmentation '{node.GetName()}'; see Slicer's log.")
        if has_surface:  # the user looked at the old segments in 3-D
            node.CreateClosedSurfaceRepresentation()
    finally:
        node.EndModify(modifying)


def checked_labels(volume: Volume, structures: dict[str, int]) -> Volume:
    """The label map as unsigned bytes, or 16 bits; a value without a segment would turn up in whatever segment the user adds next."""
    array, known_values, kind = volume.array, {0, *structures.values()}, label_type(structures)
    if array.dtype != kind:
        with np.errstate(invalid="ignore"):
            small = array.astype(kind)
        array = small if np.array_equal(small, array) else array
    # Counting values takes a tenth of a second of a large label map, its greatest value a thousandth.
    is_plain = array.dtype == kind and {*range(int(array.max()) + 1)} <= known_values
    strange = [] if is_plain else sorted(set(np.unique(array).tolist()) - known_values)
    if strange:
        raise strange_value(strange[0], structures)
    return volume.with_array(array.astype(kind, copy=False))


def strange_value(value: float, structures: Mapping[str, int]) -> InputError:
    """What is said of a value that no structure has."""
    known = ", ".join(f"{name} {other}" for name, other in structures.items())
    return InputError(f"The label map holds the value {value:g}, which no structure has ({known}); check the labels setting.")


def _segments(node: Node) -> dict[str, Any]:
    """The segments of a segmentation by name."""
    segmentation = node.GetSegmentation()
    found = [segmentation.GetSegment(identifier) for identifier in segmentation.GetSegmentIDs()]
    return {segment.GetName(): segment for segment in found}


def _has_segment(node: Node, name: str) -> bool:
    try:
        return bool(segment_id(node, name))
    except InputError:
        return False


def segment_id(node: Node, name: str) -> str:
    """The id of a structure's segment, as :func:`label_volume_from_segmentation` finds it.

    Raises:
        InputError: there is none.
    """
    segmentation = node.GetSegmentation()
    names: dict[str, str] = {identifier: segmentation.GetSegment(identifier).GetName() for identifier in segmentation.GetSegmentIDs()}
    if name in names:
        return name
    known = known_structure(name)
    same_name = [identifier for identifier, other in names.items() if plain_name(other) == plain_name(name)]
    synonyms = [identifier for identifier, other in names.items() if known is not None and known_structure(other) is known]
    found = same_name or synonyms
    if not found:
        there = ", ".join(f"'{other}'" for other in names.values()) or "none"
        raise InputError(f"Segmentation '{node.GetName()}' has no segment '{name}' (it has {there}); rename the segment.")
    return found[0]
