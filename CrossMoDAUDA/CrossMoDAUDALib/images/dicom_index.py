"""Which scans the DICOM files of a folder hold: files sorted into series, series into stacks of slices at places of their own.

A scan is named by its folder (``study/t2``), by a multi-frame file (``IM_0027.dcm``) or, where there are several scans, with
its number after ``#`` (``study#5`` is series 5, ``study#5.2`` the second stack in it). Headers are read by pydicom.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..core.errors import InputError, short, unreadable
from ..core.files import with_a_name
from .dicom_slices import TAGS, Slice, read_dataset, slices_of, text_of, why_no_slice
from .header_checks import HEADER_ENDINGS
from .listing import files_below, files_in, folders_in

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

CHOICE = "#"
_MARK, _MARK_AT = b"DICM", 128
DICOM_ENDINGS = (".dcm", ".dicom", ".ima")
_MOST_FILES = 100_000
_SNIFFED = 200  # files of a folder that are looked at to tell whether it holds DICOM
SEG, RTSTRUCT = "SEG", "RTSTRUCT"
# The classes of files that say what is where in a scan: segmentations (of layers, and of numbers) and structure sets.
_LABEL_CLASSES = {"1.2.840.10008.5.1.4.1.1.66.4": SEG, "1.2.840.10008.5.1.4.1.1.66.7": SEG, "1.2.840.10008.5.1.4.1.1.481.3": RTSTRUCT}
_CLASS = re.compile(rb"(?:\x02\0\x02\0|\x08\0\x16\0).{4}([0-9.]+)", re.DOTALL)
_CLASS_WITHIN = 4096  # bytes


@dataclass(frozen=True)
class Stack:
    """The slices of one scan, by their places along the normal.

    Attributes:
        number: what follows ``#`` to choose it.
        told_apart_by: in words, what differs from the other stacks at the same place; empty if there are none.
        mosaic: it is one file of Siemens' with all slices side by side.
    """

    number: str
    series: str
    description: str
    modality: str
    slices: tuple[Slice, ...]
    told_apart_by: str = ""
    mosaic: bool = False

    @property
    def files(self) -> list[Path]:
        """The files that it is in, each once."""
        return list(dict.fromkeys(each.file for each in self.slices))

    @property
    def words(self) -> str:
        """The stack for a list to choose from."""
        rows, columns = self.slices[0].shape
        kind = "a mosaic" if self.mosaic else f"{len(self.slices)} slice{'' if len(self.slices) == 1 else 's'} of {columns} x {rows}"
        told = f", {self.told_apart_by}" if self.told_apart_by else ""
        return f"{CHOICE}{self.number} '{short(self.description or self.modality or 'without a description')}' ({kind}{told})"


@dataclass(frozen=True)
class Index:
    """What a folder or file of DICOM holds.

    Attributes:
        notes: sentences on what is no scan, or was there twice.
    """

    stacks: tuple[Stack, ...]
    notes: tuple[str, ...]


def split_choice(path: Path) -> tuple[Path, str]:
    """A scan's folder or file, and which of the scans in it is meant (empty where the path does not say).

    >>> split_choice(Path("study#5.2"))[1]  # there is no such folder
    ''
    """
    base, mark, choice = path.name.rpartition(CHOICE)
    is_named = base or path.parent == path.parent.parent != Path()  # a whole disc has no name
    if not mark or not is_named or not choice or path.exists():
        return path, ""
    folder = path.parent / base
    return (folder, choice) if folder.exists() else (path, "")


def choosing(path: Path, choice: str) -> Path:
    """The path of one of several scans in a folder or file (:func:`split_choice`)."""
    path = with_a_name(path)
    return path.parent / f"{path.name}{CHOICE}{choice}"  # of a whole disc, which has no name, too


def is_dicom_file(path: Path) -> bool:
    """Whether a file is DICOM, by its mark; the directory of a disc (DICOMDIR) is none, nor what is named as another format."""
    if path.name.startswith(".") or path.name.upper().startswith("DICOMDIR") or path.name.lower().endswith(HEADER_ENDINGS):
        return False
    try:
        with path.open("rb") as file:
            start = file.read(_MARK_AT + len(_MARK))
    except OSError:
        return False
    # older files have no mark: they begin with a tag of group 2 or 8
    return start[_MARK_AT:] == _MARK or (path.name.lower().endswith(DICOM_ENDINGS) and start[1:2] == b"\0" and start[:1] in b"\x02\x08")


def may_be_dicom(path: Path) -> bool:
    """Whether a file is named as DICOM often is: by its ending, without one, or by its unique identifier."""
    return path.suffix.lower() in ("", ".dcm", ".dicom", ".ima") or path.suffix[1:].isdecimal()


def is_dicom(path: Path, deep: bool = False) -> bool:
    """Whether a path names DICOM: a file of it, or a folder that holds such files directly.

    A folder of segmentations, whose scans are elsewhere, holds scan files like others; one with a single segmentation is that.

    Args:
        deep: folders in the folder count, too.
    """
    path = split_choice(path)[0]
    if not path.is_dir():
        return path.is_file() and is_dicom_file(path)
    labels, has_others = 0, False
    for number, file in enumerate(files_below(path) if deep else files_in(path)):
        if is_dicom_file(file):
            if not label_kind(file):
                return True
            labels += 1
        has_others |= file.name.lower().endswith(HEADER_ENDINGS)
        if number >= _SNIFFED:
            break
    return labels == 1 and not has_others and (deep or not folders_in(path))


def label_kind(path: Path) -> str:
    """:data:`SEG` or :data:`RTSTRUCT` for a file that is one; empty for any other."""
    if not path.is_file() or not is_dicom_file(path):
        return ""
    try:
        with path.open("rb") as file:
            found = class_of(file.read(_CLASS_WITHIN))
    except OSError:
        return ""
    return found if found in (SEG, RTSTRUCT) else ""


def class_of(start: bytes) -> str:
    """What a DICOM file is, by its first bytes: :data:`SEG`, :data:`RTSTRUCT`, else the identifier of its class."""
    named = _CLASS.search(start)
    text = named.group(1).decode() if named else ""
    return _LABEL_CLASSES.get(text, text)


def label_file(path: Path) -> Path | None:
    """The segmentation or structure set that a path names; None where it names none, as where it names a scan.

    A folder stands for the only one in it, if there is no scan. Where there are several, or scans too, the number of its series
    after ``#`` names it.
    """
    place, choice = split_choice(path)
    if not place.is_dir():
        return place if label_kind(place) else None
    if not choice:
        inside = (file for file in files_in(place) if is_dicom_file(file))
        files = list(itertools.islice(inside, 2)) or list(itertools.islice((file for file in files_below(place) if is_dicom_file(file)), 2))
        return files[0] if len(files) == 1 and label_kind(files[0]) else None
    found = [file for file in files_of(place) if label_kind(file)]
    if not found or any(choice in (stack.number, stack.series) for stack in index_of(place).stacks):
        return None
    tags = ["SeriesNumber", "SeriesInstanceUID"]
    found = [file for file in found if choice in {str(read_dataset(file, tags).get(tag, "")) for tag in tags}]
    return found[0] if len(found) == 1 else None


def files_of(path: Path) -> list[Path]:
    """The DICOM files that a folder holds: those directly in it or, if there are none, all below it; or a file itself."""
    if not path.is_dir():
        return [path]
    found = [file for file in files_in(path) if is_dicom_file(file)]
    if not found:
        for number, file in enumerate(files_below(path)):
            if number > _MOST_FILES:
                raise InputError(f"{path} holds more than {_MOST_FILES} files; give the folder of the series itself.")
            if is_dicom_file(file):
                found.append(file)
    return found


_known: dict[Path, tuple[tuple[tuple[str, int, int], ...], Index]] = {}
_lock = threading.Lock()


def index_of(path: Path) -> Index:
    """The scans in a folder or multi-frame file of DICOM; read again only where a file has changed.

    Raises:
        InputError: a file is damaged, or pydicom is not installed.
    """
    try:
        sign = tuple((str(file), (status := file.stat()).st_size, status.st_mtime_ns) for file in files_of(path))
    except OSError as error:
        raise unreadable(path, error) from None
    with _lock:
        known = _known.get(path)
    if known is None or known[0] != sign:
        found = _index([Path(name) for name, _, _ in sign])
        wrong = _named_wrongly(path, (each.file for stack in found.stacks for each in stack.slices)) if path.is_dir() else []
        known = sign, replace(found, notes=(*found.notes, *wrong))
        with _lock:
            if len(_known) > 1000:
                _known.clear()
            _known[path] = known
    return known[1]


def _named_wrongly(path: Path, slices: Iterable[Path]) -> list[str]:
    """At most one sentence on files that are named as slices and hold none, as after a copy that broke off.

    Args:
        slices: files of slices that were found in the folder.
    """
    folders = {path: False}  # whether slices in it have no endings
    for file in slices:
        folders[file.parent] = folders.get(file.parent, False) or _has_no_ending(file.name)
    wrong = [name for folder, are_bare in sorted(folders.items()) for name in _wrong_in(folder, are_bare)]
    if not wrong:
        return []
    what = "1 file is" if len(wrong) == 1 else f"{len(wrong)} files are"
    return [f"{what} empty or no DICOM in spite of the name ({', '.join(map(short, wrong[:3]))}); copy again what is a slice."]


def _has_no_ending(name: str) -> bool:
    """Whether a file's name has no ending, or is a number with points as identifiers are."""
    ending = Path(name).suffix
    return not ending or ending[1:].isdecimal()


def _wrong_in(folder: Path, are_bare: bool) -> list[str]:
    """Names of files in a folder that are no DICOM: by their ending they should be; without one they hold nothing, or lead nowhere."""
    wrong = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            name, is_link = entry.name.lower(), entry.is_symlink() and not Path(entry.path).exists()
            if name.startswith((".", "dicomdir")) or not (is_link or entry.is_file()):
                continue
            if name.endswith(DICOM_ENDINGS):
                is_wrong = is_link or not is_dicom_file(Path(entry.path))
            else:
                is_wrong = are_bare and _has_no_ending(name) and (is_link or not entry.stat().st_size)
            if is_wrong:
                wrong.append(entry.name)
    return sorted(wrong)


def names_of(path: Path) -> list[Path]:
    """Every path by which a scan or a label map in a folder or file of DICOM can be named; any other path, or a damaged one, alone."""
    if not is_dicom(path, deep=True):
        return [path]
    found = [path]
    try:
        files = files_of(path)
        for stack in index_of(path).stacks:
            found.append(choosing(path, stack.number))
            if len(stack.files) == 1 and path.is_dir():
                found += names_of(stack.files[0])
        for file in files if path.is_dir() else ():
            if label_kind(file):
                number = text_of(read_dataset(file, ["SeriesNumber"]).get("SeriesNumber"))
                found += [file, choosing(path, number)]
    except InputError:  # is said when it is read
        pass
    return list(dict.fromkeys(found))


def _index(files: list[Path]) -> Index:
    slices: dict[str, list[Slice]] = {}
    heads: dict[str, Dataset] = {}
    mosaics: list[tuple[Dataset, Slice]] = []
    left_out: dict[str, int] = {}
    seen: set[Hashable] = set()
    for file in files:
        head = read_dataset(file, TAGS)
        why = why_no_slice(head)
        if why:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        series = str(head.get("SeriesInstanceUID", ""))
        heads.setdefault(series, head)
        for each in slices_of(file, head):
            place = tuple(round(value, 3) for value in each.position)
            # programs that take names out have given all slices of all series one identifier
            key = (series, each.uid, each.frame, place, each.number, each.marks)
            if key in seen:
                left_out["copy of a slice"] = left_out.get("copy of a slice", 0) + 1
            elif "MOSAIC" in (head.get("ImageType") or ()):
                mosaics.append((head, each))
            else:
                slices.setdefault(series, []).append(each)
            seen.add(key)
    found = [(heads[series], each, why) for series, some in slices.items() for each, why in _stacks(some)]
    single = [each for _, each, _ in found if len(each) == 1]
    if single:
        left_out["single slice"] = len(single)
    found = [entry for entry in found if len(entry[1]) > 1]
    found += [(head, [each], f"image {each.number}" if len(mosaics) > 1 else "") for head, each in mosaics]
    notes = [f"{count} DICOM {_plural(what, count)} left out." for what, count in left_out.items()]
    return Index(tuple(_numbered(found)), tuple(notes))


# The directions (cosines) and pixel sizes (mm) of one scan's slices differ by less.
_LAST_DIGITS = 1e-3


def _plural(what: str, count: int) -> str:
    if count == 1:
        return f"{what} was"
    if what.startswith("file that is"):
        return f"{what.replace('file that is', 'files that are')} were"
    if what.startswith("image "):
        return f"{what.replace('image', 'images', 1)} were"
    return ("copies of slices" if what.startswith("copy") else f"{what}s") + " were"


def _stacks(slices: list[Slice]) -> Iterator[tuple[list[Slice], str]]:
    """The stacks of a series, each with what tells it from others at its place."""
    planes: list[list[Slice]] = []
    for each in slices:
        alike = next((some for some in planes if _is_in_plane(each, some[0])), None)
        if alike is None:
            planes.append(alike := [])
        alike.append(each)
    for some in planes:
        yield from _apart(some, "")


def _is_in_plane(each: Slice, first: Slice) -> bool:
    """Whether two slices have one grid but for their places; scanners write numbers that differ in their last digits."""
    differ = np.abs(np.array([*each.row, *each.column, *each.spacing]) - [*first.row, *first.column, *first.spacing]).max()
    return each.shape == first.shape and bool(differ < _LAST_DIGITS)


def _apart(slices: list[Slice], why: str) -> Iterator[tuple[list[Slice], str]]:
    """Slices of one plane in stacks in which no place is taken twice."""
    normal = slices[0].normal  # one for all: far from the origin, the last digits of their own move slices past one another
    at = {id(each): float(np.dot(each.position, normal)) for each in slices}
    slices = sorted(slices, key=lambda each: (at[id(each)], each.number, each.frame))
    heights = np.array([at[id(each)] for each in slices])
    repeated = int((np.diff(heights) < 1e-3).sum())
    if not repeated:
        yield slices, why
        return
    for name in dict.fromkeys(name for each in slices for name, _ in each.marks):
        groups = _by(slices, lambda each, name=name: dict(each.marks).get(name, ""))  # type: ignore[misc]
        # a mark that differs from slice to slice, as a time, tells no stacks apart
        if 1 < len(groups) <= len(slices) / 2 and len({len(group) for group in groups.values()}) <= 2:
            for value, group in groups.items():
                said = f"{name} {short(value)}" if name != "file" else ""
                yield from _apart(group, ", ".join(filter(None, (why, said))))
            return
    places = len(slices) - repeated
    turns = len(slices) // places
    taken = [slices[start : start + turns] for start in range(0, len(slices), turns)]
    if turns * places == len(slices) and all(at[id(some[-1])] - at[id(some[0])] < 1e-3 for some in taken):
        for turn in range(turns):  # the scanner's numbers tell which came first
            yield [some[turn] for some in taken], ", ".join(filter(None, (why, f"turn {turn + 1} of {turns}")))
        return
    yield slices, why  # whoever reads it refuses it, and says where


def _by(slices: list[Slice], key: Callable[[Slice], Hashable]) -> dict[Hashable, list[Slice]]:
    groups: dict[Hashable, list[Slice]] = {}
    for each in slices:
        groups.setdefault(key(each), []).append(each)
    return groups


def _numbered(found: list[tuple[Dataset, list[Slice], str]]) -> Iterator[Stack]:
    """Stacks with the numbers of their series; where several stacks have one number, with a second one."""
    numbers = [text_of(head.get("SeriesNumber")) or "0" for head, _, _ in found]
    counts: dict[str, int] = {}
    for (head, slices, why), number in sorted(zip(found, numbers, strict=True), key=lambda each: (len(each[1]), each[1])):
        counts[number] = counts.get(number, 0) + 1
        name = f"{number}.{counts[number]}" if numbers.count(number) > 1 else number
        series, description, modality = (
            str(head.get(tag, "") or "").strip() for tag in ("SeriesInstanceUID", "SeriesDescription", "Modality")
        )
        yield Stack(name, series, description, modality, tuple(slices), why, "MOSAIC" in (head.get("ImageType") or ()))
