"""What the panel and scripts call with nodes: segment a scan, or translate one, with a trained model."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from . import mrml
from .errors import InputError
from .progress import Progress, silent
from .volumes import Volume

Node = mrml.Node

_MODEL_FILE_ENDINGS = (".json", ".pth", ".safetensors")


class _Segmenter(Protocol):
    labels: dict[str, int]

    def segment(self, volume: Volume, progress: Progress = silent) -> Volume: ...


class _Translator(Protocol):
    def translate(self, volume: Volume, progress: Progress = silent) -> Volume: ...


class InferenceLogic:
    """Segments and translates volume nodes; keeps the last loaded models, so that a second scan is quick.

    Nothing enters the scene before a prediction is complete. A ``progress`` that raises cancels: its exception passes
    through and the scene stays as it was.

    Args:
        load_segmenter, load_translator: load a model from its folder for a device.
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
            model: an experiment folder.
            outputNode: a segmentation node whose segments are replaced; without it a new one, "<scan's name> segmentation".
            device: auto, cuda, cuda:N, mps or cpu.
            progress: told the steps of the prediction.

        Returns:
            The segmentation node, one segment a structure, on the scan's own grid and under its transform.

        Raises:
            InputError: the scan or the model cannot be used, or the scan was changed or removed meanwhile.
        """
        volume = mrml.volume_from_node(volumeNode)
        segmenter = self._segmenters.load(model, device)
        labels = segmenter.segment(volume, progress)
        name = f"{volumeNode.GetName()} segmentation"
        return mrml.segmentation_node(labels, segmenter.labels, _still_there(volumeNode), name, _in_its_scene(outputNode))

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
            model: an experiment folder.
            outputNode: a volume node to fill; without it a new one, "<scan's name> pseudo-hrT2".
            device: auto, cuda, cuda:N, mps or cpu.
            progress: told the slices done.

        Returns:
            The volume node, on the scan's own grid and under its transform.

        Raises:
            InputError: the scan or the model cannot be used, or the scan was removed meanwhile.
        """
        if outputNode is not None and outputNode is volumeNode:
            raise InputError(f"Volume '{volumeNode.GetName()}' is both input and output; choose another output volume.")
        volume = mrml.volume_from_node(volumeNode)
        translated = self._translators.load(model, device).translate(volume, progress)
        name = f"{volumeNode.GetName()} pseudo-hrT2"
        return mrml.volume_node(translated, name, _in_its_scene(outputNode), _still_there(volumeNode))

    def unload(self) -> None:
        """Let go of the kept models and their memory."""
        self._segmenters.forget()
        self._translators.forget()


class _Kept[Model]:
    pass
