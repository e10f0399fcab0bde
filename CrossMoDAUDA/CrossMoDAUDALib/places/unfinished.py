"""What ``segment --on`` has left to do: a small file in the output folder, there until all is done, by which the same command goes on.

It tells which results are this command's own and whole, and which work is under way elsewhere for the others.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..core.files import read_json, stamp, write_json
from ..core.files import sha256 as file_digest
from ..models.model_folder import MODEL_FILES, ModelInfo

RECORD = ".segment-on.json"


@dataclass
class Unfinished:
    """A ``segment --on`` that has not done all its scans.

    Attributes:
        output: the folder of the results.
        asked: what tells this command from another one.
        scans: of each scan that was begun its ``stamp`` and whether it ``is_done``, by its path.
        refused: the scans that cannot be used.
        place, folder: where work is under way; empty where none is.
        sent: the scans that were sent, each with its stamp, in the order of their numbers there.
        shares: the scans of each worker there.
        is_array: whether the workers are tasks of an array.
        has_ended: nothing is left to do.
    """

    output: Path
    asked: str
    scans: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    place: str = ""
    folder: str = ""
    sent: dict[str, dict[str, int]] = field(default_factory=dict)
    shares: list[list[str]] = field(default_factory=list)
    is_array: bool = False
    has_ended: bool = False

    @classmethod
    def of(cls, output: Path, model: ModelInfo, words: Sequence[str]) -> Unfinished:
        """What an output folder tells of a command; a new record where it tells of none, or of another one.

        Args:
            words: the options that matter to the results.
        """
        models = [file_digest(model.folder / name) for name in MODEL_FILES if (model.folder / name).is_file()]
        asked = sha256(json.dumps([models, *words]).encode()).hexdigest()
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            data = read_json(output / RECORD)
            if data["asked"] == asked:
                return cls(output, **data)
            return cls(output, asked, place=data["place"], folder=data["folder"])  # to be ended there
        return cls(output, asked)

    def is_ours(self, scan: Path) -> bool:
        """Whether results of this scan that are there are this command's own, whole or not."""
        return str(scan) in self.scans

    def is_done(self, scan: Path, results: Sequence[str]) -> bool:
        """Whether a scan's results are whole and there, and the scan is as it was."""
        known = self.scans.get(str(scan), {})
        return bool(known.get("is_done")) and known["stamp"] == stamp(scan) and all((self.output / name).is_file() for name in results)

    def note(self, scan: Path, is_done: bool) -> None:
        """Keep that a scan's results are being written, or are whole."""
        self.scans[str(scan)] = {"stamp": stamp(scan), "is_done": is_done}
        self.save()

    def save(self) -> None:
        """Keep it in the output folder."""
        if self.has_ended:
            return
        values = asdict(self)
        del values["output"], values["refused"], values["has_ended"]
        write_json(self.output / RECORD, values)

    def end(self, scans: Sequence[Path]) -> None:
        """Forget it where nothing is left with which the same command could go on."""
        if all(self.scans.get(str(scan), {}).get("is_done") or str(scan) in self.refused for scan in scans):
            self.has_ended = True
            (self.output / RECORD).unlink(missing_ok=True)
