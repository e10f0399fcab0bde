"""Intensities are scaled to [-1, 1] alike whatever a scanner's units, and stored as the whole numbers that old files hold."""

from __future__ import annotations

import numpy as np
import pytest
from CrossMoDAUDALib.images import intensity
from hypothesis import given, settings
from hypothesis import strategies as st

arrays = st.integers(0, 10**6).map(lambda seed: np.random.default_rng(seed).normal(100, 40, (4, 9, 8)))


@given(arrays, st.floats(0, 20), st.floats(80, 100))
@settings(max_examples=60, deadline=None)
def test_percentiles_become_the_ends_of_the_range(array: np.ndarray, lower: float, upper: float) -> None:
    scaled = intensity.scale_intensity(array, lower, upper)
    assert scaled.dtype == np.float32
    assert scaled.min() == -1
    assert scaled.max() == pytest.approx(1, abs=1e-6)
    low, high = np.percentile(array, (lower, upper))
    expected = np.clip((array - low) / (high - low) * 2 - 1, -1, 1)
    np.testing.assert_allclose(scaled, expected, atol=1e-4)


@given(arrays, st.floats(0.01, 1000), st.floats(-1000, 1000))
@settings(max_examples=60, deadline=None)
def test_scaling_does_not_depend_on_a_scanners_units(array: np.ndarray, gain: float, offset: float) -> None:
    expected = intensity.scale_intensity(array, 1, 99)
    np.testing.assert_allclose(intensity.scale_intensity(array * gain + offset, 1, 99), expected, atol=0.01)


def test_one_hot_voxel_does_not_squeeze_the_rest() -> None:
    array = np.random.default_rng(0).normal(100, 20, (10, 40, 40))
    hot = array.copy()
    hot[5, 5, 5] = 32767
    clean, scaled = intensity.scale_intensity(array, 0.1, 99.9), intensity.scale_intensity(hot, 0.1, 99.9)
    others = np.ones(array.shape, bool)
    others[5, 5, 5] = False
    assert abs(scaled - clean)[others].max() < 0.05
    assert scaled[5, 5, 5] == 1


def test_scaling_of_nearly_constant_scans_is_safe() -> None:
    flat = intensity.scale_intensity(np.full((3, 4, 5), 7, np.int16), 0.1, 99.9)
    assert np.isfinite(flat).all()
    assert abs(flat).max() <= 1
    spot = np.zeros((10, 20, 20), np.int16)
    spot[5, 5, 5:7] = 100, 300  # two voxels: both percentiles are 0
    scaled = intensity.scale_intensity(spot, 0.1, 99.9)
    assert scaled[5, 5, [4, 5, 6]] == pytest.approx([-1, -1 / 3, 1], abs=1e-6)


def test_scaling_leaves_its_input_alone() -> None:
    array = np.random.default_rng(0).normal(0, 1, (3, 4, 5)).astype(np.float32)
    before = array.copy()
    intensity.scale_intensity(array, 1, 99)
    np.testing.assert_array_equal(array, before)


def test_stored_intensities_are_thousandths() -> None:
    stored = intensity.to_stored(np.array([-1, -0.0004, 0, 0.1234, 0.9996, 1], np.float32))
    assert stored.dtype == np.int16
    assert stored.tolist() == [-1000, 0, 0, 123, 1000, 1000]


def test_slices_are_as_fine_as_16_bits() -> None:
    stored = intensity.to_slices(np.array([-1, -0.00002, 0, 0.5, 1], np.float32))
    assert stored.dtype == np.dtype("<i2")
    assert stored.tolist() == [-32767, -1, 0, 16384, 32767]


def test_only_what_is_outside_the_patient_is_zero_for_nnunet() -> None:
    stored = np.array([-1000, -1, 0, 1000, -1000], np.int16)
    image = intensity.network_image(stored, np.array([False, False, False, False, True]))
    assert image.dtype == np.int16
    assert image.tolist() == [1, 1000, 1001, 2001, 0]
