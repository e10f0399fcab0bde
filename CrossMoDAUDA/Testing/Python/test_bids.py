"""BIDS data sets, read where they are: subjects, sessions, suffixes, label maps in derivatives and beside, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort import bids, checking, data_sets
from CrossMoDAUDALib.commands.scans import structures_of
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from data_set_files import save_bids
from test_nnunet_raw import find, names, refused

TWO = ("sub-01/anat/sub-01_T1w.nii.gz", "sub-02/anat/sub-02_T1w.nii.gz")
MANUAL = "derivatives/manual"


def labels_of(folder: Path, suffix: str | None = None, labels: Path | None = None) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for case in data_sets.in_bids(folder, suffix, labels=labels).cases:
        found.setdefault(case.id, []).extend([case.label.relative_to(folder).as_posix()] if case.label else [])
    return found


@pytest.mark.parametrize(
    ("scans", "suffix", "cases"),
    [
        (TWO, None, ["sub-01", "sub-02"]),
        (
            (
                "sub-2/ses-b/anat/sub-2_ses-b_T2w.nii.gz",
                "sub-10/ses-a/anat/sub-10_ses-a_run-1_T2w.nii",
                "sub-2/ses-a/anat/sub-2_ses-a_T2w.nii",
            ),
            "T2w",
            ["sub-2_ses-a", "sub-2_ses-b", "sub-10_ses-a_run-1"],
        ),
        (
            ("sub-ä/anat/sub-ä_ce-gad_T1w.nii.gz", "sub-ä/anat/sub-ä_T1w.nii.gz", "sub-ö/anat/sub-ö_acq-x_ce-gad_T1w.nii.gz"),
            "ce-gad_T1w",
            ["sub-ä_ce-gad", "sub-ö_acq-x_ce-gad"],
        ),
    ],
    ids=["plain", "sessions and runs", "with contrast only"],
)
def test_scans_by_suffix(tmp_path: Path, scans: tuple[str, ...], suffix: str | None, cases: list[str]) -> None:
    folder = save_bids(tmp_path, [*scans, "sub-01/func/sub-01_bold.nii.gz", "sub-01/anat/sub-01_FLAIR.nii.gz"][: 99 if suffix else 2])
    found = data_sets.in_bids(folder, suffix, is_labelled=False).cases
    assert [case.id for case in found] == cases and all(case.label is None for case in found)


@pytest.mark.parametrize(
    "label",
    [
        f"{MANUAL}/sub-01/anat/sub-01_dseg.nii.gz",
        f"{MANUAL}/sub-01/anat/sub-01_space-orig_label-tumour_desc-manual_mask.nii.gz",
        f"{MANUAL}/sub-01/sub-01_T1w_label-lesion_mask.nii.gz",
        "derivatives/sub-01/anat/sub-01_T1w_seg-manual.nii.gz",
        "sub-01/anat/sub-01_T1w_seg.nrrd",
        "sub-01/anat/sub-01_T1w.seg.nrrd",
        "sub-01/anat/sub-01_Label.nii.gz",
    ],
)
def test_label_maps_in_derivatives_and_beside(tmp_path: Path, label: str) -> None:
    folder = save_bids(tmp_path, [*TWO, "sub-01/anat/sub-01_T2w.nii.gz"], [label])
    assert labels_of(folder, "T1w") == {"sub-01": [label], "sub-02": []}


def test_label_maps_go_to_the_scan_whose_entities_they_have(tmp_path: Path) -> None:
    scans = [f"sub-01/ses-{ses}/anat/sub-01_ses-{ses}_run-{run}_T1w.nii.gz" for ses in (1, 2) for run in (1, 2)]
    labels = [f"{MANUAL}/sub-01/ses-{ses}/anat/sub-01_ses-{ses}_run-{run}_dseg.nii.gz" for ses, run in ((1, 2), (2, 1))]
    of_none = [
        f"{MANUAL}/sub-01/ses-2/anat/sub-01_ses-2_dseg.nii.gz",  # of which run?
        f"{MANUAL}/sub-01/ses-2/anat/sub-01_ses-2_run-1_space-MNI152NLin6Asym_dseg.nii.gz",
        f"{MANUAL}/sub-01/ses-2/anat/sub-01_ses-2_run-2_T2w_label-lesion_mask.nii.gz",
        f"{MANUAL}/sub-01/ses-2/anat/sub-01_ses-2_acq-fast_run-2_dseg.nii.gz",
    ]
    folder = save_bids(tmp_path, scans, [*labels, *of_none, f"{MANUAL}/sub-01/ses-1/anat/sub-01_ses-1_run-1_label-x_probseg.nii.gz"])
    found = data_sets.in_bids(folder, None)
    assert labels_of(folder) == {
        "sub-01_ses-1_run-1": [],
        "sub-01_ses-1_run-2": [labels[0]],
        "sub-01_ses-2_run-1": [labels[1]],
        "sub-01_ses-2_run-2": [],
    }
    assert len(found.notes) == 1 and found.notes[0].startswith("4 scans were left out")


def test_dseg_before_mask_and_two_pipelines(tmp_path: Path) -> None:
    both = [f"{MANUAL}/sub-01/anat/sub-01_dseg.nii.gz", f"{MANUAL}/sub-01/anat/sub-01_desc-brain_mask.nii.gz"]
    folder = save_bids(tmp_path, TWO[:1], both)
    assert labels_of(folder) == {"sub-01": both[:1]}
    other = save(folder / "derivatives" / "net" / "sub-01" / "anat" / "sub-01_dseg.nii.gz", label_array(2))
    target = save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent
    found = find("--source-bids", folder, "--target-images", target)
    (problem,) = checking.check_cohort(found, {"A": 1, "B": 2}).problems
    assert "has 2 label maps" in problem and str(other) in problem
    (case,) = find("--source-bids", folder, "--source-labels", folder / "derivatives" / "net", "--target-images", target).source
    assert case.label == other


def test_a_table_names_the_structures(tmp_path: Path) -> None:
    folder = save_bids(tmp_path, TWO, [f"{MANUAL}/sub-0{number}/anat/sub-0{number}_dseg.nii.gz" for number in (1, 2)])
    assert data_sets.in_bids(folder, None).labels == {}
    for place, name in ((folder / MANUAL, "dseg.tsv"), (folder / MANUAL / "sub-01" / "anat", "sub-01_dseg.tsv")):
        (place / name).write_text(
            "index\tname\tcolor\n0\tBackground\t#000000\n1\tKnoten\t#ff0000\n2\tSchnecke\t#00ff00\n", encoding="utf-8"
        )
        assert data_sets.in_bids(folder, None).labels == {"Knoten": 1, "Schnecke": 2}
        (place / name).write_text("number\twhat\n1\tx\n", encoding="utf-8")
        with pytest.raises(InputError, match="needs the columns index and name"):
            data_sets.in_bids(folder, None)
        (place / name).unlink()


def test_several_lines_of_one_name_are_one_structure(tmp_path: Path) -> None:
    folder = save_bids(tmp_path / "bids", TWO[:1], [f"{MANUAL}/sub-01/anat/sub-01_dseg.nii.gz"])
    target = save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent
    for lines, text in (
        ("1\tVS\n2\tVS\n3\tCochlea\n", "VS:1+2,Cochlea:3"),
        ("7\tCochlea\n2\tVS\n1\tVS\n", "Cochlea:7,VS:2+1"),
        ("0\tBackground\n1\tA, b\n2\tA, b\n", '{"A, b": "1+2"}'),
    ):
        (folder / MANUAL / "dseg.tsv").write_text(f"index\tname\n{lines}", encoding="utf-8")
        found = find("--source-bids", folder, "--target-images", target)
        assert structures_of(found, []) == {"labels": text}
        settings = with_values(Settings(), {"labels": text})
        assert (settings.labels, settings.reading.merged_values) == (found.labels, found.merged)


def test_source_target_and_evaluation_of_one_data_set(tmp_path: Path) -> None:
    scans = [f"sub-0{number}/anat/sub-0{number}_{suffix}.nii.gz" for number in (1, 2, 3) for suffix in ("T1w", "T2w")]
    labels = [f"{MANUAL}/sub-0{number}/anat/sub-0{number}_space-T1w_dseg.nii.gz" for number in (1, 2, 3)]
    folder = save_bids(tmp_path, scans, [*labels, f"{MANUAL}/sub-03/anat/sub-03_space-T2w_dseg.nii.gz"])
    words = ["--source-bids", folder, "--suffix", "T1w", "--target-bids", folder]
    found = find(*words, "--target-suffix", "T2w", "--evaluate-bids", folder)
    assert [len(cases) for cases in found.domains().values()] == [3, 3, 1]
    assert names(found.evaluation) == ["sub-03_T2w.nii.gz"] and any("2 scans of" in note for note in found.notes)
    assert [case.label.name for case in found.source] == [Path(label).name for label in labels]
    message = refused(*words)
    assert "has scans of the source" in message and "--target-suffix" in message
    other = save(tmp_path / "other" / "x.nii.gz", scan_array(70)).parent
    only = find("--source-images", other, "--source-labels", other, "--target-bids", folder, "--suffix", "T2w")
    assert names(only.target) == [f"sub-0{number}_T2w.nii.gz" for number in (1, 2, 3)]


def test_refusals_say_what_to_give(tmp_path: Path) -> None:
    folder = save_bids(tmp_path / "bids", [*TWO, "sub-01/anat/sub-01_T2w.nii.gz"], [f"{MANUAL}/sub-01/anat/sub-01_dseg.nii.gz"])
    target = save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent
    words = ["--source-bids", folder, "--target-images", target]
    message = refused(*words)
    assert "scans of several kinds (T1w, T2w)" in message and "as --suffix T1w, or" in message
    pattern = message.partition('pattern, as "')[2].rstrip('".')
    assert names(find("--source-bids", folder, "--suffix", "T1w", "--target-images", pattern).target) == ["sub-01_T2w.nii.gz"], "as advised"
    assert len(find(*words, "--suffix", "T1w").source) == 2
    assert "give one of T1w, T2w as --suffix" in refused(*words, "--suffix", "FLAIR")
    for wrong in (target, folder / "sub-01", tmp_path / "none"):
        assert (
            "the folder in which the sub-* folders lie" in refused("--source-bids", wrong, "--target-images", target) or not wrong.exists()
        )
    assert "is no folder" in refused("--source-bids", tmp_path / "none", "--target-images", target)
    assert "BIDS data set" in refused("--source-images", folder, "--source-labels", folder, "--target-images", target)
    assert "--source-bids" in refused("--crossmoda", folder)
    assert bids.is_bids(folder) and not bids.is_bids(target) and not bids.is_bids(tmp_path / "none")
