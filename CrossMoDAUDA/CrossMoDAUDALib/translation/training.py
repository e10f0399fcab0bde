"""Training of the image translator: epochs, checkpoints, loss table, sample pictures (paper section 2.1).

What it leaves in its folder::

    checkpoint.pt            everything that training goes on from
    checkpoint_previous.pt   the one before, should that be damaged
    losses.csv               a row per epoch: mean of each loss, learning rate
    samples/epoch_0001.png   a few slices and their translations; samples/latest.png is the newest; see samples.py
    pooled/epoch_0150.safetensors   the network as it was after that epoch, if ``translation.pooled_epochs`` asks for some
    generator.safetensors    the trained source-to-target network
    translator.json          its architecture and how to scale scans for it; written last
"""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..compute.acceleration import Acceleration
from ..compute.checkpoints import is_whole, replacing_checkpoint
from ..compute.distributed import device_name, means, rank_number
from ..core.errors import CrossModaError
from ..core.files import replacing, write_csv, write_json
from ..core.progress import Progress
from ..core.settings import Settings, setting_fields
from ..models.model_folder import describe_translator
from .pooling import kept_epochs, kept_weights
from .protocol import SAMPLE_ROWS, Translator
from .registry import registration
from .samples import SAMPLES, write_samples
from .slices import SliceSampler
from .trained import DESCRIPTION, WEIGHTS

CHECKPOINT = "checkpoint.pt"
PREVIOUS = "checkpoint_previous.pt"
LOSSES = "losses.csv"
# A report with losses waits for the device, and a report at all costs the worker a line: neither on every step.
_SECONDS_BETWEEN_REPORTS = 0.1
_STEPS_BETWEEN_METRICS = 20


def train(
    source_slices: Path,
    target_slices: Path,
    folder: Path,
    settings: Settings,
    device: torch.device,
    progress: Progress,
    label_slices: Path | None = None,
) -> None:
    """Train the translator, or go on from the checkpoint in ``folder``, until it is written there.

    On the CPU an interrupted training ends in the same weights, bit for bit, as one that was not. Several processes
    (:func:`.compute.distributed.run`) do, beyond rounding, what one does; the first of them writes.

    Args:
        source_slices, target_slices: files of :func:`.slices.build_slices`.
        folder: where everything goes; see above.
        settings: ``translation``, the translator's own section, ``seed``, ``precision`` and ``compile`` are used.
        device: where the networks are trained.
        progress: told the step of all epochs' steps, with the mean losses of the epoch so far.
        label_slices: file of :func:`.slices.build_label_slices`, if the translator uses labels.

    Raises:
        CrossModaError: a loss became infinite, the device's memory does not suffice, the checkpoint is damaged or of
            other settings, or an earlier network that was kept is gone.
    """
    translation, kept = settings.translation, kept_epochs(settings.translation)
    sampler = SliceSampler(source_slices, target_slices, translation, settings.seed, device, label_slices)
    acceleration = Acceleration.choose(settings, device)
    translator = registration(translation.translator).make(settings, acceleration)
    history = _resume(folder, translator, settings, sampler)
    _refuse_lost(folder, [epoch for epoch in kept if epoch <= len(history)])
    epochs = translation.epochs + translation.decay_epochs
    report = _Reporter(progress, epochs, sampler.steps)
    try:
        with acceleration.kernels():
            for epoch in range(len(history), epochs):
                rate = translation.learning_rate * learning_rate_factor(epoch, translation.epochs, translation.decay_epochs)
                translator.set_learning_rate(rate)
                losses = _train_epoch(translator, sampler, epoch, report)
                history.append({**losses, "learning_rate": rate})
                if rank_number() == 0 and len(history) in kept:
                    _write_weights(kept_weights(folder, len(history)), translator)
                if rank_number() == 0 and (len(history) % translation.checkpoint_every == 0 or len(history) == epochs):
                    _write_checkpoint(folder, translator, settings, sampler, history)
                report(epoch, sampler.steps, history[-1])
    except torch.cuda.OutOfMemoryError as error:
        raise CrossModaError(
            f"{device_name(device)} has too little free memory to train the translator; lower translation.batch_size"
            f" (now {translation.batch_size}) or end other programs that use it."
        ) from error
    if rank_number() == 0:
        _write_translator(folder, translator, settings)


def _train_epoch(translator: Translator, sampler: SliceSampler, epoch: int, report: _Reporter) -> dict[str, float]:
    """Mean of each loss over one epoch. Raises CrossModaError when one is not finite."""
    sums: dict[str, Tensor] = {}
    for step in range(sampler.steps):
        for name, loss in means(translator.step(*sampler.batch(epoch, step))).items():
            sums[name] = sums[name] + loss if name in sums else loss
        if report.due(last=step + 1 == sampler.steps):
            report(epoch, step + 1, _finite_means(sums, step + 1, epoch) if report.metrics_due(epoch, step + 1) else {})
    return _finite_means(sums, sampler.steps, epoch)


def _finite_means(sums: dict[str, Tensor], steps: int, epoch: int) -> dict[str, float]:
    values = (torch.stack(list(sums.values())) / steps).tolist()  # the one wait for the device
    if not all(math.isfinite(value) for value in values):
        raise CrossModaError(
            f"Training of the translator diverged in epoch {epoch + 1} (a loss is not finite);"
            " lower translation.learning_rate and start a new experiment."
        )
    return dict(zip(sums, values, strict=True))


class _Reporter:
    """Tells the progress now and then, so that telling never slows the training."""

    def __init__(self, progress: Progress, epochs: int, steps: int) -> None:
        self._progress = progress
        self._epochs = epochs
        self._steps = steps
        self._told_at = -math.inf
        self._metrics_at = -math.inf

    def due(self, last: bool) -> bool:
        """Whether it is time to report; the last step of an epoch is reported when its checkpoint is written."""
        return not last and time.monotonic() - self._told_at >= _SECONDS_BETWEEN_REPORTS

    def metrics_due(self, epoch: int, done: int) -> bool:
        """Whether the losses are worth waiting for again."""
        return epoch * self._steps + done - self._metrics_at >= _STEPS_BETWEEN_METRICS

    def __call__(self, epoch: int, done: int, metrics: dict[str, float]) -> None:
        """Report that ``done`` steps of ``epoch`` (counted from 0) are done."""
        step = epoch * self._steps + done
        self._told_at = time.monotonic()
        if metrics:
            self._metrics_at = step
        self._progress(step, self._epochs * self._steps, f"epoch {epoch + 1} of {self._epochs}", **metrics)


def _identity(settings: Settings, sampler: SliceSampler) -> dict[str, Any]:
    """What a checkpoint must have in common with the training that goes on from it; settings by the names that older versions wrote."""
    values = settings.values()
    return {"seed": settings.seed, "slices": list(sampler.counts), **{name: values[key] for name, key in _keys(settings).items()}}


def _keys(settings: Settings) -> dict[str, str]:
    """The keys of the settings that decide a translator's training, by the names that checkpoints have for them."""
    fields, found = setting_fields(), {}
    for key in settings.values():
        section, _, name = key.rpartition(".")
        if key in ("translation.check_agreement", "translation.drop_failed"):  # what is done with its translations
            continue
        if section in ("translation", "intensity", registration(settings.translation.translator).section):
            is_old = "translation" in (section, fields[key][0].metadata["formerly"])
            found[name if is_old else key] = key
    return found


def _write_checkpoint(
    folder: Path, translator: Translator, settings: Settings, sampler: SliceSampler, history: list[dict[str, float]]
) -> None:
    """Losses and pictures first: a checkpoint that is there vouches for them."""
    told = list(history[-1])  # an earlier version also told losses that have no weight
    rows = [[number, *(row[name] for name in told)] for number, row in enumerate(history, start=1)]
    write_csv(folder / LOSSES, [["epoch", *told], *rows])
    write_samples(folder / SAMPLES, translator, *sampler.spread(SAMPLE_ROWS), len(history))
    state = {"of": _identity(settings, sampler), "history": history, "model": translator.state_dict()}
    with replacing_checkpoint(folder / CHECKPOINT, folder / PREVIOUS) as partial:
        torch.save(state, partial)


def _resume(folder: Path, translator: Translator, settings: Settings, sampler: SliceSampler) -> list[dict[str, float]]:
    """Load the newest checkpoint, if there is one, into the model; the rows of the finished epochs."""
    path = next((path for path in (folder / CHECKPOINT, folder / PREVIOUS) if path.is_file()), None)
    if path is None:
        return []
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        wanted, fields = _identity(settings, sampler), setting_fields()
        # A setting that is younger than the checkpoint had its default then.
        found = {**{name: fields[key][0].default for name, key in _keys(settings).items()}, **state["of"]}
        changed = [name for name in wanted if found.get(name) != wanted[name]]
        if not changed:
            translator.load_state_dict(state["model"])
            history: list[dict[str, float]] = state["history"]
            return history
    except Exception as error:
        if is_whole(path):  # then it is the memory, the GPU, the disk or this program, and the checkpoint is still good
            raise
        raise CrossModaError(f"{path} is damaged; delete it to train the translator from the start.") from error
    raise CrossModaError(
        f"{path} was begun with another {changed[0]} ({found.get(changed[0])}, now {wanted[changed[0]]});"
        " go on with the settings and scans it was begun with, or delete it to start again."
    )


def _write_translator(folder: Path, translator: Translator, settings: Settings) -> None:
    """The trained network, for :class:`.trained.TrainedTranslator`; its description last, as it says that all is there."""
    _write_weights(folder / WEIGHTS, translator)
    write_json(folder / DESCRIPTION, describe_translator(settings))


def _write_weights(path: Path, translator: Translator) -> None:
    from safetensors.torch import save_file

    weights = {name: tensor.detach().cpu().contiguous() for name, tensor in translator.trained_network().state_dict().items()}
    with replacing(path) as partial:
        save_file(weights, partial)


def _refuse_lost(folder: Path, epochs: list[int]) -> None:
    """Make sure that the networks of finished epochs are there: a training that goes on does not come by them again.

    Raises:
        CrossModaError: one is gone.
    """
    for path in (kept_weights(folder, epoch) for epoch in epochs):
        if not path.is_file():
            raise CrossModaError(
                f"{path} is gone; put it back, or delete {folder / CHECKPOINT} and {folder / PREVIOUS} to train the translator anew."
            )


def learning_rate_factor(epoch: int, constant_epochs: int, decay_epochs: int) -> float:
    """Share of the initial learning rate in an epoch: one at first, then falling linearly.

    The paper's 200 epochs: 100 at 0.00015, then 100 linear ones. The fall begins with the first epoch of the decay and would
    be at zero in the epoch after the last, so that no epoch is spent without learning.

    Args:
        epoch: counted from 0.
    """
    return 1.0 - max(0, epoch - constant_epochs + 1) / (decay_epochs + 1)
