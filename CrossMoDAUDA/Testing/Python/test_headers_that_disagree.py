"""NIfTI headers that give two places, or a nonsensical one, and grids whose axes are not at right angles."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort import checking, finding
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.images import readings, shear
from CrossMoDAUDALib.images.labels import read_labels
from CrossMoDAUDALib.images.volumes import Geometry, Volume, other_places, read_geometry, read_volume, write_volume
from scipy import ndimage

SHAPE = (7, 6, 5)  # x, y, z
RIGHT = np.array([[-0.5, 0, 0, 20], [0, -0.5, 0, 30], [0, 0, 1.5, -10], [0, 0, 0, 1]])
COSINE, SINE = np.cos(0.4), np.sin(0.4)
TURNED = np.array([[COSINE, -SINE, 0, 0], [SINE, COSINE, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


@pytest.fixture(autouse=True)
def _no_preference() -> Iterator[None]:
    readings.prefer("auto")
    yield
    readings.prefer("auto")


def other(**changes: float) -> np.ndarray:
    affine = RIGHT.copy()
    for place, value in changes.items():
        affine["xyz".index(place[-1]), 3] += value
    return affine


def spaced(factor: float) -> np.ndarray:
    affine = RIGHT.copy()
    affine[:2, :2] *= factor
    return affine


def save_nifti(path: Path, sform: np.ndarray, qform: np.ndarray | None = None, codes: tuple[int, int] = (1, 1), **fields: Any) -> Path:
    """Written by nibabel; ``fields`` of the header last, so that they may contradict the rest."""
    image = nibabel.Nifti1Image(np.ascontiguousarray(scan_array().T), None)
    image.header.set_sform(sform, code=codes[0])
    if qform is not None:
        image.header.set_qform(qform, code=codes[1])
    else:
        image.header["pixdim"][1:4] = np.linalg.norm(sform[:3, :3], axis=0)
        image.header["qform_code"] = 0
    path.parent.mkdir(parents=True, exist_ok=True)
    nibabel.Nifti1Image(np.asarray(image.dataobj), None, image.header).to_filename(path)
    if not fields:
        return path
    content = bytearray(path.read_bytes())  # nibabel repairs what it writes
    for name, value in fields.items():
        struct.pack_into(*(("<3f", content, 80, *value) if name == "pixdim" else ("<h", content, 252, value)))
    path.write_bytes(bytes(content))
    return path


def matrix_of(grid: Geometry) -> np.ndarray:
    """The grid as nibabel's affine."""
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = grid.matrix * np.array(grid.spacing), grid.origin
    return np.diag([-1.0, -1, 1, 1]) @ affine


@pytest.mark.parametrize(
    ("qform", "says"),
    [
        (spaced(1.2), "voxels of 0.5 x 0.5 x 1.5 mm against 0.6 x 0.6 x 1.5 mm, so volumes differ by 44 %"),
        (other(z=-32), "places up to 32 mm apart"),
        (RIGHT @ TURNED, "places up to"),
        (other(x=3, y=4), "places up to 5 mm apart"),
    ],
)
@pytest.mark.parametrize("codes", [(1, 1), (2, 1), (4, 2)])
def test_both_readings_are_told_and_either_can_be_chosen(qform: np.ndarray, says: str, codes: tuple[int, int], tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii.gz", RIGHT, qform, codes)
    taken, itk = read_volume(path), sitk.ReadImage(str(path))
    np.testing.assert_allclose(taken.geometry.origin, itk.GetOrigin(), atol=1e-4)
    np.testing.assert_allclose(taken.geometry.spacing, itk.GetSpacing(), atol=1e-5)
    (note,) = taken.notes
    assert says in note
    assert "as Slicer takes it" in note
    for form, affine in (("sform", RIGHT), ("qform", qform)):
        readings.prefer(form)
        chosen = read_volume(path)
        np.testing.assert_allclose(matrix_of(chosen.geometry), affine, atol=1e-4)
        np.testing.assert_array_equal(chosen.array, scan_array())
        assert f"The {form} is taken, as --header says" in chosen.notes[0]
        assert read_geometry(path) == chosen.geometry
    other_one = note.rpartition("--header ")[2].rstrip(".")
    readings.prefer(other_one)
    assert matrix_of(read_geometry(path)) != pytest.approx(matrix_of(taken.geometry)), "the advice changes something"


@pytest.mark.parametrize("pixdim", [(0, 0, 0), (np.nan, 0.5, 1.5), (-0.5, 0.5, 1.5), (1e30, 1, 1)])
@pytest.mark.parametrize("code", [0, 1])
def test_a_nonsensical_pixdim_beside_a_good_sform(pixdim: tuple[float, ...], code: int, tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii", RIGHT, RIGHT, (1, 1), pixdim=pixdim, qform_code=code)
    volume = read_volume(path)
    np.testing.assert_allclose(matrix_of(volume.geometry), RIGHT, atol=1e-5)
    np.testing.assert_array_equal(volume.array, scan_array())
    assert "is nonsense" in volume.notes[0]


@pytest.mark.parametrize("pixdim", [(1, 1, 1), (0.6, 0.6, 1.5), (0.5, 0.5, 3)])
def test_a_pixdim_that_the_only_form_contradicts(pixdim: tuple[float, ...], tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii", RIGHT, None, (1, 0), pixdim=pixdim)
    assert read_geometry(path).spacing == pytest.approx((0.5, 0.5, 1.5))
    assert "sform and pixdim disagree" in read_volume(path).notes[0]
    assert set(other_places(path, read_geometry(path))) == {"qform"}
    readings.prefer("qform")
    assert read_geometry(path).spacing == pytest.approx(pixdim)
    assert set(other_places(path, read_geometry(path))) == {"sform"}


@pytest.mark.parametrize("bad", [np.full((4, 4), np.nan), np.zeros((4, 4)), RIGHT * 1e20])
def test_a_nonsensical_sform_beside_a_good_qform(bad: np.ndarray, tmp_path: Path) -> None:
    path = save_nifti(tmp_path / "a.nii", RIGHT, RIGHT)
    content = bytearray(path.read_bytes())
    content[280:328] = bad[:3].astype("<f4").tobytes()
    path.write_bytes(bytes(content))
    volume = read_volume(path)
    np.testing.assert_allclose(matrix_of(volume.geometry), RIGHT, atol=1e-5)
    assert "sform is nonsense" in volume.notes[0]


def test_readings_that_agree_say_nothing(tmp_path: Path) -> None:
    for number, affine in enumerate((RIGHT, RIGHT @ TURNED, np.diag([1.0, 1, -1, 1]) @ RIGHT)):
        assert read_volume(save_nifti(tmp_path / f"{number}.nii", affine, affine)).notes == ()
        nudged = affine.copy()
        nudged[:3, 3] += 0.01
        assert read_volume(save_nifti(tmp_path / f"{number}n.nii", affine, nudged)).notes == ()


def test_the_regular_one_is_preferred(tmp_path: Path) -> None:
    tilted = RIGHT.copy()
    tilted[1, 2] = 0.6
    volume = read_volume(save_nifti(tmp_path / "a.nii", tilted, RIGHT))
    np.testing.assert_allclose(matrix_of(volume.geometry), RIGHT, atol=1e-5)
    assert "The qform is taken, whose axes are at right angles" in volume.notes[0]
    assert volume.own is None


def test_the_advice_of_the_check_makes_label_and_image_fit(tmp_path: Path) -> None:
    """A label map that lies on the place that was not taken: resampling it, as was advised before, would misplace it."""
    image = save_nifti(tmp_path / "source" / "a_ceT1.nii.gz", RIGHT, other(z=-32))
    taken = read_geometry(image)
    away = RIGHT if taken.origin[2] != pytest.approx(-10) else other(z=-32)
    label = np.ascontiguousarray(label_array(1, 2).T.astype(np.uint8))
    nibabel.save(nibabel.Nifti1Image(label, away), tmp_path / "source" / "a_Label.nii.gz")
    save(tmp_path / "target" / "b_hrT2.nii.gz", scan_array(5))
    cohort = finding.find_folders(tmp_path / "source", tmp_path / "source", tmp_path / "target")
    (problem,) = checking.check_cohort(cohort, {"Tumour": 1, "Cochlea": 2}).problems
    form = problem.rpartition("--header ")[2].rstrip(".")
    readings.prefer(with_values(Settings(), {"reading.header": form}).reading.header)
    assert checking.check_cohort(cohort, {"Tumour": 1, "Cochlea": 2}).problems == []


# Shear ------------------------------------------------------------------------------------------------------------------------


def smooth(affine: np.ndarray, shape: tuple[int, int, int] = (40, 36, 24)) -> np.ndarray:
    """A volume [x, y, z] whose values tell where in space a voxel lies, by nibabel's affine."""
    x, y, z = np.einsum("ij,j...->i...", affine[:3, :3], np.indices(shape).astype(float)) + affine[:3, 3].reshape(3, 1, 1, 1)
    return (1000 + 10 * x + 5 * y + 20 * z).astype(np.float32)


def sheared(row: int, column: int, amount: float) -> np.ndarray:
    affine = RIGHT.copy()
    affine[row, column] += amount
    return affine


@pytest.mark.parametrize(("row", "column", "amount"), [(0, 2, 0.004), (1, 0, 0.001), (2, 1, -0.003)])
def test_shear_that_no_voxel_notices_is_read_as_it_is(row: int, column: int, amount: float, tmp_path: Path) -> None:
    affine = sheared(row, column, amount)
    data = np.ascontiguousarray(scan_array().T)
    nibabel.save(nibabel.Nifti1Image(data, affine), tmp_path / "a.nii")
    volume = read_volume(tmp_path / "a.nii")
    np.testing.assert_array_equal(volume.array, scan_array())
    assert volume.own is None
    assert shear.is_regular(volume.geometry)
    np.testing.assert_allclose(matrix_of(volume.geometry)[:3], affine[:3], atol=0.1 * 0.5)


@pytest.mark.parametrize(("row", "column", "amount"), [(1, 2, 0.6), (0, 2, -0.4), (0, 1, 0.2)])
@pytest.mark.parametrize("ending", [".nii.gz", ".nrrd"])
def test_a_tilted_grid_is_made_regular(
    row: int, column: int, amount: float, ending: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    affine = sheared(row, column, amount)
    data = smooth(affine)
    path = tmp_path / f"a{ending}"
    if ending == ".nrrd":
        nrrd = pytest.importorskip("nrrd", reason="pynrrd is not installed")
        fields = {"space": "right-anterior-superior", "space directions": affine[:3, :3].T, "space origin": affine[:3, 3]}
        nrrd.write(str(path), data, fields)
    else:
        nibabel.save(nibabel.Nifti1Image(data, affine), path)
    volume = read_volume(path)
    assert shear.is_regular(volume.geometry)
    assert read_geometry(path) == volume.geometry
    assert volume.own is not None
    assert "skewed axes; it is resampled" in volume.notes[-1]
    expected = smooth(matrix_of(volume.geometry), volume.geometry.size).T
    inside = ndimage.binary_erosion(volume.array > data.min())  # at the border ITK repeats the last voxel
    assert inside.mean() > 0.4
    np.testing.assert_allclose(volume.array[inside], expected[inside], atol=0.05)
    back = shear.on_own_grid(Volume(volume.array, volume.geometry), volume, nearest=False)
    assert back.array.shape == data.shape[::-1]
    middle = (slice(6, -6), slice(8, -8), slice(8, -8))
    np.testing.assert_allclose(back.array[middle], data.T[middle], atol=0.05)
    capfd.readouterr()
    write_volume(back, tmp_path / "back.nii.gz")
    assert capfd.readouterr().err == "", "what ITK warns of is no sentence"
    np.testing.assert_allclose(nibabel.load(tmp_path / "back.nii.gz").affine, affine, atol=1e-4)


def test_labels_of_a_tilted_grid_stay_labels_on_their_images_grid(tmp_path: Path) -> None:
    affine = sheared(1, 2, 0.5)
    label = np.zeros((40, 36, 24), np.uint8)
    label[10:25, 10:20, 5:15], label[26:30, 12:20, 8:12] = 1, 2
    nibabel.save(nibabel.Nifti1Image(smooth(affine), affine), tmp_path / "a.nii.gz")
    nibabel.save(nibabel.Nifti1Image(label, affine), tmp_path / "a_Label.nii.gz")
    grid = read_geometry(tmp_path / "a.nii.gz")
    read = read_labels(tmp_path / "a_Label.nii.gz", {"VS": 1, "Cochlea": 2}, None, grid)
    assert read.geometry == grid
    for value in (1, 2):
        assert np.count_nonzero(read.array == value) == pytest.approx(np.count_nonzero(label == value), rel=0.1)
    back = shear.on_own_grid(read, read, nearest=True)
    assert set(np.unique(back.array)) == {0, 1, 2}
    assert (back.array == label.T).mean() > 0.99


def test_axes_in_one_plane_are_damage(tmp_path: Path) -> None:
    flat = RIGHT.copy()
    flat[:3, 2] = flat[:3, 0] * 3 + np.array([0, 0, 0.1])
    nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(scan_array().T), flat), tmp_path / "a.nii")
    with pytest.raises(InputError, match="in one plane"):
        read_volume(tmp_path / "a.nii")


# On the command line ----------------------------------------------------------------------------------------------------------


def test_results_lie_on_a_tilted_scans_own_grid(tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("slicer", reason="slicer-core is not installed")
    affine = sheared(1, 2, 0.6)
    nibabel.save(nibabel.Nifti1Image(smooth(affine), affine), tmp_path / "a.nii.gz")
    inputs = [str(tiny_experiment), str(tmp_path / "a.nii.gz"), "-o", str(tmp_path / "out"), "--device", "cpu"]
    for command, result in (("segment", "a_Label.nii.gz"), ("translate", "a_pseudo_target.nii.gz")):
        assert cli.main([command, *inputs]) == 0
        written = nibabel.load(tmp_path / "out" / result)
        assert written.shape == (40, 36, 24)
        np.testing.assert_allclose(written.affine, affine, atol=1e-4)
        assert "skewed axes; it is resampled" in capsys.readouterr().err


def test_the_header_chosen_decides_where_results_lie(tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    qform = other(z=-32)
    path = save_nifti(tmp_path / "a.nii.gz", RIGHT, qform)
    for form, affine in (("sform", RIGHT), ("qform", qform)):
        words = ["translate", str(tiny_experiment), str(path), "-o", str(tmp_path / form), "--device", "cpu", "--header", form]
        assert cli.main(words) == 0
        np.testing.assert_allclose(nibabel.load(tmp_path / form / "a_pseudo_target.nii.gz").affine, affine, atol=1e-4)
        assert "places up to 32 mm apart" in capsys.readouterr().err
