"""Whether bf16 costs quality: the sample cohort adapted in either, for three seeds. Hours on two cores."""

from __future__ import annotations

import csv
import math
import shutil
import statistics
from pathlib import Path

from . import measuring
from .measuring import Bench, Row

SEEDS = (0, 1, 2)
MOST_DIFFERENCE = 0.01
PRECISIONS = ("bf16", "fp32")


def measure(bench: Bench) -> list[Row]:
    """Mean DSC of the last iteration by seed and precision, and the mean difference with its standard error."""
    cohort = _cohort(bench.output / "quality")
    seeds = SEEDS[:1] if bench.quick else SEEDS
    scores = {seed: {precision: _score(bench, cohort, seed, precision) for precision in PRECISIONS} for seed in seeds}
    rows = []
    for seed, both in scores.items():
        rows.append(
            Row(
                f"mean DSC of the last iteration, seed {seed}",
                both["bf16"],
                both["fp32"],
                "",
                note="precision bf16 against fp32",
                timings={name: [value] for name, value in both.items()},
            )
        )
    differences = [both["bf16"] - both["fp32"] for both in scores.values()]
    row = Row("mean difference in DSC, bf16 less fp32", statistics.mean(differences), unit="", timings={"differences": differences})
    error = standard_error(differences)
    row.note = f"standard error {error:.3g} over {len(differences)} seeds" if math.isfinite(error) else "one seed only"
    row.demand(abs(statistics.mean(differences)), "difference", at_most=MOST_DIFFERENCE, judged=not bench.quick)
    return [*rows, row]


def standard_error(values: list[float]) -> float:
    """Of the mean; of a single value it is not known."""
    return statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else math.nan


def bounded(what: str, differences: list[float], most_loss: float, judged: bool) -> list[Row]:
    """Bounds on a mean difference, bf16 less fp32, whose seeds scatter: a larger loss than stated is unlikely, and none is found.

    Args:
        what: is compared.
        most_loss: that two standard errors below the mean may show.
    """
    mean, error = statistics.mean(differences), standard_error(differences)
    note = f"mean {mean:.3g}, standard error {error:.3g} over {len(differences)} seeds" if math.isfinite(error) else "one seed only"
    least, most = (
        Row(f"{what}: the difference {word} two standard errors", value, unit="", note=note)
        for word, value in (("less", mean - 2 * error), ("plus", mean + 2 * error))
    )
    assert least.ours is not None and most.ours is not None
    return [
        least.demand(least.ours, "difference", at_least=-most_loss, judged=judged),
        most.demand(most.ours, "difference", at_least=0, judged=judged),
    ]


def last_mean_dsc(table: Path) -> float:
    """The mean over structures of the evaluation scans' mean DSC in the row of the last iteration of an experiment's ``table.csv``.

    Without translator and self-training there is one row, of another name.
    """
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    iterations = [row for row in rows if row["method"].startswith("iteration")]
    return float((iterations or rows)[-1]["dice_mean"])


def _cohort(folder: Path) -> Path:
    from CrossMoDAUDALib.cohort import phantom

    if not (folder / "cohort").is_dir():
        partial = folder / "cohort.partial"
        shutil.rmtree(partial, ignore_errors=True)
        phantom.write_cohort(partial, **phantom.SAMPLE_COHORT)
        partial.rename(folder / "cohort")
    return folder / "cohort"


def _score(bench: Bench, cohort: Path, seed: int, precision: str) -> float:
    experiment = cohort.parent / f"seed_{seed}_{precision}"
    measuring.say(f"  quality: seed {seed}, {precision}")
    settings = [f"--set={text}" for text in (*bench.assignments, f"seed={seed}", f"precision={precision}")]
    options = ("--preset", "sample", "--device", bench.device, *settings)
    measuring.run(measuring.command_line("run", "--crossmoda", cohort, "-o", experiment, *options))
    return last_mean_dsc(experiment / "evaluation" / "table.csv")
