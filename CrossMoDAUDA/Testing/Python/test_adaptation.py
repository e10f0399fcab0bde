"""The method from top to bottom: which stages run when, what each leaves, and what each may look at."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import finding as cohorts
from CrossMoDAUDALib.cohort.finding import Cohort
from CrossMoDAUDALib.commands import cli
from CrossMoDAUDALib.commands.terminal import program
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import Event, read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.experiment.markers import write_marker
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.method.adaptation import adapt
from CrossMoDAUDALib.segmentation import preparation
from CrossMoDAUDALib.segmentation.postprocessing import keep_largest_component
from CrossMoDAUDALib.segmentation.predictor import Segmenter

PSEUDO_TARGET, SELF_TRAINING, SOURCE_ONLY = "Dataset001_PseudoTarget", "Dataset002_SelfTraining", "Dataset003_SourceOnly"


def segmenter_stages(name: str) -> list[str]:
    return [f"{name}/{stage}" for stage in ("prepare", "train", "predict", "evaluate")]


TRANSLATION_STAGES = ["translation/source_slices", "translation/target_slices", "translation/train", "pseudo_target", "pseudo_target/check"]
STAGES = [
    *TRANSLATION_STAGES,
    f"export/{PSEUDO_TARGET}",
    *segmenter_stages("iteration_0"),
    "iteration_0/agreement",
    "iteration_1/export",
    *segmenter_stages("iteration_1"),
]


def new_experiment(folder: Path, cohort: Cohort, **values: Any) -> Experiment:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return Experiment.create(folder, with_values(preset_settings("smoke"), {**TINY, "device": "cpu", **changed}), cohort, {})


def events_of(folder: Path) -> list[Event]:
    return read_events(folder / "events.jsonl")[0]


def stages(folder: Path, state: str) -> list[str]:
    return [event["stage"] for event in events_of(folder) if event["kind"] == "stage" and event["state"] == state]


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def zeros_from_outside(array: np.ndarray) -> np.ndarray:
    """Where one comes from outside the scan, stepping from one voxel that is zero to the next, through gates of 0.5 % of the border."""
    zero, outside, seen = array == 0, np.zeros(array.shape, bool), np.zeros(array.shape, bool)
    border = 2 * sum(array.size // size for size in array.shape)
    for start in zip(*np.nonzero(zero), strict=True):
        if seen[start]:
            continue
        region, todo, gates = {start}, [start], 0
        while todo:
            place = todo.pop()
            for axis in range(3):
                for step in (-1, 1):
                    other = (*place[:axis], place[axis] + step, *place[axis + 1 :])
                    if not 0 <= other[axis] < array.shape[axis]:
                        gates += 1
                    elif zero[other] and other not in region:
                        region.add(other)
                        todo.append(other)
        places = tuple(np.array(sorted(region)).T)
        seen[places] = True
        outside[places] = gates >= 0.005 * border
    return outside


def assert_shown_as_it_is(shown: np.ndarray, scan: volumes.Volume) -> None:
    """A scan's intensities in thousandths between its percentiles 0.1 and 99.9, from 1 on, and 0 outside of the patient."""
    low, high = np.percentile(scan.array.astype(float), (0.1, 99.9))
    scaled = 1001 + 1000 * np.clip(2 * (scan.array - low) / (high - low) - 1, -1, 1)
    expected = np.where(zeros_from_outside(scan.array), 0, scaled)
    found = volumes.to_canonical(scan.with_array(expected)).array
    assert shown.dtype == np.int16 and np.array_equal(shown == 0, found == 0)
    assert np.abs(shown - found).max() <= 0.51  # rounded


@pytest.fixture(scope="module", autouse=True)
def few_samples() -> Iterator[None]:
    """nnU-Net draws a hundred million voxels for statistics that it does not use for MRI; here a thousandth is enough."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "FOREGROUND_SAMPLES", 100_000)
        yield


# One iteration, as the command line runs it -----------------------------------------------------------------------------


def test_the_stages_run_in_the_papers_order(tiny_experiment: Path) -> None:
    expected = [*STAGES, f"export/{SOURCE_ONLY}", *segmenter_stages("source_only")]
    assert stages(tiny_experiment, "started") == ["check", *expected]
    assert stages(tiny_experiment, "finished") == ["check", *expected]
    assert Experiment.load(tiny_experiment).completed_stages() == expected
    events = events_of(tiny_experiment)
    # Then come the runs of other tests, which find everything finished.
    assert [event["state"] for event in events if event["kind"] == "run"][:2] == ["started", "finished"]
    for stage in expected:
        if stage.split("/")[-1] != "evaluate":
            last = [event for event in events if event["kind"] == "progress" and event["stage"] == stage][-1]
            assert last["step"] == last["total"] > 0


def test_every_training_has_its_row_in_the_table(tiny_experiment: Path) -> None:
    with (tiny_experiment / "evaluation" / "table.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["method"] for row in rows] == ["source only", "iteration 0", "iteration 1"]
    assert [row["cases"] for row in rows] == ["1", "1", "1"]
    assert all(0 <= float(row["dice_mean"]) <= 1 for row in rows)
    with (tiny_experiment / "evaluation" / "per_case.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == 1 + 3 * 2


def test_the_report_says_whether_adapting_beats_source_only(tiny_experiment: Path) -> None:
    with (tiny_experiment / "evaluation" / "table.csv").open(encoding="utf-8", newline="") as file:
        mean = {row["method"]: float(row["dice_mean"]) for row in csv.DictReader(file)}
    report = (tiny_experiment / "report.md").read_text(encoding="utf-8")
    for row in ("iteration 0", "iteration 1"):
        difference = mean[row] - mean["source only"]
        said = "FAILS: it does not beat source only" if round(difference, 3) <= 0 else f"is above source only by {difference:.3f}"
        assert f"- {row.capitalize()} {said}" in report


def test_the_folder_holds_what_it_should(tiny_experiment: Path) -> None:
    cohort = Experiment.load(tiny_experiment).cohort
    assert names(tiny_experiment) >= {"experiment.json", "events.jsonl", "translation", "pseudo_target", "nnunet", "evaluation", "stages"}
    files = {domain: {f"{case.id}.nii.gz" for case in cases} for domain, cases in cohort.domains().items()}
    assert names(tiny_experiment / "pseudo_target") == files["source"] | {"contrast.json", "checks.csv"}
    assert names(tiny_experiment / "iteration_0" / "agreement") == files["source"]
    assert "**Not for clinical use.**" in (tiny_experiment / "report.md").read_text(encoding="utf-8")
    for iteration in ("iteration_0", "iteration_1"):
        assert names(tiny_experiment / iteration / "pseudo_labels") == files["target"]
    assert not (tiny_experiment / "source_only" / "pseudo_labels").exists()
    for row in ("iteration_0", "iteration_1", "source_only"):
        assert names(tiny_experiment / row / "evaluation") == files["evaluation"]
        assert names(tiny_experiment / row / "model") == {"model.json", "plans.json", "dataset.json", "segmenter.safetensors"}
    assert names(tiny_experiment / "nnunet" / "raw") == {PSEUDO_TARGET, SELF_TRAINING, SOURCE_ONLY}
    assert names(tiny_experiment / "evaluation") == {"per_case.csv", "table.csv", "table.md"}
    assert not list(tiny_experiment.rglob("*partial*"))


def test_the_first_training_sees_pseudo_target_images_with_the_real_labels(tiny_experiment: Path) -> None:
    experiment = Experiment.load(tiny_experiment)
    raw = tiny_experiment / "nnunet" / "raw"
    for index, case in enumerate(experiment.cohort.source):
        assert case.label is not None
        scan, label = volumes.read_volume(case.image), volumes.read_label_map(case.label)
        translated = volumes.read_volume(tiny_experiment / "pseudo_target" / f"{case.id}.nii.gz")
        assert not translated.geometry.differences(scan.geometry)
        shown = volumes.read_volume(raw / PSEUDO_TARGET / "imagesTr" / f"source_{index:04d}_0000.nii.gz")
        canonical = volumes.to_canonical(translated).array + np.int16(1001)
        outside = volumes.to_canonical(scan.with_array(zeros_from_outside(scan.array))).array
        np.testing.assert_array_equal(shown.array, np.where(outside, 0, canonical))
        plain = volumes.read_volume(raw / SOURCE_ONLY / "imagesTr" / f"source_{index:04d}_0000.nii.gz")
        assert_shown_as_it_is(plain.array, scan)
        assert not np.array_equal(plain.array, shown.array)
        for name in (PSEUDO_TARGET, SOURCE_ONLY):
            learned = volumes.read_label_map(raw / name / "labelsTr" / f"source_{index:04d}.nii.gz")
            np.testing.assert_array_equal(learned.array, volumes.to_canonical(label).array)


def test_self_training_adds_the_target_scans_with_their_pseudo_labels(tiny_experiment: Path) -> None:
    experiment = Experiment.load(tiny_experiment)
    raw = tiny_experiment / "nnunet" / "raw"
    listed = json.loads((raw / SELF_TRAINING / "dataset.json").read_text(encoding="utf-8"))["dataset"]
    assert sorted(listed) == ["source_0000", "source_0001", "target_0000", "target_0001"]
    assert listed["source_0000"]["label"] == f"../{PSEUDO_TARGET}/labelsTr/source_0000.nii.gz"
    for index, case in enumerate(experiment.cohort.target):
        pseudo_label = volumes.read_label_map(tiny_experiment / "iteration_0" / "pseudo_labels" / f"{case.id}.nii.gz")
        learned = volumes.read_label_map(raw / SELF_TRAINING / "labelsTr" / f"target_{index:04d}.nii.gz")
        np.testing.assert_array_equal(learned.array, volumes.to_canonical(pseudo_label).array)
        shown = volumes.read_volume(raw / SELF_TRAINING / "imagesTr" / f"target_{index:04d}_0000.nii.gz")
        assert_shown_as_it_is(shown.array, volumes.read_volume(case.image))


def test_a_finished_experiment_has_nothing_left_to_do(tiny_experiment: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(tiny_experiment, tmp_path / "copy"))
    before = {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file() and path.name != "events.jsonl"}
    (copy / "iteration_0" / f".{'0' * 32}.partial.pth").touch()  # of a worker that was killed while it wrote
    (copy / "events.jsonl").unlink()
    adapt(Experiment.load(copy))
    assert {path: path.stat().st_mtime_ns for path in copy.rglob("*") if path.is_file() and path.name != "events.jsonl"} == before
    assert stages(copy, "started") == []
    assert stages(copy, "skipped") == Experiment.load(copy).completed_stages()


# Two iterations, with senseless reference labels ------------------------------------------------------------------------

Snapshot = dict[str, tuple[int, int]]


@pytest.fixture(scope="module")
def two_iterations(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Snapshot]]:
    """The tiny experiment again, but with another iteration and with other reference labels; and nnU-Net's files after each stage."""
    base = tmp_path_factory.mktemp("two iterations")
    cohort = cohorts.find_crossmoda(Path(shutil.copytree(tiny_cohort, base / "cohort")))
    for case in cohort.evaluation:
        assert case.label is not None
        label = volumes.read_label_map(case.label)
        volumes.write_volume(label.with_array(np.full_like(label.array, 2)), case.label)
    experiment = new_experiment(base / "experiment", cohort, self_training__iterations=2)
    snapshots: dict[str, Snapshot] = {}

    def look(event: Event) -> None:
        if event["kind"] == "stage" and event["state"] == "finished":
            folder = experiment.folder / "nnunet"
            found = {path: path.stat() for path in folder.rglob("*") if path.is_file()}
            snapshots[event["stage"]] = {
                path.relative_to(folder).as_posix(): (status.st_mtime_ns, status.st_ino) for path, status in found.items()
            }

    experiment.events.listeners.append(look)
    adapt(experiment)
    return experiment.folder, snapshots


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["translation/generator.safetensors", "iteration_0/model/segmenter.safetensors", "iteration_1/model/segmenter.safetensors"]
)
def test_nothing_is_learned_from_the_reference_labels(
    tiny_experiment: Path, two_iterations: tuple[Path, dict[str, Snapshot]], name: str
) -> None:
    assert (two_iterations[0] / name).read_bytes() == (tiny_experiment / name).read_bytes()
    assert (two_iterations[0] / "evaluation" / "table.csv").read_text() != (tiny_experiment / "evaluation" / "table.csv").read_text()


@pytest.mark.slow
def test_each_iteration_learns_from_the_pseudo_labels_of_the_one_before(two_iterations: tuple[Path, dict[str, Snapshot]]) -> None:
    folder, _ = two_iterations
    assert stages(folder, "started") == [*STAGES, "iteration_2/export", *segmenter_stages("iteration_2")]
    case = Experiment.load(folder).cohort.target[0]
    learned = volumes.read_label_map(folder / "nnunet" / "raw" / SELF_TRAINING / "labelsTr" / "target_0000.nii.gz").array
    old, new = (volumes.read_label_map(folder / f"iteration_{number}" / "pseudo_labels" / f"{case.id}.nii.gz") for number in (0, 1))
    np.testing.assert_array_equal(learned, volumes.to_canonical(new).array)
    assert not np.array_equal(old.array, new.array)
    one, other = ((folder / f"iteration_{number}" / "model" / "segmenter.safetensors").read_bytes() for number in (1, 2))
    assert one != other


@pytest.mark.slow
def test_only_what_an_iteration_changed_is_prepared_again(two_iterations: tuple[Path, dict[str, Snapshot]]) -> None:
    _, snapshots = two_iterations
    before, after = snapshots["iteration_1/prepare"], snapshots["iteration_2/prepare"]
    assert before.keys() == after.keys()
    changed = {name for name in after if after[name] != before[name]}
    targets = [f"target_{index:04d}" for index in range(2)]
    folder = f"preprocessed/{SELF_TRAINING}/nnUNetPlans_3d_fullres"
    assert changed == {
        f"raw/{SELF_TRAINING}/dataset.json",
        *(f"raw/{SELF_TRAINING}/labelsTr/{name}.nii.gz" for name in targets),
        *(f"{folder}/{name}{ending}" for name in targets for ending in ("_seg.b2nd", ".pkl")),
    }
    first = snapshots["iteration_0/prepare"]
    assert first.items() <= before.items()


# Without a translator, without an evaluation set ------------------------------------------------------------------------


@pytest.fixture(scope="module")
def untranslated(tiny_cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source-only baseline with a warm start, whose first self-training finds a plan that has changed."""
    found = cohorts.find_crossmoda(tiny_cohort)
    experiment = new_experiment(
        tmp_path_factory.mktemp("untranslated") / "experiment",
        Cohort(found.source, found.target, ()),
        translation__translator="none",
        self_training__iterations=2,
        self_training__epochs=1,
        self_training__warm_start=True,
        self_training__largest_component=("Vestibular schwannoma", "Cochlea"),
        evaluation__source_only=True,
    )

    def change(event: Event) -> None:
        if event.get("stage") == "iteration_0/train" and event["kind"] == "stage" and event["state"] == "finished":
            path = experiment.folder / "iteration_0" / "model" / "plans.json"
            plans = json.loads(path.read_text(encoding="utf-8"))
            plans["configurations"]["3d_fullres"]["architecture"]["note"] = "another"
            path.write_text(json.dumps(plans), encoding="utf-8")
            write_marker(experiment.folder, "iteration_0/train", path.parent.iterdir())  # as if nnU-Net had planned so

    experiment.events.listeners.append(change)
    adapt(experiment)
    return experiment.folder


@pytest.mark.slow
def test_without_a_translator_the_source_scans_are_learned_from_as_they_are(untranslated: Path) -> None:
    expected = [
        f"export/{PSEUDO_TARGET}",
        *segmenter_stages("iteration_0")[:3],
        *("iteration_1/export", *segmenter_stages("iteration_1")[:3]),
        *("iteration_2/export", *segmenter_stages("iteration_2")[:3]),
    ]
    assert stages(untranslated, "started") == expected
    assert not {"translation", "pseudo_target", "source_only", "evaluation"} & names(untranslated)
    case = Experiment.load(untranslated).cohort.source[0]
    shown = volumes.read_volume(untranslated / "nnunet" / "raw" / PSEUDO_TARGET / "imagesTr" / "source_0000_0000.nii.gz")
    assert_shown_as_it_is(shown.array, volumes.read_volume(case.image))


@pytest.mark.slow
def test_a_warm_start_that_cannot_be_is_told_once(untranslated: Path) -> None:
    warnings = [(event["stage"], event["message"]) for event in events_of(untranslated) if event["kind"] == "warning"]
    anew = "nnU-Net's plan changed: this iteration was trained anew, with as many steps as iteration 0."
    assert warnings == [("iteration_1/train", anew)]


@pytest.mark.slow
def test_what_is_trained_anew_is_trained_as_long_as_iteration_0(untranslated: Path) -> None:
    steps = {event["stage"]: event["total"] for event in events_of(untranslated) if event["kind"] == "progress"}
    first, anew, warm = (steps[f"iteration_{number}/train"] for number in range(3))
    assert (anew, warm) == (first, first // 2)


@pytest.mark.slow
def test_without_scores_the_command_that_tells_what_to_trust_is_named(untranslated: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", "-o", str(untranslated)]) == 0
    *_, told, last = capsys.readouterr().out.splitlines()
    assert f'{program()} trust "{untranslated}" -o ' in told
    assert last.startswith("Results are in ")


@pytest.mark.slow
def test_of_a_structure_only_the_largest_component_is_learned(untranslated: Path, tmp_path: Path) -> None:
    cleaned_any = False
    for name in ("iteration_0", "iteration_1", "iteration_2"):
        model = Path(shutil.copytree(untranslated / name / "model", tmp_path / name))
        description = json.loads((model / "model.json").read_text(encoding="utf-8"))
        assert description["largest_component"] == ["Vestibular schwannoma", "Cochlea"]
        (model / "model.json").write_text(json.dumps({**description, "largest_component": []}), encoding="utf-8")
        segmenter = Segmenter.load(model, "cpu")
        for case in Experiment.load(untranslated).cohort.target:
            plain = segmenter.segment(volumes.read_volume(case.image)).array
            written = volumes.read_label_map(untranslated / name / "pseudo_labels" / f"{case.id}.nii.gz").array
            np.testing.assert_array_equal(written, keep_largest_component(plain, [1, 2]))
            cleaned_any |= not np.array_equal(written, plain)
    assert cleaned_any
