"""A training sized for the scans and the computer at hand: slices from the scans, steps from the time that they take here.

With the setting ``budget_minutes`` an experiment begins with a rehearsal: the method on a few of its own scans with a few
steps of each training. From the time that each stage took follows how many steps fit into the budget.
"""

from __future__ import annotations

import contextlib
import itertools
import math
import shutil
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..cohort.finding import Case, Cohort
from ..cohort.label_maps import label_of
from ..cohort.pieces import structures_in_one_piece
from ..core.budget import fitted, left_open
from ..core.errors import InputError
from ..core.progress import duration
from ..core.settings import Settings, with_values
from ..experiment.events import REHEARSAL, STRUCTURES, Event, EventLog
from ..experiment.folder import Experiment
from ..images.volumes import canonical_grid, read_geometry
from .coarseness import finest_spacing
from .evidence import MOST_SCANS
from .plan import iteration, plan

# Slices of whole scans, in pixels: below, organs are lost; above, a step takes too long where there is a budget.
_SMALLEST, _LARGEST, _MULTIPLE = 64, 256, 16
_CASES = 2
_TRANSLATOR_STEPS, _SEGMENTER_STEPS = 24, 10
# The budget's parts. Self-training goes on from trained weights, and needs less.
_TRANSLATOR_SHARE, _SELF_TRAINING_SHARE = 0.4, 0.5  # of all training; of iteration 0's steps, in each later iteration
_KEPT_FREE = 0.1  # for what a rehearsal cannot know, as a computer that grows warm
_FEWEST_STEPS = 100
# A look of the evidence, which is a prediction and what is measured of it, in predictions: 1.7 to 3.5 on abdominal scans.
_LOOK = 3.0
_MIRRORED_COPIES = 8


@dataclass
class Costs:
    """Seconds that the parts of an experiment take on this computer.

    Attributes:
        translator_step, segmenter_step: one training step.
        segmenter_epoch: what an epoch of the segmenter takes beside its steps (validation, checkpoint).
        per_source, per_target: what each copy of a source scan takes to be translated, exported and prepared, each target scan to
            be segmented; once in every iteration for the latter.
        per_scan: what each scan of either domain takes once in the experiment, as to be cut into slices.
    """

    translator_step: float
    segmenter_step: float
    segmenter_epoch: float
    per_source: float
    per_target: float
    per_scan: float = 0.0


def fit(settings: Settings, cohort: Cohort, folder: Path, log: EventLog) -> Settings:
    """Choose the settings that a time budget leaves open (:func:`.core.budget.left_open`).

    Args:
        settings: with ``budget_minutes`` above 0.
        cohort: checked scans; few of them are worked on.
        folder: the experiment's; the rehearsal's files are removed from it.
        log: told what was measured and chosen.
    """
    return fit_and_measure(settings, cohort, folder, log)[0]


def fit_and_measure(
    settings: Settings, cohort: Cohort, folder: Path, log: EventLog, others: Sequence[Settings] = ()
) -> tuple[Settings, Costs]:
    """As :func:`fit`, with what was measured for it.

    Args:
        others: of further experiments that are to have slices of one size with this one.
    """
    log.write("stage", stage=REHEARSAL, state="started")
    began = time.monotonic()
    sized = fitted(settings, for_scans(settings, cohort, others))
    costs = rehearse(sized, cohort, folder / REHEARSAL, log.progress(REHEARSAL))
    sized = fitted(sized, for_time(sized, cohort, costs))
    log.write("stage", stage=REHEARSAL, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})
    needed = expected_seconds(sized, cohort, costs)
    log.write("message", stage=REHEARSAL, message=in_words(sized, cohort, needed))
    if needed > 60 * settings.budget_minutes * 1.1:
        log.write(
            "warning",
            stage=REHEARSAL,
            message=f"These scans need about {duration(needed)} on this computer even with the fewest useful training steps,"
            f" more than budget_minutes={settings.budget_minutes:g}; take fewer scans, a smaller translation.image_size or more time.",
        )
    return sized, costs


def for_scans(settings: Settings, cohort: Cohort, others: Sequence[Settings] = ()) -> dict[str, float]:
    """What follows from the scans alone, of that which is left open.

    ``translation.image_size``: the median of the longer sides of the slices of both domains, as a multiple of 16 pixels from 64
    to 256; where the translators cannot have such slices, the next size that all can have. ``segmentation.finest_spacing``: see
    :func:`.coarseness.finest_spacing`.

    Args:
        settings, cohort: of the experiment.
        others: as for :func:`fit_and_measure`.
    """
    is_open = left_open(settings)
    found: dict[str, float] = {}
    if "translation.image_size" in is_open:
        found |= _image_size([settings, *others], cohort)
    if "segmentation.finest_spacing" in is_open:
        found["segmentation.finest_spacing"] = finest_spacing(settings, cohort.source)
    return found


def for_labels(settings: Settings, cohort: Cohort, log: EventLog) -> Settings:
    """Choose what is left to the source labels (:func:`.core.budget.left_to_labels`): structures that they show in one piece.

    Args:
        cohort: checked scans.
        log: told what was found.
    """
    log.write("stage", stage=STRUCTURES, state="started")
    began = time.monotonic()
    found = structures_in_one_piece(cohort.source, settings.labels, settings.reading.merged_values, log.progress(STRUCTURES))
    log.write("stage", stage=STRUCTURES, state="finished", metrics={"seconds": round(time.monotonic() - began, 1)})
    if found:
        names = ", ".join(found)
        message = f"All source label maps show these in one piece, so predictions keep the largest connected component: {names}."
        told = f"{message} Set self_training.single_by_labels=false where target patients may have several."
        log.write("message", stage=STRUCTURES, message=told)
    return fitted(settings, {"self_training.largest_component": found})


def sizes_from(wanted: int) -> Iterator[int]:
    """What ``translation.image_size`` may be: from ``wanted`` up to 256 pixels, then what is below, down to 64."""
    yield from range(wanted, _LARGEST + 1, _MULTIPLE)
    yield from range(wanted - _MULTIPLE, _SMALLEST - 1, -_MULTIPLE)


def _image_size(several: Sequence[Settings], cohort: Cohort) -> dict[str, float]:
    sides = [max(canonical_grid(read_geometry(case.image)).size[:2]) for case in (*cohort.source, *cohort.target)]
    wanted = min(max(_MULTIPLE * math.ceil(statistics.median(sides) / _MULTIPLE), _SMALLEST), _LARGEST)
    for size in sizes_from(wanted):
        with contextlib.suppress(InputError):
            for settings in several:
                with_values(settings, {"translation.image_size": size})
            return {"translation.image_size": size}
    return {}  # then it is as it was


def for_time(settings: Settings, cohort: Cohort, costs: Costs) -> dict[str, int]:
    """The epochs that fill the budget and are left open: two fifths of the training time are the translator's.

    Each self-training iteration has half of iteration 0's steps. No training gets more than the preset ``paper`` gives it.
    """
    is_open, translation, segmentation = left_open(settings), settings.translation, settings.segmentation
    fixed = expected_seconds(settings, cohort, costs, training=False)
    seconds = max(60 * settings.budget_minutes * (1 - _KEPT_FREE) - fixed, 0.0)
    found: dict[str, int] = {}
    for_translator = _translator_seconds(settings, cohort, costs)
    if for_translator and {"translation.epochs", "translation.decay_epochs"} <= set(is_open):
        for_translator = seconds * _TRANSLATOR_SHARE
        steps = max(for_translator / costs.translator_step, _FEWEST_STEPS)
        half = min(max(round(steps / _steps_per_epoch(settings, cohort) / 2), 1), Settings().translation.epochs)
        if "translation.pooled_epochs" not in is_open:
            half = max(half, translation.pooled_epochs + 1)  # which are kept of the decay
        found |= {"translation.epochs": half, "translation.decay_epochs": half}
        if half <= translation.pooled_epochs:
            found["translation.pooled_epochs"] = half - 1
    seconds = max(seconds, for_translator)
    shares = 1 + _SELF_TRAINING_SHARE * settings.self_training.iterations + _compares(settings, cohort)
    epoch = costs.segmenter_step * segmentation.iterations_per_epoch + costs.segmenter_epoch
    epochs = min((seconds - for_translator) / shares / epoch, Settings().segmentation.epochs)
    fewest = math.ceil(_FEWEST_STEPS / segmentation.iterations_per_epoch)
    if "segmentation.epochs" in is_open:
        found["segmentation.epochs"] = max(round(epochs), fewest)
    if "self_training.epochs" in is_open:
        found["self_training.epochs"] = max(round(epochs * _SELF_TRAINING_SHARE), fewest)
    return found


def expected_seconds(settings: Settings, cohort: Cohort, costs: Costs, training: bool = True) -> float:
    """The time that an experiment takes, with or without its trainings."""
    iterations, translation = settings.self_training.iterations, settings.translation
    translates, compares = translation.translator != "none", _compares(settings, cohort)
    seconds = len(cohort.source) * costs.per_source * (1 + translates * translation.pooled_epochs + compares)
    seconds += (len(cohort.source) + len(cohort.target)) * costs.per_scan
    segmented = (iterations + 1) * (len(cohort.target) + len(cohort.evaluation)) + compares * len(cohort.evaluation)
    segmented += len(cohort.source) * (translates and translation.check_agreement)
    seconds += (segmented + _looked_at(settings, cohort)) * costs.per_target
    if not training:
        return seconds
    seconds += _translator_seconds(settings, cohort, costs)
    epochs = settings.segmentation.epochs * (1 + compares) + iterations * (settings.self_training.epochs or settings.segmentation.epochs)
    return seconds + epochs * (settings.segmentation.iterations_per_epoch * costs.segmenter_step + costs.segmenter_epoch)


def _looked_at(settings: Settings, cohort: Cohort) -> float:
    """What the evidence of all trainings takes (:func:`.evidence_stages.measure_training`), in predictions."""
    if not settings.evaluation.evidence:
        return 0.0
    scans = min(len(cohort.target), MOST_SCANS) * (settings.self_training.iterations + 1)
    # Each is predicted as it is, brightened, with noise and shifted; by a model that averages mirrored copies also mirrored, and
    # then without these.
    return scans * _LOOK * (5 / _MIRRORED_COPIES if settings.segmentation.mirroring else 4)


def _compares(settings: Settings, cohort: Cohort) -> bool:
    """Whether a further segmenter is trained, on the source scans as they are."""
    return settings.evaluation.source_only and settings.translation.translator != "none" and bool(cohort.evaluation)


def _translator_seconds(settings: Settings, cohort: Cohort, costs: Costs) -> float:
    translation = settings.translation
    if translation.translator == "none":
        return 0.0
    return (translation.epochs + translation.decay_epochs) * _steps_per_epoch(settings, cohort) * costs.translator_step


def _steps_per_epoch(settings: Settings, cohort: Cohort) -> int:
    if settings.translation.steps_per_epoch:  # scans need not be looked at
        return settings.translation.steps_per_epoch
    from ..translation.slices import steps_per_epoch

    source, target = (sum(canonical_grid(read_geometry(case.image)).size[2] for case in cases) for cases in (cohort.source, cohort.target))
    return steps_per_epoch(settings.translation, source, target)


def in_words(settings: Settings, cohort: Cohort, seconds: float) -> str:
    """What was chosen, in a sentence for people."""
    translation, segmentation, iterations = settings.translation, settings.segmentation, settings.self_training.iterations
    parts = []
    if translation.translator != "none":
        steps = (translation.epochs + translation.decay_epochs) * _steps_per_epoch(settings, cohort)
        parts.append(f"slices of {translation.image_size} pixels, {steps} training steps of the translator")
    seen = f", which sees the scans no finer than {segmentation.finest_spacing:g} mm" if segmentation.finest_spacing else ""
    parts.append(f"{segmentation.epochs * segmentation.iterations_per_epoch} of the segmenter{seen}")
    if iterations:
        again = (settings.self_training.epochs or segmentation.epochs) * segmentation.iterations_per_epoch
        parts.append(f"{again} in each of {iterations} self-training iteration{'' if iterations == 1 else 's'}")
    return f"Chosen for these scans and this computer: {', '.join(parts)}. In all about {duration(seconds)}."


# The rehearsal -----------------------------------------------------------------------------------------------------------------


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
