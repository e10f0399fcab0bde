"""The experiment folder: created once, continued only as the same experiment."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cohort_files import hashes
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment, check_folder, is_running, prepare_folder
from CrossMoDAUDALib.watching.status import describe

SETTINGS = preset_settings("smoke")


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
    before = SETTINGS.values()[key]
    assert f"{key}={before}, not {value}" in message
    assert str(started.folder) in message
    assert "another output folder" in message


def test_another_preset_is_named(started: Experiment, cohort: Cohort) -> None:
    assert "preset=smoke, not quick" in refused(started.folder, preset_settings("quick"), cohort)


def test_what_was_begun_with_a_preset_goes_on_with_what_that_had_then(tmp_path: Path, cohort: Cohort) -> None:
    now = preset_settings("sample")
    then = with_values(now, {"self_training.refinement": "off", "self_training.refinement_entropy": 0.3, "self_training.iterations": 1})
    folder = Experiment.create(tmp_path / "experiment", then, cohort, {}).folder
    assert Experiment.resume(folder, now, cohort).settings.values() == then.values()
    for key, value in (
        ("self_training.iterations", 2),
        ("self_training.refinement", "both"),
        ("self_training.refinement_entropy", 0.1),
        ("seed", 7),
    ):
        assert f"{key}={then.values()[key]}, not {value}" in refused(folder, with_values(now, {key: value}), cohort)
    folder = Experiment.create(tmp_path / "other", with_values(now, {"self_training.refinement": "add"}), cohort, {}).folder
    assert "self_training.refinement=add, not both" in refused(folder, now, cohort), "no version's preset had that"


def test_device_and_workers_may_change(started: Experiment, cohort: Cohort) -> None:
    changed = with_values(SETTINGS, {"device": "cpu", "helper_processes": 3})
    assert Experiment.resume(started.folder, changed, cohort).settings == changed, "as given for this start"
    assert Experiment.load(started.folder).settings == SETTINGS


def test_a_check_may_be_added_where_it_leaves_nothing_out(started: Experiment, cohort: Cohort) -> None:
    now = not SETTINGS.translation.check_agreement
    checked = with_values(SETTINGS, {"translation.check_agreement": now})
    assert Experiment.resume(started.folder, checked, cohort).settings == checked
    assert "translation.epochs=" in refused(started.folder, with_values(checked, {"translation.epochs": 9}), cohort)


def test_the_same_check_may_not_change_what_is_left_out(tmp_path: Path, cohort: Cohort) -> None:
    dropping = with_values(SETTINGS, {"translation.drop_failed": True})
    experiment = Experiment.create(tmp_path / "dropping", dropping, cohort, hashes(cohort))
    now = not dropping.translation.check_agreement
    other = with_values(dropping, {"translation.check_agreement": now})
    assert f"translation.check_agreement={not now}, not {now}" in refused(experiment.folder, other, cohort)


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


@pytest.mark.parametrize(
    ("section", "name", "value", "why"),
    [
        ("translation", "translator", "elsewhere", "translator cannot be 'elsewhere'"),
        ("cyclegan", "lost_weight", 1.0, "no setting 'cyclegan.lost_weight'"),
        ("lost", "gain", 1.0, "no setting 'lost.gain'"),
    ],
)
def test_settings_that_this_version_does_not_have_are_no_damage(
    started: Experiment, section: str, name: str, value: object, why: str
) -> None:
    path = started.folder / "experiment.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["settings"].setdefault(section, {})[name] = value
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        Experiment.load(started.folder)
    said = str(caught.value)
    assert said.startswith(f"{path} was made with a translator, a setting or a value that this version does not have") and why in said
    assert "use the version it was made with" in said and "damaged" not in said and "new folder" not in said


def test_a_record_of_a_newer_version_is_refused(started: Experiment) -> None:
    path = started.folder / "experiment.json"
    path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "format": 2}), encoding="utf-8")
    with pytest.raises(InputError, match=r"newer version .*format 2"):
        Experiment.load(started.folder)
