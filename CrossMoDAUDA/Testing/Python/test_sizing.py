"""A time budget: slices follow from the scans, epochs from the time that steps take; both are recorded and stay."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from command_line import TINY_RUN, events, run, sentence
from CrossMoDAUDALib.cohort.finding import Case, Cohort
from CrossMoDAUDALib.cohort.label_maps import label_of
from CrossMoDAUDALib.core.budget import SIZED, fitted, left_open, sized_as
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.progress import duration
from CrossMoDAUDALib.core.settings import Settings, preset_settings, with_values
from CrossMoDAUDALib.experiment.events import EventLog
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import Geometry, Volume, read_geometry, write_volume
from CrossMoDAUDALib.method import sizing
from CrossMoDAUDALib.method.coarseness import finest_spacing
from CrossMoDAUDALib.method.plan import plan
from CrossMoDAUDALib.method.rehearsal import Costs, _Clock, few_of, rehearsed
from CrossMoDAUDALib.method.sizing import budget_warnings, expected_seconds, for_scans, for_time
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
    assert for_scans(LAPTOP, Cohort(cases[:1], cases[1:]))["translation.image_size"] == pixels
    asked = with_values(LAPTOP, {"translation.image_size": 80, "segmentation.finest_spacing": 3})
    assert for_scans(asked, Cohort(cases, cases)) == {}, "asked for"


def test_a_coarser_segmenter_sees_more_of_the_body_as_far_as_the_structures_allow(tmp_path: Path) -> None:
    geometry = Geometry((100, 80, 60), (2.0, 2.0, 3.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
    large = np.zeros((60, 80, 100), np.uint8)
    large[10:40, 10:60, 10:60] = 1
    small = large.copy()
    small[45:51, 2:11, 2:11] = 2  # 18 x 18 x 18 mm
    small[55, 70, 70] = 2
    cases = []
    for name, labels in (("large", large), ("small", small)):
        write_volume(Volume(labels, geometry), tmp_path / f"{name}_label.nii.gz")
        write_volume(Volume(labels.astype(np.int16), geometry), tmp_path / f"{name}.nii.gz")
        cases.append(Case(name, tmp_path / f"{name}.nii.gz", tmp_path / f"{name}_label.nii.gz"))
    settings = with_values(LAPTOP, {"labels": {"One": 1, "Two": 2}})
    # A patch has 128 x 128 x 128 x 0.35 / 8 x 32 / 16 = 183,501 voxels, the scan 480,000; 275,251 are left of it at 2.64 mm.
    assert finest_spacing(settings, cases[:1]) == 2.6
    assert finest_spacing(settings, cases) == 2.6, "6 x 2.6 mm fit into the thinnest structure"
    assert finest_spacing(with_values(settings, {"segmentation.memory_gb": 0.1}), cases[:1]) == 4.1, "4.18, rounded down"
    assert finest_spacing(with_values(settings, {"segmentation.memory_gb": 0.1}), cases) == 3, "18 / 6"
    unlabelled = [Case(case.id, case.image, None) for case in cases]
    assert finest_spacing(with_values(settings, {"segmentation.memory_gb": 0.01}), unlabelled) == 9
    assert finest_spacing(with_values(settings, {"segmentation.base_features": 320, "segmentation.memory_gb": 0.01}), unlabelled) == 20
    assert finest_spacing(with_values(settings, {"segmentation.memory_gb": 2}), cases) == 0, "it shows all as it is"


def test_a_setting_that_is_named_stays_also_with_the_presets_value(cohort: Cohort, tmp_path: Path) -> None:
    for key in SIZED:
        named = with_values(LAPTOP, {key: str(LAPTOP.values()[key])})
        assert named == LAPTOP and left_open(named) == tuple(other for other in SIZED if other != key)
        assert key not in left_open(with_values(named, {"device": "cpu", "translation.translator": "cut"})), "named once and for all"
        assert key in left_open(fitted(LAPTOP, {key: LAPTOP.values()[key]})), "which nobody has named"
    costs = Costs(1e-6, 1e-6, 1e-6, 0, 0)
    named = with_values(LAPTOP, {"segmentation.epochs": "40", "self_training.epochs": "20"})
    assert for_time(named, cohort, costs).keys() == {"translation.epochs", "translation.decay_epochs"}

    # 40 epochs were asked for and recorded; the same command goes on, also one that leaves them open, but no other number.
    Experiment.create(tmp_path / "asked", named, cohort, {})
    for same in (named, LAPTOP):
        assert Experiment.resume(tmp_path / "asked", same, cohort).settings.segmentation.epochs == 40
    # 33 were chosen. To ask for the preset's 40 now is to ask for others, although the preset's stood open then.
    Experiment.create(tmp_path / "chosen", fitted(LAPTOP, {"segmentation.epochs": 33}), cohort, {})
    assert Experiment.resume(tmp_path / "chosen", LAPTOP, cohort).settings.segmentation.epochs == 33
    recorded = Experiment.load(tmp_path / "chosen").settings
    for asked in (named, with_values(recorded, {"segmentation.epochs": 40})):
        with pytest.raises(InputError, match=r"segmentation\.epochs=33, not 40"):
            Experiment.resume(tmp_path / "chosen", asked, cohort)


def test_epochs_follow_from_the_time() -> None:
    case = Case("a", Path("a"), None)
    cohort = Cohort((case,) * 10, (case,) * 5, (case,) * 3)
    costs = Costs(translator_step=0.5, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    settings = with_values(LAPTOP, {"budget_minutes": 50})
    fixed = 10 * 3 * 4 + (3 * (5 + 3) + 10) * 5  # four translations; three iterations segment eight scans, the check of agreement ten
    assert expected_seconds(settings, cohort, costs, training=False) == fixed == 290
    # 0.9 x 3000 s - 290 s are left. 964 s, at 0.5 s a step, are 1928 steps of the translator: 10 + 10 epochs of 100.
    # 1446 s are for iteration 0 and twice half of it: 723 s, at 50 x 0.4 + 2 s an epoch, are 33 epochs.
    found = for_time(settings, cohort, costs)
    assert found == {"translation.epochs": 10, "translation.decay_epochs": 10, "segmentation.epochs": 33, "self_training.epochs": 16}
    sized = with_values(settings, found)
    assert expected_seconds(sized, cohort, costs) == 290 + 20 * 100 * 0.5 + (33 + 2 * 16) * (50 * 0.4 + 2)
    assert expected_seconds(sized, cohort, costs) < 50 * 60


CASE = Case("a", Path("a"), None)
ORDINARY = Cohort((CASE,) * 18, (CASE,) * 6, (CASE,) * 6)


def test_a_rehearsal_is_part_of_the_budget() -> None:
    costs = Costs(0.6, 0.75, 2, 8, 12, 1)
    settings = with_values(LAPTOP, {"budget_minutes": 75})
    free = for_time(settings, ORDINARY, costs)
    assert for_time(settings, ORDINARY, replace(costs, rehearsal=7 * 60)) == free, "a tenth is kept free"
    less = for_time(settings, ORDINARY, replace(costs, rehearsal=25 * 60))
    assert all(less[key] < free[key] for key in ("translation.epochs", "segmentation.epochs", "self_training.epochs"))
    assert expected_seconds(with_values(settings, less), ORDINARY, costs) + 25 * 60 < 78 * 60


def test_a_rehearsal_is_in_the_time_that_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    costs, told = Costs(0.6, 0.75, 2, 8, 12, 1), []
    monkeypatch.setattr(sizing, "rehearse", lambda *_: costs)
    monkeypatch.setattr(sizing, "for_scans", lambda *_: {})
    monkeypatch.setattr(sizing, "time", SimpleNamespace(monotonic=iter([1000.0, 1300.0]).__next__))
    log = EventLog(None)
    log.listeners.append(lambda event: told.append(event.get("message")))
    sized, measured = sizing.fit_and_measure(LAPTOP, ORDINARY, tmp_path, log)
    assert measured == replace(costs, rehearsal=300.0)
    assert f"In all about {duration(expected_seconds(sized, ORDINARY, costs) + 300)}." in told[-1]


@pytest.mark.parametrize(
    ("targets", "costs", "helping"),
    [
        (200, Costs(0.6, 0.75, 2, 8, 12, 1, 60), "fewer scans"),
        (6, Costs(10, 15, 30, 60, 120, 10, 600), "fewer scans"),
        (6, Costs(60, 15, 30, 1, 1, 1, 600), "a smaller translation.image_size"),
    ],
)
def test_a_budget_for_a_model_of_no_use_is_warned_of_with_what_helps(targets: int, costs: Costs, helping: str) -> None:
    cohort = Cohort((CASE,) * targets, (CASE,) * targets, (CASE,) * 6)
    settings = fitted(LAPTOP, {"translation.image_size": 112})
    (warning,) = budget_warnings(settings, cohort, costs)
    assert "budget_minutes=75 leaves time for few training steps" in warning and "of little use" in warning
    assert "GPU" in warning and warning.endswith(f", {helping}.")
    enough = re.search(r"--set budget_minutes=(\d+) in a new folder,", warning)
    assert enough
    more = with_values(settings, {"budget_minutes": enough[1]})
    sized = fitted(more, for_time(more, cohort, costs))
    assert 2 * sized.translation.epochs * sized.translation.steps_per_epoch >= 400
    assert sized.segmentation.epochs * sized.segmentation.iterations_per_epoch >= 400
    assert budget_warnings(more, cohort, costs) == [], "as advised"
    smallest = budget_warnings(fitted(settings, {"translation.image_size": 64}), cohort, costs)[0]
    assert "image_size" not in smallest, "there is no smaller one"


def test_what_would_help_is_only_looked_for_where_there_is_a_warning_and_is_never_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[object] = []
    monkeypatch.setattr(sizing, "_what_helps", lambda *of: looked.append(of) or [])
    assert budget_warnings(LAPTOP, ORDINARY, Costs(0.6, 0.75, 2, 8, 12, 1, 60)) == [] and not looked
    (warning,) = budget_warnings(LAPTOP, ORDINARY, Costs(10, 15, 30, 60, 120, 10, 600))
    assert len(looked) == 1 and warning.endswith("What would help: fewer scans, smaller networks.")


def test_nobody_is_warned_of_an_ordinary_budget_or_of_what_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    costs = Costs(0.6, 0.75, 2, 8, 12, 1, 60)
    assert budget_warnings(LAPTOP, ORDINARY, costs) == []
    named = with_values(
        LAPTOP, {"translation.epochs": 1, "translation.decay_epochs": 1, "translation.pooled_epochs": 0, "segmentation.epochs": 2}
    )
    assert budget_warnings(named, ORDINARY, costs) == [], "as few steps as was asked for"
    monkeypatch.setattr("CrossMoDAUDALib.compute.devices.resolve", lambda name: torch.device("cuda"))
    assert "GPU" not in budget_warnings(LAPTOP, ORDINARY, replace(costs, per_target=1e3))[0]
    many = with_values(LAPTOP, {"segmentation.epochs": 1000})
    assert "more than budget_minutes=75. What would help: --set budget_minutes=" in budget_warnings(many, ORDINARY, costs)[0]
    unet = fitted(with_values(LAPTOP, {"translation.translator": "cyclegan-unet"}), {"translation.image_size": 128})
    assert "image_size" not in budget_warnings(unet, ORDINARY, replace(costs, translator_step=60))[0]


def test_what_else_runs_is_counted() -> None:
    case = Case("a", Path("a"), None)
    cohort = Cohort((case,) * 10, (case,) * 5, (case,) * 3)
    costs = Costs(translator_step=0.5, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    plain = with_values(
        LAPTOP, {"budget_minutes": 50, "segmentation.epochs": 30, "self_training.epochs": 15, "translation.pooled_epochs": 0}
    )
    seconds = expected_seconds(plain, cohort, costs)
    compared = with_values(plain, {"evaluation.source_only": True})  # ten scans to prepare, three to segment, 30 epochs to train
    assert expected_seconds(compared, cohort, costs) == seconds + 10 * 3 + 3 * 5 + 30 * (50 * 0.4 + 2)
    pooled = with_values(plain, {"translation.pooled_epochs": 2})
    assert expected_seconds(pooled, cohort, costs) == seconds + 2 * 10 * 3
    little = with_values(pooled, {"budget_minutes": 1, "translation.pooled_epochs": 4})
    assert for_time(little, cohort, costs)["translation.decay_epochs"] == 5, "or there were no epochs to keep"
    few = for_time(with_values(LAPTOP, {"budget_minutes": 10}), cohort, costs)
    assert (few["translation.decay_epochs"], few["translation.pooled_epochs"]) == (1, 0), "as many as the time leaves epochs for"
    some = with_values(LAPTOP, {"budget_minutes": 16})
    assert with_values(some, for_time(some, cohort, costs)).translation.pooled_epochs in (1, 2)


def test_the_evidence_is_counted_by_its_predictions() -> None:
    case = Case("a", Path("a"), None)
    costs = Costs(translator_step=0.5, segmenter_step=0.4, segmenter_epoch=2.0, per_source=3.0, per_target=5.0)
    for targets, mirroring, iterations, predictions in ((18, False, 2, 3 * 6 * 4), (4, False, 0, 4 * 4), (18, True, 2, 3 * 6 * 5 / 8)):
        cohort = Cohort((case,) * 10, (case,) * targets, (case,) * 3)
        plain = with_values(LAPTOP, {"segmentation.mirroring": mirroring, "self_training.iterations": iterations})
        looked_at = with_values(plain, {"evaluation.evidence": True})
        more = expected_seconds(looked_at, cohort, costs) - expected_seconds(plain, cohort, costs)
        assert more == pytest.approx(3 * predictions * 5), "each with what is measured of it"


def test_a_rehearsal_has_only_the_stages_that_its_costs_are_made_of(cohort: Cohort) -> None:
    """Whatever the experiment has: the others are counted by what they do, and not by what they took in a rehearsal."""
    everything = with_values(
        preset_settings("laptop", "cyclegan-target-aware"),
        {"evaluation.source_only": True, "evaluation.evidence": True, "translation.drop_failed": True, "self_training.refinement": "both"},
    )
    names = [stage.name for stage in plan(rehearsed(everything), replace(cohort, evaluation=()))]
    once = {"translation/source_slices": 6.0, "translation/target_slices": 1.0, "pseudo_target/check": 1.0}
    copies = {"pseudo_target": 4.0, "export/Dataset001_PseudoTarget": 1.0, "iteration_0/prepare": 3.0}
    trained = {"translation/train": 9.0, "iteration_0/train": 9.0, "iteration_0/predict": 5.0}
    assert set(names) == {*once, *copies, *trained}
    clock = _Clock(names, lambda *_: None, {**once, **copies, **trained}, {name: [(1, 0.0), (5, 8.0), (-1, 9.0)] for name in trained})
    assert clock.costs(sources=2, targets=2) == Costs(2.0, 2.0, 1.0, per_source=4.0, per_target=2.5, per_scan=2.0)


def test_what_is_done_once_is_counted_once() -> None:
    case = Case("a", Path("a"), None)
    cohort, costs = Cohort((case,) * 10, (case,) * 5), Costs(0.0, 0.0, 0.0, per_source=3.0, per_target=0.0, per_scan=2.0)
    for pooled in (0, 3):
        settings = with_values(LAPTOP, {"translation.pooled_epochs": pooled})
        assert expected_seconds(settings, cohort, costs) == 10 * 3 * (1 + pooled) + 15 * 2


def test_an_epoch_may_be_one_pass(tmp_path: Path) -> None:
    cases = scans(tmp_path, (64, 64, 30), (64, 60, 25), (60, 64, 20))
    cohort = Cohort(cases[:2], cases[2:])  # 55 slices in batches of 10: 6 steps
    settings = with_values(preset_settings("paper"), {"budget_minutes": 10})
    # 0.9 x 600 s x 0.4 / 0.5 s are 432 steps, 72 epochs.
    found = for_time(settings, cohort, Costs(0.5, 1e-3, 1e-3, 0, 0))
    assert (found["translation.epochs"], found["translation.decay_epochs"]) == (36, 36)


def test_what_would_help_reads_every_header_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cases, read = scans(tmp_path, (64, 64, 30), (64, 60, 25)), list[Path]()
    monkeypatch.setattr(sizing, "read_geometry", lambda path: read.append(path) or read_geometry(path))
    settings = with_values(preset_settings("paper"), {"budget_minutes": 10})
    assert "--set budget_minutes=" in budget_warnings(settings, Cohort(cases[:1], cases[1:]), Costs(0.5, 0.5, 1, 1, 1))[0]
    assert sorted(read) == sorted(case.image for case in cases)


def test_slices_suit_the_translator(tmp_path: Path) -> None:
    cases = scans(tmp_path, (85, 100, 4), (90, 103, 4))
    unet = with_values(LAPTOP, {"translation.translator": "cyclegan-unet"})
    assert for_scans(unet, Cohort(cases[:1], cases[1:]))["translation.image_size"] == 128, "112 pixels are no power of two"


def test_no_training_gets_more_than_the_paper_or_less_than_a_hundred_steps() -> None:
    case, paper = Case("a", Path("a"), None), Settings()
    cohort = Cohort((case,), (case,))
    fast = for_time(LAPTOP, cohort, Costs(1e-6, 1e-6, 1e-6, 0, 0))
    assert fast["translation.epochs"] == paper.translation.epochs
    assert fast["segmentation.epochs"] == paper.segmentation.epochs
    slow = for_time(LAPTOP, cohort, Costs(1e3, 1e3, 1e3, 1e5, 0))
    assert slow == {
        "translation.epochs": 1,
        "translation.decay_epochs": 1,
        "translation.pooled_epochs": 0,
        "segmentation.epochs": 2,
        "self_training.epochs": 2,
    }


def test_what_was_asked_for_stays() -> None:
    settings = with_values(LAPTOP, {"segmentation.epochs": 7, "translation.epochs": 3})
    still_open = (
        "translation.image_size",
        "translation.decay_epochs",
        "translation.pooled_epochs",
        "segmentation.finest_spacing",
        "self_training.epochs",
    )
    assert left_open(settings) == still_open
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
    asked += ["--set=translation.pooled_epochs=1"]
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


@pytest.mark.parametrize(
    ("empty", "read"), [((), ["c", "b"]), (("c", "a"), ["c", "b", "a", "d"]), (("a", "b", "c", "d"), ["c", "b", "a", "d"])]
)
def test_a_rehearsal_reads_label_maps_until_it_has_two(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty: tuple[str, ...], read: list[str]
) -> None:
    cases = []
    for name, size in (("a", 12), ("b", 20), ("c", 21), ("d", 40)):  # the median is 20.5 x 8 x 8 voxels
        grid = Geometry((size, 8, 8), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0))
        for ending, value in (("", 7), ("_label", name not in empty)):
            write_volume(Volume(np.full((8, 8, size), value, np.uint8), grid), tmp_path / f"{name}{ending}.nii.gz")
        cases.append(Case(name, tmp_path / f"{name}.nii.gz", tmp_path / f"{name}_label.nii.gz"))
    seen: list[str] = []

    def seeing(case: Case, settings: Settings) -> Volume:
        seen.append(case.id)
        return label_of(case, settings)

    monkeypatch.setattr("CrossMoDAUDALib.method.rehearsal.label_of", seeing)
    few = few_of(Cohort(tuple(cases), tuple(Case(case.id, case.image, None) for case in cases)), LAPTOP)
    assert sorted(seen) == sorted(read)
    assert len(few.source) == 2 and {case.id for case in few.target} == {"b", "c"}
    assert {case.id for case in few.source} == ({"a", "b"} if len(empty) == 4 else set("abcd") - set(empty) if empty else {"b", "c"})
