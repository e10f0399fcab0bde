"""The section Python packages: what it shows, and the commands for a computer without internet."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest
from installed_packages import install

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from packages_bench import SMALL, Bench, bench, everything

assert bench  # a fixture


def test_all_there_is_one_closed_line(bench: Bench) -> None:
    everything(bench.site)
    section = bench.open()
    assert section.ready and section.problem() == ""
    assert section.ui.dependenciesButton.collapsed
    assert section.ui.dependenciesButton.text == "Python packages: all installed"
    section.open()
    bench.host.process(0.01)
    assert not section.ui.dependenciesInstall.visible
    assert bench.marks()["torch"] == "installed 2.13.0"


@pytest.mark.parametrize("height", [200, 900])
def test_what_is_said_of_a_package_begins_as_high_as_its_name(bench: Bench, height: int) -> None:
    """Also where a row has height to spare."""
    import qt

    section = bench.open()
    section.open()
    bench.window.resize(700, height)
    bench.host.process(0.05)
    grid = section._grid
    for row in range(0, 2 * len(section._marks), 2):
        name, mark = (grid.itemAtPosition(row, column).widget() for column in (0, 1))
        assert name.y == mark.y and int(mark.alignment) & int(qt.Qt.AlignTop), name.text


def test_they_are_read_again_only_when_they_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every click that starts work asks for them."""
    from CrossMoDAUDALib.commands import dependencies

    everything(bench.site)
    section = bench.open()
    readings, check = [], dependencies.check
    monkeypatch.setattr(dependencies, "check", lambda *given, **named: readings.append(1) or check(*given, **named))
    section.refresh()
    assert readings == [] and section.ready
    shutil.rmtree(next(bench.site.glob("torch-*-info")))
    section.refresh()
    assert readings == [1] and not section.ready and bench.marks()["torch"].startswith("missing")


def test_what_is_missing_is_said_in_words(bench: Bench) -> None:
    install(bench.site, "torch", "2.9.1")
    install(bench.site, "nnunetv2", "2.6.2")
    install(bench.site, "tqdm", "4.70.1", "colorama")
    section = bench.open()
    marks = bench.marks()
    assert marks["torch"] == "2.9.1 does not fit: needs >=2.2, !=2.9.*"
    assert marks["nnunetv2"] == "2.6.2 does not fit: needs >=2.8.1, <2.9"
    assert marks["safetensors"].startswith("missing (")
    assert marks["tqdm"] == "installed 4.70.1, but lacks colorama"
    assert marks["numpy"] == "installed 2.0.2"
    assert not section.ui.dependenciesButton.collapsed and section.ui.dependenciesInstall.enabled
    assert not section.ready and "nnunetv2" in section.problem()


def test_commands_for_a_computer_without_internet(bench: Bench, tmp_path: Path) -> None:
    bench.open()
    folder = tmp_path / "stick"
    folder.mkdir()
    bench.host.answers += ["", str(folder)]
    bench.press("dependenciesOffline")
    assert list(folder.iterdir()) == [] and bench.log == ""
    bench.press("dependenciesOffline")
    assert "pip wheel" in bench.log and "--no-index" in bench.log and sys.executable in bench.log
    assert "numpy==2.0.2" in (folder / "constraints.txt").read_text(encoding="utf-8")


def test_unwritable_folder_is_one_sentence(bench: Bench, tmp_path: Path) -> None:
    bench.open()
    (tmp_path / "file").write_text("", encoding="utf-8")
    bench.host.answers.append(str(tmp_path / "file"))
    bench.press("dependenciesOffline")
    assert bench.status.startswith("Cannot write into")


@pytest.mark.parametrize("bench", [{"mark_translated": True}], indirect=True)
def test_every_text_can_be_translated(bench: Bench) -> None:
    install(bench.site, "torch", "2.9.1")
    section = bench.open()
    names = {package.name for package in section.packages}
    assert [text for text in bench.host.texts(bench.window) if "⟦" not in text and text not in names] == []


@pytest.mark.parametrize("width", [300, 480])
def test_nothing_is_cut_off_in_a_narrow_panel(bench: Bench, width: int) -> None:
    install(bench.site, "torch", "2.9.1")
    install(bench.site, "nnunetv2", "2.8.1", "acvl-utils>=0.2.6,<0.3", "dynamic-network-architectures>=0.4.4,<0.5")
    section = bench.open()
    bench.press("dependenciesInstall")  # leaves a long sentence
    window = bench.window._real
    bench.host.process(0.05)
    assert window.minimumSizeHint().width() <= width
    window.resize(width, window.heightForWidth(width))
    bench.host.process(0.05)
    from PySide6 import QtWidgets

    labels = window.findChildren(QtWidgets.QLabel)
    assert len(labels) > 2 * len(SMALL)
    for label in labels:
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed, label.text()
        assert label.wordWrap() or label.width() >= label.sizeHint().width(), label.text()
    for button in (section.ui.dependenciesInstall._real, section.ui.dependenciesOffline._real):
        assert button.width() >= button.sizeHint().width()


def test_keyboard_goes_from_the_header_through_the_buttons(bench: Bench) -> None:
    section = bench.open()
    order, widget = [], section.ui.dependenciesButton
    for _ in range(40):
        order.append(widget.objectName)
        widget = widget.nextInFocusChain()
        if widget is None:
            break
    wanted = ["dependenciesButton", "dependenciesInstall", "dependenciesOffline", "dependenciesLog"]
    assert [name for name in dict.fromkeys(order) if name in wanted] == wanted
