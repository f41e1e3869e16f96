"""A county as it is beside what each option makes of it: who gains, who loses, what it costs, what holds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import geopandas as gpd
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

    from coverage.analysis import Note
    from coverage.option import Option, Part
    from coverage.routing.speeds import SpeedTable
    from coverage.situation import Situation
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

TrialCode = Literal["speed_90", "speed_80", "peak", "night", "rain"]
TRIAL_CODES: tuple[TrialCode, ...] = ("speed_90", "speed_80", "peak", "night", "rain")
CostBasis = Literal["lifetime", "capital"]
Sign = Literal["more", "fewer", "no_difference"]
ConditionCode = Literal[
    "leads_in_every_trial",
    "overtaken",
    "no_clear_difference",
    "people_lost",
    "townships_lost",
    "cost_unknown",
    "cheaper_is_as_good",
    "saves_money",
    "not_comparable",
    "dear_for_what_it_adds",
    "other_standard",
    "other_speeds",
    "roads_changed",
    "hours_limited",
    "depends_on_one_ambulance",
    "below_ambulance_norm",
    "below_target",
]
"""What a recommendation hangs on; `coverage.reports.comparison_wording` has the sentences."""


@dataclass(frozen=True)
class Response:
    """
    How long people wait, weighted by people, over one class or all.

    Parameters
    ----------
    population
        People of the class.
    mean_s
        Over those whom somebody reaches; NaN where there are none.
    median_s, p90_s, p95_s, worst_s
        Seconds from the clock's start; ``inf`` where that share of the people is not reached at all, NaN
        where there is nobody.
    unreached_population
        People whom nobody reaches, off the network or without a road.
    """

    population: float
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    worst_s: float
    unreached_population: float


@dataclass(frozen=True)
class Equity:
    """
    How unequally people wait, over those whom somebody reaches, weighted by people.

    Parameters
    ----------
    gini
        Of the response time, 0 (all wait alike) to 1; NaN where nobody is reached.
    worst_decile_share
        Share of all waiting that falls on the tenth of the people who wait longest; 0.1 where all wait alike.
    worst_decile_mean_s
        Mean response of that tenth, seconds.
    worst_decile_covered_share
        Share of the county's worst-served tenth, those whom nobody reaches first among them, that is covered.
    """

    gini: float
    worst_decile_share: float
    worst_decile_mean_s: float
    worst_decile_covered_share: float


@dataclass(frozen=True)
class Fleet:
    """
    Ambulances inside the county beside the norm of one for every 30,000 people (国卫医发〔2020〕19号).

    Parameters
    ----------
    ambulances
        Known ones; NaN where no count is known.
    ambulances_required
        -1 where the number of people is not known.
    people_per_ambulance
        NaN where either is not known, ``inf`` without an ambulance.
    """

    ambulances: float
    ambulances_required: int
    people_per_ambulance: float


@dataclass(frozen=True)
class Cost:
    """
    What an option costs.

    Parameters
    ----------
    capital_wan
        万元; NaN where the cost of something it opens, moves, changes or builds is not given.
    yearly_wan
        What it adds to a year's running cost, savings taken off (so that it may be negative), 万元; NaN
        likewise.
    years
        Over how many years running costs are counted.
    unpriced
        Names of what has no capital cost.
    """

    capital_wan: float
    yearly_wan: float
    years: float
    unpriced: tuple[str, ...] = ()

    @property
    def total_wan(self) -> float:
        """Capital and running cost over the years, not discounted, 万元; NaN where either is not known."""
        return self.capital_wan + self.years * self.yearly_wan

    def on(self, basis: CostBasis) -> float:
        """Give the cost that a comparison goes by, 万元; NaN where not known."""
        return self.total_wan if basis == "lifetime" else self.capital_wan


@dataclass(frozen=True)
class Outcome:
    """
    The county as it is, or with one option.

    Parameters
    ----------
    key
        ``0`` for the county as it is; the options are ``A``, ``B`` … in the order they were given.
    option
        What is done; the county as it is does nothing.
    text
        The option's file as it was read; empty for the county as it is.
    source
        The file's name; empty for the county as it is.
    situation
        The county with it, on both clocks. The base table of `situation.area` holds the facilities as they
        then are, with their ``hours``.
    condition, speeds
        What its times were computed with.
    response
        By ``urban``, ``rural`` and ``all``.
    equity, fleet, cost
        See there.
    closed_roads, new_roads
        One row a closure and a road that is built, in the option's order: ``name`` and its lines, those
        that nobody drives any more and those that were not there; in the study area's system.
    loads
        One row a base, the busiest first: ``id``, ``name``, ``kind``, ``ambulances`` (NaN unknown),
        ``first_population`` (people whom it reaches first), ``per_ambulance`` (of them for each of its
        ambulances; NaN unknown), ``is_new`` (not a base today).
    townships
        One row a township, aligned with the study area's: ``id``, ``name``, ``class``, ``population``,
        ``before_population`` and ``after_population`` (covered today and with the option),
        ``gained_population``, ``lost_population`` (covered then and not today; and the other way round:
        gained less lost is after less before), ``verdict_before``, ``verdict_after``, ``median_before_s``,
        ``median_after_s``.
    demand
        One row a demand point, aligned with the study area's: ``id``, ``name``, ``township_id``,
        ``population``, ``before_s``, ``after_s``, ``change``: ``gained``, ``lost``, ``covered`` (both times)
        or ``uncovered`` (both times).
    dominated_by
        Keys of outcomes that cover no fewer people for no more money, and are better in one of both; empty
        where there are none or the cost is not known. One whose bases are not all staffed round the clock
        beats another only where it covers no fewer at night as well; one that is judged by other limits or
        speeds than the county as it is beats none, and none beats it.
    cost_per_person_yuan
        Cost for each person newly covered, those who lose taken off, 元, on the comparison's basis; NaN
        where the cost is not known, money is saved, or nobody is gained.
    """

    key: str
    option: Option
    text: str
    source: str
    situation: Situation
    condition: str
    speeds: SpeedTable
    response: Mapping[str, Response]
    equity: Equity
    fleet: Fleet
    cost: Cost
    closed_roads: gpd.GeoDataFrame
    new_roads: gpd.GeoDataFrame
    loads: pd.DataFrame
    townships: pd.DataFrame
    demand: pd.DataFrame
    dominated_by: tuple[str, ...] = ()
    cost_per_person_yuan: float = math.nan

    @property
    def is_baseline(self) -> bool:
        """Whether this is the county as it is."""
        return self.key == "0"

    @property
    def area(self) -> StudyArea:
        """The study area with the option."""
        return self.situation.area

    @property
    def is_comparable(self) -> bool:
        """Whether it is judged by the same limits and speeds as the county as it is."""
        return not self.option.speeds and not {"urban_s", "rural_s"} & set(self.option.standard)

    @property
    def is_limited(self) -> bool:
        """Whether some base is not staffed round the clock."""
        return bool((self.area.facilities["hours"] != "").any())

    @property
    def covered_population(self) -> float:
        """People covered, on the promise's own clock."""
        return self.situation.assessment.totals["all"].covered_population

    @property
    def covered_share(self) -> float:
        """Their share of all people; NaN where nobody lives."""
        return self.situation.assessment.totals["all"].covered_share

    @cached_property
    def gained_population(self) -> float:
        """People covered with the option and not today."""
        return float(self.demand.loc[self.demand["change"] == "gained", "population"].sum())

    @cached_property
    def lost_population(self) -> float:
        """People covered today and not with the option."""
        return float(self.demand.loc[self.demand["change"] == "lost", "population"].sum())


@dataclass(frozen=True)
class Trial:
    """
    The same options under a harder condition.

    Parameters
    ----------
    code
        ``speed_90`` and ``speed_80``: all speeds 10 and 20 % lower; otherwise a driving condition, at night
        with the bases that are open then.
    covered_population, covered_share
        Shape (n_outcomes,), the county as it is first.
    """

    code: TrialCode
    covered_population: tuple[float, ...]
    covered_share: tuple[float, ...]


@dataclass(frozen=True)
class Away:
    """
    One outcome with each single ambulance away.

    Parameters
    ----------
    key
        Of the outcome.
    rows
        One row a base, the one that is missed most first: ``id``, ``name``, ``ambulances``,
        ``covered_population`` and ``covered_share`` of the county with one ambulance fewer there, and
        ``lost_population`` against all being there.
    """

    key: str
    rows: pd.DataFrame

    @property
    def worst_covered_population(self) -> float:
        """People covered while the ambulance is away that is missed most."""
        return float(self.rows["covered_population"].min())


@dataclass(frozen=True)
class Draws:
    """
    The same options in many counties that may be, each with its own speeds, delays and people.

    Parameters
    ----------
    n, seed
        How many, and where their random numbers begin; the same draws for every outcome.
    covered_share
        Shape (n, n_outcomes).
    sd
        Standard deviations that were drawn with, as shares of the figure: ``speed``, ``class_speed``,
        ``delay``, ``people``.
    """

    n: int
    seed: int
    covered_share: NDArray[np.float64]
    sd: Mapping[str, float]


@dataclass(frozen=True)
class PairedDifference:
    """
    Two outcomes over the same draws.

    Parameters
    ----------
    first, second
        Keys.
    mean, low, high
        Of the first's covered share less the second's: the mean, and the middle 95 % of the draws.
    sign
        ``more`` where the first covers more in at least half of the draws, and in at least 97.5 % of those
        in which the two are not alike; ``fewer`` likewise,
        ``no_difference`` otherwise.
    """

    first: str
    second: str
    mean: float
    low: float
    high: float
    sign: Sign


@dataclass(frozen=True)
class Robustness:
    """
    What becomes of the order of the options when things are not as assumed.

    Parameters
    ----------
    trials
        In the order of `TRIAL_CODES`.
    away
        One an outcome, in their order.
    draws
        The draws.
    pairs
        Every pair of outcomes once, in their order.
    """

    trials: tuple[Trial, ...]
    away: tuple[Away, ...]
    draws: Draws
    pairs: tuple[PairedDifference, ...]

    def trial(self, code: TrialCode) -> Trial:
        """Give the outcomes under one of the conditions."""
        return next(trial for trial in self.trials if trial.code == code)

    def pair(self, first: str, second: str) -> PairedDifference:
        """
        Give two outcomes over the same draws, either way round.

        Raises
        ------
        KeyError
            If there is no such pair.
        """
        for pair in self.pairs:
            if (pair.first, pair.second) == (first, second):
                return pair
            if (pair.second, pair.first) == (first, second):
                turned: dict[Sign, Sign] = {"more": "fewer", "fewer": "more"}
                return PairedDifference(
                    first, second, -pair.mean, -pair.high, -pair.low, turned.get(pair.sign, pair.sign)
                )
        raise KeyError((first, second))


@dataclass(frozen=True)
class Stage:
    """
    One step of an option.

    Parameters
    ----------
    parts
        What is done in it: the option's own openings, closings, moves and changes, each with its name.
    year
        1 for the first; the year in which the money for it is there, or simply its number where no yearly
        sum is given.
    cost_wan
        Capital, 万元; NaN where not known.
    spent_wan
        With all before it.
    covered_population, covered_share, townships_met
        Of the county once it is done.
    """

    parts: tuple[Part, ...]
    year: int
    cost_wan: float
    spent_wan: float
    covered_population: float
    covered_share: float
    townships_met: int

    @property
    def names(self) -> tuple[str, ...]:
        """What is built, moved, changed or closed in it, as planners call it."""
        return tuple(part.name for part in self.parts)


@dataclass(frozen=True)
class Staging:
    """
    The order in which an option's parts should be built.

    Parameters
    ----------
    key
        Of the outcome.
    stages
        In order; empty where there is nothing to order.
    is_best
        Whether no other order is better; False where there were too many to try all.
    is_priced
        Whether the order looks at money; False where costs are missing and each part counts alike.
    """

    key: str
    stages: tuple[Stage, ...]
    is_best: bool
    is_priced: bool


@dataclass(frozen=True)
class Condition:
    """
    One thing a recommendation hangs on.

    Parameters
    ----------
    code
        Which of the known conditions.
    population
        People it concerns; 0 where that does not apply.
    names
        What it concerns: trials, townships, facilities, keys of other outcomes.
    """

    code: ConditionCode
    population: float = 0.0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Advice:
    """
    Which option the figures speak for.

    Parameters
    ----------
    key
        Of the outcome; ``0`` where no option makes a clear difference.
    conditions
        What that hangs on, the weightiest first.
    """

    key: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True)
class Comparison:
    """
    Everything the reports of ``coverage compare`` show.

    Parameters
    ----------
    area
        The study area as it is.
    standard
        The promise, on its own clock.
    speeds, condition
        The table and the driving condition of the county as it is.
    at_min
        The hour of the day that the figures hold for, minutes after midnight.
    outcomes
        The county as it is, then the options as they were given.
    order
        Keys of all outcomes, most people covered first; where they cover as many, those who cover more at
        night first, then the cheaper.
    basis
        What costs are compared by: ``lifetime`` (capital and the years' running cost) where every option
        says both, else ``capital``.
    robustness, stagings, advice
        See there; stagings are empty where not asked for.
    notes
        What a reader must know.
    """

    area: StudyArea
    standard: ResponseStandard
    speeds: SpeedTable
    condition: str
    at_min: int
    outcomes: tuple[Outcome, ...]
    order: tuple[str, ...]
    basis: CostBasis
    robustness: Robustness
    stagings: tuple[Staging, ...]
    advice: Advice
    notes: tuple[Note, ...]

    @property
    def baseline(self) -> Outcome:
        """The county as it is."""
        return self.outcomes[0]

    @property
    def options(self) -> tuple[Outcome, ...]:
        """What each option makes of it."""
        return self.outcomes[1:]

    def outcome(self, key: str) -> Outcome:
        """
        Give the outcome of a key.

        Raises
        ------
        KeyError
            If there is none.
        """
        for outcome in self.outcomes:
            if outcome.key == key:
                return outcome
        raise KeyError(key)

    def cost_wan(self, outcome: Outcome) -> float:
        """Give what an outcome costs on the comparison's basis, 万元; NaN where not known."""
        return outcome.cost.on(self.basis)
