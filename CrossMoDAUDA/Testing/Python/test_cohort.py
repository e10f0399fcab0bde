"""Finding the scans of a cohort in folders of every kind."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cohort_files import LABELS, label_array, save, save_crossmoda, scan_array
from CrossMoDAUDALib.cohort import checking as cohort_check
from CrossMoDAUDALib.cohort import finding as cohort
from CrossMoDAUDALib.core import errors
from CrossMoDAUDALib.images import names


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return save_crossmoda(tmp_path / "crossmoda", "source_training", "target_training", "target_validation")


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


def test_label_belongs_to_the_nearest_image_and_the_modality_it_names(tmp_path: Path) -> None:
    for modality, folder in (("ceT1", "t1"), ("hrT2", "t2")):
        save(tmp_path / folder / f"near_{modality}.nii.gz", scan_array(1))
        save(tmp_path / f"flat_{modality}.nii.gz", scan_array(2))
        save(tmp_path / f"flat_{modality}_Label.nii.gz", label_array(1))
    save(tmp_path / "t2" / "labels" / "near_Label.nii.gz", label_array(1))
    found = cohort.find_crossmoda(tmp_path)
    assert [(case.id, case.label) for case in found.source] == [("flat", tmp_path / "flat_ceT1_Label.nii.gz"), ("near", None)]
    assert [(case.id, case.label) for case in found.evaluation] == [
        ("flat", tmp_path / "flat_hrT2_Label.nii.gz"),
        ("near", tmp_path / "t2" / "labels" / "near_Label.nii.gz"),
    ]
    assert found.target == ()


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
    assert any(str(path) in warning for warning in cohort_check.check_cohort(found, LABELS).warnings)


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
        ("sub-01_ses-2_dseg.nii.gz", "sub-01_ses-2"),
        ("sub-01_T2_dseg.nrrd", "sub-01"),
        ("v1.2_seg.nii", "v1.2"),
        ("_Label.nii.gz", "_Label"),
    ],
)
def test_case_id(file_name: str, case: str) -> None:
    assert names.case_id(Path(file_name)) == case


@pytest.mark.parametrize(
    "suffixes",
    [("", ""), ("_0000", ""), ("_ceT1", "_Label"), ("", "_label"), ("", "-label"), ("_0000", "_seg"), ("", "_mask"), ("_T2", "_dseg")],
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


def test_marked_label_maps_are_told_from_images_beside_them(good: Path, tmp_path: Path) -> None:
    """The labels' folder may hold copies of the images too."""
    source = good / "source_training"
    for number in (1, 2):
        save(tmp_path / "images" / f"crossmoda_{number}.nii.gz", scan_array(number))
    found = cohort.find_folders(tmp_path / "images", source, good / "target_training")
    assert [case.label for case in found.source] == [source / "crossmoda_1_Label.nii.gz", source / "crossmoda_2_Label.nii.gz"]


def test_with_evaluation_replaces_the_evaluation_cases(good: Path, tmp_path: Path) -> None:
    save(tmp_path / "images" / "new.nii.gz", scan_array(7))
    save(tmp_path / "labels" / "new.nii.gz", label_array(1))
    orphan = save(tmp_path / "labels" / "other.nii.gz", label_array(1))
    found = cohort.find_crossmoda(good)
    changed = cohort.with_evaluation(found, tmp_path / "images", tmp_path / "labels")
    assert changed.evaluation == (cohort.Case("new", tmp_path / "images" / "new.nii.gz", tmp_path / "labels" / "new.nii.gz"),)
    assert (changed.source, changed.target) == (found.source, found.target)
    assert any(str(orphan) in note for note in changed.notes)


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
