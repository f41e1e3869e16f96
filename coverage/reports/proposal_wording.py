"""Sentences and labels of a proposal, in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.errors import name_some
from coverage.reports import wording
from coverage.reports.shown import side

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.assessment import Totals
    from coverage.proposal import Proposal, ProposedSite, SweepPoint
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang
    from coverage.siting.plan import SitingPlan

ARROW = "→"
_PROVEN = 1e-6
_TENTH_OF_PERCENT = 1e-3

# {p} stands for what the demand counts, as in the labels of `coverage.reports.wording`.
_LABELS: Mapping[str, tuple[str, str]] = {
    "added": ("新增覆盖{p}", "{P} newly covered"),
    "adds_layer": ("各站点新增覆盖", "What each adds"),
    "adds_legend": ("由其新增覆盖的居民点", "Demand points it adds"),
    "after": ("方案后", "After"),
    "alternative": ("次优选址", "Next best instead"),
    "alternative_covered": ("次优时覆盖{p}", "{P} covered with it"),
    "ambulances": ("救护车（辆）", "Ambulances"),
    "before": ("现状", "Today"),
    "bound": ("理论界限", "Proven bound"),
    "candidates": ("候选点", "Candidates"),
    "changed": ("判定变化", "Verdict changes"),
    "closed": ("关闭或不再派车", "Closed, or no longer sending"),
    "closed_access": ("关闭或不再作为次中心", "Closed, or no longer a sub-centre"),
    "cost": ("费用（万元）", "Cost (万元)"),
    "count": ("新增站点数", "New sites"),
    "covered": ("覆盖{p}", "{P} covered"),
    "covered_share": ("覆盖率", "Share covered"),
    "gained": ("增加覆盖{p}", "{P} gained"),
    "gap": ("与界限相差", "Gap to the bound"),
    "id": ("编号", "Id"),
    "candidate": ("地点", "Place"),
    "in_plan": ("方案中", "In the plan"),
    "kind": ("类型", "Kind"),
    "may_close": ("可关闭", "May close"),
    "median": ("中位（分钟）", "Median (min)"),
    "model": ("选址模型", "Siting model"),
    "name": ("站点", "Site"),
    "objective": ("目标函数值", "Objective"),
    "option": ("方案文件", "Option"),
    "origin": ("来由", "Why here"),
    "place": ("经度，纬度", "Longitude, latitude"),
    "points": ("新增覆盖居民点", "Demand points added"),
    "proof": ("最优性", "Proof"),
    "proposal": ("选址方案", "Proposal"),
    "proposed_kind": ("推荐：{kind}", "Proposed {kind}"),
    "rank": ("序号", "Rank"),
    "shown_side": ("地图显示", "The map shows"),
    "situation": ("情形", "Situation"),
    "site": ("站点", "Site"),
    "sites": ("推荐站点", "Proposed sites"),
    "sole": ("仅由其覆盖{p}", "{P} only it covers"),
    "status": ("求解状态", "Status"),
    "sweep": ("数量与覆盖", "Sites and coverage"),
    "township_table": ("乡镇前后对比（{n}）", "Townships before and after ({n})"),
    "townships_gained": ("新达标乡镇", "Townships gained"),
    "townships_met": ("达标乡镇", "Townships met"),
    "uncovered_list": ("方案后仍未覆盖的居民点（{n}）", "Still not covered after it ({n})"),
}
# Headings where room is short: the page's tables.
_SHORT: Mapping[str, tuple[str, str]] = {
    "added": ("新增覆盖", "Adds"),
    "cost": ("万元", "万元"),
    "count": ("新增", "New"),
    "covered": ("覆盖", "Covered"),
    "covered_share": ("覆盖率", "Share"),
    "gained": ("增加", "Gain"),
    "proof": ("最优性", "Proof"),
    "townships_gained": ("新达标", "Met"),
    "townships_met": ("达标", "Met"),
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
# What a proof says; {limit} is the number of sites or the money.
_CLAIMS: Mapping[str, tuple[str, str]] = {
    "maximal-covering": ("{limit}下，没有任何选址能覆盖更多{p}", "no choice {limit} covers more {p}"),
    "greedy": ("{limit}下，没有任何选址能覆盖更多{p}", "no choice {limit} covers more {p}"),
    "set-covering": (
        "没有更少（或更省）的站点能达到同样的覆盖目标",
        "no fewer (or cheaper) sites reach the same share",
    ),
    "p-median": (
        "{limit}下，没有任何选址能使平均时间更短",
        "no choice {limit} makes the average time shorter",
    ),
    "p-center": ("{limit}下，没有任何选址能使最远时间更短", "no choice {limit} makes the worst time shorter"),
    "backup-covering": (
        "{limit}下，没有任何选址能使首次与备用覆盖合计更多",
        "no choice {limit} does better at first and backup coverage together",
    ),
    "double-standard": (
        "{limit}下，没有任何选址能使双重覆盖更多",
        "no choice {limit} covers more {p} twice",
    ),
    "expected-covering": (
        "{limit}下，没有任何选址能使期望覆盖更多",
        "no choice {limit} has more expected coverage",
    ),
}
_OBJECTIVES: Mapping[str, tuple[str, str]] = {
    "maximal-covering": ("覆盖的{p}", "{p} covered"),
    "greedy": ("覆盖的{p}", "{p} covered"),
    "set-covering": ("站点数或费用", "sites, or their cost"),
    "p-median": ("{p}加权的时间合计", "sum of times weighted by {p}"),
    "p-center": ("最远的时间", "longest time"),
    "backup-covering": ("首次与备用覆盖的加权{p}", "{p} by first and backup coverage, weighted"),
    "double-standard": ("双重覆盖的{p}", "{p} covered twice"),
    "expected-covering": ("期望覆盖的{p}", "{p} expected to be covered"),
}
_ORIGINS: Mapping[str, tuple[str, str]] = {
    "existing": ("现有站点", "existing site"),
    "facility": ("现有机构", "existing facility"),
    "seat": ("乡镇驻地", "township seat"),
    "settlement": ("居民点", "settlement"),
    "road": ("道路节点", "on the road"),
    "file": ("候选点表", "from the list given"),
}
_STATUS: Mapping[str, tuple[str, str]] = {
    "optimal": ("已证明最优", "proven optimal"),
    "time_limit": ("到达时限，取已得的最好方案", "stopped at the time limit, best plan so far"),
    "interrupted": ("人为中断，取已得的最好方案", "interrupted, best plan so far"),
    "heuristic": ("启发式结果", "heuristic"),
}


def label(key: str, proposal: Proposal, lang: Lang, **figures: object) -> str:
    """Give the label of one of a proposal's figures, columns or layers; `figures` fill its blanks."""
    return _pick(lang, *_LABELS[key]).format(**_counted(proposal, lang), **figures)


def short_label(key: str, proposal: Proposal, lang: Lang) -> str:
    """Give the label of a column where room is short; see `label`."""
    return _pick(lang, *_SHORT[key]) if key in _SHORT else label(key, proposal, lang)


def closed_label(proposal: Proposal, lang: Lang) -> str:
    """Name the sites that close."""
    return label("closed" if proposal.wish.kind == "station" else "closed_access", proposal, lang)


def count_text(proposal: Proposal, value: float, lang: Lang) -> str:
    """Give a number of people with its word, or a length of road."""
    return wording.people_text(side(proposal, proposal.after), value, lang)


def what_text(proposal: Proposal, n: int, lang: Lang) -> str:
    """Say how many of what are proposed."""
    if proposal.wish.kind == "station":
        return _pick(lang, f"急救点{n}处", f"{n} ambulance base{'s' if n > 1 else ''}")
    return _pick(lang, f"县域医疗次中心{n}处", f"{n} county sub-centre{'s' if n > 1 else ''}")


def title_text(proposal: Proposal, lang: Lang) -> str:
    """Give the title of every report: the county and what this is."""
    return f"{wording.short_name(proposal.area.county.title(lang))}  {kicker_text(proposal, lang)}"


def kicker_text(proposal: Proposal, lang: Lang) -> str:
    """Say what the report is about."""
    if proposal.wish.kind == "station":
        return _pick(lang, "急救点选址方案", "Where the next ambulance bases help most")
    return _pick(lang, "县域医疗次中心选址方案", "Where the next county sub-centres help most")


def headline(proposal: Proposal, lang: Lang) -> list[str]:
    """
    Give the answer in a few lines.

    Parameters
    ----------
    proposal
        The proposal.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    list of str
        The promise; what is proposed; people and townships before and after; how good it is proven to be.
    """
    county = wording.short_name(proposal.area.county.title(lang))
    promise = wording.promise_text(side(proposal, proposal.after), lang)
    first = _pick(lang, f"{county}  {promise}", f"{county}: {promise}")
    lines = [first, proposed_text(proposal, lang), closed_text(proposal, lang)]
    if proposal.sites:
        lines += [result_text(proposal, lang), other_clock_text(proposal, lang), proof_text(proposal, lang)]
    return [line for line in lines if line]


def proposed_text(proposal: Proposal, lang: Lang) -> str:
    """Say in a sentence what is proposed, or plainly why nothing is."""
    if not proposal.sites:
        return _nothing_text(proposal, lang)
    names = wording.names_text([site.name for site in proposal.sites], lang)
    what = what_text(proposal, len(proposal.sites), lang)
    costs = [site.cost_wan for site in proposal.sites]
    known = math.isfinite(sum(costs)) and sum(costs) > 0
    cost = _pick(lang, "，共", "; ") + money_text(sum(costs), lang) if known else ""
    return _pick(lang, f"建议设置{what}：{names}{cost}", f"Proposed: {what} at {names}{cost}")


def _nothing_text(proposal: Proposal, lang: Lang) -> str:
    totals = proposal.before.assessment.totals["all"]
    people = proposal.area.demand_unit == "people"
    reach = proposal.wish.reach
    if reach is not None and any(note.code == "target_reached" for note in proposal.notes):
        share, target = wording.share_text(totals.covered_share, target_share=reach), f"{reach * 100:g}%"
        return _pick(
            lang,
            f"现状覆盖率{share}，已达到目标{target}，不需要新设站点",
            f"{share} are covered today, which meets the target of {target}: nothing is proposed",
        )
    if totals.covered_population >= totals.population * (1 - _PROVEN):
        return _pick(
            lang,
            f"现状已覆盖全部{'人口' if people else '居住道路'}，不需要新设站点",
            f"{'Everyone' if people else 'Every residential road'} is covered already: nothing is proposed",
        )
    covered, everyone = (
        wording.population_text(side(proposal, proposal.before), value, lang)
        for value in (totals.covered_population, totals.population)
    )
    return _pick(
        lang,
        f"没有候选点能使更多{'人口' if people else '居住道路'}得到覆盖（现状 {covered}/{everyone}），"
        "不提出新站点",
        f"No candidate covers {'anyone who' if people else 'any road that'} is not covered today "
        f"({covered} of {everyone}): nothing is proposed",
    )


def result_text(proposal: Proposal, lang: Lang) -> str:
    """Put people and townships, before and after, into a sentence."""
    before, after = proposal.before, proposal.after
    covered = label("covered", proposal, lang)
    met = label("townships_met", proposal, lang)
    shares, mets = _change_texts(before.assessment.totals["all"], after.assessment.totals["all"], proposal)
    now, then = (
        wording.population_text(side(proposal, s), s.assessment.totals["all"].covered_population, lang)
        for s in (before, after)
    )
    return _pick(
        lang,
        f"{covered} {shares}（{now} {ARROW} {then}），{met} {mets}",
        f"{covered} {shares} ({now} {ARROW} {then}), {met.lower()} {mets}",
    )


def other_clock_text(proposal: Proposal, lang: Lang) -> str:
    """Say the same on the other clock; empty where people travel themselves and there is no other."""
    before, after = proposal.before, proposal.after
    if before.other_clock is None or after.other_clock is None:
        return ""
    shares, mets = _change_texts(before.other_clock.totals["all"], after.other_clock.totals["all"], proposal)
    clock = wording.clock_text(after.other_clock.standard.clock, lang)
    return _pick(
        lang,
        f"{clock}：覆盖 {shares}，{label('townships_met', proposal, lang)} {mets}",
        f"{clock.capitalize()}: covered {shares}, {label('townships_met', proposal, lang).lower()} {mets}",
    )


def _change_texts(before: Totals, after: Totals, proposal: Proposal) -> tuple[str, str]:
    target = proposal.after.standard.target_share
    shares = (wording.share_text(t.covered_share, target_share=target) for t in (before, after))
    return f" {ARROW} ".join(shares), f" {ARROW} ".join(map(wording.met_text, (before, after)))


def closed_text(proposal: Proposal, lang: Lang) -> str:
    """Name what closes; empty where nothing does."""
    if not proposal.closed:
        return ""
    names = wording.names_text(proposal.closed, lang)
    return f"{closed_label(proposal, lang)}{_pick(lang, '：', ': ')}{names}"


def proof_text(proposal: Proposal, lang: Lang) -> str:
    """Say in plain words how good the plan is proven to be."""
    plan, model = proposal.plan, proposal.wish.model
    name = model_name(model, lang)
    if plan.status == "optimal":
        claim = _pick(lang, *_CLAIMS[model]).format(
            limit=_limit_text(proposal, lang), **_counted(proposal, lang)
        )
        return _pick(lang, f"已证明最优：{claim}（{name}）", f"Proven optimal: {claim} ({name})")
    status = status_text(plan, lang)
    if math.isinf(plan.gap):
        return _pick(
            lang,
            f"未证明最优（{name}，{status}）：没有可用的理论界限，不知与最好结果相差多少",
            f"Not proven optimal ({name}, {status}): no bound is known, nor how far the best may be",
        )
    gap = gap_text(plan.gap)
    return _pick(
        lang,
        f"未证明最优（{name}，{status}）：与可能达到的最好结果相差不超过{gap}",
        f"Not proven optimal ({name}, {status}): within {gap} of the best there can be",
    )


def _limit_text(proposal: Proposal, lang: Lang) -> str:
    wish = proposal.wish
    if wish.budget_wan is not None:
        money = money_text(wish.budget_wan, lang)
        return _pick(lang, f"在{money}以内", f"for {money}")
    n = wish.most or len(proposal.sites)
    return _pick(lang, f"新设{n}处的条件", f"of {n} new site{'s' if n > 1 else ''}")


def gap_text(gap: float) -> str:
    """Give a gap in per cent, never rounded down; a dash where no bound is known."""
    if math.isinf(gap):
        return wording.DASH
    tenths = math.ceil(round(gap * 1000, 6))
    return "0" if gap == 0 else "<0.1%" if gap < _TENTH_OF_PERCENT else f"{tenths / 10:.1f}%"


def proven_text(plan: SitingPlan, lang: Lang) -> str:
    """Say in a word whether a plan is proven, or how far from the best it can be."""
    if plan.status == "optimal":
        return _pick(lang, "已证明", "proven")
    if math.isinf(plan.gap):
        return _pick(lang, "未证明", "not proven")
    return _pick(lang, f"相差≤{gap_text(plan.gap)}", f"gap ≤ {gap_text(plan.gap)}")


def status_text(plan: SitingPlan, lang: Lang) -> str:
    """Name how the search for a plan ended."""
    return _pick(lang, *_STATUS[plan.status])


def model_name(model: str, lang: Lang) -> str:
    """Name a siting model."""
    return _pick(lang, *_MODELS[model][:2])


def model_text(model: str, lang: Lang) -> str:
    """Name a siting model and who published it."""
    return f"{model_name(model, lang)}{wording.bracketed(_MODELS[model][2], lang)}"


def objective_text(proposal: Proposal, lang: Lang) -> str:
    """Say what the model counts."""
    return _pick(lang, *_OBJECTIVES[proposal.wish.model]).format(**_counted(proposal, lang))


def asked_text(proposal: Proposal, lang: Lang) -> str:
    """Say what was asked for, among how many candidates, and what may close."""
    wish, table = proposal.wish, proposal.candidates
    n_existing = int(table["existing"].sum())
    if wish.budget_wan is not None:
        money = money_text(wish.budget_wan, lang)
        goal = _pick(lang, f"费用不超过{money}", f"for at most {money}")
    elif wish.reach is not None:
        share = f"{wish.reach * 100:g}%"
        goal = _pick(lang, f"以最少的站点覆盖{share}", f"the fewest sites that cover {share}")
    else:
        goal = _pick(lang, f"新设不超过{wish.most}处", f"at most {wish.most} new sites")
    closing = (
        _pick(lang, "允许关闭部分现有站点、另选新址", "some of them may close and be built elsewhere")
        if wish.close_allowed
        else _pick(lang, "全部保留", "all kept")
    )
    n_new = len(table) - n_existing
    parts = [
        _pick(lang, f"目标：{goal}", f"Asked for: {goal}"),
        _pick(lang, f"候选点{n_new:,}个", f"{n_new:,} candidates"),
        _pick(lang, f"现有站点{n_existing}个，{closing}", f"{n_existing} existing sites, {closing}"),
    ]
    if wish.model == "expected-covering":
        parts.append(_pick(lang, f"救护车占线率{wish.busy:g}", f"ambulances busy {wish.busy:g} of the time"))
    if wish.model == "double-standard":
        parts.append(
            _pick(lang, f"外圈时限为{wish.outer_factor:g}倍", f"wide limit {wish.outer_factor:g} times")
        )
    return _pick(lang, "；", "; ").join(parts)


def adds_text(lang: Lang) -> str:
    """Say what the people of a rank are counted on."""
    return _pick(
        lang,
        "各站点新增覆盖按序号逐个累加：前序站点（及关闭的站点）已计入",
        "What a site adds is counted in the order of ranks, those before it (and what closes) being done",
    )


def origin_text(origin: str, lang: Lang) -> str:
    """Say why a place was a candidate."""
    return _pick(lang, *_ORIGINS[origin])


def site_kind_text(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Name a site's kind, and whether it is new or something stands there that gets more."""
    if not site.facility_id:
        how = _pick(lang, "新址", "new")
    elif proposal.wish.kind == "station":
        how = _pick(lang, "增设", "existing")
    else:
        how = _pick(lang, "升级", "upgraded")
    return f"{wording.kind_text(site.kind, lang)}{wording.bracketed(how, lang)}"


def candidate_text(*, existing: bool, is_open: bool, lang: Lang) -> str:
    """Say what the plan does with a candidate."""
    if existing:
        return _pick(lang, "保留", "kept") if is_open else _pick(lang, "关闭", "closed")
    return _pick(lang, "选中", "chosen") if is_open else _pick(lang, "未选", "not chosen")


def all_names(names: Sequence[str], lang: Lang) -> str:
    """Name every one of many."""
    return _pick(lang, "、", ", ").join(wording.short_name(name) for name in names)


def has_costs(proposal: Proposal) -> bool:
    """Tell whether the cost of any site is known."""
    return any(math.isfinite(site.cost_wan) for site in proposal.sites)


def cost_text(cost_wan: float) -> str:
    """Give a cost in 万元; a dash where it is not known."""
    return f"{cost_wan:,.10g}" if math.isfinite(cost_wan) else wording.DASH


def money_text(wan: float, lang: Lang) -> str:
    """Give an amount of money as one says it."""
    return _pick(lang, f"{wan:,.10g}万元", f"{wan * 10_000:,.0f} yuan")


def changes_text(site: ProposedSite, lang: Lang) -> str:
    """Name the townships whose verdict changes with a site, from which to which."""
    texts = [
        f"{wording.short_name(c.name)} {wording.verdict_text(c.before, lang)}{ARROW}"
        f"{wording.verdict_text(c.after, lang)}"
        for c in site.changes
    ]
    return name_some(texts, mark=_pick(lang, "、", ", ")) if texts else _pick(lang, "无", "none")


def gained_names(site: ProposedSite, lang: Lang) -> str:
    """Name the townships that a site brings to the target."""
    return wording.names_text(site.townships_gained, lang) if site.townships_gained else wording.DASH


def alternative_text(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Say what the next best place instead of a site would give."""
    other = site.alternative
    if other is None:
        return _pick(lang, "没有其他候选点可替代", "no other candidate could stand in for it")
    name = wording.short_name(other.name)
    covered = count_text(proposal, other.covered_population, lang)
    less = proposal.after.assessment.totals["all"].covered_population - other.covered_population
    if less > _PROVEN * max(other.covered_population, 1.0):
        fewer = count_text(proposal, less, lang)
        return _pick(
            lang,
            f"若不可用，次优为{name}：全方案覆盖{covered}，少{fewer}",
            f"next best instead: {name}, {covered} covered by the whole plan, {fewer} fewer",
        )
    return _pick(
        lang,
        f"若不可用，可改用{name}：全方案覆盖{covered}，并无差别",
        f"just as good instead: {name}, {covered} covered by the whole plan",
    )


def explanation(site: ProposedSite, proposal: Proposal, lang: Lang) -> list[str]:
    """Say whom a site adds, whose verdict changes, and what the next best would have given, a line each."""
    added, sole = (count_text(proposal, n, lang) for n in (site.added_population, site.sole_population))
    n = len(site.added)
    return [
        _pick(
            lang,
            f"新增覆盖{added}（居民点{n}个），其中仅由其覆盖{sole}",
            f"adds {added} ({n} demand points); {sole} are covered by it alone",
        ),
        _pick(lang, "判定变化：", "verdicts that change: ") + changes_text(site, lang),
        alternative_text(site, proposal, lang),
    ]


def explanation_line(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Put the explanation of a site into one line, its rank and name first."""
    name = f"{site.rank}  {wording.short_name(site.name)}{_pick(lang, '：', ': ')}"
    return name + _pick(lang, "；", "; ").join(explanation(site, proposal, lang))


def adds_line(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Say in a few words whom a site adds."""
    added = count_text(proposal, site.added_population, lang)
    return _pick(lang, f"新增覆盖{added}", f"adds {added}")


def remaining_text(proposal: Proposal, lang: Lang) -> str:
    """Name the largest gap that remains."""
    gap = wording.gap_text(side(proposal, proposal.after), lang)
    return _pick(lang, f"方案后，{gap}", f"After it: {gap[:1].lower()}{gap[1:]}") if proposal.sites else gap


def changed_text(proposal: Proposal, lang: Lang) -> str:
    """Count the townships whose verdict changes."""
    pairs = zip(
        proposal.before.assessment.townships["verdict"],
        proposal.after.assessment.townships["verdict"],
        strict=True,
    )
    n = sum(was != now for was, now in pairs)
    return _pick(lang, f"{n}个乡镇判定变化", f"verdicts that change: {n}")


def signed_text(shown: Shown, value: float, lang: Lang) -> str:
    """Give people gained with a plus, people lost with a minus, and a dash for neither."""
    if abs(value) <= _PROVEN:
        return wording.DASH
    sign = "+" if value > 0 else "−"
    return sign + wording.population_text(shown, abs(value), lang)


def chart_title(proposal: Proposal, lang: Lang) -> str:
    """Name the curve."""
    if proposal.area.demand_unit != "people":
        return _pick(lang, "新增站点数与覆盖的居住道路", "Residential roads covered by number of new sites")
    return _pick(lang, "新增站点数与覆盖人口", "People covered by number of new sites")


def chart_axis(proposal: Proposal, scale: float, lang: Lang) -> str:
    """Name the axis of what is covered, in units of `scale` people or metres."""
    if proposal.area.demand_unit != "people":
        return _pick(lang, "覆盖的居住道路（公里）", "Residential roads covered (km)")
    unit = _pick(lang, "人" if scale == 1 else "万人", "")
    return _pick(lang, f"覆盖人口（{unit}）", "People covered")


def method_lines(proposal: Proposal, lang: Lang) -> list[str]:
    """Say what was asked for, by which model, how well it is solved, and how ranks are counted."""
    plan = proposal.plan
    colon = _pick(lang, "：", ": ")
    lines = [
        asked_text(proposal, lang),
        f"{label('model', proposal, lang)}{colon}{model_text(proposal.wish.model, lang)}",
    ]
    if proposal.sites:
        objective, bound = figure_text(plan.objective), figure_text(plan.bound)
        lines.append(
            _pick(
                lang,
                f"目标（{objective_text(proposal, lang)}）{objective}，理论界限 {bound}；"
                f"{status_text(plan, lang)}",
                f"Objective ({objective_text(proposal, lang)}) {objective}, proven bound {bound}; "
                f"{status_text(plan, lang)}",
            )
        )
        lines.append(adds_text(lang))
    return lines


def figure_text(value: float) -> str:
    """Give a figure of the model; a dash where there is none."""
    return f"{value:,.10g}" if math.isfinite(value) else wording.DASH


def sweep_names(point: SweepPoint, lang: Lang) -> str:
    """Name the sites of a point of the curve."""
    return wording.names_text(point.names, lang)


def _counted(proposal: Proposal, lang: Lang) -> dict[str, str]:
    counted = wording.unit_text(proposal.area.demand_unit, lang)
    return {"p": counted, "P": counted.capitalize()}


def _pick(lang: Lang, zh: str, en: str) -> str:
    return zh if lang == "zh" else en
