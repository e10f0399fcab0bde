"""Network weights from safetensors files, which hold numbers and nothing that could run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError, unreadable
from ..core.failures import is_of_this_machine

if TYPE_CHECKING:
    from torch import Tensor


def load_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, copied into memory: the file may go or change afterwards.

    Raises:
        InputError: the file is missing, damaged, no safetensors file, or holds weights that are no numbers.
        MemoryError, RuntimeError: the memory does not suffice.
    """
    import torch
    from safetensors.torch import load

    if not path.is_file():  # a pipe would be waited for
        raise InputError(f"{path} is missing or no regular file; copy the model again.")
    try:
        content = path.read_bytes()  # not memory-mapped: a disk that fails would then end the process
    except OSError as error:
        raise unreadable(path, error) from None
    try:
        weights = load(content)
    except Exception as error:  # whatever a foreign or cut file makes the reader stumble over
        if is_of_this_machine(error):
            raise
        raise InputError(f"{path} is damaged or no safetensors file; copy the model again.") from error
    for name, tensor in weights.items():
        if not bool(torch.isfinite(tensor).all()):
            raise InputError(_not_numbers(str(path), name))
    return weights


def check_weights(content: bytes, place: str) -> None:
    """Make sure that a file's content is what :func:`load_weights` takes; needs no PyTorch.

    Args:
        place: what the file is called in the refusal.

    Raises:
        InputError: it is not.
    """
    from safetensors.numpy import load

    try:
        weights = load(content)
    except Exception as error:
        if is_of_this_machine(error):
            raise
        raise InputError(f"{place} is damaged or no safetensors file; get the model again.") from error
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise InputError(_not_numbers(place, name))


def _not_numbers(place: str, name: str) -> str:
    return f"{place} holds weights that are no finite numbers ({name}); use another model."
