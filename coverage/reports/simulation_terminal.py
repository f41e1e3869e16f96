"""A simulated year on the terminal: headline, and one table of options or townships."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import simulation_wording as words
from coverage.reports import wording
from coverage.reports.comparison_names import title
from coverage.reports.display_width import wrapped
from coverage.reports.simulation_rows import (
    busiest,
    difference,
    everyone,
    figure,
    group_rows,
    says_something,
    shortage,
    shown_of,
    worst_first,
)
from coverage.reports.text_table import TABLE_WIDTH, TextColumn, table_lines

if TYPE_CHECKING:
    from coverage.reports.wording import Lang
    from coverage.simulation import Estimate, SimulatedOutcome, Simulation

_BOLD, _DIM = "1", "2"


def render_simulation(simulation: Simulation, lang: Lang, *, colour: bool = False) -> str:
    """
    Give the whole answer as text.

    Parameters
    ----------
    simulation
        The simulated year.
    lang
        ``zh`` or ``en``.
    colour
        Whether clear differences, and figures that say little, are set off by ANSI codes.

    Returns
    -------
    str
        Lines without a trailing line break; table and prose no wider than `text_table` allows.
    """
    lines = [*words.headline(simulation, lang)]
    prose = [part for line in lines for part in wrapped(line, TABLE_WIDTH, indent="  ")]
    table = _options if simulation.options else _townships
    parts = [prose, table_lines(table(simulation, lang, colour=colour))]
    few = "" if simulation.options else words.few_text(simulation, lang)
    if few:
        parts.append(wrapped(few, TABLE_WIDTH, indent="  "))
    return "\n\n".join("\n".join(part) for part in parts)


def render_simulation_notes(simulation: Simulation, lang: Lang) -> list[str]:
    """Give what a reader must know before believing the figures, a line each, with what to do about it."""
    shown = shown_of(simulation)
    return [wording.note_line(note, shown, lang) for note in simulation.notes]


def _options(simulation: Simulation, lang: Lang, *, colour: bool) -> list[TextColumn]:
    outcomes, lacking = simulation.outcomes, shortage(simulation.rules)
    rows = [everyone(outcome) for outcome in outcomes]
    found = [None if o.is_baseline else difference(simulation, o.key, "within_share") for o in outcomes]
    against = [
        wording.DASH
        if one is None
        else f"{words.signed_text(one.value, 'within_share')} "
        + words.phrase(words.verdict_key(one, "within_share"), lang)
        for one in found
    ]
    codes = [_BOLD if one is not None and one.is_clear else "" for one in found]
    target = simulation.standard.target_share
    within = [_within(figure(row, "within_share"), target, lang) for row in rows]
    return [
        TextColumn(words.label("option", lang), [title(o, lang) for o in outcomes], left=True, wraps=True),
        TextColumn(words.short_label("within_share", lang), within),
        TextColumn(
            words.short_label("against_today", lang), against, left=True, codes=codes if colour else ()
        ),
        *(
            TextColumn(words.short_label(key, lang), [words.minutes_text(row[key], lang) for row in rows])
            for key in ("mean_s", "median_s", "p90_s")
        ),
        TextColumn(words.short_label(lacking, lang), [wording.share_text(row[lacking]) for row in rows]),
        TextColumn(words.short_label("busiest", lang), [_busiest(o) for o in outcomes]),
    ]


def _within(found: Estimate, target_share: float, lang: Lang) -> str:
    bounds = words.share_bounds_text(found, lang)
    share = wording.share_text(found.value, target_share=target_share)
    return share + (wording.bracketed(bounds, lang) if bounds else "")


def _busiest(outcome: SimulatedOutcome) -> str:
    unit = busiest(outcome)
    return wording.DASH if unit is None else wording.share_text(unit["utilisation"])


def _townships(simulation: Simulation, lang: Lang, *, colour: bool) -> list[TextColumn]:
    """List the townships, the smallest share first, and all of them together."""
    rules, outcome, lacking = simulation.rules, simulation.baseline, shortage(simulation.rules)
    rows = worst_first(group_rows(outcome, "township"), rules)
    known = [says_something(row, rules) for row in rows]
    names = [wording.short_name(row["name"]) or words.phrase("outside", lang) for row in rows]
    every = [*rows, everyone(outcome)]
    shows = [*known, True]
    target = simulation.standard.target_share
    codes = [_DIM if not one else "" for one in shows] if colour else ()

    def share(key: str) -> list[str]:
        return [
            wording.share_text(row[key], target_share=target) if one else wording.DASH
            for row, one in zip(every, shows, strict=True)
        ]

    def bounds(key: str) -> list[str]:
        return [
            words.share_bounds_text(figure(row, key), lang) or wording.DASH
            if one
            else words.phrase("few", lang)
            for row, one in zip(every, shows, strict=True)
        ]

    return [
        TextColumn(
            wording.short_label("name", lang),
            [*names, wording.class_text("all", lang)],
            left=True,
            yields=True,
            codes=codes,
        ),
        TextColumn(words.short_label("calls", lang), [words.count_text(row["calls"]) for row in every]),
        TextColumn(words.short_label("within_share", lang), share("within_share")),
        TextColumn(wording.pick(lang, "95%区间", "95% interval"), bounds("within_share")),
        *(
            TextColumn(
                words.short_label(key, lang),
                [
                    words.minutes_text(row[key], lang) if one else wording.DASH
                    for row, one in zip(every, shows, strict=True)
                ],
            )
            for key in ("mean_s", "median_s", "p90_s")
        ),
        TextColumn(words.short_label(lacking, lang), share(lacking)),
    ]
