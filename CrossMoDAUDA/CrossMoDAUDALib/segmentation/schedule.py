"""How long and how fast nnU-Net trains: by the settings, or by a trainer class that has numbers of its own."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import textwrap
from typing import Any

import torch

from ..core.errors import InputError
from ..core.settings import SegmentationSettings, Settings

# The trainer's attribute for each setting.
_ATTRIBUTES = {
    "epochs": "num_epochs",
    "iterations_per_epoch": "num_iterations_per_epoch",
    "validation_iterations_per_epoch": "num_val_iterations_per_epoch",
    "initial_learning_rate": "initial_lr",
    "checkpoint_every": "save_every",
}


def schedule_of(settings: Settings, iteration: int) -> SegmentationSettings:
    """The segmenter's settings in a self-training iteration, which may be shorter or gentler than iteration 0."""
    again = settings.self_training
    changed = {"epochs": again.epochs, "initial_learning_rate": again.initial_learning_rate} if iteration else {}
    return dataclasses.replace(settings.segmentation, **{name: value for name, value in changed.items() if value})  # type: ignore[arg-type]


def apply_schedule(trainer: Any, chosen: SegmentationSettings) -> None:
    """Give a trainer the settings that differ from nnU-Net's own; the others are as its class has them."""
    for setting in _changed(chosen):
        setattr(trainer, _ATTRIBUTES[setting], getattr(chosen, setting))


def adamw(trainer: Any) -> tuple[torch.optim.Optimizer, Any]:
    """AdamW and nnU-Net's falling learning rate for it, instead of a trainer's own optimizer; weight decay is nnU-Net's."""
    from nnunetv2.training.lr_scheduler.polylr import PolyLRScheduler

    rate = trainer.initial_lr
    optimizer = torch.optim.AdamW(trainer.network.parameters(), lr=rate, weight_decay=trainer.weight_decay)
    return optimizer, PolyLRScheduler(optimizer, rate, trainer.num_epochs)


def refuse_other_schedule(chosen: SegmentationSettings, trainer: type) -> None:
    """Make sure that what is trained is what the settings say, and an experiment records.

    Args:
        trainer: the trainer class that ``chosen`` names.

    Raises:
        InputError: it has a number of its own where the settings have nnU-Net's, as
            ``nnUNetTrainer_5epochs`` has 5 epochs.
    """
    own = own_numbers(trainer)
    for setting, attribute in _ATTRIBUTES.items():
        number, said = own.get(attribute), getattr(chosen, setting)
        if number not in (None, said) and setting not in _changed(chosen):
            raise InputError(
                f"segmentation.{setting} is {said}, but the trainer {chosen.trainer} has {number};"
                f" add --set segmentation.{setting}={number}, or use another trainer."
            )


def own_numbers(trainer: type) -> dict[str, Any]:
    """What a trainer class itself sets, by attribute; read from its code, as making one takes a data set."""
    found: dict[str, Any] = {}
    for kind in reversed(trainer.__mro__[: [base.__name__ for base in trainer.__mro__].index("nnUNetTrainer")]):
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(kind.__init__)))  # type: ignore[misc]
        except (OSError, TypeError):  # there is no code to read
            continue
        if "__init__" not in vars(kind):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                found |= {target.attr: node.value.value for target in node.targets if isinstance(target, ast.Attribute)}
    return found


def _changed(chosen: SegmentationSettings) -> list[str]:
    unchanged = SegmentationSettings()
    return [setting for setting in _ATTRIBUTES if getattr(chosen, setting) != getattr(unchanged, setting)]
