"""DICOM series as other programs leave them: identifiers, files and folders that do not fit together, values that mean none."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_volume, write_volume
from dicom_files import ORIGIN, TEST_FILES, multi_frame, normal_of, refusal, series, some_slices
from pydicom.uid import JPEGLSLossless, RLELossless, generate_uid

ARRAY = some_slices(6, 16, 12)


def changed(files: list[Path], change: Callable[[pydicom.Dataset, int], object]) -> None:
    """Other tags in the files of a series, given each's data set and number."""
    for number, file in enumerate(files):
        data = pydicom.dcmread(file)
        change(data, number)
        data.save_as(file)


def is_right(path: Path) -> bool:
    volume = read_volume(path)
    return np.array_equal(volume.array, ARRAY) and np.allclose(volume.geometry.spacing, (0.75, 0.5, 2.0))


@pytest.mark.parametrize("identifier", ["SOPInstanceUID", "InstanceNumber", "SeriesInstanceUID", "Modality"])
@pytest.mark.parametrize("plane", ["axial", "oblique", "sagittal"])
def test_identifiers_that_are_alike_or_missing(tmp_path: Path, identifier: str, plane: str) -> None:
    """As programs leave them that take names out."""
    files = series(tmp_path / "a", ARRAY, plane)
    changed(files, lambda data, _: delattr(data, identifier))
    assert is_right(tmp_path / "a") and read_volume(tmp_path / "a").notes == ()
    if "UID" in identifier:
        one = generate_uid()
        changed(files, lambda data, _: setattr(data, identifier, one))
        assert is_right(tmp_path / "a") and read_volume(tmp_path / "a").notes == ()
        shutil.copy(files[2], tmp_path / "a" / "again")
        assert is_right(tmp_path / "a") and f"{tmp_path / 'a'}: 1 DICOM copy of a slice was left out." in read_volume(tmp_path / "a").notes


@pytest.mark.parametrize("apart", ["series", "echoes", "numbers"])
def test_two_scans_whose_slices_have_one_identifier_are_two(tmp_path: Path, apart: str) -> None:
    one, other = ARRAY, some_slices(6, 16, 12, seed=1)
    first, second = series(tmp_path / "a", one, SeriesNumber=1), series(tmp_path / "a", other, SeriesNumber=2)
    identifier, of_series = generate_uid(), generate_uid()

    def change(data: pydicom.Dataset, number: int) -> None:
        data.SOPInstanceUID = identifier
        if apart != "series":
            data.SeriesInstanceUID, data.SeriesNumber = of_series, 1
        if apart == "echoes":
            data.EchoTime = 10 if number < 6 else 20
        if apart == "numbers":
            data.InstanceNumber = number % 6 + 1 + (6 if number >= 6 else 0)

    changed([*first, *second], change)
    shutil.copy(second[2], tmp_path / "a" / "again")
    for choice, array in (("1" if apart == "series" else "1.1", one), ("2" if apart == "series" else "1.2", other)):
        volume = read_volume(tmp_path / f"a#{choice}")
        assert np.array_equal(volume.array, array) and f"{tmp_path / 'a'}: 1 DICOM copy of a slice was left out." in volume.notes


@pytest.mark.parametrize("slope", ["0", "", "1"])
@pytest.mark.parametrize("shift", ["0", "", "-7"])
def test_a_slope_of_zero_stands_for_none(tmp_path: Path, slope: str, shift: str) -> None:
    def scale(data: pydicom.Dataset, _: int) -> None:
        data.RescaleSlope, data.RescaleIntercept = slope, shift

    changed(series(tmp_path / "a", ARRAY), scale)
    assert np.array_equal(read_volume(tmp_path / "a").array, ARRAY + int(shift or 0))


@pytest.mark.parametrize("plane", ["axial", "oblique", "coronal"])
def test_inverted_values_are_told(tmp_path: Path, plane: str) -> None:
    changed(series(tmp_path / "a", ARRAY, plane), lambda data, _: setattr(data, "PhotometricInterpretation", "MONOCHROME1"))
    assert is_right(tmp_path / "a")
    (note,) = read_volume(tmp_path / "a").notes
    assert "means its lowest values to be white (MONOCHROME1); they are read as they are" in note


@pytest.mark.parametrize("way", ["a series each", "one place", "planes of their own"])
def test_slices_that_are_no_stack_are_told(tmp_path: Path, way: str) -> None:
    def change(data: pydicom.Dataset, number: int) -> None:
        if way == "a series each":
            data.SeriesInstanceUID = generate_uid()
        elif way == "one place":
            data.ImagePositionPatient = [0, 0, 0]
        else:
            angle = 0.2 * number
            data.ImageOrientationPatient = [np.cos(angle), np.sin(angle), 0, -np.sin(angle), np.cos(angle), 0]

    changed(series(tmp_path / "a", ARRAY), change)
    message = refusal(tmp_path / "a")
    assert "the slices of a scan need one series, and places above one another: 6 DICOM single slices were left out" in message


@pytest.mark.parametrize("content", [b"", b"\0" * 3000, b"<html>"])
@pytest.mark.parametrize("number", [0, 5])
def test_a_file_that_is_no_dicom_in_spite_of_its_name_is_told(tmp_path: Path, content: bytes, number: int) -> None:
    """At an end of the series nothing else shows that a slice is missing."""
    files = series(tmp_path / "a", ARRAY, "oblique")
    files[number].write_bytes(content)
    (tmp_path / "a" / "._IM.dcm").write_bytes(b"\0\5\x16\7")
    (tmp_path / "a" / "DICOMDIR.dcm").write_bytes(b"x")
    volume = read_volume(tmp_path / "a")
    assert len(volume.array) == 5
    (note,) = volume.notes
    assert note.startswith(f"{tmp_path / 'a'}: 1 file is empty or no DICOM in spite of the name ({files[number].name})")
    files[2].write_bytes(content)
    message = refusal(tmp_path / "a")
    names = ", ".join(sorted((files[number].name, files[2].name)))
    assert "lacks 1 slice" in message and f"2 files are empty or no DICOM in spite of the name ({names})" in message


@pytest.mark.parametrize("way", ["below", "without an ending", "an identifier", "a broken link"])
@pytest.mark.parametrize("number", [0, 5])
def test_a_slice_that_is_missing_at_an_end_is_told(tmp_path: Path, way: str, number: int) -> None:
    files = series(tmp_path / "a" / ("ü" if way == "below" else "."), ARRAY)
    for name in ("notes.txt", "DONE"):
        (files[0].parent / name).write_bytes(b"")
    assert is_right(tmp_path / "a") and read_volume(tmp_path / "a").notes == ()
    if way in ("without an ending", "an identifier"):
        (files[0].parent / "DONE").unlink()
        files = [file.rename(file.with_name(file.stem if way[0] == "w" else f"1.2.840.{place}")) for place, file in enumerate(files)]
    bad = files[number]
    bad.unlink()
    if way == "a broken link":
        try:
            bad.symlink_to("gone.dcm")
        except OSError as error:
            pytest.skip(f"this user may not make links ({error})")
    else:
        bad.write_bytes(b"")
    volume = read_volume(tmp_path / "a")
    assert len(volume.array) == 5
    (note,) = volume.notes
    assert note.startswith(f"{tmp_path / 'a'}: 1 file is empty or no DICOM in spite of the name ({bad.name})")


@pytest.mark.parametrize("below", [3, 1, 5])
def test_a_series_in_two_folders_is_not_halved_without_a_word(tmp_path: Path, below: int) -> None:
    files = series(tmp_path / "a", ARRAY)
    (tmp_path / "a" / "ü rest").mkdir()
    series(tmp_path / "a" / "other", some_slices(3), SeriesNumber=9)
    assert is_right(tmp_path / "a"), "another series below is another scan"
    for file in files[-below:]:
        shutil.move(file, tmp_path / "a" / "ü rest")
    if len(files) - below > 1:
        assert "holds a part of a series, and ü rest in it another; put all of its files into one folder" in refusal(tmp_path / "a")
    for file in (tmp_path / "a" / "ü rest").iterdir():
        shutil.move(file, tmp_path / "a")
    assert is_right(tmp_path / "a"), "as advised"


@pytest.mark.parametrize("below", ["copies", "another plane", "damaged", "damaged, then missing", "no rights", "many others"])
def test_what_lies_below_a_whole_series_does_not_refuse_it(tmp_path: Path, below: str) -> None:
    identifier = generate_uid()
    files = series(tmp_path / "a", ARRAY, "oblique", SeriesInstanceUID=identifier)
    folder = tmp_path / "a" / "backup ü"
    folder.mkdir()
    if below == "copies":
        for file in files:
            shutil.copy(file, folder / f"x{file.name}")
    elif below == "another plane":
        series(folder, ARRAY, "sagittal", SeriesInstanceUID=identifier)
    elif below.startswith("damaged"):
        (folder / "a.dcm").write_bytes(files[0].read_bytes()[:700])
        (folder / "b.dcm").write_bytes(b"\2\0" * 100)
        if "missing" in below:
            shutil.move(files[5], folder / "c.dcm")
            assert "holds a part of a series, and backup ü in it another" in refusal(tmp_path / "a")
            shutil.move(folder / "c.dcm", files[5])
    elif below == "no rights":
        folder.chmod(0)
    else:
        for number in range(300):
            (folder / f"{number:03}.txt").write_bytes(b"")
    try:
        assert is_right(tmp_path / "a") and not [note for note in read_volume(tmp_path / "a").notes if "resampl" in note]
    finally:
        folder.chmod(0o755)


@pytest.mark.parametrize(
    ("lost", "told"),
    [
        ("PixelSpacing", "6 DICOM images without a place in space were left out"),
        ("ImagePositionPatient", "6 DICOM images without a place in space were left out"),
        ("ImageOrientationPatient", "6 DICOM images without a place in space were left out"),
        ("Rows", "6 DICOM files that are no image (MR) were left out"),
    ],
)
def test_what_tells_no_place_is_named(tmp_path: Path, lost: str, told: str) -> None:
    files = series(tmp_path / "a", ARRAY)
    changed(files, lambda data, _: delattr(data, lost))
    assert told in refusal(tmp_path / "a")
    changed(files[:1], lambda data, _: None)
    files = series(tmp_path / "b", ARRAY)
    changed(files[2:3], lambda data, _: delattr(data, lost))
    message = refusal(tmp_path / "b")
    assert "lacks 1 slice" in message and "besides: 1 DICOM " in message


@pytest.mark.parametrize("name", ["DICOMDIR", "DICOMDIR.dcm", "index.nii"])
def test_the_table_of_contents_of_a_disc_is_named(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    shutil.copy(TEST_FILES / "dicomdirtests" / "DICOMDIR", path)
    assert "is the table of contents of a DICOM disc, not a scan; give the folder beside it" in refusal(path)


def test_folders_without_a_series_are_told(tmp_path: Path) -> None:
    for number, content in enumerate((None, b"hello", b"")):
        folder = tmp_path / f"{number} ü"
        folder.mkdir()
        if content is not None:
            (folder / "a.dcm").write_bytes(content)
        assert "is a folder without a DICOM series, not a scan; give a scan's file" in refusal(folder)


@pytest.mark.parametrize("shift", [0.3, 0.65, -1.0])
def test_why_results_of_tilted_series_lie_on_a_regular_grid(tmp_path: Path, shift: float) -> None:
    """NIfTI can hold the slices' own grid, and this library and nibabel read it; ITK does not."""
    step = 2.0 * normal_of("axial") + np.array([0, shift, 0])
    series(tmp_path / "a", ARRAY, positions=np.array(ORIGIN) + np.arange(6)[:, None] * step, modality="CT")
    volume = read_volume(tmp_path / "a")
    assert "results as DICOM lie on the slices" in volume.notes[0]
    assert np.allclose(volume.geometry.matrix.T @ volume.geometry.matrix, np.eye(3))
    length = float(np.linalg.norm(step))
    direction = np.column_stack([[1, 0, 0], [0, 1, 0], step / length])
    own = Geometry((12, 16, 6), (0.75, 0.5, length), ORIGIN, tuple(direction.ravel().tolist()))
    write_volume(Volume(ARRAY, own), tmp_path / "own.nii.gz")
    assert np.allclose(nibabel.load(tmp_path / "own.nii.gz").affine[:3, 2], step * [-1, -1, 1], atol=1e-5)
    assert read_volume(tmp_path / "own.nii.gz").own is not None
    with pytest.raises(RuntimeError, match="orthonormal"):
        sitk.ReadImage(str(tmp_path / "own.nii.gz"))


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless])
@pytest.mark.parametrize("kind", ["int16", "uint16", "uint8"])
def test_compressed_series_and_frames(tmp_path: Path, syntax: str, kind: str) -> None:
    array = (ARRAY % 250).astype(kind)
    files = series(tmp_path / "a", array)
    frames = multi_frame(tmp_path / "b.dcm", array) if syntax == RLELossless else None
    try:
        for file in filter(None, (*files, frames)):
            data = pydicom.dcmread(file)
            data.compress(syntax)
            data.save_as(file)
    except RuntimeError as error:  # the encoder is not installed
        pytest.skip(str(error).partition("\n")[0])
    for path in filter(None, (tmp_path / "a", frames)):
        assert np.array_equal(read_volume(path).array, array)


@pytest.mark.parametrize("tag", ["ImageOrientationPatient", "PixelSpacing"])
@pytest.mark.parametrize("amount", [2e-6, 0.0004, 0.0009])
@pytest.mark.parametrize("start", [0.0, 0.0005, 0.4125])
def test_numbers_that_differ_in_their_last_digits_are_of_one_series(tmp_path: Path, tag: str, amount: float, start: float) -> None:
    """Wherever they would be rounded to one side and to the other."""

    def each(data: pydicom.Dataset, number: int) -> None:
        turned = min(start, 0.0005) + amount * (number % 2)
        moved = {"PixelSpacing": [f"{0.5 + start + amount * (number % 2):.7f}", "0.75"]}
        data[tag].value = moved.get(tag, ["1", f"{turned:.7f}", "0", f"{-turned:.7f}", "1", "0"])

    series(tmp_path / "a", ARRAY, each=each)
    volume = read_volume(tmp_path / "a")
    assert np.array_equal(volume.array, ARRAY) and volume.notes == ()


@pytest.mark.parametrize("odd", [0, 3, 7])
def test_one_odd_slice_does_not_decide_for_all(tmp_path: Path, odd: int) -> None:
    """However far it is turned in its last digits, the others say how the scan lies and how large its voxels are."""

    def each(data: pydicom.Dataset, number: int) -> None:
        if number == odd:
            data.PixelSpacing = ["0.5009", "0.75"]
            data.ImageOrientationPatient = ["1", "0.0009", "0", "-0.0009", "1", "0"]
        else:
            data.PixelSpacing = ["0.5", "0.75"]

    series(tmp_path / "a", ARRAY, each=each)
    volume = read_volume(tmp_path / "a")
    assert np.array_equal(volume.array, ARRAY) and volume.notes == ()
    assert volume.geometry.spacing[:2] == (0.75, 0.5) and volume.geometry.direction[:6] == (1, 0, 0, 0, 1, 0)


def test_far_from_the_origin_last_digits_do_not_change_the_order(tmp_path: Path) -> None:
    """A direction that differs by 0.0009 moves a slice's height there by more than thin slices are apart."""

    def each(data: pydicom.Dataset, number: int) -> None:
        data.ImagePositionPatient = ["240", "-180", f"{0.15 * number:.4f}"]
        data.ImageOrientationPatient = ["1", "0", f"{-0.0009 * (number % 2):.4f}", "0", "1", "0"]

    series(tmp_path / "a", ARRAY, each=each)
    assert np.array_equal(read_volume(tmp_path / "a").array, ARRAY)


def test_two_stacks_that_are_turned_a_little_are_two_scans(tmp_path: Path) -> None:
    def each(data: pydicom.Dataset, number: int) -> None:
        if number % 2:
            data.ImageOrientationPatient = ["1", "0.0015", "0", "-0.0015", "1", "0"]

    series(tmp_path / "a", ARRAY, each=each)
    assert "holds 2 scans" in refusal(tmp_path / "a")


@pytest.mark.parametrize(
    ("tag", "values"), [("PixelSpacing", ["0.55", "0.75"]), ("ImageOrientationPatient", ["1", "0.02", "0", "-0.02", "1", "0"])]
)
def test_slices_that_differ_by_more_are_of_several_scans(tmp_path: Path, tag: str, values: list[str]) -> None:
    def each(data: pydicom.Dataset, number: int) -> None:
        if number % 2:
            data[tag].value = values

    series(tmp_path / "a", ARRAY, each=each)
    assert "holds 2 scans" in refusal(tmp_path / "a")
