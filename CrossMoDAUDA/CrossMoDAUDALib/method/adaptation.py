"""The method, from top to bottom: a function for each box of the paper's Fig. 1. Their order, and what each reads and writes, is
in :mod:`.plan`.

Every box is a stage of the experiment: done once, skipped when it is complete, continued where it was killed.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..compute import checkpoints, devices, distributed
from ..compute.acceleration import Acceleration, keep_precision
from ..compute.nodes import NodeDevice
from ..core.files import read_json, write_json
from ..core.layout import iteration_name
from ..core.parallel import helper_count
from ..experiment.folder import Experiment
from ..images.intensity import network_image, scaled_signal
from ..images.volumes import BackgroundWriter, Volume, read_geometry, read_label_map, read_volume
from ..models.model_folder import read_model
from ..models.plans import CONFIGURATION
from ..scoring import evaluation, plausibility
from ..scoring.evidence import expected_dices
from ..segmentation import preparation
from ..segmentation import training as trainings
from ..segmentation.dataset import (
    TrainingCase,
    export_image,
    export_label,
    outside_patient,
    scaled_scan,
    write_description,
)
from ..segmentation.nnunet import nnunet_session
from ..segmentation.on_cpu import precision_of
from ..segmentation.predictor import Segmenter
from ..translation.pooling import kept_epochs, kept_weights
from ..translation.samples import OUTLINES, SAMPLES, write_outlines
from ..translation.slices import build_label_slices, build_slices
from ..translation.trained import TrainedTranslator
from ..translation.training import train as train_translator
from . import pseudo_labels, report_renewal
from .plan import (
    LABEL_SLICES,
    PRECISION,
    PRECISION_FILE,
    PREPROCESSED,
    PSEUDO_TARGET,
    SELF_TRAINING,
    SOURCE_ONLY,
    SOURCE_ONLY_ROW,
    SUMMARIES,
    Training,
    checks_brightness,
    chooses,
    doubts,
    expectations,
    plan,
    uses_labels,
)
from .report import write_report
from .titles import row_title
from .training_cases import (
    cases_to_learn_from,
    is_untranslated,
    left_out_targets,
    pooled_copies,
    raw_folder,
    scaled_copies,
    settings_for,
    source_cases,
    target_cases,
    with_copies,
)

if TYPE_CHECKING:
    import torch

    from ..cohort.finding import Case
    from ..core.settings import Settings
    from ..experiment.stages import Stage


def adapt(experiment: Experiment, stages: Sequence[Stage] | None = None) -> None:
    """Adapt a segmenter from the labelled source domain to the unlabelled target domain (paper section 2, Fig. 1).

    Args:
        experiment: locked by the caller; its folder is filled and its events tell the progress.
        stages: only these of its stages, in their order; None for all.

    Raises:
        CrossModaError: what went wrong and what to do; what was finished stays finished.
    """
    _remove_half_written(experiment.folder)
    report_renewal.begin(experiment.folder)
    experiment.carry_out(plan(experiment.settings, experiment.cohort) if stages is None else stages)
    report_renewal.finish(experiment)


# Image translation (section 2.1) -----------------------------------------------------------------------------------------------


def cut_slices(experiment: Experiment, stage: str, domain: str) -> None:
    """Cut a domain's scans into slices. Source labels are cut too if the translator uses them."""
    settings, cases = experiment.settings, experiment.cohort.domains()[domain]
    scans, labelled = [case.image for case in cases], [(case.image, case.label) for case in cases if case.label is not None]
    if domain == "source" and uses_labels(settings):
        build_label_slices(labelled, experiment.folder / LABEL_SLICES, settings)
        experiment.refuse_changed(*(label for _, label in labelled))
    build_slices(scans, _slices(experiment, domain), settings, experiment.events.progress(stage))
    experiment.refuse_changed(*scans)


def train_translation(experiment: Experiment, stage: str) -> None:
    """Train the translator on slices of both domains."""
    folder, settings = experiment.folder / "translation", experiment.settings
    batch = settings.translation.batch_size
    used, first = _usable_devices(experiment, stage, batch, f"a batch of {batch} slices is shared evenly")
    begun = _before_records(settings, first) if any(folder.glob("checkpoint*.pt")) else None
    settings = keep_precision(settings, first, experiment.folder / PRECISION, begun)
    arithmetic, devices = Acceleration.choose(settings, first), ", ".join(map(str, used))
    on_cpu = f"Training the translator in {arithmetic} on the CPU."
    told = on_cpu if first.type == "cpu" else f"Training the translator in {arithmetic} on {devices}."
    experiment.events.write("message", stage=stage, message=told)
    _drop_damaged_checkpoints(experiment, stage, folder)
    _draw_outlines(experiment, folder / SAMPLES)
    arguments = (_slices(experiment, "source"), _slices(experiment, "target"), folder, settings)
    labels = experiment.folder / LABEL_SLICES if uses_labels(settings) else None
    distributed.run(functools.partial(train_translator, label_slices=labels), arguments, used, experiment.events.progress(stage))


def _draw_outlines(experiment: Experiment, folder: Path) -> None:
    """Draw where the labels are in the source slices that the samples show. They only help to look at these: nothing fails with them."""
    cases = [(case.image, case.label) for case in experiment.cohort.source if case.label is not None]
    with contextlib.suppress(Exception):
        if len(cases) == len(experiment.cohort.source) and not (folder / OUTLINES).is_file():
            write_outlines(folder, _slices(experiment, "source"), cases, experiment.settings)


def translate_source(experiment: Experiment, stage: str) -> None:
    """Turn every labelled source scan into a pseudo-target image on its own grid."""
    progress = experiment.events.progress(stage)
    settings, device = experiment.settings, devices.resolve_all(experiment.settings.device)[0]
    record = experiment.folder / PRECISION
    # In what it was trained in; an older experiment does not say.
    before = None if record.is_file() else _before_records(settings, device)
    if record.is_file():
        settings = keep_precision(settings, device, record)
    precision, cases = before or Acceleration.choose(settings, device).precision, experiment.cohort.source
    kept = kept_epochs(settings.translation)
    for turn, epoch in enumerate((None, *kept)):
        weights = kept_weights(experiment.folder / "translation", epoch) if epoch else None
        translator = TrainedTranslator.load(experiment.folder, settings.device, precision, weights)
        with BackgroundWriter() as writer:
            for index, case in enumerate(cases, 1):
                path = experiment.pseudo_target(case, epoch)
                if not path.is_file():
                    writer.write(translator.translate(experiment.read(case.image)), path)
                progress(turn * len(cases) + index, (1 + len(kept)) * len(cases), f"translated {case.id}")


def _before_records(settings: Settings, device: torch.device) -> str | None:
    """The precision in which versions that kept no record of it trained a translator, where it is not today's."""
    return "fp32" if settings.precision == "auto" and device.type == "cpu" else None


# The data sets that nnU-Net learns from ----------------------------------------------------------------------------------------


def export_source(experiment: Experiment, stage: str, dataset: str) -> None:
    """Write the source domain with its real labels as an nnU-Net data set: translated, or as it is."""
    raw, settings, listed = raw_folder(experiment), experiment.settings, source_cases(experiment, dataset)
    progress, summaries = experiment.events.progress(stage), {}
    for number, files in enumerate(listed, 1):
        case = experiment.cohort.source[files.index]
        assert case.label is not None  # the cohort check refuses a source case without
        scan = experiment.read(case.image)
        if is_untranslated(experiment, dataset):
            image = scaled_scan(scan, settings.intensity)
        else:
            pseudo_target = read_volume(experiment.pseudo_target(case)).array
            image = scan.with_array(network_image(pseudo_target, outside_patient(scan.array)))
        export_image(image, files.image)
        # On the scan's grid, of which a file's rounding could else make another orientation.
        label = scan.with_array(experiment.read_label(case.label, case.image).array)
        export_label(label, settings.labels, files.label)
        for copy, epoch in pooled_copies(experiment, dataset, files):
            pooled = read_volume(experiment.pseudo_target(case, epoch)).array
            export_image(scan.with_array(network_image(pooled, outside_patient(scan.array))), copy.image)
        for copy, structure, factor in scaled_copies(experiment, dataset, files):
            scaled = scaled_signal(image.array, label.array == settings.labels[structure], factor)
            export_image(image.with_array(scaled), copy.image)
        summaries[files.name] = plausibility.summarise(label, settings.labels).to_json()
        progress(number, len(listed), f"exported {case.id}")
    write_json(raw / dataset / SUMMARIES, summaries)
    write_description(raw / dataset, with_copies(experiment, dataset, listed), settings.labels)


def export_target(experiment: Experiment, stage: str, training: Training) -> None:
    """Write the target domain with the last iteration's pseudo-labels, beside the pseudo-target images (section 2.2)."""
    settings, cases, listed = experiment.settings, experiment.cohort.target, target_cases(experiment)
    missing: dict[str, list[str]] = {}
    changed: dict[str, dict[str, tuple[int, int]]] = {}
    expected: dict[str, dict[str, float | None]] = {}
    progress, before = experiment.events.progress(stage), experiment.folder / training.before
    refines = settings.self_training.refinement != "off"
    improves = refines or checks_brightness(settings)

    def export(case: Case, to: Path, untouched: Sequence[str] = ()) -> None:
        pseudo_label = read_label_map(before / "pseudo_labels" / f"{case.id}.nii.gz")
        if improves:
            doubtful = read_label_map(before / "doubts" / f"{case.id}.nii.gz") if refines else None
            scan = experiment.read(case.image)
            pseudo_label, changed[case.id] = pseudo_labels.improve(pseudo_label, scan, settings, doubtful, untouched)
        geometry = read_geometry(case.image)
        experiment.refuse_changed(case.image)
        export_label(Volume(pseudo_label.array, geometry), settings.labels, to)
        missing[case.id] = pseudo_labels.missing_structures(pseudo_label.array, settings.labels)

    for number, (case, files) in enumerate(zip(cases, listed, strict=True), 1):
        if not files.image.is_file():
            export_image(scaled_scan(experiment.read(case.image), settings.intensity), files.image)
        export(case, files.label)
        if settings.self_training.least_expected_dice:
            expected[case.id] = pseudo_labels.read_expected(before / "expected" / f"{case.id}.json")
        progress(number, len(cases), f"exported {case.id}")
    if chooses(settings):
        optional = pseudo_labels.optional_structures(read_model(before / "model").trained_on)
        untouched = pseudo_labels.contradicted(settings, missing, changed, optional)
        for case, files in zip(cases, listed, strict=True):
            if untouched:
                export(case, files.label, untouched)
        choice = pseudo_labels.choose(experiment, stage, missing, changed, expected, optional, untouched)
        choice.write(experiment.folder / training.choice)
        write_report(experiment)
    write_description(raw_folder(experiment) / training.dataset, cases_to_learn_from(experiment, training), settings.labels)


# Segmentation and self-training (section 2.2) ----------------------------------------------------------------------------------


def prepare(experiment: Experiment, stage: str, training: Training) -> None:
    """Plan and preprocess as nnU-Net does. For scans that are already preprocessed, only new pseudo-labels are preprocessed."""
    settings, progress = experiment.settings, experiment.events.progress(stage)
    dataset, helpers = training.dataset, helper_count(settings.helper_processes)
    cases = cases_to_learn_from(experiment, training)
    raw, preprocessed, own = _nnunet_folders(experiment, training)
    like = PSEUDO_TARGET if dataset == SELF_TRAINING else ""
    with nnunet_session(raw, preprocessed, own, own / "nnunet.log"):
        preparation.plan_network(raw, preprocessed, dataset, settings.segmentation, helpers, progress)
        targets = [files for files in cases if files.is_pseudo_labelled]
        relabelled = preparation.preprocessed_cases(preprocessed, dataset, targets, CONFIGURATION)
        preparation.preprocess(preprocessed, dataset, cases, CONFIGURATION, helpers, progress, like)
        preparation.preprocess_labels(preprocessed, dataset, relabelled, CONFIGURATION, helpers, progress)
    _summarise(experiment, training, cases)


def train_segmenter(experiment: Experiment, stage: str, training: Training) -> None:
    """Train nnU-Net."""
    settings = settings_for(experiment, training)
    start_from = None
    if settings.self_training.warm_start and training.iteration:
        start_from = experiment.folder / training.before / "model"
    folders = _nnunet_folders(experiment, training)
    _, preprocessed, own = folders
    batch = preparation.batch_size(preprocessed, training.dataset, CONFIGURATION)
    used, first = _usable_devices(experiment, stage, batch, f"nnU-Net planned a batch of {batch}, which is shared evenly")
    # On the CPU augmentation processes would only take the training's cores, and make it irreproducible.
    augmentation = helper_count(settings.helper_processes) if first.type != "cpu" or settings.helper_processes > 0 else 0
    _drop_damaged_checkpoints(experiment, stage, own / training.dataset)
    if first.type == "cpu":  # on GPUs nnU-Net has a mixed precision of its own
        record, begun = own / PRECISION_FILE, any((own / training.dataset).rglob("checkpoint_*.pth"))
        # Versions that wrote no record trained in float32.
        settings = keep_precision(settings, first, record, "fp32" if begun else precision_of(settings.precision, first))
        experiment.events.write("message", stage=stage, message=f"Training the segmenter in {settings.precision} on the CPU.")
    arguments = (folders, own / "nnunet.log", augmentation, training.dataset, own / "model", settings, training.iteration, start_from)
    left_out = [files.name for files in left_out_targets(experiment, training)]  # which an earlier iteration may have prepared
    function = functools.partial(trainings.train_in_session, left_out=left_out)
    warm = distributed.run(function, arguments, used, experiment.events.progress(stage))
    if start_from and not warm:
        message = "nnU-Net's plan changed: this iteration was trained anew, with as many steps as iteration 0."
        experiment.events.write("warning", stage=stage, message=message)


def predict_target(experiment: Experiment, stage: str, training: Training) -> None:
    """Segment the target domain's training scans (pseudo-labels) and the evaluation scans."""
    cohort, own = experiment.cohort, experiment.folder / training.name
    work = [(case, own / "evaluation" / f"{case.id}.nii.gz") for case in cohort.evaluation]
    if training.labels_target:
        work = [(case, own / "pseudo_labels" / f"{case.id}.nii.gz") for case in cohort.target] + work
    settings, progress = experiment.settings, experiment.events.progress(stage)
    doubted, weighed = bool(doubts(settings, training.iteration)), bool(expectations(settings, training.iteration))
    segmenter = segmenter_of(experiment, training)
    with BackgroundWriter() as writer:
        for index, (case, path) in enumerate(work, 1):
            is_learned_from = path.parent.name == "pseudo_labels"
            doubt = own / "doubts" / path.name if doubted and is_learned_from else path
            expected = own / "expected" / f"{case.id}.json" if weighed and is_learned_from else path
            if not all(file.is_file() for file in (path, doubt, expected)):
                scan = experiment.read(case.image)
                if doubt == expected:  # both are the label map
                    writer.write(segmenter.segment(scan), path)
                else:
                    label, probabilities = segmenter.segment_with_probabilities(scan)
                    if doubt != path:
                        writer.write(segmenter.doubts(scan, probabilities, settings.self_training.refinement_entropy), doubt)
                    if expected != path:
                        write_json(expected, expected_dices(label, probabilities, settings.labels))
                    writer.write(label, path)
            progress(index, len(work), f"segmented {case.id}")
    write_report(experiment)


def segmenter_of(experiment: Experiment, training: Training) -> Segmenter:
    """The segmenter of a training that is complete. On a CPU it computes as in the training, of which an older experiment does not say."""
    folder, settings, record = experiment.folder / training.name, experiment.settings, experiment.folder / training.name / PRECISION_FILE
    device = devices.resolve_all(settings.device)[0]
    if device.type == "cpu" and record.is_file():
        settings = keep_precision(settings, device, record)
    return Segmenter.load(folder, settings.device, precision=settings.precision)


def evaluate(experiment: Experiment, stage: str, training: Training) -> None:
    """Score the evaluation scans and renew the tables, one row for each training so far (paper Table 1)."""
    settings = experiment.settings
    step = stage.rpartition("/")[2]
    rows = [SOURCE_ONLY_ROW, *(iteration_name(number) for number in range(settings.self_training.iterations + 1))]
    done = [row for row in rows if row == training.name or experiment.is_complete(f"{row}/{step}")]
    scores = {row_title(row, settings, experiment.cohort, experiment.scan_digests()): _scores(experiment, row) for row in done}
    table = evaluation.summary_rows(scores, list(settings.labels))
    folder = experiment.folder / "evaluation"
    evaluation.write_per_case_csv(folder / "per_case.csv", scores)
    evaluation.write_table_csv(folder / "table.csv", table)
    evaluation.write_table_markdown(folder / "table.md", table, settings.evaluation.convention)
    write_report(experiment)


def _scores(experiment: Experiment, row: str) -> list[evaluation.CaseScore]:
    settings = experiment.settings
    found: list[evaluation.CaseScore] = []
    for case in experiment.cohort.evaluation:
        assert case.label is not None  # without a label it is no evaluation case
        prediction = read_label_map(experiment.folder / row / "evaluation" / f"{case.id}.nii.gz")
        reference = experiment.read_label(case.label, case.image)
        found += evaluation.score_case(case.id, prediction, reference, settings.labels, settings.evaluation.convention)
    return found


def _summarise(experiment: Experiment, training: Training, cases: Sequence[TrainingCase]) -> None:
    """Write what the model that is to be trained will say of its training data: real labels count, pseudo-labels do not."""
    labels = raw_folder(experiment) / (SOURCE_ONLY if training.dataset == SOURCE_ONLY else PSEUDO_TARGET) / SUMMARIES
    if labels.is_file():  # an older experiment has none
        known = read_json(labels)
        source = [plausibility.LabelSummary.from_json(known[files.name]) for files in cases if files.name in known]
        target = [plausibility.summarise_grid(read_geometry(case.image)) for case in experiment.cohort.target]
        trained_on = plausibility.trained_on(source, target, experiment.settings.labels)
        write_json(experiment.folder / training.name / trainings.TRAINED_ON, trained_on.to_json())


def _usable_devices(experiment: Experiment, stage: str, batch: int, why: str) -> tuple[Sequence[torch.device | NodeDevice], torch.device]:
    """As many devices as can share a batch evenly, and the first of them, which is this machine's; warns if some are left over."""
    chosen = devices.chosen_devices(experiment.settings.device)
    usable = max(count for count in range(1, len(chosen) + 1) if batch % count == 0)
    if usable < len(chosen):
        message = f"{why[0].upper()}{why[1:]}: of the {len(chosen)} devices only {usable} train{'s' if usable == 1 else ''}."
        experiment.events.write("warning", stage=stage, message=message)
    return chosen[:usable], next(device for device in chosen if not isinstance(device, NodeDevice))


def _drop_damaged_checkpoints(experiment: Experiment, stage: str, folder: Path) -> None:
    """Remove checkpoints that are not what was written, and say so; the training goes on from an older one, or begins again."""
    for path in checkpoints.remove_damaged(folder):
        message = f"{path} was damaged and is not used: the training goes on from an older checkpoint, or from its beginning."
        experiment.events.write("warning", stage=stage, message=message)


def _remove_half_written(folder: Path) -> None:
    """Remove what a killed worker was writing, see :func:`.core.files.replacing`; a checkpoint can be hundreds of megabytes."""
    for path in folder.rglob(".*.partial*"):
        path.unlink(missing_ok=True)


def _slices(experiment: Experiment, domain: str) -> Path:
    return experiment.folder / "translation" / f"{domain}_slices.npy"


def _nnunet_folders(experiment: Experiment, training: Training) -> tuple[Path, Path, Path]:
    """nnU-Net's three folders: raw data sets, preprocessed ones, and the results of this training."""
    return raw_folder(experiment), experiment.folder / PREPROCESSED, experiment.folder / training.name
