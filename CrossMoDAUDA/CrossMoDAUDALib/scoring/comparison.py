"""Comparing methods on the same cases: the gap that adapting closes, paired tests, and whether it is better than doing nothing.

Every value belongs to a case; with several seeds it is the case's mean over them, because seeds are no further patients.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .evaluation import CaseScore

Values = npt.NDArray[np.float64]

# A ceiling that is hardly higher than the floor makes any share of the way between them meaningless.
SMALLEST_GAP = 0.02
# With fewer, no paired test can tell anything: its p is never below 0.125.
FEWEST_TESTED = 5
RESAMPLES = 10_000
CONFIDENCE = 0.95
_SEED = 0
# Shares of a gap are told, and drawn, within these bounds: beyond them the gap is too small, or the method too far below the floor.
LEAST_SHARE, MOST_SHARE = -1.0, 2.0


@dataclass(frozen=True)
class GapClosed:
    """How much of the way from the floor to the ceiling a method goes.

    Attributes:
        share: (method - floor) / (ceiling - floor) of the means over the cases; 1 is the ceiling. 0 where the method and the floor
            are alike to the digits that are shown, which is said to fail. None where it is not defined:
            the ceiling is less than :data:`SMALLEST_GAP` above the floor.
        low, high: bounds of the bootstrap's interval of 95 %; None where there is none, as with a single case.
    """

    share: float | None
    low: float | None = None
    high: float | None = None


def gap_closed(method: Sequence[float], floor: Sequence[float], ceiling: Sequence[float]) -> GapClosed:
    """The share of the gap that a method closes, with a percentile bootstrap over the cases (the same draws every time).

    Args:
        method, floor, ceiling: a value for each case, in the same order, more being better.

    >>> found = gap_closed([0.6, 0.8], [0.2, 0.4], [0.7, 0.9])
    >>> round(found.share, 3), round(found.low, 3), round(found.high, 3)
    (0.8, 0.8, 0.8)
    >>> gap_closed([0.6, 0.8], [0.7, 0.9], [0.7, 0.9]).share is None
    True
    """
    values = np.array([method, floor, ceiling], dtype=np.float64)
    cases = values.shape[1]
    adapted, lowest, highest = values.mean(axis=1)
    if not _rounded(highest - lowest) >= SMALLEST_GAP:
        return GapClosed(None)
    share = float((adapted - lowest) / (highest - lowest)) if _rounded(adapted - lowest) else 0.0  # as the verdict takes it
    if cases < 2:
        return GapClosed(share)
    drawn = np.random.default_rng(_SEED).integers(cases, size=(RESAMPLES, cases))
    means = values[:, drawn].mean(axis=2)
    above, gaps = means[0] - means[1], means[2] - means[1]
    above[np.round(above, 3) == 0] = 0.0
    outside = (1 - CONFIDENCE) / 2
    if np.mean(gaps < SMALLEST_GAP) > outside:  # there may be no gap at all
        return GapClosed(share)
    defined = gaps >= SMALLEST_GAP
    low, high = np.quantile(above[defined] / gaps[defined], (outside, 1 - outside))
    return GapClosed(share, float(low), float(high))


@dataclass(frozen=True)
class PairedTest:
    """Two methods compared case by case.

    Attributes:
        one, other: their names.
        difference: mean over the cases of one minus other.
        cases: how many cases.
        p: of the two-sided Wilcoxon signed-rank test; 1 where no case differs.
        p_holm: the same after Holm's correction for all tests made together.
    """

    one: str
    other: str
    difference: float
    cases: int
    p: float
    p_holm: float


def paired_tests(values: Mapping[str, Sequence[float]]) -> list[PairedTest]:
    """Wilcoxon's signed-rank test of every pair of methods, corrected by Holm for their number.

    Args:
        values: by method a value for each case, in the same order.

    Few cases cannot give a small p: with five it is at least 2 / 2^5 = 0.0625 (:func:`smallest_p`).
    """
    pairs = list(itertools.combinations(values, 2))
    differences = [np.subtract(values[one], values[other]) for one, other in pairs]
    found = [_wilcoxon(difference) for difference in differences]
    return [
        PairedTest(one, other, float(difference.mean()), len(difference), p, corrected)
        for (one, other), difference, p, corrected in zip(pairs, differences, found, holm(found), strict=True)
    ]


def smallest_p(cases: int) -> float:
    """The smallest p that Wilcoxon's two-sided signed-rank test can give.

    >>> smallest_p(8)
    0.0078125
    """
    return min(2.0 ** (1 - cases), 1.0)


def _wilcoxon(differences: Values) -> float:
    from scipy.stats import wilcoxon

    return float(wilcoxon(differences).pvalue) if np.any(differences) else 1.0


def holm(p: Sequence[float]) -> list[float]:
    """P-values after Holm's step-down correction (Holm 1979), in the order given.

    >>> [round(value, 3) for value in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p, kind="stable")
    corrected, highest = [0.0] * len(p), 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min((len(p) - rank) * float(p[index]), 1.0))
        corrected[index] = highest
    return corrected


def case_dice(scores: Iterable[CaseScore]) -> dict[str, float]:
    """Mean DSC of each case over the structures that at least one reference shows, by case in the order of their names."""
    scores = list(scores)
    drawn = {score.structure for score in scores if score.reference_ml > 0}
    by_case: dict[str, list[float]] = {}
    for score in scores:
        if score.structure in drawn:
            by_case.setdefault(score.case, []).append(score.dice)
    return {case: float(np.mean(values)) for case, values in sorted(by_case.items())}


# What the words of verdicts mean.
HOW_TO_READ_VERDICTS = (
    "Fails: the mean over the cases, to three decimals, is not above source only. Unclear: above it by no more than one standard error"
    " of the difference."
    " Better: by more than one, which is no test: by chance alone, one row in six is as much above it, with few cases one in four."
)


def signed(difference: float) -> str:
    """A difference in DSC as pages and tables show it; what rounds to nothing has no other sign.

    >>> signed(-0.0123), signed(-0.0004)
    ('-0.012', '+0.000')
    """
    return f"{_rounded(difference):+.3f}"


def _rounded(difference: float) -> float:
    """To the digits that are shown: what they do not tell apart is alike."""
    return round(difference, 3) + 0.0  # of which -0.0 has no sign


@dataclass(frozen=True)
class Verdict:
    """Whether a method of adaptation is better than doing nothing.

    Attributes:
        difference: mean over the cases of the method minus source only.
        error: its standard error; None with a single case.
        cases: how many cases.
    """

    difference: float
    error: float | None
    cases: int

    @property
    def fails(self) -> bool:
        """Whether it does not beat source only by as much as the digits show."""
        return _rounded(self.difference) <= 0

    @property
    def is_clear(self) -> bool:
        """Whether it beats source only by more than the standard error of the difference."""
        return not self.fails and self.error is not None and self.difference > self.error

    def sentence(self, name: str) -> str:
        """What to tell of the method, in a sentence."""
        over = f"over {self.cases} case{'' if self.cases == 1 else 's'}"
        error = "" if self.error is None else f" ± {self.error:.3f}"
        if self.fails:
            return f"{name} FAILS: it does not beat source only (mean DSC {signed(self.difference)}{error} {over})."
        if self.is_clear:
            return f"{name} beats source only by {self.difference:.3f}{error} in mean DSC {over}."
        return f"{name} is above source only by {self.difference:.3f}{error} in mean DSC {over}, which can be chance."


def verdict(method: Sequence[float], source_only: Sequence[float]) -> Verdict:
    """A method against source only, paired over the cases.

    Args:
        method, source_only: mean DSC of each case, in the same order.

    >>> verdict([0.5, 0.7], [0.6, 0.7]).fails, verdict([0.5002, 0.7002], [0.5, 0.7]).fails
    (True, True)
    """
    differences = np.subtract(method, source_only)
    cases = len(differences)
    error = float(np.std(differences, ddof=1) / np.sqrt(cases)) if cases > 1 else None
    return Verdict(float(differences.mean()), error, cases)
