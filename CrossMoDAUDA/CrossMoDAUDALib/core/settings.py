"""Every setting of the method in one typed place: sections, presets, ``--set`` and JSON.

Each field carries its help text and limits, so that the command line and the panel describe and check a setting from
its declaration alone (:mod:`.sections`). A translator's own settings are a section too, which its registration brings
along (:func:`register_translator`); an experiment has the section of the translator that it uses, and no other.

Example:
    >>> settings = preset_settings("smoke")
    >>> with_values(settings, {"translation.image_size": "128"}).translation.image_size
    128
"""

from __future__ import annotations

import dataclasses
import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, get_type_hints

from .declaring import setting
from .errors import InputError, short
from .parsing import check_merged_values, checked, nearest_of, parse_assignments, parse_device, with_merged_values
from .presets import BUILT_ON, PRESETS
from .sections import (
    COMPILE,
    CONVENTIONS,
    HEADERS,
    PRECISIONS,
    STRUCTURE_LISTS,
    TRANSLATORS,
    EvaluationSettings,
    IntensitySettings,
    ReadingSettings,
    SegmentationSettings,
    SelfTrainingSettings,
    TranslationSettings,
)

__all__ = [
    "CONVENTIONS",
    "HEADERS",
    "PRECISIONS",
    "PRESETS",
    "TRANSLATORS",
    "EvaluationSettings",
    "IntensitySettings",
    "ReadingSettings",
    "SegmentationSettings",
    "SelfTrainingSettings",
    "Settings",
    "TranslationSettings",
    "current_key",
    "parse_assignments",
    "parse_device",
    "preset_settings",
    "preset_values",
    "register_translator",
    "section_classes",
    "setting_fields",
    "translators_with",
    "with_values",
]

Section = TypeVar("Section")
# Entries that the description of every trained translator has beside its architecture (``translator.json``).
DESCRIBED = ("format", "translator", "image_size", "lower_percentile", "upper_percentile")


@dataclass(frozen=True)
class _Registered:
    """What the settings know of a translator: its section, the section's class, what it adds to each preset."""

    section: str
    kind: type[Any]
    presets: Mapping[str, Mapping[str, Any]]


_REGISTERED: dict[str, _Registered] = {}


def register_translator(name: str, section: str, kind: type[Any], presets: Mapping[str, Mapping[str, Any]]) -> None:
    """Make a translator and its section of settings known; translators may share a section.

    Args:
        name: what setting ``translation.translator`` calls it.
        section: the section's name in keys and in ``experiment.json``.
        kind: a frozen dataclass of fields declared by :func:`.declaring.setting`. If it has a method ``check(settings)``, that
            refuses what does not go together; if it has a ``retired``, as :class:`.sections.SegmentationSettings`, settings of
            older versions are accepted with the one value that they always have now.
        presets: by a preset's name, what the translator has otherwise, by dotted keys; what is under ``paper`` holds for all
            presets that say nothing else.

    Raises:
        ValueError: a name is taken: the translator's, its section's, or that of a setting in a trained translator's description.
    """
    if name in TRANSLATORS:
        raise ValueError(f"There is an image translator '{name}' already; choose another name.")
    others = {one.section: one.kind for one in _REGISTERED.values()}
    if section in _common_sections() or section in Settings.__dataclass_fields__ or others.get(section, kind) is not kind:
        raise ValueError(f"The section '{section}' of the translator '{name}' is taken, with other settings; choose another name.")
    for inner in fields(kind):
        if inner.metadata.get("architecture") and inner.name in DESCRIBED:
            raise ValueError(f"{section}.{inner.name} of the translator '{name}' has the name of an entry that translator.json has always.")
    TRANSLATORS.insert(len(TRANSLATORS) - 1, name)
    _REGISTERED[name] = _Registered(section, kind, presets)


@dataclass(frozen=True)
class Settings:
    """All settings of an experiment. Immutable; make a changed copy with :func:`with_values`."""

    preset: str = setting("paper", "Name of the preset these settings started from.", choices=tuple(PRESETS))
    labels: dict[str, int] = setting({"Vestibular schwannoma": 1, "Cochlea": 2}, "Structures and their values in the label maps.")
    seed: int = setting(0, "Seed of everything that is drawn at random.", low=0, high=2**31 - 1)
    device: str = setting("auto", "Where networks run: auto, cuda, cuda:N, mps, cpu, or cuda:N,M,... to train on several.")
    budget_minutes: float = setting(
        0.0,
        "Minutes that the whole experiment may take here: slices and epochs are chosen when it begins, for the scans and the"
        " computer; what is set by itself stays (in the panel, if it differs from the preset). 0: as the settings say.",
        low=0,
        high=100000,
    )
    helper_processes: int = setting(
        -1, "Processes that help to prepare images; 0: none, -1: the program chooses.", low=-1, high=256, former_name="workers"
    )
    precision: str = setting("auto", "Arithmetic of the networks; auto: bf16 where the hardware has units for it.", choices=PRECISIONS)
    compile: str = setting("auto", "Whether torch.compile speeds up the networks; auto: on a GPU.", choices=COMPILE)
    reading: ReadingSettings = field(default_factory=ReadingSettings)
    intensity: IntensitySettings = field(default_factory=IntensitySettings)
    translation: TranslationSettings = field(default_factory=TranslationSettings)
    segmentation: SegmentationSettings = field(default_factory=SegmentationSettings)
    self_training: SelfTrainingSettings = field(default_factory=SelfTrainingSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    # The chosen translator's own section, None without translator; read it with :meth:`of`.
    translator_section: Any = None
    # The keys that :func:`with_values` was given, as what a user chose: a time budget leaves them alone (:mod:`.budget`).
    named: frozenset[str] = field(default=frozenset(), compare=False, repr=False)

    def __post_init__(self) -> None:
        registered = _registered(self.translation.translator)
        if registered is None or type(self.translator_section) is not registered.kind:  # a section's class may build on another's
            object.__setattr__(self, "translator_section", registered.kind() if registered else None)

    def of(self, kind: type[Section]) -> Section:
        """The chosen translator's own settings.

        Raises:
            TypeError: they are of another class.
        """
        if not isinstance(self.translator_section, kind):
            raise TypeError(f"{self.translation.translator} has no {kind.__name__}")
        return self.translator_section

    def values(self) -> dict[str, Any]:
        """Every setting that the experiment has, by its dotted key."""
        found = {name: getattr(self, name) for name in _plain_fields()}
        sections = {name: getattr(self, name) for name in _common_sections()}
        if registered := _registered(self.translation.translator):
            sections[registered.section] = self.translator_section
        for name, section in sections.items():
            found |= {f"{name}.{inner.name}": getattr(section, inner.name) for inner in fields(section)}
        return found

    def to_json(self) -> dict[str, Any]:
        """All values as plain JSON types, sections nested."""
        nested: dict[str, Any] = {}
        for key, value in self.values().items():
            section, _, name = key.rpartition(".")
            (nested.setdefault(section, {}) if section else nested)[name] = value
        plain: dict[str, Any] = json.loads(json.dumps(nested))
        return plain

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Settings:
        """Settings from :meth:`to_json`'s dictionary, also an older version's.

        Raises:
            InputError: a key or value is not allowed.
        """
        if not isinstance(data, dict):
            raise InputError("The settings are not a JSON object; restore the file or start in a new folder.")
        flat: dict[str, Any] = {}
        for key, value in data.items():
            is_section = isinstance(value, dict) and key != "labels"
            flat |= {f"{key}.{name}": inner for name, inner in value.items()} if is_section else {key: value}
        chosen, former = _checked_values(flat)
        settings = dataclasses.replace(_changed(cls(), chosen, former), named=frozenset(chosen))
        _check_together(settings)
        return settings


def section_classes() -> dict[str, type[Any]]:
    """Every section's class by the section's name, those of all translators included."""
    return {**_common_sections(), **{one.section: one.kind for one in _REGISTERED.values()}}


def setting_fields() -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    """Every setting by its dotted key, those of all translators included: its field (``metadata`` has text and limits) and its type."""
    found: dict[str, tuple[dataclasses.Field[Any], Any]] = dict(_plain_fields())
    kinds: dict[str, Any] = section_classes()
    for name, kind in kinds.items():
        found |= {f"{name}.{inner.name}": (inner, _hints(kind)[inner.name]) for inner in fields(kind)}
    return found


def translators_with(section: str) -> list[str]:
    """The translators that a section belongs to; empty for one that every experiment has."""
    return [name for name, registered in _REGISTERED.items() if registered.section == section]


def current_key(key: str, known: Mapping[str, tuple[dataclasses.Field[Any], Any]] | None = None) -> str:
    """The dotted key by which a setting goes now (of those known); what is no setting's former key is handed back."""
    known = setting_fields() if known is None else known
    renamed = (now for now, (declared, _) in known.items() if _former_key(now, declared.metadata) == key)
    return key if key in known else next(renamed, key)


def _former_key(key: str, about: Mapping[str, Any]) -> str:
    """The dotted key by which older versions have a setting; its present one if that is no other."""
    section, _, name = key.rpartition(".")
    section, name = about["formerly"] or section, about["former_name"] or name
    return f"{section}.{name}" if section else name


def preset_values(name: str, translator: str = "") -> dict[str, Any]:
    """What a preset changes for a translator, by dotted keys.

    Raises:
        InputError: there is no preset of that name.
    """
    if name not in PRESETS:
        raise InputError(f"There is no preset '{short(name)}'; {nearest_of(name, list(PRESETS))}.")
    registered = _registered(translator or TranslationSettings().translator)
    own = registered.presets if registered else {}
    layers = ("paper", BUILT_ON[name], name) if name in BUILT_ON else ("paper", name)
    return {key: value for layer in layers for key, value in {**PRESETS[layer], **own.get(layer, {})}.items()}


def preset_settings(name: str, translator: str = "") -> Settings:
    """The settings of a preset. Whether all of them suit a translator that is named is only told by :func:`with_values`.

    Args:
        name: one of :data:`PRESETS`.
        translator: the image translator; the paper's if none is named.

    Raises:
        InputError: there is no preset or no translator of that name.

    >>> preset_settings("paper").self_training.iterations, preset_settings("smoke").self_training.iterations
    (3, 1)
    """
    values = preset_values(name, translator)
    start = Settings(preset=name, translation=TranslationSettings(translator=translator or TranslationSettings().translator))
    return _changed(start, *_checked_values(values))


def with_values(settings: Settings, values: dict[str, Any]) -> Settings:
    """A copy of ``settings`` with dotted keys replaced; text values are parsed by the setting's type.

    With another translator, whatever is as the preset has it for the old one becomes what the preset has for the new one.
    With other labels, structures that only the preset names and that are not among them are no longer named.

    Args:
        values: by dotted key, also an older version's. What belongs to a translator has no effect where there is none.

    Raises:
        InputError: a key is unknown, a value is not allowed, or a setting belongs to another translator; the message names
            the nearest right one.

    >>> settings = with_values(preset_settings("quick"), {"labels": "Tumour:1", "segmentation.epochs": "20"})
    >>> settings.labels, settings.segmentation.epochs
    ({'Tumour': 1}, 20)
    >>> with_values(settings, {"sed": 1})
    Traceback (most recent call last):
        ...
    CrossMoDAUDALib.core.errors.InputError: There is no setting 'sed'; did you mean 'seed'.
    """
    chosen, former = _checked_values(with_merged_values(values))
    named = settings.named | chosen.keys()
    if (wanted := chosen.get("preset", settings.preset)) != settings.preset:
        raise InputError(f"preset={wanted} cannot be changed by --set here; use --preset {wanted}.")
    translator, before = chosen.get("translation.translator", settings.translation.translator), settings.translation.translator
    if translator != before:
        chosen = {**_preset_changes(settings, translator), **chosen}
    if "labels" in chosen:
        chosen = {**_preset_structures(settings, chosen["labels"]), **chosen}
    changed = dataclasses.replace(_changed(settings, chosen, former), named=named)
    _check_together(changed)
    return changed


def _preset_changes(settings: Settings, translator: str) -> dict[str, Any]:
    """What changes with the translator: values that are as the preset has them for the present one."""
    old, new = (preset_settings(settings.preset, name).values() for name in (settings.translation.translator, translator))
    now = settings.values()
    return {key: value for key, value in new.items() if key not in old or (value != old[key] and now[key] == old[key])}


def _preset_structures(settings: Settings, labels: Mapping[str, int]) -> dict[str, Any]:
    """What is left, with other labels, of the structures that the preset names; nothing if the user chose them."""
    of_preset, now = preset_values(settings.preset), settings.values()
    return {key: tuple(name for name in now[key] if name in labels) for key in STRUCTURE_LISTS if now[key] == of_preset.get(key)}


def _checked_values(values: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Values by the settings' present keys, parsed and within their limits; and which of them were given by former keys."""
    known, former = setting_fields(), set()
    retired = {f"{name}.{old}": now for name, kind in section_classes().items() for old, now in getattr(kind, "retired", {}).items()}
    found: dict[str, Any] = {}
    for given, value in values.items():
        if given in retired:
            if str(value) != str(retired[given]):
                raise InputError(f"{given} is no setting any more and always '{retired[given]}'; leave it out.")
            continue
        key = current_key(given, known)  # to list these takes long
        if key not in known:
            raise InputError(f"There is no setting '{short(key)}'; {nearest_of(key, list(known))}.")
        if key != given:
            former.add(key)
        found[key] = checked(given, value, *known[key])
    return found, former


def _changed(settings: Settings, values: dict[str, Any], former: set[str]) -> Settings:
    """A copy with checked values; those by former keys may belong to another translator, as older versions recorded them all."""
    common = _common_sections()
    by_section: dict[str, dict[str, Any]] = {name: {} for name in ("", *common)}
    for key, value in values.items():
        section, _, name = key.rpartition(".")
        by_section.setdefault(section, {})[name] = value
    plain = {"labels": dict(settings.labels), **by_section.pop("")}
    replaced = {name: dataclasses.replace(getattr(settings, name), **by_section.pop(name)) for name in common}
    changed = dataclasses.replace(settings, **plain, **replaced)
    registered = _registered(changed.translation.translator)
    for section, inner in by_section.items():
        if registered and section == registered.section:
            changed = dataclasses.replace(changed, translator_section=dataclasses.replace(changed.translator_section, **inner))
        elif registered and not all(f"{section}.{name}" in former for name in inner):
            raise InputError(
                f"{section}.{next(iter(inner))} belongs to {' and '.join(translators_with(section))}, not to the translator"
                f" {changed.translation.translator}; leave it out, or choose another translator."
            )
    return changed


def _check_together(settings: Settings) -> None:
    """Checks that need more than one setting."""
    check_merged_values(settings.labels, settings.reading.merged_values)
    if settings.intensity.lower_percentile >= settings.intensity.upper_percentile:
        raise InputError("intensity.lower_percentile must be below intensity.upper_percentile.")
    if (pooled := settings.translation.pooled_epochs) and pooled >= (decay := settings.translation.decay_epochs):
        raise InputError(f"translation.pooled_epochs={pooled}, spread over translation.decay_epochs={decay}, must be fewer; set both.")
    lowest, highest = settings.segmentation.structure_scaling_lowest, settings.segmentation.structure_scaling_highest
    if lowest > highest:
        raise InputError(
            f"segmentation.structure_scaling_lowest={lowest:g} is above segmentation.structure_scaling_highest={highest:g}; set both."
        )
    if both := [name for name in settings.segmentation.bright_in_target if name in settings.segmentation.dark_in_target]:
        raise InputError(
            f"segmentation.bright_in_target and segmentation.dark_in_target both name '{short(both[0])}'; name it in one of them."
        )
    if hasattr(settings.translator_section, "check"):
        settings.translator_section.check(settings)
    values = settings.values()
    for key in (*STRUCTURE_LISTS, "segmentation.scaled_copies"):
        for name in values[key]:
            if name not in settings.labels:
                meant = nearest_of(name, list(settings.labels))
                form = "; write names that hold a comma as JSON" if any("," in label for label in settings.labels) else ""
                raise InputError(f"{key} names '{short(name)}', which is not a structure; {meant}{form}.")


def _plain_fields() -> dict[str, tuple[dataclasses.Field[Any], Any]]:
    """The settings outside sections."""
    return {one.name: (one, _hints(Settings)[one.name]) for one in fields(Settings) if "text" in one.metadata}


def _common_sections() -> dict[str, type[Any]]:
    """The classes of the sections that every experiment has."""
    return {name: kind for name, kind in _hints(Settings).items() if isinstance(kind, type) and dataclasses.is_dataclass(kind)}


def _registered(translator: str) -> _Registered | None:
    """What is registered of a translator; None for 'none'.

    Raises:
        InputError: there is no such translator.
    """
    if translator not in TRANSLATORS:
        raise InputError(f"translation.translator cannot be '{short(translator)}'; {nearest_of(translator, TRANSLATORS)}.")
    return _REGISTERED.get(translator)


@functools.cache
def _hints(kind: type[Any]) -> dict[str, Any]:
    """The types of a class's fields; working them out is slow."""
    return get_type_hints(kind)
