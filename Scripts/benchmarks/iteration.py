"""What a self-training iteration does besides training and predicting, against preparing its data set from nothing."""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import SHARE, Bench, Row

SIZE, CASES = (128, 128, 48), 4
QUICK_SIZE, QUICK_CASES = (40, 40, 16), 2
MOST_SHARE = 0.25


def measure(bench: Bench) -> list[Row]:
    """The share of the reference's time that iteration 2 and those after it need."""
    size, cases = (QUICK_SIZE, QUICK_CASES) if bench.quick else (SIZE, CASES)
    repeats = min(bench.repeats, 3)
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        experiment = _experiment(folder, size, cases)
        _write_pseudo_labels(experiment, 3 + repeats)
        _first_iterations(experiment)
        iterations = iter(range(2, 3 + repeats))
        contenders: dict[str, Callable[[], None]] = {
            "ours": lambda: prepare_iteration(experiment, next(iterations)),
            "own": lambda: _own_from_nothing(experiment, folder / "own"),
            "reference": lambda: _nnunet_from_nothing(experiment, folder / "reference"),
        }
        times = measuring.interleaved(contenders, repeats, warm_up=0)
        memory = {which: [measuring.peak_of_all(contenders[which])] for which in ("ours", "reference")}
    what = f"{cases} + {cases} scans of {' x '.join(map(str, size))}"
    rows = []
    for against, told, note in (
        ("reference", "nnU-Net's own", "nnU-Net's own fingerprint, plan and preprocessing, the same number of processes"),
        ("own", "ours, all anew", "the project's plan and preprocessing of everything"),
    ):
        row = measuring.compared(f"prepare iteration 2, {what}, against {told}", times["ours"], times[against], note=note)
        row.ratio, row.ratio_of = measuring.ratios(times["ours"], times[against]), SHARE
        rows.append(row)
    note = "of this process, which has imported nnU-Net, and its helpers"
    rows.append(measuring.compared(f"memory to prepare iteration 2, {what}", memory["ours"], memory["reference"], "MiB", note))
    rows[0].demand(rows[0].ratio[0], "share", at_most=MOST_SHARE, judged=not bench.quick)
    return rows


def prepare_iteration(experiment: Any, iteration: int) -> None:
    """Everything of an iteration but training and predicting, by the functions that the method itself calls."""
    from CrossMoDAUDALib.method import adaptation, plan

    training = plan.iteration(iteration)
    adaptation.export_target(experiment, f"{training.name}/export", training)
    adaptation.prepare(experiment, f"{training.name}/prepare", training)


def _experiment(folder: Path, size: tuple[int, int, int], cases: int) -> Any:
    """An experiment on a synthetic cohort whose source scans need no translation, with the target's labels kept aside."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.cohort.finding import Case, Cohort
    from CrossMoDAUDALib.core.settings import preset_settings, with_values
    from CrossMoDAUDALib.experiment.folder import Experiment
    from CrossMoDAUDALib.images import volumes

    found: dict[str, list[Case]] = {"ceT1": [], "hrT2": []}
    for number in range(2 * cases):
        modality = "ceT1" if number < cases else "hrT2"
        image, label = folder / "scans" / f"{number}.nii.gz", folder / "labels" / f"{number}.nii.gz"
        for volume, path in zip(phantom.make_case(number, modality, size), (image, label), strict=True):
            volumes.write_volume(volume, path)
        found[modality].append(Case(str(number), image, label if modality == "ceT1" else None))
    settings = with_values(preset_settings("smoke"), {"translation.translator": "none", "device": "cpu", "helper_processes": -1})
    return Experiment.create(folder / "experiment", settings, Cohort(tuple(found["ceT1"]), tuple(found["hrT2"])), {})


def _write_pseudo_labels(experiment: Any, iterations: int) -> None:
    """The phantoms' own labels in the place of predictions: another input, the same work."""
    for iteration in range(iterations):
        folder = experiment.folder / f"iteration_{iteration}" / "pseudo_labels"
        folder.mkdir(parents=True)
        for case in experiment.cohort.target:
            shutil.copyfile(case.image.parent.parent / "labels" / case.image.name, folder / f"{case.id}.nii.gz")


def _first_iterations(experiment: Any) -> None:
    """Iterations 0 and 1 as far as they are prepared."""
    from CrossMoDAUDALib.method import adaptation, plan

    training = plan.iteration(0)
    adaptation.export_source(experiment, f"export/{training.dataset}", training.dataset)
    adaptation.prepare(experiment, f"{training.name}/prepare", training)
    prepare_iteration(experiment, 1)


@contextlib.contextmanager
def _session(experiment: Any, name: str, preprocessed: Path | None = None) -> Iterator[tuple[Any, int, str, Any]]:
    """nnU-Net's folders, and the helper processes, configuration and progress to work with."""
    from CrossMoDAUDALib.core.parallel import helper_count
    from CrossMoDAUDALib.core.progress import silent
    from CrossMoDAUDALib.models.plans import CONFIGURATION
    from CrossMoDAUDALib.segmentation.nnunet import nnunet_session

    base = experiment.folder / "nnunet"
    folders = (base / "raw", preprocessed or base / "preprocessed")
    with nnunet_session(*folders, experiment.folder / name, experiment.folder / name / "nnunet.log"):
        yield folders, helper_count(experiment.settings.helper_processes), CONFIGURATION, silent


def _own_from_nothing(experiment: Any, preprocessed: Path) -> None:
    from CrossMoDAUDALib.core.files import read_json
    from CrossMoDAUDALib.method import plan
    from CrossMoDAUDALib.segmentation import preparation
    from CrossMoDAUDALib.segmentation.dataset import TrainingCase

    shutil.rmtree(preprocessed, ignore_errors=True)
    name = plan.SELF_TRAINING
    with _session(experiment, "own", preprocessed) as (folders, workers, configuration, progress):
        described = read_json(folders[0] / name / "dataset.json")["dataset"]
        place = folders[0] / name
        cases = [TrainingCase(case, place / files["images"][0], place / files["label"]) for case, files in described.items()]
        preparation.plan_network(*folders, name, experiment.settings.segmentation, workers, progress)
        shutil.copyfile(place / "dataset.json", preprocessed / name / "dataset.json")
        preparation.preprocess(preprocessed, name, cases, configuration, workers, progress)


def _nnunet_from_nothing(experiment: Any, preprocessed: Path) -> None:
    shutil.rmtree(preprocessed, ignore_errors=True)
    with _session(experiment, "reference", preprocessed) as (_, workers, configuration, _):
        from nnunetv2.experiment_planning import plan_and_preprocess_api as api

        processes = max(workers, 1)
        api.extract_fingerprints([2], num_processes=processes, show_progress_bar=False)
        api.plan_experiments([2], gpu_memory_target_in_gb=experiment.settings.segmentation.memory_gb)
        api.preprocess_dataset(2, configurations=[configuration], num_processes=[processes], show_progress_bar=False)
