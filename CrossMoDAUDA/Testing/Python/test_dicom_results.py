"""DICOM SEG and structure sets: read back by highdicom and pydicom they are the label map, on the scan's own slices."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.dicom_results import RTSTRUCT, SEG, outlines
from CrossMoDAUDALib.images.dicom_series import find_series
from CrossMoDAUDALib.images.volumes import Volume, read_label_map, read_volume, write_volume
from CrossMoDAUDALib.slicer_nodes import mrml
from dicom_files import BIRTH, ORIGIN, PATIENT, multi_frame, normal_of, series, some_slices
from skimage.draw import polygon2mask

STRUCTURES = {"Cochlea": 5, "Vestibular schwannoma": 2, "Nothing there": 9}


def some_labels(volume: Volume) -> Volume:
    """A blob with a hole and an island in it, another structure beside it, and single voxels."""
    z, y, x = np.indices(volume.array.shape)
    centre = np.array(volume.array.shape) / 2
    away = np.sqrt(((y - centre[1]) / centre[1]) ** 2 + ((x - centre[2]) / centre[2]) ** 2)
    label = np.zeros(volume.array.shape, np.uint8)
    label[(away < 0.8) & (z > 0)] = 2
    label[(away < 0.5) & (z > 1)] = 0
    label[(away < 0.2) & (z > 2)] = 2
    label[:, 0, :2] = 5
    label[2, ::4, -1] = 5
    return volume.with_array(label)


def from_seg(path: Path, scan: Path) -> np.ndarray:
    """A segmentation's voxels on the scan's grid, each frame where its position says."""
    data, slices = pydicom.dcmread(path), find_series(scan).stack.slices
    label = np.zeros((len(slices), *slices[0].shape), np.uint8)
    names = {segment.SegmentNumber: segment.SegmentLabel for segment in data.SegmentSequence}
    frames = data.pixel_array.reshape(-1, *slices[0].shape)
    for frame, group in zip(frames, data.PerFrameFunctionalGroupsSequence, strict=True):
        place = np.array(group.PlanePositionSequence[0].ImagePositionPatient, float)
        away = [np.linalg.norm(place - each.position) for each in slices]
        number = int(np.argmin(away))
        assert away[number] < 1e-3
        source = group.DerivationImageSequence[0].SourceImageSequence[0]
        assert source.ReferencedSOPInstanceUID == slices[number].uid
        if "ReferencedFrameNumber" in source:
            assert source.ReferencedFrameNumber == slices[number].frame + 1
        label[number][frame > 0] = STRUCTURES[names[group.SegmentIdentificationSequence[0].ReferencedSegmentNumber]]
    return label


def from_contours(path: Path, scan: Path) -> np.ndarray:
    """A structure set's voxels: those whose centres lie inside the contours."""
    data, slices = pydicom.dcmread(path), find_series(scan).stack.slices
    label = np.zeros((len(slices), *slices[0].shape), np.uint8)
    names = {region.ROINumber: region.ROIName for region in data.StructureSetROISequence}
    for roi in data.ROIContourSequence:
        for contour in roi.get("ContourSequence", ()):
            image = contour.ContourImageSequence[0]
            frame = image.get("ReferencedFrameNumber", 1) - 1
            (number,) = (at for at, each in enumerate(slices) if (each.uid, each.frame) == (image.ReferencedSOPInstanceUID, frame))
            each = slices[number]
            points = np.array(contour.ContourData, float).reshape(-1, 3) - each.position
            assert len(points) == contour.NumberOfContourPoints
            assert np.abs(points @ each.normal).max() < 1e-3
            rows, columns = points @ each.column / each.spacing[0], points @ each.row / each.spacing[1]
            inside = polygon2mask(each.shape, np.stack([rows, columns], axis=1))
            label[number][inside] = STRUCTURES[names[roi.ReferencedROINumber]]
    return label


def made(tmp_path: Path, kind: str) -> Path:
    """A scan of DICOM of one of several kinds."""
    array = some_slices(6, 24, 20)
    if kind == "multi-frame":
        return multi_frame(tmp_path / "frames.dcm", array, "oblique", order=[3, 0, 5, 1, 4, 2])
    if kind == "one stack of a multi-frame file":

        def echo(frame: pydicom.Dataset, number: int) -> None:
            item = pydicom.Dataset()
            item.EffectiveEchoTime = 30.0 if len(times := seen.setdefault(number, [])) else 10.0
            times.append(number)
            frame.MREchoSequence = [item]

        seen: dict[int, list[int]] = {}
        multi_frame(tmp_path / "frames.dcm", array, order=[0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0], each=echo)
        return tmp_path / "frames.dcm#5.2"
    if kind == "tilted":
        step = 2.0 * normal_of("axial") + np.array([0, 0.65, 0])
        series(tmp_path / "scan", array, positions=np.array(ORIGIN) + np.arange(6)[:, None] * step, modality="CT")
    else:
        series(tmp_path / "scan", array, kind)
    return tmp_path / "scan"


KINDS = ["axial", "sagittal", "coronal", "oblique", "multi-frame", "one stack of a multi-frame file"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_written_is_read_back_voxel_by_voxel(tmp_path: Path, kind: str, clean_scene: object) -> None:
    scan = made(tmp_path, kind)
    label = some_labels(read_volume(scan))
    for result in (SEG, RTSTRUCT):
        result.check(scan)
        result.write(label, STRUCTURES, scan, tmp_path / f"ü{result.ending}", "my model")
    assert np.array_equal(from_seg(tmp_path / "ü_SEG.dcm", scan), label.array)
    assert np.array_equal(from_contours(tmp_path / "ü_RTSTRUCT.dcm", scan), label.array)
    # where highdicom puts the whole of it, and where Slicer has the label map
    found = highdicom.seg.segread(tmp_path / "ü_SEG.dcm").get_volume(combine_segments=True, skip_overlap_checks=True)
    node = mrml.volume_node(label, "label")
    import vtk

    to_ras = vtk.vtkMatrix4x4()
    node.GetIJKToRASMatrix(to_ras)
    ras = np.array([[to_ras.GetElement(row, column) for column in range(4)] for row in range(4)])
    back = mrml.volume_from_node(node)
    assert np.array_equal(back.array, label.array)
    numbers = {number: STRUCTURES[name] for number, name in enumerate(sorted(STRUCTURES, key=lambda name: STRUCTURES[name]), 1)}
    for index in np.argwhere(found.array > 0)[::7]:
        lps = found.affine @ [*index, 1]
        i, j, k = np.rint((np.linalg.inv(ras) @ (lps * [-1, -1, 1, 1]))[:3]).astype(int)
        assert label.array[k, j, i] == numbers[int(found.array[tuple(index)])]


def test_of_tilted_slices_each_has_the_nearest_of_the_straightened_label_map(tmp_path: Path) -> None:
    scan = made(tmp_path, "tilted")
    volume = read_volume(scan)
    label = np.zeros(volume.array.shape, np.uint8)
    label[:, 9:15, 5:12] = 2
    SEG.write(volume.with_array(label), STRUCTURES, scan, tmp_path / "tilted_SEG.dcm", "m")
    found = from_seg(tmp_path / "tilted_SEG.dcm", scan)
    for number in range(6):
        down = int(np.rint(number * 0.65 / 0.5))
        assert np.array_equal(found[number], label[number, down : down + 24, :20])


@pytest.mark.parametrize("kind", ["sagittal", "multi-frame"])
def test_results_say_whose_they_are_and_what_made_them(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path, kind)
    label = some_labels(read_volume(scan))
    source = pydicom.dcmread(find_series(scan).stack.files[0])
    for result in (SEG, RTSTRUCT):
        result.write(label, STRUCTURES, scan, tmp_path / result.ending, "my model")
        data = pydicom.dcmread(tmp_path / result.ending)
        for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "FrameOfReferenceUID", "StudyDate"):
            assert data[keyword].value == source[keyword].value
        assert (str(data.PatientName), data.PatientBirthDate) == (PATIENT, BIRTH)
        assert data.SeriesInstanceUID != source.SeriesInstanceUID
        assert "not for clinical use" in data.SeriesDescription
        assert (data.Manufacturer, data.ManufacturerModelName) == ("CrossMoDAUDA", "my model")
    seg = pydicom.dcmread(tmp_path / SEG.ending)
    assert "not for clinical use" in seg.ContentDescription
    tumour, cochlea, nothing = seg.SegmentSequence  # in the order of their values
    assert [each.SegmentLabel for each in seg.SegmentSequence] == ["Vestibular schwannoma", "Cochlea", "Nothing there"]
    assert (tumour.SegmentAlgorithmType, tumour.SegmentAlgorithmName) == ("AUTOMATIC", "CrossMoDAUDA: my model")
    assert tumour.SegmentationAlgorithmIdentificationSequence[0].AlgorithmVersion
    for segment, value in ((tumour, "86049000"), (cochlea, "80169004"), (nothing, "85756007")):
        code = segment.SegmentedPropertyTypeCodeSequence[0]
        assert (code.CodeValue, code.CodingSchemeDesignator) == (value, "SCT")
    assert [each.TrackingID.partition(": ")[2] for each in seg.SegmentSequence] == ["Vestibular schwannoma", "Cochlea", "Nothing there"]
    assert len({each.TrackingUID for each in seg.SegmentSequence}) == 3
    assert not any("RegionModifier" in each.keyword for segment in seg.SegmentSequence for each in segment.iterall()), "no side is claimed"
    assert tumour.AnatomicRegionSequence[0].CodeValue == "361078006"
    assert "AnatomicRegionSequence" not in cochlea
    referred = {item.ReferencedSOPInstanceUID for item in seg.ReferencedSeriesSequence[0].ReferencedInstanceSequence}
    assert referred == {each.uid for each in find_series(scan).stack.slices}
    structures = pydicom.dcmread(tmp_path / RTSTRUCT.ending)
    assert [region.ROIName for region in structures.StructureSetROISequence] == ["Vestibular schwannoma", "Cochlea", "Nothing there"]
    assert list(structures.ROIContourSequence[0].ROIDisplayColor) == [230, 75, 53]


def test_an_empty_label_map_is_written_too(tmp_path: Path) -> None:
    scan = made(tmp_path, "axial")
    label = read_volume(scan)
    label = label.with_array(np.zeros(label.array.shape, np.uint8))
    for result in (SEG, RTSTRUCT):
        result.write(label, STRUCTURES, scan, tmp_path / result.ending, "m")
    assert not pydicom.dcmread(tmp_path / SEG.ending).pixel_array.any()
    assert not any("ContourSequence" in roi for roi in pydicom.dcmread(tmp_path / RTSTRUCT.ending).ROIContourSequence)


@pytest.mark.parametrize("lacking", ["FrameOfReferenceUID", "StudyInstanceUID"])
def test_what_results_cannot_refer_to_is_told_before_the_work(tmp_path: Path, lacking: str) -> None:
    series(tmp_path / "scan", some_slices(), each=lambda data, _: data.pop(lacking))
    read_volume(tmp_path / "scan")
    with pytest.raises(InputError, match=f"lacks {lacking}"):
        SEG.check(tmp_path / "scan")


def test_an_anonymised_scan_without_a_name_has_results_without_one(tmp_path: Path) -> None:
    series(tmp_path / "scan", some_slices(), each=lambda data, _: [data.pop(name) for name in ("PatientName", "PatientID", "StudyDate")])
    label = some_labels(read_volume(tmp_path / "scan"))
    for result in (SEG, RTSTRUCT):
        result.check(tmp_path / "scan")
        result.write(label, STRUCTURES, tmp_path / "scan", tmp_path / result.ending, "m")
        assert not pydicom.dcmread(tmp_path / result.ending).PatientName


def test_another_grid_is_refused_and_the_old_file_kept(tmp_path: Path) -> None:
    scan = made(tmp_path, "axial")
    label = some_labels(read_volume(scan))
    (tmp_path / "old_SEG.dcm").write_text("old")
    other = Volume(label.array[1:], label.geometry.__class__((20, 24, 5), *list(vars(label.geometry).values())[1:]))
    for result in (SEG, RTSTRUCT):
        with pytest.raises(InputError, match="not on the grid"):
            result.write(other, STRUCTURES, scan, tmp_path / "old_SEG.dcm", "m")
    assert (tmp_path / "old_SEG.dcm").read_text() == "old"


@pytest.mark.parametrize("seed", range(6))
def test_outlines_enclose_the_pixels_that_they_are_made_from(seed: int) -> None:
    """Noise has holes in islands in holes, and parts that touch at corners and at the border."""
    rng = np.random.default_rng(seed)
    mask = rng.random((15, 17)) < (0.3, 0.5, 0.6, 0.7, 0.85, 1.0)[seed]
    found = np.zeros(mask.shape, int)
    for points in outlines(mask):
        found += polygon2mask(mask.shape, points[:, ::-1])
    assert np.array_equal(found, mask)


@pytest.mark.skipif(shutil.which("dciodvfy") is None, reason="dicom3tools is not installed")
@pytest.mark.parametrize("kind", ["axial", "oblique", "multi-frame"])
def test_dciodvfy_finds_no_error(tmp_path: Path, kind: str) -> None:
    scan = made(tmp_path, kind)
    label = some_labels(read_volume(scan))
    for result, what in ((SEG, "Segmentation"), (RTSTRUCT, "RTStructureSet")):
        result.write(label, STRUCTURES, scan, tmp_path / result.ending, "m")
        told = subprocess.run(["dciodvfy", "-new", str(tmp_path / result.ending)], capture_output=True, text=True)
        said = (told.stdout + told.stderr).splitlines()
        assert what in said
        assert [line for line in said if line.startswith("Error")] == []


def test_segment_writes_them_for_dicom_in(
    tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    array = read_volume(next((tiny_cohort / "training_target").glob("*.nii.gz"))).array.astype(np.int16)
    series(tmp_path / "patient ü", array, "axial")
    series(tmp_path / "patient ü", some_slices(1), SeriesNumber=1)
    words = ["segment", str(tiny_experiment), str(tmp_path / "patient ü"), "-o", str(tmp_path / "out"), "--device", "cpu"]
    assert cli.main([*words, "--dicom-seg", "--rtstruct"]) == 0
    assert "1 DICOM single slice was left out" in capsys.readouterr().err
    label = read_label_map(tmp_path / "out" / "patient ü_Label.nii.gz")
    assert not label.geometry.differences(read_volume(tmp_path / "patient ü").geometry)
    seg = pydicom.dcmread(tmp_path / "out" / "patient ü_SEG.dcm")
    assert [segment.SegmentLabel for segment in seg.SegmentSequence] == ["Vestibular schwannoma", "Cochlea"]
    assert seg.ManufacturerModelName == tiny_experiment.stem
    frames = sum(int(np.count_nonzero(frame)) for frame in seg.pixel_array.reshape(-1, *array.shape[1:]))
    assert frames == np.count_nonzero(label.array)
    assert (tmp_path / "out" / "patient ü_RTSTRUCT.dcm").is_file()
    assert cli.main([*words, "--dicom-seg"]) == 2
    assert "add --overwrite" in capsys.readouterr().err


def test_they_are_refused_for_other_formats_before_the_work(
    tiny_experiment: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    series(tmp_path / "patient", some_slices())
    write_volume(read_volume(tmp_path / "patient"), tmp_path / "scan.nii.gz")
    for option in ("--dicom-seg", "--rtstruct"):
        words = ["segment", str(tiny_experiment), str(tmp_path / "patient"), str(tmp_path / "scan.nii.gz"), "-o", str(tmp_path / "out")]
        assert cli.main([*words, option]) == 2
        told = capsys.readouterr().err
        assert "scan.nii.gz is not DICOM" in told
        assert f"leave out {option}" in told
    assert not (tmp_path / "out").exists()


def test_a_missing_package_is_named_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    series(tmp_path / "scan", some_slices())
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name in ("highdicom", "skimage") else find(name, *rest))
    for result, package in ((SEG, "highdicom"), (RTSTRUCT, "scikit-image")):
        with pytest.raises(InputError, match=f"-m pip install {package}"):
            result.check(tmp_path / "scan")


@pytest.mark.parametrize(
    ("script", "patient"),
    [(None, "Meier^A"), ("ISO_IR 100", "Müller^Ö"), (["", "ISO 2022 IR 87"], "Yamada^Tarou=山田^太郎")],
)
def test_names_in_any_script_beside_a_patient_in_another(tmp_path: Path, script: object, patient: str) -> None:
    declared = {} if script is None else {"SpecificCharacterSet": script}
    series(tmp_path / "scan", some_slices(4, 24, 20), PatientName=patient, **declared)
    scan = read_volume(tmp_path / "scan")
    array = np.zeros(scan.array.shape, np.uint8)
    array[1:3, 4:9, 4:9], array[2, 12:15, 12:15] = 1, 2
    structures = {"Ödem": 1, "Опухоль": 2}
    for result in (SEG, RTSTRUCT):
        result.write(scan.with_array(array), structures, tmp_path / "scan", tmp_path / "result.dcm", "Modell ü")
        found = pydicom.dcmread(tmp_path / "result.dcm")
        assert (found.PatientName, found.ManufacturerModelName) == (patient, "Modell ü")
        names = [region.ROIName for region in found.get("StructureSetROISequence", ())]
        assert (names or [segment.SegmentLabel for segment in found.SegmentSequence]) == list(structures)
