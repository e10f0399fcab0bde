"""Whether training in bf16 costs the translator quality: pseudo-hrT2 of synthetic heads against their true hrT2, for three seeds.

Scores of the whole method on so few, so small scans differ from seed to seed by far more than precision could change; how
well the translator hits the truth, which only a phantom knows, differs little. A quarter of an hour on two cores.
"""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row
from .quality import PRECISIONS, SEEDS, standard_error

HEADS = 4
FIRST_HEAD = 900_001  # of patients who are in no cohort
QUICK = {"translation.steps_per_epoch": 5}


def measure(bench: Bench) -> list[Row]:
    """The correlation of both images over the voxels of the head, by seed and precision."""
    import torch
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.core.settings import preset_settings, with_values

    folder = bench.output / "fidelity"
    slices = _slices(folder)
    rows, differences = [], []
    for seed in SEEDS[:1] if bench.quick else SEEDS:
        found, told = {}, {}
        for precision in PRECISIONS:
            values = {"precision": precision, "seed": seed, **(QUICK if bench.quick else {})}
            settings = with_values(preset_settings("sample"), values)
            how = Acceleration.choose(settings, torch.device(bench.device))
            told[precision] = str(how)
            measuring.say(f"  fidelity: seed {seed}, {precision} ({how})")
            found[precision] = _correlation(slices, folder / f"seed_{seed}_{precision}{'_quick' if bench.quick else ''}", settings, bench)
        trained = folder / f"seed_{seed}_fp32{'_quick' if bench.quick else ''}"
        applied = _agreement_with_truth(trained, "bf16", bench)
        rows.append(Row(f"the same, trained in fp32, seed {seed}", applied, found["fp32"], "", note="applied in bf16 against fp32"))
        note = f"{told['bf16']} against {told['fp32']}"
        rows.append(Row(f"correlation with the true hrT2, seed {seed}", found["bf16"], found["fp32"], "", note=note))
        differences.append(found["bf16"] - found["fp32"])
    error = standard_error(differences)
    note = f"standard error {error:.3g} over {len(differences)} seeds" if math.isfinite(error) else "one seed only"
    timings = {"differences": differences}
    return [*rows, Row("mean difference in correlation, bf16 less fp32", statistics.mean(differences), unit="", note=note, timings=timings)]


def _slices(folder: Path) -> tuple[Path, Path]:
    """The sample cohort's slices of either domain."""
    from CrossMoDAUDALib.core.settings import preset_settings
    from CrossMoDAUDALib.translation.slices import build_slices

    from .quality import _cohort

    cohort, settings = _cohort(folder), preset_settings("sample")
    found = []
    for domain, modality in (("training_source", "ceT1"), ("training_target", "hrT2")):
        found.append(folder / f"{domain}.npy")
        build_slices(sorted((cohort / domain).glob(f"*_{modality}.nii.gz")), found[-1], settings)
    return found[0], found[1]


def _correlation(slices: tuple[Path, Path], folder: Path, settings: Any, bench: Bench) -> float:
    """Train a translator, unless it is there, and compare what it makes of some heads with the truth."""
    import torch
    from CrossMoDAUDALib.core.progress import silent
    from CrossMoDAUDALib.translation.trained import DESCRIPTION
    from CrossMoDAUDALib.translation.training import train

    if not (folder / DESCRIPTION).is_file():
        train(*slices, folder, settings, torch.device(bench.device), silent)
    return _agreement_with_truth(folder, settings.precision, bench)


def _agreement_with_truth(model: Path, precision: str, bench: Bench) -> float:
    """Mean correlation, over some heads, of what a translator applied in a precision makes of them with their true hrT2."""
    import numpy as np
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.translation.trained import TrainedTranslator

    translator = TrainedTranslator.load(model, str(bench.device), precision)
    correlations = []
    for head in range(FIRST_HEAD, FIRST_HEAD + HEADS):
        scan = phantom.make_case(head, "ceT1")[0]
        truth, tissue = phantom.render(head, "hrT2", scan.geometry)
        inside = tissue != list(phantom.TISSUES).index("air")
        correlations.append(np.corrcoef(translator.translate(scan).array[inside], truth[inside])[0, 1])
    return float(np.mean(correlations))
