"""Headers of scan files that leave something out, or have it in a form that only some programs write; by ITK's reading, or by hand."""

from __future__ import annotations

import gzip
import re
import struct
import zlib
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import read_volume
from test_odd_files import AFFINE, ARRAY, LPS, META, NRRD, PLACE, SPACING, meta, mgh, nifti, nrrd, written

NOT_HEEDED = "which is not heeded, as in Slicer: they were taken as mm, so volumes and distances are wrong"


def as_itk(path: Path) -> tuple[str, ...]:
    """A scan's notes, once it has been made sure that it is as ITK has it."""
    volume, image = read_volume(path), sitk.ReadImage(str(path))
    assert np.array_equal(volume.array.ravel(), sitk.GetArrayFromImage(image).ravel())
    assert np.array_equal(volume.array, ARRAY)
    grid = volume.geometry
    assert np.allclose(grid.spacing, image.GetSpacing()[:3]) and np.allclose(grid.origin, image.GetOrigin()[:3], atol=1e-5)
    assert np.allclose(grid.matrix, np.array(image.GetDirection()).reshape(image.GetDimension(), -1)[:3, :3], atol=1e-6)
    return volume.notes


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_volume(path)
    return str(error.value)


# NIfTI ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(
    "changes",
    [
        {72: ("h", 0)},  # bitpix
        {40: ("8h", 4, 8, 10, 6, 0, 0, 0, 0)},
        {40: ("8h", 5, 8, 10, 6, 1, 0, 1, 1)},
        {40: ("8h", 7, 8, 10, 6, 1, 1, 0, 0), 72: ("h", 0)},
    ],
)
def test_numbers_that_say_nothing_are_left_unheeded(tmp_path: Path, changes: dict[int, tuple[object, ...]], packed: bool) -> None:
    data = nifti(changes)
    assert as_itk(written(tmp_path / f"a.nii{'.gz' if packed else ''}", gzip.compress(data) if packed else data)) == ()


@pytest.mark.parametrize("sizes", [(4, 8, 10, 0, 1), (3, 8, 0, 6), (4, 8, 10, 6, -1)])
def test_but_not_where_a_scan_must_have_voxels(tmp_path: Path, sizes: tuple[int, ...]) -> None:
    data = nifti({40: (f"{len(sizes)}h", *sizes)})
    assert "voxels along its axes" in refusal(written(tmp_path / "a.nii", data))


@pytest.mark.parametrize("rubbish", [b"rubbish", b"\x1f", b"PK\3\4" * 100])
def test_what_follows_a_packed_scan_is_left_unread_as_gzip_does(tmp_path: Path, rubbish: bytes) -> None:
    assert as_itk(written(tmp_path / "a.nii.gz", gzip.compress(nifti()) + rubbish)) == ()
    half = nifti()
    members = gzip.compress(half[:500]) + rubbish + gzip.compress(half[500:])  # what is behind it is none of the scan's
    assert "cut short" in refusal(written(tmp_path / "b.nii.gz", members))


# NRRD -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "unit"),
    [
        (LPS + 'space units: "cm" "cm" "cm"\n', "cm"),
        (LPS + 'space units: "m" "m" "m"\n', "m"),
        (LPS + 'space units: "\u00b5m" "\u00b5m" "\u00b5m"\n', "\u00b5m"),
        ('spacings: 0.5 0.75 2\nunits: "micron" "micron" "micron"\n', "micron"),
        ('spacings: 0.5 0.75 2\nunits: "Inch" "Inch" "Inch"\n', "inch"),
    ],
)
def test_units_that_slicer_does_not_heed_are_told(tmp_path: Path, head: str, unit: str) -> None:
    notes = as_itk(written(tmp_path / "a.nrrd", nrrd(head)))
    assert f"{tmp_path / 'a.nrrd'} gives its lengths in {unit}, {NOT_HEEDED}" in notes[0]


@pytest.mark.parametrize("space", ["leftposteriorsuperior", "left posterior superior", "LPS", "Left-Posterior-Superior"])
def test_a_space_is_known_however_it_is_hyphenated(tmp_path: Path, space: str) -> None:
    assert as_itk(written(tmp_path / "a.nrrd", nrrd(LPS.replace("left-posterior-superior", space)))) == ()


@pytest.mark.parametrize("units", ['"mm" "mm" "mm"', '"" "" ""', '"millimeter" "millimeter" "millimeter"'])
def test_millimetres_are_not_told(tmp_path: Path, units: str) -> None:
    assert as_itk(written(tmp_path / "a.nrrd", nrrd(f"{LPS}space units: {units}\n"))) == ()


@pytest.mark.parametrize(("unit", "is_told"), [("cm", True), ("um", True), ("mm", False), ("?", False)])
def test_units_of_metaimage_too(tmp_path: Path, unit: str, is_told: bool) -> None:
    lying = "ElementSpacing = 0.5 0.75 2\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -10 20 30\n"
    notes = as_itk(written(tmp_path / "a.mha", meta(f"{lying}DistanceUnits = {unit}\n")))
    assert [NOT_HEEDED in note for note in notes] == [True] * is_told


@pytest.mark.parametrize("spacings", ["0.5 0.75 nan", "NaN nan NAN", "nan 0.75 2"])
def test_spacings_that_are_unknown_are_as_in_slicer_and_told(tmp_path: Path, spacings: str) -> None:
    notes = as_itk(written(tmp_path / "a.nrrd", nrrd(f"spacings: {spacings}\nthicknesses: nan nan 2\n")))
    assert "does not say how large its voxels are; they were taken as 1 mm" in notes[0]


def test_a_place_that_is_unknown_is_as_in_slicer(tmp_path: Path) -> None:
    assert as_itk(written(tmp_path / "a.nrrd", nrrd(LPS.replace("(-10,20,30)", "(nan, nan,NaN)")))) == ()
    assert "space origin" in refusal(written(tmp_path / "b.nrrd", nrrd(LPS.replace("(-10,20,30)", "(nan,20,30)"))))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.nrrd", nrrd().replace(b"endian: little\n", b""), "it does not say in which order the bytes of a number are (endian)"),
        (
            "b.nrrd",
            nrrd(LPS.replace("left-posterior-superior", "scanner-xyz-time")),
            "it names the space 'scanner-xyz-time', which is none of",
        ),
        ("c.nrrd", nrrd(LPS.replace("left-posterior-superior", "SRP")), "it names the space 'SRP', which is none of three dimensions"),
        (
            "d.nrrd",
            (NRRD + LPS).replace("dimension: 3", "dimension: 4").replace("8 10 6", "8 10 6 1").replace("(0,0,2)", "(0,0,2) none").encode()
            + b"\n"
            + ARRAY.tobytes(),
            "has an axis without a direction and does not say what it is (kinds)",
        ),
        (
            "e.nrrd",
            nrrd(voxels=zlib.compress(ARRAY.tobytes())).replace(b"encoding: raw", b"encoding: gzip"),
            "has voxels that zlib has packed, where its header says gzip; save it with gzip, or raw",
        ),
    ],
)
def test_what_no_program_of_itk_reads_is_told_with_its_reason(tmp_path: Path, name: str, data: bytes, said: str) -> None:
    path = written(tmp_path / name, data)
    with pytest.raises(RuntimeError):
        sitk.ReadImage(str(path))
    assert said in refusal(path) and str(path) in refusal(path)


@pytest.mark.parametrize("level", [0, 1, 6, 9])
@pytest.mark.parametrize("names", ["one", "LIST", "numbered"])
def test_voxels_in_other_files_that_zlib_has_packed(tmp_path: Path, level: int, names: str) -> None:
    """Repacked by gzip, as advised, they are read."""
    pieces = [ARRAY] if names == "one" else list(ARRAY)
    named = {"one": "s0.z", "LIST": "LIST\n" + "\n".join(f"s{number}.z" for number in range(6)), "numbered": "s%d.z 0 5 1"}[names]
    for number, piece in enumerate(pieces):
        written(tmp_path / f"s{number}.z", zlib.compress(piece.tobytes(), level))
    path = written(tmp_path / "a.nhdr", f"{NRRD.replace('raw', 'gzip')}{LPS}data file: {named}\n".encode())
    assert "has voxels that zlib has packed, where its header says gzip; save it with gzip, or raw" in refusal(path)
    for number, piece in enumerate(pieces):
        written(tmp_path / f"s{number}.z", gzip.compress(piece.tobytes()))
    assert as_itk(path) == ()


# MetaImage ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change", [("BinaryData = True\n", ""), ("NDims = 3\n", "NDims = 3\n\n"), ("NDims = 3\n", "NDims = 3\n  \nNDims = 3\n")]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_what_metaio_passes_over(tmp_path: Path, change: tuple[str, str], end: str) -> None:
    """Voxels are bytes unless the header says that they are written out; blank and repeated lines say nothing new."""
    assert change[0] in META
    head, marker, voxels = meta().partition(b"ElementDataFile = LOCAL\n")
    text = (head.decode().replace(*change) + marker.decode()).replace("\n", end).encode()
    assert as_itk(written(tmp_path / "a.mha", text + voxels)) == ()


def test_a_field_that_contradicts_itself_is_refused(tmp_path: Path) -> None:
    assert "not a new field" in refusal(written(tmp_path / "a.mha", meta().replace(b"NDims = 3\n", b"NDims = 3\nNDims = 2\n")))


# FreeSurfer -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mgz", "a.mgh", "b ü.MGZ"])
def test_a_scan_that_does_not_say_where_it_lies_is_read_as_freesurfer_does_and_told(tmp_path: Path, name: str) -> None:
    data = bytearray(mgh())
    data[28:30] = struct.pack(">h", 0)  # goodRASFlag
    path = written(tmp_path / name, gzip.compress(bytes(data)) if name.lower().endswith("z") else bytes(data))
    volume, image = read_volume(path), nibabel.load(path)
    affine = np.diag([-1, -1, 1]) @ image.affine[:3]
    assert np.allclose(volume.geometry.matrix * volume.geometry.spacing, affine[:, :3]) and volume.geometry.spacing == (1, 1, 1)
    assert np.allclose(volume.geometry.origin, affine[:, 3]) and np.array_equal(volume.array, ARRAY)
    (note,) = volume.notes
    assert re.search("does not say how large its voxels are or how the patient lay; it was read as FreeSurfer does, coronal, 1 mm", note)
    good = read_volume(written(tmp_path / f"good{path.suffix}", gzip.compress(mgh()) if name.lower().endswith("z") else mgh()))
    assert good.notes == () and np.allclose(good.geometry.spacing, SPACING) and np.allclose(good.geometry.origin, PLACE)
    assert AFFINE[0, 3] == -PLACE[0]
