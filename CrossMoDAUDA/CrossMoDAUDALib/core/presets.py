"""The presets: which settings each changes, whatever the translator. A translator adds values of its own in its own file.

What a preset of :data:`BUILT_ON` does not say is as in the preset that it is built on, the translator's own values included.
"""

from __future__ import annotations

from typing import Any

BUILT_ON = {"sample": "smoke"}
PRESETS: dict[str, dict[str, Any]] = {
    # The defaults of the settings are the paper's.
    "paper": {},
    # An afternoon on one GPU: the method and its networks unchanged, the schedules shortened.
    "quick": {
        "translation.epochs": 8,
        "translation.decay_epochs": 8,
        "translation.steps_per_epoch": 400,
        "translation.check_agreement": True,
        "segmentation.epochs": 40,
        "segmentation.checkpoint_every": 5,
        "self_training.iterations": 2,
    },
    # An hour or two on a few processor cores, for ten to twenty scans of each domain: smaller networks, patches and batches, and as
    # many steps as fit (:mod:`.method.sizing`). In few steps AdamW learns more than nnU-Net's SGD. A translator
    # trained so little paints otherwise in every epoch, so the segmenter sees several. A structure's signal is scaled in
    # training, as a translator seldom hits it. Self-training goes on from the last weights. Far false positives go.
    "laptop": {
        "budget_minutes": 75,
        "translation.batch_size": 2,
        "translation.image_size": 128,
        "translation.epochs": 15,
        "translation.decay_epochs": 15,
        "translation.steps_per_epoch": 100,
        "translation.learning_rate": 0.0004,
        "translation.pooled_epochs": 3,
        "translation.check_agreement": True,
        "segmentation.epochs": 40,
        "segmentation.iterations_per_epoch": 50,
        "segmentation.validation_iterations_per_epoch": 2,
        "segmentation.optimizer": "adamw",
        "segmentation.initial_learning_rate": 0.003,
        "segmentation.memory_gb": 0.35,
        "segmentation.base_features": 16,
        "segmentation.checkpoint_every": 2,
        "segmentation.mirroring": False,
        "segmentation.structure_scaling_probability": 0.3,
        "segmentation.structure_scaling_lowest": 0.6,
        "segmentation.structure_scaling_highest": 1.6,
        "self_training.iterations": 2,
        "self_training.single_by_labels": True,
        "self_training.copies_share_weight": True,
        "self_training.epochs": 20,
        "self_training.initial_learning_rate": 0.0015,
        "self_training.drop_incomplete": True,
        "self_training.least_expected_dice": 0.5,
        "self_training.check_brightness": True,
        "self_training.warm_start": True,
    },
    # Minutes on a CPU: every stage runs, the networks are too small and too little trained to be of use.
    "smoke": {
        "translation.image_size": 64,
        "translation.batch_size": 4,
        "translation.epochs": 1,
        "translation.decay_epochs": 1,
        "translation.steps_per_epoch": 10,
        "translation.check_agreement": True,
        "segmentation.epochs": 2,
        "segmentation.iterations_per_epoch": 4,
        "segmentation.validation_iterations_per_epoch": 1,
        "segmentation.memory_gb": 0.2,
        "segmentation.base_features": 8,
        "segmentation.checkpoint_every": 1,
        "segmentation.mirroring": False,
        "self_training.iterations": 1,
        "helper_processes": 0,
    },
}
# For the synthetic sample cohort (phantom.SAMPLE_COHORT): what the smoke preset lacks to learn something, in minutes on a CPU.
# Chosen on other phantoms than those. Networks this small, trained this little, need far higher learning rates than the
# paper's, and the translator's paint a tumour's inside differently from epoch to epoch: the segmenter sees several of
# them, with stronger and weaker signal. Cochleas, which are bright in the target scans, are painted brighter in one training
# than in another. A patient has one tumour. Self-training draws the target scans as often as the source's, and decides by
# intensity where a structure's edge is: tumours come out too small. The second time gains where the first was weak. In fp32,
# which every processor has: scores of so small a training change with every rounding, and are quoted.
PRESETS["sample"] = {
    "precision": "fp32",
    "translation.batch_size": 1,
    "translation.epochs": 4,
    "translation.decay_epochs": 4,
    "translation.steps_per_epoch": 150,
    "translation.learning_rate": 0.002,
    "translation.pooled_epochs": 3,
    "segmentation.epochs": 5,
    "segmentation.iterations_per_epoch": 100,
    "segmentation.optimizer": "adamw",
    "segmentation.initial_learning_rate": 0.003,
    "segmentation.memory_gb": 0.03,
    "segmentation.base_features": 16,
    "segmentation.tile_step": 0.75,
    "segmentation.structure_scaling_probability": 0.5,
    "segmentation.structure_scaling_highest": 1.5,
    "segmentation.bright_in_target": ("Cochlea",),
    "self_training.initial_learning_rate": 0.0015,
    "self_training.largest_component": ("Vestibular schwannoma",),
    "self_training.warm_start": True,
    "self_training.copies_share_weight": True,
    "self_training.refinement": "both",
    "self_training.refinement_entropy": 0.1,
    "self_training.iterations": 2,
    "evaluation.source_only": True,
}
# What a preset had in earlier versions, so that what was begun with it goes on as it was begun.
FORMER: dict[str, dict[str, Any]] = {
    "sample": {
        "self_training.iterations": 1,
        "self_training.copies_share_weight": False,
        "self_training.refinement": "off",
        "self_training.refinement_entropy": 0.3,
    },
}
