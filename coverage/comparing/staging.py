"""In which order an option's parts should be built, so that each year's money buys the most."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import cache, reduce
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import demand_limits, is_within
from coverage.comparing.ground import lay_setting
from coverage.comparing.reaching import lead_s
from coverage.comparison import Stage, Staging
from coverage.errors import CoverageError
from coverage.option import Change, Closing, Move, Opening, Option

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting

    Part = Opening | Closing | Move | Change

MOST_EXACT = 10
"""So many parts are ordered as well as can be, their sets one by one: 1,024 of them."""
_ROUNDING = 1e-9  # of a year: sums of costs must not begin another
_SAME_WAITING = 1e-9  # of the whole: orders that differ by less are equally good


class _Works:
    """The parts of an option and the county they are built in, the option's roads and promise in force."""

    def __init__(self, ground: Setting, parts: tuple[Part, ...]) -> None:
        self.ground, self.parts = ground, parts
        _, self._limit_s = demand_limits(ground.area, ground.standard)
        self._people = ground.area.demand["population"].to_numpy(dtype=np.float64)
        self._times_s: dict[tuple[float, ...], NDArray[np.float64]] = {}

    def setting(self, built: int) -> Setting:
        """Give the county with some of the parts: those whose bit is set."""
        return lay_setting(self.ground, _some([p for i, p in enumerate(self.parts) if built >> i & 1]))

    @cache  # noqa: B019 - lives as long as one option is ordered
    def uncovered(self, built: int) -> float:
        """Count the people not covered with some of the parts; NaN where these cannot stand alone."""
        try:
            setting = self.setting(built)
        except CoverageError:
            return math.nan
        bases = np.flatnonzero(setting.bases & setting.places.facilities.on_network)
        if not len(bases):
            return math.nan
        within = is_within(np.minimum.reduce(self._rows(setting, bases)), self._limit_s)
        return float(self._people[~within].sum())

    def _rows(self, setting: Setting, bases: NDArray[np.int64]) -> list[NDArray[np.float64]]:
        """Give the responses from each base; a base that other sets have as well is searched from once."""
        rows = []
        for base, lead in zip(bases, lead_s(setting, bases), strict=True):
            place = setting.places.facilities.take(np.array([base]))
            key = (int(place.segment[0]), float(place.fraction[0]), float(place.access_m[0]), float(lead))
            if key not in self._times_s:
                times_s = self.ground.network.travel_times(place, self.ground.places.demand)
                self._times_s[key] = times_s[0] + lead
            rows.append(self._times_s[key])
        return rows


def stage_option(today: Setting, key: str, option: Option, *, per_year_wan: float = math.nan) -> Staging:
    """
    Order an option's parts so that money that flows evenly leaves as few people waiting as can be.

    While a part of cost c is paid for, those whom the parts before it do not cover wait on; the order with
    the least sum of c times those people is the best. It is found over the sets of parts that may stand
    together (dynamic programming over subsets; Held & Karp 1962, J. SIAM 10(1):196-210), up to `MOST_EXACT`
    parts; beyond, the part that covers most for its money comes next each time. Roads, promise and speeds of
    the option hold from the start, and their money is not counted.

    Parameters
    ----------
    today
        The county as it is.
    key
        Of the outcome.
    option
        What is done: each opening, closing, move and change is a part.
    per_year_wan
        What may be spent in a year, 万元, above 0: what is paid for within one year is one stage. Each part
        is a stage of its own where not given, or where costs are missing and each part counts alike.
    """
    parts: tuple[Part, ...] = (*option.open, *option.close, *option.move, *option.change)
    is_priced = not any(math.isnan(_cost_wan(part)) for part in parts)
    prices = tuple(_cost_wan(part) if is_priced else 1.0 for part in parts)
    ground = lay_setting(today, replace(option, open=(), close=(), move=(), change=()))
    works = _Works(ground, parts)
    is_best = len(parts) <= MOST_EXACT
    order = (_best_order if is_best else _greedy_order)(works, prices)
    years = _years([prices[i] for i in order], per_year_wan if is_priced else math.nan)
    return Staging(key, _stages(works, order, years), is_best, is_priced)


def _cost_wan(part: Part) -> float:
    """Give a part's capital cost; closing one costs nothing where nothing is said."""
    if isinstance(part, Closing) and math.isnan(part.capital_wan):
        return 0.0
    return part.capital_wan


def _some(parts: Sequence[Part]) -> Option:
    """Give the option that consists of some parts alone."""
    return Option(
        "",
        open=tuple(part for part in parts if isinstance(part, Opening)),
        close=tuple(part for part in parts if isinstance(part, Closing)),
        move=tuple(part for part in parts if isinstance(part, Move)),
        change=tuple(part for part in parts if isinstance(part, Change)),
    )


def _best_order(works: _Works, prices: Sequence[float]) -> list[int]:
    """Find the order with the least waiting, the first in the file's order among equals."""
    n = len(prices)
    everything = (1 << n) - 1
    ahead = np.full(everything + 1, np.inf)  # the least waiting from each set of parts to all of them
    ahead[everything] = 0.0

    def steps(built: int) -> list[tuple[float, int]]:
        return [
            (prices[i] * works.uncovered(built) + ahead[built | 1 << i], i)
            for i in range(n)
            if not built >> i & 1
        ]

    for built in range(everything - 1, -1, -1):
        if not math.isnan(works.uncovered(built)):
            ahead[built] = min(waiting for waiting, _ in steps(built))
    order: list[int] = []
    built = 0
    while built != everything:
        least = ahead[built] + _SAME_WAITING * max(1.0, ahead[0])
        order.append(next(i for waiting, i in steps(built) if waiting <= least))
        built |= 1 << order[-1]
    return order


def _greedy_order(works: _Works, prices: Sequence[float]) -> list[int]:
    """Take next, each time, the part that covers most for its money."""
    order: list[int] = []
    built = 0
    while len(order) < len(prices):

        def worth(i: int, built: int = built) -> float:
            gain = works.uncovered(built) - works.uncovered(built | 1 << i)
            if math.isnan(gain):
                return -math.inf
            return gain / prices[i] if prices[i] else math.copysign(math.inf, gain) if gain else 0.0

        order.append(max((i for i in range(len(prices)) if i not in order), key=worth))
        built |= 1 << order[-1]
    return order


def _years(prices: Sequence[float], per_year_wan: float) -> list[int]:
    """Say in which year each part is paid for; one part a year where no yearly sum is given."""
    if math.isnan(per_year_wan):
        return list(range(1, len(prices) + 1))
    return [max(1, math.ceil(spent / per_year_wan - _ROUNDING)) for spent in accumulate(prices)]


def _stages(works: _Works, order: Sequence[int], years: Sequence[int]) -> tuple[Stage, ...]:
    """Put together what is done in the same year, and hold the county against its promise after each."""
    names = dict(zip(works.ground.area.facilities["id"], works.ground.area.facilities["name"], strict=True))
    stages: list[Stage] = []
    built, spent_wan = 0, 0.0
    for year, group in groupby(zip(years, order, strict=True), key=lambda pair: pair[0]):
        numbers = [i for _, i in group]
        done = [works.parts[i] for i in numbers]
        built = reduce(lambda bits, i: bits | 1 << i, numbers, built)
        cost_wan = math.fsum(_cost_wan(part) for part in done)
        spent_wan += cost_wan
        totals = works.setting(built).assess().totals["all"]
        stages.append(
            Stage(
                names=tuple(part.name or names.get(part.id, part.id) for part in done),
                year=year,
                cost_wan=cost_wan,
                spent_wan=spent_wan,
                covered_population=totals.covered_population,
                covered_share=totals.covered_share,
                townships_met=totals.townships_met,
            )
        )
    return tuple(stages)
