"""How a setting is declared: a field of a frozen dataclass that carries its help text and its limits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

# What a form calls settings whose names say too little.
_LABELS = {
    "memory_gb": "GPU memory (GB)",
    "finest_spacing": "Finest spacing (mm)",
    "adam_beta1": "Adam's beta 1",
    "adam_beta2": "Adam's beta 2",
    "source_only": "Compare with source only",
}


def setting(
    default: Any,
    text: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] | None = None,
    multiple: int | None = None,
    formerly: str = "",
    former_name: str = "",
    architecture: bool = False,
    added_later: bool = False,
) -> Any:
    """Declare a setting as a field of a frozen dataclass.

    Args:
        default: its value where nothing else is said.
        text: what it means, as a sentence for the help and the panel.
        low, high: the least and the greatest allowed number; give both or neither.
        choices: the allowed texts.
        multiple: a whole number that the value must be a multiple of.
        formerly: the section in which older versions have it; keys of that section are still accepted.
        former_name: what older versions call it; that name is still accepted.
        architecture: whether a trained network cannot be used without it (``translator.json`` then holds it).
        added_later: whether there were trained networks before it; they are used with its default.

    Example:
        >>> from dataclasses import dataclass
        >>> @dataclass(frozen=True)
        ... class ToySettings:
        ...     gain: float = setting(1.0, "Factor at the start.", low=0, high=10)
        >>> ToySettings().gain
        1.0
    """
    about = {
        "text": text,
        "low": low,
        "high": high,
        "choices": choices,
        "multiple": multiple,
        "formerly": formerly,
        "former_name": former_name,
        "architecture": architecture,
        "added_later": added_later,
    }
    if isinstance(default, dict):
        return field(default_factory=lambda: dict(default), metadata=about)
    return field(default=default, metadata=about)


def label_of(name: str) -> str:
    """What a form calls a setting, in English.

    >>> label_of("memory_gb"), label_of("tile_step")
    ('GPU memory (GB)', 'Tile step')
    """
    return _LABELS.get(name) or name.replace("_", " ").capitalize()
