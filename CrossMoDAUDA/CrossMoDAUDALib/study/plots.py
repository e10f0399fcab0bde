"""The plots of a study's page, as SVG to be put into HTML."""

from __future__ import annotations

import numpy as np

from ..pages.plots import CEILING, FAINT, FLOOR, INK, SERIES, as_svg, drawing, new_figure, points_plot
from ..scoring.comparison import LEAST_SHARE, MOST_SHARE
from .request import SOURCE_ONLY, SUPERVISED
from .results import Results, Row


def colours(results: Results) -> dict[str, str]:
    """The colour of each method by its name, the same in all plots."""
    adapting = [method.name for method in results.study.methods]
    found = {name: SERIES[index % len(SERIES)] for index, name in enumerate(adapting)}
    return {SOURCE_ONLY: FLOOR, **found, SUPERVISED: CEILING}


def scores_plot(results: Results) -> str:
    """Mean DSC of every row with a point for each case."""
    rows, palette = [row for row in results.rows if row.dice], colours(results)
    points = [(row.title, list(row.dice.values()), palette[row.method.name]) for row in rows]
    return points_plot(points, "Mean DSC of every method and iteration, with a point for each case")


@drawing()
def gap_plot(results: Results) -> str:
    """The share of the gap that each row closes, with its interval; empty without any."""
    rows, palette = [row for row in results.rows if row.gap and row.gap.share is not None], colours(results)
    if not rows:
        return ""
    figure, axes = new_figure(8.6, 0.7 + 0.38 * len(rows))
    for place, row in enumerate(rows):
        gap, colour = row.gap, palette[row.method.name]
        assert gap is not None and gap.share is not None
        axes.barh(place, _told(gap.share), height=0.56, color=colour, alpha=0.85 if gap.share > 0 else 0.35)
        if gap.low is not None and gap.high is not None:
            axes.plot([_told(gap.low), _told(gap.high)], [place, place], color=INK, linewidth=1.4)
        for end, is_bound in ((gap.share, False), (gap.low, True), (gap.high, True)):
            if end is not None and 100 * end != _told(end):  # an arrow: it lies beyond the axis
                axes.plot([_told(end)], [place], marker="<" if end < 0 else ">", color=INK, markersize=7, zorder=5)
            elif end is not None and is_bound:
                axes.plot([100 * end] * 2, [place - 0.13, place + 0.13], color=INK, linewidth=1.4)
    shown = [_told(value) for row in rows if row.gap for value in (row.gap.share, row.gap.low, row.gap.high) if value is not None]
    axes.set_xlim(min(0, min(shown) - 5), max(105, max(shown) + 5))
    for line in (0, 100):
        axes.axvline(line, color=FAINT, linewidth=1, linestyle=(0, (3, 3)), zorder=0)
    axes.set_yticks(range(len(rows)), [row.title for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlabel("Gap closed (%): 0 is source only, 100 is target-supervised; lines: 95 % interval over the cases")
    return as_svg(figure, axes, "Share of the gap that every method and iteration closes")


def _told(share: float) -> float:
    """A share of the gap in percent, cut where it says no more."""
    return 100 * min(max(share, LEAST_SHARE), MOST_SHARE)


@drawing()
def self_training_plot(results: Results) -> str:
    """Mean DSC over the self-training iterations, a thin line for each seed; empty where no method has more than one."""
    palette, by_method = colours(results), dict[str, list[Row]]()
    for row in results.rows:
        if row.method.adapts and row.dice:
            by_method.setdefault(row.method.name, []).append(row)
    curves = {name: rows for name, rows in by_method.items() if len(rows) > 1}
    if not curves:
        return ""
    figure, axes = new_figure(8.6, 3.4)
    for name, rows in curves.items():
        iterations, means = [row.iteration for row in rows], [float(np.mean(list(row.dice.values()))) for row in rows]
        seeds = sorted({seed for row in rows for seed in row.by_seed})
        for seed in seeds if len(seeds) > 1 else ():
            points = [(row.iteration, _mean_of_seed(row, seed)) for row in rows if seed in row.by_seed]
            marker = "o" if len(points) == 1 else None  # a line of one point is not to be seen
            axes.plot(*zip(*points, strict=True), color=palette[name], linewidth=0.9, marker=marker, markersize=3, alpha=0.45)
        axes.plot(iterations, means, color=palette[name], linewidth=2.2, marker="o", markersize=5, label=name)
    for name, title in ((SOURCE_ONLY, "source only"), (SUPERVISED, "target-supervised")):
        if (bound := results.row(name)) and bound.dice:
            axes.axhline(float(np.mean(list(bound.dice.values()))), color=palette[name], linewidth=1.2, linestyle=(0, (4, 3)), label=title)
    axes.set_xticks(range(max(row.iteration for rows in curves.values() for row in rows) + 1))
    axes.set_xlabel("Self-training iteration (0: without)")
    axes.set_ylabel("DSC, mean")
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=9, labelcolor=INK)
    return as_svg(figure, axes, "Mean DSC over the self-training iterations", "y")


def _mean_of_seed(row: Row, seed: int) -> float:
    drawn = [score.dice for score in row.by_seed[seed] if row.table.dice[score.structure] is not None]
    return float(np.mean(drawn))
