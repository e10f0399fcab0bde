"""What training and inference import from other packages, tried before any work: what does not fit is found in seconds.

Versions alone do not tell. A package may have been installed without what it needs, or beside a part of nnU-Net's that is too
old for it, and SlicerNNUNet takes lines out of nnU-Net's metadata.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import sys
import traceback
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from ..core import garbage
from ..core.errors import CrossModaError, short
from ..core.interrupts import raise_swallowed

# Quick ones first. A test compares with what the library imports, the lazily imported included.
MODULES = (
    "numpy",
    "scipy.ndimage",
    "scipy.spatial",
    "SimpleITK",
    "PIL.Image",
    "psutil",
    "tqdm",
    "torch",
    "safetensors.torch",
    "nnunetv2.experiment_planning.experiment_planners.default_experiment_planner",
    "nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor",
    "nnunetv2.imageio.base_reader_writer",
    "nnunetv2.imageio.simpleitk_reader_writer",
    "nnunetv2.preprocessing.preprocessors.default_preprocessor",
    "nnunetv2.training.dataloading.nnunet_dataset",
    "nnunetv2.training.lr_scheduler.polylr",
    "nnunetv2.training.nnUNetTrainer",
    "nnunetv2.training.nnUNetTrainer.nnUNetTrainer",
    "nnunetv2.utilities.default_n_proc_DA",
    "nnunetv2.utilities.find_objects",
    "nnunetv2.utilities.get_network_from_plans",
    "nnunetv2.utilities.json_export",
    "nnunetv2.utilities.label_handling.label_handling",
    "nnunetv2.utilities.plans_handling.plans_handler",
    "nnunetv2.inference.predict_from_raw_data",
)
# What nnU-Net 2.8 needs of its own makers' packages; its metadata may have lost it. A test compares.
PARTS = (
    "acvl-utils>=0.2.6,<0.3",
    "dynamic-network-architectures>=0.4.4,<0.5",
    "batchgenerators>=0.25.1",
    "batchgeneratorsv2>=0.3.2",
)


@dataclass(frozen=True)
class Unfit:
    """A package that cannot be imported as training and inference do it.

    Attributes:
        owner: canonical name of the package that was to be imported, as "nnunetv2".
        package: canonical name of the one that does not fit: the same, or one that it needs.
        version: its version; None if it is not installed.
        reason: what Python said.
    """

    owner: str
    package: str
    version: str | None
    reason: str

    def sentence(self) -> str:
        """What is wrong and what to do."""
        if self.version is None:
            what = f"The Python package {self.package}, which {self.owner} needs, is missing"
        else:
            what = f"The Python package {self.package} {self.version} does not fit the others ({self.reason})"
        if _in_slicer():  # a plain pip could replace what Slicer itself is linked with
            return f"{what}; install what fits in the module CrossMoDA UDA, section Python packages."
        wanted = next((part for part in PARTS if _is_named(part, self.package)), self.package)
        return f'{what}; install what fits with: {sys.executable} -m pip install --upgrade "{wanted}"'


def try_imports(modules: Sequence[str] = MODULES) -> Unfit | None:
    """Import everything; what does not fit, or None.

    It takes as long as the imports, which the work that follows is spared.
    """
    module = "torch"
    try:
        from ..segmentation.nnunet import prediction_session

        with garbage.importing(), prediction_session():  # nnU-Net reads some of its environment when it is first imported
            for module in modules:
                importlib.import_module(module)
                raise_swallowed()
    except Exception as error:  # a library for another processor, or one of other versions, raises anything
        return _explain(module, error)
    return None


def refuse_unfit() -> None:
    """Make sure that everything can be imported.

    Raises:
        CrossModaError: it cannot.
    """
    if unfit := try_imports():
        raise CrossModaError(unfit.sentence())


def main() -> None:
    """In a process of its own: tell as one line of JSON what does not fit, or null."""
    unfit = try_imports()
    print("\n" + json.dumps(unfit and asdict(unfit)), flush=True)


def _explain(module: str, error: Exception) -> Unfit:
    """Who is to blame: the package that lacks what was imported from it, or the one in whose code it went wrong."""
    at_fault = getattr(error, "name", None) if isinstance(error, ImportError) else None
    if not isinstance(at_fault, str) or _is_innocent(at_fault):
        frames = [frame.f_globals.get("__name__", "") for frame, _line in traceback.walk_tb(error.__traceback__)]
        at_fault = next((name for name in reversed(frames) if not _is_innocent(name)), module)
    package = _distribution(at_fault)
    try:
        version: str | None = importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        version = None if isinstance(error, ModuleNotFoundError) else "of an unknown version"
    return Unfit(_distribution(module), package, version, short(error))


def _is_innocent(module: str) -> bool:
    """Whether a module is ours or Python's own, in which the faults of packages come to light."""
    top = module.partition(".")[0]
    return top in ("CrossMoDAUDALib", "", "__main__") or top in sys.stdlib_module_names


def _distribution(module: str) -> str:
    """The name under which the package of a module is installed, or else the package's own."""
    top = module.partition(".")[0]
    names = importlib.metadata.packages_distributions().get(top)
    return canonicalize_name(names[0] if names else top)


def _in_slicer() -> bool:
    """Whether this is Slicer or a process with its Python."""
    return getattr(sys.modules.get("slicer"), "app", None) is not None or Path(sys.executable).stem == "PythonSlicer"


def _is_named(line: str, package: str) -> bool:
    return canonicalize_name(Requirement(line).name) == canonicalize_name(package)
