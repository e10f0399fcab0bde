"""The method, from top to bottom: the paper's Fig. 1 as one function and one function for each of its boxes.

Every box is a stage of the experiment: done once, skipped when it is complete, continued where it was killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ..compute import checkpoints, devices, distributed
from ..compute.acceleration import Acceleration
from ..core.files import read_json, write_json
from ..core.parallel import worker_count
from ..experiment.folder import Experiment
from ..images.volumes import BackgroundWriter, Volume, read_geometry, read_label_map, read_volume
from ..scoring import evaluation, plausibility
from ..segmentation import preparation, training
from ..segmentation.dataset import TrainingCase, export_image, export_label, network_image, outside_patient, scaled_scan, write_description
from ..segmentation.nnunet import nnunet_session
from ..segmentation.predictor import Segmenter
from ..translation import check
from ..translation.slices import build_slices
from ..translation.training import train as train_translator
from ..translation.translator import Translator
from .checked_translations import check_agreement, check_contrast
from .report import row_title, write_report

if TYPE_CHECKING:
    import torch

PSEUDO_TARGET, SELF_TRAINING, SOURCE_ONLY = "Dataset001_PseudoTarget", "Dataset002_SelfTraining", "Dataset003_SourceOnly"
SUMMARIES = "summaries.json"  # of a data set's labels, beside them


def adapt(experiment: Experiment) -> None:
    """Adapt a segmenter from the labelled source domain to the unlabelled target domain (paper section 2, Fig. 1).

    Args:
        experiment: locked by the caller; its folder is filled and its events tell the progress.

    Raises:
        CrossModaError: what went wrong and what to do; what was finished stays finished.
    """
    settings = experiment.settings
    _remove_half_written(experiment.folder)
    if settings.translation.translator != "none":
        train_translation(experiment)
        translate_source(experiment)
        check_contrast(experiment)
    translated = export_source(experiment, PSEUDO_TARGET)

    train_segmenter(experiment, 0, PSEUDO_TARGET, translated)
    if settings.translation.translator != "none" and settings.translation.check_agreement:
        translated = check_agreement(experiment, translated)
    for iteration in range(1, settings.self_training.iterations + 1):
        pseudo_labelled = export_target(experiment, iteration, translated)
        train_segmenter(experiment, iteration, SELF_TRAINING, [*translated, *pseudo_labelled], changed=pseudo_labelled)

    if settings.evaluation.source_only and settings.translation.translator != "none":
        train_segmenter(experiment, 0, SOURCE_ONLY, export_source(experiment, SOURCE_ONLY), folder="source_only")


def train_translation(experiment: Experiment) -> None:
    """Train CycleGAN on slices of both domains (section 2.1)."""
    folder, settings, cohort = experiment.folder / "translation", experiment.settings, experiment.cohort
    sets = {"source": cohort.source, "target": cohort.target}
    for domain, cases in sets.items():
        with experiment.stage(f"translation/{domain}_slices") as todo:
            if todo:
                progress = experiment.events.progress(f"translation/{domain}_slices")
                scans = [case.image for case in cases]
                build_slices(scans, folder / f"{domain}_slices.npy", settings.translation, progress)
                experiment.refuse_changed(*scans)
    with experiment.stage("translation/train") as todo:
        if todo:
            chosen, batch = devices.resolve_all(settings.device), settings.translation.batch_size
            usable = max(count for count in range(1, len(chosen) + 1) if batch % count == 0)
            used = _first_of(chosen, usable, experiment, "translation/train", f"a batch of {batch} slices is shared evenly")
            how = f"{Acceleration.choose(settings, used[0])} on {', '.join(map(str, used))}"
            experiment.events.write("message", stage="translation/train", message=f"Training the translator in {how}.")
            progress = experiment.events.progress("translation/train")
            _drop_damaged_checkpoints(experiment, "translation/train", folder)
            arguments = (folder / "source_slices.npy", folder / "target_slices.npy", folder, settings)
            distributed.run(train_translator, arguments, used, progress)


def translate_source(experiment: Experiment) -> None:
    """Turn every labelled source scan into a pseudo-target image on its own grid (section 2.1)."""
    with experiment.stage("pseudo_target") as todo:
        if not todo:
            return
        progress = experiment.events.progress("pseudo_target")
        settings = experiment.settings  # in what it was trained in: on the CPU, auto then gives what fp32 gives, to the bit
        how = Acceleration.choose(settings, devices.resolve_all(settings.device)[0])
        translator = Translator.load(experiment.folder, settings.device, how.precision)
        cases = experiment.cohort.source
        with BackgroundWriter() as writer:
            for index, case in enumerate(cases, 1):
                path = experiment.pseudo_target(case)
                if not path.is_file():
                    writer.write(translator.translate(experiment.read(case.image)), path)
                progress(index, len(cases), f"translated {case.id}")


def export_source(experiment: Experiment, dataset: str) -> list[TrainingCase]:
    """Write the source domain with its real labels as an nnU-Net data set: translated, or as it is."""
    raw, settings = _raw(experiment), experiment.settings
    as_is = dataset == SOURCE_ONLY or settings.translation.translator == "none"
    left_out = () if as_is else check.left_out(experiment.folder, check.CONTRAST)
    numbered = [(index, case) for index, case in enumerate(experiment.cohort.source) if case.id not in left_out]
    cases, listed = [case for _, case in numbered], [_training_case(raw / dataset, "source", index) for index, _ in numbered]
    with experiment.stage(f"export/{dataset}") as todo:
        if todo:
            progress, summaries = experiment.events.progress(f"export/{dataset}"), {}
            for index, (case, files) in enumerate(zip(cases, listed, strict=True), 1):
                assert case.label is not None  # the cohort check refuses a source case without
                scan = experiment.read(case.image)
                if as_is:
                    image = scaled_scan(scan, settings.translation)
                else:
                    pseudo_target = read_volume(experiment.pseudo_target(case)).array
                    image = scan.with_array(network_image(pseudo_target, outside_patient(scan.array)))
                export_image(image, files.image)
                # On the scan's grid, of which a file's rounding could else make another orientation.
                label = scan.with_array(experiment.read_label(case.label).array)
                export_label(label, settings.labels, files.label)
                summaries[files.name] = plausibility.summarise(label, settings.labels).to_json()
                progress(index, len(cases), f"exported {case.id}")
            write_json(raw / dataset / SUMMARIES, summaries)
            write_description(raw / dataset, listed, settings.labels)
    return listed


def export_target(experiment: Experiment, iteration: int, translated: Sequence[TrainingCase]) -> list[TrainingCase]:
    """Write the target domain with the last iteration's pseudo-labels, beside the pseudo-target images (section 2.2)."""
    raw, settings, cases = _raw(experiment), experiment.settings, experiment.cohort.target
    listed = [_training_case(raw / SELF_TRAINING, "target", index) for index in range(len(cases))]
    stage = f"iteration_{iteration}/export"
    with experiment.stage(stage) as todo:
        if todo:
            progress = experiment.events.progress(stage)
            for index, (case, files) in enumerate(zip(cases, listed, strict=True), 1):
                if not files.image.is_file():
                    export_image(scaled_scan(experiment.read(case.image), settings.translation), files.image)
                pseudo_label = read_label_map(experiment.folder / f"iteration_{iteration - 1}" / "pseudo_labels" / f"{case.id}.nii.gz")
                geometry = read_geometry(case.image)
                experiment.refuse_changed(case.image)
                export_label(Volume(pseudo_label.array, geometry), settings.labels, files.label)
                progress(index, len(cases), f"exported {case.id}")
            write_description(raw / SELF_TRAINING, [*translated, *listed], settings.labels)
    return listed


def train_segmenter(
    experiment: Experiment,
    iteration: int,
    dataset: str,
    cases: Sequence[TrainingCase],
    changed: Sequence[TrainingCase] = (),
    folder: str = "",
) -> None:
    """Plan, preprocess and train nnU-Net, predict the target domain, score it (section 2.2).

    Args:
        iteration: self-training iteration.
        cases: the data set's cases.
        changed: those whose labels are new in this iteration.
        folder: name of the iteration's folder and row, if not ``iteration_N``.
    """
    name = folder or f"iteration_{iteration}"
    settings, events, nnunet = experiment.settings, experiment.events, experiment.folder / "nnunet"
    chosen = devices.resolve_all(settings.device)
    workers = worker_count(settings.workers)
    # On the CPU augmentation processes would only take the training's cores, and make it irreproducible.
    augmentation = workers if chosen[0].type != "cpu" or settings.workers > 0 else 0
    log = experiment.folder / name / "nnunet.log"
    folders = (nnunet / "raw", nnunet / "preprocessed", experiment.folder / name)
    with experiment.stage(f"{name}/prepare") as todo:
        if todo:
            progress, configuration = events.progress(f"{name}/prepare"), settings.segmentation.configuration
            with nnunet_session(*folders, log):
                preparation.plan(*folders[:2], dataset, settings.segmentation, workers, progress)
                like = PSEUDO_TARGET if dataset == SELF_TRAINING else ""
                preparation.preprocess(folders[1], dataset, cases, configuration, workers, progress, like)
                if iteration > 1:
                    preparation.preprocess_labels(folders[1], dataset, changed, configuration, workers, progress)
            _summarise(experiment, dataset, cases, experiment.folder / name / training.TRAINED_ON)
    with experiment.stage(f"{name}/train") as todo:
        if todo:
            start_from = None
            if settings.self_training.warm_start and iteration:
                start_from = experiment.folder / f"iteration_{iteration - 1}" / "model"
            progress, model = events.progress(f"{name}/train"), experiment.folder / name / "model"
            batch = preparation.batch_size(folders[1], dataset, settings.segmentation.configuration)
            used = _first_of(chosen, batch, experiment, f"{name}/train", f"nnU-Net planned a batch of {batch}")
            _drop_damaged_checkpoints(experiment, f"{name}/train", experiment.folder / name / dataset)
            arguments = (folders, log, augmentation, dataset, model, settings, iteration, start_from)
            warm = distributed.run(training.train_in_session, arguments, used, progress)
            if start_from and not warm:
                events.write("warning", stage=f"{name}/train", message="nnU-Net's plan changed: the training starts anew.")
    predict_target(experiment, name)
    evaluate(experiment, name)


def predict_target(experiment: Experiment, name: str) -> None:
    """Segment the target domain's training scans (pseudo-labels) and the evaluation scans."""
    cohort = experiment.cohort
    work = [(case, experiment.folder / name / "evaluation" / f"{case.id}.nii.gz") for case in cohort.evaluation]
    if name != "source_only":
        work = [(case, experiment.folder / name / "pseudo_labels" / f"{case.id}.nii.gz") for case in cohort.target] + work
    with experiment.stage(f"{name}/predict") as todo:
        if not todo:
            return
        progress = experiment.events.progress(f"{name}/predict")
        segmenter = Segmenter.load(experiment.folder / name, experiment.settings.device)
        with BackgroundWriter() as writer:
            for index, (case, path) in enumerate(work, 1):
                if not path.is_file():
                    writer.write(segmenter.segment(experiment.read(case.image)), path)
                progress(index, len(work), f"segmented {case.id}")
        write_report(experiment)


def evaluate(experiment: Experiment, name: str) -> None:
    """Score the evaluation scans and renew the tables, one row for each training so far (paper Table 1)."""
    cohort, settings = experiment.cohort, experiment.settings
    if not cohort.evaluation:
        return
    with experiment.stage(f"{name}/evaluate") as todo:
        if not todo:
            return
        rows = ["source_only", *(f"iteration_{n}" for n in range(settings.self_training.iterations + 1))]
        done = [row for row in rows if row == name or experiment.is_complete(f"{row}/evaluate")]
        scores = {row_title(row, settings.translation.translator): _scores(experiment, row) for row in done}
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
        reference = experiment.read_label(case.label)
        found += evaluation.score_case(case.id, prediction, reference, settings.labels, settings.evaluation.convention)
    return found


def _summarise(experiment: Experiment, dataset: str, cases: Sequence[TrainingCase], path: Path) -> None:
    """Write what the model that is to be trained will say of its training data: real labels count, pseudo-labels do not."""
    labels = _raw(experiment) / (SOURCE_ONLY if dataset == SOURCE_ONLY else PSEUDO_TARGET) / SUMMARIES
    if labels.is_file():  # an older experiment has none
        known = read_json(labels)
        source = [plausibility.LabelSummary.from_json(known[files.name]) for files in cases if files.name in known]
        target = [plausibility.summarise_grid(read_geometry(case.image)) for case in experiment.cohort.target]
        write_json(path, plausibility.trained_on(source, target, experiment.settings.labels).to_json())


def _first_of(chosen: list[torch.device], usable: int, experiment: Experiment, stage: str, why: str) -> list[torch.device]:
    """As many of the devices as a training can use, said where that is not all."""
    if usable < len(chosen):
        message = f"{why[0].upper()}{why[1:]}: of the {len(chosen)} devices only {usable} train{'s' if usable == 1 else ''}."
        experiment.events.write("warning", stage=stage, message=message)
    return chosen[:usable]


def _drop_damaged_checkpoints(experiment: Experiment, stage: str, folder: Path) -> None:
    """Remove checkpoints that are not what was written, and say so; the training goes on from an older one, or begins again."""
    for path in checkpoints.remove_damaged(folder):
        message = f"{path} was damaged and is not used: the training goes on from an older checkpoint, or from its beginning."
        experiment.events.write("warning", stage=stage, message=message)


def _remove_half_written(folder: Path) -> None:
    """Remove what a killed worker was writing, see :func:`.core.files.replacing`; a checkpoint can be hundreds of megabytes."""
    for path in folder.rglob(".*.partial*"):
        path.unlink(missing_ok=True)


def _raw(experiment: Experiment) -> Path:
    return experiment.folder / "nnunet" / "raw"


def _training_case(folder: Path, domain: str, index: int) -> TrainingCase:
    # Numbers, because case ids may hold anything a file name may, and nnU-Net's names may not.
    name = f"{domain}_{index:04d}"
    return TrainingCase(name, folder / "imagesTr" / f"{name}_0000.nii.gz", folder / "labelsTr" / f"{name}.nii.gz")
