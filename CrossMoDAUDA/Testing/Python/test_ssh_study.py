"""A study whose experiments run on another computer, by a real SSH server: the same table as from here."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere, read_elsewhere
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.experiment.sharing import stage_keys
from CrossMoDAUDALib.images.volumes import write_volume
from CrossMoDAUDALib.places import place
from CrossMoDAUDALib.places.known import KnownPlace
from CrossMoDAUDALib.places.remote import Remote
from CrossMoDAUDALib.study import arrays
from CrossMoDAUDALib.study.request import Method, Study
from long_runs import TAKES_LONG
from test_study import ThisProcess


@pytest.mark.slow
def test_a_small_study_there_gives_the_table_of_one_here(
    gpu_box: KnownPlace, study_here: tuple[list[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, here = study_here
    folder = tmp_path / "from there"
    assert cli.main([*words, str(folder), "--on", "gpu-box"]) == 0, capsys.readouterr().err
    for file in ("table.csv", "per_case.csv"):
        assert (here / file).read_text() == (folder / file).read_text()

    same = folder / "experiments" / "same" / "seed_0"
    ended = read_elsewhere(same)
    assert ended is not None and not ended.is_alive
    ended.save(same, is_alive=True)  # as of one whose worker ended when nobody followed it
    other = ["--method", "other=none", "--without", "same", "--dry-run"]
    assert cli.main(["study", "-o", str(folder), *other]) == 0, capsys.readouterr().err
    asked = read_elsewhere(same)
    assert asked is not None and not asked.is_alive, "its place is asked before it is said to be at work"

    assert cli.main([*words, str(tmp_path / "other"), "--jobs", "2"]) == 2
    assert "--jobs belongs to --on" in capsys.readouterr().err
    assert cli.main([*words, str(tmp_path / "other"), "--on", "gpu-box", "--set", "budget_minutes=5"]) == 2
    assert "A time budget is measured on this computer" in capsys.readouterr().err


def test_what_has_been_deleted_there_is_taken_from_nobody(gpu_box: KnownPlace, cohort: Cohort, tmp_path: Path) -> None:
    """As where old files are deleted: another experiment then makes anew what this one had made for it."""
    study = Study(tmp_path / "study", "smoke", {}, (Method("one", "cyclegan-resnet"),), (0, 1), cohort)
    kept, deleted = [part for part in study.parts() if part.name.startswith("one/")]
    keys = {part.name: stage_keys(part.settings, part.cohort, {}, part.stages()) for part in study.parts()}
    for part in (kept, deleted):
        write_marker(part.folder, "translation/train", [])
        there = Path(gpu_box.folder) / "experiments" / part.name
        there.mkdir(parents=True)
        (there / "experiment.json").touch()
        Elsewhere(gpu_box.name, str(there), cohort, has_begun=True).save(part.folder)
    remote = Remote(gpu_box, asks=False)
    done, folders = arrays._done(study, keys, remote)
    assert folders.keys() == {kept.name, deleted.name} == set(done.values())
    shutil.rmtree(folders[deleted.name])
    done, folders = arrays._done(study, keys, remote)
    assert folders.keys() == {kept.name} == set(done.values())
    (deleted.folder / "place.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match=r"place\.json is damaged"):
        arrays._done(study, keys, remote)
    done, folders = arrays._done(replace(study, without=("one=1",)), keys, remote)
    assert folders.keys() == {kept.name}, "a damaged one that is left out is no obstacle"


@TAKES_LONG
def test_a_study_there_gives_the_table_of_one_here(
    gpu_box: KnownPlace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Floor and ceiling side by side; the ceiling's labelled scans are others than those that methods learn from."""
    phantom.write_cohort(tmp_path / "data", source_cases=2, target_cases=2, evaluation_cases=2, seed=3, size=(32, 32, 16))
    for number in (3, 4):
        label = tmp_path / "labels" / f"crossmoda2022_syn_{number}_Label.nii.gz"
        write_volume(phantom.make_case(30000 + number, "hrT2", (32, 32, 16))[1], label)
    settings = [f"--set={key}={value}" for key, value in TINY.items()]
    words = ["study", "--crossmoda", str(tmp_path / "data"), "--target-labels", str(tmp_path / "labels"), "--preset", "smoke"]
    words += ["--devices", "cpu", "--iterations", "0", "--method", "cyclegan-resnet", *settings, "-o"]
    with monkeypatch.context() as here:
        here.setitem(place.PLACES, place.THIS_COMPUTER, lambda _address: ThisProcess())  # which imports PyTorch once
        assert cli.main([*words, str(tmp_path / "from here")]) == 0
    assert cli.main([*words, str(tmp_path / "from there"), "--on", "gpu-box"]) == 0, capsys.readouterr().err
    for file in ("table.csv", "per_case.csv"):
        assert (tmp_path / "from here" / file).read_text() == (tmp_path / "from there" / file).read_text()
