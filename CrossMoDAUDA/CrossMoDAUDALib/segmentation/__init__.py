"""Segmentation by an unmodified nnU-Net v2, in process (paper section 2.2)."""
