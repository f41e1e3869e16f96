"""A proposal as an Excel workbook: answer, sites, townships, whom each site adds, the curve, candidates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.marker import Marker
from openpyxl.utils import get_column_letter

from coverage.reports import proposal_models as models
from coverage.reports import proposal_wording as words
from coverage.reports import wording
from coverage.reports.book import (
    A3,
    DEGREES,
    LIMIT,
    MINUTES,
    SHARE,
    WHOLE,
    Book,
    Column,
    fit,
    lonlat_columns,
    minutes,
    number,
)
from coverage.reports.curve import curve_rows
from coverage.reports.proposal_figures import proposal_hash
from coverage.reports.shown import side
from coverage.reports.workbook import totals_columns, write_uncovered
from coverage.reports.workbook_sources import write_sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from coverage.assessment import Assessment
    from coverage.proposal import Proposal
    from coverage.reports.book import Cell
    from coverage.reports.wording import Lang
    from coverage.situation import Situation

_COST = "#,##0.0"
_COUNT_AXIS = "#,##0"
_CHART_ROWS = 19
_WEIGHTY = {
    "modelled",
    "rows_rejected",
    "road_share",
    "ambulances_assumed",
    "demand_left_out",
    "candidates_outside",
    "candidates_off_network",
    "candidates_no_build",
    "candidates_too_near",
    "candidates_other_kind",
    "candidates_repeated",
    "candidates_rejected",
    "nothing_moved",
    "none_may_move",
}


def write_proposal_workbook(proposal: Proposal, path: Path, *, lang: Lang) -> None:
    """
    Write a proposal as an Excel workbook; equal proposals make equal files, byte for byte.

    Times are minutes as numbers. No text becomes a formula.

    Parameters
    ----------
    proposal
        The proposal.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    book = Book(side(proposal, proposal.after), words.title_text(proposal, lang), lang)
    _write_summary(book, proposal)
    if proposal.sites:
        _write_sites(book, proposal)
    _write_townships(book, proposal)
    if any(site.added for site in proposal.sites):
        _write_added(book, proposal)
    if proposal.lost:
        _write_lost(book, proposal)
    write_uncovered(
        book, _judged(proposal.after), key="proposal_uncovered" if proposal.sites else "uncovered"
    )
    if proposal.sweep:
        _write_sweep(book, proposal)
    _write_candidates(book, proposal)
    write_sources(book, _facts(book, proposal), words.method_lines(proposal, lang))
    book.save(path)


def _write_summary(book: Book, proposal: Proposal) -> None:
    lang = book.lang
    sheet = book.sheet("summary")
    totals = totals_columns(book, words.label("situation", proposal, lang), _named_situations(book, proposal))
    n = len(totals)
    fit(sheet, totals)
    book.sentence(sheet, 1, book.title, n, bold=True, size=16)
    row = 1
    for line in words.headline(proposal, lang):
        row += 1
        book.sentence(sheet, row, line, n, bold=True, size=12)
    if proposal.sites:
        row += 1
        book.sentence(sheet, row, words.remaining_text(proposal, lang), n)
    row += 1
    book.sentence(sheet, row, wording.standard_text(book.shown, lang), n)
    for note in proposal.notes:
        if note.code in _WEIGHTY:
            row += 1
            book.sentence(
                sheet, row, wording.note_line(note, book.shown, lang), n, bold=True, color="FFB03A00"
            )
    row = book.table(sheet, row + 2, totals)
    if proposal.sites:
        book.sentence(sheet, row + 2, words.label("sites", proposal, lang), n, bold=True, size=12)
        for site in proposal.sites:
            row += 1
            book.sentence(sheet, row + 2, words.explanation_line(site, proposal, lang), n)
        row += 2
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.sheet_view.showGridLines = False


def _named_situations(book: Book, proposal: Proposal) -> list[tuple[str, Assessment]]:
    """Give before and after on the promise's clock, then both on the other clock, where there is one."""
    sides = (("before", proposal.before), ("after", proposal.after))
    named = [(_situation_name(book, proposal, key, s.assessment), s.assessment) for key, s in sides]
    for key, situation in sides:
        other = situation.other_clock
        if other is not None:
            named.append((_situation_name(book, proposal, key, other), other))
    return named


def _situation_name(book: Book, proposal: Proposal, key: str, assessment: Assessment) -> str:
    name = words.label(key, proposal, book.lang)
    if proposal.after.other_clock is None:
        return name
    return name + wording.bracketed(book.clock(assessment), book.lang)


def _write_sites(book: Book, proposal: Proposal) -> None:
    sites, lang = proposal.sites, book.lang
    others = [site.alternative for site in sites]

    def label(key: str) -> str:
        return words.label(key, proposal, lang)

    def counted(key: str, values: Sequence[float]) -> Column:
        return Column(_count_label(book, proposal, key), book.counts(values), book.count_format)

    ambulances: list[Cell] = [number(s.ambulances) for s in sites]
    columns = [
        Column(label("rank"), [s.rank for s in sites], WHOLE),
        Column(label("name"), [s.name for s in sites]),
        Column(label("id"), [s.id for s in sites]),
        Column(label("kind"), [words.site_kind_text(s, proposal, lang) for s in sites]),
        Column(label("origin"), [words.origin_text(s.origin, proposal, lang) for s in sites]),
        Column(book.label("longitude"), [s.lon for s in sites], DEGREES),
        Column(book.label("latitude"), [s.lat for s in sites], DEGREES),
        *([Column(label("ambulances"), ambulances, "0")] if proposal.wish.kind == "station" else []),
        Column(label("cost"), [number(s.cost_wan) for s in sites], _COST),
        counted("added", [s.added_population for s in sites]),
        counted("sole", [s.sole_population for s in sites]),
        Column(label("points"), [len(s.added) for s in sites], WHOLE),
        Column(label("townships_gained"), [words.gained_names(s, lang) for s in sites]),
        Column(label("changed"), [words.changes_text(s, lang) for s in sites]),
        Column(label("alternative"), [wording.DASH if o is None else o.name for o in others]),
        counted("alternative_covered", [np.nan if o is None else o.covered_population for o in others]),
    ]
    key = "proposal_sites" if proposal.wish.kind == "station" else "proposal_subcentres"
    book.list_sheet(key, columns, frozen=2, paper=A3)


def _write_townships(book: Book, proposal: Proposal) -> None:
    """Set every township's before beside its after, those that gain most first."""
    lang = book.lang
    before, after = (s.assessment.townships for s in (proposal.before, proposal.after))
    gained = after["covered_population"] - before["covered_population"]
    order = gained.sort_values(ascending=False, kind="stable").index
    was, now = before.loc[order], after.loc[order]
    changed = [wording.yes_text(a != b, lang) for a, b in zip(was["verdict"], now["verdict"], strict=True)]
    columns = [
        Column(book.label("township_name"), list(now["name"])),
        Column(book.label("id"), list(now["id"])),
        Column(book.label("class"), [wording.class_text(c, lang) for c in now["class"]]),
        Column(book.label("limit"), minutes(now["limit_s"]), LIMIT),
        Column(book.count_label("population"), book.counts(now["population"]), book.count_format),
        Column(_count_label(book, proposal, "gained"), book.counts(gained.loc[order]), book.count_format),
        Column(words.label("changed", proposal, lang), changed),
        *_township_columns(book, proposal, "before", was),
        *_township_columns(book, proposal, "after", now),
    ]
    sheet = book.list_sheet("proposal_townships", columns, frozen=1, paper=A3)
    for i, column in enumerate(columns, start=1):
        if column.heading == book.label("verdict"):
            letter = get_column_letter(i)
            book.colour(sheet, f"{letter}3:{letter}{2 + len(now)}", book.verdict_colours())


def _township_columns(book: Book, proposal: Proposal, key: str, rows: pd.DataFrame) -> list[Column]:
    group = words.label(key, proposal, book.lang)
    people = book.counts(rows["covered_population"])
    return [
        Column(book.label("verdict"), [book.verdict(v) for v in rows["verdict"]], group=group),
        Column(book.count_label("covered_population"), people, book.count_format, group),
        Column(book.label("covered_share"), [number(v) for v in rows["covered_share"]], SHARE, group),
        *(
            Column(book.label(name), minutes(rows[f"{name}_s"]), MINUTES, group)
            for name in ("median", "p90", "worst")
        ),
        Column(book.label("facility_name"), list(rows["facility_name"]), group=group),
    ]


def _write_added(book: Book, proposal: Proposal) -> None:
    """List the demand points newly covered, site by site, the most people first."""
    lang = book.lang
    before, after = (_by_id(s) for s in (proposal.before, proposal.after))
    parts = [after.loc[list(s.added)].sort_values("population", ascending=False, kind="stable")
             for s in proposal.sites if s.added]  # fmt: skip
    rows = pd.concat(parts)
    adding = [site for site in proposal.sites if site.added]
    ranks = np.repeat([site.rank for site in adding], [len(part) for part in parts])
    names = {site.rank: site.name for site in adding}
    columns = [
        Column(words.label("rank", proposal, lang), [int(rank) for rank in ranks], WHOLE),
        Column(words.label("site", proposal, lang), [names[int(rank)] for rank in ranks]),
        *_point_columns(book, proposal, rows, before),
    ]
    book.list_sheet("proposal_added", columns, frozen=2)


def _write_lost(book: Book, proposal: Proposal) -> None:
    """List the demand points that are covered today and no longer with the plan, the most people first."""
    before, after = (_by_id(s) for s in (proposal.before, proposal.after))
    rows = after.loc[list(proposal.lost)].sort_values("population", ascending=False, kind="stable")
    book.list_sheet("proposal_lost", _point_columns(book, proposal, rows, before), frozen=1)


def _point_columns(book: Book, proposal: Proposal, rows: pd.DataFrame, before: pd.DataFrame) -> list[Column]:
    """Describe demand points, `rows` of the county after the plan by id, with their times then and now."""
    lang, response = book.lang, book.label("response")
    townships = dict(zip(proposal.area.townships["id"], proposal.area.townships["name"], strict=True))
    return [
        Column(book.label("demand_point"), [n or i for n, i in zip(rows["name"], rows.index, strict=True)]),
        Column(book.label("id"), list(rows.index)),
        Column(book.label("township"), [townships.get(i, wording.DASH) for i in rows["township_id"]]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        Column(book.label("limit"), minutes(rows["limit_s"]), LIMIT),
        Column(
            response,
            minutes(before.loc[rows.index, "response_s"]),
            MINUTES,
            words.label("before", proposal, lang),
        ),
        Column(response, minutes(rows["response_s"]), MINUTES, words.label("after", proposal, lang)),
        *lonlat_columns(book, proposal.area.demand.set_index("id", drop=False).loc[rows.index]),
    ]


def _judged(situation: Situation) -> list[Assessment]:
    other = situation.other_clock
    return [situation.assessment] if other is None else [situation.assessment, other]


def _by_id(situation: Situation) -> pd.DataFrame:
    return situation.assessment.demand.set_index("id")


def _write_sweep(book: Book, proposal: Proposal) -> None:
    """Give the curve, the state of today first."""
    lang, rows = book.lang, curve_rows(proposal)
    points, today = proposal.sweep, words.label("before", proposal, lang)

    def label(key: str) -> str:
        return words.label(key, proposal, lang)

    def people(key: str, values: Iterable[float]) -> Column:
        return Column(_count_label(book, proposal, key), book.counts(values), book.count_format)

    columns = [
        Column(label("count"), [row.count for row in rows], WHOLE),
        people("covered", [row.covered_population for row in rows]),
        people("gained", [row.gained for row in rows]),
        people("step", [row.step for row in rows]),
        Column(label("covered_share"), [number(row.covered_share) for row in rows], SHARE),
        Column(label("townships_met"), [row.townships_met for row in rows], WHOLE),
        Column(label("proof"), [models.proven_text(row.plan, lang) if row.plan else today for row in rows]),
        Column(label("gap"), [number(row.plan.gap) if row.plan else None for row in rows], "0.00%"),
        Column(label("sites"), [words.all_names(row.names, lang) or wording.DASH for row in rows]),
        Column(label("option"), [wording.DASH, *(f"propose.sweep-{p.count}.option.toml" for p in points)]),
    ]
    sheet = book.list_sheet("proposal_sweep", columns, frozen=1)
    sheet.add_chart(_curve_chart(sheet, proposal, lang, last=1 + len(rows)), f"A{len(rows) + 4}")
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{len(rows) + 4 + _CHART_ROWS}"


def _curve_chart(sheet: Worksheet, proposal: Proposal, lang: Lang, *, last: int) -> ScatterChart:
    """Draw the people covered against the number of new sites, from the cells of the sheet."""
    numbers, people = (Reference(sheet, min_col=column, min_row=2, max_row=last) for column in (1, 2))
    series = Series(people, numbers)
    series.marker = Marker(symbol="circle", size=7)
    series.smooth = False
    chart = ScatterChart()
    chart.style = None
    chart.scatterStyle = "lineMarker"
    chart.width, chart.height = 20, 9
    chart.legend = None
    chart.title = words.chart_title(proposal, lang)
    across: Any = chart.x_axis
    up: Any = chart.y_axis
    across.title, up.title = words.label("count", proposal, lang), sheet.cell(1, 2).value
    # openpyxl hides axes unless told not to
    across.delete = up.delete = False
    across.majorUnit, across.scaling.min = 1, 0
    across.number_format, up.number_format = "0", _COUNT_AXIS
    chart.series.append(series)
    return chart


def _write_candidates(book: Book, proposal: Proposal) -> None:
    """List every place that was looked at, those of the plan first."""
    lang, table = book.lang, proposal.candidates
    rank = {site.id: site.rank for site in proposal.sites}
    chosen = np.zeros(len(table), dtype=bool)
    chosen[list(proposal.plan.sites)] = True
    order = np.lexsort((np.arange(len(table)), ~table["existing"].to_numpy(dtype=bool), ~chosen))
    rows = table.iloc[order]
    states = [
        words.candidate_text(existing=bool(e), is_open=bool(c), lang=lang)
        for e, c in zip(rows["existing"], chosen[order], strict=True)
    ]

    def label(key: str) -> str:
        return words.label(key, proposal, lang)

    ambulances: list[Cell] = [
        None if e else number(v) for v, e in zip(rows["ambulances"], rows["existing"], strict=True)
    ]
    columns = [
        Column(label("candidate"), [n or i for n, i in zip(rows["name"], rows["id"], strict=True)]),
        Column(label("id"), list(rows["id"])),
        Column(label("in_plan"), states),
        Column(label("rank"), [rank.get(i) for i in rows["id"]], WHOLE),
        Column(
            label("facility_kind"),
            [words.standing_kind_text(str(i), proposal, lang) for i in rows["facility_id"]],
        ),
        Column(label("origin"), [words.origin_text(origin, proposal, lang) for origin in rows["origin"]]),
        Column(label("may_close"), [wording.yes_text(value, lang) for value in rows["may_close"]]),
        *([Column(label("ambulances"), ambulances, "0")] if proposal.wish.kind == "station" else []),
        Column(label("cost"), [number(v) for v in rows["cost_wan"]], _COST),
        Column(book.label("longitude"), [number(v) for v in rows["lon"]], DEGREES),
        Column(book.label("latitude"), [number(v) for v in rows["lat"]], DEGREES),
    ]
    book.list_sheet("proposal_candidates", columns, frozen=1)


def _facts(book: Book, proposal: Proposal) -> list[tuple[str, Cell]]:
    """Give how the plan came about, for the table of the promise."""
    lang, plan = book.lang, proposal.plan
    rows: list[tuple[str, Cell]] = [
        ("model", models.model_name(proposal.wish.model, lang)),
        ("status", models.status_text(plan, lang)),
        (
            "objective",
            models.objective_figure(proposal, plan.objective, lang)
            + wording.bracketed(models.objective_text(proposal, lang), lang),
        ),
        ("bound", models.objective_figure(proposal, plan.bound, lang)),
        ("gap", models.gap_text(plan.gap)),
        ("candidates", int((~proposal.candidates["existing"].to_numpy(dtype=bool)).sum())),
    ]
    facts = [(words.label(key, proposal, lang), value) for key, value in rows]
    return [*facts, (book.label("figures_hash"), proposal_hash(proposal))]


def _count_label(book: Book, proposal: Proposal, key: str) -> str:
    """Give the heading of a column of people, or of kilometres of road."""
    text = words.label(key, proposal, book.lang)
    return text if book.by_people else f"{text} (km)"
