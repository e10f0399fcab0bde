"""A study whose scans were moved: they are recorded where they are now, in the study and in each of its experiments."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from ..core.errors import InputError
from ..core.progress import Progress, silent
from ..experiment.elsewhere import read_elsewhere
from ..experiment.folder import Experiment
from ..experiment.lock import locked
from ..experiment.moved import find_moved, moved_cases, moved_cohort, record_scans
from .request import Study


def move_scans_of_study(
    folder: Path, place: Path, progress: Progress = silent, tell: Callable[[str], object] = lambda text: None
) -> dict[str, Path]:
    """Record where a study's scans are now; nothing else changes. Killed half-way, the same call finishes it.

    Args:
        folder, place: of the study, and where its scans are now.
        progress: how far the search is.
        tell: is told of experiments that stay as they are: those that are left out and cannot be read.

    Returns:
        Where they are by where they were.

    Raises:
        InputError: one is nowhere or has changed, the study has not begun, or the record of an experiment cannot be read that is
            not left out. Nothing has been changed then.
        CrossModaError: the study or one of its experiments is being worked on. Nothing has been changed then, either.
    """
    with locked(folder), contextlib.ExitStack() as held:
        study = Study.load(folder)
        if not study.digests:
            raise InputError(f"{folder} has not checked its scans yet; name them where they are, without --scans-moved-to.")
        moved = find_moved(study.digests, place, progress=progress)
        digests = {str(moved[name]): digest for name, digest in study.digests.items()}
        cohort, ceiling = moved_cohort(study.cohort, moved), moved_cases(study.ceiling, moved)
        now = replace(study, cohort=cohort, ceiling=ceiling, digests=digests)
        every, kept, found = now.whole, now.folders(), []
        for method in every.rows:
            of_method = every.cohort_of(method)
            files = {str(path) for cases in of_method.domains().values() for case in cases for path in (case.image, case.label) if path}
            own = {name: digest for name, digest in digests.items() if name in files}
            for part in (every.folder_of(method, seed) for seed in every.seeds_of(method)):
                if not Experiment.exists(part):
                    continue
                held.enter_context(locked(part))
                try:
                    read_elsewhere(part)
                    if set(Experiment.load(part).scan_digests().values()) == set(own.values()):  # else it is another's
                        found.append((part, of_method, own))
                except InputError as error:
                    if part in kept:
                        raise
                    tell(f"{part} is left out and cannot be read, so that its scans are recorded where they were: {error}")
        for each in found:
            record_scans(*each)
        now.save()
    return moved
