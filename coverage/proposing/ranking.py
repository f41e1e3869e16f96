"""A plan put in order: which site adds most, what each adds, and what would have come in its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from coverage.assessment import judge
from coverage.proposal import Alternative, ProposedSite, VerdictChange
from coverage.proposing.merit import merit_of
from coverage.proposing.naming import site_name
from coverage.proposing.solving import units_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from coverage.assessment import Verdict
    from coverage.proposing.case import Case
    from coverage.siting.plan import SitingPlan

_NOTHING = 1e-9
"""Of the people: what adds no more than this share adds nobody."""

# With these a site that adds nothing by itself may be worth its while as a second one.
_OF_SECOND_COVER = ("backup-covering", "double-standard", "expected-covering")


@dataclass(frozen=True)
class Chosen:
    """
    A plan in terms of what there is and what is new; columns are those of the case.

    Parameters
    ----------
    kept, closed
        Existing sites that stay, and those that close, ascending.
    new
        New sites, or existing ones that get more ambulances, in order of rank.
    units
        How many times what a new site gets each of `new` gets.
    """

    kept: tuple[int, ...]
    closed: tuple[int, ...]
    new: tuple[int, ...]
    units: Mapping[int, int]

    @property
    def sites(self) -> tuple[int, ...]:
        """All that are open."""
        return tuple(dict.fromkeys((*self.kept, *self.new)))


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
    units = np.bincount(np.array(plan.sites, dtype=np.int64), minlength=len(case.table))
    kept = [int(site) for site in case.existing if units[site]]
    closed = [int(site) for site in case.existing if not units[site]]
    there = units_there(case)
    units[case.existing] = np.maximum(units[case.existing] - there, 0)
    new = [int(site) for site in np.flatnonzero(units)]
    if case.wish.model not in _OF_SECOND_COVER:
        new = _needed(case, kept, new)
    ranked = _ranked(case, kept, new)
    return Chosen(tuple(kept), tuple(closed), tuple(ranked), {site: int(units[site]) for site in ranked})


def adds_nothing(case: Case, gain: float) -> bool:
    """Tell whether a gain is none but for the rounding of sums."""
    return gain <= _NOTHING * max(1.0, float(case.weight.sum()))


def _needed(case: Case, kept: list[int], new: list[int]) -> list[int]:
    """Leave out, the last column first, what the others do without."""
    merit, needed = merit_of(case), list(new)
    for site in reversed(new):
        others = [*kept, *(other for other in needed if other != site)]
        if adds_nothing(case, float(merit(others, np.array([site]))[0])):
            needed.remove(site)
    return needed


def _ranked(case: Case, kept: list[int], new: list[int]) -> list[int]:
    merit, ranked, rest = merit_of(case), list[int](), list(new)
    while rest:
        gains = merit([*kept, *ranked], np.array(rest))
        # of equals the lower column: argmax takes the first
        ranked.append(rest.pop(int(np.argmax(gains))))
    return ranked


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
    sites = []
    ids = case.ground.area.demand["id"].to_numpy(dtype=object)
    everyone = case.covered(np.array(chosen.sites, dtype=np.int64))
    before = case.covered(np.array(chosen.kept, dtype=np.int64))
    for rank, column in enumerate(chosen.new, start=1):
        after = before | case.covered(np.array([column]))
        others = [site for site in chosen.sites if site != column]
        sole = everyone & ~case.covered(np.array(others, dtype=np.int64))
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
                ambulances=chosen.units[column] * gets(case, column),
                cost_wan=float(row["cost_wan"]),
                added_population=case.people(after & ~before),
                added=tuple(str(name) for name in ids[after & ~before]),
                sole_population=case.people(sole),
                changes=_changes(case, before, after),
                alternative=_alternative(case, chosen, others, column),
            )
        )
        before = after
    return tuple(sites)


def gets(case: Case, column: int) -> float:
    """Give the ambulances that a site gets; one more where it has some already."""
    row = case.table.iloc[column]
    return 1.0 if row["existing"] else float(row["ambulances"])


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


def _alternative(case: Case, chosen: Chosen, others: Sequence[int], column: int) -> Alternative | None:
    """Find the best candidate in a site's place, all others kept, within number, money and spacing."""
    taken = {*chosen.sites, *chosen.closed, column}
    near = {a if b in others else b for a, b in case.candidates.apart if (a in others) != (b in others)}
    free = np.array([site for site in case.new if site not in taken | near], dtype=np.int64)
    if case.wish.budget_wan is not None:
        spent = float(case.cost_wan[[site for site in chosen.new if site != column]].sum())
        free = free[case.cost_wan[free] <= (case.wish.budget_wan - spent) * (1 + _NOTHING)]
    if not len(free):
        return None
    gains = merit_of(case)(others, free)
    best = int(free[np.argmax(gains)])
    if adds_nothing(case, float(gains.max())):
        return None
    people = case.people(case.covered(np.array([*others, best])))
    return Alternative(str(case.table["id"].iloc[best]), site_name(case, best), people)
