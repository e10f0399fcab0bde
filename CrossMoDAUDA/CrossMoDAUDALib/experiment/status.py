"""What ``status`` tells of an experiment folder."""

from __future__ import annotations

from pathlib import Path

from ..core.progress import duration
from .events import CHECK, Event, read_events
from .folder import Experiment
from .lock import is_running, read_worker

_STOPPED = "stopped without a word (killed, or the machine went down)"
_AGAIN = "; run the same command to continue"


def describe(folder: Path) -> str:
    """What ``status`` prints: the stages, the last progress, warnings, the last error, the scores.

    Raises:
        InputError: there is no experiment.
    """
    events, _ = read_events(folder / "events.jsonl")
    running = is_running(folder)
    if not Experiment.exists(folder) and (running or any(event["kind"] == "run" for event in events)):
        return "\n".join([f"Experiment  {folder} (not begun)", *_state(folder, events, running)])
    experiment = Experiment.load(folder)
    settings, cohort = experiment.settings, experiment.cohort
    iterations = settings.self_training.iterations
    lines = [
        f"Experiment  {folder}",
        f"Settings    preset {settings.preset}, translator {settings.translation.translator}, "
        f"{iterations} self-training iteration{'' if iterations == 1 else 's'}, seed {settings.seed}",
        f"Cohort      {len(cohort.source)} source, {len(cohort.target)} target, {len(cohort.evaluation)} evaluation cases",
    ]
    state, *error = _state(folder, events, running)
    lines.append(state)
    finished = [event for event in events if event.get("state") == "finished" and "stage" in event]
    durations = {event["stage"]: event.get("metrics", {}).get("seconds", 0) for event in finished}
    for stage in experiment.completed_stages():
        lines.append(f"  done      {stage:<32}{duration(durations.get(stage, 0)):>12}")
    latest = next((event for event in reversed(events) if event["kind"] == "progress"), None)
    if latest and latest["stage"] != CHECK and not experiment.is_complete(latest["stage"]):
        numbers = ", ".join(f"{name} {value:.4g}" for name, value in latest.get("metrics", {}).items())
        steps = f"{latest['step']} of {latest['total']}"
        lines.append(f"  {'now' if running else 'last':<10}{latest['stage']:<32}{steps:>12}  {numbers}".rstrip())
    # Checks that failed before this experiment began warned of other scans.
    checked = max((index for index, event in enumerate(events) if event.get("stage") == CHECK and event["kind"] == "stage"), default=0)
    for warning in dict.fromkeys(event["message"] for event in events[checked:] if event["kind"] == "warning"):
        lines.append(f"Warning     {warning}")
    table = folder / "evaluation" / "table.md"
    if table.is_file():
        error += ["", table.read_text(encoding="utf-8", errors="replace").rstrip()]
    return "\n".join(lines + error)


def _state(folder: Path, events: list[Event], running: bool) -> list[str]:
    """The line on the state and, after a failure, the one on its error."""
    state = next((str(event.get("state", "")) for event in reversed(events) if event["kind"] == "run"), "not started")
    if running:
        worker = read_worker(folder)
        checking = "" if Experiment.exists(folder) else ": checking the scans"
        who = f" (process {worker['pid']} on {worker['host']})" if worker else ""
        return [f"State       running{who}{checking}"]
    if state == "started":
        return [f"State       {_STOPPED}{_AGAIN}"]
    lines = [f"State       {state}{_AGAIN if state == 'interrupted' else ''}"]
    failure = next((event for event in reversed(events) if event["kind"] == "error"), None)
    if state == "failed" and failure:
        lines.append(f"Error       {failure['message']}")
    return lines
