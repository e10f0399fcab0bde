"""The experiments and studies below a folder, and how each stands: for a list of them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from ..core.errors import CrossModaError
from ..core.failures import explain
from ..core.layout import EXPERIMENTS
from ..experiment.events import Event
from ..experiment.folder import Experiment
from ..experiment.last_run import read_last_run, read_tail
from ..experiment.lock import is_running
from ..watching import experiments
from ..watching.experiments import Standing, best_score, read_table
from .failures import failures, told_by_study
from .request import SOURCE_ONLY, SUPERVISED, Study
from .tables import TABLE_CSV

END_BYTES = 1 << 12  # of an experiment's log, to see whether it is finished
ENTRIES_AT_ONCE = 500


def is_listed(folder: Path) -> bool:
    """Whether a folder holds an experiment or a study."""
    return Experiment.exists(folder) or Study.exists(folder)


def find(folder: Path) -> Iterator[Path | None]:
    """The experiments and studies in a folder and below it, in small steps, of which most find nothing (None).

    What lies in an experiment is not looked at, of a study only its experiments; nor are links, hidden folders and what may not
    be read.
    """
    waiting = [folder]
    while waiting:
        here = waiting.pop()
        try:
            is_study, is_experiment = Study.exists(here), Experiment.exists(here)
            yield here if is_study or is_experiment else None
            if is_study:
                waiting.append(here / EXPERIMENTS)
            elif not is_experiment:
                below = []
                with os.scandir(here) as entries:
                    for count, entry in enumerate(entries, start=1):
                        if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                            below.append(here / entry.name)
                        if count % ENTRIES_AT_ONCE == 0:
                            yield None
                waiting += sorted(below, reverse=True)
        except OSError:
            continue


class Lookout(experiments.Lookout):
    """As :class:`.watching.experiments.Lookout`, of studies too."""

    def __init__(self) -> None:
        super().__init__()
        self._studies: dict[Path, tuple[int, Study]] = {}
        self._told: dict[Path, tuple[int, dict[str, Event]]] = {}

    def forget(self, folder: Path) -> None:
        """Keep nothing of a folder."""
        super().forget(folder)
        self._studies.pop(folder, None)
        self._told.pop(folder, None)

    def look(self, folder: Path) -> Standing:
        """How an experiment or a study stands; never raises for what is wrong with its folder."""
        try:
            is_study = Study.exists(folder)
        except OSError:
            is_study = False
        if not is_study:
            return super().look(folder)
        try:
            return self._study(folder)
        except (CrossModaError, OSError) as error:
            self.forget(folder)
            return Standing(folder, "unreadable", explain(error)[0], is_study=True)

    def _study(self, folder: Path) -> Standing:
        changed = (folder / "study.json").stat().st_mtime_ns
        known = self._studies.get(folder)
        if known is None or known[0] != changed:
            known = self._studies[folder] = changed, Study.load(folder)
        study, running = known[1], is_running(folder)
        events, _is_cut = read_tail(folder, END_BYTES)
        last = read_last_run(folder, END_BYTES)
        is_done = [read_last_run(part, END_BYTES).said == "finished" for part in study.folders()]
        score = best_score(read_table(folder / TABLE_CSV), (SOURCE_ONLY, SUPERVISED))
        state = last.state(running, True)
        when = float(events[-1].get("time", 0)) if events else changed / 1e9
        return Standing(
            folder,
            state,
            (last.error or self._failed(study)) if state == "failed" else "",
            number=sum(is_done),
            stages=len(is_done),
            score=score,
            when=when,
            is_study=True,
        )

    def _failed(self, study: Study) -> str:
        """Why the first of the experiments that failed did; empty if that is not known."""
        changed = (study.folder / "events.jsonl").stat().st_mtime_ns
        known = self._told.get(study.folder)
        if known is None or known[0] != changed:
            known = self._told[study.folder] = changed, told_by_study(study.folder)
        found = failures(study, known[1], END_BYTES)
        every = [(f"{row.name}/seed_{seed}", f"{row.name}, seed {seed}") for row in study.rows for seed in study.seeds_of(row)]
        return next((f"{title} failed: {found[name]}" for name, title in every if name in found), "")
