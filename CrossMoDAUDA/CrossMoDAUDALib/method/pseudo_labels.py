"""Which pseudo-labels a self-training iteration learns from, and what is changed in them. The paper takes all as they are.

An iteration can leave out the target scans in which a structure is missing wholly, as COSMOS does (Shin et al., 2022,
arXiv 2203.16557): a segmenter that is taught that there is nothing where there is something finds less with every iteration.
Its patients have every structure. One that source label maps do without may be missing in a target scan, too (:func:`optional_structures`).
It can leave out those of whose pseudo-label the segmenter is not sure itself (:func:`.scoring.evidence.expected_dice`).
It can take out parts that are not as bright, or as dark, as the user has said of the structure in target images.
It can also decide doubtful voxels by their intensity, as SDC-UDA does (Shin et al., CVPR 2023). What is removed becomes
background and not nnU-Net's label "ignore": its intensity says that it is not the structure, and "ignore" would change how
nnU-Net draws patches from all cases.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..core.files import read_record, write_json
from ..core.settings import Settings
from ..experiment.folder import Experiment
from ..images.intensity import scale_intensity
from ..images.volumes import Array, Volume
from ..models.training_summary import TrainedOn
from ..segmentation.postprocessing import drop_unlike_parts, keep_largest_component, refine_by_intensity
from .plan import checks_brightness

# A structure that fewer than this share of the source label maps show may be missing in a target scan.
MOSTLY_SHOWN = 0.9
# What a structure may be in a pseudo-label that is not learned from; in sentences after "A structure is".
MISSING, TAKEN_OUT, UNCERTAIN = "missing", "taken out wholly", "uncertain"


@dataclass(frozen=True)
class Choice:
    """What a self-training iteration takes of the pseudo-labels.

    Attributes:
        missing: structures that are missing wholly, by case; every case is listed.
        optional: structures that may be missing: for them no case is left out.
        left_out: cases that are not learned from.
        changed: voxels that refining has added and removed, by case and structure; empty where nothing is refined.
        expected: the DSC that is expected of each pseudo-label, by case and structure; None where neither the label map nor the
            probabilities show it; empty where nobody asks.
        untouched: structures of which nothing was taken out, because it would have been all of them (:func:`contradicted`).
    """

    missing: dict[str, list[str]] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    changed: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    expected: dict[str, dict[str, float | None]] = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()

    def needed(self, case: str) -> list[str]:
        """The structures that are missing in a case and should not be."""
        return [name for name in self.missing.get(case, []) if name not in self.optional]

    def emptied(self, case: str) -> list[str]:
        """The structures that are missing because all of them was taken out."""
        return [name for name in self.missing.get(case, []) if self.changed.get(case, {}).get(name, (0, 0))[1]]

    def write(self, path: Path) -> None:
        """Keep it for a run that goes on and for the report."""
        write_json(path, asdict(self))

    @classmethod
    def read(cls, path: Path) -> Choice | None:
        """As written; None where nothing was chosen.

        Raises:
            InputError: the file is damaged.
        """
        if not path.is_file():
            return None
        return read_record(path, cls._from_json, "start in a new folder")

    @classmethod
    def _from_json(cls, data: Any) -> Choice:
        missing = {str(case): [str(name) for name in names] for case, names in data["missing"].items()}
        changed = {
            str(case): {str(name): (int(added), int(removed)) for name, (added, removed) in of_case.items()}
            for case, of_case in data.get("changed", {}).items()
        }
        expected = {str(case): _expected_from_json(of_case) for case, of_case in data.get("expected", {}).items()}
        optional, untouched = (tuple(map(str, data.get(name, ()))) for name in ("optional", "untouched"))
        return cls(missing, tuple(map(str, data["left_out"])), changed, expected, optional, untouched)


def _expected_from_json(data: Any) -> dict[str, float | None]:
    return {str(name): None if value is None else float(value) for name, value in data.items()}


def read_expected(path: Path) -> dict[str, float | None]:
    """The DSC that is expected of a pseudo-label, by structure.

    Raises:
        InputError: the file is damaged.
    """
    return read_record(path, _expected_from_json, "start in a new folder")


def optional_structures(trained_on: TrainedOn | None) -> tuple[str, ...]:
    """The structures that a patient may be without: more than a tenth of the source label maps do not show them.

    Args:
        trained_on: what the segmenter that made the pseudo-labels learned from; an older one does not say.
    """
    if trained_on is None:
        return ()
    most = max((found.labels for found in trained_on.structures.values()), default=0)
    return tuple(name for name, found in trained_on.structures.items() if found.labels < MOSTLY_SHOWN * max(most, trained_on.source.cases))


def missing_structures(label: Array, labels: Mapping[str, int]) -> list[str]:
    """The structures that a label map does not show.

    >>> missing_structures(np.array([[[0, 2, 2]]], dtype=np.uint8), {"VS": 1, "Cochlea": 2})
    ['VS']
    """
    present = np.bincount(label.ravel(), minlength=max(labels.values()) + 1)
    return [name for name, value in labels.items() if not present[value]]


def improve(
    pseudo_label: Volume, scan: Volume, settings: Settings, doubtful: Volume | None, untouched: Collection[str] = ()
) -> tuple[Volume, dict[str, tuple[int, int]]]:
    """A pseudo-label without what contradicts the settings (:func:`drop_unlike`), then refined (:func:`refine`), as these say.

    Args:
        pseudo_label, scan: on one grid.
        doubtful: as for :func:`refine`; None where nothing is refined.
        untouched: structures of which nothing is taken out.

    Returns:
        The label map that is learned from, and how many voxels were added and removed by structure.
    """
    taken: dict[str, int] = {}
    changed: dict[str, tuple[int, int]] = {}
    if checks_brightness(settings):
        pseudo_label, taken = drop_unlike(pseudo_label, scan, settings, untouched)
    if doubtful is not None:
        pseudo_label, changed = refine(pseudo_label, doubtful, scan, settings, untouched)
    for name, number in taken.items():
        added, removed = changed.get(name, (0, 0))
        if number:
            changed[name] = added, removed + number
    return pseudo_label, changed


def refine(
    pseudo_label: Volume, doubtful: Volume, scan: Volume, settings: Settings, untouched: Collection[str] = ()
) -> tuple[Volume, dict[str, tuple[int, int]]]:
    """A pseudo-label with its doubtful voxels decided by their intensity (:func:`.segmentation.postprocessing.refine_by_intensity`).

    Intensities are scaled by the scan's percentiles to [0, 1]. Of structures that a patient has one of
    (``self_training.largest_component``) the largest component is kept again.

    Args:
        pseudo_label, doubtful, scan: on one grid; the first two with the user's label values.
        untouched: structures of which nothing is taken out.

    Returns:
        The refined label map, and how many voxels were added and removed by structure.
    """
    chosen, labels = settings.self_training, settings.labels
    image, kept = _from_0_to_1(scan, settings), [labels[name] for name in untouched]
    refined, changed = refine_by_intensity(
        pseudo_label.array, doubtful.array, image, sorted(labels.values()), (chosen.refinement_darkest, chosen.refinement_brightest),
        add=chosen.refinement in ("add", "both"), remove=chosen.refinement in ("remove", "both"), kept=kept,
    )  # fmt: skip
    refined = keep_largest_component(refined, [labels[name] for name in chosen.largest_component])
    counts = {}
    for name in (name for name, value in labels.items() if value in changed):
        was, now = pseudo_label.array == labels[name], refined == labels[name]
        counts[name] = int((now & ~was).sum()), int((was & ~now).sum())
    return pseudo_label.with_array(refined), counts


def drop_unlike(pseudo_label: Volume, scan: Volume, settings: Settings, untouched: Collection[str] = ()) -> tuple[Volume, dict[str, int]]:
    """A pseudo-label without parts that are not as ``bright_in_target`` and ``dark_in_target`` say
    (:func:`.segmentation.postprocessing.drop_unlike_parts`).

    Args:
        pseudo_label, scan: on one grid.
        untouched: structures of which nothing is taken out.

    Returns:
        That label map, and how many voxels were taken out by structure.
    """
    chosen, labels = settings.segmentation, settings.labels
    brighter = {labels[name]: name in chosen.bright_in_target for name in chosen.known_in_target if name in labels.keys() - untouched}
    kept, taken = drop_unlike_parts(pseudo_label.array, _from_0_to_1(scan, settings), scan.geometry.spacing[::-1], brighter)
    return pseudo_label.with_array(kept), {name: taken[value] for name, value in labels.items() if value in taken}


def _from_0_to_1(scan: Volume, settings: Settings) -> Array:
    return scale_intensity(scan.array, settings.intensity.lower_percentile, settings.intensity.upper_percentile) / 2 + 0.5


def contradicted(
    settings: Settings, missing: dict[str, list[str]], changed: dict[str, dict[str, tuple[int, int]]], optional: Sequence[str] = ()
) -> tuple[str, ...]:
    """The structures of which what takes parts out leaves nothing to learn from; then it is that which is wrong, not the pseudo-labels.

    So is a structure that was taken out wholly of half of all cases or more, and is found in none of the others. Where otherwise
    all cases would be left out (:func:`choose`), so is, of those that were taken out wholly of half of the cases or more that had
    them, the one that was taken out of most, then the next, until a case is left: what one wrong statement leaves is no word
    against another. One that most cases keep is not what leaves none.

    Args:
        missing, changed, optional: see :class:`Choice`.
    """
    choice = Choice(missing, changed=changed, optional=tuple(optional))
    taken = {name: [case for case in missing if name in choice.emptied(case)] for name in settings.labels}
    without = {name: sum(name in names for names in missing.values()) for name in settings.labels}
    told = {name for name, cases in taken.items() if cases and 2 * len(cases) >= len(missing) == without[name]}
    had = {name: len(missing) - without[name] + len(cases) for name, cases in taken.items()}
    doubted = {name: len(cases) for name, cases in taken.items() if cases and name not in told and 2 * len(cases) >= had[name]}
    for most in sorted(set(doubted.values()), reverse=True):
        kept = {case: [name for name in names if name not in told or case not in taken[name]] for case, names in missing.items()}
        if len(_incomplete(replace(choice, missing=kept), settings)) < len(missing):
            break
        told |= {name for name, count in doubted.items() if count == most}
    return tuple(name for name in settings.labels if name in told)


def untouched_sentences(choice: Choice, settings: Settings) -> list[str]:
    """What is to be said of structures of which nothing was taken out, a sentence or two each."""
    chosen, said = settings.self_training, []
    for name in choice.untouched:
        if checks_brightness(settings) and name in settings.segmentation.known_in_target:
            key = f"segmentation.{'bright' if name in settings.segmentation.bright_in_target else 'dark'}_in_target"
            if chosen.refinement in ("remove", "both"):  # the counts do not tell them apart
                said.append(
                    f"{name}: the check of pseudo-labels (self_training.check_brightness) and self_training.refinement={chosen.refinement}"
                    " would have taken all of it out of at least half of the target cases that show it and left none to learn it from, so"
                    f" nothing was taken out. One of the two, or {key}, seems to be wrong of this structure in these scans: look at them."
                )
                continue
            said.append(
                f"{name}: the check of pseudo-labels (self_training.check_brightness) would have taken all of it out of at least half"
                f" of the target cases that show it and left none to learn it from, so nothing was taken out. {key} seems to be wrong of"
                " this structure in these scans: look at them."
            )
        else:
            said.append(
                f"{name}: self_training.refinement={chosen.refinement} would have taken all of it out of at least half of the target"
                " cases that show it and left none to learn it from, so nothing was taken out. Look at the pseudo-labels."
            )
    return said


def _faults_of(choice: Choice, case: str, settings: Settings) -> dict[str, list[str]]:
    emptied, changed, least = choice.emptied(case), choice.changed.get(case, {}), settings.self_training.least_expected_dice
    missing = [name for name in choice.needed(case) if name not in emptied] if settings.self_training.drop_incomplete else []
    unsure = {name: value for name, value in choice.expected.get(case, {}).items() if value is not None and value < least}
    found = {
        MISSING: [f"{name} is missing" for name in missing],
        TAKEN_OUT: [f"{name} was found, but all of it was taken out ({changed[name][1]} voxels)" for name in emptied],
        UNCERTAIN: [f"the expected DSC of {name} is {_below(value, least)}, below {least:g}" for name, value in unsure.items()],
    }
    return {kind: clauses for kind, clauses in found.items() if clauses}


def _below(value: float, least: float) -> str:
    """With two digits, or with more where these would not show that it is below."""
    return f"{value:.2f}" if round(value, 2) < least else f"{value:.6g}"


def _incomplete(choice: Choice, settings: Settings) -> list[str]:
    return [case for case in choice.missing if _faults_of(choice, case, settings).keys() - {UNCERTAIN}]


def faults(choice: Choice, settings: Settings) -> dict[str, dict[str, list[str]]]:
    """Why cases are not to be learned from: by case and kind, clauses that name the structures. Where all would be left out, that a
    segmenter is not sure is no reason.

    Args:
        choice: what is known of the pseudo-labels; which are left out is not asked.
    """
    found = {case: _faults_of(choice, case, settings) for case in choice.missing}
    if all(found.values()):
        found = {case: {kind: clauses for kind, clauses in of_case.items() if kind != UNCERTAIN} for case, of_case in found.items()}
    return {case: of_case for case, of_case in found.items() if of_case}


def why_left_out(choice: Choice, settings: Settings) -> dict[str, str]:
    """The reasons of :func:`faults` for each case that is left out, as a part of a sentence."""
    found = faults(choice, settings)
    return {case: "; ".join(clause for clauses in found.get(case, {}).values() for clause in clauses) for case in choice.left_out}


def choose(
    experiment: Experiment,
    stage: str,
    missing: dict[str, list[str]],
    changed: dict[str, dict[str, tuple[int, int]]] | None = None,
    expected: dict[str, dict[str, float | None]] | None = None,
    optional: Sequence[str] = (),
    untouched: Sequence[str] = (),
) -> Choice:
    """Decide which target cases are learned from, and say so.

    One of which a structure was taken out wholly is left out in any case: that it is not where it was found does not say that it is
    nowhere. Where all would be left out, only the incomplete ones are; where these are all, all are kept: learning from them is the
    method, and one must see what comes of it.

    Args:
        missing: the structures that each case's pseudo-label lacks; every case is listed.
        changed, expected, optional, untouched: see :class:`Choice`.
    """
    settings = experiment.settings
    choice = Choice(missing, (), changed or {}, expected or {}, tuple(optional), tuple(untouched))
    for message in untouched_sentences(choice, settings):
        experiment.events.write("warning", stage=stage, message=message)
    found = faults(choice, settings)
    if len(found) < len(missing) and all(_faults_of(choice, case, settings) for case in missing):
        least = settings.self_training.least_expected_dice
        message = (
            f"The segmenter is not sure of any of the pseudo-labels that are complete (self_training.least_expected_dice={least:g}): none"
            " is left out for that. Look at them."
        )
        experiment.events.write("warning", stage=stage, message=message)
    dropped = list(found)
    left_out = () if len(dropped) == len(missing) else tuple(dropped)
    wrong = " or ".join(kind for kind in (MISSING, TAKEN_OUT, UNCERTAIN) if any(kind in of_case for of_case in found.values()))
    cases = f"{len(dropped)} of {len(missing)} target cases"
    if dropped and not left_out:
        message = f"A structure is {wrong} in the pseudo-labels of all target cases: none is left out. Look at them."
        experiment.events.write("warning", stage=stage, message=message)
    elif 2 * len(left_out) > len(missing):
        message = f"A structure is {wrong} in the pseudo-labels of {cases}, which are left out: see report.md."
        experiment.events.write("warning", stage=stage, message=message)
    elif left_out:
        message = f"A structure is {wrong} in the pseudo-labels of {cases}, which are left out: {', '.join(left_out)}."
        experiment.events.write("message", stage=stage, message=message)
    return replace(choice, left_out=left_out)


def left_out(record: Path) -> tuple[str, ...]:
    """The target cases that an iteration does not learn from, as its record says; none where nothing was chosen.

    Raises:
        InputError: the file is damaged.
    """
    found = Choice.read(record)
    return found.left_out if found else ()
