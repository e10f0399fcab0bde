"""One nnU-Net training: its own trainer, made to continue where it was killed and to say how far it is."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ..compute.acceleration import Acceleration
from ..compute.checkpoints import replacing_checkpoint
from ..compute.distributed import rank_number, ranks_here
from ..core.errors import CrossModaError
from ..core.files import make_folder, read_json, replacing, write_json
from ..core.parallel import end_with_parent
from ..core.progress import Progress
from ..core.settings import Settings
from ..models.model_folder import MODEL_FORMAT
from ..models.plans import CONFIGURATION, FOLD
from ..models.weights import load_weights
from .dataset import drawn_by_weight
from .nnunet import find_trainer, nnunet_session, printing_progress
from .on_cpu import hasten, precision_of
from .preparation import PLANS
from .ranks import OwnShare, draws_whole_batches, seed_of_rank, shared_on
from .schedule import adamw, apply_schedule, schedule_of
from .structure_scaling import ObservedDataset, StructureScaling, factors_of

TRAINED_ON = "trained_on.json"
_SECONDS_BETWEEN_PLOTS = 60


@dataclass
class _Run:
    """What our trainer needs to know beyond nnU-Net's own arguments."""

    seed: int
    progress: Progress
    device: torch.device
    compiled: bool
    settings: Settings
    left_out: Sequence[str]


def train(
    preprocessed: Path,
    name: str,
    model: Path,
    settings: Settings,
    iteration: int,
    device: torch.device,
    progress: Progress,
    start_from: Path | None = None,
    trained_on: dict[str, Any] | None = None,
    left_out: Sequence[str] = (),
) -> bool:
    """Train on a preprocessed data set and export the model. Needs an open ``nnunet_session``.

    A killed training goes on from its last checkpoint. Each epoch is seeded by its number, so on the CPU without
    augmentation processes the result is, to the bit, that of an uninterrupted run. Several processes
    (:func:`.compute.distributed.run`) train as nnU-Net's own training on several GPUs; the first of them exports.

    Args:
        name: the data set's folder name.
        model: folder for the exported model (see :func:`export`).
        iteration: self-training iteration; varies the seed.
        start_from: an exported model to start from (warm start).
        trained_on: :class:`.models.training_summary.TrainedOn` as JSON, for the exported model.
        left_out: preprocessed cases that are not learned from.

    Returns:
        Whether ``start_from`` was what the training began with; it cannot be where nnU-Net planned another network. Then the
        schedule is iteration 0's.

    Raises:
        CrossModaError: the training diverged or its helper processes died.
    """
    plans = read_json(preprocessed / name / f"{PLANS}.json")
    plans["continue_training"] = False
    warm = start_from is not None and _same_network(plans, start_from)
    # What begins anew has to learn all, so it takes as long as iteration 0.
    chosen = schedule_of(settings, 0 if start_from is not None and not warm else iteration)
    compiled = Acceleration.choose(settings, device).compiled
    seed = settings.seed * 1009 + iteration
    run = _Run(seed=seed, progress=progress, device=device, compiled=compiled, settings=settings, left_out=left_out)
    trainer = _trainer_class(chosen.trainer)(
        plans=plans,
        configuration=CONFIGURATION,
        fold=FOLD,
        dataset_json=read_json(preprocessed / name / "dataset.json"),
        device=device,
    )
    trainer.run = run
    trainer.device = device  # nnU-Net always takes the first GPU, or that with the process's rank
    apply_schedule(trainer, chosen)
    _seed(run.seed)
    trainer.initialize()
    output = Path(trainer.output_folder)
    checkpoint = _newest_checkpoint(output)
    if checkpoint is not None:
        trainer.load_checkpoint(str(checkpoint))
    elif start_from is not None and warm:
        # Each tensor is in the file once, however many names it has in the network.
        _network(trainer).load_state_dict(load_weights(start_from / "segmenter.safetensors"), strict=False)
    # Augmentation processes inherit this state, and one that goes on must not draw what it drew before.
    _seed(run.seed * 100_003 + trainer.current_epoch + seed_of_rank(trainer))
    if not (output / "checkpoint_final.pth").is_file():
        try:
            trainer.run_training()
        except RuntimeError as error:
            if "background worker" in str(error).lower():
                raise CrossModaError(
                    "nnU-Net's augmentation processes died, most likely because memory ran out (nnunet.log may say more);"
                    " run again with --set helper_processes=0."
                ) from error
            raise
        finally:
            _end_augmentation(trainer)
    if rank_number() == 0:
        export(trainer, model, settings, trained_on)
    return warm


def train_in_session(
    folders: tuple[Path, Path, Path],
    log: Path,
    augmentation: int,
    name: str,
    model: Path,
    settings: Settings,
    iteration: int,
    start_from: Path | None,
    device: torch.device,
    progress: Progress,
    left_out: Sequence[str] = (),
) -> bool:
    """:func:`train` for :func:`.compute.distributed.run`, with an ``nnunet_session`` of its own in each process.

    Args:
        folders: nnU-Net's three; in the third lies what the model is to say of its training data (``trained_on.json``).
        log: where nnU-Net's prints go; what further processes print is the same again, and thrown away.
        augmentation: helper processes on each machine; 0 augments in the training's processes.
        left_out: as :func:`train`'s.
    """
    each = max(1, augmentation // ranks_here()) if augmentation else 0
    known = folders[2] / TRAINED_ON
    trained_on = read_json(known) if known.is_file() else None
    with nnunet_session(*folders, log if rank_number() == 0 else Path(os.devnull), each) as outside:
        told = printing_progress(progress, outside)
        return train(folders[1], name, model, settings, iteration, device, told, start_from, trained_on, left_out)


def export(trainer: Any, model: Path, settings: Settings, trained_on: dict[str, Any] | None = None) -> None:
    """Write everything that prediction needs: weights as safetensors, nnU-Net's plans and data-set description, ``model.json`` last."""
    from safetensors.torch import save_file

    # nnU-Net's state lists a tensor under several names. One of each suffices, and always the same one: safetensors' own
    # save_model notes the others in an order that differs from run to run.
    network = _network(trainer)
    persistent = network.state_dict().keys()
    once = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in once.items() if name in persistent}
    make_folder(model)
    with replacing(model / "segmenter.safetensors") as partial:
        save_file(weights, partial)
    write_json(model / "plans.json", trainer.plans_manager.plans)
    description = {key: value for key, value in trainer.dataset_json.items() if key != "dataset"}
    write_json(model / "dataset.json", description)
    axes = trainer.inference_allowed_mirroring_axes
    write_json(
        model / "model.json",
        {
            "format": MODEL_FORMAT,
            "labels": settings.labels,
            "trainer": settings.segmentation.trainer,
            "configuration": CONFIGURATION,
            "mirroring_axes": list(axes) if axes is not None and settings.segmentation.mirroring else None,
            "tile_step": settings.segmentation.tile_step,
            "lower_percentile": settings.intensity.lower_percentile,
            "upper_percentile": settings.intensity.upper_percentile,
            "largest_component": list(settings.self_training.largest_component),
            **({"trained_on": trained_on} if trained_on else {}),
        },
    )


def _trainer_class(name: str) -> Any:
    """nnU-Net's trainer with our bookkeeping. The method, from sampling to schedule, is untouched unless a setting asks for more."""
    base = find_trainer(name)

    class ExperimentTrainer(base):  # type: ignore[misc, valid-type]
        run: _Run
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
            _seed(self.run.seed * 100_003 + self.current_epoch + 1 + seed_of_rank(self))
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
            if not np.isfinite(losses["train_loss"]) and not _is_finite(
                _network(self)
            ):  # in fp16 single steps may overflow, and are skipped
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

    # Checkpoints and folders carry the class's name: under nnU-Net's own, a stock nnU-Net loads them.
    ExperimentTrainer.__name__ = base.__name__
    return ExperimentTrainer


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


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)
    torch.manual_seed(seed)


def _newest_checkpoint(folder: Path) -> Path | None:
    """The checkpoint to go on from; every one of them is a whole state at the end of an epoch."""
    final = folder / "checkpoint_final.pth"
    if final.is_file():
        return final
    # Of one epoch the best is written last. Time stamps say nothing where a clock was set or files were copied.
    found = [path for path in (folder / "checkpoint_best.pth", folder / "checkpoint_latest.pth") if path.is_file()]
    return max(found, key=_epoch, default=None)


def _epoch(checkpoint: Path) -> int:
    # nnU-Net's own checkpoints hold more than tensors, such as the list of losses; the weights stay on the disk.
    return int(torch.load(checkpoint, map_location="cpu", weights_only=False, mmap=True)["current_epoch"])


def _same_network(plans: Any, model: Path) -> bool:
    """Whether nnU-Net planned the same network for an exported model."""
    before, now = (found["configurations"][CONFIGURATION]["architecture"] for found in (read_json(model / "plans.json"), plans))
    return bool(before == now)


def _network(trainer: Any) -> Any:
    """The trainer's network as it is without torch.compile and DistributedDataParallel."""
    network = trainer.network
    while True:
        if isinstance(network, torch.nn.parallel.DistributedDataParallel):
            network = network.module
        elif hasattr(network, "_orig_mod"):
            network = network._orig_mod
        else:
            return network


def _end_augmentation(trainer: Any) -> None:
    """End the augmentation processes of a training that did not get to do so itself."""
    for loader in (trainer.dataloader_train, trainer.dataloader_val):
        if hasattr(loader, "_finish"):
            loader._finish(timeout=2, force=True)
