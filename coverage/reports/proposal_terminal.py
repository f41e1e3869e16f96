"""A proposal on the terminal: headline, sites, before and after, the curve, and what each site adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.reports import proposal_wording as words
from coverage.reports import wording
from coverage.reports.curve import curve_rows
from coverage.reports.display_width import wrapped
from coverage.reports.proposal_counts import figure_text
from coverage.reports.proposal_models import ARROW, proven_text
from coverage.reports.shown import side
from coverage.reports.text_table import TABLE_WIDTH, TextColumn, table_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from coverage.assessment import Totals
    from coverage.proposal import Proposal
    from coverage.reports.wording import Lang

_BOLD = "1"
_INDENT = "   "


def render_proposal(proposal: Proposal, lang: Lang, *, colour: bool = False, explain: bool = False) -> str:
    """
    Give the whole answer as text.

    Parameters
    ----------
    proposal
        The proposal.
    lang
        ``zh`` or ``en``.
    colour
        Whether ranks and names are set off by ANSI codes.
    explain
        Whether to say of each site whom it adds, whose verdict changes, and what the next best would give.

    Returns
    -------
    str
        Lines without a trailing line break; tables and prose no wider than `text_table` allows.
    """
    parts = [_prose(words.headline(proposal, lang))]
    if proposal.sites:
        parts.append(_sites(proposal, lang, colour=colour))
        if explain:
            parts.append(_explanations(proposal, lang))
        parts.append(_totals(proposal, lang))
    if proposal.sweep:
        parts.append(_sweep(proposal, lang))
    return "\n\n".join("\n".join(lines) for lines in parts)


def render_proposal_notes(proposal: Proposal, lang: Lang) -> list[str]:
    """Give what a reader must know before believing the figures, a line each, with what to do about it."""
    shown = side(proposal, proposal.after)
    return [wording.note_line(note, shown, lang) for note in proposal.notes]


def _sites(proposal: Proposal, lang: Lang, *, colour: bool) -> list[str]:
    sites = proposal.sites
    codes = [_BOLD] * len(sites) if colour else ()
    costs = [words.cost_text(site.cost_wan) for site in sites]

    def label(key: str) -> str:
        return words.label(key, proposal, lang)

    columns = [
        TextColumn("#", [str(site.rank) for site in sites]),
        TextColumn(
            label("name"), [wording.one_line(s.name) for s in sites], left=True, wraps=True, codes=codes
        ),
        TextColumn(
            label("kind"), [words.site_kind_text(s, proposal, lang) for s in sites], left=True, wraps=True
        ),
        *([TextColumn(label("cost"), costs)] if words.has_costs(proposal) else []),
        TextColumn(label("added"), [figure_text(proposal, s.added_population, lang) for s in sites]),
        TextColumn(
            label("townships_gained"), [words.gained_names(s, lang) for s in sites], left=True, wraps=True
        ),
    ]
    return table_lines(columns)


def _explanations(proposal: Proposal, lang: Lang) -> list[str]:
    lines = []
    for site in proposal.sites:
        lines += _prose([f"{site.rank}  {wording.one_line(site.name)}"])
        lines += _prose(words.explanation(site, proposal, lang), _INDENT)
    return lines


def _prose(lines: Iterable[str], indent: str = "") -> list[str]:
    return [part for line in lines for part in wrapped(indent + line, TABLE_WIDTH, indent=indent + "  ")]


def _totals(proposal: Proposal, lang: Lang) -> list[str]:
    before, after = (s.assessment.totals for s in (proposal.before, proposal.after))
    target = proposal.after.standard.target_share
    names = list(after)

    def label(key: str) -> str:
        return words.label(key, proposal, lang)

    def change(text: str, *, now: Iterable[str], then: Iterable[str]) -> TextColumn:
        cells = [f"{a} {ARROW} {b}" for a, b in zip(now, then, strict=True)]
        return TextColumn(text, cells)

    def covered(totals: Totals) -> str:
        return figure_text(proposal, totals.covered_population, lang)

    def share(totals: Totals) -> str:
        return wording.share_text(totals.covered_share, target_share=target)

    def median(totals: Totals) -> str:
        return wording.minutes_text(totals.median_s, lang)

    columns = [
        TextColumn(f"{label('before')} {ARROW} {label('after')}",
                   [wording.totals_text(name, lang) for name in names], left=True),
        *(
            change(label(key), now=[text(before[n]) for n in names], then=[text(after[n]) for n in names])
            for key, text in (
                ("covered", covered),
                ("covered_share", share),
                ("median", median),
                ("townships_met", wording.met_text),
            )
        ),
    ]  # fmt: skip
    return table_lines(columns, rules={len(names) - 1})


def _sweep(proposal: Proposal, lang: Lang) -> list[str]:
    rows, target = curve_rows(proposal), proposal.after.standard.target_share

    def label(key: str) -> str:
        return words.short_label(key, proposal, lang)

    def people(key: str, values: Iterable[float]) -> TextColumn:
        return TextColumn(label(key), [words.signed_text(proposal, value, lang) for value in values])

    today = words.label("before", proposal, lang)
    columns = [
        TextColumn(label("count"), [str(row.count) for row in rows]),
        TextColumn(label("covered"), [figure_text(proposal, row.covered_population, lang) for row in rows]),
        people("gained", [row.gained for row in rows]),
        people("step", [row.step for row in rows]),
        TextColumn(
            label("covered_share"),
            [wording.share_text(row.covered_share, target_share=target) for row in rows],
        ),
        TextColumn(label("townships_met"), [str(row.townships_met) for row in rows]),
        TextColumn(
            label("proof"), [proven_text(row.plan, lang) if row.plan else today for row in rows], left=True
        ),
        TextColumn(
            words.label("sites", proposal, lang),
            [words.all_names(row.names, lang) or wording.DASH for row in rows],
            left=True,
            wraps=True,
        ),
    ]
    return table_lines(columns)
