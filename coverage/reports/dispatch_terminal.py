"""The answer to a call on the terminal: who is sent, the units, the way, what the county lacks meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import dispatch_wording as words
from coverage.reports import wording
from coverage.reports.dispatch_shown import planned_side
from coverage.reports.display_width import wrapped
from coverage.reports.palette import VERDICT_MARKS
from coverage.reports.terminal import VERDICT_CODES
from coverage.reports.text_table import TABLE_WIDTH, TextColumn, table_lines
from coverage.reports.wording import pick
from coverage.standards import MINUTE_S

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from coverage.dispatch.answer import Decision, Dispatch, Route
    from coverage.reports.wording import Lang

_BOLD = "1"


def render_dispatch(dispatch: Dispatch, lang: Lang, *, colour: bool = False) -> str:
    """
    Give the whole answer as text.

    Parameters
    ----------
    dispatch
        The answer.
    lang
        ``zh`` or ``en``.
    colour
        Whether what matters is set off by ANSI codes; words and marks stay either way.

    Returns
    -------
    str
        Lines without a trailing line break, no wider than `text_table` allows; the first one answers.
    """
    parts = [_prose(words.headline(dispatch, lang))]
    decision = dispatch.decision
    if decision is None:
        parts.append(_fleet(dispatch, lang))
    else:
        parts += [_units(decision, lang, colour=colour), _busy(dispatch, lang)]
        parts.append(_way(decision.route, "route_1", dispatch, lang))
        if decision.destination is not None:
            parts.append(_way(decision.destination.route, "route_2", dispatch, lang))
        if len(dispatch.losses):
            parts.append(_losses(dispatch, lang, colour=colour))
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def render_dispatch_line(dispatch: Dispatch, lang: Lang) -> str:
    """Give one picture of many in a line: when, and the answer, or what is held."""
    when = words.moment_text(dispatch.fleet.at)
    said = words.headline(dispatch, lang)[: 1 if dispatch.decision else 2]
    return "  ".join([*([when] if when else []), pick(lang, "；", "; ").join(said)])


def render_dispatch_notes(dispatch: Dispatch, lang: Lang) -> list[str]:
    """Give what a dispatcher must know before relying on the answer, a line each."""
    return [pick(lang, "注意：", "note: ") + line for line in words.note_lines(dispatch, lang)]


def _prose(lines: Iterable[str], indent: str = "") -> list[str]:
    return [part for line in lines for part in wrapped(indent + line, TABLE_WIDTH, indent=indent + "  ")]


def _units(decision: Decision, lang: Lang, *, colour: bool) -> list[str]:
    """List the units that can be sent, the first there first."""
    rows = decision.units
    limit_s = decision.limit_s
    marks = [VERDICT_MARKS["met" if row.is_within else "unmet"] for row in rows]
    kept = [pick(lang, "限时内", "kept") if row.is_within else pick(lang, "超时", "late") for row in rows]
    codes = [VERDICT_CODES["met" if row.is_within else "unmet"] for row in rows]
    bold = [_BOLD if i == 0 else "" for i in range(len(rows))]
    columns = [
        TextColumn("#", [str(i + 1) for i in range(len(rows))]),
        TextColumn(
            words.label("unit", lang),
            [words.unit_name(row.unit) for row in rows],
            left=True,
            yields=True,
            codes=bold if colour else (),
        ),
        TextColumn(
            words.label("state", lang), [words.state_text(row.unit.state, lang) for row in rows], left=True
        ),
        TextColumn(
            words.label("arrival", lang),
            [wording.minutes_text(row.response_s, lang, limit_s=limit_s) for row in rows],
        ),
        TextColumn(words.label("drive", lang), [wording.minutes_text(row.travel_s, lang) for row in rows]),
        TextColumn(
            f"{words.label('limit', lang)} {limit_s / MINUTE_S:g}",
            [f"{mark} {word}" for mark, word in zip(marks, kept, strict=True)],
            left=True,
            codes=codes if colour else (),
        ),
    ]
    later = words.untimed_text(decision, lang)
    return [*table_lines(columns), *([later] if later else [])]


def _busy(dispatch: Dispatch, lang: Lang) -> list[str]:
    line = words.busy_text(dispatch, lang)
    return _prose([line]) if line else []


def _way(route: Route, heading: str, dispatch: Dispatch, lang: Lang) -> list[str]:
    """Give a turn list under its length and minutes."""
    turns = words.turn_lines(route, lang, dispatch.area)
    lines = [f"{i}. {line}" for i, (_, line) in enumerate(turns, 1)]
    first, last = words.end_lines(heading, route, lang)
    return [
        *_prose([words.route_text(heading, route, lang)]),
        *_prose(filter(None, [first, *lines, last]), "  "),
    ]


def _losses(dispatch: Dispatch, lang: Lang, *, colour: bool) -> list[str]:
    """List the townships that lose while the unit is away."""
    rows = dispatch.losses.to_dict("records")
    shown = planned_side(dispatch)
    codes = [VERDICT_CODES[row["verdict_after"]] for row in rows]
    verdicts = [
        f"{VERDICT_MARKS[row['verdict_after']]} {wording.verdict_text(row['verdict_after'], lang)}"
        for row in rows
    ]
    people: Sequence[tuple[str, list[str]]] = [
        (key, [wording.table_population_text(shown, row[key], lang) for row in rows])
        for key in ("covered_before", "covered_after")
    ]
    columns = [
        TextColumn(
            words.losses_label(dispatch, lang),
            [wording.one_line(row["name"]) for row in rows],
            left=True,
            yields=True,
        ),
        *(TextColumn(words.label(key, lang), cells) for key, cells in people),
        TextColumn(words.label("verdict", lang), verdicts, left=True, codes=codes if colour else ()),
    ]
    return table_lines(columns)


def _fleet(dispatch: Dispatch, lang: Lang) -> list[str]:
    """List every unit: what it does, its base, how old its position is."""
    units = dispatch.fleet.units
    if not units:
        return []
    bases = words.base_names(dispatch)
    columns = [
        TextColumn(
            words.label("unit", lang), [words.unit_name(unit) for unit in units], left=True, yields=True
        ),
        TextColumn(
            words.label("state", lang), [words.state_text(unit.state, lang) for unit in units], left=True
        ),
        TextColumn(
            words.label("base", lang),
            [bases.get(unit.facility_id) or wording.DASH for unit in units],
            left=True,
            yields=True,
        ),
        TextColumn(words.label("position", lang), [words.age_text(unit, dispatch, lang) for unit in units]),
    ]
    return table_lines(columns)
