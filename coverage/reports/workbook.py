"""The answer as an Excel workbook: summary, townships, facilities, what is not covered, assumptions."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from coverage.assessment import BAND_EDGES_S, STATES
from coverage.reports import wording
from coverage.reports.book import (
    A3,
    KM,
    LIMIT,
    MINUTES,
    SHARE,
    WHOLE,
    Book,
    Column,
    colour_columns,
    fit,
    lonlat_columns,
    minutes,
    number,
)
from coverage.reports.care_wording import care_assumptions
from coverage.reports.care_workbook import write_care
from coverage.reports.figures import figures_hash
from coverage.reports.palette import STATE_COLOURS
from coverage.reports.rows import not_covered, worst_first
from coverage.reports.workbook_sources import write_sources

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.assessment import Assessment
    from coverage.reports.wording import Lang


def write_workbook(analysis: Analysis, path: Path, *, lang: Lang) -> None:
    """
    Write the answer as an Excel workbook; equal analyses make equal files, byte for byte.

    Times are minutes as numbers. Where nobody comes the cell is empty and a column beside it says so in
    words. No text becomes a formula.

    Parameters
    ----------
    analysis
        The analysis.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    book = Book(analysis, wording.title_text(analysis, lang), lang)
    _write_summary(book, analysis)
    _write_townships(book, analysis)
    _write_facilities(book, analysis)
    write_uncovered(book, [analysis.assessment, analysis.other_clock])
    assumed: list[str] = []
    if analysis.care:
        write_care(book, analysis, analysis.care)
        assumed = [text for _, text in care_assumptions(analysis, analysis.care, lang)]
    write_sources(book, [(book.label("figures_hash"), figures_hash(analysis))], assumed)
    book.save(path)


def _write_summary(book: Book, analysis: Analysis) -> None:
    lang = book.lang
    sheet = book.sheet("summary")
    clocks = [(book.clock(a), a) for a in (analysis.assessment, analysis.other_clock)]
    totals = totals_columns(book, book.label("clock"), clocks)
    n = len(totals)
    fit(sheet, totals)
    book.sentence(sheet, 1, book.title, n, bold=True, size=16)
    row = 2
    for line in wording.headline(analysis, lang):
        book.sentence(sheet, row, line, n, bold=True, size=12)
        row += 1
    book.sentence(sheet, row, wording.standard_text(analysis, lang), n)
    for note in analysis.notes:
        if note.code in {"modelled", "rows_rejected", "road_share", "ambulances_assumed"}:
            row += 1
            book.sentence(sheet, row, wording.note_line(note, analysis, lang), n, bold=True, color="FFB03A00")
    row = book.table(sheet, row + 2, totals)
    book.sentence(sheet, row + 2, book.label("norms"), n, bold=True, size=12)
    book.sentence(sheet, row + 3, wording.ambulances_text(analysis, lang), n)
    row = book.table(sheet, row + 4, _norm_columns(book, analysis))
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.sheet_view.showGridLines = False


def totals_columns(book: Book, heading: str, named: Sequence[tuple[str, Assessment]]) -> list[Column]:
    """
    Give the totals of assessments, by class, as the columns of a table.

    Parameters
    ----------
    book
        The workbook.
    heading, named
        Of the first column, and the assessments with what stands in it.
    """
    lang = book.lang
    rows = [(what, name, totals) for what, a in named for name, totals in a.totals.items()]
    counted = [
        Column(book.count_label(key), book.counts(getattr(t, key) for _, _, t in rows), book.count_format)
        for key in (
            "population",
            "covered_population",
            "late_population",
            "unreachable_population",
            "off_network_population",
        )
    ]
    share = Column(book.label("covered_share"), [number(t.covered_share) for *_, t in rows], SHARE)
    reached = [t.unreachable_population + t.off_network_population == 0 for *_, t in rows]
    return [
        Column(heading, [what for what, _, _ in rows]),
        Column(book.label("class"), [wording.totals_text(name, lang) for _, name, _ in rows]),
        *counted[:2],
        share,
        *counted[2:],
        Column(book.label("median"), minutes(t.median_s for *_, t in rows), MINUTES),
        Column(book.label("p90"), minutes(t.p90_s for *_, t in rows), MINUTES),
        Column(
            book.label("reach"),
            [
                wording.reach_text(t.median_s, t.p90_s, all_reached=all_of_them, lang=lang)
                for (*_, t), all_of_them in zip(rows, reached, strict=True)
            ],
        ),
        *(
            Column(book.label(key), [getattr(t, key) for *_, t in rows], WHOLE)
            for key in ("townships_met", "townships_partial", "townships_unmet", "townships_unknown")
        ),
    ]


def _norm_columns(book: Book, analysis: Analysis) -> list[Column]:
    radii = analysis.norms.radii
    return [
        Column(book.label("radius"), [wording.class_text(r.township_class, book.lang) for r in radii]),
        Column(book.label("radius_limit"), [r.norm_m / 1000 for r in radii], "0"),
        Column(book.count_label("population"), book.counts(r.population for r in radii), book.count_format),
        Column(book.label("radius_straight_share"), [number(r.straight_share) for r in radii], SHARE),
        Column(book.label("radius_road_share"), [number(r.road_share) for r in radii], SHARE),
        Column(book.label("radius_straight_p90"), [number(r.straight_p90_m / 1000) for r in radii], KM),
        Column(book.label("radius_road_p90"), [number(r.road_p90_m / 1000) for r in radii], KM),
    ]


def _write_townships(book: Book, analysis: Analysis) -> None:
    lang = book.lang
    order = worst_first(analysis.assessment.townships).index
    mine = analysis.assessment.townships.loc[order]
    both = [(a, a.townships.loc[order]) for a in (analysis.assessment, analysis.other_clock)]
    bands = analysis.assessment.bands.loc[mine["id"]]
    group = f"{book.label('bands')}{wording.bracketed(book.clock(analysis.assessment), lang)}"
    verdicts = [
        Column(book.label("township_name"), list(mine["name"])),
        Column(book.label("id"), list(mine["id"])),
        Column(book.label("class"), [wording.class_text(c, lang) for c in mine["class"]]),
        Column(book.label("limit"), minutes(mine["limit_s"]), LIMIT),
        Column(book.count_label("population"), book.counts(mine["population"]), book.count_format),
        *(column for a, rows in both for column in _verdict_columns(book, rows, a)),
    ]
    details = [column for a, rows in both for column in _state_columns(book, rows, a)]
    details += [
        Column(
            wording.band_text(lower, upper, lang), book.counts(bands[upper]), book.count_format, group=group
        )
        for lower, upper in pairwise((0.0, *BAND_EDGES_S))
    ]
    columns = [*verdicts, *details]
    sheet = book.list_sheet("townships", columns, frozen=1, paper=A3)
    last = 2 + len(mine)
    # on paper the verdicts are one page and the details another, both with the names
    pages = ((1, len(verdicts)), (len(verdicts) + 1, len(columns)))
    sheet.print_area = ",".join(f"{get_column_letter(a)}1:{get_column_letter(b)}{last}" for a, b in pages)
    sheet.print_title_cols = "A:A"
    colour_columns(book, sheet, columns, "verdict", book.verdict_colours(), first=3)


def _verdict_columns(book: Book, rows: pd.DataFrame, assessment: Assessment) -> list[Column]:
    """Give what a reader asks first of a township, on one clock."""
    group = book.clock(assessment)
    times = ("median", "p90", "worst", "seat_time")
    return [
        Column(book.label("verdict"), [book.verdict(v) for v in rows["verdict"]], group=group),
        Column(
            book.count_label("covered_population"),
            book.counts(rows["covered_population"]),
            book.count_format,
            group,
        ),
        Column(book.label("covered_share"), [number(v) for v in rows["covered_share"]], SHARE, group),
        *(Column(book.label(key), minutes(rows[f"{key}_s"]), MINUTES, group) for key in times),
        Column(book.label("facility_name"), list(rows["facility_name"]), group=group),
    ]


def _state_columns(book: Book, rows: pd.DataFrame, assessment: Assessment) -> list[Column]:
    """Give a township's people by state on one clock, and in words what no time can say."""
    lang, group = book.lang, book.clock(assessment)
    lost = rows["unreachable_population"] + rows["off_network_population"]
    reach = [
        wording.reach_text(median, p90, all_reached=missing == 0, lang=lang)
        for median, p90, missing in zip(rows["median_s"], rows["p90_s"], lost, strict=True)
    ]
    seats = [wording.seat_text(seat, lang) for seat in rows["seat_time_s"]]
    return [
        Column(book.label("reach"), reach, group=group),
        Column(book.label("seat_state"), seats, group=group),
        *(
            Column(book.count_label(key), book.counts(rows[key]), book.count_format, group)
            for key in ("late_population", "unreachable_population", "off_network_population")
        ),
        Column(book.label("facility_id"), list(rows["facility_id"]), group=group),
    ]


def _write_facilities(book: Book, analysis: Analysis) -> None:
    lang = book.lang
    assessment, other = analysis.assessment, analysis.other_clock
    order = assessment.facilities.sort_values(
        ["is_base", "first_population"], ascending=False, kind="stable"
    ).index
    rows, area = assessment.facilities.loc[order], analysis.area.facilities.loc[order]
    columns = [
        Column(book.label("name"), list(rows["name"])),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("kind"), [wording.kind_text(kind, lang) for kind in rows["kind"]]),
        Column(book.label("ambulances"), [number(n) for n in rows["ambulances"]], "0"),
        Column(book.label("is_base"), [wording.base_text(analysis, b, lang) for b in rows["is_base"]]),
        Column(book.label("own_turnout"), [number(s) for s in area["turnout_s"]], "0"),
        Column(book.label("centres"), [wording.centres_text(str(c or ""), lang) for c in area["centres"]]),
        Column(book.label("on_network"), [wording.yes_text(b, lang) for b in rows["on_network"]]),
        *(
            Column(
                book.count_label(key),
                book.counts(a.facilities.loc[order, key]),
                book.count_format,
                book.clock(a),
            )
            for a in (assessment, other)
            for key in ("first_population", "covered_population")
        ),
        *lonlat_columns(book, area),
    ]
    book.list_sheet("facilities", columns, frozen=1)


def write_uncovered(book: Book, clocks: Sequence[Assessment], *, key: str = "uncovered") -> None:
    """
    Write the sheet of demand points that are not covered, the most people first.

    Parameters
    ----------
    book
        The workbook.
    clocks
        Of the county that it tells of: on the promise's own clock, and on the other where there is one.
    key
        Of the sheet's name.
    """
    lang, area = book.lang, book.shown.area
    rows = not_covered(clocks[0])
    grouped = len(clocks) > 1
    tables = [(a, a.demand.loc[rows.index]) for a in clocks]
    townships = dict(zip(area.townships["id"], area.townships["name"], strict=True))
    facilities = dict(zip(area.facilities["id"], area.facilities["name"], strict=True))

    def head(assessment: Assessment) -> str:
        return book.clock(assessment) if grouped else ""

    columns = [
        Column(book.label("demand_point"), [n or i for n, i in zip(rows["name"], rows["id"], strict=True)]),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("township"), [townships.get(i, wording.DASH) for i in rows["township_id"]]),
        Column(book.label("class"), [wording.class_text(c, lang) for c in rows["class"]]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        Column(book.label("limit"), minutes(rows["limit_s"]), LIMIT),
        *(
            column
            for a, table in tables
            for column in (
                Column(
                    book.label("response"),
                    minutes(table["response_s"]),
                    MINUTES,
                    head(a),
                ),
                Column(
                    book.label("state"),
                    [wording.state_text(s, lang) for s in table["state"]],
                    group=head(a),
                ),
            )
        ),
        Column(book.label("facility_name"), [facilities.get(i, wording.DASH) for i in rows["facility_id"]]),
        Column(book.label("access_m"), [number(m) for m in rows["access_m"]], "0"),
        *lonlat_columns(book, area.demand.loc[rows.index]),
    ]
    sheet = book.list_sheet(key, columns, frozen=1)
    colours = {wording.state_text(state, lang): STATE_COLOURS[state] for state in STATES}
    colour_columns(book, sheet, columns, "state", colours, first=3 if grouped else 2)
