"""The tables of a comparison's page: ranking, robustness, stages, loads, and who gains and who loses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, get_args

import shapely

from coverage.assessment import Verdict
from coverage.reports import comparison_wording as words
from coverage.reports import wording
from coverage.reports.chart_parts import line_sample
from coverage.reports.comparison_names import (
    cost_per_person_text,
    figure_text,
    full_title,
    people_text,
    points_text,
    short_trial_text,
    sign_text,
    signed_text,
    title,
    wan_text,
)
from coverage.reports.comparison_page_words import group_text, head_text, word
from coverage.reports.comparison_rows import CLASSES, class_rows, doing_rows, loser_rows, ranking_rows
from coverage.reports.map_panel import MAX_LISTED, capital, point_name
from coverage.reports.map_words import word as map_word
from coverage.reports.shown import outcome_side
from coverage.reports.wording import pick
from coverage.standards import PEOPLE_PER_AMBULANCE
from coverage.study_area import WGS84

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pandas as pd

    from coverage.assessment import Assessment
    from coverage.comparison import Comparison, Outcome, PairedDifference, Stage, Staging
    from coverage.reports.comparison_rows import ClassRow, RankingRow
    from coverage.reports.wording import Lang

    Cell = tuple[str, float, str]
    """What a cell says, what it is sorted by (NaN: last, whichever way), and a smaller line below."""


_LONG = 30
"""A table of more rows is folded."""


class _Ranking:
    """The columns of the ranking, each with the way in which it is sorted first."""

    def __init__(self, comparison: Comparison, lang: Lang) -> None:
        self.comparison, self.lang = comparison, lang
        self.today = comparison.baseline
        self.target = comparison.standard.target_share

    def groups(self) -> list[tuple[str, list[tuple[str, str, Callable[[RankingRow], Cell]]]]]:
        """Give the groups of columns: of every column its key, first direction and cell."""
        up, down = "ascending", "descending"
        fairness: list[tuple[str, str, Callable[[RankingRow], Cell]]] = [
            ("gini", up, self.gini),
            ("worst_tenth", up, self.worst_tenth),
        ]
        by_people = self.comparison.area.demand_unit == "people"
        if by_people and not self.comparison.standard.is_access:
            fairness.insert(0, ("people_per_ambulance", up, self.per_ambulance))
        return [
            (
                "coverage",
                [
                    ("covered", down, lambda r: self.people(r.covered_population)),
                    ("covered_share", down, lambda r: self.share(r.covered_share)),
                    ("gained", down, lambda r: self.people(r.gained_population)),
                    ("lost", up, lambda r: self.people(r.lost_population)),
                ],
            ),
            ("townships", [("verdicts", down, self.verdicts), ("worst_township", down, self.worst_township)]),
            (
                "times",
                [
                    ("mean", up, lambda r: self.minutes(r.mean_s)),
                    ("median", up, lambda r: self.minutes(r.median_s)),
                    ("p90", up, lambda r: self.minutes(r.p90_s)),
                    ("worst", up, lambda r: self.minutes(r.worst_s)),
                ],
            ),
            ("fairness", fairness),
            (
                "money",
                [
                    ("capital", up, lambda r: self.wan(r.capital_wan)),
                    ("yearly", up, lambda r: self.wan(r.yearly_wan)),
                    ("cost_per_person", up, self.per_person),
                    ("dominated_by", up, self.dominated),
                ],
            ),
            ("order", [("against_leader", up, self.against_leader)]),
        ]

    def wan(self, value: float) -> Cell:
        return wan_text(value, self.lang), value, ""

    def gini(self, row: RankingRow) -> Cell:
        return f"{row.gini:.2f}" if math.isfinite(row.gini) else wording.DASH, row.gini, ""

    def worst_tenth(self, row: RankingRow) -> Cell:
        share = row.worst_decile_share
        minutes = wording.minutes_text(row.worst_decile_mean_s, self.lang)
        below = word("tenth_mean", self.lang, minutes=minutes) if math.isfinite(share) else ""
        return wording.share_text(share), share, below

    def people(self, value: float) -> Cell:
        return figure_text(self.comparison, value, self.lang), value, ""

    def share(self, value: float) -> Cell:
        return wording.share_text(value, target_share=self.target), value, ""

    def minutes(self, value: float) -> Cell:
        return wording.minutes_text(value, self.lang), value, ""

    def verdicts(self, row: RankingRow) -> Cell:
        figures = (row.townships_met, row.townships_partial, row.townships_unmet)
        # one number that puts more of the better first
        weight = (figures[0] * 10_000.0 + figures[1]) * 10_000.0 - figures[2]
        return " / ".join(map(str, figures)), weight, ""

    def worst_township(self, row: RankingRow) -> Cell:
        name = wording.short_name(row.worst_township) or wording.DASH
        return self.share(row.worst_township_share)[0], row.worst_township_share, name

    def per_ambulance(self, row: RankingRow) -> Cell:
        value = row.people_per_ambulance
        if math.isinf(value):
            return word("no_ambulance", self.lang), value, ""
        text = figure_text(self.comparison, value, self.lang)
        short = row.ambulances_required - row.ambulances
        if not math.isfinite(short) or row.ambulances_required < 0:
            return text, value, ""
        below = word("short", self.lang, n=f"{short:g}") if short > 0 else word("enough", self.lang)
        return text, value, below

    def per_person(self, row: RankingRow) -> Cell:
        return (
            cost_per_person_text(self.comparison, row.cost_per_person_yuan),
            row.cost_per_person_yuan,
            "",
        )

    def dominated(self, row: RankingRow) -> Cell:
        names = pick(self.lang, "、", ", ").join(
            self.today_or_key(self.comparison.outcome(key)) for key in row.dominated_by
        )
        return names or wording.DASH, float(len(row.dominated_by)), ""

    def today_or_key(self, outcome: Outcome) -> str:
        return title(outcome, self.lang) if outcome.is_baseline else outcome.key

    def against_leader(self, row: RankingRow) -> Cell:
        order = {None: 0.0, "more": 0.0, "no_difference": 1.0, "fewer": 2.0}
        text = word("leader", self.lang) if row.against_leader is None else None
        return text or sign_text(row.against_leader, self.lang), order[row.against_leader], ""


def ranking_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """
    Give the ranking as the page shows it.

    Returns
    -------
    dict
        ``groups`` (text, number of columns), ``heads`` (text, first direction) and ``rows`` (key, name,
        sample of the line, whether it is advised, cells).
    """
    unit, norm = comparison.area.demand_unit, f"{PEOPLE_PER_AMBULANCE:,}"
    groups = _Ranking(comparison, lang).groups()
    columns = [column for _, of_group in groups for column in of_group]
    position = {outcome.key: i for i, outcome in enumerate(comparison.outcomes)}
    heads = [
        {"text": head_text(key, lang, unit, norm=norm), "first": first, "leads": key == of_group[0][0]}
        for _, of_group in groups
        for key, first, _ in of_group
    ]
    rows = []
    for row in ranking_rows(comparison):
        outcome = comparison.outcome(row.key)
        cells = [_cell(cell(row)) for _, _, cell in columns]
        rows.append(
            {
                **_named(outcome, lang),
                "sample": line_sample(position[row.key]),
                "advised": row.key == comparison.advice.key,
                "cells": cells,
            }
        )
    spans = [{"text": group_text(key, lang, unit), "n": len(of_group)} for key, of_group in groups]
    return {"groups": spans, "heads": heads, "rows": rows}


def _named(outcome: Outcome, lang: Lang) -> dict[str, str]:
    """Give an outcome's letter and name apart."""
    name = title(outcome, lang) if outcome.is_baseline else wording.one_line(outcome.option.name)
    return {"key": outcome.key, "name": name}


def _cell(cell: Cell) -> dict[str, str]:
    text, value, small = cell
    return {"text": text, "value": "" if math.isnan(value) else f"{value:.10g}", "small": small}


# ---- by class, and by township ----


def class_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """
    Give people covered on both clocks and the response of urban, rural and all people, option by option.

    Returns
    -------
    dict
        ``title``, ``groups`` (text, number of columns), ``heads``, ``classes`` (name, people, and rows: key,
        name, whether it is advised, cells) and ``is_long``.
    """
    unit, rows = comparison.area.demand_unit, class_rows(comparison)
    groups = _class_groups(comparison, lang)
    heads = [
        {"text": head_text(key, lang, unit), "leads": key == of_group[0][0]}
        for _, of_group in groups
        for key, _ in of_group
    ]
    classes = [
        {
            "name": wording.totals_text(name, lang),
            "people": people_text(
                comparison, next(r.population for r in rows if r.township_class == name), lang
            ),
            "rows": [
                {
                    **_named(comparison.outcome(row.key), lang),
                    "advised": row.key == comparison.advice.key,
                    "cells": [text(row) for _, of_group in groups for _, text in of_group],
                }
                for row in rows
                if row.township_class == name
            ],
        }
        for name in CLASSES
    ]
    has_two = comparison.baseline.situation.other_clock is not None
    return {
        "title": word("by_class" if has_two else "by_class_alone", lang),
        "groups": [{"text": text, "n": len(of_group)} for text, of_group in groups],
        "heads": heads,
        "classes": classes,
        "is_long": len(rows) > _LONG,
    }


def _class_groups(
    comparison: Comparison, lang: Lang
) -> list[tuple[str, list[tuple[str, Callable[[ClassRow], str]]]]]:
    """Give the groups of columns: of every column its key and what stands in it."""
    unit, target = comparison.area.demand_unit, comparison.standard.target_share
    situation = comparison.baseline.situation

    def people(value: float) -> str:
        return figure_text(comparison, value, lang)

    def share(value: float) -> str:
        return wording.share_text(value, target_share=target)

    def minutes(key: str) -> tuple[str, Callable[[ClassRow], str]]:
        return key, lambda r: wording.minutes_text(getattr(r.response, f"{key}_s"), lang)

    def clock(of: Assessment) -> str:
        if comparison.standard.is_access:
            return group_text("coverage", lang, unit)
        return capital(wording.clock_text(of.standard.clock, lang))

    groups: list[tuple[str, list[tuple[str, Callable[[ClassRow], str]]]]] = [
        (
            clock(situation.assessment),
            [
                ("reached", lambda r: people(r.covered_population)),
                ("covered_share", lambda r: share(r.covered_share)),
            ],
        ),
    ]
    if situation.other_clock is not None:
        other: list[tuple[str, Callable[[ClassRow], str]]] = [
            ("reached", lambda r: people(r.other_covered_population)),
            ("covered_share", lambda r: share(r.other_covered_share)),
        ]
        groups.append((clock(situation.other_clock), other))
    times = [minutes(key) for key in ("mean", "median", "p90", "p95", "worst")]
    never: tuple[str, Callable[[ClassRow], str]] = (
        "unreached",
        lambda r: people(r.response.unreached_population),
    )
    return [*groups, (group_text("times", lang, unit), [*times, never])]


def township_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """
    Give every township's covered share and verdict, option by option, as the study area orders them.

    Returns
    -------
    dict
        ``heads`` (of the outcomes), ``rows`` (name, people, cells: text, verdict and its name),
        ``total`` (the county), ``legend`` (verdicts that occur) and ``is_long``.
    """
    target = comparison.standard.target_share
    tables = [outcome.townships for outcome in comparison.outcomes]
    rows: list[dict[str, Any]] = [
        {
            "name": wording.one_line(today["name"]),
            "population": figure_text(comparison, float(today["population"]), lang),
            "cells": [_township_cell(table.iloc[i], target, lang) for table in tables],
        }
        for i, today in enumerate(tables[0].to_dict("records"))
    ]
    occurring = {cell["verdict"] for row in rows for cell in row["cells"]}
    return {
        "heads": [_named(outcome, lang) for outcome in comparison.outcomes],
        "people": capital(wording.unit_text(comparison.area.demand_unit, lang)),
        "rows": rows,
        "total": {
            "name": word("county", lang),
            "population": figure_text(comparison, float(comparison.area.demand["population"].sum()), lang),
            "cells": [wording.share_text(_share(o), target_share=target) for o in comparison.outcomes],
        },
        "legend": [
            {"verdict": verdict, "text": wording.verdict_text(verdict, lang)}
            for verdict in get_args(Verdict)
            if verdict in occurring
        ],
        "is_long": len(rows) > _LONG,
    }


def _township_cell(row: pd.Series[Any], target: float, lang: Lang) -> dict[str, str]:
    people, covered = float(row["population"]), float(row["after_population"])
    share = covered / people if people else math.nan
    verdict = str(row["verdict_after"])
    return {
        "text": wording.share_text(share, target_share=target),
        "verdict": verdict,
        "verdict_text": wording.verdict_text(verdict, lang),
    }


# ---- who gains and who loses ----


def township_changes(comparison: Comparison, outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Give gained and lost by township, and those outside every township, the largest change first."""
    table = outcome.townships
    moved = (table["gained_population"] + table["lost_population"]) > 0
    turned = table["verdict_before"] != table["verdict_after"]
    rows = [_township_row(row, comparison, lang) for row in table[moved | turned].to_dict("records")]
    outside = _outside(outcome)
    if outside["gained"] or outside["lost"]:
        rows.append({"id": "", "name": word("outside", lang), **_gain_cells(outside, comparison, lang)})
    total = {"gained": outcome.gained_population, "lost": outcome.lost_population}
    return {
        **_named(outcome, lang),
        "heads": [
            wording.short_label("name", lang),
            words.label("verdict", comparison, lang),
            *(words.short_label(key, comparison, lang) for key in ("gained", "lost", "net")),
        ],
        "rows": sorted(rows, key=lambda row: -float(row["weight"])),
        "total": {"name": word("county", lang), **_gain_cells(total, comparison, lang)},
        "nothing": word("nothing_changes", lang),
    }


def _outside(outcome: Outcome) -> dict[str, float]:
    """Give gained and lost of the demand in no township: of all, less the townships'."""
    inside = outcome.demand["township_id"].isin(set(outcome.townships["id"]))
    rest = outcome.demand[~inside]
    return {name: float(rest.loc[rest["change"] == name, "population"].sum()) for name in ("gained", "lost")}


def _gain_cells(figures: Mapping[str, float], comparison: Comparison, lang: Lang) -> dict[str, Any]:
    gained, lost = figures["gained"], figures["lost"]
    whole = comparison.area.demand_unit == "people"
    # rounded before they are subtracted, so that the reader's own sum comes out
    shown = [float(round(v)) if whole else v for v in (gained, lost)]
    cells = [
        signed_text(comparison, shown[0], lang),
        signed_text(comparison, -shown[1], lang),
        signed_text(comparison, shown[0] - shown[1], lang),
    ]
    return {"cells": cells, "weight": gained + lost}


def _township_row(row: Mapping[Any, Any], comparison: Comparison, lang: Lang) -> dict[str, Any]:
    figures = {name: float(row[f"{name}_population"]) for name in ("gained", "lost")}
    return {
        "id": str(row["id"]),
        "name": wording.one_line(row["name"]),
        "was": row["verdict_before"],
        "was_text": wording.verdict_text(row["verdict_before"], lang),
        "verdict": row["verdict_after"],
        "verdict_text": wording.verdict_text(row["verdict_after"], lang),
        **_gain_cells(figures, comparison, lang),
    }


def losers(comparison: Comparison, outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """Give the demand points that an option takes out of the limit, the most people first."""
    rows = loser_rows(outcome)
    rows = rows[rows["population"] > 0]
    more = len(rows) - MAX_LISTED
    listed = rows.head(MAX_LISTED)
    side = outcome_side(comparison, outcome)
    places = side.area.demand.geometry.loc[listed.index].to_crs(WGS84).to_numpy()
    names = dict(zip(outcome.townships["id"], outcome.townships["name"], strict=True))
    keys = ("township", "place", "people_lost", "before_min", "after_min")
    people = people_text(comparison, outcome.lost_population, lang)
    return {
        **_named(outcome, lang),
        "n": len(rows),
        "summary": word("losers_of", lang, comparison.area.demand_unit, n=len(rows), people=people),
        "heads": [word(f"{key}_head", lang, comparison.area.demand_unit) for key in keys],
        "rows": [
            {
                "at": f"{y:.5f} {x:.5f}",
                "township": wording.one_line(names.get(row["township_id"], "")) or wording.DASH,
                "place": point_name(row, side, lang),
                "cells": _loser_cells(row, comparison, lang),
            }
            for (_, row), x, y in zip(
                listed.iterrows(), shapely.get_x(places), shapely.get_y(places), strict=True
            )
        ],
        "rest": map_word("rest", lang, n=more) if more > 0 else "",
    }


def _loser_cells(row: pd.Series[Any], comparison: Comparison, lang: Lang) -> list[str]:
    return [
        figure_text(comparison, float(row["population"]), lang),
        wording.minutes_text(float(row["before_s"]), lang),
        wording.minutes_text(float(row["after_s"]), lang),
    ]


# ---- what holds when things are not as assumed ----


def robustness_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give covered share and rank under every trial, one ambulance away, and the paired differences."""
    trials = comparison.robustness.trials
    shares = [tuple(_share(outcome) for outcome in comparison.outcomes), *(t.covered_share for t in trials)]
    ranks = [_ranks(values) for values in shares]
    position = {outcome.key: i for i, outcome in enumerate(comparison.outcomes)}
    leader = comparison.outcome(comparison.order[0])
    heads = [word("as_computed", lang), *(capital(short_trial_text(t.code, lang)) for t in trials)]
    rows = []
    for key in comparison.order:
        at, outcome = position[key], comparison.outcome(key)
        cells = [
            {
                "text": wording.share_text(values[at]),
                "small": word("rank_of", lang, n=order[at]),
                "first": order[at] == 1,
            }
            for values, order in zip(shares, ranks, strict=True)
        ]
        cells.append(_away_cell(comparison, key, lang))
        cells += [_pair_cell(comparison, key, other.key, lang) for other in (comparison.baseline, leader)]
        rows.append({**_named(outcome, lang), "cells": cells})
    against = [
        word("less", lang, outcome=title(comparison.baseline, lang)),
        word("less", lang, outcome=leader.key if not leader.is_baseline else title(leader, lang)),
    ]
    return {
        "heads": [*heads, word("away_head", lang), *against],
        "rows": rows,
        "lines": [text for _, text in words.robustness_rows(comparison, lang)],
    }


def _share(outcome: Outcome) -> float:
    return outcome.situation.assessment.totals["all"].covered_share


def _ranks(values: Sequence[float]) -> list[int]:
    """Number values, the largest first; such as are equal have the same number."""
    return [1 + sum(other > value + 1e-12 for other in values) for value in values]


def _away_cell(comparison: Comparison, key: str, lang: Lang) -> dict[str, Any]:
    for away in comparison.robustness.away:
        if away.key == key and len(away.rows):
            worst = away.rows.iloc[int(away.rows["covered_population"].to_numpy().argmin())]
            lost = figure_text(comparison, float(worst["lost_population"]), lang)
            small = word("away_of", lang, name=wording.short_name(worst["name"]), people=lost)
            return {"text": wording.share_text(float(worst["covered_share"])), "small": small}
    return {"text": wording.DASH, "small": ""}


def _pair_cell(comparison: Comparison, key: str, other: str, lang: Lang) -> dict[str, Any]:
    if key == other or not comparison.robustness.draws.n:
        return {"text": wording.DASH, "small": ""}
    pair: PairedDifference = comparison.robustness.pair(key, other)
    return {"text": sign_text(pair.sign, lang), "small": points_text(pair.low, pair.high, lang)}


# ---- stages, loads, and what is done ----


def stage_tables(comparison: Comparison, lang: Lang) -> list[dict[str, Any]]:
    """Give the stages of every option that has more than one part to order."""
    keys = ("stage", "doing", "year", "stage_cost", "spent", "covered_share", "townships_met")
    return [
        {
            **_named(comparison.outcome(staging.key), lang),
            "heads": [words.label(key, comparison, lang) for key in keys],
            "rows": [
                _stage_cells(i, stage, comparison.outcome(staging.key), comparison, lang)
                for i, stage in enumerate(staging.stages, start=1)
            ],
            "line": words.staging_text(staging, comparison, lang),
        }
        for staging in comparison.stagings
        if _is_order(staging)
    ]


def _is_order(staging: Staging) -> bool:
    return len(staging.stages) > 1


def _stage_cells(i: int, stage: Stage, outcome: Outcome, comparison: Comparison, lang: Lang) -> list[str]:
    return [
        str(i),
        words.stage_text(stage, outcome, lang),
        str(stage.year),
        wan_text(stage.cost_wan, lang),
        wan_text(stage.spent_wan, lang),
        wording.share_text(stage.covered_share, target_share=comparison.standard.target_share),
        str(stage.townships_met),
    ]


def load_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give how many people every base reaches first, by outcome, and how many for each ambulance."""
    bases: dict[tuple[str, str], dict[str, dict[str, Any]]] = {}
    for outcome in comparison.outcomes:
        for row in outcome.loads.to_dict("records"):
            base = bases.setdefault((str(row["id"]), str(row["name"])), {})
            base[outcome.key] = {str(name): value for name, value in row.items()}
    rows = []
    for (number, name), by_key in bases.items():
        kinds = dict.fromkeys(wording.kind_text(row["kind"], lang) for row in by_key.values())
        rows.append(
            {
                "name": wording.one_line(name) or wording.one_line(number),
                "small": pick(lang, "、", ", ").join(kinds),
                "cells": [_load_cell(by_key.get(o.key), comparison, lang) for o in comparison.outcomes],
            }
        )
    return {"heads": [_named(outcome, lang) for outcome in comparison.outcomes], "rows": rows}


def _load_cell(row: Mapping[str, Any] | None, comparison: Comparison, lang: Lang) -> dict[str, str]:
    if row is None:
        return {"text": wording.DASH, "small": ""}
    text = figure_text(comparison, float(row["first_population"]), lang)
    if not math.isfinite(row["ambulances"]):
        return {"text": text, "small": ""}
    n, each = row["ambulances"], figure_text(comparison, float(row["per_ambulance"]), lang)
    small = word("one_ambulance", lang) if n == 1 else word("each_of", lang, n=f"{n:g}", each=each)
    return {"text": text, "small": small}


def doing_tables(comparison: Comparison, lang: Lang) -> list[dict[str, Any]]:
    """Give what every option does, with its note and the text of its file."""
    heads = [words.label(key, comparison, lang) for key in ("action", "name", "detail", "capital", "yearly")]
    return [
        {
            **_named(outcome, lang),
            "full": full_title(outcome, lang),
            "note": wording.one_line(outcome.option.note),
            "cost": words.cost_text(outcome, comparison, lang),
            "heads": heads,
            "rows": [
                [
                    row.action,
                    row.name,
                    row.detail,
                    wan_text(row.capital_wan, lang),
                    wan_text(row.yearly_wan, lang),
                ]
                for row in doing_rows(outcome, lang)
            ],
            "text": _file_text(outcome.text),
            "source": wording.one_line(outcome.source),
        }
        for outcome in comparison.options
    ]


def _file_text(text: str) -> str:
    """Give a file's text as it is, but for characters that turn or hide what stands beside them."""
    return "\n".join(_line(line) for line in text.splitlines())


def _line(line: str) -> str:
    return "".join(c if c in " \t" else wording.one_line(c) for c in line)
