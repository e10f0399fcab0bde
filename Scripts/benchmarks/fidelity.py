"""Whether training in bf16 costs the translator quality: its gradients, and pseudo-hrT2 of synthetic heads against their true hrT2.

Scores of the whole method on so few, so small scans differ from seed to seed by far more than precision could change; how
well the translator hits the truth, which only a phantom knows, differs less, but still by as much as a few hundredths. So the
gradients of single steps are compared, too, at the same weights. A quarter of an hour on two cores.
"""

from __future__ import annotations

import math
import statistics
from pathlib import Path
from typing import Any

from . import measuring
from .measuring import Bench, Row
from .quality import PRECISIONS, SEEDS, bounded, standard_error

HEADS = 4
FIRST_HEAD = 900_001  # of patients who are in no cohort
QUICK = {"translation.steps_per_epoch": 5}
WARM_UP, BATCHES = 100, 8  # steps before gradients are compared, and batches that are compared
MOST_ERROR, MOST_ERROR_OF_A_BATCH = 0.03, 0.05  # of gradients in bf16, relative; a faint slice read in bf16 made it a quarter
MOST_CHANGE = 0.001  # of the correlation, by applying a translator in bf16
MOST_LOSS = 0.05  # of the correlation, by training in bf16, that is not to be possible


def measure(bench: Bench) -> list[Row]:
    """The correlation of both images over the voxels of the head, by seed and precision."""
    import torch
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.core.settings import preset_settings, with_values

    folder = bench.output / "fidelity"
    slices = _slices(folder)
    rows, differences = _gradients(slices, bench), []
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
        row = Row(f"the same, trained in fp32, seed {seed}", applied, found["fp32"], "", note="applied in bf16 against fp32")
        rows.append(row.demand(abs(applied - found["fp32"]), "difference", at_most=MOST_CHANGE, judged=not bench.quick))
        note = f"{told['bf16']} against {told['fp32']}"
        rows.append(Row(f"correlation with the true hrT2, seed {seed}", found["bf16"], found["fp32"], "", note=note))
        differences.append(found["bf16"] - found["fp32"])
    error = standard_error(differences)
    note = f"standard error {error:.3g} over {len(differences)} seeds" if math.isfinite(error) else "one seed only"
    timings = {"differences": differences}
    rows.append(Row("mean difference in correlation, bf16 less fp32", statistics.mean(differences), unit="", note=note, timings=timings))
    return rows + bounded("correlation", differences, MOST_LOSS, judged=not bench.quick)


def _gradients(slices: tuple[Path, Path], bench: Bench) -> list[Row]:
    """How far the generators' gradients in bf16 are from those in fp32, and those of one batch from those of another."""
    import copy

    import torch
    from CrossMoDAUDALib.compute.acceleration import Acceleration
    from CrossMoDAUDALib.core.settings import preset_settings
    from CrossMoDAUDALib.translation.cyclegan import CycleGAN
    from CrossMoDAUDALib.translation.slices import SliceSampler

    settings, device = preset_settings("sample"), torch.device(bench.device)
    sampler = SliceSampler(*slices, settings.translation, settings.seed, device)
    trained = CycleGAN(settings, Acceleration(device))
    for step in range(5 if bench.quick else WARM_UP):
        trained.step(*sampler.batch(0, step))
    state = copy.deepcopy(trained.state_dict())
    found: dict[bool, list[torch.Tensor]] = {False: [], True: []}
    for step in range(BATCHES):
        for bf16, gradients in found.items():
            model = CycleGAN(settings, Acceleration(device, bf16))
            model.load_state_dict(copy.deepcopy(state))
            model.step(*sampler.batch(1, step))
            networks = (model.to_target, model.to_source)
            gradients.append(
                torch.cat([one.grad.flatten() for network in networks for one in network.parameters() if one.grad is not None])
            )
    errors = [float((narrow - wide).norm() / wide.norm()) for wide, narrow in zip(found[False], found[True], strict=True)]
    mean = torch.stack(found[False]).mean(0)
    spread = [float((wide - mean).norm() / wide.norm()) for wide in found[False]]
    note = f"relative; reference: by how much those of one batch deviate from the mean of {BATCHES}"
    row = Row("error of the generators' gradients in bf16, median", statistics.median(errors), statistics.median(spread), "", note=note)
    row.timings = {"errors": errors, "deviations": spread}
    row.demand(statistics.median(errors), "error", at_most=MOST_ERROR, judged=not bench.quick)
    worst = Row("the same, worst batch", max(errors), max(spread), "")
    return [row, worst.demand(max(errors), "error", at_most=MOST_ERROR_OF_A_BATCH, judged=not bench.quick)]


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
