"""The siting models in words: their names and sources, what they look at, and how good a plan is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from coverage.reports import wording
from coverage.reports.proposal_counts import blanks, count_text, figure_text
from coverage.reports.shown import is_access, side
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.proposal import Alternative, Measure, Proposal, ProposedSite
    from coverage.reports.wording import Lang
    from coverage.siting.plan import SitingPlan

ARROW = "→"
FIRST_WEIGHT = 0.5
"""What first coverage weighs in backup covering; the rest is what the second weighs."""
_SAME = 1e-9
_HUNDREDTH_OF_PERCENT = 1e-4
_OF_TIMES = {"p-median": "mean_time", "p-center": "worst_time"}
_OF_PEOPLE = {
    "backup-covering": "covered_twice",
    "double-standard": "covered_twice",
    "expected-covering": "expected_covered",
}
_MODELS: Mapping[str, tuple[str, str, str]] = {
    "maximal-covering": (
        "最大覆盖模型",
        "maximal covering",
        "Church, R. and ReVelle, C. (1974), Papers of the Regional Science Association 32",
    ),
    "set-covering": (
        "集合覆盖模型",
        "set covering",
        "Toregas, C., Swain, R., ReVelle, C. and Bergman, L. (1971), Operations Research 19",
    ),
    "p-median": ("p-中位模型", "p-median", "Hakimi, S. L. (1964), Operations Research 12"),
    "p-center": ("p-中心模型", "p-center", "Hakimi, S. L. (1964), Operations Research 12"),
    "backup-covering": (
        "备用覆盖模型",
        "backup covering",
        "Hogan, K. and ReVelle, C. (1986), Management Science 32",
    ),
    "double-standard": (
        "双重标准模型",
        "double standard",
        "Gendreau, M., Laporte, G. and Semet, F. (1997), Location Science 5",
    ),
    "expected-covering": (
        "期望覆盖模型",
        "expected covering",
        "Daskin, M. S. (1983), Transportation Science 17",
    ),
    "greedy": (
        "贪心法",
        "greedy adding",
        "Church, R. and ReVelle, C. (1974), Papers of the Regional Science Association 32",
    ),
}
# What a proof says; {limit} is the number of sites, what may move, or the money.
_CLAIMS: Mapping[str, tuple[str, str]] = {
    "maximal-covering": ("{limit}，没有任何选址能覆盖更多{p}", "no choice {limit} covers more {p}"),
    "greedy": ("{limit}，没有任何选址能覆盖更多{p}", "no choice {limit} covers more {p}"),
    "set-covering": ("没有{less}的{ss}能使覆盖率达到{reach}", "no {less} {ss} cover {reach}"),
    "p-median": (
        "{limit}，没有任何选址能使平均时间更短",
        "no choice {limit} makes the average time shorter",
    ),
    "p-center": ("{limit}，没有任何选址能使最远时间更短", "no choice {limit} makes the worst time shorter"),
    "backup-covering": (
        "{limit}，没有任何选址能使首次与备用覆盖合计更多",
        "no choice {limit} does better at first and backup coverage together",
    ),
    "double-standard": (
        "{limit}，没有任何选址能使双重覆盖更多",
        "no choice {limit} covers more {p} twice",
    ),
    "expected-covering": (
        "{limit}，没有任何选址能使期望覆盖更多",
        "no choice {limit} has more expected coverage",
    ),
}
_OBJECTIVES: Mapping[str, tuple[str, str]] = {
    "maximal-covering": ("覆盖的{p}", "{p} covered"),
    "greedy": ("覆盖的{p}", "{p} covered"),
    "backup-covering": ("首次与备用覆盖的加权{p}", "{p} by first and backup coverage, weighted"),
}
_STATUS: Mapping[str, tuple[str, str]] = {
    "optimal": ("已证明最优", "proven optimal"),
    "time_limit": ("到达时限，取已得的最好方案", "stopped at the time limit, best plan so far"),
    "interrupted": ("人为中断，取已得的最好方案", "interrupted, best plan so far"),
    "heuristic": ("启发式结果", "heuristic"),
}
_MEASURES: Mapping[str, tuple[str, str]] = {
    "mean_time": ("人均到达时间", "average time to arrival"),
    "worst_time": ("最远居民点的到达时间", "longest time to arrival"),
    "covered_twice": ("两个急救点都能在时限内到达的{p}", "{p} within the limit of two bases"),
    "within_wide": ("放宽到{wide:g}倍时限时覆盖的{p}", "{p} within {wide:g} times the limit"),
    "expected_covered": (
        "时限内有空闲救护车的{p}（期望值）",
        "{p} who can expect a free ambulance within the limit",
    ),
}
_MEASURES_BY_ROAD: Mapping[str, tuple[str, str]] = {
    "mean_time": ("平均到达时间", "average time to arrival"),
    "expected_covered": (
        "时限内有空闲救护车的{p}（期望值）",
        "{p} that can expect a free ambulance within the limit",
    ),
}
_MEASURES_OF_ACCESS: Mapping[str, tuple[str, str]] = {
    "mean_time": ("人均路程时间", "average travel time"),
    "worst_time": ("最远居民点的路程时间", "longest travel time"),
    "covered_twice": (
        "时限内可到达两处医院或次中心的{p}",
        "{p} within the limit of two hospitals or sub-centres",
    ),
}
_TWO_AMBULANCES = ("两辆救护车都能在时限内到达的{p}", "{p} within the limit of two ambulances")


def model_name(model: str, lang: Lang) -> str:
    """Name a siting model."""
    return pick(lang, *_MODELS[model][:2])


def model_text(model: str, lang: Lang) -> str:
    """Name a siting model and who published it."""
    return f"{model_name(model, lang)}{wording.bracketed(_MODELS[model][2], lang)}"


def status_text(plan: SitingPlan, lang: Lang) -> str:
    """Name how the search for a plan ended."""
    return pick(lang, *_STATUS[plan.status])


def gap_text(gap: float) -> str:
    """Give a gap in per cent, never rounded down; a dash where no bound is known."""
    if math.isinf(gap):
        return wording.DASH
    hundredths = math.ceil(round(gap * 10_000, 6))
    return "0" if gap == 0 else "<0.01%" if gap < _HUNDREDTH_OF_PERCENT else f"{hundredths / 100:.2f}%"


def proven_text(plan: SitingPlan, lang: Lang) -> str:
    """Say in a word whether a plan is proven, or how far from the best it can be."""
    if plan.status == "optimal":
        return pick(lang, "已证明", "proven")
    if math.isinf(plan.gap):
        return pick(lang, "未证明", "not proven")
    return pick(lang, f"相差≤{gap_text(plan.gap)}", f"gap ≤ {gap_text(plan.gap)}")


def proof_text(proposal: Proposal, lang: Lang) -> str:
    """Say in plain words how good the plan is proven to be."""
    plan, model = proposal.plan, proposal.wish.model
    name = model_name(model, lang)
    if plan.status == "optimal":
        claim = pick(lang, *_CLAIMS[model]).format(
            limit=_limit_text(proposal, lang),
            less=pick(lang, *(("费用更低", "cheaper") if _by_cost(proposal) else ("更少", "fewer"))),
            reach=f"{(proposal.wish.reach or 1) * 100:g}%",
            **blanks(proposal, lang),
        )
        return pick(lang, f"已证明最优：{claim}（{name}）", f"Proven optimal: {claim} ({name})")
    status = status_text(plan, lang)
    if math.isinf(plan.gap):
        return pick(
            lang,
            f"未证明最优（{name}，{status}）：没有可用的理论界限，不知与最好结果相差多少",
            f"Not proven optimal ({name}, {status}): no bound is known, nor how far the best may be",
        )
    gap = gap_text(plan.gap)
    return pick(
        lang,
        f"未证明最优（{name}，{status}）：与可能达到的最好结果相差不超过{gap}",
        f"Not proven optimal ({name}, {status}): within {gap} of the best there can be",
    )


def doing_text(proposal: Proposal) -> str:
    """Say in Chinese what is done at the candidates: something new is built, or what stands is upgraded."""
    if proposal.wish.kind == "station":
        return "新设"
    new = proposal.candidates[~proposal.candidates["existing"].to_numpy(dtype=bool)]
    stands = new["facility_id"] != ""
    return "升级" if stands.all() else "升级或新设" if stands.any() else "新设"


def _limit_text(proposal: Proposal, lang: Lang) -> str:
    wish = proposal.wish
    if wish.budget_wan is not None:
        money = money_text(wish.budget_wan, lang)
        return pick(lang, f"费用不超过{money}的条件下", f"for at most {money}")
    n = wish.most if wish.most is not None else len(proposal.sites)
    one, many = ("site", "sites") if wish.kind == "station" else ("sub-centre", "sub-centres")
    new_zh, new_en = f"{doing_text(proposal)}{n}处", f"of {n} new {one if n == 1 else many}"
    if not wish.close_allowed:
        return pick(lang, f"{new_zh}的条件下", new_en)
    here = int(proposal.candidates["existing"].sum())
    move_zh, move_en = (
        f"现有{here}处最多迁移{wish.moves}处",
        f"with at most {wish.moves} of today's {here} moved",
    )
    if n == 0:
        return pick(lang, f"{move_zh}的条件下", move_en)
    return pick(lang, f"{move_zh}、{new_zh}的条件下", f"{new_en} {move_en}")


def money_text(wan: float, lang: Lang) -> str:
    """Give an amount of money as one says it, less than nothing with a minus."""
    return pick(lang, f"{wan:,.10g}万元", f"{wan * 10_000:,.0f} yuan").replace("-", "−")


def objective_line(proposal: Proposal, lang: Lang) -> str:
    """Say what the model counts, what it comes to, its bound, and how the search ended; with units."""
    plan = proposal.plan
    what, status = objective_text(proposal, lang), status_text(plan, lang)
    value, bound = (objective_figure(proposal, v, lang) for v in (plan.objective, plan.bound))
    return pick(
        lang,
        f"目标（{what}）{value}，理论界限 {bound}；{status}",
        f"Objective ({what}) {value}, proven bound {bound}; {status}",
    )


def objective_text(proposal: Proposal, lang: Lang) -> str:
    """Say what the model counts."""
    model = proposal.wish.model
    if model == "set-covering":
        return pick(lang, *(("费用", "cost") if _by_cost(proposal) else ("新增{s}数", "new {ss}"))).format(
            **blanks(proposal, lang)
        )
    code = (_OF_TIMES | _OF_PEOPLE).get(model)
    if code and model not in _OBJECTIVES:
        return measure_name(proposal, code, lang)
    return pick(lang, *_OBJECTIVES[model]).format(**blanks(proposal, lang))


def objective_figure(proposal: Proposal, value: float, lang: Lang) -> str:
    """Give a figure of the model's objective with its unit; a bound is never better than it is proven."""
    if not math.isfinite(value):
        return wording.DASH
    model = proposal.wish.model
    if model in _OF_TIMES:
        hundredths = math.floor(round(_objective_s(proposal, value) / MINUTE_S * 100, 6))
        return f"{hundredths / 100:.2f}" + pick(lang, " 分钟", " min")
    if model == "set-covering":
        if _by_cost(proposal):
            return money_text(math.ceil(value * 100 - _SAME) / 100, lang)
        n = math.ceil(value - _SAME * max(value, 1.0))
        return pick(lang, f"{n}处", str(n))
    return count_text(proposal, value, lang)


def _by_cost(proposal: Proposal) -> bool:
    table = proposal.candidates
    new = ~table["existing"].to_numpy(dtype=bool)
    return bool(np.isfinite(table["cost_wan"].to_numpy(dtype=float)[new]).all())


def _objective_s(proposal: Proposal, value: float) -> float:
    """Give an objective of times as seconds: of the p-median, which sums over people, for one of them."""
    if proposal.wish.model == "p-center" or proposal.plan.objective == 0:
        return value
    return value * (_measure(proposal, "mean_time").after / proposal.plan.objective)


def _measure(proposal: Proposal, code: str) -> Measure:
    return next(measure for measure in proposal.measures if measure.code == code)


def measure_name(proposal: Proposal, code: str, lang: Lang) -> str:
    """Name what a model looks at, as in `coverage.proposal.Measure`."""
    words = _MEASURES[code]
    if proposal.area.demand_unit != "people":
        words = _MEASURES_BY_ROAD.get(code, words)
    if is_access(side(proposal, proposal.after)):
        words = _MEASURES_OF_ACCESS.get(code, words)
    elif code == "covered_twice" and proposal.wish.model == "double-standard":
        words = _TWO_AMBULANCES
    return pick(lang, *words).format(wide=proposal.wish.outer_factor, **blanks(proposal, lang))


def measure_lines(proposal: Proposal, lang: Lang) -> list[str]:
    """Say what the model itself looks at, before and after the plan, a line each."""
    lines = []
    for measure in proposal.measures:
        name = measure_name(proposal, measure.code, lang)
        if measure.code in _OF_TIMES.values():
            now, then = times_texts(measure.before, measure.after, lang)
            figures = f"{now} {ARROW} {then}" + pick(lang, " 分钟", " min")
        else:
            now, then = (figure_text(proposal, v, lang) for v in (measure.before, measure.after))
            figures = f"{now} {ARROW} {then}"
        lines.append(f"{name[:1].upper()}{name[1:]} {figures}")
    return lines


def times_texts(first_s: float, second_s: float, lang: Lang) -> tuple[str, str]:
    """Give two times in minutes, with as many decimals as it takes to tell them apart, two at most."""
    first, second = (wording.minutes_text(s, lang) for s in (first_s, second_s))
    if first == second and math.isfinite(first_s) and first_s != second_s:
        return f"{first_s / MINUTE_S:.2f}", f"{second_s / MINUTE_S:.2f}"
    return first, second


def alternative_text(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Say what the next best place instead of a site would give: by the model's own measure, and covered."""
    other = site.alternative
    if other is None:
        return pick(lang, "没有其他候选点可替代", "no other candidate could stand in for it")
    name = wording.one_line(other.name)
    covered = count_text(proposal, other.covered_population, lang)
    mine = proposal.after.assessment.totals["all"].covered_population
    same = _is_same(other.objective, proposal.plan.objective)
    if same and _is_same(other.covered_population, mine):
        return pick(
            lang,
            f"若不可用，可改用{name}：全方案覆盖{covered}，并无差别",
            f"just as good instead: {name}, {covered} covered by the whole plan",
        )
    own = _own_text(other, proposal, lang)
    more = _difference_text(proposal, other.covered_population - mine, mine, lang)
    next_zh, next_en = ("可改用", "as good instead") if same else ("次优为", "next best instead")
    return pick(
        lang,
        f"若不可用，{next_zh}{name}：{own + '；' if own else ''}全方案覆盖{covered}{more}",
        f"{next_en}: {name}, {own + '; ' if own else ''}{covered} covered by the whole plan{more}",
    )


def _is_same(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=_SAME, abs_tol=_SAME)


def _difference_text(proposal: Proposal, more: float, mine: float, lang: Lang) -> str:
    if abs(more) <= _SAME * max(mine, 1.0):
        return pick(lang, "，与本方案相同", ", as many as now proposed")
    amount = count_text(proposal, abs(more), lang)
    if more > 0:
        return pick(lang, f"，多{amount}", f", {amount} more")
    return pick(lang, f"，少{amount}", f", {amount} fewer")


def _own_text(other: Alternative, proposal: Proposal, lang: Lang) -> str:
    """Give an alternative by what the model looks at; empty for models of people covered alone."""
    model = proposal.wish.model
    code = (_OF_TIMES | _OF_PEOPLE).get(model)
    if code is None or math.isnan(other.objective):
        return ""
    name, mine = measure_name(proposal, code, lang), _measure(proposal, code).after
    if model in _OF_TIMES:
        theirs = _objective_s(proposal, other.objective)
        here, there = times_texts(theirs, mine, lang)
        unit = pick(lang, " 分钟", " min")
        apart = theirs - mine
    else:
        theirs = _own_people(other, proposal, mine)
        here, there = (figure_text(proposal, value, lang) for value in (theirs, mine))
        unit, apart = "", 0.0
    if _is_same(theirs, mine):
        return pick(lang, f"{name} {here}{unit}，与本方案相同", f"{name} {here}{unit}, the same as proposed")
    if here == there and abs(apart) < 1:
        return pick(
            lang,
            f"{name} {here}{unit}，与本方案相差不到1秒",
            f"{name} {here}{unit}, within a second of what is proposed",
        )
    return pick(lang, f"{name} {here}{unit}（本方案 {there}）", f"{name} {here}{unit} (as proposed {there})")


def _own_people(other: Alternative, proposal: Proposal, mine: float) -> float:
    """Take the people covered twice out of backup covering's sum of first and second coverage."""
    if proposal.wish.model != "backup-covering":
        return other.objective
    covered = proposal.after.assessment.totals["all"].covered_population
    first = FIRST_WEIGHT * (other.covered_population - covered)
    return mine + (other.objective - proposal.plan.objective - first) / (1 - FIRST_WEIGHT)
