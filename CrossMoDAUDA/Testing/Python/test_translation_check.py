"""Whether translations that lost what their labels show are found, told, and left out when that is asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import TINY
from CrossMoDAUDALib.cohort import finding as cohorts
from CrossMoDAUDALib.cohort import phantom
from CrossMoDAUDALib.core.errors import CrossModaError, InputError
from CrossMoDAUDALib.core.settings import preset_settings, with_values
from CrossMoDAUDALib.experiment.events import read_events
from CrossMoDAUDALib.experiment.folder import Experiment
from CrossMoDAUDALib.images import intensity, volumes
from CrossMoDAUDALib.images.volumes import Volume
from CrossMoDAUDALib.method.adaptation import adapt
from CrossMoDAUDALib.method.checked_translations import refuse_too_few
from CrossMoDAUDALib.segmentation import preparation
from CrossMoDAUDALib.translation import check
from CrossMoDAUDALib.translation.check import Check
from scipy import ndimage

TUMOUR, COCHLEA = "Vestibular schwannoma", "Cochlea"
LABELS = {TUMOUR: 1, COCHLEA: 2}
Pair = tuple[Volume, Volume]


def ideal(seed: int, size: tuple[int, int, int] = (64, 64, 24)) -> Pair:
    """What an ideal translator makes of a phantom's ceT1, the same head's hrT2 on its grid, and the label map."""
    source, label = phantom.make_case(seed, "ceT1", size)
    target, _ = phantom.make_case(seed, "hrT2", size, source.geometry.spacing)
    return source.with_array(intensity.to_stored(intensity.scale_intensity(target.array, 0.1, 99.9))), label


def moved(label: Volume, axis: int, mm: float) -> Volume:
    voxels = round(mm / label.geometry.spacing[2 - axis])
    return label.with_array(ndimage.shift(label.array, [voxels if axis == one else 0 for one in range(3)], order=0))


def painted_over(image: Volume, label: Volume, value: int) -> Volume:
    """The structure filled with what lies around it, as a generator does that hides it."""
    spacing = image.geometry.spacing[::-1]
    mask = ndimage.binary_dilation(label.array == value)
    nearest = ndimage.distance_transform_edt(mask, sampling=spacing, return_distances=False, return_indices=True)
    filled = ndimage.gaussian_filter(image.array[tuple(nearest)].astype(np.float32), [2 / step for step in spacing])
    noise = np.random.default_rng(0).normal(0, 30, mask.shape)
    return image.with_array(np.where(mask, filled + noise, image.array).astype(np.int16))


def contrasts(pair: Pair) -> dict[str, float]:
    image, label = pair
    return check.contrasts(image, label, np.zeros(image.array.shape, np.bool_), LABELS)


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    return [ideal(seed) for seed in range(40, 45)]


@pytest.fixture(scope="module")
def undisturbed(pairs: list[Pair]) -> check.Values:
    return {f"case {number}": contrasts(pair) for number, pair in enumerate(pairs)}


def test_undisturbed_translations_pass(undisturbed: check.Values) -> None:
    assert check.judge_contrast(undisturbed) == {} and check.structures_that_hardly_show(undisturbed) == []
    assert all(found[TUMOUR] > 2 and found[COCHLEA] > 4 for found in undisturbed.values())


DISTURBANCES: dict[str, tuple[Callable[[Volume, Volume], Pair], tuple[str, ...]]] = {
    "tumour painted over": (lambda image, label: (painted_over(image, label, 1), label), (TUMOUR,)),
    "cochleas painted over": (lambda image, label: (painted_over(image, label, 2), label), (COCHLEA,)),
    **{
        f"label {mm:+.0f} mm along {'zyx'[axis]}": (lambda image, label, axis=axis, mm=mm: (image, moved(label, axis, mm)), LABELS.keys())
        for axis in range(3)
        for mm in (-10.0, 10.0)
    },
}


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_disturbed_translation_fails(name: str, pairs: list[Pair], undisturbed: check.Values) -> None:
    disturb, expected = DISTURBANCES[name]
    for number, pair in enumerate(pairs[:2]):
        case = f"case {number}"
        values = {**undisturbed, case: contrasts(disturb(*pair))}
        failed = check.judge_contrast(values)
        assert list(failed) == [case] and set(failed[case]) & set(expected), values[case]
        assert all(f"contrast {values[case][structure]:.2f}" in text for structure, text in failed[case].items())


def test_brightness_and_orientation_do_not_matter(pairs: list[Pair], undisturbed: check.Values) -> None:
    image, label = pairs[0]
    darker = image.with_array((-0.3 * image.array).astype(np.int16))
    assert contrasts((darker, label)) == pytest.approx(undisturbed["case 0"], rel=0.01)
    turned = contrasts((volumes.to_canonical(image), volumes.to_canonical(label)))
    assert turned == pytest.approx(undisturbed["case 0"], rel=0.05)


def test_what_is_not_there_is_not_measured(pairs: list[Pair]) -> None:
    image, label = pairs[0]
    assert contrasts((image, label.with_array(np.where(label.array == 1, label.array, 0)))).keys() == {TUMOUR}
    full = label.with_array(np.ones_like(label.array))
    assert contrasts((image, full)) == {TUMOUR: 1.0}, "there is no elsewhere"
    everywhere = np.ones(image.array.shape, np.bool_)
    assert check.contrasts(image, label, everywhere, LABELS) == {TUMOUR: 1.0, COCHLEA: 1.0}


def values_of(*numbers: float, structure: str = TUMOUR) -> check.Values:
    return {f"case {number}": {structure: value} for number, value in enumerate(numbers)}


def test_contrast_is_judged_by_the_others() -> None:
    assert check.judge_contrast(values_of(3.0, 2.8, 1.4)).keys() == {"case 2"}
    assert check.judge_contrast(values_of(3.0, 2.8, 1.6)) == {}, "low, but it shows"
    assert check.judge_contrast(values_of(1.5, 1.45, 1.3)) == {}, "as low as the others"
    assert check.judge_contrast(values_of(3.0, 0.9)) == {}, "too few to know which is wrong"
    nothing = values_of(1.1, 1.0, 0.5)
    assert check.judge_contrast(nothing) == {}
    (told,) = check.structures_that_hardly_show(nothing)
    assert told.startswith(f"{TUMOUR} hardly shows in the pseudo-target images (median contrast 1.00")
    assert "segmentation.bright_in_target or dark_in_target" in told
    (told,) = check.structures_that_hardly_show(nothing, [COCHLEA, TUMOUR])
    assert "signal that the settings give it" in told and "bright_in_target" not in told
    mixed = {**values_of(3.0, 2.8, 2.9), "case 9": {COCHLEA: 0.5}}
    assert check.judge_contrast(mixed) == {}, "a structure that only one label shows"


def test_agreement_is_judged_by_the_others() -> None:
    assert check.judge_agreement(values_of(0.9, 0.88, 0.86, 0.3)).keys() == {"case 3"}
    assert check.judge_agreement(values_of(0.9, 0.88, 0.86, 0.6)) == {}, "it is found"
    assert check.judge_agreement(values_of(0.9, 0.5, 0.1, 0.05)) == {}, "they all differ"
    assert check.judge_agreement(values_of(0.9, 0.3, 0.7, 0.6, 0.0)).keys() == {"case 4"}, "missed, where in most it is found"
    assert check.judge_agreement(values_of(0.1, 0.3, 0.2, 0.0)) == {}, "hardly trained"
    assert check.judge_agreement(values_of(0.9, 0.0)) == {}
    (text,) = check.judge_agreement(values_of(0.9, 0.88, 0.0))["case 2"].values()
    assert text == "is not found where its label is (DSC 0.00, median 0.88)"


def test_agreement_of_label_maps() -> None:
    label = np.array([[[1, 1, 0, 0]]], np.uint8)
    assert check.agreement(np.array([[[1, 0, 2, 0]]], np.uint8), label, LABELS) == {TUMOUR: pytest.approx(2 / 3)}


def test_a_record_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "contrast.json"
    assert Check.read(path) is None and check.left_out(path) == ()
    found = Check(values_of(3.0, 2.8, 1.0), {"case 2": {TUMOUR: "is gone"}}, ("case 2",))
    found.write(path)
    assert Check.read(path) == found and check.left_out(path) == ("case 2",)
    for text in ("[]", '{"values": {}}', '{"values": {"a": 1}, "failed": {}, "left_out": []}', "{"):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"contrast\.json is damaged"):
            Check.read(path)


def test_two_cases_must_be_left() -> None:
    values = values_of(3.0, 2.8, 1.0)
    for count, refused in ((0, False), (1, False), (2, True), (3, True)):
        found = Check(values, {}, tuple(values)[:count])
        if refused:
            with pytest.raises(CrossModaError, match=r"translation\.drop_failed would leave out . of 3"):
                refuse_too_few(found)
        else:
            refuse_too_few(found)
    refuse_too_few(Check(values_of(3.0), {}, ()))


def test_a_translator_in_training_goes_on_whatever_is_done_with_its_translations() -> None:
    from CrossMoDAUDALib.translation.training import _identity

    settings = preset_settings("smoke")
    other = with_values(settings, {"translation.drop_failed": True, "translation.check_agreement": False})
    slices = SimpleNamespace(counts=(10, 20))
    assert _identity(settings, slices) == _identity(other, slices)  # type: ignore[arg-type]
    assert _identity(settings, slices) != _identity(with_values(settings, {"cyclegan.cycle_weight": 5}), slices)  # type: ignore[arg-type]


# A real adaptation whose second label does not lie on its image, and whose third case the segmenter does not agree with -------


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its translations and results on them are laid down as a killed worker leaves them: so little training makes none."""
    base, size = tmp_path_factory.mktemp("checked"), (32, 32, 16)
    phantom.write_cohort(base / "cohort", source_cases=6, target_cases=2, evaluation_cases=0, seed=5, size=size)
    cohort = cohorts.find_crossmoda(base / "cohort")
    settings = {**TINY, "device": "cpu", "translation.steps_per_epoch": 1, "segmentation.epochs": 1, "translation.drop_failed": True}
    experiment = Experiment.create(base / "experiment", with_values(preset_settings("smoke"), settings), cohort, {})
    for number, case in enumerate(cohort.source):
        seed = 50000 + int(case.id.rpartition("_")[2])
        image, label = ideal(seed, size)
        volumes.write_volume(image, experiment.folder / "pseudo_target" / f"{case.id}.nii.gz")
        found = volumes.to_canonical(label)
        found = found.with_array(np.ascontiguousarray(found.array) * np.uint8(number != 2))
        volumes.write_volume(found, experiment.folder / "iteration_0" / "agreement" / f"{case.id}.nii.gz")
        if number == 1:
            assert case.label is not None
            volumes.write_volume(moved(label, 2, 10.0), case.label)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparation, "FOREGROUND_SAMPLES", 100_000)
        adapt(experiment)
    return experiment.folder


def listed(folder: Path, dataset: str) -> list[str]:
    return sorted(json.loads((folder / "nnunet" / "raw" / dataset / "dataset.json").read_text(encoding="utf-8"))["dataset"])


@pytest.mark.slow
def test_cases_that_fail_are_not_learned_from(folder: Path) -> None:
    ids = [case.id for case in Experiment.load(folder).cohort.source]
    assert check.left_out(folder / "pseudo_target" / "contrast.json") == (ids[1],)
    assert check.left_out(folder / "iteration_0" / "agreement.json") == (ids[2],)
    assert listed(folder, "Dataset001_PseudoTarget") == [f"source_{number:04d}" for number in (0, 2, 3, 4, 5)]
    assert listed(folder, "Dataset002_SelfTraining") == [*(f"source_{number:04d}" for number in (0, 3, 4, 5)), "target_0000", "target_0001"]
    for iteration, cases in ((0, 5), (1, 4)):
        model = json.loads((folder / f"iteration_{iteration}" / "model" / "model.json").read_text(encoding="utf-8"))
        assert model["trained_on"]["source"]["cases"] == cases and model["trained_on"]["target"]["cases"] == 2
        assert model["trained_on"]["structures"][TUMOUR]["labels"] == cases


@pytest.mark.slow
def test_cases_that_fail_are_told(folder: Path) -> None:
    ids = [case.id for case in Experiment.load(folder).cohort.source]
    warnings = [event for event in read_events(folder / "events.jsonl")[0] if event["kind"] == "warning"]
    assert [event["stage"] for event in warnings] == ["pseudo_target/check", "iteration_0/agreement"]
    assert ids[1] in warnings[0]["message"] and "does not show where its label is" in warnings[0]["message"]
    assert ids[2] in warnings[1]["message"] and warnings[1]["message"].endswith("It is left out.")
    with (folder / "pseudo_target" / "checks.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["case"] for row in rows] == [case for case in ids for _ in LABELS]
    failed = {(row["case"], row["left_out"]) for row in rows if row["verdict"] == "failed"}
    assert failed == {(ids[1], "yes"), (ids[2], "yes")}
    assert [row["agreement_dsc"] for row in rows if row["case"] == ids[1]] == ["", ""], "it was left out before"
    assert {float(row["agreement_dsc"]) for row in rows if row["case"] == ids[0]} == {1.0}
    report = (folder / "report.md").read_text(encoding="utf-8")
    assert "**Not for clinical use.**" in report and "2 of 6 cases fail: look at them. 2 left out." in report
    assert str(folder) not in report and str(folder.parent) not in report
    assert sum(line.startswith(f"| {ids[1]} |") and "**failed**" in line and line.endswith("| yes |") for line in report.splitlines()) == 1


@pytest.mark.slow
def test_what_is_left_out_was_decided_once(folder: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file() and path.name != "events.jsonl"}
    adapt(Experiment.load(folder))
    assert {path: path.stat().st_mtime_ns for path in before} == before
    events = [event for event in read_events(folder / "events.jsonl")[0] if event["kind"] == "stage"]
    assert [event["state"] for event in events if event["stage"] == "iteration_0/agreement"] == ["started", "finished", "skipped"]
