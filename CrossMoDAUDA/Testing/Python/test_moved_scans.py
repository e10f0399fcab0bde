"""``--scans-moved-to``: scans are known by their content, and an experiment or a study goes on with them where they are now."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from cohort_files import hashes, save_crossmoda
from command_line import SOURCE, TARGET, VALIDATION, contents
from CrossMoDAUDALib.cohort import finding
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere, read_elsewhere
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.lock import locked
from CrossMoDAUDALib.experiment.moved import find_moved, move_scans
from CrossMoDAUDALib.study.moved import move_scans_of_study
from CrossMoDAUDALib.study.request import Method, Study

if TYPE_CHECKING:
    from CrossMoDAUDALib.cohort.finding import Cohort


def moved_away(cohort: Cohort, to: Path, renamed: bool = False) -> dict[str, Path]:
    """Every file in a new place, by its old one."""
    files = [path for cases in cohort.domains().values() for case in cases for path in (case.image, case.label) if path]
    found = {}
    for number, path in enumerate(files):
        found[str(path)] = to / ("tiefer ü" if number % 2 else "") / (f"umbenannt {number}.nii.gz" if renamed else path.name)
        found[str(path)].parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, found[str(path)])
    return found


@pytest.mark.parametrize("renamed", [False, True], ids=["moved", "renamed"])
def test_moved_scans_are_found_by_content(started: Experiment, cohort: Cohort, tmp_path: Path, renamed: bool) -> None:
    new, before = moved_away(cohort, tmp_path / "archive", renamed), started.scan_digests()
    with pytest.raises(InputError, match="name the folder that it was moved to with --scans-moved-to"):
        started.verify_scans()
    assert move_scans(started.folder, tmp_path / "archive") == new, "as advised"
    now = Experiment.load(started.folder)
    now.verify_scans()
    assert [case.id for case in now.cohort.source] == [case.id for case in cohort.source]
    assert [case.image for case in now.cohort.source] == [new[str(case.image)] for case in cohort.source]
    assert now.scan_digests() == {str(new[name]): digest for name, digest in before.items()} and now.settings == started.settings
    Experiment.resume(started.folder, started.settings, now.cohort)
    assert set(move_scans(started.folder, tmp_path / "archive").values()) == set(new.values()), "once more changes nothing"


def test_scans_that_stayed_stay(started: Experiment, cohort: Cohort, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    image = cohort.target[0].image
    shutil.move(image, tmp_path / "archive" / "other name.nii.gz")
    move_scans(started.folder, tmp_path / "archive")
    now = Experiment.load(started.folder).cohort
    assert now.source == cohort.source and now.target[0].image == tmp_path / "archive" / "other name.nii.gz"


def test_one_content_twice_keeps_the_names_apart(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        for name in ("a_Label.nii.gz", "b_Label.nii.gz"):
            (tmp_path / folder).mkdir(exist_ok=True)
            (tmp_path / folder / name).write_bytes(b"two empty label maps")
    from CrossMoDAUDALib.images.fingerprint import scan_sha256

    digests = {str(path): scan_sha256(path) for path in (tmp_path / "old").iterdir()}
    shutil.rmtree(tmp_path / "old")
    assert {Path(name).name: path.name for name, path in find_moved(digests, tmp_path / "new").items()} == {
        name: name for name in ("a_Label.nii.gz", "b_Label.nii.gz")
    }
    (tmp_path / "new" / "a_Label.nii.gz").rename(tmp_path / "new" / "x.nii.gz")
    assert len(set(find_moved(digests, tmp_path / "new").values())) == 2


def test_a_header_with_its_voxels_in_another_file(tmp_path: Path) -> None:
    from cohort_files import save, scan_array
    from CrossMoDAUDALib.images.fingerprint import scan_sha256

    path = save(tmp_path / "old" / "a.mhd", scan_array(1))
    digests = {str(path): scan_sha256(path)}
    (tmp_path / "old").rename(tmp_path / "new")
    assert find_moved(digests, tmp_path / "new") == {str(path): tmp_path / "new" / "a.mhd"}
    (tmp_path / "new" / "a.raw").write_bytes(b"other voxels" * 40)
    with pytest.raises(InputError, match="it has changed"):
        find_moved(digests, tmp_path / "new")


def lose(new: Path) -> str:
    new.rename(new.with_name("kept.away"))
    return "is neither where it was nor, under any name, in"


def change(new: Path) -> str:
    new.rename(new.with_name("kept.away"))
    new.write_bytes(b"other voxels")
    return "it has changed; put the file as it was into"


def cut(new: Path) -> str:
    shutil.copy(new, new.with_name("kept.away"))
    new.write_bytes(new.read_bytes()[:-1])
    return "it has changed"


@pytest.mark.parametrize("spoil", [lose, change, cut])
def test_missing_and_changed_scans_are_refused_and_nothing_is_written(
    started: Experiment, cohort: Cohort, tmp_path: Path, spoil: object
) -> None:
    new = moved_away(cohort, tmp_path / "archive")
    name, path = next(iter(new.items()))
    said, before = spoil(path), contents(started.folder)  # type: ignore[operator]
    with pytest.raises(InputError) as raised:
        move_scans(started.folder, tmp_path / "archive")
    assert said in str(raised.value) and name in str(raised.value) and str(tmp_path / "archive") in str(raised.value)
    after = contents(started.folder)
    assert after["experiment.json"] == before["experiment.json"]
    path.with_name("kept.away").rename(tmp_path / "archive" / "again.nii.gz")
    assert move_scans(started.folder, tmp_path / "archive")[name] == tmp_path / "archive" / "again.nii.gz", "as advised"


def test_while_a_worker_is_at_it_nothing_is_moved(started: Experiment, cohort: Cohort, tmp_path: Path) -> None:
    moved_away(cohort, tmp_path / "archive")
    with locked(started.folder), pytest.raises(CrossModaError, match="is being worked on"):
        move_scans(started.folder, tmp_path / "archive")


def test_the_record_of_a_place_follows(started: Experiment, cohort: Cohort, tmp_path: Path) -> None:
    """An experiment that runs elsewhere sends its scans, and names them, by the paths of here."""
    Elsewhere("gpu", "/there/1", cohort, has_begun=True).save(started.folder)
    new = moved_away(cohort, tmp_path / "archive")
    move_scans(started.folder, tmp_path / "archive")
    kept = read_elsewhere(started.folder)
    assert kept is not None and kept.cohort == Experiment.load(started.folder).cohort and kept.has_begun
    assert kept.cohort.target[0].image == new[str(cohort.target[0].image)]


def test_a_study_and_its_experiments(tmp_path: Path) -> None:
    scans = finding.find_crossmoda(save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION))
    digests = hashes(scans)
    odd = Method("odd", "cyclegan-unet", {"translation.image_size": "112"})  # which it cannot have
    study = Study(tmp_path / "study", "smoke", {}, (Method("cut", "cut"), odd), (0,), scans, digests=digests, without=("odd",))
    study.folder.mkdir()
    study.save()
    first, second = study.parts()[:2]
    for part in (first, second):
        Experiment.create(part.folder, part.settings, part.cohort, digests)
    shutil.move(tmp_path / "scans", tmp_path / "moved")
    move_scans(first.folder, tmp_path / "moved")  # as if an earlier call had been killed after the first
    move_scans_of_study(study.folder, tmp_path / "moved")
    now = Study.load(study.folder)
    now.refuse_other()
    assert now.cohort.source[0].image == tmp_path / "moved" / SOURCE / "crossmoda_1_ceT1.nii.gz"
    for part in (first, second):
        Experiment.load(part.folder).verify_scans()
    empty = Study(tmp_path / "new", "smoke", {}, (Method("cut", "cut"),), (0,), scans)
    empty.folder.mkdir()
    empty.save()
    with pytest.raises(InputError, match="without --scans-moved-to"):
        move_scans_of_study(empty.folder, tmp_path / "moved")


@pytest.mark.parametrize("damaged", ["source-only", "cut", "fast"])
def test_of_a_study_all_is_read_before_anything_is_changed(tmp_path: Path, damaged: str) -> None:
    scans = finding.find_crossmoda(save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION))
    digests, methods = hashes(scans), (Method("fast", "fastcut"), Method("cut", "cut"))
    study = Study(tmp_path / "study", "smoke", {}, methods, (0,), scans, digests=digests, without=("fast",))
    study.folder.mkdir()
    study.save()
    records = {part.method.name: part.folder / "experiment.json" for part in study.whole.parts()}
    for part in study.whole.parts():
        Experiment.create(part.folder, part.settings, part.cohort, digests)
    records[damaged].write_text("{", encoding="utf-8")
    before = {record: record.read_bytes() for record in records.values()}
    shutil.move(tmp_path / "scans", tmp_path / "moved")
    told: list[str] = []
    with contextlib.nullcontext() if damaged == "fast" else pytest.raises(InputError, match=r"experiment\.json is damaged"):
        move_scans_of_study(study.folder, tmp_path / "moved", tell=told.append)
    changed = [name for name, record in records.items() if record.read_bytes() != before[record]]
    assert changed == (["source-only", "cut"] if damaged == "fast" else [])
    assert ["is left out and cannot be read" in text for text in told] == [True] * (damaged == "fast")
    assert (Study.load(study.folder).cohort != scans) == (damaged == "fast")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--crossmoda", "."], "leave out the other options that name scans"),
        (["--dry-run"], "leave one of them out"),
        (["-o", "nothing"], "holds no experiment that has recorded its scans"),
    ],
)
def test_what_does_not_go_together(started: Experiment, words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = (started.folder / "experiment.json").read_bytes()
    assert cli.main(["run", "-o", str(started.folder), "--scans-moved-to", str(started.folder.parent), *words]) == 2
    assert said in capsys.readouterr().err and (started.folder / "experiment.json").read_bytes() == before


def test_a_run_goes_on_with_moved_scans(
    tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finished experiment's scans elsewhere: nothing is done again."""
    folder, place = tmp_path / "experiment", tmp_path / "scans elsewhere ü"
    shutil.copytree(tiny_experiment, folder)
    for path in sorted(tiny_cohort.rglob("*.nii.gz")):
        place.mkdir(exist_ok=True)
        shutil.copy(path, place / f"{path.name[:-7]}.moved.nii.gz")
    record = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
    known = {str(tmp_path / "gone" / Path(name).name): known for name, known in record["files"].items()}
    record["files"] = known
    for cases in record["cohort"].values():
        for case in cases:
            case.update({key: (tmp_path / "gone" / Path(case[key]).name).as_posix() for key in ("image", "label") if case[key]})
    (folder / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
    markers = contents(folder / "stages")
    assert cli.main(["run", "-o", str(folder)]) == 2
    assert "--scans-moved-to" in capsys.readouterr().err
    assert cli.main(["run", "-o", str(folder), "--scans-moved-to", str(place)]) == 0, capsys.readouterr().err
    assert contents(folder / "stages") == markers and "Recorded where 8 of 8 files are now" in capsys.readouterr().err
    assert all(case.image.parent == place for case in Experiment.load(folder).cohort.source)
