"""Scans given by a pattern or one by one, as where each patient has a folder: which they are, their cases' names, their label maps."""

from __future__ import annotations

import glob
import itertools
import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import InputError, missing
from ..core.files import with_a_name
from ..images.fingerprint import is_there
from ..images.names import UNREAD, ScanName, as_on_disk, one_form, scans_in, sorted_out
from ..images.volumes import file_stem, is_scan

# Where scans are: a folder, a scan, a pattern such as DIR/*/T2.nii.gz, or several of these, as a shell makes of a pattern.
Given = Path | Sequence[Path]

# What a file is called that says what it is and not whose.
_KIND = re.compile(
    r"(ce|hr)?[-_]?t[12](w|c|ce|gd|_?flair)?|flair|ct|mri?|pet|dwi|adc|pd|swi"
    r"|images?|img|scan|volume|data|labels?|seg(mentation)?|mask|gt|ground_?truth",
    re.IGNORECASE,
)


def is_pattern(path: Path) -> bool:
    """Whether a path is a pattern, and no file or folder of that name."""
    return glob.has_magic(str(path)) and not as_on_disk(path).exists()


def expanded(path: Path) -> list[Path]:
    """The files and folders that a path or a pattern names, with the numbers in their names in counting order.

    Shells of Linux and macOS put the names in place of a pattern without quotes; that of Windows does not.

    Raises:
        InputError: it is a pattern, and nothing has such a name.
    """
    path = as_on_disk(path)
    if not is_pattern(path):
        return [path]
    words = {str(path), *(unicodedata.normalize(form, str(path)) for form in ("NFC", "NFD"))}
    found = {Path(name) for word in words for name in glob.glob(word, recursive=True)}  # noqa: PTH207 - of a whole path
    if not found:
        raise InputError(f"Nothing is named as {path}; check the pattern, and put it in quotes.")
    return sorted(found, key=counting_order)


def counting_order(path: Path) -> tuple[list[str | int], str]:
    """Sorts names so that 10 comes after 9."""
    # re.split alternates text and digits, so that like is compared with like
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", str(path))], str(path)


def one_folder(given: Given) -> Path | None:
    """The folder, where scans are given by one; None where they are given by a pattern or one by one."""
    if isinstance(given, Path):
        given = [given]
    if len(given) > 1:
        return None
    found = as_on_disk(given[0])
    is_listed = not found.exists() and glob.has_magic(str(found))
    return None if is_listed or (found.is_file() and is_scan(found)) else found


def listed_scans(given: Given) -> list[ScanName]:
    """The scans that are given by a pattern or one by one. A folder stands for the one scan in it.

    Raises:
        InputError: there is none, a name is no scan's, or a folder holds several.
    """
    names = [path for one in ([given] if isinstance(given, Path) else given) for path in expanded(one)]
    found: dict[Path, None] = {}
    for path in names:
        if path.is_dir() and not is_scan(path):
            found |= dict.fromkeys([_only_scan(path)])
        elif not is_there(path):
            raise missing(path)
        elif is_scan(path):
            found |= dict.fromkeys([absolute(path)])
        elif len(names) == 1:
            raise InputError(f"{path} is a file, and no NIfTI, NRRD or MetaImage file; give scans, or the folder that holds them.")
    if not found:
        raise InputError(f'{names[0]} and the others are no scans (NIfTI, NRRD or MetaImage files); name the scans, as "DIR/*/T2.nii.gz".')
    return [ScanName.of(path) for path in found]


def no_scans_among(given: Given) -> list[Path]:
    """The files that patterns name and :func:`listed_scans` leaves out, documents and the data files of headers apart."""
    files = [path for one in ([given] if isinstance(given, Path) else given) for path in expanded(one) if path.is_file()]
    left_out = sorted_out(files, lambda _: False)[1]
    return [one.path for one in left_out if one.kind in (*UNREAD, "archive", "ending")]


def named_themselves(given: Given) -> set[Path]:
    """The files that are named one by one, and not by a folder or a pattern: these are taken whatever they are called."""
    return {absolute(as_on_disk(path)) for path in ([given] if isinstance(given, Path) else given) if not is_pattern(path)}


def _only_scan(folder: Path) -> Path:
    try:
        scans = scans_in(folder) or sorted(path for path in folder.iterdir() if is_scan(path) and not path.is_dir())
    except OSError as error:
        raise InputError(f"{folder} cannot be listed ({error.strerror}); check its permissions.") from None
    if not scans:
        raise InputError(
            f'{folder} holds no scans (NIfTI, NRRD or MetaImage files); leave it out, or name the scans, as "DIR/*/T2.nii.gz".'
        )
    if len(scans) > 1:
        names = ", ".join(path.name for path in scans[:3])
        pattern = folder.parent / "*" / scans[0].name
        raise InputError(f'{folder} holds {len(scans)} scans ({names}); say which of them are meant, as "{pattern}".')
    return absolute(scans[0])


def absolute(path: Path) -> Path:
    """A file with the whole path of its folder. A file that is a link keeps its name, which the file it leads to need not have."""
    path = with_a_name(path)
    return path.parent.resolve() / path.name


def pattern_below(folder: Path) -> str:
    """A pattern that names one scan in each folder below a folder; empty where none holds scans."""
    try:
        below = sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))
        inside = [scan for place in below[:100] for scan in scans_in(place)]
    except OSError:
        return ""
    if not inside:
        return ""
    names = [scan.name for scan in inside]
    common = max(dict.fromkeys(names), key=names.count)
    is_common = names.count(common) > 1 or len({scan.parent for scan in inside}) == 1
    return str(folder / "*" / (common if is_common else f"*{inside[0].name.removeprefix(file_stem(inside[0]))}"))


def case_names(scans: Sequence[ScanName]) -> list[str]:
    """A name for the case of each scan, each once: the file's where they differ, else the folder's, else both.

    What all names end in, as ``_T2w``, and what all paths share says nothing of a case and is left out.

    >>> case_names([ScanName.of(Path(f"DATA/{name}/T2.nii.gz")) for name in ("Smith", "Jones")])
    ['Smith', 'Jones']
    >>> case_names([ScanName.of(Path(f"DATA/{name}/anat/{name}_T2w.nii.gz")) for name in ("sub-01", "sub-02")])
    ['sub-01', 'sub-02']
    """
    by_name, by_folder = _by_name(scans), _by_folder(scans)
    says_nothing = len(scans) == 1 and _KIND.fullmatch(by_name[0]) and by_folder[0]
    both = [f"{folder}_{name}" for folder, name in zip(by_folder, by_name, strict=True)]
    numbered: list[str] = []
    for name in both:  # a_b/c and a/b_c
        again = sum(one_form(other).casefold() == one_form(name).casefold() for other in both[: len(numbered)])
        numbered.append(f"{name}_{again + 1}" if again else name)
    ways = ([] if says_nothing else by_name, by_folder, both, numbered)
    return next((names for names in ways if names and _are_unique(names)), numbered)


def pair(images: Sequence[ScanName], labels: Sequence[ScanName]) -> tuple[list[tuple[str, Path, list[Path]]], list[Path]]:
    """Images with their cases' names and their label maps, and the label maps that belong to none.

    They are matched by the names of the files or of their folders, whichever matches the most.
    """
    names = case_names(images)
    ways_of_images = [way for way in (names, _by_name(images), _by_folder(images)) if _are_unique(way)]
    ways_of_labels = [_by_name(labels), _by_folder(labels), [label.id for label in labels]]
    best: tuple[int, list[str], list[str]] = (-1, names, ways_of_labels[0])
    for of_images, of_labels in itertools.product(ways_of_images, ways_of_labels):
        count = len(set(map(one_form, of_images)) & set(map(one_form, of_labels)))
        if count > best[0]:
            best = count, of_images, of_labels
    found: dict[str, list[Path]] = {}
    for label, name in zip(labels, best[2], strict=True):
        found.setdefault(one_form(name), []).append(label.path)
    paired = [(name, image.path, found.pop(one_form(key), [])) for name, image, key in zip(names, images, best[1], strict=True)]
    return paired, [path for paths in found.values() for path in paths]


def _are_unique(names: Sequence[str]) -> bool:
    return all(names) and len({one_form(name).casefold() for name in names}) == len(names)


def _by_name(scans: Sequence[ScanName]) -> list[str]:
    """The files' names without what they all end in."""
    names = [scan.id for scan in scans]
    while len(set(names)) > 1:
        cut = [re.fullmatch(r"(.+)([_.-][^_.-]+)", name) for name in names]
        if not all(cut) or len({match.group(2) for match in cut if match}) > 1:
            break
        names = [match.group(1) for match in cut if match]
    return names


def _by_folder(scans: Sequence[ScanName]) -> list[str]:
    """The names of the folders, without those that they share."""
    parents = [scan.path.parent.parts for scan in scans]
    if len(set(parents)) < 2:
        return [scan.path.parent.name for scan in scans]
    shared = len(Path(os.path.commonpath([scan.path.parent for scan in scans])).parts)
    rest = [parts[shared:] for parts in parents]
    if len({len(parts) for parts in rest}) == 1:
        columns = [column for column in zip(*rest, strict=True) if len(set(column)) > 1]
        rest = list(zip(*columns, strict=True))
    return ["_".join(parts) for parts in rest]


def folder_names(scans: Sequence[Path]) -> list[str]:
    """What the folders of some scans are called, without what they all share: the patient, where each has a folder."""
    return _by_folder([ScanName.of(absolute(scan)) for scan in scans])
