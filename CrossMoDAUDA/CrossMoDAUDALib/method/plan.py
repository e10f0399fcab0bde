"""The method as a list of stages, from top to bottom: the paper's Fig. 1. What each stage does is in :mod:`.adaptation`.

A stage is declared here and nowhere else. To add one, write its function (called with the experiment and the stage's name) and put
a ``Stage`` where its turn is. Everybody who shows the stages, such as the panel, reads this list, so nothing here imports PyTorch.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..cohort.finding import Cohort
from ..core.layout import iteration_name
from ..core.settings import Settings
from ..core.translatable import _
from ..experiment.events import CHECK, REHEARSAL, SENDING, STRUCTURES
from ..experiment.stages import Stage, Title
from ..models.model_folder import TRANSLATOR_FILES
from ..translation.pooling import KEPT, kept_epochs
from ..translation.registry import registration

# What comes before the experiment, and so before all stages, by the names in the event log.
BEFOREHAND = {
    SENDING: Title(_("Send the scans")),
    CHECK: Title(_("Check the scans")),
    REHEARSAL: Title(_("Try out how fast this computer trains")),
    STRUCTURES: Title(_("Find out which structures lie in one piece")),
}

# nnU-Net's names of the data sets, and its two folders of them.
PSEUDO_TARGET, SELF_TRAINING, SOURCE_ONLY = "Dataset001_PseudoTarget", "Dataset002_SelfTraining", "Dataset003_SourceOnly"
RAW, PREPROCESSED = "nnunet/raw", "nnunet/preprocessed"
SUMMARIES = "summaries.json"  # of a data set's labels, beside them
SOURCE_ONLY_ROW = "source_only"
# What the checks of the translated cases have found.
CONTRAST, AGREEMENT = "pseudo_target/contrast.json", f"{iteration_name(0)}/agreement.json"
# What tells without labels whether to trust the results: of the scans, and of each training in its folder.
MEASURED_SCANS, EVIDENCE = "evidence/scans.json", "evidence.json"


# Which settings a stage's files depend on (Stage.settings); a setting that is not named matters. What chance decides comes with the
# files that a stage reads, so the seed matters only to what draws by itself.
_TRANSLATION = ("*", "!segmentation.*", "!self_training.*", "!evaluation.*", "!translation.check_agreement", "!translation.drop_failed")
_CHECKED = (*_TRANSLATION, "!seed", "!precision", "translation.drop_failed")
_ITERATION_0 = ("*", "!evaluation.*", "!self_training.*", "self_training.largest_component", "!translation.check_agreement")
_SELF_TRAINED = ("*", "!evaluation.*", "!self_training.iterations", "!self_training.single_by_labels")
_NOTHING_DRAWN = ("!seed", "!precision")


@dataclass(frozen=True)
class Training:
    """One training of the segmenter, with what is predicted and scored by it.

    Attributes:
        name: of its folder, of its row in the table of scores and of its stages' first half.
        dataset: nnU-Net's name of the data set that it learns from.
        iteration: self-training iteration; 0 is without.
    """

    name: str
    dataset: str
    iteration: int = 0

    @property
    def before(self) -> str:
        """The name of the iteration whose pseudo-labels it learns from."""
        return iteration_name(self.iteration - 1)

    @property
    def labels_target(self) -> bool:
        """Whether it makes pseudo-labels for a later iteration; the comparison does not."""
        return self.name != SOURCE_ONLY_ROW

    @property
    def choice(self) -> str:
        """Where it is kept which pseudo-labels it learns from and what was changed in them, if anything is."""
        return f"{self.name}/choice.json"


SOURCE_ONLY_TRAINING = Training(SOURCE_ONLY_ROW, SOURCE_ONLY)


def iteration(number: int) -> Training:
    """The training of a self-training iteration, 0 for that on pseudo-target images alone."""
    return Training(iteration_name(number), SELF_TRAINING if number else PSEUDO_TARGET, number)


def plan(settings: Settings, cohort: Cohort) -> tuple[Stage, ...]:
    """All stages of an experiment, in the order in which they run (paper section 2, Fig. 1).

    >>> from CrossMoDAUDALib.core.settings import preset_settings, with_values
    >>> settings = with_values(preset_settings("paper"), {"translation.translator": "none", "self_training.iterations": 0})
    >>> [stage.name for stage in plan(settings, Cohort((), (), ()))]
    ['export/Dataset001_PseudoTarget', 'iteration_0/prepare', 'iteration_0/train', 'iteration_0/predict']
    """
    translates, scored = settings.translation.translator != "none", bool(cohort.evaluation)
    # Section 2.1: a translator learns to make target images of source scans, which keep their real labels.
    stages = [*_slices(settings), _train_translation(settings), _translate_source(settings), _check_contrast()] if translates else []
    stages += [_export_source(PSEUDO_TARGET, Title(_("Collect the pseudo-target images")))]
    # Section 2.2: a segmenter learns from them and labels the target scans, ...
    stages += _training(settings, iteration(0), _("Segmentation: {step}"), scored)
    if translates and settings.translation.check_agreement:
        stages.append(_check_agreement())
    if settings.evaluation.evidence:
        stages += [_measure_scans(), _evidence(iteration(0), _("Segmentation: {step}"))]
    # ... which it then learns from as well: the self-training.
    for number in range(1, settings.self_training.iterations + 1):
        title = _("Self-training {iteration}: {step}")
        stages += [_export_target(settings, iteration(number), title), *_training(settings, iteration(number), title, scored)]
        stages += [_evidence(iteration(number), title)] if settings.evaluation.evidence else []
    # Table 1's comparison: what a segmenter learns from the source scans as they are.
    if settings.evaluation.source_only and translates and scored:
        title = _("Comparison: {step}")
        stages += [_export_source(SOURCE_ONLY, Title(title, _("collect the source scans")))]
        stages += _training(settings, SOURCE_ONLY_TRAINING, title, scored)
    return tuple(stages)


def left_out_settings(settings: Settings, cohort: Cohort) -> list[str]:
    """Sentences on settings that have no effect with these scans."""
    if settings.evaluation.source_only and settings.translation.translator != "none" and not cohort.evaluation:
        return [
            "evaluation.source_only trains nothing: there are no evaluation cases to compare on;"
            " start with --evaluate-images and --evaluate-labels for the comparison."
        ]
    return []


# The stages, each with what it reads and writes --------------------------------------------------------------------------------


def _by(function: str, *arguments: Any) -> Callable[..., None]:
    """What runs a stage: ``module:function`` of this room, imported only when the stage runs, because it brings PyTorch."""

    def run(experiment: Any, stage: str) -> None:
        module, _, name = function.partition(":")
        getattr(importlib.import_module(f".{module}", __package__), name)(experiment, stage, *arguments)

    return run


TRANSLATOR = tuple(f"translation/{name}" for name in TRANSLATOR_FILES)
PRECISION_FILE = "precision.json"  # of a training, chosen when it begins
PRECISION = f"translation/{PRECISION_FILE}"
PSEUDO_TARGET_IMAGES = "pseudo_target/*.nii.gz"  # also in a folder for each earlier epoch
LABEL_SLICES = "translation/source_labels.npy"  # of translators that use labels


def uses_labels(settings: Settings) -> bool:
    """Whether the translator learns from the source slices' labels too."""
    return registration(settings.translation.translator).uses_labels


def _kept(settings: Settings) -> tuple[str, ...]:
    """The translator's earlier networks that are kept, as a pattern."""
    return (KEPT,) if kept_epochs(settings.translation) else ()


def _slices(settings: Settings) -> list[Stage]:
    titles = {"source": _("Translation: prepare source slices"), "target": _("Translation: prepare target slices")}
    labels = {"source": [LABEL_SLICES] if uses_labels(settings) else [], "target": []}
    return [
        Stage(
            name,
            Title(title),
            _by("adaptation:cut_slices", domain),
            writes=(f"{name}.npy", *labels[domain]),
            settings=("reading.*", "intensity.*", "translation.image_size", *(["labels"] if labels[domain] else [])),
            scans=(domain,),
        )
        for domain, title in titles.items()
        for name in [f"translation/{domain}_slices"]
    ]


def _train_translation(settings: Settings) -> Stage:
    return Stage(
        "translation/train",
        Title(_("Translation: train")),
        _by("adaptation:train_translation"),
        reads=(
            "translation/source_slices.npy",
            "translation/target_slices.npy",
            *([LABEL_SLICES] if uses_labels(settings) else []),
            PRECISION,
        ),
        writes=(*TRANSLATOR, *_kept(settings), PRECISION),
        settings=_TRANSLATION,
        scans=(),
    )


def _translate_source(settings: Settings) -> Stage:
    return Stage(
        "pseudo_target",
        Title(_("Translate the source scans")),
        _by("adaptation:translate_source"),
        reads=(*TRANSLATOR, *_kept(settings), PRECISION, PSEUDO_TARGET_IMAGES),
        writes=(PSEUDO_TARGET_IMAGES,),
        settings=_TRANSLATION,
        scans=("source",),
    )


def _check_contrast() -> Stage:
    return Stage(
        "pseudo_target/check",
        Title(_("Check the pseudo-target images")),
        _by("checked_translations:check_contrast"),
        reads=(PSEUDO_TARGET_IMAGES,),
        writes=(CONTRAST,),
        settings=_CHECKED,
        scans=("source",),
    )


def _export_source(dataset: str, title: Title) -> Stage:
    return Stage(
        f"export/{dataset}",
        title,
        _by("adaptation:export_source", dataset),
        reads=(PSEUDO_TARGET_IMAGES, CONTRAST) if dataset == PSEUDO_TARGET else (),
        writes=(f"{RAW}/{dataset}/*",),
        settings=(*_ITERATION_0, *_NOTHING_DRAWN),
        scans=("source",),
    )


def _check_agreement() -> Stage:
    images = f"{iteration_name(0)}/agreement/*.nii.gz"
    return Stage(
        f"{iteration_name(0)}/agreement",
        Title(_("Segmentation: {step}"), _("compare with the real labels")),
        _by("checked_translations:check_agreement"),
        reads=(f"{RAW}/{PSEUDO_TARGET}/*", f"{iteration_name(0)}/model/*", f"{iteration_name(0)}/{PRECISION_FILE}", images),
        writes=(AGREEMENT, images),
        settings=_ITERATION_0,
        scans=("source",),
    )


def _measure_scans() -> Stage:
    return Stage(
        "evidence/scans",
        Title(_("Evidence: measure the source labels")),
        _by("evidence_stages:measure_scans"),
        writes=(MEASURED_SCANS,),
        settings=("labels", "reading.*"),
        scans=("source", "target"),
    )


def _evidence(training: Training, title: str) -> Stage:
    labels = tuple(f"{iteration_name(number)}/pseudo_labels/*" for number in range(training.iteration + 1))
    of_scans = f"{training.name}/evidence/*.json"
    return Stage(
        f"{training.name}/evidence",
        Title(title, _("see whether to trust the results"), training.iteration),
        _by("evidence_stages:measure_training", training),
        reads=(MEASURED_SCANS, f"{training.name}/model/*", f"{training.name}/{PRECISION_FILE}", *labels, of_scans),
        writes=(f"{training.name}/{EVIDENCE}", of_scans),
        settings=_SELF_TRAINED if training.iteration else _ITERATION_0,
        scans=("target",),
    )


def chooses(settings: Settings) -> bool:
    """Whether self-training looks at pseudo-labels before it learns from them."""
    chosen = settings.self_training
    return chosen.drop_incomplete or chosen.least_expected_dice > 0 or chosen.refinement != "off" or checks_brightness(settings)


def checks_brightness(settings: Settings) -> bool:
    """Whether self-training takes parts out of pseudo-labels that are not as bright, or as dark, as the settings say."""
    return settings.self_training.check_brightness and bool(settings.segmentation.known_in_target)


def doubts(settings: Settings, number: int) -> tuple[str, ...]:
    """The maps of where an iteration's pseudo-labels are in doubt, as a pattern; none where no later iteration refines them."""
    refined = settings.self_training.refinement != "off" and number < settings.self_training.iterations
    return (f"{iteration_name(number)}/doubts/*",) if refined else ()


def expectations(settings: Settings, number: int) -> tuple[str, ...]:
    """The records of how good an iteration's pseudo-labels promise to be, as a pattern; none where no later iteration asks."""
    asked = settings.self_training.least_expected_dice > 0 and number < settings.self_training.iterations
    return (f"{iteration_name(number)}/expected/*",) if asked else ()


def _choice(settings: Settings, training: Training) -> tuple[str, ...]:
    return (training.choice,) if training.dataset == SELF_TRAINING and chooses(settings) else ()


def _export_target(settings: Settings, training: Training, title: str) -> Stage:
    """The images are those of the iteration before; the pseudo-labels are new."""
    return Stage(
        f"{training.name}/export",
        Title(title, _("collect scans and own results"), training.iteration),
        _by("adaptation:export_target", training),
        reads=(
            f"{training.before}/pseudo_labels/*",
            *doubts(settings, training.iteration - 1),
            *expectations(settings, training.iteration - 1),
            CONTRAST,
            AGREEMENT,
            f"{RAW}/{training.dataset}/imagesTr/*",
        ),
        writes=(f"{RAW}/{training.dataset}/*", *_choice(settings, training)),
        settings=(*_SELF_TRAINED, *_NOTHING_DRAWN),
        scans=("source", "target"),
    )


def _training(settings: Settings, training: Training, title: str, scored: bool) -> list[Stage]:
    """What each training of the segmenter has: nnU-Net's preparation, its training, predictions and, with evaluation cases, scores."""
    name, prepared = training.name, f"{PREPROCESSED}/{training.dataset}"
    trained_on, model, precision = f"{name}/trained_on.json", f"{name}/model/*", f"{name}/{PRECISION_FILE}"
    doubted = doubts(settings, training.iteration) if training.labels_target else ()
    expected = expectations(settings, training.iteration)
    pseudo_labels = (f"{name}/pseudo_labels/*", *doubted, *expected) if training.labels_target else ()
    results = (*pseudo_labels, *([f"{name}/evaluation/*"] if scored else []))
    kept: tuple[str, ...] = (f"{prepared}/*.json", f"{prepared}/*/source_*")
    if training.dataset == SELF_TRAINING:  # each iteration has new labels for the target scans' images
        kept += (f"{prepared}/*/target_*[0-9].b2nd",)
    chosen = _choice(settings, training)
    warm = (f"{training.before}/model/*",) if settings.self_training.warm_start and training.iteration else ()
    tables = tuple(f"evaluation/{table}" for table in ("per_case.csv", "table.csv", "table.md"))

    matters = _SELF_TRAINED if training.iteration else _ITERATION_0
    every, undrawn = ("*",), (*matters, *_NOTHING_DRAWN)
    bound = ("self_training.refinement_entropy",) if doubted else ()

    def stage(
        step: str, what: str, function: str, reads: tuple[str, ...], writes: tuple[str, ...], settings: tuple[str, ...], *scans: str
    ) -> Stage:
        run = _by(f"adaptation:{function}", training)
        return Stage(f"{name}/{step}", Title(title, what, training.iteration), run, reads, writes, settings, scans)

    prepared_files, predicts = (f"{prepared}/*", trained_on), _("segment the target scans")
    score = stage("evaluate", _("score"), "evaluate", ("*/evaluation/*",), tables, every, "evaluation")  # a row for each training so far
    return [
        stage("prepare", _("prepare"), "prepare", (*_prepared_from(training), *chosen, *kept), prepared_files, undrawn, "source", "target"),
        stage("train", _("train"), "train_segmenter", (*prepared_files, precision, *chosen, *warm), (model, precision), matters),
        stage("predict", predicts, "predict_target", (model, precision, *results), results, (*matters, *bound), "target", "evaluation"),
        *([score] if scored else []),
    ]


def _prepared_from(training: Training) -> tuple[str, ...]:
    """What nnU-Net's preparation reads, beside what it keeps of an earlier one."""
    if training.dataset != SELF_TRAINING:
        return (f"{RAW}/{training.dataset}/*",)
    # The first self-training takes the prepared pseudo-target images over; those after it only compare the plans.
    source, prepared = ("*", "*") if training.iteration == 1 else (SUMMARIES, "*.json")
    added = (f"{RAW}/{training.dataset}/*", CONTRAST, AGREEMENT)
    return (*added, f"{RAW}/{PSEUDO_TARGET}/{source}", f"{PREPROCESSED}/{PSEUDO_TARGET}/{prepared}")
