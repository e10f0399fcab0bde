"""MRML: scans and segmentations as nodes, inside Slicer or on slicer-core."""
