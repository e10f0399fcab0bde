"""NIfTI-2, pairs of .hdr and .img, Analyze, FreeSurfer's .mgz, GIPL and detached headers: right values from nibabel, ITK and by hand."""

from __future__ import annotations

import gzip
import struct
import sys
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.commands.inputs import find_inputs
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.labels import read_labels
from CrossMoDAUDALib.images.names import scans_in
from CrossMoDAUDALib.images.volumes import file_stem, is_scan, other_places, read_geometry, read_label_map, read_volume
from dicom_files import notes_of
from turned_scans import some_volume, turned

RNG = np.random.default_rng(5)


def affine_of(volume: Any) -> np.ndarray:
    """nibabel's affine, RAS, of a grid."""
    geometry = volume.geometry
    affine = np.eye(4)
    affine[:3, :3] = geometry.matrix * geometry.spacing
    affine[:3, 3] = geometry.origin
    return np.diag([-1, -1, 1, 1]) @ affine


def volumes(kind: str) -> list[Any]:
    """A scan, the same stored along other axes, and one of other values."""
    first = some_volume(RNG.integers(0, 200, (5, 6, 7)).astype(kind))
    return [first, turned(first), some_volume(RNG.integers(0, 100, (4, 3, 9)).astype(kind))]


MADE: dict[str, Any] = {
    "scan.mgz": nibabel.MGHImage,
    "scan.mgh": nibabel.MGHImage,
    "two.nii": nibabel.Nifti2Image,
    "two.nii.gz": nibabel.Nifti2Image,
    "pair.hdr": nibabel.Nifti1Pair,
    "pair2.hdr": nibabel.Nifti2Pair,
}


@pytest.mark.parametrize("kind", ["int16", "uint8", "float32"])
@pytest.mark.parametrize("name", MADE)
def test_voxels_and_place_are_those_that_were_written(tmp_path: Path, name: str, kind: str) -> None:
    for number, volume in enumerate(volumes(kind)):
        path = tmp_path / str(number) / f"ü {name}"
        path.parent.mkdir()
        nibabel.save(MADE[name](volume.array.T, affine_of(volume)), path)
        found = read_volume(path)
        assert np.array_equal(found.array, volume.array)
        assert found.array.dtype == kind
        assert found.array.dtype.isnative
        assert not found.geometry.differences(volume.geometry)
        assert read_geometry(path) == found.geometry
        assert notes_of(path) == ()
        assert is_scan(path)
        assert file_stem(path) == f"ü {name.split('.')[0]}"
        assert scans_in(path.parent) == [path]  # the .img is no scan of its own


@pytest.mark.parametrize("name", ["two.nii.gz", "pair.hdr", "two.nii"])
def test_scaled_values(tmp_path: Path, name: str) -> None:
    volume = some_volume(RNG.integers(0, 200, (5, 6, 7)).astype(np.int16))
    image = MADE[name](volume.array.T, affine_of(volume))
    image.header.set_slope_inter(0.25, -3)
    image.header.set_data_dtype(np.int16)
    nibabel.save(MADE[name](volume.array.T * 0.25 - 3, affine_of(volume), image.header), tmp_path / name)
    found = read_volume(tmp_path / name)
    assert found.array.dtype == np.float32
    assert found.array == pytest.approx(volume.array * 0.25 - 3, abs=0.02)


@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_analyze_is_read_as_spm_reads_it_with_a_warning(tmp_path: Path, kind: str) -> None:
    array = RNG.integers(0, 100, (7, 6, 5)).astype(kind)
    image = nibabel.AnalyzeImage(array, None)
    image.header.set_zooms((0.5, 0.75, 2))
    nibabel.save(image, tmp_path / "old.hdr")
    for name in ("old.hdr", "old.img"):
        found = read_volume(tmp_path / name)
        assert np.array_equal(found.array, array.T)
        assert found.geometry.spacing == (0.5, 0.75, 2)
        assert found.geometry.direction == (1, 0, 0, 0, -1, 0, 0, 0, 1)  # LPS: to the left, to the front, upwards
        (note,) = notes_of(tmp_path / name)
        assert "does not say which side is left" in note
        assert str(tmp_path / "old") in note
    assert scans_in(tmp_path) == [tmp_path / "old.hdr"]


@pytest.mark.parametrize("name", ["a.gipl", "a.gipl.gz"])
@pytest.mark.parametrize("kind", ["uint8", "int16", "float32"])
def test_gipl(tmp_path: Path, name: str, kind: str) -> None:
    array = RNG.integers(0, 100, (5, 6, 7)).astype(kind)
    image = sitk.GetImageFromArray(array)
    image.SetSpacing((0.5, 0.75, 2))
    image.SetOrigin((3, 4, 5))
    sitk.WriteImage(image, str(tmp_path / name))
    found = read_volume(tmp_path / name)
    assert np.array_equal(found.array, array)
    assert found.geometry.spacing == (0.5, 0.75, 2)
    assert found.geometry.origin == (3, 4, 5)
    assert "does not say how the patient lay" in notes_of(tmp_path / name)[0]
    assert (file_stem(tmp_path / name), scans_in(tmp_path)) == ("a", [tmp_path / name])


def gipl(array: np.ndarray, kind: int, spacing: tuple[float, ...], origin: tuple[float, ...], more: tuple[int, ...] = (1,)) -> bytes:
    """A GIPL file by hand, as the format's description has it: big-endian, a header of 256 bytes, then the voxels."""
    sizes = struct.pack(">4H", *array.shape[::-1], *more)
    head = sizes + struct.pack(">H4f", kind, *spacing, 0) + bytes(80 + 80 + 2) + struct.pack(">2d", array.min(), array.max())
    head += struct.pack(">4d", *origin, 0) + bytes(16) + struct.pack(">I", 0xEFFFE9B0)
    assert len(head) == 256
    return head + array.astype(array.dtype.newbyteorder(">")).tobytes()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    ("kind", "code", "shape", "spacing", "origin"),
    [
        ("int16", 15, (5, 6, 7), (0.5, 0.75, 2), (3, 4, 5)),
        ("uint8", 8, (9, 3, 4), (1, 1, 1), (0, 0, 0)),
        ("float32", 64, (2, 8, 5), (0.25, 2, 1.5), (-30, 20.5, 100)),
        ("uint16", 16, (4, 4, 4), (3, 0.5, 0.5), (0, -7, 0)),
    ],
)
def test_gipl_by_hand(
    tmp_path: Path, kind: str, code: int, shape: tuple[int, ...], spacing: tuple[float, ...], origin: tuple[float, ...], packed: bool
) -> None:
    array = RNG.integers(0, 200, shape).astype(kind)
    data = gipl(array, code, spacing, origin)
    path = tmp_path / ("ü.gipl.gz" if packed else "ü.gipl")
    path.write_bytes(gzip.compress(data) if packed else data)
    found = read_volume(path)
    assert np.array_equal(found.array, array) and found.array.dtype == kind
    assert found.geometry.spacing == spacing and found.geometry.origin == origin
    assert found.geometry.direction == (1, 0, 0, 0, 1, 0, 0, 0, 1) and read_geometry(path) == found.geometry
    if array.dtype.kind != "f":
        assert np.array_equal(read_labels(path, {"A": 1}).array, array)


@pytest.mark.parametrize(
    ("code", "more", "said"),
    [(144, (1,), "voxels of a type (GIPL's 144)"), (15, (3,), "4-D (7 x 6 x 5 x 3)"), (192, (1,), "voxels of a type (GIPL's 192)")],
)
def test_gipl_that_is_no_scan_is_named(tmp_path: Path, code: int, more: tuple[int, ...], said: str) -> None:
    (tmp_path / "a.gipl").write_bytes(gipl(RNG.integers(0, 9, (5, 6, 7)).astype(np.int16), code, (1, 1, 1), (0, 0, 0), more))
    with pytest.raises(InputError) as raised:
        read_volume(tmp_path / "a.gipl")
    assert said in str(raised.value)


@pytest.mark.parametrize("name", ["a.mhd", "a.nhdr", "b.hdr"])
def test_a_header_without_its_data_names_what_is_missing(tmp_path: Path, name: str) -> None:
    volume = some_volume(RNG.integers(0, 200, (5, 6, 7)).astype(np.int16))
    if name == "b.hdr":
        nibabel.save(nibabel.Nifti1Pair(volume.array.T, affine_of(volume)), tmp_path / name)
    else:
        sitk.WriteImage(sitk.GetImageFromArray(volume.array), str(tmp_path / name))
    assert np.array_equal(read_volume(tmp_path / name).array, volume.array)
    assert scans_in(tmp_path) == [tmp_path / name]  # the data file is not another
    (data,) = (path for path in tmp_path.iterdir() if path.name != name)
    data.unlink()
    with pytest.raises(InputError, match=f"{data.name}.*missing"):
        read_volume(tmp_path / name)


def test_data_without_its_header_is_told(tmp_path: Path) -> None:
    (tmp_path / "lost.img").write_bytes(bytes(100))
    assert scans_in(tmp_path) == [tmp_path / "lost.img"]
    with pytest.raises(InputError, match=r"lost.img.*lost\.hdr.*missing"):
        read_volume(tmp_path / "lost.img")


@pytest.mark.parametrize("name", ["scan.mgz", "two.nii", "two.nii.gz", "pair.hdr", "a.gipl", "a.gipl.gz"])
@pytest.mark.parametrize("kept", [0.9, 0.5, 0.01])
def test_files_that_are_cut_short_are_refused(tmp_path: Path, name: str, kept: float) -> None:
    volume = some_volume(RNG.integers(0, 200, (15, 16, 17)).astype(np.int16))
    if "gipl" in name:
        sitk.WriteImage(sitk.GetImageFromArray(volume.array), str(tmp_path / name))
    else:
        nibabel.save(MADE[name](volume.array.T, affine_of(volume)), tmp_path / name)
    cut = tmp_path / name.replace(".hdr", ".img")
    cut.write_bytes(cut.read_bytes()[: int(cut.stat().st_size * kept)])
    with pytest.raises(InputError, match=r"cut short|damaged"):
        read_volume(tmp_path / name)


@pytest.mark.parametrize(
    "content", [b"", b"ENVI\nsamples = 3\n", bytes(400), gzip.compress(b"no scan at all")], ids=["empty", "text", "zeros", "gzip"]
)
@pytest.mark.parametrize("ending", [".mgz", ".hdr", ".gipl", ".gipl.gz"])
def test_other_content_is_refused(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"a{ending}").write_bytes(content)
    (tmp_path / "a.img").write_bytes(bytes(1000))
    with pytest.raises(InputError):
        read_volume(tmp_path / f"a{ending}")


@pytest.mark.parametrize("name", ["two.nii.gz", "scan.mgz", "pair.hdr"])
def test_what_is_no_volume_is_refused(tmp_path: Path, name: str) -> None:
    for shape in ((6, 5, 4, 3), (6, 5, 1)):
        nibabel.save(MADE[name](np.zeros(shape, np.int16), np.eye(4)), tmp_path / name)
        with pytest.raises(InputError, match="expected a 3-D scan"):
            read_volume(tmp_path / name)
    if name != "scan.mgz":  # which has no such shape
        nibabel.save(MADE[name](np.zeros((6, 5, 4, 1), np.int16), np.eye(4)), tmp_path / name)
    else:
        nibabel.save(MADE[name](np.zeros((6, 5, 4), np.int16), np.eye(4)), tmp_path / name)
    assert read_volume(tmp_path / name).geometry.size == (6, 5, 4)


def test_two_places_are_told(tmp_path: Path) -> None:
    volume = some_volume(RNG.integers(0, 200, (5, 6, 7)).astype(np.int16))
    for name, shift, is_told in (("same", 0.0, False), ("hardly", 0.03, False), ("much", 32.0, True)):
        image = nibabel.Nifti2Image(volume.array.T, affine_of(volume))
        other = affine_of(volume)
        other[0, 3] += shift
        image.set_qform(other, 1)
        image.set_sform(affine_of(volume), 1)
        nibabel.save(image, tmp_path / f"{name}.nii")
        assert not read_volume(tmp_path / f"{name}.nii").geometry.differences(volume.geometry)
        told = notes_of(tmp_path / f"{name}.nii")
        assert bool(told) is is_told
    assert "up to 32 mm apart. The sform is taken" in told[0]


def test_label_maps_too(tmp_path: Path) -> None:
    labels = some_volume(RNG.integers(0, 3, (5, 6, 7)).astype(np.int32))
    for name in ("scan.mgz", "two.nii.gz", "pair.hdr"):
        nibabel.save(MADE[name](labels.array.T, affine_of(labels)), tmp_path / name)
        assert np.array_equal(read_label_map(tmp_path / name).array, labels.array)


@pytest.mark.parametrize("name", ["scan.mgz", "two.nii", "pair.hdr"])
def test_without_nibabel_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    volume = some_volume(RNG.integers(0, 200, (5, 6, 7)).astype(np.int16))
    nibabel.save(MADE[name](volume.array.T, affine_of(volume)), tmp_path / name)
    monkeypatch.setitem(sys.modules, "nibabel", None)
    with pytest.raises(InputError, match="-m pip install nibabel"):
        read_volume(tmp_path / name)


def _disagreeing(path: Path) -> None:
    image = MADE[path.name](np.zeros((7, 6, 5), np.int16), np.diag([1, 1, 2.5, 1]))
    image.set_sform(np.diag([1, 1, 2.5, 1]), code=1, update_affine=False)
    image.set_qform(np.diag([1, 1, 2.0, 1]), code=1, update_affine=False)
    nibabel.save(image, path)


@pytest.mark.parametrize("name", ["two.nii.gz", "pair.hdr", "two.nii"])
def test_the_header_that_is_asked_for_is_taken(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _disagreeing(tmp_path / name)
    for wish, depth in (("auto", 2.5), ("sform", 2.5), ("qform", 2)):
        monkeypatch.setenv("CROSSMODA_HEADER", wish)
        found = read_volume(tmp_path / name)
        assert found.geometry.spacing == read_geometry(tmp_path / name).spacing == (1, 1, depth)
        assert len(found.notes) == 1
        assert "sform and qform disagree" in found.notes[0]
    assert list(other_places(tmp_path / name, found.geometry)) == ["sform"]


@pytest.mark.parametrize("name", ["scan.mgz", "two.nii", "pair.hdr"])
def test_skewed_axes_are_made_regular_as_in_nifti_1(tmp_path: Path, name: str) -> None:
    array, skewed = RNG.random((20, 24, 10), np.float32), np.diag([1, 1, 2.0, 1])
    skewed[0, 2] = 0.3
    nibabel.save(MADE[name](array, skewed), tmp_path / name)
    nibabel.save(nibabel.Nifti1Image(array, skewed), tmp_path / "one.nii")
    found, wanted = read_volume(tmp_path / name), read_volume(tmp_path / "one.nii")
    assert found.geometry.size == wanted.geometry.size == (23, 24, 10)
    assert found.array == pytest.approx(wanted.array, abs=1e-3)
    assert found.own is not None
    assert "skewed axes" in found.notes[0]
    assert read_geometry(tmp_path / name) == found.geometry


@pytest.mark.parametrize("given", [["*"], ["a.img", "a.hdr"], ["a.img"]])
def test_a_pair_is_one_input(tmp_path: Path, given: list[str]) -> None:
    nibabel.save(nibabel.Nifti1Pair(np.zeros((4, 4, 4), np.int16), np.eye(4)), tmp_path / "a.hdr")
    log: Any = None  # nothing is left out
    assert find_inputs([tmp_path / name for name in given], log) == ([tmp_path / "a.hdr"], 0)
