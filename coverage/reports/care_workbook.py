"""The workbook's sheets of the way to definitive care: centres, townships by centre, referrals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from coverage.reports import care_wording as words
from coverage.reports import wording
from coverage.reports.book import A3, LIMIT, MINUTES, SHARE, WHOLE, Column, minutes, number
from coverage.reports.rows import worst_first

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from coverage.analysis import Analysis
    from coverage.care import Care
    from coverage.reports.book import Book


def write_care(book: Book, analysis: Analysis, care: Care) -> None:
    """
    Write the sheets of the way to care.

    Parameters
    ----------
    book
        The workbook.
    analysis, care
        What was found.
    """
    book.list_sheet("care_totals", _totals_columns(book, care), frozen=1)
    columns = _township_columns(book, analysis, care)
    sheet = book.list_sheet("care_townships", columns, frozen=2, paper=A3)
    heading = words.word("verdict", book.lang)
    letter = get_column_letter([column.heading for column in columns].index(heading) + 1)
    book.colour(sheet, f"{letter}2:{letter}{len(care.townships) + 1}", book.verdict_colours())
    book.list_sheet("care_referrals", _referral_columns(book, analysis, care), frozen=1)


def _word(book: Book, key: str) -> str:
    """Give a heading; what counts roads says its unit."""
    text = words.word(key, book.lang, book.shown.area.demand_unit)
    return text if book.by_people or not key.endswith("population") else f"{text} (km)"


def _chain_columns(book: Book, rows: pd.DataFrame) -> list[Column]:
    """Give the legs of the chain, and who is at the door in time."""
    return [
        *(
            Column(_word(book, key), minutes(rows[f"{key}_s"]), MINUTES)
            for key in ("first", "scene", "transport", "total", "p90")
        ),
        Column(_word(book, "target"), minutes(rows["target_s"]), LIMIT),
        Column(_word(book, "within_population"), book.counts(rows["within_population"]), book.count_format),
        Column(_word(book, "within_share"), [number(v) for v in rows["within_share"]], SHARE),
        Column(
            _word(book, "unreached_population"), book.counts(rows["unreached_population"]), book.count_format
        ),
    ]


def _wrong_columns(book: Book, rows: pd.DataFrame) -> list[Column]:
    """Give whose nearest hospital cannot treat the case, and how much longer the right one takes."""
    return [
        Column(_word(book, "wrong_population"), book.counts(rows["wrong_population"]), book.count_format),
        Column(_word(book, "wrong_share"), [number(v) for v in rows["wrong_share"]], SHARE),
        Column(_word(book, "detour"), minutes(rows["detour_s"]), MINUTES),
    ]


def _totals_columns(book: Book, care: Care) -> list[Column]:
    lang, rows = book.lang, care.totals
    targets = [care.standard.targets[centre] for centre in rows.index]
    return [
        Column(_word(book, "centre"), [wording.centre_text(str(centre), lang) for centre in rows.index]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        *_chain_columns(book, rows),
        *(
            Column(book.label(key), [int(n) for n in rows[key]], WHOLE)
            for key in ("townships_met", "townships_partial", "townships_unmet", "townships_unknown")
        ),
        *_wrong_columns(book, rows),
        *(Column(_word(book, key), [int(n) for n in rows[key]], WHOLE) for key in ("n_capable", "n_beyond")),
        Column(_word(book, "source"), [words.source_text(t.source, lang) for t in targets]),
        Column(_word(book, "scene_source"), [words.source_text(t.scene_source, lang) for t in targets]),
    ]


def _township_columns(book: Book, analysis: Analysis, care: Care) -> list[Column]:
    lang = book.lang
    rows = by_centre(analysis, care)
    return [
        Column(book.label("township_name"), list(rows["name"])),
        Column(_word(book, "centre"), [wording.centre_text(centre, lang) for centre in rows["centre"]]),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("class"), [wording.class_text(c, lang) for c in rows["class"]]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        Column(_word(book, "verdict"), [book.verdict(v) for v in rows["verdict"]]),
        *_chain_columns(book, rows),
        Column(_word(book, "hospital_name"), _names(rows["hospital_name"])),
        Column(_word(book, "is_beyond"), [wording.yes_text(v, lang) for v in rows["is_beyond"]]),
        Column(_word(book, "nearest_name"), _names(rows["nearest_name"])),
        *_wrong_columns(book, rows),
        *(Column(_word(book, key), _names(rows[key])) for key in ("wrong_name", "right_name")),
    ]


def by_centre(analysis: Analysis, care: Care) -> pd.DataFrame:
    """Give the townships' chains, centre after centre, each in the order of the reports' other tables."""
    rank = {name: i for i, name in enumerate(worst_first(analysis.assessment.townships)["id"])}
    centres = {centre: i for i, centre in enumerate(care.totals.index)}
    keyed = care.townships.assign(
        of_centre=care.townships["centre"].map(centres), of_township=care.townships["id"].map(rank)
    )
    order = keyed.sort_values(["of_centre", "of_township"], kind="stable").index
    return care.townships.loc[order]


def _referral_columns(book: Book, analysis: Analysis, care: Care) -> list[Column]:
    rows = care.referrals
    rank = {name: i for i, name in enumerate(worst_first(analysis.assessment.townships)["id"])}
    rows = rows.loc[rows["township_id"].map(rank).sort_values(kind="stable", na_position="last").index]
    return [
        Column(_word(book, "health_centre"), list(rows["name"])),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("township"), _names(rows["township_name"])),
        Column(_word(book, "referral_hospital"), _names(rows["hospital_name"])),
        Column(_word(book, "referral_hospital_id"), list(rows["hospital_id"])),
        Column(_word(book, "up"), minutes(rows["up_s"]), MINUTES),
        Column(_word(book, "down"), minutes(rows["down_s"]), MINUTES),
        Column(book.label("ambulances"), [number(n) for n in rows["ambulances"]], WHOLE),
    ]


def _names(names: Sequence[str] | pd.Series[str]) -> list[str | float | int | None]:
    return [name or wording.DASH for name in names]
