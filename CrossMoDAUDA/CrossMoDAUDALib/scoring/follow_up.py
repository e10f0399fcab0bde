"""One patient's tumour at several dates: what has changed, by how much a year, and whether that is more than the uncertainty.

Nothing is registered: volumes and diameters do not depend on where the head lay.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..core.errors import InputError
from .extent import Extent, Size, Tumour

# Growth, as studies of vestibular schwannoma define it: 20 % of the volume, or 2 mm of a diameter.
CHANGED_VOLUME, CHANGED_MM = 0.20, 2.0
DAYS_A_YEAR = 365.25
SHORT_DAYS = 90  # below which a growth a year says little
OTHER_SPACING = 0.10  # by which voxel sizes may differ before it is told
MINUS, NBSP = "\N{MINUS SIGN}", "\N{NO-BREAK SPACE}"
Z = 1.96  # standard errors in the half of a 95 % interval


@dataclass(frozen=True)
class Visit:
    """One scan of a patient.

    Attributes:
        day: when it was made.
        file: its label map.
        source: where the date was found, for a person.
        modality: as its name tells; '' where that does not.
        notes: sentences about this scan.
    """

    day: datetime.date
    file: Path
    extent: Extent
    source: str = ""
    modality: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What changed from one scan to another.

    Attributes:
        percent: of the volume; None where one of the two shows no tumour.
        axial_mm, extrameatal_mm: of the diameters; None where one of the two has none.
        verdict: grown, shrunk, contradictory (one measure up, another down), uncertain (it may be above a threshold or not), small (beyond
            the uncertainty, surely below the thresholds), none (surely below them), vanished (a tumour before, none now), appeared, or
            absent (none in either).
        reasons: what exceeds a threshold, in words; of what is uncertain, what may.
    """

    percent: Size | None
    axial_mm: Size | None
    extrameatal_mm: Size | None
    verdict: str
    reasons: tuple[str, ...] = ()

    @property
    def is_flagged(self) -> bool:
        """Whether a change is above a threshold and beyond the uncertainty."""
        return self.verdict in ("grown", "shrunk", "contradictory", "vanished", "appeared")


@dataclass(frozen=True)
class Growth:
    """What happens in a year, over all scans that show the tumour.

    Attributes:
        scans: how many those are.
        years: from the first to the last of them.
        ml: the volume's linear change a year.
        rate: the exponential rate a year, of the volume.
        axial_mm, extrameatal_mm: the diameters' linear change a year; None where not all of the scans have one.
    """

    scans: int
    years: float
    ml: Size
    rate: Size
    axial_mm: Size | None
    extrameatal_mm: Size | None

    @property
    def percent(self) -> Size:
        """The exponential growth a year."""
        return _percent(self.rate.value, self.rate.low, self.rate.high)

    @property
    def state(self) -> str:
        """growing, shrinking, stable (the interval of the percentage holds 0 and lies within 20 % a year), or unclear."""
        if not self.rate.low <= 0 <= self.rate.high:
            return "growing" if self.rate.low > 0 else "shrinking"
        return "stable" if max(-self.percent.low, self.percent.high) <= 100 * CHANGED_VOLUME else "unclear"

    @property
    def doubling_years(self) -> Size | None:
        """How long the volume takes to double; of one that shrinks, to halve. None where it may be neither."""
        if self.state in ("stable", "unclear"):
            return None
        rates = sorted(abs(rate) for rate in (self.rate.low, self.rate.value, self.rate.high))
        return Size(math.log(2) / rates[1], math.log(2) / rates[2], math.log(2) / rates[0])


@dataclass(frozen=True)
class FollowUp:
    """All scans of one patient, in order of their dates.

    Attributes:
        since_first, since_previous: for each visit; None for the first.
        growth: None with a single scan that shows the tumour.
        notes: sentences about the patient's scans together.
        side: ``left`` or ``right`` of the patient, where both sides have a tumour and each is followed by itself.
    """

    patient: str
    tumour: Tumour
    visits: tuple[Visit, ...]
    since_first: tuple[Change | None, ...]
    since_previous: tuple[Change | None, ...]
    growth: Growth | None
    notes: tuple[str, ...] = field(default=())
    side: str = ""

    @property
    def title(self) -> str:
        """The patient, and the side that is followed."""
        return f"{self.patient}, {self.side}" if self.side else self.patient


def follow_up(patient: str, tumour: Tumour, visits: Sequence[Visit], side: str = "") -> FollowUp:
    """Compare one patient's scans.

    Args:
        side: on which the visits' tumours lie, where both sides have one.

    Raises:
        InputError: two are of one day.
    """
    ordered = sorted(visits, key=lambda visit: visit.day)
    refuse_same_day(patient, [(visit.day, visit.file) for visit in ordered])
    since_first = [compare(ordered[0].extent, visit.extent) for visit in ordered[1:]]
    since_previous = [compare(earlier.extent, later.extent) for earlier, later in itertools.pairwise(ordered)]
    return FollowUp(
        patient,
        tumour,
        tuple(ordered),
        (None, *since_first),
        (None, *since_previous),
        growth(ordered),
        tuple(_notes(tumour, ordered, side)),
        side,
    )


def refuse_same_day(patient: str, scans: Sequence[tuple[datetime.date, Path]]) -> None:
    """Of two scans of one day nobody can tell what has grown.

    Raises:
        InputError: there are two.
    """
    seen: dict[datetime.date, Path] = {}
    for day, file in scans:
        if day in seen:
            advice = "give the one to follow, or the right date by --date"
            raise InputError(f"{patient} has two scans of {day}, {seen[day]} and {file}; {advice}.")
        seen[day] = file


def compare(before: Extent, after: Extent) -> Change:
    """What changed from one scan to another; the errors of the two count as independent.

    >>> from CrossMoDAUDALib.scoring.extent import Extent, Size
    >>> def extent(ml, mm):
    ...     return Extent(Size(ml, 0.95 * ml, 1.05 * ml), Size(mm, mm - 0.5, mm + 0.5), None, False, (0.5, 0.5, 0.5))
    >>> change = compare(extent(1.0, 12.0), extent(1.5, 13.5))
    >>> round(change.percent.value), change.verdict, change.reasons
    (50, 'grown', ('volume +50\xa0%',))
    """
    percent = None
    if not before.is_empty and not after.is_empty:
        logarithm = math.log(after.volume_ml.value / before.volume_ml.value)
        error = math.hypot(before.volume_ml.log_error, after.volume_ml.log_error)
        percent = _percent(logarithm, logarithm - error, logarithm + error)
    axial, outside = _difference(before.axial_mm, after.axial_mm), _difference(_outside(before), _outside(after))
    if percent is None:
        verdict = "absent" if before.is_empty and after.is_empty else "vanished" if after.is_empty else "appeared"
        return Change(None, None, None, verdict)
    measures: tuple[tuple[str, Size | None, float, str, str], ...] = (
        ("volume", percent, 100 * CHANGED_VOLUME, "{:+.0f}", "%"),
        ("axial diameter", axial, CHANGED_MM, "{:+.1f}", "mm"),
        ("extrameatal diameter", outside, CHANGED_MM, "{:+.1f}", "mm"),
    )
    known = [(name, found, threshold, form, unit) for name, found, threshold, form, unit in measures if found is not None]
    sure = [measure for measure in known if not measure[1].low <= 0 <= measure[1].high]
    # Rounded, or 2 mm would be less than 2 mm.
    both = [measure for measure in sure if round(abs(measure[1].value), 6) >= measure[2]]
    if both:
        signs = {math.copysign(1, measure[1].value) for measure in both}
        verdict = "contradictory" if len(signs) == 2 else "grown" if signs == {1.0} else "shrunk"
        reasons = tuple(_reason(name, unit, form, found.value) for name, found, _, form, unit in both)
        return Change(percent, axial, outside, verdict, reasons)
    may_be = [measure for measure in known if round(max(-measure[1].low, measure[1].high), 6) >= measure[2]]
    verdict = "uncertain" if may_be else "small" if sure else "none"
    reasons = tuple(_reason(name, unit, form, found.low, found.high) for name, found, _, form, unit in may_be)
    return Change(percent, axial, outside, verdict, reasons)


def _reason(name: str, unit: str, form: str, *values: float) -> str:
    told = f"{NBSP}to{NBSP}".join(form.format(value).replace("-", MINUS) for value in values)
    return f"{name} {told}{NBSP}{unit}"


def _outside(extent: Extent) -> Size | None:
    """The extrameatal diameter; 0 where labels tell that part apart and nothing lies there."""
    return Size(0.0, 0.0, 0.0) if extent.tells_extrameatal and extent.extrameatal_mm is None else extent.extrameatal_mm


def growth(visits: Sequence[Visit]) -> Growth | None:
    """Growth a year by straight lines through volumes, their logarithms and diameters; None with fewer than two scans with a tumour.

    The limits are what the scans' own limits, as 95 % intervals of independent errors, make of the slope; from three scans on,
    scatter around the line widens them.
    """
    shown = [visit for visit in visits if not visit.extent.is_empty]
    if len(shown) < 2:
        return None
    years = [(visit.day - shown[0].day).days / DAYS_A_YEAR for visit in shown]
    volumes = [visit.extent.volume_ml for visit in shown]
    return Growth(
        len(shown),
        years[-1],
        _slope(years, [volume.value for volume in volumes], [volume.error for volume in volumes]),
        _slope(years, [math.log(volume.value) for volume in volumes], [volume.log_error for volume in volumes]),
        _diameter_slope(years, [visit.extent.axial_mm for visit in shown]),
        _diameter_slope(years, [visit.extent.extrameatal_mm for visit in shown]),
    )


def _diameter_slope(years: Sequence[float], sizes: Sequence[Size | None]) -> Size | None:
    known = [size for size in sizes if size is not None]
    return _slope(years, [size.value for size in known], [size.error for size in known]) if len(known) == len(years) else None


def _slope(years: Sequence[float], values: Sequence[float], errors: Sequence[float]) -> Size:
    """The least-squares slope with its limits.

    Scatter around the line that is larger than the errors explain widens them by the square root of the reduced chi-squared, as the
    Particle Data Group does with measurements that do not agree. Student's t would make three scans that grow at an uneven pace
    look as if nothing were known: its single degree of freedom asks for a factor of 12.7.
    """
    middle, mean = sum(years) / len(years), sum(values) / len(values)
    spread = sum((year - middle) ** 2 for year in years)
    slope = sum((year - middle) * value for year, value in zip(years, values, strict=True)) / spread
    error = math.sqrt(sum(((year - middle) / spread * each) ** 2 for year, each in zip(years, errors, strict=True)))
    if len(years) > 2:
        scatter = [value - mean - slope * (year - middle) for year, value in zip(years, values, strict=True)]
        chi_squared = sum((Z * rest / each) ** 2 for rest, each in zip(scatter, errors, strict=True))
        error *= max(1.0, math.sqrt(chi_squared / (len(years) - 2)))
    return Size(slope, slope - error, slope + error)


def _percent(value: float, low: float, high: float) -> Size:
    """Logarithms of a ratio as a change in percent."""
    return Size(*(100 * math.expm1(min(logarithm, 700)) for logarithm in (value, low, high)))


def _difference(before: Size | None, after: Size | None) -> Size | None:
    if before is None or after is None:
        return None
    error, value = math.hypot(before.error, after.error), after.value - before.value
    return Size(value, value - error, value + error)


def _notes(tumour: Tumour, visits: Sequence[Visit], side: str) -> list[str]:
    """What must be known to read the comparison."""
    found = []
    if side:
        found.append("Both sides have a tumour: each is followed by itself, and what lies on one side of the scan's middle is one.")
    if len(visits) == 1:
        found.append("There is a single scan: with a second one, change and growth are told.")
    if not tumour.extrameatal:
        found.append(
            "The extrameatal diameter cannot be told from a single tumour label; it needs labels for the parts inside and outside the"
            " internal auditory canal, as crossMoDA 2023 has them."
        )
    modalities = sorted({visit.modality for visit in visits} - {""})
    if len(modalities) > 1:
        found.append(f"The scans are of different kinds ({', '.join(modalities)}), which by itself changes what is measured.")
    if {"left", "right"} <= {visit.extent.side for visit in visits}:
        found.append("The tumour lies on the left in one scan and on the right in another: check whose scans these are, and which is left.")
    for axis, name in enumerate("xyz"):
        steps = [visit.extent.spacing_mm[axis] for visit in visits]
        if max(steps) > (1 + OTHER_SPACING) * min(steps):
            found.append(
                f"The voxel sizes differ (along {name} from {min(steps):.2g} to {max(steps):.2g} mm), which by itself changes diameters."
            )
            break
    span = (visits[-1].day - visits[0].day).days
    if 0 < span < SHORT_DAYS:
        found.append(f"Growth a year is extrapolated from {span} day{'' if span == 1 else 's'}.")
    return found


def visit_notes(extent: Extent) -> list[str]:
    """What must be known about one scan's sizes."""
    found = []
    if extent.is_empty:
        found.append("no tumour in the label map: it is gone, or it was missed, so look at the scan, which is left out of the growth")
    if extent.faces:
        found.append(f"the tumour touches the scan's edge ({', '.join(extent.faces)}), so that part of it may be missing")
    if extent.two_sided:
        found.append("the tumour lies on both sides: its volume is the sum, its diameter the larger one's")
    return found
