"""Which cases each training of the segmenter learns from, and where nnU-Net's data sets have their files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ..core.sections import UNSCALED
from ..core.settings import Settings, with_values
from ..experiment.folder import Experiment
from ..segmentation.dataset import SOURCE_PREFIX, TARGET_PREFIX, TrainingCase
from ..translation import check
from ..translation.pooling import kept_epochs
from . import pseudo_labels
from .plan import AGREEMENT, CONTRAST, PSEUDO_TARGET, RAW, SELF_TRAINING, SOURCE_ONLY, Training


def raw_folder(experiment: Experiment) -> Path:
    """nnU-Net's folder of data sets."""
    return experiment.folder / RAW


def is_untranslated(experiment: Experiment, dataset: str) -> bool:
    """Whether a data set holds the source scans as they are, not translated."""
    return dataset == SOURCE_ONLY or experiment.settings.translation.translator == "none"


def settings_for(experiment: Experiment, training: Training) -> Settings:
    """The settings of a training. The comparison with the source scans as they are does not scale the signal of their structures."""
    if training.dataset != SOURCE_ONLY:
        return experiment.settings
    return with_values(experiment.settings, dict(UNSCALED))


def source_cases(experiment: Experiment, dataset: str) -> list[TrainingCase]:
    """The source domain as a data set has it, without cases that failed the first check."""
    left_out = () if is_untranslated(experiment, dataset) else check.left_out(experiment.folder / CONTRAST)
    cases = enumerate(experiment.cohort.source)
    return [_training_case(raw_folder(experiment) / dataset, SOURCE_PREFIX, index) for index, case in cases if case.id not in left_out]


def scaled_copies(experiment: Experiment, dataset: str, source: TrainingCase) -> list[tuple[TrainingCase, str, float]]:
    """The further cases that show a source case with a structure's signal scaled, each with the structure and the factor.

    They share its label file. The comparison with the source scans as they are has none.
    """
    if dataset == SOURCE_ONLY:
        return []
    scaled = experiment.settings.segmentation.scaled_copies.items()
    return [(_copy(source, f"scaled{number}_"), structure, factor) for number, (structure, factor) in enumerate(scaled, 1)]


def pooled_copies(experiment: Experiment, dataset: str, source: TrainingCase) -> list[tuple[TrainingCase, int]]:
    """The further cases that show a source case as an earlier network translated it, each with the epoch; they share its label file."""
    if is_untranslated(experiment, dataset):
        return []
    kept = enumerate(kept_epochs(experiment.settings.translation), 1)
    return [(_copy(source, f"pooled{number}_"), epoch) for number, epoch in kept]


def with_copies(experiment: Experiment, dataset: str, cases: Sequence[TrainingCase]) -> list[TrainingCase]:
    """Source cases, each followed by its copies."""
    found = []
    for source in cases:
        pooled = [copy for copy, _ in pooled_copies(experiment, dataset, source)]
        found += [source, *pooled, *(copy for copy, _, _ in scaled_copies(experiment, dataset, source))]
    return found


def target_cases(experiment: Experiment) -> list[TrainingCase]:
    """The target domain as the data sets of self-training have it."""
    return [_training_case(raw_folder(experiment) / SELF_TRAINING, TARGET_PREFIX, index) for index in range(len(experiment.cohort.target))]


def left_out_targets(experiment: Experiment, training: Training) -> list[TrainingCase]:
    """The target cases whose pseudo-labels an iteration does not learn from."""
    left_out = pseudo_labels.left_out(experiment.folder / training.choice)
    return [files for files in target_cases(experiment) if experiment.cohort.target[files.index].id in left_out]


def cases_to_learn_from(experiment: Experiment, training: Training) -> list[TrainingCase]:
    """All cases of a training: the source domain and, in self-training, the target domain with pseudo-labels."""
    if training.dataset != SELF_TRAINING:
        return with_copies(experiment, training.dataset, source_cases(experiment, training.dataset))
    failed, left_out = check.left_out(experiment.folder / AGREEMENT), left_out_targets(experiment, training)
    source = [files for files in source_cases(experiment, PSEUDO_TARGET) if experiment.cohort.source[files.index].id not in failed]
    target = [files for files in target_cases(experiment) if files not in left_out]
    return [*with_copies(experiment, PSEUDO_TARGET, source), *target]


def _training_case(folder: Path, prefix: str, index: int) -> TrainingCase:
    # Numbers, because case ids may hold anything a file name may, and nnU-Net's names may not.
    name = f"{prefix}{index:04d}"
    return TrainingCase(name, _image(folder, name), folder / "labelsTr" / f"{name}.nii.gz")


def _copy(source: TrainingCase, kind: str) -> TrainingCase:
    """Another image of a source case, such as ``source_scaled1_0003``."""
    name = f"{SOURCE_PREFIX}{kind}{source.index:04d}"
    return TrainingCase(name, _image(source.image.parents[1], name), source.label)


def _image(folder: Path, name: str) -> Path:
    return folder / "imagesTr" / f"{name}_0000.nii.gz"
