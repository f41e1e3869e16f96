"""Where a station or a sub-centre could be: the existing sites first, then every place that may get one."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.assessment import response_bases, snap_places
from coverage.errors import SitingError, name_some
from coverage.routing.snapping import SNAP_LIMIT_M, Snapped
from coverage.siting.place_names import PlaceNames, road_rank
from coverage.siting.spacing import far_from, pairs_nearer, thin_to_most
from coverage.study_area import FACILITY_KINDS, WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from coverage.assessment import Places
    from coverage.routing.network import RoadNetwork
    from coverage.standards import ResponseStandard
    from coverage.study_area import StudyArea

Origin = Literal["existing", "facility", "seat", "settlement", "road", "file"]
Purpose = Literal["station", "subcentre"]
DropReason = Literal[
    "other_kind", "exists", "repeated", "outside", "off_network", "no_build", "too_near", "thinned"
]

MAX_CANDIDATES = 2_000
"""More places than this are not offered: the spacing is widened until no more are left."""
STATION_SPACING_M = 500.0
"""Spacing of places for a station where none is asked for: less than a minute by ambulance."""
HOSPITAL_GRADE = ("hospital", "subcentre")
"""Kinds of facilities that a county counts as its centre and its sub-centres."""

COLUMNS = (
    "id",
    "name",
    "kind",
    "facility_id",
    "origin",
    "existing",
    "may_close",
    "ambulances",
    "cost_wan",
    "lon",
    "lat",
    "turnout_s",
)
_ROADS_OF_A_JUNCTION = 3
_SAME_FACILITY_M = 500.0  # a listed place of a facility's very name and no farther from it is that facility


@dataclass(frozen=True)
class Dropped:
    """
    Places that are no candidates, for one reason.

    Parameters
    ----------
    reason
        ``other_kind``: listed for something else. ``exists``: listed, and an existing site already.
        ``repeated``: listed twice. ``outside`` the county. ``off_network``: too far from every road.
        ``no_build``: in a no-build zone. ``too_near``: nearer than the spacing to an existing site that
        stays. ``thinned``: nearer than the spacing to a place that comes before it.
    n
        How many.
    names
        Those of the planner's own list; empty for places that the program thought of.
    """

    reason: DropReason
    n: int
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Candidates:
    """
    The sites a model may choose from.

    Parameters
    ----------
    table
        One row a site, in the area's system, the existing ones first, in the study area's order: ``id``,
        ``name``, ``kind`` (what it is or will be), ``facility_id`` (empty for a new place), ``origin`` (one
        of `Origin`), ``existing``, ``may_close``, ``ambulances`` (what it has, or gets), ``cost_wan`` (NaN
        where not known, 0 for what exists), ``lon``, ``lat`` (WGS84 degrees), ``turnout_s`` (NaN where the
        standard's holds), point geometry.
    sites
        The same places on the roads.
    lead_s
        Shape (n_sites,), seconds on the standard's clock before the wheels turn there.
    apart
        Pairs of rows, the first the lower, of which at most one may be open: they are nearer to each other
        than the spacing, and one of them at least is new.
    dropped
        What is no candidate, reason by reason, in the order of the sieve; reasons of nobody are left out.
    spacing_m
        Spacing that the new places keep to each other; 0 where none was asked for.
    is_widened
        Whether the spacing had to be widened to offer no more than `MAX_CANDIDATES` places.
    """

    table: gpd.GeoDataFrame
    sites: Snapped
    lead_s: NDArray[np.float64]
    apart: tuple[tuple[int, int], ...]
    dropped: tuple[Dropped, ...]
    spacing_m: float
    is_widened: bool = False

    @property
    def fixed(self) -> tuple[int, ...]:
        """Rows of the existing sites that stay in any case."""
        stays = self.table["existing"].to_numpy() & ~self.table["may_close"].to_numpy()
        return tuple(np.flatnonzero(stays).tolist())

    @property
    def n_existing(self) -> int:
        """Number of existing sites."""
        return int(self.table["existing"].sum())


@dataclass(frozen=True)
class _Pool:
    """Sites on their way: the table's columns but the coordinates, and their places on the roads."""

    table: gpd.GeoDataFrame
    sites: Snapped

    def take(self, which: NDArray[np.int64]) -> _Pool:
        return _Pool(self.table.iloc[which].reset_index(drop=True), self.sites.take(which))


def station_candidates(
    area: StudyArea,
    network: RoadNetwork,
    standard: ResponseStandard,
    *,
    places: Places | None = None,
    spacing_m: float | None = None,
    no_build: shapely.Geometry | None = None,
    cost_wan: float = math.nan,
    given: gpd.GeoDataFrame | None = None,
    keep: Sequence[str] | None = None,
    close_allowed: bool = False,
    max_candidates: int = MAX_CANDIDATES,
) -> Candidates:
    """
    List where ambulances stand, and where they could.

    Existing sites are the bases on the road network, those beyond the boundary included. Unless they are
    given, new places are the county's other facilities, its townships' seats, its settlements (by people)
    and its road junctions (by class of road), thinned to the spacing in that order.

    Parameters
    ----------
    area, network, places
        The study area, its roads, its points on them.
    standard
        The promise, for the seconds before the wheels turn.
    spacing_m
        Least distance between two sites, as the crow flies; `STATION_SPACING_M` between places that are not
        given, and none between those that are, where not said.
    no_build
        Zones where nothing may be built, in the area's system.
    cost_wan
        Cost of a new site that has no figure of its own, 万元.
    given
        The planner's own places, as `coverage.sources.candidate_table.read_candidates` gives them, in the
        place of all others; one that names a facility, or is called like one beside it, is that facility.
    keep
        Ids or names of existing sites that stay in any case.
    close_allowed
        Whether the county's other existing sites may close; those beyond its boundary never do.
    max_candidates
        Of places that are not given.

    Raises
    ------
    SitingError
        If no new place is left, `keep` names no existing site, or `given` names a facility that is not there.
    AssessmentError
        If there is no base at all.
    """
    places = places or snap_places(area, network)
    is_base = response_bases(area.facilities)[0] & places.facilities.on_network
    existing = _existing(area, places, is_base, closable=is_base if close_allowed else ~is_base, keep=keep)
    if given is not None:
        pool, sifted = _given(area, network, places, given, is_base, "station")
    else:
        sifted = []
        pool = _joined(
            [
                _facilities(area, places, ~is_base),
                _seats(area, places),
                _settlements(area, places),
                _junctions(area, network),
            ]
        )
    return _candidates(
        area, network, standard, existing, pool, sifted,
        spacing_m=STATION_SPACING_M if spacing_m is None and given is None else spacing_m or 0.0,
        no_build=no_build, cost_wan=cost_wan, most=max_candidates if given is None else None,
    )  # fmt: skip


def subcentre_candidates(
    area: StudyArea,
    network: RoadNetwork,
    standard: ResponseStandard,
    *,
    places: Places | None = None,
    spacing_m: float | None = None,
    no_build: shapely.Geometry | None = None,
    cost_wan: float = math.nan,
    given: gpd.GeoDataFrame | None = None,
    keep: Sequence[str] | None = None,
    close_allowed: bool = False,
) -> Candidates:
    """
    List the hospital-grade facilities, and what could become a county sub-centre.

    Existing sites are hospitals and sub-centres on the road network; of them only the county's sub-centres
    may close. New places are the county's health centres, unless they are given.

    Parameters
    ----------
    area, network, standard, places, spacing_m, no_build, cost_wan, given, keep, close_allowed
        As in `station_candidates`; no place is thinned away, so that the spacing makes pairs alone.

    Raises
    ------
    SitingError
        As there.
    """
    places = places or snap_places(area, network)
    kinds = area.facilities["kind"].to_numpy(dtype=object)
    is_site = np.isin(kinds, HOSPITAL_GRADE) & places.facilities.on_network
    closable = (kinds == "subcentre") & close_allowed
    existing = _existing(area, places, is_site, closable=closable, keep=keep)
    if given is not None:
        pool, sifted = _given(area, network, places, given, is_site, "subcentre")
    else:
        pool, sifted = _facilities(area, places, kinds == "health_centre"), []
        pool = replace(pool, table=pool.table.assign(kind="subcentre", ambulances=0.0))
    return _candidates(
        area, network, standard, existing, pool, sifted,
        spacing_m=spacing_m or 0.0, no_build=no_build, cost_wan=cost_wan, most=None,
    )  # fmt: skip


def _existing(
    area: StudyArea,
    places: Places,
    is_site: NDArray[np.bool_],
    *,
    closable: NDArray[np.bool_],
    keep: Sequence[str] | None,
) -> _Pool:
    """Give the facilities that are sites already, and say which of them may close."""
    which = np.flatnonzero(is_site)
    pool = _facilities(area, places, is_site)
    ids, names = (pool.table[column].astype(str) for column in ("id", "name"))
    strange = [word for word in keep or () if word not in {*ids, *names}]
    if strange:
        some, there = ((name_some(strange, mark=m), name_some(names, mark=m)) for m in (", ", "、"))
        raise SitingError(
            f"to be kept, but no existing site: {some[0]}: the existing sites are {some[1]}",
            zh=f"要求保留的不是现有站点：{there[0]}；现有站点为{there[1]}",
        )
    kept = ids.isin(keep or ()) | names.isin(keep or ())
    inside = shapely.intersects(area.boundary, pool.table.geometry.to_numpy())
    table = pool.table.assign(
        origin="existing",
        existing=True,
        may_close=closable[which] & inside & ~kept.to_numpy(),
        ambulances=area.facilities["ambulances"].to_numpy(dtype=np.float64)[which],
        cost_wan=0.0,
    )
    return _Pool(table, pool.sites)


def _facilities(area: StudyArea, places: Places, is_wanted: NDArray[np.bool_]) -> _Pool:
    which = np.flatnonzero(is_wanted)
    mine = area.facilities.iloc[which]
    table = _table(
        mine.geometry,
        id=mine["id"].to_numpy(dtype=object),
        name=mine["name"].to_numpy(dtype=object),
        kind=mine["kind"].to_numpy(dtype=object),
        facility_id=mine["id"].to_numpy(dtype=object),
        turnout_s=mine["turnout_s"].to_numpy(dtype=np.float64),
        origin="facility",
    )
    return _Pool(table, places.facilities.take(which))


def _seats(area: StudyArea, places: Places) -> _Pool:
    seats, names = area.seats(), PlaceNames(area)
    which = np.flatnonzero(~seats.isna().to_numpy())
    mine = area.townships.iloc[which]
    table = _table(
        seats.iloc[which],
        id=[f"seat-{i}" for i in mine["id"]],
        name=[names.seat(str(name)) for name in mine["name"]],
        origin="seat",
    )
    return _Pool(table, places.seats.take(which))


def _settlements(area: StudyArea, places: Places) -> _Pool:
    """Give the demand points, those of most people first."""
    which = np.argsort(-area.demand["population"].to_numpy(dtype=np.float64), kind="stable")
    mine = area.demand.iloc[which]
    table = _table(
        mine.geometry,
        id=[f"place-{i}" for i in mine["id"]],
        name=mine["name"].to_numpy(dtype=object),
        origin="settlement",
    )
    return _Pool(table, places.demand.take(which))


def _junctions(area: StudyArea, network: RoadNetwork) -> _Pool:
    """Give the county's road nodes that can be stopped at: junctions before bends, great roads first."""
    points = gpd.points_from_xy(network.x_m, network.y_m)
    n_nodes = len(points)
    ends = np.concatenate((network.tail, network.head))
    others = np.concatenate((network.head, network.tail))
    pairs = np.unique(np.stack((ends, others)), axis=1)
    n_neighbours = np.bincount(pairs[0], minlength=n_nodes)
    rank = np.full(n_nodes, np.iinfo(np.int64).max)
    by_class = {word: road_rank(str(word)) for word in set(network.highway.tolist())}
    ranks = np.array([by_class[word] for word in network.highway.tolist()])
    is_open = np.concatenate((network.is_open, network.is_open))
    np.minimum.at(rank, ends[is_open], np.concatenate((ranks, ranks))[is_open])
    inside = _within(area.boundary, points.to_numpy())
    which = np.flatnonzero(inside & (rank < np.iinfo(np.int64).max))
    which = which[np.lexsort((which, rank[which], n_neighbours[which] < _ROADS_OF_A_JUNCTION))]
    series = gpd.GeoSeries(points[which], crs=network.crs)
    table = _table(series, id=[f"road-{i}" for i in network.node_id[which]], name="", origin="road")
    # the line at a node is the node's own: nobody stands off the road there
    segment = np.full(n_nodes, -1, dtype=np.int64)
    at_head = np.zeros(n_nodes)
    opened = np.flatnonzero(network.is_open)
    segment[network.head[opened]], at_head[network.head[opened]] = opened, 1.0
    segment[network.tail[opened]], at_head[network.tail[opened]] = opened, 0.0
    return _Pool(table, Snapped(segment[which], at_head[which], np.zeros(len(which))))


def _given(
    area: StudyArea,
    network: RoadNetwork,
    places: Places,
    given: gpd.GeoDataFrame,
    is_site: NDArray[np.bool_],
    purpose: Purpose,
) -> tuple[_Pool, list[Dropped]]:
    """Give the planner's own places, and those of them that are listed for nothing."""
    rows = given.to_crs(area.crs).reset_index(drop=True)
    facility = _facility_of(area, rows)
    linked = np.flatnonzero(facility >= 0)
    theirs = area.facilities.iloc[facility[linked]]
    table = _table(
        rows.geometry,
        **{name: _column(rows, name, "") for name in ("id", "name", "kind")},
        cost_wan=_column(rows, "cost_wan", math.nan),
        origin="file",
    )
    said = table["kind"].to_numpy(dtype=object)
    table = table.assign(kind=_kinds(said, purpose), ambulances=_ambulances(rows, purpose))
    if len(linked):
        # what becomes part of a facility stands where that facility stands
        table.loc[linked, "geometry"] = theirs.geometry.to_numpy()
        for column in ("id", "turnout_s"):
            table.loc[linked, column] = theirs[column].to_numpy()
        table.loc[linked, "name"] = _both_names(area, table.loc[linked, "name"], theirs["name"])
        table.loc[linked, "facility_id"] = theirs["id"].to_numpy(dtype=object)
        if purpose == "station":
            table.loc[linked, "kind"] = theirs["kind"].to_numpy(dtype=object)
    snapped = network.snap_points(table.geometry)
    most = places.facilities.take(np.maximum(facility, 0))
    sites = Snapped(
        *(
            np.where(facility >= 0, getattr(most, part), getattr(snapped, part))
            for part in ("segment", "fraction", "access_m")
        )
    )
    elsewhere = said == ("subcentre" if purpose == "station" else "ambulance_station")
    unwanted: list[tuple[DropReason, NDArray[np.bool_]]] = [
        ("other_kind", elsewhere & (facility < 0 if purpose == "station" else True)),
        ("exists", (facility >= 0) & is_site[np.maximum(facility, 0)]),
        ("repeated", pd.Series(facility).duplicated().to_numpy() & (facility >= 0)),
    ]
    return _sifted(_Pool(table, sites), unwanted)


def _both_names(area: StudyArea, listed: pd.Series[Any], facilities: pd.Series[Any]) -> list[str]:
    """Call places as the planner lists them, with the facility that each becomes part of in brackets."""
    brackets = "{} ({})" if PlaceNames(area).lang == "en" else "{}（{}）"
    pairs = zip(listed.astype(str), facilities.astype(str), strict=True)
    return [
        own or theirs if own in (theirs, "") or not theirs else brackets.format(own, theirs)
        for own, theirs in pairs
    ]


def _facility_of(area: StudyArea, rows: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """
    Find the facility that each listed place is part of, -1 where none.

    Whoever fills in `facility_id` means that facility. An id or a name of the place's own that is also a
    facility's may be chance: it counts beside that facility alone, an id also where the place has no point.
    """
    number = {str(i): n for n, i in enumerate(area.facilities["id"])}
    asked, own = _column(rows, "facility_id", "").tolist(), _column(rows, "id", "").tolist()
    strange = [i for i in asked if i and i not in number]
    if strange:
        raise SitingError(
            f"candidates name facilities that are not there: {name_some(strange)}: give ids of the study "
            "area's facilities, or leave the column empty",
            zh=f"候选点所填的机构代码在设施表中不存在：{name_some(strange, mark='、')}：请核对，或留空",
        )
    points, names = rows.geometry.to_numpy(), _column(rows, "name", "")
    homes = area.facilities.geometry.to_numpy()
    found = np.array([number.get(i, -1) for i in asked], dtype=np.int64)
    called = np.array([number.get(i, -1) for i in own], dtype=np.int64)
    beside = ~(shapely.distance(points, homes[called]) > _SAME_FACILITY_M)
    found = np.where((found < 0) & (called >= 0) & beside, called, found)
    tree = shapely.STRtree(homes)
    near, facility = tree.query(points, predicate="dwithin", distance=_SAME_FACILITY_M)
    theirs = area.facilities["name"].to_numpy(dtype=object)
    for row, other in zip(near.tolist(), facility.tolist(), strict=True):
        if found[row] < 0 and names[row] and names[row] == theirs[other]:
            found[row] = other
    return found


def _kinds(said: NDArray[np.object_], purpose: Purpose) -> NDArray[np.object_]:
    """Tell what each listed place will be."""
    allowed = FACILITY_KINDS if purpose == "station" else HOSPITAL_GRADE
    usual = "ambulance_station" if purpose == "station" else "subcentre"
    return np.where(np.isin(said, allowed), said, usual)


def _ambulances(rows: gpd.GeoDataFrame, purpose: Purpose) -> NDArray[np.float64]:
    """Tell how many ambulances each listed place gets: a station one at least."""
    listed = _column(rows, "ambulances", math.nan)
    return np.where(listed >= 1, listed, 1.0 if purpose == "station" else 0.0)


def _candidates(
    area: StudyArea,
    network: RoadNetwork,
    standard: ResponseStandard,
    existing: _Pool,
    pool: _Pool,
    sifted: list[Dropped],
    *,
    spacing_m: float,
    no_build: shapely.Geometry | None,
    cost_wan: float,
    most: int | None,
) -> Candidates:
    """Sift the new places, thin them where there is a most, and put them behind the existing sites."""
    if not (math.isfinite(spacing_m) and spacing_m >= 0):
        raise SitingError(
            f"the spacing is {spacing_m / 1000:g} km: give 0 or more",
            zh=f"间距为 {spacing_m / 1000:g} 公里：请给出不小于0的数",
        )
    n_listed = len(pool.table) + sum(drop.n for drop in sifted)
    stays = existing.table[~existing.table["may_close"]]
    points = pool.table.geometry.to_numpy()
    pool, dropped = _sifted(
        pool,
        [
            ("outside", ~_within(area.boundary, points)),
            ("off_network", ~pool.sites.on_network),
            ("no_build", _within(no_build, points)),
            ("too_near", ~far_from(_xy(pool.table), _xy(stays), spacing_m)),
        ],
    )
    applied_m = spacing_m
    if most is not None:
        kept, applied_m = thin_to_most(_xy(pool.table), spacing_m, most)
        pool, thinned = _sifted(pool, [("thinned", ~kept)])
        dropped += thinned
    if not len(pool.table):
        raise _none_left(n_listed, [*sifted, *dropped], spacing_m)
    pool = _named(area, network, existing, pool, cost_wan)
    joined = _joined([existing, pool])
    lonlat = joined.table.geometry.to_crs(WGS84)
    table = joined.table.assign(lon=shapely.get_x(lonlat.to_numpy()), lat=shapely.get_y(lonlat.to_numpy()))
    return Candidates(
        table=table[[*COLUMNS, "geometry"]],
        sites=joined.sites,
        lead_s=np.array(
            [standard.lead_s(t) for t in table["turnout_s"].to_numpy(dtype=np.float64)], dtype=np.float64
        ),
        apart=_apart(table, spacing_m),
        dropped=(*sifted, *dropped),
        spacing_m=applied_m,
        is_widened=applied_m > spacing_m,
    )


def _sifted(
    pool: _Pool, reasons: Iterable[tuple[DropReason, NDArray[np.bool_]]]
) -> tuple[_Pool, list[Dropped]]:
    """Leave out places reason by reason, each under the first that holds."""
    alive = np.ones(len(pool.table), dtype=bool)
    dropped = []
    own = (pool.table["origin"] == "file").to_numpy()
    for reason, where in reasons:
        hit = alive & where
        if hit.any():
            rows = pool.table[hit & own]
            names = rows["name"].where(rows["name"] != "", rows["id"]).astype(str)
            dropped.append(Dropped(reason, int(hit.sum()), tuple(names)))
        alive &= ~hit
    return pool.take(np.flatnonzero(alive)), dropped


def _none_left(n_listed: int, dropped: Sequence[Dropped], spacing_m: float) -> SitingError:
    """Say that no new place is left, and what took each."""
    if not n_listed:
        return SitingError(
            "there is no place to choose from (no health centre that could become a sub-centre): give your "
            "own with --candidates FILE",
            zh="没有可选的候选点（县内没有可升级为次中心的卫生院）：请用 --candidates 提供候选点文件",
        )
    en, zh = dropped_text(dropped, spacing_m)
    return SitingError(
        f"no candidate is left of {n_listed}: {en}: loosen one of these, or give other places",
        zh=f"{n_listed}处候选点均不可用：{zh}；请放宽条件或另行提供候选点",
    )


def dropped_text(dropped: Sequence[Dropped], spacing_m: float) -> tuple[str, str]:
    """
    Say how many places each rule took, in English and in Chinese.

    Parameters
    ----------
    dropped
        As in `Candidates`.
    spacing_m
        The spacing that holds.
    """
    km = f"{spacing_m / 1000:.3g}"
    words: dict[DropReason, tuple[str, str]] = {
        "other_kind": ("listed for another purpose", "类型不符"),
        "exists": ("existing sites already", "本身就是现有站点"),
        "repeated": ("listed twice", "重复"),
        "outside": ("outside the county", "在县域以外"),
        "off_network": (f"more than {SNAP_LIMIT_M / 1000:g} km from any road", "远离道路"),
        "no_build": ("in a no-build zone", "在禁建区内"),
        "too_near": (f"nearer than {km} km to an existing site", f"距现有站点不足{km}公里"),
        "thinned": (f"nearer than {km} km to another", f"与其他候选点相距不足{km}公里"),
    }
    en = ", ".join(f"{drop.n} {words[drop.reason][0]}" for drop in dropped)
    zh = "、".join(f"{words[drop.reason][1]}{drop.n}处" for drop in dropped)
    return en, zh


def _named(area: StudyArea, network: RoadNetwork, existing: _Pool, pool: _Pool, cost_wan: float) -> _Pool:
    """Give every new place an id of its own, a name that a planner finds, its figures and its kind."""
    table, words = pool.table.copy(), PlaceNames(area)
    points = table.geometry.to_numpy()
    names = table["name"].to_numpy(dtype=object).copy()
    for is_road in (True, False):
        mine = np.flatnonzero((names == "") & ((table["origin"] == "road").to_numpy() == is_road))
        ends = _ends(network, pool.sites.take(mine), junction=is_road)
        names[mine] = words.places(points[mine], ends, junction=is_road)
    twice = pd.Series(names).duplicated(keep=False).to_numpy()
    mine = np.flatnonzero(twice & (table["origin"] == "settlement").to_numpy())
    ends = _ends(network, pool.sites.take(mine), junction=False)
    names[mine] = words.told_apart(names[mine].tolist(), points[mine], ends)
    table["name"] = _told_apart(names, existing.table["name"], " {}")
    is_new = (table["facility_id"] == "").to_numpy()
    ids = table["id"].to_numpy(dtype=object).copy()
    ids[ids == ""] = [f"c{i + 1}" for i in np.flatnonzero(ids == "")]
    ids[is_new] = _told_apart(ids[is_new], area.facilities["id"], "-{}")
    cost = table["cost_wan"].to_numpy(dtype=np.float64)
    table = table.assign(id=ids, cost_wan=np.where(np.isnan(cost), cost_wan, cost))
    return _Pool(table, pool.sites)


def _ends(network: RoadNetwork, sites: Snapped, *, junction: bool) -> list[frozenset[object]]:
    """Give the road node each site is, or the two that its road ends at."""
    tails, heads = (network.node_id[end[sites.segment]].tolist() for end in (network.tail, network.head))
    if not junction:
        return [frozenset(pair) for pair in zip(tails, heads, strict=True)]
    at_head = (sites.fraction > 0).tolist()
    return [frozenset([b if is_head else a]) for a, b, is_head in zip(tails, heads, at_head, strict=True)]


def _told_apart(texts: Iterable[object], taken: Iterable[object], mark: str) -> list[str]:
    """Give texts that differ from each other and from those taken, by a number behind all but the first."""
    there, result = {str(text) for text in taken}, []
    for text in map(str, texts):
        own, n = text, 2
        while own in there:
            own, n = text + mark.format(n), n + 1
        there.add(own)
        result.append(own)
    return result


def _apart(table: gpd.GeoDataFrame, spacing_m: float) -> tuple[tuple[int, int], ...]:
    """Find the pairs too near to each other of which one is new; none is left near a site that stays."""
    pairs = pairs_nearer(_xy(table), spacing_m)
    both_existing = table["existing"].to_numpy()[pairs].all(axis=1)
    return tuple((int(i), int(j)) for i, j in pairs[~both_existing])


def _within(zone: shapely.Geometry | None, points: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Tell which points lie in a zone, its edge included; in none where there is no zone."""
    inside = np.zeros(len(points), dtype=bool)
    if zone is not None:
        inside[shapely.STRtree(points).query(zone, predicate="intersects")] = True
    return inside


def _xy(table: gpd.GeoDataFrame) -> NDArray[np.float64]:
    return shapely.get_coordinates(table.geometry.to_numpy())


def _column(rows: gpd.GeoDataFrame, name: str, empty: str | float) -> NDArray[Any]:
    """Give a column that may be missing, with `empty` where a cell is."""
    values: NDArray[Any] = np.full(len(rows), empty, dtype=object if isinstance(empty, str) else np.float64)
    if name in rows.columns:
        known = rows[name].notna().to_numpy()
        values[known] = rows[name].to_numpy(dtype=object)[known]
    return values


def _table(geometry: gpd.GeoSeries, **columns: object) -> gpd.GeoDataFrame:
    """Lay out sites, of which nothing but what is given is known."""
    usual = {
        "id": "",
        "name": "",
        "kind": "ambulance_station",
        "facility_id": "",
        "origin": "",
        "existing": False,
        "may_close": False,
        "ambulances": 1.0,
        "cost_wan": math.nan,
        "turnout_s": math.nan,
    }
    index = pd.RangeIndex(len(geometry))
    table = pd.DataFrame({name: columns.get(name, value) for name, value in usual.items()}, index=index)
    texts = {name: table[name].astype(object) for name, value in usual.items() if isinstance(value, str)}
    return gpd.GeoDataFrame(table.assign(**texts), geometry=geometry.to_numpy(), crs=geometry.crs)


def _joined(pools: Sequence[_Pool]) -> _Pool:
    """Put pools behind each other."""
    table = pd.concat([pool.table for pool in pools], ignore_index=True)
    parts = (
        np.concatenate([getattr(pool.sites, part) for pool in pools])
        for part in ("segment", "fraction", "access_m")
    )
    return _Pool(gpd.GeoDataFrame(table, geometry="geometry", crs=pools[0].table.crs), Snapped(*parts))
