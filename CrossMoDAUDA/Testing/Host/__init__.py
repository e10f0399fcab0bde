"""A stand-in for the Slicer application on PySide6 and slicer-core, stricter than Slicer, to run a module's panel in tests.

``with Host(module_file) as host:`` puts it on and takes it off again.
"""  # noqa: N999

from .host import Host

__all__ = ["Host"]
