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
import errno
import hashlib
import json
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ..core.errors import InputError
from ..core.files import read_json, sha256
from .model_folder import MODEL_FILES, TRANSLATOR_FILES, Model, parse_model, parse_translator
from .weights import check_weights

FORMAT, FORMAT_VERSION = "CrossMoDAUDA model package", 1
DESCRIPTION = "model.json"
SEGMENTER = tuple(f"model/{name}" for name in MODEL_FILES)
TRANSLATOR = tuple(f"translation/{name}" for name in TRANSLATOR_FILES)
REFERENCE = "Yang and Wang, Image Translation-Based Unsupervised Cross-Modality Domain Adaptation, crossMoDA 2022"

_LARGEST_JSON = 8 << 20
_LARGEST_WEIGHTS = (2 << 30) - 1  # a file is checked in memory; a larger one would need zip's 64-bit form
_PIECE = 1 << 23  # bytes that are read at once
_LARGEST_DIRECTORY = 1 << 16


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
    """Whether a model is a package, which is a file; every other model is a folder."""
    return model.is_file()


@contextlib.contextmanager
def as_folder(model: Path) -> Iterator[Path]:
    """A model's folder; for a package a temporary one, which it is unpacked to for the length of the block.

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


def check_package(path: Path, done: Callable[[int], None] = lambda _size: None) -> Package:
    """Read a whole package and check its names, sizes, hashes, formats and weights. Nothing is written.

    Args:
        done: called with the size of each piece that was read.

    Raises:
        InputError: it is damaged, made by a newer version, or holds what a package does not.

    >>> package = check_package(Path("MODEL.zip"))
    >>> package.labels
    {'Vestibular schwannoma': 1, 'Cochlea': 2}
    >>> package.description["format"], len(package.key)
    ('CrossMoDAUDA model package', 12)
    """
    with _opened(path) as package:
        description = _description(package, path)
        contents = dict(_verified(package, description, path, done))
    checked = Package(path, description, key_of(description))
    if check_contents(contents, f"{path}: ").settings.labels != checked.labels:
        raise InputError(f"{path}: its {DESCRIPTION} names other structures than the segmenter has; get the package again.")
    return checked


def unpack(package: Package, folder: Path, done: Callable[[int], None] = lambda _size: None) -> None:
    """Write a checked package's files into an empty folder; each is compared with its hash once more.

    Args:
        done: as for :func:`check_package`.

    Raises:
        InputError: the file has changed since it was checked.
    """
    with _opened(package.path) as opened:
        for name, content in _verified(opened, package.description, package.path, done):
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


def _verified(
    package: zipfile.ZipFile, description: dict[str, Any], path: Path, done: Callable[[int], None]
) -> Iterator[tuple[str, bytes]]:
    """Every file but the description, compared with its hash."""
    for name, file in description["files"].items():
        with package.open(name) as opened:
            content = b"".join(_pieces(opened, done))
        if hashlib.sha256(content).hexdigest() != file["sha256"]:
            raise InputError(f"{path}: {name} does not have the SHA-256 that {DESCRIPTION} tells; it was changed or damaged, get it again.")
        yield name, content


def _pieces(file: IO[bytes], done: Callable[[int], None]) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece
        done(len(piece))


def check_contents(contents: dict[str, bytes], place: str) -> Model:
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


def _json(content: bytes) -> Any:
    """What JSON says; None if it is none."""
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def key_of(description: dict[str, Any]) -> str:
    """Twelve hexadecimal digits that stand for a package's content."""
    hashes = sorted((name, file["sha256"]) for name, file in description["files"].items())
    return hashlib.sha256(json.dumps(hashes).encode()).hexdigest()[:12]
