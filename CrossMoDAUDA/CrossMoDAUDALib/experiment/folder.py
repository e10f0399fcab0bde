"""The experiment folder: what was asked for, what is done, who works on it. It is the only truth; see docs/experiment-folder.md."""

from __future__ import annotations

import contextlib
import importlib.metadata
import os
import platform
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..cohort.finding import Case, Cohort
from ..cohort.label_maps import label_on_image
from ..core.budget import as_recorded
from ..core.errors import InputError, unreadable
from ..core.files import GO_ON, check_path, read_json, sha256, write_json
from ..core.folders import make_writable_folder
from ..core.interrupts import raise_swallowed
from ..core.layout import NODES
from ..core.settings import Settings
from ..images.fingerprint import is_there, scan_sha256, scan_stamp
from ..images.volumes import Volume, read_volume
from .elsewhere import RECORD, SCRIPT
from .events import REHEARSAL, EventLog, unfinished_seconds
from .last_run import remove_half_overwritten
from .lock import HOLDER, LOCK, REQUEST, is_running, locked, read_worker, request_stop
from .markers import Marker, newest, read_marker, read_markers, write_marker
from .stages import Stage, due, still_needed

__all__ = ["Experiment", "check_folder", "how_to_go_on", "is_running", "prepare_folder", "read_worker", "request_stop"]

FORMAT = 1
# These say which machine does the work, not what the result is, so they may change from one start to the next.
MACHINE_SETTINGS = ("device", "helper_processes", "compile")
PACKAGES = ("torch", "nnunetv2", "numpy", "SimpleITK", "scipy")
# What a start leaves that found problems with the scans, or was killed before the experiment began. A folder with nothing else is as
# good as an empty one.
LEFTOVERS = frozenset((LOCK, HOLDER, REQUEST, NODES, REHEARSAL, RECORD, SCRIPT, "events.jsonl", "worker.log", "worker-there.log"))


_MOVED = " in their files (of scans that were moved, give only the folder: --scans-moved-to DIR)"


class Experiment:
    """One experiment folder, created or continued.

    Attributes:
        folder: where it lies.
        settings: every setting; ``device``, ``helper_processes`` and ``compile`` as given for this start.
        cohort: the scans.
        events: its event log.
    """

    def __init__(self, folder: Path, settings: Settings, cohort: Cohort) -> None:
        self.folder = folder
        self.settings = settings
        self.cohort = cohort
        self.events = EventLog(folder / "events.jsonl")
        self._scans: dict[str, Any] | None = None

    @staticmethod
    def exists(folder: Path) -> bool:
        """Whether the folder holds an experiment already."""
        return (folder / "experiment.json").is_file()

    @classmethod
    def create(cls, folder: Path, settings: Settings, cohort: Cohort, hashes: dict[str, str]) -> Experiment:
        """Start an experiment in a new or empty folder.

        Args:
            hashes: SHA-256 of every scan by its path, so that a scan that changes later is noticed.

        Raises:
            InputError: the folder holds other files or cannot be written.
        """
        prepare_folder(folder)
        record = {
            "format": FORMAT,
            "created": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "settings": settings.to_json(),
            "cohort": cohort.to_json(),
            "files": {path: {"sha256": digest, **scan_stamp(Path(path))} for path, digest in sorted(hashes.items())},
            "versions": package_versions(),
        }
        write_json(folder / "experiment.json", record)
        return cls(folder, settings, cohort)

    @classmethod
    def load(cls, folder: Path) -> Experiment:
        """Open an experiment as it was recorded.

        Raises:
            InputError: there is none, ``experiment.json`` is damaged or newer than this program, or its settings are not those of
                this version, as where a translator is missing.

        >>> experiment = Experiment.load(Path("EXPERIMENT"))
        >>> experiment.settings.preset, len(experiment.cohort.source), experiment.settings.self_training.iterations
        ('smoke', 2, 1)
        """
        record = _record(folder)
        path = folder / "experiment.json"
        try:
            cohort = Cohort.from_json(record["cohort"])
            if not isinstance(record["settings"], dict):
                raise TypeError("settings")
        except (InputError, KeyError, TypeError, ValueError, AttributeError) as error:
            why = str(error).rstrip(".") if isinstance(error, InputError) else repr(error)
            raise InputError(f"{path} is damaged ({why}); restore it or start in a new folder.") from None
        try:
            return cls(folder, Settings.from_json(record["settings"]), cohort)
        except InputError as error:
            raise InputError(
                f"{path} was made with a translator, a setting or a value that this version does not have ({str(error).rstrip('.')});"
                " use the version it was made with, or, if the file was changed since, restore it."
            ) from None

    @classmethod
    def resume(cls, folder: Path, settings: Settings, cohort: Cohort) -> Experiment:
        """Continue an experiment with the command that started it.

        Raises:
            InputError: a setting or the cohort differs from what was recorded, or a scan has changed since.
        """
        settings = cls.load(folder).as_asked(settings, cohort)
        _verify_files(_record(folder).get("files", {}))
        return cls(folder, settings, cohort)

    def as_asked(self, settings: Settings, cohort: Cohort) -> Settings:
        """Settings that are asked for now, as it has them. An :class:`InputError` says what differs in them or in the cohort."""
        settings = as_recorded(settings, self.settings)
        if differs := difference(self, settings, cohort):
            raise InputError(f"{self.folder} is another experiment: {differs}; give the same again, or another output folder.")
        return settings

    def verify_scans(self) -> None:
        """Read every scan and label and compare its hash, whatever its time stamp says: a bad disk does not change that.

        Raises:
            InputError: one has changed or is gone.
        """
        _verify_files(_record(self.folder).get("files", {}), by_hash=True)

    def refuse_changed(self, *scans: Path) -> None:
        """Make sure that scans which have just been read are those that the experiment began with.

        Raises:
            InputError: one has changed or is gone.
        """
        if self._scans is None:
            self._scans = _record(self.folder).get("files", {})
        _verify_files({str(path): self._scans[str(path)] for path in scans if str(path) in self._scans})

    def scan_digests(self) -> dict[str, str]:
        """SHA-256 of every scan and label map when the experiment began, by path."""
        return {path: str(known["sha256"]) for path, known in _record(self.folder).get("files", {}).items()}

    def read(self, scan: Path) -> Volume:
        """A scan that is still the one the experiment began with.

        Raises:
            InputError: it has changed, is gone or cannot be read.
        """
        volume = read_volume(scan)
        self.refuse_changed(scan)
        return volume

    def read_label(self, label: Path, image: Path) -> Volume:
        """A label map that is still the one the experiment began with: the structures' values, on its image's grid.

        Raises:
            InputError: as :meth:`read`, or as :func:`.images.labels.read_labels`.
        """
        volume = label_on_image(label, image, self.settings)
        self.refuse_changed(label)
        return volume

    def pseudo_target(self, case: Case, epoch: int | None = None) -> Path:
        """Where a source case's translation lies; with an epoch, that by the translator's network after it."""
        folder = self.folder / "pseudo_target"
        return (folder if epoch is None else folder / f"epoch_{epoch:04d}") / f"{case.id}.nii.gz"

    # Stages -------------------------------------------------------------------------------------------------------------

    def is_complete(self, stage: str) -> bool:
        """Whether a stage is finished: its marker, written last, is there."""
        return read_marker(self.folder, stage) is not None

    def completed_stages(self) -> list[str]:
        """Names of the finished stages, oldest first."""
        return list(read_markers(self.folder))

    def carry_out(self, stages: Sequence[Stage]) -> None:
        """Run the stages that have work to do, in their order, and tell of the others that they are skipped.

        A finished stage runs again if one of its files is missing and a later stage needs it.

        Args:
            stages: all stages of the experiment, in their order.

        Raises:
            InputError: a file that is still needed is not what a finished stage has written.
        """
        remove_half_overwritten(self.folder, stages)
        told: set[str] = set()  # stages
        compared: set[str] = set()  # files, since a stage last ran
        while True:  # a stage that has run again may have overwritten what a later one left
            markers = read_markers(self.folder)
            waiting = due(stages, markers, self.folder)
            for stage in stages:
                if stage.name in waiting:
                    break
                if stage.name not in told:
                    needed = still_needed(stage, _last_written_by(stage, markers), stages, waiting)
                    self._refuse_altered(needed, markers)
                    compared.update(needed)
                    self.events.write("stage", stage=stage.name, state="skipped")
                    told.add(stage.name)
            else:
                return
            raise_swallowed()
            self._refuse_altered([file for file in newest(markers) if stage.does_read(file) and file not in compared], markers)
            self._run(stage, waiting[stage.name])
            told.add(stage.name)
            compared.clear()

    def _run(self, stage: Stage, again: Sequence[str]) -> None:
        """Run a stage and mark it as finished.

        Args:
            again: the files for which it runs, if it has been finished before.
        """
        if again:
            more = f" (and {len(again) - 1} more)" if len(again) > 1 else ""
            what = "is gone" if not (self.folder / again[0]).is_file() else "was overwritten by an earlier stage"
            self.events.write("warning", stage=stage.name, message=f"{self.folder / again[0]}{more} {what} and is made again.")
        before = unfinished_seconds(self.folder / "events.jsonl", stage.name)
        self.events.write("stage", stage=stage.name, state="started")
        began = time.monotonic()
        stage.run(self, stage.name)
        seconds = round(before + time.monotonic() - began, 1)
        write_marker(self.folder, stage.name, stage.files(self.folder), seconds=seconds, versions=package_versions())
        self.events.write("stage", stage=stage.name, state="finished", metrics={"seconds": seconds})

    def _refuse_altered(self, files: Sequence[str], markers: Mapping[str, Marker]) -> None:
        """Make sure that files which are there are what a finished stage wrote last."""
        last = newest(markers)
        for file in files:
            path = self.folder / file
            if path.is_file() and sha256(path) != last[file].files[file]:
                raise _altered(path, last[file].stage)

    def refuse_damaged(self, digests: Mapping[Path, str]) -> None:
        """Make sure that files of finished stages are what these have written.

        Args:
            digests: SHA-256 by file.

        Raises:
            InputError: one is not.
        """
        for file, marker in newest(read_markers(self.folder)).items():
            path = self.folder / file
            if digests.get(path, marker.files[file]) != marker.files[file]:
                raise _altered(path, marker.stage)

    def locked(self) -> contextlib.AbstractContextManager[None]:
        """Hold the experiment for this process (:func:`.experiment.lock.locked`)."""
        return locked(self.folder)


def how_to_go_on(folder: Path) -> str:
    """Which command continues what was stopped, to be read after a semicolon."""
    return f"`run -o {folder}` goes on" if Experiment.exists(folder) else "the same `run` begins again"


def check_folder(folder: Path) -> None:
    """Make sure that an output folder can be ours to fill, without making it.

    Raises:
        InputError: it is a file, holds other files, or cannot be written.
    """
    check_path(folder)
    if folder.is_file():
        raise InputError(f"{folder} is a file; name a folder instead.")
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir() or not os.access(existing, os.W_OK):
        why = "no permission" if existing.is_dir() else f"{existing} is a file"
        raise InputError(f"{folder} cannot be written ({why}); choose another output folder or change its permissions.")
    if existing is folder:
        _refuse_foreign_files(folder)


def prepare_folder(folder: Path) -> None:
    """Make an output folder and make sure that it is ours to fill.

    Raises:
        InputError: it is a file, holds other files, or cannot be written.
    """
    check_folder(folder)
    make_writable_folder(folder)
    _refuse_foreign_files(folder)


def _refuse_foreign_files(folder: Path) -> None:
    foreign = sorted(path.name for path in folder.iterdir() if not path.name.startswith(".") and path.name not in LEFTOVERS)
    if foreign:
        more = ", ..." if len(foreign) > 1 else ""
        raise InputError(f"{folder} holds other files ({foreign[0]}{more}) and no experiment; name a new or empty folder.")


def package_versions() -> dict[str, str]:
    """Versions of Python and of the packages that decide the results."""
    from .. import __version__

    versions = {"crossmodauda": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            versions[package] = importlib.metadata.version(package)
    return versions


def _record(folder: Path) -> dict[str, Any]:
    path = folder / "experiment.json"
    if not path.is_file():
        raise InputError(f"{folder} is not an experiment folder: it has no experiment.json; check the path.")
    try:
        record = read_json(path)
        version = int(record["format"])
        files = {} if version > FORMAT else dict(record.get("files", {}))
        numbers = [known[name] for known in files.values() for name in ("size", "modified_ns")]
        is_whole = all(isinstance(number, int) for number in numbers) and all(isinstance(known["sha256"], str) for known in files.values())
    except OSError as error:
        raise unreadable(path, error) from None
    except (ValueError, KeyError, TypeError, OverflowError):
        raise InputError(f"{path} is damaged; restore it or start in a new folder.") from None
    if not is_whole:
        raise InputError(f"{path} is damaged; restore it or start in a new folder.")
    if version > FORMAT:
        raise InputError(f"{path} was written by a newer version of CrossMoDAUDA (format {version}); update to read it.")
    return dict(record)


def _last_written_by(stage: Stage, markers: Mapping[str, Marker]) -> list[str]:
    return [file for file, marker in newest(markers).items() if marker.stage == stage.name]


def _altered(path: Path, stage: str) -> InputError:
    return InputError(
        f"{path} has changed since stage {stage} wrote it; put the old file back, or delete it to have it made again ({GO_ON})."
    )


def _is_same(path: Path, known: dict[str, Any]) -> bool:
    """Whether a scan is as it was recorded; only one whose time stamp differs is read again."""
    return scan_stamp(path) == {"size": known["size"], "modified_ns": known["modified_ns"]} or scan_sha256(path) == known["sha256"]


def difference(recorded: Experiment, settings: Settings, cohort: Cohort) -> str:
    """The first thing that differs, in words; empty when nothing does."""
    was, given = recorded.settings.values(), settings.values()
    for key in dict.fromkeys((*was, *given)):
        before, now = was.get(key), given.get(key)
        if key not in MACHINE_SETTINGS and before != now and not _only_decides_a_check(key, settings):
            return f"it was started with {key}={before}, not {now}"
    for domain in ("source", "target", "evaluation"):
        before_cases: tuple[Case, ...] = getattr(recorded.cohort, domain)
        now_cases: tuple[Case, ...] = getattr(cohort, domain)
        if before_cases != now_cases:
            others = sorted({case.id for case in before_cases} ^ {case.id for case in now_cases})
            return f"its {domain} cases differ" + (f" (case {others[0]})" if others else _MOVED)
    return ""


def _only_decides_a_check(key: str, settings: Settings) -> bool:
    """Whether a setting only decides whether a check is made, and changes nothing else."""
    return key == "translation.check_agreement" and not settings.translation.drop_failed


def _verify_files(files: dict[str, Any], by_hash: bool = False) -> None:
    """Make sure that no scan has changed.

    Args:
        by_hash: read it even where its size and time stamp have not.
    """
    for name, known in files.items():
        path = Path(name)
        if not is_there(path):
            raise InputError(
                f"{path} has been removed since the experiment began; put it back, name the folder"
                " that it was moved to with --scans-moved-to, or start in a new folder."
            )
        # A detached header's voxels are in a file of their own, whose time stamp is not known.
        by_hash_alone = by_hash or path.suffix.lower() in (".mhd", ".nhdr")
        if scan_sha256(path) != known["sha256"] if by_hash_alone else not _is_same(path, known):
            raise InputError(f"{path} has changed since the experiment began; put the old file back or start in a new folder.")
