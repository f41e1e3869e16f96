"""A case handed to the siting model that was asked for, and its plan in the case's own columns."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy import sparse

from coverage.errors import SitingError, UnreachableError, name_some
from coverage.proposing.merit import TOLERANCE, merit_of, servable
from coverage.proposing.units import counts_units, sites_today, units_there
from coverage.siting.candidates import dropped_text
from coverage.siting.center import p_center
from coverage.siting.covering import backup_covering, expected_covering, greedy, maximal_covering
from coverage.siting.double_cover import double_standard
from coverage.siting.median import p_median
from coverage.siting.plan import SitingPlan, relative_gap
from coverage.siting.set_cover import set_covering

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from coverage.proposing.case import Case
    from coverage.siting.plan import Progress

_OF_SPACING = ("maximal-covering", "set-covering", "backup-covering", "greedy")
_OF_EVERYBODY = ("p-median", "p-center", "double-standard")
_BONUS = 1.0  # people: an existing site moves only where that gains more


def solve(
    case: Case, count: int | None, *, start: Sequence[int] = (), progress: Progress | None = None
) -> SitingPlan:
    """
    Find the plan that the wish asks for.

    Parameters
    ----------
    case
        The wish on its county.
    count
        How many new sites there may be; None where money or a share decides.
    start
        Columns of a plan to begin with.
    progress
        Is told how far the search is.

    Returns
    -------
    SitingPlan
        Columns are those of the case's candidates.

    Raises
    ------
    SitingError
        If there is no such plan.
    """
    _check_number(case, count)
    _check_closable(case)
    _check_spacing(case)
    try:
        return _MODELS[case.wish.model](case, count, start, progress)
    except UnreachableError:
        raise
    except SitingError as error:
        if case.wish.model not in _OF_EVERYBODY:
            raise
        # the model speaks of all sites, the planner of new ones
        n = int(units_there(case).sum())
        raise SitingError(
            f"{error} ({n} of them are there already)", zh=f"{error.zh}（其中现有 {n} 个）"
        ) from error


def best_of_number(
    case: Case, count: int, *, start: Sequence[int] = (), progress: Progress | None = None
) -> SitingPlan:
    """Find the plan of a number of new sites that covers most people; parameters as in `solve`."""
    _check_number(case, count)
    model = _greedy if case.wish.model == "greedy" else _maximal
    return model(case, count, start, progress)


def extend(case: Case, plan: SitingPlan, count: int) -> SitingPlan:
    """
    Add sites to a plan, one after another, that which adds most first.

    Parameters
    ----------
    case, count
        As in `solve`.
    plan
        Of fewer sites.
    """
    cover, weight = _with_bonus(case)
    limits = _limits(case, count) | {"fixed": plan.sites}
    return _without_bonus(case, greedy(cover, weight, **limits))


def everyone_in_reach(case: Case, plan: SitingPlan) -> bool:
    """Tell whether a covering plan covers everybody whom any site covers."""
    most = case.people(np.diff(case.cover.indptr) > 0)
    return plan.objective >= most * (1 - TOLERANCE)


def nothing_more(case: Case) -> SitingPlan:
    """Give the plan that leaves everything as it is, where that is proven to be best."""
    covered = case.covered(case.existing)
    sites = sites_today(case)
    objective = merit_of(case).objective(sites)
    return SitingPlan(sites, objective, objective, 0.0, "optimal", covered.astype(np.float64), 0, 0.0)


def _check_number(case: Case, count: int | None) -> None:
    """Refuse more new sites than there are places, but for models that put several at one."""
    n = len(case.new)
    if count is None or count <= n or counts_units(case):
        return
    en, zh = dropped_text(case.candidates.dropped, case.candidates.spacing_m)
    raise SitingError(
        f"{count} new sites are asked for, but there are only {n} candidates"
        + (f" (left out: {en})" if en else "")
        + ": ask for fewer, or give more places",
        zh=f"要求新增 {count} 处，但候选点只有 {n} 处"
        + (f"（已排除：{zh}）" if zh else "")
        + "：请减少数量或补充候选点",
    )


def _check_closable(case: Case) -> None:
    """Refuse to move sites, and nothing else, where none may move."""
    if case.wish.most == 0 and not len(case.closable):
        raise SitingError(
            "no existing site may move: those of other counties never do, nor those that are to be kept; "
            "name fewer with --keep, or ask for new sites with --count",
            zh="没有可以调整的现有站点（县外站点和要求保留的站点不调整）："
            "请减少 --keep 中的站点，或用 --count 新增",
        )


def _check_spacing(case: Case) -> None:
    """Refuse candidates nearer than the spacing where the model would open both."""
    if case.candidates.apart and case.wish.model not in _OF_SPACING:
        names = case.table["name"].to_numpy()[list(case.candidates.apart[0])]
        raise SitingError(
            f"{case.wish.model} keeps no spacing between candidates, and some are nearer than it "
            f"({name_some(names)}): thin the list, lower --spacing-km, or use maximal-covering",
            zh=f"{case.wish.model} 不能保证候选点之间的间距，而有的候选点相距过近"
            f"（{name_some(names, mark='、')}）：请删减候选点、减小 --spacing-km，或改用 maximal-covering",
        )


def _common(case: Case, progress: Progress | None) -> dict[str, Any]:
    return {"time_limit_s": case.wish.time_limit_s, "progress": progress}


def _limits(case: Case, count: int | None) -> dict[str, Any]:
    """Give number or money, what stays open, and what may not stand side by side."""
    limits: dict[str, Any] = {"fixed": case.candidates.fixed, "apart": case.candidates.apart}
    if count is not None:
        if len(case.closable):
            # closures make room for so many sites elsewhere, and for no more
            limits["groups"] = [(case.new.tolist(), count + case.wish.moves)]
        return limits | {"p": len(case.existing) + count}
    _check_costs(case)
    return limits | {"cost": case.cost_wan, "budget": case.wish.budget_wan}


def _check_costs(case: Case) -> None:
    unknown = case.new[np.isnan(case.cost_wan[case.new])]
    if not len(unknown):
        return
    names = case.table["name"].to_numpy()[unknown]
    what, zh = "a budget needs the cost of every candidate", "按预算选址需要每个候选点的费用"
    if case.wish.reach is not None:
        what = "the cheapest sites need the cost of every candidate, or of none to count sites"
        zh = "求费用最省的方案需要每个候选点的费用（都不填时按数量最少）"
    raise SitingError(
        f"{what}; not known of {name_some(names)}: give --cost, or a cost in the list of candidates",
        zh=f"{zh}，以下未知：{name_some(names, mark='、')}，请用 --cost 给出，或在候选点表填写费用",
    )


def _maximal(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    cover, weight = _with_bonus(case)
    told = _less(progress, _BONUS * len(case.closable))
    plan = maximal_covering(cover, weight, start=start, **_limits(case, count), **_common(case, told))
    return _without_bonus(case, plan)


def _greedy(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    del start, progress  # it takes one site after another, and has nothing to tell
    cover, weight = _with_bonus(case)
    limits = _limits(case, count)
    plans = [greedy(cover, weight, **limits)]
    if len(case.closable):
        # one site after another may end where moving does harm
        plans.append(greedy(cover, weight, **limits | {"fixed": case.existing.tolist()}))
    return _without_bonus(case, max(plans, key=lambda plan: plan.objective))


def _with_bonus(case: Case) -> tuple[sparse.csr_array, NDArray[np.float64]]:
    """Add a person for each existing site that may close, who is there as long as it is."""
    n = len(case.closable)
    if not n:
        return case.cover, case.weight
    rows = sparse.csr_array((np.ones(n), (np.arange(n), case.closable)), shape=(n, case.cover.shape[1]))
    return sparse.vstack([case.cover, rows], format="csr"), np.append(case.weight, np.full(n, _BONUS))


def _without_bonus(case: Case, plan: SitingPlan) -> SitingPlan:
    """Give a plan without the people who are none."""
    kept = _BONUS * int(np.isin(case.closable, plan.sites).sum())
    return replace(_shifted(plan, kept), covered=plan.covered[: len(case.weight)])


def _set_covering(
    case: Case, count: int | None, start: Sequence[int], progress: Progress | None
) -> SitingPlan:
    del count, start
    reach = case.wish.reach or 1.0
    _check_reach(case, reach)
    # existing sites count in the model, but neither in the number nor in the cost of new ones
    is_number = bool(np.isnan(case.cost_wan[case.new]).all())
    if not is_number:
        _check_costs(case)
    n_there = float(len(case.existing)) if is_number else 0.0
    plan = set_covering(
        case.cover,
        weight=case.weight,
        target=reach,
        fixed=case.candidates.fixed,
        apart=case.candidates.apart,
        cost=None if is_number else case.cost_wan,
        **_common(case, _less(progress, n_there)),
    )
    return _shifted(plan, n_there)


def _shifted(plan: SitingPlan, less: float) -> SitingPlan:
    """Give a plan with objective and bound less by as much."""
    objective, bound = plan.objective - less, plan.bound - less
    gap = 0.0 if plan.gap == 0 else relative_gap(objective, bound)
    return replace(plan, objective=objective, bound=bound, gap=gap)


def _less(progress: Progress | None, less: float) -> Progress | None:
    """Tell of objectives that are less by as much than those of the model."""
    if progress is None or not less:
        return progress

    def tell(*, bound: float, best: float, seconds: float) -> None:
        progress(bound=bound - less, best=best - less, seconds=seconds)

    return tell


def _check_reach(case: Case, reach: float) -> None:
    """Refuse a share of the people that no number of sites reaches, and name who is out of reach."""
    reachable = np.diff(case.cover.indptr) > 0
    most, everyone = case.people(reachable), float(case.weight.sum())
    if most < reach * everyone * (1 - 1e-9):
        names = demand_names(case, np.flatnonzero(~reachable & (case.weight > 0)))
        raise UnreachableError(
            f"{_percent(reach)} of the people cannot be reached, all candidates together reach "
            f"{_percent(most / everyone)}: give nearer candidates, or ask for less; out of reach: "
            f"{name_some(names)}",
            zh=f"无法达到 {_percent(reach)} 的覆盖目标，所有候选点合计最多 {_percent(most / everyone)}："
            f"请补充更近的候选点或降低目标；时限内无法到达的有{name_some(names, mark='、')}",
            points=np.flatnonzero(~reachable),
        )


def _percent(share: float) -> str:
    """Give a share in per cent, never rounded up."""
    return f"{np.floor(share * 10_000 + 1e-6) / 100:g}%"


def demand_names(case: Case, rows: NDArray[np.int64]) -> list[str]:
    """Name demand points; those without a name by their id."""
    demand = case.ground.area.demand.iloc[rows]
    return [str(name or point) for name, point in zip(demand["name"], demand["id"], strict=True)]


def _median(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    rows = _needed(servable(case))
    plan = p_median(
        case.all_s[rows],
        case.weight[rows],
        len(case.existing) + (count or 0),
        fixed=case.candidates.fixed,
        start=start,
        **_common(case, progress),
    )
    return _spread(case, plan, rows)


def _center(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    del start
    rows = _needed(servable(case))
    plan = p_center(
        case.all_s[rows],
        len(case.existing) + (count or 0),
        fixed=case.candidates.fixed,
        **_common(case, progress),
    )
    return _spread(case, plan, rows)


def _needed(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    if not len(rows):
        raise SitingError(
            "no candidate reaches anybody: check the roads and the places",
            zh="任何候选点都无法到达任何人：请核对道路和坐标",
        )
    return rows


def _spread(case: Case, plan: SitingPlan, rows: NDArray[np.int64]) -> SitingPlan:
    """Give a plan for all demand points; those that the model left out are not covered."""
    covered = np.zeros(len(case.weight))
    covered[rows] = plan.covered
    return replace(plan, covered=covered)


def _backup(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    del start
    return backup_covering(
        case.cover,
        case.weight,
        len(case.existing) + (count or 0),
        fixed=case.candidates.fixed,
        apart=case.candidates.apart,
        **_common(case, progress),
    )


def _units(case: Case) -> NDArray[np.int64]:
    """Give a column for every unit of the existing sites, and one for each new site."""
    return np.concatenate((np.repeat(case.existing, units_there(case)), case.new))


def _expected(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    del start
    owner = _units(case)
    n_there = len(owner) - len(case.new)
    plan = expected_covering(
        case.cover[:, owner],
        case.weight,
        n_there + (count or 0),
        case.wish.busy,
        fixed=range(n_there),
        **_common(case, progress),
    )
    return _owned(plan, owner)


def _double(case: Case, count: int | None, start: Sequence[int], progress: Progress | None) -> SitingPlan:
    del start
    owner = _units(case)
    n_there = len(owner) - len(case.new)
    far = case.wide
    rows = _needed(np.flatnonzero((np.diff(far.indptr) > 0) & (case.weight > 0)))
    plan = double_standard(
        case.cover[rows][:, owner],
        far[rows][:, owner],
        case.weight[rows],
        n_there + (count or 0),
        share=case.ground.standard.target_share,
        max_per_site=None if counts_units(case) else 1,
        fixed=range(n_there),
        **_common(case, progress),
    )
    return _spread(case, _owned(plan, owner), rows)


def _owned(plan: SitingPlan, owner: NDArray[np.int64]) -> SitingPlan:
    """Give a plan of single ambulances as one of the sites they stand at."""
    return replace(plan, sites=tuple(sorted(int(owner[site]) for site in plan.sites)))


_MODELS: dict[str, Callable[[Case, int | None, Sequence[int], Progress | None], SitingPlan]] = {
    "maximal-covering": _maximal,
    "set-covering": _set_covering,
    "p-median": _median,
    "p-center": _center,
    "backup-covering": _backup,
    "double-standard": _double,
    "expected-covering": _expected,
    "greedy": _greedy,
}
