"""What a folder with trained models holds, told from its JSON files alone, so that no network library is needed to ask."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .config import Settings, with_values
from .errors import InputError
from .files import read_json

MODEL_FORMAT = 1
MODEL_FILES = ("model.json", "plans.json", "dataset.json", "segmenter.safetensors")
TRANSLATOR_DESCRIPTION = "translator.json"


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """What a person wants to know of a trained segmenter before using it.

    Attributes:
        folder: where its files lie.
        labels: structures and their values in the label maps that it makes.
        iteration: the self-training iteration that made it; None outside an experiment, and for the source-only baseline.
        largest_component: structures of which predictions keep only the largest connected component.
    """

    folder: Path
    labels: dict[str, int]
    iteration: int | None
    largest_component: tuple[str, ...]


def describe_model(path: Path) -> ModelInfo:
    """Describe the segmenter that :func:`model_folder` finds.

    Raises:
        InputError: there is none, or its description is incomplete or damaged.
    """
    model = read_model(model_folder(path))
    place = model.folder.resolve()
    owner = place.parent if place.name == "model" else place
    number = owner.name.removeprefix("iteration_")
    in_iteration = owner.name.startswith("iteration_") and number.isdecimal()
    return ModelInfo(
        folder=model.folder,
        labels=model.settings.labels,
        iteration=int(number) if in_iteration else None,
        largest_component=model.settings.self_training.largest_component,
    )


def chosen_components(info: ModelInfo, names: Sequence[str]) -> tuple[str, ...] | None:
    """What ``--largest-component`` asks for: structures, none at all (the word ``none``), or None for the model's own choice.

    Raises:
        InputError: a name is not one of the model's structures, or ``none`` comes with other names.
    """
    if not names:
        return None
    if list(names) == ["none"] and "none" not in info.labels:
        return ()
    for name in names:
        if name not in info.labels:
            if name == "none":
                raise InputError("--largest-component none switches it off for all structures; give it alone.")
            raise InputError(f"--largest-component {name} is not a structure of the model; choose from {', '.join(info.labels)}.")
    return tuple(dict.fromkeys(names))


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


def translator_folder(model: Path) -> Path:
    """Where the image translator of an experiment lies; its ``translation`` folder is itself the answer.

    Raises:
        InputError: there is none.
    """
    folder = next((place for place in (model / "translation", model) if (place / TRANSLATOR_DESCRIPTION).is_file()), None)
    if folder is None:
        raise InputError(f"{model} holds no trained image translator; give an experiment folder whose translation stage is complete.")
    return folder


@dataclasses.dataclass(frozen=True)
class Model:
    """A model folder's JSON files; ``settings`` holds the settings that prediction needs, checked."""

    folder: Path
    settings: Settings
    mirroring_axes: tuple[int, ...] | None
    plans: dict[str, Any]
    dataset: dict[str, Any]


def read_model(folder: Path) -> Model:
    """Read and check a model folder's JSON files.

    Raises:
        InputError: a file is missing, damaged or of a newer version.
    """
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise InputError(f"The model in {folder} is incomplete: {name} is missing; copy the whole folder again.")
    description, plans, dataset = (_read_object(folder / name) for name in MODEL_FILES[:3])
    damaged = f"{folder / 'model.json'} is damaged; copy the model again."
    try:
        version, axes = int(description["format"]), description["mirroring_axes"]
        if version > MODEL_FORMAT:
            raise InputError(f"The model in {folder} was made by a newer version (format {version}); update CrossMoDAUDA to use it.")
        values = {
            "labels": description["labels"],
            "translation.lower_percentile": description["lower_percentile"],
            "translation.upper_percentile": description["upper_percentile"],
            "segmentation.trainer": description["trainer"],
            "segmentation.configuration": description["configuration"],
            "segmentation.tile_step": description["tile_step"],
            "self_training.largest_component": description.get("largest_component", []),
        }
        mirroring = None if axes is None else tuple(sorted({0, 1, 2}.intersection(axes)))
    except (KeyError, TypeError, ValueError):
        raise InputError(damaged) from None
    try:
        settings = with_values(Settings(), values)
    except InputError as error:
        raise InputError(f"{damaged[:-1]} ({error})") from None
    return Model(folder, settings, mirroring or None, plans, dataset)


def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = read_json(path)
    except (OSError, ValueError):
        data = None
    if not isinstance(data, dict):
        raise InputError(f"{path} is damaged; copy the model again.")
    return data
