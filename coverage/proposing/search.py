"""The plan that is wished for, and those of the curve, each from the one before it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from coverage.proposing.solving import best_of_number, everyone_in_reach, extend, solve
from coverage.siting.plan import relative_gap

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.proposing.case import Case
    from coverage.siting.plan import Progress, SitingPlan


@dataclass(frozen=True)
class Answers:
    """
    What the models answered.

    Parameters
    ----------
    plan
        The plan that is wished for.
    sweep
        Those of the curve by number of new sites, ascending, as far as the search came.
    """

    plan: SitingPlan
    sweep: Mapping[int, SitingPlan]


def search(case: Case, progress: Progress | None) -> Answers:
    """
    Solve what is wished for.

    Parameters
    ----------
    case
        The wish on its county.
    progress
        Is told how far each search is.
    """
    most = case.wish.most
    if most is not None and not case.wish.sweep:
        return Answers(solve(case, most, progress=progress), {})
    if most is not None:
        plans = _curve(case, sorted({*case.wish.sweep, most}), progress)
        main = plans[most] if most in plans else _completed(case, plans[max(plans)], most)
        return Answers(main, {count: plans[count] for count in case.wish.sweep if count in plans})
    main = solve(case, None, progress=progress)
    if main.status == "interrupted":
        return Answers(main, {})
    return Answers(main, _curve(case, case.wish.sweep, progress))


def _curve(case: Case, counts: Sequence[int], progress: Progress | None) -> dict[int, SitingPlan]:
    """Find the best plan of each number, ascending, each beginning with the one before."""
    plans: dict[int, SitingPlan] = {}
    last: SitingPlan | None = None
    for count in counts:
        if last is not None and everyone_in_reach(case, last):
            plans[count] = last  # nothing is left to be gained, and nothing to be solved
            continue
        plan = best_of_number(case, count, start=last.sites if last else (), progress=progress)
        last = plans[count] = _no_worse(plan, last)
        if plan.status == "interrupted":
            break
    return plans


def _no_worse(plan: SitingPlan, last: SitingPlan | None) -> SitingPlan:
    """Give a plan, or the one of fewer sites where a search that was stopped has not got beyond it."""
    if last is None or plan.objective >= last.objective:
        return plan
    return replace(
        plan,
        sites=last.sites,
        objective=last.objective,
        covered=last.covered,
        gap=relative_gap(last.objective, plan.bound),
    )


def _completed(case: Case, plan: SitingPlan, count: int) -> SitingPlan:
    """Give a plan of the number wished for where the search was stopped at a smaller one."""
    return replace(extend(case, plan, count), status="interrupted", bound=math.inf, gap=math.inf)
