"""A calibration as an Excel workbook: the answer, speeds, hours, every trip, and how it was done."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from coverage.reports import calibration_wording as words
from coverage.reports import wording
from coverage.reports.book import MINUTES, SHARE, WHOLE, Book, Column, fit, minutes, number
from coverage.reports.calibration_figures import calibration_hash

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang

_PROSE_COLUMNS = 6
_KPH, _FACTOR, _ROW = "0.0", "0.00", "0"


def write_calibration_workbook(calibration: Calibration, path: Path, *, lang: Lang) -> None:
    """
    Write a calibration as an Excel workbook; equal calibrations make equal files, byte for byte.

    Parameters
    ----------
    calibration
        The calibration.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    book = Book(words.shown_of(calibration), words.title_text(calibration, lang), lang)
    _write_summary(book, calibration)
    book.list_sheet("calibration_classes", _class_columns(calibration, lang), frozen=1)
    book.list_sheet("calibration_hours", _hour_columns(calibration, lang), frozen=1)
    book.list_sheet("calibration_trips", _trip_columns(calibration, lang), frozen=1)
    _write_method(book, calibration)
    book.save(path)


def _write_summary(book: Book, calibration: Calibration) -> None:
    lang = book.lang
    sheet = book.sheet("summary")
    keys = words.fit_keys()
    columns = [
        Column(words.label("figure", lang), [words.fit_label(key, lang) for key in keys]),
        *(
            Column(
                words.label(name, lang),
                [words.fit_value_text(key, words.fit_value(calibration, row, key)) for key in keys],
            )
            for name, row in (("given", "before"), ("calibrated", "after"))
        ),
    ]
    filler = [Column("", [""]) for _ in range(_PROSE_COLUMNS - len(columns))]
    fit(sheet, [*columns, *filler])
    book.sentence(sheet, 1, book.title, _PROSE_COLUMNS, bold=True, size=16)
    row = 1
    for line in [*words.headline(calibration, lang), words.use_text(lang)]:
        row += 1
        book.sentence(sheet, row, line, _PROSE_COLUMNS, size=12)
    row = book.table(sheet, row + 2, columns)
    for note in calibration.notes:
        row += 1
        book.sentence(sheet, row + 1, words.note_text(note, calibration, lang), _PROSE_COLUMNS)
    sheet.sheet_view.showGridLines = False


def _class_columns(calibration: Calibration, lang: Lang) -> list[Column]:
    table, rows = calibration.classes, calibration.classes.to_dict("records")
    return [
        Column(words.label("highway", lang), [words.class_text(row["highway"], lang) for row in rows]),
        *(
            Column(words.label(key, lang), [number(value) for value in table[key]], _KPH)
            for key in ("before_kph", "after_kph", "low_kph", "high_kph")
        ),
        Column(words.label("length_km", lang), [number(m / 1000) for m in table["length_m"]], "#,##0.0"),
        Column(words.label("n_trips", lang), [int(n) for n in table["n_trips"]], WHOLE),
        Column(
            words.label("basis", lang),
            [
                words.basis_text(is_measured=row["is_measured"], n_trips=row["n_trips"], lang=lang)
                for row in rows
            ],
        ),
    ]


def _hour_columns(calibration: Calibration, lang: Lang) -> list[Column]:
    table, rows = calibration.hours, calibration.hours.to_dict("records")
    held = [row["low"] == row["high"] for row in rows]
    return [
        Column(words.label("hours", lang), [row["hours"] for row in rows]),
        Column(
            words.label("condition", lang), [words.condition_text(row["condition"], lang) for row in rows]
        ),
        Column(words.label("factor", lang), [number(value) for value in table["factor"]], _FACTOR),
        *(
            Column(
                words.label(key, lang),
                [number(math.nan if fixed else value) for value, fixed in zip(table[key], held, strict=True)],
                _FACTOR,
            )
            for key in ("low", "high")
        ),
        Column(words.label("n_trips", lang), [int(n) for n in table["n_trips"]], WHOLE),
        Column(
            words.label("basis", lang),
            [
                words.hour_basis_text(is_measured=row["is_measured"], is_held=fixed, lang=lang)
                for row, fixed in zip(rows, held, strict=True)
            ],
        ),
    ]


def _trip_columns(calibration: Calibration, lang: Lang) -> list[Column]:
    """List every trip used, in the order of the file."""
    table = calibration.trips
    return [
        Column(words.label("id", lang), [str(own) for own in table["id"]]),
        Column(words.label("row", lang), [int(row) for row in table["row"]], _ROW),
        Column(words.label("condition", lang), [words.condition_text(c, lang) for c in table["condition"]]),
        *(
            Column(words.label(key, lang), minutes(table[column]), MINUTES)
            for key, column in (
                ("travel", "travel_s"),
                ("before", "before_s"),
                ("after", "after_s"),
                ("held_out", "held_out_s"),
            )
        ),
        Column(words.label("weight", lang), [number(value) for value in table["weight"]], SHARE),
        Column(words.label("is_outlier", lang), [wording.yes_text(odd, lang) for odd in table["is_outlier"]]),
    ]


def _write_method(book: Book, calibration: Calibration) -> None:
    lang, n = book.lang, _PROSE_COLUMNS
    sheet = book.sheet("calibration_method")
    fit(sheet, [Column("", ["　" * 9]) for _ in range(n)])
    row = 0
    for line in words.method_lines(lang):
        row += 1
        book.sentence(sheet, row, line, n)
    book.sentence(
        sheet, row + 2, f"{wording.label('figures_hash', lang)}  {calibration_hash(calibration)}", n
    )
    book.sentence(sheet, row + 3, wording.one_line(calibration.source), n)
    sheet.sheet_view.showGridLines = False
