"""Sentences and labels of a proposal, in Chinese and English."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.proposal_counts import blanks, count_text, figure_text
from coverage.reports.proposal_models import (
    ARROW,
    alternative_text,
    doing_text,
    measure_lines,
    model_text,
    money_text,
    objective_line,
    proof_text,
)
from coverage.reports.shown import side
from coverage.reports.wording import pick
from coverage.situation import VerdictChange

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.assessment import Totals
    from coverage.proposal import Proposal, ProposedSite
    from coverage.reports.wording import Lang

_PROVEN = 1e-6
_NAMED_AT_ONCE = 8
"""Sites of which a sentence names every one; of more it names the first."""
_VERDICTS = ("unmet", "partial", "met")  # the worst first

# For the blanks see `coverage.reports.proposal_counts.blanks`.
_LABELS: Mapping[str, tuple[str, str]] = {
    "added": ("新增覆盖{p}", "{P} newly covered"),
    "adds_layer": ("各{s}新增覆盖", "What each adds"),
    "adds_legend": ("由其新增覆盖的居民点", "Demand points it adds"),
    "after": ("方案后", "After"),
    "alternative": ("次优选址", "Next best instead"),
    "alternative_covered": ("次优时覆盖{p}", "{P} covered with it"),
    "ambulances": ("拟配救护车（辆）", "Ambulances planned"),
    "before": ("现状", "Today"),
    "bound": ("理论界限", "Proven bound"),
    "candidates": ("候选点", "Candidates"),
    "changed": ("判定变化", "Verdict changes"),
    "closed": ("迁移/关闭", "Moved or closed"),
    "cost": ("费用（万元）", "Cost (万元)"),
    "count": ("新增{s}数", "New {ss}"),
    "covered": ("覆盖{p}", "{P} covered"),
    "covered_share": ("覆盖率", "Share covered"),
    "gained": ("比现状增加{p}", "{P} more than today"),
    "facility_kind": ("现状类型", "What stands there"),
    "gap": ("与界限相差", "Gap to the bound"),
    "id": ("编号", "Id"),
    "candidate": ("地点", "Place"),
    "in_plan": ("方案中", "In the plan"),
    "kind": ("类型", "Kind"),
    "may_close": ("可关闭", "May close"),
    "median": ("中位（分钟）", "Median (min)"),
    "lost": ("失去覆盖居民点", "Demand points no longer covered"),
    "model": ("选址模型", "Siting model"),
    "name": ("{s}", "{S}"),
    "objective": ("目标函数值", "Objective"),
    "option": ("方案文件", "Option"),
    "origin": ("来源", "Why here"),
    "place": ("经度，纬度", "Longitude, latitude"),
    "points": ("新增覆盖居民点", "Demand points added"),
    "proof": ("最优性", "Proof"),
    "proposal": ("选址方案", "Proposal"),
    "proposed_kind": ("推荐：{kind}", "Proposed {kind}"),
    "rank": ("序号", "Rank"),
    "shown_side": ("地图显示", "The map shows"),
    "situation": ("情形", "Situation"),
    "site": ("{s}", "{S}"),
    "sites": ("推荐{s}", "Proposed {ss}"),
    "sole": ("仅由其覆盖{p}", "{P} only it covers"),
    "status": ("求解状态", "Status"),
    "step": ("比上行增加{p}", "{P} more than one row above"),
    "sweep": ("数量与覆盖", "Sites and coverage"),
    "township_table": ("乡镇前后对比（{n}）", "Townships before and after ({n})"),
    "townships_gained": ("新达标乡镇", "Townships gained"),
    "townships_met": ("达标乡镇", "Townships met"),
    "uncovered_list": ("方案后仍未覆盖的居民点（{n}）", "Still not covered after it ({n})"),
}
# Headings where room is short: the page's tables, and the curve's.
_SHORT: Mapping[str, tuple[str, str]] = {
    "added": ("新增覆盖", "Adds"),
    "cost": ("万元", "万元"),
    "count": ("新增", "New"),
    "covered": ("覆盖", "Covered"),
    "covered_share": ("覆盖率", "Share"),
    "gained": ("比现状增加", "Vs today"),
    "proof": ("最优性", "Proof"),
    "step": ("比上行增加", "Vs above"),
    "townships_gained": ("新达标", "Met"),
    "townships_met": ("达标", "Met"),
}
_ORIGINS: Mapping[str, tuple[str, str]] = {
    "existing": ("现有{s}", "existing {s}"),
    "facility": ("现有机构", "existing facility"),
    "seat": ("乡镇驻地", "township seat"),
    "settlement": ("居民点", "settlement"),
    "road": ("道路节点", "on the road"),
    "file": ("候选点表", "from the list given"),
}
_SHORT_KINDS: Mapping[str, str] = {
    "hospital": "hospital",
    "ambulance_station": "ambulance station",
    "subcentre": "sub-centre",
    "health_centre": "health centre",
    "clinic": "clinic",
}


def label(key: str, proposal: Proposal, lang: Lang, **figures: object) -> str:
    """Give the label of one of a proposal's figures, columns or layers; `figures` fill its blanks."""
    return pick(lang, *_LABELS[key]).format(**blanks(proposal, lang), **figures)


def short_label(key: str, proposal: Proposal, lang: Lang) -> str:
    """Give the label of a column where room is short; see `label`."""
    return pick(lang, *_SHORT[key]) if key in _SHORT else label(key, proposal, lang)


def what_text(proposal: Proposal, n: int, lang: Lang) -> str:
    """Say how many of what are proposed."""
    if proposal.wish.kind == "station":
        return pick(lang, f"急救点{n}处", f"{n} ambulance base{'s' if n > 1 else ''}")
    return pick(lang, f"县域医疗次中心{n}处", f"{n} county sub-centre{'s' if n > 1 else ''}")


def title_text(proposal: Proposal, lang: Lang) -> str:
    """Give the title of every report: the county and what this is."""
    between = pick(lang, "  ", ": ")
    return f"{wording.one_line(proposal.area.county.title(lang))}{between}{kicker_text(proposal, lang)}"


def kicker_text(proposal: Proposal, lang: Lang) -> str:
    """Say what the report is about."""
    if proposal.wish.kind == "station":
        return pick(lang, "急救点选址方案", "Where the next ambulance bases help most")
    return pick(lang, "县域医疗次中心选址方案", "Where the next county sub-centres help most")


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
        The promise; what is proposed, and what moves; people and townships before and after; what the model
        itself looks at; how good it is proven to be.
    """
    county = wording.one_line(proposal.area.county.title(lang))
    promise = wording.promise_text(side(proposal, proposal.after), lang)
    first = pick(lang, f"{county}  {promise}", f"{county}: {promise}")
    lines = [first, proposed_text(proposal, lang), closed_text(proposal, lang)]
    if proposal.sites:
        lines += [result_text(proposal, lang), other_clock_text(proposal, lang)]
        lines += [*measure_lines(proposal, lang), proof_text(proposal, lang)]
    return [line for line in lines if line]


def proposed_text(proposal: Proposal, lang: Lang) -> str:
    """Say in a sentence what is proposed, or plainly why nothing is."""
    if not proposal.sites:
        return _nothing_text(proposal, lang)
    names = some_names([site.name for site in proposal.sites], lang)
    what = what_text(proposal, len(proposal.sites), lang)
    if proposal.closed:
        n = len(proposal.closed)
        what += wording.bracketed(pick(lang, f"含迁移{n}处", f"{n} in place of existing ones"), lang)
    costs = [site.cost_wan for site in proposal.sites]
    known = math.isfinite(sum(costs)) and sum(costs) > 0
    cost = pick(lang, "，共", "; ") + money_text(sum(costs), lang) if known else ""
    upgrade = proposal.wish.kind == "subcentre" and all(site.facility_id for site in proposal.sites)
    verb = "升级为" if upgrade else "设置"
    return pick(lang, f"建议{verb}{what}：{names}{cost}", f"Proposed: {what} at {names}{cost}")


def _nothing_text(proposal: Proposal, lang: Lang) -> str:
    totals = proposal.before.assessment.totals["all"]
    people = proposal.area.demand_unit == "people"
    reach = proposal.wish.reach
    site = blanks(proposal, "zh")["s"]
    nothing = f"{doing_text(proposal)}{site}"
    if reach is not None and any(note.code == "target_reached" for note in proposal.notes):
        share, target = wording.share_text(totals.covered_share, target_share=reach), f"{reach * 100:g}%"
        return pick(
            lang,
            f"现状覆盖率{share}，已达到目标{target}，不需要{nothing}",
            f"{share} are covered today, which meets the target of {target}: nothing is proposed",
        )
    if totals.covered_population >= totals.population * (1 - _PROVEN):
        return pick(
            lang,
            f"现状已覆盖全部{'人口' if people else '居住道路'}，不需要{nothing}",
            f"{'Everyone' if people else 'Every residential road'} is covered already: nothing is proposed",
        )
    covered, everyone = (
        wording.population_text(side(proposal, proposal.before), value, lang)
        for value in (totals.covered_population, totals.population)
    )
    return pick(
        lang,
        f"没有候选点能使更多{'人口' if people else '居住道路'}得到覆盖（现状 {covered}/{everyone}），"
        f"不提出新{site}",
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
    return pick(
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
    return pick(
        lang,
        f"{clock}：覆盖 {shares}，{label('townships_met', proposal, lang)} {mets}",
        f"{clock.capitalize()}: covered {shares}, {label('townships_met', proposal, lang).lower()} {mets}",
    )


def _change_texts(before: Totals, after: Totals, proposal: Proposal) -> tuple[str, str]:
    target = proposal.after.standard.target_share
    shares = (wording.share_text(t.covered_share, target_share=target) for t in (before, after))
    return f" {ARROW} ".join(shares), f" {ARROW} ".join(map(wording.met_text, (before, after)))


def closings(proposal: Proposal, lang: Lang) -> dict[str, tuple[str, str]]:
    """Give what closes by its id: its name, and whether it goes or keeps standing as something else."""
    gone = {c.id: c.name for c in proposal.option.close}
    changed = {c.id: c.name for c in proposal.option.change} if proposal.closed else {}
    stays = {i: name for i, name in changed.items() if i not in {site.id for site in proposal.sites}}
    if proposal.wish.kind == "station":
        what = pick(lang, "机构保留，不再派车", "stays, sends no ambulance")
    else:
        what = pick(lang, "机构保留，不再作为次中心", "stays, no longer a sub-centre")
    moved = pick(lang, "迁移/关闭", "moved or closed")
    rows = {i: (name, moved) for i, name in gone.items()} | {i: (name, what) for i, name in stays.items()}
    return {i: (wording.one_line(name) or i, how) for i, (name, how) in rows.items()}


def closed_text(proposal: Proposal, lang: Lang) -> str:
    """Name what moves or closes, and who is no longer covered for it; empty where nothing does."""
    if not proposal.closed:
        return ""
    stays = {c.id for c in proposal.option.change}
    names = pick(lang, "、", ", ").join(
        name + (wording.bracketed(how, lang) if i in stays else "")
        for i, (name, how) in closings(proposal, lang).items()
    )
    lost, n = count_text(proposal, proposal.lost_population, lang), len(proposal.lost)
    if not n:
        loss = pick(lang, "没有居民点因此失去覆盖", "no demand point loses coverage")
    else:
        points = "point" if n == 1 else "points"
        loss = pick(lang, f"因此失去覆盖{lost}（居民点{n}个）", f"{lost} ({n} demand {points}) lose coverage")
    head = label("closed", proposal, lang) + pick(lang, "：", ": ")
    return f"{head}{names}{pick(lang, '；', '; ')}{loss}{_worse_text(proposal, lang)}"


def _worse_text(proposal: Proposal, lang: Lang) -> str:
    """Name the townships whose verdict is a worse one than today; empty where there are none."""
    before, after = (s.assessment.townships for s in (proposal.before, proposal.after))
    rows = [
        VerdictChange(str(i), str(name), was, now)
        for i, name, was, now in zip(
            after["id"], after["name"], before["verdict"], after["verdict"], strict=True
        )
        if was in _VERDICTS and now in _VERDICTS and _VERDICTS.index(now) < _VERDICTS.index(was)
    ]
    if not rows:
        return ""
    return pick(lang, "；判定下降：", "; verdicts that fall: ") + _changes_text(rows, lang)


def asked_text(proposal: Proposal, lang: Lang) -> str:
    """Say what was asked for, among how many candidates, and what may close."""
    wish, table = proposal.wish, proposal.candidates
    n_existing = int(table["existing"].sum())
    if wish.budget_wan is not None:
        money = money_text(wish.budget_wan, lang)
        goal = pick(lang, f"费用不超过{money}", f"for at most {money}")
    elif wish.reach is not None:
        share = f"{wish.reach * 100:g}%"
        goal = pick(
            lang,
            f"以最少的{blanks(proposal, lang)['s']}覆盖{share}",
            f"the fewest {blanks(proposal, lang)['ss']} that cover {share}",
        )
    else:
        goal = pick(
            lang,
            f"{doing_text(proposal)}不超过{wish.most}处",
            f"at most {wish.most} new {blanks(proposal, lang)['ss']}",
        )
    words = blanks(proposal, lang)
    closing = (
        pick(lang, f"最多迁移其中{wish.moves}处", f"at most {wish.moves} of them may be moved")
        if wish.close_allowed
        else pick(lang, "全部保留", "all kept")
    )
    n_new = len(table) - n_existing
    existing = words["s" if n_existing == 1 else "ss"]
    parts = [
        pick(lang, f"目标：{goal}", f"Asked for: {goal}"),
        pick(lang, f"候选点{n_new:,}个", f"{n_new:,} candidates"),
        pick(
            lang, f"现有{words['s']}{n_existing}个，{closing}", f"{n_existing} existing {existing}, {closing}"
        ),
    ]
    if wish.model == "expected-covering":
        parts.append(pick(lang, f"救护车占用率{wish.busy:g}", f"ambulances busy {wish.busy:g} of the time"))
    if wish.model == "double-standard":
        parts.append(
            pick(lang, f"外圈时限为{wish.outer_factor:g}倍", f"wide limit {wish.outer_factor:g} times")
        )
    return pick(lang, "；", "; ").join(parts)


def adds_text(proposal: Proposal, lang: Lang) -> str:
    """Say what the people of a rank are counted on."""
    words = blanks(proposal, lang)
    closing_zh = "；迁移/关闭造成的失去覆盖另列" if proposal.closed else ""
    closing_en = "; what closing uncovers is told apart" if proposal.closed else ""
    return pick(
        lang,
        f"各{words['s']}新增覆盖以现状为基础，按序号逐个累加（前序{words['s']}已计入）{closing_zh}",
        f"What a {words['s']} adds is counted on top of today and of those of lower rank{closing_en}",
    )


def origin_text(origin: str, proposal: Proposal, lang: Lang) -> str:
    """Say why a place was a candidate."""
    return pick(lang, *_ORIGINS[origin]).format(**blanks(proposal, lang))


def site_kind_text(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Say in a few words what a site is: something new, or what stands there that gets more."""
    station = proposal.wish.kind == "station"
    if lang == "en":
        if not site.facility_id:
            return "new station" if station else "new sub-centre"
        return f"at {_SHORT_KINDS[site.kind]}" if station else "upgraded to sub-centre"
    how = "新址" if not site.facility_id else "增设" if station else "升级"
    return f"{wording.kind_text(site.kind, lang)}{wording.bracketed(how, lang)}"


def standing_kind_text(facility_id: str, proposal: Proposal, lang: Lang) -> str:
    """Name the kind of what stands at a candidate today; a dash where nothing does."""
    table = proposal.area.facilities
    kinds = table.loc[table["id"] == facility_id, "kind"]
    return wording.kind_text(str(kinds.iloc[0]), lang) if len(kinds) else wording.DASH


def candidate_text(*, existing: bool, is_open: bool, lang: Lang) -> str:
    """Say what the plan does with a candidate."""
    if existing:
        return pick(lang, "保留", "kept") if is_open else pick(lang, "关闭", "closed")
    return pick(lang, "选中", "chosen") if is_open else pick(lang, "未选", "not chosen")


def all_names(names: Sequence[str], lang: Lang) -> str:
    """Name every one of many, none of them cut."""
    return pick(lang, "、", ", ").join(wording.one_line(name) for name in names)


def some_names(names: Sequence[str], lang: Lang) -> str:
    """Name every one of a few, and of many the first and their number; no name is cut."""
    if len(names) <= _NAMED_AT_ONCE:
        return all_names(names, lang)
    first, n = all_names(names[:_NAMED_AT_ONCE], lang), len(names)
    return pick(lang, f"{first}等{n}处", f"{first} and {n - _NAMED_AT_ONCE} more")


def has_costs(proposal: Proposal) -> bool:
    """Tell whether the cost of any site is known."""
    return any(math.isfinite(site.cost_wan) for site in proposal.sites)


def cost_text(cost_wan: float) -> str:
    """Give a cost in 万元; a dash where it is not known."""
    return f"{cost_wan:,.10g}" if math.isfinite(cost_wan) else wording.DASH


def changes_text(site: ProposedSite, lang: Lang) -> str:
    """Name the townships whose verdict changes with a site, from which to which."""
    return _changes_text(site.changes, lang)


def _changes_text(changes: Sequence[VerdictChange], lang: Lang) -> str:
    texts = [
        f"{wording.one_line(c.name)} {wording.verdict_text(c.before, lang)}{ARROW}"
        f"{wording.verdict_text(c.after, lang)}"
        for c in changes
    ]
    return pick(lang, "、", ", ").join(texts) if texts else pick(lang, "无", "none")


def gained_names(site: ProposedSite, lang: Lang) -> str:
    """Name the townships that a site brings to the target."""
    return all_names(site.townships_gained, lang) if site.townships_gained else wording.DASH


def explanation(site: ProposedSite, proposal: Proposal, lang: Lang) -> list[str]:
    """Say whom a site adds, whose verdict changes, and what the next best would have given, a line each."""
    added, sole = (count_text(proposal, n, lang) for n in (site.added_population, site.sole_population))
    n = len(site.added)
    if site.sole_population > site.added_population * (1 + _PROVEN):
        words = blanks(proposal, lang)
        sole += pick(
            lang,
            f"（含原由迁移或关闭的{words['s']}覆盖的部分）",
            f" (some of them today by a {words['s']} that moves)",
        )
    return [
        pick(
            lang,
            f"新增覆盖{added}（居民点{n}个）；方案中仅由其覆盖{sole}",
            f"adds {added} ({n} demand points); {sole} are covered by it alone in the plan",
        ),
        pick(lang, "判定变化：", "verdicts that change: ") + changes_text(site, lang),
        alternative_text(site, proposal, lang),
    ]


def explanation_line(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Put the explanation of a site into one line, its rank and name first."""
    name = f"{site.rank}  {wording.one_line(site.name)}{pick(lang, '：', ': ')}"
    return name + pick(lang, "；", "; ").join(explanation(site, proposal, lang))


def adds_line(site: ProposedSite, proposal: Proposal, lang: Lang) -> str:
    """Say in a few words whom a site adds."""
    added = count_text(proposal, site.added_population, lang)
    return pick(lang, f"新增覆盖{added}", f"adds {added}")


def remaining_text(proposal: Proposal, lang: Lang) -> str:
    """Name the largest gap that remains."""
    gap = wording.gap_text(side(proposal, proposal.after), lang)
    return pick(lang, f"方案后，{gap}", f"After it: {gap[:1].lower()}{gap[1:]}") if proposal.sites else gap


def changed_text(proposal: Proposal, lang: Lang) -> str:
    """Count the townships whose verdict changes."""
    pairs = zip(
        proposal.before.assessment.townships["verdict"],
        proposal.after.assessment.townships["verdict"],
        strict=True,
    )
    n = sum(was != now for was, now in pairs)
    return pick(lang, f"{n}个乡镇判定变化", f"verdicts that change: {n}")


def signed_text(proposal: Proposal, value: float, lang: Lang) -> str:
    """Give people gained with a plus, people lost with a minus, and a dash for neither."""
    if abs(value) <= _PROVEN:
        return wording.DASH
    return ("+" if value > 0 else "−") + figure_text(proposal, abs(value), lang)


def chart_title(proposal: Proposal, lang: Lang) -> str:
    """Name the curve."""
    words = blanks(proposal, lang)
    if proposal.area.demand_unit != "people":
        return pick(
            lang,
            f"新增{words['s']}数与覆盖的居住道路",
            f"Residential roads covered by number of new {words['ss']}",
        )
    return pick(lang, f"新增{words['s']}数与覆盖人口", f"People covered by number of new {words['ss']}")


def chart_axis(proposal: Proposal, scale: float, lang: Lang) -> str:
    """Name the axis of what is covered, in units of `scale` people or metres."""
    if proposal.area.demand_unit != "people":
        return pick(lang, "覆盖的居住道路（公里）", "Residential roads covered (km)")
    unit = pick(lang, "人" if scale == 1 else "万人", "")
    return pick(lang, f"覆盖人口（{unit}）", "People covered")


def method_lines(proposal: Proposal, lang: Lang) -> list[str]:
    """Say what was asked for, by which model, how well it is solved, and how ranks are counted."""
    colon = pick(lang, "：", ": ")
    lines = [
        asked_text(proposal, lang),
        f"{label('model', proposal, lang)}{colon}{model_text(proposal.wish.model, lang)}",
    ]
    if proposal.sites:
        lines += [objective_line(proposal, lang), *measure_lines(proposal, lang), adds_text(proposal, lang)]
    return lines
