"""Settings that are left open until an experiment begins: which they are, and how a resumed one gets those that it was begun with.

What they become is measured (:mod:`.method.sizing`) or read from the labels (:mod:`.cohort.pieces`), and recorded.
"""

from __future__ import annotations

from collections.abc import Sequence

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
    return _taken_over(settings, sized, (*left_open(settings), *left_to_labels(settings)))


def as_begun(settings: Settings, begun: Settings) -> Settings:
    """Settings with what is left to the labels as another experiment's settings have it."""
    return _taken_over(settings, begun, left_to_labels(settings))


def _taken_over(settings: Settings, other: Settings, keys: Sequence[str]) -> Settings:
    values = other.values()
    return with_values(settings, {key: values[key] for key in keys})


def left_to_labels(settings: Settings) -> tuple[str, ...]:
    """The settings that the source labels decide when an experiment begins.

    >>> left_to_labels(preset_settings("laptop")), left_to_labels(preset_settings("paper"))
    (('self_training.largest_component',), ())
    """
    open_to_them = settings.self_training.single_by_labels and not settings.self_training.largest_component
    return ("self_training.largest_component",) if open_to_them else ()
