"""A follow-up as tables: for programs (CSV), and in words for people."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ..core import files
from .extent import Size
from .follow_up import MINUS, Change, FollowUp, Growth, Visit

VERDICTS = {
    "grown": "grown",
    "shrunk": "shrunk",
    "contradictory": "changed, contradictory",
    "uncertain": "cannot be told",
    "small": "below 20 % and 2 mm",
    "none": "no change",
    "vanished": "not found",
    "appeared": "not found before",
    "absent": "not found in either",
}
_SIZES = ("volume_ml", "axial_mm", "extrameatal_mm")
_CHANGES = ("percent", "axial_mm", "extrameatal_mm")


def verdict(change: Change | None) -> str:
    """A change in words, with what exceeds a threshold."""
    if change is None:
        return ""
    reasons = f": {', '.join(change.reasons)}" if change.reasons else ""
    return VERDICTS[change.verdict] + reasons


def write_scans_csv(path: Path, found: Iterable[FollowUp]) -> None:
    """Write a line for each scan, in the patients' and dates' order; what is not known is left empty."""
    head = ["patient", "structure", "side", "date", "date_from", "days", "file", "spacing_mm"]
    head += [f"{name}{ending}" for name in _SIZES for ending in ("", "_low", "_high")] + ["expected_ml"]
    for reference in ("first", "previous"):
        head += [f"{name}_since_{reference}{ending}" for name in _CHANGES for ending in ("", "_low", "_high")]
        head += [f"verdict_since_{reference}", f"reasons_since_{reference}"]
    lines: list[list[object]] = [[*head, "notes"]]
    for each in found:
        for visit, *changes in zip(each.visits, each.since_first, each.since_previous, strict=True):
            lines.append(
                [*_visit_cells(each, visit), *(cell for change in changes for cell in _change_cells(change)), "; ".join(visit.notes)]
            )
    files.write_csv(path, lines)


def write_growth_csv(path: Path, found: Iterable[FollowUp]) -> None:
    """Write a line for each patient, or side: growth a year, doubling time (of what shrinks, halving time), and notes."""
    names = ("ml_a_year", "percent_a_year", "axial_mm_a_year", "extrameatal_mm_a_year", "doubling_years")
    head = ["patient", "structure", "side", "scans", "first", "last", "state"]
    head += [f"{name}{end}" for name in names for end in ("", "_low", "_high")]
    lines: list[list[object]] = [[*head, "notes"]]
    for each in found:
        growth = each.growth
        sizes = (growth.ml, growth.percent, growth.axial_mm, growth.extrameatal_mm, growth.doubling_years) if growth else (None,) * 5
        lines.append(
            [
                *(each.patient, each.tumour.name, each.side, len(each.visits), each.visits[0].day, each.visits[-1].day),
                *(growth.state if growth else "", *(cell for size in sizes for cell in _cells(size))),
                " ".join(each.notes),
            ]
        )
    files.write_csv(path, lines)


def _visit_cells(each: FollowUp, visit: Visit) -> list[object]:
    extent = visit.extent
    days = (visit.day - each.visits[0].day).days
    spacing = " x ".join(f"{step:.4g}" for step in extent.spacing_mm)
    expected = "" if extent.expected_ml is None else f"{extent.expected_ml:.6g}"
    sizes = [cell for name in _SIZES for cell in _cells(getattr(extent, name))]
    return [each.patient, each.tumour.name, each.side, visit.day, visit.source, days, str(visit.file), spacing, *sizes, expected]


def _change_cells(change: Change | None) -> list[object]:
    if change is None:
        return [""] * (3 * len(_CHANGES) + 2)
    return [*(cell for name in _CHANGES for cell in _cells(getattr(change, name))), change.verdict, ", ".join(change.reasons)]


def _cells(size: Size | None) -> list[str]:
    return [""] * 3 if size is None else [f"{value:.6g}" for value in (size.value, size.low, size.high)]


def rows(each: FollowUp) -> list[list[str]]:
    """A patient's scans as lines of words under a heading; columns that would be empty are left out."""
    table = [["Date", "Volume (ml)", "Axial diameter (mm)", "Extrameatal (mm)", "Since first", "Since previous"]]
    for visit, first, previous in zip(each.visits, each.since_first, each.since_previous, strict=True):
        extent = visit.extent
        outside = limits(extent.extrameatal_mm, 1) if extent.extrameatal_mm else "none" if extent.tells_extrameatal else ""
        sizes = [limits(extent.volume_ml, 3), limits(extent.axial_mm, 1), outside]
        table.append([str(visit.day), *sizes, verdict(first), verdict(previous) if previous != first else ""])
    columns = [column for column in zip(*table, strict=True) if any(column[1:])]
    return [list(line) for line in zip(*columns, strict=True)]


def limits(size: Size | None, digits: int) -> str:
    """A size with its limits: ``1.234 (1.1 to 1.4)``; a dash for none."""
    if size is None:
        return "\N{EN DASH}"
    value, low, high = (f"{number:.{digits}f}" for number in (size.value, size.low, size.high))
    return f"{value} ({low} to {high})"


def signed(size: Size, digits: int, unit: str) -> str:
    """A change with its interval: ``+12 % (+3 to +21)``."""
    value, low, high = (f"{number:+.{digits}f}".replace("-", MINUS) for number in (size.value, size.low, size.high))
    return f"{value}\N{NO-BREAK SPACE}{unit} ({low} to {high})"


def growth_sentence(each: FollowUp) -> str:
    """How the tumour grows, in one sentence."""
    growth, last = each.growth, each.visits[-1]
    if growth is None:
        return "Growth needs two scans that show the tumour."
    if last.extent.is_empty:
        shown = max(visit.day for visit in each.visits if not visit.extent.is_empty)
        return f"Until {shown}, as the last scan shows no tumour: {_growth_sentence(each, growth)}"
    return _growth_sentence(each, growth)


def _growth_sentence(each: FollowUp, growth: Growth) -> str:
    rate = f"{signed(growth.percent, 0, '%')} a year, {signed(growth.ml, 3, 'ml')} a year"
    if growth.doubling_years is None:
        change = each.since_first[-1]
        what = "Stable" if growth.state == "stable" else "Whether it grows is unclear"
        if change is not None and change.is_flagged:
            what = "No steady growth"
        return f"{what}: {rate}; the interval holds 0, so there is no doubling time."
    what = "Growing, doubling" if growth.state == "growing" else "Shrinking, halving"
    return f"{what} in {limits(growth.doubling_years, 1)} years: {rate}."


def headline(each: FollowUp) -> str:
    """What the last scan shows, in one sentence."""
    last, change = each.visits[-1], each.since_first[-1]
    now = f"{limits(last.extent.volume_ml, 3)} ml on {last.day}"
    if change is None:
        return f"One scan: {now}."
    since = f"since {each.visits[0].day}"
    first = each.visits[0].extent.volume_ml
    if change.verdict == "vanished":
        then = f"{limits(first, 3)} ml on {each.visits[0].day}"
        return f"No tumour on {last.day}, but {then}: it is gone, or it was missed; look at the scan."
    if change.percent is None:
        return f"{now}; no tumour on {each.visits[0].day}." if change.verdict == "appeared" else f"No tumour on {last.day}, nor {since}."
    lengths = [reason for reason in change.reasons if not reason.startswith("volume")]
    return f"{now}; {signed(change.percent, 0, '%')} {since}: {', '.join([VERDICTS[change.verdict], *lengths])}."
