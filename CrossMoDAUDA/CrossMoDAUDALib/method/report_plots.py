"""The plots of an experiment's page."""

from __future__ import annotations

from ..pages.plots import FLOOR, SERIES, Curve, curves_plot, points_plot
from ..translation.registry import registration
from .plan import SOURCE_ONLY_ROW
from .report_facts import Facts, Points

_SOLID_AND_DASHED = {"train_loss": ("training", False), "validation_loss": ("validation", True)}


def cases_plot(facts: Facts) -> str:
    """Mean DSC of every training with a point for each case; nothing where there is no Matplotlib."""
    shown = {title: list(found.values()) for title in facts.scores if (found := facts.dice(title))}
    try:
        return points_plot([(title, values, _colour(facts, title)) for title, values in shown.items()], _CASES) if shown else ""
    except ImportError:
        return ""


_CASES = "Mean DSC of every training, with a point for each case"


def translation_plots(facts: Facts) -> list[tuple[str, str]]:
    """The translator's losses over its epochs: titles and plots, the losses of one kind together."""
    charts: dict[str, dict[str, Points]] = {}
    known = registration(facts.translator).losses if facts.losses and facts.translator != "none" else {}
    for name, points in facts.losses.items():
        chart, title = (known[name].chart, known[name].title) if name in known else ("losses", name.replace("_", " "))
        charts.setdefault(chart, {})[title] = points
    plots = []
    for chart, found in charts.items():
        curves = {title: _curve(points, SERIES[number % len(SERIES)]) for number, (title, points) in enumerate(found.items())}
        about = f"Translator: {chart}"
        plots.append((about, curves_plot(curves, about, "epoch", "loss")))
    return plots


def segmentation_plots(facts: Facts) -> list[tuple[str, str]]:
    """The segmenters' losses and their overlap with labels of scans kept aside, over the steps of their trainings."""
    losses, overlap = {}, {}
    for title, found in facts.curves.items():
        for name, (which, is_dashed) in _SOLID_AND_DASHED.items():
            if points := found.get(name):
                losses[f"{title}, {which}"] = _curve(points, _colour(facts, title), is_dashed)
        if points := found.get("pseudo_dice"):
            overlap[title] = _curve(points, _colour(facts, title))
    plots = []
    if losses:
        plots.append(("Segmenters: losses", curves_plot(losses, "Losses of the segmenters", "step of the training", "loss")))
    if overlap:
        plot = curves_plot(overlap, "Pseudo-Dice of the segmenters", "step of the training", "pseudo-Dice", (0, 1))
        plots.append(("Segmenters: overlap with labels kept aside", plot))
    return plots


def _colour(facts: Facts, title: str) -> str:
    """The same for a training in all plots."""
    if facts.rows.get(title) == SOURCE_ONLY_ROW:
        return FLOOR
    iterations = [known for known, name in facts.rows.items() if name != SOURCE_ONLY_ROW]
    return SERIES[iterations.index(title) % len(SERIES)] if title in iterations else FLOOR


def _curve(points: Points, colour: str, is_dashed: bool = False) -> Curve:
    return Curve(list(points), list(points.values()), colour, is_dashed)
