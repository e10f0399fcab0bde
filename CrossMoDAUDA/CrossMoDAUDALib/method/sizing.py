"""A training sized for the scans and the computer at hand: slices from the scans, steps from the time that they take here.

With the setting ``budget_minutes`` an experiment begins with a rehearsal: the method on a few of its own scans with a few
steps of each training. From the time that each stage took follows how many steps fit into the budget.
"""

from __future__ import annotations

import contextlib
import functools
import math
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..cohort.finding import Cohort
from ..cohort.pieces import structures_in_one_piece
from ..core.budget import fitted, left_open
from ..core.errors import InputError
from ..core.progress import duration
from ..core.settings import Settings, with_values
from ..experiment.events import REHEARSAL, STRUCTURES, EventLog
from ..images.volumes import canonical_grid, read_geometry
from .coarseness import finest_spacing
from .evidence import MOST_SCANS
from .rehearsal import Costs, rehearse

# Slices of whole scans, in pixels: below, organs are lost; above, a step takes too long where there is a budget.
_SMALLEST, _LARGEST, _MULTIPLE = 64, 256, 16
# The budget's parts. Self-training goes on from trained weights, and needs less.
_TRANSLATOR_SHARE, _SELF_TRAINING_SHARE = 0.4, 0.5  # of all training; of iteration 0's steps, in each later iteration
_KEPT_FREE = 0.1  # for what a rehearsal cannot know, as a computer that grows warm
_FEWEST_STEPS = 100
# With fewer a training is of little use: on the sets of docs/results.md, 400 steps of a segmenter at the least went on from 900.
_USEFUL_STEPS = 400
_TRANSLATOR, _SEGMENTER = "translator", "segmenter"  # who learns
_LATE = 1.1  # times the budget may be exceeded without a word
_MOST_MINUTES = 60 * 24 * 30  # a larger budget is no advice
# A look of the evidence, which is a prediction and what is measured of it, in predictions: 1.7 to 3.5 on abdominal scans.
_LOOK = 3.0
_MIRRORED_COPIES = 8


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
    costs = replace(costs, rehearsal=time.monotonic() - began)
    before, sized = sized, fitted(sized, for_time(sized, cohort, costs))
    log.write("stage", stage=REHEARSAL, state="finished", metrics={"seconds": round(costs.rehearsal, 1)})
    log.write("message", stage=REHEARSAL, message=in_words(sized, cohort, expected_seconds(sized, cohort, costs) + costs.rehearsal))
    for message in budget_warnings(before, cohort, costs):
        log.write("warning", stage=REHEARSAL, message=message)
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

    Each self-training iteration has half of iteration 0's steps. No training gets more than the preset ``paper`` gives it. The rehearsal
    is part of the budget: of what is kept free, or what it took beyond that.
    """
    is_open, translation, segmentation = left_open(settings), settings.translation, settings.segmentation
    fixed = expected_seconds(settings, cohort, costs, training=False)
    whole = 60 * settings.budget_minutes
    seconds = max(min(whole * (1 - _KEPT_FREE), whole - costs.rehearsal) - fixed, 0.0)
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


def budget_warnings(settings: Settings, cohort: Cohort, costs: Costs) -> list[str]:
    """What is wrong with a budget before anything is trained: too little for a training that is of use, or for what it needs.

    Args:
        settings: with the epochs still open that :func:`for_time` chooses.
        cohort, costs: of the experiment.

    Returns:
        At most one warning, which says what would help: as many minutes as are needed, and only what does help.
    """
    sized, budget = fitted(settings, for_time(settings, cohort, costs)), settings.budget_minutes
    needed, steps = expected_seconds(sized, cohort, costs) + costs.rehearsal, _open_steps(settings, sized, cohort)
    is_of_little_use = min(steps.values(), default=_USEFUL_STEPS) < _USEFUL_STEPS
    if not is_of_little_use and needed <= 60 * budget * _LATE:
        return []
    helps = ", ".join(_what_helps(settings, sized, cohort, costs)) or "fewer scans, smaller networks"
    if is_of_little_use:
        of_translator, of_segmenter = (steps.get(name, 0) for name in (_TRANSLATOR, _SEGMENTER))
        each = [f"{of_translator} of the translator"] * (_TRANSLATOR in steps) + [f"{of_segmenter} of the segmenter"] * (
            _SEGMENTER in steps
        )
        trained = " and ".join(each)
        return [
            f"budget_minutes={budget:g} leaves time for few training steps on this computer: {trained}. A model that has learned so little"
            f" is of little use, and takes about {duration(needed)} all the same. Stop it, unless you only try it out. What would help:"
            f" {helps}."
        ]
    return [f"What is set needs about {duration(needed)} on this computer, more than budget_minutes={budget:g}. What would help: {helps}."]


def _open_steps(settings: Settings, sized: Settings, cohort: Cohort) -> dict[str, int]:
    """The training steps of which the number was left open, by who learns."""
    is_open, translation, segmentation = left_open(settings), sized.translation, sized.segmentation
    found = {}
    if translation.translator != "none" and {"translation.epochs", "translation.decay_epochs"} <= set(is_open):
        found[_TRANSLATOR] = (translation.epochs + translation.decay_epochs) * _steps_per_epoch(sized, cohort)
    if "segmentation.epochs" in is_open:
        found[_SEGMENTER] = segmentation.epochs * segmentation.iterations_per_epoch
    return found


def _what_helps(settings: Settings, sized: Settings, cohort: Cohort, costs: Costs) -> list[str]:
    from ..compute.devices import resolve

    helps = []
    fixed = expected_seconds(settings, cohort, costs, training=False)
    minutes = 5 * math.ceil(max(settings.budget_minutes, fixed / 60) / 5)
    while minutes < _MOST_MINUTES:
        more = with_values(settings, {"budget_minutes": minutes})
        then = fitted(more, for_time(more, cohort, costs))
        is_useful = min(_open_steps(more, then, cohort).values(), default=_USEFUL_STEPS) >= _USEFUL_STEPS
        if is_useful and expected_seconds(then, cohort, costs) + costs.rehearsal <= 60 * minutes * _LATE:
            helps.append(f"--set budget_minutes={minutes} in a new folder")
            break
        minutes = 5 * math.ceil(minutes * 1.1 / 5)
    if resolve(settings.device).type == "cpu":
        helps.append("a GPU, here or on another computer")
    if expected_seconds(sized, cohort, costs, training=False) > 30 * settings.budget_minutes:  # what is done for each scan takes half
        helps.append("fewer scans")
    elif sized.translation.translator != "none" and _can_be_smaller(sized):
        helps.append("a smaller translation.image_size")
    return helps


def _can_be_smaller(settings: Settings) -> bool:
    size = settings.translation.image_size
    for smaller in range(_SMALLEST, size, _MULTIPLE):
        with contextlib.suppress(InputError):
            with_values(settings, {"translation.image_size": smaller})
            return True
    return False


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

    return steps_per_epoch(settings.translation, *_slices(cohort))


@functools.lru_cache(maxsize=8)  # a search for the budget asks hundreds of times, and each would read every header again
def _slices(cohort: Cohort) -> tuple[int, int]:
    """How many slices the source and the target scans have."""
    source, target = (sum(canonical_grid(read_geometry(case.image)).size[2] for case in cases) for cases in (cohort.source, cohort.target))
    return source, target


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
