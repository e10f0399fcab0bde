"""What in a segmentation a person should look at first: a structure that is empty, cut off, on both sides, or of an unusual volume.

Nothing here says that a segmentation is right.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import NOT_CLINICAL
from ..images.volumes import Array, Geometry, Volume, canonical_grid, to_canonical
from ..models.training_summary import DomainScans, Range, StructureLabels, TrainedOn

# A connected part that is smaller than this share of its structure and than this volume (ml) is a speck. Specks are left out
# when it is asked on which sides a structure lies.
PART_SHARE, PART_ML = 0.1, 0.05
# Parts on two sides are at least this far apart (mm). Nearer ones are parts of one structure near the middle of a scan.
SIDES_APART_MM = 20.0
LOOK = "look at it before you use it"
# The faces of a volume in canonical orientation, axis by axis of the array, first and last.
_FACES = (("inferior", "superior"), ("anterior", "posterior"), ("right", "left"))


@dataclass(frozen=True)
class PlausibilityWarning:
    """Why a person should look at one structure of a segmentation.

    Attributes:
        kind: empty, edge, two_sides or volume.
        structure: its name.
        message: what is seen, against what, and what to do; one sentence that begins with the structure.
    """

    kind: str
    structure: str
    message: str


def check(label_map: Volume, labels: dict[str, int], trained_on: TrainedOn | None) -> list[PlausibilityWarning]:
    """What to look at in a segmentation, structure by structure.

    Args:
        label_map: whole numbers, any orientation.
        labels: structures and their values.
        trained_on: what the segmenter was trained on; without it (older models) only ``empty`` and ``edge`` can be told.

    >>> from CrossMoDAUDALib.cohort.phantom import LABELS, make_case
    >>> _scan, labels = make_case(1, "hrT2", size=(32, 32, 16))
    >>> [warning.kind for warning in check(labels, LABELS, trained_on=None)]
    []
    >>> nothing = labels.with_array(labels.array * 0)
    >>> print(check(nothing, LABELS, trained_on=None)[0].message)
    Vestibular schwannoma: nothing was found; look at the scan yourself.
    """
    found: list[PlausibilityWarning] = []
    for structure, seen in look(label_map, labels).items():
        known = trained_on.structures.get(structure) if trained_on else None
        known = known if known and known.labels else None

        def warn(kind: str, sentence: str, structure: str = structure) -> None:
            found.append(PlausibilityWarning(kind, structure, sentence))

        if not seen.voxels:
            against = f", though {_of_labels(known.labels, trained_on.source.cases)} it" if known and trained_on else ""
            warn("empty", f"{structure}: nothing was found{against}; look at the scan yourself.")
            continue
        if seen.faces:
            where = ", ".join(seen.faces) if len(seen.faces) < 6 else "on all sides"
            warn("edge", f"{structure}: touches the volume's edge ({where}), so that part of it may lie outside; {LOOK}.")
        if known is None:
            continue
        if seen.two_sided and not known.two_sided:
            labels_text = "the label" if known.labels == 1 else f"none of the {known.labels} labels"
            shows = "does not show" if known.labels == 1 else "shows"
            warn("two_sides", f"{structure}: lies on both sides, which {labels_text} it was trained on {shows}; {LOOK}.")
        least, most = known.least_ml or 0.0, known.most_ml or 0.0
        if not least * (1 - 1e-6) <= seen.volume_ml <= most * (1 + 1e-6):
            volume, low, high = _distinct(seen.volume_ml, least, most)
            which = "more" if seen.volume_ml > most else "less"
            extent = f"{low} to {high} ml" if low != high else f"{low} ml"
            warn("volume", f"{structure}: {volume} ml, {which} than any it was trained on ({extent}); {LOOK}.")
    return found


def as_text(scan: str, warnings: Iterable[PlausibilityWarning]) -> str:
    """Warnings as the text file that lies beside a result."""
    heading = f"{NOT_CLINICAL} What to look at in the segmentation of {scan}:"
    return "\n".join([heading, *(f"- {warning.message}" for warning in warnings)]) + "\n"


@dataclass(frozen=True)
class LabelSummary:
    """A label map in numbers: its canonical grid, and volume (ml) and two-sidedness of the structures that it shows."""

    spacing_mm: tuple[float, float, float]
    size: tuple[int, int, int]
    structures: dict[str, tuple[float, bool]]

    def to_json(self) -> dict[str, Any]:
        """As plain JSON types."""
        structures = {name: {"ml": ml, "two_sided": two_sided} for name, (ml, two_sided) in self.structures.items()}
        return {"spacing_mm": list(self.spacing_mm), "size": list(self.size), "structures": structures}

    @classmethod
    def from_json(cls, data: Any) -> LabelSummary:
        """From :meth:`to_json`'s dictionary."""
        structures = {str(name): (float(found["ml"]), bool(found["two_sided"])) for name, found in data["structures"].items()}
        return cls(tuple(data["spacing_mm"]), tuple(data["size"]), structures)


def summarise(label_map: Volume, labels: dict[str, int]) -> LabelSummary:
    """What a training label contributes to :func:`trained_on`."""
    seen = look(label_map, labels)
    grid = canonical_grid(label_map.geometry)
    shown = {structure: (found.volume_ml, found.two_sided) for structure, found in seen.items() if found.voxels}
    return LabelSummary(grid.spacing, grid.size, shown)


def summarise_grid(geometry: Geometry) -> LabelSummary:
    """What an unlabelled scan contributes to :func:`trained_on`."""
    grid = canonical_grid(geometry)
    return LabelSummary(grid.spacing, grid.size, {})


def trained_on(source: Iterable[LabelSummary], target: Iterable[LabelSummary], labels: Iterable[str]) -> TrainedOn:
    """The summary that a model carries.

    Args:
        source, target: of each scan that the training sees; at least one each.
        labels: the names of the structures.
    """
    source, target = list(source), list(target)
    structures = {}
    for structure in labels:
        shown = [summary.structures[structure] for summary in source if structure in summary.structures]
        volumes = [ml for ml, _ in shown]
        two_sided = any(both for _, both in shown)
        structures[structure] = StructureLabels(len(shown), min(volumes, default=None), max(volumes, default=None), two_sided)
    return TrainedOn(_domain(source), _domain(target), structures)


def is_two_sided(mask: Array, start: int, width: int, spacing: tuple[float, float, float]) -> bool:
    """Whether a structure lies on both sides of the patient.

    It does when two of its connected parts, specks left out, have their centroids in different halves of the volume and at
    least 20 mm apart along x. Voxels that share a corner are connected. One part that crosses the middle lies on one side.

    Args:
        mask: (z, y, x) of a box around it, in canonical orientation.
        start: the box's first voxel along x, which runs from the patient's right to the left.
        width: the volume's voxels along x.
        spacing: mm along x, y, z.
    """
    from scipy import ndimage

    middle = (width - 1) / 2
    if start > middle or start + mask.shape[2] - 1 < middle:
        return False
    parts, count = ndimage.label(mask, np.ones((3, 3, 3)))
    if count < 2:
        return False
    sizes = np.bincount(parts.ravel(), minlength=count + 1)[1:]
    along_x = np.stack([np.bincount(parts[:, :, x].ravel(), minlength=count + 1)[1:] for x in range(mask.shape[2])])
    centres = start + (along_x * np.arange(mask.shape[2])[:, None]).sum(axis=0) / sizes
    large = centres[sizes >= min(PART_SHARE * sizes.sum(), PART_ML * 1000 / math.prod(spacing))]
    return bool((large < middle).any() and (large > middle).any() and np.ptp(large) * spacing[0] >= SIDES_APART_MM)


@dataclass(frozen=True)
class Seen:
    """One structure of a label map."""

    voxels: int = 0
    volume_ml: float = 0.0
    faces: tuple[str, ...] = ()
    two_sided: bool = False


def look(label_map: Volume, labels: dict[str, int]) -> dict[str, Seen]:
    """How each structure lies in its volume."""
    from scipy import ndimage

    oriented = to_canonical(label_map)
    array, ml_per_voxel = oriented.array, math.prod(oriented.geometry.spacing) / 1000
    boxes = ndimage.find_objects(array, max_label=max(labels.values()))
    found = {}
    for structure, value in labels.items():
        box = boxes[value - 1]
        if box is None:
            found[structure] = Seen()
            continue
        mask = array[box] == value
        faces = [
            name
            for axis, names in enumerate(_FACES)
            for name, touches in zip(names, (box[axis].start == 0, box[axis].stop == array.shape[axis]), strict=True)
            if touches
        ]
        voxels = int(np.count_nonzero(mask))
        two_sided = is_two_sided(mask, box[2].start, array.shape[2], oriented.geometry.spacing)
        found[structure] = Seen(voxels, voxels * ml_per_voxel, tuple(faces), two_sided)
    return found


def _domain(scans: list[LabelSummary]) -> DomainScans:
    def span(values: list[tuple[Any, ...]]) -> Range:
        (x, a), (y, b), (z, c) = ((min(axis), max(axis)) for axis in zip(*values, strict=True))
        return (x, y, z), (a, b, c)

    return DomainScans(len(scans), span([scan.spacing_mm for scan in scans]), span([scan.size for scan in scans]))


def _of_labels(labels: int, cases: int) -> str:
    if labels < cases:
        return f"{labels} of the {cases} labels it was trained on show{'s' if labels == 1 else ''}"
    return "the label it was trained on shows" if labels == 1 else f"all {labels} labels it was trained on show"


def _distinct(*volumes: float) -> list[str]:
    """Volumes in ml with two digits that count, or more where it takes them to tell the volumes apart."""
    texts: list[str] = []
    for more in range(5):
        texts = [f"{ml:.{(1 if ml >= 1 or not ml else 1 - math.floor(math.log10(ml))) + more}f}" for ml in volumes]
        if len(set(texts)) == len(set(volumes)):
            break
    return texts
