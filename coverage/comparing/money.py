"""What an option costs, what a person newly covered costs with it, and which outcomes another one beats."""

from __future__ import annotations

import math
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from coverage.comparison import Cost
from coverage.option import Change

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.option import Closing, Move, NewRoad, Opening, Option

YUAN_PER_WAN = 10_000.0
_WAN_DIGITS = 6
SAME_PEOPLE = 1e-6
"""Below this, a difference between two sums of people is one of arithmetic."""


def cost_of(option: Option, years: float) -> Cost:
    """
    Add up what an option costs.

    What is opened, moved, changed or built has a known cost only where the option says it, 0 included;
    what is closed costs and saves nothing where it says nothing, and a change that says only what it saves a
    year adds nothing to the year's cost.

    Parameters
    ----------
    option
        What is done.
    years
        Over how many years running costs are counted.
    """
    priced: tuple[Opening | Move | Change | NewRoad, ...] = (
        *option.open,
        *option.move,
        *option.change,
        *option.roads.new,
    )
    saved: tuple[Closing | Change, ...] = (*option.close, *option.change)
    return Cost(
        capital_wan=math.fsum(
            (*(part.capital_wan for part in priced), *(_or_nothing(c.capital_wan) for c in option.close))
        ),
        yearly_wan=math.fsum(
            (
                *(_yearly_wan(part) for part in priced),
                *(-_or_nothing(part.yearly_saved_wan) for part in saved),
            )
        ),
        years=years,
        unpriced=tuple(part.name for part in priced if math.isnan(part.capital_wan)),
    )


def _yearly_wan(part: Opening | Move | Change | NewRoad) -> float:
    """Give what a part adds to a year's cost: nothing where it says only what it saves."""
    if isinstance(part, Change) and math.isnan(part.yearly_wan) and not math.isnan(part.yearly_saved_wan):
        return 0.0
    return part.yearly_wan


def _or_nothing(wan: float) -> float:
    return 0.0 if math.isnan(wan) else wan


def cost_per_person_yuan(cost_wan: float, more_population: float) -> float:
    """
    Give what each person newly covered costs, 元.

    Parameters
    ----------
    cost_wan
        万元; NaN where not known.
    more_population
        People covered more than today, those who lose taken off.

    Returns
    -------
    float
        NaN where the cost is not known, where money is saved, or nobody is gained.
    """
    if not cost_wan >= 0 or more_population <= SAME_PEOPLE:
        return math.nan
    return cost_wan * YUAN_PER_WAN / more_population


def cheaper_wan(costs: Sequence[Cost]) -> NDArray[np.float64]:
    """
    Say how much cheaper each outcome is than each other one.

    Parameters
    ----------
    costs
        Of n outcomes.

    Returns
    -------
    ndarray
        Shape (n, n), 万元: by how much the first is cheaper than the second. Over the years where both say
        their running cost, by capital alone where neither does; NaN where one of them does, or a capital
        cost is not known: what is left out must not make an option the better bargain.
    """
    n = len(costs)
    by = np.full((n, n), math.nan)
    for i, j in product(range(n), repeat=2):
        first, second = costs[i], costs[j]
        known = {math.isnan(first.yearly_wan), math.isnan(second.yearly_wan)}
        if known == {False}:
            by[i, j] = second.total_wan - first.total_wan
        elif known == {True}:
            by[i, j] = second.capital_wan - first.capital_wan
    # sums of cents are arithmetic
    return np.round(by, _WAN_DIGITS)


def dominated_by(
    cheaper: NDArray[np.float64],
    covered_population: Sequence[float],
    night_population: Sequence[float],
    is_limited: Sequence[bool],
) -> list[tuple[int, ...]]:
    """
    Find for each outcome which others cover no fewer people for no more money, and are better in one of both.

    An outcome whose bases are not all staffed round the clock beats another one only where it covers no fewer
    people at night as well: what is cheap because nobody is there at night is not the better bargain.

    Parameters
    ----------
    cheaper
        Shape (n_outcomes, n_outcomes), as `cheaper_wan` gives it; NaN where two do not compare.
    covered_population, night_population
        Shape (n_outcomes,), people covered at the comparison's hour and at night.
    is_limited
        Shape (n_outcomes,), whether some base is not staffed round the clock.
    """
    n = len(covered_population)

    def beats(i: int, j: int) -> bool:
        if is_limited[i] and night_population[i] < night_population[j] - SAME_PEOPLE:
            return False
        more = covered_population[i] - covered_population[j]
        no_worse = more >= -SAME_PEOPLE and cheaper[i, j] >= 0
        return bool(no_worse and (more > SAME_PEOPLE or cheaper[i, j] > 0))

    return [tuple(i for i in range(n) if beats(i, j)) for j in range(n)]
