"""A trained segmenter as nnU-Net's own commands, and programs that call them, read it.

::

    Dataset123_NAME/README.md                                                       how to use it
    Dataset123_NAME/trainer/                                                        the folder for nnUNet_extTrainer, see stock_trainer.py
    Dataset123_NAME/nnUNetTrainerCrossMoDAUDA__nnUNetPlans__3d_fullres/             plans.json, dataset.json, fold_0/checkpoint_final.pth

The label maps are, voxel for voxel, those of :class:`.segmentation.predictor.Segmenter`: the trainer's folder holds the files of this
library that read, orient and scale scans here.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import hashlib
import io
import json
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import NOT_CLINICAL, __version__
from ..core.errors import InputError
from ..core.files import check_path, make_folder
from ..core.folders import make_writable_folder
from ..core.resources import resource
from ..core.settings import SegmentationSettings
from ..experiment.folder import Experiment
from ..models.model_folder import MODEL_FILES, Model, model_folder, read_model
from ..models.package import REFERENCE
from ..models.plans import CONFIGURATION
from ..segmentation.one_scan import KEY
from .packing import write_files

LIBRARY = Path(__file__).resolve().parents[1]
TRAINER, PLANS, FOLD = "nnUNetTrainerCrossMoDAUDA", "nnUNetPlans", 0
_OTHER_KINDS = {".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".7z", ".rar", ".pth", ".onnx"}  # no folders, by their names
_TRAINER_FILE = "segmentation/stock_trainer.py"


@dataclass(frozen=True)
class Export:
    """An export that has been written.

    Attributes:
        path: the zip file or the folder.
        dataset: nnU-Net's name for what the model was trained on, which is the model's name there.
        predict: nnU-Net's command that segments a folder of scans as ``segment`` does.
    """

    path: Path
    dataset: str
    predict: str


def export_for_nnunet(model: Path, output: Path, overwrite: bool = False, number: int | None = None) -> Export:
    """Write a segmenter for nnU-Net's own commands.

    Args:
        model: an experiment folder, one of its iterations' folders or an unpacked model package.
        output: a zip file, or a new or empty folder, written whole or not at all.
        overwrite: whether an older zip file may be replaced.
        number: of nnU-Net's data set, 1 to 999; None for one from 500 on that follows from the model.

    Raises:
        InputError: there is no trained model, it is damaged, or ``output`` cannot be written.
    """
    _check_output(output, overwrite)
    if number is not None and not 1 <= number <= 999:
        raise InputError(f"--dataset-id is {number}; nnU-Net's data sets have numbers from 1 to 999.")
    folder = model_folder(model)
    described = _undamaged(folder)
    weights = _checkpoint(folder, described)
    number = number or 500 + int(hashlib.sha256(weights).hexdigest(), 16) % 500
    dataset = f"Dataset{number:03}_{_plain(output.stem)}"
    step = described.settings.segmentation.tile_step
    predict = f"nnUNetv2_predict -d {dataset} -tr {TRAINER} -c {CONFIGURATION} -f {FOLD} -i SCANS -o RESULTS"
    predict += f" -step_size {step:g}" if step != SegmentationSettings().tile_step else ""
    contents = _contents(described, dataset, weights, predict)
    if output.suffix.lower() == ".zip":
        write_files(output, contents)
    else:
        _write_folder(output, contents)
    return Export(output, dataset, predict)


def _check_output(output: Path, overwrite: bool) -> None:
    check_path(output)
    if output.suffix.lower() != ".zip":
        if output.suffix.lower() in _OTHER_KINDS:
            raise InputError(f"{output} is named as a file of another kind; name a file that ends in .zip, or a folder.")
        if output.is_dir() and any(output.iterdir()):
            raise InputError(f"{output} is not empty; name a new or an empty folder, or a file that ends in .zip.")
        if output.exists() and not output.is_dir():
            raise InputError(f"{output} is a file; name a new or an empty folder, or a file that ends in .zip.")
    elif output.is_dir():
        raise InputError(f"{output} is a folder; name a file.")
    elif output.exists() and not overwrite:
        raise InputError(f"{output} exists already; add --overwrite to replace it, or name another file.")
    make_writable_folder(next(place for place in (output.absolute(), *output.absolute().parents) if place.is_dir()))


def _undamaged(folder: Path) -> Model:
    """The model of a folder; one of an experiment must be what its stage has written."""
    described = read_model(folder)
    for owner in folder.resolve().parents:
        if Experiment.exists(owner):
            files = [(folder / name).resolve() for name in MODEL_FILES]
            Experiment.load(owner).refuse_damaged({file: hashlib.sha256(file.read_bytes()).hexdigest() for file in files})
    return described


def _checkpoint(folder: Path, described: Model) -> bytes:
    """nnU-Net's checkpoint, of tensors and plain types only, so that it can be read without unpickling anything else."""
    import torch

    from ..segmentation.predictor import Segmenter

    state = {
        "network_weights": Segmenter(folder, "cpu", precision="fp32").weights(),
        "trainer_name": TRAINER,
        "init_args": {"configuration": CONFIGURATION, "fold": FOLD},
        "inference_allowed_mirroring_axes": described.mirroring_axes,
    }
    written = io.BytesIO()
    torch.save(state, written)
    return written.getvalue()


def _contents(described: Model, dataset: str, weights: bytes, predict: str) -> dict[str, bytes]:
    """Every file of the export by its name in it."""
    settings, code = described.settings, {name: (LIBRARY / name).read_bytes() for name in needed_files(_TRAINER_FILE)}
    own = {
        "version": __version__,
        "use": NOT_CLINICAL,
        "labels": settings.labels,
        "intensity": dataclasses.asdict(settings.intensity),
        "largest_component": list(settings.self_training.largest_component),
        "trainer": settings.segmentation.trainer,
        "tile_step": settings.segmentation.tile_step,
        "code": {name: hashlib.sha256(content).hexdigest() for name, content in code.items()},
    }
    plans = {
        **described.plans,
        "dataset_name": dataset,
        "plans_name": PLANS,
        "image_reader_writer": "ScanReader",  # nnU-Net has none of that name: without our trainer it reads no scan
        "configurations": {CONFIGURATION: described.plans["configurations"][CONFIGURATION]},
        KEY: own,
    }
    description = {
        **{key: value for key, value in described.dataset.items() if key != "overwrite_image_reader_writer"},
        "name": dataset,
        "description": f"Made by CrossMoDAUDA {__version__}. {NOT_CLINICAL} Needs its folder 'trainer' in nnUNet_extTrainer.",
        "reference": REFERENCE,
        "labels": {"background": 0, **settings.labels},
    }
    fold = f"{TRAINER}__{PLANS}__{CONFIGURATION}"
    files = {
        "README.md": _readme(described, dataset, predict),
        f"trainer/{TRAINER}.py": f"from {KEY}.{_TRAINER_FILE.removesuffix('.py').replace('/', '.')} import {TRAINER} as {TRAINER}\n",
        f"trainer/{KEY}/__init__.py": f'"""Files of CrossMoDAUDA {__version__}. {NOT_CLINICAL}"""\n',
        f"{fold}/dataset.json": _json(description),
        f"{fold}/plans.json": _json(plans),
    }
    contents = {name: text.encode("utf-8") for name, text in files.items()}
    contents.update({f"trainer/{KEY}/{name}": content for name, content in code.items()})
    contents[f"{fold}/fold_{FOLD}/checkpoint_final.pth"] = weights
    return {f"{dataset}/{name}": content for name, content in contents.items()}


def needed_files(name: str) -> list[str]:
    """A file of the library and those that it imports, by their names below the library, in order; the library's own is left out."""
    found: set[str] = set()
    waiting = {name}
    while waiting:
        found.add(one := waiting.pop())
        waiting |= set(_imported(one)) - found
    return sorted(found)


def _imported(name: str) -> Iterator[str]:
    """What a file imports of the library when it runs; imports that are for type checkers only are left out."""
    rooms = Path(name).parts[:-1]
    yield from (f"{'/'.join(rooms[:depth])}/__init__.py" for depth in range(1, len(rooms) + 1))
    waiting: list[ast.AST] = [ast.parse((LIBRARY / name).read_bytes())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.ImportFrom) and node.level:
            place = "/".join([*rooms[: len(rooms) + 1 - node.level], *(node.module or "").split(".")]).strip("/")
            for file in (f"{place}.py", f"{place}/__init__.py", *(f"{place}/{each.name}.py".lstrip("/") for each in node.names)):
                if (LIBRARY / file).is_file():
                    yield file
        elif not (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"):
            waiting.extend(ast.iter_child_nodes(node))
        else:
            waiting.extend(node.orelse)


def _write_folder(output: Path, contents: dict[str, bytes]) -> None:
    """Write the files, all in one folder, into one that is new or empty; whole or not at all."""
    made = [each for each in (output, *output.absolute().parents) if not each.exists()]
    partial = output / f".{uuid.uuid4().hex}.partial"
    try:
        for name, content in contents.items():
            make_folder((partial / name).parent)
            (partial / name).write_bytes(content)
        for whole in partial.iterdir():
            whole.rename(output / whole.name)
        partial.rmdir()
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        for each in made:
            with contextlib.suppress(OSError):
                each.rmdir()
        raise


def _readme(described: Model, dataset: str, predict: str) -> str:
    labels = "\n".join(f"| {value} | {name} |" for name, value in sorted(described.settings.labels.items(), key=lambda label: label[1]))
    step, averages = described.settings.segmentation.tile_step, described.mirroring_axes is not None
    words = {
        "VERSION": __version__,
        "DATASET": dataset,
        "PREDICT": predict,
        "LABELS": labels,
        "STEP": f"{step:g}",
        "TTA": "Switch test-time augmentation on." if averages else "Test-time augmentation makes no difference for this model.",
    }
    text = resource("NNUNet/README.md").read_text(encoding="utf-8")
    return re.sub(r"@([A-Z]+)@", lambda word: words[word[1]], text)


def _json(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _plain(name: str) -> str:
    """A name that nnU-Net takes in a data set's."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")[:60] or "Model"
