"""A simulated year as an Excel workbook: the answer, townships, ambulances, hours, differences, rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl.utils import get_column_letter

from coverage.reports import simulation_wording as words
from coverage.reports import wording
from coverage.reports.book import A3, MINUTES, SHARE, Book, Column, fit, minutes, number
from coverage.reports.comparison_names import full_title, title
from coverage.reports.palette import VERDICT_COLOURS
from coverage.reports.simulation_figures import simulation_hash
from coverage.reports.simulation_rows import (
    MEASURES,
    Difference,
    difference,
    everyone,
    group_rows,
    records,
    says_something,
    shown_of,
    worst_first,
)
from coverage.reports.simulation_rules import rule_rows
from coverage.reports.wording import pick
from coverage.reports.workbook_sources import write_sources

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from coverage.reports.book import Cell
    from coverage.reports.wording import Lang
    from coverage.simulation import SimulatedOutcome, Simulation

_PROSE_COLUMNS = 12
_COUNT, _HOURS = "#,##0.0", "0.00"
_SUMMARY = ("within_share", "mean_s", "median_s", "p90_s", "waited_share")
_PLAIN = ("wait_mean_s", "lost_share", "unreached_share", "door_median_s", "door_p90_s")
_GROUPS = ("class", "priority", "centre", "hospital")
_WEIGHTY = {"modelled", "road_share", "ambulances_assumed", "simulation_times_assumed"}
_COLOURS = {"clear_better": VERDICT_COLOURS["met"], "clear_worse": VERDICT_COLOURS["unmet"]}


def write_simulation_workbook(simulation: Simulation, path: Path, *, lang: Lang) -> None:
    """
    Write a simulated year as an Excel workbook; equal simulations make equal files, byte for byte.

    Times are minutes as numbers; every figure has its 95 % interval beside it. No text becomes a formula.

    Parameters
    ----------
    simulation
        The simulated year.
    path
        File to write; an older one stays as it is until the new one is complete.
    lang
        ``zh`` or ``en``.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    book = Book(shown_of(simulation), words.title_text(simulation, lang), lang)
    _write_summary(book, simulation)
    book.list_sheet("townships", _township_columns(book, simulation), frozen=2, paper=A3)
    book.list_sheet("simulation_units", _unit_columns(book, simulation), frozen=3)
    book.list_sheet("simulation_hours", _hour_columns(book, simulation), frozen=2)
    if simulation.options:
        _write_differences(book, simulation)
    book.list_sheet("simulation_groups", _group_columns(book, simulation), frozen=3, paper=A3)
    book.list_sheet("simulation_curve", _curve_columns(book, simulation), frozen=1)
    _write_rules(book, simulation)
    facts: list[tuple[str, Cell]] = [(book.label("figures_hash"), simulation_hash(simulation))]
    texts = [
        (
            full_title(o, lang) + (wording.bracketed(wording.one_line(o.source), lang) if o.source else ""),
            o.text,
        )
        for o in simulation.options
    ]
    write_sources(book, facts, texts=texts)
    book.save(path)


def _write_summary(book: Book, simulation: Simulation) -> None:
    lang, n = book.lang, _PROSE_COLUMNS
    sheet = book.sheet("summary", landscape_paper=A3)
    columns = _summary_columns(book, simulation)
    fit(sheet, columns)
    book.sentence(sheet, 1, book.title, n, bold=True, size=16)
    row = 1
    for line in words.headline(simulation, lang):
        row += 1
        book.sentence(sheet, row, line, n, bold=True, size=12)
    said = [text for text in (words.few_text(simulation, lang), words.nearer_text(simulation, lang)) if text]
    weighty = [
        wording.note_line(note, book.shown, lang) for note in simulation.notes if note.code in _WEIGHTY
    ]
    for line in (*said, *weighty, words.order_text(lang)):
        row += 1
        book.sentence(sheet, row, line, n)
    top = row + 2
    row = book.table(sheet, top, columns)
    _colour_verdicts(book, columns, sheet, top + 2)
    sheet.print_area = f"A1:{get_column_letter(len(columns))}{row}"
    sheet.sheet_view.showGridLines = False


def _summary_columns(book: Book, simulation: Simulation) -> list[Column]:
    lang, outcomes = book.lang, simulation.outcomes
    rows = [everyone(outcome) for outcome in outcomes]
    found = [None if o.is_baseline else difference(simulation, o.key, "within_share") for o in outcomes]
    group = pick(lang, "限时内占比与现状相比（百分点）", "Share within against today (points)")
    nothing: list[Column] = []
    against = (
        [
            Column(
                words.label(key, lang),
                [None if one is None else number(100 * getattr(one, name)) for one in found],
                "+0.0;-0.0;0.0",
                group,
            )
            for key, name in (("difference", "value"), ("low", "low"), ("high", "high"))
        ]
        + [
            Column(
                words.label("verdict", lang),
                [wording.DASH if one is None else _verdict(one, "within_share", lang) for one in found],
                group=group,
            )
        ]
        if simulation.options
        else nothing
    )
    return [
        Column(words.label("option", lang), [full_title(o, lang) for o in outcomes]),
        Column(words.label("calls", lang), [number(row["calls"]) for row in rows], _COUNT),
        *_figure_columns(rows, ("within_share",), lang),
        *against,
        *_plain_columns(rows, ("unhindered_share",), lang),
        *_figure_columns(rows, _SUMMARY[1:], lang),
        *_plain_columns(rows, _PLAIN, lang),
    ]


def _figure_columns(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], lang: Lang, shows: Sequence[bool] = ()
) -> list[Column]:
    """Give figures with their intervals, three columns each under one heading."""
    known = shows or [True] * len(rows)
    columns = []
    for name in names:
        for key, column in (("", name), ("low", f"{name}_low"), ("high", f"{name}_high")):
            values = [row[column] if one else float("nan") for row, one in zip(rows, known, strict=True)]
            cells = (
                [number(v) for v in values] if _is_count(name) or words.is_share(name) else minutes(values)
            )
            heading = words.label(key, lang) if key else pick(lang, "数值", "Value")
            columns.append(Column(heading, cells, _format(name), words.label(name, lang)))
    return columns


def _plain_columns(
    rows: Sequence[Mapping[str, Any]], names: Sequence[str], lang: Lang, shows: Sequence[bool] = ()
) -> list[Column]:
    """Give figures alone."""
    known = shows or [True] * len(rows)
    columns = []
    for name in names:
        values = [row[name] if one else float("nan") for row, one in zip(rows, known, strict=True)]
        cells = [number(v) for v in values] if _is_count(name) or words.is_share(name) else minutes(values)
        columns.append(Column(words.label(name, lang), cells, _format(name)))
    return columns


def _is_count(name: str) -> bool:
    return name in ("calls", "busy_units", "busy_h_per_day", "overtime_h_per_day", "utilisation")


def _format(name: str) -> str:
    if words.is_share(name) or name == "utilisation":
        return SHARE
    if name in ("busy_units", "busy_h_per_day", "overtime_h_per_day"):
        return _HOURS
    return _COUNT if name == "calls" else MINUTES


def _per_outcome(simulation: Simulation, group: str) -> list[tuple[SimulatedOutcome, dict[str, Any]]]:
    """List the groups of one kind, outcome by outcome."""
    return [(outcome, row) for outcome in simulation.outcomes for row in group_rows(outcome, group)]


def _township_columns(book: Book, simulation: Simulation) -> list[Column]:
    lang, rules = book.lang, simulation.rules
    pairs = [
        (outcome, row)
        for outcome in simulation.outcomes
        for row in worst_first(group_rows(outcome, "township"), rules)
    ]
    rows = [row for _, row in pairs]
    known = [says_something(row, rules) for row in rows]
    townships = simulation.area.townships
    class_of = dict(zip(townships["id"], townships["class"], strict=True))
    classes = [class_of.get(row["id"], "") for row in rows]
    return [
        Column(words.label("option", lang), [title(o, lang) for o, _ in pairs]),
        Column(book.label("township_name"), [row["name"] or words.phrase("outside", lang) for row in rows]),
        Column(book.label("id"), [row["id"] for row in rows]),
        Column(book.label("class"), [wording.class_text(c, lang) if c else wording.DASH for c in classes]),
        Column(words.label("calls", lang), [number(row["calls"]) for row in rows], _COUNT),
        Column(book.label("note"), ["" if one else words.phrase("few", lang) for one in known]),
        *_figure_columns(rows, ("within_share",), lang, known),
        *_plain_columns(rows, ("unhindered_share",), lang, known),
        *_figure_columns(rows, _SUMMARY[1:], lang, known),
        *_plain_columns(rows, _PLAIN, lang, known),
    ]


def _unit_columns(book: Book, simulation: Simulation) -> list[Column]:
    lang = book.lang
    pairs = [(outcome, row) for outcome in simulation.outcomes for row in records(outcome.units)]
    rows = [row for _, row in pairs]
    return [
        Column(words.label("option", lang), [title(o, lang) for o, _ in pairs]),
        Column(words.label("base", lang), [row["facility_name"] for row in rows]),
        Column(words.label("number", lang), [float(row["number"]) for row in rows], "0"),
        Column(book.label("id"), [row["id"] for row in rows]),
        *_figure_columns(rows, ("utilisation",), lang),
        *_plain_columns(rows, ("busy_h_per_day", "overtime_h_per_day"), lang),
        Column(words.label("calls_served", lang), [number(row["calls"]) for row in rows], _COUNT),
    ]


def _hour_columns(book: Book, simulation: Simulation) -> list[Column]:
    lang = book.lang
    pairs = [(outcome, row) for outcome in simulation.outcomes for row in records(outcome.hours)]
    rows = [row for _, row in pairs]
    return [
        Column(words.label("option", lang), [title(o, lang) for o, _ in pairs]),
        Column(words.label("hour", lang), [words.hour_text(int(row["hour"])) for row in rows]),
        Column(words.label("calls", lang), [number(row["calls"]) for row in rows], _COUNT),
        *_figure_columns(rows, ("within_share", "mean_s", "p90_s", "busy_units"), lang),
    ]


def _group_columns(book: Book, simulation: Simulation) -> list[Column]:
    """List all other groups in which calls came."""
    lang, rules = book.lang, simulation.rules
    pairs = [
        (group, outcome, row)
        for group in _GROUPS
        for outcome, row in _per_outcome(simulation, group)
        if row["calls"] > 0
    ]
    rows = [row for *_, row in pairs]
    known = [says_something(row, rules) for row in rows]
    return [
        Column(words.label("kind", lang), [words.group_kind_text(group, lang) for group, *_ in pairs]),
        Column(words.label("option", lang), [title(o, lang) for _, o, _ in pairs]),
        Column(book.label("name"), [words.group_name(group, row, lang) for group, _, row in pairs]),
        Column(words.label("calls", lang), [number(row["calls"]) for row in rows], _COUNT),
        Column(book.label("note"), ["" if one else words.phrase("few", lang) for one in known]),
        *_figure_columns(rows, _SUMMARY, lang, known),
        *_plain_columns(rows, _PLAIN, lang, known),
    ]


def _curve_columns(book: Book, simulation: Simulation) -> list[Column]:
    lang, curves = book.lang, [(o, o.response_curve) for o in simulation.outcomes]
    first = curves[0][1]
    return [
        Column(pick(lang, "分钟", "Minutes"), [float(m) for m in first["minute"]], "0"),
        *(
            Column(
                words.label(key, lang),
                [number(v) for v in curve[column]],
                SHARE,
                full_title(outcome, lang),
            )
            for outcome, curve in curves
            for key, column in (("share", "share"), ("low", "share_low"), ("high", "share_high"))
        ),
    ]


def _write_differences(book: Book, simulation: Simulation) -> None:
    """List every difference that was looked at, clear or not."""
    lang = book.lang
    names = {o.key: title(o, lang) for o in simulation.outcomes}
    rows = [row for row in records(simulation.differences) if row["measure"] in MEASURES]
    found = [Difference(row["value"], row["low"], row["high"], bool(row["is_clear"])) for row in rows]
    points, time = pick(lang, "百分点", "points"), pick(lang, "分钟", "min")
    scale = [100.0 if words.is_share(row["measure"]) else 1 / 60 for row in rows]
    columns = [
        Column(words.label("option", lang), [names[row["key"]] for row in rows]),
        Column(pick(lang, "对照", "Against"), [names[row["against"]] for row in rows]),
        Column(words.label("kind", lang), [words.group_kind_text(row["group"], lang) for row in rows]),
        Column(book.label("name"), [words.group_name(row["group"], row, lang) for row in rows]),
        Column(words.label("measure", lang), [words.measure_text(row["measure"], lang) for row in rows]),
        *(
            Column(
                words.label(key, lang),
                [number(getattr(one, name) * by) for one, by in zip(found, scale, strict=True)],
                "+0.00;-0.00;0.00",
            )
            for key, name in (("difference", "value"), ("low", "low"), ("high", "high"))
        ),
        Column(
            pick(lang, "单位", "Unit"), [points if words.is_share(row["measure"]) else time for row in rows]
        ),
        Column(
            words.label("verdict", lang),
            [_verdict(one, row["measure"], lang) for one, row in zip(found, rows, strict=True)],
        ),
    ]
    sheet = book.list_sheet("simulation_differences", columns, frozen=2)
    _colour_verdicts(book, columns, sheet, 2)


def _verdict(found: Difference, measure: str, lang: Lang) -> str:
    return words.phrase(words.verdict_key(found, measure), lang)


def _colour_verdicts(book: Book, columns: Sequence[Column], sheet: Any, first: int) -> None:
    colours = {words.phrase(key, book.lang): colour for key, colour in _COLOURS.items()}
    for i, column in enumerate(columns, start=1):
        if column.heading == words.label("verdict", book.lang) and column.cells:
            letter = get_column_letter(i)
            book.colour(sheet, f"{letter}{first}:{letter}{first + len(column.cells) - 1}", colours)


def _write_rules(book: Book, simulation: Simulation) -> None:
    lang, rows = book.lang, rule_rows(simulation, book.lang)
    columns = [
        Column(words.label("item", lang), [row.item for row in rows]),
        Column(words.label("rule", lang), [row.text for row in rows]),
        Column(words.label("source", lang), [row.source for row in rows]),
        Column(words.label("is_assumed", lang), [wording.yes_text(row.is_assumed, lang) for row in rows]),
    ]
    book.list_sheet("simulation_rules", columns, frozen=1)
