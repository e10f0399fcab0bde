"""One scan segmented by the project against the same model and scan given to nnUNetv2_predict_from_modelfolder."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row

SIZE, QUICK_SIZE, SPACING = (70, 85, 70), (40, 40, 32), (1.3, 1.3, 1.3)
# Between the project's label map and nnU-Net's: rounding moves a boundary here and there, bf16's more than fp32's.
LEAST_DSC = {"fp32": 0.999, "bf16": 0.99}
CASES = 6
# As little training of as small a network as finds a tumour, in two minutes on a core.
TRAINING = {
    "segmentation.epochs": 3,
    "segmentation.iterations_per_epoch": 120,
    "segmentation.base_features": 12,
    "segmentation.memory_gb": 0.03,
    "segmentation.initial_learning_rate": 0.1,
    "segmentation.mirroring": True,
    "segmentation.tile_step": 0.5,
}
QUICK_TRAINING = {**TRAINING, "segmentation.epochs": 1, "segmentation.iterations_per_epoch": 15, "segmentation.mirroring": False}


def measure(bench: Bench) -> list[Row]:
    """Seconds in this process and as a command, and the DSC of both results."""
    model = bench.model or trained_model(bench)
    with tempfile.TemporaryDirectory(prefix="crossmoda_benchmark_", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        scan = bench.scan or _synthetic_scan(folder, QUICK_SIZE if bench.quick else SIZE)
        return _against_command(bench, model, scan, folder)


def trained_model(bench: Bench) -> Path:
    """An experiment trained on labelled synthetic hrT2, kept in the output folder from run to run."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.images import volumes

    work = bench.output / ("quick_model" if bench.quick else "model")
    if not (work / "images").is_dir():
        partial = work.with_name(work.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        for number in range(CASES + 1):
            domain = "images" if number < CASES else "target"
            image, label = phantom.make_case(100 + number, "hrT2", QUICK_SIZE if bench.quick else SIZE, SPACING)
            volumes.write_volume(image, partial / domain / f"case_{number}.nii.gz")
            if domain == "images":
                volumes.write_volume(label, partial / "labels" / f"case_{number}.nii.gz")
        shutil.rmtree(work, ignore_errors=True)
        partial.rename(work)
    measuring.say("  segment: a model, trained unless it is there")
    scans = ("--source-images", work / "images", "--source-labels", work / "labels", "--target-images", work / "target")
    settings = [f"--set={key}={value}" for key, value in (QUICK_TRAINING if bench.quick else TRAINING).items()]
    rest = ("--preset", "smoke", "--translator", "none", "--iterations", "0", "--device", bench.device, *settings)
    measuring.run(measuring.command_line("run", *scans, "-o", work / "experiment", *rest))
    return work / "experiment"


def nnunet_folder(model: Path) -> Path:
    """Where nnU-Net's own checkpoint of a model lies.

    Raises:
        RuntimeError: the experiment does not keep it.
    """
    from CrossMoDAUDALib.models.model_folder import model_folder

    iteration = model_folder(model).parent
    found = sorted(iteration.glob("Dataset*/*__nnUNetPlans__3d_fullres"))
    if not found or not (found[0] / "fold_all" / "checkpoint_final.pth").is_file():
        raise RuntimeError(f"{iteration} holds no Dataset*/*__nnUNetPlans__3d_fullres/fold_all/checkpoint_final.pth of nnU-Net's")
    return found[0]


def stock_command(model: Path, scans: Path, results: Path, device: Any) -> list[str]:
    """nnU-Net's own command with its own defaults, but the model's sliding window and mirroring."""
    from CrossMoDAUDALib.models.model_folder import model_folder, read_model

    described = read_model(model_folder(model))
    program = shutil.which("nnUNetv2_predict_from_modelfolder", path=str(Path(sys.executable).parent))
    start = [program] if program else [sys.executable, "-c", _START]
    settings = ["-f", "all", "-step_size", str(described.settings.segmentation.tile_step), "-device", device.type]
    mirroring = [] if described.mirroring_axes else ["--disable_tta"]
    return [*start, "-i", str(scans), "-o", str(results), "-m", str(nnunet_folder(model)), *settings, *mirroring, "--disable_progress_bar"]


_START = "from nnunetv2.inference.predict_from_raw_data import predict_entry_point_modelfolder as start; start()"


def agreement(name: str, ours: Any, reference: Any, labels: dict[str, int], must_find: bool, precision: str = "fp32") -> list[Row]:
    """The DSC of each structure between two label maps; a structure that neither has says nothing, and is not judged.

    Args:
        precision: in which ours was made.
        must_find: whether a pair without any structure at all fails, as it cannot show that both agree.
    """
    from CrossMoDAUDALib.scoring.metrics import dice

    rows = []
    for structure, value in labels.items():
        masks = ours == value, reference == value
        voxels = int(masks[0].sum()), int(masks[1].sum())
        found = any(voxels)
        note = f"{voxels[0]} and {voxels[1]} voxels" if found else "neither has a voxel of it"
        row = Row(f"{name}: DSC of {structure} between both", dice(*masks) if found else None, unit="", note=note)
        rows.append(row.demand(dice(*masks), "DSC", at_least=LEAST_DSC[precision], judged=found))
    if must_find and all(row.ours is None for row in rows):
        rows[0].holds = False
    return rows


def _against_command(bench: Bench, model: Path, scan: Path, folder: Path) -> list[Row]:
    from CrossMoDAUDALib.images.volumes import file_stem, read_label_map, read_volume
    from CrossMoDAUDALib.models.model_folder import model_folder, read_model
    from CrossMoDAUDALib.segmentation.dataset import export_image, from_network_labels, on_scan_grid, scaled_scan
    from CrossMoDAUDALib.segmentation.on_cpu import precision_of
    from CrossMoDAUDALib.segmentation.predictor import Segmenter

    settings = read_model(model_folder(model)).settings
    volume = read_volume(scan)
    prepared, results = folder / "prepared", folder / "nnunet"
    export_image(scaled_scan(volume, settings.intensity), prepared / "scan_0000.nii.gz")
    stock = stock_command(model, prepared, results, bench.device)
    places = {name: str(folder / name) for name in ("nnUNet_raw", "nnUNet_preprocessed", "nnUNet_results")}
    if bench.on_gpu and bench.device.index:
        visible = os.environ.get("CUDA_VISIBLE_DEVICES")
        places["CUDA_VISIBLE_DEVICES"] = visible.split(",")[bench.device.index] if visible else str(bench.device.index)
    kept: dict[str, Any] = {}

    def load_and_segment() -> None:
        kept["segmenter"] = Segmenter.load(model, str(bench.device), ())
        kept["ours"] = kept["segmenter"].segment(read_volume(scan)).array

    def once_more() -> None:
        kept["segmenter"].segment(read_volume(scan))

    def as_command() -> None:
        arguments = (model, scan, "-o", folder / "ours", "--overwrite", "--device", bench.device, "--largest-component", "none")
        measuring.run(measuring.command_line("segment", *arguments))

    contenders: dict[str, Callable[[], None]] = {
        "load and segment": load_and_segment,
        "a second scan": once_more,
        "the whole command": as_command,
        "reference": lambda: measuring.run(stock, places) and None,
    }
    repeats = 1 if bench.quick else min(bench.repeats, 3)
    load_and_segment()  # imports nnU-Net
    times = measuring.interleaved(contenders, repeats, bench.device, warm_up=0)
    told = "your scan" if bench.scan else " x ".join(map(str, volume.geometry.size))
    notes = {
        "load and segment": "in a process that has imported nnU-Net, as in Slicer's helper for the scans after the first",
        "a second scan": "the model stays loaded",
        "the whole command": "crossmoda_uda.py segment, which also writes a .seg.nrrd",
    }
    rows = [
        measuring.compared(f"segment {told}: {what}", times[what], times["reference"], note=f"{note}; {_threads()}")
        for what, note in notes.items()
    ]
    rows[0].demand(rows[0].ratio[0], "ratio", at_least=3, judged=not bench.quick)
    memory = [measuring.peak_of_all(contenders[name], only_started=True) for name in ("the whole command", "reference")]
    note = "of all processes that it takes, PyTorch included" + ("; on the computer, not the GPU" if bench.on_gpu else "")
    rows.append(measuring.compared(f"memory to segment {told}: the whole command", memory[:1], memory[1:], "MiB", note))
    predicted = read_label_map(results / "scan.nii.gz").array
    reference = on_scan_grid(from_network_labels(predicted, settings.labels), volume).array
    command_result = read_label_map(folder / "ours" / f"{file_stem(scan)}_Label.nii.gz").array
    must_find = not bench.quick and bench.model is None
    precise = Segmenter.load(model, str(bench.device), (), "fp32").segment(volume).array
    rows += agreement(f"segment {told}, in fp32", precise, reference, settings.labels, must_find)
    chosen = precision_of("auto", bench.device)
    for how, result in (("in this process", kept["ours"]), ("as a command", command_result)):
        rows += agreement(f"segment {told}, {how} ({chosen})", result, reference, settings.labels, must_find, chosen)
    return rows


def _threads() -> str:
    import torch

    return f"{torch.get_num_threads()} threads here, {os.cpu_count()} in nnU-Net's command"


def _synthetic_scan(folder: Path, size: tuple[int, int, int]) -> Path:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.images import volumes

    volumes.write_volume(phantom.make_case(200, "hrT2", size, SPACING)[0], folder / "scan.nii.gz")
    return folder / "scan.nii.gz"
