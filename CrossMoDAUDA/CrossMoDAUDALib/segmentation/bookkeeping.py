"""What nnU-Net's trainer is to do beside training: draw what it is told to, say how far it is, and continue where it was killed."""

from __future__ import annotations

import multiprocessing
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from ..compute.checkpoints import replacing_checkpoint
from ..compute.distributed import rank_number
from ..core.errors import CrossModaError
from ..core.parallel import end_with_parent
from ..core.progress import Progress
from ..core.settings import Settings
from .dataset import drawn_by_weight
from .nnunet import find_trainer
from .on_cpu import hasten, precision_of
from .ranks import OwnShare, draws_whole_batches, seed_of_rank, shared_on
from .schedule import adamw
from .structure_scaling import ObservedDataset, StructureScaling, factors_of

if TYPE_CHECKING:
    from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer as _Trainer
else:  # its import takes seconds, and which trainer it is a setting says
    _Trainer = object

_SECONDS_BETWEEN_PLOTS = 60


@dataclass
class Run:
    """What our trainer needs to know beyond nnU-Net's own arguments.

    Attributes:
        seed: of the training.
        progress: told of each step.
        device: where it trains.
        compiled: whether nnU-Net may compile the network.
        settings: the experiment's.
        left_out: preprocessed cases that are not learned from.
    """

    seed: int
    progress: Progress
    device: torch.device
    compiled: bool
    settings: Settings
    left_out: Sequence[str]


def trainer_class(name: str) -> Any:
    """nnU-Net's trainer of a name, with :class:`Bookkeeping`.

    Raises:
        InputError: nnU-Net has none.
    """
    base = find_trainer(name)
    # Checkpoints and folders carry the class's name: under nnU-Net's own, a stock nnU-Net loads them.
    return type(base.__name__, (Bookkeeping, base), {})


class Bookkeeping(_Trainer):  # type: ignore[misc]
    """Goes before nnU-Net's trainer. The method, from sampling to schedule, is untouched unless a setting asks for more."""

    run: Run
    batch_size: int
    oversample_foreground_percent: float
    _oversampled: float

    def configure_optimizers(self) -> Any:
        if self.device.type == "cpu":  # here, because the network is made by now and not yet shared between processes
            hasten(self.network, precision_of(self.run.settings.precision, self.device))
        return adamw(self) if self.run.settings.segmentation.optimizer == "adamw" else super().configure_optimizers()

    def initialize(self) -> None:
        with shared_on(self.device):
            super().initialize()

    def get_dataloaders(self) -> Any:
        if not draws_whole_batches(self):
            return super().get_dataloaders()
        own = self.batch_size, self.oversample_foreground_percent
        self.batch_size, self.oversample_foreground_percent = self.configuration_manager.batch_size, self._oversampled
        try:
            learned, validated = super().get_dataloaders()
        finally:
            self.batch_size, self.oversample_foreground_percent = own
        return OwnShare(learned), OwnShare(validated)

    def _set_batch_size_and_oversample(self) -> None:
        self._oversampled = self.oversample_foreground_percent
        super()._set_batch_size_and_oversample()

    def get_training_transforms(self, *args: Any, **kwargs: Any) -> Any:
        transforms = super().get_training_transforms(*args, **kwargs)
        if self.device.type == "cpu":
            _choose_blur_by_rule(transforms)
        factors = factors_of(self.run.settings)
        self._scaling = StructureScaling(factors) if any(one.probability for one in factors) else None
        return _EndingWithParent(transforms, self._scaling)

    def get_tr_and_val_datasets(self) -> Any:
        learned, validated = super().get_tr_and_val_datasets()
        validated.identifiers = [name for name in validated.identifiers if name not in self.run.left_out]
        chosen = self.run.settings.self_training
        learned.identifiers = drawn_by_weight(validated.identifiers, chosen.pseudo_label_weight, chosen.copies_share_weight)
        return ObservedDataset(learned, self._scaling) if self._scaling else learned, validated

    def get_validation_transforms(self, *args: Any, **kwargs: Any) -> Any:
        return _EndingWithParent(super().get_validation_transforms(*args, **kwargs))

    def on_train_start(self) -> None:
        self._draw, self._drawn_at = self.logger.plot_progress_png, time.monotonic()
        self.logger.plot_progress_png = self._plot_now_and_then
        super().on_train_start()

    def _plot_now_and_then(self, folder: str) -> None:
        # The picture takes a second; after every epoch of a small training it would take longer than the epochs.
        if time.monotonic() - self._drawn_at > _SECONDS_BETWEEN_PLOTS or self.current_epoch + 1 == self.num_epochs:
            self._draw(folder)
            self._drawn_at = time.monotonic()

    def on_train_epoch_start(self) -> None:
        seed_all(self.run.seed * 100_003 + self.current_epoch + 1 + seed_of_rank(self))
        super().on_train_epoch_start()
        self._steps = 0

    def _do_i_compile(self) -> bool:
        return bool(super()._do_i_compile()) and self.run.compiled

    def train_step(self, batch: dict[str, Any]) -> dict[str, Any]:
        losses: dict[str, Any] = super().train_step(batch)
        self._steps += 1
        done = self.current_epoch * self.num_iterations_per_epoch + self._steps
        message = f"epoch {self.current_epoch + 1} of {self.num_epochs}"
        self.run.progress(done, self.num_epochs * self.num_iterations_per_epoch, message)
        return losses

    def on_epoch_end(self) -> None:
        losses = {
            "train_loss": self.logger.get_value("train_losses", step=-1),
            "validation_loss": self.logger.get_value("val_losses", step=-1),
        }
        if not np.isfinite(losses["train_loss"]) and not _is_finite(network_of(self)):  # in fp16 single steps may overflow, and are skipped
            raise CrossModaError(
                f"nnU-Net's loss is no longer a number in epoch {self.current_epoch + 1};"
                " lower segmentation.initial_learning_rate in a new experiment."
            )
        score = float(self.logger.get_value("mean_fg_dice", step=-1))
        super().on_epoch_end()
        total = self.num_epochs * self.num_iterations_per_epoch
        # The Dice of an epoch whose validation patches hold no structure is not a number.
        numbers = {name: float(value) for name, value in {**losses, "pseudo_dice": score}.items() if np.isfinite(value)}
        self.run.progress(
            self.current_epoch * self.num_iterations_per_epoch,
            total,
            f"epoch {self.current_epoch} of {self.num_epochs}",
            **numbers,
        )

    def save_checkpoint(self, filename: str) -> None:
        if rank_number() == 0:
            with replacing_checkpoint(Path(filename)) as partial:
                super().save_checkpoint(str(partial))

    def plot_network_architecture(self) -> None:
        """Needs a package that no longer installs; nothing to plot."""


class _EndingWithParent:
    """Transforms that run in augmentation processes, which do not outlive the training.

    Args:
        first: a transform to come before them.
    """

    def __init__(self, transforms: Any, first: StructureScaling | None = None) -> None:
        self._transforms, self._first = transforms, first

    def __call__(self, **data: Any) -> Any:
        if multiprocessing.parent_process() is not None and signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # being interrupted is left to the training, which ends these processes
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        end_with_parent()
        return self._transforms(**(self._first(**data) if self._first else data))

    def __repr__(self) -> str:
        return repr(self._transforms)


def _is_finite(network: Any) -> bool:
    return all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters())


def _choose_blur_by_rule(transforms: Any) -> None:
    """Keep nnU-Net's blur from timing two implementations and taking the faster, which no seed controls."""
    for transform in getattr(transforms, "transforms", []):
        inner = getattr(transform, "transform", transform)
        if hasattr(inner, "benchmark"):
            inner.benchmark = False


def seed_all(seed: int) -> None:
    """Seed every generator that nnU-Net draws from: Python's, NumPy's and PyTorch's."""
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def network_of(trainer: Any) -> Any:
    """The trainer's network as it is without torch.compile and DistributedDataParallel."""
    network = trainer.network
    while True:
        if isinstance(network, torch.nn.parallel.DistributedDataParallel):
            network = network.module
        elif hasattr(network, "_orig_mod"):
            network = network._orig_mod
        else:
            return network
