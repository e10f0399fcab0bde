"""The markers of an experiment's finished stages: a small file each, written last, with the SHA-256 of what the stage has left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..core.files import read_json, sha256, write_json


@dataclass(frozen=True)
class Marker:
    """What is known of a finished stage.

    Attributes:
        stage: its name.
        number: counts the markers in the order in which they were written, which time stamps need not tell.
        files: SHA-256 of what it has left, by file relative to the experiment folder; a very old marker holds none.
        seconds: how long it took, all starts together.
        versions: of the packages that it ran with.
        shared_from: the experiment that it was taken over from; empty if it ran here.
    """

    stage: str
    number: int = 0
    files: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    versions: dict[str, str] = field(default_factory=dict)
    shared_from: str = ""


def read_markers(folder: Path) -> dict[str, Marker]:
    """The markers in an experiment folder by stage, oldest first. A damaged one counts as none: its stage is run again."""
    found = [marker for path in (folder / "stages").glob("*.json") if not path.name.startswith(".") and (marker := _read(path))]
    return {marker.stage: marker for marker in sorted(found, key=lambda marker: (marker.number, marker.stage))}


def read_marker(folder: Path, stage: str) -> Marker | None:
    """A stage's marker; None where there is none or it is damaged."""
    return _read(_path(folder, stage))


def newest(markers: Mapping[str, Marker]) -> dict[str, Marker]:
    """By file, the marker of the stage that wrote it last."""
    return {file: marker for marker in sorted(markers.values(), key=lambda marker: marker.number) for file in marker.files}


def write_marker(folder: Path, stage: str, files: Iterable[Path], **more: Any) -> None:
    """Mark a stage as finished.

    Args:
        files: what it has left.
        more: what else the marker tells people.
    """
    number = 1 + max((marker.number for marker in read_markers(folder).values()), default=0)
    digests = {path.relative_to(folder).as_posix(): {"sha256": sha256(path)} for path in files}
    write_json(_path(folder, stage), {"stage": stage, "number": number, **more, "files": digests})


def copy_marker(donor: Path, folder: Path, stage: str, name: str) -> None:
    """Mark a stage as finished whose files come from another experiment.

    Args:
        donor: the other experiment's folder.
        name: what to call it.
    """
    number = 1 + max((marker.number for marker in read_markers(folder).values()), default=0)
    write_json(_path(folder, stage), {**read_json(_path(donor, stage)), "number": number, "shared_from": name})


def _path(folder: Path, stage: str) -> Path:
    return folder / "stages" / (stage.replace("/", "--") + ".json")


def _read(path: Path) -> Marker | None:
    try:
        data = read_json(path)
        files = {str(name): known["sha256"] for name, known in data.get("files", {}).items()}
        stage, number = data["stage"], data.get("number", 0)
        seconds, versions = float(data.get("seconds", 0)), {str(name): str(text) for name, text in data.get("versions", {}).items()}
        shared_from = str(data.get("shared_from", ""))
    except (FileNotFoundError, IsADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None  # what the disk does not give now may be whole: its stage is not run again for that
    is_whole = isinstance(stage, str) and isinstance(number, int) and all(isinstance(digest, str) for digest in files.values())
    is_here = is_whole and path.name == _path(path.parents[1], stage).name
    return Marker(stage, number, files, seconds, versions, shared_from) if is_here else None
