"""What a folder with trained models holds, told from its JSON files alone, so that no network library is needed to ask."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ..core.errors import InputError, unreadable
from ..core.files import read_json, sha256
from ..core.layout import ITERATIONS, iteration_name, iteration_number
from ..core.settings import Settings, preset_settings, setting_fields, with_values
from .plans import CONFIGURATION, check_plans
from .training_summary import TrainedOn

MODEL_FORMAT = 1
WEIGHTS = "segmenter.safetensors"
MODEL_FILES = ("model.json", "plans.json", "dataset.json", WEIGHTS)
MADE_BY = "CrossMoDAUDA model "
TRANSLATOR_DESCRIPTION = "translator.json"
TRANSLATOR_FILES = (TRANSLATOR_DESCRIPTION, "generator.safetensors")
TRANSLATOR_FORMAT = 1
# The settings beside its architecture that a trained translator cannot be used without.
_BEFORE, _AFTER = ("translation.translator", "translation.image_size"), ("intensity.lower_percentile", "intensity.upper_percentile")


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """What a person wants to know of a trained segmenter before using it.

    Attributes:
        folder: where its files lie.
        labels: structures and their values in the label maps that it makes.
        iteration: the self-training iteration that made it; None where nothing tells, and for the source-only baseline.
        largest_component: structures of which predictions keep only the largest connected component.
        trained_on: what it was trained on; None for a model that does not say.
    """

    folder: Path
    labels: dict[str, int]
    iteration: int | None
    largest_component: tuple[str, ...]
    trained_on: TrainedOn | None = None


def describe_model(path: Path) -> ModelInfo:
    """Describe the segmenter that :func:`model_folder` finds.

    Raises:
        InputError: there is none, or its description is incomplete or damaged.
    """
    model = read_model(model_folder(path))
    place = model.folder.resolve()
    owner = place.parent if place.name == "model" else place
    number = iteration_number(owner.name)
    return ModelInfo(
        folder=model.folder,
        labels=model.settings.labels,
        iteration=_packed_iteration(owner) if number is None else number,
        largest_component=model.settings.self_training.largest_component,
        trained_on=model.trained_on,
    )


def telling_name(model: Path) -> str:
    """A model's name as its results keep it: that of its folder, with the experiment's before that of one of its iterations.

    >>> telling_name(Path("/data/Clinic A/iteration_1")), telling_name(Path("/data/My model"))
    ('Clinic A/iteration_1', 'My model')
    """
    parts = model.absolute().parts
    first = next((place for place in range(len(parts) - 1, 0, -1) if parts[place] != "model" and iteration_number(parts[place]) is None), 0)
    return "/".join(parts[first:])


def model_remark(model: ModelInfo) -> str:
    """What a label map's header says of the model that made it: the beginning of the SHA-256 of its weights, however it is called."""
    return f"{MADE_BY}{sha256(model.folder / WEIGHTS)[:16]}"


def _packed_iteration(folder: Path) -> int | None:
    """The self-training iteration that an unpacked model package tells; None for any other folder."""
    path = folder / "model.json"
    try:
        iteration = read_json(path)["method"]["self_training_iteration"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return iteration if isinstance(iteration, int) else None


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

    >>> model_folder(Path("EXPERIMENT")).as_posix()
    'EXPERIMENT/iteration_1/model'
    """
    if not model.exists():
        raise InputError(f"{model} does not exist; name an experiment folder, a model package or an imported model.")
    if not model.is_dir():
        what = "a file, not a folder; import it first if it is a model package, or name an experiment folder"
        raise InputError(f"{model} is {what}.")
    numbers = sorted((number for path in model.glob(ITERATIONS) if (number := iteration_number(path.name)) is not None), reverse=True)
    iterations = [model / iteration_name(number) / "model" for number in numbers]
    for folder in (model / "model", model, *iterations):  # a package's own model.json is beside its model/
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
    trained_on: TrainedOn | None = None

    @property
    def spacing(self) -> tuple[float, ...]:
        """The voxel size in mm, (z, y, x), that scans are resampled to."""
        wanted = self.plans["configurations"][CONFIGURATION]["spacing"]
        return tuple(float(wanted[self.plans["transpose_forward"].index(axis)]) for axis in range(3))


def read_model(folder: Path) -> Model:
    """Read and check a model folder's JSON files.

    Raises:
        InputError: a file is missing, damaged or of a newer version.
    """
    for name in MODEL_FILES:
        if not (folder / name).is_file():
            raise InputError(f"The model in {folder} is incomplete: {name} is missing; copy the whole folder again.")
    description, plans, dataset = (_read_object(folder / name) for name in MODEL_FILES[:3])
    return parse_model(folder, description, plans, dataset, f"{folder}/")


def parse_model(folder: Path, description: dict[str, Any], plans: dict[str, Any], dataset: dict[str, Any], place: str) -> Model:
    """A model from the content of its JSON files.

    Args:
        folder: where they lie.
        place: what stands before a file's name in a refusal.

    Raises:
        InputError: one is damaged or of a newer version.
    """
    damaged = f"{place}model.json is damaged; copy the model again."
    try:
        version, axes = int(description["format"]), description["mirroring_axes"]
        if version > MODEL_FORMAT:
            raise InputError(f"{place}model.json was made by a newer version (format {version}); update CrossMoDAUDA to use it.")
        values = {
            "labels": description["labels"],
            "intensity.lower_percentile": description["lower_percentile"],
            "intensity.upper_percentile": description["upper_percentile"],
            "segmentation.trainer": description["trainer"],
            "segmentation.configuration": description["configuration"],
            "segmentation.tile_step": description["tile_step"],
            "self_training.largest_component": description.get("largest_component", []),
        }
        mirroring = tuple(sorted(set(axes or ())))
        if not {0, 1, 2}.issuperset(mirroring) or not str.isidentifier(description["trainer"]):
            raise ValueError
        trained_on = TrainedOn.from_json(description["trained_on"]) if "trained_on" in description else None
    except (KeyError, TypeError, ValueError, OverflowError):
        raise InputError(damaged) from None
    try:
        settings = with_values(Settings(), values)
    except InputError as error:
        raise InputError(f"{damaged[:-1]} ({error})") from None
    check_plans(plans, CONFIGURATION, f"{place}plans.json")
    if not _is_of(dataset, len(settings.labels)):
        raise InputError(f"{place}dataset.json does not describe one channel and the structures of model.json; copy the model again.")
    return Model(folder, settings, mirroring or None, plans, dataset, trained_on)


def _is_of(dataset: dict[str, Any], structures: int) -> bool:
    """Whether nnU-Net's description of a data set is of scans as ours, with a number of structures."""
    channels, labels = dataset.get("channel_names"), dataset.get("labels")
    numbers = list(labels.values()) if isinstance(labels, dict) else []
    return isinstance(channels, dict) and len(channels) == 1 and "background" in (labels or ()) and numbers == list(range(structures + 1))


def read_translator(folder: Path) -> Settings:
    """The settings that the trained network of a translator's folder needs.

    Raises:
        InputError: its description is damaged, of another version or of a translator that there is not.
    """
    path = folder / TRANSLATOR_DESCRIPTION
    return parse_translator(_read_object(path), str(path))


def parse_translator(description: dict[str, Any], place: str) -> Settings:
    """Settings from the content of a translator's description, which a refusal calls ``place``.

    Raises:
        InputError: it is damaged, of another version or of a translator that there is not.
    """
    try:
        version, translator = description["format"], description["translator"]
    except (KeyError, TypeError):
        raise InputError(f"{place} is damaged; copy the model again.") from None
    if version != TRANSLATOR_FORMAT:
        raise InputError(
            f"{place} has format {str(version)[:20]}, this version of CrossMoDAUDA reads {TRANSLATOR_FORMAT}; update CrossMoDAUDA."
        )
    if translator == "none":
        raise InputError(f"{place} describes no image translator; copy the model again.")
    try:
        settings, known = preset_settings("paper", str(translator)), setting_fields()
        younger = {key.rpartition(".")[2]: one.default for key, (one, _) in known.items() if one.metadata["added_later"]}
        description = younger | description
        return with_values(settings, {key: description[key.rpartition(".")[2]] for key in _described(settings)})
    except KeyError:
        raise InputError(f"{place} is damaged; copy the model again.") from None
    except InputError as error:
        raise InputError(f"{place} is not usable: {error}") from error


def describe_translator(settings: Settings) -> dict[str, Any]:
    """What :func:`parse_translator` reads."""
    values = settings.values()
    return {"format": TRANSLATOR_FORMAT, **{key.rpartition(".")[2]: values[key] for key in _described(settings)}}


def _described(settings: Settings) -> list[str]:
    """The keys of the settings that a trained translator cannot be used without."""
    known = setting_fields()
    return [*_BEFORE, *(key for key in settings.values() if known[key][0].metadata["architecture"]), *_AFTER]


def _read_object(path: Path) -> dict[str, Any]:
    try:
        data = read_json(path)
    except OSError as error:
        raise unreadable(path, error) from None
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise InputError(f"{path} is damaged; copy the model again.")
    return data
