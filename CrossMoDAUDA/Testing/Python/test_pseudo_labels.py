"""Which pseudo-labels are learned from, and what is told of the others."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort.finding import Cohort, find_crossmoda
from CrossMoDAUDALib.core.errors import InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images.volumes import read_label_map, read_volume, write_volume
from CrossMoDAUDALib.method.adaptation import export_target
from CrossMoDAUDALib.method.plan import iteration
from CrossMoDAUDALib.method.pseudo_labels import (
    Choice,
    choose,
    contradicted,
    left_out,
    missing_structures,
    optional_structures,
    refine,
    untouched_sentences,
    why_left_out,
)
from CrossMoDAUDALib.method.report import write_report
from CrossMoDAUDALib.method.report_page import write_page
from CrossMoDAUDALib.models.training_summary import DomainScans, StructureLabels, TrainedOn
from CrossMoDAUDALib.segmentation.postprocessing import doubtful_structures, refine_by_intensity
from turned_scans import some_volume

SELF_TRAINING = "Dataset002_SelfTraining"
LABELS = {"Vestibular schwannoma": 1, "Cochlea": 2}


def new_experiment(folder: Path, cohort: Cohort, **values: Any) -> Experiment:
    changed = {name.replace("__", "."): value for name, value in values.items()}
    return Experiment.create(folder, with_values(preset_settings("smoke"), {**TINY, "device": "cpu", **changed}), cohort, {})


def told(experiment: Experiment, kind: str) -> list[str]:
    events, _ = read_events(experiment.folder / "events.jsonl")
    return [event["message"] for event in events if event["kind"] == kind and event.get("stage") == "the stage"]


def test_a_structure_is_missing_where_no_voxel_has_its_value() -> None:
    label = np.zeros((2, 3, 4), np.uint8)
    assert missing_structures(label, LABELS) == ["Vestibular schwannoma", "Cochlea"]
    label[1, 2, 3] = 2
    assert missing_structures(label, LABELS) == ["Vestibular schwannoma"]
    label[0, 0, 0] = 1
    assert missing_structures(label, LABELS) == []


def test_incomplete_cases_are_left_out_only_where_that_is_asked_for(tmp_path: Path, cohort: Cohort) -> None:
    missing = {"a": ["Cochlea"], "b": [], "c": []}
    plain, dropping = (new_experiment(tmp_path / str(drop), cohort, self_training__drop_incomplete=drop) for drop in (False, True))
    assert choose(plain, "the stage", missing) == Choice(missing, ())
    assert choose(dropping, "the stage", missing) == Choice(missing, ("a",))
    assert told(dropping, "message") == ["A structure is missing in the pseudo-labels of 1 of 3 target cases, which are left out: a."]
    assert told(dropping, "warning") == told(plain, "warning") == told(plain, "message") == []


def test_cases_of_which_the_segmenter_is_not_sure_itself_are_left_out(tmp_path: Path, cohort: Cohort) -> None:
    missing: dict[str, list[str]] = {"a": ["Cochlea"], "b": [], "c": [], "d": []}
    expected = {
        "a": {"Vestibular schwannoma": 0.9, "Cochlea": None},
        "b": {"Vestibular schwannoma": 0.9, "Cochlea": 0.59},
        "c": {"Vestibular schwannoma": 0.6, "Cochlea": 0.7},
        "d": {"Vestibular schwannoma": 0.8, "Cochlea": 0.8},
    }
    sure, both = (
        new_experiment(tmp_path / str(drop), cohort, self_training__drop_incomplete=drop, self_training__least_expected_dice=0.6)
        for drop in (False, True)
    )
    assert choose(sure, "the stage", missing, expected=expected) == Choice(missing, ("b",), {}, expected)
    assert choose(both, "the stage", missing, expected=expected).left_out == ("a", "b")
    low = {case: {"Cochlea": 0.1} for case in missing}
    assert choose(both, "the stage", missing, expected=low).left_out == ("a",), "the complete ones stay where all others would go"
    assert choose(sure, "the stage", missing, expected=low).left_out == ()
    assert [told(one, "warning") for one in (sure, both)] == [
        [
            "The segmenter is not sure of any of the pseudo-labels that are complete (self_training.least_expected_dice=0.6): none is left"
            " out for that. Look at them."
        ]
    ] * 2
    assert told(sure, "message") == ["A structure is uncertain in the pseudo-labels of 1 of 4 target cases, which are left out: b."]
    assert "missing or uncertain in the pseudo-labels of 2 of 4 target cases" in told(both, "message")[0]


def test_more_than_half_left_out_is_a_warning_and_all_are_kept(tmp_path: Path, cohort: Cohort) -> None:
    experiment = new_experiment(tmp_path / "experiment", cohort, self_training__drop_incomplete=True)
    assert choose(experiment, "the stage", {"a": ["Cochlea"], "b": [], "c": ["Cochlea"]}).left_out == ("a", "c")
    assert choose(experiment, "the stage", {"a": ["Cochlea"], "b": ["Vestibular schwannoma"]}).left_out == ()
    most, every = told(experiment, "warning")
    assert "of 2 of 3 target cases, which are left out" in most and "all target cases: none is left out" in every


@pytest.mark.parametrize(
    ("shown", "optional"),
    [
        ({"Vestibular schwannoma": 20, "Cochlea": 20}, ()),
        ({"Vestibular schwannoma": 18, "Cochlea": 20}, ()),
        ({"Vestibular schwannoma": 17, "Cochlea": 20}, ("Vestibular schwannoma",)),
        ({"Vestibular schwannoma": 0, "Cochlea": 15}, ("Vestibular schwannoma", "Cochlea")),
        (None, ()),
    ],
)
def test_what_source_patients_are_without_may_be_missing(shown: dict[str, int] | None, optional: tuple[str, ...]) -> None:
    scans = DomainScans(20, ((1, 1, 1), (1, 1, 1)), ((9, 9, 9), (9, 9, 9)))
    sizes = {True: (1.0, 2.0), False: (None, None)}
    known = {name: StructureLabels(number, *sizes[number > 0], False) for name, number in (shown or {}).items()}
    assert optional_structures(TrainedOn(scans, scans, known) if shown else None) == optional


@pytest.mark.parametrize("drops", [True, False])
def test_a_case_of_which_all_was_taken_out_is_left_out(tmp_path: Path, cohort: Cohort, drops: bool) -> None:
    experiment = new_experiment(tmp_path / "experiment", cohort, self_training__drop_incomplete=drops)
    missing = {"a": ["Cochlea"], "b": ["Cochlea"], "c": []}
    changed = {"a": {"Cochlea": (0, 12)}, "b": {"Cochlea": (0, 0)}, "c": {"Cochlea": (0, 5)}}
    assert choose(experiment, "the stage", missing, changed).left_out == (("a", "b") if drops else ("a",))
    assert choose(experiment, "the stage", missing, changed, optional=["Cochlea"]).left_out == ("a",)


@pytest.mark.parametrize(
    ("missing", "taken", "drops", "untouched"),
    [
        ("1 1 1 1", "1 1 1 1", False, ["Cochlea"]),  # the statement is wrong
        ("1 1 1 0", "1 1 1 0", False, []),  # one case is left that shows it
        ("1 1 1 1", "1 1 0 0", False, ["Cochlea"]),  # those that are left teach that there is none
        ("1 1 1 1", "1 0 0 0", False, []),  # as they do without the check
        ("1 1 1 1", "1 0 0 0", True, ["Cochlea"]),  # or none would be left
        ("1 2 2 12", "1 2 2 12", False, ["Vestibular schwannoma"]),  # with which two are left
        ("1 1 2 2", "1 1 2 2", False, ["Vestibular schwannoma", "Cochlea"]),  # nothing says which of the two is wrong
        ("21 21 21 21 2 2", "2 2 21 21 2 2", False, ["Vestibular schwannoma"]),  # of the Cochlea, two pseudo-labels are wrong
        ("21 21 21 21 21 21", "2 2 21 21 2 2", False, ["Vestibular schwannoma"]),
        ("1 2 2 0", "1 2 2 0", True, []),
        ("1 1 1 1", "0 0 0 0", True, []),  # nothing was taken out
        ("2 1 1 1", "2 0 0 0", True, []),  # three of the four that had the schwannoma keep it
        ("2 2 1 1", "2 2 0 0", True, ["Vestibular schwannoma"]),  # half of them
        ("12 12 1 1", "2 2 0 0", True, ["Vestibular schwannoma"]),
        ("2 1 1 1 1", "2 1 0 0 0", True, ["Cochlea"]),  # one of five, and one of the two that had it
    ],
)
def test_a_check_that_leaves_nothing_to_learn_from_is_not_believed(missing: str, taken: str, drops: bool, untouched: list[str]) -> None:
    settings = with_values(preset_settings("smoke"), {"self_training.drop_incomplete": drops})
    names = {"1": "Cochlea", "2": "Vestibular schwannoma"}
    lacking = {str(case): [names[number] for number in found if number != "0"] for case, found in enumerate(missing.split())}
    changed = {str(case): {names[number]: (0, 9) for number in found if number != "0"} for case, found in enumerate(taken.split())}
    assert list(contradicted(settings, lacking, changed)) == untouched


@pytest.mark.parametrize("brighter", [True, False])
def test_a_wrong_statement_does_not_teach_that_there_is_no_structure(
    tmp_path: Path, tiny_cohort: Path, monkeypatch: pytest.MonkeyPatch, brighter: bool
) -> None:
    cohort = find_crossmoda(tiny_cohort)
    key = f"segmentation.{'bright' if brighter else 'dark'}_in_target"
    experiment = new_experiment(
        tmp_path / "experiment", cohort, self_training__check_brightness=True, **{key.replace(".", "__"): "Cochlea"}
    )
    scans = {}
    for case in cohort.target:
        scan = read_volume(case.image)
        label = np.zeros(scan.array.shape, np.uint8)
        label[4:8, 10:14, 10:14], label[4:8, 20:24, 20:24] = 1, 2
        shown = np.random.default_rng(0).uniform(380, 420, label.shape).astype(np.float32)
        shown[label == 2] = 100 if brighter else 1200
        shown[:2] = 0  # air
        write_volume(scan.with_array(label), experiment.folder / "iteration_0" / "pseudo_labels" / f"{case.id}.nii.gz")
        scans[case.image] = scan.with_array(shown)
    monkeypatch.setattr(experiment, "read", scans.__getitem__)
    monkeypatch.setattr("CrossMoDAUDALib.method.adaptation.read_model", lambda folder: SimpleNamespace(trained_on=None))
    export_target(experiment, "the stage", iteration(1))
    for index in range(len(cohort.target)):
        learned = read_label_map(experiment.folder / "nnunet" / "raw" / SELF_TRAINING / "labelsTr" / f"target_{index:04d}.nii.gz").array
        assert [int((learned == value).sum()) for value in (1, 2)] == [64, 64]
    choice = Choice.read(experiment.folder / iteration(1).choice)
    assert choice and choice.untouched == ("Cochlea",) and choice.left_out == ()
    (warned,) = told(experiment, "warning")
    assert "self_training.check_brightness" in warned and f"{key} seems to be wrong" in warned
    assert f"Iteration 1: {warned}" in (experiment.folder / "report.md").read_text(encoding="utf-8")
    assert f"Iteration 1: {warned}" in write_page(experiment).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("refinement", "named"), [("off", [True, False]), ("add", [True, False]), ("remove", [True, True]), ("both", [True, True])]
)
def test_all_that_may_have_emptied_a_structure_is_named(refinement: str, named: list[bool]) -> None:
    values = {"segmentation.bright_in_target": "Cochlea", "self_training.check_brightness": True, "self_training.refinement": refinement}
    settings = with_values(preset_settings("smoke"), values)
    said = untouched_sentences(Choice({}, untouched=("Cochlea",)), settings)
    assert [[key in text for key in ("segmentation.bright_in_target", f"refinement={refinement}")] for text in said] == [named]
    (unknown,) = untouched_sentences(Choice({}, untouched=("Vestibular schwannoma",)), settings)
    assert "check_brightness" not in unknown and f"refinement={refinement}" in unknown
    assert all("all of it out of at least half of the target cases that show it" in text for text in (*said, unknown)), "some may keep it"


def test_a_case_without_an_optional_structure_is_learned_from(tmp_path: Path, cohort: Cohort) -> None:
    experiment = new_experiment(
        tmp_path / "experiment", cohort, self_training__drop_incomplete=True, self_training__least_expected_dice=0.5
    )
    missing = {"a": ["Vestibular schwannoma"], "b": ["Cochlea"], "c": [], "d": ["Vestibular schwannoma"], "e": []}
    expected: dict[str, dict[str, float | None]] = {case: {"Vestibular schwannoma": None, "Cochlea": 0.9} for case in missing}
    expected["d"] = {"Vestibular schwannoma": 0.2, "Cochlea": 0.9}
    found = choose(experiment, "the stage", missing, expected=expected, optional=["Vestibular schwannoma"])
    assert found.left_out == ("b", "d")  # d: the segmenter half expects a tumour and does not find it
    assert (found.needed("a"), found.needed("b"), found.needed("d")) == ([], ["Cochlea"], [])
    found.write(tmp_path / "choice.json")
    assert Choice.read(tmp_path / "choice.json") == found


def test_both_reports_say_why_a_pseudo_label_is_not_learned_from(tmp_path: Path, cohort: Cohort) -> None:
    """What was found and taken out is not called missing, and nothing but a low expectation is called one."""
    experiment = new_experiment(
        tmp_path / "experiment", cohort, self_training__drop_incomplete=True, self_training__least_expected_dice=0.6
    )
    missing = {"a": ["Vestibular schwannoma"], "b": ["Cochlea"], "c": ["Cochlea"], "d": [], "e": ["Vestibular schwannoma"]}
    changed = {"a": {"Vestibular schwannoma": (0, 123)}, "b": {"Cochlea": (2, 45)}, "c": {"Cochlea": (0, 0)}, "d": {"Cochlea": (0, 7)}}
    expected: dict[str, dict[str, float | None]] = {"d": {"Cochlea": 0.5999, "Vestibular schwannoma": 0.9}, "e": {"Cochlea": 0.61}}
    choice = choose(experiment, "the stage", missing, changed, expected, optional=["Vestibular schwannoma"])
    assert choice.left_out == ("a", "b", "c", "d")
    choice.write(experiment.folder / iteration(1).choice)
    write_report(experiment)
    texts = [(experiment.folder / "report.md").read_text(encoding="utf-8"), write_page(experiment).read_text(encoding="utf-8")]
    reasons = {
        "a": "Vestibular schwannoma was found, but all of it was taken out (123 voxels)",
        "b": "Cochlea was found, but all of it was taken out (45 voxels)",
        "c": "Cochlea is missing",
        "d": "the expected DSC of Cochlea is 0.5999, below 0.6",
    }
    for case, why in reasons.items():
        assert [line for line in texts[0].splitlines() if line.startswith(f"| 1 | {case} |") and line.endswith(f"| yes: {why} |")]
        assert f"Pseudo-label of {case}: iteration 1 does not learn from it ({why})." in texts[1]
    assert all("Vestibular schwannoma (taken out)" in text for text in texts)
    assert [line for line in texts[0].splitlines() if line.startswith("| 1 | e |") and line.endswith("| no |")]
    assert told(experiment, "warning") == [
        "A structure is missing or taken out wholly or uncertain in the pseudo-labels of 4 of 5 target cases, which are left out:"
        " see report.md."
    ]


def test_where_doubt_alone_would_leave_none_it_is_no_reason(tmp_path: Path, cohort: Cohort) -> None:
    experiment = new_experiment(
        tmp_path / "experiment", cohort, self_training__drop_incomplete=True, self_training__least_expected_dice=0.6
    )
    choice = choose(experiment, "the stage", {"a": ["Cochlea"], "b": []}, expected={case: {"Cochlea": 0.1} for case in "ab"})
    assert why_left_out(choice, experiment.settings) == {"a": "Cochlea is missing"}


def test_a_choice_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "choice.json"
    assert Choice.read(path) is None and left_out(path) == ()
    choice = Choice(
        {"a": ["Cochlea"], "b": []}, ("a",), {"a": {"Cochlea": (3, 4)}, "b": {}}, {"a": {"Cochlea": None}, "b": {"Cochlea": 0.5}}
    )
    choice.write(path)
    assert Choice.read(path) == choice and left_out(path) == ("a",)
    for damage in ("", "[]", '{"missing": [], "left_out": []}', '{"missing": {}}'):
        path.write_text(damage, encoding="utf-8")
        with pytest.raises(InputError, match=r"choice\.json is damaged; start in a new folder"):
            Choice.read(path)


def test_a_voxel_is_in_doubt_where_its_structures_probability_says_little() -> None:
    # The entropy of .0913 and of .9087 is .305 and .305, that of .09 and of .91 .303 and .303; of .089 and .911 it is .3005, of .088 .2982.
    for probability, doubted in ((0.5, True), (0.0913, True), (0.9087, True), (0.0885, False), (0.9115, False), (0.0, False), (1.0, False)):
        two = np.array([1 - probability, probability], np.float32).reshape(2, 1, 1, 1)
        assert doubtful_structures(two, 0.2995).any() == doubted, probability
    many = np.zeros((3, 20, 2, 2), np.float32)
    many[0], many[2, 7:9], many[0, 7:9] = 1, 0.4, 0.6
    assert np.argwhere(doubtful_structures(many, 0.3))[:, 0].tolist() == [7] * 4 + [8] * 4
    assert doubtful_structures(many, 0.3).max() == 2
    assert not doubtful_structures(many, 0.68).any()  # .4 has .673


def test_doubtful_voxels_are_decided_by_their_intensity_in_either_direction() -> None:
    label = np.array([[[1, 1, 1, 1, 0, 0, 0, 2, 0]]], np.uint8)
    doubt = np.array([[[0, 1, 1, 0, 1, 1, 2, 1, 1]]], np.uint8)  # the last one lies apart
    image = np.array([[[20, 12, 29, 19, 27, 29, 50, 20, 20]]], np.float32)  # the mean inside structure 1 is 20: 12 to 28 fits
    fitting = (0.6, 1.4)

    def refined(add: bool, remove: bool) -> tuple[list[int], dict[int, tuple[int, int]]]:
        array, changed = refine_by_intensity(label, doubt, image, [1, 2, 3], fitting, add, remove)
        return array.ravel().tolist(), changed

    assert refined(add=True, remove=True) == ([1, 1, 0, 1, 1, 0, 0, 2, 0], {1: (1, 1), 2: (0, 0)})
    assert refined(add=True, remove=False) == ([1, 1, 1, 1, 1, 0, 0, 2, 0], {1: (1, 0), 2: (0, 0)})
    assert refined(add=False, remove=True) == ([1, 1, 0, 1, 0, 0, 0, 2, 0], {1: (0, 1), 2: (0, 0)})
    assert label.ravel().tolist() == [1, 1, 1, 1, 0, 0, 0, 2, 0]


def test_doubtful_voxels_join_a_structure_where_they_share_a_face_with_what_is_left_of_it() -> None:
    label = np.array([[[1, 0, 0, 1], [0, 0, 0, 0]]], np.uint8)
    doubt = np.ones_like(label)
    image = np.array([[[10, 10, 10, 1], [10, 10, 10, 10]]], np.float32)  # the second voxel of the structure does not fit
    refined, changed = refine_by_intensity(label, doubt, image, [1], (0.6, 2), add=True, remove=True)
    assert refined.tolist() == [[[1, 1, 0, 0], [1, 0, 0, 0]]]
    assert changed == {1: (2, 1)}


def test_intensities_that_fit_are_counted_from_the_scans_darkest_and_single_structures_stay_single() -> None:
    # From 1000 to 2000: the label's mean, 1500, is .5, so that .3 to .7 fits.
    array = np.array([[[1400, 1400, 1400, 1900, 1400, 1550, 1000, 2000]]], np.int16)
    label = np.array([[[1, 1, 1, 1, 1, 0, 0, 0]]], np.uint8)
    doubt = np.array([[[0, 0, 0, 1, 0, 1, 1, 1]]], np.uint8)
    values = {"intensity.lower_percentile": 0, "intensity.upper_percentile": 100, "self_training.refinement": "both"}
    parts, one = ([1, 1, 1, 0, 1, 1, 0, 0], (1, 1)), ([1, 1, 1, 0, 0, 0, 0, 0], (0, 2))
    for single, (expected, counts) in (("", parts), ("Vestibular schwannoma", one)):
        settings = with_values(preset_settings("smoke"), {**values, "self_training.largest_component": single})
        refined, changed = refine(some_volume(label), some_volume(doubt), some_volume(array), settings)
        assert refined.array.ravel().tolist() == expected
        assert changed == {"Vestibular schwannoma": counts}


def test_of_a_structure_that_stays_whole_nothing_is_removed_and_its_edge_still_grows() -> None:
    label = np.array([[[1, 1, 0, 0, 2, 2, 0]]], np.uint8)
    doubt = np.array([[[0, 1, 1, 0, 2, 0, 2]]], np.uint8)
    image = np.array([[[10, 20, 15, 0, 20, 10, 15]]], np.int16)  # the second voxels of both, 20, do not fit a mean of 15
    values = {"intensity.lower_percentile": 0, "intensity.upper_percentile": 100, "self_training.refinement_brightest": 1.2}
    for refinement, first in (("both", [1, 1, 1]), ("add", [1, 1, 1]), ("remove", [1, 1, 0])):
        settings = with_values(preset_settings("smoke"), {**values, "self_training.refinement": refinement})
        refined, changed = refine(some_volume(label), some_volume(doubt), some_volume(image), settings, ["Vestibular schwannoma"])
        assert refined.array.ravel()[:3].tolist() == first, refinement
        assert changed["Vestibular schwannoma"] == (int(refinement != "remove"), 0)
        assert changed["Cochlea"] == (int(refinement != "remove"), int(refinement != "add"))
