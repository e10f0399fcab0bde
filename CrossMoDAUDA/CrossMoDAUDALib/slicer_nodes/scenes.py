"""The scene that nodes live in, and their places in it: free names, transforms, folders."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from ..core.errors import CrossModaError
from ..images.volumes import file_stem

Node = Any  # a vtkMRMLNode; the classes exist only once ``slicer`` is imported
# Volumes whose class is derived from a scan's.
_NO_SCANS = {
    "vtkMRMLLabelMapVolumeNode": "label map",
    "vtkMRMLVectorVolumeNode": "vector volume",
    "vtkMRMLDiffusionTensorVolumeNode": "diffusion tensors",
    "vtkMRMLDiffusionWeightedVolumeNode": "diffusion series",
}


def scene() -> Node:
    """The application's scene; outside the application one scene that this module keeps.

    Raises:
        CrossModaError: this Python has no MRML classes.
    """
    application_scene = getattr(slicer_module(), "mrmlScene", None)
    return application_scene if application_scene is not None else _own_scene()


def scan_nodes(holder: Node) -> list[Node]:
    """The volume nodes of a scene that may be scans: scalar, no label maps, not hidden."""
    return [node for node in _volumes(holder) if not any(node.IsA(kind) for kind in _NO_SCANS)]


def other_volumes(holder: Node) -> list[tuple[Node, str]]:
    """The volume nodes of a scene that are no scans, not hidden, each with what it is (a kind's name, as ``label map``)."""
    found = [(node, next((name for kind, name in _NO_SCANS.items() if node.IsA(kind)), "")) for node in _volumes(holder)]
    return [(node, name) for node, name in found if name]


def telling_name(node: Node) -> str:
    """A scan's name; where another scan of the scene has the same, with what tells them apart.

    That is the first of these in which all of one name differ: the folder, study or patient in the subject hierarchy, the file, the
    file's folder, or else a number.
    """
    holder, name = node.GetScene(), node.GetName()
    alike = [other for other in scan_nodes(holder) if other.GetName() == name] if holder is not None else []
    if len(alike) < 2 or node not in alike:
        return str(name)
    ways: list[Callable[[Node], str]] = [functools.partial(_ancestor, level=level) for level in range(3)]
    for tell in (*ways, _file, _file_folder):
        told = [tell(other) for other in alike]
        if "" not in told and len(set(told)) == len(told):
            return f"{name} ({told[alike.index(node)]})"
    return f"{name} ({alike.index(node) + 1})"


def scan_of(node: Node) -> Node:
    """The volume that a segmentation was made from, or on whose grid it was painted; None where it does not tell, as a label map."""
    is_segmentation = node.IsA("vtkMRMLSegmentationNode")
    return node.GetNodeReference(node.GetReferenceImageGeometryReferenceRole()) if is_segmentation else None


def name_with_scan(node: Node, *others: Node) -> str:
    """A node's name, with its scan's where the name does not hold it.

    Args:
        others: segmentations of the same scan, which tell it where the node does not.
    """
    scan = next((scan for scan in map(scan_of, (node, *others)) if scan is not None), None)
    told = telling_name(scan) if scan is not None else ""
    is_told = re.search(rf"(?<!\w){re.escape(told)}(?!\w)", node.GetName()) is not None
    return str(node.GetName()) if is_told or not told else f"{node.GetName()} ({told})"


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


def slicer_module() -> Any:
    """The module ``slicer``, of the application or of slicer-core.

    Raises:
        CrossModaError: there is none, or it lacks MRML.
    """
    try:
        import slicer
    except ImportError:
        slicer = None
    if not hasattr(slicer, "vtkMRMLScene"):
        raise CrossModaError("Segmentation nodes and .seg.nrrd files need Slicer's MRML classes; run inside Slicer or install slicer-core.")
    return slicer


@functools.cache
def _own_scene() -> Node:
    slicer = slicer_module()
    created = slicer.vtkMRMLScene()
    # What the application's module Segmentations does at startup. Without it empty segments cannot be made or read.
    factory = slicer.vtkSegmentationConverterFactory.GetInstance()
    factory.RegisterConverterRule(slicer.vtkBinaryLabelmapToClosedSurfaceConversionRule())
    factory.RegisterConverterRule(slicer.vtkClosedSurfaceToBinaryLabelmapConversionRule())
    return created


def scene_of(reference_node: Node) -> Node:
    """The scene that a node is in; :func:`scene` for a node without one, or for None."""
    holder = reference_node.GetScene() if reference_node is not None else None
    return holder if holder is not None else scene()


def free_name(holder: Node, name: str) -> str:
    """The name itself when no node has it now; the scene's own GenerateUniqueName also avoids names of removed nodes."""
    candidates = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(1)))
    return next(candidate for candidate in candidates if holder.GetFirstNodeByName(candidate) is None)


def put_beside(node: Node, reference_node: Node, is_new: bool) -> None:
    """Under the same transform and, when new, into the same folder (or patient's study) of the subject hierarchy."""
    node.SetAndObserveTransformNodeID(reference_node.GetTransformNodeID())
    if is_new:
        put_with(node, [reference_node])


def put_with(node: Node, others: Iterable[Node]) -> None:
    """Put a node where others are in the subject hierarchy: into their folder or study, or the nearest that holds all of them.

    Nodes that are not in the hierarchy are left out; without any, the node stays where it is.
    """
    hierarchy = _hierarchy(node)
    item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
    places = [_ancestors(hierarchy, place) for place in map(hierarchy.GetItemByDataNode, others) if place] if item else []
    if places:
        hierarchy.SetItemParent(item, next(place for place in places[0] if all(place in other for other in places)))


def _volumes(holder: Node) -> list[Node]:
    kind = "vtkMRMLScalarVolumeNode"
    nodes = [holder.GetNthNodeByClass(n, kind) for n in range(holder.GetNumberOfNodesByClass(kind))]
    return [node for node in nodes if not node.GetHideFromEditors()]


def _hierarchy(node: Node) -> Node:
    """The subject hierarchy of a node's scene; None where there is none, as outside the application until somebody makes it."""
    holder = node.GetScene()
    return holder.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode") if holder is not None else None


def _ancestors(hierarchy: Node, item: int) -> list[int]:
    """What holds an item of the subject hierarchy, from its folder or study up to the scene."""
    found: list[int] = []
    while item != hierarchy.GetSceneItemID() and (item := hierarchy.GetItemParent(item)):
        found.append(item)
    return found


def _ancestor(node: Node, level: int) -> str:
    """The name of what holds a node in the subject hierarchy: its folder or study (level 0), its patient (level 1), ..."""
    hierarchy = _hierarchy(node)
    item = hierarchy.GetItemByDataNode(node) if hierarchy is not None else 0
    for _step in range(level + 1):
        item = hierarchy.GetItemParent(item) if item else 0
    return str(hierarchy.GetItemName(item)) if item and item != hierarchy.GetSceneItemID() else ""


def _file(node: Node) -> str:
    storage = node.GetStorageNode()
    name = storage.GetFileName() if storage is not None else None
    return file_stem(Path(name)) if name else ""


def _file_folder(node: Node) -> str:
    storage = node.GetStorageNode()
    name = storage.GetFileName() if storage is not None else None
    return Path(name).parent.name if name else ""
