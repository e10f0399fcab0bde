"""Running a study's experiments: what is shared is taken over, then a worker fills the rest; several side by side on several devices."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..cohort.checking import CohortReport, check_cohort
from ..cohort.finding import Cohort
from ..core.budget import left_open, left_to_labels
from ..core.errors import CrossModaError, InputError
from ..core.interrupts import raise_swallowed
from ..core.layout import EXPERIMENTS
from ..core.progress import duration
from ..core.settings import with_values
from ..experiment.elsewhere import read_elsewhere
from ..experiment.events import CHECK, Event, EventLog, read_events
from ..experiment.folder import Experiment, package_versions
from ..experiment.last_run import read_last_run
from ..experiment.lock import locked
from ..experiment.markers import read_markers
from ..experiment.sharing import adopt, is_whole, stage_keys
from ..experiment.stages import Stage, due
from ..images import readings
from ..method.plan import plan
from ..places.place import SECONDS_BETWEEN_POLLS, Place, Worker, fetch_all, finish
from .request import Method, Part, Study


@dataclass
class Progress:
    """Who is told how a study goes.

    Attributes:
        started: a part and the stages that it has taken over from others, with their names.
        event: an event of a part.
        ended: a part and, if it failed, why.
    """

    started: Callable[[Part, dict[str, str]], None] = lambda part, shared: None
    event: Callable[[Part, Event], None] = lambda part, event: None
    ended: Callable[[Part, str], None] = lambda part, error: None


# Submits the work on experiments, given the keys of all, to a cluster; gives those of which it cannot be done, with why.
Submit = Callable[[Sequence[Part], Mapping[str, Mapping[str, str]]], dict[str, str]]
Follow = Callable[[Path], Worker]  # follows the work on an experiment that was submitted


def check_scans(study: Study, log: EventLog) -> tuple[Study, list[CohortReport]]:
    """The study with the digests of its scans, by which it knows labelled target scans that it would be scored on.

    Returns:
        The study, and what was found in its scans and in the ceiling's; problems are not raised.

    Raises:
        InputError: nothing would be left for the ceiling to learn from.
    """
    settings = study.settings(study.rows[0], study.seeds_of(study.rows[0])[0])
    labels, merged = settings.labels, settings.reading.merged_values
    readings.prefer(settings.reading.header)
    reports = [check_cohort(study.cohort, labels, log.progress(CHECK), merged)]
    if study.ceiling:
        found = check_cohort(Cohort(study.ceiling, study.cohort.target), labels, log.progress(CHECK), merged)
        reports.append(replace(found, rows=[row for row in found.rows if row.domain == "source"], cohort_warnings=[]))
    rows = [row for report in reports for row in report.rows]
    digests = {str(row.image): row.image_sha256 for row in rows}
    digests |= {str(row.label): row.label_sha256 for row in rows if row.label}
    study = replace(study, digests=digests)
    left, count = len(study.labelled_target), len(study.ceiling)
    if left < count:
        if not left:
            raise InputError(
                "Every labelled target scan is an evaluation case, so that the supervised ceiling would be scored on what it has"
                " learned; give other scans for the evaluation, or leave --target-labels out."
            )
        both = f"{count - left} of {count} labelled target scans are evaluation cases too"
        reports[-1].cohort_warnings.append(f"{both}: the supervised ceiling does not learn from them.")
    return study, reports


def sized(study: Study, device: str, log: EventLog) -> Study:
    """The study with what is left to the labels or to a time budget chosen once, with the settings that all its methods have.

    The epochs are those for its first method that translates, the size of the slices suits all methods without one of their own.
    Every method without epochs of its own then gets the same, which is what makes them comparable, and what they share can be made
    once. How long the whole study takes is told.

    Raises:
        InputError: what is chosen does not suit a method.
    """
    if to_look_at := [part.settings for part in study.parts() if left_to_labels(part.settings)]:
        from ..method.sizing import for_labels

        study = replace(study, single=for_labels(to_look_at[0], study.cohort, log).self_training.largest_component)
    method = sized_for(study)
    settings = with_values(study.settings(replace(method, values={}), study.seeds_of(method)[0]), {"device": device})
    if not left_open(settings):
        return study
    from ..method.sizing import expected_seconds, fit_and_measure

    each = [study.settings(one, study.seeds_of(one)[0]) for one in study.rows if one.translator != "none"]
    others = [one for one in each if "translation.image_size" in left_open(one)]
    fit, costs = fit_and_measure(settings, study.cohort, study.folder, log, others)
    chosen = fit.values()
    found = replace(study, values={**study.values, **{key: str(chosen[key]) for key in left_open(settings) if key not in study.values}})
    found.check()
    parts = found.parts()
    whole = duration(costs.rehearsal + sum(expected_seconds(part.settings, part.cohort, costs) for part in parts))
    shared = f"if every method takes as long as {method.name}; less where experiments share stages"
    several = f"{len(parts)} experiments, one after another: about {whole} in all, {shared}."
    log.write("message", message=several if len(parts) > 1 else f"One experiment: about {whole}.")
    return found


def sized_for(study: Study) -> Method:
    """The method that a time budget is measured with: the first that has a translator; of others it would not tell how long that takes."""
    methods = [method for method in study.rows if method.adapts]
    return next((method for method in methods if method.translator != "none"), methods[0])


def to_do(part: Part) -> list[Stage]:
    """The stages of a part that have work to do."""
    stages = part.stages()
    waiting = due(stages, read_markers(part.folder), part.folder)
    return [stage for stage in stages if stage.name in waiting]


def shared_stages(study: Study, place: str = "") -> dict[str, set[str]]:
    """By part, the stages that it can take over from parts before it, and from what is left out.

    Args:
        place: where the study runs, by its name; empty for this computer.
    """
    made: set[str] = set()
    for name, known in _keys_of_left_out(study).items():
        lent = _lent(study.folder / EXPERIMENTS / name, place)
        made |= {key for stage, key in known.items() if stage in lent}
    found = {}
    for part, keys in _keys(study).items():
        found[part] = {stage for stage, key in keys.items() if key in made}
        made |= set(keys.values())
    return found


def _lent(folder: Path, place: str) -> list[str]:
    """The finished stages of an experiment whose files are on a place; empty for this computer."""
    done = [stage for stage, marker in read_markers(folder).items() if marker.versions == package_versions()]
    if not place:
        return [stage for stage in done if is_whole(folder, stage)]
    try:
        elsewhere = read_elsewhere(folder)
    except InputError:
        return []
    return done if elsewhere and elsewhere.has_begun and elsewhere.place == place else []


def _keys(study: Study) -> dict[str, dict[str, str]]:
    return {part.name: stage_keys(part.settings, part.cohort, study.digests, part.stages()) for part in study.parts()}


def _keys_of_left_out(study: Study) -> dict[str, dict[str, str]]:
    return {
        name: stage_keys(experiment.settings, experiment.cohort, experiment.scan_digests(), stages)
        for name, (experiment, stages) in _left_out(study).items()
    }


def run(
    study: Study,
    place: Place,
    devices: Sequence[str],
    log: EventLog,
    progress: Progress,
    words: Sequence[str] = (),
    on: str = "",
    submit: Submit | None = None,
    follow: Follow | None = None,
) -> list[tuple[Part, str]]:
    """Run all experiments of a study that are not finished, one a device at a time; those that fail do not keep the others back.

    An experiment that a worker is at already, as after a kill of the study, is waited for. One that needs a training which is
    under way in another waits for it, and takes it over.

    Args:
        study: recorded and held by the caller.
        place: where the workers run.
        devices: a name for each experiment that may run at a time.
        log: the study's own events.
        words: options for every worker beside its folder and device.
        on: another computer where each of them runs; what experiments share is then made in each.
        submit: submits the work to a cluster, where what experiments share is made once; it need then only be followed.
        follow: follows what was submitted.

    Returns:
        The parts that failed, each with the sentence that says why.
    """
    waiting = [part for part in study.parts() if to_do(part) or place.is_alive(part.folder)]
    waiting.sort(key=lambda part: not place.is_alive(part.folder))  # those that are at work already come first
    running: dict[int, _Running] = {}
    keys = _keys(study)
    failures: list[tuple[Part, str]] = []

    def end(part: Part, error: str) -> None:
        log.write("stage", stage=part.name, state="failed" if error else "finished", message=error)
        if error:
            failures.append((part, error))
        progress.ended(part, error)

    if submit is not None:
        for refused, error in submit_only(study, submit, [part for part in waiting if not place.is_alive(part.folder)]):
            waiting.remove(refused)
            end(refused, error)
    try:
        while waiting or running:
            raise_swallowed()
            for slot, device in enumerate(devices):
                if slot in running:
                    continue
                part = next((one for one in waiting if on or not _is_trained_now(one, running.values(), keys)), None)
                if part is None:
                    continue
                waiting.remove(part)
                log.write("stage", stage=part.name, state="started")
                try:
                    running[slot] = _start(study, part, place, device, words, progress, on, follow if submit else None)
                except CrossModaError as error:
                    end(part, str(error))
            for slot, one in list(running.items()):
                is_over = one.is_over()  # before reading: what it wrote before its end is then read below
                for event in one.new_events():
                    progress.event(one.part, event)
                if is_over:
                    del running[slot]
                    end(one.part, one.error())
            time.sleep(SECONDS_BETWEEN_POLLS)
    except BaseException:
        _stop(place, list(running.values()))
        raise
    return failures


def submit_only(study: Study, submit: Submit, parts: Sequence[Part] | None = None) -> list[tuple[Part, str]]:
    """Submit the work on experiments without following it.

    Args:
        parts: the experiments; None for all that are not finished.

    Returns:
        Those of which it cannot be done, each with the sentence that says why.
    """
    chosen = [part for part in study.parts() if to_do(part)] if parts is None else parts
    for part in chosen:
        _create(study, part)
    refused = submit(chosen, _keys(study) | _keys_of_left_out(study)) if chosen else {}
    return [(part, refused[part.name]) for part in chosen if part.name in refused]


def _is_trained_now(part: Part, running: Iterable[_Running], keys: Mapping[str, Mapping[str, str]]) -> bool:
    """Whether a training that a part needs is under way in another one, so that it is better to wait and take it over."""
    wanted = {key for stage, key in keys[part.name].items() if stage.endswith("/train")} - {
        keys[part.name].get(stage) for stage in read_markers(part.folder)
    }
    for one in running:
        done = read_markers(one.part.folder)
        if any(key in wanted and stage not in done for stage, key in keys[one.part.name].items()):
            return True
    return False


@dataclass
class _Running:
    """An experiment that a worker is at; ``worker`` is None if it was started by somebody else."""

    part: Part
    place: Place
    worker: Worker | None
    offset: int
    _status: int | None = field(default=None)

    def is_over(self) -> bool:
        self.place.fetch(self.part.folder)
        if self.worker is None:
            return not self.place.is_alive(self.part.folder)
        self._status = self.worker.poll()
        return self._status is not None

    def new_events(self) -> list[Event]:
        events, self.offset = read_events(self.part.folder / "events.jsonl", self.offset)
        return events

    def error(self) -> str:
        """Why it failed; empty if it did not."""
        fetch_all(self.place, self.part.folder)
        last = read_last_run(self.part.folder)
        if last.said == "finished" and not self._status:
            return ""
        said = self.worker.last_words() if self.worker else ""
        return last.error or {"interrupted": "It was stopped."}.get(last.said, "") or said or "Its worker ended without a word."


def _start(
    study: Study, part: Part, place: Place, device: str, words: Sequence[str], progress: Progress, on: str, follow: Follow | None
) -> _Running:
    folder, log = part.folder, part.folder / "events.jsonl"
    offset = log.stat().st_size if log.is_file() else 0
    if place.is_alive(folder):
        progress.started(part, {})
        return _Running(part, place, None, offset)
    if follow is not None:
        progress.started(part, {})
        return _Running(part, place, follow(folder), offset)
    if not on:
        finish(place.check(with_values(part.settings, {"device": device})))
    _create(study, part)
    shared: dict[str, str] = {}
    if on:
        words = [*words, f"--on={on}"]
    else:
        with locked(folder):
            shared = adopt(Experiment.load(folder), part.stages(), _donors(study, part))
    progress.started(part, shared)
    command = finish(place.send(["run", "-o", str(folder), "--device", device, *words]))
    return _Running(part, place, place.start(folder, command), offset)


def _create(study: Study, part: Part) -> None:
    """Record an experiment, unless it is."""
    if not Experiment.exists(part.folder):
        files = {str(path) for cases in part.cohort.domains().values() for case in cases for path in (case.image, case.label) if path}
        digests = {file: digest for file, digest in study.digests.items() if file in files}
        Experiment.create(part.folder, part.settings, part.cohort, digests)


def _donors(study: Study, part: Part) -> dict[str, tuple[Experiment, Sequence[Stage]]]:
    others = [other for other in study.parts() if other.folder != part.folder and Experiment.exists(other.folder)]
    return {**{other.name: (Experiment.load(other.folder), other.stages()) for other in others}, **_left_out(study)}


def _left_out(study: Study) -> dict[str, tuple[Experiment, Sequence[Stage]]]:
    """By name, the experiments that are left out, as far as they can be read: what they have finished is as good as before."""
    worked_on, whole = set(study.folders()), study.whole
    found: dict[str, tuple[Experiment, Sequence[Stage]]] = {}
    for folder in whole.folders():
        if folder not in worked_on and Experiment.exists(folder):
            with contextlib.suppress(InputError):  # one that is damaged is no obstacle
                experiment = Experiment.load(folder)
                found[folder.relative_to(study.folder / EXPERIMENTS).as_posix()] = experiment, plan(experiment.settings, experiment.cohort)
    return found


def _stop(place: Place, running: Sequence[_Running]) -> None:
    """Stop all workers; each ends its step, and is killed if it takes too long."""
    stops = [place.stop(one.part.folder, one.worker) for one in running]
    while not all(stop.is_over for stop in stops):
        for stop in stops:
            stop.poll()
        time.sleep(SECONDS_BETWEEN_POLLS)
