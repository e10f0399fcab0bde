"""The stages of an experiment: done once, and again where what they left is gone; what has changed is refused."""

from __future__ import annotations

import os

import pytest
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.files import make_folder, never_remade, write_json
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment


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
