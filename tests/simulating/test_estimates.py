"""Intervals over replications: by hand, against SciPy, and where Student's would have no width."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from coverage.simulating.estimates import Sample, estimate, estimate_difference


def _sample(value: list[float], weight: list[float], *, is_share: bool = False) -> Sample:
    return Sample(np.array(value)[:, None], np.array(weight)[:, None], is_share=is_share)


def test_equal_weights_give_the_interval_of_a_mean() -> None:
    values = np.random.default_rng(1).normal(10.0, 2.0, (12, 3))
    found = estimate(Sample(values, np.full((12, 3), 7.0)))
    low, high = stats.t.interval(0.95, 11, values.mean(axis=0), stats.sem(values, axis=0))
    np.testing.assert_allclose(found.value, values.mean(axis=0))
    np.testing.assert_allclose(found.low, low)
    np.testing.assert_allclose(found.high, high)


def test_the_calls_of_each_replication_count() -> None:
    # 10 of 20 and 30 of 40: 40 of 60, and residuals of ±10/3 calls over a mean of 30
    found = estimate(_sample([0.5, 0.75], [20.0, 40.0], is_share=True))
    error = math.sqrt(2 * (10 / 3 / 30) ** 2 / 2)
    assert found.value[0] == pytest.approx(2 / 3)
    assert error == pytest.approx(1 / 9)
    # 12.706 is Student's 97.5 % quantile of one degree: the whole line, cut to shares
    assert (found.low[0], found.high[0]) == (0.0, 1.0)
    wide = estimate(_sample([0.5, 0.75], [20.0, 40.0]))
    assert wide.high[0] == pytest.approx(2 / 3 + 12.7062047 / 9)


def test_paired_replications_leave_out_what_is_common() -> None:
    rng = np.random.default_rng(2)
    common, gain = rng.normal(0.0, 50.0, 20), rng.normal(3.0, 1.0, 20)
    weight = np.full((20, 1), 5.0)
    found = estimate_difference(Sample((common + gain)[:, None], weight), Sample(common[:, None], weight))
    low, high = stats.ttest_rel(common + gain, common).confidence_interval(0.95)
    assert found.value[0] == pytest.approx(gain.mean())
    assert (found.low[0], found.high[0]) == (pytest.approx(low), pytest.approx(high))


def test_intervals_hold_what_they_promise() -> None:
    # shares of calls whose number differs fourfold between replications, more of them within in a full one
    rng = np.random.default_rng(3)
    n_trials, n = 4_000, 15
    weight = rng.integers(100, 400, (n, n_trials)).astype(float)
    within = rng.binomial(weight.astype(int), 0.7 + weight / 4_000)
    found = estimate(Sample(within / weight, weight, is_share=True))
    sizes = np.arange(100, 400)
    truth = (sizes * (0.7 + sizes / 4_000)).sum() / sizes.sum()
    held = np.mean((found.low <= truth) & (truth <= found.high))
    assert 0.935 < held < 0.965


def test_one_replication_has_no_interval() -> None:
    found = estimate(_sample([0.9], [100.0], is_share=True))
    assert found.value[0] == 0.9
    assert math.isnan(found.low[0])
    assert math.isnan(found.high[0])


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_a_share_that_never_varies_keeps_the_doubt_of_its_calls(share: float) -> None:
    found = estimate(_sample([share] * 4, [10.0] * 4, is_share=True))
    exact = stats.binomtest(int(40 * share), 40).proportion_ci(0.95, "exact")
    assert found.value[0] == share
    assert (found.low[0], found.high[0]) == (pytest.approx(exact.low), pytest.approx(exact.high))


def test_a_figure_without_any_call_is_unknown_and_an_empty_replication_weighs_nothing() -> None:
    value = np.array([[np.nan, 0.5], [np.nan, np.nan], [np.nan, 0.7]])
    weight = np.array([[0.0, 10.0], [0.0, 0.0], [0.0, 10.0]])
    found = estimate(Sample(value, weight))
    assert math.isnan(found.value[0])
    assert math.isnan(found.low[0])
    assert found.value[1] == pytest.approx(0.6)
    assert found.low[1] < 0.6 < found.high[1]
