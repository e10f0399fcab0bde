"""nnU-Net's fingerprint, plan and preprocessing, case by case, resumable, without doing anything twice.

The results are those of ``nnUNetv2_plan_and_preprocess``, but that small scans give fewer voxels to the statistics of intensities;
only the bookkeeping around it is ours.
"""

from __future__ import annotations

import json
import math
import os
import pickle
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..core.errors import InputError
from ..core.files import asking_the_disk, make_folder, read_json, write_json
from ..core.parallel import for_each
from ..core.progress import Progress
from ..core.settings import SegmentationSettings
from ..images.volumes import read_geometry
from ..models.plans import CONFIGURATION, check_plans
from .dataset import TrainingCase

PLANS = "nnUNetPlans"
# nnU-Net draws this many foreground voxels over a whole data set, with replacement, for its intensity statistics. Of scans so small
# that it would draw each voxel many times over, that takes seconds and a gigabyte and tells no more; and of MRI nothing reads it.
FOREGROUND_SAMPLES = 10_000_000 * 10
DRAWS_PER_VOXEL = 10
# A case's files; the last one, by which it counts as done, comes last.
_CASE_ENDINGS = (".b2nd", "_seg.b2nd", ".pkl")


def plan_network(raw: Path, preprocessed: Path, name: str, settings: SegmentationSettings, helpers: int, progress: Progress) -> None:
    """Extract the fingerprint and let nnU-Net plan, unless the plan is there. Needs an open ``nnunet_session``.

    Args:
        raw, preprocessed: nnU-Net's folders.
        name: the data set's folder name.

    Raises:
        InputError: no label map of the data set holds a structure.
    """
    target = preprocessed / name
    if (target / f"{PLANS}.json").is_file():
        return
    cases = read_json(raw / name / "dataset.json")["dataset"]
    folder = raw / name
    samples = samples_per_case([folder / files["label"] for files in cases.values()])
    arguments = [(str(folder / files["images"][0]), str(folder / files["label"]), samples) for files in cases.values()]
    results = for_each(_analyse, arguments, helpers, progress, "measuring the images")
    make_folder(target)
    if not any(len(drawn) for _, _, (drawn,), *_ in results):
        raise InputError(f"No label map of {name} holds a structure, so there is nothing to learn; check the source domain's label maps.")
    write_json(target / "dataset_fingerprint.json", _fingerprint(results))

    from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
    from nnunetv2.utilities.json_export import recursive_fix_for_json_export

    planner = ExperimentPlanner(name, gpu_memory_target_in_gb=settings.memory_gb)
    planner.UNet_base_num_features = settings.base_features
    spacing = planner.determine_fullres_target_spacing()
    if min(spacing) < settings.finest_spacing:
        planner.overwrite_target_spacing = [max(float(along), settings.finest_spacing) for along in spacing]
    planner.save_plans = lambda plans: None  # it would leave half a file if it were killed then
    plans = planner.plan_experiment()
    recursive_fix_for_json_export(plans)
    # Not first when the trained model is read.
    check_plans(json.loads(json.dumps(plans)), CONFIGURATION, f"{target / PLANS}.json")
    write_json(target / f"{PLANS}.json", plans)


def samples_per_case(labels: Sequence[Path]) -> int:
    """How many foreground voxels are drawn of each case: nnU-Net's number, at most ten times the voxels of the largest.

    Args:
        labels: all label maps of a data set; as many are drawn of each, so that all cases count alike.
    """
    largest = max(math.prod(read_geometry(label).size) for label in labels)
    return max(min(FOREGROUND_SAMPLES // len(labels), DRAWS_PER_VOXEL * largest), 1)


def batch_size(preprocessed: Path, name: str, configuration: str) -> int:
    """The patches in a step that nnU-Net has planned for a data set."""
    return int(read_json(preprocessed / name / f"{PLANS}.json")["configurations"][configuration]["batch_size"])


def _analyse(image: str, label: str, samples: int) -> tuple[Any, ...]:
    from nnunetv2.experiment_planning.dataset_fingerprint.fingerprint_extractor import DatasetFingerprintExtractor
    from nnunetv2.imageio.simpleitk_reader_writer import SimpleITKIO

    return tuple(DatasetFingerprintExtractor.analyze_case([image], label, SimpleITKIO, samples))


def _fingerprint(results: Sequence[tuple[Any, ...]]) -> dict[str, Any]:
    """What ``DatasetFingerprintExtractor.run`` writes, from the same per-case results."""
    drawn = np.concatenate([result[2][0] for result in results])
    low, median, high = (float(value) for value in np.percentile(drawn, (0.5, 50.0, 99.5)))
    statistics = {"mean": float(np.mean(drawn)), "std": float(np.std(drawn)), "min": float(np.min(drawn)), "max": float(np.max(drawn))}
    return {
        "spacings": [[float(value) for value in result[1]] for result in results],
        "shapes_after_crop": [[int(value) for value in result[0]] for result in results],
        "foreground_intensity_properties_per_channel": {
            "0": {**statistics, "median": median, "percentile_00_5": low, "percentile_99_5": high}
        },
        "median_relative_size_after_cropping": float(np.median([result[4] for result in results])),
    }


def preprocess(
    preprocessed: Path, name: str, cases: Sequence[TrainingCase], configuration: str, helpers: int, progress: Progress, like: str = ""
) -> None:
    """Preprocess the cases that are not preprocessed yet.

    Args:
        like: another data set whose preprocessed cases are taken over where both plans treat images alike.
    """
    folder = _case_folder(preprocessed, name, configuration)
    make_folder(folder)
    if like and _same_preprocessing(preprocessed, name, like, configuration):
        donor = _case_folder(preprocessed, like, configuration)
        for case in cases:
            if not (folder / f"{case.name}.pkl").is_file() and (donor / f"{case.name}.pkl").is_file():
                _publish(donor, folder, case.name, _link)
    for left in folder.glob("partial_*"):
        shutil.rmtree(left, ignore_errors=True)
    there = preprocessed_cases(preprocessed, name, cases, configuration)
    arguments = [(str(preprocessed), name, configuration, case, False) for case in cases if case not in there]
    for_each(_preprocess_case, arguments, helpers, progress, "preprocessing")


def preprocessed_cases(preprocessed: Path, name: str, cases: Sequence[TrainingCase], configuration: str) -> list[TrainingCase]:
    """Those of the cases that are preprocessed already."""
    folder = _case_folder(preprocessed, name, configuration)
    return [case for case in cases if all((folder / f"{case.name}{ending}").is_file() for ending in _CASE_ENDINGS)]


def preprocess_labels(
    preprocessed: Path, name: str, cases: Sequence[TrainingCase], configuration: str, helpers: int, progress: Progress
) -> None:
    """Preprocess only the labels of cases whose images are preprocessed already (new pseudo-labels of old scans)."""
    arguments = [(str(preprocessed), name, configuration, case, True) for case in cases]
    for_each(_preprocess_case, arguments, helpers, progress, "preprocessing labels")


def _preprocess_case(preprocessed: str, name: str, configuration: str, case: TrainingCase, labels_only: bool) -> None:
    from nnunetv2.utilities.plans_handling.plans_handler import ConfigurationManager, PlansManager

    class LabelsOnly(ConfigurationManager):  # type: ignore[misc]
        """The plan, but images come out as one voxel: resampling them is the slow part, and nothing needs it."""

        @property
        def resampling_fn_data(self) -> Any:
            return lambda data, *_, **__: data[:, :1, :1, :1]

    base = Path(preprocessed) / name
    plans = PlansManager(str(base / f"{PLANS}.json"))
    dataset = read_json(base / "dataset.json")
    manager = plans.get_configuration(configuration)
    preprocessor = manager.preprocessor_class(verbose=False)
    folder = _case_folder(Path(preprocessed), name, configuration)
    scratch = folder / f"partial_{case.name}_{os.getpid()}"  # a killed helper that still writes shall not meet its successor
    shutil.rmtree(scratch, ignore_errors=True)
    make_folder(scratch)
    try:
        stem = str(scratch / case.name)
        with asking_the_disk(scratch / case.name):
            if labels_only:
                from nnunetv2.training.dataloading.nnunet_dataset import comp_blosc2_params, nnUNetDatasetBlosc2

                _, seg, properties = preprocessor.run_case(
                    [str(case.image)], str(case.label), plans, LabelsOnly(manager.configuration), dataset
                )
                seg = np.ascontiguousarray(seg.astype(np.int16))
                blocks, chunks = comp_blosc2_params(seg.shape, tuple(manager.patch_size), seg.itemsize)
                nnUNetDatasetBlosc2.save_seg(seg, stem + "_seg", chunks, blocks)
                (scratch / f"{case.name}.pkl").write_bytes(pickle.dumps(properties))
            else:
                preprocessor.run_case_save(stem, [str(case.image)], str(case.label), plans, manager, dataset)
        _publish(scratch, folder, case.name, lambda old, new: old.replace(new))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _publish(source: Path, target: Path, case: str, move: Any) -> None:
    """Bring a case's files to their place, in their order."""
    for ending in _CASE_ENDINGS:
        if (source / f"{case}{ending}").is_file():
            move(source / f"{case}{ending}", target / f"{case}{ending}")


def _link(old: Path, new: Path) -> None:
    new.unlink(missing_ok=True)
    try:
        os.link(old, new)
    except OSError:  # no hard links on this file system
        partial = new.parent / f"partial_{new.name}.copy"
        shutil.copyfile(old, partial)
        partial.replace(new)


def _case_folder(preprocessed: Path, name: str, configuration: str) -> Path:
    return preprocessed / name / f"{PLANS}_{configuration}"


def _same_preprocessing(preprocessed: Path, one: str, other: str, configuration: str) -> bool:
    def relevant(name: str) -> list[Any]:
        plans = read_json(preprocessed / name / f"{PLANS}.json")
        chosen = plans["configurations"][configuration]
        keys = ["spacing", "normalization_schemes", "use_mask_for_norm", "preprocessor_name"]
        keys += [key for key in chosen if key.startswith("resampling_fn")]
        return [plans["transpose_forward"], *(chosen[key] for key in sorted(keys))]

    return relevant(one) == relevant(other)
