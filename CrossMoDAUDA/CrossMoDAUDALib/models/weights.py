"""Network weights from safetensors files, which hold numbers and nothing that could run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError

if TYPE_CHECKING:
    from torch import Tensor


def load_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file, copied into memory: the file may go or change afterwards.

    Raises:
        InputError: the file is missing, damaged, no safetensors file, or holds weights that are no numbers.
    """
    import torch
    from safetensors.torch import load_file

    if not path.is_file():  # a pipe would be waited for
        raise InputError(f"{path} is missing or no regular file; copy the model again.")
    try:
        weights = {name: tensor.clone() for name, tensor in load_file(path).items()}
    except PermissionError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); change its permissions.") from None
    except Exception as error:  # whatever a foreign or cut file makes the reader stumble over
        raise InputError(f"{path} is missing, damaged or no safetensors file; copy the model again.") from error
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
        raise InputError(f"{place} is damaged or no safetensors file; get the model again.") from error
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise InputError(_not_numbers(place, name))


def _not_numbers(place: str, name: str) -> str:
    return f"{place} holds weights that are no finite numbers ({name}); use another model."
