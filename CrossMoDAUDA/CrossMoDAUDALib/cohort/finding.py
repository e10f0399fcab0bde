"""Find the scans of both domains on disk: in a crossMoDA folder, in folders of images and label maps, or in data sets of other kinds."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from ..core.errors import InputError, missing
from ..images.dicom_index import RTSTRUCT, label_kind
from ..images.names import ScanName, as_on_disk, one_form, second_channels, translations
from ..images.other_formats import scans_here
from ..images.volumes import file_stem, is_scan
from . import bids, nnunet_raw
from .cases import Case, Cohort, Found
from .lists import Given, case_names, counting_order, listed_scans, named_themselves, no_scans_among, one_folder, pair, pattern_below

__all__ = [
    "Case",
    "Cohort",
    "Found",
    "cases_with",
    "existing_folder",
    "find_crossmoda",
    "find_folders",
    "in_folders",
    "labelled",
    "note_on",
    "scans_below",
    "with_evaluation",
]

_TRANSLATION = "a translation of another scan, by its name"
_CHANNEL = "a further channel of another scan, by its name"
_SCORING_FOLDERS = {"val", "test", "testing"}


def find_crossmoda(folder: Path) -> Cohort:
    """The cohort in a crossMoDA folder of any year, or in any folder whose file names end in crossMoDA's suffixes.

    Sub-folders are searched at any depth. Names decide: ``_ceT1`` is the source domain, ``_hrT2`` and ``_T2`` the target
    domain, ``_Label`` a label map. A label map belongs to the nearest image of its case; of two in one folder, to the ceT1.
    An hrT2 with a label map is an evaluation case. One without is for training, unless it lies in a validation or test
    folder: such scans are left out, and the notes say so.

    Raises:
        InputError: the folder is missing or holds no scan with such a name.

    >>> cohort = find_crossmoda(Path("DATA"))
    >>> {domain: len(cases) for domain, cases in cohort.domains().items()}
    {'source': 2, 'target': 2, 'evaluation': 1}
    >>> cohort.source[0].id, cohort.source[0].label.name
    ('crossmoda2022_syn_1', 'crossmoda2022_syn_1_Label.nii.gz')
    """
    folder = existing_folder(folder)
    scans = _scans(_walk(folder))
    images = [scan for scan in scans if scan.modality and not scan.is_label]
    if not images:
        raise InputError(
            f"{folder} holds no scans named as crossMoDA's (*_ceT1, *_hrT2 or *_T2, in NIfTI, NRRD or MetaImage files);"
            f" {_data_set(folder) or 'give the folder that holds all of the scans, or name the folders of images and labels one by one'}."
        )
    labels_of, orphans = _assign_labels(images, [scan for scan in scans if scan.is_label])
    source, target, evaluation, withheld = [], [], [], []
    for image in images:
        labels = labels_of.get(image.path, [])
        if image.modality == "ceT1":
            source += cases_with(image.id, image.path, labels)
        elif labels:
            evaluation += cases_with(image.id, image.path, labels)
        elif any(_is_for_scoring(part) for part in image.path.relative_to(folder).parts[:-1]):
            withheld.append(image.path)
        else:
            target += cases_with(image.id, image.path, [])
    unnamed = [scan.path for scan in scans if not scan.modality and not scan.is_label]
    notes = [
        *note_on(withheld, "unlabelled in a validation or test folder, and so neither trained on nor scored"),
        *note_on(orphans, "a label map without an image"),
        *(
            f"{case.image} is scored against {case.label}, which lies in another folder."
            for case in evaluation
            if case.label is not None and case.label.parent != case.image.parent
        ),
        *note_on(unnamed, "named neither *_ceT1, *_hrT2, *_T2 nor *_Label"),
    ]
    return Cohort(tuple(source), tuple(target), tuple(evaluation), tuple(notes))


def find_folders(
    source_images: Given,
    source_labels: Given,
    target_images: Given,
    evaluate_images: Given | None = None,
    evaluate_labels: Given | None = None,
) -> Cohort:
    """The cohort in folders of images and of label maps; sub-folders are not searched.

    A label map belongs to the image with the same name, whatever the two formats and common suffixes (:func:`case_id`).
    Images and label maps may share a folder if the label maps' names say so (``_Label``, ``_seg``, ``_mask``).
    Instead of a folder, each may be a pattern or several scans, as where each patient has a folder (:mod:`.lists`).

    Raises:
        InputError: a folder is missing, is a file or holds no scans, or only one of the two evaluation folders is given.

    >>> source, target = Path("DATA/training_source"), Path("DATA/training_target")
    >>> cohort = find_folders(source, source, target)
    >>> [case.label.name for case in cohort.source]
    ['crossmoda2022_syn_1_Label.nii.gz', 'crossmoda2022_syn_2_Label.nii.gz']
    """
    if (evaluate_images is None) != (evaluate_labels is None):
        raise InputError("Evaluation needs both the folder of its images and the folder of its labels; give both or neither.")
    source, target = in_folders(source_images, source_labels), in_folders(target_images)
    found = Cohort(source.cases, target.cases, notes=tuple(dict.fromkeys([*source.notes, *target.notes])))
    if evaluate_images is None or evaluate_labels is None:
        return found
    return with_evaluation(found, evaluate_images, evaluate_labels)


def with_evaluation(cohort: Cohort, images: Given, labels: Given) -> Cohort:
    """The cohort with the scans of two folders, matched as in :func:`find_folders`, as its evaluation cases instead of its own.

    Raises:
        InputError: a folder is missing, is a file or holds no scans.
    """
    found = in_folders(images, labels)
    return replace(cohort, evaluation=found.cases, notes=tuple(dict.fromkeys([*cohort.notes, *found.notes])))


def in_folders(images: Given, labels: Given | None = None) -> Found:
    """One domain's cases in folders, by patterns or one by one; without labels, those of a target domain.

    Raises:
        InputError: as :func:`find_folders`.
    """
    if labels is None:
        found, _, notes = _images_of(images)
        names = [image.id for image in found] if one_folder(images) else case_names(found)
        return Found(tuple(Case(name, image.path, None) for name, image in zip(names, found, strict=True)), tuple(notes))
    cases, remarks = _paired(images, labels)
    return Found(tuple(cases), tuple(remarks))


def labelled(cases: Iterable[Case], labels: Given) -> tuple[Case, ...]:
    """Those of some scans that have a label map in a folder, with it; matched as in :func:`find_folders`.

    Raises:
        InputError: the folder is missing or holds no label map of any of them, or a scan has two.
    """
    cases = list(cases)
    images = {case.image for case in cases}
    folder = one_folder(labels)
    candidates = [scan for scan in (_folder_scans(folder) if folder else listed_scans(labels)) if scan.path not in images]
    what = folder or candidates[0].path.parent
    marked = {scan.key for scan in candidates if scan.is_label}
    candidates = [scan for scan in candidates if scan.is_label or scan.key not in marked]
    if folder:
        by_name: dict[str, dict[Path, None]] = {}
        for scan in candidates:
            for name in (scan.key, one_form(file_stem(scan.path))):
                by_name.setdefault(name, {})[scan.path] = None
        found = {case.image: list(by_name.get(one_form(case.id), {})) for case in cases}
    else:
        found = {image: paths for _, image, paths in pair([ScanName.of(case.image) for case in cases], candidates)[0]}
    for case in cases:
        if len(two := found[case.image]) > 1:
            raise InputError(f"{what} has two label maps of {case.id}, {two[0].name} and {two[1].name}; keep one of them.")
    paired = tuple(replace(case, label=found[case.image][0]) for case in cases if found[case.image])
    if not paired:
        raise InputError(f"{what} holds no label map of any target scan; a label map has the name of its scan.")
    return paired


def _paired(image_folder: Given, label_folder: Given) -> tuple[list[Case], list[str]]:
    """Images with the label maps of their names, and notes on label maps without an image, further channels and translations."""
    images, besides_images, notes = _images_of(image_folder)
    besides = [note for note in notes if _CHANNEL in note or _TRANSLATION in note]
    folder = one_folder(label_folder)
    candidates = _folder_scans(folder) if folder else listed_scans(label_folder)
    taken = {image.path for image in images} | besides_images
    candidates = [scan for scan in candidates if scan.path not in taken]
    if folder and one_folder(image_folder):
        marked = {scan.key for scan in candidates if scan.is_label}
        labels: dict[str, list[Path]] = {}
        for scan in candidates:
            if scan.is_label or scan.key not in marked:
                labels.setdefault(scan.key, []).append(scan.path)
        cases = [case for image in images for case in cases_with(image.id, image.path, labels.get(image.key, []))]
        known = {image.key for image in images}
        orphans = [path for name, paths in labels.items() if name not in known for path in paths]
    else:
        candidates = [scan for scan in candidates if scan.is_label] or candidates
        paired, orphans = pair(images, candidates)
        cases = [case for name, image, paths in paired for case in cases_with(name, image, paths)]
    return cases, [*besides, *note_on(orphans, "a label map without an image")]


def _images_of(given: Given) -> tuple[list[ScanName], set[Path], list[str]]:
    """The images that are given, their translations and further channels among them, and notes on what is left out."""
    folder = one_folder(given)
    scans = _folder_scans(folder) if folder else listed_scans(given)
    no_scans = [] if folder else no_scans_among(given)
    images = [scan for scan in scans if not scan.is_label] or scans
    translated = translations(image.path for image in images) - (set() if folder else named_themselves(given))
    channels = second_channels(image.path for image in images) if folder else {}
    besides = channels.keys() | translated
    images = [image for image in images if image.path not in besides]
    notes = note_on([scan.path for scan in scans if scan not in images and scan.path not in besides], "a label map in a folder of images")
    notes += note_on(sorted(translated), _TRANSLATION)
    return images, set(besides), [*notes, *note_on(list(channels), _CHANNEL), *_no_scans(no_scans)]


def _no_scans(files: list[Path]) -> list[str]:
    """At most one sentence on files that a pattern names and that are no scans."""
    if len(files) > 1:
        return [f"{len(files)} files were left out, such as {files[0]}: they are no scans by their names."]
    return [f"{file} was left out: it is no scan by its name." for file in files]


def _assign_labels(images: list[ScanName], labels: list[ScanName]) -> tuple[dict[Path, list[Path]], list[Path]]:
    """Label maps by the image each belongs to, and those that belong to none."""
    by_id: dict[str, list[ScanName]] = {}
    for image in images:
        by_id.setdefault(image.key, []).append(image)
    labels_of: dict[Path, list[Path]] = {}
    orphans = []
    for label in labels:
        candidates = [image for image in by_id.get(label.key, []) if label.modality in ("", image.modality)]
        if not candidates:
            orphans.append(label.path)
            continue
        nearness = [_shared_folders(image.path, label.path) for image in candidates]
        nearest = [image for image, near in zip(candidates, nearness, strict=True) if near == max(nearness)]
        for image in [image for image in nearest if image.modality == "ceT1"] or nearest:
            labels_of.setdefault(image.path, []).append(label.path)
    return labels_of, orphans


def cases_with(name: str, image: Path, labels: list[Path]) -> list[Case]:
    """A case, or one for each label map where there are several: the check refuses these as duplicates.

    A structure set, which is not read, counts only where there is nothing else.
    """
    labels = [label for label in labels if label_kind(label) != RTSTRUCT] or labels
    return [Case(name, image, label) for label in labels] or [Case(name, image, None)]


def _shared_folders(first: Path, second: Path) -> int:
    """How many leading folders two files share."""
    pairs = zip(first.parent.parts, second.parent.parts, strict=False)
    return next((count for count, (one, other) in enumerate(pairs) if one != other), min(len(first.parts), len(second.parts)) - 1)


def _is_for_scoring(folder_name: str) -> bool:
    lower = folder_name.lower()
    return "validation" in lower or bool(_SCORING_FOLDERS & set(re.split(r"[^a-z]+", lower)))


def note_on(paths: list[Path], why: str) -> list[str]:
    """At most one sentence on scans that were left out."""
    if not paths:
        return []
    if len(paths) == 1:
        return [f"{paths[0]} was left out: it is {why}."]
    return [f"{len(paths)} scans were left out, such as {paths[0]}: each is {why}."]


def existing_folder(folder: Path) -> Path:
    """A folder of scans with its whole path.

    Raises:
        InputError: it is a file, or not there.
    """
    folder = as_on_disk(folder)
    if folder.is_file():
        raise InputError(f"{folder} is a file; give the folder that holds the scans.")
    if not folder.is_dir():
        raise missing(folder)
    return folder.resolve()


def _folder_scans(folder: Path) -> list[ScanName]:
    folder = existing_folder(folder)
    try:
        scans = _scans(scans_here(folder))
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); check its permissions.") from None
    if not scans:
        raise InputError(f"{folder} holds no scans (NIfTI, NRRD or MetaImage files); {_where_they_may_be(folder)}.")
    return scans


def _data_set(folder: Path) -> str:
    """How to name a data set of another kind; empty where it is none."""
    if nnunet_raw.is_data_set(folder):
        return "it is a raw data set of nnU-Net's, which has options of its own, --source-nnunet, --target-nnunet and --evaluate-nnunet"
    if bids.is_bids(folder):
        return "it is a BIDS data set, which has options of its own, --source-bids, --target-bids and --evaluate-bids"
    return ""


def _where_they_may_be(folder: Path) -> str:
    """What to give instead of a folder without scans."""
    if kind := _data_set(folder):
        return kind
    if pattern := pattern_below(folder):
        return f'for a folder a patient give a pattern, as "{pattern}"'
    return "give the folder in which the scans lie directly"


def _scans(paths: Iterable[Path]) -> list[ScanName]:
    """The scans among paths, hidden files left out, with the numbers in their names in counting order."""
    found = [ScanName.of(path) for path in paths if is_scan(path)]
    return sorted(found, key=lambda scan: (counting_order(Path(scan.id))[0], str(scan.path)))


def scans_below(folder: Path) -> list[Path]:
    """Every scan file at any depth, experiments left out.

    Raises:
        InputError: the folder is missing or a file.
    """
    return [scan.path for scan in _scans(_walk(existing_folder(folder)))]


def _walk(folder: Path) -> list[Path]:
    """Everything below a folder, experiments left out; linked folders are followed, each once.

    A folder named as a scan is not entered but listed: some unpacking programs make them, and the check reports them.
    """
    found: list[Path] = []
    visited: set[Path] = set()
    for here, folders, files in os.walk(folder, followlinks=True):
        place = Path(here)
        # an experiment kept beside its scans holds pseudo-labels, which must not pass for reference labels
        if place.resolve() in visited or "experiment.json" in files:
            folders.clear()
            continue
        visited.add(place.resolve())
        found += [place / name for name in files]
        found += [place / name for name in folders if is_scan(place / name)]
        folders[:] = sorted(name for name in folders if not name.startswith(".") and not is_scan(place / name))
    return found
