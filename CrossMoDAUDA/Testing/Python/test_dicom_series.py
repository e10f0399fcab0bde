"""DICOM series as scans: their place, their order and their values, compared with ITK's reader and with what was written."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import find_folders
from CrossMoDAUDALib.commands.inputs import find_inputs
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.images import dicom_series
from CrossMoDAUDALib.images.names import scans_in
from CrossMoDAUDALib.images.volumes import file_stem, is_scan, read_geometry, read_volume
from dicom_files import ORIGIN, PLANES, SPACING, TEST_FILES, by_itk, multi_frame, normal_of, notes_of, refusal, series, some_slices
from pydicom.dataset import Dataset
from pydicom.uid import generate_uid


def scans(inputs: list[Path]) -> list[Path]:
    """What a command's inputs stand for."""
    return find_inputs(inputs, EventLog(None))[0]


@pytest.mark.parametrize("plane", PLANES)
def test_slices_are_sorted_by_their_places_in_every_plane(tmp_path: Path, plane: str) -> None:
    folder, array = tmp_path / "série ü 1.2", some_slices()
    series(folder, array, plane)
    volume, itk = read_volume(folder), by_itk(folder)
    assert np.array_equal(volume.array, array)
    assert volume.array.dtype == np.int16
    assert np.array_equal(volume.array, sitk.GetArrayFromImage(itk))
    assert volume.geometry == read_geometry(folder)
    assert volume.geometry.size == itk.GetSize() == (8, 10, 6)
    for found, expected in (
        (volume.geometry.spacing, itk.GetSpacing()),
        (volume.geometry.origin, itk.GetOrigin()),
        (volume.geometry.direction, itk.GetDirection()),
    ):
        assert found == pytest.approx(expected, abs=1e-6)
    x, y, z = 3, 7, 2  # by hand
    place = np.array(ORIGIN) + x * SPACING[1] * np.array(PLANES[plane][0]) + y * SPACING[0] * np.array(PLANES[plane][1])
    place = place + z * 2.0 * normal_of(plane)
    geometry = volume.geometry
    assert geometry.matrix @ (np.array(geometry.spacing) * [x, y, z]) + geometry.origin == pytest.approx(place, abs=1e-5)
    assert (is_scan(folder), file_stem(folder), scans_in(folder), notes_of(folder)) == (True, "série ü 1.2", [folder], ())


@pytest.mark.parametrize("plane", ["axial", "sagittal", "oblique"])
def test_a_multi_frame_file_is_the_scan_that_its_slices_are(tmp_path: Path, plane: str) -> None:
    array = some_slices()
    series(tmp_path / "slices", array, plane)
    file = multi_frame(tmp_path / "frames" / "enhanced.dcm", array, plane, order=[3, 0, 5, 1, 4, 2])
    expected = read_volume(tmp_path / "slices")
    for path in (file, file.parent):
        volume = read_volume(path)
        assert np.array_equal(volume.array, array)
        assert not volume.geometry.differences(expected.geometry)
    assert is_scan(file)
    assert file_stem(file) == "enhanced"


@pytest.mark.parametrize(
    ("stored", "slope", "shift", "kind"),
    [
        ("uint16", 1, 0, "uint16"),
        ("uint8", 1, 0, "uint8"),
        ("int16", 1, -1024, "int16"),
        ("uint16", 1, -1024, "int16"),
        ("uint16", 60, 0, "uint16"),
        ("uint16", 2.5, -7.25, "float32"),
    ],
)
def test_values_are_scaled(tmp_path: Path, stored: str, slope: float, shift: float, kind: str) -> None:
    array = some_slices(kind=stored)
    series(tmp_path / "ct", array, modality="CT", RescaleSlope=slope, RescaleIntercept=shift)
    volume = read_volume(tmp_path / "ct")
    assert volume.array.dtype == kind
    assert np.array_equal(volume.array, array.astype(float) * slope + shift)
    assert np.allclose(volume.array, sitk.GetArrayFromImage(by_itk(tmp_path / "ct")))


def test_each_slice_and_each_frame_has_its_own_slope(tmp_path: Path) -> None:
    array, slopes = some_slices(kind="uint16"), np.array([1, 1.5, 2, 2.5, 3, 3.5])

    def scale(data: Dataset, number: int) -> None:
        data.RescaleSlope, data.RescaleIntercept = slopes[number], -10

    def scale_frame(frame: Dataset, number: int) -> None:
        scaling = Dataset()
        scale(scaling, number)
        frame.PixelValueTransformationSequence = [scaling]

    series(tmp_path / "pet", array, each=scale)
    multi_frame(tmp_path / "frames.dcm", array, each=scale_frame)
    for path in (tmp_path / "pet", tmp_path / "frames.dcm"):
        assert np.allclose(read_volume(path).array, array * slopes[:, None, None] - 10, rtol=1e-6)


@pytest.mark.parametrize("unpacks", ["pydicom", "GDCM"])
@pytest.mark.parametrize("name", ["MR_small_RLE", "MR_small_jp2klossless", "MR_small_jpeg_ls_lossless"])
def test_compressed_slices_are_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, unpacks: str) -> None:
    if unpacks == "GDCM":
        monkeypatch.setattr(dicom_series, "_pydicom_unpacks", lambda syntax: False)
    elif not dicom_series._pydicom_unpacks(str(pydicom.dcmread(TEST_FILES / f"{name}.dcm").file_meta.TransferSyntaxUID)):
        pytest.skip("this pydicom cannot, so that GDCM does it anyway")
    for number in range(3):
        data = pydicom.dcmread(TEST_FILES / f"{name}.dcm")
        data.ImagePositionPatient = [0, 0, number]
        data.RescaleSlope, data.RescaleIntercept = 2, -number
        data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        data.save_as(tmp_path / f"{number}.dcm")
    plain = pydicom.dcmread(TEST_FILES / "MR_small.dcm").pixel_array.astype(int)
    assert np.array_equal(read_volume(tmp_path).array, np.stack([plain * 2 - number for number in range(3)]))


# Several scans in one place ------------------------------------------------------------------------------------------------


def test_one_of_several_series_is_chosen_by_its_number(tmp_path: Path) -> None:
    study = tmp_path / "study"
    first, second = some_slices(seed=1), some_slices(4, seed=2)
    series(study, first, SeriesNumber=3, SeriesDescription="t1 gd")
    uid = pydicom.dcmread(series(study, second, SeriesNumber=12, SeriesDescription="t2 space")[0]).SeriesInstanceUID
    told = refusal(study)
    assert "2 scans: #3 't1 gd' (6 slices of 8 x 10), #12 't2 space' (4 slices of 8 x 10); choose one, as" in told
    advised = Path(told.rpartition("as ")[2].partition(", or")[0])
    assert np.array_equal(read_volume(advised).array, first)
    assert np.array_equal(read_volume(tmp_path / "study#12").array, second)
    assert np.array_equal(read_volume(tmp_path / f"study#{uid}").array, second)
    assert "holds no scan #4, but #3" in refusal(tmp_path / "study#4")
    assert file_stem(tmp_path / "study#12") == "study_12"
    assert scans([study, advised]) == [study, advised]


def test_series_below_a_folder_are_told_with_how_to_choose(tmp_path: Path) -> None:
    arrays = [some_slices(seed=seed) for seed in range(3)]
    for number, array in enumerate(arrays):
        series(tmp_path / "disc" / "ST0" / f"SE{number}", array, SeriesNumber=number + 1)
    disc = tmp_path / "disc"
    (disc / "DICOMDIR").write_bytes(bytes(128) + b"DICM")
    assert scans([disc]) == [disc]
    assert scans([disc / "ST0"]) == [disc / "ST0" / f"SE{number}" for number in range(3)]
    assert "3 scans: #1" in refusal(disc)
    assert np.array_equal(read_volume(tmp_path / "disc#2").array, arrays[1])


def test_a_folder_whose_name_has_the_mark_is_itself(tmp_path: Path) -> None:
    array = some_slices()
    series(tmp_path / "scan#5", array)
    assert np.array_equal(read_volume(tmp_path / "scan#5").array, array)
    assert file_stem(tmp_path / "scan#5") == "scan#5"


@pytest.mark.parametrize(
    ("tag", "values", "told"),
    [
        ("EchoTime", (1.5, 30.0), "echo time 30.0"),
        ("ImageType", (["ORIGINAL", "PRIMARY", "M"], ["ORIGINAL", "PRIMARY", "P"]), "image type ORIGINAL"),
        ("TemporalPositionIdentifier", (1, 2), "time point 2"),
        ("AcquisitionNumber", (4, 9), "acquisition 9"),
        ("InstanceNumber", (0, 100), "turn 2 of 2"),
    ],
)
def test_stacks_at_the_same_places_are_told_apart(tmp_path: Path, tag: str, values: tuple[Any, Any], told: str) -> None:
    arrays = [some_slices(seed=1), some_slices(seed=2)]
    uid = generate_uid()
    for array, value in zip(arrays, values, strict=True):

        def mark(data: Dataset, number: int, value: Any = value) -> None:
            setattr(data, tag, value + number if tag == "InstanceNumber" else value)

        series(tmp_path / "scan", array, SeriesInstanceUID=uid, each=mark)
    message = refusal(tmp_path / "scan")
    assert "2 scans: #5.1" in message
    assert told in message
    for number, array in enumerate(arrays, 1):
        assert np.array_equal(read_volume(tmp_path / f"scan#5.{number}").array, array)


def test_what_is_no_scan_is_left_out_and_told(tmp_path: Path) -> None:
    folder, array = tmp_path / "scan", some_slices()
    files = series(folder, array)
    shutil.copy(files[0], folder / "copy.dcm")
    series(folder, some_slices(3), "coronal", ImageType=["ORIGINAL", "PRIMARY", "LOCALIZER"], SeriesNumber=1)
    series(folder, some_slices(1), "sagittal", SeriesNumber=2)
    shutil.copy(TEST_FILES / "rtstruct.dcm", folder)
    (folder / "readme.txt").write_text("not DICOM")
    assert np.array_equal(read_volume(folder).array, array)
    assert sorted(notes_of(folder)) == [
        f"{folder}: 1 DICOM copy of a slice was left out.",
        f"{folder}: 1 DICOM file that is no image (RTSTRUCT) was left out.",
        f"{folder}: 1 DICOM single slice was left out.",
        f"{folder}: 3 DICOM localizers were left out.",
    ]


def test_one_slice_is_no_scan(tmp_path: Path) -> None:
    files = series(tmp_path / "scan", some_slices())
    assert "give the folder that holds the series" in refusal(files[2])
    assert not is_scan(files[2])


# Slices that make no regular grid ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lost", "told"), [([2], "lacks 1 slice:"), ([3, 4], "lacks 2 slices:"), ([1, 5], "lacks 2 slices:")])
def test_missing_slices_are_told(tmp_path: Path, lost: list[int], told: str) -> None:
    files = series(tmp_path / "scan", some_slices(8), names="in order")
    for number in lost:
        files[number].unlink()
    message = refusal(tmp_path / "scan")
    assert told in message
    assert f"after {files[lost[0] - 1].name} the next is" in message


def test_places_taken_twice_are_told(tmp_path: Path) -> None:
    uid = generate_uid()
    array = some_slices()
    files = series(tmp_path / "scan", array, SeriesInstanceUID=uid, names="in order")
    again = pydicom.dcmread(files[2])
    again.SOPInstanceUID = again.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    again.save_as(tmp_path / "scan" / "again.dcm")
    message = refusal(tmp_path / "scan")
    assert "has 1 place with more than one slice (such as IM0003.dcm and again.dcm)" in message
    (tmp_path / "scan" / "again.dcm").unlink()  # as it says
    assert np.array_equal(read_volume(tmp_path / "scan").array, array)


def test_uneven_distances_are_told_and_small_ones_read(tmp_path: Path) -> None:
    places = np.array([0, 2, 4.6, 6, 8, 10])
    for name, share in (("much", 1.0), ("little", 0.1), ("hardly", 0.01)):
        heights = 2.0 * np.arange(6) + share * (places - 2.0 * np.arange(6))
        series(tmp_path / name, some_slices(), positions=np.array(ORIGIN) + heights[:, None] * normal_of("axial"))
    assert "uneven distances (1.4 to 2.6 mm, the widest after IM" in refusal(tmp_path / "much")
    assert read_volume(tmp_path / "little").geometry.spacing[2] == pytest.approx(2)
    assert "up to 0.06 mm beside their places" in notes_of(tmp_path / "little")[0]
    assert notes_of(tmp_path / "hardly") == ()


@pytest.mark.parametrize("degrees", [5.0, 20.0, -12.0])
def test_a_tilted_gantry_is_told_and_straightened(tmp_path: Path, degrees: float) -> None:
    """A ramp in space, sampled on tilted slices, is the same ramp on the regular grid."""
    count, rows, columns = 9, 40, 12
    row, column = (np.array(part) for part in PLANES["axial"])
    step = 2.0 * normal_of("axial") + 2.0 * np.tan(np.radians(degrees)) * column
    positions = np.array(ORIGIN) + np.arange(count)[:, None] * step
    z, y, x = np.indices((count, rows, columns))
    world = positions[z] + x[..., None] * SPACING[1] * row + y[..., None] * SPACING[0] * column
    ramp = world @ np.array([3.0, 5.0, 7.0])
    series(tmp_path / "ct", np.rint(ramp + 1000).astype(np.int16), positions=positions, modality="CT")
    volume = read_volume(tmp_path / "ct")
    assert f"tilted by {abs(degrees):.3g} degrees" in notes_of(tmp_path / "ct")[0]
    geometry = volume.geometry
    assert geometry.matrix.T @ geometry.matrix == pytest.approx(np.eye(3), abs=1e-6)
    z, y, x = np.indices(volume.array.shape)
    place = np.stack([x, y, z], axis=-1) * geometry.spacing @ geometry.matrix.T + geometry.origin
    inside = volume.array > volume.array.min()
    assert inside.mean() > 0.5
    core = np.zeros_like(inside)
    core[:, 1:-1] = inside[:, 2:] & inside[:, :-2] & inside[:, 1:-1]
    assert np.abs(volume.array - 1000 - place @ np.array([3.0, 5.0, 7.0]))[core].max() < 1.01


def test_a_shift_that_no_voxel_notices_is_none(tmp_path: Path) -> None:
    array = some_slices()
    positions = np.array(ORIGIN) + np.arange(6)[:, None] * (2.0 * normal_of("axial") + np.array([0, 0.006, 0]))
    series(tmp_path / "scan", array, positions=positions)
    assert np.array_equal(read_volume(tmp_path / "scan").array, array)
    assert notes_of(tmp_path / "scan") == ()


# Damage --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", [0.98, 0.5, 0.2])
def test_a_slice_that_is_cut_short_is_named(tmp_path: Path, kept: float) -> None:
    files = series(tmp_path / "scan", some_slices(rows=64, columns=64))
    data = files[3].read_bytes()
    files[3].write_bytes(data[: int(len(data) * kept)])
    message = refusal(tmp_path / "scan")
    assert str(files[3]) in message
    assert "cut short" in message


def test_damaged_headers_are_named(tmp_path: Path) -> None:
    for name, change in {
        "no place": lambda data: setattr(data, "ImagePositionPatient", [0, 0]),
        "no plane": lambda data: setattr(data, "ImageOrientationPatient", [0, 0, 0, 0, 0, 0]),
        "no spacing": lambda data: setattr(data, "PixelSpacing", [0, 0]),
        "skewed": lambda data: setattr(data, "ImageOrientationPatient", [1, 0, 0, 1, 0, 0]),
    }.items():
        files = series(tmp_path / name, some_slices())
        data = pydicom.dcmread(files[1])
        change(data)
        data.save_as(files[1])
        assert f"{files[1]} is a damaged DICOM file" in refusal(tmp_path / name), name


def test_without_pydicom_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series(tmp_path / "scan", some_slices())
    monkeypatch.setitem(sys.modules, "pydicom", None)
    message = refusal(tmp_path / "scan")
    assert "is DICOM" in message
    assert "-m pip install pydicom" in message
    assert is_scan(tmp_path / "scan")


# In a cohort ---------------------------------------------------------------------------------------------------------------


def test_a_cohort_of_series_is_checked(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    for number in (1, 2):
        series(source / f"case_{number}", some_slices(seed=number))
        series(target / f"patient_{number}", some_slices(seed=10 + number), "sagittal")
        image = sitk.GetImageFromArray((some_slices(seed=number) > 500).astype(np.uint8))
        geometry = read_geometry(source / f"case_{number}")
        image.SetSpacing(geometry.spacing)
        image.SetOrigin(geometry.origin)
        image.SetDirection(geometry.direction)
        (tmp_path / "labels").mkdir(exist_ok=True)
        sitk.WriteImage(image, str(tmp_path / "labels" / f"case_{number}_Label.nii.gz"))
    multi_frame(target / "patient_3.dcm", some_slices(seed=13))
    series(target / "patient_2", some_slices(1), "axial")
    cohort = find_folders(source, tmp_path / "labels", target)
    assert [case.id for case in cohort.target] == ["patient_1", "patient_2", "patient_3"]
    report = check_cohort(cohort, {"Tumour": 1})
    assert report.problems == []
    assert report.warnings == [f"{target / 'patient_2'}: 1 DICOM single slice was left out."]
    assert len({row.image_sha256 for row in report.rows}) == 5
    alone = find_folders(source, tmp_path / "labels", target / "patient_1")
    assert [case.image for case in alone.target] == [target / "patient_1"]


def test_multi_frame_files_in_one_folder_are_scans_of_their_own(tmp_path: Path) -> None:
    files = [multi_frame(tmp_path / f"p{number}.dcm", some_slices(seed=number)) for number in range(3)]
    (tmp_path / "report.txt").write_text("none")
    assert scans_in(tmp_path) == files == scans([tmp_path])
