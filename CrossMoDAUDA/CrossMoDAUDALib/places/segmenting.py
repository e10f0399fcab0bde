"""Segmenting on another computer: the scans go there, workers segment them, the label maps come as they are made.

On a host one worker segments them all. On a cluster many scans are shared out to the tasks of a job array.
"""

from __future__ import annotations

import dataclasses
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..cohort.finding import Case, Cohort
from ..core.errors import CrossModaError, InputError
from ..core.progress import Progress, silent
from ..experiment.elsewhere import Elsewhere
from ..experiment.events import read_events
from ..images.fingerprint import scan_stamp
from ..images.volumes import Volume, file_stem, read_label_map, read_volume
from ..models.model_folder import MODEL_FILES, ModelInfo
from .connection import LimitError, RefusedBySshError, TooManyError, UnreachableError
from .naming import Names
from .remote import COMPLAINS, Remote
from .sending import SCRIPT, send_library, send_scans
from .shares import (
    Share,
    may_stay,
    names_of,
    remove_left_over,
    same_as_sent,
    same_model,
    staying,
    taken_up,
    tell_that_it_stays,
    unreadable_ones,
    wait,
)
from .slurm import Task
from .there_common import SCANS
from .there_reasons import CANCELLED, WAITS
from .unfinished import STAYS, Begun, Unfinished, key

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_LOOKS_AT_ARRAYS = 5.0  # each asks the cluster's queue
SECONDS_TO_TRY_AGAIN = 5.0
# A task loads the model first, which takes about as long as a scan: so few scans more, and more tasks, would gain little.
SCANS_A_TASK = 5
MOST_TASKS = 200  # clusters often allow 1000 jobs
EVENTS, RESULTS, COMMAND, MODEL, ARRAY = "events.jsonl", "results", "segment", "model", "segment"


class RemoteSegmenter:
    """A model that segments scans on another computer; use it as a context.

    Args:
        remote: the place.
        model: the model here (:func:`.models.model_folder.describe_model`).
        scans: all scans that it will be asked for.
        words: further options of ``segment`` there.
        tell: how far the sending is.
        warn: told, in sentences, what is worth knowing and stops nothing.
        record: what an earlier start of the same command has left, with which this goes on.
        at_once: on a cluster, how many tasks may run at a time; 0 for as many as it lets.

    Raises:
        UnreachableError, RefusedBySshError: there is no way there; with a ``record``, all that is there stays, and the same goes on.
        CrossModaError: it cannot be started, or something could not be sent; what an earlier start has left there stays.
    """

    def __init__(
        self,
        remote: Remote,
        model: ModelInfo,
        scans: Sequence[Path],
        words: Sequence[str],
        tell: Progress = silent,
        warn: Callable[[str], None] = lambda _: None,
        record: Unfinished | None = None,
        at_once: int = 0,
    ) -> None:
        self._remote, self._warn, self._record, self._at_once = remote, warn, record, at_once
        remote.refuse_unfit()
        folder = remote.folder()
        self._here = tempfile.TemporaryDirectory(prefix="crossmoda-uda-")
        self._fetched: dict[str, list[int]] = {}
        self._shares: list[Share] = []
        self._is_lost = False
        self._said = set[str]()  # why tasks wait, as far as it has been told
        self._bad = unreadable_ones(scans)
        self._asked = scans = [scan for scan in scans if scan not in self._bad]
        try:
            known = taken_up(remote, record, scans, warn)
        except BaseException:
            self._here.cleanup()
            raise
        self._there = known.folder if known else f"{folder}/tasks/{uuid.uuid4().hex[:12]}"
        here = {key(scan): scan for scan in scans}
        sent = tuple(here.get(path, Path(path)) for path in known.sent) if known else tuple(scans)
        self._sent = dict(known.sent) if known else {key(scan): scan_stamp(scan) for scan in sent}  # before they are read
        cases = tuple(Case(file_stem(scan), scan, None) for scan in sent)
        self._names = Names(Cohort((), cases), Path(), self._there)
        self._numbers = {scan: place for place, scan in self._names.scans.items()}
        self._elsewhere = Elsewhere(remote.place.name, self._there, Cohort((), cases))
        self._begun = Begun(remote.place, self._there, record.output if record else None)
        self._is_array = known.is_array if known else remote.place.slurm is not None and len(scans) > SCANS_A_TASK
        self._has_begun = known is not None
        try:
            missing = list(scans)
            if known:
                self._begun.keep()
                shares = [[here.get(path, Path(path)) for path in share] for share in known.shares]
                self._shares = [dataclasses.replace(self._share(*one), is_told=True) for one in enumerate(shares)]
                self._refresh()
                for share in self._shares:
                    self._tell_of_one_taken_up(share, scans)
                missing = [scan for scan in scans if not self._is_under_way(scan)]
            else:
                remove_left_over(remote)
            if missing:
                self._start(folder, model, missing, words, tell)
        except BaseException as error:
            if not self._has_begun:  # nothing is there
                self._here.cleanup()
                raise
            if not may_stay(error, record, self._there, is_first=known is None):
                self._tidy_up()
                raise
            self._here.cleanup()
            if isinstance(error, (UnreachableError, RefusedBySshError)):
                raise staying(error, remote.place.name) from None
            tell_that_it_stays(error, remote.place.name, warn)
            raise

    # Starting it --------------------------------------------------------------------------------------------------------------

    def _share(self, number: int, scans: list[Path]) -> Share:
        prefix = f"{number}/" if self._is_array else ""
        return Share(f"{self._there}/{prefix}".rstrip("/"), prefix, scans)

    def _start(self, folder: str, model: ModelInfo, scans: list[Path], words: Sequence[str], tell: Progress) -> None:
        """Send what is missing and start the workers, each with an even share of the scans."""
        remote, python = self._remote, self._remote.python()[0]
        library = send_library(remote.connection, folder)
        there = same_model(remote, model)
        files = {} if there else {f"{MODEL}/{name}": model.folder / name for name in MODEL_FILES}
        self._has_begun = True
        self._keep()  # first: what is half sent, or was started just before the way was lost, is found again by it
        self._begun.keep()
        remote.connection.ask("make_folder", path=self._there)
        stored = send_scans(remote.connection, folder, self._there.rpartition("/")[2], {**self._names.scans, **files}, tell, {})
        remote.connection.ask("lay_out", folder=folder, experiment=self._there, scans=stored)
        command = [python, f"{library}/{SCRIPT}", COMMAND, there or f"{self._there}/{SCANS}/{MODEL}"]
        # Asked for, without an answer, as where Slurm is slow: by the same name they are found in the queue.
        again = [share for share in self._shares if not share.seen] if self._is_array else []
        if again and self._shares[-len(again) :] == again:
            try:
                self._submit(len(self._shares) - len(again), again, command, words)
                scans = [scan for scan in scans if not any(scan in share.scans for share in again)]
            except TooManyError:
                del self._shares[-len(again) :]
        first, before = len(self._shares), 0
        count = min(-(-len(scans) // SCANS_A_TASK), MOST_TASKS) if self._is_array else 1
        while scans:
            added = [self._share(first + number, scans[number::count]) for number in range(count)]
            for share in added:
                share.offset = log.stat().st_size if (log := Path(self._here.name) / f"{share.prefix}{EVENTS}").is_file() else 0
            self._shares[first:] = added
            self._keep()
            try:
                self._submit(first, added, command, words)
                break
            except TooManyError as error:  # than this cluster lets one have at a time: fewer tasks do as well, and take longer
                if count == 1:
                    raise
                before, count = count, 1 if isinstance(error, LimitError) else -(-count // 2)
        if before:
            self._warn(f"{remote.place.name} takes no {before} jobs at a time; the scans are shared out to {count}.")

    def _submit(self, first: int, shares: list[Share], command: list[str], words: Sequence[str]) -> None:
        """Start workers of shares, of which the first has a number."""
        for share in shares:
            share.is_over = share.is_told = False
        tasks = [Task(share.folder, (*command, *self._asked_of(share), *words)) for share in shares]
        if self._is_array:
            self._remote.start_arrays(self._there, [(f"{ARRAY}-{first}" if first else ARRAY, tasks, "")], self._at_once)
        else:
            self._remote.start(self._elsewhere, list(tasks[0].words), uuid.uuid4().hex)
        self._keep(has_started=True)

    def _asked_of(self, share: Share) -> list[str]:
        """The scans of a worker and where their results go; it may be stopped and queued again."""
        scans = [f"{self._there}/{SCANS}/{self._numbers[scan]}" for scan in share.scans]
        return [*scans, "-o", f"{share.folder}/{RESULTS}", "--events", f"{share.folder}/{EVENTS}", "--only-missing", "--overwrite"]

    def _keep(self, has_started: bool = False) -> None:
        """Record what is under way, so that the same command finds it when this process is killed."""
        if self._record is not None:
            self._record.has_started = has_started or (self._record.has_started and self._record.folder == self._there)
            self._record.place, self._record.folder = self._remote.place.name, self._there
            self._record.sent, self._record.is_array = self._sent, self._is_array
            self._record.shares = [[key(scan) for scan in share.scans] for share in self._shares]
            self._record.save()

    def __enter__(self) -> RemoteSegmenter:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_owed() if error is None else may_stay(error, self._record, self._there, is_first=False):
            self._here.cleanup()
            tell_that_it_stays(error, self._remote.place.name, self._warn)
        else:
            self._tidy_up()

    def _is_owed(self) -> bool:
        """Whether a scan has a result there, or may get one, that has not been written here, as where the disk here is full."""
        record = self._record
        if record is None or record.folder != self._there or record.has_ended:
            return False
        left = [scan for scan in self._asked if not record.is_through(scan) and same_as_sent(scan, self._sent[key(scan)])]
        return any(self._has_come(scan) or self._failure(scan) is None for scan in left)

    def _tidy_up(self) -> None:
        """End the workers and delete what is there, if that can be done: the results, if there are any, are here."""
        try:
            self._remote.connection.ask("kill", experiment=self._there)
            self._remote.connection.ask("remove", experiment=self._there)
            if self._record is not None and self._record.folder:
                self._record.note_nothing_there()
            self._begun.forget()
        except CrossModaError as error:
            if self._record is not None and self._record.folder == self._there and not self._record.has_ended:
                self._warn(f"{error} {STAYS.format(place=self._remote.place.name)}")
            else:
                self._begun.keep(is_over=self._record is None)
                self._warn(
                    f"{error} What was sent to {self._remote.place.name} stays in {self._there} until a later `segment --on` removes it."
                )
        finally:
            self._here.cleanup()

    # Its results --------------------------------------------------------------------------------------------------------------

    def next_of(self, scans: Sequence[Path], progress: Progress = silent) -> Path:
        """The scan to ask for next: the first of one worker; of several, one whose result or failure is known, for which this waits."""
        if not self._is_array:
            return scans[0]
        while True:
            for scan in scans:
                if scan in self._bad or self._has_come(scan) or self._failure(scan) is not None:
                    return scan
            self._look()
            states = [share.seen.get("state", "") for share in self._shares if share.seen.get("is_alive")]
            waits = [state for state in states if state]
            count = len(states)
            told = f"{count} task{'' if count == 1 else 's'} at work"
            if waits:
                told = f"{len(waits)} of {count} task{'' if count == 1 else 's'}: {waits[0]}"
            progress(len(self._numbers) - len(scans), len(self._numbers), told)
            if not any(self._has_come(scan) or self._failure(scan) is not None for scan in scans):
                wait(SECONDS_BETWEEN_LOOKS_AT_ARRAYS)

    def segment(self, scan: Path, progress: Progress = silent) -> Volume:
        """The label map of one of the scans, on its grid.

        Raises:
            InputError: the scan cannot be used.
            CrossModaError: the work failed there.
        """
        if scan in self._bad:
            if self._record is not None:
                self._record.refused.add(key(scan))
            raise self._bad[scan]
        while True:
            if not (self._has_come(scan) or self._failure(scan) is not None):
                self._look()
            share = self._latest(scan)
            for event in share.events:
                if event["kind"] == "progress" and event.get("stage") == COMMAND:
                    progress(event["step"], event["total"], self._names.restored(str(event.get("message", ""))))
            share.events = [event for event in share.events if event["kind"] != "progress"]
            if self._has_come(scan):
                if scan_stamp(scan) != self._sent[key(scan)]:  # its result would not be that of what lies there now
                    raise CrossModaError(
                        f"{scan} has changed since it was sent to {self._remote.place.name}; the same command segments it."
                    )
                label = read_label_map(Path(self._here.name) / self._result(scan))
                here = read_volume(scan)
                return dataclasses.replace(label, geometry=here.geometry, notes=here.notes, own=here.own)
            if (failure := self._failure(scan)) is not None:
                if isinstance(failure, InputError) and self._record is not None and not share.seen.get("is_hopeless"):
                    self._record.refused.add(key(scan))
                raise failure
            wait(SECONDS_BETWEEN_LOOKS)

    def _latest(self, scan: Path) -> Share:
        return next(share for share in reversed(self._shares) if scan in share.scans)

    def _result(self, scan: Path) -> str:
        """The file of a scan's label map, below the folder of all."""
        found = [
            f"{share.prefix}{RESULTS}/{file_stem(Path(self._numbers[scan]))}_Label.nii.gz" for share in self._shares if scan in share.scans
        ]
        return next((name for name in found if name in self._fetched), found[-1])

    def _is_under_way(self, scan: Path) -> bool:
        """Whether a scan's result has come, or a worker is still to be reckoned with that was given it."""
        if not any(scan in share.scans for share in self._shares):
            return False
        return self._has_come(scan) or bool(self._latest(scan).seen.get("is_alive"))

    def _has_come(self, scan: Path) -> bool:
        return self._result(scan) in self._fetched

    def _failure(self, scan: Path) -> CrossModaError | None:
        """Why there will be no label map of a scan; None while there may be."""
        share, place = self._latest(scan), self._numbers[scan]
        for event in share.events:
            if event["kind"] == "error" and place in event["message"]:  # memory or the disk may have run out there, too
                kind = CrossModaError if event.get("status") == CrossModaError.exit_status else InputError
                return kind(self._names.restored(event["message"]))
        if share.seen.get("is_hopeless"):
            return InputError(f"{share.seen['state']}; it was cancelled. Change what is asked for with `place add --overwrite`.")
        return CrossModaError(self._why(share)) if share.is_over else None

    def _why(self, share: Share) -> str:
        if share.seen.get("state"):  # Slurm's own reason
            return f"{share.seen['state']}."
        said = [line for line in share.seen.get("said", []) if line.strip()]
        errors = [event["message"] for event in share.events if event["kind"] == "error"]
        found = [error for error in errors if not any(place in error for place in self._numbers.values())] or said
        return self._names.restored(found[-1].removeprefix(COMPLAINS)) if found else "The worker there ended without a word."

    def _look(self) -> None:
        """Fetch what is new."""
        try:
            self._refresh()
        except (UnreachableError, RefusedBySshError) as error:  # it was let in before: a key that comes back, a name server
            if not self._is_lost:
                self._is_lost = True
                self._warn(f"{error} The work there goes on; trying again.")
            wait(SECONDS_TO_TRY_AGAIN)
            return
        if self._is_lost:
            self._is_lost = False
            self._warn(f"{self._remote.place.name} can be reached again.")

    def _refresh(self) -> None:
        if self._is_array:
            seen = self._remote.connection.ask("look_tasks", experiment=self._there)
            stands = {task["folder"]: task for task in seen["tasks"]}
        else:
            seen = self._remote.look(self._elsewhere)
            stands = {self._there: seen}
        files = {name: list(now) for name, now in seen["files"].items() if name.endswith((EVENTS, "_Label.nii.gz"))}
        new = [name for name, now in files.items() if self._fetched.get(name) != now]
        self._remote.connection.fetch(self._there, new, Path(self._here.name))
        self._fetched.update({name: files[name] for name in new if (Path(self._here.name) / name).is_file()})
        for share in self._shares:
            before, share.seen = share.seen, stands.get(share.folder, {})
            share.is_over = not share.seen.get("is_alive") and not any(name.startswith(share.prefix) for name in new)
            events, share.offset = read_events(Path(self._here.name) / f"{share.prefix}{EVENTS}", share.offset)
            share.events += events
            self._tell(share, before)

    def _tell(self, share: Share, before: dict[str, Any]) -> None:
        """Say what has become of a task: why it waits or was pushed aside, or that it has failed, with its scans."""
        state, scans = share.seen.get("state", ""), [scan for scan in share.scans if not self._has_come(scan)]
        told = names_of(scans)
        if share.seen.get("is_alive") and state:
            # Tasks wait for different things at a time: each is told once, whatever task waits for it.
            words = state.partition(",")[0].replace(str(share.seen.get("job") or state), "")
            if before.get("is_alive") and not before.get("state") and self._is_array and state.startswith(WAITS):
                self._warn(f"Slurm job {share.seen['job']} ({told}) was stopped and is queued again: {state}.")
            elif words not in self._said:
                self._said.add(words)
                self._warn(f"{self._remote.place.name}: {state}.")
        elif share.is_over and state and self._is_array and scans and not share.is_told:
            share.is_told = True
            self._warn(f"{state} ({told}). The same command goes on with them.")

    def _tell_of_one_taken_up(self, share: Share, scans: Sequence[Path]) -> None:
        """Say that a task had failed by now, as this goes on with its scans at once; that it was cancelled, as by `stop`, is no news."""
        share.is_told = not share.seen.get("is_alive")
        left = [scan for scan in scans if scan in share.scans and self._latest(scan) is share and not self._has_come(scan)]
        state = share.seen.get("state", "") if share.is_told and self._is_array else ""
        if left and state and not state.endswith(CANCELLED):
            self._warn(f"{state} ({names_of(left)}). This command goes on with them now.")
