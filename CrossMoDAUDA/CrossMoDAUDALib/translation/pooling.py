"""Which earlier networks of a translator's training are kept, so that the segmenter also learns from what they make.

A translator never stands still: its images of two late epochs differ in style and in what they get wrong. A segmenter that sees
both trusts neither blindly. The paper learns from the last network's images alone.
"""

from __future__ import annotations

from pathlib import Path

from ..core.settings import TranslationSettings

KEPT = "translation/pooled/*.safetensors"  # in an experiment folder, as a pattern


def kept_epochs(translation: TranslationSettings) -> tuple[int, ...]:
    """The numbers of epochs after which the network is kept, beside that of the last one: spread evenly over the decay phase.

    >>> kept_epochs(TranslationSettings(epochs=100, decay_epochs=100, pooled_epochs=3))
    (125, 150, 175)
    """
    if translation.translator == "none":
        return ()
    parts = translation.pooled_epochs + 1
    return tuple(translation.epochs + translation.decay_epochs * part // parts for part in range(1, parts))


def kept_weights(folder: Path, epoch: int) -> Path:
    """Where the network of an epoch lies in the translator's folder."""
    return folder / "pooled" / f"epoch_{epoch:04d}.safetensors"
