"""Intervals over replications: by hand, against SciPy, and where Student's would have no width."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from coverage.simulating.estimates import Sample, estimate, estimate_difference, estimate_quantiles


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
    found = estimate_difference(
        estimate(Sample((common + gain)[:, None], weight)), estimate(Sample(common[:, None], weight))
    )
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


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_share_that_is_the_same_in_every_replication_keeps_the_doubt_of_its_calls(share: float) -> None:
    found = estimate(_sample([share] * 4, [10.0] * 4, is_share=True))
    exact = stats.binomtest(int(40 * share), 40).proportion_ci(0.95, "exact")
    assert (found.low[0], found.high[0]) == (pytest.approx(exact.low), pytest.approx(exact.high))


@pytest.mark.parametrize(
    ("gain", "low", "high"), [(1.0, 0.9119, 1.0), (-1.0, -1.0, -0.9119), (0.0, None, None)]
)
def test_a_gain_that_never_varies_is_as_sure_as_its_calls_are_many(gain, low, high) -> None:
    found = estimate_difference(
        estimate(_sample([max(gain, 0.0)] * 4, [10.0] * 4, is_share=True)),
        estimate(_sample([max(-gain, 0.0)] * 4, [10.0] * 4, is_share=True)),
    )
    # 40 calls, all of them or none turned out otherwise
    exact = stats.binomtest(40, 40).proportion_ci(0.95, "exact").low
    low, high = (low, high) if low is not None else (exact - 1, 1 - exact)
    assert found.value[0] == gain
    assert (found.low[0], found.high[0]) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))


@pytest.mark.parametrize(
    "weight",
    [[14.0, 15.0], [40.0, 0.0], [0.0, 0.0, 0.0, 100.0]],
    ids=["29 calls", "one replication has them", "one of four"],
)
def test_few_calls_have_no_interval_and_nothing_is_clear(weight: list[float]) -> None:
    values = [0.9 if w else math.nan for w in weight]
    share = estimate(_sample(values, weight, is_share=True))
    time = estimate(Sample(share.sample.value * 100, share.sample.weight, of_calls=True))
    gain = estimate_difference(time, estimate(replace(time.sample, value=share.sample.value)))
    code = np.zeros(int(sum(weight)), dtype=np.int64)
    replication = np.repeat(np.arange(len(weight)), np.array(weight, dtype=int))
    (quantile,) = estimate_quantiles(np.arange(len(code)) + 1.0, replication, code, (len(weight), 1), [0.5])
    for found in (share, time, gain, quantile):
        assert math.isfinite(found.value[0])
        assert math.isnan(found.low[0])
        assert math.isnan(found.high[0])


def test_a_replication_without_a_call_lends_no_certainty() -> None:
    rng = np.random.default_rng(4)
    values = rng.normal(50.0, 10.0, 3)
    full = estimate(Sample(values[:, None], np.full((3, 1), 20.0), of_calls=True))
    padded = [*values, math.nan, math.nan]
    weight = np.array([20.0] * 3 + [0.0] * 2)[:, None]
    found = estimate(Sample(np.array(padded)[:, None], weight, of_calls=True))
    assert (found.low[0], found.high[0]) == (pytest.approx(full.low[0]), pytest.approx(full.high[0]))


def _trials(n_replications: int, n_calls: float, n_trials: int = 1_000):
    """Give times of many trials at once, one a group, and the same made slower by a minute or so."""
    rng = np.random.default_rng(6)
    shape = (n_replications, n_trials)
    weight = rng.poisson(n_calls, shape) if n_calls > 1 else np.ones(shape, dtype=np.int64)
    code = np.repeat(np.tile(np.arange(n_trials), n_replications), weight.ravel())
    replication = np.repeat(np.repeat(np.arange(n_replications), n_trials), weight.ravel())
    seconds = 600.0 * np.exp(0.5 * rng.standard_normal(len(code)))
    later = seconds + 60.0 + 30.0 * rng.standard_normal(len(code))
    return [(times, replication, code, shape) for times in (seconds, later)]


@pytest.mark.parametrize("share", [0.5, 0.9])
@pytest.mark.parametrize(("n_replications", "n_calls"), [(40, 1.0), (20, 4.0), (10, 30.0)])
def test_quantiles_of_few_calls_a_replication_are_where_a_long_run_has_them(n_replications, n_calls, share):
    run, later = _trials(n_replications, n_calls)
    (found,) = estimate_quantiles(*run, [share], seed=1)
    truth = 600.0 * math.exp(0.5 * stats.norm.ppf(share))
    assert np.nanmean(found.value) == pytest.approx(truth, rel=0.04)
    told = np.isfinite(found.low)
    assert told.mean() > 0.99
    held = ((found.low <= truth) & (truth <= found.high))[told].mean()
    assert 0.93 < held < 0.98
    # of what makes them longer as well
    rng = np.random.default_rng(7)
    many = 600.0 * np.exp(0.5 * rng.standard_normal(1_000_000))
    longer = many + 60.0 + 30.0 * rng.standard_normal(len(many))
    gain = np.quantile(longer, share) - np.quantile(many, share)
    (slow,) = estimate_quantiles(*later, [share], seed=1)
    paired = estimate_difference(slow, found)
    held = ((paired.low <= gain) & (gain <= paired.high))[told].mean()
    assert held > 0.93
    assert np.nanmean(paired.high - paired.low) < 0.8 * np.nanmean(found.high - found.low)


def test_quantiles_by_hand() -> None:
    # nine of ten calls within 9 s: a share of 0.9 is not exceeded by the ninth, whatever 0.9 * 10 comes to
    seconds = np.array([3.0, 1.0, 2.0, 10.0, 9.0, 4.0, 5.0, 6.0, 8.0, 7.0, 70.0, 50.0])
    code = np.array([0] * 10 + [2] * 2)
    replication = np.array([0, 1] * 6)
    for share, first in ((0.5, 5.0), (0.9, 9.0)):
        (found,) = estimate_quantiles(seconds, replication, code, (2, 3), [share])
        assert found.value[0] == first
        assert math.isnan(found.value[1])
        assert found.value[2] == (50.0 if share == 0.5 else 70.0)
    # 29 / 35 * 35 is a hair above 29
    calls = np.arange(1, 36)
    many = estimate_quantiles(calls.astype(float), calls % 2, calls * 0, (2, 1), [k / 35 for k in calls])
    assert [one.value[0] for one in many] == calls.tolist()
