"""The pictures of an experiment's page: translations before and after, and results with their references, the worst first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..cohort.finding import Case
from ..core.errors import CrossModaError
from ..core.files import stamp
from ..core.parallel import core_count
from ..images.outlines import REFERENCE, RESULT, Outlined, slices
from ..images.volumes import Volume, read_label_map, read_volume
from ..pages.pieces import data_uri
from ..scoring.plausibility import PlausibilityWarning, check
from .report_facts import Facts

# So many cases are shown; the tables have the others.
TRANSLATIONS, CASES = 6, 8
PIXELS = 340  # of a picture's width
_THREADS = 4
MISSING = "A picture needs the Python package pillow, which is not installed."


@dataclass(frozen=True)
class Picture:
    """A picture of a case: its data URI, what it shows for those who cannot see it, and a word below it."""

    uri: str
    about: str
    caption: str


@dataclass(frozen=True)
class Shown:
    """A case in pictures.

    Attributes:
        case: its name.
        pictures: beside each other; none where something could not be read.
        problem: why there are none, in a sentence.
        warnings: what is odd in the result.
    """

    case: str
    pictures: Sequence[Picture] = ()
    problem: str = ""
    warnings: Sequence[PlausibilityWarning] = field(default_factory=tuple)


# A page is renewed several times while an experiment is worked on: pictures whose files are as they were are kept.
_KEPT: dict[tuple[Any, ...], Shown] = {}
_CHECKED: dict[tuple[Any, ...], list[PlausibilityWarning]] = {}


def translations(facts: Facts, cases: Sequence[Case]) -> list[Shown]:
    """Source scans beside their translations, with the outlines of the labels."""

    def draw(case: Case) -> Shown:
        assert case.label is not None  # the cohort check refuses a source case without
        scan, translated = facts.experiment.read(case.image), read_volume(facts.experiment.pseudo_target(case))
        # On the scan's grid, from which a file's may be rounded.
        label = scan.with_array(facts.experiment.read_label(case.label, case.image).array)
        names = ("source", "pseudo-target")
        scans = (scan, scan.with_array(translated.array))
        return Shown(case.id, _pictures(case.id, scans, names, [Outlined(label, REFERENCE, is_dashed=True)], facts, "its label"))

    def files(case: Case) -> list[Path]:
        assert case.label is not None
        return [case.image, case.label, facts.experiment.pseudo_target(case)]

    return _drawn(facts, "translation", cases, files, draw)


def results(facts: Facts, domain: str, training: str, cases: Sequence[Case]) -> list[Shown]:
    """Target scans with the outlines of a training's results, and of the reference labels where there are any.

    Args:
        domain: ``evaluation`` or ``target``.
        training: the name of its folder.
    """

    def draw(case: Case) -> Shown:
        scan, result = facts.experiment.read(case.image), read_label_map(result_of(case))
        outlined = [Outlined(scan.with_array(result.array), RESULT)]
        if domain == "evaluation" and case.label is not None:
            reference = scan.with_array(facts.experiment.read_label(case.label, case.image).array)
            outlined.insert(0, Outlined(reference, REFERENCE, is_dashed=True))
        what = "the result and the reference" if len(outlined) > 1 else "the result"
        pictures = _pictures(case.id, (scan,), ("",), outlined, facts, what)
        return Shown(case.id, pictures, warnings=_odd(facts, result_of(case), result))

    def result_of(case: Case) -> Path:
        return facts.folder / training / ("evaluation" if domain == "evaluation" else "pseudo_labels") / f"{case.id}.nii.gz"

    def files(case: Case) -> list[Path]:
        return [case.image, result_of(case), *([case.label] if domain == "evaluation" and case.label is not None else [])]

    return _drawn(facts, domain, cases, files, draw)


def oddities(facts: Facts, training: str) -> dict[str, list[PlausibilityWarning]]:
    """What is odd in a training's results on the target scans, by case; a case whose result cannot be read is left out.

    Raises:
        InputError: the record of what it was trained on is damaged.
    """
    _ = facts.trained_on  # read once, before the threads ask for it

    def look(case: Case) -> list[PlausibilityWarning] | None:
        path = facts.folder / training / "pseudo_labels" / f"{case.id}.nii.gz"
        try:
            return _odd(facts, path)
        except (CrossModaError, OSError):
            return None

    with ThreadPoolExecutor(_threads()) as threads:
        found = dict(zip((case.id for case in facts.cohort.target), threads.map(look, facts.cohort.target), strict=True))
    return {case: warnings for case, warnings in found.items() if warnings is not None}


def _odd(facts: Facts, path: Path, result: Volume | None = None) -> list[PlausibilityWarning]:
    """What is odd in a result; a file that is as it was is looked at once."""
    key = (*_stamps([path]), tuple(facts.settings.labels.items()))
    if key not in _CHECKED:
        _CHECKED[key] = check(result or read_label_map(path), facts.settings.labels, facts.trained_on)
    return _CHECKED[key]


def _pictures(
    case: str, scans: Sequence[Volume], names: Sequence[str], outlined: Sequence[Outlined], facts: Facts, what: str
) -> list[Picture]:
    """The whole slice, and the structures enlarged, without and with outlines; what several scans show is side by side."""
    found = slices(scans, outlined, facts.settings.labels, PIXELS)
    where, lines = f"slice {found.number[0]} of {found.number[1]}", f"with outlines of {what}"
    rows = [(found.whole_outlined, where, lines), (found.near, "enlarged", ""), (found.near_outlined, "enlarged", lines)]
    if not found.near or len(scans) > 1:  # else the whole slice stands for itself, too
        rows = [(found.whole, where, ""), (found.near_outlined or found.whole_outlined, "enlarged" if found.near else where, lines)]
    pictures = []
    for images, part, drawn in rows:
        for image, name in zip(images, names, strict=True):
            seen = f"{', '.join(filter(None, [case, name]))}: axial {where}{', enlarged' if part != where else ''}"
            about = f"{seen} {drawn}".rstrip()
            caption = " · ".join(filter(None, [name, part, "outlined" if drawn else ""]))
            pictures.append(Picture(data_uri(image, quality=86, subsampling=0), about, caption))
    return pictures


def _drawn(
    facts: Facts, kind: str, cases: Sequence[Case], files: Callable[[Case], Sequence[Path]], draw: Callable[[Case], Shown]
) -> list[Shown]:
    """The cases in pictures, several at a time; one whose files cannot be read says why."""

    def made(case: Case) -> tuple[tuple[Any, ...], Shown]:
        try:
            key = (kind, case.id, *_stamps(files(case)), tuple(facts.settings.labels.items()))
            return key, _KEPT[key] if key in _KEPT else draw(case)
        except ImportError:
            return (), Shown(case.id, problem=MISSING)
        except (CrossModaError, OSError, ValueError) as error:  # a picture is not worth failing for
            said = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            return (), Shown(case.id, problem=f"There is no picture: {facts.without_paths(said).rstrip('.')}.")

    with ThreadPoolExecutor(_threads()) as threads:
        found = list(threads.map(made, cases))
    for key in [key for key in _KEPT if key[0] == kind]:
        del _KEPT[key]
    _KEPT.update({key: shown for key, shown in found if key})
    return [shown for _, shown in found]


def _stamps(paths: Sequence[Path]) -> list[Any]:
    return [(str(path), *stamp(path).values()) for path in paths]


def _threads() -> int:
    return max(min(core_count(), _THREADS), 1)
