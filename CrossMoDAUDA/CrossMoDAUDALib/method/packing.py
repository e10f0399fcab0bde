"""Pack an experiment's model into one file, see :mod:`.models.package`."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..core.errors import InputError
from ..core.files import replacing
from ..core.folders import make_writable_folder
from ..core.layout import iteration_number
from ..core.progress import PercentOf, Progress, silent
from ..core.structures import structure_of
from ..experiment.folder import MACHINE_SETTINGS, Experiment, package_versions
from ..models.model_folder import MODEL_FILES, TRANSLATOR_FILES, model_folder
from ..models.package import DESCRIPTION, FORMAT, FORMAT_VERSION, REFERENCE, Package, check_contents, key_of
from ..models.plans import CONFIGURATION
from .titles import learns_from_target_labels, row_title, titles_in_files

_WHEN = (1980, 1, 1, 0, 0, 0)  # the same model makes the same file
_WEIGHTS = (".safetensors", ".pth")
_PIECE = 1 << 23  # bytes that are written at once


def write_package(model: Path, output: Path, overwrite: bool = False, progress: Progress = silent) -> Package:
    """Pack an experiment's last finished segmenter with its translator.

    Args:
        model: an experiment folder, or the folder of one of its iterations.
        output: the zip file to write, whole or not at all.
        overwrite: whether an older file may be replaced.
        progress: in percent of what is read and written.

    Raises:
        InputError: there is no trained model, or ``output`` cannot be written.
    """
    if output.suffix.lower() != ".zip":
        raise InputError(f"{output} does not end in .zip; name the package so.")
    if output.is_dir():
        raise InputError(f"{output} is a folder; name a file.")
    if output.exists() and not overwrite:
        raise InputError(f"{output} exists already; add --overwrite to replace it, or name another file.")
    segmenter = model_folder(model)
    experiment = _experiment_of(segmenter)
    translation = experiment.folder / "translation"
    files = {f"model/{name}": segmenter / name for name in MODEL_FILES}
    if experiment.settings.translation.translator != "none":
        files.update({f"translation/{name}": translation / name for name in TRANSLATOR_FILES})
    done = PercentOf(2 * sum(path.stat().st_size for path in files.values() if path.is_file()), progress)
    contents = {}
    for name, path in files.items():
        contents[name] = _content(path)
        done(len(contents[name]))
    experiment.refuse_damaged({files[name].resolve(): hashlib.sha256(content).hexdigest() for name, content in contents.items()})
    check_contents(contents, f"{experiment.folder}: ")
    description = _describe(experiment, segmenter, contents, output.stem)
    make_writable_folder(output.absolute().parent)
    write_files(output, {DESCRIPTION: _json_bytes(description), **contents}, done)
    return Package(output, description, key_of(description))


def write_files(output: Path, contents: dict[str, bytes], done: Callable[[int], None] = lambda _size: None) -> None:
    """Write what a package holds, by its names there, into a zip file, whole or not at all.

    Args:
        done: called with the size of each piece that was written.
    """
    with replacing(output) as partial, zipfile.ZipFile(partial, "w") as package:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            # Weights hardly shrink; stored as they are, a package cannot inflate to more than its size.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(_WEIGHTS) else zipfile.ZIP_DEFLATED
            entry.file_size = len(content)
            with package.open(entry, "w") as file:
                for begin in range(0, len(content), _PIECE):
                    done(file.write(content[begin : begin + _PIECE]))


def _experiment_of(segmenter: Path) -> Experiment:
    for folder in segmenter.resolve().parents:
        if Experiment.exists(folder):
            return Experiment.load(folder)
    raise InputError(f"{segmenter} does not belong to an experiment; name an experiment folder.")


def _describe(experiment: Experiment, segmenter: Path, contents: dict[str, bytes], name: str) -> dict[str, Any]:
    settings = experiment.settings
    owner = segmenter.resolve().parent.name
    trained_on = json.loads(contents["model/model.json"]).get("trained_on")
    recorded, digests = settings.to_json(), experiment.scan_digests()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "use": NOT_CLINICAL,
        "name": name,
        "method": {
            "reference": REFERENCE,
            "translator": settings.translation.translator,
            "segmenter": f"nnU-Net ({settings.segmentation.trainer}, {CONFIGURATION})",
            "self_training_iteration": iteration_number(owner),
            **({"target_labels": True} if learns_from_target_labels(settings, experiment.cohort, digests) else {}),
        },
        "settings": {key: value for key, value in recorded.items() if key not in MACHINE_SETTINGS},
        "labels": [_label(label, value) for label, value in settings.labels.items()],
        "cohort": {**{f"{domain}_cases": len(cases) for domain, cases in experiment.cohort.domains().items()}, "trained_on": trained_on},
        "scores": _scores(experiment, row_title(owner, settings, experiment.cohort, digests)),
        "versions": package_versions(),
        "files": {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in contents.items()},
    }


def _label(name: str, value: int) -> dict[str, Any]:
    look = structure_of(name, value)
    codes = {key: dict(zip(("scheme", "value", "meaning"), getattr(look, key), strict=True)) for key in ("category", "type", "region")}
    return {"name": name, "value": value, "colour": list(look.colour), "terminology": {"context": look.context, **codes}}


def _scores(experiment: Experiment, title: str) -> dict[str, Any] | None:
    """The row of that title in the experiment's table; None before there is one."""
    table, convention = experiment.folder / "evaluation" / "table.csv", experiment.settings.evaluation.convention
    if not table.is_file():
        return None
    for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))):
        if row.pop("method") in titles_in_files(title):
            numbers = {key: float(value) for key, value in row.items() if value and math.isfinite(float(value))}
            return {"convention": convention, "cases": int(numbers.pop("cases")), **numbers}
    return None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run the experiment until its translation and iteration 0 are done.") from None


def _json_bytes(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
