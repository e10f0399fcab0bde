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
    """

    stage: str
    number: int = 0
    files: dict[str, str] = field(default_factory=dict)


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


def _path(folder: Path, stage: str) -> Path:
    return folder / "stages" / (stage.replace("/", "--") + ".json")


def _read(path: Path) -> Marker | None:
    try:
        data = read_json(path)
        files = {str(name): known["sha256"] for name, known in data.get("files", {}).items()}
        stage, number = data["stage"], data.get("number", 0)
    except (FileNotFoundError, IsADirectoryError, ValueError, KeyError, TypeError, AttributeError):
        return None  # what the disk does not give now may be whole: its stage is not run again for that
    is_whole = isinstance(stage, str) and isinstance(number, int) and all(isinstance(digest, str) for digest in files.values())
    return Marker(stage, number, files) if is_whole and path.name == _path(path.parents[1], stage).name else None
