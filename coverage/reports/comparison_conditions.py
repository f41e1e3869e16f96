"""What a recommendation hangs on, as full sentences with their figures, in Chinese and English."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import wording
from coverage.reports.comparison_names import (
    all_named,
    cost_per_person_text,
    named,
    people_text,
    points_text,
    trial_text,
    upper_first,
)
from coverage.reports.comparison_rows import (
    facilities_by_hours,
    ranking_row,
    standard_words,
    worsened_townships,
)
from coverage.reports.proposal_models import ARROW, money_text
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from coverage.comparison import Comparison, Condition, ConditionCode, Outcome
    from coverage.reports.wording import Lang

    Sentence = Callable[[Condition, Comparison, Outcome, Lang], str]


def condition_text(condition: Condition, comparison: Comparison, lang: Lang) -> str:
    """Say one thing that the advice hangs on, with its figures, in a sentence."""
    advised = comparison.outcome(comparison.advice.key)
    return _SENTENCES[condition.code](condition, comparison, advised, lang)


def _leads(_: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    at = _place(comparison, advised.key)
    shares = [trial.covered_share[at] for trial in comparison.robustness.trials]
    trials = pick(lang, "、", ", ").join(trial_text(t.code, lang) for t in comparison.robustness.trials)
    low, high = (wording.share_text(value) for value in (min(shares), max(shares)))
    return pick(
        lang,
        f"在各种不利情形（{trials}）下，该方案的覆盖均不低于其他方案，覆盖率{low}至{high}",
        f"No other option covers more in any of the harder conditions ({trials}): {low} to {high}",
    )


def _overtaken(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    code, other = condition.names
    trial = next(t for t in comparison.robustness.trials if t.code == code)
    theirs, mine = (
        wording.share_text(trial.covered_share[_place(comparison, key)]) for key in (other, advised.key)
    )
    name = named(comparison.outcome(other), lang)
    more = people_text(comparison, condition.population, lang)
    return pick(
        lang,
        f"{trial_text(code, lang)}情形下，{name}的覆盖更多（{theirs}，该方案{mine}，相差{more}）",
        f"With {trial_text(code, lang)}, {name} covers more ({theirs} against {mine}, {more})",
    )


def _no_difference(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    pairs = [comparison.robustness.pair(advised.key, key) for key in condition.names]
    low, high = min(pair.low for pair in pairs), max(pair.high for pair in pairs)
    names, interval = all_named(condition.names, comparison, lang), points_text(low, high, lang)
    draws = comparison.robustness.draws.n
    if low == high == 0:
        mine = named(advised, lang)
        return pick(
            lang,
            f"{mine}与{names}在{draws}次抽样中的覆盖率完全相同",
            f"Over {draws} draws the shares of {mine} and {names} are the same",
        )
    if advised.is_baseline:
        return pick(
            lang,
            f"现状与{names}的覆盖无明显差异：{draws}次抽样中，现状覆盖率与其之差的95%在{interval}之间",
            f"No clear difference between today and {names}: over {draws} draws today's share less theirs is "
            f"{interval} (95 % of them)",
        )
    return pick(
        lang,
        f"与{names}的覆盖无明显差异：{draws}次抽样中，覆盖率之差的95%在{interval}之间，不宜据此分先后",
        f"No clear difference from {names}: over {draws} draws the shares differ by {interval} "
        "(95 % of them), which says nothing of which is better",
    )


def _people_lost(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    lost = people_text(comparison, condition.population, lang)
    names = wording.names_text(condition.names, lang)
    n = len(advised.demand[advised.demand["change"] == "lost"])
    where = (
        pick(lang, f"涉及{names}", f"in {names}") if names else pick(lang, "不属任何乡镇", "in no township")
    )
    by_people = comparison.area.demand_unit == "people"
    return pick(
        lang,
        f"将有{lost}{'' if by_people else '居住道路'}失去现有覆盖（居民点{n}个，{where}），须另作安排",
        f"{lost}{'' if by_people else ' of residential roads'} lose the coverage they have today "
        f"({n} demand point{'' if n == 1 else 's'}, {where}): provide for them",
    )


def _townships_lost(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    falls = pick(lang, "、", ", ").join(
        f"{wording.short_name(name)} {ARROW.join(wording.verdict_text(v, lang) for v in (was, now))}"
        for name, was, now in worsened_townships(advised)
    )
    return pick(lang, f"有乡镇的判定下降：{falls}", f"Verdicts that fall: {falls}")


def _cost_unknown(condition: Condition, _: Comparison, __: Outcome, lang: Lang) -> str:
    names = wording.names_text(condition.names, lang)
    return pick(
        lang,
        f"以下各项未给出建设投资：{names}；总费用未知，不能与其他方案比较费用，请在方案文件中补填",
        f"The capital of these is not given: {names}; the option's cost is not known and cannot be compared: "
        "give it in the option file",
    )


def _cheaper(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    leader = comparison.outcome(condition.names[0])
    pair = comparison.robustness.pair(leader.key, advised.key)
    name, interval = named(leader, lang), points_text(pair.low, pair.high, lang)
    more = people_text(comparison, condition.population, lang)
    saved = money_text(comparison.cost_wan(leader) - comparison.cost_wan(advised), lang)
    return pick(
        lang,
        f"{name}多覆盖{more}，相差不到1个百分点（抽样中覆盖率之差的95%在{interval}之间），"
        f"费用却多{saved}，故取费用较低者",
        f"{upper_first(name)} covers {more} more, less than one point of the county "
        f"({interval} over 95 % of the draws), and costs {saved} more: hence the cheaper one",
    )


def _saves(_: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    saved = money_text(-comparison.cost_wan(advised), lang)
    years = f"{advised.cost.years:g}"
    over, over_en = (
        (f"按{years}年计", f"over {years} years")
        if comparison.basis == "lifetime"
        else ("建设投资", "of capital")
    )
    return pick(
        lang,
        f"没有方案的覆盖明显多于现状；该方案与现状相差不到1个百分点，{over}节省{saved}",
        "No option covers clearly more than today; this one differs from it by less than one point and "
        f"saves {saved} {over_en}",
    )


def _not_comparable(condition: Condition, comparison: Comparison, _: Outcome, lang: Lang) -> str:
    names = all_named(condition.names, comparison, lang)
    return pick(
        lang,
        f"{names}改变了时限或车速表，不能与其他方案直接比较，不参与建议",
        f"{upper_first(names)}: judged by other limits or speeds, and so left out of the advice",
    )


def _dear(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    below = comparison.outcome(condition.names[0])
    extra_wan = comparison.cost_wan(advised) - comparison.cost_wan(below)
    name, money = named(below, lang), money_text(extra_wan, lang)
    more = people_text(comparison, condition.population, lang)
    yuan = cost_per_person_text(comparison, extra_wan * 10_000 / condition.population)
    each = pick(lang, "人", "person") if comparison.area.demand_unit == "people" else pick(lang, "公里", "km")
    return pick(
        lang,
        f"比{name}多花{money}，多覆盖{more}，即每多覆盖1{each}{yuan}元；资金不足时可选{name}",
        f"It costs {money} more than {name} and covers {more} more, {yuan} yuan for each {each}: where the "
        f"money is short, {name} is the next",
    )


def _other_standard(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    fields = standard_words(advised.option.standard, lang)
    return pick(
        lang,
        f"该方案另定了响应标准（{fields}），覆盖的变化部分来自标准本身",
        f"It has a promise of its own ({fields}): part of the change is the promise's, not the facilities'",
    )


def _other_speeds(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    n = sum(len(entries) for entries in advised.option.speeds.values())
    return pick(
        lang,
        f"该方案另定了行车速度（{n}项），覆盖的变化部分来自速度假设",
        f"It has speeds of its own (entries: {n}): part of the change is theirs, not the facilities'",
    )


def _roads(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    roads = advised.option.roads
    built = wording.names_text((road.name for road in roads.new), lang)
    shut = wording.names_text((c.name or wording.DASH for c in roads.close), lang)
    parts = (
        [pick(lang, f"新建道路如期通车（{built}）", f"that the new roads are open ({built})")]
        if built
        else []
    )
    parts += [pick(lang, f"道路封闭属实（{shut}）", f"that roads are closed ({shut})")] if shut else []
    return pick(lang, f"以{'、'.join(parts)}为前提", f"It takes for granted {' and '.join(parts)}")


def _hours(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    mark = pick(lang, "、", ", ")
    groups = [
        f"{wording.names_text(names, lang)}{wording.bracketed(hours, lang)}"
        for hours, names in facilities_by_hours(advised)
    ]
    return pick(
        lang,
        f"以下急救点只在所列时段有救护车，其余时段不能出车：{mark.join(groups)}",
        f"These bases have their ambulances at these hours alone: {mark.join(groups)}",
    )


def _one_ambulance(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    name, lost = (
        wording.names_text(condition.names, lang),
        people_text(comparison, condition.population, lang),
    )
    row = ranking_row(comparison, advised.key)
    all_there, away = wording.share_text(row.covered_share), wording.share_text(row.away_share)
    return pick(
        lang,
        f"{name}有1辆救护车外出时，覆盖减少{lost}（覆盖率{all_there}降至{away}）",
        f"While one ambulance of {name} is out, {lost} fewer are covered ({all_there} falls to {away})",
    )


def _norm(_: Condition, __: Comparison, advised: Outcome, lang: Lang) -> str:
    have, need = advised.fleet.ambulances, advised.fleet.ambulances_required
    return pick(
        lang,
        f"方案后救护车{have:g}辆，按每3万人1辆应配{need}辆（国卫医发〔2020〕19号），仍缺{need - have:g}辆",
        f"With it the county has {have:g} ambulances, of {need} that one per 30,000 people asks "
        f"for (国卫医发〔2020〕19号): {need - have:g} short",
    )


def _target(condition: Condition, comparison: Comparison, advised: Outcome, lang: Lang) -> str:
    n, names = len(condition.names), wording.names_text(condition.names, lang)
    missing = people_text(comparison, condition.population, lang)
    target = f"{advised.situation.standard.target_share * 100:g}%"
    return pick(
        lang,
        f"方案后仍有{n}个乡镇达不到{target}：{names}；全县未覆盖{missing}",
        f"Townships that still fall short of {target}: {n} ({names}); {missing} not covered in the county",
    )


def _place(comparison: Comparison, key: str) -> int:
    return [outcome.key for outcome in comparison.outcomes].index(key)


_SENTENCES: Mapping[ConditionCode, Sentence] = {
    "leads_in_every_trial": _leads,
    "overtaken": _overtaken,
    "no_clear_difference": _no_difference,
    "people_lost": _people_lost,
    "townships_lost": _townships_lost,
    "cost_unknown": _cost_unknown,
    "cheaper_is_as_good": _cheaper,
    "saves_money": _saves,
    "not_comparable": _not_comparable,
    "dear_for_what_it_adds": _dear,
    "other_standard": _other_standard,
    "other_speeds": _other_speeds,
    "roads_changed": _roads,
    "hours_limited": _hours,
    "depends_on_one_ambulance": _one_ambulance,
    "below_ambulance_norm": _norm,
    "below_target": _target,
}
