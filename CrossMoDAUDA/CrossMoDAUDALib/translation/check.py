"""Whether the translations kept what their labels show. The paper has no such check; without it a structure that a
generator has painted over, or a label that does not lie on it, teaches the segmenter to find nothing where there is something.

Two looks, both against the other cases of the same run, because how well a structure can be seen depends on the modality:
before the training, how much the pseudo-target image's brightness changes across each labelled structure's outline; after
it, how far the segmenter's own result on that image agrees with the real label.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ..core.files import read_record, write_json
from ..images.volumes import Array, Volume
from ..scoring.metrics import dice

# An outline is compared with itself laid elsewhere: so far (mm) at most, so far at least, in steps of so much.
REACH_MM, AWAY_MM, STEP_MM = 12.0, 4.5, 2.0
# Brightness is smoothed by so much (mm, standard deviation) against noise; so many points of an outline suffice.
SMOOTHING_MM, POINTS = 0.7, 1500
# With fewer cases nothing can be said of one by the others.
FEWEST_CASES = 3
# Contrast has vanished below this share of the median over the cases and below this number; a shape laid anywhere has 1.
CONTRAST_SHARE, CONTRAST_BOUND = 0.75, 1.5
# A median below this says that the structure shows in no translation, so that its contrast tells nothing of a case.
VISIBLE = 1.2
# Agreement is bad below this DSC and, where it is, so many median absolute deviations below the median.
AGREEMENT_BOUND, DEVIATIONS = 0.5, 3.0

# By case and structure; a structure that a case's label does not show is left out.
Values = dict[str, dict[str, float]]


@dataclass(frozen=True)
class Check:
    """One look at all translated cases.

    Attributes:
        values: contrast or DSC by case and structure; a structure that a case's label does not show is left out.
        failed: what is wrong by case and structure, in words that follow the structure's name.
        left_out: cases that are not learned from from here on.
    """

    values: Values
    failed: dict[str, dict[str, str]]
    left_out: tuple[str, ...]

    def write(self, path: Path) -> None:
        """Keep it for a run that goes on and for the report."""
        write_json(path, {"values": self.values, "failed": self.failed, "left_out": list(self.left_out)})

    @classmethod
    def read(cls, path: Path) -> Check | None:
        """As written; None where the check was not made.

        Raises:
            InputError: the file is damaged.
        """
        if not path.is_file():
            return None
        return read_record(path, cls._from_json, "start in a new folder")

    @classmethod
    def _from_json(cls, data: Any) -> Check:
        values = {case: {name: float(value) for name, value in found.items()} for case, found in data["values"].items()}
        failed = {case: {name: str(text) for name, text in found.items()} for case, found in data["failed"].items()}
        return cls(values, failed, tuple(map(str, data["left_out"])))


def contrasts(translated: Volume, label: Volume, outside: npt.NDArray[np.bool_], labels: dict[str, int]) -> dict[str, float]:
    """How clearly the image shows each structure where its label is.

    It is the mean change of brightness across the structure's outline (the image's gradient along the outline's normal),
    over the mean of the same for that outline moved by 4.5 to 12 mm: about 1 where there is nothing, or something else,
    more where the image has an edge where the label has one, whichever side is the brighter one. The difference between
    the means of inside and outside, which is simpler, cannot tell: it is small for a structure between fluid and bone.

    Args:
        translated, label: on one grid.
        outside: where there is no patient, as an array of theirs.
        labels: structures and their values.

    Returns:
        By structure; one that the label does not show is left out.
    """
    from scipy import ndimage

    spacing = translated.geometry.spacing[::-1]
    reach = [math.ceil((REACH_MM + 3) / step) for step in spacing]
    boxes = ndimage.find_objects(label.array, max_label=max(labels.values()))
    found = {}
    for structure, value in labels.items():
        box = boxes[value - 1]
        if box is not None:
            wide = tuple(slice(max(side.start - more, 0), side.stop + more) for side, more in zip(box, reach, strict=True))
            found[structure] = _contrast(translated.array[wide], label.array[wide] == value, outside[wide], spacing)
    return found


def _contrast(image: Array, inside: Array, outside: Array, spacing: tuple[float, ...]) -> float:
    from scipy import ndimage

    smoothing = [SMOOTHING_MM / step for step in spacing]
    change = np.stack(np.gradient(ndimage.gaussian_filter(image.astype(np.float32), smoothing), *spacing))
    rim = ndimage.binary_dilation(inside) & ~ndimage.binary_erosion(inside)
    points = np.argwhere(rim)
    points = points[np.linspace(0, len(points) - 1, min(len(points), POINTS)).astype(int)]
    normals = np.stack(np.gradient(ndimage.gaussian_filter(inside.astype(np.float32), smoothing), *spacing))[:, *points.T]
    normals /= np.linalg.norm(normals, axis=0) + 1e-9

    def across(shift: Array) -> float:
        """The mean change across the outline moved by so many voxels; NaN where most of it lies outside of the patient."""
        moved = points + shift
        seen = ((moved >= 0) & (moved < image.shape)).all(axis=1)
        seen[seen] = ~outside[tuple(moved[seen].T)]
        if 2 * np.count_nonzero(seen) < len(points):
            return math.nan
        return float(np.abs((change[:, *moved[seen].T] * normals[:, seen]).sum(axis=0)).mean())

    steps = [max(round(STEP_MM / step), 1) for step in spacing]
    axes = [
        np.arange(-int(REACH_MM / (many * step)), int(REACH_MM / (many * step)) + 1) * many
        for many, step in zip(steps, spacing, strict=True)
    ]
    shifts = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    distances = np.linalg.norm(shifts * spacing, axis=1)
    elsewhere = np.array([across(shift) for shift in shifts[(distances > AWAY_MM) & (distances <= REACH_MM)]])
    compared = elsewhere[np.isfinite(elsewhere)]
    usual, here = float(compared.sum()) / max(len(compared), 1), across(np.zeros(3, int))
    # Where there is nothing to compare with, such as for a structure that fills the scan, nothing is to be seen.
    return here / usual if usual > 0 and math.isfinite(here) else 1.0


def agreement(prediction: Array, label: Array, labels: dict[str, int]) -> dict[str, float]:
    """DSC of each structure that the label shows; two label maps of one shape."""
    return {structure: dice(prediction == value, drawn) for structure, value in labels.items() if (drawn := label == value).any()}


def judge_contrast(values: Values) -> dict[str, dict[str, str]]:
    """The cases in which a structure does not show where its label is, although it does in most."""
    failed: dict[str, dict[str, str]] = {}
    for structure, of_cases in _by_structure(values).items():
        median = float(np.median(list(of_cases.values())))
        if len(of_cases) < FEWEST_CASES or median < VISIBLE:
            continue
        for case, contrast in of_cases.items():
            if contrast < min(CONTRAST_SHARE * median, CONTRAST_BOUND):
                text = f"does not show where its label is (contrast {contrast:.2f}, median {median:.2f})"
                failed.setdefault(case, {})[structure] = text
    return failed


def structures_that_hardly_show(values: Values, scaled: Sequence[str] = ()) -> list[str]:
    """What is to be said of structures that show in hardly any translation, where no case is an exception; a sentence each.

    Args:
        scaled: structures of which the settings say how they look in target images.
    """
    medians = {structure: float(np.median(list(of_cases.values()))) for structure, of_cases in _by_structure(values).items()}
    return [
        f"{structure} hardly shows in the pseudo-target images (median contrast {median:.2f}, where 1 is none): what tells it apart is the"
        " signal that the settings give it in training. Look at the samples; training the translator for longer may help."
        if structure in scaled
        else f"{structure} hardly shows in the pseudo-target images (median contrast {median:.2f}, where 1 is none), so there is little to"
        " learn from them; train the translator for longer, look at its samples, or say in segmentation.bright_in_target or"
        " dark_in_target how it looks in target images."
        for structure, median in medians.items()
        if median < VISIBLE
    ]


def judge_agreement(values: Values) -> dict[str, dict[str, str]]:
    """The cases in which the segmenter does not find a structure where its label is, although it does in most."""
    failed: dict[str, dict[str, str]] = {}
    for structure, of_cases in _by_structure(values).items():
        median = float(np.median(list(of_cases.values())))
        deviation = float(np.median([abs(value - median) for value in of_cases.values()]))
        if len(of_cases) < FEWEST_CASES:
            continue
        for case, value in of_cases.items():
            missed = value == 0 and median > AGREEMENT_BOUND
            if missed or (value < AGREEMENT_BOUND and value < median - DEVIATIONS * deviation):
                text = f"is not found where its label is (DSC {value:.2f}, median {median:.2f})"
                failed.setdefault(case, {})[structure] = text
    return failed


def _by_structure(values: Values) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    for case, structures in values.items():
        for structure, value in structures.items():
            found.setdefault(structure, {})[case] = value
    return found


def left_out(record: Path) -> tuple[str, ...]:
    """The cases that a check has left out, as its record says; none where it was not made.

    Raises:
        InputError: the file is damaged.
    """
    found = Check.read(record)
    return found.left_out if found else ()
