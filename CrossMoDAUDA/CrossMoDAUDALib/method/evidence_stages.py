"""The stages that measure what tells, without labels, whether to trust a training's results on the target scans.

The results themselves are looked at on all scans. What takes further predictions (certainty, stability) is measured on at most
:data:`.evidence.MOST_SCANS` of them, each predicted up to five times without mirrored copies: of the scan itself and of four
small changes of it. Where a model averages over eight mirrored copies, that is less than four ordinary predictions in all.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.files import read_record, sha256, write_json
from ..core.layout import iteration_name
from ..core.progress import Progress, silent
from ..core.settings import Settings
from ..experiment.folder import Experiment
from ..images.volumes import Volume, read_label_map, to_canonical
from ..scoring.evidence import (
    Agreement,
    Shapes,
    agreement,
    body_box,
    certainty,
    completeness,
    expected_dices,
    likenesses,
    mean_by_structure,
    shapes,
)
from ..scoring.evidence import Shape as LabelShape
from ..scoring.recommendation import Candidate, distrust
from ..segmentation.predictor import Segmenter
from ..segmentation.small_changes import small_changes
from .adaptation import segmenter_of
from .evidence import REPAIR, Evidence, or_zero, pseudo_labels_agree, spread_evenly
from .plan import EVIDENCE, MEASURED_SCANS, Training, iteration
from .report import write_report

# A structure that fewer of the source labels show is not judged: that it is missing in a target scan would say nothing.
LEAST_SHOWN = 0.5


def measure_scans(experiment: Experiment, stage: str) -> None:
    """Measure the shapes of the source labels, and where the body lies in the target scans."""
    _measure_scans(experiment, experiment.folder, experiment.events.progress(stage))
    if not _judged(_measured_scans(experiment.folder / MEASURED_SCANS)[0], experiment.settings):
        message = (
            f"No structure is shown by {LEAST_SHOWN:.0%} of the source label maps, so nothing can be measured of the results without"
            " labels (evaluation.evidence)."
        )
        experiment.events.write("warning", stage=stage, message=message)


def measure_training(experiment: Experiment, stage: str, training: Training) -> None:
    """Measure a training's results on the target scans."""
    record = _measure_training(experiment, training, experiment.folder, experiment.events.progress(stage))
    against = distrust(Candidate(training.name, record.values, record.volume_ratio, record.scans))
    if against:
        message = f"Do not trust the results of {training.name.replace('_', ' ')}: {' '.join(against)}"
        experiment.events.write("warning", stage=stage, message=message)
    write_report(experiment)


def finished_iterations(experiment: Experiment) -> list[int]:
    """The iterations that have segmented the target scans, so that they can be measured."""
    iterations = range(experiment.settings.self_training.iterations + 1)
    return [number for number in iterations if experiment.is_complete(f"{iteration_name(number)}/predict")]


def measure_afterwards(experiment: Experiment, records: Path, progress: Progress = silent) -> None:
    """Measure the finished iterations of an experiment that was not asked to do it. What has been measured is kept.

    Args:
        experiment: only read.
        records: folder for what is measured, laid out as the experiment's.
        progress: told of each scan.

    Raises:
        InputError: the folder holds records of another experiment, or a scan has changed.
    """
    belongs, own = records / "belongs_to.json", {"experiment": sha256(experiment.folder / "experiment.json")}
    if belongs.is_file() and read_record(belongs, dict, REPAIR) != own:
        raise InputError(f"{records} holds what was measured of another experiment than {experiment.folder}; name another folder.")
    write_json(belongs, own)
    finished = finished_iterations(experiment)
    if finished and not (records / MEASURED_SCANS).is_file():
        _measure_scans(experiment, records, progress)
    for number in finished:
        if not (records / iteration_name(number) / EVIDENCE).is_file():
            _measure_training(experiment, iteration(number), records, progress)


def _measure_scans(experiment: Experiment, records: Path, progress: Progress) -> None:
    cohort, labels = experiment.cohort, experiment.settings.labels
    source, target, scans = {}, {}, len(cohort.source) + len(cohort.target)
    for number, case in enumerate(cohort.source, 1):
        assert case.label is not None  # the cohort check refuses a source case without
        scan = experiment.read(case.image)
        label = scan.with_array(experiment.read_label(case.label, case.image).array)
        source[case.id] = {structure: shape.to_json() for structure, shape in shapes(label, labels, body_box(scan)).items()}
        progress(number, scans, f"measured {case.id}")
    for number, case in enumerate(cohort.target, len(cohort.source) + 1):
        target[case.id] = body_box(experiment.read(case.image))
        progress(number, scans, f"measured {case.id}")
    write_json(records / MEASURED_SCANS, {"source": source, "target": target})


def _measure_training(experiment: Experiment, training: Training, records: Path, progress: Progress) -> Evidence:
    folder, labels, cases = experiment.folder / training.name, experiment.settings.labels, experiment.cohort.target
    source, bodies = _measured_scans(records / MEASURED_SCANS)
    judged = _judged(source, experiment.settings)
    target = [shapes(read_label_map(folder / "pseudo_labels" / f"{case.id}.nii.gz"), labels, bodies[case.id]) for case in cases]
    values: dict[str, dict[str, float]] = {"completeness": {name: completeness(target, source, name) for name in judged}}
    predicted = _predicted(experiment, training, records / training.name / "evidence", progress)
    values |= {criterion: or_zero(found, judged) for criterion, found in predicted.items()}
    ratios = {}
    for name in judged:
        found, usual = ([of_scan[name] for of_scan in group if name in of_scan] for group in (target, source))
        for criterion, value in likenesses(found, usual).items():
            values.setdefault(criterion, {})[name] = value or 0.0
        if found:
            ratios[name] = _median_ml(found) / _median_ml(usual)
    iterations = {}
    for earlier in map(iteration_name, range(training.iteration)):
        agreeing = [pseudo_labels_agree(case.id, experiment.settings.labels, folder, experiment.folder / earlier) for case in cases]
        iterations[earlier] = or_zero(mean_by_structure(agreeing), judged)
    record = Evidence(len(cases), values, ratios, iterations)
    record.write(records / training.name / EVIDENCE)
    return record


def _judged(source: Sequence[Shapes], settings: Settings) -> list[str]:
    """The structures that enough of the source labels show."""
    return [name for name in settings.labels if sum(name in found for found in source) >= LEAST_SHOWN * len(source) > 0]


def _median_ml(found: Sequence[LabelShape]) -> float:
    return float(np.median([shape.volume_ml for shape in found]))


def _measured_scans(path: Path) -> tuple[list[Shapes], dict[str, Any]]:
    """Shapes of each source label, and the body's box in each target scan by its case's name."""

    def parse(data: Any) -> tuple[list[Shapes], dict[str, Any]]:
        source = [{name: LabelShape.from_json(shape) for name, shape in found.items()} for found in data["source"].values()]
        return source, dict(data["target"])

    return read_record(path, parse, REPAIR)


# What takes predictions --------------------------------------------------------------------------------------------------------


def _predicted(experiment: Experiment, training: Training, records: Path, progress: Progress) -> dict[str, Agreement]:
    """Certainty, expected DSC and stability by structure, as means over some of the target scans; of each there is a record."""
    chosen, segmenter = spread_evenly(experiment.cohort.target), None
    measured: dict[str, list[Agreement]] = {}
    for number, case in enumerate(chosen, 1):
        path = records / f"{case.id}.json"
        if not path.is_file():
            segmenter = segmenter or segmenter_of(experiment, training)
            write_json(path, _predict(segmenter, to_canonical(experiment.read(case.image)), experiment.settings))
        record = read_record(path, lambda data: {criterion: dict(found) for criterion, found in data.items()}, REPAIR)
        for criterion, found in record.items():
            measured.setdefault(criterion, []).append(found)
        progress(number, len(chosen), f"looked at {case.id}")
    return {criterion: mean_by_structure(found) for criterion, found in measured.items()}


def _predict(segmenter: Segmenter, scan: Volume, settings: Settings) -> dict[str, Agreement]:
    label, probabilities = segmenter.segment_with_probabilities(scan, mirroring=False)
    found: dict[str, Agreement] = {"certainty": {}, "expected_dice": expected_dices(label, probabilities, settings.labels)}
    for channel, (name, value) in enumerate(sorted(settings.labels.items(), key=lambda label: label[1]), 1):
        mask = label.array == value
        found["certainty"][name] = certainty(probabilities[channel], mask, scan.geometry.spacing[::-1])
    del probabilities  # as large as the scan for every structure
    agreeing = []
    for changed in small_changes(scan, settings.intensity, segmenter.is_mirrored):
        after, _ = segmenter.segment_with_probabilities(changed.scan, mirroring=False)
        agreeing.append(agreement(*changed.compared(label.array, after.array), settings.labels))
    return {**found, "stability": mean_by_structure(agreeing)}
