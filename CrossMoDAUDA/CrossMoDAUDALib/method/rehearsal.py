"""A rehearsal: the method on a few scans with a few steps of each training, to measure what each step and scan takes here."""

from __future__ import annotations

import itertools
import math
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..cohort.finding import Case, Cohort
from ..cohort.label_maps import label_of
from ..core.settings import Settings, with_values
from ..experiment.events import Event
from ..experiment.folder import Experiment
from ..images.volumes import read_geometry
from .plan import iteration, plan

_CASES = 2
_TRANSLATOR_STEPS, _SEGMENTER_STEPS = 24, 10


@dataclass
class Costs:
    """Seconds that the parts of an experiment take on this computer.

    Attributes:
        translator_step, segmenter_step: one training step.
        segmenter_epoch: what an epoch of the segmenter takes beside its steps (validation, checkpoint).
        per_source, per_target: what each copy of a source scan takes to be translated, exported and prepared, each target scan to
            be segmented; once in every iteration for the latter.
        per_scan: what each scan of either domain takes once in the experiment, as to be cut into slices.
        rehearsal: what it took to measure that.
    """

    translator_step: float
    segmenter_step: float
    segmenter_epoch: float
    per_source: float
    per_target: float
    per_scan: float = 0.0
    rehearsal: float = 0.0


def rehearse(settings: Settings, cohort: Cohort, folder: Path, progress: Callable[..., None]) -> Costs:
    """Run the method on few scans with few steps, and measure.

    Args:
        folder: for its files; it is removed before and after.
        progress: told the stages done.
    """
    few, tiny = few_of(cohort, settings), rehearsed(settings)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        experiment = Experiment.create(folder, tiny, few, {})
        stages = plan(tiny, few)
        clock = _Clock([stage.name for stage in stages], progress)
        experiment.events.listeners.append(clock)
        experiment.carry_out(stages)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return clock.costs(len(few.source), len(few.target))


def rehearsed(settings: Settings) -> Settings:
    """The settings of a rehearsal: those of the experiment with few steps, and without stages that :class:`Costs` counts otherwise."""
    values = {
        "budget_minutes": 0,
        "translation.epochs": 1,
        "translation.decay_epochs": 0,
        "translation.pooled_epochs": 0,
        "translation.steps_per_epoch": _TRANSLATOR_STEPS,
        "translation.check_agreement": False,
        "translation.drop_failed": False,
        "segmentation.epochs": 1,
        "segmentation.iterations_per_epoch": _SEGMENTER_STEPS,
        "self_training.iterations": 0,
        "evaluation.source_only": False,
        "evaluation.evidence": False,
    }
    return with_values(settings, values)


def few_of(cohort: Cohort, settings: Settings) -> Cohort:
    """The scans of a rehearsal: of each domain two of middling size, those of the source with a structure in their label maps.

    Label maps are read until there are two, and no further.
    """
    shown = (case for case in _by_closeness_to_median(cohort.source) if case.label is None or _shows_structure(case, settings))
    source = tuple(itertools.islice(shown, _CASES)) or cohort.source[:_CASES]  # nnU-Net then says what is missing
    return Cohort(source, tuple(_by_closeness_to_median(cohort.target)[:_CASES]))


def _by_closeness_to_median(cases: Sequence[Case]) -> list[Case]:
    """The cases of middling size first: nnU-Net plans for the median, and so does the budget."""
    voxels = {case.image: math.prod(read_geometry(case.image).size) for case in cases}
    median = statistics.median(voxels.values())
    return sorted(cases, key=lambda case: abs(voxels[case.image] - median))


def _shows_structure(case: Case, settings: Settings) -> bool:
    values = label_of(case, settings).array
    return any(bool((values == value).any()) for value in settings.labels.values())


@dataclass
class _Clock:
    """Listens to a rehearsal and notes when each step was done."""

    stages: Sequence[str]
    progress: Callable[..., None]
    seconds: dict[str, float] = field(default_factory=dict)
    steps: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    def __call__(self, event: Event) -> None:
        stage, now = str(event.get("stage", "")), time.monotonic()
        if event["kind"] == "progress":
            self.steps.setdefault(stage, []).append((int(event["step"]), now))
        elif event.get("state") == "finished" and stage in self.stages:
            self.seconds[stage] = float(event["metrics"]["seconds"])
            self.steps.setdefault(stage, []).append((-1, now))
            self.progress(self.stages.index(stage) + 1, len(self.stages), stage)

    def costs(self, sources: int, targets: int) -> Costs:
        """What the stages' times say for each step and scan."""
        train, segmenter = "translation/train", f"{iteration(0).name}/train"
        predict = f"{iteration(0).name}/predict"
        once = ("translation/source_slices", "translation/target_slices", "pseudo_target/check")  # copies are not cut or looked at
        others = {stage: seconds for stage, seconds in self.seconds.items() if stage not in (train, segmenter, predict)}
        step, last = self._step(segmenter)
        return Costs(
            translator_step=self._step(train)[0] if train in self.seconds else 0.0,
            segmenter_step=step,
            segmenter_epoch=last,
            per_source=sum(seconds for stage, seconds in others.items() if stage not in once) / sources,
            per_target=self.seconds[predict] / targets,
            per_scan=sum(seconds for stage, seconds in others.items() if stage in once) / (sources + targets),
        )

    def _step(self, stage: str) -> tuple[float, float]:
        """Seconds of a step, the first left out, as it warms up; and those from the last one to the stage's end."""
        times = self.steps[stage]
        known = [(step, now) for step, now in times if step > 0]
        (first, began), (last, ended) = known[0], max(known, key=lambda known: known[0])
        return max(ended - began, 1e-3) / max(last - first, 1), max(times[-1][1] - ended, 0.0)
