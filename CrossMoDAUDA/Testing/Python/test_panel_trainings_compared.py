"""The section Trainings: two of them compared."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from CrossMoDAUDALib.experiment.folder import Experiment
from panel_actions import open_section
from Testing.Host import Host
from trainings_bench import copies, score, select, show, text

assert copies  # a fixture


def change(folder: Path, section: str, key: str, value: Any) -> None:
    record = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))
    (record["settings"][section] if section else record["settings"])[key] = value
    (folder / "experiment.json").write_text(json.dumps(record), encoding="utf-8")


def compared(host: Host) -> list[list[str]]:
    table = host.find("trainingsComparison")._real
    texts = [
        [table.item(row, column).text().replace("\n", " ") for column in range(table.columnCount())] for row in range(table.rowCount())
    ]
    titles = [table.verticalHeaderItem(row).text().replace("\n", " ") for row in range(table.rowCount())]
    return [[title, *line] for title, line in zip(titles, texts, strict=True)]


def test_two_are_compared(host: Host, copies: Any) -> None:
    one, two = copies("one", "finished", 2000), copies("two", "finished", 1000)
    score(one, 0.8)
    score(two, 0.75, rounds=3)
    change(two, "segmentation", "epochs", 40)
    show(host, one, two)
    host.module_frame().window().resize(700, 900)
    select(host, "one", "two")
    host.click("trainingsCompare")
    host.process(0.2)
    assert text(host, "trainingsComparisonTitle") == "A: one (iteration 1)\nB: two (iteration 2)"
    assert [host.find("trainingsComparison").horizontalHeaderItem(column).text() for column in range(3)] == ["one", "two", "B - A"]
    assert compared(host) == [
        ["DSC, mean", "0.800 ± 0.050", "0.750 ± 0.050", "-0.050"],
        ["DSC, Vestibular schwannoma", "0.800 ± 0.050", "0.750 ± 0.050", "-0.050"],
        ["DSC, Cochlea", "0.800 ± 0.050", "0.750 ± 0.050", "-0.050"],
        ["Scans", "12", "12", "-"],
    ]
    epochs = Experiment.load(one).settings.segmentation.epochs
    assert text(host, "trainingsDifferences").split("\n") == ["One setting differs:", f"• Segmentation: Epochs: {epochs} in one, 40 in two"]
    change(two, "segmentation", "epochs", epochs)
    host.click("trainingsCompare")
    assert text(host, "trainingsDifferences") == "All settings are the same."
    select(host, "two")
    host.click("trainingsRemove")
    assert not host.find("trainingsComparison").visible and not host.find("trainingsDifferences").visible


def test_it_says_what_makes_a_comparison_worthless(host: Host, copies: Any) -> None:
    one, two = copies("one", "finished", 2000), copies("two", "finished", 1000)
    show(host, one, two)
    select(host, "one", "two")
    host.click("trainingsCompare")
    assert "Neither has scores yet" in text(host, "trainingsDifferences") and not host.find("trainingsComparison").visible
    score(one, 0.8)
    host.click("trainingsCompare")
    assert "two has no scores yet" in text(host, "trainingsDifferences")
    assert compared(host)[0][1].startswith("0.800") and compared(host)[0][2:] == ["-", "-"]
    score(two, 0.7)
    change(two, "evaluation", "convention", "medpy")
    host.click("trainingsCompare")
    assert "different conventions" in text(host, "trainingsDifferences")
    record = json.loads((two / "experiment.json").read_text(encoding="utf-8"))
    record["cohort"]["evaluation"] = [{**record["cohort"]["target"][0], "label": record["cohort"]["source"][0]["label"]}]
    (two / "experiment.json").write_text(json.dumps(record), encoding="utf-8")
    host.click("trainingsCompare")
    assert "different scans" in text(host, "trainingsDifferences")


def test_real_experiments_are_compared(host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_experiment, copy)
    show(host, tiny_experiment, copy)
    select(host, tiny_experiment.name, "copy")
    host.click("trainingsCompare")
    assert {line[-1] for line in compared(host)} == {"+0.000", "-"}
    assert text(host, "trainingsDifferences") == "All settings are the same."


@pytest.mark.parametrize("scale", [1, 2])
def test_long_names_do_not_widen_the_panel(host: Host, copies: Any, font_scale: Callable[[float], None], scale: int) -> None:
    font_scale(scale)
    names = [f"{letter}_crossmoda2023_etz_103_hrT2_with_a_really_long_name_0001" for letter in "ab"]
    for name in names:
        score(copies(name, "finished"), 0.8)
    change(copies.top / names[1], "segmentation", "epochs", 40)
    panel = host._application.main_window.panel
    open_section(host, "trainings")
    host.process(0.1)
    narrowest = panel.minimumSizeHint().width()
    window = host.module_frame().window()
    window.resize(300, 900)
    show(host, *(copies.top / name for name in names))
    select(host, *names)
    host.click("trainingsCompare")
    host.process(0.3)
    assert panel.minimumSizeHint().width() == narrowest <= 300 and window.width() == 300
    table = host.find("trainingsTable")._real
    assert sum(table.columnWidth(column) for column in range(3)) <= table.viewport().width() and table.isColumnHidden(3)
    assert not table.horizontalScrollBar().isVisible()
    assert scale == 2 or not host.find("trainingsComparison")._real.horizontalScrollBar().isVisible()
    assert "".join(text(host, "trainingsComparisonTitle").split()).startswith(f"A:{names[0]}")


def test_two_trainings_fit_side_by_side_where_letters_are_wider(host: Host, tiny_experiment: Path, tmp_path: Path, font_scale: Any) -> None:
    """As in Slicer's own style: at 300 points the last column ran a few points over the edge."""
    font_scale(1.2)
    shutil.copytree(tiny_experiment, tmp_path / "b")
    host.module_frame().window().resize(300, 900)
    show(host, tiny_experiment, tmp_path / "b")
    select(host, tiny_experiment.name, "b")
    host.click("trainingsCompare")
    host.process(0.3)
    table = host.find("trainingsComparison")._real
    columns = sum(table.columnWidth(column) for column in range(table.columnCount()))
    assert columns <= table.viewport().width() and not table.horizontalScrollBar().isVisible()
