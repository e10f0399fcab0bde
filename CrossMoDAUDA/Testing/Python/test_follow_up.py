"""Sizes of a tumour with their limits, and what has changed between dates; right values by hand."""

from __future__ import annotations

import dataclasses
import datetime
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.scoring.extent import Extent, Size, check_values, doubt_of, fingerprint, measure_extent, tumour_of
from CrossMoDAUDALib.scoring.follow_up import MINUS, NBSP, Visit, compare, follow_up, visit_notes
from CrossMoDAUDALib.scoring.follow_up_tables import VERDICTS, growth_sentence, headline, rows

VS = tumour_of({"Vestibular schwannoma": 1, "Cochlea": 2})
PARTS = tumour_of({"Intrameatal": 1, "Extrameatal": 2, "Cochlea": 3})


def on_grid(array: np.ndarray[Any, Any], spacing: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Volume:
    """A label map, (z, y, x), along the patient's axes."""
    size = (array.shape[2], array.shape[1], array.shape[0])
    return Volume(array.astype(np.uint8), Geometry(size, spacing, (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)))


def ellipsoid(radii: tuple[float, float, float], spacing: tuple[float, float, float]) -> Volume:
    """Voxels whose centres lie in an ellipsoid with these radii along x, y and z."""
    size = [int(2 * radius / step) + 6 for radius, step in zip(radii, spacing, strict=True)]
    axes = [(np.arange(length) - (length - 1) / 2) * step / radius for length, step, radius in zip(size, spacing, radii, strict=True)]
    z, y, x = np.meshgrid(*axes[::-1], indexing="ij")
    return on_grid((x * x + y * y + z * z <= 1).astype(np.uint8), spacing)


# Sizes ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "spacing", "voxels", "on_surface"),
    [
        ((4, 4, 4), (1.0, 1.0, 1.0), 64, 56),
        ((3, 5, 3), (0.5, 0.5, 2.0), 45, 42),
        ((1, 1, 1), (2.0, 1.0, 1.5), 1, 1),
        ((2, 9, 7), (1.0, 2.0, 3.0), 126, 126),
    ],
)
def test_boxes(size: tuple[int, int, int], spacing: tuple[float, float, float], voxels: int, on_surface: int) -> None:
    """Half the surface's voxels in or out; half a voxel's diagonal at both ends of the diameter."""
    array = np.zeros((12, 12, 12), np.uint8)
    array[2 : 2 + size[2], 2 : 2 + size[1], 2 : 2 + size[0]] = 1
    found, ml = measure_extent(on_grid(array, spacing), VS), math.prod(spacing) / 1000
    assert found.volume_ml.value == pytest.approx(voxels * ml)
    assert found.volume_ml.high - found.volume_ml.value == pytest.approx(on_surface / 2 * ml)
    assert found.volume_ml.value - found.volume_ml.low == pytest.approx(on_surface / 2 * ml)
    assert found.axial_mm is not None
    assert found.axial_mm.value == pytest.approx(math.hypot(size[0] * spacing[0], size[1] * spacing[1]))
    assert found.axial_mm.error == pytest.approx(math.hypot(spacing[0], spacing[1]))
    assert found.extrameatal_mm is None and not found.tells_extrameatal


@pytest.mark.parametrize(
    ("radii", "spacing"),
    [((5, 5, 5), (0.5, 0.5, 0.5)), ((10, 10, 10), (0.4, 0.4, 1.5)), ((9, 6, 4), (0.5, 0.5, 0.5)), ((3, 3, 3), (0.8, 0.8, 0.8))],
)
def test_the_limits_hold_the_true_size_of_an_ellipsoid(radii: Any, spacing: Any) -> None:
    found = measure_extent(ellipsoid(radii, spacing), VS)
    true_ml = 4 / 3 * math.pi * math.prod(radii) / 1000
    assert found.volume_ml.low < true_ml < found.volume_ml.high
    assert found.axial_mm is not None and found.axial_mm.low < 2 * max(radii[:2]) < found.axial_mm.high


def test_the_limits_are_about_those_of_observers() -> None:
    """Tumours of 0.2 and 3.1 ml, of which observers agreed within 27 % and 7 % (docs/method.md)."""
    for radius, low, high in ((3.58, 0.145, 0.155), (9.05, 0.06, 0.07)):
        found = measure_extent(ellipsoid((radius,) * 3, (0.5, 0.5, 0.5)), VS).volume_ml
        assert low < found.error / found.value < high


def test_the_grid_may_be_stored_in_any_order() -> None:
    straight = ellipsoid((9, 5, 4), (0.5, 0.75, 1.5))
    turned = Volume(
        np.ascontiguousarray(straight.array.transpose(2, 0, 1)[:, ::-1]),
        Geometry(
            (straight.geometry.size[1], straight.geometry.size[2], straight.geometry.size[0]),
            (0.75, 1.5, 0.5),
            (0.0, 0.0, 0.0),
            (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0),
        ),
    )
    assert measure_extent(turned, VS) == measure_extent(straight, VS)


def test_the_extrameatal_part_is_measured_where_labels_tell_it() -> None:
    array = np.zeros((6, 8, 12), np.uint8)
    array[1:3, 3:5, 1:5] = 1
    array[1:4, 2:6, 5:9] = 2
    array[4, 1, 1:9] = 3
    found = measure_extent(on_grid(array), PARTS)
    assert found.volume_ml.value == pytest.approx((16 + 48) / 1000)
    assert found.extrameatal_mm is not None and found.extrameatal_mm.value == pytest.approx(math.hypot(4, 4))
    assert found.axial_mm is not None and found.axial_mm.value == pytest.approx(math.hypot(8, 3))
    array[array == 2] = 0
    inside = measure_extent(on_grid(array), PARTS)
    assert inside.extrameatal_mm is None and inside.tells_extrameatal and not inside.is_empty


def test_an_empty_label_map_has_no_size() -> None:
    found = measure_extent(on_grid(np.zeros((4, 5, 6))), VS)
    assert found.is_empty and found.axial_mm is None and found.volume_ml == Size(0.0, 0.0, 0.0)
    assert "no tumour" in visit_notes(found)[0]


def test_a_tumour_at_the_edge_and_on_both_sides_is_told() -> None:
    array = np.zeros((10, 20, 100), np.uint8)
    array[0:5, 5:10, 10:16] = array[3:6, 5:10, 80:86] = 1
    notes = visit_notes(measure_extent(on_grid(array), VS))
    assert "edge (inferior)" in notes[0] and "both sides" in notes[1]


@pytest.mark.parametrize(
    ("labels", "structure", "values", "outside"),
    [
        ({"VS": 3, "Cochlea": 1}, None, (3,), ()),
        ({"Cochlea": 3, "extra-meatal": 2, "Intra_meatal": 1}, None, (2, 1), (2,)),
        ({"Brain tumour": 5, "Brain": 2}, None, (5,), ()),
        ({"Spleen": 7}, None, (7,), ()),
        ({"VS": 1, "Cochlea": 2}, "Cochlea", (2,), ()),
        ({"Intrameatal": 1, "Extrameatal": 2}, "Extrameatal", (2,), (2,)),
    ],
)
def test_what_is_followed(labels: dict[str, int], structure: str | None, values: Any, outside: Any) -> None:
    found = tumour_of(labels, structure)
    assert (found.values, found.extrameatal) == (values, outside)


@pytest.mark.parametrize(
    ("labels", "structure", "said"),
    [
        ({"Liver": 1, "Spleen": 2}, None, "None of Liver, Spleen is known to be a tumour"),
        ({"Tumour left": 1, "Tumour right": 2}, None, "Any of Tumour left, Tumour right could be followed"),
        ({"VS": 1, "Extrameatal": 2}, None, "Any of VS, Extrameatal could"),
        ({"VS": 1}, "Cochlea", "is none of the structures; they are VS"),
    ],
)
def test_what_is_followed_is_never_guessed(labels: dict[str, int], structure: str | None, said: str) -> None:
    with pytest.raises(InputError, match=said):
        tumour_of(labels, structure)


def test_values_without_a_name_are_refused() -> None:
    array = np.zeros((3, 3, 3))
    array[0, 0] = (1, 2, 3)
    with pytest.raises(InputError, match=r"holds the value 3.*crossMoDA 2023's are --set labels=Intrameatal:1"):
        check_values("a.nii.gz", on_grid(array), {"VS": 1, "Cochlea": 2})
    check_values("a.nii.gz", on_grid(array), {"VS": 1, "Cochlea": 2, "Other": 3})


# The network's doubt ----------------------------------------------------------------------------------------------------


def test_the_networks_doubt_bounds_the_size() -> None:
    """A rod of 4 sure voxels, 2 likely, 2 unlikely; a doubtful voxel elsewhere is another thing's."""
    line = np.zeros((3, 5, 14), np.float32)
    line[1, 2, 1:9] = (0.99, 0.99, 0.99, 0.99, 0.6, 0.6, 0.3, 0.3)
    line[1, 2, 12] = 0.4
    probabilities = np.stack([1 - line, line])
    label = on_grid((line > 0.5).astype(np.uint8), (2.0, 1.0, 1.0))
    doubt = doubt_of(label, probabilities, {"VS": 1})
    found = doubt["structures"]["1"]
    assert found["volume_ml"] == pytest.approx([4 * 0.002, 8 * 0.002])
    assert found["expected_ml"] == pytest.approx((4 * 0.99 + 2 * 0.6 + 2 * 0.3) * 0.002, rel=1e-5)
    assert found["axial_mm"] == pytest.approx([math.hypot(8, 1), math.hypot(16, 1)])
    extent = measure_extent(label, tumour_of({"VS": 1}), doubt)
    assert (extent.volume_ml.low, extent.volume_ml.high) == pytest.approx((6 * 0.001, 9 * 0.002)), "the wider of the two, on either side"
    assert extent.axial_mm is not None and extent.axial_mm.high == pytest.approx(math.hypot(16, 1))
    assert fingerprint(label) == doubt["label_sha256"] != fingerprint(on_grid(label.array * 0, (2.0, 1.0, 1.0)))


def test_doubt_between_two_parts_of_a_tumour_is_none_of_the_whole() -> None:
    part = np.zeros((3, 4, 6), np.float32)
    part[1, 1:3, 1:5] = 0.5
    probabilities = np.stack([1 - 2 * part, part, part, part * 0])
    label = on_grid((part > 0).astype(np.uint8))
    found = doubt_of(label, probabilities, {"Intrameatal": 1, "Extrameatal": 2, "Cochlea": 3})["structures"]
    assert found["1"]["volume_ml"] == pytest.approx([0, 0.008]) and found["1+2"]["volume_ml"] == pytest.approx([0.008, 0.008])
    assert found["3"] == {"expected_ml": 0.0, "volume_ml": [0.0, 0.0], "axial_mm": [0.0, 0.0]}


# Changes ----------------------------------------------------------------------------------------------------------------


def extent(ml: float, mm: float = 10.0, share: float = 0.05, error: float = 0.5, outside: float | None = None) -> Extent:
    """A tumour of this size with limits of this share of its volume and of so many mm."""
    extrameatal = None if outside is None else Size(outside, outside - error, outside + error)
    return Extent(
        Size(ml, ml * (1 - share), ml * (1 + share)), Size(mm, mm - error, mm + error), extrameatal, outside is not None, (0.5, 0.5, 0.5)
    )


def inside(ml: float, mm: float) -> Extent:
    """A tumour whose labels tell that no part of it lies outside the canal."""
    return dataclasses.replace(extent(ml, mm), tells_extrameatal=True)


@pytest.mark.parametrize(
    ("before", "after", "verdict", "reasons"),
    [
        (extent(1.0), extent(1.2), "grown", [f"volume +20{NBSP}%"]),
        (extent(1.0), extent(1.11), "small", []),
        (extent(1.0), extent(1.19), "uncertain", [f"volume +11{NBSP}to{NBSP}+28{NBSP}%"]),
        (extent(1.0), extent(1.01), "none", []),
        (extent(1.0, share=0.15), extent(1.0, share=0.15), "uncertain", [f"volume {MINUS}21{NBSP}to{NBSP}+26{NBSP}%"]),
        (extent(1.0, share=0.3), extent(1.3, share=0.3), "uncertain", [f"volume {MINUS}21{NBSP}to{NBSP}+115{NBSP}%"]),
        (extent(1.0, 10), extent(1.05, 12), "grown", [f"axial diameter +2.0{NBSP}mm"]),
        (extent(1.0, 10, error=1.5), extent(1.05, 12, error=1.5), "uncertain", [f"axial diameter {MINUS}0.1{NBSP}to{NBSP}+4.1{NBSP}mm"]),
        (extent(1.0, 10, error=1.2), extent(1.0, 10.5, error=1.2), "uncertain", [f"axial diameter {MINUS}1.2{NBSP}to{NBSP}+2.2{NBSP}mm"]),
        (extent(1.0), extent(0.7), "shrunk", [f"volume {MINUS}30{NBSP}%"]),
        (extent(1.0, 10), extent(1.3, 7.5), "contradictory", [f"volume +30{NBSP}%", f"axial diameter {MINUS}2.5{NBSP}mm"]),
        (extent(1.0, 10, outside=6), inside(1.0, 10), "shrunk", [f"extrameatal diameter {MINUS}6.0{NBSP}mm"]),
        (extent(1.0, 10, outside=6), extent(1.1, 11, outside=8.5), "grown", [f"extrameatal diameter +2.5{NBSP}mm"]),
    ],
)
def test_a_change_is_flagged_above_a_threshold_and_beyond_the_limits(
    before: Extent, after: Extent, verdict: str, reasons: list[str]
) -> None:
    found = compare(before, after)
    assert (found.verdict, list(found.reasons)) == (verdict, reasons)
    assert found.is_flagged == (verdict in ("grown", "shrunk", "contradictory"))


def test_no_change_is_said_only_where_the_limits_do_not_reach_a_threshold() -> None:
    """Whatever the sizes and the limits."""
    for share in (0.01, 0.05, 0.1, 0.14, 0.2, 0.5):
        for error in (0.1, 0.5, 1.0, 1.4, 1.5, 3.0):
            for ml, mm in ((1.0, 10.0), (1.1, 11.0), (0.85, 9.0), (1.19, 11.9)):
                found = compare(extent(1.0, 10, share, error), extent(ml, mm, share, error))
                assert found.percent is not None and found.axial_mm is not None
                reached = max(-found.percent.low, found.percent.high) >= 20 or max(-found.axial_mm.low, found.axial_mm.high) >= 2
                assert (found.verdict in ("none", "small")) == (not reached), (share, error, ml, mm)


def test_the_interval_of_a_change_by_hand() -> None:
    found = compare(extent(1.0, 10, share=0.1, error=0.6), extent(2.0, 13, share=0.2, error=0.8))
    error = math.hypot(math.log(1 / 0.9), math.log(1 / 0.8))
    assert found.percent is not None and found.axial_mm is not None
    assert [found.percent.value, found.percent.low, found.percent.high] == pytest.approx(
        [100, 100 * (2 * math.exp(-error) - 1), 100 * (2 * math.exp(error) - 1)]
    )
    assert [found.axial_mm.value, found.axial_mm.low, found.axial_mm.high] == pytest.approx([3, 2, 4])


NOTHING = Extent(Size(0, 0, 0), None, None, False, (0.5, 0.5, 0.5))


@pytest.mark.parametrize(
    ("before", "after", "verdict", "is_flagged", "said"),
    [
        (extent(1.0), NOTHING, "vanished", True, "No tumour on 2021-01-01, but 1.000 (0.950 to 1.050) ml on 2020-01-01: it is gone, or"),
        (NOTHING, extent(1.0), "appeared", True, "1.000 (0.950 to 1.050) ml on 2021-01-01; no tumour on 2020-01-01."),
        (NOTHING, NOTHING, "absent", False, "No tumour on 2021-01-01, nor since 2020-01-01."),
    ],
)
def test_a_tumour_that_was_not_seen_is_told(before: Extent, after: Extent, verdict: str, is_flagged: bool, said: str) -> None:
    change = compare(before, after)
    assert (change.verdict, change.is_flagged, change.percent) == (verdict, is_flagged, None)
    found = follow_up("Ada", VS, visits(("2020-01-01", before), ("2021-01-01", after)))
    assert headline(found).startswith(said) and "cannot be told" not in headline(found)
    assert VERDICTS[verdict] in "\n".join(rows(found)[-1])


def test_growth_ends_with_the_last_scan_that_shows_the_tumour() -> None:
    scans = visits(("2020-01-01", extent(1.0)), ("2021-01-01", extent(2.0)), ("2022-01-01", NOTHING))
    assert growth_sentence(follow_up("Ada", VS, scans)).startswith("Until 2021-01-01, as the last scan shows no tumour: Growing")


# Growth -----------------------------------------------------------------------------------------------------------------


def visits(*found: tuple[str, Extent]) -> list[Visit]:
    """Visits of days and sizes."""
    return [Visit(datetime.date.fromisoformat(day), Path(f"{day}.nii.gz"), size) for day, size in found]


def test_two_scans() -> None:
    """1 ml to 2 ml in two years, 730.5 days of which the calendar has 731."""
    found = follow_up("Ada", VS, visits(("2020-01-01", extent(1.0, 10)), ("2022-01-01", extent(2.0, 14))))
    growth, years = found.growth, 731 / 365.25
    assert growth is not None and growth.state == "growing" and growth.doubling_years is not None and growth.axial_mm is not None
    assert growth.rate.value == pytest.approx(math.log(2) / years)
    assert growth.rate.error == pytest.approx(math.hypot(*[math.log(1 / 0.95)] * 2) / years)
    assert growth.doubling_years.value == pytest.approx(years)
    assert growth.doubling_years.low == pytest.approx(math.log(2) / growth.rate.high)
    assert growth.ml.value == pytest.approx(1 / years) and growth.ml.error == pytest.approx(math.hypot(0.05, 0.1) / years)
    assert growth.axial_mm.value == pytest.approx(4 / years) and growth.extrameatal_mm is None
    assert growth.percent.value == pytest.approx(100 * (2 ** (1 / years) - 1))


@pytest.mark.parametrize("rate", [math.log(2), -math.log(2) / 2, 0.2])
def test_scans_on_an_exponential(rate: float) -> None:
    days = ["2020-01-01", "2020-07-01", "2021-02-01", "2022-06-15", "2023-01-01"]
    begin = datetime.date(2020, 1, 1)
    sizes = [extent(0.8 * math.exp(rate * (datetime.date.fromisoformat(day) - begin).days / 365.25)) for day in days]
    growth = follow_up("Ada", VS, visits(*zip(days, sizes, strict=True))).growth
    assert growth is not None and growth.doubling_years is not None
    assert growth.rate.value == pytest.approx(rate) and growth.rate.low < rate < growth.rate.high
    assert growth.state == ("growing" if rate > 0 else "shrinking")
    assert growth.doubling_years.value == pytest.approx(math.log(2) / abs(rate))


@pytest.mark.parametrize("volumes", [(1.0, 1.6, 1.5), (2.0, 1.4, 1.2, 1.5), (0.3, 0.3, 0.9, 1.2)])
def test_the_slope_is_that_of_least_squares_and_scatter_widens_it(volumes: tuple[float, ...]) -> None:
    days = [datetime.date(2020 + number, 1, 1) for number in range(len(volumes))]
    growth = follow_up("Ada", VS, visits(*((str(day), extent(ml, share=0.01)) for day, ml in zip(days, volumes, strict=True)))).growth
    years = np.array([(day - days[0]).days / 365.25 for day in days])
    (slope, start), residuals, *_ = np.polyfit(years, volumes, 1, full=True)
    assert growth is not None and growth.ml.value == pytest.approx(slope)
    errors = 0.01 * np.array(volumes)
    propagated = math.sqrt(sum(((years - years.mean()) / ((years - years.mean()) ** 2).sum() * errors) ** 2))
    chi_squared = sum((1.96 * (np.array(volumes) - start - slope * years) / errors) ** 2)
    assert chi_squared / (len(volumes) - 2) > 1 and residuals.size
    assert growth.ml.error == pytest.approx(propagated * math.sqrt(chi_squared / (len(volumes) - 2)))


def test_no_growth_is_told_where_the_interval_holds_0() -> None:
    for sizes in ((1.0, 1.05, 0.98), (0.2, 0.21, 0.22), (3.0, 2.8, 3.1)):
        days = ("2020-01-01", "2021-01-01", "2022-01-01")
        found = follow_up("Ada", VS, visits(*((day, extent(ml, share=0.1)) for day, ml in zip(days, sizes, strict=True))))
        assert found.growth is not None and found.growth.state == "stable" and found.growth.doubling_years is None


@pytest.mark.parametrize(
    ("days", "sizes", "share", "state"),
    [
        (("2020-01-01", "2020-02-20"), (0.114, 0.116), 0.3, "unclear"),
        (("2020-01-01", "2021-01-01"), (1.0, 1.15), 0.15, "unclear"),
        (("2020-01-01", "2024-01-01"), (1.0, 1.05), 0.15, "stable"),
    ],
)
def test_what_is_not_known_is_not_called_stable(days: tuple[str, ...], sizes: tuple[float, ...], share: float, state: str) -> None:
    found = follow_up("Ada", VS, visits(*((day, extent(ml, share=share)) for day, ml in zip(days, sizes, strict=True))))
    assert found.growth is not None and found.growth.state == state and found.growth.doubling_years is None
    assert growth_sentence(found).startswith("Stable" if state == "stable" else "Whether it grows is unclear")


@pytest.mark.parametrize("direction", [(1.0, 0, 0, 0, 1, 0, 0, 0, 1), (-1.0, 0, 0, 0, -1, 0, 0, 0, 1), (0.0, 1, 0, 1, 0, 0, 0, 0, -1)])
def test_a_tumour_that_changes_sides_is_told(direction: tuple[float, ...]) -> None:
    found = []
    for number, world in enumerate((18.0, -18.0, 4.0)):  # LPS, so the left first; the last is near the middle
        matrix = np.array(direction, float).reshape(3, 3)
        origin = -matrix @ np.full(3, 29.5)
        x, y, z = np.rint(np.linalg.inv(matrix) @ (np.array([world, 0.0, 0.0]) - origin)).astype(int)
        array = np.zeros((60, 60, 60), np.uint8)
        array[z - 1 : z + 2, y - 1 : y + 2, x - 1 : x + 2] = 1
        grid = Geometry((60, 60, 60), (1.0, 1.0, 1.0), tuple(origin.tolist()), direction)
        found.append(measure_extent(Volume(array, grid), VS))
        assert found[-1].side == ("left", "right", "")[number]
    days = [datetime.date(2020 + number, 1, 1) for number in range(3)]
    scans = [Visit(day, Path(str(day)), each) for day, each in zip(days, found, strict=True)]
    assert "check whose scans" in " ".join(follow_up("Ada", VS, scans).notes)
    assert "check whose scans" not in " ".join(follow_up("Ada", VS, scans[1:]).notes)


def test_scans_without_a_tumour_are_left_out_of_the_growth() -> None:
    nothing = Extent(Size(0, 0, 0), None, None, False, (0.5, 0.5, 0.5))
    found = follow_up("Ada", VS, visits(("2020-01-01", extent(1.0)), ("2021-01-01", nothing), ("2022-01-01", extent(2.0))))
    assert found.growth is not None and found.growth.scans == 2
    assert follow_up("Ada", VS, visits(("2020-01-01", extent(1.0)), ("2021-01-01", nothing))).growth is None


def test_days_count_over_leap_days_and_clock_changes() -> None:
    """Germany's clocks change on 2024-03-31 and 2024-10-27; a day is a day."""
    for first, last, days in (("2024-03-30", "2024-04-01", 2), ("2024-10-26", "2024-10-28", 2), ("2023-02-28", "2024-03-01", 367)):
        growth = follow_up("Ada", VS, visits((last, extent(2.0)), (first, extent(1.0)))).growth
        assert growth is not None and growth.years == pytest.approx(days / 365.25)


def test_two_scans_of_one_day_are_refused() -> None:
    with pytest.raises(InputError, match="Ada has two scans of 2020-01-01"):
        follow_up("Ada", VS, visits(("2020-01-01", extent(1.0)), ("2021-01-01", extent(1.0)), ("2020-01-01", extent(1.1))))


def test_what_must_be_kept_in_mind_is_told() -> None:
    (single,) = (note for note in follow_up("Ada", PARTS, visits(("2020-01-01", extent(1.0, outside=5)))).notes)
    assert "single scan" in single
    coarse = Extent(Size(1, 0.9, 1.1), Size(9, 8, 10), None, False, (0.5, 0.5, 1.5))
    found = [
        Visit(datetime.date(2020, 1, 1), Path("a"), extent(1.0), modality="ceT1"),
        Visit(datetime.date(2020, 2, 1), Path("b"), coarse, modality="hrT2"),
    ]
    notes = " ".join(follow_up("Ada", VS, found).notes)
    for said in ("extrameatal diameter cannot be told", "different kinds (ceT1, hrT2)", "along z from 0.5 to 1.5 mm", "from 31 days"):
        assert said in notes
