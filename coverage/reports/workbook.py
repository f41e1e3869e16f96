"""The answer as an Excel workbook: summary, townships, facilities, what is not covered, assumptions."""

from __future__ import annotations

import math
import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
import pandas as pd
import shapely
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from coverage.assessment import BAND_EDGES_S, STATES
from coverage.files import whole_file
from coverage.reports import wording
from coverage.reports.display_width import ELLIPSIS, display_width, shorten
from coverage.reports.figures import figures_hash
from coverage.reports.palette import STATE_COLOURS, VERDICT_COLOURS, VERDICT_MARKS
from coverage.reports.road_words import road_word
from coverage.reports.rows import not_covered, worst_first
from coverage.standards import MINUTE_S
from coverage.study_area import WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from openpyxl.worksheet.worksheet import Worksheet

    from coverage.analysis import Analysis
    from coverage.assessment import Assessment
    from coverage.reports.wording import Lang

    Cell = str | float | int | None

TEXT, MINUTES, LIMIT, SHARE, WHOLE, KM, DEGREES = "@", "0.0", "General", "0.0%", "#,##0", "#,##0.0", "0.00000"
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
_MAX_TEXT = 32_000
_MIN_WIDTH, _MAX_WIDTH, _HEADING_WIDTH = 7.0, 44.0, 14
_LINE_HEIGHT = 16.5
_A3, _A4 = 8, 9
_NO_DATE = (1980, 1, 1)  # the earliest that a zip can hold
_HEADING_FILL = PatternFill("solid", fgColor="FFDDE5EE")
_RULE = Border(bottom=Side(style="thin", color="FFB0B8C0"))
# Excel reads _x0041_ in a text as the character of that code.
_UNIT = re.compile(r" (?=\()|(?=（)")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class _Column:
    """A column of a table: heading, cells, number format, and the group it stands in."""

    heading: str
    cells: Sequence[Cell]
    number_format: str = TEXT
    group: str = ""


class _UndatedZip(ZipFile):
    """A zip whose entries carry no time of day, so that equal figures make equal files."""

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *_: Any, **__: Any) -> None:
        """Write an entry, deflated and without its time."""
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        entry = ZipInfo(name, date_time=(*_NO_DATE, 0, 0, 0))
        entry.compress_type = ZIP_DEFLATED
        super().writestr(entry, data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        """Write a file as an entry, deflated and without its time."""
        self.writestr(arcname, Path(filename).read_bytes())


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
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    book = _Book(workbook, analysis, lang)
    _write_summary(book)
    _write_townships(book)
    _write_facilities(book)
    _write_uncovered(book)
    _write_sources(book)
    properties = workbook.properties
    properties.title = wording.title_text(analysis, lang)
    properties.creator = f"emergency-coverage {__version__}"
    properties.created = properties.modified = datetime(*_NO_DATE)  # noqa: DTZ001 - openpyxl wants it naive
    with whole_file(path) as temporary, _UndatedZip(temporary, "w", ZIP_DEFLATED) as archive:
        ExcelWriter(workbook, archive).write_data()


class _Book:
    """The workbook being written, with what every sheet needs."""

    def __init__(self, workbook: openpyxl.Workbook, analysis: Analysis, lang: Lang) -> None:
        self.workbook = workbook
        self.analysis = analysis
        self.lang = lang
        self.by_people = analysis.area.demand_unit == "people"
        self.count_format = WHOLE if self.by_people else KM
        self._styles: dict[tuple[Any, ...], Any] = {}

    def label(self, key: str) -> str:
        """Give a heading; what counts roads says its unit."""
        return wording.label(key, self.lang, self.analysis.area.demand_unit)

    def count_label(self, key: str) -> str:
        """Give the heading of a column of people, or of kilometres of road."""
        return self.label(key) if self.by_people else f"{self.label(key)} (km)"

    def clock(self, assessment: Assessment) -> str:
        """Name the clock of an assessment."""
        return wording.clock_text(assessment.standard.clock, self.lang)

    def counts(self, values: Iterable[float]) -> list[Cell]:
        """Give people, or kilometres of road."""
        return [_number(value if self.by_people else value / 1000) for value in values]

    def sheet(self, key: str, *, landscape_paper: int = _A4) -> Worksheet:
        """Open a new sheet, ready to print on one page's width."""
        sheet: Any = self.workbook.create_sheet(wording.sheet_name(key, self.lang))
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = landscape_paper
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        title = wording.title_text(self.analysis, self.lang)
        banner = wording.modelled_text(self.analysis, self.lang)
        sheet.oddHeader.left.text = _no_codes(title)
        sheet.oddHeader.right.text = _no_codes(banner)
        sheet.oddFooter.left.text = _no_codes(wording.disclaimer_text(self.lang))
        sheet.oddFooter.right.text = "&P / &N"
        return cast("Worksheet", sheet)

    def put(
        self, sheet: Worksheet, row: int, column: int, value: Cell, *, number_format: str = TEXT, **font: Any
    ) -> None:
        """Write one cell; a text stays a text, whatever it begins with."""
        cell: Any = sheet.cell(row, column)
        is_text, wraps, quotes = isinstance(value, str), False, False
        if isinstance(value, str):
            text = wording.one_line(value)[:_MAX_TEXT]
            width = float(sheet.column_dimensions[get_column_letter(column)].width)
            wraps, quotes = _lines_of(text, width) > 1, text[:1] in {"=", "+", "-", "@", "'"}
            cell.value = _ESCAPE.sub("_x005F_", text)
            # openpyxl takes a leading = for a formula and #N/A for an error
            cell.data_type = "s"
        else:
            cell.value = value
        key = (number_format, is_text, wraps, quotes, *sorted(font.items()))
        if key in self._styles:
            # openpyxl's own way to copy a style; setting it anew for every cell takes ten times as long
            cell._style = copy(self._styles[key])  # noqa: SLF001
            return
        cell.number_format, cell.quotePrefix = number_format, quotes
        cell.font = Font(**{"name": _FONTS[self.lang], "size": 10, **font})
        cell.alignment = Alignment(
            horizontal="left" if is_text else None, indent=int(is_text), vertical="center", wrap_text=wraps
        )
        self._styles[key] = copy(cell._style)  # noqa: SLF001

    def heading(self, sheet: Worksheet, row: int, column: int, lines: Sequence[str]) -> None:
        """Write a heading cell of one or more lines."""
        self.put(sheet, row, column, " ".join(lines), bold=True)
        cell: Any = sheet.cell(row, column)
        cell.value = "\n".join(lines) or None
        cell.fill, cell.border = _HEADING_FILL, _RULE
        cell.alignment = Alignment(wrap_text=len(lines) > 1, vertical="center", horizontal="center")

    def sentence(self, sheet: Worksheet, row: int, text: str, columns: int, **style: Any) -> None:
        """Write a sentence across the sheet, as many lines high as it needs."""
        self.put(sheet, row, 1, text, **style)
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
        sheet.cell(row, 1).alignment = Alignment(wrap_text=True, vertical="top")
        room = sum(_widths(sheet, columns)) * 0.9
        size = float(style.get("size", 10)) / 10
        sheet.row_dimensions[row].height = (
            _LINE_HEIGHT * size * max(1, math.ceil(display_width(text) * size / room))
        )

    def table(self, sheet: Worksheet, top: int, columns: Sequence[_Column]) -> int:
        """Write headings (in two rows where there are groups) and cells; give the last row."""
        grouped = any(column.group for column in columns)
        first = top + 1 if grouped else top
        widths = _widths(sheet, len(columns))
        headings = [
            _heading_lines(column.heading, width) for column, width in zip(columns, widths, strict=True)
        ]
        for i, (column, heading) in enumerate(zip(columns, headings, strict=True), start=1):
            if grouped:
                self.heading(sheet, top, i, [column.group] if column.group else [])
            self.heading(sheet, first, i, heading)
            for j, content in enumerate(column.cells, start=first + 1):
                self.put(sheet, j, i, content, number_format=column.number_format)
        if grouped:
            _merge_groups(sheet, top, columns)
        sheet.row_dimensions[first].height = 6 + _LINE_HEIGHT * max(map(len, headings))
        n_rows = len(columns[0].cells)
        for j in range(n_rows):
            lines = max(_lines_of(c.cells[j], width) for c, width in zip(columns, widths, strict=True))
            if lines > 1:
                sheet.row_dimensions[first + 1 + j].height = _LINE_HEIGHT * lines
        return first + n_rows

    def list_sheet(self, key: str, columns: Sequence[_Column], *, frozen: int, paper: int = _A4) -> Worksheet:
        """Write a sheet that is one table: frozen headings, filters, widths that fit, print area."""
        sheet = self.sheet(key, landscape_paper=paper)
        _fit(sheet, columns)
        last = self.table(sheet, 1, columns)
        head = 2 if any(column.group for column in columns) else 1
        end = get_column_letter(len(columns))
        sheet.freeze_panes = f"{get_column_letter(frozen + 1)}{head + 1}"
        sheet.auto_filter.ref = f"A{head}:{end}{max(last, head)}"
        sheet.print_title_rows = f"1:{head}"
        sheet.print_area = f"A1:{end}{max(last, head)}"
        return sheet

    def colour(self, sheet: Worksheet, cells: str, colours: Mapping[str, str]) -> None:
        """Colour cells by their text, as on the map."""
        for text, colour in colours.items():
            fill = PatternFill("solid", bgColor=f"FF{colour[1:]}")
            ink = "FF000000" if _is_light(colour) else "FFFFFFFF"
            quoted = text.replace('"', '""')
            rule = CellIsRule(  # type: ignore[no-untyped-call]
                operator="equal", formula=[f'"{quoted}"'], fill=fill, font=Font(color=ink, bold=True)
            )
            sheet.conditional_formatting.add(cells, rule)

    def verdict(self, verdict: str) -> str:
        """Give a verdict with its mark."""
        return f"{VERDICT_MARKS[verdict]} {wording.verdict_text(verdict, self.lang)}"

    def verdict_colours(self) -> dict[str, str]:
        """Give the map's colours by the text of the verdict."""
        return {self.verdict(verdict): colour for verdict, colour in VERDICT_COLOURS.items()}


def _write_summary(book: _Book) -> None:
    analysis, lang = book.analysis, book.lang
    sheet = book.sheet("summary")
    totals = _totals_columns(book)
    n = len(totals)
    _fit(sheet, totals)
    book.sentence(sheet, 1, wording.title_text(analysis, lang), n, bold=True, size=16)
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
    row = book.table(sheet, row + 4, _norm_columns(book))
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.sheet_view.showGridLines = False


def _totals_columns(book: _Book) -> list[_Column]:
    analysis, lang = book.analysis, book.lang
    rows = [
        (a.standard.clock, name, totals)
        for a in (analysis.assessment, analysis.other_clock)
        for name, totals in a.totals.items()
    ]
    counted = [
        _Column(book.count_label(key), book.counts(getattr(t, key) for _, _, t in rows), book.count_format)
        for key in (
            "population",
            "covered_population",
            "late_population",
            "unreachable_population",
            "off_network_population",
        )
    ]
    share = _Column(book.label("covered_share"), [_number(t.covered_share) for *_, t in rows], SHARE)
    reached = [t.unreachable_population + t.off_network_population == 0 for *_, t in rows]
    return [
        _Column(book.label("clock"), [wording.clock_text(clock, lang) for clock, _, _ in rows]),
        _Column(book.label("class"), [wording.totals_text(name, lang) for _, name, _ in rows]),
        *counted[:2],
        share,
        *counted[2:],
        _Column(book.label("median"), _minutes(t.median_s for *_, t in rows), MINUTES),
        _Column(book.label("p90"), _minutes(t.p90_s for *_, t in rows), MINUTES),
        _Column(
            book.label("reach"),
            [
                wording.reach_text(t.median_s, t.p90_s, all_reached=all_of_them, lang=lang)
                for (*_, t), all_of_them in zip(rows, reached, strict=True)
            ],
        ),
        *(
            _Column(book.label(key), [getattr(t, key) for *_, t in rows], WHOLE)
            for key in ("townships_met", "townships_partial", "townships_unmet", "townships_unknown")
        ),
    ]


def _norm_columns(book: _Book) -> list[_Column]:
    radii = book.analysis.norms.radii
    return [
        _Column(book.label("radius"), [wording.class_text(r.township_class, book.lang) for r in radii]),
        _Column(book.label("radius_limit"), [r.norm_m / 1000 for r in radii], "0"),
        _Column(book.count_label("population"), book.counts(r.population for r in radii), book.count_format),
        _Column(book.label("radius_straight_share"), [_number(r.straight_share) for r in radii], SHARE),
        _Column(book.label("radius_road_share"), [_number(r.road_share) for r in radii], SHARE),
        _Column(book.label("radius_straight_p90"), [_number(r.straight_p90_m / 1000) for r in radii], KM),
        _Column(book.label("radius_road_p90"), [_number(r.road_p90_m / 1000) for r in radii], KM),
    ]


def _write_townships(book: _Book) -> None:
    analysis, lang = book.analysis, book.lang
    order = worst_first(analysis.assessment.townships).index
    mine = analysis.assessment.townships.loc[order]
    both = [(a, a.townships.loc[order]) for a in (analysis.assessment, analysis.other_clock)]
    bands = analysis.assessment.bands.loc[mine["id"]]
    group = f"{book.label('bands')}{wording.bracketed(book.clock(analysis.assessment), lang)}"
    verdicts = [
        _Column(book.label("township_name"), list(mine["name"])),
        _Column(book.label("id"), list(mine["id"])),
        _Column(book.label("class"), [wording.class_text(c, lang) for c in mine["class"]]),
        _Column(book.label("limit"), _minutes(mine["limit_s"]), LIMIT),
        _Column(book.count_label("population"), book.counts(mine["population"]), book.count_format),
        *(column for a, rows in both for column in _verdict_columns(book, rows, a)),
    ]
    details = [column for a, rows in both for column in _state_columns(book, rows, a)]
    details += [
        _Column(
            wording.band_text(lower, upper, lang), book.counts(bands[upper]), book.count_format, group=group
        )
        for lower, upper in pairwise((0.0, *BAND_EDGES_S))
    ]
    columns = [*verdicts, *details]
    sheet = book.list_sheet("townships", columns, frozen=1, paper=_A3)
    last = 2 + len(mine)
    # on paper the verdicts are one page and the details another, both with the names
    pages = ((1, len(verdicts)), (len(verdicts) + 1, len(columns)))
    sheet.print_area = ",".join(f"{get_column_letter(a)}1:{get_column_letter(b)}{last}" for a, b in pages)
    sheet.print_title_cols = "A:A"
    _colour_columns(book, sheet, columns, "verdict", book.verdict_colours(), first=3)


def _verdict_columns(book: _Book, rows: pd.DataFrame, assessment: Assessment) -> list[_Column]:
    """Give what a reader asks first of a township, on one clock."""
    group = book.clock(assessment)
    times = ("median", "p90", "worst", "seat_time")
    return [
        _Column(book.label("verdict"), [book.verdict(v) for v in rows["verdict"]], group=group),
        _Column(
            book.count_label("covered_population"),
            book.counts(rows["covered_population"]),
            book.count_format,
            group,
        ),
        _Column(book.label("covered_share"), [_number(v) for v in rows["covered_share"]], SHARE, group),
        *(_Column(book.label(key), _minutes(rows[f"{key}_s"]), MINUTES, group) for key in times),
        _Column(book.label("facility_name"), list(rows["facility_name"]), group=group),
    ]


def _state_columns(book: _Book, rows: pd.DataFrame, assessment: Assessment) -> list[_Column]:
    """Give a township's people by state on one clock, and in words what no time can say."""
    lang, group = book.lang, book.clock(assessment)
    lost = rows["unreachable_population"] + rows["off_network_population"]
    reach = [
        wording.reach_text(median, p90, all_reached=missing == 0, lang=lang)
        for median, p90, missing in zip(rows["median_s"], rows["p90_s"], lost, strict=True)
    ]
    seats = [wording.seat_text(seat, lang) for seat in rows["seat_time_s"]]
    return [
        _Column(book.label("reach"), reach, group=group),
        _Column(book.label("seat_state"), seats, group=group),
        *(
            _Column(book.count_label(key), book.counts(rows[key]), book.count_format, group)
            for key in ("late_population", "unreachable_population", "off_network_population")
        ),
        _Column(book.label("facility_id"), list(rows["facility_id"]), group=group),
    ]


def _write_facilities(book: _Book) -> None:
    analysis, lang = book.analysis, book.lang
    assessment, other = analysis.assessment, analysis.other_clock
    order = assessment.facilities.sort_values(
        ["is_base", "first_population"], ascending=False, kind="stable"
    ).index
    rows, area = assessment.facilities.loc[order], analysis.area.facilities.loc[order]
    columns = [
        _Column(book.label("name"), list(rows["name"])),
        _Column(book.label("id"), list(rows["id"])),
        _Column(book.label("kind"), [wording.kind_text(kind, lang) for kind in rows["kind"]]),
        _Column(book.label("ambulances"), [_number(n) for n in rows["ambulances"]], "0"),
        _Column(book.label("is_base"), [wording.base_text(analysis, b, lang) for b in rows["is_base"]]),
        _Column(book.label("own_turnout"), [_number(s) for s in area["turnout_s"]], "0"),
        _Column(book.label("centres"), [wording.centres_text(str(c or ""), lang) for c in area["centres"]]),
        _Column(book.label("on_network"), [wording.yes_text(b, lang) for b in rows["on_network"]]),
        *(
            _Column(
                book.count_label(key),
                book.counts(a.facilities.loc[order, key]),
                book.count_format,
                book.clock(a),
            )
            for a in (assessment, other)
            for key in ("first_population", "covered_population")
        ),
        *_lonlat_columns(book, area),
    ]
    book.list_sheet("facilities", columns, frozen=1)


def _write_uncovered(book: _Book) -> None:
    analysis, lang = book.analysis, book.lang
    rows = not_covered(analysis.assessment)
    other = analysis.other_clock.demand.loc[rows.index]
    townships = dict(zip(analysis.area.townships["id"], analysis.area.townships["name"], strict=True))
    facilities = dict(zip(analysis.area.facilities["id"], analysis.area.facilities["name"], strict=True))
    columns = [
        _Column(book.label("demand_point"), [n or i for n, i in zip(rows["name"], rows["id"], strict=True)]),
        _Column(book.label("id"), list(rows["id"])),
        _Column(book.label("township"), [townships.get(i, wording.DASH) for i in rows["township_id"]]),
        _Column(book.label("class"), [wording.class_text(c, lang) for c in rows["class"]]),
        _Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        _Column(book.label("limit"), _minutes(rows["limit_s"]), LIMIT),
        *(
            column
            for a, table in ((analysis.assessment, rows), (analysis.other_clock, other))
            for column in (
                _Column(
                    book.label("response"),
                    _minutes(table["response_s"]),
                    MINUTES,
                    book.clock(a),
                ),
                _Column(
                    book.label("state"),
                    [wording.state_text(s, lang) for s in table["state"]],
                    group=book.clock(a),
                ),
            )
        ),
        _Column(book.label("facility_name"), [facilities.get(i, wording.DASH) for i in rows["facility_id"]]),
        _Column(book.label("access_m"), [_number(m) for m in rows["access_m"]], "0"),
        *_lonlat_columns(book, analysis.area.demand.loc[rows.index]),
    ]
    sheet = book.list_sheet("uncovered", columns, frozen=1)
    colours = {wording.state_text(state, lang): STATE_COLOURS[state] for state in STATES}
    _colour_columns(book, sheet, columns, "state", colours, first=3)


def _lonlat_columns(book: _Book, table: gpd.GeoDataFrame) -> list[_Column]:
    points = table.geometry.to_crs(WGS84).to_numpy()
    return [
        _Column(book.label(key), [_number(v) for v in values], DEGREES)
        for key, values in (("longitude", shapely.get_x(points)), ("latitude", shapely.get_y(points)))
    ]


def _write_sources(book: _Book) -> None:
    analysis, lang = book.analysis, book.lang
    sheet = book.sheet("sources")
    widths = (24.0, 44.0, 16.0, 30.0, 12.0, 44.0, 24.0)
    for i, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    n = len(widths)
    book.sentence(sheet, 1, wording.sheet_name("sources", lang), n, bold=True, size=14)
    row = _titled(book, sheet, 3, "standard", _standard_columns(book))
    row = _lines(book, sheet, row + 2, "assumptions", [
        wording.standard_text(analysis, lang), wording.bases_text(analysis, lang), wording.walking_text(lang)
    ], n)  # fmt: skip
    row = _lines(
        book, sheet, row + 2, "notes", [wording.note_text(note, analysis, lang) for note in analysis.notes], n
    )
    row = _titled(book, sheet, row + 2, "provenance", _provenance_columns(book))
    row = _titled(book, sheet, row + 2, "speeds", _speed_columns(book))
    row = _titled(book, sheet, row + 2, "factors", _factor_columns(book))
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "A2"
    sheet.sheet_view.showGridLines = False


def _titled(book: _Book, sheet: Worksheet, row: int, key: str, columns: Sequence[_Column]) -> int:
    """Write a titled table below what stands; give its last row."""
    book.put(sheet, row, 1, book.label(key), bold=True)
    return book.table(sheet, row + 1, columns)


def _lines(book: _Book, sheet: Worksheet, row: int, key: str, texts: Sequence[str], columns: int) -> int:
    """Write a title and sentences below what stands; give the last row."""
    book.put(sheet, row, 1, book.label(key), bold=True)
    for text in texts or [wording.DASH]:
        row += 1
        book.sentence(sheet, row, text, columns)
    return row


def _standard_columns(book: _Book) -> list[_Column]:
    analysis, lang, s = book.analysis, book.lang, book.analysis.standard
    rows: list[tuple[str, Cell]] = [
        ("county", analysis.area.county.title(lang)),
        ("code", analysis.area.county.code or wording.DASH),
        ("profile", wording.profile_text(s.profile, lang)),
        ("urban_limit", s.urban_s / MINUTE_S),
        ("rural_limit", s.rural_s / MINUTE_S),
        ("target_share", f"{s.target_share * 100:g}%"),
        ("clock", wording.clock_text(s.clock, lang)),
        ("handling", s.handling_s),
        ("turnout", s.turnout_s),
        ("condition", wording.condition_text(analysis.condition, lang)),
        ("factor", analysis.speeds.factor(analysis.condition)),
        ("speed_source", wording.speed_source_text(analysis.speeds.source, lang)),
        ("program", f"emergency-coverage {__version__}"),
        ("figures_hash", figures_hash(analysis)),
    ]
    return [
        _Column(book.label("item"), [book.label(key) for key, _ in rows]),
        _Column(book.label("value"), [value for _, value in rows], "General"),
    ]


def _provenance_columns(book: _Book) -> list[_Column]:
    rows = book.analysis.area.provenance
    return [
        _Column(book.label("layer"), [wording.layer_text(p.layer, book.lang) for p in rows]),
        _Column(book.label("source"), [p.source for p in rows]),
        _Column(book.label("date"), [p.date for p in rows]),
        _Column(book.label("licence"), [p.licence for p in rows]),
        _Column(book.label("modelled"), [wording.yes_text(p.modelled, book.lang) for p in rows]),
        _Column(book.label("n_rejected"), [p.n_rejected for p in rows], "0"),
        _Column(book.label("note"), [p.note for p in rows]),
        _Column(book.label("sha256"), [p.sha256 for p in rows]),
    ]


def _speed_columns(book: _Book) -> list[_Column]:
    speeds, condition = book.analysis.speeds, book.analysis.condition
    classes = list(speeds.class_kph)
    now_kph = speeds.speeds_kph(pd.DataFrame({"highway": classes}), condition)
    return [
        _Column(book.label("highway"), [road_word(name, book.lang) for name in classes]),
        _Column(book.label("speed_kph"), list(speeds.class_kph.values()), "0.0"),
        _Column(book.label("speed_now_kph"), [float(v) for v in now_kph], "0.0"),
    ]


def _factor_columns(book: _Book) -> list[_Column]:
    speeds, lang = book.analysis.speeds, book.lang
    rows: list[tuple[str, str, float]] = [
        (book.label("condition"), wording.condition_text(name, lang), value)
        for name, value in speeds.conditions.items()
    ]
    for key in ("surface", "smoothness", "tracktype"):
        rows += [(book.label(key), road_word(name, lang), v) for name, v in getattr(speeds, key).items()]
    return [
        _Column(book.label("item"), [item for item, _, _ in rows]),
        _Column(book.label("value"), [name for _, name, _ in rows]),
        _Column(book.label("factor"), [value for *_, value in rows], "0.00"),
    ]


def _colour_columns(
    book: _Book,
    sheet: Worksheet,
    columns: Sequence[_Column],
    key: str,
    colours: Mapping[str, str],
    *,
    first: int,
) -> None:
    for i, column in enumerate(columns, start=1):
        if column.heading == book.label(key) and column.cells:
            letter = get_column_letter(i)
            book.colour(sheet, f"{letter}{first}:{letter}{first + len(column.cells) - 1}", colours)


def _merge_groups(sheet: Worksheet, row: int, columns: Sequence[_Column]) -> None:
    start = 0
    for i in range(1, len(columns) + 1):
        if i == len(columns) or columns[i].group != columns[start].group:
            if columns[start].group and i - start > 1:
                sheet.merge_cells(start_row=row, start_column=start + 1, end_row=row, end_column=i)
            start = i


def _minutes(seconds: Iterable[float]) -> list[Cell]:
    return [_number(value / MINUTE_S) for value in seconds]


def _number(value: float) -> Cell:
    """Give a number, or nothing where there is none."""
    return float(value) if math.isfinite(value) else None


def _fit(sheet: Worksheet, columns: Sequence[_Column]) -> None:
    for i, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = _width(column)


def _widths(sheet: Worksheet, n: int) -> list[float]:
    return [float(sheet.column_dimensions[get_column_letter(i + 1)].width) for i in range(n)]


def _width(column: _Column) -> float:
    """Fit a column to its cells; a long heading breaks into lines."""
    shown = [len(_shown(c, column.number_format)) if isinstance(c, float | int) else 0 for c in column.cells]
    shown += [display_width(wording.one_line(c)) for c in column.cells if isinstance(c, str)]
    heading = max(min(display_width(part), _HEADING_WIDTH) for part in _UNIT.split(column.heading))
    return min(_MAX_WIDTH, max(_MIN_WIDTH, heading + 2.0, *(width + 3.0 for width in shown)))


def _heading_lines(heading: str, width: float) -> list[str]:
    """Break a heading before its unit, and where the column is too narrow for it."""
    lines: list[str] = []
    for part in _UNIT.split(heading):
        words = part.split(" ") if " " in part else [part]
        line = words[0]
        for word in words[1:]:
            if display_width(f"{line} {word}") > width - 1:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}"
        while display_width(line) > width - 1:
            kept = shorten(line, int(width)).removesuffix(ELLIPSIS)
            lines.append(kept)
            line = line[len(kept) :]
        lines.append(line)
    return lines


def _lines_of(cell: Cell, width: float) -> int:
    """Count the lines a cell breaks into."""
    return math.ceil(display_width(wording.one_line(cell)) / (width - 3)) if isinstance(cell, str) else 1


def _shown(value: float, number_format: str) -> str:
    places = len(number_format.partition(".")[2].rstrip("%"))
    return f"{value:,.{places}f}"


def _is_light(colour: str) -> bool:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue > 140  # noqa: PLR2004 - brightness of ITU-R BT.601


def _no_codes(text: str) -> str:
    """Keep an ampersand from being read as a code of the page header."""
    return text.replace("&", "&&")[:120]
