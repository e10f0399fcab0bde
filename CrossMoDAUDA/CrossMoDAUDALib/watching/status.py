"""What ``status`` tells of an experiment folder."""

from __future__ import annotations

import time
from pathlib import Path

from ..core.progress import duration
from ..experiment.elsewhere import Elsewhere, read_elsewhere
from ..experiment.events import BEING_DONE, CHECK, Event, read_events
from ..experiment.folder import Experiment, how_to_go_on
from ..experiment.last_run import LastRun
from ..experiment.lock import is_running, read_worker
from ..experiment.markers import read_markers
from ..experiment.stages import due
from ..method.plan import plan

STATES = {
    "idle": "not started",
    "died": "stopped without a word (killed, or the machine went down)",
    "interrupted": "interrupted",
}


def describe(folder: Path) -> str:
    """What ``status`` prints: the stages, the last progress, warnings, the last error, the scores.

    Raises:
        InputError: there is no experiment.
    """
    followed = is_running(folder)  # before reading: what it wrote before its end is then read below
    elsewhere = read_elsewhere(folder)
    running = followed or (elsewhere is not None and elsewhere.is_alive)
    events, _ = read_events(folder / "events.jsonl")
    last = LastRun()
    for event in events:
        last.follow(event)
    has_begun = Experiment.exists(folder)
    state, *error = _state(folder, last.state(running, has_begun), last, elsewhere, _beforehand(events))
    if not has_begun and (running or last.said):
        return "\n".join([f"Experiment  {folder} (not begun)", state, *error])
    experiment = Experiment.load(folder)
    settings, cohort = experiment.settings, experiment.cohort
    iterations = settings.self_training.iterations
    lines = [
        f"Experiment  {folder}",
        f"Settings    preset {settings.preset}, translator {settings.translation.translator}, "
        f"{iterations} self-training iteration{'' if iterations == 1 else 's'}, seed {settings.seed}",
        f"Cohort      {len(cohort.source)} source, {len(cohort.target)} target, {len(cohort.evaluation)} evaluation cases",
    ]
    if elsewhere is not None:
        lines.append(f"Place       {elsewhere.place}, {elsewhere.folder}; this folder is a copy")
    lines.append(state)
    finished = [event for event in events if event.get("state") == "finished" and "stage" in event]
    durations = {event["stage"]: event.get("metrics", {}).get("seconds", 0) for event in finished}
    markers, stages = read_markers(folder), plan(settings, cohort)
    waiting = due(stages, markers, folder if elsewhere is None else None)
    for name in markers:
        if name not in waiting:
            lines.append(f"  done      {name:<32}{duration(durations.get(name, 0)):>12}")
    latest = next((event for event in reversed(events) if event["kind"] == "progress"), None)
    if latest and latest["stage"] in waiting:
        del waiting[latest["stage"]]
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in latest.get("metrics", {}).items())
        steps = f"{latest['step']} of {latest['total']}"
        lines.append(f"  {'now' if running else 'last':<10}{latest['stage']:<32}{steps:>12}  {numbers}".rstrip())
    lines += [f"  to do     {name}" for name in waiting]
    # Checks that failed before this experiment began warned of other scans.
    checked = max((index for index, event in enumerate(events) if event.get("stage") == CHECK and event["kind"] == "stage"), default=0)
    for warning in dict.fromkeys(event["message"] for event in events[checked:] if event["kind"] == "warning"):
        lines.append(f"Warning     {warning}")
    table = folder / "evaluation" / "table.md"
    if table.is_file():
        error += ["", table.read_text(encoding="utf-8", errors="replace").rstrip()]
    return "\n".join(lines + error)


def as_of(elsewhere: Elsewhere) -> str:
    """When a place was last asked, in this computer's time; with its date if that is not today's."""
    when = time.localtime(elsewhere.as_of)
    return time.strftime("%H:%M" if when[:3] == time.localtime()[:3] else "%Y-%m-%d %H:%M", when)


def _beforehand(events: list[Event]) -> str:
    """What is done before the first stage, as it was told last."""
    stage = next((event["stage"] for event in reversed(events) if event["kind"] in ("stage", "progress")), CHECK)
    return BEING_DONE.get(stage, BEING_DONE[CHECK])


def _state(folder: Path, state: str, last: LastRun, elsewhere: Elsewhere | None, beforehand: str) -> list[str]:
    """The line on the state and, after a failure, the one on its error."""
    if state in ("running", "checking"):
        worker = read_worker(folder)
        text = f"running (process {worker['pid']} on {worker['host']})" if worker else "running"
        if elsewhere is not None and elsewhere.is_alive:
            said, job = f": {elsewhere.state}" if elsewhere.state else "", f", job {elsewhere.job}" if elsewhere.job else ""
            text = f"running on {elsewhere.place}{job}{said} (as of {as_of(elsewhere)})"
        return [f"State       {text}{f': {beforehand}' if state == 'checking' else ''}"]
    lines = [f"State       {STATES.get(state, state)}{f'; {how_to_go_on(folder)}' if state in ('died', 'interrupted') else ''}"]
    return [*lines, f"Error       {last.error}"] if state == "failed" and last.error else lines
