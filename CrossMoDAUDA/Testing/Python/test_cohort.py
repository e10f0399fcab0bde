"""Finding and checking the scans of a cohort, on files really written, good and bad."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib import cohort, cohort_check, errors

LABELS = {"Tumour": 1, "Cochlea": 2}
SHAPE = (5, 6, 7)


def scan_array(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 500, SHAPE).astype(np.int16)


def label_array(*values: float) -> np.ndarray:
    array = np.zeros(SHAPE, np.float64)
    for row, value in enumerate(values):
        array[2, row, 3] = value
    return array


def save(path: Path, array: np.ndarray, spacing: tuple[float, float, float] = (0.5, 0.5, 1.5), vector: bool = False) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = sitk.GetImageFromArray(array, isVector=vector)
    if image.GetDimension() == 3:
        image.SetSpacing(spacing)
    sitk.WriteImage(image, str(path))
    return path


def save_crossmoda(folder: Path, source: str, target: str, validation: str, name: str = "crossmoda_{}", t2: str = "hrT2") -> Path:
    """Two source cases, two target cases and one evaluation case in the folders and names of one of the challenge's years."""
    for number in (1, 2):
        save(folder / source / f"{name.format(number)}_ceT1.nii.gz", scan_array(number))
        save(folder / source / f"{name.format(number)}_Label.nii.gz", label_array(1, 2, 2))
    for number in (10, 9):
        save(folder / target / f"{name.format(number)}_{t2}.nii.gz", scan_array(number))
    save(folder / validation / f"{name.format(20)}_{t2}.nii.gz", scan_array(20))
    save(folder / validation / f"{name.format(20)}_Label.nii.gz", label_array(1, 2))
    return folder


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save_crossmoda(tmp_path / "crossmoda", "source_training", "target_training", "target_validation")


def check(folder: Path) -> cohort_check.CohortReport:
    return cohort_check.check_cohort(cohort.find_crossmoda(folder), LABELS)


def ids(cases: tuple[cohort.Case, ...]) -> list[str]:
    return [case.id for case in cases]


@pytest.mark.parametrize(
    ("folders", "name", "t2"),
    [
        (("source_training", "target_training", "target_validation"), "crossmoda_{}", "hrT2"),
        (("training_source", "training_target", "validation"), "crossmoda2022_etz_{}", "hrT2"),
        (
            ("crossmoda23_training/TrainingSource", "crossmoda23_training/TrainingTarget", "crossmoda23_validation"),
            "crossmoda2023_ukm_{}",
            "T2",
        ),
        (("", "", ""), "case {}", "hrT2"),
        (("ä/b c/d", "ä/e", "日本"), "Fall Ü {}", "T2"),
    ],
    ids=["2021", "2022", "2023", "flat", "other folders"],
)
def test_finds_every_years_folders(tmp_path: Path, folders: tuple[str, str, str], name: str, t2: str) -> None:
    save_crossmoda(tmp_path, *folders, name=name, t2=t2)
    found = cohort.find_crossmoda(tmp_path)
    assert ids(found.source) == [name.format(1), name.format(2)]
    assert ids(found.target) == [name.format(9), name.format(10)], "in counting order"
    assert ids(found.evaluation) == [name.format(20)]
    assert all(case.label is not None and case.label.name == f"{case.id}_Label.nii.gz" for case in found.source + found.evaluation)
    assert all(case.label is None for case in found.target)
    assert found.notes == ()
    report = cohort_check.check_cohort(found, LABELS)
    assert report.problems == []
    assert report.warnings == []


def test_label_in_another_folder_and_another_format(tmp_path: Path) -> None:
    save(tmp_path / "t1" / "images" / "a_ceT1.mha", scan_array(1))
    save(tmp_path / "t1" / "labels" / "a_ceT1-label.nrrd", label_array(1).astype(np.uint8))
    save(tmp_path / "t2" / "a_hrT2.nrrd", scan_array(2))
    found = cohort.find_crossmoda(tmp_path)
    assert found.source == (cohort.Case("a", tmp_path / "t1/images/a_ceT1.mha", tmp_path / "t1/labels/a_ceT1-label.nrrd"),)
    assert found.target == (cohort.Case("a", tmp_path / "t2/a_hrT2.nrrd", None),)


def test_label_belongs_to_ce_t1_when_both_scans_lie_beside_it(tmp_path: Path) -> None:
    save(tmp_path / "a_ceT1.nii.gz", scan_array(1))
    save(tmp_path / "a_hrT2.nii.gz", scan_array(2))
    save(tmp_path / "a_Label.nii.gz", label_array(1))
    found = cohort.find_crossmoda(tmp_path)
    assert [case.label for case in found.source] == [tmp_path / "a_Label.nii.gz"]
    assert ids(found.target) == ["a"]
    assert found.evaluation == ()


def test_labelled_target_scan_is_never_trained_on(tmp_path: Path) -> None:
    save_crossmoda(tmp_path, "source_training", "target_training", "target_validation")
    save(tmp_path / "target_training" / "crossmoda_9_Label.nii.gz", label_array(1))
    found = cohort.find_crossmoda(tmp_path)
    assert ids(found.target) == ["crossmoda_10"]
    assert ids(found.evaluation) == ["crossmoda_9", "crossmoda_20"]


def test_unlabelled_validation_scan_is_left_out_and_said_so(good: Path) -> None:
    path = save(good / "target_validation" / "crossmoda_30_hrT2.nii.gz", scan_array(30))
    found = cohort.find_crossmoda(good)
    assert "crossmoda_30" not in ids(found.target) + ids(found.evaluation)
    assert any(str(path) in warning for warning in check(good).warnings)


def test_stray_files_are_ignored_or_noted(good: Path) -> None:
    before = cohort.find_crossmoda(good)
    (good / "README.txt").write_text("read me", encoding="utf-8")
    (good / "source_training" / "._crossmoda_1_ceT1.nii.gz").write_bytes(b"macOS")
    save(good / ".cache" / "crossmoda_77_hrT2.nii.gz", scan_array(77))
    assert cohort.find_crossmoda(good).notes == ()
    unnamed = save(good / "atlas.nii.gz", scan_array(5))
    orphan = save(good / "crossmoda_99_Label.nii.gz", label_array(1))
    after = cohort.find_crossmoda(good)
    assert after == before, "notes are no part of a cohort's identity"
    assert len(after.notes) == 2
    assert str(orphan) in after.notes[0]
    assert str(unnamed) in after.notes[1]


def test_pseudo_labels_of_an_experiment_beside_the_scans_are_not_found(good: Path) -> None:
    before = cohort.find_crossmoda(good)
    save(good / "run" / "iteration_0" / "crossmoda_9_Label.nii.gz", label_array(1))
    assert cohort.find_crossmoda(good) != before, "without experiment.json it is a label map like any other"
    (good / "run" / "experiment.json").write_text("{}", encoding="utf-8")
    assert cohort.find_crossmoda(good) == before


def test_json_round_trip(good: Path) -> None:
    found = cohort.find_crossmoda(good)
    data = found.to_json()
    assert cohort.Cohort.from_json(data) == found
    assert data["source"][0]["image"] == (good / "source_training" / "crossmoda_1_ceT1.nii.gz").as_posix()
    assert data["target"][0]["label"] is None
    with pytest.raises(ValueError, match="target"):
        cohort.Cohort.from_json({"source": []})


def test_target_cases_cannot_carry_labels(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="carry no labels"):
        cohort.Cohort((), (cohort.Case("a", tmp_path / "a.nii.gz", tmp_path / "a_Label.nii.gz"),))


@pytest.mark.parametrize(
    ("file_name", "case"),
    [
        ("crossmoda2022_etz_7_ceT1.nii.gz", "crossmoda2022_etz_7"),
        ("crossmoda2023_ukm_7_T2.nii.gz", "crossmoda2023_ukm_7"),
        ("Brats18_2013_20_1.nii.gz", "Brats18_2013_20_1"),
        ("case_0000.nii.gz", "case"),
        ("case_ceT1_0000.nrrd", "case"),
        ("case-label.nrrd", "case"),
        ("case.seg.nrrd", "case"),
        ("case_mask.mha", "case"),
        ("v1.2_seg.nii", "v1.2"),
        ("_Label.nii.gz", "_Label"),
    ],
)
def test_case_id(file_name: str, case: str) -> None:
    assert cohort.case_id(Path(file_name)) == case


@pytest.mark.parametrize(
    "suffixes", [("", ""), ("_0000", ""), ("_ceT1", "_Label"), ("", "_label"), ("", "-label"), ("_0000", "_seg"), ("", "_mask")]
)
def test_folders_match_labels_by_case(tmp_path: Path, suffixes: tuple[str, str]) -> None:
    for name in ("a 1", "b"):
        save(tmp_path / "images" / f"{name}{suffixes[0]}.nii.gz", scan_array())
        save(tmp_path / "labels" / f"{name}{suffixes[1]}.nrrd", label_array(1).astype(np.uint8))
    save(tmp_path / "t2" / "c_T2.mha", scan_array(2))
    (tmp_path / "images" / "notes.csv").write_text("a,b", encoding="utf-8")
    found = cohort.find_folders(tmp_path / "images", tmp_path / "labels", tmp_path / "t2", tmp_path / "images", tmp_path / "labels")
    assert [(case.id, case.label) for case in found.source] == [
        (name, tmp_path / "labels" / f"{name}{suffixes[1]}.nrrd") for name in ("a 1", "b")
    ]
    assert found.target == (cohort.Case("c", tmp_path / "t2" / "c_T2.mha", None),)
    assert found.evaluation == found.source
    assert found.notes == ()


def test_folders_may_be_one_folder(good: Path) -> None:
    source, target, scoring = good / "source_training", good / "target_training", good / "target_validation"
    assert cohort.find_folders(source, source, target, scoring, scoring) == cohort.find_crossmoda(good)


def test_label_map_among_target_images_is_no_image(good: Path) -> None:
    target = good / "target_training"
    label = save(target / "crossmoda_9_seg.nii.gz", label_array(1))
    found = cohort.find_folders(good / "source_training", good / "source_training", target)
    assert ids(found.target) == ["crossmoda_9", "crossmoda_10"]
    assert any(str(label) in note for note in found.notes)


def test_images_are_not_their_own_labels(good: Path) -> None:
    target = good / "target_training"
    report = cohort_check.check_cohort(
        cohort.find_folders(good / "source_training", good / "source_training", target, target, target), LABELS
    )
    assert len(report.problems) == 2
    assert all("no label map" in problem for problem in report.problems)


def test_unusable_folders_are_named(good: Path, tmp_path: Path) -> None:
    source, target = good / "source_training", good / "target_training"
    empty, a_file = tmp_path / "empty", tmp_path / "list.txt"
    empty.mkdir()
    (empty / "readme.txt").write_text("no scans", encoding="utf-8")
    a_file.write_text("no folder", encoding="utf-8")
    for bad, words in ((tmp_path / "absent", "does not exist"), (a_file, "is a file"), (empty, "holds no scans")):
        for call in (
            lambda bad=bad: cohort.find_crossmoda(bad),
            lambda bad=bad: cohort.find_folders(bad, source, target),
            lambda bad=bad: cohort.find_folders(source, bad, target),
            lambda bad=bad: cohort.find_folders(source, source, bad),
            lambda bad=bad: cohort.find_folders(source, source, target, bad, source),
            lambda bad=bad: cohort.find_folders(source, source, target, source, bad),
        ):
            with pytest.raises(errors.InputError) as raised:
                call()
            assert str(bad) in str(raised.value)
            assert words in str(raised.value)
    with pytest.raises(errors.InputError, match="both"):
        cohort.find_folders(source, source, target, target)


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


def _truncated(path: Path) -> None:
    whole = save(path, scan_array()).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _cut_before_compression(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(save(path, scan_array()).read_bytes())[:-40]))


def _sheared(path: Path) -> None:
    affine = np.eye(4)
    affine[0, 1] = 0.5
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
    "sheared": (_sheared, "skewed axes"),
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


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(good: Path, value: float) -> None:
    array = scan_array().astype(np.float32)
    array[1, 2, 3] = value
    path = save(good / "target_training" / "crossmoda_50_hrT2.nrrd", array)
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
    problem = _label_problem(good, label_array(2, 5))
    assert "unknown value 5;" in problem
    assert '--set "labels=Tumour:1,Cochlea:2,Another structure:5"' in problem


@pytest.mark.parametrize("value", [0.5, -1, 300, 1 + 1e-6])
def test_values_that_are_no_labels(good: Path, value: float) -> None:
    assert "not whole numbers from 0 to 255" in _label_problem(good, label_array(1, value))


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
        assert matching[0] in table
    assert f"{len(expected)} problems:" in table
    with pytest.raises(errors.CohortError) as raised:
        report.raise_for_problems()
    assert raised.value.problems == report.problems
    assert raised.value.exit_status == 2


def test_real_scans(real_scans: Path) -> None:
    found = cohort.find_crossmoda(real_scans / "vs")
    assert (ids(found.source), ids(found.target), ids(found.evaluation)) == (["vs_gk_99"], ["vs_gk_98"], ["vs_gk_95"])
    report = cohort_check.check_cohort(found, LABELS)
    assert report.problems == []
    assert report.rows[0].label_voxels["Tumour"] > 1000
    assert [warning.split(" ")[0] for warning in report.warnings] == ["Cochlea"], "no cochlea is drawn in these"
