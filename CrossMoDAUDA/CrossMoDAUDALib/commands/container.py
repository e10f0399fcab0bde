"""``container``: a folder from which Docker, Podman or Apptainer builds an image of a trained model."""

from __future__ import annotations

import argparse
import base64
import contextlib
import hashlib
import json
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .. import NOT_CLINICAL, __version__
from ..core.errors import CrossModaError, InputError
from ..core.files import check_path, read_json
from ..core.resources import resource
from ..core.settings import SegmentationSettings
from ..experiment.events import EventLog
from .terminal import say

if TYPE_CHECKING:
    from ..models.package import Package

MODEL = "model.zip"
# Files of the folder that are written as they lie in Resources/Container, but for the words between @.
_WITH_WORDS = ("Dockerfile", "README.md", "crossmoda-uda.def")
_AS_THEY_ARE = ("install.sh", "requirements.txt", "requirements-nnunet.txt")
_DESCRIPTION = (
    "Write a folder from which Docker, Podman or Apptainer builds an image of a model. The image turns every scan of /input into a"
    " label map in /output, see the command 'challenge'. The folder's README.md tells the commands."
)


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("container", help="a trained model as a container", description=_DESCRIPTION)
    parser.add_argument("model", type=Path, metavar="MODEL", help="an experiment folder, a model package, or an imported model's name")
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="FOLDER", help="a new or empty folder")
    parser.set_defaults(command=container)


def container(options: argparse.Namespace, _log: EventLog) -> int:
    """Write the folder; one that cannot be written whole is left as it was."""
    from ..core.folders import make_writable_folder
    from ..models.library import find_model, summary

    folder, model = options.output, find_model(options.model)
    check_path(folder)
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError(f"{folder} is not empty; name a new or an empty folder.")
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    make_writable_folder(folder)
    try:
        package = write_package_of(model, folder / MODEL)
        words = {"WHEEL": write_wheel(folder).name, "MODEL": summary(package.description), "VERSION": __version__}
        for name in (*_WITH_WORDS, *_AS_THEY_ARE):
            text = resource(f"Container/{name}").read_text(encoding="utf-8")
            for word, value in words.items() if name in _WITH_WORDS else ():
                text = text.replace(f"@{word}@", value)
            (folder / name).write_text(text, encoding="utf-8", newline="\n")  # sh takes no other ends of lines
    except BaseException:
        for path in list(folder.iterdir()):  # it was empty
            path.unlink()
        for each in made:
            with contextlib.suppress(OSError):
                each.rmdir()
        raise
    say(f"{folder}\nBuild and run it as {folder / 'README.md'} tells.\n{NOT_CLINICAL}")
    return 0


def write_package_of(model: Path, output: Path) -> Package:
    """The package of a model of any kind: a package is checked and copied, an imported one packed again, an experiment packed.

    Raises:
        InputError: the model cannot be used, or not in a container.
    """
    from ..method.packing import write_files, write_package
    from ..models.package import DESCRIPTION, FORMAT, SEGMENTER, check_package, is_package

    if is_package(model):
        check_package(model)
        shutil.copyfile(model, output)
    elif (description := _description(model / DESCRIPTION)).get("format") == FORMAT:
        write_files(output, {name: _content(model / name) for name in (DESCRIPTION, *description.get("files", ()))})
    else:
        write_package(model, output)
    try:
        package = check_package(output)
    except InputError as error:
        raise InputError(str(error).replace(str(output), str(model))) from error
    with zipfile.ZipFile(output) as opened:
        trainer = json.loads(opened.read(SEGMENTER[0]))["trainer"]
    if trainer != SegmentationSettings().trainer:  # its network is made by nnU-Net's code for training, which the image lacks
        raise InputError(f"{model} was trained with segmentation.trainer={trainer}; a container takes {SegmentationSettings().trainer}'s.")
    return package


def _description(path: Path) -> dict[str, Any]:
    """What an imported model tells of itself; nothing for any other folder."""
    with contextlib.suppress(OSError, ValueError):
        found = read_json(path)
        if isinstance(found, dict):
            return found
    return {}


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path} is missing; import the model's package again.") from None


def write_wheel(folder: Path) -> Path:
    """This library as a wheel, from wherever it lies: a checkout, an installed package or Slicer's extension.

    Raises:
        CrossModaError: a part of the library cannot be read.
    """
    library, resources = Path(__file__).resolve().parents[1], resource("Container").parent
    files = {f"CrossMoDAUDALib/{path.relative_to(library).as_posix()}": path for path in library.rglob("*.py")}
    for path in resources.rglob("*"):
        if path.is_file():
            files[f"CrossMoDAUDALib/Resources/{path.relative_to(resources).as_posix()}"] = path
    try:
        contents = {name: files[name].read_bytes() for name in sorted(files)}
    except OSError as error:
        raise CrossModaError(f"{error.filename} cannot be read ({error.strerror}); install CrossMoDAUDA again.") from None
    told = f"crossmodauda-{__version__}.dist-info"
    metadata = ("Metadata-Version: 2.1", "Name: CrossMoDAUDA", f"Version: {__version__}", f"Summary: {NOT_CLINICAL}")
    contents[f"{told}/METADATA"] = _lines(*metadata, "License: Apache-2.0", "Requires-Python: >=3.11,<3.14")
    contents[f"{told}/WHEEL"] = _lines("Wheel-Version: 1.0", "Generator: CrossMoDAUDA", "Root-Is-Purelib: true", "Tag: py3-none-any")
    contents[f"{told}/entry_points.txt"] = _lines("[console_scripts]", "crossmoda-uda = CrossMoDAUDALib.commands.cli:main")
    record = [f"{name},sha256={_hash(content)},{len(content)}" for name, content in contents.items()]
    contents[f"{told}/RECORD"] = _lines(*record, f"{told}/RECORD,,")

    from ..method.packing import write_files

    wheel = folder / f"crossmodauda-{__version__}-py3-none-any.whl"
    write_files(wheel, contents)
    return wheel


def _lines(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


def _hash(content: bytes) -> str:
    """As wheels write it."""
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode("ascii")
