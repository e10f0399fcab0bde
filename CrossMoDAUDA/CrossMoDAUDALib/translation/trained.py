"""A trained image translator applied to volumes: a source scan in, its pseudo-target image on the same grid out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn

from ..compute.acceleration import Acceleration, use_bf16
from ..compute.devices import resolve
from ..core.errors import CrossModaError, InputError
from ..core.progress import Progress, silent
from ..core.settings import Settings
from ..images import volumes
from ..images.intensity import to_stored
from ..images.volumes import Volume
from ..models.model_folder import TRANSLATOR_FILES, read_translator, translator_folder
from ..models.weights import load_weights
from .registry import registration
from .slices import prepare, shows_something

DESCRIPTION, WEIGHTS = TRANSLATOR_FILES
# On the CPU larger batches take memory and save no time.
_BATCH = {"cpu": 2, "mps": 8, "cuda": 16}


class TrainedTranslator:
    """Translates volumes slice by slice.

    Args:
        network: slices (n, 1, image_size, image_size) in [-1, 1] to slices of the same shape and range.
        settings: ``translation.image_size`` and ``intensity`` are used.
        acceleration: where and how the network runs.
    """

    def __init__(self, network: nn.Module, settings: Settings, acceleration: Acceleration) -> None:
        self._network = acceleration.faster(acceleration.place(network).eval())
        self._settings = settings
        self._acceleration = acceleration

    @classmethod
    def load(cls, model: Path, device: str = "auto", precision: str = "auto", weights: Path | None = None) -> TrainedTranslator:
        """A trained translator.

        Args:
            model: an experiment folder, or its ``translation`` folder. Only JSON and safetensors are read, so files from
                somebody else can do no harm.
            device: auto, cuda, cuda:N, mps or cpu.
            precision: auto, bf16 or fp32, as the setting. Nothing is compiled: that takes longer than a few scans.
            weights: those of an earlier epoch, in place of the final ones.

        Raises:
            InputError: there is no trained translator, it is damaged, or there is no such device.
        """
        folder = translator_folder(model)
        settings = read_translator(folder)
        with torch.device("meta"):  # takes no memory: a description cannot claim more than the weights file holds
            network = registration(settings.translation.translator).network(settings)
        path = weights or folder / WEIGHTS
        found = load_weights(path)
        try:
            network.load_state_dict(found, assign=True)
        except RuntimeError as error:
            raise InputError(
                f"{path} does not fit {DESCRIPTION}; copy the model again, or, in a translator of your own, mark the"
                " settings that shape its network with architecture=True, and train again."
            ) from error
        where = resolve(device)
        return cls(network.float(), settings, Acceleration(where, use_bf16(precision, where)))

    @torch.inference_mode()
    def translate(self, volume: Volume, progress: Progress = silent) -> Volume:
        """The pseudo-target image of a source scan, on exactly the scan's grid. Slices that show nothing stay as they are.

        Args:
            volume: a source scan with finite values, any orientation and number of voxels.
            progress: told the slices done.

        Returns:
            int16 thousandths of intensities in [-1, 1] (:func:`.images.intensity.to_stored`).

        Raises:
            InputError: the scan is blank.
            CrossModaError: the network gives no numbers.

        >>> translator = TrainedTranslator.load(Path("EXPERIMENT"), "cpu")
        >>> pseudo_target = translator.translate(volumes.read_volume(Path("scan_ceT1.nii.gz")))
        >>> pseudo_target.array.shape, pseudo_target.array.dtype
        ((16, 32, 32), dtype('int16'))
        """
        volumes.refuse_blank(volume)
        scaled = prepare(volume, self._settings.intensity)
        size = self._settings.translation.image_size
        translated = np.empty(scaled.shape, np.int16)
        batch = _BATCH[self._acceleration.device.type]
        resizes = self._acceleration.device if self._acceleration.device.type == "cuda" else torch.device("cpu")  # MPS cannot antialias
        for first in range(0, len(scaled), batch):
            some = torch.from_numpy(scaled[first : first + batch]).unsqueeze(1)
            shown = volumes.resize_slices(some.to(resizes), (size, size)).to(self._acceleration.device)
            with self._acceleration.kernels(timed=False):
                fake = torch.where(shows_something(shown)[:, None, None, None], self._network(shown), shown)
            if not bool(torch.isfinite(fake).all()):
                raise CrossModaError("The translator gives values that are not finite numbers; its training has failed, train it again.")
            restored = volumes.resize_slices(fake.to(resizes), (scaled.shape[1], scaled.shape[2]))
            translated[first : first + batch] = to_stored(restored.squeeze(1).cpu().numpy())
            progress(min(first + batch, len(scaled)), len(scaled), "translated slices")
        result = volumes.from_canonical(translated, volume.geometry)
        if translated.min() == translated.max():
            note = "its translation is blank; do not use it, and look at the scan and at the translator's samples."
            return replace(result, notes=(note,))
        return result
