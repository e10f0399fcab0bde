"""Scan files as they come from elsewhere: under other names, in other units, with less in their headers, half copied."""

from __future__ import annotations

import bz2
import gzip
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.commands.cli import main
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.volumes import Volume, read_volume
from CrossMoDAUDALib.scoring.evaluation import score_folders

ARRAY = np.random.default_rng(0).integers(0, 1000, (6, 10, 8)).astype(np.int16)
AFFINE = np.array([[-0.5, 0, 0, 10], [0, -0.75, 0, -20], [0, 0, 2, 30], [0, 0, 0, 1.0]])
SPACING, PLACE = (0.5, 0.75, 2.0), (-10.0, 20.0, 30.0)  # LPS
NRRD = "NRRD0004\ntype: short\ndimension: 3\nsizes: 8 10 6\nendian: little\nencoding: raw\n"
LPS = "space: left-posterior-superior\nspace directions: (0.5,0,0) (0,0.75,0) (0,0,2)\nspace origin: (-10,20,30)\n"
META = "ObjectType = Image\nNDims = 3\nBinaryData = True\nDimSize = 8 10 6\nElementType = MET_SHORT\n"
MATRIX = "ElementSpacing = 0.5 0.75 2\nTransformMatrix = 1 0 0 0 1 0 0 0 1\nOffset = -10 20 30\n"
LYING = "does not say how the patient lay"


def nifti(changes: dict[int, tuple[object, ...]] | None = None, kind: type = nibabel.Nifti1Image, unit: float = 1) -> bytes:
    """A NIfTI file with other bytes in its header, by their place."""
    scale = np.diag([unit, unit, unit, 1.0])
    data = bytearray(kind(ARRAY.T, scale @ AFFINE).to_bytes())
    for place, (code, *values) in (changes or {}).items():
        struct.pack_into(f"<{code}", data, place, *values)
    return bytes(data)


def nrrd(head: str = LPS, voxels: bytes = ARRAY.tobytes()) -> bytes:
    return f"{NRRD}{head}\n".encode() + voxels


def meta(head: str = MATRIX, voxels: bytes = ARRAY.tobytes()) -> bytes:
    return f"{META}{head}ElementDataFile = LOCAL\n".encode() + voxels


def mgh() -> bytes:
    data: bytes = nibabel.MGHImage(ARRAY.T, AFFINE).to_bytes()
    return data


def written(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def refused(path: Path) -> str:
    with pytest.raises(InputError) as error:
        read_volume(path)
    message = str(error.value)
    assert message.startswith(str(path)) and "\n" not in message
    return message


def is_right(volume: Volume) -> bool:
    places = (volume.geometry.spacing, volume.geometry.origin, volume.geometry.direction)
    return np.array_equal(volume.array, ARRAY) and all(map(np.allclose, places, (SPACING, PLACE, np.eye(3).ravel())))


# Names ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.mha", "a.mgz", "a.mgh", "a.hdr", "a.img", "a.gipl", "a.dcm", "a.nrrd", "a.nii.gz", "A.NII"])
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_is_read_whatever_it_is_called(tmp_path: Path, name: str, packed: bool) -> None:
    data = gzip.compress(nifti()) if packed else nifti()
    assert is_right(read_volume(written(tmp_path / name, data)))


@pytest.mark.parametrize("name", ["a.nii.gz", "a.nii", "a.mgz", "a.gipl", "a.hdr", "a.img", "a.mha", "a.nrrd"])
@pytest.mark.parametrize("content", [nrrd, meta])
def test_nrrd_and_metaimage_too(tmp_path: Path, name: str, content: Callable[[], bytes]) -> None:
    assert is_right(read_volume(written(tmp_path / name, content())))


@pytest.mark.parametrize("name", ["a.nii.gz", "ü b.mha", "a.nrrd"])
def test_formats_that_go_by_their_names_are_named(tmp_path: Path, name: str) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(ARRAY), str(tmp_path / "b.gipl"))
    for data, ending in ((mgh(), ".mgh"), (gzip.compress(mgh()), ".mgz"), ((tmp_path / "b.gipl").read_bytes(), ".gipl")):
        message = refused(path := written(tmp_path / name, data))
        renamed = path.with_name(message.partition('rename it to "')[2].rstrip('".'))
        assert renamed.name.endswith(ending)
        assert np.array_equal(read_volume(path.rename(renamed)).array, ARRAY), "as advised"


@pytest.mark.parametrize("name", ["a.mha", "ü b.nrrd", "a.mgz", "a.mgh", "a.hdr", "a.img", "a.gipl", "a.gipl.gz"])
@pytest.mark.parametrize("packed", [False, True])
def test_nifti_2_under_another_name_is_named(tmp_path: Path, name: str, packed: bool) -> None:
    data = nifti(kind=nibabel.Nifti2Image)
    path = written(tmp_path / name, gzip.compress(data) if packed else data)
    message = refused(path)
    assert "is a NIfTI-2 file, whatever its name says" in message
    renamed = path.rename(path.with_name(message.partition('rename it to "')[2].rstrip('".')))
    assert renamed.name == f"{name.partition('.')[0]}.nii{'.gz' if packed else ''}" and is_right(read_volume(renamed)), "as advised"


@pytest.mark.parametrize("name", ["a.nii.gz", "a b.nrrd", "a.mha"])
@pytest.mark.parametrize("content", [nrrd, meta, lambda: gzip.compress(nifti())])
def test_what_is_packed_as_a_whole_or_twice_is_unpacked_as_advised(tmp_path: Path, name: str, content: Callable[[], bytes]) -> None:
    path = written(tmp_path / name, gzip.compress(content()))
    _, packed, _, unpacked, _ = refused(path).split('"')
    assert packed == str(path)
    assert is_right(read_volume(written(Path(unpacked), gzip.decompress(path.read_bytes()))))


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\0" * 3000, "holds only zeros where its header should be"),
        (b"/annex/objects/MD5E-s1--0.nii.gz\n", "pointer of git-annex"),
        (b"../.git/annex/objects/x", "pointer of git-annex"),
        (b"II*\0" + b"\1" * 400, "TIFF picture"),
        (b"CDF\x01" + b"\1" * 400, "MINC 1; convert it to NIfTI (mnc2nii)"),
        (b"mrtrix image\ndim: 1,2\n", "image of MRtrix; convert it to NIfTI (mrconvert)"),
        (b"# vtk DataFile Version 3.0\n", "a file of VTK"),
    ],
)
def test_other_contents_are_named(tmp_path: Path, start: bytes, said: str) -> None:
    for name in ("a.nii.gz", "a.nrrd", "a.mha"):
        assert said in refused(written(tmp_path / name, start))


def test_links(tmp_path: Path) -> None:
    written(tmp_path / "ü" / "a.nii", nifti())
    for name, target, said in (
        ("b.nii", "ü/a.nii", ""),
        ("c.nii.gz", "ü/a.nii", ""),
        ("d.nii", "gone.nii", "is a link to a file that is not there; copy that file there, or correct the link"),
        ("e.nii", "../.git/annex/objects/xx/MD5E-s1--0.nii", 'e.nii"`, or `git annex get`'),
        *([("f.nii", "f.nii", "leads to itself")] if os.name != "nt" else []),
    ):
        try:
            (tmp_path / name).symlink_to(target)
        except OSError as error:
            pytest.skip(f"this user may not make links ({error})")
        if said:
            assert said in refused(tmp_path / name)
        else:
            assert is_right(read_volume(tmp_path / name))


# What headers say -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("unit", "factor"), [(1, 1e-3), (2, 1), (3, 1e3), (0, 1), (1 | 8, 1e-3)])
@pytest.mark.parametrize("forms", [(0, 1), (1, 0), (1, 1)])
def test_lengths_in_metres_and_micrometres(tmp_path: Path, unit: int, factor: float, forms: tuple[int, int]) -> None:
    data = nifti({123: ("B", unit), 252: ("2h", *forms)}, unit=factor)
    assert is_right(volume := read_volume(written(tmp_path / "a.nii", data))) and volume.notes == ()
    head = nibabel.Nifti2Header()
    head.set_xyzt_units({1: "meter", 2: "mm", 3: "micron", 0: "unknown"}[unit & 7])
    image = nibabel.Nifti2Image(ARRAY.T, np.diag([factor, factor, factor, 1.0]) @ AFFINE, head)
    place = image.affine.copy()
    image.set_qform(place, forms[0])
    image.set_sform(place, forms[1])
    nibabel.save(image, tmp_path / "b.nii")
    assert is_right(volume := read_volume(tmp_path / "b.nii")) and volume.notes == ()


@pytest.mark.parametrize("code", [4, 7, 56, 64, 66, 255])
def test_units_that_no_one_knows_are_mm(tmp_path: Path, code: int) -> None:
    assert is_right(read_volume(written(tmp_path / "a.nii", nifti({123: ("B", code)}))))
    assert is_right(read_volume(written(tmp_path / "b.nii", nifti({500: ("i", code)}, nibabel.Nifti2Image))))
    nibabel.save(nibabel.Nifti1Pair(ARRAY.T, AFFINE), tmp_path / "c.hdr")
    data = bytearray((tmp_path / "c.hdr").read_bytes())
    data[123] = code
    assert is_right(read_volume(written(tmp_path / "c.hdr", bytes(data))))


@pytest.mark.parametrize(
    "data",
    [
        nifti({123: ("B", 1)}),
        nifti(unit=1e-3),
        nrrd(LPS.replace("0.5", "500").replace("0.75", "750")),
        meta(MATRIX.replace("0.5", "0.001")),
    ],
)
def test_lengths_that_no_scan_has_are_told(tmp_path: Path, data: bytes) -> None:
    volume = read_volume(written(tmp_path / "a.nii", data))
    assert np.array_equal(volume.array, ARRAY)
    (note,) = volume.notes
    assert "says that its voxels have " in note and "if that is another unit than mm, correct its header" in note


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (nifti({252: ("2h", 0, 0)}), [LYING]),
        (nifti({252: ("2h", -1, -1)}), [LYING]),
        (nifti({344: ("2i", 0, 0)}, nibabel.Nifti2Image), [LYING]),
        (nrrd("spacings: 0.5 0.75 2\n"), [LYING]),
        (nrrd(""), ["how large its voxels are", LYING]),
        (nrrd("axis mins: 0 0 0\naxis maxs: 4 7.5 12\n"), ["how large its voxels are", LYING]),
        (nrrd(LPS), []),
        (meta("ElementSpacing = 0.5 0.75 2\n"), [LYING]),
        (meta("TransformMatrix = 1 0 0 0 1 0 0 0 1\n"), ["how large its voxels are"]),
        (meta(MATRIX), []),
        (meta(MATRIX.replace("TransformMatrix", "Orientation").replace("ElementSpacing", "ElementSize")), []),
    ],
)
def test_what_a_header_leaves_out_is_told(tmp_path: Path, data: bytes, told: list[str]) -> None:
    volume = read_volume(written(tmp_path / "a.nii", data))
    assert np.array_equal(volume.array, ARRAY) and volume.geometry.direction == (1, 0, 0, 0, 1, 0, 0, 0, 1)
    assert len(volume.notes) == len(told) and all(text in note for text, note in zip(told, volume.notes, strict=True))


def test_large_headers_are_read(tmp_path: Path) -> None:
    many = "".join(f"key {number}:={'v' * 200}\n" for number in range(6000))
    assert is_right(read_volume(written(tmp_path / "a.nrrd", nrrd(f"{LPS}{many}"))))
    image = nibabel.Nifti1Image(ARRAY.T, AFFINE)
    image.header.extensions.append(nibabel.nifti1.Nifti1Extension("comment", b"x" * 18_000_000))
    nibabel.save(image, tmp_path / "b.nii")
    assert is_right(read_volume(tmp_path / "b.nii"))
    assert "does not end within" in refused(written(tmp_path / "c.nrrd", (NRRD + many).encode()))


PACKED = zlib.compress(ARRAY.tobytes())


@pytest.mark.parametrize("size", [None, 0, -1, len(PACKED) - 50, len(PACKED) + 5, 1 << 60])
def test_metaimage_that_itk_would_make_up_is_refused(tmp_path: Path, size: int | None) -> None:
    said = "" if size is None else f"CompressedDataSize = {size}\n"
    path = written(tmp_path / "a.mha", meta(f"{MATRIX}CompressedData = True\n{said}", PACKED))
    assert "damaged" in refused(path)
    assert is_right(read_volume(written(path, path.read_bytes().replace(said.encode() or b"CompressedData = True\n", (
        f"CompressedData = True\nCompressedDataSize = {len(PACKED)}\n" if not said else f"CompressedDataSize = {len(PACKED)}\n"
    ).encode()))))  # fmt: skip


@pytest.mark.parametrize(("encoding", "voxels"), [("bzip2", bz2.compress(ARRAY.tobytes())), ("bz2", b"BZh"), ("zstd", b"x")])
def test_encodings_of_nrrd_that_are_not_read_are_named(tmp_path: Path, encoding: str, voxels: bytes) -> None:
    path = written(tmp_path / "a.nrrd", nrrd(LPS, voxels).replace(b"encoding: raw", f"encoding: {encoding}".encode()))
    assert f"in the encoding '{encoding}', which is not read; save it with gzip, or raw" in refused(path)


@pytest.mark.parametrize(
    ("named", "other"), [("Sub\\A b.RAW", "sub/a b.raw"), ("sub/A B.raw", "sub/a b.raw"), ("SUB/a b.raw", "sub/a b.raw")]
)
def test_data_files_that_windows_would_find_are_named(tmp_path: Path, named: str, other: str) -> None:
    written(tmp_path / other, ARRAY.tobytes())
    for name, head in (("a.mhd", f"{META}{MATRIX}ElementDataFile = {{}}\n"), ("a.nhdr", f"{NRRD}{LPS}data file: {{}}\n")):
        path = written(tmp_path / name, head.format(named).encode())
        if (tmp_path / named).is_file():  # this disk takes both for one
            continue
        assert f"but that is called '{other}'; correct its header" in refused(path)
        assert is_right(read_volume(written(path, head.format(other).encode()))), "as advised"


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.stack([ARRAY.T] * 3, -1), "is 4-D (8 x 10 x 6 x 3); expected a 3-D scan; save the one volume of it that is meant"),
        (np.stack([ARRAY.T] * 3, -1)[:, :, :, None], "is 5-D"),
        (ARRAY.T[:, :, 0], "is 2-D (8 x 10); expected a 3-D scan; give the file with all slices"),
        (ARRAY.T[:1], "is a single slice (1 x 10 x 6); expected a 3-D scan; give the file with all slices"),
        (ARRAY.T.astype(np.complex64), "has complex numbers as voxels; expected a scalar image; save their magnitude as a file of its own"),
        (np.zeros(ARRAY.T.shape, [("R", "u1"), ("G", "u1"), ("B", "u1")]), "has 3 values a voxel (RGB or vector); expected a scalar image"),
    ],
)
@pytest.mark.parametrize("kind", [nibabel.Nifti1Image, nibabel.Nifti2Image])
def test_what_is_no_single_scan_is_refused_with_what_to_do(tmp_path: Path, array: np.ndarray, said: str, kind: type) -> None:
    nibabel.save(kind(array, AFFINE), tmp_path / "a.nii.gz")
    assert said in refused(tmp_path / "a.nii.gz")


@pytest.mark.parametrize("change", [(4, 0), (8, 0), (4, -8), (0, 2), (20, 9), (12, 1 << 28)])
def test_damaged_files_of_freesurfer(tmp_path: Path, change: tuple[int, int]) -> None:
    data = bytearray(mgh())
    struct.pack_into(">i", data, *change)
    for name, content in (("a.mgh", bytes(data)), ("a.mgz", gzip.compress(bytes(data))), ("b.mgh", gzip.compress(bytes(data)))):
        assert "damaged" in refused(written(tmp_path / name, content)) or change == (12, 1 << 28)


@pytest.mark.parametrize("name", ["a b.mgz", "ü.mgh", "A.MGZ", "a.nii", "a.nii.gz", "a.gipl"])
def test_what_is_compressed_against_its_name_is_named(tmp_path: Path, name: str) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(ARRAY), str(tmp_path / "b.gipl"))
    contents = {"mg": mgh(), "ni": nifti(kind=nibabel.Nifti2Image), "gi": (tmp_path / "b.gipl").read_bytes()}
    data = contents[name.lower().partition(".")[2][:2]]
    should_be = name.lower().endswith("z")
    path = written(tmp_path / name, data if should_be else gzip.compress(data))
    message = refused(path)
    assert f"is {'not compressed' if should_be else 'compressed by gzip'}, against its name; rename it to" in message
    renamed = path.rename(path.with_name(message.partition('rename it to "')[2].rstrip('".')))
    assert renamed.name.endswith("z") != should_be and np.array_equal(read_volume(renamed).array, ARRAY), "as advised"


def test_gipl_that_is_not_compressed_in_spite_of_its_name_is_read(tmp_path: Path) -> None:
    sitk.WriteImage(sitk.GetImageFromArray(ARRAY), str(tmp_path / "b.gipl"))
    assert np.array_equal(read_volume((tmp_path / "b.gipl").rename(tmp_path / "a.gipl.gz")).array, ARRAY)


# Label maps that are none ---------------------------------------------------------------------------------------------------


DRAWN = np.zeros(ARRAY.shape, np.uint8)
DRAWN[2:4, 3:6, 2:5], DRAWN[4, 6:8, 5:7] = 1, 2


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (
            (DRAWN == 1) * 0.7 + 0.1,
            "from 0.1 to 0.8; save it with a whole number for each structure, where a probability is at least a half",
        ),
        (DRAWN.astype(np.int16) - 1, "but lie from -1 to 1; save it with a whole number for each structure, and 0 for the background"),
        (DRAWN.astype(np.int32) * 100_000, "but lie from 0 to 200000; save it"),
        (np.stack([DRAWN == 1, DRAWN == 2], 0).astype(np.uint8), "expected a 3-D scan; join its volumes into one, with a number for each"),
        (
            np.arange(1440, dtype=np.int16).reshape(18, 10, 8),
            "holds 1437 values that no structure has, as scans do and not label maps; give the label map itself",
        ),
        (DRAWN * 3, "holds the unknown values 3, 6; name every structure, as --set"),
        (np.resize(np.arange(118, dtype=np.int16), ARRAY.shape), "holds the unknown values 3, 4, 5 and 112 more; name every structure, as"),
        (np.arange(480, dtype=np.int16).reshape(ARRAY.shape), "holds the unknown values 3, 4, 5 and 474 more; name every structure, as"),
    ],
    ids=["probabilities", "negative", "large", "a volume each", "a scan", "other values", "TotalSegmentator", "an atlas"],
)
def test_what_is_no_label_map_is_told_with_what_to_do(tmp_path: Path, array: np.ndarray, said: str) -> None:
    image, label = tmp_path / "a_ceT1.nii", tmp_path / "a_Label.nii.gz"
    nibabel.save(nibabel.Nifti1Image(np.resize(ARRAY, array.shape[-3:]).T, AFFINE), image)
    nibabel.save(nibabel.Nifti1Image(array.T, AFFINE), label)
    other = written(tmp_path / "t_hrT2.nii", nifti({112: ("f", 2.0)}))
    (problem,) = check_cohort(Cohort((Case("a", image, label),), (Case("t", other, None),)), {"VS": 1, "Cochlea": 2}).problems
    assert problem.startswith(str(label)) and said in problem


def label_file(path: Path, array: np.ndarray = DRAWN, changes: dict[int, tuple[object, ...]] | None = None) -> Path:
    data = bytearray(nibabel.Nifti1Image(array.T, AFFINE).to_bytes())
    for place, (code, *values) in (changes or {}).items():
        struct.pack_into(f"<{code}", data, place, *values)
    return written(path, bytes(data))


@pytest.mark.parametrize(
    ("array", "changes", "told"),
    [
        (DRAWN * np.float32(0.99998), None, "holds values up to 4e-05 beside whole numbers, as resampling leaves them; they are rounded."),
        (DRAWN, {252: ("2h", 0, 0)}, "does not say how the patient lay (it has neither a sform nor a qform)"),
        (DRAWN, {123: ("B", 1)}, "says that its voxels have 500 x 750 x 2000 mm; if that is another unit than mm, correct its header."),
    ],
)
def test_follow_up_tells_what_is_odd_of_a_label_map(
    tmp_path: Path, array: np.ndarray, changes: dict[int, tuple[object, ...]] | None, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    label_file(tmp_path / "ü 1" / "P_2020-01-01_Label.nii")
    label_file(tmp_path / "ü 1" / "P_2021-01-01_Label.nii", array, changes)
    assert main(["follow-up", str(tmp_path / "ü 1"), "-o", str(tmp_path / "out"), "--patient", "P"]) == 0
    assert f"P_2021-01-01_Label.nii: {told}" in "".join(capsys.readouterr())


@pytest.mark.parametrize("way", ["shifted", "cropped", "another value"])
def test_scores_that_cannot_be_name_both_files(tmp_path: Path, way: str) -> None:
    good = label_file(tmp_path / "r" / "a_Label.nii")
    other = label_file(
        tmp_path / "p" / "a_Label.nii",
        {"shifted": DRAWN, "cropped": DRAWN[1:], "another value": DRAWN * 7}[way],
        {292: ("f", 15.0)} if way == "shifted" else None,
    )
    with pytest.raises(InputError) as error:
        score_folders(other, good, {"VS": 1, "Cochlea": 2})
    message = str(error.value)
    if way == "another value":
        assert message.startswith(f"{other} holds the label 7, 14, which is no structure")
    else:
        assert message.startswith(f"{other} and its reference {good} are not on one grid (")
