"""The way to definitive care on the terminal: a table of the centres, one of the townships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import care_wording as words
from coverage.reports import wording
from coverage.reports.care_detours import detour_text, referral_lines, wrong_lines
from coverage.reports.palette import VERDICT_MARKS
from coverage.reports.rows import worst_first
from coverage.reports.text_table import TextColumn, table_lines
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.wording import Lang


def render_care(analysis: Analysis, care: Care, lang: Lang, *, codes: Mapping[str, str]) -> str:
    """
    Give the way to care as text.

    Parameters
    ----------
    analysis, care
        What was found.
    lang
        ``zh`` or ``en``.
    codes
        ANSI code of each verdict; none for plain text.

    Returns
    -------
    str
        Lines without a trailing line break.
    """
    unit = analysis.area.demand_unit
    parts = [
        [words.word("care", lang), *_centres(analysis, care, lang), words.word("medians", lang)],
        _nearest(analysis, care, lang),
        [
            words.word("care_headline", lang, unit),
            *_townships(analysis, care, lang, codes),
            *referral_lines(analysis, care, lang),
        ],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _nearest(analysis: Analysis, care: Care, lang: Lang) -> list[str]:
    """Name the townships whose nearest hospital cannot treat the case, and say what counts as one."""
    if not care.is_known:
        return []
    unit = analysis.area.demand_unit
    lines = [f"  {line}" for line in wrong_lines(care, lang)]
    found = (
        [words.word("wrong_head", lang, unit), *lines] if lines else [words.word("wrong_none", lang, unit)]
    )
    return [*found, words.word("wrong_basis", lang, unit)]


def _centres(analysis: Analysis, care: Care, lang: Lang) -> list[str]:
    """Give a line for each centre: the legs of the chain, who is there in time, whose nearest is wrong."""
    rows: list[dict[str, str]] = []
    for centre, row in care.totals.iterrows():
        limit_s = float(row["target_s"])
        rows.append(
            {
                "centre": wording.centre_text(str(centre), lang),
                "target": f"{limit_s / MINUTE_S:g}",
                **{
                    key: wording.minutes_text(row[f"{key}_s"], lang)
                    for key in ("first", "scene", "transport")
                },
                **{
                    key: wording.minutes_text(row[f"{key}_s"], lang, limit_s=limit_s)
                    for key in ("total", "p90")
                },
                "within_share": words.share_text(row["within_share"], analysis),
                "met": words.met_text(row),
                "wrong_share": wording.share_text(row["wrong_share"]),
                "detour": detour_text(row["detour_s"], lang),
            }
        )
    return table_lines(_columns(rows, lang, left=("centre",)))


def _townships(analysis: Analysis, care: Care, lang: Lang, codes: Mapping[str, str]) -> list[str]:
    """Give a line for each township: the median to the door of every centre, and its referral."""
    order = worst_first(analysis.assessment.townships)
    by_centre = {centre: care.townships[care.townships["centre"] == centre] for centre in care.totals.index}
    columns = [
        TextColumn(
            wording.short_label("name", lang),
            [wording.one_line(name) for name in order["name"]],
            left=True,
            yields=True,
        )
    ]
    for centre, table in by_centre.items():
        rows = table.set_index("id").loc[order["id"]]
        cells = [
            f"{VERDICT_MARKS[str(row['verdict'])]} "
            + wording.minutes_text(row["total_s"], lang, limit_s=row["target_s"])
            for _, row in rows.iterrows()
        ]
        heading = words.short_centre(str(centre), lang)
        inked = [codes[str(verdict)] for verdict in rows["verdict"]] if codes else []
        columns.append(TextColumn(heading, cells, codes=inked))
    referred = care.referrals.groupby("township_id")["up_s"]
    known = dict(tuple(referred))
    cells = [words.minutes_range_text(known[i], lang) if i in known else wording.DASH for i in order["id"]]
    columns.append(TextColumn(words.short_word("referral", lang), cells))
    return table_lines(columns)


def _columns(rows: Sequence[Mapping[str, str]], lang: Lang, *, left: Sequence[str]) -> list[TextColumn]:
    return [
        TextColumn(words.short_word(key, lang), [row[key] for row in rows], left=key in left)
        for key in rows[0]
    ]
