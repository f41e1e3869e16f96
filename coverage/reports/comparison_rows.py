"""The figures of a comparison in the order in which every report gives them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverage.option import Closing, Move, Opening
from coverage.reports import wording
from coverage.reports.once import once
from coverage.reports.road_words import road_word
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from coverage.comparison import Comparison, Outcome, Response, Sign, TrialCode
    from coverage.option import Change, NewRoad, Part, RoadClosure
    from coverage.reports.wording import Lang


@dataclass(frozen=True)
class RankingRow:
    """
    One outcome as a row of the ranking; raw figures, NaN where not known, ``inf`` where never reached.

    Parameters
    ----------
    key, name
        Of the outcome: ``0`` and an empty name for the county as it is, otherwise the option's.
    covered_population, covered_share
        On the promise's own clock.
    other_covered_share
        On the other clock; NaN where there is none.
    delta_population, gained_population, lost_population
        Against the county as it is: the first is the second less the third.
    townships_met, townships_partial, townships_unmet
        Number of townships by verdict.
    mean_s, median_s, p90_s, p95_s, worst_s
        Response of all people, seconds.
    unreached_population
        People whom nobody reaches.
    worst_township, worst_township_share
        The township with the smallest covered share; an empty name and NaN where nobody lives anywhere.
    ambulances, ambulances_required, people_per_ambulance
        See `coverage.comparison.Fleet`.
    gini, worst_decile_share, worst_decile_mean_s, worst_decile_covered_share
        See `coverage.comparison.Equity`.
    capital_wan, yearly_wan, total_wan, cost_wan
        万元; the last is the one that the comparison goes by.
    cost_per_person_yuan
        元 for each person more than today (or metre of road).
    dominated_by
        Keys of what is as good for less, or better for no more.
    against_leader, against_today
        Over the paired draws, as seen from this outcome; None for the leader, and for today.
    worst_trial, worst_trial_share
        The trial in which the smallest share is covered, None where that is so in each of them; NaN where
        there are no trials.
    away_share
        Covered share while the ambulance is away that is missed most; NaN where nobody tried.
    """

    key: str
    name: str
    covered_population: float
    covered_share: float
    other_covered_share: float
    delta_population: float
    gained_population: float
    lost_population: float
    townships_met: int
    townships_partial: int
    townships_unmet: int
    mean_s: float
    median_s: float
    p90_s: float
    p95_s: float
    worst_s: float
    unreached_population: float
    worst_township: str
    worst_township_share: float
    ambulances: float
    ambulances_required: int
    people_per_ambulance: float
    gini: float
    worst_decile_share: float
    worst_decile_mean_s: float
    worst_decile_covered_share: float
    capital_wan: float
    yearly_wan: float
    total_wan: float
    cost_wan: float
    cost_per_person_yuan: float
    dominated_by: tuple[str, ...]
    against_leader: Sign | None
    against_today: Sign | None
    worst_trial: TrialCode | None
    worst_trial_share: float
    away_share: float


@dataclass(frozen=True)
class ClassRow:
    """
    One outcome over its urban or rural people, or all; raw figures as in `RankingRow`.

    Parameters
    ----------
    key, township_class
        Of the outcome; ``urban``, ``rural`` or ``all``.
    population
        All of the class.
    covered_population, covered_share
        On the promise's own clock.
    other_covered_population, other_covered_share
        On the other clock; NaN where there is none.
    response
        How long they wait.
    """

    key: str
    township_class: str
    population: float
    covered_population: float
    covered_share: float
    other_covered_population: float
    other_covered_share: float
    response: Response


@dataclass(frozen=True)
class DoingRow:
    """
    One thing that an option does.

    Parameters
    ----------
    action, name, detail
        As a reader calls them: ``新建``, the facility's or road's name, ``急救站，救护车1辆``.
    capital_wan, yearly_wan
        万元; NaN where not given; a saving is a negative cost of the year.
    """

    action: str
    name: str
    detail: str
    capital_wan: float = math.nan
    yearly_wan: float = math.nan


@once
def ranking_rows(comparison: Comparison) -> tuple[RankingRow, ...]:
    """Give every outcome as a row of the ranking, in the comparison's order."""
    return tuple(_ranking_row(comparison, comparison.outcome(key)) for key in comparison.order)


def ranking_row(comparison: Comparison, key: str) -> RankingRow:
    """Give one outcome as a row of the ranking."""
    return ranking_rows(comparison)[comparison.order.index(key)]


def _ranking_row(comparison: Comparison, outcome: Outcome) -> RankingRow:
    situation, response, equity = outcome.situation, outcome.response["all"], outcome.equity
    totals, other = situation.assessment.totals["all"], situation.other_clock
    township, township_share = worst_township(outcome)
    trial, trial_share = worst_trial(comparison, outcome.key)
    return RankingRow(
        key=outcome.key,
        name=outcome.option.name if not outcome.is_baseline else "",
        covered_population=totals.covered_population,
        covered_share=totals.covered_share,
        other_covered_share=other.totals["all"].covered_share if other is not None else math.nan,
        delta_population=outcome.gained_population - outcome.lost_population,
        gained_population=outcome.gained_population,
        lost_population=outcome.lost_population,
        townships_met=totals.townships_met,
        townships_partial=totals.townships_partial,
        townships_unmet=totals.townships_unmet,
        mean_s=response.mean_s,
        median_s=response.median_s,
        p90_s=response.p90_s,
        p95_s=response.p95_s,
        worst_s=response.worst_s,
        unreached_population=response.unreached_population,
        worst_township=township,
        worst_township_share=township_share,
        ambulances=outcome.fleet.ambulances,
        ambulances_required=outcome.fleet.ambulances_required,
        people_per_ambulance=outcome.fleet.people_per_ambulance,
        gini=equity.gini,
        worst_decile_share=equity.worst_decile_share,
        worst_decile_mean_s=equity.worst_decile_mean_s,
        worst_decile_covered_share=equity.worst_decile_covered_share,
        capital_wan=outcome.cost.capital_wan,
        yearly_wan=outcome.cost.yearly_wan,
        total_wan=outcome.cost.total_wan,
        cost_wan=comparison.cost_wan(outcome),
        cost_per_person_yuan=outcome.cost_per_person_yuan,
        dominated_by=outcome.dominated_by,
        against_leader=_sign(comparison, outcome.key, comparison.order[0]),
        against_today=_sign(comparison, outcome.key, comparison.baseline.key),
        worst_trial=trial,
        worst_trial_share=trial_share,
        away_share=_away_share(comparison, outcome.key),
    )


CLASSES = ("urban", "rural", "all")


def class_rows(comparison: Comparison) -> list[ClassRow]:
    """Give every outcome over its urban, its rural and all its people; of each class in the order."""
    return [_class_row(comparison.outcome(key), name) for name in CLASSES for key in comparison.order]


def _class_row(outcome: Outcome, township_class: str) -> ClassRow:
    situation, other = outcome.situation, outcome.situation.other_clock
    mine = situation.assessment.totals[township_class]
    theirs = other.totals[township_class] if other is not None else None
    return ClassRow(
        key=outcome.key,
        township_class=township_class,
        population=mine.population,
        covered_population=mine.covered_population,
        covered_share=mine.covered_share,
        other_covered_population=theirs.covered_population if theirs else math.nan,
        other_covered_share=theirs.covered_share if theirs else math.nan,
        response=outcome.response[township_class],
    )


def worst_township(outcome: Outcome) -> tuple[str, float]:
    """Give the township with the smallest covered share, of equals the most peopled, and that share."""
    lived_in = outcome.townships[outcome.townships["population"] > 0]
    if lived_in.empty:
        return "", math.nan
    shares = lived_in["after_population"] / lived_in["population"]
    ordered = lived_in.assign(share=shares).sort_values(
        ["share", "population"], ascending=[True, False], kind="stable"
    )
    return str(ordered["name"].iloc[0]), float(ordered["share"].iloc[0])


def worst_trial(comparison: Comparison, key: str) -> tuple[TrialCode | None, float]:
    """Give the trial in which an outcome covers the smallest share, None if each is alike, and that share."""
    at = [outcome.key for outcome in comparison.outcomes].index(key)
    shares = [(t.covered_share[at], t.code) for t in comparison.robustness.trials]
    known = [(share, code) for share, code in shares if math.isfinite(share)]
    if not known:
        return None, math.nan
    share, code = min(known, key=lambda row: row[0])
    return (None if all(other == share for other, _ in known) else code), share


def _sign(comparison: Comparison, key: str, other: str) -> Sign | None:
    return None if key == other else comparison.robustness.pair(key, other).sign


def _away_share(comparison: Comparison, key: str) -> float:
    for away in comparison.robustness.away:
        if away.key == key and len(away.rows):
            return float(away.rows["covered_share"].min())
    return math.nan


def loser_rows(outcome: Outcome) -> pd.DataFrame:
    """
    Give the demand points that are covered today and no longer with an option, the most people first.

    Returns
    -------
    DataFrame
        Rows of `Outcome.demand`, with its index.
    """
    return change_rows(outcome, "lost")


def gainer_rows(outcome: Outcome) -> pd.DataFrame:
    """Give the demand points that are newly covered with an option, the most people first."""
    return change_rows(outcome, "gained")


def change_rows(outcome: Outcome, change: str) -> pd.DataFrame:
    """Give the demand points with one kind of change, the most people first."""
    rows = outcome.demand[outcome.demand["change"] == change]
    return rows.sort_values("population", ascending=False, kind="stable")


def worsened_townships(outcome: Outcome) -> list[tuple[str, str, str]]:
    """Give the townships whose verdict is a worse one than today: name, before and after."""
    table = outcome.townships
    return [
        (str(name), str(was), str(now))
        for name, was, now in zip(table["name"], table["verdict_before"], table["verdict_after"], strict=True)
        if was in _VERDICTS and now in _VERDICTS and _VERDICTS.index(now) < _VERDICTS.index(was)
    ]


def facilities_by_hours(outcome: Outcome) -> list[tuple[str, list[str]]]:
    """Give the hours that are not round the clock, and who keeps each of them."""
    table = outcome.area.facilities
    limited = table[table["hours"] != ""]
    return [
        (str(hours), [str(name) for name in limited.loc[limited["hours"] == hours, "name"]])
        for hours in dict.fromkeys(limited["hours"])
    ]


_VERDICTS = ("unmet", "partial", "met")  # the worst first
_ACTIONS: Mapping[str, tuple[str, str]] = {
    "open": ("新建", "Open"),
    "close": ("关闭", "Close"),
    "move": ("迁址", "Move"),
    "transfer": ("调车", "Move ambulances"),
    "change": ("调整", "Change"),
    "close_road": ("道路封闭", "Close road"),
    "new_road": ("新建道路", "Build road"),
    "standard": ("响应标准", "Promise"),
    "speeds": ("行车速度", "Speeds"),
    "nothing": ("无变化", "Nothing"),
}
_STANDARD_FIELDS: Mapping[str, tuple[str, str]] = {
    "urban_s": ("城区限时{:g}分钟", "urban limit {:g} min"),
    "rural_s": ("乡镇限时{:g}分钟", "rural limit {:g} min"),
    "target_share": ("达标比例{:g}%", "target share {:g}%"),
    "handling_s": ("接警受理{:g}秒", "call handling {:g} s"),
    "turnout_s": ("出车准备{:g}秒", "turnout {:g} s"),
}
_STANDARD_UNITS: Mapping[str, float] = {"urban_s": 1 / 60, "rural_s": 1 / 60, "target_share": 100.0}


def doing_rows(outcome: Outcome, lang: Lang) -> list[DoingRow]:
    """Say what an option does, a row for each thing; one row where it does nothing."""
    return list(_doing(outcome, lang)) or [DoingRow(_action("nothing", lang), wording.DASH, "", 0.0, 0.0)]


def _doing(outcome: Outcome, lang: Lang) -> Iterator[DoingRow]:
    option = outcome.option
    parts: tuple[Part, ...] = (*option.open, *option.close, *option.move, *option.change)
    yield from (part_row(part, outcome, lang) for part in parts)
    yield from (_shut(c, lang) for c in option.roads.close)
    yield from (_built(r, lang) for r in option.roads.new)
    if option.standard:
        yield DoingRow(_action("standard", lang), standard_words(option.standard, lang), "", 0.0, 0.0)
    yield from (_sped(table, entries, lang) for table, entries in option.speeds.items())


def part_row(part: Part, outcome: Outcome, lang: Lang) -> DoingRow:
    """Say one thing that an option does to a facility."""
    if isinstance(part, Opening):
        return _opened(part, lang)
    if isinstance(part, Closing):
        return _closed(part, lang)
    return _moved(part, outcome, lang) if isinstance(part, Move) else _changed(part, lang)


def doing_text(row: DoingRow, lang: Lang) -> str:
    """Say one thing that an option does in a line: ``新建：柳林北站（急救站，救护车1辆）``."""
    if row.name in ("", wording.DASH):
        return pick(lang, "：", ": ").join(filter(None, (row.action, row.detail)))
    detail = wording.bracketed(row.detail, lang) if row.detail else ""
    return f"{row.action}{pick(lang, '：', ': ')}{row.name}{detail}"


def standard_words(fields: Mapping[str, float], lang: Lang) -> str:
    """Name the fields of a promise that an option sets, with their values."""
    texts = [
        pick(lang, *_STANDARD_FIELDS[key]).format(value * _STANDARD_UNITS.get(key, 1.0))
        for key, value in fields.items()
    ]
    return _join(texts, lang)


def _opened(opening: Opening, lang: Lang) -> DoingRow:
    parts = [wording.kind_text(opening.kind, lang), ambulances_words(opening.ambulances, lang)]
    parts += [hours_words(opening.hours, lang)] if opening.hours else []
    name = wording.one_line(opening.name) or opening.id
    return DoingRow(_action("open", lang), name, _join(parts, lang), opening.capital_wan, opening.yearly_wan)


def _closed(closing: Closing, lang: Lang) -> DoingRow:
    name = wording.one_line(closing.name) or closing.id
    saved = _or_nothing(closing.yearly_saved_wan)
    return DoingRow(_action("close", lang), name, "", _or_nothing(closing.capital_wan), 0.0 - saved)


def _moved(move: Move, outcome: Outcome, lang: Lang) -> DoingRow:
    name = wording.one_line(move.name) or move.id
    if not move.to:
        where = pick(lang, f"至 {move.lon:.5f}，{move.lat:.5f}", f"to {move.lon:.5f}, {move.lat:.5f}")
        return DoingRow(_action("move", lang), name, where, move.capital_wan, move.yearly_wan)
    goal = facility_name(outcome, move.to)
    n = (
        pick(lang, "全部救护车", "all ambulances")
        if move.ambulances is None
        else ambulances_words(move.ambulances, lang)
    )
    detail = pick(lang, f"{n}调至{goal}", f"{n} to {goal}")
    return DoingRow(_action("transfer", lang), name, detail, move.capital_wan, move.yearly_wan)


def _changed(change: Change, lang: Lang) -> DoingRow:
    parts = []
    if change.kind is not None:
        kind = wording.kind_text(change.kind, lang)
        parts.append(pick(lang, f"改为{kind}", f"becomes a {kind}"))
    if change.ambulances is not None:
        parts.append(ambulances_words(change.ambulances, lang))
    if change.hours is not None:
        parts.append(hours_words(change.hours, lang))
    yearly = change.yearly_wan - _or_nothing(change.yearly_saved_wan)
    name = wording.one_line(change.name) or change.id
    return DoingRow(_action("change", lang), name, _join(parts, lang), change.capital_wan, yearly)


def _shut(closure: RoadClosure, lang: Lang) -> DoingRow:
    if closure.polygon is not None:
        detail = pick(lang, "范围内道路不通行", "no road inside the outline is driven")
    elif closure.ways:
        n = len(closure.ways)
        detail = pick(lang, f"道路{n}条不通行", f"ways not driven: {n}")
    else:
        n = len(closure.edges)
        detail = pick(lang, f"路段{n}个不通行", f"road edges not driven: {n}")
    return DoingRow(
        _action("close_road", lang), wording.one_line(closure.name) or wording.DASH, detail, 0.0, 0.0
    )


def _built(road: NewRoad, lang: Lang) -> DoingRow:
    parts = [wording.one_line(road_word(road.highway, lang))]
    if math.isfinite(road.maxspeed_kph):
        parts.append(pick(lang, f"限速{road.maxspeed_kph:g}公里/小时", f"limit {road.maxspeed_kph:g} km/h"))
    if road.oneway:
        parts.append(pick(lang, "单向通行", "one way"))
    name = wording.one_line(road.name) or wording.DASH
    return DoingRow(_action("new_road", lang), name, _join(parts, lang), road.capital_wan, road.yearly_wan)


def _sped(table: str, entries: Mapping[str, float], lang: Lang) -> DoingRow:
    kph = pick(lang, "公里/小时", " km/h") if table == "class_kph" else ""
    name = wording.label("speed_kph" if table == "class_kph" else table, lang)
    word = wording.condition_text if table == "conditions" else road_word
    values = [f"{wording.one_line(word(key, lang))} {value:g}{kph}" for key, value in entries.items()]
    return DoingRow(_action("speeds", lang), name, _join(values, lang), 0.0, 0.0)


def facility_name(outcome: Outcome, facility_id: str) -> str:
    """Name a facility as it stands with an option, safe to print; its id where it has no name."""
    table = outcome.area.facilities
    names = table.loc[table["id"] == facility_id, "name"]
    return (wording.one_line(names.iloc[0]) if len(names) else "") or wording.one_line(facility_id)


def ambulances_words(n: float, lang: Lang) -> str:
    """Say how many ambulances; NaN where nobody has said it."""
    if math.isnan(n):
        return pick(lang, "救护车数未知", "number of ambulances not known")
    if n == 0:
        return pick(lang, "不派救护车", "no ambulance")
    return pick(lang, f"救护车{n:g}辆", f"{n:g} ambulance{'' if n == 1 else 's'}")


def hours_words(hours: str, lang: Lang) -> str:
    """Say when ambulances are there."""
    if not hours:
        return pick(lang, "全天有车", "round the clock")
    return pick(
        lang, f"{wording.one_line(hours)}有车", f"from {wording.one_line(hours).replace('-', ' to ')}"
    )


def _or_nothing(value: float) -> float:
    return value if math.isfinite(value) else 0.0


def _action(key: str, lang: Lang) -> str:
    return pick(lang, *_ACTIONS[key])


def _join(parts: list[str], lang: Lang) -> str:
    return pick(lang, "，", ", ").join(part for part in parts if part)
