"""The scans that the command line is given: shown, and refused before any work."""

from __future__ import annotations

import csv
import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from cohort_files import label_array, save, save_crossmoda, scan_array
from command_line import (
    SOURCE,
    TARGET,
    VALIDATION,
    contents,
    events,
    run,
    sentence,
)


def test_dry_run_shows_the_scans_and_touches_nothing(tiny_cohort: Path, tmp_path: Path) -> None:
    before = contents(tiny_cohort)
    result = run("run", "--crossmoda", tiny_cohort, "-o", tmp_path / "out", "--dry-run")
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].split()[:3] == ["domain", "case", "size"]
    assert [line.split()[0] for line in lines[2:7]] == ["source", "source", "target", "target", "evaluation"]
    assert all("32 x 32 x 16" in line for line in lines[2:7])
    assert contents(tiny_cohort) == before
    assert list(tmp_path.iterdir()) == []


def test_dry_run_lists_every_problem(tmp_path: Path) -> None:
    scans = save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    (scans / SOURCE / "crossmoda_1_Label.nii.gz").unlink()
    (scans / TARGET / "crossmoda_9_hrT2.nii.gz").write_text("not a scan")
    save(scans / VALIDATION / "crossmoda_20_Label.nii.gz", label_array(1, 7))
    result = run("run", "--crossmoda", scans, "-o", tmp_path / "out", "--dry-run")
    assert (result.returncode, result.stderr) == (2, "")
    assert "3 problems:" in result.stdout
    for said in ("crossmoda_1_ceT1.nii.gz has no label map", "crossmoda_9_hrT2.nii.gz is not a NIfTI", "holds the unknown value 7"):
        assert said in result.stdout
    assert not (tmp_path / "out").exists()


def missing_label(scans: Path) -> str:
    (scans / SOURCE / "crossmoda_1_Label.nii.gz").unlink()
    return "crossmoda_1_ceT1.nii.gz has no label map"


def label_on_another_grid(scans: Path) -> str:
    save(scans / SOURCE / "crossmoda_1_Label.nii.gz", label_array(1, 2), spacing=(0.5, 0.5, 3.0))
    return "is not on the grid of its image crossmoda_1_ceT1.nii.gz: spacing"


def unknown_label_value(scans: Path) -> str:
    save(scans / SOURCE / "crossmoda_2_Label.nii.gz", label_array(1, 2, 3))
    return "holds the unknown value 3"


def empty_domain(scans: Path) -> str:
    shutil.rmtree(scans / TARGET)
    return "The target domain has no cases"


def truncated_gzip(scans: Path) -> str:
    path = scans / TARGET / "crossmoda_9_hrT2.nii.gz"
    path.write_bytes(path.read_bytes()[:-200])
    return "crossmoda_9_hrT2.nii.gz cannot be read: it is damaged or cut short"


def text_named_as_a_scan(scans: Path) -> str:
    (scans / TARGET / "crossmoda_9_hrT2.nii.gz").write_text("These are not voxels.")
    return "crossmoda_9_hrT2.nii.gz is not a NIfTI, NRRD or MetaImage file"


def gzipped_text(scans: Path) -> str:
    (scans / TARGET / "crossmoda_9_hrT2.nii.gz").write_bytes(gzip.compress(b"These are not voxels either." * 40))
    return "crossmoda_9_hrT2.nii.gz "


def two_dimensions(scans: Path) -> str:
    save(scans / TARGET / "crossmoda_9_hrT2.nii.gz", scan_array()[0])
    return "crossmoda_9_hrT2.nii.gz is "


def four_dimensions(scans: Path) -> str:
    save(scans / TARGET / "crossmoda_9_hrT2.nii.gz", np.stack([scan_array(), scan_array()]))
    return "crossmoda_9_hrT2.nii.gz is 4-D"


def colours(scans: Path) -> str:
    array = np.stack([scan_array().astype(np.uint8)] * 3, axis=-1)
    save(scans / TARGET / "crossmoda_9_hrT2.nii.gz", array, vector=True)
    return "has 3 values a voxel (RGB or vector)"


def not_a_number(scans: Path) -> str:
    array = scan_array().astype(np.float32)
    array[2, 2, 2] = np.nan
    save(scans / TARGET / "crossmoda_9_hrT2.nii.gz", array)
    return "not finite numbers"


def constant(scans: Path) -> str:
    save(scans / TARGET / "crossmoda_9_hrT2.nii.gz", np.full_like(scan_array(), 5))
    return "is blank: every voxel is 5"


def the_same_case_twice(scans: Path) -> str:
    save(scans / TARGET / "more" / "crossmoda_9_hrT2.nii.gz", scan_array(33))
    return "target case 'crossmoda_9' has 2 images"


@pytest.mark.parametrize(
    "spoil",
    [
        missing_label,
        label_on_another_grid,
        unknown_label_value,
        empty_domain,
        truncated_gzip,
        text_named_as_a_scan,
        gzipped_text,
        two_dimensions,
        four_dimensions,
        colours,
        not_a_number,
        constant,
        the_same_case_twice,
    ],
    ids=lambda spoil: spoil.__name__,
)
def test_bad_scans_are_refused_before_any_work(tmp_path: Path, spoil: Callable[[Path], str]) -> None:
    scans = save_crossmoda(tmp_path / "scans with spaces ü", SOURCE, TARGET, VALIDATION)
    expected = spoil(scans)
    before, folder = contents(tmp_path), tmp_path / "out"
    message = sentence(run("run", "--crossmoda", scans, "-o", folder))
    assert expected in message
    assert {path.name for path in folder.iterdir()} == {"events.jsonl", "worker.lock", "worker.log"}
    told = [(event["kind"], event.get("message") or event.get("stage") or event["state"]) for event in events(folder)]
    assert [entry for entry in told if entry[0] != "progress"] == [
        ("run", "started"),
        ("stage", "check"),
        ("error", message),
        ("run", "failed"),
    ]
    shutil.rmtree(folder)
    assert contents(tmp_path) == before


def test_a_second_problem_is_counted(tmp_path: Path) -> None:
    scans = save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    missing_label(scans)
    constant(scans)
    assert sentence(run("run", "--crossmoda", scans, "-o", tmp_path / "out")).endswith("(and 1 more; --dry-run lists all)")


def test_an_evaluation_scan_without_its_reference(tmp_path: Path) -> None:
    scans = save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    images, labels = tmp_path / "images", tmp_path / "labels"
    for number in (50, 51):
        save(images / f"case_{number}.nii.gz", scan_array(number))
    save(labels / "case_50_Label.nii.gz", label_array(1, 2))
    pair = ["--evaluate-images", images, "--evaluate-labels", labels]
    message = sentence(run("run", "--crossmoda", scans, *pair, "-o", tmp_path / "out"))
    assert "case_51.nii.gz has no label map" in message
    save(labels / "case_51_Label.nii.gz", label_array(1, 2))
    result = run("run", "--crossmoda", scans, *pair, "-o", tmp_path / "out", "--dry-run")
    assert result.returncode == 0, result.stdout
    scored = [line.split()[1] for line in result.stdout.splitlines() if line.startswith("evaluation")]
    assert scored == ["case_50", "case_51"], "instead of the folder's own"


def test_three_folders(tmp_path: Path) -> None:
    save(tmp_path / "T1 ü" / "eins.nrrd", scan_array(1))
    save(tmp_path / "Masken" / "eins_seg.mha", label_array(1, 2).astype(np.uint8))
    save(tmp_path / "T2" / "zwei.nii", scan_array(2))
    folders = ["--source-images", tmp_path / "T1 ü", "--source-labels", tmp_path / "Masken", "--target-images", tmp_path / "T2"]
    result = run("run", *folders, "-o", tmp_path / "out", "--dry-run")
    assert (result.returncode, result.stderr) == (0, ""), result.stdout
    assert [line.split()[:2] for line in result.stdout.splitlines()[2:4]] == [["source", "eins"], ["target", "zwei"]]


def test_unpack_writes_what_is_read_at_once(tmp_path: Path) -> None:
    """Also files of one name from several folders, and label maps of any type."""
    from CrossMoDAUDALib.images.raw_nrrd import read_in_pieces
    from CrossMoDAUDALib.images.volumes import read_volume

    for folder in ("scans ü", "labels", "predictions"):
        (tmp_path / folder).mkdir()
    scan, label, prediction = (tmp_path / folder / "a.nii.gz" for folder in ("scans ü", "labels", "predictions"))
    save(scan, scan_array().astype(np.int64))
    save(label, label_array(1, 2).astype(np.float32))
    save(prediction, label_array(1).astype(np.uint8))
    words = ["--label-map", label, "--label-map", prediction, "-o", tmp_path / "out"]
    log = tmp_path / "events.jsonl"
    result = run("unpack", scan, *words, "--events", log)
    assert (result.returncode, result.stderr) == (0, "")
    written = [Path(event["outputs"][0]) for event in events(tmp_path) if event["kind"] == "result"]
    assert [path.name for path in written] == ["a.nrrd", "a_2.nrrd", "a_3.nrrd"]
    for path, source in zip(written, (scan, label, prediction), strict=True):
        steps = read_in_pieces(path)
        count = 0
        try:
            while True:
                next(steps)
                count += 1
        except StopIteration as end:
            volume = end.value
        original = read_volume(source)
        assert count >= 2, "it is read in pieces"
        np.testing.assert_array_equal(volume.array, original.array)
        assert volume.geometry.differences(original.geometry) == []
    assert read_volume(written[1]).array.dtype == np.uint8
    assert "add --overwrite" in run("unpack", scan, *words).stderr
    save(label, label_array(1).astype(np.float32) / 2)
    result = run("unpack", scan, *words, "--overwrite")
    assert result.returncode == 2 and "is not a label map" in result.stderr and str(label) in result.stderr


def test_unpack_reads_a_file_that_is_given_as_both_in_both_ways(tmp_path: Path) -> None:
    from CrossMoDAUDALib.images.volumes import read_volume

    save(tmp_path / "a.nii.gz", label_array(1, 2).astype(np.float32))
    result = run("unpack", tmp_path / "a.nii.gz", "--label-map", tmp_path / "a.nii.gz", "-o", tmp_path / "out")
    assert (result.returncode, result.stderr) == (0, "")
    kinds = [read_volume(tmp_path / "out" / name).array.dtype for name in ("a.nrrd", "a_2.nrrd")]
    assert kinds == [np.float32, np.uint8]


def test_measure_writes_the_table_of_label_maps_by_hand(tmp_path: Path, tiny_experiment: Path) -> None:
    from CrossMoDAUDALib.cohort import phantom
    from CrossMoDAUDALib.core.parsing import labels_text
    from CrossMoDAUDALib.images.volumes import write_volume
    from CrossMoDAUDALib.scoring.measurements import measure

    _scan, labels = phantom.make_case(9, "hrT2", size=(32, 32, 16))
    without = labels.with_array(np.where(labels.array == 2, 0, labels.array))
    for name, found in (("whole ü", labels), ("without", without)):
        write_volume(found, tmp_path / f"{name}.nii.gz")
    files, table, log = (tmp_path / "whole ü.nii.gz", tmp_path / "without.nii.gz"), tmp_path / "measured.csv", tmp_path / "events.jsonl"
    words = ["-o", table, "--set", f"labels={labels_text(phantom.LABELS)}", "--model", tiny_experiment, "--events", log]
    result = run("measure", *files, *words)
    assert result.returncode == 0, result.stderr
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines()))
    expected = [found.volume_ml for label in (labels, without) for found in measure(label, phantom.LABELS)]
    assert [float(row["volume_ml"]) for row in rows] == pytest.approx(expected, rel=1e-4)
    assert [row["case"] for row in rows] == ["whole ü", "whole ü", "without", "without"]
    warned = [event for event in events(tmp_path) if event["kind"] == "warning" and event["scan"] == "without"]
    assert ("Cochlea", "empty") in [(event["structure"], event["finding"]) for event in warned]
    assert "though" in next(event["message"] for event in warned if event["finding"] == "empty"), "by the model's labels"
    assert run("measure", *files, "-o", table).returncode == 0, "older measurements are replaced"
    for bad, said in ((files[0], "is an input"), (log, "holds no measurements"), (tmp_path, "folder")):
        before = contents(tmp_path)
        result = run("measure", *files, "-o", bad)
        assert result.returncode == 2 and said in result.stderr and contents(tmp_path) == before
    assert "--set device" in run("measure", files[0], "-o", table, "--set", "device=cpu").stderr
