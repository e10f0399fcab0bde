"""nnU-Net's own commands with an exported model: they read scans as the model needs them and write label maps as its user knows them.

nnU-Net has no place for a reader of one's own. But to predict it asks the model's trainer to build the network, and a trainer may lie
in a folder that the environment variable ``nnUNet_extTrainer`` names. This one, on being asked, has nnU-Net take its scans from
:class:`ScanReader`. Without the variable nnU-Net finds no such trainer and stops: a scan is never taken as it is.

The file travels in the export, with those that it imports (``method/exporting.py``); where it runs, CrossMoDAUDA need not be installed.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from nnunetv2.imageio.base_reader_writer import BaseReaderWriter
from nnunetv2.preprocessing.preprocessors.default_preprocessor import DefaultPreprocessor
from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer
from nnunetv2.utilities.find_objects import recursive_find_trainer_class_by_name
from nnunetv2.utilities.plans_handling.plans_handler import ConfigurationManager, PlansManager

from ..core.errors import InputError
from ..images.shear import on_own_grid
from ..images.volumes import FILE_ENDINGS, Geometry, Volume, read_label_map, read_volume, to_canonical, write_volume
from .one_scan import KEY, as_the_network_sees, as_the_user_knows

LIBRARY = Path(__file__).resolve().parents[1]


class nnUNetTrainerCrossMoDAUDA(nnUNetTrainer):  # type: ignore[misc]  # noqa: N801
    """Trains nothing: what nnU-Net looks for when it is to predict with an exported model."""

    @staticmethod
    def build_network_architecture(
        plans_manager: Any,
        configuration_manager: Any,
        num_input_channels: int,
        num_output_channels: int,
        *older: Any,
        enable_deep_supervision: bool = True,
    ) -> Any:
        """The model's network; from here on the plans lead to our reader, in nnU-Net's helper processes too.

        Raises:
            RuntimeError: nnU-Net is too old, the plans are no exported model's, or these files are not those that came with it.
        """
        if older or not isinstance(plans_manager, PlansManager):
            raise RuntimeError("This model needs nnunetv2 2.8 or later; update it.")
        own = plans_manager.plans.get(KEY)
        if own is None:
            raise RuntimeError("nnUNetTrainerCrossMoDAUDA predicts with models that CrossMoDAUDA exported; train with nnUNetTrainer.")
        if _hashes(own["code"]) != own["code"]:
            raise RuntimeError(
                f"{LIBRARY.parent} is the trainer of another model or was changed; name this model's own folder 'trainer' first in"
                " nnUNet_extTrainer."
            )
        lasting = _lasting()
        plans_manager.__class__, configuration_manager.__class__ = lasting.ExportedPlans, lasting.ExportedConfiguration
        trainer = own["trainer"]
        base = nnUNetTrainer if trainer == "nnUNetTrainer" else recursive_find_trainer_class_by_name(trainer)
        return base.build_network_architecture(
            plans_manager, configuration_manager, num_input_channels, num_output_channels, enable_deep_supervision=enable_deep_supervision
        )


def _hashes(names: Iterable[str]) -> dict[str, str]:
    """SHA-256 of files of the library, by their names below it; empty for one that is not there."""
    files = {name: LIBRARY / name for name in names}
    return {name: hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "" for name, file in files.items()}


def _lasting() -> Any:
    """This module, where helper processes find it: nnU-Net forgets another folder's modules once it has a trainer from there."""
    if __name__ not in sys.modules:
        sys.path.insert(0, str(LIBRARY.parent))
    return importlib.import_module(__name__)


class ScanReader(BaseReaderWriter):  # type: ignore[misc]
    """Reads scans as the network gets them from us, and puts label maps back on the scans' own grids."""

    supported_file_endings = list(FILE_ENDINGS)

    def __init__(self, model: dict[str, Any]) -> None:
        self._intensity: Any = SimpleNamespace(**model["intensity"])
        self._labels: dict[str, int] = model["labels"]
        self._single = [self._labels[name] for name in model["largest_component"]]

    def read_images(self, image_fnames: Iterable[str]) -> tuple[Any, dict[str, Any]]:
        """One scan, float32 of shape (1, z, y, x) in canonical orientation, with its spacing and its own grid.

        Raises:
            InputError: it cannot be read, or is blank.
        """
        (name,) = image_fnames
        scan = read_volume(Path(name))
        try:
            seen = as_the_network_sees(scan, self._intensity)
        except InputError as error:
            raise InputError(f"{name}: {error}") from None
        return seen.array[None], _properties(scan, seen)

    def read_seg(self, seg_fname: str) -> tuple[Any, dict[str, Any]]:
        """A label map with the values of its file, float32 of shape (1, z, y, x) in canonical orientation."""
        label = read_label_map(Path(seg_fname))
        seen = to_canonical(label)
        return np.ascontiguousarray(seen.array, np.float32)[None], _properties(label, seen)

    def write_seg(self, seg: Any, output_fname: str, properties: dict[str, Any]) -> None:
        """Write what nnU-Net has found as a label map with the user's values, on the grid of the scan's file."""
        geometry, own = (grid and Geometry(**grid) for grid in (properties[KEY]["read"], properties[KEY]["own"]))
        label = dataclasses.replace(as_the_user_knows(seg, geometry, self._labels, self._single), own=own)
        write_volume(on_own_grid(label, label, nearest=True), Path(output_fname))


def _properties(scan: Volume, canonical: Volume) -> dict[str, Any]:
    """What nnU-Net keeps of a scan, of plain types: it hands it from process to process, and writes it beside probabilities."""
    grids = {"read": dataclasses.asdict(scan.geometry), "own": scan.own and dataclasses.asdict(scan.own)}  # own: of a skewed grid
    return {"spacing": list(canonical.geometry.spacing[::-1]), KEY: grids}


class ExportedPlans(PlansManager):  # type: ignore[misc]
    """An exported model's plans, which lead to its reader."""

    @property
    def image_reader_writer_class(self) -> Any:
        """Makes the reader, as nnU-Net makes its own."""
        return functools.partial(ScanReader, self.plans[KEY])


class ExportedConfiguration(ConfigurationManager):  # type: ignore[misc]
    """A configuration of an exported model."""

    @property
    def preprocessor_class(self) -> Any:
        """nnU-Net's own, which takes no other reader's scans."""
        return ScanPreprocessor


class ScanPreprocessor(DefaultPreprocessor):  # type: ignore[misc]
    """nnU-Net's own preprocessing of what :class:`ScanReader` has read."""

    def run_case_npy(self, data: Any, seg: Any, properties: dict[str, Any], *rest: Any) -> Any:
        """As nnU-Net's.

        Raises:
            RuntimeError: the array was read in another way, so that nobody knows its orientation.
        """
        if KEY not in properties:
            raise RuntimeError("This model's scans are read by predictor.plans_manager.image_reader_writer_class(); use that reader.")
        return super().run_case_npy(data, seg, properties, *rest)
