"""The pictures of a study's page: a few evaluation cases as each method segments them, beside the reference."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..cohort.label_maps import label_of
from ..core.errors import CrossModaError
from ..core.layout import iteration_name
from ..images.pictures import Panel, side_by_side
from ..images.volumes import read_label_map, read_volume
from ..pages.pieces import data_uri
from .results import Results, Row

_IN_A_ROW = 4
_PANEL_PIXELS = 380


@dataclass(frozen=True)
class Example:
    """An evaluation case in pictures.

    Attributes:
        which: worst, median or best by the best method.
        case: its name.
        pictures: data URIs, top to bottom, each with its share of the full width.
    """

    which: str
    case: str
    pictures: Sequence[tuple[str, float]]


def examples(results: Results) -> list[Example]:
    """The worst, the median and the best evaluation case by the method with the highest mean DSC; fewer where there are fewer."""
    best = results.best()
    if best is None or not best.dice:
        return []
    ordered = sorted(best.dice, key=lambda case: best.dice[case])
    chosen = {ordered[0]: "Worst", ordered[-1]: "Best"} if len(ordered) > 1 else {ordered[0]: "Only"}
    if len(ordered) > 2:
        chosen = {ordered[0]: "Worst", ordered[(len(ordered) - 1) // 2]: "Median", ordered[-1]: "Best"}
    shown = [row for row in results.last_rows() if row.by_seed]
    if best not in shown:  # an earlier iteration than its method's last
        shown.insert(next(index for index, row in enumerate(shown) if row.method == best.method), best)
    found = [Example(f"{which} case by {best.title}", case, _pictures(results, shown, case)) for case, which in chosen.items()]
    return [example for example in found if example.pictures]


def _pictures(results: Results, rows: Sequence[Row], case: str) -> list[tuple[str, float]]:
    """A case as every row segments it with its first seed, a few beside each other; none where a scan cannot be read."""
    try:
        panels = _panels(results, rows, case)
    except (CrossModaError, OSError, ValueError):  # a picture is not worth failing for
        return []
    labels = results.study.parts()[0].settings.labels
    in_a_row = math.ceil(len(panels) / math.ceil(len(panels) / _IN_A_ROW))
    groups = [panels[first : first + in_a_row] for first in range(0, len(panels), in_a_row)]
    pictures = [side_by_side(group, labels, _PANEL_PIXELS * len(group)) for group in groups]
    return [(data_uri(picture), len(group) / in_a_row) for picture, group in zip(pictures, groups, strict=True)]


def _panels(results: Results, rows: Sequence[Row], case: str) -> list[Panel]:
    scan = next(one for one in results.study.cohort.evaluation if one.id == case)
    image, settings = read_volume(scan.image), results.study.parts()[0].settings
    reference = label_of(scan, settings)
    panels = []
    for row in rows:
        seed = min(row.seeds)
        part = next(one for one in results.study.parts() if one.method == row.method and one.seed == seed)
        path = part.folder / iteration_name(row.iteration) / "evaluation" / f"{case}.nii.gz"
        drawn = [score.dice for score in row.by_seed[seed] if score.case == case and row.table.dice[score.structure] is not None]
        when = f"iteration {row.iteration}, " if row.method.adapts else ""
        which = f" (seed {seed})" if len(row.by_seed) > 1 else ""
        title = row.method.name if row.method.adapts else row.title
        panels.append(Panel(title, f"{when}DSC {np.mean(drawn):.2f}{which}", image, read_label_map(path), reference))
    return panels
