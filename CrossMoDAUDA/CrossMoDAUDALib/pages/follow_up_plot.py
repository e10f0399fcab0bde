"""The plot of a follow-up, as SVG to be put into HTML, in the page's colours. Drawn by Matplotlib, which comes with nnU-Net."""

from __future__ import annotations

import importlib
import importlib.util
import io
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..scoring.extent import Size
from ..scoring.follow_up import CHANGED_MM, CHANGED_VOLUME, DAYS_A_YEAR, FollowUp
from .plots import drawing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What Matplotlib draws with, and which of the page's colours stands for it.
_INK, _FAINT, _GRID, _MAIN, _OTHER = "#1d2433", "#66708a", "#e3e7ef", "#0072b2", "#d55e00"
_OF_PAGE = {_INK: "--ink", _FAINT: "--faint", _GRID: "--line", _MAIN: "--series0", _OTHER: "--series1"}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "CrossMoDAUDA",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": _INK,
    "axes.edgecolor": _GRID,
    "axes.labelcolor": _FAINT,
    "xtick.color": _FAINT,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
}

_FORMATS = ["%Y", "%b %Y", "%d %b %Y", "%d %b %Y", "%d %b %Y", "%d %b %Y"]


def plot(each: FollowUp) -> str:
    """Volume, and below it the diameters, over the dates, with their limits; empty with a single scan, or without Matplotlib."""
    if len(each.visits) < 2 or importlib.util.find_spec("matplotlib") is None:
        return ""
    from matplotlib.figure import Figure

    with drawing(_STYLE):
        figure = Figure(figsize=(8.6, 5.2))
        above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": [3, 2], "hspace": 0.24})
        _volumes(above, each)
        _diameters(below, each)
        _years(below, each)
        for axes in (above, below):
            axes.grid(axis="y", color=_GRID, linewidth=0.8)
            axes.tick_params(length=0)
            axes.set_ylim(bottom=0)
            axes.legend(
                frameon=False,
                fontsize=9,
                loc="lower left",
                bbox_to_anchor=(0, 1),
                ncols=4,
                borderaxespad=0.2,
                borderpad=0,
                labelcolor=_FAINT,
            )
        text = io.StringIO()
        title = f"Volume and diameters of {each.title} over time"
        figure.savefig(text, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None, "Title": title})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'<svg ([^>]*?)width="[^"]*" height="[^"]*"|<svg ', r'<svg role="img" \1', svg, count=1)
    return re.sub("#[0-9a-f]{6}", lambda found: f"var({_OF_PAGE[found[0]]})" if found[0] in _OF_PAGE else found[0], svg)


def _volumes(axes: Axes, each: FollowUp) -> None:
    first = each.visits[0].extent.volume_ml.value
    if first > 0:
        low, high = (1 - CHANGED_VOLUME) * first, (1 + CHANGED_VOLUME) * first
        axes.axhspan(low, high, color=_FAINT, alpha=0.12, linewidth=0, label=f"first scan ± {100 * CHANGED_VOLUME:.0f} %")
    if each.growth is not None and each.growth.scans > 2:
        _fit(axes, each)
    _points(axes, each, [visit.extent.volume_ml for visit in each.visits], _MAIN, "volume")
    axes.set_ylabel("Volume (ml)")


def _fit(axes: Axes, each: FollowUp) -> None:
    """The exponential line through the volumes."""
    shown = [visit for visit in each.visits if not visit.extent.is_empty]
    assert each.growth is not None
    begin, rate = shown[0].day, each.growth.rate.value
    years = [(visit.day - begin).days / DAYS_A_YEAR for visit in shown]
    start = sum(math.log(visit.extent.volume_ml.value) - rate * year for visit, year in zip(shown, years, strict=True)) / len(shown)
    steps = [years[-1] * step / 60 for step in range(61)]
    days = [float(_dates().date2num(begin)) + DAYS_A_YEAR * year for year in steps]
    axes.plot(days, [math.exp(start + rate * year) for year in steps], color=_MAIN, linewidth=1.2, linestyle=(0, (4, 3)), label="fit")


def _diameters(axes: Axes, each: FollowUp) -> None:
    axial = [visit.extent.axial_mm for visit in each.visits]
    outside = [visit.extent.extrameatal_mm for visit in each.visits]
    followed = outside if outside[0] is not None else axial
    if followed[0] is not None:
        low, high = followed[0].value - CHANGED_MM, followed[0].value + CHANGED_MM
        axes.axhspan(low, high, color=_FAINT, alpha=0.12, linewidth=0, label=f"first scan ± {CHANGED_MM:.0f} mm")
    _points(axes, each, axial, _MAIN, "axial diameter")
    if any(outside):
        _points(axes, each, outside, _OTHER, "extrameatal diameter")
    axes.set_ylabel("Diameter (mm)")


def _points(axes: Axes, each: FollowUp, sizes: Sequence[Size | None], colour: str, label: str) -> None:
    known = [(float(_dates().date2num(visit.day)), size) for visit, size in zip(each.visits, sizes, strict=True) if size is not None]
    if not known:
        return
    days, values = [day for day, _ in known], [size.value for _, size in known]
    errors = [[size.value - size.low for _, size in known], [size.high - size.value for _, size in known]]
    axes.errorbar(days, values, errors, color=colour, linewidth=1.8, marker="o", markersize=5, elinewidth=1.1, capsize=3, label=label)


def _years(axes: Axes, each: FollowUp) -> None:
    locator = _dates().AutoDateLocator(minticks=3, maxticks=6)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        _dates().ConciseDateFormatter(locator, formats=_FORMATS, offset_formats=[""] * 6, show_offset=False, zero_formats=_FORMATS)
    )
    span = (each.visits[-1].day - each.visits[0].day).days
    begin, end = (float(_dates().date2num(each.visits[place].day)) for place in (0, -1))
    axes.set_xlim(begin - 0.04 * span, end + 0.04 * span)


def _dates() -> Any:
    """Matplotlib's dates, which have no types."""
    return importlib.import_module("matplotlib.dates")
