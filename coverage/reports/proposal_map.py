"""The map of a proposal: the county before and after, the sites in rings, and whom each of them adds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from coverage.reports import map_style as style
from coverage.reports import proposal_wording as words
from coverage.reports import wording
from coverage.reports.map import (
    dot_group,
    fullest_missed,
    ground_data,
    render_page,
    state_data,
    write_page,
)
from coverage.reports.map_geometry import degrees, places
from coverage.reports.map_tiles import parse_tiles
from coverage.reports.map_words import word
from coverage.reports.proposal_counts import count_text
from coverage.reports.proposal_figures import proposal_hash
from coverage.reports.proposal_panel import proposal_text
from coverage.reports.shown import side

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.proposal import Proposal, ProposedSite
    from coverage.reports.map_tiles import Tiles
    from coverage.reports.wording import Lang

_SHARED = ("name", "at", "weight", "shape")  # of a township: the same before and after


def write_proposal_map(proposal: Proposal, path: Path, *, lang: Lang, tiles: str | None = None) -> None:
    """
    Write the map of a proposal as one file that opens with no internet.

    Parameters
    ----------
    proposal
        The proposal.
    path
        The file, replaced as a whole.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles (see `coverage.reports.map_tiles.parse_tiles`); none by default.

    Raises
    ------
    FileError
        If the file cannot be written.
    TilesError
        If `tiles` is no tile service.
    """
    background = parse_tiles(tiles, lang) if tiles else None
    write_page(render_proposal_map(proposal, lang, background), path)


def render_proposal_map(proposal: Proposal, lang: Lang = "zh", tiles: Tiles | None = None) -> str:
    """Give the map's page as text; the same proposal gives the same page, to the byte."""
    page = proposal_text(proposal, lang, tiles=tiles, data_hash=proposal_hash(proposal))
    return render_page(page, proposal_data(proposal, lang, tiles), lang, tiles)


def proposal_data(proposal: Proposal, lang: Lang, tiles: Tiles | None = None) -> dict[str, Any]:
    """
    Collect what the page's script draws.

    Parameters
    ----------
    proposal
        The proposal.
    lang
        ``zh`` or ``en``.
    tiles
        Background tiles, if wanted.

    Returns
    -------
    dict
        As ``assets/map.js`` reads it: the county after the plan, ``before`` it, ``sites`` and ``closed``.
    """
    before, after = (side(proposal, s) for s in (proposal.before, proposal.after))
    ground = ground_data(after, lang, tiles)
    if not proposal.sites:
        return {**ground, **state_data(after, lang)}
    fullest = fullest_missed(before)
    now = state_data(before, lang, fullest=fullest)
    proposed = {site.id for site in proposal.sites}
    then = state_data(after, lang, fullest=fullest, without=proposed)
    for was, township in zip(now["townships"], then["townships"], strict=True):
        if was["verdict"] != township["verdict"]:
            township["was"] = was["verdict"]
    # the county's outlines once: a township's shape is the same before and after
    now["townships"] = [{k: v for k, v in t.items() if k not in _SHARED} for t in now["townships"]]
    then["dots"] += [_added(site, proposal, fullest, lang) for site in proposal.sites if site.added]
    return {
        **ground,
        **then,
        "before": now,
        "sites": [_site(site, proposal, lang) for site in proposal.sites],
        "closed": _closed(proposal, lang),
    }


def _at(site: ProposedSite) -> list[float]:
    return [degrees(site.lat), degrees(site.lon)]


def _added(site: ProposedSite, proposal: Proposal, fullest: float, lang: Lang) -> dict[str, Any]:
    """Pack the demand points that a site adds, the largest first, and where the rays to them begin."""
    after = side(proposal, proposal.after)
    demand = after.assessment.demand
    mine = demand[demand["id"].isin(site.added)].sort_values("population", ascending=False, kind="stable")
    colour = style.added_colour(site.rank)
    group = dot_group(mine, after, lang, layer=f"adds-{site.rank}", colour=colour, fullest=fullest)
    return {**group, "from": _at(site)}


def _label(name: str) -> str:
    """Give a name as it stands on the map, without where exactly it is: that one sees."""
    plain = wording.one_line(name)
    return plain.partition("（")[0] or plain


def _site(site: ProposedSite, proposal: Proposal, lang: Lang) -> dict[str, Any]:
    """Give a proposed site as the map shows it: symbol, tip and card."""
    added, sole = (count_text(proposal, n, lang) for n in (site.added_population, site.sole_population))
    figures = {"added": added, "sole": sole}
    if proposal.wish.kind == "station":
        figures["ambulances"] = f"{site.ambulances:g}"
    if math.isfinite(site.cost_wan):
        figures["cost"] = words.cost_text(site.cost_wan)
    figures["place"] = f"{site.lon:.5f}, {site.lat:.5f}"
    return {
        "rank": site.rank,
        "name": wording.one_line(site.name),
        "label": _label(site.name),
        "kind": words.site_kind_text(site, proposal, lang),
        "symbol": site.kind,
        "at": _at(site),
        "tip": [words.site_kind_text(site, proposal, lang), words.adds_line(site, proposal, lang)],
        "rows": [[words.label(key, proposal, lang), text] for key, text in figures.items()],
        "lines": words.explanation(site, proposal, lang)[1:],
    }


def _closed(proposal: Proposal, lang: Lang) -> list[dict[str, Any]]:
    """Give what closes: facilities that go, and such as keep standing but are no longer what they were."""
    closings = words.closings(proposal, lang)
    table = proposal.area.facilities
    rows = table[table["id"].isin(closings)]
    return [
        {"name": name, "kind": what, "label": f"{name}{word('comma', lang)}{what}", "at": at}
        for (name, what), at in zip((closings[i] for i in rows["id"]), places(rows.geometry), strict=True)
    ]
