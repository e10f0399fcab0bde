"""``challenge``: every scan of a folder becomes a label map of the name that crossMoDA wants; what a container of a model runs.

Nothing but the label maps is left behind: caches of libraries go to a temporary folder, so that any user may run it on a
machine on which only the output and the temporary folder can be written.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..core.errors import CrossModaError, InputError
from ..core.progress import Progress
from ..experiment.events import EventLog
from .terminal import note

if TYPE_CHECKING:
    from .inference import Task

SOCKET_VARIABLE = "CROSSMODA_GRAND_CHALLENGE"
_DESCRIPTION = (
    "Segment every scan of a folder. CASE_hrT2.nii.gz becomes CASE_Label.nii.gz (crossMoDA 2021 and 2022), CASE_T2.nii.gz becomes"
    " CASE.nii.gz (2023), any other NAME becomes NAME_Label.nii.gz. Label maps of an earlier run are replaced."
)
# Where libraries keep caches and settings: Python's own, matplotlib, numba, PyTorch and its compilers, CUDA.
_KEPT_IN = {
    "HOME": "",
    "XDG_CACHE_HOME": "cache",
    "XDG_CONFIG_HOME": "config",
    "MPLCONFIGDIR": "matplotlib",
    "NUMBA_CACHE_DIR": "numba",
    "TORCH_HOME": "torch",
    "TORCHINDUCTOR_CACHE_DIR": "inductor",
    "TRITON_CACHE_DIR": "triton",
    "CUDA_CACHE_PATH": "cuda",
}


def add_parser(commands: Any) -> None:
    """Add the command to the command line."""
    parser = commands.add_parser("challenge", help="all scans of a folder -> label maps, as a container does it", description=_DESCRIPTION)
    parser.add_argument("--model", type=Path, required=True, help="an experiment folder, a model package, or an imported model's name")
    parser.add_argument("--input", type=Path, default=Path("/input"), metavar="DIR", help="folder of scans (default: %(default)s)")
    parser.add_argument("--output", type=Path, default=Path("/output"), metavar="DIR", help="for the label maps (default: %(default)s)")
    parser.add_argument(
        "--grand-challenge",
        default=os.environ.get(SOCKET_VARIABLE) or None,
        metavar="SOCKET",
        help="Grand Challenge's folders: DIR/images/*/NAME.mha becomes DIR/images/SOCKET/NAME.mha"
        f" (default: what the variable {SOCKET_VARIABLE} says)",
    )
    parser.add_argument("--device", default="auto", metavar="auto|cuda|cuda:N|mps|cpu", help="where networks run (default: auto)")
    parser.set_defaults(command=challenge)


def challenge(options: argparse.Namespace, log: EventLog) -> int:
    """Segment all scans; 1 if there is one that could not be."""
    from ..images.fingerprint import is_there
    from ..images.names import left_out_of
    from .inference import Results, check_outputs, each, one_device, opened
    from .inputs import tell

    device, (scans, folders) = one_device(options.device), _scans(options)
    if options.grand_challenge:
        output, names = options.output / "images" / options.grand_challenge, [(path, [f"{_stem(path)}.mha"]) for path in scans]
    else:
        output, names = options.output, [(path, [label_map_name(path)]) for path in scans]
    # A link that leads nowhere is a scan that cannot be read: it costs the others nothing.
    check_outputs(Results([(path, own) for path, own in names if is_there(path)], output, overwrite=True))
    with caches_in_temporary_folder(), opened(options.model) as model:
        task = _segmenting(model, device)
        left_out = max(tell(folder, left_out_of(folder), log) for folder in folders)
        return min(max(each(Results(names, output, overwrite=True), task, log, "segment"), left_out), CrossModaError.exit_status)


def _segmenting(model: Path, device: str) -> Task:
    """What segments one scan and writes its label map."""
    from ..images.shear import on_own_grid
    from ..images.volumes import write_volume
    from ..models.model_folder import describe_model
    from ..scoring import plausibility

    folder = describe_model(model).folder  # what is wrong with a model is said before PyTorch is imported
    _tell_where(device)
    from ..segmentation.predictor import Segmenter
    from .segmenting import segmented

    segmenter = Segmenter.load(folder, device)

    def task(path: Path, names: list[Path], progress: Progress) -> list[str]:
        label = segmented(segmenter, path, progress)
        notes = label.notes
        write_volume(on_own_grid(label, label, nearest=True), names[0])
        warnings = plausibility.check(label, segmenter.labels, segmenter.trained_on)
        return [*notes, *(f"{_stem(path)}: {warning.message}" for warning in warnings)]

    return task


def _tell_where(device: str) -> None:
    from ..compute.devices import resolve

    found = resolve(device)
    if device == "auto" and found.type == "cpu":
        note("There is no GPU that PyTorch can use here; the CPU segments, which takes much longer.")
    else:
        note(f"Segmenting on {found}.")


def _scans(options: argparse.Namespace) -> tuple[list[Path], list[Path]]:
    """The scans and the folders that they lie in."""
    from ..images.names import scans_in

    folder: Path = options.input
    if not folder.is_dir():
        raise InputError(f"{folder} is no folder; give the folder of scans as --input, or bind it to {folder} in a container.")
    images = folder / "images"
    if options.grand_challenge:
        if not re.fullmatch(r"[\w-]+", options.grand_challenge):
            raise InputError(f"--grand-challenge {options.grand_challenge} is no socket's slug; it has letters, digits and hyphens.")
        inside = sorted(path for path in images.iterdir() if path.is_dir()) if images.is_dir() else []
        found = [scan for each in inside for scan in scans_in(each)]
        if not found:
            raise InputError(f"{images} holds no folder with scans (NIfTI, NRRD or MetaImage files); check what is bound to {folder}.")
        return found, inside
    found = scans_in(folder)
    if not found:
        more = "; for Grand Challenge's folders give --grand-challenge" if images.is_dir() else ""
        raise InputError(f"{folder} holds no scans (NIfTI, NRRD or MetaImage files){more}; check what is given or bound as its input.")
    return found, [folder]


def label_map_name(scan: Path) -> str:
    """The name of a scan's label map, as crossMoDA's example containers of 2021, 2022 and 2023 write it.

    >>> label_map_name(Path("crossmoda2022_ldn_7_hrT2.nii.gz")), label_map_name(Path("crossmoda2023_ldn_7_T2.nii.gz"))
    ('crossmoda2022_ldn_7_Label.nii.gz', 'crossmoda2023_ldn_7.nii.gz')
    >>> label_map_name(Path("knee.nrrd"))
    'knee_Label.nii.gz'
    """
    name = _stem(scan)
    of_2023 = name.removesuffix("_T2")
    if of_2023 not in ("", name):
        return f"{of_2023}.nii.gz"
    return f"{name.removesuffix('_hrT2') or name}_Label.nii.gz"


def _stem(scan: Path) -> str:
    from ..images.volumes import file_stem

    return file_stem(scan)


@contextlib.contextmanager
def caches_in_temporary_folder() -> Iterator[None]:
    """Let libraries keep their caches in a folder that is gone afterwards; nowhere else may be writable."""
    before = {name: os.environ.get(name) for name in _KEPT_IN}
    with tempfile.TemporaryDirectory(prefix="crossmoda_caches_", ignore_cleanup_errors=True) as folder:
        os.environ.update({name: str(Path(folder, inside)) for name, inside in _KEPT_IN.items()})
        try:
            yield
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value
