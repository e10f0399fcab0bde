"""Scores of label maps against references, and the tables made of them (paper Table 1).

``metrics.py`` has the measures and the two conventions for empty masks and means.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from .. import NOT_CLINICAL
from ..core.errors import InputError, misspelt
from ..core.files import write_csv, write_text
from ..core.progress import Progress, silent
from ..images import volumes
from ..images.dicom_labels import NoPlaceError
from ..images.labels import as_a_scan, how_to_name, read_labels
from ..images.names import case_id, label_rank, one_form
from ..images.volumes import Volume
from .metrics import check_convention, dice, distances

NOT_DRAWN = "\N{EN DASH}"


@dataclass(frozen=True)
class CaseScore:
    """One structure of one case: DSC, ASSD and HD95 in mm, volumes of the prediction and of the reference in ml."""

    case: str
    structure: str
    dice: float
    assd: float
    volume_ml: float
    reference_ml: float
    hd95: float = float("nan")  # an older table does not have it


@dataclass(frozen=True)
class Statistic:
    """Mean over cases and population standard deviation (divided by n, not n - 1)."""

    mean: float
    deviation: float
    count: int

    def __str__(self) -> str:
        return f"{self.mean:.4f}" + (f" ± {self.deviation:.4f}" if self.count > 1 else "")


@dataclass(frozen=True)
class TableRow:
    """One line of the paper's Table 1. ``None`` stands for a structure that no reference shows.

    Attributes:
        name: the method or self-training iteration.
        cases: how many cases were scored.
        mean_dice: of each case's DSC averaged over its structures.
        dice, assd, hd95: by structure; distances in mm.
    """

    name: str
    cases: int
    mean_dice: Statistic | None
    dice: dict[str, Statistic | None]
    assd: dict[str, Statistic | None]
    hd95: dict[str, Statistic | None] = field(default_factory=dict)


def score_case(
    case: str,
    prediction: Volume,
    reference: Volume,
    labels: dict[str, int],
    convention: str = "challenge2022",
    merged: Mapping[str, int] | None = None,
    files: tuple[Path, Path] | None = None,
) -> list[CaseScore]:
    """Score every structure of one case.

    Args:
        case: the case's name, for the scores and for messages.
        prediction, reference: label maps on one grid; their axes may be stored in different orders.
        labels: structures and their values in both label maps.
        merged: further values, which have been replaced already; they are named where the setting is.
        files: of prediction and reference, for messages.

    Raises:
        InputError: the grids differ, or a label map holds a value that is no structure's.

    >>> from CrossMoDAUDALib.cohort.phantom import LABELS, make_case
    >>> _scan, reference = make_case(1, "hrT2", size=(32, 32, 16))
    >>> shifted = reference.with_array(np.roll(reference.array, 1, axis=0))
    >>> for score in score_case("case 1", shifted, reference, LABELS):
    ...     print(f"{score.structure}: DSC {score.dice:.2f}, ASSD {score.assd:.1f} mm, {score.volume_ml:.1f} ml")
    Vestibular schwannoma: DSC 0.73, ASSD 1.3 mm, 1.6 ml
    Cochlea: DSC 0.57, ASSD 1.0 mm, 0.6 ml
    """
    check_convention(convention)
    differences = prediction.geometry.differences(reference.geometry)
    if differences:
        prediction, reference = volumes.to_canonical(prediction), volumes.to_canonical(reference)
        if prediction.geometry.differences(reference.geometry):
            which = f"{files[0]} and its reference {files[1]}" if files else f"{case}: prediction and reference"
            raise InputError(
                f"{which} are not on one grid ({'; '.join(differences)}); predict on the scan that the reference was drawn on."
            )
    _check_values(str(files[0]) if files else f"The prediction of {case}", prediction, labels, merged)
    _check_values(str(files[1]) if files else f"The reference of {case}", reference, labels, merged)
    spacing = reference.geometry.spacing
    ml_per_voxel = float(np.prod(spacing)) / 1000
    scores = []
    for structure, value in labels.items():
        predicted, drawn = prediction.array == value, reference.array == value
        average, percentile = distances(predicted, drawn, spacing[::-1], convention)
        scores.append(
            CaseScore(
                case,
                structure,
                dice(predicted, drawn, convention),
                average,
                int(np.count_nonzero(predicted)) * ml_per_voxel,
                int(np.count_nonzero(drawn)) * ml_per_voxel,
                percentile,
            )
        )
    return scores


def _check_values(what: str, label_map: Volume, labels: dict[str, int], merged: Mapping[str, int] | None) -> None:
    array = label_map.array
    if int(np.count_nonzero(array)) == sum(int(np.count_nonzero(array == value)) for value in labels.values()):
        return  # counting is far quicker than listing the values
    unknown = [int(value) for value in np.unique(array) if value != 0 and value not in labels.values()]
    if refusal := as_a_scan(what, unknown):
        raise InputError(refusal)
    known = ", ".join(f"{value} {name}" for name, value in labels.items())
    listed, advice = ", ".join(map(str, unknown)), how_to_name(unknown[0], labels, merged)
    raise InputError(f"{what} holds the label {listed}, which is no structure; expected 0 background, {known}; {advice}.")


def score_folders(
    predictions: Path,
    references: Path,
    labels: dict[str, int],
    convention: str = "challenge2022",
    progress: Progress = silent,
    merged: Mapping[str, int] | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[CaseScore]:
    """Score all cases of two folders, matched by name, or two single files.

    A case's name is the file's without its ending and without suffixes such as ``_Label`` and ``_hrT2``. Of several files
    of one case in a folder one counts: ``NAME_Label.nii.gz`` before ``NAME.nii.gz``, ``NAME_hrT2.nii.gz``, ``NAME.seg.nrrd``.

    Args:
        merged: further values in label maps, as for :func:`.images.labels.read_labels`.
        tell: given what was unusual about a file, in sentences.

    Raises:
        InputError: a path is missing, a case lacks its counterpart, nothing matches, or a file cannot be scored.
    """
    check_convention(convention)
    if predictions.is_file() and references.is_file():
        pairs = {case_id(references): (predictions, references)}
    else:
        pairs = _paired(predictions, references)
    scores = []
    for done, (case, (prediction, reference)) in enumerate(pairs.items(), start=1):
        predicted, drawn = _read_pair(prediction, reference, labels, merged or {})
        for note in dict.fromkeys((*predicted.notes, *drawn.notes)):
            tell(note)
        scores += score_case(case, predicted, drawn, labels, convention, merged, (prediction, reference))
        progress(done, len(pairs), f"scored {case}")
    return scores


def _paired(predictions: Path, references: Path) -> dict[str, tuple[Path, Path]]:
    predicted, drawn = _label_maps(predictions), _label_maps(references)
    if not predicted.keys() & drawn.keys():
        raise InputError(
            f"No file in {predictions} belongs to one in {references} (for example {next(iter(predicted))} and {next(iter(drawn))});"
            " name both after the case, as CASE_Label.nii.gz."
        )
    for having, lacking, absent, kind in (
        (references, predictions, [case for case in drawn if case not in predicted], "prediction"),
        (predictions, references, [case for case in predicted if case not in drawn], "reference"),
    ):
        if absent:
            named = ", ".join(absent[:5]) + (f" and {len(absent) - 5} more" if len(absent) > 5 else "")
            raise InputError(f"{lacking} has no {kind} for {named}; add what is missing or remove the counterpart from {having}.")
    return {case: (predicted[case], drawn[case]) for case in drawn}


def _label_maps(folder: Path) -> dict[str, Path]:
    """The label map of each case in a folder, by case name, sorted."""
    if folder.is_file():
        raise InputError(f"{folder} is a file and its counterpart is not; give two folders or two files.")
    if not folder.is_dir():
        raise misspelt(folder) or InputError(f"{folder} does not exist; give a folder of label maps or one label map.")
    ranked: dict[str, tuple[int, Path]] = {}
    for path in sorted(path for path in folder.iterdir() if volumes.is_scan(path) and path.is_file()):
        case, rank = one_form(case_id(path)), _rank(path)
        known = ranked.get(case)
        if known and known[0] == rank:
            raise InputError(f"{folder} has two files of {case}, {known[1].name} and {path.name}; keep the one that is to be scored.")
        if known is None or rank < known[0]:
            ranked[case] = (rank, path)
    if not ranked:
        raise InputError(f"{folder} has no NIfTI, NRRD or MetaImage file; give the folder of the label maps.")
    return {case: path for case, (_, path) in sorted(ranked.items())}


def _rank(path: Path) -> int:
    """Which of one case's files is taken first: lower is better."""
    stem = volumes.file_stem(path).lower()
    if rank := label_rank(path):
        return 2 + rank
    if stem.endswith(("label", "_seg")):
        return 0
    return 2 if stem.endswith(("_cet1", "_hrt2", "_t2", "_0000")) else 1


def _read_pair(prediction: Path, reference: Path, labels: dict[str, int], merged: Mapping[str, int]) -> tuple[Volume, Volume]:
    """Both label maps with the structures' values, on one grid where a segmentation covers but a part of the other's."""
    try:
        drawn = read_labels(reference, labels, merged)
    except NoPlaceError:  # it is empty: it lies where the prediction does
        drawn = read_labels(reference, labels, merged, read_labels(prediction, labels, merged).geometry)
    predicted = read_labels(prediction, labels, merged, drawn.geometry)
    if predicted.geometry != drawn.geometry:
        drawn = read_labels(reference, labels, merged, predicted.geometry)
    return predicted, drawn


def _drawn(scores_by_row: dict[str, list[CaseScore]]) -> set[str]:
    """The structures that at least one reference shows. Nobody has drawn the others, so their scores mean nothing."""
    return {score.structure for scores in scores_by_row.values() for score in scores if score.reference_ml > 0}


def summary_rows(scores_by_row: dict[str, list[CaseScore]], structures: Sequence[str]) -> list[TableRow]:
    """The paper's Table 1: a row for each method, mean and standard deviation over its cases.

    A structure that no reference of any row shows was not drawn: it gets no statistic and stays out of the mean DSC.
    """
    drawn = _drawn(scores_by_row)
    rows = []
    for method, scores in scores_by_row.items():
        by_case: dict[str, list[float]] = {}
        for score in scores:
            of_case = by_case.setdefault(score.case, [])
            if score.structure in drawn and score.structure in structures:
                of_case.append(score.dice)
        of_structure = {name: [score for score in scores if score.structure == name] if name in drawn else [] for name in structures}
        rows.append(
            TableRow(
                method,
                len(by_case),
                _statistic([float(np.mean(values)) for values in by_case.values() if values]),
                {structure: _statistic([score.dice for score in found]) for structure, found in of_structure.items()},
                {structure: _statistic([score.assd for score in found]) for structure, found in of_structure.items()},
                {structure: _statistic([score.hd95 for score in found]) for structure, found in of_structure.items()},
            )
        )
    return rows


def _statistic(values: list[float]) -> Statistic | None:
    return Statistic(float(np.mean(values)), float(np.std(values)), len(values)) if values else None


_COLUMNS = ["method", "case", "structure", "dice", "assd_mm", "hd95_mm", "volume_ml", "reference_ml"]
# How the files of :func:`write_per_case_csv` begin.
SCORES_BEGIN = ",".join(_COLUMNS[:4]).encode()


def write_per_case_csv(path: Path, scores_by_row: dict[str, list[CaseScore]]) -> None:
    """Every score in full precision; the scores of a structure that no reference shows are left empty."""
    drawn = _drawn(scores_by_row)
    lines: list[list[Any]] = [_COLUMNS]
    for name, scores in scores_by_row.items():
        for score in scores:
            measures = [score.dice, score.assd, score.hd95] if score.structure in drawn else ["", "", ""]
            lines.append([name, score.case, score.structure, *measures, score.volume_ml, score.reference_ml])
    write_csv(path, lines)


def read_per_case_csv(path: Path) -> dict[str, list[CaseScore]]:
    """The scores of :func:`write_per_case_csv` by row; not a number where it left a score empty.

    Raises:
        InputError: the file is missing or damaged.
    """
    found: dict[str, list[CaseScore]] = {}
    try:
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                score = [float(line.get(name) or "nan") for name in ("dice", "assd_mm", "volume_ml", "reference_ml", "hd95_mm")]
                found.setdefault(line["method"], []).append(CaseScore(line["case"], line["structure"], *score))
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        raise InputError(f"{path} is missing or damaged; delete it, so that the scores are made again.") from None
    return found


def write_table_csv(path: Path, rows: list[TableRow]) -> None:
    """The table in full precision, with a column of means and one of standard deviations for each measure."""
    lines: list[list[Any]] = [["method", "cases"]]
    for group, structure in _columns(rows):
        column = f"{group}_{structure}" if structure else f"{group}_mean"
        lines[0] += [column, f"{column}_std"]
    for row in rows:
        line: list[Any] = [row.name, row.cases]
        for statistic in _statistics(row):
            line += [statistic.mean, statistic.deviation] if statistic else ["", ""]
        lines.append(line)
    write_csv(path, lines)


def _columns(rows: list[TableRow]) -> list[tuple[str, str]]:
    """Measure and structure of each column, in the paper's order; no structure is the mean over them."""
    structures = list(rows[0].dice) if rows else []
    return [("dice", ""), *(("dice", structure) for structure in structures), *(("assd_mm", structure) for structure in structures)]


def _statistics(row: TableRow) -> list[Statistic | None]:
    return [row.mean_dice, *row.dice.values(), *row.assd.values()]


def write_table_markdown(path: Path, rows: list[TableRow], convention: str) -> None:
    """The table for people, the best mean of each column in bold, with a line on how to read it."""
    cells = [["Method", "Cases"]]
    for group, structure in _columns(rows):
        cells[0].append(f"DSC, {structure or 'mean'} ↑" if group == "dice" else f"ASSD, {structure} (mm) ↓")
    best = _best(rows)
    for row in rows:
        cells.append([row.name, str(row.cases)])
        for column, statistic in enumerate(_statistics(row)):
            text = str(statistic) if statistic else NOT_DRAWN
            cells[-1].append(f"**{text}**" if statistic and statistic.mean == best[column] else text)
    cells = [[cell.replace("|", "\\|") for cell in line] for line in cells]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["| " + " | ".join(_aligned(line, widths)) + " |" for line in cells]
    lines.insert(1, "| " + " | ".join(["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]) + " |")
    note = (
        "Mean ± population standard deviation over the cases. DSC: Dice similarity coefficient. ASSD: average symmetric surface"
        f" distance. Scoring convention: `{convention}`."
    )
    note += f" {NOT_CLINICAL}"
    if any(statistic is None for row in rows for statistic in _statistics(row)):
        note += f" “{NOT_DRAWN}”: drawn in no reference."
    write_text(path, "\n".join([*lines, "", note]) + "\n")


def _best(rows: list[TableRow]) -> list[float | None]:
    """The best mean of each column; none where there is nothing to compare."""
    best: list[float | None] = []
    for (group, _), column in zip(_columns(rows), zip(*map(_statistics, rows), strict=True), strict=True):
        means = [statistic.mean for statistic in column if statistic]
        best.append((max if group == "dice" else min)(means) if len(means) > 1 else None)
    return best


def table_text(rows: list[TableRow]) -> str:
    """The table for a terminal: aligned columns under two lines of heading.

    >>> scores = [CaseScore("a", "Tumour", 0.8, 1.5, 2.0, 2.1), CaseScore("b", "Tumour", 0.6, 2.5, 1.0, 1.4)]
    >>> print(table_text(summary_rows({"iteration 0": scores}, ["Tumour"])))
                                    DSC                         ASSD (mm)
    Method       Cases             mean           Tumour           Tumour
    iteration 0      2  0.7000 ± 0.1000  0.7000 ± 0.1000  2.0000 ± 0.5000
    """
    columns = _columns(rows)
    heads = ["DSC" if group == "dice" else "ASSD (mm)" for group, _ in columns]
    heads = [head if head not in heads[:column] else "" for column, head in enumerate(heads)]
    cells = [["", "", *heads], ["Method", "Cases", *(structure or "mean" for _, structure in columns)]]
    cells += [[row.name, str(row.cases), *(str(statistic or NOT_DRAWN) for statistic in _statistics(row))] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in cells)


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    """Text to the left, numbers to the right."""
    return [cell.ljust(width) if column == 0 else cell.rjust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True))]
