"""Letters for the keyboard: each label and each button has its own, in whatever state the section Adapt and the form of a place are."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import MODULE
from CrossMoDAUDALib.experiment.elsewhere import Elsewhere
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.places.known import FILE_VARIABLE, KnownPlace, Slurm, add_place
from panel_actions import open_section

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from PySide6 import QtWidgets
from Testing.Host import Host

MENUS = dict.fromkeys("FEVH", "Slicer's menus")


def texts_with_letters(root: Any) -> list[str]:
    """The texts of all that is visible and should have a letter; settings have none, there are too many."""
    found = []
    for widget in root.findChildren(QtWidgets.QWidget):
        if not widget.isVisible():
            continue
        if isinstance(widget, QtWidgets.QLabel) and widget.buddy() is not None and "setting_" not in widget.buddy().objectName():
            found.append(widget.text())
        elif isinstance(widget, QtWidgets.QPushButton | QtWidgets.QToolButton | QtWidgets.QCheckBox):
            isOwn = bool(widget.objectName()) and not widget.objectName().startswith(("qt_", "Scroll", "setting_"))
            found += [widget.text()] if isOwn and re.search(r"\w", widget.text()) else []
        elif isinstance(widget, QtWidgets.QTabBar):  # Ctrl+Tab turns these; letters would not do for all
            assert not any("&" in widget.tabText(index) for index in range(widget.count()))
    return found


def assert_own_letters(root: Any, others: dict[str, str]) -> None:
    """No letter leads to two things, nor to one of the others."""
    letters, told = dict(others), texts_with_letters(root)
    assert len(told) > 10
    for text in told:
        marked = re.findall(r"&(\w)", text)
        assert len(marked) == 1, text
        assert marked[0].upper() not in letters, f"{text} and {letters[marked[0].upper()]}"
        letters[marked[0].upper()] = text


@pytest.fixture(params=["en_US", "de_DE"])
def any_host(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    """The panel in a language, with the section Adapt open, and a place that can be chosen."""
    monkeypatch.setenv(FILE_VARIABLE, str(tmp_path / "places.toml"))
    add_place(KnownPlace("box", "me@gpu", slurm=Slurm(gpus=1)))
    with Host(MODULE, language=request.param) as host:
        open_section(host, "adapt")
        for group in host.find("adaptWidget")._real.findChildren(QtWidgets.QGroupBox):
            group.setChecked(True)
        yield host


def report_lack(host: Host) -> None:
    """As a check of a place that lacks packages does."""
    host.widget.panel.adapt.places._onEvent({"kind": "finding", "title": "packages", "is_good": False, "message": "None."})
    host.widget.panel.adapt.update()
    host.process(0.05)
    assert host.find("adaptPlaceInstall").visible


def assert_letters_at_work(host: Host, root: Any, *tools: Any) -> None:
    """Where all of these work at the same time, as the buttons that cancel them then say."""
    adapt = host.widget.panel.adapt
    adapt.places._asked, adapt.places._doing, adapt.package._path, adapt.export._path = "box", "check", "a.zip", "b.zip"
    for tool in tools:
        tool.runner.work(iter(lambda: None, 0))
    adapt.showCase._key = adapt.showCase._chosen()
    for show in (adapt.package._show, adapt.export._show, adapt.report._show, adapt.showCase._showButton, adapt.update):
        show()
    assert_own_letters(root, MENUS)
    for tool in tools:
        tool.runner.cancel()


@pytest.mark.parametrize("kind", ["crossmoda", "folders"])
def test_letters_of_a_new_training_elsewhere(any_host: Host, tiny_cohort: Path, tmp_path: Path, kind: str) -> None:
    host, parameters = any_host, any_host.widget.panel.parameters
    parameters.scansKind, parameters.crossmoda, parameters.experiment = kind, str(tiny_cohort), str(tmp_path / "new")
    host.widget.panel.adapt.cases.add({"case": "one", "domain": "source", "size": "40 x 36 x 16", "spacing": "1", "problems": []})
    parameters.place = "box"
    host.process(0.1)
    report_lack(host)
    root = host.find("adaptWidget")._real
    assert host.find("adaptPlaceCheck").visible and host.find("adaptCasesSort").visible
    assert_own_letters(root, MENUS)
    assert_letters_at_work(host, root, host.widget.panel.adapt.places)


def test_letters_of_a_training_that_runs_elsewhere(any_host: Host, tiny_experiment: Path, tmp_path: Path) -> None:
    host, folder = any_host, tmp_path / "copy"
    shutil.copytree(tiny_experiment, folder)
    Elsewhere("box", "/there", Experiment.load(folder).cohort, has_begun=True).save(folder)
    host.widget.panel.parameters.experiment = str(folder)
    host.process(0.8)
    report_lack(host)
    host.find("adaptScansMoved")._real.show()
    root, tabs = host.find("adaptWidget")._real, host.find("adaptTabs")._real
    adapt = host.widget.panel.adapt
    for index in range(tabs.count()):
        tabs.setCurrentIndex(index)
        host.process(0.05)
        assert_own_letters(root, MENUS)
        assert_letters_at_work(host, root, adapt.places, adapt.package, adapt.export, adapt.report, adapt.showCase)


def test_letters_of_the_form_of_a_place(any_host: Host) -> None:
    any_host.widget.panel.parameters.place = "box"
    any_host.process(0.05)
    any_host.click("adaptPlaceChange")
    form = any_host.find("placeForm")._real
    assert all(form.findChild(QtWidgets.QWidget, name).isVisible() for name in ("placeRemove", "placePartition"))
    assert_own_letters(form, {})
