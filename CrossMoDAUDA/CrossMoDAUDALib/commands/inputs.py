"""Which scans the inputs of a command stand for, and what of a folder is left out and why: nothing is left out without a word."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from ..core.errors import InputError
from ..core.files import name_of
from ..experiment.events import EventLog
from ..images.dicom_index import is_dicom
from ..images.names import UNREAD, LeftOut, left_out_of, scans_in, sorted_out
from ..images.other_formats import header_of
from ..images.volumes import FILE_ENDINGS, file_stem
from .terminal import complain

# What left-out files of a kind are, and what to do.
_WHY = {
    "label map": "a label map by its name; name the file itself if it is a scan",
    "channel": "a further channel of another scan by its name; name the file itself, or a pattern, to use it",
    "translation": "a translation of another scan there by its name; name the file itself to use it",
    "packed": "a packed file of DICOM; unpack all files of its series, and give their folder",
    "hidden": "hidden; rename it if it is meant",
    "format": "in a format that is not read; convert it to .nii.gz",
    "link": "a folder with a scan's name; unpack it or give it another name",
    "folder": "a folder, which is not looked into; give it too, or a pattern",
    "slice": "a slice of DICOM; give the folder of its series",
    "nothing": "a folder without scans; give it alone to be told why",
    "archive": "an archive; unpack it, and give the scans that are in it",
    "ending": "no scan by its ending; rename it if it is one",
}
_UNREAD = (*UNREAD, "link")  # somebody will miss a result


def find_inputs(inputs: Sequence[Path], log: EventLog) -> tuple[list[Path], int]:
    """The scans that files, folders and patterns stand for, each once, and the exit status that what was left out calls for.

    What is left out of a folder is told. A scan that cannot be read fails the command as any bad scan does, after the others.

    Raises:
        InputError: a folder holds no scans, or a pattern names nothing.
    """
    from ..cohort.lists import absolute, expanded, is_pattern

    found: dict[Path, Path] = {}
    status = 0

    def add(path: Path) -> None:
        """Once, by whatever way the path goes; a file that is a link is a scan of its own: equal files of two patients may be one."""
        with contextlib.suppress(OSError, RuntimeError):  # a link that leads to itself is told of where it is read
            found.setdefault(absolute(path), path)
            return
        found[path] = path

    for given in inputs:
        named = expanded(given)
        files = [_header(path) for path in named if not path.is_dir()]
        folders = [path for path in named if path.is_dir()]
        if is_pattern(given):
            files, left_out = sorted_out(list(dict.fromkeys(files)), _can_be_read)
            empty = [LeftOut(path, "nothing") for path in folders if not _holds_scans(path)]
            folders = [path for path in folders if path not in {each.path for each in empty}]
            if not files and not folders:
                raise InputError(_nothing_named(given, [*left_out, *empty]))
            status = max(status, tell(given, [*left_out, *empty], log))
        for path in named:
            if not path.is_dir() and _header(path) in files:
                add(_header(path))
            elif path in folders:
                inside, status_of_folder = _inside(path, log)
                for each in inside:
                    add(each)
                status = max(status, status_of_folder)
    return list(found.values()), status


def _inside(path: Path, log: EventLog) -> tuple[list[Path], int]:
    """The scans in a folder, and the exit status that what was left out calls for; what that is, is told.

    Raises:
        InputError: there is none.
    """
    try:
        inside, left_out = scans_in(path), left_out_of(path)
    except OSError as error:
        raise InputError(f"{path} cannot be listed ({error.strerror}); check its permissions.") from None
    if not inside and is_dicom(path, deep=True):  # reading it tells which scans are below it
        inside, left_out = [path], []
    if not inside:
        raise InputError(_nothing_in(path, left_out))
    return inside, tell(path, left_out, log)


def _holds_scans(folder: Path) -> bool:
    try:
        return bool(scans_in(folder)) or is_dicom(folder, deep=True)
    except OSError:  # is said when it is looked into
        return True


def _header(path: Path) -> Path:
    """The header, if a path is the data file of a pair: a pattern names both."""
    return (header_of(path) if path.name.lower().endswith((".img", ".img.gz")) else None) or path


def _can_be_read(path: Path) -> bool:
    """Whether a file holds a scan, whatever its name."""
    from ..images.volumes import read_geometry

    try:
        read_geometry(path)
    except InputError:
        return False
    return True


def _nothing_named(pattern: Path, left_out: Sequence[LeftOut]) -> str:
    """Why what a pattern names are no scans."""
    for sentence in _sentences(pattern, left_out).values():
        return f"{pattern} names no scans: {sentence.removeprefix(f'{pattern}: ')}"
    return f"{pattern} names no scans (NIfTI, NRRD, DICOM, ...); check the pattern."


def tell(folder: Path, left_out: Sequence[LeftOut], log: EventLog) -> int:
    """Tell what was left out of a folder: errors where somebody will miss a result, else warnings; the exit status that it calls for."""
    status = 0
    for kind, sentence in _sentences(folder, left_out).items():
        if kind in _UNREAD:
            status = InputError.exit_status
            log.write("error", message=sentence)
            complain(sentence)
        else:
            log.write("message", message=sentence)
            complain(f"warning: {sentence}")
    return status


def _sentences(folder: Path, left_out: Sequence[LeftOut]) -> dict[str, str]:
    """What was left out of a folder, a sentence for each kind."""
    told = {}
    for kind, why in _WHY.items():
        names = [one.path.name for one in left_out if _kind(one) == kind]
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            listed = f"{', '.join(names[:3])}{more}"
            told[kind] = f"{folder}: {listed} left out: each is {why}." if len(names) > 1 else f"{folder}: {listed} left out: it is {why}."
    return told


def _kind(one: LeftOut) -> str:
    return "link" if one.kind == "folder" and one.path.name.lower().endswith(FILE_ENDINGS) else one.kind


def _nothing_in(folder: Path, left_out: Sequence[LeftOut]) -> str:
    """Why a folder has no scans, and what to give instead."""
    from ..cohort import bids, nnunet_raw
    from ..cohort.lists import pattern_below

    if nnunet_raw.is_data_set(folder):
        data = nnunet_raw.read_data_set(folder)
        return f"{folder} is a raw data set of nnU-Net's; give its folder of images, {folder / data.parts()[-1]}."
    if bids.is_bids(folder):
        return f'{folder} is a BIDS data set; give a pattern, as "{bids.pattern(folder)}".'
    nothing = f"{folder} holds no scans (NIfTI, NRRD, DICOM, ...)"
    if pattern := pattern_below(folder):
        return f'{nothing}; for a folder a patient give a pattern, as "{pattern}".'
    for sentence in _sentences(folder, left_out).values():
        return f"{nothing}: {sentence.removeprefix(f'{folder}: ')}"
    return f"{nothing}; give the folder in which they lie directly."


def result_stems(scans: Sequence[Path]) -> dict[Path, str]:
    """How the names of each scan's results begin: as the scan's; where several have one name, with their folders' before it."""
    from ..cohort.lists import folder_names

    stems = {path: file_stem(path) for path in scans}
    names = [name_of(path) for path in scans]
    same = [path for path, name in zip(scans, names, strict=True) if names.count(name) > 1]
    return stems | {path: f"{folder}_{stems[path]}" for path, folder in zip(same, folder_names(same), strict=True)}
