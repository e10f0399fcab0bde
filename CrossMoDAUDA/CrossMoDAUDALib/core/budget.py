"""Settings that a time budget leaves open: which they are, and how a resumed experiment gets those that it was begun with.

What they become is measured by :mod:`.method.sizing` before an experiment begins, and recorded with its settings.
"""

from __future__ import annotations

from .settings import Settings, preset_settings, with_values

SIZED = (
    "translation.image_size",
    "translation.epochs",
    "translation.decay_epochs",
    "translation.pooled_epochs",
    "segmentation.finest_spacing",
    "segmentation.epochs",
    "self_training.epochs",
)


def left_open(settings: Settings) -> tuple[str, ...]:
    """The settings that are chosen for the scans and the computer: with a time budget, those that are as the preset has them.

    >>> left_open(with_values(preset_settings("laptop"), {"segmentation.epochs": 5, "translation.pooled_epochs": 2}))
    ('translation.image_size', 'translation.epochs', 'translation.decay_epochs', 'segmentation.finest_spacing', 'self_training.epochs')
    >>> left_open(preset_settings("paper"))
    ()
    """
    if not settings.budget_minutes:
        return ()
    preset, now = preset_settings(settings.preset, settings.translation.translator).values(), settings.values()
    return tuple(key for key in SIZED if now[key] == preset[key])


def sized_as(settings: Settings, sized: Settings) -> Settings:
    """Settings with what they leave open as another experiment's settings have it."""
    values = sized.values()
    return with_values(settings, {key: values[key] for key in left_open(settings)})
