"""A tumour on each side: both are measured by themselves, whatever way the grid is stored."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from CrossMoDAUDALib.images.volumes import Geometry, Volume
from CrossMoDAUDALib.scoring.extent import doubt_of, fingerprint, is_spread, measure_extent, tumour_of

VS = tumour_of({"Vestibular schwannoma": 1, "Cochlea": 2})


def two_balls(left: int, right: int, direction: tuple[float, ...] = (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0)) -> Volume:
    """Cubes with these edges (voxels of 1 mm) on the patient's left and right, on any grid along the patient's axes."""
    array = np.zeros((16, 20, 60), np.uint8)
    array[4 : 4 + left, 5 : 5 + left, 40 : 40 + left] = 1
    array[4 : 4 + right, 5 : 5 + right, 10 : 10 + right] = 1
    is_straight = direction[0] > 0
    grid = Geometry((60, 20, 16), (1.0, 1.0, 1.0), (0.0 if is_straight else 59.0, 0.0, 0.0), direction)
    return Volume(array if is_straight else np.ascontiguousarray(array[:, :, ::-1]), grid)


@pytest.mark.parametrize(("left", "right"), [(5, 7), (8, 4), (6, 0)])
@pytest.mark.parametrize("direction", [(1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0), (-1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0)])
def test_each_side_is_measured_by_itself(left: int, right: int, direction: tuple[float, ...]) -> None:
    scan = two_balls(left, right, direction)
    sizes = {side: measure_extent(scan, VS, side=side) for side in ("left", "right")}
    assert [sizes[side].volume_ml.value for side in ("left", "right")] == pytest.approx([left**3 / 1000, right**3 / 1000])
    assert not any(one.two_sided for one in sizes.values()) and sizes["right"].is_empty == (right == 0)
    if right == 0:
        assert sizes["left"] == measure_extent(scan, VS)


def test_the_doubt_of_each_side_is_its_own() -> None:
    label = two_balls(5, 7)
    line = np.where(label.array == 1, 0.99, 0.0).astype(np.float32)
    line[4, 5, 45:48] = 0.3  # beside the left one
    doubt = doubt_of(label, np.stack([1 - line, line]), {"VS": 1})
    assert set(doubt["structures"]) == {"1", "1 left", "1 right"}
    left, right = (measure_extent(label, VS, doubt, side) for side in ("left", "right"))
    expected = pytest.approx([(125 * 0.99 + 0.9) / 1000, 0.343 * 0.99], rel=1e-4)
    assert [left.expected_ml, right.expected_ml] == expected
    alone = two_balls(5, 0)
    of_one = doubt_of(alone, np.stack([1 - line, line]), {"VS": 1})
    assert set(of_one["structures"]) == {"1"} and measure_extent(alone, VS, of_one, "left").expected_ml is not None


@pytest.mark.parametrize(("before", "behind", "spread"), [(0, 0, ""), (40, 0, "left"), (0, 60, "right")])
def test_a_scan_whose_middle_is_not_the_patients_is_told(before: int, behind: int, spread: str) -> None:
    """Both tumours then lie on one side of it."""
    scan = two_balls(5, 7)
    array = np.pad(scan.array, ((0, 0), (0, 0), (before, behind)))
    grid = Geometry((60 + before + behind, 20, 16), (1.0, 1.0, 1.0), (float(-before), 0.0, 0.0), scan.geometry.direction)
    assert [side for side in ("left", "right") if is_spread(Volume(array, grid), VS.values, side)] == ([spread] if spread else [])


def with_cochleas(scan: Volume, at: tuple[int, ...], before: int = 0, behind: int = 0) -> Volume:
    """A scan with cochleas at these columns, and so many further columns on the patient's right and left."""
    array = scan.array.copy()
    for column in at:
        array[8:10, 15:17, column : column + 2] = 2
    array = np.pad(array, ((0, 0), (0, 0), (before, behind)))
    grid = Geometry(array.shape[::-1], scan.geometry.spacing, (float(-before), 0.0, 0.0), scan.geometry.direction)
    return Volume(array, grid)


@pytest.mark.parametrize(("before", "behind"), [(0, 0), (45, 0), (0, 60), (7, 90)])
def test_the_cochleas_tell_the_patients_middle(before: int, behind: int) -> None:
    """However far to one side the scan reaches."""
    scan = with_cochleas(two_balls(5, 7), (3, 55), before, behind)
    assert measure_extent(scan, VS).two_sided
    for side, edge in (("left", 5), ("right", 7)):
        found = measure_extent(scan, VS, side=side)
        assert found.volume_ml.value == pytest.approx(edge**3 / 1000) and found.faces == ()
        assert not is_spread(scan, VS.values, side, VS.paired)
    likely = np.where(scan.array == 1, 0.99, 0.0).astype(np.float32)
    doubt = doubt_of(scan, np.stack([1 - likely, likely, np.zeros_like(likely)]), {"VS": 1, "Cochlea": 2})
    expected = [doubt["structures"][f"1 {side}"]["expected_ml"] for side in ("left", "right")]
    assert expected == pytest.approx([0.125 * 0.99, 0.343 * 0.99], rel=1e-4)


@pytest.mark.parametrize(("tumour", "side"), [((6, 0), "left"), ((0, 6), "right")])
@pytest.mark.parametrize(("before", "behind"), [(60, 0), (0, 60)])
def test_they_tell_the_side_of_a_single_tumour_too(tumour: tuple[int, int], side: str, before: int, behind: int) -> None:
    scan = with_cochleas(two_balls(*tumour), (3, 55), before, behind)
    assert measure_extent(scan, VS).side == side
    is_flipped = Volume(
        np.ascontiguousarray(scan.array[:, :, ::-1]), Geometry(scan.geometry.size, (1, 1, 1), (0, 0, 0), (-1.0, 0, 0, 0, 1, 0, 0, 0, 1))
    )
    assert measure_extent(is_flipped, VS) == measure_extent(scan, VS)


@pytest.mark.parametrize("at", [(), (55,), (50, 55), (3,)])
def test_without_one_on_each_side_the_scans_middle_counts(at: tuple[int, ...]) -> None:
    scan, plain = with_cochleas(two_balls(5, 7), at), two_balls(5, 7)
    for side in ("left", "right"):
        assert measure_extent(scan, VS, side=side) == measure_extent(plain, VS, side=side)


def test_a_speck_is_no_cochlea_of_the_other_side() -> None:
    scan = with_cochleas(two_balls(5, 7), (55,), 0, 60)
    scan.array[8, 15, 118] = 2
    assert measure_extent(scan, VS) == measure_extent(with_cochleas(two_balls(5, 7), (), 0, 60), VS)


@pytest.mark.parametrize("at", [(25, 55), (35, 57), (3, 30)])
def test_two_things_beside_one_ear_are_no_two_cochleas(at: tuple[int, int]) -> None:
    """They are less than 35 mm apart."""
    for tumour, side in (((6, 0), "left"), ((0, 6), "right")):
        plain = two_balls(*tumour)
        assert measure_extent(with_cochleas(plain, at), VS).side == measure_extent(plain, VS).side == side


def test_nor_are_two_things_at_other_heights() -> None:
    scan = with_cochleas(two_balls(5, 7), (3,), 0, 60)
    array = np.pad(scan.array, ((0, 40), (0, 0), (0, 0)))
    array[45:47, 15:17, 55:57] = 2
    high = Volume(array, Geometry(array.shape[::-1], (1, 1, 1), (0, 0, 0), scan.geometry.direction))
    assert not measure_extent(high, VS).two_sided
    array[45:47], array[8:10, 15:17, 55:57] = 0, 2
    assert measure_extent(Volume(array, high.geometry), VS).two_sided


def test_specks_beside_two_cochleas_change_nothing() -> None:
    scan = with_cochleas(two_balls(5, 7), (3, 55), 0, 60)
    expected = measure_extent(scan, VS)
    scan.array[8, 15, 118] = scan.array[2, 2, 0] = 2
    assert measure_extent(scan, VS) == expected and expected.two_sided


def test_the_edges_are_the_scans() -> None:
    scan = with_cochleas(two_balls(5, 7), (3, 55))
    cut = Volume(np.ascontiguousarray(scan.array[:, :, 2:]), Geometry((58, 20, 16), (1, 1, 1), (2, 0, 0), scan.geometry.direction))
    cut.array[6, 8, 50:] = 1
    assert measure_extent(cut, VS).faces == measure_extent(cut, tumour_of({"VS": 1})).faces == ("left",)


def test_a_fingerprint_tells_values_of_16_bits_apart_and_is_as_it_was_of_8_bits() -> None:
    def label(values: list[int], kind: type) -> Volume:
        grid = Geometry((len(values), 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0))
        return Volume(np.array([[values]], kind), grid)

    hashes = {fingerprint(label([value, 2, 0], np.uint16)) for value in (0, 1, 255, 256, 257, 511, 65535)}
    assert len(hashes) == 7
    for kind in (np.uint16, np.int32, np.int64):
        assert fingerprint(label([257, 2, 0], kind)) in hashes, "of another type, the voxels are the same"
        written = fingerprint(label([0, 1, 2, 255], kind))
        assert written == hashlib.sha256(b"\x00\x01\x02\xff").hexdigest(), "beside label maps by earlier versions"
