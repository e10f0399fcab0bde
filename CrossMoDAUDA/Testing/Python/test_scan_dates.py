"""When a scan was made and whose it is, from sidecars, tables and names."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import pytest
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.scan_dates import parse_date, patient_in_header, patient_of, scan_date


def touch(path: Path) -> Path:
    """An empty file: names and what lies beside it tell, not what it holds."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


@pytest.mark.parametrize(
    "text",
    [
        "2024-03-01",
        "20240301",
        " 2024-03-01 ",
        "2024-03-01T23:30:00",
        "2024-03-01 00:10",
        "20240301235959.12+0100",
        "2024-03-01T02:30:00+02:00",
    ],
)
def test_dates_are_read_as_they_are_written(text: str) -> None:
    assert parse_date(text) == datetime.date(2024, 3, 1)


@pytest.mark.parametrize("text", ["", "2024", "2024-13-01", "20230229", "01.03.2024", "03/01/2024", "2024-3-1", "yesterday", "202403011"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="write it as 2024-03-01"):
        parse_date(text)


@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("sub-07/ses-20240301/anat/sub-07_ses-20240301_T2w_Label.nii.gz", "2024-03-01"),
        ("sub-07_ses-20191231_hrT2_Label.nrrd", "2019-12-31"),
        ("smith_2024-03-01_Label.nii.gz", "2024-03-01"),
        ("Ada/2021-05-06/t2_Label.nii.gz", "2021-05-06"),
        ("Ada/20210506/results/t2.seg.nrrd", "2021-05-06"),
        ("mri 20210506 T2_Label.nii", "2021-05-06"),
    ],
)
def test_names_tell_the_date(tmp_path: Path, name: str, day: str) -> None:
    found = scan_date(touch(tmp_path / "scans ü" / name))
    assert found is not None and str(found.day) == day


@pytest.mark.parametrize(
    "name",
    ["smith_Label.nii.gz", "sub-07_ses-01_Label.nii.gz", "patient_12345678_Label.nii.gz", "a_20241301_Label.nii.gz", "x20240301y.nii"],
)
def test_numbers_that_are_no_dates_are_none(tmp_path: Path, name: str) -> None:
    assert scan_date(touch(tmp_path / name)) is None


def test_two_dates_in_a_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="2024-03-01 and 2024-04-01; give it by hand, as --date"):
        scan_date(touch(tmp_path / "a_2024-03-01_20240401_Label.nii.gz"))


@pytest.mark.parametrize(
    ("sidecar", "day"),
    [
        ({"AcquisitionDateTime": "2024-03-01T23:30:00.5", "StudyDate": "20200101"}, "2024-03-01"),
        ({"AcquisitionDate": "20231231"}, "2023-12-31"),
        ({"SeriesDate": "2022-02-28", "PatientID": "P1"}, "2022-02-28"),
        ({"AcquisitionDate": "19000101", "SeriesDate": "18000101", "StudyDate": "20240229"}, "2024-02-29"),
        ({"AcquisitionDate": "19110401", "StudyDate": "19110401"}, "1911-04-01"),  # all shifted, as BIDS has it
    ],
)
def test_a_sidecar_beside_the_label_or_the_scan_comes_first(tmp_path: Path, sidecar: dict[str, str], day: str) -> None:
    label = touch(tmp_path / "results" / "a_ses-19990101_hrT2_Label.nii.gz")
    for folder, name in (("results", "a_ses-19990101_hrT2_Label"), ("results", "a_ses-19990101_hrT2"), ("scans", "a_ses-19990101_hrT2")):
        file = tmp_path / folder / f"{name}.json"
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(sidecar), encoding="utf-8")
        found = scan_date(label, tmp_path / "scans")
        assert found is not None and str(found.day) == day and found.source.startswith(file.name)
        assert patient_in_header(label, tmp_path / "scans") == sidecar.get("PatientID", "")
        file.unlink()


@pytest.mark.parametrize(
    ("name", "sidecar", "others"),
    [
        ("a.nii.gz", {"AcquisitionDate": "20220101", "StudyDate": "20230405"}, [("2023-04-05", "a.json (StudyDate)")]),
        ("a_ses-20210101.nii", {"SeriesDate": "2022-01-01"}, [("2021-01-01", "ses-20210101")]),
        ("a_2019-05-06_Label.nrrd", {"StudyDate": "20220101"}, [("2019-05-06", "the file's name")]),
        ("a.nii.gz", {"AcquisitionDate": "20220101", "SeriesDate": "20220102", "StudyDate": "20211231"}, []),  # over midnight
        ("a.nii.gz", {"AcquisitionDate": "20220101", "StudyDate": "19000101"}, []),  # removed
        ("2018-01-01/a.nii.gz", {"AcquisitionDate": "20220101"}, []),  # of the work
        ("a_2019-05-06_2018-01-01.nrrd", {"StudyDate": "20220101"}, []),
    ],
)
def test_what_says_another_day_is_kept(tmp_path: Path, name: str, sidecar: dict[str, str], others: list[tuple[str, str]]) -> None:
    scan = touch(tmp_path / name)
    scan.with_name(scan.name.partition(".")[0].removesuffix("_Label") + ".json").write_text(json.dumps(sidecar), encoding="utf-8")
    found = scan_date(scan)
    assert found is not None and str(found.day) == "2022-01-01"
    assert [(str(other.day), other.source) for other in found.others] == others and bool(found.contradiction) == bool(others)


@pytest.mark.parametrize(
    ("text", "said"),
    [("{", "cannot be read"), ('{"AcquisitionDate": "01.03.2024"}', "is no date"), ('{"StudyDate": "20230230"}', "no day of the calendar")],
)
def test_a_damaged_sidecar_is_told(tmp_path: Path, text: str, said: str) -> None:
    label = touch(tmp_path / "a_2024-03-01_Label.nii.gz")
    (tmp_path / "a_2024-03-01.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=said):
        scan_date(label)


def test_a_sidecar_that_tells_nothing_leaves_it_to_the_name(tmp_path: Path) -> None:
    label = touch(tmp_path / "a_2024-03-01_Label.nii.gz")
    for text in ("{}", "[]", '{"Modality": "MR"}'):
        (tmp_path / "a_2024-03-01.json").write_text(text, encoding="utf-8")
        found = scan_date(label)
        assert found is not None and str(found.day) == "2024-03-01"


@pytest.mark.parametrize(
    ("file", "head", "row"),
    [
        ("sub-07/sub-07_sessions.tsv", "session_id\tacq_time", "ses-2\t2024-03-01T10:00:00"),
        ("sub-07/ses-2/sub-07_ses-2_scans.tsv", "filename\tacq_time", "anat/sub-07_ses-2_T2w.nii.gz\t2024-03-01"),
        ("sub-07/sub-07_sessions.tsv", "acq_time\tage\tsession_id", "2024-03-01\t60\tses-2"),
    ],
)
def test_tables_of_bids_tell_the_date_of_a_numbered_session(tmp_path: Path, file: str, head: str, row: str) -> None:
    label = touch(tmp_path / "sub-07" / "ses-2" / "anat" / "sub-07_ses-2_T2w_Label.nii.gz")
    (tmp_path / file).write_text(f"{head}\n{row.replace('ses-2', 'ses-1').replace('2024', '2020')}\n{row}\n", encoding="utf-8")
    found = scan_date(label)
    assert found is not None and str(found.day) == "2024-03-01"


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("sub-07/ses-1/sub-07_ses-1_Label.nii.gz", "sub-07"),
        ("Ada Lovelace/2021-05-06/t2_Label.nii.gz", "Ada Lovelace"),
        ("smith_2024-03-01_T2_Label.nii.gz", "smith"),
        ("smith_T2_2024-03-01_Label.nii.gz", "smith"),
        ("2024-03-01_smith_Label.nii.gz", "smith"),
        ("jones_Label.nii.gz", "jones"),
        ("2024-03-01_Label.nii.gz", ""),
    ],
)
def test_whose_scan_it_is(tmp_path: Path, name: str, patient: str) -> None:
    assert patient_of(tmp_path / name) == patient


@pytest.mark.parametrize(
    ("place", "tags", "day"),
    [
        ("scans/Ada_t2/0001.dcm", {"AcquisitionDate": "20240301", "StudyDate": "20240229", "Modality": "MR"}, "2024-03-01"),
        ("scans/Ada_t2/series 2/IM1", {"StudyDate": "20230101", "Modality": "MR"}, "2023-01-01"),
        ("scans/Ada_t2/0002.dcm", {"AcquisitionDate": "19000101", "StudyDate": "20240229", "Modality": "MR"}, "2024-02-29"),
        ("results/Ada_t2_SEG.dcm", {"SeriesDate": "20250101", "StudyDate": "20220202", "Modality": "SEG"}, "2022-02-02"),
    ],
)
def test_dicom_tells_the_date_first(tmp_path: Path, place: str, tags: dict[str, str], day: str) -> None:
    pydicom = pytest.importorskip("pydicom", reason="needs pydicom")
    file = touch(tmp_path / place)
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.SOPClassUID, data.SOPInstanceUID, data.PatientID = "1.2.840.10008.5.1.4.1.1.4", "1.2.3", "P 7"
    for keyword, value in tags.items():
        setattr(data, keyword, value)
    data.save_as(file, enforce_file_format=True)
    label = touch(tmp_path / "results" / "Ada_t2_Label.nii.gz")
    (tmp_path / "results" / "Ada_t2.json").write_text('{"AcquisitionDate": "19990101"}', encoding="utf-8")
    found = scan_date(label, tmp_path / "scans")
    assert found is not None and str(found.day) == day and found.source.startswith("DICOM")
    assert patient_in_header(label, tmp_path / "scans") == "P 7"
    folder = scan_date(file.parent if place.startswith("scans") else file)
    assert folder is not None and str(folder.day) == day
    file.write_bytes(file.read_bytes()[:140])  # cut short: it is left out
    assert (scan_date(label, tmp_path / "scans") or found).source.startswith("Ada_t2.json")


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("ses-P001_2024-01-01_Label.nii.gz", "ses-P001"),
        ("ses-Ada_Label.nii.gz", "ses-Ada"),
        ("smith_ses-1_2024-01-01_Label.nrrd", "smith"),
        ("smith_ses-1-jones_2020-01-31_Label.nii.gz", "smith_ses-1-jones"),
    ],
)
def test_what_only_begins_like_a_session_is_a_patients_name(tmp_path: Path, name: str, patient: str) -> None:
    assert patient_of(tmp_path / name) == patient


@pytest.mark.parametrize(
    ("name", "patient"),
    [
        ("P7/ses-2020-01-31/scan_Label.nii.gz", "P7"),
        ("sub-07/ses-2020-01-31/anat/sub-07_ses-2020-01-31_T2w_dseg.nii.gz", "sub-07"),
        ("smith_ses-2020-01-31_Label.nrrd", "smith"),
        ("ses-20200131_Label.nii.gz", ""),
        ("ses-2020-01-31.seg.nrrd", ""),
    ],
)
def test_sessions_that_are_dates_with_hyphens(tmp_path: Path, name: str, patient: str) -> None:
    found = scan_date(tmp_path / name)
    assert found is not None and found.day == datetime.date(2020, 1, 31) and found.others == ()
    assert patient_of(tmp_path / name) == patient, "a session is no patient"
