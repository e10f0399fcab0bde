"""The scene that nodes live in, and their places in it: free names, transforms, folders."""

from __future__ import annotations

import functools
import itertools
from typing import Any

from ..core.errors import CrossModaError

Node = Any  # a vtkMRMLNode; the classes exist only once ``slicer`` is imported


def scene() -> Node:
    """The application's scene; outside the application one scene that this module keeps.

    Raises:
        CrossModaError: this Python has no MRML classes.
    """
    application_scene = getattr(slicer_module(), "mrmlScene", None)
    return application_scene if application_scene is not None else _own_scene()


def scan_nodes(holder: Node) -> list[Node]:
    """The volume nodes of a scene that may be scans: scalar, no label maps, not hidden."""
    kind = "vtkMRMLScalarVolumeNode"
    nodes = [holder.GetNthNodeByClass(n, kind) for n in range(holder.GetNumberOfNodesByClass(kind))]
    others = ("vtkMRMLLabelMapVolumeNode", "vtkMRMLVectorVolumeNode", "vtkMRMLDiffusionTensorVolumeNode")
    return [node for node in nodes if not node.GetHideFromEditors() and not any(node.IsA(other) for other in others)]


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
    holder = node.GetScene()
    hierarchy = holder.GetFirstNodeByClass("vtkMRMLSubjectHierarchyNode") if holder is not None else None
    if not is_new or hierarchy is None:
        return
    item, reference_item = hierarchy.GetItemByDataNode(node), hierarchy.GetItemByDataNode(reference_node)
    if item and reference_item:  # 0: not in the hierarchy
        hierarchy.SetItemParent(item, hierarchy.GetItemParent(reference_item))
