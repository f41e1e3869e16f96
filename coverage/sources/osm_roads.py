"""Roads for ambulances: ways of an extract into an OSMnx graph, cleaned of debris and clipped."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from coverage.routing.speeds import DEFAULT_SPEEDS, KPH_PER_MPS
from coverage.sources.notes import Note, noted
from coverage.sources.osm_tags import posted_limit, travel_direction, why_barred
from coverage.study_area import WGS84, Roads

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import geopandas as gpd
    from numpy.typing import NDArray
    from pyproj import CRS

    from coverage.sources.osm_file import OsmExtract, OsmObject

MIN_FRAGMENT_M = 1_000.0
CONDITION = "siren"
# What decides the speed, or where one may stand on the road: a simplified edge has one value of each.
DECISIVE = ("highway", "maxspeed", "surface", "smoothness", "tracktype", "bridge", "tunnel")
JOINED = ("name", "ref", "service")
_MIN_PIECE_REFS = 2

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Pieces:
    """
    Ways cut at every node where something else begins, ends or joins.

    Parameters
    ----------
    way
        Index of the way each piece belongs to.
    refs
        Node ids of each piece.
    """

    way: list[int]
    refs: list[tuple[int, ...]]


def build_graph(
    extract: OsmExtract, within: Box | None = None
) -> tuple[nx.MultiDiGraph[Any], tuple[Note, ...]]:
    """
    Build the graph of all roads an ambulance may use.

    Ways are first cut into pieces at the nodes they share; the rest of the topology is OSMnx's own
    simplification, which ends an edge wherever a value in `DECISIVE` changes. Speeds and times are set on
    the pieces before, so the times of the edges are exact sums.

    Parameters
    ----------
    extract
        An extract.
    within
        West, south, east, north (WGS84): ways that lie wholly outside are passed over.

    Returns
    -------
    networkx.MultiDiGraph
        In OSMnx's layout, simplified, in WGS84: edges with ``osmid``, ``highway``, ``oneway``, ``length``
        (metres, great circle), ``speed_kph``, ``travel_time`` (seconds), ``geometry`` and, where tagged,
        those of `DECISIVE`, ``name``, ``ref`` and ``service``; several values are joined by ``;``.
    tuple of Note
        Ways cut at missing nodes; ways left out.
    """
    ways, notes = _usable_ways(extract, within)
    pieces = _cut_into_pieces(ways, extract.nodes)
    graph, lines = _piece_graph(ways, pieces, extract.nodes)
    simple = ox.simplification.simplify_graph(
        graph,
        node_attrs_include=["is_junction"],
        edge_attrs_differ=["kind"],
        remove_rings=False,
        edge_attr_aggs={"length": sum, "travel_time": sum, "piece": list},
    )
    _describe_edges(simple, ways, pieces, lines)
    return simple, notes


def _usable_ways(extract: OsmExtract, within: Box | None) -> tuple[list[OsmObject], tuple[Note, ...]]:
    """Choose the ways an ambulance may use, and say which were cut or left out."""
    barred: dict[str, list[int]] = {"access": [], "closed": [], "ferry": list(extract.ferries)}
    ways, cut = [], []
    for way in extract.roads:
        known = [extract.nodes[ref] for ref in way.refs if ref in extract.nodes]
        if len(known) < _MIN_PIECE_REFS or (within is not None and _is_outside(known, within)):
            continue
        reason = why_barred(way.tags)
        if reason is not None:
            barred.setdefault(reason, []).append(way.id)
            continue
        ways.append(way)
        if len(known) < len(way.refs):
            cut.append(way.id)
    return ways, _way_notes(barred, cut)


def _is_outside(points: Sequence[tuple[float, float]], box: Box) -> bool:
    west, south, east, north = box
    lons, lats = zip(*points, strict=True)
    return bool(max(lons) < west or min(lons) > east or max(lats) < south or min(lats) > north)


def _way_notes(barred: Mapping[str, list[int]], cut: list[int]) -> tuple[Note, ...]:
    return (
        *noted(
            "ways_cut",
            "roads",
            cut,
            "ways that miss nodes in the extract, cut into their whole parts: {n} (ways {some})",
            "在数据边缘缺少节点、仅保留完整部分的道路：{n}条（{some}）",
        ),
        *noted(
            "ferries",
            "roads",
            barred["ferry"],
            "ferries left out: {n} (ways {some})",
            "未计入的轮渡航线：{n}条（{some}）",
        ),
        *noted(
            "roads_barred",
            "roads",
            barred["access"],
            "roads barred to ambulances by their access tags, left out: {n} (ways {some})",
            "按通行标签禁止救护车通行、未计入的道路：{n}条（{some}）",
        ),
        *noted(
            "roads_closed",
            "roads",
            barred["closed"],
            "roads under construction or out of use, left out: {n} (ways {some})",
            "在建或停用、未计入的道路：{n}条（{some}）",
        ),
    )


def _cut_into_pieces(ways: Sequence[OsmObject], nodes: Mapping[int, tuple[float, float]]) -> _Pieces:
    """Cut ways where nodes are missing, at their ends, and at nodes that occur more than once."""
    runs = [(i, run) for i, way in enumerate(ways) for run in _whole_runs(way.refs, nodes)]
    uses = Counter(ref for _, run in runs for ref in run)
    pieces = _Pieces([], [])
    for i, run in runs:
        start = 0
        for end in range(1, len(run)):
            if uses[run[end]] == 1 and end < len(run) - 1:
                continue
            refs = run[start : end + 1]
            start = end
            pieces.way.append(i)
            pieces.refs.append(refs)
    return pieces


def _whole_runs(refs: tuple[int, ...], nodes: Mapping[int, tuple[float, float]]) -> list[tuple[int, ...]]:
    """Give the stretches of a way without a missing node, repeated nodes in a row taken once."""
    runs: list[list[int]] = [[]]
    for ref in refs:
        if ref not in nodes:
            runs.append([])
        elif not runs[-1] or runs[-1][-1] != ref:
            runs[-1].append(ref)
    return [tuple(run) for run in runs if len(run) >= _MIN_PIECE_REFS]


def _piece_lengths_m(pieces: _Pieces, nodes: Mapping[int, tuple[float, float]]) -> NDArray[np.float64]:
    """Give the great-circle length of every piece, as OSMnx measures it."""
    points = np.array([nodes[ref] for refs in pieces.refs for ref in refs])
    counts = np.array([len(refs) for refs in pieces.refs])
    owner = np.repeat(np.arange(len(counts)), counts)
    within = owner[1:] == owner[:-1]
    west, south = points[:-1][within].T
    east, north = points[1:][within].T
    sides = ox.distance.great_circle(south, west, north, east)
    return np.bincount(owner[1:][within], weights=sides, minlength=len(counts)).astype(np.float64)


def _way_table(ways: Sequence[OsmObject]) -> pd.DataFrame:
    """Tabulate what decides the speed, two rows a way: forward and backward."""
    rows = [
        {
            **{name: way.tags.get(name) for name in DECISIVE},
            "maxspeed": posted_limit(way.tags, backward=backward),
        }
        for way in ways
        for backward in (False, True)
    ]
    table = pd.DataFrame(rows, columns=list(DECISIVE), dtype=object)
    table["speed_kph"] = DEFAULT_SPEEDS.speeds_kph(table, CONDITION)
    table["kind"] = table.groupby(list(DECISIVE), dropna=False, sort=False).ngroup()
    return table


def _piece_graph(
    ways: Sequence[OsmObject], pieces: _Pieces, nodes: Mapping[int, tuple[float, float]]
) -> tuple[nx.MultiDiGraph[Any], list[NDArray[np.float64]]]:
    """
    Make a graph with one edge for each piece and direction of travel.

    An edge's ``piece`` is the piece's number, counted from 1, negative against its nodes.
    """
    graph: nx.MultiDiGraph[Any] = nx.MultiDiGraph(crs=WGS84, simplified=False)
    if not pieces.refs:
        return graph, []
    table = _way_table(ways)
    lengths, kph, kinds = _piece_lengths_m(pieces, nodes), table["speed_kph"].tolist(), table["kind"].tolist()
    best: dict[tuple[int, ...], tuple[float, int]] = {}
    directions = [travel_direction(way.tags) for way in ways]
    for number, (way, refs) in enumerate(zip(pieces.way, pieces.refs, strict=True)):
        for sign in (1, -1):
            if directions[way] * sign < 0:
                continue
            row = 2 * way + (sign < 0)
            seconds = lengths[number] / (kph[row] / KPH_PER_MPS)
            path = refs[::sign]
            # the same stretch drawn twice is one road: the quicker of the two
            if path not in best or seconds < best[path][0]:
                best[path] = (seconds, sign * (number + 1))
    ends = Counter(ref for path in {min(p, p[::-1]) for p in best} for ref in (path[0], path[-1]))
    for ref, n_ends in ends.items():
        lon, lat = nodes[ref]
        graph.add_node(ref, x=lon, y=lat, **({} if n_ends == 2 else {"is_junction": True}))  # noqa: PLR2004
    for path, (time_s, piece) in best.items():
        row = 2 * pieces.way[abs(piece) - 1] + (piece < 0)
        graph.add_edge(
            path[0],
            path[-1],
            length=float(lengths[abs(piece) - 1]),
            travel_time=float(time_s),
            kind=kinds[row],
            piece=piece,
        )
    return graph, [np.array([nodes[ref] for ref in refs]) for refs in pieces.refs]


def _describe_edges(
    graph: nx.MultiDiGraph[Any],
    ways: Sequence[OsmObject],
    pieces: _Pieces,
    lines: Sequence[NDArray[np.float64]],
) -> None:
    """Replace the numbers of the pieces by what they stand for, in the graph this module has just made."""
    for _, data in graph.nodes(data=True):
        data.pop("is_junction", None)
    for _, _, data in graph.edges(data=True):
        signed = data.pop("piece")
        numbers: list[int] = signed if isinstance(signed, list) else [signed]
        del data["kind"]
        parts = [ways[pieces.way[abs(n) - 1]] for n in numbers]
        known = {name: parts[0].tags.get(name) for name in DECISIVE}
        known["maxspeed"] = posted_limit(parts[0].tags, backward=numbers[0] < 0)
        for name in JOINED:
            known[name] = ";".join(dict.fromkeys(p.tags[name] for p in parts if p.tags.get(name)))
        data["osmid"] = ";".join(dict.fromkeys(str(p.id) for p in parts))
        data.update({name: value for name, value in known.items() if value})
        data["oneway"] = any(travel_direction(p.tags) != 0 for p in parts)
        data["speed_kph"] = data["length"] / data["travel_time"] * KPH_PER_MPS if data["length"] else 0.0
        paths = [lines[abs(n) - 1][:: 1 if n > 0 else -1] for n in numbers]
        data["geometry"] = shapely.LineString(np.vstack([paths[0], *(p[1:] for p in paths[1:])]))


def tabulate(graph: nx.MultiDiGraph[Any]) -> Roads:
    """
    Turn a graph in OSMnx's layout into road tables, in WGS84.

    Parameters
    ----------
    graph
        In WGS84, with at least one edge.
    """
    nodes, edges = ox.convert.graph_to_gdfs(graph)
    return Roads(nodes=nodes[["x", "y", "geometry"]], edges=edges)


def clip(roads: Roads, region: shapely.Geometry, crs: CRS) -> tuple[Roads, tuple[Note, ...]]:
    """
    Keep the whole edges that touch a region, without the debris among them.

    Pieces of road that hang together with nothing else and are shorter than `MIN_FRAGMENT_M` are mapping
    debris: points would snap onto them and look unreachable. The longest connected part always stays.

    Parameters
    ----------
    roads
        Road tables.
    region
        Polygon in `crs`.
    crs
        Metric reference system of the result.

    Returns
    -------
    Roads
        In `crs`; empty where nothing touches.
    tuple of Note
        Fragments dropped.
    """
    edges = roads.edges.to_crs(crs)
    shapely.prepare(region)
    edges = edges[shapely.intersects(region, edges.geometry.to_numpy())]
    fragments, n_fragments = _fragment_edges(edges)
    dropped, edges = edges[fragments], edges[~fragments]
    ends = {*edges.index.get_level_values("u"), *edges.index.get_level_values("v")}
    nodes = roads.nodes[roads.nodes.index.isin(ends)].to_crs(crs)
    clean = Roads(nodes=nodes, edges=edges.dropna(axis="columns", how="all"))
    if not n_fragments:
        return clean, ()
    length_km = float((dropped["length"] * _share_of_road(dropped)).sum()) / 1000
    return clean, noted(
        "fragments",
        "roads",
        tuple(dict.fromkeys(dropped["osmid"].astype(str))),
        f"fragments of road under {MIN_FRAGMENT_M / 1000:g} km that hang together with nothing else, "
        f"dropped: {n_fragments}, {length_km:.1f} km in all (ways {{some}})",
        f"不足{MIN_FRAGMENT_M / 1000:g}公里且与路网不相连、未计入的零散路段：{n_fragments}处，"
        f"共{length_km:.1f}公里（{{some}}）",
    )


def _share_of_road(edges: gpd.GeoDataFrame) -> NDArray[np.float64]:
    """Give how much of a road each edge stands for: a half where the other direction is an edge too."""
    return np.where(edges["oneway"].astype(bool), 1.0, 0.5)


def _fragment_edges(edges: gpd.GeoDataFrame) -> tuple[NDArray[np.bool_], int]:
    """Tell which edges lie in short connected parts, and how many such parts there are."""
    if edges.empty:
        return np.zeros(0, dtype=bool), 0
    names, ends = np.unique(
        np.concatenate([edges.index.get_level_values("u"), edges.index.get_level_values("v")]),
        return_inverse=True,
    )
    u, v = ends[: len(edges)], ends[len(edges) :]
    links = coo_array((np.ones(len(edges)), (u, v)), shape=(len(names), len(names)))
    n_parts, part = connected_components(links, directed=True, connection="weak")
    weights = edges["length"].to_numpy(dtype=float) * _share_of_road(edges)
    length_m = np.bincount(part[u], weights=weights, minlength=n_parts)
    short = length_m < MIN_FRAGMENT_M
    short[np.argmax(length_m)] = False
    return short[part[u]], int(np.count_nonzero(short))
