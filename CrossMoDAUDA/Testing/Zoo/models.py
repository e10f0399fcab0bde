"""Bad models: folders whose descriptions, plans or weights are damaged, hostile, or of something else."""

from __future__ import annotations

import json
import os
import pickle
import shutil
import struct
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .scans import make_link, make_pipe
from .settings import bad_json
from .specimen import Place, Specimen

Description = dict[str, Any]
Change = Callable[[Description], Any]


def specimens(every_door: bool = False) -> list[Specimen]:
    """Malformed models, each given to the command that uses such a one."""
    found = []
    for file, changes in (
        ("model.json", _descriptions()),
        ("plans.json", _plans()),
        ("dataset.json", _datasets()),
        ("translator.json", _translators()),
    ):
        for number, (what, content) in enumerate(bad_json().items()):
            if every_door or number % 4 == len(file) % 4:
                found.append(Specimen(f"model/{file} {what}", _with_json(file, content), file))
        for what, change in changes.items():
            says = {"an unknown trainer": "nnUNetTrainerMagic", "other features than its weights": "segmenter.safetensors"}.get(what, file)
            found.append(Specimen(f"model/{file} with {what}", _with_json(file, change), says))
    for file in ("segmenter.safetensors", "generator.safetensors"):
        found += [Specimen(f"model/{file} {what}", _with_file(file, write), file) for what, write in _weights().items()]
    return found + _folders()


def _copy(place: Place, file: str) -> tuple[Path, list[str | Path]]:
    """A copy of the model that a file belongs to: the file, and the arguments of the command that uses it."""
    translates = file in ("translator.json", "generator.safetensors")
    folder = place.inputs / "model"
    good = place.pantry.experiment / "translation" if translates else place.pantry.experiment / "iteration_1" / "model"
    names = ("translator.json", "generator.safetensors") if translates else [path.name for path in good.iterdir() if path.is_file()]
    folder.mkdir()
    for name in names:
        shutil.copyfile(good / name, folder / name)
    scan = place.pantry.scan
    return folder / file, ["translate" if translates else "segment", folder, scan, "-o", place.output, "--device", "cpu"]


def _with_json(file: str, content: Any) -> Callable[[Place], Sequence[str | Path]]:
    def make(place: Place) -> Sequence[str | Path]:
        path, arguments = _copy(place, file)
        record = content(json.loads(path.read_text(encoding="utf-8"))) if callable(content) else content
        path.write_bytes(record if isinstance(record, bytes) else json.dumps(record).encode())
        return arguments

    return make


def _with_file(file: str, write: Callable[[Path], None]) -> Callable[[Place], Sequence[str | Path]]:
    def make(place: Place) -> Sequence[str | Path]:
        path, arguments = _copy(place, file)
        write(path)
        return arguments

    return make


def _with(**values: Any) -> Change:
    return lambda description: {**description, **values}


def _without(key: str) -> Change:
    return lambda description: {name: value for name, value in description.items() if name != key}


def _descriptions() -> dict[str, Change]:
    keys = ("format", "labels", "trainer", "configuration", "mirroring_axes", "tile_step", "lower_percentile", "upper_percentile")
    return {
        **{f"no {key}": _without(key) for key in keys},
        "a later format": _with(format=2),
        "a format of a list": _with(format=[]),
        "labels of a list": _with(labels=["a"]),
        "labels of words": _with(labels={"a": "b"}),
        "labels of one value": _with(labels={"a": 1, "b": 1}),
        "other labels than its network": _with(labels={"a": 1}),
        "labels beyond two bytes": _with(labels={"a": 1, "b": 70000}),
        "a foreign trainer": _with(trainer="os.system"),
        "an unknown trainer": _with(trainer="nnUNetTrainerMagic"),
        "a trainer of a list": _with(trainer=["nnUNetTrainer"]),
        "another configuration": _with(configuration="2d"),
        "a step of zero": _with(tile_step=0),
        "a step of a text": _with(tile_step="wide"),
        "a negative step": _with(tile_step=-0.5),
        "percentiles in the wrong order": _with(lower_percentile=50, upper_percentile=50),
        "a percentile that is not a number": _with(lower_percentile=float("nan")),
        "mirrored axes of words": _with(mirroring_axes=["x"]),
        "mirrored axes of a number": _with(mirroring_axes=3),
        "mirrored axes of objects": _with(mirroring_axes=[{}]),
        "mirrored axes that are none": _with(mirroring_axes=[0, 7]),
        "the largest component of no structure": _with(largest_component=["Nose"]),
        "largest components of a number": _with(largest_component=5),
    }


def _plan(**values: Any) -> Change:
    def change(plans: Description) -> Description:
        plans["configurations"]["3d_fullres"].update(values)
        return plans

    return change


def _network(**values: Any) -> Change:
    def change(plans: Description) -> Description:
        plans["configurations"]["3d_fullres"]["architecture"]["arch_kwargs"].update(values)
        return plans

    return change


def _class(name: Any) -> Change:
    def change(plans: Description) -> Description:
        plans["configurations"]["3d_fullres"]["architecture"]["network_class_name"] = name
        return plans

    return change


def _plans() -> dict[str, Change]:
    resampling = "resampling_fn_data"
    return {
        "no configurations": _without("configurations"),
        "configurations of a list": _with(configurations=[]),
        "another configuration": _with(configurations={"2d": {}}),
        "a configuration of nothing": _with(configurations={"3d_fullres": None}),
        "a foreign network": _class("os.system"),
        "a network of the standard library": _class("subprocess.Popen"),
        "a network that is a function": _class("torch.nn.functional.relu"),
        "a network of PyTorch's that runs code": _class("torch.hub.load"),
        "a network that is not there": _class("dynamic_network_architectures.architectures.unet.MagicUNet"),
        "a network of a list": _class(["torch.nn.Linear"]),
        "a network of another kind": _class("torch.nn.Linear"),
        "a foreign convolution": _network(conv_op="builtins.exec"),
        "a foreign norm": _network(norm_op="os.remove"),
        "a foreign nonlinearity": _network(nonlin="shutil.rmtree"),
        "a convolution of a number": _network(conv_op=3),
        "a thousand million features": _network(features_per_stage=[10**9] * 4),
        "a million stages": _network(n_stages=10**6),
        "no stages": _network(n_stages=0),
        "negative features": _network(features_per_stage=[-4, 8, 16, 32]),
        "features of words": _network(features_per_stage=["a", "b", "c", "d"]),
        "other features than its weights": _network(features_per_stage=[8, 16, 32, 64]),
        "a million blocks": _network(n_conv_per_stage=[10**6, 2, 2, 2]),
        "strides of zero": _network(strides=[[0, 0, 0]] * 4),
        "kernels of zero": _network(kernel_sizes=[[0, 0, 0]] * 4),
        "kernels of a thousand": _network(kernel_sizes=[[1001, 1001, 1001]] * 4),
        "a patch of nothing": _plan(patch_size=[]),
        "a patch of zero": _plan(patch_size=[0, 16, 32]),
        "a negative patch": _plan(patch_size=[-32, 16, 32]),
        "a patch of a hundred thousand": _plan(patch_size=[100_000] * 3),
        "a patch of words": _plan(patch_size="large"),
        "a patch that the strides do not divide": _plan(patch_size=[33, 17, 31]),
        "a spacing of zero": _plan(spacing=[0, 1, 1]),
        "a negative spacing": _plan(spacing=[-1, 1, 1]),
        "a spacing below an atom": _plan(spacing=[1e-9, 1e-9, 1e-9]),
        "a spacing of words": _plan(spacing=["a", "b", "c"]),
        "a spacing that is not a number": _plan(spacing=[float("nan"), 1, 1]),
        "a foreign resampling": _plan(**{resampling: "os.system"}),
        "a resampling of a path": _plan(**{resampling: "../../../etc/passwd"}),
        "a resampling of a list": _plan(**{resampling: [1]}),
        "a foreign preprocessor": _plan(preprocessor_name="os.system"),
        "a foreign normalization": _plan(normalization_schemes=["os.system"]),
        "no normalization": _plan(normalization_schemes=[]),
        "no network": _plan(architecture=None),
        "axes in no order": _with(transpose_forward=[0, 0, 0]),
        "axes of words": _with(transpose_forward="abc"),
        "axes that are none": _with(transpose_backward=[0, 1, 9]),
        "a foreign label manager": _with(label_manager="os.system"),
    }


def _datasets() -> dict[str, Change]:
    return {
        "no labels": _without("labels"),
        "no channels": _without("channel_names"),
        "labels of a list": _with(labels=[0, 1, 2]),
        "no background": _with(labels={"a": 1, "b": 2}),
        "more labels than its network": _with(labels={"background": 0, **{f"s{value}": value for value in range(1, 40)}}),
        "a million channels": _with(channel_names={str(number): "MRI" for number in range(2000)}),
        "channels of a number": _with(channel_names=5),
        "labels of objects": _with(labels={"background": {}, "a": {}, "b": {}}),
    }


def _translators() -> dict[str, Change]:
    keys = ("format", "translator", "image_size", "generator_features", "generator_blocks", "lower_percentile")
    return {
        **{f"no {key}": _without(key) for key in keys},
        "a later format": _with(format=2),
        "a format of a list": _with(format=[1]),
        "an unknown network": _with(translator="gan"),
        "no network": _with(translator="none"),
        "slices of zero": _with(image_size=0),
        "slices of a million": _with(image_size=10**6),
        "slices of a text": _with(image_size="wide"),
        "a thousand million features": _with(generator_features=10**9),
        "negative blocks": _with(generator_blocks=-1),
        "percentiles in the wrong order": _with(lower_percentile=50, upper_percentile=50),
    }


class _Bomb:
    """An object that runs a command when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("unpickled",)


def _weights() -> dict[str, Callable[[Path], None]]:
    """What is wrong with a file of weights, and what makes it so."""

    def content(data: bytes) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            path.write_bytes(data)

        return write

    def header(description: Any, data: bytes = b"") -> Callable[[Path], None]:
        text = description if isinstance(description, bytes) else json.dumps(description).encode()
        return content(struct.pack("<Q", len(text)) + text + data)

    def cut(share: float) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            whole = path.read_bytes()
            path.write_bytes(whole[: int(len(whole) * share)])

        return write

    def tensors(change: Callable[[np.ndarray], np.ndarray], first_only: bool = True) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            from safetensors.numpy import load, save

            found = load(path.read_bytes())
            chosen = sorted(found)[:1] if first_only else sorted(found)
            path.write_bytes(save({**found, **{name: np.ascontiguousarray(change(found[name])) for name in chosen}}))

        return write

    def renamed(path: Path) -> None:
        from safetensors.numpy import load, save

        path.write_bytes(save({f"module.{name}": array for name, array in load(path.read_bytes()).items()}))

    def torch_pickle(path: Path) -> None:
        import torch

        torch.save({"weights": torch.zeros(3)}, path)

    def one(path: Path, value: float) -> None:
        tensors(lambda array: np.where(np.arange(array.size).reshape(array.shape) == 0, np.asarray(value, array.dtype), array))(path)

    def replaced(make: Callable[[Path], None]) -> Callable[[Path], None]:
        def write(path: Path) -> None:
            path.unlink()
            make(path)

        return write

    return {
        "of a pickle": content(pickle.dumps(_Bomb())),
        "of a pickle of PyTorch's": torch_pickle,
        "of nothing": content(b""),
        "of text": content(b"weights\n" * 100),
        "of zeros": content(bytes(10_000)),
        "of a header that is longer than the file": content(struct.pack("<Q", 10_000) + b"{}"),
        "of a header of exabytes": content(b"\xff" * 8 + b"{}"),
        "of a header that is not JSON": header(b"{weights}"),
        "of a header nested too deeply": header(b'{"a":' * 50_000),
        "without tensors": header({}),
        "of a tensor of exabytes": header({"a": {"dtype": "F32", "shape": [1 << 60], "data_offsets": [0, 1 << 62]}}),
        "of overlapping tensors": header({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in "ab"}, bytes(4)),
        "of a tensor of an unknown type": header({"a": {"dtype": "Q7", "shape": [1], "data_offsets": [0, 4]}}, bytes(4)),
        "of a tensor of a negative length": header({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, bytes(4)),
        "of a tensor beyond the end": header({"a": {"dtype": "F32", "shape": [100], "data_offsets": [0, 400]}}, bytes(4)),
        "cut in the header": cut(0.001),
        "cut in the middle": cut(0.5),
        "cut at the end": cut(0.9999),
        "of NaN": tensors(lambda array: np.full_like(array, np.nan), first_only=False),
        "with one NaN": lambda path: one(path, np.nan),
        "with one infinity": lambda path: one(path, np.inf),
        "of whole numbers": tensors(lambda array: array.astype(np.int32), first_only=False),
        "of another shape": tensors(lambda array: array.ravel()[:-1]),
        "of turned axes": tensors(lambda array: array[None]),
        "of other names": renamed,
        "that is a folder": replaced(lambda path: path.mkdir()),
        "that is a link to itself": replaced(lambda path: make_link(path, path)),
        "that is a pipe": replaced(make_pipe),
        "that is not there": replaced(lambda path: None),
    }


def _folders() -> list[Specimen]:
    def given(command: str, name: str) -> Callable[[Place], Sequence[str | Path]]:
        def make(place: Place) -> Sequence[str | Path]:
            (place.inputs / "empty").mkdir()
            (place.inputs / "a file").write_text("no model", encoding="utf-8")
            return [command, place.inputs / name, place.pantry.scan, "-o", place.output, "--device", "cpu"]

        return make

    return [
        Specimen(f"model/{what} ({command})", given(command, name), name)
        for command in ("segment", "translate")
        for what, name in (("missing", "absent"), ("an empty folder", "empty"), ("a file", "a file"))
    ]
