"""Experiments on the list of trainings, and what the list shows."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from CrossMoDAUDALib.experiment.folder import Experiment
from panel_actions import end_our_processes, open_section
from PySide6 import QtCore, QtTest
from Testing.Host import Host


@pytest.fixture
def copies(tmp_path: Path, started: Experiment) -> Iterator[Any]:
    """Makes recorded experiments in one folder, each with what its log says last."""
    top = tmp_path / "all ü"
    top.mkdir()

    def make(name: str, state: str = "", when: float = 1000.0) -> Path:
        shutil.copytree(started.folder, top / name)
        if state:
            lines = [{"time": when - 10, "kind": "run", "state": "started"}, {"time": when, "kind": "run", "state": state}]
            (top / name / "events.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
        return top / name

    make.top = top  # type: ignore[attr-defined]
    yield make
    end_our_processes()


def score(folder: Path, dice: float, rounds: int = 2) -> None:
    """Write the scores of a number of rounds, the last of which has this DSC."""
    (folder / "evaluation").mkdir()
    names = ("dice_mean", "dice_Vestibular schwannoma", "dice_Cochlea")
    lines = ["method,cases," + ",".join(f"{name},{name}_std" for name in names)]
    lines += [f"iteration {number},12," + ",".join(["%.3f,0.05" % (dice - 0.1 * (rounds - 1 - number))] * 3) for number in range(rounds)]
    (folder / "evaluation" / "table.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def section(host: Host) -> Any:
    return host.widget.panel.trainings


def show(host: Host, *folders: Path) -> None:
    """Open the section with these on its list, and wait until each has been looked at and has its place."""
    section(host).add(*folders)
    open_section(host, "trainings")
    settle(host)


def settle(host: Host) -> None:
    trainings = section(host)
    host.process(10, lambda: trainings._isSorted and None not in trainings._standings.values())


def rows(host: Host) -> dict[str, list[str]]:
    """What the list shows, from top to bottom: the other cells by the name."""
    table = host.find("trainingsTable")._real
    texts = [[table.item(row, column).text() for column in range(4)] for row in range(table.rowCount())]
    return {name: others for name, *others in texts}


def select(host: Host, *names: str) -> None:
    """Choose rows as a user does: a click, and more with the Ctrl key."""
    table = host.find("trainingsTable")._real
    for place, name in enumerate(names):
        row = list(rows(host)).index(name)
        keys = QtCore.Qt.KeyboardModifier.ControlModifier if place else QtCore.Qt.KeyboardModifier.NoModifier
        middle = table.visualItemRect(table.item(row, 0)).center()
        QtTest.QTest.mouseClick(table.viewport(), QtCore.Qt.MouseButton.LeftButton, keys, middle)
    host.process(0.05)


def text(host: Host, name: str) -> str:
    return str(host.find(name).text).replace("\u200b", "")
