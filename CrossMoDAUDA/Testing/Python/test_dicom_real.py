"""DICOM series as scanners of Siemens, Philips and GE wrote them, compared with ITK's reader, pydicom's voxels and by hand."""

from __future__ import annotations

import gzip
import io
import shutil
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.images.volumes import read_volume
from dicom_files import TEST_FILES, by_itk, refusal


@pytest.fixture(scope="module")
def real_series(real_scans: Path) -> Path:
    folder = real_scans / "dicom"
    if not folder.is_dir():
        pytest.skip(f"no DICOM series at {folder}")
    return folder


def test_a_real_sagittal_series_of_siemens(real_series: Path) -> None:
    folder = real_series / "siemens_sagittal"
    volume, itk = read_volume(folder), by_itk(folder)
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(itk))
    assert volume.geometry.size == (256, 256, 35)
    assert volume.geometry.spacing == pytest.approx((1.015625, 1.015625, 4.8))
    assert volume.geometry.origin == pytest.approx((81.6, -130, 130), abs=1e-5)
    assert volume.geometry.direction == pytest.approx(itk.GetDirection())


def test_real_multi_frame_files(real_series: Path) -> None:
    enhanced = real_series / "siemens_enhanced"
    assert "4 scans: #6.1 'REST1 w SMS PF7-8' (6 slices of 64 x 64, time point 1)" in refusal(enhanced)
    for number in (1, 2, 3, 4):
        file = pydicom.dcmread(enhanced / f"6_{number}.dcm")
        for path in (enhanced / f"6_{number}.dcm", enhanced.with_name(f"{enhanced.name}#6.{number}")):
            volume = read_volume(path)
            assert np.array_equal(volume.array, file.pixel_array)
            assert volume.geometry.spacing == pytest.approx((3.375, 3.375, 2.4))
            assert volume.geometry.origin == pytest.approx((-109.79, -58.4773, -5.40356))
    philips = real_series / "philips_enhanced"
    stored = pydicom.dcmread(next(philips.iterdir())).pixel_array
    assert "#801.2 'B0 NS' (32 slices of 64 x 64, image type ORIGINAL" in refusal(philips)
    magnitude, field = (read_volume(philips.with_name(f"philips_enhanced#801.{number}")) for number in (1, 2))
    assert np.allclose(magnitude.array, stored[:32] * 1.27985347985347)
    assert np.allclose(field.array, stored[32:] * 0.24420024420024 - 500, atol=1e-4)
    assert field.geometry.origin == pytest.approx((-127.24297738, -119.7766046524, -38.35459083526))


def test_a_real_mosaic_of_siemens(real_series: Path) -> None:
    folder = real_series / "siemens_mosaic"
    assert "2 scans: #3.1 'EPI PE=AP' (a mosaic, image 1)" in refusal(folder)
    volume = read_volume(folder / "epi_pe_ap-00001.dcm")
    tiles = pydicom.dcmread(folder / "epi_pe_ap-00001.dcm").pixel_array
    assert volume.geometry.size == (72, 72, 5)
    assert all(np.array_equal(volume.array[z], tiles[72 * (z // 3) :, 72 * (z % 3) :][:72, :72]) for z in range(5))
    # the whole mosaic's corner is where a slice of its size would have it: (216 - 72) / 2 pixels of 3 mm beside the slice's
    assert volume.geometry.origin == pytest.approx((-324 + 216, -324 + 216, 16))
    assert volume.geometry.spacing == pytest.approx((3, 3, 12))


def test_series_of_pydicoms_own_test_files(tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    shutil.copytree(TEST_FILES / "dicomdirtests", disc)
    volume, itk = read_volume(disc / "98892001" / "CT5N"), by_itk(disc / "98892001" / "CT5N")
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(itk))
    assert volume.geometry.origin == pytest.approx(itk.GetOrigin())
    assert volume.geometry.spacing == pytest.approx(itk.GetSpacing())
    assert "2 DICOM localizers were left out" in refusal(disc / "98892001" / "CT2N")
    assert "lacks 161 slices" in refusal(disc / "77654033" / "CT2")  # four files of a long series
    assert "single slices were left out" in refusal(disc / "98892003" / "MR1")  # each in a plane of its own


# nibabel's own tests have mosaics of Siemens'. RAS, from its test_dicomwrappers.py.
NIBABEL = Path(nibabel.__file__).parent / "nicom" / "tests" / "data"
AFFINE = np.array([[-1.796875, 0, 0, 115], [0, -1.79684984, -0.01570896, 135.028779], [0, -0.00940843750, 2.99995887, -78.710481]])


def mosaic(folder: Path, name: str = "siemens_dwi_1000", change: Any = None) -> tuple[Path, pydicom.Dataset]:
    packed = NIBABEL / f"{name}.dcm.gz"
    if not packed.is_file():
        pytest.skip("nibabel was installed without its tests' files")
    folder.mkdir(parents=True, exist_ok=True)
    data = pydicom.dcmread(io.BytesIO(gzip.decompress(packed.read_bytes())), force=True)
    if change:
        change(data)
    data.save_as(folder / f"{name}.dcm")
    return folder / f"{name}.dcm", data


def in_tiles(data: pydicom.Dataset, size: tuple[int, int, int]) -> np.ndarray:
    """The slices, side by side in the image, row by row."""
    columns, rows, count = size
    across = data.Columns // columns
    return np.stack([data.pixel_array[rows * (z // across) :, columns * (z % across) :][:rows, :columns] for z in range(count)])


@pytest.mark.parametrize("name", ["siemens_dwi_0", "siemens_dwi_1000"])
def test_mosaics_of_nibabels_own_tests(tmp_path: Path, name: str) -> None:
    path, data = mosaic(tmp_path / "scan", name)
    for given in (path, path.parent):
        volume = read_volume(given)
        assert volume.geometry.size == (128, 128, 48)
        assert np.array_equal(volume.array, in_tiles(data, volume.geometry.size))
        lps = volume.geometry.matrix * volume.geometry.spacing
        assert np.diag([-1, -1, 1]) @ lps == pytest.approx(AFFINE[:, :3], abs=1e-5)
        assert np.array([-1, -1, 1]) * volume.geometry.origin == pytest.approx(AFFINE[:, 3], abs=1e-4)


@pytest.mark.parametrize(("moved", "spacing"), [((10.0, 0.0, 0.0), 1.796875), ((0.0, -7.5, 20.0), 2.0), ((1.0, 2.0, 3.0), 0.5)])
def test_mosaics_elsewhere_and_of_other_pixels(tmp_path: Path, moved: tuple[float, ...], spacing: float) -> None:
    """The corner of a slice lies beside the mosaic's, by half of what the mosaic is wider."""

    def change(data: pydicom.Dataset) -> None:
        values = data.pixel_array // 2 + int(moved[2])
        data.PixelData = values.astype(np.uint16).tobytes()
        data.ImagePositionPatient = [float(value) + more for value, more in zip(data.ImagePositionPatient, moved, strict=True)]
        data.PixelSpacing = [spacing, spacing]

    path, data = mosaic(tmp_path, change=change)
    volume = read_volume(path)
    row, column = np.array(data.ImageOrientationPatient[:3], float), np.array(data.ImageOrientationPatient[3:], float)
    aside = [(data.Columns - 128) / 2 * spacing * row, (data.Rows - 128) / 2 * spacing * column]
    assert volume.geometry.origin == pytest.approx(np.array(data.ImagePositionPatient, float) + sum(aside), abs=1e-4)
    assert volume.geometry.spacing[:2] == pytest.approx((spacing, spacing))
    assert np.array_equal(volume.array, in_tiles(data, (128, 128, 48)))


@pytest.mark.parametrize("group", [0x0029, 0x0019, 0x0051])
def test_a_mosaic_without_its_private_fields_is_refused_or_read(tmp_path: Path, group: int) -> None:
    path, _ = mosaic(tmp_path, change=lambda data: [data.__delitem__(each.tag) for each in list(data) if each.tag.group == group])
    if group == 0x0029:  # where the slices' number and places are
        assert "mosaic of Siemens' whose private fields are missing or damaged; export it as single slices" in refusal(path)
    else:
        assert read_volume(path).geometry.size == (128, 128, 48)
