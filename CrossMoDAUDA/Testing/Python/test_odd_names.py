"""Files whose names say more, or less, than their owners mean: none is lost, mixed up or written over without a word."""

from __future__ import annotations

import json
import os
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from CrossMoDAUDALib.cohort.finding import find_folders, in_folders
from CrossMoDAUDALib.cohort.lists import no_scans_among
from CrossMoDAUDALib.commands.inputs import find_inputs, result_stems
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.files import replacing
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.images.dicom_index import choosing, is_dicom, split_choice
from CrossMoDAUDALib.images.listing import files_below, files_in, folders_in
from CrossMoDAUDALib.images.names import left_out_of, scans_in, translations
from CrossMoDAUDALib.images.scan_dates import patient_of, scan_date
from CrossMoDAUDALib.images.volumes import file_stem, read_volume
from dicom_files import refusal, series
from test_odd_calls import ARRAY, Ran, nifti, ran  # noqa: F401 - a fixture


def touched(folder: Path, *names: str) -> list[Path]:
    """Empty files: their names are what is asked."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return [folder / name for name in names]


# Translations ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["folders", "patterns", "one folder"])
def test_label_maps_named_as_translations_keep_their_images(tmp_path: Path, way: str) -> None:
    """Label maps may have been copied along with the translations of their scans."""
    end = "_Label" if way == "one folder" else ""
    images, labels = (tmp_path, tmp_path) if end else (tmp_path / "img", tmp_path / "lab")
    touched(images, "a_pseudo_target.nii", "b.nii")
    touched(labels, f"a{end}.nrrd", f"a_pseudo_target{end}.nrrd", f"b{end}.nrrd")
    given = (images / "*.nii", labels / "*.nrrd") if way == "patterns" else (images, labels)
    found = in_folders(*given)
    named = {case.image.name: case.label and case.label.name for case in found.cases}
    assert named == {"a_pseudo_target.nii": f"a_pseudo_target{end}.nrrd", "b.nii": f"b{end}.nrrd"}
    assert len(found.notes) == (way != "patterns" or any("a label map without an image" in note for note in found.notes))


@pytest.mark.parametrize("names", [["a", "a_pseudo_target"], ["a_pseudo_target", "a", "b"], ["ü", "ü_pseudo_target"]])
def test_a_translation_that_is_named_itself_is_a_case(tmp_path: Path, names: list[str]) -> None:
    files = touched(tmp_path, *(f"{name}.nii" for name in names))
    assert [case.image for case in in_folders(files).cases] == files and not in_folders(files).notes
    mixed = in_folders([tmp_path / "*.nii", next(file for file in files if "target" in file.name)])
    assert {case.image for case in mixed.cases} == set(files)
    assert len(in_folders(tmp_path / "*.nii").cases) == len(in_folders(tmp_path).cases) == len(files) - 1


def test_what_two_domains_leave_out_alike_is_told_once(tmp_path: Path) -> None:
    images, labels = touched(tmp_path, "a.nii", "a_pseudo_target.nii", "b.nii"), touched(tmp_path, "a_Label.nii", "b_Label.nii")
    cohort = find_folders(tmp_path, tmp_path, tmp_path, tmp_path, tmp_path)
    assert len(cohort.source) == len(cohort.target) == 2 and len(labels) == 2
    assert sum(str(images[1]) in note for note in cohort.notes) == 1 and len(set(cohort.notes)) == len(cohort.notes)


@pytest.mark.parametrize(
    ("scan", "result", "is_of"),
    [
        ("a.nii", "A_PSEUDO_TARGET.nii", True),
        ("Mu\u0308.nii", "M\u00fc_pseudo_target.nii.gz", True),
        ("s1/T2.nii", "s1/s1_T2_pseudo_target.nii.gz", True),
        ("p_1/x/T2.nii", "p_1/x/p_1_x_T2_pseudo_target.nii", True),
        ("s1/T2.nii", "s1/s2_T2_pseudo_target.nii.gz", False),
        ("a.nii", "b_a_pseudo_target.nii", False),
        ("a.nii", "a_3_pseudo_target.nii", False),
        ("a.nii", "other/a_pseudo_target.nii", False),
    ],
)
def test_whose_translation_a_name_means(tmp_path: Path, scan: str, result: str, is_of: bool) -> None:
    both = touched(tmp_path, scan, result)
    assert translations(both) == ({both[1]} if is_of else set())


@pytest.mark.parametrize("place", [".", "one", "../study ü/one"])
def test_a_series_translated_into_its_own_folder_stays_one_scan(
    ran: Ran,  # noqa: F811
    tiny_experiment: Path,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    place: str,
) -> None:
    folder = tmp_path / "study ü" / "one"
    series(folder, ARRAY)
    monkeypatch.chdir(folder if place == "." else folder.parent)
    command = ("translate", tiny_experiment, place, "-o", place, "--device", "cpu", "--overwrite")
    assert ran(*command) == (0, [])
    status, (told,) = ran(*command)
    assert status == 0 and "one_pseudo_target.nii.gz left out: it is a translation" in told
    assert [path.name for path in folder.glob("*.nii*")] == ["one_pseudo_target.nii.gz"]


@pytest.mark.parametrize("number", ["3", "5.2"])
def test_translations_of_one_of_several_series(tmp_path: Path, number: str) -> None:
    series(tmp_path / "st", ARRAY[:4])
    (inside, beside, other) = touched(
        tmp_path, f"st/st_{number}_pseudo_target.nii.gz", f"st_{number}_pseudo_target.nii", "st_x_pseudo_target.nii"
    )
    assert scans_in(tmp_path / "st") == [tmp_path / "st"] and scans_in(tmp_path) == [tmp_path / "st", other]
    assert [each.path for each in left_out_of(tmp_path / "st")] == [inside] and beside in [each.path for each in left_out_of(tmp_path)]


# Whose scan it is -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("names", [("Mü1", "Mü2"), ("Нина", "Никита"), ("सीता", "सीमा"), ("คำ", "คาน"), ("A1", "A2")])
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_patients_of_all_alphabets_are_told_apart(tmp_path: Path, names: tuple[str, str], form: str) -> None:
    for name in names:
        path = Path(unicodedata.normalize(form, f"sub-{name}/ses-{name}/sub-{name}_ses-{name}_T2w.nii.gz"))
        assert patient_of(tmp_path / path) == unicodedata.normalize("NFC", f"sub-{name}")
        assert patient_of(Path(unicodedata.normalize(form, f"{name}/2024-03-01/t2.nii"))) == unicodedata.normalize("NFC", name)
        assert patient_of(Path(unicodedata.normalize(form, f"{name}_2024-03-01.nii"))) == unicodedata.normalize("NFC", name)
        table = tmp_path / unicodedata.normalize("NFC", f"sub-{name}_sessions.tsv")
        table.write_text(
            f"session_id\tacq_time\nses-{unicodedata.normalize('NFC', name)}\t202{names.index(name)}-03-01\n", encoding="utf-8"
        )
        found = scan_date(tmp_path / path)
        assert found is not None and found.day.year == 2020 + names.index(name)


# Files of others ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["{}", '{"name": "x"}', json.dumps({"labels": {"a": 1}}, indent=2), '{"time": 1}\n{"time": 2, "kind": "run"}', '[{"kind": "run"}]'],
)
def test_other_json_is_not_taken_for_events(ran: Ran, text: str) -> None:  # noqa: F811
    nifti(Path("p.nii"), (np.median(ARRAY) < ARRAY).astype(np.uint8))
    Path("dataset.json").write_text(text)
    command = ["evaluate", "p.nii", "p.nii", "--set", "labels=VS:1"]
    assert ran(*command, "--events", "dataset.json") == (
        2,
        ["dataset.json exists already and holds no events; name another file for them."],
    )
    assert Path("dataset.json").read_text() == text


def test_one_file_is_not_written_as_two_things(ran: Ran) -> None:  # noqa: F811
    nifti(Path("p.nii"), (np.median(ARRAY) < ARRAY).astype(np.uint8))
    command = ["evaluate", "p.nii", "p.nii", "--set", "labels=VS:1", "-o", "e.csv", "--events"]
    for name in ("e.csv", "./e.csv", Path("e.csv").absolute()):
        status, (told,) = ran(*command, name)
        assert status == 2 and told.endswith("e.csv is named for the events and for something else; name another file for them.")
    assert not Path("e.csv").exists() and ran(*command, "e.jsonl") == (0, []) and ran(*command, "e.jsonl") == (0, [])


@pytest.mark.parametrize("ending", [".dcm.gz", ".IMA.bz2", ".dicom.zip"])
def test_packed_dicom_in_a_pattern_of_a_cohort_is_told(tmp_path: Path, ending: str) -> None:
    (scan, packed) = touched(tmp_path, "a.nii", f"b{ending}")
    assert no_scans_among(tmp_path / "*") == [packed]
    found = in_folders(tmp_path / "*")
    assert [case.image for case in found.cases] == [scan] and any(str(packed) in note for note in found.notes)


@pytest.mark.parametrize("kind", ["links", "links to links", "one folder"])
def test_equal_scans_of_two_patients_stay_two(tmp_path: Path, kind: str) -> None:
    """Version control of data keeps equal files once and links to them."""
    (kept,) = touched(tmp_path, ".git/annex/objects/x1.nii")
    given = [tmp_path / name for name in (("s/T2.nii", "s/other.nii") if kind == "one folder" else ("s1/T2.nii", "s2/T2.nii"))]
    for number, path in enumerate(given):
        path.parent.mkdir(exist_ok=True)
        try:
            path.symlink_to(given[0] if kind == "links to links" and number else kept)
        except OSError:
            pytest.skip("this user may not make links")
    found = find_inputs([*given, given[0].parent / ".." / given[0].parent.name / given[0].name], EventLog(None))
    assert found == (given, 0) and len(set(result_stems(given).values())) == 2


# Folders --------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_rights(tmp_path: Path) -> Iterator[Path]:
    """A folder of a user to whom rights matter, as which the test goes on: root, who runs it in many containers, is nobody meanwhile."""
    if not hasattr(os, "seteuid"):
        pytest.skip("this system has no such rights")
    if os.geteuid() != 0:
        yield tmp_path
        return
    with tempfile.TemporaryDirectory() as folder:  # pytest's own folders are root's alone
        os.chown(folder, 65534, -1)
        os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            os.seteuid(0)


def test_a_folder_that_may_be_listed_and_not_entered_holds_no_scan(no_rights: Path) -> None:
    touched(no_rights, "a/b.dcm", "a/c/d", "a/e.nii")
    (no_rights / "a").chmod(0o444)
    try:
        with pytest.raises(PermissionError):
            (no_rights / "a" / "e.nii").open("rb").close()
        assert not is_dicom(no_rights / "a") and not is_dicom(no_rights / "a", deep=True) and not is_dicom(no_rights, deep=True)
        for scan in ("a/e.nii", "a/b.dcm"):
            with pytest.raises(InputError, match=r"cannot be (opened|read) \(Permission denied\); check its permissions"):
                read_volume(no_rights / scan)
    finally:
        (no_rights / "a").chmod(0o755)


def test_what_a_folder_holds_is_listed_in_order_and_without_following_folders(tmp_path: Path) -> None:
    files = touched(tmp_path, "a", "c", "b/d", "b/e/f", "g/h", ".hidden/x")
    assert files_in(tmp_path) == files[:2] and folders_in(tmp_path) == [tmp_path / "b", tmp_path / "g"]
    assert list(files_below(tmp_path)) == files[:5]
    try:
        (tmp_path / "i").symlink_to("b", target_is_directory=True)
        (tmp_path / "j").symlink_to("a")
        (tmp_path / "k").symlink_to("nowhere")
    except OSError:
        pytest.skip("this user may not make links")
    assert list(files_below(tmp_path)) == [*files[:2], tmp_path / "j", *files[2:5]]
    assert files_in(tmp_path / "nowhere") == folders_in(tmp_path / "a") == []


def test_thousands_of_other_files_are_passed_over_quickly(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number}.txt").touch()
    start = time.process_time()
    assert not is_dicom(tmp_path, deep=True)
    taken = time.process_time() - start
    start = time.process_time()
    assert len([path for path in tmp_path.iterdir() if path.is_file()]) == 3000
    assert taken < 1.5 * (time.process_time() - start), "no file is asked for by its name"


def test_a_whole_disc_has_a_name_for_its_results() -> None:
    root = Path(Path.cwd().anchor)
    assert file_stem(root) and file_stem(choosing(root, "3")).endswith("_3")
    assert choosing(root, "3") == root / "#3" and split_choice(root / "#3") == (root, "3")
    assert split_choice(Path("#3")) == (Path("#3"), "") and split_choice(Path("a/#3")) == (Path("a/#3"), "")


def test_results_of_the_current_folder_and_of_another_of_its_name_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for place in ("x/series", "z/series"):
        series(tmp_path / place, ARRAY[:4])
    monkeypatch.chdir(tmp_path / "x" / "series")
    given = [Path(), Path("../../z/series")]
    assert list(result_stems(given).values()) == ["x_series", "z_series"]
    assert list(result_stems([*given, Path("../..")]).values())[:2] == ["x_series", "z_series"]


@pytest.mark.parametrize("filename", [3, None, "x", b"x"])
def test_an_error_that_names_no_file_by_its_name_is_passed_on(tmp_path: Path, filename: object) -> None:
    with pytest.raises(OSError, match="no"), replacing(tmp_path / "a"):
        raise OSError(5, "no", filename)


# Words of a command ---------------------------------------------------------------------------------------------------------


def test_what_the_parser_says_is_not_hidden_by_files(ran: Ran) -> None:  # noqa: F811
    def told(*words: str) -> str:
        status, (message,) = ran("evaluate", *words)
        assert status == 2
        return message

    for name in ("-o", "--set=labels=VS:1", "--method"):
        Path(name).touch()
    assert told("a.nii", "b.nii", "--set=labels=VS:1", "--bogus").startswith("Unrecognized arguments: --bogus; see ")
    long = "x" * 400
    assert "--bogus" in told("a.nii", "b.nii", f"--set=labels={long}", "--bogus")
    assert told("a.nii", "b.nii", f"--{long}").startswith(f"Unrecognized arguments: --{long};")
    assert told("a.nii", "-o", "x.csv").startswith("The following arguments are required")


# Slices ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moved", [(3, 0.9), (5, 0.85), (2, 0.95), (4, -0.9)])
def test_a_slice_moved_by_nearly_a_step_is_not_called_missing(tmp_path: Path, moved: tuple[int, float]) -> None:
    from dicom_files import ORIGIN, normal_of

    positions = np.array(ORIGIN) + np.arange(8)[:, None] * 2.0 * normal_of("axial")
    positions[moved[0]] += moved[1] * 2.0 * normal_of("axial")
    series(tmp_path / "a", ARRAY, positions=positions)
    assert "has slices at uneven distances (" in refusal(tmp_path / "a")


@pytest.mark.parametrize(
    "names", [("\u00e9.nii", "e\u0301.nii"), ("J\u00fcrgen.nii.gz", "Ju\u0308rgen.nii"), ("\uac00.nrrd", "\u1100\u1161.nii")]
)
@pytest.mark.parametrize("command", ["segment", "translate"])
def test_results_whose_names_are_one_on_macos_are_refused(
    ran: Ran,  # noqa: F811
    tiny_experiment: Path,
    names: tuple[str, str],
    command: str,
) -> None:
    for name in names:
        Path(name).write_bytes(b"x")
    status, (message,) = ran(command, tiny_experiment, *names, "-o", "out", "--device", "cpu")
    assert status == 2 and "would both become" in message and not Path("out").exists()


@pytest.mark.parametrize("name", ["scans.zip", "DICOM.tar.gz", "study.7z", "a b.TGZ"])
def test_archives_in_a_folder_are_told_with_what_helps(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    touched(tmp_path, "a.nii", name)
    assert [(each.path.name, each.kind) for each in left_out_of(tmp_path)] == [(name, "archive")]
    assert find_inputs([tmp_path], EventLog(None)) == ([tmp_path / "a.nii"], 0)
    assert f"{name} left out: it is an archive; unpack it, and give the scans that are in it" in capsys.readouterr().err
