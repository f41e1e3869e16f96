"""The tables of a comparison's workbook, column by column."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import comparison_wording as words
from coverage.reports import wording
from coverage.reports.book import MINUTES, SHARE, WHOLE, Column, minutes, number
from coverage.reports.comparison_names import full_title, per_unit_yuan, trial_text
from coverage.reports.comparison_rows import doing_rows
from coverage.reports.wording import pick

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coverage.comparison import Comparison, Outcome
    from coverage.reports.book import Book, Cell
    from coverage.reports.comparison_rows import ClassRow, RankingRow
    from coverage.reports.wording import Lang

MONEY = "#,##0.0"
_POINTS = "0.0"
_RATIO = "0.000"


def money_cells(values: Iterable[float], lang: Lang) -> list[Cell]:
    """Give 万元 as numbers, and words where a cost is not given."""
    return [value if math.isfinite(value) else words.wan_text(value, lang) for value in values]


class _Labelled:
    """Columns headed by a comparison's labels, in one language."""

    def __init__(self, book: Book, comparison: Comparison) -> None:
        self.book, self.comparison = book, comparison

    def text(self, key: str, cells: Sequence[Cell], number_format: str = "@", group: str = "") -> Column:
        return Column(words.label(key, self.comparison, self.book.lang), cells, number_format, group)

    def people(self, key: str, values: Iterable[float], group: str = "") -> Column:
        label = words.label(key, self.comparison, self.book.lang)
        heading = label if self.book.by_people else f"{label} (km)"
        return Column(heading, self.book.counts(values), self.book.count_format, group)

    def share(self, key: str, values: Iterable[float], group: str = "") -> Column:
        return self.text(key, [number(value) for value in values], SHARE, group)

    def times(self, key: str, seconds: Iterable[float], group: str = "") -> Column:
        return self.text(key, minutes(seconds), MINUTES, group)


def _order_columns(columns: _Labelled, rows: Sequence[RankingRow]) -> list[Column]:
    comparison, lang = columns.comparison, columns.book.lang
    return [
        columns.text("rank", list(range(1, len(rows) + 1)), "0"),
        columns.text("option", [full_title(comparison.outcome(row.key), lang) for row in rows]),
    ]


def ranking_columns(book: Book, comparison: Comparison, rows: Sequence[RankingRow]) -> list[Column]:
    """Give the ranking: people, townships, times, money, and what the draws say of the order."""
    columns, lang = _Labelled(book, comparison), book.lang
    coverage, townships, times, money, sure = (
        words.group_text(key, lang) for key in ("coverage", "townships", "times", "money", "order")
    )
    dominated = [
        pick(lang, "、", ", ").join(words.title(comparison.outcome(key), lang) for key in row.dominated_by)
        or wording.DASH
        for row in rows
    ]
    per_person = [number(per_unit_yuan(comparison, row.cost_per_person_yuan)) for row in rows]
    return [
        *_order_columns(columns, rows),
        columns.people("covered", (row.covered_population for row in rows), coverage),
        columns.share("covered_share", (row.covered_share for row in rows), coverage),
        columns.people("net", (row.delta_population for row in rows), coverage),
        columns.people("gained", (row.gained_population for row in rows), coverage),
        columns.people("lost", (row.lost_population for row in rows), coverage),
        columns.share("other_covered_share", (row.other_covered_share for row in rows), coverage),
        columns.text("townships_met", [row.townships_met for row in rows], WHOLE, townships),
        columns.text("townships_partial", [row.townships_partial for row in rows], WHOLE, townships),
        columns.text("townships_unmet", [row.townships_unmet for row in rows], WHOLE, townships),
        columns.times("mean", (row.mean_s for row in rows), times),
        columns.times("median", (row.median_s for row in rows), times),
        columns.times("p90", (row.p90_s for row in rows), times),
        columns.times("p95", (row.p95_s for row in rows), times),
        columns.times("worst", (row.worst_s for row in rows), times),
        columns.people("unreached", (row.unreached_population for row in rows), times),
        columns.text("capital", money_cells((row.capital_wan for row in rows), lang), MONEY, money),
        columns.text("yearly", money_cells((row.yearly_wan for row in rows), lang), MONEY, money),
        columns.text("total", money_cells((row.total_wan for row in rows), lang), MONEY, money),
        columns.text("cost_per_person", per_person, WHOLE, money),
        columns.text("dominated_by", dominated, group=money),
        columns.text(
            "against_leader", [words.sign_text(row.against_leader, lang) for row in rows], group=sure
        ),
        columns.text("against_today", [words.sign_text(row.against_today, lang) for row in rows], group=sure),
    ]


def second_ranking_columns(book: Book, comparison: Comparison, rows: Sequence[RankingRow]) -> list[Column]:
    """Give the rest of the ranking: who is worst off, ambulances, and harder conditions."""
    columns, lang = _Labelled(book, comparison), book.lang
    equity, fleet, robustness = (words.group_text(key, lang) for key in ("equity", "fleet", "robustness"))
    required = [row.ambulances_required if row.ambulances_required >= 0 else None for row in rows]
    trials = [wording.DASH if row.worst_trial is None else trial_text(row.worst_trial, lang) for row in rows]
    return [
        *_order_columns(columns, rows),
        columns.text("gini", [number(row.gini) for row in rows], _RATIO, equity),
        columns.share("worst_decile_share", (row.worst_decile_share for row in rows), equity),
        columns.times("worst_decile_mean", (row.worst_decile_mean_s for row in rows), equity),
        columns.share("worst_decile_covered_share", (row.worst_decile_covered_share for row in rows), equity),
        columns.text("worst_township", [row.worst_township or wording.DASH for row in rows], group=equity),
        columns.share("worst_township_share", (row.worst_township_share for row in rows), equity),
        columns.text("ambulances", [number(row.ambulances) for row in rows], "0", fleet),
        columns.text("ambulances_required", required, "0", fleet),
        columns.text(
            "people_per_ambulance", [number(row.people_per_ambulance) for row in rows], WHOLE, fleet
        ),
        columns.text("worst_trial", trials, group=robustness),
        columns.share("worst_trial_share", (row.worst_trial_share for row in rows), robustness),
        columns.share("away_share", (row.away_share for row in rows), robustness),
    ]


def class_columns(book: Book, comparison: Comparison, rows: Sequence[ClassRow]) -> list[Column]:
    """Give urban, rural and all people of every outcome: who is covered on both clocks, and the response."""
    columns, lang = _Labelled(book, comparison), book.lang
    situation, times = comparison.baseline.situation, words.group_text("times", lang)
    clock = book.clock(situation.assessment)
    both = [
        columns.people("covered", (row.covered_population for row in rows), clock),
        columns.share("covered_share", (row.covered_share for row in rows), clock),
    ]
    if situation.other_clock is not None:
        other = book.clock(situation.other_clock)
        both += [
            columns.people("covered", (row.other_covered_population for row in rows), other),
            columns.share("covered_share", (row.other_covered_share for row in rows), other),
        ]
    return [
        Column(book.label("class"), [wording.totals_text(row.township_class, lang) for row in rows]),
        columns.text("option", [full_title(comparison.outcome(row.key), lang) for row in rows]),
        Column(
            book.count_label("population"), book.counts(row.population for row in rows), book.count_format
        ),
        *both,
        *(
            columns.times(key, (getattr(row.response, f"{key}_s") for row in rows), times)
            for key in ("mean", "median", "p90", "p95", "worst")
        ),
        columns.people("unreached", (row.response.unreached_population for row in rows), times),
    ]


def doing_columns(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    """Say what an option does, line by line, with the cost of each."""
    columns, rows = _Labelled(book, comparison), doing_rows(outcome, book.lang)
    return [
        columns.text("name", [row.name for row in rows]),
        columns.text("action", [row.action for row in rows]),
        columns.text("detail", [row.detail or wording.DASH for row in rows]),
        columns.text("capital", money_cells((row.capital_wan for row in rows), book.lang), MONEY),
        columns.text("yearly", money_cells((row.yearly_wan for row in rows), book.lang), MONEY),
    ]


def load_columns(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    """Say how many people each base reaches first, for each of its ambulances."""
    columns, loads, lang = _Labelled(book, comparison), outcome.loads, book.lang
    facilities = outcome.area.facilities
    hours = dict(zip(facilities["id"], facilities["hours"], strict=True))
    return [
        columns.text("base", list(loads["name"])),
        Column(book.label("id"), list(loads["id"])),
        Column(book.label("kind"), [wording.kind_text(kind, lang) for kind in loads["kind"]]),
        columns.text("ambulances", [number(value) for value in loads["ambulances"]], "0"),
        columns.text("hours", [wording.one_line(hours[i]) or words.all_day_text(lang) for i in loads["id"]]),
        Column(
            book.count_label("first_population"), book.counts(loads["first_population"]), book.count_format
        ),
        columns.people("per_ambulance", loads["per_ambulance"]),
        columns.text("is_new", [wording.yes_text(value, lang) for value in loads["is_new"]]),
    ]


def away_columns(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    """Say what is missed while one ambulance of each base is away, the worst first."""
    columns = _Labelled(book, comparison)
    rows = next(away.rows for away in comparison.robustness.away if away.key == outcome.key)
    return [
        columns.text("base", list(rows["name"])),
        Column(book.label("id"), list(rows["id"])),
        columns.text("ambulances", [number(value) for value in rows["ambulances"]], "0"),
        columns.people("away_lost", rows["lost_population"]),
        columns.people("covered", rows["covered_population"]),
        columns.share("covered_share", rows["covered_share"]),
    ]


def trial_columns(book: Book, comparison: Comparison) -> list[Column]:
    """Give the covered share of every outcome in every trial, in the order of the ranking."""
    columns, lang = _Labelled(book, comparison), book.lang
    place = {outcome.key: i for i, outcome in enumerate(comparison.outcomes)}
    order = [comparison.outcome(key) for key in comparison.order]
    totals = [outcome.situation.assessment.totals["all"] for outcome in order]
    return [
        columns.text("option", [full_title(outcome, lang) for outcome in order]),
        columns.share("as_assumed", (total.covered_share for total in totals)),
        *(
            Column(
                trial_text(trial.code, lang),
                [number(trial.covered_share[place[outcome.key]]) for outcome in order],
                SHARE,
            )
            for trial in comparison.robustness.trials
        ),
    ]


def pair_columns(book: Book, comparison: Comparison) -> list[Column]:
    """Give every two outcomes over the same draws, those that rank higher first."""
    columns, lang, robustness = _Labelled(book, comparison), book.lang, comparison.robustness
    order = comparison.order
    pairs = [robustness.pair(a, b) for i, a in enumerate(order) for b in order[i + 1 :]]
    points = {
        "mean_difference": [pair.mean for pair in pairs],
        "low": [pair.low for pair in pairs],
        "high": [pair.high for pair in pairs],
    }
    return [
        columns.text("first", [full_title(comparison.outcome(pair.first), lang) for pair in pairs]),
        columns.text("second", [full_title(comparison.outcome(pair.second), lang) for pair in pairs]),
        *(
            columns.text(key, [number(value * 100) for value in values], _POINTS)
            for key, values in points.items()
        ),
        columns.text("sign", [words.sign_text(pair.sign, lang) for pair in pairs]),
    ]
