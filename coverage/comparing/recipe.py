"""The way from a study area and some options to a comparison, as one recipe."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.analysis import study_notes
from coverage.comparing.advice import advise
from coverage.comparing.ground import lay_setting, today_setting
from coverage.comparing.money import cheaper_wan, cost_per_person_yuan, dominated_by
from coverage.comparing.notes import comparison_notes
from coverage.comparing.outcome import outcome_of
from coverage.comparing.robustness import hold
from coverage.comparing.staging import stage_option
from coverage.comparison import Comparison
from coverage.errors import OptionError
from coverage.routing.speeds import DEFAULT_SPEEDS
from coverage.standards import ResponseStandard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage.comparing.ground import Setting
    from coverage.comparison import CostBasis, Outcome, Robustness
    from coverage.option import Option
    from coverage.routing.speeds import SpeedTable
    from coverage.study_area import StudyArea

NOON_MIN = 720
YEARS = 10.0
N_DRAWS = 200
MOST_OPTIONS = 26
"""As many as there are letters to call them by."""


def compare(
    area: StudyArea,
    options: Sequence[tuple[Option, str, str]],
    standard: ResponseStandard | None = None,
    *,
    speeds: SpeedTable = DEFAULT_SPEEDS,
    condition: str = "siren",
    at_min: int = NOON_MIN,
    years: float = YEARS,
    n_draws: int = N_DRAWS,
    seed: int = 1,
    stages: bool = False,
    per_year_wan: float = math.nan,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """
    Hold a county as it is beside what each option makes of it.

    Parameters
    ----------
    area
        The study area.
    options
        Each with the text and the name of its file; up to 26.
    standard
        The promise; the national one where not given.
    speeds, condition
        Speed table and driving condition.
    at_min
        The hour of the day, minutes after midnight: bases that are not staffed then do not count.
    years
        Over how many years running costs are counted.
    n_draws, seed
        How many counties that may be are drawn, and where their random numbers begin.
    stages
        Whether to order each option's parts.
    per_year_wan
        What may be spent a year, for that order, 万元; NaN where no sum is given.
    progress
        Is told how many of how many steps are done.

    Returns
    -------
    Comparison
        With the county as it is first.

    Raises
    ------
    OptionError
        If there is no option, there are too many, or one does not fit the county.
    AssessmentError
        If no facility has an ambulance, or none is staffed at that hour.
    SpeedError
        If a speed table has no such condition.
    """
    if not 1 <= len(options) <= MOST_OPTIONS:
        raise OptionError(
            f"{len(options)} options to compare: give 1 to {MOST_OPTIONS}",
            zh=f"要比较的方案有{len(options)}个：请给出1至{MOST_OPTIONS}个",
        )
    today = today_setting(
        area, standard or ResponseStandard(), speeds=speeds, condition=condition, at_min=at_min
    )
    settings = [today, *(lay_setting(today, option) for option, _, _ in options)]
    outcomes = _outcomes(settings, options, years)
    keys = [outcome.key for outcome in outcomes]
    robustness = hold(settings, keys, n_draws=n_draws, seed=seed, progress=progress)
    cheaper = _cheaper(outcomes)
    basis = _basis(outcomes)
    outcomes = _priced(outcomes, basis, cheaper, robustness)
    order = _order(outcomes, basis, robustness)
    found = outcomes[0].situation
    return Comparison(
        area=area,
        standard=today.standard,
        speeds=speeds,
        condition=condition,
        at_min=at_min,
        outcomes=tuple(outcomes),
        order=order,
        basis=basis,
        robustness=robustness,
        stagings=tuple(
            stage_option(today, outcome.key, outcome.option, per_year_wan=per_year_wan)
            for outcome in outcomes[1:]
            if stages
        ),
        advice=advise(outcomes, cheaper, order, robustness),
        notes=comparison_notes(
            study_notes(area, today.network, found.assessment, found.areas), outcomes, robustness
        ),
    )


def _outcomes(
    settings: Sequence[Setting], options: Sequence[tuple[Option, str, str]], years: float
) -> list[Outcome]:
    today = outcome_of(settings[0], key="0", text="", source="", today=None, years=years)
    return [
        today,
        *(
            outcome_of(setting, key=chr(ord("A") + i), text=text, source=source, today=today, years=years)
            for i, (setting, (_, text, source)) in enumerate(zip(settings[1:], options, strict=True))
        ),
    ]


def _basis(outcomes: Sequence[Outcome]) -> CostBasis:
    """Compare by capital and running cost where every option that says its capital says its running cost."""
    priced = [outcome.cost for outcome in outcomes if not math.isnan(outcome.cost.capital_wan)]
    return "capital" if any(math.isnan(cost.yearly_wan) for cost in priced) else "lifetime"


def _cheaper(outcomes: Sequence[Outcome]) -> NDArray[np.float64]:
    """Say how much cheaper each is than each other; NaN for those judged by other limits or speeds."""
    cheaper = cheaper_wan([outcome.cost for outcome in outcomes])
    apart = np.array([not outcome.is_comparable for outcome in outcomes])
    cheaper[apart, :] = cheaper[:, apart] = math.nan
    return cheaper


def _priced(
    outcomes: Sequence[Outcome], basis: CostBasis, cheaper: NDArray[np.float64], robustness: Robustness
) -> list[Outcome]:
    """Say of each outcome which others beat it, and what a person newly covered costs."""
    covered = [outcome.covered_population for outcome in outcomes]
    limited = [outcome.is_limited for outcome in outcomes]
    beaten = dominated_by(cheaper, covered, robustness.trial("night").covered_population, limited)
    return [
        replace(
            outcome,
            dominated_by=tuple(outcomes[i].key for i in by),
            cost_per_person_yuan=(
                math.nan
                if outcome.is_baseline
                else cost_per_person_yuan(outcome.cost.on(basis), people - covered[0])
            ),
        )
        for outcome, by, people in zip(outcomes, beaten, covered, strict=True)
    ]


def _order(outcomes: Sequence[Outcome], basis: CostBasis, robustness: Robustness) -> tuple[str, ...]:
    """Give the keys: most people covered first, of those more at night first, of those the cheaper first."""
    at_night = robustness.trial("night").covered_population

    def place(i: int) -> tuple[float, float, float, int]:
        wan = outcomes[i].cost.on(basis)
        # a thousandth of a person is arithmetic
        people = (-round(outcomes[i].covered_population, 3), -round(at_night[i], 3))
        return *people, math.inf if math.isnan(wan) else round(wan, 6), i

    return tuple(outcomes[i].key for i in sorted(range(len(outcomes)), key=place))
