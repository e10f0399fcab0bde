"""Model packages: everything that prediction needs in one zip file, made to travel from one hospital to another.

::

    model.json                      what it is: method, settings, labels, cohort, scores, versions, SHA-256 of every other file
    model/                          the segmenter: model.json, plans.json, dataset.json, segmenter.safetensors
    translation/                    the translator, if there is one: translator.json, generator.safetensors

Unpacked, it is a model folder as any other. A package comes from strangers: it is checked whole before a byte of it is written,
and it holds JSON and numbers only, so nothing in it is ever unpickled or run. It tells nothing of patients: counts and ranges,
no case names, no paths, no tags.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import hashlib
import io
import json
import math
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL
from ..core.errors import InputError
from ..core.files import read_json, replacing, sha256
from ..core.settings import Settings
from ..core.structures import structure_of
from ..experiment.folder import MACHINE_SETTINGS, Experiment, make_writable_folder, package_versions
from .model_folder import MODEL_FILES, TRANSLATOR_FILES, Model, model_folder, parse_model, parse_translator
from .weights import check_weights

FORMAT, FORMAT_VERSION = "CrossMoDAUDA model package", 1
DESCRIPTION = "model.json"
SEGMENTER = tuple(f"model/{name}" for name in MODEL_FILES)
TRANSLATOR = tuple(f"translation/{name}" for name in TRANSLATOR_FILES)
REFERENCE = "Yang and Wang, Image Translation-Based Unsupervised Cross-Modality Domain Adaptation, crossMoDA 2022"

_LARGEST_JSON = 8 << 20
_LARGEST_WEIGHTS = (2 << 30) - 1  # what is checked lies in memory; beyond this a zip file would be of another kind
_LARGEST_DIRECTORY = 1 << 16
_WHEN = (1980, 1, 1, 0, 0, 0)  # the same model makes the same file


@dataclass(frozen=True)
class Package:
    """What a checked package holds.

    Attributes:
        path: the zip file.
        description: its ``model.json``.
        key: twelve hexadecimal digits that stand for its content, whatever the file is called.
    """

    path: Path
    description: dict[str, Any]
    key: str

    @property
    def labels(self) -> dict[str, int]:
        """Structures and their values in the label maps."""
        return {str(label["name"]): int(label["value"]) for label in self.description["labels"]}


def is_package(model: Path) -> bool:
    """Whether a model is given as a file; folders are the other kind."""
    return model.is_file()


@contextlib.contextmanager
def as_folder(model: Path) -> Iterator[Path]:
    """A model as the folder that it is, or that a package is unpacked to for the length of the block.

    Raises:
        InputError: the package cannot be used.
    """
    if not is_package(model):
        yield model
        return
    package = check_package(model)
    with tempfile.TemporaryDirectory(prefix="crossmoda_package_") as folder:
        unpack(package, Path(folder))
        try:
            yield Path(folder)
        except InputError as error:
            raise InputError(str(error).replace(folder, str(model))) from error


# Writing ---------------------------------------------------------------------------------------------------------------------


def write_package(model: Path, output: Path, overwrite: bool = False) -> Package:
    """Pack an experiment's last finished segmenter with its translator.

    Args:
        model: an experiment folder, or the folder of one of its iterations.
        output: the zip file to write, whole or not at all.
        overwrite: whether an older file may be replaced.

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
    contents = {name: _content(path) for name, path in files.items()}
    experiment.refuse_damaged({files[name].resolve(): hashlib.sha256(content).hexdigest() for name, content in contents.items()})
    _check_contents(contents, f"{experiment.folder}: ")
    description = _describe(experiment, segmenter, contents, output.stem)
    make_writable_folder(output.absolute().parent)
    with replacing(output) as partial, zipfile.ZipFile(partial, "w") as package:
        for name, content in {DESCRIPTION: _json_bytes(description), **contents}.items():
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            # Weights hardly shrink; stored as they are, a package cannot inflate to more than its size.
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".safetensors") else zipfile.ZIP_DEFLATED
            package.writestr(entry, content)
    return Package(output, description, _key(description))


def _experiment_of(segmenter: Path) -> Experiment:
    for folder in segmenter.resolve().parents:
        if Experiment.exists(folder):
            return Experiment.load(folder)
    raise InputError(f"{segmenter} does not belong to an experiment; name an experiment folder.")


def _describe(experiment: Experiment, segmenter: Path, contents: dict[str, bytes], name: str) -> dict[str, Any]:
    settings = experiment.settings
    owner = segmenter.resolve().parent.name
    iteration = owner.removeprefix("iteration_")
    trained_on = json.loads(contents["model/model.json"]).get("trained_on")
    recorded = settings.to_json()
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "use": NOT_CLINICAL,
        "name": name,
        "method": {
            "reference": REFERENCE,
            "translator": settings.translation.translator,
            "segmenter": f"nnU-Net ({settings.segmentation.trainer}, {settings.segmentation.configuration})",
            "self_training_iteration": int(iteration) if iteration.isdecimal() else None,
        },
        "settings": {key: value for key, value in recorded.items() if key not in MACHINE_SETTINGS},
        "labels": [_label(label, value) for label, value in settings.labels.items()],
        "cohort": {**{f"{domain}_cases": len(cases) for domain, cases in experiment.cohort.domains().items()}, "trained_on": trained_on},
        "scores": _scores(experiment.folder / "evaluation" / "table.csv", owner.replace("_", " "), settings),
        "versions": package_versions(),
        "files": {name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()} for name, content in contents.items()},
    }


def _label(name: str, value: int) -> dict[str, Any]:
    look = structure_of(name, value)
    codes = {key: dict(zip(("scheme", "value", "meaning"), getattr(look, key), strict=True)) for key in ("category", "type", "region")}
    return {"name": name, "value": value, "colour": list(look.colour), "terminology": {"context": look.context, **codes}}


def _scores(table: Path, row_name: str, settings: Settings) -> dict[str, Any] | None:
    """The model's own row of the experiment's table; None before it has been scored."""
    if not table.is_file():
        return None
    for row in csv.DictReader(io.StringIO(table.read_text(encoding="utf-8"))):
        if row.pop("method") in (row_name, "source only" if settings.translation.translator == "none" else row_name):
            numbers = {key: float(value) for key, value in row.items() if value and math.isfinite(float(value))}
            return {"convention": settings.evaluation.convention, "cases": int(numbers.pop("cases")), **numbers}
    return None


# Reading ---------------------------------------------------------------------------------------------------------------------


def check_package(path: Path) -> Package:
    """Read a package to its end and check it: names, sizes, hashes, formats, weights. Nothing is written.

    Raises:
        InputError: it is damaged, made by a newer version, or holds what a package does not.
    """
    with _opened(path) as package:
        description = _description(package, path)
        contents = dict(_verified(package, description, path))
    checked = Package(path, description, _key(description))
    if _check_contents(contents, f"{path}: ").settings.labels != checked.labels:
        raise InputError(f"{path}: its {DESCRIPTION} names other structures than the segmenter has; get the package again.")
    return checked


def unpack(package: Package, folder: Path) -> None:
    """Write a checked package's files into an empty folder; each is compared with its hash once more.

    Raises:
        InputError: the file has changed since it was checked.
    """
    with _opened(package.path) as opened:
        for name, content in _verified(opened, package.description, package.path):
            place = folder / name  # one of the names above, so never outside
            place.parent.mkdir(exist_ok=True)
            _write(place, content)
        description = opened.read(DESCRIPTION)
        if _json(description) != package.description:
            raise InputError(f"{package.path} has changed while it was read; try again.")
        _write(folder / DESCRIPTION, description)


def is_whole(folder: Path, description: dict[str, Any]) -> bool:
    """Whether a folder holds all of the package with that description."""
    try:
        if read_json(folder / DESCRIPTION) != description:
            return False
        return all(sha256(folder / name) == file["sha256"] for name, file in description["files"].items())
    except (OSError, ValueError):
        return False


def _write(place: Path, content: bytes) -> None:
    with place.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())  # on the disk before the folder has its name


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    if not path.is_file():
        raise InputError(f"{path} does not exist or is no file; name a model package.")
    damaged = InputError(f"{path} is damaged or no model package; get it again.")
    try:
        if not _has_short_directory(path):
            raise damaged
        with zipfile.ZipFile(path) as package:
            _check_entries(package.infolist(), path)
            yield package
    # What zipfile and its decompressors raise for bytes that make no sense.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError, OverflowError) as error:
        raise damaged from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # a place before the file's beginning
            raise damaged from error
        raise


def _has_short_directory(path: Path) -> bool:
    """Whether the table of contents, which zipfile reads whole, is as short as a package's."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(size - (1 << 16) - 42, 0))
        end = file.read()
    # As zipfile looks for it: the last bytes if they are a table's end without comment, else wherever its mark is found last.
    place = len(end) - 22 if end[-22:-18] == b"PK\5\6" and end[-2:] == b"\0\0" else end.rfind(b"PK\5\6")
    if place < 0 or len(end) < place + 22 or end[max(place - 20, 0) : place].startswith(b"PK\6\7"):
        return False
    return int.from_bytes(end[place + 12 : place + 16], "little") <= _LARGEST_DIRECTORY


def _check_entries(entries: list[zipfile.ZipInfo], path: Path) -> None:
    """Refuse, from the table of contents alone, whatever a package does not hold: other names, links, bombs."""
    names = [entry.filename for entry in entries]
    if len(set(names)) < len(names):
        raise InputError(f"{path} is no model package: it holds a file twice; get it again from where it was made.")
    for entry in entries:
        if entry.filename not in (DESCRIPTION, *SEGMENTER, *TRANSLATOR):
            raise InputError(f"{path} is no model package: it holds {entry.filename[:80]!r}; use one made by the command 'package'.")
        weights = entry.filename.endswith(".safetensors")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise InputError(f"{path} is no model package: its {entry.filename} is a link or no file; get it again from where it was made.")
        if entry.flag_bits & 1:
            raise InputError(f"{path} is encrypted; model packages are not.")
        if entry.file_size > (_LARGEST_WEIGHTS if weights else _LARGEST_JSON):
            raise InputError(
                f"{path} claims that its {entry.filename} has {entry.file_size:,} bytes, more than any model's; do not use it."
            )
        if weights and entry.compress_size != entry.file_size:
            raise InputError(f"{path} is damaged or no model package: the sizes of its {entry.filename} contradict; get it again.")
        if entry.compress_type != zipfile.ZIP_STORED and (weights or entry.compress_type != zipfile.ZIP_DEFLATED):
            raise InputError(f"{path} is no model package: its {entry.filename} is packed in another way; use the file as it was made.")
    missing = [name for name in (DESCRIPTION, *SEGMENTER) if name not in names]
    if len(set(TRANSLATOR) & set(names)) == 1:
        missing += [name for name in TRANSLATOR if name not in names]
    if missing:
        raise InputError(f"{path} is no whole model package: {missing[0]} is missing; get it again.")


def _description(package: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    damaged = InputError(f"{path}: its {DESCRIPTION} is damaged; get the package again.")
    description = _json(package.read(DESCRIPTION))
    if not isinstance(description, dict) or description.get("format") != FORMAT:
        raise InputError(f"{path} is no model package: its {DESCRIPTION} describes something else; use one made by the command 'package'.")
    version = description.get("format_version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise damaged
    if version > FORMAT_VERSION:
        raise InputError(f"{path} was made by a newer version of CrossMoDAUDA (format {version}); update CrossMoDAUDA to use it.")
    try:
        files: dict[str, dict[str, Any]] = description["files"]
        listed = {name: (int(file["bytes"]), str(file["sha256"])) for name, file in files.items()}
        labels = {str(label["name"]): int(label["value"]) for label in description["labels"]}
        if not all(isinstance(description["cohort"][f"{domain}_cases"], int) for domain in ("source", "target")):
            raise ValueError
        if not isinstance(description["method"], dict) or not isinstance(description.get("scores"), dict | None):
            raise ValueError
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        raise damaged from None
    if not labels:
        raise damaged
    others = {entry.filename: entry.file_size for entry in package.infolist() if entry.filename != DESCRIPTION}
    for name in listed.keys() ^ others.keys():
        raise InputError(f"{path}: {name[:80]!r} is {'listed, but missing' if name in listed else 'not listed'}; get the package again.")
    for name, (size, _) in listed.items():
        if size != others[name]:
            raise InputError(f"{path}: {name} has {others[name]:,} bytes instead of {size:,}; get the package again.")
    return description


def _verified(package: zipfile.ZipFile, description: dict[str, Any], path: Path) -> Iterator[tuple[str, bytes]]:
    """Every file but the description, compared with its hash."""
    for name, file in description["files"].items():
        content = package.read(name)
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise InputError(f"{path}: {name} does not have the SHA-256 that {DESCRIPTION} tells; it was changed or damaged, get it again.")
        yield name, content


def _check_contents(contents: dict[str, bytes], place: str) -> Model:
    """Make sure that the files mean something together, as far as that shows without building the networks."""
    read = {name: _json(content) for name, content in contents.items() if name.endswith(".json")}
    for name, data in read.items():
        if not isinstance(data, dict):
            raise InputError(f"{place}{name} is damaged; get the model again.")
    description, plans, dataset = (read[name] for name in SEGMENTER[:3])
    model = parse_model(Path("model"), description, plans, dataset, place)
    if TRANSLATOR[0] in read:
        parse_translator(read[TRANSLATOR[0]], f"{place}{TRANSLATOR[0]}")
    for name, content in contents.items():
        if name.endswith(".safetensors"):
            check_weights(content, f"{place}{name}")
    return model


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} is missing; run the experiment until its translation and iteration 0 are done.") from None


def _json(content: bytes) -> Any:
    """What JSON says; None if it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _json_bytes(data: Any) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def _key(description: dict[str, Any]) -> str:
    hashes = sorted((name, file["sha256"]) for name, file in description["files"].items())
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:12]
