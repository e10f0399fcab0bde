"""What ``segment --on`` has left to do: a small file in the output folder, there until all is done, by which the same command goes on.

It tells which results are this command's own and whole, and which work is under way elsewhere for the others.
"""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from ..core.errors import CrossModaError
from ..core.files import read_json, stamp, write_json
from ..core.files import sha256 as file_digest
from ..experiment.lock import only_one, stopping_on_request
from ..images.fingerprint import scan_stamp
from ..models.model_folder import MODEL_FILES, ModelInfo
from .known import KnownPlace, places_file
from .place import DetachedError

RECORD, LOCK = ".segment-on.json", ".segment-on.lock"
REQUEST = ".segment-on.stop"  # of its own, as an experiment may lie in the same folder
STAYS = "What was begun on {place} stays there as it is, and the same command goes on with it."


@dataclass
class Unfinished:
    """A ``segment --on`` that has not done all its scans.

    Attributes:
        output: the folder of the results.
        asked: what tells this command from another one.
        scans: of each scan that was begun its ``stamp`` and the stamps of its ``results``, of which there are none until it is done.
        refused: the scans that cannot be used.
        place, folder: where work is under way; empty where none is.
        sent: the scans that were sent, each with its stamp, in the order of their numbers there.
        shares: the scans of each worker there.
        is_array: whether the workers are tasks of an array.
        has_started: whether a worker has been started in the folder, as far as an answer tells.
        has_ended: nothing is left to do.
        saved: the file as it was read.
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
    has_started: bool = False
    has_ended: bool = False
    saved: bytes = b""

    @classmethod
    def of(cls, output: Path, model: ModelInfo, words: Sequence[str]) -> Unfinished:
        """What an output folder tells of a command; a new record where it tells of none, or of another one.

        Args:
            words: the options that matter to the results.
        """
        models = [file_digest(model.folder / name) for name in MODEL_FILES if (model.folder / name).is_file()]
        asked = sha256(json.dumps([models, *words]).encode()).hexdigest()
        saved = _bytes(output / RECORD)
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            data = json.loads(saved)
            if data["asked"] == asked:
                return cls(output, **data, saved=saved)
            return cls(output, asked, place=data["place"], folder=data["folder"], saved=saved)  # to be ended there
        return cls(output, asked, saved=saved)

    @classmethod
    def left_in(cls, output: Path) -> Unfinished | None:
        """What a command, whatever it was asked, has under way elsewhere for an output folder; None where there is nothing."""
        saved = _bytes(output / RECORD)
        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            found = cls(output, **json.loads(saved), saved=saved)
            return found if found.folder else None
        return None

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who goes on with it.

        Raises:
            CrossModaError: another ``segment --on`` is at work on the output folder, or was until now.
        """
        busy = f"Another `segment --on` works for {self.output}; wait until it has ended, or name another output folder."
        before = self.saved
        with only_one(self.output / LOCK, busy):
            if _bytes(self.output / RECORD) != before:
                raise CrossModaError(busy)
            yield

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """As :meth:`alone`, until somebody asks this process to stop, by Ctrl-C or :func:`.lock.request_stop` with :data:`REQUEST`.

        Raises:
            CrossModaError: another is at it.
            DetachedError: this process was interrupted; what is elsewhere stays.
        """
        with self.alone():
            try:
                with stopping_on_request(self.output, name=REQUEST):
                    yield
            except KeyboardInterrupt:
                if not self.folder or self.has_ended:
                    raise
                follows = f"The work goes on on {self.place}: the same command follows it again, `stop {self.output}` ends it."
                stays = f"{STAYS.format(place=self.place)} `stop {self.output}` ends it."
                raise DetachedError(follows if self.has_started else stays) from None

    def is_ours(self, scan: Path) -> bool:
        """Whether results of this scan that are there are this command's own, whole or not: nobody has written them anew since."""
        known = self.scans.get(key(scan))
        if known is None:
            return False
        return all(not (self.output / name).is_file() or stamp(self.output / name) == was for name, was in known["results"].items())

    def is_done(self, scan: Path, results: Sequence[str]) -> bool:
        """Whether a scan's results are whole and there, and the scan is as it was."""
        written = self.scans.get(key(scan), {}).get("results", {})
        if not written or self.scans[key(scan)]["stamp"] != scan_stamp(scan) or not self.is_ours(scan):
            return False
        return all(name in written and (self.output / name).is_file() for name in results)

    def is_through(self, scan: Path) -> bool:
        """Whether nothing is left to do for a scan: its results were written, or it cannot be used."""
        return bool(self.scans.get(key(scan), {}).get("results")) or key(scan) in self.refused

    def note(self, scan: Path, results: Sequence[Path] = ()) -> None:
        """Keep that a scan's results are being written or, once there are any, that they are whole."""
        was = self.sent.get(key(scan)) or scan_stamp(scan)  # as it was when it was sent, whatever it has become since
        written = {path.name: stamp(path) for path in results if path.is_file()}
        self.scans[key(scan)] = {"stamp": was, "results": written}
        self.save()

    def save(self) -> None:
        """Keep it in the output folder."""
        if self.has_ended:
            return
        values = asdict(self)
        del values["output"], values["refused"], values["has_ended"], values["saved"]
        write_json(self.output / RECORD, values)

    def note_nothing_there(self) -> None:
        """Keep that no work is under way elsewhere any more; where none had begun, there is nothing to keep."""
        self.folder = ""
        if self.scans or self.shares:
            self.save()
        elif not self.has_ended:
            (self.output / RECORD).unlink(missing_ok=True)

    def end(self, scans: Sequence[Path]) -> None:
        """Forget it where nothing is left with which the same command could go on."""
        if all(map(self.is_through, scans)):
            self.has_ended = True
            (self.output / RECORD).unlink(missing_ok=True)


# What lies there ----------------------------------------------------------------------------------------------------------------


class Begun:
    """A folder on another computer in which a ``segment --on`` of this one works, kept here until it has been deleted there.

    Nobody there can tell whether somebody still comes for it, as who began it may be asleep for weeks. The record in the output folder
    can: what no such record names any more may be deleted.

    Args:
        place: where it is.
        folder: there.
        output: of the command; None where no record will name the folder.
    """

    def __init__(self, place: KnownPlace, folder: str, output: Path | None) -> None:
        self._place, self.folder, self._output = place, folder, output

    def keep(self, is_over: bool = False) -> None:
        """Keep that it is there. Where that cannot be written, the work goes on, and nobody tidies up after it.

        Args:
            is_over: nobody needs it any more.
        """
        output = "" if self._output is None else str(self._output.absolute())
        about = {"place": self._place.name, "ssh": self._place.ssh, "folder": self.folder, "output": output, "is_over": is_over}
        with contextlib.suppress(OSError, CrossModaError):
            write_json(self._path, {**about, "host": socket.gethostname()})

    def forget(self) -> None:
        """It has been deleted there."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)

    @property
    def _path(self) -> Path:
        return _begun_folder() / f"{self.folder.rpartition('/')[2]}.json"


def left_over(place: KnownPlace) -> list[Begun]:
    """What commands of this computer have left on a place and do not need any more.

    An output folder that is not there now, as on a disk that is not mounted, may come back with its record. And computers may share
    the user's configuration: each knows its own disks alone.
    """
    found, paths = list[Begun](), list[Path]()
    with contextlib.suppress(OSError):
        paths = sorted(_begun_folder().glob("*.json"))
    for path in paths:
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            about = read_json(path)
            if (about["host"], about["place"], about["ssh"]) == (socket.gethostname(), place.name, place.ssh):
                output = Path(about["output"]) if about["output"] else None
                if about["is_over"] or (output is not None and output.is_dir() and _named_in(output) != about["folder"]):
                    found.append(Begun(place, about["folder"], output))
    return found


def _named_in(output: Path) -> str:
    """The folder there that the record in an output folder names; empty where there is no record.

    Raises:
        OSError, ValueError, KeyError, TypeError: it cannot be read now.
    """
    try:
        return str(read_json(output / RECORD)["folder"])
    except FileNotFoundError:
        if not any(output.iterdir()):  # as where a disk would be mounted
            raise
        return ""


def _begun_folder() -> Path:
    return places_file().parent / "segment-on"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def key(scan: Path) -> str:
    """A scan's name in the record: its path, whatever folder the command is given in."""
    return str(scan.absolute())
