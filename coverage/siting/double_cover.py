"""Two ambulances within the short limit for most people, one within the wide limit for everyone."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, UnreachableError, name_some
from coverage.siting.highs import plan_of, solve
from coverage.siting.inputs import checked_cover, checked_p, checked_sites, checked_weight
from coverage.siting.reductions import implied_rows, merged_rows
from coverage.siting.set_cover import set_covering
from coverage.siting.set_problem import SHARE_TOLERANCE, percent
from coverage.siting.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from coverage.siting.highs import MilpAnswer
    from coverage.siting.plan import Progress, SitingPlan

    Numbers = NDArray[np.float64]
    Sites = NDArray[np.int64]

REASON_S = 10.0
"""How long it is looked for what would be possible, where what is asked for is not."""

_SCALE = 1e6  # all people together, in the units the solver sees
_LEAST = 1e-8  # what it would drop as nothing
_TWICE = 2


def double_standard(
    cover_near: Any,
    cover_wide: Any,
    weight: ArrayLike,
    p: float,
    *,
    share: float = 0.9,
    fixed: Sequence[int] = (),
    max_per_site: ArrayLike | None = None,
    time_limit_s: float = math.inf,
    progress: Progress | None = None,
) -> SitingPlan:
    """
    Place `p` ambulances so that as many people as possible have two within the short limit.

    Double standard model (Gendreau, Laporte and Semet 1997), with at most instead of exactly `p` units::

        max  sum_i w_i x2_i
        s.t. sum_{j in W_i} y_j >= 1             for each demand point i with people
             sum_i w_i x1_i >= share sum_i w_i
             sum_{j in N_i} y_j >= x1_i + x2_i,  x2_i <= x1_i  for each i
             sum_j y_j <= p,  y_j <= p_j,  y_j >= 1 for fixed j
             y_j in {0, 1, 2, ...},  x2_i in {0, 1},  0 <= x1_i <= 1

    where ``N_i`` are the sites within the short limit of i, ``W_i`` those within the wide one.

    Parameters
    ----------
    cover_near, cover_wide
        Shape (n_demand, n_sites), sparse or dense: within the short limit, and within the wide one. The
        second holds all of the first.
    weight
        Shape (n_demand,), people. Points without people need not be reached.
    p
        Most ambulances, those at fixed sites included; may exceed the number of sites.
    share
        Of the people, who must be within the short limit of one ambulance, 0 to 1.
    fixed
        Sites with at least one ambulance in any case.
    max_per_site
        Most ambulances at a site, a number or shape (n_sites,); without it any number.
    time_limit_s
        Seconds.
    progress
        Is told of bound and best plan, in people.

    Returns
    -------
    SitingPlan
        `sites` names a site once for each ambulance there. `objective` are the people with two ambulances
        within the short limit, `covered` is 1 for their points and 0 for others. An ambulance that would
        change nothing is left out.

    Raises
    ------
    UnreachableError
        If no site reaches some point within the wide limit; `points` says which.
    SitingError
        If a figure is none; if `p` ambulances cannot keep both standards, with what they can; if the
        time is over before there is a plan.
    KeyboardInterrupt
        At Ctrl-C, if there is no plan yet.
    """
    watch = Watch(time_limit_s, progress)
    standards = _standards(cover_near, cover_wide, weight, p, share, fixed, max_per_site)
    most = float(standards.weight.sum())
    answer, units = _solved(standards, watch)
    if units is None:
        raise _no_plan(standards, answer)
    units = standards.without_needless(units)
    twice = standards.near @ units >= _TWICE
    return plan_of(
        np.repeat(np.arange(len(units)), units.astype(np.int64)),
        objective=float(standards.weight[twice].sum()),
        bound=min(answer.bound * most / _SCALE, most),
        status=answer.status,
        covered=twice.astype(np.float64),
        n_nodes=answer.n_nodes,
        seconds=watch.seconds,
        maximise=True,
    )


@dataclass(frozen=True)
class _Standards:
    """Both covers, who must be reached, and how many ambulances may stand where."""

    near: sparse.csr_array
    wide: sparse.csr_array
    weight: Numbers
    p: int
    share: float
    least: Numbers  # (n_sites,): ambulances
    most: Numbers
    kinds: sparse.csr_array  # (n_kinds, n_sites): the distinct rows of `near` with people
    people: Numbers  # (n_kinds,)
    must: sparse.csr_array  # (n_must, n_sites): the rows of `wide` that decide

    @property
    def need(self) -> float:
        """People who must be within the short limit."""
        return self.share * float(self.weight.sum()) * (1 - SHARE_TOLERANCE)

    def once(self, units: Numbers) -> float:
        """Count the people within the short limit of an ambulance."""
        return float(self.weight[self.near @ units > 0].sum())

    def keeps(self, units: Numbers) -> bool:
        """Tell whether units keep both standards and all limits."""
        allowed = units.sum() <= self.p and (units >= self.least).all() and (units <= self.most).all()
        return bool(allowed and (self.must @ units > 0).all()) and self.once(units) >= self.need

    def without_needless(self, units: Numbers) -> Numbers:
        """Take off ambulances that change nothing, from the last site on."""
        kept = units.copy()
        for site in np.flatnonzero(units > self.least)[::-1]:
            while kept[site] > self.least[site]:
                fewer = kept.copy()
                fewer[site] -= 1
                twice = ((self.kinds @ kept >= _TWICE) <= (self.kinds @ fewer >= _TWICE)).all()
                if not (twice and self.keeps(fewer)):
                    break
                kept = fewer
        return kept


def _standards(
    cover_near: Any,
    cover_wide: Any,
    weight: ArrayLike,
    p: float,
    share: float,
    fixed: Sequence[int],
    max_per_site: ArrayLike | None,
) -> _Standards:
    """Check what comes in, and merge the rows that say the same."""
    near, wide = checked_cover(cover_near), checked_cover(cover_wide)
    if near.shape != wide.shape or near.multiply(wide).nnz < near.nnz:
        raise SitingError(
            "the cover within the wide limit must hold all of that within the short one",
            zh="较宽时限的覆盖矩阵必须包含较短时限的全部覆盖关系",
        )
    people = checked_weight(weight, near.shape[0])
    if not 0 <= share <= 1:
        raise SitingError(
            f"the share within the short limit is {share:g}: give one from 0 to 1",
            zh=f"较短时限内的覆盖率为 {share:g}：应在0到1之间",
        )
    beyond = np.flatnonzero((np.diff(wide.indptr) == 0) & (people > 0))
    if len(beyond):
        raise UnreachableError(
            f"no candidate site reaches demand points {name_some(beyond)} within the wide limit: add nearer "
            "candidates, or widen it",
            zh=f"以下人口点在较宽时限内没有任何候选点能够到达：{name_some(beyond, mark='、')}；"
            "请补充更近的候选点或放宽时限",
            points=beyond,
        )
    kept = checked_sites(fixed, near.shape[1])
    number = checked_p(p, sys.maxsize, len(kept))
    least = np.isin(np.arange(near.shape[1]), kept).astype(np.float64)
    first, kind = merged_rows(near[people > 0])
    counts = np.bincount(kind, weights=people[people > 0], minlength=len(first)).astype(np.float64)
    must = wide[people > 0]
    must = must[merged_rows(must)[0]]
    return _Standards(
        near=near,
        wide=wide,
        weight=people,
        p=number,
        share=share,
        least=least,
        most=_checked_most(max_per_site, number, least),
        kinds=near[people > 0][first],
        people=counts,
        must=must[~implied_rows(must)],
    )


def _checked_most(max_per_site: ArrayLike | None, p: int, least: Numbers) -> Numbers:
    """Give the most ambulances of each site."""
    try:
        most = np.broadcast_to(np.asarray(p if max_per_site is None else max_per_site, float), least.shape)
    except ValueError:
        raise SitingError(
            f"{len(least)} candidate sites, but another number of limits on ambulances: give one a site",
            zh=f"有{len(least)}个候选点，但每点最多车辆数的个数不同：请为每个候选点给出一个数",
        ) from None
    bad = np.flatnonzero(~(most >= least) | (most != np.floor(most)))
    if len(bad):
        raise SitingError(
            f"limits on ambulances negative, below what is fixed, or not whole at sites {name_some(bad)}: "
            "give whole numbers, at least 1 at fixed sites",
            zh=f"以下候选点的最多车辆数为负数、低于必须保留的数量或不是整数：{name_some(bad, mark='、')}，"
            "请给出整数，保留的站点至少为1",
        )
    return np.asarray(np.minimum(most, float(p)))


def _solved(standards: _Standards, watch: Watch) -> tuple[MilpAnswer, Numbers | None]:
    """
    Solve the program; give the answer and the best units, if any.

    The solver takes the share for met within its own tolerance. Units that miss it when they are recounted
    must reach somebody else as well: that is added, and it is solved again.
    """
    total, n_sites = float(standards.weight.sum()), len(standards.least)
    begin = _greedy(standards)
    program, n_rows = _program(standards)
    objective = np.concatenate([np.zeros(n_sites + n_rows), standards.people * (_SCALE / total)])

    def tell(*, bound: float, best: float, seconds: float) -> None:  # noqa: ARG001 - the watch knows the time
        watch.tell(min(bound / _SCALE, 1.0) * total, max(best, 0.0) / _SCALE * total)

    while True:
        answer = solve(
            objective,
            **program,
            maximise=True,
            start=None if begin is None else _columns(standards, begin),
            time_limit_s=watch.left_s,
            progress=tell,
        )
        if answer.values is None:
            return answer, begin
        units = answer.values[:n_sites]
        if standards.keeps(units):
            return answer, units
        if answer.status != "optimal":
            return answer, begin
        missed = standards.kinds[standards.kinds @ units == 0]
        _add_row(program, (np.bincount(missed.indices, minlength=n_sites) > 0).astype(np.float64), 1.0)


def _program(standards: _Standards) -> tuple[dict[str, Any], int]:
    """Write the program as arrays: units, then kinds of points reached once, then twice."""
    n_kinds, n_sites = standards.kinds.shape
    n_must = standards.must.shape[0]
    people = standards.people * (_SCALE / standards.weight.sum())
    people[people < _LEAST] = 0.0
    one, none = sparse.eye_array(n_kinds), sparse.csr_array((1, n_kinds))
    reached = sparse.hstack([standards.kinds, -one, -one])
    ordered = sparse.hstack([sparse.csr_array((n_kinds, n_sites)), one, -one])
    wide = sparse.hstack([standards.must, sparse.csr_array((n_must, 2 * n_kinds))])
    near = sparse.hstack([sparse.csr_array((1, n_sites)), sparse.csr_array(people[None]), none])
    number = sparse.hstack([sparse.csr_array(np.ones((1, n_sites))), none, none])
    rows = sparse.csr_array(sparse.vstack([reached, ordered, wide, near, number]))
    lower = [np.zeros(2 * n_kinds), np.ones(n_must), [standards.share * _SCALE * (1 - SHARE_TOLERANCE)], [0]]
    reachable = np.minimum(standards.kinds @ standards.most, standards.p)
    upper = [standards.most, reachable >= 1, reachable >= _TWICE]
    numbers = np.arange(n_sites + 2 * n_kinds)
    return {
        "rows": rows,
        "row_lower": np.concatenate([np.asarray(part, dtype=np.float64) for part in lower]),
        "row_upper": np.append(np.full(rows.shape[0] - 1, np.inf), standards.p),
        "column_lower": np.concatenate([standards.least, np.zeros(2 * n_kinds)]),
        "column_upper": np.concatenate([np.asarray(part, dtype=np.float64) for part in upper]),
        "integer": (numbers < n_sites) | (numbers >= n_sites + n_kinds),
    }, n_kinds


def _add_row(program: dict[str, Any], units: Numbers, least: float) -> None:
    """Add a lower limit on units to a program."""
    rows = program["rows"]
    row = sparse.csr_array(np.append(units, np.zeros(rows.shape[1] - len(units)))[None])
    program["rows"] = sparse.csr_array(sparse.vstack([rows, row]))
    program["row_lower"] = np.append(program["row_lower"], least)
    program["row_upper"] = np.append(program["row_upper"], np.inf)


def _columns(standards: _Standards, units: Numbers) -> Numbers:
    """Write units as values of the program's columns."""
    times = standards.kinds @ units
    return np.concatenate([units, times >= 1, times >= _TWICE]).astype(np.float64)


def _greedy(standards: _Standards) -> Numbers | None:
    """Add one unit after another: first where the wide limit is missed, then the short one, then twice."""
    units = standards.least.copy()
    while units.sum() < standards.p:
        times = standards.kinds @ units
        short = (standards.must @ units == 0).astype(np.float64)
        if short.any():
            added = standards.must.T @ short
        elif standards.once(units) < standards.need:
            added = standards.kinds.T @ np.where(times == 0, standards.people, 0.0)
        else:
            added = standards.kinds.T @ np.where(times == 1, standards.people, 0.0)
        added = np.where(units < standards.most, added, 0.0)
        if not added.any():
            break
        units[int(np.argmax(added))] += 1
    return units if standards.keeps(units) else None


def _no_plan(standards: _Standards, answer: MilpAnswer) -> SitingError:
    """Say why there is no plan, and what is possible."""
    if answer.status != "infeasible":
        return SitingError(
            "the time limit was over before a plan was found: allow more seconds",
            zh="在时间限制内未能找到方案：请延长时间限制",
        )
    fixed = np.flatnonzero(standards.least).tolist()
    fewest = set_covering(standards.must, fixed=fixed, time_limit_s=REASON_S)
    number = math.ceil(fewest.bound - SHARE_TOLERANCE)
    if number > standards.p:
        return SitingError(
            f"{standards.p} ambulances cannot reach everyone within the wide limit: give at least {number}",
            zh=f"{standards.p} 辆救护车无法在较宽时限内覆盖所有人：至少需要 {number} 辆",
        )
    program, n_kinds = _program(standards)
    program["row_lower"][-2] = 0.0
    n_sites = len(standards.least)
    once = np.concatenate([np.zeros(n_sites), standards.people, np.zeros(n_kinds)]) / standards.weight.sum()
    most = solve(once, **program, maximise=True, time_limit_s=REASON_S)
    share = percent(min(most.bound, standards.share))
    return SitingError(
        f"{standards.p} ambulances that reach everyone within the wide limit reach at most {share} of "
        f"the people within the short one, not {percent(standards.share)}: ask for less, or give more",
        zh=f"{standards.p} 辆救护车在较宽时限覆盖所有人的前提下，较短时限内最多覆盖 {share} 的人口，"
        f"低于要求的 {percent(standards.share)}：请降低要求或增加救护车",
    )
