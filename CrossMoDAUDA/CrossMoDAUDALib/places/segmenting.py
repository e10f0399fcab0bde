"""Segmenting on another computer: the scans go there, one worker segments them all, the label maps come as they are made."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
import time
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..cohort.finding import Case, Cohort
from ..core.errors import CrossModaError, InputError
from ..core.interrupts import raise_swallowed
from ..core.progress import Progress, silent
from ..experiment.elsewhere import Elsewhere, read_elsewhere
from ..experiment.events import Event, read_events
from ..images.volumes import Volume, file_stem, read_label_map, read_volume
from ..models.model_folder import MODEL_FILES, ModelInfo
from .connection import RefusedBySshError, UnreachableError
from .naming import Names
from .remote import COMPLAINS, Remote
from .sending import SCRIPT, send_library, send_scans
from .there_common import SCANS

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_TO_TRY_AGAIN = 5.0
EVENTS, RESULTS, COMMAND = "events.jsonl", "results", "segment"


class RemoteSegmenter:
    """A model that segments scans on another computer; use it as a context.

    Args:
        remote: the place.
        model: the model here (:func:`.models.model_folder.describe_model`).
        scans: all scans that it will be asked for.
        words: further options of ``segment`` there.
        tell: how far the sending is.
        warn: told, in sentences, what is worth knowing and stops nothing.

    Raises:
        CrossModaError: there is no way there, it cannot be started, or something could not be sent.
    """

    def __init__(
        self,
        remote: Remote,
        model: ModelInfo,
        scans: Sequence[Path],
        words: Sequence[str],
        tell: Progress = silent,
        warn: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._remote, self._warn = remote, warn
        remote.refuse_unfit()
        folder, python = remote.folder(), remote.python()[0]
        self._there = f"{folder}/tasks/{uuid.uuid4().hex[:12]}"
        cases = tuple(Case(file_stem(scan), scan, None) for scan in scans)
        self._names = Names(Cohort((), cases), Path(), self._there)
        self._numbers = {scan: place for place, scan in self._names.scans.items()}
        self._here = tempfile.TemporaryDirectory(prefix="crossmoda-uda-")
        self._log = Path(self._here.name) / EVENTS
        self._offset, self._events = 0, list[Event]()
        self._seen: dict[str, Any] = {}
        self._fetched: dict[str, list[int]] = {}
        self._is_lost = False
        self._elsewhere = Elsewhere(remote.place.name, self._there, Cohort((), cases))
        try:
            with contextlib.suppress(CrossModaError):  # what others left may stay
                remote.connection.ask("remove_old_tasks", folder=folder)
            self._start(folder, python, model, words, tell)
        except BaseException:
            self._tidy_up()
            raise

    def _start(self, folder: str, python: str, model: ModelInfo, words: Sequence[str], tell: Progress) -> None:
        remote = self._remote
        library = send_library(remote.connection, folder)
        there = _same_model(model, remote.place.name)
        files = {} if there else {f"model/{name}": model.folder / name for name in MODEL_FILES}
        remote.connection.ask("make_folder", path=self._there)  # by which what was half sent is found again
        task = self._there.rpartition("/")[2]
        stored = send_scans(remote.connection, folder, task, {**self._names.scans, **files}, tell, {})
        remote.connection.ask("lay_out", folder=folder, experiment=self._there, scans=stored)
        inputs = [f"{self._there}/{SCANS}/{place}" for place in self._names.scans]
        command = [python, f"{library}/{SCRIPT}", COMMAND, there or f"{self._there}/{SCANS}/model", *inputs]
        command += ["-o", f"{self._there}/{RESULTS}", "--events", f"{self._there}/{EVENTS}", *words]
        remote.start(self._elsewhere, command, uuid.uuid4().hex)

    def __enter__(self) -> RemoteSegmenter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._tidy_up()

    def _tidy_up(self) -> None:
        """End the worker and delete what is there, if that can be done: the results, if there are any, are here."""
        try:
            self._remote.connection.ask("kill", experiment=self._there)
            self._remote.connection.ask("remove", experiment=self._there)
        except CrossModaError as error:
            self._warn(
                f"{error} What was sent to {self._remote.place.name} stays in {self._there} until a later `segment --on` removes it."
            )
        finally:
            self._here.cleanup()

    def segment(self, scan: Path, progress: Progress = silent) -> Volume:
        """The label map of one of the scans, on its grid.

        Raises:
            InputError: the scan cannot be used.
            CrossModaError: the work failed there.
        """
        place = self._numbers[scan]
        result = f"{RESULTS}/{file_stem(Path(place))}_Label.nii.gz"
        while True:
            is_over = self._look()
            for event in self._take_events():
                if event["kind"] == "progress" and event.get("stage") == COMMAND:
                    progress(event["step"], event["total"], self._names.restored(str(event.get("message", ""))))
            if result in self._fetched:
                label = read_label_map(Path(self._here.name) / result)
                here = read_volume(scan)
                return dataclasses.replace(label, geometry=here.geometry, notes=here.notes, own=here.own)
            for event in self._events:
                if event["kind"] == "error" and place in event["message"]:
                    raise InputError(self._names.restored(event["message"]))
            if self._seen.get("is_hopeless"):
                raise InputError(f"{self._seen['state']}; it was cancelled. Change what is asked for with `place add --overwrite`.")
            if is_over:
                raise CrossModaError(self._why())
            self._wait(SECONDS_BETWEEN_LOOKS)

    def _look(self) -> bool:
        """Fetch what is new; whether there is no more to come."""
        try:
            self._seen = self._remote.look(self._elsewhere)
            files = {name: list(now) for name, now in self._seen["files"].items() if name == EVENTS or name.endswith("_Label.nii.gz")}
            new = [name for name, now in files.items() if self._fetched.get(name) != now]
            self._remote.connection.fetch(self._there, new, Path(self._here.name))
            self._fetched.update({name: files[name] for name in new if (Path(self._here.name) / name).is_file()})
        except (UnreachableError, RefusedBySshError) as error:  # it was let in before: a key that comes back, a name server
            if not self._is_lost:
                self._is_lost = True
                self._warn(f"{error} The work there goes on; trying again.")
            self._wait(SECONDS_TO_TRY_AGAIN)
            return False
        if self._is_lost:
            self._is_lost = False
            self._warn(f"{self._remote.place.name} can be reached again.")
        return not self._seen["is_alive"] and not new

    def _take_events(self) -> list[Event]:
        new, self._offset = read_events(self._log, self._offset)
        self._events += new
        return new

    def _why(self) -> str:
        said = [line for line in self._seen.get("said", []) if line.strip()]
        errors = [event["message"] for event in self._events if event["kind"] == "error"]
        found = errors or ([self._seen["state"]] if self._seen.get("state") else said)
        return self._names.restored(found[-1].removeprefix(COMPLAINS)) if found else "The worker there ended without a word."

    @staticmethod
    def _wait(seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            raise_swallowed()
            time.sleep(0.1)


def _same_model(model: ModelInfo, place: str) -> str:
    """The folder there of a model that was trained there, so that it need not travel; empty for any other."""
    for folder in model.folder.parents[:2]:
        elsewhere = read_elsewhere(folder)
        if elsewhere is not None and elsewhere.place == place:
            return f"{elsewhere.folder}/{model.folder.relative_to(folder).as_posix()}"
    return ""
