"""What an option costs, what a person newly covered costs with it, and which outcomes another one beats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.comparison import Cost

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coverage.option import Change, Closing, Move, NewRoad, Opening, Option

YUAN_PER_WAN = 10_000.0
SAME_PEOPLE = 1e-6
"""Below this, a difference between two sums of people is one of arithmetic."""


def cost_of(option: Option, years: float) -> Cost:
    """
    Add up what an option costs.

    What is opened, moved, changed or built has a known cost only where the option says it, 0 included;
    what is closed costs and saves nothing where it says nothing.

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
                *(part.yearly_wan for part in priced),
                *(-_or_nothing(part.yearly_saved_wan) for part in saved),
            )
        ),
        years=years,
        unpriced=tuple(part.name for part in priced if math.isnan(part.capital_wan)),
    )


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
        NaN where the cost is not known, or nobody is gained.
    """
    if math.isnan(cost_wan) or more_population <= SAME_PEOPLE:
        return math.nan
    return cost_wan * YUAN_PER_WAN / more_population


def dominated_by(
    cost_wan: Sequence[float],
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
    cost_wan
        Shape (n_outcomes,), 万元; NaN where not known: such an outcome neither beats nor is beaten.
    covered_population, night_population
        Shape (n_outcomes,), people covered at the comparison's hour and at night.
    is_limited
        Shape (n_outcomes,), whether some base is not staffed round the clock.
    """
    n = len(cost_wan)

    def beats(i: int, j: int) -> bool:
        if math.isnan(cost_wan[i]) or math.isnan(cost_wan[j]):
            return False
        if is_limited[i] and night_population[i] < night_population[j] - SAME_PEOPLE:
            return False
        more = covered_population[i] - covered_population[j]
        cheaper = cost_wan[j] - cost_wan[i]
        no_worse = more >= -SAME_PEOPLE and cheaper >= 0
        return no_worse and (more > SAME_PEOPLE or cheaper > 0)

    return [tuple(i for i in range(n) if beats(i, j)) for j in range(n)]
