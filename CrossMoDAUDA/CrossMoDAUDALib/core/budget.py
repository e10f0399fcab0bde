"""Settings that a time budget leaves open: which they are, and how a resumed experiment gets those that it was begun with.

What they become is measured by :mod:`.method.sizing` before an experiment begins, and recorded with its settings.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

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
    """The settings that are chosen for the scans and the computer: with a time budget, those that nobody has named.

    One that :func:`.settings.with_values` was given has been named, also with the preset's own value. One that differs from the
    preset stays as it is, however it came to that.

    >>> left_open(with_values(preset_settings("laptop"), {"segmentation.epochs": 5, "translation.pooled_epochs": 2}))
    ('translation.image_size', 'translation.epochs', 'translation.decay_epochs', 'segmentation.finest_spacing', 'self_training.epochs')
    >>> "segmentation.epochs" in left_open(with_values(preset_settings("laptop"), {"segmentation.epochs": 40}))  # the preset's
    False
    >>> left_open(preset_settings("paper"))
    ()
    """
    if not settings.budget_minutes:
        return ()
    preset, now = preset_settings(settings.preset, settings.translation.translator).values(), settings.values()
    return tuple(key for key in SIZED if key not in settings.named and now[key] == preset[key])


def sized_as(settings: Settings, sized: Settings) -> Settings:
    """Settings with what they leave open as another experiment's settings have it."""
    values = sized.values()
    return fitted(settings, {key: values[key] for key in left_open(settings)})


def fitted(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """As :func:`.settings.with_values`, with values that nobody has named: the program chose them."""
    return dataclasses.replace(with_values(settings, dict(values)), named=settings.named)
