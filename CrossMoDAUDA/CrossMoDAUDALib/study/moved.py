"""A study whose scans were moved: they are recorded where they are now, in the study and in each of its experiments."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ..core.errors import InputError
from ..core.progress import Progress, silent
from ..experiment.folder import Experiment
from ..experiment.lock import locked
from ..experiment.moved import find_moved, moved_cases, moved_cohort, record_moved
from .request import Study


def move_scans_of_study(folder: Path, place: Path, progress: Progress = silent) -> dict[str, Path]:
    """Record where a study's scans are now; nothing else changes. Killed half-way, the same call finishes it.

    Returns:
        Where they are by where they were.

    Raises:
        InputError: one is nowhere or has changed, or the study has not begun. Nothing has been changed then.
        CrossModaError: the study or one of its experiments is being worked on.
    """
    with locked(folder):
        study = Study.load(folder)
        if not study.digests:
            raise InputError(f"{folder} has not checked its scans yet; name them where they are, without --scans-moved-to.")
        moved = find_moved(study.digests, place, progress=progress)
        by_content = {study.digests[name]: path for name, path in moved.items()}
        for part in study.parts():
            if Experiment.exists(part.folder):
                with locked(part.folder):
                    known = Experiment.load(part.folder).scan_digests()
                    # An experiment that was done before this was killed has the new paths already.
                    record_moved(part.folder, {name: moved.get(name, by_content.get(digest, Path(name))) for name, digest in known.items()})
        digests = {str(moved[name]): digest for name, digest in study.digests.items()}
        cohort, ceiling = moved_cohort(study.cohort, moved), moved_cases(study.ceiling, moved)
        replace(study, cohort=cohort, ceiling=ceiling, digests=digests).save()
    return moved
