"""PyTorch for files that must be readable without it: it is imported when something of it is first used.

A translator's file declares settings and titles that the panel and ``--help`` show, where importing PyTorch would take
seconds or is not installed at all::

    if TYPE_CHECKING:
        import torch
    else:
        from ..compute.lazy import torch
"""

from __future__ import annotations

import importlib
from typing import Any


class _Torch:
    """Hands on every attribute of PyTorch's."""

    def __getattr__(self, name: str) -> Any:
        return getattr(importlib.import_module("torch"), name)


torch = _Torch()
