"""Turns the laid roads into OSMnx's tables: crossings, smooth lines, lengths, surfaces and speeds."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.study_area import WGS84, Roads
from linxiang_model import facts
from linxiang_model.planner import CLASSES, PRIMARY, RESIDENTIAL, SECONDARY, TERTIARY, UNCLASSIFIED, Planner
from linxiang_model.terrain import BUILT_UP, POLDER, SEED, hilliness

if TYPE_CHECKING:
    from linxiang_model.expressways import Link

# the better the road, the fewer its bends
_SMOOTHING_ROUNDS = {SECONDARY: 1, PRIMARY: 3}
_TOLERANCE_M = 15.0
_FIRST_OSMID, _FIRST_EXPRESSWAY_OSMID = 1, 1_000_000


def smooth_nodes(planner: Planner, pinned: np.ndarray) -> np.ndarray:
    """
    Draw nodes towards their neighbours on the same road, so that lines bend as roads do.

    Parameters
    ----------
    planner
        The laid roads.
    pinned
        Nodes that stay where they are, beside those of the built-up areas and the ends of roads.

    Returns
    -------
    ndarray
        Shape (n, 2), metres.
    """
    mesh = planner.mesh
    before, after, best = _through(planner)
    fixed = ((mesh.zone >= BUILT_UP) & (best < PRIMARY)) | (before < 0)
    # polder lanes follow the ditches, straight and square
    fixed |= (mesh.zone == POLDER) & (best < TERTIARY)
    fixed[pinned] = True
    xy = mesh.xy.copy()
    for done in range(max(_SMOOTHING_ROUNDS.values())):
        rounds = np.array([_SMOOTHING_ROUNDS.get(k, 0) for k in range(len(CLASSES))])
        here = np.flatnonzero(~fixed & (rounds[best] > done))
        xy[here] = 0.45 * xy[here] + 0.275 * (xy[before[here]] + xy[after[here]])
    return xy


def _through(planner: Planner) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """
    Find, for every node, the two neighbours on the road that goes straight on through it.

    Only steps of a node's highest class count: a lane does not bend the highway it joins.

    Returns
    -------
    tuple of ndarray
        The two neighbours, shape (n,), -1 where no road goes through, and the highest class.
    """
    mesh = planner.mesh
    at: dict[int, list[tuple[int, int]]] = {}
    for e in np.flatnonzero(planner.rank > 0):
        u, v = (int(n) for n in mesh.edges[e])
        at.setdefault(u, []).append((int(planner.rank[e]), v))
        at.setdefault(v, []).append((int(planner.rank[e]), u))
    n = len(mesh.xy)
    before, after, best = np.full(n, -1), np.full(n, -1), np.zeros(n, dtype=np.int64)
    for node, steps in at.items():
        best[node] = max(rank for rank, _ in steps)
        arms = [other for rank, other in steps if rank == best[node]]
        if len(arms) >= 2:
            unit = [(mesh.xy[a] - mesh.xy[node]) / np.linalg.norm(mesh.xy[a] - mesh.xy[node]) for a in arms]
            pairs = itertools.combinations(range(len(arms)), 2)
            i, j = min(pairs, key=lambda ij: float(unit[ij[0]] @ unit[ij[1]]))
            before[node], after[node] = arms[i], arms[j]
    return before, after, best


@dataclass(frozen=True)
class Chain:
    """One stretch of road between two crossings: its mesh nodes in order, and its class."""

    nodes: tuple[int, ...]
    rank: int


def chains(planner: Planner, kept: np.ndarray) -> list[Chain]:
    """
    Cut the roads into stretches.

    Parameters
    ----------
    planner
        The laid roads.
    kept
        Nodes that end a stretch though no road branches off there.
    """
    laid = np.flatnonzero(planner.rank > 0)
    at: dict[int, list[tuple[int, int]]] = {}
    for e in laid:
        u, v = (int(n) for n in planner.mesh.edges[e])
        at.setdefault(u, []).append((v, int(planner.rank[e])))
        at.setdefault(v, []).append((u, int(planner.rank[e])))
    ends = {n for n, steps in at.items() if len(steps) != 2 or steps[0][1] != steps[1][1]} | set(
        kept.tolist()
    )
    found: list[Chain] = []
    for start in sorted(ends & at.keys()):
        for step, rank in sorted(at[start]):
            nodes = [start, step]
            while nodes[-1] not in ends:
                (onward,) = (n for n, _ in at[nodes[-1]] if n != nodes[-2])
                nodes.append(onward)
            if (nodes[0], nodes[1]) <= (nodes[-1], nodes[-2]):
                found.append(Chain(tuple(nodes), rank))
    return found


def road_tables(planner: Planner, stretches: list[Chain], xy: np.ndarray, links: list[Link]) -> Roads:
    """
    Give the roads as OSMnx's tables, in the model's metric system.

    Two-way stretches are two rows with reversed lines, carriageways and ramps one.

    Parameters
    ----------
    planner
        The laid roads.
    stretches
        Of ordinary roads.
    xy
        Shape (n, 2), where the nodes of the mesh lie, metres.
    links
        Of expressways.
    """
    rows = _ordinary_rows(planner, stretches, xy) + [
        _link_row(link, osmid) for osmid, link in enumerate(links, start=_FIRST_EXPRESSWAY_OSMID)
    ]
    keys = list(dict.fromkeys([*(row["start"] for row in rows), *(row["end"] for row in rows)]))
    spots = np.array([_spot(key, xy, links) for key in keys])
    order = np.lexsort((spots[:, 0], -spots[:, 1]))
    osmid = {keys[k]: _FIRST_OSMID + i for i, k in enumerate(order)}
    table = pd.DataFrame(rows)
    table["u"], table["v"] = table["start"].map(osmid), table["end"].map(osmid)
    two_way = table[~table["oneway"]]
    back = two_way.assign(
        u=two_way["v"], v=two_way["u"], line=[line[::-1] for line in two_way["line"]], reversed=True
    )
    every = pd.concat([table, back]).sort_values(["u", "v", "osmid", "reversed"], kind="stable")
    every["key"] = every.groupby(["u", "v"]).cumcount()
    lines = shapely.from_ragged_array(
        shapely.GeometryType.LINESTRING,
        np.vstack(every["line"].tolist()).round(2),
        (np.concatenate([[0], np.cumsum([len(line) for line in every["line"]])]),),
    )
    columns = ["osmid", "highway", "name", "ref", "oneway", "reversed", "surface", "maxspeed"]
    edges = gpd.GeoDataFrame(every.set_index(["u", "v", "key"])[columns], geometry=lines, crs=facts.CRS)
    return Roads(nodes=_node_table(spots[order]), edges=_with_times(_with_bridges(edges)))


def _node_table(spots: np.ndarray) -> gpd.GeoDataFrame:
    points = gpd.GeoSeries(shapely.points(spots.round(2)), crs=facts.CRS)
    lon_lat = points.to_crs(WGS84)
    index = pd.RangeIndex(_FIRST_OSMID, _FIRST_OSMID + len(spots), name="osmid")
    x, y = lon_lat.x.to_numpy().round(7), lon_lat.y.to_numpy().round(7)
    return gpd.GeoDataFrame({"x": x, "y": y}, geometry=points.to_numpy(), index=index, crs=facts.CRS)


def _spot(key: str | int, xy: np.ndarray, links: list[Link]) -> np.ndarray:
    if isinstance(key, int):
        return np.asarray(xy[key])
    return np.asarray(
        next(
            link.line[0] if link.start == key else link.line[-1]
            for link in links
            if key in (link.start, link.end)
        )
    )


def _link_row(link: Link, osmid: int) -> dict[str, object]:
    return {
        "start": link.start, "end": link.end, "highway": link.highway, "name": link.name, "ref": link.ref,
        "oneway": True, "reversed": False, "surface": "asphalt",
        "maxspeed": "120" if link.highway == "motorway" else "60", "line": link.line,
        "osmid": osmid,
    }  # fmt: skip


def _ordinary_rows(planner: Planner, stretches: list[Chain], xy: np.ndarray) -> list[dict[str, object]]:
    mesh, rng = planner.mesh, np.random.default_rng(SEED + 60)
    dead_end = mesh.graph(np.ones(len(planner.rank)), among=planner.rank > 0).sum(axis=1) == 1
    rows: list[dict[str, object]] = []
    for number, stretch in enumerate(stretches, start=1):
        nodes = np.array(stretch.nodes)
        in_town = bool((mesh.zone[nodes] >= BUILT_UP).all())
        square = in_town or bool(stretch.rank < TERTIARY and (mesh.zone[nodes] == POLDER).all())
        high = float(hilliness(mesh.height_m[nodes]).mean())
        ends_dead = bool(dead_end[nodes[0]] or dead_end[nodes[-1]])
        trunk = stretch.rank == PRIMARY
        rows.append({
            "start": stretch.nodes[0], "end": stretch.nodes[-1], "highway": CLASSES[stretch.rank],
            "name": None, "ref": "G107" if trunk else None, "oneway": False, "reversed": False,
            "surface": _surface(stretch.rank, high, rng.random(), in_town=in_town, dead_end=ends_dead),
            "maxspeed": _maxspeed(stretch.rank, high, rng.random(), in_town=in_town), "osmid": number,
            "line": _line(xy[nodes], square=square),
        })  # fmt: skip
    return rows


def _surface(rank: int, high: float, chance: float, *, in_town: bool, dead_end: bool) -> str:
    """Give asphalt to through roads and streets, concrete to village roads, and to some in the hills none."""
    if rank >= SECONDARY or in_town:
        return "asphalt"
    if rank == TERTIARY:
        return "asphalt" if chance < 0.6 else "concrete"
    unpaved = 0.03 + (0.45 if dead_end else 0.15) * min(1.0, 1.5 * high)
    return "unpaved" if rank in (UNCLASSIFIED, RESIDENTIAL) and chance < unpaved else "concrete"


def _maxspeed(rank: int, high: float, chance: float, *, in_town: bool) -> str | None:
    """Post a limit on through roads in towns, and on some of those that wind through the hills."""
    if rank < TERTIARY:
        return None
    if in_town:
        return "60" if rank == PRIMARY else "40"
    return "40" if rank < PRIMARY and chance < 1.6 * high else None


def _line(points: np.ndarray, *, square: bool) -> np.ndarray:
    """Round the bends (Chaikin, the ends kept) and leave out vertices that show no bend."""
    if not square and len(points) > 2:
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], axis=1).reshape(-1, 2)
        points = np.vstack([points[0], cut[1:-1], points[-1]])
    return shapely.get_coordinates(shapely.simplify(shapely.LineString(points), _TOLERANCE_M))


def _with_bridges(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Mark expressways and ramps that cross another road, which they do on bridges."""
    fast = edges["highway"].str.startswith("motorway").to_numpy()
    lines = edges.geometry.to_numpy()
    others = shapely.STRtree(lines[~fast])
    crossing = np.unique(others.query(lines[fast], predicate="crosses")[0])
    bridge = np.full(len(edges), None, dtype=object)
    bridge[np.flatnonzero(fast)[crossing]] = "yes"
    return edges.assign(bridge=bridge)


def _with_times(edges: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    length_m = edges.geometry.length.round(3)
    kph = DEFAULT_SPEEDS.speeds_kph(edges)
    timed = edges.assign(length=length_m, speed_kph=kph, travel_time=(length_m * KPH_PER_MPS / kph).round(3))
    order = [
        "osmid",
        "highway",
        "name",
        "ref",
        "oneway",
        "reversed",
        "length",
        "bridge",
        "surface",
        "maxspeed",
    ]
    return timed[[*order, "speed_kph", "travel_time", "geometry"]]
