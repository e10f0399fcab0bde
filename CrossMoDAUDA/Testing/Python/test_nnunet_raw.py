"""Raw data sets of nnU-Net, read where they are: channels, structures, lists of files, older formats, what is refused."""

from __future__ import annotations

import argparse
import json
import unicodedata
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort import checking, data_sets, nnunet_raw
from CrossMoDAUDALib.cohort.finding import find_folders
from CrossMoDAUDALib.commands import cli, scans
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.images.labels import read_labels
from data_set_files import LABELS, save_nnunet, write_record

TARGET = {"labels": LABELS, "channels": ("T2",), "seed": 5}


def options(*words: str | Path) -> argparse.Namespace:
    return cli._parser().parse_args(["run", "-o", "out", *map(str, words)])


def find(*words: str | Path) -> Any:
    return scans.find_scans(options(*words))


def refused(*words: str | Path) -> str:
    with pytest.raises(InputError) as raised:
        find(*words)
    return str(raised.value)


def names(cases: Any) -> list[str]:
    return [case.image.name for case in cases]


@pytest.mark.parametrize(
    ("cases", "ending"),
    [(("case_1", "case_10", "case_9"), ".nii.gz"), (("Müller 1", "Groß"), ".nrrd"), (("a_T2", "b_0003"), ".mha")],
    ids=["plain", "non-ASCII", "names with endings of ours"],
)
def test_source_target_and_evaluation_in_place(tmp_path: Path, cases: tuple[str, ...], ending: str) -> None:
    source = save_nnunet(tmp_path / "Dataset123 ü", cases, ["unused"], ending=ending)
    target = save_nnunet(tmp_path / "Dataset124", ["t1", "t2"], **TARGET)
    scored = save_nnunet(tmp_path / "Dataset125", ["e1"], labels=LABELS, seed=9)
    found = find("--source-nnunet", source, "--target-nnunet", target, "--evaluate-nnunet", scored)
    assert {case.id for case in found.source} == set(cases)
    for case in found.source:
        assert case.image == source / "imagesTr" / f"{case.id}_0000{ending}"
        assert case.label == source / "labelsTr" / f"{case.id}{ending}"
    assert names(found.target) == ["t1_0000.nii.gz", "t2_0000.nii.gz"]
    assert [(case.id, case.label.name) for case in found.evaluation] == [("e1", "e1.nii.gz")]
    assert found.notes == () and found.labels == {"Knoten": 1, "Schnecke": 2}
    assert checking.check_cohort(found, found.labels).problems == []


def test_the_channel_is_chosen_by_number_or_name_and_no_other_is_a_patient(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "Dataset001", ["a", "b"], channels=("T1", "T2", "FLAIR"))
    plain = save_nnunet(tmp_path / "Dataset002", ["p"], **TARGET)
    for asked, number in (("0", 0), ("1", 1), ("flair", 2)):
        found = data_sets.in_nnunet(folder, asked)
        assert names(found.cases) == [f"a_{number:04d}.nii.gz", f"b_{number:04d}.nii.gz"]
    both = find("--source-nnunet", folder, "--channel", "0", "--target-nnunet", folder, "--target-channel", "T2")
    assert names(both.source) == ["a_0000.nii.gz", "b_0000.nii.gz"] and names(both.target) == ["a_0001.nii.gz", "b_0001.nii.gz"]
    assert all(case.label is None for case in both.target)
    message = refused("--source-nnunet", folder, "--target-nnunet", plain)
    assert "channels 0 (T1), 1 (T2), 2 (FLAIR)" in message and "as --channel 0, or" in message
    pattern = message.partition('pattern, as "')[2].rstrip('".')
    by_pattern = find("--source-images", pattern, "--source-labels", folder / "labelsTr", "--target-nnunet", plain).source
    assert by_pattern == data_sets.in_nnunet(folder, "0").cases, "as advised, in the panel too"
    assert len(find("--source-nnunet", folder, "--channel", "0", "--target-nnunet", plain).target) == 1
    for wrong in ("3", "PET", "-1"):
        assert "give one of these numbers" in refused("--source-nnunet", folder, f"--channel={wrong}", "--target-nnunet", plain)


def test_a_stray_channel_is_no_patient_either(tmp_path: Path) -> None:
    """Also where dataset.json names one channel only."""
    folder = save_nnunet(tmp_path / "Dataset001", ["a", "b"])
    stray = save(folder / "imagesTr" / "a_0001.nii.gz", scan_array(77))
    found = data_sets.in_nnunet(folder, None)
    assert names(found.cases) == ["a_0000.nii.gz", "b_0000.nii.gz"]
    assert len(found.notes) == 1 and str(stray) in found.notes[0] and "none of the channels" in found.notes[0]


def test_imagests_is_the_target_of_one_data_set_and_of_one_without_imagestr(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "Dataset001", ["a"], ["u", "v"])
    found = find("--source-nnunet", folder, "--target-nnunet", folder)
    assert (names(found.source), names(found.target)) == (["a_0000.nii.gz"], ["u_0000.nii.gz", "v_0000.nii.gz"])
    only = save_nnunet(tmp_path / "Dataset002", [], ["w"], **TARGET)
    assert names(find("--source-nnunet", folder, "--target-nnunet", only).target) == ["w_0000.nii.gz"]
    third = save_nnunet(tmp_path / "Dataset003", ["x"], ["y"], **TARGET)
    assert names(find("--source-nnunet", folder, "--target-nnunet", third).target) == ["x_0000.nii.gz"]
    assert names(find("--source-nnunet", folder, "--target-nnunet", third / "imagesTs").target) == ["y_0000.nii.gz"], "as named"
    alone = save_nnunet(tmp_path / "Dataset004", ["z"])
    assert "has scans of the source" in refused("--source-nnunet", alone, "--target-nnunet", alone)


def test_evaluation_takes_the_labelled_part_that_is_not_the_source(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "Dataset001", ["a"], ["u", "v"])
    target = save_nnunet(tmp_path / "Dataset002", ["t"], **TARGET)
    assert "has scans of the source" in refused("--source-nnunet", folder, "--target-nnunet", target, "--evaluate-nnunet", folder)
    for case in ("u", "v"):
        save(folder / "labelsTs" / f"{case}.nii.gz", label_array(1, 2))
    found = find("--source-nnunet", folder, "--target-nnunet", target, "--evaluate-nnunet", folder)
    assert [(case.image.name, case.label and case.label.parent.name) for case in found.evaluation] == [
        ("u_0000.nii.gz", "labelsTs"),
        ("v_0000.nii.gz", "labelsTs"),
    ]


@pytest.mark.parametrize(
    ("labels", "expected", "said"),
    [
        ({"background": 0, "VS": 1, "Cochlea": 2}, {"VS": 1, "Cochlea": 2}, 0),
        ({"background": 0, "whole": [1, 2, 3], "core": [2, 3], "enhancing": 3}, {"rest of whole": 1, "rest of core": 2, "enhancing": 3}, 1),
        ({"background": 0, "Lappen, links": [7]}, {"Lappen, links": 7}, 0),
        ({"0": "background", "1": "spleen", "2": "liver"}, {"spleen": 1, "liver": 2}, 0),
        ({"background": 0, "tumour": 1, "ignore": 2}, {"tumour": 1}, 1),
        ({"background": 0, "a": [1, 2], "b": [2, 3]}, {"rest of a": 1, "a and b": 2, "rest of b": 3}, 1),
    ],
    ids=["plain", "nested regions", "list of one, comma", "version 1", "ignore", "regions that cross"],
)
def test_structures_of_dataset_json_become_settings(tmp_path: Path, labels: Any, expected: dict[str, int], said: int) -> None:
    folder = save_nnunet(tmp_path / "D", ["a"], labels=labels)
    found = data_sets.in_nnunet(folder, None)
    assert found.labels == expected and len(found.notes) == said
    cohort = find("--source-nnunet", folder, "--target-images", folder / "imagesTr")
    named = scans.structures_of(cohort, [])
    for preset in ("paper", "smoke"):
        assert with_values(preset_settings(preset), named).labels == expected
    assert scans.structures_of(cohort, ["labels=Own:1"]) == {}, "what is set by hand stays"


@pytest.mark.parametrize(
    ("labels", "order", "values", "text", "said"),
    [
        ({"background": 0, "VS": [1, 2], "Cochlea": 3}, None, {1: 1, 2: 1, 3: 3}, "VS:1+2,Cochlea:3", 0),
        ({"background": 0, "VS": [1, 2], "Cochlea": 3}, [2, 3], {1: 2, 2: 2, 3: 3}, "VS:2+1,Cochlea:3", 0),
        ({"background": 0, "whole": [4, 1, 2, 3], "core": [2, 3]}, [1, 2], {1: 1, 2: 2, 3: 2, 4: 1}, "rest of whole:1+4,core:2+3", 1),
        (
            {"background": 0, "Lappen, links": [7, 300], "a+b": 2},
            None,
            {2: 2, 7: 7, 300: 7},
            '{"a+b": 2, "Lappen, links": "7+300"}',
            0,
        ),
        ({"0": "background", "1": "tumour", "2": "tumour", "3": "cochlea"}, None, {1: 1, 2: 1, 3: 3}, "tumour:1+2,cochlea:3", 0),
    ],
    ids=["crossMoDA 2023", "nnU-Net's own values", "regions", "names with a comma and a plus", "version 1"],
)
def test_several_values_of_one_structure_stay_one(
    tmp_path: Path, labels: Any, order: list[int] | None, values: dict[int, int], text: str, said: int
) -> None:
    more = {} if order is None else {"regions_class_order": order}
    folder = save_nnunet(tmp_path / "D", ["a"], labels=labels, **more)
    drawn = label_array(*values)
    save(folder / "labelsTr" / "a.nii.gz", drawn)
    cohort = find("--source-nnunet", folder, "--target-images", folder / "imagesTr")
    assert len([note for note in cohort.notes if "overlap" in note]) == said
    named = scans.structures_of(cohort, [])
    assert named == {"labels": text}
    settings = with_values(preset_settings("smoke"), named)
    report = checking.check_cohort(cohort, settings.labels, merged=settings.reading.merged_values)
    assert report.problems == [] and report.rows[0].label_voxels == {
        name: sum(1 for value in values.values() if value == own) for name, own in settings.labels.items()
    }
    read = read_labels(folder / "labelsTr" / "a.nii.gz", settings.labels, settings.reading.merged_values).array
    assert np.array_equal(read, np.vectorize(lambda value: values.get(int(value), 0))(drawn))


@pytest.mark.parametrize("region", [[0, 1], [2, 0], [0, 1, 2]])
def test_a_region_with_the_background_is_refused_and_read_as_advised(tmp_path: Path, region: list[int]) -> None:
    folder = save_nnunet(tmp_path / "D", ["a"], labels={"background": 0, "VS": region})
    with pytest.raises(InputError, match=r"counts the background \(0\) as a part of 'VS'.*take the 0 out"):
        data_sets.in_nnunet(folder, None)
    save_nnunet(folder, ["a"], labels={"background": 0, "VS": [value for value in region if value]})
    assert list(data_sets.in_nnunet(folder, None).labels) == ["VS"]


def test_data_sets_of_the_decathlon(tmp_path: Path) -> None:
    folder = tmp_path / "Task09_Spleen"
    for number in (2, 10):
        save(folder / "imagesTr" / f"spleen_{number}.nii.gz", scan_array(number))
        save(folder / "labelsTr" / f"spleen_{number}.nii.gz", label_array(1))
        (folder / "imagesTr" / f"._spleen_{number}.nii.gz").write_bytes(b"macOS")
    write_record(folder, {"modality": {"0": "CT"}, "labels": {"0": "background", "1": "spleen"}})
    found = data_sets.in_nnunet(folder, None)
    assert [(case.id, case.label and case.label.name) for case in found.cases] == [
        ("spleen_2", "spleen_2.nii.gz"),
        ("spleen_10", "spleen_10.nii.gz"),
    ]
    assert found.labels == {"spleen": 1} and found.notes == ()


def test_files_that_dataset_json_lists(tmp_path: Path) -> None:
    """As this program's own exports are."""
    for name in ("one", "zwei ü"):
        save(tmp_path / "else where" / f"{name} t1.nii.gz", scan_array(1))
        save(tmp_path / "else where" / unicodedata.normalize("NFD", f"{name} t2.nii.gz"), scan_array(2))
        save(tmp_path / "else where" / f"{name} gt.nii.gz", label_array(1))
    listed = {
        name: {"images": [f"../else where/{name} t1.nii.gz", f"../else where/{name} t2.nii.gz"], "label": f"../else where/{name} gt.nii.gz"}
        for name in ("one", "zwei ü")
    }
    folder = save_nnunet(tmp_path / "D", [], channels=("T1", "T2"), dataset=listed)
    (folder / "imagesTr").mkdir()
    found = data_sets.in_nnunet(folder, "1")
    assert [(case.id, unicodedata.normalize("NFC", case.image.name), case.label and case.label.name) for case in found.cases] == [
        (name, f"{name} t2.nii.gz", f"{name} gt.nii.gz") for name in ("one", "zwei ü")
    ]
    assert all(case.image.is_file() for case in found.cases), "in the form that the disk has"
    (tmp_path / "else where" / "one t1.nii.gz").unlink()
    with pytest.raises(InputError, match=r"one t1\.nii\.gz does not exist, which .* lists for case one; put it there"):
        data_sets.in_nnunet(folder, "0")
    save(tmp_path / "else where" / "one t1.nii.gz", scan_array(1))
    assert len(data_sets.in_nnunet(folder, "0").cases) == 2


def test_image_and_label_in_two_unicode_forms(tmp_path: Path) -> None:
    for image, label in (("NFC", "NFD"), ("NFD", "NFC")):
        folder = save_nnunet(tmp_path / image, [unicodedata.normalize(image, "Jürgen Öz")])
        (kept,) = (folder / "labelsTr").iterdir()
        kept.rename(kept.with_name(unicodedata.normalize(label, kept.name)))
        (case,) = data_sets.in_nnunet(folder, None).cases
        assert case.label is not None and case.label.is_file()


def break_json(folder: Path) -> tuple[str, Any]:
    before = (folder / "dataset.json").read_text(encoding="utf-8")
    (folder / "dataset.json").write_text(before[:-5], encoding="utf-8")
    return "is no JSON; copy it again", lambda: (folder / "dataset.json").write_text(before, encoding="utf-8")


def no_labels(folder: Path) -> tuple[str, Any]:
    before = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    write_record(folder, {key: value for key, value in before.items() if key != "labels"})
    return "it needs labels, as", lambda: write_record(folder, {**before, "labels": {"background": 0, "Tumour": 1}})


def other_ending(folder: Path) -> tuple[str, Any]:
    before = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    write_record(folder, {**before, "file_ending": ".png"})
    return "end in .png, which is not read; convert them to .nii.gz", lambda: write_record(folder, before)


def wrong_ending(folder: Path) -> tuple[str, Any]:
    before = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    write_record(folder, {**before, "file_ending": ".nrrd"})
    return "correct file_ending in", lambda: write_record(folder, before)


def lacks_a_channel(folder: Path) -> tuple[str, Any]:
    gone = folder / "imagesTr" / "b_0000.nii.gz"
    save(folder / "imagesTr" / "b_0001.nii.gz", scan_array(3))
    gone.unlink()
    return "has no b_0000.nii.gz; add it, or remove", lambda: save(gone, scan_array(4))


def no_record(folder: Path) -> tuple[str, Any]:
    (folder / "dataset.json").rename(folder / "kept.json")
    return "it has no dataset.json; add that, or give its folders (imagesTr, labelsTr)", lambda: (folder / "kept.json").rename(
        folder / "dataset.json"
    )


@pytest.mark.parametrize("spoil", [break_json, no_labels, other_ending, wrong_ending, lacks_a_channel, no_record])
def test_what_is_refused_is_read_once_its_advice_is_followed(tmp_path: Path, spoil: Any) -> None:
    folder = save_nnunet(tmp_path / "D ü", ["a", "b"], channels=("T1",))
    expected, follow = spoil(folder)
    with pytest.raises(InputError) as raised:
        data_sets.in_nnunet(folder, None)
    assert expected in str(raised.value) and str(folder) in str(raised.value)
    follow()
    assert len(data_sets.in_nnunet(folder, None).cases) == 2


def test_a_data_set_is_named_by_its_record_or_by_its_folders_as_advised(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "D ü", ["a", "b"])
    text = (folder / "dataset.json").read_text(encoding="utf-8")
    (folder / "dataset.json").write_text(text, encoding="utf-8-sig")  # with the mark that editors on Windows write
    assert data_sets.in_nnunet(folder / "dataset.json", None).labels == data_sets.in_nnunet(folder, None).labels != {}
    (folder / "dataset.json").unlink()
    with pytest.raises(InputError, match=r"give its folders \(imagesTr, labelsTr\) as those of images and labels"):
        data_sets.in_nnunet(folder, None)
    cases = find_folders(folder / "imagesTr", folder / "labelsTr", folder / "imagesTr").source
    assert [(case.id, case.label and case.label.name) for case in cases] == [("a", "a.nii.gz"), ("b", "b.nii.gz")]


def test_a_case_without_its_label_is_read_once_it_is_added_as_advised(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "D", ["a", "b"])
    (folder / "labelsTr" / "b.nii.gz").unlink()
    found = find("--source-nnunet", folder, "--target-images", save(tmp_path / "t" / "x.nii.gz", scan_array(3)).parent)
    (problem,) = checking.check_cohort(found, found.labels).problems
    assert "add one named as b_Label.nii.gz" in problem
    save(folder / "labelsTr" / "b_Label.nii.gz", label_array(1, 2))
    assert all(case.label for case in data_sets.in_nnunet(folder, None).cases)
    orphan = save(folder / "labelsTr" / "c.nii.gz", label_array(1))
    assert str(orphan) in data_sets.in_nnunet(folder, None).notes[0]


def test_data_sets_that_number_their_structures_differently_are_not_mixed(tmp_path: Path) -> None:
    source, target = save_nnunet(tmp_path / "S", ["a"]), save_nnunet(tmp_path / "T", ["t"], **TARGET)
    swapped = save_nnunet(tmp_path / "E", ["e"], labels={"background": 0, "Schnecke": 1, "Knoten": 2}, seed=7)
    words = ["--source-nnunet", source, "--target-nnunet", target, "--evaluate-nnunet", swapped]
    message = refused(*words)
    assert "calls the value 1 'Schnecke'" in message and "'Knoten'" in message
    advised = message.partition('--set "')[2].rpartition('"')[0]
    assert advised == "labels=Knoten:1,Schnecke:2" and len(find(*words, "--set", advised).evaluation) == 1, "as advised"
    for same in ({"background": 0, "knoten": 1, "SCHNECKE": 2}, {"background": 0, "Knoten": 1}):
        save_nnunet(swapped, ["e"], labels=same, seed=7)
        assert len(find(*words).evaluation) == 1


def test_a_data_set_is_told_from_other_folders(tmp_path: Path) -> None:
    folder = save_nnunet(tmp_path / "D", ["a"])
    assert nnunet_raw.is_data_set(folder) and nnunet_raw.is_data_set(folder / "imagesTr")
    assert not any(map(nnunet_raw.is_data_set, (tmp_path, folder / "labelsTr", tmp_path / "none")))
    message = refused("--source-images", folder, "--source-labels", folder, "--target-images", folder / "imagesTr")
    assert "raw data set of nnU-Net's" in message and "--source-nnunet" in message


def test_data_sets_that_merge_other_values_are_not_mixed_and_the_advice_works(tmp_path: Path) -> None:
    source = save_nnunet(tmp_path / "S", ["a"], labels={"background": 0, "VS": [1, 2], "Cochlea": 3})
    target = save_nnunet(tmp_path / "T", ["t"], channels=("T2",), labels={"background": 0, "VS": 1}, seed=5)
    for parts in ({"VS": 1, "Cochlea": 2}, {"Intrameatal": 1, "Extrameatal": 2, "Cochlea": 3}, {"Cochlea": [2, 3], "VS": 1}):
        scored = save_nnunet(tmp_path / "E", ["e"], labels={"background": 0, **parts}, seed=7)
        words = ["--source-nnunet", source, "--target-nnunet", target, "--evaluate-nnunet", scored]
        advised = refused(*words).partition('--set "')[2].rpartition('"')[0]
        assert advised == "labels=VS:1+2,Cochlea:3" and len(find(*words, "--set", advised).evaluation) == 1
    for parts in ({"vs": [2, 1], "cochlea": 3}, {"VS": 2, "Cochlea": 3}):
        scored = save_nnunet(tmp_path / "E", ["e"], labels={"background": 0, **parts}, seed=7)
        assert len(find("--source-nnunet", source, "--target-nnunet", target, "--evaluate-nnunet", scored).evaluation) == 1
