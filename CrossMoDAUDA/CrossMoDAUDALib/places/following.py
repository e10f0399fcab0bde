"""Following a worker elsewhere: the experiment folder here is kept as the one there, until the worker has ended."""

from __future__ import annotations

import shlex
import time
import uuid
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from ..cohort.checking import check_cohort
from ..cohort.finding import Cohort
from ..core.errors import CrossModaError, InputError
from ..core.failures import INTERRUPTED
from ..core.files import write_text
from ..core.interrupts import raise_swallowed
from ..core.settings import Settings
from ..experiment.elsewhere import NO_CONNECTION, Elsewhere, read_elsewhere
from ..experiment.events import CHECK, SENDING, Event, EventLog
from ..experiment.folder import Experiment, check_folder, prepare_folder
from ..experiment.last_run import read_last_run
from ..experiment.lock import FORCE, REQUEST, locked, stopping_on_request
from ..experiment.markers import read_markers
from ..images import readings
from ..method.worker import record_failure
from .connection import RefusedBySshError, UnreachableError
from .place import SECONDS_TO_STOP, DetachedError
from .remote import COMPLAINS, Remote
from .there_common import SCRIPT
from .there_reasons import NEEDED

SECONDS_BETWEEN_LOOKS = (1.0, 10.0)  # the longer the less happens
SECONDS_TO_TRY_AGAIN = (2.0, 60.0)
SECONDS_BETWEEN_TRIES = 0.2  # of the look whether somebody wants it stopped


def run_elsewhere(
    folder: Path,
    remote: Remote,
    words: list[str],
    settings: Settings,
    cohort: Cohort,
    listener: Callable[[Event], None],
    script_only: bool = False,
) -> int:
    """Run or continue an experiment elsewhere, and keep its copy here until it has ended.

    Killed at any time, here or there, the same call goes on.

    Args:
        folder: the experiment folder here.
        words: the options of ``run`` beside its folder and scans.
        settings: what they amount to.
        cohort: the scans here.
        listener: told every event, for a display.
        script_only: send everything and write the script for ``sbatch``, but submit nothing.

    Returns:
        The worker's exit status.

    Raises:
        InputError: the scans or the place cannot be used, or it is another experiment's folder.
        CrossModaError: another process follows it, or the work failed.
        DetachedError: this process was interrupted; the worker goes on.
    """
    elsewhere = begun_elsewhere(folder, remote.place.name)
    if Experiment.exists(folder):
        Experiment.resume(folder, settings, cohort)
    elif elsewhere is None:
        check_folder(folder)
    log = EventLog(folder / "events.jsonl")
    log.listeners.append(listener)
    if elsewhere is None and not Experiment.exists(folder):
        prepare_folder(folder)
    with locked(folder):
        (folder / REQUEST).unlink(missing_ok=True)
        follower = Follower(folder, remote, log)
        try:
            if not follower.begin(words, settings, cohort, script_only):
                return 0
        except BaseException as error:
            record_failure(folder, log, error)
            raise
        return follower.follow()


def follow_elsewhere(folder: Path, remote: Remote, log: EventLog) -> int:
    """Follow the worker of an experiment elsewhere until it has ended; nothing is ever started there.

    Returns:
        The worker's exit status.

    Raises:
        CrossModaError: another process follows it, or the work failed.
        DetachedError: this process was interrupted; the worker goes on.
    """
    with locked(folder):
        (folder / REQUEST).unlink(missing_ok=True)
        return Follower(folder, remote, log).follow()


def begun_elsewhere(folder: Path, place: str) -> Elsewhere | None:
    """Where an experiment runs, which must be this place; None for one that has not begun.

    Raises:
        InputError: it is another place, or this computer.
    """
    elsewhere = read_elsewhere(folder)
    if elsewhere is not None and elsewhere.place != place:
        raise InputError(f"{folder} runs on {elsewhere.place}, not on {place}; give --on {elsewhere.place}, or another output folder.")
    if elsewhere is None and read_markers(folder):
        raise InputError(f"{folder} was begun on this computer and goes on here; leave --on out, or name another output folder.")
    return elsewhere


class Follower:
    """Keeps an experiment folder here as the one there; the caller holds the folder here.

    Args:
        folder: the experiment folder here.
        remote: where the worker is.
        log: the events here.
    """

    def __init__(self, folder: Path, remote: Remote, log: EventLog) -> None:
        self.folder, self.remote, self.log = folder, remote, log
        self._is_lost = False
        self._said = ""
        self._asked: float | None = None  # when it was asked to stop
        self._force = False
        self._killed = False

    def begin(self, words: list[str], settings: Settings, cohort: Cohort, script_only: bool = False) -> bool:
        """Start the worker, unless it is at work: check the scans here, send what is missing, start it there.

        Returns:
            Whether there is a worker to follow.
        """
        elsewhere = read_elsewhere(self.folder)
        if elsewhere is not None and elsewhere.has_begun and self._patiently(partial(self.remote.look, elsewhere))["is_alive"]:
            return True
        elsewhere, command = self.prepare(words, settings, cohort)
        if script_only:
            self._write_script(elsewhere, command)
            return False
        token = uuid.uuid4().hex
        elsewhere = elsewhere.save(self.folder, has_begun=True)  # before it is: an answer may be lost
        known = self._patiently(lambda: self.remote.start(elsewhere, command, token))
        self.note_start(elsewhere, str(known.get("job", "")))
        return True

    def prepare(self, words: list[str], settings: Settings, cohort: Cohort) -> tuple[Elsewhere, list[str]]:
        """Check the scans here and send what is missing; where the worker will run, and the words that start it there."""
        self.log.write("run", state="started")
        with stopping_on_request(self.folder, is_fresh=False):  # there is nothing there yet that would have to be stopped
            return self._send(read_elsewhere(self.folder), words, settings, cohort)

    def note_start(self, elsewhere: Elsewhere, job: str) -> None:
        """Keep that the worker was started there."""
        elsewhere.save(self.folder, job=job, is_alive=True, as_of=time.time())
        self._tell(f"Submitted to {self.remote.place.name} as job {job}." if job else f"Started on {self.remote.place.name}.")

    def _send(self, elsewhere: Elsewhere | None, words: list[str], settings: Settings, cohort: Cohort) -> tuple[Elsewhere, list[str]]:
        if elsewhere is not None and elsewhere.cohort != cohort and not Experiment.exists(self.folder):
            self._refuse_other_scans(elsewhere)
            elsewhere = None
        if elsewhere is None and not Experiment.exists(self.folder):  # whose scans were good when it was recorded
            self._check(settings, cohort)
        self._patiently(self.remote.refuse_unfit)
        if elsewhere is None:
            elsewhere = Elsewhere(self.remote.place.name, self._patiently(self.remote.new_folder), cohort)
        here = elsewhere.save(self.folder, words=tuple(words), is_alive=False, state="")
        self.log.write("stage", stage=SENDING, state="started")
        began, progress = time.monotonic(), self.log.progress(SENDING)
        command = self._patiently(lambda: self.remote.send(here, self.folder, progress))
        self.log.write("stage", stage=SENDING, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})
        return here, command

    def _refuse_other_scans(self, elsewhere: Elsewhere) -> None:
        """Make sure that an experiment which was begun with other scans has not been recorded there.

        Raises:
            InputError: it has.
        """
        if self._patiently(lambda: self.remote.connection.ask("is_recorded", experiment=elsewhere.folder)):
            raise InputError(
                f"{self.folder} is another experiment: it was begun with other scans; give the same again, or another output folder."
            )

    def _write_script(self, elsewhere: Elsewhere, command: list[str]) -> None:
        path = self.folder / SCRIPT
        text = self.remote.script(elsewhere, command)
        write_text(path, text)
        self._patiently(lambda: self.remote.connection.ask("keep_script", experiment=elsewhere.folder, script=text))
        elsewhere.save(self.folder, has_begun=True, as_of=time.time())
        self._tell(f"Wrote {path}. On {self.remote.place.name}, `cd {shlex.quote(elsewhere.folder)} && sbatch {SCRIPT}` submits it; "
                   f"`run -o {self.folder}` then follows it.")  # fmt: skip
        self.log.write("run", state="interrupted")

    def follow(self) -> int:
        """Keep the copy until the worker has ended; its exit status.

        Raises:
            CrossModaError: the work failed there.
            DetachedError: this process was interrupted; the worker goes on.
        """
        try:
            seen = self._until_it_ends()
        except KeyboardInterrupt:
            name = self.remote.place.name
            raise DetachedError(
                f"The work goes on on {name}: `run -o {self.folder}` follows it again, `stop {self.folder}` ends it."
            ) from None
        status = int(seen["status"] or 0)
        last = read_last_run(self.folder)
        if last.said == "finished" and not status:
            return 0
        if last.said == "interrupted" or self._asked is not None:
            if last.said != "interrupted":
                self.log.write("run", state="interrupted")
            return INTERRUPTED
        error = last.error
        if not error or last.said != "failed":
            error = seen["state"] or self._last_words(seen["said"])
            error = error if error.endswith(".") else f"{error}."
            self.log.write("error", message=error)
            self.log.write("run", state="failed")
        raise (InputError if status == InputError.exit_status else CrossModaError)(error)

    def _last_words(self, said: list[str]) -> str:
        """What a worker said that left no last word in its events: a complaint of ours, or nothing that helps."""
        complaints = [line.removeprefix(COMPLAINS) for line in said if line.startswith(COMPLAINS) and "warning:" not in line]
        if complaints:
            return complaints[-1]
        name = self.remote.place.name
        return f"The worker on {name} ended without a word (killed, or {name} went down); the same command goes on"

    def update(self) -> dict[str, Any]:
        """Look once, and fetch what has changed; what was seen, with ``changed``.

        Raises:
            UnreachableError: there is no connection.
        """
        elsewhere = self._elsewhere()
        copy = self.remote.copy(elsewhere, self.folder, self.log)
        seen = self.remote.look(elsewhere, copy.offset)
        seen["changed"] = copy.fetch(seen["files"], seen["events"], seen["offset"])
        elsewhere.save(self.folder, is_alive=seen["is_alive"], state=seen["state"], job=seen["job"], as_of=time.time())
        return seen

    def stop(self, force: bool) -> None:
        """Ask the worker to stop; the copy is kept until it has.

        Args:
            force: kill it when it has not stopped in :data:`.place.SECONDS_TO_STOP`.
        """
        self._patiently(lambda: self.remote.connection.ask("ask_to_stop", experiment=self._elsewhere().folder))
        self._asked = self._asked or time.monotonic()
        self._force = force

    @property
    def is_late(self) -> bool:
        """Whether a worker that was asked to stop should have stopped by now."""
        return self._asked is not None and time.monotonic() - self._asked > SECONDS_TO_STOP

    def pause(self, is_alive: bool) -> None:
        """Between two looks at a worker that was asked to stop; one that is late is killed, if that was allowed.

        Raises:
            CrossModaError: it is late, and was not to be killed.
        """
        if self.is_late and is_alive and not self._killed:
            if not self._force:
                name = self.remote.place.name
                raise CrossModaError(
                    f"The worker on {name} has not stopped yet and does so after its current training step; wait, or kill it with --force."
                )
            self._patiently(lambda: self.remote.connection.ask("kill", experiment=self._elsewhere().folder))
            self._killed = True
        time.sleep(SECONDS_BETWEEN_LOOKS[0])

    def _until_it_ends(self) -> dict[str, Any]:
        pause, quiet = SECONDS_BETWEEN_LOOKS
        wait = pause
        while True:
            seen: dict[str, Any] = self._patiently(self.update)
            self._tell_state(seen["state"])
            if seen["is_hopeless"] and self._asked is None:
                self._give_up(seen["state"])
            if not seen["is_alive"] and not seen["changed"]:
                return seen
            if self.is_late and self._force and not self._killed and seen["is_alive"]:
                self._patiently(lambda: self.remote.connection.ask("kill", experiment=self._elsewhere().folder))
                self._killed = True
            if not seen["is_alive"] and not seen["job"]:  # on a cluster, the last files of another node may come late
                continue
            wait = pause if seen["changed"] or self._asked else min(wait * 1.5, quiet)
            self._sleep(wait)

    def _give_up(self, state: str) -> None:
        """Cancel a job that waits for what cannot come.

        Raises:
            InputError: always; it says what that is.
        """
        end = "it was cancelled"
        try:
            self._patiently(lambda: self.remote.connection.ask("ask_to_stop", experiment=self._elsewhere().folder))
            self._elsewhere().save(self.folder, is_alive=False)
        except DetachedError:
            raise
        except CrossModaError as refused:  # why it never starts is more than that
            end = str(refused).rstrip(".")
        last, is_needed = read_last_run(self.folder), NEEDED in state
        if is_needed and last.said == "failed" and last.error:  # it is this one that has not made what the others need
            raise CrossModaError(last.error)
        advice = "The same command goes on" if is_needed else "Change what is asked for with `place add --overwrite`, then run this again"
        error = InputError(f"{state}; {end}. {advice}.")
        record_failure(self.folder, self.log, error)
        raise error

    def _sleep(self, seconds: float) -> None:
        """Wait, and follow who asks here that the worker stop."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            raise_swallowed()
            request = self.folder / REQUEST
            if request.exists():
                force = request.read_text(encoding="utf-8") == FORCE
                request.unlink(missing_ok=True)
                self.stop(force)
                return
            time.sleep(SECONDS_BETWEEN_TRIES)

    def _patiently(self, call: Callable[[], Any]) -> Any:
        """The result of a call; while there is no connection, it is tried again: a broken connection is a pause."""
        wait, longest = SECONDS_TO_TRY_AGAIN
        while True:
            raise_swallowed()
            try:
                found = call()
            except (RefusedBySshError, UnreachableError) as error:  # an agent that is locked, a network that knows no names
                elsewhere = read_elsewhere(self.folder)
                if elsewhere is None or not elsewhere.has_begun:  # nothing is under way there that waits for us
                    raise
                if not self._is_lost:
                    self._is_lost = True
                    self._tell(f"{error} {'The work there goes on; trying again.' if elsewhere.is_alive else 'Trying again.'}")
                    elsewhere.save(self.folder, state=NO_CONNECTION)
                self._sleep(wait)
                wait = min(wait * 2, longest)
            else:
                if self._is_lost:
                    self._is_lost = False
                    self._tell(f"{self.remote.place.name} can be reached again.")
                return found

    def _check(self, settings: Settings, cohort: Cohort) -> None:
        """Look at the scans here: bad ones need not travel."""
        self.log.write("stage", stage=CHECK, state="started")
        began = time.monotonic()
        readings.prefer(settings.reading.header)
        report = check_cohort(cohort, settings.labels, self.log.progress(CHECK), settings.reading.merged_values)
        report.raise_for_problems()
        self.log.write("stage", stage=CHECK, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})

    def _elsewhere(self) -> Elsewhere:
        elsewhere = read_elsewhere(self.folder)
        if elsewhere is None:
            raise InputError(f"{self.folder} no longer tells where its worker runs (place.json is gone); restore it.")
        return elsewhere

    def _tell_state(self, state: str) -> None:
        known, self._said = self._said, state
        told = state.partition(", expected")[0]  # an estimate, which moves at each look
        if told and told != known.partition(", expected")[0]:
            self._tell(f"{self.remote.place.name}: {state}.")

    def _tell(self, text: str) -> None:
        self.log.write("message", message=text)
