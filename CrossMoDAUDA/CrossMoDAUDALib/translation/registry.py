"""The image translators there are. A new one is a file in this folder and a line here."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

from ..core.errors import InputError, short
from ..core.settings import TRANSLATORS, register_translator
from .protocol import Loss, Registration

# Files in this folder, readable without PyTorch; each has its registrations in TRANSLATORS.
FILES = (
    "cyclegan",
    "target_aware",
    "cut",
    "nice_gan",
)  # fmt: skip


def _source_files(module: ModuleType, made: Registration) -> tuple[str, ...]:
    """A translator's file, and those of the translators that its class builds on."""
    bases = [base.__module__ for base in getattr(made.make, "__mro__", ()) if base.__module__.startswith(f"{__package__}.")]
    return tuple(dict.fromkeys(str(sys.modules[name].__file__) for name in (module.__name__, *bases)))


_REGISTRATIONS: dict[str, Registration] = {}
_SOURCES: dict[str, tuple[str, ...]] = {}
for _file in FILES:
    _module = importlib.import_module(f".{_file}", __package__)
    for _found in _module.TRANSLATORS:
        _REGISTRATIONS[_found.name], _SOURCES[_found.name] = _found, _source_files(_module, _found)
        register_translator(_found.name, _found.section, _found.settings, _found.presets)


def registrations() -> list[Registration]:
    """All translators in the order in which they are offered."""
    return list(_REGISTRATIONS.values())


def registration(name: str) -> Registration:
    """The translator of a name.

    Raises:
        InputError: there is none.

    >>> sorted(registration("cyclegan-resnet").losses)[:2]
    ['adversarial_source', 'adversarial_target']
    """
    if name not in _REGISTRATIONS:
        raise InputError(f"There is no image translator '{short(name)}'; choose one of {', '.join(TRANSLATORS)}.")
    return _REGISTRATIONS[name]


def loss(translator: str, name: str) -> Loss | None:
    """How a translator's loss is shown; None for one that it does not name, and for a translator that there is not."""
    return _REGISTRATIONS[translator].losses.get(name) if translator in _REGISTRATIONS else None


def source_files(translator: str) -> tuple[str, ...]:
    """The Python files in which a translator's texts are marked for translation: its own, and those of what its class builds on."""
    return _SOURCES[translator]
