"""BIDS data sets, read where they are: ``sub-*/[ses-*/]anat/*_T2w`` with label maps in ``derivatives`` or beside their scans.

The names are those of the Brain Imaging Data Structure (bids-specification.readthedocs.io): entities such as ``sub-01_ses-2_run-1``
and a suffix, which says what the file is. Its derivatives have segmentations as ``_dseg`` (a value for each structure, named in a
``_dseg.tsv``) and ``_mask`` (one structure), with the entities of the scan; ``_probseg`` holds probabilities and is no label map.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..core.errors import InputError, short
from ..core.structures import plain_name
from ..images.dicom_index import label_kind
from ..images.names import as_on_disk, one_form
from ..images.volumes import file_stem, is_scan
from .lists import absolute, counting_order

# A segmentation's suffixes, the better ones first; below the two of BIDS what other programs write.
_LABELS = ("dseg", "mask", "seg", "label", "lesion", "roi")
# What a segmentation's name has beside its scan's entities.
_OF_DERIVATIVES = {"space", "res", "den", "label", "desc", "seg", "hemi", "atlas", "lesion"}
# Entities of a scan that its segmentation must have as well, if it names them at all.
_WHOSE = ("sub", "ses")
# Suffixes of what is no scan and no segmentation.
_NO_IMAGES = ("", "probseg", "defacemask")
# What a mask's desc calls all of a head, or what is around it, as other programs make one of every scan. No structure is.
_WHOLE = {"brain", "head", "skull", "ribbon", "foreground", "background", "deface", "defaced"}


@dataclass(frozen=True)
class Name:
    """A file's name in parts: its entities, the words that are none (the suffix of the scan, in some), and its suffix."""

    path: Path
    entities: Mapping[str, str]
    words: tuple[str, ...]
    suffix: str

    @classmethod
    def of(cls, path: Path) -> Name:
        """The parts of ``sub-01_ses-1_T1w.nii.gz``."""
        return cls._of(path, one_form(file_stem(path)))

    @classmethod
    def asked_for(cls, text: str) -> Name:
        """The parts of what the user asks for, as ``ce-gadolinium_T1w``."""
        return cls._of(Path(text), one_form(text).strip("_"))

    @classmethod
    def _of(cls, path: Path, stem: str) -> Name:
        *parts, suffix = stem.removesuffix(".seg").split("_")
        if stem.endswith(".seg") and suffix.lower() not in _LABELS:  # Slicer's sub-01_T1w.seg.nrrd
            parts, suffix = [*parts, suffix], "seg"
        if suffix.startswith(("seg-", "label-", "desc-")):  # sub-01_T2w_label-lesion, as before BIDS had derivatives
            parts, suffix = [*parts, suffix], "seg" if not suffix.startswith("desc-") else ""
        entities = dict(part.split("-", 1) for part in parts if "-" in part)
        return cls(path, entities, tuple(part for part in parts if "-" not in part), suffix)

    @property
    def is_label(self) -> bool:
        """Whether it is a segmentation with one value a voxel."""
        return self.suffix.lower() in _LABELS

    @property
    def is_of_all(self) -> bool:
        """Whether it is a mask of the whole head or brain."""
        return self.suffix.lower() == "mask" and "label" not in self.entities and self.entities.get("desc", "").lower() in _WHOLE

    @property
    def kind(self) -> str:
        """Its suffix with the entities before it that say what was done, and not to whom, when or how often: ``ce-gadolinium_T1w``."""
        entities = [f"{key}-{value}" for key, value in self.entities.items() if key not in (*_WHOSE, "run")]
        return "_".join([*entities, *self.words, self.suffix])

    def is_among(self, wanted: Name) -> bool:
        """Whether it has the suffix, and all entities and words, of a name that stands for several."""
        return self.suffix == wanted.suffix and wanted.entities.items() <= self.entities.items() and {*wanted.words} <= {*self.words}


def is_bids(folder: Path) -> bool:
    """Whether a folder is a BIDS data set: subjects with images."""
    try:
        return any(_anatomy(subject) for subject in _subjects(as_on_disk(folder)))
    except OSError:
        return False


def find_images(folder: Path, suffix: str | None, option: str = "--suffix") -> list[tuple[str, Path]]:
    """The scans with one suffix in ``sub-*/[ses-*/]anat``, with their cases' names, in counting order.

    Args:
        suffix: as ``T2w``, or with entities before it, as ``ce-gadolinium_T1w``; None for the only one that there is.

    Raises:
        InputError: the folder is no BIDS data set, there is no such scan, or several suffixes and none is asked for.
    """
    folder = as_on_disk(folder)
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give the folder of a BIDS data set.")
    try:
        subjects = _subjects(folder)
        scans = [absolute(path) for subject in subjects for place in _anatomy(subject) for path in place.iterdir() if is_scan(path)]
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); check its permissions.") from None
    images = [name for name in map(Name.of, scans) if _is_image(name)]
    if not images:
        raise InputError(
            f"{folder} is no BIDS data set: it has no scans in sub-*/anat or sub-*/ses-*/anat; give the folder in which the"
            " sub-* folders lie."
        )
    there = sorted({name.suffix for name in images})
    if suffix is None and len(there) > 1:
        raise InputError(
            f"{folder} has scans of several kinds ({', '.join(there)}); say which are meant, as {option} {there[0]}, or name them by a"
            f' pattern, as "{pattern(folder)}".'
        )
    wanted = Name.asked_for(suffix if suffix is not None else there[0])
    found = [name for name in images if name.is_among(wanted)]
    if not found:
        raise InputError(f"{folder} has no scans named *_{short(suffix)}; give one of {', '.join(_kinds_of(images))} as {option}.")
    named = [(file_stem(name.path).removesuffix(f"_{wanted.suffix}"), name.path) for name in found]
    return sorted(named, key=lambda item: counting_order(Path(item[0])))


def of_several_kinds(images: Sequence[Path], option: str = "--suffix") -> list[str]:
    """At most one sentence, where scans with one suffix differ by more than subject, session and run, as by a contrast agent."""
    names = [Name.of(image) for image in images]
    counts: dict[str, int] = {}
    for name in names:
        counts[name.kind] = counts.get(name.kind, 0) + 1
    if len(counts) < 2:
        return []
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())[:5]) + (", ..." if len(counts) > 5 else "")
    example = max(counts, key=len)
    return [
        f"The scans named *_{names[0].suffix} are of {len(counts)} kinds, and all are taken: {listed};"
        f" for one kind give {option} {example}."
    ]


def kinds(folder: Path, most_subjects: int = 50) -> list[str]:
    """What ``suffix`` of :func:`find_images` can be: each suffix, and each with the entities before it that only some of its scans have.

    Args:
        most_subjects: that are looked at, for a list that somebody waits for.
    """
    names = (
        Name.of(path)
        for subject in _subjects(as_on_disk(folder))[:most_subjects]
        for place in _anatomy(subject)
        for path in place.iterdir()
        if is_scan(path)
    )
    return _kinds_of(name for name in names if _is_image(name))


def _kinds_of(images: Iterable[Name]) -> list[str]:
    there: dict[str, set[str]] = {}
    for name in images:
        there.setdefault(name.suffix, set()).add(name.kind)
    return [each for suffix, found in sorted(there.items()) for each in (suffix, *(sorted(found - {suffix}) if len(found) > 1 else ()))]


def _is_image(name: Name) -> bool:
    return not (name.is_label or label_kind(name.path)) and name.suffix.lower() not in _NO_IMAGES


def pattern(folder: Path) -> str:
    """A pattern that names scans of a BIDS data set, all with one suffix."""
    places = [place for subject in _subjects(folder) for place in _anatomy(subject)]
    scans = [path for place in places for path in sorted(place.iterdir()) if is_scan(path) and _is_image(Name.of(path))]
    here = [path for path in scans if path.parent == scans[0].parent]
    scan = here[-1] if here else places[0] / "sub-_T2w.nii.gz"
    sessions = ["ses-*"] if scan.parents[1].name.startswith("ses-") else []
    ending = f"_{Name.of(scan).suffix}{scan.name.removeprefix(file_stem(scan))}"
    return str(folder.joinpath("sub-*", *sessions, "anat", f"*{ending}"))


def find_labels(folder: Path, images: Sequence[Path], labels: Path | None = None) -> tuple[dict[Path, list[Path]], list[Path]]:
    """The label maps of scans, and those of the same subjects that belong to none.

    A label map belongs to the scan of its subject and session whose other entities (``acq``, ``run``, ...) it has, and whose suffix, if
    it names one. One in a template's space (``space-MNI...``) belongs to none, nor does a mask of the whole brain. Of several kinds,
    ``_dseg`` comes before ``_mask``.

    Args:
        labels: where to look; by default beside the scans and in ``derivatives``. Every mask there is meant.
    """
    subjects = {Name.of(image).entities.get("sub", "") for image in images}
    places = [labels] if labels is not None else [*{image.parent for image in images}, as_on_disk(folder) / "derivatives"]
    files = {absolute(path) for place in places for path in place.rglob("sub-*") if not path.is_dir() and is_scan(path)}
    found = [name for name in map(Name.of, sorted(files - set(images))) if name.is_label and name.entities.get("sub", "") in subjects]
    by_subject: dict[str, list[Name]] = {}
    for image in map(Name.of, images):
        by_subject.setdefault(image.entities.get("sub", ""), []).append(image)
    fitting: dict[Path, list[tuple[tuple[int, int], Path]]] = {image: [] for image in images}
    orphans = []
    for label in found:
        owners = [image for image in by_subject[label.entities.get("sub", "")] if _belongs(label, image)]
        if label.is_of_all and labels is None:
            owners = []
        if len(owners) > 1:  # of run-1, run-2 and one without, the label map without a run is the last's
            owners = [image for image in owners if image.entities.keys() <= label.entities.keys()]
        for image in owners:
            fitting[image.path].append((_closeness(label, image), label.path))
        if not owners:
            orphans.append(label.path)
    closest = {image: max((near for near, _ in fits), default=(0, 0)) for image, fits in fitting.items()}
    return {image: [path for near, path in fits if near == closest[image]] for image, fits in fitting.items()}, orphans


def structures(labels: Iterable[Path]) -> tuple[dict[str, int], dict[str, int]]:
    """The names and values of the label maps, by a ``_dseg.tsv`` (``index`` and ``name``) or by ``label-NAME_mask``; empty without them.

    Returns:
        Names with their first values; further values of one name, as text, with its first.

    Raises:
        InputError: a table cannot be used, or two label maps call one value differently.
    """
    found: dict[str, int] = {}
    merged: dict[str, int] = {}
    said: dict[int, tuple[str, Path]] = {}
    for where, named in _named(labels):
        for name, value in named:
            before, first = said.setdefault(value, (name, where))
            if plain_name(before) != plain_name(name):
                raise InputError(
                    f"{where} calls the value {value} '{short(name)}', and {first} calls it '{short(before)}'; give all label maps the same"
                    " values, or say what they mean, as --set labels=VS:1,Cochlea:2."
                )
            if found.setdefault(before, value) != value:
                merged[str(value)] = found[before]
    return found, merged


def _named(labels: Iterable[Path]) -> Iterator[tuple[Path, list[tuple[str, int]]]]:
    """What label maps call their values, each file that says so once."""
    tables = set()
    for label in labels:
        name, table = Name.of(label), _table_of(label)
        is_own = table is not None and table == _own_table(label)
        if not is_own and name.suffix.lower() == "mask" and name.entities.get("label"):  # a table above it is of other label maps
            yield label, [(name.entities["label"], 1)]
        elif table is not None and table not in tables:
            tables.add(table)
            yield table, _read_table(table)


def _table_of(label: Path) -> Path | None:
    """The table that names a label map's structures: beside it, or in a folder above it up to ``derivatives`` or the data set's."""
    name, depth = Name.of(label), next((depth for depth, place in enumerate(label.parents) if place.name.startswith("sub-")), -1)
    beside = [_own_table(label)]
    above = next((height for height, place in enumerate(label.parents) if height > depth and place.name == "derivatives"), depth + 1)
    beside += [table for place in label.parents[: above + 1] for table in sorted(place.glob("*dseg.tsv"))]
    for table in beside:
        mine = Name.of(table.with_suffix(".nii"))
        if table.is_file() and mine.entities.items() <= name.entities.items():
            return table
    return None


def _own_table(label: Path) -> Path:
    return label.with_name(f"{file_stem(label)}.tsv")


def _read_table(table: Path) -> list[tuple[str, int]]:
    """Names and values in a table's order, the background's apart."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t"))
        return [(row["name"].strip(), int(row["index"])) for row in rows if int(row["index"])]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            f"{table} is no table of structures: it needs the columns index and name; correct it, or give --set labels."
        ) from None


def _belongs(label: Name, image: Name) -> bool:
    theirs = {key: value for key, value in label.entities.items() if key not in _OF_DERIVATIVES}
    if any(theirs.get(key) != image.entities.get(key) for key in _WHOSE) or any(image.entities.get(key) != theirs[key] for key in theirs):
        return False
    if label.words and label.words[-1] != image.suffix:  # sub-01_T2w_label-lesion_mask is of the T2w
        return False
    space = label.entities.get("space", image.entities.get("space", "orig"))
    return space in ("orig", "native", "individual", image.entities.get("space"), image.suffix, image.suffix.removesuffix("w"))


def _closeness(label: Name, image: Name) -> tuple[int, int]:
    """How well a label map fits a scan: by the entities that they share, then by its kind."""
    shared = sum(label.entities.get(key) == value for key, value in image.entities.items())
    says_of = bool(label.words) or label.entities.get("space") in (image.suffix, image.suffix.removesuffix("w"))
    return shared + says_of, -_LABELS.index(label.suffix.lower())


def _subjects(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("sub-*") if path.is_dir())


def _anatomy(subject: Path) -> list[Path]:
    return [place for place in (subject / "anat", *sorted(subject.glob("ses-*/anat"))) if place.is_dir()]
