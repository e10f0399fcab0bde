"""What a follow-up has found, as a table of the scene and as charts in Slicer's plot view."""

import datetime
import json

from slicer.i18n import tr as _

from ..scoring.follow_up import DAYS_A_YEAR, MINUS
from ..slicer_nodes import mrml
from . import plot_view, tables

FOLLOWED = "CrossMoDAUDA.Followed"  # a table's references to the segmentations that it compares, saved with the scene
COMPARISON = "CrossMoDAUDA.Comparison"  # a table's attribute: what else is shown of it, as JSON
# What may be above a threshold: its name in the reasons and in the columns, digits and unit.
_REASONS = (("volume", "percent", 0, "%"), ("axial", "axial_mm", 1, "mm"), ("extrameatal", "extrameatal_mm", 1, "mm"))
# Of what is drawn, the room that a chart has below and above it: its legend lies in the upper right corner, over the latest scan.
BELOW, ABOVE = 0.1, 0.35
VOLUMES, DIAMETERS = "FollowUpVolumes", "FollowUpDiameters"  # charts


def changeText(row, reference):
    """What has changed, in few words: the verdict and the volume's change, or the diameters' where these alone decide.

    Of what cannot be told the limits say why.
    """
    verdict, reasons = row[f"verdict_since_{reference}"], row[f"reasons_since_{reference}"]
    words = {
        "": "-",
        "grown": _("grown"),
        "shrunk": _("shrunk"),
        "contradictory": _("contradictory"),
        "uncertain": _("cannot be told"),
        "small": _("small"),
        "none": _("no change"),
        "vanished": _("not found"),
        "appeared": _("not found before"),
        "absent": _("not found in either"),
    }[verdict]
    if verdict == "uncertain":
        name, digits, unit = next((name, digits, unit) for key, name, digits, unit in _REASONS if key in reasons)
        low, high = (_signed(row[f"{name}_since_{reference}_{end}"], digits) for end in ("low", "high"))
        return _("{verdict}: {low} to {high} {unit}").format(verdict=words, low=low, high=high, unit=unit)
    if reasons and "volume" not in reasons:
        return f"{words} {', '.join(reason.rpartition('diameter ')[2] for reason in reasons.split(', '))}"
    percent = row[f"percent_since_{reference}"]
    return f"{words} {_signed(percent, 0)} %" if percent else words


def _signed(number, digits):
    return f"{float(number):+.{digits}f}".replace("-", MINUS)


def growthText(rows):
    """How the tumour grows, from the command's lines for a patient: a line, or one for each side."""
    sides = {"left": _("Left: {text}"), "right": _("Right: {text}")}
    return "\n".join(sides.get(row["side"], "{text}").format(text=_growthText(row)) for row in rows)


def _growthText(row):
    if not row["percent_a_year"]:
        return _("Growth needs two scans that show the tumour.")
    percent = _interval(row, "percent_a_year", "{:+.0f} %")
    if not row["doubling_years"]:
        return _("{percent} a year: the limits hold 0, so there is no doubling time.").format(percent=percent)
    years = _interval(row, "doubling_years", "{:.1f}")
    if row["state"] == "growing":
        return _("Growing: {percent} a year; it doubles in {years} years.").format(percent=percent, years=years)
    return _("Shrinking: {percent} a year; it halves in {years} years.").format(percent=percent, years=years)


def _interval(row, name, form):
    value, low, high = (form.format(float(row[name + end])).replace("-", MINUS) for end in ("", "_low", "_high"))
    return _("{value} ({low} to {high})").format(value=value, low=low, high=high)


def sideText(row, text):
    """A text with the side of the patient that a line of the command's is about, where it is about one."""
    forms = {"left": _("{text}, left"), "right": _("{text}, right")}
    return forms.get(row["side"], "{text}").format(text=text)


def _volume(millilitres):
    """A limit of a volume with three digits, as the others: 2.30, 14.7, 120."""
    return f"{millilitres:#.3g}".rstrip(".") if millilitres else "0"


class Comparison:
    """A comparison as its table tells it, also after it was saved and loaded.

    Attributes:
        rows: dictionaries of follow_up.csv.
        patient: whose scans these are; empty where nothing tells.
        structure: that was chosen; empty for the tumour.
        days: of the scans, as text.
        text: what was said of it.
    """

    def __init__(self, rows=(), patient="", structure="", days=(), text=""):
        self.rows, self.patient, self.structure, self.days, self.text = list(rows), patient, structure, list(days), text

    def keepWith(self, table):
        """Save it with its table."""
        table.SetAttribute(COMPARISON, json.dumps(vars(self)))

    @classmethod
    def of(cls, table):
        """From its table; None of one that keeps none, such as of an earlier version."""
        try:
            return cls(**json.loads(table.GetAttribute(COMPARISON) or ""))
        except (ValueError, TypeError):
            return None


def find(tables, segmentations, structure, days):
    """The newest table that compares just these segmentations, of these days; None where there is none."""
    wanted = {node.GetID() for node in segmentations}
    for table in reversed(tables):
        found = [table.GetNthNodeReferenceID(FOLLOWED, number) for number in range(table.GetNumberOfNodeReferences(FOLLOWED))]
        kept = Comparison.of(table) if found and set(found) == wanted else None
        if kept is not None and kept.structure == structure and sorted(kept.days) == sorted(days):
            return table
    return None


def comparisonTable(rows, patient, segmentations, structure=""):
    """A table node, tied to the segmentations.

    Args:
        rows: dictionaries of follow_up.csv.
        patient: whose scans these are; empty where nothing tells.
        structure: that was chosen; empty for the tumour.
    """
    columns = {"when": _("Date"), "volume_ml": _("Volume (ml)"), "volume_limits": _("Limits (ml)"), "axial_mm": _("Axial diameter (mm)")}
    if any(row["extrameatal_mm"] for row in rows):
        columns["extrameatal_mm"] = _("Extrameatal diameter (mm)")
    if len(rows) > 1:
        columns |= {"change": _("Since first scan"), "step": _("Since previous scan")}
    for row in rows:
        row["when"] = sideText(row, row["date"])
        row["volume_limits"] = "\N{EN DASH}".join(_volume(float(row[f"volume_ml_{end}"])) for end in ("low", "high"))
        row["change"], row["step"] = changeText(row, "first"), changeText(row, "previous")
    title = _("Follow-up of {patient}").format(patient=patient) if patient else _("Follow-up (nothing tells whose scans these are)")
    title = f"{title}, {structure}" if structure else title
    node = tables.tableNode(title, columns, rows)
    for segmentation in segmentations:
        node.AddNodeReferenceID(FOLLOWED, segmentation.GetID())
    mrml.put_with(node, [scan for scan in map(mrml.scan_of, segmentations) if scan is not None])
    return node


def showVolumes(rows, patient, table):
    """Open the volumes of a table in Slicer's plot view; returns the chart."""
    title = _("{patient}: volume").format(patient=patient) if patient else _("Volume")
    return _show(VOLUMES, title, _("Volume (ml)"), rows, {"volume_ml": _("Volume")}, table)


def showDiameters(rows, patient, table):
    """Open the diameters of a table in Slicer's plot view; returns the chart."""
    title = _("{patient}: diameters").format(patient=patient) if patient else _("Diameters")
    quantities = {"axial_mm": _("Axial diameter"), "extrameatal_mm": _("Extrameatal diameter")}
    return _show(DIAMETERS, title, _("Diameter (mm)"), rows, quantities, table)


def showChartsOf(table):
    """Let no view show a chart of another comparison; None: of any."""
    for name in (VOLUMES, DIAMETERS):
        plot_view.showOnlyOf(name, table)


def _show(name, title, axis, rows, quantities, table):
    """Each quantity as a line, with its limits as points above and below."""
    begin, lines = datetime.date.fromisoformat(rows[0]["date"]), []
    sides = dict.fromkeys(row["side"] for row in rows)
    for number, (side, key) in enumerate((side, key) for side in sides for key in quantities):
        known = [row for row in rows if row[key] and row["side"] == side]
        years = [(datetime.date.fromisoformat(row["date"]) - begin).days / DAYS_A_YEAR for row in known]
        if not known:
            continue
        quantity, names = sideText(known[0], quantities[key]), [row["date"] for row in known]
        lines.append(plot_view.Line(quantity, years, [float(row[key]) for row in known], names, colour=number))
        limits = [float(row[key + end]) for row in known for end in ("_low", "_high")]
        of_limits = _("{quantity}, limits").format(quantity=quantity)
        lines.append(plot_view.Line(of_limits, [year for year in years for _end in range(2)], limits, [], False, number))
    drawn = [value for line in lines for value in line.y] or [0.0]
    span = (max(drawn) - min(drawn)) or max(drawn) or 1.0
    limits = (max(min(drawn) - BELOW * span, 0.0), max(drawn) + ABOVE * span)
    axes = (_("Years since {date}").format(date=rows[0]["date"]), axis)
    chart = plot_view.fill(name, title, axes, lines, limits, isOfScene=True)
    plot_view.belong(chart, table)
    plot_view.show(chart)
    return chart
