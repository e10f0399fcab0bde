"""Which of several trained segmenters to trust, by what can be known without reference labels, and when to trust none.

All rules and thresholds of the recommendation are in this file. ``CRITERIA`` says which measures there are, and which of them
choose; :func:`rank_criteria` shows, on scans with reference labels, how well each of them would have chosen.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np


@dataclass(frozen=True)
class Criterion:
    """One measure of :mod:`.evidence`, from 0 to 1 (the contrast from 0 on); higher is better.

    Attributes:
        title: its column's, which also stands in sentences.
        meaning: what it says, in a sentence.
        chooses: whether it has a say in the recommendation. One that does not help is shown and has none.
    """

    title: str
    meaning: str
    chooses: bool = True


CRITERIA = {
    "completeness": Criterion("found", "Share of the target scans in which the structure is found, over that of the source labels."),
    "certainty": Criterion("certainty", "1 minus the entropy of the structure's probability, within 3 mm of its outline."),
    "expected_dice": Criterion("expected DSC", "DSC of the label map with the segmenter's own probabilities."),
    "stability": Criterion("stability", "DSC of the label maps of a scan and of the scan slightly changed."),
    "volume": Criterion("volume", "Likeness of the volumes to those of the source labels."),
    "shape": Criterion("shape", "Likeness of parts and compactness to those of the source labels.", chooses=False),
    "position": Criterion("position", "Likeness of the places in the body to those of the source labels.", chooses=False),
    "iterations": Criterion("iterations agree", "Mean DSC with the other iterations of the same training."),
    "seeds": Criterion("seeds agree", "Mean DSC with the same method's other seeds."),
    "methods": Criterion("methods agree", "Mean DSC with the other methods that translate."),
    "translated": Criterion("translated agree", "DSC of iteration 0 on the pseudo-target images with their real labels."),
    "contrast": Criterion("contrast", "How clearly the pseudo-target images show their structures; 1 is not at all.", chooses=False),
}

# Two label maps with a DSC of 0.5 have a Jaccard distance of 2/3, and of that distance at least one of them has half to the truth
# (the triangle inequality), which is a DSC of at most 0.8. So one of them is wrong by that, whichever it is.
LEAST_AGREEMENT = 0.5
# A structure that is missed has a DSC of 0 in that scan: with a quarter of them missed, the mean cannot be above 0.75.
LEAST_COMPLETENESS = 0.75
# A label map of half or of twice the true volume has a DSC of at most 2/3, wherever it lies.
MOST_VOLUME_RATIO = 2.0
# Fewer scans than these do not tell how much of a difference is chance.
FEWEST_SCANS = 3
# Only where nothing but chance differs: another iteration or method may disagree because it is worse.
_AGREEING = {"stability": "small changes of a scan change the result", "seeds": "the seeds disagree"}


@dataclass(frozen=True)
class Candidate:
    """A trained segmenter that may be chosen.

    Attributes:
        name: what people call it, such as ``cut, seed 1, iteration 2``.
        values: by criterion and structure. A criterion that was not measured is not in it.
        volume_ratio: by structure, the median volume found over the median volume of the source labels.
        scans: how many target scans it was measured on.
        translates: whether it learned from translated scans.
        adapts: whether it has adapted at all; source only has not.
    """

    name: str
    values: Mapping[str, Mapping[str, float]]
    volume_ratio: Mapping[str, float] = field(default_factory=dict)
    scans: int = FEWEST_SCANS
    translates: bool = True
    adapts: bool = True

    def mean(self, criterion: str) -> float | None:
        """A criterion's mean over the structures; None if it was not measured."""
        values = self.values.get(criterion)
        return float(np.mean(list(values.values()))) if values else None


@dataclass(frozen=True)
class Recommendation:
    """What to take.

    Attributes:
        chosen: the candidate's name; empty where nothing is known to choose by.
        reasons: sentences on why, or why there is no recommendation.
        warnings: sentences on why not to trust it; empty where nothing is known against it, which does not say that it is right.
        criteria: those that had a say.
        failure: what it says of adapting that one is taken which did without; a sentence, empty where it says nothing.
    """

    chosen: str
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    criteria: tuple[str, ...] = ()
    failure: str = ""


def distrust(candidate: Candidate) -> tuple[str, ...]:
    """Why not to trust a candidate, a sentence for each structure and reason; the thresholds stand above with theirs."""
    found = []
    for structure, share in candidate.values.get("completeness", {}).items():
        if share < LEAST_COMPLETENESS:
            found.append(f"{structure} is found in {share:.0%} of the target scans that should show it.")
    for structure, ratio in candidate.volume_ratio.items():
        if not 1 / MOST_VOLUME_RATIO <= ratio <= MOST_VOLUME_RATIO:
            found.append(f"{structure} has {float(f'{ratio:.2g}'):g} times the volume of the source labels (medians).")
    for criterion, why in _AGREEING.items():
        for structure, value in candidate.values.get(criterion, {}).items():
            if value < LEAST_AGREEMENT:
                found.append(f"{structure}: {why} (DSC {value:.2f}), so one of two results is wrong.")
    return tuple(found)


def eligible(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Those that nothing is known against; all, if there is none. The others are set aside."""
    return [candidate for candidate in candidates if not distrust(candidate)] or list(candidates)


def recommend(candidates: Sequence[Candidate]) -> Recommendation:
    """The candidate to take: the eligible one with the best mean rank.

    The eligible that translate are ranked among themselves, and so are the others, by each criterion that chooses and that all of a
    group have; equal values share their mean rank. So source only, of which there are no translations, silences no criterion that
    tells those apart which translate. The first of one group is then compared with that of the other by the criteria that both have:
    the one that is better in more of them is taken, of equals the one that translates. Ranks and not values are averaged, because
    the criteria are not on one scale. Of candidates with one mean rank the first is taken. One of which nothing was measured is not
    taken: that nothing is known against it is no merit.

    Args:
        candidates: at least one.

    >>> def one(name, stability, volume): return Candidate(name, {"stability": {"Liver": stability}, "volume": {"Liver": volume}})
    >>> recommend([one("iteration 0", 0.8, 0.7), one("iteration 1", 0.9, 0.8)]).chosen
    'iteration 1'
    """
    measured = [one for one in candidates if any(one.mean(name) is not None for name, of in CRITERIA.items() if of.chooses)]
    if not measured:
        return Recommendation("", ("Nothing could be measured; no recommendation.",), ())
    against = {candidate.name: distrust(candidate) for candidate in measured}
    left = eligible(measured)
    groups = [group for kind in (True, False) if (group := [one for one in left if one.translates is kind])]
    ranked = [_ranked(group, len(left)) for group in groups]
    chosen, reasons, used = ranked[0]
    if len(ranked) > 1:
        (one, of_one, by_one), (other, of_other, by_other) = ranked
        shared = _shared([one, other])
        wins = len(_wins(one, other, shared)) >= len(_wins(other, one, shared))
        chosen, reasons = (one, of_one) if wins else (other, of_other)
        reasons = [*reasons, _against(chosen, other if wins else one, shared)]
        used = [name for name in CRITERIA if name in {*shared, *by_one, *by_other}] if shared and all(map(_is_ranked, groups)) else []
    if len(left) > 1 and not used:
        return Recommendation("", ("Nothing was measured of all of them that they could be compared by; no recommendation.",), ())
    failure = _failure(chosen, measured)
    before = *_unmeasured(candidates, measured), *_set_aside(len(measured), len(left), against)
    return Recommendation(
        chosen.name,
        (*before, *reasons, *([failure] if failure else [])),
        (*against[chosen.name], *_too_little(chosen)),
        tuple(used),
        failure,
    )


def _shared(candidates: Sequence[Candidate]) -> list[str]:
    """The criteria that choose and that all of these have."""
    return [name for name, criterion in CRITERIA.items() if criterion.chooses and _measured(name, candidates)]


def _is_ranked(group: Sequence[Candidate]) -> bool:
    return len(group) == 1 or bool(_shared(group))


def _ranked(group: Sequence[Candidate], count: int) -> tuple[Candidate, list[str], list[str]]:
    """The first of those that all translate, or all do not, why, and by which criteria; by none if it is the only one.

    Args:
        group: at least one candidate.
        count: how many there are in both groups.
    """
    used = _shared(group) if len(group) > 1 else []
    ranks = {name: _ranks([_value(candidate, name) for candidate in group]) for name in used}
    means = [float(np.mean([of_criterion[place] for of_criterion in ranks.values()] or [1])) for place in range(len(group))]
    place = int(np.argmin(np.round(means, 9)))
    of_both = str(count) if len(group) == count else ""
    if len(group) == 1:
        reasons = ["There is no other to compare it with."] if of_both else []
    else:
        among = of_both or (f"{len(group)} that translate" if group[place].translates else f"{len(group)} that do not translate")
        reasons = _reasons(group, place, ranks, means[place], among)
    return group[place], reasons, used


def _wins(one: Candidate, other: Candidate, shared: Sequence[str]) -> list[str]:
    """The criteria in which one candidate is better than another."""
    return [name for name in shared if round(_value(one, name), 9) > round(_value(other, name), 9)]


def _against(one: Candidate, other: Candidate, shared: Sequence[str]) -> str:
    """How the one that is taken does against the best of the other group, in a sentence."""

    def listed(names: Sequence[str]) -> str:
        return f"{len(names)}" + (f" ({', '.join(CRITERIA[name].title for name in names)})" if names else "")

    better, worse = _wins(one, other, shared), _wins(other, one, shared)
    who = "the first of those that translate" if other.translates else "which does not translate"
    tie = "; of two that are equal in this, the one that translates is taken" if len(better) == len(worse) else ""
    return (
        f"Against {other.name}, {who}, it is better in {listed(better)} and worse in {listed(worse)} of the"
        f" {len(shared)} criteria that both have{tie}."
    )


def _failure(chosen: Candidate, measured: Sequence[Candidate]) -> str:
    """What it means that one is taken which has not adapted, or not translated, while others have."""
    if not chosen.adapts and any(one.adapts for one in measured):
        return "It has not adapted at all, so adapting has probably failed here."
    if not chosen.translates and any(one.translates for one in measured):
        return (
            "It has not learned from translated scans, so translating does not seem to help here;"
            " these criteria tell that badly, so compare both."
        )
    return ""


def _unmeasured(candidates: Sequence[Candidate], measured: Sequence[Candidate]) -> list[str]:
    count = len(candidates) - len(measured)
    return [f"Not considered, because nothing was measured of it: {count} of {len(candidates)}."] if count else []


def _set_aside(all_of_them: int, left: int, against: Mapping[str, Sequence[str]]) -> list[str]:
    if left < all_of_them:
        return [f"Set aside, because something is known against it: {all_of_them - left} of {all_of_them}."]
    if all_of_them > 1 and all(against.values()):
        return ["Something is known against every one of them; this is the least bad."]
    return []


def _reasons(left: Sequence[Candidate], place: int, ranks: Mapping[str, Sequence[float]], mean: float, among: str) -> list[str]:
    reasons = [f"Its mean rank is {mean:.1f} among {among}, over {len(ranks)} criteri{'on' if len(ranks) == 1 else 'a'}."]

    def listed(names: Sequence[str]) -> str:
        return ", ".join(f"{CRITERIA[name].title} ({_value(left[place], name):.2f})" for name in names)

    first = [name for name, of_criterion in ranks.items() if of_criterion[place] < 1.5]
    last = [name for name, of_criterion in ranks.items() if of_criterion[place] > len(left) - 0.5]
    reasons += [f"It is first in: {listed(first)}."] if first else []
    reasons += [f"It is last in: {listed(last)}."] if last else []
    others = [name for name, criterion in CRITERIA.items() if criterion.chooses and name not in ranks]
    some = [CRITERIA[name].title for name in others if any(one.mean(name) is not None for one in left)]
    reasons += [f"Not counted, because they are not known of all: {', '.join(some)}."] if some else []
    return reasons


def _too_little(chosen: Candidate) -> list[str]:
    if chosen.scans < FEWEST_SCANS:
        return [f"{chosen.scans} target scan{' is' if chosen.scans == 1 else 's are'} too few to tell a difference from chance."]
    return []


def _measured(criterion: str, candidates: Sequence[Candidate]) -> bool:
    return all(candidate.mean(criterion) is not None for candidate in candidates)


def _value(candidate: Candidate, criterion: str) -> float:
    value = candidate.mean(criterion)
    assert value is not None  # asked only of criteria that all candidates have
    return value


def _ranks(values: Sequence[float]) -> list[float]:
    """1 for the highest; equal values share the mean of their ranks."""
    from scipy.stats import rankdata

    return [float(rank) for rank in rankdata([-round(value, 9) for value in values])]


# How well the criteria choose, where there are reference labels ----------------------------------------------------------------


@dataclass(frozen=True)
class CriterionValue:
    """How well one criterion would have chosen.

    Attributes:
        correlation: Spearman's rank correlation with the true mean DSC, from -1 to 1; None where one of them is the same for all.
        chosen: the candidate with the highest value, or how many have it, between which the criterion cannot choose.
        regret: what choosing by it costs: the best candidate's DSC minus that of the chosen, or the mean of those alike.
        candidates: of how many.
        counted: whether it had a say in the recommendation.
    """

    correlation: float | None
    chosen: str
    regret: float
    candidates: int
    counted: bool = False


RECOMMENDATION = "recommendation"


def rank_criteria(candidates: Sequence[Candidate], dice: Mapping[str, float]) -> dict[str, CriterionValue]:
    """How well each criterion ranks candidates by their true DSC, and what choosing by it, or by the recommendation, costs.

    Args:
        candidates: of one cohort; those without a DSC are left out.
        dice: true mean DSC by the candidate's name.

    Returns:
        By criterion, and ``recommendation`` last, if there is one; a criterion that fewer than two candidates have is left out.
    """
    scored = [candidate for candidate in candidates if candidate.name in dice]
    recommended = recommend(scored) if len(scored) > 1 else None
    found = {}
    for criterion in CRITERIA:
        measured = [candidate for candidate in scored if candidate.mean(criterion) is not None]
        if len(measured) > 1:
            values, true = [_value(one, criterion) for one in measured], [dice[one.name] for one in measured]
            judged = _judged(measured, true, _correlation(values, true), [value == max(values) for value in values])
            found[criterion] = replace(judged, counted=recommended is not None and criterion in recommended.criteria)
    if recommended is not None and recommended.chosen:
        chosen = [one.name == recommended.chosen for one in scored]
        found[RECOMMENDATION] = _judged(scored, [dice[one.name] for one in scored], None, chosen)
    return found


def _judged(measured: Sequence[Candidate], true: Sequence[float], correlation: float | None, chosen: Sequence[bool]) -> CriterionValue:
    names = [candidate.name for candidate, is_chosen in zip(measured, chosen, strict=True) if is_chosen]
    reached = float(np.mean([value for value, is_chosen in zip(true, chosen, strict=True) if is_chosen]))
    return CriterionValue(correlation, names[0] if len(names) == 1 else f"{len(names)} alike", max(true) - reached, len(measured))


def _correlation(values: Sequence[float], true: Sequence[float]) -> float | None:
    from scipy.stats import spearmanr

    if len(set(values)) < 2 or len(set(true)) < 2:
        return None
    correlation = float(spearmanr(values, true).statistic)
    return correlation if math.isfinite(correlation) else None
