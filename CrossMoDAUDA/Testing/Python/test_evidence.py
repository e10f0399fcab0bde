"""What tells of a segmentation without a reference, against values computed by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.core.settings import IntensitySettings
from CrossMoDAUDALib.images.volumes import Geometry, Volume, from_canonical
from CrossMoDAUDALib.scoring import evidence
from CrossMoDAUDALib.scoring.evidence import Shape
from CrossMoDAUDALib.segmentation.small_changes import Changed, small_changes

CUBES = (1.0, 1.0, 1.0)
STRAIGHT = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0)


def volume(array: np.ndarray, spacing: tuple[float, float, float] = CUBES) -> Volume:
    z, y, x = array.shape
    return Volume(array, Geometry((x, y, z), spacing, (0.0, 0.0, 0.0), STRAIGHT))


@pytest.mark.parametrize("size", [4, 8, 16])
def test_certainty_counts_what_is_near_the_outline_and_not_how_large_a_structure_is(size: int) -> None:
    mask = np.zeros((size + 16,) * 3, bool)
    mask[(slice(8, 8 + size),) * 3] = True
    probability = np.where(mask, 0.75, 0.0)
    probability[0] = 0.5  # far away
    if size == 16:
        probability[(slice(8 + 3, 8 + size - 3),) * 3] = 0.5  # deep inside
    entropy = -0.75 * math.log2(0.75) - 0.25 * math.log2(0.25)
    assert evidence.certainty(probability, mask, CUBES) == pytest.approx(1 - entropy / 2)


def test_a_structure_that_is_not_found_has_no_certainty_and_one_that_fills_the_scan_has() -> None:
    assert evidence.certainty(np.zeros((3, 3, 3)), np.zeros((3, 3, 3), bool), CUBES) is None
    assert evidence.certainty(np.full((3, 3, 3), 0.5), np.ones((3, 3, 3), bool), CUBES) == 0


def test_certainty_measures_in_millimetres() -> None:
    mask = np.zeros((1, 1, 12), bool)
    mask[..., 6:] = True
    probability = np.zeros((1, 1, 12))
    probability[..., 4] = 0.5  # two voxels before the outline
    near, far = (evidence.certainty(probability, mask, (1.0, 1.0, x)) for x in (1.0, 2.0))
    assert near == pytest.approx(1 - 1 / 3 / 2) and far == pytest.approx(1.0)


def test_the_expected_dsc_falls_where_a_structure_is_half_expected_and_not_found() -> None:
    mask = np.array([True, True, False, False, False])
    assert evidence.expected_dice(np.array([1.0, 1.0, 0.0, 0.0, 0.0]), mask) == 1
    assert evidence.expected_dice(np.array([1.0, 1.0, 0.49, 0.49, 0.02]), mask) == pytest.approx(2 * 2 / (2.98 + 2))
    assert evidence.expected_dice(np.array([0.0, 0.0, 0.4, 0.4, 0.0]), mask & False) == 0
    assert evidence.expected_dice(np.full(5, 0.04), mask & False) is None


def test_agreement_leaves_out_what_neither_shows() -> None:
    one, other = np.array([1, 1, 0, 2]), np.array([1, 0, 0, 0])
    labels = {"a": 1, "b": 2, "c": 3}
    assert evidence.agreement(one, other, labels) == {"a": pytest.approx(2 / 3), "b": 0.0, "c": None}


def test_the_shape_of_boxes() -> None:
    array = np.zeros((4, 6, 20), np.uint8)
    array[0, 0, 0] = 1  # one voxel, of 1 x 1 x 1
    array[2, 1:5, 2:4] = array[2, 1:5, 10:12] = 2  # two parts of 8 voxels
    found = evidence.shapes(volume(array), {"one": 1, "two": 2, "none": 3}, ((0.0, 0.0, 0.0), (4.0, 5.0, 10.0)))
    assert list(found) == ["one", "two"]
    # A cube's mean square distance from its centre is 3/12; the ball with the same has a radius of sqrt(5/12) and a volume of 1.127.
    assert found["one"] == Shape(0.001, 1, pytest.approx(1 / (4 / 3 * math.pi * (5 / 12) ** 1.5)), (0.0, 0.0, 0.0))
    # Along y four voxels (16/12), along x two pairs, 8 apart (4/12 + 16), along z one (1/12).
    square = 1 / 12 + 16 / 12 + 4 / 12 + 16
    assert found["two"].compactness == pytest.approx(16 / (4 / 3 * math.pi * (square * 5 / 3) ** 1.5))
    assert (found["two"].volume_ml, found["two"].parts, found["two"].position) == (pytest.approx(0.016), 2, (0.5, 0.5, 0.65))
    assert Shape.from_json(found["two"].to_json()) == found["two"]


def test_a_ball_is_compact_whatever_its_size_and_voxels() -> None:
    z, y, x = np.ogrid[-12:13, -24:25, -24:25]
    for radius in (8, 20):
        ball = (4 * z * z + y * y + x * x <= radius**2).astype(np.uint8)
        (found,) = evidence.shapes(volume(ball, (0.5, 0.5, 1.0)), {"ball": 1}, ((0, 0, 0), (24, 48, 48))).values()
        assert found.compactness == pytest.approx(1, abs=0.02)
        assert found.position == pytest.approx((0.5, 0.5, 0.5))


def test_specks_do_not_count_as_parts() -> None:
    array = np.zeros((10, 10, 20), np.uint8)
    array[1:9, 1:9, 1:9] = 1  # 512 voxels
    array[0, 0, 12] = array[5, 5, 15:18] = array[8, 5, 14:20] = 1  # 1, 3 and 6 voxels
    (found,) = evidence.shapes(volume(array), {"one": 1}, ((0, 0, 0), (9, 9, 19))).values()
    assert found.parts == 2


def test_the_body_is_where_a_scan_is_bright_and_a_turned_scan_has_the_same() -> None:
    array = np.zeros((20, 50, 100), np.int16)
    array[4:16, 10:40, 30:70] = 100
    array[:, 0, 0] = 100  # a coil's signal
    assert evidence.body_box(volume(array)) == ((4, 10, 30), (15, 39, 69))
    turned = Geometry((50, 20, 100), CUBES, (0.0, 0.0, 0.0), (0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, -1.0, 0.0))
    assert evidence.body_box(from_canonical(array, turned)) == ((4, 10, 30), (15, 39, 69))


def test_likeness_is_a_half_at_a_distance_of_one_spread() -> None:
    assert evidence.likeness([3.0, 5.0], [1.0, 3.0], 0.1) == pytest.approx(1 / 3)  # moved by 2, spread 1
    assert evidence.likeness([1.5], [1.0, 1.0], 0.25) == pytest.approx(1 / 3)  # moved by 0.5, spread 0.25
    assert evidence.likeness([2.0, 2.0], [1.0, 3.0], 0.1) == pytest.approx(0.5)  # the same mean, no spread
    assert evidence.likeness([], [1.0], 0.1) is None


def test_volumes_twice_as_large_are_as_unlike_as_half_as_large_ones() -> None:
    usual = [Shape(ml, 1, 0.8, (0.5, 0.5, 0.5)) for ml in (1.0, math.e**2)]  # logarithms 0 and 2: a spread of 1
    for factor in (2, 0.5):
        found = evidence.likenesses([Shape(shape.volume_ml * factor, 1, 0.8, (0.5, 0.5, 0.5)) for shape in usual], usual)
        assert found == {"volume": pytest.approx(1 / (1 + math.log(2))), "shape": 1.0, "position": 1.0}
    moved = [Shape(shape.volume_ml, 2, 0.75, (0.5, 0.6, 0.5)) for shape in usual]
    # One part more is two least spreads, 0.05 of compactness one, a tenth of the body two.
    assert evidence.likenesses(moved, usual) == {
        "volume": 1.0,
        "shape": pytest.approx((1 / 3 + 1 / 2) / 2),
        "position": pytest.approx(7 / 9),
    }
    assert set(evidence.likenesses([], usual).values()) == {None}


def test_completeness_is_counted_against_the_source_labels() -> None:
    some: Any = {"a": Shape(1.0, 1, 1.0, (0.5, 0.5, 0.5))}
    assert evidence.completeness([some, {}, {}, {}], [some, {}], "a") == 0.5
    assert evidence.completeness([some], [some, {}], "a") == 1.0


# Small changes -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def scan() -> Volume:
    """A body of intensities from 200 to 400 in a surround of zeros."""
    array = np.zeros((20, 30, 40), np.int16)
    array[3:17, 5:25, 6:34] = np.linspace(200, 400, 28)
    return volume(array)


def test_small_changes_are_small_and_leave_alone_what_is_no_patient(scan: Volume) -> None:
    changes = {changed.name: changed for changed in small_changes(scan, IntensitySettings(0, 100), mirror=True)}
    assert list(changes) == ["gamma", "noise", "shift", "mirror"]
    for name in ("gamma", "noise"):
        assert ((changes[name].scan.array == 0) == (scan.array == 0)).all()
    # From 0 to 400 a half becomes 0.5 to the power of 0.8.
    np.testing.assert_allclose(changes["gamma"].scan.array[5, 10, 6], 400 * 0.5**0.8, rtol=1e-5)
    noise = (changes["noise"].scan.array - scan.array)[scan.array > 0]
    assert noise.std() == pytest.approx(0.03 * 400, rel=0.05) and abs(noise.mean()) < 0.5
    again = {changed.name: changed for changed in small_changes(scan, IntensitySettings(0, 100), mirror=False)}
    assert list(again) == ["gamma", "noise", "shift"]
    np.testing.assert_array_equal(again["noise"].scan.array, changes["noise"].scan.array)


def test_a_segmenter_that_goes_with_the_scan_agrees_with_itself(scan: Volume) -> None:
    def segment(changed: Volume) -> np.ndarray:
        return (changed.array > 300).astype(np.uint8)

    for changed in small_changes(scan, IntensitySettings(0, 100), mirror=True):
        if changed.name in ("shift", "mirror"):
            before, after = changed.compared(segment(scan), segment(changed.scan))
            np.testing.assert_array_equal(before, after)
            assert before.any() and not np.array_equal(segment(scan), segment(changed.scan))
    before, after = Changed("shift", scan, shift=(2, 3, 3)).compared(scan.array, scan.array)
    assert before.shape == (18, 27, 37) and not np.array_equal(before, after)
