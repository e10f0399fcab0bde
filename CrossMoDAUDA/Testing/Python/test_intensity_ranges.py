"""Intensities of any range: beyond float32, tiny, far from zero, padded, with NaN around. Never a blank scan without a word."""

from __future__ import annotations

from pathlib import Path

import nibabel
import numpy as np
import pytest
from cohort_files import save, scan_array
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.intensity import oddities, padding, scale_intensity
from CrossMoDAUDALib.images.volumes import read_volume


def plain(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(100, 40, (8, 20, 20))


@pytest.mark.parametrize(
    ("gain", "offset"),
    [(1e-15, 0.0), (1e-40, 0.0), (1e-300, 0.0), (1e36, 0.0), (1e40, -1e39), (1e305, 0.0), (1.0, 1e9), (1e-3, 1e6), (1e-13, 1.0)],
)
def test_no_range_is_too_large_too_small_or_too_far_away(gain: float, offset: float) -> None:
    scaled = scale_intensity(plain() * gain + offset, 0.1, 99.9)
    assert np.isfinite(scaled).all()
    np.testing.assert_allclose(scaled, scale_intensity(plain(), 0.1, 99.9), atol=2e-2 if offset == 1.0 else 1e-5)


def test_the_whole_range_of_float64() -> None:
    array = plain()
    array[0, 0, 0], array[1, 1, 1] = -1.7e308, 1.7e308
    scaled, expected = scale_intensity(array, 1, 99), scale_intensity(plain(), 1, 99)
    assert (scaled[0, 0, 0], scaled[1, 1, 1]) == (-1, 1)
    scaled[0, 0, 0], scaled[1, 1, 1] = expected[0, 0, 0], expected[1, 1, 1]
    np.testing.assert_allclose(scaled, expected, atol=0.03)
    extremes = (np.linspace(-1.7, 1.7, 800) * 1e308).reshape(8, 10, 10)
    np.testing.assert_allclose(scale_intensity(extremes, 0, 100).ravel(), np.linspace(-1, 1, 800), atol=1e-6)


@pytest.mark.parametrize("kind", [np.int16, np.int32, np.float32, np.float64])
def test_ordinary_scans_are_scaled_as_they_were_to_the_bit(kind: type) -> None:
    array = (plain() * 10).clip(0, 4095).astype(kind)
    low, high = (float(value) for value in np.percentile(array, (0.1, 99.9)))
    before = array.astype(np.float32)
    before -= np.float32(low)
    before *= np.float32(2.0 / (high - low))
    before -= np.float32(1.0)
    np.testing.assert_array_equal(scale_intensity(array, 0.1, 99.9), before.clip(-1, 1))


@pytest.mark.parametrize("value", [-32768, -2000, 32767, 1e6, -1e30])
def test_padding_is_found_left_out_and_told(value: float) -> None:
    padded = np.full((8, 30, 30), float(value))
    padded[:, 5:25, 5:25] = plain()
    scaled = scale_intensity(padded, 0.1, 99.9)
    np.testing.assert_allclose(scaled[:, 5:25, 5:25], scale_intensity(plain(), 0.1, 99.9), atol=1e-6)
    assert (np.delete(scaled, range(5, 25), 1) == -1).all()
    (told,) = oddities(padded)
    assert "56 % of the voxels" in told
    assert "taken as padding" in told


@pytest.mark.parametrize("value", [-32768.0, 9999.0, 1e6])
def test_interpolated_edges_beside_padding_do_not_hide_it(value: float) -> None:
    padded = np.full((8, 60, 60), value)
    padded[:, 5:55, 5:55] = np.random.default_rng(0).normal(100, 40, (8, 50, 50))
    padded[:, 20, 10:20] = (value + 100) / 2
    assert padding(padded) == value


def test_padding_of_zero_far_from_the_rest() -> None:
    padded = np.zeros((8, 30, 30))
    padded[:, 5:25, 5:25] = 1e6 + plain()
    np.testing.assert_allclose(scale_intensity(padded, 0.1, 99.9)[:, 5:25, 5:25], scale_intensity(plain(), 0.1, 99.9), atol=1e-4)


def test_what_is_no_padding() -> None:
    head = np.zeros((8, 30, 30), np.int16)
    head[:, 5:25, 5:25] = plain().clip(1).astype(np.int16) + 100
    ct = np.full((8, 30, 30), -1024, np.int16)
    ct[:, 5:25, 5:25] = np.random.default_rng(0).normal(0, 400, (8, 20, 20)).clip(-1000, 3000).astype(np.int16)
    scaled = np.full((8, 30, 30), -1, np.float32)
    scaled[:, 5:25, 5:25] = scale_intensity(plain(), 0.1, 99.9)
    inside = plain()
    inside[4, 10, 10] = -32768
    mask = np.zeros((8, 30, 30), np.uint8)
    mask[:, 5:25, 5:25] = 255
    for array in (head, ct, scaled, inside, mask, plain()):
        assert padding(array) is None


def test_a_scan_that_shows_little_is_told() -> None:
    spot = np.zeros((10, 40, 40), np.int16)
    spot[5, 5, 5:7] = 100, 300
    (told,) = oddities(spot)
    assert "nearly all voxels have one value (0)" in told
    advised = scale_intensity(spot, 0, 100)
    assert len(np.unique(advised)) == 3, "the advice"
    assert oddities(plain()) == []


# Files ------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("slope", "shift"), [(3e38, 0), (1e-40, 0), (1e-3, 1e6), (2.5, -1000)])
def test_scaled_voxels_are_as_nibabel_has_them(slope: float, shift: float, tmp_path: Path) -> None:
    image = nibabel.Nifti1Image(np.ascontiguousarray(scan_array().T), np.eye(4))
    image.header.set_slope_inter(slope, shift)
    nibabel.save(image, tmp_path / "a.nii")
    content = bytearray((tmp_path / "a.nii").read_bytes())
    content[112:120] = np.array([slope, shift], "<f4").tobytes()
    (tmp_path / "a.nii").write_bytes(bytes(content))
    read = read_volume(tmp_path / "a.nii").array
    if abs(slope) < 1e-38:  # smaller than what ITK takes for a slope
        np.testing.assert_array_equal(read, scan_array())
        return
    expected = scan_array() * float(np.float32(slope)) + float(np.float32(shift))
    np.testing.assert_allclose(read.astype(np.float64), expected, rtol=1e-6)
    assert np.isfinite(scale_intensity(read, 0.1, 99.9)).all()
    assert scale_intensity(read, 0.1, 99.9).std() > 0.1


@pytest.mark.parametrize(("ending", "kind"), [(".nii.gz", np.float32), (".nrrd", np.float64), (".mha", np.float32)])
def test_nan_background_is_background(ending: str, kind: type, tmp_path: Path) -> None:
    for low in (0, -500):
        array = scan_array().astype(kind) + low
        array[:, :2], array[0] = np.nan, np.nan
        read = read_volume(save(tmp_path / f"a{ending}", array))
        nan = np.isnan(array)
        np.testing.assert_array_equal(read.array[~nan], array[~nan])
        assert (read.array[nan] == min(0, np.nanmin(array))).all()
        assert "are NaN; they are taken as background" in read.notes[0]


@pytest.mark.parametrize("ending", [".nii", ".nrrd", ".mha"])
def test_nan_elsewhere_and_everywhere_is_refused(ending: str, tmp_path: Path) -> None:
    array = scan_array().astype(np.float32)
    array[2, 3, 3] = np.nan
    with pytest.raises(InputError, match="not finite"):
        read_volume(save(tmp_path / f"a{ending}", array))
    with pytest.raises(InputError, match="every voxel is NaN"):
        read_volume(save(tmp_path / f"b{ending}", np.full(array.shape, np.nan, np.float32)))
    array[2, 3, 3], array[0, 0, 0] = np.inf, np.nan
    with pytest.raises(InputError, match="not finite"):
        read_volume(save(tmp_path / f"c{ending}", array))
