"""The sections of the settings that every experiment has: defaults, help texts, limits.

The defaults are the paper's (Yang and Wang, crossMoDA 2022); where the paper is silent, those of the CycleGAN reference
code and of nnU-Net. What a translator needs beyond section ``translation`` it declares in a section of its own, in its
own file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from .declaring import setting

# The registered translators in order, and last the choice to have none; :func:`.settings.register_translator` adds to it.
TRANSLATORS = ["none"]
PRECISIONS = ("auto", "bf16", "fp32")
COMPILE = ("auto", "on", "off")
REFINEMENTS = ("off", "add", "remove", "both")
OPTIMIZERS = ("sgd", "adamw")
HEADERS = ("auto", "sform", "qform")
CONVENTIONS = ("challenge2022", "medpy")
# Settings that name structures.
STRUCTURE_LISTS = ("self_training.largest_component", "segmentation.bright_in_target", "segmentation.dark_in_target")
# How a segmenter learns from scans as they are.
UNSCALED: Mapping[str, object] = {
    "segmentation.structure_scaling_probability": 0.0,
    "segmentation.bright_in_target": (),
    "segmentation.dark_in_target": (),
}


@dataclass(frozen=True)
class ReadingSettings:
    """How scans and label maps are read where their files can be understood in several ways."""

    header: str = setting(
        "auto",
        "Which place to believe where a NIfTI header gives two that disagree; auto: as Slicer does, but none that is nonsense or skewed.",
        choices=HEADERS,
    )
    merged_values: dict[str, int] = setting(
        {},
        "Further values in label maps, each with the value of the structure that it counts as; labels=Tumour:1+2 sets 2:1.",
    )


@dataclass(frozen=True)
class IntensitySettings:
    """How a volume's intensities become [-1, 1], for the translator and the segmenter alike."""

    lower_percentile: float = setting(0.1, "Intensity percentile of a volume that becomes -1.", low=0, high=50, formerly="translation")
    upper_percentile: float = setting(99.9, "Intensity percentile of a volume that becomes +1.", low=50, high=100, formerly="translation")


@dataclass(frozen=True)
class TranslationSettings:
    """Image translation, whichever translator learns it (paper section 2.1)."""

    translator: str = setting("cyclegan-resnet", "Image translator; 'none' trains on the source images as they are.", choices=TRANSLATORS)
    image_size: int = setting(256, "Whole slices are resized to this many pixels along both sides.", low=32, high=1024, multiple=4)
    batch_size: int = setting(10, "Slices of each domain in one step.", low=1, high=1024)
    epochs: int = setting(100, "Epochs at the initial learning rate.", low=1, high=100000)
    decay_epochs: int = setting(100, "Further epochs over which the learning rate falls linearly to zero.", low=0, high=100000)
    steps_per_epoch: int = setting(0, "Steps in an epoch; 0 is one pass over the domain with more slices.", low=0, high=1000000)
    pooled_epochs: int = setting(
        0, "Earlier networks, spread over the decay epochs, whose translations the segmenter learns from as well.", low=0, high=20
    )
    learning_rate: float = setting(0.00015, "Initial learning rate of Adam.", low=1e-8, high=1)
    checkpoint_every: int = setting(1, "Epochs between checkpoints.", low=1, high=100000)
    check_agreement: bool = setting(False, "After iteration 0, compare its results on the pseudo-target images with their real labels.")
    drop_failed: bool = setting(False, "Leave out translated cases that fail the checks, instead of only reporting them.")


@dataclass(frozen=True)
class SegmentationSettings:
    """Segmentation by nnU-Net (paper section 2.2); the defaults leave nnU-Net as it is."""

    # Settings of older versions that had one choice only; recorded experiments name them.
    retired: ClassVar[Mapping[str, str]] = {"configuration": "3d_fullres", "fold": "all"}

    trainer: str = setting("nnUNetTrainer", "nnU-Net's trainer class.")
    epochs: int = setting(1000, "Epochs of one training.", low=1, high=100000)
    iterations_per_epoch: int = setting(250, "Training steps in an epoch.", low=1, high=100000)
    validation_iterations_per_epoch: int = setting(50, "Validation steps in an epoch.", low=1, high=100000)
    optimizer: str = setting("sgd", "nnU-Net's SGD, or AdamW, for which a rate of 0.001 to 0.003 is a good start.", choices=OPTIMIZERS)
    initial_learning_rate: float = setting(0.01, "Initial learning rate of the optimizer.", low=1e-8, high=1)
    memory_gb: float = setting(8.0, "GPU memory (GB) that nnU-Net plans its patch and batch size for.", low=0.01, high=1000)
    base_features: int = setting(32, "Feature maps of nnU-Net's first stage.", low=4, high=320)
    finest_spacing: float = setting(
        0.0,
        "Least spacing (mm) along each axis that nnU-Net sees; larger is coarser, a patch shows more of the body. 0: as it plans.",
        low=0,
        high=20,
    )
    checkpoint_every: int = setting(50, "Epochs between checkpoints.", low=1, high=100000)
    mirroring: bool = setting(True, "Average predictions over mirrored copies of the scan.")
    tile_step: float = setting(0.5, "Step of the sliding window as a share of the patch.", low=0.1, high=1)
    scaled_copies: dict[str, float] = setting(
        {}, "Structures and factors; each adds a copy of every pseudo-target image with that structure's signal scaled.", low=0.05, high=20
    )
    structure_scaling_probability: float = setting(
        0.0, "Probability with which a training patch of a source case has a structure's signal scaled, each on its own.", low=0, high=1
    )
    structure_scaling_lowest: float = setting(
        0.5,
        "Lowest factor of that scaling; 0.5 halves the signal. Above 1 for a structure that is brighter in the target.",
        low=0.05,
        high=20,
    )
    structure_scaling_highest: float = setting(
        2.0,
        "Highest factor of that scaling; 2 doubles the signal. Below 1 for a structure that is darker in the target.",
        low=0.05,
        high=20,
    )
    bright_in_target: tuple[str, ...] = setting(
        (),
        "Structures brighter than what surrounds them in target images; 90 % of training patches have 1.2 to 4 times their signal.",
    )
    dark_in_target: tuple[str, ...] = setting(
        (),
        "Structures darker than what surrounds them in target images; 90 % of training patches have their signal divided by 1.2 to 4.",
    )

    @property
    def known_in_target(self) -> tuple[str, ...]:
        """The structures of which the settings say how they look in target images."""
        return self.bright_in_target + self.dark_in_target


@dataclass(frozen=True)
class SelfTrainingSettings:
    """Self-training with pseudo-labels (paper section 2.2)."""

    iterations: int = setting(3, "Self-training iterations after iteration 0.", low=0, high=100)
    largest_component: tuple[str, ...] = setting((), "Structures of which every prediction keeps only the largest connected component.")
    single_by_labels: bool = setting(
        False, "Where largest_component names none, take what all of ten or more source label maps show in one piece; not tumours."
    )
    epochs: int = setting(0, "Epochs of the training in each iteration from 1 on; 0: as segmentation.epochs.", low=0, high=100000)
    initial_learning_rate: float = setting(
        0.0, "Initial learning rate in each iteration from 1 on; 0: as segmentation.initial_learning_rate.", low=0, high=1
    )
    warm_start: bool = setting(False, "Start each retraining from the weights of the iteration before.")
    drop_incomplete: bool = setting(
        False, "Leave out target cases in whose pseudo-labels a structure is missing that nine in ten source label maps show."
    )
    least_expected_dice: float = setting(
        0.0,
        "Leave out target cases in which a structure's expected DSC, told by its own probabilities, is below this; 0 keeps all.",
        low=0,
        high=1,
    )
    check_brightness: bool = setting(
        False, "Take parts out of pseudo-labels that are not as segmentation.bright_in_target and dark_in_target say."
    )
    refinement: str = setting(
        "off",
        "Add doubtful voxels at a pseudo-label's edge if their intensity fits, remove those that do not fit, or both.",
        choices=REFINEMENTS,
    )
    refinement_entropy: float = setting(
        0.3, "Entropy (nats) of a structure's probability above which a voxel is doubtful.", low=0, high=0.69
    )
    refinement_darkest: float = setting(0.6, "Lowest fitting intensity, relative to the mean inside the pseudo-label.", low=0, high=1)
    refinement_brightest: float = setting(1.4, "Highest fitting intensity, relative to the mean inside the pseudo-label.", low=1, high=10)
    pseudo_label_weight: float = setting(
        1.0, "How often a case with a pseudo-label is drawn, relative to one with a real label.", low=0.01, high=100
    )
    copies_share_weight: bool = setting(
        False, "Draw a labelled scan and its copies (scaled, or translated by earlier networks) together as often as one image."
    )


@dataclass(frozen=True)
class EvaluationSettings:
    """Scores against reference labels of the target domain, which nothing else reads."""

    convention: str = setting("challenge2022", "How empty masks and the mean surface distance are counted.", choices=CONVENTIONS)
    source_only: bool = setting(False, "Also train a segmenter on the source images as they are, for comparison.")
    evidence: bool = setting(False, "Measure, after each training, what tells without labels whether its results can be trusted.")
