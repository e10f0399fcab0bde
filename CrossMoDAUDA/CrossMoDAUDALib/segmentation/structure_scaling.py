"""The signal inside labelled structures made weaker or stronger in training, because a structure may be darker or brighter in
the target domain than a translator paints it (a vestibular schwannoma in T2, for example).

The paper does none of this; it is off by default. Signals are counted from a scan's darkest voxel, on which both kinds of
scans have 0: half the signal is half the way from there. A structure does not become brighter than the scan's brightest voxel.
Its outline is softened over a voxel, as a scanner mixes tissues; an edge cut sharp could be learned instead of the structure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from ..core.settings import Settings
from .dataset import SOURCE_PREFIX

# Of a structure whose brightness in the target domain is known: seldom as it was translated, up to four times the signal.
_KNOWN_PROBABILITY, _KNOWN_LEAST, _KNOWN_MOST = 0.9, 1.2, 4.0


@dataclass(frozen=True)
class Factors:
    """How a structure's signal is scaled in training.

    Attributes:
        probability: with which it is scaled in a patch.
        lowest, highest: range of the factors; their logarithms are drawn evenly, so that halving is as likely as doubling.
    """

    probability: float
    lowest: float
    highest: float


def factors_of(settings: Settings) -> list[Factors]:
    """What the settings say of each structure, in the order of their label values, as nnU-Net's are 1, 2, ... in that order.

    >>> from CrossMoDAUDALib.core.settings import Settings, with_values
    >>> factors_of(with_values(Settings(), {"segmentation.dark_in_target": "Vestibular schwannoma"}))
    [Factors(probability=0.9, lowest=0.25, highest=0.8333333333333334), Factors(probability=0.0, lowest=0.5, highest=2.0)]
    """
    chosen = settings.segmentation
    unknown = Factors(chosen.structure_scaling_probability, chosen.structure_scaling_lowest, chosen.structure_scaling_highest)
    known = dict.fromkeys(chosen.bright_in_target, Factors(_KNOWN_PROBABILITY, _KNOWN_LEAST, _KNOWN_MOST))
    known |= dict.fromkeys(chosen.dark_in_target, Factors(_KNOWN_PROBABILITY, 1 / _KNOWN_MOST, 1 / _KNOWN_LEAST))
    return [known.get(name, unknown) for name in sorted(settings.labels, key=settings.labels.__getitem__)]


class StructureScaling:
    """A transform for training patches: scales the signal of each structure by a factor of its own, or leaves it.

    It comes before all of nnU-Net's transforms, on the patch as it was cut out. nnU-Net normalises each scan on its own, so
    the transform must be told the range of the scan that the patch is from (:class:`ObservedDataset` does). Scans of the target
    domain, which self-training learns from with pseudo-labels, stay as they are: they look as they should.

    Args:
        factors: of each structure; label values are 1, 2, ....
    """

    def __init__(self, factors: Sequence[Factors]) -> None:
        self._factors = tuple(factors)
        self._darkest, self._brightest, self._is_on = 0.0, 0.0, True

    def now_from(self, darkest: float, brightest: float, is_source: bool = True) -> None:
        """Note the range of the scan that the next patch is from, and whether it was made of a source scan."""
        self._darkest, self._brightest, self._is_on = darkest, brightest, is_source

    def __call__(self, **data: Any) -> dict[str, Any]:
        """Scale a patch.

        Args:
            data: ``image`` (1, z, y, x) and ``segmentation`` (1, z, y, x), as nnU-Net's transforms have them.
        """
        draws = torch.rand(len(self._factors), 2).tolist()  # always as many, so that what follows does not depend on them
        for value, (one, (chance, place)) in enumerate(zip(self._factors, draws, strict=True), 1):
            if chance < one.probability and self._is_on:
                factor = one.lowest * (one.highest / one.lowest) ** place
                data["image"] = self._scaled(data["image"], data["segmentation"][0] == value, factor)
        return data

    def _scaled(self, image: Tensor, inside: Tensor, factor: float) -> Tensor:
        share = torch.from_numpy(ndimage.uniform_filter(inside.numpy().astype(np.float32), 3, mode="nearest"))
        return ((image - self._darkest) * factor**share + self._darkest).clamp(max=self._brightest)


class ObservedDataset:
    """nnU-Net's data set of preprocessed cases, which tells a transform the range of each case that is loaded.

    A loader loads a case and transforms a patch of it before it loads another one.
    """

    def __init__(self, dataset: Any, scaling: StructureScaling) -> None:
        self.identifiers = dataset.identifiers
        self._dataset, self._scaling = dataset, scaling
        self._ranges: dict[str, tuple[float, float]] = {}

    def load_case(self, identifier: str) -> Any:
        """As nnU-Net's: image, label, None and properties."""
        case = self._dataset.load_case(identifier)
        if identifier not in self._ranges:
            whole = np.asarray(case[0][:])
            self._ranges[identifier] = float(whole.min()), float(whole.max())
        self._scaling.now_from(*self._ranges[identifier], is_source=identifier.startswith(SOURCE_PREFIX))
        return case
