"""The method on a GPU, from end to end. Skipped where there is none; then nothing here has been tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import read_volume
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from CrossMoDAUDALib.translation.trained import TrainedTranslator

torch = pytest.importorskip("torch")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not torch.cuda.is_available(), reason="this machine has no CUDA device")]


def test_adaptation_segmentation_and_translation_on_cuda(tiny_cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "experiment"
    assignments = [f"--set={key}={value}" for key, value in TINY.items()]
    command = ["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--preset", "smoke", "--device", "cuda", *assignments]
    assert cli.main(command) == 0
    assert (folder / "iteration_1" / "model" / "model.json").is_file()
    scan = read_volume(next(tiny_cohort.rglob("*_hrT2.nii.gz")))
    on_gpu, on_cpu = (Segmenter.load(folder, device).segment(scan).array for device in ("cuda", "cpu"))
    assert (on_gpu == on_cpu).mean() > 0.98  # half against single precision
    source = read_volume(next(tiny_cohort.rglob("*_ceT1.nii.gz")))
    there, here = (TrainedTranslator.load(folder, device).translate(source).array.astype(int) for device in ("cuda", "cpu"))
    assert abs(there - here).mean() < 20  # thousandths of the range's half
