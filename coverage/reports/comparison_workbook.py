"""A comparison as an Excel workbook: ranking, townships by option, an option a sheet, robustness, sources."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from openpyxl.utils import get_column_letter

from coverage.reports import comparison_wording as words
from coverage.reports import wording
from coverage.reports.book import (
    A3,
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
from coverage.reports.comparison_columns import (
    MONEY,
    away_columns,
    class_columns,
    doing_columns,
    load_columns,
    money_cells,
    pair_columns,
    ranking_columns,
    second_ranking_columns,
    trial_columns,
)
from coverage.reports.comparison_figures import comparison_hash
from coverage.reports.comparison_names import at_text, full_title, shown_of
from coverage.reports.comparison_rows import class_rows, loser_rows, ranking_rows
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.shown import outcome_side
from coverage.reports.wording import pick
from coverage.reports.workbook import totals_columns
from coverage.reports.workbook_sources import write_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from coverage.assessment import Assessment
    from coverage.comparison import Comparison, Outcome
    from coverage.reports.book import Cell
    from coverage.reports.wording import Lang

_PROSE_COLUMNS = 14
"""Sentences go across so many columns, however wide the tables below them are."""
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_SHEET_UNITS = 31
_WEIGHTY = {
    "modelled",
    "rows_rejected",
    "road_share",
    "ambulances_assumed",
    "option_unpriced",
    "option_changes_nothing",
    "option_other_standard",
    "option_other_speeds",
}


def write_comparison_workbook(comparison: Comparison, path: Path, *, lang: Lang) -> None:
    """
    Write a comparison as an Excel workbook; equal comparisons make equal files, byte for byte.

    Times are minutes as numbers, money is in 万元. No text becomes a formula.

    Parameters
    ----------
    comparison
        The comparison.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    book = Book(shown_of(comparison), words.title_text(comparison, lang), lang)
    _write_ranking(book, comparison)
    _write_townships(book, comparison)
    for outcome in comparison.options:
        _write_option(book, comparison, outcome)
    _write_robustness(book, comparison)
    if any(staging.stages for staging in comparison.stagings):
        _write_staging(book, comparison)
    method = [f"{item}{pick(lang, '：', ': ')}{text}" for item, text in words.method_rows(comparison, lang)]
    texts = [(_quoted_name(comparison, outcome, lang), outcome.text) for outcome in comparison.options]
    write_sources(book, _facts(book, comparison), method, texts=texts)
    book.save(path)


def sheet_title(outcome: Outcome, lang: Lang) -> str:
    """
    Name an option's sheet as Excel takes it: without its seven forbidden signs, of 31 UTF-16 units at most.

    Its letter comes first, so that options with the same name have sheets of their own.
    """
    name = _FORBIDDEN.sub(" ", full_title(outcome, lang))
    kept = ""
    for character in " ".join(name.split()):
        if len((kept + character).encode("utf-16-le")) > 2 * _SHEET_UNITS:
            break
        kept += character
    return kept.strip(" '")


def _write_ranking(book: Book, comparison: Comparison) -> None:
    lang, rows = book.lang, ranking_rows(comparison)
    sheet = book.sheet("comparison_ranking", landscape_paper=A3)
    first, second = ranking_columns(book, comparison, rows), second_ranking_columns(book, comparison, rows)
    third = class_columns(book, comparison, class_rows(comparison))
    fit(sheet, first, second, third)
    row = _headline(book, sheet, comparison) + 1
    book.sentence(sheet, row, words.order_text(comparison, lang), _PROSE_COLUMNS)
    top = row + 2
    row = book.table(sheet, top, first)
    sheet.auto_filter.ref = f"A{top + 1}:{get_column_letter(len(first))}{row}"
    _colour_signs(book, sheet, first, comparison, top=top + 2)
    row = book.table(sheet, row + 2, second)
    row = book.table(sheet, row + 2, third)
    sheet.print_area = f"A1:{get_column_letter(max(map(len, (first, second, third))))}{row}"
    sheet.sheet_view.showGridLines = False


def _headline(book: Book, sheet: Worksheet, comparison: Comparison) -> int:
    """Write the answer, what it stands on, and what weighs against believing it; give the last row."""
    lang, n = book.lang, _PROSE_COLUMNS
    book.sentence(sheet, 1, book.title, n, bold=True, size=16)
    row = 1
    for line in words.headline(comparison, lang):
        row += 1
        book.sentence(sheet, row, line, n, bold=True, size=12)
    for i, line in enumerate(words.condition_lines(comparison, lang), start=1):
        if i == 1:
            row += 1
            book.sentence(sheet, row, words.label("conditions", comparison, lang), n, bold=True)
        row += 1
        book.sentence(sheet, row, f"{i}. {line}", n)
    for note in comparison.notes:
        if note.code in _WEIGHTY:
            row += 1
            text = wording.note_line(note, book.shown, lang)
            book.sentence(sheet, row, text, n, bold=True, color="FFB03A00")
    return row


def _colour_signs(
    book: Book, sheet: Worksheet, columns: Sequence[Column], comparison: Comparison, *, top: int
) -> None:
    """Colour what the draws say: clearly more, clearly fewer, no clear difference."""
    lang = book.lang
    colours: Mapping[str, str] = {
        words.sign_text("more", lang): VERDICT_COLOURS["met"],
        words.sign_text("fewer", lang): VERDICT_COLOURS["unmet"],
        words.sign_text("no_difference", lang): VERDICT_COLOURS["unknown"],
    }
    headings = {words.label(key, comparison, lang) for key in ("against_leader", "against_today", "sign")}
    for i, column in enumerate(columns, start=1):
        if column.heading in headings and column.cells:
            letter = get_column_letter(i)
            book.colour(sheet, f"{letter}{top}:{letter}{top + len(column.cells) - 1}", colours)


def _write_townships(book: Book, comparison: Comparison) -> None:
    """Set every township's figures of all outcomes side by side."""
    lang, today = book.lang, comparison.baseline
    table = today.townships
    columns = [
        Column(book.label("township_name"), list(table["name"])),
        Column(book.label("id"), list(table["id"])),
        Column(book.label("class"), [wording.class_text(c, lang) for c in table["class"]]),
        Column(book.count_label("population"), book.counts(table["population"]), book.count_format),
        *_township_columns(book, comparison, today),
        *(
            column
            for outcome in comparison.options
            for column in _township_columns(book, comparison, outcome)
        ),
    ]
    sheet = book.list_sheet("comparison_townships", columns, frozen=1, paper=A3)
    _colour_verdicts(book, sheet, columns, comparison, top=3)


def _township_columns(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    table, group = outcome.townships, words.title(outcome, book.lang)
    people = {"covered": table["after_population"]}
    if not outcome.is_baseline:
        people |= {"gained": table["gained_population"], "lost": table["lost_population"]}
    verdict = words.label("verdict", comparison, book.lang)
    return [
        *(
            Column(_count_label(book, comparison, key), book.counts(values), book.count_format, group)
            for key, values in people.items()
        ),
        Column(verdict, [book.verdict(v) for v in table["verdict_after"]], group=group),
    ]


def _colour_verdicts(
    book: Book, sheet: Worksheet, columns: Sequence[Column], comparison: Comparison, *, top: int
) -> None:
    heading = words.label("verdict", comparison, book.lang)
    for i, column in enumerate(columns, start=1):
        if column.heading == heading and column.cells:
            letter = get_column_letter(i)
            cells = f"{letter}{top}:{letter}{top + len(column.cells) - 1}"
            book.colour(sheet, cells, book.verdict_colours())


def _write_option(book: Book, comparison: Comparison, outcome: Outcome) -> None:
    """Give all of one option: what it does and costs, who gains, who loses, and how busy its bases are."""
    lang = book.lang
    sheet = book.named_sheet(sheet_title(outcome, lang))
    totals = totals_columns(
        book, words.label("situation", comparison, lang), _situations(book, comparison, outcome)
    )
    townships = _option_townships(book, comparison, outcome)
    losers = _loser_columns(book, comparison, outcome)
    tables = {
        "doing": doing_columns(book, comparison, outcome),
        "totals": totals,
        "townships_of_option": townships,
        "loads": load_columns(book, comparison, outcome),
        "away": away_columns(book, comparison, outcome),
        "losers": losers,
    }
    fit(sheet, *tables.values())
    row = _option_head(book, sheet, comparison, outcome)
    for key, columns in tables.items():
        book.put(sheet, row + 2, 1, words.label(key, comparison, lang), bold=True)
        if not columns[0].cells:
            book.put(sheet, row + 3, 1, words.nothing_text(lang))
            row += 3
            continue
        top = row + 4 if any(column.group for column in columns) else row + 3
        row = book.table(sheet, row + 3, columns)
        if key == "townships_of_option":
            _colour_verdicts(book, sheet, columns, comparison, top=top + 1)
        # a sheet has one filter: it goes to the list that may be long
        if key == ("losers" if losers[0].cells else "townships_of_option"):
            sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(columns))}{row}"
    sheet.print_area = f"A1:{get_column_letter(max(map(len, tables.values())))}{row}"
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    sheet.sheet_view.showGridLines = False


def _option_head(book: Book, sheet: Worksheet, comparison: Comparison, outcome: Outcome) -> int:
    lang, n = book.lang, _PROSE_COLUMNS
    book.sentence(sheet, 1, full_title(outcome, lang), n, bold=True, size=14)
    lines = [
        wording.one_line(outcome.option.note),
        words.change_line(outcome, comparison, lang),
        words.cost_text(outcome, comparison, lang),
        wording.standard_text(outcome_side(comparison, outcome), lang),
    ]
    row = 1
    for line in filter(None, lines):
        row += 1
        book.sentence(sheet, row, line, n)
    return row


def _situations(book: Book, comparison: Comparison, outcome: Outcome) -> list[tuple[str, Assessment]]:
    """Give today and the option on the promise's clock, then both on the other, where there is one."""
    lang = book.lang
    named = [(words.title(o, lang), o.situation) for o in (comparison.baseline, outcome)]
    rows = [(title + wording.bracketed(book.clock(s.assessment), lang), s.assessment) for title, s in named]
    for title, situation in named:
        other = situation.other_clock
        if other is not None:
            rows.append((title + wording.bracketed(book.clock(other), lang), other))
    return rows


def _option_townships(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    """Give an option's townships, those that lose most first, then those that gain most."""
    table, lang = outcome.townships, book.lang
    rows = table.sort_values(["lost_population", "gained_population"], ascending=False, kind="stable")
    verdict, before, after = (words.label(key, comparison, lang) for key in ("verdict", "before", "after"))

    def people(key: str, column: str, group: str = "") -> Column:
        return Column(
            _count_label(book, comparison, key), book.counts(rows[column]), book.count_format, group
        )

    median = words.label("median", comparison, lang)
    return [
        Column(book.label("township_name"), list(rows["name"])),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("class"), [wording.class_text(c, lang) for c in rows["class"]]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        people("gained", "gained_population"),
        people("lost", "lost_population"),
        people("covered", "before_population", before),
        Column(verdict, [book.verdict(v) for v in rows["verdict_before"]], group=before),
        Column(median, minutes(rows["median_before_s"]), MINUTES, before),
        people("covered", "after_population", after),
        Column(verdict, [book.verdict(v) for v in rows["verdict_after"]], group=after),
        Column(median, minutes(rows["median_after_s"]), MINUTES, after),
    ]


def _loser_columns(book: Book, comparison: Comparison, outcome: Outcome) -> list[Column]:
    """List the demand points that are covered today and not with the option, the most people first."""
    rows, area = loser_rows(outcome), comparison.area
    townships = dict(zip(area.townships["id"], area.townships["name"], strict=True))
    response = book.label("response")
    before, after = (words.label(key, comparison, book.lang) for key in ("before", "after"))
    return [
        Column(book.label("demand_point"), [n or i for n, i in zip(rows["name"], rows["id"], strict=True)]),
        Column(book.label("id"), list(rows["id"])),
        Column(book.label("township"), [townships.get(i, wording.DASH) for i in rows["township_id"]]),
        Column(book.count_label("population"), book.counts(rows["population"]), book.count_format),
        Column(response, minutes(rows["before_s"]), MINUTES, before),
        Column(response, minutes(rows["after_s"]), MINUTES, after),
        *lonlat_columns(book, area.demand.loc[rows.index]),
    ]


def _write_robustness(book: Book, comparison: Comparison) -> None:
    lang, robustness = book.lang, comparison.robustness
    sheet = book.sheet("comparison_robustness", landscape_paper=A3)
    trials, pairs = trial_columns(book, comparison), pair_columns(book, comparison)
    fit(sheet, trials, pairs)
    n = max(len(trials), len(pairs), 8)
    book.sentence(sheet, 1, wording.sheet_name("comparison_robustness", lang), n, bold=True, size=14)
    row = 1
    for _, text in words.robustness_rows(comparison, lang):
        row += 1
        book.sentence(sheet, row, text, n)
    book.put(sheet, row + 2, 1, words.label("trials", comparison, lang), bold=True)
    row = book.table(sheet, row + 3, trials)
    if robustness.pairs:
        book.put(sheet, row + 2, 1, words.label("pairs", comparison, lang), bold=True)
        top = row + 3
        row = book.table(sheet, top, pairs)
        sheet.auto_filter.ref = f"A{top}:{get_column_letter(len(pairs))}{row}"
        _colour_signs(book, sheet, pairs, comparison, top=top + 1)
    sheet.print_area = f"A1:{get_column_letter(n)}{row}"
    sheet.freeze_panes = "A2"
    sheet.sheet_view.showGridLines = False


def _write_staging(book: Book, comparison: Comparison) -> None:
    """Give the stages of every option that has any, one below the other."""
    lang = book.lang
    rows = [(staging, stage) for staging in comparison.stagings for stage in staging.stages]
    titles = [full_title(comparison.outcome(staging.key), lang) for staging, _ in rows]
    what = [words.stage_text(stage, comparison.outcome(staging.key), lang) for staging, stage in rows]
    numbers: list[Cell] = [staging.stages.index(stage) + 1 for staging, stage in rows]

    def label(key: str) -> str:
        return words.label(key, comparison, lang)

    columns = [
        Column(label("option"), titles),
        Column(label("stage"), numbers, "0"),
        Column(label("year"), [stage.year for _, stage in rows], "0"),
        Column(label("doing"), what),
        Column(label("stage_cost"), money_cells((stage.cost_wan for _, stage in rows), lang), MONEY),
        Column(label("spent"), money_cells((stage.spent_wan for _, stage in rows), lang), MONEY),
        Column(
            _count_label(book, comparison, "covered"),
            book.counts(stage.covered_population for _, stage in rows),
            book.count_format,
        ),
        Column(label("covered_share"), [number(stage.covered_share) for _, stage in rows], SHARE),
        Column(label("townships_met"), [stage.townships_met for _, stage in rows], WHOLE),
        Column(label("stage_order"), [words.staging_text(staging, comparison, lang) for staging, _ in rows]),
    ]
    book.list_sheet("comparison_staging", columns, frozen=1)


def _facts(book: Book, comparison: Comparison) -> list[tuple[str, Cell]]:
    """Give how the comparison came about, for the table of the promise."""
    lang, draws = book.lang, comparison.robustness.draws
    rows: list[tuple[str, Cell]] = [
        ("hour", at_text(comparison.at_min)),
        ("years", comparison.baseline.cost.years),
        ("n_draws", draws.n),
        ("seed", draws.seed),
    ]
    rows.append(("area_hash", words.study_area_id(comparison)))
    facts = [(words.label(key, comparison, lang), value) for key, value in rows]
    return [*facts, (book.label("figures_hash"), comparison_hash(comparison))]


def _quoted_name(comparison: Comparison, outcome: Outcome, lang: Lang) -> str:
    name = words.label("option_file", comparison, lang)
    return f"{name}{pick(lang, '：', ': ')}{full_title(outcome, lang)}" + (
        wording.bracketed(wording.one_line(outcome.source), lang) if outcome.source else ""
    )


def _count_label(book: Book, comparison: Comparison, key: str) -> str:
    """Give the heading of a column of people, or of kilometres of road."""
    text = words.label(key, comparison, book.lang)
    return text if book.by_people else f"{text} (km)"
