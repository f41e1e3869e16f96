"""A proposal as JSON: the figures of its reports, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.reports.figures import (
    county_figures,
    facility_figures,
    hash_of,
    judged_figures,
    number,
    other_clock_figures,
    records,
    share,
    source_figures,
    standard_figures,
    text,
    totals_figures,
    write_figures,
)
from coverage.reports.shown import side

if TYPE_CHECKING:
    from pathlib import Path

    from coverage.proposal import Proposal, ProposedSite, SweepPoint
    from coverage.situation import Situation

_GAP_DECIMALS = 9


def proposal_json(proposal: Proposal) -> dict[str, Any]:
    """
    Give a proposal's figures as plain dictionaries, lists, texts and numbers.

    Units and rounding are those of `coverage.reports.figures.to_json`. Figures that are not known, such as
    the gap of a plan without a bound, are None. The same proposal always gives the same figures: how long
    the search took is not among them.

    Parameters
    ----------
    proposal
        The proposal.

    Returns
    -------
    dict
        Keys ``model``, ``kind``, ``status``, ``objective``, ``bound``, ``gap``, ``sites``, ``before``,
        ``after`` and ``sweep``, and beside them ``closed``, ``lost_population``, ``measures``, ``wish``,
        ``townships``, ``facilities``, ``candidates`` and what every file says of its county, standard, notes
        and sources.
    """
    shown, plan, wish = side(proposal, proposal.after), proposal.plan, proposal.wish
    return {
        **county_figures(shown),
        "model": wish.model,
        "kind": "subcenter" if wish.kind == "subcentre" else wish.kind,
        "status": plan.status,
        "objective": number(plan.objective),
        "bound": number(plan.bound),
        "gap": _gap(plan.gap),
        "wish": _wish(proposal),
        "standard": standard_figures(shown),
        "sites": [_site(site) for site in proposal.sites],
        "closed": [text(name) for name in proposal.closed],
        "lost_population": number(proposal.lost_population),
        "lost_demand_ids": [text(name) for name in proposal.lost],
        "measures": [
            {"code": m.code, "before": number(m.before), "after": number(m.after)} for m in proposal.measures
        ],
        "before": _situation(proposal.before),
        "after": _situation(proposal.after),
        "townships": _townships(proposal),
        "facilities": facility_figures(proposal.after.assessment),
        "sweep": [_sweep_point(point) for point in proposal.sweep],
        "candidates": _candidates(proposal),
        **source_figures(shown),
    }


def proposal_hash(proposal: Proposal) -> str:
    """Give twelve letters by which the figures of a proposal are known, the same in every language."""
    return hash_of(proposal_json(proposal))


def write_proposal_json(proposal: Proposal, path: Path) -> None:
    """
    Write the figures of `proposal_json` as a UTF-8 file.

    Parameters
    ----------
    proposal
        The proposal.
    path
        File to write; an older one stays as it is until the new one is complete.

    Raises
    ------
    FileError
        If the folder cannot be written or the disk is full.
    """
    write_figures(proposal_json(proposal), path)


def _wish(proposal: Proposal) -> dict[str, Any]:
    wish = proposal.wish
    return {
        "count": wish.count,
        "budget_wan": None if wish.budget_wan is None else number(wish.budget_wan),
        "reach": None if wish.reach is None else share(wish.reach),
        "sweep": list(wish.sweep),
        "close_allowed": wish.close_allowed,
        "moves": wish.moves if wish.close_allowed else None,
        "keep": None if wish.keep is None else [text(name) for name in wish.keep],
        "busy": wish.busy if wish.model == "expected-covering" else None,
        "outer_factor": wish.outer_factor if wish.model == "double-standard" else None,
        "time_limit_s": number(wish.time_limit_s),
    }


def _site(site: ProposedSite) -> dict[str, Any]:
    other = site.alternative
    return {
        "rank": site.rank,
        "id": text(site.id),
        "name": text(site.name),
        "kind": site.kind,
        "facility_id": site.facility_id or None,
        "origin": site.origin,
        "lon": site.lon,
        "lat": site.lat,
        "ambulances": number(site.ambulances),
        "cost_wan": number(site.cost_wan),
        "added_population": number(site.added_population),
        "added_demand_ids": [text(name) for name in site.added],
        "sole_population": number(site.sole_population),
        "townships_gained": [text(name) for name in site.townships_gained],
        "verdict_changes": [
            {"id": c.township_id, "name": text(c.name), "before": c.before, "after": c.after}
            for c in site.changes
        ],
        "alternative": None
        if other is None
        else {
            "id": text(other.id),
            "name": text(other.name),
            "covered_population": number(other.covered_population),
            "objective": number(other.objective),
        },
    }


def _situation(situation: Situation) -> dict[str, Any]:
    """Give the totals as ``coverage analyze`` does, and those by class and on the other clock beside them."""
    mine, other = situation.assessment, situation.other_clock
    return {
        **totals_figures(mine, "all"),
        "totals_by_class": {name: totals_figures(mine, name) for name in ("urban", "rural")},
        "other_clock": None if other is None else other_clock_figures(other),
    }


def _townships(proposal: Proposal) -> list[dict[str, Any]]:
    before, after = (records(s.assessment.townships) for s in (proposal.before, proposal.after))
    return [
        {
            "id": now["id"],
            "name": text(now["name"]),
            "class": now["class"],
            "limit_s": number(now["limit_s"]),
            "before": judged_figures(now),
            "after": judged_figures(then),
        }
        for now, then in zip(before, after, strict=True)
    ]


def _sweep_point(point: SweepPoint) -> dict[str, Any]:
    return {
        "count": point.count,
        "population": number(point.population),
        "covered_population": number(point.covered_population),
        "covered_share": share(point.covered_share),
        "townships_met": point.townships_met,
        "status": point.plan.status,
        "objective": number(point.plan.objective),
        "bound": number(point.plan.bound),
        "gap": _gap(point.plan.gap),
        "sites": [text(name) for name in point.names],
        "option": text(point.option.name),
    }


def _candidates(proposal: Proposal) -> list[dict[str, Any]]:
    chosen = set(proposal.plan.sites)
    standing = dict(zip(proposal.area.facilities["id"], proposal.area.facilities["kind"], strict=True))
    return [
        {
            "id": text(row["id"]),
            "name": text(row["name"]),
            "kind": row["kind"],
            "facility_kind": standing.get(row["facility_id"]),
            "origin": row["origin"],
            "existing": bool(row["existing"]),
            "lon": row["lon"],
            "lat": row["lat"],
            "cost_wan": number(row["cost_wan"]),
            "open": i in chosen,
        }
        for i, row in enumerate(records(proposal.candidates.drop(columns=proposal.candidates.geometry.name)))
    ]


def _gap(gap: float) -> float | None:
    """Give a gap; None where no bound is known."""
    known = number(gap)
    return None if known is None else round(float(gap), _GAP_DECIMALS)
