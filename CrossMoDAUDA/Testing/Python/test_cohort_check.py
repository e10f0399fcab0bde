"""Checking a cohort: every kind of bad file, really written, is named in a sentence, and all at once."""

from __future__ import annotations

import gzip
import hashlib
import re
import time
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK
from cohort_files import LABELS, SHAPE, label_array, save, save_crossmoda, scan_array
from CrossMoDAUDALib.cohort import checking as cohort_check
from CrossMoDAUDALib.cohort import finding as cohort
from CrossMoDAUDALib.core import errors
from CrossMoDAUDALib.core.settings import Settings, with_values


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save_crossmoda(tmp_path / "crossmoda", "source_training", "target_training", "target_validation")


def check(folder: Path) -> cohort_check.CohortReport:
    return cohort_check.check_cohort(cohort.find_crossmoda(folder), LABELS)


def test_report_of_a_good_cohort(good: Path) -> None:
    steps = []
    report = cohort_check.check_cohort(
        cohort.find_crossmoda(good),
        LABELS,
        progress=lambda step, total, message="", **metrics: steps.append((step, total, message)),
        threads=2,
    )
    report.raise_for_problems()
    assert [step[:2] for step in steps] == [(number, 5) for number in range(1, 6)]
    assert sum("source case" in step[2] for step in steps) == 2
    row = report.rows[0]
    assert (row.domain, row.id, row.size, row.spacing, row.voxel_type) == ("source", "crossmoda_1", "7 x 6 x 5", "0.5 x 0.5 x 1.5", "int16")
    values = scan_array(1)
    assert row.intensities == f"{values.min()} to {values.max()}"
    assert row.label_voxels == {"Tumour": 1, "Cochlea": 2}, "labels of type float64 are fine"
    assert row.label is not None
    assert row.image_sha256 == hashlib.sha256(row.image.read_bytes()).hexdigest()
    assert row.label_sha256 == hashlib.sha256(row.label.read_bytes()).hexdigest()
    lines = report.table().splitlines()
    assert len(lines) == 2 + len(report.rows)
    tumour = lines[0].index("Tumour") + len("Tumour")
    assert lines[2][:tumour].endswith(" 1"), "counts stand right-aligned under their structure"
    assert lines[4][:tumour].endswith(" -"), "target cases have none"


@pytest.mark.parametrize("error", [KeyError(7), ZeroDivisionError(), UnicodeDecodeError("utf-8", b"x", 0, 1, "bad")])
def test_whatever_a_reader_raises_is_told_of_its_file_alone(good: Path, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    bad = sorted(good.rglob("*_hrT2.nii.gz"))[0]
    read = cohort_check.read_volume

    def reader(path: Path) -> object:
        if path == bad:
            raise error
        return read(path)

    monkeypatch.setattr(cohort_check, "read_volume", reader)
    report = check(good)
    (problem,) = report.problems
    assert problem.startswith(f"{bad} cannot be read ({type(error).__name__}")
    assert sum(bool(row.size) for row in report.rows) == len(report.rows) - 1


def test_pictures_are_made_only_if_asked_for(good: Path) -> None:
    found = cohort.find_crossmoda(good)
    next(good.rglob("*_hrT2.nii.gz")).write_bytes(b"no scan")
    assert not any(row.thumbnail for row in cohort_check.check_cohort(found, LABELS).rows)
    rows = cohort_check.check_cohort(found, LABELS, thumbnail_pixels=20).rows
    assert all(row.thumbnail.startswith(b"P5 20 ") != bool(row.problems) for row in rows) and any(row.problems for row in rows)


def test_itk_reads_the_grid_of_each_nifti_scan_only_and_in_one_thread_at_a_time(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside, together = [], []

    def watched(name: str) -> None:
        read = getattr(SimpleITK.ImageFileReader, name)

        def slowly(reader: SimpleITK.ImageFileReader) -> object:
            inside.append(reader)
            time.sleep(0.01)
            together.append(len(inside))
            try:
                return read(reader)
            finally:
                inside.remove(reader)

        monkeypatch.setattr(SimpleITK.ImageFileReader, name, slowly)

    watched("Execute")
    watched("ReadImageInformation")
    report = cohort_check.check_cohort(cohort.find_crossmoda(good), LABELS, threads=4)
    report.raise_for_problems()
    assert len(together) == sum(1 + (row.label is not None) for row in report.rows)
    assert set(together) == {1}, "two in its NIfTI reader now and then end the process"


def _truncated(path: Path) -> None:
    whole = save(path, scan_array()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _cut_before_compression(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(save(path, scan_array()).read_bytes())[:-40]))


def _flat(path: Path) -> None:
    affine = np.eye(4)
    affine[0, 1], affine[1, 1] = 1, 0.1
    nibabel.save(nibabel.Nifti1Image(scan_array().T, affine), path)


def _folder(path: Path) -> None:
    path.mkdir()


BAD_IMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "truncated": (_truncated, "cut short"),
    "cut before compression": (_cut_before_compression, "cut short"),
    "text": (lambda path: path.write_text("not a scan, " * 50, encoding="utf-8"), "is not a NIfTI"),
    "0 bytes": (lambda path: path.write_bytes(b""), "is empty"),
    "folder": (_folder, "is a folder"),
    "2-D": (lambda path: save(path, scan_array()[0]), "is 2-D (7 x 6)"),
    "single slice": (lambda path: save(path, scan_array()[:1]), "single slice"),
    "4-D": (lambda path: save(path, np.stack([scan_array()] * 3)), "is 4-D"),
    "RGB": (lambda path: save(path, np.zeros((*SHAPE, 3), np.uint8), vector=True), "3 values a voxel"),
    "flat": (_flat, "in one plane"),
    "constant": (lambda path: save(path, np.full(SHAPE, 7, np.int16)), "is blank: every voxel is 7"),
}


@pytest.mark.parametrize("domain", ["source", "target"])
@pytest.mark.parametrize("kind", BAD_IMAGES)
def test_bad_image_is_named(good: Path, kind: str, domain: str) -> None:
    write, words = BAD_IMAGES[kind]
    path = good / ("source_training/crossmoda_1_ceT1.nii.gz" if domain == "source" else "target_training/crossmoda_9_hrT2.nii.gz")
    path.unlink()
    write(path)
    report = check(good)
    assert len(report.problems) == 1, report.problems
    assert str(path) in report.problems[0]
    assert words in report.problems[0]
    bad = [row for row in report.rows if row.problems]
    assert [row.image for row in bad] == [path]
    with pytest.raises(errors.CohortError) as raised:
        report.raise_for_problems()
    assert raised.value.problems == report.problems


@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii"])
def test_truncated_files_of_other_formats_are_named(good: Path, ending: str) -> None:
    path = good / "target_training" / f"crossmoda_50_hrT2{ending}"
    _truncated(path)
    problems = check(good).problems
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert "cut short" in problems[0]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("ending", [".nrrd", ".mha", ".nii", ".nii.gz"])
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(good: Path, value: float, ending: str, kind: type) -> None:
    array = scan_array().astype(kind)
    array[2, 3, 3] = value  # NaN at the border is background
    path = save(good / "target_training" / f"crossmoda_50_hrT2{ending}", array)
    problems = check(good).problems
    assert len(problems) == 1
    assert str(path) in problems[0]
    assert "not finite" in problems[0]


def _label_problem(good: Path, array: np.ndarray, spacing: tuple[float, float, float] = (0.5, 0.5, 1.5)) -> str:
    path = save(good / "source_training" / "crossmoda_2_Label.nii.gz", array, spacing)
    report = check(good)
    assert len(report.problems) == 1, report.problems
    assert str(path) in report.problems[0]
    return report.problems[0]


def test_label_on_another_grid(good: Path) -> None:
    assert "spacing 0.5 x 0.5 x 2 against 0.5 x 0.5 x 1.5 mm" in _label_problem(good, label_array(1), (0.5, 0.5, 2))
    assert "size 7 x 6 x 4 against 7 x 6 x 5" in _label_problem(good, label_array(1)[:4])


def test_unknown_label_values(good: Path) -> None:
    assert "unknown values 3, 7;" in _label_problem(good, label_array(1, 3, 7))
    assert "unknown value 300;" in _label_problem(good, label_array(1, 300))
    problem = _label_problem(good, label_array(2, 5))
    assert "unknown value 5;" in problem
    assert '--set "labels=Tumour:1,Cochlea:2,Another structure:5"' in problem


def test_the_advice_for_unknown_values_works(good: Path) -> None:
    advised = re.findall('--set "labels=([^"]*)"', _label_problem(good, label_array(1, 2, 5)))
    assert advised == ["Tumour:1,Cochlea:2,Another structure:5", "Tumour:1+5,Cochlea:2"]
    found = cohort.find_crossmoda(good)
    for text in advised:
        settings = with_values(Settings(), {"labels": text})
        report = cohort_check.check_cohort(found, settings.labels, merged=settings.reading.merged_values)
        assert report.problems == []
    assert report.rows[1].label_voxels == {"Tumour": 2, "Cochlea": 1}


@pytest.mark.parametrize("values", [(0,), (0, 0), (2, 0)])
def test_label_maps_that_are_all_empty_are_a_problem(good: Path, values: tuple[int, ...]) -> None:
    labels = sorted((good / "source_training").glob("*_Label.nii.gz"))
    for number, path in enumerate(labels):
        save(path, label_array(values[min(number, len(values) - 1)]))
    problems = [problem for problem in check(good).problems if "are empty" in problem]
    assert len(problems) == (not any(values))
    assert not problems or str(labels[0]) in problems[0]


@pytest.mark.parametrize("value", [0.5, -1, 70000, 1.02])
def test_values_that_are_no_labels(good: Path, value: float) -> None:
    assert "not whole numbers from 0 to 65535" in _label_problem(good, label_array(1, value))


def test_broken_label(good: Path) -> None:
    path = good / "source_training" / "crossmoda_2_Label.nii.gz"
    _truncated(path)
    problems = check(good).problems
    assert len(problems) == 1
    assert str(path) in problems[0]


def test_missing_label(good: Path) -> None:
    (good / "source_training" / "crossmoda_2_Label.nii.gz").unlink()
    report = check(good)
    assert len(report.problems) == 1
    assert str(good / "source_training" / "crossmoda_2_ceT1.nii.gz") in report.problems[0]
    assert "crossmoda_2_Label.nii.gz" in report.problems[0]


def test_empty_label_is_a_warning(good: Path) -> None:
    path = save(good / "source_training" / "crossmoda_2_Label.nii.gz", label_array())
    report = check(good)
    assert report.problems == []
    assert len(report.warnings) == 1
    assert str(path) in report.warnings[0]
    assert "warning" in report.table().splitlines()[3]


def test_absent_structure_is_a_warning(good: Path) -> None:
    for number in (1, 2):
        save(good / "source_training" / f"crossmoda_{number}_Label.nii.gz", label_array(1))
    report = check(good)
    assert report.problems == []
    assert len(report.warnings) == 1
    assert report.warnings[0].startswith("Cochlea (value 2) occurs in no label map of the source domain")


@pytest.mark.parametrize(("domain", "suffix"), [("source", "ceT1"), ("target", "hrT2")])
def test_empty_domain(good: Path, domain: str, suffix: str) -> None:
    for path in (good / f"{domain}_training").iterdir():
        path.unlink()
    problems = check(good).problems
    assert len(problems) == 1
    assert problems[0].startswith(f"The {domain} domain has no cases")
    assert f"*_{suffix}" in problems[0]


def test_duplicate_images_and_labels(good: Path) -> None:
    image = save(good / "target_training" / "crossmoda_9_hrT2.nrrd", scan_array(99))
    label = save(good / "source_training" / "crossmoda_1-label.nrrd", label_array(1).astype(np.uint8))
    problems = check(good).problems
    assert len(problems) == 2
    assert "The source case 'crossmoda_1' has 2 label maps" in problems[0]
    assert str(label) in problems[0]
    assert "crossmoda_1_Label.nii.gz" in problems[0]
    assert "The target case 'crossmoda_9' has 2 images" in problems[1]
    assert str(image) in problems[1]
    assert "crossmoda_9_hrT2.nii.gz" in problems[1]


def test_ids_that_differ_only_in_case(good: Path) -> None:
    save(good / "target_training" / "other" / "CROSSMODA_9_hrT2.nii.gz", scan_array(99))
    problems = check(good).problems
    assert len(problems) == 1
    assert "CROSSMODA_9_hrT2.nii.gz" in problems[0]
    assert "crossmoda_9_hrT2.nii.gz" in problems[0]


def test_one_id_in_both_domains_is_fine(good: Path) -> None:
    save(good / "target_training" / "crossmoda_1_hrT2.nii.gz", scan_array(99))
    report = check(good)
    assert report.problems == []
    assert report.warnings == []


def test_repeated_scans_are_warnings(good: Path) -> None:
    content = (good / "target_validation" / "crossmoda_20_hrT2.nii.gz").read_bytes()
    again = good / "target_training" / "crossmoda_60_hrT2.nii.gz"
    again.write_bytes(content)
    report = check(good)
    assert report.problems == []
    assert len(report.warnings) == 1
    assert str(again) in report.warnings[0]
    assert "training" in report.warnings[0]
    copied = good / "target_training" / "crossmoda_61_hrT2.nii.gz"
    copied.write_bytes((good / "target_training" / "crossmoda_9_hrT2.nii.gz").read_bytes())
    warnings = check(good).warnings
    assert len(warnings) == 2
    assert str(copied) in warnings[0]
    assert "several cases" in warnings[0]


def test_digest_of_a_header_covers_its_data_file(tmp_path: Path) -> None:
    """Two scans whose headers are alike to the byte are still two scans."""
    for name, seed in (("a", 1), ("b", 2)):
        save(tmp_path / name / "x_hrT2.mhd", scan_array(seed))
        save(tmp_path / name / "y_hrT2.nhdr", scan_array(seed))
    cases = tuple(
        cohort.Case(f"{folder}{path}", tmp_path / folder / path, None) for folder in "ab" for path in ("x_hrT2.mhd", "y_hrT2.nhdr")
    )
    assert cases[0].image.read_bytes() == cases[2].image.read_bytes()
    assert cases[1].image.read_bytes() == cases[3].image.read_bytes()
    rows = cohort_check.check_cohort(cohort.Cohort((), cases), LABELS).rows
    assert len({row.image_sha256 for row in rows}) == 4


def test_every_problem_is_reported_at_once(tmp_path: Path) -> None:
    folder = tmp_path / "Ordner mit Leerzeichen, ü und 日本"
    expected = []
    for number, (write, words) in enumerate(BAD_IMAGES.values()):
        path = folder / "target" / f"bad_{number}_hrT2.nii.gz"
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path)
        expected.append((path, words))
    expected.append((save(folder / "unlabelled_ceT1.nii.gz", scan_array()), "no label map"))
    save(folder / "unknown_ceT1.nii.gz", scan_array(1))
    expected.append((save(folder / "unknown_Label.nii.gz", label_array(9)), "unknown value 9"))
    report = check(folder)
    assert len(report.problems) == len(expected)
    table = report.table()
    for path, words in expected:
        matching = [problem for problem in report.problems if str(path) in problem]
        assert len(matching) == 1, path
        assert words in matching[0]
        assert matching[0].endswith(".")
        others = re.findall(r"The same holds for (.*)\.", table)  # of what is told of several once
        assert matching[0] in table or any(path.name.split("_hrT2")[0] in named for named in others)
    assert f"{len(expected)} problems:" in table
    with pytest.raises(errors.CohortError) as raised:
        report.raise_for_problems()
    assert raised.value.problems == report.problems
    assert raised.value.exit_status == 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([9, 9], [("9", "case_01")]),
        ([8, 9, 9, 8, 9], [("8", "case_03"), ("9", "case_02 and case_04")]),
        ([9, 8], [("9", ""), ("8", "")]),
        ([9] * 15, [("9", ", ".join(f"case_{number:02}" for number in range(1, 13)) + " and 2 more")]),
    ],
)
def test_what_is_alike_in_several_label_maps_is_told_once(tmp_path: Path, values: list[int], expected: list[tuple[str, str]]) -> None:
    for number, value in enumerate(values):
        save(tmp_path / f"case_{number:02}_ceT1.nii.gz", scan_array(number))
        save(tmp_path / f"case_{number:02}_Label.nii.gz", label_array(value))
    save(tmp_path / "other_hrT2.nii.gz", scan_array(0))
    report = check(tmp_path)
    assert len(report.problems) == len(values)
    told = re.findall(r"unknown value (\d).*?(?:The same holds for (.*)\.)?$", report.table(), re.MULTILINE)
    assert told == expected


def test_real_scans(real_scans: Path) -> None:
    found = cohort.find_crossmoda(real_scans / "vs")
    assert [[case.id for case in cases] for cases in found.domains().values()] == [["vs_gk_99"], ["vs_gk_98"], ["vs_gk_95"]]
    report = cohort_check.check_cohort(found, LABELS)
    assert report.problems == []
    assert report.rows[0].label_voxels["Tumour"] > 1000
    assert [warning.split(" ")[0] for warning in report.warnings] == ["Cochlea"], "no cochlea is drawn in these"
