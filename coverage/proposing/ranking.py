"""A plan put in order: which site adds most, what each adds, and what would have come in its place."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import judge
from coverage.proposal import ProposedSite
from coverage.proposing.alternatives import alternative_to
from coverage.proposing.chosen import Chosen
from coverage.proposing.fleet import ambulances_at
from coverage.proposing.merit import TOLERANCE, merit_of
from coverage.proposing.naming import site_name
from coverage.proposing.units import sites_today, units_of, units_there
from coverage.situation import VerdictChange

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.assessment import Verdict
    from coverage.proposing.case import Case
    from coverage.siting.plan import SitingPlan

# With these a site that adds nothing by itself may be worth its while as a second one.
_OF_SECOND_COVER = ("backup-covering", "double-standard", "expected-covering")


def choose(case: Case, plan: SitingPlan) -> Chosen:
    """
    Put a plan's new sites in order, the one that adds most first, and leave out those that add nothing.

    Parameters
    ----------
    case
        The wish on its county.
    plan
        Columns as in the case.
    """
    units, there = units_of(plan.sites, case), units_there(case)
    kept = [int(site) for site in case.existing if units[site]]
    closed = [int(site) for site in case.existing if not units[site]]
    there_of = {int(site): int(n) for site, n in zip(case.existing, there, strict=True) if units[site]}
    units[case.existing] = np.maximum(units[case.existing] - there, 0)
    new = [int(site) for site in np.flatnonzero(units)]
    if case.wish.model not in _OF_SECOND_COVER:
        new = _needed(case, kept, new)
    ranked = _ranked(case, new)
    return Chosen(
        tuple(kept), tuple(closed), tuple(ranked), {site: int(units[site]) for site in ranked}, there_of
    )


def adds_nothing(case: Case, gain: float) -> bool:
    """Tell whether a gain is none but for the rounding of sums."""
    return gain <= TOLERANCE * max(1.0, float(case.weight.sum()))


def _needed(case: Case, kept: list[int], new: list[int]) -> list[int]:
    """Leave out, the last column first, what the others do without."""
    merit, needed = merit_of(case), list(new)
    for site in reversed(new):
        others = [*kept, *(other for other in needed if other != site)]
        if adds_nothing(case, float(merit.gains(others, np.array([site]))[0])):
            needed.remove(site)
    return needed


def _ranked(case: Case, new: list[int]) -> list[int]:
    """Put new sites in order by what each adds to what there is today, closures being the last step."""
    merit, ranked, rest = merit_of(case), list(sites_today(case)), list(new)
    while rest:
        gains = np.round(merit.gains(ranked, np.array(rest)), 6)
        people = case.people_added(ranked, np.array(rest))
        # of equals the one that newly covers most, then the lower column
        ranked.append(rest.pop(int(np.lexsort((np.arange(len(rest)), -people, -gains))[0])))
    return ranked[len(sites_today(case)) :]


def lost_points(case: Case, chosen: Chosen) -> NDArray[np.bool_]:
    """Tell which demand points are covered today and not with a plan, shape (n_demand,)."""
    return case.covered(case.existing) & ~case.covered(chosen.sites)


def describe(case: Case, chosen: Chosen) -> tuple[ProposedSite, ...]:
    """
    Say of each new site what it adds, and what would have come in its place.

    Parameters
    ----------
    case
        The wish on its county.
    chosen
        The plan, in order.
    """
    sites, merit = [], merit_of(case)
    ids = case.ground.area.demand["id"].to_numpy(dtype=object)
    everyone = case.covered(chosen.sites)
    before = case.covered(case.existing)
    for rank, column in enumerate(chosen.new, start=1):
        after = before | case.covered([column])
        sole = everyone & ~case.covered(chosen.without(column))
        row = case.table.iloc[column]
        sites.append(
            ProposedSite(
                rank=rank,
                id=str(row["id"]),
                name=site_name(case, column),
                kind=str(row["kind"]),
                facility_id=str(row["facility_id"]),
                origin=str(row["origin"]),
                lon=float(row["lon"]),
                lat=float(row["lat"]),
                ambulances=ambulances_at(case, chosen, column),
                cost_wan=math.nan if row["existing"] else float(row["cost_wan"]),
                added_population=case.people(after & ~before),
                added=tuple(str(name) for name in ids[after & ~before]),
                sole_population=case.people(sole),
                changes=_changes(case, before, after),
                alternative=alternative_to(case, merit, chosen, column),
            )
        )
        before = after
    return tuple(sites)


def _verdicts(case: Case, covered: NDArray[np.bool_]) -> list[Verdict]:
    """Judge every township by a set of covered demand points."""
    area = case.ground.area
    number = {str(township): i for i, township in enumerate(area.townships["id"])}
    mine = np.array([number.get(str(t), -1) for t in area.demand["township_id"]])
    inside = mine >= 0
    sums = [
        np.bincount(mine[inside], weights=people[inside], minlength=len(number))
        for people in (case.weight, case.weight * covered)
    ]
    target = case.ground.standard.target_share
    return [judge(float(everyone), float(there), target) for everyone, there in zip(*sums, strict=True)]


def _changes(case: Case, before: NDArray[np.bool_], after: NDArray[np.bool_]) -> tuple[VerdictChange, ...]:
    townships = case.ground.area.townships
    rows = zip(
        townships["id"], townships["name"], _verdicts(case, before), _verdicts(case, after), strict=True
    )
    return tuple(VerdictChange(str(i), str(name), old, new) for i, name, old, new in rows if old != new)
