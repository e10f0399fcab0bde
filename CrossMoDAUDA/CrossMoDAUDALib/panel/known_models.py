"""Where a model lies of which only the name is kept, as with a segmentation that it made."""

from pathlib import Path

from ..core.errors import CrossModaError
from ..models.library import models_folder
from ..models.model_folder import describe_model, telling_name
from .remembered_trainings import recentModels, rememberedTrainings


def modelNamed(name, chosen):
    """The folder of the model of a name that tells what it was trained on; empty where none or several are known here.

    Args:
        name: as :func:`.models.model_folder.telling_name`; of an earlier version only the folder's, which iterations share.
        chosen: the model that is chosen now, which counts before all others of its name; may be empty.
    """
    if chosen and telling_name(Path(chosen)) == name and isUsable(chosen):
        return chosen
    try:
        imported = [models_folder() / name]
    except ImportError:  # platformdirs is not installed, so nothing was imported
        imported = []
    known = [
        folder
        for folder in (*([Path(chosen)] if chosen else []), *recentModels(), *rememberedTrainings())
        if name in (telling_name(folder), folder.name)
    ]
    usable = {folder.absolute(): str(folder) for folder in (*imported, *known) if isUsable(folder)}
    return next(iter(usable.values())) if len(usable) == 1 else ""


def isUsable(model):
    """Whether a model tells what it was trained on; without that only what is missing or cut off can be told."""
    try:
        return bool(model) and describe_model(Path(model)).trained_on is not None
    except (CrossModaError, OSError):
        return False
