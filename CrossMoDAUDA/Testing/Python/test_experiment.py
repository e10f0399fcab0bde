"""The experiment folder: created once, continued only as the same experiment, held by one worker at a time."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.files import make_folder, never_remade, write_json
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment import folder as experiments
from CrossMoDAUDALib.experiment import status
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment, check_folder, is_running, prepare_folder
from CrossMoDAUDALib.experiment.status import describe
from CrossMoDAUDALib.images.fingerprint import scan_sha256

LIBRARY = Path(experiments.__file__).resolve().parents[2]
SETTINGS = preset_settings("smoke")


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Two source and one target case; what an experiment records does not depend on what is in the files."""
    folder = tmp_path / "scans ü"
    folder.mkdir()

    def scan(name: str) -> Path:
        (folder / name).write_bytes(name.encode())
        return folder / name

    source = [Case(name, scan(f"{name}_ceT1.nii.gz"), scan(f"{name}_Label.nii.gz")) for name in ("a", "b")]
    return Cohort(tuple(source), (Case("c", scan("c_hrT2.nii.gz"), None),))


def hashes(cohort: Cohort) -> dict[str, str]:
    files = [path for cases in cohort.domains().values() for case in cases for path in (case.image, case.label) if path]
    return {str(path): scan_sha256(path) for path in files}


@pytest.fixture
def started(tmp_path: Path, cohort: Cohort) -> Experiment:
    return Experiment.create(tmp_path / "experiment ü", SETTINGS, cohort, hashes(cohort))


def refused(folder: Path, settings: Settings, cohort: Cohort) -> str:
    before = (folder / "experiment.json").read_bytes()
    with pytest.raises(InputError) as caught:
        Experiment.resume(folder, settings, cohort)
    assert (folder / "experiment.json").read_bytes() == before
    return str(caught.value)


# Creating, loading and resuming -------------------------------------------------------------------------------------------


def test_what_was_asked_for_is_recorded(started: Experiment, cohort: Cohort) -> None:
    record = json.loads((started.folder / "experiment.json").read_text(encoding="utf-8"))
    assert record["format"] == 1
    assert record["settings"]["translation"]["epochs"] == SETTINGS.translation.epochs
    assert record["versions"].keys() >= {"crossmodauda", "python", "torch", "nnunetv2", "numpy", "SimpleITK"}
    assert {path: known["sha256"] for path, known in record["files"].items()} == hashes(cohort)
    loaded = Experiment.load(started.folder)
    assert (loaded.settings, loaded.cohort) == (SETTINGS, cohort)
    resumed = Experiment.resume(started.folder, SETTINGS, cohort)
    assert (resumed.settings, resumed.cohort) == (SETTINGS, cohort)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 7),
        ("labels", {"Tumour": 1, "Cochlea": 2}),
        ("translation.epochs", 9),
        ("segmentation.mirroring", True),
        ("self_training.largest_component", ("Cochlea",)),
    ],
)
def test_another_setting_is_named_with_both_values(started: Experiment, cohort: Cohort, key: str, value: object) -> None:
    changed = with_values(SETTINGS, {key: value})
    message = refused(started.folder, changed, cohort)
    before = experiments._value(SETTINGS, key)
    assert f"{key}={before}, not {value}" in message
    assert str(started.folder) in message
    assert "another output folder" in message


def test_another_preset_is_named(started: Experiment, cohort: Cohort) -> None:
    assert "preset=smoke, not quick" in refused(started.folder, preset_settings("quick"), cohort)


def test_device_and_workers_may_change(started: Experiment, cohort: Cohort) -> None:
    changed = with_values(SETTINGS, {"device": "cpu", "workers": 3})
    assert Experiment.resume(started.folder, changed, cohort).settings == changed, "as given for this start"
    assert Experiment.load(started.folder).settings == SETTINGS


def test_another_cohort_is_refused(started: Experiment, cohort: Cohort) -> None:
    fewer = replace(cohort, source=cohort.source[:1])
    assert "its source cases differ (case b)" in refused(started.folder, SETTINGS, fewer)
    scored = replace(cohort, evaluation=(Case("d", cohort.source[0].image, cohort.source[0].label),))
    assert "its evaluation cases differ (case d)" in refused(started.folder, SETTINGS, scored)
    elsewhere = replace(cohort, target=(Case("c", cohort.source[0].image, None),))
    assert "its target cases differ in their files" in refused(started.folder, SETTINGS, elsewhere)


def test_notes_on_the_cohort_are_no_part_of_it(started: Experiment, cohort: Cohort) -> None:
    noted = replace(cohort, notes=("something was left out",))
    assert Experiment.resume(started.folder, SETTINGS, noted).cohort.notes == noted.notes


def test_a_changed_scan_is_refused(started: Experiment, cohort: Cohort) -> None:
    image = cohort.target[0].image
    image.write_bytes(b"other voxels of the same name")
    message = refused(started.folder, SETTINGS, cohort)
    assert f"{image} has changed since" in message


def test_a_scan_changed_without_another_size_is_refused(started: Experiment, cohort: Cohort) -> None:
    label = cohort.source[0].label
    assert label
    label.write_bytes(bytes(reversed(label.read_bytes())))
    os.utime(label, ns=(1, 1))
    assert f"{label} has changed since" in refused(started.folder, SETTINGS, cohort)


def test_a_scan_that_was_only_touched_is_accepted(started: Experiment, cohort: Cohort) -> None:
    os.utime(cohort.target[0].image, ns=(1, 1))
    assert Experiment.resume(started.folder, SETTINGS, cohort).cohort == cohort


def test_a_removed_scan_is_refused(started: Experiment, cohort: Cohort) -> None:
    cohort.target[0].image.unlink()
    assert f"{cohort.target[0].image} has been removed" in refused(started.folder, SETTINGS, cohort)


def test_voxels_changed_beside_their_header_are_noticed(tmp_path: Path) -> None:
    header, voxels = tmp_path / "c_hrT2.mhd", tmp_path / "c_hrT2.raw"
    header.write_text("ObjectType = Image\nElementDataFile = c_hrT2.raw\n", encoding="utf-8")
    voxels.write_bytes(b"1234")
    cohort = Cohort((), (Case("c", header, None),))
    Experiment.create(tmp_path / "experiment", SETTINGS, cohort, hashes(cohort))
    Experiment.resume(tmp_path / "experiment", SETTINGS, cohort)
    voxels.write_bytes(b"1235")
    assert f"{header} has changed since" in refused(tmp_path / "experiment", SETTINGS, cohort)


# Folders that cannot be used ----------------------------------------------------------------------------------------------


def refused_folder(folder: Path) -> str:
    messages = set()
    for check in (check_folder, prepare_folder):
        with pytest.raises(InputError) as caught:
            check(folder)
        messages.add(str(caught.value))
    assert all(str(folder) in message for message in messages)
    return messages.pop()


def test_a_new_folder_is_made_with_its_parents(tmp_path: Path) -> None:
    check_folder(tmp_path / "a" / "b c")
    assert not (tmp_path / "a").exists(), "a check leaves no trace"
    prepare_folder(tmp_path / "a" / "b c")
    assert list((tmp_path / "a" / "b c").iterdir()) == []


def test_an_empty_folder_and_hidden_files_will_do(tmp_path: Path) -> None:
    (tmp_path / ".DS_Store").touch()
    prepare_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".DS_Store"]


def test_a_folder_with_other_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").touch()
    assert "thesis.docx" in refused_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_file_and_a_folder_in_a_file_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    assert "is a file" in refused_folder(file)
    assert "cannot be written" in refused_folder(file / "experiment")


def test_a_read_only_disk_is_refused(mount_disk: Callable[[str], Path]) -> None:
    disk = mount_disk("ro")
    assert "cannot be written" in refused_folder(disk / "experiment")
    assert "cannot be written" in refused_folder(disk)


def test_an_experiment_on_a_read_only_disk_can_be_looked_at(cohort: Cohort, mount_disk: Callable[[str], Path]) -> None:
    disk = mount_disk("size=1m")
    experiment = Experiment.create(disk / "experiment", SETTINGS, cohort, hashes(cohort))
    with experiment.locked():
        experiment.events.write("run", state="started")
        experiment.events.write("run", state="finished")
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    with pytest.raises(OSError):
        (disk / "probe").touch()
    assert not is_running(experiment.folder)
    assert "State       finished" in describe(experiment.folder)


def test_no_experiment(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "missing"):
        assert not Experiment.exists(folder)
        for look in (Experiment.load, describe):
            with pytest.raises(InputError, match="is not an experiment folder"):
                look(folder)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"format": "one"}',
        b'{"format": 1}',
        b'{"format": 1, "settings": {}, "cohort": {}}',
        b'{"format": 1, "settings": {"no_such_setting": 1}, "cohort": {"source": [], "target": [], "evaluation": []}}',
        b'{"format": 1, "settings": [], "cohort": {"source": [], "target": [], "evaluation": []}}',
        b'{"format": 1, "settings": {}, "cohort": {"source": [{"id": 1}], "target": [], "evaluation": []}}',
    ],
)
def test_a_damaged_record_is_named(started: Experiment, damage: bytes) -> None:
    (started.folder / "experiment.json").write_bytes(damage)
    with pytest.raises(InputError) as caught:
        Experiment.load(started.folder)
    assert f"{started.folder / 'experiment.json'} is damaged" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_record_of_a_newer_version_is_refused(started: Experiment) -> None:
    path = started.folder / "experiment.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "format": 2}), encoding="utf-8")
    with pytest.raises(InputError, match=r"newer version .*format 2"):
        Experiment.load(started.folder)


# Stages -------------------------------------------------------------------------------------------------------------------


def test_a_stage_is_done_once(started: Experiment) -> None:
    for expected in (True, False):
        with started.stage("iteration_0/train") as todo:
            assert todo is expected
            assert started.is_complete("iteration_0/train") is not expected, "complete only after its work"
    with started.stage("iteration_0/predict"):
        pass
    assert started.completed_stages() == ["iteration_0/train", "iteration_0/predict"]
    found, _ = read_events(started.folder / "events.jsonl")
    assert [event["state"] for event in found if event["stage"] == "iteration_0/train"] == ["started", "finished", "skipped"]


def test_a_stage_that_fails_stays_to_be_done(started: Experiment) -> None:
    with pytest.raises(ZeroDivisionError), started.stage("pseudo_target"):
        _ = 1 / 0
    assert not started.is_complete("pseudo_target")
    with started.stage("pseudo_target") as todo:
        assert todo


def leave(experiment: Experiment, stage: str, *names: str) -> None:
    """Do a stage that writes files."""
    with experiment.stage(stage) as todo:
        assert todo
        for name in names:
            path = experiment.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{stage} wrote {name}", encoding="utf-8")


@pytest.fixture
def translated(started: Experiment) -> Experiment:
    """An experiment with two pseudo-target images that no stage has read yet."""
    leave(started, "pseudo_target", "pseudo_target/a.nii.gz", "pseudo_target/b.nii.gz")
    return started


def test_a_file_that_is_gone_is_made_again(translated: Experiment) -> None:
    (translated.folder / "pseudo_target" / "a.nii.gz").unlink()
    leave(translated, "pseudo_target", "pseudo_target/a.nii.gz")
    with translated.stage("pseudo_target") as todo:
        assert not todo
    warnings = [event["message"] for event in read_events(translated.folder / "events.jsonl")[0] if event["kind"] == "warning"]
    assert warnings == [f"{translated.folder / 'pseudo_target' / 'a.nii.gz'} is gone and is made again."]


@pytest.mark.parametrize("content", [b"", b"pseudo_target wrote pseudo_target/A.nii.gz"], ids=["cut", "altered"])
def test_a_file_that_has_changed_is_refused_while_a_stage_needs_it(translated: Experiment, content: bytes) -> None:
    path = translated.folder / "pseudo_target" / "a.nii.gz"
    path.write_bytes(content)
    os.utime(path, ns=(1, 1))
    with pytest.raises(InputError) as caught, translated.stage("pseudo_target"):
        pass
    assert f"{path} has changed since stage pseudo_target wrote it" in str(caught.value)
    assert path.read_bytes() == content, "somebody may want to keep it"
    for reader in ("pseudo_target/check", "export/Dataset001_PseudoTarget"):
        leave(translated, reader)
    with translated.stage("pseudo_target") as todo:
        assert not todo, "what nobody reads any more may be altered"


def test_a_file_that_was_only_touched_or_copied_is_accepted(translated: Experiment) -> None:
    os.utime(translated.folder / "pseudo_target" / "a.nii.gz", ns=(1, 1))
    with translated.stage("pseudo_target") as todo:
        assert not todo


def test_a_damaged_marker_is_none(translated: Experiment) -> None:
    marker = translated.folder / "stages" / "pseudo_target.json"
    for content in (b"", b"{", b"\x00" * 100):
        marker.write_bytes(content)
        assert not translated.is_complete("pseudo_target")
    leave(translated, "pseudo_target")
    assert translated.is_complete("pseudo_target")


def test_the_order_of_stages_does_not_hang_on_the_clock(translated: Experiment) -> None:
    for stage in ("export/Dataset001_PseudoTarget", "iteration_0/prepare"):
        leave(translated, stage)
    for age, marker in enumerate(sorted((translated.folder / "stages").iterdir())):
        os.utime(marker, ns=(10**18 - age, 10**18 - age))
    assert translated.completed_stages() == ["pseudo_target", "export/Dataset001_PseudoTarget", "iteration_0/prepare"]


def test_a_scan_that_changes_while_a_stage_reads_it_is_refused(started: Experiment, cohort: Cohort) -> None:
    image, label = cohort.source[0].image, cohort.source[0].label
    assert label
    started.refuse_changed(image, label)
    label.write_bytes(b"another label map")
    started.refuse_changed(image)
    with pytest.raises(InputError, match="has changed since"):
        started.refuse_changed(image, label)
    image.unlink()
    with pytest.raises(InputError, match="has been removed"):
        started.refuse_changed(image)


def test_a_folder_that_is_gone_is_not_made_anew(started: Experiment) -> None:
    elsewhere = started.folder.with_name("elsewhere")
    with never_remade(started.folder):
        started.events.write("message", message="still here")
        started.folder.rename(elsewhere)
        for write in (
            lambda: write_json(started.folder / "stages" / "x.json", {}),
            lambda: started.events.write("message", message="nowhere"),
            lambda: make_folder(started.folder / "nnunet"),
        ):
            with pytest.raises(CrossModaError, match="is gone: it was moved or deleted") as caught:
                write()
            assert str(started.folder) in str(caught.value)
        assert not started.folder.exists()
    elsewhere.rename(started.folder)
    write_json(started.folder / "new" / "x.json", {})


# One worker at a time -----------------------------------------------------------------------------------------------------

HOLDS = """
import sys, time, os
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from CrossMoDAUDALib.experiment.folder import Experiment
with Experiment.load(Path(sys.argv[2])).locked():
    if len(sys.argv) > 3 and os.fork() == 0:
        time.sleep(float(sys.argv[3]))
        os._exit(0)
    print("locked", flush=True)
    time.sleep(60)
"""


def holder(folder: Path, *child_seconds: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLDS, str(LIBRARY), str(folder), *child_seconds]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "locked\n"
    return process


def test_a_second_worker_is_refused_until_the_first_is_killed(started: Experiment) -> None:
    assert not is_running(started.folder)
    first = holder(started.folder)
    try:
        assert is_running(started.folder)
        began = time.monotonic()
        with pytest.raises(CrossModaError, match=rf"process {first.pid} on {socket.gethostname()}; wait"), started.locked():
            pass
        assert time.monotonic() - began < 10
        assert f"State       running (process {first.pid} on " in describe(started.folder)
    finally:
        first.kill()
        first.communicate()
    assert (started.folder / "worker.json").is_file(), "a killed worker leaves its record, which decides nothing"
    assert not is_running(started.folder)
    with started.locked():
        assert is_running(started.folder)
        worker = experiments.read_worker(started.folder)
        assert worker and worker["pid"] == os.getpid()
    assert not is_running(started.folder)
    assert experiments.read_worker(started.folder) is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_does_not_keep_the_lock_of_its_killed_parent(started: Experiment) -> None:
    first = holder(started.folder, "5")
    first.kill()
    first.wait()
    assert not is_running(started.folder)
    with started.locked():
        pass


def test_looking_whether_it_runs_keeps_no_worker_out(started: Experiment) -> None:
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1])\n"
        "from CrossMoDAUDALib.experiment.folder import is_running\n"
        "print('looking', flush=True)\nend = time.monotonic() + 3\n"
        "while time.monotonic() < end: is_running(Path(sys.argv[2]))"
    )
    with started.locked():
        pass
    panel = subprocess.Popen([sys.executable, "-c", code, str(LIBRARY), str(started.folder)], stdout=subprocess.PIPE, text=True)
    assert panel.stdout
    panel.stdout.readline()
    try:
        for _ in range(20):
            with started.locked():
                pass
    finally:
        panel.kill()
        panel.communicate()


# Status -------------------------------------------------------------------------------------------------------------------


def test_status_of_an_experiment_that_has_not_begun(started: Experiment) -> None:
    text = describe(started.folder)
    assert "State       not started" in text
    assert "2 source, 1 target, 0 evaluation cases" in text
    assert "preset smoke, translator cyclegan-resnet, 1 self-training iteration, seed 0" in text


def test_status_of_a_worker_that_was_killed(started: Experiment) -> None:
    started.events.write("run", state="started")
    with started.stage("translation/source_slices"):
        pass
    report = started.events.progress("translation/train")
    report(30, 200, "epoch 3 of 20", cycle_source=0.25)
    text = describe(started.folder)
    assert "State       stopped without a word" in text
    assert "run the same command" in text
    assert "  done      translation/source_slices" in text
    last = next(line for line in text.splitlines() if line.startswith("  last"))
    assert last.split() == ["last", "translation/train", "30", "of", "200", "cycle_source", "0.25"]
    with started.locked():
        assert "  now       translation/train" in describe(started.folder)


def test_status_of_a_failed_run_tells_the_error_until_it_runs_again(started: Experiment) -> None:
    started.events.write("run", state="started")
    started.events.write("warning", message="Something is odd.")
    started.events.write("error", message="The disk is full; free some space.")
    started.events.write("run", state="failed")
    text = describe(started.folder)
    assert "State       failed" in text
    assert "Error       The disk is full; free some space." in text
    assert text.count("Warning     Something is odd.") == 1
    started.events.write("run", state="started")
    started.events.write("run", state="finished")
    assert "Error" not in describe(started.folder)
    assert "State       finished" in describe(started.folder)


def test_status_of_an_interrupted_run(started: Experiment) -> None:
    started.events.write("run", state="started")
    started.events.write("run", state="interrupted")
    assert "State       interrupted; run the same command to continue" in describe(started.folder)


def test_durations_in_words() -> None:
    assert [status._duration(seconds) for seconds in (0, 4.24, 59.9, 200, 3599.7, 90420)] == [
        "0.0 s",
        "4.2 s",
        "59.9 s",
        "3 min 20 s",
        "1 h 00 min",
        "25 h 07 min",
    ]


def test_a_finished_experiment(tiny_experiment: Path) -> None:
    text = describe(tiny_experiment)
    assert "State       finished" in text
    for stage in ("translation/train", "pseudo_target", "iteration_0/train", "iteration_1/predict", "source_only/evaluate"):
        assert f"  done      {stage} " in text
    assert all(row in text for row in ("| source only ", "| iteration 0 ", "| iteration 1 "))
    loaded = Experiment.load(tiny_experiment)
    assert loaded.completed_stages()[0] == "translation/source_slices"
    before = (tiny_experiment / "experiment.json").stat().st_mtime_ns
    Experiment.resume(tiny_experiment, loaded.settings, loaded.cohort)
    assert (tiny_experiment / "experiment.json").stat().st_mtime_ns == before
