"""What ``segment FOLDER`` takes and what it leaves out: told, with why, and with the exit status that it calls for."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from cohort_files import label_array, save, scan_array
from CrossMoDAUDALib.cohort.finding import in_folders
from CrossMoDAUDALib.commands import inputs
from CrossMoDAUDALib.commands.inputs import result_stems
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.images.dicom_results import SEG
from CrossMoDAUDALib.images.names import left_out_of, scans_in
from CrossMoDAUDALib.images.volumes import read_volume
from data_set_files import save_bids, save_nnunet
from dicom_files import multi_frame, series, some_slices
from test_scan_lists import patients


def find_inputs(given: list[Path]) -> tuple[list[Path], int]:
    return inputs.find_inputs(given, EventLog(None))


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("b_Label.nii.gz", "a label map by its name", 0),
        ("b_mask.mha", "a label map by its name", 0),
        ("other.seg.nrrd", "a label map by its name", 0),
        (".c.nii.gz", "hidden", 0),
        ("._a.nrrd", "hidden", 0),
        ("d.nii.bz2", "in a format that is not read", 2),
        ("d.nii.zip", "in a format that is not read", 2),
        ("d.mnc", "in a format that is not read", 2),
        ("e.dat", "no scan by its ending", 0),
        ("noending", "no scan by its ending", 0),
        ("f.nii.gz.part", "no scan by its ending", 0),
    ],
)
def test_each_kind_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str, status: int) -> None:
    folder = tmp_path / "scans ü"
    scan = save(folder / "a.nii.gz", scan_array())
    (folder / name).write_bytes(b"what is in it does not matter")
    assert find_inputs([folder]) == ([scan], status)
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{folder}: {name} left out: it is {kind}" in line and line.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind", "status"),
    [
        ("b_Label.nii.gz", "a label map by its name", 0),
        ("other.seg.nrrd", "a label map by its name", 0),
        ("d.nii.bz2", "in a format that is not read", 2),
        ("e.dat", "no scan by its ending", 0),
        ("noending", "no scan by its ending", 0),
        ("empty", "a folder without scans", 0),
    ],
)
def test_what_a_pattern_names_is_told_as_well(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, kind: str, status: int
) -> None:
    folder = tmp_path / "scans ü"
    scans = [save(folder / f"{stem}.nii.gz", scan_array()) for stem in ("a 1", "a 10")]
    for own in ("notes.txt", "a 1_Label.nii.gz", "a 1.seg.nrrd", "a 1_SEG.dcm", "measurements.csv"):
        (folder / own).write_bytes(b"needs no word")
    (folder / name).mkdir() if name == "empty" else (folder / name).write_bytes(b"what is in it does not matter")
    assert find_inputs([folder / "*"]) == (scans, status)
    (line,) = capsys.readouterr().err.splitlines()
    assert f"{folder / '*'}: {name} left out: it is {kind}" in line and line.endswith(".")


@pytest.mark.parametrize("name", ["a.scan", "noending", "a.nrrd.1"])
def test_a_scan_of_another_name_is_taken_from_a_pattern_too(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    save(tmp_path / "whole.nrrd", scan_array()).rename(tmp_path / name)
    other = save(tmp_path / "b.nrrd", scan_array(1))
    assert find_inputs([tmp_path / "*"]) == (sorted([tmp_path / name, other]), 0) and capsys.readouterr().err == ""
    assert (read_volume(tmp_path / name).array == scan_array()).all()


def test_a_pattern_of_nothing_but_others_says_what_they_are(tmp_path: Path) -> None:
    for name, said in (("a.dat", "no scan by its ending"), ("a.nii.xz", "in a format that is not read"), (".a.nii", "hidden")):
        (tmp_path / name).write_bytes(b"x")
        with pytest.raises(InputError, match=f"names no scans: {name} left out: it is {said}"):
            find_inputs([tmp_path / f"{name[:2]}*"])
        (tmp_path / name).unlink()
    labels = [save(tmp_path / f"{case}_Label.nii.gz", label_array(1)) for case in "ab"]
    assert find_inputs([tmp_path / "*_Label.nii.gz"]) == (labels, 0), "they are what is asked for"


def test_slices_and_pairs_by_a_pattern(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    slices = series(tmp_path / "t2", some_slices())
    frames = multi_frame(tmp_path / "t2" / "frames", some_slices())
    seg = tmp_path / "t2" / "x_SEG.dcm"
    SEG.write(read_volume(frames).with_array((some_slices() > 500).astype(np.uint8)), {"VS": 1}, frames, seg, "m")
    save(tmp_path / "t2" / "a.mhd", scan_array())
    assert find_inputs([tmp_path / "t2" / "*"]) == ([tmp_path / "t2" / "a.mhd", frames], 2)
    said = capsys.readouterr().err
    assert f"and {len(slices) - 3} more left out: each is a slice of DICOM; give the folder of its series" in said
    assert "x_SEG.dcm left out: it is a label map" in said and "a.raw" not in said
    for path in (tmp_path / "t2" / "a.mhd", frames, seg):
        path.unlink()
    assert find_inputs([tmp_path / "t*"]) == ([tmp_path / "t2"], 0), "as advised"


def test_a_pattern_of_a_cohort_tells_what_it_leaves_out(tmp_path: Path) -> None:
    patients(tmp_path, "T2.nrrd", "seg.nrrd", who=("p1", "p2"))
    for names in (("T2.dat",), ("T2.nii.bz2", "T2 (copy)"), ("notes.txt",)):
        for name in names:
            (tmp_path / "p1" / name).write_bytes(b"x")
        found = in_folders(tmp_path / "*" / "T2*")
        assert [case.image.name for case in found.cases] == ["T2.nrrd"] * 2
        assert bool(found.notes) is (names != ("notes.txt",)) and all("no scan" in note for note in found.notes)
        for name in names:
            (tmp_path / "p1" / name).unlink()


def test_a_named_file_is_taken_whatever_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As the warnings advise."""
    for name in ("a_Label.nii.gz", "b_0001.nii.gz", "c_mask.nrrd"):
        path = save(tmp_path / name, label_array(1))
        assert find_inputs([path]) == ([path], 0)
    assert capsys.readouterr().err == ""


def test_documents_and_own_results_need_no_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = save(tmp_path / "a_hrT2.nii.gz", scan_array())
    for name in (
        "notes.txt",
        "README",
        "participants.tsv",
        "a_hrT2.seg.nrrd",
        "a_hrT2_Label.nii.gz",
        "a_hrT2_warnings.txt",
        "measurements.csv",
    ):
        (tmp_path / name).write_text("x", encoding="utf-8")
    assert find_inputs([tmp_path, scan]) == ([scan], 0), "and each once"
    assert capsys.readouterr().err == ""


def test_the_voxels_of_a_header_need_no_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scan = save(tmp_path / "a.b.mhd", scan_array())
    assert (tmp_path / "a.b.raw").is_file()
    (tmp_path / "a.b.img").write_bytes(b"voxels of another header")
    assert find_inputs([tmp_path]) == ([scan], 0) and capsys.readouterr().err == ""
    alone = tmp_path / "c.img"
    alone.write_bytes(b"voxels without a header")
    assert find_inputs([tmp_path]) == ([scan, alone], 0)
    with pytest.raises(InputError, match=r"header c\.hdr is missing"):
        read_volume(alone)


def test_folders_and_channels_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for case in ("a", "b"):
        for channel in range(3):
            save(tmp_path / f"{case}_{channel:04d}.nii.gz", scan_array(channel))
    save(tmp_path / "more" / "c.nii.gz", scan_array(9))
    (tmp_path / "empty").mkdir()
    (tmp_path / "unpacked.nii.gz").mkdir()
    found, status = find_inputs([tmp_path])
    assert [path.name for path in found] == ["a_0000.nii.gz", "b_0000.nii.gz"] and status == 2
    said = capsys.readouterr().err
    assert "a_0001.nii.gz, a_0002.nii.gz, b_0001.nii.gz and 1 more left out: each is a further channel" in said
    assert "more left out: it is a folder, which is not looked into" in said and "empty" not in said
    assert "unpacked.nii.gz left out: it is a folder with a scan's name" in said
    assert len(find_inputs([tmp_path, tmp_path / "more"])[0]) == 3, "as advised"
    assert len(find_inputs([tmp_path / "*_0002.nii.gz"])[0]) == 2, "as advised"


def test_nothing_to_segment_says_what_to_give(tmp_path: Path) -> None:
    given = {
        "nnunet": save_nnunet(tmp_path / "nnunet", ["a"], ["u", "v"], channels=("T1", "T2")),
        "bids": save_bids(tmp_path / "bids", ["sub-1/ses-1/anat/sub-1_ses-1_T2w.nii.gz", "sub-2/ses-1/anat/sub-2_ses-1_T2w.nii.gz"]),
        "patients": patients(tmp_path / "patients", "T2.nrrd", "seg.nrrd", who=("p1", "p2")),
    }
    advice = {}
    for kind, folder in given.items():
        with pytest.raises(InputError) as raised:
            find_inputs([folder])
        advice[kind] = str(raised.value)
    assert advice["nnunet"].endswith(f"give its folder of images, {given['nnunet'] / 'imagesTs'}.")
    assert [path.name for path in find_inputs([given["nnunet"] / "imagesTs"])[0]] == ["u_0000.nii.gz", "v_0000.nii.gz"]
    for kind in ("bids", "patients"):
        pattern = advice[kind].partition('as "')[2].rstrip('".')
        found, status = find_inputs([Path(pattern)])
        assert (len(found), status) == (2, 0), pattern
        assert len(set(result_stems(found).values())) == 2
    save(tmp_path / "labels" / "a_Label.nii.gz", label_array(1))
    with pytest.raises(
        InputError, match=r"holds no scans .*a_Label\.nii\.gz left out: it is a label map by its name; name the file itself"
    ):
        find_inputs([tmp_path / "labels"])


def test_results_of_one_name_get_their_folders_names(tmp_path: Path) -> None:
    folder = patients(tmp_path, "T2.nii.gz", "T1.nii.gz", who=("p1", "p2"))
    one, two, other = folder / "p1" / "T2.nii.gz", folder / "p2" / "T2.nii.gz", folder / "p2" / "T1.nii.gz"
    assert result_stems([one, two, other]) == {one: "p1_T2", two: "p2_T2", other: "T1"}
    assert result_stems([one]) == {one: "T2"}


def test_a_broken_link_and_an_unlistable_folder(tmp_path: Path) -> None:
    save(tmp_path / "a.nii.gz", scan_array())
    try:
        (tmp_path / "b.nii.gz").symlink_to(tmp_path / "gone.nii.gz")
    except OSError:
        pytest.skip("links need a right here")
    assert [path.name for path in scans_in(tmp_path)] == ["a.nii.gz", "b.nii.gz"], "the command then says that it does not exist"
    assert left_out_of(tmp_path) == []


def test_segment_tells_and_names_by_patient(
    tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from CrossMoDAUDALib.commands import cli

    (scan,) = (tiny_cohort / "validation").glob("*_hrT2.nii.gz")
    for name in ("p1", "p2"):
        (tmp_path / "in" / name).mkdir(parents=True)
        shutil.copy(scan, tmp_path / "in" / name / "T2.nii.gz")
    (tmp_path / "in" / "p1" / "T2.nii.xz").write_bytes(b"packed")
    words = ["segment", str(tiny_experiment), "-o", str(tmp_path / "out"), "--device", "cpu"]
    assert cli.main([*words, str(tmp_path / "in" / "*" / "T2.nii.gz")]) == 0, capsys.readouterr().err
    assert {path.name for path in (tmp_path / "out").glob("*_Label.nii.gz")} == {"p1_T2_Label.nii.gz", "p2_T2_Label.nii.gz"}
    assert cli.main([*words, os.fspath(tmp_path / "in" / "p1")]) == 2, "a scan was left out that somebody will miss"
    assert "T2.nii.xz left out" in capsys.readouterr().err and (tmp_path / "out" / "T2_Label.nii.gz").is_file(), "the other is done"


def test_the_panel_has_words_for_every_kind() -> None:
    from Testing.Host import Host

    of_patterns = {"link", "nothing"}  # a folder's are told of as ``folder``
    with Host(Path(inputs.__file__).parents[2] / "CrossMoDAUDA.py", mark_translated=True):
        from CrossMoDAUDALib.panel import wording

        words = {kind: wording.leftOutKind(kind) for kind in inputs._WHY if kind not in of_patterns}
    assert [kind for kind, word in words.items() if "⟦" not in word] == [] and len(words) > 8
