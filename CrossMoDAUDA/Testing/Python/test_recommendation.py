"""Which trained segmenter is recommended, what is said against one, and how well a criterion would have chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from CrossMoDAUDALib.method.evidence import evidence_lines, in_sentences, ranking_lines
from CrossMoDAUDALib.scoring import recommendation
from CrossMoDAUDALib.scoring.recommendation import CRITERIA, RECOMMENDATION, Candidate, distrust, rank_criteria, recommend


def candidate(name: str, scans: int = 5, ratio: float = 1.0, **values: float | dict[str, float]) -> Candidate:
    """A number stands for that of the only structure."""
    by_structure = {criterion: value if isinstance(value, dict) else {"Liver": value} for criterion, value in values.items()}
    return Candidate(name, by_structure, {"Liver": ratio}, scans)


def test_the_best_mean_rank_is_recommended_and_the_reasons_say_where_it_is_first_and_last() -> None:
    # Ranks: stability 1, 2, 3; volume 3, 1, 2; certainty 1.5, 1.5, 3. Means: 1.83, 1.5, 2.67.
    listed = [
        candidate("a", stability=0.9, volume=0.5, certainty=0.8),
        candidate("b", stability=0.8, volume=0.7, certainty=0.8),
        candidate("c", stability=0.7, volume=0.6, certainty=0.2),
    ]
    found = recommend(listed)
    assert found.chosen == "b" and found.warnings == ()
    assert found.reasons == ("Its mean rank is 1.5 among 3, over 3 criteria.", "It is first in: volume (0.70).")
    assert recommend(listed[:1]).reasons == ("There is no other to compare it with.",)


def test_of_equals_the_first_is_taken() -> None:
    same = {"stability": 0.9, "volume": 0.5}
    assert recommend([candidate("iteration 1", **same), candidate("iteration 2", **same)]).chosen == "iteration 1"


def test_a_criterion_has_a_say_only_if_all_have_it_and_it_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = candidate("one", stability=0.9, seeds=0.6, position=0.1), candidate("other", stability=0.8, position=0.9)
    assert not CRITERIA["position"].chooses and not CRITERIA["shape"].chooses
    assert recommend([one, other]).reasons[0].endswith("over 1 criterion.")
    assert recommend([one, other]).chosen == "one"
    monkeypatch.setattr(recommendation, "CRITERIA", {"position": CRITERIA["position"].__class__("place", "", True)})
    assert recommend([one, other]).chosen == "other"


@pytest.mark.parametrize(
    ("listed", "why"),
    [
        ([candidate("a", completeness={}), candidate("b", completeness={})], "Nothing could be measured; no recommendation."),
        ([candidate("a")], "Nothing could be measured; no recommendation."),
        ([candidate("a", position=0.9), candidate("b", position=0.8)], "Nothing could be measured; no recommendation."),
        (
            [candidate("a", stability=0.9), candidate("b", volume=0.9)],
            "Nothing was measured of all of them that they could be compared by; no recommendation.",
        ),
    ],
)
def test_nothing_is_recommended_where_nothing_is_known(listed: list[Candidate], why: str) -> None:
    found = recommend(listed)
    assert found.chosen == "" and in_sentences(found) == [why]
    assert RECOMMENDATION not in rank_criteria(listed, {"a": 0.5, "b": 0.7})


def test_what_was_not_measured_is_not_taken_for_want_of_reproaches() -> None:
    listed = [candidate("measured", stability=0.3), candidate("unknown")]
    found = recommend(listed)
    assert found.chosen == "measured" and found.warnings
    assert found.reasons[0] == "Not considered, because nothing was measured of it: 1 of 2."


def test_a_mean_is_over_the_structures() -> None:
    assert candidate("a", stability={"Liver": 0.9, "Spleen": 0.4}).mean("stability") == pytest.approx(0.65)
    assert candidate("a").mean("stability") is None


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"completeness": 0.74}, "Liver is found in 74% of the target scans that should show it."),
        ({"ratio": 0.49}, "Liver has 0.49 times the volume of the source labels (medians)."),
        ({"ratio": 211.0}, "Liver has 210 times the volume of the source labels (medians)."),
        ({"ratio": 2.1}, "Liver has 2.1 times the volume of the source labels (medians)."),
        ({"stability": 0.45}, "Liver: small changes of a scan change the result (DSC 0.45), so one of two results is wrong."),
        ({"seeds": 0.45}, "Liver: the seeds disagree (DSC 0.45), so one of two results is wrong."),
    ],
)
def test_what_is_said_against_a_candidate(values: dict[str, float], sentence: str) -> None:
    assert distrust(candidate("a", **values)) == (sentence,)  # type: ignore[arg-type]
    fine = {name: 0.5 if name == "ratio" else 0.76 for name in values}
    assert distrust(candidate("a", **fine)) == ()  # type: ignore[arg-type]


def test_other_methods_and_iterations_that_disagree_are_nothing_against_one() -> None:
    assert distrust(candidate("a", methods=0.1, iterations=0.1, contrast=0.1)) == ()


def test_one_that_something_is_known_against_is_set_aside_while_there_are_others() -> None:
    best, other = candidate("best", stability=0.9, completeness=0.5), candidate("other", stability=0.6, completeness=0.9)
    found = recommend([best, other, candidate("third", stability=0.55, completeness=0.9)])
    assert found.chosen == "other" and found.warnings == ()
    assert found.reasons[0] == "Set aside, because something is known against it: 1 of 3."
    found = recommend([best, candidate("worse", stability=0.3, completeness=0.5)])
    assert found.chosen == "best" and found.reasons[0] == "Something is known against every one of them; this is the least bad."
    assert found.warnings == distrust(best) != ()


FLOOR = candidate("source only", completeness=0.5, stability=0.9, methods=0.48)  # neither iterations nor translations
ADAPTED = [
    candidate("iteration 0", completeness=1.0, stability=0.8, methods=0.4, iterations=0.7, translated=0.6),
    candidate("iteration 1", completeness=1.0, stability=0.8, methods=0.4, iterations=0.8, translated=0.6),
]


def test_one_that_is_set_aside_silences_no_criterion() -> None:
    found = recommend([FLOOR, *ADAPTED])
    assert found.chosen == "iteration 1" and "over 5 criteria" in found.reasons[1]
    assert found.criteria == ("completeness", "stability", "iterations", "methods", "translated")
    assert not any("Not counted" in reason for reason in found.reasons)


def test_a_criterion_that_is_not_known_of_all_is_said_not_to_count() -> None:
    trusted = candidate("source only", completeness=1.0, stability=0.9, methods=0.48)
    found = recommend([trusted, *ADAPTED])
    assert found.criteria == ("completeness", "stability", "methods")
    assert found.reasons[-1] == "Not counted, because they are not known of all: iterations agree, translated agree."


def source_only(**values: float) -> Candidate:
    return replace(candidate("source only", **values), translates=False, adapts=False)  # type: ignore[arg-type]


def test_source_only_silences_no_criterion_that_tells_the_adapted_apart() -> None:
    found = recommend([source_only(completeness=0.8, stability=0.7, methods=0.48), *ADAPTED])
    assert found.chosen == "iteration 1", "which only its agreement with other iterations tells from the other"
    assert found.criteria == ("completeness", "stability", "iterations", "methods", "translated")
    assert found.reasons == (
        "Its mean rank is 1.4 among 2 that translate, over 5 criteria.",
        "It is first in: iterations agree (0.80).",
        "Against source only, which does not translate, it is better in 2 (found, stability) and worse in 1 (methods agree) of the 3"
        " criteria that both have.",
    )
    ranked = rank_criteria([source_only(completeness=0.8, stability=0.7, methods=0.48), *ADAPTED], {"source only": 0.2, "iteration 1": 0.6})
    assert {line[0]: line[1] for line in ranking_lines(ranked)[1:]} == {
        **dict.fromkeys(("found", "stability", "methods agree"), "yes"),
        "recommendation": "",
    }, "of one alone that adapts, the others tell nothing"


def test_where_source_only_is_taken_adapting_is_said_to_have_failed() -> None:
    found = recommend([source_only(completeness=1.0, stability=0.9, methods=0.48), *ADAPTED])
    assert found.chosen == "source only" and found.criteria == ("completeness", "stability", "iterations", "methods", "translated")
    assert found.reasons == (
        "Against iteration 1, the first of those that translate, it is better in 2 (stability, methods agree) and worse in 0 of the 3"
        " criteria that both have.",
        "It has not adapted at all, so adapting has probably failed here.",
    )
    failed = [replace(one, values={**one.values, "completeness": {"Liver": 0.1}}) for one in ADAPTED]
    found = recommend([source_only(completeness=1.0, stability=0.9), *failed])
    assert found.chosen == "source only" and found.reasons[-1] == "It has not adapted at all, so adapting has probably failed here."
    assert recommend([source_only(stability=0.9)]).reasons == ("There is no other to compare it with.",)


def test_of_equals_in_both_groups_the_one_that_translates_is_taken() -> None:
    found = recommend([source_only(stability=0.9, volume=0.5), candidate("cut", stability=0.8, volume=0.6, translated=0.7)])
    assert found.chosen == "cut" and found.criteria == ("stability", "volume")
    assert found.reasons == (
        "Against source only, which does not translate, it is better in 1 (volume) and worse in 1 (stability) of the 2 criteria that"
        " both have; of two that are equal in this, the one that translates is taken.",
    )
    found = recommend([source_only(stability=0.9), candidate("cut", translated=0.7)])
    assert found.chosen == "" and "could be compared by; no recommendation" in found.reasons[0]


def test_self_training_without_translation_is_no_adaptation_by_translating() -> None:
    trained = replace(candidate("none, iteration 1", stability=0.95, volume=0.9, iterations=0.9), translates=False)
    found = recommend([source_only(stability=0.9, volume=0.8), trained, candidate("cut", stability=0.8, volume=0.6)])
    assert (
        found.chosen == "none, iteration 1" and found.reasons[0] == "Its mean rank is 1.0 among 2 that do not translate, over 2 criteria."
    )
    assert found.reasons[-1].endswith("so translating does not seem to help here; these criteria tell that badly, so compare both.")


@pytest.mark.parametrize("floor_is_trusted", [False, True])
def test_what_the_table_says_to_have_a_say_has_had_one(floor_is_trusted: bool) -> None:
    floor = candidate("source only", completeness=float(floor_is_trusted), stability=0.9, methods=0.48, position=0.3)
    adapted = [replace(one, values={**one.values, "position": {"Liver": 0.5}}) for one in ADAPTED]
    listed = [floor, *adapted]
    ranked = rank_criteria(listed, {one.name: 0.1 * place for place, one in enumerate(listed)})
    says = {line[0]: line[1] for line in ranking_lines(ranked)[1:]}
    assert says.pop("recommendation") == "" and says.pop("position") == "no"
    counted = {CRITERIA[name].title for name in recommend(listed).criteria}
    assert says == {title: "yes" if title in counted else "no: not known of all" for title in says}
    assert (says["iterations agree"] == "yes") is not floor_is_trusted


def test_where_one_is_left_nothing_has_had_a_say() -> None:
    listed = [candidate("source only", completeness=0.0, stability=0.9), candidate("iteration 0", completeness=1.0, stability=0.8)]
    found = recommend(listed)
    assert found.chosen == "iteration 0" and found.criteria == () and "There is no other to compare it with." in found.reasons
    says = {line[0]: line[1] for line in ranking_lines(rank_criteria(listed, {"source only": 0.1, "iteration 0": 0.5}))[1:]}
    assert set(says.values()) == {"", "no: nothing to compare"}


def test_the_best_of_a_column_is_bold_where_there_is_something_to_compare() -> None:
    def bold(*listed: Candidate) -> set[tuple[str, str]]:
        heads, *lines = evidence_lines(listed)
        return {(line[0], head) for line in lines for head, text in zip(heads, line, strict=True) if text.startswith("**")}

    assert bold(FLOOR, *ADAPTED) >= {("iteration 1", "iterations agree"), ("iteration 0", "stability"), ("iteration 1", "stability")}
    assert not any(name == "source only" for name, _ in bold(FLOOR, *ADAPTED)), "which is set aside"
    assert bold(FLOOR, ADAPTED[0]) == set(), "nothing is left to compare"
    assert bold(candidate("a", stability=0.9, shape=0.2), candidate("b", stability=0.8)) == {("a", "stability")}, "the only one is not best"
    assert bold(FLOOR, candidate("worse", completeness=0.4)) == {("source only", "found")}, "nobody can be set aside for another"


def test_too_few_scans_are_said() -> None:
    assert recommend([candidate("a", scans=2, stability=0.9)]).warnings == ("2 target scans are too few to tell a difference from chance.",)
    assert recommend([candidate("a", scans=3, stability=0.9)]).warnings == ()


def test_two_results_that_agree_little_cannot_both_be_right() -> None:
    """The threshold's reason: no truth has a DSC above 0.8 with both of two results that agree with a DSC of 0.5."""
    best = 0.0
    for both in range(51):  # of two results of 100 voxels with 50 in common, the truth takes some of each part
        for own in range(51):
            overlap, truth = both + own, both + 2 * own
            best = max(best, 2 * overlap / (100 + truth))
    assert best == pytest.approx(0.8) and recommendation.LEAST_AGREEMENT == 0.5


def test_how_well_a_criterion_would_have_chosen() -> None:
    listed = [
        candidate("a", stability=0.9, volume=0.1, shape=0.5),
        candidate("b", stability=0.8, volume=0.2, shape=0.5),
        candidate("c", stability=0.7, volume=0.4, shape=0.5),
        candidate("d", stability=0.6, volume=0.3, shape=0.5),
        candidate("not scored", stability=1.0, volume=1.0, shape=0.5),
    ]
    found = rank_criteria(listed, {"a": 0.5, "b": 0.6, "c": 0.7, "d": 0.8})
    assert list(found) == ["stability", "volume", "shape", "recommendation"]
    assert (found["stability"].correlation, found["stability"].chosen) == (pytest.approx(-1), "a")
    assert found["stability"].regret == pytest.approx(0.3)
    # Ranks 4, 3, 1, 2 against 4, 3, 2, 1: 1 - 6 x 2 / (4 x 15).
    assert (found["volume"].correlation, found["volume"].chosen) == (pytest.approx(0.8), "c")
    assert found["volume"].regret == pytest.approx(0.1)
    # It cannot tell them apart, and so costs what drawing one of them costs on average.
    assert (found["shape"].correlation, found["shape"].chosen, found["shape"].candidates) == (None, "4 alike", 4)
    assert found["shape"].regret == pytest.approx(0.8 - 0.65)
    chosen = recommend(listed[:4]).chosen
    assert found["recommendation"].chosen == chosen and found["recommendation"].correlation is None
    assert rank_criteria(listed, {"a": 0.5}) == {}
