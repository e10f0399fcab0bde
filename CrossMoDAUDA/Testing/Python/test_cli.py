"""The command line as its users meet it: real processes, their exit status, and one sentence on what is wrong."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_files import label_array, save, save_crossmoda, scan_array
from conftest import TINY
from CrossMoDAUDALib import __version__
from CrossMoDAUDALib.core import structures
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import read_volume

ROOT = Path(__file__).resolve().parents[3]
LAUNCHER = ROOT / "Scripts" / "crossmoda_uda.py"
TINY_RUN = ["--preset", "smoke", "--device", "cpu", *(f"--set={key}={value}" for key, value in TINY.items())]
SOURCE, TARGET, VALIDATION = "training_source", "training_target", "validation"

Result = subprocess.CompletedProcess[str]


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, str(LAUNCHER), *(str(argument) for argument in arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONIOENCODING": "utf-8"}


def run(*arguments: str | Path, cwd: Path | None = None) -> Result:
    return subprocess.run(command(*arguments), capture_output=True, encoding="utf-8", timeout=300, cwd=cwd, env=environment())


def sentence(result: Result, status: int = 2) -> str:
    """What the command says besides warnings, once it has been made sure that it is one sentence and the exit status is right."""
    assert result.returncode == status, result.stderr + result.stdout
    lines = [line for line in result.stderr.splitlines() if not line.startswith("crossmoda_uda: warning: ")]
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("crossmoda_uda: ")
    message = lines[0].removeprefix("crossmoda_uda: ")
    assert message.endswith((".", ")"))
    assert "Traceback" not in message
    return message


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder and its digest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in sorted(folder.rglob("*"))
    }


# Using it -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [[], ["run"], ["translate"], ["segment"], ["evaluate"], ["status"], ["stop"]])
def test_help(words: list[str]) -> None:
    result = run(*words, "--help")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: crossmoda_uda.py {words[0] if words else ''}".rstrip())
    if not words:
        assert all(name in result.stdout for name in ("run", "translate", "segment", "evaluate", "status", "stop"))
    assert result.stdout.endswith("Not for clinical use.\n")


def test_help_is_quick_and_imports_nothing_heavy() -> None:
    seconds = []
    while not seconds or (min(seconds) >= 0.6 and len(seconds) < 5):  # another process may take the machine for a moment
        began = time.monotonic()
        assert run("--help").returncode == 0
        seconds.append(time.monotonic() - began)
    assert min(seconds) < 0.6
    traced = subprocess.run([sys.executable, "-X", "importtime", str(LAUNCHER), "--help"], capture_output=True, text=True)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in traced.stderr.splitlines()}
    assert "CrossMoDAUDALib" in imported
    assert not imported & {"torch", "SimpleITK", "nnunetv2", "numpy", "scipy", "slicer", "vtk", "tqdm"}


def test_version() -> None:
    result = run("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, f"CrossMoDAUDA {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "COMMAND"),
        (["rnu"], "'rnu'"),
        (["run", "--crossmoda", "x"], "-o/--output"),
        (["run", "--crossmoda", "x", "-o", "y", "--presett", "quick"], "--presett"),
        (["run", "--crossmoda", "x", "-o", "y", "--preset", "papper"], "'papper'"),
        (["run", "--crossmoda", "x", "-o", "y", "--translator", "cut"], "'cut'"),
        (["segment", "model"], "INPUT"),
        (["evaluate", "only one"], "REFERENCES"),
        (["status"], "EXPERIMENT"),
        (["run", "--crossmoda", "x", "-o"], "-o/--output"),
        (["segment", "model", "x.nii.gz", "-o", "y", "--format", "png"], "'png'"),
    ],
)
def test_wrong_words(arguments: list[str], said: str) -> None:
    message = sentence(run(*arguments))
    assert said in message
    assert message.endswith("--help.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--set", "sed=1"], "'seed'"),
        (["--set", "translation.epoch=1"], "'translation.epochs'"),
        (["--set", "seed"], "KEY=VALUE"),
        (["--set", "seed=one"], "seed=one"),
        (["--set", "translation.image_size=70"], "nearest allowed value is 72"),
        (["--set", "segmentation.tile_step=2"], "nearest allowed value is 1"),
        (["--set", "evaluation.convention=medpi"], "medpy"),
        (["--set", "self_training.largest_component=Cochlear"], "Cochlea"),
        (["--iterations", "many"], "self_training.iterations=many"),
        (["--iterations", "-1"], "nearest allowed value is 0"),
        (["--device", "gpu"], "cuda:N"),
        (["--set", "device=tpu"], "'tpu'"),
    ],
)
def test_wrong_settings(tmp_path: Path, arguments: list[str], said: str) -> None:
    message = sentence(run("run", "--crossmoda", tmp_path, "-o", tmp_path / "out", *arguments))
    assert said in message
    assert list(tmp_path.iterdir()) == []


def test_a_device_that_is_not_there(tmp_path: Path) -> None:
    save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    message = sentence(run("run", "--crossmoda", tmp_path / "scans", "-o", tmp_path / "out", "--device", "cuda:7"))
    assert "no device cuda:7" in message
    assert "auto or one of: " in message
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Name the scans"),
        (["--source-images", "."], "--target-images"),
        (["--crossmoda", ".", "--target-images", "."], "not both"),
        (["--crossmoda", ".", "--evaluate-images", "."], "belong together"),
        (["--crossmoda", "."], "holds no scans named as crossMoDA's"),
        (["--crossmoda", "missing"], "missing does not exist"),
        (["--source-images", "missing", "--source-labels", ".", "--target-images", "."], "missing does not exist"),
    ],
)
def test_scans_that_are_not_named(tmp_path: Path, arguments: list[str], said: str) -> None:
    assert said in sentence(run("run", *arguments, "-o", "out", cwd=tmp_path))
    assert list(tmp_path.iterdir()) == []


# The scans ----------------------------------------------------------------------------------------------------------------


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


# The output folder --------------------------------------------------------------------------------------------------------


def test_the_folder_of_another_experiment(tiny_experiment: Path, tiny_cohort: Path) -> None:
    before = contents(tiny_experiment)
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    assert "seed=0, not 5" in sentence(run(*same, "--set", "seed=5"))
    assert "preset=smoke, not paper" in sentence(run("run", "--crossmoda", tiny_cohort, "-o", tiny_experiment))
    assert contents(tiny_experiment) == before


def test_output_folders_that_cannot_be_used(tmp_path: Path, mount_disk: Callable[[str], Path]) -> None:
    scans = save_crossmoda(tmp_path / "scans", SOURCE, TARGET, VALIDATION)
    (tmp_path / "file").touch()
    read_only = mount_disk("ro")
    for output, said in (
        (scans, "holds other files"),
        (tmp_path / "file", "is a file"),
        (tmp_path / "file" / "inside", "cannot be written"),
        (read_only / "new", "cannot be written"),
    ):
        before = contents(tmp_path)
        message = sentence(run("run", "--crossmoda", scans, "-o", output))
        assert str(output) in message
        assert said in message
        assert contents(tmp_path) == before


# Interrupted and continued ------------------------------------------------------------------------------------------------


def events(experiment: Path) -> list[dict[str, object]]:
    path = experiment / "events.jsonl"
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]


def interrupt_when(due: Callable[[], bool], number: signal.Signals, *arguments: str | Path) -> Result:
    """Run a command in a process group of its own and send the group a signal once something has happened."""
    words = command(*arguments)
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment(), start_new_session=True
    )
    try:
        while process.poll() is None and not due():
            time.sleep(0.02)
        if process.poll() is None:
            os.killpg(process.pid, number)
        output, errors = process.communicate(timeout=60)
    finally:
        process.kill()
    return subprocess.CompletedProcess(words, process.returncode, output, errors)


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
def test_ctrl_c_and_a_polite_kill_end_cleanly_and_the_same_command_continues(tiny_cohort: Path, tmp_path: Path) -> None:
    folder, inputs = tmp_path / "out ü", contents(tiny_cohort)
    arguments: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", folder, *TINY_RUN, "--set=translation.steps_per_epoch=5"]
    arguments += ["--set=translation.epochs=5000", "--set=workers=2"]

    def trained(after: int) -> list[int]:
        found = [event for event in events(folder) if event["kind"] == "progress" and event["stage"] == "translation/train"]
        return [step for event in found if isinstance(step := event["step"], int) and step > after]

    result = interrupt_when(lambda: bool(trained(20)), signal.SIGINT, *arguments)
    assert sentence(result, 130).startswith("Interrupted; run the same command to continue")
    assert events(folder)[-1] == {**events(folder)[-1], "kind": "run", "state": "interrupted"}
    assert not (folder / "worker.json").exists()
    assert "State       interrupted" in run("status", folder).stdout
    rows = len((folder / "translation" / "losses.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert rows > 0, "finished epochs"

    reached, told = max(trained(0)), len(events(folder))
    result = interrupt_when(lambda: bool(trained(reached)), signal.SIGTERM, *arguments)
    assert sentence(result, 130).startswith("Interrupted; run the same command to continue")
    again = events(folder)[told:]
    skipped = [event["stage"] for event in again if event.get("state") == "skipped"]
    assert skipped == ["translation/source_slices", "translation/target_slices"]
    first = next(event["step"] for event in again if event["kind"] == "progress")
    assert isinstance(first, int)
    assert first > rows * 5, "it went on from the checkpoint"
    assert contents(tiny_cohort) == inputs


@pytest.mark.slow
def test_a_full_disk_is_told_and_the_same_command_continues(tiny_cohort: Path, mount_disk: Callable[[str], Path]) -> None:
    disk = mount_disk("size=300k")
    arguments: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", disk / "out", *TINY_RUN]
    message = sentence(run(*arguments), 1)
    assert message.startswith(f"The disk is full (writing {disk / 'out'})")
    status = run("status", disk / "out").stdout
    assert "State       finished" not in status
    subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
    if hasattr(os, "killpg"):
        done = {"kind": "stage", "stage": "pseudo_target", "state": "finished"}
        result = interrupt_when(lambda: any(event.items() >= done.items() for event in events(disk / "out")), signal.SIGTERM, *arguments)
        assert result.returncode == 130, result.stderr
    assert sorted(path.name for path in (disk / "out" / "pseudo_target").glob("*.nii.gz")) == [
        f"crossmoda2022_syn_{number}.nii.gz" for number in (1, 2)
    ]


# A trained model ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def oblique_scan(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target scan on a grid like no other: sagittal, oblique, of another spacing, with a long origin."""
    scan = next((tiny_cohort / VALIDATION).glob("*_hrT2.nii.gz"))
    image = sitk.PermuteAxes(sitk.ReadImage(str(scan)), [1, 2, 0])[:, ::-1, :]
    rotation = sitk.Euler3DTransform((0, 0, 0), 0.1, -0.2, 0.3)
    turned = np.array(rotation.GetMatrix()).reshape(3, 3) @ np.array(image.GetDirection()).reshape(3, 3)
    image.SetDirection(turned.ravel().tolist())
    image.SetSpacing((0.91, 1.37, 2.03))
    image.SetOrigin((-12.345, 67.8, 910.11))
    path = tmp_path_factory.mktemp("scans of others ü") / "schräger Scan.nrrd"
    sitk.WriteImage(image, str(path), True)
    return path


def assert_same_grid(first: Path, second: Path) -> None:
    differences = read_volume(first).geometry.differences(read_volume(second).geometry)
    assert not differences


def test_segment(tiny_experiment: Path, oblique_scan: Path, tmp_path: Path) -> None:
    bad = tmp_path / "kaputt.nii.gz"
    bad.write_text("These are not voxels.")
    output = tmp_path / "results ü"
    output.mkdir()
    label, segmentation = output / "schräger Scan_Label.nii.gz", output / "schräger Scan.seg.nrrd"
    label.write_text("somebody's work")
    scan_before = oblique_scan.read_bytes()
    words: list[str | Path] = ["segment", tiny_experiment, bad, oblique_scan, "-o", output, "--device", "cpu"]

    assert sentence(run(*words)) == f"{label} exists already; add --overwrite to replace it, or name another output folder."
    assert label.read_text() == "somebody's work"

    result = run(*words, "--overwrite")
    assert str(bad) in sentence(result), "the bad scan does not cost the good one"
    warnings = [path for path in output.iterdir() if path.name == "schräger Scan_warnings.txt"]
    assert bool(warnings) == ("crossmoda_uda: warning: " in result.stderr)
    assert result.stdout.splitlines() == [str(path) for path in (label, segmentation, *warnings)]
    assert sorted(path.name for path in output.iterdir()) == sorted(path.name for path in (label, segmentation, *warnings))
    assert oblique_scan.read_bytes() == scan_before
    assert_same_grid(label, oblique_scan)
    values = read_volume(label).array
    assert values.dtype == np.uint8
    assert set(np.unique(values)) <= {0, 1, 2}

    assert_same_grid(segmentation, oblique_scan)
    np.testing.assert_array_equal(read_volume(segmentation).array, values)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(segmentation))
    reader.ReadImageInformation()
    names = {reader.GetMetaData(f"Segment{index}_Name"): index for index in range(2)}
    assert list(names) == ["Vestibular schwannoma", "Cochlea"]
    for name, index in names.items():
        structure = structures.structure_of(name, index + 1)
        colour = [float(part) * 255 for part in reader.GetMetaData(f"Segment{index}_Color").split()]
        np.testing.assert_allclose(colour, structure.colour, atol=0.6)
        assert f"TerminologyEntry:{structure.terminology}" in reader.GetMetaData(f"Segment{index}_Tags")
        assert int(reader.GetMetaData(f"Segment{index}_LabelValue")) == index + 1

    scores = run("evaluate", segmentation, label)
    assert scores.returncode == 0, scores.stderr
    assert "predictions" in scores.stdout


def test_translate(tiny_experiment: Path, oblique_scan: Path, tmp_path: Path) -> None:
    result = run("translate", tiny_experiment, oblique_scan, "-o", tmp_path / "new" / "folder")
    assert (result.returncode, result.stderr) == (0, "")
    written = tmp_path / "new" / "folder" / "schräger Scan_pseudo_target.nii.gz"
    assert result.stdout.splitlines() == [str(written)]
    assert_same_grid(written, oblique_scan)
    assert read_volume(written).array.std() > 0


def test_inputs_that_would_be_lost(tiny_experiment: Path, tmp_path: Path) -> None:
    first, second = save(tmp_path / "a" / "scan.nii.gz", scan_array()), save(tmp_path / "b" / "Scan.nrrd", scan_array())
    assert "would both become" in sentence(run("segment", tiny_experiment, first, second, "-o", tmp_path / "out"))
    third = save(tmp_path / "a" / "scan_Label.nii.gz", label_array(1))
    before = contents(tmp_path)
    message = sentence(run("segment", tiny_experiment, first, third, "-o", tmp_path / "a", "--overwrite"))
    assert f"{third} is an input and would be overwritten" in message
    missing = tmp_path / "none.nii.gz"
    assert f"{missing} does not exist" in sentence(run("translate", tiny_experiment, missing, "-o", tmp_path / "out"))
    assert "is a file" in sentence(run("translate", tiny_experiment, first, "-o", second))
    assert contents(tmp_path) == before


def test_models_that_cannot_be_used(tmp_path: Path) -> None:
    scan = save(tmp_path / "scan.nii.gz", scan_array())
    unfinished = tmp_path / "unfinished"
    unfinished.mkdir()
    (unfinished / "experiment.json").write_text("{}", encoding="utf-8")
    for model, said in ((tmp_path / "none", "none does not exist"), (unfinished, "holds no trained segmenter"), (scan, "no model package")):
        assert said in sentence(run("segment", model, scan, "-o", tmp_path / "out"))
    assert "holds no trained image translator" in sentence(run("translate", unfinished, scan, "-o", tmp_path / "out"))
    assert "'gpu'" in sentence(run("segment", unfinished, scan, "-o", tmp_path / "out", "--device", "gpu"))
    assert list((tmp_path / "out").iterdir()) == []


# Scores and status --------------------------------------------------------------------------------------------------------


def test_evaluate_folders(tmp_path: Path) -> None:
    for number in (1, 2):
        save(tmp_path / "mine" / f"case_{number}_Label.nii.gz", label_array(1, 2))
        save(tmp_path / "theirs" / f"case_{number}.nii.gz", label_array(1, 2 if number == 1 else 0))
    result = run("evaluate", tmp_path / "mine", tmp_path / "theirs", "-o", tmp_path / "scores ü.csv")
    assert (result.returncode, result.stderr) == (0, "")
    row = next(line for line in result.stdout.splitlines() if line.startswith("predictions")).split()
    assert row[1] == "2"
    assert float(row[2]) == pytest.approx(0.75)
    lines = (tmp_path / "scores ü.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("method,case,structure,dice,assd_mm")
    assert [line.split(",")[1:4] for line in lines[1:]] == [
        ["case_1", "Vestibular schwannoma", "1.0"],
        ["case_1", "Cochlea", "1.0"],
        ["case_2", "Vestibular schwannoma", "1.0"],
        ["case_2", "Cochlea", "0.0"],
    ]


def test_evaluate_what_cannot_be_scored(tmp_path: Path) -> None:
    save(tmp_path / "mine" / "case_1.nii.gz", label_array(1, 2))
    save(tmp_path / "theirs" / "case_1.nii.gz", label_array(1, 2))
    save(tmp_path / "theirs" / "case_2.nii.gz", label_array(1, 2))
    save(tmp_path / "other grid.nii.gz", label_array(1, 2), spacing=(1.0, 1.0, 1.0))
    mine, theirs = tmp_path / "mine", tmp_path / "theirs"
    before = contents(tmp_path)
    assert "has no prediction for case_2" in sentence(run("evaluate", mine, theirs))
    assert "spacing" in sentence(run("evaluate", tmp_path / "other grid.nii.gz", theirs / "case_1.nii.gz"))
    assert "does not exist" in sentence(run("evaluate", mine, tmp_path / "none"))
    assert "seed does not matter to evaluate" in sentence(run("evaluate", mine, mine, "--set", "seed=1"))
    assert contents(tmp_path) == before


def test_status(tiny_experiment: Path, tmp_path: Path) -> None:
    result = run("status", tiny_experiment)
    assert (result.returncode, result.stderr) == (0, "")
    assert "State       finished" in result.stdout
    assert "| iteration 1 |" in result.stdout
    assert "is not an experiment folder" in sentence(run("status", tmp_path))


def test_a_finished_experiment_tells_its_scores_again(tiny_experiment: Path, tiny_cohort: Path) -> None:
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    result = run(*same)
    assert (result.returncode, result.stderr) == (0, "")
    assert "| source only |" in result.stdout
    assert result.stdout.splitlines()[-1] == f"Results are in {tiny_experiment.resolve()}"


def test_a_second_worker_is_refused(tiny_experiment: Path, tiny_cohort: Path) -> None:
    same = ["run", "--crossmoda", tiny_cohort, "-o", tiny_experiment, *TINY_RUN, "--set", "evaluation.source_only=true"]
    with Experiment.load(tiny_experiment).locked():
        assert f"is being worked on by process {os.getpid()} on " in sentence(run(*same), 1)
        assert f"State       running (process {os.getpid()} on " in run("status", tiny_experiment).stdout


def test_a_reader_that_has_seen_enough(tiny_experiment: Path) -> None:
    process = subprocess.Popen(command("status", tiny_experiment), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout
    assert process.stderr
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 0
    process.stderr.close()


# Real scans ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_real_scans(real_scans: Path, tmp_path: Path) -> None:
    cohort, folder = real_scans / "vs", tmp_path / "experiment"
    result = run("run", "--crossmoda", cohort, "--preset", "smoke", "--device", "cpu", "-o", folder)
    assert result.returncode == 0, result.stderr
    assert "| iteration 1 |" in result.stdout
    scan = cohort / "target_validation" / "vs_gk_95_hrT2.nii.gz"
    result = run("segment", folder, scan, "-o", tmp_path / "out", "--device", "cpu")
    assert result.returncode == 0, result.stderr
    assert_same_grid(tmp_path / "out" / "vs_gk_95_hrT2_Label.nii.gz", scan)
    scores = run("evaluate", tmp_path / "out", cohort / "target_validation")
    assert scores.returncode == 0, scores.stderr
