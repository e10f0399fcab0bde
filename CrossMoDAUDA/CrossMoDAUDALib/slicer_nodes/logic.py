"""What the panel and scripts call with nodes: segment a scan, or translate one, with a trained model."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from ..core.errors import InputError
from ..core.layout import ITERATIONS
from ..core.progress import Progress, silent
from ..experiment.folder import Experiment
from ..images.names import shared_modality
from ..images.volumes import Volume
from ..models.model_folder import telling_name
from ..models.training_summary import TrainedOn
from ..scoring import plausibility
from . import mrml

Node = mrml.Node

# Where the files of a model lie: the folder given is an experiment, one of its parts, or the model itself.
_MODEL_FILES = tuple(
    f"{folder}{file}" for folder in ("", "model/", "translation/", f"{ITERATIONS}/model/") for file in ("*.safetensors", "model.json")
)
_Model = TypeVar("_Model")


class _Segmenter(Protocol):
    labels: dict[str, int]
    trained_on: TrainedOn | None

    def segment(self, volume: Volume, progress: Progress = silent) -> Volume: ...


class _Translator(Protocol):
    def translate(self, volume: Volume, progress: Progress = silent) -> Volume: ...


class InferenceLogic:
    """Segments and translates volume nodes; keeps the last loaded models, so that a second scan is quick.

    Nothing enters the scene before a prediction is complete. A ``progress`` that raises cancels: its exception passes
    through and the scene stays as it was.

    Args:
        load_segmenter, load_translator: load a model from its folder for a device.

    >>> from CrossMoDAUDALib.images.volumes import read_volume
    >>> scan = mrml.volume_node(read_volume(Path("scan_hrT2.nii.gz")), "scan")
    >>> segmentation = InferenceLogic().segment(scan, "EXPERIMENT", device="cpu")
    >>> segmentation.GetName(), segmentation.GetSegmentation().GetNumberOfSegments()
    ('scan segmentation', 2)
    """

    def __init__(
        self,
        load_segmenter: Callable[[Path, str], _Segmenter] | None = None,
        load_translator: Callable[[Path, str], _Translator] | None = None,
    ) -> None:
        self._segmenters = _Kept(load_segmenter or _load_segmenter)
        self._translators = _Kept(load_translator or _load_translator)

    def segment(
        self,
        volumeNode: Node,
        model: Path | str,
        outputNode: Node = None,
        device: str = "auto",
        progress: Progress = silent,
    ) -> Node:
        """Segment a target scan.

        Args:
            volumeNode: the scan, a scalar volume node.
            model: an experiment folder, a model package, or an imported model's name.
            outputNode: a segmentation node whose segments are replaced; a new one, "<scan's name> segmentation", without it or
                where it was drawn in while the network was at work.
            device: auto, cuda, cuda:N, mps or cpu.
            progress: told the steps of the prediction.

        Returns:
            The segmentation node, one segment a structure, on the scan's own grid and under its transform. The warnings
            about it stand in its attribute ``CrossMoDAUDA.Warnings``.

        Raises:
            InputError: the scan or the model cannot be used, or the scan's grid was changed meanwhile.
        """
        volume, before = mrml.volume_from_node(volumeNode), _state(outputNode)
        segmenter = self._segmenters.load(model, device)
        labels = segmenter.segment(volume, progress)
        name = f"{mrml.telling_name(volumeNode)} segmentation"
        warnings = plausibility.check(labels, segmenter.labels, segmenter.trained_on)
        node = mrml.segmentation_node(labels, segmenter.labels, volumeNode, name, _if_left_alone(outputNode, before))
        mrml.mark_made(node, [warning.message for warning in warnings], telling_name(Path(model)))
        mrml.set_measured(node, mrml.fingerprint(node))  # so that the panel tells when the warnings are outdated
        return node

    def translate(
        self,
        volumeNode: Node,
        model: Path | str,
        outputNode: Node = None,
        device: str = "auto",
        progress: Progress = silent,
    ) -> Node:
        """Translate a source scan into a pseudo-target image.

        Args:
            volumeNode: the scan, a scalar volume node.
            model: an experiment folder, a model package, or an imported model's name.
            outputNode: a volume node to fill; a new one, called as :func:`pseudo_target_name` says, without it or where it was
                changed while the network was at work.
            device: auto, cuda, cuda:N, mps or cpu.
            progress: told the slices done.

        Returns:
            The volume node, on the scan's own grid and under its transform.

        Raises:
            InputError: the scan or the model cannot be used.
        """
        if outputNode is not None and outputNode is volumeNode:
            raise InputError(f"Volume '{volumeNode.GetName()}' is both input and output; choose another output volume.")
        volume, before = mrml.volume_from_node(volumeNode), _state(outputNode)
        translated = self._translators.load(model, device).translate(volume, progress)
        name = pseudo_target_name(mrml.telling_name(volumeNode), Path(model))
        return mrml.volume_node(translated, name, _if_left_alone(outputNode, before), volumeNode)

    def unload(self) -> None:
        """Let go of the kept models and their memory."""
        self._segmenters.forget()
        self._translators.forget()


def pseudo_target_name(scan: str, model: Path) -> str:
    """What a translated scan is called: with the target domain's modality where the names of an experiment's scans tell it.

    Args:
        scan: the name of the source scan.
        model: an experiment folder or one of its parts; other models tell no modality.

    >>> pseudo_target_name("patient 7", Path("a model package.zip"))
    'patient 7 pseudo-target'
    """
    folder = next((place for place in (model, *model.absolute().parents[:2]) if model.is_dir() and Experiment.exists(place)), None)
    modality = ""
    with contextlib.suppress(InputError):  # a damaged record says nothing
        modality = shared_modality(case.image for case in Experiment.load(folder).cohort.target) if folder is not None else ""
    return f"{scan} pseudo-{modality or 'target'}"


class _Kept(Generic[_Model]):
    """The last loaded model; loaded again when the folder, the device or a file of the model is another."""

    def __init__(self, loader: Callable[[Path, str], _Model]) -> None:
        self._loader = loader
        self._key: object = None
        self._model: _Model | None = None

    def load(self, model: Path | str, device: str) -> _Model:
        from ..models.library import find_model
        from ..models.package import as_folder

        folder = find_model(Path(model)).absolute()
        key = (folder, device, _stamp(folder))
        if self._model is None or key != self._key:
            self.forget()  # first, so that two models never share the memory
            with as_folder(folder) as unpacked:
                self._model = self._loader(unpacked, device)
            self._key = key
        return self._model

    def forget(self) -> None:
        self._key = self._model = None


def _stamp(model: Path) -> list[tuple[str, int, int]]:
    """What tells that a model was trained further or replaced: the files it is loaded from, with time and size."""
    if model.is_file():
        return [(str(model), model.stat().st_mtime_ns, model.stat().st_size)]
    files = [path for pattern in _MODEL_FILES for path in model.glob(pattern) if path.is_file()]
    return sorted((str(path), path.stat().st_mtime_ns, path.stat().st_size) for path in files)


def _state(node: Node) -> object:
    return mrml.drawn_state(node) if node is not None else None


def _if_left_alone(node: Node, before: object) -> Node:
    """The output node, unless somebody removed it or drew in it while the network was at work: then the result gets a new one."""
    return node if node is not None and node.GetScene() is not None and mrml.drawn_state(node) == before else None


def _load_segmenter(model: Path, device: str) -> _Segmenter:
    from ..segmentation.predictor import Segmenter

    return Segmenter.load(model, device)


def _load_translator(model: Path, device: str) -> _Translator:
    from ..translation.trained import TrainedTranslator

    return TrainedTranslator.load(model, device)
