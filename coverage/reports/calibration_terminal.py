"""A calibration on the terminal: the answer, the speeds by class and the factors by hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import calibration_wording as words
from coverage.reports.display_width import wrapped
from coverage.reports.text_table import TABLE_WIDTH, TextColumn, table_lines
from coverage.reports.wording import DASH, pick

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coverage.calibration import Calibration
    from coverage.reports.wording import Lang

_BOLD = "1"


def render_calibration(
    calibration: Calibration, lang: Lang, *, colour: bool = False, path: str = "calibrate.toml"
) -> str:
    """
    Give the whole answer as text.

    Parameters
    ----------
    calibration
        The calibration.
    lang
        ``zh`` or ``en``.
    colour
        Whether measured figures are set off by ANSI codes.
    path
        Of the file of speeds, as the next command is to be given it.

    Returns
    -------
    str
        Lines without a trailing line break, no wider than `text_table` allows but for a long `path`.
    """
    parts = [
        _prose(words.headline(calibration, lang)),
        _classes(calibration, lang, colour=colour),
        _hours(calibration, lang, colour=colour),
        words.option_lines(path, lang),
    ]
    return "\n\n".join("\n".join(lines) for lines in parts)


def render_calibration_notes(calibration: Calibration, lang: Lang) -> list[str]:
    """Give what a reader must know before believing the speeds, a line each, with what to do about it."""
    mark = pick(lang, "注意：", "note: ")
    return [mark + words.note_text(note, calibration, lang) for note in calibration.notes]


def _classes(calibration: Calibration, lang: Lang, *, colour: bool) -> list[str]:
    """List the classes that were driven on; the others are in the files."""
    rows = [row for row in calibration.classes.to_dict("records") if row["n_trips"]]
    codes = [_BOLD if row["is_measured"] else "" for row in rows] if colour else ()
    return table_lines(
        [
            TextColumn(
                words.label("highway", lang),
                [words.class_text(row["highway"], lang) for row in rows],
                left=True,
                yields=True,
            ),
            TextColumn(pick(lang, "原车速", "Given"), [f"{row['before_kph']:g}" for row in rows]),
            TextColumn(pick(lang, "校准", "Now"), [f"{row['after_kph']:.1f}" for row in rows], codes=codes),
            TextColumn(
                pick(lang, "95%区间", "95 %"),
                [interval_text(row["low_kph"], row["high_kph"], 1) for row in rows],
            ),
            TextColumn(words.label("n_trips", lang), [f"{row['n_trips']:,}" for row in rows]),
            TextColumn(
                words.label("basis", lang),
                [
                    words.basis_text(is_measured=row["is_measured"], n_trips=row["n_trips"], lang=lang)
                    for row in rows
                ],
                left=True,
                yields=True,
            ),
        ]
    )


def _hours(calibration: Calibration, lang: Lang, *, colour: bool) -> list[str]:
    rows = calibration.hours.to_dict("records")
    held = [row["low"] == row["high"] for row in rows]
    codes = [_BOLD if row["is_measured"] else "" for row in rows] if colour else ()
    return table_lines(
        [
            TextColumn(
                words.label("hours", lang),
                [row["hours"].replace(",", ", ") for row in rows],
                left=True,
                wraps=True,
            ),
            TextColumn(
                words.label("condition", lang),
                [words.condition_text(row["condition"], lang) for row in rows],
                left=True,
                yields=True,
            ),
            TextColumn(words.label("factor", lang), [f"{row['factor']:.2f}" for row in rows], codes=codes),
            TextColumn(
                pick(lang, "95%区间", "95 %"),
                [
                    DASH if fixed else interval_text(row["low"], row["high"], 2)
                    for row, fixed in zip(rows, held, strict=True)
                ],
            ),
            TextColumn(words.label("n_trips", lang), [f"{row['n_trips']:,}" for row in rows]),
            TextColumn(
                words.label("basis", lang),
                [
                    words.hour_basis_text(is_measured=row["is_measured"], is_held=fixed, lang=lang)
                    for row, fixed in zip(rows, held, strict=True)
                ],
                left=True,
            ),
        ]
    )


def interval_text(low: float, high: float, decimals: int) -> str:
    """Write an interval; a dash where there is none."""
    return DASH if low != low else f"{low:.{decimals}f}–{high:.{decimals}f}"  # noqa: PLR0124 -- NaN alone differs


def _prose(lines: Iterable[str]) -> list[str]:
    return [part for line in lines for part in wrapped(line, TABLE_WIDTH, indent="  ")]
