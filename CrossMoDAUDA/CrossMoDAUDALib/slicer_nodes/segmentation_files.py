"""Segmentations as .seg.nrrd files."""

from __future__ import annotations

from pathlib import Path

from ..core.errors import CrossModaError, InputError
from ..core.files import replacing
from ..images.volumes import Volume
from .scenes import Node, free_name, remove_node, scene, slicer_module
from .segmentation_nodes import checked_labels, fill_segmentation

FILE_ENDING = ".seg.nrrd"


def write_segmentation(node: Node, path: Path) -> None:
    """Write a segmentation as ``.seg.nrrd``: the old file stays until the new one is whole. The scene is left as it is.

    Raises:
        InputError: the file name does not end in ``.seg.nrrd``.
        CrossModaError: the file cannot be written.
    """
    if not path.name.lower().endswith(FILE_ENDING):
        raise InputError(f"{path} does not end in {FILE_ENDING}; name a segmentation file so.")
    storage = slicer_module().vtkMRMLSegmentationStorageNode()  # not the node's own: its file name stays the user's
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
    node = target.AddNewNodeByClass("vtkMRMLSegmentationNode", free_name(target, stem))
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
    labels = checked_labels(label_volume, structures)
    node = slicer_module().vtkMRMLSegmentationNode()
    node.SetName(name)
    fill_segmentation(node, labels, structures, None)
    write_segmentation(node, path)


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
