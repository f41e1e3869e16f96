"""In which order an option's parts should be built, so that each year's money buys the most."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import accumulate, groupby
from typing import TYPE_CHECKING

import numpy as np

from coverage.comparing.parts import Parts, as_set
from coverage.comparison import Stage, Staging
from coverage.errors import OptionError
from coverage.option import Closing

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.comparing.ground import Setting
    from coverage.option import Option, Part

    Step = tuple[int, ...]
    """Numbers of the parts that are done together, mostly one."""

MOST_PARTS = 10
"""Of so many parts every set is looked at: 1,024 of them."""
MOST_LAYOUTS = 256
_ROUNDING = 1e-9  # of a year: sums of costs must not begin another
_SAME_WAITING = 1e-9  # of the whole: orders that differ by less are equally good


def stage_option(today: Setting, key: str, option: Option, *, per_year_wan: float = math.nan) -> Staging:
    """
    Order an option's parts so that money that flows evenly leaves the fewest people waiting.

    While a part of cost c is paid for, those whom the parts before it do not cover wait on; the order with
    the least sum of c times those people is the best. It is found over the sets of parts that may stand
    without the others (dynamic programming over subsets; Held & Karp 1962, J. SIAM 10(1):196-210), up to
    `MOST_PARTS` parts; beyond, what covers most for its money comes next each time. Parts that stand only
    together are done together. Of equally good orders the option's own is taken, openings first and closings
    last. Roads, promise and speeds of the option hold from the start, and what its roads cost is not counted.

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

    Raises
    ------
    OptionError
        If the option does not fit the county, or the yearly sum is not above 0.
    AssessmentError
        If no base of the option is staffed at the comparison's hour, or none that is lies near a road.
    """
    if per_year_wan <= 0:
        raise OptionError(
            f"{per_year_wan:g} 万元 a year builds nothing: give a sum above 0",
            zh=f"每年 {per_year_wan:g} 万元无法建设：请给出大于0的金额",
        )
    parts = Parts(today, option)
    # an option that cannot stand as a whole has no order
    parts.setting(parts.everything).assess()
    costs = [_cost_wan(part) for part in parts.all]
    is_priced = not any(map(math.isnan, costs))
    prices = costs if is_priced else [1.0] * len(costs)
    is_best = len(costs) <= MOST_PARTS and parts.n_layouts <= MOST_LAYOUTS
    order = _best_order(parts, prices) if is_best else _greedy_order(parts, prices)
    years = _years(order, prices, per_year_wan if is_priced else math.nan)
    return Staging(key, _stages(parts, order, costs, years), is_best, is_priced)


def _cost_wan(part: Part) -> float:
    """Give a part's capital cost; closing one costs nothing where nothing is said."""
    if isinstance(part, Closing) and math.isnan(part.capital_wan):
        return 0.0
    return part.capital_wan


def _price(step: Sequence[int], prices: Sequence[float]) -> float:
    return math.fsum(prices[i] for i in step)


def _waiting(parts: Parts, done: int) -> float:
    """Count those who wait while the next part is paid for; everyone where nobody is staffed yet."""
    uncovered = parts.uncovered(done)
    return parts.population if math.isnan(uncovered) else uncovered


def _best_order(parts: Parts, prices: Sequence[float]) -> list[Step]:
    """Find the order with the least waiting."""
    everything = parts.everything
    ahead = np.full(everything + 1, np.inf)  # the least waiting from each set of parts to all of them
    ahead[everything] = 0.0

    def ways(done: int) -> list[tuple[float, Step]]:
        wait = _waiting(parts, done)
        return [
            (_price(step, prices) * wait + ahead[done | as_set(step)], step)
            for step in parts.next_steps(done)
        ]

    for done in range(everything - 1, -1, -1):
        if done == 0 or not math.isnan(parts.uncovered(done)):
            ahead[done] = min((waiting for waiting, _ in ways(done)), default=math.inf)
    order: list[Step] = []
    done = 0
    while done != everything:
        least = ahead[done] + _SAME_WAITING * ahead[0]
        order.append(next(step for waiting, step in ways(done) if waiting <= least))
        done |= as_set(order[-1])
    return order


def _greedy_order(parts: Parts, prices: Sequence[float]) -> list[Step]:
    """Take next, each time, what covers most for its money."""
    order: list[Step] = []
    done = 0
    while done != parts.everything:
        wait = _waiting(parts, done)

        def worth(step: Step, done: int = done, wait: float = wait) -> float:
            gain = wait - parts.uncovered(done | as_set(step))
            price = _price(step, prices)
            # what costs nothing comes first if it helps, and last if it does not
            return gain / price if price else math.copysign(math.inf, gain) if gain else 0.0

        order.append(max(parts.next_steps(done), key=worth))
        done |= as_set(order[-1])
    return order


def _years(order: Sequence[Step], prices: Sequence[float], per_year_wan: float) -> list[int]:
    """Say in which year each step is paid for; one step a year where no yearly sum is given."""
    if math.isnan(per_year_wan):
        return list(range(1, len(order) + 1))
    spent_wan = accumulate(_price(step, prices) for step in order)
    return [max(1, math.ceil(spent / per_year_wan - _ROUNDING)) for spent in spent_wan]


def _stages(
    parts: Parts, order: Sequence[Step], costs: Sequence[float], years: Sequence[int]
) -> tuple[Stage, ...]:
    """Put together what is done in the same year, and hold the county against its promise after each."""
    facilities = parts.ground.area.facilities
    names = dict(zip(facilities["id"], facilities["name"], strict=True))
    stages: list[Stage] = []
    done, spent_wan = 0, 0.0
    for year, pairs in groupby(zip(years, order, strict=True), key=lambda pair: pair[0]):
        numbers = [i for _, step in pairs for i in step]
        cost_wan = _price(numbers, costs)
        done |= as_set(numbers)
        spent_wan += cost_wan
        totals = parts.setting(done).assess().totals["all"]
        stages.append(
            Stage(
                parts=tuple(_named(parts.all[i], names) for i in numbers),
                year=year,
                cost_wan=cost_wan,
                spent_wan=spent_wan,
                covered_population=totals.covered_population,
                covered_share=totals.covered_share,
                townships_met=totals.townships_met,
            )
        )
    return tuple(stages)


def _named(part: Part, names: Mapping[str, str]) -> Part:
    """Give a part with its facility's name where the option does not say it."""
    return part if part.name else replace(part, name=str(names.get(part.id, part.id)))
