"""How long the paper's whole schedule would take on this device, added up from measured steps."""

from __future__ import annotations

import copy
import math
import statistics
import tempfile
from pathlib import Path
from typing import Any

from . import measuring, step, translate
from .measuring import Bench, Row

VOLUMES = 210  # of either domain in crossMoDA 2022
VOLUME, SPACING = (120, 512, 512), (1.5, 0.41, 0.41)  # z, y, x; mm
TRAININGS, MIRRORED = 4, 8


def measure(bench: Bench) -> list[Row]:
    """A row for each part and one for the whole, in hours."""
    from CrossMoDAUDALib.core.settings import Settings

    settings = Settings()
    translation, segmentation = settings.translation, settings.segmentation
    slices = bench.slices_per_volume
    epochs = translation.epochs + translation.decay_epochs
    steps = epochs * math.ceil(VOLUMES * slices / translation.batch_size)
    step_seconds = bench.found["steps"][step.PAPER]["seconds"]
    measuring.say("  schedule: nnU-Net's step")
    training, predicting, patches, told = _nnunet(bench)
    per_slice = _translation_seconds(bench)
    updates = segmentation.epochs * segmentation.iterations_per_epoch
    hours = {
        "CycleGAN": (steps * step_seconds / 3600, f"{steps:,} steps of {step_seconds:.3g} s ({slices} slices a volume)"),
        "translation": (VOLUMES * slices * per_slice / 3600, f"{VOLUMES} volumes of {slices} slices"),
        "nnU-Net, training": (
            TRAININGS * updates * training / 3600,
            f"{TRAININGS} trainings of {updates:,} steps of {training:.3g} s ({told}); reading and augmentation not counted",
        ),
        "nnU-Net, prediction": (
            TRAININGS * VOLUMES * patches * MIRRORED * predicting / 3600,
            f"{TRAININGS} x {VOLUMES} volumes of {patches} patches, {MIRRORED} mirrored copies each; resampling not counted",
        ),
    }
    rows = [Row(f"the paper's schedule: {name}", value, unit="h", note=note) for name, (value, note) in hours.items()]
    total = sum(value for value, _ in hours.values())
    note = f"an estimate for {VOLUMES} + {VOLUMES} volumes; preparation, validation and evaluation not counted"
    return [*rows, Row("the paper's schedule: the whole", total, unit="h", note=note)]


def default_plan(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """nnU-Net's plan for scans of 512 x 512 x 120 voxels, from a fingerprint that says so, and the data set's description.

    Needs an open ``nnunet_session`` on ``raw`` and ``preprocessed`` in the folder.
    """
    from CrossMoDAUDALib.core.files import write_json
    from CrossMoDAUDALib.core.settings import Settings
    from nnunetv2.experiment_planning.experiment_planners.default_experiment_planner import ExperimentPlanner
    from nnunetv2.utilities.json_export import recursive_fix_for_json_export

    name = "Dataset001_Benchmark"
    count = 2 * VOLUMES
    files = {f"case_{n}": {"images": [f"imagesTr/case_{n}_0000.nii.gz"], "label": f"labelsTr/case_{n}.nii.gz"} for n in range(count)}
    described = {
        "channel_names": {"0": "MRI"},
        "labels": {"background": 0, "Vestibular schwannoma": 1, "Cochlea": 2},
        "numTraining": count,
        "file_ending": ".nii.gz",
        "overwrite_image_reader_writer": "SimpleITKIO",
        "dataset": files,
    }
    intensities = {"mean": 1000.0, "std": 300.0, "min": 1.0, "max": 2001.0, "median": 1000.0}
    fingerprint = {
        "spacings": [list(SPACING)] * count,
        "shapes_after_crop": [list(VOLUME)] * count,
        "foreground_intensity_properties_per_channel": {"0": {**intensities, "percentile_00_5": 300.0, "percentile_99_5": 1900.0}},
        "median_relative_size_after_cropping": 1.0,
    }
    write_json(folder / "raw" / name / "dataset.json", described)
    write_json(folder / "preprocessed" / name / "dataset_fingerprint.json", fingerprint)
    planner = ExperimentPlanner(name, gpu_memory_target_in_gb=Settings().segmentation.memory_gb)
    planner.save_plans = lambda plans: None
    plans = planner.plan_experiment()
    recursive_fix_for_json_export(plans)
    return plans, described


def _nnunet(bench: Bench) -> tuple[float, float, int, str]:
    """Seconds of nnU-Net's own training step and of one prediction of a patch, patches of a volume, and what was measured."""
    import torch
    from CrossMoDAUDALib.core.files import write_text
    from CrossMoDAUDALib.segmentation.nnunet import nnunet_session, quiet
    from nnunetv2.inference.sliding_window_prediction import compute_steps_for_sliding_window

    repeats = bench.repeats if bench.on_gpu else 1
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with nnunet_session(folder / "raw", folder / "preprocessed", folder / "results"), quiet():
            from CrossMoDAUDALib.compute.acceleration import compile_problem
            from nnunetv2.training.nnUNetTrainer.nnUNetTrainer import nnUNetTrainer

            plans, described = default_plan(folder)
            trainer = nnUNetTrainer(copy.deepcopy(plans) | {"continue_training": False}, "3d_fullres", "all", described, bench.device)
            trainer.device = bench.device
            # nnU-Net tells by the files there how to read them; none is read.
            write_text(folder / "preprocessed" / plans["dataset_name"] / "nnUNetPlans_3d_fullres" / "case_0.b2nd", "")
            if compile_problem(bench.device):
                trainer._do_i_compile = lambda: False  # as in a training of the project's
            trainer.initialize()
            patch, batch = trainer.configuration_manager.patch_size, trainer.configuration_manager.batch_size
            data = torch.randn(batch, 1, *patch)
            scales = trainer._get_deep_supervision_scales()
            shapes = [[round(extent * share) for extent, share in zip(patch, scale, strict=True)] for scale in scales]
            target = [torch.randint(0, 3, (batch, 1, *shape)).float() for shape in shapes]
            network = getattr(trainer.network, "_orig_mod", trainer.network)  # predictions run without torch.compile
            one = {"data": data.to(bench.device), "target": [part.to(bench.device) for part in target]}

            def train() -> None:
                trainer.train_step(one)

            def predict() -> None:
                with torch.inference_mode(), torch.autocast(bench.device.type, enabled=bench.on_gpu):
                    network(one["data"][:1])

            times = measuring.interleaved({"train": train, "predict": predict}, repeats, bench.device, warm_up=3 if bench.on_gpu else 0)
            shape = plans["configurations"]["3d_fullres"]["median_image_size_in_voxels"]
            places = compute_steps_for_sliding_window([max(a, b) for a, b in zip(map(int, shape), patch, strict=True)], patch, 0.5)
    told = f"patch {' x '.join(map(str, patch))}, batch {batch}"
    return statistics.median(times["train"]), statistics.median(times["predict"]), math.prod(map(len, places)), told


def _translation_seconds(bench: Bench) -> float:
    """Seconds a slice of the project's translator, from ``translate`` where it has been measured."""
    if "translate" not in bench.found:
        translate.measure(bench)
    found = bench.found["translate"]
    return float(found["seconds"]) / int(found["slices"])
