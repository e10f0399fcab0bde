"""Sharing of finished stages between experiments, so that what several of them need is made once.

A stage's files may come from another experiment where they would be the same: the stage is declared alike, the settings and scans
that matter to it (:class:`.stages.Stage`) are the same, so are the stages that it reads from, and the versions of the packages.
The files are hard links, because a finished stage's files are replaced and never changed in place.
"""

from __future__ import annotations

import functools
import json
import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

from ..cohort.finding import Cohort
from ..core.files import make_folder
from ..core.files import sha256 as file_digest
from ..core.settings import Settings
from .folder import MACHINE_SETTINGS, Experiment, package_versions
from .markers import copy_marker, newest, read_markers
from .stages import Stage

# A preset only names where the settings started from.
_NEVER = (*MACHINE_SETTINGS, "preset")


def stage_keys(settings: Settings, cohort: Cohort, digests: Mapping[str, str], stages: Sequence[Stage]) -> dict[str, str]:
    """By stage, a key that is the same in two experiments exactly where what the stage leaves would be the same.

    Args:
        settings, cohort: the experiment's.
        digests: SHA-256 of its scans and label maps by path.
        stages: all its stages, in their order.
    """
    values = settings.values()
    scans = {
        domain: [[case.id, *(digests.get(str(path), "") if path else "" for path in (case.image, case.label))] for case in cases]
        for domain, cases in cohort.domains().items()
    }
    keys: dict[str, str] = {}
    for index, stage in enumerate(stages):
        about = {
            "stage": [stage.name, stage.reads, stage.writes],
            "settings": {key: value for key, value in sorted(values.items()) if key not in _NEVER and stage.depends_on(key)},
            "scans": {domain: scans[domain] for domain in stage.scans},
            "from": [keys[other.name] for other in stages[:index] if feeds(other, stage)],
        }
        keys[stage.name] = sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    return keys


def shareable(experiment: Experiment, stages: Sequence[Stage], donors: Mapping[str, tuple[Experiment, Sequence[Stage]]]) -> dict[str, str]:
    """The unfinished stages that other experiments have finished alike, with the name of the first that has.

    Args:
        stages: all stages of the experiment, in their order.
        donors: the other experiments by name, each with all of its stages.
    """
    keys, done, versions = _keys(experiment, stages), read_markers(experiment.folder), package_versions()
    found: dict[str, str] = {}
    for name, (donor, donor_stages) in donors.items():
        donor_keys, markers = _keys(donor, donor_stages), read_markers(donor.folder)
        for stage, key in keys.items():
            if stage in done or stage in found or donor_keys.get(stage) != key or stage not in markers:
                continue
            if markers[stage].versions == versions and is_whole(donor.folder, stage):
                found[stage] = name
    return {stage: found[stage] for stage in keys if stage in found}


def adopt(experiment: Experiment, stages: Sequence[Stage], donors: Mapping[str, tuple[Experiment, Sequence[Stage]]]) -> dict[str, str]:
    """Take over finished stages from other experiments, up to the first whose files are not what it has written.

    A worker that is at the other experiment may just be overwriting them. The experiment must be held by the caller. A kill on
    the way leaves whole stages only.

    Args:
        stages, donors: as for :func:`shareable`.

    Returns:
        The stages that were taken over, with the name of the experiment that each is from.
    """
    taken: dict[str, str] = {}
    for stage, name in shareable(experiment, stages, donors).items():
        donor = donors[name][0].folder
        if not _take(donor, experiment.folder, stage):
            break
        copy_marker(donor, experiment.folder, stage, name)
        taken[stage] = name
    return taken


def _take(donor: Path, folder: Path, stage: str) -> bool:
    """Link a stage's files; whether they are what it has written. If not, the folder stays as it is."""
    digests, files = read_markers(donor)[stage].files, _own_files(donor, stage)
    linked: dict[str, Path] = {}  # an earlier stage may have files in the same places, so they come there only when all are good
    try:
        for file in files:
            linked[file] = _linked(donor / file, (folder / file).parent)
        if any(file_digest(link) != digests[file] for file, link in linked.items()):
            return False
        for file, link in linked.items():
            link.replace(folder / file)
    except FileNotFoundError:
        return False
    finally:
        for link in linked.values():
            link.unlink(missing_ok=True)
    return True


def _keys(experiment: Experiment, stages: Sequence[Stage]) -> dict[str, str]:
    return stage_keys(experiment.settings, experiment.cohort, experiment.scan_digests(), stages)


def feeds(earlier: Stage, later: Stage) -> bool:
    """Whether a stage may read what another one leaves."""
    return any(_overlap(written, read) for written in earlier.writes for read in later.reads)


@functools.cache
def _overlap(one: str, other: str) -> bool:
    """Whether two patterns have a file in common; a choice of letters as ``[0-9]`` counts as any text."""
    if "[" in one or "[" in other:
        return _overlap(*(pattern.partition("[")[0] + "*" if "[" in pattern else pattern for pattern in (one, other)))
    if one.startswith("*"):
        return _overlap(one[1:], other) or bool(other and _overlap(one, other[1:]))
    if other.startswith("*"):
        return _overlap(other, one)
    return one == other if not one or not other else one[0] == other[0] and _overlap(one[1:], other[1:])


def _own_files(folder: Path, stage: str) -> list[str]:
    """A stage's files that no later stage has overwritten."""
    return [file for file, marker in newest(read_markers(folder)).items() if marker.stage == stage]


def is_whole(folder: Path, stage: str) -> bool:
    """Whether the files of a finished stage are there, as far as no later stage has overwritten them."""
    return all((folder / file).is_file() for file in _own_files(folder, stage))


def _linked(old: Path, folder: Path) -> Path:
    """A hard link to a file in a folder, by a name that a later start removes if this one is killed."""
    make_folder(folder)
    partial = folder / f".{uuid.uuid4().hex}.partial"
    try:
        os.link(old, partial)
    except FileNotFoundError:
        raise
    except OSError:  # no hard links on this file system, or to another one
        try:
            shutil.copyfile(old, partial)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
    return partial
