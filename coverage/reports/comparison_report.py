"""The report for the meeting: the question, the options, two maps, the table and what is advised."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.files import whole_file
from coverage.reports import comparison_report_words as own
from coverage.reports import comparison_wording as words
from coverage.reports import map_style as style
from coverage.reports import wording
from coverage.reports.comparison_charts import curves_svg, frontier_svg
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_names import (
    cost_per_person_text,
    figure_text,
    short_sign_text,
    short_trial_text,
)
from coverage.reports.comparison_rows import class_rows, doing_rows, doing_text, ranking_rows
from coverage.reports.display_width import shorten
from coverage.reports.map import fullest_missed
from coverage.reports.map_panel import capital, frame_text
from coverage.reports.picture import source_lines
from coverage.reports.picture_map import county_svg
from coverage.reports.picture_marks import legend
from coverage.reports.picture_words import word as picture_word
from coverage.reports.shown import outcome_side
from coverage.reports.typesetting import families, typeset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from coverage.comparison import Comparison, Outcome
    from coverage.reports.comparison_rows import DoingRow, RankingRow
    from coverage.reports.wording import Lang

_WIDTH_PT = 511.0
_GUTTER_PT = 13.0
_WIDE = 1.3  # a county wider than this times its height has its maps one above the other
_MAP_PX_PT = 0.46
_MAX_GAPS, _MAX_DOINGS, _MAX_CONDITIONS = 8, 12, 14
_TOWNSHIP_COLUMNS = 12
_NAME_COLUMNS, _NOTE_COLUMNS, _DETAIL_COLUMNS, _SENTENCE_COLUMNS = 32, 90, 110, 400


def write_comparison_report(comparison: Comparison, path: Path, *, lang: Lang) -> None:
    """
    Write four A4 pages for the meeting as a PDF with its fonts and the options' files inside.

    Parameters
    ----------
    comparison
        The comparison.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FontError
        If the words are Chinese and no font of this computer is.
    FileError
        If the file cannot be written.
    """
    # names of files are told apart by their options' letters
    attached = {f"{o.key} {wording.one_line(o.source)}": o.text for o in comparison.options if o.text}
    pdf = typeset("report.typ", report_data(comparison, lang), "pdf", lang=lang, attached=attached)
    with whole_file(path) as temporary:
        temporary.write_bytes(pdf)


def report_data(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """
    Collect what ``assets/report.typ`` sets.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.

    Returns
    -------
    dict
        Texts, figures as texts, and pictures as SVG documents.
    """
    today = outcome_side(comparison, comparison.baseline)
    frame = frame_text(today, lang, tiles=None, data_hash=comparison_hash(comparison))
    return {
        "title": shorten(words.title_text(comparison, lang), 2 * _NAME_COLUMNS),
        "county": wording.short_name(comparison.area.county.title(lang)),
        "headings": {key: own.heading(key, lang) for key in ("question", "options", "two_maps", "result")},
        "words": _words(comparison, lang),
        "banners": frame["banners"],
        "question": own.question_text(comparison, lang),
        "figures": _figures(comparison, lang),
        "gaps": _gaps(comparison, lang),
        "answer": _answer(comparison, lang),
        "method": [{"item": item, "text": text} for item, text in words.method_rows(comparison, lang)],
        "options": [_option(comparison, outcome, lang) for outcome in comparison.options],
        "option-heads": _option_heads(comparison, lang),
        **_maps(comparison, lang),
        "chart_titles": [words.label(key, comparison, lang) for key in ("frontier", "curves")],
        "charts": [
            _chart(svg, lang) for svg in (frontier_svg(comparison, lang), curves_svg(comparison, lang))
        ],
        "table": _table(comparison, lang),
        "more_table": _more_table(comparison, lang),
        "conditions": [
            shorten(line, _SENTENCE_COLUMNS)
            for line in words.condition_lines(comparison, lang)[:_MAX_CONDITIONS]
        ],
        "n_conditions": len(comparison.advice.conditions),
        "foot": {
            "disclaimer": frame["disclaimer"],
            "version": frame["version"],
            "area": f"{words.label('area_hash', comparison, lang)} {_area_hash(comparison, lang)}",
            "sources": source_lines(today, lang),
            "standard": frame["standard"],
            "bases": frame["bases"],
            "missing": picture_word("missing", lang, codes="{codes}"),
        },
    }


def _area_hash(comparison: Comparison, lang: Lang) -> str:
    rows = dict(words.assumption_rows(comparison, lang))
    return rows[words.label("area_hash", comparison, lang)]


def _words(comparison: Comparison, lang: Lang) -> dict[str, str]:
    """Give the words of the template, their blanks of the page and of counts still open."""
    unit = comparison.area.demand_unit
    keys = (
        "advised",
        "answer",
        "brief",
        "conditions",
        "gaps",
        "legend",
        "method",
        "more_table",
        "sources",
        "unit",
    )
    return {
        **{key: own.word(key, lang, unit) for key in keys},
        "more": own.word("more", lang, n="{n}"),
        "more_conditions": own.word("more_conditions", lang, n="{n}"),
        "page": own.word("page", lang, page="{page}", pages="{pages}"),
        "equal": words.legend_text(lang),
    }


def _figures(comparison: Comparison, lang: Lang) -> list[dict[str, str]]:
    """Give today's figures: share covered, townships met, people not covered, ambulances."""
    unit, outcome = comparison.area.demand_unit, comparison.baseline
    totals, fleet = outcome.situation.assessment.totals["all"], outcome.fleet
    missing = totals.population - totals.covered_population
    share = wording.share_text(totals.covered_share, target_share=comparison.standard.target_share)
    figures = [
        (share, own.word("covered", lang, unit)),
        (wording.met_text(totals), own.word("met", lang)),
        (figure_text(comparison, missing, lang), own.word("missing", lang, unit)),
    ]
    if math.isfinite(fleet.ambulances):
        need = fleet.ambulances_required
        text = f"{fleet.ambulances:g}" + (f" / {need}" if need >= 0 else "")
        label = own.word("ambulances", lang) if need >= 0 else words.label("ambulances", comparison, lang)
        figures.append((text, label))
    return [{"figure": figure, "label": label} for figure, label in figures]


def _gaps(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give the townships with the most people outside the promise today."""
    table, target = comparison.baseline.situation.assessment.townships, comparison.standard.target_share
    missing = (table["population"] - table["covered_population"]).to_numpy()
    short = missing > 1e-9 * table["population"].to_numpy()
    order = [i for i in np.argsort(-missing, kind="stable") if short[i]][:_MAX_GAPS]
    unit = comparison.area.demand_unit
    heads = [wording.short_label("name", lang), wording.label("verdict", lang)]
    heads += [own.word("missing", lang, unit), wording.short_label("covered_share", lang, unit)]
    heads += [wording.label("median", lang), wording.label("facility_name", lang)]
    rows = [
        {
            "mark": style.symbols()[f"mark-{t['verdict']}"],
            "cells": [
                shorten(wording.one_line(t["name"]), _NAME_COLUMNS),
                capital(wording.verdict_text(t["verdict"], lang)),
                figure_text(comparison, float(missing[i]), lang),
                wording.share_text(t["covered_share"], target_share=target),
                wording.minutes_text(t["median_s"], lang, limit_s=t["limit_s"]),
                shorten(wording.one_line(t["facility_name"]), _NAME_COLUMNS) or wording.DASH,
            ],
        }
        for i, t in ((i, table.iloc[i]) for i in order)
    ]
    n = int(short.sum()) - len(rows)
    more = own.word("more", lang, n=n) if n > 0 else ""
    gap = wording.gap_text(outcome_side(comparison, comparison.baseline), lang)
    return {"heads": heads, "rows": rows, "more": more, "none": gap}


def _answer(comparison: Comparison, lang: Lang) -> list[str]:
    return [words.advice_text(comparison, lang), *words.result_lines(comparison, lang)]


def _option(comparison: Comparison, outcome: Outcome, lang: Lang) -> dict[str, Any]:
    doing = doing_rows(outcome, lang)
    cost = outcome.cost
    return {
        "key": outcome.key,
        "name": shorten(wording.one_line(outcome.option.name), _NAME_COLUMNS),
        "note": shorten(wording.one_line(outcome.option.note), _NOTE_COLUMNS),
        "doing": [_doing_text(row, lang) for row in doing[:_MAX_DOINGS]],
        "n_doing": len(doing),
        "result": words.change_line(outcome, comparison, lang),
        "costs": [_money(v, lang) for v in (cost.capital_wan, cost.yearly_wan, cost.total_wan)],
        "advised": outcome.key == comparison.advice.key,
    }


def _option_heads(comparison: Comparison, lang: Lang) -> list[str]:
    years = f"{comparison.baseline.cost.years:g}"
    heads = [own.word(key, lang) for key in ("option", "doing", "capital", "yearly")]
    return [*heads, own.word("total", lang, n=years)]


def _doing_text(row: DoingRow, lang: Lang) -> str:
    """Say one thing that an option does in a line."""
    return shorten(doing_text(replace(row, name=shorten(row.name, _NAME_COLUMNS)), lang), _DETAIL_COLUMNS)


def _money(wan: float, lang: Lang) -> str:
    return words.wan_text(wan, lang).replace("-", "−") if math.isfinite(wan) else words.wan_text(wan, lang)


def _maps(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Draw the county today, and with the option that is advised, or else with the one that covers most."""
    key = comparison.advice.key
    if key == comparison.baseline.key:
        key = next((k for k in comparison.order if k != comparison.baseline.key), key)
    keys = list(dict.fromkeys((comparison.baseline.key, key)))
    sides = [outcome_side(comparison, comparison.outcome(k)) for k in keys]
    west, south, east, north = comparison.area.boundary.bounds
    aspect = (east - west) / (north - south)
    is_wide = aspect > _WIDE
    width = _WIDTH_PT if is_wide else (_WIDTH_PT - _GUTTER_PT) / 2
    height = min(max(width / aspect, 150.0), 190.0 if is_wide else 370.0)
    drawn = [
        county_svg(
            shown,
            lang,
            width_pt=width,
            height_pt=height,
            families=families(lang),
            px_pt=_MAP_PX_PT,
            before=sides[0] if shown is not sides[0] else None,
            fullest=fullest_missed(sides[0]),
        )
        for shown in sides
    ]
    maps = [
        {
            "svg": svg,
            "title": words.title(comparison.outcome(k), lang),
            "caption": own.caption(comparison, k, lang),
            "advised": k == comparison.advice.key and k != comparison.baseline.key,
        }
        for k, svg in zip(keys, drawn, strict=True)
    ]
    before = sides[0] if len(sides) > 1 else None
    return {
        "maps": maps,
        "map_width": width,
        "map_height": height,
        "stacked": is_wide,
        "legend": legend(sides, lang, before=before),
    }


def _chart(svg: str, lang: Lang) -> str:
    """Set a chart in the report's own type."""
    return svg.replace('font-family="sans-serif"', f'font-family="{", ".join(families(lang))}"', 1)


def _table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give the comparison's table: an outcome a row, in order."""
    rows = ranking_rows(comparison)
    years = f"{comparison.baseline.cost.years:g}"
    heads = [own.word("option", lang)]
    heads += [
        words.short_label(key, comparison, lang)
        for key in ("covered_share", "gained_lost", "townships_met", "median", "p90", "worst_trial")
    ]
    heads += [own.word("away", lang), own.word("capital", lang), own.word("total", lang, n=years)]
    heads += [words.short_label(key, comparison, lang) for key in ("cost_per_person", "against_leader")]
    return {
        "heads": heads,
        "rows": [
            {
                "cells": _cells(comparison, row, lang),
                "advised": row.key == comparison.advice.key and row.key != comparison.baseline.key,
                "today": row.key == comparison.baseline.key,
            }
            for row in rows
        ],
        "has_equal": any(row.against_leader == "no_difference" for row in rows),
    }


def _more_table(comparison: Comparison, lang: Lang) -> dict[str, Any]:
    """Give what else is compared: urban and rural, the other clock, the slowest, and equity."""
    columns = _more_columns(comparison, lang)
    return {
        "heads": [own.word("option", lang), *(head for head, _ in columns)],
        "rows": [
            {
                "cells": [
                    shorten(words.title(comparison.outcome(row.key), lang), _NAME_COLUMNS),
                    *(text(row) for _, text in columns),
                ],
                "advised": row.key == comparison.advice.key and row.key != comparison.baseline.key,
                "today": row.key == comparison.baseline.key,
            }
            for row in ranking_rows(comparison)
        ],
    }


def _more_columns(comparison: Comparison, lang: Lang) -> list[tuple[str, Callable[[RankingRow], str]]]:
    """Give the columns of `_more_table`: of each its heading and what stands in it."""
    target, standard = comparison.standard.target_share, comparison.standard
    shares = {(row.key, row.township_class): row.covered_share for row in class_rows(comparison)}

    def of_class(name: str) -> tuple[str, Callable[[RankingRow], str]]:
        return capital(wording.class_text(name, lang)), lambda r: wording.share_text(
            shares[r.key, name], target_share=target
        )

    def minutes(head: str, key: str) -> tuple[str, Callable[[RankingRow], str]]:
        return head, lambda r: wording.minutes_text(getattr(r, key), lang)

    def worst_township(row: RankingRow) -> str:
        share = wording.share_text(row.worst_township_share, target_share=target)
        return f"{share} {shorten(wording.short_name(row.worst_township), _TOWNSHIP_COLUMNS)}".rstrip()

    columns: list[tuple[str, Callable[[RankingRow], str]]] = [of_class("urban"), of_class("rural")]
    if comparison.baseline.situation.other_clock is not None:
        head = own.word("other_clock", lang)
        columns.append((head, lambda r: wording.share_text(r.other_covered_share, target_share=target)))
    columns += [
        minutes(own.word("mean", lang), "mean_s"),
        minutes(words.short_label("p95", comparison, lang), "p95_s"),
        minutes(words.short_label("worst", comparison, lang), "worst_s"),
        (own.word("worst_township", lang), worst_township),
        (own.word("gini", lang), lambda r: f"{r.gini:.2f}" if math.isfinite(r.gini) else wording.DASH),
        (own.word("worst_tenth", lang), lambda r: wording.share_text(r.worst_decile_share)),
    ]
    if comparison.area.demand_unit == "people" and not standard.is_access:
        head = own.word("per_ambulance", lang)
        columns.append((head, lambda r: figure_text(comparison, r.people_per_ambulance, lang)))
    return columns


def _cells(comparison: Comparison, row: RankingRow, lang: Lang) -> list[str]:
    target = comparison.standard.target_share
    today = row.key == comparison.baseline.key
    changed: Sequence[str] = [
        sign + figure_text(comparison, value, lang)
        for sign, value in (("+", row.gained_population), ("−", row.lost_population))
        if value > 0
    ]
    trial = wording.DASH
    if row.worst_trial is not None:
        trial = f"{wording.share_text(row.worst_trial_share)} {short_trial_text(row.worst_trial, lang)}"
    costs = (row.capital_wan, row.total_wan)
    return [
        shorten(words.title(comparison.outcome(row.key), lang), _NAME_COLUMNS),
        wording.share_text(row.covered_share, target_share=target),
        " ".join(changed) or wording.DASH,
        f"{row.townships_met}/{row.townships_met + row.townships_partial + row.townships_unmet}",
        wording.minutes_text(row.median_s, lang),
        wording.minutes_text(row.p90_s, lang),
        trial,
        wording.share_text(row.away_share),
        *(wording.DASH if today else _money(wan, lang) for wan in costs),
        cost_per_person_text(comparison, row.cost_per_person_yuan),
        short_sign_text(row.against_leader, lang),
    ]
