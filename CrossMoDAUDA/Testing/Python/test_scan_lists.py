"""Scans given by patterns or one by one, as where each patient has a folder; names in other Unicode forms."""

from __future__ import annotations

import os
import shlex
import shutil
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from cohort_files import hashes, label_array, save, save_crossmoda, scan_array
from CrossMoDAUDALib.cohort import checking, finding, lists
from CrossMoDAUDALib.commands import cli, study
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.images.names import ScanName, as_on_disk
from CrossMoDAUDALib.places.naming import Names
from CrossMoDAUDALib.places.there_common import SCANS
from CrossMoDAUDALib.scoring import evaluation
from data_set_files import save_bids, save_nnunet
from test_nnunet_raw import find, names, refused

PATIENTS = ("patient1", "patient2", "Müller, Eva", "patient10")


def patients(folder: Path, *files: str, who: tuple[str, ...] = PATIENTS) -> Path:
    """A folder a patient with files of the same names in each; {} in a name is the patient."""
    for number, name in enumerate(who):
        for kind, file in enumerate(files):
            array = label_array(1, 2) if "seg" in file or "label" in file.lower() else scan_array(10 * number + kind)
            save(folder / name / file.replace("{}", name), array)
    return folder


@pytest.mark.parametrize(
    ("files", "image", "label"),
    [
        (("T1.nii.gz", "T2.nii.gz", "seg.nii.gz"), "*/T1.nii.gz", "*/seg.nii.gz"),
        (("{}_flair.nii.gz", "{}_t1.nii.gz", "{}_seg.nrrd"), "*/*_t1.nii.gz", "*/*_seg.nrrd"),
        (("anat/T1 w.nii", "anat/T2.nii", "labels/T1 w_Label.nii.gz"), "*/anat/T1 w.nii", "**/*Label*"),
        (("T1.mha", "{}-label.nrrd"), "*/T1.mha", "*/*-label.nrrd"),
    ],
    ids=["one name each", "patients' names in the files", "deeper folders", "images by folder, labels by name"],
)
def test_a_folder_a_patient(tmp_path: Path, files: tuple[str, ...], image: str, label: str) -> None:
    folder = patients(tmp_path / "DATA ü", *files)
    found = find("--source-images", folder / image, "--source-labels", folder / label, "--target-images", folder / image)
    assert {case.id for case in found.source} == set(PATIENTS) == {case.id for case in found.target}
    assert all(case.label is not None and case.id in str(case.label) and case.id in str(case.image) for case in found.source)
    assert found.notes == ()
    expanded = [sorted(folder.glob(pattern)) for pattern in (image, label)]
    by_shell = find("--source-images", *expanded[0], "--source-labels", *expanded[1], "--target-images", *expanded[0])
    assert {(case.id, case.image, case.label) for case in by_shell.source} == {(case.id, case.image, case.label) for case in found.source}


def test_patients_are_in_counting_order(tmp_path: Path) -> None:
    folder = patients(tmp_path, "T2.nii.gz", who=("p10", "p9", "p1"))
    assert [case.id for case in finding.in_folders(folder / "*" / "T2.nii.gz").cases] == ["p1", "p9", "p10"]


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["D/p1/T2.nii.gz"], ["p1"]),
        (["D/p1/crossmoda_7_hrT2.nii.gz"], ["crossmoda_7"]),
        (["D/p1/a/T2.nii.gz", "D/p1/b/T2.nii.gz", "D/p2/a/T2.nii.gz"], ["p1_a", "p1_b", "p2_a"]),
        (["D/a_b/c/x.nrrd", "D/a/b_c/x.nrrd"], None),
        (["D/p1/x.nrrd", "D/p1/X.nii", "D/p2/x.nrrd"], None),
        (["D/p1/seg_1.nrrd", "D/p1/seg_2.nrrd"], ["seg_1", "seg_2"]),
    ],
)
def test_case_names_are_unique(paths: list[str], expected: list[str] | None) -> None:
    found = lists.case_names([ScanName.of(Path(path)) for path in paths])
    assert len({name.casefold() for name in found}) == len(paths) and not any(set(name) & set("/\\:") for name in found)
    assert expected is None or found == expected


def test_folders_that_hold_one_scan_each(tmp_path: Path) -> None:
    """As a shell makes them of DIR/*."""
    images, labels = patients(tmp_path / "images", "scan.nii.gz"), patients(tmp_path / "labels", "label.nii.gz")
    words = ["--source-images", *images.iterdir(), "--source-labels", *labels.iterdir()]
    found = find(*words, "--target-images", images / "*")
    assert {case.id for case in found.source} == set(PATIENTS) == {case.id for case in found.target} and all(
        case.label for case in found.source
    )
    save(images / "patient1" / "other.nii.gz", scan_array(99))
    message = refused(*words, "--target-images", images / "*")
    assert "patient1 holds 2 scans (other.nii.gz, scan.nii.gz)" in message
    pattern = message.partition('as "')[2].rstrip('".')
    assert len(find("--source-images", Path(pattern).parent / "scan.nii.gz", *words[5:], "--target-images", pattern).source) == 4


def test_refusals_of_lists_say_what_to_give(tmp_path: Path) -> None:
    folder = patients(tmp_path / "D", "T1.nii.gz", "seg.nii.gz")
    message = refused("--source-images", folder, "--source-labels", folder, "--target-images", folder)
    pattern = message.partition('as "')[2].rstrip('".')
    assert pattern == str(folder / "*" / "T1.nii.gz"), "as advised"
    assert len(find("--source-images", pattern, "--source-labels", folder / "*" / "seg.nii.gz", "--target-images", pattern).source) == 4
    assert "Nothing is named as" in refused(
        "--source-images", folder / "*" / "T9.nii.gz", "--source-labels", folder, "--target-images", folder
    )
    text = folder / "list.txt"
    text.write_text("no scan", encoding="utf-8")
    for given in ([text], [text, text.with_name("none.nii.gz")], [folder / "*.txt"]):
        assert str(folder) in refused("--source-images", *given, "--source-labels", folder, "--target-images", folder)


def test_brackets_in_a_name_are_no_pattern(tmp_path: Path) -> None:
    folder = tmp_path / "scans [old] *" if os.name != "nt" else tmp_path / "scans [old]"
    save(folder / "a.nii.gz", scan_array())
    assert names(finding.in_folders([folder]).cases) == ["a.nii.gz"]


@pytest.mark.parametrize(("image", "label"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_image_and_label_in_two_unicode_forms(tmp_path: Path, image: str, label: str) -> None:
    first, second = (unicodedata.normalize(form, "Größe é 한") for form in (image, label))
    save(tmp_path / "i" / f"{first}.nii.gz", scan_array(1))
    save(tmp_path / "l" / f"{second}_Label.nrrd", label_array(1))
    save(tmp_path / "t" / "x.nii.gz", scan_array(2))
    assert [case.label is not None for case in finding.find_folders(tmp_path / "i", tmp_path / "l", tmp_path / "t").source] == [True]
    save(tmp_path / "c" / "T1" / f"{first}_ceT1.nii.gz", scan_array(1))
    save(tmp_path / "c" / "L" / f"{second}_Label.nii.gz", label_array(1))
    assert [case.label is not None for case in finding.find_crossmoda(tmp_path / "c").source] == [True]
    save(tmp_path / "p" / first / "T1.nii.gz", scan_array(1))
    save(tmp_path / "q" / second / "seg.nii.gz", label_array(1))
    assert [
        case.label is not None for case in finding.in_folders(tmp_path / "p" / "*" / "T1.nii.gz", tmp_path / "q" / "*" / "*").cases
    ] == [True]
    target = finding.in_folders(tmp_path / "i").cases
    assert finding.labelled(target, tmp_path / "l")[0].label == tmp_path / "l" / f"{second}_Label.nrrd"
    predictions, references = save(tmp_path / "x" / f"{first}_Label.nii.gz", label_array(1, 2)), tmp_path / "y" / f"{second}.nii.gz"
    save(references, label_array(1, 2))
    assert len(evaluation.score_folders(predictions.parent, references.parent, {"A": 1, "B": 2})) == 2


def test_a_path_in_another_unicode_form_is_found(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Ordner Ü/Bärbel")
    save_crossmoda(tmp_path / name, "s", "t", "validation")
    typed = tmp_path / unicodedata.normalize("NFC", name)
    assert as_on_disk(typed).exists() and as_on_disk(tmp_path / "nö") == tmp_path / "nö"
    assert len(finding.find_crossmoda(typed).source) == 2
    assert len(finding.in_folders(typed / "t").cases) == 2
    assert len(finding.in_folders([typed / "t" / "*_hrT2.nii.gz"]).cases) == 2


def test_further_channels_in_a_folder_are_no_patients(tmp_path: Path) -> None:
    for case in ("a", "b"):
        for channel in (0, 1):
            save(tmp_path / "channels" / f"{case}_{channel:04d}.nii.gz", scan_array(channel))
        save(tmp_path / "labels" / f"{case}.nii.gz", label_array(1))
    for number in range(12):
        save(tmp_path / "patients" / f"scan_{number:04d}.nii.gz", scan_array(number))
        save(tmp_path / "sites" / f"{'AB'[number % 2]}_{number // 2:04d}.nii.gz", scan_array(number))
    save(tmp_path / "sites" / "B_0006.nii.gz", scan_array(50))
    found = finding.find_folders(tmp_path / "channels", tmp_path / "labels", tmp_path / "channels")
    assert names(found.source) == names(found.target) == ["a_0000.nii.gz", "b_0000.nii.gz"]
    assert any("2 scans were left out" in note and "a further channel" in note for note in found.notes)
    assert checking.check_cohort(found, {"A": 1}).problems == []
    assert len(finding.in_folders(tmp_path / "patients").cases) == 12, "numbered from 0000"
    assert len(finding.in_folders(tmp_path / "sites").cases) == 13, "not the same numbers"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--source-nnunet", "D", "--source-images", "D"], "Give either --source-images or --source-nnunet"),
        (["--source-bids", "D", "--source-nnunet", "D"], "Give either --source-nnunet or --source-bids"),
        (["--target-bids", "D", "--target-images", "D"], "Give either --target-images or --target-bids"),
        (["--crossmoda", "D", "--target-nnunet", "D"], "Give either --crossmoda or"),
        (["--source-nnunet", "D", "--source-labels", "D"], "leave --source-labels out"),
        (["--crossmoda", "D", "--channel", "0"], "--channel belongs to"),
        (["--source-nnunet", "D", "--target-images", "D", "--target-channel", "1"], "--target-channel belongs to --target-nnunet"),
        (["--source-bids", "D", "--target-images", "D", "--target-suffix", "T2w"], "--target-suffix belongs to --target-bids"),
        (["--crossmoda", "D", "--evaluate-images", "D"], "belong together"),
        (["--crossmoda", "D", "--evaluate-images", "D", "--evaluate-bids", "D"], "Give either --evaluate-images or --evaluate-bids"),
        (["--source-nnunet", "D"], "Name the scans"),
        (["--target-bids", "D", "--source-images", "D"], "Name the scans"),
    ],
)
def test_contradictions_are_refused(words: list[str], said: str) -> None:
    assert said in refused(*words)


def test_labels_of_the_ceiling_by_pattern(tmp_path: Path) -> None:
    folder = patients(tmp_path, "T2.nii.gz", "seg.nii.gz")
    target = finding.in_folders(folder / "*" / "T2.nii.gz").cases
    found = finding.labelled(target, [folder / "*" / "seg.nii.gz"])
    assert [case.label for case in found] == [case.image.with_name("seg.nii.gz") for case in target]
    shutil.rmtree(folder / "patient1")
    with pytest.raises(InputError, match="two label maps"):
        save(folder / "patient2" / "seg2_seg.nii.gz", label_array(1))
        finding.labelled(target, [folder / "*" / "*seg.nii.gz"])


def test_elsewhere_the_scans_of_every_kind_are_the_same_cases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There they have numbers for names, and the structures go with them as a setting."""
    source = save_nnunet(tmp_path / "D1", ["a", "b"], channels=("T1", "T2"))
    folder = patients(tmp_path / "P", "T2.nrrd")
    scored = save_bids(tmp_path / "B", ["sub-01/anat/sub-01_T2w.nii.gz"], ["derivatives/m/sub-01/anat/sub-01_dseg.nii.gz"], seed=8)
    words = ["--source-nnunet", source, "--channel", "T1", "--target-images", folder / "*" / "T2.nrrd", "--evaluate-bids", scored]
    asked: list[Any] = []
    monkeypatch.setattr(cli.places, "run_on", lambda *given: asked.append(given) or 0)
    assert cli.main(["run", *map(str, words), "-o", str(tmp_path / "out"), "--on", "gpu", "--preset", "smoke"]) == 0
    options, _place, settings, cohort = asked[0]
    assert settings.labels == {"Knoten": 1, "Schnecke": 2} and "--set=labels=Knoten:1,Schnecke:2" in cli.places._words(options)
    there = (tmp_path / "there").as_posix()
    sent = Names(cohort, tmp_path / "out", there)
    for place, path in sent.scans.items():
        (tmp_path / "there" / SCANS / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, tmp_path / "there" / SCANS / place)
    found = find(*sent.options())
    assert [len(cases) for cases in found.domains().values()] == [2, 4, 1]
    assert sorted(hashes(found).values()) == sorted(hashes(cohort).values())
    assert all(case.label for case in (*found.source, *found.evaluation))


def test_a_study_takes_the_structures_and_writes_its_command(tmp_path: Path) -> None:
    source = save_nnunet(tmp_path / "D1", ["a", "b"])
    folder = patients(tmp_path / "P", "T2.nrrd", "seg.nrrd")
    words = ["study", "--source-nnunet", source, "--target-images", folder / "*" / "T2.nrrd", "--target-labels", folder / "*" / "seg.nrrd"]
    options = cli._parser().parse_args([*map(str, words), "-o", str(tmp_path / "out"), "--method", "cut", "--preset", "smoke"])
    asked, _ = study.asked_for(options)
    assert asked.parts()[0].settings.labels == {"Knoten": 1, "Schnecke": 2}
    assert (len(asked.cohort.source), len(asked.cohort.target), len(asked.ceiling)) == (2, 4, 4)
    again = cli._parser().parse_args(shlex.split(asked.commands[0])[1:])
    assert study.asked_for(again)[0] == asked, "the command that the study records"
