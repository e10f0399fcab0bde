"""The voxels of a NIfTI file, which are read without ITK, are those that ITK reads; only NaN is not made zero."""

from __future__ import annotations

import gzip
import math
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import read_volume
from Testing.Zoo.formats import SIZE, nifti

CODES = {2: "u1", 4: "i2", 8: "i4", 16: "f4", 64: "f8", 256: "i1", 512: "u2", 768: "u4", 1024: "i8", 1280: "u8"}
SCALES = {
    "none": (1, 0),
    "slope 0 stands for none": (0, 0),
    "slope NaN stands for none": (math.nan, 0),
    "shift": (1, -3),
    "both": (0.1, 1e3),
    "negative": (-2.5, 0.75),
    "nearly none": (1 + 2**-20, 0),
    "tiny": (1e-20, 0),
}


def voxels(kind: str) -> np.ndarray:
    """Every kind of value that the type has, its ends among them."""
    chance = np.random.default_rng(3)
    if kind[0] == "f":
        return chance.normal(0, 1000, SIZE[::-1]).astype(kind)
    limits = np.iinfo(kind)
    array = chance.integers(max(limits.min, -(1 << 40)), min(limits.max, 1 << 40), SIZE[::-1]).astype(kind)
    array[0, 0, :2] = limits.min, limits.max
    return array


def content(code: int, order: str, scale: tuple[float, float], **fields: object) -> bytes:
    kind = CODES[code]
    given = {"datatype": code, "bitpix": int(kind[1]) * 8, "scl_slope": scale[0], "scl_inter": scale[1], **fields}
    return nifti(given, voxels(kind).astype(order + kind).tobytes(), order=order)


def assert_read_as_by_itk(path: Path) -> None:
    image = sitk.ReadImage(str(path))
    read = read_volume(path)
    expected = sitk.GetArrayFromImage(image)
    assert read.array.dtype == expected.dtype
    np.testing.assert_array_equal(read.array, expected)
    assert read.geometry.spacing == image.GetSpacing() and read.geometry.origin == image.GetOrigin()
    assert read.geometry.direction == image.GetDirection()


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("code", CODES, ids=CODES.values())
def test_each_type_byte_order_and_scale(code: int, order: str, scale: tuple[float, float], tmp_path: Path) -> None:
    path = tmp_path / "x.nii"
    path.write_bytes(content(code, order, scale))
    assert_read_as_by_itk(path)


@pytest.mark.parametrize("name", ["x.nii", "x.nii.gz"])
@pytest.mark.parametrize("extension", [0, 16, 4000])
def test_voxels_begin_where_the_header_says(extension: int, name: str, tmp_path: Path) -> None:
    plain = content(4, "<", (1, 0), vox_offset=352 + extension)
    plain = plain[:352] + bytes(extension) + plain[352:] + b"more than voxels"
    path = tmp_path / name
    path.write_bytes(gzip.compress(plain) if name.endswith("gz") else plain)
    assert_read_as_by_itk(path)
    np.testing.assert_array_equal(read_volume(path).array, voxels("i2"))


def test_an_offset_of_zero_is_the_least_that_there_can_be(tmp_path: Path) -> None:
    """ITK takes the four bytes before the voxels for voxels."""
    path = tmp_path / "x.nii"
    path.write_bytes(content(4, "<", (1, 0), vox_offset=0))
    np.testing.assert_array_equal(read_volume(path).array, voxels("i2"))


def test_a_slope_of_zero_means_that_there_is_no_shift_either(tmp_path: Path) -> None:
    """By the standard; ITK adds the shift."""
    path = tmp_path / "x.nii"
    path.write_bytes(content(4, "<", (0, 5)))
    np.testing.assert_array_equal(read_volume(path).array, voxels("i2"))


def test_several_chunks_and_members(tmp_path: Path) -> None:
    array = np.random.default_rng(0).integers(0, 4000, (30, 200, 300)).astype("<i2")
    plain = nifti({"dim": (3, 300, 200, 30, 1, 1, 1, 1)}, array.tobytes())
    path = tmp_path / "x.nii.gz"
    path.write_bytes(gzip.compress(plain[:1_000_001], 1) + gzip.compress(plain[1_000_001:], 1))
    assert_read_as_by_itk(path)
    np.testing.assert_array_equal(read_volume(path).array, array)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("code", [16, 64])
def test_one_voxel_that_is_no_number_is_refused(code: int, value: float, tmp_path: Path) -> None:
    array = voxels(CODES[code])
    array[4, 3, 2] = value  # NaN at the border is background
    path = tmp_path / "x.nii"
    path.write_bytes(nifti({"datatype": code, "bitpix": 32 if code == 16 else 64}, array.tobytes()))
    with pytest.raises(InputError, match="not finite"):
        read_volume(path)
