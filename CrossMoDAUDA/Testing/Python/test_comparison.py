"""Comparing methods on the same cases: figures worked out by hand, and what is not to be said."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from CrossMoDAUDALib.scoring import comparison
from CrossMoDAUDALib.scoring.comparison import gap_closed, holm, paired_tests, smallest_p, verdict

FLOOR, CEILING = [0.1, 0.3, 0.2, 0.2], [0.7, 0.9, 0.9, 0.7]


def test_the_gap_is_that_of_the_means() -> None:
    # means: floor .2, ceiling .8, method .65 -> .45 / .6
    found = gap_closed([0.6, 0.8, 0.6, 0.6], FLOOR, CEILING)
    assert found.share == pytest.approx(0.75)
    assert found.low is not None and found.high is not None and found.low < 0.75 < found.high


def test_the_interval_is_the_bootstraps_over_all_samples_of_two_cases() -> None:
    # Of two cases a sample is (1, 1), (1, 2), (2, 1) or (2, 2), with shares 1, .7, .7 and .4: the outer quarters reach the bounds.
    found = gap_closed([0.8, 0.5], [0.3, 0.3], [0.8, 0.8])
    assert (found.share, found.low, found.high) == pytest.approx((0.7, 0.4, 1.0))


def test_the_interval_is_the_same_every_time_and_lies_among_all_samples() -> None:
    method = [0.5, 0.9, 0.6, 0.4]
    first = gap_closed(method, FLOOR, CEILING)
    assert first == gap_closed(method, FLOOR, CEILING)
    means = [np.mean(np.array([method, FLOOR, CEILING])[:, list(drawn)], axis=1) for drawn in itertools.product(range(4), repeat=4)]
    shares = [(one - low) / (high - low) for one, low, high in means]
    assert (first.low, first.high) == pytest.approx(np.quantile(shares, [0.025, 0.975]), abs=0.02)


def test_a_method_may_pass_the_ceiling_or_fall_below_the_floor() -> None:
    assert gap_closed(CEILING, FLOOR, [0.6, 0.8, 0.8, 0.6]).share == pytest.approx(1.2)
    assert gap_closed([0.0, 0.2, 0.1, 0.1], FLOOR, CEILING).share == pytest.approx(-1 / 6)


@pytest.mark.parametrize("ceiling", [FLOOR, [0.0, 0.1, 0.1, 0.1], [value + 0.01 for value in FLOOR]])
def test_without_a_gap_nothing_is_closed(ceiling: list[float]) -> None:
    assert gap_closed(CEILING, FLOOR, ceiling) == comparison.GapClosed(None)


def test_no_interval_where_there_is_none() -> None:
    assert gap_closed([0.5], [0.2], [0.8]) == comparison.GapClosed(pytest.approx(0.5))
    unsure = gap_closed([0.5, 0.5], [0.2, 0.2], [0.8, 0.1])  # one sample in four has no gap at all
    assert unsure.share is not None and unsure.low is unsure.high is None


def test_wilcoxon_is_scipys_documented_example() -> None:
    # Differences in height of Darwin's plants: the example in scipy.stats.wilcoxon's documentation, p = 0.0413
    differences = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]
    (test,) = paired_tests({"cross": differences, "self": [0.0] * len(differences)})
    assert test.p == test.p_holm == pytest.approx(0.041259765625)
    assert (test.cases, test.difference) == (15, pytest.approx(np.mean(differences)))


def test_every_pair_is_tested_and_corrected_together() -> None:
    values = {"a": [0.1, 0.2, 0.3, 0.4, 0.5, 0.6], "b": [0.2, 0.31, 0.42, 0.53, 0.64, 0.75], "c": [0.2, 0.31, 0.42, 0.53, 0.64, 0.75]}
    tests = {(test.one, test.other): test for test in paired_tests(values)}
    assert list(tests) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert tests["a", "b"].p == smallest_p(6) == 2 / 64, "all six differences have one sign"
    assert tests["a", "b"].p_holm == pytest.approx(3 * 2 / 64)
    assert tests["b", "c"].p == tests["b", "c"].p_holm == 1.0, "no case differs"


def test_holm_steps_down_and_keeps_the_order() -> None:
    # sorted .01, .02, .03, .5: times 4, 3, 2, 1 gives .04, .06, .06, .5
    assert holm([0.5, 0.03, 0.01, 0.02]) == pytest.approx([0.5, 0.06, 0.04, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_what_does_not_beat_source_only_fails() -> None:
    worse, same = verdict([0.2, 0.3], [0.3, 0.3]), verdict([0.3, 0.2], [0.2, 0.3])
    assert worse.fails and same.fails and "FAILS" in worse.sentence("cut") and "-0.050 ± 0.050" in worse.sentence("cut")
    better = verdict([0.5, 0.6, 0.7], [0.2, 0.2, 0.2])  # differences .3, .4, .5: mean .4, standard error .1 / sqrt(3)
    assert better.is_clear and better.error == pytest.approx(0.1 / np.sqrt(3))
    assert better.sentence("cut") == "cut beats source only by 0.400 ± 0.058 in mean DSC over 3 cases."
    doubtful = verdict([0.5, 0.2], [0.2, 0.3])  # .3 and -.1: mean .1, standard error .2
    assert not doubtful.fails and not doubtful.is_clear and "can be chance" in doubtful.sentence("cut")
    assert verdict([0.5], [0.2]).error is None and not verdict([0.5], [0.2]).is_clear


def test_what_the_digits_do_not_show_is_no_difference() -> None:
    hardly = verdict([0.5001, 0.7002], [0.5, 0.7])
    assert hardly.fails and not hardly.is_clear
    assert hardly.sentence("cut") == "cut FAILS: it does not beat source only (mean DSC +0.000 ± 0.000 over 2 cases)."
    assert "(mean DSC +0.000 ± " in verdict([0.4999, 0.7], [0.5, 0.7]).sentence("cut"), "and not -0.000"
    assert verdict([0.5006, 0.7006], [0.5, 0.7]).is_clear


def test_better_can_be_chance_and_its_explanation_says_so() -> None:
    differences = [0.3, -0.05, 0.2, -0.1, 0.11, -0.06]
    (test,) = paired_tests({"cut": differences, "source only": [0.0] * 6})
    assert verdict(differences, [0.0] * 6).is_clear and test.p > 0.3
    assert all(words in comparison.HOW_TO_READ_VERDICTS for words in ("Fails: ", "Unclear: ", "Better: by more than one, which is no test"))
