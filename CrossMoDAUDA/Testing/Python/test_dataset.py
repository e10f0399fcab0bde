"""What nnU-Net is shown of a scan: where the patient ends, and how intensities are scaled. All expectations are written by hand."""

from __future__ import annotations

import numpy as np
import pytest
from CrossMoDAUDALib.core.settings import IntensitySettings
from CrossMoDAUDALib.segmentation import dataset
from turned_scans import some_volume


@pytest.mark.parametrize("end", [0, -1], ids=["first", "last"])
@pytest.mark.parametrize("axis", [0, 1, 2], ids=["z", "y", "x"])
def test_zeros_at_any_face_lie_outside_the_patient(axis: int, end: int) -> None:
    array = np.full((7, 8, 9), 50, np.int16)
    place: list[slice | int] = [slice(3, 5)] * 3
    place[axis] = slice(0, 3) if end == 0 else slice(-3, None)
    array[tuple(place)] = 0
    array[1, 1, 1] = 0 if (axis, end) != (0, 0) else 50  # one dark voxel inside
    expected = np.zeros(array.shape, bool)
    expected[tuple(place)] = True
    np.testing.assert_array_equal(dataset.outside_patient(array), expected)


def test_zeros_that_touch_only_at_a_corner_are_not_outside() -> None:
    array = np.full((5, 5, 5), 9, np.int16)
    array[0, 0, 0] = array[1, 1, 1] = 0
    assert np.argwhere(dataset.outside_patient(array)).tolist() == [[0, 0, 0]]


def test_a_way_from_outside_may_wind() -> None:
    array = np.full((1, 5, 5), 9, np.int16)
    array = np.pad(array, ((1, 1), (0, 0), (0, 0)), constant_values=9)
    for row, column in ((0, 1), (1, 1), (2, 1), (2, 2), (2, 3), (3, 3)):
        array[1, row, column] = 0
    assert np.argwhere(dataset.outside_patient(array)).tolist() == [[1, 0, 1], [1, 1, 1], [1, 2, 1], [1, 2, 2], [1, 2, 3], [1, 3, 3]]


def test_a_scan_without_zeros_and_one_of_zeros() -> None:
    assert not dataset.outside_patient(np.ones((2, 3, 4), np.int16)).any()
    assert dataset.outside_patient(np.zeros((2, 3, 4), np.int16)).all()


@pytest.mark.parametrize(("spread", "mean"), [(4.0, 10.0), (12.0, 0.0), (30.0, 40.0)], ids=["fat in MR", "water in CT", "tissue in CT"])
def test_specks_of_zeros_at_the_border_are_intensities(spread: float, mean: float) -> None:
    """Whole numbers of a scan that is cropped inside the body, alone and beside padding."""
    body = np.rint(np.random.default_rng(7).normal(mean, spread, (24, 40, 40))).astype(np.int16)
    assert (body[0] == 0).any()
    assert not dataset.outside_patient(body).any()
    padded = np.pad(np.where(body == 0, 1, body), ((0, 0), (0, 2), (0, 0)))
    padded[5, 5, 0] = 0
    np.testing.assert_array_equal(np.flatnonzero(dataset.outside_patient(padded).all((0, 2))), [40, 41])
    assert not dataset.outside_patient(padded)[5, 5, 0]


def test_thin_wedges_of_padding_are_outside() -> None:
    """As a scan has that was turned by 2 degrees within its slices."""
    along, across = np.arange(100), np.arange(100)
    array = np.full((10, 100, 100), 50, np.int16)
    wedge = across[:, np.newaxis] < along * np.tan(np.deg2rad(2))
    array[:, wedge] = 0
    np.testing.assert_array_equal(dataset.outside_patient(array), array == 0)


def test_intensities_are_thousandths_between_two_percentiles() -> None:
    array = np.arange(1, 1002, dtype=np.int16).reshape(7, 11, 13)
    settings = IntensitySettings(lower_percentile=10, upper_percentile=90)
    image = dataset.scaled_scan(some_volume(array), settings).array.ravel()
    # The 10th and 90th percentile of 1, 2, ..., 1001 are 101 and 901: 400 units are 1000 thousandths.
    for value, expected in ((1, 1), (101, 1), (103, 6), (301, 501), (501, 1001), (701, 1501), (901, 2001), (1001, 2001)):
        assert image[value - 1] == expected, value
