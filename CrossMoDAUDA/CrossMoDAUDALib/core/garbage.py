"""Python's search for circular garbage, kept away where it finds nothing: PyTorch and nnU-Net make hundreds of thousands of objects
that stay, and it would look through them again and again. That is half of what their import and the end of the process take.
"""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Look for no garbage inside the block, which imports large packages."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def leave_to_the_system() -> None:
    """Let this process end without a last search: its memory is freed all the same. What holds a file has closed it by now."""
    gc.freeze()
