"""The button that opens an experiment's page."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from panel_actions import open_section
from Testing.Host import Host


@pytest.fixture
def copied(tiny_experiment: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "a copy ü"
    shutil.copytree(tiny_experiment, folder, ignore=shutil.ignore_patterns("nnunet", "*.pt", "*.pth"))
    (folder / "report.html").unlink()
    return folder


def test_the_page_is_made_and_opened(host: Host, copied: Path) -> None:
    open_section(host, "adapt")
    assert not host.find("adaptReport").enabled, "there is no experiment"
    host.find("adaptExperimentPath").currentPath = str(copied)
    host.process(20, lambda: host.find("adaptReport").enabled)
    host.click("adaptReport")
    assert host.find("adaptReport").text == "Cancel repor&t"
    host.process(60, lambda: not host.widget.panel.adapt.report.runner.running)
    assert host.dialogs[-1].kind == "openUrl" and host.dialogs[-1].text.endswith("report.html")
    assert (copied / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert host.find("adaptReport").text == "Repor&t" and host.find("adaptPackageStatus").text == ""


def test_it_can_be_cancelled_and_a_damaged_experiment_is_told(host: Host, copied: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(copied)
    host.process(20, lambda: host.find("adaptReport").enabled)
    host.click("adaptReport")
    host.click("adaptReport")
    assert host.find("adaptPackageStatus").text == "Cancelled." and not host.widget.panel.adapt.report.runner.running
    (copied / "experiment.json").write_text("{", encoding="utf-8")
    host.click("adaptReport")
    host.process(60, lambda: not host.widget.panel.adapt.report.runner.running)
    assert "experiment.json is damaged" in host.find("adaptPackageStatus").text
    assert not (copied / "report.html").exists()
