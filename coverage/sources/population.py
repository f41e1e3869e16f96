"""
Settlements, township totals and roads into demand points.

How the people of a county are placed where no census grid is at hand:

1. A settlement's own figure stands for the settlement. Up to `POINT_PEOPLE` it is one point; more are spread
   over the residential and minor roads around it, by length, within the radius their number fills at
   `PEOPLE_PER_KM2`, so that a township can be covered in part.
2. A township's total, less the figures of its settlements, is spread over the rest of its residential and
   minor roads by length.
3. A township without a total whose settlement bears its very name takes that figure for its total: on such a
   node OpenStreetMap holds the municipality's figure (Eschen's 4,284 include the 1,357 of Nendeln). Less the
   other settlements' figures it goes to the roads around that settlement and around those without a figure,
   by length; a hamlet without a figure gets at most what is typical of one.
4. Likewise a settlement that bears the county's very name holds the county's figure; less all that is known
   it goes to the townships without a total.
5. Where townships remain of which nothing is known, and the others hold at least half of the residential and
   minor roads, they are given as many people a metre of road as the others have. Otherwise nobody is counted:
   all demand is metres of residential and minor road.

No person is lost: the demand of a township adds up to its total.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import KDTree

from coverage.sources.demand_merging import on_grid
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import plain_name
from coverage.sources.road_pieces import NOWHERE, SPACING_M, RoadPieces, road_pieces, township_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from coverage.study_area import DemandUnit

POINT_PEOPLE = 500.0
# Loosely built villages and small towns; a dense city fills less than its radius, which does no harm.
PEOPLE_PER_KM2 = 1_500.0
# https://wiki.openstreetmap.org/wiki/Key:place, the lower end of what each is used for
TYPICAL_PEOPLE = {
    "city": 100_000.0,
    "town": 10_000.0,
    "village": 500.0,
    "hamlet": 100.0,
    "isolated_dwelling": 5.0,
    "farm": 5.0,
}
CAPPED_PLACES = ("hamlet", "isolated_dwelling", "farm")
MIN_KNOWN_SHARE = 0.5


@dataclass(frozen=True)
class Demand:
    """
    Where the people are.

    Parameters
    ----------
    points
        As in `StudyArea.demand`.
    unit
        What ``population`` counts.
    township_people
        Shape (n_townships,): people of each township, NaN where they are not known.
    modelled
        True where any of it is spread or estimated.
    notes
        What was assumed.
    """

    points: gpd.GeoDataFrame
    unit: DemandUnit
    township_people: NDArray[np.float64]
    modelled: bool
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class _Ledger:
    """
    Who lives where, before anybody is given a place.

    Parameters
    ----------
    total
        Shape (n_townships,): people, NaN where no total is known.
    pot
        Shape (n_townships,): people of a total that no settlement's figure accounts for.
    pot_settlement
        Shape (n_townships,): the namesake whose figure gave the total, -1 where there is none.
    own
        Shape (n_settlements,): people a settlement has by its own figure, NaN where unknown.
    county_people
        What is known of the whole county, NaN where nothing is.
    """

    total: NDArray[np.float64]
    pot: NDArray[np.float64]
    pot_settlement: NDArray[np.intp]
    own: NDArray[np.float64]
    county_people: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Share:
    """Weights at places that belong to one settlement or township: shape (n_places,) each."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    people: NDArray[np.float64]
    township: NDArray[np.intp]
    settlement: int = NOWHERE


def demand_points(
    townships: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    edges: gpd.GeoDataFrame,
    *,
    county_name: str = "",
    county_people: float = math.nan,
) -> Demand:
    """
    Give every person of a county a place; see the head of the module for the rules.

    Parameters
    ----------
    townships
        ``id``, ``name``, ``population`` (NaN where no total is known) and polygons, in a metric system.
    settlements
        ``id``, ``name``, ``place``, ``population`` (NaN where unknown) and points.
    edges
        Road edges, indexed by u, v and key, with ``highway``, ``length`` and lines.
    county_name
        Name of the county, to know a settlement that holds its figure.
    county_people
        Total of the county, where known.
    """
    pieces = road_pieces(edges, townships)
    at = settlements.geometry
    home = township_of(at.x.to_numpy(), at.y.to_numpy(), townships.geometry.to_numpy())
    ledger = _open_ledger(townships, settlements, home, county_name, county_people)
    claim = _claims(pieces, settlements, home, ledger)
    people = _settle(ledger, settlements, home, pieces, claim)
    shares = [
        _around(i, float(people[i]), pieces, np.flatnonzero(claim == i), settlements, int(home[i]))
        for i in np.flatnonzero(people > 0).tolist()
    ]
    shares += _along_roads(ledger, townships, pieces, claim)
    shares, unknown, notes = _fill_unknown(shares, ledger, townships, pieces, claim)
    unit: DemandUnit = "people"
    if not shares:
        unit, shares = "residential_road_m", [_Share(pieces.x, pieces.y, pieces.metres, pieces.township)]
    outside = float(sum(s.people[s.township < 0].sum() for s in shares))
    modelled = unit != "people" or any(len(s.x) > 1 or s.settlement == NOWHERE for s in shares)
    shares += _empty_townships(shares, townships)
    points = _points(shares, townships, settlements)
    known = _people_by_township(shares, len(townships))
    known[unknown] = math.nan
    if unit != "people":
        known[:] = math.nan
    notes = (*ledger.notes, *notes, *_outside_note(settlements, home, outside))
    return Demand(points, unit, known, modelled, notes)


def _open_ledger(
    townships: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
    home: NDArray[np.intp],
    county_name: str,
    county_people: float,
) -> _Ledger:
    """Read totals and figures, and decide what a figure under the township's or county's name stands for."""
    own = settlements["population"].to_numpy(dtype=float, copy=True)
    names = np.array([plain_name(name) for name in settlements["name"]], dtype=object)
    township_names = [plain_name(name) for name in townships["name"]]
    county = plain_name(county_name)
    notes: list[Note] = []
    if county and county not in township_names:
        for i in np.flatnonzero((names == county) & np.isfinite(own)):
            county_people = own[i] if math.isnan(county_people) else county_people
            own[i] = math.nan
            notes.extend(_county_note(str(settlements["name"].iloc[i]), county_people))
    total = townships["population"].to_numpy(dtype=float, copy=True)
    pot = np.zeros(len(townships))
    pot_settlement = np.full(len(townships), NOWHERE, dtype=np.intp)
    namesakes, over = [], []
    for t, name in enumerate(township_names):
        here = np.flatnonzero((home == t) & np.isfinite(own))
        same = here[names[here] == name]
        figured = float(own[here].sum())
        rest = float(own[np.setdiff1d(here, same)].sum())
        whole = total[t] if np.isfinite(total[t]) else float(own[same].max(initial=-math.inf))
        if not math.isfinite(whole):
            continue
        if rest > whole:
            over.append(t)
            total[t] = figured
        elif np.isfinite(total[t]) and figured <= whole:
            pot[t] = whole - figured
        else:
            total[t], pot[t], pot_settlement[t] = whole, whole - rest, same[np.argmax(own[same])]
            own[same] = math.nan
            namesakes.append(t)
    notes += _ledger_notes(townships["name"].iloc[namesakes].tolist(), townships["name"].iloc[over].tolist())
    return _Ledger(total, pot, pot_settlement, own, county_people, tuple(notes))


def _county_note(name: str, people: float) -> tuple[Note, ...]:
    return noted(
        "county_figure",
        "demand",
        [name],
        f"figure read as the whole county's, {people:,.0f} people: that of {{some}}",
        f"按全县人口处理的居民点标注人口：{{some}}，{people:,.0f}人",
    )


def _ledger_notes(namesakes: list[str], over: list[str]) -> tuple[Note, ...]:
    return (
        *noted(
            "namesake_totals",
            "demand",
            namesakes,
            "townships whose total is the figure of the settlement of the same name: {n} ({some})",
            "以同名居民点标注人口作为总人口的乡镇：{n}个（{some}）",
        ),
        *noted(
            "figures_exceed_total",
            "demand",
            over,
            "townships whose settlements' figures add up to more than the total, and stand: {n} ({some})",
            "居民点人口之和超过总人口、以居民点人口为准的乡镇：{n}个（{some}）",
        ),
    )


def radius_m(people: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the radii, in metres, of the circles that so many people fill at `PEOPLE_PER_KM2`."""
    return 1_000.0 * np.sqrt(people / (math.pi * PEOPLE_PER_KM2))


def _claims(
    pieces: RoadPieces, settlements: gpd.GeoDataFrame, home: NDArray[np.intp], ledger: _Ledger
) -> NDArray[np.intp]:
    """
    Give the settlement whose surroundings each piece of road belongs to, -1 for none.

    Of several the one it is nearest to, measured in radii. A settlement does not reach out of a township
    that has a total; those of townships without one reach into each other's.
    """
    claim = np.full(len(pieces.x), NOWHERE, dtype=np.intp)
    if not len(pieces.x):
        return claim
    common = len(ledger.total)
    pool = np.where(np.isnan(ledger.total), common, np.arange(common))
    piece_pool = pool[pieces.township]
    best = np.full(len(pieces.x), math.inf)
    tree = KDTree(np.column_stack([pieces.x, pieces.y]))
    at = shapely.get_coordinates(settlements.geometry.to_numpy())
    for i, place in enumerate(settlements["place"]):
        t = home[i]
        if t < 0:
            continue
        people = ledger.own[i]
        if i == ledger.pot_settlement[t]:
            people = ledger.pot[t]
        elif math.isnan(people) and ledger.pot_settlement[t] >= 0:
            people = TYPICAL_PEOPLE[place]
        if not people > 0:
            continue
        radius = float(radius_m(np.asarray(people)))
        near = np.asarray(tree.query_ball_point(at[i], radius), dtype=np.intp)
        near = near[piece_pool[near] == pool[t]]
        relative = np.hypot(pieces.x[near] - at[i, 0], pieces.y[near] - at[i, 1]) / radius
        closer = relative < best[near]
        best[near[closer]], claim[near[closer]] = relative[closer], i
    return claim


def _settle(
    ledger: _Ledger,
    settlements: gpd.GeoDataFrame,
    home: NDArray[np.intp],
    pieces: RoadPieces,
    claim: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Give the people of every settlement, shape (n_settlements,): its own, or its part of the namesake's."""
    people = np.nan_to_num(ledger.own)
    metres = np.bincount(claim[claim >= 0], weights=pieces.metres[claim >= 0], minlength=len(settlements))
    places = settlements["place"].to_numpy(dtype=object)
    for t in np.flatnonzero(ledger.pot_settlement >= 0):
        seat, pot = ledger.pot_settlement[t], ledger.pot[t]
        group = np.flatnonzero((home == t) & np.isnan(ledger.own))
        capped = group[np.isin(places[group], CAPPED_PLACES) & (group != seat)]
        free = np.setdiff1d(group, capped)
        whole = metres[group].sum()
        if whole > 0:
            caps = np.array([TYPICAL_PEOPLE[place] for place in places[capped]])
            people[capped] = np.minimum(caps, pot * metres[capped] / whole)
        left = pot - people[capped].sum()
        spread = metres[free].sum()
        if spread > 0:
            people[free] = left * metres[free] / spread
        else:
            people[seat] = left
    return people


def _around(
    settlement: int,
    people: float,
    pieces: RoadPieces,
    own: NDArray[np.intp],
    settlements: gpd.GeoDataFrame,
    home: int,
) -> _Share:
    """Spread a settlement's people over the pieces of road it claims, or leave them at its point."""
    point = settlements.geometry.iloc[settlement]
    if people <= POINT_PEOPLE or not len(own):
        return _Share(
            np.array([point.x]), np.array([point.y]), np.array([people]), np.array([home]), settlement
        )
    share = pieces.metres[own] / pieces.metres[own].sum()
    return _Share(pieces.x[own], pieces.y[own], people * share, pieces.township[own], settlement)


def _over(pieces: RoadPieces, own: NDArray[np.intp], people: float) -> _Share:
    """Spread people over pieces of road, by length."""
    share = pieces.metres[own] / pieces.metres[own].sum()
    return _Share(pieces.x[own], pieces.y[own], people * share, pieces.township[own])


def _along_roads(
    ledger: _Ledger, townships: gpd.GeoDataFrame, pieces: RoadPieces, claim: NDArray[np.intp]
) -> list[_Share]:
    """Spread what is left of the townships' totals over the roads no settlement claims."""
    shares = []
    for t in np.flatnonzero((ledger.pot > 0) & (ledger.pot_settlement < 0)):
        here = np.flatnonzero(pieces.township == t)
        free = here[claim[here] < 0]
        if len(here):
            shares.append(_over(pieces, free if len(free) else here, float(ledger.pot[t])))
        else:
            point = townships.geometry.iloc[t].representative_point()
            shares.append(
                _Share(np.array([point.x]), np.array([point.y]), ledger.pot[t : t + 1], np.array([t]))
            )
    return shares


def _people_by_township(shares: Sequence[_Share], n_townships: int) -> NDArray[np.float64]:
    """Add up the people of each township, shape (n_townships,); those outside of all are left out."""
    total = np.zeros(n_townships)
    for share in shares:
        inside = share.township >= 0
        np.add.at(total, share.township[inside], share.people[inside])
    return total


def _fill_unknown(
    shares: list[_Share],
    ledger: _Ledger,
    townships: gpd.GeoDataFrame,
    pieces: RoadPieces,
    claim: NDArray[np.intp],
) -> tuple[list[_Share], NDArray[np.intp], tuple[Note, ...]]:
    """
    Give people to the townships of which nothing is known, or nobody to anyone.

    Returns
    -------
    list of _Share
        Empty where demand has to be weighed by road length.
    ndarray
        Indices of the townships whose people are estimated.
    tuple of Note
        What was done.
    """
    people = _people_by_township(shares, len(townships))
    metres = np.bincount(pieces.township, weights=pieces.metres, minlength=len(townships))
    known = np.isfinite(ledger.total) | (people > 0)
    no_total = np.flatnonzero(np.isnan(ledger.total))
    left = ledger.county_people - sum(float(share.people.sum()) for share in shares)
    free = np.flatnonzero(np.isin(pieces.township, no_total) & (claim < 0))
    if left > 0 and len(free):
        names = townships["name"].iloc[no_total].tolist()
        return [*shares, _over(pieces, free, left)], no_total, _rest_note(names, left)
    unknown = np.flatnonzero(~known)
    names = townships["name"].iloc[unknown].tolist()
    if not len(unknown):
        return shares, unknown, ()
    enough = metres[known].sum() >= MIN_KNOWN_SHARE * metres.sum() and people[known].sum() > 0
    if not enough:
        return [], unknown, _road_note(names, len(townships))
    per_metre = float(people[known].sum() / metres[known].sum()) if metres[known].sum() else 0.0
    filled = [
        _over(pieces, here, per_metre * float(metres[t]))
        for t in unknown
        if len(here := np.flatnonzero(pieces.township == t))
    ]
    return [*shares, *filled], unknown, _estimate_note(names, per_metre)


def _rest_note(names: list[str], people: float) -> tuple[Note, ...]:
    return noted(
        "county_rest_spread",
        "demand",
        names,
        "townships without a total, over whose minor roads the county's other people are spread, "
        f"{people:,.0f} in all: {{n}} ({{some}})",
        f"没有总人口、按低等级道路长度分摊全县其余人口（{people:,.0f}人）的乡镇：{{n}}个（{{some}}）",
    )


def _road_note(names: list[str], n_townships: int) -> tuple[Note, ...]:
    return noted(
        "demand_by_road_length",
        "demand",
        names,
        "demand is metres of residential and minor road, not people, as nothing is known of the "
        f"people of {{n}} of {n_townships} townships ({{some}})",
        f"需求按居住区及低等级道路的长度计，不是人口：{n_townships}个乡镇中有{{n}}个没有人口数据（{{some}}）",
    )


def _estimate_note(names: list[str], per_metre: float) -> tuple[Note, ...]:
    return noted(
        "people_estimated",
        "demand",
        names,
        f"townships whose people are not known, estimated at the others' {per_metre:.2f} a metre of "
        "residential and minor road: {n} ({some})",
        f"没有人口数据、按其他乡镇每米居住区及低等级道路{per_metre:.2f}人估算的乡镇：{{n}}个（{{some}}）",
    )


def _outside_note(settlements: gpd.GeoDataFrame, home: NDArray[np.intp], people: float) -> tuple[Note, ...]:
    if not people:
        return ()
    figured = (home < 0) & (settlements["population"].to_numpy(dtype=float) > 0)
    return noted(
        "people_outside_townships",
        "demand",
        settlements["name"][figured].tolist(),
        f"settlements inside the boundary that lie in no township, {people:,.0f} people: {{n}} ({{some}})",
        f"边界内但不属于任何乡镇的居民点：{{n}}个，共{people:,.0f}人（{{some}}）",
    )


def _empty_townships(shares: Sequence[_Share], townships: gpd.GeoDataFrame) -> list[_Share]:
    """Give a township nobody lives in one point without people, so that none goes without a row."""
    named = np.concatenate([share.township for share in shares]) if shares else np.array([], dtype=np.intp)
    points = townships.geometry.representative_point()
    return [
        _Share(np.array([points.iloc[t].x]), np.array([points.iloc[t].y]), np.zeros(1), np.array([t]))
        for t in np.setdiff1d(np.arange(len(townships)), named)
    ]


def _points(
    shares: Sequence[_Share],
    townships: gpd.GeoDataFrame,
    settlements: gpd.GeoDataFrame,
) -> gpd.GeoDataFrame:
    """Merge the shares that fall into one cell, for each settlement and township, and number the points."""
    x, y = np.concatenate([s.x for s in shares]), np.concatenate([s.y for s in shares])
    people = np.concatenate([s.people for s in shares])
    township = np.concatenate([s.township for s in shares])
    settlement = np.repeat([s.settlement for s in shares], [len(s.x) for s in shares])
    owner = (settlement + 1) * (len(townships) + 1) + township + 1
    groups = on_grid(x, y, people, owner, SPACING_M)
    kept = groups.kept
    township, settlement = township[kept], settlement[kept]
    township_ids = np.append(townships["id"].to_numpy(dtype=object), "")
    settlement_ids = np.append(settlements["id"].to_numpy(dtype=object), "")
    names = np.append(settlements["name"].to_numpy(dtype=object), "")
    owner_ids = np.where(settlement >= 0, settlement_ids[settlement], township_ids[township])
    number = pd.Series(owner_ids).groupby(owner_ids).cumcount().to_numpy()
    size = pd.Series(owner_ids).groupby(owner_ids).transform("size").to_numpy()
    single = (size == 1) & (settlement >= 0)
    ids = [o if one else f"{o}-{n + 1}" for o, n, one in zip(owner_ids, number, single, strict=True)]
    return gpd.GeoDataFrame(
        {
            "id": ids,
            "name": names[settlement],
            "township_id": township_ids[township],
            "population": groups.sums(people),
        },
        geometry=shapely.points(x[kept], y[kept]),
        crs=townships.crs,
    )
