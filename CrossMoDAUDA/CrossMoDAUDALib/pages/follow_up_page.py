"""A follow-up as one HTML page that needs nothing beside it: light and dark, printable, with everything escaped."""

from __future__ import annotations

from collections.abc import Sequence

from .. import NOT_CLINICAL, __version__
from ..scoring import follow_up_tables as tables
from ..scoring.extent import Size
from ..scoring.follow_up import CHANGED_MM, CHANGED_VOLUME, Change, FollowUp, Visit
from .follow_up_plot import plot
from .pieces import document, escape

_BADGES = {"grown": "bad", "shrunk": "good", "contradictory": "unsure", "uncertain": "unsure", "vanished": "unsure", "appeared": "bad"}
# Beside the style of all pages.
_STYLE = """
.badge.calm{background:var(--wash);color:var(--faint);border:1px solid var(--line)}
td.words,th.words{text-align:left}
td.words .badge{margin-right:6px}
section.patient .tiles{border-radius:10px;margin:14px 0 18px}
.tiles b{font-size:24px}
.tiles b .unit{font-size:15px;font-weight:500;letter-spacing:0;margin-left:4px}
figure{margin:0 0 16px;overflow-x:auto}
figure svg{min-width:460px}
.notes{margin:0 0 12px;padding-left:20px}
dt{font-weight:600;margin-top:10px}
dd{margin:2px 0 0;max-width:100ch}
@media print{section.patient{break-inside:auto}figure svg{min-width:0}}
"""


def page(found: Sequence[FollowUp]) -> str:
    """The page's HTML, a section for each patient."""
    patients = {each.patient for each in found}
    title = f"Follow-up of {found[0].patient}" if len(patients) == 1 else f"Follow-up of {len(patients)} patients"
    body = "\n".join([_heading(title, found), *map(_patient, found), _how_to_read(found)])
    return document(title, body, _STYLE)


def _heading(title: str, found: Sequence[FollowUp]) -> str:
    scans = len({(each.patient, visit.file) for each in found for visit in each.visits})
    flagged = sum(1 for each in found if (change := each.since_first[-1]) and change.is_flagged)
    facts = [f"{scans} scan{'s' * (scans != 1)}", found[0].tumour.name]
    if len(found) > 1:
        facts.append(f"{flagged} changed since the first scan")
    return (
        f'<header><p class="kicker">Follow-up</p><h1>{escape(title)}</h1><p class="facts">{escape(" · ".join(facts))}</p>'
        f'<p class="warning">{escape(NOT_CLINICAL)} A segmentation that looks right can be wrong.</p></header>'
    )


def _patient(each: FollowUp) -> str:
    notes = [*each.notes, *(f"{visit.day}: {note}." for visit in each.visits for note in visit.notes)]
    listed = "".join(f"<li>{escape(note)}</li>" for note in notes)
    svg = plot(each)
    if not svg and len(each.visits) > 1:
        svg = '<p class="note">The plot needs the Python package Matplotlib (pip install matplotlib).</p>'
    return (
        f'<section class="patient"><h2>{escape(each.title)}</h2><p class="lead">{escape(tables.headline(each))}</p>{_tiles(each)}'
        + (f"<figure>{svg}</figure>" if svg else "")
        + f'<div class="wide">{_table(each)}</div>'
        + (f'<h3>To be kept in mind</h3><ul class="notes">{listed}</ul>' if notes else "")
        + f"<details><summary>Files and dates</summary>{_files(each)}</details></section>"
    )


def _tiles(each: FollowUp) -> str:
    last, growth, change = each.visits[-1].extent, each.growth, each.since_first[-1]
    tiles = [_tile(f"{last.volume_ml.value:.3f}", "ml", "volume", _span(last.volume_ml, 3))]
    if change and change.percent is None:
        tiles.append(_tile(tables.VERDICTS[change.verdict], "", "since the first scan", ""))
    elif change and change.percent:
        tiles.append(_tile(_plus(change.percent.value, 0), "%", "since the first scan", _span(change.percent, 0, True)))
    if growth:
        tiles.append(_tile(_plus(growth.percent.value, 0), "%", "a year", _span(growth.percent, 0, True)))
        time, word = growth.doubling_years, "halving time" if growth.state == "shrinking" else "doubling time"
        tiles.append(
            _tile(f"{time.value:.1f}", "years", word, _span(time, 1))
            if time
            else _tile("none", "", word, f"{growth.state}: the interval holds 0")
        )
    return f'<div class="tiles">{"".join(tiles)}</div>'


def _tile(value: str, unit: str, name: str, more: str) -> str:
    return f'<div><b>{value}<span class="unit" style="display:inline">{unit}</span></b><span>{name}</span><i>{more}</i></div>'


def _table(each: FollowUp) -> str:
    columns = ["Date", "Volume (ml)", "Axial diameter (mm)"]
    tells = bool(each.tumour.extrameatal)
    columns += ["Extrameatal diameter (mm)"] * tells + ["Since the first scan"] * (len(each.visits) > 1)
    columns += ["Since the previous scan"] * (len(each.visits) > 2)  # of two they are one
    lines = []
    for visit, first, previous in zip(each.visits, each.since_first, each.since_previous, strict=True):
        extent = visit.extent
        cells = [_cell(extent.volume_ml, 3), _cell(extent.axial_mm, 1)] + [_cell(extent.extrameatal_mm, 1)] * tells
        cells += [_change(first)] * (len(each.visits) > 1)
        cells += [_change(previous if previous != first else None)] * (len(each.visits) > 2)
        lines.append(f"<tr><th scope=row>{visit.day}</th>{''.join(cells)}</tr>")
    head = "".join(f"<th scope=col{' class=words' * text.startswith('Since')}>{escape(text)}</th>" for text in columns)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table>"


def _cell(size: Size | None, digits: int) -> str:
    return f"<td>{size.value:.{digits}f}<small> {_span(size, digits)}</small></td>" if size else "<td>\N{EN DASH}</td>"


def _change(change: Change | None) -> str:
    if change is None:
        return '<td class="words"></td>'
    percent = escape(tables.signed(change.percent, 0, "%")) if change.percent else ""
    badge = f'<span class="badge {_BADGES.get(change.verdict, "calm")}">{escape(tables.VERDICTS[change.verdict])}</span>'
    lengths = [reason for reason in change.reasons if not reason.startswith("volume")]
    return f'<td class="words">{badge}{percent}{"".join(f"<br><small>{escape(reason)}</small>" for reason in lengths)}</td>'


def _files(each: FollowUp) -> str:
    def line(visit: Visit) -> str:
        spacing = " x ".join(f"{step:.3g}" for step in visit.extent.spacing_mm)
        cells = [visit.file.name, visit.source, f"{spacing} mm"]
        return f"<tr><th scope=row>{visit.day}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"

    head = "".join(f"<th scope=col>{text}</th>" for text in ("Date", "Label map", "Date from", "Voxels"))
    lines = "".join(map(line, each.visits))
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{lines}</tbody></table></div>'


def _how_to_read(found: Sequence[FollowUp]) -> str:
    has_doubt = any(visit.extent.expected_ml is not None for each in found for visit in each.visits)
    terms = {
        "Limits in brackets": "Where the size would be if the outline lay half a voxel further in, or out, everywhere."
        + (" Where the network's doubt was written and is wider, it counts: what it is 97.5 % sure of, and what it does not rule out by"
           " as much." if has_doubt else "")
        + " They say nothing of a segmentation that is wrong.",
        "Axial diameter": "The longest straight line in one axial slice through one connected part, from outer edge to outer edge.",
        "Extrameatal diameter": "The axial diameter of the part outside the internal auditory canal, by which the consensus of Tokyo"
        " reports a tumour's size (Kanzaki et al., Otology & Neurotology, 2003).",
        "Grown, shrunk": f"The volume changed by {100 * CHANGED_VOLUME:.0f} % or more (Lees et al., Otolaryngology Head and Neck Surgery,"
        f" 2018) or a diameter by {CHANGED_MM:.0f} mm or more, and by more than the limits of both scans together, whose errors count as"
        " independent.",
        "Cannot be told": "The limits of the change reach the threshold: it may be above it or not.",
        "Not found": "The label map shows no tumour. It is gone, or the segmentation has missed it.",
        "A year, doubling time": "An exponential fit through all scans (two: their ratio). Its interval is what the scans' limits make of"
        " it, wider where the scans scatter around the fit. Doubling time is ln 2 / rate; where the interval holds 0 there is none."
        f" Then the tumour is stable if the interval lies within ±{100 * CHANGED_VOLUME:.0f} % a year; else it is unclear.",
        "Registration": "The scans are not registered: volume and diameter do not depend on where the head lay. An axial diameter depends"
        " a little on how it was tilted.",
    }  # fmt: skip
    listed = "".join(f"<dt>{escape(term)}</dt><dd>{escape(meaning)}</dd>" for term, meaning in terms.items())
    return f'<section><h2>How to read it</h2><dl>{listed}</dl><p class="note">CrossMoDAUDA {escape(__version__)}.</p></section>'


def _span(size: Size, digits: int, is_signed: bool = False) -> str:
    low, high = ((_plus(value, digits) if is_signed else f"{value:.{digits}f}") for value in (size.low, size.high))
    return f"({low} to {high})"


def _plus(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
