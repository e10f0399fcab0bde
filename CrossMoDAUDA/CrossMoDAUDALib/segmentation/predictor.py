"""A trained segmenter: one scan in, one label map on the scan's own grid out, in process and without files."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..config import TranslationSettings
from ..devices import resolve
from ..errors import CrossModaError, InputError
from ..files import read_json
from ..progress import Progress, silent
from ..volumes import Volume, to_canonical
from .dataset import from_network_labels, on_scan_grid, scaled_scan
from .nnunet import limit_threads, quiet

MODEL_FILES = ("model.json", "plans.json", "dataset.json", "segmenter.safetensors")


class Segmenter:
    """An nnU-Net ready to predict.

    Attributes:
        labels: structure names and their values in the label maps it makes.
    """

    def __init__(self, folder: Path, device: str = "auto") -> None:
        description = _description(folder)
        self.labels: dict[str, int] = {str(name): int(value) for name, value in description["labels"].items()}
        self._scaling = TranslationSettings(
            lower_percentile=description["lower_percentile"], upper_percentile=description["upper_percentile"]
        )
        self._predictor = _predictor(folder, description, device)

    @classmethod
    def load(cls, model: Path, device: str = "auto") -> Segmenter:
        """Load the segmenter of an experiment (its last finished iteration), of one iteration, or a model folder.

        Nothing is unpickled: weights are safetensors, everything else is JSON.

        Raises:
            InputError: there is no trained model, it is damaged, or the device is not there.
        """
        return cls(model_folder(model), device)

    def segment(self, volume: Volume, progress: Progress = silent) -> Volume:
        """Segment a target-domain scan.

        Args:
            volume: the scan, any orientation and voxel type.
            progress: told of each patch.

        Returns:
            uint8 label map on the scan's grid, with the values of ``labels``.
        """
        canonical = to_canonical(scaled_scan(volume, self._scaling))
        if not canonical.array.any():
            raise InputError("The scan is zero everywhere; there is nothing to segment.")
        image = np.ascontiguousarray(canonical.array, dtype=np.float32)[None]
        self._predictor.progress = progress
        with quiet():
            predicted = self._predictor.predict_single_npy_array(
                image, {"spacing": list(canonical.geometry.spacing[::-1])}, None, None, False
            )
        return on_scan_grid(from_network_labels(predicted, self.labels), volume)


def model_folder(model: Path) -> Path:
    """Where an experiment's latest model lies; a model folder or an iteration's folder is itself the answer.

    Raises:
        InputError: there is none.
    """
    if not model.exists():
        raise InputError(f"{model} does not exist; name an experiment folder.")
    if not model.is_dir():
        raise InputError(f"{model} is not a folder; name an experiment folder.")
    numbered = [path for path in model.glob("iteration_*") if path.name.removeprefix("iteration_").isdecimal()]
    iterations = sorted(numbered, key=lambda path: -int(path.name.removeprefix("iteration_")))
    for folder in (model, model / "model", *(path / "model" for path in iterations)):
        if (folder / "model.json").is_file():
            return folder
    raise InputError(f"{model} holds no trained segmenter; run the experiment until iteration 0 is done, or name another folder.")


def _description(folder: Path) -> dict[str, Any]:
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise InputError(f"The model in {folder} is incomplete: {name} is missing; copy the whole folder again.")
    try:
        description = read_json(folder / "model.json")
        version = int(description["format"])
    except (OSError, ValueError, KeyError, TypeError):
        raise InputError(f"{folder / 'model.json'} is damaged; copy the model again.") from None
    if version > 1:
        raise InputError(f"The model in {folder} was made by a newer version (format {version}); update CrossMoDAUDA to use it.")
    return dict(description)


def _predictor(folder: Path, description: dict[str, Any], device_name: str) -> Any:
    """nnU-Net's predictor with our network, as its ``initialize_from_trained_model_folder`` makes it, but without pickles."""
    limit_threads()
    device = resolve(device_name)
    try:
        import nnunetv2.inference.predict_from_raw_data as inference
        from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels
        from nnunetv2.utilities.plans_handling.plans_handler import PlansManager
        from safetensors.torch import load_model
    except ModuleNotFoundError as error:
        raise CrossModaError(f"The Python package '{error.name}' is missing; install nnU-Net (pip install nnunetv2).") from None

    from .training import find_trainer

    class ReportingPredictor(inference.nnUNetPredictor):  # type: ignore[misc]
        """Tells how many patches are done."""

        progress: Progress = silent

        def _internal_get_sliding_window_slicers(self, image_size: tuple[int, ...]) -> Any:
            slicers = super()._internal_get_sliding_window_slicers(image_size)
            self._patches, self._done = len(slicers), 0
            return slicers

        def _internal_maybe_mirror_and_predict(self, x: Any) -> Any:
            if self.device.type == "cpu":
                prediction = _mean_over_mirrored(self.network, x, self.allowed_mirroring_axes if self.use_mirroring else ())
            else:
                prediction = super()._internal_maybe_mirror_and_predict(x)
            self._done += 1
            self.progress(self._done, self._patches, "segmenting")
            return prediction

    plans = PlansManager(read_json(folder / "plans.json"))
    dataset = read_json(folder / "dataset.json")
    configuration = plans.get_configuration(description["configuration"])
    axes = description["mirroring_axes"]
    on_gpu = device.type == "cuda"
    with quiet():
        network = find_trainer(description["trainer"]).build_network_architecture(
            plans, configuration, determine_num_input_channels(plans, configuration, dataset),
            plans.get_label_manager(dataset).num_segmentation_heads, enable_deep_supervision=False,
        )  # fmt: skip
        predictor = ReportingPredictor(
            tile_step_size=description["tile_step"], use_mirroring=axes is not None, perform_everything_on_device=on_gpu,
            device=device, allow_tqdm=False,
        )  # fmt: skip
    try:
        load_model(network, folder / "segmenter.safetensors")
    except Exception as error:
        raise InputError(
            f"{folder / 'segmenter.safetensors'} does not fit the model's plans or is damaged; copy the model again."
        ) from error
    predictor.manual_initialization(
        network, plans, configuration, [network.state_dict()], dataset, description["trainer"], tuple(axes) if axes else None
    )
    return predictor


def _mean_over_mirrored(network: Any, patch: Any, axes: Sequence[int] | None) -> Any:
    """The mean prediction over a patch (1, c, z, y, x) and its mirrored copies, as nnU-Net's, but two copies at a time.

    PyTorch's 3-D convolution on the CPU takes a path several times slower for small layers in a batch of one.
    """
    import torch

    dimensions = [axis + 2 for axis in axes or ()]
    mirrored = [chosen for count in range(len(dimensions) + 1) for chosen in itertools.combinations(dimensions, count)]
    total: Any = 0
    for first in range(0, len(mirrored), 2):
        pair = mirrored[first : first + 2]
        batch = torch.cat([torch.flip(patch, chosen) for chosen in (pair * 2)[:2]])
        predicted = network(batch)
        for index, chosen in enumerate(pair):
            total = total + torch.flip(predicted[index : index + 1], chosen)
    return total / len(mirrored)
