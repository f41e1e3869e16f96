"""What would have come in a site's place, by the objective of the model that was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from coverage.proposal import Alternative
from coverage.proposing.merit import TOLERANCE
from coverage.proposing.naming import site_name
from coverage.proposing.units import counts_units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage.proposing.case import Case
    from coverage.proposing.chosen import Chosen
    from coverage.proposing.merit import Merit


def alternative_to(case: Case, merit: Merit, chosen: Chosen, column: int) -> Alternative | None:
    """
    Find the best candidate in a site's place, all others kept, within everything that limits the plan.

    Of those that the model holds for equals, the one is given that covers most people.

    Parameters
    ----------
    case, merit
        The wish on its county, and the yardstick of its model.
    chosen
        The plan.
    column
        Of one of its new sites.

    Returns
    -------
    Alternative or None
        None where no other candidate may take the place, or none is of use there.
    """
    others = chosen.without(column)
    free = _free(case, chosen, column)
    if not len(free):
        return None
    found = merit.objectives(others, free, chosen.units[column])
    if np.isnan(found).all():
        return None
    worth = -found if merit.less_is_better else found
    best = float(np.nanmax(worth))
    equal = free[worth >= best - TOLERANCE * max(1.0, abs(best))]
    people = case.people_added(others, equal)
    first = int(np.argmax(people))
    gain = float(merit.gains(others, equal[first : first + 1])[0])
    if max(gain, float(people[first])) <= TOLERANCE * max(1.0, float(case.weight.sum())):
        return None
    site = int(equal[first])
    return Alternative(
        id=str(case.table["id"].iloc[site]),
        name=site_name(case, site),
        covered_population=case.people(case.covered((*others, site))),
        objective=merit.objective((*others, *[site] * chosen.units[column])),
    )


def _free(case: Case, chosen: Chosen, column: int) -> NDArray[np.int64]:
    """Give the columns that may be open in a site's place: by number, money and spacing."""
    if counts_units(case):
        # there a second ambulance at any other site is as good an answer as a first one elsewhere
        return np.setdiff1d(np.arange(len(case.table)), [column])
    others = set(chosen.sites) - {column}
    near = {a if b in others else b for a, b in case.candidates.apart if (a in others) != (b in others)}
    taken = {*chosen.sites, *near}
    free = np.array([site for site in case.new if site not in taken], dtype=np.int64)
    if case.wish.budget_wan is not None:
        spent = float(case.cost_wan[[site for site in chosen.new if site != column]].sum())
        free = free[case.cost_wan[free] <= (case.wish.budget_wan - spent) * (1 + TOLERANCE)]
    return free
