"""The promise at a moment when no unit can be sent."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import judge

if TYPE_CHECKING:
    import pandas as pd

    from coverage.assessment import Assessment, Totals


def nobody_comes(planned: Assessment) -> Assessment:
    """
    Give what is left of a promise while every unit is away: nobody is reached.

    Parameters
    ----------
    planned
        The promise with every unit at its base.

    Returns
    -------
    Assessment
        Of the same places; who is far from any road stays so, all others are unreachable. `reach` is that
        of `planned`.
    """
    demand, facilities = planned.demand, planned.facilities
    is_off = (demand["state"] == "off_network").to_numpy()
    state = np.where(is_off, "off_network", "unreachable")
    return replace(
        planned,
        demand=demand.assign(response_s=math.inf, facility_id="", state=state),
        townships=_nobody_in(planned.townships, planned.standard.target_share),
        bands=planned.bands * 0.0,
        facilities=facilities.assign(is_base=False, first_population=0.0, covered_population=0.0),
        totals={name: _no_totals(totals) for name, totals in planned.totals.items()},
    )


def _nobody_in(townships: pd.DataFrame, target_share: float) -> pd.DataFrame:
    people = townships["population"]
    never = people.where(people <= 0, math.inf).where(people > 0)
    return townships.assign(
        covered_population=0.0,
        late_population=0.0,
        unreachable_population=people - townships["off_network_population"],
        covered_share=townships["covered_share"] * 0.0,
        verdict=[judge(float(n), 0.0, target_share) for n in people],
        seat_time_s=townships["seat_time_s"].where(townships["seat_time_s"].isna(), math.inf),
        median_s=never,
        p90_s=never,
        worst_s=never,
        facility_id="",
        facility_name="",
    )


def _no_totals(totals: Totals) -> Totals:
    n_judged = totals.townships_met + totals.townships_partial + totals.townships_unmet
    never = math.inf if totals.population > 0 else math.nan
    return replace(
        totals,
        covered_population=0.0,
        late_population=0.0,
        unreachable_population=totals.population - totals.off_network_population,
        covered_share=totals.covered_share * 0.0,
        median_s=never,
        p90_s=never,
        townships_met=0,
        townships_partial=0,
        townships_unmet=n_judged,
    )
