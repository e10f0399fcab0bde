"""Settings that are left open until an experiment begins: which they are, and how a resumed one gets those that it was begun with.

What they become is measured (:mod:`.method.sizing`) or read from the labels (:mod:`.cohort.pieces`), and recorded.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .presets import FORMER
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
    values, keys = sized.values(), left_open(settings)
    if settings.labels == sized.labels:
        keys += left_to_labels(settings)
    return fitted(settings, {key: values[key] for key in keys})


def as_recorded(settings: Settings, recorded: Settings) -> Settings:
    """Settings as an experiment would have them that was begun with them, perhaps by an older version.

    What its record does not know has no value of a present preset there, but the default; what the preset had in that version it
    keeps, unless somebody names it now.

    Args:
        recorded: as :meth:`.settings.Settings.from_json` read them.
    """
    settings, was = sized_as(settings, recorded), recorded.values()
    unknown = was.keys() & settings.values().keys() - recorded.named - settings.named
    return as_preset_was(fitted(settings, {key: was[key] for key in unknown}), recorded)


def as_preset_was(settings: Settings, recorded: Settings) -> Settings:
    """Settings with what their preset had when an experiment was begun with it, but for what somebody names now."""
    former, was = FORMER.get(settings.preset, {}) if recorded.preset == settings.preset else {}, recorded.values()
    return fitted(settings, {key: was[key] for key, value in former.items() if key not in settings.named and was[key] == value})


def left_to_labels(settings: Settings) -> tuple[str, ...]:
    """The settings that the source labels decide when an experiment begins, unless somebody has named them.

    >>> left_to_labels(preset_settings("laptop")), left_to_labels(preset_settings("paper"))
    (('self_training.largest_component',), ())
    >>> left_to_labels(with_values(preset_settings("laptop"), {"self_training.largest_component": ""}))
    ()
    """
    key, chosen = "self_training.largest_component", settings.self_training
    return (key,) if chosen.single_by_labels and not chosen.largest_component and key not in settings.named else ()


def fitted(settings: Settings, values: Mapping[str, Any]) -> Settings:
    """As :func:`.settings.with_values`, with values that nobody has named: the program chose them."""
    return dataclasses.replace(with_values(settings, dict(values)), named=settings.named)
