"""The demo's parts do what its pages of output claim; the whole of it takes minutes and is for people to run."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from CrossMoDAUDALib.cohort.phantom import SAMPLE_COHORT
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.images.volumes import Volume, read_label_map, read_volume, write_volume
from CrossMoDAUDALib.slicer_nodes import mrml
from PIL import Image

SCRIPTS = Path(__file__).resolve().parents[3] / "Scripts"


@pytest.fixture(scope="module")
def demo() -> Iterator[ModuleType]:
    """Scripts/demo.py as a module."""
    description = importlib.util.spec_from_file_location("crossmoda_demo", SCRIPTS / "demo.py")
    assert description and description.loader
    module = importlib.util.module_from_spec(description)
    sys.path.insert(0, str(SCRIPTS))
    try:
        description.loader.exec_module(module)
        yield module
    finally:
        sys.path.remove(str(SCRIPTS))


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def small() -> dict[str, Any]:
    return {**SAMPLE_COHORT, "source_cases": 2, "target_cases": 2, "evaluation_cases": 1, "size": (32, 32, 16)}


def test_the_cohort_is_the_same_every_time_and_is_kept(demo: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        demo.make_cohort(tmp_path / name / "cohort", **small())
    assert digests(tmp_path / "one") == digests(tmp_path / "two") and len(digests(tmp_path / "one")) == 8
    assert "2 ceT1 with labels, 2 hrT2 without, and 1 hrT2 with labels" in capsys.readouterr().out
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    demo.make_cohort(tmp_path / "one" / "cohort", **small())
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_a_cohort_that_was_cut_short_is_made_anew(demo: ModuleType, tmp_path: Path) -> None:
    torn = tmp_path / "cohort.partial" / "training_source" / "crossmoda2022_syn_1_ceT1.nii.gz"
    torn.parent.mkdir(parents=True)
    torn.write_bytes(b"half")
    demo.make_cohort(tmp_path / "cohort", **small())
    assert not (tmp_path / "cohort.partial").exists()
    assert read_volume(tmp_path / "cohort" / "training_source" / torn.name).array.any()


def test_the_command_it_shows_finds_its_cohort(demo: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cohort = tmp_path / "my cohort" / "cohort"
    demo.make_cohort(cohort, **small())
    capsys.readouterr()
    arguments = demo.adapt_command(cohort, tmp_path / "experiment", "cpu")
    assert cli.main([*arguments, "--dry-run"]) == 0
    assert "crossmoda2022_syn_5" in capsys.readouterr().out
    assert f'"{cohort}"' in demo.shown(arguments), "quoted, so that it can be copied"


def test_it_says_whether_tumour_was_found_where_none_can_be(demo: ModuleType, tmp_path: Path, tiny_cohort: Path) -> None:
    reference = next((tiny_cohort / "validation").glob("*_Label.nii.gz"))
    label = read_label_map(reference)
    case = reference.name.removesuffix("_Label.nii.gz")
    elsewhere = label.array.copy()
    front = -1 if label.geometry.matrix[1, 1] < 0 else 0  # the nose is where y, to posterior, is least
    elsewhere[8, front, 12:17] = 1
    for iteration, array in ((9, label.array), (10, elsewhere)):
        write_volume(Volume(array, label.geometry), tmp_path / f"iteration_{iteration}" / "evaluation" / f"{case}.nii.gz")
    assert demo.where_tumours_are(tiny_cohort, tmp_path, 3) == f"outside the posterior fossa, where none can be: 5 voxels in {case}"
    shutil.rmtree(tmp_path / "iteration_10")
    assert demo.where_tumours_are(tiny_cohort, tmp_path, 3) == "none outside the posterior fossa in any of the scans for scoring"


def test_help_and_a_bad_output_need_no_environment(tmp_path: Path) -> None:
    environment = {**os.environ, "CROSSMODA_VENV": str(tmp_path / "nothing")}
    command = [sys.executable, str(SCRIPTS / "demo.py")]
    told = subprocess.run([*command, "--help"], capture_output=True, encoding="utf-8", env=environment)
    assert told.returncode == 0 and "--device" in told.stdout and "Not for clinical use" in " ".join(told.stdout.split())
    (tmp_path / "file").touch()
    told = subprocess.run([*command, "-o", str(tmp_path / "file")], capture_output=True, encoding="utf-8", env=environment)
    assert told.returncode == 2 and told.stderr.splitlines() == [f"demo.py: {tmp_path / 'file'} is a file; name a folder with -o."]
    assert not (tmp_path / "nothing").exists()


def test_a_failing_command_ends_the_demo_with_its_status(demo: ModuleType, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert demo.run(["status", str(tmp_path)]) == 2
    told = capfd.readouterr()
    assert told.out.startswith("$ python ") and "is not an experiment folder" in told.err


@pytest.mark.slow
def test_what_it_segments_and_draws(
    demo: ModuleType, tmp_path: Path, tiny_cohort: Path, tiny_experiment: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    scan = demo.evaluation_scan(tiny_cohort)
    results = tmp_path / "segmentation"
    assert demo.segment(tiny_experiment, scan, results, "cpu") == 0
    label = read_label_map(results / f"{scan.name.removesuffix('.nii.gz')}_Label.nii.gz")
    assert label.geometry.differences(read_volume(scan).geometry) == []
    segmentation = results / f"{scan.name.removesuffix('.nii.gz')}.seg.nrrd"
    assert segmentation.is_file() and mrml.scene() is not None
    capfd.readouterr()
    assert demo.segment(tiny_experiment, scan, results, "cpu") == 0
    assert "is there already" in capfd.readouterr().out

    demo.draw(tiny_cohort, tiny_experiment, scan, results, tmp_path / "demo.png")
    with Image.open(tmp_path / "demo.png") as picture:
        assert picture.width >= 1200 and np.ptp(np.asarray(picture)) == 255
    tumours = demo.where_tumours_are(tiny_cohort, tiny_experiment, 3)
    last_word = demo.conclusion(tmp_path, results, scan, tumours)
    assert f"Tumour         {tumours}" in last_word.splitlines() and "posterior fossa" in tumours
    for line in last_word.splitlines():
        named = line.strip().removeprefix("Picture ").removeprefix("Segmentation ").strip()
        if named.startswith(str(tmp_path)):
            assert Path(named).exists(), named
