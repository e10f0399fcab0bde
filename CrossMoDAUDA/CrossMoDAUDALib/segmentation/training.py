"""One nnU-Net training: its own trainer, made to continue where it was killed and to say how far it is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from ..compute.acceleration import Acceleration
from ..compute.distributed import rank_number, ranks_here
from ..core.errors import CrossModaError
from ..core.files import make_folder, read_json, replacing, write_json
from ..core.progress import Progress
from ..core.settings import Settings
from ..models.model_folder import MODEL_FORMAT
from ..models.plans import CONFIGURATION, FOLD
from ..models.weights import load_weights
from .bookkeeping import Run, network_of, seed_all, trainer_class
from .nnunet import nnunet_session, printing_progress
from .preparation import PLANS
from .ranks import seed_of_rank
from .schedule import apply_schedule, schedule_of

TRAINED_ON = "trained_on.json"


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
    run = Run(seed=seed, progress=progress, device=device, compiled=compiled, settings=settings, left_out=left_out)
    trainer = trainer_class(chosen.trainer)(
        plans=plans,
        configuration=CONFIGURATION,
        fold=FOLD,
        dataset_json=read_json(preprocessed / name / "dataset.json"),
        device=device,
    )
    trainer.run = run
    trainer.device = device  # nnU-Net always takes the first GPU, or that with the process's rank
    apply_schedule(trainer, chosen)
    seed_all(run.seed)
    trainer.initialize()
    output = Path(trainer.output_folder)
    checkpoint = _newest_checkpoint(output)
    if checkpoint is not None:
        trainer.load_checkpoint(str(checkpoint))
    elif start_from is not None and warm:
        # Each tensor is in the file once, however many names it has in the network.
        network_of(trainer).load_state_dict(load_weights(start_from / "segmenter.safetensors"), strict=False)
    # Augmentation processes inherit this state, and one that goes on must not draw what it drew before.
    seed_all(run.seed * 100_003 + trainer.current_epoch + seed_of_rank(trainer))
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
    network = network_of(trainer)
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


def _end_augmentation(trainer: Any) -> None:
    """End the augmentation processes of a training that did not get to do so itself."""
    for loader in (trainer.dataloader_train, trainer.dataloader_val):
        if hasattr(loader, "_finish"):
            loader._finish(timeout=2, force=True)
