"""The workbook being written: cells, headings, tables, sheets, and the file with no time of day in it."""

from __future__ import annotations

import math
import re
from copy import copy
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import openpyxl
import shapely
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.writer.excel import ExcelWriter

from coverage.files import whole_file
from coverage.reports import wording
from coverage.reports.display_width import ELLIPSIS, display_width, shorten
from coverage.reports.palette import VERDICT_COLOURS, VERDICT_MARKS
from coverage.standards import MINUTE_S
from coverage.study_area import WGS84
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import geopandas as gpd
    from openpyxl.worksheet.worksheet import Worksheet

    from coverage.assessment import Assessment
    from coverage.reports.shown import Shown
    from coverage.reports.wording import Lang

    Cell = str | float | int | None

TEXT, MINUTES, LIMIT, SHARE, WHOLE, KM, DEGREES = "@", "0.0", "General", "0.0%", "#,##0", "#,##0.0", "0.00000"
_FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}
_MAX_TEXT = 32_000
_MIN_WIDTH, _MAX_WIDTH, _HEADING_WIDTH = 7.0, 44.0, 14
_LINE_HEIGHT = 16.5
A3, _A4 = 8, 9
_NO_DATE = (1980, 1, 1)  # the earliest that a zip can hold
_HEADING_FILL = PatternFill("solid", fgColor="FFDDE5EE")
_RULE = Border(bottom=Side(style="thin", color="FFB0B8C0"))
# Excel reads _x0041_ in a text as the character of that code.
_UNIT = re.compile(r" (?=\()|(?=（)")
_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Column:
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


class Book:
    """
    The workbook being written, with what every sheet needs.

    Parameters
    ----------
    shown
        The county of which it tells.
    title
        At the head of every sheet.
    lang
        ``zh`` or ``en``.
    """

    def __init__(self, shown: Shown, title: str, lang: Lang) -> None:
        self.workbook = openpyxl.Workbook()
        self.workbook.remove(self.workbook.worksheets[0])
        self.shown = shown
        self.title = title
        self.lang = lang
        self.by_people = shown.area.demand_unit == "people"
        self.count_format = WHOLE if self.by_people else KM
        self._styles: dict[tuple[Any, ...], Any] = {}

    def save(self, path: Path) -> None:
        """Write the file; an older one stays as it is until the new one is complete."""
        properties = self.workbook.properties
        properties.title = self.title
        properties.creator = f"emergency-coverage {__version__}"
        properties.created = properties.modified = datetime(*_NO_DATE)  # noqa: DTZ001 - openpyxl wants it naive
        with whole_file(path) as temporary, _UndatedZip(temporary, "w", ZIP_DEFLATED) as archive:
            ExcelWriter(self.workbook, archive).write_data()

    def label(self, key: str) -> str:
        """Give a heading; what counts roads says its unit."""
        return wording.label_of(key, self.shown, self.lang)

    def count_label(self, key: str) -> str:
        """Give the heading of a column of people, or of kilometres of road."""
        return self.label(key) if self.by_people else f"{self.label(key)} (km)"

    def clock(self, assessment: Assessment) -> str:
        """Name the clock of an assessment."""
        return wording.clock_text(assessment.standard.clock, self.lang)

    def counts(self, values: Iterable[float]) -> list[Cell]:
        """Give people, or kilometres of road."""
        return [number(value if self.by_people else value / 1000) for value in values]

    def sheet(self, key: str, *, landscape_paper: int = _A4) -> Worksheet:
        """Open a new sheet under the name that its key has in every workbook; see `named_sheet`."""
        return self.named_sheet(wording.sheet_name(key, self.lang), landscape_paper=landscape_paper)

    def named_sheet(self, name: str, *, landscape_paper: int = _A4) -> Worksheet:
        """Open a new sheet, ready to print on one page's width."""
        sheet: Any = self.workbook.create_sheet(name)
        sheet.page_setup.orientation = "landscape"
        sheet.page_setup.paperSize = landscape_paper
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        banner = wording.modelled_text(self.shown, self.lang)
        sheet.oddHeader.left.text = _no_codes(self.title)
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

    def table(self, sheet: Worksheet, top: int, columns: Sequence[Column]) -> int:
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

    def list_sheet(self, key: str, columns: Sequence[Column], *, frozen: int, paper: int = _A4) -> Worksheet:
        """Write a sheet that is one table: frozen headings, filters, widths that fit, print area."""
        sheet = self.sheet(key, landscape_paper=paper)
        fit(sheet, columns)
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


def _merge_groups(sheet: Worksheet, row: int, columns: Sequence[Column]) -> None:
    start = 0
    for i in range(1, len(columns) + 1):
        if i == len(columns) or columns[i].group != columns[start].group:
            if columns[start].group and i - start > 1:
                sheet.merge_cells(start_row=row, start_column=start + 1, end_row=row, end_column=i)
            start = i


def minutes(seconds: Iterable[float]) -> list[Cell]:
    """Give times in minutes, and nothing where there is no number."""
    return [number(value / MINUTE_S) for value in seconds]


def number(value: float) -> Cell:
    """Give a number, or nothing where there is none."""
    return float(value) if math.isfinite(value) else None


def fit(sheet: Worksheet, *tables: Sequence[Column]) -> None:
    """Give every column of a sheet the width it needs, whichever of the tables stacked on it needs most."""
    for i, stacked in enumerate(zip_longest(*tables), start=1):
        widths = [_width(column) for column in stacked if column is not None]
        sheet.column_dimensions[get_column_letter(i)].width = max(widths)


def _widths(sheet: Worksheet, n: int) -> list[float]:
    return [float(sheet.column_dimensions[get_column_letter(i + 1)].width) for i in range(n)]


def _width(column: Column) -> float:
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


def colour_columns(
    book: Book,
    sheet: Worksheet,
    columns: Sequence[Column],
    key: str,
    colours: Mapping[str, str],
    *,
    first: int,
) -> None:
    """Colour the cells of the columns that are headed by a label, from row `first` on, by their text."""
    for i, column in enumerate(columns, start=1):
        if column.heading == book.label(key) and column.cells:
            letter = get_column_letter(i)
            book.colour(sheet, f"{letter}{first}:{letter}{first + len(column.cells) - 1}", colours)


def lonlat_columns(book: Book, table: gpd.GeoDataFrame) -> list[Column]:
    """Give two columns with the WGS84 degrees of a table's points."""
    points = table.geometry.to_crs(WGS84).to_numpy()
    return [
        Column(book.label(key), [number(v) for v in values], DEGREES)
        for key, values in (("longitude", shapely.get_x(points)), ("latitude", shapely.get_y(points)))
    ]
