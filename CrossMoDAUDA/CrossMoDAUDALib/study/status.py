"""What ``status`` tells of a study folder."""

from __future__ import annotations

from pathlib import Path

from ..core.progress import duration
from ..experiment.last_run import read_last_run
from ..experiment.lock import is_running, read_worker
from ..experiment.markers import read_markers
from ..watching.status import STATES
from .failures import failures
from .left_out import left_out_words
from .request import Part, Study
from .running import to_do
from .tables import TABLE


def describe(folder: Path) -> str:
    """What ``status`` prints: every experiment's state, the last error of each, the table.

    Raises:
        InputError: there is no study.
    """
    running = is_running(folder)
    study, last = Study.load(folder), read_last_run(folder)
    domains = ", ".join(f"{len(cases)} {domain}" for domain, cases in study.cohort.domains().items())
    holder, failed = read_worker(folder), failures(study)
    state = last.state(running, True)
    text = f"running (process {holder['pid']} on {holder['host']})" if running and holder else STATES.get(state, state)
    lines = [
        f"Study       {folder}",
        f"Settings    preset {study.preset}, {', '.join(f'{key}={value}' for key, value in study.values.items()) or 'no others'}",
        f"Cohort      {domains} cases" + (f", {len(study.labelled_target)} labelled for the ceiling" if study.has_ceiling else ""),
        f"State       {text}{f'; `study -o {folder}` goes on' if state in ('died', 'interrupted', 'failed') else ''}",
        *(_line(part, failed.get(part.name, "")) for part in study.parts()),
        *([f"Left out    {', '.join(left_out_words(study.without, failed))}"] if study.without else []),
    ]
    table = folder / TABLE
    if table.is_file():
        lines += ["", table.read_text(encoding="utf-8", errors="replace").rstrip()]
    return "\n".join(lines)


def _line(part: Part, failure: str) -> str:
    stages, waiting, markers = part.stages(), to_do(part), read_markers(part.folder)
    seconds = sum(marker.seconds for marker in markers.values() if not marker.shared_from)
    if not waiting:
        word, more = "done", duration(seconds)
    else:
        word = "now" if is_running(part.folder) else "failed" if failure else "to do"
        more = f"{len(stages) - len(waiting)} of {len(stages)} stages" + (f", next {waiting[0].name}" if len(waiting) < len(stages) else "")
    error = f"\n  Error     {failure}" if word == "failed" else ""
    return f"  {word:<10}{part.title:<34}{more}{error}"
