"""What a study is asked for: its scans, its methods with their settings, its seeds. ``study.json`` records it.

A study folder holds ordinary experiments in ``experiments/METHOD/seed_K``. Beside the methods asked for there is always
``source-only`` (a segmenter that learned from the source scans as they are) and, where the target's labels are given,
``supervised`` (one that learned from the target scans with their labels): the floor and the ceiling of what adapting can reach.
"""

from __future__ import annotations

import contextlib
import functools
import re
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..cohort.finding import Case, Cohort
from ..core.budget import as_preset_was, as_recorded, fitted, left_to_labels
from ..core.errors import InputError, short, unreadable
from ..core.files import read_json, write_json
from ..core.layout import EXPERIMENTS, STUDY_RECORD
from ..core.parsing import setting_text
from ..core.sections import UNSCALED
from ..core.settings import Settings, preset_settings, translators_with, with_values
from ..experiment.folder import MACHINE_SETTINGS, Experiment, difference, package_versions
from ..experiment.stages import Stage
from ..method.plan import plan

FORMAT = 1
SOURCE_ONLY, SUPERVISED = "source-only", "supervised"
_EVIDENCE = "evaluation.evidence"
_LABEL_AWARE = frozenset(("segmentation.scaled_copies", *UNSCALED))
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Method:
    """One method of a study.

    Attributes:
        name: of its folder and in the tables.
        translator: the image translator; ``none`` has none.
        values: its settings beside those of the whole study, by dotted keys.
        seeds: its seeds; none stands for those of the whole study.
    """

    name: str
    translator: str
    values: Mapping[str, str] = field(default_factory=dict)
    seeds: tuple[int, ...] = ()

    @property
    def adapts(self) -> bool:
        """Whether it is a method of adaptation, neither the floor nor the ceiling."""
        return self.name not in (SOURCE_ONLY, SUPERVISED)


@dataclass(frozen=True)
class Part:
    """One experiment of a study: a method with a seed."""

    method: Method
    seed: int
    folder: Path
    settings: Settings
    cohort: Cohort

    @property
    def name(self) -> str:
        """How events and markers call it, such as ``cut/seed_0``."""
        return f"{self.method.name}/seed_{self.seed}"

    @property
    def title(self) -> str:
        """What people call it."""
        return f"{self.method.name}, seed {self.seed}"

    def stages(self) -> tuple[Stage, ...]:
        """All stages of the experiment."""
        return plan(self.settings, self.cohort)


@dataclass(frozen=True)
class Study:
    """A study as it is asked for.

    Attributes:
        folder: where it lies.
        preset: which settings all experiments start from.
        values: what they all change, by dotted keys; what belongs to a translator matters to its methods only.
        methods: the methods asked for, without the floor and the ceiling.
        seeds: of the floor, the ceiling and the methods without seeds of their own.
        cohort: the scans.
        ceiling: target scans with labels, for the ceiling alone; none without a ceiling.
        own: settings of the floor and the ceiling alone, by their names.
        digests: SHA-256 of every scan and label map by path; empty before the scans have been checked.
        commands: that asked for it, one after the other.
        single: structures that all source labels show in one piece; None if nobody has looked.
        without: methods, or single seeds of one as ``METHOD=SEED``, that are left out although they are recorded.
    """

    folder: Path
    preset: str
    values: Mapping[str, str]
    methods: tuple[Method, ...]
    seeds: tuple[int, ...]
    cohort: Cohort
    ceiling: tuple[Case, ...] = ()
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)
    commands: tuple[str, ...] = ()
    single: tuple[str, ...] | None = None
    without: tuple[str, ...] = ()

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether a folder holds a study."""
        return (folder / STUDY_RECORD).is_file()

    @property
    def rows(self) -> tuple[Method, ...]:
        """The floor, the methods, and the ceiling where there is one; none of those that are left out."""
        floor, ceiling = (Method(name, "none", self.own.get(name, {})) for name in (SOURCE_ONLY, SUPERVISED))
        every = (floor, *self.methods, *([ceiling] if self.ceiling else []))
        return tuple(row for row in every if row.name not in self.without and self.seeds_of(row))

    @property
    def has_ceiling(self) -> bool:
        """Whether there is a ceiling that is not left out."""
        return any(row.name == SUPERVISED for row in self.rows)

    @property
    def whole(self) -> Study:
        """The study with what is left out."""
        return replace(self, without=())

    @property
    def labelled_target(self) -> tuple[Case, ...]:
        """What the ceiling learns from: its cases without those that are evaluation cases too."""
        scored = {self.digests.get(str(case.image), str(case.image)) for case in self.cohort.evaluation}
        return tuple(case for case in self.ceiling if self.digests.get(str(case.image), str(case.image)) not in scored)

    def seeds_of(self, method: Method) -> tuple[int, ...]:
        """The seeds that a method is run with."""
        return tuple(seed for seed in method.seeds or self.seeds if f"{method.name}={seed}" not in self.without)

    def settings(self, method: Method, seed: int) -> Settings:
        """The settings of one experiment.

        Raises:
            InputError: a setting is unknown or not allowed, or belongs to another translator.
        """
        values: dict[str, Any] = {key: value for key, value in self.values.items() if _matters_to(key, method.translator)}
        values |= {**method.values, "translation.translator": method.translator, "seed": seed, "evaluation.source_only": False}
        if not method.adapts:
            values["self_training.iterations"] = 0
            plain = Settings().values()  # the floor and the ceiling learn from scans as they are
            values |= {key: plain[key] for key in _LABEL_AWARE - method.values.keys()}
        if method.name == SUPERVISED:  # nobody chooses it, so what its trustworthiness is known by is not measured
            values |= {_EVIDENCE: method.values.get(_EVIDENCE, False)}
        settings = with_values(preset_settings(self.preset), values)
        return fitted(settings, dict.fromkeys(left_to_labels(settings), self.single or ()))

    def folder_of(self, method: Method, seed: int) -> Path:
        """Where the experiment of a method with a seed lies."""
        return self.folder / EXPERIMENTS / method.name / f"seed_{seed}"

    def folders(self) -> list[Path]:
        """Where all experiments lie, also those whose settings cannot be had."""
        return [self.folder_of(method, seed) for method in self.rows for seed in self.seeds_of(method)]

    def cohort_of(self, method: Method) -> Cohort:
        """The scans of a method's experiments."""
        if method.name != SUPERVISED:
            return self.cohort
        labelled = self.labelled_target  # what it predicts for scans that it has learned from is not used
        return Cohort(labelled, tuple(replace(case, label=None) for case in labelled), self.cohort.evaluation)

    def parts(self) -> list[Part]:
        """All experiments in the order in which they are run: every method with its first seed comes before any with its second."""
        return list(self._parts)

    @functools.cached_property
    def _parts(self) -> tuple[Part, ...]:
        rows = self.rows
        seeds = {method.name: self.seeds_of(method) for method in rows}
        turns = range(max(map(len, seeds.values())))
        return tuple(self._part(method, seeds[method.name][turn]) for turn in turns for method in rows if turn < len(seeds[method.name]))

    def _part(self, method: Method, seed: int) -> Part:
        settings, folder = self.settings(method, seed), self.folder_of(method, seed)
        others = (self.folder_of(method, other) for other in method.seeds or self.seeds)
        if begun := next(filter(Experiment.exists, (folder, *others)), None):
            with contextlib.suppress(InputError):  # a damaged one is refused when it is worked on
                recorded = Experiment.load(begun).settings
                if begun != folder:  # a seed that is added has what the preset had for the others
                    return Part(method, seed, folder, as_preset_was(settings, recorded), self.cohort_of(method))
                settings = as_recorded(settings, recorded)
                if method.name == SUPERVISED and _EVIDENCE not in method.values:  # older studies measured it of their ceilings too
                    settings = with_values(settings, {_EVIDENCE: recorded.evaluation.evidence})
        return Part(method, seed, folder, settings, self.cohort_of(method))

    def check(self) -> None:
        """Make sure that all is named and set as it can be.

        Raises:
            InputError: it is not.
        """
        if not any(method.adapts for method in self.rows):
            if self.methods:
                raise InputError("--without: no method would be left to compare; keep one, or name one again with --method.")
            raise InputError("Name at least one method, as --method cyclegan-resnet; a study compares methods.")
        names = [method.name.casefold() for method in self.whole.rows]  # folders: a and A are one on Windows and macOS
        for method in self.methods:
            if not _NAME.fullmatch(method.name):
                raise InputError(f"--method {short(method.name)}: a method's name is made of letters, digits, '.', '_' and '-'.")
            if not method.adapts or names.count(method.name.casefold()) > 1:
                raise InputError(f"There are two methods '{method.name}'; give one of them another name, as --method NAME=TRANSLATOR.")
        for key in self.values:
            owners = translators_with(key.rpartition(".")[0])
            if owners and not any(method.translator in owners for method in self.methods):
                raise InputError(f"{key} belongs to {' and '.join(owners)}, which no method of this study uses; leave it out.")
        for method in self.rows:
            self._refuse_unsuited(method)
        first, *others = (part.settings for part in self.parts())
        if any((one.labels, one.evaluation.convention) != (first.labels, first.evaluation.convention) for one in others):
            raise InputError("labels and evaluation.convention are the same for all methods of a study; set them without METHOD:.")

    def _refuse_unsuited(self, method: Method) -> None:
        """Refuse a method that cannot have the study's settings; where slices of its own would suit it, tell their size."""
        key = "translation.image_size"
        if not (error := self._problem(method)):
            return
        if key not in method.values and self.values.get(key, "").isdecimal():
            from ..method.sizing import sizes_from

            own = (replace(method, values={**method.values, key: str(size)}) for size in sizes_from(int(self.values[key])))
            if suited := next((one for one in own if not self._problem(one)), None):
                raise InputError(f"{error} For slices of its own: --set {method.name}:{key}={suited.values[key]}.")
        raise error

    def _problem(self, method: Method) -> InputError | None:
        try:
            self.settings(method, self.seeds_of(method)[0])
        except InputError as error:
            return error
        return None

    def refuse_other(self) -> None:
        """Make sure that experiments which are there already are those that are asked for.

        Raises:
            InputError: one was started with another setting or other scans.
        """
        for part in self.parts():
            if Experiment.exists(part.folder) and (differs := difference(Experiment.load(part.folder), part.settings, part.cohort)):
                raise InputError(
                    f"{self.folder} is another study: of {part.title}, {differs}; give the same again{self._alone_as_it_was(part)}, another"
                    " name to the method, or another output folder."
                )

    def _alone_as_it_was(self, part: Part) -> str:
        """How a method alone gets the settings that it was started with, as where it was left out meanwhile; empty where nothing does."""
        method, was = part.method, Experiment.load(part.folder)
        before, now = was.settings.values(), part.settings.values()
        differ = [key for key, value in before.items() if value != now.get(key) and key not in MACHINE_SETTINGS]
        values = {key: setting_text(before[key]) for key in differ}
        with contextlib.suppress(InputError):
            same = self._part(replace(method, values={**method.values, **values}), part.seed)
            if method.adapts and not difference(was, same.settings, same.cohort):
                words = (shlex.quote(f"{method.name}:{key}={value}") for key, value in values.items())
                return f" (of it alone: {' '.join(f'--set {word}' for word in words)})"
        return ""

    def extended(self, asked: Study, names_scans: bool, names_preset: bool) -> Study:
        """This study with more methods or seeds.

        Args:
            asked: what is asked for now; settings that it does not name stay as they are.
            names_scans, names_preset: whether it says which scans and which preset.

        Raises:
            InputError: it is another study.
        """
        if names_preset and asked.preset != self.preset:
            raise InputError(_other(self.folder, f"it was started with preset={self.preset}, not {asked.preset}"))
        if names_scans and asked.cohort != self.cohort:
            raise InputError(_other(self.folder, "its scans differ"))
        if asked.ceiling and self.ceiling and asked.ceiling != self.ceiling:
            raise InputError(_other(self.folder, f"its labelled target scans (--target-labels) {_differ(asked.ceiling, self.ceiling)}"))
        known = {method.name: method for method in self.methods}
        for method in asked.methods:
            before = known.get(method.name, method)
            if before.translator != method.translator:
                raise InputError(_other(self.folder, f"its method {method.name} is {before.translator}, not {method.translator}"))
            had = before.seeds or (self.seeds if method.name in known else ())
            new = [seed for seed in method.seeds if seed not in had]
            seeds = (*had, *new) if new else before.seeds  # those of the whole study stay so where it has them already
            known[method.name] = Method(method.name, method.translator, {**before.values, **method.values}, seeds)
        return replace(
            self,
            values={**self.values, **asked.values},
            methods=tuple(known.values()),
            seeds=(*self.seeds, *(seed for seed in asked.seeds if seed not in self.seeds)),
            ceiling=self.ceiling or asked.ceiling,
            commands=(*self.commands, *(command for command in asked.commands if command not in self.commands)),
            own={name: {**self.own.get(name, {}), **asked.own.get(name, {})} for name in (SOURCE_ONLY, SUPERVISED)},
        )

    def save(self) -> None:
        """Write ``study.json``."""
        path = self.folder / STUDY_RECORD
        record = {
            "format": FORMAT,
            "created": read_json(path)["created"] if path.is_file() else time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "preset": self.preset,
            "settings": dict(self.values),
            "methods": [
                {"name": one.name, "translator": one.translator, "settings": dict(one.values), "seeds": list(one.seeds)}
                for one in self.methods
            ],
            "seeds": list(self.seeds),
            "settings_of": {name: dict(values) for name, values in self.own.items() if values},
            "cohort": self.cohort.to_json(),
            "ceiling": _labelled_json(self.ceiling),
            "files": dict(self.digests),
            "commands": list(self.commands),
            "single": None if self.single is None else list(self.single),
            "without": list(self.without),
            "versions": package_versions(),
        }
        write_json(path, record)

    @classmethod
    def load(cls, folder: Path) -> Study:
        """Open a study as it was recorded.

        Raises:
            InputError: there is none, or ``study.json`` is damaged or newer than this program.

        >>> study = Study.load(Path("STUDY"))  # doctest: +SKIP
        >>> [part.name for part in study.parts()]  # doctest: +SKIP
        ['source-only/seed_0', 'cyclegan-resnet/seed_0']
        """
        path = folder / STUDY_RECORD
        if not path.is_file():
            raise InputError(f"{folder} is not a study folder: it has no {STUDY_RECORD}; check the path.")
        try:
            record = read_json(path)
            if int(record["format"]) > FORMAT:
                raise InputError(f"{path} was written by a newer version of CrossMoDAUDA (format {record['format']}); update to read it.")
            methods = tuple(
                Method(str(one["name"]), str(one["translator"]), dict(one["settings"]), tuple(map(int, one["seeds"])))
                for one in record["methods"]
            )
            return cls(
                folder,
                str(record["preset"]),
                dict(record["settings"]),
                methods,
                tuple(map(int, record["seeds"])),
                Cohort.from_json(record["cohort"]),
                tuple(Case(str(case["id"]), Path(case["image"]), Path(case["label"])) for case in record["ceiling"]),
                {str(name): dict(values) for name, values in record["settings_of"].items()},
                {str(file): str(digest) for file, digest in record["files"].items()},
                tuple(map(str, record.get("commands", ()))),
                None if (single := record.get("single")) is None else tuple(map(str, single)),
                tuple(map(str, record.get("without", ()))),
            )
        except OSError as error:
            raise unreadable(path, error) from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{path} is damaged; restore it or start in a new folder.") from None


def _matters_to(key: str, translator: str) -> bool:
    owners = translators_with(key.rpartition(".")[0])
    return not owners or translator in owners


def _labelled_json(cases: Sequence[Case]) -> list[dict[str, str]]:
    return [{"id": case.id, "image": case.image.as_posix(), "label": case.label.as_posix()} for case in cases if case.label]


def _differ(asked: Sequence[Case], recorded: Sequence[Case]) -> str:
    """In what labelled scans differ, the end of a sentence."""
    for one, other in zip(asked, recorded, strict=False):
        if one.id == other.id and one != other:
            return f"differ: of {one.id} it has {other.label}, not {one.label}"
    return "differ"


def _other(folder: Path, why: str) -> str:
    return f"{folder} is another study: {why}; give the same again, or another output folder."
