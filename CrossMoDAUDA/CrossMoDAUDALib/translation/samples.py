"""Pictures of how a training goes: a few slices and their translations, and where the structures are in the source slices.

``samples/epoch_0001.png`` has a row for each of :data:`.protocol.SAMPLE_ROWS` slices and the translator's columns, every tile with a
border of a pixel before all is enlarged by a whole number. ``samples/outlines.png`` has the same rows, and a single column for every
epoch: it lies on the columns of source slices and of their translations.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ..core.files import replacing
from ..core.settings import Settings
from ..core.structures import structure_of
from ..images.pictures import outline
from .protocol import SAMPLE_BORDER, SAMPLE_ROWS, Translator
from .slices import labels_of_slices, open_slices, spread_places

SAMPLES, OUTLINES = "samples", "outlines.png"
_LEAST_PIXELS = 256  # of a tile
_LINE = 0.01  # of a tile's width is an outline thick


@torch.no_grad()
def write_samples(folder: Path, translator: Translator, source: Tensor, target: Tensor, epoch: int) -> None:
    """Write the picture of an epoch, also as the latest.

    Args:
        source, target: slices of either domain, (n, 1, h, w), in [-1, 1].
    """
    from PIL import Image

    columns = translator.sample_columns(source, target)
    tiles = torch.cat([torch.nn.functional.pad(column, (SAMPLE_BORDER,) * 4, value=1.0) for column in columns], dim=3)
    grey = ((tiles[:, 0].float().cpu().numpy() + 1) * 127.5).round().clip(0, 255).astype(np.uint8)
    picture = Image.fromarray(grey.reshape(-1, grey.shape[2]))
    factor = _factor(source.shape[-1])
    if factor > 1:
        picture = picture.resize((picture.width * factor, picture.height * factor), Image.Resampling.NEAREST)
    for name in (f"epoch_{epoch:04d}.png", "latest.png"):
        with replacing(folder / name) as partial:
            picture.save(partial)


def write_outlines(folder: Path, source_slices: Path, cases: Sequence[tuple[Path, Path]], settings: Settings) -> None:
    """Write where the structures are in the source slices of the sample pictures: coloured outlines on nothing.

    Args:
        source_slices: file of :func:`.slices.build_slices`.
        cases: an image and its label map each, from which that was made.
        settings: ``labels`` and ``reading`` are used.

    Raises:
        CrossModaError: a file cannot be read.
        OSError: the picture cannot be written.
    """
    from PIL import Image

    slices = open_slices(source_slices)
    size = slices.shape[-1]
    factor = _factor(size)
    thickness = max(round(_LINE * factor * size), 1)
    found = labels_of_slices(cases, spread_places(slices, SAMPLE_ROWS).tolist(), size, settings)
    side = (size + 2 * SAMPLE_BORDER) * factor
    picture = np.zeros((len(found) * side, side, 4), np.uint8)
    for row, label_map in enumerate(found):
        enlarged = np.pad(label_map, SAMPLE_BORDER).repeat(factor, 0).repeat(factor, 1)
        for name, value in settings.labels.items():
            picture[row * side : (row + 1) * side][outline(enlarged == value, thickness)] = (*structure_of(name, value).colour, 255)
    with replacing(folder / OUTLINES) as partial:
        Image.fromarray(picture).save(partial)


def _factor(size: int) -> int:
    """How much slices are enlarged, so that a tile can be seen."""
    return max(-(-_LEAST_PIXELS // size), 1)
