"""A comparison on the terminal: headline, one table, and the weightiest condition of the advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import comparison_wording as words
from coverage.reports import wording
from coverage.reports.comparison_names import (
    cost_per_person_text,
    figure_text,
    short_sign_text,
    short_trial_text,
    shown_of,
    wan_text,
)
from coverage.reports.comparison_rows import ranking_rows
from coverage.reports.display_width import wrapped
from coverage.reports.text_table import TABLE_WIDTH, TextColumn, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coverage.comparison import Comparison
    from coverage.reports.comparison_rows import RankingRow
    from coverage.reports.wording import Lang

_BOLD = "1"


def render_comparison(comparison: Comparison, lang: Lang, *, colour: bool = False) -> str:
    """
    Give the whole answer as text.

    Parameters
    ----------
    comparison
        The comparison.
    lang
        ``zh`` or ``en``.
    colour
        Whether the advised option is set off by ANSI codes.

    Returns
    -------
    str
        Lines without a trailing line break; table and prose no wider than `text_table` allows.
    """
    rows = ranking_rows(comparison)
    table = _table(comparison, rows, lang, colour=colour)
    if any(row.against_leader == "no_difference" for row in rows):
        table += _prose([words.legend_text(lang)])
    parts = [_prose(words.headline(comparison, lang)), table]
    condition = words.condition_line(comparison, lang)
    if condition:
        parts.append(_prose([condition]))
    return "\n\n".join("\n".join(lines) for lines in parts)


def render_comparison_notes(comparison: Comparison, lang: Lang) -> list[str]:
    """Give what a reader must know before believing the figures, a line each, with what to do about it."""
    shown = shown_of(comparison)
    return [wording.note_line(note, shown, lang) for note in comparison.notes]


def _table(comparison: Comparison, rows: Sequence[RankingRow], lang: Lang, *, colour: bool) -> list[str]:
    titles = [words.title(comparison.outcome(row.key), lang) for row in rows]
    advised = [_BOLD if row.key == comparison.advice.key else "" for row in rows]
    target = comparison.standard.target_share
    cells = {
        "covered_share": [wording.share_text(row.covered_share, target_share=target) for row in rows],
        "gained_lost": [_change_cell(comparison, row, lang) for row in rows],
        "townships_met": [_met_cell(row) for row in rows],
        "median": [wording.minutes_text(row.median_s, lang) for row in rows],
        "p90": [wording.minutes_text(row.p90_s, lang) for row in rows],
        "capital": [_capital_cell(comparison, row, lang) for row in rows],
        "cost_per_person": [cost_per_person_text(comparison, row.cost_per_person_yuan) for row in rows],
        "worst_trial": [_trial_cell(row, lang) for row in rows],
        "against_leader": [short_sign_text(row.against_leader, lang) for row in rows],
    }
    columns = [
        TextColumn(
            words.label("option", comparison, lang),
            titles,
            left=True,
            wraps=True,
            codes=advised if colour else (),
        ),
        *(
            TextColumn(words.short_label(key, comparison, lang), texts, left=key == "against_leader")
            for key, texts in cells.items()
        ),
    ]
    return table_lines(columns)


def _change_cell(comparison: Comparison, row: RankingRow, lang: Lang) -> str:
    """Give those gained with a plus and those lost with a minus; a dash where there is neither."""
    parts = [
        sign + figure_text(comparison, value, lang)
        for sign, value in (("+", row.gained_population), ("−", row.lost_population))
        if value > 0
    ]
    return " ".join(parts) or wording.DASH


def _met_cell(row: RankingRow) -> str:
    return f"{row.townships_met}/{row.townships_met + row.townships_partial + row.townships_unmet}"


def _capital_cell(comparison: Comparison, row: RankingRow, lang: Lang) -> str:
    if row.key == comparison.baseline.key:
        return wording.DASH
    return wan_text(row.capital_wan, lang)


def _trial_cell(row: RankingRow, lang: Lang) -> str:
    if row.worst_trial is None:
        return wording.share_text(row.worst_trial_share)
    return f"{wording.share_text(row.worst_trial_share)} {short_trial_text(row.worst_trial, lang)}"


def _prose(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in wrapped(line, TABLE_WIDTH, indent="  ")]
