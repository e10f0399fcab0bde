"""A stand-in for the Slicer application on PySide6 and slicer-core, stricter than Slicer, to run a module's panel in tests.

``with Host(module_file) as host:`` puts it on and takes it off again.
"""  # noqa: N999

import ctypes
import sys

from .host import Host

if sys.version_info < (3, 12):  # later ones never end None
    # PySide6 gives references to None back that it has not taken, one with many a turn of the event loop; when all are gone,
    # Python aborts ("deallocating None"), which hundreds of panels in one process bring about.
    ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40

__all__ = ["Host"]
