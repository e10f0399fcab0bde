"""Scores are what the challenge's evaluator gives, and tables say no more than was measured."""

from __future__ import annotations

import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from CrossMoDAUDALib.core import errors
from CrossMoDAUDALib.images import volumes
from CrossMoDAUDALib.scoring import evaluation, metrics
from CrossMoDAUDALib.scoring.evaluation import CaseScore
from hypothesis import given, settings
from hypothesis import strategies as st
from medpy.metric import binary as medpy

LABELS = {"VS": 1, "Cochlea": 2}
SPACING = (1.5, 0.4, 0.5)
OBLIQUE = (0.98, -0.199, 0.0, 0.199, 0.98, 0.0, 0.0, 0.0, 1.0)


def cube(start: tuple[int, int, int], side: int = 4, shape: tuple[int, int, int] = (12, 12, 12)) -> np.ndarray:
    mask = np.zeros(shape, dtype=bool)
    mask[tuple(slice(first, first + side) for first in start)] = True
    return mask


def label_map(*masks: np.ndarray, **changes: object) -> volumes.Volume:
    array = np.zeros(masks[0].shape, dtype=np.uint8)
    for value, mask in enumerate(masks, start=1):
        array[mask] = value
    geometry = volumes.Geometry(array.shape[::-1], SPACING[::-1], (1.0, 2.0, 3.0), OBLIQUE)
    return volumes.Volume(array, dataclasses.replace(geometry, **changes))


@st.composite
def mask_pairs(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    """Two masks, solid or speckled, none empty, that often touch the border or lie in far corners of the grid."""
    shape = draw(st.tuples(*[st.integers(2, 9)] * 3))
    chance = np.random.default_rng(draw(st.integers(0, 10**6)))
    masks = []
    for _ in range(2):
        starts = [draw(st.integers(0, length - 1)) for length in shape]
        window = tuple(slice(start, draw(st.integers(start + 1, length))) for start, length in zip(starts, shape, strict=True))
        mask = np.zeros(shape, dtype=bool)
        mask[window] = chance.random(mask[window].shape) < draw(st.sampled_from([0.05, 0.5, 0.9, 1.0]))
        mask[tuple(starts)] = True
        masks.append(mask)
    return masks[0], masks[1]


@given(mask_pairs(), st.tuples(*[st.floats(0.2, 5)] * 3))
@settings(max_examples=60, deadline=None)
def test_agrees_with_medpy(pair: tuple[np.ndarray, np.ndarray], spacing: tuple[float, float, float]) -> None:
    prediction, reference = pair
    assert metrics.dice(prediction, reference) == metrics.dice(prediction, reference, "medpy") == medpy.dc(prediction, reference)
    assert metrics.hd95(prediction, reference, spacing) == pytest.approx(medpy.hd95(prediction, reference, spacing), abs=1e-9)
    assert metrics.assd(prediction, reference, spacing, "medpy") == pytest.approx(medpy.assd(prediction, reference, spacing), abs=1e-9)
    directed = [medpy.asd(prediction, reference, spacing), medpy.asd(reference, prediction, spacing)]
    assert metrics.assd(prediction, reference, spacing) == pytest.approx(np.mean(directed), abs=1e-9)
    padded = [np.pad(mask, 3) for mask in pair]
    assert metrics.assd(*padded, spacing) == pytest.approx(np.mean(directed), abs=1e-9), "empty space around changes nothing"


def test_hd95_leaves_the_farthest_twentieth_out() -> None:
    reference = np.zeros((1, 1, 30), dtype=bool)
    reference[..., :20] = True
    prediction = reference.copy()
    prediction[..., 25] = True  # 6 voxels from the reference; the other 40 distances are 0
    assert metrics.hd95(prediction, reference, (1.0, 1.0, 0.5)) == 0.0
    alone = np.zeros_like(reference)
    alone[..., 23] = True  # one distance of 2 mm forth; back they are 2 to 11.5 mm, evenly: 21 in all
    assert metrics.hd95(alone, reference, (1.0, 1.0, 0.5)) == pytest.approx(11.0)
    nothing = np.zeros_like(reference)
    assert metrics.hd95(nothing, reference, (1.0, 1.0, 0.5)) == metrics.hd95(nothing, nothing, (1.0, 1.0, 0.5)) == 350.0
    assert metrics.hd95(nothing, nothing, (1.0, 1.0, 0.5), "medpy") == 0.0


def test_a_table_of_cases_is_read_as_it_was_written(tmp_path: Path) -> None:
    scores = {"a": [CaseScore("1", "VS", 0.25, 1.5, 2.0, 2.5, 3.5), CaseScore("1", "Cochlea", 0.0, 350.0, 0.0, 0.0, 350.0)]}
    evaluation.write_per_case_csv(tmp_path / "cases.csv", scores)
    (drawn, missing) = evaluation.read_per_case_csv(tmp_path / "cases.csv")["a"]
    assert drawn == scores["a"][0]
    assert (missing.case, missing.structure, missing.reference_ml) == ("1", "Cochlea", 0.0) and np.isnan(missing.dice)
    (tmp_path / "cases.csv").write_text("method,case\na", encoding="utf-8")
    with pytest.raises(errors.InputError, match="missing or damaged"):
        evaluation.read_per_case_csv(tmp_path / "cases.csv")


@pytest.mark.parametrize(("axis", "shift"), [(0, 1), (1, 2), (2, 3)])
def test_a_shifted_plate_is_off_by_the_shift_in_mm(axis: int, shift: int) -> None:
    plate, moved = np.zeros((2, 9, 9, 9), dtype=bool)
    first, second = [slice(None)] * 3, [slice(None)] * 3
    first[axis], second[axis] = 2, 2 + shift
    plate[tuple(first)] = moved[tuple(second)] = True
    for convention in ("challenge2022", "medpy"):
        assert metrics.assd(plate, moved, SPACING, convention) == pytest.approx(shift * SPACING[axis])
    assert metrics.dice(plate, moved) == 0


def test_shifted_cubes_by_hand() -> None:
    # 4 x 4 x 4 voxels moved by one along z: three of four layers overlap. Of the 56 surface voxels each way, the 16 of the
    # layer that stands out are 1.5 mm away, the 4 amid the opposite face lie inside the other cube, 0.4 mm from its side.
    dice = metrics.dice(cube((2, 2, 2)), cube((3, 2, 2)))
    assert dice == 0.75
    distance = metrics.assd(cube((2, 2, 2)), cube((3, 2, 2)), SPACING)
    assert distance == pytest.approx((16 * 1.5 + 4 * 0.4) / 56)


def test_the_two_conventions_weigh_surfaces_differently() -> None:
    small, large = cube((0, 0, 0), 1), cube((0, 0, 0), 1)
    large[0, 0, 4] = large[0, 0, 8] = True
    assert metrics.assd(small, large, (1, 1, 1)) == pytest.approx((0 + (0 + 4 + 8) / 3) / 2)
    assert metrics.assd(small, large, (1, 1, 1), "medpy") == pytest.approx((0 + 0 + 4 + 8) / 4)


@pytest.mark.parametrize(
    ("convention", "both", "one"),
    [("challenge2022", (0.0, 350.0), (0.0, 350.0)), ("medpy", (1.0, 0.0), (0.0, 350.0))],
)
def test_empty_masks(convention: str, both: tuple[float, float], one: tuple[float, float]) -> None:
    empty, full = np.zeros((12, 12, 12), dtype=bool), cube((1, 1, 1))
    for pair, expected in (((empty, empty), both), ((empty, full), one), ((full, empty), one)):
        assert (metrics.dice(*pair, convention), metrics.assd(*pair, SPACING, convention)) == expected


def test_voxels_at_the_border_are_surface() -> None:
    whole, core = np.ones((5, 5, 5), dtype=bool), cube((1, 1, 1), 3, (5, 5, 5))
    assert metrics.assd(whole, core, (1, 1, 1), "medpy") == pytest.approx(medpy.assd(whole, core, (1, 1, 1)))
    assert metrics.assd(whole, core, (1, 1, 1)) > 1


def test_scores_of_a_case() -> None:
    tumour, cochlea = cube((2, 2, 2)), cube((8, 8, 8), 2)
    scores = evaluation.score_case("ldn_1", label_map(cube((2, 2, 3)), cochlea), label_map(tumour, cochlea), LABELS)
    assert [(score.case, score.structure, score.dice) for score in scores] == [("ldn_1", "VS", 0.75), ("ldn_1", "Cochlea", 1.0)]
    assert scores[0].reference_ml == pytest.approx(64 * 0.3 / 1000)
    assert scores[1].volume_ml == pytest.approx(8 * 0.3 / 1000)
    assert scores[0].assd == pytest.approx(metrics.assd(cube((2, 2, 3)), tumour, SPACING))
    assert scores[1].assd == 0


def test_axes_stored_in_another_order_are_one_grid() -> None:
    reference = label_map(cube((2, 3, 4)), cube((8, 8, 8), 2))
    stored = volumes.to_canonical(reference)
    flipped = volumes.Volume(
        stored.array[:, ::-1, :],
        dataclasses.replace(
            stored.geometry,
            origin=tuple(np.array(stored.geometry.origin) + stored.geometry.matrix[:, 1] * 11 * stored.geometry.spacing[1]),
            direction=tuple((stored.geometry.matrix * [1, -1, 1]).ravel()),
        ),
    )
    assert [score.dice for score in evaluation.score_case("a", flipped, reference, LABELS)] == [1.0, 1.0]


@pytest.mark.parametrize("change", [{"spacing": (0.5, 0.4, 1.6)}, {"origin": (0.0, 2.0, 3.0)}, {"direction": tuple(np.eye(3).ravel())}])
def test_other_grids_are_refused(change: dict[str, object]) -> None:
    mask = cube((2, 2, 2))
    with pytest.raises(errors.InputError, match="ldn_1: prediction and reference are not on one grid"):
        evaluation.score_case("ldn_1", label_map(mask, **change), label_map(mask), LABELS)


def test_unknown_labels_and_conventions_are_refused() -> None:
    masks = cube((0, 0, 0), 2), cube((4, 4, 4), 2), cube((8, 8, 8), 2)
    with pytest.raises(errors.InputError, match=r"reference of ldn_1 holds the label 3, which is no structure; .*1 VS, 2 Cochlea"):
        evaluation.score_case("ldn_1", label_map(*masks[:2]), label_map(*masks), LABELS)
    with pytest.raises(errors.InputError, match="prediction of ldn_1"):
        evaluation.score_case("ldn_1", label_map(*masks), label_map(*masks[:2]), LABELS)
    with pytest.raises(errors.InputError, match="no scoring convention 'mean'"):
        evaluation.score_case("ldn_1", label_map(*masks[:2]), label_map(*masks[:2]), LABELS, "mean")


def scores_of(dice: dict[str, list[float]], reference_ml: dict[str, float] | None = None) -> list[CaseScore]:
    present = reference_ml or {}
    return [
        CaseScore(f"case {index}", structure, value, 10 * (1 - value), 1.0, present.get(structure, 1.0))
        for structure, values in dice.items()
        for index, value in enumerate(values)
    ]


def test_statistics_of_the_table() -> None:
    row = evaluation.summary_rows({"iteration 0": scores_of({"VS": [0.5, 0.9], "Cochlea": [0.7, 0.7]})}, list(LABELS))[0]
    assert (row.name, row.cases) == ("iteration 0", 2)
    assert row.mean_dice is not None and row.dice["VS"] is not None and row.assd["VS"] is not None
    assert (row.mean_dice.mean, row.mean_dice.deviation) == pytest.approx((0.7, 0.1)), "deviation of the cases' own means"
    assert (row.dice["VS"].mean, row.dice["VS"].deviation) == pytest.approx((0.7, 0.2)), "population deviation"
    assert (row.assd["VS"].mean, row.assd["VS"].deviation) == pytest.approx((3.0, 2.0))


def test_a_structure_that_was_not_drawn_has_no_mean(tmp_path: Path) -> None:
    scores = {"a": scores_of({"VS": [0.5], "Cochlea": [0.0]}, {"Cochlea": 0.0})}
    rows = evaluation.summary_rows(scores, list(LABELS))
    assert rows[0].dice["Cochlea"] is None and rows[0].assd["Cochlea"] is None
    assert rows[0].mean_dice is not None and rows[0].mean_dice.mean == 0.5
    assert evaluation.table_text(rows).splitlines()[-1].split() == [
        "a",
        "1",
        "0.5000",
        "0.5000",
        evaluation.NOT_DRAWN,
        "5.0000",
        evaluation.NOT_DRAWN,
    ]
    evaluation.write_per_case_csv(tmp_path / "cases.csv", scores)
    with (tmp_path / "cases.csv").open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["structure"], line["dice"], line["assd_mm"]) for line in lines] == [("VS", "0.5", "5.0"), ("Cochlea", "", "")]


def test_one_empty_reference_among_drawn_ones_counts() -> None:
    scores = [*scores_of({"VS": [1.0]}), CaseScore("b", "VS", 0.0, 350.0, 0.0, 0.0)]
    row = evaluation.summary_rows({"a": scores}, ["VS"])[0]
    assert row.dice["VS"] is not None and row.dice["VS"].mean == 0.5
    assert row.assd["VS"] is not None and row.assd["VS"].mean == 175.0


TABLE = {
    "source-only": scores_of({"VS": [0.1, 0.3], "Cochlea": [0.2, 0.2]}),
    "itération 0 | a": scores_of({"VS": [0.6, 0.8], "Cochlea": [0.1, 0.1]}),
}


def test_markdown_table(tmp_path: Path) -> None:
    path = tmp_path / "Ergebnisse für alle" / "table.md"
    evaluation.write_table_markdown(path, evaluation.summary_rows(TABLE, list(LABELS)), "challenge2022")
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    assert lines[0].split("|")[1:4] == [" Method           ", " Cases ", "         DSC, mean ↑ "]
    assert lines[3].startswith("| itération 0 \\| a |     2 | **0.4000 ± 0.0500** | **0.7000 ± 0.1000** |     0.1000 ± 0.0000 |")
    assert "**0.2000 ± 0.0000**" in lines[2], "the best cochlea is the other row's"
    assert len({len(line) for line in lines[:4]}) == 1, "columns line up in the source too"
    assert "`challenge2022`" in lines[-1] and "drawn in no reference" not in lines[-1]
    assert [file.name for file in path.parent.iterdir()] == ["table.md"]


def test_table_csv(tmp_path: Path) -> None:
    evaluation.write_table_csv(tmp_path / "table.csv", evaluation.summary_rows(TABLE, list(LABELS)))
    with (tmp_path / "table.csv").open(encoding="utf-8", newline="") as file:
        first, second = csv.DictReader(file)
    assert second["method"] == "itération 0 | a"
    assert float(first["dice_VS"]) == pytest.approx(0.2) and float(first["dice_VS_std"]) == pytest.approx(0.1)
    assert float(second["assd_mm_Cochlea"]) == pytest.approx(9.0)
    assert list(first) == [
        *("method", "cases", "dice_mean", "dice_mean_std", "dice_VS", "dice_VS_std", "dice_Cochlea", "dice_Cochlea_std"),
        *("assd_mm_VS", "assd_mm_VS_std", "assd_mm_Cochlea", "assd_mm_Cochlea_std"),
    ]


def test_terminal_table_lines_up() -> None:
    lines = evaluation.table_text(evaluation.summary_rows(TABLE, list(LABELS))).splitlines()
    assert lines[0].split() == ["DSC", "ASSD", "(mm)"]
    assert lines[1].split() == ["Method", "Cases", "mean", "VS", "Cochlea", "VS", "Cochlea"]
    assert len({len(line) for line in lines[1:]}) == 1


def test_tables_without_rows_or_cases() -> None:
    assert "Method" in evaluation.table_text([])
    row = evaluation.summary_rows({"a": []}, ["VS"])[0]
    assert (row.cases, row.mean_dice, row.dice) == (0, None, {"VS": None})


def save(path: Path, *masks: np.ndarray) -> Path:
    volumes.write_volume(label_map(*masks), path)
    return path


VS, COCHLEA = cube((2, 2, 2)), cube((8, 8, 8), 2)


def test_folders_are_matched_by_case(tmp_path: Path) -> None:
    predictions, references = tmp_path / "Vorhersagen ä", tmp_path / "référence 1"
    save(predictions / "ldn_1.nii.gz", VS, COCHLEA)
    save(predictions / "ldn_2_hrT2.mha", cube((2, 2, 3)), COCHLEA)
    save(predictions / "ldn_3_Label.nrrd", VS, COCHLEA)
    save(predictions / "ldn_3.seg.nrrd", COCHLEA, VS)
    for case in ("ldn_1", "ldn_2", "ldn_3"):
        save(references / f"{case}_Label.nii.gz", VS, COCHLEA)
        save(references / f"{case}_hrT2.nii.gz", cube((5, 5, 5), 1))
    told: list[tuple[int, int, str]] = []
    scores = evaluation.score_folders(
        predictions, references, LABELS, progress=lambda step, total, message="", **_: told.append((step, total, message))
    )
    assert [(score.case, score.dice) for score in scores if score.structure == "VS"] == [("ldn_1", 1.0), ("ldn_2", 0.75), ("ldn_3", 1.0)]
    assert told == [(1, 3, "scored ldn_1"), (2, 3, "scored ldn_2"), (3, 3, "scored ldn_3")]


def test_two_files_need_no_common_name(tmp_path: Path) -> None:
    prediction, reference = save(tmp_path / "mine.nii.gz", VS, COCHLEA), save(tmp_path / "etz_5_Label.nrrd", VS, COCHLEA)
    scores = evaluation.score_folders(prediction, reference, LABELS)
    assert [(score.case, score.dice) for score in scores] == [("etz_5", 1.0), ("etz_5", 1.0)]


def segmentation(path: Path, names: tuple[str, ...], *masks: np.ndarray) -> Path:
    """A one-layer ``.seg.nrrd`` as Slicer writes it: values of its own, names in the header."""
    image = sitk.ReadImage(str(save(path.with_name("plain.nrrd"), *masks)))
    path.with_name("plain.nrrd").unlink()
    for index, name in enumerate(names):
        image.SetMetaData(f"Segment{index}_Name", name)
        image.SetMetaData(f"Segment{index}_LabelValue", str(index + 1))
    path.parent.mkdir(exist_ok=True)
    sitk.WriteImage(image, str(path))
    return path


def test_segments_are_known_by_name(tmp_path: Path) -> None:
    reference = save(tmp_path / "a_Label.nii.gz", VS, COCHLEA)
    drawn = segmentation(tmp_path / "a.seg.nrrd", ("Cochlea", "VS"), COCHLEA, VS)
    assert [score.dice for score in evaluation.score_folders(drawn, reference, LABELS)] == [1.0, 1.0]
    drawn = segmentation(tmp_path / "b.seg.nrrd", ("Segment_1",), VS)
    with pytest.raises(errors.InputError, match=r"b\.seg\.nrrd names segments that are no structure: 'Segment_1' \(the .*; rename them"):
        evaluation.score_folders(drawn, reference, LABELS)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    predictions, references = tmp_path / "p", tmp_path / "r"
    with pytest.raises(errors.InputError, match="p does not exist"):
        evaluation.score_folders(predictions, references, LABELS)
    save(predictions / "a.nii.gz", VS)
    references.mkdir()
    with pytest.raises(errors.InputError, match="r has no NIfTI"):
        evaluation.score_folders(predictions, references, LABELS)
    save(references / "b_Label.nii.gz", VS)
    with pytest.raises(errors.InputError, match=r"No file in .*p belongs to one in .*r \(for example a and b\)"):
        evaluation.score_folders(predictions, references, LABELS)
    save(references / "a_Label.nii.gz", VS)
    with pytest.raises(errors.InputError, match="p has no prediction for b; "):
        evaluation.score_folders(predictions, references, LABELS)
    for case in "bcdefghi":
        save(predictions / f"{case}.nii.gz", VS)
    with pytest.raises(errors.InputError, match="r has no reference for c, d, e, f, g and 2 more; "):
        evaluation.score_folders(predictions, references, LABELS)
    with pytest.raises(errors.InputError, match="is a file and its counterpart is not"):
        evaluation.score_folders(predictions / "a.nii.gz", references, LABELS)


def test_two_files_of_one_case_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "p" / "a.nii.gz", VS)
    save(tmp_path / "p" / "a.mha", VS)
    save(tmp_path / "r" / "a.nii.gz", VS)
    with pytest.raises(errors.InputError, match=r"two files of a, a\.mha and a\.nii\.gz"):
        evaluation.score_folders(tmp_path / "p", tmp_path / "r", LABELS)


def test_an_image_is_no_label_map(tmp_path: Path) -> None:
    reference = label_map(VS)
    volumes.write_volume(reference.with_array(reference.array * np.float32(0.5)), tmp_path / "image.nii.gz")
    volumes.write_volume(reference, tmp_path / "label.nii.gz")
    with pytest.raises(errors.InputError, match=r"image\.nii\.gz is not a label map"):
        evaluation.score_folders(tmp_path / "image.nii.gz", tmp_path / "label.nii.gz", LABELS)


def test_the_challenge_penalty_is_what_its_published_scores_show(real_scans: Path) -> None:
    with (real_scans / "crossmoda2022_test_scores.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    failed = [float(line["VS_ASSD"]) for line in lines if float(line["VS_Dice"]) == 0 and float(line["VS_ASSD"]) > 150]
    assert failed and set(failed) == {metrics.EMPTY_DISTANCE_MM}
