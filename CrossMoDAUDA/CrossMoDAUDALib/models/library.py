"""Models imported from packages: a folder each in the user's own data folder, which no upgrade of Slicer or of the extension touches."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..core.errors import InputError, printable
from ..core.files import read_json
from ..core.progress import PercentOf, Progress, silent
from .model_folder import describe_model
from .package import DESCRIPTION, FORMAT, Package, check_package, is_whole, unpack

FOLDER_VARIABLE = "CROSSMODA_MODELS"
_PARTIAL = ".partial"


@dataclass(frozen=True)
class InstalledModel:
    """A model in the user's data folder; ``folder`` can be given wherever a model is asked for, and so can ``name``."""

    name: str
    folder: Path
    description: dict[str, Any]


def models_folder() -> Path:
    """Where imported models lie: the folder that ``CROSSMODA_MODELS`` names, or ``models`` in the user's data folder."""
    named = os.environ.get(FOLDER_VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("CrossMoDAUDA", appauthor=False) / "models"


def import_package(path: Path, progress: Progress = silent) -> InstalledModel:
    """Check a package, then unpack it into the user's data folder. One that is there already is not written again.

    Args:
        progress: in percent of what is read, twice: to check it and to unpack it.

    Raises:
        InputError: the package cannot be used, or the folder cannot be written.

    >>> model = import_package(Path("MODEL.zip"))
    >>> find_model(Path(model.name)) == model.folder
    True
    >>> remove_model(model.name)
    """
    done = PercentOf(2 * (path.stat().st_size if path.is_file() else 0), progress)
    package = check_package(path, done)
    folder = models_folder()
    name = f"{_plain(path.stem)}-{package.key}"
    for known in installed_models():
        if known.name.endswith(f"-{package.key}") and is_whole(known.folder, package.description):
            return known
    place = folder / name
    partial = folder / f".{_plain(platform.node())}-{os.getpid()}-{uuid.uuid4().hex}{_PARTIAL}"
    remove_half_made()
    try:
        partial.mkdir(parents=True)
        try:
            unpack(package, partial, done)
            if place.exists() and not is_whole(place, package.description):
                place.rename(partial.with_name(f"{partial.stem}damaged{_PARTIAL}"))
            if not place.exists():  # it is there if another process was faster
                partial.rename(place)
        finally:
            for leftover in folder.glob(f"{partial.stem}*"):
                shutil.rmtree(leftover, ignore_errors=True)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        message = f"{folder} cannot be written ({error.strerror}); set {FOLDER_VARIABLE} to another folder."
        raise InputError(message) from None
    return InstalledModel(name, place, package.description)


def remove_half_made() -> None:
    """Remove what imports left behind when they were killed."""
    import psutil

    here = _plain(platform.node())  # the folder may be on a disk that several machines share
    for place in models_folder().glob(f".{here}-*{_PARTIAL}"):
        owner = place.name.removeprefix(f".{here}-").partition("-")[0]
        if owner.isdecimal() and not psutil.pid_exists(int(owner)):
            shutil.rmtree(place, ignore_errors=True)


def installed_models() -> list[InstalledModel]:
    """The imported models that are whole, by name."""
    return sorted(_installed(), key=lambda model: model.name.casefold())


def _installed() -> Iterator[InstalledModel]:
    folder = models_folder()
    if not folder.is_dir():
        return
    for place in folder.iterdir():
        if not place.name.startswith(".") and (place / DESCRIPTION).is_file():
            with contextlib.suppress(InputError, OSError, ValueError):
                describe_model(place)
                description = read_json(place / DESCRIPTION)
                if isinstance(description, dict) and description.get("format") == FORMAT:
                    yield InstalledModel(place.name, place, description)


def remove_model(name: str) -> None:
    """Remove an imported model.

    Raises:
        InputError: there is none of that name.
    """
    shutil.rmtree(_named(name).folder)


def find_model(model: Path) -> Path:
    """The model that a user means: the path itself if it exists, or else the imported model of that name."""
    if model.exists() or len(model.parts) != 1:
        return model
    found = [known for known in installed_models() if known.name == model.name]
    return found[0].folder if found else model


def _named(name: str) -> InstalledModel:
    known = installed_models()
    for model in known:
        if model.name == name:
            return model
    names = ", ".join(model.name for model in known)
    raise InputError(f"There is no imported model '{name}'; {f'there are {names}' if names else 'none has been imported'}.")


def summary(description: dict[str, Any]) -> str:
    """A package's or an imported model's description in one line for people."""
    parts = []
    # Somebody may have changed an imported model's description by hand.
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError, OverflowError):
        parts.append(", ".join(str(label["name"]) for label in description["labels"]))
        method, cohort, scores = (description.get(key) or {} for key in ("method", "cohort", "scores"))
        if method.get("self_training_iteration") is not None:
            parts.append(f"self-training iteration {int(method['self_training_iteration'])}")
        source_cases, target_cases = int(cohort["source_cases"]), int(cohort["target_cases"])
        if method.get("target_labels"):
            parts.append(f"trained on {source_cases} target scan{'' if source_cases == 1 else 's'} with real labels, no adaptation")
        else:
            parts.append(f"trained on {source_cases} source and {target_cases} target scan{'' if target_cases == 1 else 's'}")
        if "dice_mean" in scores:
            parts.append(f"DSC {float(scores['dice_mean']):.3f} over {int(scores['cases'])} scan{'' if int(scores['cases']) == 1 else 's'}")
    return printable("; ".join(parts))


def _plain(name: str) -> str:
    """A name that every file system takes."""
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9_]+", "-", ascii_name).strip("-")[:60] or "model"


__all__ = [
    "FOLDER_VARIABLE",
    "InstalledModel",
    "Package",
    "find_model",
    "import_package",
    "installed_models",
    "models_folder",
    "remove_half_made",
    "remove_model",
    "summary",
]
