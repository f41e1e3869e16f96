"""The workbook's last sheet: the promise, what was assumed, where the data come from, and the speeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
from openpyxl.utils import get_column_letter

from coverage.reports import wording
from coverage.reports.book import Column
from coverage.reports.road_words import road_word
from coverage.reports.shown import is_access
from coverage.standards import MINUTE_S
from coverage.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openpyxl.worksheet.worksheet import Worksheet

    from coverage.reports.book import Book, Cell


def write_sources(
    book: Book,
    rows: Sequence[tuple[str, Cell]],
    assumptions: Sequence[str] = (),
    *,
    texts: Sequence[tuple[str, str]] = (),
) -> None:
    """
    Write the sheet of assumptions and sources.

    Parameters
    ----------
    book
        The workbook.
    rows
        What stands beside the promise in its table, label and value: how the report came about.
    assumptions
        Sentences before those that hold for every report.
    texts
        Files to be quoted at the end, word for word: name and text.
    """
    shown, lang = book.shown, book.lang
    sheet = book.sheet("sources")
    widths = (24.0, 44.0, 16.0, 30.0, 12.0, 44.0, 24.0)
    for i, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(i)].width = width
    n = len(widths)
    every = [
        *assumptions,
        wording.standard_text(shown, lang),
        wording.bases_text(shown, lang),
        wording.walking_text(lang, access=is_access(shown)),
    ]
    notes = [wording.note_text(note, shown, lang) for note in shown.notes]
    book.sentence(sheet, 1, wording.sheet_name("sources", lang), n, bold=True, size=14)
    row = titled(book, sheet, 3, "standard", _standard_columns(book, rows))
    row = _lines(book, sheet, row + 2, "assumptions", every, n)
    row = _lines(book, sheet, row + 2, "notes", notes, n)
    row = titled(book, sheet, row + 2, "provenance", _provenance_columns(book))
    row = titled(book, sheet, row + 2, "speeds", _speed_columns(book))
    row = titled(book, sheet, row + 2, "factors", _factor_columns(book))
    for name, text in texts:
        row = _quote(book, sheet, row + 2, name, text, n)
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "A2"
    sheet.sheet_view.showGridLines = False


def titled(book: Book, sheet: Worksheet, row: int, key: str, columns: Sequence[Column]) -> int:
    """Write a titled table below what stands; give its last row."""
    book.put(sheet, row, 1, book.label(key), bold=True)
    return book.table(sheet, row + 1, columns)


def _quote(book: Book, sheet: Worksheet, row: int, name: str, text: str, columns: int) -> int:
    """Write a file's name and its lines below what stands; give the last row."""
    book.put(sheet, row, 1, name, bold=True)
    for line in text.rstrip().splitlines():
        row += 1
        book.sentence(sheet, row, line, columns)
    return row


def _lines(book: Book, sheet: Worksheet, row: int, key: str, texts: Sequence[str], columns: int) -> int:
    """Write a title and sentences below what stands; give the last row."""
    book.put(sheet, row, 1, book.label(key), bold=True)
    for text in texts or [wording.DASH]:
        row += 1
        book.sentence(sheet, row, text, columns)
    return row


def _standard_columns(book: Book, more: Sequence[tuple[str, Cell]]) -> list[Column]:
    shown, lang, s = book.shown, book.lang, book.shown.standard
    access = is_access(shown)
    limits: list[tuple[str, Cell]] = [("limit", s.urban_s / MINUTE_S)]
    clock: list[tuple[str, Cell]] = []
    if not access:
        limits = [("urban_limit", s.urban_s / MINUTE_S), ("rural_limit", s.rural_s / MINUTE_S)]
        clock = [
            ("clock", wording.clock_text(s.clock, lang)),
            ("handling", s.handling_s),
            ("turnout", s.turnout_s),
        ]
    rows: list[tuple[str, Cell]] = [
        ("county", shown.area.county.title(lang)),
        ("code", shown.area.county.code or wording.DASH),
        ("profile", wording.profile_text(s, lang)),
        *limits,
        ("target_share", f"{s.target_share * 100:g}%"),
        *clock,
        ("condition", wording.condition_text(shown.condition, lang)),
        ("factor", shown.speeds.factor(shown.condition)),
        ("speed_source", wording.speed_source_text(shown.speeds.source, lang)),
        ("program", f"emergency-coverage {__version__}"),
    ]
    labelled = [*((book.label(key), value) for key, value in rows), *more]
    return [
        Column(book.label("item"), [name for name, _ in labelled]),
        Column(book.label("value"), [value for _, value in labelled], "General"),
    ]


def _provenance_columns(book: Book) -> list[Column]:
    rows = book.shown.area.provenance
    return [
        Column(book.label("layer"), [wording.layer_text(p.layer, book.lang) for p in rows]),
        Column(book.label("source"), [p.source for p in rows]),
        Column(book.label("date"), [p.date for p in rows]),
        Column(book.label("licence"), [p.licence for p in rows]),
        Column(book.label("modelled"), [wording.yes_text(p.modelled, book.lang) for p in rows]),
        Column(book.label("n_rejected"), [p.n_rejected for p in rows], "0"),
        Column(book.label("note"), [p.note for p in rows]),
        Column(book.label("sha256"), [p.sha256 for p in rows]),
    ]


def _speed_columns(book: Book) -> list[Column]:
    speeds, condition = book.shown.speeds, book.shown.condition
    classes = list(speeds.class_kph)
    now_kph = speeds.speeds_kph(pd.DataFrame({"highway": classes}), condition)
    return [
        Column(book.label("highway"), [road_word(name, book.lang) for name in classes]),
        Column(book.label("speed_kph"), list(speeds.class_kph.values()), "0.0"),
        Column(book.label("speed_now_kph"), [float(v) for v in now_kph], "0.0"),
    ]


def _factor_columns(book: Book) -> list[Column]:
    speeds, lang = book.shown.speeds, book.lang
    rows: list[tuple[str, str, float]] = [
        (book.label("condition"), wording.condition_text(name, lang), value)
        for name, value in speeds.conditions.items()
    ]
    for key in ("surface", "smoothness", "tracktype"):
        rows += [(book.label(key), road_word(name, lang), v) for name, v in getattr(speeds, key).items()]
    return [
        Column(book.label("item"), [item for item, _, _ in rows]),
        Column(book.label("value"), [name for _, name, _ in rows]),
        Column(book.label("factor"), [value for *_, value in rows], "0.00"),
    ]
