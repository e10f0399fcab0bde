"""Slicer's scene and this library's volumes: volume nodes to images and back, label maps to segmentation nodes and files.

Works inside the Slicer application, in its PythonSlicer, and in any Python with the package ``slicer-core``, which holds
the same MRML classes. MRML positions are RAS, this library's are LPS; nothing is ever resampled.

A node under a linear transform keeps it: its voxels are taken on its own grid, and what is made from it is put under the
same transform, so both move together and nothing has to be hardened first.
"""

from __future__ import annotations

from .fingerprints import fingerprint, fingerprint_in_pieces, label_volume_with_fingerprint, taken_with_fingerprint
from .label_pieces import label_volume_in_pieces, shared_structures_in_pieces
from .marks import (
    WARNINGS,
    is_made,
    mark_made,
    measured_of,
    model_of,
    set_measured,
    set_model,
    set_warnings,
    warnings_of,
)
from .mrml_geometry import image_in_pieces
from .scenes import Node, free_name, name_with_scan, other_volumes, put_with, remove_node, scan_nodes, scan_of, scene, telling_name
from .segment_places import filled_segments, inner_point, voxel_bounds
from .segmentation_files import FILE_ENDING, read_segmentation, write_segmentation, write_segmentation_file
from .segmentation_nodes import (
    drawn_state,
    label_volume_from_node,
    label_volume_from_segmentation,
    lies_on,
    segmentation_node,
    shared_structures,
    structure_names,
)
from .surfaces import read_surface, surface_files, write_surfaces
from .volume_nodes import volume_from_node, volume_in_pieces, volume_node

__all__ = [
    "FILE_ENDING",
    "WARNINGS",
    "Node",
    "drawn_state",
    "filled_segments",
    "fingerprint",
    "fingerprint_in_pieces",
    "free_name",
    "image_in_pieces",
    "inner_point",
    "is_made",
    "label_volume_from_node",
    "label_volume_from_segmentation",
    "label_volume_in_pieces",
    "label_volume_with_fingerprint",
    "lies_on",
    "mark_made",
    "measured_of",
    "model_of",
    "name_with_scan",
    "other_volumes",
    "put_with",
    "read_segmentation",
    "read_surface",
    "remove_node",
    "scan_nodes",
    "scan_of",
    "scene",
    "segmentation_node",
    "set_measured",
    "set_model",
    "set_warnings",
    "shared_structures",
    "shared_structures_in_pieces",
    "structure_names",
    "surface_files",
    "taken_with_fingerprint",
    "telling_name",
    "volume_from_node",
    "volume_in_pieces",
    "volume_node",
    "voxel_bounds",
    "warnings_of",
    "write_segmentation",
    "write_segmentation_file",
    "write_surfaces",
]
