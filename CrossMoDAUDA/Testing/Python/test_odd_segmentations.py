"""DICOM segmentations of other writers: empty ones, older or fewer codes, and on their way to another computer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
import pydicom
import pytest
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.cohort.label_maps import label_of
from CrossMoDAUDALib.commands.cli import main
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.images.dicom_labels import read_segmentation
from CrossMoDAUDALib.images.dicom_results import SEG
from CrossMoDAUDALib.images.labels import read_labels, structure_named
from CrossMoDAUDALib.images.volumes import Volume, read_geometry, read_volume, write_volume
from CrossMoDAUDALib.method.coarseness import finest_spacing
from CrossMoDAUDALib.method.rehearsal import few_of
from CrossMoDAUDALib.method.sizing import for_scans
from CrossMoDAUDALib.places.naming import Names
from CrossMoDAUDALib.places.sending import as_one_file
from CrossMoDAUDALib.scoring.evaluation import score_folders
from dicom_files import ORIGIN, normal_of, series, some_slices
from nibabel.orientations import apply_orientation, inv_ornt_aff
from pydicom.dataset import Dataset
from test_dicom_labels import LABELS, SHAPE, drawn, in_layers, leave_distance_to_the_scan, scan_of, write_seg
from test_dicom_results import made

# Empty ones -----------------------------------------------------------------------------------------------------------------


def write_empty(path: Path, files: list[Path], way: str) -> Path:
    """A segmentation without a frame, as programs write it that leave out empty slices."""
    data = pydicom.dcmread(write_seg(path, files, in_layers(drawn()), kind="LABELMAP" if way == "numbers" else "BINARY"))
    data.NumberOfFrames = 0
    data.PerFrameFunctionalGroupsSequence = []
    if way == "no voxels":
        del data.PixelData, data.PerFrameFunctionalGroupsSequence
    else:
        data.PixelData = b""
    data.save_as(path)
    return path


@pytest.mark.parametrize("way", ["no voxels", "an empty list", "numbers"])
def test_one_without_a_slice_is_empty_on_its_scans_grid(tmp_path: Path, way: str) -> None:
    files = scan_of(tmp_path / "scan", "oblique")
    grid = read_geometry(tmp_path / "scan")
    path = write_empty(tmp_path / "labels" / "scan_SEG.dcm", files, way)
    assert [segment.name for segment in read_segmentation(path, path, grid).segments] == ["VS", "Cochlea"]
    read = read_labels(path, LABELS, None, grid)
    assert read.geometry == grid and not read.array.any()
    assert sum("has no slices: nothing was segmented in it" in note for note in read.notes) == 1
    with pytest.raises(InputError, match="put the series of that scan into its folder, or leave") as raised:
        read_labels(path, LABELS)
    assert str(raised.value).startswith(f"{path} has no slices: nothing was segmented in it")
    for file in files:
        file.rename(path.with_name(file.name))
    assert read_labels(path, LABELS).geometry == grid, "as advised"


def test_an_empty_one_in_a_cohort_in_scores_and_in_a_follow_up(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = scan_of(tmp_path / "a")
    grid = read_geometry(tmp_path / "a")
    empty = write_empty(tmp_path / "seg" / "a_SEG.dcm", files, "no voxels")
    scan_of(tmp_path / "t", seed=3)
    (other,) = (write_seg(tmp_path / "seg" / "b_SEG.dcm", scan_of(tmp_path / "b", seed=2), in_layers(drawn())),)
    cohort = Cohort((Case("a", tmp_path / "a", empty), Case("b", tmp_path / "b", other)), (Case("t", tmp_path / "t", None),))
    report = check_cohort(cohort, LABELS)
    assert report.problems == [] and any(f"{empty} is empty" in warning for warning in report.warnings)
    write_volume(Volume(drawn(), grid), tmp_path / "plain_Label.nii.gz")
    for pair in ((empty, tmp_path / "plain_Label.nii.gz"), (tmp_path / "plain_Label.nii.gz", empty)):
        assert [score.dice for score in score_folders(*pair, LABELS)] == [0, 0]
    with pytest.raises(InputError, match="has no slices"):
        score_folders(empty, empty, LABELS)
    words = ["follow-up", str(empty), str(other), "--date", f"{empty}=2024-01-02", "--date", f"{other}=2025-01-02", "--patient", "P"]
    assert main([*words, "--scans", str(tmp_path / "a"), "-o", str(tmp_path / "out")]) == 0, capsys.readouterr().err
    assert "no tumour in the label map" in "".join(capsys.readouterr())


@pytest.mark.parametrize("way", ["no voxels", "an empty list", "numbers"])
def test_an_empty_one_in_what_is_chosen_for_the_scans_and_in_what_is_shown(tmp_path: Path, way: str) -> None:
    """Wherever a case's label map is read, its scan tells where it lies; scan and label map are in folders of their own."""
    cases = [Case("e", tmp_path / "e", write_empty(tmp_path / "seg" / "e_SEG.dcm", scan_of(tmp_path / "e"), way))]
    cases += [Case("d", tmp_path / "d", write_seg(tmp_path / "seg" / "d_SEG.dcm", scan_of(tmp_path / "d", seed=2), in_layers(drawn())))]
    settings = with_values(preset_settings("laptop"), {"labels": LABELS})
    cohort = Cohort(tuple(cases), (Case("t", tmp_path / "d", None),))
    assert check_cohort(cohort, LABELS).problems == []
    assert for_scans(settings, cohort)["segmentation.finest_spacing"] == finest_spacing(settings, cases[1:])
    assert [case.id for case in few_of(cohort, settings).source] == ["d"]
    for case in cases:
        assert label_of(case, settings).geometry == read_geometry(case.image)
    words = ["--set", "labels=VS:1,Cochlea:2", "-o", str(tmp_path / "out")]
    assert main(["unpack", str(tmp_path / "e"), "--label-map", str(cases[0].label), *words]) == 0
    (shown,) = (tmp_path / "out").glob("e_SEG*.nrrd")
    assert read_geometry(shown).differences(read_geometry(tmp_path / "e")) == [] and not read_volume(shown).array.any()
    assert main(["unpack", "--label-map", str(cases[0].label), *words, "--overwrite"]) != 0, "nothing tells where it lies"


@pytest.mark.parametrize("kept", [0.55, 0.6, 0.75])
def test_one_that_breaks_off_is_not_taken_for_an_empty_one(tmp_path: Path, kept: float) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()))
    grid, data = read_geometry(tmp_path / "scan"), path.read_bytes()
    frames = data.index(b"\x00\x52\x30\x92")  # PerFrameFunctionalGroupsSequence
    path.write_bytes(data[: int(frames * kept)])
    with pytest.raises(InputError, match="damaged"):
        read_labels(path, LABELS, None, grid)
    path.write_bytes(data[:frames])
    with pytest.raises(InputError, match="damaged"):
        read_labels(path, LABELS, None, grid)


# Codes ----------------------------------------------------------------------------------------------------------------------


def coded(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


NEOPLASM, OLD_NEOPLASM = ("86049000", "SCT", "Neoplasm, Primary"), ("M-80003", "SRT", "Neoplasm, Primary")
CANAL, OLD_CANAL = ("361078006", "SCT", "Internal Auditory Canal"), ("T-AB959", "SRT", "Internal Auditory Canal")
OLD_ALTERED, OLD_ANATOMY = ("M-01000", "SRT", "Morphologically Altered Structure"), ("T-D000A", "SRT", "Anatomical Structure")
VS = "Vestibular schwannoma"
PARTS = {"Intrameatal": 1, "Extrameatal": 2, "Cochlea": 3}


@pytest.mark.parametrize(
    ("tumour", "cochlea"),
    [
        ((OLD_ALTERED, OLD_NEOPLASM, OLD_CANAL), (OLD_ANATOMY, ("80169004", "SCT", "Cochlea"), None)),
        ((OLD_ALTERED, OLD_NEOPLASM, None), (OLD_ANATOMY, ("T-1", "SRT", "Cochlea"), None)),
        ((OLD_ALTERED, ("M-80003", "99SDM", "Tumor"), None), (OLD_ANATOMY, ("1", "99OURS", "cochlea"), None)),
        ((OLD_ANATOMY, NEOPLASM, None), (OLD_ALTERED, ("80169004", "SCT", "x"), CANAL)),
        ((OLD_ALTERED, ("2", "99OURS", "Vestibular schwannoma"), CANAL), (OLD_ANATOMY, ("80169004", "SCT", "x"), None)),
    ],
    ids=["SNOMED-RT", "no region", "older names of SNOMED", "other categories", "words"],
)
def test_older_and_fewer_codes_mean_the_same(tmp_path: Path, tumour: Any, cochlea: Any) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()), ("Segment_1", "Segment_2"))
    data = pydicom.dcmread(path)
    for segment, (category, kind, region) in zip(data.SegmentSequence, (tumour, cochlea), strict=True):
        segment.SegmentedPropertyCategoryCodeSequence, segment.SegmentedPropertyTypeCodeSequence = [coded(*category)], [coded(*kind)]
        if region:
            segment.AnatomicRegionSequence = [coded(*region)]
    data.save_as(path)
    grid = read_geometry(tmp_path / "scan")
    read = read_labels(path, LABELS, None, grid)
    assert np.array_equal(read.array, drawn())
    assert [re.findall(r"calls a segment '(.*)'; by its codes it is taken as (.*)\.", note) for note in read.notes] == [
        [("Segment_1", "Vestibular schwannoma")],
        [("Segment_2", "Cochlea")],
    ]
    (tmp_path / "sent.nrrd").write_bytes(as_one_file(path, tmp_path / "scan"))
    assert np.array_equal(read_labels(tmp_path / "sent.nrrd", LABELS, None, grid).array, drawn()), "and elsewhere"


@pytest.mark.parametrize(
    ("name", "kind", "region", "labels", "expected"),
    [
        ("Segment_1", NEOPLASM, CANAL, PARTS, "Intrameatal"),
        ("Segment_1", OLD_NEOPLASM, OLD_CANAL, PARTS, "Intrameatal"),
        ("Segment_1", NEOPLASM, None, PARTS, None),  # which part of the tumour?
        ("Tumour", NEOPLASM, None, PARTS, None),  # the whole of it is neither
        ("Tumor", None, None, PARTS, None),
        ("Extrameatal", NEOPLASM, None, PARTS, "Extrameatal"),
        ("Segment_1", NEOPLASM, ("12738006", "SCT", "Brain"), LABELS, None),
        ("Segment_1", ("T-D0050", "SRT", "Tissue"), None, LABELS, None),
        ("Segment_1", OLD_NEOPLASM, None, {"A": 1, "Tumour": 2}, "Tumour"),
        ("Segment_1", NEOPLASM, CANAL, {"A": 1, "Tumour": 2}, "Tumour"),
        *((name, NEOPLASM, None, LABELS, None) for name in ("Meningioma", "Edema", "Extrameatal", "Intrameatal 2")),
        *((name, NEOPLASM, None, LABELS, VS) for name in ("", "7", "Segment 1", "label_2", "Tumor", "Neoplasm, Primary_1")),
        ("Meningioma", NEOPLASM, CANAL, LABELS, VS),
        ("Meningioma", NEOPLASM, None, {"A": 1, "Tumour": 2}, "Tumour"),
        ("Left one", ("80169004", "SCT", "Cochlea"), None, LABELS, "Cochlea"),
        *((name, NEOPLASM, CANAL, PARTS, None) for name in (VS, "VS", "vestibular_schwannoma 1", "tumour")),
        ("Intrameatal", NEOPLASM, CANAL, LABELS, None),  # a part is not the whole
        (VS, NEOPLASM, CANAL, {"Intrameatal": 1, "Tumour": 2}, "Tumour"),
    ],
)
def test_what_codes_leave_open_is_not_guessed(name: str, kind: Any, region: Any, labels: dict[str, int], expected: str | None) -> None:
    def text(code: Any) -> str:
        return f"{code[1]}^{code[0]}^{code[2]}" if code else "^^"

    entry = "~".join(["Any context", text(OLD_ALTERED), text(kind), "^^", "", text(region), "^^"])
    assert structure_named(name, labels, entry) == expected


# Sent elsewhere -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("thickness", "gap", "slices"), [(1.0, 3.0, (1, 3)), (2.0, 2.5, (0, 2)), (0.5, 2.0, (2,))])
def test_it_lies_elsewhere_where_its_scan_says(tmp_path: Path, thickness: float, gap: float, slices: tuple[int, ...]) -> None:
    """What the file leaves to its scan: how far its slices lie apart."""
    files = series(tmp_path / "scan", some_slices(*SHAPE), "oblique", gap)
    label = np.zeros(SHAPE, np.uint8)
    label[list(slices), 5:12, 3:9] = 1
    path = leave_distance_to_the_scan(write_seg(tmp_path / "a.dcm", files, in_layers(label)), thickness)
    assert np.array_equal(sent(tmp_path, path, tmp_path / "scan").array, label)


def sent(folder: Path, label: Path, scan: Path) -> Volume:
    """A label map as it is read on another computer."""
    names = Names(Cohort((Case("a", scan, label),), ()), folder, "/there")
    assert names.drawn_on == {"source_labels/scan_s0001_Label.nrrd": scan}
    read = {}
    for place, path in names.scans.items():
        (folder / "there" / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / "there" / place).write_bytes(as_one_file(path, names.drawn_on.get(place)))
        read[place.partition("/")[0]] = folder / "there" / place
    found = read_labels(read["source_labels"], LABELS, None, read_geometry(read["source"]))
    assert not found.geometry.differences(read_geometry(scan))
    return found


@pytest.mark.parametrize("way", ["tilted", "empty", "two slices of a tilted one"])
def test_tilted_and_empty_ones_lie_on_their_scans_grid_elsewhere(tmp_path: Path, way: str) -> None:
    if way == "empty":
        files = scan_of(tmp_path / "scan")
        assert not sent(tmp_path, write_empty(tmp_path / "a.dcm", files, "no voxels"), tmp_path / "scan").array.any()
        return
    scan = made(tmp_path, "tilted")
    volume = read_volume(scan)
    array = np.zeros(volume.array.shape, np.uint8)
    array[:, 9:15, 5:12] = 2
    if way != "tilted":
        array[[0, 2, 3, 5]] = 0
    SEG.write(volume.with_array(array), LABELS, scan, tmp_path / "t_SEG.dcm", "m")
    assert np.array_equal(sent(tmp_path, tmp_path / "t_SEG.dcm", scan).array, array)


@pytest.mark.parametrize("shift", [0.65, -0.4, 0.3])
@pytest.mark.parametrize("level", [0, 1, 3, 5])
@pytest.mark.parametrize("axis", ["rows", "columns"])
def test_one_of_a_single_tilted_slice_lies_on_the_straightened_grid(tmp_path: Path, shift: float, level: int, axis: str) -> None:
    step = 2.0 * normal_of("axial") + np.array([0, shift, 0] if axis == "rows" else [shift, 0, 0])
    positions = np.array(ORIGIN) + np.arange(6)[:, None] * step
    files = series(tmp_path / "scan", some_slices(6, 16, 12), positions=positions, modality="CT")
    grid = read_geometry(tmp_path / "scan")
    mask = np.zeros((6, 16, 12), np.uint8)
    mask[level, 5:12, 3:9] = 1
    write_seg(tmp_path / "a.dcm", [files[level]], in_layers(mask[level : level + 1]))
    read = read_labels(tmp_path / "a.dcm", LABELS, None, grid)
    assert read.geometry == grid and np.flatnonzero(read.array.any(axis=(1, 2))).tolist() == [level]
    assert read.array.sum() == mask.sum()
    pixels = (positions[level] - grid.origin)[:2] / (0.75, 0.5)
    is_beside = np.abs(pixels - np.rint(pixels)).max() > 0.05
    assert ("beside the grid of its scan" in " ".join(read.notes)) == is_beside, "what is rounded is told"
    drawn = np.argwhere(read.array[level])[0][::-1]  # its first pixel, and where that lies in the slice's plane
    place = np.array(grid.origin) + grid.matrix @ (np.array([*drawn, level]) * grid.spacing)
    first = positions[level] + np.array([3 * 0.75, 5 * 0.5, 0])
    assert np.abs((place - first) / [0.75, 0.5, 2]).max() <= 0.5 + 1e-6, "the nearest voxel"


@pytest.mark.parametrize("moved", [(0.2, 0, 0), (0, 0.2, 0), (-0.3, 0.2, 0)])
def test_one_of_a_single_slice_that_lies_beside_its_scan_is_refused(tmp_path: Path, moved: tuple[float, float, float]) -> None:
    files = scan_of(tmp_path / "scan")
    data = pydicom.dcmread(files[2])
    data.ImagePositionPatient = [place + more for place, more in zip(data.ImagePositionPatient, moved, strict=True)]
    data.save_as(tmp_path / "moved.dcm")
    mask = np.zeros((1, *SHAPE[1:]), np.uint8)
    mask[0, 5:12, 3:9] = 1
    write_seg(tmp_path / "a.dcm", [tmp_path / "moved.dcm"], in_layers(mask))
    grid = read_geometry(tmp_path / "scan")
    read = read_labels(tmp_path / "a.dcm", LABELS, None, grid)
    assert read.geometry.differences(grid)
    cohort = Cohort((Case("a", tmp_path / "scan", tmp_path / "a.dcm"),), (Case("t", tmp_path / "scan", None),))
    assert any("is not on the grid of its image" in problem for problem in check_cohort(cohort, LABELS).problems)


@pytest.mark.parametrize("moved", [(0.9, 0.7), (1.2, 1.2), (0.6, 1.0), (1.4, 0.6)])
@pytest.mark.parametrize("plane", ["axial", "oblique"])
def test_one_of_a_smaller_slice_between_the_voxels_of_an_upright_scan_is_refused(
    tmp_path: Path, plane: str, moved: tuple[float, float]
) -> None:
    """Only the slices of a tilted scan lie between the voxels of its grid."""
    from dicom_files import PLANES

    array = some_slices(6, 24, 20)
    series(tmp_path / "scan", array, plane)
    row, column = (np.array(axis) for axis in PLANES[plane])
    place = np.array(ORIGIN) + 3 * 2.0 * normal_of(plane) + moved[0] * 0.75 * row + moved[1] * 0.5 * column
    files = series(tmp_path / "one", array[3:4, :22, :18], plane, positions=place[None])
    mask = np.zeros((1, 22, 18), np.uint8)
    mask[0, 5:12, 3:9] = 1
    label = write_seg(tmp_path / "a_SEG.dcm", files, in_layers(mask))
    grid = read_geometry(tmp_path / "scan")
    assert read_labels(label, LABELS, None, grid).geometry.differences(grid)
    cohort = Cohort((Case("a", tmp_path / "scan", label),), (Case("t", tmp_path / "scan", None),))
    assert any(f"{label} is not on the grid of its image" in problem for problem in check_cohort(cohort, LABELS).problems)
    write_volume(Volume(np.ones((6, 24, 20), np.uint8), grid), tmp_path / "plain_Label.nii.gz")
    with pytest.raises(InputError, match="grid"):
        score_folders(label, tmp_path / "plain_Label.nii.gz", LABELS)


@pytest.mark.parametrize("slices", [(2,), (0, 1), (1, 3, 4), (0, 1, 2, 3, 4, 5)])
@pytest.mark.parametrize("shift", [0.5, -0.25, 0.1])
@pytest.mark.parametrize("turned", ["", "y", "xz"])
def test_one_beside_a_skewed_nifti_lies_on_its_slices(tmp_path: Path, slices: tuple[int, ...], shift: float, turned: str) -> None:
    """As of a tilted scan that was converted; programs that do so turn slices over. A label map of the same grid is what is expected."""
    step = 2.0 * normal_of("axial") + np.array([0, shift, 0])
    files = series(tmp_path / "scan", some_slices(6, 16, 12), positions=np.array(ORIGIN) + np.arange(6)[:, None] * step, modality="CT")
    mask = np.zeros((6, 16, 12), np.uint8)
    mask[list(slices), 4:12, 3:8] = 1
    mask[list(slices), 4, 3] = 0  # so that turning it over shows
    affine = np.eye(4)
    affine[:3] = np.column_stack([[0.75, 0, 0], [0, 0.5, 0], step, ORIGIN])
    ways = np.array([[axis, -1 if name in turned else 1] for axis, name in enumerate("xyz")])

    def saved(name: str, array: np.ndarray) -> Path:
        stored = apply_orientation(array.T, ways)
        own = np.diag([-1, -1, 1, 1]) @ affine @ inv_ornt_aff(ways, array.T.shape)
        nibabel.save(nibabel.Nifti1Image(np.ascontiguousarray(stored), own), tmp_path / name)
        return tmp_path / name

    grid = read_geometry(saved("scan.nii", some_slices(6, 16, 12)))
    expected = read_labels(saved("label.nii", mask), LABELS, None, grid)
    write_seg(tmp_path / "a.dcm", [files[number] for number in slices], in_layers(mask[list(slices)]))
    read = read_labels(tmp_path / "a.dcm", LABELS, None, grid)
    assert read.geometry == grid and (read.array > 0).sum() > 0
    assert np.array_equal(read.array > 0, expected.array > 0)
    assert "lies on the skewed slices of its scan" in read.notes[0]
