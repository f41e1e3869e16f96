"""What the page of a proposal says in text: answer, sites, before and after, curve, layers and legend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from coverage.reports import map_style as style
from coverage.reports import proposal_wording as words
from coverage.reports import wording
from coverage.reports.map_panel import (
    capital,
    frame_text,
    layer_groups,
    legend_item,
    legend_items,
    township_table,
    uncovered_list,
)
from coverage.reports.map_words import word
from coverage.reports.proposal_chart import sweep_chart
from coverage.reports.proposal_counts import figure_text
from coverage.reports.proposal_models import measure_lines, proof_text
from coverage.reports.shown import side

if TYPE_CHECKING:
    from coverage.assessment import Totals
    from coverage.proposal import Proposal
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.wording import Lang


def proposal_text(proposal: Proposal, lang: Lang, *, tiles: Tiles | None, data_hash: str) -> dict[str, Any]:
    """
    Collect everything the page says in text.

    Parameters
    ----------
    proposal
        The proposal.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.
    data_hash
        Short hash of the figures.

    Returns
    -------
    dict
        As ``assets/page.html`` shows it; every text is escaped there.
    """
    after = side(proposal, proposal.after)
    frame = frame_text(after, lang, tiles=tiles, data_hash=data_hash)
    uncovered = uncovered_list(after, lang)
    changes = bool(proposal.sites)
    townships = _townships(proposal, lang) if changes else township_table(after, lang)
    between = "" if lang == "zh" else ": "
    kicker = words.kicker_text(proposal, lang)
    lines = [words.proposed_text(proposal, lang), words.closed_text(proposal, lang)]
    if changes:
        lines += measure_lines(proposal, lang)
    return {
        **frame,
        "title": wording.one_line(proposal.area.county.title(lang)) + between + kicker,
        "kicker": kicker,
        "headline": [line for line in lines if line],
        "answers": _answers(proposal, lang),
        "sides": _sides(proposal, lang) if changes else [],
        "proof": [proof_text(proposal, lang)] if changes else [],
        "sites": _sites(proposal, lang) if changes else None,
        "gap": words.remaining_text(proposal, lang),
        "totals": _totals(proposal, lang),
        "chart": sweep_chart(proposal, lang) if proposal.sweep else None,
        "townships": townships,
        "uncovered": uncovered,
        "layer_groups": _layers(proposal, lang, tiles),
        "legend": _legend(proposal, lang),
        "method": words.method_lines(proposal, lang),
        "symbols": {**frame["symbols"], **style.site_symbols()},
        "words": {
            **frame["words"],
            "sides": words.label("shown_side", proposal, lang),
            "sweep": words.chart_title(proposal, lang),
            **{
                key: words.label(key, proposal, lang, n=n) if changes else word(key, lang, n=n)
                for key, n in (("township_table", len(townships["rows"])), ("uncovered_list", uncovered["n"]))
            },
        },
    }


def _sides(proposal: Proposal, lang: Lang) -> list[dict[str, str]]:
    return [{"id": key, "name": words.label(key, proposal, lang)} for key in ("before", "after")]


def _answers(proposal: Proposal, lang: Lang) -> list[dict[str, str]]:
    """Give people and townships, what they are and what they were."""
    before, after = (s.assessment.totals["all"] for s in (proposal.before, proposal.after))
    shown, target = side(proposal, proposal.after), proposal.after.standard.target_share
    unit = proposal.area.demand_unit
    covered, population = (
        wording.population_text(shown, value, lang) for value in (after.covered_population, after.population)
    )
    changed = bool(proposal.sites)

    def share(totals: Totals) -> str:
        return wording.share_text(totals.covered_share, target_share=target)

    return [
        {
            "was": share(before) if changed else "",
            "figure": share(after),
            "label": word("of_people" if unit == "people" else "of_road", lang, unit),
            "detail": f"{covered} / {population}",
        },
        {
            "was": wording.met_text(before) if changed else "",
            "figure": wording.met_text(after),
            "label": word("met", lang),
            "detail": words.changed_text(proposal, lang) if changed else "",
        },
    ]


def _sites(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    costs = words.has_costs(proposal)
    rows = [
        {
            "rank": site.rank,
            "name": wording.one_line(site.name),
            "kind": words.site_kind_text(site, proposal, lang),
            "cells": [
                figure_text(proposal, site.added_population, lang),
                str(len(site.townships_gained)),
                *([words.cost_text(site.cost_wan)] if costs else []),
            ],
            "lines": words.explanation(site, proposal, lang),
        }
        for site in proposal.sites
    ]
    keys = ["name", "added", "townships_gained", *(["cost"] if costs else [])]
    return {"heads": [words.short_label(key, proposal, lang) for key in keys], "rows": rows}


def _totals(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    """Give share and townships met, before and after, by class, and on the other clock where there is one."""
    target = proposal.after.standard.target_share
    keys = ("before", "after") if proposal.sites else ("before",)
    sides = (proposal.before, proposal.after)[: len(keys)]
    rows = [
        (capital(wording.class_text(name, lang)), [s.assessment.totals[name] for s in sides])
        for name in ("all", "urban", "rural")
    ]
    other = [s.other_clock for s in sides if s.other_clock is not None]
    if other:
        rows.append((word(other[0].standard.clock, lang), [a.totals["all"] for a in other]))
    return {
        "heads": [words.label(key, proposal, lang) for key in keys],
        "rows": [
            {
                "name": name,
                "cells": [
                    text
                    for t in both
                    for text in (
                        wording.share_text(t.covered_share, target_share=target),
                        wording.met_text(t),
                    )
                ],
            }
            for name, both in rows
        ],
        "caption": word("totals", lang),
    }


def _townships(proposal: Proposal, lang: Lang) -> dict[str, Any]:
    """Give the panel's table of townships, those that gain most first."""
    before, after = (s.assessment.townships for s in (proposal.before, proposal.after))
    target = proposal.after.standard.target_share
    gained = after["covered_population"].to_numpy() - before["covered_population"].to_numpy()
    rows = []
    for i in np.argsort(-gained, kind="stable"):
        was, now = before.iloc[i], after.iloc[i]
        changed = was["verdict"] != now["verdict"]
        rows.append(
            {
                "id": str(now["id"]),
                "name": wording.one_line(now["name"]),
                "verdict": now["verdict"],
                "verdict_text": wording.verdict_text(now["verdict"], lang),
                "was": was["verdict"] if changed else "",
                "was_text": wording.verdict_text(was["verdict"], lang),
                "cells": [
                    words.signed_text(proposal, float(gained[i]), lang),
                    wording.share_text(was["covered_share"], target_share=target),
                    wording.share_text(now["covered_share"], target_share=target),
                ],
            }
        )
    heads = [wording.short_label("name", lang)]
    heads += [words.short_label(key, proposal, lang) for key in ("gained", "before", "after")]
    return {"heads": heads, "rows": rows}


def _layers(proposal: Proposal, lang: Lang, tiles: Tiles | None) -> list[dict[str, Any]]:
    """Give the layer control: that of an analysis, with the sites and what each adds in front."""
    sides = [side(proposal, s) for s in (proposal.before, proposal.after)]
    mine = []
    if proposal.sites:
        mine.append({"id": "sites", "name": words.label("sites", proposal, lang), "on": True})
    if proposal.closed:
        mine.append({"id": "closed", "name": words.label("closed", proposal, lang), "on": True})
    adds = [
        {"id": f"adds-{site.rank}", "name": f"{site.rank} {wording.one_line(site.name)}", "on": True}
        for site in proposal.sites
        if site.added
    ]
    groups = [
        {"name": words.label("proposal", proposal, lang), "layers": mine},
        {"name": words.label("adds_layer", proposal, lang), "layers": adds},
    ]
    groups = [group for group in groups if group["layers"]]
    return [*groups, *layer_groups(sides, lang, tiles, catchments=False)]


def _legend(proposal: Proposal, lang: Lang) -> list[dict[str, Any]]:
    """Give the legend: that of an analysis, with the sites and what they add in front."""
    sides = [side(proposal, s) for s in (proposal.before, proposal.after)]
    items = []
    kinds = dict.fromkeys(site.kind for site in proposal.sites)
    for kind in kinds:
        name = words.label("proposed_kind", proposal, lang, kind=wording.kind_text(kind, lang))
        items.append(legend_item("sites", name, style.site_swatch(kind)))
    if proposal.closed:
        items.append(legend_item("closed", words.label("closed", proposal, lang), style.closed_swatch()))
    adding = [site for site in proposal.sites if site.added]
    if adding:
        layers = " ".join(f"adds-{site.rank}" for site in adding)
        name = words.label("adds_legend", proposal, lang)
        items.append(legend_item(layers, name, style.added_swatch(adding[0].rank)))
    return [*items, *legend_items(sides, lang, catchments=False)]
