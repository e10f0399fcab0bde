"""BIDS data sets, read where they are: subjects, sessions, suffixes, label maps in derivatives and beside, what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort import bids, checking, data_sets
from CrossMoDAUDALib.commands.scans import structures_of
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, with_values
from CrossMoDAUDALib.images.dicom_index import label_kind
from data_set_files import save_bids
from dicom_files import series, some_slices
from test_dicom_labels import SHAPE, drawn, in_layers, write_seg
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


@pytest.mark.parametrize("maker", ["manual", "manual/v1", "ü/two/three"])
def test_a_table_may_lie_in_any_folder_below_derivatives(tmp_path: Path, maker: str) -> None:
    folder = save_bids(tmp_path, TWO[:1], [f"derivatives/{maker}/sub-01/anat/sub-01_dseg.nii.gz"])
    (folder / "dseg.tsv").write_text("index\tname\n1\tOf scans\n", encoding="utf-8")
    place = folder / "derivatives"
    for part in ("", *maker.split("/"), "sub-01", "anat"):  # what is nearer decides
        place = place / part
        (place / "dseg.tsv").write_text(f"index\tname\n1\tx{len(place.parts)}\n", encoding="utf-8")
        assert data_sets.in_bids(folder, None).labels == {f"x{len(place.parts)}": 1}


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


@pytest.mark.parametrize(
    ("tables", "why"),
    [
        (("1\tVS\n2\tCochlea\n", "1\tCochlea\n2\tVS\n"), "calls the value 1 'Cochlea', and"),
        (("1\tVS\n2\tCochlea\n", "1\tVS\n2\tBrainstem\n"), "calls the value 2 'Brainstem', and"),
        (("1\tVS\n", "2\tCochlea\n1\tvs\n"), ""),  # another spelling is no other structure
    ],
)
def test_tables_of_subjects_that_contradict_each_other_are_refused(tmp_path: Path, tables: tuple[str, str], why: str) -> None:
    """With the first subject's table the second's structures would be swapped without a word."""
    folder = save_bids(tmp_path / "bids", TWO, [f"{MANUAL}/sub-0{number}/anat/sub-0{number}_dseg.nii.gz" for number in (1, 2)])
    for number, lines in enumerate(tables, 1):
        (folder / MANUAL / f"sub-0{number}" / "anat" / f"sub-0{number}_dseg.tsv").write_text(f"index\tname\n{lines}", encoding="utf-8")
    words = ["--source-bids", folder, "--target-images", save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent]
    if why:
        message = refused(*words)
        assert why in message and "sub-01_dseg.tsv" in message and "sub-02_dseg.tsv" in message
        assert len(find(*words, "--set", message.partition("as --set ")[2].rstrip(".")).source) == 2, "as advised"
    else:
        assert find(*words).labels == {"VS": 1, "Cochlea": 2}


def test_the_advice_on_a_table_that_cannot_be_used_works(tmp_path: Path) -> None:
    folder = save_bids(tmp_path / "bids", TWO, [f"{MANUAL}/sub-01/anat/sub-01_dseg.nii.gz"])
    (folder / MANUAL / "dseg.tsv").write_text("number\twhat\n1\tx\n", encoding="utf-8")
    words = ["--source-bids", folder, "--target-images", save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent]
    assert "or give --set labels" in refused(*words)
    assert len(find(*words, "--set", "labels=VS:1").source) == 2
    (folder / MANUAL / "dseg.tsv").rename(folder / "dseg.tsv")  # of scans, not of label maps in derivatives
    assert find(*words).labels == {}


@pytest.mark.parametrize(("label", "labels"), [("Cochlea", {"Cochlea": 1}), ("VS", {"VS": 1}), ("lesion", {"lesion": 1})])
def test_a_mask_is_of_the_structure_that_its_name_says(tmp_path: Path, label: str, labels: dict[str, int]) -> None:
    name = f"{MANUAL}/sub-0{{}}/anat/sub-0{{}}_label-{label}_mask.nii.gz"
    folder = save_bids(tmp_path, TWO, [name.format(number, number) for number in (1, 2)])
    assert data_sets.in_bids(folder, None).labels == labels
    (folder / name.format(2, 2)).rename(folder / MANUAL / "sub-02" / "anat" / "sub-02_label-other_mask.nii.gz")
    with pytest.raises(InputError, match="calls the value 1 'other', and"):
        data_sets.in_bids(folder, None)


@pytest.mark.parametrize("labels", [("VS", "cochlea"), ("cochlea", "VS", "nerve"), ("VS", "VS2")])
def test_a_mask_for_each_structure_of_a_scan_is_refused_with_what_to_do(tmp_path: Path, labels: tuple[str, ...]) -> None:
    masks = [f"{MANUAL}/sub-01/anat/sub-01_label-{label}_mask.nii.gz" for label in labels]
    folder = save_bids(tmp_path / "bids", TWO, masks)
    words = ["--source-bids", folder, "--target-images", save(tmp_path / "t" / "x.nii.gz", scan_array(50)).parent]
    message = refused(*words)
    assert "has several masks, one a structure" in message and all(Path(mask).name in message for mask in masks)
    assert "join them into one label map with a number for each, named *_dseg" in message
    joined = save(folder / MANUAL / "sub-01" / "anat" / "sub-01_dseg.nii.gz", label_array(1, 2))
    assert find(*words).source[0].label == joined, "as advised, and the masks may stay"


@pytest.mark.parametrize("place", [".", "sub-01", "sub-01/anat"])
@pytest.mark.parametrize("label", ["cochlea", "VS", "other"])
def test_a_mask_is_of_that_structure_in_spite_of_a_table_of_others(tmp_path: Path, label: str, place: str) -> None:
    mask = f"{MANUAL}/sub-01/anat/sub-01_label-{label}_mask.nii.gz"
    folder = save_bids(tmp_path, TWO[:1], [mask])
    (folder / MANUAL / place / "dseg.tsv").write_text("index\tname\n1\tVS\n2\tCochlea\n", encoding="utf-8")
    assert data_sets.in_bids(folder, None).labels == {label: 1}
    (folder / mask.replace(".nii.gz", ".tsv")).write_text("index\tname\n1\tNerve\n", encoding="utf-8")
    assert data_sets.in_bids(folder, None).labels == {"Nerve": 1}, "its own table decides"


@pytest.mark.parametrize("desc", ["brain", "head", "Brain"])
def test_a_mask_of_the_whole_brain_is_no_structure(tmp_path: Path, desc: str) -> None:
    masks = [f"derivatives/fmriprep/sub-0{number}/anat/sub-0{number}_desc-{desc}_mask.nii.gz" for number in (1, 2)]
    folder = save_bids(tmp_path, TWO, [*masks, f"{MANUAL}/sub-01/anat/sub-01_desc-x_mask.nii.gz"])
    assert labels_of(folder) == {"sub-01": [f"{MANUAL}/sub-01/anat/sub-01_desc-x_mask.nii.gz"], "sub-02": []}
    (note,) = data_sets.in_bids(folder, None).notes
    assert "2 scans were left out" in note and "mask of a whole head or brain" in note
    meant = labels_of(folder, labels=folder / "derivatives" / "fmriprep")
    assert meant == {"sub-01": masks[:1], "sub-02": masks[1:]}, "as advised"


@pytest.mark.parametrize(
    ("scans", "kinds"),
    [
        (("ce-gad_run-1_T1w", "ce-gad_run-2_T1w", "T1w"), ["T1w", "ce-gad_T1w"]),
        (("part-mag_T2w", "part-phase_T2w", "mod-T2w_defacemask"), ["T2w", "part-mag_T2w", "part-phase_T2w"]),
        (("acq-ciss_rec-norm_T2w", "acq-ciss_T2w", "acq-space_T2w"), ["T2w", "acq-ciss_T2w", "acq-ciss_rec-norm_T2w", "acq-space_T2w"]),
    ],
)
def test_kinds_that_would_be_mixed_are_told_and_can_be_chosen(tmp_path: Path, scans: tuple[str, ...], kinds: list[str]) -> None:
    folder = save_bids(tmp_path, [f"sub-01/anat/sub-01_{scan}.nii.gz" for scan in scans])
    assert bids.kinds(folder) == kinds
    scans = tuple(scan for scan in scans if "mask" not in scan)
    for kind in kinds:
        found = data_sets.in_bids(folder, kind, is_labelled=False)
        wanted = [scan for scan in scans if set(kind.split("_")) <= set(scan.split("_"))]
        assert sorted(f"{case.id}_{kind[-3:]}" for case in found.cases) == sorted(f"sub-01_{scan}" for scan in wanted)
        are_mixed = len({scan.replace("run-2", "run-1") for scan in wanted}) > 1
        assert len(found.notes) == are_mixed, found.notes
        if are_mixed:
            assert "kinds, and all are taken: " in found.notes[0]
            advised = found.notes[0].partition("give --suffix ")[2].rstrip(".")
            assert advised in kinds and not data_sets.in_bids(folder, advised).notes, "as advised"


def test_what_is_no_scan_is_no_kind_and_in_no_pattern(tmp_path: Path) -> None:
    """Segmentations as DICOM are known by what they hold, whatever they are called."""
    scan_files = series(tmp_path / "series", some_slices(*SHAPE))
    folder = save_bids(tmp_path / "bids", [TWO[0], "sub-01/anat/sub-01_T1w_probseg.nii.gz"])
    for name in ("sub-01_T1w.dcm", "sub-01_desc-x_tumour.dcm", "sub-01_zzz"):
        path = write_seg(folder / "sub-01" / "anat" / name, scan_files, in_layers(drawn()))
        assert label_kind(path) == "SEG"
    assert bids.kinds(folder) == ["T1w"]
    assert [path.name for _, path in bids.find_images(folder, None)] == ["sub-01_T1w.nii.gz"]
    assert bids.pattern(folder) == str(folder / "sub-*" / "anat" / "*_T1w.nii.gz")
    (folder / TWO[0]).unlink()
    with pytest.raises(InputError, match="has no scans in sub"):
        bids.find_images(folder, None)


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
