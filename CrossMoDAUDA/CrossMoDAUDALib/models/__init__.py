"""Trained models as files: folders, packages, the library of imported ones, and what in them is refused."""
