"""A model package carries the scores of the very model in it, whatever translator, iteration or folder was packed."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
from conftest import TINY
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.method.packing import write_package


@pytest.fixture(scope="module")
def translated(tiny_experiment: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return distinct(Path(shutil.copytree(tiny_experiment, tmp_path_factory.mktemp("scored") / "translated")))


@pytest.fixture(scope="module")
def untranslated(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An experiment that trains itself from source scans as they are."""
    folder = tmp_path_factory.mktemp("scored") / "untranslated"
    command = ["run", "--crossmoda", str(tiny_cohort), "-o", str(folder), "--preset", "smoke", "--device", "cpu"]
    assignments = [f"--set={key}={value}" for key, value in TINY.items() if key.startswith("segmentation.")]
    assert cli.main([*command, *assignments, "--translator", "none", "--iterations", "1"]) == 0
    return distinct(folder)


def distinct(experiment: Path) -> Path:
    """The experiment, with another mean DSC in each row of its table: trainings as small as these may all score 0."""
    table = experiment / "evaluation" / "table.csv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "dice_mean": f"0.{number}"} for number, row in enumerate(rows, 1))
    return experiment


@pytest.mark.parametrize(
    ("packed", "title"),
    [("", "iteration 1"), ("iteration_1", "iteration 1"), ("iteration_0", "iteration 0"), ("source_only", "source only")],
)
def test_with_a_translator(translated: Path, tmp_path: Path, packed: str, title: str) -> None:
    assert_scores_are_those_of(translated, packed, title, tmp_path)


@pytest.mark.parametrize(("packed", "title"), [("", "iteration 1"), ("iteration_1", "iteration 1"), ("iteration_0", "source only")])
def test_without_a_translator(untranslated: Path, tmp_path: Path, packed: str, title: str) -> None:
    assert_scores_are_those_of(untranslated, packed, title, tmp_path)


def test_a_model_that_has_not_been_scored_carries_no_scores(untranslated: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(untranslated, tmp_path / "copy"))
    table = copy / "evaluation" / "table.csv"
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    table.write_text("".join(line for line in lines if not line.startswith("iteration 1,")), encoding="utf-8")
    assert write_package(copy, tmp_path / "model.zip").description["scores"] is None
    table.unlink()
    assert write_package(copy, tmp_path / "other.zip").description["scores"] is None


def assert_scores_are_those_of(experiment: Path, packed: str, title: str, folder: Path) -> None:
    scores = write_package(experiment / packed, folder / "model.zip").description["scores"]
    rows = csv.DictReader((experiment / "evaluation" / "table.csv").read_text(encoding="utf-8").splitlines())
    means = {row["method"]: float(row["dice_mean"]) for row in rows}
    assert len(set(means.values())) == len(means) > 1
    assert scores["dice_mean"] == means[title]
