"""Bad model packages: what a stranger, a broken download or a newer version may hand over as one."""

from __future__ import annotations

import functools
import hashlib
import io
import itertools
import json
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .specimen import Pantry, Place, Specimen

DOORS = ("import", "segment", "translate")
WEIGHTS, GENERATOR = "model/segmenter.safetensors", "translation/generator.safetensors"
Files = dict[str, bytes]
Entries = list[tuple[zipfile.ZipInfo | str, bytes]]


def specimens(every_door: bool = False) -> list[Specimen]:
    """Malformed model packages, each given to the command that opens one."""
    turn = itertools.cycle(DOORS)
    found = []
    for name, write in _bad_packages():
        for door in DOORS if every_door else (next(turn),):
            found.append(Specimen(f"packages/{name} ({door})", functools.partial(_make, write, door), "model.zip"))
    return found


Write = Callable[[Path, Files], None]


def _make(write: Write, door: str, place: Place) -> Sequence[str | Path]:
    path = place.inputs / "model.zip"
    write(path, dict(_good(place.pantry)))
    return [door, path] if door == "import" else [door, path, place.pantry.scan, "-o", place.output, "--device", "cpu"]


@functools.cache
def _good(pantry: Pantry) -> Files:
    """The files of a good package."""
    import tempfile

    from CrossMoDAUDALib.method.packing import write_package

    with tempfile.TemporaryDirectory() as folder:
        path = write_package(pantry.experiment, Path(folder) / "model.zip").path
        with zipfile.ZipFile(path) as package:
            return {entry.filename: package.read(entry) for entry in package.infolist()}


def _bad_packages() -> Iterable[tuple[str, Write]]:
    yield from _broken_files()
    yield from _wrong_entries()
    yield from _wrong_descriptions()
    yield from _wrong_models()


# The file itself --------------------------------------------------------------------------------------------------------------


def _broken_files() -> Iterable[tuple[str, Write]]:
    contents: dict[str, bytes] = {
        "empty": b"",
        "text": b"not a zip file\n",
        "a pickle": pickle.dumps({"a": 1}),
        "an end of directory alone": b"PK\x05\x06" + bytes(18),
        "an end of directory that points nowhere": b"PK\x05\x06" + b"\xff" * 18,
    }
    for name, content in contents.items():
        yield name, functools.partial(_write_bytes, content)
    for share in (0.01, 0.3, 0.6, 0.9, 0.999):
        yield f"cut at {share:.1%}", functools.partial(_changed, lambda whole, share=share: whole[: int(len(whole) * share)])
    yield "its beginning lost", functools.partial(_changed, lambda whole: whole[1000:])
    yield "a bit flipped in the weights", functools.partial(_changed, _flip_in_weights)
    yield (
        "local names that contradict",
        functools.partial(_changed, lambda whole: whole.replace(b"model/plans.json", b"model/other.json", 1)),
    )


def _write_bytes(content: bytes, path: Path, _files: Files) -> None:
    path.write_bytes(content)


def _changed(change: Callable[[bytes], bytes], path: Path, files: Files) -> None:
    path.write_bytes(change(_zipped(_entries(files))))


def _flip_in_weights(whole: bytes) -> bytes:
    middle = whole.index(WEIGHTS.encode()) + 20_000
    return whole[:middle] + bytes([whole[middle] ^ 0x10]) + whole[middle + 1 :]


# Its entries ------------------------------------------------------------------------------------------------------------------


def _wrong_entries() -> Iterable[tuple[str, Write]]:
    for name in (
        "../escaped.json", "/tmp/escaped.json", "C:\\escaped.json", "model/../../escaped.json", "..\\escaped.json", "model/extra.json",
        "model/a\nb.json", "\u202emodel.json", "M" * 60_000, "model/", "MODEL.JSON", "model//plans.json", "./model.json",
    ):  # fmt: skip
        yield f"an entry named {name[:24]!r}", _adding((name, b"{}"))
    for name in ("model.json", WEIGHTS):
        yield f"two entries {name}", _adding((name, b"{}"))
    for name in (
        "model.json",
        WEIGHTS,
        "model/plans.json",
        "model/dataset.json",
        "model/model.json",
        GENERATOR,
        "translation/translator.json",
    ):
        yield f"without {name}", functools.partial(_without, name)
    for name in (WEIGHTS, "model/plans.json", "model.json"):
        yield f"a symbolic link as {name}", functools.partial(_as_kind, name, stat.S_IFLNK)
        yield f"a device as {name}", functools.partial(_as_kind, name, stat.S_IFCHR)
    yield "weights that inflate", functools.partial(_bomb, WEIGHTS, zipfile.ZIP_DEFLATED)
    yield "a description that inflates", functools.partial(_bomb, "model.json", zipfile.ZIP_DEFLATED)
    yield "a directory of two hundred thousand files", _crowded
    yield "plans that inflate", functools.partial(_bomb, "model/plans.json", zipfile.ZIP_DEFLATED)
    yield "plans packed with LZMA", functools.partial(_bomb, "model/plans.json", zipfile.ZIP_LZMA)
    yield "encrypted entries", functools.partial(_changed, _encrypted)
    yield "sizes that lie", functools.partial(_changed, _lying_size)


def _adding(*more: tuple[str, bytes]) -> Write:
    return lambda path, files: path.write_bytes(_zipped([*_entries(files), *more]))


def _without(name: str, path: Path, files: Files) -> None:
    path.write_bytes(_zipped([entry for entry in _entries(files) if entry[0] != name]))


def _as_kind(name: str, kind: int, path: Path, files: Files) -> None:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (kind | 0o777) << 16
    path.write_bytes(_zipped([(entry, b"/etc/passwd") if old == name else (old, content) for old, content in _entries(files)]))


def _bomb(name: str, packed: int, path: Path, files: Files) -> None:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = packed
    path.write_bytes(_zipped([(entry, bytes(100 << 20)) if old == name else (old, content) for old, content in _entries(files)]))


def _encrypted(whole: bytes) -> bytes:
    for signature, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = -1
        while (position := whole.find(signature, position + 1)) >= 0:
            whole = whole[: position + place] + b"\x01\x00" + whole[position + place + 2 :]
    return whole


def _crowded(path: Path, _: Files) -> None:
    with zipfile.ZipFile(path, "w") as package:
        for number in range(200_000):
            package.writestr(zipfile.ZipInfo(str(number)), b"")


def _lying_size(whole: bytes) -> bytes:
    """The directory claims 3 GiB for the first weights, packed and unpacked."""
    position = whole.index(WEIGHTS.encode(), whole.index(b"PK\x01\x02")) - 46
    return whole[: position + 20] + struct.pack("<II", 3 << 30, 3 << 30) + whole[position + 28 :]


# Its description --------------------------------------------------------------------------------------------------------------


def _wrong_descriptions() -> Iterable[tuple[str, Write]]:
    for content in (b"", b"[]", b"{", b"null", b"\xff\xfe", b'{"format": 1}', b"[" * 200_000, b'{"format": "CrossMoDAUDA model package"}'):
        yield f"described by {content[:12]!r}", functools.partial(_described_by, content)
    changes: dict[str, Any] = {
        "format_version": [2, 99, 0, -1, "1", None, True, 1.5, {}],
        "files": [{}, [], None, {"model/plans.json": None}, {"../x": {"bytes": 1, "sha256": "0"}}],
        "cohort": [None, {}, [], {"source_cases": "many", "target_cases": 1}],
        "method": [None, "CycleGAN", []],
        "scores": ["good", [1]],
        "labels": [[], None, {}, [{"name": "Cochlea"}], [{"name": "Other", "value": 1}], [{"name": "Cochlea", "value": "NaN"}]],
    }
    for key, values in changes.items():
        for value in values:
            yield f"{key} = {json.dumps(value)[:40]}", functools.partial(_describing, {key: value})
    for name in (WEIGHTS, "model/plans.json", GENERATOR):
        yield f"wrong hash of {name}", functools.partial(_listing, name, {"sha256": "0" * 64})
        yield f"wrong size of {name}", functools.partial(_listing, name, {"bytes": 5})
    yield "a size that is no number", functools.partial(_listing, WEIGHTS, {"bytes": float("inf")})


def _described_by(content: bytes, path: Path, files: Files) -> None:
    path.write_bytes(_zipped(_entries({**files, "model.json": content})))


def _describing(values: dict[str, Any], path: Path, files: Files) -> None:
    description = {**json.loads(files["model.json"]), **values}
    path.write_bytes(_zipped(_entries({**files, "model.json": json.dumps(description).encode()})))


def _listing(name: str, values: dict[str, Any], path: Path, files: Files) -> None:
    description = json.loads(files["model.json"])
    description["files"][name].update(values)
    path.write_bytes(_zipped(_entries({**files, "model.json": json.dumps(description).encode()})))


# What it holds: everything vouched for by right hashes ------------------------------------------------------------------------


def _wrong_models() -> Iterable[tuple[str, Write]]:
    for name in (WEIGHTS, GENERATOR):
        short = name.rpartition("/")[2]
        yield f"a pickle named {short}", _holding(name, lambda _: pickle.dumps(_Touch()))
        yield f"{short} with NaN", _holding(name, functools.partial(_poisoned, float("nan")))
        yield f"{short} with infinity", _holding(name, functools.partial(_poisoned, float("inf")))
        yield f"{short} cut short", _holding(name, lambda content: content[: len(content) // 2])
        yield f"{short} empty", _holding(name, lambda _: b"")
        yield f"{short} with a header of exabytes", _holding(name, lambda content: struct.pack("<Q", 1 << 62) + content[8:])
        yield (
            f"{short} with offsets beyond its end",
            _holding(name, lambda _: _header({"a": {"dtype": "F32", "shape": [9], "data_offsets": [0, 36]}})),
        )
        yield f"{short} with a shape that overflows", _holding(
            name, lambda _: _header({"a": {"dtype": "F32", "shape": [1 << 40, 1 << 40], "data_offsets": [0, 4]}}) + bytes(4)
        )  # fmt: skip
    for name in ("model/model.json", "model/plans.json", "model/dataset.json", "translation/translator.json"):
        for content in (b"", b"[]", b"{}" if name != "model/dataset.json" else b"7", b"[" * 200_000):
            yield f"{name} is {content[:8]!r}", _holding(name, lambda _, content=content: content)
    values: dict[str, list[Any]] = {
        "format": [99, None, "x"],
        "labels": [{}, {"Cochlea": 0}, None, {"\x1b[31mTumour": 1, "Cochlea": 2}],
        "lower_percentile": [120, "a", None],
        "trainer": [["os.system"]],
        "configuration": ["2d", 5],
        "tile_step": [0, -1, 1e9, "NaN"],
        "mirroring_axes": [7],
        "trained_on": [7, "x"],
    }
    for key, wrongs in values.items():
        for wrong in wrongs:
            yield f"model.json: {key} = {json.dumps(wrong)}", _holding("model/model.json", functools.partial(_with, {key: wrong}))
    plan: dict[str, list[Any]] = {
        "patch_size": [[1 << 20, 1 << 20, 1 << 20], [0, 16, 16], [16, 16], "x"],
        "spacing": [[1e-9, 1, 1], [float("nan"), 1, 1], [0, 1, 1], [-1, 1, 1]],
        "architecture": [{}, 5],
        "normalization_schemes": [["ABC"], ["ImageNormalization"], [], None],
        "preprocessor_name": ["os", "nnUNetPredictor", None],
        "resampling_fn_probabilities": ["OrderedDict", "eval", 5],
        "resampling_fn_data_kwargs": [{"order": 9}, {"order": "x"}, {"command": "ls"}],
        "use_mask_for_norm": [[], [1], None],
        "inherits_from": ["2d"],
    }
    for key, wrongs in plan.items():
        for wrong in wrongs:
            yield f"plans.json: {key} = {str(wrong)[:40]}", _holding("model/plans.json", functools.partial(_with_plan, {key: wrong}))
    network: dict[str, list[Any]] = {
        "n_stages": [10**9, 0, "x"],
        "features_per_stage": [[10**9] * 3, 10**9, []],
        "n_conv_per_stage": [10**9, [10**9] * 3],
        "conv_op": [None, "torch.nn.Linear"],
        "nonlin": ["torch.nn.Transformer", "torch.nn.functional.torch.jit.ScriptModule"],
        "nonlin_kwargs": [{"num_encoder_layers": 10**7}, {"inplace": "x"}],
        "norm_op_kwargs": [{"eps": float("nan")}, [1]],
        "extra": [1],
    }
    for key, wrongs in network.items():
        for wrong in wrongs:
            change = functools.partial(_with_network, {key: wrong})
            yield f"plans.json: network's {key} = {str(wrong)[:40]}", _holding("model/plans.json", change)
    translator: dict[str, list[Any]] = {
        "format": [99, None], "image_size": [10**9, "x", -4], "generator_features": [10**9], "generator_blocks": [10**9],
        "translator": ["gan"],
    }  # fmt: skip
    for key, wrongs in translator.items():
        for wrong in wrongs:
            change = functools.partial(_with, {key: wrong})
            yield f"translator.json: {key} = {json.dumps(wrong)}", _holding("translation/translator.json", change)


class _Touch:
    """Unpickled, it would end the interpreter."""

    def __reduce__(self) -> Any:
        import os

        return os._exit, (77,)


def _holding(name: str, change: Callable[[bytes], bytes]) -> Write:
    """A package with one file changed, and everything about it told as it is."""

    def write(path: Path, files: Files) -> None:
        files = {**files, name: change(files[name])}
        description = json.loads(files["model.json"])
        description["files"][name] = {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        path.write_bytes(_zipped(_entries({**files, "model.json": json.dumps(description).encode()})))

    return write


def _poisoned(value: float, content: bytes) -> bytes:
    from safetensors.numpy import load, save

    weights = {name: array.copy() for name, array in load(content).items()}
    next(iter(weights.values())).reshape(-1)[0] = np.float32(value)
    return bytes(save(weights))


def _header(tensors: dict[str, Any]) -> bytes:
    header = json.dumps(tensors).encode()
    return struct.pack("<Q", len(header)) + header


def _with(values: dict[str, Any], content: bytes) -> bytes:
    return json.dumps({**json.loads(content), **values}).encode()


def _with_plan(values: dict[str, Any], content: bytes) -> bytes:
    plans = json.loads(content)
    plans["configurations"]["3d_fullres"].update(values)
    return json.dumps(plans).encode()


def _with_network(values: dict[str, Any], content: bytes) -> bytes:
    plans = json.loads(content)
    plans["configurations"]["3d_fullres"]["architecture"]["arch_kwargs"].update(values)
    return json.dumps(plans).encode()


# Zip files --------------------------------------------------------------------------------------------------------------------


def _entries(files: Files) -> Entries:
    return list(files.items())


def _zipped(entries: Entries) -> bytes:
    import warnings

    file = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(file, "w") as package:
        warnings.simplefilter("ignore")  # of names that are there twice
        for entry, content in entries:
            package.writestr(entry, content)
    return file.getvalue()
