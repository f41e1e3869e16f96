"""The robust regression: what it recovers, what cannot move it, and intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest

from coverage.calibrating.regression import Drives, Links, fit_trips, predict, predict_s

TRUE_KPH = np.array([75.0, 55.0, 42.0, 28.0])
GIVEN_KPH = np.array([70.0, 60.0, 40.0, 30.0])
TRUE_FACTOR = np.array([1.0, 0.8, 1.1])
GIVEN_FACTOR = np.array([1.0, 0.67, 0.78])


def links() -> Links:
    """Estimate all four classes and two of three factors."""
    class_of = np.hstack([np.eye(4), np.zeros((4, 2))])
    hour_of = np.array([[0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1.0]])
    return Links(np.log(GIVEN_KPH), np.log(GIVEN_FACTOR), class_of, hour_of)


def drives(rng: np.random.Generator, n: int, cap_kph: float = np.inf) -> Drives:
    length = rng.gamma(1.0, 3_000.0, (n, 4)) * (rng.random((n, 4)) < 0.7) * 3.6
    length[:, 3] += 720.0
    cap = np.array([np.inf, cap_kph, np.inf, np.inf])
    return Drives(np.full(n, 5.0), length, np.arange(4), cap, rng.integers(0, 3, n))


def synthetic(seed: int, n: int, *, spread: float = 0.2, odd: float = 0.0, cap_kph: float = np.inf):
    """Draw trips at known speeds; of the odd ones most were parked, the others have a wrong clock."""
    rng = np.random.default_rng(seed)
    driven = drives(rng, n, cap_kph)
    time_s = predict_s(driven, TRUE_KPH, TRUE_FACTOR) * np.exp(rng.normal(0.0, spread, n))
    is_odd = rng.random(n) < odd
    time_s = np.where(is_odd, np.where(rng.random(n) < 0.7, 5 * time_s, 28_800.0), time_s)
    return driven, time_s


def errors(fit) -> np.ndarray:
    """Give how far the logarithms of four speeds and two factors are from the truth."""
    told = links()
    return np.concatenate(
        [np.log(told.speeds(fit.beta) / TRUE_KPH), np.log(told.factors(fit.beta) / TRUE_FACTOR)[1:]]
    )


def test_times_without_spread_give_the_speeds_back_exactly():
    driven, time_s = synthetic(1, 60, spread=0.0)
    np.testing.assert_allclose(errors(fit_trips(driven, links(), time_s, seed=1)), 0.0, atol=1e-6)


@pytest.mark.parametrize("odd", [0.0, 0.1, 0.2, 0.3])
def test_outliers_do_not_move_it(odd):
    driven, time_s = synthetic(2, 400, odd=odd)
    fit = fit_trips(driven, links(), time_s, seed=1)
    assert np.abs(errors(fit)).max() < 0.12
    # least squares would be off by more than half
    naive = np.log(time_s / predict_s(driven, TRUE_KPH, TRUE_FACTOR)).mean()
    assert naive > 0.15 or odd < 0.1


@pytest.mark.parametrize(("n", "odd"), [(60, 0.0), (60, 0.2)])
def test_intervals_cover(n, odd):
    n_sets = 25
    inside = []
    for seed in range(n_sets):
        driven, time_s = synthetic(100 + seed, n, odd=odd)
        fit = fit_trips(driven, links(), time_s, seed=1)
        inside.append(np.abs(errors(fit)) <= fit.quantile * np.sqrt(np.diag(fit.covariance)))
    # 150 intervals of 95 %, not all independent: three standard deviations and more below it
    assert np.mean(inside) >= 0.89
    # they say something: none of a measured speed is wider than a factor of two
    assert np.median(np.sqrt(np.diag(fit.covariance))) < 0.2


def test_a_wild_trip_has_no_weight():
    driven, time_s = synthetic(3, 100)
    time_s[7] *= 6
    fit = fit_trips(driven, links(), time_s, seed=1)
    assert fit.weight[7] == 0.0
    assert np.median(fit.weight) > 0.85
    without = np.delete(np.arange(100), 7)
    again = fit_trips(driven.take(without), links(), time_s[without], seed=1)
    np.testing.assert_allclose(links().speeds(fit.beta), links().speeds(again.beta), rtol=0.02)


def test_the_search_may_begin_where_it_ended():
    driven, time_s = synthetic(4, 150, odd=0.2)
    first = fit_trips(driven, links(), time_s, seed=1)
    again = fit_trips(driven, links(), time_s, seed=1, near=first.s_beta)
    np.testing.assert_allclose(first.beta, again.beta, atol=1e-4)


def test_the_slope_is_that_of_the_prediction():
    driven, _ = synthetic(5, 20, cap_kph=58.0)
    beta = np.array([0.1, -0.2, 0.05, 0.0, 0.1, -0.1])
    _, slope = predict(driven, links(), beta)
    for k in range(6):
        step = np.zeros(6)
        step[k] = 1e-6
        ahead, back = predict(driven, links(), beta + step)[0], predict(driven, links(), beta - step)[0]
        np.testing.assert_allclose(slope[:, k], (ahead - back) / 2e-6, atol=1e-6)


def test_a_speed_above_every_limit_cannot_be_told():
    """Where the posted limit holds on all of a class, its speed changes no time."""
    driven, time_s = synthetic(6, 200, cap_kph=30.0)
    fit = fit_trips(driven, links(), time_s, seed=1)
    assert not np.sqrt(fit.covariance[1, 1]) < 0.15
    others = [0, 2, 3, 4, 5]
    assert np.abs(errors(fit)[others]).max() < 0.15


def test_a_speed_below_a_limit_is_found_from_above_it():
    driven, time_s = synthetic(7, 300, cap_kph=58.0)
    fit = fit_trips(driven, links(), time_s, seed=1)
    assert abs(errors(fit)[1]) < 0.1
