"""The button that installs: whom it calls in which order, what it never touches, what it says when something goes wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from installed_packages import install

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from packages_bench import Bench, bench, everything

assert bench  # a fixture


def test_install_asks_then_uses_the_extension_and_pip(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    question = bench.host.dialogs[0].text
    for words in ("torch>=2.2,!=2.9.*", "nnunetv2>=2.8.1,<2.9", "safetensors>=0.4.3", "gigabytes"):
        assert words in question
    assert [name for name, _ in bench.calls] == ["torch", "pip"]
    assert bench.calls[0][1] == (False, ">=2.2,!=2.9.*")
    *wanted, choice, option, file = bench.calls[1][1]
    assert wanted == ["nnunetv2>=2.8.1,<2.9", "safetensors>=0.4.3", "platformdirs>=4", "tqdm>=4.66", "psutil>=5.9"]
    assert (choice, option) == ("--prefer-binary", "--constraint") and Path(file).is_file()
    assert {"numpy==2.0.2", "simpleitk==2.5.2", "torch==2.13.0+cu128"} <= set(bench.constraints)
    assert "PIP_CONSTRAINT" not in os.environ
    assert section.ready and bench.changes == 1
    assert bench.status == "Trying the packages..."
    assert bench.told() == "Everything that is needed is installed." and bench.changes == 2
    assert bench.marks()["torch"] == "installed 2.13.0+cu128"
    assert "Successfully installed" in bench.log
    assert section.ui.dependenciesLog.visible and not section.ui.dependenciesInstall.visible


def test_only_what_an_installed_package_lacks_is_installed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    everything(bench.site)
    shutil.rmtree(next(bench.site.glob("acvl_utils-*")))
    bench.host.installer.function = lambda requirements, **_: install(bench.site, "acvl-utils", "0.2.6")
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert bench.host.installer.calls[0][1][0] == "acvl-utils>=0.2.6,<0.3"
    assert section.ready


def test_declined_installs_nothing_and_can_be_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers += [False, True]
    bench.press("dependenciesInstall")
    assert bench.calls == [] and bench.status == "Nothing was installed." and bench.changes == 0
    bench.press("dependenciesInstall")
    assert section.ready


def test_missing_extension_is_named_and_nothing_is_begun(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    section = bench.open()
    bench.press("dependenciesInstall")
    assert "extension PyTorch is missing" in bench.status and "Extensions Manager" in bench.status
    assert bench.calls == [] and bench.host.dialogs == []
    assert section.ui.dependenciesInstall.enabled and bench.log == ""


def test_failure_is_one_sentence_with_details_and_can_be_tried_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [subprocess.CalledProcessError(1, ["pip", "install"])]

    def torch() -> Any:
        if problems:
            raise problems.pop()
        install(bench.site, "torch", "2.13.0")
        return object()

    bench.extensions(monkeypatch, torch=torch)
    section = bench.open()
    bench.host.answers += [True, True]
    bench.press("dependenciesInstall")
    assert bench.status.startswith("torch, nnunetv2") and "could not be installed" in bench.status and "\n" not in bench.status
    assert "CalledProcessError" in bench.log
    assert [name for name, _ in bench.calls] == ["torch"] and bench.changes == 1
    assert section.ui.dependenciesInstall.enabled and not section.isInstalling and "PIP_CONSTRAINT" not in os.environ
    bench.press("dependenciesInstall")
    assert section.ready and "CalledProcessError" not in bench.log


def test_pytorch_not_installed_by_its_extension_stops(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch, torch=lambda: None)
    bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert "PyTorch Utils" in bench.status and [name for name, _ in bench.calls] == ["torch"]


@pytest.mark.parametrize("bench", [{"version": (5, 10)}], indirect=True)
def test_slicer_without_its_packaging_module(bench: Bench) -> None:
    everything(bench.site)
    shutil.rmtree(next(bench.site.glob("tqdm-*")))
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    words = bench.calls[0][1]
    assert words[:3] == ["tqdm>=4.66", "--prefer-binary", "--constraint"] and Path(words[3]).is_file()
    assert section.ready


def test_slicers_own_package_is_never_replaced(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.rmtree(next(bench.site.glob("numpy-*")))
    install(bench.site, "numpy", "1.24.0")
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert "numpy 1.24.0 is part of this Slicer" in bench.status
    assert bench.calls == [] and bench.host.dialogs == []


def test_an_installer_that_replaced_slicers_package_is_reported(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def torch() -> Any:
        shutil.rmtree(next(bench.site.glob("numpy-*")))
        install(bench.site, "numpy", "2.4.0")
        install(bench.site, "torch", "2.13.0")
        return object()

    bench.extensions(monkeypatch, torch=torch)
    bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert "numpy 2.0.2 -> 2.4.0" in bench.status


def test_restart_is_said_when_a_package_in_use_changed(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    install(bench.site, "torch", "2.9.1", module="json")  # json stands for a module that is imported already
    bench.extensions(monkeypatch)
    section = bench.open()
    bench.host.answers.append(True)
    bench.press("dependenciesInstall")
    assert bench.status == "Restart Slicer: torch changed while in use."
    section.refresh()
    assert section.ui.dependenciesButton.text == "Python packages: restart Slicer"


def test_another_installation_in_progress(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["slicer.packaging"], "isPipInstallInProgress", lambda: True, raising=False)
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert "Another extension" in bench.status and bench.calls == []


@pytest.mark.parametrize("bench", [{"testing": True}], indirect=True)
def test_nothing_is_installed_while_slicer_is_tested(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.extensions(monkeypatch)
    bench.open()
    bench.press("dependenciesInstall")
    assert bench.calls == [] and bench.status == "Nothing was installed."
