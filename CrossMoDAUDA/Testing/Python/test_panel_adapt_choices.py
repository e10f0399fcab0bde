"""The section Adapt before anything is started: scans, their check, settings, the folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from conftest import ROOT
from data_set_files import save_bids, save_nnunet
from panel_actions import (
    choose,
    nodes,
    open_section,
    our_processes,
    wait_for_state,
)

if TYPE_CHECKING:
    from Testing.Host import Host

MODULE = ROOT / "CrossMoDAUDA" / "CrossMoDAUDA.py"


def test_check_shows_the_scans_as_they_are_read(host: Host, tiny_cohort: Path) -> None:
    open_section(host, "adapt")
    assert not host.find("adaptCheck").enabled
    host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
    host.click("adaptCheck")
    assert host.find("adaptCheck").text == "&Cancel check"
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    table = host.find("adaptCases")
    assert (table.rowCount, host.find("adaptCheckStatus").text) == (5, "5 scans read, 0 with problems, 0 with notes.")
    assert sorted(table.item(row, 1).text() for row in range(5)) == ["evaluation", "source", "source", "target", "target"]
    assert all("32 x 32 x 16 voxels of" in table.item(row, 0).toolTip() for row in range(5))
    assert {table.item(row, 2).text() for row in range(5)} == {"32 x 32 x 16"} and table.item(0, 3).text() == "2.75 x 2.75 x 2.25"
    pictures = [table.item(row, 0).icon().pixmap(48, 48).toImage() for row in range(5)]
    assert all((picture.width(), picture.height()) == (48, 48) and not picture.isNull() for picture in pictures)
    assert len({picture._real.pixel(24, y) for picture in pictures for y in range(48)}) > 20, "they show something"
    assert not nodes("vtkMRMLScalarVolumeNode") and not our_processes()


def test_check_of_a_bad_cohort_shows_the_problems(host: Host, tiny_cohort: Path, tmp_path: Path) -> None:
    cohort = tmp_path / "cohort"
    shutil.copytree(tiny_cohort, cohort)
    label = sorted((cohort / "training_source").glob("*_Label.nii.gz"))[0]
    label.unlink()
    image = sorted((cohort / "training_target").glob("*_hrT2.nii.gz"))[0]
    image.write_bytes(image.read_bytes()[:2000])
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(cohort)
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    table, said = host.find("adaptCases"), host.find("adaptCheckStatus").text
    assert table.rowCount == 5 and said.startswith("5 scans read, 2 with problems"), said
    remarks = [table.item(row, 4).text() for row in range(5)]
    assert all("Problem" in text for text in remarks[:2]) and not any("Problem" in text for text in remarks[2:])  # problems come first
    assert "Traceback" not in said and "|" not in said  # a sentence, no table

    # Starting it all the same is refused with the same problems, and the panel stays usable.
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "experiment")
    choose(host, "adaptPreset", "smoke")
    choose(host, "adaptDevice", "cpu")
    host.click("adaptStart")
    wait_for_state(host, "failed")
    host.process(10, lambda: host.find("adaptStart").enabled)
    assert label.name.partition("_Label")[0] in host.find("adaptStatus").text or "problem" in host.find("adaptStatus").text


def test_check_can_be_cancelled(host: Host, tiny_cohort: Path) -> None:
    open_section(host, "adapt")
    host.find("adaptCrossmoda").currentPath = str(tiny_cohort)
    host.click("adaptCheck")
    host.process(30, lambda: host.widget.panel.adapt.checker._process is not None)
    host.click("adaptCheck")
    assert "cancelled" in host.find("adaptCheckStatus").text
    host.process(5, lambda: not our_processes())


def test_data_sets_are_recognised_in_the_fields_and_said(host: Host, tmp_path: Path) -> None:
    source = save_nnunet(tmp_path / "Dataset001 ü", ["a", "b"])
    target = save_bids(tmp_path / "bids", ["sub-01/anat/sub-01_T2w.nii.gz", "sub-02/anat/sub-02_T2w.nii.gz"], seed=3)
    scored = save_nnunet(tmp_path / "Dataset002", ["e"], seed=4)
    open_section(host, "adapt")
    choose(host, "adaptScansKind", "folders")
    assert host.find("adaptSourceLabels").isVisible() and not host.find("adaptCheck").enabled
    host.find("adaptSourceImages").currentPath = str(source)
    host.find("adaptTargetImages").currentPath = str(target)
    host.find("adaptEvaluateImages").currentPath = str(scored)
    assert not host.find("adaptSourceLabels").isVisible() and host.find("adaptCheck").enabled, "it brings its labels"
    said = host.find("adaptCheckStatus").text
    assert "data set of nnU-Net's, with its labels and structures: source images, evaluation images." in said
    assert said.endswith("Read as a BIDS data set: target images.")
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    assert host.find("adaptCheckStatus").text == "5 scans read, 0 with problems, 0 with notes."
    table = host.find("adaptCases")
    assert sorted(table.item(row, 1).text() for row in range(5)) == ["evaluation", "source", "source", "target", "target"]
    host.find("adaptSourceImages").currentPath = str(source / "imagesTr" / "*_0000.nii.gz")
    assert host.find("adaptSourceLabels").isVisible() and not host.find("adaptCheck").enabled
    host.find("adaptSourceLabels").currentPath = str(source / "labelsTr")
    assert host.widget.panel.adapt.scanFolders.words(host.widget.panel.parameters)[:4] == [
        "--source-images",
        str(source / "imagesTr" / "*_0000.nii.gz"),
        "--source-labels",
        str(source / "labelsTr"),
    ]


def scan_words(host: Host) -> list[str]:
    """The options that name the scans, without the folders."""
    words = host.widget.panel.adapt.scanFolders.words(host.widget.panel.parameters)
    return [word for word in words if not Path(word).is_absolute()]


def test_channels_are_asked_for_where_there_are_several(host: Host, tmp_path: Path) -> None:
    both = save_nnunet(tmp_path / "Dataset001", ["a", "b"], ["c", "d"], channels=("T1", "T2"))
    single = save_nnunet(tmp_path / "Dataset002", ["e"], seed=4)
    open_section(host, "adapt")
    host.find("adaptExperimentPath").currentPath = str(tmp_path / "experiment")
    choose(host, "adaptScansKind", "folders")
    host.find("adaptSourceImages").currentPath = str(single)
    host.find("adaptTargetImages").currentPath = str(single)
    assert not any(host.find(f"adapt{name}Kind").isVisible() for name in ("Source", "Target", "Evaluate"))
    assert host.find("adaptCheck").enabled
    for name in ("Source", "Target"):
        host.find(f"adapt{name}Images").currentPath = str(both)
    assert host.find("adaptSourceKind").isVisible() and not host.find("adaptEvaluateKind").isVisible()
    assert host.texts_of_list(host.find("adaptSourceKind")) == ["Choose...", "0 (T1)", "1 (T2)"]
    assert "which scans of the data set" in host.find("adaptStatus").text and not host.find("adaptCheck").enabled
    choose(host, "adaptSourceKind", "0")
    choose(host, "adaptTargetKind", "1")
    assert scan_words(host) == ["--source-nnunet", "--channel", "0", "--target-nnunet", "--target-channel", "1"]
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    assert "0 with problems" in host.find("adaptCheckStatus").text
    host.find("adaptTargetImages").currentPath = str(single)
    choose(host, "adaptSourceKind", "1")
    assert scan_words(host)[3:] == ["--target-nnunet", "--target-channel", "0"], "the source's would count for it, too"
    host.find("adaptTargetImages").currentPath = ""
    choose(host, "adaptScansKind", "crossmoda")
    assert not host.find("adaptSourceKind").isVisible()


def test_kinds_of_bids_are_asked_for_and_saved_with_the_scene(host: Host, tmp_path: Path) -> None:
    names = ["sub-0{}/anat/sub-0{}_T1w.nii.gz", "sub-0{}/anat/sub-0{}_ce-gd_T1w.nii.gz", "sub-0{}/anat/sub-0{}_T2w.nii.gz"]
    scans = [name.replace("{}", str(number)) for number in (1, 2) for name in names]
    labels = [f"derivatives/sub-0{number}/anat/sub-0{number}_ce-gd_T1w_dseg.nii.gz" for number in (1, 2)]
    folder = save_bids(tmp_path / "bids ü", scans, labels)
    open_section(host, "adapt")
    choose(host, "adaptScansKind", "folders")
    for name in ("Source", "Target", "Evaluate"):
        host.find(f"adapt{name}Images").currentPath = str(folder)
    assert host.texts_of_list(host.find("adaptTargetKind")) == ["Choose...", "T1w", "ce-gd_T1w", "T2w"]
    assert not host.find("adaptEvaluateKind").isVisible(), "the target's counts"
    choose(host, "adaptSourceKind", "ce-gd_T1w")
    choose(host, "adaptTargetKind", "T2w")
    host.find("adaptEvaluateImages").currentPath = ""
    expected = ["--source-bids", "--suffix", "ce-gd_T1w", "--target-bids", "--target-suffix", "T2w"]
    assert scan_words(host) == expected
    host.save_and_load_scene(tmp_path / "scene.mrml")
    host.process(0.1)
    assert scan_words(host) == expected and host.find("adaptTargetKind").currentText == "T2w"
    host.click("adaptCheck")
    host.process(60, lambda: not host.widget.panel.adapt.checker.running)
    assert "0 with problems" in host.find("adaptCheckStatus").text
