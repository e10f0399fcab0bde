"""What translate, segment, evaluate and the dry run tell a panel, and the choices it has: real processes on a trained model."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_files import label_array, save, save_crossmoda, scan_array
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.experiment.events import Event, read_events
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume
from CrossMoDAUDALib.segmentation.postprocessing import keep_largest_component
from CrossMoDAUDALib.segmentation.predictor import Segmenter
from long_runs import run
from safetensors.numpy import load_file, save_file

TUMOUR, COCHLEA = "Vestibular schwannoma", "Cochlea"


@pytest.fixture
def scans(tiny_experiment: Path, tiny_cohort: Path) -> list[Path]:
    return sorted((tiny_cohort / "training_target").glob("*.nii.gz"))


def of_kind(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event["kind"] == kind]


def states(events: list[Event]) -> list[str]:
    assert events[0].get("state") == "started", "the very first"
    assert events[-1]["kind"] == "run", "the very last"
    return [event["state"] for event in of_kind(events, "run")]


def without_time(events: list[Event]) -> list[dict[str, Any]]:
    return [{key: value for key, value in event.items() if key not in ("time", "kind")} for event in events]


def complaints(errors: str) -> list[str]:
    """What standard error says besides warnings."""
    lines = [line.removeprefix("crossmoda_uda: ") for line in errors.splitlines()]
    return [line for line in lines if not line.startswith("warning: ")]


def test_segment_tells_of_each_scan(tiny_experiment: Path, scans: list[Path], tmp_path: Path) -> None:
    bad = tmp_path / "bad ü.nii.gz"
    bad.write_text("These are not voxels.")
    out, told, table = tmp_path / "out", tmp_path / "new" / "events ü.jsonl", tmp_path / "sizes.csv"
    words = ["segment", tiny_experiment, scans[0], bad, scans[1], "-o", out, "--device", "cpu", "--format", "nrrd"]
    status, output, errors = run(*words, "--events", told, "--measurements", table)
    assert (status, len(complaints(errors))) == (2, 1), errors
    events, _ = read_events(told)
    assert states(events) == ["started", "failed"]
    assert events[1].items() >= {"kind": "progress", "stage": "segment", "step": 0, "total": 1, "message": "loading the model"}.items()
    progress = of_kind(events, "progress")[1:]
    assert [event["message"] for event in progress if event["step"] == event["total"]] == [
        f"1 of 3: {scans[0].name}",
        f"3 of 3: {scans[1].name}",
    ]
    endings = ("_Label.nrrd", ".seg.nrrd", "_warnings.txt")
    written = [[str(path) for ending in endings if (path := out / f"{scan.name[:-7]}{ending}").is_file()] for scan in scans]
    assert all(len(names) >= 2 for names in written)
    assert without_time(of_kind(events, "result")) == [
        {"input": str(scan), "outputs": names} for scan, names in zip(scans, written, strict=True)
    ]
    assert [event["message"] for event in of_kind(events, "error")] == complaints(errors)
    assert str(bad) in errors
    assert output.splitlines() == [*written[0], *written[1], str(table)]

    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["case"], row["structure"]) for row in rows] == [(scan.name[:-7], name) for scan in scans for name in (TUMOUR, COCHLEA)]
    for scan, names in zip(scans, written, strict=True):
        label = read_label_map(Path(names[0]))
        assert not label.geometry.differences(read_volume(scan).geometry)
        assert b"encoding: raw" in Path(names[0]).read_bytes()[:1000], "quick to read"
        counts = [str(np.count_nonzero(label.array == value)) for value in (1, 2)]
        assert [row["voxels"] for row in rows if row["case"] == scan.name[:-7]] == counts

    status, _, errors = run(*words, "--measurements", table)
    assert (status, f"{table} exists already" in errors) == (2, True)


def test_segment_warns_of_what_is_odd(tiny_experiment: Path, scans: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = Path(shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / "model"))
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    for known in description["trained_on"]["structures"].values():
        known.update(least_ml=5000.0, most_ml=6000.0)  # so that both structures are too small, or missing altogether
    (model / "model.json").write_text(json.dumps(description), encoding="utf-8")
    told, table, name = tmp_path / "events.jsonl", tmp_path / "sizes.csv", scans[0].name[:-7]
    words = ["segment", model, scans[0], "-o", tmp_path / "out", "--device", "cpu", "--measurements", table]
    status, output, errors = run(*words, "--events", told)
    assert (status, complaints(errors)) == (0, []), "a warning is no failure"
    events, _ = read_events(told)
    assert states(events) == ["started", "finished"]
    warnings = of_kind(events, "warning")
    assert {event["structure"] for event in warnings} == {TUMOUR, COCHLEA} and {event["scan"] for event in warnings} == {name}
    assert {event["finding"] for event in warnings} & {"empty", "volume"} and str(tmp_path) not in str(warnings)
    assert errors.splitlines() == [f"crossmoda_uda: warning: {name}: {event['message']}" for event in warnings]
    text = tmp_path / "out" / f"{name}_warnings.txt"
    assert str(text) in output.splitlines()
    assert text.read_text(encoding="utf-8").splitlines() == [
        f"Not for clinical use. What to look at in the segmentation of {name}:",
        *(f"- {event['message']}" for event in warnings),
    ]
    with table.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            assert row["warnings"] == " ".join(event["message"] for event in warnings if event["structure"] == row["structure"])

    for result in (*(tmp_path / "out").glob("*.n*"), table):
        result.unlink()
    status, _, errors = run(*words)
    assert status == 2 and f"{text} exists already; add --overwrite" in errors
    monkeypatch.setattr("CrossMoDAUDALib.scoring.plausibility.check", lambda *_: [])
    assert cli.main([*map(str, words), "--overwrite"]) == 0 and not text.exists(), "it was about the result before"


def test_a_failure_before_the_first_scan_is_told(tiny_experiment: Path, scans: list[Path], tmp_path: Path) -> None:
    out, told = tmp_path / "out", tmp_path / "events.jsonl"
    for words, said in (
        (["segment", tmp_path, scans[0]], "holds no trained segmenter"),
        (["segment", tiny_experiment, tmp_path / "none.nii.gz"], "does not exist"),
        (["segment", tiny_experiment, scans[0], "--largest-component", "Cochlee"], "Cochlee is not a structure of the model"),
        (["translate", tmp_path, scans[0]], "holds no trained image translator"),
        (["evaluate", tmp_path / "none", tmp_path], "does not exist"),
        (["run", "--crossmoda", tmp_path / "none", "--dry-run"], "does not exist"),
    ):
        told.unlink(missing_ok=True)
        output = [] if words[0] == "evaluate" else ["-o", out]
        status, _, errors = run(*words, *output, "--events", told)
        events, _ = read_events(told)
        assert (status, states(events)) == (2, ["started", "failed"]), errors
        assert said in events[-2]["message"] and events[-2]["kind"] == "error"
    assert "loading" not in told.read_text(encoding="utf-8")
    status, _, errors = run("run", "--crossmoda", tmp_path, "-o", out, "--events", told)
    assert (status, "--events belongs to --dry-run" in errors) == (2, True)


def test_largest_component_is_the_users_choice(tiny_experiment: Path, scans: list[Path], tmp_path: Path) -> None:
    model = Path(shutil.copytree(tiny_experiment / "iteration_1" / "model", tmp_path / "model"))
    description = json.loads((model / "model.json").read_text(encoding="utf-8"))
    (model / "model.json").write_text(json.dumps({**description, "largest_component": [COCHLEA]}), encoding="utf-8")
    scan, weights = scans[0], load_file(model / "segmenter.safetensors")
    for seed in range(30):  # so little trained, it finds one thing everywhere; with a drawn last layer it finds specks of both
        random = np.random.default_rng(seed)
        drawn = {name: random.normal(0, 1, values.shape).astype(values.dtype) for name, values in weights.items() if "seg_layers" in name}
        save_file({**weights, **drawn}, model / "segmenter.safetensors")
        plain = Segmenter.load(model, "cpu", ()).segment(read_volume(scan)).array
        if all((plain != keep_largest_component(plain, [value])).any() for value in (1, 2)):
            break
    found = {choice: Segmenter.load(model, "cpu", choice).segment(read_volume(scan)).array for choice in (None, (), (TUMOUR,))}
    for choice, value in ((None, 2), ((TUMOUR,), 1)):
        np.testing.assert_array_equal(found[choice], keep_largest_component(found[()], [value]))
        assert (found[choice] != found[()]).any(), "there is something to clean"
    for word, choice in (("none", ()), (TUMOUR, (TUMOUR,))):
        words = ["segment", model, scan, "-o", tmp_path / word, "--device", "cpu", "--largest-component", word]
        status, _, errors = run(*words)
        assert (status, complaints(errors)) == (0, [])
        np.testing.assert_array_equal(read_label_map(tmp_path / word / f"{scan.name[:-7]}_Label.nii.gz").array, found[choice])


def test_translate(tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    scan = next((tiny_cohort / "training_source").glob("*_ceT1.nii.gz"))
    image = sitk.ReadImage(str(scan))
    image.SetSpacing((0.1 + 0.2, 1 / 3, 0.7))
    image.SetOrigin((1 / 7, -100 / 3, 1e-3 / 9))
    sitk.WriteImage(image, str(tmp_path / "scan.nrrd"))
    told, out = tmp_path / "events.jsonl", tmp_path / "out"
    status, _, errors = run("translate", tiny_experiment, tmp_path / "scan.nrrd", "-o", out, "--format=nrrd", "--events", told)
    assert (status, errors) == (0, "")
    events, _ = read_events(told)
    assert states(events) == ["started", "finished"]
    assert [event["message"] for event in of_kind(events, "progress")][:1] == ["loading the model"]
    assert (
        of_kind(events, "progress")[-1].items() >= {"stage": "translate", "step": 16, "total": 16, "message": "translated slices"}.items()
    )
    written = out / "scan_pseudo_target.nrrd"
    assert without_time(of_kind(events, "result")) == [{"input": str(tmp_path / "scan.nrrd"), "outputs": [str(written)]}]
    assert b"encoding: raw" in written.read_bytes()[:1000]
    assert read_volume(written).geometry == read_volume(tmp_path / "scan.nrrd").geometry, "to the last digit"


def test_evaluate(tmp_path: Path) -> None:
    for number in (1, 2):
        save(tmp_path / "mine" / f"case_{number}.nii.gz", label_array(1, 2))
        save(tmp_path / "theirs" / f"case_{number}.nii.gz", label_array(1, 2))
    told, table = tmp_path / "events.jsonl", tmp_path / "scores.csv"
    status, _, errors = run("evaluate", tmp_path / "mine", tmp_path / "theirs", "-o", table, "--events", told)
    assert (status, errors) == (0, "")
    events, _ = read_events(told)
    assert states(events) == ["started", "finished"]
    assert of_kind(events, "progress")[-1].items() >= {"stage": "evaluate", "step": 2, "total": 2, "message": "scored case_2"}.items()
    assert without_time(of_kind(events, "result")) == [{"input": str(tmp_path / "mine"), "outputs": [str(table)]}]


def test_a_dry_run_tells_of_each_case(tmp_path: Path) -> None:
    scans = save_crossmoda(tmp_path / "scans", "training_source", "training_target", "validation")
    image, label = (scans / "training_source" / f"crossmoda_1_{name}.nii.gz" for name in ("ceT1", "Label"))
    save(label, label_array(1, 7))
    save(scans / "training_target" / "more" / "crossmoda_9_hrT2.nii.gz", scan_array(33))
    told = tmp_path / "events.jsonl"
    status, output, _ = run("run", "--crossmoda", scans, "-o", tmp_path / "out", "--dry-run", "--events", told)
    assert status == 2
    events, _ = read_events(told)
    assert states(events) == ["started", "finished"], "the check has done its work"
    cases = of_kind(events, "case")
    first = next(event for event in cases if event["image"] == str(image))
    assert (first["domain"], first["case"], first["label"]) == ("source", "crossmoda_1", str(label))
    assert set(first["label_voxels"]) == {TUMOUR, COCHLEA} and first["label_voxels"][TUMOUR] > 0
    assert all(first[name] for name in ("size", "spacing", "voxel_type", "intensities"))
    assert len(first["problems"]) == 1 and "unknown value 7" in first["problems"][0] and first["warnings"] == []
    assert len(cases) == of_kind(events, "progress")[-1]["total"] == of_kind(events, "progress")[-1]["step"]
    assert {event["stage"] for event in of_kind(events, "progress")} == {"check"}
    assert [event["message"] for event in of_kind(events, "error")] == [
        line.partition(". ")[2] for line in output.splitlines() if "has 2 images" in line
    ]
    assert not (tmp_path / "out").exists()


def test_a_folder_stands_for_its_scans(tiny_experiment: Path, tiny_cohort: Path, tmp_path: Path) -> None:
    folder, out = tmp_path / "scans", tmp_path / "out"
    shutil.copytree(tiny_cohort / "validation", folder)  # an hrT2 and its label map, which is no scan
    (folder / "notes.txt").write_text("not a scan", encoding="utf-8")
    status, _, errors = run("segment", tiny_experiment, folder, "-o", out, "--device", "cpu")
    assert status == 0, errors
    (scan,) = folder.glob("*_hrT2.nii.gz")
    results = sorted(path.name for path in out.iterdir() if not path.name.endswith("_warnings.txt"))
    assert results == [f"{scan.name[:-7]}.seg.nrrd", f"{scan.name[:-7]}_Label.nii.gz"]
    (tmp_path / "empty").mkdir()
    status, _, errors = run("translate", tiny_experiment, tmp_path / "empty", "-o", out, "--device", "cpu")
    assert status == 2 and "holds no scans" in errors
