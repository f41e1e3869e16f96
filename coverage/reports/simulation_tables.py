"""The tables of a simulated year's page: outcomes, differences, ambulances, townships, waiting, rules."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coverage.reports import simulation_wording as words
from coverage.reports import wording
from coverage.reports.chart_parts import line_sample
from coverage.reports.comparison_names import full_title
from coverage.reports.simulation_charts import bar_svg
from coverage.reports.simulation_rows import (
    MEASURES,
    answer,
    busiest,
    difference,
    everyone,
    figure,
    group_rows,
    records,
    says_something,
    shortage,
    worst_first,
)
from coverage.reports.simulation_rules import rule_rows
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping

    from coverage.reports.simulation_rows import Difference
    from coverage.reports.wording import Lang
    from coverage.simulation import SimulatedOutcome, Simulation

_TIMES = ("mean_s", "median_s", "p90_s")
_CURVE_MIN = (5, 8, 10, 12, 15, 20, 25, 30, 40, 60)
_MARKS = {"clear_better": "▲", "clear_worse": "▼", "no_difference": "≈", "unknown": "?"}


def outcome_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give the table of outcomes: share within, against today, times, waiting, the busiest ambulance."""
    has_options = bool(simulation.options)
    heads = [
        "within_share",
        *(["against_today"] if has_options else []),
        "unhindered_share",
        *_TIMES,
        shortage(simulation.rules),
        "busiest",
    ]
    found = answer(simulation)
    best = found.keys[0] if found.code in ("best", "level") else ""
    rows = []
    for i, outcome in enumerate(simulation.outcomes):
        row = everyone(outcome)
        target = outcome.standard.target_share
        cells = [share_cell(row, "within_share", lang, target_share=target)]
        if has_options:
            cells.append(_against_cell(simulation, outcome, lang))
        cells += [
            share_cell(row, "unhindered_share", lang, target_share=target),
            *(minutes_cell(row, name, lang) for name in _TIMES),
            share_cell(row, shortage(simulation.rules), lang),
            _busiest_cell(outcome, lang),
        ]
        rows.append(
            {
                "key": outcome.key,
                "name": option_name(outcome, lang),
                "sample": line_sample(i),
                "best": outcome.key == best,
                "cells": cells,
            }
        )
    return {"heads": [words.label(key, lang) for key in heads], "rows": rows}


def option_name(outcome: SimulatedOutcome, lang: Lang) -> str:
    """Name an outcome where its letter stands beside the name."""
    return full_title(outcome, lang) if outcome.is_baseline else wording.one_line(outcome.option.name)


def share_cell(row: Mapping[str, Any], name: str, lang: Lang, *, target_share: float = 1.0) -> dict[str, str]:
    """Give a share with its interval below."""
    found = figure(row, name)
    return {
        "text": wording.share_text(found.value, target_share=target_share),
        "small": words.share_bounds_text(found, lang),
        "value": _value(found.value),
    }


def minutes_cell(row: Mapping[str, Any], name: str, lang: Lang) -> dict[str, str]:
    """Give a time with its interval below."""
    found = figure(row, name)
    return {
        "text": words.minutes_text(found.value, lang),
        "small": words.minutes_bounds_text(found, lang),
        "value": _value(found.value),
    }


def _value(value: float) -> str:
    """Give a figure to sort by; nothing where there is none."""
    return f"{value:.9g}" if math.isfinite(value) else ""


def _nothing(lang: Lang, *, few: bool = False) -> dict[str, str]:
    return {"text": wording.DASH, "small": words.phrase("few", lang) if few else "", "value": ""}


def _against_cell(simulation: Simulation, outcome: SimulatedOutcome, lang: Lang) -> dict[str, str]:
    if outcome.is_baseline:
        return _nothing(lang)
    return _difference_cell(difference(simulation, outcome.key, "within_share"), "within_share", lang)


def _difference_cell(found: Difference, measure: str, lang: Lang) -> dict[str, str]:
    """Give a difference with what the replications say of it below."""
    if math.isnan(found.value):
        return _nothing(lang)
    key = words.verdict_key(found, measure)
    return {
        "text": words.signed_text(found.value, measure),
        "small": f"{_MARKS[key]} {words.phrase(key, lang)}",
        "value": _value(found.value),
    }


def _busiest_cell(outcome: SimulatedOutcome, lang: Lang) -> dict[str, str]:
    unit = busiest(outcome)
    if unit is None:
        return _nothing(lang)
    return {
        "text": wording.share_text(unit["utilisation"]),
        "small": words.unit_text(unit, lang),
        "value": _value(unit["utilisation"]),
    }


def difference_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give every option's differences in words: of all calls and by class, and against other options."""
    pairs = [(o, simulation.baseline) for o in simulation.options]
    pairs += [(b, a) for i, a in enumerate(simulation.options) for b in simulation.options[i + 1 :]]
    measures = [
        m
        for m in MEASURES
        if m == shortage(simulation.rules) or not m.endswith(("waited_share", "lost_share"))
    ]
    rows = []
    for mine, other in pairs:
        for measure in measures:
            found = difference(simulation, mine.key, measure, against=other.key)
            if math.isnan(found.value):
                continue
            key = words.verdict_key(found, measure)
            rows.append(
                {
                    "key": mine.key,
                    "against": other.key if not other.is_baseline else full_title(other, lang),
                    "measure": words.measure_text(measure, lang),
                    "text": words.difference_text(found, measure, lang),
                    "verdict": f"{_MARKS[key]} {words.phrase(key, lang)}",
                    "clear": found.is_clear,
                }
            )
    heads = [
        words.label("option", lang),
        pick(lang, "对照", "Against"),
        words.label("measure", lang),
        words.label("difference", lang),
        words.label("verdict", lang),
    ]
    return {"heads": heads, "rows": rows, "line": _chance_text(simulation, lang)}


def _chance_text(simulation: Simulation, lang: Lang) -> str:
    n = len(simulation.area.townships) * len(simulation.options)
    return pick(
        lang,
        "各方案使用相同的呼救，逐次重复配对比较；95%区间不含0即为明显。"
        f"乡镇一级共比较{n}项，其中约{math.ceil(n / 20)}项可能仅因偶然而显得明显。",
        "Every option is played on the same calls and compared replication by replication; a difference is "
        "clear where its 95% interval leaves 0 out. "
        f"Of {n} comparisons by township about {math.ceil(n / 20)} may look clear by chance.",
    )


def unit_tables(simulation: Simulation, lang: Lang) -> list[dict[str, Any]]:
    """Give a table of ambulances an outcome, the busiest first."""
    heads = [words.label(key, lang) for key in ("utilisation", "busy_h_per_day", "calls_served")]
    tables = []
    for outcome in simulation.outcomes:
        units = sorted(
            records(outcome.units), key=lambda u: (math.isnan(u["utilisation"]), -u["utilisation"])
        )
        rows = [
            {
                "name": wording.one_line(unit["facility_name"]) or wording.one_line(unit["facility_id"]),
                "small": pick(lang, f"{unit['number']:g}号车", f"no. {unit['number']:g}"),
                "bar": bar_svg(float(unit["utilisation"]), lang),
                "cells": [
                    share_cell(unit, "utilisation", lang),
                    {"text": _hours(unit["busy_h_per_day"]), "small": "", "value": ""},
                    {"text": words.count_text(unit["calls"]), "small": "", "value": ""},
                ],
            }
            for unit in units
        ]
        tables.append({"key": outcome.key, "name": option_name(outcome, lang), "rows": rows})
    return [{"heads": [words.label("unit", lang), "", *heads], **table} for table in tables]


def _hours(hours: float) -> str:
    return f"{hours:.1f}" if math.isfinite(hours) else wording.DASH


def township_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give the table of townships: the smallest share first, those with too few calls last."""
    rules, outcome = simulation.rules, simulation.baseline
    classes = dict(zip(simulation.area.townships["id"], simulation.area.townships["class"], strict=True))
    rows = []
    for row in (*worst_first(group_rows(outcome, "township"), rules), everyone(outcome)):
        is_total = row["group"] == "all"
        known = is_total or says_something(row, rules)
        if row["calls"] == 0 and not row["id"]:
            continue
        target = simulation.standard.target_share
        cells = [{"text": words.count_text(row["calls"]), "small": "", "value": _value(row["calls"])}]
        cells += (
            [
                share_cell(row, "within_share", lang, target_share=target),
                share_cell(row, "unhindered_share", lang, target_share=target),
                *(minutes_cell(row, name, lang) for name in _TIMES),
                share_cell(row, shortage(rules), lang),
            ]
            if known
            else [_nothing(lang, few=True), *[_nothing(lang)] * 5]
        )
        cells += [
            _difference_cell(_by_township(simulation, option, row), "within_share", lang)
            if known
            else _nothing(lang)
            for option in simulation.options
        ]
        rows.append(
            {
                "name": wording.class_text("all", lang)
                if is_total
                else words.group_name("township", row, lang),
                "small": ""
                if is_total or row["id"] not in classes
                else wording.class_text(classes[row["id"]], lang),
                "bar": bar_svg(float(row["within_share"]), lang) if known else "",
                "cells": cells,
                "total": is_total,
            }
        )
    keys = ("calls", "within_share", "unhindered_share", *_TIMES, shortage(rules))
    return {
        "heads": [words.label(key, lang) for key in keys],
        "options": [{"key": o.key, "name": option_name(o, lang)} for o in simulation.options],
        "rows": [row for row in rows if not row["total"]],
        "total": rows[-1],
    }


def _by_township(simulation: Simulation, option: SimulatedOutcome, row: Mapping[str, Any]) -> Difference:
    group, group_id = str(row["group"]), str(row["id"])
    return difference(simulation, option.key, "within_share", group=group, group_id=group_id)


def group_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give waiting, lost, unreached and the way to hospital: all calls, by class, priority and centre."""
    rules = simulation.rules
    lost = () if rules.wait else ("lost_share",)
    waiting = ("waited_share", "wait_mean_s", *lost, "unreached_share")
    keys = ("calls", "within_share", "p90_s", *waiting, "door_median_s", "door_p90_s")
    rows = []
    for outcome in simulation.outcomes:
        for group in ("all", "class", "priority", "centre"):
            found = [row for row in group_rows(outcome, group) if row["calls"] > 0]
            if group == "priority" and len(found) < 2:  # noqa: PLR2004 - one class of calls is all of them
                continue
            rows += [
                {
                    "key": outcome.key,
                    "option": option_name(outcome, lang),
                    "name": words.group_name(group, row, lang),
                    "small": "" if group == "all" else words.group_kind_text(group, lang),
                    "first": group == "all",
                    "cells": [_group_cell(row, key, lang, known=says_something(row, rules)) for key in keys],
                }
                for row in found
            ]
    return {"heads": [words.label(key, lang) for key in keys], "rows": rows}


def _group_cell(row: Mapping[str, Any], key: str, lang: Lang, *, known: bool) -> dict[str, str]:
    if key == "calls":
        return {"text": words.count_text(row["calls"]), "small": "", "value": ""}
    if not known:
        return _nothing(lang, few=key == "within_share")
    return share_cell(row, key, lang) if words.is_share(key) else minutes_cell(row, key, lang)


def hospital_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Say how many patients each hospital gets, by outcome."""
    found = [{row["id"]: row for row in group_rows(o, "hospital")} for o in simulation.outcomes]
    ids = dict.fromkeys(i for rows in found for i, row in rows.items() if row["calls"] > 0)
    return {
        "heads": [{"key": o.key, "name": option_name(o, lang)} for o in simulation.outcomes],
        "rows": [
            {
                "name": next(words.group_name("hospital", rows[i], lang) for rows in found if i in rows),
                "cells": [
                    words.count_text(rows[i]["calls"]) if i in rows else wording.DASH for rows in found
                ],
            }
            for i in ids
        ],
    }


def curve_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give the curves as a table, for those who cannot see them."""
    standard = simulation.standard
    limits = {int(limit // MINUTE_S) for limit in (standard.urban_s, standard.rural_s)}
    last = int(simulation.baseline.response_curve["minute"].max())
    at = [m for m in sorted(limits | set(_CURVE_MIN)) if m <= last]
    rows = []
    for outcome in simulation.outcomes:
        curve = outcome.response_curve.set_index("minute")["share"]
        rows.append([full_title(outcome, lang), *(wording.share_text(float(curve[m])) for m in at)])
    return {"heads": [pick(lang, f"{m}分钟", f"{m} min") for m in at], "rows": rows}


def hour_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give the hours of the day as a table: calls, and by outcome the share within and units busy."""
    by_outcome = [records(outcome.hours) for outcome in simulation.outcomes]
    rows = []
    for i, hour in enumerate(by_outcome[0]):
        cells = [words.count_text(hour["calls"])]
        for mine in (hours[i] for hours in by_outcome):
            busy = f"{mine['busy_units']:.2f}" if math.isfinite(mine["busy_units"]) else wording.DASH
            cells += [wording.share_text(mine["within_share"]), busy]
        rows.append({"name": words.hour_text(int(hour["hour"])), "cells": cells})
    pairs = [
        f"{o.key if not o.is_baseline else full_title(o, lang)} {words.label(key, lang)}"
        for o in simulation.outcomes
        for key in ("within_share", "busy_units")
    ]
    return {"heads": [words.label("hour", lang), words.label("calls", lang), *pairs], "rows": rows}


def rules_table(simulation: Simulation, lang: Lang) -> dict[str, Any]:
    """Give the rules in words, with their sources, and which are assumptions."""
    heads = [words.label(key, lang) for key in ("item", "rule", "source")]
    return {
        "heads": heads,
        "rows": rule_rows(simulation, lang),
        "assumed": pick(lang, "假设", "assumed"),
    }
