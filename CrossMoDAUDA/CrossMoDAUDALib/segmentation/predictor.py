"""A trained segmenter: one scan in, one label map on the scan's own grid out, in process and without files."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ..compute.devices import resolve
from ..core import garbage
from ..core.errors import CrossModaError, InputError
from ..core.failures import is_of_this_machine
from ..core.progress import Progress, silent
from ..core.settings import SegmentationSettings
from ..images.volumes import Array, Volume
from ..models.model_folder import Model, model_folder, read_model
from ..models.plans import CONFIGURATION
from ..models.weights import load_weights
from .dataset import from_network_labels, on_scan_grid
from .nnunet import find_trainer, prediction_session, printing_progress
from .one_scan import as_the_network_sees, as_the_user_knows
from .postprocessing import doubtful_structures

# What a scan may have at the voxel size that the model works with: forty times a head at half a millimetre.
MOST_VOXELS = 1 << 30


class Segmenter:
    """An nnU-Net ready to predict.

    Attributes:
        labels: structure names and their values in the label maps it makes.
        trained_on: what it was trained on; None for a model that does not say.
        is_mirrored: whether it has learned from scans mirrored along all axes, so that it should segment them alike.
    """

    def __init__(self, folder: Path, device: str = "auto", largest_component: Sequence[str] | None = None, precision: str = "auto") -> None:
        model = read_model(folder)
        self.labels, self.trained_on = model.settings.labels, model.trained_on
        self._scaling = model.settings.intensity
        own = model.settings.self_training.largest_component
        self._single = [self.labels[name] for name in (own if largest_component is None else largest_component)]
        self._spacing = model.spacing
        self.is_mirrored = len(model.mirroring_axes or ()) == len(model.spacing)
        with prediction_session():
            self._predictor = _predictor(model, device, precision)

    @classmethod
    def load(cls, model: Path, device: str = "auto", largest_component: Sequence[str] | None = None, precision: str = "auto") -> Segmenter:
        """Load the segmenter of an experiment (its last finished iteration), of one iteration, or a model folder.

        Nothing is unpickled: weights are safetensors, everything else is JSON.

        Args:
            largest_component: structures of the model of which only the largest component is kept; None for its own choice.
            precision: on the CPU auto, bf16 or fp32, as the setting; auto is bf16 where there are units for it. On GPUs nnU-Net's own.

        Raises:
            InputError: there is no trained model, it is damaged, or the device is not there.
        """
        return cls(model_folder(model), device, largest_component, precision)

    def segment(self, volume: Volume, progress: Progress = silent) -> Volume:
        """Segment a target-domain scan.

        Args:
            volume: the scan, any orientation and voxel type.
            progress: told of each patch; what it raises, for example to cancel, ends the prediction and is raised here.

        Returns:
            uint8 label map on the scan's grid, with the values of ``labels``.

        Raises:
            InputError: the scan is blank.

        >>> from CrossMoDAUDALib.images.volumes import read_volume
        >>> segmenter = Segmenter.load(Path("EXPERIMENT"), "cpu")
        >>> segmenter.labels
        {'Vestibular schwannoma': 1, 'Cochlea': 2}
        >>> scan = read_volume(Path("scan_hrT2.nii.gz"))
        >>> label_map = segmenter.segment(scan)
        >>> label_map.array.dtype, label_map.geometry.differences(scan.geometry)
        (dtype('uint8'), [])
        """
        return self._on_scan(self._predict(volume, progress, False), volume)

    def segment_with_probabilities(self, volume: Volume, progress: Progress = silent, mirroring: bool = True) -> tuple[Volume, Array]:
        """As :meth:`segment`, with the probabilities that the label map is made of, from the same pass.

        Args:
            mirroring: whether mirrored copies are averaged where the model does that; one pass of eight is enough to compare scans.

        Returns:
            The label map, and float32 probabilities of background and of each structure in ascending order of its value, shape
            (1 + structures, z, y, x), in the canonical orientation of the scan (:func:`.images.volumes.to_canonical`).
        """
        averages = self._predictor.use_mirroring
        self._predictor.use_mirroring = averages and mirroring
        try:
            predicted, probabilities = self._predict(volume, progress, True)
        finally:
            self._predictor.use_mirroring = averages
        return self._on_scan(predicted, volume), probabilities

    def doubts(self, volume: Volume, probabilities: Array, entropy: float) -> Volume:
        """The structure that each voxel is in doubt of (:func:`.postprocessing.doubtful_structures`).

        Args:
            volume: the scan.
            probabilities: as :meth:`segment_with_probabilities` gives them for it.
            entropy: above which a voxel is in doubt, in nats.

        Returns:
            The value of the structure that is in doubt, 0 where none is, on the scan's grid.
        """
        return on_scan_grid(from_network_labels(doubtful_structures(probabilities, entropy), self.labels), volume)

    def weights(self) -> dict[str, Any]:
        """The network's tensors by every name that they have in nnU-Net's own state, each in memory of its own; on the CPU."""
        held: dict[int, Any] = {}  # a tensor of several names is one
        state = self._predictor.list_of_parameters[0]
        return {name: held.setdefault(tensor.data_ptr(), _plain(tensor)) for name, tensor in state.items()}

    def _predict(self, volume: Volume, progress: Progress, with_probabilities: bool) -> Any:
        """nnU-Net's label array in canonical orientation, or that and the probabilities."""
        import torch

        canonical = as_the_network_sees(volume, self._scaling)
        self._refuse_giant(canonical)
        with prediction_session() as outside:
            self._predictor.progress = printing_progress(progress, outside)
            threads = torch.get_num_threads()
            try:
                return self._predictor.predict_single_npy_array(
                    canonical.array[None], {"spacing": list(canonical.geometry.spacing[::-1])}, None, None, with_probabilities
                )
            finally:
                torch.set_num_threads(threads)  # nnU-Net's, which it does not undo when it is interrupted

    def _on_scan(self, predicted: Array, volume: Volume) -> Volume:
        return as_the_user_knows(predicted, volume.geometry, self.labels, self._single)

    def _refuse_giant(self, canonical: Volume) -> None:
        lengths = zip(canonical.array.shape, canonical.geometry.spacing[::-1], self._spacing, strict=True)
        voxels = math.prod(length * step / wanted for length, step, wanted in lengths)
        if voxels > MOST_VOXELS:
            size = " x ".join(f"{length:g}" for length in self._spacing[::-1])
            raise InputError(
                f"The scan would have {voxels:.2g} voxels of the {size} mm that the model works with; check its voxel size or crop it."
            )


def _plain(tensor: Any) -> Any:
    import torch

    return tensor.detach().cpu().clone(memory_format=torch.contiguous_format)


class _Patches(list[Any]):
    """The places of a scan's patches, of which no more are handed out once the prediction has been stopped."""

    stopped: BaseException | None = None

    def __iter__(self) -> Iterator[Any]:
        return itertools.takewhile(lambda _: self.stopped is None, super().__iter__())


def _predictor(model: Model, device_name: str, precision: str) -> Any:
    """nnU-Net's predictor with our network, as its ``initialize_from_trained_model_folder`` makes it, but without pickles.

    Needs an open ``prediction_session``: nnU-Net compiles the network where its environment says so.
    """
    with garbage.importing():
        device = resolve(device_name)
        try:
            import nnunetv2.inference.predict_from_raw_data as inference
            import torch
            from nnunetv2.utilities.label_handling.label_handling import determine_num_input_channels
            from nnunetv2.utilities.plans_handling.plans_handler import PlansManager

            from .on_cpu import hasten, precision_of
        except ModuleNotFoundError as error:
            raise CrossModaError(f"The Python package '{error.name}' is missing; install nnU-Net (pip install nnunetv2).") from None

    class ReportingPredictor(inference.nnUNetPredictor):  # type: ignore[misc]
        """Tells how many patches are done, and ends when the telling raises."""

        progress: Progress = silent

        def predict_sliding_window_return_logits(self, input_image: Any) -> Any:
            logits = super().predict_sliding_window_return_logits(input_image)
            if self._patches.stopped is not None:
                raise self._patches.stopped
            return logits

        def _internal_predict_sliding_window_return_logits(self, data: Any, slicers: Any, do_on_device: bool = True) -> Any:
            self._patches, self._done = _Patches(slicers), 0
            return super()._internal_predict_sliding_window_return_logits(data, self._patches, do_on_device)

        def _internal_maybe_mirror_and_predict(self, x: Any) -> Any:
            # Raised here, the error would leave nnU-Net's thread waiting for ever, with the scan in memory, and on a GPU
            # nnU-Net would start again. So the few patches that are on their way are let through first.
            if self._patches.stopped is not None:
                return torch.zeros((1, self.label_manager.num_segmentation_heads, *x.shape[2:]), device=x.device)
            prediction = super()._internal_maybe_mirror_and_predict(x)
            self._done += 1
            try:
                self.progress(self._done, len(self._patches), "segmenting")
            except BaseException as error:
                self._patches.stopped = error
            return prediction

    on_gpu = device.type == "cuda"
    try:
        plans = PlansManager(model.plans)
        configuration = plans.get_configuration(CONFIGURATION)
        network = _network(
            model.settings.segmentation.trainer, plans, configuration,
            determine_num_input_channels(plans, configuration, model.dataset),
            plans.get_label_manager(model.dataset).num_segmentation_heads,
        )  # fmt: skip
        predictor = ReportingPredictor(
            tile_step_size=model.settings.segmentation.tile_step, use_mirroring=model.mirroring_axes is not None,
            perform_everything_on_device=on_gpu, device=device, allow_tqdm=False,
        )  # fmt: skip
    except InputError:
        raise
    except Exception as error:  # whatever a damaged file makes nnU-Net stumble over
        if is_of_this_machine(error):
            raise
        raise InputError(f"nnU-Net cannot build the network that {model.folder / 'plans.json'} describes; copy the model again.") from error
    _fill(network, model.folder / "segmenter.safetensors")
    if device.type == "cpu":
        hasten(network, precision_of(precision, device))
    predictor.manual_initialization(
        network, plans, configuration, [network.state_dict()], model.dataset, model.settings.segmentation.trainer, model.mirroring_axes
    )
    return predictor


def _network(trainer: str, plans: Any, configuration: Any, channels: int, heads: int) -> Any:
    """The network that the plans describe, without weights."""
    import torch

    if trainer != SegmentationSettings().trainer:  # one that may build something else; finding it needs what training needs
        return find_trainer(trainer).build_network_architecture(plans, configuration, channels, heads, enable_deep_supervision=False)
    from nnunetv2.utilities.get_network_from_plans import get_network_from_plans

    with torch.device("meta"):  # takes no memory: plans cannot claim more than the weights file holds
        return get_network_from_plans(
            configuration.network_arch_class_name, configuration.network_arch_init_kwargs,
            configuration.network_arch_init_kwargs_req_import, channels, heads, allow_init=False, deep_supervision=False,
        )  # fmt: skip


def _fill(network: Any, path: Path) -> None:
    """Give a network its weights. A tensor that it has under several names is in the file under one of them.

    Raises:
        InputError: the file is damaged or belongs to another network.
    """
    weights = load_weights(path)
    try:
        unexpected = network.load_state_dict(weights, strict=False, assign=True).unexpected_keys
    except RuntimeError:  # other shapes
        unexpected = ["a shape"]
    filled = {id(tensor) for name, tensor in network.state_dict(keep_vars=True).items() if name in weights}
    if unexpected or any(id(tensor) not in filled for tensor in network.state_dict(keep_vars=True).values()):
        raise InputError(f"{path} does not fit the model's plans or is damaged; copy the model again.")
    network.float()  # a file may hold numbers of another length
