"""DICOM segmentations as label maps: names and codes decide, on the scan's place; right values from highdicom and by hand."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Any

import highdicom
import numpy as np
import pydicom
import pytest
from CrossMoDAUDALib.cohort.checking import check_cohort
from CrossMoDAUDALib.cohort.finding import Cohort, find_folders
from CrossMoDAUDALib.commands.follow_up import _Listed, _listed
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.dicom_labels import read_segmentation
from CrossMoDAUDALib.images.dicom_results import RTSTRUCT, SEG
from CrossMoDAUDALib.images.fingerprint import is_there, scan_sha256, scan_stamp, travels_as_it_is
from CrossMoDAUDALib.images.labels import read_labels, structure_named
from CrossMoDAUDALib.images.names import is_label_name, scans_in
from CrossMoDAUDALib.images.volumes import Volume, is_scan, read_geometry, read_volume, write_volume
from CrossMoDAUDALib.places.sending import as_one_file
from CrossMoDAUDALib.scoring.evaluation import score_folders
from dicom_files import PATIENT, refusal, series, some_slices
from pydicom.sr.codedict import codes
from test_dicom_results import KINDS, STRUCTURES, made, some_labels
from test_labels import advised_labels
from turned_scans import turned

LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}
SHAPE = (6, 24, 20)
ANATOMY = highdicom.sr.CodedConcept("123037004", "SCT", "Anatomical Structure")
COCHLEA = highdicom.sr.CodedConcept("80169004", "SCT", "Cochlea")


def drawn() -> np.ndarray:
    """A tumour (1) and a cochlea (2) which leave the first and the last slice empty."""
    array = np.zeros(SHAPE, np.uint8)
    array[1:4, 5:12, 3:9], array[3:5, 14:17, 11:18] = 1, 2
    return array


def described(number: int, name: str, kind: Any) -> Any:
    return highdicom.seg.SegmentDescription(number, name, ANATOMY, kind, highdicom.seg.SegmentAlgorithmTypeValues.MANUAL)


def write_seg(
    path: Path, files: list[Path], layers: np.ndarray, names: tuple[str, str] = ("VS", "Cochlea"), kind: str = "BINARY", **tags: Any
) -> Path:
    """A segmentation as highdicom writes it.

    Args:
        layers: shape (slices, rows, columns, 2).
    """
    values = layers.astype(np.float32) if kind == "FRACTIONAL" else layers.astype(np.uint8)
    if kind == "LABELMAP":
        values = (layers * [1, 2]).max(axis=-1).astype(np.uint8)
    result = highdicom.seg.Segmentation(
        [pydicom.dcmread(file) for file in files],
        values,
        kind,
        [described(1, names[0], codes.SCT.Neoplasm), described(2, names[1], COCHLEA)],
        highdicom.UID(),
        300,
        highdicom.UID(),
        1,
        "A maker",
        "A model",
        "1",
        "1",
    )
    for name, value in tags.items():
        setattr(result, name, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    result.save_as(path)
    return path


def in_layers(array: np.ndarray, order: tuple[int, int] = (1, 2)) -> np.ndarray:
    return np.stack([array == value for value in order], axis=-1)


def scan_of(folder: Path, plane: str = "axial", seed: int = 0) -> list[Path]:
    return series(folder, some_slices(*SHAPE, seed=seed), plane)


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
@pytest.mark.parametrize("plane", ["axial", "sagittal", "oblique"])
def test_names_decide_and_the_place_is_the_scans(tmp_path: Path, plane: str, kind: str) -> None:
    files, grid = scan_of(tmp_path / "scan", plane), read_geometry(tmp_path / "scan")
    for number, (names, order) in enumerate(((("VS", "Cochlea"), (1, 2)), (("cochlea", "vestibular_Schwannoma"), (2, 1)))):
        path = write_seg(tmp_path / f"ü {number}.dcm", files, in_layers(drawn(), order), names, kind)
        read = read_labels(path, LABELS, None, grid)
        assert read.geometry == grid and np.array_equal(read.array, drawn())
        assert [segment.name for segment in read_segmentation(path, path, grid).segments] == list(names)
        assert bool(read.notes) is (kind == "FRACTIONAL")
    other = read_labels(path, {"Cochlea": 300, "Vestibular schwannoma": 5}, None, grid).array
    assert np.array_equal(other, np.array([0, 5, 300])[drawn()])


@pytest.mark.parametrize("plane", ["axial", "coronal", "oblique"])
def test_without_the_scan_it_lies_where_highdicom_puts_it(tmp_path: Path, plane: str) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan", plane), in_layers(drawn()))
    read = read_labels(path, LABELS)
    assert read.geometry.size == (20, 24, 4), "from its first frame to its last"
    found = highdicom.seg.segread(path).get_volume(combine_segments=True)
    geometry = read.geometry
    assert len(np.argwhere(found.array > 0)) == np.count_nonzero(read.array)
    for index in np.argwhere(found.array > 0)[::5]:
        place = (found.affine @ [*index, 1])[:3]
        i, j, k = np.rint(geometry.matrix.T @ (place - geometry.origin) / geometry.spacing).astype(int)
        assert read.array[k, j, i] == found.array[tuple(index)]


@pytest.mark.parametrize("plane", ["axial", "sagittal", "oblique"])
def test_the_scan_may_be_stored_otherwise(tmp_path: Path, plane: str) -> None:
    """As a NIfTI file that was made of the series."""
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan", plane), in_layers(drawn()))
    other = turned(read_volume(tmp_path / "scan").with_array(drawn()))
    read = read_labels(path, LABELS, None, other.geometry)
    assert read.geometry == other.geometry and np.array_equal(read.array, other.array)


def leave_distance_to_the_scan(path: Path, thickness: float) -> Path:
    """Let a segmentation say only how thick its slices are (mm)."""
    data = pydicom.dcmread(path)
    measures = data.SharedFunctionalGroupsSequence[0].PixelMeasuresSequence[0]
    del measures.SpacingBetweenSlices
    measures.SliceThickness = thickness
    data.save_as(path)
    return path


@pytest.mark.parametrize(
    ("thickness", "gap", "slices"), [(1.0, 2.0, (1, 2, 3)), (3.0, 3.3, (1, 2)), (2.0, 4.0, (1, 3)), (2.0, 2.0, (1, 3)), (0.5, 2.0, (2,))]
)
def test_slices_may_be_thinner_than_their_distance(tmp_path: Path, thickness: float, gap: float, slices: tuple[int, ...]) -> None:
    """Where a file says only how thick its slices are, they lie as the scan's, or as its nearest frames."""
    files = series(tmp_path / "scan", some_slices(*SHAPE), "oblique", gap)
    label = np.zeros(SHAPE, np.uint8)
    label[list(slices), 5:12, 3:9] = 1
    path = leave_distance_to_the_scan(write_seg(tmp_path / "a.dcm", files, in_layers(label)), thickness)
    read = read_labels(path, LABELS, None, grid := read_geometry(tmp_path / "scan"))
    assert read.geometry == grid and np.array_equal(read.array, label) and read.notes == ()
    if len(slices) > 1:
        alone = read_labels(path, LABELS)
        least = gap * min(np.diff(slices))
        assert alone.geometry.spacing[2] == pytest.approx(least) and alone.array.any(axis=(1, 2)).all()
        assert bool(alone.notes) == (least >= 2 * thickness) and ("as its nearest frames lie" in "".join(alone.notes)) == bool(alone.notes)


@pytest.mark.parametrize("kind", ["BINARY", "FRACTIONAL", "LABELMAP"])
def test_voxels_of_no_segment_are_told(tmp_path: Path, kind: str) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()), kind=kind)
    data = pydicom.dcmread(path)
    data.SegmentSequence = [segment for segment in data.SegmentSequence if segment.SegmentNumber == 1]
    data.save_as(path)
    read = read_labels(path, LABELS, None, read_geometry(tmp_path / "scan"))
    assert np.array_equal(read.array, drawn() == 1)
    lost = int((drawn() == 2).sum())
    assert sum(f"has {lost} voxels of numbers that none of its segments has" in note for note in read.notes) == 1


@pytest.mark.parametrize("value", [1, 7, 255])
def test_binary_in_bytes_is_read_whatever_number_stands_for_inside(tmp_path: Path, value: int) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()), kind="FRACTIONAL")
    data = pydicom.dcmread(path)
    array = data.pixel_array
    data.SegmentationType, data.PixelData = "BINARY", (array // array.max() * value).astype(np.uint8).tobytes()
    data.save_as(path)
    read = read_labels(path, LABELS, None, read_geometry(tmp_path / "scan"))
    assert np.array_equal(read.array, drawn()) and read.notes == ()


def test_codes_decide_where_names_say_nothing(tmp_path: Path) -> None:
    files = scan_of(tmp_path / "scan")
    for names, said in (
        (("VS", "Segment 2"), "'Segment 2'; by its codes"),
        (("VS", ""), "by its codes"),
        (("vs", "Organ"), "'Organ'; by its"),
    ):
        path = write_seg(tmp_path / "a.dcm", files, in_layers(drawn()), ("VS", "x"))
        data = pydicom.dcmread(path)
        for segment, name in zip(data.SegmentSequence, names, strict=True):
            segment.SegmentLabel = name
        data.save_as(path)
        read = read_labels(path, LABELS, None, read_geometry(tmp_path / "scan"))
        assert np.array_equal(read.array, drawn()) and said in read.notes[0]


@pytest.mark.parametrize("names", [("Segment_1", "Cochlea"), ("VS", "Brain, stem"), ("Pons", "Medulla")])
def test_a_name_that_is_no_structure_is_told_and_the_advice_works(tmp_path: Path, names: tuple[str, str]) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()), names)
    with pytest.raises(InputError, match="names segments that are no structure") as raised:
        read_labels(path, {"Vestibular schwannoma": 1, "Lid": 2})
    advised = with_values(Settings(), {"labels": advised_labels(str(raised.value))[0]}).labels
    read = read_labels(path, advised, None, read_geometry(tmp_path / "scan")).array
    for name, value in zip(names, (1, 2), strict=True):
        assert np.array_equal(read == advised[str(structure_named(name, advised))], drawn() == value)


def test_overlapping_segments_and_a_half(tmp_path: Path) -> None:
    layers, files = np.stack([drawn() > 0, drawn() == 2], axis=-1), scan_of(tmp_path / "scan")
    read = read_labels(write_seg(tmp_path / "a.dcm", files, layers), LABELS, None, read_geometry(tmp_path / "scan"))
    assert np.array_equal(read.array, drawn())
    assert f"{int((drawn() == 2).sum())} voxels in Cochlea and in another segment" in read.notes[0]
    for share, expected in ((0.4, 0), (0.6, 1), (1.0, 1)):
        path = write_seg(tmp_path / "b.dcm", files, np.where(in_layers(drawn()), share, 0), kind="FRACTIONAL")
        assert np.array_equal(read_labels(path, LABELS, None, read_geometry(tmp_path / "scan")).array, drawn() * expected)


@pytest.mark.parametrize("kind", KINDS)
def test_our_own_results_are_read_back_voxel_by_voxel(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path, kind)
    label = some_labels(read_volume(scan))
    SEG.write(label, STRUCTURES, scan, tmp_path / "r_SEG.dcm", "m")
    read = read_labels(tmp_path / "r_SEG.dcm", STRUCTURES, None, read_geometry(scan))
    assert read.geometry == label.geometry and np.array_equal(read.array, label.array)


@pytest.mark.parametrize("rows", [(9, 15), (6, 22), (12, 13)])
def test_a_tilted_scans_result_is_read_onto_its_straightened_grid(tmp_path: Path, rows: tuple[int, int]) -> None:
    scan = made(tmp_path, "tilted")
    volume = read_volume(scan)
    assert "label maps and translations of it lie; results as DICOM lie on the slices" in volume.notes[0]
    array = np.zeros(volume.array.shape, np.uint8)
    array[:, slice(*rows), 5:12] = 2
    SEG.write(volume.with_array(array), {"VS": 2}, scan, tmp_path / "t_SEG.dcm", "m")
    read = read_labels(tmp_path / "t_SEG.dcm", {"VS": 2}, None, volume.geometry)
    assert read.geometry == volume.geometry and np.array_equal(read.array, array)
    write_volume(volume.with_array(array), tmp_path / "t.nii.gz")
    assert read_labels(tmp_path / "t.nii.gz", {"VS": 2}, None, volume.geometry).geometry == volume.geometry, "as the plain result"


# In folders -----------------------------------------------------------------------------------------------------------------


def cohort_of(folder: Path, way: str) -> tuple[Cohort, list[Path]]:
    """Two cases whose labels are DICOM: files named after the cases, a folder each, a pattern, or one series of a folder."""
    labels = []
    for number in (1, 2):
        files = scan_of(folder / "source" / f"case_{number}", seed=number)
        name = {"files": f"case_{number}_SEG.dcm", "folders": f"case_{number}/1-1.dcm", "pattern": f"case_{number}/a/seg ü.dcm"}[way]
        labels.append(write_seg(folder / "labels" / name, files, in_layers(np.roll(drawn(), number, axis=2))))
        scan_of(folder / "target" / f"patient_{number}", "sagittal", seed=5 + number)
    given = folder / "labels" / "*" / "a" / "*.dcm" if way == "pattern" else folder / "labels"
    images = folder / "source" / "*" if way == "pattern" else folder / "source"
    return find_folders(images, given, folder / "target"), labels


@pytest.mark.parametrize("way", ["files", "folders", "pattern"])
def test_a_cohort_with_dicom_labels(tmp_path: Path, way: str) -> None:
    cohort, files = cohort_of(tmp_path, way)
    assert [case.label for case in cohort.source] == ([file.parent for file in files] if way == "folders" else files)
    settings = preset_settings("smoke")
    report = check_cohort(cohort, settings.labels)
    assert report.problems == [] and report.warnings == []
    expected = {"Vestibular schwannoma": int((drawn() == 1).sum()), "Cochlea": int((drawn() == 2).sum())}
    assert [row.label_voxels for row in report.rows if row.domain == "source"] == [expected] * 2
    digests = {row.label_sha256 for row in report.rows if row.label}
    assert len(digests) == 2 and digests == {scan_sha256(case.label) for case in cohort.source if case.label}
    hashes = {str(path): scan_sha256(path) for case in (*cohort.source, *cohort.target) for path in (case.image, case.label) if path}
    experiment = Experiment.create(tmp_path / "experiment", settings, cohort, hashes)
    experiment.verify_scans()
    for number, case in enumerate(cohort.source, 1):
        assert case.label is not None and is_there(case.label)
        assert np.array_equal(experiment.read_label(case.label, case.image).array, np.roll(drawn(), number, axis=2))


def test_a_segmentation_beside_its_series_is_no_scan_and_is_chosen_by_its_number(tmp_path: Path) -> None:
    files = scan_of(tmp_path / "study")
    for number, seed in ((300, 1), (301, 2), (302, 3)):
        path = tmp_path / "study" / f"{number}.dcm"
        write_seg(path, files, in_layers(np.roll(drawn(), seed, axis=2)), SeriesNumber=number)
        assert is_label_name(path) and is_scan(path)
    assert scans_in(tmp_path / "study") == [tmp_path / "study"]
    volume = read_volume(tmp_path / "study")
    assert volume.notes == (f"{tmp_path / 'study'}: 3 DICOM files that are no image (SEG) were left out.",)
    for number, seed in ((300, 1), (301, 2), (302, 3)):
        chosen = tmp_path / f"study#{number}"
        assert np.array_equal(read_labels(chosen, LABELS, None, volume.geometry).array, np.roll(drawn(), seed, axis=2))
        assert scan_sha256(chosen) and scan_stamp(chosen)["size"] == (tmp_path / "study" / f"{number}.dcm").stat().st_size
    message = refusal(tmp_path / "study" / "300.dcm")
    assert "is a DICOM segmentation, not a scan; give the folder of the series" in message
    assert np.array_equal(read_volume(tmp_path / "study").array, some_slices(*SHAPE)), "as advised"


def test_scores_and_follow_up_take_them(tmp_path: Path) -> None:
    files = scan_of(tmp_path / "scan")
    grid = read_geometry(tmp_path / "scan")
    path = write_seg(tmp_path / "seg" / "a_SEG.dcm", files, in_layers(drawn()))
    write_volume(Volume(drawn(), grid), tmp_path / "plain" / "a_Label.nii.gz")
    for pair in (
        (path, tmp_path / "plain" / "a_Label.nii.gz"),
        (tmp_path / "plain", tmp_path / "seg"),
        (tmp_path / "seg", tmp_path / "plain"),
    ):
        assert [score.dice for score in score_folders(*pair, LABELS)] == [1, 1]
    assert _listed(tmp_path / "seg") == [_Listed(path)]
    for name in ("a.seg.nrrd", "a_RTSTRUCT.dcm"):  # as a folder of results has them all
        shutil.copy(path if name.endswith("dcm") else tmp_path / "plain" / "a_Label.nii.gz", tmp_path / "plain" / name)
    RTSTRUCT.write(Volume(drawn(), grid), LABELS, tmp_path / "scan", tmp_path / "plain" / "a_RTSTRUCT.dcm", "m")
    shutil.copy(path, tmp_path / "plain" / "a_SEG.dcm")
    assert _listed(tmp_path / "plain") == [_Listed(tmp_path / "plain" / "a_Label.nii.gz")]
    assert len(score_folders(tmp_path / "plain", tmp_path / "seg", LABELS)) == 2


# What cannot be read --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("plane", ["axial", "sagittal", "oblique"])
def test_a_structure_set_is_refused_and_read_as_advised(tmp_path: Path, plane: str) -> None:
    """Slicer's MRML writes the .seg.nrrd that the advice asks for."""
    from CrossMoDAUDALib.slicer_nodes import mrml

    scan_of(tmp_path / "scan", plane)
    label = read_volume(tmp_path / "scan").with_array(drawn())
    path = tmp_path / "labels" / "scan_RTSTRUCT.dcm"
    path.parent.mkdir()
    RTSTRUCT.write(label, LABELS, tmp_path / "scan", path, "m")
    for given in (path, path.parent):
        with pytest.raises(
            InputError, match=r"structure set \(RTSTRUCT\): it holds contours, not voxels.*save the segmentation as .seg.nrrd"
        ):
            read_labels(given, LABELS)
    mrml.write_segmentation_file(label, LABELS, tmp_path / "scan.seg.nrrd", "scan")
    read = read_labels(tmp_path / "scan.seg.nrrd", LABELS, None, label.geometry)
    assert read.geometry == label.geometry and np.array_equal(read.array, drawn())


@pytest.mark.parametrize("kept", [0.9, 0.5, 0.3])
def test_one_that_is_cut_short_is_refused(tmp_path: Path, kept: float) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()))
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * kept)])
    with pytest.raises(InputError, match="damaged") as raised:
        read_labels(path, LABELS)
    assert str(path) in str(raised.value)


def test_one_of_another_scan_is_not_taken_for_this_ones(tmp_path: Path) -> None:
    path = write_seg(tmp_path / "labels" / "case_SEG.dcm", scan_of(tmp_path / "other", "sagittal"), in_layers(drawn()))
    scan_of(tmp_path / "source" / "case", "axial")
    scan_of(tmp_path / "target" / "t", seed=4)
    (problem,) = check_cohort(find_folders(tmp_path / "source", path.parent, tmp_path / "target"), LABELS).problems
    assert "is not on the grid of its image case" in problem


def test_without_pydicom_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_seg(tmp_path / "a.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()))
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(InputError, match=r"is DICOM.*-m pip install pydicom"):
        read_labels(path, LABELS)


@pytest.mark.parametrize("names", [("VS", "Cochlea"), ("Cochlea", "VS"), ("Tumör", "Lid")])
def test_elsewhere_it_goes_with_its_names_and_without_the_patients(tmp_path: Path, names: tuple[str, str]) -> None:
    path = write_seg(tmp_path / "Doe Jane.dcm", scan_of(tmp_path / "scan"), in_layers(drawn()), names)
    assert PATIENT.encode() in path.read_bytes() and not travels_as_it_is(path)
    data = as_one_file(path)
    assert as_one_file(path) == data
    assert not any(word.encode() in data for word in (PATIENT, "Doe", "19700101", str(tmp_path)))
    (tmp_path / "sent.nrrd").write_bytes(data)
    labels = dict(zip(names, (4, 3), strict=True))
    expected = read_labels(path, labels, None, read_geometry(tmp_path / "scan"))
    read = read_labels(tmp_path / "sent.nrrd", labels, None, read_geometry(tmp_path / "scan"))
    assert np.array_equal(read.array, expected.array) and np.array_equal(read.array, np.array([0, 4, 3])[drawn()])
