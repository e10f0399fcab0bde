"""Training in float64, where rounding, which differs between processors, is too small to hide a fault."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import torch
from torch import Tensor


@contextlib.contextmanager
def in_float64() -> Iterator[None]:
    """A context in which translators are made, and trained, in float64: where they ask for float32, they get that."""
    plain = Tensor.float
    torch.set_default_dtype(torch.float64)
    Tensor.float = Tensor.double  # type: ignore[method-assign]
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)
        Tensor.float = plain  # type: ignore[method-assign]
