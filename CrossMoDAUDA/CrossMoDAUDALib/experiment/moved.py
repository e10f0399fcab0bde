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
from ..images.fingerprint import scan_sha256, scan_stamp
from ..images.names import one_form
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
    files = scans_below(place)
    wanted = Counter(digests.values())
    found: dict[str, list[Path]] = {}
    names = {_plain(Path(name)) for name in digests}
    likely = {path for path in files if _plain(path) in names or _size(path) in sizes}
    for done, path in enumerate([*(path for path in files if path in likely), *(path for path in files if path not in likely)], 1):
        if path not in likely and all(len(found.get(digest, ())) >= count for digest, count in wanted.items()):
            break
        progress(done, len(files), "looking for the scans")
        if digest := _digest(path):
            found.setdefault(digest, []).append(path)
    moved: dict[str, Path] = {}
    lacking = []
    for name, digest in digests.items():
        there = found.get(digest, [])
        # Of several files with one content, such as two empty label maps, that with the same name, then one that is not taken yet.
        better = [path for path in there if _same_name(path, name)] or [path for path in there if path not in moved.values()] or there
        if better:
            moved[name] = better[0]
        elif _digest(Path(name)) == digest:
            moved[name] = Path(name)
        else:
            lacking.append(name)
    if lacking:
        raise InputError(_lacking(lacking, files, place))
    return moved


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
    if changed := next((path for path in [*files, Path(first)] if _same_name(path, first) and path.exists()), None):
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
