"""The copy here of an experiment folder elsewhere: fetched while the worker fills it, with the names of the scans put back."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from ..core.files import make_folder, read_json, replacing, write_json
from ..experiment.elsewhere import COPY
from ..experiment.events import Event, EventLog, events_in, read_events
from ..experiment.last_run import read_tail
from ..images.fingerprint import scan_sha256, scan_stamp, travels_as_it_is
from .connection import Connection, is_plain_name
from .naming import TEXTS, Names

EVENTS, RECORD = "events.jsonl", "experiment.json"
THERE = "there"  # in an event from elsewhere: the folder's name there, and where the next event begins
FILES_AT_ONCE = 64


class Copy:
    """Brings what has changed there into the experiment folder here.

    Args:
        connection: the way there.
        folder: the experiment folder here.
        there: the one there.
        names: of the scans.
        log: the event log here, which gets the events of there.
    """

    def __init__(self, connection: Connection, folder: Path, there: str, names: Names, log: EventLog) -> None:
        self._connection, self._folder, self._there, self._names, self._log = connection, folder, there, names, log
        self._files = folder / COPY / "files"
        self._record = folder / COPY / "files.json"
        self._known: dict[str, list[int]] = self._read()
        self._offset = self._last_offset()

    @property
    def offset(self) -> int:
        """How far the events from there have been repeated here."""
        return self._offset

    def fetch(self, files: Mapping[str, Sequence[int]], events: str = "", offset: int = 0) -> bool:
        """Fetch what differs from what was fetched before, then repeat the events that tell of it.

        Args:
            files: size and time of each file there, by name.
            events: those from :attr:`offset` on, a line each.
            offset: where the next begin.

        Returns:
            Whether anything had changed.

        Raises:
            UnreachableError: the connection broke off; what has come is kept.
            CrossModaError: a file could not be written here.
        """
        known = [name for name in files if name != EVENTS and is_plain_name(name)]  # another is none of ours
        changed = [name for name in known if self._known.get(name) != list(files[name])]
        self._files.mkdir(parents=True, exist_ok=True)
        # A stage's marker comes after what the stage made.
        changed.sort(key=lambda name: (name == RECORD, name.startswith("stages/"), name))
        for first in range(0, len(changed), FILES_AT_ONCE):
            some = changed[first : first + FILES_AT_ONCE]
            self._connection.fetch(self._there, some, self._files)
            for name in some:
                self._take(name)
                self._known[name] = list(files[name])
            write_json(self._record, self._known)
        for line in events.splitlines(keepends=True):
            self._offset += len(line.encode("utf-8"))
            for event in events_in(line.encode("utf-8")):
                self._log.repeat({**self._restored(event), THERE: [PurePosixPath(self._there).name, self._offset]})
        self._offset = max(offset, self._offset)
        return bool(changed or events)

    def _take(self, name: str) -> None:
        """Put a file that has come where it belongs."""
        source = self._files / name
        if not source.is_file():  # it has gone meanwhile
            return
        if name == RECORD:
            write_json(self._folder / name, self._local_record(read_json(source)))
            return
        target = self._folder / self._names.restored_name(name)
        make_folder(target.parent)
        with replacing(target) as partial:
            data = source.read_bytes() if source.suffix.lower() in TEXTS else None
            restored = None if data is None else self._names.restored_file(name, data)
            if restored is None or restored == data:
                _link(source, partial)
            else:
                partial.write_bytes(restored)

    def _restored(self, data: dict[str, Any]) -> dict[str, Any]:
        restored: dict[str, Any] = json.loads(self._names.restored_file("event.json", json.dumps(data, ensure_ascii=False).encode()))
        return restored

    def _local_record(self, record: dict[str, Any]) -> dict[str, Any]:
        """``experiment.json`` with the scans of here."""
        restored = self._restored(record)
        for path, known in restored.get("files", {}).items():
            with contextlib.suppress(OSError):
                known.update(scan_stamp(Path(path)))
                if not travels_as_it_is(Path(path)):  # it is another file there
                    known["sha256"] = scan_sha256(Path(path))
        return restored

    def _read(self) -> dict[str, list[int]]:
        try:
            found = read_json(self._record)
        except (OSError, ValueError):
            return {}
        return {str(name): list(known) for name, known in found.items() if (self._files / name).is_file()}

    def _last_offset(self) -> int:
        """How far the events from there have been repeated here, which the last of them tells."""
        name = PurePosixPath(self._there).name

        def offsets(events: list[Event]) -> list[int]:
            return [int(event[THERE][1]) for event in events if event.get(THERE, [""])[0] == name]

        events, is_cut = read_tail(self._folder)
        found = offsets(events) or (offsets(read_events(self._folder / EVENTS)[0]) if is_cut else [])
        return found[-1] if found else 0


def _link(source: Path, target: Path) -> None:
    """A second name where the disk knows such, else a copy. The next version comes as a new file, so neither changes the other."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
