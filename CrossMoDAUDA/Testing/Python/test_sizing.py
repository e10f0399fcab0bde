"""A time budget: slices follow from the scans, epochs from the time that steps take; both are recorded and stay."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from command_line import TINY_RUN, events, run, sentence
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.core.budget import left_open, sized_as
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import Geometry, Volume, write_volume
from CrossMoDAUDALib.method.sizing import Costs, expected_seconds, for_scans, for_time
from CrossMoDAUDALib.segmentation.schedule import schedule_of

LAPTOP = preset_settings("laptop")


def scans(folder: Path, *sizes: tuple[int, int, int]) -> tuple[Case, ...]:
    """Cases with grids of the given sizes."""
    cases = []
    for number, (x, y, z) in enumerate(sizes):
        path = folder / f"scan_{number}_{x}_{y}.nii.gz"
        geometry = Geometry((x, y, z), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
        write_volume(Volume(np.zeros((z, y, x), np.int16), geometry), path)
        cases.append(Case(path.name, path, None))
    return tuple(cases)


@pytest.mark.parametrize(
    ("sizes", "pixels"),
    [
        ([(85, 100, 4), (90, 103, 4), (70, 117, 4)], 112),  # the longer sides are 100, 103 and 117, and 103 becomes 7 x 16
        ([(20, 30, 4)], 64),
        ([(512, 512, 4)], 256),
        ([(96, 80, 4)], 96),
    ],
)
def test_slices_follow_from_the_scans(tmp_path: Path, sizes: list[tuple[int, int, int]], pixels: int) -> None:
    cases = scans(tmp_path, *sizes)
    assert for_scans(LAPTOP, Cohort(cases[:1], cases[1:])) == {"translation.image_size": pixels}
    assert for_scans(with_values(LAPTOP, {"translation.image_size": 80}), Cohort(cases, cases)) == {}, "asked for"


def test_epochs_follow_from_the_time() -> None:
    case = Case("a", Path("a"), None)
    cohort = Cohort((case,) * 10, (case,) * 5, (case,) * 3)
    costs = Costs(translator_step=0.5, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    settings = with_values(LAPTOP, {"budget_minutes": 50})
    fixed = 10 * 3 + 3 * (5 + 3) * 5  # three iterations segment eight scans
    assert expected_seconds(settings, cohort, costs, training=False) == fixed == 150
    # 0.9 x 3000 s - 150 s are left. 1020 s, at 0.5 s a step, are 2040 steps of the translator: 10 + 10 epochs of 100.
    # 1530 s are for iteration 0 and twice half of it: 765 s, at 50 x 0.4 + 2 s an epoch, are 35 epochs.
    found = for_time(settings, cohort, costs)
    assert found == {"translation.epochs": 10, "translation.decay_epochs": 10, "segmentation.epochs": 35, "self_training.epochs": 17}
    sized = with_values(settings, found)
    assert expected_seconds(sized, cohort, costs) == 150 + 20 * 100 * 0.5 + (35 + 2 * 17) * (50 * 0.4 + 2)
    assert expected_seconds(sized, cohort, costs) < 50 * 60


def test_no_training_gets_more_than_the_paper_or_less_than_a_hundred_steps() -> None:
    case, paper = Case("a", Path("a"), None), Settings()
    cohort = Cohort((case,), (case,))
    fast = for_time(LAPTOP, cohort, Costs(1e-6, 1e-6, 1e-6, 0, 0))
    assert fast["translation.epochs"] == paper.translation.epochs
    assert fast["segmentation.epochs"] == paper.segmentation.epochs
    slow = for_time(LAPTOP, cohort, Costs(1e3, 1e3, 1e3, 1e5, 0))
    assert slow == {"translation.epochs": 1, "translation.decay_epochs": 1, "segmentation.epochs": 2, "self_training.epochs": 2}


def test_what_was_asked_for_stays() -> None:
    settings = with_values(LAPTOP, {"segmentation.epochs": 7, "translation.epochs": 3})
    assert left_open(settings) == ("translation.image_size", "translation.decay_epochs", "self_training.epochs")
    case = Case("a", Path("a"), None)
    assert for_time(settings, Cohort((case,), (case,)), Costs(1, 1, 1, 1, 1)).keys() == {"self_training.epochs"}
    recorded = with_values(LAPTOP, {"segmentation.epochs": 30, "self_training.epochs": 9})
    again = sized_as(settings, recorded)
    assert (again.segmentation.epochs, again.self_training.epochs) == (7, 9)
    assert left_open(with_values(LAPTOP, {"budget_minutes": 0})) == ()


def test_self_training_may_be_shorter_and_gentler() -> None:
    settings = with_values(LAPTOP, {"segmentation.epochs": 30, "self_training.epochs": 9, "self_training.initial_learning_rate": 0.002})
    assert schedule_of(settings, 0) == settings.segmentation
    assert (schedule_of(settings, 2).epochs, schedule_of(settings, 2).initial_learning_rate) == (9, 0.002)
    as_ever = with_values(settings, {"self_training.epochs": 0, "self_training.initial_learning_rate": 0})
    assert schedule_of(as_ever, 2) == settings.segmentation


def test_a_run_tries_the_computer_out_records_what_it_chose_and_goes_on_with_it(tiny_cohort: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    asked = ["--set=translation.epochs=2", "--set=translation.decay_epochs=2", "--set=segmentation.epochs=3", "--iterations", "0"]
    same: list[str | Path] = ["run", "--crossmoda", tiny_cohort, "-o", folder, *TINY_RUN, *asked]
    planned = run(*same, "--set=budget_minutes=0.01", "--dry-run")
    assert "epochs for 0.01 minutes are chosen when it begins" in planned.stdout
    assert not folder.exists()
    done = run(*same, "--set=budget_minutes=0.01")
    assert done.returncode == 0, done.stderr
    assert "more than budget_minutes=0.01" in done.stderr
    log = events(folder)
    assert [event["stage"] for event in log if event["kind"] == "stage" and event["state"] == "started"][:3] == [
        "check",
        "rehearsal",
        "translation/source_slices",
    ]
    chosen = [str(event["message"]) for event in log if event["kind"] == "message" and event.get("stage") == "rehearsal"]
    assert len(chosen) == 1
    assert chosen[0].startswith("Chosen for these scans and this computer: slices of 32 pixels, 8 training steps of the translator, 6 of")
    assert not (folder / "rehearsal").exists()
    recorded = json.loads((folder / "experiment.json").read_text(encoding="utf-8"))["settings"]
    assert recorded["budget_minutes"] == 0.01
    assert recorded["self_training"]["epochs"] == 50, "100 steps in epochs of 2, where the preset left it open"
    assert recorded["segmentation"]["epochs"] == 3, "where it was asked for"

    again = run(*same, "--set=budget_minutes=0.01")
    assert again.returncode == 0, again.stderr
    assert [event["stage"] for event in events(folder)[len(log) :] if event.get("state") == "started" and "stage" in event] == []
    assert "budget_minutes=0.01, not 5" in sentence(run(*same, "--set=budget_minutes=5"))


def test_what_a_killed_rehearsal_leaves_is_in_nobodys_way(tiny_cohort: Path, tmp_path: Path, cohort: Cohort) -> None:
    (tmp_path / "out" / "rehearsal" / "stages").mkdir(parents=True)
    assert Experiment.create(tmp_path / "out", LAPTOP, cohort, {}).settings == LAPTOP
    (tmp_path / "other" / "practice").mkdir(parents=True)
    with pytest.raises(InputError, match="practice"):
        Experiment.create(tmp_path / "other", LAPTOP, cohort, {})
