"""The fewest or the cheapest sites that cover everyone, or a share of the people."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from coverage.errors import SitingError
from coverage.siting.covering import maximal_covering
from coverage.siting.enough import Enough
from coverage.siting.highs import plan_of, solve
from coverage.siting.inputs import checked_sites
from coverage.siting.set_problem import SetProblem, set_problem
from coverage.siting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    from coverage.siting.highs import Ending, MilpAnswer
    from coverage.siting.limits import Groups, Pairs
    from coverage.siting.plan import Progress, SitingPlan

    Numbers = NDArray[np.float64]
    Sites = NDArray[np.int64]

FULLER_S = 5.0
"""How long, of plans that cost the same, the one that covers most people is looked for."""

_SCALE = 1e6  # all people together, in the units the solver sees
_LEAST = 1e-8  # what it would drop as nothing
_WHOLE = 1e-6  # a number of sites this little above a whole one is that one


def set_covering(
    cover: Any,
    *,
    weight: ArrayLike | None = None,
    target: float = 1.0,
    fixed: Sequence[int] = (),
    cost: ArrayLike | None = None,
    groups: Groups | None = None,
    apart: Pairs = (),
    start: Sequence[int] = (),
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Find the fewest sites, or the cheapest, that cover everyone or a share of the people.

    Location set covering (Toregas, Swain, ReVelle and Bergman 1971), and its partial form for a share
    (Daskin and Owen 1999)::

        min  sum_j c_j y_j
        s.t. sum_{j in N_i} y_j >= z_i          for each demand point i
             sum_i w_i z_i >= target sum_i w_i
             y_j = 1 for fixed j,  y_j in {0, 1},  0 <= z_i <= 1

    where ``N_i`` are the sites that cover i; all ``z_i = 1`` for everyone. Of plans for a share that cost the
    same, the one that covers most people is given, as far as `FULLER_S` is enough to find it. Where sites
    cost the same, maximal covering is asked whether fewer sites are enough, until the next fewer are proven
    too few: number and share are two sides of one question.

    Parameters
    ----------
    cover
        Shape (n_demand, n_sites), sparse or dense; what is not 0 is covered.
    weight
        Shape (n_demand,), people. Without it each point counts 1 and all must be covered; with it points
        without people need not be.
    target
        Share of the weight to cover, above 0, at most 1. 1 means every point with people.
    fixed
        Sites that are open in any case.
    cost
        Shape (n_sites,), what each site costs; 1 each without it. Fixed sites count as well.
    groups
        Pairs of member sites and the most of them that may be open, fixed ones included.
    apart
        Pairs of sites of which one at most may be open.
    start
        Sites to begin with.
    time_limit_s
        Seconds.
    progress
        Is told of bound and best plan, in cost.

    Returns
    -------
    SitingPlan
        `objective` is the cost of all open sites, their number without `cost`. `covered` is 0 or 1. The
        fixed sites alone, where they are enough.

    Raises
    ------
    UnreachableError
        If no site reaches some point that must be covered, or too few people can be reached; `points`
        says which points.
    SitingError
        If a figure is none, groups and pairs leave no plan, or the time is over before there is one.
    KeyboardInterrupt
        At Ctrl-C, if there is no plan yet.
    """
    watch = Watch(time_limit_s, progress)
    problem = set_problem(cover, weight, target, fixed, cost, groups, apart)
    if problem.is_enough(problem.limits.fixed):
        return _plan(problem, _Found(problem.limits.fixed, -math.inf, "optimal"), watch)
    best = _first_plan(problem, checked_sites(start, problem.n_sites))
    if best is not None and not problem.is_everyone and problem.unit > 0:
        found = _by_fewer(problem, best, watch)
    else:
        found = _direct(problem, best, watch)
    return _plan(problem, _fuller(problem, found, watch), watch)


@dataclass(frozen=True)
class _Found:
    """A plan that is enough, and what is proven of its cost."""

    sites: Sites
    bound: float
    status: Ending
    n_nodes: int = 0


def _first_plan(problem: SetProblem, start: Sites) -> Sites | None:
    """Give the cheaper of a greedy plan and the one to begin with, if any is enough."""
    plans: list[Sites] = []
    given = np.union1d(start, problem.limits.fixed)
    if len(start) and problem.is_enough(given) and problem.limits.allows(given):
        plans.append(given)
    greedy = _greedy(problem)
    if greedy is not None:
        plans.append(greedy)
    plans = [_without(problem, plan, lambda fewer, _: problem.is_enough(fewer)) for plan in plans]
    return min(plans, key=problem.price, default=None)


def _greedy(problem: SetProblem) -> Sites | None:
    """Open the site that adds most people for its cost, until that is enough (Chvatal 1979)."""
    chosen = problem.limits.fixed
    columns, cost = problem.rows.T.tocsr(), problem.cost[problem.sites]
    parts = problem.limits.rows[:, problem.sites]
    left, closed = problem.gain.copy(), np.zeros(len(cost), dtype=bool)
    while not problem.is_enough(chosen):
        full = problem.limits.used(chosen) + 1 > problem.limits.room
        closed |= np.asarray(parts.T @ full.astype(np.float64) > 0)
        added = np.where(closed, 0.0, columns @ left)
        if not added.any():
            return None
        worth = np.divide(added, cost, out=np.where(added > 0, np.inf, 0.0), where=cost > 0)
        best = int(np.argmax(worth))
        chosen, closed[best] = np.append(chosen, problem.sites[best]), True
        left[columns.indices[columns.indptr[best] : columns.indptr[best + 1]]] = 0.0
    return np.sort(chosen)


def _without(problem: SetProblem, sites: Sites, is_fine: Callable[[Sites, Sites], bool]) -> Sites:
    """Close what is not needed, the dearest first."""
    plan = sites
    closable = np.setdiff1d(sites, problem.limits.fixed)
    for site in closable[np.lexsort((-closable, -problem.cost[closable]))]:
        fewer = plan[plan != site]
        if is_fine(fewer, plan):
            plan = fewer
    return plan


def _by_fewer(problem: SetProblem, best: Sites, watch: Watch) -> _Found:
    """Ask whether fewer sites are enough, until the next fewer are proven too few."""
    fixed = problem.limits.fixed
    lower, step, enough = problem.least_number, 1, Enough(problem, watch)
    status: Ending = "optimal"

    def least() -> float:
        return problem.price(fixed) + problem.unit * (lower - len(fixed))

    try:
        while lower < len(best) and status == "optimal":
            number = max(lower, len(best) - step)
            sites, status = enough.ask(number, least(), problem.price(best))
            if sites is not None:
                best, step = sites, 2 * step
            elif status == "optimal":
                lower, step = number + 1, max(1, (len(best) - number) // 2)
            elif status == "time_limit" and number > lower:  # what is out of the question is soon known
                too_few = enough.ask(number - 1, least(), problem.price(best)) == (None, "optimal")
                lower = number if too_few else lower
    except KeyboardInterrupt:
        status = "interrupted"
    return _Found(best, least(), status, enough.n_nodes)


def _direct(problem: SetProblem, best: Sites | None, watch: Watch) -> _Found:
    """
    Solve the program as it stands.

    The solver takes a share for met within its own tolerance. A set of sites that is not enough when it is
    recounted is not enough without any of its sites either: another site must open, and it is solved again.
    """
    paid = problem.price(problem.limits.fixed)

    def tell(*, bound: float, best: float, seconds: float) -> None:  # noqa: ARG001 - the watch knows the time
        watch.tell(bound + paid, best + paid)

    others: list[NDArray[np.bool_]] = []
    n_nodes = 0
    while True:
        try:
            answer = solve(
                **_program(problem, others),
                start=None if best is None else _columns(problem, best),
                time_limit_s=watch.left_s,
                progress=tell,
            )
        except KeyboardInterrupt:
            if best is None:
                raise
            return _Found(best, -math.inf, "interrupted", n_nodes)
        n_nodes += answer.n_nodes
        sites, is_open = _opened(problem, answer)
        if answer.status == "optimal" and not problem.is_enough(sites):
            others.append(~is_open)
            continue
        if best is None or (problem.is_enough(sites) and problem.price(sites) < problem.price(best)):
            best = sites
        if not problem.is_enough(best):
            raise _no_plan(answer.status)
        bound = _whole(problem, answer.bound)
        return _Found(best, bound + paid, answer.status, n_nodes)


def _program(problem: SetProblem, others: list[NDArray[np.bool_]]) -> dict[str, Any]:
    """
    Write the program as arrays: sites first, then, for a share, the rows that are covered.

    People are scaled, so that the solver's tolerances mean the same for a village and a province. `others`
    are sets of sites of which one must open.
    """
    n_rows, n_sites = problem.rows.shape
    n_covered = 0 if problem.is_everyone else n_rows
    limits = problem.limits
    scaled = problem.gain * (_SCALE / problem.people.sum())
    each = [problem.rows, limits.rows[:, problem.sites]]
    lower = [
        np.full(n_rows, float(problem.is_everyone)),
        np.full(len(limits.most), -np.inf),
    ]
    upper = [np.full(n_rows, np.inf), limits.room - limits.used(limits.fixed)]
    if others:
        each.append(sparse.csr_array(np.array(others, dtype=np.float64)))
        lower.append(np.ones(len(others)))
        upper.append(np.full(len(others), np.inf))
    rows = sparse.vstack(each)
    if n_covered:
        covered = sparse.csr_array((n_covered, rows.shape[0] - n_rows)).T
        rows = sparse.hstack([rows, sparse.vstack([-sparse.eye_array(n_rows), covered])])
        people = np.concatenate([np.zeros(n_sites), np.where(scaled < _LEAST, 0.0, scaled)])
        rows = sparse.vstack([rows, sparse.csr_array(people[None])])
        lower.append(np.array([problem.missing * (_SCALE / problem.people.sum())]))
        upper.append(np.array([np.inf]))
    return {
        "objective": np.concatenate([problem.cost[problem.sites], np.zeros(n_covered)]),
        "rows": sparse.csr_array(rows),
        "row_lower": np.concatenate(lower),
        "row_upper": np.concatenate(upper),
        "column_lower": 0.0,
        "column_upper": 1.0,
        "integer": np.arange(n_sites + n_covered) < n_sites,
    }


def _columns(problem: SetProblem, sites: Sites) -> Numbers:
    """Write a plan as values of the program's columns."""
    units = np.isin(problem.sites, sites).astype(np.float64)
    if problem.is_everyone:
        return units
    return np.concatenate([units, np.minimum(1.0, problem.rows @ units)])


def _opened(problem: SetProblem, answer: MilpAnswer) -> tuple[Sites, NDArray[np.bool_]]:
    """Read the open sites from an answer, the fixed ones alone where there is none."""
    if answer.values is None:
        return problem.limits.fixed, np.zeros(len(problem.sites), dtype=bool)
    is_open = answer.values[: len(problem.sites)] > 0.5  # noqa: PLR2004 - they are whole
    return np.union1d(problem.limits.fixed, problem.sites[is_open]), is_open


def _whole(problem: SetProblem, bound: float) -> float:
    """Lift the bound of what is added to a whole number of sites, where they all cost the same."""
    if math.isnan(problem.unit) or math.isinf(bound):
        return bound
    return problem.unit * math.ceil(bound / problem.unit - _WHOLE)


def _no_plan(status: Ending) -> SitingError:
    """Say why there is no plan."""
    if status == "infeasible":
        return SitingError(
            "no set of sites that the groups and distances allow covers enough: allow more, or ask for less",
            zh="在分组上限和间距限制下，没有任何方案能达到目标：请放宽限制或降低目标",
        )
    return SitingError(
        "the time limit was over before a plan was found: allow more seconds",
        zh="在时间限制内未能找到方案：请延长时间限制",
    )


def _fuller(problem: SetProblem, found: _Found, watch: Watch) -> _Found:
    """Of the plans for a share that cost the same, give the one that covers most people."""
    if problem.is_everyone or found.status == "interrupted" or watch.left_s == 0:
        return found
    paid: dict[str, Any] = {"p": len(found.sites)}
    if math.isnan(problem.unit):
        paid = {"cost": problem.cost, "budget": problem.price(found.sites)}
    try:
        plan = maximal_covering(
            problem.cover,
            problem.people,
            fixed=problem.limits.fixed.tolist(),
            groups=problem.groups,
            apart=problem.apart,
            start=found.sites.tolist(),
            time_limit_s=min(FULLER_S, watch.left_s),
            **paid,
        )
    except KeyboardInterrupt:
        return found
    sites = np.array(plan.sites, dtype=np.int64)
    is_better = plan.objective > float(problem.people[problem.covered(found.sites)].sum())
    if is_better and problem.is_enough(sites) and problem.price(sites) <= problem.price(found.sites):
        return replace(found, sites=sites, n_nodes=found.n_nodes + plan.n_nodes)
    return replace(found, n_nodes=found.n_nodes + plan.n_nodes)


def _plan(problem: SetProblem, found: _Found, watch: Watch) -> SitingPlan:
    """Recount a plan, without the sites that add nobody."""
    sites = _without(problem, found.sites, problem.is_as_good)
    return plan_of(
        sites,
        objective=problem.price(sites),
        bound=max(found.bound, problem.price(problem.limits.fixed)),
        status=found.status,
        covered=problem.covered(sites).astype(np.float64),
        n_nodes=found.n_nodes,
        seconds=watch.seconds,
        maximise=False,
    )
