"""Plots as SVG to be put into a page, in the page's colours. Drawn by Matplotlib, which comes with nnU-Net."""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from .pieces import escape

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# What is drawn in these colours gets the page's, light or dark (style.py): of text, of faint text, of lines.
INK, FAINT, GRID = "#1d2433", "#5f6880", "#e3e7ef"
FLOOR, CEILING = "#8a93a6", "#1d2433"
# Okabe and Ito's colours, which the colour-blind can tell apart, from the most distinct on.
SERIES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7b5ea7", "#a0522d")
_VARIABLES = {INK: "--ink", FAINT: "--faint", GRID: "--line", **{colour: f"--series{number}" for number, colour in enumerate(SERIES)}}
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "CrossMoDAUDA",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": GRID,
    "axes.labelcolor": FAINT,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
}


@dataclass(frozen=True)
class Curve:
    """A line of a plot.

    Attributes:
        steps, values: its points, in order.
        colour: one of :data:`SERIES`, or another.
        is_dashed: told apart from another of the same colour.
    """

    steps: Sequence[float]
    values: Sequence[float]
    colour: str
    is_dashed: bool = False


def themed(colour: str) -> str:
    """A colour as CSS: the page's own one where it is one of its colours."""
    return f"var({_VARIABLES[colour]})" if colour in _VARIABLES else colour


@contextlib.contextmanager
def drawing(style: Any = MappingProxyType(_STYLE)) -> Iterator[None]:
    """Matplotlib's defaults and a style of ours, whatever others have set: nnU-Net makes the letters of all plots 2.5 times as large.

    For a block, or, as a decorator, for a function.
    """
    import matplotlib

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(style)
        yield


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """An empty plot, in inches, to be filled within :func:`drawing`."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    axes: Any = figure.subplots()
    return figure, axes


def as_svg(figure: Figure, axes: Axes, title: str, grid: Literal["x", "y"] = "x") -> str:
    """The figure as an SVG element that scales with the page. What it shows, its title, is for those who cannot see it."""
    axes.grid(axis=grid, color=GRID, linewidth=0.8)
    axes.tick_params(length=0)
    text = io.StringIO()
    figure.savefig(text, format="svg", bbox_inches="tight", transparent=True, metadata={"Date": None})
    svg = text.getvalue()
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg[svg.index("<svg") :], flags=re.DOTALL)
    svg = re.sub(r' xmlns(?::xlink)?="[^"]*"', "", svg)
    # Several plots are in one page: only what is referred to needs a name, and what has the same name then is the same.
    referred = set(re.findall(r'(?:url\(#|href="#)([\w.-]+)', svg))
    svg = re.sub(r' id="([\w.-]+)"', lambda match: match.group() if match.group(1) in referred else "", svg)
    svg = re.sub("#[0-9a-f]{6}", lambda match: themed(match.group()), svg)
    return re.sub(r'<svg width="[^"]*" height="[^"]*"|<svg', f'<svg role="img" aria-label="{escape(title)}"', svg, count=1)


@drawing()
def curves_plot(curves: Mapping[str, Curve], title: str, across: str, up: str, limits: tuple[float, float] | None = None) -> str:
    """Values over the steps of a training.

    Args:
        curves: by what the legend calls them.
        title: what the plot shows, for those who cannot see it.
        across, up: what is on the axes.
        limits: of the values.
    """
    from matplotlib.ticker import MaxNLocator

    figure, axes = new_figure(4.6, 2.9)
    for name, curve in curves.items():
        marker = "o" if len(curve.steps) < 3 else None  # a line of one point is not to be seen
        style: Any = (0, (3, 2)) if curve.is_dashed else "solid"
        axes.plot(curve.steps, curve.values, color=curve.colour, linewidth=1.6, linestyle=style, marker=marker, markersize=4, label=name)
    axes.set_xlabel(across)
    axes.set_ylabel(up)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True))
    if limits:
        axes.set_ylim(*limits)
    axes.legend(
        frameon=False,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        borderpad=0,
        borderaxespad=0.4,
        fontsize=8.5,
        handlelength=1.8,
        labelcolor=INK,
    )
    return as_svg(figure, axes, title, "y")


@drawing()
def points_plot(rows: Sequence[tuple[str, Sequence[float], str]], title: str) -> str:
    """The mean DSC of each row, with a point for each case.

    Args:
        rows: of each its title, the cases' DSC and the colour.
        title: what the plot shows, for those who cannot see it.
    """
    figure, axes = new_figure(8.6, 0.7 + 0.38 * len(rows))
    for place, (_, found, colour) in enumerate(rows):
        values = np.array(found)
        # Spread, so that equal scores do not cover one another.
        spread = np.linspace(-0.16, 0.16, len(values)) if len(values) > 1 else np.zeros(1)
        axes.plot([0, values.mean()], [place, place], color=colour, linewidth=9, alpha=0.22, solid_capstyle="butt")
        axes.scatter(values, place + spread, s=16, color=colour, alpha=0.75, linewidths=0, zorder=3)
        axes.plot([values.mean()] * 2, [place - 0.3, place + 0.3], color=colour, linewidth=2.4, zorder=4)
    axes.set_yticks(range(len(rows)), [name for name, *_ in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.015)
    axes.set_xlabel("DSC, mean over the structures: a point for each case, a bar at their mean")
    return as_svg(figure, axes, title)
