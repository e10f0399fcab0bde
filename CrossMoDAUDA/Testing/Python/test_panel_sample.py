"""The synthetic sample scans: made beside the window's work, kept where Slicer prunes nothing, removed when asked."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("slicer")
pytest.importorskip("PySide6")

from conftest import MODULE
from panel_actions import choose_training, monitor_of, nodes, open_section, wait_for_state
from Testing.Host import Host

NAME = "CrossMoDAUDA sample scans"


def panel(host: Host) -> Any:
    return host.widget.panel


def cache() -> Path:
    import slicer

    return Path(slicer.mrmlScene.GetCacheManager().GetRemoteCacheDirectory())


def fill_the_cache() -> None:
    """Put into Slicer's cache what another module downloads: more than its limit (of the disk, it takes nothing)."""
    with (cache() / "MRHead.nrrd").open("wb") as file:
        file.truncate(1100 * 1000 * 1000)


def times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*.nii.gz")}


def make_in_adapt(host: Host, parent: Path) -> None:
    open_section(host, "adapt")
    host.answers.append(str(parent))
    host.click("adaptSample")


# The module Sample Data --------------------------------------------------------------------------------------------------


def test_sample_scans_are_made_once_and_offered_for_training(host: Host, tmp_path: Path) -> None:
    from CrossMoDAUDALib.cohort import finding as cohort

    made = host.press_sample_data("CrossMoDAUDASynthetic")
    assert [node.GetName() for node in made] == ["CrossMoDAUDA ceT1", "CrossMoDAUDA hrT2", "CrossMoDAUDA reference"]
    assert host.find("segmentInputVolume").currentNode() is made[1] and host.find("translateInputVolume").currentNode() is made[0]
    assert list(nodes("vtkMRMLScalarVolumeNode")) == ["CrossMoDAUDA ceT1", "CrossMoDAUDA hrT2"]
    folder = Path(panel(host).parameters.crossmoda)
    assert folder.name == NAME and not folder.is_relative_to(cache()), "Slicer prunes its cache"
    found = cohort.find_crossmoda(folder)
    assert (len(found.source), len(found.target), len(found.evaluation)) == (10, 10, 4)
    assert host.find("adaptCrossmoda").currentPath == str(folder)
    before = times(folder)

    panel(host).parameters.crossmoda = str(tmp_path)
    again = host.press_sample_data("CrossMoDAUDASynthetic")
    assert len(again) == 3 and times(folder) == before
    assert panel(host).parameters.crossmoda == str(tmp_path)
    assert [path.name for path in folder.parent.iterdir()] == [NAME]


def test_the_next_start_of_slicer_takes_nothing_away(tmp_path: Path) -> None:
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        host.press_sample_data("CrossMoDAUDASynthetic")
        folder = Path(panel(host).parameters.crossmoda)
        before = times(folder)
        fill_the_cache()
    with Host(MODULE, folder=tmp_path / "slicer"):
        assert not (cache() / "MRHead.nrrd").exists(), "this start has pruned the cache"
        assert before and times(folder) == before


def test_scans_that_an_earlier_version_left_in_the_cache_go_on_to_work(tmp_path: Path, tiny_cohort: Path) -> None:
    import shutil

    with Host(folder=tmp_path / "slicer"):
        old = cache() / NAME
        shutil.copytree(tiny_cohort, old)
    before = times(old)
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        panel(host).parameters.crossmoda = str(old)
        fill_the_cache()
    with Host(MODULE, folder=tmp_path / "slicer") as host:
        assert not (cache() / "MRHead.nrrd").exists(), "this start has pruned the cache"
        assert times(old) == before, "a training that is not finished would have lost its scans"
        choose_training(host, old, tmp_path / "experiment", {"translation.epochs": 1})
        host.click("adaptCheck")
        host.process(60, lambda: not panel(host).adapt.checker.running)
        assert host.find("adaptCheckStatus").text.startswith("5 scans read, 0 with problems")


def test_scans_that_were_pruned_are_chosen_anew(host: Host) -> None:
    panel(host).parameters.crossmoda = str(cache() / NAME)
    host.press_sample_data("CrossMoDAUDASynthetic")
    assert Path(panel(host).parameters.crossmoda).is_dir()


def test_the_making_shows_progress_and_can_be_cancelled(host: Host) -> None:
    from PySide6 import QtCore, QtWidgets

    seen: list[tuple[int, int]] = []

    def cancel_later() -> None:
        for top in QtWidgets.QApplication.topLevelWidgets():
            if isinstance(top, QtWidgets.QProgressDialog) and top.isVisible():
                seen.append((top.value(), top.maximum()))
                if top.value() >= 5:
                    top.cancel()

    timer = QtCore.QTimer()
    timer.timeout.connect(cancel_later)
    timer.start(10)
    assert host.press_sample_data("CrossMoDAUDASynthetic") == []
    timer.stop()
    assert len({value for value, _ in seen}) >= 3 and seen[-1][1] == 48
    assert panel(host).parameters.crossmoda == "" and not nodes("vtkMRMLScalarVolumeNode")
    from CrossMoDAUDALib.panel import sample_data

    assert list(sample_data.keptFolder().iterdir()) == []
    assert len(host.press_sample_data("CrossMoDAUDASynthetic")) == 3


# The section Adapt -------------------------------------------------------------------------------------------------------


def test_scans_are_made_beside_the_windows_work(host: Host, tmp_path: Path) -> None:
    make_in_adapt(host, tmp_path)
    bar, values = host.find("adaptCheckProgress"), set()

    def is_made() -> bool:
        if panel(host).adapt.samples.running:
            assert bar.visible and host.find("adaptSample").text == "Cance&l" and not host.find("adaptCheck").enabled
            values.add(bar.value)
        return not panel(host).adapt.samples.running

    waited = host.latency(120, is_made)
    # The window comes to its turn again and again; how long each step takes depends on what else the machine does.
    assert len(values) > 10 and waited["ticks"] > 20, waited
    assert panel(host).parameters.crossmoda == str(tmp_path / NAME) == host.find("adaptCrossmoda").currentPath
    assert not bar.visible and host.find("adaptCheck").enabled and host.find("adaptCheckStatus").text == ""
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_the_making_can_be_cancelled_and_begun_again(host: Host, tmp_path: Path) -> None:
    make_in_adapt(host, tmp_path)
    host.process(30, lambda: host.find("adaptCheckProgress").value > 4)
    host.click("adaptSample")
    assert host.find("adaptCheckStatus").text == "No sample scans were made."
    assert list(tmp_path.iterdir()) == [] and host.find("adaptSample").text == "Make samp&les..."
    assert panel(host).parameters.crossmoda == "" and not host.find("adaptCheckProgress").visible
    make_in_adapt(host, tmp_path)
    host.process(60, lambda: not panel(host).adapt.samples.running)
    assert (tmp_path / NAME).is_dir()


def test_they_are_made_although_the_scene_is_closed(host: Host, tmp_path: Path) -> None:
    make_in_adapt(host, tmp_path)
    host.close_scene()
    host.process(60, lambda: not panel(host).adapt.samples.running)
    assert len(times(tmp_path / NAME)) == 38


def test_the_end_of_slicer_leaves_nothing_half_made(tmp_path: Path) -> None:
    with Host(MODULE) as host:
        make_in_adapt(host, tmp_path)
        host.process(30, lambda: host.find("adaptCheckProgress").value > 4)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_a_sentence_with_the_name_that_the_user_knows(host: Host, mount_disk: Any) -> None:
    disk = mount_disk("size=300k")
    make_in_adapt(host, disk)
    host.process(60, lambda: not panel(host).adapt.samples.running)
    said = host.find("adaptCheckStatus").text
    assert "could not be written; check the free space" in said and "unfinished" not in said, said
    assert list(disk.iterdir()) == [] and host.find("adaptSample").text == "Make samp&les..."


def test_the_scans_can_be_removed(host: Host) -> None:
    host.press_sample_data("CrossMoDAUDASynthetic")
    folder = Path(panel(host).parameters.crossmoda)
    (folder / "validation" / "mine.txt").write_text("kept", encoding="utf-8")
    open_section(host, "adapt")
    assert host.find("adaptSample").text == "Remove samp&les..."
    host.answers += [False, True]
    host.click("adaptSample")
    assert len(times(folder)) == 38
    host.click("adaptSample")
    assert str(folder) in host.dialogs[-1].text
    assert [path.name for path in folder.rglob("*")] == ["validation", "mine.txt"], "only what was made here goes"
    assert host.find("adaptCheckStatus").text == "The sample scans were removed." and panel(host).parameters.crossmoda == ""
    assert host.find("adaptSample").text == "Make samp&les..."
    host.press_sample_data("CrossMoDAUDASynthetic")
    assert len(list(folder.glob("*/*.nii.gz"))) == 38 and (folder / "validation" / "mine.txt").read_text(encoding="utf-8") == "kept"
    assert panel(host).parameters.crossmoda == str(folder)


def test_scans_that_a_training_reads_are_not_removed(host: Host, tmp_path: Path, tiny_cohort: Path) -> None:
    import shutil

    cohort = tmp_path / NAME
    shutil.copytree(tiny_cohort, cohort)
    choose_training(host, cohort, tmp_path / "experiment", {"translation.epochs": 900, "translation.steps_per_epoch": 10})
    host.click("adaptStart")
    wait_for_state(host, "running")
    host.process(60, lambda: monitor_of(host).settings is not None)
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "another")
    host.process(5, lambda: host.find("adaptSample").visible)
    host.click("adaptSample")
    assert host.find("adaptCheckStatus").text.startswith("A training reads these scans") and times(cohort)
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "experiment")
    wait_for_state(host, "running")
    host.click("adaptStop")
    wait_for_state(host, "interrupted")
    deadline = time.monotonic() + 30
    while panel(host).adapt.workers.folders() and time.monotonic() < deadline:
        host.process(0.2)


def test_sample_scans_come_with_their_preset_unless_the_user_has_chosen_one(host: Host, tmp_path: Path, tiny_cohort: Path) -> None:
    import shutil

    shutil.copytree(tiny_cohort, tmp_path / NAME)
    adapt, parameters = panel(host).adapt, panel(host).parameters
    open_section(host, "adapt")
    adapt.onSampleChanged(str(tmp_path / NAME))
    assert (parameters.preset, parameters.crossmoda) == ("sample", str(tmp_path / NAME))
    assert "Sample scans" in host.find("adaptPreset").currentText and host.find("adaptIterations").value == parameters.iterations
    adapt.onSampleChanged("")
    assert parameters.preset == "quick"
    for change in ({"iterations": 3}, {"settings": '{"translation.epochs": "3"}'}, {"preset": "laptop"}, {"translator": "none"}):
        before = {name: getattr(parameters, name) for name in ("preset", "translator", "iterations", "settings")}
        for name, value in change.items():
            setattr(parameters, name, value)
        chosen = parameters.preset
        adapt.onSampleChanged(str(tmp_path / NAME))
        assert parameters.preset == chosen
        for name, value in before.items():
            setattr(parameters, name, value)
