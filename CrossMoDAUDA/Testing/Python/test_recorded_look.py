"""A setting that older versions' presets had otherwise stays as an experiment recorded it, unless it is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from CrossMoDAUDALib.cohort.finding import find_crossmoda
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment


def test_the_command_of_an_older_version_goes_on(tiny_cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder, dropping = tmp_path / "experiment", {"translation.drop_failed": True, "device": "cpu"}
    settings = with_values(preset_settings("paper"), {**dropping, "translation.check_agreement": True})
    gone = tmp_path / "gone.nii.gz"  # so that the same command ends before it works
    gone.touch()
    Experiment.create(folder, settings, find_crossmoda(tiny_cohort), {str(gone): "0"})
    gone.unlink()
    words = ["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--device", "cpu", "--set", "translation.drop_failed=true"]
    assert cli.main(words) == 2
    assert "gone.nii.gz has been removed" in capsys.readouterr().err
    assert cli.main([*words, "--set", "translation.check_agreement=false"]) == 2
    assert "check_agreement=True, not False" in capsys.readouterr().err
