"""The outcomes in many counties that may be: paired draws of speeds, delays and people."""

from __future__ import annotations

import math
import zlib
from dataclasses import asdict, dataclass
from itertools import combinations
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import demand_limits, is_within
from coverage.comparing.shared_roads import DrawnCounty, SharedRoads
from coverage.comparison import Draws, PairedDifference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.comparison import Sign

CLEAR_SHARE = 0.975
"""A difference is clear where at least this share of the draws that show one agree on its sign."""
_MOST = 0.5  # and where at least this share of all draws show it
_MIDDLE = (0.025, 0.975)
_MARGIN_S = 1.0  # above the longest limit: nobody who is reached later is covered
_FURTHEST = 3.0  # standard deviations, at which a factor of speed is held: it stays positive


@dataclass(frozen=True)
class Spread:
    """
    Standard deviations of what is drawn, as shares of the figure itself.

    They are assumptions. What is measured in China is the spread of whole responses: a mean of 12.4 min
    inside Kunshan's area and of 15.65 min across areas; in urban Chongqing (2021) a median of 14.5 and a
    mean of 16.1 min, with more than 3 min of preparation in a third of the calls; within 10 min of Wuhan's
    bases 73.9 % of the people off-peak and 45.5 % at peak. A day's peak is a trial of its own; the draws
    stand for what is not known of a county on an ordinary day.

    Parameters
    ----------
    speed
        Of all speeds together.
    class_speed
        Of each road class beside that.
    delay
        Of handling and turnout together.
    people
        Of each demand point's people.
    """

    speed: float = 0.10
    class_speed: float = 0.10
    delay: float = 0.20
    people: float = 0.20


SPREAD = Spread()


def _generator(seed: int, *key: int) -> np.random.Generator:
    """Give a stream of its own for each thing that is drawn, so that one more changes no other."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))


def _speed_factors(sd: float, rng: np.random.Generator, n: int) -> NDArray[np.float64]:
    return 1 + sd * np.clip(rng.standard_normal(n), -_FURTHEST, _FURTHEST)


def draw_outcomes(
    settings: Sequence[Setting],
    *,
    n_draws: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> Draws:
    """
    Hold every outcome against its own promise in the same counties that may be.

    A draw is one county: its speeds, its delays and its people are the same for every outcome (common
    random numbers; Law, Simulation Modeling and Analysis, 5th ed., 11.2), so that what differs between two
    outcomes is what the options do. A further option changes no other's draws.

    Parameters
    ----------
    settings
        One an outcome, of one county.
    n_draws
        How many, 1 or more.
    seed
        Where the random numbers begin, 0 or more.
    progress
        Told after each draw how many of how many are done.
    """
    groups = _share_roads(settings)
    limits = np.stack([demand_limits(setting.area, setting.standard)[1] for setting in settings])
    too_late_s = float(limits.max()) + _MARGIN_S
    share = np.empty((n_draws, len(settings)))
    for i, county in enumerate(draw_counties(settings, n_draws, seed)):
        for numbers, roads in groups:
            within = is_within(roads.responses_s(county, cutoff_s=too_late_s), limits[numbers])
            share[i, numbers] = [_share(county.population, row) for row in within]
        if progress is not None:
            progress(i + 1, n_draws)
    return Draws(n_draws, seed, share, MappingProxyType(asdict(SPREAD)))


def _share(population: NDArray[np.float64], within: NDArray[np.bool_]) -> float:
    """Sum row by row, in one order: equal outcomes have equal shares to the last bit."""
    people = float(population.sum())
    return float(np.where(within, population, 0.0).sum()) / people if people else math.nan


def _share_roads(settings: Sequence[Setting]) -> list[tuple[list[int], SharedRoads]]:
    """Put settings together that lie on the very same network, each group with its settings' numbers."""
    by_network: dict[int, list[int]] = {}
    for i, setting in enumerate(settings):
        by_network.setdefault(id(setting.network), []).append(i)
    return [(numbers, SharedRoads([settings[i] for i in numbers])) for numbers in by_network.values()]


def draw_counties(settings: Sequence[Setting], n_draws: int, seed: int) -> Iterator[DrawnCounty]:
    """
    Draw counties that may be, one after the other.

    Each kind of thing has a stream of its own, a road class by its name and people in the order of their
    points' ids, so that neither another option nor another order of rows changes what is drawn.

    Parameters
    ----------
    settings
        Of one county; their roads' classes and their people are drawn.
    n_draws, seed
        As in `draw_outcomes`.

    Yields
    ------
    DrawnCounty
        The same for the first draws, however many follow.
    """
    speed = _speed_factors(SPREAD.speed, _generator(seed, 0), n_draws)
    classes = sorted({str(name) for setting in settings for name in np.unique(setting.network.highway)})
    class_speed = {
        name: _speed_factors(SPREAD.class_speed, _generator(seed, 1, zlib.crc32(name.encode())), n_draws)
        for name in classes
    }
    log_variance = math.log1p(SPREAD.delay**2)
    delay = _generator(seed, 2).lognormal(-log_variance / 2, math.sqrt(log_variance), n_draws)
    demand = settings[0].area.demand
    population = demand["population"].to_numpy(dtype=np.float64)
    rank = np.argsort(np.argsort(demand["id"].astype(str).to_numpy(), kind="stable"), kind="stable")
    shape = SPREAD.people**-2
    for i in range(n_draws):
        factor = _generator(seed, 3, i).gamma(shape, 1 / shape, len(rank))[rank]
        yield DrawnCounty(
            float(speed[i]),
            {name: float(factors[i]) for name, factors in class_speed.items()},
            float(delay[i]),
            population * factor,
        )


def compare_pairs(draws: Draws, keys: Sequence[str]) -> tuple[PairedDifference, ...]:
    """
    Set every two outcomes side by side, draw by draw.

    Parameters
    ----------
    draws
        Of all outcomes.
    keys
        Of the outcomes, in the order of the draws' columns.
    """
    return tuple(
        _pair(first, second, draws.covered_share[:, i] - draws.covered_share[:, j])
        for (i, first), (j, second) in combinations(enumerate(keys), 2)
    )


def _pair(first: str, second: str, difference: NDArray[np.float64]) -> PairedDifference:
    low, high = np.quantile(difference, _MIDDLE)
    sign: Sign = "no_difference"
    more, fewer = float(np.mean(difference > 0)), float(np.mean(difference < 0))
    # draws in which the two are alike speak for neither (a sign test leaves ties out; Dixon & Mood 1946)
    if more >= max(_MOST, CLEAR_SHARE * (more + fewer)):
        sign = "more"
    elif fewer >= max(_MOST, CLEAR_SHARE * (more + fewer)):
        sign = "fewer"
    return PairedDifference(first, second, float(difference.mean()), float(low), float(high), sign)
