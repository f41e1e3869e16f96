"""The answer on the terminal: headline, table and notes as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports import wording
from coverage.reports.care_terminal import render_care
from coverage.reports.palette import VERDICT_MARKS
from coverage.reports.rows import worst_first
from coverage.reports.text_table import TextColumn, table_lines
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.assessment import Totals
    from coverage.reports.wording import Lang
    from coverage.study_area import County, Provenance

_GAP = "  "
# 256-colour codes nearest to the map's blue-green, orange, vermilion and grey.
VERDICT_CODES: Mapping[str, str] = {
    "met": "38;5;36",
    "partial": "38;5;214",
    "unmet": "38;5;166",
    "unknown": "38;5;244",
}
_LEFT = {"name", "class", "facility_name", "verdict"}
_NAMES = {"facility_name", "name"}


def render(analysis: Analysis, lang: Lang, *, colour: bool = False) -> str:
    """
    Give the whole answer as text: headline, table, national norms, and the way to care where it was followed.

    Parameters
    ----------
    analysis
        The analysis.
    lang
        ``zh`` or ``en``.
    colour
        Whether verdicts are coloured by ANSI codes; their marks stay either way.

    Returns
    -------
    str
        Lines without a trailing line break; those of the table are as wide as `text_table` allows.
    """
    parts = [
        "\n".join(wording.headline(analysis, lang)),
        "\n".join(_table(analysis, lang, colour=colour)),
        "\n".join(wording.norms_text(analysis, lang)),
    ]
    if analysis.care:
        parts.append(render_care(analysis, analysis.care, lang, codes=VERDICT_CODES if colour else {}))
    return "\n\n".join(parts)


def render_notes(analysis: Analysis, lang: Lang) -> list[str]:
    """Give what a reader must know before believing the figures, a line each, with what to do about it."""
    return [wording.note_line(note, analysis, lang) for note in analysis.notes]


def render_counties(county: County, provenance: Sequence[Provenance], lang: Lang) -> str:
    """Give one study area at hand: the names it answers to, and a line for each of its sources."""
    names = (county.stem, county.name, county.name_en, county.code)
    heading = _GAP.join(wording.one_line(name) for name in dict.fromkeys(names) if name)
    return "\n".join([heading, *(f"{_GAP}{wording.provenance_text(p, lang)}" for p in provenance)])


def _table(analysis: Analysis, lang: Lang, *, colour: bool) -> list[str]:
    unit = analysis.area.demand_unit
    townships = worst_first(analysis.assessment.townships)
    rows = [_township_row(analysis, row, lang) for _, row in townships.iterrows()]
    totals = [_totals_row(analysis, name, t, lang) for name, t in analysis.assessment.totals.items()]
    codes = [*(VERDICT_CODES[verdict] for verdict in townships["verdict"]), *("" for _ in totals)]
    columns = [
        TextColumn(
            wording.short_label(key, lang, unit),
            [row[key] for row in (*rows, *totals)],
            left=key in _LEFT,
            yields=key in _NAMES,
            codes=codes if colour and key == "verdict" else (),
        )
        for key in totals[0]
    ]
    return table_lines(columns, rules={len(rows)})


def _township_row(analysis: Analysis, row: pd.Series[Any], lang: Lang) -> dict[str, str]:
    target, limit_s = analysis.standard.target_share, float(row["limit_s"])
    times = {
        key: wording.minutes_text(row[f"{key}_s"], lang, limit_s=limit_s)
        for key in ("median", "p90", "worst")
    }
    verdict = str(row["verdict"])
    return {
        "name": wording.one_line(row["name"]),
        "class": wording.class_text(row["class"], lang),
        "limit": f"{limit_s / MINUTE_S:g}",
        "population": wording.table_population_text(analysis, row["population"], lang),
        "covered_share": wording.share_text(row["covered_share"], target_share=target),
        **times,
        "facility_name": wording.one_line(row["facility_name"]) or wording.DASH,
        "verdict": f"{VERDICT_MARKS[verdict]} {wording.verdict_text(verdict, lang)}",
    }


def _totals_row(analysis: Analysis, township_class: str, totals: Totals, lang: Lang) -> dict[str, str]:
    target, standard = analysis.standard.target_share, analysis.standard
    limit = "" if township_class == "all" else f"{standard.limit_s(township_class) / MINUTE_S:g}"
    return {
        "name": wording.totals_text(township_class, lang),
        "class": "",
        "limit": limit,
        "population": wording.table_population_text(analysis, totals.population, lang),
        "covered_share": wording.share_text(totals.covered_share, target_share=target),
        "median": wording.minutes_text(totals.median_s, lang),
        "p90": wording.minutes_text(totals.p90_s, lang),
        "worst": "",
        "facility_name": "",
        "verdict": wording.met_text(totals),
    }
