"""What a segmentation is warned of, and what a model says of the labels that it learned from."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.images.volumes import Geometry, Volume, from_canonical
from CrossMoDAUDALib.models.training_summary import TrainedOn
from CrossMoDAUDALib.scoring import plausibility
from CrossMoDAUDALib.scoring.plausibility import LabelSummary, check, summarise, summarise_grid

TUMOUR, COCHLEA = "Vestibular schwannoma", "Cochlea"
LABELS = {TUMOUR: 1, COCHLEA: 2}
GRID = Geometry((40, 36, 20), (1.0, 1.0, 2.0), (-20.0, -18.0, -20.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))


def drawn(*boxes: tuple[int, slice, slice, slice], geometry: Geometry = GRID) -> Volume:
    """A label map in canonical orientation, put on a grid: value and x, y, z ranges of each box."""
    array = np.zeros((20, 36, 40), np.uint8)
    for value, x, y, z in boxes:
        array[z, y, x] = value
    return from_canonical(array, geometry)


def part(value: int, x: int, size: int = 4, z: int = 8) -> tuple[int, slice, slice, slice]:
    return value, slice(x, x + size), slice(10, 10 + size), slice(z, z + 3)


USUAL = (part(1, 6), part(2, 4, 2, 12), part(2, 32, 2, 12))
KNOWN = plausibility.trained_on([summarise(drawn(*USUAL), LABELS)] * 3, [summarise_grid(GRID)] * 2, LABELS)


def kinds(label: Volume, known: TrainedOn | None = KNOWN) -> list[tuple[str, str]]:
    return [(warning.kind, warning.structure) for warning in check(label, LABELS, known)]


def test_what_is_like_the_training_labels_needs_no_warning() -> None:
    assert check(drawn(*USUAL), LABELS, KNOWN) == []


def test_a_structure_that_is_not_there() -> None:
    (warning,) = check(drawn(USUAL[0]), LABELS, KNOWN)
    assert (warning.kind, warning.structure) == ("empty", COCHLEA)
    assert warning.message == f"{COCHLEA}: nothing was found, though all 3 labels it was trained on show it; look at the scan yourself."
    assert kinds(drawn(), None) == [("empty", TUMOUR), ("empty", COCHLEA)], "also of models that do not say what they learned from"
    some = plausibility.trained_on([summarise(drawn(*boxes), LABELS) for boxes in (USUAL, USUAL[1:])], [summarise_grid(GRID)], LABELS)
    (warning,) = check(drawn(*USUAL[1:]), LABELS, some)
    assert "though 1 of the 2 labels it was trained on shows it" in warning.message


@pytest.mark.parametrize(
    ("box", "face"),
    [
        ((slice(0, 4), slice(10, 14), slice(8, 11)), "right"),
        ((slice(36, 40), slice(10, 14), slice(8, 11)), "left"),
        ((slice(6, 10), slice(0, 4), slice(8, 11)), "anterior"),
        ((slice(6, 10), slice(32, 36), slice(8, 11)), "posterior"),
        ((slice(6, 10), slice(10, 14), slice(0, 3)), "inferior"),
        ((slice(6, 10), slice(10, 14), slice(17, 20)), "superior"),
    ],
)
@pytest.mark.parametrize("direction", [GRID.direction, (0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0)], ids=["canonical", "turned"])
def test_a_structure_at_the_edge(box: tuple[slice, slice, slice], face: str, direction: tuple[float, ...]) -> None:
    size = GRID.size if direction == GRID.direction else (36, 20, 40)
    label = drawn((1, *box), *USUAL[1:], geometry=Geometry(size, (1.0, 1.0, 1.0), GRID.origin, direction))
    warnings = [warning for warning in check(label, LABELS, None) if warning.structure == TUMOUR]
    assert [warning.kind for warning in warnings] == ["edge"] and f"edge ({face})" in warnings[0].message
    inside = tuple(slice(one.start + (one.start == 0) - (one.start >= 17 and one.stop in (20, 36, 40)), one.stop - 1) for one in box)
    assert kinds(drawn((1, *inside), *USUAL[1:]), None) == []


def test_a_tumour_on_both_sides() -> None:
    both = drawn(part(1, 6, 3), part(1, 30, 3), *USUAL[1:])
    assert ("two_sides", TUMOUR) in kinds(both)
    assert all(structure != COCHLEA for _, structure in kinds(both)), "there are two cochleas in every label"
    message = next(warning.message for warning in check(both, LABELS, KNOWN) if warning.kind == "two_sides")
    assert "none of the 3 labels it was trained on shows" in message
    seen_before = plausibility.trained_on([summarise(drawn(*USUAL), LABELS), summarise(both, LABELS)], [summarise_grid(GRID)], LABELS)
    assert kinds(both, seen_before) == [] and kinds(both, None) == []
    across = drawn((1, slice(16, 24), slice(10, 12), slice(8, 11)), *USUAL[1:])
    assert kinds(across) == [], "one tumour that crosses the middle"
    small = drawn((1, slice(2, 12), slice(8, 28), slice(5, 15)), (1, slice(30, 36), slice(10, 15), slice(8, 11)), *USUAL[1:])
    assert ("two_sides", TUMOUR) in kinds(small), "though it is less than a tenth of the other"
    near = drawn((1, slice(14, 18), slice(10, 14), slice(8, 11)), (1, slice(22, 26), slice(10, 14), slice(8, 11)), *USUAL[1:])
    assert ("two_sides", TUMOUR) not in kinds(near), "two parts beside the middle of a scan, which need not be the patient's"
    speck = drawn(part(1, 6), (1, slice(30, 31), slice(10, 12), slice(8, 10)), *USUAL[1:])
    assert ("two_sides", TUMOUR) not in kinds(speck)
    beside = drawn((1, slice(3, 6), slice(10, 14), slice(8, 10)), (1, slice(9, 12), slice(10, 14), slice(8, 10)), *USUAL[1:])
    assert kinds(beside) == [], "two parts on one side"


def test_a_volume_beyond_the_training_labels() -> None:
    least, most = (summarise(drawn(part(1, 6, size), *USUAL[1:]), LABELS) for size in (3, 6))
    known = plausibility.trained_on([least, most], [summarise_grid(GRID)], LABELS)
    for size, warned in ((2, "less"), (3, ""), (5, ""), (6, ""), (8, "more")):
        found = check(drawn(part(1, 6, size), *USUAL[1:]), LABELS, known)
        assert [warning.kind for warning in found] == (["volume"] if warned else [])
        assert all(f" ml, {warned} than any it was trained on (0.05" in warning.message for warning in found)
    (warning,) = check(drawn(part(1, 6, 8), *USUAL[1:]), LABELS, known)
    assert warning.message.startswith(f"{TUMOUR}: 0.38 ml, more than any it was trained on (0.054 to 0.22 ml); look at it")


def test_volumes_are_told_apart_by_as_many_digits_as_that_takes() -> None:
    assert plausibility._distinct(14.2, 0.104, 8.3) == ["14.2", "0.10", "8.3"]
    assert plausibility._distinct(8.304, 0.1, 8.3) == ["8.304", "0.1000", "8.300"]
    assert plausibility._distinct(0.0234, 1.741, 4.594) == ["0.023", "1.7", "4.6"]


def test_as_text() -> None:
    text = plausibility.as_text("scan 7", check(drawn(), LABELS, KNOWN))
    first, *lines = text.splitlines()
    assert first == "Not for clinical use. What to look at in the segmentation of scan 7:"
    assert [line[:6] for line in lines] == ["- Vest", "- Coch"]


def test_what_a_model_says_of_its_training_data() -> None:
    wide = Geometry((20, 60, 10), (0.5, 0.4, 3.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0))
    found = plausibility.trained_on([summarise(drawn(USUAL[0]), LABELS), summarise(drawn(*USUAL), LABELS)], [summarise_grid(wide)], LABELS)
    assert found.source.cases == 2 and found.source.size == ((40, 36, 20), (40, 36, 20))
    assert found.target.spacing_mm[0] == (3.0, 0.5, 0.4) and found.target.size[0] == (10, 20, 60), "along L, P and S"
    tumour, cochlea = (found.structures[name] for name in LABELS)
    assert (tumour.labels, tumour.least_ml, tumour.most_ml, tumour.two_sided) == (2, pytest.approx(0.096), pytest.approx(0.096), False)
    assert (cochlea.labels, cochlea.most_ml, cochlea.two_sided) == (1, pytest.approx(0.048), True)
    assert TrainedOn.from_json(found.to_json()) == found
    never = plausibility.trained_on([summarise(drawn(USUAL[0]), LABELS)], [summarise_grid(wide)], LABELS)
    assert TrainedOn.from_json(never.to_json()).structures[COCHLEA].least_ml is None
    assert kinds(drawn(*USUAL), never) == []
    summary = summarise(drawn(*USUAL), LABELS)
    assert LabelSummary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize(
    "change",
    [
        {"source": None},
        {"source": {}},
        {"target": []},
        {"structures": [1]},
        {"structures": {TUMOUR: {"labels": 1}}},
        {"structures": {TUMOUR: {"labels": True, "least_ml": 1.0, "most_ml": 1.0, "two_sided": False}}},
        {"structures": {TUMOUR: {"labels": 1, "least_ml": 2.0, "most_ml": 1.0, "two_sided": False}}},
        {"structures": {TUMOUR: {"labels": 1, "least_ml": 0.0, "most_ml": float("nan"), "two_sided": False}}},
        {"structures": {TUMOUR: {"labels": 1, "least_ml": 0.0, "most_ml": 1.0, "two_sided": 1}}},
    ],
)
def test_a_damaged_description_is_noticed(change: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        TrainedOn.from_json({**KNOWN.to_json(), **change})
    with pytest.raises((KeyError, TypeError, ValueError)):
        TrainedOn.from_json(None)


def test_phantoms_have_one_tumour_and_two_cochleas() -> None:
    for seed in range(6):
        found = summarise(phantom.make_case(seed, "hrT2", size=(48, 48, 18))[1], LABELS).structures
        assert (found[TUMOUR][1], found[COCHLEA][1]) == (False, True)


def test_a_large_scan_takes_no_time() -> None:
    array = np.zeros((120, 512, 512), np.uint8)
    array[40:80, 150:200, 180:230] = 1
    array[50:60, 220:230, 100:110] = array[50:60, 220:230, 400:410] = 2
    label = Volume(array, Geometry((512, 512, 120), (0.4, 0.4, 1.0), (0.0, 0.0, 0.0), (0.0, -1.0, 0.0, 0.0, 0.0, -1.0, 1.0, 0.0, 0.0)))
    check(label, LABELS, KNOWN)  # loads SciPy
    times = []
    for _ in range(3):
        began = time.perf_counter()
        check(label, LABELS, KNOWN)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5
