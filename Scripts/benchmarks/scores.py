"""Whether bf16 costs nnU-Net quality: trained on labelled synthetic scans in either precision and scored on others, for three seeds."""

from __future__ import annotations

import math
import shutil
import statistics
from pathlib import Path

from . import measuring, segment
from .measuring import Bench, Row
from .quality import MOST_DIFFERENCE, PRECISIONS, SEEDS, bounded, last_mean_dsc, standard_error

CASES, SCORED = 6, 6
TRAINING = {**segment.TRAINING, "segmentation.epochs": 6, "segmentation.mirroring": False, "segmentation.tile_step": 0.75}
MOST_LOSS = 0.03  # of the DSC that is not to be possible
QUICK_TRAINING = {**TRAINING, "segmentation.epochs": 1, "segmentation.iterations_per_epoch": 2}


def measure(bench: Bench) -> list[Row]:
    """Mean DSC by seed and precision, and the mean difference with its standard error."""
    work = _scans(bench.output / "scores")
    rows, differences = [], []
    for seed in SEEDS[:1] if bench.quick else SEEDS:
        found = {precision: _score(bench, work, seed, precision) for precision in PRECISIONS}
        rows.append(
            Row(f"nnU-Net's mean DSC, seed {seed}", found["bf16"], found["fp32"], "", note="trained and predicting in bf16 against fp32")
        )
        differences.append(found["bf16"] - found["fp32"])
    error, mean = standard_error(differences), statistics.mean(differences)
    note = f"standard error {error:.3g} over {len(differences)} seeds" if math.isfinite(error) else "one seed only"
    row = Row("nnU-Net's mean difference in DSC, bf16 less fp32", mean, unit="", note=note, timings={"differences": differences})
    row.demand(abs(mean), "difference", at_most=MOST_DIFFERENCE, judged=not bench.quick)
    return [*rows, row, *bounded("nnU-Net's DSC", differences, MOST_LOSS, judged=not bench.quick)]


def _scans(work: Path) -> Path:
    """Labelled synthetic hrT2 to learn from and to be scored on."""
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.images import volumes

    if not (work / "images").is_dir():
        partial = work.with_name(work.name + ".partial")
        shutil.rmtree(partial, ignore_errors=True)
        for number in range(CASES + SCORED):
            image, label = phantom.make_case(300 + number, "hrT2", segment.SIZE, segment.SPACING)
            kind = "" if number < CASES else "scored_"
            volumes.write_volume(image, partial / f"{kind}images" / f"case_{number}.nii.gz")
            volumes.write_volume(label, partial / f"{kind}labels" / f"case_{number}.nii.gz")
        target = phantom.make_case(299, "hrT2", segment.SIZE, segment.SPACING)[0]
        volumes.write_volume(target, partial / "target" / "case.nii.gz")
        shutil.rmtree(work, ignore_errors=True)
        partial.rename(work)
    return work


def _score(bench: Bench, work: Path, seed: int, precision: str) -> float:
    measuring.say(f"  scores: seed {seed}, {precision}")
    scans = ("--source-images", work / "images", "--source-labels", work / "labels", "--target-images", work / "target")
    scored = ("--evaluate-images", work / "scored_images", "--evaluate-labels", work / "scored_labels")
    values = {**(QUICK_TRAINING if bench.quick else TRAINING), "seed": seed, "precision": precision}
    settings = [f"--set={key}={value}" for key, value in values.items()]
    rest = ("--preset", "smoke", "--translator", "none", "--iterations", "0", "--device", bench.device, *settings)
    experiment = work / f"seed_{seed}_{precision}{'_quick' if bench.quick else ''}"
    measuring.run(measuring.command_line("run", *scans, *scored, "-o", experiment, *rest))
    return last_mean_dsc(experiment / "evaluation" / "table.csv")
