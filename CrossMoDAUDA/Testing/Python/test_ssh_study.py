"""A study whose experiments run on another computer, by a real SSH server: the same table as from here."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import write_volume
from CrossMoDAUDALib.places import place
from CrossMoDAUDALib.places.known import KnownPlace
from long_runs import TAKES_LONG
from test_study import ThisProcess


@pytest.mark.slow
def test_a_small_study_there_gives_the_table_of_one_here(
    gpu_box: KnownPlace, study_here: tuple[list[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words, here = study_here
    assert cli.main([*words, str(tmp_path / "from there"), "--on", "gpu-box"]) == 0, capsys.readouterr().err
    for file in ("table.csv", "per_case.csv"):
        assert (here / file).read_text() == (tmp_path / "from there" / file).read_text()
    assert cli.main([*words, str(tmp_path / "other"), "--jobs", "2"]) == 2
    assert "--jobs belongs to --on" in capsys.readouterr().err
    assert cli.main([*words, str(tmp_path / "other"), "--on", "gpu-box", "--set", "budget_minutes=5"]) == 2
    assert "A time budget is measured on this computer" in capsys.readouterr().err


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
