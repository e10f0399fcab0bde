"""Scans that were moved or renamed after an experiment began: found again by their content, and recorded where they are now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..cohort.finding import Case, Cohort, scans_below
from ..core.errors import InputError
from ..core.files import read_json, write_json
from ..core.progress import Progress, silent
from ..images import dicom_index
from ..images.fingerprint import is_there, scan_sha256, scan_stamp
from ..images.names import one_form
from ..images.volumes import FILE_ENDINGS
from .elsewhere import read_elsewhere
from .folder import Experiment
from .lock import locked


def find_moved(
    digests: Mapping[str, str], place: Path, sizes: frozenset[int] = frozenset(), progress: Progress = silent
) -> dict[str, Path]:
    """Where scans are now that were recorded, by their recorded paths.

    A scan is known by its SHA-256 alone. One that is not in ``place`` but still where it was, unchanged, stays there.

    Args:
        digests: SHA-256 by recorded path.
        place: the folder to look in, with all below it.
        sizes: of the files, if they are known: files of other sizes are only read if something is lacking then.
        progress: told the files that have been read.

    Raises:
        InputError: one is nowhere, or has changed.
    """
    scans = _candidates(place)
    files = [path for ways in scans.values() for path in ways]
    wanted = Counter(digests.values())
    found: dict[str, list[Path]] = {}
    names = {_plain(Path(name)) for name in digests}
    likely = {scan for scan, ways in scans.items() if any(_plain(path) in names or _size(path) in sizes for path in ways)}
    for done, scan in enumerate([*(scan for scan in scans if scan in likely), *(scan for scan in scans if scan not in likely)], 1):
        if scan not in likely and all(len(found.get(digest, ())) >= count for digest, count in wanted.items()):
            break
        progress(done, len(scans), "looking for the scans")
        for path in scans[scan]:
            if digest := _digest(path):
                found.setdefault(digest, []).append(path)
    if any(digest not in found and not name.lower().endswith(FILE_ENDINGS) for name, digest in digests.items()):
        for path in _spread(place):  # a series whose files lie in several folders
            if digest := _digest(path):
                found.setdefault(digest, []).append(path)
    moved: dict[str, Path] = {}
    lacking = []
    for name, digest in digests.items():
        if better := _best(found.get(digest, []), name, set(moved.values())):
            moved[name] = better
        elif _digest(Path(name)) == digest:
            moved[name] = Path(name)
        else:
            lacking.append(name)
    if lacking:
        raise InputError(_lacking(lacking, files, place))
    return moved


def _candidates(place: Path) -> dict[Path, list[Path]]:
    """Every scan file or folder of DICOM below a folder, with every way to name what is in it, as ``study#5``."""
    found = [place] if dicom_index.is_dicom(place) else []
    left = scans_below(place)
    while left:
        path = left.pop()
        found.append(path)
        if path.is_dir():
            left += [below for below in scans_below(path) if below not in found]
    return {path: dicom_index.names_of(path) for path in sorted(set(found))}


def _spread(place: Path) -> list[Path]:
    """The series in all that lies below each folder that holds no DICOM file itself."""
    folders = [place, *(path for path in sorted(place.rglob("*")) if path.is_dir())]
    return [name for path in folders if not dicom_index.is_dicom(path) for name in dicom_index.names_of(path) if name != path]


def _best(there: list[Path], name: str, taken: set[Path]) -> Path | None:
    """Of scans with one content that with the same name, then with the same number of its series, then one that is not taken yet.

    Several stacks in one file have one content; only its number tells which it is, in the file or in the folder as it was recorded.
    """
    choice = Path(name).name.rpartition(dicom_index.CHOICE)[2] if dicom_index.CHOICE in Path(name).name else ""
    split = {path: dicom_index.split_choice(path) for path in there}
    numbers = Counter(holder for holder, number in split.values() if number)
    fitting = [path for path in there if numbers[split[path][0]] < 2 or split[path][1] == choice]
    was_file = dicom_index.may_be_dicom(Path(name.rpartition(dicom_index.CHOICE)[0])) and "." in Path(name).name

    def likeness(path: Path) -> tuple[bool, ...]:
        holder, number = split[path]
        return _same_name(path, name), number == choice, holder.is_file() == was_file or not number, path not in taken

    return max(fitting, key=likeness, default=None)


def move_scans(folder: Path, place: Path, progress: Progress = silent) -> dict[str, Path]:
    """Record where an experiment's scans are now; nothing else changes.

    Returns:
        Where they are by where they were.

    Raises:
        InputError: one is nowhere or has changed, or the record cannot be read. Nothing has been changed then.
        CrossModaError: a worker is at the experiment.
    """
    with locked(folder):
        digests = Experiment.load(folder).scan_digests()
        sizes = frozenset(int(known["size"]) for known in read_json(folder / "experiment.json").get("files", {}).values())
        moved = find_moved(digests, place, sizes, progress)
        cohort = moved_cohort(Experiment.load(folder).cohort, moved)
        record_scans(folder, cohort, {str(moved[name]): digest for name, digest in digests.items()})
    return moved


def record_scans(folder: Path, cohort: Cohort, digests: Mapping[str, str]) -> None:
    """Write where an experiment's scans are now, whole or not at all; the caller holds the folder.

    Args:
        cohort: the same scans where they are now.
        digests: SHA-256 of each scan and label map by its path now.
    """
    elsewhere = read_elsewhere(folder)
    if elsewhere is not None:
        elsewhere.save(folder, cohort=cohort)
    record: dict[str, Any] = read_json(folder / "experiment.json")
    before, files = record.get("files", {}), {}
    for name, digest in sorted(digests.items()):
        is_known = before.get(name, {}).get("sha256") == digest
        files[name] = before[name] if is_known else {"sha256": digest, **scan_stamp(Path(name))}
    write_json(folder / "experiment.json", {**record, "cohort": cohort.to_json(), "files": files})


def moved_cohort(cohort: Cohort, moved: Mapping[str, Path]) -> Cohort:
    """The cohort with its files where they are now."""
    source, target, evaluation = (moved_cases(cases, moved) for cases in cohort.domains().values())
    return replace(cohort, source=source, target=target, evaluation=evaluation)


def moved_cases(cases: tuple[Case, ...], moved: Mapping[str, Path]) -> tuple[Case, ...]:
    """The cases with their files where they are now."""
    return tuple(
        replace(case, image=moved.get(str(case.image), case.image), label=case.label and moved.get(str(case.label), case.label))
        for case in cases
    )


def _lacking(lacking: list[str], files: list[Path], place: Path) -> str:
    first = lacking[0]
    more = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
    if changed := next((path for path in [*files, Path(first)] if _same_name(path, first) and is_there(path)), None):
        return f"{changed} has the name of {first}, but not its content{more}: it has changed; put the file as it was into {place}."
    return f"{first}{more} is neither where it was nor, under any name, in {place}; put it there, or name the folder that holds it."


def _same_name(path: Path, name: str) -> bool:
    return _plain(path) == _plain(Path(name))


def _plain(path: Path) -> str:
    return one_form(path.name).casefold()


def _digest(path: Path) -> str:
    """A scan's SHA-256; empty where it cannot be read."""
    try:
        return scan_sha256(path)
    except (OSError, InputError):
        return ""


def _size(path: Path) -> int:
    try:
        return scan_stamp(path)["size"]
    except (OSError, InputError):
        return -1
